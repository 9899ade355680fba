//! What the toolkit asks of the operating system beside the heap.
#![allow(unsafe_code, reason = "calls of the C library")]

mod resident;
mod stack;

pub use resident::{give_back, give_back_files, give_back_malloc};
pub use stack::stack_limit;
