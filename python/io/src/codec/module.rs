//! The functions of module `_codecs`.

use super::decode::{Decoded, byte_order};
use super::handler::Handler;
use super::{Native, Order, charmap, decode, encode, escape, registry, utf7};
use crate::args::{c_int, given};
use taipan_objects::bytes::{Bytes, bytes_like};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty;
use taipan_objects::{PyResult, Value, Vm, natives};

macro_rules! encoder {
    ($name:literal, $native:expr) => {
        |vm, args| native_encode(vm, args, $name, $native)
    };
}
macro_rules! decoder {
    ($name:literal, $native:expr) => {
        |vm, args| native_decode(vm, args, $name, $native)
    };
}

natives! {
    /// The functions of module `_codecs`.
    pub(crate) static FUNCTIONS = {
        "register" function One, "(search_function, /)" => |vm, args| registry::register(vm, args.at(0)).map(|()| ty::none());
        "unregister" function One, "(search_function, /)" => |vm, args| registry::unregister(vm, args.at(0)).map(|()| ty::none());
        "lookup" function One, "(encoding, /)" => |vm, args| { let name = name_arg(vm, args.at(0), "lookup() argument")?; registry::lookup(vm, &name) };
        "register_error" function Positional(2, 2), "(errors, handler, /)" => |vm, args| { name_arg(vm, args.at(0), "register_error() argument 1")?; registry::register_error(vm, args.at(0), args.at(1)).map(|()| ty::none()) };
        "_unregister_error" function One, "(errors, /)" => unregister_error;
        "lookup_error" function One, "(name, /)" => |vm, args| { let name = name_arg(vm, args.at(0), "lookup_error() argument")?; registry::error_handler(vm, &name) };
        "encode" function Signature(1), "(obj, encoding='utf-8', errors='strict')" => |vm, args| by_codec(vm, args, 0);
        "decode" function Signature(1), "(obj, encoding='utf-8', errors='strict')" => |vm, args| by_codec(vm, args, 1);
        "utf_8_encode" function Positional(1, 2), "(str, errors=None, /)" => encoder!("utf_8_encode", Native::Utf8);
        "utf_8_decode" function Positional(1, 3), "(data, errors=None, final=False, /)" => decoder!("utf_8_decode", Native::Utf8);
        "latin_1_encode" function Positional(1, 2), "(str, errors=None, /)" => encoder!("latin_1_encode", Native::Latin1);
        "latin_1_decode" function Positional(1, 2), "(data, errors=None, /)" => decoder!("latin_1_decode", Native::Latin1);
        "ascii_encode" function Positional(1, 2), "(str, errors=None, /)" => encoder!("ascii_encode", Native::Ascii);
        "ascii_decode" function Positional(1, 2), "(data, errors=None, /)" => decoder!("ascii_decode", Native::Ascii);
        "utf_16_encode" function Positional(1, 3), "(str, errors=None, byteorder=0, /)" => |vm, args| ordered_encode(vm, args, "utf_16_encode", Native::Utf16);
        "utf_16_decode" function Positional(1, 3), "(data, errors=None, final=False, /)" => decoder!("utf_16_decode", Native::Utf16(Order::Marked));
        "utf_16_le_encode" function Positional(1, 2), "(str, errors=None, /)" => encoder!("utf_16_le_encode", Native::Utf16(Order::Little));
        "utf_16_le_decode" function Positional(1, 3), "(data, errors=None, final=False, /)" => decoder!("utf_16_le_decode", Native::Utf16(Order::Little));
        "utf_16_be_encode" function Positional(1, 2), "(str, errors=None, /)" => encoder!("utf_16_be_encode", Native::Utf16(Order::Big));
        "utf_16_be_decode" function Positional(1, 3), "(data, errors=None, final=False, /)" => decoder!("utf_16_be_decode", Native::Utf16(Order::Big));
        "utf_16_ex_decode" function Positional(1, 4), "(data, errors=None, byteorder=0, final=False,\n                 /)" => |vm, args| ex_decode(vm, args, "utf_16_ex_decode", false);
        "utf_32_encode" function Positional(1, 3), "(str, errors=None, byteorder=0, /)" => |vm, args| ordered_encode(vm, args, "utf_32_encode", Native::Utf32);
        "utf_32_decode" function Positional(1, 3), "(data, errors=None, final=False, /)" => decoder!("utf_32_decode", Native::Utf32(Order::Marked));
        "utf_32_le_encode" function Positional(1, 2), "(str, errors=None, /)" => encoder!("utf_32_le_encode", Native::Utf32(Order::Little));
        "utf_32_le_decode" function Positional(1, 3), "(data, errors=None, final=False, /)" => decoder!("utf_32_le_decode", Native::Utf32(Order::Little));
        "utf_32_be_encode" function Positional(1, 2), "(str, errors=None, /)" => encoder!("utf_32_be_encode", Native::Utf32(Order::Big));
        "utf_32_be_decode" function Positional(1, 3), "(data, errors=None, final=False, /)" => decoder!("utf_32_be_decode", Native::Utf32(Order::Big));
        "utf_32_ex_decode" function Positional(1, 4), "(data, errors=None, byteorder=0, final=False,\n                 /)" => |vm, args| ex_decode(vm, args, "utf_32_ex_decode", true);
        "utf_7_encode" function Positional(1, 2), "(str, errors=None, /)" => |vm, args| text_encode(vm, args, "utf_7_encode", utf7::encode);
        "utf_7_decode" function Positional(1, 3), "(data, errors=None, final=False, /)" => utf_7_decode;
        "unicode_escape_encode" function Positional(1, 2), "(str, errors=None, /)" => |vm, args| text_encode(vm, args, "unicode_escape_encode", escape::unicode_escape);
        "unicode_escape_decode" function Positional(1, 3), "(data, errors=None, final=True, /)" => |vm, args| escapes_decode(vm, args, "unicode_escape_decode", false);
        "raw_unicode_escape_encode" function Positional(1, 2), "(str, errors=None, /)" => |vm, args| text_encode(vm, args, "raw_unicode_escape_encode", escape::raw_unicode_escape);
        "raw_unicode_escape_decode" function Positional(1, 3), "(data, errors=None, final=True, /)" => |vm, args| escapes_decode(vm, args, "raw_unicode_escape_decode", true);
        "escape_encode" function Positional(1, 2), "(data, errors=None, /)" => escape_encode;
        "escape_decode" function Positional(1, 2), "(data, errors=None, /)" => escape_decode;
        "charmap_encode" function Positional(1, 3), "(str, errors=None, mapping=None, /)" => charmap_encode;
        "charmap_decode" function Positional(1, 3), "(data, errors=None, mapping=None, /)" => charmap_decode;
        "charmap_build" function One, "(map, /)" => |vm, args| { let table = str_arg(vm, args.at(0), "charmap_build() argument")?; charmap::build(vm, table) };
        "readbuffer_encode" function Positional(1, 2), "(data, errors=None, /)" => readbuffer_encode;
    }
}

