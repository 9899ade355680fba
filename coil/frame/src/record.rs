//! Frame records: the links between guest frames.

use crate::code_block::CodeBlock;

/// One guest frame. Records lie on the record stack, callers below callees; `Context::frame_top` points at the innermost.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FrameRecord {
    /// What it runs.
    pub code: *const CodeBlock,
    /// Where it stands (invariant F1); for the running frame only as fresh as the last call or opaque call.
    pub pc: *const u64,
    /// First register of its window. The register before it holds the function (or generator) that runs.
    pub base: *mut u64,
    /// Compiled code to go on with when a callee returns to this frame, or null for the interpreter.
    pub resume: *const u8,
    /// Register of the caller's window that receives the result.
    pub result: u16,
    /// The language's kind of frame: how its result is delivered. 0 is a plain call; [`FrameRecord::ROOT`] returns to native code.
    pub kind: u16,
    /// How many minor collections have seen the frame below, the caller's, as it stands: pushing a record makes it 0, so it counts
    /// from when the caller last ran. Stays at [`FrameRecord::SETTLED`]. Callers' records hold no less than their callees'.
    pub scans: u32,
    /// The language's per-frame word (for example the exception being handled in the frame's caller, or a frame object); scanned as a value.
    pub extra: u64,
}

impl FrameRecord {
    /// Kind of the outermost frame of a run: its result goes to the native caller of the interpreter.
    pub const ROOT: u16 = u16::MAX;
    /// Kind of a frame whose `extra` is its result, as long as it returns [`Context::nothing`](crate::Context::nothing) (that initialises an object);
    /// what else it returns is the language's business.
    pub const INIT: u16 = u16::MAX - 1;
    /// After so many minor collections a frame that has not run holds nothing young: the first makes small objects old, the second
    /// large ones, which may stay young once.
    pub const SETTLED: u32 = 2;
}

/// Offsets of [`FrameRecord`] fields.
pub mod record_offset {
    use super::FrameRecord;
    use std::mem::{offset_of, size_of};
    /// `code`.
    pub const CODE: usize = offset_of!(FrameRecord, code);
    /// `pc`.
    pub const PC: usize = offset_of!(FrameRecord, pc);
    /// `base`.
    pub const BASE: usize = offset_of!(FrameRecord, base);
    /// `resume`.
    pub const RESUME: usize = offset_of!(FrameRecord, resume);
    /// `result`, a u16.
    pub const RESULT: usize = offset_of!(FrameRecord, result);
    /// `kind`, a u16.
    pub const KIND: usize = offset_of!(FrameRecord, kind);
    /// `scans`, a u32.
    pub const SCANS: usize = offset_of!(FrameRecord, scans);
    /// `extra`.
    pub const EXTRA: usize = offset_of!(FrameRecord, extra);
    /// Size of a record.
    pub const SIZE: usize = size_of::<FrameRecord>();
}
