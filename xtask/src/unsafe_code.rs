//! `cargo xtask unsafe`: counts unsafe blocks, implementations and functions per crate against `xtask/unsafe.txt`.
//! A rise is a decision: bless it in the same commit as the code, and say there why it is needed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::source::code_only;
use crate::workspace::Workspace;

/// Complains about each crate with more unsafe code than the list allows.
pub(crate) fn check(workspace: &Workspace) -> Result<String, String> {
    let text = std::fs::read_to_string(list_path(workspace)).unwrap_or_default();
    let allowed = parse(&text)?;
    let found = count(workspace)?;
    let mut complaints = Vec::new();
    let mut slack = 0;
    for (name, uses) in &found {
        let limit = allowed.get(name).copied().unwrap_or(0);
        if *uses > limit {
            complaints.push(format!(
                "unsafe: {name} has {uses} uses, {limit} are listed: remove some, or `cargo xtask unsafe bless` and say why"
            ));
        }
        slack += limit.saturating_sub(*uses);
    }
    if !complaints.is_empty() {
        return Err(complaints.join("\n"));
    }
    let total: usize = found.values().sum();
    let hint = if slack > 0 {
        format!(", {slack} fewer than listed: bless")
    } else {
        String::new()
    };
    Ok(format!(
        "unsafe: {total} uses in {} crates{hint}",
        found.len()
    ))
}

/// Writes the present counts down.
pub(crate) fn bless(workspace: &Workspace) -> Result<String, String> {
    let found = count(workspace)?;
    let mut text =
        String::from("# Uses of `unsafe` by crate. Written by `cargo xtask unsafe bless`.\n");
    for (name, uses) in &found {
        text.push_str(&format!("{name} {uses}\n"));
    }
    let path = list_path(workspace);
    std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(format!("unsafe: wrote {}", workspace.relative(&path)))
}

fn list_path(workspace: &Workspace) -> PathBuf {
    workspace.root.join("xtask/unsafe.txt")
}

fn parse(text: &str) -> Result<BTreeMap<String, usize>, String> {
    let mut allowed = BTreeMap::new();
    for line in text
        .lines()
        .filter(|l| !l.trim().is_empty() && !l.starts_with('#'))
    {
        let pair = line
            .split_once(' ')
            .and_then(|(n, c)| Some((n, c.trim().parse().ok()?)));
        let (name, uses) =
            pair.ok_or_else(|| format!("xtask/unsafe.txt: not `crate count`: {line}"))?;
        allowed.insert(name.to_owned(), uses);
    }
    Ok(allowed)
}

/// Crates without unsafe code are left out.
fn count(workspace: &Workspace) -> Result<BTreeMap<String, usize>, String> {
    let mut counts = BTreeMap::new();
    for file in workspace.sources()? {
        let uses = uses_in(&code_only(&file.text));
        if uses > 0 {
            *counts
                .entry(workspace.crates[file.owner].name.clone())
                .or_insert(0) += uses;
        }
    }
    Ok(counts)
}

/// Function pointer types and `unsafe extern` declarations introduce no unchecked operation, so they do not count.
fn uses_in(code: &str) -> usize {
    let words: Vec<&str> = code
        .split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_'))
        .flat_map(|piece| {
            let split = piece
                .trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'))
                .len();
            [&piece[..split], piece[split..].trim()]
        })
        .filter(|word| !word.is_empty())
        .collect();
    words
        .windows(2)
        .filter(|pair| pair[0] == "unsafe" && matches!(pair[1], "{" | "impl" | "fn"))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_functions_and_implementations_count() {
        assert_eq!(
            uses_in("fn f() { unsafe { g() } } unsafe impl Send for X {} unsafe fn h() {}"),
            3
        );
        assert_eq!(uses_in("let x = unsafe\n  { g() };"), 1);
    }

    #[test]
    fn attributes_and_names_do_not_count() {
        assert_eq!(
            uses_in("#![allow(unsafe_code)] fn unsafe_thing() {} unsafe extern \"C\" {}"),
            0
        );
    }

    #[test]
    fn the_list_is_names_and_counts() {
        assert_eq!(
            parse("# note\ncoil-heap 12\n").expect("parses")["coil-heap"],
            12
        );
        assert!(parse("coil-heap many\n").is_err());
    }
}
