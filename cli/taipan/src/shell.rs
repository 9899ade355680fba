//! The interactive shell: asks for statements on the terminal and runs them one by one, until the end of input or SystemExit.
//!
//! Lines are edited by rustyline; what a statement is, and what becomes of its result and its errors, is the runtime's business.

use crate::{complain, say};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Editor, Helper};
use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use taipan_runtime::{Prompt, Python};

/// Lines of history that are kept.
const HISTORY_LINES: usize = 1000;

/// What a session needs to know of the environment.
#[derive(Debug, Default)]
pub(crate) struct Session {
    quiet: bool,
    /// Module `site`, which brings `exit` and its like, is wanted.
    site: bool,
    startup: Option<PathBuf>,
    history: Option<PathBuf>,
}

impl Session {
    /// The session that command line and environment ask for.
    pub(crate) fn new(config: &taipan_modules::Config) -> Session {
        let variable = |name: &str| {
            let ignored = config.ignore_environment && name.starts_with("PYTHON");
            // ALLOW(env-var): Python's own variables, not options of the toolkit.
            let value = (!ignored).then(|| std::env::var_os(name)).flatten();
            value.filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        let usual = || Some(variable("HOME")?.join(".python_history"));
        Session {
            quiet: config.quiet,
            site: !config.no_site,
            startup: variable("PYTHONSTARTUP"),
            history: variable("PYTHON_HISTORY").or_else(usual),
        }
    }

    /// Runs the session; gives the exit status. Without a program before it, it begins with a banner and PYTHONSTARTUP.
    pub(crate) fn run(self, python: &mut Python, alone: bool) -> u8 {
        if let Err(raised) = python.start_session() {
            complain(&python.describe(raised));
            return 1;
        }
        if self.site
            && let Some(status) = python.run_startup("__import__('site').main()\n", "<site>")
        {
            return status;
        }
        if alone && !self.quiet {
            say(&format!(
                "Taipan (Python {})\nCtrl-D leaves.\n",
                taipan_modules::sys::VERSION_NUMBER
            ));
        }
        if alone && let Some(status) = self.start_up(python) {
            return status;
        }
        let mut lines = match Lines::new(self.history) {
            Ok(lines) => lines,
            Err(error) => {
                complain(&format!("taipan: the terminal cannot be used: {error}\n"));
                return 1;
            }
        };
        let status = converse(python, &mut lines);
        lines.save();
        status
    }

    fn start_up(&self, python: &mut Python) -> Option<u8> {
        let path = self.startup.as_ref()?;
        match std::fs::read_to_string(path) {
            Ok(source) => python.run_startup(&source, &path.display().to_string()),
            Err(error) => {
                complain(&format!("Could not open PYTHONSTARTUP: {error}\n"));
                None
            }
        }
    }
}

/// Reads statements and runs them.
fn converse(python: &mut Python, lines: &mut Lines) -> u8 {
    let mut typed = String::new();
    let mut number = 0_u64;
    loop {
        let prompt = if typed.is_empty() {
            Prompt::First
        } else {
            Prompt::Next
        };
        let ended = match lines.next(|| python.prompt(prompt)) {
            Ok(Some(line)) => {
                if typed.is_empty() && line.trim().is_empty() {
                    continue;
                }
                typed.push_str(&line);
                typed.push('\n');
                if Python::wants_more(&typed) {
                    continue;
                }
                false
            }
            Ok(None) if typed.is_empty() => {
                say("\n");
                return 0;
            }
            // The end of input in the middle of a statement ends the statement.
            Ok(None) => true,
            Err(ReadlineError::Interrupted) => {
                typed.clear();
                lines.forget();
                complain("KeyboardInterrupt\n");
                continue;
            }
            Err(error) => {
                complain(&format!("taipan: the terminal cannot be used: {error}\n"));
                return 1;
            }
        };
        if ended {
            say("\n");
        }
        let name = format!("<python-input-{number}>");
        number += 1;
        if let Some(status) = python.run_statement(&typed, &name) {
            return status;
        }
        typed.clear();
    }
}

/// Lines typed, one at a time, and their history.
struct Lines {
    editor: Editor<Indenter, MemHistory>,
    /// Lines of a text that was pasted.
    waiting: VecDeque<String>,
    history: Option<PathBuf>,
    /// Lines to be added to the history file.
    new: Vec<String>,
}

impl Lines {
    fn new(history: Option<PathBuf>) -> Result<Lines, ReadlineError> {
        let config = Config::builder()
            .max_history_size(HISTORY_LINES)?
            .history_ignore_dups(true)?
            .build();
        let kept = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, kept)?;
        editor.set_helper(Some(Indenter));
        let known = history
            .as_ref()
            .and_then(|path| std::fs::read(path).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let skipped = known.lines().count().saturating_sub(HISTORY_LINES);
        for line in known.lines().skip(skipped) {
            editor.add_history_entry(line)?;
        }
        Ok(Lines {
            editor,
            waiting: VecDeque::new(),
            history,
            new: Vec::new(),
        })
    }

    /// The next line; none at the end of input.
    fn next(&mut self, prompt: impl FnOnce() -> String) -> Result<Option<String>, ReadlineError> {
        if let Some(line) = self.waiting.pop_front() {
            return Ok(Some(line));
        }
        match self.editor.readline(&prompt()) {
            Ok(text) => {
                let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
                let first = lines.next().unwrap_or_default().to_owned();
                self.waiting.extend(lines.map(str::to_owned));
                for line in text.lines().filter(|line| !line.trim().is_empty()) {
                    self.editor.add_history_entry(line)?;
                    self.new.push(line.to_owned());
                }
                Ok(Some(first))
            }
            Err(ReadlineError::Eof) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What was pasted and not read yet is not wanted.
    fn forget(&mut self) {
        self.waiting.clear();
    }

    /// Adds the session's lines to the history file. Nobody is told if that fails: the session is over.
    fn save(&self) {
        let Some(path) = &self.history else { return };
        let mut text = self.new.join("\n");
        if text.is_empty() {
            return;
        }
        text.push('\n');
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path);
        if let Ok(mut file) = file {
            let _ = file.write_all(text.as_bytes());
        }
    }
}

/// Makes the tabulator indent.
struct Indenter;

impl Completer for Indenter {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let blank = line[..pos].trim().is_empty();
        let indent = if blank {
            vec!["    ".to_owned()]
        } else {
            Vec::new()
        };
        Ok((pos, indent))
    }
}
impl Hinter for Indenter {
    type Hint = String;
}
impl Highlighter for Indenter {}
impl Validator for Indenter {}
impl Helper for Indenter {}
