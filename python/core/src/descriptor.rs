//! What stands in the dicts of builtin types: methods, special methods, class methods, computed attributes; and `__slots__` members.

use crate::builtin::{doc, text_signature};
use crate::method::reduce_to_getattr;
use crate::util::{field_or_none, getset};
use coil_value::{Ref, Value};
use taipan_objects::class::{self, TypeDef};
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::{self, Args};
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::{PyResult, Raised};
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

macro_rules! method_like {
    ($(#[$doc:meta])* $name:ident, $repr:literal, $get:expr) => {
        $(#[$doc])*
        pub(crate) static $name: TypeDef = TypeDef {
            ty: &types::$name,
            slots: |slots: &mut Slots| {
                slots.repr = Some(|vm, this| repr(vm, this, $repr));
                slots.call = Some(protocol::call_args);
                slots.get = Some($get);
            },
            methods: METHODS,
            getset: getset! {
                "__name__" => crate::util::field!(at::DESCR_NAME);
                "__qualname__" => qualname;
                "__objclass__" => crate::util::field!(at::DESCR_TYPE);
                "__doc__" => |vm, this| doc(vm, native::def_of(mem::expect_ref(this)));
                "__text_signature__" => |vm, this| text_signature(vm, native::def_of(mem::expect_ref(this)), false);
            },
            doc: "",
            module: "",
        };
    };
}
method_like!(
    /// `method_descriptor`.
    METHOD_DESCRIPTOR, "method", method_get
);
method_like!(
    /// `wrapper_descriptor`.
    WRAPPER_DESCRIPTOR, "slot wrapper", wrapper_get
);
method_like!(
    /// `classmethod_descriptor`.
    CLASSMETHOD_DESCRIPTOR, "method", class_method_get
);

/// `getset_descriptor`.
pub(crate) static GETSET_DESCRIPTOR: TypeDef = TypeDef {
    ty: &types::GETSET_DESCRIPTOR,
    slots: |slots: &mut Slots| {
        slots.repr = Some(|vm, this| repr(vm, this, "attribute"));
        slots.get = Some(|vm, this, object, _| match object {
            Some(object) => {
                check(vm, this, object)?;
                (native::getset_of(mem::expect_ref(this)).get)(vm, object)
            }
            None => Ok(this),
        });
        slots.set = Some(getset_set);
    },
    methods: METHODS,
    getset: getset! {
        "__name__" => crate::util::field!(at::DESCR_NAME);
        "__qualname__" => qualname;
        "__objclass__" => crate::util::field!(at::DESCR_TYPE);
        "__doc__" => |_, _| Ok(ty::none());
    },
    doc: "",
    module: "",
};

/// `member_descriptor`.
pub(crate) static MEMBER_DESCRIPTOR: TypeDef = TypeDef {
    ty: &types::MEMBER_DESCRIPTOR,
    slots: |slots: &mut Slots| {
        slots.repr = Some(|vm, this| repr(vm, this, "member"));
        slots.get = Some(|vm, this, object, _| match object {
            Some(object) => class::member_get(vm, mem::expect_ref(this), object),
            None => Ok(this),
        });
        slots.set =
            Some(|vm, this, object, new| class::member_set(vm, mem::expect_ref(this), object, new));
    },
    methods: METHODS,
    getset: getset! {
        "__name__" => crate::util::field!(at::DESCR_NAME);
        "__qualname__" => qualname;
        "__objclass__" => crate::util::field!(at::DESCR_TYPE);
        "__doc__" => |_, _| Ok(ty::none());
    },
    doc: "",
    module: "",
};

natives! {
    static METHODS = {
        "__reduce__" method NoArgs, "($self, /)" => reduce;
    }
}

/// The type a descriptor belongs to.
fn owner(descriptor: Ref) -> Type {
    mem::reference(descriptor, at::DESCR_TYPE)
        .map(Type::from_ref)
        .expect("descriptors know their type")
}

fn name(descriptor: Ref) -> String {
    mem::value(descriptor, at::DESCR_NAME)
        .and_then(Str::of)
        .map(|name| name.to_rust().into_owned())
        .unwrap_or_default()
}

fn repr(vm: &mut Vm, this: Value, what: &str) -> PyResult {
    let object = mem::expect_ref(this);
    let text = format!(
        "<{what} '{}' of '{}' objects>",
        name(object),
        owner(object).name()
    );
    vm.new_str(&text)
}

fn qualname(vm: &mut Vm, this: Value) -> PyResult {
    let object = mem::expect_ref(this);
    let text = format!(
        "{}.{}",
        protocol::type_qualname(owner(object)),
        name(object)
    );
    vm.new_str(&text)
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    reduce_to_getattr(
        vm,
        field_or_none(this, at::DESCR_TYPE),
        field_or_none(this, at::DESCR_NAME),
    )
}

#[cold]
fn does_not_apply(vm: &mut Vm, descriptor: Ref, object: Value) -> Raised {
    let text = format!(
        "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
        name(descriptor),
        owner(descriptor).name(),
        protocol::type_name(object)
    );
    vm.raise_type(&text)
}

/// TypeError unless the descriptor is for objects like this.
fn check(vm: &mut Vm, this: Value, object: Value) -> PyResult<()> {
    let descriptor = mem::expect_ref(this);
    if Type::of(object).is_subtype(owner(descriptor)) {
        return Ok(());
    }
    Err(does_not_apply(vm, descriptor, object))
}

fn method_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Type) -> PyResult {
    let Some(object) = object else {
        return Ok(this);
    };
    check(vm, this, object)?;
    vm.new_native(native::def_of(mem::expect_ref(this)), Some(object), None)
}

fn wrapper_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Type) -> PyResult {
    let Some(object) = object else {
        return Ok(this);
    };
    check(vm, this, object)?;
    let descriptor = mem::expect_ref(this);
    let wrapper = vm.alloc(layout::NATIVE_FUNCTION, &types::METHOD_WRAPPER, 56)?;
    let def: usize = mem::get(descriptor, at::DESCR_DEF);
    mem::set(wrapper, at::NATIVE_DEF, def);
    vm.init(wrapper, at::NATIVE_SELF, Some(object));
    vm.init(wrapper, at::NATIVE_MODULE, Some(owner(descriptor).value()));
    Ok(Value::from_ref(wrapper))
}

fn class_method_get(vm: &mut Vm, this: Value, _: Option<Value>, class: Type) -> PyResult {
    let descriptor = mem::expect_ref(this);
    if !class.is_subtype(owner(descriptor)) {
        let text = format!(
            "descriptor '{}' requires a subtype of '{}' but received '{}'",
            name(descriptor),
            owner(descriptor).name(),
            class.name()
        );
        return Err(vm.raise_type(&text));
    }
    vm.new_native(native::def_of(descriptor), Some(class.value()), None)
}

fn getset_set(vm: &mut Vm, this: Value, object: Value, new: Option<Value>) -> PyResult<()> {
    check(vm, this, object)?;
    let descriptor = mem::expect_ref(this);
    match native::getset_of(descriptor).set {
        Some(set) => set(vm, object, new),
        None => {
            let text = format!(
                "attribute '{}' of '{}' objects is not writable",
                name(descriptor),
                owner(descriptor).name()
            );
            let key = vm.intern(&name(descriptor))?;
            let key = Str::of(key).expect("interned strings are strings");
            Err(protocol::attribute_error(vm, &text, object, key))
        }
    }
}
