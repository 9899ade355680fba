//! Numbers as CPython 3.14 has them; expected texts are recorded from it.

use crate::{FUNCTIONS, MODULES, TYPES};
use coil_heap::HeapConfig;
use coil_value::Value;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use taipan_objects::native::NativeDef;
use taipan_objects::slots::{BinaryOp, CompareOp};
use taipan_objects::str::Str;
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Vm, exception, mem, protocol};

/// Builtin types are statics: one interpreter at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Session {
    vm: Box<Vm>,
    _alone: MutexGuard<'static, ()>,
}

impl Deref for Session {
    type Target = Vm;

    fn deref(&self) -> &Vm {
        &self.vm
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Vm {
        &mut self.vm
    }
}

fn vm() -> Session {
    let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut vm = Vm::new(HeapConfig::default()).expect("a small heap");
    vm.ready_types(TYPES).expect("memory for the types");
    Session { vm, _alone: alone }
}

/// `repr` of a result, or the exception's class and text.
fn shown(vm: &mut Vm, result: PyResult) -> String {
    match result {
        Ok(value) => protocol::repr_text(vm, value).unwrap_or_else(|raised| {
            let error = vm.take_raised(raised);
            described(error)
        }),
        Err(raised) => {
            let error = vm.take_raised(raised);
            described(error)
        }
    }
}

fn described(error: Value) -> String {
    let args = taipan_objects::tuple::Tuple::from_ref(mem::expect_ref(exception::args(
        mem::expect_ref(error),
    )));
    let text = args.get(0).and_then(Str::of);
    format!(
        "{}: {}",
        protocol::type_name(error),
        text.map_or(String::new(), |text| text.to_rust().into_owned())
    )
}

/// A number of its literal.
fn number(vm: &mut Vm, literal: &str) -> Value {
    let class = match literal {
        "True" => return taipan_objects::ty::TRUE.value(),
        "False" => return taipan_objects::ty::FALSE.value(),
        _ if literal.ends_with('j') => &types::COMPLEX,
        _ if literal.contains(['.', 'e', 'n']) => &types::FLOAT,
        _ => &types::INT,
    };
    let text = vm.new_str(literal).expect("memory");
    construct(vm, class.ty(), text).expect("a literal")
}

fn construct(vm: &mut Vm, ty: Type, text: Value) -> PyResult {
    vm.with_registers(1, |vm, registers| {
        registers.set(0, Some(text));
        // SAFETY: the register stays reserved during the call.
        let args = unsafe { taipan_objects::native::Args::new(registers.as_ptr(), 1, None, None) };
        let new = ty.slots().new.expect("number types have a constructor");
        new(vm, ty, args)
    })
}

fn check_binary(op: BinaryOp, rows: &[(&str, &str, &str)]) {
    let mut vm = vm();
    for (a, b, expected) in rows {
        let (x, y) = (number(&mut vm, a), number(&mut vm, b));
        let result = protocol::binary(&mut vm, op, x, y);
        assert_eq!(shown(&mut vm, result), *expected, "{a} {} {b}", op.symbol());
    }
}

#[test]
fn division_follows_the_divisors_sign() {
    check_binary(
        BinaryOp::FloorDiv,
        &[
            ("-7", "2", "-4"),
            ("7", "-2", "-4"),
            ("-7.5", "2", "-4.0"),
            ("1", "0", "ZeroDivisionError: division by zero"),
            ("100000000000000000000", "-3", "-33333333333333333334"),
        ],
    );
    check_binary(
        BinaryOp::DivMod,
        &[("1", "0.0", "ZeroDivisionError: division by zero")],
    );
    check_binary(
        BinaryOp::Mod,
        &[
            ("-7", "2", "1"),
            ("7", "-2", "-1"),
            ("-7.5", "2", "0.5"),
            ("1", "0.0", "ZeroDivisionError: division by zero"),
        ],
    );
    check_binary(
        BinaryOp::TrueDiv,
        &[
            ("0", "-5", "-0.0"),
            ("1", "3", "0.3333333333333333"),
            ("True", "2", "0.5"),
        ],
    );
}

#[test]
fn powers_choose_their_type() {
    check_binary(
        BinaryOp::Pow,
        &[
            ("2", "100", "1267650600228229401496703205376"),
            ("-2", "-3", "-0.125"),
            ("-8", "0.5", "(1.7319121124709868e-16+2.8284271247461903j)"),
            ("0", "-1", "ZeroDivisionError: zero to a negative power"),
            ("1j", "-1", "-1j"),
            (
                "0j",
                "-1",
                "ZeroDivisionError: zero to a negative or complex power",
            ),
        ],
    );
}

#[test]
fn shifts_by_absurd_counts_are_errors_not_crashes() {
    check_binary(
        BinaryOp::LShift,
        &[
            ("1", "-1", "ValueError: negative shift count"),
            (
                "1",
                "1180591620717411303424",
                "OverflowError: too many digits in integer",
            ),
            ("0", "1180591620717411303424", "0"),
            ("3", "70", "3541774862152233910272"),
        ],
    );
    check_binary(
        BinaryOp::RShift,
        &[
            ("-1", "1180591620717411303424", "-1"),
            ("-5", "1", "-3"),
            ("5", "200", "0"),
        ],
    );
}

#[test]
fn bools_stay_bools_under_logic_only() {
    check_binary(
        BinaryOp::And,
        &[("True", "False", "False"), ("True", "1", "1")],
    );
    check_binary(BinaryOp::Add, &[("True", "True", "2")]);
}

#[test]
fn ints_and_floats_compare_exactly() {
    let mut vm = vm();
    for (a, b, expected) in [
        ("9007199254740993", "9007199254740992.0", "True"),
        (
            "1180591620717411303424",
            "1180591620717411303424.0",
            "False",
        ),
        ("1", "nan", "False"),
    ] {
        let (x, y) = (number(&mut vm, a), number(&mut vm, b));
        let result = protocol::compare(&mut vm, x, y, CompareOp::Gt);
        assert_eq!(shown(&mut vm, result), expected, "{a} > {b}");
    }
}

#[test]
fn equal_numbers_have_equal_hashes() {
    let mut vm = vm();
    for (a, b) in [
        ("1", "1.0"),
        ("-1", "-1.0"),
        ("1180591620717411303424", "1180591620717411303424.0"),
        ("2.5", "2.5+0j"),
        ("True", "1"),
    ] {
        let (x, y) = (number(&mut vm, a), number(&mut vm, b));
        let (x, y) = (protocol::hash(&mut vm, x), protocol::hash(&mut vm, y));
        assert_eq!(x, y, "{a} {b}");
    }
}

#[test]
fn text_that_is_no_number_is_a_value_error() {
    let mut vm = vm();
    for (ty, text, expected) in [
        (
            &types::INT,
            "  12x ",
            "ValueError: invalid literal for int() with base 10: ",
        ),
        (
            &types::FLOAT,
            "1__0",
            "ValueError: could not convert string to float: ",
        ),
        (
            &types::COMPLEX,
            "1+ 2j",
            "ValueError: complex() arg is a malformed string",
        ),
        (&types::COMPLEX, " ( 1+2j ) ", "(1+2j)"),
        (&types::INT, "\u{661}2", "12"),
        (&types::FLOAT, " -1_0.5 ", "-10.5"),
    ] {
        let value = vm.new_str(text).expect("memory");
        let result = construct(&mut vm, ty.ty(), value);
        let shown = shown(&mut vm, result);
        assert!(shown.starts_with(expected), "{text}: {shown}");
    }
}

fn function(name: &str) -> &'static NativeDef {
    let math = MODULES.iter().flat_map(|module| module.functions);
    FUNCTIONS
        .iter()
        .chain(math)
        .find(|def| def.name == name)
        .expect("a known function")
}

