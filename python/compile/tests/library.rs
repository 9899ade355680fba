//! Every file of the standard library compiles and keeps the rules of the bytecode.

#![allow(clippy::print_stderr, reason = "says why a test is skipped")]

use std::path::{Path, PathBuf};
use std::process::Command;
use taipan_compile::{ErrorKind, Mode, Options, compile};

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            // What is installed beside the library is not the library.
            if !path.ends_with("site-packages") && !path.ends_with("dist-packages") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
}

/// Files that are wrong on purpose, of Python 2, or in encodings that there are not.
fn is_broken(path: &Path) -> bool {
    let text = path.to_string_lossy();
    [
        "bad_coding",
        "badsyntax",
        "lib2to3/tests/data",
        "badcert",
        "test_lib2to3",
        "bad_getattr",
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

/// The folder of the standard library of the machine's CPython; none, with a message, where there is no CPython.
fn installed_library() -> Option<PathBuf> {
    let asked = Command::new("python3")
        .args([
            "-c",
            "import sysconfig; print(sysconfig.get_path('stdlib'))",
        ])
        .output();
    match asked {
        Ok(said) if said.status.success() => {
            Some(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()))
        }
        _ if std::env::var("CI").is_ok_and(|value| value == "true") => {
            panic!("this test needs a CPython: python3: {asked:?}")
        }
        _ => {
            eprintln!("skipped: there is no CPython (python3) whose library could be compiled");
            None
        }
    }
}

#[test]
fn library_of_the_installed_python_compiles_and_verifies() {
    if let Some(folder) = installed_library() {
        check_folder(&folder);
    }
}

#[test]
fn library_of_3_14_compiles_and_verifies() {
    check_folder(Path::new(rustpython_pylib::LIB_PATH));
}
