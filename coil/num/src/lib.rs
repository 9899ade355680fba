//! Number algorithms no language owns: big integers, the text, arithmetic and hashing of binary64 floats, random numbers.
//!
//! Nothing in here knows a heap, a value or a guest language; the rules where languages differ (floor division, float
//! text) are Python's, which the functions say in their first sentence.

pub mod bigint;
mod decimal;
pub mod float;
pub mod twister;

pub use bigint::{IntBuf, IntError, IntOp, IntRef, Written};
pub use decimal::decimal;
