//! Unpacking of iterables into registers: `a, b = x` and `a, *b, c = x`.

use crate::helpers::{is_exact, is_exact_list, is_exact_tuple};
use taipan_objects::dict::Dict;
use taipan_objects::layout;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::Type;
use taipan_objects::{PyResult, Value, Vm};

/// Writes a register of a frame.
fn put(registers: *mut u64, index: usize, value: Value) {
    let register = registers.wrapping_add(index);
    // NO-BARRIER: root.
    // SAFETY: callers of the functions below give as many registers as they ask for.
    unsafe { *register = value.bits() };
}

fn iterator(vm: &mut Vm, value: Value) -> PyResult {
    let slots = Type::of(value).slots();
    if slots.iter.is_none() && slots.get_item.is_none() {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!("cannot unpack non-iterable {name} object")));
    }
    protocol::iter(vm, value)
}

fn wrong_count(vm: &mut Vm, count: usize, given: usize) -> PyResult<()> {
    let (words, got) = if given < count {
        ("not enough", format!(", got {given}"))
    } else {
        ("too many", format!(", got {given}"))
    };
    Err(vm.raise_value(&format!("{words} values to unpack (expected {count}{got})")))
}

/// Unpacks exactly `count` items into the registers.
///
/// # Errors
/// TypeError for what is not iterable; ValueError for another number of items; what iteration raises.
pub fn unpack_sequence(
    vm: &mut Vm,
    value: Value,
    count: usize,
    registers: *mut u64,
) -> PyResult<()> {
    if is_exact_tuple(value) {
        let tuple = Tuple::from_ref(mem::expect_ref(value));
        if tuple.len() != count {
            return wrong_count(vm, count, tuple.len());
        }
        for index in 0..count {
            put(registers, index, tuple.at(index));
        }
        return Ok(());
    }
    if is_exact_list(value) {
        let list = List::from_ref(mem::expect_ref(value));
        if list.len() != count {
            return wrong_count(vm, count, list.len());
        }
        for index in 0..count {
            put(registers, index, list.at(index));
        }
        return Ok(());
    }
    unpack_iterator(vm, value, count, registers)
}

#[cold]
fn unpack_iterator(vm: &mut Vm, value: Value, count: usize, registers: *mut u64) -> PyResult<()> {
    let iterator = iterator(vm, value)?;
    let items = vm.new_list_with(count)?;
    while items.len() < count {
        match protocol::next(vm, iterator)? {
            Some(item) => items.push(vm, item)?,
            None => return wrong_count(vm, count, items.len()),
        }
    }
    if protocol::next(vm, iterator)?.is_some() {
        let known = Dict::of(value).filter(|_| is_exact(value, layout::DICT));
        let got = known.map_or_else(String::new, |dict| format!(", got {}", dict.len()));
        return Err(vm.raise_value(&format!(
            "too many values to unpack (expected {count}{got})"
        )));
    }
    for index in 0..count {
        put(registers, index, items.at(index));
    }
    Ok(())
}

/// Unpacks `before` items, a list of the rest, and `after` items into `before + 1 + after` registers.
///
/// # Errors
/// TypeError for what is not iterable; ValueError for too few items; what iteration raises.
pub fn unpack_ex(
    vm: &mut Vm,
    value: Value,
    before: usize,
    after: usize,
    registers: *mut u64,
) -> PyResult<()> {
    let iterator = iterator(vm, value)?;
    let items = vm.new_list_with(before + after)?;
    while let Some(item) = protocol::next(vm, iterator)? {
        items.push(vm, item)?;
    }
    let len = items.len();
    if len < before + after {
        let expected = before + after;
        let least = if after == 0 && len >= before {
            ""
        } else {
            "at least "
        };
        return Err(vm.raise_value(&format!(
            "not enough values to unpack (expected {least}{expected}, got {len})"
        )));
    }
    let middle = vm.new_list_from(len - before - after, |index| items.at(before + index))?;
    for index in 0..before {
        put(registers, index, items.at(index));
    }
    put(registers, before, middle.value());
    for index in 0..after {
        put(registers, before + 1 + index, items.at(len - after + index));
    }
    Ok(())
}
