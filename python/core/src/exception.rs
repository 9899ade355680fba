//! Exception classes: constructors, attributes, texts. Extra fields (`at::EXC_EXTRA`) by class:
//! StopIteration value; SystemExit code; AttributeError name, obj; NameError name; ImportError msg, name, path, name_from;
//! OSError errno, strerror, filename, filename2, characters_written; SyntaxError msg, filename, lineno, offset, text, end_lineno,
//! end_offset, print_file_and_line, _metadata; Unicode errors encoding, object, start, end, reason; groups message, exceptions.

pub(crate) mod base;
mod docs;
pub(crate) mod fields;
pub(crate) mod group;
pub(crate) mod os_error;
pub(crate) mod syntax;
pub(crate) mod unicode;

use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::exception;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::raise::PyResult;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, STATIC_TYPES, StaticType, Type, types};
use taipan_objects::vm::Vm;

pub use group::new_exception_group_class;

/// The classes that add fields, with the names of these.
static FIELDS: &[(&StaticType, &[&str])] = &[
    (&types::StopIteration, &["value"]),
    (&types::SYSTEM_EXIT, &["code"]),
    (&types::AttributeError, &["name", "obj"]),
    (&types::NameError, &["name"]),
    (&types::ImportError, &["msg", "name", "path", "name_from"]),
    (
        &types::OSError,
        &[
            "errno",
            "strerror",
            "filename",
            "filename2",
            "characters_written",
        ],
    ),
    (
        &types::SyntaxError,
        &[
            "msg",
            "filename",
            "lineno",
            "offset",
            "text",
            "end_lineno",
            "end_offset",
            "print_file_and_line",
            "_metadata",
        ],
    ),
    (
        &types::UnicodeEncodeError,
        &["encoding", "object", "start", "end", "reason"],
    ),
    (
        &types::UnicodeDecodeError,
        &["encoding", "object", "start", "end", "reason"],
    ),
    (
        &types::UnicodeTranslateError,
        &["object", "start", "end", "reason"],
    ),
    (&types::BASE_EXCEPTION_GROUP, &["message", "exceptions"]),
];

/// What this crate does at start-up, after `Vm::ready_types`: fields of exception classes, the hook for exceptions raised natively,
/// `ExceptionGroup` in module `builtins`.
///
/// # Errors
/// MemoryError.
pub fn start(vm: &mut Vm) -> PyResult<()> {
    for (class, names) in FIELDS {
        class.ty().data().exception_fields.set(names);
    }
    for row in STATIC_TYPES {
        let data = row.ty.ty().data();
        if let Some(base) = row.ty.ty().base()
            && data.exception_fields.get().is_empty()
        {
            data.exception_fields
                .set(base.data().exception_fields.get());
        }
    }
    for (class, doc) in docs::DOCS {
        let doc = vm.new_str(doc)?;
        Dict::from_ref(class.ty().dict()).set_name(vm, "__doc__", doc)?;
    }
    vm.interp.hooks.init_exception = Some(init_exception);
    group::start(vm)?;
    let group = new_exception_group_class(vm)?;
    vm.interp.keep("ExceptionGroup", group);
    vm.interp.builtins().set_name(vm, "ExceptionGroup", group)?;
    Ok(())
}

/// Sets the derived fields of an exception made natively from its args.
fn init_exception(vm: &mut Vm, exception: Value) -> PyResult<()> {
    let mut class = Type::of(exception);
    loop {
        if class.is(&types::EXCEPTION) || class.is(&types::BASE_EXCEPTION) {
            return Ok(());
        }
        if let Some((class, _)) = FIELDS.iter().find(|(known, _)| class.is(known)) {
            return derive(vm, exception, class);
        }
        match class.base() {
            Some(base) => class = base,
            None => return Ok(()),
        }
    }
}

fn derive(vm: &mut Vm, exception: Value, class: &'static StaticType) -> PyResult<()> {
    let object = mem::expect_ref(exception);
    let args = Tuple::from_ref(mem::expect_ref(exception::args(object)));
    if std::ptr::eq(class, &types::StopIteration) {
        fields::derive_first(vm, object, args);
    } else if std::ptr::eq(class, &types::SYSTEM_EXIT) {
        fields::derive_code(vm, object, args);
    } else if std::ptr::eq(class, &types::ImportError) {
        exception::set_extra(vm, object, 0, (args.len() == 1).then(|| args.at(0)));
    } else if std::ptr::eq(class, &types::OSError) {
        os_error::derive(vm, object, args)?;
    } else if std::ptr::eq(class, &types::SyntaxError) {
        syntax::derive(vm, object, args)?;
    } else if std::ptr::eq(class, &types::BASE_EXCEPTION_GROUP) {
        group::derive(vm, object, args);
    } else if !std::ptr::eq(class, &types::AttributeError)
        && !std::ptr::eq(class, &types::NameError)
    {
        unicode::derive(vm, object, args);
    }
    Ok(())
}

/// An extra field as an attribute: None where unset.
macro_rules! extra_field {
    ($index:literal) => {
        |_, this| {
            Ok(
                taipan_objects::exception::extra(taipan_objects::mem::expect_ref(this), $index)
                    .unwrap_or_else(taipan_objects::ty::none),
            )
        }
    };
}
/// Sets an extra field.
macro_rules! set_extra_field {
    ($index:literal) => {
        |vm, this, new| {
            taipan_objects::exception::set_extra(
                vm,
                taipan_objects::mem::expect_ref(this),
                $index,
                new,
            );
            Ok(())
        }
    };
}
pub(crate) use {extra_field, set_extra_field};

/// The args tuple of an exception.
pub(crate) fn args_of(this: Value) -> Tuple {
    Tuple::from_ref(mem::expect_ref(exception::args(mem::expect_ref(this))))
}

/// Sets the args tuple.
pub(crate) fn set_args(vm: &mut Vm, this: Value, args: Value) {
    vm.store(mem::expect_ref(this), at::EXC_ARGS, Some(args));
}

/// An extra field; unset and None are none.
pub(crate) fn extra(this: Value, index: usize) -> Option<Value> {
    exception::extra(mem::expect_ref(this), index).filter(|value| *value != ty::none())
}
