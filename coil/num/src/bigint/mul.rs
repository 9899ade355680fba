//! Multiplication: by columns over 60-bit limbs (a product has 120 bits, so 255 of them sum up in 128 bits without carries).

use super::kernel::{from_kernel, to_kernel};
use super::limb::{LIMB_BITS, LIMB_MASK, limb_count, pack, with_scratch};
use super::{DIGIT_BITS, DIGIT_MASK, IntBuf, IntError, IntRef, MAX_DIGITS};

/// From this many limbs in the shorter operand the kernel's algorithms win.
const KERNEL_LIMBS: usize = 48;

/// A product of a digit with a factor of so many bits and a carry fit in one word.
const SHORT_FACTOR_BITS: u32 = 63 - DIGIT_BITS;

impl IntRef<'_> {
    /// `self * other`.
    ///
    /// # Errors
    /// [`IntError::TooLarge`].
    #[inline]
    pub fn mul(self, other: IntRef<'_>) -> Result<IntBuf, IntError> {
        if self.digits.len() + other.digits.len() > MAX_DIGITS {
            return Err(IntError::TooLarge);
        }
        let negative = self.negative != other.negative;
        let (long, short) = if self.digits.len() >= other.digits.len() {
            (self, other)
        } else {
            (other, self)
        };
        let Some(factor) = short.tiny() else {
            return Ok(long_product(long.digits, short.digits).finish(negative));
        };
        Ok(match long.tiny() {
            Some(x) => IntBuf::from_parts(negative, u128::from(x) * u128::from(factor)),
            None => by_limb(long.digits, factor).finish(negative),
        })
    }
}

/// The product with one limb; not trimmed.
fn by_limb(digits: &[u32], factor: u64) -> IntBuf {
    let mut product = IntBuf::zeroed(digits.len() + 2);
    write_by_limb(digits, factor, product.digits_mut());
    product
}

/// Writes the product with one limb, two digits longer than the other operand; not trimmed.
pub(super) fn write_by_limb(digits: &[u32], factor: u64, out: &mut [u32]) {
    debug_assert!(out.len() == digits.len() + 2, "room for the product");
    let mut carry = 0u64;
    if factor >> SHORT_FACTOR_BITS == 0 {
        let (low, high) = out.split_at_mut(digits.len());
        for (to, &digit) in low.iter_mut().zip(digits) {
            let all = u64::from(digit) * factor + carry;
            *to = all as u32 & DIGIT_MASK;
            carry = all >> DIGIT_BITS;
        }
        high[0] = carry as u32 & DIGIT_MASK;
        high[1] = (carry >> DIGIT_BITS) as u32;
        return;
    }
    let (pairs, odd) = digits.as_chunks::<2>();
    let even = 2 * pairs.len();
    let (to_pairs, _) = out[..even].as_chunks_mut::<2>();
    // Moved up, the factor moves the upper limb of a product into the upper word.
    let moved = factor << (64 - LIMB_BITS);
    // The products do not wait for the carries: from limb to limb there is one addition and one shift.
    let mut above = 0u64;
    for (to, pair) in to_pairs.iter_mut().zip(pairs) {
        let limb = u64::from(pair[0]) | u64::from(pair[1]) << DIGIT_BITS;
        let product = u128::from(limb) * u128::from(moved);
        let all = (product as u64 >> (64 - LIMB_BITS)) + above + carry;
        above = (product >> 64) as u64;
        carry = all >> LIMB_BITS;
        to[0] = all as u32 & DIGIT_MASK;
        to[1] = (all >> DIGIT_BITS) as u32 & DIGIT_MASK;
    }
    let odd = odd.first().map_or(0, |&d| u128::from(d));
    let all = odd * u128::from(factor) + u128::from(above + carry);
    for (place, to) in (0..).zip(&mut out[even..]) {
        *to = (all >> (place * DIGIT_BITS)) as u32 & DIGIT_MASK;
    }
}

fn long_product(long: &[u32], short: &[u32]) -> IntBuf {
    if needs_kernel(short) {
        return from_kernel(&(to_kernel(long) * to_kernel(short)));
    }
    let mut product = IntBuf::zeroed(long.len() + short.len());
    write_columns(long, short, product.digits_mut());
    product
}

/// Whether a product with this shorter operand is the kernel's work.
pub(super) fn needs_kernel(short: &[u32]) -> bool {
    limb_count(short.len()) > KERNEL_LIMBS
}

/// Writes the product, as long as both operands together; not trimmed.
pub(super) fn write_columns(long: &[u32], short: &[u32], out: &mut [u32]) {
    let (n, m) = (limb_count(long.len()), limb_count(short.len()));
    with_scratch(n + m, |scratch| {
        let (a, b) = scratch.split_at_mut(n);
        pack(long, a);
        pack(short, b);
        columns(a, b, out);
    });
}

/// Writes `a * b`; `a` is the longer one.
fn columns(a: &[u64], b: &[u64], out: &mut [u32]) {
    let mut sum = 0u128;
    for (column, to) in out.chunks_mut(2).enumerate() {
        let first = (column + 1).saturating_sub(b.len());
        let end = (column + 1).min(a.len());
        if first < end {
            let partners = &b[column + 1 - end..column + 1 - first];
            for (&x, &y) in a[first..end].iter().zip(partners.iter().rev()) {
                sum += u128::from(x) * u128::from(y);
            }
        }
        let limb = sum as u64 & LIMB_MASK;
        sum >>= LIMB_BITS;
        to[0] = limb as u32 & DIGIT_MASK;
        if let Some(high) = to.get_mut(1) {
            *high = (limb >> DIGIT_BITS) as u32;
        }
    }
    debug_assert!(sum == 0, "the product fits");
}
