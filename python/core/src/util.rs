//! Small helpers of this crate: declarations, argument checks, texts.

use coil_value::{Ref, Value};
use taipan_objects::dict::Dict;
use taipan_objects::function::Function;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::raise::PyResult;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::vm::Vm;

/// Rows of computed attributes: `"name" => get;` or `"name" => get, set;`.
macro_rules! getset {
    ($($name:literal => $get:expr $(, $set:expr)?;)*) => {
        &[$(taipan_objects::native::GetSetDef { name: $name, get: $get, set: $crate::util::optional!($($set)?) }),*]
    };
}
/// `None` or `Some(it)`.
macro_rules! optional {
    () => {
        None
    };
    ($set:expr) => {
        Some($set)
    };
}
pub(crate) use {getset, optional};

/// An object field as a getset function reads it: None where unset.
macro_rules! field {
    ($offset:expr) => {
        |_, this| Ok($crate::util::field_or_none(this, $offset))
    };
}
pub(crate) use field;

/// A field of an object, None where unset.
pub(crate) fn field_or_none(this: Value, offset: usize) -> Value {
    mem::value(mem::expect_ref(this), offset).unwrap_or_else(ty::none)
}

/// The setter of fields that only native code writes.
pub(crate) fn read_only(vm: &mut Vm, _: Value, _: Option<Value>) -> PyResult<()> {
    Err(vm.raise_attribute("readonly attribute"))
}

/// None as an absent value.
pub(crate) fn given(value: Option<Value>) -> Option<Value> {
    value.filter(|value| *value != ty::none())
}

/// A string value as an attribute name.
pub(crate) fn name_of(vm: &mut Vm, text: &str) -> PyResult<Str> {
    Ok(Str::of(vm.intern(text)?).expect("interned strings are strings"))
}

/// TypeError if keywords were passed.
pub(crate) fn no_keywords(vm: &mut Vm, name: &str, args: Args) -> PyResult<()> {
    if args.keyword_count() > 0 {
        return Err(vm.raise_type(&format!("{name}() takes no keyword arguments")));
    }
    Ok(())
}

/// The function (or generator's function) that runs in the innermost guest frame.
pub(crate) fn running_function(vm: &mut Vm) -> Option<Function> {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    function_of_record(vm.cx.frame_top)
}

/// The function of a frame record; none for the bottom record.
pub(crate) fn function_of_record(record: *const coil_frame::FrameRecord) -> Option<Function> {
    // SAFETY: the record stack has at least its first, empty record; the caller's record is live.
    let record = unsafe { &*record };
    if record.code.is_null() {
        return None;
    }
    // SAFETY: F2, the register before the window holds the function or generator that runs.
    let bits = unsafe { *record.base.wrapping_sub(1) };
    // SAFETY: as above.
    let running = unsafe { Value::from_bits(bits) }?;
    function_behind(running)
}

/// The function itself, or that of a generator.
pub(crate) fn function_behind(running: Value) -> Option<Function> {
    let object = running.as_ref()?;
    match object.layout() {
        layout::FUNCTION => Some(Function::from_ref(object)),
        layout::GENERATOR => function_behind(mem::value(object, at::GEN_FUNCTION)?),
        _ => None,
    }
}

/// The globals of the innermost guest frame.
pub(crate) fn current_globals(vm: &mut Vm) -> Option<Dict> {
    running_function(vm).and_then(|function| Dict::of(Value::from_ref(function.globals())))
}

/// The address of an object as reprs show it; the object stays there from now on.
pub(crate) fn address(vm: &mut Vm, object: Ref) -> usize {
    vm.mutator().pin(object);
    object.address()
}

/// A str value's text.
pub(crate) fn text_of(value: Value) -> Option<String> {
    Str::of(value).map(|text| text.to_rust().into_owned())
}

/// Checks that a new attribute value is a string: "`what` must be set to a string object".
pub(crate) fn expect_string(vm: &mut Vm, what: &str, new: Option<Value>) -> PyResult {
    match new {
        Some(new) if Str::of(new).is_some() => Ok(new),
        _ => Err(vm.raise_type(&format!("{what} must be set to a string object"))),
    }
}

/// Sets `__dict__` of objects that always have one.
pub(crate) fn set_dict(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    if new.is_none() {
        return Err(vm.raise_type("cannot delete __dict__"));
    }
    taipan_objects::instance::set_dict(vm, this, new)
}
