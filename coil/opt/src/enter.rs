//! Edges to labels: from the preamble, from the end of the loop, from bridges. All are one procedure.
//!
//! Entering a label establishes what it expects: slots are matched with the state (unboxed, compared with constants, taken apart), what must be
//! real is forced, and then the header is executed through the pass like any other code, so that what is known already folds away. The results
//! are the phis.

use crate::label::{Expect, LabelState, StateArg};
use crate::memory::load_op;
use crate::pass::{Mode, Pass, tag};
use coil_trace::{Effect, Id, Op, SnapshotId, Ty};

/// Why a label cannot be entered in some state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mismatch {
    /// A slot that the state does not name.
    Missing,
    /// The value on this path is not the constant.
    Const(u64),
    /// The value on this path is not of the tag.
    Tag(u64),
    /// The value on this path is not the one that another path shares with it.
    Shared(u64),
    /// Not a virtual object of this number's kind.
    Virtual(u32),
    /// A header guard always fails here.
    Header,
}

/// The path to a value: its slot, then fields.
pub(crate) fn path(outer: u64, step: u64) -> u64 {
    (outer ^ step.wrapping_add(0x51))
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(31)
}

struct Match {
    leaves: Vec<Id>,
    objects: Vec<Option<usize>>,
    /// Guards to be emitted before anything is unboxed.
    guards: Vec<(Op, Id, Id)>,
    /// Leaves to be unboxed after the guards.
    unbox: Vec<(u32, Op)>,
}

