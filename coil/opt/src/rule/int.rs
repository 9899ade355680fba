//! Rules for int arithmetic. All arithmetic wraps, so constants can be regrouped freely.

use super::{Arg, Fold, Term, constant};
use coil_trace::Op;

/// `add_zero`: x + 0 => x. `add_const_first`: C + x => x + C. `add_add`: (x + C1) + C2 => x + (C1 + C2).
/// `add_sub_const`: (x - C1) + C2 => x + (C2 - C1). `add_neg`: x + (-y) => x - y.
pub(super) fn add(a: Term, b: Term) -> Fold {
    if let Some(c) = a.int() {
        return if c == 0 {
            Fold::Use(b.id)
        } else {
            Fold::Binary(Op::IntAdd, Arg::Id(b.id), constant(c))
        };
    }
    match b.int() {
        Some(0) => Fold::Use(a.id),
        Some(c) => regroup(a, c).unwrap_or(Fold::Keep),
        None => match b.by(Op::IntNeg) {
            Some(neg) => Fold::Binary(Op::IntSub, Arg::Id(a.id), Arg::Id(neg.a)),
            None => Fold::Keep,
        },
    }
}

/// `a + c` where `a` is itself a sum with a constant.
fn regroup(a: Term, c: i64) -> Option<Fold> {
    let def = a.def?;
    let inner = def.b_const?.cast_signed();
    let sum = match def.op {
        Op::IntAdd | Op::IntAddOvf => c.wrapping_add(inner),
        Op::IntSub | Op::IntSubOvf => c.wrapping_sub(inner),
        _ => return None,
    };
    Some(if sum == 0 {
        Fold::Use(def.a)
    } else {
        Fold::Binary(Op::IntAdd, Arg::Id(def.a), constant(sum))
    })
}

/// `sub_zero`: x - 0 => x. `sub_self`: x - x => 0. `sub_const`: x - C => x + (-C). `zero_sub`: 0 - x => -x.
/// `sub_added`: (x + y) - x => y and (x + y) - y => x. `sub_neg`: x - (-y) => x + y.
pub(super) fn sub(a: Term, b: Term) -> Fold {
    if a.id == b.id {
        return Fold::int(0);
    }
    if a.int() == Some(0) {
        return Fold::Unary(Op::IntNeg, Arg::Id(b.id));
    }
    if let Some(c) = b.int() {
        return if c == 0 {
            Fold::Use(a.id)
        } else {
            Fold::Binary(Op::IntAdd, Arg::Id(a.id), constant(c.wrapping_neg()))
        };
    }
    if let Some(sum) = a.by(Op::IntAdd) {
        if sum.a == b.id && sum.b_const.is_none() {
            return Fold::Use(sum.b);
        }
        if sum.b == b.id {
            return Fold::Use(sum.a);
        }
    }
    match b.by(Op::IntNeg) {
        Some(neg) if a.bits.is_none() => Fold::Binary(Op::IntAdd, Arg::Id(a.id), Arg::Id(neg.a)),
        _ => Fold::Keep,
    }
}

/// `mul_zero`: x * 0 => 0. `mul_one`: x * 1 => x. `mul_minus_one`: x * -1 => -x. `mul_power`: x * 2^n => x << n.
pub(super) fn mul(a: Term, b: Term) -> Fold {
    let (x, c) = match (a.int(), b.int()) {
        (Some(c), None) => (b, c),
        (None, Some(c)) => (a, c),
        _ => return Fold::Keep,
    };
    match c {
        0 => Fold::int(0),
        1 => Fold::Use(x.id),
        -1 => Fold::Unary(Op::IntNeg, Arg::Id(x.id)),
        c if c.count_ones() == 1 => Fold::Binary(
            Op::IntShl,
            Arg::Id(x.id),
            constant(i64::from(c.trailing_zeros())),
        ),
        _ => Fold::Keep,
    }
}

/// `and_zero`: x & 0 => 0. `and_ones`: x & -1 => x. `and_self`: x & x => x. `and_and`: (x & C1) & C2 => x & (C1 & C2).
pub(super) fn and(a: Term, b: Term) -> Fold {
    if a.id == b.id {
        return Fold::Use(a.id);
    }
    let (x, c) = match (a.int(), b.int()) {
        (Some(c), None) => (b, c),
        (None, Some(c)) => (a, c),
        _ => return Fold::Keep,
    };
    match (c, x.by(Op::IntAnd)) {
        (0, _) => Fold::int(0),
        (-1, _) => Fold::Use(x.id),
        (c, Some(def)) => match def.b_const {
            Some(inner) => Fold::Binary(
                Op::IntAnd,
                Arg::Id(def.a),
                constant(c & inner.cast_signed()),
            ),
            None => Fold::Keep,
        },
        _ => Fold::Keep,
    }
}

