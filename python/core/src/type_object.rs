//! `type`: attributes of classes, making classes by call.

use crate::object::{key_list, merge_class_names};
use crate::type_annotations as annotations;
use crate::util::{current_globals, getset, given, name_of, text_of};
use coil_value::Value;
use taipan_objects::class::{self, TypeDef};
use taipan_objects::dict::Dict;
use taipan_objects::dispatch;
use taipan_objects::layout;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::{BinaryOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, STATIC_TYPES, Type, flag, types};
use taipan_objects::vm::Vm;

/// `type`.
pub(crate) static TYPE: TypeDef = TypeDef {
    ty: &types::TYPE,
    slots,
    methods: METHODS,
    getset: getset! {
        "__name__" => |vm, this| { let name = this_type(this).name(); vm.new_str(&name) }, set_name;
        "__qualname__" => |vm, this| { let name = protocol::type_qualname(this_type(this)); vm.new_str(&name) }, set_qualname;
        "__module__" => get_module, set_module;
        "__bases__" => |vm, this| Ok(this_type(this).bases().map_or_else(|| vm.interp.empty_tuple(), Value::from_ref)), set_bases;
        "__base__" => |_, this| Ok(this_type(this).base().map_or_else(ty::none, Type::value));
        "__mro__" => |_, this| Ok(this_type(this).mro().map_or_else(ty::none, Value::from_ref));
        "__dict__" => get_dict;
        "__doc__" => get_doc, set_doc;
        "__text_signature__" => |_, _| Ok(ty::none());
        "__abstractmethods__" => get_abstract, set_abstract;
        "__annotations__" => annotations::get_annotations, annotations::set_annotations;
        "__annotate__" => annotations::get_annotate, annotations::set_annotate;
        "__type_params__" => annotations::get_type_params, annotations::set_type_params;
        "__flags__" => |vm, this| { let flags = this_type(this).flags(); vm.new_int(flags.cast_signed()) };
        "__basicsize__" => |_, this| Ok(number::size(basic_size(this_type(this))));
        "__itemsize__" => |_, this| Ok(number::size(item_size(this_type(this))));
        "__dictoffset__" => |_, this| Ok(number::small(if this_type(this).data().has_dict.get() { -1 } else { 0 }));
        "__weakrefoffset__" => |_, this| Ok(number::small(if this_type(this).data().has_weakref.get() { -16 } else { 0 }));
    },
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    module: "",
};

fn slots(slots: &mut Slots) {
    slots.new = Some(type_new);
    slots.init = Some(type_init);
    slots.call = Some(class::call_type);
    slots.repr = Some(type_repr);
    slots.get_attr = Some(type_get_attr);
    slots.set_attr = Some(type_set_attr);
    slots.binary[BinaryOp::Or as usize] = Some(type_or);
}

natives! {
    static METHODS = {
        "mro" method NoArgs, "($self, /)" => type_mro;
        "__subclasses__" method NoArgs, "($self, /)" => subclasses;
        "__prepare__" classmethod Any, "" => |vm, _| Ok(vm.new_dict()?.value());
        "__instancecheck__" method One, "($self, instance, /)" => |vm, args| {
            let ty = this_type(args.at(0));
            Ok(ty::bool_value(protocol::real_instance(vm, args.at(1), ty)?))
        };
        "__subclasscheck__" method One, "($self, subclass, /)" => subclass_check;
        "__dir__" method NoArgs, "($self, /)" => |vm, args| {
            let all = vm.new_dict()?;
            merge_class_names(vm, this_type(args.at(0)), all)?;
            key_list(vm, all)
        };
        "__sizeof__" method NoArgs, "($self, /)" => |_, _| Ok(number::size(layout::TYPE_SIZE));
    }
}

/// The type that `self` is.
pub(crate) fn this_type(this: Value) -> Type {
    Type::from_value(this).expect("checked by the descriptor")
}

// ---- attributes

