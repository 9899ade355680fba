//! `object`.

use crate::reduce;
use crate::util::getset;
use coil_value::Value;
use taipan_objects::class::{self, TypeDef};
use taipan_objects::dict::Dict;
use taipan_objects::instance;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, flag, types};
use taipan_objects::vm::Vm;

/// `object`.
pub(crate) static OBJECT: TypeDef = TypeDef {
    ty: &types::OBJECT,
    slots,
    methods: METHODS,
    getset: getset! {
        "__class__" => |_, this| Ok(Type::of(this).value()), set_class;
    },
    doc: "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    module: "",
};

fn slots(slots: &mut Slots) {
    slots.new = Some(object_new);
    slots.init = Some(object_init);
    slots.repr = Some(protocol::object_repr);
    slots.str = Some(object_str);
    slots.hash = Some(|vm, this| Ok(protocol::identity_hash(vm, this)));
    slots.compare = Some(object_compare);
    slots.get_attr = Some(protocol::object_get_attr);
    slots.set_attr = Some(object_set_attr);
}

natives! {
    static METHODS = {
        "__dir__" method NoArgs, "(self, /)" => object_dir;
        "__format__" method One, "(self, format_spec, /)" => object_format;
        "__sizeof__" method NoArgs, "(self, /)" => object_sizeof;
        "__reduce__" method NoArgs, "(self, /)" => |vm, args| reduce::reduce(vm, args.at(0), 0);
        "__reduce_ex__" method One, "(self, protocol, /)" => reduce::reduce_ex;
        "__getstate__" method NoArgs, "(self, /)" => |vm, args| reduce::default_state(vm, args.at(0), false);
        "__init_subclass__" classmethod NoArgs, "(type, /)" => |_, _| Ok(ty::none());
        "__subclasshook__" classmethod Any, "(type, object, /)" => |_, _| Ok(ty::not_implemented());
    }
}

fn takes_arguments(args: Args) -> bool {
    args.len() + args.keyword_count() > 0
}

fn is_new(ty: Type) -> bool {
    ty.slots().new.is_some_and(|new| {
        new as usize == object_new as fn(&mut Vm, Type, Args) -> PyResult as usize
    })
}

fn is_init(ty: Type) -> bool {
    ty.slots().init.is_some_and(|init| {
        init as usize == object_init as fn(&mut Vm, Value, Args) -> PyResult<()> as usize
    })
}

fn object_new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    if takes_arguments(args) {
        if !is_new(ty) {
            return Err(vm.raise_type(
                "object.__new__() takes exactly one argument (the type to instantiate)",
            ));
        }
        if is_init(ty) {
            let name = ty.name();
            return Err(vm.raise_type(&format!("{name}() takes no arguments")));
        }
    }
    class::new_object(vm, ty)
}

fn object_init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    if takes_arguments(args) {
        let ty = Type::of(this);
        let name = ty.name();
        if !is_init(ty) {
            return Err(vm.raise_type(
                "object.__init__() takes exactly one argument (the instance to initialize)",
            ));
        }
        if is_new(ty) {
            return Err(vm.raise_type(&format!(
                "{name}.__init__() takes exactly one argument (the instance to initialize)"
            )));
        }
    }
    Ok(())
}

fn object_str(vm: &mut Vm, this: Value) -> PyResult {
    match Type::of(this).slots().repr {
        Some(repr) => repr(vm, this),
        None => protocol::object_repr(vm, this),
    }
}

fn object_compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    match op {
        CompareOp::Eq if protocol::is(a, b) => Ok(ty::bool_value(true)),
        // `!=` is the opposite of `==` where a class defines only that.
        CompareOp::Ne => {
            let Some(compare) = Type::of(a).slots().compare else {
                return Ok(ty::not_implemented());
            };
            let equal = compare(vm, a, b, CompareOp::Eq)?;
            if equal == ty::not_implemented() {
                return Ok(equal);
            }
            Ok(ty::bool_value(!protocol::truth(vm, equal)?))
        }
        _ => Ok(ty::not_implemented()),
    }
}

fn object_set_attr(vm: &mut Vm, this: Value, name: Str, new: Option<Value>) -> PyResult<()> {
    if Type::from_value(this).is_some() {
        let word = if new.is_some() {
            "__setattr__"
        } else {
            "__delattr__"
        };
        let meta = protocol::type_name(this);
        return Err(vm.raise_type(&format!("can't apply this {word} to {meta} object")));
    }
    protocol::object_set_attr(vm, this, name, new)
}

/// Adds the names of a class's attributes (along its MRO) to a dict.
pub(crate) fn merge_class_names(vm: &mut Vm, ty: Type, into: Dict) -> PyResult<()> {
    let mro: Vec<Type> = ty.mro_types().collect();
    for class in mro.into_iter().rev() {
        into.update(vm, Dict::from_ref(class.dict()))?;
    }
    Ok(())
}

/// The keys of a dict as a list.
pub(crate) fn key_list(vm: &mut Vm, dict: Dict) -> PyResult {
    let keys = vm.new_list_with(dict.len())?;
    let mut at = 0;
    while let Some((entry, key, _)) = dict.next_entry(at) {
        keys.push(vm, key)?;
        at = entry + 1;
    }
    Ok(keys.value())
}

