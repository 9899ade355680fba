//! What cached lookups compute: how an attribute, method or global is got at for a given class or namespace.

use crate::fields;
use coil_machine::{Deps, Machine, RefOps};
use coil_shape::ShapeId;
use coil_value::{LayoutId, Ref, Value};
use std::ptr::NonNull;
use taipan_objects::Vm;
use taipan_objects::dict::Dict;
use taipan_objects::function::{CodeData, Function};
use taipan_objects::instance::{self, Place};
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::{self, NativeKind};
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::table::{self, Table};
use taipan_objects::ty::{self, Type, types};

/// How to read an attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Load {
    /// A field of the object; unset means missing.
    Inline(usize),
    /// An item of the overflow array.
    Overflow(usize),
    /// A plain value found on the class.
    Constant(Value),
    /// A Python function or builtin method found on the class: binds to the object.
    Method(Value),
    /// A function to be called with the object: a property's getter.
    Getter(Value),
    /// A method found on a subclass of list, unless the object's own dict is there.
    MethodUnlessDict(Value),
    /// For a class: a function bound to the class itself (classmethod).
    ClassMethod(Value),
    /// The value at an address outside the collector's moving objects that may change with a version: a module's or class's attribute.
    Watched(GlobalSlot),
}

/// How to write an attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Store {
    /// A field of the object.
    Inline(usize),
    /// An existing item of the overflow array.
    Overflow(usize),
    /// A new attribute: field, then the new shape.
    AddInline(usize, u32),
    /// A new attribute in the overflow array, then the new shape.
    AddOverflow(usize, u32),
    /// A Python setter of a property.
    Setter(Value),
}

/// Where a global or builtin stands: a value in the table of a dict.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GlobalSlot {
    value: NonNull<u64>,
    /// Its number among the words of the table's entries.
    word: u32,
}

impl GlobalSlot {
    fn version(self) -> *mut u32 {
        Table::watch_of_value(self.value.as_ptr()).cast_mut()
    }

    /// The table, and the number of the value in it.
    fn place<M: Machine>(self, m: &mut M) -> (M::Ref, M::Int) {
        let distance = table::ENTRIES + 8 * self.word as usize;
        let table = self.value.as_ptr().expose_provenance() - distance;
        (m.address(table), m.int(i64::from(self.word)))
    }

    /// The value.
    #[inline(always)]
    pub(crate) fn load<M: Machine>(self, m: &mut M) -> M::Val {
        if m.is_volatile(self.version()) {
            let (table, word) = self.place(m);
            return table.item_val(fields::TABLE_WORD, word);
        }
        m.load_watched(self.value.as_ptr(), self.version())
    }

    /// Stores a value, unless somebody watches what is there: gives whether it did.
    #[inline(always)]
    pub(crate) fn store<M: Machine>(self, m: &mut M, value: M::Val) -> bool {
        let free = m.may_write(self.version());
        if free {
            let (table, word) = self.place(m);
            m.store_item_val(table, fields::TABLE_WORD, word, value);
        }
        free
    }
}

fn keep(vm: &Vm, deps: &mut Deps, value: Value) {
    if let Some(object) = value.as_ref()
        && !object.layout().is_foreign()
    {
        vm.mutator().pin(object);
        deps.keep(value);
    }
}

/// The globals dict at an address, whose keys the plan depends on.
///
/// # Safety
/// The address is that of the globals of the running function.
unsafe fn globals_at(vm: &Vm, address: u64, deps: &mut Deps) -> Option<Dict> {
    // SAFETY: by contract.
    let globals = Dict::from_ref(unsafe { Ref::from_address(address) }?);
    keep(vm, deps, globals.value());
    deps.cell(globals.keys_version_address());
    Some(globals)
}

