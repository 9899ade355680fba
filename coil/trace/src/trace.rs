//! Traces as recorded and as compiled.

use crate::descriptor::{Call, Field, NewObject};
use crate::id::{Const, Id, Ty};
use crate::op::{Effect, Op};
use crate::snapshot::{Exit, Snapshot, SnapshotId};

/// One instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inst {
    /// What to do.
    pub op: Op,
    /// Operands; `Id::NONE` beyond the op's arity. For calls `args[0]` is unused and operands are `call_args[first..][..params]`
    /// with `first` in [`Inst::first_arg`].
    pub args: [Id; 3],
    /// Descriptor, by `Op::descriptor`.
    pub extra: u32,
    /// For calls: first operand in `call_args`.
    pub first_arg: u32,
    /// For ops with one: the snapshot (in a `Compiled`: the exit).
    pub snapshot: SnapshotId,
}

/// How a recorded trace ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// Back to its own start; the snapshot is the state there (one frame, pc = the loop header).
    Loop(SnapshotId),
    /// Goes on in another trace's code at a loop header or function entry; the snapshot is the state there.
    Link {
        /// The driver's number of the target trace.
        target: u32,
        /// State at the jump.
        snapshot: SnapshotId,
    },
    /// Leaves to the interpreter (or, through the frame records, to whatever compiled code the driver finds there) in this state.
    Exit(SnapshotId),
    /// The root frame returns this value: pops its frame record and goes on in the caller.
    Return(Id),
    /// Suspends the root frame: its caller gets this value as that of a plain call, whatever kind of frame it is.
    Yield(Id),
}

/// A trace as recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace {
    /// Constants.
    pub consts: Vec<Const>,
    /// Instructions.
    pub insts: Vec<Inst>,
    /// Operands of calls.
    pub call_args: Vec<Id>,
    /// Field descriptors.
    pub fields: Vec<Field>,
    /// Call descriptors.
    pub calls: Vec<Call>,
    /// Object descriptors.
    pub news: Vec<NewObject>,
    /// Snapshots.
    pub snapshots: Vec<Snapshot>,
    /// For each input its slot: the register of the root window it is read from (loop and function traces), or the number of the parent
    /// exit's location it starts from (bridges).
    pub inputs: Vec<i32>,
    /// How it ends.
    pub end: End,
}

impl Trace {
    /// An empty trace.
    pub fn new() -> Trace {
        Trace {
            consts: Vec::new(),
            insts: Vec::new(),
            call_args: Vec::new(),
            fields: Vec::new(),
            calls: Vec::new(),
            news: Vec::new(),
            snapshots: Vec::new(),
            inputs: Vec::new(),
            end: End::Exit(SnapshotId::NONE),
        }
    }

    /// The type of a value.
    pub fn ty_of(&self, id: Id) -> Ty {
        match (id.as_inst(), id.as_const()) {
            (Some(at), _) => self.insts[at].op.ty(),
            (_, Some(at)) => self.consts[at].ty,
            _ => Ty::Void,
        }
    }

    /// The operands of an instruction.
    pub fn operands<'a>(&'a self, inst: &'a Inst) -> &'a [Id] {
        operands_of(inst, &self.calls, &self.call_args)
    }
}

impl Default for Trace {
    fn default() -> Self {
        Trace::new()
    }
}

/// A point of compiled code that jumps can go to. The instructions from `at` on start with its phis, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Index of its first phi (or first instruction, without phis).
    pub at: u32,
    /// Number of phis.
    pub phis: u32,
    /// What the phis are when the label is reached from the instruction before it.
    pub entry: Vec<Id>,
}

/// How compiled code ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CompiledEnd {
    /// Jumps to a label of this trace.
    Jump {
        /// Index of the label.
        label: u32,
        /// Its phis.
        args: Vec<Id>,
    },
    /// Jumps to a label of another trace, whose phis are given.
    Link {
        /// The driver's number of the target trace.
        target: u32,
        /// Index of its label.
        label: u32,
        /// Its phis.
        args: Vec<Id>,
    },
    /// Writes the state of the exit to memory and jumps to another trace's start, which reads it from there.
    Enter {
        /// The driver's number of the target trace.
        target: u32,
        /// State.
        exit: SnapshotId,
    },
    /// Leaves by the exit.
    Exit(SnapshotId),
    /// Returns this value from the root frame.
    Return(Id),
    /// Suspends the root frame: its caller gets this value as that of a plain call.
    Yield(Id),
}

/// An optimised trace, ready for a backend: same instructions, snapshots replaced by exits, loops as labels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compiled {
    /// Constants, instructions, descriptors and inputs; `snapshots` is empty and `end` meaningless.
    pub trace: Trace,
    /// Labels by ascending place.
    pub labels: Vec<Label>,
    /// Exits.
    pub exits: Vec<Exit>,
    /// How it ends.
    pub end: CompiledEnd,
}

fn operands_of<'a>(inst: &'a Inst, calls: &[Call], call_args: &'a [Id]) -> &'a [Id] {
    if inst.op.effect() == Effect::Call {
        let count = calls[inst.extra as usize].params.len();
        &call_args[inst.first_arg as usize..][..count]
    } else {
        &inst.args[..inst.op.arity()]
    }
}
