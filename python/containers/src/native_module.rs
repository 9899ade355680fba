//! Types of native modules: rows of fields.

use taipan_objects::class::ModuleType;
use taipan_objects::dict::Dict;
use taipan_objects::mem;
use taipan_objects::number;
use taipan_objects::{PyResult, Value, Vm};

/// Makes the types of these tables and puts them into a module's dict, with the module's docstring.
///
/// # Errors
/// MemoryError.
pub(crate) fn add_types(
    vm: &mut Vm,
    dict: Dict,
    doc: &str,
    tables: &[&'static [ModuleType]],
) -> PyResult<()> {
    for row in tables.iter().copied().flatten() {
        let ty = vm.ready_module_type(row)?;
        dict.set_name(vm, row.name, ty.value())?;
    }
    let doc = vm.new_str(doc)?;
    dict.set_name(vm, "__doc__", doc)
}

/// A field of a row object, if it is set.
#[inline]
pub(crate) fn get(object: Value, index: usize) -> Option<Value> {
    Vm::field(mem::expect_ref(object), index)
}

/// A field that is always set.
#[inline]
pub(crate) fn at(object: Value, index: usize) -> Value {
    get(object, index).expect("set when the object was made")
}

/// Sets a field.
#[inline]
pub(crate) fn set(vm: &Vm, object: Value, index: usize, value: Option<Value>) {
    vm.set_field(mem::expect_ref(object), index, value);
}

/// A field that holds a small int.
#[inline]
pub(crate) fn int(object: Value, index: usize) -> i64 {
    get(object, index)
        .and_then(Value::as_small_int)
        .unwrap_or(0)
}

/// Sets a field to an int of at most 49 bits.
#[inline]
pub(crate) fn set_int(vm: &Vm, object: Value, index: usize, int: i64) {
    set(vm, object, index, Some(number::small(int)));
}

/// Declares types of a module that are rows of fields. Rows: name, static, new, a function that sets other slots, methods, attributes,
/// docstring.
macro_rules! module_types {
    ($module:literal $vis:vis $table:ident { $($name:literal $ty:ident $def:ident $sub:ident $dict:literal, $slots:expr, $methods:expr, $getset:expr, $doc:literal;)* }) => {
        $(
            #[doc = concat!("`", $name, "`.")]
            $vis static $ty: taipan_objects::ty::StaticType = taipan_objects::ty::StaticType::new();
            static $def: taipan_objects::class::TypeDef = taipan_objects::class::TypeDef {
                ty: &$ty,
                slots: $slots,
                methods: $methods,
                getset: $getset,
                doc: $doc,
                module: $module,
            };
        )*
        /// The types of the module.
        $vis static $table: &[taipan_objects::class::ModuleType] = &[$(
            taipan_objects::class::ModuleType {
                def: &$def,
                name: $name,
                base: &taipan_objects::ty::types::OBJECT,
                layout: taipan_objects::layout::FIELDS,
                sub_layout: $crate::native_module::$sub,
                flags: 0,
                has_dict: $dict,
            }
        ),*];
    };
}
pub(crate) use module_types;

/// May be subclassed.
#[allow(non_upper_case_globals, reason = "a word of the table above")]
pub(crate) const open: taipan_objects::ty::SubLayout =
    taipan_objects::ty::SubLayout::Own(taipan_objects::layout::FIELDS);
/// May not be subclassed.
#[allow(non_upper_case_globals, reason = "a word of the table above")]
pub(crate) const closed: taipan_objects::ty::SubLayout = taipan_objects::ty::SubLayout::None;
