//! Python's format specifications: `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.
//!
//! Steps: [`FormatSpec::parse`] for the kind of object, then the kind's plan (`int_plan`, `float_plan`, `complex_plan`,
//! `str_plan`), which says what text to make or why that is an error, then a layout of that text. Errors become CPython 3.14's
//! messages by [`FormatError::message`].

use crate::layout::{Align, Layout, group};
use crate::unicode::decimal_value;

/// Largest precision; CPython keeps precisions in a C `int`.
const MAX_PRECISION: usize = i32::MAX as usize;

/// What is formatted: it decides defaults and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A string.
    Str,
    /// An integer.
    Int,
    /// A float.
    Float,
    /// A complex number.
    Complex,
}

/// A sign option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// A space.
    Space,
}

/// A parsed specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    /// The code point to fill with.
    pub fill: u32,
    /// Where to fill.
    pub align: Align,
    /// The sign option.
    pub sign: Option<Sign>,
    /// `z`: no negative zero.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    /// Least width in code points, up to 2^63 - 1: zero padding makes that much text, so the caller refuses what memory cannot hold.
    pub width: usize,
    /// Separator of the digits before the point: `,` or `_`.
    pub grouping: Option<char>,
    /// Digits after the point, significant digits, or the longest length.
    pub precision: Option<usize>,
    /// Separator of the digits after the point.
    pub fraction_grouping: Option<char>,
    /// The type's code point; the target's default (`s`, `d`, 0) where there is none.
    pub code: u32,
    target: Target,
}

/// Why a specification does not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// It does not follow the grammar; with its text.
    Invalid(Vec<u32>),
    /// The type's code point means nothing for the object.
    UnknownCode(u32),
    /// The separator does not go with the type.
    GroupingWith(char, u32),
    /// Both separators at once.
    BothGroupings,
    /// A point without digits or separator.
    MissingPrecision,
    /// A width or precision beyond 64 bits.
    TooManyDigits,
    /// A float's precision beyond 31 bits.
    PrecisionTooBig,
    /// A combination with one fixed message.
    NotAllowed(&'static str),
}

impl FormatError {
    /// The message of CPython's `ValueError`, as code points (the specification may hold surrogates).
    pub fn message(&self, type_name: &str) -> Vec<u32> {
        let text = |s: String| s.chars().map(u32::from).collect();
        match self {
            FormatError::Invalid(spec) => {
                let mut out: Vec<u32> = text("Invalid format specifier '".into());
                out.extend(spec);
                out.extend(
                    format!("' for object of type '{type_name}'")
                        .chars()
                        .map(u32::from),
                );
                out
            }
            FormatError::UnknownCode(code) => text(format!(
                "Unknown format code '{}' for object of type '{type_name}'",
                shown(*code)
            )),
            FormatError::GroupingWith(separator, code) => text(format!(
                "Cannot specify '{separator}' with '{}'.",
                shown(*code)
            )),
            FormatError::BothGroupings => text("Cannot specify both ',' and '_'.".into()),
            FormatError::MissingPrecision => text("Format specifier missing precision".into()),
            FormatError::TooManyDigits => text("Too many decimal digits in format string".into()),
            FormatError::PrecisionTooBig => text("precision too big".into()),
            FormatError::NotAllowed(message) => text((*message).into()),
        }
    }
}

fn shown(code: u32) -> String {
    match char::from_u32(code) {
        Some(c) if (0x21..0x80).contains(&code) => c.into(),
        _ => format!("\\x{code:x}"),
    }
}

/// How to make an integer's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntPlan {
    /// Digits of the magnitude in this radix, lower case, for [`FormatSpec::layout_int`].
    Digits(u32),
    /// The character with this code, for [`FormatSpec::layout_char`].
    Char,
    /// As a float.
    Float(FloatPlan),
}

/// The form of a float's text; the same kinds as in `coil-num`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatForm {
    /// `f`.
    Fixed,
    /// `e`.
    Exponent,
    /// `g`.
    General,
    /// No type but a precision: `g` with `.0` where there is no point.
    GeneralWithPoint,
    /// No type, no precision: as `repr`.
    Repr,
    /// As `repr`, without the `.0` (parts of complex numbers).
    Shortest,
}

/// How to make a float's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatPlan {
    /// The form.
    pub form: FloatForm,
    /// Digits after the point or significant digits.
    pub precision: usize,
    /// Keep the point and zeros.
    pub alternate: bool,
    /// Exponent, infinity and NaN in upper case.
    pub upper: bool,
    /// Multiply by 100 first.
    pub percent: bool,
}

