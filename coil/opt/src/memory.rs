//! Loads, stores and calls: the heap cache.
//!
//! The cache knows what some places hold: (object, offset, index) by alias class. Requirements:
//! 1. A store forgets every place of its class that it may touch: places of objects known to differ, at other offsets of one base, or at indices
//!    that differ by a constant stay. Fields (not items) at different offsets are different places whatever their objects, unless a base is a
//!    derived pointer (`ref_add`, `int_to_ref`).
//! 2. A call forgets what its `Effects` say. Virtual objects are not in the cache: nothing else can reach them.
//! 3. Immutable fields are kept with the common subexpressions, for ever.

use crate::pass::{INLINE, Pass};
use crate::range;
use crate::table::{Key, number};
use coil_trace::{Access, Effects, Field, Id, Inst, Op, Ty};

/// Places kept per alias class; older ones are forgotten.
const LIMIT: usize = 64;

/// A place and what it holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) base: Id,
    pub(crate) place: Place,
    pub(crate) value: Id,
    /// The instruction that was the last one emitted when this became known.
    pub(crate) at: u32,
    pub(crate) field: u32,
}

/// Where in an object: the constant part of an index is in the offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) offset: i64,
    pub(crate) access: Access,
    pub(crate) index: Id,
    /// The op was an item access.
    pub(crate) item: bool,
}

/// What is known of memory, by alias class.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    pub(crate) classes: Vec<Vec<Known>>,
}

impl Heap {
    fn class(&mut self, class: u32) -> &mut Vec<Known> {
        let class = class as usize;
        if self.classes.len() <= class {
            self.classes.resize_with(class + 1, Vec::new);
        }
        &mut self.classes[class]
    }

    fn forget_all(&mut self) {
        for class in &mut self.classes {
            class.clear();
        }
    }
}

/// The load op of an access.
pub(crate) fn load_op(access: Access) -> Op {
    match access.ty() {
        Ty::Float => Op::LoadFloat,
        Ty::Val => Op::LoadVal,
        Ty::Ref => Op::LoadRef,
        _ => Op::LoadInt,
    }
}

