//! `types.SimpleNamespace`: a plain instance whose attributes come from keyword arguments.

use crate::helpers::{TextBuilder, check_count, equality};
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::instance;
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::protocol;
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

fn new(vm: &mut Vm, class: Type, _args: Args) -> PyResult {
    Ok(Value::from_ref(vm.new_instance(class)?))
}

fn attributes(vm: &mut Vm, this: Value) -> PyResult<Dict> {
    match instance::instance_dict(vm, mem::expect_ref(this))? {
        Some(dict) => Ok(dict),
        None => vm.new_dict(),
    }
}

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    check_count(vm, &args, "SimpleNamespace", 0, 1)?;
    if let Some(mapping) = args.get(0) {
        let given = vm.new_dict()?;
        crate::dict::update_from(vm, given, mapping)?;
        for (key, value) in given.iter() {
            let Some(key) = Str::of(key) else {
                return Err(vm.raise_type("keywords must be strings"));
            };
            instance::set_own_attr(vm, mem::expect_ref(this), key, value)?;
        }
    }
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        instance::set_own_attr(vm, mem::expect_ref(this), key, value)?;
    }
    Ok(())
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let name = if Type::of(this).is(&types::SIMPLE_NAMESPACE) {
        "namespace".to_owned()
    } else {
        Type::of(this).name()
    };
    let text = vm.repr_guard(this, |vm| {
        let attributes = attributes(vm, this)?;
        let mut text = TextBuilder::default();
        text.ascii(&name);
        text.ascii("(");
        let mut first = true;
        let mut at = 0;
        while let Some((entry, key, value)) = attributes.next_entry(at) {
            at = entry + 1;
            let Some(key) = Str::of(key) else { continue };
            if !first {
                text.ascii(", ");
            }
            first = false;
            text.string(key);
            text.ascii("=");
            text.repr(vm, value)?;
        }
        text.ascii(")");
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_str(&format!("{name}(...)")),
    }
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let namespace = types::SIMPLE_NAMESPACE.ty();
    let comparable = Type::of(a).is_subtype(namespace) && Type::of(b).is_subtype(namespace);
    if !comparable || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(ty::not_implemented());
    }
    let (x, y) = (attributes(vm, a)?, attributes(vm, b)?);
    let same = crate::dict::same_entries(vm, x, y)?;
    Ok(equality(op, same))
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let state = attributes(vm, args.at(0))?;
    let empty = vm.interp.empty_tuple();
    vm.new_tuple(&[Type::of(args.at(0)).value(), empty, state.value()])
}

fn replace(vm: &mut Vm, args: Args) -> PyResult {
    crate::helpers::check_count(vm, &args.skip(1), "__replace__", 0, 0)?;
    let this = args.at(0);
    let result = protocol::call(vm, Type::of(this).value(), &[])?;
    let own = attributes(vm, this)?;
    let own = own.copy(vm)?;
    let target = mem::expect_ref(result);
    for (key, value) in own.iter() {
        if let Some(key) = Str::of(key) {
            instance::set_own_attr(vm, target, key, value)?;
        }
    }
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        instance::set_own_attr(vm, target, key, value)?;
    }
    Ok(result)
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "__dict__",
    get: |vm, this| Ok(attributes(vm, this)?.value()),
    set: None,
}];

natives! {
    static METHODS = {
        "__reduce__" method NoArgs, "" => reduce;
        "__replace__" method Any, "" => replace;
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.init = Some(init);
    slots.repr = Some(repr);
    slots.compare = Some(compare);
}

/// `types.SimpleNamespace`.
pub static SIMPLE_NAMESPACE: TypeDef = TypeDef {
    ty: &types::SIMPLE_NAMESPACE,
    slots,
    methods: METHODS,
    getset: GETSET,
    doc: "A simple attribute-based namespace.",
    module: "types",
};