fn object_dir(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let all = vm.new_dict()?;
    let name = vm.interp.names.__class__.str();
    let class = protocol::get_attr_opt(vm, this, name)?;
    if let Some(ty) = class.and_then(Type::from_value) {
        merge_class_names(vm, ty, all)?;
    }
    let name = vm.interp.names.__dict__.str();
    if let Some(own) = protocol::get_attr_opt(vm, this, name)?.and_then(Dict::of) {
        all.update(vm, own)?;
    }
    key_list(vm, all)
}

fn object_format(vm: &mut Vm, args: Args) -> PyResult {
    let spec = args.at(1);
    let Some(text) = Str::of(spec) else {
        let name = protocol::type_name(spec);
        return Err(vm.raise_type(&format!("__format__() argument must be str, not {name}")));
    };
    if !text.is_empty() {
        let name = protocol::type_name(args.at(0));
        return Err(vm.raise_type(&format!(
            "unsupported format string passed to {name}.__format__"
        )));
    }
    protocol::str(vm, args.at(0)).map(Str::value)
}

fn object_sizeof(_: &mut Vm, args: Args) -> PyResult {
    let size = match args.at(0).as_ref() {
        Some(object) if instance::is_instance_layout(object.layout()) => {
            layout::INSTANCE_BASE + 8 * usize::from(object.layout().0 - layout::INSTANCE_FIRST.0)
        }
        Some(object) => match object.layout() {
            layout::TYPE => layout::TYPE_SIZE,
            layout::EXCEPTION => layout::EXCEPTION_SIZE,
            layout::FUNCTION => 128,
            layout::NATIVE_FUNCTION | layout::NATIVE_METHOD | layout::GETSET | layout::MEMBER => 56,
            layout::PROPERTY => 72,
            layout::CODE => 72,
            layout::FIELDS => at::FIELDS + 8 * mem::get::<usize>(object, at::FIELD_COUNT),
            layout::CELL => 24,
            _ => 48,
        },
        None => 24,
    };
    Ok(number::size(size))
}

// ---- `__class__`

fn is_module(ty: Type) -> bool {
    ty.is_subtype(types::MODULE.ty())
}

fn set_class(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(vm.raise_type("can't delete __class__ attribute"));
    };
    let Some(to) = Type::from_value(new) else {
        let name = protocol::type_name(new);
        return Err(vm.raise_type(&format!(
            "__class__ must be set to a class, not '{name}' object"
        )));
    };
    let from = Type::of(this);
    let modules = is_module(from) && is_module(to);
    let immutable = (from.flags() | to.flags()) & flag::IMMUTABLE != 0;
    let Some(object) = this.as_ref().filter(|_| modules || !immutable) else {
        return Err(vm.raise_type(
            "__class__ assignment only supported for mutable types or ModuleType subclasses",
        ));
    };
    if !compatible(from, to) {
        let text = format!(
            "__class__ assignment: '{}' object layout differs from '{}'",
            to.name(),
            from.name()
        );
        return Err(vm.raise_type(&text));
    }
    change_type(vm, object, to);
    Ok(())
}

/// The class that decided how instances are laid out: the nearest with `__slots__` members of its own, or a builtin one.
fn laid_out_by(ty: Type) -> Type {
    let mut at = ty;
    while at.is_heap() {
        let Some(base) = at.base() else { break };
        if at.data().member_slots.get() != base.data().member_slots.get() {
            break;
        }
        at = base;
    }
    at
}

fn slot_names(ty: Type) -> Vec<String> {
    let dict = Dict::from_ref(ty.dict());
    let mut names: Vec<String> = dict
        .iter()
        .filter(|(_, value)| {
            value
                .as_ref()
                .is_some_and(|object| object.layout() == layout::MEMBER)
        })
        .filter_map(|(key, _)| Str::of(key).map(|key| key.to_rust().into_owned()))
        .collect();
    names.sort();
    names
}

fn compatible(from: Type, to: Type) -> bool {
    let (a, b) = (from.data(), to.data());
    if a.has_dict.get() != b.has_dict.get()
        || a.has_weakref.get() != b.has_weakref.get()
        || from.makes_instances() != to.makes_instances()
        || a.member_slots.get() != b.member_slots.get()
    {
        return false;
    }
    let (first, second) = (laid_out_by(from), laid_out_by(to));
    first == second
        || (first.is_heap()
            && second.is_heap()
            && first.base().map(laid_out_by) == second.base().map(laid_out_by)
            && slot_names(first) == slot_names(second))
}

fn change_type(vm: &mut Vm, object: coil_value::Ref, to: Type) {
    if instance::is_instance_layout(object.layout())
        && let Some(shape) = instance::shape_of(object)
    {
        let mut next = coil_shape::ShapeId(to.data().root_shape.get());
        for name in vm.interp.shapes.names(shape) {
            next = vm.interp.shapes.with(next, name);
        }
        mem::set(object, at::SHAPE, next.0);
    }
    vm.mutator().write_barrier(object);
    // NO-BARRIER: just run.
    mem::set(object, 8, to.as_ref().address());
}