/// The attribute of a class: data descriptors of its metaclass, attributes along its MRO, other attributes of the metaclass.
pub(crate) fn type_get_attr(vm: &mut Vm, this: Value, name: Str) -> PyResult {
    let (ty, meta) = (this_type(this), Type::of(this));
    let from_meta = meta.lookup(name);
    if let Some(descriptor) = from_meta {
        let slots = Type::of(descriptor).slots();
        if let (Some(get), Some(_)) = (slots.get, slots.set) {
            return get(vm, descriptor, Some(this), meta);
        }
    }
    if let Some(found) = ty.lookup(name) {
        return match Type::of(found).slots().get {
            Some(get) => get(vm, found, None, ty),
            None => Ok(found),
        };
    }
    match from_meta {
        Some(found) => match Type::of(found).slots().get {
            Some(get) => get(vm, found, Some(this), meta),
            None => Ok(found),
        },
        None => Err(protocol::no_attribute(vm, this, name)),
    }
}

fn type_set_attr(vm: &mut Vm, this: Value, name: Str, new: Option<Value>) -> PyResult<()> {
    let (ty, meta) = (this_type(this), Type::of(this));
    if ty.flags() & flag::IMMUTABLE != 0 {
        let text = format!(
            "cannot set '{}' attribute of immutable type '{}'",
            name.to_rust(),
            full_name(ty)
        );
        return Err(vm.raise_type(&text));
    }
    if let Some(descriptor) = meta.lookup(name)
        && let Some(set) = Type::of(descriptor).slots().set
    {
        return set(vm, descriptor, this, new);
    }
    set_entry(vm, ty, name, new)
}

/// Sets or deletes an entry of a class's dict, so that all caches notice.
pub(crate) fn set_entry(vm: &mut Vm, ty: Type, name: Str, new: Option<Value>) -> PyResult<()> {
    let dict = Dict::from_ref(ty.dict());
    let name = Str::of(vm.intern_object(name.value())?).expect("interned strings are strings");
    match new {
        Some(new) => {
            if let Some(object) = new.as_ref() {
                vm.mutator().pin(object);
            }
            dict.set_str(vm, name, new)?;
        }
        None => match dict.find_str(name) {
            Some(entry) => {
                dict.remove_entry(vm, entry);
            }
            None => return Err(protocol::no_attribute(vm, ty.value(), name)),
        },
    }
    dispatch::attribute_changed(vm, ty, name);
    Ok(())
}

/// `tp_name`: with the module for builtin types outside `builtins`.
fn full_name(ty: Type) -> String {
    let number = usize::from(ty.data().number.get());
    match STATIC_TYPES.get(number) {
        Some(row) if !ty.is_heap() => row.name.to_owned(),
        _ => ty.name(),
    }
}

/// The setters of attributes that only classes made at run time may change.
pub(crate) fn check_settable(
    vm: &mut Vm,
    ty: Type,
    name: &str,
    new: Option<Value>,
) -> PyResult<Value> {
    if ty.flags() & flag::IMMUTABLE != 0 {
        let text = format!(
            "cannot set '{name}' attribute of immutable type '{}'",
            full_name(ty)
        );
        return Err(vm.raise_type(&text));
    }
    match new {
        Some(new) => Ok(new),
        None => {
            let text = format!(
                "cannot delete '{name}' attribute of immutable type '{}'",
                ty.name()
            );
            Err(vm.raise_type(&text))
        }
    }
}

fn set_name(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    let new = check_settable(vm, ty, "__name__", new)?;
    let Some(text) = text_of(new) else {
        let text = format!(
            "can only assign string to {}.__name__, not '{}'",
            ty.name(),
            protocol::type_name(new)
        );
        return Err(vm.raise_type(&text));
    };
    if text.contains('\0') {
        return Err(vm.raise_value("type name must not contain null characters"));
    }
    ty.data().name.replace(text);
    Ok(())
}

fn set_qualname(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    let new = check_settable(vm, ty, "__qualname__", new)?;
    if Str::of(new).is_none() {
        let text = format!(
            "can only assign string to {}.__qualname__, not '{}'",
            ty.name(),
            protocol::type_name(new)
        );
        return Err(vm.raise_type(&text));
    }
    vm.mutator().write_barrier(ty.as_ref());
    ty.data().qualname.set(new.bits());
    Ok(())
}

fn get_module(vm: &mut Vm, this: Value) -> PyResult {
    let ty = this_type(this);
    let name = vm.interp.names.__module__.str();
    // Builtin types may have a computed attribute of that name, which is for their instances.
    if let Some(own) = ty
        .own(name)
        .filter(|own| ty.is_heap() || Str::of(*own).is_some())
    {
        return Ok(own);
    }
    if ty.is_heap() {
        return Err(vm.raise_attribute("__module__"));
    }
    match full_name(ty).rsplit_once('.') {
        Some((module, _)) => vm.intern(module),
        None => vm.intern("builtins"),
    }
}

