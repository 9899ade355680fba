//! The Recorder's side of [`Machine`].

use crate::abort::Abort;
use crate::calls::LOAD_WORD;
use crate::numbers::{NO_SNAPSHOT, RecBool, RecFloat, RecInt};
use crate::recorder::Recorder;
use crate::refs::RecRef;
use crate::state::SymFrame;
use crate::vals::RecVal;
use coil_frame::{CodeBlock, Context, context_offset, record_offset};
use coil_heap::OutOfMemory;
use coil_machine::{
    Arg, COUNTER_LIMIT, Deps, Direct, DirectFloat, DirectInt, DirectRef, DirectVal, Key, Leave,
    Machine, MachineState, Next, Opaque, StopReason, UNREAD,
};
use coil_trace::{Access, Barrier, End, Field, Id, NewObject, Op, Ty};
use coil_value::Value;
use std::sync::atomic::Ordering::Relaxed;

const FRAME_TOP: Field = Field {
    offset: context_offset::FRAME_TOP as i32,
    access: Access::Ref,
    alias: crate::state::PENDING_ALIAS - 2,
    immutable: true,
    barrier: Barrier::None,
};

const EXTRA: Field = Field {
    offset: record_offset::EXTRA as i32,
    access: Access::Val,
    alias: crate::state::PENDING_ALIAS - 5,
    immutable: false,
    barrier: Barrier::None,
};

impl<'t> Recorder<'t> {
    fn store(&mut self, op: Op, field: &Field, object: Id, args: [Id; 2]) {
        let mut state = self.buf.state();
        if state.done {
            return;
        }
        if !state.is_fresh(object) {
            state.effect = true;
        }
        let field = state.field(field);
        state.push(op, [object, args[0], args[1]], field, NO_SNAPSHOT);
    }

    /// The record of the root frame, as a reference.
    fn root_record(&mut self) -> Id {
        let cx = self.direct.context().addr() as u64;
        let mut state = self.buf.state();
        let context = state.constant(Ty::Ref, cx);
        let field = state.field(&FRAME_TOP);
        state.push(
            Op::LoadRef,
            [context, Id::NONE, Id::NONE],
            field,
            NO_SNAPSHOT,
        )
    }

    /// Ends the trace where the present bytecode starts; the interpreter goes on there.
    fn end_here(&mut self, end: impl FnOnce(coil_trace::SnapshotId) -> End) -> Next {
        let mut state = self.buf.state();
        let snapshot = state.snapshot();
        state.finish(end(snapshot));
        let back = i64::from(state.at) - i64::from(self.word_index());
        drop(state);
        self.direct
            .jump(i32::try_from(back).expect("an instruction is short"));
        self.direct.sync_pc();
        Err(Leave::Stop)
    }

    fn watch(&mut self, deps: &Deps) {
        let mut state = self.buf.state();
        if deps.overflowed() {
            state.abort(Abort::TooManyCells);
        }
        for (cell, version) in deps.cells() {
            let cell = (cell.addr(), version);
            if !state.cells.contains(&cell) {
                state.cells.push(cell);
            }
        }
        state
            .keep
            .extend(deps.kept().iter().map(|value| value.bits()));
    }

