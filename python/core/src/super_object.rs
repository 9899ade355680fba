//! `super`. Calls without arguments get the class and the object from the interpreter, or look for them in the running frame.

use crate::util::{address, getset, no_keywords};
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::function::CodeData;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

/// `super`.
pub(crate) static SUPER: TypeDef = TypeDef {
    ty: &types::SUPER,
    slots: |slots: &mut Slots| {
        slots.new = Some(|vm, ty, _| {
            let object = vm.alloc_sized(layout::SUPER, ty, 40, |_| {})?;
            Ok(Value::from_ref(object))
        });
        slots.init = Some(init);
        slots.repr = Some(repr);
        slots.get_attr = Some(get_attr);
        slots.get = Some(get);
    },
    methods: &[],
    getset: getset! {
        "__thisclass__" => crate::util::field!(at::SUPER_TYPE), crate::util::read_only;
        "__self__" => crate::util::field!(at::SUPER_OBJECT), crate::util::read_only;
        "__self_class__" => crate::util::field!(at::SUPER_OBJECT_TYPE), crate::util::read_only;
    },
    doc: "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)",
    module: "",
};

/// `super(class, object)`.
///
/// # Errors
/// TypeError when the object is no instance or subclass of the class.
pub fn new_super(vm: &mut Vm, class: Type, object: Value) -> PyResult {
    let owner = object_type(vm, class, object)?;
    let result = vm.alloc(layout::SUPER, &types::SUPER, 40)?;
    vm.init(result, at::SUPER_TYPE, Some(class.value()));
    vm.init(result, at::SUPER_OBJECT, Some(object));
    vm.init(result, at::SUPER_OBJECT_TYPE, Some(owner.value()));
    Ok(Value::from_ref(result))
}

/// The type whose MRO `super(class, object)` searches.
fn object_type(vm: &mut Vm, class: Type, object: Value) -> PyResult<Type> {
    let as_type = Type::from_value(object);
    if let Some(object) = as_type.filter(|object| object.is_subtype(class)) {
        return Ok(object);
    }
    let own = Type::of(object);
    if own.is_subtype(class) {
        return Ok(own);
    }
    let name = vm.interp.names.__class__.str();
    let claimed = protocol::get_attr_opt(vm, object, name)?.and_then(Type::from_value);
    if let Some(claimed) = claimed.filter(|claimed| *claimed != own && claimed.is_subtype(class)) {
        return Ok(claimed);
    }
    let (word, name) = match as_type {
        Some(object) => ("type", object.name()),
        None => ("instance of", own.name()),
    };
    let text = format!(
        "super(type, obj): obj ({word} {name}) is not an instance or subtype of type ({}).",
        class.name()
    );
    Err(vm.raise_type(&text))
}

/// What `super()` means in the running method: the class it stands in and its first argument.
fn of_running_frame(vm: &mut Vm) -> PyResult<(Value, Value)> {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    // SAFETY: the innermost record is complete.
    let record = unsafe { *vm.cx.frame_top };
    if record.code.is_null() {
        return Err(vm.raise_runtime("super(): no arguments"));
    }
    // SAFETY: frames run live code.
    let code = unsafe { &CodeData::of(record.code).code };
    let register = |at: u16| {
        let place = record.base.wrapping_add(usize::from(at));
        // SAFETY: a named register of the running frame.
        let bits = unsafe { *place };
        // SAFETY: it holds a value or 0.
        unsafe { Value::from_bits(bits) }
    };
    let in_cell = |at: u16| {
        let cell = register(at)?.as_ref()?;
        (cell.layout() == layout::CELL)
            .then(|| mem::value(cell, at::CELL_VALUE))
            .flatten()
    };
    if code.arg_count == 0 {
        return Err(vm.raise_runtime("super(): no arguments"));
    }
    let first = &code.varnames[0];
    let cell = code.cellvars.iter().find(|(name, _)| name == first);
    let object = match cell {
        Some((_, at)) => in_cell(*at).or_else(|| register(0)),
        None => register(0),
    };
    let Some(object) = object else {
        return Err(vm.raise_runtime("super(): arg[0] deleted"));
    };
    let Some((_, at)) = code.freevars.iter().find(|(name, _)| name == "__class__") else {
        return Err(vm.raise_runtime("super(): __class__ cell not found"));
    };
    match in_cell(*at) {
        Some(class) => Ok((class, object)),
        None => Err(vm.raise_runtime("super(): empty __class__ cell")),
    }
}

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    no_keywords(vm, "super", args)?;
    let count = args.len();
    if count > 2 {
        return Err(vm.raise_type(&format!("super expected at most 2 arguments, got {count}")));
    }
    let (class, given) = match args.get(0) {
        Some(class) => (class, args.get(1)),
        None => {
            let (class, object) = of_running_frame(vm)?;
            (class, Some(object))
        }
    };
    let Some(class) = Type::from_value(class) else {
        let name = protocol::type_name(class);
        return Err(vm.raise_type(&format!("super() argument 1 must be a type, not {name}")));
    };
    let object = given.filter(|object| *object != ty::none());
    let owner = match object {
        Some(object) => Some(object_type(vm, class, object)?),
        None => None,
    };
    let own = mem::expect_ref(this);
    vm.store(own, at::SUPER_TYPE, Some(class.value()));
    vm.store(own, at::SUPER_OBJECT, object);
    vm.store(own, at::SUPER_OBJECT_TYPE, owner.map(Type::value));
    Ok(())
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let own = mem::expect_ref(this);
    let class = mem::value(own, at::SUPER_TYPE)
        .and_then(Type::from_value)
        .map_or("NULL".to_owned(), Type::name);
    let text = match mem::value(own, at::SUPER_OBJECT_TYPE).and_then(Type::from_value) {
        Some(ty) => format!("<super: <class '{class}'>, <{} object>>", ty.name()),
        None => format!("<super: <class '{class}'>, NULL>"),
    };
    let _ = address(vm, own);
    vm.new_str(&text)
}

fn get_attr(vm: &mut Vm, this: Value, name: Str) -> PyResult {
    let own = mem::expect_ref(this);
    let fields = (
        mem::value(own, at::SUPER_TYPE).and_then(Type::from_value),
        mem::value(own, at::SUPER_OBJECT),
        mem::value(own, at::SUPER_OBJECT_TYPE).and_then(Type::from_value),
    );
    if let ((Some(class), Some(object), Some(start)), false) = (fields, name.is("__class__")) {
        let found = start
            .mro_types()
            .skip_while(|ty| *ty != class)
            .skip(1)
            .find_map(|ty| ty.own(name));
        if let Some(found) = found {
            return match Type::of(found).slots().get {
                // Bound to a class: as if looked up on the class itself.
                Some(get) => get(
                    vm,
                    found,
                    (object != start.value()).then_some(object),
                    start,
                ),
                None => Ok(found),
            };
        }
    }
    protocol::object_get_attr(vm, this, name)
}

fn get(vm: &mut Vm, this: Value, object: Option<Value>, _: Type) -> PyResult {
    let own = mem::expect_ref(this);
    let (Some(object), None) = (object, mem::value(own, at::SUPER_OBJECT)) else {
        return Ok(this);
    };
    let class = mem::value(own, at::SUPER_TYPE);
    if !Type::of(this).is(&types::SUPER) {
        let class = class.unwrap_or_else(ty::none);
        return protocol::call(vm, Type::of(this).value(), &[class, object]);
    }
    match class.and_then(Type::from_value) {
        Some(class) => new_super(vm, class, object),
        None => Ok(this),
    }
}
