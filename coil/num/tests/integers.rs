//! Integers against results recorded from CPython by `xtask/gen/num_cases.py`.

use coil_num::bigint::parse;
use coil_num::{IntBuf, IntError, IntOp, IntRef};
use std::cmp::Ordering;

/// Repeats the generator's `operand`: `+r600:17` is sign, kind, bits and seed.
fn operand(name: &str) -> IntBuf {
    let (bits, seed) = name[2..].split_once(':').expect("kind bits:seed");
    let (bits, mut state): (u64, u64) = (bits.parse().expect("bits"), seed.parse().expect("seed"));
    let mut digits: Vec<u32> = Vec::new();
    for _ in 0..bits.div_ceil(30) {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let mut digit = (state >> 34) as u32;
        if name.as_bytes()[1] == b'e' {
            digit = match state >> 30 & 7 {
                0..3 => 0,
                3..6 => (1 << 30) - 1,
                _ => digit,
            };
        }
        digits.push(digit);
    }
    let used = (bits - 1) % 30;
    let top = digits.last_mut().expect("one digit at least");
    *top = *top & ((1u32 << used << 1) - 1) | 1 << used;
    IntBuf::from_digits(name.starts_with('-'), &digits)
}

fn mark(value: &IntBuf) -> String {
    let value = value.as_ref();
    format!("{},{}", value.bit_length(), value.hash())
}

fn mark_or_error(result: Result<IntBuf, IntError>) -> String {
    match result {
        Ok(value) => mark(&value),
        Err(IntError::ZeroDivision | IntError::NotInvertible) => "ValueError".into(),
        Err(error) => panic!("unexpected {error:?}"),
    }
}

fn float_bits(result: Result<f64, IntError>) -> String {
    match result {
        Ok(value) => format!("{:016x}", value.to_bits()),
        Err(IntError::Overflow) => "OverflowError".into(),
        Err(error) => panic!("unexpected {error:?}"),
    }
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().map(|line| line.split('\t').collect())
}

#[test]
fn two_operand_results_are_those_of_cpython() {
    for row in rows(include_str!("data/int_pairs.tsv")) {
        let (a, b) = (operand(row[0]), operand(row[1]));
        let (a, b) = (a.as_ref(), b.as_ref());
        let (quotient, rest) = a.divmod(b).expect("not zero");
        let results = [
            a.add(b),
            a.sub(b),
            a.mul(b).expect("small"),
            quotient,
            rest,
            a.and(b),
            a.or(b),
            a.xor(b),
            a.gcd(b),
        ];
        for (column, result) in results.iter().enumerate() {
            assert_eq!(
                mark(result),
                row[column + 2],
                "column {column} of {} {}",
                row[0],
                row[1]
            );
        }
        assert_eq!(a.floor_div(b).expect("not zero"), results[3]);
        assert_eq!(a.floor_mod(b).expect("not zero"), results[4]);
        assert_eq!(
            float_bits(a.true_div(b)),
            row[11],
            "{} / {}",
            row[0],
            row[1]
        );
    }
}

#[test]
fn one_operand_results_are_those_of_cpython() {
    for row in rows(include_str!("data/int_single.tsv")) {
        let a = operand(row[0]);
        let a = a.as_ref();
        let shift: u64 = row[1].parse().expect("a shift");
        let number = |text: &str| parse(text.as_bytes(), 10).expect("a number");
        assert_eq!(
            mark(&a.shl(shift).expect("small")),
            row[2],
            "{} << {shift}",
            row[0]
        );
        assert_eq!(mark(&a.shr(shift)), row[3], "{} >> {shift}", row[0]);
        assert_eq!(mark(&a.not()), row[4], "~{}", row[0]);
        assert_eq!(a.bit_count().to_string(), row[5]);
        assert_eq!(
            mark(&a.pow(number(row[6]).as_ref()).expect("small")),
            row[7],
            "{} ** {}",
            row[0],
            row[6]
        );
        assert_eq!(
            mark(&a.abs().isqrt().expect("positive")),
            row[8],
            "isqrt {}",
            row[0]
        );
        let modulus = operand(row[9]);
        let exponent = number(row[10]);
        assert_eq!(
            mark_or_error(a.pow_mod(exponent.as_ref(), modulus.as_ref())),
            row[11],
            "{row:?}"
        );
        assert_eq!(float_bits(a.to_f64()), row[12], "float {}", row[0]);
    }
}

