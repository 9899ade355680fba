//! Reading the recorded data: tab separated, with Python's `unicode_escape`.

/// Undoes `unicode_escape`.
pub(crate) fn decode(text: &str) -> Vec<u32> {
    let mut out = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(u32::from(c));
            continue;
        }
        let width = match rest.next().expect("an escape is whole") {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            't' => {
                out.push(9);
                continue;
            }
            'n' => {
                out.push(10);
                continue;
            }
            'r' => {
                out.push(13);
                continue;
            }
            other => {
                out.push(u32::from(other));
                continue;
            }
        };
        let digits: String = rest.by_ref().take(width).collect();
        out.push(u32::from_str_radix(&digits, 16).expect("hexadecimal digits"));
    }
    out
}

/// The fields of each line.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.split('\n')
        .filter(|line| !line.is_empty())
        .map(|line| line.split('\t').collect())
}

/// Code points for a message, with surrogates replaced.
pub(crate) fn show(code_points: &[u32]) -> String {
    code_points
        .iter()
        .map(|&c| char::from_u32(c).unwrap_or('?'))
        .collect()
}
