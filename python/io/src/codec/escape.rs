//! Encodings that write characters as escape sequences.

use super::decode::Decoded;
use super::handler::{Failure, Handler};
use super::registry;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Vm};

/// An ASCII text of escapes for every character.
pub(super) fn unicode_escape(text: Str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for point in text.text().iter() {
        match point {
            0x09 => out.extend(b"\\t"),
            0x0a => out.extend(b"\\n"),
            0x0d => out.extend(b"\\r"),
            0x5c => out.extend(b"\\\\"),
            0x20..0x7f => out.push(point as u8),
            0..0x100 => out.extend(format!("\\x{point:02x}").bytes()),
            0x100..0x1_0000 => out.extend(format!("\\u{point:04x}").bytes()),
            _ => out.extend(format!("\\U{point:08x}").bytes()),
        }
    }
    out
}

/// Latin-1, with escapes for what is beyond.
pub(super) fn raw_unicode_escape(text: Str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for point in text.text().iter() {
        match point {
            0..0x100 => out.push(point as u8),
            0x100..0x1_0000 => out.extend(format!("\\u{point:04x}").bytes()),
            _ => out.extend(format!("\\U{point:08x}").bytes()),
        }
    }
    out
}

/// Bytes as the inside of a bytes literal.
pub(super) fn escape_bytes(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len());
    for byte in data {
        match byte {
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\\' | b'\'' => out.extend([b'\\', *byte]),
            0x20..0x7f => out.push(*byte),
            _ => out.extend(format!("\\x{byte:02x}").bytes()),
        }
    }
    out
}

fn simple(byte: u8) -> Option<u8> {
    Some(match byte {
        b'\\' | b'\'' | b'"' => byte,
        b'a' => 7,
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'v' => 11,
        b'f' => 12,
        b'r' => 13,
        _ => return None,
    })
}

fn digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

/// Up to three octal digits at a place: their value and number.
fn octal(data: &[u8], at: usize) -> (u32, usize) {
    let digits = data[at..]
        .iter()
        .take(3)
        .take_while(|byte| (b'0'..=b'7').contains(*byte));
    digits.fold((0, 0), |(value, count), byte| {
        (value * 8 + u32::from(byte - b'0'), count + 1)
    })
}

/// Up to `most` hexadecimal digits at a place: their value and number.
fn hex(data: &[u8], at: usize, most: usize) -> (u32, usize) {
    let digits = data[at.min(data.len())..]
        .iter()
        .take(most)
        .map_while(|byte| digit(*byte));
    digits.fold((0, 0), |(value, count), digit| {
        (value << 4 | digit, count + 1)
    })
}

/// The bytes of a bytes literal's inside.
///
/// # Errors
/// ValueError.
pub(super) fn unescape_bytes(vm: &mut Vm, data: &[u8], errors: &str) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while at < data.len() {
        if data[at] != b'\\' {
            out.push(data[at]);
            at += 1;
            continue;
        }
        let Some(next) = data.get(at + 1).copied() else {
            return Err(vm.raise_value("Trailing \\ in string"));
        };
        match next {
            b'\n' => at += 2,
            b'0'..=b'7' => {
                let (value, count) = octal(data, at + 1);
                out.push(value as u8);
                at += 1 + count;
            }
            b'x' => {
                let (value, count) = hex(data, at + 2, 2);
                if count == 2 {
                    out.push(value as u8);
                } else {
                    match errors {
                        "strict" => {
                            return Err(
                                vm.raise_value(&format!("invalid \\x escape at position {at}"))
                            );
                        }
                        "replace" => out.push(b'?'),
                        "ignore" => {}
                        _ => {
                            return Err(vm.raise_value(&format!(
                                "decoding error; unknown error handling code: {errors}"
                            )));
                        }
                    }
                }
                at += 2 + count;
            }
            _ => {
                match simple(next) {
                    Some(byte) => out.push(byte),
                    None => out.extend([b'\\', next]),
                }
                at += 2;
            }
        }
    }
    Ok(out)
}

