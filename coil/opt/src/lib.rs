//! The trace optimiser: a recorded [`Trace`] in, a [`Compiled`] one out.
//!
//! # What it does
//!
//! One forward pass (`pass`) walks over the recorded instructions and emits into an output. On the way it folds constants and applies algebraic
//! rules (`rule`), shares common subexpressions, tracks integer ranges (`range`), tags, nulls and what guards teach (`guard`), keeps what memory
//! holds (`memory`), and keeps new objects virtual and boxes lazy until they escape (`object`, `boxes`): what is not made lives in exits
//! (`exit`). Dead stores and dead code go at the end (`finish`).
//!
//! A trace that ends where it began goes through the pass twice. The first output is the peeled preamble. From its end the state of a label is
//! planned (`header`): registers that are constants, unboxed ints, floats and references, virtual objects taken apart, or plain values; and from what
//! the preamble knows a header is made, the short preamble. The second pass starts from that state, and its output is the loop's body. Bridges enter the
//! label the same way (`enter`), in the state where they end.
//!
//! # What the first pass assumes
//!
//! 1. A recorded trace is well formed (`coil_trace::verify`), and what it says held when it was recorded.
//! 2. A snapshot shared by several guards describes the same state at all of them: there is no effect between them.
//! 3. Execution may go on from the last snapshot before a store when memory is refused in making the stored object: the stores since then are
//!    repeated with the same values (the handlers' rule: reads and guards first, then effects, then the register write).
//! 4. Alias classes, `immutable` and `Effects` are true. Fields of one class at different offsets do not overlap, whatever their objects, unless the
//!    base is computed (`ref_add`, `int_to_ref`).
//! 5. `is_int` of an int box is true whatever the size; an int read from memory as `is_int` fits 49 bits.
//!
//! # Why the second pass is sound
//!
//! The body is compiled from the label's state alone: the leaves (phis that registers give), and the header, a list of pure ops, loads and guards over
//! them. Everything the second pass believes at the label follows from the header having been executed just there: a shared subexpression or a cached
//! load is a header instruction's result, a fact is a header guard that held (of the tag of a box: that it is inline, since a phi does not remember that
//! it was a box). No value of the preamble is used directly; all that lives across the
//! label is a phi. So the body is right for any way into the label that executes the header first. Each edge does: the preamble's end, the body's own
//! end and bridges all *enter* the label by running the header through their own pass, where what they know folds it away and what they do not know stays
//! as code; guards that stay leave with the state at the edge, which is the interpreter's state at the loop header. By induction over the iterations
//! the header holds whenever the body starts. The preamble only *suggests* facts; a wrong suggestion costs an attempt, never correctness: at the back-edge, where
//! guards would cost in each iteration, a fact that does not fold is dropped from the plan and the body is compiled again ([`Options::attempts`]).
//! A header load reads what memory holds at the edge, so it is right by itself; that it is *safe* to execute is argued in `header`.
//!
//! A recorded guard that is false under what the label says (or an attempt limit) drops the peeled form: the loop is compiled without preamble, its
//! label at the start, registers boxed. If the guard is false even then, the trace is given up with a reason.
//!
//! # What is not handled
//!
//! Objects stay virtual across the back-edge only where the structure at the end of the preamble and of the body is the same and their type pointers are
//! constants. A float that was boxed because it escaped and is carried unboxed loses the identity of its box, which matters for NaNs only.

mod boxes;
mod enter;
mod exit;
mod finish;
mod guard;
mod header;
mod label;
mod memory;
mod object;
mod pass;
mod pools;
mod range;
mod record;
mod rule;
mod simplify;
mod strengthen;
mod table;

pub use label::{Expect, ExpectVirtual, HeaderInst, LabelState, LinkTargets, NoTargets, StateArg};

use coil_trace::{Compiled, CompiledEnd, End, Id, Op, SnapshotId, Trace};
use enter::Mismatch;
use finish::{Body, Part, finish};
use header::Demotions;
use pass::{Mode, Pass};
use pools::Pools;

