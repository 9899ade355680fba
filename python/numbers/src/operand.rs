//! What arithmetic starts from: operands as numbers, results as values, errors of `coil-num` as exceptions.

use coil_num::{IntBuf, IntError, IntRef};
use coil_value::Value;
use taipan_objects::number::{self, IntView};
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Raised, Vm};

/// Calls `body` with the digits of an int.
pub(crate) fn with_int<R>(a: IntView<'_>, body: impl FnOnce(IntRef<'_>) -> R) -> R {
    match a {
        IntView::Small(small) => body(IntBuf::from(small).as_ref()),
        IntView::Big(big) => body(big),
    }
}

/// Calls `body` with the digits of two ints.
pub(crate) fn with_ints<R>(
    a: IntView<'_>,
    b: IntView<'_>,
    body: impl FnOnce(IntRef<'_>, IntRef<'_>) -> R,
) -> R {
    with_int(a, |a| with_int(b, |b| body(a, b)))
}

/// The int of a value that is known to be one.
pub(crate) fn int<'a>(value: Value) -> IntView<'a> {
    number::int_of(value).expect("the descriptor checked that self is an int")
}

/// The float of a value that is known to be one.
pub(crate) fn float(value: Value) -> f64 {
    number::float_of(value).expect("the descriptor checked that self is a float")
}

/// The float of a float or int; none for other values.
pub(crate) fn real(vm: &mut Vm, value: Value) -> PyResult<Option<f64>> {
    if let Some(float) = number::float_of(value) {
        return Ok(Some(float));
    }
    match number::int_of(value) {
        Some(IntView::Small(int)) => Ok(Some(int as f64)),
        Some(IntView::Big(int)) => match int.to_f64() {
            Ok(float) => Ok(Some(float)),
            Err(_) => Err(vm.raise_overflow("int too large to convert to float")),
        },
        None => Ok(None),
    }
}

/// The value of an int result.
pub(crate) fn int_result(vm: &mut Vm, result: Result<IntBuf, IntError>) -> PyResult {
    match result {
        Ok(int) => vm.new_int_buf(&int),
        Err(error) => Err(int_error(vm, error)),
    }
}

/// The exception of a failed int operation.
pub(crate) fn int_error(vm: &mut Vm, error: IntError) -> Raised {
    match error {
        IntError::ZeroDivision => vm.raise_zero_division("division by zero"),
        IntError::Overflow => vm.raise_overflow("int too large to convert to float"),
        IntError::NegativeShift => vm.raise_value("negative shift count"),
        IntError::NegativeExponent => vm.raise_value("negative exponent"),
        IntError::NotInvertible => vm.raise_value("base is not invertible for the given modulus"),
        IntError::NegativeRoot => vm.raise_value("isqrt() argument must be nonnegative"),
        IntError::TooLarge => vm.raise_memory_error(),
    }
}

/// An exact int: the value itself, or the number of a bool or an instance of a subclass.
pub(crate) fn exact_int(vm: &mut Vm, value: Value) -> PyResult {
    if value.is_small_int() || Type::of(value).is(&types::INT) {
        return Ok(value);
    }
    let buf = int(value).to_buf();
    vm.new_int_buf(&buf)
}

/// `OverflowError(34, "Numerical result out of range")`, as the C library's `ERANGE` reads.
pub(crate) fn range_error(vm: &mut Vm) -> Raised {
    match vm.new_str("Numerical result out of range") {
        Ok(text) => vm.raise_with(&types::OverflowError, &[number::small(34), text]),
        Err(raised) => raised,
    }
}
