//! What a label expects of whoever jumps to it.

use coil_trace::{Const, Field, NewObject, Op, SnapshotFrame};

/// An operand in a label's header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StateArg {
    /// None.
    None,
    /// Header value.
    Value(u32),
    /// Constant.
    Const(Const),
}

/// One header value. The first [`LabelState::leaves`] of them are phis that the slots give; the others are computed, loaded or guarded from
/// those before them, in order: the short preamble.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeaderInst {
    /// A phi op for leaves, else what to do; `nop` for numbers that are not used.
    pub op: Op,
    /// Operands.
    pub args: [StateArg; 3],
    /// For loads.
    pub field: Option<Field>,
}

/// What a label expects in a register of the window, or in a field of a virtual object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// This constant.
    Const(Const),
    /// Anything of the right type; it becomes this leaf.
    Plain(u32),
    /// An int in a guest value, unboxed into this leaf.
    Int(u32),
    /// A float in a guest value, unboxed into this leaf.
    Float(u32),
    /// A reference in a guest value, unboxed into this leaf.
    Ref(u32),
    /// A virtual object.
    Virtual(u32),
}

/// A virtual object that a label takes apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExpectVirtual {
    /// Its kind.
    pub new: NewObject,
    /// Its type pointer.
    pub ty: Const,
    /// Its fields; others are zero.
    pub fields: Vec<(Field, Expect)>,
}

/// The state in which a label can be entered. The driver keeps it with the compiled trace, for bridges.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LabelState {
    /// Index of the label in its trace.
    pub label: u32,
    /// The root frame at the label.
    pub frame: SnapshotFrame,
    /// How many header values the slots give.
    pub leaves: u32,
    /// Header values.
    pub header: Vec<HeaderInst>,
    /// Registers of the window that the trace keeps in phis, ascending. Memory need not hold them; others it does.
    pub slots: Vec<(i32, Expect)>,
    /// Virtual objects.
    pub virtuals: Vec<ExpectVirtual>,
    /// For each phi of the label, in order, its header value.
    pub phis: Vec<u32>,
}

/// Where the optimiser learns how other traces can be entered.
pub trait LinkTargets {
    /// The labels of a trace at the place where links to it go, the best first.
    fn labels(&self, target: u32) -> &[LabelState];

    /// Other traces of the same place, whose labels may fit where the target's do not.
    fn versions(&self, _target: u32) -> &[u32] {
        &[]
    }
}

/// No other trace can be entered but through memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTargets;

impl LinkTargets for NoTargets {
    fn labels(&self, _target: u32) -> &[LabelState] {
        &[]
    }
}
