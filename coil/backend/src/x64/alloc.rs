//! Register allocation: one forward pass that keeps, for every value, where it is now.
//!
//! A value is in a register, in its home (a spill slot, or the window register it came from), or both; SSA values never change,
//! so a home stays good once written. When registers run out, the value whose next register use is farthest gives way.
//! Registers of dead values are taken lazily.

use super::asm::{Asm, Mem, NO_REG, RAX, RBX, RSP, Reg, Target};
use super::compile::Gen;
use crate::code::Location;
use crate::live::NEVER;
use coil_trace::{Id, Ty};

/// Nobody.
pub(crate) const NOBODY: u32 = u32::MAX;
/// General registers that calls preserve: r12-r15 (rbx and rbp are fixed).
pub(crate) const GPR_SAVED: u32 = 0xF000;
/// General registers that calls clobber: rcx, rdx, rsi, rdi, r8-r11 (rax is scratch).
pub(crate) const GPR_CLOBBERED: u32 = 0x0FC6;
/// General registers to allocate.
pub(crate) const GPRS: u32 = GPR_SAVED | GPR_CLOBBERED;
/// Float registers to allocate: all but xmm15.
pub(crate) const XMMS: u32 = 0x7FFF_0000;

/// Where a value lies in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// Nowhere.
    None,
    /// In a spill slot.
    Spill(u16),
    /// In a register of the root window.
    Window(i32),
}

/// Where a value is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) reg: Reg,
    pub(crate) home: Home,
}

impl Place {
    pub(crate) const NOWHERE: Place = Place {
        reg: NO_REG,
        home: Home::None,
    };
}

/// An operand as an instruction can take it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Src {
    Reg(Reg),
    Imm(i32),
    Const(u64),
    Mem(Mem),
}

/// The state of the registers.
#[derive(Debug)]
pub(crate) struct Regs {
    pub(crate) owner: [u32; 32],
    /// Registers nobody owns.
    pub(crate) free: u32,
    /// Registers that the present instruction uses.
    pub(crate) pinned: u32,
}

impl Regs {
    pub(crate) fn new() -> Regs {
        Regs {
            owner: [NOBODY; 32],
            free: GPRS | XMMS,
            pinned: 0,
        }
    }
}

/// The registers of a type's class.
pub(crate) fn class_of(ty: Ty) -> u32 {
    if ty == Ty::Float { XMMS } else { GPRS }
}

