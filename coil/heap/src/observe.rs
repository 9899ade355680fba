//! [`Observer`]: who is told of collections, for logs.

use std::fmt;
use std::sync::Arc;

/// Why the program was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The nursery is full.
    NurseryFull,
    /// The heap limit is reached, or the system gives no memory.
    LimitReached,
    /// The program wants it.
    Requested,
    /// A stress mode wants it.
    Stress,
}

impl Reason {
    /// For people.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Reason::NurseryFull => "nursery full",
            Reason::LimitReached => "heap limit",
            Reason::Requested => "requested",
            Reason::Stress => "stress",
        }
    }
}

/// What was done of a major collection, beside the minor one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MajorPart {
    /// Nothing.
    None,
    /// Marking began.
    Begin,
    /// Marking went on.
    Step,
    /// It was finished.
    Finish,
    /// All of it was done.
    Complete,
}

/// A stop of the program.
#[derive(Clone, Copy, Debug)]
pub struct Collection {
    /// Why.
    pub reason: Reason,
    /// What was done of a major collection.
    pub major: MajorPart,
    /// Bytes of blocks and pages in use before.
    pub before_bytes: usize,
    /// Bytes of blocks and pages in use after.
    pub after_bytes: usize,
    /// How long it lasted.
    pub pause_ns: u64,
    /// The part of it that is the minor collection.
    pub minor_ns: u64,
    /// Processor time it took: unlike the pause, it does not count what other programs did meanwhile.
    pub processor_ns: u64,
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let major = match self.major {
            MajorPart::None => "",
            MajorPart::Begin => ", marking begins",
            MajorPart::Step => ", marking",
            MajorPart::Finish => ", sweep",
            MajorPart::Complete => ", all",
        };
        let reason = self.reason.text();
        let [before, after] = [self.before_bytes, self.after_bytes].map(|bytes| bytes >> 10);
        let pause_us = self.pause_ns / 1000;
        write!(
            f,
            "{reason}{major}: {before} kB -> {after} kB, {pause_us} us"
        )
    }
}

/// A function that is told.
pub type Listener = dyn Fn(&Collection) + Send + Sync;

/// Called after each collection, while the program is stopped. It does not touch the heap.
#[derive(Clone, Default)]
pub struct Observer(pub Option<Arc<Listener>>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Observer" } else { "none" })
    }
}
