//! `taipan`: runs Python programs.

mod arguments;
mod shell;

use arguments::{Arguments, Program};
use std::io::{IsTerminal, Read, Write};
use std::process::ExitCode;
use taipan_runtime::{Config, Mode, Python};

/// Native recursion needs so much stack before its limit makes it a RecursionError.
const STACK_BYTES: usize = 8 << 20;

const USAGE: &str = "\
usage: taipan [option] ... [-c PROGRAM | -m MODULE | FILE | -] [argument] ...

Without a program it asks for statements, or runs the program on standard input if that is no terminal.

  -c PROGRAM   runs the program text
  -m MODULE    runs a library module as a script
  -            standard input, as without a program
  -b           sets sys.flags.bytes_warning; there are no such warnings
  -B           writes no .pyc files
  -d           sets sys.flags.debug; the parser has nothing to show
  -E           ignores PYTHON* environment variables
  -i           asks for statements after the program, if standard input is a terminal
  -I           isolated: -E -P -s
  -O           drops assertions (-OO: docstrings too)
  -P           does not put the script's folder on sys.path
  -q           does not show the banner
  -s           no user site folder
  -S           does not import site
  -u           unbuffered output
  -v           sets sys.flags.verbose, which importlib heeds
  -V           shows the version
  -W FILTER    warning filter
  -x           skips the first line of the program
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
        say(&format!(
            "Python {} (taipan)\n",
            taipan_modules::sys::VERSION_NUMBER
        ));
        return ExitCode::SUCCESS;
    }
    let narrow = coil_host::stack_limit().is_some_and(|bytes| bytes < STACK_BYTES);
    if !narrow {
        return run(arguments);
    }
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    match thread.spawn(|| run(arguments)) {
        Ok(thread) => thread.join().unwrap_or(ExitCode::FAILURE),
        Err(error) => {
            complain(&format!(
                "taipan: cannot start: no stack of {STACK_BYTES} bytes: {error}\n"
            ));
            ExitCode::from(1)
        }
    }
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
    let (mut source, name) = match &arguments.program {
        Program::Input if asks => (Vec::new(), String::new()),
        Program::Text(text) => (text.clone().into_bytes(), String::new()),
        Program::Module(module) => (main_module(module, true), "<string>".to_owned()),
        Program::Folder => (main_module("__main__", false), "<string>".to_owned()),
        Program::Input => {
            let mut source = Vec::new();
            if let Err(error) = std::io::stdin().read_to_end(&mut source) {
                complain(&format!("taipan: cannot read the program: {error}\n"));
                return ExitCode::from(1);
            }
            (source, "<stdin>".to_owned())
        }
        Program::File(path) => match std::fs::read(path) {
            Ok(source) => (source, absolute(path)),
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
    if arguments.skip_line && file.is_some() {
        // The end of the line stays: lines keep their numbers.
        let end = source.iter().position(|byte| *byte == b'\n');
        source.drain(..end.unwrap_or(source.len()));
    }
    let session = (asks || terminal && arguments.modules.inspect)
        .then(|| shell::Session::new(&arguments.modules));
    let mut python = match Python::new(&Config {
        coil,
        modules: arguments.modules.clone(),
    }) {
        Ok(python) => python,
        Err(failure) => {
            complain(&format!("taipan: cannot start: {}\n", failure.0));
            return ExitCode::from(1);
        }
    };
    let mut status = match &arguments.program {
        Program::Text(text) => python.run_text(text),
        _ if asks => 0,
        _ => python.run_source(&source, &name, file.as_deref(), Mode::Exec),
    };
    if let Some(session) = session {
        status = session.run(&mut python, asks);
    }
    ExitCode::from(python.end(status))
}

/// A program that runs a module as `__main__`.
fn main_module(module: &str, alters_argv: bool) -> Vec<u8> {
    let alters_argv = if alters_argv { "True" } else { "False" };
    format!("import runpy\nrunpy._run_module_as_main({module:?}, {alters_argv})\n").into_bytes()
}

/// The path from the root; what is in it stays as it was written.
fn absolute(path: &str) -> String {
    match std::env::current_dir() {
        Ok(folder) => folder.join(path).display().to_string(),
        Err(_) => path.to_owned(),
    }
}
