//! Making classes: MRO, layout, `__slots__`, inherited behaviour; and calling them.

use crate::dict::Dict;
use crate::dispatch;
use crate::function::Function;
use crate::layout::{self, at};
use crate::list::List;
use crate::mem;
use crate::native::{Args, GetSetDef, NativeDef};
use crate::protocol;
use crate::raise::{PyResult, Raised};
use crate::slots::Slots;
use crate::str::Str;
use crate::tuple::Tuple;
use crate::ty::{self, StaticType, StaticTypeRow, Type, TypeData, flag, types};
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// The methods, attributes and native behaviour of a builtin type; higher crates declare one per type.
#[derive(Debug)]
pub struct TypeDef {
    /// The type.
    pub ty: &'static StaticType,
    /// Native behaviour; special methods are made from it.
    pub slots: fn(&mut Slots),
    /// Methods.
    pub methods: &'static [NativeDef],
    /// Computed attributes.
    pub getset: &'static [GetSetDef],
    /// Docstring (empty: None).
    pub doc: &'static str,
    /// `__module__` where it is not `builtins`.
    pub module: &'static str,
}

/// A builtin type of a module: what the table of builtin types says of the others.
#[derive(Debug)]
pub struct ModuleType {
    /// Its behaviour; `def.ty` is a static of the crate.
    pub def: &'static TypeDef,
    /// Its name, without the module.
    pub name: &'static str,
    /// Its base.
    pub base: &'static StaticType,
    /// Layout of exact instances.
    pub layout: coil_value::LayoutId,
    /// Layout of subclass instances.
    pub sub_layout: ty::SubLayout,
    /// Extra `tp_flags`.
    pub flags: u64,
    /// Instances have a `__dict__` (rows of fields: their last field).
    pub has_dict: bool,
}

/// Sets bases and MRO of a builtin type (single inheritance).
///
/// # Errors
/// MemoryError.
pub fn init_static_mro(vm: &mut Vm, row: &StaticTypeRow) -> PyResult<()> {
    let ty = row.ty.ty();
    let data = ty.data();
    let mut mro: [Value; 12] = [ty.value(); 12];
    let mut count = 1;
    let mut at = ty;
    while let Some(base) = at.base() {
        mro[count] = base.value();
        count += 1;
        at = base;
    }
    data.mro.set(vm.new_tuple(&mro[..count])?.bits());
    let bases = match ty.base() {
        Some(base) => vm.new_tuple(&[base.value()])?,
        None => vm.interp.empty_tuple(),
    };
    data.bases.set(bases.bits());
    let inherited = ty.base().map_or(0, |base| base.flags() & flag::INHERITED);
    ty.set_flags(ty.flags() | inherited);
    let exception = ty.flags() & flag::EXCEPTION != 0;
    data.has_dict.set(
        exception
            || matches!(
                row.layout,
                layout::FUNCTION
                    | layout::MODULE
                    | layout::CLASSMETHOD
                    | layout::STATICMETHOD
                    | layout::TYPE
            ),
    );
    if row.layout == layout::INSTANCE_FIRST {
        let root = vm.interp.shapes.root(ty.as_ref().address());
        data.root_shape.set(root.0);
        data.has_dict.set(!std::ptr::eq(row.ty, &types::OBJECT));
    }
    Ok(())
}

