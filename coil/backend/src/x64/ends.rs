//! The ways a trace ends.

use super::asm::{Alu, Mem, RAX, RBP, RBX, RCX, RDX, cc};
use super::call::window_end;
use super::compile::Gen;
use crate::api::BackendError;
use crate::code::{Location, ResumePoint};
use crate::moves::{Move, sequence};
use coil_frame::{
    CodeBlock, Context, FrameRecord, context_offset as context, record_offset as record,
};
use coil_trace::{CompiledEnd, Exit, ExitValue, Id, SnapshotId, extra_frame};
use std::mem::offset_of;

impl Gen<'_> {
    /// The end.
    pub(crate) fn ends(&mut self) -> Result<(), BackendError> {
        let c = self.c;
        match &c.end {
            CompiledEnd::Jump { label, args } => self.jump(*label, args),
            CompiledEnd::Link {
                target,
                label,
                args,
            } => self.link(*target, *label, args),
            CompiledEnd::Enter { target, exit } => self.enter_trace(*target, *exit),
            CompiledEnd::Exit(exit) => {
                let site = self.site(*exit)?;
                let jump = self.asm.jmp();
                self.exit_jumps.push((jump, site));
                Ok(())
            }
            CompiledEnd::Return(id) => {
                self.return_value(*id, 0);
                Ok(())
            }
            CompiledEnd::Yield(id) => {
                self.return_value(*id, FrameRecord::ROOT);
                Ok(())
            }
        }
    }

    /// Does the collected moves at once.
    pub(crate) fn run_moves(&mut self) {
        let (asm, consts) = (&mut *self.asm, &self.out.consts);
        let scratch = Location::Fpr(Gen::FLOAT_SCRATCH - 16);
        sequence(
            self.moves,
            |_| scratch,
            |to, from| Gen::emit_move(asm, consts, 0, to, from),
        );
    }

    /// Back to a label of this trace: phis to their places, and what the loop carries back to its registers.
    fn jump(&mut self, label: u32, args: &[Id]) -> Result<(), BackendError> {
        self.moves.clear();
        for (k, &id) in args.iter().enumerate() {
            let to = self.out.labels[label as usize].phis[k];
            if to != Location::Dead {
                let from = self.location(id);
                debug_assert!(
                    from != Location::Dead,
                    "argument {k} of the jump is nowhere"
                );
                self.moves.push(Move { to, from });
            }
        }
        for at in 0..self.head.len() {
            let (value, reg) = self.head[at];
            let to = if reg < 16 {
                Location::Gpr(reg)
            } else {
                Location::Fpr(reg - 16)
            };
            let from = self.location(Id::inst(value as usize));
            self.moves.push(Move { to, from });
        }
        self.run_moves();
        self.asm.jmp_to(self.out.labels[label as usize].offset);
        Ok(())
    }

    fn link(&mut self, target: u32, label: u32, args: &[Id]) -> Result<(), BackendError> {
        let targets = self.targets;
        let code = targets.find(target).ok_or(BackendError::NoTarget)?;
        let address = code.label_address(label).ok_or(BackendError::NoTarget)?;
        let label = &code.labels[label as usize];
        if !label.open || label.phis.len() != args.len() {
            return Err(BackendError::NoTarget);
        }
        self.moves.clear();
        for (&to, &id) in label.phis.iter().zip(args) {
            if to != Location::Dead {
                let from = self.location(id);
                self.moves.push(Move { to, from });
            }
        }
        self.run_moves();
        self.asm.jmp_address(address.addr());
        Ok(())
    }

    /// The root frame returns or is suspended: frames of the kind `plain` (all but [`FrameRecord::ROOT`], if it is that one) give their value to the
    /// caller's result register, those that initialise an object the object; the others leave to the driver.
    fn return_value(&mut self, id: Id, plain: u16) {
        let from = self.location(id);
        Gen::emit_move(self.asm, &self.out.consts, 0, Location::Gpr(RAX), from);
        let top = Mem::new(RBP, context::FRAME_TOP as i32);
        self.asm.load(RCX, top);
        let kind = Mem::new(RCX, record::KIND as i32);
        self.asm
            .cmp_mem_imm(kind, i32::from(plain.cast_signed()), 2);
        let special = self.asm.jcc(if plain == FrameRecord::ROOT {
            cc::E
        } else {
            cc::NE
        });
        let deliver = self.asm.here();
        let result = Mem::new(RCX, record::RESULT as i32);
        self.asm.load_narrow(RDX, result, 2, false);
        self.asm.alu_imm(Alu::Sub, RCX, record::SIZE as i32);
        self.asm.store(top, RCX);
        self.asm.load(RBX, Mem::new(RCX, record::BASE as i32));
        self.asm.store(Mem::indexed(RBX, RDX, 3, 0), RAX);
        self.asm.load(RCX, Mem::new(RCX, record::RESUME as i32));
        self.asm.test(RCX, RCX);
        let interpreted = self.asm.jcc(cc::E);
        self.asm.jmp_reg(RCX);
        self.asm.bind(special);
        if plain != FrameRecord::ROOT {
            let init = i32::from(FrameRecord::INIT.cast_signed());
            self.asm.cmp_mem_imm(kind, init, 2);
            let other = self.asm.jcc(cc::NE);
            let nothing = Mem::new(RBP, context::NOTHING as i32);
            self.asm.alu_mem(Alu::Cmp, RAX, nothing);
            let something = self.asm.jcc(cc::NE);
            self.asm.load(RAX, Mem::new(RCX, record::EXTRA as i32));
            self.asm.jmp_to(deliver);
            self.asm.bind(other);
            self.asm.bind(something);
        }
        self.asm.jmp_address(self.fixed.leave_return);
        self.asm.bind(interpreted);
        self.asm.jmp_address(self.fixed.leave_returned);
    }

    /// Writes the state of the exit to memory and jumps to another trace's (or this trace's own) start.
    fn enter_trace(&mut self, target: u32, exit: SnapshotId) -> Result<(), BackendError> {
        let c = self.c;
        let description = c
            .exits
            .get(exit.0 as usize)
            .ok_or(BackendError::Malformed("exit number"))?;
        if !description.virtuals.is_empty() {
            return Err(BackendError::Unsupported("virtual object at an entry"));
        }
        let Some(last) = description.frames.last() else {
            return Err(BackendError::Malformed("exit without frames"));
        };
        let targets = self.targets;
        let entry = match targets.find(target) {
            Some(code) => Some(code.entry.addr()),
            None if target == self.number => None,
            None => return Err(BackendError::NoTarget),
        };
        self.check_stacks(description, exit)?;
        self.write_window(description)?;
        self.write_records(description)?;
        if last.base != 0 {
            let bytes = i32::try_from(u64::from(last.base) * 8)
                .map_err(|_| BackendError::Malformed("window of a frame"))?;
            self.asm.alu_imm(Alu::Add, RBX, bytes);
        }
        match entry {
            Some(address) => self.asm.jmp_address(address),
            None => self.asm.jmp_to(0),
        }
        Ok(())
    }

    /// Leaves by the exit, before anything is written, when a stack is full: the interpreter raises the error.
    fn check_stacks(&mut self, exit: &Exit, number: SnapshotId) -> Result<(), BackendError> {
        let pushes = exit.frames.len() - 1;
        if pushes == 0 {
            return Ok(());
        }
        let site = self.site(number)?;
        let field = |offset: usize| Mem::new(RBP, offset as i32);
        self.asm.load(RAX, field(context::FRAME_TOP));
        self.asm
            .alu_imm(Alu::Add, RAX, (pushes * record::SIZE) as i32);
        self.asm
            .alu_mem(Alu::Cmp, RAX, field(offset_of!(Context, record_limit)));
        self.exit_if(cc::AE, site);
        // SAFETY: `Backend::compile` asks for live code blocks.
        let end = unsafe { window_end(exit) };
        let end =
            i32::try_from(end * 8).map_err(|_| BackendError::Malformed("window of a frame"))?;
        self.asm.lea(RAX, Mem::new(RBX, end));
        self.asm
            .alu_mem(Alu::Cmp, RAX, field(offset_of!(Context, register_limit)));
        self.exit_if(cc::A, site);
        Ok(())
    }

    /// Window registers. Boxes are made first and kept in spill slots: making one may collect, and the new windows are not
    /// roots yet.
    fn write_window(&mut self, exit: &Exit) -> Result<(), BackendError> {
        let mut boxed: Vec<(ExitValue, Location)> = Vec::new();
        for &(_, value) in &exit.slots {
            let (ExitValue::BoxInt(id) | ExitValue::BoxFloat(id)) = value else {
                continue;
            };
            if boxed.iter().any(|&(other, _)| other == value) {
                continue;
            }
            let from = self.reg_of(id);
            self.regs.pinned = 0;
            match value {
                ExitValue::BoxInt(_) => self.box_int(RAX, from),
                _ => self.box_float(RAX, from),
            }
            let owner = self.immortal_slot_owner(id);
            self.slots.push(owner);
            let slot = Location::Spill((self.slots.len() - 1) as u16);
            Gen::emit_move(self.asm, &self.out.consts, 0, slot, Location::Gpr(RAX));
            boxed.push((value, slot));
        }
        // Language words of the new frames, which nobody looks at before the frames are pushed.
        for &(slot, value) in &exit.slots {
            let Some(frame) = extra_frame(slot) else {
                continue;
            };
            let (ExitValue::Plain(id) | ExitValue::BoxRef(id)) = value else {
                return Err(BackendError::Unsupported("number as the word of a frame"));
            };
            let from = self.reg_of(id);
            self.regs.pinned = 0;
            self.asm.load(RAX, Mem::new(RBP, context::FRAME_TOP as i32));
            let to = Mem::new(RAX, (frame * record::SIZE + record::EXTRA) as i32);
            self.asm.store(to, from);
        }
        self.moves.clear();
        for &(slot, value) in &exit.slots {
            if extra_frame(slot).is_some() {
                continue;
            }
            let from = match value {
                ExitValue::Plain(id) | ExitValue::BoxRef(id) => self.location(id),
                ExitValue::BoxInt(_) | ExitValue::BoxFloat(_) => {
                    boxed
                        .iter()
                        .find(|&&(other, _)| other == value)
                        .expect("made above")
                        .1
                }
                ExitValue::Virtual(_) => return Err(BackendError::Malformed("virtual object")),
            };
            self.moves.push(Move {
                to: Location::Window(slot),
                from,
            });
        }
        self.run_moves();
        Ok(())
    }

    /// Some value that lives to the end, so that the slot is not given away.
    fn immortal_slot_owner(&self, id: Id) -> u32 {
        match id.as_inst() {
            Some(value) => value as u32,
            None => self
                .live
                .last
                .iter()
                .position(|&last| last == self.end)
                .map_or(super::alloc::NOBODY, |value| value as u32),
        }
    }

    /// Frame records; every allocated register is free now.
    fn write_records(&mut self, exit: &Exit) -> Result<(), BackendError> {
        let frames = &exit.frames;
        self.asm.load(RCX, Mem::new(RBP, context::FRAME_TOP as i32));
        let innermost = frames.len() - 1;
        for (at, frame) in frames.iter().enumerate() {
            let field = |offset: usize| Mem::new(RCX, (at * record::SIZE + offset) as i32);
            let code = frame.code as *const CodeBlock;
            // SAFETY: `Backend::compile` asks for live code blocks.
            let words = unsafe { code.as_ref() }.map_or(0, |code| code.words.addr());
            let pc = words + frame.pc as usize * 8;
            self.asm.mov_const(RAX, pc as u64);
            self.asm.store(field(record::PC), RAX);
            if at != innermost {
                self.asm.mov_const_wide(RAX, 0);
                self.out.resume_points.push(ResumePoint {
                    frame: *frame,
                    offset: self.asm.here() - 8,
                });
                self.asm.store(field(record::RESUME), RAX);
            }
            if at == 0 {
                continue;
            }
            self.asm.mov_const(RAX, frame.code as u64);
            self.asm.store(field(record::CODE), RAX);
            let bytes = i32::try_from(u64::from(frame.base) * 8)
                .map_err(|_| BackendError::Malformed("window of a frame"))?;
            self.asm.lea(RAX, Mem::new(RBX, bytes));
            self.asm.store(field(record::BASE), RAX);
            let result_kind = u32::from(frame.result) | u32::from(frame.kind) << 16;
            self.asm
                .store_imm(field(record::RESULT), result_kind.cast_signed(), 4);
            self.asm.store_imm(field(record::SCANS), 0, 4);
            let written = |&(slot, _): &(i32, ExitValue)| extra_frame(slot) == Some(at);
            if !exit.slots.iter().any(written) {
                self.asm.store_imm(field(record::EXTRA), 0, 8);
            }
            if at == innermost {
                self.asm.store_imm(field(record::RESUME), 0, 8);
            }
        }
        if innermost > 0 {
            self.asm
                .alu_imm(Alu::Add, RCX, (innermost * record::SIZE) as i32);
            self.asm
                .store(Mem::new(RBP, context::FRAME_TOP as i32), RCX);
        }
        Ok(())
    }
}

const _: () = {
    assert!(record::KIND == record::RESULT + 2);
    assert!(size_of::<FrameRecord>() == record::SIZE);
};
