//! Boxed guest values: tags, boxes and unboxing.
//!
//! A box is lazy: it exists in exits only until something needs it in a register ([`Pass::force`]), and is made there. Whatever is boxed is of its
//! tag by definition, whether or not it fits inline.

use crate::pass::{INLINE, LAZY, NONNULL, Pass, tag};
use crate::range::Range;
use coil_trace::{Id, Op, Ty, eval};

/// Whether this file handles the op.
pub(crate) fn concerns(op: Op) -> bool {
    matches!(
        op,
        Op::IsInt
            | Op::IsFloat
            | Op::IsRef
            | Op::UnboxInt
            | Op::UnboxFloat
            | Op::UnboxRef
            | Op::BoxInt
            | Op::BoxFloat
            | Op::BoxRef
            | Op::ValEq
            | Op::RefEq
    )
}

/// The tag of a box or of a test.
pub(crate) fn tag_of(op: Op) -> u8 {
    match op {
        Op::BoxInt | Op::IsInt | Op::UnboxInt => tag::INT,
        Op::BoxFloat | Op::IsFloat | Op::UnboxFloat => tag::FLOAT,
        Op::BoxRef | Op::IsRef | Op::UnboxRef => tag::REF,
        _ => 0,
    }
}

/// The box op of a tag, its unbox op, and what it holds.
pub(crate) fn box_of(tag: u8) -> Option<(Op, Op, Ty)> {
    match tag {
        tag::INT => Some((Op::BoxInt, Op::UnboxInt, Ty::Int)),
        tag::FLOAT => Some((Op::BoxFloat, Op::UnboxFloat, Ty::Float)),
        tag::REF => Some((Op::BoxRef, Op::UnboxRef, Ty::Ref)),
        _ => None,
    }
}

