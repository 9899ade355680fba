//! `cargo xtask bans`: constructs the project does without.
//!
//! A line is let off by a comment `// ALLOW(name): why` on it or on the line before, `name` being the ban's. Code under
//! `#[cfg(test)]`, files named `tests.rs` and folders named `tests` or `benches` are let off where the table says so.

use crate::source::{code_only, test_lines};
use crate::workspace::Workspace;

/// Where a ban holds.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    /// Everywhere.
    All,
    /// Everywhere but in `coil/options`, build scripts, `xtask` and `tests`: they may read the environment.
    AllButOptions,
    /// In crates that use the collected heap: the collector does not see into Rust's containers.
    HeapUsers,
}

struct Ban {
    name: &'static str,
    place: Where,
    in_tests: bool,
    why: &'static str,
    matches: fn(&str) -> bool,
}

const BANS: &[Ban] = &[
    Ban {
        name: "env-var",
        place: Where::AllButOptions,
        in_tests: false,
        why: "options come from the table in coil/options",
        matches: |line| {
            ["env::var(", "env::var_os(", "env::vars("]
                .iter()
                .any(|w| line.contains(w))
        },
    },
    Ban {
        name: "static-mut",
        place: Where::All,
        in_tests: true,
        why: "no mutable statics: state belongs to a context",
        matches: |line| {
            line.split_whitespace()
                .collect::<Vec<_>>()
                .windows(2)
                .any(|w| w == ["static", "mut"])
        },
    },
    Ban {
        name: "vec-value",
        place: Where::HeapUsers,
        in_tests: false,
        why: "the collector does not see it: use a heap array or a registered RootVec",
        matches: holds_values,
    },
    Ban {
        name: "todo",
        place: Where::All,
        in_tests: false,
        why: "what is missing is an error value with a text",
        matches: |line| line.contains("todo!") || line.contains("unimplemented!"),
    },
];

/// Complains about each banned construct.
pub(crate) fn check(workspace: &Workspace) -> Result<String, String> {
    let mut complaints = Vec::new();
    let files = workspace.sources()?;
    for file in &files {
        let owner = &workspace.crates[file.owner];
        let uses_heap = owner.name == "coil-heap"
            || owner.needs.iter().any(|n| n == "coil-heap")
            || file.path.starts_with("python/");
        for ban in BANS {
            let holds = match ban.place {
                Where::All => true,
                Where::AllButOptions => {
                    let free = ["coil/options/", "xtask/", "tests/"];
                    !free.iter().any(|f| file.path.starts_with(f))
                        && !file.path.ends_with("build.rs")
                }
                Where::HeapUsers => uses_heap,
            };
            if holds && (ban.in_tests || !is_test_file(&file.path)) {
                for line in violations(ban, &file.text) {
                    complaints.push(format!(
                        "bans: {}:{line}: {}: {}",
                        file.path, ban.name, ban.why
                    ));
                }
            }
        }
    }
    if complaints.is_empty() {
        Ok(format!(
            "bans: {} files are free of {} banned constructs",
            files.len(),
            BANS.len()
        ))
    } else {
        Err(complaints.join("\n"))
    }
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path
            .split('/')
            .any(|part| part == "tests" || part == "benches")
}

/// Line numbers, from 1.
fn violations(ban: &Ban, text: &str) -> Vec<usize> {
    let code = code_only(text);
    let in_test = test_lines(&code);
    let mark = format!("ALLOW({})", ban.name);
    let lines: Vec<&str> = text.lines().collect();
    let allowed = |at: usize| lines.get(at).is_some_and(|line| line.contains(&mark));
    code.lines()
        .enumerate()
        .filter(|(at, line)| (ban.matches)(line) && (ban.in_tests || !in_test[at + 1]))
        .filter(|(at, _)| !allowed(*at) && (*at == 0 || !allowed(at - 1)))
        .map(|(at, _)| at + 1)
        .collect()
}

/// A growable Rust container with guest values in it. Slices and arrays on the stack are seen by the collector.
fn holds_values(line: &str) -> bool {
    const CONTAINERS: [&str; 8] = [
        "Vec<",
        "VecDeque<",
        "HashMap<",
        "HashSet<",
        "BTreeMap<",
        "BTreeSet<",
        "SmallVec<",
        "Box<[",
    ];
    let line: String = line.split_whitespace().collect();
    CONTAINERS.iter().any(|container| {
        line.match_indices(container).any(|(at, _)| {
            let inside = generic_arguments(&line[at + container.len()..]);
            inside
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .any(|word| word == "Value")
        })
    })
}

/// The text up to the bracket that closes the list.
fn generic_arguments(rest: &str) -> &str {
    let mut depth = 1;
    for (at, c) in rest.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if !rest[..at].ends_with('-') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &rest[..at];
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ban(name: &str) -> &'static Ban {
        BANS.iter()
            .find(|b| b.name == name)
            .expect("a ban of the table")
    }

    #[test]
    fn containers_of_values_are_found() {
        for line in [
            "x: Vec<Value>",
            "HashMap<u32, Value>",
            "Vec<(u32, Option<Value>)>",
            "Box<[Value]>",
        ] {
            assert!(holds_values(line), "{line}");
        }
        for line in [
            "x: &[Value]",
            "[Value; 4]",
            "Vec<ValueKind>",
            "Vec<u8>, Value",
            "Option<Value>",
        ] {
            assert!(!holds_values(line), "{line}");
        }
    }

    #[test]
    fn comments_tests_and_allowed_lines_are_let_off() {
        assert_eq!(
            violations(ban("todo"), "fn f() { todo!() }\n// todo!()\n"),
            [1]
        );
        assert!(
            violations(
                ban("todo"),
                "#[cfg(test)]\nmod t {\n  fn f() { todo!() }\n}\n"
            )
            .is_empty()
        );
        assert!(
            violations(
                ban("vec-value"),
                "// ALLOW(vec-value): scanned\nx: Vec<Value>,\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn mutable_statics_are_found_even_in_tests() {
        let text = "#[cfg(test)]\nmod t {\n  static mut X: u8 = 0;\n}\n";
        assert_eq!(violations(ban("static-mut"), text), [3]);
        assert!(violations(ban("static-mut"), "fn f(x: &'static mut u8) {}\n").is_empty());
    }

    #[test]
    fn reading_the_environment_is_found() {
        assert_eq!(
            violations(ban("env-var"), "let x = std::env::var(\"A\");\n"),
            [1]
        );
    }
}
