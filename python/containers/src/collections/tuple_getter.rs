//! `_tuplegetter`: the attributes of named tuples. Fields: index, docstring.

use crate::helpers::{TextBuilder, check_count, no_keywords};
use crate::native_module::{at, get, int, module_types, set};
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

fn new(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "_tuplegetter")?;
    check_count(vm, &args, "_tuplegetter", 2, 2)?;
    let index = protocol::index_i64(vm, args.at(0))?;
    let index = number::small(index.clamp(-1, 1 << 40));
    vm.new_fields(class, &[Some(index), Some(args.at(1))])
}

fn read(vm: &mut Vm, this: Value, object: Option<Value>, _owner: Type) -> PyResult {
    let Some(object) = object else {
        return Ok(this);
    };
    let index = int(this, 0);
    let Some(tuple) = Tuple::of(object) else {
        if object == ty::none() {
            return Ok(this);
        }
        let name = protocol::type_name(object);
        return Err(vm.raise_type(&format!(
            "descriptor for index '{index}' for tuple subclasses doesn't apply to '{name}' object"
        )));
    };
    match usize::try_from(index)
        .ok()
        .and_then(|index| tuple.get(index))
    {
        Some(item) => Ok(item),
        None => Err(vm.raise_index("tuple index out of range")),
    }
}

fn write(vm: &mut Vm, _this: Value, _object: Value, value: Option<Value>) -> PyResult<()> {
    Err(vm.raise_attribute(if value.is_some() {
        "can't set attribute"
    } else {
        "can't delete attribute"
    }))
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let mut text = TextBuilder::default();
    text.ascii(&format!("_tuplegetter({}, ", int(this, 0)));
    text.repr(vm, at(this, 1))?;
    text.ascii(")");
    text.finish(vm)
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let arguments = vm.new_tuple(&[at(this, 0), at(this, 1)])?;
    vm.new_tuple(&[Type::of(this).value(), arguments])
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "__doc__",
    get: |_, this| Ok(get(this, 1).unwrap_or_else(ty::none)),
    set: Some(|vm, this, value| {
        set(vm, this, 1, value);
        Ok(())
    }),
}];

natives! {
    static METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce;
    }
}

module_types! {
    "collections" pub(super) TYPES {
        "_tuplegetter" TUPLE_GETTER TUPLE_GETTER_DEF closed false, |slots| {
            slots.new = Some(new);
            slots.get = Some(read);
            slots.set = Some(write);
            slots.repr = Some(repr);
        }, METHODS, GETSET, "";
    }
}
