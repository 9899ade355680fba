//! Where guest code runs: code blocks, register windows on a reserved guest stack, frame records, and the per-thread context.
//!
//! Machine code knows these layouts: every struct it touches is `repr(C)` and its offsets are constants made from the struct
//! itself. Invariants:
//! - F1: a `FrameRecord`'s `pc` points after the instruction (and its caches) that is running or calling; liveness and exception
//!   tables are looked up with the word before it.
//! - F2: every register below `depth` of a frame holds a valid guest value or 0; above it anything.
//! - F3: the guest stack and record stack are reserved address space and never move.
#![allow(unsafe_code, reason = "raw layouts shared with machine code")]

mod code_block;
mod context;
mod record;
mod stack;

pub use code_block::{CodeBlock, code_offset};
pub use context::{Context, Events, context_offset};
pub use record::{FrameRecord, record_offset};
pub use stack::{GuestStack, RECORD_CAPACITY, REGISTER_CAPACITY};
