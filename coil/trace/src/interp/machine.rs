//! The state of a run and the execution of one instruction.

use super::memory::Memory;
use crate::descriptor::{Access, Call, Effects};
use crate::eval::{eval, eval_checked};
use crate::id::{Const, Id, Ty};
use crate::op::{Effect, Op};
use crate::trace::{Inst, Trace};
use std::collections::BTreeMap;
use std::fmt;

/// Where the window pretends to be.
const WINDOW: u64 = 0x1_E000_0000_0000;

/// What a native function returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Native {
    /// Bits of the result.
    pub result: u64,
    /// Whether it left an exception pending.
    pub raised: bool,
}

/// What the native functions of a trace do: descriptor, bits of the operands, memory.
pub type Natives<'a> = dyn FnMut(&Call, &[u64], &mut Memory) -> Native + 'a;

/// A run's world.
pub struct Machine<'a> {
    /// Memory.
    pub memory: Memory,
    /// Registers of the root window (bridges: locations of the parent's exit), by slot.
    pub window: BTreeMap<i32, u64>,
    /// The native functions.
    pub natives: Box<Natives<'a>>,
    /// Every call that may write, with its operands and what it could see.
    pub log: Vec<String>,
    /// Whether an exception is pending.
    pub raised: bool,
    /// Guards executed.
    pub guards: u64,
    /// The guard, counted from 0, that fails whatever its condition.
    pub failing_guard: Option<u64>,
}

impl fmt::Debug for Machine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("window", &self.window)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

/// What one instruction did.
pub(super) enum Step {
    /// Computed these bits.
    Value(u64),
    /// A guard that does not hold.
    Fails,
    /// Something the IR does not define.
    Unspecified(&'static str),
}

/// The values of a run.
pub(super) struct Values<'t> {
    pub(super) results: Vec<u64>,
    pub(super) consts: &'t [Const],
}

impl Values<'_> {
    pub(super) fn get(&self, id: Id) -> u64 {
        match (id.as_inst(), id.as_const()) {
            (Some(at), _) => self.results[at],
            (_, Some(at)) => self.consts[at].bits,
            _ => 0,
        }
    }
}

