//! Checking that a code object keeps the rules of the bytecode.
//!
//! 1. Instructions follow each other, each a known op with its cache words; jumps and handlers lead to starts of instructions.
//! 2. Registers are below `register_count`; those read are below the depth of the instruction; those written leave no gap.
//! 3. An edge leads to an instruction whose depth is at most what holds values after the instruction it leaves.
//! 4. Constants, names, intrinsics and tables are in range. The end is never run into.

use crate::code::{Code, Const};
use crate::intrinsic::Intrinsic;
use crate::op::{Op, OperandKind};
use crate::word::Word;

/// Checks `code` and all code objects among its constants.
///
/// # Errors
/// The first rule broken, and where.
pub fn verify(code: &Code) -> Result<(), String> {
    check(code).map_err(|error| format!("{} ({}): {error}", code.qualname, code.filename))?;
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            verify(inner)?;
        }
    }
    Ok(())
}

/// Registers an instruction reads and writes, as starts and lengths.
struct Effects {
    reads: [(u16, u32); 4],
    writes: (u16, u32),
}

fn effects(code: &Code, op: Op, word: Word) -> Result<Effects, String> {
    let mut reads = [(0, 0); 4];
    let mut writes = (0, 0);
    let (a, b, c, d) = (word.a(), word.b(), word.c(), word.d());
    let count = u32::from(c);
    for (slot, &(field, kind)) in op.operands().iter().enumerate() {
        let register = match field {
            "a" => a,
            "b" => b,
            _ => c,
        };
        let read = match kind {
            OperandKind::Src => 1,
            OperandKind::SrcRun => match op {
                Op::LoadSuperAttr | Op::LoadSuperMethod => {
                    if b == 0 {
                        return Err("super without a register before it".to_owned());
                    }
                    reads[slot] = (b - 1, 3);
                    continue;
                }
                Op::Call | Op::CallKw => 2 + count,
                Op::CallEx => 4,
                Op::GetSlice | Op::SetSlice | Op::BuildTemplate | Op::MatchClass => 2,
                Op::BuildSlice | Op::BuildInterpolation => 3,
                Op::BuildMap => 2 * count,
                Op::MakeFunction => d.count_ones(),
                Op::CallIntrinsic => match Intrinsic::from_number(c) {
                    Some(intrinsic) => intrinsic.arguments() as u32,
                    None => return Err(format!("no intrinsic {c}")),
                },
                _ => count,
            },
            OperandKind::Dst => {
                writes = (register, 1);
                continue;
            }
            OperandKind::DstRun => {
                let length = match op {
                    Op::CopyFreeVars => code.freevars.len() as u32,
                    Op::UnpackSequence => count,
                    Op::UnpackEx => u32::from(d) + 1 + count,
                    _ => 2,
                };
                writes = (register, length);
                continue;
            }
            _ => continue,
        };
        reads[slot] = (register, read);
    }
    if op == Op::Raise {
        for read in reads.iter_mut().skip(usize::from(d)) {
            read.1 = 0;
        }
    }
    if op == Op::FormatValue && d & 4 == 0 {
        reads[2].1 = 0;
    }
    Ok(Effects { reads, writes })
}

