//! Compile speed: `cargo run --release -p taipan-compile --example speed -- files or folders`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use taipan_compile::{Mode, Options, compile};

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            collect(&entry.path(), files);
        }
    } else if path.extension().is_some_and(|extension| extension == "py") {
        files.push(path.to_owned());
    }
}

fn main() {
    let mut files = Vec::new();
    for path in std::env::args().skip(1) {
        collect(Path::new(&path), &mut files);
    }
    let (mut bytes, mut lines, mut failed) = (0, 0, 0);
    let (mut parsing, mut all) = (Duration::ZERO, Duration::ZERO);
    for path in &files {
        let Ok(source) = std::fs::read(path) else {
            continue;
        };
        let name = path.display().to_string();
        if let Ok(text) = taipan_syntax::decode(&source) {
            let start = Instant::now();
            let _ = taipan_syntax::parse(&text, Mode::Exec);
            parsing += start.elapsed();
        }
        let start = Instant::now();
        let result = compile(&source, &name, Options::new(Mode::Exec));
        all += start.elapsed();
        bytes += source.len();
        lines += source.iter().filter(|&&byte| byte == b'\n').count();
        match result {
            Ok(code) => {
                if let Err(error) = taipan_bytecode::verify(&code) {
                    eprintln!("{name}: broken: {error}");
                }
            }
            Err(error) => {
                failed += 1;
                eprintln!("{name}: {error}");
            }
        }
    }
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{} files, {megabytes:.1} MB, {lines} lines, {failed} failed; parse {:.1} MB/s, all {:.1} MB/s, {:.2} ms per 1000 lines",
        files.len(),
        megabytes / parsing.as_secs_f64(),
        megabytes / all.as_secs_f64(),
        all.as_secs_f64() * 1e6 / lines as f64,
    );
}
