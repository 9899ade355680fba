//! Runs of whole traces.

use super::machine::{Machine, Step, Values};
use crate::id::Id;
use crate::op::Effect;
use crate::snapshot::{Exit, ExitValue, SnapshotFrame, SnapshotId};
use crate::trace::{Compiled, CompiledEnd, End, Inst, Trace};

/// Where and how a trace was left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// Guest frames, outermost first.
    pub frames: Vec<SnapshotFrame>,
    /// Instruction (number of instructions: the end).
    pub inst: usize,
    /// Iterations completed before the one that was left; of a compiled loop: jumps taken, the way into its label counted too.
    pub iteration: u64,
}

/// The result of a run. Whatever was written is in the machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Left by a guard, by the end, or at the [`Stop`]; the window has been written.
    Exit(Left),
    /// The root frame returns this value.
    Return(u64),
    /// Jumps to a label of another trace.
    Link {
        /// The trace.
        target: u32,
        /// Its label.
        label: u32,
        /// The label's phis.
        args: Vec<u64>,
    },
    /// Enters another trace through the window, which has been written.
    Enter {
        /// The trace.
        target: u32,
        /// State.
        left: Left,
    },
    /// More iterations than allowed.
    Limit,
    /// The trace did what the IR does not define.
    Unspecified(&'static str),
}

/// A place where a run of a recorded trace stops before going on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stop {
    /// Before the first instruction whose snapshot's innermost frame has this pc (or at the end, when the end's has it),
    pub pc: u32,
    /// in this iteration, from 0.
    pub iteration: u64,
}

/// Runs a recorded trace; a loop is run again and again, up to `limit` iterations.
pub fn run_trace(
    trace: &Trace,
    machine: &mut Machine<'_>,
    stop: Option<Stop>,
    limit: u64,
) -> Outcome {
    let mut values = Values {
        results: vec![0; trace.insts.len()],
        consts: &trace.consts,
    };
    for iteration in 0..limit {
        let left = |frames, inst| Left {
            frames,
            inst,
            iteration,
        };
        let stops = |id: SnapshotId| {
            let snapshot = trace.snapshots.get(id.0 as usize);
            snapshot.is_some_and(|snapshot| {
                stop == Some(Stop {
                    pc: snapshot.frame.pc,
                    iteration,
                })
            })
        };
        for (at, inst) in trace.insts.iter().enumerate() {
            if inst.op.has_snapshot() && inst.op.effect() != Effect::Call && stops(inst.snapshot) {
                return Outcome::Exit(left(write(trace, inst.snapshot, machine, &values), at));
            }
            match execute(trace, at, inst, machine, &values, |values| {
                let slots = state(trace, inst.snapshot).1;
                slots
                    .into_iter()
                    .map(|(slot, id)| (slot, values.get(id)))
                    .collect()
            }) {
                Step::Value(value) => values.results[at] = value,
                Step::Fails => {
                    return Outcome::Exit(left(write(trace, inst.snapshot, machine, &values), at));
                }
                Step::Unspecified(why) => return Outcome::Unspecified(why),
            }
        }
        let end = trace.insts.len();
        match &trace.end {
            End::Loop(snapshot) => {
                let frames = write(trace, *snapshot, machine, &values);
                if stops(*snapshot) {
                    return Outcome::Exit(left(frames, end));
                }
            }
            End::Link { target, snapshot } => {
                return Outcome::Enter {
                    target: *target,
                    left: left(write(trace, *snapshot, machine, &values), end),
                };
            }
            End::Exit(snapshot) => {
                return Outcome::Exit(left(write(trace, *snapshot, machine, &values), end));
            }
            End::Return(id) | End::Yield(id) => return Outcome::Return(values.get(*id)),
        }
    }
    Outcome::Limit
}

