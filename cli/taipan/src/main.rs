//! `taipan`: runs Python programs.

use std::io::Write;
use std::process::ExitCode;
use taipan_runtime::{Config, Python};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let coil = match coil_options::Options::from_env() {
        Ok(options) => options,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "taipan: {error}");
            return ExitCode::from(2);
        }
    };
    let Some(first) = args.next() else {
        let _ = writeln!(std::io::stderr(), "usage: taipan FILE [args] | -c PROGRAM");
        return ExitCode::from(2);
    };
    let (source, name) = if first == "-c" {
        (args.next().unwrap_or_default().into_bytes(), "<string>".to_owned())
    } else {
        match std::fs::read(&first) {
            Ok(source) => (source, first),
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "taipan: can't open file '{first}': {error}");
                return ExitCode::from(2);
            }
        }
    };
    let config = Config { coil, argv: Vec::new() };
    let mut python = match Python::new(&config) {
        Ok(python) => python,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "taipan: cannot start: {}", failure.0);
            return ExitCode::from(1);
        }
    };
    let code = match python.compile(&source, &name, taipan_runtime::Mode::Exec) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}:{}: {}", name, error.line, error.message);
            return ExitCode::from(1);
        }
    };
    match python.run_main(code, Some(&name)) {
        Ok(_) => ExitCode::SUCCESS,
        Err(raised) => {
            let text = python.describe(raised);
            let _ = std::io::stderr().write_all(text.as_bytes());
            ExitCode::from(1)
        }
    }
}
