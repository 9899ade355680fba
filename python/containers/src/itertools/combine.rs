//! `product`, `permutations`, `combinations`, `combinations_with_replacement`: rows [pool or pools, list of indices (unset once exhausted),
//! whether the first was given, extra].

use super::{iterator, pool};
use crate::helpers::bind;
use crate::native_module::{at, get, module_types, set};
use taipan_objects::list::List;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

const POOL: usize = 0;
const INDICES: usize = 1;
const STARTED: usize = 2;
const CYCLES: usize = 3;

fn tuple(this: Value) -> Tuple {
    Tuple::of(at(this, POOL)).expect("pools are tuples")
}

fn index(list: List, place: usize) -> usize {
    list.at(place)
        .as_small_int()
        .and_then(|index| usize::try_from(index).ok())
        .unwrap_or(0)
}

fn set_index(vm: &mut Vm, list: List, place: usize, index: usize) {
    list.set(vm, place, number::size(index));
}

fn new_row(
    vm: &mut Vm,
    class: Type,
    pool: Tuple,
    indices: Option<List>,
    cycles: Option<List>,
) -> PyResult {
    vm.new_fields(
        class,
        &[
            Some(pool.value()),
            indices.map(List::value),
            Some(ty::FALSE.value()),
            cycles.map(List::value),
        ],
    )
}

/// A list of `count` ints.
fn numbers(vm: &mut Vm, count: usize, number: impl Fn(usize) -> usize) -> PyResult<List> {
    vm.new_list_from(count, |place| number::size(number(place)))
}

/// The argument `r`, which must not be negative.
fn size_argument(vm: &mut Vm, r: Value) -> PyResult<usize> {
    let r = protocol::index_i64(vm, r)?;
    match usize::try_from(r) {
        Ok(r) if r < isize::MAX as usize / 16 => Ok(r),
        Ok(_) => Err(vm.raise_memory_error()),
        Err(_) => Err(vm.raise_value("r must be non-negative")),
    }
}

/// The current choice; moves on with `advance` first unless it is the first. `advance` says whether there is another.
fn next_with(
    vm: &mut Vm,
    this: Value,
    advance: fn(&mut Vm, Value, Tuple, List) -> bool,
) -> PyResult<Option<Value>> {
    let Some(indices) = get(this, INDICES).and_then(List::of) else {
        return Ok(None);
    };
    let pool = tuple(this);
    if at(this, STARTED) == ty::FALSE.value() {
        set(vm, this, STARTED, Some(ty::TRUE.value()));
    } else if !advance(vm, this, pool, indices) {
        set(vm, this, INDICES, None);
        return Ok(None);
    }
    let count = match get(this, CYCLES).and_then(List::of) {
        Some(cycles) => cycles.len(),
        None => indices.len(),
    };
    vm.new_tuple_from(count, |place| pool.get(index(indices, place)))
        .map(Some)
}

// ---- combinations

fn new_combinations(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let [iterable, r] = bind(vm, args, "combinations", ["iterable", "r"], 2, 2)?;
    let pool = pool(vm, iterable.expect("bind checked it"))?;
    let r = size_argument(vm, r.expect("bind checked it"))?;
    if r > pool.len() {
        return new_row(vm, class, pool, None, None);
    }
    let indices = numbers(vm, r, |place| place)?;
    new_row(vm, class, pool, Some(indices), None)
}

fn advance_combinations(vm: &mut Vm, _this: Value, pool: Tuple, indices: List) -> bool {
    let r = indices.len();
    let room = pool.len() - r;
    let Some(place) = (0..r)
        .rev()
        .find(|place| index(indices, *place) != place + room)
    else {
        return false;
    };
    let first = index(indices, place) + 1;
    for offset in place..r {
        set_index(vm, indices, offset, first + offset - place);
    }
    true
}

fn next_combinations(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    next_with(vm, this, advance_combinations)
}

// ---- combinations_with_replacement

fn new_with_replacement(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let name = "combinations_with_replacement";
    let [iterable, r] = bind(vm, args, name, ["iterable", "r"], 2, 2)?;
    let pool = pool(vm, iterable.expect("bind checked it"))?;
    let r = size_argument(vm, r.expect("bind checked it"))?;
    if pool.is_empty() && r > 0 {
        return new_row(vm, class, pool, None, None);
    }
    let indices = numbers(vm, r, |_| 0)?;
    new_row(vm, class, pool, Some(indices), None)
}

fn advance_with_replacement(vm: &mut Vm, _this: Value, pool: Tuple, indices: List) -> bool {
    let r = indices.len();
    let Some(place) = (0..r)
        .rev()
        .find(|place| index(indices, *place) + 1 != pool.len())
    else {
        return false;
    };
    let next = index(indices, place) + 1;
    for offset in place..r {
        set_index(vm, indices, offset, next);
    }
    true
}

fn next_with_replacement(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    next_with(vm, this, advance_with_replacement)
}

// ---- permutations: the indices are a permutation of all, of which the first r are shown; cycles count how often each place was rotated

