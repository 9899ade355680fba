//! Text to bytes.

use super::handler::{Failure, Handler, Replacement, encode_error};
use super::{Native, Order, is_surrogate};
use taipan_objects::str::{Str, Text};
use taipan_objects::{PyResult, Vm};

/// Appends a code point in UTF-8; surrogates get three bytes.
pub(super) fn put_utf8(out: &mut Vec<u8>, point: u32) {
    let tail = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
    match point {
        0..0x80 => out.push(point as u8),
        0x80..0x800 => out.extend([0xc0 | (point >> 6) as u8, tail(0)]),
        0x800..0x1_0000 => out.extend([0xe0 | (point >> 12) as u8, tail(6), tail(0)]),
        _ => out.extend([0xf0 | (point >> 18) as u8, tail(12), tail(6), tail(0)]),
    }
}

impl Native {
    /// Appends a code point if it has an encoding.
    #[inline]
    fn put(self, out: &mut Vec<u8>, point: u32) -> bool {
        match self {
            Native::Ascii if point < 0x80 => out.push(point as u8),
            Native::Latin1 if point < 0x100 => out.push(point as u8),
            Native::Ascii | Native::Latin1 => return false,
            _ if is_surrogate(point) => return false,
            Native::Utf8 => put_utf8(out, point),
            Native::Utf16(order) => {
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
            Native::Utf32(Order::Big) => out.extend(point.to_be_bytes()),
            Native::Utf32(_) => out.extend(point.to_le_bytes()),
        }
        true
    }

    fn reason(self) -> &'static str {
        match self {
            Native::Ascii => "ordinal not in range(128)",
            Native::Latin1 => "ordinal not in range(256)",
            _ => "surrogates not allowed",
        }
    }

    fn mark(self) -> &'static [u8] {
        match self {
            Native::Utf16(Order::Marked) => &[0xff, 0xfe],
            Native::Utf32(Order::Marked) => &[0xff, 0xfe, 0, 0],
            _ => &[],
        }
    }
}

/// The bytes of a text.
///
/// # Errors
/// UnicodeEncodeError, and what a registered handler raises.
pub(crate) fn encode(vm: &mut Vm, text: Str, to: Native, handler: &Handler) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() + 8);
    out.extend_from_slice(to.mark());
    encode_into(vm, text, to, handler, &mut out)?;
    Ok(out)
}

/// Appends the bytes of a text, without byte order mark.
///
/// # Errors
/// As [`encode`].
pub(crate) fn encode_into(
    vm: &mut Vm,
    text: Str,
    to: Native,
    handler: &Handler,
    out: &mut Vec<u8>,
) -> PyResult<()> {
    match text.text() {
        Text::Ascii(bytes) if to.unit() == 1 => out.extend_from_slice(bytes),
        Text::Latin1(bytes) if to == Native::Latin1 => out.extend_from_slice(bytes),
        _ => {
            let single = to.unit() > 1;
            run(
                vm,
                text,
                out,
                handler,
                to.name(),
                to.reason(),
                single,
                to.unit(),
                &mut |out, point| to.put(out, point),
            )?;
        }
    }
    Ok(())
}

/// Encodes character by character; `put` appends a code point if it has an encoding. Bad characters are reported one by one if `single`.
///
/// # Errors
/// As [`encode`].
#[allow(clippy::too_many_arguments, reason = "one loop for all encodings")]
pub(super) fn run(
    vm: &mut Vm,
    text: Str,
    out: &mut Vec<u8>,
    handler: &Handler,
    encoding: &str,
    reason: &str,
    single: bool,
    unit: usize,
    put: &mut dyn FnMut(&mut Vec<u8>, u32) -> bool,
) -> PyResult<()> {
    let length = text.len();
    let mut at = 0;
    while at < length {
        if put(out, text.at(at)) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        if !single {
            let mark = out.len();
            while end < length && !put(out, text.at(end)) {
                end += 1;
            }
            out.truncate(mark);
        }
        let failure = Failure {
            encoding,
            start: at,
            end,
            reason,
        };
        let (replacement, next) = handler.encode(vm, text, failure)?;
        match replacement {
            Replacement::Bytes(bytes) => {
                if bytes.len() % unit != 0 {
                    return Err(encode_error(vm, text, failure));
                }
                out.extend(bytes);
            }
            Replacement::Text(points) => {
                for point in points {
                    if !put(out, point) {
                        return Err(encode_error(vm, text, failure));
                    }
                }
            }
        }
        at = next;
    }
    Ok(())
}
