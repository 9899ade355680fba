//! `dict`: slots. Methods are in `dict_methods.rs`, views in `dict_view.rs`, iterators in `dict_iter.rs`.

use crate::helpers::{TextBuilder, equality, is_exact, iterates_as, key_error};
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::layout;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Raised, Value, Vm};

/// The dict behind a slot's or method's self.
#[inline]
pub fn this(value: Value) -> Dict {
    Dict::from_ref(mem::expect_ref(value))
}

/// An empty dict of a class.
///
/// # Errors
/// MemoryError.
pub fn new_dict_of(vm: &mut Vm, class: Type) -> PyResult<Dict> {
    let layout = class.instance_layout();
    let size = if layout == layout::DICT {
        48
    } else {
        layout::DICT_SUB_SIZE
    };
    Ok(Dict::from_ref(vm.alloc_sized(
        layout,
        class,
        size,
        |_| {},
    )?))
}

fn new(vm: &mut Vm, class: Type, _args: Args) -> PyResult {
    Ok(new_dict_of(vm, class)?.value())
}

fn init(vm: &mut Vm, dict: Value, args: Args) -> PyResult<()> {
    update_from_args(vm, this(dict), args, "dict")
}

/// `update(other=(), /, **keywords)`; `args` are without self.
///
/// # Errors
/// TypeError, ValueError; what the arguments' methods raise.
pub fn update_from_args(vm: &mut Vm, dict: Dict, args: Args, name: &str) -> PyResult<()> {
    crate::helpers::check_count(vm, &args, name, 0, 1)?;
    if let Some(other) = args.get(0) {
        update_from(vm, dict, other)?;
    }
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        dict.set_str(vm, key, value)?;
    }
    Ok(())
}

/// Sets entries from a mapping or an iterable of pairs.
///
/// # Errors
/// TypeError, ValueError; what the other's methods raise.
pub fn update_from(vm: &mut Vm, dict: Dict, other: Value) -> PyResult<()> {
    if Dict::of(other).is_some() && iterates_as(other, &types::DICT) {
        return merge(vm, dict, this(other));
    }
    let keys = vm.interp.names.keys.str();
    if protocol::get_attr_opt(vm, other, keys)?.is_some() {
        return merge_mapping(vm, dict, other);
    }
    merge_pairs(vm, dict, other)
}

/// Sets all entries of another dict.
///
/// # Errors
/// What `__eq__` raises; RuntimeError when that changes the other dict.
pub fn merge(vm: &mut Vm, dict: Dict, other: Dict) -> PyResult<()> {
    if dict == other || other.is_empty() {
        return Ok(());
    }
    if dict.is_empty() && dict.table().is_none() {
        return dict.fill(vm, other);
    }
    let count = other.len();
    let mut at = 0;
    while let Some((entry, key, value)) = other.next_entry(at) {
        let hash = other.table().map_or(0, |table| table.hash32(entry));
        dict.set_hashed(vm, key, value, i64::from(hash))?;
        if other.len() != count {
            return Err(vm.raise_runtime("dict mutated during update"));
        }
        at = entry + 1;
    }
    Ok(())
}

fn merge_mapping(vm: &mut Vm, dict: Dict, other: Value) -> PyResult<()> {
    let keys = protocol::call_method(vm, other, "keys", &[])?;
    protocol::for_each(vm, keys, |vm, key| {
        let value = protocol::get_item(vm, other, key)?;
        dict.set(vm, key, value)?;
        Ok(true)
    })
}

fn merge_pairs(vm: &mut Vm, dict: Dict, other: Value) -> PyResult<()> {
    let mut number = 0usize;
    protocol::for_each(vm, other, |vm, pair| {
        let iterable =
            Type::of(pair).slots().iter.is_some() || Type::of(pair).slots().get_item.is_some();
        if !iterable {
            return Err(not_a_pair(vm, number));
        }
        let pair = protocol::to_list(vm, pair)?;
        let (Some(key), Some(value), 2) = (pair.get(0), pair.get(1), pair.len()) else {
            return Err(vm.raise_value(&format!(
                "dictionary update sequence element #{number} has length {}; 2 is required",
                pair.len()
            )));
        };
        dict.set(vm, key, value)?;
        number += 1;
        Ok(true)
    })
}

