//! Errors of indentation: blocks that are missing, and tabs among spaces.

use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange, TextSize};

impl Context<'_> {
    pub(super) fn indentation(&self, error: &ParseError) -> Option<Answer> {
        let at = error.location;
        match &error.error {
            ParseErrorType::UnexpectedIndentation => {
                let line = self.index.line_column(at.end()).0;
                if self.mixes_tabs(line) {
                    return Some(self.inconsistent_tabs(line));
                }
                let text = self.index.line_text(self.source, line);
                let blank = text.len() - text.trim_start_matches([' ', '\t', '\x0c']).len();
                let start =
                    self.index.line_start(line) + TextSize::new(blank.saturating_sub(1) as u32);
                Some((
                    ErrorKind::Indentation,
                    "unexpected indent".to_owned(),
                    TextRange::empty(start),
                ))
            }
            ParseErrorType::OtherError(message)
                if message.starts_with("Expected an indented block") =>
            {
                Some(self.block(at))
            }
            ParseErrorType::OtherError(message) if message.starts_with("Expected `case` block") => {
                Some(self.block(at))
            }
            _ => None,
        }
    }

    /// "expected an indented block after ..." for the clause whose colon comes before `at`.
    pub(super) fn block(&self, at: TextRange) -> Answer {
        let number = self.token_at(at.start());
        let mut first = number.min(self.tokens.len());
        // Back over the newline, then to the start of that logical line.
        while first > 0 && self.tokens[first - 1].kind() != TokenKind::Colon {
            first -= 1;
        }
        while first > 0
            && !matches!(
                self.tokens[first - 1].kind(),
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent
            )
        {
            first -= 1;
        }
        let mut kind = self.kind(first);
        if kind == Some(TokenKind::Async) {
            kind = self.kind(first + 1);
        }
        let line = self
            .tokens
            .get(first)
            .map_or(1, |token| self.index.line_column(token.start()).0);
        let clause = match kind {
            Some(TokenKind::Def) => "function definition".to_owned(),
            Some(TokenKind::Class) => "class definition".to_owned(),
            Some(TokenKind::Except) if self.kind(first + 1) == Some(TokenKind::Star) => {
                "'except*' statement".to_owned()
            }
            _ => {
                let word = self
                    .tokens
                    .get(first)
                    .map_or("", |token| &self.source[token.range()]);
                let word = if kind == Some(TokenKind::With) {
                    "with"
                } else {
                    word
                };
                let word = if kind == Some(TokenKind::For) {
                    "for"
                } else {
                    word
                };
                format!("'{word}' statement")
            }
        };
        let message = format!("expected an indented block after {clause} on line {line}");
        let mut token = number;
        while matches!(
            self.kind(token),
            Some(TokenKind::Newline | TokenKind::Dedent | TokenKind::Indent)
        ) {
            token += 1;
        }
        let range = match self.tokens.get(token) {
            Some(token) if !token.range().is_empty() => token.range(),
            _ => TextRange::empty(TextSize::of(self.source.trim_end_matches(['\n', '\r']))),
        };
        (ErrorKind::Indentation, message, range)
    }

    pub(super) fn inconsistent_tabs(&self, line: u32) -> Answer {
        let message = "inconsistent use of tabs and spaces in indentation".to_owned();
        let start = TextRange::empty(self.index.line_start(line));
        (ErrorKind::Tab, message, start)
    }

    /// Whether the indentation of a line depends on how wide a tab is, compared with the blocks that are open.
    pub(super) fn mixes_tabs(&self, line: u32) -> bool {
        let widths = |line: u32| {
            let text = self.index.line_text(self.source, line);
            let (mut wide, mut narrow) = (0u32, 0u32);
            for c in text.chars() {
                match c {
                    ' ' => (wide, narrow) = (wide + 1, narrow + 1),
                    '\t' => (wide, narrow) = ((wide / 8 + 1) * 8, narrow + 1),
                    '\x0c' => (wide, narrow) = (0, 0),
                    _ => break,
                }
            }
            (wide, narrow)
        };
        let (wide, narrow) = widths(line);
        let mut open = vec![(0, 0)];
        for token in &self.tokens {
            if self.index.line_column(token.start()).0 >= line {
                break;
            }
            match token.kind() {
                TokenKind::Indent => open.push(widths(self.index.line_column(token.end()).0)),
                TokenKind::Dedent => drop(open.pop()),
                _ => {}
            }
        }
        let (w, n) = open.last().copied().unwrap_or_default();
        if wide > w {
            return narrow <= n;
        }
        open.iter().any(|&(w, n)| w == wide && n != narrow)
    }
}
