//! Text to floats, by the rules of Python's `float(text)`.

/// Parses a decimal float: sign, digits with single underscores between them, a point, an exponent; or `inf`,
/// `infinity`, `nan` in any case. White space is the caller's. `None` if the text is no float.
pub fn parse(text: &[u8]) -> Option<f64> {
    let (negative, body) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = match special(body) {
        Some(value) => value,
        None => {
            let mut plain = String::with_capacity(body.len());
            for (at, &byte) in body.iter().enumerate() {
                let digit_at =
                    |i: Option<usize>| i.and_then(|i| body.get(i)).is_some_and(u8::is_ascii_digit);
                match byte {
                    b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-' => plain.push(char::from(byte)),
                    b'_' if digit_at(at.checked_sub(1)) && digit_at(Some(at + 1)) => {}
                    _ => return None,
                }
            }
            if plain.starts_with(['+', '-']) {
                return None;
            }
            plain.parse().ok()?
        }
    };
    Some(if negative { -magnitude } else { magnitude })
}

/// Infinity or NaN, in any case, without a sign.
pub(super) fn special(text: &[u8]) -> Option<f64> {
    if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        Some(f64::INFINITY)
    } else if text.eq_ignore_ascii_case(b"nan") {
        Some(f64::NAN)
    } else {
        None
    }
}