// ---- arguments

fn str_arg(vm: &mut Vm, value: Value, what: &str) -> PyResult<Str> {
    match Str::of(value) {
        Some(text) => Ok(text),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!("{what} must be str, not {name}")))
        }
    }
}

fn name_arg(vm: &mut Vm, value: Value, what: &str) -> PyResult<String> {
    let text = str_arg(vm, value, what)?;
    let text = text.to_rust().into_owned();
    if text.contains('\0') {
        return Err(vm.raise_value("embedded null character"));
    }
    Ok(text)
}

fn errors_arg(vm: &mut Vm, args: Args, function: &str) -> PyResult<String> {
    let Some(value) = given(args.get(1)) else {
        return Ok("strict".to_owned());
    };
    if Str::of(value).is_none() {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!(
            "{function}() argument 2 must be str or None, not {name}"
        )));
    }
    name_arg(vm, value, "errors")
}

fn text_arg(vm: &mut Vm, args: Args, function: &str) -> PyResult<(Str, Handler)> {
    let text = str_arg(vm, args.at(0), &format!("{function}() argument 1"))?;
    let errors = errors_arg(vm, args, function)?;
    Ok((text, Handler::named(&errors)))
}

fn data_arg(vm: &mut Vm, args: Args, function: &str) -> PyResult<(Vec<u8>, Handler)> {
    let data = crate::args::bytes_copy(vm, args.at(0))?;
    let errors = errors_arg(vm, args, function)?;
    Ok((data, Handler::named(&errors)))
}

/// Bytes, or a str as UTF-8.
fn bytes_or_text(vm: &mut Vm, value: Value) -> PyResult<Vec<u8>> {
    match Str::of(value) {
        Some(text) => encode(vm, text, Native::Utf8, &Handler::Strict),
        None => crate::args::bytes_copy(vm, value),
    }
}

fn flag(vm: &mut Vm, value: Option<Value>, default: bool) -> PyResult<bool> {
    value.map_or(Ok(default), |value| protocol::truth(vm, value))
}

// ---- results

fn encoded(vm: &mut Vm, bytes: &[u8], length: usize) -> PyResult {
    let bytes = vm.new_bytes(bytes)?;
    vm.new_tuple(&[bytes, number::size(length)])
}

fn decoded(vm: &mut Vm, decoded: &Decoded) -> PyResult {
    vm.new_tuple(&[decoded.text, number::size(decoded.used)])
}

