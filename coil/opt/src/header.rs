//! The state of a loop's label: planned from the end of the preamble, then seeded into the pass over the body.
//!
//! 1. **Plan.** For every register that the loop carries: a constant, an unboxed leaf, a virtual object taken apart, or a plain value, as it is at
//!    the end of the preamble; less than that where an earlier attempt found that the back-edge cannot keep it ([`Demotions`]).
//! 2. **Seed.** What the preamble knows of the leaves and of what follows from them is executed again in the body's pass, as its header: pure ops,
//!    loads that are still valid, guards. The header is the short preamble: every edge into the label executes it.
//!
//! A load is safe in the header only behind the guards that protected it in the preamble. Guards that cannot go into the header therefore taint
//! what their condition was computed from, and nothing is loaded from tainted objects after them; nor from leaves that did not come out of a
//! guest value, for what made those safe is not known. Taint ends at guest values: what a guest value in a field is, or holds, says nothing of
//! the object that has the field (layouts are told by types, shapes, lengths and other raw fields).

use crate::boxes::{box_of, tag_of};
use crate::enter::path;
use crate::exit::START;
use crate::label::{Expect, ExpectVirtual, HeaderInst, LabelState, StateArg};
use crate::memory::{Known, load_op};
use crate::pass::{LAZY, Mode, NONNULL, Pass, Step, tag};
use crate::record::phi_of;
use crate::table::number;
use coil_trace::{Effect, Id, Op, SnapshotFrame, SnapshotId, Ty};

/// What attempts have shown not to hold around the loop.
#[derive(Debug, Default)]
pub(crate) struct Demotions {
    /// Paths whose value is not always the constant.
    pub(crate) consts: Vec<u64>,
    /// Paths whose value is not always of the tag.
    pub(crate) boxed: Vec<u64>,
    /// Paths whose value is not always shared with another's.
    pub(crate) split: Vec<u64>,
    /// Facts of the preamble (by instruction, or as [`LOW`], [`HIGH`] and [`NULL`] say) that the body does not keep.
    pub(crate) banned: Vec<usize>,
}

/// Added to the number of a leaf's value: its range is not below 0.
const LOW: usize = 1 << 40;
/// Its range has a small upper end.
const HIGH: usize = 2 << 40;
/// It is not null.
const NULL: usize = 3 << 40;

/// A planned label.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) state: LabelState,
    /// For each leaf its type and value at the end of the preamble.
    leaves: Vec<(Ty, Id)>,
    /// For each virtual object the preamble's.
    pub(crate) objects: Vec<usize>,
    /// Guest values that leaves or virtual objects stand for.
    boxed: Vec<(Id, Expect)>,
}

