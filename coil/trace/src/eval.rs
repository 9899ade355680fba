//! What the pure ops compute: the definition that the constant folder and the reference interpreter share.

use crate::op::Op;
use coil_value::Value;
use coil_value::abi::encoding::{FLOAT_OFFSET, INT_SHIFT, INT_TAG};

/// The quotient of two ints rounded to minus infinity and the remainder with the divisor's sign, where both are defined.
fn floor_div(a: i64, b: i64) -> Option<(i64, i64)> {
    let quotient = a.checked_div(b)?;
    let remainder = a.checked_rem(b)?;
    if remainder != 0 && (remainder < 0) != (b < 0) {
        Some((quotient - 1, remainder + b))
    } else {
        Some((quotient, remainder))
    }
}

/// The exact result of an `_ovf` op, or `None` if it overflows.
pub fn eval_checked(op: Op, a: i64, b: i64) -> Option<i64> {
    match op {
        Op::IntAddOvf => a.checked_add(b),
        Op::IntSubOvf => a.checked_sub(b),
        Op::IntMulOvf => a.checked_mul(b),
        _ => None,
    }
}

/// The 64 bits that a pure op on ints, floats, bools and references computes from its operands' bits. `None` for ops on boxed values
/// that are not inline, for other ops, and where the op's conditions do not hold (division by zero, shift counts, float to int).
pub fn eval(op: Op, a: u64, b: u64) -> Option<u64> {
    let (x, y) = (a.cast_signed(), b.cast_signed());
    let (p, q) = (f64::from_bits(a), f64::from_bits(b));
    let int = |value: i64| Some(value.cast_unsigned());
    let float = |value: f64| Some(value.to_bits());
    let bool = |value: bool| Some(u64::from(value));
    match op {
        Op::IntAdd | Op::IntAddOvf => int(x.wrapping_add(y)),
        Op::IntSub | Op::IntSubOvf => int(x.wrapping_sub(y)),
        Op::IntMul | Op::IntMulOvf => int(x.wrapping_mul(y)),
        Op::IntFloorDiv => int(floor_div(x, y)?.0),
        Op::IntFloorMod => int(floor_div(x, y)?.1),
        Op::IntTruncDiv => int(x.checked_div(y)?),
        Op::IntTruncMod => int(x.checked_rem(y)?),
        Op::IntAnd => Some(a & b),
        Op::IntOr => Some(a | b),
        Op::IntXor => Some(a ^ b),
        Op::IntShl => (b < 64).then(|| a << b),
        Op::IntShr => (b < 64).then(|| (x >> b).cast_unsigned()),
        Op::IntUshr => (b < 64).then(|| a >> b),
        Op::IntNeg => int(x.wrapping_neg()),
        Op::IntNot => Some(!a),
        Op::IntLt => bool(x < y),
        Op::IntLe => bool(x <= y),
        Op::IntEq => bool(x == y),
        Op::IntNe => bool(x != y),
        Op::IntUlt => bool(a < b),
        Op::IntUle => bool(a <= b),
        Op::BoolToInt => Some(a),
        Op::BoolNot => Some(a ^ 1),
        Op::IntFits => bool(Value::fits_small_int(x)),
        #[expect(
            clippy::cast_precision_loss,
            reason = "the op rounds to the nearest double"
        )]
        Op::IntToFloat => float(x as f64),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range is checked, the fraction is to be dropped"
        )]
        Op::FloatToInt => (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0)
            .contains(&p)
            .then(|| (p as i64).cast_unsigned()),
        Op::FloatToBits | Op::FloatFromBits | Op::RefToInt | Op::IntToRef => Some(a),
        Op::FloatAdd => float(p + q),
        Op::FloatSub => float(p - q),
        Op::FloatMul => float(p * q),
        Op::FloatDiv => float(p / q),
        Op::FloatNeg => Some(a ^ (1 << 63)),
        Op::FloatAbs => Some(a & !(1 << 63)),
        Op::FloatSqrt => float(p.sqrt()),
        Op::FloatLt => bool(p < q),
        Op::FloatLe => bool(p <= q),
        #[expect(clippy::float_cmp, reason = "IEEE equality is what the op means")]
        Op::FloatEq => bool(p == q),
        #[expect(clippy::float_cmp, reason = "IEEE equality is what the op means")]
        Op::FloatNe => bool(p != q),
        Op::RefAdd => Some(a.wrapping_add(b)),
        Op::RefEq => bool(a == b),
        Op::IsInt => bool(bits_are_int(a)),
        Op::IsFloat => bool(!bits_are_int(a) && !bits_are_ref(a)),
        Op::IsRef => bool(bits_are_ref(a) && a != 0),
        Op::UnboxInt => {
            bits_are_int(a).then(|| ((a << INT_SHIFT).cast_signed() >> INT_SHIFT).cast_unsigned())
        }
        Op::UnboxFloat => {
            (!bits_are_int(a) && !bits_are_ref(a)).then(|| a.wrapping_sub(FLOAT_OFFSET))
        }
        Op::UnboxOrNan => Some(a.wrapping_sub(FLOAT_OFFSET)),
        Op::UnboxRef => bits_are_ref(a).then_some(a),
        Op::BoxInt => Value::from_small_int(x).map(Value::bits),
        Op::BoxFloat => Value::from_f64(p).map(Value::bits),
        Op::BoxRef => (a < FLOAT_OFFSET).then_some(a),
        Op::ValEq => bool(a == b),
        _ => None,
    }
}

