//! Exact functions of ints: comb, factorial, gcd, isqrt, lcm, perm.

use crate::operand::{int_error, int_result, with_int, with_ints};
use coil_num::{IntBuf, IntError, IntRef};
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::number::{IntView, int_of};
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm, protocol};

/// The int of an argument, digits copied.
fn integer(vm: &mut Vm, value: Value) -> PyResult<IntBuf> {
    let int = protocol::index(vm, value)?;
    Ok(int_of(int).expect("index gives an int").to_buf())
}

fn no_keywords(vm: &mut Vm, args: Args, name: &str) -> PyResult<()> {
    if args.keyword_count() > 0 {
        return Err(vm.raise_type(&format!("math.{name}() takes no keyword arguments")));
    }
    Ok(())
}

fn euclid(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

pub(super) fn gcd(vm: &mut Vm, args: Args) -> PyResult {
    no_keywords(vm, args, "gcd")?;
    let mut result = IntBuf::ZERO;
    for index in 0..args.len() {
        let int = protocol::index(vm, args.at(index))?;
        let view = int_of(int).expect("index gives an int");
        result = match (result.to_i64(), view) {
            (Some(a), IntView::Small(b)) => {
                IntBuf::from(euclid(a.unsigned_abs(), b.unsigned_abs()))
            }
            _ => with_int(view, |b| result.as_ref().gcd(b)),
        };
    }
    vm.new_int_buf(&result)
}

pub(super) fn lcm(vm: &mut Vm, args: Args) -> PyResult {
    no_keywords(vm, args, "lcm")?;
    let mut result = IntBuf::from(1i64);
    for index in 0..args.len() {
        let int = integer(vm, args.at(index))?;
        if result.is_zero() || int.is_zero() {
            result = IntBuf::ZERO;
            continue;
        }
        let common = result.as_ref().gcd(int.as_ref());
        let product = result
            .as_ref()
            .floor_div(common.as_ref())
            .and_then(|part| part.as_ref().mul(int.as_ref().abs()));
        result = match product {
            Ok(product) => product,
            Err(error) => return Err(int_error(vm, error)),
        };
    }
    vm.new_int_buf(&result)
}

pub(super) fn isqrt(vm: &mut Vm, args: Args) -> PyResult {
    let int = protocol::index(vm, args.at(0))?;
    let view = int_of(int).expect("index gives an int");
    let result = with_int(view, |int| int.isqrt());
    int_result(vm, result)
}

/// The product of `count` ints from `first` upwards.
fn product(first: IntRef<'_>, count: u64) -> Result<IntBuf, IntError> {
    if count <= 8 {
        let mut result = IntBuf::from(1i64);
        for offset in 0..count {
            let factor = first.add(IntBuf::from(offset).as_ref());
            result = result.as_ref().mul(factor.as_ref())?;
        }
        return Ok(result);
    }
    let half = count / 2;
    let low = product(first, half)?;
    let middle = first.add(IntBuf::from(half).as_ref());
    let high = product(middle.as_ref(), count - half)?;
    low.as_ref().mul(high.as_ref())
}

/// Numbers of factors from here on have products that no memory holds.
const MOST_FACTORS: u64 = 1 << 32;

/// The product of so many ints, refused where it cannot fit.
fn checked_product(first: IntRef<'_>, count: u64) -> Result<IntBuf, IntError> {
    if count > MOST_FACTORS {
        return Err(IntError::TooLarge);
    }
    product(first, count)
}

pub(super) fn factorial(vm: &mut Vm, args: Args) -> PyResult {
    let n = integer(vm, args.at(0))?;
    if n.is_negative() {
        return Err(vm.raise_value("factorial() not defined for negative values"));
    }
    let Some(n) = n.as_ref().to_u64().filter(|n| *n <= i64::MAX as u64) else {
        let most = i64::MAX;
        return Err(vm.raise_overflow(&format!("factorial() argument should not exceed {most}")));
    };
    let result = checked_product(IntBuf::from(1i64).as_ref(), n);
    int_result(vm, result)
}

/// `n` and `k` of comb and perm; none if the result is zero.
fn counts(vm: &mut Vm, n: Value, k: Value) -> PyResult<Option<(IntBuf, IntBuf)>> {
    let n = integer(vm, n)?;
    let k = integer(vm, k)?;
    if n.is_negative() {
        return Err(vm.raise_value("n must be a non-negative integer"));
    }
    if k.is_negative() {
        return Err(vm.raise_value("k must be a non-negative integer"));
    }
    Ok((k.as_ref() <= n.as_ref()).then_some((n, k)))
}

/// The first of the `k` factors of a falling product from `n`.
fn first_factor(n: &IntBuf, k: u64) -> IntBuf {
    let below = n.as_ref().sub(IntBuf::from(k).as_ref());
    below.as_ref().add(IntBuf::from(1i64).as_ref())
}

pub(super) fn perm(vm: &mut Vm, args: Args) -> PyResult {
    let Some(k) = args.get(1).filter(|k| *k != ty::none()) else {
        return factorial(vm, args);
    };
    let Some((n, k)) = counts(vm, args.at(0), k)? else {
        return vm.new_int(0);
    };
    let Some(k) = k.as_ref().to_u64().filter(|k| *k <= i64::MAX as u64) else {
        let most = i64::MAX;
        return Err(vm.raise_overflow(&format!("k must not exceed {most}")));
    };
    let result = checked_product(first_factor(&n, k).as_ref(), k);
    int_result(vm, result)
}

pub(super) fn comb(vm: &mut Vm, args: Args) -> PyResult {
    let Some((n, k)) = counts(vm, args.at(0), args.at(1))? else {
        return vm.new_int(0);
    };
    let other = n.as_ref().sub(k.as_ref());
    let k = if other.as_ref() < k.as_ref() {
        other
    } else {
        k
    };
    let Some(k) = k.as_ref().to_u64().filter(|k| *k <= i64::MAX as u64) else {
        let most = i64::MAX;
        return Err(vm.raise_overflow(&format!("min(n - k, k) must not exceed {most}")));
    };
    let result = checked_product(first_factor(&n, k).as_ref(), k).and_then(|numerator| {
        let denominator = checked_product(IntBuf::from(1i64).as_ref(), k)?;
        with_ints(
            IntView::Big(numerator.as_ref()),
            IntView::Big(denominator.as_ref()),
            |a, b| a.floor_div(b),
        )
    });
    int_result(vm, result)
}
