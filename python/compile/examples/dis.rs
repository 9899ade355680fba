//! Prints the bytecode of a Python file: `cargo run -p taipan-compile --example dis -- file.py`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program"
)]

use taipan_compile::{Mode, Options, compile};

fn main() {
    for path in std::env::args().skip(1) {
        let source = match std::fs::read(&path) {
            Ok(source) => source,
            Err(error) => {
                eprintln!("{path}: {error}");
                continue;
            }
        };
        match compile(&source, &path, Options::new(Mode::Exec)) {
            Ok(code) => {
                print!("{}", taipan_bytecode::disassemble(&code));
                if let Err(error) = taipan_bytecode::verify(&code) {
                    eprintln!("broken: {error}");
                }
            }
            Err(error) => eprintln!("{path}: {error:?}"),
        }
    }
}
