//! `tuple`.

use crate::helpers::{
    TextBuilder, check_count, class_getitem, index_bounds, index_or_index_error, no_keywords,
    repeat_count, wrap_index,
};
use crate::list::compare_sequences;
use crate::slice;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, SUB_EXTRA, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

#[inline]
fn this(value: Value) -> Tuple {
    Tuple::from_ref(mem::expect_ref(value))
}

fn new(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    if class.is(&types::TUPLE) {
        no_keywords(vm, &args, "tuple")?;
    }
    check_count(vm, &args, "tuple", 0, 1)?;
    let items = match args.get(0) {
        Some(iterable) => protocol::to_tuple(vm, iterable)?,
        None => this(vm.interp.empty_tuple()),
    };
    if class.instance_layout() == layout::TUPLE {
        return Ok(items.value());
    }
    new_tuple_subclass(vm, class, items).map(|tuple| tuple.value())
}

/// An instance of a tuple subclass with these items (also for natives that make named tuples).
///
/// # Errors
/// MemoryError.
pub fn new_tuple_subclass(vm: &mut Vm, class: Type, items: Tuple) -> PyResult<Tuple> {
    let count = items.len();
    let size = at::TUPLE_ITEMS + 8 * count + SUB_EXTRA;
    let object = vm.alloc_sized(class.instance_layout(), class, size, |object| {
        mem::set(object, at::SIZE, count);
        mem::set(object, at::TUPLE_HASH, -1i64);
    })?;
    for index in 0..count {
        vm.init(object, at::TUPLE_ITEMS + 8 * index, items.get(index));
    }
    Ok(Tuple::from_ref(object))
}

fn len(_vm: &mut Vm, tuple: Value) -> PyResult<usize> {
    Ok(this(tuple).len())
}

fn iter(vm: &mut Vm, tuple: Value) -> PyResult {
    let object = vm.alloc(layout::TUPLE_ITER, &types::TUPLE_ITERATOR, 32)?;
    vm.init(object, at::ITER_OF, Some(tuple));
    Ok(Value::from_ref(object))
}

