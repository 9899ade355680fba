//! Escapes in literals that stand for nothing.

use super::Context;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange};

impl Context<'_> {
    /// The error of an escape, which stands at its whole literal.
    pub(super) fn escape(&self, error: &ParseError) -> Option<(String, TextRange)> {
        let ParseErrorType::Lexical(
            LexicalErrorType::UnicodeError
            | LexicalErrorType::MissingUnicodeLbrace
            | LexicalErrorType::MissingUnicodeRbrace,
        ) = &error.error
        else {
            return None;
        };
        let at = error.location.start();
        let number = self
            .tokens
            .partition_point(|token| token.start() <= at)
            .checked_sub(1)?;
        let token = self.tokens.get(number)?;
        let text = &self.source[token.range()];
        let offset = at.to_usize() - token.start().to_usize();
        if token.kind() != TokenKind::String {
            return Some((unicode(text, offset)?, token.range()));
        }
        let quoted = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let prefix = text.len() - quoted.len();
        let quotes = match quoted.starts_with("\"\"\"") || quoted.starts_with("'''") {
            true => 3,
            false => 1,
        };
        let body = quoted.get(quotes..quoted.len().checked_sub(quotes)?)?;
        let offset = offset.saturating_sub(prefix + quotes);
        let message = match text[..prefix].contains(['b', 'B']) {
            true => bytes(body)?,
            false => unicode(body, offset)?,
        };
        Some((message, token.range()))
    }
}

/// The first wrong escape of a bytes literal.
fn bytes(body: &str) -> Option<String> {
    let body = body.as_bytes();
    let mut at = 0;
    while at < body.len() {
        if body[at] != b'\\' {
            at += 1;
            continue;
        }
        let digits = body.iter().skip(at + 2).take(2);
        if body.get(at + 1) == Some(&b'x') && digits.filter(|c| c.is_ascii_hexdigit()).count() < 2 {
            return Some(format!("(value error) invalid \\x escape at position {at}"));
        }
        at += 2;
    }
    None
}

/// The first wrong escape of text. Positions are those in what CPython decodes, where other characters than ASCII are escaped
/// themselves. `named` is where the parser missed a character of some name.
fn unicode(body: &str, named: usize) -> Option<String> {
    let mut position = 0;
    let mut chars = body.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            position += if c.is_ascii() { 1 } else { 10 };
            continue;
        }
        let Some((_, escape)) = chars.next_if(|(_, c)| c.is_ascii()) else {
            position += 6;
            continue;
        };
        let rest = &body[at + 2..];
        let said = |length: usize, reason: &str| {
            Some(format!(
                "(unicode error) 'unicodeescape' codec can't decode bytes in position {position}-{}: {reason}",
                position + length - 1
            ))
        };
        let (count, reason) = match escape {
            'x' => (2, "truncated \\xXX escape"),
            'u' => (4, "truncated \\uXXXX escape"),
            'U' => (8, "truncated \\UXXXXXXXX escape"),
            'N' => {
                let Some(name) = rest.strip_prefix('{') else {
                    return said(2, "malformed \\N character escape");
                };
                let Some(length) = name.find('}') else {
                    return said(3 + name.len(), "malformed \\N character escape");
                };
                if (at..=at + 3 + length).contains(&named) {
                    return said(4 + length, "unknown Unicode character name");
                }
                position += 2;
                continue;
            }
            _ => {
                position += 2;
                continue;
            }
        };
        let digits = rest.chars().take(count);
        let digits = digits.take_while(char::is_ascii_hexdigit).count();
        if digits < count {
            return said(2 + digits, reason);
        }
        if u32::from_str_radix(&rest[..count], 16).is_ok_and(|point| point > 0x10_ffff) {
            return said(2 + count, "illegal Unicode character");
        }
        position += 2;
    }
    None
}
