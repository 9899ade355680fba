//! What a recording knows: instructions so far, which constant a value turned out to be, registers, frames, snapshots.

use crate::abort::Abort;
use crate::stress::{CALM, Stress};
use coil_frame::{CodeBlock, FrameRecord};
use coil_trace::{
    Call, Const, End, Field, Id, Inst, NewObject, Op, Snapshot, SnapshotFrame, SnapshotId, Trace,
    Ty, UNWINDING_SLOT, WINDOW_ALIAS, eval, extra_slot,
};
use coil_value::Value;
use rustc_hash::FxHashMap;

/// Alias class of `Context::pending`.
pub const PENDING_ALIAS: u32 = u32::MAX;

/// Registers below the root window's first that a trace may know (-1 is the running function).
const BELOW: i32 = 8;

/// A frame as the trace knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SymFrame {
    pub(crate) code: *const CodeBlock,
    pub(crate) base: i32,
    pub(crate) result: u16,
    pub(crate) kind: u16,
    /// The language word; `Id::NONE` for the root, whose word is in memory.
    pub(crate) extra: Id,
    /// State of the caller at the call.
    pub(crate) parent: Option<SnapshotId>,
}

/// Where unknown registers of the root window come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unknown {
    /// Inputs of the trace.
    Input,
    /// Memory (bridges, whose inputs are leaves).
    Window,
}

pub(crate) struct State {
    pub(crate) trace: Trace,
    /// Words that may be addresses of objects among the constants.
    pub(crate) keep: Vec<u64>,
    consts: FxHashMap<(Ty, u64), Id>,
    fields: FxHashMap<Field, u32>,
    calls: FxHashMap<usize, u32>,
    news: FxHashMap<NewObject, u32>,
    shared: FxHashMap<(Op, Id, Id), Id>,
    /// What a guard made a constant.
    known: FxHashMap<Id, Id>,
    /// Concrete numbers of boxes that are not inline.
    pub(crate) raw: FxHashMap<Id, u64>,
    slots: Vec<Id>,
    /// Registers written in this bytecode, and what they were.
    undo: Vec<(i32, Id)>,
    pub(crate) unknown: Unknown,
    pub(crate) frames: Vec<SymFrame>,
    /// The word at which the present bytecode starts.
    pub(crate) at: u32,
    /// First instruction of the present bytecode.
    first: usize,
    snapshot: Option<SnapshotId>,
    after: Option<(u32, SnapshotId)>,
    /// An effect happened in this bytecode.
    pub(crate) effect: bool,
    /// A register was written in this bytecode.
    pub(crate) written: bool,
    /// An exception is pending and frames are being left: snapshots have this pc.
    pub(crate) unwinding: Option<u32>,
    /// The pending exception, if the trace raised it itself.
    pub(crate) pending: Option<Id>,
    /// An event must be polled for at the next bytecode.
    pub(crate) poll: bool,
    pub(crate) done: bool,
    pub(crate) abort: Option<Abort>,
    pub(crate) cells: Vec<(usize, u32)>,
    pub(crate) guards: u64,
    pub(crate) fail_guard: u64,
    pub(crate) stress: Stress,
}

impl State {
    pub(crate) fn new() -> State {
        State {
            trace: Trace::new(),
            keep: Vec::new(),
            consts: FxHashMap::default(),
            fields: FxHashMap::default(),
            calls: FxHashMap::default(),
            news: FxHashMap::default(),
            shared: FxHashMap::default(),
            known: FxHashMap::default(),
            raw: FxHashMap::default(),
            slots: Vec::new(),
            undo: Vec::new(),
            unknown: Unknown::Input,
            frames: Vec::new(),
            at: 0,
            first: 0,
            snapshot: None,
            after: None,
            effect: false,
            written: false,
            unwinding: None,
            pending: None,
            poll: false,
            done: false,
            abort: None,
            cells: Vec::new(),
            guards: 0,
            fail_guard: 0,
            stress: CALM,
        }
    }

    pub(crate) fn abort(&mut self, reason: Abort) {
        if !self.done {
            self.done = true;
            self.abort = Some(reason);
        }
    }

    pub(crate) fn finish(&mut self, end: End) {
        if !self.done {
            self.done = true;
            self.trace.end = end;
        }
    }

