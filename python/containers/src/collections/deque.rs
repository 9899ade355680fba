//! `deque`: a ring of items in a guest list. Fields: the list (its length is the capacity, a power of two; unused places hold None), place of the
//! first item, number of items, maximum or -1, a counter of changes that iterators watch.

use super::interned;
use crate::helpers::{
    TextBuilder, bind, check_count, clamp_bound, class_getitem, index_bounds, no_keywords,
    repeat_count, self_iter, wrap_index,
};
use crate::list::compare_sequences;
use crate::native_module::{at, get, int, module_types, set, set_int};
use taipan_objects::list::List;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

const RING: usize = 0;
const HEAD: usize = 1;
const LEN: usize = 2;
const MAXLEN: usize = 3;
const CHANGES: usize = 4;

/// A deque object.
#[derive(Clone, Copy)]
struct Deque(Value);

impl Deque {
    fn of(value: Value) -> Option<Deque> {
        Type::of(value)
            .is_subtype(DEQUE.ty())
            .then_some(Deque(value))
    }

    fn ring(self) -> List {
        List::of(at(self.0, RING)).expect("the ring is a list")
    }

    fn len(self) -> usize {
        int(self.0, LEN) as usize
    }

    fn maxlen(self) -> Option<usize> {
        usize::try_from(int(self.0, MAXLEN)).ok()
    }

    fn place(self, index: usize) -> usize {
        (int(self.0, HEAD) as usize + index) & (self.ring().len() - 1)
    }

    fn get(self, index: usize) -> Option<Value> {
        (index < self.len()).then(|| self.ring().at(self.place(index)))
    }

    fn put(self, vm: &mut Vm, index: usize, value: Value) {
        let place = self.place(index);
        self.ring().set(vm, place, value);
    }

    fn changed(self, vm: &Vm) {
        let next = (int(self.0, CHANGES) + 1) & ((1 << 47) - 1);
        set_int(vm, self.0, CHANGES, next);
    }

    fn set_len(self, vm: &Vm, len: usize) {
        set_int(vm, self.0, LEN, len as i64);
        self.changed(vm);
    }

    /// Makes room for one more item.
    fn grow(self, vm: &mut Vm) -> PyResult<()> {
        let capacity = self.ring().len();
        if self.len() < capacity {
            return Ok(());
        }
        let wider = (capacity * 2).max(8);
        let (old, count) = (self, self.len());
        let ring = vm.new_list_from(wider, |index| {
            if index < count {
                old.ring().at(old.place(index))
            } else {
                ty::none()
            }
        })?;
        set(vm, self.0, RING, Some(ring.value()));
        set_int(vm, self.0, HEAD, 0);
        Ok(())
    }

    fn push_back(self, vm: &mut Vm, value: Value) -> PyResult<()> {
        if self.maxlen() == Some(0) {
            return Ok(());
        }
        if self.maxlen() == Some(self.len()) {
            self.pop_front(vm);
        }
        self.grow(vm)?;
        let len = self.len();
        self.put(vm, len, value);
        self.set_len(vm, len + 1);
        Ok(())
    }

    fn push_front(self, vm: &mut Vm, value: Value) -> PyResult<()> {
        if self.maxlen() == Some(0) {
            return Ok(());
        }
        if self.maxlen() == Some(self.len()) {
            self.pop_back(vm);
        }
        self.grow(vm)?;
        let head = self.place(self.ring().len() - 1);
        set_int(vm, self.0, HEAD, head as i64);
        self.ring().set(vm, head, value);
        self.set_len(vm, self.len() + 1);
        Ok(())
    }

    fn pop_front(self, vm: &mut Vm) -> Option<Value> {
        let value = self.get(0)?;
        self.put(vm, 0, ty::none());
        let head = self.place(1);
        set_int(vm, self.0, HEAD, head as i64);
        self.set_len(vm, self.len() - 1);
        Some(value)
    }

    fn pop_back(self, vm: &mut Vm) -> Option<Value> {
        let last = self.len().checked_sub(1)?;
        let value = self.get(last)?;
        self.put(vm, last, ty::none());
        self.set_len(vm, last);
        Some(value)
    }

    fn clear(self, vm: &mut Vm) -> PyResult<()> {
        let ring = new_ring(vm)?;
        set(vm, self.0, RING, Some(ring));
        set_int(vm, self.0, HEAD, 0);
        self.set_len(vm, 0);
        Ok(())
    }

