//! The plain values of the Direct machine.

use crate::ops::{BoolOps, FloatOps, IntOps, RefOps, ValOps};
use coil_trace::{Access, Field};
use coil_value::Value;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// A plain bool.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct DirectBool(pub bool);

/// A plain integer.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct DirectInt(pub i64);

/// A plain double.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct DirectFloat(pub f64);

/// A plain guest value, 0 = unset.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct DirectVal(pub u64);

/// A plain address.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct DirectRef(pub usize);

impl Not for DirectBool {
    type Output = DirectBool;
    #[inline(always)]
    fn not(self) -> DirectBool {
        DirectBool(!self.0)
    }
}

impl BoolOps for DirectBool {
    #[inline(always)]
    fn yes(self) -> bool {
        self.0
    }
}

macro_rules! binary {
    ($type:ident $trait:ident $method:ident |$a:ident, $b:ident| $result:expr) => {
        impl $trait for $type {
            type Output = $type;
            #[inline(always)]
            fn $method(self, other: $type) -> $type {
                let ($a, $b) = (self.0, other.0);
                $type($result)
            }
        }
    };
}
binary!(DirectInt Add add |a, b| a.wrapping_add(b));
binary!(DirectInt Sub sub |a, b| a.wrapping_sub(b));
binary!(DirectInt Mul mul |a, b| a.wrapping_mul(b));
binary!(DirectInt BitAnd bitand |a, b| a & b);
binary!(DirectInt BitOr bitor |a, b| a | b);
binary!(DirectInt BitXor bitxor |a, b| a ^ b);
binary!(DirectFloat Add add |a, b| a + b);
binary!(DirectFloat Sub sub |a, b| a - b);
binary!(DirectFloat Mul mul |a, b| a * b);
binary!(DirectFloat Div div |a, b| a / b);

impl Neg for DirectInt {
    type Output = DirectInt;
    #[inline(always)]
    fn neg(self) -> DirectInt {
        DirectInt(self.0.wrapping_neg())
    }
}

impl Not for DirectInt {
    type Output = DirectInt;
    #[inline(always)]
    fn not(self) -> DirectInt {
        DirectInt(!self.0)
    }
}

impl Neg for DirectFloat {
    type Output = DirectFloat;
    #[inline(always)]
    fn neg(self) -> DirectFloat {
        DirectFloat(-self.0)
    }
}

impl IntOps for DirectInt {
    type Bool = DirectBool;
    type Float = DirectFloat;
    #[inline(always)]
    fn like(self, int: i64) -> DirectInt {
        DirectInt(int)
    }
    #[inline(always)]
    fn add_overflowing(self, other: DirectInt) -> (DirectInt, DirectBool) {
        let (result, overflow) = self.0.overflowing_add(other.0);
        (DirectInt(result), DirectBool(overflow))
    }
    #[inline(always)]
    fn sub_overflowing(self, other: DirectInt) -> (DirectInt, DirectBool) {
        let (result, overflow) = self.0.overflowing_sub(other.0);
        (DirectInt(result), DirectBool(overflow))
    }
    #[inline(always)]
    fn mul_overflowing(self, other: DirectInt) -> (DirectInt, DirectBool) {
        let (result, overflow) = self.0.overflowing_mul(other.0);
        (DirectInt(result), DirectBool(overflow))
    }
    #[inline(always)]
    fn floor_div(self, other: DirectInt) -> DirectInt {
        let (quotient, remainder) = (self.0.wrapping_div(other.0), self.0.wrapping_rem(other.0));
        let below = remainder != 0 && (remainder ^ other.0) < 0;
        DirectInt(quotient - i64::from(below))
    }
    #[inline(always)]
    fn floor_mod(self, other: DirectInt) -> DirectInt {
        let remainder = self.0.wrapping_rem(other.0);
        let below = remainder != 0 && (remainder ^ other.0) < 0;
        DirectInt(if below {
            remainder + other.0
        } else {
            remainder
        })
    }
    #[inline(always)]
    fn trunc_div(self, other: DirectInt) -> DirectInt {
        DirectInt(self.0.wrapping_div(other.0))
    }
    #[inline(always)]
    fn trunc_mod(self, other: DirectInt) -> DirectInt {
        DirectInt(self.0.wrapping_rem(other.0))
    }
    #[inline(always)]
    fn shl(self, count: DirectInt) -> DirectInt {
        DirectInt(self.0.wrapping_shl(count.0 as u32))
    }
    #[inline(always)]
    fn shr(self, count: DirectInt) -> DirectInt {
        DirectInt(self.0.wrapping_shr(count.0 as u32))
    }
    #[inline(always)]
    fn ushr(self, count: DirectInt) -> DirectInt {
        DirectInt(
            self.0
                .cast_unsigned()
                .wrapping_shr(count.0 as u32)
                .cast_signed(),
        )
    }
    #[inline(always)]
    fn lt(self, other: DirectInt) -> DirectBool {
        DirectBool(self.0 < other.0)
    }
    #[inline(always)]
    fn le(self, other: DirectInt) -> DirectBool {
        DirectBool(self.0 <= other.0)
    }
    #[inline(always)]
    fn equals(self, other: DirectInt) -> DirectBool {
        DirectBool(self.0 == other.0)
    }
    #[inline(always)]
    fn differs(self, other: DirectInt) -> DirectBool {
        DirectBool(self.0 != other.0)
    }
    #[inline(always)]
    fn ult(self, other: DirectInt) -> DirectBool {
        DirectBool(self.0.cast_unsigned() < other.0.cast_unsigned())
    }
    #[inline(always)]
    fn fits_small(self) -> DirectBool {
        DirectBool(Value::fits_small_int(self.0))
    }
    #[inline(always)]
    fn to_float(self) -> DirectFloat {
        DirectFloat(self.0 as f64)
    }
    #[inline(always)]
    fn promote(self) -> i64 {
        self.0
    }
}

