//! `list`: slots. Its methods are in `list_methods.rs`, sorting in `sort.rs`.

use crate::helpers::{
    TextBuilder, alloc_for, check_count, index_or_index_error, is_exact_list, is_exact_tuple,
    iterates_as, no_keywords, repeat_count, wrap_index,
};
use crate::slice;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Ref, Value, Vm};

/// The list behind a slot's or method's self.
#[inline]
pub fn this(value: Value) -> List {
    List::from_ref(mem::expect_ref(value))
}

fn new(vm: &mut Vm, class: Type, _args: Args) -> PyResult {
    Ok(Value::from_ref(alloc_for(vm, class, layout::LIST, 40)?))
}

fn init(vm: &mut Vm, list: Value, args: Args) -> PyResult<()> {
    let list = this(list);
    if Type::of(list.value()).is(&types::LIST) || args.keyword_count() > 0 {
        no_keywords(vm, &args, "list")?;
    }
    check_count(vm, &args, "list", 0, 1)?;
    if !list.is_empty() {
        list.clear(vm);
    }
    match args.get(0) {
        Some(iterable) => extend(vm, list, iterable),
        None => Ok(()),
    }
}

/// Appends the items of an iterable.
///
/// # Errors
/// TypeError for what is not iterable; what iteration raises.
pub fn extend(vm: &mut Vm, list: List, iterable: Value) -> PyResult<()> {
    if is_exact_list(iterable)
        || (List::of(iterable).is_some() && iterates_as(iterable, &types::LIST))
    {
        let source = this(iterable);
        let (start, count) = (list.len(), source.len());
        // The list itself may be the source: its items are read before they are overwritten, and only those it had.
        return list.splice(vm, start, start, count, |index| source.at(index));
    }
    if is_exact_tuple(iterable)
        || (Tuple::of(iterable).is_some() && iterates_as(iterable, &types::TUPLE))
    {
        let source = Tuple::from_ref(mem::expect_ref(iterable));
        let start = list.len();
        return list.splice(vm, start, start, source.len(), |index| source.at(index));
    }
    let iterator = protocol::iter(vm, iterable)?;
    let room = crate::functions::length_hint(vm, iterable, 8)?;
    let wanted = list.len().saturating_add(room);
    // A hint that cannot be true is not believed; one that can is a MemoryError now rather than later.
    if isize::try_from(wanted).is_ok() && wanted > list.capacity() {
        list.reserve(vm, wanted)?;
    }
    let slot = Type::of(iterator)
        .slots()
        .next
        .expect("iter gives an iterator");
    loop {
        match slot(vm, iterator) {
            Ok(Some(item)) => list.push(vm, item)?,
            Ok(None) => return Ok(()),
            // A generator that returned a value, or a function that an iterator calls, says so by StopIteration.
            Err(raised) if vm.raised_is(&types::StopIteration) => {
                vm.take_raised(raised);
                return Ok(());
            }
            Err(raised) => return Err(raised),
        }
    }
}

fn len(_vm: &mut Vm, list: Value) -> PyResult<usize> {
    Ok(this(list).len())
}

fn iter(vm: &mut Vm, list: Value) -> PyResult {
    let object = vm.alloc(layout::LIST_ITER, &types::LIST_ITERATOR, 32)?;
    vm.init(object, at::ITER_OF, Some(list));
    Ok(Value::from_ref(object))
}