fn check(code: &Code) -> Result<(), String> {
    let words = &code.words;
    let count = words.len();
    if code.depth.len() != count {
        return Err("the depth table has another length than the code".to_owned());
    }
    let named = code.varnames.len()
        + code.freevars.len()
        + code
            .cellvars
            .iter()
            .filter(|cell| usize::from(cell.1) >= code.varnames.len())
            .count();
    for cell in code.cellvars.iter().chain(&code.freevars) {
        if usize::from(cell.1) >= named {
            return Err(format!("cell {} outside the named registers", cell.0));
        }
    }
    let parameters = usize::from(code.arg_count) + usize::from(code.kwonly_count);
    if code.varnames.len() < parameters || code.posonly_count > code.arg_count {
        return Err("fewer local names than parameters".to_owned());
    }
    let mut starts = vec![false; count];
    let mut at = 0;
    while at < count {
        let op = Op::from_number(words[at].op_number())
            .ok_or_else(|| format!("{at}: no op {}", words[at].op_number()))?;
        starts[at] = true;
        at += 1 + op.caches();
    }
    if at != count {
        return Err("the last instruction is cut off".to_owned());
    }
    let suspends = code.flags.suspends();
    let mut at = 0;
    let mut loops = 0;
    while at < count {
        let word = words[at];
        let op = Op::from_number(word.op_number()).expect("checked above");
        let fail = |text: String| Err(format!("{at} {}: {text}", op.text()));
        let depth = usize::from(code.depth[at]);
        if depth < named || depth > usize::from(code.register_count) {
            return fail(format!(
                "depth {depth} outside {named}..={}",
                code.register_count
            ));
        }
        let effects = effects(code, op, word).or_else(fail_with(at, op))?;
        for (start, length) in effects.reads {
            if length > 0 && usize::from(start) + length as usize > depth {
                return fail(format!("reads r{start}+{length} above depth {depth}"));
            }
        }
        let (start, length) = effects.writes;
        let end = usize::from(start) + length as usize;
        if end > usize::from(code.register_count) {
            return fail(format!("writes r{start}+{length} outside the window"));
        }
        if length > 0 && usize::from(start) > depth {
            return fail(format!("writes r{start} above depth {depth}"));
        }
        let after = depth.max(end);
        check_tables(code, op, word, at).or_else(fail_with(at, op))?;
        let next = at + 1 + op.caches();
        let edge = |target: usize, after: usize| -> Result<(), String> {
            if target >= count || !starts[target] {
                return Err(format!("{at} {}: leads to {target}", op.text()));
            }
            let depth = usize::from(code.depth[target]);
            if depth > after {
                return Err(format!(
                    "{at} {}: leads to {target} of depth {depth} with {after} values",
                    op.text()
                ));
            }
            Ok(())
        };
        if let Some(distance) = jump(op, word) {
            let target = usize::try_from(next as i64 + distance).unwrap_or(usize::MAX);
            let taken = if op == Op::ForIter { depth } else { after };
            edge(target, taken)?;
            if op == Op::JumpBack && words[target].op_number() != Op::LoopHeader as u8 {
                return fail("leads to no loop header".to_owned());
            }
        }
        if !op.ends() {
            edge(next, after)?;
        }
        if op == Op::Return && suspends {
            return fail("leaves a generator without ending it".to_owned());
        }
        if op == Op::LoopHeader {
            if word.a() != loops {
                return fail("loop headers are not numbered in order".to_owned());
            }
            loops += 1;
        }
        at = next;
    }
    if loops != code.loop_count {
        return Err("another number of loop headers than stated".to_owned());
    }
    check_handlers(code, &starts)?;
    check_positions(code)
}

fn fail_with<T>(at: usize, op: Op) -> impl Fn(String) -> Result<T, String> {
    move |text| Err(format!("{at} {}: {text}", op.text()))
}

fn jump(op: Op, word: Word) -> Option<i64> {
    op.operands().iter().find_map(|&(_, kind)| match kind {
        OperandKind::Jump => Some(i64::from(word.c_signed())),
        OperandKind::Jump32 => Some(i64::from(word.imm32())),
        _ => None,
    })
}

fn check_tables(code: &Code, op: Op, word: Word, at: usize) -> Result<(), String> {
    for &(field, kind) in op.operands() {
        let short = usize::from(match field {
            "a" => word.a(),
            "b" => word.b(),
            _ => word.c(),
        });
        match kind {
            OperandKind::Const if short >= code.consts.len() => {
                return Err(format!("no constant {short}"));
            }
            OperandKind::Const32 => {
                let index = usize::try_from(word.imm32()).unwrap_or(usize::MAX);
                if index >= code.consts.len() {
                    return Err(format!("no constant {index}"));
                }
            }
            OperandKind::Name if short >= code.names.len() => {
                return Err(format!("no name {short}"));
            }
            _ => {}
        }
    }
    match op {
        Op::CallKw => {
            let index = usize::try_from(code.words[at + 1].0).unwrap_or(usize::MAX);
            match code.consts.get(index) {
                Some(Const::Tuple(names)) if names.len() <= usize::from(word.c()) => Ok(()),
                _ => Err("no tuple of keyword names".to_owned()),
            }
        }
        Op::MakeFunction => match code.consts.get(usize::from(word.b())) {
            Some(Const::Code(_)) => Ok(()),
            _ => Err("not a code object".to_owned()),
        },
        _ => Ok(()),
    }
}

fn check_handlers(code: &Code, starts: &[bool]) -> Result<(), String> {
    for (row, handler) in code.handlers.iter().enumerate() {
        let (start, end, target) = (
            handler.start as usize,
            handler.end as usize,
            handler.target as usize,
        );
        let fail = |text: &str| Err(format!("handler {row}: {text}"));
        if start >= end || end > code.words.len() || !starts[start] {
            return fail("covers no instructions");
        }
        if end < code.words.len() && !starts[end] {
            return fail("ends inside an instruction");
        }
        if target >= code.words.len() || !starts[target] {
            return fail("leads nowhere");
        }
        if code.depth[target] > handler.exception + 1 {
            return fail("needs more values than there are");
        }
        if handler.exception >= code.register_count {
            return fail("has its exception outside the window");
        }
        if code.depth[start..end]
            .iter()
            .any(|&depth| depth < handler.exception)
        {
            return fail("covers instructions with fewer values");
        }
    }
    Ok(())
}

fn check_positions(code: &Code) -> Result<(), String> {
    let ascending = code
        .positions
        .windows(2)
        .all(|pair| pair[0].start < pair[1].start);
    if !ascending {
        return Err("positions are not in order".to_owned());
    }
    Ok(())
}
