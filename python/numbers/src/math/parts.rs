//! Rounding, and floats by their parts: ceil, floor, trunc, frexp, ldexp, modf, nextafter, ulp.

use super::libm;
use crate::int_new::from_float;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::number::{self, IntView, int_of};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Vm, protocol};

fn rounded(vm: &mut Vm, value: Value, name: Str, round: fn(f64) -> f64) -> PyResult {
    if let Some(float) = value.as_f64() {
        return from_float(vm, round(float));
    }
    if let Some(result) = protocol::call_special(vm, value, name, &[])? {
        return Ok(result);
    }
    let float = protocol::to_f64(vm, value)?;
    from_float(vm, round(float))
}

pub(super) fn ceil(vm: &mut Vm, args: Args) -> PyResult {
    let name = vm.interp.names.__ceil__.str();
    rounded(vm, args.at(0), name, f64::ceil)
}

pub(super) fn floor(vm: &mut Vm, args: Args) -> PyResult {
    let name = vm.interp.names.__floor__.str();
    rounded(vm, args.at(0), name, f64::floor)
}

pub(super) fn trunc(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.at(0);
    if let Some(float) = value.as_f64() {
        return from_float(vm, float);
    }
    let name = vm.interp.names.__trunc__.str();
    match protocol::call_special(vm, value, name, &[])? {
        Some(result) => Ok(result),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!("type {name} doesn't define __trunc__ method")))
        }
    }
}

pub(super) fn frexp(vm: &mut Vm, args: Args) -> PyResult {
    let x = protocol::to_f64(vm, args.at(0))?;
    let (fraction, exponent) = split(x);
    let fraction = vm.new_float(fraction)?;
    vm.new_tuple(&[fraction, number::small(exponent)])
}

/// A float as a fraction from 0.5 up to 1 and an exponent of two.
pub(super) fn split(x: f64) -> (f64, i64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, offset) = if x.abs() < f64::MIN_POSITIVE {
        (x * 2f64.powi(64), -64)
    } else {
        (x, 0)
    };
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1022;
    let fraction = f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52);
    (fraction, exponent + offset)
}

pub(super) fn ldexp(vm: &mut Vm, args: Args) -> PyResult {
    let x = protocol::to_f64(vm, args.at(0))?;
    let value = args.at(1);
    if int_of(value).is_none() && Type::of(value).slots().index.is_none() {
        return Err(vm.raise_type("Expected an int as second argument to ldexp."));
    }
    let exponent = protocol::index_clamped(vm, value)?;
    if x == 0.0 || !x.is_finite() {
        return vm.new_float(x);
    }
    // Exponents beyond so many give zero or infinity, whatever the number.
    let exponent = exponent.clamp(-10_000, 10_000) as i32;
    let result = libm::ldexp(x, exponent);
    if result.is_infinite() {
        return Err(vm.raise_overflow("math range error"));
    }
    vm.new_float(result)
}

pub(super) fn modf(vm: &mut Vm, args: Args) -> PyResult {
    let x = protocol::to_f64(vm, args.at(0))?;
    let whole = x.trunc();
    let fraction = if x.is_infinite() {
        0f64.copysign(x)
    } else {
        (x - whole).copysign(x)
    };
    let fraction = vm.new_float(fraction)?;
    let whole = vm.new_float(whole)?;
    vm.new_tuple(&[fraction, whole])
}

/// The place of a float in the order of all floats, zero being 0.
fn rank(x: f64) -> i128 {
    let magnitude = i128::from(x.to_bits() & !(1 << 63));
    if x.is_sign_negative() {
        -magnitude
    } else {
        magnitude
    }
}

pub(super) fn nextafter(vm: &mut Vm, args: Args) -> PyResult {
    let x = protocol::to_f64(vm, args.at(0))?;
    let y = protocol::to_f64(vm, args.at(1))?;
    let steps = match args.get(2).filter(|steps| *steps != ty::none()) {
        None => 1,
        Some(steps) => {
            let steps = protocol::index(vm, steps)?;
            let view = int_of(steps).expect("index gives an int");
            if view.is_negative() {
                return Err(vm.raise_value("steps must be a non-negative integer"));
            }
            match view {
                IntView::Small(small) => i128::from(small),
                IntView::Big(big) => big.to_i64().map_or(i128::from(i64::MAX), i128::from),
            }
        }
    };
    if steps == 0 {
        return vm.new_float(x);
    }
    if x.is_nan() || y.is_nan() {
        return vm.new_float(if x.is_nan() { x } else { y });
    }
    if x == y {
        return vm.new_float(y);
    }
    let (from, to) = (rank(x), rank(y));
    let at = if from < to {
        (from + steps).min(to)
    } else {
        (from - steps).max(to)
    };
    if at == to {
        return vm.new_float(y);
    }
    let magnitude = f64::from_bits(at.unsigned_abs() as u64);
    let negative = at < 0 || (at == 0 && x.is_sign_negative());
    vm.new_float(if negative { -magnitude } else { magnitude })
}

pub(super) fn ulp(vm: &mut Vm, args: Args) -> PyResult {
    let x = protocol::to_f64(vm, args.at(0))?.abs();
    if !x.is_finite() {
        return vm.new_float(x);
    }
    let next = f64::from_bits(x.to_bits() + 1);
    vm.new_float(if next.is_infinite() {
        x - f64::from_bits(x.to_bits() - 1)
    } else {
        next - x
    })
}
