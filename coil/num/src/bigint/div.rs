//! Division, floor and truncating. Long division is Knuth's algorithm D (TAOCP 4.3.1) over 60-bit limbs.

use super::add::{difference, increment};
use super::buf::cmp_magnitude;
use super::kernel::{from_kernel, to_kernel};
use super::limb::{LIMB_BITS, LIMB_MASK, Reciprocal, limb_count, pack, unpack, with_scratch};
use super::{DIGIT_BITS, IntBuf, IntError, IntRef};
use std::cmp::Ordering;

/// From this many limbs in divisor and quotient the kernel's algorithms win.
const KERNEL_LIMBS: usize = 200;

impl IntRef<'_> {
    /// Python's `divmod(self, other)`: the quotient rounds down, the remainder has the divisor's sign.
    ///
    /// # Errors
    /// [`IntError::ZeroDivision`].
    pub fn divmod(self, other: IntRef<'_>) -> Result<(IntBuf, IntBuf), IntError> {
        let (quotient, rest) = magnitudes(self.digits, other.digits, true)?;
        let inexact = !rest.is_zero() && self.negative != other.negative;
        let rest = if inexact {
            difference(other.digits, rest.digits())
        } else {
            rest
        };
        let quotient = floor_quotient(quotient, self.negative != other.negative, inexact);
        Ok((quotient, rest.finish(other.negative)))
    }

    /// Python's `self // other`.
    ///
    /// # Errors
    /// [`IntError::ZeroDivision`].
    pub fn floor_div(self, other: IntRef<'_>) -> Result<IntBuf, IntError> {
        let (quotient, rest) =
            magnitudes(self.digits, other.digits, self.negative != other.negative)?;
        let inexact = !rest.is_zero() && self.negative != other.negative;
        Ok(floor_quotient(
            quotient,
            self.negative != other.negative,
            inexact,
        ))
    }

    /// Python's `self % other`.
    ///
    /// # Errors
    /// [`IntError::ZeroDivision`].
    pub fn floor_mod(self, other: IntRef<'_>) -> Result<IntBuf, IntError> {
        let (_, rest) = magnitudes(self.digits, other.digits, true)?;
        let inexact = !rest.is_zero() && self.negative != other.negative;
        let rest = if inexact {
            difference(other.digits, rest.digits())
        } else {
            rest
        };
        Ok(rest.finish(other.negative))
    }

    /// Quotient rounded towards zero and the remainder with the dividend's sign, as in C.
    ///
    /// # Errors
    /// [`IntError::ZeroDivision`].
    pub fn trunc_divmod(self, other: IntRef<'_>) -> Result<(IntBuf, IntBuf), IntError> {
        let (quotient, rest) = magnitudes(self.digits, other.digits, true)?;
        Ok((
            quotient.finish(self.negative != other.negative),
            rest.finish(self.negative),
        ))
    }
}

/// Gives a quotient its sign, one lower when it was inexact and negative.
fn floor_quotient(mut quotient: IntBuf, negative: bool, inexact: bool) -> IntBuf {
    if inexact && increment(quotient.digits_mut()) != 0 {
        let mut longer = vec![0; quotient.digits().len() + 1];
        *longer.last_mut().expect("it has one digit at least") = 1;
        return IntBuf::from_vec(negative, longer);
    }
    quotient.finish(negative)
}

/// Divides magnitudes: quotient and remainder, the latter only if `want_rest`.
pub(super) fn magnitudes(
    a: &[u32],
    b: &[u32],
    want_rest: bool,
) -> Result<(IntBuf, IntBuf), IntError> {
    let (x, y) = (IntRef::new(false, a), IntRef::new(false, b));
    if b.is_empty() {
        return Err(IntError::ZeroDivision);
    }
    if let (Some(x), Some(y)) = (x.tiny(), y.tiny()) {
        return Ok((IntBuf::from(x / y), IntBuf::from(x % y)));
    }
    if cmp_magnitude(a, b) == Ordering::Less {
        return Ok((IntBuf::ZERO, x.to_buf()));
    }
    if let (Some(x), Some(y)) = (x.small(), y.small()) {
        return Ok((
            IntBuf::from_parts(false, x / y),
            IntBuf::from_parts(false, x % y),
        ));
    }
    if let Some(divisor) = y.tiny() {
        let (quotient, rest) = by_limb(a, divisor);
        return Ok((quotient, IntBuf::from(rest)));
    }
    if !want_rest && let Some(quotient) = short_quotient(x, y) {
        return Ok((IntBuf::from(quotient), IntBuf::ZERO));
    }
    let (n, m) = (limb_count(b.len()), limb_count(a.len()));
    if n > KERNEL_LIMBS && m - n > KERNEL_LIMBS {
        let (x, y) = (to_kernel(a), to_kernel(b));
        let quotient = &x / &y;
        let rest = if want_rest {
            from_kernel(&(x - &quotient * y))
        } else {
            IntBuf::ZERO
        };
        return Ok((from_kernel(&quotient), rest));
    }
    Ok(with_scratch(n + m + 1, |scratch| {
        let (v, u) = scratch.split_at_mut(n);
        pack(b, v);
        pack(a, &mut u[..m]);
        let mut quotient = IntBuf::zeroed(2 * (m - n) + 2);
        long_division(u, v, quotient.digits_mut(), want_rest);
        let mut rest = IntBuf::ZERO;
        if want_rest {
            rest = IntBuf::zeroed(b.len());
            unpack(&u[..n], rest.digits_mut());
        }
        (quotient.finish(false), rest.finish(false))
    }))
}

