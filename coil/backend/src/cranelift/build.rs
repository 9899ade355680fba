//! A trace as a Cranelift function: entries, labels, exits, ends.

use super::{Cells, GO_ON, RETURN, RETURNED};
use crate::api::{BackendError, Kind, Runtime, SPILL_SLOTS, Targets, TraceReturn};
use crate::code::{ExitSite, Location, PackedLocation, ResumePoint};
use crate::leaves::leaves;
use coil_frame::{
    CodeBlock, Context, FrameRecord, context_offset as context, record_offset as record,
};
use coil_trace::{
    Compiled, CompiledEnd, Effect, Exit, ExitValue, Id, Op, SnapshotId, Ty, extra_frame,
};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I32, I64};
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, FuncRef, Function, InstBuilder, MemFlagsData, Signature, Type, Value,
};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Switch};
use std::mem::offset_of;

type Outcome = (Vec<ExitSite>, Vec<PackedLocation>, Vec<ResumePoint>);

pub(super) fn type_of(ty: Ty) -> Type {
    if ty == Ty::Float { F64 } else { I64 }
}

pub(super) const FLAGS: MemFlagsData = MemFlagsData::trusted();

/// The state of a compilation.
pub(super) struct Build<'a> {
    pub(super) f: FunctionBuilder<'a>,
    pub(super) c: &'a Compiled,
    pub(super) runtime: &'a Runtime,
    cells: &'a mut Cells,
    targets: &'a dyn Targets,
    number: u32,
    own: FuncRef,
    // ALLOW(vec-value): Cranelift's values.
    pub(super) values: Vec<Option<Value>>,
    /// Overflow of the last `_ovf` instruction.
    pub(super) overflow: Option<Value>,
    pub(super) context: Value,
    pub(super) base: Value,
    area: Value,
    at: u32,
    sites: Vec<ExitSite>,
    locations: Vec<PackedLocation>,
    resume_points: Vec<ResumePoint>,
}

