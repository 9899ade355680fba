//! `set` and `frozenset`: slots. Methods are in `set_methods.rs`.

use crate::helpers::{TextBuilder, alloc_for, check_count, iterates_as, no_keywords};
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::set::{Set, hash_item};
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Raised, Value, Vm};

/// The set behind a slot's or method's self.
#[inline]
pub fn this(value: Value) -> Set {
    Set::from_ref(mem::expect_ref(value))
}

/// An empty set or frozenset of a class.
///
/// # Errors
/// MemoryError.
pub fn new_set_of(vm: &mut Vm, class: Type) -> PyResult<Set> {
    let frozen = class.is_subtype(types::FROZENSET.ty());
    let exact = if frozen {
        layout::FROZENSET
    } else {
        layout::SET
    };
    let object = alloc_for(vm, class, exact, 48)?;
    mem::set(object, at::SET_HASH, -1i64);
    Ok(Set::from_ref(object))
}

/// An empty set, frozen like another.
///
/// # Errors
/// MemoryError.
pub fn new_like(vm: &mut Vm, like: Set) -> PyResult<Set> {
    if like.is_frozen() {
        vm.new_frozenset()
    } else {
        vm.new_set()
    }
}

/// A copy of a set, exactly `set` or `frozenset` as it.
///
/// # Errors
/// MemoryError.
pub fn copy(vm: &mut Vm, set: Set) -> PyResult<Set> {
    let copy = new_like(vm, set)?;
    copy.fill(vm, set)?;
    Ok(copy)
}

/// Calls `each` with every item and its hash until it says stop (false); the set may change meanwhile.
///
/// # Errors
/// What `each` raises.
pub fn for_each_item(
    vm: &mut Vm,
    set: Set,
    mut each: impl FnMut(&mut Vm, Value, i64) -> PyResult<bool>,
) -> PyResult<()> {
    let mut at = 0;
    while let Some((entry, item)) = set.next_entry(at) {
        let hash = set.table().map_or(0, |table| table.hash32(entry));
        if !each(vm, item, i64::from(hash))? {
            break;
        }
        at = entry + 1;
    }
    Ok(())
}

/// Calls `each` with every item of an iterable and its hash until it says stop (false).
///
/// # Errors
/// What iteration, hashing and `each` raise.
pub fn for_each_hashed(
    vm: &mut Vm,
    iterable: Value,
    mut each: impl FnMut(&mut Vm, Value, i64) -> PyResult<bool>,
) -> PyResult<()> {
    if let Some(set) = Set::of(iterable) {
        return for_each_item(vm, set, each);
    }
    if let Some(dict) = Dict::of(iterable).filter(|_| iterates_as(iterable, &types::DICT)) {
        let mut at = 0;
        while let Some((entry, key, _)) = dict.next_entry(at) {
            let hash = dict.table().map_or(0, |table| table.hash32(entry));
            if !each(vm, key, i64::from(hash))? {
                break;
            }
            at = entry + 1;
        }
        return Ok(());
    }
    protocol::for_each(vm, iterable, |vm, item| {
        let hash = hash_item(vm, item)?;
        each(vm, item, hash)
    })
}

/// Adds all items of an iterable.
///
/// # Errors
/// TypeError; what iteration raises.
pub fn update(vm: &mut Vm, set: Set, iterable: Value) -> PyResult<()> {
    if let Some(other) = Set::of(iterable) {
        if other == set {
            return Ok(());
        }
        if set.is_empty() && set.table().is_none() {
            return set.fill(vm, other);
        }
    }
    for_each_hashed(vm, iterable, |vm, item, hash| {
        set.add_hashed(vm, item, hash)?;
        Ok(true)
    })
}

/// Whether an item with this hash is in a set.
///
/// # Errors
/// What comparisons raise.
pub fn has(vm: &mut Vm, set: Set, item: Value, hash: i64) -> PyResult<bool> {
    Ok(set.find_hashed(vm, item, hash)?.is_some())
}

