//! Strings of different kinds brought to the same units, so that searching is written once.

use taipan_objects::str::{Str, Text};

/// Runs an expression on the units of two texts, both of the first's kind; if the second has characters that the first's kind cannot
/// hold, the expression `absent` instead.
macro_rules! same_units {
    ($text:expr, $needle:expr, |$t:ident, $n:ident| $body:expr, $absent:expr) => {
        match ($text, $needle) {
            (
                taipan_objects::str::Text::Ascii($t) | taipan_objects::str::Text::Latin1($t),
                taipan_objects::str::Text::Ascii($n) | taipan_objects::str::Text::Latin1($n),
            ) => $body,
            (taipan_objects::str::Text::Two($t), taipan_objects::str::Text::Two($n)) => $body,
            (taipan_objects::str::Text::Four($t), taipan_objects::str::Text::Four($n)) => $body,
            (
                taipan_objects::str::Text::Two($t),
                taipan_objects::str::Text::Ascii(n) | taipan_objects::str::Text::Latin1(n),
            ) => {
                let n: Vec<u16> = n.iter().map(|unit| u16::from(*unit)).collect();
                let $n: &[u16] = &n;
                $body
            }
            (taipan_objects::str::Text::Four($t), needle) => {
                let n = needle.to_vec();
                let $n: &[u32] = &n;
                $body
            }
            _ => $absent,
        }
    };
}
pub(crate) use same_units;

/// A run of units from `start` to `end`.
pub(crate) fn cut(text: Text<'_>, start: usize, end: usize) -> Text<'_> {
    match text {
        Text::Ascii(s) => Text::Ascii(&s[start..end]),
        Text::Latin1(s) => Text::Latin1(&s[start..end]),
        Text::Two(s) => Text::Two(&s[start..end]),
        Text::Four(s) => Text::Four(&s[start..end]),
    }
}

/// Whether a text has another at a place.
pub(crate) fn matches_at(text: Str, part: Str, at: usize) -> bool {
    let (text, part) = (text.text(), part.text());
    at + part.len() <= text.len()
        && same_units!(cut(text, at, at + part.len()), part, |t, n| t == n, false)
}
