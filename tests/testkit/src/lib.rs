//! Runs the language test scripts (`tests/python`) and the benchmark programs (`tests/programs`) with the built
//! interpreter in several modes and compares what they print with expectations recorded from CPython.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool: printing is what it is for"
)]

pub mod cli;
pub mod diff;
pub mod execute;
pub mod expectation;
pub mod guards;
pub mod known;
pub mod mode;
pub mod programs;
pub mod script;
pub mod suite;
pub mod trace;
