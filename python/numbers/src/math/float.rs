//! Functions of one or two floats.

use super::libm;
use coil_num::float as floats;
use taipan_objects::native::Args;
use taipan_objects::ty;
use taipan_objects::{PyResult, Raised, Vm, protocol};

/// What is wrong with an argument that has no result.
enum Domain {
    /// Nothing ever is.
    None,
    /// The text before ", got x".
    Expected(&'static str),
}

/// "expected ..., got x" as ValueError.
#[cold]
pub(super) fn unexpected(vm: &mut Vm, expected: &str, x: f64) -> Raised {
    let shown = floats::repr(x);
    vm.raise_value(&format!("expected {expected}, got {shown}"))
}

/// Checks a result: NaN from a number is a domain error; an infinity from a finite number a range error where the function can
/// overflow, else a domain error.
fn checked(vm: &mut Vm, x: f64, result: f64, domain: &Domain, overflows: bool) -> PyResult {
    let wrong = result.is_nan() && !x.is_nan();
    let infinite = result.is_infinite() && x.is_finite();
    if infinite && overflows {
        return Err(vm.raise_overflow("math range error"));
    }
    if wrong || infinite {
        return Err(match domain {
            Domain::Expected(expected) => unexpected(vm, expected, x),
            Domain::None => vm.raise_value("math domain error"),
        });
    }
    vm.new_float(result)
}

macro_rules! functions {
    ($($name:ident $overflows:literal $domain:expr;)*) => {
        $(
            pub(super) fn $name(vm: &mut Vm, args: Args) -> PyResult {
                let x = protocol::to_f64(vm, args.at(0))?;
                checked(vm, x, libm::$name(x), &$domain, $overflows)
            }
        )*
    };
}
const ONE: Domain = Domain::Expected("a number in range from -1 up to 1");
const FINITE: Domain = Domain::Expected("a finite input");
functions! {
    acos false ONE;
    acosh false Domain::Expected("argument value not less than 1");
    asin false ONE;
    asinh false Domain::None;
    atan false Domain::None;
    atanh false Domain::Expected("a number between -1 and 1");
    cbrt false Domain::None;
    cos false FINITE;
    cosh true Domain::None;
    erf false Domain::None;
    erfc false Domain::None;
    exp true Domain::None;
    exp2 true Domain::None;
    expm1 true Domain::None;
    log1p false Domain::Expected("argument value > -1");
    sin false FINITE;
    sinh true Domain::None;
    tan false FINITE;
    tanh false Domain::None;
}

macro_rules! unchecked {
    ($($name:ident)*) => {
        $(
            pub(super) fn $name(vm: &mut Vm, args: Args) -> PyResult {
                let x = protocol::to_f64(vm, args.at(0))?;
                vm.new_float(libm::$name(x))
            }
        )*
    };
}
unchecked! { fabs degrees radians }

pub(super) fn sqrt(vm: &mut Vm, args: Args) -> PyResult {
    let x = protocol::to_f64(vm, args.at(0))?;
    if x < 0.0 {
        return Err(unexpected(vm, "a nonnegative input", x));
    }
    vm.new_float(x.sqrt())
}

fn two(vm: &mut Vm, args: Args) -> PyResult<(f64, f64)> {
    let x = protocol::to_f64(vm, args.at(0))?;
    let y = protocol::to_f64(vm, args.at(1))?;
    Ok((x, y))
}

pub(super) fn atan2(vm: &mut Vm, args: Args) -> PyResult {
    let (y, x) = two(vm, args)?;
    vm.new_float(libm::atan2(y, x))
}

pub(super) fn copysign(vm: &mut Vm, args: Args) -> PyResult {
    let (x, y) = two(vm, args)?;
    vm.new_float(x.copysign(y))
}

/// A result of two numbers: NaN from numbers is a domain error.
fn checked_two(vm: &mut Vm, x: f64, y: f64, result: f64) -> PyResult {
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(vm.raise_value("math domain error"));
    }
    vm.new_float(result)
}

pub(super) fn fmod(vm: &mut Vm, args: Args) -> PyResult {
    let (x, y) = two(vm, args)?;
    checked_two(vm, x, y, libm::fmod(x, y))
}

