//! The mark-region collector, mutators, barriers and the verifier.
//!
//! A [`Heap`] is shared by threads; each thread attaches a [`Mutator`], from which objects are allocated and
//! through which references are stored. Young objects are bump-allocated from zeroed regions; a minor collection
//! moves the survivors to old blocks unless a native stack, a register or a root set pins them. Old objects never
//! move; major collections mark them in bounded steps and free lines, blocks and pages that nothing marked.
//!
//! Invariants
//! * H1: a [`coil_value::Ref`] points at the header of a live object.
//! * H2: an address outside the heap is accepted everywhere and left alone: statics are foreign objects.
//! * H3: an old object that holds a young reference is in a remembered set: it is logged, or the slot is.
//! * H4: only a thread that has stopped all others (or holds the core lock, for the allocator's own tables)
//!   touches collector state.
//! * H5: memory handed to a mutator for young objects is zero.
#![allow(unsafe_code, reason = "a collector reads and writes raw memory")]

mod alloc;
mod barrier;
mod config;
mod core;
mod counters;
mod heap;
mod layout;
mod major;
mod minor;
mod mutator;
mod observe;
mod pool;
/// What the handshake is made of; its model has others.
mod primitives {
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
}
mod root_vec;
mod roots;
mod scan;
mod space;
mod stack;
mod sync;
mod verify;

pub use alloc::coil_alloc_slow;
pub use barrier::{coil_log_slot, coil_write_barrier};
pub use config::HeapConfig;
pub use counters::{Counters, PauseHistogram};
pub use heap::Heap;
pub use layout::{
    ARRAY_ITEMS, ARRAY_LENGTH, ARRAY_OF_BYTES, ARRAY_OF_VALUES, FIRST_FREE_LAYOUT, Interior,
    Layout, LayoutFlags, LayoutTable, SizeFn, SizeRule, TraceFn,
};
pub use mutator::{AttachedMutator, Mutator, OutOfMemory, coil_safepoint, offsets, poll};
pub use observe::{Collection, Listener, MajorPart, Observer, Reason};
pub use root_vec::RootVec;
pub use roots::{Phase, RootSet, RootSetId, Visitor, WeakSet, WeakVisitor};
