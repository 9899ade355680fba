//! `brainfuck FILE`: runs a program. Options of the toolkit come from the environment (`COIL_JIT=off`, `COIL_STATS=1`, ...).

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = coil_jit::tiny::options_or_exit();
    let Some(path) = std::env::args_os().nth(1) else {
        let _ = writeln!(std::io::stderr(), "usage: brainfuck FILE");
        return ExitCode::from(2);
    };
    let source = match std::fs::read_to_string(&path) {
        Ok(source) => source,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}: {error}", path.display());
            return ExitCode::from(2);
        }
    };
    let (output, result) = brainfuck::run(&source, &options);
    let _ = std::io::stdout().write_all(&output);
    if let Err(message) = result {
        let _ = writeln!(std::io::stderr(), "{message}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
