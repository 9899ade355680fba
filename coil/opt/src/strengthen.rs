//! Guards made stronger instead of followed by others: `x` is set, then `x` is an int, is one question, asked where the first one was.
//!
//! A guard may ask more than it has to where its exit starts an instruction again: that is right whatever the values are. So the later, stronger
//! question takes the place of the earlier one, and those between vanish. It cannot take the place of a guard whose exit stands for the other way of
//! a branch (`Snapshot::decided`).

use crate::boxes::tag_of;
use crate::pass::{Mode, Pass};
use coil_trace::{Id, Op, SnapshotId};

/// A guard is made stronger for what comes up to this many instructions later: further off, other guards between may have sorted the cases.
const REACH: usize = 24;

/// A guard that another may imply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weak {
    value: Id,
    /// Its place.
    at: usize,
    holds: Holds,
    /// Its exit stands for the other way of a branch.
    decided: bool,
}

/// What a guard has made sure of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Holds {
    /// Not this constant.
    Not(Id),
    /// A value of this kind.
    Tag(u8),
    /// A value of another kind.
    NotTag(u8),
}

impl Pass<'_> {
    /// What a guard that `condition` is `truth` asks, if it may be made to ask more. Leaves room for another question in front of it.
    pub(crate) fn weak_question(
        &mut self,
        condition: Id,
        truth: bool,
        snapshot: SnapshotId,
    ) -> Option<Weak> {
        if self.mode != Mode::Normal {
            return None;
        }
        let inst = self.insts[condition.as_inst()?];
        let (a, b) = (self.resolve(inst.args[0]), self.resolve(inst.args[1]));
        let (value, holds) = match (inst.op, truth) {
            (Op::ValEq | Op::IntEq, false) if b.is_const() => (a, Holds::Not(b)),
            (Op::ValEq | Op::IntEq, false) if a.is_const() => (b, Holds::Not(a)),
            (Op::IsInt | Op::IsFloat | Op::IsRef, true) => (a, Holds::Tag(tag_of(inst.op))),
            (Op::IsInt | Op::IsFloat | Op::IsRef, false) => (a, Holds::NotTag(tag_of(inst.op))),
            _ => return None,
        };
        self.push(Op::Nop, [Id::NONE; 3], 0);
        let snapshot = self.rec.snapshots.get(snapshot.0 as usize);
        Some(Weak {
            value,
            at: self.insts.len(),
            holds,
            decided: snapshot.is_none_or(|snapshot| snapshot.decided),
        })
    }

    /// The guard was emitted.
    pub(crate) fn remember_weak(&mut self, guard: Weak) {
        debug_assert!(guard.at + 1 == self.insts.len(), "the last instruction");
        self.weak.retain(|weak| weak.at + REACH >= guard.at);
        self.weak.push(guard);
    }

    /// Instead of a guard that `condition` holds, strengthens an earlier one, if the condition is about a value's kind and there is such a guard.
    pub(crate) fn strengthen_to_tag(&mut self, condition: Id) -> bool {
        let Some(at) = condition.as_inst() else {
            return false;
        };
        let inst = self.insts[at];
        if !matches!(inst.op, Op::IsInt | Op::IsFloat | Op::IsRef) {
            return false;
        }
        let value = self.resolve(inst.args[0]);
        let kind = tag_of(inst.op);
        let Some(first) = self.take_implied(value, |pass, holds| match holds {
            Holds::Not(other) => pass.tags(other) != kind,
            Holds::Tag(tag) => tag == kind,
            Holds::NotTag(tag) => tag != kind,
        }) else {
            return false;
        };
        // The room that was left.
        self.insts[first - 1].op = inst.op;
        self.insts[first - 1].args = [value, Id::NONE, Id::NONE];
        self.insts[first].op = Op::GuardTrue;
        self.insts[first].args[0] = Id::inst(first - 1);
        self.weak.push(Weak {
            value,
            at: first,
            holds: Holds::Tag(kind),
            decided: false,
        });
        true
    }

    /// Instead of a guard (`op`: on an int or a guest value) that `value` is the constant `wanted`, strengthens an earlier one, if there is one.
    pub(crate) fn strengthen_to_value(&mut self, op: Op, value: Id, wanted: Id) -> bool {
        let Some(first) = self.take_implied(value, |pass, holds| match holds {
            Holds::Not(other) => pass.bits(other) != pass.bits(wanted),
            Holds::Tag(tag) => tag == pass.tags(wanted),
            Holds::NotTag(tag) => tag != pass.tags(wanted),
        }) else {
            return false;
        };
        self.insts[first].op = op;
        self.insts[first].args = [value, wanted, Id::NONE];
        true
    }

    /// The earliest near guard on the value that is implied and may be made stronger; later ones that are implied vanish.
    fn take_implied(&mut self, value: Id, implied: impl Fn(&Self, Holds) -> bool) -> Option<usize> {
        if self.mode != Mode::Normal {
            return None;
        }
        let last = self.insts.len();
        let mut first = None;
        let mut weak = std::mem::take(&mut self.weak);
        weak.retain(|guard| {
            if self.resolve(guard.value) != value
                || value.as_inst().is_none_or(|made| made >= guard.at)
                || guard.at + REACH < last
                || !implied(self, guard.holds)
                || first.is_none() && guard.decided
            {
                return true;
            }
            if first.is_none() {
                first = Some(guard.at);
            } else {
                self.insts[guard.at].op = Op::Nop;
                self.insts[guard.at].args = [Id::NONE; 3];
            }
            false
        });
        self.weak = weak;
        first
    }
}
