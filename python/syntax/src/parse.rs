//! Running the parser for one of Python's three start symbols.

use crate::error::{ErrorKind, SyntaxError};
use crate::explain::explain;
use crate::source::LineIndex;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_ast::{Mod, PythonVersion};
use ruff_python_parser::{Mode as RuffMode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

/// The start symbol, as `compile`'s `mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A module.
    Exec,
    /// An expression.
    Eval,
    /// One interactive statement.
    Single,
}

/// A parsed source.
#[derive(Debug)]
pub struct Parsed {
    /// The tree.
    pub tree: Mod,
    /// The lines.
    pub index: LineIndex,
}

/// How many brackets may be open at once.
const MAX_BRACKETS: usize = 200;
/// How many indentations may be open at once.
const MAX_INDENTS: usize = 100;

/// Parses Python 3.14.
///
/// # Errors
/// The first error, in CPython's words where they are known.
pub fn parse(source: &str, mode: Mode) -> Result<Parsed, SyntaxError> {
    if u32::try_from(source.len()).is_err() {
        return Err(SyntaxError::nowhere(
            ErrorKind::Overflow,
            "source code too large",
        ));
    }
    let index = LineIndex::new(source);
    let ruff_mode = match mode {
        Mode::Exec | Mode::Single => RuffMode::Module,
        Mode::Eval => RuffMode::Expression,
    };
    let options = ParseOptions::from(ruff_mode).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(source, options);
    let limit = check_limits(parsed.tokens());
    let error = if let Some((kind, message, range)) = limit {
        Some(SyntaxError::at(kind, message, range, source, &index))
    } else if parsed.has_no_syntax_errors() {
        None
    } else {
        Some(explain_padded(source, &index, &parsed, mode, ruff_mode))
    };
    let tree = parsed.into_syntax();
    if let Some(error) = error {
        drop_deep(tree, source.len());
        return Err(error);
    }
    Ok(Parsed { tree, index })
}

/// Explains an error of a source as if its last line had a newline, which modules always get.
fn explain_padded(
    source: &str,
    index: &LineIndex,
    parsed: &ruff_python_parser::Parsed<Mod>,
    mode: Mode,
    ruff_mode: RuffMode,
) -> SyntaxError {
    if mode != Mode::Eval && !source.ends_with('\n') {
        let padded = format!("{source}\n");
        let options = ParseOptions::from(ruff_mode).with_target_version(PythonVersion::PY314);
        let again = parse_unchecked(&padded, options);
        if !again.has_no_syntax_errors() {
            let error = explain(&padded, &LineIndex::new(&padded), &again, mode);
            drop_deep(again.into_syntax(), padded.len());
            return error;
        }
    }
    explain(source, index, parsed, mode)
}

fn check_limits(tokens: &Tokens) -> Option<(ErrorKind, &'static str, TextRange)> {
    let mut brackets = 0;
    let mut indents = 0;
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                brackets += 1;
                if brackets >= MAX_BRACKETS {
                    return Some((
                        ErrorKind::Syntax,
                        "too many nested parentheses",
                        token.range(),
                    ));
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                brackets = brackets.saturating_sub(1);
            }
            TokenKind::Indent => {
                indents += 1;
                if indents >= MAX_INDENTS {
                    return Some((
                        ErrorKind::Indentation,
                        "too many levels of indentation",
                        token.range(),
                    ));
                }
            }
            TokenKind::Dedent => indents -= 1,
            _ => {}
        }
    }
    None
}

/// Drops a tree that may be as deep as its source of `len` bytes is long.
pub fn drop_deep(tree: Mod, len: usize) {
    let needed = len.saturating_mul(512).clamp(1 << 16, 1 << 30);
    stacker::maybe_grow(needed, needed, move || drop(tree));
}
