//! Attributes stored in objects: shapes and slots of plain instances, attribute dicts of everything else.
//!
//! A plain instance has its shape at 16 (0: its attributes are in a dict at OVERFLOW), its `__slots__` members in the first inline slots,
//! attributes in the inline slots after them, and the rest in an array at OVERFLOW.

use crate::dict::Dict;
use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::str::Str;
use crate::ty::Type;
use crate::vm::Vm;
use coil_heap::{ARRAY_ITEMS, ARRAY_LENGTH};
use coil_shape::ShapeId;
use coil_value::{LayoutId, Ref, Value};

/// Whether objects of this layout are plain instances.
#[inline(always)]
pub fn is_instance_layout(layout: LayoutId) -> bool {
    layout.0.wrapping_sub(layout::INSTANCE_FIRST.0)
        <= layout::INSTANCE_LAST.0 - layout::INSTANCE_FIRST.0
}

/// The shape of a plain instance; none when its attributes are in a dict.
#[inline]
pub fn shape_of(object: Ref) -> Option<ShapeId> {
    let shape: u32 = mem::get(object, at::SHAPE);
    (shape != 0).then_some(ShapeId(shape))
}

fn inline_attributes(object: Ref) -> u32 {
    let slots = object.layout().0 - layout::INSTANCE_FIRST.0;
    let ty = Type::from_ref(object.ty().expect("instances have a type"));
    u32::from(slots - ty.data().member_slots.get())
}

/// Where attribute number `index` of an instance of this type and layout stands: byte offset in the object, or index in the overflow array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Byte offset in the object.
    Inline(usize),
    /// Index in the overflow array.
    Overflow(usize),
}

/// See [`Place`].
pub fn place_of(ty: Type, layout: LayoutId, index: u32) -> Place {
    let members = u32::from(ty.data().member_slots.get());
    let slots = u32::from(layout.0 - layout::INSTANCE_FIRST.0);
    let slot = members + index;
    if slot < slots {
        Place::Inline(at::SLOTS + 8 * slot as usize)
    } else {
        Place::Overflow((slot - slots) as usize)
    }
}

fn read_slot(object: Ref, index: u32) -> Option<Value> {
    let ty = Type::from_ref(object.ty()?);
    match place_of(ty, object.layout(), index) {
        Place::Inline(offset) => mem::value(object, offset),
        Place::Overflow(slot) => mem::value(
            mem::reference(object, at::OVERFLOW)?,
            ARRAY_ITEMS + 8 * slot,
        ),
    }
}

fn write_slot(vm: &mut Vm, object: Ref, index: u32, value: Option<Value>) -> PyResult<()> {
    let ty = Type::from_ref(object.ty().expect("instances have a type"));
    match place_of(ty, object.layout(), index) {
        Place::Inline(offset) => vm.store(object, offset, value),
        Place::Overflow(slot) => {
            let array = overflow_with(vm, object, slot)?;
            let address = array.field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * slot);
            // SAFETY: the slot is an item of the array.
            unsafe { vm.mutator().store_item(array, address, value) };
        }
    }
    Ok(())
}

/// The overflow array with room for index `slot`.
///
/// # Errors
/// MemoryError.
pub fn overflow_with(vm: &mut Vm, object: Ref, slot: usize) -> PyResult<Ref> {
    let old = mem::reference(object, at::OVERFLOW);
    let length = old.map_or(0, |array| mem::get::<usize>(array, ARRAY_LENGTH));
    if let Some(array) = old.filter(|_| slot < length) {
        return Ok(array);
    }
    let array = vm.alloc_values((slot + 1).max(length * 2).max(4))?;
    for index in 0..length {
        let item = old.and_then(|old| mem::value(old, ARRAY_ITEMS + 8 * index));
        let address = array.field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * index);
        // SAFETY: the slot is an item of the array.
        unsafe { vm.mutator().store_item(array, address, item) };
    }
    vm.store(object, at::OVERFLOW, Some(Value::from_ref(array)));
    Ok(array)
}

