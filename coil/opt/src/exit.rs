//! Exits: what a snapshot looks like at one point of a pass.

use crate::boxes::tag_of;
use crate::pass::{LAZY, Pass};
use crate::table::number;
use coil_trace::{Exit, ExitValue, Id, Op, SnapshotId, VirtualObject};

/// Stands for the state at the label that a pass starts from.
pub(crate) const START: SnapshotId = SnapshotId(u32::MAX - 1);

impl Pass<'_> {
    /// The exit of a recorded snapshot, shared while no virtual object changes.
    pub(crate) fn exit(&mut self, snapshot: SnapshotId) -> SnapshotId {
        if snapshot == START {
            return self.start_exit();
        }
        let (made, epoch) = self.exit_of[snapshot.0 as usize];
        if made != u32::MAX && epoch == self.epoch {
            return SnapshotId(made);
        }
        self.pools.flatten(self.rec, snapshot);
        let mut exit = Exit {
            frames: self.pools.frames(snapshot).to_vec(),
            ..Exit::default()
        };
        let count = self.pools.slots(snapshot).len();
        exit.slots.reserve_exact(count + self.env.len());
        let mut objects = std::mem::take(&mut self.scratch);
        objects.clear();
        // Both lists are sorted; the snapshot overrides the label's registers.
        let mut env = 0;
        for at in 0..count {
            let (slot, id) = self.pools.slots(snapshot)[at];
            while let Some((other, id)) = self.env.get(env).copied()
                && other <= slot
            {
                if other < slot {
                    let value = self.exit_value(id, &mut objects);
                    exit.slots.push((other, value));
                }
                env += 1;
            }
            let value = self.exit_value(self.mapped(id), &mut objects);
            exit.slots.push((slot, value));
        }
        while let Some((slot, id)) = self.env.get(env).copied() {
            let value = self.exit_value(id, &mut objects);
            exit.slots.push((slot, value));
            env += 1;
        }
        self.exit_objects(&mut exit, &mut objects);
        self.scratch = objects;
        self.exits.push(exit);
        let made = number(self.exits.len() - 1);
        self.exit_of[snapshot.0 as usize] = (made, self.epoch);
        SnapshotId(made)
    }

    /// The exit at the label that this pass starts from.
    fn start_exit(&mut self) -> SnapshotId {
        let mut objects = Vec::new();
        let mut exit = Exit {
            frames: self.start_frame.into_iter().collect(),
            ..Exit::default()
        };
        for (slot, id) in &self.env {
            let value = self.exit_value(*id, &mut objects);
            exit.slots.push((*slot, value));
        }
        self.exit_objects(&mut exit, &mut objects);
        self.exits.push(exit);
        SnapshotId(number(self.exits.len() - 1))
    }

    /// Describes the virtual objects that an exit names, and those that they name.
    fn exit_objects(&self, exit: &mut Exit, objects: &mut Vec<u32>) {
        let mut next = 0;
        while next < objects.len() {
            let object = objects[next] as usize;
            let count = self.objects[object].fields.len();
            let mut fields = Vec::with_capacity(count);
            for at in 0..count {
                let (field, value) = self.objects[object].fields[at];
                fields.push((field, self.exit_value(value, objects)));
            }
            exit.virtuals.push(VirtualObject {
                new: self.objects[object].new,
                ty: self.resolve(self.objects[object].ty),
                fields,
            });
            next += 1;
        }
    }

    fn exit_value(&self, id: Id, objects: &mut Vec<u32>) -> ExitValue {
        let id = self.resolve(id);
        if let Some(object) = self.held(id) {
            let object = number(object);
            let found = objects.iter().position(|other| *other == object);
            let at = found.unwrap_or_else(|| {
                objects.push(object);
                objects.len() - 1
            });
            return ExitValue::Virtual(number(at));
        }
        let Some(inst) = id.as_inst().map(|at| &self.insts[at]) else {
            return ExitValue::Plain(id);
        };
        if tag_of(inst.op) == 0 || inst.op.ty() != coil_trace::Ty::Val {
            return ExitValue::Plain(id);
        }
        let inner = self.resolve(inst.args[0]);
        match inst.op {
            Op::BoxInt => ExitValue::BoxInt(inner),
            Op::BoxRef => ExitValue::BoxRef(inner),
            _ if self.flags(id) & LAZY != 0 => ExitValue::BoxFloat(inner),
            _ => ExitValue::Plain(id),
        }
    }
}
