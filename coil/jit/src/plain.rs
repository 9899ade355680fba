//! Traces straight to their compiled form, without optimisation.
//!
//! For comparison with the optimiser in tests. A loop's inputs are moved to its start and become the phis of one label.

use coil_trace::{
    Compiled, CompiledEnd, End, Exit, ExitValue, Id, Inst, Label, Op, SnapshotId, Trace,
};

/// The compiled form.
pub(crate) fn lower(trace: &Trace) -> Compiled {
    let looping = match trace.end {
        End::Loop(snapshot) => Some(snapshot),
        _ => None,
    };
    let mut insts: Vec<Inst> = Vec::new();
    let mut map: Vec<Id> = vec![Id::NONE; trace.insts.len()];
    let mut labels = Vec::new();
    if looping.is_some() {
        let inputs: Vec<usize> = (0..trace.insts.len())
            .filter(|&at| trace.insts[at].op == Op::InputVal)
            .collect();
        for &at in &inputs {
            insts.push(trace.insts[at]);
        }
        let count = inputs.len();
        let number = |at: usize| u32::try_from(at).expect("traces are limited");
        labels.push(Label {
            at: number(count),
            phis: number(count),
            entry: (0..count).map(Id::inst).collect(),
        });
        for (phi, &at) in inputs.iter().enumerate() {
            let mut inst = trace.insts[at];
            inst.op = Op::PhiVal;
            inst.extra = number(phi);
            insts.push(inst);
            map[at] = Id::inst(count + phi);
        }
    }
    let renamed = |map: &[Id], id: Id| id.as_inst().map_or(id, |at| map[at]);
    for (at, inst) in trace.insts.iter().enumerate() {
        if looping.is_some() && inst.op == Op::InputVal {
            continue;
        }
        let mut inst = *inst;
        inst.args = inst.args.map(|id| renamed(&map, id));
        map[at] = Id::inst(insts.len());
        insts.push(inst);
    }
    // Snapshots that nothing leaves by may speak of instructions that the recording took back.
    let mut exits = vec![Exit::default(); trace.snapshots.len()];
    let last = match trace.end {
        End::Link { snapshot, .. } | End::Exit(snapshot) => snapshot,
        End::Loop(_) | End::Return(_) | End::Yield(_) => SnapshotId::NONE,
    };
    let used = insts.iter().map(|inst| inst.snapshot).chain([last]);
    for snapshot in used.filter(|snapshot| *snapshot != SnapshotId::NONE) {
        let at = snapshot.0 as usize;
        if exits[at].frames.is_empty() {
            exits[at] = flatten(trace, &map, at);
        }
    }
    let end = match &trace.end {
        End::Loop(snapshot) => {
            let state = flatten(trace, &map, snapshot.0 as usize);
            let label = &labels[0];
            let args = (0..label.phis as usize)
                .map(|phi| {
                    let input = &insts[phi];
                    let slot = trace.inputs[input.extra as usize];
                    let written = state.slots.iter().find(|(known, _)| *known == slot);
                    match written {
                        Some((_, ExitValue::Plain(id))) => *id,
                        _ => Id::inst(label.at as usize + phi),
                    }
                })
                .collect();
            CompiledEnd::Jump { label: 0, args }
        }
        End::Link { target, snapshot } => CompiledEnd::Enter {
            target: *target,
            exit: *snapshot,
        },
        End::Exit(snapshot) => CompiledEnd::Exit(*snapshot),
        End::Return(id) => CompiledEnd::Return(renamed(&map, *id)),
        End::Yield(id) => CompiledEnd::Yield(renamed(&map, *id)),
    };
    let call_args = trace
        .call_args
        .iter()
        .map(|id| renamed(&map, *id))
        .collect();
    Compiled {
        trace: Trace {
            consts: trace.consts.clone(),
            insts,
            call_args,
            fields: trace.fields.clone(),
            calls: trace.calls.clone(),
            news: trace.news.clone(),
            snapshots: Vec::new(),
            inputs: trace.inputs.clone(),
            end: End::Exit(SnapshotId::NONE),
        },
        labels,
        exits,
        end,
    }
}

fn flatten(trace: &Trace, map: &[Id], at: usize) -> Exit {
    let mut exit = Exit::default();
    let mut next = Some(at);
    while let Some(at) = next {
        let snapshot = &trace.snapshots[at];
        exit.frames.insert(0, snapshot.frame);
        for &(slot, id) in &snapshot.slots {
            if !exit.slots.iter().any(|(known, _)| *known == slot) {
                let id = id.as_inst().map_or(id, |at| map[at]);
                exit.slots.push((slot, ExitValue::Plain(id)));
            }
        }
        next = snapshot.parent.map(|parent| parent.0 as usize);
    }
    exit
}