fn set_module(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    let new = check_settable(vm, ty, "__module__", new)?;
    let name = vm.interp.names.__module__.str();
    set_entry(vm, ty, name, Some(new))?;
    let name = name_of(vm, "__firstlineno__")?;
    if ty.own(name).is_some() {
        set_entry(vm, ty, name, None)?;
    }
    Ok(())
}

fn set_bases(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    let new = check_settable(vm, ty, "__bases__", new)?;
    let Some(bases) = Tuple::of(new) else {
        let text = format!(
            "can only assign tuple to {}.__bases__, not {}",
            ty.name(),
            protocol::type_name(new)
        );
        return Err(vm.raise_type(&text));
    };
    if bases.is_empty() {
        let text = format!(
            "can only assign non-empty tuple to {}.__bases__, not ()",
            ty.name()
        );
        return Err(vm.raise_type(&text));
    }
    for base in bases.iter() {
        let Some(base) = Type::from_value(base) else {
            let text = format!(
                "{}.__bases__ must be tuple of classes, not '{}'",
                ty.name(),
                protocol::type_name(base)
            );
            return Err(vm.raise_type(&text));
        };
        if base.is_subtype(ty) {
            return Err(vm.raise_type("a __bases__ item causes an inheritance cycle"));
        }
    }
    replace_bases(vm, ty, bases)
}

/// New bases of the same layout: a new MRO for the class and everything below it, or the old state and an error.
fn replace_bases(vm: &mut Vm, ty: Type, bases: Tuple) -> PyResult<()> {
    let old = ty.bases().map(Tuple::from_ref).expect("classes have bases");
    let (mine, first) = (ty.data(), Type::from_value(bases.at(0)).expect("checked"));
    let old_base = ty.base().expect("classes have a base");
    for base in bases.iter().filter_map(Type::from_value) {
        let (a, b) = (base.data(), old_base.data());
        let same = base.makes_instances() == old_base.makes_instances()
            && a.member_slots.get() == b.member_slots.get()
            && (base.makes_instances() || a.layout.get() == mine.layout.get())
            && (mine.has_dict.get() || !a.has_dict.get());
        if !same {
            let text = format!(
                "__bases__ assignment: '{}' object layout differs from '{}'",
                base.name(),
                old_base.name()
            );
            return Err(vm.raise_type(&text));
        }
    }
    let barrier = |vm: &Vm| vm.mutator().write_barrier(ty.as_ref());
    barrier(vm);
    mine.bases.set(bases.value().bits());
    if let Err(raised) = renew_mro(vm, ty) {
        let error = vm.take_raised(raised);
        barrier(vm);
        mine.bases.set(old.value().bits());
        renew_mro(vm, ty)?;
        return Err(vm.raise(error));
    }
    barrier(vm);
    mine.base.set(first.as_ref().address() as u64);
    let address = ty.as_ref().address() as u64;
    for base in old.iter().filter_map(Type::from_value) {
        let mut list = base.data().subclasses.borrow_mut();
        if let Some(place) = list.iter().position(|known| *known == address) {
            list.remove(place);
        }
    }
    for base in bases.iter().filter_map(Type::from_value) {
        base.data().subclasses.borrow_mut().push(address);
    }
    let doc = vm.interp.names.__doc__.str();
    refresh(vm, ty, doc);
    Ok(())
}

fn refresh(vm: &mut Vm, ty: Type, name: Str) {
    dispatch::attribute_changed(vm, ty, name);
}

fn renew_mro(vm: &mut Vm, ty: Type) -> PyResult<()> {
    class::set_mro(vm, ty)?;
    for subclass in subclass_list(ty) {
        renew_mro(vm, subclass)?;
    }
    Ok(())
}

fn get_dict(vm: &mut Vm, this: Value) -> PyResult {
    let object = vm.alloc(layout::PROXY, &types::MAPPING_PROXY, 24)?;
    vm.init(object, 16, Some(Value::from_ref(this_type(this).dict())));
    Ok(Value::from_ref(object))
}

