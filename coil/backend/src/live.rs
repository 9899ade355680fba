//! Where the values of a trace are used: one backward pass.
//!
//! Positions are instruction indices; `end` is the number of instructions. A value used inside the loop that the trace ends
//! with, but made before it, lives to the end. Uses by exits keep a value alive but do not ask for a register, so eviction
//! looks at register uses alone (`next` and the chains), and values that only exits need are spilled first.

use coil_trace::{
    Compiled, CompiledEnd, DescriptorKind, Effect, ExitValue, Id, Op, SnapshotId, Ty,
};

/// No further use.
pub(crate) const NEVER: u32 = u32::MAX;

/// The result. Vectors are kept from trace to trace.
#[derive(Default, Debug)]
pub(crate) struct Live {
    /// Last position where the value is needed; 0 if never.
    pub(crate) last: Vec<u32>,
    /// Next position that wants it in a register; kept up to date by the forward pass.
    pub(crate) next: Vec<u32>,
    /// For each instruction and operand: the register use after this one.
    pub(crate) chain: Vec<[u32; 3]>,
    /// The same for call operands, parallel to `Trace::call_args`.
    pub(crate) call_chain: Vec<u32>,
    /// The instruction is made part of the guard that follows it.
    pub(crate) fused: Vec<bool>,
    /// Used otherwise than by exits that put it back into the window register it came from.
    pub(crate) spread: Vec<bool>,
    /// Register the value should go to, or 255.
    pub(crate) hint: Vec<u8>,
    /// Positions of calls, ascending.
    pub(crate) calls: Vec<u32>,
    /// Something in the trace may collect garbage or look at frames.
    pub(crate) collects: bool,
}

/// Whether the op makes flags that a guard can use directly.
fn is_condition(op: Op) -> bool {
    op.ty() == Ty::Bool && op.effect() == Effect::Pure
}

/// The instruction that a guard may absorb: the one directly before it.
fn absorbed(compiled: &Compiled, at: usize) -> Option<usize> {
    let insts = &compiled.trace.insts;
    let mut before = at.checked_sub(1)?;
    while insts[before].op == Op::Nop {
        before = before.checked_sub(1)?;
    }
    let guard = &insts[at];
    if guard.args[0].as_inst() != Some(before) {
        return None;
    }
    let op = insts[before].op;
    let fits = match guard.op {
        Op::GuardTrue | Op::GuardFalse => is_condition(op),
        Op::GuardInt | Op::GuardVal | Op::GuardRef => {
            matches!(
                op,
                Op::LoadInt
                    | Op::LoadVal
                    | Op::LoadRef
                    | Op::LoadItemInt
                    | Op::LoadItemVal
                    | Op::LoadItemRef
            ) && guard.args[1]
                .as_const()
                .is_some_and(|c| fits_access(compiled, before, compiled.trace.consts[c].bits))
        }
        _ => false,
    };
    fits.then_some(before)
}

/// Whether memory of the access's width can be compared with these bits as an immediate.
fn fits_access(compiled: &Compiled, load: usize, bits: u64) -> bool {
    use coil_trace::Access;
    let field = &compiled.trace.fields[compiled.trace.insts[load].extra as usize];
    let int = bits.cast_signed();
    match field.access {
        Access::U8 => u8::try_from(int).is_ok(),
        Access::I8 => i8::try_from(int).is_ok(),
        Access::U16 => u16::try_from(int).is_ok(),
        Access::I16 => i16::try_from(int).is_ok(),
        Access::U32 => u32::try_from(int).is_ok(),
        Access::I32 | Access::I64 | Access::Val | Access::Ref => i32::try_from(int).is_ok(),
        Access::F64 => false,
    }
}

impl Live {
    /// Analyses a trace. `window(k)` is the window register of input `k`, if it starts from one.
    pub(crate) fn analyse(&mut self, compiled: &Compiled, window: impl Fn(u32) -> Option<i32>) {
        let insts = &compiled.trace.insts;
        let count = insts.len();
        let end = count as u32;
        self.reset(count, compiled.trace.call_args.len());
        let target = self.use_end(compiled, end, &window);
        let mut label = compiled.labels.len();
        for at in (0..count).rev() {
            self.visit(compiled, at, &window);
            while label > 0 && compiled.labels[label - 1].at as usize >= at {
                label -= 1;
                self.cross_label(compiled, label, target == Some(label), end);
            }
        }
        self.calls.reverse();
    }

    fn reset(&mut self, count: usize, call_args: usize) {
        fn fill<T: Clone>(vec: &mut Vec<T>, count: usize, value: T) {
            vec.clear();
            vec.resize(count, value);
        }
        fill(&mut self.last, count, 0);
        fill(&mut self.next, count, NEVER);
        fill(&mut self.chain, count, [NEVER; 3]);
        fill(&mut self.call_chain, call_args, NEVER);
        fill(&mut self.fused, count, false);
        fill(&mut self.spread, count, false);
        fill(&mut self.hint, count, u8::MAX);
        self.calls.clear();
        self.collects = false;
    }

    /// A use in a register; gives the one after it.
    fn use_in_register(&mut self, id: Id, at: u32) -> u32 {
        let Some(value) = id.as_inst() else {
            return NEVER;
        };
        self.last[value] = self.last[value].max(at);
        self.spread[value] = true;
        std::mem::replace(&mut self.next[value], at)
    }

