//! Pure ops: folding, ranges, rules, common subexpressions.

use crate::pass::{Pass, Step};
use crate::range::{self, Range};
use crate::rule::{Arg, Def, Fold, Term, fold};
use crate::{AbortReason, boxes};
use coil_trace::{Id, Op, Ty, eval, eval_checked};

fn is_commutative(op: Op) -> bool {
    matches!(
        op,
        Op::IntAdd
            | Op::IntMul
            | Op::IntAddOvf
            | Op::IntMulOvf
            | Op::IntAnd
            | Op::IntOr
            | Op::IntXor
            | Op::IntEq
            | Op::IntNe
            | Op::FloatEq
            | Op::FloatNe
            | Op::ValEq
            | Op::RefEq
    )
}

/// The op with the opposite result, its operands swapped if true.
fn opposite(op: Op) -> Option<(Op, bool)> {
    Some(match op {
        Op::IntLt => (Op::IntLe, true),
        Op::IntLe => (Op::IntLt, true),
        Op::IntUlt => (Op::IntUle, true),
        Op::IntUle => (Op::IntUlt, true),
        Op::IntEq => (Op::IntNe, false),
        Op::IntNe => (Op::IntEq, false),
        Op::FloatEq => (Op::FloatNe, false),
        Op::FloatNe => (Op::FloatEq, false),
        _ => return None,
    })
}

impl Pass<'_> {
    fn term(&self, id: Id) -> Term {
        let def = id.as_inst().map(|at| {
            let inst = &self.insts[at];
            let b = self.resolve(inst.args[1]);
            Def {
                op: inst.op,
                a: self.resolve(inst.args[0]),
                b,
                b_const: self.bits(b),
            }
        });
        Term {
            id,
            bits: self.bits(id),
            def,
        }
    }

    fn arg(&mut self, op: Op, at: usize, arg: Arg) -> Id {
        match arg {
            Arg::Id(id) => id,
            Arg::Const(bits) => self.pools.constant(op.operand_types()[at], bits),
        }
    }

    /// The value of a pure op, `_ovf` ops excepted.
    pub(crate) fn pure(&mut self, op: Op, a: Id, b: Id) -> Id {
        let (mut a, mut b) = (self.resolve(a), self.resolve(b));
        if boxes::concerns(op) {
            return self.boxes(op, a, b);
        }
        let (a_bits, b_bits) = (self.bits(a), self.bits(b));
        let constant = a_bits.is_some() && (b.is_none() || b_bits.is_some());
        if constant && let Some(bits) = eval(op, a_bits.unwrap_or(0), b_bits.unwrap_or(0)) {
            return self.pools.constant(op.ty(), bits);
        }
        if op.operand_types().first() == Some(&Ty::Int) {
            let (x, y) = (self.range(a), self.range(b));
            let truth = match op {
                Op::IntFits if Range::SMALL.covers(x) => Some(true),
                _ => range::compare(op, x, y),
            };
            if let Some(truth) = truth {
                return self.bool(truth);
            }
            // Among numbers that are not negative both orders are one.
            let op = match op {
                Op::IntUlt if x.lo >= 0 && y.lo >= 0 => Op::IntLt,
                Op::IntUle if x.lo >= 0 && y.lo >= 0 => Op::IntLe,
                _ => op,
            };
            if let Some(truth) = self.implied(op, a, b) {
                return self.bool(truth);
            }
        }
        match fold(op, self.term(a), self.term(b)) {
            Fold::Keep => {}
            Fold::Const(bits) => return self.pools.constant(op.ty(), bits),
            Fold::Use(id) => return self.resolve(id),
            Fold::Unary(op, x) => {
                let x = self.arg(op, 0, x);
                return self.pure(op, x, Id::NONE);
            }
            Fold::Binary(op, x, y) => {
                let (x, y) = (self.arg(op, 0, x), self.arg(op, 1, y));
                return self.pure(op, x, y);
            }
        }
        if is_commutative(op) && b < a {
            (a, b) = (b, a);
        }
        if let Some(found) = self.find(op, a, b) {
            return found;
        }
        self.emit(op, a, b)
    }

    /// Emits a pure op.
    pub(crate) fn emit(&mut self, op: Op, a: Id, b: Id) -> Id {
        let (a, b) = (self.force(a), self.force(b));
        let id = self.push(op, [a, b, Id::NONE], 0);
        if op.ty() == Ty::Int && op.operand_types().first() != Some(&Ty::Float) {
            let range = range::of(op, self.range(a), self.range(b));
            self.infos[self.insts.len() - 1].range = range;
        }
        self.remember(op, a, b, id);
        id
    }

    /// What other comparisons that are known say about this one.
    fn implied(&self, op: Op, a: Id, b: Id) -> Option<bool> {
        let (other, swapped) = opposite(op)?;
        let known = |op, a: Id, b: Id| {
            let (a, b) = if is_commutative(op) && b < a {
                (b, a)
            } else {
                (a, b)
            };
            self.find(op, a, b).and_then(|id| self.known(id))
        };
        let opposite = if swapped {
            known(other, b, a)
        } else {
            known(other, a, b)
        };
        if let Some(truth) = opposite {
            return Some(!truth);
        }
        let below = |a, b| {
            known(Op::IntLt, a, b) == Some(true)
                || self.range(b).lo >= 0 && known(Op::IntUlt, a, b) == Some(true)
        };
        match op {
            Op::IntLt if below(a, b) => Some(true),
            Op::IntLt if below(b, a) => Some(false),
            Op::IntLe if below(a, b) => Some(true),
            Op::IntEq if below(a, b) || below(b, a) => Some(false),
            Op::IntNe if below(a, b) || below(b, a) => Some(true),
            Op::IntUlt | Op::IntUle if self.range(a).lo >= 0 && below(a, b) => Some(true),
            _ => None,
        }
    }

    /// An `_ovf` op whose guard says that it overflows or not.
    ///
    /// # Errors
    /// When the guard always fails.
    pub(crate) fn checked(
        &mut self,
        op: Op,
        a: Id,
        b: Id,
        overflows: bool,
        exit: coil_trace::SnapshotId,
    ) -> Step<Id> {
        let (mut a, mut b) = (self.resolve(a), self.resolve(b));
        if is_commutative(op) && b < a {
            (a, b) = (b, a);
        }
        let plain = match op {
            Op::IntAddOvf => Op::IntAdd,
            Op::IntSubOvf => Op::IntSub,
            _ => Op::IntMul,
        };
        let (x, y) = (self.range(a), self.range(b));
        let known = match (self.bits(a), self.bits(b)) {
            (Some(a), Some(b)) => {
                Some(eval_checked(op, a.cast_signed(), b.cast_signed()).is_none())
            }
            _ => range::overflows(op, x, y),
        };
        match known {
            Some(found) if found != overflows => return Err(AbortReason::GuardAlwaysFails),
            Some(_) => return Ok(self.pure(plain, a, b)),
            None => {}
        }
        if !overflows && let Some(found) = self.find(op, a, b) {
            return Ok(found);
        }
        let id = self.push(op, [a, b, Id::NONE], 0);
        let guard = if overflows {
            Op::GuardOvf
        } else {
            Op::GuardNoOvf
        };
        self.emit_guard(guard, id, Id::NONE, exit);
        if !overflows {
            self.infos[id.as_inst().expect("just emitted")].range = range::of_checked(op, x, y);
            self.remember(op, a, b, id);
            if self.find(plain, a, b).is_none() {
                self.remember(plain, a, b, id);
            }
        }
        Ok(id)
    }
}
