//! Integers and floats, bytes, and the hash.

use super::limb::{LIMB_BITS, limb_count, pack, with_scratch};
use super::{DIGIT_BITS, DIGIT_MASK, IntBuf, IntError, IntRef};
use crate::float::scaled;
use std::cmp::Ordering;

/// The prime of Python's numeric hash, 2^61 - 1.
pub const HASH_MODULUS: u64 = (1 << 61) - 1;

impl IntRef<'_> {
    /// The nearest float, ties to even.
    ///
    /// # Errors
    /// [`IntError::Overflow`] if the result rounds to more than the largest float.
    pub fn to_f64(self) -> Result<f64, IntError> {
        if let Some(value) = self.tiny() {
            return Ok(if self.negative {
                -(value as f64)
            } else {
                value as f64
            });
        }
        let shift = self.bit_length().saturating_sub(64);
        if shift > 1024 {
            return Err(IntError::Overflow);
        }
        let inexact = self.trailing_zeros() < shift;
        let top = self.abs().shr(shift).as_ref().wrapping_u64();
        let value = scaled(u128::from(top), inexact, shift as i64);
        if value.is_infinite() {
            return Err(IntError::Overflow);
        }
        Ok(if self.negative { -value } else { value })
    }

    /// `self / other`, correctly rounded: Python's true division of integers.
    ///
    /// # Errors
    /// [`IntError::ZeroDivision`], [`IntError::Overflow`].
    pub fn true_div(self, other: IntRef<'_>) -> Result<f64, IntError> {
        if other.is_zero() {
            return Err(IntError::ZeroDivision);
        }
        let negative = self.negative != other.negative;
        let exact = |x: &u64| *x <= 1 << 53;
        if let (Some(x), Some(y)) = (self.tiny().filter(exact), other.tiny().filter(exact)) {
            let value = x as f64 / y as f64;
            return Ok(if negative && x != 0 { -value } else { value });
        }
        if self.is_zero() {
            return Ok(0.0);
        }
        let distance = self.bit_length() as i64 - other.bit_length() as i64;
        if distance > 1025 {
            return Err(IntError::Overflow);
        }
        if distance < -1080 {
            return Ok(if negative { -0.0 } else { 0.0 });
        }
        // A quotient of 65 or 66 bits, with everything below it in `inexact`.
        let shift = 65 - distance;
        let (dividend, dropped) = if shift >= 0 {
            (self.abs().shl(shift.unsigned_abs())?, false)
        } else {
            (
                self.abs().shr(shift.unsigned_abs()),
                self.trailing_zeros() < shift.unsigned_abs(),
            )
        };
        let (quotient, rest) = dividend.as_ref().trunc_divmod(other.abs())?;
        let top = quotient
            .as_ref()
            .to_i128()
            .expect("the quotient has 66 bits")
            .unsigned_abs();
        let value = scaled(top, dropped || !rest.is_zero(), -shift);
        if value.is_infinite() {
            return Err(IntError::Overflow);
        }
        Ok(if negative { -value } else { value })
    }

    /// Compares with a float exactly; `None` for a NaN.
    pub fn cmp_f64(self, other: f64) -> Option<Ordering> {
        if other.is_nan() {
            return None;
        }
        if other.is_infinite() {
            return Some(if other > 0.0 {
                Ordering::Less
            } else {
                Ordering::Greater
            });
        }
        let whole = IntBuf::from_f64(other).expect("it is finite");
        Some(self.cmp(&whole.as_ref()).then_with(|| {
            let fraction = other - other.trunc();
            0.0f64.partial_cmp(&fraction).expect("a finite fraction")
        }))
    }

    /// Python's hash of an integer.
    pub fn hash(self) -> i64 {
        let mut value = 0u64;
        for pair in self.digits.chunks(2).rev() {
            let limb =
                u64::from(pair[0]) | pair.get(1).map_or(0, |&high| u64::from(high) << DIGIT_BITS);
            // 2^61 is 1 here, so times 2^60 is a rotation.
            let rotated = (value << LIMB_BITS & HASH_MODULUS) | value >> (61 - LIMB_BITS);
            value = (rotated + limb) % HASH_MODULUS;
        }
        let hash = if self.negative {
            -(value as i64)
        } else {
            value as i64
        };
        if hash == -1 { -2 } else { hash }
    }

    /// Writes the low bytes in two's complement, little endian; whether the value fits (`signed` allows negative values
    /// and keeps the highest bit for the sign).
    pub fn write_le_bytes(self, out: &mut [u8], signed: bool) -> bool {
        let (mut pending, mut bits, mut carry) = (0u64, 0, u64::from(self.negative));
        let mut digits = self.digits.iter().copied();
        for byte in out.iter_mut() {
            if bits < 8 {
                let digit = u64::from(digits.next().unwrap_or(0));
                let digit = if self.negative {
                    let all = (!digit & u64::from(DIGIT_MASK)) + carry;
                    carry = all >> DIGIT_BITS;
                    all & u64::from(DIGIT_MASK)
                } else {
                    digit
                };
                pending |= digit << bits;
                bits += DIGIT_BITS;
            }
            *byte = pending as u8;
            pending >>= 8;
            bits -= 8;
        }
        let room = out.len() as u64 * 8;
        match (signed, self.negative) {
            (false, negative) => !negative && self.bit_length() <= room,
            (true, false) => self.bit_length() < room || self.is_zero(),
            (true, true) => {
                let power = self.trailing_zeros() + 1 == self.bit_length();
                self.bit_length() - u64::from(power) < room
            }
        }
    }
}

