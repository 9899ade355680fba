//! [`Counters`]: what the collector did, and how long it kept the program waiting.

/// Pauses by length: bucket `i` counts pauses of `2^i ..2^(i+1)` microseconds, bucket 0 also shorter ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PauseHistogram {
    /// Number of pauses in each bucket.
    pub buckets: [u64; 24],
    /// The longest pause.
    pub max_ns: u64,
    /// All pauses together.
    pub total_ns: u64,
}

impl PauseHistogram {
    /// Counts one pause.
    pub fn record(&mut self, pause_ns: u64) {
        let bucket = (pause_ns / 1000).max(1).ilog2() as usize;
        self.buckets[bucket.min(self.buckets.len() - 1)] += 1;
        self.max_ns = self.max_ns.max(pause_ns);
        self.total_ns += pause_ns;
    }

    /// Number of pauses.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// An upper bound in microseconds of the given share (0 to 1) of all pauses.
    #[must_use]
    pub fn quantile_us(&self, share: f64) -> u64 {
        let wanted = (self.count() as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (i, n) in self.buckets.iter().enumerate() {
            seen += n;
            if seen >= wanted.max(1) {
                return (2 << i).min(self.max_ns.div_ceil(1000));
            }
        }
        0
    }
}

/// Statistics of a heap since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Minor collections.
    pub minors: u64,
    /// Completed major collections.
    pub majors: u64,
    /// Incremental marking steps.
    pub mark_steps: u64,
    /// Every stop of the program, of all kinds.
    pub pauses: PauseHistogram,
    /// Time in minor collections.
    pub minor_ns: u64,
    /// Time in marking steps and in finishing major collections.
    pub major_ns: u64,
    /// The longest minor collection.
    pub minor_max_ns: u64,
    /// The longest marking step, without what it may have finished.
    pub step_max_ns: u64,
    /// The longest finish of a major collection.
    pub finish_max_ns: u64,
    /// The longest part of a pause after collecting: returning memory to the system.
    pub trim_max_ns: u64,
    /// Bytes handed out to mutators for young objects.
    pub allocated_bytes: u64,
    /// Bytes of young objects that survived a minor collection.
    pub survived_bytes: u64,
    /// Bytes of survivors that were copied.
    pub evacuated_bytes: u64,
    /// Objects that were kept in place because the stack or a root set pinned them.
    pub pinned_objects: u64,
    /// Bytes of large objects allocated.
    pub large_bytes: u64,
    /// Bytes of old objects found live by the last major collection.
    pub live_bytes: u64,
    /// Bytes of blocks and pages in use now.
    pub used_bytes: u64,
    /// Most bytes of blocks and pages that were in use at a time.
    pub peak_bytes: u64,
    /// Bytes given back to the system.
    pub returned_bytes: u64,
}
