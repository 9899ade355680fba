//! One forward pass: the values it has emitted and what is known of them.
//!
//! The rest of the pass lives beside this file by concern: `simplify` (pure ops), `boxes`, `guard`, `memory` (loads, stores, calls),
//! `object` (virtual objects), `exit`, `record` (the walk over the recorded trace), `enter` (edges to labels).

use crate::memory::Heap;
use crate::object::Virtual;
use crate::pools::Pools;
use crate::range::Range;
use crate::strengthen::Weak;
use crate::table::{Key, Table};
use crate::{AbortReason, Options};
use coil_trace::{Exit, Id, Inst, Op, SnapshotFrame, SnapshotId, Trace, Ty};

/// Possible kinds of a guest value, as bits.
pub(crate) mod tag {
    pub(crate) const INT: u8 = 1;
    pub(crate) const FLOAT: u8 = 2;
    pub(crate) const REF: u8 = 4;
    /// The null of an unset register.
    pub(crate) const NULL: u8 = 8;
    pub(crate) const ALL: u8 = 15;
}

/// Not an instruction of the output: a box or object that exists in exits only, unless it is forced.
pub(crate) const LAZY: u8 = 1;
/// A reference that is not null.
pub(crate) const NONNULL: u8 = 2;
/// A guest value that was in memory: if an int, then an inline one.
pub(crate) const INLINE: u8 = 4;

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Info {
    /// Of ints.
    pub(crate) range: Range,
    /// What is used instead from now on.
    pub(crate) replacement: Id,
    /// Number of the virtual object plus 1.
    pub(crate) object: u32,
    pub(crate) flags: u8,
    /// Of guest values.
    pub(crate) tags: u8,
}

impl Info {
    const NEW: Info = Info {
        range: Range::ALL,
        replacement: Id::NONE,
        object: 0,
        flags: 0,
        tags: tag::ALL,
    };
}

/// What guards do that cannot be removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// They leave by the exit of this recorded snapshot, or the one given.
    Normal,
    /// They are assumed: a label's header says that they hold.
    Header,
    /// They are not emitted but make the attempt fail (`unproven`): the back-edge of a loop.
    BackEdge,
}

/// A pass.
#[derive(Debug)]
pub(crate) struct Pass<'t> {
    pub(crate) rec: &'t Trace,
    pub(crate) options: &'t Options,
    pub(crate) pools: Pools,
    pub(crate) insts: Vec<Inst>,
    pub(crate) infos: Vec<Info>,
    pub(crate) call_args: Vec<Id>,
    pub(crate) exits: Vec<Exit>,
    /// For each recorded instruction its value.
    pub(crate) map: Vec<Id>,
    pub(crate) cse: Table,
    pub(crate) heap: Heap,
    pub(crate) objects: Vec<Virtual>,
    /// For each recorded snapshot the exit made of it and the epoch in which that was.
    pub(crate) exit_of: Vec<(u32, u32)>,
    /// Counts changes of virtual objects: exits made before one are not valid after it.
    pub(crate) epoch: u32,
    /// Registers that memory does not hold, by slot: those of the label this pass started from.
    pub(crate) env: Vec<(i32, Id)>,
    /// The frame of that label.
    pub(crate) start_frame: Option<SnapshotFrame>,
    /// State in which execution can go on when memory is refused.
    pub(crate) last_snapshot: SnapshotId,
    pub(crate) mode: Mode,
    /// Labels are entered only by values that are known to be of the kinds they expect.
    pub(crate) exact: bool,
    /// Header instructions that did not hold at the back-edge, set by `enter`.
    pub(crate) unproven: Vec<usize>,
    pub(crate) header_at: usize,
    /// A virtual object was forced that the label expects to be virtual.
    pub(crate) pinned_forced: bool,
    pub(crate) scratch: Vec<u32>,
    /// Guards that later ones on the same value may make superfluous.
    pub(crate) weak: Vec<Weak>,
}