#[test]
fn text_is_that_of_cpython_and_reads_back() {
    for row in rows(include_str!("data/int_text.tsv")) {
        let a = operand(row[0]);
        let radix = row[1].parse().expect("a radix");
        assert_eq!(a.as_ref().to_text(radix), row[2]);
        assert_eq!(parse(row[2].as_bytes(), radix).expect("a number"), a);
    }
}

#[test]
fn parsing_accepts_and_refuses_what_cpython_does() {
    for row in rows(include_str!("data/int_parse.tsv")) {
        let base = row[1].parse().expect("a base");
        let result =
            parse(row[0].as_bytes(), base).map_or("ValueError".into(), |n| n.as_ref().to_text(10));
        assert_eq!(result, row[2], "int({:?}, {base})", row[0]);
    }
}

#[test]
fn long_text_reads_back_at_every_size_class() {
    for bits in [9_000, 20_000, 60_000, 200_000] {
        let value = operand(&format!("-r{bits}:{bits}"));
        for radix in [3, 10, 16, 36] {
            let text = value.as_ref().to_text(radix);
            assert_eq!(parse(text.as_bytes(), radix).expect("a number"), value);
        }
    }
    let power = IntBuf::from(10i64)
        .as_ref()
        .pow(IntBuf::from(20_000i64).as_ref())
        .expect("small");
    assert_eq!(
        power.as_ref().to_text(10),
        format!("1{}", "0".repeat(20_000))
    );
    assert_eq!(
        parse(format!("1{}", "0".repeat(20_000)).as_bytes(), 10).expect("a number"),
        power
    );
}

#[test]
fn quotient_times_divisor_plus_rest_is_the_dividend() {
    for seed in 0..4000u64 {
        let a = operand(&format!(
            "+{}{}:{seed}",
            if seed % 3 == 0 { 'r' } else { 'e' },
            61 + seed * 37 % 900
        ));
        let b = operand(&format!("-e{}:{}", 1 + seed * 53 % 500, seed + 7));
        let (quotient, rest) = a.as_ref().divmod(b.as_ref()).expect("not zero");
        let product = quotient.as_ref().mul(b.as_ref()).expect("small");
        assert_eq!(product.as_ref().add(rest.as_ref()), a);
        assert!(rest.as_ref().abs() < b.as_ref().abs() && (rest.is_zero() || rest.is_negative()));
        // Exact multiples, and those one off, need the corrections of long division.
        for near in [-1i64, 0, 1] {
            let c = product.as_ref().add(IntBuf::from(near).as_ref());
            let (q, r) = c.as_ref().divmod(b.as_ref()).expect("not zero");
            assert_eq!(
                q.as_ref()
                    .mul(b.as_ref())
                    .expect("small")
                    .as_ref()
                    .add(r.as_ref()),
                c
            );
            assert!(r.as_ref().abs() < b.as_ref().abs());
        }
    }
}

#[test]
fn bytes_write_and_read_back_in_twos_complement() {
    for (value, len, signed, fits) in [
        (0i64, 0, true, true),
        (0, 0, false, true),
        (-1, 1, true, true),
        (-1, 0, true, false),
        (127, 1, true, true),
        (128, 1, true, false),
        (-128, 1, true, true),
        (-129, 1, true, false),
        (255, 1, false, true),
        (256, 1, false, false),
        (-1, 4, false, false),
        (i64::MIN, 8, true, true),
        (i64::MAX, 8, true, true),
        (i64::MIN, 7, true, false),
        (-(1 << 40), 9, true, true),
    ] {
        let mut bytes = vec![0; len];
        assert_eq!(
            IntBuf::from(value)
                .as_ref()
                .write_le_bytes(&mut bytes, signed),
            fits,
            "{value} in {len}"
        );
        if fits {
            assert_eq!(
                IntBuf::from_le_bytes(&bytes, signed)
                    .expect("short")
                    .to_i64(),
                Some(value)
            );
            if len == 8 {
                assert_eq!(bytes, value.to_le_bytes());
            }
        }
    }
    let long = operand("-e600:5");
    let mut bytes = vec![0; 76];
    assert!(long.as_ref().write_le_bytes(&mut bytes, true));
    assert_eq!(IntBuf::from_le_bytes(&bytes, true).expect("short"), long);
}

