//! Exceptions with a field or two: StopIteration, SystemExit, KeyError, AttributeError, NameError, ImportError.

use crate::exception::{args_of, base, extra, extra_field, set_args, set_extra_field};
use crate::util::getset;
use coil_value::{Ref, Value};
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::exception::set_extra;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{Type, types};
use taipan_objects::vm::Vm;

/// `StopIteration`.
pub(crate) static STOP_ITERATION: TypeDef = TypeDef {
    ty: &types::StopIteration,
    slots: |slots: &mut Slots| {
        slots.init = Some(|vm, this, args| {
            base::init(vm, this, args)?;
            derive_first(vm, mem::expect_ref(this), args_of(this));
            Ok(())
        });
    },
    methods: &[],
    getset: getset! { "value" => extra_field!(0), set_extra_field!(0); },
    doc: "Signal the end from iterator.__next__().",
    module: "",
};

/// `SystemExit`.
pub(crate) static SYSTEM_EXIT: TypeDef = TypeDef {
    ty: &types::SYSTEM_EXIT,
    slots: |slots: &mut Slots| {
        slots.init = Some(|vm, this, args| {
            base::init(vm, this, args)?;
            derive_code(vm, mem::expect_ref(this), args_of(this));
            Ok(())
        });
    },
    methods: &[],
    getset: getset! { "code" => extra_field!(0), set_extra_field!(0); },
    doc: "Request to exit from the interpreter.",
    module: "",
};

/// `KeyError`.
pub(crate) static KEY_ERROR: TypeDef = TypeDef {
    ty: &types::KeyError,
    slots: |slots: &mut Slots| {
        slots.str = Some(|vm, this| {
            let args = args_of(this);
            // The key is quoted, so that an empty or odd one can be seen.
            if args.len() == 1 {
                return protocol::repr(vm, args.at(0)).map(Str::value);
            }
            base::str(vm, this)
        });
    },
    methods: &[],
    getset: &[],
    doc: "Mapping key not found.",
    module: "",
};

/// `AttributeError`.
pub(crate) static ATTRIBUTE_ERROR: TypeDef = TypeDef {
    ty: &types::AttributeError,
    slots: |slots: &mut Slots| {
        slots.init = Some(|vm, this, args| {
            named_init(vm, this, args, "AttributeError", &["name", "obj"], 0)
        });
    },
    methods: ATTRIBUTE_METHODS,
    getset: getset! {
        "name" => extra_field!(0), set_extra_field!(0);
        "obj" => extra_field!(1), set_extra_field!(1);
    },
    doc: "Attribute not found.",
    module: "",
};

/// `NameError`.
pub(crate) static NAME_ERROR: TypeDef = TypeDef {
    ty: &types::NameError,
    slots: |slots: &mut Slots| {
        slots.init = Some(|vm, this, args| named_init(vm, this, args, "NameError", &["name"], 0));
    },
    methods: &[],
    getset: getset! { "name" => extra_field!(0), set_extra_field!(0); },
    doc: "Name not found globally.",
    module: "",
};

/// `ImportError`.
pub(crate) static IMPORT_ERROR: TypeDef = TypeDef {
    ty: &types::ImportError,
    slots: |slots: &mut Slots| {
        slots.init = Some(|vm, this, args| {
            named_init(
                vm,
                this,
                args,
                "ImportError",
                &["name", "path", "name_from"],
                1,
            )?;
            let message = (args.len() == 1).then(|| args.at(0));
            set_extra(vm, mem::expect_ref(this), 0, message);
            Ok(())
        });
        slots.str = Some(|vm, this| match extra(this, 0) {
            Some(message) if Str::exact(message).is_some() => Ok(message),
            _ => base::str(vm, this),
        });
    },
    methods: IMPORT_METHODS,
    getset: getset! {
        "msg" => extra_field!(0), set_extra_field!(0);
        "name" => extra_field!(1), set_extra_field!(1);
        "path" => extra_field!(2), set_extra_field!(2);
        "name_from" => extra_field!(3), set_extra_field!(3);
    },
    doc: "Import can't find module, or can't find name in module.",
    module: "",
};

natives! {
    static ATTRIBUTE_METHODS = {
        "__reduce__" method NoArgs, "($self, /)" => reduce_attribute;
        "__getstate__" method NoArgs, "($self, /)" => |vm, args| attribute_state(vm, args.at(0));
    }
}
natives! {
    static IMPORT_METHODS = {
        "__reduce__" method NoArgs, "($self, /)" => reduce_import;
    }
}

/// `value` of StopIteration: the first argument.
pub(crate) fn derive_first(vm: &mut Vm, object: Ref, args: Tuple) {
    set_extra(vm, object, 0, args.get(0));
}

/// `code` of SystemExit: the argument, or all of them.
pub(crate) fn derive_code(vm: &mut Vm, object: Ref, args: Tuple) {
    let code = match args.len() {
        0 => None,
        1 => Some(args.at(0)),
        _ => Some(args.value()),
    };
    set_extra(vm, object, 0, code);
}

/// `__init__` that takes fields by keyword only.
fn named_init(
    vm: &mut Vm,
    this: Value,
    args: Args,
    class: &str,
    names: &[&str],
    first: usize,
) -> PyResult<()> {
    let object = mem::expect_ref(this);
    for index in 0..args.keyword_count() {
        let (key, _) = args.keyword(index);
        if !names.iter().any(|name| key.is(name)) {
            let key = key.to_rust();
            return Err(vm.raise_type(&format!(
                "{class}() got an unexpected keyword argument '{key}'"
            )));
        }
    }
    let tuple = args.to_tuple(vm)?;
    set_args(vm, this, tuple);
    for (index, name) in names.iter().enumerate() {
        set_extra(vm, object, first + index, args.keyword_named(name));
    }
    Ok(())
}

fn copy_of_dict(vm: &mut Vm, this: Value) -> PyResult<Dict> {
    match mem::value(mem::expect_ref(this), at::EXC_DICT).and_then(Dict::of) {
        Some(dict) => dict.copy(vm),
        None => vm.new_dict(),
    }
}

fn attribute_state(vm: &mut Vm, this: Value) -> PyResult {
    let state = copy_of_dict(vm, this)?;
    if let Some(name) = extra(this, 0) {
        state.set_name(vm, "name", name)?;
    }
    state.set_name(vm, "args", args_of(this).value())?;
    Ok(state.value())
}

fn reduce_attribute(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let state = attribute_state(vm, this)?;
    vm.new_tuple(&[Type::of(this).value(), args_of(this).value(), state])
}

fn reduce_import(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let state = copy_of_dict(vm, this)?;
    for (index, name) in [(1, "name"), (2, "path"), (3, "name_from")] {
        if let Some(value) = extra(this, index) {
            state.set_name(vm, name, value)?;
        }
    }
    let class = Type::of(this).value();
    if state.is_empty() {
        return vm.new_tuple(&[class, args_of(this).value()]);
    }
    vm.new_tuple(&[class, args_of(this).value(), state.value()])
}
