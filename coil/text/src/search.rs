//! Substring search over units of one, two or four bytes, linear in the worst case.
//!
//! Bytes go to `memchr`. Wider units: look for the first unit and compare; once the comparisons have cost more than a
//! few times the text, go on with Knuth, Morris and Pratt's automaton, which never looks at a unit of the text twice.
//! Backwards search runs the same on reversed indices.

use memchr::memmem;

/// A unit that text consists of.
pub trait Unit: Copy + Eq + sealed::Sealed {
    /// Position of the first `needle` in `text`.
    fn find(text: &[Self], needle: &[Self]) -> Option<usize>;
    /// Position of the last `needle` in `text`.
    fn rfind(text: &[Self], needle: &[Self]) -> Option<usize>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
    impl Sealed for u32 {}
}

impl Unit for u8 {
    #[inline]
    fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
        match needle {
            [byte] => memchr::memchr(*byte, text),
            _ => memmem::find(text, needle),
        }
    }

    #[inline]
    fn rfind(text: &[u8], needle: &[u8]) -> Option<usize> {
        match needle {
            [byte] => memchr::memrchr(*byte, text),
            _ => memmem::rfind(text, needle),
        }
    }
}

macro_rules! wide_unit {
    ($($unit:ty),*) => {$(
        impl Unit for $unit {
            fn find(text: &[Self], needle: &[Self]) -> Option<usize> {
                scan(text.len(), needle.len(), |i| text[i], |i| needle[i])
            }

            fn rfind(text: &[Self], needle: &[Self]) -> Option<usize> {
                let (n, m) = (text.len(), needle.len());
                scan(n, m, |i| text[n - 1 - i], |i| needle[m - 1 - i]).map(|at| n - m - at)
            }
        }
    )*};
}

wide_unit!(u16, u32);

/// Position of the first `needle`; zero for an empty one.
#[inline]
pub fn find<U: Unit>(text: &[U], needle: &[U]) -> Option<usize> {
    U::find(text, needle)
}

/// Position of the last `needle`; the text's length for an empty one.
#[inline]
pub fn rfind<U: Unit>(text: &[U], needle: &[U]) -> Option<usize> {
    U::rfind(text, needle)
}

/// How often `needle` occurs without overlap, at most `limit` times; an empty one occurs between all units.
pub fn count<U: Unit>(text: &[U], needle: &[U], limit: usize) -> usize {
    if needle.is_empty() {
        return (text.len() + 1).min(limit);
    }
    let (mut found, mut from) = (0, 0);
    while found < limit
        && let Some(at) = find(&text[from..], needle)
    {
        found += 1;
        from += at + needle.len();
    }
    found
}

fn scan<U: Eq>(
    n: usize,
    m: usize,
    text: impl Fn(usize) -> U,
    needle: impl Fn(usize) -> U,
) -> Option<usize> {
    if m == 0 {
        return Some(0);
    }
    let end = (n + 1).checked_sub(m).filter(|&end| end > 0)?;
    let mut budget = n * 4 + 64;
    let first = needle(0);
    for at in 0..end {
        if text(at) != first {
            continue;
        }
        let same = (1..m).take_while(|&i| text(at + i) == needle(i)).count() + 1;
        if same == m {
            return Some(at);
        }
        budget = budget.saturating_sub(same);
        if budget == 0 {
            return automaton(n, m, at + 1, text, needle);
        }
    }
    None
}

fn automaton<U: Eq>(
    n: usize,
    m: usize,
    from: usize,
    text: impl Fn(usize) -> U,
    needle: impl Fn(usize) -> U,
) -> Option<usize> {
    let mut borders = vec![0; m];
    let mut matched = 0;
    for at in 1..m {
        while matched > 0 && needle(at) != needle(matched) {
            matched = borders[matched - 1];
        }
        matched += usize::from(needle(at) == needle(matched));
        borders[at] = matched;
    }
    matched = 0;
    for at in from..n {
        while matched > 0 && text(at) != needle(matched) {
            matched = borders[matched - 1];
        }
        matched += usize::from(text(at) == needle(matched));
        if matched == m {
            return Some(at + 1 - m);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive<U: Eq>(text: &[U], needle: &[U]) -> Vec<usize> {
        (0..=text.len())
            .filter(|&at| text[at..].starts_with(needle))
            .collect()
    }

    fn check<U: Unit>(text: &[U], needle: &[U]) {
        let all = naive(text, needle);
        assert_eq!(find(text, needle), all.first().copied());
        assert_eq!(rfind(text, needle), all.last().copied());
        let mut count_apart = 0;
        let mut free = 0;
        for at in all {
            if at >= free {
                count_apart += 1;
                free = at + needle.len().max(1);
            }
        }
        assert_eq!(count(text, needle, usize::MAX), count_apart);
        assert_eq!(count(text, needle, 1), count_apart.min(1));
    }

    #[test]
    fn every_short_needle_is_found_where_it_is() {
        for bits in 0..1u32 << 9 {
            let text: Vec<u8> = (0..9).map(|i| (bits >> i & 1) as u8).collect();
            for needle in 0..1u32 << 6 {
                let len = (needle >> 3) as usize % 5;
                let needle: Vec<u8> = (0..len).map(|i| (needle >> i & 1) as u8).collect();
                check(&text, &needle);
                let wide = |s: &[u8]| s.iter().map(|&b| u16::from(b)).collect::<Vec<_>>();
                check(&wide(&text), &wide(&needle));
                let wide = |s: &[u8]| s.iter().map(|&b| u32::from(b) + 70000).collect::<Vec<_>>();
                check(&wide(&text), &wide(&needle));
            }
        }
    }

    #[test]
    fn periodic_text_does_not_take_quadratic_time() {
        let mut text = vec![1u32; 200_000];
        let mut needle = vec![1u32; 50_000];
        needle.push(2);
        assert_eq!(find(&text, &needle), None);
        text.push(2);
        assert_eq!(find(&text, &needle), Some(150_000));
        needle.reverse();
        text.reverse();
        assert_eq!(rfind(&text, &needle), Some(0));
    }
}
