//! From instructions to words: checks removed, addresses given, tables made.

use crate::bound::redundant_checks;
use crate::error::{Result, too_large};
use crate::ir::{HandlerInfo, Inst, JumpKind, Label, NO_HANDLER, has_imm, jump_kind};
use taipan_bytecode::{Handler, Op, Position, Word};
use taipan_syntax::LineIndex;

/// What assembling yields.
pub(crate) struct Assembled {
    pub(crate) words: Vec<Word>,
    pub(crate) depth: Vec<u16>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) positions: Vec<Position>,
}

/// Lays out a function.
pub(crate) fn assemble(
    mut insts: Vec<Inst>,
    mut targets: Vec<u32>,
    handlers: &[HandlerInfo],
    parameters: u16,
    index: &LineIndex,
) -> Result<Assembled> {
    let handler_labels: Vec<u32> = handlers.iter().map(|handler| handler.label.0).collect();
    let redundant = redundant_checks(&insts, &targets, &handler_labels, parameters);
    remove(&mut insts, &mut targets, &redundant);
    invert_jumps(&mut insts, &targets);
    thread_jumps(&mut insts, &targets);
    let gone = unreachable(&insts, &targets, handlers);
    remove(&mut insts, &mut targets, &gone);
    widen(&mut insts, &mut targets);
    jump_back(&mut insts, &targets);
    let starts = addresses(&insts);
    let total = *starts.last().expect("one more than instructions") as usize;
    if i32::try_from(total).is_err() {
        return too_large("code too large");
    }
    let mut words = Vec::with_capacity(total);
    let mut depth = Vec::with_capacity(total);
    for (at, inst) in insts.iter().enumerate() {
        words.push(encode(inst, &starts, &targets, at));
        depth.push(inst.depth);
        for cache in 0..inst.op.caches() {
            let value = if inst.op == Op::CallKw && cache == 0 {
                u64::from(inst.imm.cast_unsigned())
            } else {
                0
            };
            words.push(Word(value));
            depth.push(inst.depth);
        }
    }
    Ok(Assembled {
        words,
        depth,
        handlers: handler_rows(&insts, &starts, &targets, handlers),
        positions: position_rows(&insts, &starts, index),
    })
}

fn remove(insts: &mut Vec<Inst>, targets: &mut [u32], gone: &[bool]) {
    if !gone.contains(&true) {
        return;
    }
    let mut new_index = Vec::with_capacity(insts.len() + 1);
    let mut kept = 0u32;
    for &gone in gone {
        new_index.push(kept);
        kept += u32::from(!gone);
    }
    new_index.push(kept);
    for target in targets.iter_mut() {
        if let Some(&new) = new_index.get(*target as usize) {
            *target = new;
        }
    }
    let mut at = 0;
    insts.retain(|_| {
        at += 1;
        !gone[at - 1]
    });
}

/// Jumps to jumps go to the end of the chain.
fn thread_jumps(insts: &mut [Inst], targets: &[u32]) {
    for at in 0..insts.len() {
        let Some(mut label) = insts[at].label() else {
            continue;
        };
        if insts[at].op == Op::EndAsyncFor {
            continue;
        }
        for _ in 0..8 {
            let target = targets[label.0 as usize] as usize;
            match insts.get(target) {
                Some(next) if next.op == Op::Jump && target != at => {
                    label = Label(next.imm.cast_unsigned());
                }
                _ => break,
            }
        }
        insts[at].imm = label.0.cast_signed();
    }
}

/// `if not c: goto on; goto far; on:` becomes `if c: goto far`, unless others come to the second
/// jump, which then leads to what follows it.
fn invert_jumps(insts: &mut [Inst], targets: &[u32]) {
    let mut targeted = vec![false; insts.len() + 1];
    for label in insts.iter().filter_map(Inst::label) {
        targeted[targets[label.0 as usize] as usize] = true;
    }
    for at in 0..insts.len().saturating_sub(1) {
        if insts[at + 1].op != Op::Jump || targeted[at + 1] {
            continue;
        }
        let Some(label) = insts[at].label() else {
            continue;
        };
        if targets[label.0 as usize] as usize != at + 2 {
            continue;
        }
        let inst = &mut insts[at];
        match inst.op {
            Op::JumpIfTrue => inst.op = Op::JumpIfFalse,
            Op::JumpIfFalse => inst.op = Op::JumpIfTrue,
            Op::JumpIfNone => inst.op = Op::JumpIfNotNone,
            Op::JumpIfNotNone => inst.op = Op::JumpIfNone,
            Op::JumpLt
            | Op::JumpLe
            | Op::JumpEq
            | Op::JumpNe
            | Op::JumpGt
            | Op::JumpGe
            | Op::JumpIs => inst.d ^= 1,
            _ => continue,
        }
        let far = insts[at + 1].imm;
        insts[at].imm = far;
        insts[at + 1].imm = label.0.cast_signed();
    }
}

/// Marks what cannot be reached, and jumps to the next instruction.
fn unreachable(insts: &[Inst], targets: &[u32], handlers: &[HandlerInfo]) -> Vec<bool> {
    let mut gone = vec![true; insts.len()];
    let mut work = vec![0usize];
    while let Some(start) = work.pop() {
        let mut at = start;
        while at < insts.len() && gone[at] {
            gone[at] = false;
            let inst = &insts[at];
            if inst.handler != NO_HANDLER {
                let label = handlers[inst.handler as usize].label;
                work.push(targets[label.0 as usize] as usize);
            }
            if let Some(label) = inst.label() {
                work.push(targets[label.0 as usize] as usize);
            }
            if inst.op.ends() {
                break;
            }
            at += 1;
        }
    }
    let mut next = insts.len();
    for at in (0..insts.len()).rev() {
        if gone[at] {
            continue;
        }
        if insts[at].op == Op::Jump && targets[insts[at].imm as usize] as usize == next {
            gone[at] = true;
            continue;
        }
        next = at;
    }
    gone
}

