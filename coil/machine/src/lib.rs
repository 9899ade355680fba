//! The contract between a language's handlers and the machines that run them.
//!
//! A handler is written once, generic over [`Machine`]. [`Direct`] executes it on plain values: an interpreter. The Recorder
//! (coil-record) executes it and appends to a trace. Rules for handlers, which the Recorder checks:
//! 1. Reads and guards first, then effects, then the register write. A failed guard restarts the bytecode.
//! 2. Pushing a frame is the last thing a handler does; what must follow it is another bytecode.
//! 3. Rust control flow depends only on `yes()`, `promote`, `cached` and static operands.
//! 4. Closures given to `cached` are pure or idempotent and declare in [`Deps`] every cell they consulted.
//! 5. An effectful opaque call ends its bytecode (its result goes to a register).
#![allow(
    unsafe_code,
    clippy::multiple_unsafe_ops_per_block,
    clippy::not_unsafe_ptr_arg_deref,
    clippy::type_complexity,
    clippy::wrong_self_convention,
    reason = "Direct runs on raw registers: a call through a typed pointer is one step; `from_int` makes values of the machine"
)]

mod cache;
mod direct;
mod machine;
mod opaque;
mod ops;
mod state;
mod values;

pub use cache::{CacheEntry, Caches, Deps, Key};
pub use coil_trace::{Access, Barrier, Effects, Field, Ty};
pub use direct::Direct;
pub use machine::{Leave, Machine, Mark, Next, UNREAD, often_written, written};
pub use opaque::{Arg, Opaque};
pub use ops::{BoolOps, FloatOps, IntOps, RefOps, ValOps};
pub use state::{COUNTER_LIMIT, Hooks, MachineState, StopReason};
pub use values::{DirectBool, DirectFloat, DirectInt, DirectRef, DirectVal};
