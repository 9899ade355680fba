//! Bound methods.

use crate::util::{getset, no_keywords};
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

/// `method`.
pub(crate) static METHOD: TypeDef = TypeDef {
    ty: &types::METHOD,
    slots: |slots: &mut Slots| {
        slots.new = Some(new);
        slots.repr = Some(repr);
        slots.call = Some(protocol::call_args);
        slots.get = Some(|_, this, _, _| Ok(this));
        slots.get_attr = Some(get_attr);
        slots.hash = Some(|vm, this| {
            let (function, object) = parts(this);
            let hash = protocol::identity_hash(vm, object) ^ protocol::hash(vm, function)?;
            Ok(if hash == -1 { -2 } else { hash })
        });
        slots.compare = Some(compare);
    },
    methods: METHODS,
    getset: getset! {
        "__func__" => crate::util::field!(at::METHOD_FUNC), crate::util::read_only;
        "__self__" => crate::util::field!(at::METHOD_SELF), crate::util::read_only;
        "__doc__" => |vm, this| { let (function, _) = parts(this); protocol::get_attr_named(vm, function, "__doc__") };
    },
    doc: "Create a bound instance method object.",
    module: "",
};

natives! {
    static METHODS = {
        "__reduce__" method NoArgs, "($self, /)" => |vm, args| {
            let (function, object) = parts(args.at(0));
            let name = protocol::get_attr_named(vm, function, "__name__")?;
            reduce_to_getattr(vm, object, name)
        };
    }
}

/// What methods pickle as: `getattr(object, name)`.
pub(crate) fn reduce_to_getattr(vm: &mut Vm, object: Value, name: Value) -> PyResult {
    let Some(getattr) = vm.interp.builtins().get_name(vm, "getattr")? else {
        return Err(vm.raise_name("name 'getattr' is not defined"));
    };
    let args = vm.new_tuple(&[object, name])?;
    vm.new_tuple(&[getattr, args])
}

fn parts(this: Value) -> (Value, Value) {
    let object = mem::expect_ref(this);
    (
        mem::value(object, at::METHOD_FUNC).expect("bound methods have a function"),
        mem::value(object, at::METHOD_SELF).expect("bound methods have a self"),
    )
}

fn new(vm: &mut Vm, _: Type, args: Args) -> PyResult {
    no_keywords(vm, "method", args)?;
    let count = args.len();
    if count != 2 {
        return Err(vm.raise_type(&format!("method expected 2 arguments, got {count}")));
    }
    if !protocol::is_callable(args.at(0)) {
        return Err(vm.raise_type("first argument must be callable"));
    }
    if args.at(1) == ty::none() {
        return Err(vm.raise_type("instance must not be None"));
    }
    vm.new_method(args.at(0), args.at(1))
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let (function, object) = parts(this);
    let mut name = None;
    for attribute in ["__qualname__", "__name__"] {
        let key = vm.intern(attribute)?;
        let key = Str::of(key).expect("interned strings are strings");
        name = protocol::get_attr_opt(vm, function, key)?.and_then(Str::of);
        if name.is_some() {
            break;
        }
    }
    let name = name.map_or("?".to_owned(), |name| name.to_rust().into_owned());
    let object = protocol::repr_text(vm, object)?;
    vm.new_str(&format!("<bound method {name} of {object}>"))
}

fn get_attr(vm: &mut Vm, this: Value, name: Str) -> PyResult {
    let ty = Type::of(this);
    if let Some(found) = ty.lookup(name) {
        return match Type::of(found).slots().get {
            Some(get) => get(vm, found, Some(this), ty),
            None => Ok(found),
        };
    }
    protocol::get_attr(vm, parts(this).0, name)
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let both = [a, b].iter().all(|value| {
        value
            .as_ref()
            .is_some_and(|object| object.layout() == layout::METHOD)
    });
    if !both || !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(ty::not_implemented());
    }
    let ((f, x), (g, y)) = (parts(a), parts(b));
    let same = protocol::equal(vm, f, g)? && protocol::is(x, y);
    Ok(ty::bool_value(same == (op == CompareOp::Eq)))
}
