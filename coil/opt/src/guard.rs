//! Guards: removal of those that hold, and what the others teach.

use crate::AbortReason;
use crate::boxes::tag_of;
use crate::pass::{LAZY, Mode, NONNULL, Pass, Step, tag};
use crate::range::{self, Range};
use coil_trace::{Id, Op, SnapshotId, Ty};

impl Pass<'_> {
    /// Emits a guard as the mode wants it.
    pub(crate) fn emit_guard(&mut self, op: Op, a: Id, b: Id, snapshot: SnapshotId) {
        match self.mode {
            Mode::BackEdge => {
                if self.unproven.last() != Some(&self.header_at) {
                    self.unproven.push(self.header_at);
                }
            }
            Mode::Header => {
                self.push(op, [a, b, Id::NONE], 0);
            }
            Mode::Normal => {
                let exit = self.exit(snapshot);
                self.push(op, [a, b, Id::NONE], 0);
                let last = self.insts.len() - 1;
                self.insts[last].snapshot = exit;
            }
        }
    }

    /// A guard on a value.
    ///
    /// # Errors
    /// When it always fails.
    pub(crate) fn guard(&mut self, op: Op, a: Id, b: Id, snapshot: SnapshotId) -> Step {
        let a = self.resolve(a);
        match op {
            Op::GuardTrue => self.guard_bool(a, true, snapshot),
            Op::GuardFalse => self.guard_bool(a, false, snapshot),
            Op::GuardInt => self.guard_int(a, b, snapshot),
            Op::GuardVal => self.guard_val(a, b, snapshot),
            _ => self.guard_ref(a, b, snapshot),
        }
    }

    fn guard_bool(&mut self, a: Id, truth: bool, snapshot: SnapshotId) -> Step {
        if let Some(known) = self.known(a) {
            return always(known == truth);
        }
        if let Some(not) = self.by(a, Op::BoolNot) {
            let inner = self.resolve(not.args[0]);
            return self.guard_bool(inner, !truth, snapshot);
        }
        if !(truth && self.strengthen_to_tag(a)) {
            let op = if truth { Op::GuardTrue } else { Op::GuardFalse };
            let weak = self.weak_question(a, truth, snapshot);
            self.emit_guard(op, a, Id::NONE, snapshot);
            if let Some(weak) = weak {
                self.remember_weak(weak);
            }
        }
        self.learn(a, truth);
        Ok(())
    }

    fn guard_int(&mut self, a: Id, b: Id, snapshot: SnapshotId) -> Step {
        let bits = self.bits(b).unwrap_or(0);
        if let Some(known) = self.bits(a) {
            return always(known == bits);
        }
        if !self.range(a).contains(bits.cast_signed()) {
            return always(false);
        }
        if let Some(inst) = self.by(a, Op::BoolToInt) {
            let inner = self.resolve(inst.args[0]);
            return self.guard_bool(inner, bits == 1, snapshot);
        }
        if !self.strengthen_to_value(Op::GuardInt, a, b) {
            self.emit_guard(Op::GuardInt, a, b, snapshot);
        }
        self.replace(a, b);
        Ok(())
    }

    fn guard_val(&mut self, a: Id, b: Id, snapshot: SnapshotId) -> Step {
        if let Some(known) = self.bits(a) {
            return always(Some(known) == self.bits(b));
        }
        let tag = self.tags(b);
        if self.tags(a) & tag == 0 || self.differs(Op::ValEq, a, b) {
            return always(false);
        }
        if self.tags(a) == tag
            && let (Some(x), Some(y)) = (self.inside(a, tag), self.inside(b, tag))
        {
            let done = match tag {
                tag::INT => self.guard_int(x, y, snapshot),
                tag::REF => self.guard_ref(x, y, snapshot),
                _ => {
                    let bits = self.pure(Op::FloatToBits, x, Id::NONE);
                    let wanted = self.pure(Op::FloatToBits, y, Id::NONE);
                    self.guard_int(bits, wanted, snapshot)
                }
            };
            // A guard that always fails says nothing about what comes instead of it.
            done?;
            self.replace(a, b);
            return Ok(());
        }
        if !self.strengthen_to_value(Op::GuardVal, a, b) {
            self.emit_guard(Op::GuardVal, a, b, snapshot);
        }
        self.replace(a, b);
        Ok(())
    }

    fn guard_ref(&mut self, a: Id, b: Id, snapshot: SnapshotId) -> Step {
        if let Some(known) = self.bits(a) {
            return always(Some(known) == self.bits(b));
        }
        if self.distinct(a, b)
            || self.flags(a) & NONNULL != 0 && self.bits(b) == Some(0)
            || self.differs(Op::RefEq, a, b)
        {
            return always(false);
        }
        if let Some(unboxed) = self.by(a, Op::UnboxRef)
            && let Some(address) = self.bits(b)
        {
            let value = self.resolve(unboxed.args[0]);
            let wanted = self.pools.constant(Ty::Val, address);
            if self.strengthen_to_value(Op::GuardVal, value, wanted) {
                self.replace(value, wanted);
                self.replace(a, b);
                return Ok(());
            }
        }
        self.emit_guard(Op::GuardRef, a, b, snapshot);
        self.replace(a, b);
        Ok(())
    }

    /// Whether a comparison (`equal`) has found the values to be different.
    fn differs(&self, equal: Op, a: Id, b: Id) -> bool {
        let (a, b) = (a.min(b), a.max(b));
        self.find(equal, a, b).and_then(|id| self.known(id)) == Some(false)
    }

    /// From now on the condition is `truth`.
    fn learn(&mut self, condition: Id, truth: bool) {
        let Some(at) = condition.as_inst() else {
            return;
        };
        let inst = self.insts[at];
        let constant = self.bool(truth);
        self.replace(condition, constant);
        let (a, b) = (self.resolve(inst.args[0]), self.resolve(inst.args[1]));
        match inst.op {
            Op::IsInt | Op::IsFloat | Op::IsRef => {
                if let Some(at) = a.as_inst() {
                    let tag = tag_of(inst.op);
                    let tags = self.infos[at].tags;
                    let left = if truth { tag } else { tags & !tag };
                    if left != 0 {
                        self.infos[at].tags = left;
                    }
                }
            }
            Op::IntFits if truth => self.narrow(a, Range::SMALL),
            Op::IntLt | Op::IntLe | Op::IntEq | Op::IntNe | Op::IntUlt | Op::IntUle => {
                let (x, y) = (self.range(a), self.range(b));
                let (x, y) = range::learn(inst.op, truth, x, y);
                self.narrow(a, x);
                self.narrow(b, y);
                if (inst.op == Op::IntEq) == truth && matches!(inst.op, Op::IntEq | Op::IntNe) {
                    self.unify(a, b);
                }
            }
            Op::RefEq | Op::ValEq if truth => self.unify(a, b),
            Op::ValEq => {
                for (a, b) in [(a, b), (b, a)] {
                    if self.bits(b) == Some(0)
                        && let Some(at) = a.as_inst()
                    {
                        self.infos[at].tags &= !tag::NULL;
                    }
                }
            }
            Op::RefEq => {
                for (a, b) in [(a, b), (b, a)] {
                    if self.bits(b) == Some(0) {
                        self.set_flags(a, NONNULL);
                    }
                }
            }
            _ => {}
        }
    }

    /// Both are equal: the constant, or the older one, stands for both.
    fn unify(&mut self, a: Id, b: Id) {
        if (self.flags(a) | self.flags(b)) & LAZY != 0 || self.ty(a) == Ty::Bool {
            return;
        }
        if a.is_const() || b.is_const() {
            let (constant, other) = if a.is_const() { (a, b) } else { (b, a) };
            self.replace(other, constant);
        } else if self.ty(a) == Ty::Int {
            self.replace(a.max(b), a.min(b));
        }
    }

    fn narrow(&mut self, id: Id, range: Range) {
        if let Some(at) = id.as_inst() {
            let info = &mut self.infos[at];
            info.range = info.range.meet(range);
            if info.range.lo == info.range.hi && self.ty(id) == Ty::Int {
                let constant = self
                    .pools
                    .constant(Ty::Int, self.range(id).lo.cast_unsigned());
                self.replace(id, constant);
            }
        }
    }
}

fn always(holds: bool) -> Step {
    if holds {
        Ok(())
    } else {
        Err(AbortReason::GuardAlwaysFails)
    }
}
