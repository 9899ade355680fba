//! The operating system's errors and paths, as Python has them.

use crate::bytes::Bytes;
use crate::exception;
use crate::number;
use crate::protocol;
use crate::raise::{PyResult, Raised};
use crate::str::Str;
use crate::ty::types;
use crate::vm::Vm;
use coil_value::Value;

/// The last error of the C library.
#[must_use]
pub fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

/// The C library's text for an error number.
#[must_use]
pub fn error_text(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    let suffix = format!(" (os error {errno})");
    text.strip_suffix(&suffix).unwrap_or(&text).to_owned()
}

/// OSError (or the subclass for the number) with the system's text and up to two file names.
#[cold]
pub fn os_error(vm: &mut Vm, errno: i32, names: &[Value]) -> Raised {
    match new_os_error(vm, errno, names) {
        Ok(error) => {
            exception::set_context(vm, error);
            vm.raise(error)
        }
        Err(raised) => raised,
    }
}

fn new_os_error(vm: &mut Vm, errno: i32, names: &[Value]) -> PyResult {
    let text = vm.new_str(&error_text(errno))?;
    let number = number::small(errno.into());
    let class = types::OSError.value();
    match names {
        [] => protocol::call(vm, class, &[number, text]),
        [one] => protocol::call(vm, class, &[number, text, *one]),
        [one, two, ..] => {
            let args = [number, text, *one, number::small(0), *two];
            protocol::call(vm, class, &args)
        }
    }
}

/// `os.fspath(value)`.
///
/// # Errors
/// TypeError.
pub fn fspath(vm: &mut Vm, value: Value) -> PyResult {
    if Str::of(value).is_some() || Bytes::of(value).is_some() {
        return Ok(value);
    }
    let method = vm.interp.names.__fspath__.str();
    let Some(path) = protocol::call_special(vm, value, method, &[])? else {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!(
            "expected str, bytes or os.PathLike object, not {name}"
        )));
    };
    if Str::of(path).is_some() || Bytes::of(path).is_some() {
        return Ok(path);
    }
    let text = format!(
        "expected {}.__fspath__() to return str or bytes, not {}",
        protocol::type_name(value),
        protocol::type_name(path)
    );
    Err(vm.raise_type(&text))
}
