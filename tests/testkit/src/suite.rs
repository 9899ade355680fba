//! Jobs (a script in a mode), the workers that run them, and the report.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use crate::diff::difference;
use crate::execute::{Ended, execute};
use crate::expectation::{Expectation, relative_traceback};
use crate::guards;
use crate::mode::Mode;
use crate::programs::Program;
use crate::script::Script;
use crate::trace::{self, TraceExpectation};

const SLOW: Duration = Duration::from_secs(2);
const SLOW_SHOWN: usize = 8;
const DIFFERENCES_SHOWN: usize = 20;

/// One run of one script.
#[derive(Debug)]
pub struct Job {
    label: String,
    file: PathBuf,
    folder: PathBuf,
    words: Vec<String>,
    environment: Vec<(&'static str, String)>,
    limit: Duration,
    check_stderr: bool,
    known_to_fail: bool,
    traces: Vec<TraceExpectation>,
    each_guard: bool,
}

/// How a job ended.
enum Verdict {
    Passed,
    Failed(String),
}

impl Job {
    /// A script of the corpus: it runs in its own folder, called by its file name.
    pub fn script(script: &Script, mode: Mode, timeout: u64, known_to_fail: bool) -> Job {
        let mut words = vec![script.file_name()];
        words.extend(script.header.args.iter().cloned());
        Job {
            label: format!("{} [{}]", script.name, mode.name()),
            file: script.path.clone(),
            folder: script
                .path
                .parent()
                .map(Path::to_path_buf)
                .unwrap_or_default(),
            words,
            environment: mode
                .environment(script.header.gc_stress, script.header.max_heap.as_deref()),
            limit: Duration::from_secs(script.header.timeout.unwrap_or(timeout)),
            check_stderr: script.header.check_stderr,
            known_to_fail,
            traces: match mode {
                Mode::Default => script.traces.clone(),
                _ => Vec::new(),
            },
            each_guard: mode == Mode::EachGuard,
        }
    }

    /// A driver of a benchmark program.
    pub fn program(
        program: &Program,
        root: &Path,
        suite: &Path,
        mode: Mode,
        timeout: u64,
        known_to_fail: bool,
    ) -> Job {
        let mut words = vec![program.driver.display().to_string()];
        words.extend(program.arguments(root, suite));
        Job {
            label: format!("{} [{}]", program.name, mode.name()),
            file: program.driver.clone(),
            folder: root.to_path_buf(),
            words,
            environment: mode.environment(program.gc_stress, None),
            limit: Duration::from_secs(timeout),
            check_stderr: false,
            known_to_fail,
            traces: Vec::new(),
            each_guard: mode == Mode::EachGuard,
        }
    }

    fn run(&self, interpreter: &Path) -> Verdict {
        if !self.each_guard {
            return self.run_once(interpreter, &[]);
        }
        let stats = self.path_of_its_own("json");
        let mut complaint = None;
        guards::each(&stats, |guard| {
            let jit = self
                .environment
                .iter()
                .find(|(name, _)| *name == "COIL_JIT");
            let jit = jit.map_or("", |(_, words)| words.as_str());
            let more = [
                ("COIL_JIT", format!("{jit},fail-guard:{guard}")),
                ("COIL_STATS", stats.display().to_string()),
            ];
            if let Verdict::Failed(text) = self.run_once(interpreter, &more) {
                complaint = Some(format!("    guard {guard} of every trace:\n{text}"));
            }
            complaint.is_none()
        });
        complaint.map_or(Verdict::Passed, Verdict::Failed)
    }

