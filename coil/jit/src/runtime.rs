//! Native functions behind the slow paths of compiled code.

use coil_backend::Runtime;
use coil_frame::Context;
use coil_heap::{coil_alloc_slow, coil_log_slot, coil_write_barrier};
use coil_machine::MachineState;

/// No memory for a number's box, and no place where an exception could be raised: the end of the process, with a message.
#[cold]
fn no_memory() -> ! {
    coil_options::Sink::Stderr.write("fatal: no memory for a boxed number in compiled code\n");
    std::process::abort()
}

unsafe extern "C" fn box_int(cx: *mut Context, int: i64) -> u64 {
    // SAFETY: compiled code passes its context; no other reference to the state is in use.
    let hook = unsafe { MachineState::of(cx) }.hooks.box_int;
    let bits = hook(cx, int);
    if bits == 0 {
        no_memory();
    }
    bits
}

unsafe extern "C" fn box_float(cx: *mut Context, bits: u64) -> u64 {
    // SAFETY: as above.
    let hook = unsafe { MachineState::of(cx) }.hooks.box_float;
    let bits = hook(cx, f64::from_bits(bits));
    if bits == 0 {
        no_memory();
    }
    bits
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
