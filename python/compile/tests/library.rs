//! Every file of the standard library compiles and keeps the rules of the bytecode.

#![allow(clippy::print_stderr, reason = "says why a test is skipped")]

use std::path::{Path, PathBuf};
use taipan_compile::{ErrorKind, Mode, Options, compile};

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

/// Files that are wrong on purpose, of Python 2, or in encodings not supported.
fn is_broken(path: &Path) -> bool {
    let text = path.to_string_lossy();
    [
        "bad_coding",
        "badsyntax",
        "lib2to3/tests/data",
        "badcert",
        "test_lib2to3",
        "bad_getattr",
        "koi8_r",
        "turtledemo/clock",
    ]
    .iter()
    .any(|part| text.contains(part))
}

fn check_folder(folder: &Path) {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut failures = Vec::new();
    for path in files.iter().filter(|path| !is_broken(path)) {
        let source = std::fs::read(path).expect("listed");
        let name = path.display().to_string();
        match compile(&source, &name, Options::new(Mode::Exec)) {
            Err(error) if error.kind == ErrorKind::Recursion => {}
            Err(error) => failures.push(format!("{name}: {error}")),
            Ok(code) => {
                if let Err(error) = taipan_bytecode::verify(&code) {
                    failures.push(format!("{name}: {error}"));
                }
            }
        }
    }
    assert!(
        files.len() > 100,
        "{} has only {} files",
        folder.display(),
        files.len()
    );
    assert!(
        failures.is_empty(),
        "{} of {} fail:\n{}",
        failures.len(),
        files.len(),
        failures.join("\n")
    );
}

#[test]
fn installed_python_compiles_and_verifies() {
    let versions = Path::new("/root/.pyenv/versions");
    let found = std::fs::read_dir(versions)
        .into_iter()
        .flatten()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("3.13"));
    match found {
        Some(entry) => check_folder(&entry.path().join("lib/python3.13")),
        None => eprintln!("skipped: no CPython 3.13 under {}", versions.display()),
    }
}

#[test]
fn library_of_3_14_compiles_and_verifies() {
    check_folder(Path::new(rustpython_pylib::LIB_PATH));
}