/// A name in globals, or in builtins when it is not there.
pub(crate) fn global(vm: &mut Vm, globals: u64, name: Str, deps: &mut Deps) -> Option<GlobalSlot> {
    // SAFETY: the key is the globals dict of the running function.
    let globals = unsafe { globals_at(vm, globals, deps) }?;
    let dict = match globals.find_str(name) {
        Some(_) => globals,
        None => {
            let key = vm.interp.names.__builtins__.str();
            let builtins = match globals.get_str(key) {
                Some(builtins) => protocol::module_dict(builtins).or_else(|| Dict::of(builtins))?,
                None => vm.interp.builtins(),
            };
            vm.mutator().pin(builtins.as_ref());
            deps.cell(builtins.keys_version_address());
            builtins
        }
    };
    slot_of(vm, dict, name, deps)
}

/// A name in globals, to be written.
pub(crate) fn own_global(
    vm: &mut Vm,
    globals: u64,
    name: Str,
    deps: &mut Deps,
) -> Option<GlobalSlot> {
    // SAFETY: the key is the globals dict of the running function.
    let globals = unsafe { globals_at(vm, globals, deps) }?;
    slot_of(vm, globals, name, deps)
}

fn slot_of(vm: &mut Vm, dict: Dict, name: Str, deps: &mut Deps) -> Option<GlobalSlot> {
    let table = dict.table()?;
    let entry = table.find_str(name)?;
    vm.mutator().pin(table.0);
    keep(vm, deps, Value::from_ref(table.0));
    let value = NonNull::new(table.value_address(entry).cast_mut())?;
    let word = u32::try_from(table.value_word(entry)).ok()?;
    Some(GlobalSlot { value, word })
}

/// Whether attribute reads on a type go by the generic rules.
fn plain_reads(ty: Type) -> bool {
    let generic = types::OBJECT.ty().slots().get_attr;
    ty.slots().get_attr.map(|slot| slot as usize) == generic.map(|slot| slot as usize)
}

fn plain_writes(ty: Type) -> bool {
    let generic = types::OBJECT.ty().slots().set_attr;
    ty.slots().set_attr.map(|slot| slot as usize) == generic.map(|slot| slot as usize)
}

fn layout_of(value: Value) -> LayoutId {
    value.as_ref().map_or(LayoutId::FOREIGN, Ref::layout)
}

/// What a class attribute means for an object: none when that takes more than a plan.
fn from_class(vm: &mut Vm, found: Value, deps: &mut Deps) -> Option<Load> {
    keep(vm, deps, found);
    match layout_of(found) {
        layout::FUNCTION => return Some(Load::Method(found)),
        layout::NATIVE_METHOD => {
            let def = native::def_of(mem::expect_ref(found));
            return (def.kind != NativeKind::ClassMethod).then_some(Load::Method(found));
        }
        layout::PROPERTY if Type::of(found).is(&types::PROPERTY) => {
            let getter = mem::value(mem::expect_ref(found), at::PROP_GET)?;
            keep(vm, deps, getter);
            return (layout_of(getter) == layout::FUNCTION).then_some(Load::Getter(getter));
        }
        layout::STATICMETHOD => {
            let wrapped = mem::value(mem::expect_ref(found), at::WRAPPED)?;
            keep(vm, deps, wrapped);
            return Some(Load::Constant(wrapped));
        }
        _ => {}
    }
    Type::of(found)
        .slots()
        .get
        .is_none()
        .then_some(Load::Constant(found))
}

