//! table: why a recording is given up, one row each.

/// What the driver does about the place where a recording began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AfterAbort {
    /// Try again later, ever more rarely.
    Retry,
    /// A mistake in a handler, or something that will not change: count as several tries.
    Blacklist,
}

macro_rules! define {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal $after:ident;)*) => {
        /// Why a recording was given up.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Abort { $($(#[doc = $doc])* $name),* }

        impl Abort {
            /// All reasons.
            pub const ALL: &[Abort] = &[$(Abort::$name),*];

            /// The reason in words; also its name among the counters.
            pub fn text(self) -> &'static str {
                match self { $(Abort::$name => $text),* }
            }

            /// What to do next.
            pub fn after(self) -> AfterAbort {
                match self { $(Abort::$name => AfterAbort::$after),* }
            }

            /// Whether a handler breaks the rules of [`coil_machine`].
            pub fn is_authors_error(self) -> bool {
                matches!(self, Abort::GuardAfterEffect | Abort::GuardAfterWrite)
            }
        }
    };
}

define! {
    /// Too many instructions.
    TooLong "trace too long" Retry;
    /// A loop trace came to the return of the frame it started in.
    LeavesByReturn "leaves its loop by returning" Retry;
    /// A loop trace came to an exception that its frame does not catch.
    LeavesByRaising "leaves its loop by raising" Retry;
    /// A loop inside is not compiled yet.
    InnerLoop "inner loop not compiled yet" Retry;
    /// A bridge would end where it starts.
    NoProgress "gets nowhere" Blacklist;
    /// A function is over so soon that entering its trace would cost more.
    TooShort "function too short to be entered" Blacklist;
    /// A handler guards after an effect.
    GuardAfterEffect "guard after an effect in one bytecode" Blacklist;
    /// A handler guards after it wrote a register.
    GuardAfterWrite "guard after a register write in one bytecode" Blacklist;
    /// A cached result depends on more cells than can be watched.
    TooManyCells "cached result depends on too many cells" Blacklist;
    /// An object could not be made.
    NoMemory "no memory while recording" Retry;
    /// An event (signal) raised an exception.
    Interrupted "interrupted while recording" Retry;
    /// The trace would be empty.
    Empty "nothing to record" Retry;
    /// A cell that the trace depends on changed before the trace was finished.
    CellChanged "watched cell changed while recording" Retry;
    /// The run ended in a way that the recorder was not told of.
    Lost "run ended without finishing the trace" Retry;
    /// The stack of the guest ran out.
    StackOverflow "guest stack overflow while recording" Retry;
}
