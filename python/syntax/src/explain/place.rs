//! Where CPython puts the end of an error, and how much of the line it shows: both depend on which part of it has found the error.

use super::Context;
use crate::error::{ErrorKind, SyntaxError};
use crate::parse::Mode;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType};
use ruff_text_size::TextRange;

/// Adapts an error that stands at `range`.
pub(super) fn adjust(
    context: &Context<'_>,
    error: Option<&ParseError>,
    mode: Mode,
    range: TextRange,
    found: &mut SyntaxError,
) {
    let message = &*found.message;
    let unclosed = message.ends_with("was never closed");
    let dictionary = message == "':' expected after dictionary key";
    let past = context.last_line() > found.line;
    // The tokenizer shows the line as far as its newline; so does what has read on past the line.
    let by_tokenizer = error.is_some_and(by_tokenizer)
        || message == "invalid decimal literal"
        || message.starts_with("unmatched '")
        || message.starts_with("closing parenthesis");
    if (by_tokenizer && found.kind == ErrorKind::Syntax && !unclosed || unclosed && past)
        && let Some(text) = &mut found.text
        && text.ends_with('\n')
    {
        text.pop();
    }
    if let Some(ParseErrorType::Lexical(LexicalErrorType::OtherError(_))) = error.map(|e| &e.error)
    {
        number(context, range, found);
        return;
    }
    let token = context.tokens.get(context.token_at(range.start()));
    let nothing = token.is_none_or(|token| {
        matches!(
            token.kind(),
            TokenKind::Dedent | TokenKind::EndOfFile | TokenKind::Newline
        )
    });
    if unclosed || dictionary || found.kind == ErrorKind::Tab {
        found.end_offset = 0;
    } else if matches!(
        message,
        "unexpected indent" | "unindent does not match any outer indentation level"
    ) || nothing && message == "expected 'except' or 'finally' block"
    {
        found.end_offset = -1;
    } else if mode == Mode::Eval && nothing && message == "invalid syntax" {
        // An expression gets no newline: the token that ends it is nowhere.
        (found.offset, found.end_offset) = (0, 0);
    }
}

fn by_tokenizer(error: &ParseError) -> bool {
    match &error.error {
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) => {
            !tok.is_ascii() || tok.is_control()
        }
        ParseErrorType::Lexical(kind) => !matches!(kind, LexicalErrorType::Eof),
        _ => false,
    }
}

/// Errors in numbers stand where the tokenizer has read to.
fn number(context: &Context<'_>, range: TextRange, found: &mut SyntaxError) {
    let text = &context.source[range.start().to_usize()..];
    let offset = found.offset;
    let count = |text: &str| u32::try_from(text.len()).unwrap_or(0);
    if found.message.starts_with("leading zeros") {
        let zeros = text.len() - text.trim_start_matches(['0', '_']).len();
        found.end_offset = i32::try_from(offset + count(&text[..zeros])).unwrap_or(i32::MAX);
        return;
    }
    if !found.message.starts_with("invalid ") {
        return;
    }
    let digits = |c: char| match found.message.split(' ').nth(1) {
        Some("hexadecimal") => c.is_ascii_hexdigit() || c == '_',
        Some("octal") => ('0'..='7').contains(&c) || c == '_',
        Some("binary") => c == '0' || c == '1' || c == '_',
        _ => c.is_ascii_digit() || c == '_',
    };
    let prefix = if found.message.contains("decimal literal") && !found.message.contains("hexa") {
        0
    } else {
        2.min(text.len())
    };
    let rest = text.get(prefix..).unwrap_or("");
    let read = prefix + rest.len() - rest.trim_start_matches(digits).len();
    let end = (offset + count(&text[..read]))
        .saturating_sub(1)
        .max(offset);
    found.offset = end;
    found.end_offset = i32::try_from(end).unwrap_or(i32::MAX);
}
