//! `bytes % arguments`.

use crate::args::MAX_SIZE;
use crate::bytes_convert::{copied, same_type};
use crate::bytes_type::data;
use crate::format_value::ascii_of;
use crate::percent::{Field, Taker, field, number_field};
use coil_text::percent::{Piece, Pieces};
use coil_value::Value;
use taipan_objects::bytes::{ByteArray, Bytes};
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Vm, number, protocol};

/// `a % b` for bytes and bytearray.
pub(crate) fn modulo(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if Bytes::of(a).is_none() && ByteArray::of(a).is_none() {
        return Ok(ty::not_implemented());
    }
    let units = data(a).to_vec();
    let mut taker = Taker::new(b);
    let mut out = Vec::with_capacity(units.len() + 16);
    for piece in Pieces::new(&units) {
        match piece {
            Ok(Piece::Literal(range)) => out.extend_from_slice(&units[range]),
            Ok(Piece::Percent) => out.push(b'%'),
            Ok(Piece::Conversion(conversion)) => {
                if let Some(key) = &conversion.key {
                    let key = vm.new_bytes(&units[key.clone()])?;
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
    taker.finish(vm, "bytes")?;
    same_type(vm, a, &out)
}

fn convert(vm: &mut Vm, taker: &mut Taker, field: &Field, out: &mut Vec<u8>) -> PyResult<()> {
    let code = char::from_u32(field.conversion.code).unwrap_or_default();
    let value = taker.take(vm)?;
    let text = match code {
        's' | 'b' => bytes_of(vm, value)?,
        'r' | 'a' => {
            let text = ascii_of(vm, value)?;
            crate::args::this(text).bytes().to_vec()
        }
        'c' => vec![byte_of(vm, value)?],
        _ => {
            return match number_field(vm, field, code, value)? {
                Some(text) => {
                    out.extend_from_slice(text.as_bytes());
                    Ok(())
                }
                None => Err(vm.raise_value(&field.conversion.unsupported().message())),
            };
        }
    };
    let kept = match code {
        'c' => 1,
        _ => field
            .precision
            .map_or(text.len(), |most| most.min(text.len())),
    };
    let (left, right) = field.conversion.str_padding(kept, field.width);
    if left.max(right) > MAX_SIZE >> 8 {
        return Err(vm.raise_memory_error());
    }
    out.extend(std::iter::repeat_n(b' ', left));
    out.extend_from_slice(&text[..kept]);
    out.extend(std::iter::repeat_n(b' ', right));
    Ok(())
}

fn bytes_of(vm: &mut Vm, value: Value) -> PyResult<Vec<u8>> {
    if let Some(data) = copied(value) {
        return Ok(data);
    }
    let name = vm.interp.names.__bytes__.str();
    match protocol::call_special(vm, value, name, &[])? {
        Some(result) => match Bytes::of(result) {
            Some(bytes) => Ok(bytes.data().to_vec()),
            None => {
                let name = protocol::type_name(result);
                Err(vm.raise_type(&format!("__bytes__ returned non-bytes (type {name})")))
            }
        },
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!(
                "%b requires a bytes-like object, or an object that implements __bytes__, not '{name}'"
            )))
        }
    }
}

fn byte_of(vm: &mut Vm, value: Value) -> PyResult<u8> {
    let source = match (Bytes::of(value), ByteArray::of(value)) {
        (Some(bytes), _) => Some(bytes.data()),
        (None, array) => array.map(ByteArray::data),
    };
    match source {
        Some([byte]) => return Ok(*byte),
        Some(data) => {
            let (name, len) = (protocol::type_name(value), data.len());
            return Err(vm.raise_type(&format!(
                "%c requires an integer in range(256) or a single byte, not a {name} object of length {len}"
            )));
        }
        None => {}
    }
    if number::int_of(value).is_none() && Type::of(value).slots().index.is_none() {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!(
            "%c requires an integer in range(256) or a single byte, not {name}"
        )));
    }
    let code = protocol::index_clamped(vm, value)?;
    u8::try_from(code).map_err(|_| vm.raise_overflow("%c arg not in range(256)"))
}
