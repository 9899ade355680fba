//! Instructions as Cranelift IR.

use super::build::{Build, FLAGS, type_of};
use crate::api::BackendError;
use coil_frame::context_offset as context;
use coil_heap::offsets as mutator;
use coil_trace::{Access, Barrier, Field, Inst, Op, Ty};
use coil_value::abi::{encoding, offsets as header};
use coil_value::{Header, LayoutId, flags};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};

type Ins<T> = Result<T, BackendError>;

impl Build<'_> {
    fn icmp(&mut self, code: IntCC, a: Value, b: Value) -> Value {
        let flag = self.f.ins().icmp(code, a, b);
        self.f.ins().uextend(I64, flag)
    }

    fn fcmp(&mut self, code: FloatCC, a: Value, b: Value) -> Value {
        let flag = self.f.ins().fcmp(code, a, b);
        self.f.ins().uextend(I64, flag)
    }

    fn bits(&mut self, float: Value) -> Value {
        self.f.ins().bitcast(I64, MemFlagsData::new(), float)
    }

    fn float(&mut self, bits: Value) -> Value {
        self.f.ins().bitcast(F64, MemFlagsData::new(), bits)
    }

    fn unboxed(&mut self, value: Value) -> Value {
        let up = self.f.ins().ishl_imm_s(value, 15);
        self.f.ins().sshr_imm_s(up, 15)
    }

    /// A value from one of two blocks: `fast` if the condition holds, else the result of a native function.
    fn or_native(&mut self, holds: Value, fast: Value, function: usize, args: &[Value]) -> Value {
        let (slow, done) = (self.f.create_block(), self.f.create_block());
        let result = self.f.append_block_param(done, I64);
        self.f.ins().brif(holds, done, &[fast.into()], slow, &[]);
        self.f.switch_to_block(slow);
        let called = self
            .native(function, args, Ty::Int)
            .expect("it has a result");
        self.f.ins().jump(done, &[called.into()]);
        self.f.switch_to_block(done);
        result
    }

    /// Boxes an int.
    pub(super) fn box_int(&mut self, int: Value) -> Value {
        let back = self.unboxed(int);
        let fits = self.f.ins().icmp(IntCC::Equal, back, int);
        let tag = self.int_const(encoding::INT_TAG);
        let fast = self.f.ins().bor(int, tag);
        self.or_native(fits, fast, self.runtime.box_int as usize, &[int])
    }

    /// Boxes a float.
    pub(super) fn box_float(&mut self, float: Value) -> Value {
        let bits = self.bits(float);
        let ordered = self.f.ins().fcmp(FloatCC::Ordered, float, float);
        let offset = self.int_const(encoding::FLOAT_OFFSET);
        let fast = self.f.ins().iadd(bits, offset);
        self.or_native(ordered, fast, self.runtime.box_float as usize, &[bits])
    }

    /// Quotient and remainder; floored if asked for.
    fn divide(&mut self, op: Op, a: Value, b: Value) -> Value {
        let quotient = self.f.ins().sdiv(a, b);
        let product = self.f.ins().imul(quotient, b);
        let remainder = self.f.ins().isub(a, product);
        let signs = self.f.ins().bxor(remainder, b);
        let differ = self.f.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
        let inexact = self.f.ins().icmp_imm_s(IntCC::NotEqual, remainder, 0);
        let adjust = self.f.ins().band(differ, inexact);
        let zero = self.int_const(0);
        match op {
            Op::IntTruncDiv => quotient,
            Op::IntTruncMod => remainder,
            Op::IntFloorDiv => {
                let adjust = self.f.ins().uextend(I64, adjust);
                self.f.ins().isub(quotient, adjust)
            }
            _ => {
                let more = self.f.ins().select(adjust, b, zero);
                self.f.ins().iadd(remainder, more)
            }
        }
    }

    fn overflowing(&mut self, op: Op, a: Value, b: Value) -> Value {
        let (value, overflow) = match op {
            Op::IntAddOvf => self.f.ins().sadd_overflow(a, b),
            Op::IntSubOvf => self.f.ins().ssub_overflow(a, b),
            _ => self.f.ins().smul_overflow(a, b),
        };
        self.overflow = Some(overflow);
        value
    }

    /// Anything that has no exit.
    pub(super) fn op(&mut self, inst: &Inst) -> Ins<Option<Value>> {
        // ALLOW(vec-value): Cranelift's values.
        let args: Vec<Value> = inst.args[..inst.op.arity()]
            .iter()
            .map(|&id| self.value(id))
            .collect();
        let a = args.first().copied();
        let b = args.get(1).copied();
        if let (Some(a), Some(b)) = (a, b)
            && let Some(value) = self.binary(inst.op, a, b)
        {
            return Ok(Some(value));
        }
        if inst.op == Op::WindowBase {
            return Ok(Some(self.base));
        }
        let Some(a) = a else { return Ok(None) };
        match inst.op {
            Op::Store | Op::StoreItem => {
                self.store(inst, &args)?;
                Ok(None)
            }
            Op::StoreSlot => {
                self.window(inst.extra.cast_signed(), a);
                Ok(None)
            }
            _ if inst.op.effect() == coil_trace::Effect::Load => self.load(inst, &args).map(Some),
            op => Ok(Some(self.unary(op, a))),
        }
    }

    fn binary(&mut self, op: Op, a: Value, b: Value) -> Option<Value> {
        Some(match op {
            Op::IntAdd | Op::RefAdd => self.f.ins().iadd(a, b),
            Op::IntSub => self.f.ins().isub(a, b),
            Op::IntMul => self.f.ins().imul(a, b),
            Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf => self.overflowing(op, a, b),
            Op::IntFloorDiv | Op::IntFloorMod | Op::IntTruncDiv | Op::IntTruncMod => {
                self.divide(op, a, b)
            }
            Op::IntAnd => self.f.ins().band(a, b),
            Op::IntOr => self.f.ins().bor(a, b),
            Op::IntXor => self.f.ins().bxor(a, b),
            Op::IntShl => self.f.ins().ishl(a, b),
            Op::IntShr => self.f.ins().sshr(a, b),
            Op::IntUshr => self.f.ins().ushr(a, b),
            Op::IntLt => self.icmp(IntCC::SignedLessThan, a, b),
            Op::IntLe => self.icmp(IntCC::SignedLessThanOrEqual, a, b),
            Op::IntEq | Op::ValEq | Op::RefEq => self.icmp(IntCC::Equal, a, b),
            Op::IntNe => self.icmp(IntCC::NotEqual, a, b),
            Op::IntUlt => self.icmp(IntCC::UnsignedLessThan, a, b),
            Op::IntUle => self.icmp(IntCC::UnsignedLessThanOrEqual, a, b),
            Op::FloatAdd => self.f.ins().fadd(a, b),
            Op::FloatSub => self.f.ins().fsub(a, b),
            Op::FloatMul => self.f.ins().fmul(a, b),
            Op::FloatDiv => self.f.ins().fdiv(a, b),
            Op::FloatLt => self.fcmp(FloatCC::LessThan, a, b),
            Op::FloatLe => self.fcmp(FloatCC::LessThanOrEqual, a, b),
            Op::FloatEq => self.fcmp(FloatCC::Equal, a, b),
            Op::FloatNe => self.fcmp(FloatCC::NotEqual, a, b),
            _ => return None,
        })
    }

    fn unary(&mut self, op: Op, a: Value) -> Value {
        match op {
            Op::IntNeg => self.f.ins().ineg(a),
            Op::IntNot => self.f.ins().bnot(a),
            Op::BoolNot => self.f.ins().bxor_imm_s(a, 1),
            Op::IntFits => {
                let back = self.unboxed(a);
                self.icmp(IntCC::Equal, back, a)
            }
            Op::IntToFloat => self.f.ins().fcvt_from_sint(F64, a),
            Op::FloatToInt => self.f.ins().fcvt_to_sint_sat(I64, a),
            Op::FloatToBits => self.bits(a),
            Op::FloatFromBits => self.float(a),
            Op::FloatNeg => self.f.ins().fneg(a),
            Op::FloatAbs => self.f.ins().fabs(a),
            Op::FloatSqrt => self.f.ins().sqrt(a),
            Op::IsInt => {
                let tag = self.int_const(encoding::INT_TAG);
                self.icmp(IntCC::UnsignedGreaterThanOrEqual, a, tag)
            }
            Op::IsRef => {
                let one = self.int_const(1);
                let before = self.f.ins().isub(a, one);
                let last = self.int_const(encoding::FLOAT_OFFSET - 1);
                self.icmp(IntCC::UnsignedLessThan, before, last)
            }
            Op::IsFloat => {
                let offset = self.int_const(encoding::FLOAT_OFFSET);
                let from_floats = self.f.ins().isub(a, offset);
                let span = self.int_const(encoding::INT_TAG - encoding::FLOAT_OFFSET);
                self.icmp(IntCC::UnsignedLessThan, from_floats, span)
            }
            Op::UnboxInt => self.unboxed(a),
            Op::UnboxFloat | Op::UnboxOrNan => {
                let offset = self.int_const(encoding::FLOAT_OFFSET);
                let bits = self.f.ins().isub(a, offset);
                self.float(bits)
            }
            Op::BoxInt => self.box_int(a),
            Op::BoxFloat => self.box_float(a),
            // Conversions that keep the bits.
            _ => a,
        }
    }

    fn place(&mut self, inst: &Inst, field: &Field, args: &[Value]) -> Value {
        let indexed = matches!(
            inst.op,
            Op::LoadItemInt | Op::LoadItemFloat | Op::LoadItemVal | Op::LoadItemRef | Op::StoreItem
        );
        let base = self.f.ins().iadd_imm_s(args[0], i64::from(field.offset));
        if !indexed {
            return base;
        }
        let scale = i64::from(field.access.size_bytes());
        let offset = self.f.ins().imul_imm_s(args[1], scale);
        self.f.ins().iadd(base, offset)
    }

    fn load(&mut self, inst: &Inst, args: &[Value]) -> Ins<Value> {
        let field = self.c.trace.fields[inst.extra as usize];
        if (field.access == Access::F64) != (inst.op.ty() == Ty::Float) {
            return Err(BackendError::Malformed("access of a load"));
        }
        let place = self.place(inst, &field, args);
        let ins = self.f.ins();
        Ok(match field.access {
            Access::U8 => ins.uload8(I64, FLAGS, place, 0),
            Access::I8 => ins.sload8(I64, FLAGS, place, 0),
            Access::U16 => ins.uload16(I64, FLAGS, place, 0),
            Access::I16 => ins.sload16(I64, FLAGS, place, 0),
            Access::U32 => ins.uload32(FLAGS, place, 0),
            Access::I32 => ins.sload32(FLAGS, place, 0),
            _ => ins.load(type_of(inst.op.ty()), FLAGS, place, 0),
        })
    }

    fn store(&mut self, inst: &Inst, args: &[Value]) -> Ins<()> {
        let field = self.c.trace.fields[inst.extra as usize];
        let place = self.place(inst, &field, args);
        let value = args[args.len() - 1];
        let stored = inst.args[inst.op.arity() - 1];
        let constant = stored.as_const().map(|at| self.c.trace.consts[at]);
        let no_reference =
            constant.is_some_and(|c| c.bits == 0 || c.bits >= encoding::FLOAT_OFFSET);
        // Initialising stores need one when something was allocated meanwhile.
        let made = inst.args[0]
            .as_inst()
            .is_some_and(|at| self.c.trace.insts[at].op == Op::New);
        let barrier = match field.barrier {
            Barrier::None if made => Barrier::Object,
            barrier => barrier,
        };
        if matches!(field.access, Access::Val | Access::Ref)
            && barrier != Barrier::None
            && !no_reference
        {
            let back = match barrier {
                Barrier::Slot(back) => i64::from(back),
                _ => 0,
            };
            let object = self.f.ins().iadd_imm_s(args[0], -back);
            let gc_flags = self
                .f
                .ins()
                .uload8(I64, FLAGS, object, header::GC_FLAGS as i32);
            let mut wanted = self.f.ins().band_imm_s(gc_flags, i64::from(flags::BARRIER));
            if field.access == Access::Val {
                // Inline numbers need none.
                let numbers = self.int_const(encoding::FLOAT_OFFSET);
                let reference = self.f.ins().icmp(IntCC::UnsignedLessThan, value, numbers);
                let zero = self.int_const(0);
                wanted = self.f.ins().select(reference, wanted, zero);
            }
            let (slow, done) = (self.f.create_block(), self.f.create_block());
            self.f.ins().brif(wanted, slow, &[], done, &[]);
            self.f.switch_to_block(slow);
            match barrier {
                Barrier::Slot(_) => {
                    self.native(self.runtime.log_slot as usize, &[object, place], Ty::Void)
                }
                _ => self.native(self.runtime.write_barrier as usize, &[object], Ty::Void),
            };
            self.f.ins().jump(done, &[]);
            self.f.switch_to_block(done);
        }
        match field.access.size_bytes() {
            1 => self.f.ins().istore8(FLAGS, value, place, 0),
            2 => self.f.ins().istore16(FLAGS, value, place, 0),
            4 => self.f.ins().istore32(FLAGS, value, place, 0),
            _ => self.f.ins().store(FLAGS, value, place, 0),
        };
        Ok(())
    }

    /// A guard.
    pub(super) fn guard(&mut self, at: usize) -> Ins<()> {
        let inst = self.c.trace.insts[at];
        let holds = match inst.op {
            Op::GuardTrue => self.value(inst.args[0]),
            Op::GuardFalse => {
                let value = self.value(inst.args[0]);
                self.f.ins().bxor_imm_s(value, 1)
            }
            Op::GuardNoOvf | Op::GuardOvf => {
                let overflow = self
                    .overflow
                    .ok_or(BackendError::Malformed("guard of overflow"))?;
                let wanted = i64::from(inst.op == Op::GuardOvf);
                self.f.ins().icmp_imm_s(IntCC::Equal, overflow, wanted)
            }
            Op::GuardNoRaise | Op::GuardRaise => {
                let pending = self.context_word(context::PENDING);
                let code = if inst.op == Op::GuardRaise {
                    IntCC::NotEqual
                } else {
                    IntCC::Equal
                };
                self.f.ins().icmp_imm_s(code, pending, 0)
            }
            Op::GuardNoEvent => {
                let events = self.events();
                self.f.ins().icmp_imm_s(IntCC::Equal, events, 0)
            }
            _ => {
                let (a, b) = (self.value(inst.args[0]), self.value(inst.args[1]));
                self.f.ins().icmp(IntCC::Equal, a, b)
            }
        };
        self.go_on_if(holds, inst.snapshot)
    }

    /// A new object.
    pub(super) fn new_object(&mut self, at: usize) -> Ins<()> {
        let inst = self.c.trace.insts[at];
        let new = self.c.trace.news[inst.extra as usize];
        let ty = self.value(inst.args[0]);
        let size = i64::from(new.size_bytes.next_multiple_of(8));
        let mutator_pointer = self.context_word(context::MUTATOR);
        let ins = self.f.ins();
        let cursor = ins.load(I64, FLAGS, mutator_pointer, mutator::CURSOR as i32);
        let limit = self
            .f
            .ins()
            .load(I64, FLAGS, mutator_pointer, mutator::LIMIT as i32);
        let end = self.f.ins().iadd_imm_s(cursor, size);
        let fits = self
            .f
            .ins()
            .icmp(IntCC::UnsignedLessThanOrEqual, end, limit);
        let (fast, slow, done) = (
            self.f.create_block(),
            self.f.create_block(),
            self.f.create_block(),
        );
        let object = self.f.append_block_param(done, I64);
        self.f.ins().brif(fits, fast, &[], slow, &[]);
        self.f.switch_to_block(fast);
        self.f
            .ins()
            .store(FLAGS, end, mutator_pointer, mutator::CURSOR as i32);
        let first = self.int_const(Header::first_word(LayoutId(new.layout)));
        self.f.ins().store(FLAGS, first, cursor, 0);
        self.f.ins().store(FLAGS, ty, cursor, header::TYPE as i32);
        self.f.ins().jump(done, &[cursor.into()]);
        self.f.switch_to_block(slow);
        let layout = self.int_const(u64::from(new.layout));
        let bytes = self.int_const(u64::from(new.size_bytes));
        let function = self.runtime.alloc as usize;
        let made = self
            .native(function, &[layout, ty, bytes], Ty::Ref)
            .expect("it has a result");
        self.go_on_if(made, inst.snapshot)?;
        self.f.ins().jump(done, &[made.into()]);
        self.f.switch_to_block(done);
        self.values[at] = Some(object);
        Ok(())
    }
}
