//! `cargo xtask handlers`: that the Direct machine costs nothing over Rust by hand.
//!
//! Compiles `coil/machine/examples/handlers.rs`, which has three handlers in both forms, and counts the instructions of each on its usual way: from
//! the start to the first return, behind which the compiler puts what is rare. `cargo xtask handlers show` prints them side by side.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{Workspace, cargo};

const HANDLERS: [&str; 3] = ["load_field", "add", "loop_header"];

/// Compiles and compares.
pub(crate) fn check(workspace: &Workspace, show: bool) -> Result<String, String> {
    let status = Command::new(cargo())
        .args(["rustc", "--release", "--quiet", "--package", "coil-machine"])
        .args(["--example", "handlers", "--", "--emit", "asm"])
        .args(["-C", "debuginfo=0", "-C", "codegen-units=1"])
        .status()
        .map_err(|e| format!("cargo rustc: {e}"))?;
    if !status.success() {
        return Err(format!("cargo rustc: {status}"));
    }
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace.root.join("target"), PathBuf::from);
    let text = newest(&target.join("release/examples"))?;
    let mut closing = Vec::new();
    let mut complaints = Vec::new();
    for name in HANDLERS {
        let of = |form: &str| {
            usual_way(&text, &format!("{form}_{name}"))
                .ok_or_else(|| format!("handlers: the listing has no {form}_{name}"))
        };
        let (direct, hand) = (of("direct")?, of("hand")?);
        if show {
            print_both(name, &direct, &hand);
        }
        let line = format!("{name} {} on Direct, {} by hand", direct.len(), hand.len());
        if direct.len() > hand.len() {
            complaints.push(format!("handlers: {line}"));
        }
        closing.push(line);
    }
    if complaints.is_empty() {
        Ok(format!("handlers, instructions: {}", closing.join("; ")))
    } else {
        Err(complaints.join("\n"))
    }
}

/// The last assembly listing that was written.
fn newest(folder: &Path) -> Result<String, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let listing = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("handlers-") && name.ends_with(".s")
    };
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(listing)
        .max_by_key(|path| path.metadata().and_then(|m| m.modified()).ok())
        .and_then(|path| std::fs::read_to_string(path).ok())
        .ok_or_else(|| "handlers: no listing was written".to_owned())
}

/// The instructions of a function up to its first return.
fn usual_way(listing: &str, function: &str) -> Option<Vec<String>> {
    let mut lines = listing.lines();
    // The length stands before a name, so that no longer name ends like this one.
    let symbol = format!("{}{function}", function.len());
    lines.find(|line| line.ends_with(':') && line.contains(&symbol))?;
    let mut way = Vec::new();
    for line in lines {
        let text = line.trim();
        if !line.starts_with('\t') || text.starts_with(['.', '#']) {
            continue;
        }
        way.push(text.replace('\t', " "));
        if text.starts_with("ret") {
            return Some(way);
        }
    }
    None
}

fn print_both(name: &str, direct: &[String], hand: &[String]) {
    println!("{name:40} by hand");
    for at in 0..direct.len().max(hand.len()) {
        let line = |way: &[String]| way.get(at).cloned().unwrap_or_default();
        println!("  {:38} {}", line(direct), line(hand));
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_way_ends_at_the_first_return() {
        let listing = "\
_ZN8handlers10direct_addE:
\t.cfi_startproc
\tmovq\t(%rdi), %rax
.LBB0_1:
\tjne\t.LBB0_2
\tretq
.LBB0_2:
\tud2
_ZN8handlers16other_direct_addE:
\tretq
";
        let way = usual_way(listing, "direct_add").expect("it is there");
        assert_eq!(way, ["movq (%rdi), %rax", "jne .LBB0_2", "retq"]);
        assert_eq!(usual_way(listing, "hand_add"), None);
    }
}
