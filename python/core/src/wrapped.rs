//! `classmethod` and `staticmethod`.

use crate::property::abstract_flag;
use crate::util::{getset, name_of};
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::instance;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

macro_rules! wrapped {
    ($(#[$doc:meta])* $name:ident, $text:literal, $about:literal, |$slots:ident| $more:block) => {
        $(#[$doc])*
        pub(crate) static $name: TypeDef = TypeDef {
            ty: &types::$name,
            slots: |$slots: &mut Slots| {
                $slots.new = Some(|vm, ty, _| Ok(Value::from_ref(vm.alloc_sized(layout::$name, ty, 32, |_| {})?)));
                $slots.init = Some(|vm, this, args| init(vm, this, args, $text));
                $slots.repr = Some(|vm, this| {
                    let inner = protocol::repr_text(vm, callable(this))?;
                    vm.new_str(&format!("<{}({inner})>", $text))
                });
                $more
            },
            methods: METHODS,
            getset: getset! {
                "__func__" => |_, this| Ok(callable(this));
                "__wrapped__" => |_, this| Ok(callable(this));
                "__isabstractmethod__" => |vm, this| Ok(ty::bool_value(abstract_flag(vm, Some(callable(this)))?));
                "__dict__" => instance::get_dict, crate::util::set_dict;
                "__annotations__" => |vm, this| forwarded(vm, this, "__annotations__"), |vm, this, new| keep(vm, this, "__annotations__", new);
                "__annotate__" => |vm, this| forwarded(vm, this, "__annotate__"), |vm, this, new| keep(vm, this, "__annotate__", new);
            },
            doc: $about,
            module: "",
        };
    };
}
wrapped!(
    /// `classmethod`.
    CLASSMETHOD,
    "classmethod",
    "Convert a function to be a class method.\n\nA class method receives the class as implicit first argument,\njust like an instance method receives the instance.\nTo declare a class method, use this idiom:\n\n  class C:\n      @classmethod\n      def f(cls, arg1, arg2, argN):\n          ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()).  The instance is ignored except for its class.\nIf a class method is called for a derived class, the derived class\nobject is passed as the implied first argument.\n\nClass methods are different than C++ or Java static methods.\nIf you want those, see the staticmethod builtin.",
    |slots| { slots.get = Some(|vm, this, _, class| vm.new_method(callable(this), class.value())) }
);
wrapped!(
    /// `staticmethod`.
    STATICMETHOD,
    "staticmethod",
    "Convert a function to be a static method.\n\nA static method does not receive an implicit first argument.\nTo declare a static method, use this idiom:\n\n     class C:\n         @staticmethod\n         def f(arg1, arg2, argN):\n             ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()). Both the class and the instance are ignored, and\nneither is passed implicitly as the first argument to the method.\n\nStatic methods in Python are similar to those found in Java or C++.\nFor a more advanced concept, see the classmethod builtin.",
    |slots| {
        slots.get = Some(|_, this, _, _: Type| Ok(callable(this)));
        slots.call = Some(|vm, this, args| protocol::call_args(vm, callable(this), args));
    }
);

natives! {
    static METHODS = {
        "__class_getitem__" classmethod One, "($cls, item, /)" => |vm, args| {
            protocol::call(vm, types::GENERIC_ALIAS.value(), &[args.at(0), args.at(1)])
        };
    }
}

fn callable(this: Value) -> Value {
    mem::value(mem::expect_ref(this), at::WRAPPED).unwrap_or_else(ty::none)
}

fn init(vm: &mut Vm, this: Value, args: Args, name: &str) -> PyResult<()> {
    crate::util::no_keywords(vm, name, args)?;
    let count = args.len();
    if count != 1 {
        return Err(vm.raise_type(&format!("{name} expected 1 argument, got {count}")));
    }
    let wrapped = args.at(0);
    vm.store(mem::expect_ref(this), at::WRAPPED, Some(wrapped));
    for attribute in ["__module__", "__name__", "__qualname__", "__doc__"] {
        let key = name_of(vm, attribute)?;
        if let Some(value) = protocol::get_attr_opt(vm, wrapped, key)? {
            instance::set_own_attr(vm, mem::expect_ref(this), key, value)?;
        }
    }
    Ok(())
}

/// An attribute of the wrapped callable unless one was set here.
fn forwarded(vm: &mut Vm, this: Value, name: &str) -> PyResult {
    let key = name_of(vm, name)?;
    match instance::own_attr(vm, mem::expect_ref(this), key) {
        Some(own) => Ok(own),
        None => protocol::get_attr(vm, callable(this), key),
    }
}

fn keep(vm: &mut Vm, this: Value, name: &str, new: Option<Value>) -> PyResult<()> {
    let (key, object) = (name_of(vm, name)?, mem::expect_ref(this));
    let done = match new {
        Some(new) => instance::set_own_attr(vm, object, key, new)?,
        None => instance::delete_own_attr(vm, object, key)?,
    };
    if done {
        Ok(())
    } else {
        Err(protocol::no_attribute(vm, this, key))
    }
}
