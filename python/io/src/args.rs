//! Arguments: binding for constructors, sizes, offsets, buffers, paths.

use taipan_objects::bytes::{ByteArray, Bytes};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm};

/// Binds the arguments of a constructor to parameters that may be given by position or name.
///
/// # Errors
/// TypeError.
pub(crate) fn bind<const N: usize>(
    vm: &mut Vm,
    function: &str,
    args: Args,
    names: [&str; N],
    required: usize,
) -> PyResult<[Option<Value>; N]> {
    let mut bound = [None; N];
    let total = args.len() + args.keyword_count();
    if total > N {
        let plural = if N == 1 { "" } else { "s" };
        return Err(vm.raise_type(&format!(
            "{function}() takes at most {N} argument{plural} ({total} given)"
        )));
    }
    for (index, place) in bound.iter_mut().enumerate() {
        *place = args.get(index);
    }
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        let Some(place) = names.iter().position(|name| key.is(name)) else {
            let key = key.to_rust();
            return Err(vm.raise_type(&format!(
                "{function}() got an unexpected keyword argument '{key}'"
            )));
        };
        if place < args.len() {
            return Err(vm.raise_type(&format!(
                "argument for {function}() given by name ('{}') and position ({})",
                names[place],
                place + 1
            )));
        }
        bound[place] = Some(value);
    }
    for place in 0..required {
        if bound[place].is_none() {
            return Err(vm.raise_type(&format!(
                "{function}() missing required argument '{}' (pos {})",
                names[place],
                place + 1
            )));
        }
    }
    Ok(bound)
}

/// An argument that is there and not None.
#[inline]
pub(crate) fn given(value: Option<Value>) -> Option<Value> {
    value.filter(|value| *value != ty::none())
}

fn is_index(value: Value) -> bool {
    number::int_of(value).is_some() || Type::of(value).slots().index.is_some()
}

/// An integer that fits 64 bits, as a size argument is converted.
///
/// # Errors
/// TypeError, OverflowError.
pub(crate) fn ssize(vm: &mut Vm, value: Value) -> PyResult<i64> {
    sized(vm, value, "index")
}

fn sized(vm: &mut Vm, value: Value, what: &str) -> PyResult<i64> {
    if let Some(int) = value.as_small_int() {
        return Ok(int);
    }
    let int = protocol::index(vm, value)?;
    match number::i64_of(int) {
        Some(int) => Ok(int),
        None => {
            let name = protocol::type_name(value);
            let text = format!("cannot fit '{name}' into an {what}-sized integer");
            Err(vm.raise_overflow(&text))
        }
    }
}

/// An optional size: left out, None and -1 are none; other negative numbers come as they are.
///
/// # Errors
/// TypeError, OverflowError.
pub(crate) fn optional_ssize(vm: &mut Vm, value: Option<Value>) -> PyResult<i64> {
    let Some(value) = given(value) else {
        return Ok(-1);
    };
    if !is_index(value) {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!("argument should be integer or None, not '{name}'")));
    }
    ssize(vm, value)
}

/// An optional size: left out, None and negative numbers mean no limit.
///
/// # Errors
/// TypeError, OverflowError.
pub(crate) fn limit(vm: &mut Vm, value: Option<Value>) -> PyResult<Option<usize>> {
    Ok(usize::try_from(optional_ssize(vm, value)?).ok())
}

/// A file offset.
///
/// # Errors
/// TypeError, OverflowError.
pub(crate) fn offset(vm: &mut Vm, value: Value) -> PyResult<i64> {
    sized(vm, value, "offset")
}

/// The `whence` argument.
///
/// # Errors
/// TypeError, OverflowError.
pub(crate) fn whence(vm: &mut Vm, value: Option<Value>) -> PyResult<i32> {
    match value {
        None => Ok(0),
        Some(value) => c_int(vm, value),
    }
}

