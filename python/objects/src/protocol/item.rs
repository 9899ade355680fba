//! Items: length, subscripts, membership.

use super::{call, equal, get_attr_opt, iter, next, type_name};
use crate::raise::PyResult;
use crate::ty::{Type, types};
use crate::vm::Vm;
use coil_value::Value;

/// `len(value)`.
///
/// # Errors
/// TypeError for types without length; what `__len__` raises.
pub fn len(vm: &mut Vm, value: Value) -> PyResult<usize> {
    match Type::of(value).slots().len {
        Some(slot) => slot(vm, value),
        None => {
            let name = type_name(value);
            Err(vm.raise_type(&format!("object of type '{name}' has no len()")))
        }
    }
}

/// `value[key]`.
///
/// # Errors
/// TypeError for types without items; what `__getitem__` raises.
pub fn get_item(vm: &mut Vm, value: Value, key: Value) -> PyResult {
    if let Some(slot) = Type::of(value).slots().get_item {
        return slot(vm, value, key);
    }
    if let Some(class) = Type::from_value(value) {
        if class.is(&types::TYPE) {
            return call(vm, types::GENERIC_ALIAS.value(), &[value, key]);
        }
        let name = vm.interp.names.__class_getitem__.str();
        if let Some(method) = get_attr_opt(vm, value, name)? {
            return call(vm, method, &[key]);
        }
        let name = Type::from_value(value).map(Type::name).unwrap_or_default();
        return Err(vm.raise_type(&format!("type '{name}' is not subscriptable")));
    }
    Err(vm.raise_type_of(value, "is not subscriptable"))
}

/// `value[key] = new` or `del value[key]`.
///
/// # Errors
/// TypeError for types without item assignment; what it raises.
pub fn set_item(vm: &mut Vm, value: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    match Type::of(value).slots().set_item {
        Some(slot) => slot(vm, value, key, new),
        None if new.is_some() => Err(vm.raise_type_of(value, "does not support item assignment")),
        None => Err(vm.raise_type_of(value, "doesn't support item deletion")),
    }
}

/// `item in container`.
///
/// # Errors
/// TypeError for types that are no containers; what comparisons raise.
pub fn contains(vm: &mut Vm, container: Value, item: Value) -> PyResult<bool> {
    if let Some(slot) = Type::of(container).slots().contains {
        return slot(vm, container, item);
    }
    let iterator = match iter(vm, container) {
        Ok(iterator) => iterator,
        Err(raised) if vm.raised_is(&types::TypeError) => {
            vm.take_raised(raised);
            let name = type_name(container);
            return Err(vm.raise_type(&format!(
                "argument of type '{name}' is not a container or iterable"
            )));
        }
        Err(raised) => return Err(raised),
    };
    while let Some(next) = next(vm, iterator)? {
        if equal(vm, next, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}