impl Pass<'_> {
    /// The tags a guest value may have.
    pub(crate) fn tags(&self, id: Id) -> u8 {
        match (id.as_inst(), self.bits(id)) {
            (Some(at), _) => match self.insts[at].op {
                Op::BoxRef if self.flags(self.resolve(self.insts[at].args[0])) & NONNULL == 0 => {
                    tag::REF | tag::NULL
                }
                _ => self.infos[at].tags,
            },
            (_, Some(0)) => tag::NULL,
            (_, Some(bits)) if eval(Op::IsInt, bits, 0) == Some(1) => tag::INT,
            (_, Some(bits)) if eval(Op::IsFloat, bits, 0) == Some(1) => tag::FLOAT,
            (_, Some(_)) => tag::REF,
            _ => tag::ALL,
        }
    }

    pub(super) fn boxes(&mut self, op: Op, a: Id, b: Id) -> Id {
        match op {
            Op::BoxInt | Op::BoxFloat | Op::BoxRef => self.make_box(op, a),
            Op::IsInt | Op::IsFloat | Op::IsRef => self.is_tag(op, a),
            Op::ValEq => self.val_eq(a, b),
            Op::RefEq => self.ref_eq(a, b),
            _ => self.unbox(op, a),
        }
    }

    fn make_box(&mut self, op: Op, a: Id) -> Id {
        if let Some(bits) = self.bits(a).and_then(|bits| eval(op, bits, 0)) {
            return self.pools.constant(Ty::Val, bits);
        }
        let (_, unbox, _) = box_of(tag_of(op)).expect("a box op");
        if let Some(source) = self.by(a, unbox) {
            return self.resolve(source.args[0]);
        }
        if let Some(found) = self.find(op, a, Id::NONE) {
            return found;
        }
        let id = self.push(op, [a, Id::NONE, Id::NONE], 0);
        let nonnull = self.flags(a) & NONNULL;
        let info = &mut self.infos[id.as_inst().expect("just emitted")];
        info.tags = tag_of(op);
        info.flags = LAZY | nonnull;
        self.remember(op, a, Id::NONE, id);
        id
    }

    fn is_tag(&mut self, op: Op, a: Id) -> Id {
        if op == Op::IsRef
            && let Some(source) = self.by(a, Op::BoxRef)
        {
            let inner = self.resolve(source.args[0]);
            let null = self.pools.constant(Ty::Ref, 0);
            let is_null = self.pure(Op::RefEq, inner, null);
            return self.pure(Op::BoolNot, is_null, Id::NONE);
        }
        let (tags, wanted) = (self.tags(a), tag_of(op));
        if tags == wanted || tags & wanted == 0 {
            return self.bool(tags == wanted);
        }
        match self.find(op, a, Id::NONE) {
            Some(found) => found,
            None => self.emit(op, a, Id::NONE),
        }
    }

    fn unbox(&mut self, op: Op, a: Id) -> Id {
        if let Some(bits) = self.bits(a).and_then(|bits| eval(op, bits, 0)) {
            return self.pools.constant(op.ty(), bits);
        }
        let (boxed, _, _) = box_of(tag_of(op)).expect("an unbox op");
        if let Some(source) = self.by(a, boxed) {
            return self.resolve(source.args[0]);
        }
        if let Some(found) = self.find(op, a, Id::NONE) {
            return found;
        }
        let mut flags = self.flags(a);
        if self.tags(a) == tag::REF {
            flags |= NONNULL;
        }
        let id = self.emit(op, a, Id::NONE);
        let at = id.as_inst().expect("just emitted");
        if op == Op::UnboxInt && flags & INLINE != 0 {
            self.infos[at].range = Range::SMALL;
        }
        self.infos[at].flags |= flags & NONNULL;
        id
    }

    /// What a box or constant value of this tag holds.
    pub(crate) fn inside(&mut self, id: Id, tag: u8) -> Option<Id> {
        let (boxed, unbox, ty) = box_of(tag)?;
        if let Some(inst) = self.by(id, boxed) {
            return Some(self.resolve(inst.args[0]));
        }
        let bits = eval(unbox, self.bits(id)?, 0)?;
        Some(self.pools.constant(ty, bits))
    }

    fn val_eq(&mut self, a: Id, b: Id) -> Id {
        if a == b {
            return self.bool(true);
        }
        if let (Some(a), Some(b)) = (self.bits(a), self.bits(b)) {
            return self.bool(a == b);
        }
        if self.tags(a) & self.tags(b) == 0 {
            return self.bool(false);
        }
        if let (Some(x), Some(y)) = (self.inside(a, tag::INT), self.inside(b, tag::INT)) {
            return self.pure(Op::IntEq, x, y);
        }
        let (x, y) = (self.inside(a, tag::REF), self.inside(b, tag::REF));
        match (x, y) {
            (Some(x), Some(y)) => return self.ref_eq(x, y),
            (Some(x), None) if self.distinct(x, b) => return self.bool(false),
            (None, Some(y)) if self.distinct(y, a) => return self.bool(false),
            _ => {}
        }
        let (a, b) = if b < a { (b, a) } else { (a, b) };
        match self.find(Op::ValEq, a, b) {
            Some(found) => found,
            None => self.emit(Op::ValEq, a, b),
        }
    }

    fn ref_eq(&mut self, a: Id, b: Id) -> Id {
        if a == b {
            return self.bool(true);
        }
        if let (Some(a), Some(b)) = (self.bits(a), self.bits(b)) {
            return self.bool(a == b);
        }
        let null = |id| self.bits(id) == Some(0);
        let nonnull = |id| self.flags(id) & NONNULL != 0;
        if self.distinct(a, b) || null(a) && nonnull(b) || null(b) && nonnull(a) {
            return self.bool(false);
        }
        let (a, b) = if b < a { (b, a) } else { (a, b) };
        match self.find(Op::RefEq, a, b) {
            Some(found) => found,
            None => self.emit(Op::RefEq, a, b),
        }
    }

    /// Whether two references (or a reference and a guest value) cannot be of one object: an object differs from everything that was known
    /// before it was made, and, while it is virtual, from everything.
    pub(crate) fn distinct(&self, a: Id, b: Id) -> bool {
        if a == b {
            return false;
        }
        let older = |a: Id, b: Id| {
            let new = self.by(a, Op::New).is_some();
            new && (self.flags(a) & LAZY != 0 || b < a || b.is_const())
        };
        let both_const = self.bits(a).is_some() && self.bits(b).is_some();
        both_const || older(a, b) || older(b, a)
    }

    /// The value in a register: a lazy box is made here, a virtual object materialised.
    pub(crate) fn force(&mut self, id: Id) -> Id {
        let id = self.resolve(id);
        if self.flags(id) & LAZY == 0 {
            return id;
        }
        let at = id.as_inst().expect("only instructions are lazy");
        let op = self.insts[at].op;
        if op == Op::New {
            self.materialise(id);
            return self.resolve(id);
        }
        let inner = self.force(self.insts[at].args[0]);
        // Forcing the object may have made a box of it.
        let now = self.resolve(id);
        if now != id {
            return now;
        }
        let made = self.push(op, [inner, Id::NONE, Id::NONE], 0);
        let made_at = made.as_inst().expect("just emitted");
        self.infos[made_at] = self.infos[at];
        self.infos[made_at].flags &= !LAZY;
        self.infos[at].replacement = made;
        self.remember(op, inner, Id::NONE, made);
        if op == Op::BoxFloat {
            // A boxed NaN has an identity: exits name the box from now on.
            self.epoch += 1;
        }
        made
    }
}
