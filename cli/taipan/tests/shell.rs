//! The interactive shell on a pseudo-terminal, which `script` (util-linux) provides. Where that is missing the tests skip, except under
//! `CI=true`.
#![allow(clippy::print_stderr, reason = "a test that skips says so")]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session under way.
struct Session {
    child: Child,
    keys: Option<ChildStdin>,
    shown: Receiver<Vec<u8>>,
    text: String,
}

/// A folder for one test's files, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("shell-{name}"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Session {
    /// Starts the shell with its home in a folder; none where there is no pseudo-terminal.
    fn start(folder: &Folder, options: &str) -> Option<Session> {
        Session::start_with(folder, options, &[])
    }

    /// The same with more environment variables.
    fn start_with(
        folder: &Folder,
        options: &str,
        environment: &[(&str, &Path)],
    ) -> Option<Session> {
        // The shell gives way to the program: waiting for it, a shell would take an interrupt of the program for its own.
        let program = env!("CARGO_BIN_EXE_taipan");
        // What runs the tests may ignore interrupts.
        let line = format!("exec env --default-signal {program} {options}");
        let child = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env("TERM", "xterm")
            .env("HOME", &folder.0)
            .env_remove("PYTHON_HISTORY")
            .env_remove("PYTHONSTARTUP")
            .env("PYTHON_COLORS", "0")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(error) if std::env::var("CI").is_ok_and(|value| value == "true") => {
                panic!("the shell's tests need a pseudo-terminal: script: {error}")
            }
            Err(error) => {
                eprintln!("skipped: the shell's tests need a pseudo-terminal: script: {error}");
                return None;
            }
        };
        let mut out = child.stdout.take().expect("piped");
        let (sender, shown) = channel();
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut part) {
                if sender.send(part[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Some(Session {
            keys: child.stdin.take(),
            child,
            shown,
            text: String::new(),
        })
    }

    /// Waits for a text; gives what was shown up to it, without control sequences.
    fn expect(&mut self, wanted: &str) -> String {
        let start = Instant::now();
        loop {
            let plain = plain(&self.text);
            if let Some(at) = plain.find(wanted) {
                let (before, rest) = plain.split_at(at + wanted.len());
                self.text = rest.to_owned();
                return before.to_owned();
            }
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.shown.recv_timeout(left) {
                Ok(part) => self.text.push_str(&String::from_utf8_lossy(&part)),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{wanted:?} was not shown, but {plain:?}")
                }
            }
        }
    }

    /// Presses keys.
    fn press(&mut self, keys: &str) {
        let pipe = self.keys.as_mut().expect("the session is under way");
        pipe.write_all(keys.as_bytes()).expect("the session reads");
        pipe.flush().expect("the session reads");
    }

    /// Types a line at a prompt; gives what was shown between it and the next prompt.
    fn answer(&mut self, line: &str) -> String {
        self.press(&format!("{line}\r"));
        self.expect(line);
        let shown = self.expect(">>> ");
        shown.trim_end_matches(">>> ").trim().replace('\r', "")
    }

    /// The exit status, after whatever ended the session.
    fn status(mut self) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the session does not end: {:?}", self.text);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A text without the terminal's control sequences.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        out.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        match sequence.find(|c: char| c.is_ascii_alphabetic()) {
            Some(end) => rest = &sequence[end + 1..],
            // Not all of it is there yet.
            None => {
                out.push_str(&rest[at..]);
                return out;
            }
        }
    }
    out.push_str(rest);
    out
}

#[test]
fn results_are_shown_and_kept() {
    let folder = Folder::new("results");
    let Some(mut session) = Session::start(&folder, "") else {
        return;
    };
    session.expect("Taipan");
    session.expect(">>> ");
    assert_eq!(session.answer("6 * 7"), "42");
    assert_eq!(session.answer("_ + 1"), "43");
    assert_eq!(session.answer("None"), "");
    assert_eq!(session.answer("x = 'kept'"), "");
    assert_eq!(session.answer("x"), "'kept'");
    assert_eq!(session.answer("import sys; sys.ps1 = '>>> '"), "");
    session.press("\x04");
    assert_eq!(session.status(), Some(0));
}