impl IntBuf {
    /// The integer part of a float; `None` for infinities and NaN.
    pub fn from_f64(value: f64) -> Option<IntBuf> {
        if !value.is_finite() {
            return None;
        }
        let bits = value.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as i64 - 1075;
        let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
        let negative = value < 0.0;
        if exponent <= -53 {
            return Some(IntBuf::ZERO);
        }
        if exponent <= 0 {
            return Some(IntBuf::from_parts(
                negative,
                u128::from(mantissa >> -exponent),
            ));
        }
        let result = IntBuf::from_parts(negative, u128::from(mantissa));
        Some(
            result
                .as_ref()
                .shl(exponent.unsigned_abs())
                .expect("a float has 1024 bits at most"),
        )
    }

    /// Reads little endian bytes, in two's complement if `signed`. `None` if that is more than [`super::MAX_DIGITS`].
    pub fn from_le_bytes(bytes: &[u8], signed: bool) -> Option<IntBuf> {
        let count = bytes.len().checked_mul(8)?.div_ceil(DIGIT_BITS as usize);
        if count > super::MAX_DIGITS {
            return None;
        }
        let negative = signed && bytes.last().is_some_and(|&top| top >= 0x80);
        let mut result = IntBuf::zeroed(count + 1);
        let mut source = bytes
            .iter()
            .map(|&byte| u64::from(if negative { !byte } else { byte }));
        let (mut pending, mut bits) = (0u64, 0);
        let out = result.digits_mut();
        for to in &mut *out {
            while bits < DIGIT_BITS {
                let Some(byte) = source.next() else { break };
                pending |= byte << bits;
                bits += 8;
            }
            *to = pending as u32 & DIGIT_MASK;
            pending >>= DIGIT_BITS;
            bits = bits.saturating_sub(DIGIT_BITS);
        }
        if negative {
            super::add::increment(out);
        }
        Some(result.finish(negative))
    }

    /// A magnitude from limbs by a closure that fills them; for results computed limb-wise.
    pub(super) fn with_limbs<R>(digits: &[u32], work: impl FnOnce(&mut [u64]) -> R) -> R {
        with_scratch(limb_count(digits.len()), |limbs| {
            pack(digits, limbs);
            work(limbs)
        })
    }
}
