//! [`TraceBuf`]: the trace being recorded, shared by all values of its Recorder.

use crate::abort::Abort;
use crate::state::State;
use coil_trace::{Id, Op, Ty};
use std::cell::{RefCell, RefMut};
use std::fmt;

/// A trace that is being recorded. Values of the Recorder borrow it; its contents change through cells.
pub struct TraceBuf {
    state: RefCell<State>,
}

impl Default for TraceBuf {
    fn default() -> Self {
        TraceBuf::new()
    }
}

impl fmt::Debug for TraceBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TraceBuf")
    }
}

impl TraceBuf {
    /// An empty buffer.
    pub fn new() -> TraceBuf {
        TraceBuf {
            state: RefCell::new(State::new()),
        }
    }

    pub(crate) fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    /// Calls `f` with the bits of the constants that must stay alive and in place (R2). For the driver's root set.
    pub fn kept(&self, f: impl FnOnce(&[u64])) {
        f(&self.state.borrow().keep);
    }

    pub(crate) fn constant(&self, ty: Ty, bits: u64) -> Id {
        self.state().constant(ty, bits)
    }

    pub(crate) fn pure(&self, op: Op, a: Id, b: Id) -> Id {
        self.state().pure(op, a, b)
    }

    pub(crate) fn abort(&self, reason: Abort) {
        self.state().abort(reason);
    }
}
