//! The native behaviour of a type: one optional function per operation, inherited when a type is made.

use crate::native::Args;
use crate::raise::PyResult;
use crate::str::Str;
use crate::ty::Type;
use crate::vm::Vm;
use coil_value::Value;
use std::fmt;

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum CompareOp {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl CompareOp {
    /// All, in the order of their numbers.
    pub const ALL: [CompareOp; 6] = [
        CompareOp::Lt,
        CompareOp::Le,
        CompareOp::Eq,
        CompareOp::Ne,
        CompareOp::Gt,
        CompareOp::Ge,
    ];

    /// The comparison with its operands exchanged.
    pub fn swapped(self) -> CompareOp {
        match self {
            CompareOp::Lt => CompareOp::Gt,
            CompareOp::Le => CompareOp::Ge,
            CompareOp::Gt => CompareOp::Lt,
            CompareOp::Ge => CompareOp::Le,
            same => same,
        }
    }

    /// As written.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// The result for operands that compare as `ordering`.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            CompareOp::Lt => ordering.is_lt(),
            CompareOp::Le => ordering.is_le(),
            CompareOp::Eq => ordering.is_eq(),
            CompareOp::Ne => ordering.is_ne(),
            CompareOp::Gt => ordering.is_gt(),
            CompareOp::Ge => ordering.is_ge(),
        }
    }
}

/// A binary arithmetic operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    TrueDiv,
    /// `//`
    FloorDiv,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `<<`
    LShift,
    /// `>>`
    RShift,
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `@`
    MatMul,
    /// `divmod()`
    DivMod,
}

impl BinaryOp {
    /// How many there are.
    pub const COUNT: usize = 14;
    /// All, in the order of their numbers.
    pub const ALL: [BinaryOp; BinaryOp::COUNT] = [
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::TrueDiv,
        BinaryOp::FloorDiv,
        BinaryOp::Mod,
        BinaryOp::Pow,
        BinaryOp::LShift,
        BinaryOp::RShift,
        BinaryOp::And,
        BinaryOp::Or,
        BinaryOp::Xor,
        BinaryOp::MatMul,
        BinaryOp::DivMod,
    ];

    /// As error messages write it.
    pub fn symbol(self) -> &'static str {
        [
            "+",
            "-",
            "*",
            "/",
            "//",
            "%",
            "** or pow()",
            "<<",
            ">>",
            "&",
            "|",
            "^",
            "@",
            "divmod()",
        ][self as usize]
    }

    /// Stem of its methods' names: `add` of `__add__`, `__radd__`, `__iadd__`.
    pub fn stem(self) -> &'static str {
        [
            "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and",
            "or", "xor", "matmul", "divmod",
        ][self as usize]
    }
}

/// One operand.
pub type Unary = fn(&mut Vm, Value) -> PyResult;
/// Two operands, in the order written; either may be of the type that has the slot. Gives NotImplemented for operands it does not know.
pub type Binary = fn(&mut Vm, Value, Value) -> PyResult;

/// Native behaviour of a type.
#[derive(Clone, Copy, Default)]
pub struct Slots {
    /// `__repr__`
    pub repr: Option<Unary>,
    /// `__str__`
    pub str: Option<Unary>,
    /// `__hash__`; unhashable types have none.
    pub hash: Option<fn(&mut Vm, Value) -> PyResult<i64>>,
    /// `__call__`
    pub call: Option<fn(&mut Vm, Value, Args) -> PyResult>,
    /// `__iter__`
    pub iter: Option<Unary>,
    /// `__next__`; none at the end.
    pub next: Option<fn(&mut Vm, Value) -> PyResult<Option<Value>>>,
    /// `__getattribute__` (and `__getattr__`)
    pub get_attr: Option<fn(&mut Vm, Value, Str) -> PyResult>,
    /// `__setattr__` (a value) and `__delattr__` (none)
    pub set_attr: Option<fn(&mut Vm, Value, Str, Option<Value>) -> PyResult<()>>,
    /// Rich comparison.
    pub compare: Option<fn(&mut Vm, Value, Value, CompareOp) -> PyResult>,
    /// `__bool__`
    pub bool: Option<fn(&mut Vm, Value) -> PyResult<bool>>,
    /// `__len__`
    pub len: Option<fn(&mut Vm, Value) -> PyResult<usize>>,
    /// `__getitem__`
    pub get_item: Option<Binary>,
    /// `__setitem__` (a value) and `__delitem__` (none)
    pub set_item: Option<fn(&mut Vm, Value, Value, Option<Value>) -> PyResult<()>>,
    /// `__contains__`: container, item.
    pub contains: Option<fn(&mut Vm, Value, Value) -> PyResult<bool>>,
    /// Arithmetic.
    pub binary: [Option<Binary>; BinaryOp::COUNT],
    /// In-place arithmetic.
    pub in_place: [Option<Binary>; BinaryOp::COUNT],
    /// Sequence concatenation and repetition, tried after arithmetic: `__add__`, `__mul__` of sequences.
    pub concat: Option<Binary>,
    /// Sequence repetition: sequence, count.
    pub repeat: Option<Binary>,
    /// `__neg__`
    pub neg: Option<Unary>,
    /// `__pos__`
    pub pos: Option<Unary>,
    /// `__abs__`
    pub abs: Option<Unary>,
    /// `__invert__`
    pub invert: Option<Unary>,
    /// `__index__`
    pub index: Option<Unary>,
    /// `__int__`
    pub int: Option<Unary>,
    /// `__float__`
    pub float: Option<Unary>,
    /// `__get__`: descriptor, object or none, type.
    pub get: Option<fn(&mut Vm, Value, Option<Value>, Type) -> PyResult>,
    /// `__set__` (a value) and `__delete__` (none)
    pub set: Option<fn(&mut Vm, Value, Value, Option<Value>) -> PyResult<()>>,
    /// `__new__`
    pub new: Option<fn(&mut Vm, Type, Args) -> PyResult>,
    /// `__init__`
    pub init: Option<fn(&mut Vm, Value, Args) -> PyResult<()>>,
}

impl fmt::Debug for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slots")
    }
}

impl Slots {
    /// Takes over from `base` what this type has not itself.
    pub fn inherit(&mut self, base: &Slots) {
        macro_rules! fill {
            ($($field:ident)*) => { $( if self.$field.is_none() { self.$field = base.$field; } )* };
        }
        // Equality and hash go together: a type that defines one does not inherit the other.
        if self.compare.is_none() && self.hash.is_none() {
            self.compare = base.compare;
            self.hash = base.hash;
        }
        fill!(repr str call iter next get_attr set_attr bool len get_item set_item contains concat repeat neg pos abs
              invert index int float get set new init);
        for at in 0..BinaryOp::COUNT {
            self.binary[at] = self.binary[at].or(base.binary[at]);
            self.in_place[at] = self.in_place[at].or(base.in_place[at]);
        }
    }
}
