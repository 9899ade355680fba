//! The kinds of array items: their letters, sizes, and how values become bytes and come back.

use coil_num::IntBuf;
use taipan_objects::number::{self, IntView};
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Value, Vm};

/// All letters, in the order that `typecodes` shows.
pub(super) const CODES: &str = "bBuwhHiIlLqQfd";

/// A kind of items, by its letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind(u8);

/// An item's bytes: as many as the kind's size says.
pub(super) type Item = [u8; 8];

fn item<const N: usize>(bytes: [u8; N]) -> Item {
    let mut item = [0; 8];
    item[..N].copy_from_slice(&bytes);
    item
}

fn take<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut taken = [0; N];
    taken.copy_from_slice(&bytes[..N]);
    taken
}

impl Kind {
    /// The kind of a letter.
    pub(super) fn of(code: u32) -> Option<Kind> {
        let code = u8::try_from(code).ok()?;
        CODES.as_bytes().contains(&code).then_some(Kind(code))
    }

    /// The letter.
    #[inline]
    pub(super) fn code(self) -> u8 {
        self.0
    }

    /// Bytes of an item.
    #[inline]
    pub(super) fn size(self) -> usize {
        match self.0 {
            b'b' | b'B' => 1,
            b'h' | b'H' => 2,
            b'i' | b'I' | b'f' | b'u' | b'w' => 4,
            _ => 8,
        }
    }

    /// Whether items are characters.
    pub(super) fn is_text(self) -> bool {
        matches!(self.0, b'u' | b'w')
    }

    /// The number that pickles name this kind's bytes by.
    pub(super) fn format(self) -> i64 {
        let little = match self.0 {
            b'B' => return 0,
            b'b' => return 1,
            b'H' => 2,
            b'h' => 4,
            b'I' => 6,
            b'i' => 8,
            b'L' | b'Q' => 10,
            b'l' | b'q' => 12,
            b'f' => 14,
            b'd' => 16,
            _ => 20,
        };
        little + i64::from(cfg!(target_endian = "big"))
    }

    /// The value of an item.
    #[inline]
    pub(super) fn read(self, vm: &mut Vm, bytes: &[u8]) -> PyResult {
        let small = |int: i64| Ok(number::small(int));
        match self.0 {
            b'd' => vm.new_float(f64::from_ne_bytes(take(bytes))),
            b'i' => small(i64::from(i32::from_ne_bytes(take(bytes)))),
            b'l' | b'q' => vm.new_int(i64::from_ne_bytes(take(bytes))),
            b'B' => small(i64::from(bytes[0])),
            b'b' => small(i64::from(i8::from_ne_bytes(take(bytes)))),
            b'h' => small(i64::from(i16::from_ne_bytes(take(bytes)))),
            b'H' => small(i64::from(u16::from_ne_bytes(take(bytes)))),
            b'I' => small(i64::from(u32::from_ne_bytes(take(bytes)))),
            b'f' => vm.new_float(f64::from(f32::from_ne_bytes(take(bytes)))),
            b'u' | b'w' => {
                let point = u32::from_ne_bytes(take(bytes));
                if point > 0x10_ffff {
                    return Err(vm.raise_value("chr() arg not in range(0x110000)"));
                }
                vm.new_str_points(&[point])
            }
            _ => {
                let int = u64::from_ne_bytes(take(bytes));
                vm.new_int_buf(&IntBuf::from_parts(false, u128::from(int)))
            }
        }
    }

