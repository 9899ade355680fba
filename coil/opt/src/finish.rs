//! From passes to a compiled trace: dead stores, dead code, phis, and the final numbering.

use crate::label::LabelState;
use crate::pass::Pass;
use crate::pools::Pools;
use crate::record::phi_of;
use crate::table::number;
use coil_trace::{
    Compiled, CompiledEnd, Effect, Effects, Exit, ExitValue, Id, Inst, Label, Op, SnapshotId,
    Trace, Ty,
};

/// How many instructions after a test for a float its unboxing may stand to be merged with it: it takes a register from the test on.
const FLOAT_TEST_REACH: usize = 48;

/// What a pass leaves behind.
#[derive(Debug)]
pub(crate) struct Part {
    insts: Vec<Inst>,
    lazy: Vec<bool>,
    call_args: Vec<Id>,
    exits: Vec<Exit>,
}

impl Part {
    pub(crate) fn of(pass: Pass<'_>) -> (Part, Pools) {
        let lazy = pass
            .infos
            .iter()
            .map(|info| info.flags & crate::pass::LAZY != 0);
        let part = Part {
            lazy: lazy.collect(),
            insts: pass.insts,
            call_args: pass.call_args,
            exits: pass.exits,
        };
        (part, pass.pools)
    }
}

/// The loop part of a trace.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) part: Part,
    pub(crate) state: LabelState,
    /// Header values at the end of the preamble, named by it.
    pub(crate) front: Vec<Id>,
    /// Header values at the end of the body, named by it.
    pub(crate) back: Vec<Id>,
}

struct Assembly<'a> {
    insts: Vec<Inst>,
    lazy: Vec<bool>,
    call_args: Vec<Id>,
    exits: Vec<Exit>,
    /// Where the header of the label starts, and how many values it has.
    header: usize,
    header_count: usize,
    front: Vec<Id>,
    back: Vec<Id>,
    live: Vec<bool>,
    work: Vec<usize>,
    /// Tests for floats and the unboxing each is merged with, by ascending test.
    merged: Vec<(usize, usize)>,
    rec: &'a Trace,
    pools: &'a Pools,
}

fn shift(id: Id, by: usize) -> Id {
    id.as_inst().map_or(id, |at| Id::inst(at + by))
}

fn shift_value(value: ExitValue, map: &impl Fn(Id) -> Id) -> ExitValue {
    match value {
        ExitValue::Plain(id) => ExitValue::Plain(map(id)),
        ExitValue::BoxInt(id) => ExitValue::BoxInt(map(id)),
        ExitValue::BoxFloat(id) => ExitValue::BoxFloat(map(id)),
        ExitValue::BoxRef(id) => ExitValue::BoxRef(map(id)),
        ExitValue::Virtual(at) => ExitValue::Virtual(at),
    }
}

fn map_exit(exit: &mut Exit, map: &impl Fn(Id) -> Id) {
    for (_, value) in &mut exit.slots {
        *value = shift_value(*value, map);
    }
    for object in &mut exit.virtuals {
        object.ty = map(object.ty);
        for (_, value) in &mut object.fields {
            *value = shift_value(*value, map);
        }
    }
}

fn exit_ids(exit: &Exit) -> impl Iterator<Item = Id> + '_ {
    let id = |value: &ExitValue| match value {
        ExitValue::Plain(id)
        | ExitValue::BoxInt(id)
        | ExitValue::BoxFloat(id)
        | ExitValue::BoxRef(id) => Some(*id),
        ExitValue::Virtual(_) => None,
    };
    let slots = exit.slots.iter().filter_map(move |(_, value)| id(value));
    let objects = exit.virtuals.iter().flat_map(move |object| {
        let fields = object.fields.iter().filter_map(move |(_, value)| id(value));
        fields.chain([object.ty])
    });
    slots.chain(objects)
}