    fn use_anywhere(&mut self, id: Id, at: u32) {
        if let Some(value) = id.as_inst() {
            self.last[value] = self.last[value].max(at);
            self.spread[value] = true;
        }
    }

    fn use_exit(
        &mut self,
        compiled: &Compiled,
        exit: SnapshotId,
        at: u32,
        window: &impl Fn(u32) -> Option<i32>,
    ) {
        let Some(exit) = compiled.exits.get(exit.0 as usize) else {
            return;
        };
        for &(slot, value) in &exit.slots {
            match value {
                ExitValue::Plain(id) => {
                    let Some(value) = id.as_inst() else { continue };
                    self.last[value] = self.last[value].max(at);
                    let inst = &compiled.trace.insts[value];
                    if inst.op != Op::InputVal || window(inst.extra) != Some(slot) {
                        self.spread[value] = true;
                    }
                }
                ExitValue::BoxInt(id) | ExitValue::BoxFloat(id) | ExitValue::BoxRef(id) => {
                    self.use_anywhere(id, at);
                }
                ExitValue::Virtual(_) => {}
            }
        }
        for object in &exit.virtuals {
            self.use_anywhere(object.ty, at);
            for &(_, value) in &object.fields {
                match value {
                    ExitValue::Plain(id)
                    | ExitValue::BoxInt(id)
                    | ExitValue::BoxFloat(id)
                    | ExitValue::BoxRef(id) => self.use_anywhere(id, at),
                    ExitValue::Virtual(_) => {}
                }
            }
        }
    }

    /// Uses by the trace's end; gives the label of this trace that it jumps to.
    fn use_end(
        &mut self,
        compiled: &Compiled,
        end: u32,
        window: &impl Fn(u32) -> Option<i32>,
    ) -> Option<usize> {
        match &compiled.end {
            CompiledEnd::Jump { label, args } => {
                let first = compiled.labels.get(*label as usize).map_or(0, |l| l.at);
                for (index, &id) in args.iter().enumerate() {
                    if id.as_inst() != Some(first as usize + index) {
                        self.use_in_register(id, end);
                    }
                }
                return Some(*label as usize);
            }
            CompiledEnd::Link { args, .. } => {
                for &id in args {
                    self.use_in_register(id, end);
                }
            }
            CompiledEnd::Enter { exit, .. } => {
                self.collects = true;
                self.use_exit(compiled, *exit, end, window);
            }
            CompiledEnd::Exit(exit) => self.use_exit(compiled, *exit, end, window),
            CompiledEnd::Return(id) | CompiledEnd::Yield(id) => {
                self.use_in_register(*id, end);
            }
        }
        None
    }

    fn visit(&mut self, compiled: &Compiled, at: usize, window: &impl Fn(u32) -> Option<i32>) {
        let inst = &compiled.trace.insts[at];
        let position = at as u32;
        if inst.op.has_snapshot() {
            self.use_exit(compiled, inst.snapshot, position, window);
        }
        match inst.op.effect() {
            Effect::Guard => {
                if let Some(before) = absorbed(compiled, at)
                    && self.last[before] == 0
                {
                    self.fused[before] = true;
                    let operands = compiled.trace.insts[before].args;
                    for (k, &id) in operands.iter().enumerate() {
                        self.chain[at][k] = self.use_in_register(id, position);
                    }
                    return;
                }
            }
            Effect::Call => {
                self.calls.push(position);
                let call = &compiled.trace.calls[inst.extra as usize];
                self.collects |= call.can_collect || call.sees_frames;
                let first = inst.first_arg as usize;
                for k in first..first + call.params.len() {
                    self.call_chain[k] =
                        self.use_in_register(compiled.trace.call_args[k], position);
                }
                return;
            }
            Effect::Alloc => self.collects = true,
            Effect::Pure | Effect::Load if self.last[at] == 0 => return,
            Effect::Pure => {
                self.collects |= matches!(inst.op, Op::BoxInt | Op::BoxFloat);
            }
            Effect::Input => {
                self.keep_invariant_phi(compiled, at);
                return;
            }
            _ => {}
        }
        debug_assert!(inst.op.descriptor() != DescriptorKind::Call);
        for (k, &id) in inst.args.iter().enumerate() {
            self.chain[at][k] = self.use_in_register(id, position);
        }
    }

    /// A phi that the jump back hands on unchanged lives to the end if anything reads it.
    fn keep_invariant_phi(&mut self, compiled: &Compiled, at: usize) {
        if let CompiledEnd::Jump { label, args } = &compiled.end
            && let Some(label) = compiled.labels.get(*label as usize)
            && let Some(index) = at.checked_sub(label.at as usize)
            && index < label.phis as usize
            && args.get(index).and_then(|id| id.as_inst()) == Some(at)
            && self.last[at] != 0
        {
            self.last[at] = compiled.trace.insts.len() as u32;
        }
    }

    fn cross_label(&mut self, compiled: &Compiled, label: usize, looping: bool, end: u32) {
        let label = &compiled.labels[label];
        let at = label.at;
        if looping {
            for last in &mut self.last[..at as usize] {
                if *last != 0 {
                    *last = end;
                }
            }
        }
        for &id in &label.entry {
            self.use_in_register(id, at);
        }
    }
}
