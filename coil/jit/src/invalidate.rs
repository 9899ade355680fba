//! Watched cells that change, and the traces that depended on them.

use crate::jit::Jit;
use crate::raw;
use crate::table::Entry;
use coil_frame::{Context, Events};
use coil_options::Section;
use std::sync::atomic::Ordering::Relaxed;

/// A version cell changed: traces that folded what it stands for are no longer used. To be called by whoever writes a new version, after it
/// wrote it.
///
/// # Safety
/// The context is live; if it has a driver, no reference to that is held.
pub unsafe fn cell_changed(cx: *mut Context, cell: *const u32) {
    // SAFETY: by contract.
    if unsafe { (*cx).jit }.is_null() {
        return;
    }
    // SAFETY: by contract.
    let jit = unsafe { Jit::of(cx) };
    let Some(traces) = jit.dependents.remove(&cell.addr()) else {
        return;
    };
    jit.stats.cell_changes += 1;
    // SAFETY: by contract.
    if unsafe { jit.invalidate_all(cx, &traces) } {
        *jit.changes.entry(cell.addr()).or_default() += 1;
        jit.log(
            Section::JitInvalidate,
            format_args!("cell {:#x} changed", cell.addr()),
        );
    }
}

impl Jit {
    /// Invalidates traces, and has those that run left at their next poll. True if one was valid.
    ///
    /// # Safety
    /// The context is this driver's.
    pub(crate) unsafe fn invalidate_all(&mut self, cx: *mut Context, traces: &[u32]) -> bool {
        let mut hit = false;
        for &number in traces {
            // SAFETY: by contract.
            hit |= unsafe { self.invalidate(cx, number) };
        }
        if hit {
            self.epoch += 1;
            if !self.running.is_empty() {
                // SAFETY: by contract.
                unsafe { &(*cx).events }.fetch_or(Events::INVALIDATED, Relaxed);
            }
        }
        hit
    }

    /// Frees the traces that are not valid. No compiled code runs.
    pub(crate) fn free_stale(&mut self) {
        let Some(backend) = &mut self.backend else {
            return;
        };
        for trace in self.table.take_stale() {
            self.stats.freed += 1;
            backend.free(trace.code);
        }
    }

    /// Unlinks a trace, and all that lead into it. True if it was valid.
    ///
    /// # Safety
    /// The context is this driver's.
    pub(crate) unsafe fn invalidate(&mut self, cx: *mut Context, number: u32) -> bool {
        let Some(trace) = self.table.get_mut(number).filter(|trace| trace.valid) else {
            return false;
        };
        trace.valid = false;
        let entry = trace.entry;
        let address = trace.code.entry;
        let incoming = std::mem::take(&mut trace.incoming);
        self.table.stale = true;
        self.stats.invalidated += 1;
        let bridges: Vec<u32> = self
            .table
            .iter()
            .filter(|other| matches!(other.entry, Entry::Bridge(parent, _) if parent == number))
            .map(|other| other.code.number)
            .collect();
        match entry {
            Entry::Loop(code, header) => {
                self.loops.remove(&(code.addr(), header));
                // SAFETY: the header's cache word, of live code.
                let slot = unsafe { raw::word_at(code, header - 1) };
                // SAFETY: as above.
                unsafe { slot.write(0) };
            }
            Entry::Function(code) => {
                self.functions.remove(&code.addr());
                // SAFETY: live code; the fields are the toolkit's own.
                unsafe { raw::set_entry(code, std::ptr::null()) };
                // SAFETY: as above.
                unsafe { raw::set_hot(code, 0) };
            }
            Entry::Resume(code, pc) => {
                let key = (code.addr(), pc);
                self.resumes.remove(&key);
                if let Some(backend) = &mut self.backend {
                    for other in self.table.iter() {
                        for (point, resume) in other.code.resume_points.iter().enumerate() {
                            if (resume.frame.code, resume.frame.pc) == key {
                                backend.patch_resume(&other.code, point, None);
                            }
                        }
                    }
                }
                // SAFETY: by contract.
                unsafe { forget_resume(cx, address) };
            }
            Entry::Version(first) => {
                if let Some(first) = self.table.get_mut(first) {
                    first.versions.retain(|version| *version != number);
                }
            }
            Entry::Bridge(parent, site) => {
                if let Some(backend) = &mut self.backend
                    && let Some(parent) = self.table.get(parent)
                {
                    backend.patch_exit(&parent.code, site, None);
                }
                if let Some(parent) = self.table.get_mut(parent) {
                    parent.sites[site as usize].bridged = false;
                }
            }
        }
        for other in incoming.into_iter().chain(bridges) {
            // SAFETY: by contract.
            unsafe { self.invalidate(cx, other) };
        }
        true
    }
}

/// Frames that wait for a callee no longer go on in this code.
unsafe fn forget_resume(cx: *mut Context, address: *const u8) {
    // SAFETY: by the contract of the callers.
    let context = unsafe { &*cx };
    let mut record = context.stack.records();
    while record <= context.frame_top {
        // SAFETY: records up to `frame_top` are complete.
        let record_now = unsafe { &mut *record };
        if record_now.resume == address {
            record_now.resume = std::ptr::null();
        }
        record = record.wrapping_add(1);
    }
}
