//! Encoding of x86-64 instructions whose registers are known only when a trace is compiled.
//!
//! Every instruction is one opcode with a register and a register-or-memory operand; [`Asm::rr`] and [`Asm::rm`] encode these
//! two forms with the shortest displacement. Registers are numbered 0-15 (general) and 16-31 (SSE). Fixed sequences (trampoline,
//! exits) are written with `dynasm!` instead, see `runtime.rs`: its macros need the registers when they are expanded, and with
//! registers known late they give every memory operand a SIB byte and 32 bits of displacement.

/// A register: 0-15 general, 16-31 SSE.
pub(crate) type Reg = u8;

pub(crate) const RAX: Reg = 0;
pub(crate) const RCX: Reg = 1;
pub(crate) const RDX: Reg = 2;
pub(crate) const RBX: Reg = 3;
pub(crate) const RSP: Reg = 4;
pub(crate) const RBP: Reg = 5;
pub(crate) const RSI: Reg = 6;
pub(crate) const RDI: Reg = 7;
pub(crate) const R8: Reg = 8;
pub(crate) const R9: Reg = 9;
/// Scratch of the float class.
pub(crate) const XMM15: Reg = 31;
/// First float register.
pub(crate) const XMM0: Reg = 16;
/// No register.
pub(crate) const NO_REG: Reg = 255;
/// As a base: relative to the instruction pointer.
const RIP: Reg = 254;

/// Conditions, as encoded.
pub(crate) mod cc {
    pub(crate) const O: u8 = 0;
    pub(crate) const NO: u8 = 1;
    pub(crate) const B: u8 = 2;
    pub(crate) const AE: u8 = 3;
    pub(crate) const E: u8 = 4;
    pub(crate) const NE: u8 = 5;
    pub(crate) const BE: u8 = 6;
    pub(crate) const A: u8 = 7;
    pub(crate) const NS: u8 = 9;
    pub(crate) const P: u8 = 10;
    pub(crate) const L: u8 = 12;
    pub(crate) const LE: u8 = 14;
}

/// Two-operand instructions of the arithmetic group, by their number in the `81 /n` encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alu {
    Add = 0,
    Or = 1,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// Shifts, by their number in the `C1 /n` encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    Left = 4,
    Logical = 5,
    Arithmetic = 7,
}

/// Opcodes of the SSE instructions: mandatory prefix and second opcode byte.
pub(crate) mod sse {
    pub(crate) const ADD: u16 = 0xF258;
    pub(crate) const MUL: u16 = 0xF259;
    pub(crate) const SUB: u16 = 0xF25C;
    pub(crate) const DIV: u16 = 0xF25E;
    pub(crate) const SQRT: u16 = 0xF251;
    pub(crate) const UCOMIS: u16 = 0x662E;
    pub(crate) const XOR: u16 = 0x6657;
    pub(crate) const AND: u16 = 0x6654;
    pub(crate) const PSUBQ: u16 = 0x66FB;
}

/// What a 32-bit displacement refers to, resolved when the code's address is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// An address outside this code.
    Address(usize),
    /// A constant of the trace, by number in its pool.
    Pool(u32),
}

/// A memory operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mem {
    pub(crate) base: Reg,
    pub(crate) index: Reg,
    /// Logarithm of the index's scale.
    pub(crate) scale: u8,
    pub(crate) disp: i32,
    target: Target,
}

impl Mem {
    pub(crate) fn new(base: Reg, disp: i32) -> Mem {
        Mem {
            base,
            index: NO_REG,
            scale: 0,
            disp,
            target: Target::Pool(0),
        }
    }

    pub(crate) fn indexed(base: Reg, index: Reg, scale: u8, disp: i32) -> Mem {
        Mem {
            index,
            scale,
            ..Mem::new(base, disp)
        }
    }

    pub(crate) fn rip(target: Target) -> Mem {
        Mem {
            target,
            ..Mem::new(RIP, 0)
        }
    }
}

/// A displacement to fill in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fixup {
    /// Offset of the displacement.
    pub(crate) at: u32,
    /// Offset of the end of its instruction.
    pub(crate) end: u32,
    pub(crate) target: Target,
}

/// Code being written.
#[derive(Default, Debug)]
pub(crate) struct Asm {
    pub(crate) code: Vec<u8>,
    pub(crate) fixups: Vec<Fixup>,
}

