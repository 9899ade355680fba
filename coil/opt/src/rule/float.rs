//! Rules for floats: only those that are exact for every operand, zeros of both signs and infinities included.

use super::{Arg, Fold, Term};
use coil_trace::Op;

/// `neg_neg`: -(-x) => x.
pub(super) fn neg(a: Term) -> Fold {
    match a.by(Op::FloatNeg) {
        Some(def) => Fold::Use(def.a),
        None => Fold::Keep,
    }
}

/// `abs_abs`: ||x|| => |x|. `abs_neg`: |-x| => |x|.
pub(super) fn abs(a: Term) -> Fold {
    match a.def {
        Some(def) if def.op == Op::FloatAbs => Fold::Use(a.id),
        Some(def) if def.op == Op::FloatNeg => Fold::Unary(Op::FloatAbs, Arg::Id(def.a)),
        _ => Fold::Keep,
    }
}

/// `sub_zero`: x - 0.0 => x (exact for -0.0 too; x + 0.0 is not).
pub(super) fn sub(a: Term, b: Term) -> Fold {
    if b.bits == Some(0) {
        Fold::Use(a.id)
    } else {
        Fold::Keep
    }
}

/// `mul_one`: x * 1.0 => x. `mul_minus_one`: x * -1.0 => -x. `mul_two`: x * 2.0 => x + x.
pub(super) fn mul(a: Term, b: Term) -> Fold {
    let (x, c) = match (a.float(), b.float()) {
        (Some(c), None) => (b, c),
        (None, Some(c)) => (a, c),
        _ => return Fold::Keep,
    };
    if c == 1.0 {
        Fold::Use(x.id)
    } else if c == -1.0 {
        Fold::Unary(Op::FloatNeg, Arg::Id(x.id))
    } else if c == 2.0 {
        Fold::Binary(Op::FloatAdd, Arg::Id(x.id), Arg::Id(x.id))
    } else {
        Fold::Keep
    }
}

/// `div_one`: x / 1.0 => x. `div_power`: x / 2^n => x * 2^-n where both are normal (scaling by a power of two rounds the same way).
pub(super) fn div(a: Term, b: Term) -> Fold {
    let Some(c) = b.float() else {
        return Fold::Keep;
    };
    if c == 1.0 {
        return Fold::Use(a.id);
    }
    let reciprocal = 1.0 / c;
    let power = c.to_bits() << 12 == 0;
    if power && c.is_normal() && reciprocal.is_normal() {
        Fold::Binary(
            Op::FloatMul,
            Arg::Id(a.id),
            Arg::Const(reciprocal.to_bits()),
        )
    } else {
        Fold::Keep
    }
}

/// `cast_back`: bits of the float of the bits of x => x, the same for addresses and ints.
pub(super) fn cast(op: Op, a: Term) -> Fold {
    let back = match op {
        Op::FloatToBits => Op::FloatFromBits,
        Op::FloatFromBits => Op::FloatToBits,
        Op::RefToInt => Op::IntToRef,
        _ => Op::RefToInt,
    };
    match a.by(back) {
        Some(def) => Fold::Use(def.a),
        None => Fold::Keep,
    }
}