    fn extend(self, vm: &mut Vm, iterable: Value, front: bool) -> PyResult<()> {
        // A deque extended by itself takes a copy.
        let iterable = if iterable == self.0 {
            self.to_list(vm)?.value()
        } else {
            iterable
        };
        protocol::for_each(vm, iterable, |vm, item| {
            if front {
                self.push_front(vm, item)?;
            } else {
                self.push_back(vm, item)?;
            }
            Ok(true)
        })
    }

    fn to_list(self, vm: &mut Vm) -> PyResult<List> {
        vm.new_list_from(self.len(), |index| self.get(index).unwrap_or_else(ty::none))
    }

    fn remove_at(self, vm: &mut Vm, index: usize) {
        let len = self.len();
        for next in index..len - 1 {
            let value = self.get(next + 1).unwrap_or_else(ty::none);
            self.put(vm, next, value);
        }
        self.pop_back(vm);
    }

    fn rotate(self, vm: &mut Vm, steps: i64) -> PyResult<()> {
        let len = self.len();
        if len < 2 {
            return Ok(());
        }
        let right = steps.rem_euclid(len as i64) as usize;
        if right == 0 {
            return Ok(());
        }
        if right <= len / 2 {
            for _ in 0..right {
                if let Some(item) = self.pop_back(vm) {
                    self.move_front(vm, item);
                }
            }
        } else {
            for _ in 0..len - right {
                if let Some(item) = self.pop_front(vm) {
                    let len = self.len();
                    self.put(vm, len, item);
                    self.set_len(vm, len + 1);
                }
            }
        }
        Ok(())
    }

    /// Puts an item in front where room was just made.
    fn move_front(self, vm: &mut Vm, item: Value) {
        let head = self.place(self.ring().len() - 1);
        set_int(vm, self.0, HEAD, head as i64);
        self.ring().set(vm, head, item);
        self.set_len(vm, self.len() + 1);
    }
}

fn new_ring(vm: &mut Vm) -> PyResult {
    Ok(vm.new_list_from(8, |_| ty::none())?.value())
}

fn this(value: Value) -> Deque {
    Deque(value)
}

fn new(vm: &mut Vm, class: Type, _args: Args) -> PyResult {
    let ring = new_ring(vm)?;
    let zero = Some(number::small(0));
    vm.new_fields(
        class,
        &[Some(ring), zero, zero, Some(number::small(-1)), zero],
    )
}

fn init(vm: &mut Vm, object: Value, args: Args) -> PyResult<()> {
    let [iterable, maxlen] = bind(vm, args, "deque", ["iterable", "maxlen"], 2, 0)?;
    let maxlen = match maxlen.filter(|maxlen| *maxlen != ty::none()) {
        None => -1,
        Some(maxlen) => {
            if number::int_of(maxlen).is_none() && Type::of(maxlen).slots().index.is_none() {
                return Err(vm.raise_type("an integer is required"));
            }
            let maxlen = protocol::index_i64(vm, maxlen)?;
            if maxlen < 0 {
                return Err(vm.raise_value("maxlen must be non-negative"));
            }
            maxlen.min(1 << 47)
        }
    };
    set_int(vm, object, MAXLEN, maxlen);
    if this(object).len() > 0 {
        this(object).clear(vm)?;
    }
    match iterable {
        Some(iterable) => this(object).extend(vm, iterable, false),
        None => Ok(()),
    }
}

fn append(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).push_back(vm, args.at(1))?;
    Ok(ty::none())
}

fn append_left(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).push_front(vm, args.at(1))?;
    Ok(ty::none())
}

fn pop(vm: &mut Vm, args: Args) -> PyResult {
    match this(args.at(0)).pop_back(vm) {
        Some(item) => Ok(item),
        None => Err(vm.raise_index("pop from an empty deque")),
    }
}

fn pop_left(vm: &mut Vm, args: Args) -> PyResult {
    match this(args.at(0)).pop_front(vm) {
        Some(item) => Ok(item),
        None => Err(vm.raise_index("pop from an empty deque")),
    }
}

fn clear(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).clear(vm)?;
    Ok(ty::none())
}

fn extend(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).extend(vm, args.at(1), false)?;
    Ok(ty::none())
}

fn extend_left(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).extend(vm, args.at(1), true)?;
    Ok(ty::none())
}