/// How to optimise.
#[derive(Clone, Debug)]
pub struct Options {
    /// Traces of more instructions are refused.
    pub limit: usize,
    /// How often the body of a loop is tried with less and less assumed before it is compiled without a preamble.
    pub attempts: usize,
    /// Peel loops.
    pub peel: bool,
    /// The trace is a bridge: its inputs are locations of its parent's exit. Else they are registers of the window. A link that needs a
    /// register that no snapshot names reads it where it is needed, since memory holds it: by an `input_val`, or in bridges by a load.
    pub bridge: bool,
    /// Make virtual objects before calls that may look at the frames they are in, so that there is one of each.
    pub objects_for_frames: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            limit: 20_000,
            attempts: 6,
            peel: true,
            bridge: false,
            objects_for_frames: true,
        }
    }
}

macro_rules! abort_reasons {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// Why a trace was refused.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum AbortReason { $($(#[$doc])* $name),* }

        impl AbortReason {
            /// All reasons.
            pub const ALL: &[AbortReason] = &[$(AbortReason::$name),*];

            /// Name for counters and logs.
            pub fn text(self) -> &'static str {
                match self { $(AbortReason::$name => $text),* }
            }
        }
    };
}

abort_reasons! {
    /// A recorded guard fails whatever the inputs.
    GuardAlwaysFails "guard_always_fails";
    /// A loop's end is in several frames, or its inputs are not registers.
    LoopShape "loop_shape";
    /// More instructions than allowed.
    TooLong "too_long";
    /// The trace is not well formed.
    Malformed "malformed";
}

/// Counters of one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    /// Instructions recorded.
    pub recorded: usize,
    /// Instructions that are left.
    pub emitted: usize,
    /// Guards recorded.
    pub guards_recorded: usize,
    /// Guards left.
    pub guards_emitted: usize,
    /// Passes over the body of a loop.
    pub attempts: usize,
    /// Whether the loop was peeled.
    pub peeled: bool,
}

/// The result of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Optimized {
    /// The trace.
    pub compiled: Compiled,
    /// What each of its labels expects, for `LinkTargets`.
    pub labels: Vec<LabelState>,
    /// Counters.
    pub statistics: Statistics,
}

/// Optimises a recorded trace.
///
/// # Errors
/// When the trace cannot be compiled, with the reason.
pub fn optimize(
    trace: &Trace,
    options: &Options,
    links: &dyn LinkTargets,
) -> Result<Optimized, AbortReason> {
    if trace.insts.len() > options.limit {
        return Err(AbortReason::TooLong);
    }
    let mut statistics = Statistics::default();
    let (compiled, label) = run(trace, options, links, &mut statistics)?;
    let guards = |trace: &Trace| {
        let guards = trace
            .insts
            .iter()
            .filter(|inst| inst.op.effect() == coil_trace::Effect::Guard);
        guards.count()
    };
    statistics.recorded = trace.insts.len();
    statistics.guards_recorded = guards(trace);
    statistics.emitted = compiled.trace.insts.len();
    statistics.guards_emitted = guards(&compiled.trace);
    Ok(Optimized {
        compiled,
        labels: label.into_iter().collect(),
        statistics,
    })
}

fn run(
    trace: &Trace,
    options: &Options,
    links: &dyn LinkTargets,
    statistics: &mut Statistics,
) -> Result<(Compiled, Option<LabelState>), AbortReason> {
    let mut pass = Pass::new(trace, options, Pools::new(trace));
    let end = match &trace.end {
        End::Loop(snapshot) => return run_loop(pass, *snapshot, statistics),
        End::Link { target, snapshot } => {
            let end = link(&mut pass, *target, *snapshot, links)?;
            let (part, pools) = Part::of(pass);
            return Ok(finish(trace, &pools, part, None, end));
        }
        End::Exit(snapshot) => {
            pass.walk()?;
            CompiledEnd::Exit(pass.exit(*snapshot))
        }
        End::Return(id) => {
            pass.walk()?;
            let id = pass.mapped(*id);
            CompiledEnd::Return(pass.force(id))
        }
        End::Yield(id) => {
            pass.walk()?;
            let id = pass.mapped(*id);
            CompiledEnd::Yield(pass.force(id))
        }
    };
    let (part, pools) = Part::of(pass);
    Ok(finish(trace, &pools, part, None, end))
}

