//! The random recorder.

use super::world::{OBJECT, Rng, TYPE, TYPE_OTHER, call, calls, field, fields, natives};
use crate::descriptor::Access;
use crate::id::{Const, Id, Ty};
use crate::interp::{Machine, Memory, run_last};
use crate::op::Op;
use crate::snapshot::{Snapshot, SnapshotFrame, SnapshotId};
use crate::trace::{End, Inst, Trace};
use std::collections::{BTreeMap, HashMap};

/// What kind of traces to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// About so many instructions.
    pub size: usize,
    /// Back to the start, or else left at the end.
    pub loops: bool,
    /// Calls of native functions.
    pub calls: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            size: 40,
            loops: true,
            calls: true,
        }
    }
}

/// A random trace and the state it was recorded in.
#[derive(Clone, Debug)]
pub struct Case {
    /// The trace.
    pub trace: Trace,
    /// Memory at its start.
    pub memory: Memory,
    /// Window at its start.
    pub window: BTreeMap<i32, u64>,
}

impl Case {
    /// A machine in the state at the start.
    pub fn machine(&self) -> Machine<'static> {
        let mut machine = Machine::new(self.memory.clone());
        machine.window.clone_from(&self.window);
        machine.natives = Box::new(natives);
        machine
    }
}

/// Registers of the root window.
const SLOTS: usize = 6;
const CODE: usize = 0x4000;

struct Recorder {
    rng: Rng,
    config: Config,
    trace: Trace,
    machine: Machine<'static>,
    results: Vec<u64>,
    consts: HashMap<Const, Id>,
    /// Values by type, all usable: references are of objects whose class was guarded.
    ints: Vec<Id>,
    floats: Vec<Id>,
    bools: Vec<Id>,
    vals: Vec<Id>,
    refs: Vec<Id>,
    /// Registers read and written, by slot.
    env: BTreeMap<i32, Id>,
    read: BTreeMap<i32, Id>,
    /// The caller's snapshot and the registers of an inlined frame.
    inner: Option<(SnapshotId, BTreeMap<i32, Id>)>,
    snapshot: Option<SnapshotId>,
}

/// The random case of a seed.
pub fn random_case(seed: u64, config: Config) -> Case {
    let mut rng = Rng::new(seed);
    let mut memory = Memory::default();
    let mut objects = Vec::new();
    for _ in 0..3 {
        objects.push(memory.alloc(OBJECT, TYPE));
    }
    let place = |object: u64, number: u32| {
        object + u64::from(fields()[number as usize].offset.unsigned_abs())
    };
    for object in objects.clone() {
        let mut set = |number, bits| {
            let access = fields()[number as usize].access;
            let done = memory.store(place(object, number), access, bits);
            done.expect("a field of the object");
        };
        set(field::VAL, 0xFFFE_0000_0000_0000 | (rng.bits() % 50));
        set(field::VAL_OTHER, objects[rng.below(3)]);
        set(field::INT, rng.bits() % 100);
        set(field::FLOAT, 2.5f64.to_bits());
        set(field::REF, objects[rng.below(3)]);
        set(field::BYTE, rng.bits());
        set(field::SHORT, rng.bits());
        set(field::FIXED, rng.bits() % 10);
        for item in 0..8 {
            let bits = 0xFFFE_0000_0000_0000 | (rng.bits() % 20);
            let done = memory.store(place(object, field::ITEMS) + 8 * item, Access::Val, bits);
            done.expect("an item of the object");
        }
    }
    memory.seal();
    let mut machine = Machine::new(memory.clone());
    for slot in 0..SLOTS {
        let bits = match rng.below(5) {
            0 | 1 => machine.memory.box_int(rng.bits() % 40),
            2 => machine
                .memory
                .box_float((1.25 * rng.below(9) as f64).to_bits()),
            _ => objects[rng.below(3)],
        };
        let slot = i32::try_from(slot).expect("few slots");
        machine.window.insert(slot, bits);
    }
    let window = machine.window.clone();
    machine.natives = Box::new(natives);
    let mut recorder = Recorder {
        rng,
        config,
        trace: Trace {
            fields: fields(),
            calls: calls(),
            news: vec![OBJECT],
            ..Trace::new()
        },
        machine,
        results: Vec::new(),
        consts: HashMap::new(),
        ints: Vec::new(),
        floats: Vec::new(),
        bools: Vec::new(),
        vals: Vec::new(),
        refs: Vec::new(),
        env: BTreeMap::new(),
        read: BTreeMap::new(),
        inner: None,
        snapshot: None,
    };
    recorder.record();
    Case {
        trace: recorder.trace,
        memory,
        window,
    }
}

