//! 60-bit limbs: two digits joined, the unit multiplication and division work in.

use super::{DIGIT_BITS, DIGIT_MASK};

pub(super) const LIMB_BITS: u32 = 2 * DIGIT_BITS;
pub(super) const LIMB_MASK: u64 = (1 << LIMB_BITS) - 1;

/// Limbs that `digits` digits fill.
#[inline]
pub(super) fn limb_count(digits: usize) -> usize {
    digits.div_ceil(2)
}

/// Joins digits to limbs; `out` has exactly [`limb_count`] limbs.
#[inline]
pub(super) fn pack(digits: &[u32], out: &mut [u64]) {
    let pairs = digits.chunks_exact(2);
    if let ([odd], Some(last)) = (pairs.remainder(), out.last_mut()) {
        *last = u64::from(*odd);
    }
    for (limb, pair) in out.iter_mut().zip(pairs) {
        *limb = u64::from(pair[0]) | u64::from(pair[1]) << DIGIT_BITS;
    }
}

/// Splits limbs into digits; what does not fit in `out` must be zero.
#[inline]
pub(super) fn unpack(limbs: &[u64], out: &mut [u32]) {
    for (pair, &limb) in out.chunks_mut(2).zip(limbs) {
        pair[0] = limb as u32 & DIGIT_MASK;
        if let Some(high) = pair.get_mut(1) {
            *high = (limb >> DIGIT_BITS) as u32;
        }
    }
}

/// Runs `work` with `len` zeroed limbs of scratch space, on the stack while that is cheap.
#[inline]
pub(super) fn with_scratch<R>(len: usize, work: impl FnOnce(&mut [u64]) -> R) -> R {
    if len <= 12 {
        work(&mut [0; 12][..len])
    } else if len <= 48 {
        work(&mut [0; 48][..len])
    } else {
        work(&mut vec![0; len])
    }
}

/// Division of two limbs by one through a precomputed reciprocal.
/// Source: Möller and Granlund, "Improved division by invariant integers", IEEE ToC 2011, algorithm 4.
pub(super) struct Reciprocal {
    divisor: u64,
    inverse: u64,
    shift: u32,
}

impl Reciprocal {
    /// Prepares division by `divisor`, which is not zero and has at most 60 bits.
    pub(super) fn new(divisor: u64) -> Reciprocal {
        let shift = divisor.leading_zeros();
        let divisor = divisor << shift;
        let inverse = (u128::MAX / u128::from(divisor)) as u64;
        Reciprocal {
            divisor,
            inverse,
            shift,
        }
    }

    /// `(high * 2^60 + low)` divided by the divisor: quotient and remainder. `high` is below the divisor.
    #[inline]
    pub(super) fn div(&self, high: u64, low: u64) -> (u64, u64) {
        self.div_wide(u128::from(high) << LIMB_BITS | u128::from(low))
    }

    /// Quotient and remainder of a dividend whose quotient fits in 64 bits.
    #[inline]
    pub(super) fn div_wide(&self, dividend: u128) -> (u64, u64) {
        let wide = dividend << self.shift;
        let (high, low) = ((wide >> 64) as u64, wide as u64);
        let estimate = (u128::from(self.inverse) * u128::from(high)).wrapping_add(wide);
        let mut quotient = ((estimate >> 64) as u64).wrapping_add(1);
        let mut rest = low.wrapping_sub(quotient.wrapping_mul(self.divisor));
        if rest > estimate as u64 {
            quotient = quotient.wrapping_sub(1);
            rest = rest.wrapping_add(self.divisor);
        }
        if rest >= self.divisor {
            quotient = quotient.wrapping_add(1);
            rest -= self.divisor;
        }
        debug_assert!(high < self.divisor, "the quotient fits in one word");
        (quotient, rest >> self.shift)
    }
}
