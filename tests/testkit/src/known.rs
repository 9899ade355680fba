//! The list of known failures, `tests/known_failures.txt`: one `name [mode] # why` a line.
//!
//! A listed script that fails counts as skipped; one that passes is reported, so that the list only shrinks.

use std::path::Path;

use crate::mode::{Mode, parse_modes};

/// The list.
#[derive(Debug, Default)]
pub struct Known {
    entries: Vec<(String, Option<Mode>)>,
}

impl Known {
    /// Reads the list; none means an empty one.
    ///
    /// # Errors
    /// A text naming a line without a reason or with an unknown mode.
    pub fn load(path: &Path) -> Result<Known, String> {
        std::fs::read_to_string(path)
            .map_or_else(|_| Ok(Known::default()), |text| Known::parse(&text))
    }

    fn parse(text: &str) -> Result<Known, String> {
        let mut entries = Vec::new();
        for line in text
            .lines()
            .filter(|l| !l.trim().is_empty() && !l.starts_with('#'))
        {
            let (entry, why) = line.split_once('#').unwrap_or((line, ""));
            let words: Vec<&str> = entry.split_whitespace().collect();
            if why.trim().is_empty() {
                return Err(format!("known_failures.txt: say why after a #: {line}"));
            }
            match words[..] {
                [name] => entries.push((name.to_owned(), None)),
                [name, mode] => {
                    entries.push((name.to_owned(), parse_modes(mode)?.first().copied()))
                }
                _ => {
                    return Err(format!(
                        "known_failures.txt: not `name [mode] # why`: {line}"
                    ));
                }
            }
        }
        Ok(Known { entries })
    }

    /// The scripts listed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(name, _)| name.as_str())
    }

    /// Whether the script is listed for that mode.
    pub fn covers(&self, name: &str, mode: Mode) -> bool {
        self.entries
            .iter()
            .any(|(n, m)| n == name && m.is_none_or(|m| m == mode))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_covers_one_mode_or_all() {
        let known = Known::parse("# list\na/b # missing\nc eager # wrong\n").expect("parses");
        assert!(known.covers("a/b", Mode::Off) && known.covers("c", Mode::Eager));
        assert!(!known.covers("c", Mode::Off) && !known.covers("a", Mode::Off));
    }

    #[test]
    fn an_entry_needs_a_reason() {
        assert!(Known::parse("a/b\n").is_err());
    }
}
