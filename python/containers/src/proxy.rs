//! `mappingproxy`: a read-only view on a mapping.

use crate::helpers::{TextBuilder, class_getitem, no_keywords};
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::layout::{self, at};
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

/// A read-only view on a mapping.
///
/// # Errors
/// MemoryError.
pub fn new_proxy(vm: &mut Vm, mapping: Value) -> PyResult {
    let object = vm.alloc(layout::PROXY, &types::MAPPING_PROXY, 24)?;
    vm.init(object, at::ITER_OF, Some(mapping));
    Ok(Value::from_ref(object))
}

fn target(proxy: Value) -> Value {
    mem::value(mem::expect_ref(proxy), at::ITER_OF).expect("proxies have a mapping")
}

/// The mapping behind a proxy; other values as they are.
fn unwrapped(value: Value) -> Value {
    if Type::of(value).is(&types::MAPPING_PROXY) {
        target(value)
    } else {
        value
    }
}

fn new(vm: &mut Vm, _class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "mappingproxy")?;
    let Some(mapping) = args.get(0).filter(|_| args.len() == 1) else {
        let given = args.len();
        return Err(vm.raise_type(&if given == 0 {
            "mappingproxy() missing required argument 'mapping' (pos 1)".to_owned()
        } else {
            format!("mappingproxy() takes at most 1 argument ({given} given)")
        }));
    };
    let sequence = List::of(mapping).is_some() || Tuple::of(mapping).is_some();
    if sequence || Type::of(mapping).slots().get_item.is_none() {
        let name = protocol::type_name(mapping);
        return Err(vm.raise_type(&format!(
            "mappingproxy() argument must be a mapping, not {name}"
        )));
    }
    new_proxy(vm, mapping)
}

fn repr(vm: &mut Vm, proxy: Value) -> PyResult {
    let mut text = TextBuilder::default();
    text.ascii("mappingproxy(");
    text.repr(vm, target(proxy))?;
    text.ascii(")");
    text.finish(vm)
}

fn or(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    protocol::binary(vm, BinaryOp::Or, unwrapped(a), unwrapped(b))
}

fn in_place_or(vm: &mut Vm, a: Value, _b: Value) -> PyResult {
    let name = protocol::type_name(a);
    Err(vm.raise_type(&format!("'|=' is not supported by {name}; use '|' instead")))
}

fn get(vm: &mut Vm, args: Args) -> PyResult {
    let mapping = target(args.at(0));
    let default = args.get(2).unwrap_or_else(ty::none);
    if Type::of(mapping).is(&types::DICT) {
        let dict = Dict::from_ref(mem::expect_ref(mapping));
        return Ok(dict.get(vm, args.at(1))?.unwrap_or(default));
    }
    protocol::call_method(vm, mapping, "get", &[args.at(1), default])
}

fn keys(vm: &mut Vm, args: Args) -> PyResult {
    protocol::call_method(vm, target(args.at(0)), "keys", &[])
}

fn values(vm: &mut Vm, args: Args) -> PyResult {
    protocol::call_method(vm, target(args.at(0)), "values", &[])
}

fn items(vm: &mut Vm, args: Args) -> PyResult {
    protocol::call_method(vm, target(args.at(0)), "items", &[])
}

fn copy(vm: &mut Vm, args: Args) -> PyResult {
    protocol::call_method(vm, target(args.at(0)), "copy", &[])
}

fn reversed(vm: &mut Vm, args: Args) -> PyResult {
    protocol::call_method(vm, target(args.at(0)), "__reversed__", &[])
}

natives! {
    static METHODS = {
        "get" method Positional(1, 2), "" => get;
        "keys" method NoArgs, "" => keys;
        "values" method NoArgs, "" => values;
        "items" method NoArgs, "" => items;
        "copy" method NoArgs, "" => copy;
        "__reversed__" method NoArgs, "" => reversed;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.repr = Some(repr);
    slots.str = Some(|vm, this| Ok(protocol::str(vm, target(this))?.value()));
    slots.hash = Some(|vm, this| protocol::hash(vm, target(this)));
    slots.len = Some(|vm, this| protocol::len(vm, target(this)));
    slots.iter = Some(|vm, this| protocol::iter(vm, target(this)));
    slots.get_item = Some(|vm, this, key| protocol::get_item(vm, target(this), key));
    slots.contains = Some(|vm, this, key| protocol::contains(vm, target(this), key));
    slots.compare =
        Some(|vm, a, b, op: CompareOp| protocol::compare(vm, unwrapped(a), unwrapped(b), op));
    slots.binary[BinaryOp::Or as usize] = Some(or);
    slots.in_place[BinaryOp::Or as usize] = Some(in_place_or);
}

/// `mappingproxy`.
pub static MAPPING_PROXY: TypeDef = TypeDef {
    ty: &types::MAPPING_PROXY,
    slots,
    methods: METHODS,
    getset: &[],
    doc: "Read-only proxy of a mapping.",
    module: "",
};
