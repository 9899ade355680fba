//! What is wrong with numbers, read as CPython's tokenizer reads them.

use super::Context;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange, TextSize};

/// Reads a number; stops at the first thing that is wrong.
struct Reader<'s> {
    text: &'s [u8],
    /// How far it has read.
    at: usize,
}

/// A message; how many characters had been read when the error was found.
type Wrong = (String, usize);

fn invalid<T>(kind: &str, read: usize) -> Result<T, Wrong> {
    Err((format!("invalid {kind} literal"), read))
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(b'\n')
    }

    fn skip(&mut self, digit: fn(u8) -> bool) {
        while digit(self.peek()) {
            self.at += 1;
        }
    }

    /// Digits with single underscores between them.
    fn decimal(&mut self) -> Result<(), Wrong> {
        loop {
            self.skip(|c| c.is_ascii_digit());
            if self.peek() != b'_' {
                return Ok(());
            }
            self.at += 1;
            if !self.peek().is_ascii_digit() {
                return invalid("decimal", self.at);
            }
        }
    }

    /// Digits of another base, which may start with an underscore.
    fn based(&mut self, kind: &str, digit: fn(u8) -> bool) -> Result<(), Wrong> {
        loop {
            if self.peek() == b'_' {
                self.at += 1;
            }
            if !digit(self.peek()) {
                self.no_digit(kind)?;
                return invalid(kind, self.at);
            }
            self.skip(digit);
            if self.peek() != b'_' {
                break;
            }
        }
        self.no_digit(kind)?;
        self.end(kind)
    }

    fn no_digit(&self, kind: &str) -> Result<(), Wrong> {
        let next = self.peek();
        if !next.is_ascii_digit() {
            return Ok(());
        }
        let message = format!("invalid digit '{}' in {kind} literal", char::from(next));
        Err((message, self.at + 1))
    }

    /// No word may touch a number, but for keywords that go on with an expression.
    fn end(&self, kind: &str) -> Result<(), Wrong> {
        let rest = &self.text[self.at.min(self.text.len())..];
        let keywords: [&[u8]; 8] = [b"and", b"else", b"for", b"if", b"in", b"is", b"not", b"or"];
        let next = self.peek();
        let word = next.is_ascii_alphanumeric() || next == b'_' || next >= 0x80;
        if !word || keywords.iter().any(|keyword| rest.starts_with(keyword)) {
            return Ok(());
        }
        invalid(kind, self.at)
    }

    fn number(&mut self) -> Result<(), Wrong> {
        if self.peek() == b'0' {
            let base = self.text.get(1).map_or(b' ', u8::to_ascii_lowercase);
            self.at = 2;
            match base {
                b'x' => return self.based("hexadecimal", |c| c.is_ascii_hexdigit()),
                b'o' => return self.based("octal", |c| (b'0'..=b'7').contains(&c)),
                b'b' => return self.based("binary", |c| matches!(c, b'0' | b'1')),
                _ => self.at = 0,
            }
        }
        let zeros = self.text.iter().take_while(|c| matches!(c, b'0' | b'_'));
        let zeros = zeros.count();
        self.decimal()?;
        let whole = self.at;
        if self.peek() == b'.' {
            self.at += 1;
            if self.peek().is_ascii_digit() {
                self.decimal()?;
            }
        }
        if self.peek().eq_ignore_ascii_case(&b'e') {
            let sign = matches!(self.text.get(self.at + 1), Some(b'+' | b'-'));
            let digit = self.text.get(self.at + 1 + usize::from(sign));
            match digit.is_some_and(u8::is_ascii_digit) {
                true => {
                    self.at += 1 + usize::from(sign);
                    self.decimal()?;
                }
                false if sign => return invalid("decimal", self.at + 2),
                false => return self.end("decimal"),
            }
        }
        if self.peek().eq_ignore_ascii_case(&b'j') {
            self.at += 1;
            return self.end("imaginary");
        }
        if self.at == whole && zeros > 0 && whole > zeros {
            let message = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
            return Err((message.to_owned(), zeros));
        }
        self.end("decimal")
    }
}

impl Context<'_> {
    /// The error of the number at an error, or of another number.
    pub(super) fn number(&self, error: &ParseError) -> Option<(String, TextRange)> {
        let at = error.location.start();
        let start = match &error.error {
            ParseErrorType::Lexical(LexicalErrorType::OtherError(_)) => {
                let before = &self.source[..at.to_usize()];
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
                let start = TextSize::of(before.trim_end_matches(word));
                match self.source[start.to_usize()..].starts_with(|c: char| c.is_ascii_digit()) {
                    true => start,
                    false => at,
                }
            }
            // The tokenizer reads to the end of the source whatever else is wrong.
            _ => self.tokens.iter().find_map(|token| {
                let number = matches!(
                    token.kind(),
                    TokenKind::Int | TokenKind::Float | TokenKind::Complex
                );
                let text = &self.source.as_bytes()[token.start().to_usize()..];
                let wrong = number && Reader { text, at: 0 }.number().is_err();
                wrong.then(|| token.start())
            })?,
        };
        let text = &self.source.as_bytes()[start.to_usize()..];
        if !text.first()?.is_ascii_digit() {
            return None;
        }
        let (message, read) = Reader { text, at: 0 }.number().err()?;
        let size = |count: usize| TextSize::try_from(count).unwrap_or_default();
        let range = match message.starts_with("leading") {
            true => TextRange::at(start, size(read)),
            false => TextRange::empty(start + size(read.max(1)) - TextSize::new(1)),
        };
        Some((message, range))
    }
}