/// Takes an item with this hash away.
///
/// # Errors
/// What comparisons raise.
pub fn discard_hashed(vm: &mut Vm, set: Set, item: Value, hash: i64) -> PyResult<bool> {
    match set.find_hashed(vm, item, hash)? {
        Some(entry) => {
            set.remove_entry(vm, entry);
            Ok(true)
        }
        None => Ok(false),
    }
}

/// Items of both: a new set, frozen like the first.
///
/// # Errors
/// TypeError; what iteration and comparisons raise.
pub fn intersection(vm: &mut Vm, set: Set, other: Value) -> PyResult<Set> {
    let result = new_like(vm, set)?;
    if let Some(other) = Set::of(other) {
        // The smaller one is gone through.
        let (small, large) = if other.len() > set.len() {
            (set, other)
        } else {
            (other, set)
        };
        for_each_item(vm, small, |vm, item, hash| {
            if has(vm, large, item, hash)? {
                result.add_hashed(vm, item, hash)?;
            }
            Ok(true)
        })?;
        return Ok(result);
    }
    for_each_hashed(vm, other, |vm, item, hash| {
        if has(vm, set, item, hash)? {
            result.add_hashed(vm, item, hash)?;
        }
        Ok(true)
    })?;
    Ok(result)
}

/// Takes all items of an iterable away.
///
/// # Errors
/// TypeError; what iteration and comparisons raise.
pub fn difference_update(vm: &mut Vm, set: Set, other: Value) -> PyResult<()> {
    if other == set.value() {
        set.clear(vm);
        return Ok(());
    }
    for_each_hashed(vm, other, |vm, item, hash| {
        discard_hashed(vm, set, item, hash)?;
        Ok(true)
    })
}

/// Items of the set that are not in an iterable: a new set.
///
/// # Errors
/// TypeError; what iteration and comparisons raise.
pub fn difference(vm: &mut Vm, set: Set, other: Value) -> PyResult<Set> {
    if let Some(other) = Set::of(other).filter(|other| other.len() / 4 > set.len()) {
        let result = new_like(vm, set)?;
        for_each_item(vm, set, |vm, item, hash| {
            if !has(vm, other, item, hash)? {
                result.add_hashed(vm, item, hash)?;
            }
            Ok(true)
        })?;
        return Ok(result);
    }
    let result = copy(vm, set)?;
    difference_update(vm, result, other)?;
    Ok(result)
}

/// Adds the items of another set that were not there and takes those away that were.
///
/// # Errors
/// What comparisons raise.
pub fn symmetric_difference_update(vm: &mut Vm, set: Set, other: Set) -> PyResult<()> {
    if set == other {
        set.clear(vm);
        return Ok(());
    }
    for_each_item(vm, other, |vm, item, hash| {
        if !discard_hashed(vm, set, item, hash)? {
            set.add_hashed(vm, item, hash)?;
        }
        Ok(true)
    })
}

/// Whether all items of one set are in another.
///
/// # Errors
/// What comparisons raise.
pub fn is_subset(vm: &mut Vm, small: Set, large: Set) -> PyResult<bool> {
    if small.len() > large.len() {
        return Ok(false);
    }
    let mut all = true;
    for_each_item(vm, small, |vm, item, hash| {
        all = has(vm, large, item, hash)?;
        Ok(all)
    })?;
    Ok(all)
}

fn new(vm: &mut Vm, class: Type, _args: Args) -> PyResult {
    Ok(new_set_of(vm, class)?.value())
}

fn init(vm: &mut Vm, set: Value, args: Args) -> PyResult<()> {
    no_keywords(vm, &args, "set")?;
    check_count(vm, &args, "set", 0, 1)?;
    let set = this(set);
    if !set.is_empty() {
        set.clear(vm);
    }
    match args.get(0) {
        Some(iterable) => update(vm, set, iterable),
        None => Ok(()),
    }
}