fn repr(vm: &mut Vm, list: Value) -> PyResult {
    if this(list).is_empty() {
        return vm.new_ascii(b"[]");
    }
    let text = vm.repr_guard(list, |vm| {
        let mut text = TextBuilder::default();
        text.ascii("[");
        let mut index = 0;
        while let Some(item) = this(list).get(index) {
            if index > 0 {
                text.ascii(", ");
            }
            text.repr(vm, item)?;
            index += 1;
        }
        text.ascii("]");
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_ascii(b"[...]"),
    }
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (List::of(a), List::of(b)) else {
        return Ok(ty::not_implemented());
    };
    compare_sequences(
        vm,
        op,
        |_| (x.len(), y.len()),
        |index| Some((x.get(index)?, y.get(index)?)),
    )
}

/// Compares two sequences item by item; their lengths may change while comparisons run.
pub(crate) fn compare_sequences(
    vm: &mut Vm,
    op: CompareOp,
    lengths: impl Fn(&Vm) -> (usize, usize),
    pair: impl Fn(usize) -> Option<(Value, Value)>,
) -> PyResult {
    let (left, right) = lengths(vm);
    if left != right && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(ty::bool_value(op == CompareOp::Ne));
    }
    let mut index = 0;
    while let Some((a, b)) = pair(index) {
        if !protocol::equal(vm, a, b)? {
            return match op {
                CompareOp::Eq => Ok(ty::FALSE.value()),
                CompareOp::Ne => Ok(ty::TRUE.value()),
                _ => protocol::compare(vm, a, b, op),
            };
        }
        index += 1;
    }
    let (left, right) = lengths(vm);
    Ok(ty::bool_value(op.holds(left.cmp(&right))))
}

fn contains(vm: &mut Vm, list: Value, item: Value) -> PyResult<bool> {
    let list = this(list);
    let mut index = 0;
    while let Some(known) = list.get(index) {
        if protocol::equal(vm, known, item)? {
            return Ok(true);
        }
        index += 1;
    }
    Ok(false)
}

enum Key {
    At(i64),
    Slice(Ref),
}

fn key_of(vm: &mut Vm, key: Value) -> PyResult<Key> {
    if let Some(index) = key.as_small_int() {
        return Ok(Key::At(index));
    }
    if let Some(slice) = slice::slice_of(key) {
        return Ok(Key::Slice(slice));
    }
    if taipan_objects::number::int_of(key).is_some() || Type::of(key).slots().index.is_some() {
        return index_or_index_error(vm, key).map(Key::At);
    }
    let name = protocol::type_name(key);
    Err(vm.raise_type(&format!(
        "list indices must be integers or slices, not {name}"
    )))
}

fn get_item(vm: &mut Vm, list: Value, key: Value) -> PyResult {
    let list = this(list);
    match key_of(vm, key)? {
        Key::At(index) => match wrap_index(index, list.len()).and_then(|index| list.get(index)) {
            Some(item) => Ok(item),
            None => Err(vm.raise_index("list index out of range")),
        },
        Key::Slice(slice) => {
            let bounds = slice::bounds(vm, slice)?;
            list.slice(vm, bounds).map(List::value)
        }
    }
}

fn set_item(vm: &mut Vm, list: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    let list = this(list);
    match key_of(vm, key)? {
        Key::At(index) => {
            let Some(index) = wrap_index(index, list.len()) else {
                return Err(vm.raise_index("list assignment index out of range"));
            };
            match new {
                Some(new) => list.set(vm, index, new),
                None => {
                    list.remove(vm, index);
                }
            }
            Ok(())
        }
        Key::Slice(slice) => match new {
            Some(new) => assign_slice(vm, list, slice, new),
            None => delete_slice(vm, list, slice),
        },
    }
}

fn assign_slice(vm: &mut Vm, list: List, slice: Ref, new: Value) -> PyResult<()> {
    let bounds = slice::bounds(vm, slice)?;
    let indices = bounds.on(list.len());
    let extended = indices.step != 1;
    if Type::of(new).slots().iter.is_none() && Type::of(new).slots().get_item.is_none() {
        return Err(vm.raise_type("must assign iterable to extended slice"));
    }
    // Another list can be read where it is.
    let items = match new.as_ref() {
        Some(object) if layout::is_list(object.layout()) && object != list.as_ref() => {
            List::from_ref(object)
        }
        _ => protocol::to_list(vm, new)?,
    };
    if !extended {
        // Iterating may have changed the list.
        let start = usize::try_from(indices.start).unwrap_or(0).min(list.len());
        let end = usize::try_from(indices.stop)
            .unwrap_or(0)
            .clamp(start, list.len());
        return list.splice_list(vm, start, end, items);
    }
    let indices = bounds.on(list.len());
    if items.len() != indices.count {
        return Err(vm.raise_value(&format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            items.len(),
            indices.count
        )));
    }
    for n in 0..indices.count {
        list.set(vm, indices.at(n), items.at(n));
    }
    Ok(())
}

