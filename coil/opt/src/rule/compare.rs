//! Rules for comparisons.

use super::{Arg, Fold, Term, constant};
use coil_trace::Op;

/// `order_self`: x < x => false, x <= x => true. `lt_min`, `lt_max`, `ult_zero`: nothing is below the least value, everything at most the
/// greatest. `ult_one`: x <u 1 => x == 0. `le_const`: x <= C => x < C + 1, C <= x => C - 1 < x, so that equal conditions look equal.
pub(super) fn order(op: Op, a: Term, b: Term) -> Fold {
    let (strict, signed) = match op {
        Op::IntLt => (true, true),
        Op::IntLe => (false, true),
        Op::IntUlt => (true, false),
        _ => (false, false),
    };
    if a.id == b.id {
        return Fold::bool(!strict);
    }
    // Order-preserving map to unsigned numbers.
    let flip = if signed { 1u64 << 63 } else { 0 };
    match (a.bits.map(|a| a ^ flip), b.bits.map(|b| b ^ flip)) {
        (Some(u64::MAX), None) if strict => Fold::bool(false),
        (Some(0), None) if !strict => Fold::bool(true),
        (None, Some(0)) if strict => Fold::bool(false),
        (None, Some(u64::MAX)) if !strict => Fold::bool(true),
        (None, Some(1)) if op == Op::IntUlt => Fold::Binary(Op::IntEq, Arg::Id(a.id), constant(0)),
        (None, Some(c)) if op == Op::IntLe => {
            Fold::Binary(Op::IntLt, Arg::Id(a.id), Arg::Const((c + 1) ^ flip))
        }
        (Some(c), None) if op == Op::IntLe => {
            Fold::Binary(Op::IntLt, Arg::Const((c - 1) ^ flip), Arg::Id(b.id))
        }
        _ => Fold::Keep,
    }
}

/// `eq_self`: x == x => true. `eq_const_first`: C == x => x == C. `eq_bool`: int(b) == 1 => b, int(b) == 0 => not b.
/// `eq_add`: x + C1 == C2 => x == C2 - C1.
pub(super) fn equality(op: Op, a: Term, b: Term) -> Fold {
    let equal = op == Op::IntEq;
    if a.id == b.id {
        return Fold::bool(equal);
    }
    if let (Some(c), None) = (a.bits, b.bits) {
        return Fold::Binary(op, Arg::Id(b.id), Arg::Const(c));
    }
    let (Some(c), Some(def)) = (b.int(), a.def) else {
        return Fold::Keep;
    };
    match (def.op, c) {
        (Op::BoolToInt, 0 | 1) if (c == 1) == equal => Fold::Use(def.a),
        (Op::BoolToInt, 0 | 1) => Fold::Unary(Op::BoolNot, Arg::Id(def.a)),
        (Op::IntAdd, c) => match def.b_const {
            Some(inner) => Fold::Binary(
                op,
                Arg::Id(def.a),
                constant(c.wrapping_sub(inner.cast_signed())),
            ),
            None => Fold::Keep,
        },
        _ => Fold::Keep,
    }
}

/// `not_not`: not not b => b. `not_compare`: not (a < b) => b <= a, not (a == b) => a != b and so on; not for floats, where NaN is neither,
/// except equality.
pub(super) fn not(a: Term) -> Fold {
    let Some(def) = a.def else {
        return Fold::Keep;
    };
    let (same, swapped) = (
        |op| Fold::Binary(op, Arg::Id(def.a), Arg::Id(def.b)),
        |op| Fold::Binary(op, Arg::Id(def.b), Arg::Id(def.a)),
    );
    match def.op {
        Op::BoolNot => Fold::Use(def.a),
        Op::IntLt => swapped(Op::IntLe),
        Op::IntLe => swapped(Op::IntLt),
        Op::IntUlt => swapped(Op::IntUle),
        Op::IntUle => swapped(Op::IntUlt),
        Op::IntEq => same(Op::IntNe),
        Op::IntNe => same(Op::IntEq),
        Op::FloatEq => same(Op::FloatNe),
        Op::FloatNe => same(Op::FloatEq),
        _ => Fold::Keep,
    }
}
