//! Taipan put together: an interpreter with its builtins, its driver, and the ways to run programs.
#![allow(
    unsafe_code,
    clippy::multiple_unsafe_ops_per_block,
    clippy::type_complexity,
    reason = "the driver is attached to a context that must not move"
)]

mod async_generator;
mod body;
mod generator;
mod hooks;
mod interactive;
mod program;
mod python;

pub use interactive::Prompt;
pub use python::{Config, Failure, Python};
pub use taipan_compile::Mode;
