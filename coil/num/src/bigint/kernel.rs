//! The bridge to `num-bigint`, which does the sizes where better algorithms than ours pay.

use super::limb::{LIMB_BITS, LIMB_MASK};
use super::{DIGIT_BITS, DIGIT_MASK, IntBuf};
use num_bigint::BigUint;

/// A magnitude as the kernel's number.
pub(super) fn to_kernel(digits: &[u32]) -> BigUint {
    let mut words = Vec::with_capacity(digits.len());
    let (mut pending, mut bits) = (0u64, 0);
    for &digit in digits {
        pending |= u64::from(digit) << bits;
        bits += DIGIT_BITS;
        if bits >= 32 {
            words.push(pending as u32);
            pending >>= 32;
            bits -= 32;
        }
    }
    words.push(pending as u32);
    BigUint::new(words)
}

/// The kernel's number as a positive integer.
pub(super) fn from_kernel(number: &BigUint) -> IntBuf {
    let digits =
        usize::try_from(number.bits().div_ceil(u64::from(DIGIT_BITS))).expect("it is in memory");
    let mut result = IntBuf::zeroed(digits);
    let mut out = result.digits_mut().iter_mut();
    let (mut pending, mut bits) = (0u128, 0);
    for word in number.iter_u64_digits() {
        pending |= u128::from(word) << bits;
        bits += 64;
        while bits >= DIGIT_BITS {
            match out.next() {
                Some(digit) => *digit = pending as u32 & DIGIT_MASK,
                None => break,
            }
            pending >>= DIGIT_BITS;
            bits -= DIGIT_BITS;
        }
    }
    if let Some(digit) = out.next() {
        *digit = pending as u32 & DIGIT_MASK;
    }
    result.finish(false)
}

/// Limbs as digits, both positive.
pub(super) fn from_limbs(limbs: &[u64]) -> IntBuf {
    let mut result = IntBuf::zeroed(limbs.len() * 2);
    super::limb::unpack(limbs, result.digits_mut());
    result.finish(false)
}

/// `limbs * factor + carry` in place; what leaves at the top is the result.
#[inline]
pub(super) fn mul_add_limb(limbs: &mut [u64], factor: u64, carry: u64) -> u64 {
    let mut carry = carry;
    for limb in limbs {
        let all = u128::from(*limb) * u128::from(factor) + u128::from(carry);
        *limb = all as u64 & LIMB_MASK;
        carry = (all >> LIMB_BITS) as u64;
    }
    carry
}
