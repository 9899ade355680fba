//! Logs by section, and dumps by kind.
//!
//! Both are looked at on cold paths only: a test of one bit, then formatting.

use crate::error::OptionError;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Where text goes.
#[derive(Clone, Debug, Default)]
pub enum Sink {
    /// Standard error.
    #[default]
    Stderr,
    /// A file.
    File(Arc<Mutex<File>>),
}

impl Sink {
    /// The sink of a path; `-` is standard error.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn open(path: &str) -> Result<Sink, OptionError> {
        if path == "-" || path.is_empty() {
            return Ok(Sink::Stderr);
        }
        match File::create(path) {
            Ok(file) => Ok(Sink::File(Arc::new(Mutex::new(file)))),
            Err(error) => Err(OptionError::NoFile {
                path: path.to_owned(),
                message: error.to_string(),
            }),
        }
    }

    /// Writes text. What cannot be written is lost: logs never disturb the program.
    pub fn write(&self, text: &str) {
        let _ = match self {
            Sink::Stderr => std::io::stderr().write_all(text.as_bytes()),
            Sink::File(file) => file
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .write_all(text.as_bytes()),
        };
    }
}

macro_rules! words {
    ($(#[$type_doc:meta])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident $word:literal;)* }) => {
        $(#[$type_doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name { $($(#[doc = $doc])* $variant),* }

        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant),*];
            /// Their words.
            pub const WORDS: &[&'static str] = &[$($word),*];

            /// The word in options and output.
            pub fn word(self) -> &'static str {
                Self::WORDS[self as usize]
            }

            fn bit(self) -> u32 {
                1 << (self as u32)
            }

            pub(crate) fn help(out: &mut String) {
                $(out.push_str(&format!("  {:<22}{}\n", $word, concat!($($doc),*).trim()));)*
            }
        }
    };
}

words! {
    /// A log section.
    Section {
        /// What is recorded, from where.
        JitRecord "jit-record";
        /// Recordings given up, with the reason.
        JitAbort "jit-abort";
        /// What the optimiser made of a trace.
        JitOpt "jit-opt";
        /// Machine code.
        JitCompile "jit-compile";
        /// Every exit from compiled code that the driver sees.
        JitExit "jit-exit";
        /// Every entry into compiled code through the driver.
        JitEnter "jit-enter";
        /// Watched cells that changed.
        JitInvalidate "jit-invalidate";
        /// Minor collections.
        GcMinor "gc-minor";
        /// Major collections.
        GcMajor "gc-major";
    }
}

words! {
    /// Something to dump.
    DumpKind {
        /// Bytecode of code objects.
        Bytecode "bytecode";
        /// Traces as recorded.
        Ir "ir";
        /// Traces as optimised.
        IrOpt "ir-opt";
        /// Machine code.
        Asm "asm";
    }
}

/// Which sections are logged, and where to.
#[derive(Clone, Debug, Default)]
pub struct Log {
    sections: u32,
    sink: Sink,
}

impl Log {
    /// Whether a section is on.
    pub fn on(&self, section: Section) -> bool {
        self.sections & section.bit() != 0
    }

    /// Writes a line to a section that is on.
    pub fn line(&self, section: Section, text: fmt::Arguments<'_>) {
        if self.on(section) {
            self.sink.write(&format!("[{}] {text}\n", section.word()));
        }
    }

    pub(crate) fn parse(&mut self, text: &str) -> Result<(), OptionError> {
        let (words, path) = split_path(text);
        for word in words.split(',').filter(|word| !word.is_empty()) {
            let found = Section::ALL
                .iter()
                .filter(|section| section.word().starts_with(word));
            let bits = found.fold(0, |bits, section| bits | section.bit());
            if bits == 0 {
                return Err(unknown("log", word, Section::WORDS));
            }
            self.sections |= bits;
        }
        self.sink = Sink::open(path)?;
        Ok(())
    }
}

/// What is dumped, and where to.
#[derive(Clone, Debug, Default)]
pub struct Dump {
    kinds: u32,
    sink: Sink,
}

impl Dump {
    /// Whether a kind is on.
    pub fn on(&self, kind: DumpKind) -> bool {
        self.kinds & kind.bit() != 0
    }

    /// Writes text of a kind that is on, after a line `; kind title`.
    pub fn write(&self, kind: DumpKind, title: fmt::Arguments<'_>, text: &str) {
        if self.on(kind) {
            self.sink
                .write(&format!("; {} {title}\n{text}\n", kind.word()));
        }
    }

    pub(crate) fn parse(&mut self, text: &str) -> Result<(), OptionError> {
        let (words, path) = split_path(text);
        for word in words.split(',').filter(|word| !word.is_empty()) {
            match DumpKind::ALL.iter().find(|kind| kind.word() == word) {
                Some(kind) => self.kinds |= kind.bit(),
                None => return Err(unknown("dump", word, DumpKind::WORDS)),
            }
        }
        self.sink = Sink::open(path)?;
        Ok(())
    }
}

fn split_path(text: &str) -> (&str, &str) {
    text.split_once(':').unwrap_or((text, "-"))
}

fn unknown(group: &'static str, word: &str, known: &[&'static str]) -> OptionError {
    OptionError::UnknownWord {
        group,
        word: word.to_owned(),
        known: known.to_vec(),
    }
}
