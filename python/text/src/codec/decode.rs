//! Bytes to text.

use super::errors::{Failure, decode_error, handler_error};
use super::names::{Encoding, Handler, Order};
use coil_value::Value;
use taipan_objects::bytes::{Bytes, bytes_like};
use taipan_objects::{PyResult, Vm, protocol};

/// The text of a bytes-like object in an encoding.
///
/// # Errors
/// LookupError for unknown encodings and handlers, UnicodeDecodeError, TypeError for what is not bytes-like.
pub fn decode(vm: &mut Vm, value: Value, encoding: &str, errors: &str) -> PyResult {
    let encoding = Encoding::find(vm, encoding)?;
    let Some(data) = bytes_like(value) else {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!("a bytes-like object is required, not '{name}'")));
    };
    let narrow = matches!(
        encoding,
        Encoding::Utf8 | Encoding::Ascii | Encoding::Latin1
    );
    if narrow && data.is_ascii() {
        return vm.new_ascii_with(data.len(), |to| {
            to.copy_from_slice(bytes_like(value).expect("it is bytes-like"));
        });
    }
    let copy = data.to_vec();
    let source = Bytes::of(value).map(|_| value);
    run(vm, &copy, source, encoding, errors)
}

/// The text of bytes on the Rust heap in an encoding.
///
/// # Errors
/// As [`decode`].
pub fn decode_bytes(vm: &mut Vm, data: &[u8], encoding: &str, errors: &str) -> PyResult {
    let encoding = Encoding::find(vm, encoding)?;
    run(vm, data, None, encoding, errors)
}

/// Decodes; `source` is the bytes object that the data came from, if there is one.
fn run(
    vm: &mut Vm,
    data: &[u8],
    source: Option<Value>,
    encoding: Encoding,
    errors: &str,
) -> PyResult {
    match encoding {
        Encoding::Latin1 => return vm.new_latin1(data),
        Encoding::Utf8 => {
            if let Ok(text) = std::str::from_utf8(data) {
                return vm.new_str(text);
            }
        }
        _ => {}
    }
    let mut decoder = Decoder {
        data,
        source,
        handler: Handler::find(errors),
        out: Vec::with_capacity(data.len()),
        name: encoding.name(),
    };
    match encoding {
        Encoding::Utf8 => decoder.utf8(vm, 0)?,
        Encoding::Utf8Sig => {
            let mark = if data.starts_with(&[0xef, 0xbb, 0xbf]) {
                3
            } else {
                0
            };
            decoder.utf8(vm, mark)?;
        }
        Encoding::Ascii | Encoding::Latin1 => decoder.ascii(vm)?,
        Encoding::Utf16(order) => decoder.utf16(vm, order)?,
        Encoding::Utf32(order) => decoder.utf32(vm, order)?,
    }
    vm.new_str_points(&decoder.out)
}

struct Decoder<'a> {
    data: &'a [u8],
    source: Option<Value>,
    handler: Handler,
    out: Vec<u32>,
    name: &'static str,
}

