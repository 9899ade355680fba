//! table: all options of the groups `jit` and `gc`, one row each.
//!
//! A row: doc comment, field, kind, default, word. Kinds: `switch` (the word sets the field), `count` (`word:N`), `bytes`
//! (`word:N` with an optional `k`, `m` or `g`).

use crate::error::OptionError;

/// Calls `$go!` with all rows of the table.
macro_rules! for_each_option {
    ($go:ident) => {
        $go! {
            /// Options of the just-in-time compiler (`COIL_JIT`, `-X jit=`).
            JitOptions "jit" {
                /// Never compile.
                off: switch = false, "off";
                /// Compile (the default; undoes an `off` before it).
                on: switch = false, "on";
                /// Back-edges until a loop is recorded.
                threshold: count = 150, "threshold";
                /// Calls until a function is recorded.
                function_threshold: count = 120, "function-threshold";
                /// Exits by one guard until a bridge is recorded.
                bridge_threshold: count = 40, "bridge-threshold";
                /// Percent of the running time that recording and compiling may take; hot places wait while they have taken more (0 = no limit).
                pace: count = 50, "pace";
                /// Longest trace, in recorded ops that survive folding.
                max_ops: count = 12000, "max-ops";
                /// Deepest inlining of calls.
                max_depth: count = 14, "max-depth";
                /// How often one function may stand on the stack of inlined calls.
                max_recursion: count = 2, "max-recursion";
                /// Bridges that one entry trace may grow.
                max_bridges: count = 400, "max-bridges";
                /// Tries to record from one place before it is left alone.
                max_tries: count = 4, "max-tries";
                /// Changes of one watched cell after which traces load it.
                watch_limit: count = 5, "watch-limit";
                /// Cap on machine code.
                code_cache: bytes = 64 << 20, "code-cache";
                /// Stress: the n-th and every further n-th checkpoint of recording ends the trace (0 = off).
                chop: count = 0, "chop";
                /// Stress: guards fail by force: the n-th guard of every trace leaves it whatever its condition (0 = off).
                fail_guard: count = 0, "fail-guard";
                /// Stress: one in n guards, at random, leaves its trace whatever its condition (0 = off).
                fail_guards: count = 0, "fail-guards";
                /// Stress: one in n opaque calls, at random, leaves its trace by the way of exceptions before it is made (0 = off).
                force_raise: count = 0, "force-raise";
                /// Stress: one in n opaque calls, at random, invalidates its trace (0 = off).
                force_invalidate: count = 0, "force-invalidate";
                /// Stress: one in n opaque calls, at random, looks at the frames, and its trace is left after it (0 = off).
                force_frames: count = 0, "force-frames";
                /// Compile with Cranelift (only where it is built in).
                cranelift: switch = false, "cranelift";
                /// Compile traces as recorded.
                no_opt: switch = false, "no-opt";
                /// Skip the optimiser's peeling of loops.
                no_peel: switch = false, "no-peel";
                /// Check traces before and after optimising.
                verify: switch = false, "verify";
            }
            /// Options of the garbage collector (`COIL_GC`, `-X gc=`).
            GcOptions "gc" {
                /// Collect at every n-th allocation (0 = off).
                stress: count = 0, "stress";
                /// Stressed collections are complete ones.
                full: switch = false, "full";
                /// Nursery size at the start (0 = the default).
                nursery: bytes = 0, "nursery";
                /// Limit of the heap (0 = none).
                max_heap: bytes = 0, "max-heap";
                /// Always evacuate.
                evacuate: switch = false, "evacuate";
                /// Pin this percentage of survivors at random.
                pin_random: count = 0, "pin-random";
                /// Overwrite freed memory.
                poison: switch = false, "poison";
                /// Stress: one in n opaque calls, at random, boxes the numbers of a list or tuple, as for C (0 = off).
                box_numbers: count = 0, "box-numbers";
                /// Seed of everything random (0 = the default).
                seed: count = 0, "seed";
                /// Re-trace everything after each phase.
                verify: switch = false, "verify";
            }
        }
    };
}

macro_rules! kind_type {
    (switch) => {
        bool
    };
    (count) => {
        u64
    };
    (bytes) => {
        u64
    };
}

macro_rules! define {
    ($($(#[doc = $group_doc:literal])* $group:ident $group_word:literal {
        $($(#[doc = $doc:literal])* $field:ident: $kind:ident = $default:expr, $word:literal;)*
    })*) => {$(
        $(#[doc = $group_doc])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $group {
            $($(#[doc = $doc])* pub $field: kind_type!($kind),)*
        }

        impl Default for $group {
            fn default() -> Self {
                $group { $($field: $default),* }
            }
        }

        impl $group {
            /// The words of this group.
            pub const WORDS: &[&'static str] = &[$($word),*];

            /// Sets one option, given as `word` or `word:number`.
            ///
            /// # Errors
            /// An unknown word or a bad number.
            pub fn set_word(&mut self, text: &str) -> Result<(), OptionError> {
                let (word, number) = match text.split_once(':') {
                    Some((word, number)) => (word, Some(number)),
                    None => (text, None),
                };
                let bad = |problem| OptionError::BadNumber {
                    group: $group_word, word: text.to_owned(), problem,
                };
                match word {
                    $($word => self.$field = crate::parse::$kind(number).map_err(bad)?,)*
                    _ => return Err(OptionError::UnknownWord {
                        group: $group_word, word: word.to_owned(), known: Self::WORDS.to_vec(),
                    }),
                }
                Ok(())
            }

            pub(crate) fn help(out: &mut String) {
                out.push_str(concat!($($group_doc),*));
                out.push('\n');
                $(
                    let shown = match stringify!($kind) {
                        "switch" => $word.to_owned(),
                        "bytes" => format!("{}:BYTES", $word),
                        _ => format!("{}:N", $word),
                    };
                    let default = match stringify!($kind) {
                        "switch" => String::new(),
                        _ => {
                            let default: kind_type!($kind) = $default;
                            format!(" [{default}]")
                        }
                    };
                    out.push_str(&format!("  {shown:<22}{}{default}\n", concat!($($doc),*).trim()));
                )*
            }
        }
    )*};
}
for_each_option!(define);
