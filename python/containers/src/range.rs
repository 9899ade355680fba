//! `range`, whose numbers may be of any size, and its iterators: raw 64-bit numbers where they fit, guest ints otherwise.

use crate::bigint::Int;
use crate::helpers::{TextBuilder, builtin, check_count, no_keywords, self_iter};
use crate::slice;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Ref, Value, Vm, natives};

/// The range object, if the value is one.
pub fn range_of(value: Value) -> Option<Ref> {
    value
        .as_ref()
        .filter(|object| object.layout() == layout::RANGE)
}

fn field(range: Ref, offset: usize) -> Value {
    mem::value(range, offset).expect("ranges have all their numbers")
}

/// Start, step and length where all of them, and every number up to one step past the end, fit 64 bits.
fn small(range: Ref) -> Option<(i64, i64, i64)> {
    let start = number::i64_of(field(range, at::RANGE_START))?;
    let step = number::i64_of(field(range, at::RANGE_STEP))?;
    let length = number::i64_of(field(range, at::RANGE_LENGTH))?;
    start.checked_add(step.checked_mul(length)?)?;
    Some((start, step, length))
}

fn big(range: Ref, offset: usize) -> Int {
    Int::of(field(range, offset)).expect("ranges hold ints")
}

fn length_of(vm: &mut Vm, start: Value, stop: Value, step: Value) -> PyResult {
    if let (Some(start), Some(stop), Some(step)) = (
        start.as_small_int(),
        stop.as_small_int(),
        step.as_small_int(),
    ) {
        let distance = if step > 0 { stop - start } else { start - stop };
        let length = if distance > 0 {
            (distance - 1) / step.abs() + 1
        } else {
            0
        };
        return vm.new_int(length);
    }
    let read = |value| Int::of(value).expect("ranges hold ints");
    let (start, stop, step) = (read(start), read(stop), read(step));
    let (low, high, step) = if step.is_negative() {
        (stop, start, Int::from(0).sub(&step))
    } else {
        (start, stop, step)
    };
    if !low.less(&high) {
        return Ok(number::small(0));
    }
    let (quotient, _) = high.sub(&low).sub(&Int::from(1)).divmod(vm, &step)?;
    quotient.add(&Int::from(1)).value(vm)
}

/// A range; the step is not zero.
///
/// # Errors
/// MemoryError.
pub fn new_range(vm: &mut Vm, start: Value, stop: Value, step: Value) -> PyResult {
    let length = length_of(vm, start, stop, step)?;
    let object = vm.alloc(layout::RANGE, &types::RANGE, 48)?;
    vm.init(object, at::RANGE_START, Some(start));
    vm.init(object, at::RANGE_STOP, Some(stop));
    vm.init(object, at::RANGE_STEP, Some(step));
    vm.init(object, at::RANGE_LENGTH, Some(length));
    Ok(Value::from_ref(object))
}

/// An exact int for an argument.
fn int_argument(vm: &mut Vm, value: Value) -> PyResult {
    if value.is_small_int() {
        return Ok(value);
    }
    let int = protocol::index(vm, value)?;
    Int::of(int).expect("index gives an int").value(vm)
}

fn new(vm: &mut Vm, _class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "range")?;
    check_count(vm, &args, "range", 1, 3)?;
    let (zero, one) = (number::small(0), number::small(1));
    if args.len() == 1 {
        let stop = int_argument(vm, args.at(0))?;
        return new_range(vm, zero, stop, one);
    }
    let start = int_argument(vm, args.at(0))?;
    let stop = int_argument(vm, args.at(1))?;
    let step = match args.get(2) {
        Some(step) => int_argument(vm, step)?,
        None => one,
    };
    if step == zero {
        return Err(vm.raise_value("range() arg 3 must not be zero"));
    }
    new_range(vm, start, stop, step)
}

fn repr(vm: &mut Vm, range: Value) -> PyResult {
    let range = mem::expect_ref(range);
    let mut text = TextBuilder::default();
    text.ascii("range(");
    text.repr(vm, field(range, at::RANGE_START))?;
    text.ascii(", ");
    text.repr(vm, field(range, at::RANGE_STOP))?;
    let step = field(range, at::RANGE_STEP);
    if step != number::small(1) {
        text.ascii(", ");
        text.repr(vm, step)?;
    }
    text.ascii(")");
    text.finish(vm)
}

fn len(vm: &mut Vm, range: Value) -> PyResult<usize> {
    let length = field(mem::expect_ref(range), at::RANGE_LENGTH);
    match number::i64_of(length).and_then(|length| usize::try_from(length).ok()) {
        Some(length) => Ok(length),
        None => Err(vm.raise_overflow("Python int too large to convert to C ssize_t")),
    }
}

