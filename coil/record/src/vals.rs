//! Guest values of the Recorder.

use crate::buf::TraceBuf;
use crate::numbers::{RecBool, RecFloat, RecInt};
use crate::refs::RecRef;
use crate::state::{State, is_inline_float, is_inline_int};
use coil_machine::{DirectVal, ValOps};
use coil_trace::{Id, Op, Ty};
use coil_value::Value;

/// A guest value (or unset) and its place in the trace.
#[derive(Clone, Copy, Debug)]
pub struct RecVal<'t> {
    pub(crate) bits: u64,
    pub(crate) id: Id,
    pub(crate) buf: &'t TraceBuf,
}

/// What the trace knows of a value's kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Int,
    Float,
    Ref,
    Unknown,
}

fn kind(state: &State, id: Id) -> Kind {
    match state.op_of(id) {
        Some(Op::BoxInt) => Kind::Int,
        Some(Op::BoxFloat) => Kind::Float,
        Some(Op::BoxRef) => Kind::Ref,
        Some(_) => Kind::Unknown,
        None => match state.bits_of(id) {
            Some(bits) if is_inline_int(bits) => Kind::Int,
            Some(bits) if is_inline_float(bits) => Kind::Float,
            Some(_) => Kind::Ref,
            None => Kind::Unknown,
        },
    }
}

impl<'t> RecVal<'t> {
    fn test(self, op: Op, is: Kind, direct: bool) -> RecBool<'t> {
        let mut state = self.buf.state();
        let id = state.resolve(self.id);
        let (yes, id) = match kind(&state, id) {
            Kind::Unknown => (direct, state.pure(op, id, Id::NONE)),
            kind => {
                let yes = kind == is;
                (yes, state.constant(Ty::Bool, u64::from(yes)))
            }
        };
        drop(state);
        RecBool {
            yes,
            id,
            buf: self.buf,
        }
    }

    fn bool(self, yes: bool, id: Id) -> RecBool<'t> {
        RecBool {
            yes,
            id,
            buf: self.buf,
        }
    }
}

impl<'t> ValOps for RecVal<'t> {
    type Bool = RecBool<'t>;
    type Int = RecInt<'t>;
    type Float = RecFloat<'t>;
    type Ref = RecRef<'t>;

    fn is_set(self) -> RecBool<'t> {
        let mut state = self.buf.state();
        let id = state.resolve(self.id);
        let known = matches!(state.op_of(id), Some(Op::BoxInt | Op::BoxFloat))
            || state.inst(id).is_some_and(|inst| {
                inst.op == Op::BoxRef && state.op_of(inst.args[0]) == Some(Op::New)
            });
        let id = if known {
            state.constant(Ty::Bool, 1)
        } else {
            let unset = state.constant(Ty::Val, 0);
            let is_unset = state.pure(Op::ValEq, id, unset);
            state.pure(Op::BoolNot, is_unset, Id::NONE)
        };
        drop(state);
        self.bool(self.bits != 0, id)
    }

    fn is_int(self) -> RecBool<'t> {
        self.test(Op::IsInt, Kind::Int, DirectVal(self.bits).is_int().0)
    }

    fn is_float(self) -> RecBool<'t> {
        self.test(Op::IsFloat, Kind::Float, DirectVal(self.bits).is_float().0)
    }

    fn is_ref(self) -> RecBool<'t> {
        let direct = self.bits != 0 && DirectVal(self.bits).is_ref().0;
        self.test(Op::IsRef, Kind::Ref, direct)
    }

    fn int(self) -> RecInt<'t> {
        let mut state = self.buf.state();
        let id = state.resolve(self.id);
        let raw = state.raw.get(&id).copied();
        let number = match state.inst(id) {
            Some(inst) if inst.op == Op::BoxInt => state.resolve(inst.args[0]),
            _ => state.pure(Op::UnboxInt, id, Id::NONE),
        };
        drop(state);
        let int = match raw {
            Some(raw) => raw.cast_signed(),
            None => DirectVal(self.bits).int().0,
        };
        RecInt {
            int,
            id: number,
            buf: self.buf,
        }
    }

    fn float(self) -> RecFloat<'t> {
        let mut state = self.buf.state();
        let id = state.resolve(self.id);
        let raw = state.raw.get(&id).copied();
        let number = match state.inst(id) {
            Some(inst) if inst.op == Op::BoxFloat => state.resolve(inst.args[0]),
            _ => state.pure(Op::UnboxFloat, id, Id::NONE),
        };
        drop(state);
        let float = match raw {
            Some(raw) => f64::from_bits(raw),
            None => DirectVal(self.bits).float().0,
        };
        RecFloat {
            float,
            id: number,
            buf: self.buf,
        }
    }

    fn reference(self) -> RecRef<'t> {
        let mut state = self.buf.state();
        let id = state.resolve(self.id);
        let reference = match state.inst(id) {
            Some(inst) if inst.op == Op::BoxRef => state.resolve(inst.args[0]),
            _ => match state.bits_of(id) {
                Some(bits) => state.constant(Ty::Ref, bits),
                None => state.pure(Op::UnboxRef, id, Id::NONE),
            },
        };
        drop(state);
        RecRef {
            address: DirectVal(self.bits).reference().0,
            id: reference,
            buf: self.buf,
        }
    }

    fn same(self, other: Self) -> RecBool<'t> {
        let id = self.buf.pure(Op::ValEq, self.id, other.id);
        self.bool(self.bits == other.bits, id)
    }

    fn is(self, constant: Value) -> RecBool<'t> {
        let mut state = self.buf.state();
        let id = state.resolve(self.id);
        let here = kind(&state, id);
        let there = if constant.is_small_int() {
            Kind::Int
        } else if constant.is_float() {
            Kind::Float
        } else {
            Kind::Ref
        };
        // A number that the trace boxed is no other object, even where its box is one.
        let id = if here != Kind::Unknown && here != there {
            state.constant(Ty::Bool, 0)
        } else {
            let constant = state.constant(Ty::Val, constant.bits());
            state.pure(Op::ValEq, id, constant)
        };
        drop(state);
        self.bool(self.bits == constant.bits(), id)
    }

    fn promote(self) -> Option<Value> {
        let mut state = self.buf.state();
        let id = state.resolve(self.id);
        match state.inst(id).copied() {
            Some(inst) if inst.op == Op::BoxInt => {
                let raw = state.raw.get(&id).copied();
                let int = raw.unwrap_or_else(|| DirectVal(self.bits).int().0.cast_unsigned());
                state.promote(Op::GuardInt, Ty::Int, inst.args[0], int);
                if raw.is_none() {
                    let constant = state.constant(Ty::Val, self.bits);
                    state.learn(id, constant);
                } else {
                    state.keep.push(self.bits);
                }
            }
            _ => state.promote(Op::GuardVal, Ty::Val, id, self.bits),
        }
        drop(state);
        // SAFETY: a machine's values are valid.
        unsafe { Value::from_bits(self.bits) }
    }

    fn peek(self) -> u64 {
        self.bits
    }
}
