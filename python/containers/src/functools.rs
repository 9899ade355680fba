//! Module `_functools`: `partial` (in `functools/partial.rs`), the wrapper of `lru_cache` (in `functools/cache.rs`), `reduce`, `cmp_to_key`.

mod cache;
mod partial;

use crate::helpers::bind;
use crate::native_module::{add_types, at, get, module_types, set};
use taipan_objects::layout;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::CompareOp;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

/// `callable(value)`.
pub fn is_callable(value: Value) -> bool {
    let known = value.as_ref().is_some_and(|object| {
        matches!(
            object.layout(),
            layout::FUNCTION | layout::METHOD | layout::NATIVE_FUNCTION | layout::NATIVE_METHOD
        )
    });
    known || Type::of(value).slots().call.is_some()
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let (function, iterable) = (args.at(0), args.at(1));
    let slots = Type::of(iterable).slots();
    if slots.iter.is_none() && slots.get_item.is_none() {
        return Err(vm.raise_type("reduce() arg 2 must support iteration"));
    }
    let mut total = args.get(2);
    protocol::for_each(vm, iterable, |vm, item| {
        total = Some(match total {
            Some(total) => protocol::call(vm, function, &[total, item])?,
            None => item,
        });
        Ok(true)
    })?;
    match total {
        Some(total) => Ok(total),
        None => Err(vm.raise_type("reduce() of empty iterable with no initial value")),
    }
}

// ---- cmp_to_key: [comparison function, object (unset in the key function itself)]

fn cmp_to_key(vm: &mut Vm, args: Args) -> PyResult {
    vm.new_fields(KEY.ty(), &[Some(args.at(0)), None])
}

fn call_key(vm: &mut Vm, key: Value, args: Args) -> PyResult {
    let [object] = bind(vm, args, "K", ["obj"], 1, 1)?;
    vm.new_fields(KEY.ty(), &[get(key, 0), object])
}

fn compare_keys(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    if !Type::of(a).is(&KEY) || !Type::of(b).is(&KEY) {
        return Err(vm.raise_type("other argument must be K instance"));
    }
    let (Some(x), Some(y)) = (get(a, 1), get(b, 1)) else {
        return Err(vm.raise_attribute("object"));
    };
    let result = protocol::call(vm, at(a, 0), &[x, y])?;
    if let Some(result) = result.as_small_int() {
        return Ok(ty::bool_value(op.holds(result.cmp(&0))));
    }
    protocol::compare(vm, result, number::small(0), op)
}

static KEY_GETSET: &[GetSetDef] = &[GetSetDef {
    name: "obj",
    get: |vm, this| match get(this, 1) {
        Some(object) => Ok(object),
        None => Err(vm.raise_attribute("obj")),
    },
    set: Some(|vm, this, value| {
        set(vm, this, 1, value);
        Ok(())
    }),
}];

module_types! {
    "functools" KEY_TYPES {
        "KeyWrapper" KEY KEY_DEF closed false, |slots| {
            slots.call = Some(call_key);
            slots.compare = Some(compare_keys);
        }, &[], KEY_GETSET, "";
    }
}

natives! {
    static FUNCTIONS = {
        "reduce" function Signature(2), "(function, iterable, /, initial=None)" => reduce;
        "cmp_to_key" function Signature(1), "(mycmp)" => cmp_to_key;
    }
}

/// Module `_functools`.
pub const FUNCTOOLS: ModuleDef = ModuleDef {
    name: "_functools",
    functions: FUNCTIONS,
    init: |vm, dict| {
        add_types(vm, dict, DOC, &[KEY_TYPES, partial::TYPES, cache::TYPES])?;

        let placeholder = partial::placeholder(vm)?;
        dict.set_name(vm, "Placeholder", placeholder)
    },
};

const DOC: &str = "Tools that operate on functions.";
