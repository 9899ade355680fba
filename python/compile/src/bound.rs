//! Removing checks of locals that are certainly bound: a forward dataflow over the instructions of a function, exception
//! edges and `del` included.

use crate::ir::{Inst, NO_HANDLER, Reg};
use taipan_bytecode::Op;

/// A set of locals as bits.
type Bits = Vec<u64>;

struct Block {
    start: usize,
    end: usize,
}

/// Marks in the result the `check_bound` instructions that can go. `targets` gives the instruction of each label, `handlers`
/// the label of each handler's target; the first `bound` registers are parameters.
pub(crate) fn redundant_checks(
    insts: &[Inst],
    targets: &[u32],
    handlers: &[u32],
    parameters: u16,
) -> Vec<bool> {
    let mut redundant = vec![false; insts.len()];
    // Only registers that are checked matter.
    let mut slots: Vec<Reg> = insts
        .iter()
        .filter(|inst| inst.op == Op::CheckBound)
        .map(|inst| inst.a)
        .collect();
    slots.sort_unstable();
    slots.dedup();
    if slots.is_empty() {
        return redundant;
    }
    let limit = usize::from(*slots.last().expect("not empty")) + 1;
    let mut slot_of = vec![u32::MAX; limit];
    for (slot, &register) in slots.iter().enumerate() {
        slot_of[usize::from(register)] = slot as u32;
    }
    let width = slots.len().div_ceil(64);
    let (blocks, block_at) = split(insts, targets, handlers);

    let mut state: Vec<Option<Bits>> = vec![None; blocks.len()];
    let mut entry = vec![0u64; width];
    for (slot, &register) in slots.iter().enumerate() {
        if register < parameters {
            entry[slot / 64] |= 1 << (slot % 64);
        }
    }
    state[0] = Some(entry);
    let mut work = vec![0usize];
    let block_of_handler =
        |handler: u32| block_at[targets[handlers[handler as usize] as usize] as usize];
    let mut now = vec![0u64; width];
    while let Some(at) = work.pop() {
        let block = &blocks[at];
        now.copy_from_slice(state[at].as_ref().expect("queued with a state"));
        let mut covered = NO_HANDLER;
        for inst in &insts[block.start..block.end] {
            if inst.handler != covered {
                covered = inst.handler;
                if covered != NO_HANDLER {
                    meet(
                        &mut state,
                        &mut work,
                        block_of_handler(covered) as usize,
                        &now,
                    );
                }
            }
            if step(inst, &slot_of, &mut now) && covered != NO_HANDLER {
                meet(
                    &mut state,
                    &mut work,
                    block_of_handler(covered) as usize,
                    &now,
                );
            }
            if let Some(label) = inst.label() {
                let target = block_at[targets[label.0 as usize] as usize] as usize;
                meet(&mut state, &mut work, target, &now);
            }
            // What the fall-through binds only.
            if matches!(inst.op, Op::ForIter) {
                bind(inst.a, &slot_of, &mut now);
            }
        }
        let last = &insts[block.end - 1];
        if !last.op.ends() && block.end < insts.len() {
            meet(&mut state, &mut work, block_at[block.end] as usize, &now);
        }
    }
    for (at, block) in blocks.iter().enumerate() {
        let Some(start) = &state[at] else { continue };
        now.copy_from_slice(start);
        for index in block.start..block.end {
            let inst = &insts[index];
            if inst.op == Op::CheckBound {
                let slot = slot_of[usize::from(inst.a)] as usize;
                redundant[index] = now[slot / 64] >> (slot % 64) & 1 == 1;
            }
            step(inst, &slot_of, &mut now);
            if matches!(inst.op, Op::ForIter) {
                bind(inst.a, &slot_of, &mut now);
            }
        }
    }
    redundant
}

fn split(insts: &[Inst], targets: &[u32], handlers: &[u32]) -> (Vec<Block>, Vec<u32>) {
    let mut leader = vec![false; insts.len() + 1];
    leader[0] = true;
    for (at, inst) in insts.iter().enumerate() {
        if let Some(label) = inst.label() {
            leader[targets[label.0 as usize] as usize] = true;
            leader[at + 1] = true;
        }
        if inst.op.ends() {
            leader[at + 1] = true;
        }
    }
    for &label in handlers {
        let target = targets[label as usize] as usize;
        if target < insts.len() {
            leader[target] = true;
        }
    }
    let mut blocks = Vec::new();
    let mut block_at = vec![0; insts.len() + 1];
    for at in 0..insts.len() {
        if leader[at] {
            if let Some(last) = blocks.last_mut() {
                let last: &mut Block = last;
                last.end = at;
            }
            blocks.push(Block {
                start: at,
                end: insts.len(),
            });
        }
        block_at[at] = blocks.len() as u32 - 1;
    }
    (blocks, block_at)
}

fn meet(state: &mut [Option<Bits>], work: &mut Vec<usize>, target: usize, now: &[u64]) {
    match &mut state[target] {
        Some(old) => {
            let mut changed = false;
            for (old, now) in old.iter_mut().zip(now) {
                let both = *old & now;
                changed |= both != *old;
                *old = both;
            }
            if changed {
                work.push(target);
            }
        }
        none => {
            *none = Some(now.to_vec());
            work.push(target);
        }
    }
}

fn bind(register: Reg, slot_of: &[u32], now: &mut [u64]) {
    if let Some(&slot) = slot_of.get(usize::from(register))
        && slot != u32::MAX
    {
        now[slot as usize / 64] |= 1 << (slot % 64);
    }
}

/// The effect of one instruction; true when something became unbound.
fn step(inst: &Inst, slot_of: &[u32], now: &mut [u64]) -> bool {
    match inst.op {
        Op::Unbind | Op::DeleteFast | Op::MakeCell => {
            if let Some(&slot) = slot_of.get(usize::from(inst.a))
                && slot != u32::MAX
            {
                now[slot as usize / 64] &= !(1 << (slot % 64));
                return true;
            }
        }
        Op::CheckBound => bind(inst.a, slot_of, now),
        Op::UnpackSequence | Op::UnpackEx => {
            let count = match inst.op {
                Op::UnpackEx => u16::from(inst.d) + 1 + inst.c,
                _ => inst.c,
            };
            for register in inst.a..inst.a.saturating_add(count) {
                bind(register, slot_of, now);
            }
        }
        Op::ForIter => {}
        _ => {
            if matches!(
                inst.op.operands().first(),
                Some((_, taipan_bytecode::OperandKind::Dst))
            ) {
                bind(inst.a, slot_of, now);
            }
        }
    }
    false
}
