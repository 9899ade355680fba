//! What stress modes do before opaque calls in compiled code: see `force-raise`, `force-invalidate` and `force-frames` among the options.

use crate::frames::{frames, real_frames};
use crate::jit::Jit;
use crate::raw;
use coil_frame::{Context, Events};
use coil_machine::{Effects, Opaque, Ty};
use coil_options::JitOptions;
use coil_record::{PENDING_ALIAS, Stress};
use coil_value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// The dice, and what they brought about.
#[derive(Debug, Default)]
pub(crate) struct Forced {
    dice: u64,
    /// Where the bytecode starts whose call was left by the way of exceptions.
    pub(crate) raised_at: Option<u32>,
}

impl Forced {
    /// True once in `sides` throws, on average.
    fn throw(&mut self, sides: u64) -> bool {
        self.dice = self
            .dice
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x1405_7B7E_F767_814F);
        sides != 0 && (self.dice >> 33).is_multiple_of(sides)
    }

    /// What recordings are to know.
    pub(crate) fn stress(&self, options: &JitOptions) -> Stress {
        let natives = [
            (options.force_raise, &RAISE),
            (options.force_invalidate, &INVALIDATE),
            (options.force_frames, &FRAMES),
        ];
        let chosen = natives.into_iter().find(|(sides, _)| *sides != 0);
        Stress {
            fail_guards: options.fail_guards,
            dice: (&raw const self.dice).expose_provenance(),
            before_call: chosen.map(|(_, native)| native),
        }
    }
}

static RAISE: Opaque = Opaque {
    can_raise: true,
    ..native("stress_raise", raise as *const ())
};

static INVALIDATE: Opaque = native("stress_invalidate", invalidate as *const ());

static FRAMES: Opaque = Opaque {
    can_collect: true,
    sees_frames: true,
    ..native("stress_frames", look as *const ())
};

const fn native(name: &'static str, function: *const ()) -> Opaque {
    Opaque {
        name,
        function,
        params: &[Ty::Int, Ty::Int],
        result: Ty::Void,
        effects: Effects::Writes(PENDING_ALIAS),
        can_raise: false,
        can_collect: false,
        sees_frames: false,
    }
}

/// Leaves the trace as if the call that follows had raised.
extern "C" fn raise(cx: *mut Context, at: i64, _trace: i64) {
    // SAFETY: compiled code passes its context, which is attached.
    let jit = unsafe { Jit::of(cx) };
    if jit.forced.throw(jit.options.jit.force_raise) {
        jit.forced.raised_at = u32::try_from(at).ok();
        // SAFETY: as above.
        unsafe { (*cx).pending = Value::from_small_int_unchecked(0).bits() };
    }
}

/// Invalidates the trace.
extern "C" fn invalidate(cx: *mut Context, _at: i64, trace: i64) {
    // SAFETY: as above.
    let jit = unsafe { Jit::of(cx) };
    if let Ok(trace) = u32::try_from(trace)
        && jit.forced.throw(jit.options.jit.force_invalidate)
    {
        // SAFETY: as above.
        unsafe { jit.invalidate_all(cx, &[trace]) };
    }
}

/// Looks at all frames, collects while they are real, and has the trace left.
extern "C" fn look(cx: *mut Context, _at: i64, _trace: i64) {
    // SAFETY: as above.
    let jit = unsafe { Jit::of(cx) };
    if !jit.forced.throw(jit.options.jit.force_frames) {
        return;
    }
    // SAFETY: this native says that it sees frames.
    let seen = unsafe { frames(cx) }.len();
    // SAFETY: as above.
    let real = unsafe { real_frames(cx) };
    // SAFETY: as above.
    let context = unsafe { &*cx };
    let records = context.stack.records().addr();
    let depth = (context.frame_top.addr() - records) / size_of::<coil_frame::FrameRecord>();
    assert_eq!(seen, depth, "frames are seen as they are");
    // SAFETY: as above.
    unsafe { raw::mutator(cx) }.collect(false);
    drop(real);
    // SAFETY: as above.
    unsafe { &(*cx).events }.fetch_or(Events::FORCED, Relaxed);
}
