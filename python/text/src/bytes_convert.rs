//! Making bytes and bytearray from whatever they can be made of.

use crate::args::{MAX_SIZE, buffer};
use crate::codec;
use crate::memoryview;
use coil_value::Value;
use taipan_objects::bytes::{ByteArray, Bytes, bytes_like};
use taipan_objects::native::Args;
use taipan_objects::str::Str;
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Vm, number, protocol};

/// The bytes of a bytes-like argument, copied.
pub(crate) fn needed(vm: &mut Vm, value: Value) -> PyResult<Vec<u8>> {
    match copied(value) {
        Some(data) => Ok(data),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!("a bytes-like object is required, not '{name}'")))
        }
    }
}

/// The bytes of a bytes-like object, copied; none for other objects.
pub(crate) fn copied(value: Value) -> Option<Vec<u8>> {
    match bytes_like(value) {
        Some(data) => Some(data.to_vec()),
        None => memoryview::contents(value),
    }
}

/// A value of the type of `like`: a bytearray for bytearrays, else bytes.
pub(crate) fn same_type(vm: &mut Vm, like: Value, data: &[u8]) -> PyResult {
    if ByteArray::of(like).is_some() {
        return Ok(vm.new_bytearray(data)?.value());
    }
    vm.new_bytes(data)
}

/// The bytes object itself where it is exact, else a value of the type of `like` with the same data.
pub(crate) fn same_data(vm: &mut Vm, like: Value) -> PyResult {
    if Type::of(like).is(&types::BYTES) {
        return Ok(like);
    }
    let data = copied(like).unwrap_or_default();
    same_type(vm, like, &data)
}

/// A byte given as an int.
pub(crate) fn byte(vm: &mut Vm, value: Value, what: &str) -> PyResult<u8> {
    let int = protocol::index_clamped(vm, value)?;
    u8::try_from(int).map_err(|_| vm.raise_value(&format!("{what} must be in range(0, 256)")))
}

/// A searched part: bytes-like, or an int for one byte.
pub(crate) fn part(vm: &mut Vm, value: Value) -> PyResult<Vec<u8>> {
    if let Some(data) = copied(value) {
        return Ok(data);
    }
    if number::int_of(value).is_none() && Type::of(value).slots().index.is_none() {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!(
            "argument should be integer or bytes-like object, not '{name}'"
        )));
    }
    Ok(vec![byte(vm, value, "byte")?])
}

/// Bytes of an iterable of ints.
pub(crate) fn from_iterable(vm: &mut Vm, value: Value, what: &str) -> PyResult<Vec<u8>> {
    let mut data = Vec::new();
    protocol::for_each(vm, value, |vm, item| {
        let byte = byte(vm, item, what)?;
        data.push(byte);
        Ok(true)
    })?;
    Ok(data)
}

/// What differs between `bytes(...)` and `bytearray(...)`.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// How it calls an int that is no byte.
    pub(crate) item: &'static str,
    /// Whether `__bytes__` is asked.
    pub(crate) by_method: bool,
}

/// The data that the arguments of `bytes(...)` or `bytearray(...)` say; a bytes object if that is it already.
pub(crate) enum Made {
    Data(Vec<u8>),
    Object(Value),
}

/// Evaluates the arguments of `bytes(...)` or `bytearray(...)`.
pub(crate) fn from_arguments(vm: &mut Vm, args: Args, target: Target) -> PyResult<Made> {
    const NAMES: [&str; 3] = ["source", "encoding", "errors"];
    let name = target.name;
    let total = args.len() + args.keyword_count();
    if total > 3 {
        return Err(vm.raise_type(&format!(
            "{name}() takes at most 3 arguments ({total} given)"
        )));
    }
    let mut given = [args.get(0), args.get(1), args.get(2)];
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        let Some(place) = NAMES.iter().position(|known| key.is(known)) else {
            let key = key.to_rust().into_owned();
            return Err(vm.raise_type(&format!(
                "{name}() got an unexpected keyword argument '{key}'"
            )));
        };
        if given[place].is_some() {
            return Err(vm.raise_type(&format!(
                "argument for {name}() given by name ('{}') and position ({})",
                NAMES[place],
                place + 1
            )));
        }
        given[place] = Some(value);
    }
    for place in [1, 2] {
        if let Some(value) = given[place].filter(|value| Str::of(*value).is_none()) {
            let shown = protocol::type_name(value);
            return Err(vm.raise_type(&format!(
                "{name}() argument '{}' must be str, not {shown}",
                NAMES[place]
            )));
        }
    }
    let [source, encoding, errors] = given;
    let options = encoding.is_some() || errors.is_some();
    match source {
        Some(value) if Str::of(value).is_some() => {
            if encoding.is_none() {
                return Err(vm.raise_type("string argument without an encoding"));
            }
            let encoded = codec::encode_value(vm, value, encoding, errors, name)?;
            Ok(Made::Object(encoded))
        }
        _ if encoding.is_some() => Err(vm.raise_type("encoding without a string argument")),
        _ if options => Err(vm.raise_type("errors without a string argument")),
        None => Ok(Made::Data(Vec::new())),
        Some(value) => from_object(vm, value, target),
    }
}

fn from_object(vm: &mut Vm, value: Value, target: Target) -> PyResult<Made> {
    if target.by_method {
        let name = vm.interp.names.__bytes__.str();
        let exact = Type::of(value).is(&types::BYTES);
        if !exact && let Some(result) = protocol::call_special(vm, value, name, &[])? {
            if Bytes::of(result).is_none() {
                let name = protocol::type_name(result);
                return Err(vm.raise_type(&format!("__bytes__ returned non-bytes (type {name})")));
            }
            return Ok(Made::Object(result));
        }
        if exact {
            return Ok(Made::Object(value));
        }
    }
    if number::int_of(value).is_some() || Type::of(value).slots().index.is_some() {
        match protocol::index(vm, value) {
            Ok(count) => return zeros(vm, count).map(Made::Data),
            Err(raised) if vm.raised_is(&types::TypeError) => {
                vm.take_raised(raised);
            }
            Err(raised) => return Err(raised),
        }
    }
    if let Some(data) = copied(value) {
        return Ok(Made::Data(data));
    }
    let slots = Type::of(value).slots();
    if slots.iter.is_none() && slots.get_item.is_none() {
        let given = protocol::type_name(value);
        return Err(vm.raise_type(&format!(
            "cannot convert '{given}' object to {}",
            target.name
        )));
    }
    from_iterable(vm, value, target.item).map(Made::Data)
}

fn zeros(vm: &mut Vm, count: Value) -> PyResult<Vec<u8>> {
    let Some(count) = number::i64_of(count) else {
        return Err(vm.raise_overflow("cannot fit 'int' into an index-sized integer"));
    };
    let Ok(count) = usize::try_from(count) else {
        return Err(vm.raise_value("negative count"));
    };
    if count > MAX_SIZE {
        return Err(vm.raise_memory_error());
    }
    let mut data = buffer(vm, count)?;
    data.resize(count, 0);
    Ok(data)
}