/// An integer that fits a C int.
///
/// # Errors
/// TypeError, OverflowError.
pub(crate) fn c_int(vm: &mut Vm, value: Value) -> PyResult<i32> {
    let int = protocol::index(vm, value)?;
    match number::i64_of(int).and_then(|int| i32::try_from(int).ok()) {
        Some(int) => Ok(int),
        None => Err(vm.raise_overflow("Python int too large to convert to C int")),
    }
}

/// An argument that must be a str or None.
///
/// # Errors
/// TypeError, ValueError for embedded null characters.
pub(crate) fn text_or_none(
    vm: &mut Vm,
    value: Option<Value>,
    function: &str,
    name: &str,
) -> PyResult<Option<Str>> {
    let Some(value) = given(value) else {
        return Ok(None);
    };
    let Some(text) = Str::of(value) else {
        let given = protocol::type_name(value);
        return Err(vm.raise_type(&format!(
            "{function}() argument '{name}' must be str or None, not {given}"
        )));
    };
    if text.text().iter().any(|c| c == 0) {
        return Err(vm.raise_value("embedded null character"));
    }
    Ok(Some(text))
}

/// A copy of a bytes-like object's data.
///
/// # Errors
/// TypeError.
pub(crate) fn bytes_copy(vm: &mut Vm, value: Value) -> PyResult<Vec<u8>> {
    match vm.bytes_like(value) {
        Some(data) => Ok(data.to_vec()),
        None => Err(not_bytes(vm, value)),
    }
}

/// "a bytes-like object is required, not 'X'".
#[cold]
pub(crate) fn not_bytes(vm: &mut Vm, value: Value) -> taipan_objects::Raised {
    let name = protocol::type_name(value);
    vm.raise_type(&format!("a bytes-like object is required, not '{name}'"))
}

/// The bytes of an object that can be written to. Do not allocate or run guest code while they are in use.
pub(crate) fn writable<'a>(value: Value) -> Option<&'a mut [u8]> {
    if let Some(array) = ByteArray::of(value) {
        return Some(array.data_mut());
    }
    let object = value.as_ref()?;
    if object.ty() != Some(types::MEMORYVIEW.as_ref()) {
        return None;
    }
    let number = |index: usize| number::i64_of(Vm::field(object, index)?);
    let shown = ByteArray::of(Vm::field(object, 0)?)?;
    if number(3)? != 1 || number(4)? != 0 {
        return None;
    }
    let start = usize::try_from(number(1)?).ok()?;
    let end = start.checked_add(usize::try_from(number(2)?).ok()?)?;
    shown.data_mut().get_mut(start..end)
}

/// The size of a buffer argument that will be written to.
///
/// # Errors
/// TypeError.
pub(crate) fn writable_size(vm: &mut Vm, value: Value, function: &str) -> PyResult<usize> {
    match writable(value) {
        Some(data) => Ok(data.len()),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!(
                "{function} must be read-write bytes-like object, not {name}"
            )))
        }
    }
}

/// Writes data to the start of a buffer argument as far as it goes (guest code may have changed its size).
pub(crate) fn fill(value: Value, data: &[u8]) -> usize {
    let Some(to) = writable(value) else {
        return 0;
    };
    let count = data.len().min(to.len());
    to[..count].copy_from_slice(&data[..count]);
    count
}

/// A path for the system: UTF-8, with bytes that were undecodable put back.
///
/// # Errors
/// ValueError, UnicodeEncodeError.
pub(crate) fn system_path(vm: &mut Vm, path: Value) -> PyResult<std::ffi::CString> {
    let bytes = match Str::of(path) {
        Some(text) => {
            let handler = crate::codec::Handler::named("surrogateescape");
            crate::codec::encode(vm, text, crate::codec::Native::Utf8, &handler)?
        }
        None => Bytes::of(path)
            .map(|path| path.data().to_vec())
            .unwrap_or_default(),
    };
    std::ffi::CString::new(bytes).map_err(|_| vm.raise_value("embedded null byte"))
}
