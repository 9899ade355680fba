//! Python's object model: layouts, types, the core builtin objects, and the protocols between them.
//!
//! Natives get `&mut Vm` and values by copy. A value in a Rust variable keeps its object alive and in place, because the native stack is
//! scanned conservatively (docs/rooting.md); slices borrowed from objects must not be used across anything that allocates.
//! Objects reach guest code only through type slots and the hooks in [`vm::Hooks`].
#![allow(
    unsafe_code,
    clippy::multiple_unsafe_ops_per_block,
    clippy::not_unsafe_ptr_arg_deref,
    clippy::type_complexity,
    reason = "objects are raw memory with CPython's layouts; the collector's bits are read and turned into values in one step"
)]

pub mod bytes;
pub mod class;
pub mod dict;
pub mod dispatch;
pub mod exception;
pub mod export;
pub mod function;
pub mod hidden;
pub mod instance;
pub mod layout;
pub mod list;
pub mod mem;
pub mod module;
pub mod names;
pub mod native;
pub mod number;
pub mod protocol;
pub mod raise;
pub mod set;
pub mod signature;
pub mod slice;
pub mod slots;
pub mod str;
pub mod suggest;
pub mod system;
pub mod table;
pub mod tuple;
pub mod ty;
pub mod vm;

pub use coil_value::{Ref, Value};
pub use raise::{PyResult, Raised};
pub use vm::Vm;