fn get_doc(vm: &mut Vm, this: Value) -> PyResult {
    let ty = this_type(this);
    let name = vm.interp.names.__doc__.str();
    match ty.own(name) {
        Some(doc) if ty.is_heap() => match Type::of(doc).slots().get {
            Some(get) => get(vm, doc, None, ty),
            None => Ok(doc),
        },
        Some(doc) => Ok(doc),
        None => Ok(ty::none()),
    }
}

fn set_doc(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    let new = check_settable(vm, ty, "__doc__", new)?;
    let name = vm.interp.names.__doc__.str();
    set_entry(vm, ty, name, Some(new))
}

fn get_abstract(vm: &mut Vm, this: Value) -> PyResult {
    let ty = this_type(this);
    let name = name_of(vm, "__abstractmethods__")?;
    match ty.own(name) {
        Some(methods) if !ty.is(&types::TYPE) => Ok(methods),
        _ => Err(protocol::attribute_error(
            vm,
            "__abstractmethods__",
            this,
            name,
        )),
    }
}

fn set_abstract(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let ty = this_type(this);
    let name = name_of(vm, "__abstractmethods__")?;
    let any = match new {
        Some(new) => protocol::truth(vm, new)?,
        None if ty.own(name).is_none() => {
            return Err(protocol::attribute_error(
                vm,
                "__abstractmethods__",
                this,
                name,
            ));
        }
        None => false,
    };
    set_entry(vm, ty, name, new)?;
    let flags = ty.flags() & !flag::IS_ABSTRACT;
    ty.set_flags(if any {
        flags | flag::IS_ABSTRACT
    } else {
        flags
    });
    Ok(())
}

fn basic_size(ty: Type) -> usize {
    let data = ty.data();
    if ty.makes_instances() {
        return 16 + 8 * usize::from(data.member_slots.get());
    }
    match coil_value::LayoutId(data.layout.get()) {
        layout::TYPE => 936,
        layout::INT
        | layout::INT_SUB
        | layout::FLOAT
        | layout::FLOAT_SUB
        | layout::TUPLE
        | layout::TUPLE_SUB => 24,
        layout::COMPLEX | layout::COMPLEX_SUB => 32,
        layout::STR | layout::STR_SUB => 64,
        layout::BYTES | layout::BYTES_SUB => 33,
        layout::LIST | layout::LIST_SUB => 40,
        layout::DICT | layout::DICT_SUB => 48,
        layout::SET | layout::SET_SUB | layout::FROZENSET | layout::FROZENSET_SUB => 200,
        layout::EXCEPTION => 72,
        _ => 16,
    }
}

fn item_size(ty: Type) -> usize {
    match coil_value::LayoutId(ty.data().layout.get()) {
        layout::TYPE => 40,
        layout::INT | layout::INT_SUB => 4,
        layout::TUPLE | layout::TUPLE_SUB => 8,
        layout::BYTES | layout::BYTES_SUB => 1,
        _ => 0,
    }
}

// ---- methods

fn type_repr(vm: &mut Vm, this: Value) -> PyResult {
    let ty = this_type(this);
    let name = vm.interp.names.__module__.str();
    let module = get_module(vm, this).or_else(|raised| {
        vm.take_raised(raised);
        Ok(ty::none())
    })?;
    let _ = name;
    let text = match text_of(module) {
        Some(module) if module != "builtins" => {
            format!("<class '{module}.{}'>", protocol::type_qualname(ty))
        }
        _ => format!("<class '{}'>", ty.name()),
    };
    vm.new_str(&text)
}

fn type_or(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let unionable = |value: Value| {
        value == ty::none()
            || Type::from_value(value).is_some()
            || [&types::UNION, &types::GENERIC_ALIAS]
                .iter()
                .any(|ty| Type::of(value).is(ty))
    };
    if !unionable(a) || !unionable(b) {
        return Ok(ty::not_implemented());
    }
    let pair = vm.new_tuple(&[a, b])?;
    let name = vm.interp.names.__class_getitem__.str();
    match types::UNION.ty().lookup(name) {
        Some(_) => {
            let make = protocol::get_attr(vm, types::UNION.value(), name)?;
            protocol::call(vm, make, &[pair])
        }
        None => Ok(ty::not_implemented()),
    }
}

