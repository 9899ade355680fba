//! fsum, prod, sumprod.

use coil_num::IntBuf;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::number::{self, int_of};
use taipan_objects::slots::BinaryOp;
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Vm, protocol};

/// A sum and what rounding lost of it.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// A sum of floats without any error: parts that do not overlap, smallest first.
#[derive(Debug, Default)]
struct Exact {
    parts: Vec<f64>,
}

impl Exact {
    /// Adds a float; whether nothing overflowed.
    fn add(&mut self, x: f64) -> bool {
        let mut carry = x;
        let mut kept = 0;
        for index in 0..self.parts.len() {
            let (sum, rest) = two_sum(carry, self.parts[index]);
            if rest != 0.0 {
                self.parts[kept] = rest;
                kept += 1;
            }
            carry = sum;
        }
        self.parts.truncate(kept);
        self.parts.push(carry);
        carry.is_finite()
    }

    /// The nearest float.
    fn round(&self) -> f64 {
        let mut parts = self.parts.iter().rev().copied();
        let Some(mut high) = parts.next() else {
            return 0.0;
        };
        let mut low = 0.0;
        for part in parts.by_ref() {
            (high, low) = two_sum(high, part);
            if low != 0.0 {
                break;
            }
        }
        // Exactly between two floats: what follows decides.
        if let Some(next) = parts.next()
            && (low < 0.0) == (next < 0.0)
            && next != 0.0
        {
            let twice = low * 2.0;
            let other = high + twice;
            if twice == other - high {
                high = other;
            }
        }
        high
    }
}

pub(super) fn fsum(vm: &mut Vm, args: Args) -> PyResult {
    let mut exact = Exact::default();
    // Infinities and NaN, added up plainly.
    let (mut special, mut infinite) = (0.0, 0.0);
    let mut any_special = false;
    protocol::for_each(vm, args.at(0), |vm, item| {
        let x = protocol::to_f64(vm, item)?;
        if !x.is_finite() {
            any_special = true;
            special += x;
            if x.is_infinite() {
                infinite += x;
            }
        } else if !exact.add(x) {
            return Err(vm.raise_overflow("intermediate overflow in fsum"));
        }
        Ok(true)
    })?;
    if any_special {
        if infinite.is_nan() {
            return Err(vm.raise_value("-inf + inf in fsum"));
        }
        return vm.new_float(special);
    }
    vm.new_float(exact.round())
}

pub(super) fn prod(vm: &mut Vm, args: Args) -> PyResult {
    let mut result = match args.get(1) {
        Some(start) => start,
        None => vm.new_int(1)?,
    };
    protocol::for_each(vm, args.at(0), |vm, item| {
        result = protocol::binary(vm, BinaryOp::Mul, result, item)?;
        Ok(true)
    })?;
    Ok(result)
}

/// The float of an exact float, int or bool, and whether it is a float.
fn number_of(value: Value) -> Option<(f64, bool)> {
    if Type::of(value).is(&types::FLOAT) {
        return Some((number::float_of(value)?, true));
    }
    let exact = exact_int(value) || Type::of(value).is(&types::BOOL);
    let float = match int_of(value).filter(|_| exact)? {
        number::IntView::Small(int) => int as f64,
        number::IntView::Big(int) => int.to_f64().ok()?,
    };
    Some((float, false))
}

fn exact_int(value: Value) -> bool {
    Type::of(value).is(&types::INT)
}

/// A running sum of products: ints exactly as long as all are ints, then floats without error as long as all are floats or ints, then
/// whatever the objects' operators give.
struct Products {
    total: Value,
    ints: Option<IntBuf>,
    floats: Option<Exact>,
    floats_used: bool,
}

impl Products {
    fn flush(&mut self, vm: &mut Vm, part: Value) -> PyResult<()> {
        self.total = protocol::binary(vm, BinaryOp::Add, self.total, part)?;
        Ok(())
    }

