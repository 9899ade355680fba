//! Time per recorded instruction, on random traces.
#![allow(clippy::print_stdout, reason = "a tool for people")]
use coil_opt::{NoTargets, Options, optimize};
use coil_trace::testing::{Config, random_case};
use std::time::Instant;

fn main() {
    for (size, loops) in [(60, false), (60, true), (300, true), (1000, true)] {
        let config = Config {
            size,
            loops,
            calls: true,
        };
        let traces: Vec<_> = (0..200)
            .map(|seed| random_case(seed, config).trace)
            .collect();
        let (mut best, mut recorded, mut attempts, mut emitted) = (f64::MAX, 0, 0, 0);
        for _ in 0..5 {
            (recorded, attempts, emitted) = (0, 0, 0);
            let copies = traces.clone();
            let start = Instant::now();
            for trace in copies {
                if let Ok(done) = optimize(&trace, &Options::default(), &NoTargets) {
                    recorded += done.statistics.recorded;
                    attempts += done.statistics.attempts;
                    emitted += done.statistics.emitted;
                }
            }
            best = best.min(start.elapsed().as_secs_f64());
        }
        let nanoseconds = best * 1e9 / recorded as f64;
        println!(
            "size {size} loops {loops}: {nanoseconds:.0} ns per recorded instruction, {attempts} attempts, {emitted}/{recorded}"
        );
    }
}