fn repr(vm: &mut Vm, tuple: Value) -> PyResult {
    let items = this(tuple);
    if items.is_empty() {
        return vm.new_ascii(b"()");
    }
    let text = vm.repr_guard(tuple, |vm| {
        let mut text = TextBuilder::default();
        text.ascii("(");
        for index in 0..items.len() {
            if index > 0 {
                text.ascii(", ");
            }
            text.repr(vm, items.at(index))?;
        }
        text.ascii(if items.len() == 1 { ",)" } else { ")" });
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_ascii(b"(...)"),
    }
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (Tuple::of(a), Tuple::of(b)) else {
        return Ok(ty::not_implemented());
    };
    compare_sequences(
        vm,
        op,
        |_| (x.len(), y.len()),
        |index| Some((x.get(index)?, y.get(index)?)),
    )
}

// The numbers of xxHash's 64-bit rounds, and those that CPython adds: programs see the hashes of tuples, and some print them.
const ROUND: u64 = 0x9E37_79B1_85EB_CA87;
const LANE: u64 = 0xC2B2_AE3D_27D4_EB4F;
const SEED: u64 = 0x27D4_EB2F_1656_67C5;
const LENGTH: u64 = 3_527_539;
/// In place of -1, which is no hash.
const INSTEAD: i64 = 1_546_275_796;

fn hash(vm: &mut Vm, tuple: Value) -> PyResult<i64> {
    let items = this(tuple);
    let known: i64 = mem::get(items.as_ref(), at::TUPLE_HASH);
    if known != -1 {
        return Ok(known);
    }
    let hash = vm.nested(" while hashing a tuple", |vm| {
        let count = items.len();
        let mut hash = SEED;
        for index in 0..count {
            let item = protocol::hash(vm, items.at(index))?.cast_unsigned();
            let mixed = hash.wrapping_add(item.wrapping_mul(LANE));
            hash = mixed.rotate_left(31).wrapping_mul(ROUND);
        }
        Ok(hash
            .wrapping_add(count as u64 ^ SEED ^ LENGTH)
            .cast_signed())
    })?;
    let hash = if hash == -1 { INSTEAD } else { hash };
    mem::set(items.as_ref(), at::TUPLE_HASH, hash);
    Ok(hash)
}

fn contains(vm: &mut Vm, tuple: Value, item: Value) -> PyResult<bool> {
    let items = this(tuple);
    for index in 0..items.len() {
        if protocol::equal(vm, items.at(index), item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn get_item(vm: &mut Vm, tuple: Value, key: Value) -> PyResult {
    let items = this(tuple);
    if let Some(slice) = slice::slice_of(key) {
        let indices = slice::bounds(vm, slice)?.on(items.len());
        if indices.count == items.len() && indices.step == 1 && Type::of(tuple).is(&types::TUPLE) {
            return Ok(tuple);
        }
        return vm.new_tuple_from(indices.count, |n| items.get(indices.at(n)));
    }
    if number::int_of(key).is_none() && Type::of(key).slots().index.is_none() {
        let name = protocol::type_name(key);
        return Err(vm.raise_type(&format!(
            "tuple indices must be integers or slices, not {name}"
        )));
    }
    let index = index_or_index_error(vm, key)?;
    match wrap_index(index, items.len()) {
        Some(index) => Ok(items.at(index)),
        None => Err(vm.raise_index("tuple index out of range")),
    }
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let left = this(a);
    let Some(right) = Tuple::of(b) else {
        let name = protocol::type_name(b);
        return Err(vm.raise_type(&format!(
            "can only concatenate tuple (not \"{name}\") to tuple"
        )));
    };
    if right.is_empty() && Type::of(a).is(&types::TUPLE) {
        return Ok(a);
    }
    if left.is_empty() && Type::of(b).is(&types::TUPLE) {
        return Ok(b);
    }
    let first = left.len();
    vm.new_tuple_from(first + right.len(), |index| {
        left.get(index).or_else(|| right.get(index - first))
    })
}

fn repeat(vm: &mut Vm, tuple: Value, count: Value) -> PyResult {
    let count = repeat_count(vm, count)?;
    let items = this(tuple);
    if (count == 1 || items.is_empty()) && Type::of(tuple).is(&types::TUPLE) {
        return Ok(tuple);
    }
    let len = items.len();
    let total = match len.checked_mul(count) {
        Some(total) if total <= isize::MAX as usize / 8 - 16 => total,
        _ => return Err(vm.raise_memory_error()),
    };
    vm.new_tuple_from(total, |index| items.get(index % len))
}

fn count(vm: &mut Vm, args: Args) -> PyResult {
    let items = this(args.at(0));
    let mut found = 0;
    for index in 0..items.len() {
        found += usize::from(protocol::equal(vm, items.at(index), args.at(1))?);
    }
    Ok(number::size(found))
}

fn index(vm: &mut Vm, args: Args) -> PyResult {
    let items = this(args.at(0));
    let (start, stop) = index_bounds(vm, &args, || items.len())?;
    for index in start..stop.min(items.len()) {
        if protocol::equal(vm, items.at(index), args.at(1))? {
            return Ok(number::size(index));
        }
    }
    Err(vm.raise_value("tuple.index(x): x not in tuple"))
}

fn get_new_args(vm: &mut Vm, args: Args) -> PyResult {
    let items = this(args.at(0));
    let copy = vm.new_tuple_from(items.len(), |index| items.get(index))?;
    vm.new_tuple(&[copy])
}

natives! {
    static METHODS = {
        "count" method One, "(self, value, /)" => count;
        "index" method Positional(1, 3), "(self, value, start=0, stop=sys.maxsize, /)" => index;
        "__getnewargs__" method NoArgs, "(self, /)" => get_new_args;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.len = Some(len);
    slots.iter = Some(iter);
    slots.repr = Some(repr);
    slots.compare = Some(compare);
    slots.hash = Some(hash);
    slots.contains = Some(contains);
    slots.get_item = Some(get_item);
    slots.concat = Some(concat);
    slots.repeat = Some(repeat);
}

/// `tuple`.
pub static TUPLE: TypeDef = TypeDef {
    ty: &types::TUPLE,
    slots,
    methods: METHODS,
    getset: &[],
    doc: "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
    module: "",
};
