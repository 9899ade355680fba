//! `cargo xtask`: the project's checks and chores, one file each.
//!
//! A check is a function from the [`Workspace`] to `Result<String, String>`: one closing line when it holds, else every
//! complaint, one a line. [`ci`] strings the checks together with what cargo itself offers.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool: printing is what it is for"
)]

mod bans;
mod ci;
mod handlers;
mod layers;
mod record;
mod sizes;
mod source;
mod unsafe_code;
mod workspace;

use std::process::ExitCode;

use workspace::Workspace;

const USAGE: &str = "\
cargo xtask ci [STEP ...]        everything that must hold before a commit; `cargo xtask ci list` names the steps
cargo xtask layers               a crate depends on crates of lower rank only
cargo xtask sizes                no file grows past 1000 lines unnoticed
cargo xtask unsafe [bless]       the count of unsafe blocks of a crate does not rise (bless: write the counts down)
cargo xtask bans                 constructs the project does without
cargo xtask handlers [show]      handlers on the Direct machine are as short as by hand (show: both listings)
cargo xtask record [FILE ...]    records what the test scripts print under CPython (all, or those whose path contains FILE)
cargo xtask record programs      records what the benchmark programs compute under CPython";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(complaint) => {
            eprintln!("{complaint}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<String, String> {
    match words {
        ["ci", steps @ ..] => ci::run(&Workspace::load()?, steps),
        ["layers"] => layers::check(&Workspace::load()?),
        ["sizes"] => sizes::check(&Workspace::load()?),
        ["unsafe"] => unsafe_code::check(&Workspace::load()?),
        ["unsafe", "bless"] => unsafe_code::bless(&Workspace::load()?),
        ["handlers"] => handlers::check(&Workspace::load()?, false),
        ["handlers", "show"] => handlers::check(&Workspace::load()?, true),
        ["bans"] => bans::check(&Workspace::load()?),
        ["record", "programs"] => record::programs(&Workspace::load()?),
        ["record", files @ ..] => record::scripts(&Workspace::load()?, files),
        _ => Err(USAGE.to_owned()),
    }
}
