//! Instructions before they have addresses.

use taipan_bytecode::{Op, OperandKind};
use taipan_syntax::TextRange;

/// A register.
pub(crate) type Reg = u16;

/// A place in the code that can be jumped to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Label(pub(crate) u32);

/// Number of an exception handler; [`NO_HANDLER`] when exceptions leave the function.
pub(crate) type HandlerId = u32;
/// No handler.
pub(crate) const NO_HANDLER: HandlerId = u32::MAX;

/// An exception handler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HandlerInfo {
    pub(crate) label: Label,
    pub(crate) exception: Reg,
    /// Some instruction is covered by it.
    pub(crate) used: bool,
}

/// An instruction. Jumps hold their label in `imm`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inst {
    pub(crate) op: Op,
    pub(crate) d: u8,
    pub(crate) a: u16,
    pub(crate) b: u16,
    pub(crate) c: u16,
    pub(crate) imm: i32,
    pub(crate) depth: u16,
    pub(crate) handler: HandlerId,
    pub(crate) range: TextRange,
}

/// How an op jumps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum JumpKind {
    None,
    /// 16 bits.
    Short,
    /// 32 bits.
    Long,
}

/// How `op` jumps.
pub(crate) fn jump_kind(op: Op) -> JumpKind {
    match op {
        Op::Jump
        | Op::JumpBack
        | Op::JumpIfTrue
        | Op::JumpIfFalse
        | Op::JumpIfNone
        | Op::JumpIfNotNone
        | Op::EndAsyncFor => JumpKind::Long,
        Op::JumpLt
        | Op::JumpLe
        | Op::JumpEq
        | Op::JumpNe
        | Op::JumpGt
        | Op::JumpGe
        | Op::JumpIs
        | Op::ForIter
        | Op::Send => JumpKind::Short,
        _ => JumpKind::None,
    }
}

/// The immediate is a 32-bit field of the word.
pub(crate) fn has_imm(op: Op) -> bool {
    op.operands().iter().any(|&(_, kind)| {
        matches!(
            kind,
            OperandKind::Const32 | OperandKind::Jump32 | OperandKind::Int32
        )
    })
}

impl Inst {
    pub(crate) fn label(&self) -> Option<Label> {
        match jump_kind(self.op) {
            JumpKind::None => None,
            _ => Some(Label(self.imm.cast_unsigned())),
        }
    }

    /// Words it takes.
    pub(crate) fn size(&self) -> u32 {
        1 + self.op.caches() as u32
    }
}
