//! What a native module is made of, and the row objects that its types are.

use taipan_objects::class::ModuleType;
use taipan_objects::dict::Dict;
use taipan_objects::mem;
use taipan_objects::native::NativeDef;
use taipan_objects::number;
use taipan_objects::{PyResult, Value, Vm};

/// A module of natives: whoever makes modules creates the object and calls [`NativeModule::fill`].
#[derive(Debug)]
pub struct NativeModule {
    /// Name.
    pub name: &'static str,
    /// Docstring.
    pub doc: &'static str,
    /// Functions.
    pub functions: &'static [NativeDef],
    /// Tables of types.
    pub types: &'static [&'static [ModuleType]],
    /// Sets what is neither.
    pub constants: Option<fn(&mut Vm, Dict) -> PyResult<()>>,
}

impl NativeModule {
    /// Makes the types and puts everything into the module's dict.
    ///
    /// # Errors
    /// MemoryError.
    pub fn fill(&'static self, vm: &mut Vm, dict: Dict) -> PyResult<()> {
        let name = vm.intern(self.name)?;
        for row in self.types.iter().copied().flatten() {
            let ty = vm.ready_module_type(row)?;
            dict.set_name(vm, row.name, ty.value())?;
        }
        for def in self.functions {
            let function = vm.new_native(def, None, Some(name))?;
            dict.set_name(vm, def.name, function)?;
        }
        if let Some(constants) = self.constants {
            constants(vm, dict)?;
        }
        let doc = vm.new_str(self.doc)?;
        dict.set_name(vm, "__doc__", doc)
    }
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