impl Asm {
    pub(crate) fn clear(&mut self) {
        self.code.clear();
        self.fixups.clear();
    }

    pub(crate) fn here(&self) -> u32 {
        self.code.len() as u32
    }

    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) {
        self.code.push(byte);
    }

    pub(crate) fn imm32(&mut self, imm: i32) {
        self.code.extend_from_slice(&imm.to_le_bytes());
    }

    fn opcode(&mut self, op: u32) {
        if op > 0xFFFF {
            self.byte((op >> 16) as u8);
        }
        if op > 0xFF {
            self.byte((op >> 8) as u8);
        }
        self.byte(op as u8);
    }

    /// Register-register form. `prefix` 0 is none; `wide` is REX.W; `byte_regs` asks for a REX so that 4-7 mean SPL..DIL.
    fn rr(&mut self, prefix: u8, op: u32, wide: bool, reg: u8, rm: u8, byte_regs: bool) {
        let (reg, rm) = (reg & 15, rm & 15);
        if prefix != 0 {
            self.byte(prefix);
        }
        let rex = 0x40 | u8::from(wide) << 3 | (reg >> 3) << 2 | rm >> 3;
        if rex != 0x40 || byte_regs {
            self.byte(rex);
        }
        self.opcode(op);
        self.byte(0xC0 | (reg & 7) << 3 | rm & 7);
    }

    /// Register-memory form; `imm_bytes` bytes of immediate follow.
    #[expect(clippy::too_many_arguments, reason = "the parts of one encoding")]
    fn rm(
        &mut self,
        prefix: u8,
        op: u32,
        wide: bool,
        reg: u8,
        mem: Mem,
        byte_regs: bool,
        imm_bytes: u32,
    ) {
        let reg = reg & 15;
        if prefix != 0 {
            self.byte(prefix);
        }
        let index_bit = if mem.index == NO_REG {
            0
        } else {
            mem.index >> 3
        };
        let base_bit = if mem.base == RIP { 0 } else { mem.base >> 3 };
        let rex = 0x40 | u8::from(wide) << 3 | (reg >> 3) << 2 | index_bit << 1 | base_bit;
        if rex != 0x40 || byte_regs {
            self.byte(rex);
        }
        self.opcode(op);
        let reg = (reg & 7) << 3;
        if mem.base == RIP {
            self.byte(reg | 5);
            let at = self.here();
            self.fixups.push(Fixup {
                at,
                end: at + 4 + imm_bytes,
                target: mem.target,
            });
            self.imm32(0);
            return;
        }
        let base = mem.base & 7;
        let short = i8::try_from(mem.disp).is_ok();
        let mode = if mem.disp == 0 && base != 5 {
            0
        } else if short {
            0x40
        } else {
            0x80
        };
        if mem.index != NO_REG {
            debug_assert!(mem.index != RSP, "rsp is no index");
            self.byte(mode | reg | 4);
            self.byte(mem.scale << 6 | (mem.index & 7) << 3 | base);
        } else if base == 4 {
            self.byte(mode | reg | 4);
            self.byte(0x24);
        } else {
            self.byte(mode | reg | base);
        }
        match mode {
            0x40 => self.byte(mem.disp as u8),
            0x80 => self.imm32(mem.disp),
            _ => {}
        }
    }

    /// Register to register, within or between the classes.
    pub(crate) fn mov(&mut self, to: Reg, from: Reg) {
        if to == from {
            return;
        }
        match (to >= 16, from >= 16) {
            (false, false) => self.rr(0, 0x8B, true, to, from, false),
            (true, true) => self.rr(0, 0x0F28, false, to, from, false),
            (true, false) => self.rr(0x66, 0x0F6E, true, to, from, false),
            (false, true) => self.rr(0x66, 0x0F7E, true, from, to, false),
        }
    }

    /// A constant to a general register; keeps the flags.
    pub(crate) fn mov_const(&mut self, to: Reg, bits: u64) {
        debug_assert!(to < 16);
        if let Ok(low) = u32::try_from(bits) {
            if to >= 8 {
                self.byte(0x41);
            }
            self.byte(0xB8 | to & 7);
            self.imm32(low.cast_signed());
        } else if let Ok(imm) = i32::try_from(bits.cast_signed()) {
            self.rr(0, 0xC7, true, 0, to, false);
            self.imm32(imm);
        } else {
            self.mov_const_wide(to, bits);
        }
    }

    /// A constant to a general register in ten bytes; the last eight can be patched.
    pub(crate) fn mov_const_wide(&mut self, to: Reg, bits: u64) {
        self.byte(0x48 | to >> 3);
        self.byte(0xB8 | to & 7);
        self.code.extend_from_slice(&bits.to_le_bytes());
    }

    /// 64 bits from memory.
    pub(crate) fn load(&mut self, to: Reg, mem: Mem) {
        if to >= 16 {
            self.rm(0xF2, 0x0F10, false, to, mem, false, 0);
        } else {
            self.rm(0, 0x8B, true, to, mem, false, 0);
        }
    }

    /// 64 bits to memory.
    pub(crate) fn store(&mut self, mem: Mem, from: Reg) {
        if from >= 16 {
            self.rm(0xF2, 0x0F11, false, from, mem, false, 0);
        } else {
            self.rm(0, 0x89, true, from, mem, false, 0);
        }
    }

    /// The low `size` bytes of a register to memory.
    pub(crate) fn store_sized(&mut self, mem: Mem, from: Reg, size: u32) {
        match size {
            1 => self.rm(0, 0x88, false, from, mem, true, 0),
            2 => self.rm(0x66, 0x89, false, from, mem, false, 0),
            4 => self.rm(0, 0x89, false, from, mem, false, 0),
            _ => self.store(mem, from),
        }
    }

    /// The low `size` bytes of a constant to memory (8: sign-extended from 32 bits).
    pub(crate) fn store_imm(&mut self, mem: Mem, imm: i32, size: u32) {
        match size {
            1 => {
                self.rm(0, 0xC6, false, 0, mem, false, 1);
                self.byte(imm as u8);
            }
            2 => {
                self.rm(0x66, 0xC7, false, 0, mem, false, 2);
                self.code.extend_from_slice(&(imm as u16).to_le_bytes());
            }
            _ => {
                self.rm(0, 0xC7, size == 8, 0, mem, false, 4);
                self.imm32(imm);
            }
        }
    }

    /// A narrow load: opcode and width by size and sign.
    pub(crate) fn load_narrow(&mut self, to: Reg, mem: Mem, size: u32, signed: bool) {
        let (op, wide) = match (size, signed) {
            (1, false) => (0x0FB6, false),
            (1, true) => (0x0FBE, true),
            (2, false) => (0x0FB7, false),
            (2, true) => (0x0FBF, true),
            (4, false) => (0x8B, false),
            (4, true) => (0x63, true),
            _ => (0x8B, true),
        };
        self.rm(0, op, wide, to, mem, false, 0);
    }

    pub(crate) fn lea(&mut self, to: Reg, mem: Mem) {
        self.rm(0, 0x8D, true, to, mem, false, 0);
    }

    pub(crate) fn alu(&mut self, op: Alu, to: Reg, from: Reg) {
        self.rr(0, (op as u32) << 3 | 3, true, to, from, false);
    }

    pub(crate) fn alu_mem(&mut self, op: Alu, to: Reg, mem: Mem) {
        self.rm(0, (op as u32) << 3 | 3, true, to, mem, false, 0);
    }

    pub(crate) fn alu_imm(&mut self, op: Alu, to: Reg, imm: i32) {
        if let Ok(imm) = i8::try_from(imm) {
            self.rr(0, 0x83, true, op as u8, to, false);
            self.byte(imm as u8);
        } else {
            self.rr(0, 0x81, true, op as u8, to, false);
            self.imm32(imm);
        }
    }

    /// On the low 32 bits.
    pub(crate) fn alu32_imm(&mut self, op: Alu, to: Reg, imm: i32) {
        if let Ok(imm) = i8::try_from(imm) {
            self.rr(0, 0x83, false, op as u8, to, false);
            self.byte(imm as u8);
        } else {
            self.rr(0, 0x81, false, op as u8, to, false);
            self.imm32(imm);
        }
    }

    /// Compares `size` bytes of memory with an immediate of the same width (sign-extended from 32 bits for 8).
    pub(crate) fn cmp_mem_imm(&mut self, mem: Mem, imm: i32, size: u32) {
        let prefix = if size == 2 { 0x66 } else { 0 };
        if size == 1 {
            self.rm(0, 0x80, false, 7, mem, false, 1);
            self.byte(imm as u8);
        } else if i8::try_from(imm).is_ok() {
            self.rm(prefix, 0x83, size == 8, 7, mem, false, 1);
            self.byte(imm as u8);
        } else if size == 2 {
            self.rm(prefix, 0x81, false, 7, mem, false, 2);
            self.code.extend_from_slice(&(imm as u16).to_le_bytes());
        } else {
            self.rm(prefix, 0x81, size == 8, 7, mem, false, 4);
            self.imm32(imm);
        }
    }

    /// `test byte [mem], imm`.
    pub(crate) fn test_mem_byte(&mut self, mem: Mem, imm: u8) {
        self.rm(0, 0xF6, false, 0, mem, false, 1);
        self.byte(imm);
    }

    pub(crate) fn test(&mut self, a: Reg, b: Reg) {
        self.rr(0, 0x85, true, b, a, false);
    }

    pub(crate) fn imul(&mut self, to: Reg, from: Reg) {
        self.rr(0, 0x0FAF, true, to, from, false);
    }

    pub(crate) fn imul_mem(&mut self, to: Reg, mem: Mem) {
        self.rm(0, 0x0FAF, true, to, mem, false, 0);
    }

    pub(crate) fn imul_imm(&mut self, to: Reg, from: Reg, imm: i32) {
        if let Ok(imm) = i8::try_from(imm) {
            self.rr(0, 0x6B, true, to, from, false);
            self.byte(imm as u8);
        } else {
            self.rr(0, 0x69, true, to, from, false);
            self.imm32(imm);
        }
    }

    pub(crate) fn shift_imm(&mut self, shift: Shift, reg: Reg, count: u8) {
        self.rr(0, 0xC1, true, shift as u8, reg, false);
        self.byte(count);
    }

    /// By the count in CL.
    pub(crate) fn shift_cl(&mut self, shift: Shift, reg: Reg) {
        self.rr(0, 0xD3, true, shift as u8, reg, false);
    }

    /// `to = from shifted by count`, BMI2.
    pub(crate) fn shift_bmi(&mut self, shift: Shift, to: Reg, from: Reg, count: Reg) {
        let prefix = match shift {
            Shift::Left => 1,
            Shift::Arithmetic => 2,
            Shift::Logical => 3,
        };
        self.byte(0xC4);
        self.byte(((to >> 3) ^ 1) << 7 | 0x40 | ((from >> 3) ^ 1) << 5 | 2);
        self.byte(0x80 | (count ^ 15) << 3 | prefix);
        self.byte(0xF7);
        self.byte(0xC0 | (to & 7) << 3 | from & 7);
    }

    pub(crate) fn neg(&mut self, reg: Reg) {
        self.rr(0, 0xF7, true, 3, reg, false);
    }

    pub(crate) fn not(&mut self, reg: Reg) {
        self.rr(0, 0xF7, true, 2, reg, false);
    }

    pub(crate) fn cqo(&mut self) {
        self.byte(0x48);
        self.byte(0x99);
    }

    pub(crate) fn idiv(&mut self, reg: Reg) {
        self.rr(0, 0xF7, true, 7, reg, false);
    }

    /// Unsigned 32-bit division of EDX:EAX.
    pub(crate) fn div32(&mut self, reg: Reg) {
        self.rr(0, 0xF7, false, 6, reg, false);
    }

    /// The low 32 bits, upper half zeroed.
    pub(crate) fn mov32(&mut self, to: Reg, from: Reg) {
        self.rr(0, 0x8B, false, to, from, false);
    }

    pub(crate) fn xor32(&mut self, to: Reg, from: Reg) {
        self.rr(0, 0x33, false, to, from, false);
    }

    pub(crate) fn setcc(&mut self, cc: u8, reg: Reg) {
        self.rr(0, 0x0F90 | u32::from(cc), false, 0, reg, true);
    }

    /// The low byte, zero-extended.
    pub(crate) fn movzx_byte(&mut self, to: Reg, from: Reg) {
        self.rr(0, 0x0FB6, false, to, from, true);
    }

    /// An SSE instruction on doubles.
    pub(crate) fn sse(&mut self, op: u16, to: Reg, from: Reg) {
        let op = (op >> 8, 0x0F00 | u32::from(op & 0xFF));
        self.rr(op.0 as u8, op.1, false, to, from, false);
    }

    pub(crate) fn sse_mem(&mut self, op: u16, to: Reg, mem: Mem) {
        let op = (op >> 8, 0x0F00 | u32::from(op & 0xFF));
        self.rm(op.0 as u8, op.1, false, to, mem, false, 0);
    }

    /// Compares doubles by predicate into a mask.
    pub(crate) fn cmpsd(&mut self, to: Reg, from: Reg, predicate: u8) {
        self.rr(0xF2, 0x0FC2, false, to, from, false);
        self.byte(predicate);
    }

    pub(crate) fn cvtsi2sd(&mut self, to: Reg, from: Reg) {
        self.rr(0xF2, 0x0F2A, true, to, from, false);
    }

    pub(crate) fn cvttsd2si(&mut self, to: Reg, from: Reg) {
        self.rr(0xF2, 0x0F2C, true, to, from, false);
    }

    /// `xorps to, to`.
    pub(crate) fn zero_float(&mut self, to: Reg) {
        self.rr(0, 0x0F57, false, to, to, false);
    }

    pub(crate) fn call_reg(&mut self, reg: Reg) {
        self.rr(0, 0xFF, false, 2, reg, false);
    }

    pub(crate) fn jmp_reg(&mut self, reg: Reg) {
        self.rr(0, 0xFF, false, 4, reg, false);
    }

    fn relative(&mut self, target: Target) {
        let at = self.here();
        self.fixups.push(Fixup {
            at,
            end: at + 4,
            target,
        });
        self.imm32(0);
    }

    pub(crate) fn call_address(&mut self, address: usize) {
        self.byte(0xE8);
        self.relative(Target::Address(address));
    }

    pub(crate) fn jmp_address(&mut self, address: usize) {
        self.byte(0xE9);
        self.relative(Target::Address(address));
    }

    /// To an offset of this code.
    pub(crate) fn jmp_to(&mut self, offset: u32) {
        let short = i64::from(offset) - i64::from(self.here() + 2);
        if let Ok(short) = i8::try_from(short) {
            self.byte(0xEB);
            self.byte(short as u8);
        } else {
            self.byte(0xE9);
            self.imm32((i64::from(offset) - i64::from(self.here() + 4)) as i32);
        }
    }

    /// A conditional jump to be bound by [`Asm::bind`]; returns the end of the instruction.
    pub(crate) fn jcc(&mut self, cc: u8) -> u32 {
        self.byte(0x0F);
        self.byte(0x80 | cc);
        self.imm32(0);
        self.here()
    }

    /// A jump to be bound by [`Asm::bind`].
    pub(crate) fn jmp(&mut self) -> u32 {
        self.byte(0xE9);
        self.imm32(0);
        self.here()
    }

    /// Makes a jump (by the end of its instruction) go here.
    pub(crate) fn bind(&mut self, jump: u32) {
        let distance = (self.here() - jump).cast_signed();
        let at = jump as usize - 4;
        self.code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
    }

    /// A short conditional jump forward; bind with [`Asm::bind_short`].
    pub(crate) fn jcc_short(&mut self, cc: u8) -> u32 {
        self.byte(0x70 | cc);
        self.byte(0);
        self.here()
    }

    /// A short jump forward.
    pub(crate) fn jmp_short(&mut self) -> u32 {
        self.byte(0xEB);
        self.byte(0);
        self.here()
    }

    /// Binds a short jump.
    pub(crate) fn bind_short(&mut self, jump: u32) {
        let distance = self.here() - jump;
        debug_assert!(distance < 128, "short jumps are short");
        self.code[jump as usize - 1] = distance as u8;
    }

    /// Fills up with no-ops to a multiple of `align`.
    pub(crate) fn align(&mut self, align: u32) {
        const NOPS: [&[u8]; 9] = [
            &[0x90],
            &[0x66, 0x90],
            &[0x0F, 0x1F, 0x00],
            &[0x0F, 0x1F, 0x40, 0x00],
            &[0x0F, 0x1F, 0x44, 0x00, 0x00],
            &[0x66, 0x0F, 0x1F, 0x44, 0x00, 0x00],
            &[0x0F, 0x1F, 0x80, 0x00, 0x00, 0x00, 0x00],
            &[0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
            &[0x66, 0x0F, 0x1F, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
        ];
        let mut left = (self.here().next_multiple_of(align) - self.here()) as usize;
        while left > 0 {
            let nop = NOPS[left.min(9) - 1];
            self.code.extend_from_slice(nop);
            left -= nop.len();
        }
    }
}
