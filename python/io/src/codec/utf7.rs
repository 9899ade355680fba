//! UTF-7 (RFC 2152).

use super::decode::Decoded;
use super::handler::{Failure, Handler};
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Vm};

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Characters that stand for themselves.
fn is_direct(point: u32) -> bool {
    let Ok(byte) = u8::try_from(point) else {
        return false;
    };
    byte.is_ascii_alphanumeric() || b"'(),-./:? \t\n\r\0!\"#$%&*;<=>@[]^_`{|}".contains(&byte)
}

fn value(byte: u8) -> Option<u32> {
    DIGITS
        .iter()
        .position(|digit| *digit == byte)
        .map(|place| place as u32)
}

/// Text in UTF-7.
pub(super) fn encode(text: Str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    let (mut bits, mut count) = (0u32, 0u32);
    let mut shifted = false;
    for point in text.text().iter() {
        if shifted && is_direct(point) {
            if count > 0 {
                out.push(DIGITS[(bits << (6 - count) & 0x3f) as usize]);
                (bits, count) = (0, 0);
            }
            shifted = false;
            let byte = point as u8;
            if value(byte).is_some() || byte == b'-' {
                out.push(b'-');
            }
        }
        if !shifted {
            if point == u32::from(b'+') {
                out.extend(b"+-");
                continue;
            }
            if is_direct(point) {
                out.push(point as u8);
                continue;
            }
            out.push(b'+');
            shifted = true;
        }
        let units = if point < 0x1_0000 {
            [Some(point), None]
        } else {
            [
                Some(0xd800 + ((point - 0x1_0000) >> 10)),
                Some(0xdc00 + ((point - 0x1_0000) & 0x3ff)),
            ]
        };
        for unit in units.into_iter().flatten() {
            bits = bits << 16 | unit;
            count += 16;
            while count >= 6 {
                count -= 6;
                out.push(DIGITS[(bits >> count & 0x3f) as usize]);
            }
            bits &= (1 << count) - 1;
        }
    }
    if count > 0 {
        out.push(DIGITS[(bits << (6 - count) & 0x3f) as usize]);
    }
    if shifted {
        out.push(b'-');
    }
    out
}

/// A run of base 64 that is being read.
#[derive(Default)]
struct Shift {
    start: usize,
    out: usize,
    bits: u32,
    count: u32,
    high: Option<u32>,
}

impl Shift {
    fn digit(&mut self, digit: u32, out: &mut Vec<u32>) {
        self.bits = self.bits << 6 | digit;
        self.count += 6;
        if self.count < 16 {
            return;
        }
        self.count -= 16;
        let unit = self.bits >> self.count;
        self.bits &= (1 << self.count) - 1;
        match (self.high.take(), unit) {
            (Some(high), 0xdc00..0xe000) => {
                out.push(0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
                return;
            }
            (Some(high), _) => out.push(high),
            _ => {}
        }
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            out.push(unit);
        }
    }

    /// Why the run may not end here.
    fn problem(&self) -> Option<&'static str> {
        if self.count >= 6 {
            return Some("partial character in base64 sequence");
        }
        (self.bits != 0).then_some("non-zero padding bits in shift sequence")
    }
}

/// UTF-7 to text.
///
/// # Errors
/// UnicodeDecodeError, and what a registered handler raises.
pub(super) fn decode(vm: &mut Vm, data: &[u8], handler: &Handler, last: bool) -> PyResult<Decoded> {
    let mut out: Vec<u32> = Vec::with_capacity(data.len());
    let mut shift: Option<Shift> = None;
    let mut at = 0;
    while at < data.len() {
        let byte = data[at];
        let (start, end, reason) = if let Some(run) = &mut shift {
            if let Some(digit) = value(byte) {
                run.digit(digit, &mut out);
                at += 1;
                continue;
            }
            let run = shift.take().unwrap_or_default();
            match run.problem() {
                Some(reason) => (run.start, at + 1, reason),
                None => {
                    out.extend(run.high);
                    at += usize::from(byte == b'-');
                    continue;
                }
            }
        } else if byte == b'+' {
            match data.get(at + 1) {
                Some(b'-') => {
                    out.push(u32::from(b'+'));
                    at += 2;
                    continue;
                }
                Some(next) if value(*next).is_none() => (at, at + 2, "ill-formed sequence"),
                _ => {
                    shift = Some(Shift {
                        start: at,
                        out: out.len(),
                        ..Shift::default()
                    });
                    at += 1;
                    continue;
                }
            }
        } else if byte < 0x80 {
            out.push(byte.into());
            at += 1;
            continue;
        } else {
            (at, at + 1, "unexpected special character")
        };
        let failure = Failure {
            encoding: "utf7",
            start,
            end,
            reason,
        };
        at = handler.decode(vm, data, failure, &mut out)?;
    }
    if let Some(run) = shift {
        if !last {
            out.truncate(run.out);
            return Ok(Decoded {
                text: vm.new_str_points(&out)?,
                used: run.start,
            });
        }
        if run.high.is_some() || run.count >= 6 || run.bits != 0 {
            let failure = Failure {
                encoding: "utf7",
                start: run.start,
                end: data.len(),
                reason: "unterminated shift sequence",
            };
            handler.decode(vm, data, failure, &mut out)?;
        }
    }
    Ok(Decoded {
        text: vm.new_str_points(&out)?,
        used: data.len(),
    })
}
