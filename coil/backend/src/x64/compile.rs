//! The forward pass over a trace: instructions in, code and locations out.

use super::alloc::{Home, NOBODY, Place, Regs};
use super::asm::{Asm, Reg, Target};
use super::runtime::Fixed;
use super::slow::SlowPath;
use crate::api::{BackendError, Kind, Runtime, Targets};
use crate::code::{ExitSite, LabelCode, Location, PackedLocation, ResumePoint};
use crate::leaves::leaves;
use crate::live::{Live, NEVER};
use crate::moves::Move;
use coil_trace::{Compiled, CompiledEnd, Effect, Id, Op, SnapshotId};

/// A jump to an exit stub: end of the instruction, site.
pub(crate) type ExitJump = (u32, u32);

/// Memory that is kept from trace to trace.
#[derive(Default, Debug)]
pub(crate) struct Buffers {
    pub(crate) asm: Asm,
    pub(crate) live: Live,
    places: Vec<Place>,
    slots: Vec<u32>,
    pool: Vec<u32>,
    slow: Vec<SlowPath>,
    exit_jumps: Vec<ExitJump>,
    moves: Vec<Move<Location>>,
    fresh: Vec<u32>,
}

/// What the end of compilation hands out.
#[derive(Default, Debug)]
pub(crate) struct Output {
    pub(crate) sites: Vec<ExitSite>,
    pub(crate) locations: Vec<PackedLocation>,
    pub(crate) labels: Vec<LabelCode>,
    pub(crate) resume_points: Vec<ResumePoint>,
    pub(crate) consts: Vec<u64>,
    pub(crate) marks: Vec<(u32, u32)>,
    pub(crate) spill_slots: u32,
}

/// The state of a compilation.
pub(crate) struct Gen<'a> {
    pub(crate) asm: &'a mut Asm,
    pub(crate) live: &'a mut Live,
    pub(crate) c: &'a Compiled,
    pub(crate) fixed: Fixed,
    pub(crate) runtime: &'a Runtime,
    pub(crate) targets: &'a dyn Targets,
    pub(crate) number: u32,
    pub(crate) bmi2: bool,
    pub(crate) places: &'a mut Vec<Place>,
    pub(crate) regs: Regs,
    /// Owner of each spill slot.
    pub(crate) slots: &'a mut Vec<u32>,
    /// Constants of the pool at the end of the code.
    pub(crate) pool: &'a mut Vec<u32>,
    pub(crate) slow: &'a mut Vec<SlowPath>,
    pub(crate) exit_jumps: &'a mut Vec<ExitJump>,
    pub(crate) moves: &'a mut Vec<Move<Location>>,
    /// Objects that need no barrier: made since the last possible collection.
    pub(crate) fresh: &'a mut Vec<u32>,
    pub(crate) out: Output,
    /// Position.
    pub(crate) at: u32,
    /// The position after the last instruction.
    pub(crate) end: u32,
    /// The first instruction behind the phis of the loop that the trace ends with.
    pub(crate) loop_start: Option<u32>,
    /// Registers that hold values at the loop's head.
    pub(crate) head_regs: u32,
    /// Values that are in registers at the loop's head and live through it.
    pub(crate) head: Vec<(u32, Reg)>,
    /// Operands of the present instruction (with an absorbed one: of that).
    pub(crate) operands: [Id; 3],
    /// Registers emptied for the present instruction.
    pub(crate) reserved: u32,
    /// Position of the next call.
    pub(crate) next_call: u32,
    calls_seen: usize,
    /// How far the stack pointer is below the spill area now.
    pub(crate) rsp_bias: i32,
}