    // ---- values

    pub(crate) fn constant(&mut self, ty: Ty, bits: u64) -> Id {
        if let Some(&id) = self.consts.get(&(ty, bits)) {
            return id;
        }
        let id = Id::constant(self.trace.consts.len());
        self.trace.consts.push(Const { ty, bits });
        self.consts.insert((ty, bits), id);
        if matches!(ty, Ty::Val | Ty::Ref) && bits != 0 && bits >> 48 == 0 {
            self.keep.push(bits);
        }
        id
    }

    /// The bits of a constant.
    pub(crate) fn bits_of(&self, id: Id) -> Option<u64> {
        id.as_const().map(|at| self.trace.consts[at].bits)
    }

    /// The constant that a value is known to be, or the value.
    pub(crate) fn resolve(&self, id: Id) -> Id {
        self.known.get(&id).copied().unwrap_or(id)
    }

    /// From now on `id` is this constant.
    pub(crate) fn learn(&mut self, id: Id, constant: Id) {
        if !id.is_const() && !id.is_none() {
            self.known.insert(id, constant);
        }
    }

    /// The instruction that makes a value.
    pub(crate) fn inst(&self, id: Id) -> Option<&Inst> {
        id.as_inst().map(|at| &self.trace.insts[at])
    }

    pub(crate) fn op_of(&self, id: Id) -> Option<Op> {
        self.inst(id).map(|inst| inst.op)
    }

    // ---- appending

    pub(crate) fn push(&mut self, op: Op, args: [Id; 3], extra: u32, snapshot: SnapshotId) -> Id {
        if self.done {
            return Id::NONE;
        }
        let args = args.map(|id| self.resolve(id));
        let id = Id::inst(self.trace.insts.len());
        self.trace.insts.push(Inst {
            op,
            args,
            extra,
            first_arg: 0,
            snapshot,
        });
        id
    }

    /// A pure op: folded, shared, or appended.
    pub(crate) fn pure(&mut self, op: Op, a: Id, b: Id) -> Id {
        if self.done {
            return Id::NONE;
        }
        let (a, b) = (self.resolve(a), self.resolve(b));
        let first = self.bits_of(a);
        let second = if op.arity() == 2 {
            self.bits_of(b)
        } else {
            Some(0)
        };
        if let (Some(first), Some(second)) = (first, second)
            && let Some(bits) = eval(op, first, second)
        {
            return self.constant(op.ty(), bits);
        }
        if let Some(&id) = self.shared.get(&(op, a, b)) {
            return self.resolve(id);
        }
        let id = self.push(op, [a, b, Id::NONE], 0, SnapshotId::NONE);
        self.shared.insert((op, a, b), id);
        id
    }

    pub(crate) fn field(&mut self, field: &Field) -> u32 {
        if let Some(&at) = self.fields.get(field) {
            return at;
        }
        let at = u32::try_from(self.trace.fields.len()).expect("few fields");
        self.trace.fields.push(*field);
        self.fields.insert(*field, at);
        at
    }

    pub(crate) fn call(&mut self, key: usize, call: impl FnOnce() -> Call) -> u32 {
        if let Some(&at) = self.calls.get(&key) {
            return at;
        }
        let at = u32::try_from(self.trace.calls.len()).expect("few calls");
        self.trace.calls.push(call());
        self.calls.insert(key, at);
        at
    }

    pub(crate) fn new_object(&mut self, new: NewObject) -> u32 {
        if let Some(&at) = self.news.get(&new) {
            return at;
        }
        let at = u32::try_from(self.trace.news.len()).expect("few kinds of objects");
        self.trace.news.push(new);
        self.news.insert(new, at);
        at
    }

    pub(crate) fn input(&mut self, op: Op, slot: i32) -> Id {
        let index = u32::try_from(self.trace.inputs.len()).expect("few inputs");
        self.trace.inputs.push(slot);
        self.push(op, [Id::NONE; 3], index, SnapshotId::NONE)
    }

    // ---- guards

