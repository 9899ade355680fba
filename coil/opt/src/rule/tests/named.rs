//! Each rule by its name: an example of what it is for, tried with all bytes and with boundary and random values.
//!
//! In the examples `x` and `y` are ints, `f` floats, `b` bools, `r` references; `C` and `D` are int constants, `F` float constants. What comes out is a
//! variable, `const`, `inner` (the operand), or the op that takes the place of the example's. That every rule has its example is checked against
//! the documentation of the rules.

use super::{World, bools, floats, ints};
use crate::rule::{Arg, Fold, Term, fold};
use coil_trace::{Op, eval};
use std::collections::{BTreeMap, BTreeSet};

/// File, rule: example => what comes out.
const EXAMPLES: &str = "
int add_zero: int_add(x, 0) => x
int add_zero: int_add(0, x) => x
int add_const_first: int_add(C, x) => int_add
int add_add: int_add(int_add(x, C), D) => int_add
int add_sub_const: int_add(int_sub(x, C), D) => int_add
int add_neg: int_add(x, int_neg(y)) => int_sub
int sub_zero: int_sub(x, 0) => x
int sub_self: int_sub(x, x) => const
int sub_const: int_sub(x, C) => int_add
int zero_sub: int_sub(0, x) => int_neg
int sub_added: int_sub(int_add(x, y), x) => y
int sub_added: int_sub(int_add(x, y), y) => x
int sub_neg: int_sub(x, int_neg(y)) => int_add
int mul_zero: int_mul(x, 0) => const
int mul_one: int_mul(1, x) => x
int mul_minus_one: int_mul(x, -1) => int_neg
int mul_power: int_mul(x, C) => int_shl
int and_zero: int_and(x, 0) => const
int and_ones: int_and(-1, x) => x
int and_self: int_and(x, x) => x
int and_and: int_and(int_and(x, C), D) => int_and
int or_zero: int_or(x, 0) => x
int or_ones: int_or(x, -1) => const
int or_self: int_or(x, x) => x
int xor_zero: int_xor(x, 0) => x
int xor_ones: int_xor(x, -1) => int_not
int xor_self: int_xor(x, x) => const
int shift_zero: int_shl(x, 0) => x
int shift_zero: int_shr(x, 0) => x
int shift_zero: int_ushr(x, 0) => x
int zero_shift: int_shl(0, x) => const
int zero_shift: int_shr(0, x) => const
int ones_shift: int_shr(-1, x) => const
int shl_ushr: int_ushr(int_shl(x, C), C) => int_and
int neg_neg: int_neg(int_neg(x)) => x
int neg_sub: int_neg(int_sub(x, y)) => int_sub
int not_not: int_not(int_not(x)) => x
int div_one: int_floordiv(x, 1) => x
int div_one: int_truncdiv(x, 1) => x
int floordiv_power: int_floordiv(x, C) => int_shr
int mod_one: int_floormod(x, 1) => const
int mod_one: int_truncmod(x, 1) => const
int floormod_power: int_floormod(x, C) => int_and
int ref_add_zero: ref_add(r, 0) => r
int ref_add_add: ref_add(ref_add(r, C), D) => ref_add
compare order_self: int_lt(x, x) => const
compare order_self: int_ule(x, x) => const
compare lt_min: int_lt(x, -9223372036854775808) => const
compare lt_max: int_lt(9223372036854775807, x) => const
compare ult_zero: int_ult(x, 0) => const
compare ult_one: int_ult(x, 1) => int_eq
compare le_const: int_le(x, C) => int_lt
compare le_const: int_le(C, x) => int_lt
compare eq_self: int_eq(x, x) => const
compare eq_self: int_ne(x, x) => const
compare eq_const_first: int_eq(C, x) => int_eq
compare eq_bool: int_eq(bool_to_int(b), 1) => b
compare eq_bool: int_eq(bool_to_int(b), 0) => bool_not
compare eq_bool: int_ne(bool_to_int(b), 0) => b
compare eq_add: int_eq(int_add(x, C), D) => int_eq
compare not_not: bool_not(bool_not(b)) => b
compare not_compare: bool_not(int_lt(x, y)) => int_le
compare not_compare: bool_not(int_le(x, y)) => int_lt
compare not_compare: bool_not(int_ult(x, y)) => int_ule
compare not_compare: bool_not(int_ule(x, y)) => int_ult
compare not_compare: bool_not(int_eq(x, y)) => int_ne
compare not_compare: bool_not(int_ne(x, y)) => int_eq
compare not_compare: bool_not(float_eq(f, F)) => float_ne
compare not_compare: bool_not(float_ne(f, F)) => float_eq
float neg_neg: float_neg(float_neg(f)) => f
float abs_abs: float_abs(float_abs(f)) => inner
float abs_neg: float_abs(float_neg(f)) => float_abs
float sub_zero: float_sub(f, 0.0) => f
float mul_one: float_mul(f, 1.0) => f
float mul_minus_one: float_mul(f, -1.0) => float_neg
float mul_two: float_mul(2.0, f) => float_add
float div_one: float_div(f, 1.0) => f
float div_power: float_div(f, F) => float_mul
float cast_back: float_to_bits(float_from_bits(x)) => x
float cast_back: float_from_bits(float_to_bits(f)) => f
float cast_back: ref_to_int(int_to_ref(x)) => x
float cast_back: int_to_ref(ref_to_int(r)) => r
";

/// An example of a rule.
struct Example {
    file: &'static str,
    rule: &'static str,
    text: &'static str,
    out: &'static str,
}

fn examples() -> impl Iterator<Item = Example> {
    EXAMPLES
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (rule, example) = line.split_once(": ").expect("a rule and its example");
            let (file, rule) = rule.split_once(' ').expect("a file and a rule");
            let (text, out) = example.split_once(" => ").expect("what comes out");
            Example {
                file,
                rule,
                text,
                out,
            }
        })
}

