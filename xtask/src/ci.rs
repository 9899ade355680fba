//! `cargo xtask ci`: everything that must hold before a commit, cheap steps first. A failing step does not stop the
//! others; the closing table tells how long each took and how it ended.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::workspace::{Workspace, cargo};
use crate::{bans, handlers, layers, sizes, unsafe_code};

type Step = (&'static str, fn(&Workspace) -> Result<String, String>);

const STEPS: &[Step] = &[
    ("fmt", |_| {
        with_component("fmt", &["fmt", "--all", "--check"])
    }),
    ("layers", layers::check),
    ("sizes", sizes::check),
    ("unsafe", unsafe_code::check),
    ("bans", bans::check),
    ("clippy", |_| {
        with_component(
            "clippy",
            &[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        )
    }),
    ("handlers", |w| handlers::check(w, false)),
    ("aarch64", |_| {
        with_target("aarch64-unknown-linux-gnu", &["check", "--workspace"])
    }),
    ("test", |_| {
        run_cargo(&["test", "--workspace", "--exclude", "testkit"])
    }),
    ("cranelift", |_| both_backends()),
    ("testkit", |_| {
        run_cargo(&["test", "--package", "testkit", "--lib"])
    }),
    ("build", |w| {
        with_taipan(w, &["build", "--release", "--package", "taipan"])
    }),
    ("scripts", |w| {
        run_testkit(w, &["--modes", "off,default,eager,stress"])
    }),
    ("forced", |w| {
        run_testkit(
            w,
            &[
                "--modes",
                "guards,raise,invalidate,frames,short,plain,boxed",
            ],
        )
    }),
    ("each", |w| {
        run_testkit(
            w,
            &[
                "--modes",
                "each-guard,each-raise,each-invalidate,each-frames",
                "--timeout",
                "60",
                "/jit/",
                "/generators/",
            ],
        )
    }),
    ("programs", |w| {
        run_testkit(w, &["--programs", "--modes", "off,default,eager,stress"])
    }),
];

/// Runs the steps named, or all.
pub(crate) fn run(workspace: &Workspace, only: &[&str]) -> Result<String, String> {
    let names: Vec<&str> = STEPS.iter().map(|(name, _)| *name).collect();
    if only == ["list"] {
        return Ok(names.join("\n"));
    }
    if let Some(unknown) = only.iter().find(|word| !names.contains(word)) {
        return Err(format!(
            "ci: no step {unknown}; there are: {}",
            names.join(" ")
        ));
    }
    let mut table = String::new();
    let mut failed = Vec::new();
    for (name, step) in STEPS
        .iter()
        .filter(|(name, _)| only.is_empty() || only.contains(name))
    {
        println!("---- {name}");
        let start = Instant::now();
        let outcome = step(workspace);
        let time = seconds(start.elapsed());
        let verdict = match outcome {
            Ok(line) => {
                println!("{line}");
                "ok"
            }
            Err(complaint) => {
                println!("{complaint}");
                failed.push(*name);
                "FAILED"
            }
        };
        table.push_str(&format!("{name:10} {time:>8}  {verdict}\n"));
    }
    println!("----\n{}", table.trim_end());
    if failed.is_empty() {
        Ok("ci: ok".to_owned())
    } else {
        Err(format!("ci: failed: {}", failed.join(", ")))
    }
}

fn run_cargo(arguments: &[&str]) -> Result<String, String> {
    let line = format!("cargo {}", arguments.join(" "));
    println!("$ {line}");
    let status = Command::new(cargo()).args(arguments).status();
    match status {
        Ok(status) if status.success() => Ok(format!("{}: ok", arguments[0])),
        Ok(status) => Err(format!("{line}: {status}")),
        Err(e) => Err(format!("{line}: {e}")),
    }
}

/// A toolchain without the component skips the step, except under CI.
fn with_component(component: &str, arguments: &[&str]) -> Result<String, String> {
    let there = Command::new(cargo())
        .args([component, "--version"])
        .output()
        .is_ok_and(|o| o.status.success());
    if there || std::env::var("CI").is_ok_and(|value| value == "true") {
        return run_cargo(arguments);
    }
    Ok(format!(
        "skipped: this toolchain has no {component} (rustup component add rustfmt clippy)"
    ))
}

/// A toolchain without the standard library for the target skips the step, except under CI.
fn with_target(target: &str, arguments: &[&str]) -> Result<String, String> {
    let there = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
    if there || std::env::var("CI").is_ok_and(|value| value == "true") {
        return run_cargo(&[arguments, &["--target", target]].concat());
    }
    Ok(format!(
        "skipped: this toolchain has no {target} (rustup target add {target})"
    ))
}

/// The tests that compare the own backend with Cranelift, which is no part of what users get.
fn both_backends() -> Result<String, String> {
    let tree = Command::new(cargo())
        .args([
            "tree",
            "--package",
            "taipan",
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .output()
        .map_err(|e| format!("cargo tree: {e}"))?;
    let tree = String::from_utf8_lossy(&tree.stdout);
    if let Some(line) = tree.lines().find(|line| line.starts_with("cranelift")) {
        return Err(format!("taipan depends on {line}, which is for tests only"));
    }
    if !tree.starts_with("taipan") {
        return Err(format!("cargo tree says nothing of taipan: {tree}"));
    }
    run_cargo(&[
        "test",
        "--package",
        "coil-backend",
        "--package",
        "coil-jit",
        "--features",
        "coil-backend/cranelift,coil-jit/cranelift",
    ])
}

/// The steps that need the interpreter have nothing to do until its package exists.
fn with_taipan(workspace: &Workspace, arguments: &[&str]) -> Result<String, String> {
    if workspace.find("taipan").is_none() {
        return Ok("there is no package taipan yet: nothing to do".to_owned());
    }
    run_cargo(arguments)
}

fn run_testkit(workspace: &Workspace, arguments: &[&str]) -> Result<String, String> {
    let run = ["run", "--package", "testkit", "--"];
    with_taipan(workspace, &[&run, arguments].concat())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