/// Frames (outermost first) and slots (inner frames override) of a snapshot.
fn state(trace: &Trace, id: SnapshotId) -> (Vec<SnapshotFrame>, Vec<(i32, Id)>) {
    let mut frames = Vec::new();
    let mut slots: Vec<(i32, Id)> = Vec::new();
    let mut next = Some(id);
    while let Some(snapshot) = next.and_then(|id| trace.snapshots.get(id.0 as usize)) {
        frames.insert(0, snapshot.frame);
        for (slot, id) in &snapshot.slots {
            if !slots.iter().any(|(other, _)| other == slot) {
                slots.push((*slot, *id));
            }
        }
        next = snapshot.parent;
    }
    slots.sort_unstable_by_key(|(slot, _)| *slot);
    (frames, slots)
}

fn write(
    trace: &Trace,
    id: SnapshotId,
    machine: &mut Machine<'_>,
    values: &Values<'_>,
) -> Vec<SnapshotFrame> {
    let (frames, slots) = state(trace, id);
    for (slot, id) in slots {
        machine.window.insert(slot, values.get(id));
    }
    frames
}

fn execute(
    trace: &Trace,
    at: usize,
    inst: &Inst,
    machine: &mut Machine<'_>,
    values: &Values<'_>,
    frames: impl FnOnce(&Values<'_>) -> Vec<(i32, u64)>,
) -> Step {
    if inst.op.effect() != Effect::Call {
        let previous = at.checked_sub(1).map(|at| &trace.insts[at]);
        return machine.step(trace, inst, previous, values);
    }
    let call = &trace.calls[inst.extra as usize];
    let args: Vec<u64> = trace
        .operands(inst)
        .iter()
        .map(|id| values.get(*id))
        .collect();
    let frames = call.sees_frames.then(|| {
        let mut window = machine.window.clone();
        window.extend(frames(values));
        window.into_values().collect()
    });
    Step::Value(machine.call(call, &args, frames))
}

/// Runs a compiled trace, up to `limit` jumps to its own labels.
pub fn run_compiled(compiled: &Compiled, machine: &mut Machine<'_>, limit: u64) -> Outcome {
    run_from(compiled, machine, None, limit)
}

/// Runs a compiled trace from one of its labels, whose phis are given.
pub fn run_compiled_at(
    compiled: &Compiled,
    machine: &mut Machine<'_>,
    label: u32,
    phis: &[u64],
    limit: u64,
) -> Outcome {
    run_from(compiled, machine, Some((label, phis)), limit)
}

fn run_from(
    compiled: &Compiled,
    machine: &mut Machine<'_>,
    from: Option<(u32, &[u64])>,
    limit: u64,
) -> Outcome {
    let trace = &compiled.trace;
    let mut values = Values {
        results: vec![0; trace.insts.len()],
        consts: &trace.consts,
    };
    let mut iteration = 0;
    let mut start = 0;
    let mut jumped = false;
    if let Some((label, phis)) = from {
        start = compiled.labels[label as usize].at as usize;
        values.results[start..start + phis.len()].copy_from_slice(phis);
        jumped = true;
    }
    loop {
        let left = |frames, inst, iteration| Left {
            frames,
            inst,
            iteration,
        };
        let mut at = start;
        while at < trace.insts.len() {
            let label = compiled.labels.iter().find(|label| label.at as usize == at);
            if let Some(label) = label {
                if !jumped {
                    let entry: Vec<u64> = label.entry.iter().map(|id| values.get(*id)).collect();
                    values.results[at..at + entry.len()].copy_from_slice(&entry);
                    iteration += 1;
                }
                jumped = false;
                at += label.phis as usize;
                if at >= trace.insts.len() {
                    break;
                }
            }
            let inst = &trace.insts[at];
            let exit = compiled.exits.get(inst.snapshot.0 as usize);
            let step = match exit {
                Some(exit) if inst.op.effect() == Effect::Call => {
                    // What natives see of frames is what leaving here would rebuild.
                    let sees = trace.calls[inst.extra as usize].sees_frames;
                    let slots = if sees {
                        rebuild(trace, exit, machine, &values)
                    } else {
                        Vec::new()
                    };
                    execute(trace, at, inst, machine, &values, |_| slots)
                }
                _ => execute(trace, at, inst, machine, &values, |_| Vec::new()),
            };
            match step {
                Step::Value(value) => values.results[at] = value,
                Step::Fails => {
                    let exit = exit.expect("the verifier wants an exit for every guard");
                    let frames = leave(trace, exit, machine, &values);
                    return Outcome::Exit(left(frames, at, iteration));
                }
                Step::Unspecified(why) => return Outcome::Unspecified(why),
            }
            at += 1;
        }
        let end = trace.insts.len();
        let bits = |args: &[Id]| -> Vec<u64> { args.iter().map(|id| values.get(*id)).collect() };
        match &compiled.end {
            CompiledEnd::Jump { label, args } => {
                let args = bits(args);
                start = compiled.labels[*label as usize].at as usize;
                values.results[start..start + args.len()].copy_from_slice(&args);
                jumped = true;
                iteration += 1;
                if iteration >= limit {
                    return Outcome::Limit;
                }
            }
            CompiledEnd::Link {
                target,
                label,
                args,
            } => {
                return Outcome::Link {
                    target: *target,
                    label: *label,
                    args: bits(args),
                };
            }
            CompiledEnd::Enter { target, exit } => {
                let exit = &compiled.exits[exit.0 as usize];
                return Outcome::Enter {
                    target: *target,
                    left: left(leave(trace, exit, machine, &values), end, iteration),
                };
            }
            CompiledEnd::Exit(exit) => {
                let exit = &compiled.exits[exit.0 as usize];
                return Outcome::Exit(left(leave(trace, exit, machine, &values), end, iteration));
            }
            CompiledEnd::Return(id) | CompiledEnd::Yield(id) => {
                return Outcome::Return(values.get(*id));
            }
        }
    }
}

fn leave(
    trace: &Trace,
    exit: &Exit,
    machine: &mut Machine<'_>,
    values: &Values<'_>,
) -> Vec<SnapshotFrame> {
    for (slot, bits) in rebuild(trace, exit, machine, values) {
        machine.window.insert(slot, bits);
    }
    exit.frames.clone()
}

/// Makes the boxes and virtual objects of an exit and returns the slots.
fn rebuild(
    trace: &Trace,
    exit: &Exit,
    machine: &mut Machine<'_>,
    values: &Values<'_>,
) -> Vec<(i32, u64)> {
    let memory = &mut machine.memory;
    let objects: Vec<u64> = exit
        .virtuals
        .iter()
        .map(|object| memory.alloc(trace.news[object.new as usize], values.get(object.ty)))
        .collect();
    let mut bits = |value| match value {
        ExitValue::Plain(id) | ExitValue::BoxRef(id) => values.get(id),
        ExitValue::BoxInt(id) => memory.box_int(values.get(id)),
        ExitValue::BoxFloat(id) => memory.box_float(values.get(id)),
        ExitValue::Virtual(at) => objects[at as usize],
    };
    let slots: Vec<(i32, u64)> = exit
        .slots
        .iter()
        .map(|(slot, value)| (*slot, bits(*value)))
        .collect();
    let mut stores = Vec::new();
    for (object, address) in exit.virtuals.iter().zip(&objects) {
        for (field, value) in &object.fields {
            let field = trace.fields[*field as usize];
            stores.push((
                address.wrapping_add_signed(i64::from(field.offset)),
                field,
                bits(*value),
            ));
        }
    }
    for (address, field, bits) in stores {
        memory
            .store(address, field.access, bits)
            .expect("fields lie inside their object");
    }
    slots
}

/// Executes instructions one by one as a trace grows: what a recorder does.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn run_last(trace: &Trace, machine: &mut Machine<'_>, results: &mut Vec<u64>) -> bool {
    let at = trace.insts.len() - 1;
    let values = Values {
        results: std::mem::take(results),
        consts: &trace.consts,
    };
    let inst = &trace.insts[at];
    let step = execute(trace, at, inst, machine, &values, |_| Vec::new());
    *results = values.results;
    match step {
        Step::Value(value) => {
            results.push(value);
            true
        }
        Step::Fails | Step::Unspecified(_) => {
            results.push(0);
            false
        }
    }
}
