//! Logarithms: of floats, and of ints of any size.

use super::float::unexpected;
use super::libm;
use coil_num::{IntBuf, IntRef};
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::number::{IntView, int_of};
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Vm, protocol};

/// The logarithm of a number by a function.
fn logarithm(vm: &mut Vm, value: Value, function: extern "C" fn(f64) -> f64) -> PyResult<f64> {
    match int_of(value) {
        Some(int) if int.is_negative() || matches!(int, IntView::Small(0)) => {
            Err(vm.raise_value("expected a positive input"))
        }
        Some(IntView::Small(int)) => Ok(function(int as f64)),
        Some(IntView::Big(int)) => Ok(match int.to_f64() {
            Ok(float) => function(float),
            Err(_) => {
                let (fraction, exponent) = scaled(int);
                function(fraction) + function(2.0) * exponent
            }
        }),
        None => {
            let x = protocol::to_f64(vm, value)?;
            if x <= 0.0 {
                return Err(unexpected(vm, "a positive input", x));
            }
            Ok(function(x))
        }
    }
}

/// A large positive int as a fraction of at least 0.5 and below 1, times a power of two.
fn scaled(int: IntRef<'_>) -> (f64, f64) {
    let bits = int.bit_length();
    let shift = bits - 64;
    let mut top = int.shr(shift).as_ref().wrapping_u64();
    if int.trailing_zeros() < shift {
        // What is cut off counts for rounding only.
        top |= 1;
    }
    let fraction = IntBuf::from(top).as_ref().to_f64().unwrap_or(f64::INFINITY) / 2f64.powi(64);
    if fraction < 1.0 {
        (fraction, bits as f64)
    } else {
        (fraction / 2.0, (bits + 1) as f64)
    }
}

pub(super) fn log(vm: &mut Vm, args: Args) -> PyResult {
    let result = logarithm(vm, args.at(0), libm::log)?;
    let Some(base) = args.get(1) else {
        return vm.new_float(result);
    };
    let base = logarithm(vm, base, libm::log)?;
    if base == 0.0 {
        return Err(vm.raise_text(&types::ZeroDivisionError, "division by zero"));
    }
    vm.new_float(result / base)
}

pub(super) fn log2(vm: &mut Vm, args: Args) -> PyResult {
    let result = logarithm(vm, args.at(0), libm::log2)?;
    vm.new_float(result)
}

pub(super) fn log10(vm: &mut Vm, args: Args) -> PyResult {
    let result = logarithm(vm, args.at(0), libm::log10)?;
    vm.new_float(result)
}
