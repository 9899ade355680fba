//! Stress: guards that fail by force, and natives called before opaque calls.
//!
//! What a trace does is decided when it runs, by dice that it throws itself: a word that it multiplies and adds to, whose upper bits are as good as
//! random and the same in each run.

use crate::calls::describe;
use crate::state::{PENDING_ALIAS, State};
use coil_machine::Opaque;
use coil_trace::{Access, Barrier, Field, Id, Op, SnapshotId, Ty};

/// Stress by chance, for tests.
#[derive(Clone, Copy, Debug)]
pub struct Stress {
    /// One in so many guards fails (0 = none does).
    pub fail_guards: u64,
    /// Address of the word that is the dice.
    pub dice: usize,
    /// Called before opaque calls, with the word at which the bytecode starts and the trace's number. One that can raise is called only where the
    /// interpreter may execute the bytecode again.
    pub before_call: Option<&'static Opaque>,
}

/// No stress.
pub(crate) const CALM: Stress = Stress {
    fail_guards: 0,
    dice: 0,
    before_call: None,
};

/// What a guard that always fails compares with 0.
static FORCED: u64 = 1;

/// Multiplier and summand of the dice.
const DICE: [u64; 2] = [0x5851_F42D_4C95_7F2D, 0x1405_7B7E_F767_814F];

impl State {
    /// Appends a guard that fails before the guard that the options name, or one that fails by chance.
    pub(crate) fn force(&mut self, snapshot: SnapshotId) {
        self.guards += 1;
        if self.fail_guard != 0 && self.guards == self.fail_guard {
            let flag = self.load_word((&raw const FORCED).addr());
            let zero = self.constant(Ty::Int, 0);
            let fails = self.push(Op::IntEq, [flag, zero, Id::NONE], 0, SnapshotId::NONE);
            self.push(Op::GuardTrue, [fails, Id::NONE, Id::NONE], 0, snapshot);
        }
        if let Some(share) = u64::MAX.checked_div(self.stress.fail_guards) {
            let old = self.load_word(self.stress.dice);
            let [factor, summand] = DICE.map(|bits| self.constant(Ty::Int, bits));
            let product = self.push(Op::IntMul, [old, factor, Id::NONE], 0, SnapshotId::NONE);
            let new = self.push(
                Op::IntAdd,
                [product, summand, Id::NONE],
                0,
                SnapshotId::NONE,
            );
            let place = self.constant(Ty::Ref, self.stress.dice as u64);
            let field = self.word_field();
            self.push(Op::Store, [place, new, Id::NONE], field, SnapshotId::NONE);
            let share = self.constant(Ty::Int, share);
            let fails = self.push(Op::IntUlt, [new, share, Id::NONE], 0, SnapshotId::NONE);
            self.push(Op::GuardFalse, [fails, Id::NONE, Id::NONE], 0, snapshot);
        }
    }

    /// Appends a call of the stress native before an opaque call whose state is `snapshot`.
    pub(crate) fn stress_call(&mut self, snapshot: SnapshotId, trace: u32) {
        let Some(function) = self.stress.before_call else {
            return;
        };
        let restarts = !self.effect && !self.written;
        if self.unwinding.is_some() || function.can_raise && !restarts {
            return;
        }
        let first = u32::try_from(self.trace.call_args.len()).expect("few arguments");
        let args = [u64::from(self.at), u64::from(trace)];
        let args = args.map(|bits| self.constant(Ty::Int, bits));
        self.trace.call_args.extend_from_slice(&args);
        let call = self.call((&raw const *function).addr(), || describe(function));
        let id = self.push(Op::CallVoid, [Id::NONE; 3], call, snapshot);
        if let Some(at) = id.as_inst() {
            self.trace.insts[at].first_arg = first;
        }
        if function.can_raise {
            self.push(Op::GuardNoRaise, [Id::NONE; 3], 0, snapshot);
        }
        self.poll = true;
    }

    fn load_word(&mut self, address: usize) -> Id {
        let field = self.word_field();
        let place = self.constant(Ty::Ref, address as u64);
        let args = [place, Id::NONE, Id::NONE];
        self.push(Op::LoadInt, args, field, SnapshotId::NONE)
    }

    fn word_field(&mut self) -> u32 {
        self.field(&Field {
            offset: 0,
            access: Access::I64,
            alias: PENDING_ALIAS - 1,
            immutable: false,
            barrier: Barrier::None,
        })
    }
}
