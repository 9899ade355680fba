//! Counters that a user can read.

use coil_record::Abort;
use std::collections::BTreeMap;
use std::fmt::Write;

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
    /// Watched cells that changed.
    cell_changes;
    /// Bytecodes recorded.
    bytecodes;
    /// Instructions recorded.
    ops_before;
    /// Instructions after optimising.
    ops_after;
    /// Opaque calls among the instructions after optimising.
    calls_after;
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
    /// Time in compiled code, in nanoseconds (only measured when statistics are wanted).
    compiled_ns;
    /// Time since the driver was attached, in nanoseconds.
    total_ns;
    /// Bytes of machine code.
    code_bytes;
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
            "  \"compiled_per_mille\": {},\n  \"calls_per_1000_ops\": {},",
            per_thousand(self.compiled_ns, self.total_ns),
            per_thousand(self.calls_after, self.ops_after)
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
