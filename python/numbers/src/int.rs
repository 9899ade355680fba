//! `int`: operators, comparison, hash, text.

use crate::operand::{exact_int, int_error, int_result, with_int, with_ints};
use crate::{int_methods, int_new};
use coil_num::{IntBuf, IntError, IntOp, IntRef, decimal};
use coil_value::{Ref, Value};
use std::cmp::Ordering;
use taipan_objects::class::TypeDef;
use taipan_objects::layout;
use taipan_objects::number::{self, IntView, int_of};
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Vm};

/// `int`.
pub(crate) static INT: TypeDef = TypeDef {
    ty: &types::INT,
    slots,
    methods: int_methods::METHODS,
    getset: int_methods::GETSET,
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 if no arguments are given.",
    module: "",
};

fn slots(slots: &mut Slots) {
    slots.repr = Some(repr);
    slots.hash = Some(hash);
    slots.compare = Some(compare);
    slots.bool = Some(|_, value| Ok(!matches!(int_of(value), Some(IntView::Small(0)))));
    for (op, function) in [
        (BinaryOp::Add, add as taipan_objects::slots::Binary),
        (BinaryOp::Sub, sub),
        (BinaryOp::Mul, mul),
        (BinaryOp::TrueDiv, true_div),
        (BinaryOp::FloorDiv, floor_div),
        (BinaryOp::Mod, modulo),
        (BinaryOp::DivMod, divmod),
        (BinaryOp::Pow, pow),
        (BinaryOp::LShift, shl),
        (BinaryOp::RShift, shr),
        (BinaryOp::And, and),
        (BinaryOp::Or, or),
        (BinaryOp::Xor, xor),
    ] {
        slots.binary[op as usize] = Some(function);
    }
    slots.neg = Some(neg);
    slots.pos = Some(exact_int);
    slots.abs = Some(abs);
    slots.invert = Some(invert);
    slots.index = Some(exact_int);
    slots.int = Some(exact_int);
    slots.float = Some(|vm, value| {
        let float = taipan_objects::protocol::to_f64(vm, value)?;
        vm.new_float(float)
    });
    slots.new = Some(int_new::new);
}

fn repr(vm: &mut Vm, value: Value) -> PyResult {
    if let Some(small) = value.as_small_int() {
        let mut buffer = [0; 24];
        let text = decimal(small, &mut buffer);
        return vm.new_ascii(text);
    }
    let text = vm.int_text(value, 10)?;
    vm.new_ascii(text.as_bytes())
}

fn hash(_: &mut Vm, value: Value) -> PyResult<i64> {
    Ok(match crate::operand::int(value) {
        IntView::Small(-1) => -2,
        IntView::Small(small) => small,
        IntView::Big(big) => big.hash(),
    })
}

fn compare(_: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    Ok(match order(a, b) {
        Some(ordering) => ty::bool_value(op.holds(ordering)),
        None => ty::not_implemented(),
    })
}

fn order(a: Value, b: Value) -> Option<Ordering> {
    let (a, b) = (int_of(a)?, int_of(b)?);
    Some(match (a, b) {
        (IntView::Small(a), IntView::Small(b)) => a.cmp(&b),
        _ => with_ints(a, b, |a, b| a.cmp(&b)),
    })
}

/// Two ints, or NotImplemented returned from the operator.
macro_rules! ints {
    ($a:ident, $b:ident) => {
        match (int_of($a), int_of($b)) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(ty::not_implemented()),
        }
    };
}

/// An operation that writes its long result straight into the new object. The operands are read when that stands.
fn in_place(vm: &mut Vm, a: Value, b: Value, op: IntOp, room: usize) -> PyResult {
    vm.new_int_in_place(room, |out| {
        with_ints(crate::operand::int(a), crate::operand::int(b), |a, b| {
            a.write(op, b, out)
        })
    })
}

