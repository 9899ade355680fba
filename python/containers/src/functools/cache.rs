//! The wrapper of `lru_cache`: [function, dict of results, most entries or -1, hits, misses, typed, class of `cache_info`, ring].
//!
//! Without a limit the dict maps keys to results. With one it maps them to links [previous, next, key, result] of a ring that starts and ends at
//! a link of its own; the link used last stands before that one.

use crate::helpers::bind;
use crate::native_module::{at, get, int, module_types, set, set_int};
use taipan_objects::dict::Dict;
use taipan_objects::instance;
use taipan_objects::layout;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

const FUNCTION: usize = 0;
const RESULTS: usize = 1;
const MAXSIZE: usize = 2;
const HITS: usize = 3;
const MISSES: usize = 4;
const TYPED: usize = 5;
const INFO: usize = 6;
const RING: usize = 7;

const PREVIOUS: usize = 0;
const NEXT: usize = 1;
const KEY: usize = 2;
const RESULT: usize = 3;

fn new(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let names = ["user_function", "maxsize", "typed", "cache_info_type"];
    let [function, maxsize, typed, info] = bind(vm, args, "lru_cache", names, 4, 4)?;
    let function = function.expect("bind checked it");
    if !super::is_callable(function) {
        return Err(vm.raise_type("the first argument must be callable"));
    }
    let maxsize = maxsize.expect("bind checked it");
    let maxsize = if maxsize == ty::none() {
        -1
    } else if number::int_of(maxsize).is_some() {
        protocol::index_i64(vm, maxsize)?.clamp(0, 1 << 47)
    } else {
        return Err(vm.raise_type("maxsize should be integer or None"));
    };
    let typed = protocol::truth(vm, typed.expect("bind checked it"))?;
    let results = vm.new_dict()?;
    let ring = new_ring(vm)?;
    let zero = Some(number::small(0));
    vm.new_fields(
        class,
        &[
            Some(function),
            Some(results.value()),
            Some(number::small(maxsize)),
            zero,
            zero,
            Some(ty::bool_value(typed)),
            info,
            Some(ring),
        ],
    )
}

fn new_ring(vm: &mut Vm) -> PyResult {
    let ring = vm.new_fields(LINK.ty(), &[None, None, None, None])?;
    set(vm, ring, PREVIOUS, Some(ring));
    set(vm, ring, NEXT, Some(ring));
    Ok(ring)
}

fn results(this: Value) -> Dict {
    Dict::of(at(this, RESULTS)).expect("results are kept in a dict")
}

/// Exact ints and strings are keys as they are: they are equal to nothing of another kind that is a key by itself.
fn is_plain_key(value: Value) -> bool {
    value.is_small_int()
        || value
            .as_ref()
            .is_some_and(|object| object.layout() == layout::STR)
}

fn make_key(vm: &mut Vm, args: Args, typed: bool) -> PyResult {
    if !typed && args.keyword_count() == 0 {
        if args.len() == 1 && is_plain_key(args.at(0)) {
            return Ok(args.at(0));
        }
        return args.to_tuple(vm);
    }
    let key: List = vm.new_list_with(args.len() + 1)?;
    for index in 0..args.len() {
        key.push(vm, args.at(index))?;
    }
    if args.keyword_count() > 0 {
        // The mark between positional and keyword arguments: something no guest passes.
        key.push(vm, LINK.value())?;
    }
    for index in 0..args.keyword_count() {
        let (name, value) = args.keyword(index);
        key.push(vm, name.value())?;
        key.push(vm, value)?;
    }
    if typed {
        for index in 0..args.len() {
            key.push(vm, Type::of(args.at(index)).value())?;
        }
        for index in 0..args.keyword_count() {
            key.push(vm, Type::of(args.keyword(index).1).value())?;
        }
    }
    vm.list_to_tuple(key)
}

fn count(vm: &Vm, this: Value, field: usize) {
    set_int(vm, this, field, (int(this, field) + 1) & ((1 << 47) - 1));
}

fn compute(vm: &mut Vm, this: Value, args: Args) -> PyResult {
    protocol::call_args(vm, at(this, FUNCTION), args)
}

fn unlink(vm: &Vm, link: Value) {
    if let (Some(previous), Some(next)) = (get(link, PREVIOUS), get(link, NEXT)) {
        set(vm, previous, NEXT, Some(next));
        set(vm, next, PREVIOUS, Some(previous));
    }
    set(vm, link, PREVIOUS, None);
    set(vm, link, NEXT, None);
}

