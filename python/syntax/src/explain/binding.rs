//! Places where only a name may stand, in `import`, `except` and `case`; and `=` where a comparison belongs.

use super::targets::describe;
use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::Expr;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{ParseError, ParseErrorType, parse_expression};
use ruff_text_size::{Ranged, TextRange};

impl Context<'_> {
    /// The number of the first token of the simple statement, or of the clause, around token `number`.
    pub(super) fn statement_start(&self, number: usize) -> usize {
        let mut first = number.min(self.tokens.len());
        while first > 0
            && !matches!(
                self.tokens[first - 1].kind(),
                TokenKind::Newline | TokenKind::Semi | TokenKind::Indent | TokenKind::Dedent
            )
        {
            first -= 1;
        }
        first
    }

    /// The range from token `first` to token `last`.
    pub(super) fn span(&self, first: usize, last: usize) -> Option<TextRange> {
        let (first, last) = (self.tokens.get(first)?, self.tokens.get(last)?);
        (first.start() <= last.end()).then(|| TextRange::new(first.start(), last.end()))
    }

    /// The expression that the tokens from `first` to `last` make, if they make one.
    pub(super) fn read(&self, first: usize, last: usize) -> Option<Expr> {
        let text = &self.source[self.span(first, last)?];
        parse_expression(text).ok().map(|parsed| parsed.into_expr())
    }

    /// `as` with something else than a name behind it.
    pub(super) fn bound(&self, error: &ParseError) -> Option<Answer> {
        let number = self.token_at(error.location.start());
        let first = self.statement_start(number);
        let word = [1, 2]
            .into_iter()
            .filter_map(|back| number.checked_sub(back))
            .find(|at| *at > first && self.kind(*at) == Some(TokenKind::As))?;
        let ends = |kind: TokenKind| {
            matches!(
                kind,
                TokenKind::Comma
                    | TokenKind::As
                    | TokenKind::Colon
                    | TokenKind::Newline
                    | TokenKind::Semi
                    | TokenKind::If
                    | TokenKind::EndOfFile
            )
        };
        let mut level = 0;
        let mut last = word;
        for at in word + 1..self.tokens.len() {
            match self.tokens[at].kind() {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level -= 1,
                kind if level == 0 && ends(kind) => break,
                _ => {}
            }
            if level < 0 || level == 0 && last > word && self.apart(last) {
                break;
            }
            last = at;
        }
        let complete = matches!(
            self.kind(last + 1),
            Some(TokenKind::Comma | TokenKind::Rpar | TokenKind::Newline | TokenKind::Semi)
        );
        let what = describe(&self.read(word + 1, last)?);
        let message = match self.kind(first)? {
            TokenKind::Import | TokenKind::From if what == "name" && complete => return None,
            TokenKind::Import | TokenKind::From => format!("cannot use {what} as import target"),
            TokenKind::Except if what != "name" => {
                format!("cannot use except statement with {what}")
            }
            TokenKind::Case if what != "name" => format!("cannot use {what} as pattern target"),
            _ => return None,
        };
        Some((ErrorKind::Syntax, message, self.span(word + 1, last)?))
    }

    /// `=` at token `number`, where a condition or an element of a display ends.
    pub(super) fn assigns(&self, number: usize) -> Option<Answer> {
        let first = self.backward(number.checked_sub(1)?);
        let first = match self.kind(first)? {
            TokenKind::If | TokenKind::Elif | TokenKind::While => first + 1,
            _ => first,
        };
        let left = self.read(first, number - 1)?;
        let (message, last) = match left {
            Expr::Name(_) => (
                "invalid syntax. Maybe you meant '==' or ':=' instead of '='?".to_owned(),
                self.forward(number + 1),
            ),
            Expr::Attribute(_)
            | Expr::Subscript(_)
            | Expr::Call(_)
            | Expr::BinOp(_)
            | Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_) => {
                let what = describe(&left);
                let message =
                    format!("cannot assign to {what} here. Maybe you meant '==' instead of '='?");
                (message, number - 1)
            }
            _ => return None,
        };
        self.read(number + 1, self.forward(number + 1))?;
        Some((ErrorKind::Syntax, message, self.span(first, last)?))
    }

    /// `a, b += 1`: a tuple before an operator that assigns.
    pub(super) fn augments(&self, error: &ParseError) -> Option<Answer> {
        let number = self.token_at(error.location.start());
        let operator = &self.source[self.tokens.get(number)?.range()];
        let other = matches!(operator, "==" | "!=" | "<=" | ">=" | ":=");
        if !matches!(error.error, ParseErrorType::ExpectedToken { .. })
            || operator.len() < 2
            || !operator.ends_with('=')
            || other
        {
            return None;
        }
        let first = self.statement_start(number);
        let Expr::Tuple(_) = self.read(first, number.checked_sub(1)?)? else {
            return None;
        };
        let message = "'tuple' is an illegal expression for augmented assignment".to_owned();
        Some((ErrorKind::Syntax, message, self.span(first, number - 1)?))
    }
}
