//! `__annotations__`, `__annotate__` and `__type_params__` of classes: evaluated when first asked for, kept in the class's dict.

use crate::type_object::{check_settable, set_entry, this_type};
use crate::util::name_of;
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::ty::{self, Type, flag};
use taipan_objects::vm::Vm;

const CACHE: &str = "__annotations_cache__";
const FUNCTION: &str = "__annotate_func__";

fn own(vm: &mut Vm, ty: Type, name: &str) -> PyResult<Option<Value>> {
    let name = name_of(vm, name)?;
    Ok(ty.own(name))
}

fn put(vm: &mut Vm, ty: Type, name: &str, value: Option<Value>) -> PyResult<()> {
    let name = name_of(vm, name)?;
    if value.is_none() && ty.own(name).is_none() {
        return Ok(());
    }
    set_entry(vm, ty, name, value)
}

fn check_heap(vm: &mut Vm, ty: Type, name: &str) -> PyResult<()> {
    if ty.is_heap() {
        return Ok(());
    }
    let name = name_of(vm, name)?;
    Err(protocol::no_attribute(vm, ty.value(), name))
}

fn check_mutable(vm: &mut Vm, ty: Type, name: &str) -> PyResult<()> {
    if ty.flags() & flag::IMMUTABLE == 0 {
        return Ok(());
    }
    let text = format!(
        "cannot set '{name}' attribute of immutable type '{}'",
        ty.name()
    );
    Err(vm.raise_type(&text))
}

/// What the class body left: a value, or a descriptor to ask.
fn resolved(vm: &mut Vm, ty: Type, value: Value) -> PyResult {
    match Type::of(value).slots().get {
        Some(get) => get(vm, value, None, ty),
        None => Ok(value),
    }
}

pub(crate) fn get_annotations(vm: &mut Vm, this: Value) -> PyResult {
    let ty = this_type(this);
    check_heap(vm, ty, "__annotations__")?;
    for name in ["__annotations__", CACHE] {
        if let Some(known) = own(vm, ty, name)? {
            return resolved(vm, ty, known);
        }
    }
    let annotate = get_annotate(vm, this)?;
    let annotations = if protocol::is_callable(annotate) {
        let format = number::small(1);
        let result = protocol::call(vm, annotate, &[format])?;
        if Dict::of(result).is_none() {
            let name = protocol::type_name(result);
            return Err(vm.raise_type(&format!("__annotate__() must return a dict, not {name}")));
        }
        result
    } else {
        vm.new_dict()?.value()
    };
    put(vm, ty, CACHE, Some(annotations))?;
    Ok(annotations)
}

pub(crate) fn set_annotations(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    check_mutable(vm, ty, "__annotations__")?;
    let had = own(vm, ty, "__annotations__")?.is_some();
    if new.is_none() && !had && own(vm, ty, CACHE)?.is_none() {
        let name = name_of(vm, "__annotations__")?;
        return Err(protocol::attribute_error(vm, "__annotations__", this, name));
    }
    put(vm, ty, if had { "__annotations__" } else { CACHE }, new)?;
    if had {
        put(vm, ty, CACHE, None)?;
    }
    put(vm, ty, FUNCTION, None)?;
    put(vm, ty, "__annotate__", None)
}

pub(crate) fn get_annotate(vm: &mut Vm, this: Value) -> PyResult {
    let ty = this_type(this);
    check_heap(vm, ty, "__annotate__")?;
    for name in [FUNCTION, "__annotate__"] {
        if let Some(known) = own(vm, ty, name)? {
            return resolved(vm, ty, known);
        }
    }
    put(vm, ty, FUNCTION, Some(ty::none()))?;
    Ok(ty::none())
}

pub(crate) fn set_annotate(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    let Some(new) = new else {
        return Err(vm.raise_type("cannot delete __annotate__ attribute"));
    };
    check_mutable(vm, ty, "__annotate__")?;
    if new != ty::none() && !protocol::is_callable(new) {
        return Err(vm.raise_type("__annotate__ must be callable or None"));
    }
    put(vm, ty, "__annotate__", None)?;
    put(vm, ty, FUNCTION, Some(new))?;
    if new != ty::none() {
        put(vm, ty, CACHE, None)?;
    }
    Ok(())
}

pub(crate) fn get_type_params(vm: &mut Vm, this: Value) -> PyResult {
    let ty = this_type(this);
    Ok(match own(vm, ty, "__type_params__")? {
        Some(params) if ty.is_heap() => params,
        _ => vm.interp.empty_tuple(),
    })
}

pub(crate) fn set_type_params(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    let new = check_settable(vm, ty, "__type_params__", new)?;
    put(vm, ty, "__type_params__", Some(new))
}