fn new_permutations(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let [iterable, r] = bind(vm, args, "permutations", ["iterable", "r"], 2, 1)?;
    let pool = pool(vm, iterable.expect("bind checked it"))?;
    let count = pool.len();
    let r = match r.filter(|r| *r != ty::none()) {
        Some(r) if number::int_of(r).is_none() => {
            return Err(vm.raise_type("Expected int as r"));
        }
        Some(r) => size_argument(vm, r)?,
        None => count,
    };
    if r > count {
        return new_row(vm, class, pool, None, None);
    }
    let indices = numbers(vm, count, |place| place)?;
    let cycles = numbers(vm, r, |place| count - place)?;
    new_row(vm, class, pool, Some(indices), Some(cycles))
}

fn advance_permutations(vm: &mut Vm, this: Value, pool: Tuple, indices: List) -> bool {
    let Some(cycles) = get(this, CYCLES).and_then(List::of) else {
        return false;
    };
    let count = pool.len();
    for place in (0..cycles.len()).rev() {
        let left = index(cycles, place) - 1;
        if left == 0 {
            // Every item stood here: the first comes back to the end, the others move up.
            let first = indices.at(place);
            for offset in place..count - 1 {
                let next = indices.at(offset + 1);
                indices.set(vm, offset, next);
            }
            indices.set(vm, count - 1, first);
            set_index(vm, cycles, place, count - place);
            continue;
        }
        set_index(vm, cycles, place, left);
        let (a, b) = (indices.at(place), indices.at(count - left));
        indices.set(vm, place, b);
        indices.set(vm, count - left, a);
        return true;
    }
    false
}

fn next_permutations(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    next_with(vm, this, advance_permutations)
}

// ---- product: the pool is a tuple of pools

fn new_product(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let mut repeat = 1;
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        if !key.is("repeat") {
            return Err(vm.raise_type(&format!(
                "product() got an unexpected keyword argument '{}'",
                key.to_rust()
            )));
        }
        let value = protocol::index_i64(vm, value)?;
        let Ok(value) = usize::try_from(value) else {
            return Err(vm.raise_value("repeat argument cannot be negative"));
        };
        repeat = value;
    }
    let count = match args.len().checked_mul(repeat) {
        Some(count) if count < 1 << 32 => count,
        _ => return Err(vm.raise_overflow("repeat argument too large")),
    };
    let own = vm.new_list_with(args.len())?;
    if repeat > 0 {
        for index in 0..args.len() {
            let pool = pool(vm, args.at(index))?;
            own.push(vm, pool.value())?;
        }
    }
    let pools = vm.new_tuple_from(count, |place| own.get(place % own.len().max(1)))?;
    let pools = Tuple::of(pools).expect("a tuple");
    let empty = pools
        .iter()
        .any(|pool| Tuple::of(pool).is_none_or(Tuple::is_empty));
    if empty {
        return new_row(vm, class, pools, None, None);
    }
    let indices = numbers(vm, count, |_| 0)?;
    new_row(vm, class, pools, Some(indices), None)
}

fn next_product(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let Some(indices) = get(this, INDICES).and_then(List::of) else {
        return Ok(None);
    };
    let pools = tuple(this);
    let pool = |place: usize| Tuple::of(pools.at(place)).expect("pools are tuples");
    if at(this, STARTED) == ty::FALSE.value() {
        set(vm, this, STARTED, Some(ty::TRUE.value()));
    } else {
        let mut place = indices.len();
        loop {
            if place == 0 {
                set(vm, this, INDICES, None);
                return Ok(None);
            }
            place -= 1;
            let next = index(indices, place) + 1;
            if next < pool(place).len() {
                set_index(vm, indices, place, next);
                break;
            }
            set_index(vm, indices, place, 0);
        }
    }
    vm.new_tuple_from(indices.len(), |place| {
        pool(place).get(index(indices, place))
    })
    .map(Some)
}

fn sizeof(_vm: &mut Vm, _args: Args) -> PyResult {
    Ok(number::small(64))
}

natives! {
    static METHODS = {
        "__sizeof__" method NoArgs, "(self, /)" => sizeof;
    }
}

module_types! {
    "itertools" pub(super) TYPES {
        "product" PRODUCT PRODUCT_DEF open false, |slots| iterator(slots, new_product, next_product), METHODS, &[], "Cartesian product of input iterables.  Equivalent to nested for-loops.";
        "permutations" PERMUTATIONS PERMUTATIONS_DEF open false, |slots| iterator(slots, new_permutations, next_permutations), METHODS, &[], "Return successive r-length permutations of elements in the iterable.";
        "combinations" COMBINATIONS COMBINATIONS_DEF open false, |slots| iterator(slots, new_combinations, next_combinations), METHODS, &[], "Return successive r-length combinations of elements in the iterable.";
        "combinations_with_replacement" WITH_REPLACEMENT WITH_REPLACEMENT_DEF open false, |slots| iterator(slots, new_with_replacement, next_with_replacement), METHODS, &[], "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.";
    }
}