impl Pass<'_> {
    /// Plans the label for these registers.
    pub(crate) fn plan(
        &mut self,
        slots: &[(i32, Id)],
        frame: SnapshotFrame,
        demotions: &Demotions,
    ) -> Plan {
        let mut plan = Plan {
            state: LabelState {
                label: 0,
                frame,
                leaves: 0,
                header: Vec::new(),
                slots: Vec::new(),
                virtuals: Vec::new(),
                phis: Vec::new(),
            },
            leaves: Vec::new(),
            objects: Vec::new(),
            boxed: Vec::new(),
        };
        for (slot, id) in slots {
            let at = path(1, u64::from(slot.cast_unsigned()));
            let expect = self.expect(&mut plan, *id, at, demotions);
            plan.state.slots.push((*slot, expect));
        }
        plan.state.leaves = number(plan.leaves.len());
        plan
    }

    fn expect(&mut self, plan: &mut Plan, id: Id, at: u64, demotions: &Demotions) -> Expect {
        let id = self.resolve(id);
        if let Some(constant) = id.as_const().map(|at| self.pools.consts[at])
            && !demotions.consts.contains(&at)
        {
            return Expect::Const(constant);
        }
        if let Some(object) = self.held(id) {
            if let Some(found) = plan.objects.iter().position(|other| *other == object) {
                return Expect::Virtual(number(found));
            }
            let ty = self.resolve(self.objects[object].ty);
            if let Some(ty) = ty.as_const().map(|at| self.pools.consts[at]) {
                return self.expect_virtual(plan, id, object, ty, at, demotions);
            }
            let forced = self.force(id);
            return self.expect(plan, forced, at, demotions);
        }
        let mut leaf = |ty, value: Id| {
            let shared = plan.leaves.iter().position(|leaf| *leaf == (ty, value));
            let shared = shared.filter(|_| !value.is_const() && !demotions.split.contains(&at));
            number(shared.unwrap_or_else(|| {
                plan.leaves.push((ty, value));
                plan.leaves.len() - 1
            }))
        };
        let ty = self.ty(id);
        let mut tags = self.tags(id);
        // What the trace unboxed without a test is a reference: edges test it, and the loop carries no box of it.
        if tags & tag::REF != 0 && self.find(Op::UnboxRef, id, Id::NONE).is_some() {
            tags = tag::REF;
        }
        if ty == Ty::Val
            && !demotions.boxed.contains(&at)
            && let Some((_, unbox, inner)) = box_of(tags)
        {
            let inside = match self.inside(id, tags) {
                Some(inside) => Some(inside),
                None => self.find(unbox, id, Id::NONE),
            };
            if let Some(inside) = inside {
                let leaf = leaf(inner, inside);
                let expect = match tags {
                    tag::INT => Expect::Int(leaf),
                    tag::FLOAT => Expect::Float(leaf),
                    _ => Expect::Ref(leaf),
                };
                plan.boxed.push((id, expect));
                return expect;
            }
        }
        Expect::Plain(leaf(ty, id))
    }

    fn expect_virtual(
        &mut self,
        plan: &mut Plan,
        id: Id,
        object: usize,
        ty: coil_trace::Const,
        at: u64,
        demotions: &Demotions,
    ) -> Expect {
        let index = plan.objects.len();
        plan.objects.push(object);
        let new = self.rec.news[self.objects[object].new as usize];
        plan.state.virtuals.push(ExpectVirtual {
            new,
            ty,
            fields: Vec::new(),
        });
        for (field, value) in self.objects[object].fields.clone() {
            let at = path(at, u64::from(field) + 1);
            let expect = self.expect(plan, value, at, demotions);
            let field = self.pools.fields[field as usize];
            plan.state.virtuals[index].fields.push((field, expect));
        }
        let expect = Expect::Virtual(number(index));
        plan.boxed.push((id, expect));
        expect
    }
}

/// Makes the pass over the body start at the planned label. Returns for each header value the fact of the preamble that it is.
///
/// # Errors
/// When what the preamble knows contradicts itself.
pub(crate) fn seed(
    preamble: &Pass<'_>,
    body: &mut Pass<'_>,
    plan: &mut Plan,
    demotions: &Demotions,
) -> Step<Vec<usize>> {
    let mut seeding = Seeding {
        of: vec![Id::NONE; preamble.insts.len()],
        tainted: vec![false; preamble.insts.len()],
        origins: Vec::new(),
        leaves: plan.leaves.len(),
        preamble,
    };
    body.mode = Mode::Header;
    for (ty, value) in &plan.leaves {
        let id = body.push(phi_of(*ty), [Id::NONE; 3], 0);
        seeding.set(*value, id);
    }
    seeding.origins.resize(body.insts.len(), usize::MAX);
    // Virtual objects first without fields, since they may refer to each other.
    let mut objects = Vec::new();
    for (object, expected) in plan.objects.iter().zip(&plan.state.virtuals) {
        let ty = body.pools.constant(expected.ty.ty, expected.ty.bits);
        let id = body.new_object(preamble.objects[*object].new, ty);
        seeding.set(preamble.objects[*object].id, id);
        objects.push(id);
    }
    for (at, expected) in plan.state.virtuals.iter().enumerate() {
        for (field, expect) in &expected.fields {
            let value = materialised(body, &objects, *expect, field.access.ty());
            let field = body.pools.field(*field);
            body.objects[at].fields.push((field, value));
        }
    }
    for (slot, expect) in &plan.state.slots {
        let value = materialised(body, &objects, *expect, Ty::Val);
        body.env.push((*slot, value));
    }
    for (id, expect) in &plan.boxed {
        let ty = preamble.ty_here(*id);
        let value = materialised(body, &objects, *expect, ty);
        seeding.set(*id, value);
    }
    seeding.origins.resize(body.insts.len(), usize::MAX);
    let allowed = |origin: usize| !demotions.banned.contains(&origin);
    for (at, (ty, value)) in plan.leaves.iter().enumerate() {
        seeding.bounds(body, Id::inst(at), *ty, *value, &allowed)?;
    }
    let mut known: Vec<Known> = preamble.heap.classes.iter().flatten().copied().collect();
    known.sort_by_key(|known| known.at);
    let mut known = known.into_iter().peekable();
    for at in 0..preamble.insts.len() {
        let include = allowed(at);
        seeding.inst(body, at, include)?;
        while let Some(known) = known.next_if(|known| known.at as usize <= at) {
            if include {
                seeding.place(body, &known);
            }
        }
        seeding.origins.resize(body.insts.len(), at);
    }
    plan.state.header = body
        .insts
        .iter()
        .enumerate()
        .map(|(at, _)| header_inst(body, at))
        .collect();
    body.mode = Mode::Normal;
    body.start_frame = Some(plan.state.frame);
    body.last_snapshot = START;
    Ok(seeding.origins)
}