impl FloatOps for DirectFloat {
    type Bool = DirectBool;
    type Int = DirectInt;
    #[inline(always)]
    fn like(self, float: f64) -> DirectFloat {
        DirectFloat(float)
    }
    #[inline(always)]
    fn abs(self) -> DirectFloat {
        DirectFloat(self.0.abs())
    }
    #[inline(always)]
    fn sqrt(self) -> DirectFloat {
        DirectFloat(self.0.sqrt())
    }
    #[inline(always)]
    fn lt(self, other: DirectFloat) -> DirectBool {
        DirectBool(self.0 < other.0)
    }
    #[inline(always)]
    fn le(self, other: DirectFloat) -> DirectBool {
        DirectBool(self.0 <= other.0)
    }
    #[inline(always)]
    fn equals(self, other: DirectFloat) -> DirectBool {
        DirectBool(self.0 == other.0)
    }
    #[inline(always)]
    fn differs(self, other: DirectFloat) -> DirectBool {
        DirectBool(self.0 != other.0)
    }
    #[inline(always)]
    fn to_int(self) -> DirectInt {
        DirectInt(self.0 as i64)
    }
}

/// Top 15 bits of an inline int.
const INT_TAG: u64 = 0x7fff;

impl ValOps for DirectVal {
    type Bool = DirectBool;
    type Int = DirectInt;
    type Float = DirectFloat;
    type Ref = DirectRef;
    #[inline(always)]
    fn is_set(self) -> DirectBool {
        DirectBool(self.0 != 0)
    }
    #[inline(always)]
    fn is_int(self) -> DirectBool {
        DirectBool(self.0 >> 49 == INT_TAG)
    }
    #[inline(always)]
    fn is_float(self) -> DirectBool {
        DirectBool(self.0.wrapping_sub(1 << 49) < (INT_TAG - 1) << 49)
    }
    #[inline(always)]
    fn is_ref(self) -> DirectBool {
        DirectBool(self.0 >> 49 == 0)
    }
    #[inline(always)]
    fn int(self) -> DirectInt {
        DirectInt((self.0 << 15).cast_signed() >> 15)
    }
    #[inline(always)]
    fn float(self) -> DirectFloat {
        DirectFloat(f64::from_bits(self.0.wrapping_sub(1 << 49)))
    }
    #[inline(always)]
    fn reference(self) -> DirectRef {
        DirectRef(self.0 as usize)
    }
    #[inline(always)]
    fn same(self, other: DirectVal) -> DirectBool {
        DirectBool(self.0 == other.0)
    }
    #[inline(always)]
    fn is(self, constant: Value) -> DirectBool {
        DirectBool(self.0 == constant.bits())
    }
    #[inline(always)]
    fn promote(self) -> Option<Value> {
        // SAFETY: a machine's values are valid.
        unsafe { Value::from_bits(self.0) }
    }
    #[inline(always)]
    fn peek(self) -> u64 {
        self.0
    }
}