// ---- functions

fn native_encode(vm: &mut Vm, args: Args, function: &str, to: Native) -> PyResult {
    let (text, handler) = text_arg(vm, args, function)?;
    let bytes = encode(vm, text, to, &handler)?;
    encoded(vm, &bytes, text.len())
}

fn native_decode(vm: &mut Vm, args: Args, function: &str, from: Native) -> PyResult {
    let (data, handler) = data_arg(vm, args, function)?;
    let last = flag(vm, args.get(2), false)? || matches!(from, Native::Latin1 | Native::Ascii);
    let result = decode(vm, &data, from, &handler, last)?;
    decoded(vm, &result)
}

fn order(vm: &mut Vm, value: Option<Value>) -> PyResult<Order> {
    let order = value.map_or(Ok(0), |value| c_int(vm, value))?;
    Ok(match order {
        0 => Order::Marked,
        ..0 => Order::Little,
        _ => Order::Big,
    })
}

fn ordered_encode(vm: &mut Vm, args: Args, function: &str, to: fn(Order) -> Native) -> PyResult {
    let (text, handler) = text_arg(vm, args, function)?;
    let order = order(vm, args.get(2))?;
    let bytes = encode(vm, text, to(order), &handler)?;
    encoded(vm, &bytes, text.len())
}

fn ex_decode(vm: &mut Vm, args: Args, function: &str, wide: bool) -> PyResult {
    let (data, handler) = data_arg(vm, args, function)?;
    let order = order(vm, args.get(2))?;
    let last = flag(vm, args.get(3), false)?;
    let known = match order {
        Order::Marked => byte_order(&data, wide).0,
        Order::Little => -1,
        Order::Big => 1,
    };
    let from = if wide {
        Native::Utf32(order)
    } else {
        Native::Utf16(order)
    };
    let result = decode(vm, &data, from, &handler, last)?;
    vm.new_tuple(&[
        result.text,
        number::size(result.used),
        number::small(known.into()),
    ])
}

fn text_encode(vm: &mut Vm, args: Args, function: &str, to: fn(Str) -> Vec<u8>) -> PyResult {
    let (text, _) = text_arg(vm, args, function)?;
    encoded(vm, &to(text), text.len())
}

fn utf_7_decode(vm: &mut Vm, args: Args) -> PyResult {
    let (data, handler) = data_arg(vm, args, "utf_7_decode")?;
    let last = flag(vm, args.get(2), false)?;
    let result = utf7::decode(vm, &data, &handler, last)?;
    decoded(vm, &result)
}

fn escapes_decode(vm: &mut Vm, args: Args, function: &str, raw: bool) -> PyResult {
    let data = bytes_or_text(vm, args.at(0))?;
    let errors = errors_arg(vm, args, function)?;
    let last = flag(vm, args.get(2), true)?;
    let result = escape::decode_escapes(vm, &data, &Handler::named(&errors), last, raw)?;
    decoded(vm, &result)
}

fn escape_encode(vm: &mut Vm, args: Args) -> PyResult {
    let Some(bytes) = Bytes::of(args.at(0)) else {
        let name = protocol::type_name(args.at(0));
        return Err(vm.raise_type(&format!(
            "escape_encode() argument 1 must be bytes, not {name}"
        )));
    };
    let data = bytes.data().to_vec();
    errors_arg(vm, args, "escape_encode")?;
    encoded(vm, &escape::escape_bytes(&data), data.len())
}

fn escape_decode(vm: &mut Vm, args: Args) -> PyResult {
    let data = bytes_or_text(vm, args.at(0))?;
    let errors = errors_arg(vm, args, "escape_decode")?;
    let bytes = escape::unescape_bytes(vm, &data, &errors)?;
    encoded(vm, &bytes, data.len())
}

fn charmap_encode(vm: &mut Vm, args: Args) -> PyResult {
    let (text, handler) = text_arg(vm, args, "charmap_encode")?;
    let bytes = charmap::encode_map(vm, text, &handler, given(args.get(2)))?;
    encoded(vm, &bytes, text.len())
}

fn charmap_decode(vm: &mut Vm, args: Args) -> PyResult {
    let (data, handler) = data_arg(vm, args, "charmap_decode")?;
    let text = charmap::decode_map(vm, &data, &handler, given(args.get(2)))?;
    decoded(
        vm,
        &Decoded {
            text,
            used: data.len(),
        },
    )
}

fn readbuffer_encode(vm: &mut Vm, args: Args) -> PyResult {
    let data = bytes_or_text(vm, args.at(0))?;
    errors_arg(vm, args, "readbuffer_encode")?;
    encoded(vm, &data, data.len())
}

