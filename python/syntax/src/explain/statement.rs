//! What is wrong with the shape of statements: imports, definitions, clauses.

use super::{Answer, Context};
use crate::error::ErrorKind;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{ParseError, ParseErrorType};
use ruff_text_size::{Ranged, TextRange};

impl Context<'_> {
    /// The keyword that begins the statement or clause around token `number`.
    fn keyword(&self, number: usize) -> Option<TokenKind> {
        let first = self.statement_start(number);
        match self.kind(first)? {
            TokenKind::Async => self.kind(first + 1),
            kind => Some(kind),
        }
    }

    /// The number of the bracket that closes the one at token `open`.
    fn closed_by(&self, open: usize) -> Option<usize> {
        let mut level = 0;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.kind() {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level -= 1,
                _ => continue,
            }
            if level == 0 {
                return Some(at);
            }
        }
        None
    }

    /// The answer for errors that follow from the statement they stand in.
    pub(super) fn statement(&self, error: &ParseError) -> Option<Answer> {
        let at = error.location;
        let number = self.token_at(at.start());
        let here = self.kind(number).unwrap_or(TokenKind::EndOfFile);
        let before = number.checked_sub(1).and_then(|at| self.kind(at));
        let found = self.found(at);
        let say = |message: &str, range| Some((ErrorKind::Syntax, message.to_owned(), range));
        let generic = |number: usize| {
            let start = self.tokens.get(number)?.start();
            say("invalid syntax", self.found(TextRange::empty(start)))
        };
        let keyword = self.keyword(number);
        let definition = keyword == Some(TokenKind::Def);
        match &error.error {
            ParseErrorType::EmptyImportNames if here != TokenKind::Newline => {
                say("invalid syntax", found)
            }
            ParseErrorType::SimpleStatementsOnSameLine
                if here == TokenKind::From && keyword == Some(TokenKind::Import) =>
            {
                let mut last = number;
                while matches!(self.kind(last + 1)?, TokenKind::Name | TokenKind::Dot) {
                    last += 1;
                }
                let range = self.span(self.statement_start(number), last)?;
                say("Did you mean to use 'from ... import ...' instead?", range)
            }
            ParseErrorType::SimpleStatementsOnSameLine if here == TokenKind::Not => {
                match self.kind(number + 1)? {
                    TokenKind::In => None,
                    _ => generic(number + 1),
                }
            }
            ParseErrorType::SimpleStatementsOnSameLine
                if here == TokenKind::Name
                    && self.statement_start(number) + 1 == number
                    && self.source[self.tokens[number - 1].range()] == *"type" =>
            {
                generic(number + 1)
            }
            ParseErrorType::SimpleStatementsOnSameLine
            | ParseErrorType::SimpleAndCompoundStatementOnSameLine
                if here == TokenKind::If
                    && matches!(
                        before?,
                        TokenKind::Pass | TokenKind::Break | TokenKind::Continue
                    ) =>
            {
                let rest = self.tokens[number..].iter().map(|token| token.kind());
                let mut line = rest.take_while(|kind| *kind != TokenKind::Newline);
                line.any(|kind| kind == TokenKind::Else).then_some(())?;
                let message = "expected expression before 'if', but statement is given";
                say(message, self.tokens[number - 1].range())
            }
            ParseErrorType::UnparenthesizedTupleExpression if keyword == Some(TokenKind::Raise) => {
                let comma = (number..self.tokens.len())
                    .find(|at| self.kind(*at) == Some(TokenKind::Comma))?;
                generic(comma)
            }
            ParseErrorType::ExpectedToken { expected, .. } => match expected {
                TokenKind::Lpar if definition => say("expected '('", found),
                TokenKind::Colon
                    if keyword == Some(TokenKind::Lambda) || here == TokenKind::Lpar =>
                {
                    if before? != TokenKind::Lambda {
                        return None;
                    }
                    let message = "Lambda expression parameters cannot be parenthesized";
                    say(message, self.span(number, self.closed_by(number)?)?)
                }
                TokenKind::Colon
                    if definition
                        && !matches!(here, TokenKind::Equal)
                        && self.open_bracket(at.start().to_usize()).is_none()
                        || matches!(
                            before?,
                            TokenKind::Else | TokenKind::Try | TokenKind::Finally
                        ) =>
                {
                    say("expected ':'", found)
                }
                TokenKind::Rpar if definition && here == TokenKind::Lpar => {
                    let message = "Function parameters cannot be parenthesized";
                    say(message, self.span(number, self.closed_by(number)?)?)
                }
                TokenKind::Comma
                    if definition
                        && here == TokenKind::Name
                        && before? == TokenKind::Name
                        && !matches!(
                            self.kind(number - 2)?,
                            TokenKind::Colon | TokenKind::Equal
                        ) =>
                {
                    say("invalid syntax", found)
                }
                _ => None,
            },
            ParseErrorType::EmptyTypeParams if here != TokenKind::Rsqb && definition => {
                say("expected '('", self.tokens[number - 1].range())
            }
            ParseErrorType::ExpectedExpression if definition => match before? {
                TokenKind::Rarrow => say("expected ':'", self.tokens[number - 1].range()),
                TokenKind::Equal
                    if matches!(here, TokenKind::Comma | TokenKind::Rpar)
                        && self.kind(number.checked_sub(2)?)? == TokenKind::Name =>
                {
                    let range = self.tokens[number - 1].range();
                    say("expected default value expression", range)
                }
                _ => None,
            },
            ParseErrorType::VarParameterWithDefault
                if self.kind(number.checked_sub(2)?) == Some(TokenKind::DoubleStar) =>
            {
                say("var-keyword argument cannot have default value", found)
            }
            ParseErrorType::ExpectedKeywordParam => {
                let star = (0..=number)
                    .rev()
                    .find(|at| self.kind(*at) == Some(TokenKind::Star))?;
                let next = self.tokens.get(star + 1)?;
                match next.kind() {
                    TokenKind::Colon => say("named arguments must follow bare *", next.range()),
                    TokenKind::Comma | TokenKind::Rpar => None,
                    _ => generic(star + 1),
                }
            }
            ParseErrorType::InvalidMatchPatternTarget if before == Some(TokenKind::DoubleStar) => {
                say("invalid syntax", found)
            }
            ParseErrorType::OtherError(message) => match message.as_str() {
                "Star import must be the only import" => generic(number + 1),
                "Trailing comma not allowed"
                    if matches!(keyword, Some(TokenKind::Global | TokenKind::Nonlocal)) =>
                {
                    generic(number + 1)
                }
                "Position-only parameter separator not allowed as first parameter"
                    if self.kind(number + 1) != Some(TokenKind::Comma) =>
                {
                    say("invalid syntax", found)
                }
                "Multiple exception types must be parenthesized when using `as`" => {
                    let word = (number..self.tokens.len())
                        .find(|at| self.kind(*at) == Some(TokenKind::As))?;
                    match self.kind(word - 1)? {
                        TokenKind::Comma => generic(word),
                        _ => say(
                            "multiple exception types must be parenthesized when using 'as'",
                            self.span(number, word + 1)?,
                        ),
                    }
                }
                "Cannot have both 'except' and 'except*' on the same 'try'" => {
                    let star = match self.kind(number + 1)? {
                        TokenKind::Star => number + 1,
                        _ => number,
                    };
                    say(
                        "cannot have both 'except' and 'except*' on the same 'try'",
                        self.span(number, star)?,
                    )
                }
                "Expected a pattern" if here == TokenKind::Minus => generic(number + 1),
                "Invalid mapping pattern key" if here == TokenKind::Name => generic(number + 1),
                "Expected `except` or `finally` after `try` block" => {
                    let token = self.behind_try()?;
                    say("expected 'except' or 'finally' block", token)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The first word behind a `try` block that has neither `except` nor `finally`.
    fn behind_try(&self) -> Option<TextRange> {
        let starts = (0..self.tokens.len()).filter(|at| self.kind(*at) == Some(TokenKind::Try));
        for start in starts {
            if self.kind(start + 2) != Some(TokenKind::Newline)
                || self.kind(start + 3) != Some(TokenKind::Indent)
            {
                continue;
            }
            let mut level = 0;
            for at in start + 3..self.tokens.len() {
                match self.tokens[at].kind() {
                    TokenKind::Indent => level += 1,
                    TokenKind::Dedent => level -= 1,
                    _ => continue,
                }
                if level > 0 {
                    continue;
                }
                let next = self.tokens.get(at + 1)?;
                match next.kind() {
                    TokenKind::Except | TokenKind::Finally => break,
                    TokenKind::EndOfFile | TokenKind::Dedent => return None,
                    _ => return Some(next.range()),
                }
            }
        }
        None
    }
}
