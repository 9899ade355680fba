//! The semantics of Taipan's bytecodes, written once and generic over the machine.
//!
//! [`run`] is the loop; `ops` holds the handlers by family; `opaque` the native functions that handlers call for what is not worth tracing.
//! Handlers keep coil's rules (see coil-machine): reads and guards, then effects, then the register write; guest calls last. What follows
//! the return of a guest call is decided by the callee's frame [`kind`].
#![allow(
    unsafe_code,
    clippy::multiple_unsafe_ops_per_block,
    clippy::not_unsafe_ptr_arg_deref,
    clippy::type_complexity,
    reason = "handlers reach code and type data through addresses that machines promise to be live"
)]

mod fields;
pub mod frame;
pub mod kind;
mod opaque;
mod ops;
mod plan;
mod run;

pub use run::run;

/// What a return does, for the driver of compiled code.
///
/// # Errors
/// As a handler.
pub fn deliver<M: coil_machine::Machine>(m: &mut M, value: M::Val) -> coil_machine::Next {
    ops::leave::deliver_return(m, value)
}