#[cold]
fn not_a_pair(vm: &mut Vm, number: usize) -> Raised {
    let raised = vm.raise_type("object is not iterable");
    let exception = vm.take_raised(raised);
    let note = vm.new_str(&format!(
        "Cannot convert dictionary update sequence element #{number} to a sequence"
    ));
    match note.and_then(|note| protocol::call_method(vm, exception, "add_note", &[note])) {
        Ok(_) => vm.raise(exception),
        Err(raised) => raised,
    }
}

fn len(_vm: &mut Vm, dict: Value) -> PyResult<usize> {
    Ok(this(dict).len())
}

fn iter(vm: &mut Vm, dict: Value) -> PyResult {
    crate::dict_iter::new_iter(vm, this(dict), crate::dict_iter::Kind::Keys)
}

fn repr(vm: &mut Vm, dict: Value) -> PyResult {
    let entries = this(dict);
    if entries.is_empty() {
        return vm.new_ascii(b"{}");
    }
    let text = vm.repr_guard(dict, |vm| {
        let mut text = TextBuilder::default();
        text.ascii("{");
        let mut at = 0;
        while let Some((entry, key, value)) = entries.next_entry(at) {
            if at > 0 {
                text.ascii(", ");
            }
            text.repr(vm, key)?;
            text.ascii(": ");
            text.repr(vm, value)?;
            at = entry + 1;
        }
        text.ascii("}");
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_ascii(b"{...}"),
    }
}

/// Whether two dicts have equal entries.
///
/// # Errors
/// What comparisons raise.
pub fn same_entries(vm: &mut Vm, a: Dict, b: Dict) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    let mut at = 0;
    while let Some((entry, key, value)) = a.next_entry(at) {
        let hash = a.table().map_or(0, |table| table.hash32(entry));
        let Some(other) = b.get_hashed(vm, key, i64::from(hash))? else {
            return Ok(false);
        };
        if !protocol::equal(vm, value, other)? {
            return Ok(false);
        }
        at = entry + 1;
    }
    Ok(true)
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (Dict::of(a), Dict::of(b)) else {
        return Ok(ty::not_implemented());
    };
    match op {
        CompareOp::Eq | CompareOp::Ne => Ok(equality(op, same_entries(vm, x, y)?)),
        _ => Ok(ty::not_implemented()),
    }
}

fn contains(vm: &mut Vm, dict: Value, key: Value) -> PyResult<bool> {
    if let Some(key) = Str::exact(key)
        && this(dict).find_str(key).is_some()
    {
        return Ok(true);
    }
    Ok(this(dict).get(vm, key)?.is_some())
}

fn get_item(vm: &mut Vm, dict: Value, key: Value) -> PyResult {
    if let Some(found) = this(dict).get(vm, key)? {
        return Ok(found);
    }
    if !is_exact(dict, layout::DICT) {
        let name = vm.interp.names.__missing__.str();
        if let Some(result) = protocol::call_special(vm, dict, name, &[key])? {
            return Ok(result);
        }
    }
    Err(key_error(vm, key))
}

fn set_item(vm: &mut Vm, dict: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    match new {
        Some(new) => this(dict).set(vm, key, new),
        None => match this(dict).remove(vm, key)? {
            Some(_) => Ok(()),
            None => Err(key_error(vm, key)),
        },
    }
}

fn or(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (Some(left), Some(right)) = (Dict::of(a), Dict::of(b)) else {
        return Ok(ty::not_implemented());
    };
    let result = left.copy(vm)?;
    merge(vm, result, right)?;
    Ok(result.value())
}

fn in_place_or(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    update_from(vm, this(a), b)?;
    Ok(a)
}

/// Keys of a dict as a new list.
///
/// # Errors
/// MemoryError.
pub fn keys_list(vm: &mut Vm, dict: Dict) -> PyResult<List> {
    let list = vm.new_list_with(dict.len())?;
    for (key, _) in dict.iter() {
        list.push(vm, key)?;
    }
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
    slots.binary[BinaryOp::Or as usize] = Some(or);
    slots.in_place[BinaryOp::Or as usize] = Some(in_place_or);
}

/// `dict`.
pub static DICT: TypeDef = TypeDef {
    ty: &types::DICT,
    slots,
    methods: crate::dict_methods::METHODS,
    getset: &[],
    doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
    module: "",
};