    /// The bytes of a value. May run guest code.
    ///
    /// # Errors
    /// TypeError, OverflowError.
    #[inline]
    pub(super) fn bytes(self, vm: &mut Vm, value: Value) -> PyResult<Item> {
        Ok(match self.0 {
            b'd' => item(protocol::to_f64(vm, value)?.to_ne_bytes()),
            b'f' => item((protocol::to_f64(vm, value)? as f32).to_ne_bytes()),
            b'u' | b'w' => item(character(vm, value, "array item")?.to_ne_bytes()),
            b'l' => item(c_long(vm, value)?.to_ne_bytes()),
            b'q' => {
                let int = protocol::index(vm, value)?;
                match number::i64_of(int) {
                    Some(int) => item(int.to_ne_bytes()),
                    None => return Err(vm.raise_overflow("int too big to convert")),
                }
            }
            b'I' | b'L' | b'Q' => item(self.unsigned(vm, value)?.to_ne_bytes()),
            _ => item(self.short(vm, value)?.to_ne_bytes()),
        })
    }

    /// A value for `b`, `B`, `h`, `H`, `i`; the low bytes of the result are the item's.
    fn short(self, vm: &mut Vm, value: Value) -> PyResult<i64> {
        let int = c_long(vm, value)?;
        // A wider range is checked first, with its own words.
        let (first, second): (Range, Option<Range>) = match self.0 {
            b'b' => (SHORT, Some(("signed char", -0x80, 0x7f))),
            b'B' => (("unsigned byte integer", 0, 0xff), None),
            b'h' => (SHORT, None),
            b'H' => (INT, Some(("unsigned short", 0, 0xffff))),
            _ => (INT, None),
        };
        for (name, least, most) in [Some(first), second].into_iter().flatten() {
            if int < least {
                return Err(vm.raise_overflow(&format!("{name} is less than minimum")));
            }
            if int > most {
                return Err(vm.raise_overflow(&format!("{name} is greater than maximum")));
            }
        }
        // The machine's order: an item's bytes are the first of the word on little-endian machines.
        Ok(if cfg!(target_endian = "big") {
            int << (64 - 8 * self.size())
        } else {
            int
        })
    }

    fn unsigned(self, vm: &mut Vm, value: Value) -> PyResult<u64> {
        let int = protocol::index(vm, value)?;
        let (negative, fits) = match number::int_of(int) {
            Some(IntView::Small(small)) => (small < 0, u64::try_from(small).ok()),
            Some(IntView::Big(big)) => (big.is_negative(), big.to_u64()),
            None => (false, None),
        };
        let wide = self.0 == b'Q';
        if negative {
            return Err(vm.raise_overflow(if wide {
                "can't convert negative int to unsigned"
            } else {
                "can't convert negative value to unsigned int"
            }));
        }
        match fits {
            Some(int) if self.0 == b'I' && int > u64::from(u32::MAX) => {
                Err(vm.raise_overflow("unsigned int is greater than maximum"))
            }
            Some(int) if self.0 == b'I' && cfg!(target_endian = "big") => Ok(int << 32),
            Some(int) => Ok(int),
            None if wide => Err(vm.raise_overflow("int too big to convert")),
            None => Err(vm.raise_overflow("Python int too large to convert to C unsigned long")),
        }
    }
}

type Range = (&'static str, i64, i64);
const SHORT: Range = ("signed short integer", -0x8000, 0x7fff);
const INT: Range = ("signed integer", -0x8000_0000, 0x7fff_ffff);

fn c_long(vm: &mut Vm, value: Value) -> PyResult<i64> {
    if let Some(int) = value.as_small_int() {
        return Ok(int);
    }
    let int = protocol::index(vm, value)?;
    match number::i64_of(int) {
        Some(int) => Ok(int),
        None => Err(vm.raise_overflow("Python int too large to convert to C long")),
    }
}

/// The only character of a str argument.
pub(super) fn character(vm: &mut Vm, value: Value, what: &str) -> PyResult<u32> {
    let Some(text) = Str::of(value) else {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!("{what} must be a unicode character, not {name}")));
    };
    let text = text.text();
    let mut points = text.iter();
    match (points.next(), points.next()) {
        (Some(point), None) => Ok(point),
        _ => {
            let count = text.len();
            Err(vm.raise_type(&format!(
                "{what} must be a unicode character, not a string of length {count}"
            )))
        }
    }
}
