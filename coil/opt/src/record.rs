//! The walk over the recorded trace.

use crate::AbortReason;
use crate::pass::{INLINE, Pass, Step};
use crate::table::number;
use coil_trace::{
    Access, Barrier, Effect, FUNCTION_SLOT, Field, Id, Inst, Op, SnapshotId, WINDOW_ALIAS,
};

impl Pass<'_> {
    /// Emits the recorded trace. Inputs come from the label's registers where it has them.
    ///
    /// # Errors
    /// When a guard always fails.
    pub(crate) fn walk(&mut self) -> Step {
        let rec = self.rec;
        let mut at = 0;
        while let Some(inst) = rec.insts.get(at) {
            at += self.recorded(at, inst)?;
        }
        Ok(())
    }

    /// Emits one recorded instruction, or an `_ovf` op and its guard; returns how many.
    fn recorded(&mut self, at: usize, inst: &Inst) -> Step<usize> {
        let [a, b, c] = inst.args.map(|id| self.mapped(id));
        let raise = matches!(inst.op, Op::GuardNoRaise | Op::GuardRaise);
        if inst.op.has_snapshot() && inst.op.effect() != Effect::Call && !raise {
            self.last_snapshot = inst.snapshot;
        }
        match inst.op.effect() {
            Effect::Input => self.map[at] = self.input(inst),
            Effect::Pure if inst.op.is_ovf() => {
                let guard = self.rec.insts.get(at + 1).copied();
                let guard = guard.filter(|guard| matches!(guard.op, Op::GuardNoOvf | Op::GuardOvf));
                let guard = guard.ok_or(AbortReason::Malformed)?;
                self.last_snapshot = guard.snapshot;
                let overflows = guard.op == Op::GuardOvf;
                self.map[at] = self.checked(inst.op, a, b, overflows, guard.snapshot)?;
                return Ok(2);
            }
            Effect::Pure if inst.op == Op::Nop => {}
            Effect::Pure => self.map[at] = self.pure(inst.op, a, b),
            Effect::Guard => match inst.op {
                Op::GuardNoRaise | Op::GuardRaise | Op::GuardNoEvent => {
                    self.emit_guard(inst.op, Id::NONE, Id::NONE, inst.snapshot);
                }
                _ => self.guard(inst.op, a, b, inst.snapshot)?,
            },
            Effect::Load => {
                let field = self.pools.field_map[inst.extra as usize];
                self.map[at] = self.load(inst.op, a, b, field);
            }
            Effect::Store if inst.op == Op::StoreSlot => self.store_slot(inst.extra, a),
            Effect::Store => {
                let field = self.pools.field_map[inst.extra as usize];
                let (index, value) = if inst.op == Op::StoreItem {
                    (b, c)
                } else {
                    (Id::NONE, b)
                };
                self.store(a, index, value, field);
            }
            Effect::Alloc => self.map[at] = self.new_object(inst.extra, a),
            Effect::Call => {
                let sees = self.rec.calls[inst.extra as usize].sees_frames;
                if sees && self.options.objects_for_frames {
                    self.materialise_slots(inst.snapshot);
                }
                let id = self.call(inst);
                self.map[at] = id;
                let exit = self.exit(inst.snapshot);
                self.insts[id.as_inst().expect("just emitted")].snapshot = exit;
                self.last_snapshot = inst.snapshot;
            }
        }
        Ok(1)
    }

    fn input(&mut self, inst: &Inst) -> Id {
        let slot = self.rec.inputs[inst.extra as usize];
        if let Ok(at) = self.env.binary_search_by_key(&slot, |(slot, _)| *slot) {
            return self.resolve(self.env[at].1);
        }
        self.input_of(inst.op, inst.extra)
    }

    /// The input of this number.
    pub(crate) fn input_of(&mut self, op: Op, extra: u32) -> Id {
        let key = crate::table::Key {
            op,
            a: Id::NONE,
            b: Id::NONE,
            extra,
        };
        if let Some(found) = self.cse.find(key) {
            return self.resolve(found);
        }
        let id = self.push(op, [Id::NONE; 3], extra);
        self.set_flags(id, INLINE);
        // Below the window stands the function that runs, whose reference nobody tests.
        let function =
            !self.options.bridge && self.pools.inputs.get(extra as usize) == Some(&FUNCTION_SLOT);
        if op == Op::InputVal
            && function
            && let Some(at) = id.as_inst()
        {
            self.infos[at].tags = crate::pass::tag::REF;
        }
        self.cse.insert(key, id);
        id
    }

    /// The guest value of a register of the window, as it was at the start.
    pub(crate) fn input_at(&mut self, slot: i32) -> Id {
        let inputs = &mut self.pools.inputs;
        let found = inputs.iter().position(|other| *other == slot);
        let at = found.unwrap_or_else(|| {
            inputs.push(slot);
            inputs.len() - 1
        });
        self.input_of(Op::InputVal, number(at))
    }

    /// The guest value that memory holds for a register of the window, in a bridge.
    pub(crate) fn window_load(&mut self, slot: i32) -> Id {
        let window = self.pure(Op::WindowBase, Id::NONE, Id::NONE);
        let field = self.pools.field(Field {
            offset: slot * 8,
            access: Access::Val,
            alias: WINDOW_ALIAS,
            immutable: false,
            barrier: Barrier::None,
        });
        let value = self.load(Op::LoadVal, window, Id::NONE, field);
        if slot == FUNCTION_SLOT
            && let Some(at) = value.as_inst()
        {
            self.infos[at].tags &= crate::pass::tag::REF;
        }
        value
    }

    /// Objects in registers that a native function may look at are made before it runs: what it sees must be what the trace goes on with.
    fn materialise_slots(&mut self, snapshot: SnapshotId) {
        self.pools.flatten(self.rec, snapshot);
        for at in 0..self.pools.slots(snapshot).len() {
            let id = self.pools.slots(snapshot)[at].1;
            // The call's own result does not exist yet.
            if id.as_inst().is_none_or(|at| !self.map[at].is_none()) {
                self.materialise_held(self.mapped(id));
            }
        }
        for at in 0..self.env.len() {
            self.materialise_held(self.env[at].1);
        }
    }

    /// Makes the virtual object that a value is, or that a box is of.
    pub(crate) fn materialise_held(&mut self, id: Id) {
        if let Some(object) = self.held(id) {
            self.materialise(self.objects[object].id);
        }
    }

    /// The values of a snapshot's slots, and of the label's registers that it does not name.
    pub(crate) fn end_slots(&mut self, snapshot: SnapshotId) -> Vec<(i32, Id)> {
        self.pools.flatten(self.rec, snapshot);
        let mut slots: Vec<(i32, Id)> = self
            .pools
            .slots(snapshot)
            .iter()
            .map(|(slot, id)| (*slot, self.mapped(*id)))
            .collect();
        let named = slots.len();
        for (slot, id) in &self.env {
            let found = slots[..named].binary_search_by_key(slot, |(slot, _)| *slot);
            if found.is_err() {
                slots.push((*slot, self.resolve(*id)));
            }
        }
        slots.sort_unstable_by_key(|(slot, _)| *slot);
        slots
    }

    /// The type of an input that a recorded trace reads from a register of the window.
    pub(crate) fn input_slots(&self) -> Vec<(i32, u32, Op)> {
        let mut slots = Vec::new();
        for inst in &self.rec.insts {
            if inst.op.effect() == Effect::Input {
                let slot = self.rec.inputs[inst.extra as usize];
                slots.push((slot, inst.extra, inst.op));
            }
        }
        slots.sort_unstable_by_key(|(slot, ..)| *slot);
        slots.dedup_by_key(|(slot, ..)| *slot);
        slots
    }
}

/// Whether an op is a label's parameter.
pub(crate) fn phi_of(ty: coil_trace::Ty) -> Op {
    match ty {
        coil_trace::Ty::Float => Op::PhiFloat,
        coil_trace::Ty::Val => Op::PhiVal,
        coil_trace::Ty::Ref => Op::PhiRef,
        _ => Op::PhiInt,
    }
}
