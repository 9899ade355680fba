//! `str % arguments`.

use crate::builder::Builder;
use crate::format_value::ascii_of;
use crate::percent_short;
use crate::units::cut;
use coil_num::float::{self as floats, Kind, Style};
use coil_text::percent::{Amount, Conversion, Piece, Pieces};
use coil_value::Value;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Raised, Vm, number, protocol};

/// The arguments of a format, taken one after the other.
pub(crate) struct Taker {
    all: Value,
    tuple: Option<Tuple>,
    mapping: bool,
    at: usize,
    /// The value of the last key, not yet taken.
    keyed: Option<Value>,
    /// A key was used: from then on only its value is there to be taken.
    by_key: bool,
}

impl Taker {
    pub(crate) fn new(all: Value) -> Taker {
        let tuple = Tuple::of(all);
        let mapping =
            tuple.is_none() && Str::of(all).is_none() && Type::of(all).slots().get_item.is_some();
        Taker {
            all,
            tuple,
            mapping,
            at: 0,
            keyed: None,
            by_key: false,
        }
    }

    pub(crate) fn mapping(&self) -> Option<Value> {
        self.mapping.then_some(self.all)
    }

    pub(crate) fn use_key(&mut self, value: Value) {
        self.keyed = Some(value);
        self.by_key = true;
    }

    pub(crate) fn take(&mut self, vm: &mut Vm) -> PyResult {
        let found = if self.by_key {
            self.keyed.take()
        } else {
            let found = match self.tuple {
                Some(tuple) => tuple.get(self.at),
                None => (self.at == 0).then_some(self.all),
            };
            self.at += 1;
            found
        };
        found
            .ok_or(())
            .map_err(|()| vm.raise_type("not enough arguments for format string"))
    }

    /// TypeError when arguments are left over.
    pub(crate) fn finish(&self, vm: &mut Vm, what: &str) -> PyResult<()> {
        let count = self.tuple.map_or(1, Tuple::len);
        if !self.mapping && !self.by_key && self.at < count {
            return Err(vm.raise_type(&format!(
                "not all arguments converted during {what} formatting"
            )));
        }
        Ok(())
    }

    /// Width or precision.
    pub(crate) fn amount(&mut self, vm: &mut Vm, amount: Option<Amount>) -> PyResult<Option<i64>> {
        match amount {
            None => Ok(None),
            Some(Amount::Fixed(size)) => Ok(Some(i64::try_from(size).unwrap_or(i64::MAX))),
            Some(Amount::Argument) => {
                let value = self.take(vm)?;
                if number::int_of(value).is_none() {
                    return Err(vm.raise_type("* wants int"));
                }
                match number::i64_of(value).filter(|size| size.unsigned_abs() <= 1 << 40) {
                    Some(size) => Ok(Some(size)),
                    None => Err(vm.raise_overflow("Python int too large to convert to C ssize_t")),
                }
            }
        }
    }
}

/// A conversion with its width and precision known.
pub(crate) struct Field {
    pub(crate) conversion: Conversion,
    pub(crate) width: usize,
    pub(crate) precision: Option<usize>,
}

/// Takes width and precision of a conversion.
pub(crate) fn field(vm: &mut Vm, taker: &mut Taker, mut conversion: Conversion) -> PyResult<Field> {
    let width = taker.amount(vm, conversion.width)?.unwrap_or(0);
    conversion.left |= width < 0;
    let precision = taker.amount(vm, conversion.precision)?;
    if precision.is_some_and(|precision| precision > i64::from(i32::MAX)) {
        return Err(vm.raise_overflow("Python int too large to convert to C int"));
    }
    if width.unsigned_abs() > 1 << 32 {
        return Err(vm.raise_memory_error());
    }
    Ok(Field {
        conversion,
        width: width.unsigned_abs() as usize,
        precision: precision.map(|precision| usize::try_from(precision).unwrap_or(0)),
    })
}

/// `a % b` for a str.
pub(crate) fn modulo(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let Some(format) = Str::of(a) else {
        return Ok(ty::not_implemented());
    };
    if let Some(text) = percent_short::format(vm, format, b)? {
        return Ok(text);
    }
    let units = format.text().to_vec();
    let mut taker = Taker::new(b);
    let mut out = Builder::default();
    for piece in Pieces::new(&units) {
        match piece {
            Ok(Piece::Literal(range)) => out.push_points(&units[range]),
            Ok(Piece::Percent) => out.push(u32::from(b'%'), 1),
            Ok(Piece::Conversion(conversion)) => {
                if let Some(key) = &conversion.key {
                    let key = vm.new_str_points(&units[key.clone()])?;
                    let Some(mapping) = taker.mapping() else {
                        return Err(vm.raise_type("format requires a mapping"));
                    };
                    let value = protocol::get_item(vm, mapping, key)?;
                    taker.use_key(value);
                }
                let field = field(vm, &mut taker, conversion)?;
                convert(vm, &mut taker, &field, &mut out)?;
            }
            Err(error) => return Err(vm.raise_value(&error.message())),
        }
    }
    taker.finish(vm, "string")?;
    out.finish(vm)
}

