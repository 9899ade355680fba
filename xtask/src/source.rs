//! Rust source with everything but the code blanked out, so that the greps of other checks do not trip over comments,
//! strings and tests.

/// `text` with comments, string and character literals replaced by spaces; line breaks stay where they were.
pub(crate) fn code_only(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = vec![b' '; bytes.len()];
    let mut at = 0;
    while at < bytes.len() {
        let end = skip_non_code(bytes, at);
        if end > at {
            at = end;
        } else {
            out[at] = if bytes[at].is_ascii() {
                bytes[at]
            } else {
                b' '
            };
            at += 1;
        }
    }
    for (slot, byte) in out.iter_mut().zip(bytes) {
        if *byte == b'\n' {
            *slot = b'\n';
        }
    }
    String::from_utf8(out).expect("only ASCII was written")
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none starts there.
fn skip_non_code(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let in_word = at > 0 && is_word(bytes[at - 1]);
    if rest.starts_with(b"//") {
        return at + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    }
    if rest.starts_with(b"/*") {
        return at + block_comment_len(rest);
    }
    if rest[0] == b'"' {
        return at + quoted_len(rest, b'"');
    }
    if !in_word && (rest[0] == b'r' || rest.starts_with(b"br")) {
        let prefix = if rest[0] == b'b' { 2 } else { 1 };
        if let Some(len) = raw_string_len(&rest[prefix..]) {
            return at + prefix + len;
        }
    }
    if rest[0] == b'\'' && is_char_literal(rest) {
        return at + quoted_len(rest, b'\'');
    }
    at
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn block_comment_len(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

fn quoted_len(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

fn raw_string_len(rest: &[u8]) -> Option<usize> {
    let hashes = rest.iter().take_while(|b| **b == b'#').count();
    if rest.get(hashes) != Some(&b'"') {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(hashes + 1, b'#');
    let body = &rest[hashes + 1..];
    let found = body
        .windows(close.len())
        .position(|w| w == close)
        .unwrap_or(body.len());
    Some((hashes + 1 + found + close.len()).min(rest.len()))
}

/// A quote that opens a character literal rather than a lifetime.
fn is_char_literal(rest: &[u8]) -> bool {
    match rest.get(1) {
        Some(b'\\') => true,
        Some(byte) if !byte.is_ascii() => true,
        Some(_) => rest.get(2) == Some(&b'\''),
        None => false,
    }
}

/// The numbers (from 1) of the lines that stand in an item under `#[cfg(test)]`, given blanked code.
pub(crate) fn test_lines(code: &str) -> Vec<bool> {
    let lines: Vec<&str> = code.lines().collect();
    let mut marks = vec![false; lines.len() + 1];
    let mut at = 0;
    while at < lines.len() {
        if !lines[at].contains("#[cfg(test)]") {
            at += 1;
            continue;
        }
        let (mut depth, mut opened) = (0i32, false);
        while at < lines.len() {
            marks[at + 1] = true;
            for byte in lines[at].bytes() {
                match byte {
                    b'{' => (depth, opened) = (depth + 1, true),
                    b'}' => depth -= 1,
                    _ => {}
                }
            }
            let item_without_body = !opened && lines[at].trim_end().ends_with(';');
            at += 1;
            if opened && depth <= 0 || item_without_body {
                break;
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squeezed(text: &str) -> String {
        code_only(text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn comments_vanish_and_lines_stay() {
        assert_eq!(code_only("a // unsafe {\nb"), "a            \nb");
        assert_eq!(squeezed("a /* x /* unsafe */ y */ b"), "a b");
    }

    #[test]
    fn strings_and_characters_vanish_but_lifetimes_stay() {
        assert_eq!(squeezed(r#"f("unsafe { \" }", 'x', '\'') g"#), "f( , , ) g");
        assert_eq!(squeezed("a r#\"un\"safe\"# b"), "a b");
        assert_eq!(squeezed("fn f<'a>(x: &'a str)"), "fn f<'a>(x: &'a str)");
        assert_eq!(squeezed("for r in x"), "for r in x");
    }

    #[test]
    fn lines_of_a_test_module_are_marked() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n";
        assert_eq!(
            test_lines(code),
            [false, false, true, true, true, true, false]
        );
        let code = "#[cfg(test)]\nmod tests;\nfn c() {}\n";
        assert_eq!(test_lines(code), [false, true, true, false]);
    }
}
