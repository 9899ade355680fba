//! Arithmetic: inline ints and floats here, everything else by the object protocols.

use super::{a, b, c};
use crate::opaque;
use crate::ops::special;
use coil_machine::{Arg, BoolOps, FloatOps, IntOps, Leave, Machine, Next, ValOps};
use coil_value::Value;
use taipan_bytecode::Word;
use taipan_objects::slots::BinaryOp;
use taipan_objects::ty;

#[inline(always)]
fn finish<M: Machine>(m: &mut M, word: Word, result: M::Val) -> Next {
    m.set_reg(a(word), result);
    Ok(())
}

/// The generic operation; `word.d()` says whether in place.
#[inline(always)]
fn generic<M: Machine>(m: &mut M, word: Word, op: BinaryOp, x: M::Val, y: M::Val) -> Next {
    m.cold(move |m| {
        if let Some(next) = special::binary(m, word, op, x, y) {
            return next;
        }
        if let Some(result) = with_bool(m, op, x, y) {
            return finish(m, word, result);
        }
        let number = m.int(op as i64);
        let function = if word.d() == 1 {
            &opaque::IN_PLACE
        } else {
            &opaque::BINARY
        };
        let result = m.call_val(function, [Arg::Val(x), Arg::Val(y), Arg::Int(number)])?;
        finish(m, word, result)
    })
}

/// Sums, differences and products of a bool and an int or bool.
fn with_bool<M: Machine>(m: &mut M, op: BinaryOp, x: M::Val, y: M::Val) -> Option<M::Val> {
    if !matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul) {
        return None;
    }
    let (x, y) = (int_or_bool(m, x)?, int_or_bool(m, y)?);
    let (result, overflow) = match op {
        BinaryOp::Add => x.add_overflowing(y),
        BinaryOp::Sub => x.sub_overflowing(y),
        _ => x.mul_overflowing(y),
    };
    (!overflow.yes()).then(|| m.from_int(result))
}

fn int_or_bool<M: Machine>(m: &M, value: M::Val) -> Option<M::Int> {
    if value.is_int().yes() {
        return Some(value.int());
    }
    if value.is(ty::TRUE.value()).yes() {
        return Some(m.int(1));
    }
    value.is(ty::FALSE.value()).yes().then(|| m.int(0))
}

/// Both operands as floats, if one is a float and the other a float or int.
#[inline(always)]
fn floats<M: Machine>(x: M::Val, y: M::Val) -> Option<(M::Float, M::Float)> {
    if x.is_float().yes() {
        if y.is_float().yes() {
            return Some((x.float(), y.float()));
        }
        if y.is_int().yes() {
            return Some((x.float(), y.int().to_float()));
        }
    } else if x.is_int().yes() && y.is_float().yes() {
        return Some((x.int().to_float(), y.float()));
    }
    None
}

macro_rules! arithmetic {
    ($name:ident, $op:ident, $overflowing:ident, |$p:ident, $q:ident| $float:expr) => {
        #[inline(always)]
        pub(crate) fn $name<M: Machine>(m: &mut M, word: Word) -> Next {
            m.skip(1);
            let (x, y) = (m.reg(b(word)), m.reg(c(word)));
            if x.is_int().yes() && y.is_int().yes() {
                let (result, overflow) = x.int().$overflowing(y.int());
                if !overflow.yes() {
                    let result = m.from_int(result);
                    return finish(m, word, result);
                }
            } else if let Some(($p, $q)) = floats::<M>(x, y) {
                let result = $float;
                let result = m.from_float(result);
                return finish(m, word, result);
            }
            generic(m, word, BinaryOp::$op, x, y)
        }
    };
}
arithmetic!(add, Add, add_overflowing, |p, q| p + q);
arithmetic!(sub, Sub, sub_overflowing, |p, q| p - q);
arithmetic!(mul, Mul, mul_overflowing, |p, q| p * q);

#[inline(always)]
fn int_literal<M: Machine>(m: &M, word: Word) -> (i64, M::Val) {
    let literal = i64::from(word.c().cast_signed());
    (literal, m.val(Value::from_small_int_unchecked(literal)))
}

