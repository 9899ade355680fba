//! The per-thread context that every machine, native function and piece of compiled code is handed.

use crate::record::FrameRecord;
use crate::stack::GuestStack;
use coil_heap::Mutator;
use std::io;
use std::ptr;
use std::sync::atomic::AtomicU32;

/// Reasons to leave compiled code at the next poll, as bits of `Context::events`.
#[derive(Debug)]
pub struct Events;

impl Events {
    /// Another thread wants to stop the world, or a collection is due at a safepoint.
    pub const SAFEPOINT: u32 = 1;
    /// A signal or an asynchronous exception is to be delivered.
    pub const INTERRUPT: u32 = 2;
    /// A watched cell changed: some trace is no longer valid.
    pub const INVALIDATED: u32 = 4;
    /// Frames of the running trace were made available and may have been written to.
    pub const FORCED: u32 = 8;
    /// Compiled code went beyond the heap limit where it could not raise: if there is still no memory, the language raises now.
    pub const NO_MEMORY: u32 = 16;
}

/// What a thread needs to run guest code. A language embeds it as the first field of its own `repr(C)` per-thread struct; it is
/// boxed once and never moves.
#[repr(C)]
#[derive(Debug)]
pub struct Context {
    /// The thread's allocator; null only before it is attached.
    pub mutator: *const Mutator,
    /// Polled by compiled code and at back-edges: not 0 = leave at this safepoint.
    pub events: AtomicU32,
    /// Nested runs of the interpreter on the native stack.
    pub native_depth: u32,
    /// The raised exception in boxed form, 0 if none.
    pub pending: u64,
    /// Innermost frame record.
    pub frame_top: *mut FrameRecord,
    /// Records must stay below this (the recursion limit lowers it).
    pub record_limit: *mut FrameRecord,
    /// Windows must end at or below this.
    pub register_limit: *mut u64,
    /// First register that a nested run or native code may use while compiled code runs: the end of all windows that the running
    /// trace may materialise. Null when no compiled code runs (then it follows from the innermost record).
    pub trace_top: *mut u64,
    /// Return address of the opaque call that compiled code is making, to find its snapshot; 0 when none.
    pub trace_return: usize,
    /// Where compiled code leaves what an exit needs: registers, in the backend's order.
    pub exit_gpr: [u64; 16],
    /// Float registers of an exit.
    pub exit_fpr: [u64; 16],
    /// The native stack pointer of the trace that was left (its spill area), for decoding.
    pub exit_sp: usize,
    /// Scratch words for the backend.
    pub scratch: [u64; 8],
    /// What a function returns that returns nothing, as the language has it.
    pub nothing: u64,
    /// The machines' per-thread state (`coil_machine::MachineState`).
    pub machine: *mut u8,
    /// The driver's per-thread state.
    pub jit: *mut u8,
    /// The stacks.
    pub stack: GuestStack,
}

impl Context {
    /// A context with empty stacks, not yet attached to a heap.
    ///
    /// # Errors
    /// When the system refuses to reserve the stacks.
    pub fn new() -> io::Result<Context> {
        let stack = GuestStack::new()?;
        Ok(Context {
            mutator: ptr::null(),
            events: AtomicU32::new(0),
            native_depth: 0,
            pending: 0,
            frame_top: stack.records(),
            record_limit: stack.record_limit(),
            register_limit: stack.register_limit(),
            trace_top: ptr::null_mut(),
            trace_return: 0,
            exit_gpr: [0; 16],
            exit_fpr: [0; 16],
            exit_sp: 0,
            scratch: [0; 8],
            nothing: 0,
            machine: ptr::null_mut(),
            jit: ptr::null_mut(),
            stack,
        })
    }
}

/// Offsets of [`Context`] fields.
pub mod context_offset {
    use super::Context;
    use std::mem::offset_of;
    /// `mutator`.
    pub const MUTATOR: usize = offset_of!(Context, mutator);
    /// `events`, a u32.
    pub const EVENTS: usize = offset_of!(Context, events);
    /// `pending`.
    pub const PENDING: usize = offset_of!(Context, pending);
    /// `frame_top`.
    pub const FRAME_TOP: usize = offset_of!(Context, frame_top);
    /// `trace_top`.
    pub const TRACE_TOP: usize = offset_of!(Context, trace_top);
    /// `trace_return`.
    pub const TRACE_RETURN: usize = offset_of!(Context, trace_return);
    /// `exit_gpr`.
    pub const EXIT_GPR: usize = offset_of!(Context, exit_gpr);
    /// `exit_fpr`.
    pub const EXIT_FPR: usize = offset_of!(Context, exit_fpr);
    /// `exit_sp`.
    pub const EXIT_SP: usize = offset_of!(Context, exit_sp);
    /// `scratch`.
    pub const SCRATCH: usize = offset_of!(Context, scratch);
    /// `nothing`.
    pub const NOTHING: usize = offset_of!(Context, nothing);
}
