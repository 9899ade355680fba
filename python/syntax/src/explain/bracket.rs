//! Brackets that close nothing, or are never closed.

use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::{Ranged, TextRange, TextSize};

impl Context<'_> {
    /// A closing bracket that closes nothing, or the wrong one, on the lines of the error.
    pub(super) fn brackets(&self, at: TextRange) -> Option<Answer> {
        let limit = self.index.line_column(at.end()).0;
        let mut open: Vec<&Token> = Vec::new();
        let mut strings = Vec::new();
        for token in &self.tokens {
            let close = match token.kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => {
                    strings.push(open.len());
                    continue;
                }
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    open.truncate(strings.pop().unwrap_or(0));
                    continue;
                }
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                    open.push(token);
                    continue;
                }
                TokenKind::Rpar => TokenKind::Lpar,
                TokenKind::Rsqb => TokenKind::Lsqb,
                TokenKind::Rbrace => TokenKind::Lbrace,
                _ => continue,
            };
            let (line, _) = self.index.line_column(token.start());
            let text = &self.source[token.range()];
            let message = match open.pop() {
                Some(opener) if opener.kind() == close => continue,
                Some(opener) => {
                    let first = self.index.line_column(opener.start()).0;
                    let opened = &self.source[opener.range()];
                    match first == line {
                        true => format!(
                            "closing parenthesis '{text}' does not match opening parenthesis '{opened}'"
                        ),
                        false => format!(
                            "closing parenthesis '{text}' does not match opening parenthesis '{opened}' on line {first}"
                        ),
                    }
                }
                None => format!("unmatched '{text}'"),
            };
            return (line <= limit)
                .then(|| (ErrorKind::Syntax, message, TextRange::empty(token.start())));
        }
        None
    }

    /// The innermost bracket left open before `end`.
    pub(super) fn open_bracket(&self, end: usize) -> Option<&Token> {
        let mut open: Vec<&Token> = Vec::new();
        let mut strings = Vec::new();
        for token in &self.tokens {
            if token.start().to_usize() >= end {
                break;
            }
            match token.kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => strings.push(open.len()),
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    open.truncate(strings.pop().unwrap_or(0));
                }
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(token),
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.pop()
    }

    /// Whether an open bracket explains an error: one on a later line, or at the end.
    pub(super) fn blames_bracket(&self, open: &Token, at: TextRange) -> bool {
        let line = |at: TextSize| self.index.line_column(at).0;
        line(at.start()) > line(open.start())
            || at.start().to_usize() >= self.source.trim_end().len()
    }

    pub(super) fn never_closed(&self, open: &Token) -> Answer {
        let text = &self.source[open.range()];
        let message = format!("'{text}' was never closed");
        (ErrorKind::Syntax, message, TextRange::empty(open.start()))
    }
}
