//! Errors while compiling, before they have lines.

use taipan_syntax::{ErrorKind, LineIndex, SyntaxError, TextRange};

/// What went wrong, and where.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    pub(crate) range: Option<TextRange>,
}

pub(crate) type Result<T> = std::result::Result<T, Box<Failure>>;

/// A SyntaxError at `range`.
#[cold]
pub(crate) fn syntax<T>(message: impl Into<String>, range: TextRange) -> Result<T> {
    Err(Box::new(Failure {
        kind: ErrorKind::Syntax,
        message: message.into(),
        range: Some(range),
    }))
}

/// Something is too large for the bytecode.
#[cold]
pub(crate) fn too_large<T>(message: impl Into<String>) -> Result<T> {
    Err(Box::new(Failure {
        kind: ErrorKind::Overflow,
        message: message.into(),
        range: None,
    }))
}

/// The tree is too deep.
#[cold]
pub(crate) fn too_deep<T>() -> Result<T> {
    Err(Box::new(Failure {
        kind: ErrorKind::Recursion,
        message: "maximum recursion depth exceeded during compilation".to_owned(),
        range: None,
    }))
}

impl Failure {
    pub(crate) fn locate(self, source: &str, index: &LineIndex) -> SyntaxError {
        match self.range {
            // The line comes from the file, if there is one.
            Some(range) => SyntaxError {
                text: None,
                ..SyntaxError::at(self.kind, self.message, range, source, index)
            },
            None => SyntaxError::nowhere(self.kind, self.message),
        }
    }
}
