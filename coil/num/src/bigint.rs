//! Integers of any size as sign and magnitude in 30-bit digits, little endian: the layout heap objects use.
//!
//! [`IntRef`] borrows digits from wherever they live and carries all operations; every result is an [`IntBuf`], whose
//! digits the caller copies into a fresh object. Up to six digits an `IntBuf` needs no allocation.
//!
//! Invariant: the highest digit is not zero, every digit is below 2^30, and zero has no digits and no sign.
//!
//! How to read it: `limb` joins digits to 60-bit limbs (two digits each, so repacking is a shift and an or) and holds the
//! division by a reciprocal; `add`, `mul`, `div` work on them. Past a few thousand bits `kernel` hands over to `num-bigint`.

#![expect(
    clippy::should_implement_trait,
    reason = "results are owned, and multiplying or shifting can fail"
)]

mod add;
mod bits;
mod buf;
mod convert;
mod div;
mod gcd;
mod into;
mod kernel;
mod limb;
mod mul;
mod parse;
mod power;
mod shift;
mod text;

pub use buf::{IntBuf, IntRef};
pub use convert::HASH_MODULUS;
pub use into::{IntOp, Written};
pub use parse::parse;

/// Bits in one digit.
pub const DIGIT_BITS: u32 = 30;
/// The largest digit.
pub const DIGIT_MASK: u32 = (1 << DIGIT_BITS) - 1;
/// Results longer than this many digits are refused with [`IntError::TooLarge`] (half a gigabyte of digits).
pub const MAX_DIGITS: usize = 1 << 27;

/// Why an integer operation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntError {
    /// Division or modulo by zero, or a modulus of zero.
    ZeroDivision,
    /// The result does not fit in a float.
    Overflow,
    /// A shift count below zero.
    NegativeShift,
    /// A power with an exponent below zero and no modulus.
    NegativeExponent,
    /// The base has no inverse for the modulus.
    NotInvertible,
    /// The square root of a number below zero.
    NegativeRoot,
    /// The result would have more than [`MAX_DIGITS`] digits.
    TooLarge,
}
