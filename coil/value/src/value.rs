//! [`Value`]: a reference, a 49-bit integer or a float in 64 bits.
//!
//! Encoding, by ascending bits:
//!
//! | bits                                  | meaning                                     |
//! |---------------------------------------|---------------------------------------------|
//! | 0                                     | no value (`None` of `Option<Value>`)        |
//! | below `2^49`                          | reference: the address itself               |
//! | `2^49 ..= 0xFFF2_0000_0000_0000`      | float: its bits plus `2^49`, never a NaN    |
//! | `0xFFFE_0000_0000_0000 ..`            | integer: 15 one bits, then 49 bits, signed  |
//!
//! A reference is its own address, so native stacks and registers can be scanned conservatively.

use std::fmt;
use std::num::NonZeroU64;

use crate::header::Ref;

macro_rules! for_each_encoding_constant {
    ($go:ident) => {
        $go! {
            /// Added to the bits of a float; also the first value that is not a reference.
            FLOAT_OFFSET: u64 = 1 << 49;
            /// Values from here on are integers; the tag of integers.
            INT_TAG: u64 = 0xFFFE << 48;
            /// Payload bits of an integer.
            INT_MASK: u64 = (1 << 49) - 1;
            /// Bits of an integer payload, sign included.
            INT_BITS: u32 = 49;
            /// How far to shift left, then right (signed), to get the integer of a value.
            INT_SHIFT: u32 = 15;
            /// The largest integer that fits.
            INT_MAX: i64 = (1 << 48) - 1;
            /// The smallest integer that fits.
            INT_MIN: i64 = -(1 << 48);
        }
    };
}