impl Pass<'_> {
    /// Enters a label and returns its header values, all forced; guards leave by `snapshot`.
    ///
    /// # Errors
    /// When the state does not fit. Instructions may have been emitted by then; they are right, but useless.
    pub(crate) fn enter(
        &mut self,
        state: &LabelState,
        slots: &[(i32, Id)],
        snapshot: SnapshotId,
    ) -> Result<Vec<Id>, Mismatch> {
        let mut found = Match {
            leaves: vec![Id::NONE; state.leaves as usize],
            objects: vec![None; state.virtuals.len()],
            guards: Vec::new(),
            unbox: Vec::new(),
        };
        for (slot, expect) in &state.slots {
            let at = slots.binary_search_by_key(slot, |(slot, _)| *slot);
            let actual = slots[at.map_err(|_| Mismatch::Missing)?].1;
            let path = path(1, u64::from(slot.cast_unsigned()));
            self.match_one(state, *expect, actual, path, &mut found)?;
        }
        self.last_snapshot = snapshot;
        // Where the state does not fit, another way into the loop goes on from here: a guard of the path that led here, made to ask for what the label
        // expects, would have that path recorded again and again.
        self.weak.clear();
        for (op, a, b) in std::mem::take(&mut found.guards) {
            let done = if op == Op::Nop {
                Ok(())
            } else {
                self.guard(op, a, b, snapshot)
            };
            done.map_err(|_| Mismatch::Header)?;
        }
        let unbox = std::mem::take(&mut found.unbox);
        for (leaf, op) in unbox {
            let at = leaf as usize;
            let test = match op {
                Op::UnboxInt => Op::IsInt,
                Op::UnboxFloat => Op::IsFloat,
                _ => Op::IsRef,
            };
            let holds = self.pure(test, found.leaves[at], Id::NONE);
            self.guard(Op::GuardTrue, holds, Id::NONE, snapshot)
                .map_err(|_| Mismatch::Header)?;
            found.leaves[at] = self.pure(op, found.leaves[at], Id::NONE);
        }
        for object in found.objects.iter().flatten() {
            self.objects[*object].pinned = true;
        }
        self.pinned_forced = false;
        let mut values = std::mem::take(&mut found.leaves);
        for value in &mut values {
            if !value.is_none() {
                *value = self.force(*value);
            }
        }
        let done = self.header(state, &mut values, snapshot);
        for object in found.objects.iter().flatten() {
            self.objects[*object].pinned = false;
        }
        done?;
        if self.pinned_forced {
            return Err(Mismatch::Virtual(u32::MAX));
        }
        Ok(values)
    }

    fn header(
        &mut self,
        state: &LabelState,
        values: &mut Vec<Id>,
        snapshot: SnapshotId,
    ) -> Result<(), Mismatch> {
        let mut at = state.leaves as usize;
        // Tests of the tag of a box, which here are tests whether it is inline.
        let mut inline_tests = Vec::new();
        while let Some(inst) = state.header.get(at) {
            self.header_at = at;
            let [a, b, _] = inst.args.map(|arg| match arg {
                StateArg::None => Id::NONE,
                StateArg::Value(value) => values[value as usize],
                StateArg::Const(constant) => self.pools.constant(constant.ty, constant.bits),
            });
            let value = match inst.op.effect() {
                Effect::Guard => {
                    // In the loop this costs what the test of the phi would.
                    let mode = self.mode;
                    if matches!(inst.args[0], StateArg::Value(at) if inline_tests.contains(&at)) {
                        self.mode = Mode::Normal;
                    }
                    let done = self.guard(inst.op, a, b, snapshot);
                    self.mode = mode;
                    done.map_err(|_| Mismatch::Header)?;
                    Id::NONE
                }
                Effect::Load => match inst.field {
                    Some(field) => {
                        let number = self.pools.field(field);
                        debug_assert_eq!(inst.op.ty(), load_op(field.access).ty());
                        let value = self.load(inst.op, a, b, number);
                        self.force(value)
                    }
                    None => Id::NONE,
                },
                Effect::Pure if inst.op.is_ovf() => {
                    let value = self
                        .checked(inst.op, a, b, false, snapshot)
                        .map_err(|_| Mismatch::Header)?;
                    // The guard that follows in the header is part of it.
                    values.push(value);
                    at += 1;
                    Id::NONE
                }
                Effect::Pure if let Some(test) = self.inline_test(inst.op, a) => {
                    inline_tests.push(crate::table::number(at));
                    test
                }
                Effect::Pure if inst.op != Op::Nop => {
                    let value = self.pure(inst.op, a, b);
                    self.force(value)
                }
                _ => Id::NONE,
            };
            values.push(value);
            at += 1;
        }
        Ok(())
    }

    /// For a test of the tag of a box: what the bits that a phi is given will be. A phi does not remember that it was a box, so here the tag of a
    /// box depends on whether it fits inline.
    fn inline_test(&mut self, op: Op, a: Id) -> Option<Id> {
        if !matches!(op, Op::IsInt | Op::IsFloat | Op::IsRef) {
            return None;
        }
        let a = self.resolve(a);
        let (own, inline) = if let Some(inst) = self.by(a, Op::BoxInt) {
            let inner = self.resolve(inst.args[0]);
            (Op::IsInt, self.pure(Op::IntFits, inner, Id::NONE))
        } else {
            let inner = self.resolve(self.by(a, Op::BoxFloat)?.args[0]);
            (Op::IsFloat, self.pure(Op::FloatEq, inner, inner))
        };
        Some(match op {
            Op::IsRef => self.pure(Op::BoolNot, inline, Id::NONE),
            op if op == own => inline,
            _ => self.bool(false),
        })
    }

    fn match_one(
        &mut self,
        state: &LabelState,
        expect: Expect,
        actual: Id,
        at: u64,
        found: &mut Match,
    ) -> Result<(), Mismatch> {
        let actual = self.resolve(actual);
        let exact = self.mode == Mode::BackEdge;
        let (leaf, value, unbox) = match expect {
            Expect::Const(constant) => {
                let wanted = self.pools.constant(constant.ty, constant.bits);
                if actual == wanted {
                    return Ok(());
                }
                let guard = match constant.ty {
                    _ if exact || actual.is_const() => return Err(Mismatch::Const(at)),
                    Ty::Int => Op::GuardInt,
                    Ty::Val => Op::GuardVal,
                    Ty::Ref => Op::GuardRef,
                    _ => return Err(Mismatch::Const(at)),
                };
                if self.held(actual).is_some() {
                    return Err(Mismatch::Const(at));
                }
                found.guards.push((guard, actual, wanted));
                return Ok(());
            }
            Expect::Virtual(number) => return self.match_virtual(state, number, actual, at, found),
            Expect::Plain(leaf) => (leaf, actual, None),
            Expect::Int(leaf) => self.match_tag(leaf, tag::INT, Op::UnboxInt, actual, at)?,
            Expect::Float(leaf) => self.match_tag(leaf, tag::FLOAT, Op::UnboxFloat, actual, at)?,
            Expect::Ref(leaf) => self.match_tag(leaf, tag::REF, Op::UnboxRef, actual, at)?,
        };
        let place = &mut found.leaves[leaf as usize];
        if place.is_none() {
            *place = value;
            found.unbox.extend(unbox.map(|op| (leaf, op)));
        } else if *place != value {
            return Err(Mismatch::Shared(at));
        }
        Ok(())
    }

    fn match_tag(
        &mut self,
        leaf: u32,
        tag: u8,
        unbox: Op,
        actual: Id,
        at: u64,
    ) -> Result<(u32, Id, Option<Op>), Mismatch> {
        if let Some(inside) = self.inside(actual, tag) {
            return Ok((leaf, inside, None));
        }
        let tags = self.tags(actual);
        if tags == tag {
            let inside = self.pure(unbox, actual, Id::NONE);
            return Ok((leaf, inside, None));
        }
        if tags & tag == 0 || self.exact || self.mode == Mode::BackEdge {
            return Err(Mismatch::Tag(at));
        }
        Ok((leaf, actual, Some(unbox)))
    }

    fn match_virtual(
        &mut self,
        state: &LabelState,
        number: u32,
        actual: Id,
        at: u64,
        found: &mut Match,
    ) -> Result<(), Mismatch> {
        let wrong = Err(Mismatch::Virtual(number));
        let Some(object) = self.held(actual) else {
            return wrong;
        };
        let index = number as usize;
        if let Some(other) = found.objects[index] {
            return if other == object { Ok(()) } else { wrong };
        }
        let expected = &state.virtuals[index];
        let ty = self.pools.constant(expected.ty.ty, expected.ty.bits);
        let new = self.objects[object].new as usize;
        if found.objects.contains(&Some(object))
            || self.rec.news[new] != expected.new
            || self.resolve(self.objects[object].ty) != ty
        {
            return wrong;
        }
        found.objects[index] = Some(object);
        let mut unmatched = self.objects[object].fields.clone();
        for (field, expect) in &expected.fields {
            let place = self.pools.field(*field);
            let position = unmatched.iter().position(|(other, _)| {
                let other = &self.pools.fields[*other as usize];
                other.offset == field.offset && other.access == field.access
            });
            let value = match position {
                Some(position) => unmatched.swap_remove(position).1,
                None => self.pools.constant(field.access.ty(), 0),
            };
            let at = path(at, u64::from(place) + 1);
            self.match_one(state, *expect, value, at, found)?;
        }
        for (_, value) in unmatched {
            if self.bits(self.resolve(value)) != Some(0) {
                return wrong;
            }
        }
        Ok(())
    }
}
