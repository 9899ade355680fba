//! `property`.

use crate::util::{field_or_none, getset, given};
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::{PyResult, Raised};
use taipan_objects::slots::Slots;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

/// True when the docstring came from the getter.
const DOC_OF_GETTER: usize = 56;

/// `property`.
pub(crate) static PROPERTY: TypeDef = TypeDef {
    ty: &types::PROPERTY,
    slots: |slots: &mut Slots| {
        slots.new = Some(|vm, ty, _| {
            Ok(Value::from_ref(vm.alloc_sized(
                layout::PROPERTY,
                ty,
                72,
                |_| {},
            )?))
        });
        slots.init = Some(init);
        slots.get = Some(get);
        slots.set = Some(set);
    },
    methods: METHODS,
    getset: getset! {
        "fget" => crate::util::field!(at::PROP_GET), crate::util::read_only;
        "fset" => crate::util::field!(at::PROP_SET), crate::util::read_only;
        "fdel" => crate::util::field!(at::PROP_DEL), crate::util::read_only;
        "__doc__" => crate::util::field!(at::PROP_DOC), |vm, this, new| { vm.store(mem::expect_ref(this), at::PROP_DOC, new); Ok(()) };
        "__name__" => get_name, |vm, this, new| { vm.store(mem::expect_ref(this), at::PROP_NAME, new); Ok(()) };
        "__isabstractmethod__" => is_abstract;
    },
    doc: "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring\n\nTypical use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n    def setx(self, value): self._x = value\n    def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\nDecorators make defining new properties or modifying existing ones easy:\n\nclass C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n    def x(self, value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
    module: "",
};

natives! {
    static METHODS = {
        "getter" method One, "($self, fget, /)" => |vm, args| copy(vm, args, at::PROP_GET);
        "setter" method One, "($self, fset, /)" => |vm, args| copy(vm, args, at::PROP_SET);
        "deleter" method One, "($self, fdel, /)" => |vm, args| copy(vm, args, at::PROP_DEL);
        "__set_name__" method Any, "($self, owner, name, /)" => set_name;
    }
}

const PARAMETERS: [&str; 4] = ["fget", "fset", "fdel", "doc"];

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    let total = args.len() + args.keyword_count();
    if total > 4 {
        return Err(vm.raise_type(&format!(
            "property() takes at most 4 arguments ({total} given)"
        )));
    }
    for index in 0..args.keyword_count() {
        let (key, _) = args.keyword(index);
        let Some(place) = PARAMETERS.iter().position(|name| key.is(name)) else {
            let key = key.to_rust();
            return Err(vm.raise_type(&format!(
                "property() got an unexpected keyword argument '{key}'"
            )));
        };
        if place < args.len() {
            let text = format!(
                "argument for property() given by name ('{}') and position ({})",
                PARAMETERS[place],
                place + 1
            );
            return Err(vm.raise_type(&text));
        }
    }
    let [getter, setter, deleter, doc] = std::array::from_fn(|index| {
        given(
            args.get(index)
                .or_else(|| args.keyword_named(PARAMETERS[index])),
        )
    });
    let own = mem::expect_ref(this);
    for (offset, value) in [
        (at::PROP_GET, getter),
        (at::PROP_SET, setter),
        (at::PROP_DEL, deleter),
    ] {
        vm.store(own, offset, value);
    }
    vm.store(own, at::PROP_NAME, None);
    vm.store(own, DOC_OF_GETTER, None);
    let name = vm.interp.names.__doc__.str();
    let mut doc = doc;
    if let (None, Some(getter)) = (doc, getter) {
        doc = given(protocol::get_attr_opt(vm, getter, name)?);
        if doc.is_some() {
            vm.store(own, DOC_OF_GETTER, Some(ty::bool_value(true)));
        }
    }
    vm.store(own, at::PROP_DOC, doc);
    if !Type::of(this).is(&types::PROPERTY) {
        // A subclass has a `__doc__` of its own, so the property's goes to the instance.
        let value = doc.unwrap_or_else(ty::none);
        match protocol::set_attr(vm, this, name, Some(value)) {
            Err(raised) if vm.raised_is(&types::AttributeError) && doc.is_none() => {
                vm.take_raised(raised);
            }
            result => result?,
        }
    }
    Ok(())
}

