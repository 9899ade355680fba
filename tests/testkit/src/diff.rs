//! A short line difference for reports.

const CONTEXT: usize = 2;
const SHOWN: usize = 12;

/// What differs between `expected` and `actual`: lines that start with `-` should have come, those with `+` did.
/// Common head and tail are cut to a few lines of context; `None` if the texts are equal.
pub fn difference(expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let want: Vec<&str> = expected.split_inclusive('\n').collect();
    let have: Vec<&str> = actual.split_inclusive('\n').collect();
    let head = want.iter().zip(&have).take_while(|(a, b)| a == b).count();
    let (want_rest, have_rest) = (&want[head..], &have[head..]);
    let tail = want_rest
        .iter()
        .rev()
        .zip(have_rest.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let mut text = format!("    at line {}:\n", head + 1);
    let from = head.saturating_sub(CONTEXT);
    push(&mut text, ' ', &want[from..head]);
    push(&mut text, '-', &want_rest[..want_rest.len() - tail]);
    push(&mut text, '+', &have_rest[..have_rest.len() - tail]);
    Some(text)
}

fn push(text: &mut String, sign: char, lines: &[&str]) {
    for line in lines.iter().take(SHOWN) {
        let shown = line.strip_suffix('\n');
        let missing = if shown.is_none() {
            "  (no line break)"
        } else {
            ""
        };
        let shown: String = shown.unwrap_or(line).chars().take(200).collect();
        text.push_str(&format!("    {sign}{shown}{missing}\n"));
    }
    if lines.len() > SHOWN {
        text.push_str(&format!("    {sign}... {} more\n", lines.len() - SHOWN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_do_not_differ() {
        assert_eq!(difference("a\n", "a\n"), None);
    }

    #[test]
    fn common_head_and_tail_are_left_out() {
        let text = difference("1\n2\n3\n4\n5\n", "1\n2\n3\nx\n5\n").expect("they differ");
        assert_eq!(text, "    at line 4:\n     2\n     3\n    -4\n    +x\n");
    }

    #[test]
    fn a_missing_line_break_is_shown() {
        let text = difference("a\n", "a").expect("they differ");
        assert!(text.contains("-a\n") && text.contains("+a  (no line break)"));
    }
}
