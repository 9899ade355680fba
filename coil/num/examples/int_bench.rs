//! Times integer operations: `cargo run --release -p coil-num --example int_bench`. Compare with
//! `xtask/gen/int_bench.py` under CPython; sizes are decimal digits, division is 2n by n.
#![expect(clippy::print_stdout, reason = "a report for people")]

use coil_num::IntBuf;
use coil_num::bigint::parse;
use std::hint::black_box;
use std::time::Instant;

/// The first `digits` decimal digits of a fixed pseudorandom sequence.
fn number(digits: usize, seed: u64) -> IntBuf {
    let mut state = seed;
    let text: Vec<u8> = (0..digits)
        .map(|at| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let digit = (state >> 60) as u8 % 10;
            b'0' + if at == 0 { digit.max(1) } else { digit }
        })
        .collect();
    parse(&text, 10).expect("digits")
}

fn time<R>(name: &str, digits: usize, mut work: impl FnMut() -> R) {
    let mut best = f64::INFINITY;
    let mut rounds = 1u32;
    for _ in 0..12 {
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(work());
        }
        let each = start.elapsed().as_secs_f64() / f64::from(rounds);
        best = best.min(each);
        rounds = ((0.01 / each.max(1e-9)) as u32).clamp(1, 2_000_000);
    }
    println!("{name:8} {digits:6} {:12.1} ns", best * 1e9);
}

fn main() {
    for digits in [19, 100, 400, 1000, 3000, 10_000] {
        let (a, b, c) = (number(digits, 1), number(digits, 2), number(2 * digits, 3));
        let small = IntBuf::from(1234i64);
        let text = a.as_ref().to_text(10);
        time("add", digits, || black_box(&a).as_ref().add(b.as_ref()));
        time("sub", digits, || black_box(&c).as_ref().sub(b.as_ref()));
        time("mul", digits, || black_box(&a).as_ref().mul(b.as_ref()));
        time("mulsmall", digits, || {
            black_box(&a).as_ref().mul(small.as_ref())
        });
        time("divmod", digits, || {
            black_box(&c).as_ref().divmod(b.as_ref())
        });
        time("floordiv", digits, || {
            black_box(&a).as_ref().floor_div(b.as_ref())
        });
        time("divsmall", digits, || {
            black_box(&a).as_ref().floor_div(small.as_ref())
        });
        time("gcd", digits, || black_box(&a).as_ref().gcd(b.as_ref()));
        time("str", digits, || black_box(&a).as_ref().to_text(10));
        time("parse", digits, || parse(black_box(&text).as_bytes(), 10));
    }
}
