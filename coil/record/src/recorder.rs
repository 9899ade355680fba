//! [`Recorder`]: the machine itself, how it starts and what it leaves.

use crate::abort::Abort;
use crate::buf::TraceBuf;
use crate::start::{BridgeStart, SeedValue, Start};
use crate::state::{State, SymFrame, Unknown, live_registers};
use crate::stress::Stress;
use coil_frame::{CodeBlock, Context};
use coil_machine::Direct;
use coil_trace::{End, Id, Op, SnapshotId, Trace, Ty};
use coil_trace::{UNWINDING_SLOT, extra_frame};
use coil_value::Value;
use std::fmt;

/// What a Recorder asks of its driver.
pub trait Environment {
    /// The trace compiled for a loop header, by its code and the word after the header.
    fn loop_target(&self, code: *const CodeBlock, header: u32) -> Option<u32>;
    /// The trace compiled for a function.
    fn function_target(&self, code: *const CodeBlock) -> Option<u32>;
    /// The trace compiled for frames that go on at this word.
    fn resume_target(&self, code: *const CodeBlock, pc: u32) -> Option<u32>;
    /// A trace ended where a frame goes on at this word: compiled code for it would be of use.
    fn want_resume(&self, code: *const CodeBlock, pc: u32);
    /// Whether a watched cell changes so often that traces should load it.
    fn volatile(&self, cell: *const u32) -> bool;
    /// A recording was given up because of the loop whose header's cache word this is: it should be recorded soon.
    fn inner_loop(&self, slot: *mut u64);
}

/// How far a recording may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instructions.
    pub max_ops: usize,
    /// Frames.
    pub max_depth: usize,
    /// Frames of one code block above another of the same.
    pub max_recursion: usize,
    /// Stress: every trace ends after this many bytecodes (0 = off).
    pub chop: u64,
    /// Stress: this guard of every trace fails (0 = off).
    pub fail_guard: u64,
    /// Stress by chance.
    pub stress: Stress,
}

/// What a recording leaves.
#[derive(Debug)]
pub struct Recorded {
    /// The trace; complete if `abort` is none.
    pub trace: Trace,
    /// Watched cells and their contents when they were consulted.
    pub cells: Vec<(usize, u32)>,
    /// Bits of constants that must stay alive and in place.
    pub keep: Vec<u64>,
    /// Why there is no trace.
    pub abort: Option<Abort>,
    /// Bytecodes executed.
    pub bytecodes: u64,
    /// Guards recorded.
    pub guards: u64,
    /// Code and word of the bytecode in which it was given up.
    pub at: (*const CodeBlock, u32),
}

/// The machine that records.
pub struct Recorder<'t> {
    pub(crate) direct: Direct,
    pub(crate) buf: &'t TraceBuf,
    pub(crate) env: &'t dyn Environment,
    pub(crate) limits: Limits,
    /// Code and header of a loop trace.
    pub(crate) header: Option<(*const CodeBlock, u32)>,
    /// Code of a function trace.
    pub(crate) function: Option<*const CodeBlock>,
    /// The driver's number of this trace.
    pub(crate) number: u32,
    pub(crate) visits: Vec<(usize, u32)>,
    pub(crate) bytecodes: u64,
}

impl fmt::Debug for Recorder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

