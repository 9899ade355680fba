//! What the collector must know of a context and of compiled code.

use crate::jit::Jit;
use coil_frame::{Context, FrameRecord};
use coil_heap::{Phase, RootSet, Visitor};
use coil_machine::MachineState;
use coil_value::Value;
use std::cell::Cell;

/// Registers and frame records, the pending exception, what caches keep, and constants of traces.
pub(crate) struct ContextRoots {
    pub(crate) cx: *mut Context,
    pub(crate) jit: *mut Jit,
    /// How many of the objects that caches keep, and of the traces, the last minor collection has seen: they are old now.
    pub(crate) seen: Cell<(usize, usize)>,
}

impl ContextRoots {
    fn records(&self) -> &[FrameRecord] {
        // SAFETY: the context lives as long as the roots are registered (J1), its thread is stopped.
        let cx = unsafe { &*self.cx };
        let first = cx.stack.records();
        let count = cx.frame_top.addr().wrapping_sub(first.addr()) / size_of::<FrameRecord>();
        // The record below the first is a sentinel that nothing reads.
        // SAFETY: records from the first to `frame_top` are complete.
        unsafe { std::slice::from_raw_parts(first, count + 1) }
    }
}

/// The register that a frame's callee will write its result to: until then compiled code leaves anything in it.
fn awaited(record: &FrameRecord, callee: Option<&FrameRecord>) -> Option<isize> {
    let callee = callee.filter(|callee| callee.kind != FrameRecord::ROOT)?;
    // SAFETY: code of records is live.
    let named = unsafe { (*record.code).named_count };
    (callee.result >= named).then_some(callee.result as isize)
}

// SAFETY: the slots reported are the registers below each frame's live count and words of the context, all values or 0 (F2).
unsafe impl RootSet for ContextRoots {
    fn trace(&self, visitor: &mut Visitor<'_>, _phase: Phase) {
        let records = self.records();
        for (number, record) in records.iter().enumerate() {
            if record.code.is_null() {
                continue;
            }
            // SAFETY: a record up to `frame_top` is complete.
            let live = unsafe { live_registers(record) };
            let base = record.base;
            let awaited = awaited(record, records.get(number + 1));
            for register in -1..live as isize {
                if awaited == Some(register) {
                    continue;
                }
                // SAFETY: a live register (F2).
                unsafe { visitor.fleeting_slot(base.wrapping_offset(register)) };
            }
            let word = (&raw const record.extra).cast_mut();
            // SAFETY: the frame's language word is a value or 0.
            unsafe { visitor.slot(word) };
        }
        // SAFETY: as in `records`.
        let pending = unsafe { &raw mut (*self.cx).pending };
        // SAFETY: a value or 0.
        unsafe { visitor.slot(pending) };
    }

    fn dead_stack(&self, report: &mut dyn FnMut(usize, usize)) {
        // SAFETY: J1; no reference to the driver is held while guest code runs or the heap collects.
        let jit = unsafe { &*self.jit };
        for run in &jit.running {
            run.dead_stack(jit.spill_extent, report);
        }
    }

    fn pins(&self, visitor: &mut Visitor<'_>, phase: Phase) {
        // SAFETY: as in `records`.
        let state = unsafe { MachineState::of(self.cx) };
        let (kept_from, traces_from) = match phase {
            Phase::Minor => self.seen.get(),
            Phase::Full => (0, 0),
        };
        let kept = &state.caches.kept[kept_from..];
        for bits in kept {
            // SAFETY: caches keep values.
            if let Some(value) = unsafe { Value::from_bits(*bits) } {
                visitor.pin(value);
            }
        }
        if let Some(result) = state.result {
            visitor.pin(result);
        }
        // SAFETY: J1; no reference to the driver is held while guest code runs or the heap collects.
        let jit = unsafe { &*self.jit };
        jit.kept(traces_from, &mut |words| {
            let range = words.as_ptr_range();
            // SAFETY: words of a vector.
            unsafe { visitor.conservative_range(range.start.addr(), range.end.addr()) };
        });
        if phase == Phase::Minor {
            self.seen
                .set((state.caches.kept.len(), jit.table.complete()));
        }
        let records = self.records();
        for (record, callee) in records.iter().zip(&records[1..]) {
            if record.code.is_null() {
                continue;
            }
            if let Some(register) = awaited(record, Some(callee)) {
                let word = record.base.wrapping_offset(register).addr();
                // SAFETY: a register of the window.
                unsafe { visitor.fleeting_range(word, word + 8) };
            }
        }
        // Above what their records say is live, windows of running traces and of calls they inline may hold more.
        for record in jit.running_roots() {
            // SAFETY: a record of this context.
            let record = unsafe { &*record };
            if record.code.is_null() {
                continue;
            }
            // SAFETY: a record up to `frame_top` is complete.
            let live = unsafe { live_registers(record) };
            let start = record.base.wrapping_add(live).addr();
            let end = record.base.wrapping_add(jit.window_extent).addr();
            // SAFETY: the windows that traces use fit the stack and its slack.
            unsafe { visitor.fleeting_range(start, end.max(start)) };
        }
    }
}

/// Registers of a frame that hold values.
///
/// # Safety
/// The record is complete.
pub(crate) unsafe fn live_registers(record: &FrameRecord) -> usize {
    // SAFETY: code of records is live.
    let code = unsafe { &*record.code };
    // SAFETY: a record's pc belongs to its code (F1).
    let temporaries = unsafe { code.live_registers(record.pc) };
    temporaries.max(usize::from(code.named_count))
}

/// Whether a word may be the address of an object.
pub(crate) fn may_be_object(bits: u64) -> bool {
    // SAFETY: only looked at as bits.
    unsafe { Value::from_bits(bits) }.is_some_and(Value::is_ref)
}
