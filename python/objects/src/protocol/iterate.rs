//! Iteration, and lists and tuples of what is iterated.

use super::type_name;
use crate::layout::{self};
use crate::list::List;
use crate::mem;
use crate::number;
use crate::raise::PyResult;
use crate::tuple::Tuple;
use crate::ty::{Type, flag, types};
use crate::vm::Vm;
use coil_value::Value;

/// `iter(value)`.
///
/// # Errors
/// TypeError for types that are not iterable; what `__iter__` raises.
pub fn iter(vm: &mut Vm, value: Value) -> PyResult {
    let slots = Type::of(value).slots();
    if let Some(slot) = slots.iter {
        let iterator = slot(vm, value)?;
        if Type::of(iterator).slots().next.is_none() {
            let name = type_name(iterator);
            return Err(vm.raise_type(&format!("iter() returned non-iterator of type '{name}'")));
        }
        return Ok(iterator);
    }
    let mapping = Type::of(value).flags() & flag::DICT != 0;
    if slots.get_item.is_some() && !mapping {
        return vm.new_fields(types::ITERATOR.ty(), &[Some(value), Some(number::small(0))]);
    }
    Err(vm.raise_type_of(value, "is not iterable"))
}

/// `next(iterator)`, none at the end.
///
/// # Errors
/// TypeError for what is no iterator; what `__next__` raises.
pub fn next(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    match Type::of(iterator).slots().next {
        Some(slot) => match slot(vm, iterator) {
            // A generator that returned a value says so by StopIteration.
            Err(raised) if vm.raised_is(&types::StopIteration) => {
                vm.take_raised(raised);
                Ok(None)
            }
            step => step,
        },
        None => Err(vm.raise_type_of(iterator, "is not an iterator")),
    }
}

/// Calls `each` with the items of an iterable until it says stop (false).
///
/// # Errors
/// What iteration and `each` raise.
pub fn for_each(
    vm: &mut Vm,
    iterable: Value,
    mut each: impl FnMut(&mut Vm, Value) -> PyResult<bool>,
) -> PyResult<()> {
    let iterator = iter(vm, iterable)?;
    while let Some(item) = next(vm, iterator)? {
        if !each(vm, item)? {
            break;
        }
    }
    Ok(())
}

/// A new list of an iterable's items.
///
/// # Errors
/// What iteration raises.
pub fn to_list(vm: &mut Vm, iterable: Value) -> PyResult<List> {
    let object = iterable.as_ref();
    if object.is_some_and(|object| layout::is_list(object.layout())) {
        let source = List::from_ref(mem::expect_ref(iterable));
        return source.part(vm, 0, 1, source.len());
    }
    if object.is_some_and(|object| layout::is_tuple(object.layout())) {
        let source = Tuple::from_ref(mem::expect_ref(iterable));
        return vm.new_list_from(source.len(), |index| source.at(index));
    }
    let list = vm.new_list_with(0)?;
    for_each(vm, iterable, |vm, item| list.push(vm, item).map(|()| true))?;
    Ok(list)
}

/// A tuple of an iterable's items (an exact tuple itself).
///
/// # Errors
/// What iteration raises.
pub fn to_tuple(vm: &mut Vm, iterable: Value) -> PyResult<Tuple> {
    if iterable
        .as_ref()
        .is_some_and(|object| layout::is_tuple(object.layout()))
    {
        return Ok(Tuple::from_ref(mem::expect_ref(iterable)));
    }
    let list = to_list(vm, iterable)?;
    let tuple = vm.list_to_tuple(list)?;
    Ok(Tuple::from_ref(mem::expect_ref(tuple)))
}
