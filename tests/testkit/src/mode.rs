//! The modes a script runs in: settings of the JIT and the collector that must not change what it prints.

/// A mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The plain interpreter.
    Off,
    /// Loops are traced on their second turn.
    Eager,
    /// A collection at every allocation, or at every Nth where the script asks for that.
    Stress,
    /// As users run it.
    Default,
    /// Guards fail by force, and exits soon grow bridges.
    Guards,
    /// Opaque calls are left by the way of exceptions.
    Raise,
    /// Opaque calls invalidate the trace that makes them.
    Invalidate,
    /// Opaque calls look at all frames, and collect while these are real.
    Frames,
    /// Traces are short, and inline no calls; the heap is checked at each collection.
    Short,
    /// Traces are compiled as recorded.
    Plain,
    /// Numbers in lists and tuples are boxed.
    Boxed,
    /// A run for each guard: the first guard of every trace fails by force, then the second, and so on (see [`crate::guards`]).
    EachGuard,
    /// Every opaque call is left by the way of exceptions.
    EachRaise,
    /// Every opaque call invalidates the trace that makes it.
    EachInvalidate,
    /// Every opaque call looks at all frames, and collects while these are real.
    EachFrames,
}

impl Mode {
    /// All of them, in the order they run.
    pub const ALL: [Mode; 15] = [
        Mode::Off,
        Mode::Default,
        Mode::Eager,
        Mode::Stress,
        Mode::Guards,
        Mode::Raise,
        Mode::Invalidate,
        Mode::Frames,
        Mode::Short,
        Mode::Plain,
        Mode::Boxed,
        Mode::EachGuard,
        Mode::EachRaise,
        Mode::EachInvalidate,
        Mode::EachFrames,
    ];

    /// Those that run if nobody says which.
    pub const USUAL: [Mode; 4] = [Mode::Off, Mode::Default, Mode::Eager, Mode::Stress];

    /// Its name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Off => "off",
            Mode::Eager => "eager",
            Mode::Stress => "stress",
            Mode::Default => "default",
            Mode::Guards => "guards",
            Mode::Raise => "raise",
            Mode::Invalidate => "invalidate",
            Mode::Frames => "frames",
            Mode::Short => "short",
            Mode::Plain => "plain",
            Mode::Boxed => "boxed",
            Mode::EachGuard => "each-guard",
            Mode::EachRaise => "each-raise",
            Mode::EachInvalidate => "each-invalidate",
            Mode::EachFrames => "each-frames",
        }
    }

    /// The environment that brings it about, for a heap with this limit; under stress, allocations between collections are `interval`.
    pub fn environment(self, interval: u32, max_heap: Option<&str>) -> Vec<(&'static str, String)> {
        let mut gc = Vec::new();
        if self == Mode::Stress {
            gc.push(format!("stress:{interval}"));
        }
        if self == Mode::Short {
            gc.push("nursery:64k,verify".to_owned());
        }
        if self == Mode::Boxed {
            gc.push("nursery:64k,box-numbers:3,verify".to_owned());
        }
        gc.extend(max_heap.map(|limit| format!("max-heap:{limit}")));
        let mut all = self.jit();
        if !gc.is_empty() {
            all.push(("COIL_GC", gc.join(",")));
        }
        all
    }

    fn jit(self) -> Vec<(&'static str, String)> {
        let jit = |words: &str| vec![("COIL_JIT", words.to_owned())];
        let soon = |words: &str| {
            jit(&format!(
                "pace:0,threshold:2,function-threshold:3,bridge-threshold:3,verify,{words}"
            ))
        };
        match self {
            Mode::Off => jit("off"),
            Mode::Eager => jit("pace:0,threshold:2"),
            Mode::Default => Vec::new(),
            Mode::Stress => jit("pace:0"),
            Mode::Guards => soon("max-bridges:30,fail-guards:7"),
            Mode::Raise => soon("force-raise:4"),
            Mode::Invalidate => jit(
                "pace:0,threshold:12,function-threshold:8,bridge-threshold:3,verify,force-invalidate:20",
            ),
            Mode::Frames => soon("force-frames:4"),
            Mode::Short => soon("chop:9,max-depth:1"),
            Mode::Plain => soon("no-opt"),
            Mode::Boxed => soon("max-bridges:60"),
            // The guard's number follows.
            Mode::EachGuard => soon("max-bridges:30"),
            Mode::EachRaise => soon("force-raise:1"),
            Mode::EachInvalidate => jit(
                "pace:0,threshold:12,function-threshold:8,bridge-threshold:3,verify,force-invalidate:1",
            ),
            Mode::EachFrames => soon("force-frames:1"),
        }
    }
}

/// A comma-separated list.
///
/// # Errors
/// A text naming the word that is no mode.
pub fn parse_modes(text: &str) -> Result<Vec<Mode>, String> {
    text.split(',')
        .map(str::trim)
        .map(|word| {
            Mode::ALL
                .into_iter()
                .find(|m| m.name() == word)
                .ok_or_else(|| format!("no mode {word}"))
        })
        .collect()
}
