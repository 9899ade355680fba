//! Regret: traces that are left again and again right after they were entered cost more than they save. They are taken out, and recorded anew when
//! their place is hot again; what disappoints often is given up (`backoff`).
//!
//! A visit is disappointing when it ends by an exit before the trace has executed [`EARLY_OPS`] instructions: an exit in what is executed once,
//! of the entry trace itself or of a bridge from such an exit. Exits that grow bridges stop to be; the sample is large enough to let them.

use crate::backoff::Place;
use crate::jit::Jit;
use crate::raw;
use crate::table::{Compiled, Entry};
use coil_options::Section;
use coil_trace::{Label, Op};

/// An entry and an exit cost as much as the interpreter needs for what so many instructions do.
const EARLY_OPS: u32 = 128;
/// Visits that are looked at together.
const SAMPLE: u32 = 4096;
/// Of a sample, one in so many visits may have been worth it when a trace is taken out.
const WORTH_IT: u32 = 16;

/// Visits of an entry trace.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Visits {
    total: u32,
    disappointing: u32,
}

impl Visits {
    /// Counts a visit; true when the trace is to be taken out.
    fn count(&mut self, disappointing: bool) -> bool {
        self.total += 1;
        self.disappointing += u32::from(disappointing);
        if self.total < SAMPLE {
            return false;
        }
        let regret = self.total - self.disappointing < SAMPLE / WORTH_IT;
        *self = Visits::default();
        regret
    }
}

/// Instructions before this one are executed only shortly after the entry. For a bridge from a site of `parent`.
pub(crate) fn early_end(labels: &[Label], parent: Option<(&Compiled, u32)>) -> u32 {
    let most = match parent {
        None => EARLY_OPS,
        Some((parent, site)) => {
            let inst = parent.code.sites[site as usize].inst;
            parent.early_end.saturating_sub(inst)
        }
    };
    labels.iter().fold(most, |end, label| end.min(label.at))
}

impl Jit {
    /// A visit that began at `entry` has ended: by this exit, or without one. Gives the trace that is to be taken out.
    pub(crate) fn visited(&mut self, entry: *const u8, exit: Option<(u32, u32)>) -> Option<u32> {
        let left = exit.and_then(|(number, site)| {
            let trace = self.table.get(number)?;
            let owner = self.table.get(trace.root)?;
            (owner.code.entry == entry).then_some((trace, site))
        });
        let (number, disappointing) = match left {
            Some((trace, site)) => {
                let forced = trace.sites[site as usize].op == Op::GuardNoEvent;
                let inst = trace.code.sites[site as usize].inst;
                (trace.root, inst < trace.early_end && !forced)
            }
            None => (*self.owners.get(&entry.addr())?, false),
        };
        let owner = self.table.get_mut(number)?;
        let regret = owner.visits.count(disappointing);
        (regret && owner.valid).then_some(number)
    }

    /// Takes a trace out, with what leads into it.
    ///
    /// # Safety
    /// Attached, and the innermost frame is Direct's.
    pub(crate) unsafe fn take_out(cx: *mut coil_frame::Context, number: u32) {
        // SAFETY: by contract.
        let jit = unsafe { Jit::of(cx) };
        let Some(trace) = jit.table.get(number) else {
            return;
        };
        let entry = trace.entry;
        let place = match entry {
            Entry::Loop(code, header) => {
                // SAFETY: the header's cache word, of live code.
                Place::Loop(unsafe { raw::word_at(code, header - 1) }.addr())
            }
            Entry::Function(code) => Place::Function(code.addr()),
            Entry::Resume(code, pc) => Place::Resume(code.addr(), pc),
            Entry::Bridge(..) | Entry::Version(_) => return,
        };
        jit.stats.regretted += 1;
        jit.log(
            Section::JitInvalidate,
            format_args!("{number} is left right after its entry"),
        );
        let max_tries = jit.options.jit.max_tries.max(1);
        if jit.backoff.failed(place, None, max_tries) {
            jit.stats.blacklisted += 1;
        }
        // SAFETY: by contract.
        unsafe { jit.invalidate_all(cx, &[number]) };
    }
}

#[cfg(test)]
mod tests {
    use super::{SAMPLE, Visits};

    #[test]
    fn a_sample_of_disappointments_is_regretted() {
        let mut visits = Visits::default();
        assert!((1..SAMPLE).all(|_| !visits.count(true)));
        assert!(visits.count(true));
        let mut regrets = (0..4 * SAMPLE).map(|at| visits.count(at % 8 != 0));
        assert!(regrets.all(|regret| !regret), "one in eight was worth it");
    }
}