/// `or_zero`: x | 0 => x. `or_ones`: x | -1 => -1. `or_self`: x | x => x.
pub(super) fn or(a: Term, b: Term) -> Fold {
    if a.id == b.id {
        return Fold::Use(a.id);
    }
    let (x, c) = match (a.int(), b.int()) {
        (Some(c), None) => (b, c),
        (None, Some(c)) => (a, c),
        _ => return Fold::Keep,
    };
    match c {
        0 => Fold::Use(x.id),
        -1 => Fold::int(-1),
        _ => Fold::Keep,
    }
}

/// `xor_zero`: x ^ 0 => x. `xor_ones`: x ^ -1 => ~x. `xor_self`: x ^ x => 0.
pub(super) fn xor(a: Term, b: Term) -> Fold {
    if a.id == b.id {
        return Fold::int(0);
    }
    let (x, c) = match (a.int(), b.int()) {
        (Some(c), None) => (b, c),
        (None, Some(c)) => (a, c),
        _ => return Fold::Keep,
    };
    match c {
        0 => Fold::Use(x.id),
        -1 => Fold::Unary(Op::IntNot, Arg::Id(x.id)),
        _ => Fold::Keep,
    }
}

/// `shift_zero`: x << 0, x >> 0 => x. `zero_shift`: 0 << x, 0 >> x => 0. `ones_shift`: -1 >> x (arithmetic) => -1.
/// `shl_ushr`: (x << C) >>> C => x & (2^(64-C) - 1).
pub(super) fn shift(op: Op, a: Term, b: Term) -> Fold {
    match (a.int(), b.int()) {
        (_, Some(0)) => return Fold::Use(a.id),
        (Some(0), _) => return Fold::int(0),
        (Some(-1), _) if op == Op::IntShr => return Fold::int(-1),
        _ => {}
    }
    match (op, a.by(Op::IntShl), b.bits) {
        (Op::IntUshr, Some(def), Some(count)) if def.b_const == Some(count) && count < 64 => {
            Fold::Binary(Op::IntAnd, Arg::Id(def.a), Arg::Const(u64::MAX >> count))
        }
        _ => Fold::Keep,
    }
}

/// `neg_neg`: -(-x) => x. `neg_sub`: -(x - y) => y - x.
pub(super) fn neg(a: Term) -> Fold {
    match a.def {
        Some(def) if def.op == Op::IntNeg => Fold::Use(def.a),
        Some(def) if def.op == Op::IntSub => {
            Fold::Binary(Op::IntSub, Arg::Id(def.b), Arg::Id(def.a))
        }
        _ => Fold::Keep,
    }
}

/// `not_not`: ~~x => x.
pub(super) fn not(a: Term) -> Fold {
    match a.by(Op::IntNot) {
        Some(def) => Fold::Use(def.a),
        None => Fold::Keep,
    }
}

/// `div_one`: x / 1 => x. `floordiv_power`: x // 2^n => x >> n (rounding down is what the arithmetic shift does).
pub(super) fn div(op: Op, a: Term, b: Term) -> Fold {
    match b.int() {
        Some(1) => Fold::Use(a.id),
        Some(c) if op == Op::IntFloorDiv && c > 0 && c.count_ones() == 1 => Fold::Binary(
            Op::IntShr,
            Arg::Id(a.id),
            constant(i64::from(c.trailing_zeros())),
        ),
        _ => Fold::Keep,
    }
}

/// `mod_one`: x % 1 => 0. `floormod_power`: x mod 2^n => x & (2^n - 1).
pub(super) fn modulo(op: Op, a: Term, b: Term) -> Fold {
    match b.int() {
        Some(1) => Fold::int(0),
        Some(c) if op == Op::IntFloorMod && c > 0 && c.count_ones() == 1 => {
            Fold::Binary(Op::IntAnd, Arg::Id(a.id), constant(c - 1))
        }
        _ => Fold::Keep,
    }
}

/// `ref_add_zero`: r + 0 => r. `ref_add_add`: (r + C1) + C2 => r + (C1 + C2).
pub(super) fn ref_add(a: Term, b: Term) -> Fold {
    match (b.int(), a.by(Op::RefAdd)) {
        (Some(0), _) => Fold::Use(a.id),
        (Some(c), Some(def)) => match def.b_const {
            Some(inner) => Fold::Binary(
                Op::RefAdd,
                Arg::Id(def.a),
                constant(c.wrapping_add(inner.cast_signed())),
            ),
            None => Fold::Keep,
        },
        _ => Fold::Keep,
    }
}