    fn run_once(&self, interpreter: &Path, more: &[(&'static str, String)]) -> Verdict {
        let expected = match Expectation::read(&self.file) {
            Ok(expected) => expected,
            Err(text) => return Verdict::Failed(format!("    {text}\n")),
        };
        // Signals that whoever runs the tests ignores, as for what runs in the background, are not ignored by the script.
        let mut command = Command::new("env");
        command.arg("--default-signal").arg(interpreter);
        command.args(&self.words).current_dir(&self.folder);
        for name in [
            "COIL_JIT",
            "COIL_GC",
            "COIL_LOG",
            "COIL_DUMP",
            "COIL_STATS",
            "PYTHONPATH",
        ] {
            command.env_remove(name);
        }
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHON_COLORS", "0")
            .env("LC_ALL", "C.UTF-8")
            .env("PYTHONIOENCODING", "utf-8");
        command.envs(self.environment.iter().map(|(name, value)| (*name, value)));
        command.envs(more.iter().map(|(name, value)| (*name, value)));
        let dump = (!self.traces.is_empty()).then(|| self.path_of_its_own("ir"));
        if let Some(dump) = &dump {
            command.env("COIL_DUMP", format!("ir-opt:{}", dump.display()));
            // What is expected must not depend on how fast the machine is.
            command.env("COIL_JIT", "pace:0");
        }
        let verdict = match execute(command, self.limit) {
            Ended::TimedOut => {
                Verdict::Failed(format!("    not done after {} s\n", self.limit.as_secs()))
            }
            Ended::NotStarted(text) => Verdict::Failed(format!("    cannot be started: {text}\n")),
            Ended::Exited(actual) => self.compare(&expected, &actual),
        };
        let Some(dump) = dump else { return verdict };
        let wrong = trace::check(&self.traces, &dump);
        // It may not be there, and nobody misses it.
        let _ = std::fs::remove_file(&dump);
        match verdict {
            Verdict::Passed if !wrong.is_empty() => Verdict::Failed(wrong),
            verdict => verdict,
        }
    }

    /// Where a run leaves its traces or statistics: a name that no other job has.
    fn path_of_its_own(&self, kind: &str) -> PathBuf {
        let name: String = self
            .label
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        std::env::temp_dir().join(format!("testkit-{}-{name}.{kind}", std::process::id()))
    }

    fn compare(&self, expected: &Expectation, actual: &Expectation) -> Verdict {
        let mut text = String::new();
        let stderr = relative_traceback(&actual.stderr, &self.folder);
        if actual.exit != expected.exit {
            text.push_str(&format!(
                "    exit code {} instead of {}\n",
                actual.exit, expected.exit
            ));
        }
        if let Some(difference) = difference(&expected.stdout, &actual.stdout) {
            text.push_str(&difference);
        }
        if self.check_stderr {
            if let Some(difference) = difference(&expected.stderr, &stderr) {
                text.push_str("    standard error\n");
                text.push_str(&difference);
            }
        } else if !text.is_empty() {
            let lines: Vec<&str> = stderr.lines().collect();
            for line in &lines[lines.len().saturating_sub(6)..] {
                text.push_str(&format!("    ! {line}\n"));
            }
        }
        if text.is_empty() {
            Verdict::Passed
        } else {
            Verdict::Failed(text)
        }
    }
}

/// What came of the jobs.
#[derive(Debug)]
pub struct Report {
    passed: usize,
    failures: Vec<(String, String)>,
    skipped: Vec<(String, String)>,
    known: usize,
    now_pass: Vec<String>,
    slow: Vec<(Duration, String)>,
    show_all: bool,
}

impl Report {
    /// An empty report, which shows a few differences or all of them.
    pub fn new(show_all: bool) -> Report {
        Report {
            passed: 0,
            failures: Vec::new(),
            skipped: Vec::new(),
            known: 0,
            now_pass: Vec::new(),
            slow: Vec::new(),
            show_all,
        }
    }

    /// Counts a failure.
    pub fn fail(&mut self, label: &str, text: String) {
        self.failures.push((label.to_owned(), text));
    }

    /// Counts a test that could not be run.
    pub fn skip(&mut self, label: &str, why: &str) {
        self.skipped.push((label.to_owned(), why.to_owned()));
    }

    /// Remembers jobs that took long, for whoever wants the tests faster.
    fn note_time(&mut self, job: &Job, time: Duration) {
        if time >= SLOW {
            self.slow.push((time, job.label.clone()));
        }
    }

    fn add(&mut self, job: &Job, verdict: Verdict) {
        match (verdict, job.known_to_fail) {
            (Verdict::Passed, false) => self.passed += 1,
            (Verdict::Failed(text), false) => self.fail(&job.label, text),
            (Verdict::Failed(_), true) => self.known += 1,
            (Verdict::Passed, true) => {
                self.passed += 1;
                self.now_pass.push(job.label.clone());
            }
        }
    }

    /// Prints it; the last line is the count.
    pub fn print(&mut self) {
        self.failures.sort();
        let shown = if self.show_all {
            self.failures.len()
        } else {
            DIFFERENCES_SHOWN
        };
        for (label, text) in self.failures.iter().take(shown) {
            println!("FAILED {label}\n{}", text.trim_end());
        }
        if self.failures.len() > shown {
            println!("and these, whose differences --all shows:");
            for (label, _) in &self.failures[shown..] {
                println!("FAILED {label}");
            }
        }
        self.slow.sort_by(|a, b| b.cmp(a));
        for (time, label) in self.slow.iter().take(SLOW_SHOWN) {
            println!("slow: {:.1} s {label}", time.as_secs_f64());
        }
        for (label, why) in &self.skipped {
            println!("skipped {label}: {why}");
        }
        for label in &self.now_pass {
            println!("passes, but is listed in tests/known_failures.txt: {label}");
        }
        if self.known > 0 {
            println!(
                "known failures (tests/known_failures.txt), counted as skipped: {}",
                self.known
            );
        }
        let skipped = self.skipped.len() + self.known;
        println!(
            "{} passed, {} failed, {skipped} skipped",
            self.passed,
            self.failures.len()
        );
    }

    /// Whether that is success; where `strict`, a test that could not be run is a failure.
    pub fn holds(&self, strict: bool) -> bool {
        self.failures.is_empty() && (!strict || self.skipped.is_empty())
    }
}

/// Runs `jobs` on `workers` threads.
pub fn run_jobs(interpreter: &Path, jobs: Vec<Job>, workers: usize, report: &mut Report) {
    let queue = Mutex::new(VecDeque::from(jobs));
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (queue, sender) = (&queue, sender.clone());
            scope.spawn(move || {
                while let Some(job) = take(queue) {
                    let start = Instant::now();
                    let verdict = job.run(interpreter);
                    if sender.send((job, verdict, start.elapsed())).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (job, verdict, time) in receiver {
            report.note_time(&job, time);
            report.add(&job, verdict);
        }
    });
}

fn take(queue: &Mutex<VecDeque<Job>>) -> Option<Job> {
    queue
        .lock()
        .expect("no worker panics while it holds the queue")
        .pop_front()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(known_to_fail: bool) -> Job {
        Job {
            label: "x".into(),
            file: PathBuf::new(),
            folder: PathBuf::from("/a"),
            words: Vec::new(),
            environment: Vec::new(),
            limit: Duration::from_secs(1),
            check_stderr: true,
            known_to_fail,
            traces: Vec::new(),
            each_guard: false,
        }
    }

    fn run(stdout: &str, stderr: &str, exit: i32) -> Expectation {
        Expectation {
            stdout: stdout.into(),
            stderr: stderr.into(),
            exit,
        }
    }

    #[test]
    fn output_error_text_and_exit_code_are_compared() {
        let expected = run("a\n", "  File \"b.py\"\n", 1);
        let verdict = |actual: Expectation| job(false).compare(&expected, &actual);
        assert!(matches!(
            verdict(run("a\n", "  File \"/a/b.py\"\n", 1)),
            Verdict::Passed
        ));
        for wrong in [
            run("b\n", "  File \"b.py\"\n", 1),
            run("a\n", "", 1),
            run("a\n", "  File \"b.py\"\n", 0),
        ] {
            assert!(matches!(verdict(wrong), Verdict::Failed(_)));
        }
    }

    #[test]
    fn a_known_failure_that_passes_is_told() {
        let mut report = Report::new(false);
        report.add(&job(true), Verdict::Failed(String::new()));
        assert!(report.holds(true));
        report.add(&job(true), Verdict::Passed);
        assert!(report.holds(true) && report.now_pass.len() == 1);
    }

    #[test]
    fn a_skipped_test_fails_where_strict() {
        let mut report = Report::new(false);
        report.skip("x", "why");
        assert!(report.holds(false) && !report.holds(true));
    }
}
