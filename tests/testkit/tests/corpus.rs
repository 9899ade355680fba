//! `cargo test -p testkit`: the whole corpus, where the interpreter has been built. Under CI its absence is a failure.

use std::process::ExitCode;

fn main() -> ExitCode {
    testkit::cli::main(vec!["--if-built".to_owned()])
}