impl Recorder {
    fn constant(&mut self, ty: Ty, bits: u64) -> Id {
        let constant = Const { ty, bits };
        *self.consts.entry(constant).or_insert_with(|| {
            self.trace.consts.push(constant);
            Id::constant(self.trace.consts.len() - 1)
        })
    }

    fn int(&mut self, value: i64) -> Id {
        self.constant(Ty::Int, value.cast_unsigned())
    }

    fn bits(&self, id: Id) -> u64 {
        match (id.as_inst(), id.as_const()) {
            (Some(at), _) => self.results[at],
            (_, Some(at)) => self.trace.consts[at].bits,
            _ => 0,
        }
    }

    /// Appends and executes; takes it back if it cannot be executed.
    fn push(&mut self, inst: Inst) -> Option<Id> {
        self.trace.insts.push(inst);
        if run_last(&self.trace, &mut self.machine, &mut self.results) {
            return Some(Id::inst(self.trace.insts.len() - 1));
        }
        self.trace.insts.pop();
        self.results.pop();
        None
    }

    fn emit(&mut self, op: Op, args: &[Id], extra: u32) -> Option<Id> {
        let mut all = [Id::NONE; 3];
        all[..args.len()].copy_from_slice(args);
        let snapshot = if op.has_snapshot() {
            self.state()
        } else {
            SnapshotId::NONE
        };
        self.push(Inst {
            op,
            args: all,
            extra,
            first_arg: 0,
            snapshot,
        })
    }

    fn pure(&mut self, op: Op, args: &[Id]) -> Option<Id> {
        self.emit(op, args, 0)
    }

    /// The snapshot of the current state; each state has a pc of its own.
    fn state(&mut self) -> SnapshotId {
        if let Some(snapshot) = self.snapshot {
            return snapshot;
        }
        let number = u32::try_from(self.trace.snapshots.len()).expect("few snapshots");
        let frame = |base| SnapshotFrame {
            code: CODE,
            pc: number + 1,
            base,
            result: 1,
            kind: 0,
        };
        let slots = |env: &BTreeMap<i32, Id>| env.iter().map(|(slot, id)| (*slot, *id)).collect();
        let snapshot = match &self.inner {
            Some((parent, env)) => Snapshot {
                parent: Some(*parent),
                decided: true,
                frame: frame(20),
                slots: slots(env),
            },
            None => Snapshot {
                parent: None,
                decided: true,
                frame: frame(0),
                slots: slots(&self.env),
            },
        };
        self.trace.snapshots.push(snapshot);
        self.snapshot = Some(SnapshotId(number));
        SnapshotId(number)
    }

    fn guard(&mut self, condition: Id) -> Option<()> {
        let op = if self.bits(condition) == 1 {
            Op::GuardTrue
        } else {
            Op::GuardFalse
        };
        self.pure(op, &[condition])?;
        Some(())
    }

    fn any_int(&mut self) -> Id {
        if self.rng.chance(25) || self.ints.is_empty() {
            let small = [-1, 0, 1, 2, 3, 7, 8, 63, 100, 255, -128, 1 << 48];
            let value = small[self.rng.below(small.len())];
            return self.int(value);
        }
        self.rng.pick(&self.ints).expect("not empty")
    }

    fn any_float(&mut self) -> Id {
        if self.rng.chance(25) || self.floats.is_empty() {
            let floats = [0.0, -0.0, 1.0, 2.0, 0.5, -1.0, 3.25];
            let float: f64 = floats[self.rng.below(floats.len())];
            return self.constant(Ty::Float, float.to_bits());
        }
        self.rng.pick(&self.floats).expect("not empty")
    }

    fn any_ref(&mut self) -> Option<Id> {
        // Later ones are likelier to be new objects.
        let recent = self.refs.len().saturating_sub(3);
        if self.rng.chance(50) {
            return self.rng.pick(&self.refs[recent..]);
        }
        self.rng.pick(&self.refs)
    }