/// Number `index` of a range, which is in it (or one step past the ends).
fn number_at(vm: &mut Vm, range: Ref, index: &Int) -> PyResult {
    let step = big(range, at::RANGE_STEP);
    let offset = step.mul(vm, index)?;
    big(range, at::RANGE_START).add(&offset).value(vm)
}

fn get_item(vm: &mut Vm, range: Value, key: Value) -> PyResult {
    let range = mem::expect_ref(range);
    if let Some(slice) = slice::slice_of(key) {
        return get_slice(vm, range, slice);
    }
    if number::int_of(key).is_none() && Type::of(key).slots().index.is_none() {
        let name = protocol::type_name(key);
        return Err(vm.raise_type(&format!(
            "range indices must be integers or slices, not {name}"
        )));
    }
    let key = protocol::index(vm, key)?;
    if let (Some(index), Some((start, step, length))) = (key.as_small_int(), small(range)) {
        let index = if index < 0 { index + length } else { index };
        if (0..length).contains(&index) {
            return vm.new_int(start + step * index);
        }
        return Err(vm.raise_index("range object index out of range"));
    }
    let mut index = Int::of(key).expect("index gives an int");
    let length = big(range, at::RANGE_LENGTH);
    if index.is_negative() {
        index = index.add(&length);
    }
    if index.is_negative() || !index.less(&length) {
        return Err(vm.raise_index("range object index out of range"));
    }
    number_at(vm, range, &index)
}

fn get_slice(vm: &mut Vm, range: Ref, slice: Ref) -> PyResult {
    let length = field(range, at::RANGE_LENGTH);
    let slice = Value::from_ref(slice);
    let indices = protocol::call_method(vm, slice, "indices", &[length])?;
    let indices = taipan_objects::tuple::Tuple::of(indices).expect("indices gives a tuple");
    let read = |index: usize| Int::of(indices.at(index)).expect("indices gives ints");
    let start = number_at(vm, range, &read(0))?;
    let stop = number_at(vm, range, &read(1))?;
    let step = big(range, at::RANGE_STEP).mul(vm, &read(2))?.value(vm)?;
    new_range(vm, start, stop, step)
}

/// The index of an int in a range, if it is in it.
fn position(vm: &mut Vm, range: Ref, value: Value) -> PyResult<Option<Int>> {
    if let (Some(int), Some((start, step, length))) = (value.as_small_int(), small(range))
        && let Some(distance) = int.checked_sub(start)
        && let (Some(index), Some(rest)) = (distance.checked_div(step), distance.checked_rem(step))
    {
        let inside = rest == 0 && (0..length).contains(&index);
        return Ok(inside.then(|| Int::from(index)));
    }
    let int = Int::of(value).expect("the caller checked that it is an int");
    let step = big(range, at::RANGE_STEP);
    let (index, rest) = int.sub(&big(range, at::RANGE_START)).divmod(vm, &step)?;
    let inside =
        rest.is_zero() && !index.is_negative() && index.less(&big(range, at::RANGE_LENGTH));
    Ok(inside.then_some(index))
}

/// Ints and bools are found by arithmetic; everything else, subclasses of int included, by comparison.
fn is_plain_int(value: Value) -> bool {
    let ty = Type::of(value);
    ty.is(&types::INT) || ty.is(&types::BOOL)
}

fn contains(vm: &mut Vm, range: Value, item: Value) -> PyResult<bool> {
    if is_plain_int(item) {
        return Ok(position(vm, mem::expect_ref(range), item)?.is_some());
    }
    let mut found = false;
    protocol::for_each(vm, range, |vm, number| {
        found = protocol::equal(vm, number, item)?;
        Ok(!found)
    })?;
    Ok(found)
}

fn count(vm: &mut Vm, args: Args) -> PyResult {
    if is_plain_int(args.at(1)) {
        let found = contains(vm, args.at(0), args.at(1))?;
        return Ok(number::small(i64::from(found)));
    }
    let mut found = 0;
    protocol::for_each(vm, args.at(0), |vm, number| {
        found += usize::from(protocol::equal(vm, number, args.at(1))?);
        Ok(true)
    })?;
    Ok(number::size(found))
}

fn index(vm: &mut Vm, args: Args) -> PyResult {
    let item = args.at(1);
    if is_plain_int(item) {
        if let Some(index) = position(vm, mem::expect_ref(args.at(0)), item)? {
            return index.value(vm);
        }
        return Err(vm.raise_value("range.index(x): x not in range"));
    }
    let (mut at, mut found) = (0usize, false);
    protocol::for_each(vm, args.at(0), |vm, number| {
        found = protocol::equal(vm, number, item)?;
        at += usize::from(!found);
        Ok(!found)
    })?;
    if found {
        return Ok(number::size(at));
    }
    Err(vm.raise_value("sequence.index(x): x not in sequence"))
}

