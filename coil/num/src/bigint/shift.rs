//! Shifts; the right shift rounds down.

use super::add::increment;
use super::{DIGIT_BITS, DIGIT_MASK, IntBuf, IntError, IntRef, MAX_DIGITS};

impl IntRef<'_> {
    /// `self << count`.
    ///
    /// # Errors
    /// [`IntError::TooLarge`].
    pub fn shl(self, count: u64) -> Result<IntBuf, IntError> {
        if self.is_zero() {
            return Ok(IntBuf::ZERO);
        }
        let places =
            usize::try_from(count / u64::from(DIGIT_BITS)).map_err(|_| IntError::TooLarge)?;
        if places > MAX_DIGITS || places + self.digits.len() >= MAX_DIGITS {
            return Err(IntError::TooLarge);
        }
        let bits = (count % u64::from(DIGIT_BITS)) as u32;
        let mut result = IntBuf::zeroed(places + self.digits.len() + 1);
        let out = &mut result.digits_mut()[places..];
        let mut carry = 0;
        for (to, &digit) in out.iter_mut().zip(self.digits) {
            let all = u64::from(digit) << bits | carry;
            *to = all as u32 & DIGIT_MASK;
            carry = all >> DIGIT_BITS;
        }
        out[self.digits.len()] = carry as u32;
        Ok(result.finish(self.negative))
    }

    /// `self >> count`, rounded down.
    pub fn shr(self, count: u64) -> IntBuf {
        let places = usize::try_from(count / u64::from(DIGIT_BITS)).unwrap_or(usize::MAX);
        let Some((lost, kept)) = self
            .digits
            .split_at_checked(places)
            .filter(|(_, kept)| !kept.is_empty())
        else {
            return if self.negative {
                IntBuf::from(-1i64)
            } else {
                IntBuf::ZERO
            };
        };
        let bits = (count % u64::from(DIGIT_BITS)) as u32;
        let mut result = IntBuf::zeroed(kept.len() + usize::from(self.negative));
        let out = result.digits_mut();
        let above = kept[1..].iter().copied().chain(std::iter::once(0));
        for ((to, &digit), above) in out.iter_mut().zip(kept).zip(above) {
            let all = u64::from(digit) | u64::from(above) << DIGIT_BITS;
            *to = (all >> bits) as u32 & DIGIT_MASK;
        }
        if self.negative && (kept[0] & ((1 << bits) - 1) != 0 || lost.iter().any(|&d| d != 0)) {
            increment(out);
        }
        result.finish(self.negative)
    }
}