    fn wrap(&self, bits: u64, id: Id) -> RecVal<'t> {
        RecVal {
            bits,
            id,
            buf: self.buf,
        }
    }

    /// For a bridge that starts where a trace ended because its frames were too many: what to go on with.
    fn too_deep_at_start(&self, state: &crate::state::State, at: u32) -> Option<u32> {
        let frame = state.frames.last()?;
        let same = state.frames.iter().filter(|other| other.code == frame.code);
        let too_deep = state.frames.len() > 1
            && (same.count() > self.limits.max_recursion + 1
                || state.frames.len() > self.limits.max_depth);
        if too_deep && state.unwinding.is_none() {
            self.env.resume_target(frame.code, at)
        } else {
            None
        }
    }

    /// The guard of a branch, whose other way starts at the next word, with a register written, or at the target.
    fn guard_branch(
        &mut self,
        condition: RecBool<'t>,
        distance: i32,
        set: Option<(i32, RecVal<'t>)>,
    ) {
        let next = self.word_index();
        let mut state = self.buf.state();
        if !condition.yes {
            let target = i64::from(next) + i64::from(distance);
            let target = u32::try_from(target).expect("jumps stay in the code");
            return state.guard_branch(condition.id, false, target);
        }
        let Some((register, value)) = set else {
            return state.guard_branch(condition.id, true, next);
        };
        let slot = state.top().base + register;
        let old = state.slot(slot).unwrap_or(Id::NONE);
        state.set_slot(slot, value.id);
        state.guard_branch(condition.id, true, next);
        state.set_slot(slot, old);
    }

    fn leave_root(&mut self, value: RecVal<'t>, end: impl FnOnce(Id) -> End) {
        let mut state = self.buf.state();
        if !state.done && state.frames.len() == 1 {
            if self.is_loop() {
                state.abort(Abort::LeavesByReturn);
            } else {
                let id = state.resolve(value.id);
                state.finish(end(id));
            }
        }
    }

    /// A trace that may neither inline nor record further ends in the frame that was just pushed.
    fn end_at_call(&mut self, code: *const CodeBlock, pc: u32) -> Next {
        let own = self.function == Some(code);
        let target = if pc != 0 {
            let target = self.env.resume_target(code, pc);
            if target.is_none() {
                self.env.want_resume(code, pc);
            }
            target
        } else if own {
            Some(self.number)
        } else {
            self.env.function_target(code)
        };
        let mut state = self.buf.state();
        let snapshot = state.build(pc, pc, None);
        state.finish(match target {
            Some(target) => End::Link { target, snapshot },
            None => End::Exit(snapshot),
        });
        drop(state);
        self.direct.sync_pc();
        Err(Leave::Stop)
    }

    /// Pushes a frame that starts at word `start.0`, its registers from `start.1` on unset.
    #[expect(
        clippy::too_many_arguments,
        reason = "those of the two ways to push a frame"
    )]
    fn enter_frame(
        &mut self,
        code: *const CodeBlock,
        window: i32,
        start: (u32, Option<i32>),
        result: u16,
        kind: u16,
        extra: RecVal<'t>,
        push: impl FnOnce(&mut Direct, DirectVal) -> Next,
    ) -> Next {
        let pc = self.word_index();
        let mut parent = None;
        {
            let mut state = self.buf.state();
            if !state.done {
                let live = pc.saturating_sub(1);
                parent = Some(state.build(pc, live, Some((result, window))));
            }
        }
        match push(&mut self.direct, DirectVal(extra.bits)) {
            Ok(()) => {}
            Err(Leave::Raised) => {
                self.buf.abort(Abort::StackOverflow);
                return Err(Leave::Raised);
            }
            Err(Leave::Stop) => {
                // The recording goes on; what Direct wanted of its driver can wait.
                // SAFETY: the context's state, not otherwise in use.
                let machine = unsafe { MachineState::of(self.direct.context()) };
                if machine.stop == StopReason::HotFunction {
                    // SAFETY: live code.
                    let counter = unsafe { &raw mut (*code.cast_mut()).hot };
                    // SAFETY: the counter is the toolkit's own.
                    unsafe { counter.write(0) };
                }
                machine.stop = StopReason::None;
            }
        }
        let mut state = self.buf.state();
        let Some(parent) = parent else {
            return Ok(());
        };
        let base = state.top().base + window;
        let same = state.frames.iter().filter(|frame| frame.code == code);
        let too_deep =
            same.count() > self.limits.max_recursion || state.frames.len() >= self.limits.max_depth;
        let extra = state.resolve(extra.id);
        state.frames.push(SymFrame {
            code,
            base,
            result,
            kind,
            extra,
            parent: Some(parent),
        });
        if let Some(first_unset) = start.1 {
            let unset = state.constant(Ty::Val, 0);
            // SAFETY: the language gives live code.
            let named = i32::from(unsafe { (*code).named_count });
            for register in first_unset..named {
                state.set_slot(base + register, unset);
            }
        }
        state.effect = true;
        drop(state);
        if too_deep {
            return self.end_at_call(code, start.0);
        }
        Ok(())
    }
}

