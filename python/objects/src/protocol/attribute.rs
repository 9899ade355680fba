//! Attributes: the generic lookup and assignment, and their errors.

use super::type_name;
use crate::instance;
use crate::layout::{self};
use crate::mem;
use crate::raise::{PyResult, Raised};
use crate::str::Str;
use crate::ty::{Type, types};
use crate::vm::Vm;
use coil_value::Value;

/// `value.name`.
///
/// # Errors
/// AttributeError, and what descriptors raise.
pub fn get_attr(vm: &mut Vm, value: Value, name: Str) -> PyResult {
    match Type::of(value).slots().get_attr {
        Some(slot) => slot(vm, value, name),
        None => object_get_attr(vm, value, name),
    }
}

/// `value.name` by Rust text.
///
/// # Errors
/// As [`get_attr`].
pub fn get_attr_named(vm: &mut Vm, value: Value, name: &str) -> PyResult {
    let name = vm.intern(name)?;
    get_attr(
        vm,
        value,
        Str::of(name).expect("interned strings are strings"),
    )
}

/// `getattr(value, name, None-like)`: none instead of AttributeError.
///
/// # Errors
/// Other exceptions than AttributeError.
pub fn get_attr_opt(vm: &mut Vm, value: Value, name: Str) -> PyResult<Option<Value>> {
    match get_attr(vm, value, name) {
        Ok(found) => Ok(Some(found)),
        Err(raised) if vm.raised_is(&types::AttributeError) => {
            vm.take_raised(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// The generic lookup: data descriptors of the type, the object's own attributes, other attributes of the type.
///
/// # Errors
/// AttributeError, and what descriptors raise.
pub fn object_get_attr(vm: &mut Vm, value: Value, name: Str) -> PyResult {
    match object_find_attr(vm, value, name)? {
        Some(found) => Ok(found),
        None => Err(no_attribute(vm, value, name)),
    }
}

/// As [`object_get_attr`], none when there is no such attribute.
///
/// # Errors
/// What descriptors raise.
pub fn object_find_attr(vm: &mut Vm, value: Value, name: Str) -> PyResult<Option<Value>> {
    let ty = Type::of(value);
    let found = ty.lookup(name);
    if let Some(descriptor) = found {
        let slots = Type::of(descriptor).slots();
        if let (Some(get), Some(_)) = (slots.get, slots.set) {
            return get(vm, descriptor, Some(value), ty).map(Some);
        }
    }
    if let Some(object) = value.as_ref()
        && let Some(own) = instance::own_attr(vm, object, name)
    {
        return Ok(Some(own));
    }
    match found {
        Some(descriptor) => match Type::of(descriptor).slots().get {
            Some(get) => get(vm, descriptor, Some(value), ty).map(Some),
            None => Ok(Some(descriptor)),
        },
        None => Ok(None),
    }
}

/// AttributeError for a missing attribute, with `name` and `obj` set.
#[cold]
pub fn no_attribute(vm: &mut Vm, value: Value, name: Str) -> Raised {
    let text = if let Some(ty) = Type::from_value(value) {
        format!(
            "type object '{}' has no attribute '{}'",
            ty.name(),
            name.to_rust()
        )
    } else if value
        .as_ref()
        .is_some_and(|object| object.layout() == layout::MODULE)
    {
        let module = instance::own_attr(vm, mem::expect_ref(value), vm.interp.names.__name__.str());
        match module.and_then(Str::of) {
            Some(module) => format!(
                "module '{}' has no attribute '{}'",
                module.to_rust(),
                name.to_rust()
            ),
            None => format!("module has no attribute '{}'", name.to_rust()),
        }
    } else {
        format!(
            "'{}' object has no attribute '{}'",
            type_name(value),
            name.to_rust()
        )
    };
    attribute_error(vm, &text, value, name)
}

/// AttributeError with `name` and `obj` set.
#[cold]
pub fn attribute_error(vm: &mut Vm, text: &str, object: Value, name: Str) -> Raised {
    let raised = vm.raise_attribute(text);
    if vm.raised_is(&types::AttributeError) {
        let exception = vm.take_raised(raised);
        let error = mem::expect_ref(exception);
        crate::exception::set_extra(vm, error, 0, Some(name.value()));
        crate::exception::set_extra(vm, error, 1, Some(object));
        return vm.raise(exception);
    }
    raised
}

/// `value.name = new` or `del value.name`.
///
/// # Errors
/// AttributeError, and what descriptors raise.
pub fn set_attr(vm: &mut Vm, value: Value, name: Str, new: Option<Value>) -> PyResult<()> {
    match Type::of(value).slots().set_attr {
        Some(slot) => slot(vm, value, name, new),
        None => object_set_attr(vm, value, name, new),
    }
}

/// The generic assignment: data descriptors of the type, then the object's own attributes.
///
/// # Errors
/// AttributeError, and what descriptors raise.
pub fn object_set_attr(vm: &mut Vm, value: Value, name: Str, new: Option<Value>) -> PyResult<()> {
    let ty = Type::of(value);
    let found = ty.lookup(name);
    if let Some(descriptor) = found
        && let Some(set) = Type::of(descriptor).slots().set
    {
        return set(vm, descriptor, value, new);
    }
    let done = match (value.as_ref(), new) {
        (Some(object), Some(new)) => instance::set_own_attr(vm, object, name, new)?,
        (Some(object), None) => {
            if instance::delete_own_attr(vm, object, name)? {
                true
            } else if instance::has_attributes(object) {
                let text = format!(
                    "'{}' object has no attribute '{}'",
                    ty.name(),
                    name.to_rust()
                );
                return Err(attribute_error(vm, &text, value, name));
            } else {
                false
            }
        }
        (None, _) => false,
    };
    if done {
        return Ok(());
    }
    let (name_text, type_text) = (name.to_rust(), ty.name());
    let text = if found.is_some() {
        format!("'{type_text}' object attribute '{name_text}' is read-only")
    } else if value
        .as_ref()
        .is_some_and(|object| !instance::has_attributes(object))
        || value.as_ref().is_none()
    {
        format!(
            "'{type_text}' object has no attribute '{name_text}' and no __dict__ for setting new attributes"
        )
    } else {
        format!("'{type_text}' object has no attribute '{name_text}'")
    };
    Err(attribute_error(vm, &text, value, name))
}
