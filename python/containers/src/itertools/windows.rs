//! `islice`: [iterator (unset once exhausted), number of the next item wanted, end or -1, step, items read]; `pairwise`: [iterator, last item];
//! `batched`: [iterator (unset once exhausted), size, strict].

use super::iterator;
use crate::helpers::next_item;
use crate::helpers::{bind, check_count, no_keywords};
use crate::native_module::{at, get, int, module_types, set, set_int};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm};

/// Larger than any number of items that can be read.
const FAR: i64 = 1 << 47;

/// A bound of `islice`: none for None, or an int from 0 to `sys.maxsize`.
fn bound(vm: &mut Vm, value: Value, text: &str) -> PyResult<Option<i64>> {
    if value == ty::none() {
        return Ok(None);
    }
    let is_index = number::int_of(value).is_some() || Type::of(value).slots().index.is_some();
    if is_index {
        let value = protocol::index(vm, value)?;
        if let Some(bound) = number::i64_of(value).filter(|bound| *bound >= 0) {
            return Ok(Some(bound.min(FAR)));
        }
    }
    Err(vm.raise_value(text))
}

const INDICES: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
const STEP: &str = "Step for islice() must be a positive integer or None.";

fn new_islice(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "islice")?;
    check_count(vm, &args, "islice", 2, 4)?;
    let (start, stop, step) = if args.len() == 2 {
        (0, bound(vm, args.at(1), STOP)?, 1)
    } else {
        let stop = bound(vm, args.at(2), STOP)?;
        let start = bound(vm, args.at(1), INDICES)?.unwrap_or(0);
        let step = match args.get(3) {
            Some(step) => bound(vm, step, STEP)?.unwrap_or(1),
            None => 1,
        };
        (start, stop, step)
    };
    if step < 1 {
        return Err(vm.raise_value(STEP));
    }
    let iterator = protocol::iter(vm, args.at(0))?;
    let numbers = [start, stop.unwrap_or(-1), step, 0].map(|int| Some(number::small(int)));
    let [start, stop, step, read] = numbers;
    vm.new_fields(class, &[Some(iterator), start, stop, step, read])
}

fn next_islice(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let Some(iterator) = get(this, 0) else {
        return Ok(None);
    };
    let stop = int(this, 2);
    let wanted = int(this, 1);
    while int(this, 4) < wanted {
        if next_item(vm, iterator)?.is_none() {
            set(vm, this, 0, None);
            return Ok(None);
        }
        set_int(vm, this, 4, int(this, 4) + 1);
    }
    if stop >= 0 && int(this, 4) >= stop {
        set(vm, this, 0, None);
        return Ok(None);
    }
    let Some(item) = next_item(vm, iterator)? else {
        set(vm, this, 0, None);
        return Ok(None);
    };
    set_int(vm, this, 4, int(this, 4) + 1);
    let next = (wanted + int(this, 3)).min(FAR);
    let next = if stop >= 0 { next.min(stop) } else { next };
    set_int(vm, this, 1, next);
    Ok(Some(item))
}

fn new_pairwise(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "pairwise")?;
    check_count(vm, &args, "pairwise", 1, 1)?;
    let iterator = protocol::iter(vm, args.at(0))?;
    vm.new_fields(class, &[Some(iterator), None])
}

fn next_pairwise(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let Some(iterator) = get(this, 0) else {
        return Ok(None);
    };
    let old = match get(this, 1) {
        Some(old) => old,
        None => {
            let Some(first) = next_item(vm, iterator)? else {
                set(vm, this, 0, None);
                return Ok(None);
            };
            set(vm, this, 1, Some(first));
            // Reading may have run this iterator itself.
            match get(this, 0) {
                Some(_) => first,
                None => return Ok(None),
            }
        }
    };
    let Some(new) = next_item(vm, iterator)? else {
        set(vm, this, 0, None);
        set(vm, this, 1, None);
        return Ok(None);
    };
    set(vm, this, 1, Some(new));
    vm.new_tuple(&[old, new]).map(Some)
}

fn new_batched(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let [iterable, size, strict] = bind(vm, args, "batched", ["iterable", "n", "strict"], 2, 2)?;
    let size = protocol::index_i64(vm, size.expect("bind checked it"))?;
    let strict = match strict {
        Some(strict) => protocol::truth(vm, strict)?,
        None => false,
    };
    if size < 1 {
        return Err(vm.raise_value("n must be at least one"));
    }
    let iterator = protocol::iter(vm, iterable.expect("bind checked it"))?;
    let size = number::small(size.min(FAR));
    vm.new_fields(
        class,
        &[Some(iterator), Some(size), Some(ty::bool_value(strict))],
    )
}

fn next_batched(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let Some(iterator) = get(this, 0) else {
        return Ok(None);
    };
    let size = usize::try_from(int(this, 1)).unwrap_or(1);
    let items = vm.new_list_with(size.min(64))?;
    while items.len() < size {
        match next_item(vm, iterator) {
            Ok(Some(item)) => items.push(vm, item)?,
            Ok(None) => {
                set(vm, this, 0, None);
                if items.is_empty() {
                    return Ok(None);
                }
                if at(this, 2) == ty::TRUE.value() {
                    return Err(vm.raise_value("batched(): incomplete batch"));
                }
                break;
            }
            Err(raised) => {
                set(vm, this, 0, None);
                return Err(raised);
            }
        }
    }
    vm.list_to_tuple(items).map(Some)
}

module_types! {
    "itertools" pub(super) TYPES {
        "islice" ISLICE ISLICE_DEF open false, |slots| iterator(slots, new_islice, next_islice), &[], &[], "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object";
        "pairwise" PAIRWISE PAIRWISE_DEF open false, |slots| iterator(slots, new_pairwise, next_pairwise), &[], &[], "Return an iterator of overlapping pairs taken from the input iterator.";
        "batched" BATCHED BATCHED_DEF open false, |slots| iterator(slots, new_batched, next_batched), &[], &[], "Batch data into tuples of length n. The last batch may be shorter than n.";
    }
}