impl DirectRef {
    #[inline(always)]
    pub(crate) fn item_address(self, field: Field, index: i64) -> usize {
        let scaled = index.wrapping_mul(i64::from(field.access.size_bytes()));
        self.0
            .wrapping_add_signed(field.offset as isize)
            .wrapping_add_signed(scaled as isize)
    }

    #[inline(always)]
    fn read(self, field: Field, index: i64) -> i64 {
        let address = self.item_address(field, index);
        macro_rules! load {
            ($type:ty) => {{
                let pointer = std::ptr::with_exposed_provenance::<$type>(address);
                // SAFETY: a handler reads only fields that its object has.
                unsafe { *pointer }
            }};
        }
        match field.access {
            Access::U8 => i64::from(load!(u8)),
            Access::I8 => i64::from(load!(i8)),
            Access::U16 => i64::from(load!(u16)),
            Access::I16 => i64::from(load!(i16)),
            Access::U32 => i64::from(load!(u32)),
            Access::I32 => i64::from(load!(i32)),
            Access::I64 | Access::F64 | Access::Val | Access::Ref => load!(i64),
        }
    }

    #[inline(always)]
    pub(crate) fn write_int(self, field: Field, index: i64, value: i64) {
        let address = self.item_address(field, index);
        macro_rules! store {
            ($type:ty) => {{
                let pointer = std::ptr::with_exposed_provenance_mut::<$type>(address);
                // SAFETY: a handler writes only fields that its object has.
                unsafe { *pointer = value as $type }
            }};
        }
        match field.access {
            Access::U8 | Access::I8 => store!(u8),
            Access::U16 | Access::I16 => store!(u16),
            Access::U32 | Access::I32 => store!(u32),
            Access::I64 | Access::F64 | Access::Val | Access::Ref => store!(i64),
        }
    }
}

impl RefOps for DirectRef {
    type Bool = DirectBool;
    type Int = DirectInt;
    type Float = DirectFloat;
    type Val = DirectVal;
    #[inline(always)]
    fn val(self) -> DirectVal {
        DirectVal(self.0 as u64)
    }
    #[inline(always)]
    fn same(self, other: DirectRef) -> DirectBool {
        DirectBool(self.0 == other.0)
    }
    #[inline(always)]
    fn is_address(self, address: usize) -> DirectBool {
        DirectBool(self.0 == address)
    }
    #[inline(always)]
    fn promote(self) -> usize {
        self.0
    }
    #[inline(always)]
    fn load_int(self, field: Field) -> DirectInt {
        DirectInt(self.read(field, 0))
    }
    #[inline(always)]
    fn load_float(self, field: Field) -> DirectFloat {
        DirectFloat(f64::from_bits(self.read(field, 0).cast_unsigned()))
    }
    #[inline(always)]
    fn load_val(self, field: Field) -> DirectVal {
        DirectVal(self.read(field, 0).cast_unsigned())
    }
    #[inline(always)]
    fn load_ref(self, field: Field) -> DirectRef {
        DirectRef(self.read(field, 0).cast_unsigned() as usize)
    }
    #[inline(always)]
    fn item_int(self, field: Field, index: DirectInt) -> DirectInt {
        DirectInt(self.read(field, index.0))
    }
    #[inline(always)]
    fn item_float(self, field: Field, index: DirectInt) -> DirectFloat {
        DirectFloat(f64::from_bits(self.read(field, index.0).cast_unsigned()))
    }
    #[inline(always)]
    fn item_val(self, field: Field, index: DirectInt) -> DirectVal {
        DirectVal(self.read(field, index.0).cast_unsigned())
    }
    #[inline(always)]
    fn item_ref(self, field: Field, index: DirectInt) -> DirectRef {
        DirectRef(self.read(field, index.0).cast_unsigned() as usize)
    }
    #[inline(always)]
    fn add_bytes(self, distance: DirectInt) -> DirectRef {
        DirectRef(self.0.wrapping_add_signed(distance.0 as isize))
    }
    #[inline(always)]
    fn peek(self) -> usize {
        self.0
    }
}
