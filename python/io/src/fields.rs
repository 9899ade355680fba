//! Objects that are rows of fields, and the declaration of this crate's types.

use taipan_objects::mem;
use taipan_objects::number;
use taipan_objects::ty::{StaticType, Type};
use taipan_objects::{PyResult, Value, Vm};

/// A field, if it is set.
#[inline]
pub(crate) fn get(object: Value, index: usize) -> Option<Value> {
    Vm::field(mem::expect_ref(object), index)
}

/// Sets a field.
#[inline]
pub(crate) fn set(vm: &Vm, object: Value, index: usize, value: Option<Value>) {
    vm.set_field(mem::expect_ref(object), index, value);
}

/// A field that holds an int (0 when unset).
#[inline]
pub(crate) fn int(object: Value, index: usize) -> i64 {
    get(object, index).and_then(number::i64_of).unwrap_or(0)
}

/// A field that holds a size.
#[inline]
pub(crate) fn size(object: Value, index: usize) -> usize {
    usize::try_from(int(object, index)).unwrap_or(0)
}

/// Sets a field to a size of something in memory.
#[inline]
pub(crate) fn set_size(vm: &Vm, object: Value, index: usize, value: usize) {
    set(vm, object, index, Some(number::size(value)));
}

/// Sets a field to a small number (flags).
#[inline]
pub(crate) fn set_small(vm: &Vm, object: Value, index: usize, value: i64) {
    set(vm, object, index, Some(number::small(value)));
}

/// Sets a field to any number.
///
/// # Errors
/// MemoryError.
#[inline]
pub(crate) fn set_int(vm: &mut Vm, object: Value, index: usize, value: i64) -> PyResult<()> {
    let value = vm.new_int(value)?;
    set(vm, object, index, Some(value));
    Ok(())
}

/// Whether the value is exactly of this type.
#[inline]
pub(crate) fn is_exact(value: Value, ty: &'static StaticType) -> bool {
    Type::of(value).is(ty)
}

/// Declares the types of this crate. Rows: name, static, base, layout, number of fields of an exact instance (`new` makes them), slots,
/// methods, attributes, docstring.
macro_rules! io_types {
    ($vis:vis $table:ident { $($name:literal $ty:ident $def:ident : $base:expr, $layout:ident, dict $dict:literal, $slots:expr, $methods:expr, $getset:expr, $doc:literal;)* }) => {
        $(
            #[doc = concat!("`_io.", $name, "`.")]
            $vis static $ty: taipan_objects::ty::StaticType = taipan_objects::ty::StaticType::new();
            static $def: taipan_objects::class::TypeDef = taipan_objects::class::TypeDef {
                ty: &$ty,
                slots: $slots,
                methods: $methods,
                getset: $getset,
                doc: $doc,
                module: "_io",
            };
        )*
        /// The types of this file.
        $vis static $table: &[taipan_objects::class::ModuleType] = &[$(
            taipan_objects::class::ModuleType {
                def: &$def,
                name: $name,
                base: $base,
                layout: taipan_objects::layout::$layout,
                sub_layout: taipan_objects::ty::SubLayout::Own(taipan_objects::layout::$layout),
                flags: 0,
                has_dict: $dict,
            }
        ),*];
    };
}
pub(crate) use io_types;

/// Rows of computed attributes: `"name" => getter;` or `"name" => getter, setter;`.
macro_rules! getset {
    ($($name:literal => $get:expr $(, $set:expr)?;)*) => {
        &[$(taipan_objects::native::GetSetDef {
            name: $name,
            get: $get,
            set: $crate::fields::setter!($($set)?),
        }),*]
    };
}
pub(crate) use getset;

macro_rules! setter {
    () => {
        None
    };
    ($set:expr) => {
        Some($set)
    };
}
pub(crate) use setter;
