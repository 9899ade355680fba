//! hypot and dist: the length of a vector, to within rounding of the exact one.
//!
//! The coordinates are scaled by a power of two so that nothing overflows, squared and added in twice the precision of a float; the square
//! root is corrected once.

use super::parts::split;
use taipan_objects::native::Args;
use taipan_objects::{PyResult, Vm, protocol};

/// A sum and what rounding lost of it.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// A product and what rounding lost of it.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

/// The Euclidean length.
fn length(coordinates: &[f64]) -> f64 {
    if coordinates.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if coordinates.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    let largest = coordinates
        .iter()
        .fold(0.0, |most: f64, x| most.max(x.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let (_, exponent) = split(largest);
    let (mut high, mut low) = (0.0, 0.0);
    for x in coordinates {
        let x = scale(*x, -exponent);
        let (square, lost) = two_product(x, x);
        let (sum, rest) = two_sum(high, square);
        high = sum;
        low += rest + lost;
    }
    let root = (high + low).sqrt();
    // One step towards the root of the sum in full.
    let (square, lost) = two_product(root, root);
    let (difference, rest) = two_sum(high, -square);
    let error = difference + (rest + (low - lost));
    scale(root + error / (2.0 * root), exponent)
}

/// A float times a power of two.
fn scale(x: f64, exponent: i64) -> f64 {
    super::libm::ldexp(x, exponent as i32)
}

pub(super) fn hypot(vm: &mut Vm, args: Args) -> PyResult {
    if args.keyword_count() > 0 {
        return Err(vm.raise_type("math.hypot() takes no keyword arguments"));
    }
    let mut coordinates = Vec::with_capacity(args.len());
    for index in 0..args.len() {
        coordinates.push(protocol::to_f64(vm, args.at(index))?);
    }
    vm.new_float(length(&coordinates))
}

pub(super) fn dist(vm: &mut Vm, args: Args) -> PyResult {
    let p = protocol::to_tuple(vm, args.at(0))?;
    let q = protocol::to_tuple(vm, args.at(1))?;
    if p.len() != q.len() {
        return Err(vm.raise_value("both points must have the same number of dimensions"));
    }
    let mut differences = Vec::with_capacity(p.len());
    for index in 0..p.len() {
        let x = protocol::to_f64(vm, p.at(index))?;
        let y = protocol::to_f64(vm, q.at(index))?;
        differences.push(x - y);
    }
    vm.new_float(length(&differences))
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_neither_overflow_nor_lose_digits() {
        for (coordinates, expected) in [
            (&[0.1; 20][..], 0.447213595499958),
            (&[0.1, 0.2, 0.3, 0.4], 0.5477225575051661),
            (&[1e-320, 1e-320], 1.414e-320),
            (&[3e200, 4e200], 4.9999999999999995e200),
            (&[0.0, -0.0], 0.0),
            (&[f64::NAN, f64::INFINITY], f64::INFINITY),
        ] {
            assert_eq!(length(coordinates), expected, "{coordinates:?}");
        }
    }
}