impl<'t> Recorder<'t> {
    /// A machine for the innermost frame of a context, which records trace `number`. With `raised` the language begins by unwinding.
    ///
    /// # Safety
    /// As [`Direct::resume`]; the frames that `start` names exist.
    pub unsafe fn new(
        cx: *mut Context,
        buf: &'t TraceBuf,
        env: &'t dyn Environment,
        limits: Limits,
        start: &Start,
        raised: bool,
        number: u32,
    ) -> Recorder<'t> {
        // SAFETY: by contract.
        let direct = unsafe { Direct::resume(cx) };
        // SAFETY: by contract.
        let top = unsafe { (*cx).frame_top };
        // SAFETY: by contract.
        let record = unsafe { *top };
        let mut recorder = Recorder {
            direct,
            buf,
            env,
            limits,
            header: None,
            function: None,
            number,
            visits: Vec::new(),
            bytecodes: 0,
        };
        let mut state = buf.state();
        state.fail_guard = limits.fail_guard;
        state.stress = limits.stress;
        match start {
            Start::Loop { code, header } => {
                recorder.header = Some((*code, *header));
                state.push_root(&record);
                for register in 0..live_registers(*code, header.saturating_sub(1)) {
                    state.read_slot(register);
                }
            }
            Start::Function { code } => {
                recorder.function = Some(*code);
                state.push_root(&record);
                // Recursion needs no loop.
                state.poll = true;
            }
            Start::Resume => state.push_root(&record),
            Start::Bridge(bridge) => {
                state.unknown = Unknown::Window;
                seed(&mut state, bridge, raised);
            }
        }
        let at = recorder.word_index();
        state.begin(at);
        state.unwinding = raised.then_some(at);
        drop(state);
        recorder
    }

    /// The word that pc stands at.
    pub(crate) fn word_index(&self) -> u32 {
        let code = coil_machine::Machine::code(self);
        // SAFETY: the running code is live.
        let code = unsafe { &*code };
        // SAFETY: pc stands in it.
        unsafe { code.index_of(self.direct.pc()) }
    }

    pub(crate) fn is_loop(&self) -> bool {
        self.header.is_some()
    }

    /// The end of the recording.
    pub fn finish(self) -> Recorded {
        let mut state = self.buf.state();
        if !state.done {
            state.abort(Abort::Lost);
        }
        if state.abort.is_none() {
            state.drop_unused_inputs();
            if state.trace.insts.is_empty() && matches!(state.trace.end, End::Exit(_)) {
                state.abort = Some(Abort::Empty);
            }
        }
        Recorded {
            trace: std::mem::take(&mut state.trace),
            cells: std::mem::take(&mut state.cells),
            keep: std::mem::take(&mut state.keep),
            abort: state.abort,
            bytecodes: self.bytecodes,
            guards: state.guards,
            at: (state.top().code, state.at),
        }
    }
}

/// Puts frames, registers and virtual objects of the parent's exit into the trace.
fn seed(state: &mut State, start: &BridgeStart, raised: bool) {
    let mut objects: Vec<Id> = Vec::new();
    let mut leaves: Vec<(SeedValue, Id)> = Vec::new();
    // Plain values first, so that the snapshot of the allocations knows them.
    for &(slot, value) in &start.slots {
        if is_register(slot) && !matches!(value, SeedValue::Virtual(_)) {
            let id = seed_value(state, &mut leaves, &objects, value);
            state.set_slot(slot, id);
        }
    }
    // Without virtual objects no snapshot is taken before the frames are complete.
    push_frames(state, start, &mut leaves, None);
    if !start.virtuals.is_empty() {
        let at = start.frames.last().map_or(0, |frame| frame.pc);
        let frames = state.frames.len();
        link_parents(state, start);
        state.begin(at);
        state.unwinding = raised.then_some(at);
        let snapshot = state.snapshot();
        debug_assert_eq!(frames, start.frames.len());
        for object in &start.virtuals {
            let ty = seed_value(state, &mut leaves, &objects, object.ty);
            let new = state.new_object(object.new);
            let id = state.push(Op::New, [ty, Id::NONE, Id::NONE], new, snapshot);
            objects.push(id);
        }
        for (at, object) in start.virtuals.iter().enumerate() {
            for (field, value) in &object.fields {
                let id = if let SeedValue::Virtual(other) = value {
                    let reference = objects[*other];
                    if field.access == coil_trace::Access::Ref {
                        reference
                    } else {
                        state.pure(Op::BoxRef, reference, Id::NONE)
                    }
                } else {
                    seed_value(state, &mut leaves, &objects, *value)
                };
                let field = state.field(field);
                let args = [objects[at], id, Id::NONE];
                state.push(Op::Store, args, field, SnapshotId::NONE);
            }
        }
        for &(slot, value) in &start.slots {
            if let SeedValue::Virtual(object) = value
                && is_register(slot)
            {
                let id = state.pure(Op::BoxRef, objects[object], Id::NONE);
                state.set_slot(slot, id);
            }
        }
        state.frames.clear();
        push_frames(state, start, &mut leaves, Some(&objects));
    }
    link_parents(state, start);
}

