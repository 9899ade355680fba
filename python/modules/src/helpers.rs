//! Small helpers of this crate: entries of module dicts, arguments, paths, errors of the system.

use coil_value::Value;
use std::ffi::CString;
use taipan_objects::bytes::Bytes;
use taipan_objects::dict::Dict;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
pub(crate) use taipan_objects::system::{errno, error_text, fspath, os_error};
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Raised, Vm};

/// Sets integer entries.
pub(crate) fn set_ints(vm: &mut Vm, dict: Dict, rows: &[(&str, i64)]) -> PyResult<()> {
    for (name, number) in rows {
        let value = vm.new_int(*number)?;
        dict.set_name(vm, name, value)?;
    }
    Ok(())
}

/// Sets a text entry.
pub(crate) fn set_text(vm: &mut Vm, dict: Dict, name: &str, text: &str) -> PyResult<()> {
    let value = vm.new_str(text)?;
    dict.set_name(vm, name, value)
}

/// None as an absent value.
pub(crate) fn given(value: Option<Value>) -> Option<Value> {
    value.filter(|value| *value != ty::none())
}

/// An interned name.
pub(crate) fn name(vm: &mut Vm, text: &str) -> PyResult<Str> {
    Ok(Str::of(vm.intern(text)?).expect("interned strings are strings"))
}

/// The attribute of an object by Rust text; none when it has none.
pub(crate) fn attribute(vm: &mut Vm, object: Value, attribute: &str) -> PyResult<Option<Value>> {
    let key = name(vm, attribute)?;
    protocol::get_attr_opt(vm, object, key)
}

/// A `str` argument: TypeError "`function`() argument `place` must be str, not X".
pub(crate) fn str_arg(vm: &mut Vm, function: &str, place: &str, value: Value) -> PyResult<Str> {
    match Str::of(value) {
        Some(text) => Ok(text),
        None => {
            let found = type_or_none(value);
            Err(vm.raise_type(&format!(
                "{function}() argument {place} must be str, not {found}"
            )))
        }
    }
}

/// The type's name as argument errors write it.
pub(crate) fn type_or_none(value: Value) -> String {
    if value == ty::none() {
        "None".to_owned()
    } else {
        protocol::type_name(value)
    }
}

/// An integer argument that fits a C int.
pub(crate) fn int_arg(vm: &mut Vm, value: Value) -> PyResult<i32> {
    let index = protocol::index(vm, value)?;
    match number::i64_of(index).map(i32::try_from) {
        Some(Ok(int)) => Ok(int),
        _ if number::int_of(index).is_some_and(number::IntView::is_negative) => {
            Err(vm.raise_overflow("signed integer is less than minimum"))
        }
        _ => Err(vm.raise_overflow("signed integer is greater than maximum")),
    }
}

/// Text from the system: UTF-8, undecodable bytes as lone surrogates.
pub(crate) fn from_system(vm: &mut Vm, bytes: &[u8]) -> PyResult {
    match std::str::from_utf8(bytes) {
        Ok(text) => vm.new_str(text),
        Err(_) => {
            let mut points: Vec<u32> = Vec::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                points.extend(chunk.valid().chars().map(u32::from));
                points.extend(chunk.invalid().iter().map(|byte| 0xdc00 + u32::from(*byte)));
            }
            vm.new_str_points(&points)
        }
    }
}

/// Text for the system: UTF-8, lone surrogates that stand for bytes as those.
pub(crate) fn to_system(vm: &mut Vm, text: Str) -> PyResult<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let points = text.text().to_vec();
    for (position, point) in points.into_iter().enumerate() {
        match char::from_u32(point) {
            Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None if (0xdc80..=0xdcff).contains(&point) => bytes.push((point - 0xdc00) as u8),
            None => return Err(surrogate_error(vm, text, position)),
        }
    }
    Ok(bytes)
}

#[cold]
fn surrogate_error(vm: &mut Vm, text: Str, position: usize) -> Raised {
    let made = vm.new_str("utf-8").and_then(|encoding| {
        let reason = vm.new_str("surrogates not allowed")?;
        Ok([
            encoding,
            text.value(),
            number::size(position),
            number::size(position + 1),
            reason,
        ])
    });
    match made {
        Ok(args) => vm.raise_with(&types::UnicodeEncodeError, &args),
        Err(raised) => raised,
    }
}

/// A path argument.
#[derive(Debug)]
pub(crate) struct Path {
    /// For the system.
    pub(crate) text: CString,
    /// As given (after `__fspath__`), for errors.
    pub(crate) object: Value,
    /// It was given as bytes: results are bytes too.
    pub(crate) is_bytes: bool,
}

impl Path {
    /// The error of a call with this path.
    #[cold]
    pub(crate) fn error(&self, vm: &mut Vm) -> Raised {
        os_error(vm, errno(), &[self.object])
    }
}

/// A path argument of a function of module `os`. `others` is "," if it may also be a descriptor, ", None" if None as well.
///
/// # Errors
/// TypeError, ValueError for embedded null characters.
pub(crate) fn path_arg(vm: &mut Vm, function: &str, value: Value, others: &str) -> PyResult<Path> {
    let has_fspath = ty::Type::of(value)
        .lookup(vm.interp.names.__fspath__.str())
        .is_some();
    if Str::of(value).is_none() && Bytes::of(value).is_none() && !has_fspath {
        let name = type_or_none(value);
        let name = if name == "None" {
            "NoneType".to_owned()
        } else {
            name
        };
        let wanted = match others {
            "" => "string, bytes or os.PathLike",
            "," => "string, bytes, os.PathLike or integer",
            _ => "string, bytes, os.PathLike, integer or None",
        };
        return Err(vm.raise_type(&format!("{function}: path should be {wanted}, not {name}")));
    }
    let object = fspath(vm, value)?;
    let (bytes, is_bytes) = match Str::of(object) {
        Some(text) => (to_system(vm, text)?, false),
        None => (
            Bytes::of(object)
                .expect("fspath gives str or bytes")
                .data()
                .to_vec(),
            true,
        ),
    };
    match CString::new(bytes) {
        Ok(text) => Ok(Path {
            text,
            object,
            is_bytes,
        }),
        Err(_) => Err(vm.raise_value(&format!("{function}: embedded null character in path"))),
    }
}

/// A path from the system, as bytes or str.
pub(crate) fn path_result(vm: &mut Vm, bytes: &[u8], as_bytes: bool) -> PyResult {
    if as_bytes {
        vm.new_bytes(bytes)
    } else {
        from_system(vm, bytes)
    }
}