fn new_frozen(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    if class.is(&types::FROZENSET) {
        no_keywords(vm, &args, "frozenset")?;
    }
    check_count(vm, &args, "frozenset", 0, 1)?;
    let iterable = args.get(0);
    if let Some(iterable) = iterable.filter(|_| class.is(&types::FROZENSET))
        && Type::of(iterable).is(&types::FROZENSET)
    {
        return Ok(iterable);
    }
    let set = new_set_of(vm, class)?;
    if let Some(iterable) = iterable {
        update(vm, set, iterable)?;
    }
    Ok(set.value())
}

fn len(_vm: &mut Vm, set: Value) -> PyResult<usize> {
    Ok(this(set).len())
}

fn iter(vm: &mut Vm, set: Value) -> PyResult {
    crate::dict_iter::new_set_iter(vm, this(set))
}

fn repr(vm: &mut Vm, set: Value) -> PyResult {
    let items = this(set);
    let name = Type::of(set).name();
    if items.is_empty() {
        return vm.new_str(&format!("{name}()"));
    }
    let text = vm.repr_guard(set, |vm| {
        let plain = Type::of(set).is(&types::SET);
        let mut text = TextBuilder::default();
        if !plain {
            text.ascii(&name);
            text.ascii("(");
        }
        text.ascii("{");
        let mut first = true;
        for_each_item(vm, items, |vm, item, _| {
            if !first {
                text.ascii(", ");
            }
            first = false;
            text.repr(vm, item)?;
            Ok(true)
        })?;
        text.ascii(if plain { "}" } else { "})" });
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_str(&format!("{name}(...)")),
    }
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (Set::of(a), Set::of(b)) else {
        return Ok(ty::not_implemented());
    };
    let result = match op {
        CompareOp::Eq => x.len() == y.len() && is_subset(vm, x, y)?,
        CompareOp::Ne => x.len() != y.len() || !is_subset(vm, x, y)?,
        CompareOp::Lt => x.len() < y.len() && is_subset(vm, x, y)?,
        CompareOp::Le => is_subset(vm, x, y)?,
        CompareOp::Gt => x.len() > y.len() && is_subset(vm, y, x)?,
        CompareOp::Ge => is_subset(vm, y, x)?,
    };
    Ok(ty::bool_value(result))
}

/// The hash of an item to look for: an unhashable set is looked for as the frozenset with its items.
fn hash_or_frozen(vm: &mut Vm, item: Value) -> PyResult<(Value, i64)> {
    match hash_item(vm, item) {
        Ok(hash) => Ok((item, hash)),
        Err(raised) => match Set::of(item).filter(|set| !set.is_frozen()) {
            Some(set) if vm.raised_is(&types::TypeError) => {
                frozen_twin(vm, raised, set).map(|twin| (twin.0, twin.1))
            }
            _ => Err(raised),
        },
    }
}

fn frozen_twin(vm: &mut Vm, raised: Raised, set: Set) -> PyResult<(Value, i64)> {
    vm.take_raised(raised);
    let twin = vm.new_frozenset()?;
    twin.fill(vm, set)?;
    let hash = protocol::hash(vm, twin.value())?;
    Ok((twin.value(), hash))
}

/// Whether an item is in the set (sets may be looked for too).
///
/// # Errors
/// TypeError; what comparisons raise.
pub fn contains(vm: &mut Vm, set: Value, item: Value) -> PyResult<bool> {
    let (item, hash) = hash_or_frozen(vm, item)?;
    has(vm, this(set), item, hash)
}

/// Takes an item (or set) away; false when it was not there.
///
/// # Errors
/// TypeError; what comparisons raise.
pub fn discard(vm: &mut Vm, set: Value, item: Value) -> PyResult<bool> {
    let (item, hash) = hash_or_frozen(vm, item)?;
    discard_hashed(vm, this(set), item, hash)
}

/// Independent of the order of the items.
fn hash_frozen(_vm: &mut Vm, set: Value) -> PyResult<i64> {
    let items = this(set);
    let known: i64 = mem::get(items.as_ref(), at::SET_HASH);
    if known != -1 {
        return Ok(known);
    }
    let mut mixed = 0u64;
    let mut at = 0;
    while let Some((entry, _)) = items.next_entry(at) {
        let hash = items.table().map_or(0, |table| table.hash32(entry));
        let spread = (u64::from(hash) ^ 0x5_5A5A_5A5A).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = mixed.wrapping_add(spread ^ (spread >> 31));
        at = entry + 1;
    }
    mixed ^= (items.len() as u64 + 1).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    mixed ^= mixed >> 32;
    let hash = match mixed.cast_signed() {
        -1 => -2,
        hash => hash,
    };
    mem::set(items.as_ref(), at::SET_HASH, hash);
    Ok(hash)
}

fn both(a: Value, b: Value) -> Option<(Set, Set)> {
    Some((Set::of(a)?, Set::of(b)?))
}

macro_rules! operators {
    ($($name:ident($vm:ident, $x:ident, $y:ident) $body:expr;)*) => {
        $(
            fn $name($vm: &mut Vm, a: Value, b: Value) -> PyResult {
                let Some(($x, $y)) = both(a, b) else {
                    return Ok(ty::not_implemented());
                };
                $body
            }
        )*
    };
}
operators! {
    and(vm, x, y) Ok(intersection(vm, x, y.value())?.value());
    or(vm, x, y) { let result = copy(vm, x)?; update(vm, result, y.value())?; Ok(result.value()) };
    sub(vm, x, y) Ok(difference(vm, x, y.value())?.value());
    xor(vm, x, y) { let result = copy(vm, x)?; symmetric_difference_update(vm, result, y)?; Ok(result.value()) };
    in_place_and(vm, x, y) { let result = intersection(vm, x, y.value())?; x.swap_items(vm, result); Ok(x.value()) };
    in_place_or(vm, x, y) { update(vm, x, y.value())?; Ok(x.value()) };
    in_place_sub(vm, x, y) { difference_update(vm, x, y.value())?; Ok(x.value()) };
    in_place_xor(vm, x, y) { symmetric_difference_update(vm, x, y)?; Ok(x.value()) };
}

fn common_slots(slots: &mut Slots) {
    slots.len = Some(len);
    slots.iter = Some(iter);
    slots.repr = Some(repr);
    slots.compare = Some(compare);
    slots.contains = Some(contains);
    slots.binary[BinaryOp::And as usize] = Some(and);
    slots.binary[BinaryOp::Or as usize] = Some(or);
    slots.binary[BinaryOp::Sub as usize] = Some(sub);
    slots.binary[BinaryOp::Xor as usize] = Some(xor);
}

/// `set`.
pub static SET: TypeDef = TypeDef {
    ty: &types::SET,
    slots: |slots| {
        common_slots(slots);
        slots.new = Some(new);
        slots.init = Some(init);
        slots.in_place[BinaryOp::And as usize] = Some(in_place_and);
        slots.in_place[BinaryOp::Or as usize] = Some(in_place_or);
        slots.in_place[BinaryOp::Sub as usize] = Some(in_place_sub);
        slots.in_place[BinaryOp::Xor as usize] = Some(in_place_xor);
    },
    methods: crate::set_methods::METHODS,
    getset: &[],
    doc: "Build an unordered collection of unique elements.",
    module: "",
};

/// `frozenset`.
pub static FROZENSET: TypeDef = TypeDef {
    ty: &types::FROZENSET,
    slots: |slots| {
        common_slots(slots);
        slots.new = Some(new_frozen);
        slots.hash = Some(hash_frozen);
    },
    methods: crate::set_methods::FROZEN_METHODS,
    getset: &[],
    doc: "Build an immutable unordered collection of unique elements.",
    module: "",
};
