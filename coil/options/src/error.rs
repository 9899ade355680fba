//! What can be wrong with an option.

use std::fmt;

/// A text that is not an option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OptionError {
    /// No such group (`jit`, `gc`, ...).
    UnknownGroup(String),
    /// The group has no such word.
    UnknownWord {
        /// The group.
        group: &'static str,
        /// The word.
        word: String,
        /// Words it has.
        known: Vec<&'static str>,
    },
    /// The word needs a number after a colon, or has one that it does not take, or one out of range.
    BadNumber {
        /// The group.
        group: &'static str,
        /// The word with what follows it.
        word: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A file cannot be opened.
    NoFile {
        /// Its path.
        path: String,
        /// The system's message.
        message: String,
    },
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptionError::UnknownGroup(group) => {
                write!(
                    f,
                    "unknown option group '{group}' (known: jit, gc, log, dump, stats)"
                )
            }
            OptionError::UnknownWord { group, word, known } => {
                write!(
                    f,
                    "unknown word '{word}' in {group} (known: {})",
                    known.join(", ")
                )
            }
            OptionError::BadNumber {
                group,
                word,
                problem,
            } => write!(f, "'{word}' in {group}: {problem}"),
            OptionError::NoFile { path, message } => {
                write!(f, "cannot open '{path}': {message}")
            }
        }
    }
}

impl std::error::Error for OptionError {}