/// Whether the bits of a guest value are an inline int.
pub(crate) fn bits_are_int(bits: u64) -> bool {
    bits >= INT_TAG
}

/// Whether the bits of a guest value are a reference (or unset).
pub(crate) fn bits_are_ref(bits: u64) -> bool {
    bits < FLOAT_OFFSET
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floor_division_rounds_down_and_keeps_the_divisors_sign() {
        for a in -20i64..=20 {
            for b in (-7i64..=7).filter(|b| *b != 0) {
                let (a_bits, b_bits) = (a.cast_unsigned(), b.cast_unsigned());
                let quotient = eval(Op::IntFloorDiv, a_bits, b_bits).expect("divisor is not 0");
                let remainder = eval(Op::IntFloorMod, a_bits, b_bits).expect("divisor is not 0");
                let (quotient, remainder) = (quotient.cast_signed(), remainder.cast_signed());
                assert_eq!(quotient * b + remainder, a);
                assert!(remainder == 0 || (remainder < 0) == (b < 0));
                assert!(remainder.abs() < b.abs());
            }
        }
    }

    #[test]
    fn undefined_operations_have_no_result() {
        let min = i64::MIN.cast_unsigned();
        assert_eq!(eval(Op::IntFloorDiv, 1, 0), None);
        assert_eq!(eval(Op::IntTruncDiv, min, u64::MAX), None);
        assert_eq!(eval(Op::IntShl, 1, 64), None);
        assert_eq!(eval(Op::FloatToInt, f64::NAN.to_bits(), 0), None);
        assert_eq!(eval(Op::FloatToInt, 1e19f64.to_bits(), 0), None);
        assert_eq!(eval(Op::BoxInt, 1 << 60, 0), None);
    }

    #[test]
    fn boxing_and_unboxing_invert_each_other() {
        for int in [0, 1, -1, 255, -(1 << 48), (1 << 48) - 1] {
            let int = i64::cast_unsigned(int);
            let boxed = eval(Op::BoxInt, int, 0).expect("49 bits");
            assert_eq!(eval(Op::IsInt, boxed, 0), Some(1));
            assert_eq!(eval(Op::UnboxInt, boxed, 0), Some(int));
        }
        for float in [0.0, -0.0, 1.5, f64::INFINITY, f64::NEG_INFINITY] {
            let boxed = eval(Op::BoxFloat, f64::to_bits(float), 0).expect("not NaN");
            assert_eq!(eval(Op::IsFloat, boxed, 0), Some(1));
            assert_eq!(eval(Op::UnboxFloat, boxed, 0), Some(float.to_bits()));
        }
    }

    #[test]
    fn what_is_no_inline_float_unboxes_to_nan() {
        let last = FLOAT_OFFSET - 1;
        let mut all = vec![0, 1, 1 << 12, 1 << 47, 1 << 48, last, FLOAT_OFFSET];
        for shift in 0..64 {
            all.extend([
                1 << shift,
                !(1 << shift),
                u64::MAX << shift,
                u64::MAX >> shift,
            ]);
        }
        for float in [
            0.0,
            -0.0,
            1e-310,
            -2.5,
            f64::MAX,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            all.push(eval(Op::BoxFloat, f64::to_bits(float), 0).expect("no NaN"));
        }
        for bits in all {
            let unboxed = f64::from_bits(eval(Op::UnboxOrNan, bits, 0).expect("total"));
            let nan_inside = !bits_are_int(bits)
                && !bits_are_ref(bits)
                && f64::from_bits(bits.wrapping_sub(FLOAT_OFFSET)).is_nan();
            let is_float = eval(Op::IsFloat, bits, 0) == Some(1);
            assert!(nan_inside || is_float != unboxed.is_nan(), "{bits:#x}");
        }
    }
}
