//! `sum`: exact ints while they fit 64 bits, compensated floats and complex numbers, and `+` for everything else.

use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::BinaryOp;
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Value, Vm};

/// A float sum with the error of each addition kept aside (Neumaier).
#[derive(Clone, Copy, Debug)]
struct Compensated {
    sum: f64,
    error: f64,
}

impl Compensated {
    fn new(sum: f64) -> Compensated {
        Compensated { sum, error: 0.0 }
    }

    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.error += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    fn total(self) -> f64 {
        // The error of infinite sums is no number.
        if self.error != 0.0 && self.error.is_finite() {
            self.sum + self.error
        } else {
            self.sum
        }
    }
}

/// How the sum is kept.
enum Sum {
    Int(i64),
    Float(Compensated),
    Complex(Compensated, Compensated),
    Other(Value),
}

fn exact_int(value: Value) -> Option<i64> {
    if let Some(int) = value.as_small_int() {
        return Some(int);
    }
    let ty = Type::of(value);
    (ty.is(&types::INT) || ty.is(&types::BOOL))
        .then(|| number::i64_of(value))
        .flatten()
}

fn exact_float(value: Value) -> Option<f64> {
    if let Some(float) = value.as_f64() {
        return Some(float);
    }
    Type::of(value)
        .is(&types::FLOAT)
        .then(|| number::float_of(value))
        .flatten()
}

/// An int, of a subclass too, as a float; none where it is too large.
fn float_of_int(value: Value) -> Option<f64> {
    match number::int_of(value)? {
        number::IntView::Small(int) => Some(int as f64),
        number::IntView::Big(int) => int.to_f64().ok(),
    }
}

fn exact_complex(value: Value) -> Option<(f64, f64)> {
    Type::of(value)
        .is(&types::COMPLEX)
        .then(|| number::complex_of(value))
        .flatten()
}

impl Sum {
    fn start(value: Value) -> Sum {
        if let Some(int) = exact_int(value) {
            return Sum::Int(int);
        }
        if let Some(float) = exact_float(value) {
            return Sum::Float(Compensated::new(float));
        }
        match exact_complex(value) {
            Some((real, imaginary)) => {
                Sum::Complex(Compensated::new(real), Compensated::new(imaginary))
            }
            None => Sum::Other(value),
        }
    }

    fn value(&self, vm: &mut Vm) -> PyResult {
        match self {
            Sum::Int(int) => vm.new_int(*int),
            Sum::Float(float) => vm.new_float(float.total()),
            Sum::Complex(real, imaginary) => vm.new_complex(real.total(), imaginary.total()),
            Sum::Other(value) => Ok(*value),
        }
    }

    /// Adds an item if the sum stays of its kind.
    fn add_kept(&mut self, item: Value) -> bool {
        match self {
            Sum::Int(sum) => match exact_int(item).and_then(|int| sum.checked_add(int)) {
                Some(total) => *sum = total,
                None => return false,
            },
            Sum::Float(sum) => match exact_float(item).or_else(|| float_of_int(item)) {
                Some(float) => sum.add(float),
                None => return false,
            },
            Sum::Complex(real, imaginary) => {
                let float = || exact_float(item).or_else(|| float_of_int(item));
                match (exact_complex(item), float()) {
                    (Some((re, im)), _) => {
                        real.add(re);
                        imaginary.add(im);
                    }
                    (None, Some(float)) => real.add(float),
                    (None, None) => return false,
                }
            }
            Sum::Other(_) => return false,
        }
        true
    }

    fn add(&mut self, vm: &mut Vm, item: Value) -> PyResult<()> {
        if self.add_kept(item) {
            return Ok(());
        }
        if let (Sum::Int(sum), Some(float)) = (&*self, exact_float(item)) {
            *self = Sum::Float(Compensated::new(*sum as f64 + float));
            return Ok(());
        }
        let sum = self.value(vm)?;
        let total = protocol::binary(vm, BinaryOp::Add, sum, item)?;
        *self = match (&self, Sum::start(total)) {
            // An int beyond 64 bits stays an object, and what users add up stays what they made of it.
            (Sum::Other(_), _) => Sum::Other(total),
            (_, next) => next,
        };
        Ok(())
    }
}

/// `sum(iterable, /, start=0)`.
///
/// # Errors
/// TypeError for strings; what iteration and `+` raise.
pub(crate) fn sum(vm: &mut Vm, args: Args) -> PyResult {
    let start = args.get(1).unwrap_or_else(|| number::small(0));
    let ty = Type::of(start);
    for (forbidden, what, example) in [
        (&types::STR, "strings", "''"),
        (&types::BYTES, "bytes", "b''"),
        (&types::BYTEARRAY, "bytearray", "b''"),
    ] {
        if ty.is_subtype(forbidden.ty()) {
            return Err(vm.raise_type(&format!(
                "sum() can't sum {what} [use {example}.join(seq) instead]"
            )));
        }
    }
    let mut sum = Sum::start(start);
    protocol::for_each(vm, args.at(0), |vm, item| sum.add(vm, item).map(|()| true))?;
    sum.value(vm)
}