fn delete_slice(vm: &mut Vm, list: List, slice: Ref) -> PyResult<()> {
    let indices = slice::bounds(vm, slice)?.on(list.len());
    if indices.count == 0 {
        return Ok(());
    }
    if indices.step == 1 {
        let (start, end) = indices.range();
        return list.splice(vm, start, end, 0, |_| ty::none());
    }
    // The gaps as if counted upwards.
    let last = indices.at(indices.count - 1);
    let first = indices.at(0).min(last);
    let step = usize::try_from(indices.step.unsigned_abs()).unwrap_or(usize::MAX);
    let mut to = first;
    let mut gaps = 0;
    for from in first..list.len() {
        let gap = gaps < indices.count && (from - first) == gaps.saturating_mul(step);
        if gap {
            gaps += 1;
        } else {
            let item = list.at(from);
            list.set(vm, to, item);
            to += 1;
        }
    }
    list.truncate(vm, to);
    Ok(())
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let left = this(a);
    let Some(right) = List::of(b) else {
        let name = protocol::type_name(b);
        return Err(vm.raise_type(&format!(
            "can only concatenate list (not \"{name}\") to list"
        )));
    };
    let (first, second) = (left.len(), right.len());
    let result = vm.new_list_from(first + second, |index| {
        if index < first {
            left.at(index)
        } else {
            right.at(index - first)
        }
    })?;
    Ok(result.value())
}

fn repeated_len(vm: &mut Vm, len: usize, count: usize) -> PyResult<usize> {
    match len.checked_mul(count) {
        Some(total) if total <= isize::MAX as usize / 8 => Ok(total),
        _ => Err(vm.raise_memory_error()),
    }
}

fn repeat(vm: &mut Vm, list: Value, count: Value) -> PyResult {
    let count = repeat_count(vm, count)?;
    let list = this(list);
    let len = list.len();
    let total = repeated_len(vm, len, count)?;
    if len == 1 {
        let item = list.at(0);
        return Ok(vm.new_list_from(total, |_| item)?.value());
    }
    let result = vm.new_list_from(total, |index| list.at(index % len))?;
    Ok(result.value())
}

fn in_place_repeat(vm: &mut Vm, list: Value, count: Value) -> PyResult {
    let is_index =
        taipan_objects::number::int_of(count).is_some() || Type::of(count).slots().index.is_some();
    if !is_index {
        // The other operand may know how to multiply; the message comes from the plain operation.
        return Ok(ty::not_implemented());
    }
    let count = repeat_count(vm, count)?;
    let target = this(list);
    let len = target.len();
    if count == 0 {
        target.clear(vm);
        return Ok(list);
    }
    let total = repeated_len(vm, len, count)?;
    target.splice(vm, len, len, total - len, |index| target.at(index % len))?;
    Ok(list)
}

fn in_place_concat(vm: &mut Vm, list: Value, other: Value) -> PyResult {
    extend(vm, this(list), other)?;
    Ok(list)
}

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.init = Some(init);
    slots.len = Some(len);
    slots.iter = Some(iter);
    slots.repr = Some(repr);
    slots.compare = Some(compare);
    slots.contains = Some(contains);
    slots.get_item = Some(get_item);
    slots.set_item = Some(set_item);
    slots.concat = Some(concat);
    slots.repeat = Some(repeat);
    slots.in_place[BinaryOp::Add as usize] = Some(in_place_concat);
    slots.in_place[BinaryOp::Mul as usize] = Some(in_place_repeat);
}

/// `list`.
pub static LIST: TypeDef = TypeDef {
    ty: &types::LIST,
    slots,
    methods: crate::list_methods::METHODS,
    getset: &[],
    doc: "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    module: "",
};
