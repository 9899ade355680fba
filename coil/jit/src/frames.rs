//! The guest's frames, those of running traces included.
//!
//! A trace does not push records for the calls that it inlined. While it makes an opaque call that may look at frames, the context says which
//! exit describes them ([`coil_backend::TraceReturn`]); here they are put together with the real records.

use crate::jit::Jit;
use crate::raw;
use crate::runtime::boxed;
use coil_backend::{TraceCode, TraceReturn};
use coil_frame::{CodeBlock, Context, FrameRecord};
use coil_heap::RootVec;
use coil_machine::MachineState;
use coil_record::{UNWINDING_SLOT, extra_frame};
use coil_trace::{Exit, ExitValue, SnapshotFrame};
use coil_value::Value;
use std::fmt;

/// A guest frame as it stands.
#[derive(Clone, Debug)]
pub struct GuestFrame {
    /// Its code.
    pub code: *const CodeBlock,
    /// The word after the instruction that runs or calls (invariant F1 of the frame crate).
    pub pc: u32,
    /// Kind.
    pub kind: u16,
    /// Its window, as far as memory holds it.
    pub base: *mut u64,
    /// Registers that memory does not hold, as bits; objects that exist in the trace only are given as 0.
    pub known: Vec<(i32, u64)>,
    /// The language's word of the frame.
    pub extra: u64,
    /// Its record; none for frames that a trace inlined.
    pub record: Option<*mut FrameRecord>,
}

impl GuestFrame {
    /// A register as bits; 0 = unset.
    ///
    /// # Safety
    /// The frame was taken just now, and the register is live in it.
    pub unsafe fn register(&self, index: i32) -> u64 {
        match self.known.iter().find(|(known, _)| *known == index) {
            Some((_, bits)) => *bits,
            // SAFETY: by contract.
            None => unsafe { *self.base.wrapping_offset(index as isize) },
        }
    }
}

/// All guest frames, innermost first. Numbers that were unboxed are boxed for it, so it may collect.
///
/// # Safety
/// Attached, and called from a native (not from within a handler of the Recorder).
pub unsafe fn frames(cx: *mut Context) -> Vec<GuestFrame> {
    let mut all = Vec::new();
    // SAFETY: by contract.
    let context = unsafe { &*cx };
    // SAFETY: by contract.
    let jit = unsafe { Jit::of(cx) };
    let mut views: Vec<(*mut FrameRecord, usize, Context2)> = jit
        .running
        .iter()
        .filter_map(|run| run.state.as_ref())
        .filter(|state| state.trace_return != 0)
        .map(|state| {
            let registers = Context2 {
                gpr: state.exit_gpr,
                fpr: state.exit_fpr,
                sp: state.exit_sp,
            };
            (state.frame_top, state.trace_return, registers)
        })
        .collect();
    if context.trace_return != 0 {
        let registers = Context2 {
            gpr: context.exit_gpr,
            fpr: context.exit_fpr,
            sp: context.exit_sp,
        };
        views.push((context.frame_top, context.trace_return, registers));
    }
    let mut record = context.frame_top;
    while record > context.stack.records() {
        // SAFETY: records up to `frame_top` are complete.
        let real = unsafe { *record };
        // SAFETY: pc stands in its code.
        let mut pc = unsafe { raw::word_index(real.code, real.pc) };
        let mut known = Vec::new();
        if let Some((_, word, registers)) = views.iter().find(|(top, ..)| *top == record)
            && let Some(place) = TraceReturn::unpack(*word)
        {
            // SAFETY: by contract.
            let mut inlined = unsafe { inlined(cx, place, registers, real.base) };
            let root = inlined.remove(0);
            all.extend(inlined.into_iter().rev());
            pc = root.pc;
            known = root.known;
        }
        all.push(GuestFrame {
            code: real.code,
            pc,
            kind: real.kind,
            base: real.base,
            known,
            extra: real.extra,
            record: Some(record),
        });
        record = record.wrapping_sub(1);
    }
    all
}

/// What decoding needs of a context.
#[derive(Clone)]
struct Context2 {
    gpr: [u64; 16],
    fpr: [u64; 16],
    sp: usize,
}

/// The frames of a trace that waits for a native, outermost first.
unsafe fn inlined(
    cx: *mut Context,
    place: TraceReturn,
    registers: &Context2,
    base: *mut u64,
) -> Vec<GuestFrame> {
    // SAFETY: by the contract of `frames`.
    let context = unsafe { &mut *cx };
    // SAFETY: as above.
    let (code, exit) = unsafe { waiting(cx, place) };
    let mut words = vec![0_u64; exit.slots.len()];
    let saved = (context.exit_gpr, context.exit_fpr, context.exit_sp);
    context.exit_gpr = registers.gpr;
    context.exit_fpr = registers.fpr;
    context.exit_sp = registers.sp;
    // SAFETY: the trace is in the call of this site.
    unsafe { code.decode(place.site, context, base, &mut words[..plain_slots(exit)]) };
    (context.exit_gpr, context.exit_fpr, context.exit_sp) = saved;
    // SAFETY: by the contract of `frames`.
    unsafe { spread(cx, exit, &mut words) };
    let mut list: Vec<GuestFrame> = exit
        .frames
        .iter()
        .map(|frame| GuestFrame {
            code: std::ptr::with_exposed_provenance(frame.code),
            pc: frame.pc,
            kind: frame.kind,
            base: base.wrapping_add(frame.base as usize),
            known: Vec::new(),
            extra: 0,
            record: None,
        })
        .collect();
    for (slot, word) in held(exit, &words) {
        match slot {
            Held::Extra(frame) => list[frame].extra = word,
            Held::Register(frame, register) => list[frame].known.push((register, word)),
        }
    }
    list
}

