//! A test script and what its leading comment lines say about it.
//!
//! | header | meaning |
//! |---|---|
//! | `# check: stderr` | what it writes to standard error is compared too |
//! | `# check: exit` | it ends with an exit code other than 0, its standard error does not matter |
//! | `# gc-stress: N` | under GC stress, collect at every Nth allocation (for slow scripts) |
//! | `# max-heap: 20m` | the heap's limit, where the interpreter has one |
//! | `# modes: off, eager` | the only modes it runs in |
//! | `# timeout: N` | seconds it may take |
//! | `# oracle: 3.13` | its expectation comes from a native CPython 3.13, not from 3.14 in WebAssembly |
//! | `# args: a b` | its command-line arguments |
//!
//! Lines `# expect-trace: ..`, which may stand anywhere, say what its compiled traces look like: see [`crate::trace`].

use std::path::{Path, PathBuf};

use crate::mode::{Mode, parse_modes};
use crate::trace::{TraceExpectation, expectations};

/// Which CPython says what a script prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oracle {
    /// CPython 3.14 compiled to WebAssembly.
    Wasm314,
    /// CPython 3.13 of this machine.
    Native313,
}

/// What the leading comment lines say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Standard error is compared.
    pub check_stderr: bool,
    /// An exit code other than 0 is expected.
    pub fails: bool,
    /// Allocations between collections under stress.
    pub gc_stress: u32,
    /// The heap's limit.
    pub max_heap: Option<String>,
    /// The modes to run in.
    pub modes: Vec<Mode>,
    /// Seconds, if not the runner's default.
    pub timeout: Option<u64>,
    /// Where the expectation comes from.
    pub oracle: Oracle,
    /// Command-line arguments.
    pub args: Vec<String>,
}

/// A test script.
#[derive(Clone, Debug)]
pub struct Script {
    /// Path below the corpus folder, without `.py`.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// What it says about itself.
    pub header: Header,
    /// What it says about its traces.
    pub traces: Vec<TraceExpectation>,
}

impl Script {
    /// Every script below `folder`, by name. Files and folders whose names start with an underscore, and folders with an
    /// `__init__.py`, are what scripts import, not scripts.
    ///
    /// # Errors
    /// A text, if a file cannot be read or a header is wrong.
    pub fn discover(folder: &Path) -> Result<Vec<Script>, String> {
        let mut paths = Vec::new();
        collect(folder, &mut paths)?;
        paths.sort();
        let mut scripts = Vec::new();
        for path in paths {
            let text =
                std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            let below = path
                .strip_prefix(folder)
                .expect("it was found below")
                .with_extension("");
            let header = Header::parse(&text).map_err(|e| format!("{}: {e}", path.display()))?;
            let traces = expectations(&text).map_err(|e| format!("{}: {e}", path.display()))?;
            scripts.push(Script {
                traces,
                name: below.to_string_lossy().replace('\\', "/"),
                path,
                header,
            });
        }
        Ok(scripts)
    }

    /// Whether its path contains one of `filters`, or there are none.
    pub fn matches(&self, filters: &[&str]) -> bool {
        let path = self.path.to_string_lossy();
        filters.is_empty() || filters.iter().any(|filter| path.contains(filter))
    }

    /// The last part of its path.
    pub fn file_name(&self) -> String {
        self.path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default()
    }
}

impl Header {
    /// Reads the comment lines `text` starts with.
    ///
    /// # Errors
    /// A text naming the line that is no known setting.
    pub fn parse(text: &str) -> Result<Header, String> {
        let mut header = Header {
            check_stderr: false,
            fails: false,
            gc_stress: 1,
            max_heap: None,
            modes: Mode::ALL.to_vec(),
            timeout: None,
            oracle: Oracle::Wasm314,
            args: Vec::new(),
        };
        for line in text.lines().take_while(|line| line.starts_with('#')) {
            let Some((key, value)) = line[1..].split_once(':') else {
                continue;
            };
            let (key, value) = (key.trim(), value.trim());
            let wrong = || format!("not understood: {line}");
            match (key, value) {
                ("check", "stderr") => header.check_stderr = true,
                ("check", "exit") => header.fails = true,
                ("gc-stress", _) => header.gc_stress = value.parse().map_err(|_| wrong())?,
                ("max-heap", _) => header.max_heap = Some(value.to_owned()),
                ("modes", _) => header.modes = parse_modes(value)?,
                ("timeout", _) => header.timeout = Some(value.parse().map_err(|_| wrong())?),
                ("oracle", "3.13") => header.oracle = Oracle::Native313,
                ("args", _) => header.args = value.split_whitespace().map(str::to_owned).collect(),
                ("check" | "oracle", _) => return Err(wrong()),
                _ => {}
            }
        }
        Ok(header)
    }
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('_') {
            continue;
        }
        if path.is_dir() {
            if !path.join("__init__.py").exists() {
                collect(&path, into)?;
            }
        } else if path.extension().is_some_and(|e| e == "py") {
            into.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_the_leading_comments_only() {
        let text = "# Topic: loops\n# check: stderr\n# gc-stress: 50\n# modes: off,eager\nx = 1\n# timeout: 9\n";
        let header = Header::parse(text).expect("parses");
        assert!(header.check_stderr);
        assert_eq!((header.gc_stress, header.timeout), (50, None));
        assert_eq!(header.modes, [Mode::Off, Mode::Eager]);
        assert_eq!(header.oracle, Oracle::Wasm314);
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        assert!(Header::parse("# check: sdterr\n").is_err());
        assert!(Header::parse("# modes: of\n").is_err());
        assert!(Header::parse("# gc-stress: often\n").is_err());
    }
}