macro_rules! arithmetic_int {
    ($name:ident, $op:ident, $overflowing:ident, |$p:ident, $q:ident| $float:expr) => {
        #[inline(always)]
        pub(crate) fn $name<M: Machine>(m: &mut M, word: Word) -> Next {
            m.skip(1);
            let x = m.reg(b(word));
            let (literal, y) = int_literal(m, word);
            if x.is_int().yes() {
                let literal = m.int(literal);
                let (result, overflow) = x.int().$overflowing(literal);
                if !overflow.yes() {
                    let result = m.from_int(result);
                    return finish(m, word, result);
                }
            } else if x.is_float().yes() {
                let ($p, $q) = (x.float(), m.float(literal as f64));
                let result = $float;
                let result = m.from_float(result);
                return finish(m, word, result);
            }
            generic(m, word, BinaryOp::$op, x, y)
        }
    };
}
arithmetic_int!(add_int, Add, add_overflowing, |p, q| p + q);
arithmetic_int!(sub_int, Sub, sub_overflowing, |p, q| p - q);
arithmetic_int!(mul_int, Mul, mul_overflowing, |p, q| p * q);

#[inline(always)]
pub(crate) fn true_div<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (x, y) = (m.reg(b(word)), m.reg(c(word)));
    if let Some((p, q)) = floats::<M>(x, y) {
        let zero = m.float(0.0);
        if !q.equals(zero).yes() {
            let result = m.from_float(p / q);
            return finish(m, word, result);
        }
    } else if x.is_int().yes() && y.is_int().yes() {
        // Inline ints are exact as doubles up to 2^53, and they have 49 bits; ints that a trace boxed may have more.
        let (p, q) = (x.int(), y.int());
        let zero = m.int(0);
        if p.fits_small().yes() && q.fits_small().yes() && !q.equals(zero).yes() {
            let result = m.from_float(p.to_float() / q.to_float());
            return finish(m, word, result);
        }
    }
    generic(m, word, BinaryOp::TrueDiv, x, y)
}

#[inline(always)]
fn divide<M: Machine>(m: &mut M, word: Word, op: BinaryOp, x: M::Val, y: M::Val) -> Next {
    if x.is_int().yes() && y.is_int().yes() {
        let (p, q) = (x.int(), y.int());
        let (zero, minus_one) = (m.int(0), m.int(-1));
        if !q.equals(zero).yes() && !q.equals(minus_one).yes() {
            let result = if op == BinaryOp::FloorDiv {
                p.floor_div(q)
            } else {
                p.floor_mod(q)
            };
            let result = m.from_int(result);
            return finish(m, word, result);
        }
    }
    generic(m, word, op, x, y)
}

#[inline(always)]
pub(crate) fn floor_div<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (x, y) = (m.reg(b(word)), m.reg(c(word)));
    divide(m, word, BinaryOp::FloorDiv, x, y)
}

#[inline(always)]
pub(crate) fn modulo<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (x, y) = (m.reg(b(word)), m.reg(c(word)));
    divide(m, word, BinaryOp::Mod, x, y)
}

#[inline(always)]
fn divide_int<M: Machine>(m: &mut M, word: Word, op: BinaryOp) -> Next {
    m.skip(1);
    let x = m.reg(b(word));
    let (literal, y) = int_literal(m, word);
    if literal > 0 && x.is_int().yes() {
        let (p, q) = (x.int(), m.int(literal));
        let result = if op == BinaryOp::FloorDiv {
            p.floor_div(q)
        } else {
            p.floor_mod(q)
        };
        let result = m.from_int(result);
        return finish(m, word, result);
    }
    generic(m, word, op, x, y)
}

#[inline(always)]
pub(crate) fn floor_div_int<M: Machine>(m: &mut M, word: Word) -> Next {
    divide_int(m, word, BinaryOp::FloorDiv)
}

#[inline(always)]
pub(crate) fn mod_int<M: Machine>(m: &mut M, word: Word) -> Next {
    divide_int(m, word, BinaryOp::Mod)
}

/// `x ** y` of floats as libm computes it; pure, so that traces may share it. The handler has excluded errors and complex results.
static POW: coil_machine::Opaque = coil_machine::Opaque::pure(
    "pow",
    pow_floats as *const (),
    &[coil_machine::Ty::Float, coil_machine::Ty::Float],
    coil_machine::Ty::Float,
);

extern "C" fn pow_floats(_cx: *mut coil_frame::Context, x: f64, y: f64) -> f64 {
    x.powf(y)
}

#[inline(always)]
pub(crate) fn pow<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (x, y) = (m.reg(b(word)), m.reg(c(word)));
    if let Some((p, q)) = floats::<M>(x, y) {
        let (zero, infinity) = (m.float(0.0), m.float(f64::INFINITY));
        // Positive finite bases and finite results raise nothing.
        if p.gt(zero).yes() && p.lt(infinity).yes() {
            let result = m.call_float(&POW, [Arg::Float(p), Arg::Float(q)])?;
            if result.lt(infinity).yes() {
                let result = m.from_float(result);
                return finish(m, word, result);
            }
        }
    }
    generic(m, word, BinaryOp::Pow, x, y)
}

