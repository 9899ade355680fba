//! Floats to text.

use std::fmt::Write;

/// No float has more digits than this after the point, or in scientific form: the rest are zeros. (The standard
/// library refuses precisions above 65535.)
const EXACT_DIGITS: usize = 1100;

/// The form of a formatted float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Digits after the point, no exponent: `f`.
    Fixed,
    /// One digit before the point and an exponent: `e`.
    Exponent,
    /// Significant digits, the shorter of the two: `g`.
    General,
    /// As [`Kind::General`], but what looks like an integer gets `.0`, which counts as a digit.
    GeneralWithPoint,
    /// The shortest text that reads back (the precision is ignored), with an exponent below -4 and from 16 on.
    Repr,
    /// As [`Kind::Repr`] without the `.0` of integers.
    Shortest,
}

/// How to format a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// The form.
    pub kind: Kind,
    /// Digits after the point, or significant digits for `g`.
    pub precision: usize,
    /// Always a point, and no stripping of zeros for `g`.
    pub alternate: bool,
    /// `E`, `INF` and `NAN` in upper case.
    pub upper: bool,
}

/// Python's `repr` of a float.
pub fn repr(value: f64) -> String {
    format(
        value,
        Style {
            kind: Kind::Repr,
            precision: 0,
            alternate: false,
            upper: false,
        },
    )
}

/// Formats a float; a minus sign where it is negative, which includes negative zero but not NaN.
pub fn format(value: f64, style: Style) -> String {
    let mut text = String::new();
    if value.is_nan() {
        text.push_str("nan");
    } else {
        if value.is_sign_negative() {
            text.push('-');
        }
        if value.is_infinite() {
            text.push_str("inf");
        } else {
            finite(&mut text, value.abs(), style);
        }
    }
    if style.upper {
        text.make_ascii_uppercase();
    }
    text
}

fn finite(text: &mut String, value: f64, style: Style) {
    match style.kind {
        Kind::Fixed => {
            let exact = style.precision.min(EXACT_DIGITS);
            write!(text, "{value:.exact$}").expect("writing to a string");
            push_zeros(text, style.precision - exact);
            if style.precision == 0 && style.alternate {
                text.push('.');
            }
        }
        Kind::Exponent => {
            let (digits, exponent) = significant(value, style.precision + 1);
            push_exponent_form(text, &digits, exponent, style.alternate);
        }
        Kind::General | Kind::GeneralWithPoint => {
            let with_point = style.kind == Kind::GeneralWithPoint;
            let precision = style.precision.max(1);
            let (mut digits, exponent) = significant(value, precision);
            let limit = precision as i64 - i64::from(with_point);
            if !style.alternate {
                digits.truncate(digits.trim_end_matches('0').len().max(1));
            }
            if exponent < -4 || exponent >= limit {
                push_exponent_form(text, &digits, exponent, style.alternate);
            } else {
                push_fixed_form(text, &digits, exponent, style.alternate, with_point);
            }
        }
        Kind::Repr | Kind::Shortest => {
            let (mut digits, mut exponent) = split_scientific(&format!("{value:e}"));
            // Of two texts as short and as near, the even one is wanted: exact rounding gives that. But where floats below are
            // denser than those above (powers of two), the nearest text of that length may read back as another float.
            if digits.len() >= 15 {
                let nearest = significant(value, digits.len());
                if !is_power_of_two(value) || reads_back(&nearest, value) {
                    (digits, exponent) = nearest;
                }
            }
            if (-4..16).contains(&exponent) {
                push_fixed_form(
                    text,
                    &digits,
                    exponent,
                    style.alternate,
                    style.kind == Kind::Repr,
                );
            } else {
                push_exponent_form(text, &digits, exponent, style.alternate);
            }
        }
    }
}

fn is_power_of_two(value: f64) -> bool {
    let fraction = (1 << (f64::MANTISSA_DIGITS - 1)) - 1;
    value.to_bits() & fraction == 0
}

/// Whether the digits, the first of them before the point, with the exponent are a text of `value`.
fn reads_back((digits, exponent): &(String, i64), value: f64) -> bool {
    let (first, rest) = digits.split_at(1);
    format!("{first}.{rest}e{exponent}").parse() == Ok(value)
}

fn push_zeros(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n('0', count));
}

/// `count` significant digits, and the exponent of the first.
fn significant(value: f64, count: usize) -> (String, i64) {
    let exact = count.min(EXACT_DIGITS);
    let (mut digits, exponent) = split_scientific(&format!("{value:.*e}", exact - 1));
    push_zeros(&mut digits, count - exact);
    (digits, exponent)
}

fn split_scientific(text: &str) -> (String, i64) {
    let (mantissa, exponent) = text
        .split_once('e')
        .expect("scientific form has an exponent");
    let digits = mantissa.chars().filter(|&c| c != '.').collect();
    (digits, exponent.parse().expect("a small number"))
}

fn push_exponent_form(text: &mut String, digits: &str, exponent: i64, point: bool) {
    let (first, rest) = digits.split_at(1);
    text.push_str(first);
    if !rest.is_empty() || point {
        text.push('.');
        text.push_str(rest);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(text, "e{sign}{:02}", exponent.unsigned_abs()).expect("writing to a string");
}

fn push_fixed_form(text: &mut String, digits: &str, exponent: i64, point: bool, dot_zero: bool) {
    let before = usize::try_from(exponent + 1).unwrap_or(0);
    if before == 0 {
        text.push_str("0.");
        push_zeros(text, (-1 - exponent) as usize);
        text.push_str(digits);
        return;
    }
    if digits.len() > before {
        text.push_str(&digits[..before]);
        text.push('.');
        text.push_str(&digits[before..]);
        return;
    }
    text.push_str(digits);
    push_zeros(text, before - digits.len());
    if dot_zero {
        text.push_str(".0");
    } else if point {
        text.push('.');
    }
}