/// What equal ranges agree on: length, then start if there is a number, then step if there are two.
fn essence(range: Ref) -> [Value; 3] {
    let length = field(range, at::RANGE_LENGTH);
    let none = ty::none();
    if length == number::small(0) {
        return [length, none, none];
    }
    let start = field(range, at::RANGE_START);
    if length == number::small(1) {
        return [length, start, none];
    }
    [length, start, field(range, at::RANGE_STEP)]
}

fn compare(_vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (range_of(a), range_of(b)) else {
        return Ok(ty::not_implemented());
    };
    let same = essence(x)
        .into_iter()
        .zip(essence(y))
        .all(|(x, y)| protocol::is(x, y));
    Ok(crate::helpers::equality(op, same))
}

fn hash(vm: &mut Vm, range: Value) -> PyResult<i64> {
    let essence = vm.new_tuple(&essence(mem::expect_ref(range)))?;
    protocol::hash(vm, essence)
}

fn new_raw_iter(vm: &mut Vm, next: i64, step: i64, left: i64) -> PyResult {
    let object = vm.alloc(layout::RANGE_ITER, &types::RANGE_ITERATOR, 40)?;
    mem::set(object, at::RANGE_ITER_NEXT, next);
    mem::set(object, at::RANGE_ITER_STEP, step);
    mem::set(object, at::RANGE_ITER_LEFT, left);
    Ok(Value::from_ref(object))
}

fn iter(vm: &mut Vm, range: Value) -> PyResult {
    let range = mem::expect_ref(range);
    if let Some((start, step, length)) = small(range) {
        return new_raw_iter(vm, start, step, length);
    }
    let fields =
        [at::RANGE_START, at::RANGE_STEP, at::RANGE_LENGTH].map(|at| Some(field(range, at)));
    vm.new_fields(types::LONGRANGE_ITERATOR.ty(), &fields)
}

fn reversed(vm: &mut Vm, args: Args) -> PyResult {
    let range = mem::expect_ref(args.at(0));
    if let Some((start, step, length)) = small(range)
        && let Some(back) = step.checked_neg()
    {
        return new_raw_iter(
            vm,
            start.wrapping_add(step.wrapping_mul(length - 1)),
            back,
            length,
        );
    }
    let length = big(range, at::RANGE_LENGTH);
    let last = number_at(vm, range, &length.sub(&Int::from(1)))?;
    let step = Int::from(0).sub(&big(range, at::RANGE_STEP)).value(vm)?;
    let length = field(range, at::RANGE_LENGTH);
    vm.new_fields(
        types::LONGRANGE_ITERATOR.ty(),
        &[Some(last), Some(step), Some(length)],
    )
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let range = mem::expect_ref(args.at(0));
    let parts =
        [at::RANGE_START, at::RANGE_STOP, at::RANGE_STEP].map(|offset| field(range, offset));
    let parts = vm.new_tuple(&parts)?;
    vm.new_tuple(&[types::RANGE.value(), parts])
}

fn next_raw(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let left: i64 = mem::get(iterator, at::RANGE_ITER_LEFT);
    if left <= 0 {
        return Ok(None);
    }
    let next: i64 = mem::get(iterator, at::RANGE_ITER_NEXT);
    let step: i64 = mem::get(iterator, at::RANGE_ITER_STEP);
    mem::set(iterator, at::RANGE_ITER_LEFT, left - 1);
    mem::set(iterator, at::RANGE_ITER_NEXT, next.wrapping_add(step));
    vm.new_int(next).map(Some)
}

fn raw_length_hint(vm: &mut Vm, args: Args) -> PyResult {
    let left: i64 = mem::get(mem::expect_ref(args.at(0)), at::RANGE_ITER_LEFT);
    vm.new_int(left.max(0))
}

/// `(iter, (the rest as a range,), None)`.
fn reduce_iter(vm: &mut Vm, next: Value, step: Value, left: Value) -> PyResult {
    let read = |value| Int::of(value).expect("range iterators hold ints");
    let distance = read(step).mul(vm, &read(left))?;
    let stop = read(next).add(&distance).value(vm)?;
    let range = new_range(vm, next, stop, step)?;
    let iter = builtin(vm, "iter")?;
    let arguments = vm.new_tuple(&[range])?;
    vm.new_tuple(&[iter, arguments, ty::none()])
}

fn raw_reduce(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let next = vm.new_int(mem::get(iterator, at::RANGE_ITER_NEXT))?;
    let step = vm.new_int(mem::get(iterator, at::RANGE_ITER_STEP))?;
    let left = vm.new_int(mem::get::<i64>(iterator, at::RANGE_ITER_LEFT).max(0))?;
    reduce_iter(vm, next, step, left)
}

