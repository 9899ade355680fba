//! Single reads and writes of contexts, records and code blocks, which the rest of the driver is made of.

use coil_frame::{CodeBlock, Context, FrameRecord};
use coil_heap::Mutator;

/// The innermost record.
///
/// # Safety
/// The context is live.
pub(crate) unsafe fn top(cx: *mut Context) -> *mut FrameRecord {
    // SAFETY: by contract.
    unsafe { (*cx).frame_top }
}

/// A copy of the innermost record.
///
/// # Safety
/// The context is live, its innermost record complete.
pub(crate) unsafe fn innermost(cx: *mut Context) -> FrameRecord {
    // SAFETY: by contract.
    let record = unsafe { top(cx) };
    // SAFETY: by contract.
    unsafe { *record }
}

/// Drops the innermost record.
///
/// # Safety
/// As [`innermost`].
pub(crate) unsafe fn pop(cx: *mut Context) {
    // SAFETY: by contract.
    let context = unsafe { &mut *cx };
    context.frame_top = context.frame_top.wrapping_sub(1);
}

/// The context's allocator.
///
/// # Safety
/// The context is live and attached.
pub(crate) unsafe fn mutator<'a>(cx: *mut Context) -> &'a Mutator {
    // SAFETY: by contract.
    let mutator = unsafe { (*cx).mutator };
    // SAFETY: by contract.
    unsafe { &*mutator }
}

/// The word that a pc stands at.
///
/// # Safety
/// The code is live and the pc stands in it.
pub(crate) unsafe fn word_index(code: *const CodeBlock, pc: *const u64) -> u32 {
    // SAFETY: by contract.
    let code = unsafe { &*code };
    // SAFETY: by contract.
    unsafe { code.index_of(pc) }
}

/// The address of a word.
///
/// # Safety
/// The code is live.
pub(crate) unsafe fn word_at(code: *const CodeBlock, index: u32) -> *mut u64 {
    // SAFETY: by contract.
    let words = unsafe { (*code).words };
    words.wrapping_add(index as usize)
}

/// Sets the call counter of code.
///
/// # Safety
/// The code is live.
pub(crate) unsafe fn set_hot(code: *const CodeBlock, hot: u32) {
    // SAFETY: by contract.
    let counter = unsafe { &raw mut (*code.cast_mut()).hot };
    // SAFETY: the field is the toolkit's own.
    unsafe { counter.write(hot) };
}

/// Sets the compiled entry of code.
///
/// # Safety
/// The code is live.
pub(crate) unsafe fn set_entry(code: *const CodeBlock, entry: *const u8) {
    // SAFETY: by contract.
    let place = unsafe { &raw mut (*code.cast_mut()).entry };
    // SAFETY: the field is the toolkit's own.
    unsafe { place.write(entry) };
}

/// Registers of a window, by code.
///
/// # Safety
/// The code is live.
pub(crate) unsafe fn register_count(code: *const CodeBlock) -> usize {
    // SAFETY: by contract.
    usize::from(unsafe { (*code).register_count })
}