/// The value of an expectation in the body.
fn materialised(body: &mut Pass<'_>, objects: &[Id], expect: Expect, ty: Ty) -> Id {
    let leaf = |at: u32| Id::inst(at as usize);
    match expect {
        Expect::Const(constant) => body.pools.constant(constant.ty, constant.bits),
        Expect::Plain(at) => leaf(at),
        Expect::Int(at) => body.pure(Op::BoxInt, leaf(at), Id::NONE),
        Expect::Float(at) => body.pure(Op::BoxFloat, leaf(at), Id::NONE),
        Expect::Ref(at) => body.pure(Op::BoxRef, leaf(at), Id::NONE),
        Expect::Virtual(at) if ty == Ty::Val => {
            body.pure(Op::BoxRef, objects[at as usize], Id::NONE)
        }
        Expect::Virtual(at) => objects[at as usize],
    }
}

fn header_inst(body: &Pass<'_>, at: usize) -> HeaderInst {
    let inst = &body.insts[at];
    let lazy = body.infos[at].flags & LAZY != 0;
    let op = if lazy { Op::Nop } else { inst.op };
    let arg = |id: Id| match (id.as_inst(), id.as_const()) {
        _ if lazy => StateArg::None,
        (Some(at), _) => StateArg::Value(number(at)),
        (_, Some(at)) => StateArg::Const(body.pools.consts[at]),
        _ => StateArg::None,
    };
    HeaderInst {
        op,
        args: inst.args.map(arg),
        field: (op.effect() == Effect::Load).then(|| body.pools.fields[inst.extra as usize]),
    }
}

struct Seeding<'p, 't> {
    preamble: &'p Pass<'t>,
    /// For each value of the preamble the header's.
    of: Vec<Id>,
    tainted: Vec<bool>,
    origins: Vec<usize>,
    leaves: usize,
}

impl Pass<'_> {
    /// The type of a value, without the pools.
    fn ty_here(&self, id: Id) -> Ty {
        id.as_inst().map_or(Ty::Val, |at| self.insts[at].op.ty())
    }
}

impl Seeding<'_, '_> {
    fn set(&mut self, value: Id, id: Id) {
        if let Some(at) = value.as_inst()
            && self.of[at].is_none()
        {
            self.of[at] = id;
        }
    }

    /// The header's value for an operand in the preamble, if it has one.
    fn get(&self, id: Id) -> Option<Id> {
        let Some(at) = id.as_inst() else {
            return Some(id);
        };
        if !self.of[at].is_none() {
            return Some(self.of[at]);
        }
        let now = self.preamble.resolve(id);
        let at = now.as_inst()?;
        (!self.of[at].is_none()).then(|| self.of[at])
    }