/// The result where one operand is 0 or 1 and so decides it: 0, or the other operand, which may stay the same object.
fn neutral(
    op: IntOp,
    (left, a): (Value, IntView<'_>),
    (right, b): (Value, IntView<'_>),
) -> Option<Value> {
    let is =
        |operand: IntView<'_>, int: i64| matches!(operand, IntView::Small(small) if small == int);
    let result = match op {
        IntOp::Mul if is(a, 0) || is(b, 0) => return Some(number::small(0)),
        IntOp::Add | IntOp::Sub if is(b, 0) => left,
        IntOp::Add if is(a, 0) => right,
        IntOp::Mul if is(b, 1) => left,
        IntOp::Mul if is(a, 1) => right,
        _ => return None,
    };
    let exact = |object: Ref| object.layout() == layout::INT;
    result.as_ref().is_some_and(exact).then_some(result)
}

macro_rules! operators {
    ($($name:ident |$x:ident, $y:ident| $small:expr, $(in place $op:expr,)? |$p:ident, $q:ident| $big:expr;)*) => {
        $(
            fn $name(vm: &mut Vm, left: Value, right: Value) -> PyResult {
                let (a, b) = ints!(left, right);
                if let (IntView::Small($x), IntView::Small($y)) = (a, b)
                    && let Some(result) = $small
                {
                    return vm.new_int(result);
                }
                $(
                    if let Some(result) = neutral($op, (left, a), (right, b)) {
                        return Ok(result);
                    }
                    if let Some(room) = with_ints(a, b, |a, b| a.room($op, b)) {
                        return in_place(vm, left, right, $op, room);
                    }
                )?
                let result: Result<IntBuf, IntError> = with_ints(a, b, |$p, $q| $big);
                int_result(vm, result)
            }
        )*
    };
}
operators! {
    add |x, y| x.checked_add(y), in place IntOp::Add, |p, q| Ok(IntRef::add(p, q));
    sub |x, y| x.checked_sub(y), in place IntOp::Sub, |p, q| Ok(IntRef::sub(p, q));
    mul |x, y| x.checked_mul(y), in place IntOp::Mul, |p, q| IntRef::mul(p, q);
    floor_div |x, y| small_divmod(x, y).map(|(q, _)| q), |p, q| p.floor_div(q);
    modulo |x, y| small_divmod(x, y).map(|(_, r)| r), |p, q| p.floor_mod(q);
    and |x, y| Some(x & y), |p, q| Ok(p.and(q));
    or |x, y| Some(x | y), |p, q| Ok(p.or(q));
    xor |x, y| Some(x ^ y), |p, q| Ok(p.xor(q));
}

/// Floor division of ints of 49 bits; none by zero.
fn small_divmod(x: i64, y: i64) -> Option<(i64, i64)> {
    let (quotient, rest) = (x.checked_div(y)?, x.checked_rem(y)?);
    Some(if rest != 0 && (rest < 0) != (y < 0) {
        (quotient - 1, rest + y)
    } else {
        (quotient, rest)
    })
}

fn divmod(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (a, b) = ints!(a, b);
    let (quotient, rest) = match (a, b) {
        (IntView::Small(x), IntView::Small(y)) if y != 0 => {
            let (quotient, rest) = small_divmod(x, y).expect("the divisor is not zero");
            (vm.new_int(quotient)?, vm.new_int(rest)?)
        }
        _ => match with_ints(a, b, |a, b| a.divmod(b)) {
            Ok((quotient, rest)) => (vm.new_int_buf(&quotient)?, vm.new_int_buf(&rest)?),
            Err(error) => return Err(int_error(vm, error)),
        },
    };
    vm.new_tuple(&[quotient, rest])
}

fn true_div(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (a, b) = ints!(a, b);
    if let (IntView::Small(x), IntView::Small(y)) = (a, b)
        && y != 0
    {
        // 49 bits are exact in a float, so one division rounds correctly.
        return vm.new_float(x as f64 / y as f64);
    }
    match with_ints(a, b, |a, b| a.true_div(b)) {
        Ok(0.0) if matches!(a, IntView::Small(0)) && b.is_negative() => vm.new_float(-0.0),
        Ok(float) => vm.new_float(float),
        Err(IntError::Overflow) => {
            Err(vm.raise_overflow("integer division result too large for a float"))
        }
        Err(error) => Err(int_error(vm, error)),
    }
}

fn pow(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (base, exponent) = ints!(a, b);
    if exponent.is_negative() {
        let base = taipan_objects::protocol::to_f64(vm, a)?;
        let exponent = taipan_objects::protocol::to_f64(vm, b)?;
        return crate::float::power(vm, base, exponent);
    }
    if let (IntView::Small(x), IntView::Small(y)) = (base, exponent)
        && let Ok(count) = u32::try_from(y)
        && let Some(result) = x.checked_pow(count)
    {
        return vm.new_int(result);
    }
    let result = with_ints(base, exponent, |a, b| a.pow(b));
    int_result(vm, result)
}

/// The count of a shift: none if no int of CPython's could have as many digits.
fn shift_count(vm: &mut Vm, count: IntView<'_>) -> PyResult<Option<u128>> {
    if count.is_negative() {
        return Err(vm.raise_value("negative shift count"));
    }
    let count = match count {
        IntView::Small(count) => Some(count.into()),
        IntView::Big(count) => count.to_i128(),
    };
    Ok(count.and_then(|count| u128::try_from(count).ok()))
}

/// CPython's digits are of 30 bits, and it counts those of an int in bytes.
const MOST_DIGITS: u128 = (i64::MAX as u128 - 24) / 4;

fn shl(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (a, b) = ints!(a, b);
    let count = shift_count(vm, b)?;
    if matches!(a, IntView::Small(0)) {
        return vm.new_int(0);
    }
    let own = with_int(a, |a| u128::from(a.bit_length().div_ceil(30)));
    let fits = |count: &u128| own + count.div_ceil(30) <= MOST_DIGITS;
    let Some(count) = count.filter(fits) else {
        return Err(vm.raise_overflow("too many digits in integer"));
    };
    let Ok(count) = u64::try_from(count) else {
        return Err(vm.raise_memory_error());
    };
    if let IntView::Small(x) = a
        && count < 14
    {
        return vm.new_int(x << count);
    }
    let result = with_int(a, |a| a.shl(count));
    int_result(vm, result)
}

fn shr(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (a, b) = ints!(a, b);
    let count = shift_count(vm, b)?.and_then(|count| u64::try_from(count).ok());
    let count = count.unwrap_or(u64::MAX);
    if let IntView::Small(x) = a {
        return vm.new_int(x >> count.min(63));
    }
    let result = with_int(a, |a| a.shr(count));
    vm.new_int_buf(&result)
}

fn neg(vm: &mut Vm, a: Value) -> PyResult {
    match crate::operand::int(a) {
        IntView::Small(x) => vm.new_int(-x),
        IntView::Big(big) => {
            let result = big.negated().to_buf();
            vm.new_int_buf(&result)
        }
    }
}

fn abs(vm: &mut Vm, a: Value) -> PyResult {
    match crate::operand::int(a) {
        IntView::Small(x) => vm.new_int(x.abs()),
        IntView::Big(big) if big.is_negative() => {
            let result = big.abs().to_buf();
            vm.new_int_buf(&result)
        }
        IntView::Big(_) => exact_int(vm, a),
    }
}

fn invert(vm: &mut Vm, a: Value) -> PyResult {
    match crate::operand::int(a) {
        IntView::Small(x) => vm.new_int(!x),
        IntView::Big(big) => {
            let result = big.not();
            vm.new_int_buf(&result)
        }
    }
}
