//! Full case mappings of Unicode 16. One code point maps to up to three; [`lower`] knows the final sigma.

use crate::tables::{case, chars};
use crate::unicode::{flags, is_case_ignorable, is_cased};

type Runs = [(u32, u32, u8, i32)];
type Full = [(u32, [u32; 3])];

/// Up to three code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    code_points: [u32; 3],
    len: u8,
}

impl Mapped {
    fn one(code_point: u32) -> Mapped {
        Mapped {
            code_points: [code_point, 0, 0],
            len: 1,
        }
    }

    /// The code points.
    #[inline]
    pub fn as_slice(&self) -> &[u32] {
        &self.code_points[..usize::from(self.len)]
    }
}

#[inline]
fn map(code_point: u32, runs: &Runs, full: &Full) -> Mapped {
    if flags(code_point) & chars::MAPPED == 0 {
        return Mapped::one(code_point);
    }
    if let Ok(at) = full.binary_search_by_key(&code_point, |&(from, _)| from) {
        let code_points = full[at].1;
        let len = code_points.iter().take_while(|&&c| c != 0).count() as u8;
        return Mapped { code_points, len };
    }
    let at = runs.partition_point(|&(first, ..)| first <= code_point);
    match at.checked_sub(1).map(|at| runs[at]) {
        Some((first, last, step, delta))
            if code_point <= last && (code_point - first).is_multiple_of(u32::from(step)) =>
        {
            Mapped::one(code_point.wrapping_add_signed(delta))
        }
        _ => Mapped::one(code_point),
    }
}

/// One code point in upper case.
#[inline]
pub fn upper_of(code_point: u32) -> Mapped {
    map(code_point, &case::UPPER, &case::UPPER_FULL)
}

/// One code point in lower case, without context.
#[inline]
pub fn lower_of(code_point: u32) -> Mapped {
    map(code_point, &case::LOWER, &case::LOWER_FULL)
}

/// One code point in title case.
#[inline]
pub fn title_of(code_point: u32) -> Mapped {
    map(code_point, &case::TITLE, &case::TITLE_FULL)
}

/// One code point folded for caseless comparison.
#[inline]
pub fn fold_of(code_point: u32) -> Mapped {
    map(code_point, &case::FOLD, &case::FOLD_FULL)
}

const SIGMA: u32 = 0x3a3;

/// Lower case of `text[at]`, where a capital sigma looks at its neighbours.
fn lower_in(text: &[u32], at: usize) -> Mapped {
    if text[at] != SIGMA {
        return lower_of(text[at]);
    }
    let cased = |c: Option<&u32>| c.is_some_and(|&c| is_cased(c));
    let before = text[..at].iter().rev().find(|&&c| !is_case_ignorable(c));
    let after = text[at + 1..].iter().find(|&&c| !is_case_ignorable(c));
    Mapped::one(if cased(before) && !cased(after) {
        0x3c2
    } else {
        0x3c3
    })
}

fn each(text: &[u32], map: impl Fn(usize) -> Mapped) -> Vec<u32> {
    let mut result = Vec::with_capacity(text.len());
    for at in 0..text.len() {
        result.extend_from_slice(map(at).as_slice());
    }
    result
}

/// `str.upper`.
pub fn upper(text: &[u32]) -> Vec<u32> {
    each(text, |at| upper_of(text[at]))
}

/// `str.lower`.
pub fn lower(text: &[u32]) -> Vec<u32> {
    each(text, |at| lower_in(text, at))
}

/// `str.casefold`.
pub fn casefold(text: &[u32]) -> Vec<u32> {
    each(text, |at| fold_of(text[at]))
}

/// `str.title`: after a character without case comes title case, else lower case.
pub fn title(text: &[u32]) -> Vec<u32> {
    each(text, |at| {
        if at > 0 && is_cased(text[at - 1]) {
            lower_in(text, at)
        } else {
            title_of(text[at])
        }
    })
}

/// `str.capitalize`: the first character in title case, the rest in lower case.
pub fn capitalize(text: &[u32]) -> Vec<u32> {
    each(text, |at| {
        if at > 0 {
            lower_in(text, at)
        } else {
            title_of(text[at])
        }
    })
}

/// `str.swapcase`.
pub fn swapcase(text: &[u32]) -> Vec<u32> {
    each(text, |at| {
        let flags = flags(text[at]);
        if flags & chars::UPPER != 0 {
            lower_in(text, at)
        } else if flags & chars::LOWER != 0 {
            upper_of(text[at])
        } else {
            Mapped::one(text[at])
        }
    })
}

/// `str.isupper`: some character with case and none of them lower or title case.
pub fn is_upper(text: impl IntoIterator<Item = u32>) -> bool {
    all_in(text, chars::UPPER, chars::LOWER | chars::TITLE)
}

/// `str.islower`: some character with case and none of them upper or title case.
pub fn is_lower(text: impl IntoIterator<Item = u32>) -> bool {
    all_in(text, chars::LOWER, chars::UPPER | chars::TITLE)
}

fn all_in(text: impl IntoIterator<Item = u32>, wanted: u16, refused: u16) -> bool {
    let mut found = false;
    for code_point in text {
        let flags = flags(code_point);
        if flags & refused != 0 {
            return false;
        }
        found |= flags & wanted != 0;
    }
    found
}

/// `str.istitle`: every word starts in upper or title case and goes on in lower case.
pub fn is_title(text: impl IntoIterator<Item = u32>) -> bool {
    let (mut found, mut inside) = (false, false);
    for code_point in text {
        let flags = flags(code_point);
        if flags & (chars::UPPER | chars::TITLE) != 0 {
            if inside {
                return false;
            }
            (found, inside) = (true, true);
        } else if flags & chars::LOWER != 0 {
            if !inside {
                return false;
            }
            found = true;
        } else {
            inside = false;
        }
    }
    found
}
