//! Bytes as hexadecimal text, both ways.

use crate::bytes_convert::copied;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::str::{Str, Text};
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Vm, protocol};

/// `hex` of bytes, bytearray and memoryview.
pub(crate) fn hex(vm: &mut Vm, args: Args) -> PyResult {
    let separator = match args.get(1) {
        Some(value) => Some(separator(vm, value)?),
        None => None,
    };
    let group = match args.get(2) {
        Some(group) => protocol::index_i64(vm, group)?,
        None => 1,
    };
    let source = copied(args.at(0)).unwrap_or_default();
    let size = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(source.len() * 3);
    for (at, byte) in source.iter().enumerate() {
        // Groups are counted from the right, or from the left for a negative size.
        let place = if group > 0 { source.len() - at } else { at };
        if let Some(separator) = separator.filter(|_| at > 0 && size > 0 && place % size == 0) {
            out.push(separator);
        }
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        out.extend([
            DIGITS[usize::from(byte >> 4)],
            DIGITS[usize::from(byte & 15)],
        ]);
    }
    vm.new_ascii(&out)
}

fn separator(vm: &mut Vm, value: Value) -> PyResult<u8> {
    let (length, first) = match (Str::of(value), copied(value)) {
        (Some(text), _) => (text.len(), (!text.is_empty()).then(|| text.at(0))),
        (None, Some(data)) => (data.len(), data.first().map(|byte| u32::from(*byte))),
        (None, None) => {
            let length = protocol::len(vm, value)?;
            if length == 1 {
                return Err(vm.raise_type("sep must be str or bytes."));
            }
            (length, None)
        }
    };
    match first {
        Some(point) if length == 1 && point < 0x80 => Ok(point as u8),
        Some(_) if length == 1 => Err(vm.raise_value("sep must be ASCII.")),
        _ => Err(vm.raise_value("sep must be length 1.")),
    }
}

/// `fromhex`, a class method of bytes and bytearray.
pub(crate) fn fromhex(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.at(1);
    let digits: Vec<u8> = match Str::of(value) {
        Some(text) => match text.text() {
            Text::Ascii(bytes) => bytes.to_vec(),
            other => other
                .iter()
                .map(|point| u8::try_from(point).unwrap_or(0xff))
                .collect(),
        },
        None => match copied(value) {
            Some(data) => data,
            None => {
                let name = protocol::type_name(value);
                return Err(vm.raise_type(&format!(
                    "fromhex() argument must be str or bytes-like, not {name}"
                )));
            }
        },
    };
    let mut out = Vec::with_capacity(digits.len() / 2);
    let mut at = 0;
    while at < digits.len() {
        if crate::bytes_case::is_space(digits[at]) {
            at += 1;
            continue;
        }
        let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
        let bad = match (digit(at), digit(at + 1)) {
            (Some(high), Some(low)) => {
                out.push((high << 4 | low) as u8);
                at += 2;
                continue;
            }
            (None, _) => at,
            (Some(_), None) if at + 1 >= digits.len() => {
                return Err(vm.raise_value(
                    "fromhex() arg must contain an even number of hexadecimal digits",
                ));
            }
            (Some(_), None) => at + 1,
        };
        return Err(vm.raise_value(&format!(
            "non-hexadecimal number found in fromhex() arg at position {bad}"
        )));
    }
    let class = Type::from_value(args.at(0)).unwrap_or(types::BYTES.ty());
    let array = class.is_subtype(types::BYTEARRAY.ty());
    let result = if array {
        vm.new_bytearray(&out)?.value()
    } else {
        vm.new_bytes(&out)?
    };
    if class.is_heap() {
        return protocol::call(vm, class.value(), &[result]);
    }
    Ok(result)
}
