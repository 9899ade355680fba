//! Checks that a trace is well formed: what backends and the optimiser take for granted.
//!
//! Of both forms: operands are defined before they are used and have the op's types; descriptors exist and fit the op; an `_ovf` op is
//! followed by its guard and nothing else has one; a call that can raise is followed by `guard_no_raise` or `guard_raise`, which stand nowhere
//! else; what `guard_int|val|ref` compare with is a constant. Of recorded traces: snapshots form trees, name defined values of type Val, and
//! there are no phis. Of compiled ones: exits have frames, each slot once, boxes and virtual objects of the right types; phis follow labels, in
//! order; and **everything that code after a label uses from before it is a phi of that label**, so that any code can jump there.

use crate::id::{Id, Ty};
use crate::op::{DescriptorKind, Effect, Op};
use crate::snapshot::{Exit, ExitValue, SnapshotId};
use crate::trace::{Compiled, CompiledEnd, End, Inst, Trace};
use std::fmt;

/// What is wrong with a trace, and at which instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// Instruction (the number of instructions for what belongs to the end).
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "instruction {}: {}", self.at, self.message)
    }
}

impl std::error::Error for Malformed {}

type Check = Result<(), String>;

fn ensure(holds: bool, message: &str) -> Check {
    if holds {
        Ok(())
    } else {
        Err(message.to_owned())
    }
}

/// Checks a recorded trace.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(trace: &Trace) -> Result<(), Malformed> {
    let fail = |at, message| Malformed { at, message };
    for (at, snapshot) in trace.snapshots.iter().enumerate() {
        let parent = snapshot
            .parent
            .is_none_or(|parent| (parent.0 as usize) < at);
        ensure(parent, "a snapshot's parent stands before it").map_err(|text| fail(0, text))?;
    }
    for (at, inst) in trace.insts.iter().enumerate() {
        let check = || {
            ensure(!is_phi(inst.op), "a recorded trace has no phis")?;
            common(trace, at, inst, 0)?;
            if inst.op.has_snapshot() {
                let last = at + usize::from(inst.op.effect() == Effect::Call);
                snapshot(trace, inst.snapshot, last)?;
            }
            Ok(())
        };
        check().map_err(|text| fail(at, text))?;
    }
    let end = trace.insts.len();
    match &trace.end {
        End::Loop(at) | End::Link { snapshot: at, .. } | End::Exit(at) => snapshot(trace, *at, end),
        End::Return(id) | End::Yield(id) => operand(trace, *id, Ty::Val, 0, end),
    }
    .map_err(|text| fail(end, text))
}

/// Checks a compiled trace.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_compiled(compiled: &Compiled) -> Result<(), Malformed> {
    let trace = &compiled.trace;
    let fail = |at, message| Malformed { at, message };
    let mut labels = compiled.labels.iter().peekable();
    let mut first = 0;
    let mut phis = 0..0;
    for (at, inst) in trace.insts.iter().enumerate() {
        if let Some(label) = labels.next_if(|label| label.at as usize <= at) {
            let check = || {
                ensure(
                    label.at as usize == at,
                    "labels stand in order, one at a place",
                )?;
                ensure(
                    label.entry.len() == label.phis as usize,
                    "one entry value per phi",
                )?;
                for (number, id) in label.entry.iter().enumerate() {
                    let phi = trace.insts.get(at + number).map(|inst| inst.op);
                    let phi = phi.filter(|op| is_phi(*op)).ok_or("too few phis")?;
                    operand(trace, *id, phi.ty(), first, at)?;
                }
                Ok(())
            };
            check().map_err(|text: String| fail(at, text))?;
            first = at;
            phis = at..at + label.phis as usize;
        }
        let check = || {
            if is_phi(inst.op) {
                ensure(phis.contains(&at), "phis stand after a label only")?;
                ensure(inst.extra as usize == at - phis.start, "phis are numbered")?;
            } else {
                ensure(!phis.contains(&at), "a label has too few phis")?;
            }
            common(trace, at, inst, first)?;
            if inst.op.has_snapshot() {
                let last = at + usize::from(inst.op.effect() == Effect::Call);
                exit_of(compiled, inst.snapshot, first, last)?;
            }
            Ok(())
        };
        check().map_err(|text| fail(at, text))?;
    }
    let end = trace.insts.len();
    let mut check = || {
        ensure(
            labels.all(|label| label.at as usize == end && label.phis == 0),
            "a label stands beyond the end",
        )?;
        match &compiled.end {
            CompiledEnd::Jump { label, args } => {
                let label = compiled
                    .labels
                    .get(*label as usize)
                    .ok_or("no such label")?;
                ensure(args.len() == label.phis as usize, "one argument per phi")?;
                for (number, id) in args.iter().enumerate() {
                    let phi = trace.insts[label.at as usize + number].op;
                    operand(trace, *id, phi.ty(), first, end)?;
                }
                Ok(())
            }
            CompiledEnd::Link { args, .. } => {
                for id in args {
                    operand(trace, *id, trace.ty_of(*id), first, end)?;
                }
                Ok(())
            }
            CompiledEnd::Enter { exit, .. } | CompiledEnd::Exit(exit) => {
                exit_of(compiled, *exit, first, end)
            }
            CompiledEnd::Return(id) | CompiledEnd::Yield(id) => {
                operand(trace, *id, Ty::Val, first, end)
            }
        }
    };
    check().map_err(|text| fail(end, text))
}

