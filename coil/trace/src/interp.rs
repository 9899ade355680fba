//! The reference interpreter: what a trace means, slowly and over a small simulated memory.
//!
//! It runs recorded traces ([`run_trace`]) and compiled ones ([`run_compiled`]) from the same start, and what it leaves behind (the window, the
//! memory, the log of calls) can be compared: that is the oracle for the optimiser and for backends. Boxes that do not fit 49 bits, and boxed
//! NaNs, are made at addresses of their own; once such a box was stored and is loaded again, `is_int` of it is a question that the IR leaves open,
//! so the run ends as [`Outcome::Unspecified`] and should be skipped.

mod machine;
mod memory;
mod run;

pub use machine::{Machine, Native, Natives};
pub use memory::{Memory, Object};
#[cfg(any(test, feature = "testing"))]
pub(crate) use run::run_last;
pub use run::{Left, Outcome, Stop, run_compiled, run_compiled_at, run_trace};
