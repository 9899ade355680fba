//! Methods of `set` and `frozenset`.

use crate::helpers::{class_getitem, key_error};
use crate::set::{
    self, copy, difference_update, for_each_hashed, intersection, is_subset,
    symmetric_difference_update, this, update,
};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::set::Set;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

fn add(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).add(vm, args.at(1))?;
    Ok(ty::none())
}

fn discard(vm: &mut Vm, args: Args) -> PyResult {
    set::discard(vm, args.at(0), args.at(1))?;
    Ok(ty::none())
}

fn remove(vm: &mut Vm, args: Args) -> PyResult {
    if set::discard(vm, args.at(0), args.at(1))? {
        return Ok(ty::none());
    }
    Err(key_error(vm, args.at(1)))
}

fn pop(vm: &mut Vm, args: Args) -> PyResult {
    let set = this(args.at(0));
    match set.next_entry(0) {
        Some((entry, item)) => {
            set.remove_entry(vm, entry);
            Ok(item)
        }
        None => Err(vm.raise_key("pop from an empty set")),
    }
}

fn clear(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).clear(vm);
    Ok(ty::none())
}

fn copy_method(vm: &mut Vm, args: Args) -> PyResult {
    if Type::of(args.at(0)).is(&types::FROZENSET) {
        return Ok(args.at(0));
    }
    Ok(copy(vm, this(args.at(0)))?.value())
}

fn update_method(vm: &mut Vm, args: Args) -> PyResult {
    for index in 1..args.len() {
        update(vm, this(args.at(0)), args.at(index))?;
    }
    Ok(ty::none())
}

fn union(vm: &mut Vm, args: Args) -> PyResult {
    let result = copy(vm, this(args.at(0)))?;
    for index in 1..args.len() {
        update(vm, result, args.at(index))?;
    }
    Ok(result.value())
}

fn intersection_of(vm: &mut Vm, args: Args) -> PyResult<Set> {
    let mut result = this(args.at(0));
    if args.len() == 1 {
        return copy(vm, result);
    }
    for index in 1..args.len() {
        result = intersection(vm, result, args.at(index))?;
    }
    Ok(result)
}

fn intersection_method(vm: &mut Vm, args: Args) -> PyResult {
    Ok(intersection_of(vm, args)?.value())
}

fn intersection_update(vm: &mut Vm, args: Args) -> PyResult {
    let result = intersection_of(vm, args)?;
    this(args.at(0)).swap_items(vm, result);
    Ok(ty::none())
}

fn difference(vm: &mut Vm, args: Args) -> PyResult {
    let mut result = this(args.at(0));
    if args.len() == 1 {
        return Ok(copy(vm, result)?.value());
    }
    result = set::difference(vm, result, args.at(1))?;
    for index in 2..args.len() {
        difference_update(vm, result, args.at(index))?;
    }
    Ok(result.value())
}

fn difference_update_method(vm: &mut Vm, args: Args) -> PyResult {
    for index in 1..args.len() {
        difference_update(vm, this(args.at(0)), args.at(index))?;
    }
    Ok(ty::none())
}

/// The other operand as a set without duplicates.
fn as_set(vm: &mut Vm, value: Value) -> PyResult<Set> {
    if let Some(set) = Set::of(value) {
        return Ok(set);
    }
    let set = vm.new_set()?;
    update(vm, set, value)?;
    Ok(set)
}

fn symmetric_difference(vm: &mut Vm, args: Args) -> PyResult {
    let other = as_set(vm, args.at(1))?;
    let result = copy(vm, this(args.at(0)))?;
    symmetric_difference_update(vm, result, other)?;
    Ok(result.value())
}

fn symmetric_difference_update_method(vm: &mut Vm, args: Args) -> PyResult {
    let other = as_set(vm, args.at(1))?;
    symmetric_difference_update(vm, this(args.at(0)), other)?;
    Ok(ty::none())
}