#[test]
fn comparison_with_floats_is_exact() {
    let big = IntBuf::from((1i64 << 53) + 1);
    assert_eq!(
        big.as_ref().cmp_f64(9_007_199_254_740_992.0),
        Some(Ordering::Greater)
    );
    assert_eq!(
        big.as_ref().cmp_f64(9_007_199_254_740_994.0),
        Some(Ordering::Less)
    );
    assert_eq!(IntBuf::ZERO.as_ref().cmp_f64(5e-324), Some(Ordering::Less));
    assert_eq!(
        IntBuf::ZERO.as_ref().cmp_f64(-5e-324),
        Some(Ordering::Greater)
    );
    assert_eq!(IntBuf::ZERO.as_ref().cmp_f64(-0.0), Some(Ordering::Equal));
    assert_eq!(
        IntBuf::from(-1i64).as_ref().cmp_f64(-1.5),
        Some(Ordering::Greater)
    );
    assert_eq!(
        operand("+r1025:1").as_ref().cmp_f64(f64::MAX),
        Some(Ordering::Greater)
    );
    assert_eq!(
        operand("+r5000:1").as_ref().cmp_f64(f64::INFINITY),
        Some(Ordering::Less)
    );
    assert_eq!(
        operand("-r5000:1").as_ref().cmp_f64(f64::NEG_INFINITY),
        Some(Ordering::Greater)
    );
    assert_eq!(big.as_ref().cmp_f64(f64::NAN), None);
}

#[test]
fn conversions_hold_at_the_boundaries() {
    for value in [
        0,
        1,
        -1,
        i64::MAX,
        i64::MIN,
        1 << 30,
        -(1 << 30),
        (1 << 60) - 1,
        1 << 60,
    ] {
        let buf = IntBuf::from(value);
        assert_eq!(buf.to_i64(), Some(value));
        assert_eq!(buf.as_ref().wrapping_u64(), value as u64);
    }
    for value in [
        i128::MAX,
        i128::MIN,
        i128::from(i64::MAX) + 1,
        i128::from(i64::MIN) - 1,
    ] {
        let buf = IntBuf::from(value);
        assert_eq!(buf.as_ref().to_i128(), Some(value));
        assert_eq!(buf.to_i64(), None);
    }
    let beyond = IntBuf::from(i128::MIN)
        .as_ref()
        .sub(IntBuf::from(1i64).as_ref());
    assert_eq!(beyond.as_ref().to_i128(), None);
    assert!(IntRef::new(true, &[0, 0]).is_zero() && !IntRef::new(true, &[0, 0]).is_negative());
}

#[test]
fn impossible_requests_are_errors() {
    let (one, zero, minus) = (IntBuf::from(1i64), IntBuf::ZERO, IntBuf::from(-1i64));
    let big = operand("+r100:3");
    assert_eq!(
        one.as_ref().divmod(zero.as_ref()),
        Err(IntError::ZeroDivision)
    );
    assert_eq!(
        big.as_ref().floor_mod(zero.as_ref()),
        Err(IntError::ZeroDivision)
    );
    assert_eq!(
        one.as_ref().true_div(zero.as_ref()),
        Err(IntError::ZeroDivision)
    );
    assert_eq!(
        big.as_ref().pow(minus.as_ref()),
        Err(IntError::NegativeExponent)
    );
    assert_eq!(big.as_ref().pow(big.as_ref()), Err(IntError::TooLarge));
    assert_eq!(big.as_ref().shl(u64::MAX), Err(IntError::TooLarge));
    assert_eq!(zero.as_ref().shl(u64::MAX), Ok(IntBuf::ZERO));
    assert_eq!(minus.as_ref().isqrt(), Err(IntError::NegativeRoot));
    assert_eq!(
        big.as_ref().pow_mod(one.as_ref(), zero.as_ref()),
        Err(IntError::ZeroDivision)
    );
    assert_eq!(minus.as_ref().shr(u64::MAX), minus);
    assert_eq!(
        minus.as_ref().pow(big.as_ref()).map(|n| n.is_negative()),
        Ok(big.as_ref().is_odd())
    );
}

