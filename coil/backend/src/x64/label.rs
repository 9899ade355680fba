//! Labels: where every phi lives, and what the loop behind a label keeps in registers.

use super::alloc::{GPRS, Home, NOBODY, class_of};
use super::asm::{NO_REG, Reg};
use super::compile::Gen;
use crate::api::BackendError;
use crate::code::{LabelCode, Location};
use crate::live::NEVER;
use crate::moves::Move;
use coil_trace::{CompiledEnd, Effect, Id};

/// Registers that stay free for temporaries when a phi asks for one that no instruction reads, or that the loop does not change.
const SPARE: u32 = 3;

fn register(reg: Reg) -> Location {
    if reg < 16 {
        Location::Gpr(reg)
    } else {
        Location::Fpr(reg - 16)
    }
}

impl Gen<'_> {
    /// A label: moves the entry values to the phis' places and notes the state.
    pub(crate) fn label(&mut self, index: usize) -> Result<(), BackendError> {
        let c = self.c;
        let label = &c.labels[index];
        let first = label.at as usize;
        let phis = label.phis as usize;
        let well_formed = label.at == self.at
            && label.entry.len() == phis
            && c.trace
                .insts
                .get(first..first + phis)
                .is_some_and(|phis| phis.iter().all(|phi| phi.op.effect() == Effect::Input));
        if !well_formed {
            return Err(BackendError::Malformed("label"));
        }
        let back: Option<&[Id]> = match &c.end {
            CompiledEnd::Jump { label, args } if *label as usize == index => Some(args),
            _ => None,
        };
        self.sort_out_registers();
        let places = self.choose_places(first, &label.entry, back);
        self.moves.clear();
        for (&to, &id) in places.iter().zip(&label.entry) {
            if to != Location::Dead {
                let from = self.location(id);
                self.moves.push(Move { to, from });
            }
        }
        self.run_moves();
        self.settle(first, &places);
        self.fresh.clear();
        if let Some(args) = back {
            self.asm.align(16);
            self.loop_start = Some(label.at + label.phis);
            self.note_head(first, &places, args);
        }
        let open = !(0..first).any(|value| self.live.last[value] > self.at);
        let offset = self.asm.here();
        self.out.labels.push(LabelCode {
            offset,
            phis: places,
            open,
        });
        Ok(())
    }

    /// Dead values lose their registers; values that only exits read behind the label go to memory.
    fn sort_out_registers(&mut self) {
        for reg in 0..32 {
            let owner = self.regs.owner[reg as usize];
            if owner == NOBODY {
                continue;
            }
            let last = self.live.last[owner as usize];
            if last > self.at && self.live.next[owner as usize] == NEVER {
                self.ensure_home(owner as usize);
                self.disown(reg);
            } else if last < self.at {
                self.disown(reg);
            }
        }
    }

    /// Whether an entry value is needed no longer once the phis have theirs.
    fn dies(&self, id: Id) -> bool {
        id.as_inst()
            .is_some_and(|value| self.live.last[value] <= self.at)
    }

    fn choose_places(&mut self, first: usize, entry: &[Id], back: Option<&[Id]>) -> Vec<Location> {
        let mut places = vec![Location::Dead; entry.len()];
        let mut taken = 0u32;
        let wanted = |this: &Self, k: usize| {
            let invariant = back.is_some_and(|args| args[k].as_inst() == Some(first + k));
            (this.live.next[first + k] != NEVER, invariant)
        };
        // A phi takes over the register of an entry value that dies.
        for (k, &id) in entry.iter().enumerate() {
            let Some(value) = id.as_inst() else { continue };
            let (read, invariant) = wanted(self, k);
            let reg = self.places[value].reg;
            let class = class_of(self.c.trace.insts[first + k].op.ty());
            if self.live.last[first + k] != 0
                && (read || !invariant)
                && self.dies(id)
                && reg != NO_REG
                && class >> reg & 1 == 1
                && taken >> reg & 1 == 0
            {
                taken |= 1 << reg;
                places[k] = register(reg);
            }
        }
        let mut order: Vec<usize> = (0..entry.len())
            .filter(|&k| places[k] == Location::Dead && self.live.last[first + k] != 0)
            .collect();
        order.sort_by_key(|&k| self.live.next[first + k]);
        for k in order {
            let (read, invariant) = wanted(self, k);
            let class = class_of(self.c.trace.insts[first + k].op.ty());
            let free = self.available(class) & !taken;
            let crowded = free.count_ones() < SPARE;
            let reg = if read && !(invariant && crowded) {
                self.register_for_phi(first + k, class, taken)
            } else if !invariant && free.count_ones() > SPARE {
                Some(free.trailing_zeros() as Reg)
            } else {
                None
            };
            places[k] = match reg {
                Some(reg) => {
                    taken |= 1 << reg;
                    register(reg)
                }
                None => Location::Spill(self.phi_slot(first + k, entry[k], &places)),
            };
        }
        places
    }

    /// Registers that are free or whose owner dies at this label.
    fn available(&self, class: u32) -> u32 {
        let mut mask = self.regs.free & class;
        for reg in 0..32 {
            let owner = self.regs.owner[reg];
            if class >> reg & 1 == 1 && owner != NOBODY && self.live.last[owner as usize] <= self.at
            {
                mask |= 1 << reg;
            }
        }
        mask
    }

    fn register_for_phi(&mut self, phi: usize, class: u32, taken: u32) -> Option<Reg> {
        let free = self.available(class) & !taken;
        let preferred = self.preference(phi, class) & free;
        if preferred != 0 {
            return Some(preferred.trailing_zeros() as Reg);
        }
        if free != 0 {
            return Some(free.trailing_zeros() as Reg);
        }
        // A value that lives through the label and is read later than this phi makes room.
        let victim = (0..32u8)
            .filter(|&reg| class >> reg & 1 == 1 && taken >> reg & 1 == 0)
            .max_by_key(|&reg| self.live.next[self.regs.owner[reg as usize] as usize])?;
        let owner = self.regs.owner[victim as usize] as usize;
        if self.live.next[owner] <= self.live.next[phi] {
            return None;
        }
        self.ensure_home(owner);
        self.disown(victim);
        Some(victim)
    }

    /// The entry value's slot if that dies, or a new one.
    fn phi_slot(&mut self, phi: usize, entry: Id, places: &[Location]) -> u16 {
        if self.dies(entry)
            && let Some(value) = entry.as_inst()
            && let Home::Spill(slot) = self.places[value].home
            && !places.contains(&Location::Spill(slot))
        {
            self.slots[slot as usize] = phi as u32;
            return slot;
        }
        self.places[phi].home = Home::None;
        self.new_slot(phi as u32)
    }

    /// The phis own their places now.
    fn settle(&mut self, first: usize, places: &[Location]) {
        for reg in 0..32 {
            let owner = self.regs.owner[reg as usize];
            if owner != NOBODY && self.live.last[owner as usize] <= self.at {
                self.disown(reg);
            }
        }
        for (k, &place) in places.iter().enumerate() {
            match place {
                Location::Gpr(reg) => self.own(reg, first + k),
                Location::Fpr(reg) => self.own(reg + 16, first + k),
                Location::Spill(slot) => self.places[first + k].home = Home::Spill(slot),
                _ => {}
            }
        }
    }

    /// Remembers what the jump back must restore, and tells the end values where they should be made.
    fn note_head(&mut self, first: usize, places: &[Location], args: &[Id]) {
        self.head.clear();
        self.head_regs = 0;
        for reg in 0..32u8 {
            let owner = self.regs.owner[reg as usize];
            if owner == NOBODY {
                continue;
            }
            self.head_regs |= 1 << reg;
            if (owner as usize) < first {
                self.head.push((owner, reg));
            }
        }
        for (&place, id) in places.iter().zip(args) {
            if let Some(value) = id.as_inst()
                && value >= first + places.len()
            {
                match place {
                    Location::Gpr(reg) => self.live.hint[value] = reg,
                    Location::Fpr(reg) => self.live.hint[value] = reg + 16,
                    _ => {}
                }
            }
        }
        debug_assert!(self.head_regs & !(GPRS | super::alloc::XMMS) == 0);
    }
}