fn type_mro(vm: &mut Vm, args: Args) -> PyResult {
    let list = class::linear_mro(vm, this_type(args.at(0)))?;
    Ok(list.value())
}

fn subclass_list(ty: Type) -> Vec<Type> {
    let addresses = ty.data().subclasses.borrow().clone();
    // SAFETY: types are never freed.
    let object = |address: u64| unsafe { coil_value::Ref::from_address(address) };
    addresses
        .into_iter()
        .filter_map(object)
        .map(Type::from_ref)
        .collect()
}

fn subclasses(vm: &mut Vm, args: Args) -> PyResult {
    let list = vm.new_list_with(0)?;
    for class in subclass_list(this_type(args.at(0))) {
        list.push(vm, class.value())?;
    }
    Ok(list.value())
}

fn subclass_check(vm: &mut Vm, args: Args) -> PyResult {
    protocol::real_subclass(vm, args.at(1), args.at(0)).map(ty::bool_value)
}

// ---- making classes

fn type_new(vm: &mut Vm, meta: Type, args: Args) -> PyResult {
    if args.len() != 3 {
        let (count, exact) = (args.len(), meta.is(&types::TYPE));
        // `type(...)` itself is called with one argument or three.
        let _ = exact;
        return Err(vm.raise_type(&format!(
            "type.__new__() takes exactly 3 arguments ({count} given)"
        )));
    }
    let wrong = |vm: &mut Vm, number: usize, wanted: &str, value: Value| {
        let name = protocol::type_name(value);
        vm.raise_type(&format!(
            "type.__new__() argument {number} must be {wanted}, not {name}"
        ))
    };
    let Some(name) = Str::of(args.at(0)) else {
        return Err(wrong(vm, 1, "str", args.at(0)));
    };
    let Some(bases) = Tuple::of(args.at(1)) else {
        return Err(wrong(vm, 2, "tuple", args.at(1)));
    };
    let Some(namespace) = Dict::of(args.at(2)) else {
        return Err(wrong(vm, 3, "dict", args.at(2)));
    };
    if name.to_rust().contains('\0') {
        return Err(vm.raise_value("type name must not contain null characters"));
    }
    check_bases(vm, bases)?;
    let winner = class::winner_metaclass(vm, meta, bases)?;
    if winner != meta
        && let Some(new) = winner.slots().new
        && new as usize != type_new as fn(&mut Vm, Type, Args) -> PyResult as usize
    {
        return new(vm, winner, args);
    }
    let namespace = with_module(vm, namespace)?;
    // ALLOW(vec-value): the registers of the call keep them alive.
    let keywords: Vec<(Str, Value)> = (0..args.keyword_count())
        .map(|index| args.keyword(index))
        .collect();
    class::new_class(vm, winner, name, bases, namespace, &keywords).map(Type::value)
}

fn check_bases(vm: &mut Vm, bases: Tuple) -> PyResult<()> {
    let name = vm.interp.names.__mro_entries__.str();
    for base in bases.iter() {
        if Type::from_value(base).is_none() && protocol::get_attr_opt(vm, base, name)?.is_some() {
            return Err(
                vm.raise_type("type() doesn't support MRO entry resolution; use types.new_class()")
            );
        }
    }
    Ok(())
}

/// The namespace with `__module__` taken from the caller's globals where the body did not set it.
fn with_module(vm: &mut Vm, namespace: Dict) -> PyResult<Dict> {
    let key = vm.interp.names.__module__.str();
    if namespace.get_str(key).is_some() {
        return Ok(namespace);
    }
    let name = vm.interp.names.__name__.str();
    let module = current_globals(vm).and_then(|globals| globals.get_str(name));
    let Some(module) = given(module) else {
        return Ok(namespace);
    };
    let copy = namespace.copy(vm)?;
    copy.set_str(vm, key, module)?;
    Ok(copy)
}

fn type_init(vm: &mut Vm, _: Value, args: Args) -> PyResult<()> {
    if args.len() == 1 && args.keyword_count() > 0 {
        return Err(vm.raise_type("type.__init__() takes no keyword arguments"));
    }
    if args.len() != 1 && args.len() != 3 {
        return Err(vm.raise_type("type.__init__() takes 1 or 3 arguments"));
    }
    Ok(())
}
