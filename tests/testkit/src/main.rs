//! `cargo run -p testkit -- [options] [filter ...]`; see [`testkit::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    testkit::cli::main(std::env::args().skip(1).collect())
}
