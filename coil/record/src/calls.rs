//! Opaque calls and exceptions.

use crate::abort::Abort;
use crate::numbers::NO_SNAPSHOT;
use crate::recorder::Recorder;
use crate::state::PENDING_ALIAS;
use coil_frame::{Context, context_offset};
use coil_machine::{
    Arg, Direct, DirectFloat, DirectInt, DirectRef, DirectVal, Effects, Leave, Machine, Opaque,
};
use coil_trace::{Access, Barrier, Call, Field, Id, Op, Ty};

const PENDING: Field = Field {
    offset: context_offset::PENDING as i32,
    access: Access::Val,
    alias: PENDING_ALIAS,
    immutable: false,
    barrier: Barrier::None,
};

/// Takes the pending exception, in compiled code.
extern "C" fn coil_take_pending(cx: *mut Context) -> u64 {
    // SAFETY: compiled code passes its context.
    unsafe { std::mem::take(&mut (*cx).pending) }
}

static TAKE_PENDING: Opaque = Opaque {
    name: "take_pending",
    function: coil_take_pending as *const (),
    params: &[],
    result: Ty::Val,
    effects: Effects::Writes(PENDING_ALIAS),
    can_raise: false,
    can_collect: false,
    sees_frames: false,
};

/// Reads a word, in compiled code: a load that nothing may be assumed about.
extern "C" fn coil_load_word(_cx: *mut Context, address: u64) -> u64 {
    let place = std::ptr::with_exposed_provenance::<u64>(address as usize);
    // SAFETY: the language gave a live slot.
    unsafe { *place }
}

pub(crate) static LOAD_WORD: Opaque = Opaque {
    name: "load_word",
    function: coil_load_word as *const (),
    params: &[Ty::Ref],
    result: Ty::Val,
    effects: Effects::Reads,
    can_raise: false,
    can_collect: false,
    sees_frames: false,
};

pub(crate) fn describe(function: &'static Opaque) -> Call {
    Call {
        name: function.name,
        function: function.function.addr(),
        params: function.params.to_vec(),
        result: result_op(function.result).ty(),
        effects: function.effects,
        can_raise: function.can_raise,
        can_collect: function.can_collect,
        sees_frames: function.sees_frames,
    }
}

fn result_op(ty: Ty) -> Op {
    match ty {
        Ty::Int | Ty::Bool => Op::CallInt,
        Ty::Float => Op::CallFloat,
        Ty::Val => Op::CallVal,
        Ty::Ref => Op::CallRef,
        Ty::Void => Op::CallVoid,
    }
}

