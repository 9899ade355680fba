//! Float instructions, boxing and unboxing.

use super::alloc::Src;
use super::asm::{Alu, Mem, RAX, Reg, Shift, Target, XMM15, cc, sse};
use super::compile::Gen;
use super::slow::Slow;
use coil_trace::{Inst, Op};

impl Gen<'_> {
    /// A constant of the fixed code.
    pub(crate) fn fixed_mem(address: usize) -> Mem {
        Mem::rip(Target::Address(address))
    }

    fn sse_src(&mut self, op: u16, to: Reg, from: Src) {
        match from {
            Src::Mem(mem) => self.asm.sse_mem(op, to, mem),
            Src::Reg(from) => self.asm.sse(op, to, from),
            Src::Imm(_) | Src::Const(_) => unreachable!("float constants are in memory"),
        }
    }

    fn float_binary(&mut self, op: u16, commutes: bool) {
        let [a, b, _] = self.operands;
        let dies = |id: coil_trace::Id| {
            id.as_inst()
                .is_some_and(|value| self.live.last[value] <= self.at)
        };
        if commutes && (a.is_const() && !b.is_const() || !dies(a) && dies(b)) {
            self.operands.swap(0, 1);
            self.live.chain[self.at as usize].swap(0, 1);
        }
        let [a, b, _] = self.operands;
        let first = self.reg_of(a);
        let second = self.float_src(b, 1);
        self.finish_uses();
        let to = self.def_over(first);
        self.sse_src(op, to, second);
    }

    /// Float arithmetic and conversions.
    pub(crate) fn float(&mut self, inst: &Inst) {
        match inst.op {
            Op::FloatAdd => self.float_binary(sse::ADD, true),
            Op::FloatMul => self.float_binary(sse::MUL, true),
            Op::FloatSub => self.float_binary(sse::SUB, false),
            Op::FloatDiv => self.float_binary(sse::DIV, false),
            Op::FloatNeg | Op::FloatAbs => {
                let first = self.reg_of(inst.args[0]);
                self.finish_uses();
                let to = self.def_over(first);
                let (op, mask) = if inst.op == Op::FloatNeg {
                    (sse::XOR, self.fixed.sign)
                } else {
                    (sse::AND, self.fixed.magnitude)
                };
                self.asm.sse_mem(op, to, Gen::fixed_mem(mask));
            }
            Op::FloatSqrt => {
                let first = self.reg_of(inst.args[0]);
                self.finish_uses();
                let to = self.def_any();
                self.asm.sse(sse::SQRT, to, first);
            }
            Op::IntToFloat => {
                let first = self.reg_of(inst.args[0]);
                self.finish_uses();
                let to = self.def_any();
                // The conversion merges into its target: clear it, or it waits for whatever was there.
                self.asm.zero_float(to);
                self.asm.cvtsi2sd(to, first);
            }
            Op::FloatToInt => {
                let first = self.reg_of(inst.args[0]);
                self.finish_uses();
                let to = self.def_any();
                self.asm.cvttsd2si(to, first);
            }
            _ => {
                let first = self.reg_of(inst.args[0]);
                self.finish_uses();
                let to = self.def_any();
                self.asm.mov(to, first);
            }
        }
    }

    /// Boxing and unboxing of numbers.
    pub(crate) fn boxes(&mut self, inst: &Inst) {
        let first = self.reg_of(inst.args[0]);
        self.finish_uses();
        match inst.op {
            Op::UnboxInt => {
                let to = self.def_over(first);
                self.asm.shift_imm(Shift::Left, to, 15);
                self.asm.shift_imm(Shift::Arithmetic, to, 15);
            }
            Op::UnboxFloat | Op::UnboxOrNan => {
                let to = self.def_any();
                self.asm.mov(to, first);
                self.asm
                    .sse_mem(sse::PSUBQ, to, Gen::fixed_mem(self.fixed.float_offset));
            }
            Op::BoxInt => {
                let to = self.def_any();
                self.box_int(to, first);
                self.fresh.clear();
            }
            _ => {
                let to = self.def_any();
                self.box_float(to, first);
                self.fresh.clear();
            }
        }
    }

    /// `to` = box of the int in `from`; multiplying by 2^15 overflows exactly when the int needs more than 49 bits.
    pub(crate) fn box_int(&mut self, to: Reg, from: Reg) {
        self.asm.imul_imm(RAX, from, 1 << 15);
        let slow = self.asm.jcc(cc::O);
        self.asm.mov(to, from);
        self.asm
            .alu_mem(Alu::Or, to, Gen::fixed_mem(self.fixed.int_tag));
        self.slow(slow, Slow::BoxInt { from, to });
    }

    /// `to` = box of the float in `from`.
    pub(crate) fn box_float(&mut self, to: Reg, from: Reg) {
        self.asm.sse(sse::UCOMIS, from, from);
        let slow = self.asm.jcc(cc::P);
        self.asm.mov(to, from);
        self.asm
            .alu_mem(Alu::Add, to, Gen::fixed_mem(self.fixed.float_offset));
        self.slow(slow, Slow::BoxFloat { from, to });
    }

    /// The scratch register of floats.
    pub(crate) const FLOAT_SCRATCH: Reg = XMM15;
}
