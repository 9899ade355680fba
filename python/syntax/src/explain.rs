//! From the parser's errors to CPython's messages and places.
//!
//! The parser reports its first error with a type and a range; what CPython says about it depends on the tokens around and on
//! brackets left open. Only the error path comes here, so nothing is prepared in advance.

mod binding;
mod bracket;
mod escape;
mod expression;
mod extent;
mod field;
mod indentation;
mod number;
mod place;
mod statement;
mod targets;
mod text;

use crate::error::{ErrorKind, SyntaxError};
use crate::parse::Mode;
use crate::source::LineIndex;
use ruff_python_ast::Mod;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType, Parsed};
use ruff_text_size::{Ranged, TextRange, TextSize};

/// What is known about the place of an error.
struct Context<'p> {
    source: &'p str,
    index: &'p LineIndex,
    /// Without comments and newlines inside brackets.
    tokens: Vec<&'p Token>,
    tree: &'p Mod,
    errors: &'p [ParseError],
}

/// A message and where it belongs.
type Answer = (ErrorKind, String, TextRange);

/// The error CPython would report.
pub(crate) fn explain(
    source: &str,
    index: &LineIndex,
    parsed: &Parsed<Mod>,
    mode: Mode,
) -> SyntaxError {
    let context = Context {
        source,
        index,
        tokens: parsed
            .tokens()
            .iter()
            .filter(|token| {
                !matches!(
                    token.kind(),
                    TokenKind::Comment | TokenKind::NonLogicalNewline
                )
            })
            .collect(),
        tree: parsed.syntax(),
        errors: parsed.errors(),
    };
    let first = context.first();
    let (kind, message, range) = match first {
        Some(error) => context.explain(error),
        None => text::unsupported(&context, parsed.unsupported_syntax_errors().first()),
    };
    let mut found = SyntaxError::at(kind, message, range, source, index);
    place::adjust(&context, first, mode, range, &mut found);
    found
}