/// The code of a trace that waits for a native, and the exit that describes its frames.
///
/// # Safety
/// Attached; the trace runs.
unsafe fn waiting<'a>(cx: *mut Context, place: TraceReturn) -> (&'a TraceCode, &'a Exit) {
    // SAFETY: by contract.
    let jit = unsafe { Jit::of(cx) };
    let trace = jit.table.get(place.trace).expect("a running trace");
    let exit = trace.code.sites[place.site as usize].exit as usize;
    (&trace.code, &trace.exits[exit])
}

/// How many slots of an exit have leaves. Theirs are the first ones, in the order of the slots.
fn plain_slots(exit: &Exit) -> usize {
    let plain = |(_, value): &&(i32, ExitValue)| !matches!(value, ExitValue::Virtual(_));
    exit.slots.iter().filter(plain).count()
}

/// Turns the leaves that `words` begins with into the words of all slots, by the slot's number: numbers are boxed, objects that exist in the
/// trace only are 0.
///
/// # Safety
/// Attached. `words` is as long as the exit has slots.
unsafe fn spread(cx: *mut Context, exit: &Exit, words: &mut [u64]) {
    // SAFETY: attached.
    let hooks = unsafe { MachineState::of(cx) }.hooks;
    let (mut leaf, mut boxes) = (plain_slots(exit), Boxes::default());
    for (at, &(_, value)) in exit.slots.iter().enumerate().rev() {
        if matches!(value, ExitValue::Virtual(_)) {
            words[at] = 0;
            continue;
        }
        leaf -= 1;
        let raw = words[leaf];
        let inline = match value {
            ExitValue::BoxInt(_) => Value::from_small_int(raw.cast_signed()),
            ExitValue::BoxFloat(_) => Value::from_f64(f64::from_bits(raw)),
            _ => {
                words[at] = raw;
                continue;
            }
        };
        words[at] = inline.map_or(0, Value::bits);
        if inline.is_none() {
            let hook = || match value {
                ExitValue::BoxInt(_) => (hooks.box_int)(cx, raw.cast_signed()),
                _ => (hooks.box_float)(cx, f64::from_bits(raw)),
            };
            // SAFETY: by contract.
            let bits = unsafe { boxed(cx, hook) };
            // SAFETY: as above.
            unsafe { boxes.push(cx, at, bits) };
        }
    }
    boxes.write(words);
}

/// The boxes made for slots, while more are made: `words` may lie outside of what the collector sees.
#[derive(Default)]
struct Boxes {
    slots: Vec<usize>,
    roots: Option<RootVec>,
}

impl Boxes {
    /// # Safety
    /// Attached. `bits` is a box made just now.
    unsafe fn push(&mut self, cx: *mut Context, slot: usize, bits: u64) {
        // SAFETY: by contract.
        let new = || RootVec::new(unsafe { raw::mutator(cx) });
        // SAFETY: by contract.
        let value = unsafe { Value::from_bits(bits) };
        self.slots.push(slot);
        self.roots
            .get_or_insert_with(new)
            .push(value.expect("boxes are objects"));
    }

    fn write(&self, words: &mut [u64]) {
        for (number, &slot) in self.slots.iter().enumerate() {
            let found = self.roots.as_ref().and_then(|roots| roots.get(number));
            words[slot] = found.map_or(0, Value::bits);
        }
    }
}

/// What a slot of an exit holds, by the frame's number.
enum Held {
    /// The language's word of the frame.
    Extra(usize),
    /// A register, counted from the frame's window.
    Register(usize, i32),
}

/// The slots of an exit's frames, with their words.
fn held<'a>(exit: &'a Exit, words: &'a [u64]) -> impl Iterator<Item = (Held, u64)> + 'a {
    let slots = exit.slots.iter().zip(words);
    slots.filter_map(|(&(slot, _), &word)| {
        if slot == UNWINDING_SLOT {
            return None;
        }
        if let Some(frame) = extra_frame(slot) {
            return Some((Held::Extra(frame), word));
        }
        let below = |frame: &SnapshotFrame| slot >= frame.base.cast_signed() - 1;
        let owner = exit.frames.iter().rposition(below).unwrap_or(0);
        let register = slot - exit.frames[owner].base.cast_signed();
        Some((Held::Register(owner, register), word))
    })
}