/// Makes a link the one used last.
fn link_last(vm: &Vm, ring: Value, link: Value) {
    let last = at(ring, PREVIOUS);
    set(vm, last, NEXT, Some(link));
    set(vm, ring, PREVIOUS, Some(link));
    set(vm, link, PREVIOUS, Some(last));
    set(vm, link, NEXT, Some(ring));
}

fn call(vm: &mut Vm, this: Value, args: Args) -> PyResult {
    let maxsize = int(this, MAXSIZE);
    if maxsize == 0 {
        count(vm, this, MISSES);
        return compute(vm, this, args);
    }
    let key = make_key(vm, args, at(this, TYPED) == ty::TRUE.value())?;
    let hash = protocol::hash(vm, key)?;
    if maxsize < 0 {
        if let Some(found) = results(this).get_hashed(vm, key, hash)? {
            count(vm, this, HITS);
            return Ok(found);
        }
        count(vm, this, MISSES);
        let result = compute(vm, this, args)?;
        results(this).set_hashed(vm, key, result, hash)?;
        return Ok(result);
    }
    if let Some(link) = results(this).get_hashed(vm, key, hash)? {
        // A comparison of keys may have thrown the link out.
        if get(link, NEXT).is_some() {
            unlink(vm, link);
            link_last(vm, at(this, RING), link);
        }
        count(vm, this, HITS);
        return Ok(get(link, RESULT).unwrap_or_else(ty::none));
    }
    count(vm, this, MISSES);
    let result = compute(vm, this, args)?;
    // The call may have cached this very key.
    if results(this).get_hashed(vm, key, hash)?.is_some() {
        return Ok(result);
    }
    let ring = at(this, RING);
    while results(this).len() as i64 >= maxsize {
        let oldest = at(ring, NEXT);
        if oldest == ring {
            break;
        }
        unlink(vm, oldest);
        if let Some(key) = get(oldest, KEY) {
            results(this).remove(vm, key)?;
        }
    }
    let link = vm.new_fields(LINK.ty(), &[None, None, Some(key), Some(result)])?;
    results(this).set_hashed(vm, key, link, hash)?;
    link_last(vm, at(this, RING), link);
    Ok(result)
}

fn cache_info(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let maxsize = match int(this, MAXSIZE) {
        -1 => ty::none(),
        maxsize => number::small(maxsize),
    };
    let size = number::size(results(this).len());
    let info = at(this, INFO);
    protocol::call(vm, info, &[at(this, HITS), at(this, MISSES), maxsize, size])
}

fn cache_clear(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let results = vm.new_dict()?;
    let ring = new_ring(vm)?;
    set(vm, this, RESULTS, Some(results.value()));
    set(vm, this, RING, Some(ring));
    set_int(vm, this, HITS, 0);
    set_int(vm, this, MISSES, 0);
    Ok(ty::none())
}

fn bind_method(vm: &mut Vm, this: Value, object: Option<Value>, _owner: Type) -> PyResult {
    match object {
        Some(object) => vm.new_method(this, object),
        None => Ok(this),
    }
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    protocol::get_attr_named(vm, args.at(0), "__qualname__")
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "__dict__",
    get: |vm, this| {
        let dict = instance::instance_dict(vm, mem::expect_ref(this))?;
        Ok(dict.map_or_else(ty::none, Dict::value))
    },
    set: Some(|vm, this, value| match value.and_then(Dict::of) {
        Some(dict) => {
            instance::set_instance_dict(vm, mem::expect_ref(this), dict)?;
            Ok(())
        }
        None => Err(vm.raise_type("__dict__ must be set to a dictionary")),
    }),
}];

natives! {
    static METHODS = {
        "cache_info" method NoArgs, "(self, /)" => cache_info;
        "cache_clear" method NoArgs, "(self, /)" => cache_clear;
        "__copy__" method NoArgs, "(self, /)" => |_, args| Ok(args.at(0));
        "__deepcopy__" method One, "(self, memo, /)" => |_, args| Ok(args.at(0));
        "__reduce__" method NoArgs, "(self, /)" => reduce;
    }
}

module_types! {
    "functools" pub(super) TYPES {
        "_lru_cache_wrapper" LRU LRU_DEF open true, |slots| {
            slots.new = Some(new);
            slots.call = Some(call);
            slots.get = Some(bind_method);
        }, METHODS, GETSET, "Create a cached callable that wraps another function.";
        "_lru_list_elem" LINK LINK_DEF closed false, |_| {}, &[], &[], "";
    }
}