fn align_of(code_point: u32) -> Option<Align> {
    match char::from_u32(code_point)? {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

/// A cursor over the specification.
struct Cursor<'a> {
    rest: &'a [u32],
}

impl Cursor<'_> {
    fn accept(&mut self, wanted: char) -> bool {
        match self.rest {
            [first, rest @ ..] if *first == u32::from(wanted) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Decimal digits of any script; how many there were.
    fn number(&mut self) -> Result<Option<usize>, FormatError> {
        let mut value = None;
        while let [first, rest @ ..] = self.rest
            && let Some(digit) = decimal_value(*first)
        {
            let next = value
                .unwrap_or(0i64)
                .checked_mul(10)
                .and_then(|v| v.checked_add(i64::from(digit)));
            value = Some(next.ok_or(FormatError::TooManyDigits)?);
            self.rest = rest;
        }
        Ok(value.map(|v| v as usize))
    }

    /// `,` or `_`, not both.
    fn grouping(&mut self) -> Result<Option<char>, FormatError> {
        let comma = self.accept(',');
        let underscore = self.accept('_');
        if underscore && (comma || self.rest.first() == Some(&u32::from(','))) {
            return Err(FormatError::BothGroupings);
        }
        Ok(if comma {
            Some(',')
        } else {
            underscore.then_some('_')
        })
    }
}

impl FormatSpec {
    /// Parses a specification for an object of kind `target`.
    ///
    /// # Errors
    /// Those of the grammar; what a type allows is the plan's to say.
    pub fn parse(
        spec: impl IntoIterator<Item = u32>,
        target: Target,
    ) -> Result<FormatSpec, FormatError> {
        let text: Vec<u32> = spec.into_iter().collect();
        let mut cursor = Cursor { rest: &text };
        let (default_align, default_code) = match target {
            Target::Str => (Align::Left, 's'),
            Target::Int => (Align::Right, 'd'),
            Target::Float | Target::Complex => (Align::Right, '\0'),
        };
        let (mut fill, mut align) = (None, None);
        if let [first, second, rest @ ..] = cursor.rest
            && let Some(found) = align_of(*second)
        {
            (fill, align, cursor.rest) = (Some(*first), Some(found), rest);
        } else if let [first, rest @ ..] = cursor.rest
            && let Some(found) = align_of(*first)
        {
            (align, cursor.rest) = (Some(found), rest);
        }
        let sign = [('+', Sign::Plus), ('-', Sign::Minus), (' ', Sign::Space)];
        let sign = sign
            .into_iter()
            .find(|&(c, _)| cursor.accept(c))
            .map(|(_, sign)| sign);
        let no_negative_zero = cursor.accept('z');
        let alternate = cursor.accept('#');
        if fill.is_none() && cursor.accept('0') {
            fill = Some(u32::from('0'));
            if align.is_none() && default_align == Align::Right {
                align = Some(Align::AfterSign);
            }
        }
        let width = cursor.number()?.unwrap_or(0);
        let grouping = cursor.grouping()?;
        let (mut precision, mut fraction_grouping) = (None, None);
        if cursor.accept('.') {
            precision = cursor.number()?;
            fraction_grouping = cursor.grouping()?;
            if precision.is_none() && fraction_grouping.is_none() {
                return Err(FormatError::MissingPrecision);
            }
        }
        let code = match cursor.rest {
            [] => u32::from(default_code),
            [code] => *code,
            _ => return Err(FormatError::Invalid(text)),
        };
        let spec = FormatSpec {
            fill: fill.unwrap_or(u32::from(' ')),
            align: align.unwrap_or(default_align),
            sign,
            no_negative_zero,
            alternate,
            width,
            grouping,
            precision,
            fraction_grouping,
            code,
            target,
        };
        spec.check_grouping()?;
        Ok(spec)
    }

    fn code_char(&self) -> char {
        char::from_u32(self.code).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn check_grouping(&self) -> Result<(), FormatError> {
        let code = self.code_char();
        if let Some(separator) = self.grouping {
            let allowed = matches!(code, 'd' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0')
                || separator == '_' && matches!(code, 'b' | 'o' | 'x' | 'X');
            if !allowed {
                return Err(FormatError::GroupingWith(separator, self.code));
            }
        }
        match self.fraction_grouping {
            Some(separator) if code == 'n' => Err(FormatError::GroupingWith(separator, self.code)),
            _ => Ok(()),
        }
    }

    /// Checks the specification for strings: the most code points to keep.
    ///
    /// # Errors
    /// What strings do not allow.
    pub fn str_plan(&self) -> Result<Option<usize>, FormatError> {
        if self.code != u32::from('s') {
            return Err(FormatError::UnknownCode(self.code));
        }
        let refused = match self.sign {
            Some(Sign::Space) => Some("Space not allowed in string format specifier"),
            Some(_) => Some("Sign not allowed in string format specifier"),
            None if self.no_negative_zero => {
                Some("Negative zero coercion (z) not allowed in string format specifier")
            }
            None if self.alternate => {
                Some("Alternate form (#) not allowed in string format specifier")
            }
            None if self.align == Align::AfterSign => {
                Some("'=' alignment not allowed in string format specifier")
            }
            None => None,
        };
        refused.map_or(Ok(self.precision), |message| {
            Err(FormatError::NotAllowed(message))
        })
    }

    /// How many fill code points go before and after a string of `len` code points.
    pub fn str_padding(&self, len: usize) -> (usize, usize) {
        let padded = Layout::default().pad(self.width.saturating_sub(len), self.align);
        (padded.left, padded.right)
    }

    /// Checks the specification for integers and says what text to make.
    ///
    /// # Errors
    /// What integers do not allow.
    pub fn int_plan(&self) -> Result<IntPlan, FormatError> {
        let code = self.code_char();
        let plan = match code {
            'd' | 'n' => IntPlan::Digits(10),
            'b' => IntPlan::Digits(2),
            'o' => IntPlan::Digits(8),
            'x' | 'X' => IntPlan::Digits(16),
            'c' => IntPlan::Char,
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
                return self.float_plan().map(IntPlan::Float);
            }
            _ => return Err(FormatError::UnknownCode(self.code)),
        };
        let refused = if self.precision.is_some() {
            "Precision not allowed in integer format specifier"
        } else if self.no_negative_zero {
            "Negative zero coercion (z) not allowed in integer format specifier"
        } else if code == 'c' && self.sign.is_some() {
            "Sign not allowed with integer format specifier 'c'"
        } else if code == 'c' && self.alternate {
            "Alternate form (#) not allowed with integer format specifier 'c'"
        } else {
            return Ok(plan);
        };
        Err(FormatError::NotAllowed(refused))
    }

    /// Lays out an integer: its sign and the digits of its magnitude in the plan's radix, lower case.
    pub fn layout_int(&self, negative: bool, digits: &str) -> Layout {
        let code = self.code_char();
        let mut prefix = String::from(self.sign_text(negative));
        if self.alternate {
            prefix.push_str(match code {
                'b' => "0b",
                'o' => "0o",
                'x' => "0x",
                'X' => "0X",
                _ => "",
            });
        }
        let size = if matches!(code, 'b' | 'o' | 'x' | 'X') {
            4
        } else {
            3
        };
        let mut body = group(
            digits,
            self.grouping.map(|c| (c, size)),
            self.zero_width(prefix.len()),
        );
        if code == 'X' {
            body.make_ascii_uppercase();
        }
        self.field(prefix, body)
    }

    /// Lays out the character of an integer with type `c`.
    pub fn layout_char(&self, code: char) -> Layout {
        self.field(String::new(), code.into())
    }

    /// Checks the specification for floats and says what text to make.
    ///
    /// # Errors
    /// What floats do not allow.
    pub fn float_plan(&self) -> Result<FloatPlan, FormatError> {
        let code = self.code_char();
        let form = match code {
            '\0' if self.precision.is_some() => FloatForm::GeneralWithPoint,
            '\0' => FloatForm::Repr,
            'e' | 'E' => FloatForm::Exponent,
            'f' | 'F' | '%' => FloatForm::Fixed,
            'g' | 'G' | 'n' => FloatForm::General,
            _ => return Err(FormatError::UnknownCode(self.code)),
        };
        if self.precision.is_some_and(|p| p > MAX_PRECISION) {
            return Err(FormatError::PrecisionTooBig);
        }
        Ok(FloatPlan {
            form,
            precision: self.precision.unwrap_or(6),
            alternate: self.alternate,
            upper: code.is_ascii_uppercase(),
            percent: code == '%',
        })
    }

    /// Lays out a float from the text its plan asked for, which has a minus sign if the float is negative.
    pub fn layout_float(&self, text: &str) -> Layout {
        let (prefix, body) = self.number_parts(text, self.sign, |prefix| self.zero_width(prefix));
        self.field(prefix, body)
    }

    /// Checks the specification for complex numbers: the plan for both parts, and whether parentheses go around.
    ///
    /// # Errors
    /// What complex numbers do not allow.
    pub fn complex_plan(&self) -> Result<(FloatPlan, bool), FormatError> {
        if self.code == u32::from('%') {
            return Err(FormatError::UnknownCode(self.code));
        }
        let mut plan = self.float_plan()?;
        plan.form = match plan.form {
            FloatForm::Repr => FloatForm::Shortest,
            FloatForm::GeneralWithPoint => FloatForm::General,
            form => form,
        };
        if self.fill == u32::from('0') {
            return Err(FormatError::NotAllowed(
                "Zero padding is not allowed in complex format specifier",
            ));
        }
        if self.align == Align::AfterSign {
            return Err(FormatError::NotAllowed(
                "'=' alignment flag is not allowed in complex format specifier",
            ));
        }
        Ok((plan, self.code == 0))
    }

    /// Lays out a complex number from the texts of its parts; without `real` (a positive zero, no type) only the
    /// imaginary part is shown. `parentheses` as the plan says, if there is a real part.
    pub fn layout_complex(&self, real: Option<&str>, imaginary: &str, parentheses: bool) -> Layout {
        let part = |text, sign| {
            let (prefix, body) = self.number_parts(text, sign, |_| 0);
            prefix + &body
        };
        let body = match real {
            None => part(imaginary, self.sign) + "j",
            Some(real) => {
                let both = part(real, self.sign) + &part(imaginary, Some(Sign::Plus)) + "j";
                if parentheses {
                    format!("({both})")
                } else {
                    both
                }
            }
        };
        self.field(String::new(), body)
    }

    fn sign_text(&self, negative: bool) -> &'static str {
        sign_text(self.sign, negative)
    }

    /// The width that zeros among the digits have to fill, after a prefix.
    fn zero_width(&self, prefix: usize) -> usize {
        if self.fill == u32::from('0') && self.align == Align::AfterSign {
            self.width.saturating_sub(prefix)
        } else {
            0
        }
    }

    /// Splits a float's text, groups its digits and gives it its sign.
    fn number_parts(
        &self,
        text: &str,
        sign: Option<Sign>,
        zero_width: impl Fn(usize) -> usize,
    ) -> (String, String) {
        let (minus, text) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let is_zero = || {
            !text
                .bytes()
                .take_while(|b| !b.eq_ignore_ascii_case(&b'e'))
                .any(|b| !matches!(b, b'0' | b'.'))
        };
        let negative = minus && !(self.no_negative_zero && is_zero());
        let prefix = String::from(sign_text(sign, negative));
        let percent = if self.code == u32::from('%') { "%" } else { "" };
        let width = zero_width(prefix.len());
        let whole = text.bytes().take_while(u8::is_ascii_digit).count();
        if whole == 0 {
            // Infinities and NaN are padded, not grouped.
            let zeros = width.saturating_sub(text.len() + percent.len());
            return (prefix, format!("{}{text}{percent}", "0".repeat(zeros)));
        }
        let (whole, rest) = text.split_at(whole);
        let rest = match (self.fraction_grouping, rest.strip_prefix('.')) {
            (Some(separator), Some(fraction)) => {
                let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
                format!(
                    ".{}{}",
                    group_fraction(&fraction[..digits], separator),
                    &fraction[digits..]
                )
            }
            _ => rest.into(),
        };
        let width = width.saturating_sub(rest.len() + percent.len());
        let whole = group(whole, self.grouping.map(|c| (c, 3)), width);
        (prefix, format!("{whole}{rest}{percent}"))
    }

    fn field(&self, prefix: String, body: String) -> Layout {
        Layout {
            prefix,
            body,
            fill: self.fill,
            ..Layout::default()
        }
        .pad(self.width, self.align)
    }

    /// The kind of object the specification was parsed for.
    pub fn target(&self) -> Target {
        self.target
    }
}

fn sign_text(sign: Option<Sign>, negative: bool) -> &'static str {
    match sign {
        _ if negative => "-",
        Some(Sign::Plus) => "+",
        Some(Sign::Space) => " ",
        _ => "",
    }
}

fn group_fraction(digits: &str, separator: char) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at.is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}
