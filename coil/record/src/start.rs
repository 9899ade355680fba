//! Where a recording starts, and with which values.

use coil_frame::CodeBlock;
use coil_trace::{Field, NewObject, SnapshotFrame, Ty};

/// A value that a bridge starts with: a leaf of its parent's exit, by number, or a constant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SeedValue {
    /// A leaf of this type.
    Leaf(i32, Ty),
    /// A constant of the parent: type and bits.
    Const(Ty, u64),
    /// An int that is boxed when it leaves the trace, by leaf and present number.
    BoxInt(i32, i64),
    /// A float that is boxed when it leaves the trace, by leaf and present bits.
    BoxFloat(i32, u64),
    /// A reference that is a guest value when it leaves the trace.
    BoxRef(i32),
    /// A virtual object of the exit.
    Virtual(usize),
}

/// An object that does not exist yet in compiled code when the bridge starts (for the interpreter it has been made).
#[derive(Clone, PartialEq, Debug)]
pub struct StartVirtual {
    /// Kind.
    pub new: NewObject,
    /// Type pointer.
    pub ty: SeedValue,
    /// Fields with values.
    pub fields: Vec<(Field, SeedValue)>,
}

/// The state of the parent's exit.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct BridgeStart {
    /// Frames, outermost first. They exist as records by now, the last being the innermost.
    pub frames: Vec<SnapshotFrame>,
    /// Registers (and pseudo-slots of frames) and their values.
    pub slots: Vec<(i32, SeedValue)>,
    /// Virtual objects.
    pub virtuals: Vec<StartVirtual>,
}

/// What is recorded.
#[derive(Clone, PartialEq, Debug)]
pub enum Start {
    /// A loop, from after its header.
    Loop {
        /// Its code.
        code: *const CodeBlock,
        /// The word after its header.
        header: u32,
    },
    /// A function, from its first word.
    Function {
        /// Its code.
        code: *const CodeBlock,
    },
    /// A frame whose callee just returned, from after the call.
    Resume,
    /// From an exit of another trace.
    Bridge(BridgeStart),
}
