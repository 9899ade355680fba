//! Virtual objects: made in exits only, until they escape.

use crate::memory::{Place, field_place};
use crate::pass::{LAZY, NONNULL, Pass};
use crate::range;
use crate::table::number;
use coil_trace::{Access, Field, Id, Op, Ty};
use coil_value::abi::offsets;

/// A virtual object.
#[derive(Clone, Debug)]
pub(crate) struct Virtual {
    /// The lazy `new` that stands for it.
    pub(crate) id: Id,
    /// Number in the recorded `news`.
    pub(crate) new: u32,
    /// Type pointer.
    pub(crate) ty: Id,
    /// Fields written: number in the pooled fields and value.
    pub(crate) fields: Vec<(u32, Id)>,
    /// A label expects it to be virtual: it must not be materialised now.
    pub(crate) pinned: bool,
}

fn overlap(a: Place, b: Place) -> bool {
    let end = |place: Place| place.offset + i64::from(place.access.size_bytes());
    a.offset < end(b) && b.offset < end(a)
}

impl Pass<'_> {
    /// The number of a virtual object that has not escaped.
    pub(crate) fn object(&self, id: Id) -> Option<usize> {
        let at = self.resolve(id).as_inst()?;
        let info = &self.infos[at];
        (info.flags & LAZY != 0 && info.object != 0).then(|| info.object as usize - 1)
    }

    /// A new object.
    pub(crate) fn new_object(&mut self, new: u32, ty: Id) -> Id {
        let id = self.push(Op::New, [ty, Id::NONE, Id::NONE], new);
        self.objects.push(Virtual {
            id,
            new,
            ty,
            fields: Vec::new(),
            pinned: false,
        });
        let info = &mut self.infos[id.as_inst().expect("just emitted")];
        info.object = number(self.objects.len());
        info.flags = LAZY | NONNULL;
        self.epoch += 1;
        id
    }

    /// The value of a field of a virtual object, unless it was written in another way than it is read.
    pub(crate) fn read_virtual(&mut self, object: usize, place: Place) -> Option<Id> {
        let object = &self.objects[object];
        let size = i64::from(self.rec.news[object.new as usize].size_bytes);
        let body = i64::try_from(offsets::BODY).expect("a header's size");
        if place.offset < body {
            let offset = usize::try_from(place.offset).ok()?;
            return match (offset, place.access) {
                (offsets::TYPE, Access::Ref) => Some(self.resolve(object.ty)),
                (offsets::LAYOUT, Access::U16) => {
                    let layout = self.rec.news[object.new as usize].layout;
                    Some(self.pools.constant(Ty::Int, u64::from(layout)))
                }
                // A fresh object's.
                (offsets::GC_FLAGS, Access::U8) => Some(self.pools.constant(Ty::Int, 0)),
                _ => None,
            };
        }
        if place.offset + i64::from(place.access.size_bytes()) > size {
            return None;
        }
        for (field, value) in &object.fields {
            let field = &self.pools.fields[*field as usize];
            let written = field_place(field);
            if overlap(written, place) {
                let same = written.offset == place.offset && written.access == place.access;
                let value = self.resolve(*value);
                let narrow = range::of_access(place.access);
                let whole = place.access.ty() != Ty::Int || narrow.covers(self.range(value));
                return match (same, whole) {
                    (true, true) => Some(value),
                    (true, false) => Some(self.truncated(value, place.access)),
                    _ => None,
                };
            }
        }
        Some(self.pools.constant(place.access.ty(), 0))
    }

    /// What a narrow field holds after this was stored.
    fn truncated(&mut self, value: Id, access: Access) -> Id {
        let narrow = range::of_access(access);
        if narrow.lo == 0 {
            let mask = self.pools.constant(Ty::Int, narrow.hi.cast_unsigned());
            return self.pure(Op::IntAnd, value, mask);
        }
        let count = u64::from(64 - 8 * access.size_bytes());
        let count = self.pools.constant(Ty::Int, count);
        let up = self.pure(Op::IntShl, value, count);
        self.pure(Op::IntShr, up, count)
    }

    /// Writes a field of a virtual object; false if it cannot be kept as a field.
    pub(crate) fn write_virtual(
        &mut self,
        object: usize,
        field: u32,
        place: Place,
        value: Id,
    ) -> bool {
        let size = i64::from(self.rec.news[self.objects[object].new as usize].size_bytes);
        let body = i64::try_from(offsets::BODY).expect("a header's size");
        let end = place.offset + i64::from(place.access.size_bytes());
        let Ok(offset) = i32::try_from(place.offset) else {
            return false;
        };
        if place.offset < body || end > size {
            return false;
        }
        let mut found = None;
        for (at, (other, _)) in self.objects[object].fields.iter().enumerate() {
            let written = field_place(&self.pools.fields[*other as usize]);
            if overlap(written, place) {
                if written.offset != place.offset || written.access != place.access {
                    return false;
                }
                found = Some(at);
            }
        }
        self.epoch += 1;
        if let Some(at) = found {
            self.objects[object].fields[at].1 = value;
            return true;
        }
        let descriptor = Field {
            offset,
            ..self.pools.fields[field as usize]
        };
        let field = self.pools.field(descriptor);
        self.objects[object].fields.push((field, value));
        true
    }

    fn is_number(&self, field: u32) -> bool {
        self.pools.fields[field as usize].access.ty() == Ty::Int
    }

    /// Makes a virtual object, and the virtual objects that it refers to, for real. All are made first and filled then, so that cycles work; while
    /// they are made, the exit still describes all of them as virtual.
    pub(crate) fn materialise(&mut self, id: Id) {
        let Some(first) = self.object(id) else {
            return;
        };
        let mut group = vec![first];
        let mut next = 0;
        while next < group.len() {
            for at in 0..self.objects[group[next]].fields.len() {
                let value = self.objects[group[next]].fields[at].1;
                if let Some(object) = self.held(value)
                    && !group.contains(&object)
                {
                    group.push(object);
                }
            }
            next += 1;
        }
        let exit = self.exit(self.last_snapshot);
        self.epoch += 1;
        for object in &group {
            let Virtual {
                id,
                new,
                ty,
                pinned,
                ..
            } = self.objects[*object];
            self.pinned_forced |= pinned;
            let ty = self.resolve(ty);
            let made = self.push(Op::New, [ty, Id::NONE, Id::NONE], new);
            let at = made.as_inst().expect("just emitted");
            self.insts[at].snapshot = exit;
            self.infos[at].flags = NONNULL;
            self.replace(id, made);
            // Numbers first: what is made next may collect, and the collector asks an object for its size.
            for (field, value) in self.objects[*object].fields.clone() {
                let value = self.resolve(value);
                if self.is_number(field) && self.bits(value) != Some(0) {
                    self.push(Op::Store, [made, value, Id::NONE], field);
                }
            }
        }
        for object in group {
            let made = self.resolve(self.objects[object].id);
            let fields = std::mem::take(&mut self.objects[object].fields);
            for (field, value) in &fields {
                let place = field_place(&self.pools.fields[*field as usize]);
                let value = self.force(*value);
                if !self.is_number(*field) && self.bits(value) != Some(0) {
                    self.push(Op::Store, [made, value, Id::NONE], *field);
                }
                let whole = range::of_access(place.access).covers(self.range(value));
                if place.access.ty() != Ty::Int || whole {
                    self.know(made, *field, place, value);
                }
            }
            self.objects[object].fields = fields;
            self.know_header(object, made);
        }
    }

    /// The type and layout of a fresh object, for the fields that read them.
    fn know_header(&mut self, object: usize, made: Id) {
        let (new, ty) = (
            self.objects[object].new,
            self.resolve(self.objects[object].ty),
        );
        for field in 0..self.pools.fields.len() {
            let Field { offset, access, .. } = self.pools.fields[field];
            let value = match (usize::try_from(offset), access) {
                (Ok(offsets::TYPE), Access::Ref) => ty,
                (Ok(offsets::LAYOUT), Access::U16) => {
                    let layout = self.rec.news[new as usize].layout;
                    self.pools.constant(Ty::Int, u64::from(layout))
                }
                _ => continue,
            };
            let place = field_place(&self.pools.fields[field]);
            self.know(made, number(field), place, value);
        }
    }

    /// The virtual object that a value is, or that a box is of.
    pub(crate) fn held(&self, value: Id) -> Option<usize> {
        let value = self.resolve(value);
        match self.by(value, Op::BoxRef) {
            Some(inst) => self.object(inst.args[0]),
            None => self.object(value),
        }
    }
}