    /// Appends a guard in the state at the start of the bytecode.
    pub(crate) fn guard(&mut self, op: Op, a: Id, b: Id) {
        if self.done {
            return;
        }
        if self.effect {
            return self.abort(Abort::GuardAfterEffect);
        }
        if self.written {
            return self.abort(Abort::GuardAfterWrite);
        }
        let snapshot = self.snapshot();
        self.force(snapshot);
        self.push(op, [a, b, Id::NONE], 0, snapshot);
    }

    /// Guards that a bool is what it is now.
    pub(crate) fn guard_bool(&mut self, id: Id, yes: bool) {
        let (mut id, mut expected) = (self.resolve(id), yes);
        while let Some(inst) = self.inst(id).copied()
            && inst.op == Op::BoolNot
        {
            id = self.resolve(inst.args[0]);
            expected = !expected;
        }
        if id.is_const() || self.done {
            return;
        }
        let inst = self.inst(id).copied();
        if let Some(inst) = inst
            && expected
            && inst.args[1].is_const()
            && !matches!(self.op_of(inst.args[0]), Some(Op::BoxInt | Op::BoxFloat))
        {
            let guard = match inst.op {
                Op::IntEq => Some(Op::GuardInt),
                Op::ValEq => Some(Op::GuardVal),
                Op::RefEq => Some(Op::GuardRef),
                _ => None,
            };
            if let Some(guard) = guard {
                self.guard(guard, inst.args[0], inst.args[1]);
                self.learn(inst.args[0], inst.args[1]);
                let known = self.constant(Ty::Bool, 1);
                self.learn(id, known);
                return;
            }
        }
        let guard = if expected {
            Op::GuardTrue
        } else {
            Op::GuardFalse
        };
        self.guard(guard, id, Id::NONE);
        let known = self.constant(Ty::Bool, u64::from(expected));
        self.learn(id, known);
    }

    /// Guards that a bool is what it is now; otherwise execution goes on at the word `other` of the innermost frame, with registers as they are.
    pub(crate) fn guard_branch(&mut self, id: Id, yes: bool, other: u32) {
        let id = self.resolve(id);
        if id.is_const() || self.done {
            return;
        }
        let snapshot = self.build(other, other, None);
        self.trace.snapshots[snapshot.0 as usize].decided = true;
        let op = if yes { Op::GuardTrue } else { Op::GuardFalse };
        self.push(op, [id, Id::NONE, Id::NONE], 0, snapshot);
        let known = self.constant(Ty::Bool, u64::from(yes));
        self.learn(id, known);
    }

    /// Guards that a value is what it is now, and makes it that constant.
    pub(crate) fn promote(&mut self, op: Op, ty: Ty, id: Id, bits: u64) {
        let id = self.resolve(id);
        if id.is_const() || self.done {
            return;
        }
        let constant = self.constant(ty, bits);
        self.guard(op, id, constant);
        self.learn(id, constant);
    }

    // ---- registers

    fn index(slot: i32) -> usize {
        usize::try_from(slot + BELOW).expect("registers stand above the root window's start")
    }

    /// What the trace knows of a register, by slot from the root window's first.
    pub(crate) fn slot(&self, slot: i32) -> Option<Id> {
        let id = self.slots.get(Self::index(slot)).copied()?;
        (!id.is_none()).then_some(id)
    }

    pub(crate) fn set_slot(&mut self, slot: i32, id: Id) {
        self.after = None;
        let at = Self::index(slot);
        if at >= self.slots.len() {
            self.slots.resize(at + 16, Id::NONE);
        }
        self.slots[at] = id;
    }

    /// A handler writes a register.
    pub(crate) fn write_slot(&mut self, slot: i32, id: Id) {
        let old = self.slot(slot).unwrap_or(Id::NONE);
        self.undo.push((slot, old));
        self.set_slot(slot, id);
        self.written = true;
    }

    /// Exchanges registers written in this bytecode with what they were; the second time back again.
    fn swap_written(&mut self, back: bool) {
        let mut undo = std::mem::take(&mut self.undo);
        let count = undo.len();
        for step in 0..count {
            let at = if back { step } else { count - 1 - step };
            let (slot, id) = &mut undo[at];
            std::mem::swap(&mut self.slots[Self::index(*slot)], id);
        }
        self.undo = undo;
    }

