//! Going through the references of one object, by its layout.

use crate::core::Core;
use crate::layout::{Compiled, far_refs, item_count};
use crate::roots::{Mode, Visitor};

/// What to do with each reference found.
pub(crate) trait Sink {
    /// How root sets and tracing functions are to treat slots for this sink.
    const MODE: Mode;

    /// The collector.
    fn core(&mut self) -> &mut Core;

    /// A slot that holds 0, a value or an object's address.
    ///
    /// # Safety
    /// The slot is readable and writable.
    unsafe fn slot(&mut self, slot: *mut u64);
}

/// Sends every reference of the object, its type included, to the sink.
///
/// # Safety
/// A live object of this layout stands at the address.
#[inline(always)]
pub(crate) unsafe fn scan_object<S: Sink>(sink: &mut S, layout: &Compiled, address: usize) {
    let words = std::ptr::with_exposed_provenance_mut::<u64>(address);
    let mut mask = layout.ref_mask;
    while mask != 0 {
        let index = mask.trailing_zeros() as usize;
        mask &= mask - 1;
        // SAFETY: L2, the layout names a field in word `index`.
        unsafe { sink.slot(words.wrapping_add(index)) };
    }
    if layout.items {
        // SAFETY: the layout is the object's.
        let count = unsafe { item_count(layout, address) };
        // SAFETY: the items follow the base.
        unsafe { scan_items(sink, address + layout.base, count) };
    }
    if layout.slow {
        // SAFETY: as the caller says.
        unsafe { scan_slow(sink, address) };
    }
}

/// Sends a run of slots to the sink.
///
/// # Safety
/// As many value slots stand at the address.
#[inline(always)]
pub(crate) unsafe fn scan_items<S: Sink>(sink: &mut S, start: usize, count: usize) {
    let items = std::ptr::with_exposed_provenance_mut::<u64>(start);
    for index in 0..count {
        // SAFETY: the caller says that the slot is there.
        unsafe { sink.slot(items.wrapping_add(index)) };
    }
}

#[inline(never)]
unsafe fn scan_slow<S: Sink>(sink: &mut S, address: usize) {
    // SAFETY: an object stands at the address.
    let id = unsafe { ((address + 6) as *const u16).read() };
    let layouts = sink.core().layouts;
    // SAFETY: the table outlives the core and does not change.
    let layout = unsafe { &*layouts }
        .get(coil_value::LayoutId(id))
        .expect("checked when the layout was looked up");
    for offset in far_refs(layout) {
        // SAFETY: L2.
        unsafe { sink.slot(std::ptr::with_exposed_provenance_mut(address + offset)) };
    }
    let mut visitor = Visitor {
        core: sink.core(),
        mode: S::MODE,
        phase_marker: std::marker::PhantomData,
    };
    for interior in &layout.interiors {
        let slot = std::ptr::with_exposed_provenance_mut(address + interior.offset);
        // SAFETY: L2.
        unsafe { visitor.interior_slot(slot, interior.adjust) };
    }
    if let Some(trace) = layout.trace {
        // SAFETY: the object has the layout that names the function.
        unsafe { trace(std::ptr::with_exposed_provenance_mut(address), &mut visitor) };
    }
}
