//! Tags, boxes and unboxing by brute force: every question about every kind of value that was guarded, unboxed and boxed again, or boxed from what was
//! computed, recorded and optimised, run by the reference interpreter.

use coil_opt::{NoTargets, Options, optimize};
use coil_trace::interp::{Machine, Memory, Outcome, run_compiled, run_trace};
use coil_trace::{parse_trace, verify, verify_compiled};
use coil_value::Value;

const KINDS: [&str; 3] = ["int", "float", "ref"];

fn values(kind: &str) -> Vec<u64> {
    let int = |int| Value::from_small_int_unchecked(int).bits();
    let float = |float: f64| float.to_bits().wrapping_add(1 << 49);
    match kind {
        "int" => (-128..128)
            .chain([(1 << 48) - 1, -(1 << 48), 1 << 31, -(1 << 31)])
            .map(int)
            .collect(),
        "float" => [0.0, -0.0, 1.0, -1.0, 1.5, f64::INFINITY, 1e-310, f64::MAX]
            .map(float)
            .to_vec(),
        _ => vec![0x1000, 0x1010, 0x7fff_ffff_fff0],
    }
}

/// Questions about `w`, a box of `u`, which was unboxed from `v`, an input of a kind, beside another input `o` of a kind.
fn questions(kind: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for subject in ["w", "v", "o"] {
        all.extend(KINDS.map(|other| format!("b = is_{other}({subject})")));
    }
    for pair in ["w, v", "v, w", "w, o", "o, w", "v, o", "w, w"] {
        all.push(format!("b = val_eq({pair})"));
    }
    if kind == "ref" {
        all.push("x = unbox_ref(w)\nb = ref_eq(x, u)".to_owned());
        all.push("b = ref_eq(u, ref(0x1000))".to_owned());
    }
    all
}

fn check(text: &str, window: [u64; 2]) -> bool {
    let trace = parse_trace(text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    verify(&trace).expect("well-formed");
    let machine = || {
        let mut machine = Machine::new(Memory::default());
        machine.window.extend([(0, window[0]), (1, window[1])]);
        machine
    };
    let mut expected = machine();
    let Outcome::Exit(recorded) = run_trace(&trace, &mut expected, None, 1) else {
        return false;
    };
    let done = match optimize(&trace, &Options::default(), &NoTargets) {
        Ok(done) => done,
        Err(reason) => panic!("{}\n{text}", reason.text()),
    };
    verify_compiled(&done.compiled).expect("well-formed");
    let mut found = machine();
    let Outcome::Exit(left) = run_compiled(&done.compiled, &mut found, 1) else {
        panic!("no exit\n{text}\n{}", done.compiled);
    };
    assert_eq!(left.frames, recorded.frames, "{text}\n{}", done.compiled);
    assert_eq!(
        expected.dump(),
        found.dump(),
        "{window:x?}\n{text}\n{}",
        done.compiled
    );
    true
}

#[test]
fn boxed_values_answer_as_the_ir_defines() {
    let mut compared = 0;
    for kind in KINDS {
        for other in KINDS {
            for question in questions(kind) {
                let text = format!(
                    "inputs 0 1\nv = input_val(#0)\no = input_val(#1)\nk = is_{kind}(v)\nguard_true(k) [s0]\n\
                     u = unbox_{kind}(v)\nw = box_{kind}(u)\nl = is_{other}(o)\nguard_true(l) [s0]\n\
                     {question}\nn = bool_to_int(b)\nr = box_int(n)\n\
                     snapshot s0 = at 0x1:1 {{}}\nsnapshot s1 = at 0x1:2 {{2: r, 3: w}}\nend exit s1\n"
                );
                let seconds = values(other);
                for (at, &first) in values(kind).iter().enumerate() {
                    // The same value among the others where the kinds are the same.
                    for second in [
                        seconds[at % seconds.len()],
                        seconds[(at + 1) % seconds.len()],
                    ] {
                        compared += usize::from(check(&text, [first, second]));
                    }
                }
            }
        }
    }
    assert!(compared > 10_000, "{compared} states");
}
