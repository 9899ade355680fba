//! Module `itertools`. All its types are rows of fields; a field that is unset says that the iterator is exhausted. Fields are read again after
//! every call of guest code, so that iterators which advance themselves only give odd items.

mod combine;
mod group;
mod tee;
mod windows;

use crate::helpers::next_item;
use crate::helpers::{TextBuilder, bind, check_count, class_getitem, no_keywords, self_iter};
use crate::native_module::{add_types, at, get, int, module_types, set, set_int};
use taipan_objects::list::List;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, Slots};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

/// Slots of an iterator.
fn iterator(
    slots: &mut Slots,
    new: fn(&mut Vm, Type, Args) -> PyResult,
    next: fn(&mut Vm, Value) -> PyResult<Option<Value>>,
) {
    slots.new = Some(new);
    slots.iter = Some(self_iter);
    slots.next = Some(next);
}

// ---- count: [number, step]

fn new_count(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let [start, step] = bind(vm, args, "count", ["start", "step"], 2, 0)?;
    let start = start.unwrap_or_else(|| number::small(0));
    let step = step.unwrap_or_else(|| number::small(1));
    for value in [start, step] {
        let slots = Type::of(value).slots();
        let is_number = slots.int.is_some()
            || slots.float.is_some()
            || slots.index.is_some()
            || number::complex_of(value).is_some()
            || number::int_of(value).is_some();
        if !is_number {
            return Err(vm.raise_type("a number is required"));
        }
    }
    vm.new_fields(class, &[Some(start), Some(step)])
}

fn next_count(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let (number, step) = (at(this, 0), at(this, 1));
    let after = match (number.as_small_int(), step.as_small_int()) {
        (Some(number), Some(step)) => vm.new_int(number + step)?,
        _ => protocol::binary(vm, BinaryOp::Add, number, step)?,
    };
    set(vm, this, 0, Some(after));
    Ok(Some(number))
}

fn repr_count(vm: &mut Vm, this: Value) -> PyResult {
    let mut text = TextBuilder::default();
    text.ascii(&Type::of(this).name());
    text.ascii("(");
    text.repr(vm, at(this, 0))?;
    if at(this, 1) != number::small(1) {
        text.ascii(", ");
        text.repr(vm, at(this, 1))?;
    }
    text.ascii(")");
    text.finish(vm)
}

// ---- repeat: [object, how often or -1]

fn new_repeat(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let [object, times] = bind(vm, args, "repeat", ["object", "times"], 2, 1)?;
    let times = match times {
        Some(times) => protocol::index_i64(vm, times)?.clamp(0, (1 << 48) - 1),
        None => -1,
    };
    vm.new_fields(class, &[object, Some(number::small(times))])
}

fn next_repeat(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let left = int(this, 1);
    if left == 0 {
        return Ok(None);
    }
    if left > 0 {
        set_int(vm, this, 1, left - 1);
    }
    Ok(Some(at(this, 0)))
}

fn repr_repeat(vm: &mut Vm, this: Value) -> PyResult {
    let mut text = TextBuilder::default();
    text.ascii(&Type::of(this).name());
    text.ascii("(");
    text.repr(vm, at(this, 0))?;
    if int(this, 1) >= 0 {
        text.ascii(&format!(", {}", int(this, 1)));
    }
    text.ascii(")");
    text.finish(vm)
}

fn hint_repeat(vm: &mut Vm, args: Args) -> PyResult {
    match int(args.at(0), 1) {
        -1 => Err(vm.raise_type("len() of unsized object")),
        left => Ok(number::small(left)),
    }
}

// ---- cycle: [iterator (unset once exhausted), list of its items, index]

fn new_cycle(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "cycle")?;
    check_count(vm, &args, "cycle", 1, 1)?;
    let iterator = protocol::iter(vm, args.at(0))?;
    let saved = vm.new_list_with(0)?;
    vm.new_fields(
        class,
        &[Some(iterator), Some(saved.value()), Some(number::small(0))],
    )
}

fn next_cycle(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let saved = List::of(at(this, 1)).expect("items are kept in a list");
    if let Some(iterator) = get(this, 0) {
        if let Some(item) = next_item(vm, iterator)? {
            saved.push(vm, item)?;
            return Ok(Some(item));
        }
        set(vm, this, 0, None);
    }
    let index = int(this, 2);
    let Some(item) = usize::try_from(index).ok().and_then(|at| saved.get(at)) else {
        return Ok(None);
    };
    let next = if index + 1 >= saved.len() as i64 {
        0
    } else {
        index + 1
    };
    set_int(vm, this, 2, next);
    Ok(Some(item))
}

// ---- chain: [iterator of iterables (unset once exhausted), current iterator]

fn new_chain(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "chain")?;
    let sources = args.to_tuple(vm)?;
    let sources = protocol::iter(vm, sources)?;
    vm.new_fields(class, &[Some(sources), None])
}

