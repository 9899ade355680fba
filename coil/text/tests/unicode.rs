//! Character classes, case and quoting against CPython 3.14, recorded by `xtask/gen/unicode_tables.py`.

mod common;

use coil_text::{case, quote, unicode};
use common::{decode, rows, show};
use std::collections::HashMap;

type Class = (&'static str, fn(u32) -> bool);
type Mapping = (&'static str, fn(&[u32]) -> Vec<u32>);

const END: u32 = 0x11_0000;

fn fnv(items: impl Iterator<Item = u32>) -> String {
    let hash = items.fold(0xcbf2_9ce4_8422_2325u64, |h, item| {
        (h ^ u64::from(item)).wrapping_mul(0x100_0000_01b3)
    });
    hash.to_string()
}

#[test]
fn every_code_point_has_the_classes_and_mappings_of_cpython() {
    let expected: HashMap<&str, &str> = rows(include_str!("data/unicode.tsv"))
        .map(|row| (row[0], row[1]))
        .collect();
    let classes: [Class; 11] = [
        ("ALPHA", unicode::is_alpha),
        ("DECIMAL", unicode::is_decimal),
        ("DIGIT", unicode::is_digit),
        ("NUMERIC", unicode::is_numeric),
        ("SPACE", unicode::is_space),
        ("UPPER", unicode::is_upper),
        ("LOWER", unicode::is_lower),
        ("TITLE", unicode::is_title),
        ("ID_START", unicode::is_identifier_start),
        ("ID_CONTINUE", unicode::is_identifier_continue),
        ("PRINTABLE", unicode::is_printable),
    ];
    for (name, class) in classes {
        assert_eq!(
            fnv((0..END).map(|c| u32::from(class(c)))),
            expected[name],
            "{name}"
        );
    }
    let mappings: [Mapping; 5] = [
        ("upper", case::upper),
        ("lower", case::lower),
        ("title", case::title),
        ("casefold", case::casefold),
        ("swapcase", case::swapcase),
    ];
    for (name, mapping) in mappings {
        assert_eq!(
            fnv((0..END).flat_map(|c| mapping(&[c]))),
            expected[name],
            "{name}"
        );
    }
    assert_eq!(
        fnv((0..END).map(|c| unicode::decimal_value(c).unwrap_or(99))),
        expected["decimal"]
    );
    assert_eq!(
        fnv((0..END).map(|c| unicode::digit_value(c).unwrap_or(99))),
        expected["digit"]
    );
    assert!(!unicode::is_printable(END) && !unicode::is_alpha(u32::MAX));
}

#[test]
fn words_change_case_as_in_cpython() {
    let mappings = [
        case::upper,
        case::lower,
        case::title,
        case::casefold,
        case::swapcase,
        case::capitalize,
    ];
    for row in rows(include_str!("data/case.tsv")) {
        let text = decode(row[0]);
        for (column, mapping) in mappings.iter().enumerate() {
            assert_eq!(
                show(&mapping(&text)),
                show(&decode(row[column + 1])),
                "column {column} of {}",
                row[0]
            );
        }
    }
}

#[test]
fn quoting_is_that_of_cpython() {
    for row in rows(include_str!("data/repr.tsv")) {
        let units: Vec<u32> = row[1]
            .split(',')
            .filter(|u| !u.is_empty())
            .map(|u| u.parse().expect("a number"))
            .collect();
        if row[0] == "str" {
            assert_eq!(
                quote::str_repr(units.iter().copied()),
                show(&decode(row[2]))
            );
            assert_eq!(
                quote::str_ascii(units.iter().copied()),
                show(&decode(row[3]))
            );
        } else {
            let bytes: Vec<u8> = units.iter().map(|&u| u as u8).collect();
            assert_eq!(quote::bytes_repr(&bytes), show(&decode(row[2])));
        }
    }
}

#[test]
fn case_of_whole_strings_needs_a_cased_character() {
    let points = |text: &str| text.chars().map(u32::from).collect::<Vec<_>>();
    for (text, upper, lower, title) in [
        ("", false, false, false),
        ("123", false, false, false),
        ("ABC 1", true, false, false),
        ("abc 1", false, true, false),
        ("Abc Def", false, false, true),
        ("Abc DEf", false, false, false),
        ("ǅ", false, false, true),
        ("Aǅ", false, false, false),
    ] {
        assert_eq!(case::is_upper(points(text)), upper, "{text}");
        assert_eq!(case::is_lower(points(text)), lower, "{text}");
        assert_eq!(case::is_title(points(text)), title, "{text}");
    }
    assert!(unicode::is_identifier(points("_aé9")) && !unicode::is_identifier(points("9a")));
    assert!(!unicode::is_identifier(points("")));
}