impl Decoder<'_> {
    /// Deals with bytes `start..end` that are no text; gives where to go on.
    fn fail(
        &mut self,
        vm: &mut Vm,
        start: usize,
        end: usize,
        reason: &'static str,
    ) -> PyResult<usize> {
        match &self.handler {
            Handler::Ignore => return Ok(end),
            Handler::Replace => {
                self.out.push(0xfffd);
                return Ok(end);
            }
            Handler::Backslash => {
                for byte in &self.data[start..end] {
                    let shown = format!("\\x{byte:02x}");
                    self.out.extend(shown.chars().map(u32::from));
                }
                return Ok(end);
            }
            Handler::SurrogateEscape => {
                let bytes = &self.data[start..end];
                let count = bytes.iter().take_while(|byte| **byte >= 0x80).count();
                if count > 0 {
                    let escaped = bytes[..count].iter().map(|byte| 0xdc00 + u32::from(*byte));
                    self.out.extend(escaped);
                    return Ok(start + count);
                }
            }
            Handler::SurrogatePass => {
                if let Some((point, size)) = self.passed_surrogate(start) {
                    self.out.push(point);
                    return Ok(start + size);
                }
            }
            Handler::Strict | Handler::XmlCharRef | Handler::Name | Handler::Unknown(_) => {}
        }
        if let Some(raised) = handler_error(vm, &self.handler, "UnicodeDecodeError") {
            return Err(raised);
        }
        let object = match self.source {
            Some(object) => object,
            None => vm.new_bytes(self.data)?,
        };
        let failure = Failure {
            encoding: self.name,
            start,
            end,
            reason,
        };
        Err(decode_error(vm, object, failure))
    }

    /// The surrogate encoded at a place, and its size.
    fn passed_surrogate(&self, start: usize) -> Option<(u32, usize)> {
        let rest = &self.data[start..];
        let (point, size) = match self.name {
            "utf-8" => match rest {
                [a @ 0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, ..] => {
                    let bits = |byte: &u8| u32::from(byte & 0x3f);
                    ((u32::from(a & 0xf) << 12) | (bits(b) << 6) | bits(c), 3)
                }
                _ => return None,
            },
            "utf-16-le" => (u32::from(u16::from_le_bytes(*rest.first_chunk()?)), 2),
            "utf-16-be" => (u32::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
            "utf-32-le" => (u32::from_le_bytes(*rest.first_chunk()?), 4),
            "utf-32-be" => (u32::from_be_bytes(*rest.first_chunk()?), 4),
            _ => return None,
        };
        (0xd800..0xe000).contains(&point).then_some((point, size))
    }

    fn utf8(&mut self, vm: &mut Vm, mut at: usize) -> PyResult<()> {
        while at < self.data.len() {
            let rest = &self.data[at..];
            let error = match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.out.extend(text.chars().map(u32::from));
                    return Ok(());
                }
                Err(error) => error,
            };
            let valid = error.valid_up_to();
            let text = std::str::from_utf8(&rest[..valid]).expect("this much is valid");
            self.out.extend(text.chars().map(u32::from));
            let start = at + valid;
            let (end, reason) = match (error.error_len(), self.data[start]) {
                (None, _) => (self.data.len(), "unexpected end of data"),
                (Some(len), 0x80..=0xc1 | 0xf5..=0xff) => (start + len, "invalid start byte"),
                (Some(len), _) => (start + len, "invalid continuation byte"),
            };
            at = self.fail(vm, start, end, reason)?;
        }
        Ok(())
    }

    fn ascii(&mut self, vm: &mut Vm) -> PyResult<()> {
        let mut at = 0;
        while at < self.data.len() {
            let byte = self.data[at];
            if byte < 0x80 {
                self.out.push(u32::from(byte));
                at += 1;
            } else {
                at = self.fail(vm, at, at + 1, "ordinal not in range(128)")?;
            }
        }
        Ok(())
    }

    fn utf16(&mut self, vm: &mut Vm, order: Order) -> PyResult<()> {
        let mark = if order == Order::Marked {
            self.data
        } else {
            &[]
        };
        let (big, mut at) = match mark {
            [0xfe, 0xff, ..] => (true, 2),
            [0xff, 0xfe, ..] => (false, 2),
            _ => (order == Order::Big, 0),
        };
        self.name = if big { "utf-16-be" } else { "utf-16-le" };
        let data = self.data;
        let unit = |at: usize| {
            let pair = data.get(at..at + 2)?.first_chunk()?;
            Some(u32::from(if big {
                u16::from_be_bytes(*pair)
            } else {
                u16::from_le_bytes(*pair)
            }))
        };
        while at < data.len() {
            let Some(first) = unit(at) else {
                at = self.fail(vm, at, data.len(), "truncated data")?;
                continue;
            };
            at = match (first, unit(at + 2)) {
                (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => {
                    self.out
                        .push(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                    at + 4
                }
                (0xd800..0xdc00, None) => {
                    self.fail(vm, at, data.len(), "unexpected end of data")?
                }
                (0xd800..0xdc00, Some(_)) => {
                    self.fail(vm, at, at + 2, "illegal UTF-16 surrogate")?
                }
                (0xdc00..0xe000, _) => self.fail(vm, at, at + 2, "illegal encoding")?,
                _ => {
                    self.out.push(first);
                    at + 2
                }
            };
        }
        Ok(())
    }

    fn utf32(&mut self, vm: &mut Vm, order: Order) -> PyResult<()> {
        let mark = if order == Order::Marked {
            self.data
        } else {
            &[]
        };
        let (big, mut at) = match mark {
            [0, 0, 0xfe, 0xff, ..] => (true, 4),
            [0xff, 0xfe, 0, 0, ..] => (false, 4),
            _ => (order == Order::Big, 0),
        };
        self.name = if big { "utf-32-be" } else { "utf-32-le" };
        let data = self.data;
        while at < data.len() {
            let Some(four) = data.get(at..at + 4).and_then(<[u8]>::first_chunk) else {
                at = self.fail(vm, at, data.len(), "truncated data")?;
                continue;
            };
            let point = if big {
                u32::from_be_bytes(*four)
            } else {
                u32::from_le_bytes(*four)
            };
            at = match point {
                0xd800..0xe000 => self.fail(
                    vm,
                    at,
                    at + 4,
                    "code point in surrogate code point range(0xd800, 0xe000)",
                )?,
                0x11_0000.. => self.fail(vm, at, at + 4, "code point not in range(0x110000)")?,
                _ => {
                    self.out.push(point);
                    at + 4
                }
            };
        }
        Ok(())
    }
}
