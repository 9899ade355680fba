//! Iterators over dicts, sets and dict views, forwards and backwards.
//!
//! Layout (shared with the interpreter's loops): the dict or set at 16, unset once exhausted; the next entry number at 24; the length at the
//! start at 32; the kind at 40; the number of entries still to be given at 48. Backwards the entry number is the one after the next.

use crate::helpers::{builtin, self_iter};
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::set::Set;
use taipan_objects::slots::Slots;
use taipan_objects::ty::{StaticType, types};
use taipan_objects::{PyResult, Ref, Value, Vm, natives};

/// What a dict iterator or view gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Kind {
    /// Keys.
    Keys = 0,
    /// Values.
    Values = 1,
    /// Pairs.
    Items = 2,
}

impl Kind {
    fn of(iterator: Ref) -> Kind {
        match mem::get::<u64>(iterator, at::ITER_KIND) {
            0 => Kind::Keys,
            1 => Kind::Values,
            _ => Kind::Items,
        }
    }

    fn give(self, vm: &mut Vm, key: Value, value: Value) -> PyResult {
        match self {
            Kind::Keys => Ok(key),
            Kind::Values => Ok(value),
            Kind::Items => vm.new_tuple(&[key, value]),
        }
    }
}

fn alloc(vm: &mut Vm, ty: &'static StaticType, of: Value, len: usize, kind: Kind) -> PyResult<Ref> {
    let object = vm.alloc(layout::DICT_ITER, ty, 56)?;
    vm.init(object, at::ITER_OF, Some(of));
    mem::set(object, at::ITER_EXTRA, len);
    mem::set(object, at::ITER_KIND, kind as u64);
    mem::set(object, at::ITER_LEFT, len);
    Ok(object)
}

/// An iterator over a dict.
///
/// # Errors
/// MemoryError.
pub fn new_iter(vm: &mut Vm, dict: Dict, kind: Kind) -> PyResult {
    let ty: &'static StaticType = match kind {
        Kind::Keys => &types::DICT_KEYITERATOR,
        Kind::Values => &types::DICT_VALUEITERATOR,
        Kind::Items => &types::DICT_ITEMITERATOR,
    };
    let object = alloc(vm, ty, dict.value(), dict.len(), kind)?;
    Ok(Value::from_ref(object))
}

/// An iterator over a dict from its end.
///
/// # Errors
/// MemoryError.
pub fn new_reverse_iter(vm: &mut Vm, dict: Dict, kind: Kind) -> PyResult {
    let ty: &'static StaticType = match kind {
        Kind::Keys => &types::DICT_REVERSE_KEYITERATOR,
        Kind::Values => &types::DICT_REVERSE_VALUEITERATOR,
        Kind::Items => &types::DICT_REVERSE_ITEMITERATOR,
    };
    let used = dict.table().map_or(0, |table| table.used());
    let object = alloc(vm, ty, dict.value(), dict.len(), kind)?;
    mem::set(object, at::ITER_INDEX, u64::from(used));
    Ok(Value::from_ref(object))
}

/// An iterator over a set.
///
/// # Errors
/// MemoryError.
pub fn new_set_iter(vm: &mut Vm, set: Set) -> PyResult {
    let object = alloc(vm, &types::SET_ITERATOR, set.value(), set.len(), Kind::Keys)?;
    Ok(Value::from_ref(object))
}

fn index(iterator: Ref) -> u32 {
    u32::try_from(mem::get::<u64>(iterator, at::ITER_INDEX)).unwrap_or(u32::MAX)
}

/// The iterated object, none once exhausted.
fn subject(iterator: Ref) -> Option<Value> {
    mem::value(iterator, at::ITER_OF)
}

fn exhaust(vm: &Vm, iterator: Ref) {
    vm.store(iterator, at::ITER_OF, None);
}

fn check_size(vm: &mut Vm, iterator: Ref, len: usize, what: &str) -> PyResult<()> {
    if mem::get::<usize>(iterator, at::ITER_EXTRA) == len {
        return Ok(());
    }
    // From now on it is always in error.
    mem::set(iterator, at::ITER_EXTRA, usize::MAX);
    Err(vm.raise_runtime(&format!("{what} changed size during iteration")))
}

fn next(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let Some(dict) = subject(iterator).and_then(Dict::of) else {
        return Ok(None);
    };
    check_size(vm, iterator, dict.len(), "dictionary")?;
    let Some((entry, key, value)) = dict.next_entry(index(iterator)) else {
        exhaust(vm, iterator);
        return Ok(None);
    };
    let left: usize = mem::get(iterator, at::ITER_LEFT);
    if left == 0 {
        exhaust(vm, iterator);
        return Err(vm.raise_runtime("dictionary keys changed during iteration"));
    }
    mem::set(iterator, at::ITER_LEFT, left - 1);
    mem::set(iterator, at::ITER_INDEX, u64::from(entry) + 1);
    Kind::of(iterator).give(vm, key, value).map(Some)
}

