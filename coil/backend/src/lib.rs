//! Machine code for traces.
//!
//! A [`Backend`] turns an optimised trace ([`coil_trace::Compiled`]) into a [`TraceCode`]: machine code, the locations of every
//! label's phis (so that bridges and other traces move values straight into the right registers), and for every way out of the
//! trace the locations of the values that an exit needs. `x64` is Coil's own backend; `cranelift`, behind the feature of that
//! name, is the oracle that tests compare with.
//!
//! How compiled code runs: [`Backend::enter`] calls a trampoline that saves the callee-saved registers, reserves
//! [`SPILL_SLOTS`] words on the native stack and jumps to the trace. Traces jump to each other without growing the stack. A
//! failed guard jumps to a stub that names it; common code stores all registers into the context, copies the spill slots to
//! the caller's [`SpillArea`] and returns. [`TraceCode::decode`] then gives the 64 bits of every leaf of the exit
//! ([`leaves`]); the driver boxes numbers, makes virtual objects and writes registers and frame records.
//!
//! Invariants
//! - B1: while native code called from a trace runs, every live reference lies in a callee-saved register or in the spill area,
//!   so a conservative scan of registers and native stack finds (and pins) it.
//! - B2: machine code is written or patched only while no thread executes it: by its owner, outside of compiled code or at a
//!   safepoint.
//! - B3: `Context::trace_return` and `trace_top` are 0 except during a call that may look at frames; then `trace_return` is
//!   [`TraceReturn::pack`] of the call's exit site, and `exit_sp` addresses the live spill area.
#![allow(
    unsafe_code,
    reason = "makes machine code, runs it and shares layouts with it"
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::multiple_unsafe_ops_per_block,
        reason = "tests may panic"
    )
)]

mod api;
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "used by Coil's own backends")
)]
mod cache;
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "used by Coil's own backends")
)]
mod code;
#[cfg(feature = "cranelift")]
mod cranelift;
mod leaves;
#[cfg(target_arch = "x86_64")]
mod live;
#[cfg(target_arch = "x86_64")]
mod moves;
#[cfg(target_arch = "x86_64")]
mod x64;

#[cfg(all(test, target_arch = "x86_64"))]
mod tests;

pub use api::{
    Backend, BackendError, ExitReason, Kind, Runtime, SPILL_SLOTS, SpillArea, Targets, TraceReturn,
};
pub use cache::{CacheStats, CodeCache};
pub use code::{ExitSite, LabelCode, Location, ResumePoint, TraceCode};
#[cfg(feature = "cranelift")]
pub use cranelift::CraneliftBackend;
pub use leaves::{Leaf, LeafPlace, leaf_count, leaves};
#[cfg(target_arch = "x86_64")]
pub use x64::X64Backend;
