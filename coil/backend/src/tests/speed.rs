//! What code costs: printed by `cargo test --release -p coil-backend -- --ignored --nocapture speed`.

use super::random::{Random, loop_text};
use super::rig::{RUNTIME, Rig, frame, int, x64};
use crate::{Backend, Kind};
use coil_trace::parse_compiled;
use std::time::Instant;

#[test]
#[ignore = "a measurement"]
#[expect(clippy::print_stderr, reason = "a measurement")]
fn speed_of_compilation() {
    let mut rig = x64();
    let traces: Vec<_> = (1..400)
        .map(|seed| parse_compiled(&loop_text(&mut Random::new(seed))).unwrap())
        .collect();
    let insts: usize = traces.iter().map(|trace| trace.trace.insts.len()).sum();
    let mut best = u128::MAX;
    let mut bytes = 0;
    for _ in 0..20 {
        let start = Instant::now();
        bytes = 0;
        for trace in &traces {
            // SAFETY: nothing is run.
            let code =
                unsafe { rig.backend.compile(trace, Kind::Entry, 0, &RUNTIME, &()) }.unwrap();
            bytes += code.size_bytes as usize;
            rig.backend.free(code);
        }
        best = best.min(start.elapsed().as_nanos());
    }
    eprintln!(
        "{} ns and {} bytes per instruction",
        best / insts as u128,
        bytes / insts
    );
}

/// A counting loop with an overflow check and a poll: what it looks like, and how fast it runs.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::print_stderr, reason = "a measurement")]
fn speed_of_a_loop() {
    let mut rig: Rig<_> = x64();
    rig.backend.keep_marks(true);
    let trace = rig.add(&format!(
        "inputs 0\nv = input_val(#0)\nn = unbox_int(v)\nlabel l0 phis 3 (0, 0, n)\ni = phi_int(#0)\ns = phi_int(#1)\nm = phi_int(#2)\n\
         exit e0 = {} {{1: box_int(i), 2: box_int(s)}}\nc = int_lt(i, m)\nguard_true(c) [e0]\nr = int_and(i, 7)\nt = int_add_ovf(s, r)\n\
         guard_no_ovf(t) [e0]\nj = int_add_ovf(i, 1)\nguard_no_ovf(j) [e0]\nguard_no_event() [e0]\nend jump l0 (j, t, m)",
        frame(1)
    ));
    eprintln!("{}", rig.backend.dump(&rig.compiled[0], &rig.codes[0]));
    rig.set(0, int(200_000_000));
    let start = Instant::now();
    rig.run(trace);
    eprintln!("{:?} ns per round", start.elapsed().as_nanos() as f64 / 2e8);
    assert_eq!(rig.get(1), int(200_000_000));
}
