//! `cargo xtask record`: asks CPython what the test scripts should print, and writes it down beside them.
//!
//! Scripts go to CPython 3.14 (`oracle/oracle.mjs`, which runs pyodide under node; npm installs it below `target/oracle`
//! on first use). Those with the header `# oracle: 3.13` need what pyodide has not (deep recursion, threads, processes,
//! files beside the script) and go to a native CPython 3.13. So do the drivers of the benchmark programs.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value as Json;
use testkit::execute::{Ended, execute};
use testkit::expectation::{Expectation, relative_traceback};
use testkit::programs::Program;
use testkit::script::{Oracle, Script};

use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_secs(300);
const PYODIDE: &str = "pyodide@314.0.7";

/// Records the scripts whose path contains one of `filters` (all scripts if there are none).
pub(crate) fn scripts(workspace: &Workspace, filters: &[&str]) -> Result<String, String> {
    let all = Script::discover(&workspace.root.join("tests/python"))?;
    let chosen: Vec<&Script> = all.iter().filter(|s| s.matches(filters)).collect();
    let (wasm, native): (Vec<&Script>, Vec<&Script>) = chosen
        .iter()
        .partition(|script| script.header.oracle == Oracle::Wasm314);
    let mut outcome = Outcome::default();
    for script in native {
        let folder = script.path.parent().expect("a script lies in a folder");
        let mut command = cpython_313();
        command
            .arg(script.file_name())
            .args(&script.header.args)
            .current_dir(folder);
        let answer = capture(command, folder)?;
        outcome.write(script, &answer)?;
    }
    if !wasm.is_empty() {
        for (script, answer) in wasm.iter().zip(ask_wasm(workspace, &wasm)?) {
            outcome.write(script, &answer)?;
        }
    }
    outcome.closing_line(chosen.len())
}

/// Records the benchmark programs.
pub(crate) fn programs(workspace: &Workspace) -> Result<String, String> {
    let suite = testkit::programs::find_suite()
        .ok_or("record: the pyperformance distribution is not there: run bench/compare.py once")?;
    let all = Program::discover(&workspace.root)?;
    for program in &all {
        let mut command = cpython_313();
        command
            .arg(&program.driver)
            .args(program.arguments(&workspace.root, &suite));
        let answer = capture(command, &workspace.root)?;
        if answer.exit != 0 {
            return Err(format!("record: {}: {}", program.name, answer.stderr));
        }
        answer
            .write(&program.driver, false)
            .map_err(|e| format!("{}: {e}", program.name))?;
    }
    Ok(format!("record: {} programs", all.len()))
}

fn cpython_313() -> Command {
    let mut command = Command::new("python3.13");
    command
        .env("PYENV_VERSION", "3.13.0")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
        .env("PYTHON_COLORS", "0")
        .env("PYTHONIOENCODING", "utf-8");
    command
}

/// What `command` prints; paths below `folder` in its tracebacks are made relative.
fn capture(command: Command, folder: &Path) -> Result<Expectation, String> {
    match execute(command, LIMIT) {
        Ended::Exited(mut answer) => {
            answer.stderr = relative_traceback(&answer.stderr, folder);
            Ok(answer)
        }
        Ended::TimedOut => Err(format!("record: not done after {} s", LIMIT.as_secs())),
        Ended::NotStarted(text) => Err(format!("record: cannot run {text}")),
    }
}

/// What recording came to: one script that fails unexpectedly does not keep the others from being recorded.
#[derive(Default)]
struct Outcome {
    changed: Vec<String>,
    complaints: Vec<String>,
}

impl Outcome {
    fn write(&mut self, script: &Script, answer: &Expectation) -> Result<(), String> {
        let header = &script.header;
        if answer.exit != 0 && !header.check_stderr && !header.fails {
            self.complaints.push(format!(
                "record: {} ends with {}: say `# check: stderr` or `# check: exit` if that is meant\n{}",
                script.name, answer.exit, answer.stderr
            ));
            return Ok(());
        }
        let written = answer.write(&script.path, header.check_stderr);
        if written.map_err(|e| format!("{}: {e}", script.name))? {
            self.changed.push(script.name.clone());
        }
        Ok(())
    }

    fn closing_line(&self, chosen: usize) -> Result<String, String> {
        if !self.complaints.is_empty() {
            return Err(self.complaints.join("\n"));
        }
        let list: String = self
            .changed
            .iter()
            .map(|name| format!("\n  {name}"))
            .collect();
        Ok(format!(
            "record: {chosen} scripts, {} expectations changed{list}",
            self.changed.len()
        ))
    }
}

/// One process answers for all: starting it takes seconds.
fn ask_wasm(workspace: &Workspace, scripts: &[&Script]) -> Result<Vec<Expectation>, String> {
    let folder = workspace.root.join("target/oracle");
    if !folder.join("node_modules/pyodide").exists() {
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let status = Command::new("npm")
            .args(["install", "--prefix", ".", PYODIDE])
            .current_dir(&folder)
            .status();
        if !status.is_ok_and(|s| s.success()) {
            return Err(format!("record: npm cannot install {PYODIDE}"));
        }
    }
    let mut child = Command::new("node")
        .arg(workspace.root.join("oracle/oracle.mjs"))
        .arg("-")
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("record: cannot run node: {e}"))?;
    let list: String = scripts
        .iter()
        .map(|s| format!("{}\n", s.path.display()))
        .collect();
    let mut stdin = child.stdin.take().expect("it was piped");
    let feeder = std::thread::spawn(move || stdin.write_all(list.as_bytes()));
    let output = child
        .wait_with_output()
        .map_err(|e| format!("record: node: {e}"))?;
    feeder
        .join()
        .expect("the feeder does not panic")
        .map_err(|e| format!("record: node: {e}"))?;
    let answers: Vec<Expectation> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(parse_answer)
        .collect::<Result<_, _>>()?;
    if answers.len() == scripts.len() {
        Ok(answers)
    } else {
        let stopped = scripts.get(answers.len()).map_or("?", |s| s.name.as_str());
        Err(format!("record: the oracle stopped at {stopped}"))
    }
}

fn parse_answer(line: &str) -> Result<Expectation, String> {
    let json: Json =
        serde_json::from_str(line).map_err(|e| format!("record: not JSON: {e}: {line}"))?;
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let exit = json["exit"]
        .as_i64()
        .and_then(|code| i32::try_from(code).ok());
    Ok(Expectation {
        stdout: text("stdout"),
        stderr: text("stderr"),
        exit: exit.ok_or_else(|| format!("record: no exit code: {line}"))?,
    })
}
