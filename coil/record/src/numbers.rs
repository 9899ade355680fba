//! Bools, ints and floats of the Recorder.

use crate::buf::TraceBuf;
use coil_machine::{BoolOps, DirectBool, DirectFloat, DirectInt, FloatOps, IntOps};
use coil_trace::{Id, Op, SnapshotId, Ty};
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

/// A truth value and its place in the trace.
#[derive(Clone, Copy, Debug)]
pub struct RecBool<'t> {
    pub(crate) yes: bool,
    pub(crate) id: Id,
    pub(crate) buf: &'t TraceBuf,
}

/// An integer and its place in the trace.
#[derive(Clone, Copy, Debug)]
pub struct RecInt<'t> {
    pub(crate) int: i64,
    pub(crate) id: Id,
    pub(crate) buf: &'t TraceBuf,
}

/// A float and its place in the trace.
#[derive(Clone, Copy, Debug)]
pub struct RecFloat<'t> {
    pub(crate) float: f64,
    pub(crate) id: Id,
    pub(crate) buf: &'t TraceBuf,
}

impl Not for RecBool<'_> {
    type Output = Self;
    fn not(self) -> Self {
        RecBool {
            yes: !self.yes,
            id: self.buf.pure(Op::BoolNot, self.id, Id::NONE),
            buf: self.buf,
        }
    }
}

impl BoolOps for RecBool<'_> {
    fn yes(self) -> bool {
        self.buf.state().guard_bool(self.id, self.yes);
        self.yes
    }
}

macro_rules! operator {
    ($type:ident $part:ident $direct:ident: $($trait:ident $method:ident $op:ident;)*) => {$(
        impl $trait for $type<'_> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                $type {
                    $part: $trait::$method($direct(self.$part), $direct(other.$part)).0,
                    id: self.buf.pure(Op::$op, self.id, other.id),
                    buf: self.buf,
                }
            }
        }
    )*};
}
operator! { RecInt int DirectInt:
    Add add IntAdd; Sub sub IntSub; Mul mul IntMul; BitAnd bitand IntAnd; BitOr bitor IntOr; BitXor bitxor IntXor;
}
operator! { RecFloat float DirectFloat:
    Add add FloatAdd; Sub sub FloatSub; Mul mul FloatMul; Div div FloatDiv;
}

macro_rules! prefix {
    ($type:ident $part:ident $direct:ident $trait:ident $method:ident $op:ident) => {
        impl $trait for $type<'_> {
            type Output = Self;
            fn $method(self) -> Self {
                $type {
                    $part: $trait::$method($direct(self.$part)).0,
                    id: self.buf.pure(Op::$op, self.id, Id::NONE),
                    buf: self.buf,
                }
            }
        }
    };
}
prefix!(RecInt int DirectInt Neg neg IntNeg);
prefix!(RecInt int DirectInt Not not IntNot);
prefix!(RecFloat float DirectFloat Neg neg FloatNeg);