impl<'t> Machine for Recorder<'t> {
    type Bool = RecBool<'t>;
    type Int = RecInt<'t>;
    type Float = RecFloat<'t>;
    type Val = RecVal<'t>;
    type Ref = RecRef<'t>;

    const RECORDS: bool = true;

    fn int(&self, int: i64) -> RecInt<'t> {
        RecInt::constant(self.buf, int)
    }
    fn float(&self, float: f64) -> RecFloat<'t> {
        RecFloat {
            float,
            id: self.buf.constant(Ty::Float, float.to_bits()),
            buf: self.buf,
        }
    }
    fn val(&self, value: Value) -> RecVal<'t> {
        self.wrap(value.bits(), self.buf.constant(Ty::Val, value.bits()))
    }
    fn unset(&self) -> RecVal<'t> {
        self.wrap(0, self.buf.constant(Ty::Val, 0))
    }
    fn address(&self, address: usize) -> RecRef<'t> {
        RecRef {
            address,
            id: self.buf.constant(Ty::Ref, address as u64),
            buf: self.buf,
        }
    }

    fn from_int(&mut self, int: RecInt<'t>) -> RecVal<'t> {
        let DirectVal(bits) = self.direct.from_int(DirectInt(int.int));
        let mut state = self.buf.state();
        if bits == 0 {
            state.abort(Abort::NoMemory);
        }
        let number = state.resolve(int.id);
        let small = Value::fits_small_int(int.int);
        let id = if number.is_const() && small {
            state.constant(Ty::Val, bits)
        } else {
            match state.inst(number).copied() {
                Some(inst) if inst.op == Op::UnboxInt => state.resolve(inst.args[0]),
                _ => state.pure(Op::BoxInt, number, Id::NONE),
            }
        };
        if !small && !id.is_none() {
            state.raw.insert(id, int.int.cast_unsigned());
        }
        drop(state);
        self.wrap(bits, id)
    }
    fn from_float(&mut self, float: RecFloat<'t>) -> RecVal<'t> {
        let DirectVal(bits) = self.direct.from_float(DirectFloat(float.float));
        let mut state = self.buf.state();
        if bits == 0 {
            state.abort(Abort::NoMemory);
        }
        let number = state.resolve(float.id);
        let inline = !float.float.is_nan();
        let id = if number.is_const() && inline {
            state.constant(Ty::Val, bits)
        } else {
            match state.inst(number).copied() {
                Some(inst) if inst.op == Op::UnboxFloat => state.resolve(inst.args[0]),
                _ => state.pure(Op::BoxFloat, number, Id::NONE),
            }
        };
        if !inline && !id.is_none() {
            state.raw.insert(id, float.float.to_bits());
        }
        drop(state);
        self.wrap(bits, id)
    }

    fn checkpoint(&mut self) -> Next {
        let at = self.word_index();
        let mut state = self.buf.state();
        if !state.done {
            state.begin(at);
            self.bytecodes += 1;
            if self.bytecodes == 1
                && let Some(target) = self.too_deep_at_start(&state, at)
            {
                let snapshot = state.snapshot();
                state.finish(End::Link { target, snapshot });
            }
            if state.trace.insts.len() > self.limits.max_ops {
                state.abort(Abort::TooLong);
            } else if std::mem::take(&mut state.poll) {
                state.guard(Op::GuardNoEvent, Id::NONE, Id::NONE);
                state.fresh();
            }
            if self.limits.chop != 0 && self.bytecodes > self.limits.chop && !self.is_loop() {
                let snapshot = state.snapshot();
                state.finish(End::Exit(snapshot));
            }
        }
        let done = state.done;
        drop(state);
        if done {
            self.direct.sync_pc();
            return Err(Leave::Stop);
        }
        Ok(())
    }
    fn fetch(&mut self) -> u64 {
        self.direct.fetch()
    }
    fn skip(&mut self, count: usize) {
        self.direct.skip(count);
    }
    fn jump(&mut self, distance: i32) {
        self.direct.jump(distance);
    }
    fn word_at(&self, distance: isize) -> *mut u64 {
        self.direct.word_at(distance)
    }
    fn code(&self) -> *const CodeBlock {
        self.direct.code()
    }
    fn constant(&self, index: usize) -> RecVal<'t> {
        let DirectVal(bits) = self.direct.constant(index);
        self.wrap(bits, self.buf.constant(Ty::Val, bits))
    }
    fn reg(&mut self, index: i32) -> RecVal<'t> {
        let DirectVal(bits) = self.direct.reg(index);
        let mut state = self.buf.state();
        let slot = state.top().base + index;
        let id = state.read_slot(slot);
        drop(state);
        self.wrap(bits, id)
    }
    fn set_reg(&mut self, index: i32, value: RecVal<'t>) {
        self.direct.set_reg(index, DirectVal(value.bits));
        let mut state = self.buf.state();
        if !state.done {
            let slot = state.top().base + index;
            state.write_slot(slot, value.id);
        }
    }

    fn push_frame(
        &mut self,
        code: *const CodeBlock,
        window: i32,
        first_unset: i32,
        result: u16,
        kind: u16,
        extra: RecVal<'t>,
    ) -> Next {
        let window_word = (0, Some(first_unset));
        self.enter_frame(
            code,
            window,
            window_word,
            result,
            kind,
            extra,
            |direct, extra| direct.push_frame(code, window, first_unset, result, kind, extra),
        )
    }
    fn resume_frame(
        &mut self,
        code: *const CodeBlock,
        window: i32,
        pc: u32,
        result: u16,
        kind: u16,
        extra: RecVal<'t>,
    ) -> Next {
        self.enter_frame(
            code,
            window,
            (pc, None),
            result,
            kind,
            extra,
            |direct, extra| direct.resume_frame(code, window, pc, result, kind, extra),
        )
    }
    fn unwinding(&mut self) -> Result<(u16, u16), Leave> {
        if self.buf.state().frames.len() == 1 {
            self.leave_trace();
        }
        self.direct.unwinding()
    }
    fn leave_trace(&mut self) {
        let mut state = self.buf.state();
        if state.done {
            return;
        }
        if self.is_loop() {
            state.abort(Abort::LeavesByRaising);
        } else {
            state.finish_at_start();
        }
    }
    fn argument_area(&mut self, first: i32, count: usize) -> RecRef<'t> {
        for offset in 0..count {
            let register = first + i32::try_from(offset).expect("few registers");
            let value = self.reg(register);
            let mut state = self.buf.state();
            let slot = state.top().base + register;
            state.push(
                Op::StoreSlot,
                [value.id, Id::NONE, Id::NONE],
                slot.cast_unsigned(),
                NO_SNAPSHOT,
            );
        }
        let DirectRef(address) = self.direct.argument_area(first, count);
        let mut state = self.buf.state();
        let slot = i64::from(state.top().base + first);
        let window = state.pure(Op::WindowBase, Id::NONE, Id::NONE);
        let distance = state.constant(Ty::Int, (slot * 8).cast_unsigned());
        let id = state.pure(Op::RefAdd, window, distance);
        drop(state);
        RecRef {
            address,
            id,
            buf: self.buf,
        }
    }
    fn returning(&mut self, value: RecVal<'t>) -> Result<(u16, u16), Leave> {
        self.leave_root(value, End::Return);
        self.direct.returning(DirectVal(value.bits))
    }
    fn yielding(&mut self, value: RecVal<'t>) -> Result<(u16, u16), Leave> {
        self.leave_root(value, End::Yield);
        self.direct.yielding(DirectVal(value.bits))
    }
    fn pop_frame(&mut self) {
        let mut state = self.buf.state();
        if !state.done {
            if state.frames.len() > 1 {
                if state.top().kind != 0 && state.unwinding.is_none() {
                    // What the language does with the result may raise: then the trace ends before all this.
                    state.snapshot();
                }
                state.frames.pop();
                state.effect = true;
            } else if self.is_loop() {
                state.abort(Abort::LeavesByRaising);
            } else {
                state.finish_at_start();
            }
        }
        drop(state);
        self.direct.pop_frame();
        let pc = self.word_index();
        let mut state = self.buf.state();
        if !state.done && state.unwinding.is_some() {
            state.unwinding = Some(pc);
            state.fresh();
        }
    }
    fn frame_extra(&mut self) -> RecVal<'t> {
        let DirectVal(bits) = self.direct.frame_extra();
        let known = {
            let state = self.buf.state();
            (state.frames.len() > 1 || state.done).then(|| state.top().extra)
        };
        let id = match known {
            Some(id) => id,
            None => {
                let record = self.root_record();
                let mut state = self.buf.state();
                let field = state.field(&EXTRA);
                state.push(
                    Op::LoadVal,
                    [record, Id::NONE, Id::NONE],
                    field,
                    NO_SNAPSHOT,
                )
            }
        };
        self.wrap(bits, id)
    }
    fn set_frame_extra(&mut self, value: RecVal<'t>) {
        self.direct.set_frame_extra(DirectVal(value.bits));
        let mut state = self.buf.state();
        if state.done {
            return;
        }
        state.effect = true;
        if state.frames.len() > 1 {
            if let Some(frame) = state.frames.last_mut() {
                frame.extra = value.id;
            }
            return;
        }
        drop(state);
        let record = self.root_record();
        self.store(Op::Store, &EXTRA, record, [value.id, Id::NONE]);
    }
    fn loop_header(&mut self) -> Next {
        let slot = self.direct.word_at(-1);
        // SAFETY: D1 of Direct.
        let events = unsafe { (*self.direct.context()).events.load(Relaxed) };
        if events != 0 {
            self.direct.sync_pc();
            // SAFETY: the context's state, not otherwise in use.
            let hook = unsafe { MachineState::of(self.direct.context()) }
                .hooks
                .event;
            if hook(self.direct.context()) {
                self.buf.abort(Abort::Interrupted);
                return Err(Leave::Raised);
            }
        }
        let header = self.word_index();
        let code = self.direct.code();
        let depth = {
            let mut state = self.buf.state();
            if state.done {
                return Ok(());
            }
            state.guard(Op::GuardNoEvent, Id::NONE, Id::NONE);
            if state.done {
                return Ok(());
            }
            state.frames.len()
        };
        if self.header == Some((code, header)) && depth == 1 {
            return self.end_here(End::Loop);
        }
        // SAFETY: a cache word of the running code.
        let word = unsafe { *slot };
        if word >= COUNTER_LIMIT
            && let Some(target) = self.env.loop_target(code, header)
        {
            return self.end_here(|snapshot| End::Link { target, snapshot });
        }
        let visit = (code.addr(), header);
        if self.visits.contains(&visit) {
            self.buf.abort(Abort::InnerLoop);
            self.env.inner_loop(slot);
        } else {
            self.visits.push(visit);
        }
        Ok(())
    }

    fn branch(&mut self, condition: RecBool<'t>, distance: i32) -> bool {
        self.guard_branch(condition, distance, None);
        if condition.yes {
            self.direct.jump(distance);
        }
        condition.yes
    }
    fn branch_or_set(
        &mut self,
        condition: RecBool<'t>,
        distance: i32,
        register: i32,
        value: RecVal<'t>,
    ) {
        self.guard_branch(condition, distance, Some((register, value)));
        if condition.yes {
            self.direct.jump(distance);
        } else {
            self.set_reg(register, value);
        }
    }

    fn cached<T: Copy + 'static>(
        &mut self,
        _cache: usize,
        keys: [Key<Self>; 2],
        find: impl FnOnce(&Self, [u64; 2], &mut Deps) -> Option<T>,
    ) -> Option<T> {
        let keys = keys.map(|key| match key {
            Key::None => 0,
            Key::Int(int) => coil_machine::IntOps::promote(int).cast_unsigned(),
            Key::Ref(reference) => coil_machine::RefOps::promote(reference) as u64,
        });
        self.direct.sync_pc();
        let mut deps = Deps::default();
        let found = find(self, keys, &mut deps);
        self.watch(&deps);
        found
    }
    fn depend_on(&mut self, cell: *const u32) {
        let mut deps = Deps::default();
        deps.cell(cell);
        self.watch(&deps);
    }
    #[expect(
        clippy::not_unsafe_ptr_arg_deref,
        reason = "the trait's contract is that the slot is live"
    )]
    fn load_watched(&mut self, address: *const u64, version: *const u32) -> RecVal<'t> {
        if !std::ptr::eq(address, &raw const UNREAD) && self.env.volatile(version) {
            let place = self.address(address.addr());
            let called = self.call_val(&LOAD_WORD, [Arg::Ref(place)]);
            return called.expect("loading a word does not raise");
        }
        // Marked as watched from here on: a change before the trace is installed must be seen then.
        // SAFETY: the language gives a live version cell.
        unsafe { *version.cast_mut() |= 1 };
        let mut deps = Deps::default();
        deps.cell(version);
        self.watch(&deps);
        // SAFETY: the language gives a live slot.
        let bits = unsafe { *address };
        self.wrap(bits, self.buf.constant(Ty::Val, bits))
    }

    fn is_volatile(&mut self, version: *const u32) -> bool {
        self.env.volatile(version)
    }
    #[expect(
        clippy::not_unsafe_ptr_arg_deref,
        reason = "the trait's contract is that the cell is live"
    )]
    fn may_write(&mut self, version: *mut u32) -> bool {
        // What is volatile stays so: no trace will watch it.
        // SAFETY: the language gives a live version cell.
        self.env.volatile(version) && unsafe { *version } & 1 == 0
    }
    fn alloc(
        &mut self,
        layout: u16,
        size_bytes: u32,
        ty: RecRef<'t>,
    ) -> Result<RecRef<'t>, OutOfMemory> {
        let mut id = Id::NONE;
        {
            let mut state = self.buf.state();
            if !state.done && state.effect {
                state.abort(Abort::GuardAfterEffect);
            } else if !state.done && state.written {
                state.abort(Abort::GuardAfterWrite);
            }
            if !state.done {
                let snapshot = state.snapshot();
                let size_bytes = size_bytes.next_multiple_of(8);
                let new = state.new_object(NewObject { layout, size_bytes });
                id = state.push(Op::New, [ty.id, Id::NONE, Id::NONE], new, snapshot);
            }
        }
        match self.direct.alloc(layout, size_bytes, DirectRef(ty.address)) {
            Ok(DirectRef(address)) => Ok(RecRef {
                address,
                id,
                buf: self.buf,
            }),
            Err(error) => {
                self.buf.abort(Abort::NoMemory);
                Err(error)
            }
        }
    }
    fn store_int(&mut self, object: RecRef<'t>, field: Field, value: RecInt<'t>) {
        self.store(Op::Store, &field, object.id, [value.id, Id::NONE]);
        self.direct
            .store_int(DirectRef(object.address), field, DirectInt(value.int));
    }
    fn store_float(&mut self, object: RecRef<'t>, field: Field, value: RecFloat<'t>) {
        self.store(Op::Store, &field, object.id, [value.id, Id::NONE]);
        self.direct
            .store_float(DirectRef(object.address), field, DirectFloat(value.float));
    }
    fn store_val(&mut self, object: RecRef<'t>, field: Field, value: RecVal<'t>) {
        self.store(Op::Store, &field, object.id, [value.id, Id::NONE]);
        self.direct
            .store_val(DirectRef(object.address), field, DirectVal(value.bits));
    }
    fn store_ref(&mut self, object: RecRef<'t>, field: Field, value: RecRef<'t>) {
        self.store(Op::Store, &field, object.id, [value.id, Id::NONE]);
        self.direct
            .store_ref(DirectRef(object.address), field, DirectRef(value.address));
    }
    fn store_item_int(
        &mut self,
        base: RecRef<'t>,
        field: Field,
        index: RecInt<'t>,
        value: RecInt<'t>,
    ) {
        self.store(Op::StoreItem, &field, base.id, [index.id, value.id]);
        self.direct.store_item_int(
            DirectRef(base.address),
            field,
            DirectInt(index.int),
            DirectInt(value.int),
        );
    }
    fn store_item_float(
        &mut self,
        base: RecRef<'t>,
        field: Field,
        index: RecInt<'t>,
        value: RecFloat<'t>,
    ) {
        self.store(Op::StoreItem, &field, base.id, [index.id, value.id]);
        self.direct.store_item_float(
            DirectRef(base.address),
            field,
            DirectInt(index.int),
            DirectFloat(value.float),
        );
    }
    fn store_item_val(
        &mut self,
        base: RecRef<'t>,
        field: Field,
        index: RecInt<'t>,
        value: RecVal<'t>,
    ) {
        self.store(Op::StoreItem, &field, base.id, [index.id, value.id]);
        self.direct.store_item_val(
            DirectRef(base.address),
            field,
            DirectInt(index.int),
            DirectVal(value.bits),
        );
    }

    fn call_int<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
    ) -> Result<RecInt<'t>, Leave> {
        let (DirectInt(int), id) = self.opaque(function, args, Ty::Int, |direct, args| {
            direct.call_int(function, args)
        })?;
        Ok(RecInt {
            int,
            id,
            buf: self.buf,
        })
    }
    fn call_float<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
    ) -> Result<RecFloat<'t>, Leave> {
        let (DirectFloat(float), id) = self.opaque(function, args, Ty::Float, |direct, args| {
            direct.call_float(function, args)
        })?;
        Ok(RecFloat {
            float,
            id,
            buf: self.buf,
        })
    }
    fn call_val<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
    ) -> Result<RecVal<'t>, Leave> {
        let (DirectVal(bits), id) = self.opaque(function, args, Ty::Val, |direct, args| {
            direct.call_val(function, args)
        })?;
        Ok(self.wrap(bits, id))
    }
    fn call_void<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
    ) -> Next {
        let ((), _) = self.opaque(function, args, Ty::Void, |direct, args| {
            direct.call_void(function, args)
        })?;
        Ok(())
    }
    fn cold<R>(&mut self, part: impl FnOnce(&mut Self) -> R) -> R {
        part(self)
    }
    fn outlined<R>(&mut self, part: impl FnOnce(&mut Self) -> R) -> R {
        part(self)
    }
    fn context(&self) -> *mut Context {
        self.direct.context()
    }
    fn sync_pc(&mut self) {
        self.direct.sync_pc();
    }
    fn take_pending(&mut self) -> RecVal<'t> {
        let (bits, id) = self.take_exception();
        self.wrap(bits, id)
    }
    fn raise(&mut self, value: RecVal<'t>) -> Next {
        Err(self.raise_exception(value.bits, value.id))
    }
    fn window_top(&self) -> i32 {
        self.direct.window_top()
    }
}