/// While it lives, the frames of running compiled code are real: those it inlined have records, and the registers of all are in memory. Dropping it
/// takes that back again; what was written to the registers meanwhile is lost.
#[must_use]
pub struct RealFrames {
    /// Registers written, and where their former contents stand in `former` (none for unset): compiled code goes by those.
    written: Vec<(*mut u64, Option<usize>)>,
    former: Option<RootVec>,
    cx: *mut Context,
    root: *mut FrameRecord,
    pc: *const u64,
    trace_return: usize,
}

/// Makes the frames of the trace that is calling the present native real, for a native that looks at records or pushes some. Does nothing in
/// natives that the interpreter calls.
///
/// # Safety
/// Attached, and called from a native whose [`coil_machine::Opaque`] says that it sees frames. The guard is dropped before the native returns, and after
/// everything pushed meanwhile was popped.
pub unsafe fn real_frames(cx: *mut Context) -> RealFrames {
    // SAFETY: by contract.
    let context = unsafe { &mut *cx };
    let root = context.frame_top;
    let mut guard = RealFrames {
        written: Vec::new(),
        former: None,
        cx,
        root,
        pc: std::ptr::null(),
        trace_return: context.trace_return,
    };
    let Some(place) = TraceReturn::unpack(context.trace_return) else {
        return guard;
    };
    // SAFETY: a trace's root frame has a record.
    let record = unsafe { *root };
    guard.pc = record.pc;
    // SAFETY: by contract.
    let (code, exit) = unsafe { waiting(cx, place) };
    let (mut few, mut many) = ([0_u64; FEW_SLOTS], Vec::new());
    let count = exit.slots.len();
    let words = if count <= FEW_SLOTS {
        &mut few[..count]
    } else {
        many.resize(count, 0);
        &mut many[..]
    };
    // SAFETY: the trace is in the call of this site.
    unsafe {
        code.decode(
            place.site,
            context,
            record.base,
            &mut words[..plain_slots(exit)],
        )
    };
    // SAFETY: by contract.
    unsafe { spread(cx, exit, words) };
    for (number, frame) in exit.frames.iter().enumerate() {
        let code = std::ptr::with_exposed_provenance::<CodeBlock>(frame.code);
        // SAFETY: code of exits is live.
        let pc = unsafe { (*code).words }.wrapping_add(frame.pc as usize);
        let at = root.wrapping_add(number);
        if number == 0 {
            // SAFETY: the root's record.
            unsafe { (*at).pc = pc };
            continue;
        }
        // SAFETY: the record stack has slack beyond its limit.
        unsafe {
            at.write(FrameRecord {
                code,
                pc,
                base: record.base.wrapping_add(frame.base as usize),
                resume: std::ptr::null(),
                result: frame.result,
                kind: frame.kind,
                scans: 0,
                extra: 0,
            });
        }
    }
    // SAFETY: the root's code is live and its pc stands in it.
    let live = unsafe { crate::roots::live_registers(&record) };
    let live = i32::try_from(live).unwrap_or(i32::MAX);
    for (slot, word) in held(exit, words) {
        let (frame, register) = match slot {
            // The root's record has its own.
            Held::Extra(0) => continue,
            Held::Extra(frame) => {
                // SAFETY: the frame's record was written above.
                unsafe { (*root.wrapping_add(frame)).extra = word };
                continue;
            }
            Held::Register(frame, register) => (frame, register),
        };
        let window = record.base.wrapping_add(exit.frames[frame].base as usize);
        let place = window.wrapping_offset(register as isize);
        // Compiled code may go by what the root's live registers held; above them, and in other windows, memory held anything.
        if frame == 0 && register < live {
            // SAFETY: a register of the root's window.
            let bits = unsafe { *place };
            if bits == word {
                continue;
            }
            // SAFETY: attached.
            let new = || RootVec::new(unsafe { raw::mutator(cx) });
            // SAFETY: a live register holds a value or 0.
            let old = unsafe { Value::from_bits(bits) }.map(|old| {
                let former = guard.former.get_or_insert_with(new);
                former.push(old);
                former.len() - 1
            });
            guard.written.push((place, old));
        }
        // NO-BARRIER: root.
        // SAFETY: a register of a window that fits the stack.
        unsafe { *place = word };
    }
    context.frame_top = root.wrapping_add(exit.frames.len().max(1) - 1);
    context.trace_return = 0;
    guard
}

/// Slots of exits for which there is room on the native stack.
const FEW_SLOTS: usize = 64;

impl fmt::Debug for RealFrames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RealFrames")
    }
}

impl Drop for RealFrames {
    fn drop(&mut self) {
        if self.trace_return == 0 {
            return;
        }
        // SAFETY: by the contract of `real_frames`.
        let context = unsafe { &mut *self.cx };
        context.frame_top = self.root;
        context.trace_return = self.trace_return;
        for &(place, former) in &self.written {
            let old = former.zip(self.former.as_ref());
            let old = old.and_then(|(at, former)| former.get(at));
            // NO-BARRIER: root.
            // SAFETY: a register of the root's window.
            unsafe { *place = old.map_or(0, Value::bits) };
        }
        // SAFETY: the root's record; its window is as it was when the trace was entered.
        unsafe { (*self.root).pc = self.pc };
    }
}