impl Gen<'_> {
    /// The memory of a home.
    pub(crate) fn home_mem(&self, home: Home) -> Option<Mem> {
        match home {
            Home::None => None,
            Home::Spill(slot) => Some(Mem::new(RSP, i32::from(slot) * 8 + self.rsp_bias)),
            Home::Window(slot) => Some(Mem::new(RBX, slot * 8)),
        }
    }

    /// A slot for a value; its old owner is dead.
    pub(crate) fn new_slot(&mut self, value: u32) -> u16 {
        let at = self.at;
        let last = &self.live.last;
        let dead = |&owner: &u32| owner == NOBODY || last[owner as usize] < at;
        let slot = self.slots.iter().position(dead).unwrap_or_else(|| {
            self.slots.push(NOBODY);
            self.slots.len() - 1
        });
        self.slots[slot] = value;
        slot as u16
    }

    /// Makes sure that the value is in memory.
    pub(crate) fn ensure_home(&mut self, value: usize) {
        if self.places[value].home == Home::None {
            let slot = self.new_slot(value as u32);
            self.places[value].home = Home::Spill(slot);
            let mem = self.home_mem(Home::Spill(slot)).expect("a slot is memory");
            let reg = self.places[value].reg;
            debug_assert!(reg != NO_REG, "a live value is somewhere");
            self.asm.store(mem, reg);
        }
    }

    /// Takes a register from its owner, who goes to memory if it still lives.
    pub(crate) fn evict(&mut self, reg: Reg) {
        let owner = self.regs.owner[reg as usize];
        if owner == NOBODY {
            return;
        }
        if self.live.last[owner as usize] >= self.at {
            self.ensure_home(owner as usize);
        }
        self.disown(reg);
    }

    /// Forgets that a register holds a value.
    pub(crate) fn disown(&mut self, reg: Reg) {
        let owner = self.regs.owner[reg as usize];
        if owner != NOBODY {
            self.places[owner as usize].reg = NO_REG;
            self.regs.owner[reg as usize] = NOBODY;
            self.regs.free |= 1 << reg;
        }
    }

    /// Says that a register holds a value.
    pub(crate) fn own(&mut self, reg: Reg, value: usize) {
        self.disown(reg);
        self.regs.owner[reg as usize] = value as u32;
        self.regs.free &= !(1 << reg);
        self.places[value].reg = reg;
    }

    /// Finds a register of a class, pins it, and leaves it without owner. `prefer` is looked at first.
    pub(crate) fn grab(&mut self, class: u32, prefer: u32) -> Reg {
        let usable = class & !self.regs.pinned;
        let free = usable & self.regs.free;
        let chosen = if free & prefer != 0 {
            (free & prefer).trailing_zeros() as Reg
        } else if free != 0 {
            free.trailing_zeros() as Reg
        } else {
            self.victim(usable)
        };
        self.evict(chosen);
        self.regs.pinned |= 1 << chosen;
        chosen
    }

    fn victim(&self, usable: u32) -> Reg {
        let mut best = (0, NO_REG);
        let mut rest = usable;
        while rest != 0 {
            let reg = rest.trailing_zeros() as Reg;
            rest &= rest - 1;
            let owner = self.regs.owner[reg as usize] as usize;
            if self.live.last[owner] < self.at {
                return reg;
            }
            let next = self.next_use(owner);
            let key =
                u64::from(next) << 2 | u64::from(self.places[owner].home != Home::None) << 1 | 1;
            if key > best.0 {
                best = (key, reg);
            }
        }
        assert!(best.1 != NO_REG, "an instruction pins few registers");
        best.1
    }

    /// The next position that wants the value in a register: for what the loop carries, at latest its end.
    pub(crate) fn next_use(&self, value: usize) -> u32 {
        let next = self.live.next[value];
        if next == NEVER && self.carried(value) {
            self.end
        } else {
            next
        }
    }

    /// The value must be back in its register at the jump.
    fn carried(&self, value: usize) -> bool {
        self.loop_start.is_some_and(|body| (value as u32) < body)
            && self.live.last[value] == self.end
            && self.head_regs >> (self.places[value].reg & 31) & 1 == 1
    }

    /// A register for nobody, for this instruction.
    pub(crate) fn temp(&mut self) -> Reg {
        self.grab(GPRS, GPR_CLOBBERED)
    }

    /// The value of an operand in a register of its class; pinned. Constants go to a temporary.
    pub(crate) fn reg_of(&mut self, id: Id) -> Reg {
        if let Some(value) = id.as_inst() {
            let place = self.places[value];
            if place.reg != NO_REG {
                self.regs.pinned |= 1 << place.reg;
                return place.reg;
            }
            let class = class_of(self.c.trace.insts[value].op.ty());
            let reg = self.grab(class, self.preference(value, class));
            self.own(reg, value);
            let mem = self.home_mem(place.home);
            debug_assert!(mem.is_some(), "value {value} is nowhere at {}", self.at);
            if let Some(mem) = mem {
                self.asm.load(reg, mem);
            }
            return reg;
        }
        let (bits, ty) = self.constant(id);
        if ty == Ty::Float {
            let reg = self.grab(XMMS, XMMS);
            self.load_float_const(reg, id, bits);
            return reg;
        }
        let reg = self.temp();
        self.asm.mov_const(reg, bits);
        reg
    }

    /// A float constant to a float register.
    pub(crate) fn load_float_const(&mut self, reg: Reg, id: Id, bits: u64) {
        if bits == 0 {
            self.asm.zero_float(reg);
        } else {
            let mem = self.pool(id);
            self.asm.load(reg, mem);
        }
    }

    /// Bits and type of a constant.
    pub(crate) fn constant(&self, id: Id) -> (u64, Ty) {
        let constant = self.c.trace.consts[id.as_const().expect("an operand")];
        (constant.bits, constant.ty)
    }

    /// A constant in the trace's pool.
    pub(crate) fn pool(&mut self, id: Id) -> Mem {
        let index = id.as_const().expect("a constant") as u32;
        let number = match self.pool.iter().position(|&other| other == index) {
            Some(number) => number,
            None => {
                self.pool.push(index);
                self.pool.len() - 1
            }
        };
        Mem::rip(Target::Pool(number as u32))
    }

    /// An operand of a general instruction: constants and values at their last use in memory need no register.
    pub(crate) fn src(&mut self, id: Id, operand: usize) -> Src {
        if let Some(value) = id.as_inst() {
            let place = self.places[value];
            if place.reg == NO_REG
                && self.live.chain[self.at as usize][operand] == NEVER
                && let Some(mem) = self.home_mem(place.home)
            {
                return Src::Mem(mem);
            }
            return Src::Reg(self.reg_of(id));
        }
        let bits = self.constant(id).0;
        match i32::try_from(bits.cast_signed()) {
            Ok(imm) => Src::Imm(imm),
            Err(_) => Src::Const(bits),
        }
    }

    /// An operand of a float instruction.
    pub(crate) fn float_src(&mut self, id: Id, operand: usize) -> Src {
        if id.is_const() {
            return Src::Mem(self.pool(id));
        }
        self.src(id, operand)
    }

    /// The operands have been fetched: steps their next uses on and frees the registers of those that die here (they still hold
    /// the values, and stay pinned).
    pub(crate) fn finish_uses(&mut self) {
        let chain = self.live.chain[self.at as usize];
        for (id, next) in self.operands.into_iter().zip(chain) {
            if let Some(value) = id.as_inst() {
                self.live.next[value] = next;
            }
        }
        for id in self.operands {
            if let Some(value) = id.as_inst()
                && self.live.last[value] <= self.at
                && self.places[value].reg != NO_REG
            {
                self.disown(self.places[value].reg);
            }
        }
    }

    /// Registers to look at first for a value: its hint, then those that survive the calls it lives across.
    pub(crate) fn preference(&self, value: usize, class: u32) -> u32 {
        let crosses = self.next_call < self.live.last[value];
        let hint = self.live.hint[value];
        if hint != NO_REG {
            let bit = 1 << hint;
            if self.regs.free & !self.regs.pinned & bit & class != 0
                && (!crosses || GPR_SAVED & bit != 0)
            {
                return bit;
            }
        }
        if class == XMMS {
            XMMS
        } else if crosses {
            GPR_SAVED
        } else {
            GPR_CLOBBERED
        }
    }

    /// A register for the result of this instruction, distinct from those of its operands.
    pub(crate) fn def(&mut self) -> Reg {
        let value = self.at as usize;
        let class = class_of(self.c.trace.insts[value].op.ty());
        let reg = self.grab(class, self.preference(value, class));
        self.own(reg, value);
        reg
    }

    /// A register for the result that may be one of a dying operand: for results written after all operands were read.
    pub(crate) fn def_any(&mut self) -> Reg {
        self.regs.pinned = self.reserved;
        self.def()
    }

    /// A register for the result that holds the operand in `from`: that register itself if the operand dies.
    pub(crate) fn def_over(&mut self, from: Reg) -> Reg {
        let value = self.at as usize;
        if self.regs.free >> from & 1 == 1 {
            self.own(from, value);
            return from;
        }
        let reg = self.def();
        self.asm.mov(reg, from);
        reg
    }

    /// Empties a register for an instruction that has no choice, and keeps it from being allocated to operands.
    pub(crate) fn reserve(&mut self, reg: Reg) {
        self.regs.pinned |= 1 << reg;
        self.reserved |= 1 << reg;
        let owner = self.regs.owner[reg as usize];
        if owner == NOBODY {
            return;
        }
        let free = self.regs.free & GPRS & !self.regs.pinned;
        if self.live.last[owner as usize] >= self.at && free != 0 {
            let to = free.trailing_zeros() as Reg;
            self.asm.mov(to, reg);
            self.disown(reg);
            self.own(to, owner as usize);
        } else {
            self.evict(reg);
        }
    }

    /// Where a value is, for exits and jumps.
    pub(crate) fn location(&self, id: Id) -> Location {
        if let Some(constant) = id.as_const() {
            return Location::Const(constant as u32);
        }
        let Some(value) = id.as_inst() else {
            return Location::Dead;
        };
        let place = self.places[value];
        match (place.reg, place.home) {
            (reg, _) if reg < 16 => Location::Gpr(reg),
            (reg, _) if reg != NO_REG => Location::Fpr(reg - 16),
            (_, Home::Spill(slot)) => Location::Spill(slot),
            (_, Home::Window(slot)) => Location::Window(slot),
            _ => Location::Dead,
        }
    }

    /// Where a value is in memory, for calls that look at frames.
    pub(crate) fn memory_location(&mut self, id: Id) -> Location {
        if let Some(value) = id.as_inst() {
            self.ensure_home(value);
            return match self.places[value].home {
                Home::Spill(slot) => Location::Spill(slot),
                Home::Window(slot) => Location::Window(slot),
                Home::None => Location::Dead,
            };
        }
        self.location(id)
    }

    /// Moves one value; RAX is the way between two places in memory.
    pub(crate) fn emit_move(
        asm: &mut Asm,
        consts: &[u64],
        rsp_bias: i32,
        to: Location,
        from: Location,
    ) {
        let mem = |location| match location {
            Location::Spill(slot) => Mem::new(RSP, i32::from(slot) * 8 + rsp_bias),
            Location::Window(slot) => Mem::new(RBX, slot * 8),
            _ => unreachable!("registers and constants are not memory"),
        };
        let reg = |location| match location {
            Location::Gpr(reg) => Some(reg),
            Location::Fpr(reg) => Some(reg + 16),
            _ => None,
        };
        match (reg(to), reg(from), from) {
            (Some(to), Some(from), _) => asm.mov(to, from),
            (Some(to), None, Location::Const(index)) => {
                let bits = consts[index as usize];
                if to < 16 {
                    asm.mov_const(to, bits);
                } else if bits == 0 {
                    asm.zero_float(to);
                } else {
                    asm.mov_const(RAX, bits);
                    asm.mov(to, RAX);
                }
            }
            (Some(to), None, _) => asm.load(to, mem(from)),
            (None, Some(from), _) => asm.store(mem(to), from),
            (None, None, Location::Const(index)) => {
                let bits = consts[index as usize];
                match i32::try_from(bits.cast_signed()) {
                    Ok(imm) => asm.store_imm(mem(to), imm, 8),
                    Err(_) => {
                        asm.mov_const(RAX, bits);
                        asm.store(mem(to), RAX);
                    }
                }
            }
            (None, None, _) => {
                asm.load(RAX, mem(from));
                asm.store(mem(to), RAX);
            }
        }
    }
}
