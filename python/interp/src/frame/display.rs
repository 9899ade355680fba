//! Displays: sets, dicts, f-strings, `*x` and `**x` in them.

use super::register;
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::list::List;
use taipan_objects::protocol;
use taipan_objects::str::{Str, Text};
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Vm};

/// A set of registers.
pub(crate) fn build_set(vm: &mut Vm, first: *const u64, count: usize) -> PyResult {
    vm.with_range(first.cast_mut(), count, |vm| {
        let set = vm.new_set()?;
        for index in 0..count {
            set.add(vm, register(first, index))?;
        }
        Ok(set.value())
    })
}

/// A dict of pairs of registers.
pub(crate) fn build_map(vm: &mut Vm, first: *const u64, count: usize) -> PyResult {
    vm.with_range(first.cast_mut(), 2 * count, |vm| {
        let dict = vm.new_dict()?;
        for index in 0..count {
            dict.set(
                vm,
                register(first, 2 * index),
                register(first, 2 * index + 1),
            )?;
        }
        Ok(dict.value())
    })
}

/// The strings of registers one after the other.
pub(crate) fn build_string(vm: &mut Vm, first: *const u64, count: usize) -> PyResult {
    let part =
        |index: usize| Str::of(register(first, index)).expect("the compiler formats the parts");
    if (0..count).all(|index| part(index).is_ascii()) {
        let mut bytes: Vec<u8> = Vec::new();
        for index in 0..count {
            bytes.extend_from_slice(part(index).bytes());
        }
        return vm.new_ascii(&bytes);
    }
    let mut points: Vec<u32> = Vec::new();
    for index in 0..count {
        match part(index).text() {
            Text::Ascii(bytes) | Text::Latin1(bytes) => {
                points.extend(bytes.iter().map(|byte| u32::from(*byte)))
            }
            other => points.extend(other.iter()),
        }
    }
    vm.new_str_points(&points)
}

/// `*x` in a list or tuple display.
pub(crate) fn list_extend(vm: &mut Vm, list: Value, iterable: Value) -> PyResult<()> {
    let list = List::of(list).expect("the compiler makes a list");
    let slots = Type::of(iterable).slots();
    if slots.iter.is_none() && slots.get_item.is_none() {
        let name = protocol::type_name(iterable);
        return Err(vm.raise_type(&format!("Value after * must be an iterable, not {name}")));
    }
    let hook = vm.interp.hooks.list_extend.expect("set at start-up");
    hook(vm, list, iterable)
}

pub(super) fn each_item(
    vm: &mut Vm,
    mapping: Value,
    mut each: impl FnMut(&mut Vm, Value, Value) -> PyResult<()>,
) -> PyResult<bool> {
    let iter = |ty: Type| ty.slots().iter.map(|slot| slot as usize);
    if let Some(dict) = Dict::of(mapping)
        && iter(Type::of(mapping)) == iter(types::DICT.ty())
    {
        let copy = dict.copy(vm)?;
        for (key, value) in copy.iter() {
            each(vm, key, value)?;
        }
        return Ok(true);
    }
    let name = vm.interp.names.keys.str();
    let Some(method) = protocol::get_attr_opt(vm, mapping, name)? else {
        return Ok(false);
    };
    let keys = protocol::call(vm, method, &[])?;
    protocol::for_each(vm, keys, |vm, key| {
        let value = protocol::get_item(vm, mapping, key)?;
        each(vm, key, value).map(|()| true)
    })?;
    Ok(true)
}

/// `**x` in a dict display.
pub(crate) fn dict_update(vm: &mut Vm, dict: Value, mapping: Value) -> PyResult<()> {
    let dict = Dict::of(dict).expect("the compiler makes a dict");
    if each_item(vm, mapping, |vm, key, value| dict.set(vm, key, value))? {
        return Ok(());
    }
    Err(vm.raise_type_of(mapping, "is not a mapping"))
}