impl<'a> Machine<'a> {
    /// A machine with an empty window and no native functions (calls return 0).
    pub fn new(memory: Memory) -> Machine<'a> {
        Machine {
            memory,
            window: BTreeMap::new(),
            natives: Box::new(|_, _, _| Native::default()),
            log: Vec::new(),
            raised: false,
            guards: 0,
            failing_guard: None,
        }
    }

    /// The text of the window and of the memory reachable from it.
    pub fn dump(&self) -> String {
        let slots: Vec<i32> = self.window.keys().copied().collect();
        let values: Vec<u64> = self.window.values().copied().collect();
        format!("{slots:?}: {}", self.memory.dump(&values))
    }

    pub(super) fn call(&mut self, call: &Call, args: &[u64], frames: Option<Vec<u64>>) -> u64 {
        if !matches!(call.effects, Effects::Pure | Effects::Reads) {
            let mut seen = args.to_vec();
            let shown = frames.is_some();
            seen.extend(frames.into_iter().flatten());
            self.log.push(format!(
                "{} {}{}",
                call.name,
                if shown { "(frames) " } else { "" },
                self.memory.dump(&seen)
            ));
        }
        let native = (self.natives)(call, args, &mut self.memory);
        self.raised |= native.raised;
        native.result
    }

    /// Executes anything but a call. `previous` is the instruction before, for guards of overflow.
    pub(super) fn step(
        &mut self,
        trace: &Trace,
        inst: &Inst,
        previous: Option<&Inst>,
        values: &Values<'_>,
    ) -> Step {
        let [a, b, c] = inst.args.map(|id| values.get(id));
        match inst.op.effect() {
            Effect::Input => {
                let slot = trace.inputs[inst.extra as usize];
                Step::Value(self.window.get(&slot).copied().unwrap_or(0))
            }
            Effect::Guard => {
                let forced = self.failing_guard == Some(self.guards);
                self.guards += 1;
                let overflow = || {
                    let before = previous.expect("the verifier wants the _ovf op before its guard");
                    let [x, y, _] = before.args.map(|id| values.get(id).cast_signed());
                    eval_checked(before.op, x, y).is_none()
                };
                let holds = match inst.op {
                    Op::GuardTrue => a == 1,
                    Op::GuardFalse => a == 0,
                    Op::GuardNoOvf => !overflow(),
                    Op::GuardOvf => overflow(),
                    Op::GuardNoRaise => !self.raised,
                    Op::GuardRaise => self.raised,
                    Op::GuardNoEvent => true,
                    _ => a == b,
                };
                if holds && !forced {
                    Step::Value(0)
                } else {
                    Step::Fails
                }
            }
            Effect::Load => {
                let field = trace.fields[inst.extra as usize];
                let index = if inst.op.arity() == 2 { b } else { 0 };
                let scale = u64::from(field.access.size_bytes());
                let address = a
                    .wrapping_add_signed(i64::from(field.offset))
                    .wrapping_add(index.wrapping_mul(scale));
                let found = match (Machine::slot_at(address), field.access) {
                    (Some(slot), Access::Val) => self.window.get(&slot).copied(),
                    _ => self.memory.load(address, field.access),
                };
                match found {
                    Some(bits)
                        if inst.op.ty() == Ty::Val && self.memory.unboxed(bits).is_some() =>
                    {
                        Step::Unspecified("a heap box was loaded")
                    }
                    Some(bits) => Step::Value(bits),
                    None => Step::Unspecified("a load outside the memory"),
                }
            }
            Effect::Store if inst.op == Op::StoreSlot => {
                self.window.insert(inst.extra.cast_signed(), a);
                Step::Value(0)
            }
            Effect::Store => {
                let field = trace.fields[inst.extra as usize];
                let (index, value) = if inst.op == Op::StoreItem {
                    (b, c)
                } else {
                    (0, b)
                };
                let scale = u64::from(field.access.size_bytes());
                let address = a
                    .wrapping_add_signed(i64::from(field.offset))
                    .wrapping_add(index.wrapping_mul(scale));
                match self.memory.store(address, field.access, value) {
                    Some(()) => Step::Value(0),
                    None => Step::Unspecified("a store outside the memory"),
                }
            }
            Effect::Alloc => Step::Value(self.memory.alloc(trace.news[inst.extra as usize], a)),
            Effect::Pure | Effect::Call => self.pure(inst.op, a, b),
        }
    }

    /// The register of the window at an address.
    fn slot_at(address: u64) -> Option<i32> {
        let distance = address.wrapping_sub(WINDOW).cast_signed();
        let near = distance % 8 == 0 && distance.unsigned_abs() < 1 << 16;
        near.then(|| i32::try_from(distance / 8).ok()).flatten()
    }

    fn pure(&mut self, op: Op, a: u64, b: u64) -> Step {
        let inner = |float| match self.memory.unboxed(a) {
            Some((found, bits)) if found == float => Some(bits),
            _ => None,
        };
        let value = match op {
            Op::Nop => Some(0),
            Op::WindowBase => Some(WINDOW),
            Op::BoxInt => Some(self.memory.box_int(a)),
            Op::BoxFloat => Some(self.memory.box_float(a)),
            Op::IsInt | Op::IsFloat | Op::IsRef => Some(u64::from(self.memory.is(op, a))),
            Op::UnboxInt => inner(false).or_else(|| eval(op, a, b)),
            Op::UnboxFloat => inner(true).or_else(|| eval(op, a, b)),
            _ => eval(op, a, b),
        };
        match value {
            Some(value) => Step::Value(value),
            None => Step::Unspecified("an op's condition does not hold"),
        }
    }
}