fn is_register(slot: i32) -> bool {
    extra_frame(slot).is_none() && slot != UNWINDING_SLOT
}

fn push_frames(
    state: &mut State,
    start: &BridgeStart,
    leaves: &mut Vec<(SeedValue, Id)>,
    objects: Option<&[Id]>,
) {
    for (number, frame) in start.frames.iter().enumerate() {
        let word = start
            .slots
            .iter()
            .find(|(slot, _)| extra_frame(*slot) == Some(number));
        let extra = match (number, word, objects) {
            (0, ..) => Id::NONE,
            (_, Some(&(_, SeedValue::Virtual(object))), Some(objects)) => {
                state.pure(Op::BoxRef, objects[object], Id::NONE)
            }
            (_, Some((_, SeedValue::Virtual(_))), None) | (_, None, _) => {
                state.constant(Ty::Val, 0)
            }
            (_, Some(&(_, value)), _) => seed_value(state, leaves, &[], value),
        };
        state.frames.push(SymFrame {
            code: std::ptr::with_exposed_provenance(frame.code),
            base: frame.base.cast_signed(),
            result: frame.result,
            kind: frame.kind,
            extra,
            parent: None,
        });
    }
}

/// Makes the snapshots of the callers of the innermost frame.
fn link_parents(state: &mut State, start: &BridgeStart) {
    let frames = std::mem::take(&mut state.frames);
    let mut parent = None;
    for (number, frame) in frames.iter().enumerate() {
        let mut frame = *frame;
        frame.parent = parent;
        state.frames.push(frame);
        if let Some(callee) = frames.get(number + 1) {
            let pc = start.frames[number].pc;
            let call = Some((callee.result, callee.base - frame.base));
            parent = Some(state.build(pc, pc.saturating_sub(1), call));
        }
    }
}

fn seed_value(
    state: &mut State,
    leaves: &mut Vec<(SeedValue, Id)>,
    objects: &[Id],
    value: SeedValue,
) -> Id {
    if let SeedValue::Const(ty, bits) = value {
        return state.constant(ty, bits);
    }
    if let Some(&(_, id)) = leaves.iter().find(|(known, _)| *known == value) {
        return id;
    }
    let id = match value {
        SeedValue::Leaf(leaf, ty) => state.input(input_op(ty), leaf),
        SeedValue::BoxInt(leaf, int) => {
            let raw = seed_value(state, leaves, objects, SeedValue::Leaf(leaf, Ty::Int));
            let id = state.pure(Op::BoxInt, raw, Id::NONE);
            if !Value::fits_small_int(int) {
                state.raw.insert(id, int.cast_unsigned());
            }
            id
        }
        SeedValue::BoxFloat(leaf, bits) => {
            let raw = seed_value(state, leaves, objects, SeedValue::Leaf(leaf, Ty::Float));
            let id = state.pure(Op::BoxFloat, raw, Id::NONE);
            if f64::from_bits(bits).is_nan() {
                state.raw.insert(id, bits);
            }
            id
        }
        SeedValue::BoxRef(leaf) => {
            let raw = seed_value(state, leaves, objects, SeedValue::Leaf(leaf, Ty::Ref));
            state.pure(Op::BoxRef, raw, Id::NONE)
        }
        SeedValue::Virtual(object) => objects[object],
        SeedValue::Const(..) => unreachable!("done above"),
    };
    leaves.push((value, id));
    id
}

fn input_op(ty: Ty) -> Op {
    match ty {
        Ty::Int | Ty::Bool => Op::InputInt,
        Ty::Float => Op::InputFloat,
        Ty::Ref => Op::InputRef,
        Ty::Val | Ty::Void => Op::InputVal,
    }
}
