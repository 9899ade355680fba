//! What the Direct machine shares with its driver: caches, thresholds, hooks, and why it stopped.

use crate::cache::Caches;
use coil_frame::Context;
use coil_value::Value;

/// Why a run of Direct stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StopReason {
    /// Not stopped.
    #[default]
    None,
    /// The outermost frame returned; `MachineState::result` holds the value and its frame is still pushed.
    Returned,
    /// The loop header that pc stands after got hot.
    HotLoop,
    /// The loop header that pc stands after has compiled code, whose address is in its cache word.
    EnterLoop,
    /// The function whose frame was just pushed got hot.
    HotFunction,
    /// The function whose frame was just pushed has compiled code (`CodeBlock::entry`).
    EnterFunction,
}

/// What the toolkit asks of the language at run time.
#[derive(Clone, Copy, Debug)]
pub struct Hooks {
    /// Boxes an integer that does not fit inline; 0 with a pending exception when there is no memory.
    pub box_int: extern "C" fn(*mut Context, i64) -> u64,
    /// Boxes a NaN; 0 with a pending exception when there is no memory.
    pub box_float: extern "C" fn(*mut Context, f64) -> u64,
    /// The int64 of an int object, if it is one and fits: true and the number.
    pub unbox_int: extern "C" fn(u64, *mut i64) -> bool,
    /// The guest stack is exhausted: makes the language's exception pending.
    pub stack_overflow: extern "C" fn(*mut Context),
    /// Handles `Context::events`; true when an exception is pending afterwards.
    pub event: extern "C" fn(*mut Context) -> bool,
}

/// The machines' per-thread state.
#[derive(Debug)]
pub struct MachineState {
    /// Inline-cache entries.
    pub caches: Caches,
    /// Hooks.
    pub hooks: Hooks,
    /// Back-edges until a loop header's slow path is taken; below [`COUNTER_LIMIT`].
    pub(crate) loop_limit: u64,
    /// Whether loops get hot at all.
    loops_get_hot: bool,
    /// Calls until a function is hot; `u32::MAX` = never.
    pub function_threshold: u32,
    /// Why Direct stopped.
    pub stop: StopReason,
    /// The value that the outermost frame returned.
    pub result: Option<Value>,
}

impl MachineState {
    /// State with the JIT off.
    pub fn new(hooks: Hooks) -> MachineState {
        MachineState {
            caches: Caches::default(),
            hooks,
            loop_limit: COUNTER_LIMIT - 1,
            loops_get_hot: false,
            function_threshold: u32::MAX,
            stop: StopReason::None,
            result: None,
        }
    }

    /// Loops are hot after so many back-edges. Before this is called they never are.
    pub fn set_loop_threshold(&mut self, threshold: u64) {
        self.loop_limit = threshold.min(COUNTER_LIMIT - 1);
        self.loops_get_hot = true;
    }

    /// Back-edges until a loop header's slow path is taken.
    #[inline(always)]
    pub fn loop_limit(&self) -> u64 {
        self.loop_limit
    }

    /// Whether a loop whose counter stands here is hot.
    pub(crate) fn is_hot_loop(&self, counter: u64) -> bool {
        self.loops_get_hot && counter >= self.loop_limit
    }

    /// The state of a context.
    ///
    /// # Safety
    /// `context` is live, its `machine` was set from a leaked or otherwise outliving box, and no other reference to it is in use.
    #[inline(always)]
    pub unsafe fn of<'a>(context: *mut Context) -> &'a mut MachineState {
        // SAFETY: by contract.
        let state = unsafe { (*context).machine };
        // SAFETY: by contract.
        unsafe { &mut *state.cast::<MachineState>() }
    }
}

/// Loop-header cache words below this are counters; others are addresses of compiled code.
pub const COUNTER_LIMIT: u64 = 1 << 32;
