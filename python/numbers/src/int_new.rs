//! `int(...)`: from numbers, text and bytes.

use crate::operand::exact_int;
use coil_num::{IntBuf, bigint};
use coil_text::unicode;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::number::{self, int_of};
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Vm};

/// `int.__new__`.
pub(crate) fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    let mut base = args.get(1);
    for index in 0..args.keyword_count() {
        let (name, value) = args.keyword(index);
        if !name.is("base") {
            let name = name.to_rust().into_owned();
            return Err(vm.raise_type(&format!(
                "int() got an unexpected keyword argument '{name}'"
            )));
        }
        base = Some(value);
    }
    if args.len() + args.keyword_count() > 2 {
        let given = args.len() + args.keyword_count();
        return Err(vm.raise_type(&format!("int expected at most 2 arguments, got {given}")));
    }
    let value = match (args.get(0), base) {
        (None, Some(_)) => return Err(vm.raise_type("int() missing string argument")),
        (None, None) => vm.new_int(0)?,
        (Some(value), None) => from_object(vm, value)?,
        (Some(value), Some(base)) => {
            let base = protocol::index_clamped(vm, base)?;
            let Some(base) = u32::try_from(base)
                .ok()
                .filter(|b| *b == 0 || (2..=36).contains(b))
            else {
                return Err(vm.raise_value("int() base must be >= 2 and <= 36, or 0"));
            };
            match text_bytes(vm, value)? {
                Some(bytes) => parse(vm, value, &bytes, base)?,
                None => {
                    return Err(vm.raise_type("int() can't convert non-string with explicit base"));
                }
            }
        }
    };
    if ty.is(&types::INT) {
        return Ok(value);
    }
    let buf = int_of(value).expect("the conversions give ints").to_buf();
    vm.new_int_object(ty.instance_layout(), ty, &buf)
}

fn from_object(vm: &mut Vm, value: Value) -> PyResult {
    if value.is_small_int() {
        return Ok(value);
    }
    if let Some(float) = value.as_f64() {
        return from_float(vm, float);
    }
    let ty = Type::of(value);
    if let Some(slot) = ty.slots().int {
        let result = slot(vm, value)?;
        if int_of(result).is_none() {
            let name = protocol::type_name(result);
            return Err(vm.raise_type(&format!("__int__ returned non-int (type {name})")));
        }
        return exact_int(vm, result);
    }
    if ty.slots().index.is_some() {
        let result = protocol::index(vm, value)?;
        return exact_int(vm, result);
    }
    match text_bytes(vm, value)? {
        Some(bytes) => parse(vm, value, &bytes, 10),
        None => {
            let name = ty.name();
            Err(vm.raise_type(&format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{name}'"
            )))
        }
    }
}

/// `int(float)`.
pub(crate) fn from_float(vm: &mut Vm, float: f64) -> PyResult {
    if float.abs() < 1e18 {
        return vm.new_int(float as i64);
    }
    if float.is_nan() {
        return Err(vm.raise_value("cannot convert float NaN to integer"));
    }
    match IntBuf::from_f64(float) {
        Some(int) => vm.new_int_buf(&int),
        None => Err(vm.raise_overflow("cannot convert float infinity to integer")),
    }
}

/// The text of a str, bytes or bytearray as bytes to parse: digits of all scripts become ASCII, other characters beyond ASCII
/// become something no number has, white space around is cut off.
pub(crate) fn text_bytes(vm: &mut Vm, value: Value) -> PyResult<Option<Vec<u8>>> {
    let bytes: Vec<u8> = match Str::of(value) {
        Some(text) => text.text().iter().map(ascii_of).collect(),
        None => match vm.bytes_like(value) {
            Some(bytes) => bytes.to_vec(),
            None => return Ok(None),
        },
    };
    let space = |byte: &u8| matches!(byte, b' ' | 9..=13);
    let start = bytes.iter().position(|b| !space(b)).unwrap_or(bytes.len());
    let end = bytes
        .iter()
        .rposition(|b| !space(b))
        .map_or(start, |at| at + 1);
    Ok(Some(bytes[start..end].to_vec()))
}

fn ascii_of(point: u32) -> u8 {
    match u8::try_from(point) {
        Ok(byte @ 0x1c..=0x1f) if unicode::is_space(u32::from(byte)) => b' ',
        Ok(byte) if byte < 0x80 => byte,
        _ if unicode::is_space(point) => b' ',
        _ => unicode::decimal_value(point).map_or(b'?', |digit| b'0' + digit as u8),
    }
}

fn parse(vm: &mut Vm, source: Value, bytes: &[u8], base: u32) -> PyResult {
    let limit = vm.interp.int_max_str_digits.get();
    if limit > 0 && !base.is_power_of_two() && bytes.len() > limit {
        let digits = bytes.iter().filter(|b| b.is_ascii_alphanumeric()).count();
        let prefixed = base == 0 && bytes.iter().find(|b| !matches!(b, b'+' | b'-')) == Some(&b'0');
        if digits > limit
            && !prefixed
            && bytes
                .iter()
                .skip(1)
                .all(|b| b.is_ascii_digit() || *b == b'_')
        {
            return Err(vm.raise_value(&format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit"
            )));
        }
    }
    match bigint::parse(bytes, base) {
        Some(int) => vm.new_int_buf(&int),
        None => {
            let shown = match vm.bytes_like(source) {
                Some(data) => coil_text::quote::bytes_repr(data),
                None => protocol::repr_text(vm, source)?,
            };
            let shown: String = shown.chars().take(200).collect();
            Err(vm.raise_value(&format!(
                "invalid literal for int() with base {base}: {shown}"
            )))
        }
    }
}

/// An int of a raw size, for results like `bit_length`.
pub(crate) fn from_u64(vm: &mut Vm, int: u64) -> PyResult {
    match i64::try_from(int) {
        Ok(int) => vm.new_int(int),
        Err(_) => vm.new_int_buf(&IntBuf::from(int)),
    }
}

/// Zero, inline.
pub(crate) fn zero() -> Value {
    number::small(0)
}
