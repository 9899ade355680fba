//! What all passes over one trace share: constants, field descriptors, flattened snapshots.

use crate::table::number;
use coil_trace::{Const, Field, Id, SnapshotFrame, SnapshotId, Trace, Ty};
use std::ops::Range;

/// The pools.
#[derive(Debug, Default)]
pub(crate) struct Pools {
    pub(crate) consts: Vec<Const>,
    /// Constant number plus 1 by hash; a power of two long.
    const_places: Vec<u32>,
    /// For each recorded constant the pooled one.
    pub(crate) const_map: Vec<Id>,
    pub(crate) fields: Vec<Field>,
    /// For each recorded field the pooled one.
    pub(crate) field_map: Vec<u32>,
    /// For each pooled field the number of its alias class.
    pub(crate) class_of: Vec<u32>,
    /// Alias classes.
    pub(crate) classes: Vec<u32>,
    /// Slots of inputs: the recorded ones, and those added.
    pub(crate) inputs: Vec<i32>,
    flats: Vec<Option<Flat>>,
    flat_frames: Vec<SnapshotFrame>,
    flat_slots: Vec<(i32, Id)>,
}

#[derive(Clone, Debug)]
struct Flat {
    frames: Range<usize>,
    slots: Range<usize>,
}

impl Pools {
    pub(crate) fn new(trace: &Trace) -> Pools {
        let mut pools = Pools {
            const_places: vec![0; (trace.consts.len() * 4).next_power_of_two().max(64)],
            inputs: trace.inputs.clone(),
            flats: vec![None; trace.snapshots.len()],
            ..Pools::default()
        };
        for constant in &trace.consts {
            let id = pools.constant(constant.ty, constant.bits);
            pools.const_map.push(id);
        }
        for field in &trace.fields {
            let at = pools.field(*field);
            pools.field_map.push(at);
        }
        pools
    }

    pub(crate) fn constant(&mut self, ty: Ty, bits: u64) -> Id {
        let mask = self.const_places.len() - 1;
        let hash = (bits ^ (ty as u64) << 57).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut at = usize::try_from(hash >> 33).expect("31 bits") & mask;
        let wanted = Const { ty, bits };
        while self.const_places[at] != 0 {
            let found = self.const_places[at] as usize - 1;
            if self.consts[found] == wanted {
                return Id::constant(found);
            }
            at = (at + 1) & mask;
        }
        self.consts.push(wanted);
        self.const_places[at] = number(self.consts.len());
        let id = Id::constant(self.consts.len() - 1);
        if self.consts.len() * 2 > self.const_places.len() {
            self.grow();
        }
        id
    }

    fn grow(&mut self) {
        let size = self.const_places.len() * 2;
        self.const_places = vec![0; size];
        for (number_, constant) in self.consts.iter().enumerate() {
            let hash =
                (constant.bits ^ (constant.ty as u64) << 57).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut at = usize::try_from(hash >> 33).expect("31 bits") & (size - 1);
            while self.const_places[at] != 0 {
                at = (at + 1) & (size - 1);
            }
            self.const_places[at] = number(number_ + 1);
        }
    }

    pub(crate) fn bits(&self, id: Id) -> Option<u64> {
        id.as_const().map(|at| self.consts[at].bits)
    }

    pub(crate) fn field(&mut self, field: Field) -> u32 {
        if let Some(at) = self.fields.iter().position(|other| *other == field) {
            return number(at);
        }
        let class = self.classes.iter().position(|alias| *alias == field.alias);
        let class = class.unwrap_or_else(|| {
            self.classes.push(field.alias);
            self.classes.len() - 1
        });
        self.fields.push(field);
        self.class_of.push(number(class));
        number(self.fields.len() - 1)
    }

    /// Makes [`Pools::frames`] and [`Pools::slots`] of a snapshot available: frames outermost first, slots by number, inner frames override.
    pub(crate) fn flatten(&mut self, trace: &Trace, id: SnapshotId) {
        let at = id.0 as usize;
        if self.flats[at].is_some() {
            return;
        }
        let first_frame = self.flat_frames.len();
        let first_slot = self.flat_slots.len();
        let mut next = Some(id);
        let mut sorted = true;
        while let Some(snapshot) = next.map(|id| &trace.snapshots[id.0 as usize]) {
            self.flat_frames.push(snapshot.frame);
            sorted &= self.flat_slots.len() == first_slot && snapshot.parent.is_none();
            self.flat_slots.extend_from_slice(&snapshot.slots);
            next = snapshot.parent;
        }
        self.flat_frames[first_frame..].reverse();
        let slots = &mut self.flat_slots[first_slot..];
        sorted &= slots.is_sorted_by(|a, b| a.0 < b.0);
        if !sorted {
            // Stable: of equal slots the innermost frame's comes first.
            slots.sort_by_key(|(slot, _)| *slot);
            let mut kept = first_slot;
            for from in first_slot..self.flat_slots.len() {
                let slot = self.flat_slots[from];
                if kept == first_slot || self.flat_slots[kept - 1].0 != slot.0 {
                    self.flat_slots[kept] = slot;
                    kept += 1;
                }
            }
            self.flat_slots.truncate(kept);
        }
        self.flats[at] = Some(Flat {
            frames: first_frame..self.flat_frames.len(),
            slots: first_slot..self.flat_slots.len(),
        });
    }

    fn flat(&self, id: SnapshotId) -> &Flat {
        self.flats[id.0 as usize]
            .as_ref()
            .expect("flattened before it is read")
    }

    pub(crate) fn frames(&self, id: SnapshotId) -> &[SnapshotFrame] {
        &self.flat_frames[self.flat(id).frames.clone()]
    }

    pub(crate) fn slots(&self, id: SnapshotId) -> &[(i32, Id)] {
        &self.flat_slots[self.flat(id).slots.clone()]
    }
}
