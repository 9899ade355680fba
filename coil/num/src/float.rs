//! Binary64 floats: text in and out, Python's rules for division, rounding, powers and hashing.
//!
//! Correct rounding rests on the standard library: `{:e}` is the shortest text that reads back, `{:.N}` and `{:.Ne}` are
//! exact with ties to even, `str::parse` is correctly rounded.

mod arith;
mod format;
mod hex;
mod parse;

pub use arith::{PowError, divmod, floor_div, floor_mod, hash, integer_ratio, pow, round_digits};
pub use format::{Kind, Style, format, repr};
pub use hex::{HexError, from_hex, to_hex};
pub use parse::parse;

/// `mantissa * 2^exponent` rounded to nearest, ties to even; `inexact` says that something follows the mantissa's last
/// bit. Infinite on overflow.
pub(crate) fn scaled(mantissa: u128, inexact: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let top = exponent + 128 - i64::from(mantissa.leading_zeros());
    if top > 1025 {
        return f64::INFINITY;
    }
    let lowest = (top - 53).max(-1074);
    let drop = lowest - exponent;
    let kept = if drop <= 0 {
        mantissa << -drop
    } else if drop > 128 {
        0
    } else {
        let kept = mantissa.checked_shr(drop as u32).unwrap_or(0);
        let half = 1u128 << (drop - 1);
        let rest = mantissa & (half | (half - 1));
        let up = rest > half || rest == half && (inexact || kept & 1 == 1);
        kept + u128::from(up)
    };
    let bits = (((lowest + 1074) as u64) << 52) + kept as u64;
    f64::from_bits(bits.min(f64::INFINITY.to_bits()))
}
