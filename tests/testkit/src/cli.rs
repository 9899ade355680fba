//! The command line: what to run, with what, and the summary.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::known::Known;
use crate::mode::{Mode, parse_modes};
use crate::programs::{self, Program};
use crate::script::Script;
use crate::suite::{Job, Report, run_jobs};

const USAGE: &str = "\
testkit [options] [filter ...]   runs the scripts of tests/python whose path contains a filter
  --programs        the benchmark programs instead of the scripts
  --modes A,B       of: off, default, eager, stress (these, if nothing is said), guards, raise, invalidate, frames, short, plain,
                    boxed, each-guard, each-raise, each-invalidate, each-frames
  --jobs N          how many at a time (2)
  --timeout N       seconds a script may take (30; a script's header may ask for more)
  --if-built        end quietly if the interpreter has not been built (not under CI)
  --all             show every difference, not the first few
The interpreter is $TAIPAN, else target/release/taipan. An interpreter that is not Taipan runs in the mode default only.";

/// What the command line asks for.
struct Request {
    filters: Vec<String>,
    modes: Vec<Mode>,
    workers: usize,
    timeout: u64,
    programs: bool,
    if_built: bool,
    show_all: bool,
}

/// Runs what `arguments` say and prints the summary; the last line is `N passed, N failed, N skipped`.
pub fn main(arguments: Vec<String>) -> ExitCode {
    match run(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Vec<String>) -> Result<bool, String> {
    let request = parse(arguments)?;
    let root = workspace_root();
    let interpreter = interpreter(&root);
    let Some(interpreter) = interpreter else {
        let text = "the interpreter is not built: cargo build --release -p taipan";
        if !request.if_built || under_ci() {
            return Err(text.to_owned());
        }
        println!("{text}\n0 passed, 0 failed, 0 skipped");
        return Ok(true);
    };
    let mut report = Report::new(request.show_all);
    let jobs = if request.programs {
        program_jobs(&root, &request, &mut report)?
    } else {
        script_jobs(&root, &request, &mut report)?
    };
    run_jobs(&interpreter, jobs, request.workers, &mut report);
    report.print();
    Ok(report.holds(under_ci()))
}

fn parse(arguments: Vec<String>) -> Result<Request, String> {
    let mut request = Request {
        filters: Vec::new(),
        modes: Mode::USUAL.to_vec(),
        workers: 2,
        timeout: 30,
        programs: false,
        if_built: false,
        show_all: false,
    };
    let mut words = arguments.into_iter();
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .ok_or_else(|| format!("{word} needs a value\n{USAGE}"))
        };
        match word.as_str() {
            "--programs" => request.programs = true,
            "--if-built" => request.if_built = true,
            "--all" => request.show_all = true,
            "--modes" => request.modes = parse_modes(&value()?)?,
            "--jobs" => request.workers = number(&value()?)?.max(1) as usize,
            "--timeout" => request.timeout = number(&value()?)?,
            // What cargo's own test runner would understand means nothing here.
            "--nocapture" | "--quiet" | "-q" => {}
            _ if word.starts_with('-') => return Err(USAGE.to_owned()),
            _ => request.filters.push(word),
        }
    }
    Ok(request)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}

fn script_jobs(root: &Path, request: &Request, report: &mut Report) -> Result<Vec<Job>, String> {
    let scripts = Script::discover(&root.join("tests/python"))?;
    let known = Known::load(&root.join("tests/known_failures.txt"))?;
    let filters: Vec<&str> = request.filters.iter().map(String::as_str).collect();
    let mut jobs = Vec::new();
    for name in known
        .names()
        .filter(|name| !name.starts_with("programs/") && !scripts.iter().any(|s| s.name == *name))
    {
        report.fail(
            &format!("{name} (known_failures.txt)"),
            "there is no such script".to_owned(),
        );
    }
    for script in scripts.iter().filter(|s| s.matches(&filters)) {
        for mode in request
            .modes
            .iter()
            .filter(|m| script.header.modes.contains(m))
        {
            jobs.push(Job::script(
                script,
                *mode,
                request.timeout,
                known.covers(&script.name, *mode),
            ));
        }
    }
    Ok(jobs)
}

fn program_jobs(root: &Path, request: &Request, report: &mut Report) -> Result<Vec<Job>, String> {
    let programs = Program::discover(root)?;
    let chosen = programs.iter().filter(|p| {
        request.filters.is_empty() || request.filters.iter().any(|f| p.name.contains(f))
    });
    let Some(suite) = programs::find_suite() else {
        for program in chosen {
            report.skip(
                &program.name,
                "the pyperformance distribution is not there: run bench/compare.py once",
            );
        }
        return Ok(Vec::new());
    };
    let known = Known::load(&root.join("tests/known_failures.txt"))?;
    let mut jobs = Vec::new();
    for program in chosen {
        for mode in &request.modes {
            jobs.push(Job::program(
                program,
                root,
                &suite,
                *mode,
                request.timeout.max(120),
                known.covers(&format!("programs/{}", program.name), *mode),
            ));
        }
    }
    Ok(jobs)
}

/// `$TAIPAN`, else the release binary, if it exists. A path is made absolute, since scripts run in their own folders; a
/// bare name is looked up as usual.
fn interpreter(root: &Path) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("TAIPAN") {
        let path = PathBuf::from(path);
        let is_path = path.components().count() > 1;
        return if is_path {
            std::path::absolute(path).ok()
        } else {
            Some(path)
        };
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let binary = target.join("release/taipan");
    binary
        .exists()
        .then(|| std::path::absolute(&binary).unwrap_or(binary))
}

/// Where a skipped test counts as a failure.
fn under_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

fn workspace_root() -> PathBuf {
    let folder = std::env::var("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned()); // ALLOW(env-var): cargo says where the package is
    let here = Path::new(&folder);
    here.ancestors()
        .nth(2)
        .expect("this crate lies two folders below the root")
        .to_path_buf()
}
