//! References of the Recorder.

use crate::buf::TraceBuf;
use crate::numbers::{NO_SNAPSHOT, RecBool, RecFloat, RecInt};
use crate::vals::RecVal;
use coil_machine::{DirectInt, DirectRef, RefOps};
use coil_trace::{Field, Id, Op, Ty};

/// An address and its place in the trace.
#[derive(Clone, Copy, Debug)]
pub struct RecRef<'t> {
    pub(crate) address: usize,
    pub(crate) id: Id,
    pub(crate) buf: &'t TraceBuf,
}

impl RecRef<'_> {
    /// Records a load that gives `bits` now, which is all there is to say if nothing can change it.
    fn load(self, op: Op, field: &Field, index: Id, bits: u64) -> Id {
        let mut state = self.buf.state();
        if state.done {
            return Id::NONE;
        }
        if field.immutable && index.is_none() && state.resolve(self.id).is_const() {
            return state.constant(op.ty(), bits);
        }
        let field = state.field(field);
        state.push(op, [self.id, index, Id::NONE], field, NO_SNAPSHOT)
    }
}

/// What a load gives, as the bits of a trace's constant.
trait ConstantBits {
    fn constant_bits(self) -> u64;
}

macro_rules! constant_bits {
    ($($ty:ty: $bits:expr;)*) => {$(
        impl ConstantBits for $ty {
            fn constant_bits(self) -> u64 {
                let to_bits: fn($ty) -> u64 = $bits;
                to_bits(self)
            }
        }
    )*};
}

constant_bits! {
    u64: |bits| bits;
    i64: i64::cast_unsigned;
    f64: f64::to_bits;
    usize: |address| address as u64;
}

macro_rules! loads {
    ($($method:ident $op:ident $item:ident $item_op:ident $result:ident $part:ident;)*) => {$(
        fn $method(self, field: Field) -> $result<'t> {
            let $part = DirectRef(self.address).$method(field).0;
            $result {
                $part,
                id: self.load(Op::$op, &field, Id::NONE, $part.constant_bits()),
                buf: self.buf,
            }
        }
        fn $item(self, field: Field, index: RecInt<'t>) -> $result<'t> {
            let $part = DirectRef(self.address).$item(field, DirectInt(index.int)).0;
            $result {
                $part,
                id: self.load(Op::$item_op, &field, index.id, $part.constant_bits()),
                buf: self.buf,
            }
        }
    )*};
}

impl<'t> RefOps for RecRef<'t> {
    type Bool = RecBool<'t>;
    type Int = RecInt<'t>;
    type Float = RecFloat<'t>;
    type Val = RecVal<'t>;

    fn val(self) -> RecVal<'t> {
        let mut state = self.buf.state();
        let id = state.resolve(self.id);
        let value = match (state.inst(id), state.bits_of(id)) {
            (Some(inst), _) if inst.op == Op::UnboxRef => state.resolve(inst.args[0]),
            (_, Some(bits)) => state.constant(Ty::Val, bits),
            _ => state.pure(Op::BoxRef, id, Id::NONE),
        };
        drop(state);
        RecVal {
            bits: self.address as u64,
            id: value,
            buf: self.buf,
        }
    }

    fn same(self, other: Self) -> RecBool<'t> {
        RecBool {
            yes: self.address == other.address,
            id: self.buf.pure(Op::RefEq, self.id, other.id),
            buf: self.buf,
        }
    }

    fn is_address(self, address: usize) -> RecBool<'t> {
        let constant = self.buf.constant(Ty::Ref, address as u64);
        RecBool {
            yes: self.address == address,
            id: self.buf.pure(Op::RefEq, self.id, constant),
            buf: self.buf,
        }
    }

    fn promote(self) -> usize {
        let mut state = self.buf.state();
        state.promote(Op::GuardRef, Ty::Ref, self.id, self.address as u64);
        self.address
    }

    loads! {
        load_int LoadInt item_int LoadItemInt RecInt int;
        load_float LoadFloat item_float LoadItemFloat RecFloat float;
        load_val LoadVal item_val LoadItemVal RecVal bits;
        load_ref LoadRef item_ref LoadItemRef RecRef address;
    }

    fn add_bytes(self, distance: RecInt<'t>) -> Self {
        RecRef {
            address: DirectRef(self.address).add_bytes(DirectInt(distance.int)).0,
            id: self.buf.pure(Op::RefAdd, self.id, distance.id),
            buf: self.buf,
        }
    }

    fn peek(self) -> usize {
        self.address
    }
}