impl<'a> Gen<'a> {
    #[expect(clippy::too_many_arguments, reason = "the parts of one compilation")]
    pub(crate) fn new(
        buffers: &'a mut Buffers,
        c: &'a Compiled,
        fixed: Fixed,
        runtime: &'a Runtime,
        targets: &'a dyn Targets,
        number: u32,
        bmi2: bool,
        marks: bool,
    ) -> Gen<'a> {
        let count = c.trace.insts.len();
        buffers.asm.clear();
        buffers.places.clear();
        buffers.places.resize(count, Place::NOWHERE);
        buffers.slots.clear();
        buffers.pool.clear();
        buffers.slow.clear();
        buffers.exit_jumps.clear();
        buffers.moves.clear();
        buffers.fresh.clear();
        Gen {
            asm: &mut buffers.asm,
            live: &mut buffers.live,
            c,
            fixed,
            runtime,
            targets,
            number,
            bmi2,
            places: &mut buffers.places,
            regs: Regs::new(),
            slots: &mut buffers.slots,
            pool: &mut buffers.pool,
            slow: &mut buffers.slow,
            exit_jumps: &mut buffers.exit_jumps,
            moves: &mut buffers.moves,
            fresh: &mut buffers.fresh,
            out: Output {
                consts: c.trace.consts.iter().map(|c| c.bits).collect(),
                marks: Vec::with_capacity(if marks { count } else { 0 }),
                ..Output::default()
            },
            at: 0,
            end: count as u32,
            loop_start: None,
            head_regs: 0,
            head: Vec::new(),
            operands: [Id::NONE; 3],
            reserved: 0,
            next_call: NEVER,
            calls_seen: 0,
            rsp_bias: 0,
        }
    }

    /// Compiles the whole trace.
    pub(crate) fn run(mut self, kind: Kind<'_>) -> Result<Output, BackendError> {
        let marks = self.out.marks.capacity() > 0;
        self.analyse(kind)?;
        self.hint_phis()?;
        self.claim_inputs(kind)?;
        let mut label = 0;
        for at in 0..self.c.trace.insts.len() {
            self.at = at as u32;
            while self
                .c
                .labels
                .get(label)
                .is_some_and(|l| l.at as usize <= at)
            {
                self.label(label)?;
                label += 1;
            }
            if marks {
                self.out.marks.push((self.asm.here(), at as u32));
            }
            self.step_calls();
            self.inst(at)?;
            self.regs.pinned = 0;
            self.reserved = 0;
        }
        self.at = self.end;
        if label != self.c.labels.len() {
            return Err(BackendError::Malformed("label behind the last instruction"));
        }
        if marks {
            self.out.marks.push((self.asm.here(), self.end));
        }
        self.ends()?;
        self.slow_paths();
        self.stubs();
        if self.slots.len() > crate::api::SPILL_SLOTS {
            return Err(BackendError::TooManySpills);
        }
        self.out.spill_slots = self.slots.len() as u32;
        self.write_pool();
        Ok(self.out)
    }

    fn analyse(&mut self, kind: Kind<'_>) -> Result<(), BackendError> {
        let inputs = &self.c.trace.inputs;
        match kind {
            Kind::Entry => self
                .live
                .analyse(self.c, |input| inputs.get(input as usize).copied()),
            Kind::Bridge { parent, site } => {
                if site as usize >= parent.sites.len() {
                    return Err(BackendError::NoTarget);
                }
                self.live.analyse(self.c, |input| {
                    let leaf = usize::try_from(*inputs.get(input as usize)?).ok()?;
                    match parent.locations(site).nth(leaf)? {
                        Location::Window(slot) => Some(slot),
                        _ => None,
                    }
                });
            }
        }
        Ok(())
    }

    fn step_calls(&mut self) {
        let calls = &self.live.calls;
        while self.calls_seen < calls.len() && calls[self.calls_seen] <= self.at {
            self.calls_seen += 1;
        }
        self.next_call = calls.get(self.calls_seen).copied().unwrap_or(NEVER);
    }

    fn hint_phis(&mut self) -> Result<(), BackendError> {
        if let CompiledEnd::Jump { label, args } = &self.c.end {
            let label = self
                .c
                .labels
                .get(*label as usize)
                .ok_or(BackendError::NoTarget)?;
            if args.len() != label.phis as usize {
                return Err(BackendError::Malformed("arguments of the jump"));
            }
        }
        Ok(())
    }

    /// Gives every input that is used its place before the first instruction.
    fn claim_inputs(&mut self, kind: Kind<'_>) -> Result<(), BackendError> {
        // Memory of a window register is the home of an input only while nothing writes it.
        let stores = self.c.trace.insts.iter();
        let overwritten: Vec<i32> = stores
            .filter(|inst| inst.op == Op::StoreSlot)
            .map(|inst| inst.extra.cast_signed())
            .collect();
        let stays = !self.c.trace.insts.iter().any(|i| i.op == Op::WindowBase);
        let mut late = Vec::new();
        for at in 0..self.c.trace.insts.len() {
            let inst = &self.c.trace.insts[at];
            if !matches!(
                inst.op,
                Op::InputInt | Op::InputFloat | Op::InputVal | Op::InputRef
            ) || self.live.last[at] == 0
            {
                continue;
            }
            let &number = self
                .c
                .trace
                .inputs
                .get(inst.extra as usize)
                .ok_or(BackendError::Malformed("input number"))?;
            let location = match kind {
                Kind::Entry => Location::Window(number),
                Kind::Bridge { parent, site } => {
                    let location = usize::try_from(number)
                        .ok()
                        .and_then(|leaf| parent.locations(site).nth(leaf))
                        .ok_or(BackendError::NoTarget)?;
                    if let Location::Const(index) = location {
                        let bits = parent.consts[index as usize];
                        self.out.consts.push(bits);
                        Location::Const(self.out.consts.len() as u32 - 1)
                    } else {
                        location
                    }
                }
            };
            let float = inst.op == Op::InputFloat;
            match location {
                Location::Gpr(reg) if !float && self.regs.owner[reg as usize] == NOBODY => {
                    self.own(reg, at);
                }
                Location::Fpr(reg) if float && self.regs.owner[reg as usize + 16] == NOBODY => {
                    self.own(reg + 16, at);
                }
                Location::Spill(slot) => {
                    let slot = usize::from(slot);
                    if self.slots.len() <= slot {
                        self.slots.resize(slot + 1, NOBODY);
                    }
                    if self.slots[slot] == NOBODY {
                        self.slots[slot] = at as u32;
                        self.places[at].home = Home::Spill(slot as u16);
                    } else {
                        late.push((at, location));
                    }
                }
                Location::Window(slot)
                    if (!self.live.collects
                        || !self.live.spread[at] && inst.op == Op::InputVal)
                        && stays
                        && !overwritten.contains(&slot) =>
                {
                    self.places[at].home = Home::Window(slot);
                }
                Location::Dead => return Err(BackendError::NoTarget),
                Location::Gpr(_) if float => {
                    return Err(BackendError::Malformed("type of an input"));
                }
                Location::Fpr(_) if !float => {
                    return Err(BackendError::Malformed("type of an input"));
                }
                _ => late.push((at, location)),
            }
        }
        for (at, from) in late {
            let class = super::alloc::class_of(self.c.trace.insts[at].op.ty());
            let free = self.regs.free & class;
            let to = if free != 0 {
                let prefer = free & self.preference(at, class);
                let reg = if prefer != 0 { prefer } else { free }.trailing_zeros() as Reg;
                self.own(reg, at);
                self.location(Id::inst(at))
            } else {
                self.slots.push(at as u32);
                let slot = (self.slots.len() - 1) as u16;
                self.places[at].home = Home::Spill(slot);
                Location::Spill(slot)
            };
            Gen::emit_move(self.asm, &self.out.consts, 0, to, from);
        }
        Ok(())
    }

    /// Records where the values of an exit are now.
    pub(crate) fn site(&mut self, exit: SnapshotId) -> Result<u32, BackendError> {
        let c = self.c;
        let description = c
            .exits
            .get(exit.0 as usize)
            .ok_or(BackendError::Malformed("exit number"))?;
        let first = self.out.locations.len() as u32;
        for leaf in leaves(description) {
            let location = self.location(leaf.id());
            self.out.locations.push(PackedLocation::new(location));
        }
        let first = self.shared_locations(exit.0, first);
        Ok(self.push_site(exit.0, first))
    }

    /// Where the locations of an exit stand that were written from `first` on: with those of the last site of the same exit if they
    /// are the same.
    fn shared_locations(&mut self, exit: u32, first: u32) -> u32 {
        let recent = self.out.sites.iter().rev().take(8);
        let Some(known) = recent.into_iter().find(|site| site.exit == exit) else {
            return first;
        };
        let (old, new) = self.out.locations.split_at(first as usize);
        let range = known.first as usize..(known.first + known.count) as usize;
        if old.get(range) != Some(new) {
            return first;
        }
        let first_known = known.first;
        self.out.locations.truncate(first as usize);
        first_known
    }

    /// The same for the state during a call: everything is in memory.
    pub(crate) fn call_site(&mut self, exit: SnapshotId) -> Result<u32, BackendError> {
        let c = self.c;
        let description = c
            .exits
            .get(exit.0 as usize)
            .ok_or(BackendError::Malformed("exit number"))?;
        let first = self.out.locations.len() as u32;
        for leaf in leaves(description) {
            let location = self.memory_location(leaf.id());
            self.out.locations.push(PackedLocation::new(location));
        }
        Ok(self.push_site(exit.0, first))
    }

    fn push_site(&mut self, exit: u32, first: u32) -> u32 {
        let count = leaves(&self.c.exits[exit as usize]).count() as u32;
        self.out.sites.push(ExitSite {
            exit,
            inst: self.at,
            first,
            count,
            stub: u32::MAX,
        });
        self.out.sites.len() as u32 - 1
    }

    /// Leaves by `site` if the condition holds.
    pub(crate) fn exit_if(&mut self, cc: u8, site: u32) {
        let jump = self.asm.jcc(cc);
        self.exit_jumps.push((jump, site));
    }

    fn inst(&mut self, at: usize) -> Result<(), BackendError> {
        let c = self.c;
        let inst = &c.trace.insts[at];
        if self.live.fused[at] {
            return Ok(());
        }
        self.operands = inst.args;
        match inst.op.effect() {
            Effect::Input => Ok(()),
            Effect::Pure | Effect::Load if self.live.last[at] == 0 => Ok(()),
            Effect::Pure => self.pure(inst),
            Effect::Guard => self.guard(at, inst),
            Effect::Load => self.load(inst),
            Effect::Store if inst.op == Op::StoreSlot => self.store_slot(inst),
            Effect::Store => self.store(inst),
            Effect::Alloc => self.new_object(inst),
            Effect::Call => self.call(inst),
        }
    }

    /// Exit stubs: ten bytes each, the first five of which a bridge replaces.
    fn stubs(&mut self) {
        if self.exit_jumps.is_empty() {
            return;
        }
        let mut to_common = Vec::new();
        for at in 0..self.exit_jumps.len() {
            let (jump, site) = self.exit_jumps[at];
            let stub = &mut self.out.sites[site as usize].stub;
            if *stub == u32::MAX {
                *stub = self.asm.here();
                self.asm.byte(0xB8);
                self.asm.imm32(site.cast_signed());
                to_common.push(self.asm.jmp());
            }
            let stub = self.out.sites[site as usize].stub;
            let distance = stub.wrapping_sub(jump);
            self.asm.code[jump as usize - 4..jump as usize]
                .copy_from_slice(&distance.to_le_bytes());
        }
        for jump in to_common {
            self.asm.bind(jump);
        }
        let scratch = coil_frame::context_offset::SCRATCH as i32;
        let mem = |disp| super::asm::Mem::new(super::asm::RBP, disp);
        self.asm
            .store_imm(mem(scratch), self.number.cast_signed(), 4);
        self.asm
            .store_imm(mem(scratch + 4), self.slots.len() as i32, 4);
        self.asm.jmp_address(self.fixed.leave_exit);
    }

    fn write_pool(&mut self) {
        if self.pool.is_empty() {
            return;
        }
        self.asm.align(16);
        let start = self.asm.here();
        for &index in self.pool.iter() {
            let bits = self.c.trace.consts[index as usize].bits;
            self.asm.code.extend_from_slice(&bits.to_le_bytes());
        }
        let code = &mut self.asm.code;
        self.asm.fixups.retain(|fixup| {
            let Target::Pool(number) = fixup.target else {
                return true;
            };
            let distance = (start + number * 8).wrapping_sub(fixup.end);
            code[fixup.at as usize..][..4].copy_from_slice(&distance.to_le_bytes());
            false
        });
    }
}