    /// What is known of a leaf itself.
    fn bounds(
        &mut self,
        body: &mut Pass<'_>,
        leaf: Id,
        ty: Ty,
        value: Id,
        allowed: &impl Fn(usize) -> bool,
    ) -> Step {
        let Some(at) = value.as_inst() else {
            return Ok(());
        };
        let info = self.preamble.infos[at];
        if ty == Ty::Int && info.range.lo >= 0 {
            if allowed(LOW + at) {
                let zero = body.pools.constant(Ty::Int, 0);
                let holds = body.pure(Op::IntLe, zero, leaf);
                body.guard(Op::GuardTrue, holds, Id::NONE, SnapshotId::NONE)?;
                self.origins.resize(body.insts.len(), LOW + at);
            }
            if info.range.hi <= i64::from(u32::MAX) && allowed(HIGH + at) {
                let high = body.pools.constant(Ty::Int, info.range.hi.cast_unsigned());
                let holds = body.pure(Op::IntLe, leaf, high);
                body.guard(Op::GuardTrue, holds, Id::NONE, SnapshotId::NONE)?;
                self.origins.resize(body.insts.len(), HIGH + at);
            }
        }
        if ty == Ty::Ref && info.flags & NONNULL != 0 && !allowed(NULL + at) {
            self.tainted[at] = true;
        } else if ty == Ty::Ref && info.flags & NONNULL != 0 {
            let null = body.pools.constant(Ty::Ref, 0);
            let holds = body.pure(Op::RefEq, leaf, null);
            body.guard(Op::GuardFalse, holds, Id::NONE, SnapshotId::NONE)?;
            self.origins.resize(body.insts.len(), NULL + at);
        }
        Ok(())
    }

    /// Marks what a condition was computed from.
    fn taint(&mut self, id: Id, depth: usize) {
        let Some(at) = id.as_inst() else {
            return;
        };
        if depth == 0 {
            return;
        }
        self.tainted[at] = true;
        let preamble = self.preamble;
        let inst = &preamble.insts[at];
        if tag_of(inst.op) != 0 {
            return;
        }
        if inst.op.effect() == Effect::Call {
            let count = preamble.rec.calls[inst.extra as usize].params.len();
            for arg in &preamble.call_args[inst.first_arg as usize..][..count] {
                self.taint(*arg, depth - 1);
            }
        }
        for arg in inst.args {
            self.taint(arg, depth - 1);
        }
    }

    /// Whether it is safe to load from this value in the header.
    fn loadable(&self, base: Id) -> bool {
        let Some(at) = base.as_inst() else {
            return true;
        };
        if self.tainted[at] {
            return false;
        }
        // A leaf must have come out of a guest value: then its guards are in the header too, or it is tainted.
        let leaf = self.of[at].as_inst().is_some_and(|at| at < self.leaves);
        !leaf || self.preamble.insts[at].op == Op::UnboxRef
    }

