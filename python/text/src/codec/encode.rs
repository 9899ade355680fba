//! Text to bytes.

use super::errors::{Failure, encode_error, handler_error};
use super::names::{Encoding, Handler, Order};
use taipan_objects::str::{Str, Text};
use taipan_objects::{PyResult, Vm};

fn is_surrogate(point: u32) -> bool {
    (0xd800..0xe000).contains(&point)
}

impl Encoding {
    /// Appends a code point; whether it has one (surrogates have, as far as the form of the encoding allows).
    fn put(self, out: &mut Vec<u8>, point: u32) -> bool {
        match self {
            Encoding::Ascii if point < 0x80 => out.push(point as u8),
            Encoding::Latin1 if point < 0x100 => out.push(point as u8),
            Encoding::Ascii | Encoding::Latin1 => return false,
            Encoding::Utf8 | Encoding::Utf8Sig => put_utf8(out, point),
            Encoding::Utf16(order) => {
                let mut unit = |unit: u32| match order {
                    Order::Big => out.extend((unit as u16).to_be_bytes()),
                    _ => out.extend((unit as u16).to_le_bytes()),
                };
                if point < 0x1_0000 {
                    unit(point);
                } else {
                    unit(0xd800 + ((point - 0x1_0000) >> 10));
                    unit(0xdc00 + ((point - 0x1_0000) & 0x3ff));
                }
            }
            Encoding::Utf32(Order::Big) => out.extend(point.to_be_bytes()),
            Encoding::Utf32(_) => out.extend(point.to_le_bytes()),
        }
        true
    }

    /// Whether a code point can be encoded without an error handler.
    fn accepts(self, point: u32) -> bool {
        match self {
            Encoding::Ascii => point < 0x80,
            Encoding::Latin1 => point < 0x100,
            _ => !is_surrogate(point),
        }
    }

    fn encode_reason(self) -> &'static str {
        match self {
            Encoding::Ascii => "ordinal not in range(128)",
            Encoding::Latin1 => "ordinal not in range(256)",
            _ => "surrogates not allowed",
        }
    }
}

/// Appends a code point in UTF-8; surrogates get three bytes.
fn put_utf8(out: &mut Vec<u8>, point: u32) {
    let tail = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
    match point {
        0..0x80 => out.push(point as u8),
        0x80..0x800 => out.extend([0xc0 | (point >> 6) as u8, tail(0)]),
        0x800..0x1_0000 => out.extend([0xe0 | (point >> 12) as u8, tail(6), tail(0)]),
        _ => out.extend([0xf0 | (point >> 18) as u8, tail(12), tail(6), tail(0)]),
    }
}

/// The bytes object of a text in an encoding.
///
/// # Errors
/// LookupError for unknown encodings and handlers, UnicodeEncodeError.
pub fn encode(vm: &mut Vm, text: Str, encoding: &str, errors: &str) -> PyResult {
    let encoding = Encoding::find(vm, encoding)?;
    let plain = matches!(
        encoding,
        Encoding::Utf8 | Encoding::Latin1 | Encoding::Ascii
    );
    match text.text() {
        Text::Ascii(bytes) if plain => {
            let copy = bytes.to_vec();
            return vm.new_bytes(&copy);
        }
        Text::Latin1(bytes) if encoding == Encoding::Latin1 => {
            let copy = bytes.to_vec();
            return vm.new_bytes(&copy);
        }
        _ => {}
    }
    let mut out = Vec::with_capacity(text.len() * 2 + 4);
    match encoding {
        Encoding::Utf8Sig => out.extend([0xef, 0xbb, 0xbf]),
        Encoding::Utf16(Order::Marked) => out.extend([0xff, 0xfe]),
        Encoding::Utf32(Order::Marked) => out.extend([0xff, 0xfe, 0, 0]),
        _ => {}
    }
    let handler = Handler::find(errors);
    let mut at = 0;
    while at < text.len() {
        let point = text.at(at);
        if encoding.accepts(point) {
            encoding.put(&mut out, point);
            at += 1;
            continue;
        }
        let wide = matches!(encoding, Encoding::Utf16(_) | Encoding::Utf32(_));
        let mut end = at + 1;
        while !wide && end < text.len() && !encoding.accepts(text.at(end)) {
            end += 1;
        }
        handle(vm, text, encoding, &handler, (at, end), &mut out)?;
        at = end;
    }
    vm.new_bytes(&out)
}

/// Deals with characters `start..end` that have no encoding.
fn handle(
    vm: &mut Vm,
    text: Str,
    encoding: Encoding,
    handler: &Handler,
    (start, end): (usize, usize),
    out: &mut Vec<u8>,
) -> PyResult<()> {
    let ascii = |out: &mut Vec<u8>, shown: &str| {
        for byte in shown.bytes() {
            encoding.put(out, u32::from(byte));
        }
    };
    let failed_at = match handler {
        Handler::Ignore => return Ok(()),
        Handler::Replace => {
            (start..end).for_each(|_| ascii(out, "?"));
            return Ok(());
        }
        Handler::Backslash => {
            for index in start..end {
                let shown = match text.at(index) {
                    point @ 0..0x100 => format!("\\x{point:02x}"),
                    point @ 0x100..0x1_0000 => format!("\\u{point:04x}"),
                    point => format!("\\U{point:08x}"),
                };
                ascii(out, &shown);
            }
            return Ok(());
        }
        Handler::XmlCharRef => {
            (start..end).for_each(|index| ascii(out, &format!("&#{};", text.at(index))));
            return Ok(());
        }
        Handler::SurrogateEscape => {
            let bad = (start..end).find(|index| !(0xdc80..0xdd00).contains(&text.at(*index)));
            let wide = matches!(encoding, Encoding::Utf16(_) | Encoding::Utf32(_));
            for index in start..bad.unwrap_or(end) {
                if wide {
                    break;
                }
                out.push((text.at(index) - 0xdc00) as u8);
            }
            match bad {
                None if !wide => return Ok(()),
                bad => bad.unwrap_or(start),
            }
        }
        Handler::SurrogatePass => {
            let utf = !matches!(encoding, Encoding::Ascii | Encoding::Latin1);
            let bad = (start..end).find(|index| !utf || !is_surrogate(text.at(*index)));
            for index in start..bad.unwrap_or(end) {
                encoding.put(out, text.at(index));
            }
            match bad {
                None => return Ok(()),
                Some(bad) => bad,
            }
        }
        Handler::Strict | Handler::Name | Handler::Unknown(_) => start,
    };
    if let Some(raised) = handler_error(vm, handler, "UnicodeEncodeError") {
        return Err(raised);
    }
    let failure = Failure {
        encoding: encoding.name(),
        start: failed_at,
        end,
        reason: encoding.encode_reason(),
    };
    Err(encode_error(vm, text, failure))
}
