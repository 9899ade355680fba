//! `defaultdict`: a subclass of dict whose factory stands in the extra word of dict subclasses.

use crate::dict::{new_dict_of, this, update_from_args};
use crate::helpers::{TextBuilder, class_getitem, key_error};
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::dict::Dict;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, Slots};
use taipan_objects::ty::{self, StaticType, SubLayout, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

/// `defaultdict`.
static DEFAULT_DICT: StaticType = StaticType::new();

fn factory(dict: Value) -> Value {
    mem::value(mem::expect_ref(dict), at::DICT_SUB_EXTRA).unwrap_or_else(ty::none)
}

fn set_factory(vm: &mut Vm, dict: Value, factory: Option<Value>) {
    vm.store(mem::expect_ref(dict), at::DICT_SUB_EXTRA, factory);
}

fn init(vm: &mut Vm, dict: Value, args: Args) -> PyResult<()> {
    let mut rest = args;
    let mut default = ty::none();
    if let Some(first) = args.get(0) {
        let callable = first == ty::none() || super::super::functools::is_callable(first);
        if !callable {
            return Err(vm.raise_type("first argument must be callable or None"));
        }
        default = first;
        rest = args.skip(1);
    }
    set_factory(vm, dict, Some(default));
    update_from_args(vm, this(dict), rest, "dict")
}

fn missing(vm: &mut Vm, args: Args) -> PyResult {
    let (dict, key) = (args.at(0), args.at(1));
    let factory = factory(dict);
    if factory == ty::none() {
        return Err(key_error(vm, key));
    }
    let value = protocol::call(vm, factory, &[])?;
    protocol::set_item(vm, dict, key, Some(value))?;
    Ok(value)
}

fn copy_of(vm: &mut Vm, dict: Value) -> PyResult {
    let class = Type::of(dict);
    if class.is(&DEFAULT_DICT) {
        let copy = new_dict_of(vm, class)?;
        set_factory(vm, copy.value(), Some(factory(dict)));
        copy.fill(vm, this(dict))?;
        return Ok(copy.value());
    }
    protocol::call(vm, class.value(), &[factory(dict), dict])
}

fn copy(vm: &mut Vm, args: Args) -> PyResult {
    copy_of(vm, args.at(0))
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let dict = args.at(0);
    let factory = factory(dict);
    let arguments = if factory == ty::none() {
        vm.interp.empty_tuple()
    } else {
        vm.new_tuple(&[factory])?
    };
    let items = protocol::call_method(vm, dict, "items", &[])?;
    let items = protocol::iter(vm, items)?;
    let none = ty::none();
    vm.new_tuple(&[Type::of(dict).value(), arguments, none, none, items])
}

fn repr(vm: &mut Vm, dict: Value) -> PyResult {
    let inner = types::DICT.ty().slots().repr.expect("dict has a repr");
    let entries = inner(vm, dict)?;
    let entries = taipan_objects::str::Str::of(entries).expect("reprs are strings");
    let factory = factory(dict);
    // A factory that refers to the dict must not make its repr endless.
    let shown = vm.repr_guard(factory, |vm| protocol::repr(vm, factory))?;
    let mut text = TextBuilder::default();
    text.ascii(&Type::of(dict).name());
    text.ascii("(");
    match shown {
        Some(shown) => text.string(shown),
        None => text.ascii("..."),
    }
    text.ascii(", ");
    text.string(entries);
    text.ascii(")");
    text.finish(vm)
}

fn or(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if Dict::of(a).is_none() || Dict::of(b).is_none() {
        return Ok(ty::not_implemented());
    }
    let like = if Type::of(a).is_subtype(DEFAULT_DICT.ty()) {
        a
    } else {
        b
    };
    let result = protocol::call(vm, Type::of(like).value(), &[factory(like), a])?;
    crate::dict::update_from(vm, this(result), b)?;
    Ok(result)
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "default_factory",
    get: |_, this| Ok(factory(this)),
    set: Some(|vm, this, value| {
        set_factory(vm, this, value);
        Ok(())
    }),
}];

natives! {
    static METHODS = {
        "__missing__" method One, "(self, key, /)" => missing;
        "copy" method NoArgs, "(self, /)" => copy;
        "__copy__" method NoArgs, "(self, /)" => copy;
        "__reduce__" method NoArgs, "(self, /)" => reduce;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}

static DEF: TypeDef = TypeDef {
    ty: &DEFAULT_DICT,
    slots: |slots: &mut Slots| {
        slots.init = Some(init);
        slots.repr = Some(repr);
        slots.binary[BinaryOp::Or as usize] = Some(or);
    },
    methods: METHODS,
    getset: GETSET,
    doc: "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce\na new value when a key is not present, in __getitem__ only.\nA defaultdict compares equal to a dict with the same items.\nAll remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments.",
    module: "collections",
};

pub(super) static TYPES: &[ModuleType] = &[ModuleType {
    def: &DEF,
    name: "defaultdict",
    base: &types::DICT,
    layout: layout::DICT_SUB,
    sub_layout: SubLayout::Own(layout::DICT_SUB),
    flags: 0,
    has_dict: false,
}];
