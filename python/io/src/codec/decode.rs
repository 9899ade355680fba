//! Bytes to text.

use super::handler::{Failure, Handler};
use super::{Native, Order};
use taipan_objects::{PyResult, Vm};

/// Text and how many bytes it took.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// The text, a str.
    pub(crate) text: taipan_objects::Value,
    /// Bytes used; fewer than there are when the last are the beginning of something.
    pub(crate) used: usize,
}

/// Decodes bytes on the Rust heap; if not `last`, an incomplete character at the end is left for later.
///
/// # Errors
/// UnicodeDecodeError, and what a registered handler raises.
pub(crate) fn decode(
    vm: &mut Vm,
    data: &[u8],
    from: Native,
    handler: &Handler,
    last: bool,
) -> PyResult<Decoded> {
    let used = data.len();
    match from {
        Native::Latin1 => {
            return Ok(Decoded {
                text: vm.new_latin1(data)?,
                used,
            });
        }
        Native::Utf8 | Native::Ascii if data.is_ascii() => {
            return Ok(Decoded {
                text: vm.new_ascii(data)?,
                used,
            });
        }
        Native::Utf8 => {
            if let Ok(text) = std::str::from_utf8(data) {
                return Ok(Decoded {
                    text: vm.new_str(text)?,
                    used,
                });
            }
        }
        _ => {}
    }
    let mut run = Run {
        data,
        handler,
        out: Vec::with_capacity(data.len()),
        name: from.name(),
        last,
    };
    let used = match from {
        Native::Utf8 => run.utf8(vm)?,
        Native::Ascii | Native::Latin1 => run.ascii(vm)?,
        Native::Utf16(order) => run.utf16(vm, order)?,
        Native::Utf32(order) => run.utf32(vm, order)?,
    };
    Ok(Decoded {
        text: vm.new_str_points(&run.out)?,
        used,
    })
}

/// The byte order that a mark says; 0 where there is none, and its size.
pub(super) fn byte_order(data: &[u8], wide: bool) -> (i32, usize) {
    match (wide, data) {
        (true, [0xff, 0xfe, 0, 0, ..]) => (-1, 4),
        (true, [0, 0, 0xfe, 0xff, ..]) => (1, 4),
        (false, [0xff, 0xfe, ..]) => (-1, 2),
        (false, [0xfe, 0xff, ..]) => (1, 2),
        _ => (0, 0),
    }
}

struct Run<'a> {
    data: &'a [u8],
    handler: &'a Handler,
    out: Vec<u32>,
    name: &'static str,
    last: bool,
}

impl Run<'_> {
    fn fail(&mut self, vm: &mut Vm, start: usize, end: usize, reason: &str) -> PyResult<usize> {
        let failure = Failure {
            encoding: self.name,
            start,
            end,
            reason,
        };
        self.handler.decode(vm, self.data, failure, &mut self.out)
    }

    fn utf8(&mut self, vm: &mut Vm) -> PyResult<usize> {
        let mut at = 0;
        while at < self.data.len() {
            let rest = &self.data[at..];
            let error = match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.out.extend(text.chars().map(u32::from));
                    return Ok(self.data.len());
                }
                Err(error) => error,
            };
            let valid = error.valid_up_to();
            let text = std::str::from_utf8(&rest[..valid]).expect("this much is valid");
            self.out.extend(text.chars().map(u32::from));
            let start = at + valid;
            let (end, reason) = match (error.error_len(), self.data[start]) {
                (None, _) if !self.last => return Ok(start),
                (None, _) => (self.data.len(), "unexpected end of data"),
                (Some(len), 0x80..=0xc1 | 0xf5..=0xff) => (start + len, "invalid start byte"),
                (Some(len), _) => (start + len, "invalid continuation byte"),
            };
            // A surrogate may be cut in two.
            let cut = *self.handler == Handler::SurrogatePass
                && !self.last
                && self.data[start] == 0xed
                && self.data.len() - start < 3
                && self
                    .data
                    .get(start + 1)
                    .is_none_or(|byte| (0xa0..0xc0).contains(byte));
            if cut {
                return Ok(start);
            }
            at = self.fail(vm, start, end, reason)?;
        }
        Ok(at)
    }

    fn ascii(&mut self, vm: &mut Vm) -> PyResult<usize> {
        let mut at = 0;
        while at < self.data.len() {
            let byte = self.data[at];
            if byte < 0x80 {
                self.out.push(byte.into());
                at += 1;
            } else {
                at = self.fail(vm, at, at + 1, "ordinal not in range(128)")?;
            }
        }
        Ok(at)
    }

    fn utf16(&mut self, vm: &mut Vm, order: Order) -> PyResult<usize> {
        let (big, mut at) = match (order, byte_order(self.data, false)) {
            (Order::Marked, (mark, size)) => (mark > 0, size),
            (order, _) => (order == Order::Big, 0),
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
                if !self.last {
                    return Ok(at);
                }
                at = self.fail(vm, at, data.len(), "truncated data")?;
                continue;
            };
            at = match (first, unit(at + 2)) {
                (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => {
                    self.out
                        .push(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
                    at + 4
                }
                (0xd800..0xdc00, None) if !self.last => return Ok(at),
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
        Ok(at)
    }

    fn utf32(&mut self, vm: &mut Vm, order: Order) -> PyResult<usize> {
        let (big, mut at) = match (order, byte_order(self.data, true)) {
            (Order::Marked, (mark, size)) => (mark > 0, size),
            (order, _) => (order == Order::Big, 0),
        };
        self.name = if big { "utf-32-be" } else { "utf-32-le" };
        let data = self.data;
        while at < data.len() {
            let Some(four) = data.get(at..at + 4).and_then(<[u8]>::first_chunk) else {
                if !self.last {
                    return Ok(at);
                }
                at = self.fail(vm, at, data.len(), "truncated data")?;
                continue;
            };
            let point = if big {
                u32::from_be_bytes(*four)
            } else {
                u32::from_le_bytes(*four)
            };
            at = match point {
                0xd800..0xe000 => {
                    let reason = "code point in surrogate code point range(0xd800, 0xe000)";
                    self.fail(vm, at, at + 4, reason)?
                }
                0x11_0000.. => self.fail(vm, at, at + 4, "code point not in range(0x110000)")?,
                _ => {
                    self.out.push(point);
                    at + 4
                }
            };
        }
        Ok(at)
    }
}