fn next_reverse(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let Some(dict) = subject(iterator).and_then(Dict::of) else {
        return Ok(None);
    };
    check_size(vm, iterator, dict.len(), "dictionary")?;
    let Some((entry, key, value)) = dict.previous_entry(index(iterator)) else {
        exhaust(vm, iterator);
        return Ok(None);
    };
    mem::set(iterator, at::ITER_INDEX, u64::from(entry));
    Kind::of(iterator).give(vm, key, value).map(Some)
}

fn next_set(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let iterator = mem::expect_ref(iterator);
    let Some(set) = subject(iterator).and_then(Set::of) else {
        return Ok(None);
    };
    check_size(vm, iterator, set.len(), "Set")?;
    let left: usize = mem::get(iterator, at::ITER_LEFT);
    match set.next_entry(index(iterator)) {
        Some((entry, item)) if left > 0 => {
            mem::set(iterator, at::ITER_LEFT, left - 1);
            mem::set(iterator, at::ITER_INDEX, u64::from(entry) + 1);
            Ok(Some(item))
        }
        _ => {
            exhaust(vm, iterator);
            Ok(None)
        }
    }
}

fn length_hint(_vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let at_start = mem::get::<usize>(iterator, at::ITER_EXTRA);
    let Some(subject) = subject(iterator) else {
        return Ok(number::small(0));
    };
    let (len, table) = match (Dict::of(subject), Set::of(subject)) {
        (Some(dict), _) => (dict.len(), dict.table()),
        (_, Some(set)) => (set.len(), set.table()),
        _ => (0, None),
    };
    let Some(table) = table.filter(|_| len == at_start) else {
        return Ok(number::small(0));
    };
    let from = index(iterator);
    let ty = taipan_objects::ty::Type::of(args.at(0));
    let reverse = ty.is(&types::DICT_REVERSE_KEYITERATOR)
        || ty.is(&types::DICT_REVERSE_VALUEITERATOR)
        || ty.is(&types::DICT_REVERSE_ITEMITERATOR);
    let range = if reverse {
        0..from.min(table.used())
    } else {
        from.min(table.used())..table.used()
    };
    let left = range.filter(|entry| table.key(*entry).is_some()).count();
    Ok(number::size(left))
}

/// `(iter, (list of the rest,))`: the iterator itself is not used up.
fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = mem::expect_ref(args.at(0));
    let rest = vm.new_list_with(0)?;
    let saved_of = subject(iterator);
    let saved_index: u64 = mem::get(iterator, at::ITER_INDEX);
    let saved_len: u64 = mem::get(iterator, at::ITER_EXTRA);
    let saved_left: u64 = mem::get(iterator, at::ITER_LEFT);
    let slot = taipan_objects::ty::Type::of(args.at(0)).slots().next;
    let mut result = Ok(());
    if let Some(slot) = slot {
        loop {
            match slot(vm, args.at(0)) {
                Ok(Some(item)) => rest.push(vm, item)?,
                Ok(None) => break,
                Err(raised) => {
                    result = Err(raised);
                    break;
                }
            }
        }
    }
    vm.store(iterator, at::ITER_OF, saved_of);
    mem::set(iterator, at::ITER_INDEX, saved_index);
    mem::set(iterator, at::ITER_EXTRA, saved_len);
    mem::set(iterator, at::ITER_LEFT, saved_left);
    result?;
    let iter = builtin(vm, "iter")?;
    let arguments = vm.new_tuple(&[rest.value()])?;
    vm.new_tuple(&[iter, arguments])
}

natives! {
    static METHODS = {
        "__length_hint__" method NoArgs, "(self, /)" => length_hint;
        "__reduce__" method NoArgs, "(self, /)" => reduce;
    }
}

macro_rules! iterators {
    ($($name:ident $next:ident;)*) => {
        $(
            #[doc = concat!("`", stringify!($name), "`.")]
            pub static $name: TypeDef = TypeDef {
                ty: &types::$name,
                slots: |slots: &mut Slots| {
                    slots.iter = Some(self_iter);
                    slots.next = Some($next);
                },
                methods: METHODS,
                getset: &[],
                doc: "",
                module: "",
            };
        )*
    };
}
iterators! {
    DICT_KEYITERATOR next;
    DICT_VALUEITERATOR next;
    DICT_ITEMITERATOR next;
    DICT_REVERSE_KEYITERATOR next_reverse;
    DICT_REVERSE_VALUEITERATOR next_reverse;
    DICT_REVERSE_ITEMITERATOR next_reverse;
    SET_ITERATOR next_set;
}
