//! Operations on a machine's values.

use coil_trace::Field;
use coil_value::Value;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// A truth value.
pub trait BoolOps: Copy + Not<Output = Self> {
    /// The branch: Direct branches, the Recorder guards that it comes out the same.
    fn yes(self) -> bool;
}

/// A 64-bit integer. The operators wrap.
pub trait IntOps:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Neg<Output = Self>
    + Not<Output = Self>
{
    /// Its machine's truth values.
    type Bool: BoolOps;
    /// Its machine's floats.
    type Float: FloatOps<Bool = Self::Bool, Int = Self>;
    /// The constant `int` on the same machine.
    fn like(self, int: i64) -> Self;
    /// Sum, and whether it overflowed.
    fn add_overflowing(self, other: Self) -> (Self, Self::Bool);
    /// Difference, and whether it overflowed.
    fn sub_overflowing(self, other: Self) -> (Self, Self::Bool);
    /// Product, and whether it overflowed.
    fn mul_overflowing(self, other: Self) -> (Self, Self::Bool);
    /// Quotient rounded down; the divisor is not 0, and not -1 with a dividend of `i64::MIN`.
    fn floor_div(self, other: Self) -> Self;
    /// Remainder with the divisor's sign; same conditions.
    fn floor_mod(self, other: Self) -> Self;
    /// Quotient rounded to zero; same conditions.
    fn trunc_div(self, other: Self) -> Self;
    /// Remainder with the dividend's sign; same conditions.
    fn trunc_mod(self, other: Self) -> Self;
    /// Shift left by 0..=63.
    fn shl(self, count: Self) -> Self;
    /// Arithmetic shift right by 0..=63.
    fn shr(self, count: Self) -> Self;
    /// Logical shift right by 0..=63.
    fn ushr(self, count: Self) -> Self;
    /// `self < other`.
    fn lt(self, other: Self) -> Self::Bool;
    /// `self <= other`.
    fn le(self, other: Self) -> Self::Bool;
    /// `self > other`.
    fn gt(self, other: Self) -> Self::Bool {
        other.lt(self)
    }
    /// `self >= other`.
    fn ge(self, other: Self) -> Self::Bool {
        other.le(self)
    }
    /// `self == other`.
    fn equals(self, other: Self) -> Self::Bool;
    /// `self != other`.
    fn differs(self, other: Self) -> Self::Bool;
    /// `self < other`, both unsigned.
    fn ult(self, other: Self) -> Self::Bool;
    /// Whether it fits an inline guest value.
    fn fits_small(self) -> Self::Bool;
    /// The nearest double.
    fn to_float(self) -> Self::Float;
    /// The number itself: Direct gives it, the Recorder guards that it is the same and makes it a constant.
    fn promote(self) -> i64;
}

/// A double.
pub trait FloatOps:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Its machine's truth values.
    type Bool: BoolOps;
    /// Its machine's integers.
    type Int: IntOps;
    /// The constant `float` on the same machine.
    fn like(self, float: f64) -> Self;
    /// Absolute value.
    fn abs(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// `self < other`.
    fn lt(self, other: Self) -> Self::Bool;
    /// `self <= other`.
    fn le(self, other: Self) -> Self::Bool;
    /// `self > other`.
    fn gt(self, other: Self) -> Self::Bool {
        other.lt(self)
    }
    /// `self >= other`.
    fn ge(self, other: Self) -> Self::Bool {
        other.le(self)
    }
    /// `self == other`.
    fn equals(self, other: Self) -> Self::Bool;
    /// `self != other`.
    fn differs(self, other: Self) -> Self::Bool;
    /// Truncated to an integer; within the range of `i64`.
    fn to_int(self) -> Self::Int;
}

/// A guest value in boxed form, or unset.
pub trait ValOps: Copy {
    /// Its machine's truth values.
    type Bool: BoolOps;
    /// Its machine's integers.
    type Int: IntOps<Bool = Self::Bool, Float = Self::Float>;
    /// Its machine's floats.
    type Float: FloatOps<Bool = Self::Bool, Int = Self::Int>;
    /// Its machine's references.
    type Ref: RefOps<Bool = Self::Bool, Int = Self::Int, Float = Self::Float, Val = Self>;
    /// Whether there is a value.
    fn is_set(self) -> Self::Bool;
    /// Whether it is an int that needs no looking up (inline; on the Recorder also any int the trace itself boxed).
    fn is_int(self) -> Self::Bool;
    /// Whether it is an inline float (on the Recorder also any float the trace itself boxed).
    fn is_float(self) -> Self::Bool;
    /// Whether it is a reference. Not to be asked of what may be unset: there the answer is open.
    fn is_ref(self) -> Self::Bool;
    /// The int of a value that `is_int`.
    fn int(self) -> Self::Int;
    /// The float of a value that `is_float`.
    fn float(self) -> Self::Float;
    /// The reference of a value that `is_ref`.
    fn reference(self) -> Self::Ref;
    /// Same bits. (Guest identity of numbers needs more.)
    fn same(self, other: Self) -> Self::Bool;
    /// Same bits as this constant.
    fn is(self, constant: Value) -> Self::Bool;
    /// The value itself, made a constant in traces. Unset gives none.
    fn promote(self) -> Option<Value>;
    /// The value as of now, for debugging and for assertions; never to be branched on.
    fn peek(self) -> u64;
}

/// A pointer to an object, into one, or null.
pub trait RefOps: Copy {
    /// Its machine's truth values.
    type Bool: BoolOps;
    /// Its machine's integers.
    type Int: IntOps<Bool = Self::Bool, Float = Self::Float>;
    /// Its machine's floats.
    type Float: FloatOps<Bool = Self::Bool, Int = Self::Int>;
    /// Its machine's guest values.
    type Val: ValOps<Ref = Self>;
    /// As a guest value.
    fn val(self) -> Self::Val;
    /// Same address.
    fn same(self, other: Self) -> Self::Bool;
    /// Is this address (0 = null).
    fn is_address(self, address: usize) -> Self::Bool;
    /// The address itself, made a constant in traces.
    fn promote(self) -> usize;
    /// An integer field.
    fn load_int(self, field: Field) -> Self::Int;
    /// A float field.
    fn load_float(self, field: Field) -> Self::Float;
    /// A value field (may be unset).
    fn load_val(self, field: Field) -> Self::Val;
    /// A reference field.
    fn load_ref(self, field: Field) -> Self;
    /// An integer item.
    fn item_int(self, field: Field, index: Self::Int) -> Self::Int;
    /// A float item.
    fn item_float(self, field: Field, index: Self::Int) -> Self::Float;
    /// A value item (may be unset).
    fn item_val(self, field: Field, index: Self::Int) -> Self::Val;
    /// A reference item.
    fn item_ref(self, field: Field, index: Self::Int) -> Self;
    /// The address `distance` bytes on.
    fn add_bytes(self, distance: Self::Int) -> Self;
    /// The address as of now, for debugging and for natives; never to be branched on.
    fn peek(self) -> usize;
}
