//! [`Options`]: all groups together, from the environment and from `-X` strings.

use crate::error::OptionError;
use crate::log::{Dump, DumpKind, Log, Section, Sink};
use crate::table::{GcOptions, JitOptions};

/// Where statistics go at exit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Destination {
    /// Nowhere.
    #[default]
    Off,
    /// Standard error.
    Stderr,
    /// A file.
    Path(String),
}

impl Destination {
    /// Whether statistics are wanted.
    pub fn wanted(&self) -> bool {
        *self != Destination::Off
    }

    /// Writes a text there.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn write(&self, text: &str) -> Result<(), OptionError> {
        match self {
            Destination::Off => {}
            Destination::Stderr => Sink::Stderr.write(text),
            Destination::Path(path) => Sink::open(path)?.write(text),
        }
        Ok(())
    }
}

/// All options of a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The just-in-time compiler.
    pub jit: JitOptions,
    /// The collector.
    pub gc: GcOptions,
    /// Logs.
    pub log: Log,
    /// Dumps.
    pub dump: Dump,
    /// Statistics.
    pub stats: Destination,
}

/// Groups, and the environment variables that set them.
const GROUPS: &[(&str, &str)] = &[
    ("jit", "COIL_JIT"),
    ("gc", "COIL_GC"),
    ("log", "COIL_LOG"),
    ("dump", "COIL_DUMP"),
    ("stats", "COIL_STATS"),
];

impl Options {
    /// The options that the environment asks for.
    ///
    /// # Errors
    /// A variable holds a word that is not an option.
    pub fn from_env() -> Result<Options, OptionError> {
        let mut options = Options::default();
        for (group, variable) in GROUPS {
            if let Some(text) = std::env::var_os(variable) {
                options.set_group(group, &text.to_string_lossy())?;
            }
        }
        Ok(options)
    }

    /// Sets options from the argument of an `-X`: `jit=off`, `gc=stress:1,verify`, `log=jit`, `dump=ir:path`, `stats`.
    ///
    /// # Errors
    /// It is not an option.
    pub fn set(&mut self, text: &str) -> Result<(), OptionError> {
        let (group, words) = text.split_once('=').unwrap_or((text, "1"));
        self.set_group(group, words)
    }

    /// Whether an `-X` string belongs to the toolkit (a language has others of its own).
    pub fn knows(text: &str) -> bool {
        let group = text.split_once('=').map_or(text, |(group, _)| group);
        GROUPS.iter().any(|(known, _)| *known == group)
    }

    fn set_group(&mut self, group: &str, words: &str) -> Result<(), OptionError> {
        let list = words.split(',').filter(|word| !word.is_empty());
        match group {
            "jit" => {
                for word in list {
                    self.jit.set_word(word)?;
                    match word {
                        "on" => self.jit.off = false,
                        "off" => self.jit.on = false,
                        _ => {}
                    }
                }
            }
            "gc" => {
                for word in list {
                    self.gc.set_word(word)?;
                }
            }
            "log" => self.log.parse(words)?,
            "dump" => self.dump.parse(words)?,
            "stats" => {
                self.stats = match words {
                    "" | "0" => Destination::Off,
                    "1" | "-" => Destination::Stderr,
                    path => Destination::Path(path.to_owned()),
                }
            }
            _ => return Err(OptionError::UnknownGroup(group.to_owned())),
        }
        Ok(())
    }
}

/// The help text of all options.
pub fn help() -> String {
    let mut out = String::from(
        "Options, comma-separated, in environment variables or as -X group=words:\n\n",
    );
    JitOptions::help(&mut out);
    out.push('\n');
    GcOptions::help(&mut out);
    out.push_str(
        "\n Log sections or their first letters (`COIL_LOG=section,section:path`, `-X log=`); `-` is standard error.\n",
    );
    Section::help(&mut out);
    out.push_str("\n Dumps (`COIL_DUMP=kind,kind:path`, `-X dump=`).\n");
    DumpKind::help(&mut out);
    out.push_str("\n Statistics as JSON at exit (`COIL_STATS=1` or a path, `-X stats`).\n");
    out
}

pub(crate) fn switch(number: Option<&str>) -> Result<bool, &'static str> {
    match number {
        None => Ok(true),
        Some(_) => Err("takes no number"),
    }
}

pub(crate) fn count(number: Option<&str>) -> Result<u64, &'static str> {
    let text = number.ok_or("needs a number, as in word:5")?;
    text.parse()
        .map_err(|_| "needs a number without sign, as in word:5")
}

pub(crate) fn bytes(number: Option<&str>) -> Result<u64, &'static str> {
    let text = number.ok_or("needs a size, as in word:64m")?;
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let count: u64 = digits.parse().map_err(|_| "needs a size, as in word:64m")?;
    count
        .checked_mul(1 << shift)
        .ok_or("is larger than an address space")
}
