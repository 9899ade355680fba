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
    fn load(self, op: Op, field: &Field, index: Id) -> Id {
        let mut state = self.buf.state();
        if state.done {
            return Id::NONE;
        }
        let field = state.field(field);
        state.push(op, [self.id, index, Id::NONE], field, NO_SNAPSHOT)
    }
}

macro_rules! loads {
    ($($method:ident $op:ident $item:ident $item_op:ident $result:ident $part:ident;)*) => {$(
        fn $method(self, field: Field) -> $result<'t> {
            $result {
                $part: DirectRef(self.address).$method(field).0,
                id: self.load(Op::$op, &field, Id::NONE),
                buf: self.buf,
            }
        }
        fn $item(self, field: Field, index: RecInt<'t>) -> $result<'t> {
            $result {
                $part: DirectRef(self.address).$item(field, DirectInt(index.int)).0,
                id: self.load(Op::$item_op, &field, index.id),
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
