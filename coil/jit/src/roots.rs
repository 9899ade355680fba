//! What the collector must know of a context and of compiled code.
//!
//! Minor collections leave out frames that are settled: a frame that has not run since two minor collections saw it holds nothing
//! young. Each record counts the minor collections since it was pushed ([`FrameRecord::scans`]), that is, since its caller last
//! ran: to run, the caller needs its callee's record popped, and whoever pushes one writes all of it. So neither calls nor returns
//! do anything for this, and the settled frames are the outermost ones. What this rests on:
//! - A frame's registers and its language word are written only while its record is the innermost.
//! - Registers that a callee's window covers are the callee's alone (its arguments), so they are scanned with it.
//! - Two collections, since large objects may stay young once; then the slots are not `fleeting` any more.
//!
//! Major collections scan every frame.

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
    /// Records of all frames, outermost first, behind an empty one that nothing reads.
    fn records(&self) -> &[FrameRecord] {
        // SAFETY: the context lives as long as the roots are registered (J1), its thread is stopped.
        let cx = unsafe { &*self.cx };
        let first = cx.stack.records();
        let count = cx.frame_top.addr().wrapping_sub(first.addr()) / size_of::<FrameRecord>();
        // SAFETY: records from the first to `frame_top` are complete.
        unsafe { std::slice::from_raw_parts(first, count + 1) }
    }

    /// Reports the registers of the settled frames or of the others, and their language words.
    fn slots(&self, settled: bool, mut report: impl FnMut(*mut u64)) {
        let records = self.records();
        let border = settled_count(records);
        let chosen = if settled {
            0..border
        } else {
            border..records.len()
        };
        for number in chosen {
            let record = &records[number];
            if record.code.is_null() {
                continue;
            }
            let callee = records.get(number + 1);
            let awaited = awaited(record, callee);
            // SAFETY: a record up to `frame_top` is complete.
            let own = unsafe { own_registers(record, callee) };
            for register in -1..own {
                if awaited != Some(register) {
                    report(record.base.wrapping_offset(register));
                }
            }
            report((&raw const record.extra).cast_mut());
        }
    }

    /// A minor collection has scanned the frames that were not settled.
    fn note_scan(&self) {
        // SAFETY: as in `records`.
        let cx = unsafe { &*self.cx };
        let border = settled_count(self.records());
        let mut record = cx.stack.records().wrapping_add(border + 1);
        while record <= cx.frame_top {
            // SAFETY: records up to `frame_top` are complete.
            let scans = unsafe { &mut (*record).scans };
            *scans = FrameRecord::SETTLED.min(*scans + 1);
            record = record.wrapping_add(1);
        }
    }
}

/// How many of the outermost frames are settled.
fn settled_count(records: &[FrameRecord]) -> usize {
    records[1..].partition_point(|callee| callee.scans >= FrameRecord::SETTLED)
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
    fn trace(&self, visitor: &mut Visitor<'_>, phase: Phase) {
        self.slots(false, |slot| {
            // SAFETY: a live register (F2) or language word: a value or 0.
            unsafe { visitor.fleeting_slot(slot) };
        });
        if phase == Phase::Minor {
            self.note_scan();
        } else {
            self.slots(true, |slot| {
                // SAFETY: as above.
                unsafe { visitor.slot(slot) };
            });
        }
        // SAFETY: as in `records`.
        let pending = unsafe { &raw mut (*self.cx).pending };
        // SAFETY: a value or 0.
        unsafe { visitor.slot(pending) };
    }

    fn settled(&self, report: &mut dyn FnMut(u64)) {
        self.slots(true, |slot| {
            // SAFETY: a register of a window, or the word of a record.
            report(unsafe { *slot });
        });
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
        let records = match phase {
            Phase::Minor => &self.records()[settled_count(self.records())..],
            Phase::Full => self.records(),
        };
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

/// The registers of a frame that hold values and are not in its callee's window, counted from its first.
///
/// # Safety
/// The record is complete.
unsafe fn own_registers(record: &FrameRecord, callee: Option<&FrameRecord>) -> isize {
    // SAFETY: by contract.
    let live = unsafe { live_registers(record) } as isize;
    let Some(callee) = callee else { return live };
    // The register before a window belongs to it, too.
    let bytes = callee.base.addr().wrapping_sub(record.base.addr());
    live.min(bytes.cast_signed() / 8 - 1)
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
