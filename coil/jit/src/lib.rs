//! The JIT driver, and the facade through which languages use the toolkit.
//!
//! A language writes handlers generic over [`Machine`] and gives them to the toolkit as a [`Language`]: one run loop for [`Direct`], one
//! for [`Recorder`]. [`Jit::attach`] hangs the driver on a [`Context`]; [`run`] executes guest code from the innermost frame record until the
//! root frame returns or raises, and on the way records hot loops, functions and exits, optimises, compiles and installs them.
//!
//! How it runs: Direct stops at a hot loop header, at one that has compiled code, or at the like for functions ([`StopReason`]). The driver
//! records from there (the Recorder executes for real, so a failed recording costs nothing but time), or enters the compiled code. When
//! that is left by an exit, the driver makes the boxes and objects that existed in the exit's description only, writes the registers and frame
//! records, and goes on in Direct, or records a bridge when the exit is hot.
//!
//! Invariants
//! - J1: one `Jit` per context, boxed, alive as long as the context runs guest code. No reference to it is held while guest code runs.
//! - J2: recording never nests: interpreters that run inside natives called while recording run Direct and compiled code.
//! - J3: compiled code is patched and invalidated only by the thread that owns it, while it is outside or in a native call; it is freed while
//!   none runs, and nothing refers to it any more.
//! - J4: compiled code of an invalidated trace is not entered again: its entries are unlinked at once, and a suspended run of it leaves at the
//!   poll after its call ([`Events::INVALIDATED`]).
//! - J5: constants of traces are pinned by the driver's root set.
#![allow(
    unsafe_code,
    reason = "switches between native, compiled and guest code"
)]

mod backoff;
mod compile;
mod driver;
mod exit;
mod frames;
mod invalidate;
mod jit;
mod language;
mod plain;
mod raw;
mod record;
mod regret;
mod roots;
mod runtime;
mod stats;
mod stress;
mod table;
pub mod tiny;
mod version;

#[cfg(test)]
mod tests;

pub use driver::{Outcome, nested_base, push_root, run, run_raised};
pub use frames::{GuestFrame, RealFrames, frames, real_frames};
pub use invalidate::cell_changed;
pub use jit::{AttachedJit, Jit};
pub use language::{Language, heap_config};
pub use stats::Stats;

pub use coil_frame::{CodeBlock, Context, Events, FrameRecord};
pub use coil_heap::{
    AttachedMutator, FIRST_FREE_LAYOUT, Heap, HeapConfig, Layout, LayoutTable, Mutator,
    OutOfMemory, Phase, RootSet, RootVec, Visitor,
};
pub use coil_machine::{
    Access, Arg, Barrier, BoolOps, Deps, Direct, DirectVal, Effects, Field, FloatOps, Hooks,
    IntOps, Key, Leave, Machine, MachineState, Next, Opaque, RefOps, StopReason, Ty, ValOps,
};
pub use coil_options as options;
pub use coil_record::{Abort, Recorder};
pub use coil_value::{LayoutId, Ref, Value, flags};
