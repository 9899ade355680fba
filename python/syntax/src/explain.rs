//! From the parser's errors to CPython's messages and places.

use crate::error::{ErrorKind, SyntaxError};
use crate::parse::Mode;
use crate::source::LineIndex;
use ruff_python_ast::Mod;
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};

/// The error CPython would report.
pub(crate) fn explain(
    source: &str,
    index: &LineIndex,
    parsed: &Parsed<Mod>,
    _mode: Mode,
) -> SyntaxError {
    let (message, range) = match parsed.errors().first() {
        Some(error) => (error.error.to_string(), error.location),
        None => match parsed.unsupported_syntax_errors().first() {
            Some(error) => (error.to_string(), error.range()),
            None => ("invalid syntax".to_owned(), TextRange::default()),
        },
    };
    SyntaxError::at(ErrorKind::Syntax, message, range, source, index)
}