impl<'t> Pass<'t> {
    pub(crate) fn new(rec: &'t Trace, options: &'t Options, pools: Pools) -> Pass<'t> {
        let size = rec.insts.len();
        Pass {
            rec,
            options,
            pools,
            insts: Vec::with_capacity(size + size / 2),
            infos: Vec::with_capacity(size + size / 2),
            call_args: Vec::with_capacity(rec.call_args.len()),
            exits: Vec::new(),
            map: vec![Id::NONE; size],
            cse: Table::new(size),
            heap: Heap::default(),
            objects: Vec::new(),
            exit_of: vec![(u32::MAX, 0); rec.snapshots.len()],
            epoch: 0,
            env: Vec::new(),
            start_frame: None,
            last_snapshot: SnapshotId::NONE,
            mode: Mode::Normal,
            exact: false,
            unproven: Vec::new(),
            header_at: usize::MAX,
            pinned_forced: false,
            scratch: Vec::new(),
            weak: Vec::new(),
        }
    }

    /// Appends an instruction.
    pub(crate) fn push(&mut self, op: Op, args: [Id; 3], extra: u32) -> Id {
        self.insts.push(Inst {
            op,
            args,
            extra,
            first_arg: 0,
            snapshot: SnapshotId::NONE,
        });
        self.infos.push(Info::NEW);
        Id::inst(self.insts.len() - 1)
    }

    /// What stands for the value now.
    pub(crate) fn resolve(&self, mut id: Id) -> Id {
        while let Some(at) = id.as_inst() {
            let replacement = self.infos[at].replacement;
            if replacement.is_none() {
                break;
            }
            id = replacement;
        }
        id
    }

    /// What stands for a recorded operand.
    pub(crate) fn mapped(&self, id: Id) -> Id {
        match (id.as_inst(), id.as_const()) {
            (Some(at), _) => self.resolve(self.map[at]),
            (_, Some(at)) => self.pools.const_map[at],
            _ => Id::NONE,
        }
    }

    /// From now on `new` stands for `old`.
    pub(crate) fn replace(&mut self, old: Id, new: Id) {
        let (old, new) = (self.resolve(old), self.resolve(new));
        if let (Some(at), true) = (old.as_inst(), old != new) {
            self.infos[at].replacement = new;
        }
    }

    pub(crate) fn bits(&self, id: Id) -> Option<u64> {
        self.pools.bits(id)
    }

    pub(crate) fn bool(&mut self, value: bool) -> Id {
        self.pools.constant(Ty::Bool, u64::from(value))
    }

    /// A constant bool's value.
    pub(crate) fn known(&self, id: Id) -> Option<bool> {
        self.bits(self.resolve(id)).map(|bits| bits != 0)
    }

    pub(crate) fn ty(&self, id: Id) -> Ty {
        match (id.as_inst(), id.as_const()) {
            (Some(at), _) => self.insts[at].op.ty(),
            (_, Some(at)) => self.pools.consts[at].ty,
            _ => Ty::Void,
        }
    }

    pub(crate) fn range(&self, id: Id) -> Range {
        match id.as_inst() {
            Some(at) => self.infos[at].range,
            None => self
                .bits(id)
                .map_or(Range::ALL, |bits| Range::one(bits.cast_signed())),
        }
    }

    pub(crate) fn flags(&self, id: Id) -> u8 {
        id.as_inst().map_or(0, |at| self.infos[at].flags)
    }

    pub(crate) fn set_flags(&mut self, id: Id, flags: u8) {
        if let Some(at) = id.as_inst() {
            self.infos[at].flags |= flags;
        }
    }

    /// The instruction that defines a value, if it is of this op.
    pub(crate) fn by(&self, id: Id, op: Op) -> Option<&Inst> {
        let inst = &self.insts[id.as_inst()?];
        (inst.op == op).then_some(inst)
    }

    pub(crate) fn find(&self, op: Op, a: Id, b: Id) -> Option<Id> {
        let key = Key { op, a, b, extra: 0 };
        self.cse.find(key).map(|id| self.resolve(id))
    }

    pub(crate) fn remember(&mut self, op: Op, a: Id, b: Id, value: Id) {
        let key = Key { op, a, b, extra: 0 };
        self.cse.insert(key, value);
    }
}

/// The result of a step of a pass.
pub(crate) type Step<T = ()> = Result<T, AbortReason>;