/// Reads attribute `name` of plain instances with this layout and shape.
pub(crate) fn load_instance(
    vm: &mut Vm,
    layout: u64,
    shape: u64,
    name: Str,
    deps: &mut Deps,
) -> Option<Load> {
    if shape == 0 {
        return None;
    }
    let shape = ShapeId(shape as u32);
    // SAFETY: shapes belong to classes, which are never freed.
    let ty = Type::from_ref(unsafe { Ref::from_address(vm.interp.shapes.owner(shape) as u64) }?);
    deps.cell(ty.version_address());
    if !plain_reads(ty) {
        return None;
    }
    let found = ty.lookup(name);
    if let Some(found) = found {
        if layout_of(found) == layout::MEMBER {
            let offset: usize = mem::get(mem::expect_ref(found), at::DESCR_DEF);
            return (offset != 0).then_some(Load::Inline(offset));
        }
        if Type::of(found).slots().set.is_some() {
            return match from_class(vm, found, deps) {
                Some(Load::Getter(getter)) => Some(Load::Getter(getter)),
                _ => None,
            };
        }
    }
    if let Some(slot) = vm.interp.shapes.slot(shape, name.as_ref().address()) {
        return Some(
            match instance::place_of(ty, LayoutId(layout as u16), slot) {
                Place::Inline(offset) => Load::Inline(offset),
                Place::Overflow(index) => Load::Overflow(index),
            },
        );
    }
    from_class(vm, found?, deps)
}

/// Reads attribute `name` of objects of a builtin-layout type (by the address of the type).
pub(crate) fn load_other(
    vm: &mut Vm,
    layout: LayoutId,
    class: u64,
    name: Str,
    deps: &mut Deps,
) -> Option<Load> {
    // SAFETY: the key is the type of a live object; types are never freed.
    let ty = Type::from_ref(unsafe { Ref::from_address(class) }?);
    deps.cell(ty.version_address());
    if !plain_reads(ty) {
        return None;
    }
    let found = ty.lookup(name)?;
    if Type::of(found).slots().set.is_some() && layout_of(found) != layout::PROPERTY {
        return None;
    }
    let load = from_class(vm, found, deps)?;
    if matches!(load, Load::Getter(_)) {
        return Some(load);
    }
    match layout {
        layout::LIST_SUB => match load {
            Load::Method(function) => Some(Load::MethodUnlessDict(function)),
            _ => None,
        },
        layout::LIST
        | layout::LIST_EXPORTED
        | layout::TUPLE_EXPORTED
        | layout::DICT
        | layout::SET
        | layout::FROZENSET
        | layout::STR
        | layout::BYTES
        | layout::TUPLE
        | layout::INT
        | layout::FLOAT
        | layout::RANGE
        | layout::GENERATOR
        | layout::BYTEARRAY
        | layout::SLICE
        | layout::COMPLEX => Some(load),
        layout::FIELDS if !ty.is_heap() => Some(load),
        _ => None,
    }
}

/// Reads attribute `name` of one class object.
pub(crate) fn load_class(vm: &mut Vm, class: u64, name: Str, deps: &mut Deps) -> Option<Load> {
    // SAFETY: the key is a live class; types are never freed.
    let ty = Type::from_ref(unsafe { Ref::from_address(class) }?);
    let meta = Type::of(ty.value());
    deps.cell(ty.version_address());
    if !meta.is(&types::TYPE) {
        deps.cell(meta.version_address());
        let generic = types::TYPE.ty().slots().get_attr.map(|slot| slot as usize);
        if meta.slots().get_attr.map(|slot| slot as usize) != generic {
            return None;
        }
    }
    if meta
        .lookup(name)
        .is_some_and(|found| Type::of(found).slots().set.is_some())
    {
        return None;
    }
    let (found, owner) = ty.lookup_where(name)?;
    keep(vm, deps, found);
    match layout_of(found) {
        layout::FUNCTION => Some(Load::Constant(found)),
        layout::CLASSMETHOD => {
            let wrapped = mem::value(mem::expect_ref(found), at::WRAPPED)?;
            keep(vm, deps, wrapped);
            (layout_of(wrapped) == layout::FUNCTION).then_some(Load::ClassMethod(wrapped))
        }
        layout::STATICMETHOD => {
            let wrapped = mem::value(mem::expect_ref(found), at::WRAPPED)?;
            keep(vm, deps, wrapped);
            Some(Load::Constant(wrapped))
        }
        _ if Type::of(found).slots().get.is_none() => {
            let _ = owner;
            Some(Load::Constant(found))
        }
        _ => None,
    }
}

