//! Where recording failed, and how long to wait before trying again.

use coil_record::{Abort, AfterAbort};
use rustc_hash::FxHashMap;

/// A place where recording starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Place {
    /// A loop, by its header's cache word.
    Loop(usize),
    /// A function, by its code.
    Function(usize),
    /// After a call: code and word.
    Resume(usize, u32),
    /// An exit: trace and site.
    Exit(u32, u32),
    /// Another version of a loop, by its first trace.
    Version(u32),
}

#[derive(Clone, Copy, Default, Debug)]
struct Wait {
    tries: u64,
    inner: u32,
    skip: u64,
}

/// All places that failed.
#[derive(Default, Debug)]
pub(crate) struct Backoff {
    waits: FxHashMap<Place, Wait>,
}

impl Backoff {
    /// Whether to record at a place that just got hot.
    pub(crate) fn may_record(&mut self, place: Place) -> bool {
        match self.waits.get_mut(&place) {
            None => true,
            Some(wait) if wait.skip == 0 => true,
            Some(wait) => {
                wait.skip = wait.skip.saturating_sub(u64::from(wait.skip != u64::MAX));
                false
            }
        }
    }

    /// A recording failed; true when the place is given up.
    pub(crate) fn failed(&mut self, place: Place, reason: Option<Abort>, max_tries: u64) -> bool {
        let wait = self.waits.entry(place).or_default();
        if reason == Some(Abort::InnerLoop) && wait.inner < 16 {
            // The inner loop compiles first; then this one goes through.
            wait.inner += 1;
            return false;
        }
        wait.tries += match reason.map(Abort::after) {
            Some(AfterAbort::Blacklist) => max_tries.div_ceil(2),
            _ => 1,
        };
        if wait.tries >= max_tries {
            wait.skip = u64::MAX;
            return true;
        }
        wait.skip = 1 << wait.tries.min(20);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, Place};
    use coil_record::Abort;

    #[test]
    fn waits_get_longer_until_the_place_is_given_up() {
        let mut backoff = Backoff::default();
        let place = Place::Function(8);
        assert!(backoff.may_record(place));
        assert!(!backoff.failed(place, Some(Abort::TooLong), 3));
        assert!(!backoff.may_record(place) && !backoff.may_record(place));
        assert!(backoff.may_record(place));
        assert!(!backoff.failed(place, None, 3));
        assert!(backoff.failed(place, None, 3));
        assert!((0..100).all(|_| !backoff.may_record(place)));
    }

    #[test]
    fn inner_loops_do_not_count_as_failures() {
        let mut backoff = Backoff::default();
        let place = Place::Loop(16);
        for _ in 0..10 {
            assert!(!backoff.failed(place, Some(Abort::InnerLoop), 1));
            assert!(backoff.may_record(place));
        }
    }
}
