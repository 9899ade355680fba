//! Conditions and guards.

use super::alloc::Src;
use super::asm::{Alu, Mem, RAX, RBP, cc, sse};
use super::compile::Gen;
use crate::api::BackendError;
use coil_frame::context_offset as context;
use coil_trace::{DescriptorKind, Id, Inst, Op};

/// When a condition holds, in terms of the flags that [`Gen::condition`] left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cond {
    /// A condition code.
    Flag(u8),
    /// Floats are equal: ZF and not PF.
    FloatEq,
    /// Floats are not equal: not ZF, or PF.
    FloatNe,
}

/// The code of a comparison when its operands change places.
fn swapped(code: u8) -> u8 {
    match code {
        cc::L => cc::LE ^ 1,
        cc::LE => cc::L ^ 1,
        cc::B => cc::A,
        cc::BE => cc::AE,
        other => other,
    }
}

impl Gen<'_> {
    /// Compares the two operands.
    fn compare(&mut self, code: u8) -> Cond {
        let [a, b, _] = self.operands;
        if a.is_const() && !b.is_const() {
            self.operands.swap(0, 1);
            self.live.chain[self.at as usize].swap(0, 1);
            self.compare_ordered();
            return Cond::Flag(swapped(code));
        }
        self.compare_ordered();
        Cond::Flag(code)
    }

    fn compare_ordered(&mut self) {
        let [a, b, _] = self.operands;
        if b.is_const()
            && let Src::Mem(mem) = self.src(a, 0)
            && let Src::Imm(imm) = self.src(b, 1)
        {
            self.asm.cmp_mem_imm(mem, imm, 8);
            return;
        }
        let first = self.reg_of(a);
        match self.src(b, 1) {
            Src::Imm(0) => self.asm.test(first, first),
            second => self.alu_src(Alu::Cmp, first, second),
        }
    }

    /// Compares floats so that "above" means `a` greater.
    fn compare_floats(&mut self, a: usize, b: usize) {
        let first = self.reg_of(self.operands[a]);
        match self.float_src(self.operands[b], b) {
            Src::Mem(mem) => self.asm.sse_mem(sse::UCOMIS, first, mem),
            Src::Reg(second) => self.asm.sse(sse::UCOMIS, first, second),
            Src::Imm(_) | Src::Const(_) => unreachable!("float constants are in memory"),
        }
    }

    /// Emits what sets the flags for a condition; its operands are `self.operands`.
    fn condition(&mut self, op: Op) -> Cond {
        match op {
            Op::IntLt => self.compare(cc::L),
            Op::IntLe => self.compare(cc::LE),
            Op::IntEq | Op::ValEq | Op::RefEq => self.compare(cc::E),
            Op::IntNe => self.compare(cc::NE),
            Op::IntUlt => self.compare(cc::B),
            Op::IntUle => self.compare(cc::BE),
            Op::FloatLt => {
                self.compare_floats(1, 0);
                Cond::Flag(cc::A)
            }
            Op::FloatLe => {
                self.compare_floats(1, 0);
                Cond::Flag(cc::AE)
            }
            Op::FloatEq | Op::FloatNe => {
                self.compare_floats(0, 1);
                // A float is equal to itself unless it is a NaN.
                let itself = self.operands[0] == self.operands[1];
                match (op, itself) {
                    (Op::FloatEq, true) => Cond::Flag(cc::P ^ 1),
                    (Op::FloatEq, false) => Cond::FloatEq,
                    (_, true) => Cond::Flag(cc::P),
                    (_, false) => Cond::FloatNe,
                }
            }
            Op::IntFits => {
                let first = self.reg_of(self.operands[0]);
                self.asm.imul_imm(RAX, first, 1 << 15);
                Cond::Flag(cc::NO)
            }
            Op::IsInt => {
                let first = self.reg_of(self.operands[0]);
                let mem = Gen::fixed_mem(self.fixed.int_tag);
                self.asm.alu_mem(Alu::Cmp, first, mem);
                Cond::Flag(cc::AE)
            }
            Op::IsRef => {
                let first = self.reg_of(self.operands[0]);
                self.asm.lea(RAX, Mem::new(first, -1));
                let mem = Gen::fixed_mem(self.fixed.last_ref);
                self.asm.alu_mem(Alu::Cmp, RAX, mem);
                Cond::Flag(cc::B)
            }
            Op::IsFloat => {
                let first = self.reg_of(self.operands[0]);
                self.asm.mov(RAX, first);
                let offset = Gen::fixed_mem(self.fixed.float_offset);
                self.asm.alu_mem(Alu::Sub, RAX, offset);
                let span = Gen::fixed_mem(self.fixed.float_span);
                self.asm.alu_mem(Alu::Cmp, RAX, span);
                Cond::Flag(cc::B)
            }
            // `bool_not`
            _ => {
                let first = self.reg_of(self.operands[0]);
                self.asm.test(first, first);
                Cond::Flag(cc::E)
            }
        }
    }

    /// A condition as a value.
    pub(crate) fn condition_value(&mut self, inst: &Inst) {
        match inst.op {
            Op::BoolNot => {
                let first = self.reg_of(inst.args[0]);
                self.finish_uses();
                let to = self.def_over(first);
                self.asm.alu32_imm(Alu::Xor, to, 1);
            }
            Op::FloatEq | Op::FloatNe => {
                let first = self.reg_of(inst.args[0]);
                let second = self.reg_of(inst.args[1]);
                self.finish_uses();
                let scratch = Gen::FLOAT_SCRATCH;
                self.asm.mov(scratch, first);
                let predicate = if inst.op == Op::FloatEq { 0 } else { 4 };
                self.asm.cmpsd(scratch, second, predicate);
                let to = self.def_any();
                self.asm.mov(to, scratch);
                self.asm.alu32_imm(Alu::And, to, 1);
            }
            op => {
                let Cond::Flag(code) = self.condition(op) else {
                    unreachable!("float equality is above");
                };
                self.asm.setcc(code, RAX);
                self.finish_uses();
                let to = self.def_any();
                self.asm.movzx_byte(to, RAX);
            }
        }
    }

    /// Leaves by `site` unless the condition is `wanted`.
    fn exit_unless(&mut self, cond: Cond, wanted: bool, site: u32) {
        match (cond, wanted) {
            (Cond::Flag(code), true) => self.exit_if(code ^ 1, site),
            (Cond::Flag(code), false) => self.exit_if(code, site),
            (Cond::FloatEq, true) | (Cond::FloatNe, false) => {
                self.exit_if(cc::NE, site);
                self.exit_if(cc::P, site);
            }
            (Cond::FloatEq, false) | (Cond::FloatNe, true) => {
                let unordered = self.asm.jcc_short(cc::P);
                self.exit_if(cc::E, site);
                self.asm.bind_short(unordered);
            }
        }
    }

    /// The instruction that the guard absorbed, if any.
    fn absorbed(&self, at: usize) -> Option<Inst> {
        let insts = &self.c.trace.insts;
        let before = insts[at].args[0].as_inst()?;
        self.live.fused[before].then_some(insts[before])
    }

    /// A guard.
    pub(crate) fn guard(&mut self, at: usize, inst: &Inst) -> Result<(), BackendError> {
        let absorbed = self.absorbed(at);
        let (cond, wanted) = match inst.op {
            Op::GuardTrue | Op::GuardFalse => {
                let cond = if let Some(condition) = absorbed {
                    self.operands = condition.args;
                    self.condition(condition.op)
                } else {
                    let first = self.reg_of(inst.args[0]);
                    self.asm.test(first, first);
                    Cond::Flag(cc::NE)
                };
                (cond, inst.op == Op::GuardTrue)
            }
            Op::GuardNoOvf => (Cond::Flag(cc::NO), true),
            Op::GuardOvf => (Cond::Flag(cc::O), true),
            Op::GuardNoRaise | Op::GuardRaise => {
                let mem = Mem::new(RBP, context::PENDING as i32);
                self.asm.cmp_mem_imm(mem, 0, 8);
                (Cond::Flag(cc::E), inst.op == Op::GuardNoRaise)
            }
            Op::GuardNoEvent => {
                let mem = Mem::new(RBP, context::EVENTS as i32);
                self.asm.cmp_mem_imm(mem, 0, 4);
                (Cond::Flag(cc::E), true)
            }
            _ => {
                if let Some(load) = absorbed {
                    debug_assert!(load.op.descriptor() == DescriptorKind::Field);
                    self.operands = load.args;
                    self.compare_loaded(&load, inst.args[1])?;
                    (Cond::Flag(cc::E), true)
                } else {
                    (self.compare(cc::E), true)
                }
            }
        };
        let site = self.site(inst.snapshot)?;
        self.exit_unless(cond, wanted, site);
        self.finish_uses();
        Ok(())
    }

    /// Compares memory with a constant that fits an immediate of its width.
    fn compare_loaded(&mut self, load: &Inst, constant: Id) -> Result<(), BackendError> {
        let field = self.field(load)?;
        let (bits, _) = self.constant(constant);
        let mem = self.item_mem(load, &field)?;
        self.asm
            .cmp_mem_imm(mem, bits as i32, field.access.size_bytes());
        Ok(())
    }
}