/// Reads attribute `name` of one module.
pub(crate) fn load_module(vm: &mut Vm, module: u64, name: Str, deps: &mut Deps) -> Option<Load> {
    // SAFETY: the key is a live module.
    let object = unsafe { Ref::from_address(module) }?;
    if !Type::of(Value::from_ref(object)).is(&types::MODULE) {
        return None;
    }
    vm.mutator().pin(object);
    keep(vm, deps, Value::from_ref(object));
    let dict = mem::value(object, at::MODULE_DICT).and_then(Dict::of)?;
    vm.mutator().pin(dict.as_ref());
    keep(vm, deps, dict.value());
    deps.cell(dict.keys_version_address());
    slot_of(vm, dict, name, deps).map(Load::Watched)
}

/// Writes attribute `name` of plain instances with this layout and shape.
pub(crate) fn store_instance(
    vm: &mut Vm,
    layout: u64,
    shape: u64,
    name: Str,
    deps: &mut Deps,
) -> Option<Store> {
    if shape == 0 {
        return None;
    }
    let shape = ShapeId(shape as u32);
    // SAFETY: shapes belong to classes, which are never freed.
    let ty = Type::from_ref(unsafe { Ref::from_address(vm.interp.shapes.owner(shape) as u64) }?);
    deps.cell(ty.version_address());
    if !plain_writes(ty) {
        return None;
    }
    if let Some(found) = ty.lookup(name) {
        match layout_of(found) {
            layout::MEMBER => {
                let offset: usize = mem::get(mem::expect_ref(found), at::DESCR_DEF);
                return (offset != 0).then_some(Store::Inline(offset));
            }
            layout::PROPERTY if Type::of(found).is(&types::PROPERTY) => {
                let setter = mem::value(mem::expect_ref(found), at::PROP_SET)?;
                keep(vm, deps, found);
                keep(vm, deps, setter);
                return (layout_of(setter) == layout::FUNCTION).then_some(Store::Setter(setter));
            }
            _ if Type::of(found).slots().set.is_some() => return None,
            _ => {}
        }
    }
    if !ty.data().has_dict.get() {
        return None;
    }
    let layout = LayoutId(layout as u16);
    if let Some(slot) = vm.interp.shapes.slot(shape, name.as_ref().address()) {
        return Some(match instance::place_of(ty, layout, slot) {
            Place::Inline(offset) => Store::Inline(offset),
            Place::Overflow(index) => Store::Overflow(index),
        });
    }
    let count = vm.interp.shapes.count(shape);
    match instance::place_of(ty, layout, count) {
        Place::Inline(offset) => {
            let next = vm.interp.shapes.with(shape, name.as_ref().address());
            Some(Store::AddInline(offset, next.0))
        }
        // The first overflowing attribute goes the slow way, which gives later instances more room.
        Place::Overflow(0) => None,
        Place::Overflow(index) => {
            let next = vm.interp.shapes.with(shape, name.as_ref().address());
            Some(Store::AddOverflow(index, next.0))
        }
    }
}

/// How calling a class goes: the layout and size of the instance, its first shape, and its Python `__init__` if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Construct {
    pub(crate) layout: u16,
    pub(crate) size: u32,
    pub(crate) shape: u32,
    pub(crate) init: Option<Value>,
    /// An empty container whose class makes it without arguments: the rest does not matter.
    pub(crate) native: bool,
}

/// Builtin classes whose empty instances `__new__` alone makes.
pub(crate) static EMPTY_CONTAINERS: [&ty::StaticType; 3] =
    [&types::LIST, &types::DICT, &types::SET];

