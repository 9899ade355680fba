//! The greatest common divisor: Lehmer's algorithm on the leading 60 bits, Euclid's once the numbers are small.
//! Source: Knuth, TAOCP volume 2, 4.5.2, algorithm L.

use super::buf::{cmp_magnitude, trim};
use super::{DIGIT_BITS, DIGIT_MASK, IntBuf, IntRef};
use std::cmp::Ordering;
use std::mem::swap;

impl IntRef<'_> {
    /// The greatest common divisor, never negative.
    pub fn gcd(self, other: IntRef<'_>) -> IntBuf {
        let (mut a, mut b) = (self.digits.to_vec(), other.digits.to_vec());
        if cmp_magnitude(&a, &b) == Ordering::Less {
            swap(&mut a, &mut b);
        }
        loop {
            let (x, y) = (IntRef::new(false, &a), IntRef::new(false, &b));
            if let (Some(x), Some(y)) = (x.small(), y.small()) {
                return IntBuf::from_parts(false, small_gcd(x, y));
            }
            if y.is_zero() {
                return IntBuf::from_vec(false, a);
            }
            let matrix = cofactors(x, y);
            if matrix[1] == 0 {
                let rest = x.floor_mod(y).expect("the divisor is not zero");
                a = std::mem::replace(&mut b, rest.digits().to_vec());
            } else {
                combine(&mut a, &mut b, matrix);
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
        // The other bound of the true quotient has to agree: `(x + q) / (y + s)`, without a second division.
        let rest = i128::from(x + q) - i128::from(quotient) * i128::from(y + s);
        if rest < 0 || rest >= i128::from(y + s) {
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

/// Replaces `(a, b)` by `(a * p + b * q, a * r + b * s)`, which are known not to be negative and to be smaller than `a`.
fn combine(a: &mut Vec<u32>, b: &mut Vec<u32>, [p, q, r, s]: [i64; 4]) {
    b.resize(a.len(), 0);
    let (mut first, mut second) = (0i64, 0i64);
    for (to_a, to_b) in a.iter_mut().zip(b.iter_mut()) {
        let (x, y) = (i64::from(*to_a), i64::from(*to_b));
        first += x * p + y * q;
        second += x * r + y * s;
        *to_a = first as u32 & DIGIT_MASK;
        *to_b = second as u32 & DIGIT_MASK;
        first >>= DIGIT_BITS;
        second >>= DIGIT_BITS;
    }
    debug_assert!(
        first == 0 && second == 0,
        "the combinations are smaller than the larger number"
    );
    a.truncate(trim(a).len());
    b.truncate(trim(b).len());
}
