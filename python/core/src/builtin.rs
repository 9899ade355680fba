//! Builtin functions and methods bound to an object, and bound special methods of builtin types (method-wrapper).

use crate::method::reduce_to_getattr;
use crate::util::{address, getset, given};
use coil_value::{Ref, Value};
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::{self, Args, NativeDef};
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

/// `builtin_function_or_method`.
pub(crate) static BUILTIN_FUNCTION: TypeDef = TypeDef {
    ty: &types::BUILTIN_FUNCTION,
    slots: |slots: &mut Slots| {
        slots.repr = Some(repr);
        slots.call = Some(protocol::call_args);
        slots.hash = Some(hash);
        slots.compare = Some(compare);
    },
    methods: METHODS,
    getset: getset! {
        "__name__" => |vm, this| vm.intern(native::def_of(mem::expect_ref(this)).name);
        "__qualname__" => |vm, this| { let name = qualname(this); vm.new_str(&name) };
        "__self__" => crate::util::field!(at::NATIVE_SELF);
        "__module__" => crate::util::field!(at::NATIVE_MODULE);
        "__doc__" => |vm, this| doc(vm, native::def_of(mem::expect_ref(this)));
        "__text_signature__" => |vm, this| text_signature(vm, native::def_of(mem::expect_ref(this)), bound_to_module(this));
    },
    doc: "",
    module: "",
};

/// `method-wrapper`: its module field holds the type that the slot belongs to.
pub(crate) static METHOD_WRAPPER: TypeDef = TypeDef {
    ty: &types::METHOD_WRAPPER,
    slots: |slots: &mut Slots| {
        slots.repr = Some(wrapper_repr);
        slots.call = Some(protocol::call_args);
        slots.hash = Some(hash);
        slots.compare = Some(compare);
    },
    methods: METHODS,
    getset: getset! {
        "__name__" => |vm, this| vm.intern(native::def_of(mem::expect_ref(this)).name);
        "__qualname__" => |vm, this| {
            let owner = crate::util::field_or_none(this, at::NATIVE_MODULE);
            let owner = Type::from_value(owner).map(protocol::type_qualname).unwrap_or_default();
            let name = native::def_of(mem::expect_ref(this)).name;
            vm.new_str(&format!("{owner}.{name}"))
        };
        "__objclass__" => crate::util::field!(at::NATIVE_MODULE);
        "__self__" => crate::util::field!(at::NATIVE_SELF);
        "__doc__" => |vm, this| doc(vm, native::def_of(mem::expect_ref(this)));
        "__text_signature__" => |vm, this| text_signature(vm, native::def_of(mem::expect_ref(this)), false);
    },
    doc: "",
    module: "",
};

natives! {
    static METHODS = {
        "__reduce__" method NoArgs, "($self, /)" => reduce;
    }
}

fn this_of(object: Ref) -> Option<Value> {
    given(mem::value(object, at::NATIVE_SELF))
}

fn is_module(value: Value) -> bool {
    value
        .as_ref()
        .is_some_and(|object| object.layout() == layout::MODULE)
}

fn bound_to_module(this: Value) -> bool {
    this_of(mem::expect_ref(this)).is_some_and(is_module)
}

fn qualname(this: Value) -> String {
    let object = mem::expect_ref(this);
    let name = native::def_of(object).name;
    match this_of(object) {
        Some(this) if !is_module(this) => {
            let ty = Type::from_value(this).unwrap_or_else(|| Type::of(this));
            format!("{}.{name}", protocol::type_qualname(ty))
        }
        _ => name.to_owned(),
    }
}

/// `__doc__` of a native.
pub(crate) fn doc(vm: &mut Vm, def: &'static NativeDef) -> PyResult {
    if def.doc.is_empty() {
        Ok(ty::none())
    } else {
        vm.new_str(def.doc)
    }
}

/// `__text_signature__` of a native, the implied first parameter marked.
pub(crate) fn text_signature(vm: &mut Vm, def: &'static NativeDef, of_module: bool) -> PyResult {
    let signature = def.signature;
    if signature.is_empty() {
        return Ok(ty::none());
    }
    let inner = signature.strip_prefix('(').unwrap_or(signature);
    let text = if of_module {
        if inner.starts_with(')') {
            "($module, /)".to_owned()
        } else {
            format!("($module, {inner}")
        }
    } else if inner.starts_with("self") || inner.starts_with("type") {
        format!("(${inner}")
    } else {
        signature.to_owned()
    };
    vm.new_str(&text)
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let object = mem::expect_ref(this);
    let name = native::def_of(object).name;
    let text = match this_of(object) {
        Some(this) if !is_module(this) => format!(
            "<built-in method {name} of {} object at {:#x}>",
            protocol::type_name(this),
            place(vm, this)
        ),
        _ => format!("<built-in function {name}>"),
    };
    vm.new_str(&text)
}

fn place(vm: &mut Vm, value: Value) -> u64 {
    match value.as_ref() {
        Some(object) => address(vm, object) as u64,
        None => protocol::object_id(value),
    }
}

fn wrapper_repr(vm: &mut Vm, this: Value) -> PyResult {
    let object = mem::expect_ref(this);
    let name = native::def_of(object).name;
    let this = this_of(object).unwrap_or_else(ty::none);
    let text = format!(
        "<method-wrapper '{name}' of {} object at {:#x}>",
        protocol::type_name(this),
        place(vm, this)
    );
    vm.new_str(&text)
}

fn hash(vm: &mut Vm, this: Value) -> PyResult<i64> {
    let object = mem::expect_ref(this);
    let own = mem::get::<usize>(object, at::NATIVE_DEF).cast_signed() as i64 >> 4;
    let bound = match this_of(object) {
        Some(this) => protocol::identity_hash(vm, this),
        None => 0,
    };
    let hash = own ^ bound;
    Ok(if hash == -1 { -2 } else { hash })
}

fn compare(_: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let ours = |value: Value| {
        value
            .as_ref()
            .filter(|object| object.layout() == layout::NATIVE_FUNCTION)
    };
    let (Some(x), Some(y)) = (ours(a), ours(b)) else {
        return Ok(ty::not_implemented());
    };
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(ty::not_implemented());
    }
    let same_self = match (this_of(x), this_of(y)) {
        (Some(a), Some(b)) => protocol::is(a, b),
        (a, b) => a == b,
    };
    let same = same_self && std::ptr::eq(native::def_of(x), native::def_of(y));
    Ok(ty::bool_value(same == (op == CompareOp::Eq)))
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let object = mem::expect_ref(args.at(0));
    let name = vm.intern(native::def_of(object).name)?;
    match this_of(object) {
        Some(this) if !is_module(this) => reduce_to_getattr(vm, this, name),
        _ => Ok(name),
    }
}
