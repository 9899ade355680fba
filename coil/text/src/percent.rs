//! Python's `%` formats: `%[(key)][flags][width][.precision][h|l|L]type`.
//!
//! [`Pieces`] is an iterator because errors come when formatting reaches them: what stands before a bad piece has
//! already taken its arguments (and may have failed).

use crate::layout::{Align, Layout};
use std::ops::Range;

/// A piece of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text to copy: a range of the format's units.
    Literal(Range<usize>),
    /// `%%`.
    Percent,
    /// A conversion.
    Conversion(Conversion),
}

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Given in the format.
    Fixed(usize),
    /// `*`: the next argument, an integer.
    Argument,
}

/// A conversion. Python takes arguments in this order: key, width, precision, value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The mapping key: a range of the format's units.
    pub key: Option<Range<usize>>,
    /// `-`; a negative width from an argument sets it as well.
    pub left: bool,
    /// `+`.
    pub plus: bool,
    /// A space.
    pub space: bool,
    /// `#`.
    pub alternate: bool,
    /// `0`.
    pub zero: bool,
    /// Least width.
    pub width: Option<Amount>,
    /// Precision; a negative one from an argument counts as zero.
    pub precision: Option<Amount>,
    /// The type's code point; the caller decides which are supported.
    pub code: u32,
    /// Where the type stands in the format.
    pub at: usize,
}

/// Why a format is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PercentError {
    /// The format ends inside a conversion.
    Incomplete,
    /// The format ends inside a key.
    IncompleteKey,
    /// The width is beyond 63 bits.
    WidthTooBig,
    /// The precision is beyond 31 bits.
    PrecisionTooBig,
    /// The type is not known; for the caller, after it has taken the argument.
    Unsupported {
        /// The type's code point.
        code: u32,
        /// Where it stands.
        at: usize,
    },
}

impl PercentError {
    /// The message of CPython's `ValueError`.
    pub fn message(&self) -> String {
        match *self {
            PercentError::Incomplete => "incomplete format".into(),
            PercentError::IncompleteKey => "incomplete format key".into(),
            PercentError::WidthTooBig => "width too big".into(),
            PercentError::PrecisionTooBig => "precision too big".into(),
            PercentError::Unsupported { code, at } => {
                let shown = char::from_u32(code)
                    .filter(|_| (31..127).contains(&code))
                    .unwrap_or('?');
                format!("unsupported format character '{shown}' (0x{code:x}) at index {at}")
            }
        }
    }
}

/// Iterates over the pieces of a format given as units; after an error it ends.
#[derive(Clone, Debug)]
pub struct Pieces<'a, U> {
    format: &'a [U],
    at: usize,
}

