//! Prints the optimised form of a trace text given on standard input.
#![allow(clippy::print_stdout, reason = "a tool for people")]
use std::io::Read;
fn main() {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .expect("readable");
    let trace = coil_trace::parse_trace(&text).expect("a trace");
    coil_trace::verify(&trace).expect("well formed");
    match coil_opt::optimize(&trace, &coil_opt::Options::default(), &coil_opt::NoTargets) {
        Ok(done) => {
            println!("{}{:?}", done.compiled, done.statistics);
            coil_trace::verify_compiled(&done.compiled).expect("well formed");
        }
        Err(reason) => println!("{}", reason.text()),
    }
}
