//! `groupby`: [iterator, key function, key of the group asked for, key and value read last, current group], and its groups: [groupby, key].

use super::iterator;
use crate::helpers::next_item;
use crate::helpers::{bind, self_iter};
use crate::native_module::{at, get, module_types, set};
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm};

const ITERATOR: usize = 0;
const FUNCTION: usize = 1;
const TARGET: usize = 2;
const KEY: usize = 3;
const VALUE: usize = 4;
const GROUP: usize = 5;

fn new(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let [iterable, key] = bind(vm, args, "groupby", ["iterable", "key"], 2, 1)?;
    let iterator = protocol::iter(vm, iterable.expect("bind checked it"))?;
    let key = key.unwrap_or_else(ty::none);
    vm.new_fields(class, &[Some(iterator), Some(key), None, None, None, None])
}

/// Reads the next value and its key; false at the end.
fn step(vm: &mut Vm, this: Value) -> PyResult<bool> {
    let Some(value) = next_item(vm, at(this, ITERATOR))? else {
        return Ok(false);
    };
    let function = at(this, FUNCTION);
    let key = if function == ty::none() {
        value
    } else {
        protocol::call(vm, function, &[value])?
    };
    set(vm, this, VALUE, Some(value));
    set(vm, this, KEY, Some(key));
    Ok(true)
}

fn next(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    // The group given out before ends here.
    set(vm, this, GROUP, None);
    loop {
        match (get(this, KEY), get(this, TARGET)) {
            (None, _) => {}
            (Some(_), None) => break,
            (Some(key), Some(target)) => {
                if !protocol::equal(vm, target, key)? {
                    break;
                }
            }
        }
        if !step(vm, this)? {
            return Ok(None);
        }
    }
    let key = get(this, KEY);
    set(vm, this, TARGET, key);
    let group = vm.new_fields(GROUPER.ty(), &[Some(this), key])?;
    set(vm, this, GROUP, Some(group));
    let key = key.unwrap_or_else(ty::none);
    vm.new_tuple(&[key, group]).map(Some)
}

fn next_of_group(vm: &mut Vm, group: Value) -> PyResult<Option<Value>> {
    let (this, target) = (at(group, 0), at(group, 1));
    if get(this, GROUP) != Some(group) {
        return Ok(None);
    }
    if get(this, VALUE).is_none() && !step(vm, this)? {
        return Ok(None);
    }
    let key = get(this, KEY).unwrap_or_else(ty::none);
    if !protocol::equal(vm, target, key)? {
        return Ok(None);
    }
    let value = get(this, VALUE);
    set(vm, this, VALUE, None);
    Ok(value)
}

fn new_group(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    crate::helpers::check_count(vm, &args, "_grouper", 2, 2)?;
    if !Type::of(args.at(0)).is_subtype(GROUPBY.ty()) {
        let name = protocol::type_name(args.at(0));
        return Err(vm.raise_type(&format!(
            "_grouper() argument 1 must be itertools.groupby, not {name}"
        )));
    }
    vm.new_fields(class, &[Some(args.at(0)), Some(args.at(1))])
}

module_types! {
    "itertools" pub(super) TYPES {
        "groupby" GROUPBY GROUPBY_DEF open false, |slots| iterator(slots, new, next), &[], &[], "make an iterator that returns consecutive keys and groups from the iterable";
        "_grouper" GROUPER GROUPER_DEF closed false, |slots| {
            slots.new = Some(new_group);
            slots.iter = Some(self_iter);
            slots.next = Some(next_of_group);
        }, &[], &[], "";
    }
}