fn unregister_error(vm: &mut Vm, args: Args) -> PyResult {
    let name = str_arg(vm, args.at(0), "_unregister_error() argument")?;
    registry::unregister_error(vm, name).map(ty::bool_value)
}

/// `codecs.encode` (`index` 0) and `codecs.decode` (1): through the registry, except for what is written in Rust.
fn by_codec(vm: &mut Vm, args: Args, index: usize) -> PyResult {
    let function = if index == 0 { "encode" } else { "decode" };
    let option = |vm: &mut Vm, place: usize, name: &str, default: &str| match args.get(place) {
        None => Ok(default.to_owned()),
        Some(value) => name_arg(vm, value, &format!("{function}() argument '{name}'")),
    };
    let encoding = option(vm, 1, "encoding", "utf-8")?;
    let errors = option(vm, 2, "errors", "strict")?;
    apply(
        vm,
        args.at(0),
        &encoding,
        args.get(2).map(|_| errors.as_str()),
        index,
    )
}

/// Encodes or decodes an object with a codec of the registry.
///
/// # Errors
/// LookupError, TypeError, what the codec raises.
pub(crate) fn apply(
    vm: &mut Vm,
    object: Value,
    encoding: &str,
    errors: Option<&str>,
    index: usize,
) -> PyResult {
    if let Some(native) = Native::for_stream(encoding) {
        let handler = Handler::named(errors.unwrap_or("strict"));
        match Str::of(object) {
            Some(text) if index == 0 => {
                let bytes = encode(vm, text, native, &handler)?;
                return vm.new_bytes(&bytes);
            }
            None if index == 1 && bytes_like(object).is_some() => {
                let data = crate::args::bytes_copy(vm, object)?;
                return Ok(decode(vm, &data, native, &handler, true)?.text);
            }
            _ => {}
        }
    }
    let codec = registry::lookup(vm, encoding)?;
    run(vm, codec, object, errors, index)
}

/// Calls a codec's function; its result without the length.
fn run(vm: &mut Vm, codec: Value, object: Value, errors: Option<&str>, index: usize) -> PyResult {
    let function = protocol::get_item(vm, codec, number::size(index))?;
    let result = match errors {
        Some(errors) => {
            let errors = vm.new_str(errors)?;
            protocol::call(vm, function, &[object, errors])?
        }
        None => protocol::call(vm, function, &[object])?,
    };
    match Tuple::of(result).filter(|result| result.len() == 2) {
        Some(pair) => Ok(pair.at(0)),
        None => Err(vm.raise_type(if index == 0 {
            "encoder must return a tuple (object, integer)"
        } else {
            "decoder must return a tuple (object,integer)"
        })),
    }
}

/// `str.encode`.
///
/// # Errors
/// LookupError, TypeError, what the codec raises.
pub fn encode_text(vm: &mut Vm, text: Str, encoding: &str, errors: &str) -> PyResult {
    if let Some(native) = Native::find(encoding) {
        let bytes = encode(vm, text, native, &Handler::named(errors))?;
        return vm.new_bytes(&bytes);
    }
    let codec = registry::lookup_text_encoding(vm, encoding, "codecs.encode()")?;
    let result = run(vm, codec, text.value(), Some(errors), 0)?;
    if Bytes::of(result).is_some() {
        return Ok(result);
    }
    let name = protocol::type_name(result);
    Err(vm.raise_type(&format!(
        "'{encoding}' encoder returned '{name}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types"
    )))
}

/// `bytes.decode`.
///
/// # Errors
/// LookupError, TypeError, what the codec raises.
pub fn decode_bytes(vm: &mut Vm, object: Value, encoding: &str, errors: &str) -> PyResult {
    if bytes_like(object).is_some_and(<[u8]>::is_empty) {
        // Whatever the encoding is, and whether it is one.
        return vm.new_str("");
    }
    if let Some(native) = Native::find(encoding) {
        if native.unit() == 1
            && let Some(data) = bytes_like(object)
            && data.is_ascii()
        {
            return vm.new_ascii_with(data.len(), |to| {
                to.copy_from_slice(bytes_like(object).expect("it is bytes-like"));
            });
        }
        let data = crate::args::bytes_copy(vm, object)?;
        return Ok(decode(vm, &data, native, &Handler::named(errors), true)?.text);
    }
    let codec = registry::lookup_text_encoding(vm, encoding, "codecs.decode()")?;
    let result = run(vm, codec, object, Some(errors), 1)?;
    if Str::of(result).is_some() {
        return Ok(result);
    }
    let name = protocol::type_name(result);
    Err(vm.raise_type(&format!(
        "'{encoding}' decoder returned '{name}' instead of 'str'; use codecs.decode() to decode to arbitrary types"
    )))
}