fn name_value(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let own = mem::expect_ref(this);
    if let Some(name) = mem::value(own, at::PROP_NAME) {
        return Ok(Some(name));
    }
    let Some(getter) = mem::value(own, at::PROP_GET) else {
        return Ok(None);
    };
    let name = vm.interp.names.__name__.str();
    protocol::get_attr_opt(vm, getter, name)
}

fn get_name(vm: &mut Vm, this: Value) -> PyResult {
    match name_value(vm, this)? {
        Some(name) => Ok(name),
        None => {
            let name = vm.interp.names.__name__.str();
            Err(protocol::no_attribute(vm, this, name))
        }
    }
}

#[cold]
fn no_accessor(vm: &mut Vm, this: Value, object: Value, what: &str) -> Raised {
    let name = match name_value(vm, this) {
        Ok(name) => name,
        Err(raised) => return raised,
    };
    let class = protocol::type_qualname(Type::of(object));
    let text = match name {
        Some(name) => match protocol::repr_text(vm, name) {
            Ok(name) => format!("property {name} of '{class}' object has no {what}"),
            Err(raised) => return raised,
        },
        None => format!("property of '{class}' object has no {what}"),
    };
    vm.raise_attribute(&text)
}

fn get(vm: &mut Vm, this: Value, object: Option<Value>, _: Type) -> PyResult {
    let Some(object) = object else {
        return Ok(this);
    };
    match mem::value(mem::expect_ref(this), at::PROP_GET) {
        Some(getter) => protocol::call(vm, getter, &[object]),
        None => Err(no_accessor(vm, this, object, "getter")),
    }
}

fn set(vm: &mut Vm, this: Value, object: Value, new: Option<Value>) -> PyResult<()> {
    let own = mem::expect_ref(this);
    match (
        new,
        mem::value(own, at::PROP_SET),
        mem::value(own, at::PROP_DEL),
    ) {
        (Some(new), Some(setter), _) => protocol::call(vm, setter, &[object, new])?,
        (None, _, Some(deleter)) => protocol::call(vm, deleter, &[object])?,
        (Some(_), None, _) => return Err(no_accessor(vm, this, object, "setter")),
        (None, _, None) => return Err(no_accessor(vm, this, object, "deleter")),
    };
    Ok(())
}

fn copy(vm: &mut Vm, args: Args, changed: usize) -> PyResult {
    let (this, new) = (args.at(0), args.at(1));
    let own = mem::expect_ref(this);
    let value = |offset: usize| {
        if offset == changed && new != ty::none() {
            new
        } else {
            field_or_none(this, offset)
        }
    };
    let getter = value(at::PROP_GET);
    let from_getter = mem::value(own, DOC_OF_GETTER).is_some() && getter != ty::none();
    let doc = if from_getter {
        ty::none()
    } else {
        field_or_none(this, at::PROP_DOC)
    };
    let parts = [getter, value(at::PROP_SET), value(at::PROP_DEL), doc];
    let result = protocol::call(vm, Type::of(this).value(), &parts)?;
    if let Some(object) = result
        .as_ref()
        .filter(|object| object.layout() == layout::PROPERTY)
    {
        vm.store(object, at::PROP_NAME, mem::value(own, at::PROP_NAME));
    }
    Ok(result)
}

fn set_name(vm: &mut Vm, args: Args) -> PyResult {
    let count = args.len() - 1;
    if count != 2 {
        return Err(vm.raise_type(&format!(
            "__set_name__() takes 2 positional arguments but {count} were given"
        )));
    }
    vm.store(mem::expect_ref(args.at(0)), at::PROP_NAME, Some(args.at(2)));
    Ok(ty::none())
}

/// Whether one of these says that it is abstract.
pub(crate) fn abstract_flag(vm: &mut Vm, value: Option<Value>) -> PyResult<bool> {
    let Some(value) = given(value) else {
        return Ok(false);
    };
    let name = vm.interp.names.__isabstractmethod__.str();
    match protocol::get_attr_opt(vm, value, name)? {
        Some(flag) => protocol::truth(vm, flag),
        None => Ok(false),
    }
}

fn is_abstract(vm: &mut Vm, this: Value) -> PyResult {
    let own = mem::expect_ref(this);
    for offset in [at::PROP_GET, at::PROP_SET, at::PROP_DEL] {
        if abstract_flag(vm, mem::value(own, offset))? {
            return Ok(ty::bool_value(true));
        }
    }
    Ok(ty::bool_value(false))
}
