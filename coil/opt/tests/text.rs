//! Traces in, traces out: `tests/traces/*.trace`, each a comment that says what it shows, a recorded trace, `=>`, and the compiled trace without its
//! descriptors (or `refused: reason`). `COIL_BLESS=1` rewrites what follows `=>`; read it before it is committed.

use coil_opt::{NoTargets, Options, optimize};
use coil_trace::{parse_trace, verify, verify_compiled};
use std::fmt::Write as _;
use std::path::Path;

const DESCRIPTORS: &str = "\
field f0 = +8 ref alias 1 mutable barrier none
field f1 = +16 val alias 2 mutable barrier object
field f2 = +24 i64 alias 3 mutable barrier none
field f3 = +32 u8 alias 4 mutable barrier none
field f4 = +40 i64 alias 5 immutable barrier none
field f5 = +16 val alias 6 mutable barrier object
field f6 = +24 ref alias 7 mutable barrier object
call c0 = opaque @0x10 () -> void any
call c1 = escape @0x20 (val) -> void any collects
call c2 = look @0x30 () -> void any frames
call c3 = twiddle @0x40 () -> void writes(3)
call c4 = both @0x50 () -> void writes(3, 4)
new n0 = layout 20 size 48
";

fn optimized(text: &str) -> String {
    let trace = parse_trace(&format!("{DESCRIPTORS}{text}")).expect("a trace");
    verify(&trace).expect("a well-formed trace");
    match optimize(&trace, &Options::default(), &NoTargets) {
        Ok(done) => {
            verify_compiled(&done.compiled).expect("a well-formed compiled trace");
            let text = done.compiled.to_string();
            let descriptor = |line: &&str| {
                let words: Vec<&str> = line.split(' ').collect();
                matches!(words[0], "field" | "call") || words[0] == "new" && words.len() > 2
            };
            let mut shown = String::new();
            for line in text.lines().filter(|line| !descriptor(line)) {
                let line = line.replace(" base 0 result 0 kind 0", "");
                writeln!(shown, "{line}").expect("writing to a string");
            }
            shown
        }
        Err(reason) => format!("refused: {}\n", reason.text()),
    }
}

#[test]
fn traces_are_optimised_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of traces")
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the traces are there");
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let (before, expected) = text.split_once("=>\n").expect("a `=>` line");
        let found = optimized(before);
        if found != expected {
            if std::env::var_os("COIL_BLESS").is_some() {
                std::fs::write(&file, format!("{before}=>\n{found}")).expect("a writable file");
            } else {
                write!(wrong, "{}:\n{found}\n", file.display()).expect("writing to a string");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