/// Whether `__new__` and `__init__` of a class are those of such a class.
fn makes_empty_container(ty: Type) -> bool {
    let made_by = |ty: Type| {
        let slots = ty.slots();
        let new = slots.new.map(|slot| slot as usize);
        (new, slots.init.map(|slot| slot as usize))
    };
    let of_container = EMPTY_CONTAINERS
        .iter()
        .any(|base| made_by(base.ty()) == made_by(ty));
    of_container && ty.flags() & ty::flag::IS_ABSTRACT == 0
}

/// Calling a class with the default `__new__` and either a Python `__init__` or none.
pub(crate) fn construct(vm: &mut Vm, class: u64, deps: &mut Deps) -> Option<Construct> {
    // SAFETY: the key is a live class; types are never freed.
    let ty = Type::from_ref(unsafe { Ref::from_address(class) }?);
    let meta = Type::of(ty.value());
    if !meta.is(&types::TYPE) {
        deps.cell(meta.version_address());
        let generic = types::TYPE.ty().slots().call.map(|slot| slot as usize);
        if meta.slots().call.map(|slot| slot as usize) != generic {
            return None;
        }
    }
    deps.cell(ty.version_address());
    if ty.is_heap() && makes_empty_container(ty) {
        return Some(Construct {
            layout: 0,
            size: 0,
            shape: 0,
            init: None,
            native: true,
        });
    }
    let object_new = types::OBJECT.ty().slots().new.map(|slot| slot as usize);
    if !ty.is_heap()
        || !ty.makes_instances()
        || ty.slots().new.map(|slot| slot as usize) != object_new
    {
        return None;
    }
    if ty.flags() & ty::flag::IS_ABSTRACT != 0 {
        return None;
    }
    let init = match ty.lookup(vm.interp.names.__init__.str()) {
        Some(init) if layout_of(init) == layout::FUNCTION => {
            keep(vm, deps, init);
            Some(init)
        }
        Some(init) => {
            let object_init = types::OBJECT.ty().own(vm.interp.names.__init__.str());
            if Some(init) != object_init {
                return None;
            }
            None
        }
        None => None,
    };
    let layout = ty.instance_layout();
    let slots = usize::from(layout.0 - layout::INSTANCE_FIRST.0);
    Some(Construct {
        layout: layout.0,
        size: (layout::INSTANCE_BASE + 8 * slots) as u32,
        shape: ty.data().root_shape.get(),
        init,
        native: false,
    })
}

/// `isinstance(value, class)` for classes of metaclass `type`: decided by the value's type alone.
pub(crate) fn is_instance(vm: &Vm, own: u64, class: u64, deps: &mut Deps) -> Option<bool> {
    // SAFETY: the keys are live objects.
    let (own, class) = unsafe { (Ref::from_address(own)?, Ref::from_address(class)?) };
    let class_type = Type::of(Value::from_ref(class));
    if !class_type.is(&types::TYPE) {
        return None;
    }
    let (own, class) = (Type::from_ref(own), Type::from_ref(class));
    deps.cell(own.version_address());
    if own.is_subtype(class) {
        return Some(true);
    }
    // `__class__` might say otherwise.
    let name = vm.interp.names.__class__.str();
    let as_usual = plain_reads(own)
        || [&types::TYPE, &types::MODULE, &types::METHOD]
            .into_iter()
            .any(|base| {
                let lookup = |ty: Type| ty.slots().get_attr.map(|slot| slot as usize);
                lookup(own) == lookup(base.ty())
            });
    let honest = as_usual && own.lookup(name) == types::OBJECT.ty().own(name);
    honest.then_some(false)
}