#[test]
fn blocks_go_on_until_an_empty_line() {
    let folder = Folder::new("blocks");
    let Some(mut session) = Session::start(&folder, "-q") else {
        return;
    };
    session.expect(">>> ");
    session.press("def twice(x):\r");
    session.expect("... ");
    session.press("    return x * 2\r");
    session.expect("... ");
    assert_eq!(session.answer(""), "");
    session.press("twice(\r");
    session.expect("... ");
    assert_eq!(session.answer("21)"), "42");
    session.press("for i in range(2):\r");
    session.expect("... ");
    // The tabulator indents.
    session.press("\tprint('turn', i)");
    session.expect("print('turn', i)");
    session.press("\r");
    session.expect("... ");
    assert_eq!(session.answer(""), "turn 0\nturn 1");
    session.press("\x04");
    assert_eq!(session.status(), Some(0));
}

#[test]
fn errors_keep_the_session_alive() {
    let folder = Folder::new("errors");
    let Some(mut session) = Session::start(&folder, "-q") else {
        return;
    };
    session.expect(">>> ");
    let shown = session.answer("1 / 0");
    assert!(
        shown.starts_with("Traceback (most recent call last):"),
        "{shown}"
    );
    assert!(shown.contains("    1 / 0\n    ~~^~~"), "{shown}");
    assert!(
        shown.ends_with("ZeroDivisionError: division by zero"),
        "{shown}"
    );
    let shown = session.answer("x = = 1");
    assert!(shown.ends_with("SyntaxError: invalid syntax"), "{shown}");
    assert_eq!(
        session.answer("import sys; type(sys.last_exc).__name__"),
        "'SyntaxError'"
    );
    session.press("exit(7)\r");
    assert_eq!(session.status(), Some(7));
}

#[test]
fn control_c_interrupts_the_line_and_the_statement() {
    let folder = Folder::new("interrupts");
    let Some(mut session) = Session::start(&folder, "-q") else {
        return;
    };
    session.expect(">>> ");
    session.press("half a li");
    session.expect("half a li");
    session.press("\x03");
    session.expect("KeyboardInterrupt");
    session.expect(">>> ");
    for line in [
        "for i in (1,):",
        "    print('o' + 'n', flush=True)",
        "    while True: pass",
    ] {
        session.press(line);
        session.expect(line);
        session.press("\r");
        session.expect("... ");
    }
    session.press("\r");
    session.expect("on");
    session.press("\x03");
    session.expect("KeyboardInterrupt");
    session.expect(">>> ");
    session.press("'still ' + 'alive'\r");
    session.expect("'still alive'");
    session.expect(">>> ");
    session.press("\x04");
    assert_eq!(session.status(), Some(0));
}

#[test]
fn history_and_startup_are_files() {
    let folder = Folder::new("files");
    let startup = folder.0.join("startup.py");
    std::fs::write(&startup, "greeting = 'hello from startup'\n").expect("can be written");
    let history = folder.0.join("history");
    for turn in 0..2 {
        let variables: [(&str, &Path); 2] =
            [("PYTHONSTARTUP", &startup), ("PYTHON_HISTORY", &history)];
        let Some(mut session) = Session::start_with(&folder, "-q", &variables) else {
            return;
        };
        session.expect(">>> ");
        if turn == 0 {
            assert_eq!(session.answer("greeting"), "'hello from startup'");
            assert_eq!(session.answer("5 + 6"), "11");
        } else {
            // The key that goes back in history.
            session.press("\x1b[A\r");
            session.expect("5 + 6");
            session.expect("11");
            session.expect(">>> ");
        }
        session.press("\x04");
        assert_eq!(session.status(), Some(0));
    }
    let kept = std::fs::read_to_string(history).expect("written at the end");
    assert_eq!(kept, "greeting\n5 + 6\n5 + 6\n");
}

#[test]
fn what_is_no_terminal_is_a_program() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_taipan"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut pipe = child.stdin.take().expect("piped");
    pipe.write_all(b"1 + 1\nprint('run')\n").expect("it reads");
    drop(pipe);
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&out.stdout), "run\n");
}