impl Pass<'_> {
    /// The place that a field and index name.
    fn place(&self, field: u32, index: Id) -> Place {
        let Field { offset, access, .. } = self.pools.fields[field as usize];
        let mut place = Place {
            offset: i64::from(offset),
            access,
            index,
            item: !index.is_none(),
        };
        if let Some(bits) = self.bits(index) {
            let scaled = bits
                .cast_signed()
                .checked_mul(i64::from(access.size_bytes()));
            if let Some(offset) = scaled.and_then(|scaled| place.offset.checked_add(scaled)) {
                place.offset = offset;
                place.index = Id::NONE;
            }
        }
        place
    }

    fn is_derived(&self, base: Id) -> bool {
        self.by(base, Op::RefAdd).is_some() || self.by(base, Op::IntToRef).is_some()
    }

    /// An index as a value plus a constant.
    fn index_parts(&self, index: Id) -> (Id, i64) {
        for op in [Op::IntAdd, Op::IntAddOvf] {
            if let Some(inst) = self.by(index, op) {
                for (x, c) in [(0, 1), (1, 0)] {
                    if let Some(bits) = self.bits(self.resolve(inst.args[c])) {
                        return (self.resolve(inst.args[x]), bits.cast_signed());
                    }
                }
            }
        }
        for op in [Op::IntSub, Op::IntSubOvf] {
            if let Some(inst) = self.by(index, op)
                && let Some(bits) = self.bits(self.resolve(inst.args[1]))
            {
                return (
                    self.resolve(inst.args[0]),
                    bits.cast_signed().wrapping_neg(),
                );
            }
        }
        (index, 0)
    }

    /// Whether two places of one class may overlap.
    fn may_alias(&self, a: Id, p: Place, b: Id, q: Place) -> bool {
        let (p_size, q_size) = (
            i64::from(p.access.size_bytes()),
            i64::from(q.access.size_bytes()),
        );
        if a != b {
            if self.distinct(a, b) {
                return false;
            }
            if p.item || q.item || self.is_derived(a) || self.is_derived(b) {
                return true;
            }
        }
        let apart =
            |distance: i128| distance >= i128::from(p_size) || -distance >= i128::from(q_size);
        let distance = i128::from(q.offset) - i128::from(p.offset);
        if p.index == q.index {
            return !apart(distance);
        }
        if p.index.is_none() || q.index.is_none() || p_size != q_size {
            return true;
        }
        let ((x, c), (y, d)) = (self.index_parts(p.index), self.index_parts(q.index));
        let steps = i128::from(d) - i128::from(c);
        // Far constants could wrap around to the same address.
        let near = steps.abs() < 1 << 32;
        x != y || !near || !apart(distance + steps * i128::from(p_size))
    }

    fn recall(&mut self, base: Id, field: u32, place: Place) -> Option<Id> {
        if self.pools.fields[field as usize].immutable {
            return self
                .cse
                .find(immutable_key(base, place))
                .map(|id| self.resolve(id));
        }
        let class = self.pools.class_of[field as usize];
        let known = self.heap.class(class);
        let found = known
            .iter()
            .find(|known| known.place == place && known.base == base)
            .copied();
        let found = match found {
            Some(found) => Some(found),
            // Bases and indices may have been replaced since.
            None => self.heap.classes[class as usize]
                .iter()
                .find(|known| {
                    known.place.offset == place.offset
                        && known.place.access == place.access
                        && self.resolve(known.base) == base
                        && self.resolve(known.place.index) == place.index
                })
                .copied(),
        };
        found.map(|known| self.resolve(known.value))
    }

    /// From now on the place holds `value`.
    pub(crate) fn know(&mut self, base: Id, field: u32, place: Place, value: Id) {
        if self.pools.fields[field as usize].immutable {
            self.cse.insert(immutable_key(base, place), value);
            return;
        }
        let at = number(self.insts.len().saturating_sub(1));
        let class = self.heap.class(self.pools.class_of[field as usize]);
        if class.len() >= LIMIT {
            class.remove(0);
        }
        class.push(Known {
            base,
            place,
            value,
            at,
            field,
        });
    }

    /// A load, `index` being `NONE` for fields.
    pub(crate) fn load(&mut self, op: Op, base: Id, index: Id, field: u32) -> Id {
        let (mut base, index) = (self.resolve(base), self.resolve(index));
        let place = self.place(field, index);
        if let Some(object) = self.object(base) {
            if place.index.is_none()
                && let Some(value) = self.read_virtual(object, place)
            {
                return value;
            }
            base = self.force(base);
        }
        if let Some(found) = self.recall(base, field, place) {
            return found;
        }
        let id = self.push(op, [base, index, Id::NONE], field);
        let info = &mut self.infos[id.as_inst().expect("just emitted")];
        info.range = range::of_access(place.access);
        info.flags = INLINE;
        self.know(base, field, place, id);
        id
    }

    /// A store.
    pub(crate) fn store(&mut self, base: Id, index: Id, value: Id, field: u32) {
        let (mut base, index) = (self.resolve(base), self.resolve(index));
        let place = self.place(field, index);
        if let Some(object) = self.object(base) {
            let value = self.resolve(value);
            if place.index.is_none() && self.write_virtual(object, field, place, value) {
                return;
            }
            base = self.force(base);
        }
        let known = self.recall(base, field, place);
        if known == Some(self.resolve(value)) {
            return;
        }
        let value = self.force(value);
        if known == Some(value) {
            return;
        }
        self.forget_aliases(base, field, place);
        if index.is_none() {
            self.push(Op::Store, [base, value, Id::NONE], field);
        } else {
            self.push(Op::StoreItem, [base, index, value], field);
        }
        let whole = range::of_access(place.access).covers(self.range(value));
        if place.access.ty() != Ty::Int || whole {
            self.know(base, field, place, value);
        }
    }

    fn forget_aliases(&mut self, base: Id, field: u32, place: Place) {
        let class = self.pools.class_of[field as usize];
        let mut known = std::mem::take(self.heap.class(class));
        known.retain(|known| {
            let (other, index) = (self.resolve(known.base), self.resolve(known.place.index));
            let mut at = known.place;
            at.index = index;
            !self.may_alias(base, place, other, at)
        });
        self.heap.classes[class as usize] = known;
    }

    /// Forgets all places of an alias class.
    fn forget_class(&mut self, alias: u32) {
        let class = self.pools.classes.iter().position(|other| *other == alias);
        if let Some(class) = class {
            self.heap.class(number(class)).clear();
        }
    }

    /// Writes a register to memory, for a native that reads it there.
    pub(crate) fn store_slot(&mut self, slot: u32, value: Id) {
        let value = self.force(value);
        self.push(Op::StoreSlot, [value, Id::NONE, Id::NONE], slot);
        let mut classes = std::mem::take(&mut self.heap.classes);
        for class in &mut classes {
            class.retain(|known| !self.is_window(known.base));
        }
        self.heap.classes = classes;
    }

    /// Whether an address is known to be in the window.
    fn is_window(&self, base: Id) -> bool {
        let base = self.resolve(base);
        let outer = self
            .by(base, Op::RefAdd)
            .map_or(base, |inst| self.resolve(inst.args[0]));
        self.by(outer, Op::WindowBase).is_some()
    }

    /// A call; its exit is set by the caller.
    pub(crate) fn call(&mut self, inst: &Inst) -> Id {
        let rec = self.rec;
        let call = &rec.calls[inst.extra as usize];
        let operands = rec.operands(inst);
        // All are made before any is passed: making one may move on to others.
        for id in operands {
            let id = self.mapped(*id);
            self.force(id);
        }
        let first_arg = number(self.call_args.len());
        for id in operands {
            let id = self.mapped(*id);
            self.call_args.push(id);
        }
        match call.effects {
            Effects::Pure | Effects::Reads => {}
            Effects::Writes(alias) => self.forget_class(alias),
            Effects::WritesBoth(alias, other) => {
                self.forget_class(alias);
                self.forget_class(other);
            }
            Effects::Any => self.heap.forget_all(),
        }
        let id = self.push(inst.op, [Id::NONE; 3], inst.extra);
        let at = id.as_inst().expect("just emitted");
        self.insts[at].first_arg = first_arg;
        self.infos[at].flags = INLINE;
        id
    }
}

fn immutable_key(base: Id, place: Place) -> Key {
    Key {
        op: load_op(place.access),
        a: base,
        b: place.index,
        // Offsets and widths of immutable places are told apart by their low bits; far ones share nothing.
        extra: u32::try_from(place.offset.cast_unsigned() & 0x0FFF_FFFF).unwrap_or(0)
            | (place.access as u32) << 28,
    }
}

/// A constant's place in an object, of a field.
pub(crate) fn field_place(field: &Field) -> Place {
    Place {
        offset: i64::from(field.offset),
        access: field.access,
        index: Id::NONE,
        item: false,
    }
}