impl Vm {
    /// Fills in the behaviour of builtin types, bases before subclasses, and their dicts.
    ///
    /// # Errors
    /// MemoryError.
    pub fn ready_types(&mut self, defs: &[&'static TypeDef]) -> PyResult<()> {
        for row in ty::STATIC_TYPES {
            let def = defs.iter().find(|def| std::ptr::eq(def.ty, row.ty));
            self.ready_type(row.ty.ty(), def.copied())?;
        }
        self.interp.types_ready = ty::STATIC_TYPES.len();
        Ok(())
    }

    fn ready_type(&mut self, ty: Type, def: Option<&'static TypeDef>) -> PyResult<()> {
        let mut own = Slots::default();
        if let Some(def) = def {
            (def.slots)(&mut own);
        }
        ty.update_slots(|slots| *slots = own);
        let dict = Dict::from_ref(ty.dict());
        dispatch::add_wrappers(self, ty, &own)?;
        if let Some(def) = def {
            for method in def.methods {
                self.add_native(ty, dict, method)?;
            }
            for attribute in def.getset {
                let descriptor = self.new_getset(attribute, ty)?;
                dict.set_name(self, attribute.name, descriptor)?;
            }
            let doc = if def.doc.is_empty() {
                ty::none()
            } else {
                self.new_str(def.doc)?
            };
            if dict.get_name(self, "__doc__")?.is_none() {
                dict.set_name(self, "__doc__", doc)?;
            }
            if !def.module.is_empty() {
                let module = self.intern(def.module)?;
                dict.set_name(self, "__module__", module)?;
            }
        }
        if own.hash.is_none() && own.compare.is_some() {
            dict.set_name(self, "__hash__", ty::none())?;
        }
        if let Some(base) = ty.base() {
            let base_slots = *base.slots();
            ty.update_slots(|slots| slots.inherit(&base_slots));
            // What is laid out differently from object cannot be made by `object.__new__`.
            if own.new.is_none() && base.is(&types::OBJECT) && !ty.makes_instances() {
                ty.update_slots(|slots| slots.new = None);
            }
        }
        Ok(())
    }

    /// Fills in a builtin type that belongs to a module and is not in the table of builtin types: a static of the crate that defines it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn ready_module_type(&mut self, row: &'static ModuleType) -> PyResult<Type> {
        let ty = row.def.ty.ty();
        let known = self.interp.module_types.iter();
        if known.copied().any(|known| std::ptr::eq(known, row.def.ty)) {
            return Ok(ty);
        }
        let static_row = StaticTypeRow {
            ty: row.def.ty,
            name: row.name,
            base: row.base,
            layout: row.layout,
            sub_layout: row.sub_layout,
            flags: row.flags,
        };
        let version = self.next_version();
        ty::init_static_type(&static_row, u16::MAX, version);
        self.interp.module_types.push(row.def.ty);
        let dict = self.new_dict_old()?;
        ty.data().dict.set(dict.value().bits());
        init_static_mro(self, &static_row)?;
        if row.has_dict {
            ty.data().has_dict.set(true);
        }
        self.ready_type(ty, Some(row.def))?;
        self.interp.types_ready = ty::STATIC_TYPES.len() + self.interp.module_types.len();
        Ok(ty)
    }

    fn add_native(&mut self, ty: Type, dict: Dict, def: &'static NativeDef) -> PyResult<()> {
        use crate::native::NativeKind;
        let value = match def.kind {
            NativeKind::StaticMethod => {
                let function = self.new_native(def, Some(ty.value()), None)?;
                if def.name == "__new__" {
                    function
                } else {
                    let object = self.alloc_old(layout::STATICMETHOD, &types::STATICMETHOD, 32)?;
                    self.store(object, at::WRAPPED, Some(function));
                    Value::from_ref(object)
                }
            }
            _ => self.new_native_method(def, ty)?,
        };
        if let Some(object) = value.as_ref() {
            self.mutator().pin(object);
        }
        dict.set_name(self, def.name, value)
    }
}

// ---- MRO

/// The C3 linearisation.
fn linearise(vm: &mut Vm, ty: Value, bases: Tuple) -> PyResult<List> {
    let twice = (1..bases.len()).find(|at| (0..*at).any(|first| bases.at(first) == bases.at(*at)));
    if let Some(base) = twice.and_then(|at| Type::from_value(bases.at(at))) {
        return Err(vm.raise_type(&format!("duplicate base class {}", base.name())));
    }
    let result = vm.new_list_with(8)?;
    result.push(vm, ty)?;
    let sequences = vm.new_list_with(bases.len() + 1)?;
    for base in bases.iter() {
        let base = Type::from_value(base).expect("bases were checked");
        let list = vm.new_list_with(4)?;
        for class in base.mro_types() {
            list.push(vm, class.value())?;
        }
        sequences.push(vm, list.value())?;
    }
    let own = vm.new_list_with(bases.len())?;
    for base in bases.iter() {
        own.push(vm, base)?;
    }
    sequences.push(vm, own.value())?;
    let sequence = |index: usize| List::of(sequences.at(index)).expect("a list of lists");
    loop {
        if (0..sequences.len()).all(|index| sequence(index).is_empty()) {
            return Ok(result);
        }
        let good = (0..sequences.len())
            .filter(|index| !sequence(*index).is_empty())
            .map(|index| sequence(index).at(0))
            .find(|head| {
                (0..sequences.len()).all(|index| {
                    let tail = sequence(index);
                    (1..tail.len()).all(|place| tail.at(place) != *head)
                })
            });
        let Some(good) = good else {
            let mut names: Vec<String> = Vec::new();
            for index in 0..sequences.len() {
                if let Some(head) = sequence(index).get(0).and_then(Type::from_value)
                    && !names.contains(&head.name())
                {
                    names.push(head.name());
                }
            }
            let text = format!(
                "Cannot create a consistent method resolution order (MRO) for bases {}",
                names.join(", ")
            );
            return Err(vm.raise_type(&text));
        };
        result.push(vm, good)?;
        for index in 0..sequences.len() {
            let list = sequence(index);
            if list.get(0) == Some(good) {
                list.remove(vm, 0);
            }
        }
    }
}