macro_rules! define_constants {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $value:expr;)*) => {
        /// The constants of the encoding, for machine code.
        pub mod encoding {
            $($(#[$doc])* pub const $name: $type = $value;)*
            /// Every constant by name, as 64 bits.
            pub const ALL: &[(&str, u64)] = &[$((stringify!($name), $name as u64)),*];
        }
    };
}
for_each_encoding_constant!(define_constants);

use encoding::{FLOAT_OFFSET, INT_MASK, INT_MAX, INT_MIN, INT_SHIFT, INT_TAG};

/// A guest value: a reference to an object, an integer of 49 bits, or a float that is not a NaN.
///
/// Equality is equality of bits: identity for references, numeric equality for two integers, and for two
/// floats everything but `0.0 == -0.0`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(NonZeroU64);

const _: () = assert!(size_of::<Option<Value>>() == 8);

impl Value {
    /// The integer as a value, unless it needs more than 49 bits.
    #[inline(always)]
    #[must_use]
    pub const fn from_small_int(int: i64) -> Option<Value> {
        if Value::fits_small_int(int) {
            Some(Value::from_small_int_unchecked(int))
        } else {
            None
        }
    }

    /// The integer as a value; the upper 15 bits are lost, so the caller knows that [`Value::fits_small_int`].
    #[inline(always)]
    #[must_use]
    pub const fn from_small_int_unchecked(int: i64) -> Value {
        debug_assert!(Value::fits_small_int(int));
        match NonZeroU64::new(INT_TAG | (int.cast_unsigned() & INT_MASK)) {
            Some(bits) => Value(bits),
            None => unreachable!(),
        }
    }

    /// Whether the integer fits into 49 bits.
    #[inline(always)]
    #[must_use]
    pub const fn fits_small_int(int: i64) -> bool {
        int >= INT_MIN && int <= INT_MAX
    }

    /// The float as a value, unless it is a NaN: those are heap objects.
    #[inline(always)]
    #[must_use]
    pub fn from_f64(float: f64) -> Option<Value> {
        if float.is_nan() {
            None
        } else {
            Some(Value::from_f64_unchecked(float))
        }
    }

    /// The float, which is not a NaN, as a value.
    #[inline(always)]
    #[must_use]
    pub fn from_f64_unchecked(float: f64) -> Value {
        debug_assert!(!float.is_nan(), "a NaN is never inline");
        match NonZeroU64::new(float.to_bits().wrapping_add(FLOAT_OFFSET)) {
            Some(bits) => Value(bits),
            None => Value::from_small_int_unchecked(0),
        }
    }

    /// The reference as a value.
    #[inline(always)]
    #[must_use]
    pub fn from_ref(object: Ref) -> Value {
        debug_assert!(
            object.address() < encoding_limit(),
            "V2: an address is below 2^49"
        );
        Value(object.non_zero_bits())
    }

    /// Whether this is an inline integer.
    #[inline(always)]
    #[must_use]
    pub const fn is_small_int(self) -> bool {
        self.0.get() >= INT_TAG
    }

    /// Whether this is an inline float.
    #[inline(always)]
    #[must_use]
    pub const fn is_float(self) -> bool {
        self.0.get().wrapping_sub(FLOAT_OFFSET) < INT_TAG - FLOAT_OFFSET
    }

    /// Whether this is a reference to an object.
    #[inline(always)]
    #[must_use]
    pub const fn is_ref(self) -> bool {
        self.0.get() < FLOAT_OFFSET
    }

    /// Whether both are inline integers, in one comparison.
    #[inline(always)]
    #[must_use]
    pub const fn both_small_ints(self, other: Value) -> bool {
        self.0.get() & other.0.get() >= INT_TAG
    }

    /// The integer, if it is an inline one.
    #[inline(always)]
    #[must_use]
    pub const fn as_small_int(self) -> Option<i64> {
        if self.is_small_int() {
            Some(self.as_small_int_unchecked())
        } else {
            None
        }
    }

    /// The integer; a meaningless number (not undefined behaviour) for other values.
    #[inline(always)]
    #[must_use]
    pub const fn as_small_int_unchecked(self) -> i64 {
        (self.0.get() << INT_SHIFT).cast_signed() >> INT_SHIFT
    }

    /// The float, if it is an inline one.
    #[inline(always)]
    #[must_use]
    pub const fn as_f64(self) -> Option<f64> {
        if self.is_float() {
            Some(self.as_f64_unchecked())
        } else {
            None
        }
    }

    /// The float; a meaningless number (not undefined behaviour) for other values.
    #[inline(always)]
    #[must_use]
    pub const fn as_f64_unchecked(self) -> f64 {
        f64::from_bits(self.0.get().wrapping_sub(FLOAT_OFFSET))
    }

    /// The reference, if it is one.
    #[inline(always)]
    #[must_use]
    pub fn as_ref(self) -> Option<Ref> {
        if !self.is_ref() {
            return None;
        }
        // SAFETY: it is a reference.
        Some(unsafe { self.as_ref_unchecked() })
    }

    /// The reference.
    ///
    /// # Safety
    /// [`Value::is_ref`] holds.
    #[inline(always)]
    #[must_use]
    pub unsafe fn as_ref_unchecked(self) -> Ref {
        debug_assert!(self.is_ref());
        // SAFETY: the caller says that this is a reference, so the bits are an address by V2.
        unsafe { Ref::from_bits(self.0) }
    }

    /// The 64 bits, never 0.
    #[inline(always)]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0.get()
    }

    /// The value of these bits; 0 is no value.
    ///
    /// # Safety
    /// The bits come from [`Value::bits`] of a value that is still alive, or are 0.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn from_bits(bits: u64) -> Option<Value> {
        match NonZeroU64::new(bits) {
            Some(bits) => Some(Value(bits)),
            None => None,
        }
    }

    /// The value of these bits.
    ///
    /// # Safety
    /// As [`Value::from_bits`], and the bits are not 0.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn from_bits_unchecked(bits: u64) -> Value {
        // SAFETY: the caller says that the bits are not 0.
        Value(unsafe { NonZeroU64::new_unchecked(bits) })
    }
}

/// First address that cannot be told from a float.
const fn encoding_limit() -> usize {
    1 << 49
}

impl From<Ref> for Value {
    fn from(object: Ref) -> Value {
        Value::from_ref(object)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(int) = self.as_small_int() {
            write!(f, "int({int})")
        } else if let Some(float) = self.as_f64() {
            write!(f, "float({float:?})")
        } else {
            write!(f, "ref({:#x})", self.bits())
        }
    }
}

#[cfg(test)]
mod tests;
