//! Lines of text as Python's `str.splitlines` and `textwrap.dedent` see them.

use coil_text::unicode::is_line_break;

/// The lines of a text with their ends (`splitlines(True)`).
pub(crate) fn lines_with_ends(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if !is_line_break(u32::from(c)) {
            continue;
        }
        let mut end = at + c.len_utf8();
        if c == '\r' && chars.peek().is_some_and(|(_, next)| *next == '\n') {
            chars.next();
            end += 1;
        }
        lines.push(&text[start..end]);
        start = end;
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// Whether Python calls the character white space.
pub(crate) fn is_space(c: char) -> bool {
    coil_text::unicode::is_space(u32::from(c))
}

/// `str.rstrip()`.
pub(crate) fn right_stripped(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// `str.strip()`.
pub(crate) fn stripped(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn is_blank(line: &str) -> bool {
    line.chars().all(is_space)
}

/// The lines without the white space that all of them (but blank ones) start with; blank lines become empty.
pub(crate) fn dedented(lines: &[String]) -> Vec<String> {
    let mut margin: Option<&str> = None;
    for line in lines.iter().filter(|line| !is_blank(line)) {
        let width = line.len() - line.trim_start_matches([' ', '\t']).len();
        let own = &line[..width];
        margin = Some(match margin {
            None => own,
            Some(known) => {
                let common = known
                    .bytes()
                    .zip(own.bytes())
                    .take_while(|(a, b)| a == b)
                    .count();
                &known[..common]
            }
        });
    }
    let margin = margin.map_or(0, str::len);
    lines
        .iter()
        .map(|line| {
            if is_blank(line) {
                String::new()
            } else {
                line[margin..].to_owned()
            }
        })
        .collect()
}
