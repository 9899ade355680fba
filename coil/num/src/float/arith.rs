//! Arithmetic on floats where Python's rules are not the processor's.

use crate::bigint::{HASH_MODULUS, IntBuf};

const HASH_BITS: u32 = 61;

/// Python's `divmod` of floats; the divisor is not zero (the caller raises).
pub fn divmod(a: f64, b: f64) -> (f64, f64) {
    let rest = floor_mod(a, b);
    let exact = (a - a % b) / b;
    // A remainder moved to the divisor's sign belongs to a quotient one lower.
    let quotient = if rest != 0.0 && rest != a % b {
        exact - 1.0
    } else {
        exact
    };
    if quotient == 0.0 {
        return (0.0f64.copysign(a / b), rest);
    }
    let floor = quotient.floor();
    (
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        },
        rest,
    )
}

/// Python's `a // b` of floats; the divisor is not zero.
pub fn floor_div(a: f64, b: f64) -> f64 {
    divmod(a, b).0
}

/// Python's `a % b` of floats: the sign is the divisor's. The divisor is not zero.
pub fn floor_mod(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest == 0.0 {
        0.0f64.copysign(b)
    } else if (rest < 0.0) != (b < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// Why a power has no float result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowError {
    /// Zero to a negative power.
    ZeroToNegative,
    /// A negative number to a power that is no integer: the result is complex.
    Complex,
    /// The result is too large.
    Overflow,
}

/// Python's `a ** b` of floats.
///
/// # Errors
/// [`PowError`], where Python raises or turns to complex numbers.
pub fn pow(a: f64, b: f64) -> Result<f64, PowError> {
    let finite = a.is_finite() && b.is_finite();
    if finite && a == 0.0 && b < 0.0 || a == 0.0 && b == f64::NEG_INFINITY {
        return if b.is_finite() {
            Err(PowError::ZeroToNegative)
        } else {
            Ok(f64::INFINITY)
        };
    }
    if finite && a < 0.0 && b != b.floor() {
        return Err(PowError::Complex);
    }
    let result = a.powf(b);
    if finite && result.is_infinite() {
        Err(PowError::Overflow)
    } else {
        Ok(result)
    }
}

/// Python's hash of a float; `None` for a NaN, which hashes by identity.
pub fn hash(value: f64) -> Option<i64> {
    if value.is_nan() {
        return None;
    }
    if value.is_infinite() {
        return Some(if value > 0.0 { 314_159 } else { -314_159 });
    }
    let (mantissa, exponent) = parts(value);
    let turn = exponent.rem_euclid(HASH_BITS as i32) as u32;
    // 2^61 is 1 modulo 2^61 - 1, so a power of two is a rotation of 61 bits.
    let rotated = if turn == 0 {
        mantissa
    } else {
        (mantissa << turn & HASH_MODULUS) | mantissa >> (HASH_BITS - turn)
    };
    let hash = (rotated % HASH_MODULUS) as i64;
    let hash = if value < 0.0 { -hash } else { hash };
    Some(if hash == -1 { -2 } else { hash })
}

/// Magnitude as an odd (or zero) mantissa times a power of two.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let field = (bits >> 52 & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if field == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, field - 1075)
    };
    if mantissa == 0 {
        return (0, 0);
    }
    let zeros = mantissa.trailing_zeros();
    (mantissa >> zeros, exponent + zeros as i32)
}

/// Python's `float.as_integer_ratio`: numerator and positive denominator in lowest terms; `None` unless finite.
pub fn integer_ratio(value: f64) -> Option<(IntBuf, IntBuf)> {
    if !value.is_finite() {
        return None;
    }
    let (mantissa, exponent) = parts(value);
    let numerator = IntBuf::from_parts(value < 0.0, u128::from(mantissa));
    let one = IntBuf::from(1u64);
    let shifted = |number: &IntBuf| {
        number
            .as_ref()
            .shl(u64::from(exponent.unsigned_abs()))
            .expect("a float has 1074 bits at most")
    };
    Some(if exponent >= 0 {
        (shifted(&numerator), one)
    } else {
        (numerator, shifted(&one))
    })
}

/// Python's `round(value, digits)`: to nearest by the exact decimal value, ties to even. `None` if the result is too
/// large for a float.
pub fn round_digits(value: f64, digits: i64) -> Option<f64> {
    if !value.is_finite() || value == 0.0 || digits > 323 {
        return Some(value);
    }
    if digits < -308 {
        return Some(0.0f64.copysign(value));
    }
    let rounded = if digits >= 0 {
        let precision = digits as usize;
        parse_back(&format!("{value:.precision$}"))
    } else {
        // Below 2^53 / 10 a float minus its fraction is exact; in general count the digits kept in scientific form.
        let text = format!("{:e}", value.abs());
        let exponent: i64 = text
            .split_once('e')
            .and_then(|(_, e)| e.parse().ok())
            .expect("scientific form");
        let kept = exponent + digits;
        if kept >= 0 {
            let precision = kept as usize;
            parse_back(&format!("{value:.precision$e}"))
        } else if kept == -1 && above_half(value.abs(), exponent) {
            parse_back(&format!("1e{}", exponent + 1)).copysign(value)
        } else {
            0.0f64.copysign(value)
        }
    };
    rounded.is_finite().then_some(rounded)
}

/// Whether the value is more than half of the next power of ten.
fn above_half(value: f64, exponent: i64) -> bool {
    let text = format!("{value:.800e}");
    let (mantissa, real) = text.split_once('e').expect("scientific form");
    debug_assert!(real.parse() == Ok(exponent), "800 digits do not round up");
    let mut digits = mantissa.bytes().filter(u8::is_ascii_digit);
    match digits.next() {
        Some(b'5') => digits.any(|d| d != b'0'),
        first => first > Some(b'5'),
    }
}

fn parse_back(text: &str) -> f64 {
    text.parse().expect("formatted by this function")
}
