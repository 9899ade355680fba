//! Floats against results recorded from CPython by `xtask/gen/num_cases.py`.

use coil_num::IntBuf;
use coil_num::float::{self, HexError, Kind, PowError, Style};

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().map(|line| line.split('\t').collect())
}

fn from_bits(text: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(text, 16).expect("64 bits"))
}

/// All NaNs are alike.
fn bits(value: f64) -> String {
    let value = if value.is_nan() { f64::NAN } else { value };
    format!("{:016x}", value.to_bits())
}

fn normal(text: &str) -> String {
    text.split(' ')
        .map(|t| {
            if t.len() == 16 {
                bits(from_bits(t))
            } else {
                t.into()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn mark(value: &IntBuf) -> String {
    format!("{},{}", value.as_ref().bit_length(), value.as_ref().hash())
}

#[test]
fn repr_hex_hash_and_integers_are_those_of_cpython() {
    for row in rows(include_str!("data/float_single.tsv")) {
        let value = from_bits(row[0]);
        assert_eq!(float::repr(value), row[1]);
        assert_eq!(float::to_hex(value), row[2]);
        assert_eq!(
            float::hash(value).map_or("-".into(), |h| h.to_string()),
            row[3],
            "hash of {value}"
        );
        match IntBuf::from_f64(value) {
            Some(whole) => assert_eq!(mark(&whole), row[4], "int of {value}"),
            None => assert!(row[4].ends_with("Error")),
        }
        match float::integer_ratio(value) {
            Some((n, d)) => assert_eq!(
                format!("{} {}", mark(&n), mark(&d)),
                row[5],
                "ratio of {value}"
            ),
            None => assert!(row[5].ends_with("Error")),
        }
        if !value.is_nan() {
            assert_eq!(
                float::parse(row[1].as_bytes()).map(f64::to_bits),
                Some(value.to_bits())
            );
            assert_eq!(
                float::from_hex(row[2].as_bytes()).map(f64::to_bits),
                Ok(value.to_bits())
            );
        }
    }
}

#[test]
fn formats_are_those_of_cpython() {
    for row in rows(include_str!("data/float_format.tsv")) {
        let alternate = row[1].starts_with('#');
        let spec = row[1].trim_start_matches('#');
        let code = spec.chars().last().filter(char::is_ascii_alphabetic);
        let precision = spec
            .trim_end_matches(char::is_alphabetic)
            .strip_prefix('.')
            .map(|p| p.parse().expect("digits"));
        let kind = match (code, precision) {
            (None, None) => Kind::Repr,
            (None, Some(_)) => Kind::GeneralWithPoint,
            (Some('f' | 'F'), _) => Kind::Fixed,
            (Some('e' | 'E'), _) => Kind::Exponent,
            _ => Kind::General,
        };
        let style = Style {
            kind,
            precision: precision.unwrap_or(0),
            alternate,
            upper: code.is_some_and(|c| c.is_ascii_uppercase()),
        };
        assert_eq!(
            float::format(from_bits(row[0]), style),
            row[2],
            "format({}, {:?})",
            from_bits(row[0]),
            row[1]
        );
    }
}

#[test]
fn division_power_and_rounding_are_those_of_cpython() {
    for row in rows(include_str!("data/float_pairs.tsv")) {
        let (a, b) = (from_bits(row[0]), from_bits(row[1]));
        if b == 0.0 {
            assert_eq!(row[2], "ZeroDivisionError");
        } else {
            let (quotient, rest) = float::divmod(a, b);
            assert_eq!(
                format!("{} {}", bits(quotient), bits(rest)),
                normal(row[2]),
                "divmod({a}, {b})"
            );
            assert_eq!(bits(float::floor_div(a, b)), bits(quotient));
            assert_eq!(bits(float::floor_mod(a, b)), bits(rest));
        }
        let power = match float::pow(a, b) {
            Ok(value) => bits(value),
            Err(PowError::Complex) => "complex".into(),
            Err(PowError::Overflow) => "OverflowError".into(),
            Err(PowError::ZeroToNegative) => "ZeroDivisionError".into(),
        };
        // CPython raises OverflowError for complex powers that are too large.
        if !(power == "complex" && row[3] == "OverflowError") {
            assert_eq!(power, normal(row[3]), "{a} ** {b}");
        }
        let places: i64 = row[4].parse().expect("places");
        let rounded = float::round_digits(a, places).map_or("OverflowError".into(), bits);
        assert_eq!(rounded, normal(row[5]), "round({a}, {places})");
    }
}

#[test]
fn parsing_accepts_and_refuses_what_cpython_does() {
    for row in rows(include_str!("data/float_parse.tsv")) {
        let result = if row[0] == "float" {
            float::parse(row[1].as_bytes()).map_or("ValueError".into(), bits)
        } else {
            match float::from_hex(row[1].as_bytes()) {
                Ok(value) => bits(value),
                Err(HexError::Invalid) => "ValueError".into(),
                Err(HexError::Overflow) => "OverflowError".into(),
            }
        };
        assert_eq!(result, normal(row[2]), "{} of {:?}", row[0], row[1]);
    }
}
