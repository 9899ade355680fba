//! The Recorder: a [`coil_machine::Machine`] that executes handlers for real and appends what they do to a trace.
//!
//! A value of the Recorder is its concrete value, its [`coil_trace::Id`], and a reference to the [`TraceBuf`] that is being filled. Since
//! handlers run on the real registers and frame records, giving up a recording is nothing but going on in Direct.
//!
//! Invariants
//! - R1: no borrow of a `TraceBuf`'s state is held while guest or native code runs or while the heap may collect.
//! - R2: a constant that refers to an object is in the buffer's `keep` list from the moment it is made; the driver roots that list.
//! - R3: a snapshot describes the state at the start of a bytecode (pc = its first word), or, while an exception is pending or a call runs, the
//!   state in which the innermost frame's pc stands after the instruction.
//! - R4: once a trace is finished or given up nothing more is appended; handlers go on concretely until the next checkpoint, which stops.
#![allow(unsafe_code, reason = "runs on raw registers and frame records")]

mod abort;
mod buf;
mod calls;
mod machine;
mod numbers;
mod recorder;
mod refs;
mod start;
mod state;
mod stress;
mod vals;

#[cfg(test)]
mod tests;

pub use abort::{Abort, AfterAbort};
pub use buf::TraceBuf;
pub use coil_trace::{UNWINDING_SLOT, extra_frame, extra_slot};
pub use numbers::{RecBool, RecFloat, RecInt};
pub use recorder::{Environment, Limits, Recorded, Recorder};
pub use refs::RecRef;
pub use start::{BridgeStart, SeedValue, Start, StartVirtual};
pub use state::PENDING_ALIAS;
pub use stress::Stress;
pub use vals::RecVal;