    /// The value of a register, an input if the trace has not met it.
    pub(crate) fn read_slot(&mut self, slot: i32) -> Id {
        if self.done {
            return Id::NONE;
        }
        if let Some(id) = self.slot(slot) {
            return self.resolve(id);
        }
        let id = match self.unknown {
            Unknown::Input => self.input(Op::InputVal, slot),
            Unknown::Window => self.load_register(slot),
        };
        self.set_slot(slot, id);
        id
    }

    /// A register of the root window, which nothing writes while the trace runs.
    fn load_register(&mut self, slot: i32) -> Id {
        let window = self.pure(Op::WindowBase, Id::NONE, Id::NONE);
        let field = self.field(&Field {
            offset: slot * 8,
            access: coil_trace::Access::Val,
            alias: WINDOW_ALIAS,
            immutable: true,
            barrier: coil_trace::Barrier::None,
        });
        let args = [window, Id::NONE, Id::NONE];
        self.push(Op::LoadVal, args, field, SnapshotId::NONE)
    }

    // ---- frames and snapshots

    pub(crate) fn top(&self) -> &SymFrame {
        self.frames.last().expect("a trace has a root frame")
    }

    /// A bytecode starts at this word.
    pub(crate) fn begin(&mut self, at: u32) {
        self.at = at;
        self.fresh();
        self.unwinding = None;
    }

    /// The present state is one to go on from.
    pub(crate) fn fresh(&mut self) {
        self.first = self.trace.insts.len();
        self.snapshot = None;
        self.after = None;
        self.effect = false;
        self.written = false;
        self.undo.clear();
    }

    /// Whether an object was made by the present bytecode.
    pub(crate) fn is_fresh(&self, id: Id) -> bool {
        id.as_inst()
            .is_some_and(|at| at >= self.first && self.trace.insts[at].op == Op::New)
    }

    /// The state at the start of the bytecode (or in which the exception is pending).
    pub(crate) fn snapshot(&mut self) -> SnapshotId {
        if let Some(known) = self.snapshot {
            return known;
        }
        self.swap_written(false);
        let id = match self.unwinding {
            Some(pc) => self.build(pc, pc.saturating_sub(1), None),
            None => self.build(self.at, self.at, None),
        };
        self.swap_written(true);
        self.snapshot = Some(id);
        id
    }

    /// The state during a call, with pc after the instruction.
    pub(crate) fn snapshot_after(&mut self, pc: u32) -> SnapshotId {
        match self.after {
            Some((known, id)) if known == pc => id,
            _ => {
                let id = self.build(pc, pc.saturating_sub(1), None);
                self.after = Some((pc, id));
                id
            }
        }
    }

    /// A snapshot with this pc and the registers that are live at word `live`. During a call, given by its result register and its
    /// window, without what stands from the callee's window on, and without the result register: but for a named one, which keeps
    /// what it holds if the callee raises.
    pub(crate) fn build(&mut self, pc: u32, live: u32, call: Option<(u16, i32)>) -> SnapshotId {
        let frame = *self.top();
        let number = self.frames.len() - 1;
        let mut end = live_registers(frame.code, live);
        if let Some((_, window)) = call {
            end = end.min(window - 1);
        }
        let start = if number == 0 { 0 } else { -1 };
        // SAFETY: code of frames is live.
        let named = unsafe { (*frame.code).named_count };
        let awaited = call
            .filter(|&(result, _)| result >= named)
            .map(|(result, _)| i32::from(result));
        let mut slots = Vec::new();
        for register in start..end {
            if awaited == Some(register) {
                continue;
            }
            let slot = frame.base + register;
            if let Some(id) = self.slot(slot) {
                slots.push((slot, self.resolve(id)));
            }
        }
        if number > 0 {
            let extra = self.resolve(frame.extra);
            if self.bits_of(extra) != Some(0) {
                slots.push((extra_slot(number), extra));
            }
        }
        if call.is_none() && self.unwinding == Some(pc) {
            let mark = self.constant(Ty::Val, Value::from_small_int_unchecked(1).bits());
            slots.push((UNWINDING_SLOT, mark));
        }
        let id = SnapshotId(u32::try_from(self.trace.snapshots.len()).expect("few snapshots"));
        self.trace.snapshots.push(Snapshot {
            parent: frame.parent,
            decided: false,
            frame: SnapshotFrame {
                code: frame.code.addr(),
                pc,
                base: frame.base.cast_unsigned(),
                result: frame.result,
                kind: frame.kind,
            },
            slots,
        });
        id
    }

