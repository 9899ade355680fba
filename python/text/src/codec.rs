//! Text to bytes and back: arguments of the methods. The codecs are in the io crate.

use crate::args::this;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Raised, Vm, protocol, ty};

/// The bytes object of a text in an encoding.
///
/// # Errors
/// LookupError for unknown encodings and handlers, UnicodeEncodeError.
pub fn encode(vm: &mut Vm, text: Str, encoding: &str, errors: &str) -> PyResult {
    match vm.interp.hooks.encode {
        Some(hook) => hook(vm, text, encoding, errors),
        None => Err(unknown(vm, encoding)),
    }
}

/// There are no codecs yet.
#[cold]
fn unknown(vm: &mut Vm, encoding: &str) -> Raised {
    vm.raise_lookup(&format!("unknown encoding: {encoding}"))
}

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
            Some(text) if text.text().iter().any(|c| c == 0) => {
                Err(vm.raise_value("embedded null character"))
            }
            Some(text) => Ok(text.to_rust().into_owned()),
            None => {
                let given = match value == ty::none() {
                    true => "None".to_owned(),
                    false => protocol::type_name(value),
                };
                Err(vm.raise_type(&format!(
                    "{function} argument '{name}' must be str, not {given}"
                )))
            }
        },
    }
}

/// Encoding and error handler of a call, as names.
fn options(
    vm: &mut Vm,
    encoding: Option<Value>,
    errors: Option<Value>,
    function: &str,
) -> PyResult<(String, String)> {
    let encoding = option(vm, encoding, "utf-8", function, "encoding")?;
    let errors = option(vm, errors, "strict", function, "errors")?;
    Ok((encoding, errors))
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
    let (encoding, errors) = options(vm, encoding, errors, function)?;
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
    let (encoding, errors) = options(vm, encoding, errors, function)?;
    match vm.interp.hooks.decode {
        Some(hook) => hook(vm, value, &encoding, &errors),
        None => Err(unknown(vm, &encoding)),
    }
}

/// `bytes.decode`, `bytearray.decode`
pub(crate) fn bytes_decode(vm: &mut Vm, args: Args) -> PyResult {
    decode_value(vm, args.at(0), args.get(1), args.get(2), "decode()")
}
