//! Messages that follow from the parser's kind of error and the tokens around.

use super::targets::describe;
use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::Expr;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{
    InterpolatedStringErrorType, ParseError, ParseErrorType, UnsupportedSyntaxError,
    UnsupportedSyntaxErrorKind,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

/// The message for an error and its range; None leaves it to the generic ones.
pub(super) fn message(context: &Context<'_>, error: &ParseError) -> Option<(String, TextRange)> {
    let at = error.location;
    let say = |message: &str, range| Some((message.to_owned(), range));
    let number = context.token_at(at.start());
    match &error.error {
        ParseErrorType::ExpectedToken { expected, found } => match (expected, found) {
            (TokenKind::Colon, TokenKind::Newline | TokenKind::EndOfFile) => {
                say("expected ':'", context.found(at))
            }
            (TokenKind::Colon, TokenKind::Equal) => context
                .assigns(number)
                .map(|(_, message, range)| (message, range)),
            (TokenKind::Colon, TokenKind::Comma | TokenKind::Rbrace)
                if context
                    .open_bracket(at.start().to_usize())
                    .map(|open| open.kind())
                    == Some(TokenKind::Lbrace) =>
            {
                let end = context.tokens.get(number.checked_sub(1)?)?.end();
                say(
                    "':' expected after dictionary key",
                    TextRange::empty(end - TextSize::new(1)),
                )
            }
            (TokenKind::Else, _) => {
                let start = context.backward(number.checked_sub(1)?);
                let mut first = start;
                if first > 0 && context.kind(first - 1) == Some(TokenKind::If) {
                    first = context.backward(first.checked_sub(2)?);
                }
                let end = context.tokens.get(number.checked_sub(1)?)?.end();
                let begin = context.tokens.get(first)?.start();
                match number > 0 && begin <= end {
                    true => say(
                        "expected 'else' after 'if' expression",
                        TextRange::new(begin, end),
                    ),
                    false => None,
                }
            }
            _ => None,
        },
        ParseErrorType::PositionalAfterKeywordArgument => say(
            "positional argument follows keyword argument",
            context.closing(number),
        ),
        ParseErrorType::PositionalAfterKeywordUnpacking => say(
            "positional argument follows keyword argument unpacking",
            context.closing(number),
        ),
        ParseErrorType::InvalidArgumentUnpackingOrder => say(
            "iterable argument unpacking follows keyword argument unpacking",
            match number
                .checked_sub(1)
                .and_then(|comma| context.tokens.get(comma))
            {
                Some(comma) if comma.kind() == TokenKind::Comma => {
                    TextRange::new(comma.start(), at.end())
                }
                _ => at,
            },
        ),
        ParseErrorType::UnparenthesizedGeneratorExpression => {
            if number >= 3 && context.kind(number - 3) == Some(TokenKind::Class) {
                // The bases of a class are no call.
                let word = (number..context.tokens.len()).find(|at| {
                    matches!(context.kind(*at), Some(TokenKind::For | TokenKind::Async))
                })?;
                return say("invalid syntax", context.tokens[word].range());
            }
            say("Generator expression must be parenthesized", at)
        }
        ParseErrorType::NonDefaultParamAfterDefaultParam => say(
            "parameter without a default follows parameter with a default",
            context.found(at),
        ),
        ParseErrorType::ParamAfterVarKeywordParam => say(
            "arguments cannot follow var-keyword argument",
            context.found(at),
        ),
        ParseErrorType::ExpectedKeywordParam => {
            let star = (0..=number)
                .rev()
                .find(|at| context.kind(*at) == Some(TokenKind::Star))?;
            say(
                "named arguments must follow bare *",
                context.tokens[star].range(),
            )
        }
        ParseErrorType::VarParameterWithDefault => say(
            "var-positional argument cannot have default value",
            context.found(at),
        ),
        ParseErrorType::EmptyImportNames => say(
            "Expected one or more names after 'import'",
            TextRange::empty(at.start()),
        ),
        ParseErrorType::EmptyTypeParams => say("Type parameter list cannot be empty", at),
        ParseErrorType::IterableUnpackingInComprehension => {
            say("iterable unpacking cannot be used in comprehension", at)
        }
        ParseErrorType::InvalidStarredExpressionUsage => {
            say("can't use starred expression here", at)
        }
        ParseErrorType::ExpectedImaginaryNumber => {
            say("imaginary number required in complex literal", at)
        }
        ParseErrorType::ExpectedRealNumber => say("real number required in complex literal", at),
        ParseErrorType::InvalidMatchPatternTarget => say("cannot use '_' as a target", at),
        ParseErrorType::FStringError(kind) => {
            let (_, message, range) = context.interpolated(kind, "f", at);
            Some((message, range))
        }
        ParseErrorType::TStringError(kind) => {
            let (_, message, range) = context.interpolated(kind, "t", at);
            Some((message, range))
        }
        ParseErrorType::OtherError(message) => other(context, message, at),
        ParseErrorType::ExpectedExpression => context.missing_expression(number),
        _ => None,
    }
}

fn other(context: &Context<'_>, message: &str, at: TextRange) -> Option<(String, TextRange)> {
    let say = |message: &str| Some((message.to_owned(), context.found(at)));
    match message {
        "Expected a parameter name" => {
            let what = context.expression(at).map_or("expression", describe);
            let message = match what {
                "True" | "False" | "None" => format!("cannot assign to {what}"),
                _ => "expression cannot contain assignment, perhaps you meant \"==\"?".to_owned(),
            };
            Some((message, at))
        }
        "Only one '*' parameter allowed" | "Only one '*' separator allowed" => {
            say("* argument may appear only once")
        }
        "Only one '/' separator allowed" => say("/ may appear only once"),
        "Only one '**' parameter allowed" => say("arguments cannot follow var-keyword argument"),
        "'/' parameter must appear before '*' parameter" => say("/ must be ahead of *"),
        "Position-only parameter separator not allowed as first parameter" => {
            say("at least one argument must precede /")
        }
        "Expected `except` or `finally` after `try` block" => {
            let found = context.kind(context.token_at(at.start()));
            if matches!(found, None | Some(TokenKind::EndOfFile)) {
                let end = TextSize::of(context.source.trim_end());
                let message = "expected 'except' or 'finally' block".to_owned();
                return Some((message, TextRange::empty(end)));
            }
            say("expected 'except' or 'finally' block")
        }
        "Cannot have both 'except' and 'except*' on the same 'try'" => {
            say("cannot have both 'except' and 'except*' on the same 'try'")
        }
        "Multiple exception types must be parenthesized when using `as`" => Some((
            "multiple exception types must be parenthesized when using 'as'".to_owned(),
            at,
        )),
        "Expected one or more exception types" => say("expected one or more exception types"),
        "Positional patterns cannot follow keyword patterns" => {
            say("positional patterns follow keyword patterns")
        }
        "Only single target (not list) can be annotated" => Some((
            "only single target (not list) can be annotated".to_owned(),
            at,
        )),
        "Only single target (not tuple) can be annotated" => {
            let range = match context.expression(at) {
                Some(Expr::Tuple(tuple)) if !tuple.parenthesized => {
                    tuple.elts.first().map_or(at, Ranged::range)
                }
                _ => at,
            };
            let message = "only single target (not tuple) can be annotated".to_owned();
            Some((message, range))
        }
        _ => None,
    }
}

impl Context<'_> {
    /// The bracket that closes the one open at token `number`.
    fn closing(&self, number: usize) -> TextRange {
        let mut level = 0;
        for token in &self.tokens[number.min(self.tokens.len())..] {
            match token.kind() {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    if level == 0 {
                        return token.range();
                    }
                    level -= 1;
                }
                _ => {}
            }
        }
        TextRange::default()
    }

    /// Where an expression should stand at token `number`.
    fn missing_expression(&self, number: usize) -> Option<(String, TextRange)> {
        let before = number.checked_sub(1)?;
        let found = self.tokens.get(number)?;
        match (self.kind(before)?, found.kind()) {
            (
                TokenKind::Lbrace,
                TokenKind::Rbrace | TokenKind::Exclamation | TokenKind::Colon | TokenKind::Equal,
            ) if before > 0
                && matches!(
                    self.kind(before - 1)?,
                    TokenKind::FStringStart | TokenKind::FStringMiddle
                ) =>
            {
                let text = &self.source[found.range()];
                Some((
                    format!("f-string: valid expression required before '{text}'"),
                    found.range(),
                ))
            }
            (TokenKind::Colon, TokenKind::Rbrace) => Some((
                "expression expected after dictionary key and ':'".to_owned(),
                self.tokens[before].range(),
            )),
            _ => None,
        }
    }

    pub(super) fn interpolated(
        &self,
        kind: &InterpolatedStringErrorType,
        word: &str,
        at: TextRange,
    ) -> Answer {
        use InterpolatedStringErrorType as Kind;
        let line = self.index.line_column(at.start()).0;
        let start = TextRange::empty(at.start());
        let whole = self.tokens[..self.token_at(at.start()).min(self.tokens.len())]
            .iter()
            .rfind(|token| {
                matches!(
                    token.kind(),
                    TokenKind::FStringStart | TokenKind::TStringStart
                )
            });
        let whole = whole.map_or(start, |token| TextRange::empty(token.start()));
        let (message, range) = match kind {
            Kind::UnclosedLbrace => (format!("{word}-string: expecting '}}'"), start),
            Kind::SingleRbrace => (format!("{word}-string: single '}}' is not allowed"), start),
            Kind::UnterminatedString => (
                format!("unterminated {word}-string literal (detected at line {line})"),
                whole,
            ),
            Kind::UnterminatedTripleQuotedString => (
                format!(
                    "unterminated triple-quoted {word}-string literal (detected at line {})",
                    self.last_line()
                ),
                whole,
            ),
            Kind::InvalidConversionFlag => {
                let text = &self.source[at];
                match text.is_empty() || !text.starts_with(|c: char| c.is_alphabetic() || c == '_')
                {
                    true => (
                        format!("{word}-string: missing conversion character"),
                        self.found(at),
                    ),
                    false => (
                        format!(
                            "{word}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'"
                        ),
                        at,
                    ),
                }
            }
            Kind::LambdaWithoutParentheses => (
                format!("{word}-string: lambda expressions are not allowed without parentheses"),
                at,
            ),
            Kind::ConversionFlagNotImmediatelyAfterExclamation => (
                format!(
                    "{word}-string: conversion type must come right after the exclamation mark"
                ),
                at,
            ),
            Kind::NewlineInFormatSpec => (
                format!(
                    "{word}-string: newlines are not allowed in format specifiers for single quoted {word}-strings"
                ),
                start,
            ),
        };
        (ErrorKind::Syntax, message, range)
    }
}

/// Syntax of another version.
pub(super) fn unsupported(context: &Context<'_>, error: Option<&UnsupportedSyntaxError>) -> Answer {
    let range = error.map_or(TextRange::default(), Ranged::range);
    let generic = || (ErrorKind::Syntax, "invalid syntax".to_owned(), range);
    match error.map(|error| error.kind) {
        Some(UnsupportedSyntaxErrorKind::UnpackingInComprehension(kind)) => {
            let (message, range) = match format!("{kind:?}").contains("Dict") {
                true => (
                    "dict unpacking cannot be used in dict comprehension",
                    TextRange::at(range.start(), TextSize::new(2)),
                ),
                false => ("iterable unpacking cannot be used in comprehension", range),
            };
            (ErrorKind::Syntax, message.to_owned(), range)
        }
        Some(UnsupportedSyntaxErrorKind::ParenthesizedKeywordArgumentName) => context
            .parenthesized_argument(range)
            .unwrap_or_else(generic),
        _ => generic(),
    }
}