    /// A guest value that is an int which fits, a float or an object.
    fn any_val(&mut self) -> Option<Id> {
        match self.rng.below(6) {
            0 | 1 => {
                let int = self.any_int();
                let fits = self.pure(Op::IntFits, &[int])?;
                self.guard(fits)?;
                if self.bits(fits) == 0 {
                    return None;
                }
                self.pure(Op::BoxInt, &[int])
            }
            2 => {
                let float = self.any_float();
                if f64::from_bits(self.bits(float)).is_nan() {
                    return None;
                }
                let same = self.pure(Op::FloatEq, &[float, float])?;
                self.guard(same)?;
                self.pure(Op::BoxFloat, &[float])
            }
            3 | 4 => {
                let object = self.any_ref()?;
                self.pure(Op::BoxRef, &[object])
            }
            _ => self.rng.pick(&self.vals),
        }
    }

    /// Reads a register.
    fn read(&mut self) -> Option<Id> {
        let slot = i32::try_from(self.rng.below(SLOTS)).expect("few slots");
        if let Some(id) = self.env.get(&slot).or(self.read.get(&slot)) {
            return Some(*id);
        }
        self.trace.inputs.push(slot);
        let input = u32::try_from(self.trace.inputs.len() - 1).expect("few inputs");
        let id = self.emit(Op::InputVal, &[], input)?;
        self.read.insert(slot, id);
        self.vals.push(id);
        Some(id)
    }

    /// Guards on what a guest value is, and unboxes it.
    fn unbox(&mut self, val: Id) -> Option<()> {
        for (test, unbox) in [
            (Op::IsInt, Op::UnboxInt),
            (Op::IsFloat, Op::UnboxFloat),
            (Op::IsRef, Op::UnboxRef),
        ] {
            let holds = self.pure(test, &[val])?;
            self.guard(holds)?;
            if self.bits(holds) == 0 {
                continue;
            }
            let inside = self.pure(unbox, &[val])?;
            match unbox {
                Op::UnboxInt => self.ints.push(inside),
                Op::UnboxFloat => self.floats.push(inside),
                _ => self.class(inside)?,
            }
            return Some(());
        }
        None
    }

    fn class(&mut self, object: Id) -> Option<()> {
        let ty = self.emit(Op::LoadRef, &[object], field::TYPE)?;
        let known = self.constant(Ty::Ref, self.bits(ty));
        self.pure(Op::GuardRef, &[ty, known])?;
        self.refs.push(object);
        Some(())
    }

    fn arithmetic(&mut self) -> Option<()> {
        let (a, b) = (self.any_int(), self.any_int());
        let plain = [
            Op::IntAdd,
            Op::IntSub,
            Op::IntMul,
            Op::IntAnd,
            Op::IntOr,
            Op::IntXor,
            Op::IntNeg,
            Op::IntNot,
        ];
        let checked = [Op::IntAddOvf, Op::IntSubOvf, Op::IntMulOvf];
        let result = match self.rng.below(10) {
            0..=3 => {
                let op = self.rng.pick(&plain)?;
                self.pure(op, &[a, b][..op.arity()])?
            }
            4..=6 => {
                let op = self.rng.pick(&checked)?;
                let result = self.pure(op, &[a, b])?;
                let (x, y) = (self.bits(a).cast_signed(), self.bits(b).cast_signed());
                let guard = match crate::eval::eval_checked(op, x, y) {
                    Some(_) => Op::GuardNoOvf,
                    None => Op::GuardOvf,
                };
                self.pure(guard, &[result])?;
                result
            }
            7 => {
                let one = self.int(1);
                let positive = self.pure(Op::IntLe, &[one, b])?;
                self.guard(positive)?;
                if self.bits(positive) == 0 {
                    return None;
                }
                let ops = [
                    Op::IntFloorDiv,
                    Op::IntFloorMod,
                    Op::IntTruncDiv,
                    Op::IntTruncMod,
                ];
                let op = self.rng.pick(&ops)?;
                self.pure(op, &[a, b])?
            }
            8 => {
                let mask = self.int(63);
                let count = self.pure(Op::IntAnd, &[b, mask])?;
                let op = self.rng.pick(&[Op::IntShl, Op::IntShr, Op::IntUshr])?;
                self.pure(op, &[a, count])?
            }
            _ => {
                let condition = self.rng.pick(&self.bools)?;
                self.pure(Op::BoolToInt, &[condition])?
            }
        };
        self.ints.push(result);
        Some(())
    }