pub(super) fn remainder(vm: &mut Vm, args: Args) -> PyResult {
    let (x, y) = two(vm, args)?;
    checked_two(vm, x, y, libm::remainder(x, y))
}

pub(super) fn pow(vm: &mut Vm, args: Args) -> PyResult {
    let (x, y) = two(vm, args)?;
    let result = libm::pow(x, y);
    if x.is_finite() && y.is_finite() && !result.is_finite() {
        return Err(if result.is_nan() || x == 0.0 {
            vm.raise_value("math domain error")
        } else {
            vm.raise_overflow("math range error")
        });
    }
    vm.new_float(result)
}

pub(super) fn fma(vm: &mut Vm, args: Args) -> PyResult {
    let (x, y) = two(vm, args)?;
    let z = protocol::to_f64(vm, args.at(2))?;
    let result = x.mul_add(y, z);
    if result.is_nan() && ![x, y, z].iter().any(|x| x.is_nan()) {
        return Err(vm.raise_value("invalid operation in fma"));
    }
    if result.is_infinite() && [x, y, z].iter().all(|x| x.is_finite()) {
        return Err(vm.raise_overflow("overflow in fma"));
    }
    vm.new_float(result)
}

/// `n!` for `gamma(n + 1)`, as far as floats hold it exactly.
const FACTORIALS: usize = 23;

const POLE: &str = "a noninteger or positive integer";

pub(super) fn gamma(vm: &mut Vm, args: Args) -> PyResult {
    let x = protocol::to_f64(vm, args.at(0))?;
    if x.is_nan() || x == f64::INFINITY {
        return vm.new_float(x);
    }
    if x == f64::NEG_INFINITY || (x <= 0.0 && x == x.floor()) {
        return Err(unexpected(vm, POLE, x));
    }
    let result = if x == x.floor() && x <= FACTORIALS as f64 {
        (1..x as u64).fold(1.0, |all, n| all * n as f64)
    } else {
        libm::tgamma(x)
    };
    if result.is_infinite() {
        return Err(vm.raise_overflow("math range error"));
    }
    vm.new_float(result)
}

pub(super) fn lgamma(vm: &mut Vm, args: Args) -> PyResult {
    let x = protocol::to_f64(vm, args.at(0))?;
    if x.is_infinite() {
        return vm.new_float(f64::INFINITY);
    }
    if x <= 0.0 && x == x.floor() {
        return Err(unexpected(vm, POLE, x));
    }
    let result = libm::lgamma(x);
    if result.is_infinite() {
        return Err(vm.raise_overflow("math range error"));
    }
    vm.new_float(result)
}

macro_rules! tests {
    ($($name:ident)*) => {
        $(
            pub(super) fn $name(vm: &mut Vm, args: Args) -> PyResult {
                let x = protocol::to_f64(vm, args.at(0))?;
                Ok(ty::bool_value(x.$name()))
            }
        )*
    };
}

/// The names that module `math` gives the tests of `f64`.
trait Tests {
    fn isfinite(self) -> bool;
    fn isinf(self) -> bool;
    fn isnan(self) -> bool;
}

impl Tests for f64 {
    fn isfinite(self) -> bool {
        self.is_finite()
    }

    fn isinf(self) -> bool {
        self.is_infinite()
    }

    fn isnan(self) -> bool {
        self.is_nan()
    }
}

tests! { isfinite isinf isnan }

pub(super) fn isclose(vm: &mut Vm, args: Args) -> PyResult {
    let (a, b) = two(vm, args)?;
    let relative = match args.get(2) {
        Some(value) => protocol::to_f64(vm, value)?,
        None => 1e-9,
    };
    let absolute = match args.get(3) {
        Some(value) => protocol::to_f64(vm, value)?,
        None => 0.0,
    };
    if relative < 0.0 || absolute < 0.0 {
        return Err(vm.raise_value("tolerances must be non-negative"));
    }
    let close = if a == b {
        true
    } else if a.is_infinite() || b.is_infinite() {
        false
    } else {
        let distance = (b - a).abs();
        distance <= (relative * b).abs() || distance <= (relative * a).abs() || distance <= absolute
    };
    Ok(ty::bool_value(close))
}