fn copy_of(vm: &mut Vm, object: Value) -> PyResult {
    let class = Type::of(object);
    let maxlen = int(object, MAXLEN);
    if class.is(&DEQUE) {
        let items = this(object).to_list(vm)?;
        let ring = new_ring(vm)?;
        let zero = Some(number::small(0));
        let maxlen = Some(number::small(maxlen));
        let copy = vm.new_fields(class, &[Some(ring), zero, zero, maxlen, zero])?;
        this(copy).extend(vm, items.value(), false)?;
        return Ok(copy);
    }
    if maxlen < 0 {
        return protocol::call(vm, class.value(), &[object]);
    }
    protocol::call(vm, class.value(), &[object, number::small(maxlen)])
}

fn copy(vm: &mut Vm, args: Args) -> PyResult {
    copy_of(vm, args.at(0))
}

fn mutated(vm: &mut Vm) -> taipan_objects::Raised {
    vm.raise_runtime("deque mutated during iteration")
}

fn count(vm: &mut Vm, args: Args) -> PyResult {
    let deque = this(args.at(0));
    let before = int(deque.0, CHANGES);
    let (mut index, mut found) = (0, 0);
    while let Some(item) = deque.get(index) {
        found += usize::from(protocol::equal(vm, item, args.at(1))?);
        if int(deque.0, CHANGES) != before {
            return Err(mutated(vm));
        }
        index += 1;
    }
    Ok(number::size(found))
}

