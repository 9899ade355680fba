//! Text to bytes and back: the encodings that are built in.

mod decode;
mod encode;
mod errors;
mod names;

pub use decode::{decode, decode_bytes};
pub use encode::encode;

use crate::args::this;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Vm, protocol};

/// An optional text argument of encode and decode.
fn option(
    vm: &mut Vm,
    value: Option<Value>,
    default: &str,
    function: &str,
    name: &str,
) -> PyResult<String> {
    match value {
        None => Ok(default.to_owned()),
        Some(value) => match Str::of(value) {
            Some(text) => Ok(text.to_rust().into_owned()),
            None => {
                let given = protocol::type_name(value);
                Err(vm.raise_type(&format!(
                    "{function} argument '{name}' must be str, not {given}"
                )))
            }
        },
    }
}

/// `str.encode`
pub(crate) fn str_encode(vm: &mut Vm, args: Args) -> PyResult {
    encode_value(vm, args.at(0), args.get(1), args.get(2), "encode()")
}

/// Encodes a str with options that guest code gave.
pub(crate) fn encode_value(
    vm: &mut Vm,
    value: Value,
    encoding: Option<Value>,
    errors: Option<Value>,
    function: &str,
) -> PyResult {
    let encoding = option(vm, encoding, "utf-8", function, "encoding")?;
    let errors = option(vm, errors, "strict", function, "errors")?;
    encode(vm, this(value), &encoding, &errors)
}

/// Decodes a bytes-like object with options that guest code gave.
pub(crate) fn decode_value(
    vm: &mut Vm,
    value: Value,
    encoding: Option<Value>,
    errors: Option<Value>,
    function: &str,
) -> PyResult {
    let encoding = option(vm, encoding, "utf-8", function, "encoding")?;
    let errors = option(vm, errors, "strict", function, "errors")?;
    decode(vm, value, &encoding, &errors)
}

/// `bytes.decode`, `bytearray.decode`
pub(crate) fn bytes_decode(vm: &mut Vm, args: Args) -> PyResult {
    decode_value(vm, args.at(0), args.get(1), args.get(2), "decode()")
}
