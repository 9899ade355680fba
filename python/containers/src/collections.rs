//! Module `_collections`: `deque` (in `collections/deque.rs`), `defaultdict`, and what the Python part of `collections` uses.
//! `OrderedDict` is the one written in Python.

mod default_dict;
mod deque;
mod tuple_getter;

use crate::helpers::is_exact;
use crate::native_module::add_types;
use taipan_objects::dict::{Dict, hash_key};
use taipan_objects::layout;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::BinaryOp;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

/// Whether `get` and item assignment of a dict (subclass) are those of dict.
fn counts_as_dict(vm: &mut Vm, mapping: Value) -> PyResult<bool> {
    if is_exact(mapping, layout::DICT) {
        return Ok(true);
    }
    let get = interned(vm, "get")?;
    let (own, dict) = (Type::of(mapping), types::DICT.ty());
    let slot = |ty: Type| ty.slots().set_item.map(|slot| slot as usize);
    let same = own.lookup(get) == dict.lookup(get) && slot(own) == slot(dict);
    Ok(same && Dict::of(mapping).is_some())
}

fn count_elements(vm: &mut Vm, args: Args) -> PyResult {
    let (mapping, iterable) = (args.at(0), args.at(1));
    let one = number::small(1);
    let plus_one = |vm: &mut Vm, count: Value| match count.as_small_int() {
        Some(count) => vm.new_int(count + 1),
        None => protocol::binary(vm, BinaryOp::Add, count, one),
    };
    if counts_as_dict(vm, mapping)? {
        let dict = Dict::from_ref(mem::expect_ref(mapping));
        protocol::for_each(vm, iterable, |vm, item| {
            let hash = hash_key(vm, item)?;
            let count = match dict.get_hashed(vm, item, hash)? {
                Some(count) => plus_one(vm, count)?,
                None => one,
            };
            dict.set_hashed(vm, item, count, hash)?;
            Ok(true)
        })?;
        return Ok(ty::none());
    }
    let get = interned(vm, "get")?;
    let get = protocol::get_attr(vm, mapping, get)?;
    protocol::for_each(vm, iterable, |vm, item| {
        let count = protocol::call(vm, get, &[item, number::small(0)])?;
        let count = plus_one(vm, count)?;
        protocol::set_item(vm, mapping, item, Some(count))?;
        Ok(true)
    })?;
    Ok(ty::none())
}

natives! {
    static FUNCTIONS = {
        "_count_elements" function Positional(2, 2), "(mapping, iterable, /)" => count_elements;
    }
}

/// Module `_collections`.
pub const COLLECTIONS: ModuleDef = ModuleDef {
    name: "_collections",
    functions: FUNCTIONS,
    init: |vm, dict| {
        add_types(
            vm,
            dict,
            DOC,
            &[deque::TYPES, default_dict::TYPES, tuple_getter::TYPES],
        )?;

        let deque = deque::DEQUE.ty();
        deque.set_flags(deque.flags() | ty::flag::SEQUENCE);
        Ok(())
    },
};

const DOC: &str = "High performance data structures.\n- deque:        ordered collection accessible from endpoints only\n- defaultdict:  dict subclass with a default value factory\n";

/// A string of Rust text for attribute lookup.
fn interned(vm: &mut Vm, text: &str) -> PyResult<Str> {
    Ok(Str::of(vm.intern(text)?).expect("interned strings are strings"))
}