impl<'t> RecInt<'t> {
    pub(crate) fn constant(buf: &'t TraceBuf, int: i64) -> RecInt<'t> {
        RecInt {
            int,
            id: buf.constant(Ty::Int, int.cast_unsigned()),
            buf,
        }
    }

    /// Result and overflow of an op with a check. The check is recorded at once: it must follow its op.
    fn checked(self, op: Op, other: Self, direct: (DirectInt, DirectBool)) -> (Self, RecBool<'t>) {
        let (DirectInt(int), DirectBool(overflow)) = direct;
        let mut state = self.buf.state();
        let known = state.trace.insts.len();
        if !state.done && (state.effect || state.written) {
            state.guard(Op::GuardNoOvf, Id::NONE, Id::NONE);
        } else if !state.done {
            let snapshot = state.snapshot();
            state.force(snapshot);
        }
        let before = state.trace.insts.len();
        let id = state.pure(op, self.id, other.id);
        let appended = state.trace.insts.len() > before;
        debug_assert!(known <= before);
        if appended {
            let snapshot = state.snapshot();
            let guard = if overflow {
                Op::GuardOvf
            } else {
                Op::GuardNoOvf
            };
            state.push(guard, [id, Id::NONE, Id::NONE], 0, snapshot);
        }
        let yes = state.constant(Ty::Bool, u64::from(overflow));
        drop(state);
        let result = RecInt {
            int,
            id,
            buf: self.buf,
        };
        let overflowed = RecBool {
            yes: overflow,
            id: yes,
            buf: self.buf,
        };
        (result, overflowed)
    }
}

macro_rules! int_binary {
    ($($method:ident $op:ident;)*) => {$(
        fn $method(self, other: Self) -> Self {
            RecInt {
                int: DirectInt(self.int).$method(DirectInt(other.int)).0,
                id: self.buf.pure(Op::$op, self.id, other.id),
                buf: self.buf,
            }
        }
    )*};
}

macro_rules! compare {
    ($part:ident $direct:ident: $($method:ident $op:ident;)*) => {$(
        fn $method(self, other: Self) -> Self::Bool {
            RecBool {
                yes: $direct(self.$part).$method($direct(other.$part)).0,
                id: self.buf.pure(Op::$op, self.id, other.id),
                buf: self.buf,
            }
        }
    )*};
}

impl<'t> IntOps for RecInt<'t> {
    type Bool = RecBool<'t>;
    type Float = RecFloat<'t>;
    fn like(self, int: i64) -> Self {
        RecInt::constant(self.buf, int)
    }
    fn add_overflowing(self, other: Self) -> (Self, RecBool<'t>) {
        let direct = DirectInt(self.int).add_overflowing(DirectInt(other.int));
        self.checked(Op::IntAddOvf, other, direct)
    }
    fn sub_overflowing(self, other: Self) -> (Self, RecBool<'t>) {
        let direct = DirectInt(self.int).sub_overflowing(DirectInt(other.int));
        self.checked(Op::IntSubOvf, other, direct)
    }
    fn mul_overflowing(self, other: Self) -> (Self, RecBool<'t>) {
        let direct = DirectInt(self.int).mul_overflowing(DirectInt(other.int));
        self.checked(Op::IntMulOvf, other, direct)
    }
    int_binary! {
        floor_div IntFloorDiv; floor_mod IntFloorMod; trunc_div IntTruncDiv; trunc_mod IntTruncMod;
        shl IntShl; shr IntShr; ushr IntUshr;
    }
    compare! { int DirectInt: lt IntLt; le IntLe; equals IntEq; differs IntNe; ult IntUlt; }
    fn fits_small(self) -> RecBool<'t> {
        RecBool {
            yes: DirectInt(self.int).fits_small().0,
            id: self.buf.pure(Op::IntFits, self.id, Id::NONE),
            buf: self.buf,
        }
    }
    fn to_float(self) -> RecFloat<'t> {
        RecFloat {
            float: DirectInt(self.int).to_float().0,
            id: self.buf.pure(Op::IntToFloat, self.id, Id::NONE),
            buf: self.buf,
        }
    }
    fn promote(self) -> i64 {
        let bits = self.int.cast_unsigned();
        let mut state = self.buf.state();
        state.promote(Op::GuardInt, Ty::Int, self.id, bits);
        self.int
    }
}

impl<'t> FloatOps for RecFloat<'t> {
    type Bool = RecBool<'t>;
    type Int = RecInt<'t>;
    fn like(self, float: f64) -> Self {
        RecFloat {
            float,
            id: self.buf.constant(Ty::Float, float.to_bits()),
            buf: self.buf,
        }
    }
    fn abs(self) -> Self {
        RecFloat {
            float: self.float.abs(),
            id: self.buf.pure(Op::FloatAbs, self.id, Id::NONE),
            buf: self.buf,
        }
    }
    fn sqrt(self) -> Self {
        RecFloat {
            float: self.float.sqrt(),
            id: self.buf.pure(Op::FloatSqrt, self.id, Id::NONE),
            buf: self.buf,
        }
    }
    compare! { float DirectFloat: lt FloatLt; le FloatLe; equals FloatEq; differs FloatNe; }
    fn to_int(self) -> RecInt<'t> {
        RecInt {
            int: DirectFloat(self.float).to_int().0,
            id: self.buf.pure(Op::FloatToInt, self.id, Id::NONE),
            buf: self.buf,
        }
    }
}

/// No snapshot.
pub(crate) const NO_SNAPSHOT: SnapshotId = SnapshotId::NONE;