    fn end_ints(&mut self, vm: &mut Vm) -> PyResult<()> {
        match self.ints.take().filter(|sum| !sum.is_zero()) {
            Some(sum) => {
                let sum = vm.new_int_buf(&sum)?;
                self.flush(vm, sum)
            }
            None => Ok(()),
        }
    }

    fn end_floats(&mut self, vm: &mut Vm) -> PyResult<()> {
        match self.floats.take().filter(|_| self.floats_used) {
            Some(sum) => {
                let sum = vm.new_float(sum.round())?;
                self.flush(vm, sum)
            }
            None => Ok(()),
        }
    }

    fn add(&mut self, vm: &mut Vm, p: Value, q: Value) -> PyResult<()> {
        if let Some(sum) = &self.ints {
            if exact_int(p) && exact_int(q) {
                let (Some(a), Some(b)) = (int_of(p), int_of(q)) else {
                    return Ok(());
                };
                let product = crate::operand::with_ints(a, b, |a, b| a.mul(b));
                match product {
                    Ok(product) => self.ints = Some(sum.as_ref().add(product.as_ref())),
                    Err(error) => return Err(crate::operand::int_error(vm, error)),
                }
                return Ok(());
            }
            self.end_ints(vm)?;
        }
        if let Some(sum) = &mut self.floats {
            if let (Some((x, a)), Some((y, b))) = (number_of(p), number_of(q))
                && (a || b)
                && (x * y).is_finite()
            {
                let product = x * y;
                let largest = sum.parts.last().copied().unwrap_or(0.0);
                // Where the sum leaves the range of floats, plain arithmetic says how.
                if (largest + product).is_finite() {
                    sum.add(product);
                    sum.add(x.mul_add(y, -product));
                    self.floats_used = true;
                    return Ok(());
                }
            }
            self.end_floats(vm)?;
        }
        let product = protocol::binary(vm, BinaryOp::Mul, p, q)?;
        self.flush(vm, product)
    }
}

pub(super) fn sumprod(vm: &mut Vm, args: Args) -> PyResult {
    let p = protocol::iter(vm, args.at(0))?;
    let q = protocol::iter(vm, args.at(1))?;
    let mut sum = Products {
        total: vm.new_int(0)?,
        ints: Some(IntBuf::ZERO),
        floats: Some(Exact::default()),
        floats_used: false,
    };
    loop {
        let a = protocol::next(vm, p)?;
        let b = protocol::next(vm, q)?;
        match (a, b) {
            (Some(a), Some(b)) => sum.add(vm, a, b)?,
            (None, None) => break,
            _ => return Err(vm.raise_value("Inputs are not the same length")),
        }
    }
    sum.end_ints(vm)?;
    sum.end_floats(vm)?;
    Ok(sum.total)
}

#[cfg(test)]
mod tests {
    use super::Exact;

    #[test]
    fn sums_of_floats_are_rounded_once() {
        let tiny = 2f64.powi(-53);
        let rows: [(&[f64], f64); 7] = [
            (&[0.1; 10], 1.0),
            (&[1e16, 1.0, -1e16], 1.0),
            (&[1.0, tiny, 2f64.powi(-106)], 1.0000000000000002),
            (&[1.0, tiny, -2f64.powi(-106)], 1.0),
            (&[1e308, -1e308, 5e-324], 5e-324),
            (&[1e100, 1.0, -1e100, 1e-100], 1.0),
            (&[], 0.0),
        ];
        for (items, expected) in rows {
            let mut exact = Exact::default();
            assert!(items.iter().all(|x| exact.add(*x)), "{items:?}");
            assert_eq!(exact.round(), expected, "{items:?}");
        }
    }

    #[test]
    fn a_sum_beyond_floats_is_noticed() {
        let mut exact = Exact::default();
        assert!(exact.add(1e308));
        assert!(!exact.add(1e308));
    }
}