/// The compiled trace of these parts. `end` names values of the last part; a body ends by jumping to its label.
pub(crate) fn finish(
    rec: &Trace,
    pools: &Pools,
    first: Part,
    body: Option<Body>,
    end: CompiledEnd,
) -> (Compiled, Option<LabelState>) {
    let mut assembly = Assembly {
        header: first.insts.len(),
        header_count: 0,
        insts: first.insts,
        lazy: first.lazy,
        call_args: first.call_args,
        exits: first.exits,
        front: Vec::new(),
        back: Vec::new(),
        live: Vec::new(),
        work: Vec::new(),
        merged: Vec::new(),
        rec,
        pools,
    };
    let mut state = None;
    if let Some(body) = body {
        assembly.append(body.part);
        assembly.front = body.front;
        assembly.back = body.back;
        for id in &mut assembly.back {
            *id = shift(*id, assembly.header);
        }
        assembly.header_count = body.state.header.len();
        state = Some(body.state);
    }
    assembly.drop_dead_stores();
    assembly.mark(&end, state.is_some());
    assembly.merge_float_tests();
    assembly.build(end, state)
}

impl Assembly<'_> {
    fn append(&mut self, part: Part) {
        let by = self.insts.len();
        let args = number(self.call_args.len());
        let exits = number(self.exits.len());
        for mut inst in part.insts {
            inst.args = inst.args.map(|id| shift(id, by));
            inst.first_arg += args;
            if inst.snapshot != SnapshotId::NONE {
                inst.snapshot.0 += exits;
            }
            self.insts.push(inst);
        }
        self.lazy.extend(part.lazy);
        self.call_args
            .extend(part.call_args.into_iter().map(|id| shift(id, by)));
        for mut exit in part.exits {
            map_exit(&mut exit, &|id| shift(id, by));
            self.exits.push(exit);
        }
    }

    fn in_header(&self, at: usize) -> bool {
        (self.header..self.header + self.header_count).contains(&at)
    }

    /// Whether a header value becomes a phi. There are none for bools: those are computed again after the phis.
    fn is_phi(&self, at: usize) -> bool {
        self.in_header(at) && self.insts[at].op.ty() != Ty::Bool
    }

    fn operands<'i>(&'i self, inst: &'i Inst) -> &'i [Id] {
        if inst.op.effect() == Effect::Call {
            let count = self.rec.calls[inst.extra as usize].params.len();
            &self.call_args[inst.first_arg as usize..][..count]
        } else {
            &inst.args
        }
    }

    /// Takes out stores whose place is written again before anything can see it.
    fn drop_dead_stores(&mut self) {
        let mut later: Vec<(Id, Id, u32)> = Vec::new();
        for at in (0..self.insts.len()).rev() {
            let inst = self.insts[at];
            if self.in_header(at) {
                later.clear();
                continue;
            }
            match inst.op.effect() {
                _ if self.lazy[at] => {}
                Effect::Store if inst.op != Op::StoreSlot => {
                    let index = if inst.op == Op::StoreItem {
                        inst.args[1]
                    } else {
                        Id::NONE
                    };
                    let place = (inst.args[0], index, inst.extra);
                    if later.contains(&place) {
                        self.insts[at].op = Op::Nop;
                        self.insts[at].extra = 0;
                    } else {
                        later.push(place);
                    }
                }
                Effect::Load => {
                    let class = self.pools.class_of[inst.extra as usize];
                    let class_of = &self.pools.class_of;
                    later.retain(|(.., field)| class_of[*field as usize] != class);
                }
                Effect::Guard | Effect::Call | Effect::Alloc => later.clear(),
                _ => {}
            }
        }
    }

    fn is_root(&self, at: usize) -> bool {
        let inst = &self.insts[at];
        match inst.op.effect() {
            _ if self.lazy[at] || self.in_header(at) => false,
            Effect::Guard | Effect::Store | Effect::Alloc => true,
            Effect::Call => {
                let call = &self.rec.calls[inst.extra as usize];
                call.can_raise || !matches!(call.effects, Effects::Pure | Effects::Reads)
            }
            _ => false,
        }
    }

    fn reach(&mut self, id: Id) {
        if let Some(at) = id.as_inst()
            && !self.live[at]
        {
            self.live[at] = true;
            self.work.push(at);
        }
    }

    fn reach_exit(&mut self, exit: SnapshotId, done: &mut [bool]) {
        let at = exit.0 as usize;
        if exit != SnapshotId::NONE && !std::mem::replace(&mut done[at], true) {
            let exit = std::mem::take(&mut self.exits[at]);
            for id in exit_ids(&exit) {
                self.reach(id);
            }
            self.exits[at] = exit;
        }
    }

    fn mark(&mut self, end: &CompiledEnd, loops: bool) {
        self.live = vec![false; self.insts.len()];
        let mut done = vec![false; self.exits.len()];
        for at in 0..self.insts.len() {
            if self.is_root(at) {
                self.reach(Id::inst(at));
            }
        }
        match end {
            _ if loops => {}
            CompiledEnd::Jump { args, .. } | CompiledEnd::Link { args, .. } => {
                for id in args {
                    self.reach(*id);
                }
            }
            CompiledEnd::Enter { exit, .. } | CompiledEnd::Exit(exit) => {
                self.reach_exit(*exit, &mut done);
            }
            CompiledEnd::Return(id) | CompiledEnd::Yield(id) => self.reach(*id),
        }
        while let Some(at) = self.work.pop() {
            if self.is_phi(at) {
                let number = at - self.header;
                self.reach(self.front[number]);
                self.reach(self.back[number]);
                continue;
            }
            let inst = self.insts[at];
            for number in 0..self.operands(&inst).len() {
                self.reach(self.operands(&inst)[number]);
            }
            self.reach_exit(inst.snapshot, &mut done);
        }
    }

    /// Finds tests for floats whose values are unboxed soon: the unboxing comes first, and the test is whether a number came of it.
    fn merge_float_tests(&mut self) {
        // Tests that no unboxing has followed yet.
        let mut open: Vec<(Id, usize)> = Vec::new();
        for at in 0..self.insts.len() {
            let inst = &self.insts[at];
            if self.in_header(at) {
                open.clear();
                continue;
            }
            if !self.live[at] {
                continue;
            }
            if inst.op.effect() == Effect::Call {
                open.clear();
            }
            open.retain(|(_, test)| at - test <= FLOAT_TEST_REACH);
            match inst.op {
                Op::IsFloat => open.push((inst.args[0], at)),
                Op::UnboxFloat => {
                    let value = inst.args[0];
                    if let Some(found) = open.iter().position(|(other, _)| *other == value) {
                        self.merged.push((open.swap_remove(found).1, at));
                    }
                }
                _ => {}
            }
        }
        self.merged.sort_unstable();
    }

    fn build(
        mut self,
        end: CompiledEnd,
        mut state: Option<LabelState>,
    ) -> (Compiled, Option<LabelState>) {
        let mut trace = Trace::new();
        trace.fields.clone_from(&self.pools.fields);
        trace.calls.clone_from(&self.rec.calls);
        trace.news.clone_from(&self.rec.news);
        let mut names = vec![Id::NONE; self.insts.len()];
        let mut labels = Vec::new();
        let mut phis = Vec::new();
        for at in 0..self.insts.len() {
            if self.is_phi(at) && self.live[at] {
                phis.push(at);
            }
        }
        let mut consts = vec![Id::NONE; self.pools.consts.len()];
        let mut exits = vec![u32::MAX; self.exits.len()];
        let mut out_exits: Vec<Exit> = Vec::new();
        let mut inputs = vec![u32::MAX; self.pools.inputs.len()];
        let pools = self.pools;
        let header = self.header..self.header + self.header_count;
        let bools = header.clone().filter(|at| !self.is_phi(*at));
        let order: Vec<usize> = (0..header.start)
            .chain(phis.iter().copied())
            .chain(bools)
            .chain(header.end..self.insts.len())
            .collect();
        let mut early = vec![false; self.insts.len()];
        let mut merged = std::mem::take(&mut self.merged).into_iter().peekable();
        for at in order {
            if state.is_some() && at >= self.header && labels.is_empty() {
                labels.push(label(&trace, &phis));
            }
            if !self.live[at] || early[at] {
                continue;
            }
            if let Some((_, unboxing)) = merged.next_if(|(test, _)| *test == at) {
                let value = self.insts[at].args[0];
                let value = rename(value, &names, &mut consts, &mut trace.consts, pools);
                let float = Id::inst(trace.insts.len());
                trace.insts.push(pure(Op::UnboxOrNan, [value, Id::NONE]));
                names[at] = Id::inst(trace.insts.len());
                trace.insts.push(pure(Op::FloatEq, [float, float]));
                names[unboxing] = float;
                early[unboxing] = true;
                continue;
            }
            names[at] = Id::inst(trace.insts.len());
            let mut inst = self.insts[at];
            if self.is_phi(at) {
                let place = labels.last().map_or(0, |label: &Label| label.at);
                trace.insts.push(Inst {
                    op: phi_of(inst.op.ty()),
                    args: [Id::NONE; 3],
                    extra: number(trace.insts.len()) - place,
                    first_arg: 0,
                    snapshot: SnapshotId::NONE,
                });
                continue;
            }
            let mut name = |id: Id| rename(id, &names, &mut consts, &mut trace.consts, pools);
            if inst.op.effect() == Effect::Call {
                let first = number(trace.call_args.len());
                for id in self.operands(&inst) {
                    trace.call_args.push(name(*id));
                }
                inst.first_arg = first;
            } else {
                inst.args = inst.args.map(&mut name);
            }
            if inst.op.effect() == Effect::Input {
                let input = &mut inputs[inst.extra as usize];
                if *input == u32::MAX {
                    *input = number(trace.inputs.len());
                    trace.inputs.push(pools.inputs[inst.extra as usize]);
                }
                inst.extra = *input;
            }
            trace.insts.push(inst);
        }
        if state.is_some() && labels.is_empty() {
            labels.push(label(&trace, &phis));
        }
        let mut name = |id: Id| rename(id, &names, &mut consts, &mut trace.consts, pools);
        let mut exit_of = |exit: SnapshotId| {
            let at = exit.0 as usize;
            if exits[at] == u32::MAX {
                let mut exit = std::mem::take(&mut self.exits[at]);
                let name = std::cell::RefCell::new(&mut name);
                map_exit(&mut exit, &|id| (name.borrow_mut())(id));
                exits[at] = number(out_exits.len());
                out_exits.push(exit);
            }
            SnapshotId(exits[at])
        };
        for inst in &mut trace.insts {
            if inst.snapshot != SnapshotId::NONE {
                inst.snapshot = exit_of(inst.snapshot);
            }
        }
        let end = match end {
            CompiledEnd::Enter { target, exit } => CompiledEnd::Enter {
                target,
                exit: exit_of(exit),
            },
            CompiledEnd::Exit(exit) => CompiledEnd::Exit(exit_of(exit)),
            end => end,
        };
        let end = match end {
            CompiledEnd::Jump { label, .. } => CompiledEnd::Jump {
                label,
                args: phis
                    .iter()
                    .map(|at| name(self.back[at - self.header]))
                    .collect(),
            },
            CompiledEnd::Link {
                target,
                label,
                args,
            } => CompiledEnd::Link {
                target,
                label,
                args: args.into_iter().map(&mut name).collect(),
            },
            CompiledEnd::Return(id) => CompiledEnd::Return(name(id)),
            CompiledEnd::Yield(id) => CompiledEnd::Yield(name(id)),
            end => end,
        };
        if let Some(label) = labels.last_mut() {
            label.entry = phis
                .iter()
                .map(|at| name(self.front[at - self.header]))
                .collect();
        }
        if let Some(state) = &mut state {
            state.phis = phis.iter().map(|at| number(at - self.header)).collect();
        }
        let compiled = Compiled {
            trace,
            labels,
            exits: out_exits,
            end,
        };
        (compiled, state)
    }
}

/// A pure instruction.
fn pure(op: Op, [a, b]: [Id; 2]) -> Inst {
    Inst {
        op,
        args: [a, b, Id::NONE],
        extra: 0,
        first_arg: 0,
        snapshot: SnapshotId::NONE,
    }
}

/// The label at the end of what there is of the trace; its entry is set later.
fn label(trace: &Trace, phis: &[usize]) -> Label {
    Label {
        at: number(trace.insts.len()),
        phis: number(phis.len()),
        entry: Vec::new(),
    }
}

/// The final name of a value.
fn rename(
    id: Id,
    names: &[Id],
    consts: &mut [Id],
    all: &mut Vec<coil_trace::Const>,
    pools: &Pools,
) -> Id {
    match (id.as_inst(), id.as_const()) {
        (Some(at), _) => names[at],
        (_, Some(at)) => {
            if consts[at].is_none() {
                all.push(pools.consts[at]);
                consts[at] = Id::constant(all.len() - 1);
            }
            consts[at]
        }
        _ => Id::NONE,
    }
}
