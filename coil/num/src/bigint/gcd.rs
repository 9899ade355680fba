//! The greatest common divisor: Lehmer's algorithm on the leading 60 bits, Euclid's once the numbers are small.
//! Source: Knuth, TAOCP volume 2, 4.5.2, algorithm L.

use super::{DIGIT_BITS, DIGIT_MASK, IntBuf, IntRef};
use std::mem::swap;

impl IntRef<'_> {
    /// The greatest common divisor, never negative.
    pub fn gcd(self, other: IntRef<'_>) -> IntBuf {
        let (mut a, mut b) = (self.abs().to_buf(), other.abs().to_buf());
        if a.as_ref() < b.as_ref() {
            swap(&mut a, &mut b);
        }
        loop {
            if let (Some(x), Some(y)) = (a.as_ref().small(), b.as_ref().small()) {
                return IntBuf::from_parts(false, small_gcd(x, y));
            }
            if b.is_zero() {
                return a;
            }
            let [p, q, r, s] = cofactors(a.as_ref(), b.as_ref());
            if q == 0 {
                let rest = a
                    .as_ref()
                    .floor_mod(b.as_ref())
                    .expect("the divisor is not zero");
                a = std::mem::replace(&mut b, rest);
            } else {
                let next = combine(&a, &b, p, q);
                b = combine(&a, &b, r, s);
                a = next;
            }
        }
    }
}

fn small_gcd(mut x: u128, mut y: u128) -> u128 {
    while y != 0 {
        if let (Ok(mut a), Ok(mut b)) = (u64::try_from(x), u64::try_from(y)) {
            while b != 0 {
                (a, b) = (b, a % b);
            }
            return u128::from(a);
        }
        (x, y) = (y, x % y);
    }
    x
}

/// The matrix of the Euclidean steps that the leading bits decide; its second entry is zero if they decide none.
fn cofactors(a: IntRef<'_>, b: IntRef<'_>) -> [i64; 4] {
    let shift = a.bit_length().saturating_sub(60);
    let top = |n: IntRef<'_>| leading_bits(n, shift);
    let (mut x, mut y) = (top(a), top(b));
    let (mut p, mut q, mut r, mut s) = (1i64, 0i64, 0i64, 1i64);
    while y + r != 0 && y + s != 0 {
        let quotient = (x + p) / (y + r);
        if quotient != (x + q) / (y + s) {
            break;
        }
        let (next_p, next_q) = (p - quotient * r, q - quotient * s);
        // The entries stay below 2^30 so that a digit times an entry fits in 64 bits with room for carries.
        if next_p.abs() > i64::from(DIGIT_MASK) || next_q.abs() > i64::from(DIGIT_MASK) {
            break;
        }
        (p, q, r, s) = (r, s, next_p, next_q);
        (x, y) = (y, x - quotient * y);
    }
    [p, q, r, s]
}

/// The magnitude shifted down until 60 bits of the larger number are left.
fn leading_bits(n: IntRef<'_>, shift: u64) -> i64 {
    let (places, bits) = (
        (shift / u64::from(DIGIT_BITS)) as usize,
        shift % u64::from(DIGIT_BITS),
    );
    let digits = n.digits.get(places..).unwrap_or(&[]);
    let all = digits
        .iter()
        .take(3)
        .rev()
        .fold(0u128, |all, &d| all << DIGIT_BITS | u128::from(d));
    (all >> bits) as i64
}

/// `a * p + b * q`, which is known not to be negative.
fn combine(a: &IntBuf, b: &IntBuf, p: i64, q: i64) -> IntBuf {
    let mut result = IntBuf::zeroed(a.digits().len());
    let tail = b.digits().iter().copied().chain(std::iter::repeat(0));
    let mut carry = 0i64;
    for ((to, &x), y) in result.digits_mut().iter_mut().zip(a.digits()).zip(tail) {
        let all = carry + i64::from(x) * p + i64::from(y) * q;
        *to = all as u32 & DIGIT_MASK;
        carry = all >> DIGIT_BITS;
    }
    debug_assert!(
        carry == 0,
        "the combination is smaller than the larger number"
    );
    result.finish(false)
}
