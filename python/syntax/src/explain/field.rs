//! What is wrong in the replacement fields of f-strings and t-strings.

use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{
    InterpolatedStringErrorType, LexicalErrorType, ParseError, ParseErrorType,
};
use ruff_text_size::{Ranged, TextRange};

impl Context<'_> {
    /// `f` or `t` and the number of the token that starts the innermost string around token `number`.
    fn interpolation(&self, number: usize) -> Option<(&'static str, usize)> {
        let mut level = 0;
        for at in (0..number.min(self.tokens.len())).rev() {
            let word = match self.tokens[at].kind() {
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    level += 1;
                    continue;
                }
                TokenKind::FStringStart => "f",
                TokenKind::TStringStart => "t",
                _ => continue,
            };
            if level == 0 {
                return Some((word, at));
            }
            level -= 1;
        }
        None
    }

    /// The number of the brace that opens the field around token `number`, if no other bracket is open in it.
    fn field_start(&self, number: usize, string: usize) -> Option<usize> {
        let mut level = 0;
        for at in (string..number).rev() {
            match self.tokens[at].kind() {
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level += 1,
                TokenKind::Lpar | TokenKind::Lsqb if level == 0 => return None,
                TokenKind::Lbrace if level == 0 => return Some(at),
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level -= 1,
                _ => {}
            }
        }
        None
    }

    /// The answer for an error in a replacement field.
    pub(super) fn field(&self, error: &ParseError) -> Option<Answer> {
        use InterpolatedStringErrorType as Kind;
        let number = self.token_at(error.location.start());
        let (word, string) = self.interpolation(number)?;
        let say = |message: &str, range: TextRange| {
            let message = format!("{word}-string: {message}");
            Some((ErrorKind::Syntax, message, range))
        };
        let lambda = self.errors.iter().find(|error| {
            matches!(
                error.error,
                ParseErrorType::FStringError(Kind::LambdaWithoutParentheses)
                    | ParseErrorType::TStringError(Kind::LambdaWithoutParentheses)
            )
        });
        if let Some(lambda) = lambda {
            let message = "lambda expressions are not allowed without parentheses";
            return say(message, lambda.location);
        }
        let open = self.field_start(number, string)?;
        let found = self.found(error.location);
        let here = self.kind(number)?;
        let before = self.kind(number.checked_sub(1)?)?;
        let ended = matches!(
            here,
            TokenKind::FStringEnd
                | TokenKind::TStringEnd
                | TokenKind::Newline
                | TokenKind::EndOfFile
        );
        match &error.error {
            ParseErrorType::FStringError(Kind::ConversionFlagNotImmediatelyAfterExclamation)
            | ParseErrorType::TStringError(Kind::ConversionFlagNotImmediatelyAfterExclamation) => {
                let mark = (open..=number)
                    .rev()
                    .find(|at| self.kind(*at) == Some(TokenKind::Exclamation))?;
                let end = self.tokens.get(mark + 1)?.end();
                say(
                    "conversion type must come right after the exclamation mark",
                    TextRange::new(self.tokens[mark].start(), end),
                )
            }
            ParseErrorType::FStringError(Kind::UnclosedLbrace)
            | ParseErrorType::TStringError(Kind::UnclosedLbrace) => {
                let part = (open + 1..number).rev().map(|at| self.tokens[at].kind());
                let mut part = part.filter(|kind| {
                    matches!(
                        kind,
                        TokenKind::Exclamation | TokenKind::Equal | TokenKind::Colon
                    )
                });
                match (part.next(), ended) {
                    (Some(TokenKind::Colon), true) => say("expecting '}', or format specs", found),
                    (_, true) => None,
                    (Some(TokenKind::Exclamation), false) => say("expecting ':' or '}'", found),
                    (Some(TokenKind::Equal), false) => say("expecting '!', or ':', or '}'", found),
                    (_, false) if here == TokenKind::Rpar || here == TokenKind::Rsqb => {
                        let text = &self.source[found];
                        say(
                            &format!("unmatched '{text}'"),
                            TextRange::empty(found.start()),
                        )
                    }
                    (_, false) => self
                        .two_in_a_row(error.location)
                        .or_else(|| say("expecting '=', or '!', or ':', or '}'", found)),
                }
            }
            ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok })
                if tok.is_ascii() && open + 1 < number =>
            {
                say("expecting '=', or '!', or ':', or '}'", error.location)
            }
            ParseErrorType::ExpectedExpression | ParseErrorType::OtherError(_) => {
                let message = "expecting a valid expression after '{'";
                let star = matches!(before, TokenKind::Star | TokenKind::DoubleStar);
                if open + 1 == number {
                    return match here {
                        TokenKind::Rbrace
                        | TokenKind::Exclamation
                        | TokenKind::Colon
                        | TokenKind::Equal => {
                            let text = &self.source[found];
                            say(&format!("valid expression required before '{text}'"), found)
                        }
                        _ if ended => None,
                        _ => say(message, found),
                    };
                }
                if open + 2 == number && star {
                    return say(message, self.tokens[open + 1].range());
                }
                if here == TokenKind::Rbrace
                    && (before.is_arithmetic() || before.is_bitwise_or_shift())
                {
                    let operator = self.tokens[number - 1].range();
                    return say("expecting '=', or '!', or ':', or '}'", operator);
                }
                None
            }
            _ => None,
        }
    }
}
