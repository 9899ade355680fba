//! Runs a command with a time limit and a cap on what is kept of its output.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::expectation::Expectation;

const OUTPUT_CAP: usize = 8 << 20;

/// How a run ended.
#[derive(Debug)]
pub enum Ended {
    /// By itself; an exit by a signal has the negative signal number.
    Exited(Expectation),
    /// It was killed after its time was up.
    TimedOut,
    /// It could not be started.
    NotStarted(String),
}

/// Runs `command` for at most `limit`.
pub fn execute(mut command: Command, limit: Duration) -> Ended {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(e) => return Ended::NotStarted(format!("{command:?}: {e}")),
    };
    let stdout = keep(child.stdout.take().expect("it was piped"));
    let stderr = keep(child.stderr.take().expect("it was piped"));
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if start.elapsed() < limit => {}
            Ok(None) | Err(_) => {
                // A child that has just ended cannot be killed, which is what was wanted.
                let _ = child.kill();
                let _ = child.wait();
                break None;
            }
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    let (stdout, stderr) = (text(stdout), text(stderr));
    match status {
        Some(status) => Ended::Exited(Expectation {
            stdout,
            stderr,
            exit: code(status),
        }),
        None => Ended::TimedOut,
    }
}

/// Reads to the end, so that the child never blocks, but keeps only the first few megabytes.
fn keep(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        while let Ok(count @ 1..) = pipe.read(&mut chunk) {
            let room = OUTPUT_CAP.saturating_sub(kept.len()).min(count);
            kept.extend_from_slice(&chunk[..room]);
        }
        kept
    })
}

fn text(reader: JoinHandle<Vec<u8>>) -> String {
    let bytes = reader.join().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status
        .code()
        .or_else(|| status.signal().map(|signal| -signal))
        .unwrap_or(i32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(line: &str, limit: Duration) -> Ended {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        execute(command, limit)
    }

    #[test]
    fn output_and_exit_code_are_kept() {
        let Ended::Exited(run) = shell("echo a; echo b >&2; exit 3", Duration::from_secs(10))
        else {
            panic!("it exits by itself");
        };
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str(), run.exit),
            ("a\n", "b\n", 3)
        );
    }

    #[test]
    fn a_run_without_end_is_killed() {
        let start = Instant::now();
        assert!(matches!(
            shell("exec sleep 30", Duration::from_millis(50)),
            Ended::TimedOut
        ));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_signal_is_a_negative_code() {
        let Ended::Exited(run) = shell("kill -9 $$", Duration::from_secs(10)) else {
            panic!("it ends by itself");
        };
        assert_eq!(run.exit, -9);
    }
}
