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
        (
            args.next().unwrap_or_default().into_bytes(),
            "<string>".to_owned(),
        )
    } else {
        match std::fs::read(&first) {
            Ok(source) => (source, first),
            Err(error) => {
                let _ = writeln!(
                    std::io::stderr(),
                    "taipan: can't open file '{first}': {error}"
                );
                return ExitCode::from(2);
            }
        }
    };
    let mut modules = taipan_modules::Config {
        no_site: true,
        ..Default::default()
    };
    modules.argv = if name == "<string>" {
        vec!["-c".to_owned()]
    } else {
        vec![name.clone()]
    };
    modules.argv.extend(args);
    modules.orig_argv = std::env::args().collect();
    modules.executable = std::env::current_exe()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    if name == "<string>" {
        modules.path.push(String::new());
    } else {
        let folder = std::path::Path::new(&name)
            .parent()
            .map(|folder| folder.display().to_string());
        modules.path.push(
            folder
                .filter(|folder| !folder.is_empty())
                .unwrap_or_else(|| ".".to_owned()),
        );
    }
    let config = Config { coil, modules };
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
            let _ = writeln!(
                std::io::stderr(),
                "{}:{}: {}",
                name,
                error.line,
                error.message
            );
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