/// What `super(class, object).name` finds for objects of a type.
pub(crate) fn load_super(
    vm: &mut Vm,
    class: u64,
    own: u64,
    name: Str,
    deps: &mut Deps,
) -> Option<Load> {
    // SAFETY: the keys are live classes.
    let (class, own) = unsafe {
        (
            Type::from_ref(Ref::from_address(class)?),
            Type::from_ref(Ref::from_address(own)?),
        )
    };
    deps.cell(own.version_address());
    if !own.is_subtype(class) {
        return None;
    }
    let found = own
        .mro_types()
        .skip_while(|ty| *ty != class)
        .skip(1)
        .find_map(|ty| ty.own(name))?;
    match from_class(vm, found, deps)? {
        load @ (Load::Method(_) | Load::Constant(_)) => Some(load),
        _ => None,
    }
}

/// Whether instances of a class (by address) are always true; traces depend on the class staying as it is.
pub(crate) fn always_true<M: Machine>(m: &mut M, class: usize) -> bool {
    // SAFETY: the type of a live object; types are never freed.
    let Some(class) = (unsafe { Ref::from_address(class as u64) }) else {
        return false;
    };
    let ty = Type::from_ref(class);
    if ty.slots().bool.is_some() || ty.slots().len.is_some() {
        return false;
    }
    let _ = m.load_watched(&raw const coil_machine::UNREAD, ty.version_address());
    true
}

/// Whether instances of a class (by address) are equal to themselves only; traces depend on the class staying as it is.
pub(crate) fn equal_if_same<M: Machine>(m: &mut M, class: usize) -> bool {
    // SAFETY: the type of a live object; types are never freed.
    let Some(class) = (unsafe { Ref::from_address(class as u64) }) else {
        return false;
    };
    let ty = Type::from_ref(class);
    let compare = |ty: Type| ty.slots().compare.map(|slot| slot as usize);
    if compare(ty) != compare(types::OBJECT.ty()) {
        return false;
    }
    let _ = m.load_watched(&raw const coil_machine::UNREAD, ty.version_address());
    true
}

/// The Python function that the class of plain instances with this shape has under a name, if it has nothing under the other.
pub(crate) fn special(
    vm: &mut Vm,
    shape: u64,
    name: Str,
    unless: Option<Str>,
    deps: &mut Deps,
) -> Option<Value> {
    if shape == 0 {
        return None;
    }
    let owner = vm.interp.shapes.owner(ShapeId(shape as u32));
    // SAFETY: shapes belong to classes, which are never freed.
    let ty = Type::from_ref(unsafe { Ref::from_address(owner as u64) }?);
    deps.cell(ty.version_address());
    if unless.is_some_and(|unless| ty.lookup(unless).is_some()) {
        return None;
    }
    let found = ty.lookup(name)?;
    if layout_of(found) != layout::FUNCTION {
        return None;
    }
    keep(vm, deps, found);
    Some(found)
}

/// Whether a class (by address) is a subclass of another, or may be. A trace depends on that.
pub(crate) fn is_subclass<M: Machine>(m: &mut M, class: usize, of: usize) -> bool {
    // SAFETY: types of live objects; types are never freed.
    let (class, of) = unsafe {
        (
            Ref::from_address(class as u64),
            Ref::from_address(of as u64),
        )
    };
    let (Some(class), Some(of)) = (class.map(Type::from_ref), of.map(Type::from_ref)) else {
        return true;
    };
    if class.is_heap() {
        let _ = m.load_watched(&raw const coil_machine::UNREAD, class.version_address());
    }
    class.is_subtype(of)
}

/// The Python function that a class (by address) has under a name, if its code `fits`, and the class's version cell.
pub(crate) fn function_of_class(
    vm: &mut Vm,
    class: usize,
    name: Str,
    fits: fn(&CodeData) -> bool,
) -> Option<(Value, *const u32)> {
    // SAFETY: the type of a live object; types are never freed.
    let ty = Type::from_ref(unsafe { Ref::from_address(class as u64) }?);
    let function = Function::of(ty.lookup(name)?)?;
    if !fits(function.code()) {
        return None;
    }
    vm.mutator().pin(function.as_ref());
    Some((Value::from_ref(function.as_ref()), ty.version_address()))
}