macro_rules! bitwise {
    ($name:ident, $op:ident, $symbol:tt) => {
        #[inline(always)]
        pub(crate) fn $name<M: Machine>(m: &mut M, word: Word) -> Next {
            m.skip(1);
            let (x, y) = (m.reg(b(word)), m.reg(c(word)));
            if x.is_int().yes() && y.is_int().yes() {
                let result = m.from_int(x.int() $symbol y.int());
                return finish(m, word, result);
            }
            generic(m, word, BinaryOp::$op, x, y)
        }
    };
}
bitwise!(and, And, &);
bitwise!(or, Or, |);
bitwise!(xor, Xor, ^);

#[inline(always)]
pub(crate) fn and_int<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let x = m.reg(b(word));
    let (literal, y) = int_literal(m, word);
    if x.is_int().yes() {
        let mask = m.int(literal);
        let result = m.from_int(x.int() & mask);
        return finish(m, word, result);
    }
    generic(m, word, BinaryOp::And, x, y)
}

/// `x << n` when no bit is lost.
#[inline(always)]
fn shift_left<M: Machine>(m: &mut M, x: M::Int, count: M::Int) -> Option<M::Int> {
    let limit = m.int(63);
    if !count.ult(limit).yes() {
        return None;
    }
    let result = x.shl(count);
    result.shr(count).equals(x).yes().then_some(result)
}

#[inline(always)]
fn shift_right<M: Machine>(m: &mut M, x: M::Int, count: M::Int) -> Option<M::Int> {
    let limit = m.int(63);
    count.ult(limit).yes().then(|| x.shr(count))
}

macro_rules! shifts {
    ($name:ident, $name_int:ident, $op:ident, $shift:ident) => {
        #[inline(always)]
        pub(crate) fn $name<M: Machine>(m: &mut M, word: Word) -> Next {
            m.skip(1);
            let (x, y) = (m.reg(b(word)), m.reg(c(word)));
            if x.is_int().yes() && y.is_int().yes() {
                if let Some(result) = $shift(m, x.int(), y.int()) {
                    let result = m.from_int(result);
                    return finish(m, word, result);
                }
            }
            generic(m, word, BinaryOp::$op, x, y)
        }

        #[inline(always)]
        pub(crate) fn $name_int<M: Machine>(m: &mut M, word: Word) -> Next {
            m.skip(1);
            let x = m.reg(b(word));
            let (literal, y) = int_literal(m, word);
            if (0..63).contains(&literal) && x.is_int().yes() {
                let count = m.int(literal);
                if let Some(result) = $shift(m, x.int(), count) {
                    let result = m.from_int(result);
                    return finish(m, word, result);
                }
            }
            generic(m, word, BinaryOp::$op, x, y)
        }
    };
}
shifts!(lshift, lshift_int, LShift, shift_left);
shifts!(rshift, rshift_int, RShift, shift_right);

pub(crate) fn mat_mul<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (x, y) = (m.reg(b(word)), m.reg(c(word)));
    generic(m, word, BinaryOp::MatMul, x, y)
}

fn unary<M: Machine>(m: &mut M, word: Word, x: M::Val, op: i64) -> Result<(), Leave> {
    m.cold(move |m| {
        let op = m.int(op);
        let result = m.call_val(&opaque::UNARY, [Arg::Val(x), Arg::Int(op)])?;
        finish(m, word, result)
    })
}

#[inline(always)]
pub(crate) fn neg<M: Machine>(m: &mut M, word: Word) -> Next {
    let x = m.reg(b(word));
    if x.is_int().yes() {
        let zero = m.int(0);
        let (result, overflow) = zero.sub_overflowing(x.int());
        if !overflow.yes() {
            let result = m.from_int(result);
            return finish(m, word, result);
        }
    } else if x.is_float().yes() {
        let result = m.from_float(-x.float());
        return finish(m, word, result);
    }
    unary(m, word, x, 0)
}

#[inline(always)]
pub(crate) fn pos<M: Machine>(m: &mut M, word: Word) -> Next {
    let x = m.reg(b(word));
    if x.is_int().yes() || x.is_float().yes() {
        return finish(m, word, x);
    }
    unary(m, word, x, 1)
}

#[inline(always)]
pub(crate) fn invert<M: Machine>(m: &mut M, word: Word) -> Next {
    let x = m.reg(b(word));
    if x.is_int().yes() {
        let result = m.from_int(!x.int());
        return finish(m, word, result);
    }
    unary(m, word, x, 2)
}