    fn inst(&mut self, body: &mut Pass<'_>, at: usize, include: bool) -> Step {
        let preamble = self.preamble;
        let inst = &preamble.insts[at];
        let op = inst.op;
        let effect = op.effect();
        let lazy = preamble.infos[at].flags & LAZY != 0;
        if effect == Effect::Guard
            && matches!(op, Op::GuardNoRaise | Op::GuardRaise | Op::GuardNoEvent)
        {
            return Ok(());
        }
        if !matches!(effect, Effect::Pure | Effect::Guard | Effect::Load)
            || lazy
            || effect == Effect::Pure && !self.of[at].is_none()
        {
            return Ok(());
        }
        let args = [self.get(inst.args[0]), self.get(inst.args[1])];
        let arity = op.arity();
        let usable = |id: Id| {
            // Boxes and virtual objects stay lazy; only tests and unboxing see through them.
            let see_through = matches!(op, Op::IsInt | Op::IsFloat | Op::IsRef)
                || matches!(op, Op::UnboxInt | Op::UnboxFloat | Op::UnboxRef)
                || op == Op::GuardVal;
            see_through || body.flags(body.resolve(id)) & LAZY == 0
        };
        let given = (0..arity.min(2)).all(|at| args[at].is_some_and(usable)) && arity <= 2;
        let [a, b] = args.map(|id| id.unwrap_or(Id::NONE));
        let (a, b) = match arity {
            0 => (Id::NONE, Id::NONE),
            1 => (a, Id::NONE),
            _ => (a, b),
        };
        match effect {
            Effect::Pure if op.is_ovf() => {
                let guard = preamble.insts.get(at + 1).map(|guard| guard.op);
                if include && given && guard == Some(Op::GuardNoOvf) {
                    let value = body.checked(op, a, b, false, SnapshotId::NONE)?;
                    self.set(Id::inst(at), value);
                }
            }
            Effect::Pure => {
                let divides = matches!(
                    op,
                    Op::IntFloorDiv | Op::IntFloorMod | Op::IntTruncDiv | Op::IntTruncMod
                );
                // Division must not trap where its guards are missing.
                // The window's address is at hand everywhere.
                let own = op != Op::WindowBase;
                let safe = !divides || body.bits(b).is_some_and(|bits| bits.cast_signed() > 0);
                // What is not known to be a reference is none to load from.
                if op == Op::UnboxRef
                    && let Some(value) = inst.args[0].as_inst()
                {
                    self.tainted[at] |= self.tainted[value];
                    // The trace knew by other means that the register is set; here it is asked.
                    let unset = preamble.tags(inst.args[0]) & tag::NULL != 0;
                    if unset && include && given && !self.tainted[at] {
                        if body.tags(body.resolve(a)) & tag::REF == 0 {
                            self.tainted[at] = true;
                        } else {
                            let holds = body.pure(Op::IsRef, a, Id::NONE);
                            body.guard(Op::GuardTrue, holds, Id::NONE, SnapshotId::NONE)?;
                        }
                    }
                }
                if include
                    && given
                    && safe
                    && own
                    && !matches!(op, Op::BoxInt | Op::BoxFloat | Op::BoxRef)
                {
                    let value = body.pure(op, a, b);
                    self.set(Id::inst(at), value);
                }
            }
            Effect::Guard if matches!(op, Op::GuardNoOvf | Op::GuardOvf) => {
                let source = inst.args[0].as_inst().expect("the _ovf op before it");
                if op == Op::GuardOvf || self.of[source].is_none() {
                    self.taint(inst.args[0], 8);
                }
            }
            Effect::Guard => {
                if include && given {
                    body.guard(op, a, b, SnapshotId::NONE)?;
                } else {
                    self.taint(inst.args[0], 8);
                }
            }
            Effect::Load => {
                let field = inst.extra;
                if include
                    && given
                    && body.pools.fields[field as usize].immutable
                    && self.loadable(inst.args[0])
                    && self.of[at].is_none()
                {
                    let value = body.load(op, a, b, field);
                    self.set(Id::inst(at), value);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What a place holds at the end of the preamble.
    fn place(&mut self, body: &mut Pass<'_>, known: &Known) {
        let index = known.place.index;
        if !self.loadable(known.base) {
            return;
        }
        let (Some(base), Some(index)) = (
            self.get(known.base),
            self.get(index).or(index.is_none().then_some(index)),
        ) else {
            return;
        };
        let lazy = |id: Id| body.flags(body.resolve(id)) & LAZY != 0;
        if lazy(base) || lazy(index) {
            return;
        }
        // The constant part of the index is in the place; the field must say the same.
        let mut field = body.pools.fields[known.field as usize];
        let Ok(offset) = i32::try_from(known.place.offset) else {
            return;
        };
        field.offset = offset;
        let field = body.pools.field(field);
        let mut op = load_op(known.place.access);
        if !index.is_none() {
            op = match op {
                Op::LoadInt => Op::LoadItemInt,
                Op::LoadFloat => Op::LoadItemFloat,
                Op::LoadVal => Op::LoadItemVal,
                _ => Op::LoadItemRef,
            };
        }
        let value = body.load(op, base, index, field);
        self.set(known.value, value);
        // What was boxed to be stored goes round unboxed.
        let stored = self.preamble.resolve(known.value);
        let tag = stored.as_inst().map_or(0, |at| {
            let op = self.preamble.insts[at].op;
            if op.ty() == Ty::Val { tag_of(op) } else { 0 }
        });
        if let Some((_, unbox, _)) = box_of(tag) {
            let test = match unbox {
                Op::UnboxInt => Op::IsInt,
                Op::UnboxFloat => Op::IsFloat,
                _ => Op::IsRef,
            };
            let holds = body.pure(test, value, Id::NONE);
            if body
                .guard(Op::GuardTrue, holds, Id::NONE, SnapshotId::NONE)
                .is_ok()
            {
                body.pure(unbox, value, Id::NONE);
            }
        }
    }
}