fn convert(vm: &mut Vm, taker: &mut Taker, field: &Field, out: &mut Builder) -> PyResult<()> {
    let code = char::from_u32(field.conversion.code).unwrap_or_default();
    let value = taker.take(vm)?;
    match code {
        's' => {
            let text = protocol::str(vm, value)?;
            text_field(vm, field, text, out)
        }
        'r' => {
            let text = protocol::repr(vm, value)?;
            text_field(vm, field, text, out)
        }
        'a' => {
            let text = ascii_of(vm, value)?;
            text_field(vm, field, crate::args::this(text), out)
        }
        'c' => {
            let point = char_of(vm, value)?;
            let (left, right) = field.conversion.str_padding(1, field.width);
            out.pad(vm, 0x20, left)?;
            out.push(point, 1);
            out.pad(vm, 0x20, right)
        }
        _ => match number_field(vm, field, code, value)? {
            Some(text) => {
                out.push_str(&text);
                Ok(())
            }
            None => Err(vm.raise_value(&field.conversion.unsupported().message())),
        },
    }
}

fn text_field(vm: &mut Vm, field: &Field, text: Str, out: &mut Builder) -> PyResult<()> {
    let kept = field
        .precision
        .map_or(text.len(), |most| most.min(text.len()));
    let (left, right) = field.conversion.str_padding(kept, field.width);
    out.pad(vm, 0x20, left)?;
    out.push_text(cut(text.text(), 0, kept));
    out.pad(vm, 0x20, right)
}

fn char_of(vm: &mut Vm, value: Value) -> PyResult<u32> {
    if let Some(text) = Str::of(value) {
        if text.len() == 1 {
            return Ok(text.at(0));
        }
        let len = text.len();
        return Err(vm.raise_type(&format!(
            "%c requires an int or a unicode character, not a string of length {len}"
        )));
    }
    if number::int_of(value).is_none() && Type::of(value).slots().index.is_none() {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!(
            "%c requires an int or a unicode character, not {name}"
        )));
    }
    let code = protocol::index_clamped(vm, value)?;
    match u32::try_from(code) {
        Ok(point) if point < 0x11_0000 => Ok(point),
        _ => Err(vm.raise_overflow("%c arg not in range(0x110000)")),
    }
}

/// The text of a number field; none for a code that is no number's.
pub(crate) fn number_field(
    vm: &mut Vm,
    field: &Field,
    code: char,
    value: Value,
) -> PyResult<Option<String>> {
    let conversion = &field.conversion;
    let layout = match code {
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let radix = match code {
                'o' => 8,
                'x' | 'X' => 16,
                _ => 10,
            };
            let int = int_of(vm, code, value)?;
            let text = vm.int_text(int, radix)?;
            let digits = text.strip_prefix('-').unwrap_or(&text);
            if field.precision.is_some_and(|precision| precision > 1 << 30) {
                return Err(vm.raise_overflow("precision too large"));
            }
            conversion.layout_int(text.starts_with('-'), digits, field.width, field.precision)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let float = protocol::to_f64(vm, value)?;
            let style = Style {
                kind: match code {
                    'e' | 'E' => Kind::Exponent,
                    'f' | 'F' => Kind::Fixed,
                    _ => Kind::General,
                },
                precision: field.precision.unwrap_or(6),
                alternate: conversion.alternate,
                upper: code.is_ascii_uppercase(),
            };
            conversion.layout_float(&floats::format(float, style), field.width)
        }
        _ => return Ok(None),
    };
    Ok(layout.to_text())
}

/// The int of an argument for an integer code.
fn int_of(vm: &mut Vm, code: char, value: Value) -> PyResult {
    if number::int_of(value).is_some() {
        return Ok(value);
    }
    let slots = Type::of(value).slots();
    let slot = match code {
        'd' | 'i' | 'u' => slots.int.or(slots.index),
        _ => slots.index,
    };
    let Some(slot) = slot else {
        return Err(wrong_type(vm, code, value));
    };
    match slot(vm, value) {
        Ok(int) if number::int_of(int).is_some() => Ok(int),
        Ok(_) => Err(wrong_type(vm, code, value)),
        Err(raised) if vm.raised_is(&ty::types::TypeError) => {
            vm.take_raised(raised);
            Err(wrong_type(vm, code, value))
        }
        Err(raised) => Err(raised),
    }
}

fn wrong_type(vm: &mut Vm, code: char, value: Value) -> Raised {
    let name = protocol::type_name(value);
    let wanted = match code {
        'd' | 'i' | 'u' => "a real number",
        _ => "an integer",
    };
    vm.raise_type(&format!("%{code} format: {wanted} is required, not {name}"))
}