/// The C3 linearisation of a class's bases: what `type.mro` gives.
///
/// # Errors
/// TypeError when there is none.
pub fn linear_mro(vm: &mut Vm, ty: Type) -> PyResult<List> {
    let bases = Tuple::from_ref(ty.bases().expect("bases are set"));
    linearise(vm, ty.value(), bases)
}

/// Computes and sets the MRO of a class from its bases.
///
/// # Errors
/// TypeError when there is none.
pub fn set_mro(vm: &mut Vm, ty: Type) -> PyResult<()> {
    let bases = Tuple::from_ref(ty.bases().expect("bases are set"));
    let custom = Type::of(ty.value()).lookup(
        vm.intern("mro")
            .map(|name| Str::of(name).expect("a string"))?,
    );
    let overridden = custom.is_some_and(|found| {
        found
            .as_ref()
            .is_some_and(|object| object.layout() == layout::FUNCTION)
    });
    let list = if overridden {
        let result = protocol::call_method(vm, ty.value(), "mro", &[])?;
        let list = protocol::to_list(vm, result)?;
        let solid = solid_base(ty);
        for index in 0..list.len() {
            let Some(class) = Type::from_value(list.at(index)) else {
                let name = protocol::type_name(list.at(index));
                return Err(vm.raise_type(&format!("mro() returned a non-class ('{name}')")));
            };
            if !solid.is_subtype(solid_base(class)) && class != ty {
                let name = class.name();
                let text = format!("mro() returned base with unsuitable layout ('{name}')");
                return Err(vm.raise_type(&text));
            }
        }
        list
    } else {
        linearise(vm, ty.value(), bases)?
    };
    let mro = vm.list_to_tuple(list)?;
    vm.mutator().write_barrier(ty.as_ref());
    ty.data().mro.set(mro.bits());
    Ok(())
}

// ---- creation

/// The type whose layout a type's instances have: itself for builtin types and for classes that add nothing.
fn solid_base(ty: Type) -> Type {
    let mut at = ty;
    let adds = |at: Type| {
        if at.is_heap() {
            return at.data().member_slots.get()
                != at.base().map_or(0, |b| b.data().member_slots.get());
        }
        // Exception classes without fields of their own are laid out as their base.
        let same = at.flags() & flag::EXCEPTION != 0
            && at.base().is_some_and(|base| {
                base.flags() & flag::EXCEPTION != 0
                    && std::ptr::eq(
                        base.data().exception_fields.get(),
                        at.data().exception_fields.get(),
                    )
            });
        // So are builtin types whose instances are plain instances.
        let plain = at.data().layout.get() >= layout::INSTANCE_FIRST.0 && at.base().is_some();
        !same && !plain
    };
    while !adds(at) {
        match at.base() {
            Some(base) => at = base,
            None => break,
        }
    }
    at
}

