//! Python's quoting of `str` and `bytes`.

use crate::unicode::is_printable;
use std::fmt::Write;

/// `repr` of a string: what is not printable is escaped, so the result never holds a surrogate.
pub fn str_repr(text: impl Iterator<Item = u32> + Clone) -> String {
    quoted("", text, is_printable)
}

/// `ascii` of a string: everything beyond ASCII is escaped.
pub fn str_ascii(text: impl Iterator<Item = u32> + Clone) -> String {
    quoted("", text, |c| (0x20..0x7f).contains(&c))
}

/// `repr` of bytes.
pub fn bytes_repr(bytes: &[u8]) -> String {
    quoted("b", bytes.iter().map(|&b| u32::from(b)), |c| {
        (0x20..0x7f).contains(&c)
    })
}

fn quoted(
    prefix: &str,
    text: impl Iterator<Item = u32> + Clone,
    plain: impl Fn(u32) -> bool,
) -> String {
    let (mut single, mut double) = (false, false);
    for c in text.clone() {
        single |= c == u32::from(b'\'');
        double |= c == u32::from(b'"');
    }
    let quote = if single && !double { '"' } else { '\'' };
    let mut out = String::with_capacity(prefix.len() + 2 + text.size_hint().0);
    out.push_str(prefix);
    out.push(quote);
    for c in text {
        push_escaped(&mut out, c, quote, &plain);
    }
    out.push(quote);
    out
}

fn push_escaped(out: &mut String, code_point: u32, quote: char, plain: impl Fn(u32) -> bool) {
    match char::from_u32(code_point) {
        Some('\n') => out.push_str("\\n"),
        Some('\r') => out.push_str("\\r"),
        Some('\t') => out.push_str("\\t"),
        Some(c) if c == quote || c == '\\' => out.extend(['\\', c]),
        Some(c) if plain(code_point) => out.push(c),
        _ => match code_point {
            0..=0xff => write!(out, "\\x{code_point:02x}"),
            0x100..=0xffff => write!(out, "\\u{code_point:04x}"),
            _ => write!(out, "\\U{code_point:08x}"),
        }
        .expect("writing to a string"),
    }
}
