//! How the interpreter's state is rebuilt when a trace is left.
//!
//! While recording, a [`Snapshot`] maps registers of the guest windows to values. Snapshots of inlined calls chain to the
//! snapshot of their caller at the call, so that guards share them. The optimiser turns the snapshots that are still used
//! into flat [`Exit`]s, where values may be boxes to be made or virtual objects.

use crate::id::Id;

/// Number of a snapshot in `Trace::snapshots`, or of an exit in `Compiled::exits`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SnapshotId(pub u32);

impl SnapshotId {
    /// None.
    pub const NONE: SnapshotId = SnapshotId(u32::MAX);
}

/// Pseudo-slots of snapshots that hold the language word of an inlined frame start here.
const EXTRA_BASE: i32 = i32::MIN;

/// The pseudo-slot of the language word of frame number `frame` of a snapshot (the root is 0 and has none).
pub fn extra_slot(frame: usize) -> i32 {
    EXTRA_BASE + i32::try_from(frame).expect("few frames are inlined")
}

/// Below a window stands the function that runs in it.
pub const FUNCTION_SLOT: i32 = -1;

/// Alias class of registers of the window that are read from memory.
pub const WINDOW_ALIAS: u32 = u32::MAX - 4;

/// The pseudo-slot that marks a state in which the pending exception is to be unwound, not execution to go on.
pub const UNWINDING_SLOT: i32 = EXTRA_BASE;

/// The frame whose language word a pseudo-slot holds; none for registers.
pub fn extra_frame(slot: i32) -> Option<usize> {
    let frame = slot.wrapping_sub(EXTRA_BASE);
    (1..1 << 20).contains(&frame).then_some(frame as usize)
}

/// One guest frame of a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SnapshotFrame {
    /// Address of the frame's `CodeBlock`.
    pub code: usize,
    /// Word at which execution goes on in this frame (for callers: after the call).
    pub pc: u32,
    /// First register of the frame's window, counted from the root frame's (the root's is 0).
    pub base: u32,
    /// Register (within the frame below it, the caller) that receives the result; meaningless for the root.
    pub result: u16,
    /// The language's kind of frame (plain call, constructor, generator, ...).
    pub kind: u16,
}

/// The state at one point of a trace as recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// State of the calling frames, if this frame was inlined.
    pub parent: Option<SnapshotId>,
    /// Whether guards that leave by it have decided a branch: execution goes on behind the instruction, where otherwise it starts the
    /// instruction again.
    pub decided: bool,
    /// The innermost frame.
    pub frame: SnapshotFrame,
    /// Registers of the innermost frame, by slot counted from the root window's first register, and their values (Val). A slot that
    /// is not listed and not covered by a parent keeps what memory holds.
    pub slots: Vec<(i32, Id)>,
}

/// A value to be written when a trace is left.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExitValue {
    /// A value of the trace (or constant) of type Val, or, as a field of a virtual object, of the field's type.
    Plain(Id),
    /// Box this int.
    BoxInt(Id),
    /// Box this float.
    BoxFloat(Id),
    /// Box this reference.
    BoxRef(Id),
    /// A virtual object of the exit, to be made (once, however often it is named).
    Virtual(u32),
}

/// An object that exists only in exits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VirtualObject {
    /// `Trace::news` index.
    pub new: u32,
    /// Its type pointer.
    pub ty: Id,
    /// Fields written so far: `Trace::fields` index and value. Others are zero.
    pub fields: Vec<(u32, ExitValue)>,
}

/// The flat description of how to leave compiled code at one point.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Exit {
    /// Frames, outermost (root) first.
    pub frames: Vec<SnapshotFrame>,
    /// Registers to write, by slot from the root window's first register.
    pub slots: Vec<(i32, ExitValue)>,
    /// Virtual objects.
    pub virtuals: Vec<VirtualObject>,
}