fn call(vm: &mut Vm, name: &str, args: &[&str]) -> String {
    let values: Vec<Value> = args.iter().map(|arg| number(vm, arg)).collect();
    let result = vm.with_registers(values.len(), |vm, registers| {
        for (index, value) in values.iter().enumerate() {
            registers.set(index, Some(*value));
        }
        // SAFETY: the registers stay reserved during the call.
        let args = unsafe {
            taipan_objects::native::Args::new(registers.as_ptr(), values.len(), None, None)
        };
        vm.call_native(function(name), args)
    });
    shown(vm, result)
}

#[test]
fn math_says_what_it_expected() {
    let mut vm = vm();
    for (name, args, expected) in [
        (
            "sqrt",
            &["-1"][..],
            "ValueError: expected a nonnegative input, got -1.0",
        ),
        ("log", &["0"], "ValueError: expected a positive input"),
        (
            "log",
            &["0.0"],
            "ValueError: expected a positive input, got 0.0",
        ),
        (
            "acos",
            &["2"],
            "ValueError: expected a number in range from -1 up to 1, got 2.0",
        ),
        ("exp", &["1000"], "OverflowError: math range error"),
        (
            "gamma",
            &["-5"],
            "ValueError: expected a noninteger or positive integer, got -5.0",
        ),
        (
            "comb",
            &["-3", "2"],
            "ValueError: n must be a non-negative integer",
        ),
    ] {
        assert_eq!(call(&mut vm, name, args), expected, "{name}");
    }
}

#[test]
fn math_is_exact_where_it_promises() {
    let mut vm = vm();
    for (name, args, expected) in [
        ("comb", &["67", "33"][..], "14226520737620288370"),
        (
            "comb",
            &["100000000000000000000", "2"],
            "4999999999999999999950000000000000000000",
        ),
        ("perm", &["5"], "120"),
        ("perm", &["5", "10"], "0"),
        ("factorial", &["20"], "2432902008176640000"),
        ("gcd", &["-12", "18"], "6"),
        ("lcm", &["4", "-6"], "12"),
        (
            "isqrt",
            &["10000000000000000000000000000000000000000"],
            "100000000000000000000",
        ),
        ("hypot", &["1", "2", "3"], "3.7416573867739413"),
        ("hypot", &["1e308", "1e308"], "1.4142135623730951e+308"),
        ("ulp", &["1"], "2.220446049250313e-16"),
        ("nextafter", &["0", "-1"], "-5e-324"),
        ("remainder", &["-5.5", "2"], "0.5"),
        ("fma", &["0.1", "10", "-1"], "5.551115123125783e-17"),
        ("gamma", &["23"], "1.1240007277776077e+21"),
        ("log2", &["1180591620717411303424"], "70.0"),
    ] {
        assert_eq!(call(&mut vm, name, args), expected, "{name}{args:?}");
    }
}