    fn floats(&mut self) -> Option<()> {
        let (a, b) = (self.any_float(), self.any_float());
        let ops = [
            Op::FloatAdd,
            Op::FloatSub,
            Op::FloatMul,
            Op::FloatDiv,
            Op::FloatNeg,
            Op::FloatAbs,
        ];
        let result = if self.rng.chance(20) {
            let int = self.any_int();
            self.pure(Op::IntToFloat, &[int])?
        } else {
            let op = self.rng.pick(&ops)?;
            self.pure(op, &[a, b][..op.arity()])?
        };
        self.floats.push(result);
        Some(())
    }

    fn compare(&mut self) -> Option<()> {
        let condition = match self.rng.below(8) {
            0..=3 => {
                let ops = [
                    Op::IntLt,
                    Op::IntLe,
                    Op::IntEq,
                    Op::IntNe,
                    Op::IntUlt,
                    Op::IntUle,
                ];
                let op = self.rng.pick(&ops)?;
                let (a, b) = (self.any_int(), self.any_int());
                self.pure(op, &[a, b])?
            }
            4 => {
                let op = self
                    .rng
                    .pick(&[Op::FloatLt, Op::FloatLe, Op::FloatEq, Op::FloatNe])?;
                let (a, b) = (self.any_float(), self.any_float());
                self.pure(op, &[a, b])?
            }
            5 => {
                let (a, b) = (self.any_ref()?, self.any_ref()?);
                self.pure(Op::RefEq, &[a, b])?
            }
            6 => {
                let (a, b) = (self.any_val()?, self.any_val()?);
                self.pure(Op::ValEq, &[a, b])?
            }
            _ => {
                let condition = self.rng.pick(&self.bools)?;
                self.pure(Op::BoolNot, &[condition])?
            }
        };
        self.bools.push(condition);
        if self.rng.chance(60) {
            self.guard(condition)?;
        }
        Some(())
    }

    fn promote(&mut self) -> Option<()> {
        let (id, ty, op) = match self.rng.below(3) {
            0 => (self.rng.pick(&self.ints)?, Ty::Int, Op::GuardInt),
            1 => (self.rng.pick(&self.vals)?, Ty::Val, Op::GuardVal),
            _ => (self.any_ref()?, Ty::Ref, Op::GuardRef),
        };
        let bits = self.bits(id);
        // New objects and boxes have no addresses that could be constants.
        let fixed = self.machine.memory.objects().iter().take(3);
        let is_object = fixed.clone().any(|object| object.address == bits);
        let boxed_int = ty == Ty::Val && bits >= 0xFFFE << 48;
        if ty == Ty::Int || boxed_int || is_object {
            let constant = self.constant(ty, bits);
            self.pure(op, &[id, constant])?;
        }
        Some(())
    }

    /// After an effect execution cannot go on from an earlier state.
    fn effect(&mut self) {
        self.snapshot = None;
    }

    fn allocate(&mut self) -> Option<()> {
        let ty = if self.rng.chance(80) {
            TYPE
        } else {
            TYPE_OTHER
        };
        let ty = self.constant(Ty::Ref, ty);
        let object = self.emit(Op::New, &[ty], 0)?;
        // The reference field is never null.
        let other = self.any_ref().unwrap_or(object);
        self.emit(Op::Store, &[object, other], field::REF)?;
        self.effect();
        self.refs.push(object);
        for _ in 0..self.rng.below(3) {
            self.store_to(object)?;
        }
        Some(())
    }

    fn store(&mut self) -> Option<()> {
        let object = self.any_ref()?;
        self.store_to(object)
    }