impl<'p> Context<'p> {
    /// The error that counts: the first of those that CPython's tokenizer finds, which reads to the end of the source, or else the
    /// first of all.
    fn first(&self) -> Option<&'p ParseError> {
        let interpolated = self.tokens.iter().any(|token| {
            matches!(
                token.kind(),
                TokenKind::FStringStart | TokenKind::TStringStart
            )
        });
        let tokenizer = self.errors.iter().find(|error| match &error.error {
            ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError) => !interpolated,
            ParseErrorType::Lexical(LexicalErrorType::LineContinuationError) => true,
            ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) => !tok.is_ascii(),
            _ => false,
        });
        tokenizer.or(self.errors.first())
    }

    fn explain(&self, error: &ParseError) -> Answer {
        let at = error.location;
        if let Some((message, range)) = self.number(error).or_else(|| self.escape(error)) {
            return (ErrorKind::Syntax, message, range);
        }
        if let Some(answer) = self.field(error) {
            return answer;
        }
        if let Some(answer) = self.lexical(error) {
            return answer;
        }
        if let Some(answer) = self.brackets(at) {
            return answer;
        }
        if let Some(answer) = self.indentation(error) {
            return answer;
        }
        if let Some(open) = self.open_bracket(self.source.len())
            && (self.index.line_column(at.start()).0 > self.index.line_column(open.start()).0
                || self.reads_on(at))
        {
            return self.never_closed(open);
        }
        let special = self
            .statement(error)
            .or_else(|| self.bound(error))
            .or_else(|| self.inside(error))
            .or_else(|| self.augments(error));
        if let Some(answer) = special.or_else(|| self.target(error)) {
            return answer;
        }
        if let Some((message, range)) = text::message(self, error) {
            return (ErrorKind::Syntax, message, range);
        }
        if let Some(answer) = self.two_in_a_row(at) {
            return answer;
        }
        if let Some(open) = self.open_bracket(self.source.len())
            && self.blames_bracket(open, at)
        {
            return self.never_closed(open);
        }
        let (message, range) = self
            .after_comma(at)
            .unwrap_or_else(|| ("invalid syntax", self.found(at)));
        (ErrorKind::Syntax, message.to_owned(), range)
    }

    /// A comma at the end of an `import`: what is wrong is the newline behind it.
    fn after_comma(&self, at: TextRange) -> Option<(&'static str, TextRange)> {
        let number = self.token_at(at.start());
        let end = self.tokens.get(number + 1)?;
        if self.kind(number)? != TokenKind::Comma || end.kind() != TokenKind::Newline {
            return None;
        }
        let first = (0..number).rev().find(|at| {
            let before = at.checked_sub(1).and_then(|at| self.kind(at));
            matches!(
                before,
                None | Some(TokenKind::Newline | TokenKind::Semi | TokenKind::Colon)
            )
        })?;
        let message = match self.kind(first)? {
            TokenKind::Import => "invalid syntax",
            TokenKind::From => "trailing comma not allowed without surrounding parentheses",
            _ => return None,
        };
        Some((message, self.found(TextRange::empty(end.start()))))
    }

    /// The number of the first token that ends after `at`.
    fn token_at(&self, at: TextSize) -> usize {
        self.tokens.partition_point(|token| token.end() <= at)
    }

    fn kind(&self, number: usize) -> Option<TokenKind> {
        self.tokens.get(number).map(|token| token.kind())
    }

    /// The range of the token found at `at`; newlines and the end count as one character.
    fn found(&self, at: TextRange) -> TextRange {
        let number = self.token_at(at.start());
        match self.tokens.get(number) {
            // One operator for CPython.
            Some(token)
                if token.kind() == TokenKind::Less
                    && self.kind(number + 1) == Some(TokenKind::Greater)
                    && token.end() == self.tokens[number + 1].start() =>
            {
                TextRange::new(token.start(), self.tokens[number + 1].end())
            }
            Some(token) if token.kind() != TokenKind::Newline && !token.range().is_empty() => {
                token.range()
            }
            Some(token) => {
                let start = token.start();
                let end = (start + TextSize::new(1)).min(TextSize::of(self.source));
                TextRange::new(start, end.max(start))
            }
            None => at,
        }
    }

    fn lexical(&self, error: &ParseError) -> Option<Answer> {
        let at = error.location;
        let ParseErrorType::Lexical(kind) = &error.error else {
            return None;
        };
        let syntax = |message: String, range| Some((ErrorKind::Syntax, message, range));
        match kind {
            LexicalErrorType::IndentationError => {
                let line = self.index.line_column(at.start()).0;
                let text = self
                    .index
                    .line_text(self.source, line)
                    .trim_end_matches(['\n', '\r']);
                let end = self.index.line_start(line) + TextSize::of(text);
                if self.mixes_tabs(line) {
                    return Some(self.inconsistent_tabs(line));
                }
                let message = "unindent does not match any outer indentation level";
                Some((
                    ErrorKind::Indentation,
                    message.to_owned(),
                    TextRange::empty(end),
                ))
            }
            LexicalErrorType::UnclosedStringError => {
                let literal = &self.source[at.start().to_usize()..];
                let quoted = literal.trim_start_matches(|c: char| c.is_ascii_alphabetic());
                let triple = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
                let prefix = literal.len() - quoted.len();
                let kind = match literal[..prefix].to_ascii_lowercase() {
                    prefix if prefix.contains('f') => "f-string",
                    prefix if prefix.contains('t') => "t-string",
                    _ => "string",
                };
                let line = match triple {
                    true => self.last_line(),
                    false => self.index.line_column(at.start()).0,
                };
                let triple = if triple { "triple-quoted " } else { "" };
                syntax(
                    format!("unterminated {triple}{kind} literal (detected at line {line})"),
                    TextRange::empty(at.start()),
                )
            }
            LexicalErrorType::UnrecognizedToken { tok } => match tok {
                '$' | '?' | '!' => syntax("invalid syntax".to_owned(), at),
                _ if tok.is_ascii() && !tok.is_control() => syntax("invalid syntax".to_owned(), at),
                _ => {
                    let shown = match !coil_text::unicode::is_printable(u32::from(*tok)) {
                        true => {
                            format!("invalid non-printable character U+{:04X}", u32::from(*tok))
                        }
                        false => format!("invalid character '{tok}' (U+{:04X})", u32::from(*tok)),
                    };
                    syntax(shown, TextRange::empty(at.start()))
                }
            },
            LexicalErrorType::LineContinuationError => syntax(
                "unexpected character after line continuation character".to_owned(),
                TextRange::empty(at.start() + TextSize::new(1)),
            ),
            LexicalErrorType::Eof => match self.open_bracket(self.source.len()) {
                Some(open) => Some(self.never_closed(open)),
                None => {
                    let text = self.source.trim_end_matches(['\n', '\r']);
                    let end = TextRange::empty(TextSize::of(text));
                    syntax("unexpected EOF while parsing".to_owned(), end)
                }
            },
            LexicalErrorType::InvalidByteLiteral => syntax(
                "bytes can only contain ASCII literal characters".to_owned(),
                self.found(at),
            ),
            LexicalErrorType::OtherError(_) => {
                syntax("invalid syntax".to_owned(), TextRange::empty(at.start()))
            }
            LexicalErrorType::FStringError(kind) | LexicalErrorType::TStringError(kind) => {
                let word = match &error.error {
                    ParseErrorType::Lexical(LexicalErrorType::TStringError(_)) => "t",
                    _ => "f",
                };
                Some(self.interpolated(kind, word, at))
            }
            _ => None,
        }
    }

    fn last_line(&self) -> u32 {
        let text = self.source.strip_suffix('\n').unwrap_or(self.source);
        self.index.line_column(TextSize::of(text)).0
    }
}
