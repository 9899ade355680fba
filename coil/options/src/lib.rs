//! Options, log sections and dump kinds: one table each.
//!
//! [`Options`] is parsed once, from the environment ([`Options::from_env`]) and then from `-X` strings ([`Options::set`]), and handed
//! down; nothing is global, and no other crate reads the environment. Words that no table knows are errors that name them. The
//! help text ([`help`]) is made from the same tables.

mod error;
mod log;
mod parse;
mod table;

#[cfg(test)]
mod tests;

pub use error::OptionError;
pub use log::{Dump, DumpKind, Log, Section, Sink};
pub use parse::{Destination, Options, help};
pub use table::{GcOptions, JitOptions};
