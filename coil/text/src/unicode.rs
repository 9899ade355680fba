//! Character classes and digit values of Unicode 16, as Python's `str` methods see single code points.
//!
//! Two-level table: block of the code point, number of a flag set in the block, flags. Code points beyond 0x10FFFF have no class.

use crate::tables::{chars, digits};

/// The set of flags of a code point.
#[inline]
pub(crate) fn flags(code_point: u32) -> u16 {
    let block = (code_point >> chars::BLOCK_SHIFT) as usize;
    if code_point > 0x10_ffff {
        return 0;
    }
    let block = usize::from(chars::INDEX[block.min(chars::INDEX.len() - 1)]);
    let low = (code_point & ((1 << chars::BLOCK_SHIFT) - 1)) as usize;
    chars::KINDS[usize::from(chars::BLOCKS[(block << chars::BLOCK_SHIFT) + low])]
}

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident = $flag:ident;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name(code_point: u32) -> bool {
            flags(code_point) & chars::$flag != 0
        }
    )*};
}

predicates! {
    /// A letter (`str.isalpha`).
    is_alpha = ALPHA;
    /// A decimal digit (`str.isdecimal`).
    is_decimal = DECIMAL;
    /// A digit, superscripts and the like included (`str.isdigit`).
    is_digit = DIGIT;
    /// A character with a numeric value (`str.isnumeric`).
    is_numeric = NUMERIC;
    /// White space (`str.isspace`, and what `str.split` and `str.strip` take off).
    is_space = SPACE;
    /// An upper case letter (`str.isupper` of one character).
    is_upper = UPPER;
    /// A lower case letter (`str.islower` of one character).
    is_lower = LOWER;
    /// A title case letter such as `ǅ` (category Lt).
    is_title = TITLE;
    /// A character that starts an identifier, `_` included.
    is_identifier_start = ID_START;
    /// A character that continues an identifier.
    is_identifier_continue = ID_CONTINUE;
    /// A character `repr` shows as it is (`str.isprintable`).
    is_printable = PRINTABLE;
    /// A character with case, for title casing.
    is_cased = CASED;
    /// A character that title and final sigma rules look through.
    is_case_ignorable = IGNORABLE;
}

/// A letter, decimal, digit or numeric character (`str.isalnum`).
#[inline]
pub fn is_alnum(code_point: u32) -> bool {
    flags(code_point) & (chars::ALPHA | chars::DECIMAL | chars::DIGIT | chars::NUMERIC) != 0
}

/// A line boundary of `str.splitlines`.
#[inline]
pub fn is_line_break(code_point: u32) -> bool {
    matches!(code_point, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}

fn value(table: &[(u32, u32, u8)], code_point: u32) -> Option<u32> {
    let at = table
        .partition_point(|&(first, ..)| first <= code_point)
        .checked_sub(1)?;
    let (first, last, value) = table[at];
    (code_point <= last).then(|| u32::from(value) + code_point - first)
}

/// The value of a decimal digit of any script: what `int` and `float` accept.
#[inline]
pub fn decimal_value(code_point: u32) -> Option<u32> {
    if code_point < 0x80 {
        return char::from(code_point as u8).to_digit(10);
    }
    value(&digits::DECIMAL, code_point)
}

/// The value of a digit, superscripts and the like included.
pub fn digit_value(code_point: u32) -> Option<u32> {
    value(&digits::DIGIT, code_point)
}

/// Whether the text is an identifier (`str.isidentifier`).
pub fn is_identifier(text: impl IntoIterator<Item = u32>) -> bool {
    let mut text = text.into_iter();
    text.next().is_some_and(is_identifier_start) && text.all(is_identifier_continue)
}
