//! Names of values in a trace, their types, and constants.

/// A value: the result of instruction `n`, or constant `n`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Id(u32);

const CONST_BIT: u32 = 1 << 31;

impl Id {
    /// No operand.
    pub const NONE: Id = Id(u32::MAX);

    /// The result of instruction `index`.
    pub fn inst(index: usize) -> Id {
        let index = u32::try_from(index).expect("traces are limited far below 2^31 instructions");
        debug_assert!(
            index < CONST_BIT,
            "traces are limited far below 2^31 instructions"
        );
        Id(index)
    }

    /// Constant `index`.
    pub fn constant(index: usize) -> Id {
        let index = u32::try_from(index).expect("traces are limited far below 2^31 constants");
        Id(index | CONST_BIT)
    }

    /// Whether there is no operand.
    pub fn is_none(self) -> bool {
        self == Id::NONE
    }

    /// Whether it names a constant.
    pub fn is_const(self) -> bool {
        self.0 & CONST_BIT != 0 && !self.is_none()
    }

    /// The instruction it names, if it does.
    pub fn as_inst(self) -> Option<usize> {
        (self.0 & CONST_BIT == 0).then_some(self.0 as usize)
    }

    /// The constant it names, if it does.
    pub fn as_const(self) -> Option<usize> {
        self.is_const().then_some((self.0 & !CONST_BIT) as usize)
    }
}

/// The type of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    /// No value.
    Void,
    /// 0 or 1.
    Bool,
    /// A 64-bit integer.
    Int,
    /// A double.
    Float,
    /// A guest value in NaN-boxed form; all zero bits mean "unset".
    Val,
    /// A pointer to an object, into one, or to anything else; may be null.
    Ref,
}

/// A constant: its type and its 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Const {
    /// Type.
    pub ty: Ty,
    /// Bits: the integer, the double's bits, the boxed value, the address.
    pub bits: u64,
}
