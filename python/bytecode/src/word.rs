//! The 64-bit instruction word: op in bits 0-7, `d` in 8-15, `a` in 16-31, `b` in 32-47, `c` in 48-63; the 32-bit
//! immediate shares its bits with `b` and `c`.

use crate::op::Op;

/// One instruction word. Ops with caches are followed by as many zeroed words as their row says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Word(pub u64);

impl Word {
    /// An instruction with three 16-bit operands.
    pub fn abc(op: Op, d: u8, a: u16, b: u16, c: u16) -> Word {
        Word(
            op as u64
                | u64::from(d) << 8
                | u64::from(a) << 16
                | u64::from(b) << 32
                | u64::from(c) << 48,
        )
    }

    /// An instruction with one 16-bit operand and a 32-bit immediate.
    pub fn imm(op: Op, d: u8, a: u16, imm: i32) -> Word {
        Word(
            op as u64
                | u64::from(d) << 8
                | u64::from(a) << 16
                | u64::from(imm.cast_unsigned()) << 32,
        )
    }

    /// The number of the op.
    #[inline(always)]
    pub fn op_number(self) -> u8 {
        self.0 as u8
    }

    /// The small operand `d`.
    #[inline(always)]
    pub fn d(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// The first operand.
    #[inline(always)]
    pub fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// The second operand.
    #[inline(always)]
    pub fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// The third operand.
    #[inline(always)]
    pub fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// The third operand as a signed number (short jumps).
    #[inline(always)]
    pub fn c_signed(self) -> i16 {
        self.c().cast_signed()
    }

    /// The 32-bit immediate.
    #[inline(always)]
    pub fn imm32(self) -> i32 {
        ((self.0 >> 32) as u32).cast_signed()
    }
}
