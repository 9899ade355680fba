//! `tee`: iterators [node] that share a chain of nodes [source iterator, item (unset until read), next node (unset until needed), being read].

use crate::helpers::next_item;
use crate::helpers::{check_count, self_iter};
use crate::native_module::{at, get, module_types, set};
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

const SOURCE: usize = 0;
const ITEM: usize = 1;
const NEXT: usize = 2;
const READING: usize = 3;

fn new_node(vm: &mut Vm, source: Value) -> PyResult {
    let reading = ty::FALSE.value();
    vm.new_fields(NODE.ty(), &[Some(source), None, None, Some(reading)])
}

fn tee_of(vm: &mut Vm, iterable: Value) -> PyResult {
    if Type::of(iterable).is_subtype(TEE.ty()) {
        return vm.new_fields(TEE.ty(), &[get(iterable, 0)]);
    }
    let source = protocol::iter(vm, iterable)?;
    if Type::of(source).is_subtype(TEE.ty()) {
        return vm.new_fields(TEE.ty(), &[get(source, 0)]);
    }
    let node = new_node(vm, source)?;
    vm.new_fields(TEE.ty(), &[Some(node)])
}

fn next(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let node = at(this, 0);
    let item = match get(node, ITEM) {
        Some(item) => item,
        None => {
            if at(node, READING) == ty::TRUE.value() {
                return Err(vm.raise_runtime("cannot re-enter the tee iterator"));
            }
            set(vm, node, READING, Some(ty::TRUE.value()));
            let item = next_item(vm, at(node, SOURCE));
            set(vm, node, READING, Some(ty::FALSE.value()));
            let Some(item) = item? else {
                return Ok(None);
            };
            set(vm, node, ITEM, Some(item));
            item
        }
    };
    let after = match get(node, NEXT) {
        Some(after) => after,
        None => {
            let after = new_node(vm, at(node, SOURCE))?;
            set(vm, node, NEXT, Some(after));
            after
        }
    };
    set(vm, this, 0, Some(after));
    Ok(Some(item))
}

fn new(vm: &mut Vm, _class: Type, args: Args) -> PyResult {
    check_count(vm, &args, "_tee", 1, 1)?;
    tee_of(vm, args.at(0))
}

fn copy(vm: &mut Vm, args: Args) -> PyResult {
    vm.new_fields(TEE.ty(), &[get(args.at(0), 0)])
}

fn tee(vm: &mut Vm, args: Args) -> PyResult {
    let count = match args.get(1) {
        Some(count) => protocol::index_i64(vm, count)?,
        None => 2,
    };
    let Ok(count) = usize::try_from(count) else {
        return Err(vm.raise_value("n must be >= 0"));
    };
    if count == 0 {
        return Ok(vm.interp.empty_tuple());
    }
    let first = tee_of(vm, args.at(0))?;
    let all = vm.new_list_with(0)?;
    all.push(vm, first)?;
    for _ in 1..count {
        let node = get(first, 0);
        let copy = vm.new_fields(TEE.ty(), &[node])?;
        all.push(vm, copy)?;
    }
    vm.list_to_tuple(all)
}

natives! {
    static METHODS = {
        "__copy__" method NoArgs, "(self, /)" => copy;
    }
}
natives! {
    /// The functions of `itertools`.
    pub(super) static FUNCTIONS = {
        "tee" function Positional(1, 2), "(iterable, n=2, /)" => tee;
    }
}

module_types! {
    "itertools" pub(super) TYPES {
        "_tee" TEE TEE_DEF closed false, |slots| {
            slots.new = Some(new);
            slots.iter = Some(self_iter);
            slots.next = Some(next);
        }, METHODS, &[], "Iterator wrapped to make it copyable.";
        "_tee_dataobject" NODE NODE_DEF closed false, |_| {}, &[], &[], "Data container common to multiple tee objects.";
    }
}
