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
    let number = [
        "invalid decimal",
        "invalid hexa",
        "invalid octal",
        "invalid binary",
        "invalid imaginary",
        "invalid digit",
        "leading zeros",
    ]
    .iter()
    .any(|start| message.starts_with(start));
    let by_tokenizer = error.is_some_and(by_tokenizer)
        && message != "unexpected character after line continuation character"
        || number
        || message.ends_with("prefixes are incompatible")
        || message.ends_with("-string: expecting '}'")
        || message.contains("-string: unmatched '")
        || message.starts_with("unmatched '")
        || message.starts_with("closing parenthesis");
    if (by_tokenizer && found.kind == ErrorKind::Syntax && !unclosed
        || unclosed && past
        || found.end_line > found.line
        || message.starts_with("cannot use except statement"))
        && let Some(text) = &mut found.text
        && text.ends_with('\n')
    {
        text.pop();
    }
    let token = context.tokens.get(context.token_at(range.start()));
    let nothing = token.is_none_or(|token| {
        matches!(
            token.kind(),
            TokenKind::Dedent | TokenKind::EndOfFile | TokenKind::Newline
        )
    });
    let decorates = error.is_some_and(|error| {
        matches!(&error.error, ParseErrorType::OtherError(said) if said.ends_with("after decorator"))
    });
    let continued = message == "unexpected character after line continuation character";
    if unclosed || dictionary || continued || found.kind == ErrorKind::Tab {
        found.end_offset = 0;
    } else if matches!(
        message,
        "unexpected indent" | "unindent does not match any outer indentation level"
    ) || message == "unexpected EOF while parsing"
        || nothing && range.is_empty() && message.starts_with("expected an indented block")
        || nothing && message == "expected 'except' or 'finally' block"
    {
        found.end_offset = -1;
    } else if decorates && nothing {
        // The end of the source is at the start of the line that would follow.
        found.line = context.last_line();
        found.end_line = found.line;
        (found.offset, found.end_offset) = (0, 0);
        let text = context.index.line_text(context.source, found.line);
        found.text = Some(text.to_owned());
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
        ParseErrorType::Lexical(kind) => !matches!(
            kind,
            LexicalErrorType::Eof
                | LexicalErrorType::UnicodeError
                | LexicalErrorType::MissingUnicodeLbrace
                | LexicalErrorType::MissingUnicodeRbrace
                | LexicalErrorType::InvalidByteLiteral
        ),
        _ => false,
    }
}