/// A trace that goes on in another one, walked to its end and through it: at the first label whose state matches, or through memory.
fn link(
    pass: &mut Pass<'_>,
    target: u32,
    snapshot: SnapshotId,
    links: &dyn LinkTargets,
) -> Result<CompiledEnd, AbortReason> {
    let (trace, options) = (pass.rec, pass.options);
    pass.walk()?;
    let mut labels: Vec<(u32, &LabelState)> = Vec::new();
    for number in std::iter::once(&target).chain(links.versions(target)) {
        labels.extend(links.labels(*number).iter().map(|state| (*number, state)));
    }
    pass.pools.flatten(trace, snapshot);
    let frame = match pass.pools.frames(snapshot) {
        [frame] if frame.base == 0 => Some((frame.code, frame.pc)),
        _ => None,
    };
    labels.retain(|(_, state)| frame == Some((state.frame.code, state.frame.pc)));
    // Where there is a choice, first those for which nothing of unknown kind must be tested.
    let rounds: &[bool] = if labels.len() > 1 {
        &[true, false]
    } else {
        &[false]
    };
    for exact in rounds {
        for (number, state) in &labels {
            pass.exact = *exact;
            let end = enter_label(pass, *number, state, snapshot);
            pass.exact = false;
            match end {
                Ok(end) => return Ok(end),
                Err(Mismatch::Header | Mismatch::Virtual(u32::MAX)) => {
                    // Guards may have been emitted that would fail for nothing.
                    *pass = Pass::new(trace, options, Pools::new(trace));
                    pass.walk()?;
                    pass.pools.flatten(trace, snapshot);
                }
                Err(_) => {}
            }
        }
    }
    // The other trace reads real objects from memory.
    pass.last_snapshot = snapshot;
    for (_, id) in pass.end_slots(snapshot) {
        pass.materialise_held(id);
    }
    Ok(CompiledEnd::Enter {
        target,
        exit: pass.exit(snapshot),
    })
}

/// The end of a trace that goes on at a label.
fn enter_label(
    pass: &mut Pass<'_>,
    target: u32,
    state: &LabelState,
    snapshot: SnapshotId,
) -> Result<CompiledEnd, Mismatch> {
    let mut slots = pass.end_slots(snapshot);
    for (slot, _) in &state.slots {
        if let Err(at) = slots.binary_search_by_key(slot, |(slot, _)| *slot) {
            let value = if pass.options.bridge {
                pass.window_load(*slot)
            } else {
                pass.input_at(*slot)
            };
            slots.insert(at, (*slot, value));
        }
    }
    let values = pass.enter(state, &slots, snapshot)?;
    let args = state.phis.iter().map(|at| values[*at as usize]).collect();
    for (slot, id) in &slots {
        let held = state.slots.binary_search_by_key(slot, |(slot, _)| *slot);
        if held.is_err() {
            pass.store_slot(slot.cast_unsigned(), *id);
        }
    }
    Ok(CompiledEnd::Link {
        target,
        label: state.label,
        args,
    })
}

