//! Encodings given by a table: `charmap_encode`, `charmap_decode`, `charmap_build`.

use super::handler::{Failure, Handler, Replacement, encode_error};
use super::{Native, decode, encode};
use taipan_objects::bytes::Bytes;
use taipan_objects::dict::Dict;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm};

const UNDEFINED: &str = "character maps to <undefined>";
/// In tables of characters: no character.
const NONE: u32 = 0xfffe;

/// What a mapping says for a number; none for undefined.
fn look_up(vm: &mut Vm, mapping: Value, key: u32) -> PyResult<Option<Value>> {
    let key = number::small(key.into());
    let found = match Dict::of(mapping) {
        Some(dict)
            if mapping
                .as_ref()
                .is_some_and(|object| object.layout() == taipan_objects::layout::DICT) =>
        {
            dict.get(vm, key)?
        }
        _ => match protocol::get_item(vm, mapping, key) {
            Ok(found) => Some(found),
            Err(raised) if vm.raised_is(&types::LookupError) => {
                vm.take_raised(raised);
                None
            }
            Err(raised) => return Err(raised),
        },
    };
    Ok(found.filter(|found| *found != ty::none()))
}

/// The characters for a byte.
fn decoded(vm: &mut Vm, mapping: Value, byte: u8, out: &mut Vec<u32>) -> PyResult<bool> {
    if let Some(table) = Str::of(mapping) {
        let index = usize::from(byte);
        if index >= table.len() || table.at(index) == NONE {
            return Ok(false);
        }
        out.push(table.at(index));
        return Ok(true);
    }
    let Some(found) = look_up(vm, mapping, byte.into())? else {
        return Ok(false);
    };
    if let Some(text) = Str::of(found) {
        let points = text.text().to_vec();
        if points == [NONE] {
            return Ok(false);
        }
        out.extend(points);
        return Ok(true);
    }
    if number::int_of(found).is_none() {
        return Err(vm.raise_type("character mapping must return integer, None or str"));
    }
    match number::i64_of(found).and_then(|point| u32::try_from(point).ok()) {
        Some(NONE) => Ok(false),
        Some(point @ 0..0x11_0000) => {
            out.push(point);
            Ok(true)
        }
        _ => Err(vm.raise_type("character mapping must be in range(0x110000)")),
    }
}

/// Bytes to text by a mapping (none: Latin-1).
///
/// # Errors
/// UnicodeDecodeError, TypeError, what the mapping raises.
pub(super) fn decode_map(
    vm: &mut Vm,
    data: &[u8],
    handler: &Handler,
    mapping: Option<Value>,
) -> PyResult {
    let Some(mapping) = mapping else {
        return Ok(decode(vm, data, Native::Latin1, handler, true)?.text);
    };
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while at < data.len() {
        if decoded(vm, mapping, data[at], &mut out)? {
            at += 1;
            continue;
        }
        let failure = Failure {
            encoding: "charmap",
            start: at,
            end: at + 1,
            reason: UNDEFINED,
        };
        at = handler.decode(vm, data, failure, &mut out)?;
    }
    vm.new_str_points(&out)
}

/// The bytes for a character.
fn encoded(vm: &mut Vm, mapping: Value, point: u32, out: &mut Vec<u8>) -> PyResult<bool> {
    let Some(found) = look_up(vm, mapping, point)? else {
        return Ok(false);
    };
    if let Some(bytes) = Bytes::of(found) {
        out.extend_from_slice(bytes.data());
        return Ok(true);
    }
    if number::int_of(found).is_none() {
        let name = protocol::type_name(found);
        return Err(vm.raise_type(&format!(
            "character mapping must return integer, bytes or None, not {name}"
        )));
    }
    match number::i64_of(found).and_then(|byte| u8::try_from(byte).ok()) {
        Some(byte) => {
            out.push(byte);
            Ok(true)
        }
        None => Err(vm.raise_type("character mapping must be in range(256)")),
    }
}

/// Text to bytes by a mapping (none: Latin-1).
///
/// # Errors
/// UnicodeEncodeError, TypeError, what the mapping raises.
pub(super) fn encode_map(
    vm: &mut Vm,
    text: Str,
    handler: &Handler,
    mapping: Option<Value>,
) -> PyResult<Vec<u8>> {
    let Some(mapping) = mapping else {
        return encode(vm, text, Native::Latin1, handler);
    };
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if encoded(vm, mapping, text.at(at), &mut out)? {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        let mark = out.len();
        while end < text.len() && !encoded(vm, mapping, text.at(end), &mut out)? {
            end += 1;
        }
        out.truncate(mark);
        let failure = Failure {
            encoding: "charmap",
            start: at,
            end,
            reason: UNDEFINED,
        };
        let (replacement, next) = handler.encode(vm, text, failure)?;
        match replacement {
            Replacement::Bytes(bytes) => out.extend(bytes),
            Replacement::Text(points) => {
                for point in points {
                    if !encoded(vm, mapping, point, &mut out)? {
                        return Err(encode_error(vm, text, failure));
                    }
                }
            }
        }
        at = next;
    }
    Ok(out)
}

/// The mapping from characters to bytes of a table of characters.
///
/// # Errors
/// MemoryError.
pub(super) fn build(vm: &mut Vm, table: Str) -> PyResult {
    let points = table.text().to_vec();
    let full = points.len() == 256 && points[0] == 0;
    let map = vm.new_dict()?;
    for (byte, point) in points.into_iter().enumerate().take(256) {
        if !(full && point == NONE) {
            map.set(vm, number::small(point.into()), number::size(byte))?;
        }
    }
    Ok(map.value())
}