/// The quotient of magnitudes of nearly the same length, where their highest bits decide it. `b` has more than 64 bits.
fn short_quotient(a: IntRef<'_>, b: IntRef<'_>) -> Option<u64> {
    let drop = b.bit_length().checked_sub(64)?;
    if a.bit_length() - drop > 96 {
        return None;
    }
    // The true operands lie between these and these plus one, times a power of two.
    let (x, y) = (a.bits_from(drop), b.bits_from(drop));
    let least = x / (y + 1);
    let most = (x + 1) / y;
    (least == most).then_some(least as u64)
}

/// Divides by one limb; the quotient is trimmed.
pub(super) fn by_limb(digits: &[u32], divisor: u64) -> (IntBuf, u64) {
    let mut quotient = IntBuf::zeroed(digits.len());
    let out = quotient.digits_mut();
    let mut rest = 0;
    if divisor >> DIGIT_BITS == 0 {
        // The estimate by the rounded-down reciprocal is at most one too low: the dividend has 60 bits.
        let inverse = u64::MAX / divisor;
        for (to, &from) in out.iter_mut().zip(digits).rev() {
            let dividend = rest << DIGIT_BITS | u64::from(from);
            let estimate = ((u128::from(dividend) * u128::from(inverse)) >> 64) as u64;
            let left = dividend - estimate * divisor;
            let up = left >= divisor;
            *to = (estimate + u64::from(up)) as u32;
            rest = if up { left - divisor } else { left };
        }
        return (quotient.finish(false), rest);
    }
    let reciprocal = Reciprocal::new(divisor);
    for (to, from) in out.chunks_mut(2).zip(digits.chunks(2)).rev() {
        let limb = u64::from(from[0]) | u64::from(from.get(1).copied().unwrap_or(0)) << DIGIT_BITS;
        let (digit, left) = reciprocal.div(rest, limb);
        rest = left;
        unpack(&[digit], to);
    }
    (quotient.finish(false), rest)
}

/// Divides `u` by `v` (at least two limbs): `quotient` receives the digits, `u` the remainder (if `want_rest`).
/// `u` is at least `v` and has one zero limb on top.
fn long_division(u: &mut [u64], v: &mut [u64], quotient: &mut [u32], want_rest: bool) {
    let n = v.len();
    let shift = v[n - 1].leading_zeros() - (64 - LIMB_BITS);
    shift_left(v, shift);
    shift_left(u, shift);
    let (top, next) = (v[n - 1], v[n - 2]);
    let reciprocal = Reciprocal::new(top);
    for at in (0..u.len() - n).rev() {
        let window = &mut u[at..=at + n];
        let (mut digit, mut rest) = if window[n] < top {
            let (digit, rest) = reciprocal.div(window[n], window[n - 1]);
            (digit, u128::from(rest))
        } else {
            (LIMB_MASK, u128::from(window[n - 1]) + u128::from(top))
        };
        while rest >> LIMB_BITS == 0
            && u128::from(digit) * u128::from(next)
                > (rest << LIMB_BITS | u128::from(window[n - 2]))
        {
            digit -= 1;
            rest += u128::from(top);
        }
        if digit != 0 && subtract_product(window, v, digit) {
            digit -= 1;
            add_back(window, v);
        }
        unpack(&[digit], &mut quotient[2 * at..2 * at + 2]);
    }
    if want_rest && shift != 0 {
        for i in 0..n {
            let above = if i + 1 < u.len() { u[i + 1] } else { 0 };
            u[i] = (u[i] >> shift | above << (LIMB_BITS - shift)) & LIMB_MASK;
        }
    }
}

fn shift_left(limbs: &mut [u64], shift: u32) {
    let mut carry = 0;
    for limb in limbs {
        let shifted = *limb << shift | carry;
        carry = *limb >> (LIMB_BITS - shift);
        *limb = shifted & LIMB_MASK;
    }
}

/// `window -= v * digit`; whether it went below zero.
fn subtract_product(window: &mut [u64], v: &[u64], digit: u64) -> bool {
    let (top, low) = window
        .split_last_mut()
        .expect("the window is longer than the divisor");
    let mut borrow = 0u64;
    for (to, &limb) in low.iter_mut().zip(v) {
        let product = u128::from(limb) * u128::from(digit) + u128::from(borrow);
        let left = to.wrapping_sub(product as u64 & LIMB_MASK);
        borrow = (product >> LIMB_BITS) as u64 + (left >> 63);
        *to = left & LIMB_MASK;
    }
    let left = top.wrapping_sub(borrow);
    *top = left & LIMB_MASK;
    left >> 63 != 0
}

fn add_back(window: &mut [u64], v: &[u64]) {
    let (top, low) = window
        .split_last_mut()
        .expect("the window is longer than the divisor");
    let mut carry = 0;
    for (to, &limb) in low.iter_mut().zip(v) {
        let all = *to + limb + carry;
        *to = all & LIMB_MASK;
        carry = all >> LIMB_BITS;
    }
    *top = (*top + carry) & LIMB_MASK;
}
