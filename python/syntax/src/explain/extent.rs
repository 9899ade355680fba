//! How far expressions reach among the tokens, and expressions side by side.

use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::ParseErrorType;
use ruff_text_size::{Ranged, TextRange};

impl Context<'_> {
    /// The first token of the expression that ends with token `at`.
    pub(super) fn backward(&self, mut at: usize) -> usize {
        let mut level = 0;
        loop {
            match self.tokens[at].kind() {
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level += 1,
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                    if level == 0 {
                        return at + 1;
                    }
                    level -= 1;
                }
                kind if level == 0 && separates(kind) => return at + 1,
                _ => {}
            }
            if at == 0 || level == 0 && self.apart(at - 1) {
                return at;
            }
            at -= 1;
        }
    }

    /// The last token of the expression that starts with token `at`.
    pub(super) fn forward(&self, mut at: usize) -> usize {
        let mut level = 0;
        let start = at;
        let mut strings = 0;
        while at < self.tokens.len() {
            match self.tokens[at].kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => strings += 1,
                TokenKind::FStringEnd | TokenKind::TStringEnd if strings > 0 => strings -= 1,
                TokenKind::FStringEnd | TokenKind::TStringEnd | TokenKind::Unknown => {
                    return at.saturating_sub(1).max(start);
                }
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    if level == 0 {
                        return at.saturating_sub(1).max(start);
                    }
                    level -= 1;
                }
                kind if level == 0 && separates(kind) => return at.saturating_sub(1).max(start),
                _ => {}
            }
            let atom = |kind| kind == TokenKind::Name || kind == TokenKind::Int;
            if level == 0 && atom(self.tokens[at].kind()) && self.kind(at + 1).is_some_and(atom) {
                return at;
            }
            at += 1;
        }
        self.tokens.len() - 1
    }

    /// Whether token `at` and the next cannot be of one expression.
    pub(super) fn apart(&self, at: usize) -> bool {
        let atom = |kind| matches!(kind, TokenKind::Name | TokenKind::Int);
        self.kind(at).is_some_and(atom) && self.kind(at + 1).is_some_and(atom)
    }

    /// Whether CPython reads to the end of the source to see what stands at an error: an expression beside another.
    pub(super) fn reads_on(&self, at: TextRange) -> bool {
        let number = self.token_at(at.start());
        let kinds = number.checked_sub(1).and_then(|at| self.kind(at));
        let beside = kinds.zip(self.kind(number)).is_some_and(|(first, second)| {
            ends(first) && (starts(second) || second == TokenKind::Equal)
        });
        if !beside {
            return false;
        }
        let mut last = self.forward(number);
        if self.kind(number) == Some(TokenKind::Equal) {
            if self.assigns(number).is_none() {
                return false;
            }
            last = self.forward(number + 1);
        }
        matches!(
            self.kind(last + 1),
            None | Some(TokenKind::Newline | TokenKind::EndOfFile)
        )
    }

    /// Two expressions next to each other: inside brackets a comma may be missing; `print x`.
    pub(super) fn two_in_a_row(&self, at: TextRange) -> Option<Answer> {
        let number = self.token_at(at.start());
        let before = number.checked_sub(1)?;
        if !starts(self.kind(number)?) || !ends(self.kind(before)?) {
            return None;
        }
        let mut start = self.backward(before);
        if start < before && matches!(self.kind(start)?, TokenKind::Star | TokenKind::DoubleStar) {
            start += 1;
        }
        let mut end = self.forward(number);
        let range = TextRange::new(self.tokens[start].start(), self.tokens[end].end());
        if self.open_bracket(at.start().to_usize()).is_some() {
            // An unclosed bracket is the better explanation when lines follow.
            if let Some(open) = self.open_bracket(self.source.len())
                && self.blames_bracket(open, at)
            {
                return Some(self.never_closed(open));
            }
            if self.kind(before) == Some(TokenKind::Name)
                && self.kind(number) == Some(TokenKind::String)
            {
                return None;
            }
            let message = "invalid syntax. Perhaps you forgot a comma?".to_owned();
            return Some((ErrorKind::Syntax, message, range));
        }
        let word = &self.source[self.tokens[before].range()];
        if start == before && matches!(word, "print" | "exec") {
            if let Some(other) = self.errors.get(1)
                && let ParseErrorType::ExpectedToken { expected, .. } = &other.error
                && *expected == TokenKind::Else
                && let Some((message, range)) = super::text::message(self, other)
            {
                return Some((ErrorKind::Syntax, message, range));
            }
            while self.kind(end + 1) == Some(TokenKind::Comma)
                && !matches!(
                    self.kind(end + 2),
                    None | Some(TokenKind::Newline | TokenKind::Semi)
                )
            {
                end = self.forward(end + 2);
            }
            let range = TextRange::new(self.tokens[start].start(), self.tokens[end].end());
            let message =
                format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
            return Some((ErrorKind::Syntax, message, range));
        }
        None
    }
}

/// Cannot stand inside a plain expression.
fn separates(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Equal
            | TokenKind::Newline
            | TokenKind::Semi
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
            | TokenKind::For
            | TokenKind::If
            | TokenKind::Else
            | TokenKind::Lambda
            | TokenKind::Return
            | TokenKind::ColonEqual
            | TokenKind::While
            | TokenKind::Del
            | TokenKind::Assert
            | TokenKind::Raise
            | TokenKind::With
            | TokenKind::Async
    )
}

/// A name, number, string or other expression of one token.
fn is_atom(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::None
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Ellipsis
    )
}

/// Starts an expression, and cannot go on with one.
fn starts(kind: TokenKind) -> bool {
    let opens = [
        TokenKind::FStringStart,
        TokenKind::Lpar,
        TokenKind::Lsqb,
        TokenKind::Lbrace,
    ];
    is_atom(kind) || opens.contains(&kind)
}

/// Ends an expression.
fn ends(kind: TokenKind) -> bool {
    let closes = [
        TokenKind::FStringEnd,
        TokenKind::Rpar,
        TokenKind::Rsqb,
        TokenKind::Rbrace,
    ];
    is_atom(kind) || closes.contains(&kind)
}