fn from_iterable(vm: &mut Vm, args: Args) -> PyResult {
    let class = Type::from_value(args.at(0)).expect("class methods get a class");
    let sources = protocol::iter(vm, args.at(1))?;
    vm.new_fields(class, &[Some(sources), None])
}

fn next_chain(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    loop {
        if let Some(current) = get(this, 1) {
            if let Some(item) = next_item(vm, current)? {
                return Ok(Some(item));
            }
            set(vm, this, 1, None);
        }
        let Some(sources) = get(this, 0) else {
            return Ok(None);
        };
        match next_item(vm, sources)? {
            None => {
                set(vm, this, 0, None);
                return Ok(None);
            }
            Some(source) => match protocol::iter(vm, source) {
                Ok(current) => set(vm, this, 1, Some(current)),
                Err(raised) => {
                    set(vm, this, 0, None);
                    return Err(raised);
                }
            },
        }
    }
}

// ---- accumulate: [iterator, function or None, total (unset at first), initial value (unset once given)]

fn new_accumulate(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let [iterable, function, initial] = bind(
        vm,
        args,
        "accumulate",
        ["iterable", "func", "initial"],
        2,
        1,
    )?;
    let iterator = protocol::iter(vm, iterable.expect("bind checked it"))?;
    let function = function.unwrap_or_else(ty::none);
    let initial = initial.filter(|initial| *initial != ty::none());
    vm.new_fields(class, &[Some(iterator), Some(function), None, initial])
}

fn next_accumulate(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    if let Some(initial) = get(this, 3) {
        set(vm, this, 3, None);
        set(vm, this, 2, Some(initial));
        return Ok(Some(initial));
    }
    let Some(item) = next_item(vm, at(this, 0))? else {
        return Ok(None);
    };
    let total = match (get(this, 2), at(this, 1)) {
        (None, _) => item,
        (Some(total), function) if function == ty::none() => {
            protocol::binary(vm, BinaryOp::Add, total, item)?
        }
        (Some(total), function) => protocol::call(vm, function, &[total, item])?,
    };
    set(vm, this, 2, Some(total));
    Ok(Some(total))
}

// ---- compress: [data, selectors]

fn new_compress(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let [data, selectors] = bind(vm, args, "compress", ["data", "selectors"], 2, 2)?;
    let data = protocol::iter(vm, data.expect("bind checked it"))?;
    let selectors = protocol::iter(vm, selectors.expect("bind checked it"))?;
    vm.new_fields(class, &[Some(data), Some(selectors)])
}

fn next_compress(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    loop {
        let Some(item) = next_item(vm, at(this, 0))? else {
            return Ok(None);
        };
        let Some(selector) = next_item(vm, at(this, 1))? else {
            return Ok(None);
        };
        if protocol::truth(vm, selector)? {
            return Ok(Some(item));
        }
    }
}

// ---- dropwhile, takewhile: [function, iterator, done]; filterfalse, starmap: [function, iterator]

fn new_with_function(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let name = Type::name(class);
    no_keywords(vm, &args, &name)?;
    check_count(vm, &args, &name, 2, 2)?;
    let iterator = protocol::iter(vm, args.at(1))?;
    let done = ty::FALSE.value();
    vm.new_fields(class, &[Some(args.at(0)), Some(iterator), Some(done)])
}

fn is_done(this: Value) -> bool {
    at(this, 2) == ty::TRUE.value()
}

fn test(vm: &mut Vm, this: Value, item: Value) -> PyResult<bool> {
    let function = at(this, 0);
    let result = protocol::call(vm, function, &[item])?;
    protocol::truth(vm, result)
}

fn next_dropwhile(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    loop {
        let Some(item) = next_item(vm, at(this, 1))? else {
            return Ok(None);
        };
        if is_done(this) {
            return Ok(Some(item));
        }
        if !test(vm, this, item)? {
            set(vm, this, 2, Some(ty::TRUE.value()));
            return Ok(Some(item));
        }
    }
}

fn next_takewhile(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    if is_done(this) {
        return Ok(None);
    }
    let Some(item) = next_item(vm, at(this, 1))? else {
        return Ok(None);
    };
    if test(vm, this, item)? {
        return Ok(Some(item));
    }
    set(vm, this, 2, Some(ty::TRUE.value()));
    Ok(None)
}

