//! Addition and subtraction.

use super::buf::{cmp_magnitude, trim};
use super::{DIGIT_BITS, DIGIT_MASK, IntBuf, IntRef};
use std::cmp::Ordering;

impl IntRef<'_> {
    /// `self + other`.
    #[inline]
    pub fn add(self, other: IntRef<'_>) -> IntBuf {
        signed_sum(self, other, other.negative)
    }

    /// `self - other`.
    #[inline]
    pub fn sub(self, other: IntRef<'_>) -> IntBuf {
        signed_sum(self, other, !other.negative)
    }
}

#[inline]
fn signed_sum(a: IntRef<'_>, b: IntRef<'_>, b_negative: bool) -> IntBuf {
    if let (Some(x), Some(y)) = (a.small(), b.small()) {
        let x = if a.negative { -(x as i128) } else { x as i128 };
        let y = if b_negative { -(y as i128) } else { y as i128 };
        return IntBuf::from(x + y);
    }
    if a.negative == b_negative {
        return add_magnitudes(a.digits, b.digits).finish(a.negative);
    }
    match cmp_magnitude(a.digits, b.digits) {
        Ordering::Equal => IntBuf::ZERO,
        Ordering::Greater => sub_magnitudes(a.digits, b.digits).finish(a.negative),
        Ordering::Less => sub_magnitudes(b.digits, a.digits).finish(b_negative),
    }
}

/// Two digits side by side in one word, as they stand in memory: between them are two bits that carries have to cross.
#[inline]
fn join(pair: &[u32; 2]) -> u64 {
    u64::from(pair[0]) | u64::from(pair[1]) << 32
}

#[inline]
fn split(pair: &mut [u32; 2], value: u64) {
    pair[0] = value as u32 & DIGIT_MASK;
    pair[1] = (value >> 32) as u32 & DIGIT_MASK;
}

/// The bits above the lower of two joined digits: where they are ones, a carry goes on to the upper digit.
const BRIDGE: u64 = !DIGIT_MASK as u64;

/// The sum of magnitudes; not trimmed.
fn add_magnitudes(a: &[u32], b: &[u32]) -> IntBuf {
    let mut sum = IntBuf::zeroed(a.len().max(b.len()) + 1);
    write_sum(a, b, sum.digits_mut());
    sum
}

/// Writes the sum of magnitudes, two digits at a time and one digit longer than the longer one; not trimmed.
pub(super) fn write_sum(a: &[u32], b: &[u32], out: &mut [u32]) {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    debug_assert!(out.len() == long.len() + 1, "room for the sum");
    let even = short.len() & !1;
    let mut carry = 0u64;
    let (to_pairs, _) = out[..even].as_chunks_mut::<2>();
    let (long_pairs, _) = long[..even].as_chunks::<2>();
    for ((to, x), y) in to_pairs
        .iter_mut()
        .zip(long_pairs)
        .zip(short.as_chunks::<2>().0)
    {
        let all = (join(x) | BRIDGE) + join(y) + carry;
        split(to, all);
        carry = all >> (32 + DIGIT_BITS);
    }
    if let Some(&last) = short.get(even) {
        let all = u64::from(long[even]) + u64::from(last) + carry;
        out[even] = all as u32 & DIGIT_MASK;
        carry = all >> DIGIT_BITS;
    }
    let rest = &mut out[short.len()..long.len()];
    rest.copy_from_slice(&long[short.len()..]);
    if carry != 0 {
        carry = u64::from(increment(rest));
    }
    out[long.len()] = carry as u32;
}

/// Subtracts the smaller magnitude `b` from `a`; not trimmed.
fn sub_magnitudes(a: &[u32], b: &[u32]) -> IntBuf {
    let mut difference = IntBuf::zeroed(a.len());
    write_difference(a, b, difference.digits_mut());
    difference
}

/// Writes `a` less the smaller magnitude `b`, as long as `a`; not trimmed.
pub(super) fn write_difference(a: &[u32], b: &[u32], out: &mut [u32]) {
    debug_assert!(out.len() == a.len(), "room for the difference");
    let even = b.len() & !1;
    let mut borrow = 0u64;
    let (to_pairs, _) = out[..even].as_chunks_mut::<2>();
    let (a_pairs, _) = a[..even].as_chunks::<2>();
    for ((to, x), y) in to_pairs.iter_mut().zip(a_pairs).zip(b.as_chunks::<2>().0) {
        let all = join(x).wrapping_sub(join(y)).wrapping_sub(borrow);
        split(to, all);
        borrow = all >> 63;
    }
    if let Some(&last) = b.get(even) {
        let all = u64::from(a[even])
            .wrapping_sub(u64::from(last))
            .wrapping_sub(borrow);
        out[even] = all as u32 & DIGIT_MASK;
        borrow = all >> 63;
    }
    let rest = &mut out[b.len()..];
    rest.copy_from_slice(&a[b.len()..]);
    if borrow != 0 {
        borrow = u64::from(decrement(rest));
    }
    debug_assert!(borrow == 0, "the first magnitude is the larger one");
}

/// Adds one to a magnitude in place; the carry out of the top is the result.
pub(super) fn increment(digits: &mut [u32]) -> u32 {
    for digit in digits {
        if *digit < DIGIT_MASK {
            *digit += 1;
            return 0;
        }
        *digit = 0;
    }
    1
}

/// Takes one from a magnitude in place; the borrow out of the top is the result.
fn decrement(digits: &mut [u32]) -> u32 {
    for digit in digits {
        if *digit > 0 {
            *digit -= 1;
            return 0;
        }
        *digit = DIGIT_MASK;
    }
    1
}

/// `a - b` for magnitudes with `a >= b`.
pub(super) fn difference(a: &[u32], b: &[u32]) -> IntBuf {
    sub_magnitudes(trim(a), trim(b)).finish(false)
}
