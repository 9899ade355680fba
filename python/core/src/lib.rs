//! object, type, functions, descriptors, modules, exceptions and how they are shown.
//!
//! Start-up: [`TYPES`] go to `Vm::ready_types` (with those of the other crates), then [`start`] makes what exists only at run time
//! (`ExceptionGroup`, the hook that fills in exception fields), then [`FUNCTIONS`] go into module `builtins`.
#![allow(unsafe_code, reason = "frame records are raw memory")]

mod builtin;
mod code;
mod descriptor;
pub mod display;
mod exception;
pub mod frame;
mod function;
mod functions;
mod method;
mod module;
mod object;
mod output;
mod property;
mod reduce;
mod singleton;
mod super_object;
mod traceback;
mod type_annotations;
mod type_object;
mod util;
mod wrapped;

pub use display::{
    SESSION_SOURCES, format_exception, print_exception, print_unraisable, system_exit_code,
    text_key,
};
pub use exception::{new_exception_group_class, start};
pub use functions::FUNCTIONS;
pub use module::new_module;
pub use output::write_stdout;
pub use super_object::new_super;
use taipan_objects::class::TypeDef;

/// The builtin types of this crate.
pub static TYPES: &[&TypeDef] = &[
    &object::OBJECT,
    &type_object::TYPE,
    &singleton::NONE,
    &singleton::NOT_IMPLEMENTED,
    &singleton::ELLIPSIS,
    &function::FUNCTION,
    &function::CELL,
    &code::CODE,
    &method::METHOD,
    &builtin::BUILTIN_FUNCTION,
    &builtin::METHOD_WRAPPER,
    &descriptor::METHOD_DESCRIPTOR,
    &descriptor::WRAPPER_DESCRIPTOR,
    &descriptor::CLASSMETHOD_DESCRIPTOR,
    &descriptor::GETSET_DESCRIPTOR,
    &descriptor::MEMBER_DESCRIPTOR,
    &property::PROPERTY,
    &wrapped::CLASSMETHOD,
    &wrapped::STATICMETHOD,
    &super_object::SUPER,
    &module::MODULE,
    &traceback::TRACEBACK,
    &frame::FRAME,
    &exception::base::BASE_EXCEPTION,
    &exception::fields::STOP_ITERATION,
    &exception::fields::SYSTEM_EXIT,
    &exception::fields::KEY_ERROR,
    &exception::fields::ATTRIBUTE_ERROR,
    &exception::fields::NAME_ERROR,
    &exception::fields::IMPORT_ERROR,
    &exception::os_error::OS_ERROR,
    &exception::syntax::SYNTAX_ERROR,
    &exception::unicode::ENCODE_ERROR,
    &exception::unicode::DECODE_ERROR,
    &exception::unicode::TRANSLATE_ERROR,
    &exception::group::BASE_EXCEPTION_GROUP,
];

#[cfg(test)]
mod tests;
