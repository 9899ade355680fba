//! What a backend offers, and what it needs from the runtime.

use crate::cache::CacheStats;
use crate::code::TraceCode;
use coil_frame::Context;
use coil_trace::Compiled;
use std::fmt;
use std::mem::MaybeUninit;

/// Spill slots a trace may use; one that needs more is refused.
pub const SPILL_SLOTS: usize = 512;
/// So many of them are cleared at each entry; few traces use more.
#[cfg(target_arch = "x86_64")]
pub(crate) const CLEARED_SLOTS: usize = 64;

/// Where an exit leaves the spill slots of the trace, for decoding. While the code runs, its first word says where the code
/// has its spill slots, or is 0.
#[repr(C, align(16))]
pub struct SpillArea([MaybeUninit<u64>; SPILL_SLOTS]);

impl SpillArea {
    /// An area that nothing was written to.
    #[inline(always)]
    pub fn new() -> SpillArea {
        let mut area = SpillArea([MaybeUninit::uninit(); SPILL_SLOTS]);
        area.0[0].write(0);
        area
    }

    /// The ranges of the native stack that hold nothing of interest while compiled code runs which was entered with this area:
    /// the area itself, and what the code keeps for spill slots beyond the first `used`.
    ///
    /// # Safety
    /// The area was given to compiled code that has not returned.
    pub unsafe fn dead_stack(area: *const SpillArea, used: usize) -> [(usize, usize); 2] {
        let start = area.addr();
        // SAFETY: the first word was written when the area was made, or by the code that was entered.
        let slots = unsafe { area.cast::<usize>().read() };
        let end = match slots {
            0 => 0,
            slots => slots + SPILL_SLOTS * 8,
        };
        [
            (start, start + size_of::<SpillArea>()),
            ((slots + used * 8).min(end), end),
        ]
    }

    /// The address of slot 0.
    pub fn as_mut_ptr(&mut self) -> *mut u64 {
        self.0.as_mut_ptr().cast()
    }
}

impl Default for SpillArea {
    fn default() -> Self {
        SpillArea::new()
    }
}

impl fmt::Debug for SpillArea {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpillArea")
    }
}

/// Native functions behind the slow paths of compiled code.
///
/// The collector may run in `box_int`, `box_float` and `alloc`. None of them looks at guest frames.
#[derive(Clone, Copy, Debug)]
pub struct Runtime {
    /// The guest value of an int that needs more than 49 bits; never fails.
    pub box_int: unsafe extern "C" fn(*mut Context, i64) -> u64,
    /// The guest value of a NaN with these bits.
    pub box_float: unsafe extern "C" fn(*mut Context, u64) -> u64,
    /// Allocation when the bump region is full: layout, type pointer, size. Null when memory is refused.
    pub alloc: unsafe extern "C" fn(*mut Context, u64, u64, u64) -> *mut u8,
    /// The write barrier of an object whose flags asked for it.
    pub write_barrier: unsafe extern "C" fn(*mut Context, *mut u8),
    /// The slot-remembering barrier: object and slot.
    pub log_slot: unsafe extern "C" fn(*mut Context, *mut u8, *mut u64),
}

/// Finds the code of other traces by the driver's number.
pub trait Targets {
    /// The code of a trace, if it exists.
    fn find(&self, trace: u32) -> Option<&TraceCode>;
}

impl<F: Fn(u32) -> Option<&'static TraceCode>> Targets for F {
    fn find(&self, trace: u32) -> Option<&TraceCode> {
        self(trace)
    }
}

impl Targets for [TraceCode] {
    fn find(&self, trace: u32) -> Option<&TraceCode> {
        self.iter().find(|code| code.number == trace)
    }
}

impl Targets for () {
    fn find(&self, _: u32) -> Option<&TraceCode> {
        None
    }
}

/// What is compiled.
#[derive(Clone, Copy, Debug)]
pub enum Kind<'a> {
    /// A loop, function or resume trace: it reads its inputs from the window of the root frame, `Trace::inputs[k]` being the
    /// register.
    Entry,
    /// Goes on where an exit site of another trace leaves; `Trace::inputs[k]` is the number of a leaf of that exit.
    Bridge {
        /// The trace that is left.
        parent: &'a TraceCode,
        /// Its exit site.
        site: u32,
    },
}

