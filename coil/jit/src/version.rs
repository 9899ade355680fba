//! Versions of loops.
//!
//! A bridge that comes back to its loop in a state that no label of the loop fits (a float where an int was, say) would go through the loop's
//! preamble in every turn. Instead it is held back, and the loop is recorded once more from where the bridge ended: that trace is a version of
//! the loop, whose label fits the bridge's end. Then the bridge is compiled, and links to it. Only bridges enter versions; the loop's header goes
//! on to the first trace. A version goes with its loop when that is invalidated.

use crate::backoff::Place;
use crate::driver::Step;
use crate::jit::Jit;
use crate::raw;
use crate::table::Entry;
use coil_frame::Context;
use coil_record::{Recorded, Start};
use coil_trace::{CompiledEnd, End};

/// Versions that a loop may have besides its first trace.
const MAX_VERSIONS: u32 = 3;

/// A bridge that waits for a version of the loop it leads to.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) number: u32,
    pub(crate) entry: Entry,
    pub(crate) place: Place,
    pub(crate) recorded: Recorded,
    /// The loop's first trace.
    pub(crate) target: u32,
}

impl Jit {
    /// The loop of which a version should be recorded before a bridge is compiled that would end like this.
    pub(crate) fn wants_version(
        &self,
        entry: Entry,
        recorded: &Recorded,
        end: &CompiledEnd,
    ) -> Option<u32> {
        let (Entry::Bridge(parent, _), End::Link { target, .. }) = (entry, &recorded.trace.end)
        else {
            return None;
        };
        if !matches!(end, CompiledEnd::Enter { .. }) {
            return None;
        }
        let root = self.table.get(self.table.get(parent)?.root)?;
        let own = match root.entry {
            Entry::Version(first) => first,
            _ => root.code.number,
        };
        let first = self.table.get(*target)?;
        let fits = own == *target
            && matches!(first.entry, Entry::Loop(..))
            && !first.links.is_empty()
            && first.version_tries < MAX_VERSIONS;
        fits.then_some(*target)
    }

    /// Records a version of the loop at whose header the innermost frame is, then installs the bridge that led here.
    ///
    /// # Safety
    /// Attached; the recording of the bridge ended just now.
    pub(crate) unsafe fn record_version(cx: *mut Context, held: Held) -> Step {
        // SAFETY: by contract.
        let jit = unsafe { Jit::of(cx) };
        // SAFETY: by contract.
        let top = unsafe { (*cx).frame_top };
        // SAFETY: the innermost record is complete; only this function holds a reference.
        let record = unsafe { &mut *top };
        let target = held.target;
        let mut step = Step::Go;
        if let Some(first) = jit.table.get_mut(target)
            && let Entry::Loop(code, header) = first.entry
            && std::ptr::eq(record.code, code)
        {
            first.version_tries += 1;
            jit.held = Some(held);
            // The header has been executed: it polled, and found this loop.
            // SAFETY: a word of the record's code, which is live.
            record.pc = unsafe { raw::word_at(code, header) };
            let entry = Entry::Version(target);
            let start = Start::Loop { code, header };
            // SAFETY: attached.
            step = unsafe { Jit::record(cx, Place::Version(target), entry, start, false) };
            // SAFETY: attached.
            let jit = unsafe { Jit::of(cx) };
            if let Some(held) = jit.held.take() {
                jit.compiling.clone_from(&held.recorded.keep);
                jit.finish_held(held);
                jit.compiling.clear();
            }
        } else {
            jit.finish_held(held);
        }
        step
    }

    fn finish_held(&mut self, held: Held) {
        if let Err(reason) = self.install(held.number, held.entry, held.recorded, held.place, false)
        {
            self.stats.abort(&reason);
            self.table.give_back(held.number);
        }
    }
}
