//! Values of literals that the tree does not hold exactly: strings with lone surrogates and large integers.

use ruff_python_ast::{AnyStringFlags, Int, StringFlags, StringLiteral};
use ruff_text_size::{Ranged, TextRange};

/// The value of a string: text, or code points when there are lone surrogates among them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StringValue {
    /// No lone surrogates.
    Text(String),
    /// Code points, some of them lone surrogates.
    Wide(Vec<u32>),
}

impl StringValue {
    /// Appends `other`.
    pub fn push(&mut self, other: StringValue) {
        match (&mut *self, other) {
            (StringValue::Text(text), StringValue::Text(more)) => text.push_str(&more),
            (StringValue::Wide(points), StringValue::Text(more)) => {
                points.extend(more.chars().map(u32::from));
            }
            (StringValue::Wide(points), StringValue::Wide(more)) => points.extend(more),
            (StringValue::Text(text), StringValue::Wide(more)) => {
                let mut points: Vec<u32> = text.chars().map(u32::from).collect();
                points.extend(more);
                *self = StringValue::Wide(points);
            }
        }
    }

    /// Has no characters.
    pub fn is_empty(&self) -> bool {
        match self {
            StringValue::Text(text) => text.is_empty(),
            StringValue::Wide(points) => points.is_empty(),
        }
    }
}

/// The value of one string literal.
pub fn string(source: &str, literal: &StringLiteral) -> StringValue {
    if !literal.value.contains('\u{fffd}') || literal.flags.prefix().is_raw() {
        return StringValue::Text(literal.value.to_string());
    }
    let flags = AnyStringFlags::from(literal.flags);
    let range = literal.range();
    let inner = TextRange::new(
        range.start() + flags.opener_len(),
        range.end() - flags.closer_len(),
    );
    escaped(source, inner, &literal.value, false)
}

/// The value of a literal piece of an f-string or t-string.
pub fn piece(source: &str, range: TextRange, value: &str, raw: bool) -> StringValue {
    if raw || !value.contains('\u{fffd}') {
        return StringValue::Text(value.to_owned());
    }
    escaped(source, range, value, true)
}

/// Decodes the escapes that may be surrogates; the parser's `value` gives all other characters.
fn escaped(source: &str, range: TextRange, value: &str, braces: bool) -> StringValue {
    let text = &source[range];
    let mut found = Vec::new();
    let mut rest = text;
    // Walks through the source and collects, in order, what stands for each U+FFFD of the value.
    while let Some(at) = rest.find(['\\', '\u{fffd}']) {
        if rest[at..].starts_with('\u{fffd}') {
            found.push(0xfffd);
            rest = &rest[at + 3..];
            continue;
        }
        let after = &rest[at + 1..];
        let digits = match after.as_bytes().first() {
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(b'N') if after[1..].starts_with('{') => {
                let end = after.find('}').map_or(after.len(), |end| end + 1);
                if after[..end].eq_ignore_ascii_case("N{replacement character}") {
                    found.push(0xfffd);
                }
                rest = &after[end..];
                continue;
            }
            Some(_) => {
                let width = after.chars().next().map_or(0, char::len_utf8);
                rest = &after[width..];
                continue;
            }
            None => break,
        };
        let Some(number) = after
            .get(1..=digits)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        else {
            rest = &after[1..];
            continue;
        };
        if (0xd800..0xe000).contains(&number) || number == 0xfffd {
            found.push(number);
        }
        rest = &after[1 + digits..];
    }
    let _ = braces;
    let mut found = found.into_iter();
    let points: Vec<u32> = value
        .chars()
        .map(|character| match character {
            '\u{fffd}' => found.next().unwrap_or(0xfffd),
            other => u32::from(other),
        })
        .collect();
    if points.iter().all(|point| char::from_u32(*point).is_some()) {
        StringValue::Text(value.to_owned())
    } else {
        StringValue::Wide(points)
    }
}

/// The value of an int literal: below 2^63, or as 30-bit digits, least significant first.
pub fn int(value: &Int) -> Result<i64, Vec<u32>> {
    if let Some(small) = value.as_i64() {
        return Ok(small);
    }
    let text = value.to_string().replace('_', "");
    let (radix, digits) = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &text[2..]),
        Some("0o") => (8, &text[2..]),
        Some("0b") => (2, &text[2..]),
        _ => (10, &*text),
    };
    Err(big(digits, radix))
}

/// 30-bit digits of a number written in `radix`. Decimal conversion is quadratic: the parser's limit on digits keeps it short.
fn big(digits: &str, radix: u32) -> Vec<u32> {
    let mut limbs: Vec<u32> = Vec::new();
    let chunk = if radix == 10 { 9 } else { 6 };
    let bytes = digits.as_bytes();
    for part in bytes.chunks(chunk) {
        let mut factor = 1u64;
        let mut add = 0u64;
        for &byte in part {
            let digit = char::from(byte).to_digit(radix).unwrap_or(0);
            add = add * u64::from(radix) + u64::from(digit);
            factor *= u64::from(radix);
        }
        let mut carry = add;
        for limb in &mut limbs {
            let product = u64::from(*limb) * factor + carry;
            *limb = (product & 0x3fff_ffff) as u32;
            carry = product >> 30;
        }
        while carry != 0 {
            limbs.push((carry & 0x3fff_ffff) as u32);
            carry >>= 30;
        }
    }
    limbs
}