impl<'a> Build<'a> {
    #[expect(clippy::too_many_arguments, reason = "the parts of one compilation")]
    pub(super) fn new(
        function: &'a mut Function,
        functions: &'a mut FunctionBuilderContext,
        cells: &'a mut Cells,
        c: &'a Compiled,
        runtime: &'a Runtime,
        targets: &'a dyn Targets,
        number: u32,
        own: FuncRef,
    ) -> Build<'a> {
        let mut f = FunctionBuilder::new(function, functions);
        let entry = f.create_block();
        f.append_block_params_for_function_params(entry);
        f.switch_to_block(entry);
        let params = f.block_params(entry);
        let (context, base, area) = (params[0], params[1], params[2]);
        Build {
            f,
            c,
            runtime,
            cells,
            targets,
            number,
            own,
            values: vec![None; c.trace.insts.len()],
            overflow: None,
            context,
            base,
            area,
            at: 0,
            sites: Vec::new(),
            locations: Vec::new(),
            resume_points: Vec::new(),
        }
    }

    pub(super) fn run(
        mut self,
        kind: Kind<'_>,
        config: TargetFrontendConfig,
    ) -> Result<Outcome, BackendError> {
        let c = self.c;
        let labels: Vec<Block> = c.labels.iter().map(|_| self.f.create_block()).collect();
        for (label, &block) in c.labels.iter().zip(&labels) {
            for phi in 0..label.phis as usize {
                let inst = c
                    .trace
                    .insts
                    .get(label.at as usize + phi)
                    .ok_or(BackendError::Malformed("label"))?;
                let ty = type_of(inst.op.ty());
                let value = self.f.append_block_param(block, ty);
                self.values[label.at as usize + phi] = Some(value);
            }
        }
        self.entries(&labels);
        self.inputs(kind)?;
        let mut label = 0;
        for at in 0..c.trace.insts.len() {
            self.at = at as u32;
            while c.labels.get(label).is_some_and(|l| l.at as usize == at) {
                let entry = &c.labels[label].entry;
                self.jump(labels[label], entry);
                self.f.switch_to_block(labels[label]);
                label += 1;
            }
            let inst = &c.trace.insts[at];
            match inst.op.effect() {
                Effect::Input => {}
                Effect::Guard => self.guard(at)?,
                Effect::Alloc => self.new_object(at)?,
                Effect::Call => self.call(at)?,
                _ => self.values[at] = self.op(inst)?,
            }
        }
        self.at = c.trace.insts.len() as u32;
        self.end(&labels)?;
        self.f.seal_all_blocks();
        self.f.finalize(config);
        Ok((self.sites, self.locations, self.resume_points))
    }

    /// The start, or a label with phis from the area.
    fn entries(&mut self, labels: &[Block]) {
        let entry = self.f.current_block().expect("the entry block");
        let from = self.f.block_params(entry)[3];
        let start = self.f.create_block();
        let mut switch = Switch::new();
        let mut doors = Vec::new();
        for (index, &label) in labels.iter().enumerate() {
            let door = self.f.create_block();
            switch.set_entry(index as u128 + 1, door);
            doors.push((door, label));
        }
        switch.emit(&mut self.f, from, start);
        for (door, label) in doors {
            self.f.switch_to_block(door);
            let mut args: Vec<BlockArg> = Vec::new();
            for phi in 0..self.f.block_params(label).len() {
                let param = self.f.block_params(label)[phi];
                let ty = self.f.func.dfg.value_type(param);
                let value = self.f.ins().load(ty, FLAGS, self.area, phi as i32 * 8);
                args.push(value.into());
            }
            self.f.ins().jump(label, &args);
        }
        self.f.switch_to_block(start);
    }

    /// All inputs at once, before the area or the window change.
    fn inputs(&mut self, kind: Kind<'_>) -> Result<(), BackendError> {
        let c = self.c;
        for (at, inst) in c.trace.insts.iter().enumerate() {
            let input = matches!(
                inst.op,
                Op::InputInt | Op::InputFloat | Op::InputVal | Op::InputRef
            );
            if !input {
                continue;
            }
            let &number = c
                .trace
                .inputs
                .get(inst.extra as usize)
                .ok_or(BackendError::Malformed("input number"))?;
            let ty = type_of(inst.op.ty());
            let value = match kind {
                Kind::Entry => self.f.ins().load(ty, FLAGS, self.base, number * 8),
                Kind::Bridge { parent, site } => {
                    let location = usize::try_from(number)
                        .ok()
                        .and_then(|leaf| parent.locations(site).nth(leaf));
                    let Some(Location::Spill(slot)) = location else {
                        return Err(BackendError::NoTarget);
                    };
                    self.f.ins().load(ty, FLAGS, self.area, i32::from(slot) * 8)
                }
            };
            self.values[at] = Some(value);
        }
        Ok(())
    }

    /// The value of an operand.
    pub(super) fn value(&mut self, id: Id) -> Value {
        if let Some(at) = id.as_inst() {
            return self.values[at].expect("values are defined before they are used");
        }
        let constant = self.c.trace.consts[id.as_const().expect("an operand")];
        if constant.ty == Ty::Float {
            return self.f.ins().f64const(f64::from_bits(constant.bits));
        }
        self.int_const(constant.bits)
    }

    pub(super) fn int_const(&mut self, bits: u64) -> Value {
        self.f.ins().iconst(I64, bits.cast_signed())
    }

    fn jump(&mut self, block: Block, args: &[Id]) {
        let args: Vec<BlockArg> = args.iter().map(|&id| self.value(id).into()).collect();
        self.f.ins().jump(block, &args);
    }

    /// Stores the leaves of an exit to the area and numbers the site.
    pub(super) fn site(&mut self, exit: SnapshotId) -> Result<u32, BackendError> {
        let c = self.c;
        let description = c
            .exits
            .get(exit.0 as usize)
            .ok_or(BackendError::Malformed("exit number"))?;
        let first = self.locations.len();
        for (slot, leaf) in leaves(description).enumerate() {
            if slot >= SPILL_SLOTS {
                return Err(BackendError::TooManySpills);
            }
            let value = self.value(leaf.id());
            self.f.ins().store(FLAGS, value, self.area, slot as i32 * 8);
            self.locations
                .push(PackedLocation::new(Location::Spill(slot as u16)));
        }
        self.sites.push(ExitSite {
            exit: exit.0,
            inst: self.at,
            first: first as u32,
            count: (self.locations.len() - first) as u32,
            stub: 0,
        });
        Ok(self.sites.len() as u32 - 1)
    }

    fn leave(&mut self, raw: u64) {
        let raw = self.int_const(raw);
        self.f.ins().return_(&[raw]);
    }

    /// Leaves by the exit; the block ends.
    pub(super) fn exit(&mut self, exit: SnapshotId) -> Result<(), BackendError> {
        let site = self.site(exit)?;
        self.leave(u64::from(self.number) << 32 | u64::from(site));
        Ok(())
    }

    /// Goes on only if `holds` is not 0.
    pub(super) fn go_on_if(&mut self, holds: Value, exit: SnapshotId) -> Result<(), BackendError> {
        let (on, out) = (self.f.create_block(), self.f.create_block());
        self.f.ins().brif(holds, on, &[], out, &[]);
        self.f.switch_to_block(out);
        self.exit(exit)?;
        self.f.switch_to_block(on);
        Ok(())
    }

    pub(super) fn context_word(&mut self, offset: usize) -> Value {
        self.f.ins().load(I64, FLAGS, self.context, offset as i32)
    }

    pub(super) fn set_context_word(&mut self, offset: usize, value: Value) {
        self.f
            .ins()
            .store(FLAGS, value, self.context, offset as i32);
    }

    pub(super) fn window(&mut self, slot: i32, value: Value) {
        self.f.ins().store(FLAGS, value, self.base, slot * 8);
    }

    /// Calls a native function with the context first.
    pub(super) fn native(&mut self, function: usize, args: &[Value], result: Ty) -> Option<Value> {
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params.push(AbiParam::new(I64));
        for &arg in args {
            let ty = self.f.func.dfg.value_type(arg);
            signature.params.push(AbiParam::new(ty));
        }
        if result != Ty::Void {
            signature.returns.push(AbiParam::new(type_of(result)));
        }
        let signature = self.f.import_signature(signature);
        let callee = self.int_const(function as u64);
        // ALLOW(vec-value): Cranelift's values.
        let args: Vec<Value> = [self.context]
            .into_iter()
            .chain(args.iter().copied())
            .collect();
        let call = self.f.ins().call_indirect(signature, callee, &args);
        self.f.inst_results(call).first().copied()
    }

    fn call(&mut self, at: usize) -> Result<(), BackendError> {
        let c = self.c;
        let inst = &c.trace.insts[at];
        let call = &c.trace.calls[inst.extra as usize];
        // ALLOW(vec-value): Cranelift's values.
        let args: Vec<Value> = c
            .trace
            .operands(inst)
            .iter()
            .map(|&id| self.value(id))
            .collect();
        if call.sees_frames {
            let site = self.site(inst.snapshot)?;
            let word = TraceReturn {
                trace: self.number,
                site,
            };
            let word = self.int_const(word.pack() as u64);
            self.set_context_word(context::TRACE_RETURN, word);
            self.set_context_word(context::EXIT_SP, self.area);
            let top = self.window_end(&c.exits[inst.snapshot.0 as usize]);
            self.set_context_word(context::TRACE_TOP, top);
        }
        self.values[at] = self.native(call.function, &args, call.result);
        if call.sees_frames {
            let zero = self.int_const(0);
            self.set_context_word(context::TRACE_RETURN, zero);
            self.set_context_word(context::TRACE_TOP, zero);
        }
        Ok(())
    }

    fn code_block(code: usize) -> Option<&'static CodeBlock> {
        // SAFETY: `Backend::compile` asks for live code blocks (or null ones).
        unsafe { (code as *const CodeBlock).as_ref() }
    }

    fn window_end(&mut self, exit: &Exit) -> Value {
        let ends = exit.frames.iter().map(|frame| {
            let count = Self::code_block(frame.code).map_or(0, |code| code.register_count);
            i64::from(frame.base) + i64::from(count)
        });
        let end = ends.max().unwrap_or(0) * 8;
        self.f.ins().iadd_imm_s(self.base, end)
    }

    fn end(&mut self, labels: &[Block]) -> Result<(), BackendError> {
        let c = self.c;
        match &c.end {
            CompiledEnd::Jump { label, args } => self.jump(labels[*label as usize], args),
            CompiledEnd::Link {
                target,
                label,
                args,
            } => {
                let code = self.targets.find(*target).ok_or(BackendError::NoTarget)?;
                let phis = code
                    .labels
                    .get(*label as usize)
                    .map(|label| label.phis.len());
                if phis != Some(args.len()) {
                    return Err(BackendError::NoTarget);
                }
                let entry = code.entry.addr() as u64;
                // ALLOW(vec-value): Cranelift's values.
                let args: Vec<Value> = args.iter().map(|&id| self.value(id)).collect();
                for (slot, value) in args.into_iter().enumerate() {
                    self.f.ins().store(FLAGS, value, self.area, slot as i32 * 8);
                }
                let entry = self.int_const(entry);
                let from = self.int_const(u64::from(*label) + 1);
                self.go_on(entry, from, self.base);
            }
            CompiledEnd::Enter { target, exit } => self.enter_trace(*target, *exit)?,
            CompiledEnd::Exit(exit) => self.exit(*exit)?,
            CompiledEnd::Return(id) => self.return_value(*id, false),
            CompiledEnd::Yield(id) => self.return_value(*id, true),
        }
        Ok(())
    }

    fn go_on(&mut self, entry: Value, from: Value, base: Value) {
        self.set_context_word(context::SCRATCH + 16, entry);
        self.set_context_word(context::SCRATCH + 24, from);
        self.set_context_word(context::SCRATCH + 32, base);
        self.leave(GO_ON);
    }

    fn return_value(&mut self, id: Id, yields: bool) {
        let value = self.value(id);
        self.set_context_word(context::SCRATCH + 8, value);
        let top = self.context_word(context::FRAME_TOP);
        let kind = self.f.ins().uload16(I64, FLAGS, top, record::KIND as i32);
        let kind = if yields {
            let root = self.int_const(u64::from(FrameRecord::ROOT));
            self.f.ins().icmp(IntCC::Equal, kind, root)
        } else {
            kind
        };
        let (plain, special) = (self.f.create_block(), self.f.create_block());
        self.f.ins().brif(kind, special, &[], plain, &[]);
        self.f.switch_to_block(special);
        self.leave(RETURN);
        self.f.switch_to_block(plain);
        let result = self.f.ins().uload16(I64, FLAGS, top, record::RESULT as i32);
        let caller = self.f.ins().iadd_imm_s(top, -(record::SIZE as i64));
        self.set_context_word(context::FRAME_TOP, caller);
        let base = self.f.ins().load(I64, FLAGS, caller, record::BASE as i32);
        let offset = self.f.ins().ishl_imm_s(result, 3);
        let slot = self.f.ins().iadd(base, offset);
        self.f.ins().store(FLAGS, value, slot, 0);
        let resume = self.f.ins().load(I64, FLAGS, caller, record::RESUME as i32);
        let (compiled, interpreted) = (self.f.create_block(), self.f.create_block());
        self.f.ins().brif(resume, compiled, &[], interpreted, &[]);
        self.f.switch_to_block(interpreted);
        self.leave(RETURNED);
        self.f.switch_to_block(compiled);
        let zero = self.int_const(0);
        self.go_on(resume, zero, base);
    }

    fn enter_trace(&mut self, target: u32, number: SnapshotId) -> Result<(), BackendError> {
        let c = self.c;
        let exit = &c.exits[number.0 as usize];
        if !exit.virtuals.is_empty() {
            return Err(BackendError::Unsupported("virtual object at an entry"));
        }
        let last = *exit
            .frames
            .last()
            .ok_or(BackendError::Malformed("exit without frames"))?;
        let entry = match self.targets.find(target) {
            Some(code) => self.int_const(code.entry.addr() as u64),
            None if target == self.number => self.f.ins().func_addr(I64, self.own),
            None => return Err(BackendError::NoTarget),
        };
        let pushes = exit.frames.len() - 1;
        if pushes > 0 {
            let top = self.context_word(context::FRAME_TOP);
            let top = self.f.ins().iadd_imm_s(top, (pushes * record::SIZE) as i64);
            let limit = self.context_word(offset_of!(Context, record_limit));
            let records = self.f.ins().icmp(IntCC::UnsignedLessThan, top, limit);
            let end = self.window_end(exit);
            let limit = self.context_word(offset_of!(Context, register_limit));
            let registers = self
                .f
                .ins()
                .icmp(IntCC::UnsignedLessThanOrEqual, end, limit);
            let fits = self.f.ins().band(records, registers);
            self.go_on_if(fits, number)?;
        }
        let mut values = Vec::new();
        for &(slot, value) in &exit.slots {
            let value = match value {
                ExitValue::BoxInt(id) => {
                    let value = self.value(id);
                    self.box_int(value)
                }
                ExitValue::BoxFloat(id) => {
                    let value = self.value(id);
                    self.box_float(value)
                }
                ExitValue::Plain(id) | ExitValue::BoxRef(id) => self.value(id),
                ExitValue::Virtual(_) => return Err(BackendError::Malformed("virtual object")),
            };
            values.push((slot, value));
        }
        for &(slot, value) in &values {
            if extra_frame(slot).is_none() {
                self.window(slot, value);
            }
        }
        let top = self.context_word(context::FRAME_TOP);
        for (at, frame) in exit.frames.iter().enumerate() {
            let field = |offset: usize| (at * record::SIZE + offset) as i32;
            let words = Self::code_block(frame.code).map_or(0, |code| code.words.addr());
            let pc = self.int_const((words + frame.pc as usize * 8) as u64);
            self.f.ins().store(FLAGS, pc, top, field(record::PC));
            let resume = if at < pushes {
                self.cells.push(Box::new(0));
                self.resume_points.push(ResumePoint {
                    frame: *frame,
                    offset: self.cells.len() as u32 - 1,
                });
                let cell =
                    (&raw const **self.cells.last().expect("just pushed")).expose_provenance();
                let cell = self.int_const(cell as u64);
                Some(self.f.ins().load(I64, FLAGS, cell, 0))
            } else if at > 0 {
                Some(self.int_const(0))
            } else {
                None
            };
            if let Some(resume) = resume {
                self.f
                    .ins()
                    .store(FLAGS, resume, top, field(record::RESUME));
            }
            if at == 0 {
                continue;
            }
            let code = self.int_const(frame.code as u64);
            self.f.ins().store(FLAGS, code, top, field(record::CODE));
            let base = self
                .f
                .ins()
                .iadd_imm_s(self.base, i64::from(frame.base) * 8);
            self.f.ins().store(FLAGS, base, top, field(record::BASE));
            let packed = u64::from(frame.result) | u64::from(frame.kind) << 16;
            let packed = self.int_const(packed);
            self.f
                .ins()
                .store(FLAGS, packed, top, field(record::RESULT));
            let given = values
                .iter()
                .find(|(slot, _)| extra_frame(*slot) == Some(at));
            let extra = match given {
                Some((_, value)) => *value,
                None => self.int_const(0),
            };
            self.f.ins().store(FLAGS, extra, top, field(record::EXTRA));
        }
        let top = self.f.ins().iadd_imm_s(top, (pushes * record::SIZE) as i64);
        self.set_context_word(context::FRAME_TOP, top);
        let base = self.f.ins().iadd_imm_s(self.base, i64::from(last.base) * 8);
        let zero = self.int_const(0);
        self.go_on(entry, zero, base);
        Ok(())
    }

    pub(super) fn events(&mut self) -> Value {
        self.f
            .ins()
            .load(I32, FLAGS, self.context, context::EVENTS as i32)
    }
}
