//! `isinstance` and `issubclass`.

use super::{call_special, get_attr_opt, truth};
use crate::dict::Dict;
use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{Type, types};
use crate::vm::Vm;
use coil_value::Value;

/// `isinstance(value, class)`; `class` may be a tuple or union.
///
/// # Errors
/// TypeError for what is no class; what `__instancecheck__` raises.
pub fn is_instance(vm: &mut Vm, value: Value, class: Value) -> PyResult<bool> {
    if let Some(ty) = Type::from_value(class) {
        if Type::of(value) == ty {
            return Ok(true);
        }
        if Type::of(class).is(&types::TYPE) {
            return real_instance(vm, value, ty);
        }
    }
    if let Some(classes) = Tuple::of(class) {
        return vm.nested(" in __instancecheck__", |vm| {
            for index in 0..classes.len() {
                if is_instance(vm, value, classes.at(index))? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
    }
    let name = vm.interp.names.__instancecheck__.str();
    if let Some(result) = call_special(vm, class, name, &[value])? {
        return truth(vm, result);
    }
    if let Some(ty) = Type::from_value(class) {
        return real_instance(vm, value, ty);
    }
    if bases_of(vm, class)?.is_none() {
        let text = "isinstance() arg 2 must be a type, a tuple of types, or a union";
        return Err(vm.raise_type(text));
    }
    let name = vm.interp.names.__class__.str();
    match get_attr_opt(vm, value, name)? {
        Some(own) => derives(vm, own, class),
        None => Ok(false),
    }
}

/// The `__bases__` of what is a class by having them, as classes that are no types do.
fn bases_of(vm: &mut Vm, class: Value) -> PyResult<Option<Tuple>> {
    let name = vm.intern("__bases__")?;
    let name = Str::of(name).expect("interned strings are strings");
    Ok(get_attr_opt(vm, class, name)?.and_then(Tuple::of))
}

/// Whether one class is, or has among its bases, the other.
fn derives(vm: &mut Vm, class: Value, of: Value) -> PyResult<bool> {
    if class == of {
        return Ok(true);
    }
    let Some(bases) = bases_of(vm, class)? else {
        return Ok(false);
    };
    vm.nested(" in __issubclass__", |vm| {
        for index in 0..bases.len() {
            if derives(vm, bases.at(index), of)? {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

/// `issubclass` without `__subclasscheck__`.
///
/// # Errors
/// TypeError for what are no classes; what `__bases__` raises.
pub fn real_subclass(vm: &mut Vm, class: Value, of: Value) -> PyResult<bool> {
    if let (Some(class), Some(of)) = (Type::from_value(class), Type::from_value(of)) {
        return Ok(class.is_subtype(of));
    }
    if Type::from_value(class).is_none() && bases_of(vm, class)?.is_none() {
        return Err(vm.raise_type("issubclass() arg 1 must be a class"));
    }
    if Type::from_value(of).is_none() && bases_of(vm, of)?.is_none() {
        let text = "issubclass() arg 2 must be a class, a tuple of classes, or a union";
        return Err(vm.raise_type(text));
    }
    derives(vm, class, of)
}

/// `isinstance` without `__instancecheck__`: by type, and by `__class__`.
///
/// # Errors
/// What `__class__` raises.
pub fn real_instance(vm: &mut Vm, value: Value, ty: Type) -> PyResult<bool> {
    let own = Type::of(value);
    if own.is_subtype(ty) {
        return Ok(true);
    }
    // Builtin types that look attributes up in their own way may claim another class (weak proxies do).
    let lookup = |ty: Type| ty.slots().get_attr.map(|slot| slot as usize);
    if !own.is_heap() && lookup(own) == lookup(types::OBJECT.ty()) {
        return Ok(false);
    }
    let name = vm.interp.names.__class__.str();
    let claimed = get_attr_opt(vm, value, name)?.and_then(Type::from_value);
    Ok(claimed.is_some_and(|claimed| claimed != own && claimed.is_subtype(ty)))
}

/// `issubclass(class, of)`; `of` may be a tuple or union.
///
/// # Errors
/// TypeError for what are no classes; what `__subclasscheck__` raises.
pub fn is_subclass(vm: &mut Vm, class: Value, of: Value) -> PyResult<bool> {
    if Type::of(of).is(&types::TYPE) {
        return real_subclass(vm, class, of);
    }
    if let Some(classes) = Tuple::of(of) {
        for index in 0..classes.len() {
            if is_subclass(vm, class, classes.at(index))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let name = vm.interp.names.__subclasscheck__.str();
    if let Some(result) = call_special(vm, of, name, &[class])? {
        return truth(vm, result);
    }
    real_subclass(vm, class, of)
}

/// The dict of a module object.
pub fn module_dict(module: Value) -> Option<Dict> {
    let object = module
        .as_ref()
        .filter(|object| object.layout() == layout::MODULE)?;
    mem::value(object, at::MODULE_DICT).and_then(Dict::of)
}