fn raw_setstate(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let left: i64 = mem::get(iterator, at::RANGE_ITER_LEFT);
    let skip = protocol::index_i64(vm, args.at(1))?.clamp(0, left.max(0));
    let next: i64 = mem::get(iterator, at::RANGE_ITER_NEXT);
    let step: i64 = mem::get(iterator, at::RANGE_ITER_STEP);
    mem::set(iterator, at::RANGE_ITER_LEFT, left - skip);
    let next = next.wrapping_add(step.wrapping_mul(skip));
    mem::set(iterator, at::RANGE_ITER_NEXT, next);
    Ok(ty::none())
}

fn long_fields(iterator: Ref) -> [Value; 3] {
    [0, 1, 2].map(|index| Vm::field(iterator, index).expect("set when it was made"))
}

fn next_long(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let [next, step, left] = long_fields(iterator);
    let read = |value| Int::of(value).expect("range iterators hold ints");
    let left = read(left);
    if left.is_zero() {
        return Ok(None);
    }
    let after = read(next).add(&read(step)).value(vm)?;
    let left = left.sub(&Int::from(1)).value(vm)?;
    vm.set_field(iterator, 0, Some(after));
    vm.set_field(iterator, 2, Some(left));
    Ok(Some(next))
}

fn long_length_hint(_vm: &mut Vm, args: Args) -> PyResult {
    Ok(long_fields(mem::expect_ref(args.at(0)))[2])
}

fn long_reduce(vm: &mut Vm, args: Args) -> PyResult {
    let [next, step, left] = long_fields(mem::expect_ref(args.at(0)));
    reduce_iter(vm, next, step, left)
}

fn long_setstate(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let [next, step, left] = long_fields(iterator);
    let read = |value| Int::of(value).expect("range iterators hold ints");
    let skip = protocol::index(vm, args.at(1))?;
    let (skip, left) = (read(skip), read(left));
    let skip = match () {
        () if skip.is_negative() => Int::from(0),
        () if left.less(&skip) => left.clone(),
        () => skip,
    };
    let distance = read(step).mul(vm, &skip)?;
    let next = read(next).add(&distance).value(vm)?;
    let left = left.sub(&skip).value(vm)?;
    vm.set_field(iterator, 0, Some(next));
    vm.set_field(iterator, 2, Some(left));
    Ok(ty::none())
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "start",
        get: |_, this| Ok(field(mem::expect_ref(this), at::RANGE_START)),
        set: Some(crate::helpers::read_only),
    },
    GetSetDef {
        name: "stop",
        get: |_, this| Ok(field(mem::expect_ref(this), at::RANGE_STOP)),
        set: Some(crate::helpers::read_only),
    },
    GetSetDef {
        name: "step",
        get: |_, this| Ok(field(mem::expect_ref(this), at::RANGE_STEP)),
        set: Some(crate::helpers::read_only),
    },
];

natives! {
    static METHODS = {
        "count" method One, "" => count;
        "index" method One, "" => index;
        "__reversed__" method NoArgs, "" => reversed;
        "__reduce__" method NoArgs, "" => reduce;
    }
}
natives! {
    static RAW_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => raw_length_hint;
        "__reduce__" method NoArgs, "(self, /)" => raw_reduce;
        "__setstate__" method One, "(self, object, /)" => raw_setstate;
    }
}
natives! {
    static LONG_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => long_length_hint;
        "__reduce__" method NoArgs, "(self, /)" => long_reduce;
        "__setstate__" method One, "(self, object, /)" => long_setstate;
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.repr = Some(repr);
    slots.len = Some(len);
    slots.bool =
        Some(|_, this| Ok(field(mem::expect_ref(this), at::RANGE_LENGTH) != number::small(0)));
    slots.iter = Some(iter);
    slots.get_item = Some(get_item);
    slots.contains = Some(contains);
    slots.compare = Some(compare);
    slots.hash = Some(hash);
}

/// `range`.
pub static RANGE: TypeDef = TypeDef {
    ty: &types::RANGE,
    slots,
    methods: METHODS,
    getset: GETSET,
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement).",
    module: "",
};

/// `range_iterator`.
pub static RANGE_ITERATOR: TypeDef = TypeDef {
    ty: &types::RANGE_ITERATOR,
    slots: |slots| {
        slots.iter = Some(self_iter);
        slots.next = Some(next_raw);
    },
    methods: RAW_METHODS,
    getset: &[],
    doc: "",
    module: "",
};

/// `longrange_iterator`.
pub static LONGRANGE_ITERATOR: TypeDef = TypeDef {
    ty: &types::LONGRANGE_ITERATOR,
    slots: |slots| {
        slots.iter = Some(self_iter);
        slots.next = Some(next_long);
    },
    methods: LONG_METHODS,
    getset: &[],
    doc: "",
    module: "",
};
