//! Hexadecimal float text: Python's `float.hex` and `float.fromhex`.

use super::scaled;

/// Why hexadecimal text is not a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    /// It does not follow the grammar.
    Invalid,
    /// It is larger than the largest float.
    Overflow,
}

/// Python's `float.hex`.
pub fn to_hex(value: f64) -> String {
    if !value.is_finite() {
        return super::repr(value);
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = value.to_bits();
    let field = (bits >> 52 & 0x7ff) as i64;
    let exponent = field.max(1) - 1023;
    let fraction = bits & ((1 << 52) - 1);
    format!(
        "{sign}0x{}.{fraction:013x}p{exponent:+}",
        u8::from(field != 0)
    )
}

/// Python's `float.fromhex`; white space is the caller's.
///
/// # Errors
/// [`HexError::Invalid`], [`HexError::Overflow`].
pub fn from_hex(text: &[u8]) -> Result<f64, HexError> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = match super::parse::special(text) {
        Some(value) => value,
        None => finite(text)?,
    };
    Ok(if negative { -magnitude } else { magnitude })
}

fn finite(text: &[u8]) -> Result<f64, HexError> {
    let mut rest = match text {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        _ => text,
    };
    let (mut mantissa, mut inexact, mut exponent) = (0u128, false, 0i64);
    let (mut any, mut point) = (false, false);
    while let [byte, tail @ ..] = rest {
        if *byte == b'.' && !point {
            point = true;
        } else if let Some(digit) = char::from(*byte).to_digit(16) {
            any = true;
            if mantissa >> 120 == 0 {
                mantissa = mantissa << 4 | u128::from(digit);
                exponent -= if point { 4 } else { 0 };
            } else {
                inexact |= digit != 0;
                exponent += if point { 0 } else { 4 };
            }
        } else {
            break;
        }
        rest = tail;
    }
    if !any {
        return Err(HexError::Invalid);
    }
    if let [b'p' | b'P', tail @ ..] = rest {
        let (down, digits) = match tail {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(HexError::Invalid);
        }
        // Far beyond any length of text the value no longer matters.
        let given = digits
            .iter()
            .fold(0i64, |all, d| (all * 10 + i64::from(d - b'0')).min(1 << 56));
        exponent += if down { -given } else { given };
    } else if !rest.is_empty() {
        return Err(HexError::Invalid);
    }
    let value = scaled(mantissa, inexact, exponent);
    if value.is_infinite() {
        Err(HexError::Overflow)
    } else {
        Ok(value)
    }
}