/// Jumps to loop headers do what these do.
fn jump_back(insts: &mut [Inst], targets: &[u32]) {
    for at in 0..insts.len() {
        if insts[at].op != Op::Jump {
            continue;
        }
        let target = targets[insts[at].imm as usize] as usize;
        if target < at && insts[target].op == Op::LoopHeader {
            insts[at].op = Op::JumpBack;
        }
    }
}

/// Word addresses of all instructions, and the end.
fn addresses(insts: &[Inst]) -> Vec<u32> {
    let mut starts = Vec::with_capacity(insts.len() + 1);
    let mut at = 0;
    for inst in insts {
        starts.push(at);
        at += inst.size();
    }
    starts.push(at);
    starts
}

/// Replaces short jumps that are too far: `short far` becomes `short over; jump on; over: jump far; on:`.
fn widen(insts: &mut Vec<Inst>, targets: &mut Vec<u32>) {
    loop {
        let starts = addresses(insts);
        if (*starts.last().expect("not empty") as usize) < 0x7000 {
            return;
        }
        let far: Vec<bool> = insts
            .iter()
            .enumerate()
            .map(|(at, inst)| {
                jump_kind(inst.op) == JumpKind::Short
                    && i16::try_from(distance(inst, &starts, targets, at)).is_err()
            })
            .collect();
        if !far.contains(&true) {
            return;
        }
        let mut new = Vec::with_capacity(insts.len() + 16);
        let mut new_index = Vec::with_capacity(insts.len() + 1);
        for (index, (inst, far)) in insts.iter().zip(&far).enumerate() {
            new_index.push(new.len() as u32);
            new.push(*inst);
            if !far {
                continue;
            }
            let over = targets.len() as i32;
            let on = over + 1;
            let at = new.len() as u32;
            // Marked with the top bit: already in new numbers.
            targets.push((at + 1) | 1 << 31);
            targets.push((at + 2) | 1 << 31);
            let mut jump = *inst;
            jump.op = Op::Jump;
            (jump.a, jump.b, jump.c, jump.d) = (0, 0, 0, 0);
            new[at as usize - 1].imm = over;
            jump.imm = on;
            jump.depth = insts.get(index + 1).map_or(inst.depth, |next| next.depth);
            new.push(jump);
            jump.depth = inst.depth;
            jump.imm = inst.imm;
            new.push(jump);
        }
        new_index.push(new.len() as u32);
        for target in targets.iter_mut() {
            if *target >> 31 == 1 && *target != u32::MAX {
                *target &= !(1 << 31);
            } else if let Some(&at) = new_index.get(*target as usize) {
                *target = at;
            }
        }
        *insts = new;
    }
}

fn distance(inst: &Inst, starts: &[u32], targets: &[u32], at: usize) -> i64 {
    let target = targets[inst.imm as usize] as usize;
    i64::from(starts[target]) - i64::from(starts[at + 1])
}

fn encode(inst: &Inst, starts: &[u32], targets: &[u32], at: usize) -> Word {
    match jump_kind(inst.op) {
        JumpKind::Long => {
            let distance = distance(inst, starts, targets, at) as i32;
            Word::imm(inst.op, inst.d, inst.a, distance)
        }
        JumpKind::Short => {
            let distance = distance(inst, starts, targets, at) as i16;
            Word::abc(inst.op, inst.d, inst.a, inst.b, distance.cast_unsigned())
        }
        JumpKind::None if has_imm(inst.op) => Word::imm(inst.op, inst.d, inst.a, inst.imm),
        JumpKind::None => Word::abc(inst.op, inst.d, inst.a, inst.b, inst.c),
    }
}

fn handler_rows(
    insts: &[Inst],
    starts: &[u32],
    targets: &[u32],
    handlers: &[HandlerInfo],
) -> Vec<Handler> {
    let mut rows: Vec<Handler> = Vec::new();
    let mut last = NO_HANDLER;
    for (at, inst) in insts.iter().enumerate() {
        if inst.handler != NO_HANDLER {
            if inst.handler == last {
                rows.last_mut().expect("started").end = starts[at + 1];
            } else {
                let info = &handlers[inst.handler as usize];
                rows.push(Handler {
                    start: starts[at],
                    end: starts[at + 1],
                    target: starts[targets[info.label.0 as usize] as usize],
                    exception: info.exception,
                });
            }
        }
        last = inst.handler;
    }
    rows
}

fn position_rows(insts: &[Inst], starts: &[u32], index: &LineIndex) -> Vec<Position> {
    let mut rows: Vec<Position> = Vec::with_capacity(insts.len() / 2);
    let mut last = None;
    let mut hint = 1;
    for (at, inst) in insts.iter().enumerate() {
        if last == Some(inst.range) {
            continue;
        }
        last = Some(inst.range);
        let (line, column) = index.line_column_near(inst.range.start(), &mut hint);
        let mut end_hint = hint;
        let (end_line, end_column) = index.line_column_near(inst.range.end(), &mut end_hint);
        rows.push(Position {
            start: starts[at],
            line,
            end_line,
            column,
            end_column,
        });
    }
    rows
}