fn is_phi(op: Op) -> bool {
    matches!(op, Op::PhiInt | Op::PhiFloat | Op::PhiVal | Op::PhiRef)
}

/// That `id` is a constant or the result of an instruction in `first..end`, of type `ty`.
fn operand(trace: &Trace, id: Id, ty: Ty, first: usize, end: usize) -> Check {
    if let Some(at) = id.as_inst() {
        ensure(at < end, "a value is used before it is defined")?;
        ensure(at >= first, "a value from before the label is not its phi")?;
    } else {
        let known = id.as_const().is_some_and(|at| at < trace.consts.len());
        ensure(known, "an operand is missing")?;
    }
    let found = trace.ty_of(id);
    if found == ty && ty != Ty::Void {
        Ok(())
    } else {
        Err(format!("{ty:?} expected, {found:?} found"))
    }
}

fn common(trace: &Trace, at: usize, inst: &Inst, first: usize) -> Check {
    let extra = inst.extra as usize;
    let op = inst.op;
    match op.descriptor() {
        DescriptorKind::None => ensure(inst.extra == 0, "the op has no descriptor")?,
        DescriptorKind::Number if is_phi(op) || op == Op::StoreSlot => {}
        DescriptorKind::Number => ensure(extra < trace.inputs.len(), "no such input")?,
        DescriptorKind::Field => ensure(extra < trace.fields.len(), "no such field")?,
        DescriptorKind::Call => ensure(extra < trace.calls.len(), "no such call")?,
        DescriptorKind::New => ensure(extra < trace.news.len(), "no such object kind")?,
    }
    if op.effect() == Effect::Call {
        let call = &trace.calls[extra];
        ensure(call.result == op.ty(), "the call has another result")?;
        let last = inst.first_arg as usize + call.params.len();
        ensure(last <= trace.call_args.len(), "operands are missing")?;
        for (id, ty) in trace.operands(inst).iter().zip(&call.params) {
            operand(trace, *id, *ty, first, at)?;
        }
    } else {
        let types = op.operand_types();
        for (number, id) in inst.args.iter().enumerate() {
            let Some(ty) = types.get(number) else {
                ensure(id.is_none(), "an operand too many")?;
                continue;
            };
            // Void in the table: the type of the field.
            let ty = if *ty == Ty::Void {
                trace.fields[extra].access.ty()
            } else {
                *ty
            };
            operand(trace, *id, ty, first, at)?;
        }
    }
    if op.effect() == Effect::Load {
        ensure(
            trace.fields[extra].access.ty() == op.ty(),
            "the field has another type",
        )?;
    }
    if matches!(op, Op::GuardInt | Op::GuardVal | Op::GuardRef) {
        ensure(
            inst.args[1].is_const(),
            "the guard compares with a constant",
        )?;
    }
    pairs(trace, at, inst)
}

/// Instructions that come in pairs: `_ovf` and its guard, a raising call and its guard.
fn pairs(trace: &Trace, at: usize, inst: &Inst) -> Check {
    let next = trace.insts.get(at + 1);
    let before = at.checked_sub(1).map(|at| &trace.insts[at]);
    if inst.op.is_ovf() {
        let guarded = next.is_some_and(|next| {
            matches!(next.op, Op::GuardNoOvf | Op::GuardOvf) && next.args[0] == Id::inst(at)
        });
        ensure(guarded, "an _ovf op is followed by its guard")?;
    }
    if matches!(inst.op, Op::GuardNoOvf | Op::GuardOvf) {
        ensure(
            before.is_some_and(|before| before.op.is_ovf()),
            "a guard of overflow follows its _ovf op",
        )?;
    }
    let raises = |inst: &Inst| {
        inst.op.effect() == Effect::Call && trace.calls[inst.extra as usize].can_raise
    };
    if raises(inst) {
        let guarded = next.is_some_and(|next| matches!(next.op, Op::GuardNoRaise | Op::GuardRaise));
        ensure(guarded, "a call that can raise is followed by its guard")?;
    }
    if matches!(inst.op, Op::GuardNoRaise | Op::GuardRaise) {
        ensure(
            before.is_some_and(raises),
            "a guard of exceptions follows a call that can raise",
        )?;
    }
    Ok(())
}

fn snapshot(trace: &Trace, id: SnapshotId, end: usize) -> Check {
    let mut next = Some(id);
    while let Some(id) = next {
        let snapshot = trace
            .snapshots
            .get(id.0 as usize)
            .ok_or("no such snapshot")?;
        for (_, id) in &snapshot.slots {
            operand(trace, *id, Ty::Val, 0, end)?;
        }
        next = snapshot.parent;
    }
    Ok(())
}