/// Offset of the field that holds the attribute dict of an object that is not a plain instance; none when it has no attributes.
pub fn dict_offset(object: Ref) -> Option<usize> {
    Some(match object.layout() {
        layout::MODULE => at::MODULE_DICT,
        layout::EXCEPTION => at::EXC_DICT,
        layout::FUNCTION => at::FUNC_DICT,
        layout::CLASSMETHOD | layout::STATICMETHOD => at::WRAPPED_DICT,
        layout::FIELDS | layout::PROPERTY | layout::SUPER => {
            let ty = Type::from_ref(object.ty()?);
            if !ty.is_heap() && !ty.data().has_dict.get() {
                return None;
            }
            match object.layout() {
                layout::FIELDS => at::FIELDS + 8 * (mem::get::<usize>(object, at::FIELD_COUNT) - 1),
                layout::PROPERTY => 64,
                _ => return None,
            }
        }
        layout::FLOAT_SUB => 32,
        layout::COMPLEX_SUB => 40,
        layout::BYTEARRAY_SUB => 72,
        layout::LIST_SUB => 48,
        layout::DICT_SUB => {
            let ty = Type::from_ref(object.ty()?);
            if !ty.is_heap() {
                return None;
            }
            56
        }
        layout::SET_SUB | layout::FROZENSET_SUB => 56,
        layout::INT_SUB => {
            // SAFETY: the layout says that it is an int.
            (unsafe { layout::int_size(object.as_ptr().cast()) }) + 8
        }
        layout::STR_SUB => {
            // SAFETY: the layout says that it is a str.
            (unsafe { layout::str_size(object.as_ptr().cast()) }) + 8
        }
        layout::BYTES_SUB => {
            ((at::BYTES_DATA + mem::get::<usize>(object, at::SIZE) + 1 + 7) & !7) + 8
        }
        layout::TUPLE_SUB => at::TUPLE_ITEMS + 8 * mem::get::<usize>(object, at::SIZE) + 8,
        _ => return None,
    })
}

/// The value of an attribute stored in the object itself.
#[inline]
pub fn own_attr(vm: &mut Vm, object: Ref, name: Str) -> Option<Value> {
    if is_instance_layout(object.layout()) {
        return match shape_of(object) {
            Some(shape) => {
                let name = interned_address(vm, name)?;
                let slot = vm.interp.shapes.slot(shape, name)?;
                read_slot(object, slot)
            }
            None => Dict::from_ref(mem::reference(object, at::OVERFLOW)?).get_str(name),
        };
    }
    Dict::of(mem::value(object, dict_offset(object)?)?)?.get_str(name)
}

/// Shapes know names by address; a name that was never interned is nobody's attribute.
fn interned_address(vm: &Vm, name: Str) -> Option<usize> {
    if name.is_interned() {
        return Some(name.as_ref().address());
    }
    let known = vm
        .interp
        .interned
        .find(name.hash(), |s| s.same_text(name))?;
    Some(mem::expect_ref(known).address())
}

/// Whether attributes can be stored in the object.
pub fn has_attributes(object: Ref) -> bool {
    if is_instance_layout(object.layout()) {
        return object
            .ty()
            .is_some_and(|ty| Type::from_ref(ty).data().has_dict.get());
    }
    dict_offset(object).is_some()
}

/// Stores an attribute in the object; false when it can hold none.
///
/// # Errors
/// MemoryError.
pub fn set_own_attr(vm: &mut Vm, object: Ref, name: Str, value: Value) -> PyResult<bool> {
    if !has_attributes(object) {
        return Ok(false);
    }
    let name = Str::of(vm.intern_object(name.value())?).expect("interned strings are strings");
    if is_instance_layout(object.layout())
        && let Some(shape) = shape_of(object)
    {
        let key = name.as_ref().address();
        if let Some(slot) = vm.interp.shapes.slot(shape, key) {
            write_slot(vm, object, slot, Some(value))?;
            return Ok(true);
        }
        let count = vm.interp.shapes.count(shape);
        let next = vm.interp.shapes.with(shape, key);
        write_slot(vm, object, count, Some(value))?;
        mem::set(object, at::SHAPE, next.0);
        grow_class(vm, object, count + 1);
        return Ok(true);
    }
    let dict = instance_dict(vm, object)?;
    if let Some(dict) = dict {
        dict.set_str(vm, name, value)?;
    }
    Ok(dict.is_some())
}

/// Classes whose instances overflow give later instances more inline slots.
fn grow_class(vm: &mut Vm, object: Ref, attributes: u32) {
    if attributes <= inline_attributes(object) {
        return;
    }
    let Some(ty) = object.ty().map(Type::from_ref) else {
        return;
    };
    let data = ty.data();
    let wanted = (u32::from(data.member_slots.get()) + attributes + attributes / 2)
        .min(layout::MAX_INLINE_SLOTS as u32) as u16;
    if wanted > data.inline_slots.get() {
        data.inline_slots.set(wanted);
        data.layout.set(layout::INSTANCE_FIRST.0 + wanted);
        // How calls of the class make an instance has been cached.
        ty.modified(vm);
    }
}

