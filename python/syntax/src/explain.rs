//! From the parser's errors to CPython's messages and places.
//!
//! The parser reports its first error with a type and a range; what CPython says about it depends on the tokens around and on
//! brackets left open. Only the error path comes here, so nothing is prepared in advance.

mod binding;
mod escape;
mod expression;
mod field;
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

    /// Whether CPython reads to the end of the source to see what stands at an error: an expression beside another.
    fn reads_on(&self, at: TextRange) -> bool {
        let number = self.token_at(at.start());
        let kinds = number.checked_sub(1).and_then(|at| self.kind(at));
        let beside = kinds.zip(self.kind(number)).is_some_and(|(first, second)| {
            ends(first) && (starts(second) || second == TokenKind::Equal)
        });
        if !beside {
            return false;
        }
        let mut last = self.forward(number);
        if self.kind(number) == Some(TokenKind::Equal) {
            if self.assigns(number).is_none() {
                return false;
            }
            last = self.forward(number + 1);
        }
        matches!(
            self.kind(last + 1),
            None | Some(TokenKind::Newline | TokenKind::EndOfFile)
        )
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

    fn inconsistent_tabs(&self, line: u32) -> Answer {
        let message = "inconsistent use of tabs and spaces in indentation".to_owned();
        let start = TextRange::empty(self.index.line_start(line));
        (ErrorKind::Tab, message, start)
    }

    /// Whether the indentation of a line depends on how wide a tab is, compared with the blocks that are open.
    fn mixes_tabs(&self, line: u32) -> bool {
        let widths = |line: u32| {
            let text = self.index.line_text(self.source, line);
            let (mut wide, mut narrow) = (0u32, 0u32);
            for c in text.chars() {
                match c {
                    ' ' => (wide, narrow) = (wide + 1, narrow + 1),
                    '\t' => (wide, narrow) = ((wide / 8 + 1) * 8, narrow + 1),
                    '\x0c' => (wide, narrow) = (0, 0),
                    _ => break,
                }
            }
            (wide, narrow)
        };
        let (wide, narrow) = widths(line);
        let mut open = vec![(0, 0)];
        for token in &self.tokens {
            if self.index.line_column(token.start()).0 >= line {
                break;
            }
            match token.kind() {
                TokenKind::Indent => open.push(widths(self.index.line_column(token.end()).0)),
                TokenKind::Dedent => drop(open.pop()),
                _ => {}
            }
        }
        let (w, n) = open.last().copied().unwrap_or_default();
        if wide > w {
            return narrow <= n;
        }
        open.iter().any(|&(w, n)| w == wide && n != narrow)
    }

    fn last_line(&self) -> u32 {
        let text = self.source.strip_suffix('\n').unwrap_or(self.source);
        self.index.line_column(TextSize::of(text)).0
    }

    /// The innermost bracket left open before `end`.
    fn open_bracket(&self, end: usize) -> Option<&Token> {
        let mut open: Vec<&Token> = Vec::new();
        let mut strings = Vec::new();
        for token in &self.tokens {
            if token.start().to_usize() >= end {
                break;
            }
            match token.kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => strings.push(open.len()),
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    open.truncate(strings.pop().unwrap_or(0));
                }
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(token),
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    open.pop();
                }
                _ => {}
            }
        }
        open.pop()
    }

    /// Whether an open bracket explains an error: one on a later line, or at the end.
    fn blames_bracket(&self, open: &Token, at: TextRange) -> bool {
        let line = |at: TextSize| self.index.line_column(at).0;
        line(at.start()) > line(open.start())
            || at.start().to_usize() >= self.source.trim_end().len()
    }

    fn never_closed(&self, open: &Token) -> Answer {
        let text = &self.source[open.range()];
        let message = format!("'{text}' was never closed");
        (ErrorKind::Syntax, message, TextRange::empty(open.start()))
    }

    /// A closing bracket that closes nothing, or the wrong one, on the lines of the error.
    fn brackets(&self, at: TextRange) -> Option<Answer> {
        let limit = self.index.line_column(at.end()).0;
        let mut open: Vec<&Token> = Vec::new();
        let mut strings = Vec::new();
        for token in &self.tokens {
            let close = match token.kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => {
                    strings.push(open.len());
                    continue;
                }
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    open.truncate(strings.pop().unwrap_or(0));
                    continue;
                }
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                    open.push(token);
                    continue;
                }
                TokenKind::Rpar => TokenKind::Lpar,
                TokenKind::Rsqb => TokenKind::Lsqb,
                TokenKind::Rbrace => TokenKind::Lbrace,
                _ => continue,
            };
            let (line, _) = self.index.line_column(token.start());
            let text = &self.source[token.range()];
            let message = match open.pop() {
                Some(opener) if opener.kind() == close => continue,
                Some(opener) => {
                    let first = self.index.line_column(opener.start()).0;
                    let opened = &self.source[opener.range()];
                    match first == line {
                        true => format!(
                            "closing parenthesis '{text}' does not match opening parenthesis '{opened}'"
                        ),
                        false => format!(
                            "closing parenthesis '{text}' does not match opening parenthesis '{opened}' on line {first}"
                        ),
                    }
                }
                None => format!("unmatched '{text}'"),
            };
            return (line <= limit)
                .then(|| (ErrorKind::Syntax, message, TextRange::empty(token.start())));
        }
        None
    }

    fn indentation(&self, error: &ParseError) -> Option<Answer> {
        let at = error.location;
        match &error.error {
            ParseErrorType::UnexpectedIndentation => {
                let line = self.index.line_column(at.end()).0;
                if self.mixes_tabs(line) {
                    return Some(self.inconsistent_tabs(line));
                }
                let text = self.index.line_text(self.source, line);
                let blank = text.len() - text.trim_start_matches([' ', '\t', '\x0c']).len();
                let start =
                    self.index.line_start(line) + TextSize::new(blank.saturating_sub(1) as u32);
                Some((
                    ErrorKind::Indentation,
                    "unexpected indent".to_owned(),
                    TextRange::empty(start),
                ))
            }
            ParseErrorType::OtherError(message)
                if message.starts_with("Expected an indented block") =>
            {
                Some(self.block(at))
            }
            ParseErrorType::OtherError(message) if message.starts_with("Expected `case` block") => {
                Some(self.block(at))
            }
            _ => None,
        }
    }

    /// "expected an indented block after ..." for the clause whose colon comes before `at`.
    fn block(&self, at: TextRange) -> Answer {
        let number = self.token_at(at.start());
        let mut first = number.min(self.tokens.len());
        // Back over the newline, then to the start of that logical line.
        while first > 0 && self.tokens[first - 1].kind() != TokenKind::Colon {
            first -= 1;
        }
        while first > 0
            && !matches!(
                self.tokens[first - 1].kind(),
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent
            )
        {
            first -= 1;
        }
        let mut kind = self.kind(first);
        if kind == Some(TokenKind::Async) {
            kind = self.kind(first + 1);
        }
        let line = self
            .tokens
            .get(first)
            .map_or(1, |token| self.index.line_column(token.start()).0);
        let clause = match kind {
            Some(TokenKind::Def) => "function definition".to_owned(),
            Some(TokenKind::Class) => "class definition".to_owned(),
            Some(TokenKind::Except) if self.kind(first + 1) == Some(TokenKind::Star) => {
                "'except*' statement".to_owned()
            }
            _ => {
                let word = self
                    .tokens
                    .get(first)
                    .map_or("", |token| &self.source[token.range()]);
                let word = if kind == Some(TokenKind::With) {
                    "with"
                } else {
                    word
                };
                let word = if kind == Some(TokenKind::For) {
                    "for"
                } else {
                    word
                };
                format!("'{word}' statement")
            }
        };
        let message = format!("expected an indented block after {clause} on line {line}");
        let mut token = number;
        while matches!(
            self.kind(token),
            Some(TokenKind::Newline | TokenKind::Dedent | TokenKind::Indent)
        ) {
            token += 1;
        }
        let range = match self.tokens.get(token) {
            Some(token) if !token.range().is_empty() => token.range(),
            _ => TextRange::empty(TextSize::of(self.source.trim_end_matches(['\n', '\r']))),
        };
        (ErrorKind::Indentation, message, range)
    }

    /// Two expressions next to each other: inside brackets a comma may be missing; `print x`.
    fn two_in_a_row(&self, at: TextRange) -> Option<Answer> {
        let number = self.token_at(at.start());
        let before = number.checked_sub(1)?;
        if !starts(self.kind(number)?) || !ends(self.kind(before)?) {
            return None;
        }
        let mut start = self.backward(before);
        if start < before && matches!(self.kind(start)?, TokenKind::Star | TokenKind::DoubleStar) {
            start += 1;
        }
        let mut end = self.forward(number);
        let range = TextRange::new(self.tokens[start].start(), self.tokens[end].end());
        if self.open_bracket(at.start().to_usize()).is_some() {
            // An unclosed bracket is the better explanation when lines follow.
            if let Some(open) = self.open_bracket(self.source.len())
                && self.blames_bracket(open, at)
            {
                return Some(self.never_closed(open));
            }
            if self.kind(before) == Some(TokenKind::Name)
                && self.kind(number) == Some(TokenKind::String)
            {
                return None;
            }
            let message = "invalid syntax. Perhaps you forgot a comma?".to_owned();
            return Some((ErrorKind::Syntax, message, range));
        }
        let word = &self.source[self.tokens[before].range()];
        if start == before && matches!(word, "print" | "exec") {
            if let Some(other) = self.errors.get(1)
                && let ParseErrorType::ExpectedToken { expected, .. } = &other.error
                && *expected == TokenKind::Else
                && let Some((message, range)) = text::message(self, other)
            {
                return Some((ErrorKind::Syntax, message, range));
            }
            while self.kind(end + 1) == Some(TokenKind::Comma)
                && !matches!(
                    self.kind(end + 2),
                    None | Some(TokenKind::Newline | TokenKind::Semi)
                )
            {
                end = self.forward(end + 2);
            }
            let range = TextRange::new(self.tokens[start].start(), self.tokens[end].end());
            let message =
                format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
            return Some((ErrorKind::Syntax, message, range));
        }
        None
    }

    /// Whether token `at` and the next cannot be of one expression.
    fn apart(&self, at: usize) -> bool {
        let atom = |kind| matches!(kind, TokenKind::Name | TokenKind::Int);
        self.kind(at).is_some_and(atom) && self.kind(at + 1).is_some_and(atom)
    }

    /// The first token of the expression that ends with token `at`.
    fn backward(&self, mut at: usize) -> usize {
        let mut level = 0;
        loop {
            match self.tokens[at].kind() {
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level += 1,
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                    if level == 0 {
                        return at + 1;
                    }
                    level -= 1;
                }
                kind if level == 0 && separates(kind) => return at + 1,
                _ => {}
            }
            if at == 0 || level == 0 && self.apart(at - 1) {
                return at;
            }
            at -= 1;
        }
    }

    /// The last token of the expression that starts with token `at`.
    fn forward(&self, mut at: usize) -> usize {
        let mut level = 0;
        let start = at;
        let mut strings = 0;
        while at < self.tokens.len() {
            match self.tokens[at].kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => strings += 1,
                TokenKind::FStringEnd | TokenKind::TStringEnd if strings > 0 => strings -= 1,
                TokenKind::FStringEnd | TokenKind::TStringEnd | TokenKind::Unknown => {
                    return at.saturating_sub(1).max(start);
                }
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                    if level == 0 {
                        return at.saturating_sub(1).max(start);
                    }
                    level -= 1;
                }
                kind if level == 0 && separates(kind) => return at.saturating_sub(1).max(start),
                _ => {}
            }
            let atom = |kind| kind == TokenKind::Name || kind == TokenKind::Int;
            if level == 0 && atom(self.tokens[at].kind()) && self.kind(at + 1).is_some_and(atom) {
                return at;
            }
            at += 1;
        }
        self.tokens.len() - 1
    }
}

/// Cannot stand inside a plain expression.
fn separates(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Equal
            | TokenKind::Newline
            | TokenKind::Semi
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
            | TokenKind::For
            | TokenKind::If
            | TokenKind::Else
            | TokenKind::Lambda
            | TokenKind::Return
            | TokenKind::ColonEqual
            | TokenKind::While
            | TokenKind::Del
            | TokenKind::Assert
            | TokenKind::Raise
            | TokenKind::With
            | TokenKind::Async
    )
}

/// Starts an expression, and cannot go on with one.
fn starts(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::None
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Ellipsis
            | TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
    )
}

/// Ends an expression.
fn ends(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringEnd
            | TokenKind::None
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Ellipsis
            | TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
    )
}
