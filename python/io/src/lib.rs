//! The native modules `_io` and `_codecs`: files, buffers, text streams; encodings and error handlers.
#![allow(
    unsafe_code,
    clippy::multiple_unsafe_ops_per_block,
    clippy::type_complexity,
    reason = "system calls, and values read from bits"
)]

mod args;
mod base;
mod buffered;
mod bytes_io;
mod codec;
mod errors;
mod fields;
mod file;
mod newline;
mod open;
mod standard;
mod string_io;
mod sys;
mod text;

pub use codec::{decode_bytes, encode_text};
pub use standard::{flush_std, make_std_streams};
pub use text::write_text;

use taipan_objects::class::ModuleType;
use taipan_objects::dict::Dict;
use taipan_objects::module::ModuleDef;
use taipan_objects::number;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Vm};

/// `io.DEFAULT_BUFFER_SIZE`.
pub const DEFAULT_BUFFER_SIZE: usize = 128 * 1024;

/// Module `_io`.
pub static IO: ModuleDef = ModuleDef {
    name: "_io",
    functions: open::FUNCTIONS,
    init: init_io,
};

/// Module `_codecs`.
pub static CODECS: ModuleDef = ModuleDef {
    name: "_codecs",
    functions: codec::FUNCTIONS,
    init: init_codecs,
};

/// The native modules of this crate.
pub static MODULES: &[&ModuleDef] = &[&IO, &CODECS];

/// Types, bases first.
fn types() -> impl Iterator<Item = &'static ModuleType> {
    [
        base::TYPES,
        file::TYPES,
        buffered::TYPES,
        buffered::PAIR_TYPES,
        bytes_io::TYPES,
        string_io::TYPES,
        newline::TYPES,
        text::TYPES,
    ]
    .into_iter()
    .flatten()
}

/// Makes the types ready; `make_std_streams` needs them even if nobody imports `_io`.
///
/// # Errors
/// MemoryError.
pub fn ready_types(vm: &mut Vm) -> PyResult<()> {
    vm.interp.hooks.encode = Some(encode_text);
    vm.interp.hooks.decode = Some(decode_bytes);
    vm.interp.hooks.write_text = Some(write_text);
    for row in types() {
        vm.ready_module_type(row)?;
    }
    Ok(())
}

/// Fills in the rest of module `_io`.
///
/// # Errors
/// MemoryError.
pub fn init_io(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    for row in types() {
        let ty = vm.ready_module_type(row)?;
        dict.set_name(vm, row.name, ty.value())?;
    }
    let unsupported = errors::unsupported_class(vm)?;
    dict.set_name(vm, "UnsupportedOperation", unsupported)?;
    dict.set_name(vm, "BlockingIOError", types::BlockingIOError.value())?;
    dict.set_name(vm, "DEFAULT_BUFFER_SIZE", number::size(DEFAULT_BUFFER_SIZE))
}

/// Fills in the rest of module `_codecs`.
///
/// # Errors
/// MemoryError.
pub fn init_codecs(_vm: &mut Vm, _dict: Dict) -> PyResult<()> {
    Ok(())
}
