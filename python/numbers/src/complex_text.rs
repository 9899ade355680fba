//! Text of complex numbers, both ways.

use coil_num::float::{self as floats, Kind, Style};

/// `repr` of a complex number.
pub(crate) fn repr(re: f64, im: f64) -> String {
    let part = |value: f64| {
        floats::format(
            value,
            Style {
                kind: Kind::Shortest,
                precision: 0,
                alternate: false,
                upper: false,
            },
        )
    };
    let imaginary = part(im);
    if re == 0.0 && re.is_sign_positive() {
        return format!("{imaginary}j");
    }
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imaginary}j)", part(re))
}

/// Parses what `complex(text)` accepts, white space around already cut off.
pub(crate) fn parse(text: &[u8]) -> Option<(f64, f64)> {
    let inner = match text {
        [b'(', inner @ .., b')'] => inner.trim_ascii(),
        _ => text,
    };
    if let Some(value) = floats::parse(inner) {
        return Some((value, 0.0));
    }
    let (b'j' | b'J') = *inner.last()? else {
        return None;
    };
    let body = &inner[..inner.len() - 1];
    // The imaginary part starts at the last sign that does not belong to an exponent.
    let split = (0..body.len()).rev().find(|&at| {
        matches!(body[at], b'+' | b'-') && (at == 0 || !matches!(body[at - 1], b'e' | b'E'))
    });
    let (real, imaginary) = body.split_at(split.unwrap_or(0));
    let im = match imaginary {
        [] | b"+" => 1.0,
        b"-" => -1.0,
        text => floats::parse(text)?,
    };
    let re = if real.is_empty() {
        0.0
    } else {
        floats::parse(real)?
    };
    Some((re, im))
}