/// Takes an attribute away from the object; false when it is not there.
///
/// # Errors
/// MemoryError.
pub fn delete_own_attr(vm: &mut Vm, object: Ref, name: Str) -> PyResult<bool> {
    if is_instance_layout(object.layout()) && shape_of(object).is_some() {
        let Some(shape) = shape_of(object) else {
            return Ok(false);
        };
        let Some(key) = interned_address(vm, name) else {
            return Ok(false);
        };
        let Some(slot) = vm.interp.shapes.slot(shape, key) else {
            return Ok(false);
        };
        let count = vm.interp.shapes.count(shape);
        for index in slot..count - 1 {
            let next = read_slot(object, index + 1);
            write_slot(vm, object, index, next)?;
        }
        write_slot(vm, object, count - 1, None)?;
        let without = vm.interp.shapes.without(shape, key);
        mem::set(object, at::SHAPE, without.0);
        return Ok(true);
    }
    if !has_attributes(object) {
        return Ok(false);
    }
    let Some(dict) = instance_dict(vm, object)? else {
        return Ok(false);
    };
    Ok(match dict.find_str(name) {
        Some(entry) => {
            dict.remove_entry(vm, entry);
            true
        }
        None => false,
    })
}

/// The attribute dict of an object, made if need be; none when it has no attributes. A plain instance keeps its attributes in the dict from
/// then on.
///
/// # Errors
/// MemoryError.
pub fn instance_dict(vm: &mut Vm, object: Ref) -> PyResult<Option<Dict>> {
    if !has_attributes(object) {
        return Ok(None);
    }
    if is_instance_layout(object.layout()) {
        let Some(shape) = shape_of(object) else {
            return Ok(mem::reference(object, at::OVERFLOW).map(Dict::from_ref));
        };
        let dict = vm.new_dict()?;
        for (slot, name) in (0u32..).zip(vm.interp.shapes.names(shape)) {
            // SAFETY: shape names are interned strings.
            let name = unsafe { Ref::from_address(name as u64) }.expect("names are objects");
            if let (Some(name), Some(value)) =
                (Str::of(Value::from_ref(name)), read_slot(object, slot))
            {
                dict.set_str(vm, name, value)?;
            }
        }
        vm.store(object, at::OVERFLOW, Some(dict.value()));
        mem::set(object, at::SHAPE, 0u32);
        return Ok(Some(dict));
    }
    let Some(offset) = dict_offset(object) else {
        return Ok(None);
    };
    if let Some(dict) = mem::value(object, offset).and_then(Dict::of) {
        return Ok(Some(dict));
    }
    let dict = vm.new_dict()?;
    vm.store(object, offset, Some(dict.value()));
    Ok(Some(dict))
}

/// Replaces the attribute dict (`obj.__dict__ = d`); false when it has none.
///
/// # Errors
/// MemoryError.
pub fn set_instance_dict(vm: &mut Vm, object: Ref, dict: Dict) -> PyResult<bool> {
    if instance_dict(vm, object)?.is_none() {
        return Ok(false);
    }
    let offset = if is_instance_layout(object.layout()) {
        Some(at::OVERFLOW)
    } else {
        dict_offset(object)
    };
    if let Some(offset) = offset {
        vm.store(object, offset, Some(dict.value()));
    }
    Ok(offset.is_some())
}

/// `__dict__` of instances.
///
/// # Errors
/// AttributeError for objects without attributes.
pub fn get_dict(vm: &mut Vm, value: Value) -> PyResult {
    if let Some(object) = value.as_ref()
        && let Some(dict) = instance_dict(vm, object)?
    {
        return Ok(dict.value());
    }
    let name = vm.interp.names.__dict__.str();
    Err(crate::protocol::no_attribute(vm, value, name))
}

/// `__dict__ = new` (or `del`, which leaves an empty one).
///
/// # Errors
/// TypeError unless it is a dict.
pub fn set_dict(vm: &mut Vm, value: Value, new: Option<Value>) -> PyResult<()> {
    let dict = match new {
        None => vm.new_dict()?,
        Some(new) => match Dict::of(new) {
            Some(dict) => dict,
            None => {
                let name = crate::protocol::type_name(new);
                return Err(vm.raise_type(&format!(
                    "__dict__ must be set to a dictionary, not a '{name}'"
                )));
            }
        },
    };
    set_instance_dict(vm, mem::expect_ref(value), dict)?;
    Ok(())
}

/// The `__dict__` attribute that classes with attribute dicts get.
pub static DICT_GETSET: crate::native::GetSetDef = crate::native::GetSetDef {
    name: "__dict__",
    get: get_dict,
    set: Some(set_dict),
};

/// The `__weakref__` attribute of classes whose instances can be weakly referenced; module `_weakref` keeps the references.
pub static WEAKREF_GETSET: crate::native::GetSetDef = crate::native::GetSetDef {
    name: "__weakref__",
    get: |_, _| Ok(crate::ty::none()),
    set: None,
};

impl Vm {
    /// A plain instance of a class, without attributes.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_instance(&mut self, ty: Type) -> PyResult<Ref> {
        let layout = ty.instance_layout();
        let slots = usize::from(layout.0 - layout::INSTANCE_FIRST.0);
        let object = self.alloc_sized(layout, ty, layout::INSTANCE_BASE + 8 * slots, |_| {})?;
        mem::set(object, at::SHAPE, ty.data().root_shape.get());
        Ok(object)
    }
}