impl<'a, U: Copy + Into<u32>> Pieces<'a, U> {
    /// The pieces of `format` (bytes, or units of a string, one a code point).
    pub fn new(format: &'a [U]) -> Pieces<'a, U> {
        Pieces { format, at: 0 }
    }

    fn peek(&self) -> Option<u32> {
        self.format.get(self.at).map(|&unit| unit.into())
    }

    fn take(&mut self, error: PercentError) -> Result<u32, PercentError> {
        let unit = self.peek().ok_or(error)?;
        self.at += 1;
        Ok(unit)
    }

    fn number(&mut self, limit: u64, error: PercentError) -> Result<Option<usize>, PercentError> {
        let mut value = None;
        while let Some(digit) = self
            .peek()
            .and_then(char::from_u32)
            .and_then(|c| c.to_digit(10))
        {
            let next = value
                .unwrap_or(0u64)
                .checked_mul(10)
                .and_then(|v| v.checked_add(u64::from(digit)));
            value = Some(next.filter(|&v| v <= limit).ok_or(error)?);
            self.at += 1;
        }
        Ok(value.map(|v| v as usize))
    }

    fn amount(&mut self, limit: u64, error: PercentError) -> Result<Option<Amount>, PercentError> {
        if self.peek() == Some(u32::from('*')) {
            self.at += 1;
            return Ok(Some(Amount::Argument));
        }
        Ok(self.number(limit, error)?.map(Amount::Fixed))
    }

    fn key(&mut self) -> Result<Option<Range<usize>>, PercentError> {
        if self.peek() != Some(u32::from('(')) {
            return Ok(None);
        }
        self.at += 1;
        let start = self.at;
        let mut depth = 1;
        while depth > 0 {
            match char::from_u32(self.take(PercentError::IncompleteKey)?) {
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                _ => {}
            }
        }
        Ok(Some(start..self.at - 1))
    }

    /// A conversion, after its `%`.
    fn conversion(&mut self) -> Result<Piece, PercentError> {
        if self.peek() == Some(u32::from('%')) {
            self.at += 1;
            return Ok(Piece::Percent);
        }
        let key = self.key()?;
        let mut result = Conversion {
            key,
            left: false,
            plus: false,
            space: false,
            alternate: false,
            zero: false,
            width: None,
            precision: None,
            code: 0,
            at: 0,
        };
        loop {
            match self.peek().and_then(char::from_u32) {
                Some('-') => result.left = true,
                Some('+') => result.plus = true,
                Some(' ') => result.space = true,
                Some('#') => result.alternate = true,
                Some('0') => result.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        result.width = self.amount(i64::MAX as u64, PercentError::WidthTooBig)?;
        if self.peek() == Some(u32::from('.')) {
            self.at += 1;
            let precision = self.amount(i32::MAX as u64, PercentError::PrecisionTooBig)?;
            result.precision = Some(precision.unwrap_or(Amount::Fixed(0)));
        }
        if matches!(self.peek().and_then(char::from_u32), Some('h' | 'l' | 'L')) {
            self.at += 1;
        }
        result.at = self.at;
        result.code = self.take(PercentError::Incomplete)?;
        Ok(Piece::Conversion(result))
    }
}

impl<U: Copy + Into<u32>> Iterator for Pieces<'_, U> {
    type Item = Result<Piece, PercentError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let percent = u32::from('%');
        while self.peek().is_some_and(|unit| unit != percent) {
            self.at += 1;
        }
        if self.at > start {
            return Some(Ok(Piece::Literal(start..self.at)));
        }
        self.peek()?;
        self.at += 1;
        let piece = self.conversion();
        if piece.is_err() {
            self.at = self.format.len();
        }
        Some(piece)
    }
}

impl Conversion {
    /// The error for a type the caller does not support.
    pub fn unsupported(&self) -> PercentError {
        PercentError::Unsupported {
            code: self.code,
            at: self.at,
        }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match negative {
            true => "-",
            false if self.plus => "+",
            false if self.space => " ",
            false => "",
        }
    }

    fn field(&self, prefix: String, body: String, width: usize, number: bool) -> Layout {
        let (align, fill) = match (self.left, self.zero && number) {
            (true, _) => (Align::Left, ' '),
            (false, true) => (Align::AfterSign, '0'),
            (false, false) => (Align::Right, ' '),
        };
        Layout {
            prefix,
            body,
            fill: u32::from(fill),
            ..Layout::default()
        }
        .pad(width, align)
    }

    /// Lays out an integer for `d`, `i`, `u`, `o`, `x` and `X` from sign and digits of the magnitude, lower case.
    pub fn layout_int(
        &self,
        negative: bool,
        digits: &str,
        width: usize,
        precision: Option<usize>,
    ) -> Layout {
        let code = char::from_u32(self.code).unwrap_or_default();
        let mut prefix = String::from(self.sign(negative));
        if self.alternate {
            prefix.push_str(match code {
                'o' => "0o",
                'x' => "0x",
                'X' => "0X",
                _ => "",
            });
        }
        let mut body = crate::layout::group(digits, None, precision.unwrap_or(0));
        if code == 'X' {
            body.make_ascii_uppercase();
        }
        self.field(prefix, body, width, true)
    }

    /// Lays out a float for `e`, `f` and `g` (precision 6 where there is none) from its text.
    pub fn layout_float(&self, text: &str, width: usize) -> Layout {
        let (negative, body) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        self.field(self.sign(negative).into(), body.into(), width, true)
    }

    /// Spaces before and after a string of `len` code points, for `s`, `r`, `a`, `c`, `b`.
    pub fn str_padding(&self, len: usize, width: usize) -> (usize, usize) {
        let missing = width.saturating_sub(len);
        if self.left {
            (0, missing)
        } else {
            (missing, 0)
        }
    }
}