impl<'t> Recorder<'t> {
    /// Records a call whose form gives a result of type `ty`, and performs it.
    pub(crate) fn opaque<const N: usize, R>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
        ty: Ty,
        perform: impl FnOnce(&mut Direct, [Arg<Direct>; N]) -> Result<R, Leave>,
    ) -> Result<(R, Id), Leave> {
        debug_assert!(
            function.result == ty || (function.result == Ty::Bool && ty == Ty::Int),
            "{} is called in the form of its result",
            function.name
        );
        let ids = self.operands(function, &args);
        let pc = self.word_index();
        let mut snapshot = NO_SNAPSHOT;
        {
            let mut state = self.buf.state();
            if !state.done {
                snapshot = state.snapshot_after(pc);
                state.stress_call(snapshot, self.number);
            }
        }
        let direct = args.map(direct_arg);
        let outcome = perform(&mut self.direct, direct);
        let changes = !matches!(function.effects, Effects::Pure | Effects::Reads);
        let mut state = self.buf.state();
        // While an exception is pending, its being so says nothing about the call.
        let may_raise = function.can_raise && state.unwinding.is_none();
        let raised = outcome.is_err() && may_raise;
        if state.done {
            drop(state);
            return outcome.map(|result| (result, Id::NONE));
        }
        if raised && changes {
            // A call that changes things is not repeated: the interpreter performs it.
            if self.is_loop() {
                state.abort(Abort::LeavesByRaising);
            } else {
                state.finish_at_start();
            }
            drop(state);
            return outcome.map(|result| (result, Id::NONE));
        }
        if raised && state.effect {
            state.abort(Abort::GuardAfterEffect);
            drop(state);
            return outcome.map(|result| (result, Id::NONE));
        }
        let first = u32::try_from(state.trace.call_args.len()).expect("few arguments");
        let ids = ids.map(|id| state.resolve(id));
        state.trace.call_args.extend_from_slice(&ids);
        let key = (&raw const *function).addr() + usize::from(may_raise);
        let call = state.call(key, || Call {
            can_raise: may_raise,
            ..describe(function)
        });
        let restart = if raised { state.snapshot() } else { snapshot };
        let id = state.push(result_op(ty), [Id::NONE; 3], call, snapshot);
        if let Some(at) = id.as_inst() {
            state.trace.insts[at].first_arg = first;
        }
        if raised {
            state.push(Op::GuardRaise, [Id::NONE; 3], 0, restart);
            state.unwinding = Some(pc);
            state.pending = None;
            state.fresh();
        } else if may_raise {
            state.push(Op::GuardNoRaise, [Id::NONE; 3], 0, snapshot);
        }
        if changes {
            state.effect = true;
            state.poll = true;
        }
        drop(state);
        outcome.map(|result| (result, id))
    }

    fn operands<const N: usize>(
        &self,
        function: &'static Opaque,
        args: &[Arg<Self>; N],
    ) -> [Id; N] {
        let mut ids = [Id::NONE; N];
        for (at, arg) in args.iter().enumerate() {
            let param = function.params.get(at).copied().unwrap_or(Ty::Void);
            ids[at] = match (*arg, param) {
                (Arg::Int(int), _) => int.id,
                (Arg::Float(float), _) => float.id,
                (Arg::Val(value), Ty::Ref) => coil_machine::ValOps::reference(value).id,
                (Arg::Val(value), _) => value.id,
                (Arg::Ref(reference), Ty::Val) => coil_machine::RefOps::val(reference).id,
                (Arg::Ref(reference), _) => reference.id,
            };
        }
        ids
    }

    pub(crate) fn take_exception(&mut self) -> (u64, Id) {
        let pc = self.word_index();
        let DirectVal(bits) = self.direct.take_pending();
        let mut state = self.buf.state();
        if state.done {
            return (bits, Id::NONE);
        }
        let id = match state.pending.take() {
            Some(id) => {
                let unset = state.constant(Ty::Val, 0);
                let context = state.constant(Ty::Ref, self.direct.context().addr() as u64);
                let field = state.field(&PENDING);
                state.push(Op::Store, [context, unset, Id::NONE], field, NO_SNAPSHOT);
                id
            }
            None => {
                let snapshot = state.snapshot_after(pc);
                let key = (&raw const TAKE_PENDING).addr();
                let call = state.call(key, || describe(&TAKE_PENDING));
                state.push(Op::CallVal, [Id::NONE; 3], call, snapshot)
            }
        };
        state.effect = true;
        (bits, id)
    }

    pub(crate) fn raise_exception(&mut self, bits: u64, id: Id) -> Leave {
        let pc = self.word_index();
        let Err(leave) = self.direct.raise(DirectVal(bits)) else {
            unreachable!("raising always leaves")
        };
        let mut state = self.buf.state();
        if !state.done {
            let context = state.constant(Ty::Ref, self.direct.context().addr() as u64);
            let field = state.field(&PENDING);
            let id = state.resolve(id);
            state.push(Op::Store, [context, id, Id::NONE], field, NO_SNAPSHOT);
            state.pending = Some(id);
            state.unwinding = Some(pc);
            state.fresh();
        }
        leave
    }
}

fn direct_arg(arg: Arg<Recorder<'_>>) -> Arg<Direct> {
    match arg {
        Arg::Int(int) => Arg::Int(DirectInt(int.int)),
        Arg::Float(float) => Arg::Float(DirectFloat(float.float)),
        Arg::Val(value) => Arg::Val(DirectVal(value.bits)),
        Arg::Ref(reference) => Arg::Ref(DirectRef(reference.address)),
    }
}