/// The op and the operands of an application.
fn application(text: &str) -> Option<(Op, Vec<&str>)> {
    let (name, rest) = text.strip_suffix(')')?.split_once('(')?;
    let op = Op::ALL.iter().find(|op| op.text() == name);
    let op = *op.unwrap_or_else(|| panic!("no op {name}"));
    let (mut operands, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                operands.push(rest[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    operands.push(rest[start..].trim());
    Some((op, operands))
}

/// The term that an expression is, where its ops are defined.
fn term(world: &mut World, names: &BTreeMap<char, Term>, text: &str) -> Option<Term> {
    if let Some((op, operands)) = application(text) {
        let a = term(world, names, operands[0])?;
        let b = match operands.get(1) {
            Some(text) => Some(term(world, names, text)?),
            None => None,
        };
        return world.result(op, a, b);
    }
    let first = text.chars().next().expect("an operand");
    Some(match names.get(&first) {
        Some(&known) => known,
        None if text.contains('.') => {
            let float: f64 = text.parse().expect("a float");
            world.constant(float.to_bits())
        }
        None => {
            let int: i64 = text.parse().expect("an int");
            world.constant(int.cast_unsigned())
        }
    })
}

/// The values that a name stands for; few where there are many names.
fn values(name: char, names: usize) -> Vec<u64> {
    let mut all = match name {
        'f' | 'F' => return floats(),
        'b' => return bools(),
        _ => ints(),
    };
    match names {
        0..=2 => all.extend((-128..128).map(i64::cast_unsigned)),
        3 => {}
        _ => all = all.into_iter().step_by(3).collect(),
    }
    all
}

/// Whether the rule of an example applies with these values as expected; what it says must be right in any case.
fn applies(op: Op, operands: &[&str], out: &str, bound: &[(char, u64)]) -> bool {
    let mut world = World::default();
    let mut names = BTreeMap::new();
    for &(name, bits) in bound {
        let term = if name.is_uppercase() {
            world.constant(bits)
        } else {
            world.var(bits)
        };
        names.insert(name, term);
    }
    let Some(a) = term(&mut world, &names, operands[0]) else {
        return false;
    };
    let b = operands.get(1).map(|text| term(&mut world, &names, text));
    let b = match b {
        Some(None) => return false,
        Some(Some(b)) => b,
        // As the pass has it: no second operand, and no bits.
        None => Term {
            id: coil_trace::Id::NONE,
            bits: None,
            def: None,
        },
    };
    let x = world.get(Arg::Id(a.id));
    let y = if operands.len() == 2 {
        world.get(Arg::Id(b.id))
    } else {
        0
    };
    let Some(expected) = eval(op, x, y) else {
        return false;
    };
    let (found, form) = match fold(op, a, b) {
        Fold::Keep => return false,
        Fold::Const(bits) => (Some(bits), "const".to_owned()),
        Fold::Use(id) => {
            let variable = names.iter().find(|(_, term)| term.id == id);
            let form = variable.map_or("inner".to_owned(), |(name, _)| name.to_string());
            (Some(world.get(Arg::Id(id))), form)
        }
        Fold::Unary(op, x) => (eval(op, world.get(x), 0), op.text().to_owned()),
        Fold::Binary(op, x, y) => (eval(op, world.get(x), world.get(y)), op.text().to_owned()),
    };
    let nan = |bits| f64::from_bits(bits).is_nan() && op.ty() == coil_trace::Ty::Float;
    assert!(
        found == Some(expected) || found.is_some_and(nan) && nan(expected),
        "{op:?} of {bound:x?}: {expected:#x} expected, {found:x?} found"
    );
    form == out
}

#[test]
fn each_rule_applies_to_its_example_and_is_right() {
    for Example {
        rule, text, out, ..
    } in examples()
    {
        let (op, operands) = application(text).expect("an application");
        let mut names: Vec<char> = Vec::new();
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            let name = word.chars().next().filter(|c| c.is_alphabetic());
            if let Some(name) = name.filter(|name| word.len() == 1 && !names.contains(name)) {
                names.push(name);
            }
        }
        let domains: Vec<Vec<u64>> = names
            .iter()
            .map(|&name| values(name, names.len()))
            .collect();
        let mut at = vec![0; names.len()];
        let (mut applied, mut done) = (0, false);
        while !done {
            let bound: Vec<(char, u64)> = names
                .iter()
                .zip(&domains)
                .zip(&at)
                .map(|((&name, domain), &at)| (name, domain[at]))
                .collect();
            applied += usize::from(applies(op, &operands, out, &bound));
            // The next combination.
            done = true;
            for (place, domain) in at.iter_mut().zip(&domains) {
                *place += 1;
                if *place < domain.len() {
                    done = false;
                    break;
                }
                *place = 0;
            }
        }
        assert!(applied > 0, "{rule}: {text} does not become {out}");
    }
}

#[test]
fn each_rule_has_an_example() {
    let files = [
        ("int", include_str!("../int.rs")),
        ("compare", include_str!("../compare.rs")),
        ("float", include_str!("../float.rs")),
    ];
    let mut documented = BTreeSet::new();
    for (file, text) in files {
        for line in text.lines().filter(|line| line.starts_with("///")) {
            // Every second part is between backticks.
            for name in line.split('`').skip(1).step_by(2) {
                let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
                if name.contains('_') && name.chars().all(is_name) {
                    documented.insert((file, name));
                }
            }
        }
    }
    let shown: BTreeSet<_> = examples().map(|row| (row.file, row.rule)).collect();
    assert_eq!(documented, shown);
}
