//! The name nearest to a wrong one. The distance is Levenshtein's on UTF-8 bytes, where a change of case costs 1 and any
//! other step 2; a name is near when at most a third of the letters need changing.

const MAX_CANDIDATES: usize = 750;
const MAX_LENGTH: usize = 40;
const STEP: usize = 2;
const CASE: usize = 1;

/// The nearest of the names, if one is near enough.
pub fn nearest(names: &[String], wrong: &str) -> Option<String> {
    if names.len() >= MAX_CANDIDATES {
        return None;
    }
    let mut best: Option<(&String, usize)> = None;
    for name in names.iter().filter(|name| name.as_str() != wrong) {
        let allowed = (name.len() + wrong.len() + 3) * STEP / 6;
        let allowed = match best {
            Some((_, 0)) => break,
            Some((_, known)) => allowed.min(known - 1),
            None => allowed,
        };
        let cost = distance(wrong.as_bytes(), name.as_bytes(), allowed);
        if cost <= allowed {
            best = Some((name, cost));
        }
    }
    best.map(|(name, _)| name.clone())
}

fn substitution(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE
    } else {
        STEP
    }
}

/// The distance of two names, or some number above `most` if it is larger than that.
fn distance(a: &[u8], b: &[u8], most: usize) -> usize {
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if a.is_empty() || b.is_empty() {
        return STEP * (a.len() + b.len());
    }
    if a.len() > MAX_LENGTH || b.len() > MAX_LENGTH || a.len().abs_diff(b.len()) * STEP > most {
        return most + 1;
    }
    let mut row: Vec<usize> = (0..=a.len()).map(|n| n * STEP).collect();
    for (index, y) in b.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (index + 1) * STEP;
        for (place, x) in a.iter().enumerate() {
            let changed = diagonal + substitution(*x, *y);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + STEP).min(diagonal + STEP);
        }
        if row.iter().all(|cost| *cost > most) {
            return most + 1;
        }
    }
    row[a.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn near(names: &[&str], wrong: &str) -> Option<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        nearest(&names, wrong)
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        assert_eq!(
            near(&["append", "extend"], "apend").as_deref(),
            Some("append")
        );
        assert_eq!(near(&["Blech", "bluch"], "blech").as_deref(), Some("Blech"));
        assert_eq!(near(&["append", "extend"], "zzz"), None);
    }

    #[test]
    fn the_name_itself_is_no_suggestion() {
        assert_eq!(near(&["same"], "same"), None);
    }
}
