//! `repr`, `str`, `format` and the names of types in messages.

use super::call_special;
use crate::raise::PyResult;
use crate::str::Str;
use crate::ty::Type;
use crate::vm::Vm;
use coil_value::Value;

/// The name of a value's type as messages give it.
pub fn type_name(value: Value) -> String {
    Type::of(value).full_name()
}

/// `repr(value)`.
///
/// # Errors
/// What `__repr__` raises; TypeError when it gives no str.
pub fn repr(vm: &mut Vm, value: Value) -> PyResult<Str> {
    let result = vm.nested(
        " while getting the repr of an object",
        |vm| match Type::of(value).slots().repr {
            Some(slot) => slot(vm, value),
            None => object_repr(vm, value),
        },
    )?;
    Str::of(result).ok_or(()).map_err(|()| {
        let name = type_name(result);
        vm.raise_type(&format!("__repr__ returned non-string (type {name})"))
    })
}

/// The default `repr`.
///
/// # Errors
/// MemoryError.
pub fn object_repr(vm: &mut Vm, value: Value) -> PyResult {
    let ty = Type::of(value);
    let module = ty
        .lookup(vm.interp.names.__module__.str())
        .and_then(Str::of);
    let qualname = type_qualname(ty);
    let address = object_id(value);
    let text = match module {
        Some(module) if !module.is("builtins") => {
            format!("<{}.{qualname} object at {address:#x}>", module.to_rust())
        }
        _ => format!("<{qualname} object at {address:#x}>"),
    };
    vm.new_str(&text)
}

/// `__qualname__` of a type.
pub fn type_qualname(ty: Type) -> String {
    // SAFETY: holds a str or 0.
    let qualname = unsafe { Value::from_bits(ty.data().qualname.get()) };
    qualname
        .and_then(Str::of)
        .map_or_else(|| ty.name(), |name| name.to_rust().into_owned())
}

/// `id(value)`: the address, made permanent; for inline numbers their bits.
pub fn object_id(value: Value) -> u64 {
    value.bits()
}

/// `str(value)`.
///
/// # Errors
/// What `__str__` raises; TypeError when it gives no str.
pub fn str(vm: &mut Vm, value: Value) -> PyResult<Str> {
    if let Some(exact) = Str::exact(value) {
        return Ok(exact);
    }
    let Some(slot) = Type::of(value).slots().str else {
        return repr(vm, value);
    };
    let result = vm.nested(" while getting the str of an object", |vm| slot(vm, value))?;
    Str::of(result).ok_or(()).map_err(|()| {
        let name = type_name(result);
        vm.raise_type(&format!("__str__ returned non-string (type {name})"))
    })
}

/// `repr(value)` as Rust text, for messages.
///
/// # Errors
/// As [`repr`].
pub fn repr_text(vm: &mut Vm, value: Value) -> PyResult<String> {
    Ok(repr(vm, value)?.to_rust().into_owned())
}

/// `str(value)` as Rust text, for messages.
///
/// # Errors
/// As [`str`].
pub fn str_text(vm: &mut Vm, value: Value) -> PyResult<String> {
    Ok(str(vm, value)?.to_rust().into_owned())
}

/// `format(value, spec)`.
///
/// # Errors
/// What `__format__` raises.
pub fn format(vm: &mut Vm, value: Value, spec: Value) -> PyResult<Str> {
    if Str::of(spec).is_some_and(Str::is_empty) {
        if let Some(text) = Str::exact(value) {
            return Ok(text);
        }
        if value.is_small_int() {
            return str(vm, value);
        }
    }
    let name = vm.interp.names.__format__.str();
    let result = call_special(vm, value, name, &[spec])?;
    match result {
        Some(result) => Str::of(result).ok_or(()).map_err(|()| {
            let name = type_name(result);
            vm.raise_type(&format!("__format__ must return a str, not {name}"))
        }),
        None => {
            let name = type_name(value);
            Err(vm.raise_type(&format!("Type {name} doesn't define __format__")))
        }
    }
}