/// How compiled code was left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExitReason {
    /// By an exit site: `Context::exit_gpr`, `exit_fpr` and the spill area hold its values.
    Exit {
        /// The driver's number of the trace.
        trace: u32,
        /// Exit site in its `TraceCode`.
        site: u32,
    },
    /// The root frame returned this value and its record is not of kind 0. The record is still the innermost one: the driver
    /// pops it and delivers the value by its kind.
    Return(u64),
    /// A frame of kind 0 returned: its record is popped, the result is in the caller's register, and the caller, now
    /// innermost, has no compiled code to go on with.
    Returned,
}

/// What `Context::trace_return` holds during a call that may look at frames: the exit site whose state the frames are in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TraceReturn {
    /// The driver's number of the trace.
    pub trace: u32,
    /// Exit site in its `TraceCode`.
    pub site: u32,
}

impl TraceReturn {
    /// As one word, never 0.
    pub fn pack(self) -> usize {
        (self.trace as usize) << 32 | (self.site as usize + 1)
    }

    /// From `Context::trace_return`; none for 0.
    pub fn unpack(word: usize) -> Option<TraceReturn> {
        let site = (word as u32).checked_sub(1)?;
        let trace = (word >> 32) as u32;
        Some(TraceReturn { trace, site })
    }
}

/// Why a trace was not compiled. Never a defect of the process: the driver counts it and goes on interpreting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BackendError {
    /// The code cache is full.
    CacheFull,
    /// The system refuses executable memory.
    NoMemory,
    /// More values are live than there are spill slots.
    TooManySpills,
    /// A call has more arguments than the native stack area holds.
    TooManyArguments,
    /// The trace names a trace, label, exit or input that does not exist, or that cannot be reached from outside.
    NoTarget,
    /// The trace is not well-formed; the text says where.
    Malformed(&'static str),
    /// Something this backend does not do.
    Unsupported(&'static str),
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BackendError::CacheFull => f.write_str("code cache full"),
            BackendError::NoMemory => f.write_str("no executable memory"),
            BackendError::TooManySpills => f.write_str("too many live values"),
            BackendError::TooManyArguments => f.write_str("too many arguments in a call"),
            BackendError::NoTarget => f.write_str("jump target missing or closed"),
            BackendError::Malformed(what) => write!(f, "malformed trace: {what}"),
            BackendError::Unsupported(what) => write!(f, "unsupported: {what}"),
        }
    }
}

impl std::error::Error for BackendError {}

/// Makes and runs machine code.
pub trait Backend {
    /// Compiles a trace under the driver's number `trace` (below `u32::MAX`).
    ///
    /// A bridge is not reached before [`Backend::patch_exit`].
    ///
    /// # Errors
    /// When the trace is refused; nothing is left behind then.
    ///
    /// # Safety
    /// `CodeBlock`s named by exits are live, and stay so as long as the code; `compiled` passes the trace verifier.
    unsafe fn compile(
        &mut self,
        compiled: &Compiled,
        kind: Kind<'_>,
        trace: u32,
        runtime: &Runtime,
        targets: &dyn Targets,
    ) -> Result<TraceCode, BackendError>;

    /// Makes an exit site go straight to a bridge compiled for it, or back to the driver.
    fn patch_exit(&mut self, parent: &TraceCode, site: u32, bridge: Option<&TraceCode>);

    /// Sets the compiled code that a frame pushed by this trace goes on with when its callee returns.
    fn patch_resume(&mut self, code: &TraceCode, point: usize, resume: Option<*const u8>);

    /// Frees the memory of a trace that no other trace, record or thread refers to any more.
    fn free(&mut self, code: TraceCode);

    /// Runs compiled code from `entry` (a `TraceCode::entry`) until it is left.
    ///
    /// # Safety
    /// `context` is the current thread's; `base` is the window of its innermost frame, which is in the state that the trace
    /// expects; `area` outlives decoding.
    unsafe fn enter(
        &self,
        entry: *const u8,
        context: *mut Context,
        base: *mut u64,
        area: &mut SpillArea,
    ) -> ExitReason;

    /// Whether traces compiled from now on can be dumped instruction by instruction (`COIL_DUMP=asm`).
    fn keep_marks(&mut self, marks: bool);

    /// The machine code of a trace as text: hex bytes, one line per instruction, then exits and slow paths.
    fn dump(&self, compiled: &Compiled, code: &TraceCode) -> String;

    /// Numbers for the statistics.
    fn stats(&self) -> CacheStats;
}
