//! `taipan`: runs Python programs.

mod arguments;
mod shell;

use arguments::{Arguments, Program};
use std::io::{IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use taipan_runtime::{Config, Mode, Python};

const USAGE: &str = "\
usage: taipan [option] ... [-c PROGRAM | -m MODULE | FILE | -] [argument] ...

Without a program it asks for statements, or runs the program on standard input if that is no terminal.

  -c PROGRAM   runs the program text
  -m MODULE    runs a library module as a script
  -            standard input, as without a program
  -B           writes no .pyc files
  -E           ignores PYTHON* environment variables
  -i           asks for statements after the program, if standard input is a terminal
  -I           isolated: -E -P -s
  -O           drops assertions (-OO: docstrings too)
  -P           does not put the script's folder on sys.path
  -q           does not show the banner
  -s           no user site folder
  -S           does not import site
  -u           unbuffered output
  -V           shows the version
  -W FILTER    warning filter
  -X OPTION    Python's and the toolkit's options: jit=off, jit=threshold:N, gc=stress:N, stats, ...

Options of the toolkit (also by COIL_JIT, COIL_GC, COIL_LOG, COIL_DUMP, COIL_STATS):

";

fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn complain(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let arguments = match arguments::parse(&words) {
        Ok(arguments) => arguments,
        Err(message) => {
            complain(&format!(
                "{message}\nTry `taipan --help' for more information.\n"
            ));
            return ExitCode::from(2);
        }
    };
    if arguments.help {
        say(USAGE);
        say(&coil_options::help());
        return ExitCode::SUCCESS;
    }
    if arguments.version {
        say("Python 3.14.0 (taipan)\n");
        return ExitCode::SUCCESS;
    }
    run(arguments)
}

fn run(arguments: Arguments) -> ExitCode {
    let mut coil = match coil_options::Options::from_env() {
        Ok(options) => options,
        Err(error) => {
            complain(&format!("taipan: {error}\n"));
            return ExitCode::from(2);
        }
    };
    for option in &arguments.coil {
        if let Err(error) = coil.set(option) {
            complain(&format!("taipan: -X {option}: {error}\n"));
            return ExitCode::from(2);
        }
    }
    let terminal = std::io::stdin().is_terminal();
    let asks = terminal && matches!(arguments.program, Program::Input);
    let (source, name) = match &arguments.program {
        Program::Input if asks => (Vec::new(), String::new()),
        Program::Text(text) => (text.clone().into_bytes(), "<string>".to_owned()),
        Program::Module(module) => {
            let text = format!("import runpy\nrunpy._run_module_as_main({module:?})\n");
            (text.into_bytes(), "<string>".to_owned())
        }
        Program::Input => {
            let mut source = Vec::new();
            if let Err(error) = std::io::stdin().read_to_end(&mut source) {
                complain(&format!("taipan: cannot read the program: {error}\n"));
                return ExitCode::from(1);
            }
            (source, "<stdin>".to_owned())
        }
        Program::File(path) => match std::fs::read(path) {
            Ok(source) => (source, path.clone()),
            Err(error) => {
                let number = error.raw_os_error().unwrap_or(0);
                let text = error.to_string();
                let text = text.split(" (os error").next().unwrap_or_default();
                complain(&format!(
                    "taipan: can't open file '{}': [Errno {number}] {text}\n",
                    absolute(path)
                ));
                return ExitCode::from(2);
            }
        },
    };
    let file = matches!(arguments.program, Program::File(_)).then(|| name.clone());
    let session = (asks || terminal && arguments.modules.inspect)
        .then(|| shell::Session::new(&arguments.modules));
    let mut python = match Python::new(&Config {
        coil,
        modules: arguments.modules,
    }) {
        Ok(python) => python,
        Err(failure) => {
            complain(&format!("taipan: cannot start: {}\n", failure.0));
            return ExitCode::from(1);
        }
    };
    let mut status = 0;
    if !asks {
        status = python.run_source(&source, &name, file.as_deref(), Mode::Exec);
    }
    if let Some(session) = session {
        status = session.run(&mut python, asks);
    }
    python.end();
    ExitCode::from(status)
}

fn absolute(path: &str) -> String {
    std::path::absolute(Path::new(path))
        .map_or_else(|_| path.to_owned(), |path| path.display().to_string())
}
