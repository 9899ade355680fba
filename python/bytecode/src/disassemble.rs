//! Code objects as text, one instruction a line, nested code objects after their parents.

use crate::code::{Code, Const};
use crate::op::{Op, OperandKind};
use crate::word::Word;
use std::fmt::Write;

/// The text of `code` and of all code objects among its constants.
pub fn disassemble(code: &Code) -> String {
    let mut out = String::new();
    write_code(code, &mut out);
    out
}

fn write_code(code: &Code, out: &mut String) {
    let _ = writeln!(
        out,
        "code {} ({} registers, {} locals)",
        code.qualname,
        code.register_count,
        code.varnames.len()
    );
    let mut at = 0;
    while at < code.words.len() {
        let word = code.words[at];
        let Some(op) = Op::from_number(word.op_number()) else {
            let _ = writeln!(out, "{at:5}  ? {:#x}", word.0);
            at += 1;
            continue;
        };
        let next = at + 1 + op.caches();
        let line = code
            .position_of(u32::try_from(at).unwrap_or(u32::MAX))
            .map_or(0, |p| p.line);
        let _ = write!(
            out,
            "{at:5} {line:4} d{:<3} {:20}",
            code.depth.get(at).copied().unwrap_or(0),
            op.text()
        );
        for &(field, kind) in op.operands() {
            let _ = write!(out, " {}", operand(code, word, field, kind, next));
        }
        if op == Op::CallKw {
            let names = code.words.get(at + 1).map_or(0, |word| word.0);
            let names = usize::try_from(names)
                .ok()
                .and_then(|at| code.consts.get(at));
            let _ = write!(out, " {names:?}");
        }
        out.push('\n');
        at = next;
    }
    for row in &code.handlers {
        let _ = writeln!(
            out,
            "  handler {}..{} -> {} r{}",
            row.start, row.end, row.target, row.exception
        );
    }
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            out.push('\n');
            write_code(inner, out);
        }
    }
}

fn operand(code: &Code, word: Word, field: &str, kind: OperandKind, next: usize) -> String {
    let short = match field {
        "a" => word.a(),
        "b" => word.b(),
        "c" => word.c(),
        _ => 0,
    };
    let constant = |index: usize| match code.consts.get(index) {
        Some(Const::Code(inner)) => format!("<code {}>", inner.name),
        Some(value) => format!("{value:?}"),
        None => format!("const {index}?"),
    };
    match kind {
        OperandKind::Dst | OperandKind::Src => format!("r{short}"),
        OperandKind::SrcRun | OperandKind::DstRun => format!("r{short}.."),
        OperandKind::Const => constant(usize::from(short)),
        OperandKind::Const32 => constant(usize::try_from(word.imm32()).unwrap_or(usize::MAX)),
        OperandKind::Name => code
            .names
            .get(usize::from(short))
            .map_or_else(|| format!("name {short}?"), |name| format!("'{name}'")),
        OperandKind::Jump => format!("-> {}", next as i64 + i64::from(word.c_signed())),
        OperandKind::Jump32 => format!("-> {}", next as i64 + i64::from(word.imm32())),
        OperandKind::Count => short.to_string(),
        OperandKind::Int => short.cast_signed().to_string(),
        OperandKind::Int32 => word.imm32().to_string(),
        OperandKind::Flag => format!("d={}", word.d()),
    }
}