    fn store_to(&mut self, object: Id) -> Option<()> {
        let fields = [
            field::VAL,
            field::VAL_OTHER,
            field::INT,
            field::FLOAT,
            field::REF,
            field::BYTE,
            field::SHORT,
        ];
        if self.rng.chance(25) {
            let index = self.index()?;
            let value = self.any_val()?;
            self.emit(Op::StoreItem, &[object, index, value], field::ITEMS)?;
        } else {
            let number = self.rng.pick(&fields)?;
            let value = match number {
                field::VAL | field::VAL_OTHER => self.any_val()?,
                field::FLOAT => self.any_float(),
                field::REF => self.any_ref()?,
                _ => self.any_int(),
            };
            self.emit(Op::Store, &[object, value], number)?;
        }
        self.effect();
        Some(())
    }

    /// An int guarded to be an index of an item.
    fn index(&mut self) -> Option<Id> {
        let index = self.any_int();
        let index = if self.bits(index) < 8 {
            index
        } else {
            self.int(3)
        };
        let limit = self.int(8);
        let inside = self.pure(Op::IntUlt, &[index, limit])?;
        self.guard(inside)?;
        Some(index)
    }

    fn load(&mut self) -> Option<()> {
        let object = self.any_ref()?;
        if self.rng.chance(25) {
            let index = self.index()?;
            let value = self.emit(Op::LoadItemVal, &[object, index], field::ITEMS)?;
            self.vals.push(value);
            return Some(());
        }
        match self.rng.below(9) {
            0 | 1 => {
                let value = self.emit(Op::LoadVal, &[object], field::VAL)?;
                self.vals.push(value);
            }
            2 => {
                let value = self.emit(Op::LoadVal, &[object], field::VAL_OTHER)?;
                self.vals.push(value);
            }
            3 => {
                let value = self.emit(Op::LoadFloat, &[object], field::FLOAT)?;
                self.floats.push(value);
            }
            4 => {
                let other = self.emit(Op::LoadRef, &[object], field::REF)?;
                self.class(other)?;
            }
            at => {
                let all = [field::INT, field::BYTE, field::SHORT, field::FIXED];
                let value = self.emit(Op::LoadInt, &[object], all[at - 5])?;
                self.ints.push(value);
            }
        }
        Some(())
    }

    fn call(&mut self) -> Option<()> {
        let number = [
            call::PURE,
            call::READS,
            call::WRITES,
            call::ANY,
            call::RAISES,
            call::FRAMES,
        ][self.rng.below(6)];
        let args = match number {
            call::PURE => vec![self.any_int(), self.any_int()],
            call::READS => vec![self.any_ref()?],
            call::WRITES => vec![self.any_ref()?, self.any_int()],
            call::ANY => vec![self.any_val()?],
            call::RAISES => vec![self.any_float(), self.any_ref()?],
            _ => Vec::new(),
        };
        let op = match self.trace.calls[number as usize].result {
            Ty::Int => Op::CallInt,
            Ty::Float => Op::CallFloat,
            Ty::Val => Op::CallVal,
            _ => Op::CallVoid,
        };
        let first_arg = u32::try_from(self.trace.call_args.len()).expect("few operands");
        self.trace.call_args.extend(args);
        // The state after the call; a guest value goes to a register.
        self.effect();
        let id = Id::inst(self.trace.insts.len());
        if op == Op::CallVal {
            let slot = i32::try_from(self.rng.below(SLOTS)).expect("few slots");
            self.env.insert(slot, id);
            self.inner = None;
        }
        let snapshot = self.state();
        self.push(Inst {
            op,
            args: [Id::NONE; 3],
            extra: number,
            first_arg,
            snapshot,
        })?;
        match op {
            Op::CallInt => self.ints.push(id),
            Op::CallFloat => self.floats.push(id),
            Op::CallVal => self.vals.push(id),
            _ => {}
        }
        if self.trace.calls[number as usize].can_raise {
            let raised = self.machine.raised;
            let guard = if raised {
                Op::GuardRaise
            } else {
                Op::GuardNoRaise
            };
            self.pure(guard, &[])?;
            self.machine.raised = false;
        }
        if number >= call::ANY {
            self.pure(Op::GuardNoEvent, &[])?;
        }
        Some(())
    }

