//! What is wrong inside expressions: arguments, displays, stars, literals side by side.

use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange, TextSize};

impl Context<'_> {
    /// The number of the innermost bracket that is open at token `number`.
    fn opener(&self, number: usize) -> Option<usize> {
        let mut level = 0;
        for at in (0..number.min(self.tokens.len())).rev() {
            match self.tokens[at].kind() {
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level += 1,
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace if level == 0 => {
                    return Some(at);
                }
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level -= 1,
                _ => {}
            }
        }
        None
    }

    /// Whether token `open` is the parenthesis of a call.
    fn is_call(&self, open: usize) -> bool {
        self.kind(open) == Some(TokenKind::Lpar)
            && matches!(
                open.checked_sub(1).and_then(|at| self.kind(at)),
                Some(TokenKind::Name | TokenKind::Rpar | TokenKind::Rsqb)
            )
    }

    /// The answer for errors inside expressions.
    pub(super) fn inside(&self, error: &ParseError) -> Option<Answer> {
        let at = error.location;
        let number = self.token_at(at.start());
        let here = self.kind(number)?;
        let before = number.checked_sub(1).and_then(|at| self.kind(at));
        let found = self.found(at);
        let say = |message: &str, range| Some((ErrorKind::Syntax, message.to_owned(), range));
        let open = self.opener(number);
        let bracket = open.and_then(|open| self.kind(open));
        match &error.error {
            ParseErrorType::OtherError(message) => match message.as_str() {
                "Bytes literal cannot be mixed with non-bytes literals" => {
                    let next = self.found(TextRange::empty(at.end()));
                    say("cannot mix bytes and nonbytes literals", next)
                }
                "Expected a parameter name" => self.argument(at),
                "Expected an expression or a '}'" | "Expected an expression or a ']'"
                    if here == TokenKind::Equal =>
                {
                    self.assigns(number)
                }
                _ if before == Some(TokenKind::Else) && message.contains("keyword") => {
                    self.statement_after_else(number)
                }
                _ => None,
            },
            ParseErrorType::ExpectedToken { expected, .. } => match (expected, here) {
                (TokenKind::Rpar | TokenKind::Comma, TokenKind::Equal) => {
                    let open = open?;
                    if !self.is_call(open) {
                        return self.assigns(number);
                    }
                    let star = self.backward(number.checked_sub(1)?);
                    (self.kind(star)? == TokenKind::DoubleStar).then_some(())?;
                    let range = self.span(star, self.forward(number + 1))?;
                    say("cannot assign to keyword argument unpacking", range)
                }
                (TokenKind::In, _) if open.is_some() => {
                    say("'in' expected after for-loop variables", found)
                }
                (TokenKind::Rsqb | TokenKind::Rbrace, TokenKind::For | TokenKind::Async) => {
                    let inner = self.span(open? + 1, number - 1)?;
                    let comma = self.tokens[open?..number]
                        .iter()
                        .any(|token| token.kind() == TokenKind::Comma);
                    (comma && before? != TokenKind::Comma).then_some(())?;
                    say(
                        "did you forget parentheses around the comprehension target?",
                        inner,
                    )
                }
                (TokenKind::Colon, _)
                    if bracket == Some(TokenKind::Lbrace)
                        && !matches!(here, TokenKind::Comma | TokenKind::Rbrace) =>
                {
                    let end = self.tokens.get(number - 1)?.end();
                    let last = TextRange::empty(end - TextSize::new(1));
                    say("':' expected after dictionary key", last)
                }
                _ => None,
            },
            ParseErrorType::ExpectedExpression => match (before?, here) {
                (
                    TokenKind::Star,
                    TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::Comma,
                ) if number.checked_sub(2) == open
                    || open.is_some() && self.kind(number.checked_sub(2)?)? == TokenKind::Comma =>
                {
                    say("Invalid star expression", found)
                }
                (TokenKind::Equal, TokenKind::Rpar | TokenKind::Comma)
                    if self.is_call(open?)
                        && self.kind(number.checked_sub(2)?)? == TokenKind::Name =>
                {
                    let range = self.span(number - 2, number - 1)?;
                    say("expected argument value expression", range)
                }
                (TokenKind::Colon, TokenKind::Comma) if bracket == Some(TokenKind::Lbrace) => say(
                    "expression expected after dictionary key and ':'",
                    self.tokens[number - 1].range(),
                ),
                (TokenKind::Less, TokenKind::Greater)
                    if self.tokens[number - 1].end() == self.tokens[number].start() =>
                {
                    say("invalid syntax", self.span(number - 1, number)?)
                }
                (TokenKind::Else, _) => self.statement_after_else(number),
                (_, TokenKind::Less)
                    if self.kind(number + 1)? == TokenKind::Greater
                        && self.tokens[number].end() == self.tokens[number + 1].start() =>
                {
                    say("invalid syntax", self.span(number, number + 1)?)
                }
                (TokenKind::Equal, TokenKind::Newline) => {
                    let target = self.errors.iter().find(|error| {
                        matches!(error.error, ParseErrorType::InvalidAssignmentTarget)
                            && error.location.end() < at.start()
                    })?;
                    let (kind, message, range) = self.target(target)?;
                    let message = message.split(" here. ").next()?.to_owned();
                    Some((kind, message, range))
                }
                _ => None,
            },
            ParseErrorType::InvalidStarredExpressionUsage => {
                let ends = self.token_at(at.end() - TextSize::new(1)) + 1;
                let next = self.kind(ends)?;
                let here = TextRange::new(at.start(), self.tokens[number].end());
                match before {
                    Some(TokenKind::Lpar) if next == TokenKind::Rpar => {
                        say("cannot use starred expression here", at)
                    }
                    Some(TokenKind::Colon) if self.source[at].starts_with("**") => {
                        say("invalid syntax", here)
                    }
                    Some(TokenKind::Colon)
                        if matches!(next, TokenKind::Comma | TokenKind::Rbrace) =>
                    {
                        say("cannot use a starred expression in a dictionary value", at)
                    }
                    Some(kind) if kind.is_arithmetic() => say("invalid syntax", here),
                    Some(TokenKind::Comma)
                        if bracket == Some(TokenKind::Lbrace)
                            && matches!(next, TokenKind::Comma | TokenKind::Rbrace) =>
                    {
                        say("invalid syntax", here)
                    }
                    _ if next == TokenKind::Colon && bracket == Some(TokenKind::Lbrace) => {
                        say("invalid syntax", self.tokens[ends].range())
                    }
                    _ => None,
                }
            }
            ParseErrorType::InvalidNamedAssignmentTarget if self.is_call(open?) => {
                let walrus = (number..self.tokens.len())
                    .find(|at| self.kind(*at) == Some(TokenKind::ColonEqual))?;
                say("invalid syntax", self.tokens[walrus].range())
            }
            ParseErrorType::SimpleStatementsOnSameLine => self.beside(number),
            _ => None,
        }
    }

    /// A keyword argument whose name, at `at`, is none.
    fn argument(&self, at: TextRange) -> Option<Answer> {
        let equal = self.token_at(at.end());
        (self.kind(equal)? == TokenKind::Equal).then_some(())?;
        let text = &self.source[at];
        let (message, last) = match text {
            "None" | "True" | "False" => (format!("cannot assign to {text}"), equal),
            _ if text.starts_with('*') => (
                "cannot assign to iterable argument unpacking".to_owned(),
                self.forward(equal + 1),
            ),
            _ => (
                "expression cannot contain assignment, perhaps you meant \"==\"?".to_owned(),
                equal,
            ),
        };
        let range = TextRange::new(at.start(), self.tokens.get(last)?.end());
        Some((ErrorKind::Syntax, message, range))
    }

    /// A keyword argument whose name, at `at`, stands in parentheses.
    pub(super) fn parenthesized_argument(&self, at: TextRange) -> Option<Answer> {
        let (kind, message, range) = self.argument(at)?;
        let inner = self.source[at].trim_start_matches(['(', ' ']);
        let start = at.end() - TextSize::of(inner);
        Some((kind, message, TextRange::new(start, range.end())))
    }

    /// A statement, or nothing, where a conditional expression goes on.
    fn statement_after_else(&self, number: usize) -> Option<Answer> {
        let first = self.statement_start(number);
        if self.kind(number)? == TokenKind::Colon || first + 1 == number {
            return None;
        }
        let range = self.found(TextRange::empty(self.tokens[number].start()));
        let message = "expected expression after 'else', but statement is given";
        Some((ErrorKind::Syntax, message.to_owned(), range))
    }

    /// Two things side by side, token `number` the second of them: quotes inside quotes, prefixes that no string has.
    fn beside(&self, number: usize) -> Option<Answer> {
        let say = |message: String, range| Some((ErrorKind::Syntax, message, range));
        let before = number.checked_sub(1)?;
        let (first, second) = (&self.tokens[before], self.tokens.get(number)?);
        if (first.kind(), second.kind()) == (TokenKind::String, TokenKind::Name)
            && self.kind(number + 1) == Some(TokenKind::String)
        {
            return say(
                "invalid syntax. Is this intended to be part of the string?".to_owned(),
                second.range(),
            );
        }
        let prefix = self.source[first.range()].to_ascii_lowercase();
        if second.kind() == TokenKind::String
            && first.kind() == TokenKind::Name
            && first.end() == second.start()
            && prefix.chars().all(|c| "rbuft".contains(c))
        {
            let pairs = [
                ('u', 'b'),
                ('u', 'r'),
                ('u', 'f'),
                ('u', 't'),
                ('b', 'f'),
                ('b', 't'),
                ('f', 't'),
            ];
            let (a, b) = pairs
                .into_iter()
                .find(|(a, b)| prefix.contains(*a) && prefix.contains(*b))?;
            return say(
                format!("'{a}' and '{b}' prefixes are incompatible"),
                first.range(),
            );
        }
        None
    }
}
