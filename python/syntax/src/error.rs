//! Errors of parsing and compiling, in the shape of CPython's SyntaxError.

use crate::source::LineIndex;
use ruff_text_size::{TextRange, TextSize};

/// Which exception it becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// SyntaxError.
    Syntax,
    /// IndentationError.
    Indentation,
    /// TabError.
    Tab,
    /// RecursionError: the source is nested too deeply; positions mean nothing.
    Recursion,
    /// OverflowError: some part of the program is too large for the bytecode; positions mean nothing.
    Overflow,
}

/// A SyntaxError or one of its relatives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// Which exception.
    pub kind: ErrorKind,
    /// `msg`.
    pub message: String,
    /// `lineno`, from 1.
    pub line: u32,
    /// `offset` in characters, from 1; 0 means none.
    pub offset: u32,
    /// `end_lineno`.
    pub end_line: u32,
    /// `end_offset`; 0 and -1 say in their ways that it is not known.
    pub end_offset: i32,
    /// `text`: the line; none is to be read from the source's file.
    pub text: Option<String>,
    /// The source could not be decoded: there is no place.
    pub undecoded: bool,
}

impl SyntaxError {
    /// An error at a range of the source.
    pub fn at(
        kind: ErrorKind,
        message: impl Into<String>,
        range: TextRange,
        source: &str,
        index: &LineIndex,
    ) -> SyntaxError {
        let (line, offset) = index.line_and_offset(source, range.start());
        let (mut end_line, mut end_offset) = index.line_and_offset(source, range.end());
        if end_line == line + 1 && end_offset == 1 {
            // A newline at the end belongs to its line.
            let start = index.line_and_offset(source, range.end() - TextSize::new(1));
            (end_line, end_offset) = (start.0, start.1 + 1);
        }
        SyntaxError {
            kind,
            message: message.into(),
            line,
            offset,
            end_line,
            end_offset: i32::try_from(end_offset).unwrap_or(i32::MAX),
            text: Some(index.line_text(source, line).to_owned()),
            undecoded: false,
        }
    }

    /// An error without a place.
    pub fn nowhere(kind: ErrorKind, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            kind,
            message: message.into(),
            line: 0,
            offset: 0,
            end_line: 0,
            end_offset: 0,
            text: None,
            undecoded: false,
        }
    }
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.kind {
            ErrorKind::Syntax => "SyntaxError",
            ErrorKind::Indentation => "IndentationError",
            ErrorKind::Tab => "TabError",
            ErrorKind::Recursion => "RecursionError",
            ErrorKind::Overflow => "OverflowError",
        };
        write!(out, "{name}: {} (line {})", self.message, self.line)
    }
}

impl std::error::Error for SyntaxError {}