    /// Writes a register, or enters or leaves an inlined frame.
    fn register(&mut self) -> Option<()> {
        let value = if self.rng.chance(60) {
            self.any_val()?
        } else {
            self.rng.pick(&self.vals)?
        };
        let slot = i32::try_from(self.rng.below(SLOTS)).expect("few slots");
        match self.inner.take() {
            Some((parent, mut env)) if self.rng.chance(70) => {
                env.insert(slot + 20, value);
                self.inner = Some((parent, env));
            }
            None if self.rng.chance(20) => {
                let parent = self.state();
                self.inner = Some((parent, BTreeMap::from([(slot + 20, value)])));
            }
            _ => {
                self.env.insert(slot, value);
            }
        }
        self.effect();
        Some(())
    }

    fn record(&mut self) {
        self.state();
        for _ in 0..3 {
            if let Some(val) = self.read() {
                let _ = self.unbox(val);
            }
        }
        let limit = self.config.size;
        while self.trace.insts.len() < limit {
            let _ = match self.rng.below(24) {
                0..=4 => self.arithmetic(),
                5 => self.floats(),
                6..=8 => self.compare(),
                9 if self.rng.chance(40) => self.promote(),
                10 | 11 => self.allocate(),
                12 | 13 => self.store(),
                14..=16 => self.load(),
                17 if self.config.calls => self.call(),
                18 | 19 => self.register(),
                20 | 21 => self.read().and_then(|val| self.unbox(val)),
                22 => self.rng.pick(&self.vals).and_then(|val| self.unbox(val)),
                _ => self.any_val().map(|val| self.vals.push(val)),
            };
        }
        self.inner = None;
        self.effect();
        if self.config.loops {
            self.stabilise();
        }
        self.effect();
        let end = self.state();
        self.trace.end = if self.config.loops {
            End::Loop(end)
        } else {
            End::Exit(end)
        };
    }

    /// Mostly gives registers back the kind of value that was read from them, so that loops go round.
    fn stabilise(&mut self) {
        for (slot, input) in self.read.clone() {
            let Some(now) = self.env.get(&slot).copied() else {
                continue;
            };
            let kind = |recorder: &Recorder, id| {
                let bits = recorder.bits(id);
                [Op::IsInt, Op::IsFloat, Op::IsRef].map(|op| recorder.machine.memory.is(op, bits))
            };
            if kind(self, now) == kind(self, input) || self.rng.chance(10) {
                continue;
            }
            let replacement = match kind(self, input) {
                [true, ..] => {
                    let int = self.any_int();
                    let mask = self.int(0xFFFF);
                    let small = self.pure(Op::IntAnd, &[int, mask]);
                    small.and_then(|small| self.pure(Op::BoxInt, &[small]))
                }
                [_, true, _] => {
                    let one = self.constant(Ty::Float, 1f64.to_bits());
                    self.pure(Op::BoxFloat, &[one])
                }
                _ => {
                    let object = self.any_ref();
                    object.and_then(|object| self.pure(Op::BoxRef, &[object]))
                }
            };
            match replacement {
                Some(id) => self.env.insert(slot, id),
                None => self.env.remove(&slot),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, random_case};
    use crate::interp::{Outcome, run_trace};
    use crate::parse::parse_trace;
    use crate::verify::verify;

    #[test]
    fn random_traces_are_well_formed_and_their_guards_hold() {
        let mut iterations = 0;
        for seed in 0..300 {
            for loops in [false, true] {
                let config = Config {
                    loops,
                    ..Config::default()
                };
                let case = random_case(seed, config);
                assert_eq!(verify(&case.trace), Ok(()), "seed {seed}:\n{}", case.trace);
                let outcome = run_trace(&case.trace, &mut case.machine(), None, 10);
                let left = match &outcome {
                    Outcome::Exit(left) => left.iteration,
                    _ => 10,
                };
                let whole =
                    matches!(&outcome, Outcome::Exit(left) if left.inst == case.trace.insts.len());
                assert!(
                    left > 0 || !loops && whole,
                    "seed {seed}: {outcome:?}\n{}",
                    case.trace
                );
                iterations += left;
            }
        }
        assert!(iterations > 600, "loops go round: {iterations}");
    }

    #[test]
    fn random_traces_survive_printing_and_parsing() {
        for seed in 0..100 {
            let text = random_case(seed, Config::default()).trace.to_string();
            let parsed = parse_trace(&text).expect("the printer's text");
            assert_eq!(parsed.to_string(), text, "seed {seed}");
        }
    }
}