    /// The root frame.
    pub(crate) fn push_root(&mut self, record: &FrameRecord) {
        self.frames.push(SymFrame {
            code: record.code,
            base: 0,
            result: record.result,
            kind: record.kind,
            extra: Id::NONE,
            parent: None,
        });
    }
}

/// How many registers of a frame are live when this word starts: the named ones and those that hold values.
pub(crate) fn live_registers(code: *const CodeBlock, word: u32) -> i32 {
    // SAFETY: code of frames is live.
    let block = unsafe { &*code };
    debug_assert!(word < block.word_count.max(1));
    let place = block.depth.wrapping_add(word as usize);
    // SAFETY: `depth` has an entry per word.
    let depth = unsafe { *place };
    i32::from(depth.max(block.named_count))
}

/// Whether bits are those of an inline int.
pub(crate) fn is_inline_int(bits: u64) -> bool {
    // SAFETY: bits of guest values.
    unsafe { Value::from_bits(bits) }.is_some_and(Value::is_small_int)
}

/// Whether bits are those of an inline float.
pub(crate) fn is_inline_float(bits: u64) -> bool {
    // SAFETY: bits of guest values.
    unsafe { Value::from_bits(bits) }.is_some_and(Value::is_float)
}

impl State {
    /// Ends the trace before the present bytecode (or before the present step of unwinding), leaving out what it appended.
    pub(crate) fn finish_at_start(&mut self) {
        if self.done {
            return;
        }
        let snapshot = self.snapshot();
        let first = self.first;
        let made_since = |id: Id| id.as_inst().is_some_and(|at| at >= first);
        // Registers first read since are where they were.
        self.trace.snapshots[snapshot.0 as usize]
            .slots
            .retain(|&(_, id)| !made_since(id));
        self.trace.insts.truncate(first);
        self.finish(End::Exit(snapshot));
    }

    /// Takes out inputs of a loop that it neither uses nor changes: memory keeps those registers.
    pub(crate) fn drop_unused_inputs(&mut self) {
        let End::Loop(end) = self.trace.end else {
            return;
        };
        let mut used = vec![false; self.trace.insts.len()];
        for inst in &self.trace.insts {
            for id in self.trace.operands(inst) {
                if let Some(at) = id.as_inst() {
                    used[at] = true;
                }
            }
        }
        let slot_of = |id: Id, trace: &Trace| {
            let inst = &trace.insts[id.as_inst()?];
            (inst.op == Op::InputVal).then(|| trace.inputs[inst.extra as usize])
        };
        for snapshot in &self.trace.snapshots {
            for &(slot, id) in &snapshot.slots {
                if let Some(from) = slot_of(id, &self.trace)
                    && from != slot
                    && let Some(at) = id.as_inst()
                {
                    used[at] = true;
                }
            }
        }
        let last = &self.trace.snapshots[end.0 as usize];
        for (at, used) in used.iter_mut().enumerate() {
            let inst = self.trace.insts[at];
            if inst.op == Op::InputVal && !*used {
                let slot = self.trace.inputs[inst.extra as usize];
                *used = !last.slots.contains(&(slot, Id::inst(at)));
            }
        }
        let mut inputs = Vec::new();
        for (at, &used) in used.iter().enumerate() {
            let inst = &mut self.trace.insts[at];
            if inst.op != Op::InputVal {
                continue;
            }
            if used {
                inputs.push(self.trace.inputs[inst.extra as usize]);
                inst.extra = u32::try_from(inputs.len() - 1).expect("few inputs");
            } else {
                inst.op = Op::Nop;
                inst.extra = 0;
            }
        }
        let unused = |id: Id| {
            id.as_inst()
                .is_some_and(|at| self.trace.insts[at].op == Op::Nop)
        };
        let mut snapshots = std::mem::take(&mut self.trace.snapshots);
        for snapshot in &mut snapshots {
            snapshot.slots.retain(|&(_, id)| !unused(id));
        }
        self.trace.snapshots = snapshots;
        self.trace.inputs = inputs;
    }
}