fn exit_of(compiled: &Compiled, id: SnapshotId, first: usize, end: usize) -> Check {
    let trace = &compiled.trace;
    let exit = compiled.exits.get(id.0 as usize).ok_or("no such exit")?;
    ensure(!exit.frames.is_empty(), "an exit has a frame")?;
    for (at, (slot, value)) in exit.slots.iter().enumerate() {
        let again = exit.slots[..at].iter().any(|(other, _)| other == slot);
        ensure(!again, "an exit writes a slot twice")?;
        exit_value(trace, exit, *value, Ty::Val, first, end)?;
    }
    for object in &exit.virtuals {
        ensure(
            (object.new as usize) < trace.news.len(),
            "no such object kind",
        )?;
        operand(trace, object.ty, Ty::Ref, first, end)?;
        for (field, value) in &object.fields {
            let field = trace.fields.get(*field as usize).ok_or("no such field")?;
            exit_value(trace, exit, *value, field.access.ty(), first, end)?;
        }
    }
    Ok(())
}

fn exit_value(
    trace: &Trace,
    exit: &Exit,
    value: ExitValue,
    ty: Ty,
    first: usize,
    end: usize,
) -> Check {
    match value {
        ExitValue::Plain(id) => operand(trace, id, ty, first, end),
        ExitValue::Virtual(at) => {
            ensure(
                (at as usize) < exit.virtuals.len(),
                "no such virtual object",
            )?;
            ensure(
                matches!(ty, Ty::Val | Ty::Ref),
                "an object in a field of numbers",
            )
        }
        ExitValue::BoxInt(id) => boxed(trace, id, Ty::Int, ty, first, end),
        ExitValue::BoxFloat(id) => boxed(trace, id, Ty::Float, ty, first, end),
        ExitValue::BoxRef(id) => boxed(trace, id, Ty::Ref, ty, first, end),
    }
}

fn boxed(trace: &Trace, id: Id, inner: Ty, outer: Ty, first: usize, end: usize) -> Check {
    ensure(outer == Ty::Val, "a box where a raw value belongs")?;
    operand(trace, id, inner, first, end)
}

#[cfg(test)]
mod tests {
    use super::{verify, verify_compiled};
    use crate::parse::{parse_compiled, parse_trace};

    fn complaint(text: &str) -> String {
        let trace = parse_trace(text).expect("parses");
        verify(&trace).expect_err("malformed").message
    }

    const HEAD: &str = "snapshot s0 = at 0x1:1 {}\ninputs 0\nend exit s0\n";

    #[test]
    fn a_good_trace_is_accepted() {
        let text = format!("{HEAD}v0 = input_val(#0)\nb = is_int(v0)\nguard_true(b) [s0]");
        assert_eq!(verify(&parse_trace(&text).expect("parses")), Ok(()));
    }

    #[test]
    fn wrong_types_are_found() {
        let text = format!("{HEAD}v0 = input_val(#0)\ni = int_add(v0, 1)");
        assert_eq!(complaint(&text), "Int expected, Val found");
    }

    #[test]
    fn an_unguarded_overflow_is_found() {
        let text = format!("{HEAD}i = int_add_ovf(1, 2)\nj = int_add(i, 2)");
        assert_eq!(complaint(&text), "an _ovf op is followed by its guard");
        let text = format!("{HEAD}i = int_add(1, 2)\nguard_no_ovf(i) [s0]");
        assert_eq!(complaint(&text), "a guard of overflow follows its _ovf op");
    }

    #[test]
    fn an_unguarded_raising_call_is_found() {
        let text = format!("{HEAD}call c0 = f @0x1 () -> void any raises\ncall_void() c0 [s0]");
        let message = "a call that can raise is followed by its guard";
        assert_eq!(complaint(&text), message);
    }

    #[test]
    fn a_guard_needs_a_snapshot_of_defined_values() {
        let text = format!("{HEAD}guard_true(true)");
        assert_eq!(complaint(&text), "no such snapshot");
        let text =
            "inputs 0\nguard_true(true) [s0]\nv = input_val(#0)\nsnapshot s0 = at 0x1:1 {0: v}";
        assert_eq!(complaint(text), "a value is used before it is defined");
    }

    #[test]
    fn a_value_that_passes_a_label_must_be_a_phi() {
        let text = "inputs 0\nv = input_val(#0)\ni = unbox_int(v)\nlabel l0 phis 1 (i)\np = phi_int(#0)\n\
                    q = int_add(p, i)\nend jump l0 (q)\n";
        let malformed =
            verify_compiled(&parse_compiled(text).expect("parses")).expect_err("malformed");
        assert_eq!(
            malformed.message,
            "a value from before the label is not its phi"
        );
        let text = text.replace("(p, i)", "(p, 1)");
        assert_eq!(
            verify_compiled(&parse_compiled(&text).expect("parses")),
            Ok(())
        );
    }
}