/// What an escape sequence is.
enum Escape {
    Point(u32, usize),
    Nothing(usize),
    Bad(usize, &'static str),
    /// Cut off by the end of the data.
    Cut(usize, &'static str),
}

fn numeric(
    data: &[u8],
    at: usize,
    most: usize,
    reason: &'static str,
    beyond: &'static str,
) -> Escape {
    let (value, count) = hex(data, at + 2, most);
    let end = at + 2 + count;
    if count < most {
        return if end == data.len() {
            Escape::Cut(end, reason)
        } else {
            Escape::Bad(end, reason)
        };
    }
    if value >= 0x11_0000 {
        return Escape::Bad(end, beyond);
    }
    Escape::Point(value, end)
}

const SHORT: &str = "truncated \\xXX escape";
const FOUR: &str = "truncated \\uXXXX escape";
const EIGHT: &str = "truncated \\UXXXXXXXX escape";

/// The escape that starts with the backslash at a place.
fn escape(vm: &mut Vm, data: &[u8], at: usize) -> PyResult<Escape> {
    let Some(next) = data.get(at + 1).copied() else {
        return Ok(Escape::Cut(at + 1, "\\ at end of string"));
    };
    let beyond = "illegal Unicode character";
    Ok(match next {
        b'\n' => Escape::Nothing(at + 2),
        b'0'..=b'7' => {
            let (value, count) = octal(data, at + 1);
            Escape::Point(value, at + 1 + count)
        }
        b'x' => numeric(data, at, 2, SHORT, beyond),
        b'u' => numeric(data, at, 4, FOUR, beyond),
        b'U' => numeric(data, at, 8, EIGHT, beyond),
        b'N' => return named(vm, data, at),
        _ => match simple(next) {
            Some(byte) => Escape::Point(byte.into(), at + 2),
            None => Escape::Point(u32::from(b'\\'), at + 1),
        },
    })
}

fn named(vm: &mut Vm, data: &[u8], at: usize) -> PyResult<Escape> {
    let malformed = "malformed \\N character escape";
    match data.get(at + 2) {
        None => return Ok(Escape::Cut(at + 2, malformed)),
        Some(b'{') => {}
        Some(_) => return Ok(Escape::Bad(at + 2, malformed)),
    }
    let rest = &data[at + 3..];
    let Some(length) = rest.iter().position(|byte| *byte == b'}') else {
        return Ok(Escape::Cut(data.len(), malformed));
    };
    let end = at + 3 + length + 1;
    if length == 0 {
        return Ok(Escape::Bad(end, malformed));
    }
    let module = registry::import(vm, "unicodedata")?;
    let name = vm.new_latin1(&rest[..length])?;
    match protocol::call_method(vm, module, "lookup", &[name]) {
        Ok(found) => {
            let found = Str::of(found).filter(|text| text.len() == 1);
            Ok(match found {
                Some(text) => Escape::Point(text.at(0), end),
                None => Escape::Bad(end, "unknown Unicode character name"),
            })
        }
        Err(raised) if vm.raised_is(&types::KeyError) => {
            vm.take_raised(raised);
            Ok(Escape::Bad(end, "unknown Unicode character name"))
        }
        Err(raised) => Err(raised),
    }
}

/// The escapes of `raw_unicode_escape`.
fn raw_escape(data: &[u8], at: usize) -> Escape {
    match data.get(at + 1) {
        None => Escape::Cut(at + 1, ""),
        Some(b'u') => numeric(data, at, 4, FOUR, ""),
        Some(b'U') => numeric(data, at, 8, EIGHT, "\\Uxxxxxxxx out of range"),
        Some(_) => Escape::Point(u32::from(b'\\'), at + 1),
    }
}

/// Text of escapes to text.
///
/// # Errors
/// UnicodeDecodeError, what importing `unicodedata` raises.
pub(super) fn decode_escapes(
    vm: &mut Vm,
    data: &[u8],
    handler: &Handler,
    last: bool,
    raw: bool,
) -> PyResult<Decoded> {
    let encoding = if raw {
        "rawunicodeescape"
    } else {
        "unicodeescape"
    };
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while at < data.len() {
        if data[at] != b'\\' {
            out.push(data[at].into());
            at += 1;
            continue;
        }
        // A backslash of the raw form may be escaped by another: both stay.
        if raw && data.get(at + 1) == Some(&b'\\') {
            out.extend([u32::from(b'\\'); 2]);
            at += 2;
            continue;
        }
        let escape = if raw {
            raw_escape(data, at)
        } else {
            escape(vm, data, at)?
        };
        let (end, reason) = match escape {
            Escape::Point(point, end) => {
                out.push(point);
                at = end;
                continue;
            }
            Escape::Nothing(end) => {
                at = end;
                continue;
            }
            Escape::Cut(..) if !last => break,
            // A backslash at the end of the raw form is one.
            Escape::Cut(end, "") => {
                out.push(u32::from(b'\\'));
                at = end;
                continue;
            }
            Escape::Cut(end, reason) | Escape::Bad(end, reason) => (end, reason),
        };
        let failure = Failure {
            encoding,
            start: at,
            end,
            reason,
        };
        at = handler.decode(vm, data, failure, &mut out)?;
    }
    let text = vm.new_str_points(&out)?;
    Ok(Decoded { text, used: at })
}
