//! Algebraic rules: pure functions from an op and its operands to something simpler.
//!
//! Requirements, checked by brute force in `rule/tests.rs` on all byte-sized operands and on 64-bit boundary and random values:
//! 1. The result has the op's type and computes the same bits for every operand for which the op is defined (NaNs count as equal).
//! 2. No rule makes more work than it removes: at most one instruction comes out, of no higher cost.
//! 3. Operands that are both constant never get here: they are computed by `coil_trace::eval`.
//!
//! A rule may look one level up, at the instruction that defines an operand ([`Def`]).

mod compare;
mod float;
mod int;

use coil_trace::{Id, Op};

/// The instruction that defines an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Def {
    /// Its op.
    pub(crate) op: Op,
    /// Its first operand.
    pub(crate) a: Id,
    /// Its second operand, if it has one.
    pub(crate) b: Id,
    /// Bits of the second operand, if that is a constant.
    pub(crate) b_const: Option<u64>,
}

/// An operand of the op to be simplified.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Term {
    /// Its name.
    pub(crate) id: Id,
    /// Its bits, if it is a constant.
    pub(crate) bits: Option<u64>,
    /// What defines it, if it is not.
    pub(crate) def: Option<Def>,
}

impl Term {
    /// The constant as an int.
    pub(crate) fn int(self) -> Option<i64> {
        self.bits.map(u64::cast_signed)
    }

    /// The constant as a float.
    pub(crate) fn float(self) -> Option<f64> {
        self.bits.map(f64::from_bits)
    }

    /// The definition, if it is by this op.
    pub(crate) fn by(self, op: Op) -> Option<Def> {
        self.def.filter(|def| def.op == op)
    }
}

/// An operand of what comes out of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arg {
    /// A value.
    Id(Id),
    /// A constant of the operand type of the op.
    Const(u64),
}

/// What comes out of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fold {
    /// No rule applies.
    Keep,
    /// These bits.
    Const(u64),
    /// This value.
    Use(Id),
    /// This op of one operand instead.
    Unary(Op, Arg),
    /// This op instead.
    Binary(Op, Arg, Arg),
}

impl Fold {
    fn int(value: i64) -> Fold {
        Fold::Const(value.cast_unsigned())
    }

    fn bool(value: bool) -> Fold {
        Fold::Const(u64::from(value))
    }
}

fn constant(value: i64) -> Arg {
    Arg::Const(value.cast_unsigned())
}

/// Applies the rules of `op`.
pub(crate) fn fold(op: Op, a: Term, b: Term) -> Fold {
    match op {
        Op::IntAdd => int::add(a, b),
        Op::IntSub => int::sub(a, b),
        Op::IntMul => int::mul(a, b),
        Op::IntAnd => int::and(a, b),
        Op::IntOr => int::or(a, b),
        Op::IntXor => int::xor(a, b),
        Op::IntShl | Op::IntShr | Op::IntUshr => int::shift(op, a, b),
        Op::IntNeg => int::neg(a),
        Op::IntNot => int::not(a),
        Op::IntFloorDiv | Op::IntTruncDiv => int::div(op, a, b),
        Op::IntFloorMod | Op::IntTruncMod => int::modulo(op, a, b),
        Op::IntLt | Op::IntLe | Op::IntUlt | Op::IntUle => compare::order(op, a, b),
        Op::IntEq | Op::IntNe => compare::equality(op, a, b),
        Op::BoolNot => compare::not(a),
        Op::FloatNeg => float::neg(a),
        Op::FloatAbs => float::abs(a),
        Op::FloatSub => float::sub(a, b),
        Op::FloatMul => float::mul(a, b),
        Op::FloatDiv => float::div(a, b),
        Op::FloatToBits | Op::FloatFromBits | Op::RefToInt | Op::IntToRef => float::cast(op, a),
        Op::RefAdd => int::ref_add(a, b),
        _ => Fold::Keep,
    }
}

#[cfg(test)]
mod tests;