fn isdisjoint(vm: &mut Vm, args: Args) -> PyResult {
    let set = this(args.at(0));
    let (mut go_through, mut look_in) = (args.at(1), set);
    if let Some(other) = Set::of(args.at(1))
        && other.len() > set.len()
    {
        (go_through, look_in) = (set.value(), other);
    }
    let mut disjoint = true;
    for_each_hashed(vm, go_through, |vm, item, hash| {
        disjoint = !set::has(vm, look_in, item, hash)?;
        Ok(disjoint)
    })?;
    Ok(ty::bool_value(disjoint))
}

fn issubset(vm: &mut Vm, args: Args) -> PyResult {
    let other = as_set(vm, args.at(1))?;
    Ok(ty::bool_value(is_subset(vm, this(args.at(0)), other)?))
}

fn issuperset(vm: &mut Vm, args: Args) -> PyResult {
    let set = this(args.at(0));
    let mut all = true;
    for_each_hashed(vm, args.at(1), |vm, item, hash| {
        all = set::has(vm, set, item, hash)?;
        Ok(all)
    })?;
    Ok(ty::bool_value(all))
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let set = this(args.at(0));
    let items = vm.new_list_with(set.len())?;
    for item in set.iter() {
        items.push(vm, item)?;
    }
    let arguments = vm.new_tuple(&[items.value()])?;
    let state = taipan_objects::instance::instance_dict(vm, set.as_ref())?;
    let state = state
        .filter(|state| !state.is_empty())
        .map_or_else(ty::none, |state| state.value());
    vm.new_tuple(&[Type::of(args.at(0)).value(), arguments, state])
}

fn sizeof(_vm: &mut Vm, args: Args) -> PyResult {
    let table = this(args.at(0)).table();
    Ok(number::size(
        200 + table.map_or(0, |table| 16 * table.used() as usize),
    ))
}

macro_rules! methods {
    ($table:ident { $($own:tt)* }) => {
        natives! {
            /// Methods.
            pub(crate) static $table = {
                $($own)*
                "copy" method NoArgs, "(self, /)" => copy_method;
                "union" method Any, "(self, /, *others)" => |vm, args| plain(vm, args, "union", union);
                "intersection" method Any, "(self, /, *others)" => |vm, args| plain(vm, args, "intersection", intersection_method);
                "difference" method Any, "(self, /, *others)" => |vm, args| plain(vm, args, "difference", difference);
                "symmetric_difference" method One, "(self, other, /)" => symmetric_difference;
                "isdisjoint" method One, "(self, other, /)" => isdisjoint;
                "issubset" method One, "(self, other, /)" => issubset;
                "issuperset" method One, "(self, other, /)" => issuperset;
                "__reduce__" method NoArgs, "(self, /)" => reduce;
                "__sizeof__" method NoArgs, "(self, /)" => sizeof;
                "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
            }
        }
    };
}

fn plain(vm: &mut Vm, args: Args, name: &str, run: fn(&mut Vm, Args) -> PyResult) -> PyResult {
    let class = if this(args.at(0)).is_frozen() {
        "frozenset"
    } else {
        "set"
    };
    crate::helpers::no_keywords(vm, &args, &format!("{class}.{name}"))?;
    run(vm, args)
}

methods! { FROZEN_METHODS {} }
methods! { METHODS {
    "add" method One, "(self, object, /)" => add;
    "discard" method One, "(self, object, /)" => discard;
    "remove" method One, "(self, object, /)" => remove;
    "pop" method NoArgs, "(self, /)" => pop;
    "clear" method NoArgs, "(self, /)" => clear;
    "update" method Any, "(self, /, *others)" => |vm, args| plain(vm, args, "update", update_method);
    "intersection_update" method Any, "(self, /, *others)" => |vm, args| plain(vm, args, "intersection_update", intersection_update);
    "difference_update" method Any, "(self, /, *others)" => |vm, args| plain(vm, args, "difference_update", difference_update_method);
    "symmetric_difference_update" method One, "(self, other, /)" => symmetric_difference_update_method;
} }
