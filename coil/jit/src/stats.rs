//! Counters that a user can read.

use coil_record::Abort;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

macro_rules! counters {
    ($($(#[doc = $doc:literal])* $field:ident;)*) => {
        /// Counters of a driver.
        #[derive(Clone, Debug, Default)]
        pub struct Stats {
            $($(#[doc = $doc])* pub $field: u64,)*
            /// Recordings given up, by reason.
            pub aborts: BTreeMap<String, u64>,
        }

        impl Stats {
            fn fields(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($field), self.$field)),*]
            }
        }
    };
}

counters! {
    /// Recordings begun.
    recordings;
    /// Loops compiled.
    loops;
    /// Further versions of loops compiled.
    versions;
    /// Functions compiled.
    functions;
    /// Continuations after calls compiled.
    resumes;
    /// Bridges compiled.
    bridges;
    /// Places given up.
    blacklisted;
    /// Traces invalidated.
    invalidated;
    /// Traces taken out because they were left right after their entry.
    regretted;
    /// Traces freed.
    freed;
    /// Watched cells that changed.
    cell_changes;
    /// Bytecodes recorded.
    bytecodes;
    /// Most guards in one recording.
    most_guards;
    /// Instructions recorded.
    ops_before;
    /// Instructions after optimising.
    ops_after;
    /// Opaque calls among the instructions after optimising.
    calls_after;
    /// Instructions of loops, without their preambles.
    loop_ops;
    /// Opaque calls among them.
    loop_calls;
    /// Time recording, in nanoseconds.
    record_ns;
    /// Time optimising, in nanoseconds.
    optimise_ns;
    /// Time making machine code, in nanoseconds.
    compile_ns;
    /// Entries into compiled code.
    entries;
    /// Exits that came back to the driver.
    exits;
    /// Time in compiled code and what it calls, but for interpreters that natives start, in nanoseconds (only measured when statistics are
    /// wanted).
    compiled_ns;
    /// Time since the driver was attached, in nanoseconds.
    total_ns;
    /// Bytes of machine code.
    code_bytes;
    /// Minor collections.
    minors;
    /// Major collections.
    majors;
    /// Time that the collector stopped the program, in nanoseconds.
    pauses_ns;
    /// Its longest pause, in nanoseconds.
    longest_pause_ns;
    /// Part of the pauses in minor collections, in nanoseconds.
    minor_ns;
    /// Part of the pauses in major collections, in nanoseconds.
    major_ns;
    /// Bytes of young memory that the program filled, large objects left out.
    allocated_bytes;
    /// Bytes of it that survived a minor collection.
    survived_bytes;
    /// Bytes of large objects allocated.
    large_bytes;
    /// Bytes of old objects that the last major collection found alive.
    live_bytes;
    /// Bytes of blocks and pages in use now.
    used_bytes;
    /// Most bytes of blocks and pages in use at a time.
    peak_bytes;
    /// Bytes given back to the system.
    returned_bytes;
}

/// Tells time in compiled code from all other time. Stands still unless statistics are wanted.
#[derive(Debug)]
pub(crate) struct Clock {
    on: bool,
    compiled: bool,
    since: Instant,
    compiled_ns: u64,
}

impl Clock {
    pub(crate) fn new(on: bool) -> Clock {
        Clock {
            on,
            compiled: false,
            since: Instant::now(),
            compiled_ns: 0,
        }
    }

    /// From now on it is time in compiled code, or other time; gives what it was.
    #[inline]
    pub(crate) fn switch(&mut self, compiled: bool) -> bool {
        if !self.on {
            return false;
        }
        let now = Instant::now();
        if self.compiled {
            let passed = now.duration_since(self.since).as_nanos();
            self.compiled_ns += u64::try_from(passed).unwrap_or(u64::MAX);
        }
        self.since = now;
        std::mem::replace(&mut self.compiled, compiled)
    }

    pub(crate) fn compiled_ns(&self) -> u64 {
        self.compiled_ns
    }
}

impl Stats {
    pub(crate) fn abort(&mut self, reason: &str) {
        *self.aborts.entry(reason.to_owned()).or_default() += 1;
    }

    /// Recordings given up for this reason.
    pub fn aborted(&self, reason: Abort) -> u64 {
        self.aborts.get(reason.text()).copied().unwrap_or(0)
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let mut out = String::from("{\n");
        for (name, count) in self.fields() {
            let _ = writeln!(out, "  \"{name}\": {count},");
        }
        let per_thousand = |part: u64, whole: u64| part * 1000 / whole.max(1);
        let _ = writeln!(
            out,
            "  \"compiled_per_mille\": {},\n  \"calls_per_1000_ops\": {},\n  \"calls_per_1000_loop_ops\": {},",
            per_thousand(self.compiled_ns, self.total_ns),
            per_thousand(self.calls_after, self.ops_after),
            per_thousand(self.loop_calls, self.loop_ops)
        );
        out.push_str("  \"aborts\": {");
        for (at, (reason, count)) in self.aborts.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let _ = write!(out, "{comma}\n    \"{reason}\": {count}");
        }
        out.push_str(if self.aborts.is_empty() {
            "}\n}\n"
        } else {
            "\n  }\n}\n"
        });
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Stats};
    use std::time::Duration;

    #[test]
    fn time_counts_only_in_compiled_code_and_only_when_wanted() {
        let pause = || std::thread::sleep(Duration::from_millis(2));
        let mut off = Clock::new(false);
        assert!(!off.switch(true) && !off.switch(false));
        assert_eq!(off.compiled_ns(), 0);
        let mut clock = Clock::new(true);
        pause();
        assert!(!clock.switch(true));
        assert_eq!(clock.compiled_ns(), 0);
        pause();
        assert!(clock.switch(false));
        let compiled = clock.compiled_ns();
        assert!(compiled >= 2_000_000);
        pause();
        assert!(!clock.switch(false));
        assert_eq!(clock.compiled_ns(), compiled);
    }

    #[test]
    fn shares_are_of_what_there_is() {
        let mut stats = Stats {
            loop_ops: 40,
            loop_calls: 1,
            compiled_ns: 3,
            total_ns: 4,
            ..Stats::default()
        };
        stats.abort("trace too long");
        let json = stats.json();
        for line in [
            "  \"compiled_per_mille\": 750,\n",
            "  \"calls_per_1000_ops\": 0,\n",
            "  \"calls_per_1000_loop_ops\": 25,\n",
            "    \"trace too long\": 1\n",
        ] {
            assert!(json.contains(line), "{line} in {json}");
        }
    }
}