fn run_loop(
    mut pass: Pass<'_>,
    end: SnapshotId,
    statistics: &mut Statistics,
) -> Result<(Compiled, Option<LabelState>), AbortReason> {
    let (trace, options) = (pass.rec, pass.options);
    pass.pools.flatten(trace, end);
    let frame = match pass.pools.frames(end) {
        [frame] => *frame,
        _ => return Err(AbortReason::LoopShape),
    };
    let inputs = pass.input_slots();
    if inputs.iter().any(|(.., op)| *op != Op::InputVal) {
        return Err(AbortReason::LoopShape);
    }
    pass.walk()?;
    if options.peel {
        let mut slots = pass.end_slots(end);
        for (slot, input, op) in &inputs {
            if let Err(at) = slots.binary_search_by_key(slot, |(slot, _)| *slot) {
                slots.insert(at, (*slot, pass.input_of(*op, *input)));
            }
        }
        if let Some(parts) = attempts(&mut pass, &slots, frame, end, options.attempts, statistics) {
            statistics.peeled = true;
            return Ok(assemble(trace, pass, parts));
        }
    }
    // Without a preamble: the label stands at the start, with all registers as they are.
    let pools = std::mem::take(&mut pass.pools);
    let mut slots: Vec<i32> = pools.slots(end).iter().map(|(slot, _)| *slot).collect();
    slots.extend(inputs.iter().map(|(slot, ..)| *slot));
    slots.sort_unstable();
    slots.dedup();
    let mut start = Pass::new(trace, options, pools);
    let slots: Vec<(i32, Id)> = slots
        .into_iter()
        .map(|slot| (slot, start.input_at(slot)))
        .collect();
    let parts = attempts(&mut start, &slots, frame, end, 2, statistics);
    match parts {
        Some(parts) => Ok(assemble(trace, start, parts)),
        None => Err(AbortReason::GuardAlwaysFails),
    }
}

fn assemble(trace: &Trace, preamble: Pass<'_>, parts: Parts) -> (Compiled, Option<LabelState>) {
    let (first, pools) = Part::of(preamble);
    let end = CompiledEnd::Jump {
        label: 0,
        args: Vec::new(),
    };
    finish(trace, &pools, first, Some(parts), end)
}

type Parts = Body;

/// Tries to compile the body from the state at the end of `preamble`, each time assuming less.
fn attempts(
    preamble: &mut Pass<'_>,
    slots: &[(i32, Id)],
    frame: coil_trace::SnapshotFrame,
    end: SnapshotId,
    attempts: usize,
    statistics: &mut Statistics,
) -> Option<Parts> {
    let (trace, options) = (preamble.rec, preamble.options);
    let mut demotions = Demotions::default();
    preamble.last_snapshot = end;
    for _ in 0..attempts {
        statistics.attempts += 1;
        let mut plan = preamble.plan(slots, frame, &demotions);
        let mut body = Pass::new(trace, options, std::mem::take(&mut preamble.pools));
        let seeded = header::seed(preamble, &mut body, &mut plan, &demotions);
        let result = seeded.and_then(|origins| {
            body.walk()?;
            let back = body.end_slots(end);
            body.mode = Mode::BackEdge;
            let back = body.enter(&plan.state, &back, end);
            Ok((origins, back))
        });
        preamble.pools = std::mem::take(&mut body.pools);
        let (origins, back) = result.ok()?;
        let mismatch = match back {
            Ok(back) if body.unproven.is_empty() => {
                let front = preamble.enter(&plan.state, slots, end).ok()?;
                let (part, _) = Part::of(body);
                return Some(Body {
                    part,
                    state: plan.state,
                    front,
                    back,
                });
            }
            Ok(_) => None,
            Err(mismatch) => Some(mismatch),
        };
        for at in &body.unproven {
            demotions.banned.push(origins[*at]);
        }
        match mismatch {
            None => {}
            Some(Mismatch::Missing) => return None,
            Some(Mismatch::Const(at)) => demotions.consts.push(at),
            Some(Mismatch::Tag(at)) => demotions.boxed.push(at),
            Some(Mismatch::Shared(at)) => demotions.split.push(at),
            Some(Mismatch::Header) => demotions.banned.push(origins[body.header_at]),
            Some(Mismatch::Virtual(number)) => {
                for (at, object) in plan.objects.iter().enumerate() {
                    if number == u32::MAX || number as usize == at {
                        preamble.materialise(preamble.objects[*object].id);
                    }
                }
            }
        }
    }
    None
}