#[test]
fn a_common_factor_is_in_the_divisor() {
    for seed in 0..300u64 {
        let a = operand(&format!("-r{}:{seed}", 1 + seed * 11 % 1500));
        let b = operand(&format!("+e{}:{}", 1 + seed * 7 % 900, seed + 1));
        let factor = operand(&format!(
            "+{}{}:{}",
            if seed % 2 == 0 { 'r' } else { 'e' },
            1 + seed * 5 % 700,
            seed + 2
        ));
        let (x, y) = (
            a.as_ref().mul(factor.as_ref()),
            b.as_ref().mul(factor.as_ref()),
        );
        let (x, y) = (x.expect("small"), y.expect("small"));
        let expected = a
            .as_ref()
            .gcd(b.as_ref())
            .as_ref()
            .mul(factor.as_ref())
            .expect("small");
        assert_eq!(x.as_ref().gcd(y.as_ref()), expected);
        assert_eq!(y.as_ref().gcd(x.as_ref()), expected);
        assert_eq!(
            x.as_ref().gcd(IntBuf::ZERO.as_ref()).as_ref(),
            x.as_ref().abs()
        );
    }
}

/// Magnitudes of 1 to 10 digits (and some longer ones) with the patterns where carries run far.
fn carry_patterns() -> Vec<IntBuf> {
    let mask = coil_num::bigint::DIGIT_MASK;
    let mut all = Vec::new();
    for len in (1..=10).chain([13, 24, 57, 58]) {
        let mut one_on_top = vec![0; len];
        one_on_top[len - 1] = 1;
        let mut low_hole = vec![mask; len];
        low_hole[0] = 0;
        let mut mixed = vec![0; len];
        for (index, digit) in mixed.iter_mut().enumerate() {
            *digit = (index as u32 + 1).wrapping_mul(0x9E37_79B1) & mask;
        }
        for digits in [vec![mask; len], one_on_top, low_hole, mixed] {
            for negative in [false, true] {
                all.push(IntBuf::from_digits(negative, &digits));
            }
        }
    }
    all
}

#[test]
fn results_written_in_place_are_the_ordinary_ones() {
    let patterns = carry_patterns();
    for a in &patterns {
        for b in &patterns {
            let (x, y) = (a.as_ref(), b.as_ref());
            for op in [IntOp::Add, IntOp::Sub, IntOp::Mul] {
                let expected = match op {
                    IntOp::Add => x.add(y),
                    IntOp::Sub => x.sub(y),
                    IntOp::Mul => x.mul(y).expect("small"),
                };
                let Some(room) = x.room(op, y) else { continue };
                let mut out = vec![0x3abc_def0; room];
                let written = x.write(op, y, &mut out);
                assert!(out[written.len..].iter().all(|&d| d == 0));
                assert_eq!(written.negative, expected.is_negative(), "{op:?}");
                assert_eq!(&out[..written.len], expected.digits(), "{op:?}");
            }
        }
    }
}

#[test]
fn sums_and_products_agree_with_each_other() {
    let patterns = carry_patterns();
    let one = IntBuf::from(1i64);
    for a in &patterns {
        for b in &patterns {
            let (x, y) = (a.as_ref(), b.as_ref());
            // (x + y) - y = x and x * (y + 1) - x = x * y
            assert_eq!(x.add(y).as_ref().sub(y), *a);
            let more = x.mul(y.add(one.as_ref()).as_ref()).expect("small");
            assert_eq!(more.as_ref().sub(x), x.mul(y).expect("small"));
        }
    }
}

#[test]
fn quotients_of_nearly_equal_lengths_are_those_of_divmod() {
    let patterns = carry_patterns();
    let one = IntBuf::from(1i64);
    let factors = [
        0i64,
        1,
        2,
        9,
        10,
        255,
        (1 << 30) - 1,
        1 << 30,
        1 << 31,
        (1 << 33) + 5,
        i64::MAX,
    ];
    for b in patterns.iter().filter(|b| !b.is_zero()) {
        for factor in factors {
            let exact = b
                .as_ref()
                .mul(IntBuf::from(factor).as_ref())
                .expect("small");
            let lower = exact.as_ref().sub(one.as_ref());
            let higher = exact.as_ref().add(one.as_ref());
            for a in [&exact, &lower, &higher] {
                let (quotient, rest) = a.as_ref().divmod(b.as_ref()).expect("no division by 0");
                assert_eq!(
                    a.as_ref().floor_div(b.as_ref()).expect("no division by 0"),
                    quotient
                );
                let back = quotient.as_ref().mul(b.as_ref()).expect("no division by 0");
                assert_eq!(back.as_ref().add(rest.as_ref()), *a);
            }
        }
    }
}
