//! Out-of-line paths, written behind the trace.
//!
//! Each stores its arguments to the context's scratch words and calls the common code that keeps all registers (but RAX and
//! XMM15), so the main path's allocation does not know about them.

use super::asm::{Alu, Mem, NO_REG, RAX, RBP, Reg, cc};
use super::compile::Gen;
use coil_frame::context_offset as context;

/// What a slow path does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slow {
    /// `to` = box of the int in `from`.
    BoxInt { from: Reg, to: Reg },
    /// `to` = box of the float in `from`.
    BoxFloat { from: Reg, to: Reg },
    /// `to` = object; leaves by `site` when there is no memory. The type pointer is in `ty`, or a constant.
    Alloc {
        to: Reg,
        layout: u16,
        size: u32,
        ty: Reg,
        ty_bits: u64,
        site: u32,
    },
    /// Remembers the object at `base - back`; not if the guest value in `value` (unless that is `NO_REG`) is inline.
    Remember { base: Reg, back: i32, value: Reg },
    /// Remembers `slot` of the object at `base - back`; not if the guest value in `value` (unless that is `NO_REG`) is inline.
    RememberSlot {
        base: Reg,
        back: i32,
        slot: Mem,
        value: Reg,
    },
}

/// A slow path to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlowPath {
    pub(crate) what: Slow,
    /// The jump to it (end of the instruction).
    pub(crate) jump: u32,
    /// Where it goes back to.
    pub(crate) back: u32,
}

fn scratch(word: i32) -> Mem {
    Mem::new(RBP, context::SCRATCH as i32 + word * 8)
}

impl Gen<'_> {
    /// Adds a slow path that `jump` goes to and that comes back here.
    pub(crate) fn slow(&mut self, jump: u32, what: Slow) {
        let back = self.asm.here();
        self.slow.push(SlowPath { what, jump, back });
    }

    fn slow_call(&mut self, function: usize) {
        self.asm.mov_const(RAX, function as u64);
        self.asm.call_address(self.fixed.slow_call);
    }

    /// A jump that is taken when a guest value is inline; none for `NO_REG`.
    fn skip_if_inline(&mut self, value: Reg) -> Option<u32> {
        (value != NO_REG).then(|| {
            let mem = Gen::fixed_mem(self.fixed.float_offset);
            self.asm.alu_mem(Alu::Cmp, value, mem);
            self.asm.jcc(cc::AE)
        })
    }

    /// Writes all slow paths.
    pub(crate) fn slow_paths(&mut self) {
        for at in 0..self.slow.len() {
            let SlowPath { what, jump, back } = self.slow[at];
            self.asm.bind(jump);
            self.slow_path(what);
            self.asm.jmp_to(back);
        }
    }

    fn slow_path(&mut self, what: Slow) {
        let runtime = self.runtime;
        match what {
            Slow::BoxInt { from, to } => {
                self.asm.store(scratch(0), from);
                self.slow_call(runtime.box_int as usize);
                self.asm.mov(to, RAX);
            }
            Slow::BoxFloat { from, to } => {
                self.asm.store(scratch(0), from);
                self.slow_call(runtime.box_float as usize);
                self.asm.mov(to, RAX);
            }
            Slow::Alloc {
                to,
                layout,
                size,
                ty,
                ty_bits,
                site,
            } => {
                self.asm.store_imm(scratch(0), i32::from(layout), 8);
                if ty == NO_REG {
                    self.asm.mov_const(RAX, ty_bits);
                    self.asm.store(scratch(1), RAX);
                } else {
                    self.asm.store(scratch(1), ty);
                }
                self.asm.store_imm(scratch(2), size as i32, 8);
                self.slow_call(runtime.alloc as usize);
                self.asm.test(RAX, RAX);
                self.exit_if(cc::E, site);
                self.asm.mov(to, RAX);
            }
            Slow::Remember { base, back, value } => {
                let inline = self.skip_if_inline(value);
                self.asm.lea(RAX, Mem::new(base, -back));
                self.asm.store(scratch(0), RAX);
                self.slow_call(runtime.write_barrier as usize);
                if let Some(inline) = inline {
                    self.asm.bind(inline);
                }
            }
            Slow::RememberSlot {
                base,
                back,
                slot,
                value,
            } => {
                let inline = self.skip_if_inline(value);
                self.asm.lea(RAX, Mem::new(base, -back));
                self.asm.store(scratch(0), RAX);
                self.asm.lea(RAX, slot);
                self.asm.store(scratch(1), RAX);
                self.slow_call(runtime.log_slot as usize);
                if let Some(inline) = inline {
                    self.asm.bind(inline);
                }
            }
        }
    }
}
