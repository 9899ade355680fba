//! From syntax tree to bytecode.
//!
//! [`compile`] parses, resolves names (`symbols`), generates register code (`generate`, into a `unit` per code object), removes
//! needless checks (`bound`) and lays the words out (`assemble`).

mod assemble;
mod bound;
mod error;
mod fold;
mod generate;
mod ir;
mod names;
mod symbols;
mod unit;
mod unparse;

use taipan_bytecode::Code;
pub use taipan_syntax::{ErrorKind, Mode, SyntaxError};

/// How to compile.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// `exec`, `eval` or `single`.
    pub mode: Mode,
    /// 0; 1 drops assertions and makes `__debug__` false; 2 drops docstrings as well.
    pub optimize: u8,
    /// Compile as if `from __future__ import annotations` came first.
    pub future_annotations: bool,
}

impl Options {
    /// The defaults for a mode.
    pub fn new(mode: Mode) -> Options {
        Options {
            mode,
            optimize: 0,
            future_annotations: false,
        }
    }
}

/// Compiles source bytes, obeying their coding cookie.
///
/// # Errors
/// What CPython's `compile` raises as SyntaxError, and refusals of extreme input.
pub fn compile(source: &[u8], filename: &str, options: Options) -> Result<Code, SyntaxError> {
    let text = taipan_syntax::decode(source)?;
    compile_text(&text, filename, options)
}

/// Compiles source text.
///
/// # Errors
/// As [`compile`].
pub fn compile_text(source: &str, filename: &str, options: Options) -> Result<Code, SyntaxError> {
    let parsed = taipan_syntax::parse(source, options.mode)?;
    let result = generate::generate(source, filename, &parsed, options)
        .map_err(|failure| failure.locate(source, &parsed.index));
    if result.is_err() || source.len() > 1 << 16 {
        taipan_syntax::drop_deep(parsed.tree, source.len());
    }
    result
}
