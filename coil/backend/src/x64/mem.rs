//! Loads, stores with their barriers, and new objects.

use super::alloc::Src;
use super::asm::{Alu, Mem, NO_REG, RAX, RBP, cc};
use super::compile::Gen;
use super::slow::Slow;
use crate::api::BackendError;
use crate::code::Location;
use coil_frame::context_offset as context;
use coil_heap::offsets as mutator;
use coil_trace::{Access, Barrier, Field, Inst, Op, Ty};
use coil_value::abi::{encoding, offsets as header};
use coil_value::{Header, LayoutId, flags};

/// Larger objects may be old from the start.
const LARGE: u32 = 8 << 10;

impl Gen<'_> {
    /// The field of a load or store.
    pub(crate) fn field(&self, inst: &Inst) -> Result<Field, BackendError> {
        self.c
            .trace
            .fields
            .get(inst.extra as usize)
            .copied()
            .ok_or(BackendError::Malformed("field number"))
    }

    /// The place that a load, store or item access names; its registers are pinned.
    pub(crate) fn item_mem(&mut self, inst: &Inst, field: &Field) -> Result<Mem, BackendError> {
        let base = self.reg_of(inst.args[0]);
        let indexed = matches!(
            inst.op,
            Op::LoadItemInt | Op::LoadItemFloat | Op::LoadItemVal | Op::LoadItemRef | Op::StoreItem
        );
        if !indexed {
            return Ok(Mem::new(base, field.offset));
        }
        let size = field.access.size_bytes();
        if let Some(index) = self.const_int(inst.args[1])
            && let Some(disp) = index
                .checked_mul(i64::from(size))
                .and_then(|d| d.checked_add(i64::from(field.offset)))
            && let Ok(disp) = i32::try_from(disp)
        {
            return Ok(Mem::new(base, disp));
        }
        let index = self.reg_of(inst.args[1]);
        let scale = size.trailing_zeros() as u8;
        Ok(Mem::indexed(base, index, scale, field.offset))
    }

    /// A load.
    pub(crate) fn load(&mut self, inst: &Inst) -> Result<(), BackendError> {
        let field = self.field(inst)?;
        if (field.access == Access::F64) != (inst.op.ty() == Ty::Float) {
            return Err(BackendError::Malformed("access of a load"));
        }
        let mem = self.item_mem(inst, &field)?;
        self.finish_uses();
        let to = self.def_any();
        match field.access {
            Access::U8 | Access::U16 | Access::U32 => {
                self.asm
                    .load_narrow(to, mem, field.access.size_bytes(), false);
            }
            Access::I8 | Access::I16 | Access::I32 => {
                self.asm
                    .load_narrow(to, mem, field.access.size_bytes(), true);
            }
            Access::I64 | Access::F64 | Access::Val | Access::Ref => self.asm.load(to, mem),
        }
        Ok(())
    }

    /// The barrier that a store needs, if any. Stores that initialise an object have none by themselves; they need one when something
    /// was allocated meanwhile, which may have made the object old.
    fn needed_barrier(&self, inst: &Inst, field: &Field) -> Option<Barrier> {
        if !matches!(field.access, Access::Val | Access::Ref) {
            return None;
        }
        let object = inst.args[0].as_inst();
        let made = || object.is_some_and(|at| self.c.trace.insts[at].op == Op::New);
        let barrier = match field.barrier {
            Barrier::None if made() => Barrier::Object,
            Barrier::None => return None,
            barrier => barrier,
        };
        let value = if inst.op == Op::StoreItem {
            inst.args[2]
        } else {
            inst.args[1]
        };
        if value.is_const() {
            let (bits, ty) = self.constant(value);
            if bits == 0 || ty == Ty::Val && bits >= encoding::FLOAT_OFFSET {
                return None;
            }
        }
        let fresh = object.is_some_and(|object| self.fresh.contains(&(object as u32)));
        (!fresh).then_some(barrier)
    }

    /// A store.
    pub(crate) fn store(&mut self, inst: &Inst) -> Result<(), BackendError> {
        let field = self.field(inst)?;
        let mem = self.item_mem(inst, &field)?;
        let base = mem.base;
        let value = if inst.op == Op::StoreItem {
            inst.args[2]
        } else {
            inst.args[1]
        };
        let size = field.access.size_bytes();
        let from = if value.is_const() {
            let bits = self.constant(value).0;
            match i32::try_from(bits.cast_signed()) {
                Ok(imm) => Src::Imm(imm),
                Err(_) if size < 8 => Src::Imm(bits as i32),
                Err(_) => Src::Const(bits),
            }
        } else {
            Src::Reg(self.reg_of(value))
        };
        if let Some(barrier) = self.needed_barrier(inst, &field) {
            let value = match from {
                Src::Reg(reg) if field.access == Access::Val => reg,
                _ => NO_REG,
            };
            self.barrier(base, mem, barrier, value);
        }
        match from {
            Src::Imm(imm) => self.asm.store_imm(mem, imm, size),
            Src::Const(bits) => {
                self.asm.mov_const(RAX, bits);
                self.asm.store(mem, RAX);
            }
            Src::Reg(from) => self.asm.store_sized(mem, from, size),
            Src::Mem(_) => unreachable!("the value was fetched"),
        }
        self.finish_uses();
        Ok(())
    }

    /// A store to a register of the root window: memory that is scanned as a root, so without barrier.
    pub(crate) fn store_slot(&mut self, inst: &Inst) -> Result<(), BackendError> {
        let slot = Location::Window(inst.extra.cast_signed());
        let from = self.location(inst.args[0]);
        Gen::emit_move(self.asm, &self.out.consts, 0, slot, from);
        self.finish_uses();
        Ok(())
    }

    fn barrier(&mut self, base: u8, slot: Mem, barrier: Barrier, value: u8) {
        let back = match barrier {
            Barrier::Slot(back) => i32::from(back),
            _ => 0,
        };
        let gc_flags = Mem::new(base, header::GC_FLAGS as i32 - back);
        self.asm.test_mem_byte(gc_flags, flags::BARRIER);
        let jump = self.asm.jcc(cc::NE);
        let what = match barrier {
            Barrier::Slot(_) => Slow::RememberSlot {
                base,
                back,
                slot,
                value,
            },
            _ => Slow::Remember { base, back, value },
        };
        self.slow(jump, what);
    }

    /// Bump allocation; fresh memory is zero already.
    pub(crate) fn new_object(&mut self, inst: &Inst) -> Result<(), BackendError> {
        let new = *self
            .c
            .trace
            .news
            .get(inst.extra as usize)
            .ok_or(BackendError::Malformed("object number"))?;
        let size = new.size_bytes.next_multiple_of(8);
        let Ok(bump) = i32::try_from(size) else {
            return Err(BackendError::Malformed("size of an object"));
        };
        let (ty, ty_bits) = if inst.args[0].is_const() {
            (NO_REG, self.constant(inst.args[0]).0)
        } else {
            (self.reg_of(inst.args[0]), 0)
        };
        let end = self.temp();
        let object = self.temp();
        let site = self.site(inst.snapshot)?;
        self.asm.load(RAX, Mem::new(RBP, context::MUTATOR as i32));
        self.asm.load(object, Mem::new(RAX, mutator::CURSOR as i32));
        self.asm.lea(end, Mem::new(object, bump));
        self.asm
            .alu_mem(Alu::Cmp, end, Mem::new(RAX, mutator::LIMIT as i32));
        let slow = self.asm.jcc(cc::A);
        self.asm.store(Mem::new(RAX, mutator::CURSOR as i32), end);
        let first = Header::first_word(LayoutId(new.layout));
        self.asm
            .store_imm(Mem::new(object, 0), first as u32 as i32, 4);
        self.asm
            .store_imm(Mem::new(object, 4), (first >> 32) as u32 as i32, 4);
        let type_word = Mem::new(object, header::TYPE as i32);
        if ty != NO_REG {
            self.asm.store(type_word, ty);
        } else if let Ok(imm) = i32::try_from(ty_bits.cast_signed()) {
            self.asm.store_imm(type_word, imm, 8);
        } else {
            self.asm.mov_const(RAX, ty_bits);
            self.asm.store(type_word, RAX);
        }
        self.slow(
            slow,
            Slow::Alloc {
                to: object,
                layout: new.layout,
                size: new.size_bytes,
                ty,
                ty_bits,
                site,
            },
        );
        self.finish_uses();
        self.fresh.clear();
        if self.live.last[self.at as usize] != 0 {
            self.own(object, self.at as usize);
            if size <= LARGE {
                self.fresh.push(self.at);
            }
        }
        Ok(())
    }
}
