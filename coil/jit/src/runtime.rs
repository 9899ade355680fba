//! Native functions behind the slow paths of compiled code.

use crate::raw;
use coil_backend::Runtime;
use coil_frame::{Context, Events};
use coil_heap::{coil_alloc_slow, coil_log_slot, coil_write_barrier};
use coil_machine::MachineState;
use std::sync::atomic::Ordering::Relaxed;

/// How far what cannot fail may go beyond the heap limit before the program gets to know of it.
const RESERVE_BYTES: usize = 4 << 20;

/// Performs an allocation that no exception can be raised for, since there is no state to go back to. Beyond the heap limit it goes through
/// nevertheless, and the language is told at the next poll ([`Events::NO_MEMORY`]). Only a system without memory ends the process.
///
/// # Safety
/// The context is attached, and no reference to its parts is in use.
#[inline]
pub(crate) unsafe fn without_fail<R>(
    cx: *mut Context,
    mut attempt: impl FnMut() -> Option<R>,
) -> R {
    match attempt() {
        Some(result) => result,
        // SAFETY: by contract.
        None => unsafe { beyond_limit(cx, &mut attempt) },
    }
}

#[cold]
unsafe fn beyond_limit<R>(cx: *mut Context, attempt: &mut dyn FnMut() -> Option<R>) -> R {
    // SAFETY: by the contract of `without_fail`.
    let mutator = unsafe { raw::mutator(cx) };
    let Some(result) = mutator.beyond_limit(RESERVE_BYTES, attempt) else {
        coil_options::Sink::Stderr.write("fatal: no memory for objects of compiled code\n");
        std::process::abort()
    };
    // SAFETY: by contract.
    unsafe { &(*cx).events }.fetch_or(Events::NO_MEMORY, Relaxed);
    result
}

/// The box of a number, from a hook that leaves an exception pending when it fails.
///
/// # Safety
/// As [`without_fail`].
pub(crate) unsafe fn boxed(cx: *mut Context, hook: impl Fn() -> u64) -> u64 {
    let attempt = || {
        // SAFETY: by contract.
        let pending = unsafe { (*cx).pending };
        let bits = hook();
        if bits == 0 {
            // NO-BARRIER: root.
            // SAFETY: by contract.
            unsafe { (*cx).pending = pending };
        }
        (bits != 0).then_some(bits)
    };
    // SAFETY: by contract.
    unsafe { without_fail(cx, attempt) }
}

unsafe extern "C" fn box_int(cx: *mut Context, int: i64) -> u64 {
    // SAFETY: compiled code passes its context; no other reference to the state is in use.
    let hook = unsafe { MachineState::of(cx) }.hooks.box_int;
    // SAFETY: as above.
    unsafe { boxed(cx, || hook(cx, int)) }
}

unsafe extern "C" fn box_float(cx: *mut Context, bits: u64) -> u64 {
    // SAFETY: as above.
    let hook = unsafe { MachineState::of(cx) }.hooks.box_float;
    // SAFETY: as above.
    unsafe { boxed(cx, || hook(cx, f64::from_bits(bits))) }
}

unsafe extern "C" fn alloc(cx: *mut Context, layout: u64, ty: u64, size: u64) -> *mut u8 {
    // SAFETY: compiled code passes its context.
    let mutator = unsafe { (*cx).mutator };
    // SAFETY: attached; compiled code passes what `New` says.
    let object = unsafe { coil_alloc_slow(mutator.cast_mut(), layout as u32, ty, size as usize) };
    object.cast()
}

unsafe extern "C" fn write_barrier(cx: *mut Context, object: *mut u8) {
    // SAFETY: compiled code passes its context.
    let mutator = unsafe { (*cx).mutator };
    // SAFETY: an object that a trace stores to.
    unsafe { coil_write_barrier(mutator.cast_mut(), object.cast()) };
}

unsafe extern "C" fn log_slot(cx: *mut Context, object: *mut u8, slot: *mut u64) {
    // SAFETY: compiled code passes its context.
    let mutator = unsafe { (*cx).mutator };
    // SAFETY: an object that a trace stores to, and the slot.
    unsafe { coil_log_slot(mutator.cast_mut(), object.cast(), slot) };
}

pub(crate) const RUNTIME: Runtime = Runtime {
    box_int,
    box_float,
    alloc,
    write_barrier,
    log_slot,
};