fn best_base(vm: &mut Vm, bases: Tuple) -> PyResult<Type> {
    let mut winner: Option<(Type, Type)> = None;
    for base in bases.iter() {
        let Some(base) = Type::from_value(base) else {
            return Err(vm.raise_type("bases must be types"));
        };
        if base.flags() & flag::BASETYPE == 0 {
            let name = base.name();
            return Err(vm.raise_type(&format!("type '{name}' is not an acceptable base type")));
        }
        let solid = solid_base(base);
        match winner {
            None => winner = Some((base, solid)),
            Some((_, best)) if best.is_subtype(solid) => {}
            Some((_, best)) if solid.is_subtype(best) => winner = Some((base, solid)),
            Some(_) => return Err(vm.raise_type("multiple bases have instance lay-out conflict")),
        }
    }
    Ok(winner.map_or(types::OBJECT.ty(), |(base, _)| base))
}

/// The most derived metaclass of a class to be made.
///
/// # Errors
/// TypeError for conflicting metaclasses.
pub fn winner_metaclass(vm: &mut Vm, meta: Type, bases: Tuple) -> PyResult<Type> {
    let mut winner = meta;
    for base in bases.iter() {
        let other = Type::of(base);
        if winner.is_subtype(other) {
            continue;
        }
        if other.is_subtype(winner) {
            winner = other;
            continue;
        }
        return Err(vm.raise_type(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

fn mangle(class: &str, name: &str) -> String {
    if name.starts_with("__") && !name.ends_with("__") && !name.contains('.') {
        let stripped = class.trim_start_matches('_');
        if !stripped.is_empty() {
            return format!("_{stripped}{name}");
        }
    }
    name.to_owned()
}

/// The names of `__slots__`, mangled and checked; none when the class does not say.
fn slot_names(
    vm: &mut Vm,
    class_name: &str,
    dict: Dict,
    base: Type,
) -> PyResult<Option<(Vec<String>, bool, bool)>> {
    let Some(slots) = dict.get_str(vm.interp.names.__slots__.str()) else {
        return Ok(None);
    };
    let list = match Str::of(slots) {
        Some(one) => vm
            .new_list(&[one.value()])?
            .as_ref()
            .map(List::from_ref)
            .expect("a list"),
        None => protocol::to_list(vm, slots)?,
    };
    let sized = [&types::INT, &types::BYTES, &types::TUPLE, &types::TYPE];
    if !list.is_empty() && sized.into_iter().any(|ty| base.is_subtype(ty.ty())) {
        let name = base.name();
        return Err(vm.raise_type(&format!(
            "nonempty __slots__ not supported for subtype of '{name}'"
        )));
    }
    let (mut names, mut wants_dict, mut wants_weakref) = (Vec::new(), false, false);
    for index in 0..list.len() {
        let item = list.at(index);
        let Some(text) = Str::of(item) else {
            let name = protocol::type_name(item);
            return Err(vm.raise_type(&format!("__slots__ items must be strings, not '{name}'")));
        };
        if !coil_text::unicode::is_identifier(text.text().iter()) {
            return Err(vm.raise_type("__slots__ must be identifiers"));
        }
        let name = text.to_rust().into_owned();
        match name.as_str() {
            "__dict__" => {
                if base.data().has_dict.get() || wants_dict {
                    return Err(vm.raise_type("__dict__ slot disallowed: we already got one"));
                }
                wants_dict = true;
            }
            "__weakref__" => {
                if base.data().has_weakref.get() || wants_weakref {
                    return Err(vm.raise_type("__weakref__ slot disallowed: we already got one"));
                }
                wants_weakref = true;
            }
            _ => {
                let mangled = mangle(class_name, &name);
                if dict.get_name(vm, &mangled)?.is_some()
                    && !matches!(mangled.as_str(), "__qualname__" | "__classcell__")
                {
                    return Err(vm.raise_value(&format!(
                        "'{name}' in __slots__ conflicts with class variable"
                    )));
                }
                names.push(mangled);
            }
        }
    }
    names.sort();
    names.dedup();
    Ok(Some((names, wants_dict, wants_weakref)))
}

/// Makes a class: `type.__new__(meta, name, bases, namespace, **keywords)`, `__set_name__` and `__init_subclass__` included.
///
/// # Errors
/// TypeError for what is no valid class; what the hooks raise.
pub fn new_class(
    vm: &mut Vm,
    meta: Type,
    name: Str,
    bases: Tuple,
    namespace: Dict,
    keywords: &[(Str, Value)],
) -> PyResult<Type> {
    let meta = winner_metaclass(vm, meta, bases)?;
    let base = best_base(vm, bases)?;
    let bases = if bases.is_empty() {
        let object = vm.new_tuple(&[types::OBJECT.value()])?;
        Tuple::from_ref(mem::expect_ref(object))
    } else {
        bases
    };
    let class_name = name.to_rust().into_owned();
    let slots = slot_names(vm, &class_name, namespace, base)?;
    let object = vm
        .mutator()
        .alloc_old(layout::TYPE, Some(meta.as_ref()), layout::TYPE_SIZE);
    let object = match object {
        Ok(object) => object,
        Err(error) => return Err(vm.out_of_memory(error)),
    };
    ty::set_data(object, TypeData::default());
    let ty = Type::from_ref(object);
    let version = vm.next_version();
    mem::set(object, ty::TP_VERSION, version);
    let data = ty.data();
    data.name.replace(class_name.clone());
    data.number.set(u16::MAX);
    data.bases.set(bases.value().bits());
    data.base.set(base.as_ref().address() as u64);
    let dict = vm.new_dict_old()?;
    vm.mutator().write_barrier(object);
    data.dict.set(dict.value().bits());
    dict.update(vm, namespace)?;
    set_qualname(vm, ty, dict, name)?;
    set_layout(vm, ty, base, dict, slots.as_ref())?;
    ty.set_flags((base.flags() & flag::INHERITED) | flag::HEAPTYPE | flag::BASETYPE);
    set_mro(vm, ty)?;
    for class in ty.mro_types().skip(1).collect::<Vec<_>>() {
        ty.set_flags(ty.flags() | class.flags() & (flag::SEQUENCE | flag::MAPPING));
        data.has_dict
            .set(data.has_dict.get() || class.data().has_dict.get());
        data.has_weakref
            .set(data.has_weakref.get() || class.data().has_weakref.get());
    }
    if let Some((names, ..)) = &slots {
        add_members(vm, ty, dict, names, base)?;
    }
    for (has, had, def) in [
        (
            data.has_dict.get(),
            base.data().has_dict.get(),
            &crate::instance::DICT_GETSET,
        ),
        (
            data.has_weakref.get(),
            base.data().has_weakref.get(),
            &crate::instance::WEAKREF_GETSET,
        ),
    ] {
        if has && !had && dict.get_name(vm, def.name)?.is_none() {
            let descriptor = vm.new_getset(def, ty)?;
            dict.set_name(vm, def.name, descriptor)?;
        }
    }
    special_entries(vm, ty, dict)?;
    dispatch::update_all_slots(vm, ty);
    for base in bases.iter() {
        let base = Type::from_value(base).expect("bases were checked");
        base.data()
            .subclasses
            .borrow_mut()
            .push(object.address() as u64);
    }
    bind_class_cell(vm, ty, dict)?;
    set_names(vm, ty, namespace)?;
    init_subclass(vm, ty, keywords)?;
    Ok(ty)
}

fn set_qualname(vm: &mut Vm, ty: Type, dict: Dict, name: Str) -> PyResult<()> {
    let key = vm.interp.names.__qualname__.str();
    let qualname = match dict.find_str(key) {
        Some(entry) => {
            let value = dict.remove_entry(vm, entry).expect("the entry is there");
            if Str::of(value).is_none() {
                let name = protocol::type_name(value);
                return Err(vm.raise_type(&format!("type __qualname__ must be a str, not {name}")));
            }
            value
        }
        None => name.value(),
    };
    vm.mutator().write_barrier(ty.as_ref());
    ty.data().qualname.set(qualname.bits());
    Ok(())
}

fn set_layout(
    vm: &mut Vm,
    ty: Type,
    base: Type,
    dict: Dict,
    slots: Option<&(Vec<String>, bool, bool)>,
) -> PyResult<()> {
    let (data, from) = (ty.data(), base.data());
    data.has_dict
        .set(from.has_dict.get() || slots.is_none_or(|(_, dict, _)| *dict));
    data.has_weakref
        .set(from.has_weakref.get() || slots.is_none_or(|(_, _, weakref)| *weakref));
    data.exception_fields.set(from.exception_fields.get());
    if from.layout.get() < layout::INSTANCE_FIRST.0 {
        let own = if base.is_heap() {
            from.layout.get()
        } else {
            from.sub_layout.get()
        };
        data.layout.set(own);
        data.sub_layout.set(own);
        data.size.set(from.size.get());
        return Ok(());
    }
    let members = from.member_slots.get() + slots.map_or(0, |(names, ..)| names.len()) as u16;
    if usize::from(members) > layout::MAX_INLINE_SLOTS {
        return Err(vm.raise_type("too many __slots__"));
    }
    data.member_slots.set(members);
    let guess = if data.has_dict.get() {
        let inherited = from.inline_slots.get();
        let inherited = inherited.saturating_sub(from.member_slots.get());
        let predicted = predict_attributes(vm, ty, base, dict);
        match predicted {
            0 => inherited.max(2),
            _ => predicted,
        }
    } else {
        0
    };
    let inline = (members + guess).min(layout::MAX_INLINE_SLOTS as u16);
    data.inline_slots.set(inline);
    data.layout.set(layout::INSTANCE_FIRST.0 + inline);
    data.sub_layout.set(layout::INSTANCE_FIRST.0);
    let root = vm.interp.shapes.root(ty.as_ref().address());
    data.root_shape.set(root.0);
    Ok(())
}

/// How many attributes instances are likely to get: those that `__init__` stores in its first argument, with those of the base.
fn predict_attributes(vm: &mut Vm, ty: Type, base: Type, dict: Dict) -> u16 {
    use taipan_bytecode::{Op, Word};
    let mut names = base.data().predicted.borrow().clone();
    let init = dict.get_str(vm.interp.names.__init__.str());
    let init = init.and_then(Value::as_ref);
    if let Some(init) = init.filter(|init| init.layout() == layout::FUNCTION) {
        let code = Function::from_ref(init).code();
        let mut at = 0;
        while let Some(word) = code.word(at) {
            let word = Word(word);
            let Some(op) = Op::from_number(word.op_number()) else {
                break;
            };
            if op == Op::StoreAttr && word.a() == 0 {
                let name = code.name(usize::from(word.b())).as_ref().address();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            at += 1 + op.caches();
        }
    }
    let count = names.len().min(layout::MAX_INLINE_SLOTS) as u16;
    *ty.data().predicted.borrow_mut() = names;
    count
}

fn add_members(vm: &mut Vm, ty: Type, dict: Dict, names: &[String], base: Type) -> PyResult<()> {
    let first = base.data().member_slots.get();
    let plain = ty.makes_instances();
    for (index, name) in names.iter().enumerate() {
        let interned = vm.intern(name)?;
        let object = vm.alloc_old(layout::MEMBER, &types::MEMBER_DESCRIPTOR, 56)?;
        vm.store(object, at::DESCR_TYPE, Some(ty.value()));
        vm.store(object, at::DESCR_NAME, Some(interned));
        let offset = if plain {
            at::SLOTS + 8 * (usize::from(first) + index)
        } else {
            0
        };
        mem::set(object, at::DESCR_DEF, offset);
        dict.set_name(vm, name, Value::from_ref(object))?;
    }
    if !plain && !names.is_empty() {
        // Members of subclasses of builtin types live in a hidden dict.
        ty.data().has_dict.set(true);
    }
    Ok(())
}

/// Entries that a class body gives a special meaning: `__new__` is a static method, `__init_subclass__` and `__class_getitem__` class methods;
/// `__eq__` without `__hash__` makes instances unhashable; `__doc__` is always there.
fn special_entries(vm: &mut Vm, ty: Type, dict: Dict) -> PyResult<()> {
    let names = vm.interp.names.clone();
    let is_function = |value: Value| {
        value
            .as_ref()
            .is_some_and(|object| object.layout() == layout::FUNCTION)
    };
    if let Some(new) = dict
        .get_str(names.__new__.str())
        .filter(|value| is_function(*value))
    {
        let wrapper = vm.alloc_old(layout::STATICMETHOD, &types::STATICMETHOD, 32)?;
        vm.store(wrapper, at::WRAPPED, Some(new));
        dict.set_str(vm, names.__new__.str(), Value::from_ref(wrapper))?;
    }
    for name in [names.__init_subclass__.str(), names.__class_getitem__.str()] {
        if let Some(method) = dict.get_str(name).filter(|value| is_function(*value)) {
            let wrapper = vm.alloc_old(layout::CLASSMETHOD, &types::CLASSMETHOD, 32)?;
            vm.store(wrapper, at::WRAPPED, Some(method));
            dict.set_str(vm, name, Value::from_ref(wrapper))?;
        }
    }
    if dict.get_str(names.__eq__.str()).is_some() && dict.get_str(names.__hash__.str()).is_none() {
        dict.set_str(vm, names.__hash__.str(), ty::none())?;
    }
    if dict.get_str(names.__doc__.str()).is_none() {
        dict.set_str(vm, names.__doc__.str(), ty::none())?;
    }
    let _ = ty;
    Ok(())
}

fn bind_class_cell(vm: &mut Vm, ty: Type, dict: Dict) -> PyResult<()> {
    let names = vm.interp.names.clone();
    for (name, value) in [
        (names.__classcell__.str(), ty.value()),
        (names.__classdictcell__.str(), dict.value()),
    ] {
        let Some(entry) = dict.find_str(name) else {
            continue;
        };
        let Some(found) = dict.remove_entry(vm, entry) else {
            continue;
        };
        let cell = found.as_ref();
        let Some(cell) = cell.filter(|object| object.layout() == layout::CELL) else {
            let (name, class) = (name.to_rust(), Type::of(found).value());
            let class = protocol::repr_text(vm, class)?;
            let text = format!("{name} must be a nonlocal cell, not {class}");
            return Err(vm.raise_type(&text));
        };
        vm.store(cell, at::CELL_VALUE, Some(value));
    }
    Ok(())
}

fn set_names(vm: &mut Vm, ty: Type, namespace: Dict) -> PyResult<()> {
    let set_name = vm.interp.names.__set_name__.str();
    let copy = namespace.copy(vm)?;
    for (key, value) in copy.iter() {
        if Type::of(value).lookup(set_name).is_some() {
            let result = protocol::call_special(vm, value, set_name, &[ty.value(), key]);
            if let Err(raised) = result {
                return Err(note_name(vm, raised, ty, key, value));
            }
        }
    }
    Ok(())
}

/// Notes on what `__set_name__` raised where it was called.
#[cold]
fn note_name(vm: &mut Vm, raised: Raised, ty: Type, key: Value, value: Value) -> Raised {
    let exception = vm.take_raised(raised);
    let note = protocol::repr_text(vm, key).and_then(|key| {
        vm.new_str(&format!(
            "Error calling __set_name__ on '{}' instance {key} in '{}'",
            protocol::type_name(value),
            ty.name()
        ))
    });
    match note.and_then(|note| protocol::call_method(vm, exception, "add_note", &[note])) {
        Ok(_) => vm.raise(exception),
        Err(raised) => raised,
    }
}

fn init_subclass(vm: &mut Vm, ty: Type, keywords: &[(Str, Value)]) -> PyResult<()> {
    let name = vm.interp.names.__init_subclass__.str();
    let found = ty.mro_types().skip(1).find_map(|class| class.own(name));
    let Some(found) = found else { return Ok(()) };
    let method = match Type::of(found).slots().get {
        Some(get) => get(vm, found, None, ty)?,
        None => found,
    };
    let names: Vec<String> = keywords
        .iter()
        .map(|(name, _)| name.to_rust().into_owned())
        .collect();
    // ALLOW(vec-value): the caller's keywords keep them alive.
    let mut pairs: Vec<(&str, Value)> = Vec::with_capacity(keywords.len());
    for (name, (_, value)) in names.iter().zip(keywords) {
        pairs.push((name, *value));
    }
    protocol::call_keywords(vm, method, &[], &pairs)?;
    Ok(())
}

// ---- calling

/// `type.__call__`: `__new__`, then `__init__` when that gave an instance.
///
/// # Errors
/// What they raise.
pub fn call_type(vm: &mut Vm, class: Value, args: Args) -> PyResult {
    let ty = Type::from_value(class).expect("the slot of types gets a type");
    if ty.is(&types::TYPE) && args.len() == 1 && args.keyword_count() == 0 {
        return Ok(Type::of(args.at(0)).value());
    }
    if ty.is(&types::TYPE) && args.len() != 3 {
        return Err(vm.raise_type("type() takes 1 or 3 arguments"));
    }
    let Some(new) = ty.slots().new else {
        let name = ty.full_name();
        return Err(vm.raise_type(&format!("cannot create '{name}' instances")));
    };
    let object = new(vm, ty, args)?;
    let made = Type::of(object);
    if (made == ty || made.is_subtype(ty))
        && let Some(init) = made.slots().init
    {
        init(vm, object, args)?;
    }
    Ok(object)
}

/// A new object of a class for `object.__new__`: an instance with nothing in it.
///
/// # Errors
/// TypeError when the class has abstract methods or is laid out by another type.
pub fn new_object(vm: &mut Vm, ty: Type) -> PyResult {
    if ty.flags() & flag::IS_ABSTRACT != 0 {
        return Err(abstract_error(vm, ty)?);
    }
    if !ty.makes_instances() {
        let name = ty.name();
        let base = solid_base(ty).name();
        return Err(vm.raise_type(&format!(
            "object.__new__({name}) is not safe, use {base}.__new__()"
        )));
    }
    Ok(Value::from_ref(vm.new_instance(ty)?))
}

fn abstract_error(vm: &mut Vm, ty: Type) -> PyResult<Raised> {
    let methods = Dict::from_ref(ty.dict()).get_name(vm, "__abstractmethods__")?;
    let mut names: Vec<String> = Vec::new();
    if let Some(methods) = methods {
        let list = protocol::to_list(vm, methods)?;
        for index in 0..list.len() {
            names.push(protocol::str_text(vm, list.at(index))?);
        }
    }
    names.sort();
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let plural = if names.len() > 1 { "s" } else { "" };
    let text = format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{plural} {}",
        ty.name(),
        quoted.join(", ")
    );
    Ok(vm.raise_type(&text))
}

/// Reads a `__slots__` member.
///
/// # Errors
/// AttributeError when it is unset; TypeError for an object of another class.
pub fn member_get(vm: &mut Vm, descriptor: Ref, object: Value) -> PyResult {
    let name = mem::value(descriptor, at::DESCR_NAME)
        .and_then(Str::of)
        .expect("members have a name");
    let target = member_target(vm, descriptor, object, name)?;
    let offset: usize = mem::get(descriptor, at::DESCR_DEF);
    let value = member_value(vm, target, offset, name);
    match value {
        Some(value) => Ok(value),
        None => Err(protocol::no_attribute(vm, object, name)),
    }
}

fn member_value(vm: &mut Vm, target: Ref, offset: usize, name: Str) -> Option<Value> {
    if offset == 0 {
        crate::instance::own_attr(vm, target, name)
    } else {
        // A struct sequence's items are those of a tuple.
        mem::value(target, offset).map(crate::export::unboxed)
    }
}

/// Writes or deletes a `__slots__` member.
///
/// # Errors
/// As [`member_get`].
pub fn member_set(
    vm: &mut Vm,
    descriptor: Ref,
    object: Value,
    value: Option<Value>,
) -> PyResult<()> {
    let name = mem::value(descriptor, at::DESCR_NAME)
        .and_then(Str::of)
        .expect("members have a name");
    let target = member_target(vm, descriptor, object, name)?;
    let offset: usize = mem::get(descriptor, at::DESCR_DEF);
    if value.is_none() && member_value(vm, target, offset, name).is_none() {
        let text = name.to_rust().into_owned();
        return Err(protocol::attribute_error(vm, &text, object, name));
    }
    match (offset, value) {
        (0, Some(value)) => crate::instance::set_own_attr(vm, target, name, value).map(|_| ()),
        (0, None) => crate::instance::delete_own_attr(vm, target, name).map(|_| ()),
        _ => {
            vm.store(target, offset, value);
            Ok(())
        }
    }
}

fn member_target(vm: &mut Vm, descriptor: Ref, object: Value, name: Str) -> PyResult<Ref> {
    let owner = mem::reference(descriptor, at::DESCR_TYPE)
        .map(Type::from_ref)
        .expect("members have a class");
    match object.as_ref() {
        Some(target) if Type::of(object).is_subtype(owner) => Ok(target),
        _ => {
            let text = format!(
                "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                name.to_rust(),
                owner.name(),
                protocol::type_name(object)
            );
            Err(vm.raise_type(&text))
        }
    }
}