fn next_filterfalse(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let function = at(this, 0);
    let plain = function == ty::none() || function == ty::types::BOOL.value();
    while let Some(item) = next_item(vm, at(this, 1))? {
        let skip = if plain {
            protocol::truth(vm, item)?
        } else {
            test(vm, this, item)?
        };
        if !skip {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

fn next_starmap(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let Some(items) = next_item(vm, at(this, 1))? else {
        return Ok(None);
    };
    let items = protocol::to_list(vm, items)?;
    crate::helpers::call_with_list(vm, at(this, 0), items).map(Some)
}

// ---- zip_longest: [list of iterators (None where exhausted), fill value, how many are left]

fn new_zip_longest(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let mut fill = ty::none();
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        if !key.is("fillvalue") {
            return Err(vm.raise_type("zip_longest() got an unexpected keyword argument"));
        }
        fill = value;
    }
    let iterators = vm.new_list_with(args.len())?;
    for index in 0..args.len() {
        let iterator = protocol::iter(vm, args.at(index))?;
        iterators.push(vm, iterator)?;
    }
    let count = number::size(args.len());
    vm.new_fields(class, &[Some(iterators.value()), Some(fill), Some(count)])
}

fn next_zip_longest(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let iterators = List::of(at(this, 0)).expect("iterators are kept in a list");
    if int(this, 2) <= 0 {
        return Ok(None);
    }
    let items = vm.new_list_with(iterators.len())?;
    for index in 0..iterators.len() {
        let iterator = iterators.at(index);
        if iterator != ty::none() {
            match next_item(vm, iterator) {
                Ok(Some(item)) => {
                    items.push(vm, item)?;
                    continue;
                }
                Ok(None) => {
                    if iterators.at(index) != ty::none() {
                        iterators.set(vm, index, ty::none());
                        set_int(vm, this, 2, int(this, 2) - 1);
                    }
                    if int(this, 2) <= 0 {
                        return Ok(None);
                    }
                }
                Err(raised) => {
                    set_int(vm, this, 2, 0);
                    return Err(raised);
                }
            }
        }
        items.push(vm, at(this, 1))?;
    }
    vm.list_to_tuple(items).map(Some)
}

natives! {
    static CHAIN_METHODS = {
        "from_iterable" classmethod One, "(iterable, /)" => from_iterable;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}
natives! {
    static REPEAT_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => hint_repeat;
    }
}

module_types! {
    "itertools" TYPES {
        "count" COUNT COUNT_DEF open false, |slots| {
            iterator(slots, new_count, next_count);
            slots.repr = Some(repr_count);
        }, &[], &[], "Return a count object whose .__next__() method returns consecutive values.";
        "repeat" REPEAT REPEAT_DEF open false, |slots| {
            iterator(slots, new_repeat, next_repeat);
            slots.repr = Some(repr_repeat);
        }, REPEAT_METHODS, &[], "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.";
        "cycle" CYCLE CYCLE_DEF open false, |slots| iterator(slots, new_cycle, next_cycle), &[], &[], "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.";
        "chain" CHAIN CHAIN_DEF open false, |slots| iterator(slots, new_chain, next_chain), CHAIN_METHODS, &[], "Return a chain object whose .__next__() method returns elements from the first iterable until it is exhausted.";
        "accumulate" ACCUMULATE ACCUMULATE_DEF open false, |slots| iterator(slots, new_accumulate, next_accumulate), &[], &[], "Return series of accumulated sums.";
        "compress" COMPRESS COMPRESS_DEF open false, |slots| iterator(slots, new_compress, next_compress), &[], &[], "Return data elements corresponding to true selector elements.";
        "dropwhile" DROPWHILE DROPWHILE_DEF open false, |slots| iterator(slots, new_with_function, next_dropwhile), &[], &[], "Drop items from the iterable while predicate(item) is true.";
        "takewhile" TAKEWHILE TAKEWHILE_DEF open false, |slots| iterator(slots, new_with_function, next_takewhile), &[], &[], "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.";
        "filterfalse" FILTERFALSE FILTERFALSE_DEF open false, |slots| iterator(slots, new_with_function, next_filterfalse), &[], &[], "Return those items of iterable for which function(item) is false.";
        "starmap" STARMAP STARMAP_DEF open false, |slots| iterator(slots, new_with_function, next_starmap), &[], &[], "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.";
        "zip_longest" ZIP_LONGEST ZIP_LONGEST_DEF open false, |slots| iterator(slots, new_zip_longest, next_zip_longest), &[], &[], "Return a zip_longest object whose .__next__() method returns a tuple where the i-th element comes from the i-th iterable argument.";
    }
}

/// Module `itertools`.
pub const ITERTOOLS: ModuleDef = ModuleDef {
    name: "itertools",
    functions: tee::FUNCTIONS,
    init: |vm, dict| {
        add_types(
            vm,
            dict,
            DOC,
            &[
                TYPES,
                combine::TYPES,
                group::TYPES,
                tee::TYPES,
                windows::TYPES,
            ],
        )
    },
};

const DOC: &str = "Functional tools for creating and using iterators.";

/// A pool of items to choose from.
fn pool(vm: &mut Vm, iterable: Value) -> PyResult<Tuple> {
    protocol::to_tuple(vm, iterable)
}
