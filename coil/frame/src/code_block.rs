//! The part of a code object that the toolkit knows.

/// A block of bytecode with what execution, recording and the collector need. The language embeds it in (or points to it from) its
/// own code object; its address identifies the code in snapshots and frame records, so it never moves.
#[repr(C)]
#[derive(Debug)]
pub struct CodeBlock {
    /// The instruction words; cache words among them are written at run time.
    pub words: *mut u64,
    /// Constants in boxed form.
    pub consts: *const u64,
    /// Native entry of the function trace, or null.
    pub entry: *const u8,
    /// Registers that hold values when a word starts, by word.
    pub depth: *const u16,
    /// Number of words.
    pub word_count: u32,
    /// Calls until a function trace is recorded; counts up.
    pub hot: u32,
    /// Window size.
    pub register_count: u16,
    /// Registers that are named locals (always live).
    pub named_count: u16,
    /// Language flags.
    pub flags: u32,
    /// The language's own code object.
    pub owner: *const u8,
}

/// Offsets of [`CodeBlock`] fields.
pub mod code_offset {
    use super::CodeBlock;
    use std::mem::offset_of;
    /// `words`.
    pub const WORDS: usize = offset_of!(CodeBlock, words);
    /// `consts`.
    pub const CONSTS: usize = offset_of!(CodeBlock, consts);
    /// `entry`.
    pub const ENTRY: usize = offset_of!(CodeBlock, entry);
}

impl CodeBlock {
    /// How many registers hold values for a frame whose record has this `pc` (invariant F1).
    ///
    /// # Safety
    /// `pc` points into this block's words, after an instruction.
    #[inline]
    pub unsafe fn live_registers(&self, pc: *const u64) -> usize {
        // SAFETY: the caller promises that `pc` belongs to `words`.
        let next = unsafe { pc.offset_from(self.words) };
        let at = usize::try_from(next - 1).unwrap_or(0);
        debug_assert!(at < self.word_count as usize, "pc inside its code block");
        // SAFETY: `depth` has `word_count` entries.
        let place = unsafe { self.depth.add(at) };
        // SAFETY: as above.
        usize::from(unsafe { *place })
    }

    /// The same for the pc before the word at an index, which is not 0.
    ///
    /// # Safety
    /// An instruction of this block ends before that word.
    #[inline]
    pub unsafe fn live_before(&self, index: u32) -> usize {
        debug_assert!(
            index > 0 && index <= self.word_count,
            "after an instruction of the code block"
        );
        // SAFETY: `depth` has `word_count` entries.
        let place = unsafe { self.depth.add(index as usize - 1) };
        // SAFETY: as above.
        usize::from(unsafe { *place })
    }

    /// The index of the word `pc` points to.
    ///
    /// # Safety
    /// `pc` points into this block's words or just past them.
    #[inline]
    pub unsafe fn index_of(&self, pc: *const u64) -> u32 {
        // SAFETY: the caller promises that `pc` belongs to `words`.
        let index = unsafe { pc.offset_from(self.words) };
        debug_assert!(
            (0..=self.word_count as isize).contains(&index),
            "pc inside its code block"
        );
        index as u32
    }
}
