//! Calls of native functions, by the System V convention with the context first.

use super::alloc::{GPR_CLOBBERED, GPR_SAVED, NOBODY, XMMS};
use super::asm::{Alu, Mem, R8, R9, RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP, Reg, XMM0};
use super::compile::Gen;
use crate::api::{BackendError, TraceReturn};
use crate::code::Location;
use crate::moves::{Move, sequence};
use coil_frame::{CodeBlock, context_offset as context};
use coil_trace::{Call, Exit, Id, Inst, Ty};

/// Integer argument registers after the context.
const INT_ARGS: [Reg; 5] = [RSI, RDX, RCX, R8, R9];
/// Float argument registers.
const FLOAT_ARGS: u8 = 8;
/// Arguments on the stack a call may have.
const STACK_ARGS: usize = 64;

/// Registers from the root window's start to the end of all windows of an exit.
///
/// # Safety
/// The frames' code blocks are live.
pub(crate) unsafe fn window_end(exit: &Exit) -> i64 {
    let ends = exit.frames.iter().map(|frame| {
        let code = frame.code as *const CodeBlock;
        // SAFETY: the caller promises that it is live, or it is null.
        let count = unsafe { code.as_ref() }.map_or(0, |code| code.register_count);
        i64::from(frame.base) + i64::from(count)
    });
    ends.max().unwrap_or(0)
}

impl Gen<'_> {
    /// A call.
    pub(crate) fn call(&mut self, inst: &Inst) -> Result<(), BackendError> {
        let c = self.c;
        let call = c
            .trace
            .calls
            .get(inst.extra as usize)
            .ok_or(BackendError::Malformed("call number"))?;
        let first = inst.first_arg as usize;
        let args = c
            .trace
            .call_args
            .get(first..first + call.params.len())
            .ok_or(BackendError::Malformed("operands of a call"))?;
        let site = if call.sees_frames {
            Some(self.call_site(inst.snapshot)?)
        } else {
            None
        };
        self.save_clobbered();
        self.pass(call, args)?;
        for (k, id) in args.iter().enumerate() {
            if let Some(value) = id.as_inst() {
                self.live.next[value] = self.live.call_chain[first + k];
            }
        }
        if let Some(site) = site {
            self.show_frames(site, inst)?;
        }
        self.asm.mov(RDI, RBP);
        self.asm.mov_const(RAX, call.function as u64);
        self.asm.call_reg(RAX);
        if self.rsp_bias != 0 {
            self.asm.alu_imm(Alu::Add, RSP, self.rsp_bias);
            self.rsp_bias = 0;
        }
        if site.is_some() {
            let field = |offset: usize| Mem::new(RBP, offset as i32);
            self.asm.store_imm(field(context::TRACE_RETURN), 0, 8);
            self.asm.store_imm(field(context::TRACE_TOP), 0, 8);
        }
        self.forget_clobbered();
        if call.can_collect || call.sees_frames {
            self.fresh.clear();
        }
        let value = self.at as usize;
        if self.live.last[value] != 0 {
            if inst.op.ty() == Ty::Float {
                let to = self.def_any();
                self.asm.mov(to, XMM0);
            } else {
                let to = self.def_any();
                self.asm.mov(to, RAX);
            }
        }
        Ok(())
    }

    /// Values that live beyond the call leave the registers that it clobbers; the registers still hold them for the arguments.
    fn save_clobbered(&mut self) {
        let mut rest = (GPR_CLOBBERED | XMMS) & !self.regs.free;
        while rest != 0 {
            let reg = rest.trailing_zeros() as Reg;
            rest &= rest - 1;
            let owner = self.regs.owner[reg as usize];
            if owner == NOBODY || self.live.last[owner as usize] <= self.at {
                continue;
            }
            let free = self.regs.free & GPR_SAVED;
            let place = self.places[owner as usize];
            if reg < 16 && free != 0 && place.home == super::alloc::Home::None {
                let to = free.trailing_zeros() as Reg;
                self.asm.mov(to, reg);
                self.disown(reg);
                self.own(to, owner as usize);
            } else {
                self.ensure_home(owner as usize);
            }
        }
        // Registers of the dead can be told apart only now; they stay readable as argument sources.
        let mut saved = GPR_SAVED & !self.regs.free;
        while saved != 0 {
            let reg = saved.trailing_zeros() as Reg;
            saved &= saved - 1;
            if self.live.last[self.regs.owner[reg as usize] as usize] < self.at {
                self.disown(reg);
            }
        }
    }

    fn forget_clobbered(&mut self) {
        let mut rest = GPR_CLOBBERED | XMMS;
        while rest != 0 {
            let reg = rest.trailing_zeros() as Reg;
            rest &= rest - 1;
            self.disown(reg);
        }
    }

    /// Arguments to their places.
    fn pass(&mut self, call: &Call, args: &[Id]) -> Result<(), BackendError> {
        self.moves.clear();
        let (mut ints, mut floats) = (0, 0u8);
        let mut stack = Vec::new();
        for (&ty, &id) in call.params.iter().zip(args) {
            let to = if ty == Ty::Float && floats < FLOAT_ARGS {
                floats += 1;
                Location::Fpr(floats - 1)
            } else if ty != Ty::Float && ints < INT_ARGS.len() {
                ints += 1;
                Location::Gpr(INT_ARGS[ints - 1])
            } else {
                stack.push(id);
                continue;
            };
            let from = self.location(id);
            self.moves.push(Move { to, from });
        }
        if stack.len() > STACK_ARGS {
            return Err(BackendError::TooManyArguments);
        }
        if !stack.is_empty() {
            let bytes = (stack.len() * 8).next_multiple_of(16) as i32;
            self.asm.alu_imm(Alu::Sub, RSP, bytes);
            self.rsp_bias = bytes;
        }
        let bias = self.rsp_bias;
        for (k, id) in stack.into_iter().enumerate() {
            let from = self.location(id);
            Gen::emit_move(self.asm, &self.out.consts, bias, Location::Gpr(RAX), from);
            self.asm.store(Mem::new(RSP, k as i32 * 8), RAX);
        }
        let (asm, consts) = (&mut *self.asm, &self.out.consts);
        let scratch = Location::Fpr(Gen::FLOAT_SCRATCH - 16);
        sequence(
            self.moves,
            |_| scratch,
            |to, from| Gen::emit_move(asm, consts, bias, to, from),
        );
        Ok(())
    }

    /// Tells the runtime which exit describes the frames during the call (invariant B3).
    fn show_frames(&mut self, site: u32, inst: &Inst) -> Result<(), BackendError> {
        let exit = &self.c.exits[inst.snapshot.0 as usize];
        // SAFETY: `Backend::compile` asks for live code blocks.
        let end = unsafe { window_end(exit) };
        let Ok(end) = i32::try_from(end * 8) else {
            return Err(BackendError::Malformed("window of a frame"));
        };
        let word = TraceReturn {
            trace: self.number,
            site,
        }
        .pack() as u64;
        let field = |offset: usize| Mem::new(RBP, offset as i32);
        let low = context::TRACE_RETURN;
        self.asm.store_imm(field(low), word as u32 as i32, 4);
        self.asm
            .store_imm(field(low + 4), (word >> 32) as u32 as i32, 4);
        self.asm.lea(RAX, Mem::new(RSP, self.rsp_bias));
        self.asm.store(field(context::EXIT_SP), RAX);
        self.asm.lea(RAX, Mem::new(RBX, end));
        self.asm.store(field(context::TRACE_TOP), RAX);
        Ok(())
    }
}