/// The first index from `start` up to `stop` of an equal item.
fn find(
    vm: &mut Vm,
    deque: Deque,
    item: Value,
    start: usize,
    stop: usize,
) -> PyResult<Option<usize>> {
    let before = int(deque.0, CHANGES);
    for index in start..stop {
        let Some(known) = deque.get(index) else { break };
        let same = protocol::equal(vm, known, item)?;
        if int(deque.0, CHANGES) != before {
            return Err(mutated(vm));
        }
        if same {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn index(vm: &mut Vm, args: Args) -> PyResult {
    let deque = this(args.at(0));
    let (start, stop) = index_bounds(vm, &args, || deque.len())?;
    match find(vm, deque, args.at(1), start, stop.min(deque.len()))? {
        Some(index) => Ok(number::size(index)),
        None => Err(vm.raise_value("deque.index(x): x not in deque")),
    }
}

fn insert(vm: &mut Vm, args: Args) -> PyResult {
    let deque = this(args.at(0));
    let index = protocol::index_i64(vm, args.at(1))?;
    let len = deque.len();
    if deque.maxlen() == Some(len) {
        return Err(vm.raise_index("deque already at its maximum size"));
    }
    let place = clamp_bound(index, len).min(len);
    deque.push_back(vm, args.at(2))?;
    for at in (place..len).rev() {
        let value = deque.get(at).unwrap_or_else(ty::none);
        deque.put(vm, at + 1, value);
    }
    deque.put(vm, place, args.at(2));
    Ok(ty::none())
}

fn remove(vm: &mut Vm, args: Args) -> PyResult {
    let deque = this(args.at(0));
    let before = int(deque.0, CHANGES);
    let len = deque.len();
    for index in 0..len {
        let Some(known) = deque.get(index) else { break };
        let same = protocol::equal(vm, known, args.at(1))?;
        if int(deque.0, CHANGES) != before {
            return Err(vm.raise_index("deque mutated during remove()."));
        }
        if same {
            deque.remove_at(vm, index);
            return Ok(ty::none());
        }
    }
    Err(vm.raise_value("deque.remove(x): x not in deque"))
}

fn reverse(vm: &mut Vm, args: Args) -> PyResult {
    let deque = this(args.at(0));
    let len = deque.len();
    for index in 0..len / 2 {
        if let (Some(a), Some(b)) = (deque.get(index), deque.get(len - 1 - index)) {
            deque.put(vm, index, b);
            deque.put(vm, len - 1 - index, a);
        }
    }
    Ok(ty::none())
}

fn rotate(vm: &mut Vm, args: Args) -> PyResult {
    let steps = match args.get(1) {
        Some(steps) => protocol::index_i64(vm, steps)?,
        None => 1,
    };
    this(args.at(0)).rotate(vm, steps)?;
    Ok(ty::none())
}

fn maxlen_value(deque: Value) -> Value {
    match int(deque, MAXLEN) {
        -1 => ty::none(),
        maxlen => number::small(maxlen),
    }
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let object = args.at(0);
    let name = interned(vm, "__dict__")?;
    let state = protocol::get_attr_opt(vm, object, name)?.unwrap_or_else(ty::none);
    let iterator = protocol::iter(vm, object)?;
    let arguments = match int(object, MAXLEN) {
        -1 => vm.interp.empty_tuple(),
        maxlen => {
            let empty = vm.interp.empty_tuple();
            vm.new_tuple(&[empty, number::small(maxlen)])?
        }
    };
    vm.new_tuple(&[Type::of(object).value(), arguments, state, iterator])
}

fn sizeof(_vm: &mut Vm, args: Args) -> PyResult {
    Ok(number::size(80 + 8 * this(args.at(0)).ring().len()))
}

// ---- slots

fn index_of(vm: &mut Vm, deque: Value, key: Value) -> PyResult<usize> {
    if number::int_of(key).is_none() && Type::of(key).slots().index.is_none() {
        let name = protocol::type_name(key);
        return Err(vm.raise_type(&format!("sequence index must be integer, not '{name}'")));
    }
    let index = crate::helpers::index_or_index_error(vm, key)?;
    match wrap_index(index, this(deque).len()) {
        Some(index) => Ok(index),
        None => Err(vm.raise_index("deque index out of range")),
    }
}

fn get_item(vm: &mut Vm, deque: Value, key: Value) -> PyResult {
    let index = index_of(vm, deque, key)?;
    Ok(this(deque).get(index).expect("the index is in range"))
}

fn set_item(vm: &mut Vm, deque: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    let index = index_of(vm, deque, key)?;
    match new {
        Some(new) => this(deque).put(vm, index, new),
        None => this(deque).remove_at(vm, index),
    }
    Ok(())
}

fn contains(vm: &mut Vm, deque: Value, item: Value) -> PyResult<bool> {
    let len = this(deque).len();
    Ok(find(vm, this(deque), item, 0, len)?.is_some())
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (Deque::of(a), Deque::of(b)) else {
        return Ok(ty::not_implemented());
    };
    compare_sequences(
        vm,
        op,
        |_| (x.len(), y.len()),
        |index| Some((x.get(index)?, y.get(index)?)),
    )
}

fn repr(vm: &mut Vm, deque: Value) -> PyResult {
    let text = vm.repr_guard(deque, |vm| {
        let items = this(deque).to_list(vm)?;
        let mut text = TextBuilder::default();
        text.ascii(&Type::of(deque).name());
        text.ascii("(");
        text.repr(vm, items.value())?;
        if int(deque, MAXLEN) >= 0 {
            text.ascii(&format!(", maxlen={}", int(deque, MAXLEN)));
        }
        text.ascii(")");
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_ascii(b"[...]"),
    }
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if Deque::of(b).is_none() {
        let name = protocol::type_name(b);
        return Err(vm.raise_type(&format!(
            "can only concatenate deque (not \"{name}\") to deque"
        )));
    }
    let copy = copy_of(vm, a)?;
    this(copy).extend(vm, b, false)?;
    Ok(copy)
}

fn in_place_concat(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    this(a).extend(vm, b, false)?;
    Ok(a)
}

fn repeat_into(vm: &mut Vm, deque: Deque, count: usize) -> PyResult<()> {
    let items = deque.to_list(vm)?;
    if count == 0 {
        return deque.clear(vm);
    }
    let total = items.len().checked_mul(count);
    if total.is_none_or(|total| total > isize::MAX as usize / 16) {
        return Err(vm.raise_memory_error());
    }
    let rounds = match deque.maxlen() {
        // More rounds would only repeat themselves.
        Some(maxlen) if !items.is_empty() => count.min(maxlen / items.len() + 2),
        _ => count,
    };
    for _ in 1..rounds {
        for index in 0..items.len() {
            deque.push_back(vm, items.at(index))?;
        }
    }
    Ok(())
}

fn repeat(vm: &mut Vm, deque: Value, count: Value) -> PyResult {
    let count = repeat_count(vm, count)?;
    let copy = copy_of(vm, deque)?;
    repeat_into(vm, this(copy), count)?;
    Ok(copy)
}

fn in_place_repeat(vm: &mut Vm, deque: Value, count: Value) -> PyResult {
    let count = repeat_count(vm, count)?;
    repeat_into(vm, this(deque), count)?;
    Ok(deque)
}

// ---- iterators: [deque (unset once exhausted), index, changes at start]

fn new_iter(vm: &mut Vm, ty: Type, deque: Value) -> PyResult {
    let changes = get(deque, CHANGES);
    vm.new_fields(ty, &[Some(deque), Some(number::small(0)), changes])
}

fn iter(vm: &mut Vm, deque: Value) -> PyResult {
    new_iter(vm, ITERATOR.ty(), deque)
}

fn reversed(vm: &mut Vm, args: Args) -> PyResult {
    new_iter(vm, REVERSE_ITERATOR.ty(), args.at(0))
}

fn next_by(
    vm: &mut Vm,
    iterator: Value,
    item: impl Fn(Deque, usize) -> Option<Value>,
) -> PyResult<Option<Value>> {
    let Some(deque) = get(iterator, 0).map(Deque) else {
        return Ok(None);
    };
    let index = int(iterator, 1) as usize;
    if int(deque.0, CHANGES) != int(iterator, 2) {
        set(vm, iterator, 0, None);
        return Err(mutated(vm));
    }
    let found = item(deque, index);
    match found {
        Some(_) => set_int(vm, iterator, 1, index as i64 + 1),
        None => set(vm, iterator, 0, None),
    }
    Ok(found)
}

fn next(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    next_by(vm, iterator, Deque::get)
}

fn next_reverse(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    next_by(vm, iterator, |deque, index| {
        deque.get(deque.len().checked_sub(index + 1)?)
    })
}

fn new_iterator(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let name = class.name();
    no_keywords(vm, &args, &name)?;
    check_count(vm, &args, &name, 1, 2)?;
    if Deque::of(args.at(0)).is_none() {
        let given = protocol::type_name(args.at(0));
        return Err(vm.raise_type(&format!(
            "{name}() argument 1 must be collections.deque, not {given}"
        )));
    }
    let iterator = new_iter(vm, class, args.at(0))?;
    if let Some(skip) = args.get(1) {
        let skip = protocol::index_i64(vm, skip)?.clamp(0, 1 << 47);
        set_int(vm, iterator, 1, skip);
    }
    Ok(iterator)
}

fn hint(vm: &mut Vm, args: Args) -> PyResult {
    let left = get(args.at(0), 0).map_or(0, |deque| int(deque, LEN) - int(args.at(0), 1));
    vm.new_int(left.max(0))
}

fn reduce_iterator(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = args.at(0);
    let deque = match get(iterator, 0) {
        Some(deque) => deque,
        None => protocol::call(vm, DEQUE.value(), &[])?,
    };
    let arguments = vm.new_tuple(&[deque, at(iterator, 1)])?;
    vm.new_tuple(&[Type::of(iterator).value(), arguments])
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "maxlen",
    get: |_, this| Ok(maxlen_value(this)),
    set: None,
}];

natives! {
    static METHODS = {
        "append" method One, "(self, item, /)" => append;
        "appendleft" method One, "(self, item, /)" => append_left;
        "pop" method NoArgs, "(self, /)" => pop;
        "popleft" method NoArgs, "(self, /)" => pop_left;
        "clear" method NoArgs, "(self, /)" => clear;
        "extend" method One, "(self, iterable, /)" => extend;
        "extendleft" method One, "(self, iterable, /)" => extend_left;
        "copy" method NoArgs, "(self, /)" => copy;
        "__copy__" method NoArgs, "(self, /)" => copy;
        "count" method One, "(self, value, /)" => count;
        "index" method Positional(1, 3), "" => index;
        "insert" method Positional(2, 2), "(self, index, value, /)" => insert;
        "remove" method One, "(self, value, /)" => remove;
        "reverse" method NoArgs, "(self, /)" => reverse;
        "rotate" method Positional(0, 1), "(self, n=1, /)" => rotate;
        "__reversed__" method NoArgs, "(self, /)" => reversed;
        "__reduce__" method NoArgs, "(self, /)" => reduce;
        "__sizeof__" method NoArgs, "(self, /)" => sizeof;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}
natives! {
    static ITERATOR_METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => hint;
        "__reduce__" method NoArgs, "(self, /)" => reduce_iterator;
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.init = Some(init);
    slots.len = Some(|_, deque| Ok(this(deque).len()));
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

module_types! {
    "collections" pub(super) TYPES {
        "deque" DEQUE DEQUE_DEF open false, slots, METHODS, GETSET, "A list-like sequence optimized for data accesses near its endpoints.";
        "_deque_iterator" ITERATOR ITERATOR_DEF closed false, |slots| {
            slots.new = Some(new_iterator);
            slots.iter = Some(self_iter);
            slots.next = Some(next);
        }, ITERATOR_METHODS, &[], "";
        "_deque_reverse_iterator" REVERSE_ITERATOR REVERSE_ITERATOR_DEF closed false, |slots| {
            slots.new = Some(new_iterator);
            slots.iter = Some(self_iter);
            slots.next = Some(next_reverse);
        }, ITERATOR_METHODS, &[], "";
    }
}
