//! Integer instructions.

use super::alloc::Src;
use super::asm::{Alu, Mem, RAX, RBX, RCX, RDX, Reg, Shift, cc};
use super::compile::Gen;
use crate::api::BackendError;
use coil_trace::{Id, Inst, Op};

impl Gen<'_> {
    /// `to op= from`.
    pub(crate) fn alu_src(&mut self, op: Alu, to: Reg, from: Src) {
        match from {
            Src::Reg(from) => self.asm.alu(op, to, from),
            Src::Imm(imm) => self.asm.alu_imm(op, to, imm),
            Src::Mem(mem) => self.asm.alu_mem(op, to, mem),
            Src::Const(bits) => {
                self.asm.mov_const(RAX, bits);
                self.asm.alu(op, to, RAX);
            }
        }
    }

    /// A value to a register.
    fn mov_src(&mut self, to: Reg, from: Src) {
        match from {
            Src::Reg(from) => self.asm.mov(to, from),
            Src::Imm(imm) => self.asm.mov_const(to, i64::from(imm).cast_unsigned()),
            Src::Mem(mem) => self.asm.load(to, mem),
            Src::Const(bits) => self.asm.mov_const(to, bits),
        }
    }

    /// The constant that an operand is, if it is one.
    pub(crate) fn const_int(&self, id: Id) -> Option<i64> {
        id.is_const().then(|| self.constant(id).0.cast_signed())
    }

    /// Whether a value outlives the present instruction.
    fn survives(&self, id: Id) -> bool {
        id.as_inst()
            .is_some_and(|value| self.live.last[value] > self.at)
    }

    /// Puts a constant first operand of a commutative instruction second.
    fn commute(&mut self) {
        let [a, b, _] = self.operands;
        if a.is_const() && !b.is_const()
            || (self.survives(a) && b.as_inst().is_some() && !self.survives(b))
        {
            self.operands.swap(0, 1);
            self.live.chain[self.at as usize].swap(0, 1);
        }
    }

    /// Two operands, the result in place of the first.
    fn two_address(&mut self, op: Alu, commutes: bool) {
        if commutes {
            self.commute();
        }
        let [a, b, _] = self.operands;
        let first = self.reg_of(a);
        let second = self.src(b, 1);
        self.finish_uses();
        let to = self.def_over(first);
        self.alu_src(op, to, second);
    }

    /// Addition without a need for flags: may be an address computation.
    fn add(&mut self) {
        self.commute();
        let [a, b, _] = self.operands;
        if !self.survives(a) {
            return self.two_address(Alu::Add, true);
        }
        let first = self.reg_of(a);
        let second = self.src(b, 1);
        self.finish_uses();
        match second {
            Src::Imm(imm) => {
                let to = self.def_any();
                self.asm.lea(to, Mem::new(first, imm));
            }
            Src::Reg(second) => {
                let to = self.def_any();
                self.asm.lea(to, Mem::indexed(first, second, 0, 0));
            }
            _ => {
                let to = self.def_over(first);
                self.alu_src(Alu::Add, to, second);
            }
        }
    }

    fn sub(&mut self) {
        let [a, b, _] = self.operands;
        if self.survives(a)
            && let Some(imm) = self.const_int(b).and_then(i64::checked_neg)
            && let Ok(imm) = i32::try_from(imm)
        {
            let first = self.reg_of(a);
            self.finish_uses();
            let to = self.def_any();
            self.asm.lea(to, Mem::new(first, imm));
            return;
        }
        self.two_address(Alu::Sub, false);
    }

    fn mul(&mut self, flags: bool) {
        self.commute();
        let [a, b, _] = self.operands;
        let first = self.reg_of(a);
        let second = self.src(b, 1);
        self.finish_uses();
        match second {
            Src::Imm(imm) if !flags && imm > 1 && imm.count_ones() == 1 => {
                let to = self.def_over(first);
                self.asm
                    .shift_imm(Shift::Left, to, imm.trailing_zeros() as u8);
            }
            Src::Imm(imm) => {
                let to = self.def_any();
                self.asm.imul_imm(to, first, imm);
            }
            Src::Reg(second) => {
                let to = self.def_over(first);
                self.asm.imul(to, second);
            }
            Src::Mem(mem) => {
                let to = self.def_over(first);
                self.asm.imul_mem(to, mem);
            }
            Src::Const(bits) => {
                let to = self.def_over(first);
                self.asm.mov_const(RAX, bits);
                self.asm.imul(to, RAX);
            }
        }
    }

    fn shift(&mut self, shift: Shift) {
        let [a, b, _] = self.operands;
        if let Some(count) = self.const_int(b) {
            let first = self.reg_of(a);
            self.finish_uses();
            let to = self.def_over(first);
            if count & 63 != 0 {
                self.asm.shift_imm(shift, to, (count & 63) as u8);
            }
        } else if self.bmi2 {
            let first = self.reg_of(a);
            let count = self.reg_of(b);
            self.finish_uses();
            let to = self.def_any();
            self.asm.shift_bmi(shift, to, first, count);
        } else {
            self.reserve(RCX);
            let first = self.reg_of(a);
            let count = self.src(b, 1);
            self.finish_uses();
            self.mov_src(RCX, count);
            let to = self.def_over(first);
            self.asm.shift_cl(shift, to);
        }
    }

    /// Division. Small non-negative operands take the short 32-bit instruction.
    fn divide(&mut self, op: Op) {
        let [a, b, _] = self.operands;
        if let Some(divisor) = self.const_int(b)
            && divisor > 0
            && divisor.count_ones() == 1
        {
            return self.divide_by_power(op, divisor);
        }
        self.reserve(RDX);
        let first = self.reg_of(a);
        let second = self.reg_of(b);
        self.finish_uses();
        self.asm.mov(RAX, first);
        self.asm.alu(Alu::Or, RAX, second);
        self.asm.shift_imm(Shift::Logical, RAX, 32);
        let wide = self.asm.jcc_short(cc::NE);
        self.asm.mov32(RAX, first);
        self.asm.xor32(RDX, RDX);
        self.asm.div32(second);
        let done = self.asm.jmp_short();
        self.asm.bind_short(wide);
        self.asm.mov(RAX, first);
        self.asm.cqo();
        self.asm.idiv(second);
        match op {
            Op::IntFloorDiv => {
                self.asm.test(RDX, RDX);
                let exact = self.asm.jcc_short(cc::E);
                self.asm.alu(Alu::Xor, RDX, second);
                let same = self.asm.jcc_short(cc::NS);
                self.asm.alu_imm(Alu::Sub, RAX, 1);
                self.asm.bind_short(exact);
                self.asm.bind_short(same);
            }
            Op::IntFloorMod => {
                self.asm.test(RDX, RDX);
                let exact = self.asm.jcc_short(cc::E);
                self.asm.mov(RAX, RDX);
                self.asm.alu(Alu::Xor, RAX, second);
                let same = self.asm.jcc_short(cc::NS);
                self.asm.alu(Alu::Add, RDX, second);
                self.asm.bind_short(exact);
                self.asm.bind_short(same);
            }
            _ => {}
        }
        self.asm.bind_short(done);
        let to = self.def_any();
        let remainder = matches!(op, Op::IntFloorMod | Op::IntTruncMod);
        self.asm.mov(to, if remainder { RDX } else { RAX });
    }

    fn divide_by_power(&mut self, op: Op, divisor: i64) {
        let shift = divisor.trailing_zeros() as u8;
        let mask = divisor - 1;
        let first = self.reg_of(self.operands[0]);
        self.finish_uses();
        if shift == 0 {
            let to = self.def_over(first);
            if matches!(op, Op::IntFloorMod | Op::IntTruncMod) {
                self.asm.mov_const(to, 0);
            }
            return;
        }
        let mask_src = match i32::try_from(mask) {
            Ok(imm) => Src::Imm(imm),
            Err(_) => Src::Const(mask.cast_unsigned()),
        };
        match op {
            Op::IntFloorDiv => {
                let to = self.def_over(first);
                self.asm.shift_imm(Shift::Arithmetic, to, shift);
            }
            Op::IntFloorMod => {
                let to = self.def_over(first);
                self.alu_src(Alu::And, to, mask_src);
            }
            _ => {
                // Rounding to zero: add 2^k - 1 to negative dividends before shifting; the bias comes from the sign bits.
                let to = self.def();
                self.asm.mov(to, first);
                self.asm.shift_imm(Shift::Arithmetic, to, 63);
                self.asm.shift_imm(Shift::Logical, to, 64 - shift);
                if op == Op::IntTruncDiv {
                    self.asm.alu(Alu::Add, to, first);
                    self.asm.shift_imm(Shift::Arithmetic, to, shift);
                } else {
                    self.asm.alu(Alu::Add, to, first);
                    self.asm.shift_imm(Shift::Arithmetic, to, shift);
                    self.asm.shift_imm(Shift::Left, to, shift);
                    self.asm.neg(to);
                    self.asm.alu(Alu::Add, to, first);
                }
            }
        }
    }

    /// Pure instructions of ints; others go to their own files.
    pub(crate) fn pure(&mut self, inst: &Inst) -> Result<(), BackendError> {
        match inst.op {
            Op::IntAdd => self.add(),
            Op::IntSub => self.sub(),
            Op::IntMul => self.mul(false),
            Op::IntAddOvf => self.two_address(Alu::Add, true),
            Op::IntSubOvf => self.two_address(Alu::Sub, false),
            Op::IntMulOvf => self.mul(true),
            Op::IntFloorDiv | Op::IntFloorMod | Op::IntTruncDiv | Op::IntTruncMod => {
                self.divide(inst.op);
            }
            Op::IntAnd => self.two_address(Alu::And, true),
            Op::IntOr => self.two_address(Alu::Or, true),
            Op::IntXor => self.two_address(Alu::Xor, true),
            Op::IntShl => self.shift(Shift::Left),
            Op::IntShr => self.shift(Shift::Arithmetic),
            Op::IntUshr => self.shift(Shift::Logical),
            Op::IntNeg | Op::IntNot => {
                let first = self.reg_of(inst.args[0]);
                self.finish_uses();
                let to = self.def_over(first);
                if inst.op == Op::IntNeg {
                    self.asm.neg(to);
                } else {
                    self.asm.not(to);
                }
            }
            Op::RefAdd => self.add(),
            Op::BoolToInt | Op::RefToInt | Op::IntToRef | Op::BoxRef | Op::UnboxRef => {
                let first = self.reg_of(inst.args[0]);
                self.finish_uses();
                self.def_over(first);
            }
            Op::IntToFloat
            | Op::FloatToInt
            | Op::FloatToBits
            | Op::FloatFromBits
            | Op::FloatAdd
            | Op::FloatSub
            | Op::FloatMul
            | Op::FloatDiv
            | Op::FloatNeg
            | Op::FloatAbs
            | Op::FloatSqrt => self.float(inst),
            Op::UnboxInt | Op::UnboxFloat | Op::UnboxOrNan | Op::BoxInt | Op::BoxFloat => {
                self.boxes(inst)
            }
            Op::WindowBase => {
                let to = self.def_any();
                self.asm.mov(to, RBX);
            }
            Op::Nop => {}
            _ => self.condition_value(inst),
        }
        Ok(())
    }
}
