//! The trace IR.
//!
//! A trace is a straight line of instructions in SSA form. The Recorder appends [`Inst`]s to a [`Trace`] while it executes;
//! the optimiser turns that into a [`Compiled`] form (the same instructions with labels, and exits that describe boxes and
//! virtual objects); a backend makes machine code of it. Both have a text form that parser and printer agree on, so tests
//! are traces in, traces out.
//!
//! Values are ints (`i64`), floats, bools, boxed guest values and references (pointers to objects, to their insides, or to
//! anything else). Instructions refer to their operands by [`Id`]: the number of the instruction that made them, or a constant.

mod descriptor;
mod eval;
mod id;
pub mod interp;
mod op;
mod parse;
mod print;
mod snapshot;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod trace;
mod verify;

pub use descriptor::{Access, Barrier, Call, Effects, Field, NewObject};
pub use eval::{eval, eval_checked};
pub use id::{Const, Id, Ty};
pub use op::{DescriptorKind, Effect, Op};
pub use parse::{ParseError, parse_compiled, parse_trace};
pub use snapshot::{
    Exit, ExitValue, FUNCTION_SLOT, Snapshot, SnapshotFrame, SnapshotId, UNWINDING_SLOT,
    VirtualObject, WINDOW_ALIAS, extra_frame, extra_slot,
};
pub use trace::{Compiled, CompiledEnd, End, Inst, Label, Trace};
pub use verify::{Malformed, verify, verify_compiled};
