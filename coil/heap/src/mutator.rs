//! [`Mutator`]: one thread's window on the heap.
//!
//! Compiled code knows the first fields: it bumps `cursor` up to `limit`, and tests `poll` at back-edges. A thread has
//! one mutator per heap at most: a second one could never be stopped.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomPinned;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use coil_value::{Ref, flags};

use crate::core::Region;
use crate::heap::{Extent, Heap};
use crate::observe::Reason;
use crate::root_vec::RootVecs;
use crate::roots::{RootSet, RootSetId};
use crate::stack::{stack_end, with_registers_on_stack};

/// No memory: the heap limit is reached, or the system gives none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("out of memory")
    }
}

impl std::error::Error for OutOfMemory {}

/// Bits of the poll word.
pub mod poll {
    /// A collector wants the thread to stop.
    pub const STOP: u32 = 1;
    /// The embedding language wants the thread's attention (signals, asynchronous exceptions).
    pub const INTERRUPT: u32 = 2;
}

macro_rules! mutator_fields {
    ($($(#[$doc:meta])* $field:ident / $const:ident: $type:ty = $offset:literal;)*) => {
        /// One thread's window on the heap: allocation, barriers, safepoints.
        #[repr(C)]
        pub struct Mutator {
            $($(#[$doc])* pub(crate) $field: $type,)*
            pub(crate) heap: Arc<Heap>,
            /// The region that `cursor` is in.
            pub(crate) region: Cell<Region>,
            /// Memory from `cursor` to here is zero.
            pub(crate) cleared: Cell<usize>,
            /// Allocations until the next stressed collection.
            pub(crate) stress_left: Cell<u32>,
            stack_low: Cell<usize>,
            stack_high: usize,
            pub(crate) root_vecs: Rc<RootVecs>,
            roots: UnsafeCell<Vec<(RootSetId, Box<dyn RootSet>)>>,
            next_root: Cell<u64>,
            pub(crate) logged: UnsafeCell<Vec<usize>>,
            pub(crate) logged_slots: UnsafeCell<Vec<usize>>,
            _pin: PhantomPinned,
        }

        /// Byte offsets in [`Mutator`], for machine code.
        pub mod offsets {
            $($(#[$doc])* pub const $const: usize = $offset;)*
            /// Every offset by name.
            pub const ALL: &[(&str, usize)] = &[$((stringify!($const), $const)),*];
        }

        const _: () = {
            $(assert!(std::mem::offset_of!(Mutator, $field) == $offset);)*
        };
    };
}

mutator_fields! {
    /// Where the next young object goes.
    cursor / CURSOR: Cell<usize> = 0;
    /// End of the memory for young objects; never below the cursor.
    limit / LIMIT: Cell<usize> = 8;
    /// Not 0 when the thread must call its safepoint.
    poll / POLL: AtomicU32 = 16;
}

/// A mutator attached to the current thread; detaches when dropped.
pub struct AttachedMutator {
    mutator: Box<Mutator>,
}

impl Deref for AttachedMutator {
    type Target = Mutator;
    fn deref(&self) -> &Mutator {
        &self.mutator
    }
}

impl Drop for AttachedMutator {
    fn drop(&mut self) {
        let heap = &self.mutator.heap;
        {
            let mut core = heap.core();
            core.retire(&self.mutator);
            self.mutator.with_logs(|logged, slots| {
                take_over(&mut core.logged, logged);
                take_over(&mut core.logged_slots, slots);
            });
        }
        heap.handshake.detach(&raw const *self.mutator);
    }
}

/// Appends `from` to `to`, without copying when `to` is empty.
fn take_over(to: &mut Vec<usize>, from: &mut Vec<usize>) {
    if to.is_empty() {
        std::mem::swap(to, from);
    } else {
        to.append(from);
    }
}

impl Heap {
    /// Attaches the current thread. Its whole native stack is scanned for references.
    #[must_use]
    pub fn attach(self: &Arc<Heap>) -> AttachedMutator {
        let mutator = Box::new(Mutator {
            cursor: Cell::new(0),
            limit: Cell::new(0),
            poll: AtomicU32::new(0),
            heap: self.clone(),
            region: Cell::default(),
            cleared: Cell::new(0),
            stress_left: Cell::new(self.config.stress_every),
            stack_low: Cell::new(0),
            stack_high: stack_end(),
            root_vecs: Rc::default(),
            roots: UnsafeCell::default(),
            next_root: Cell::new(0),
            logged: UnsafeCell::default(),
            logged_slots: UnsafeCell::default(),
            _pin: PhantomPinned,
        });
        self.handshake.attach(&raw const *mutator);
        AttachedMutator { mutator }
    }
}

impl Mutator {
    /// The heap.
    #[inline]
    #[must_use]
    pub fn heap(&self) -> &Arc<Heap> {
        &self.heap
    }

    /// The pointer that compiled code and the `extern "C"` functions take.
    #[inline]
    #[must_use]
    pub fn as_raw(&self) -> *mut Mutator {
        (&raw const *self).cast_mut()
    }

    pub(crate) fn root_vecs(&self) -> Rc<RootVecs> {
        self.root_vecs.clone()
    }

    /// Adds roots of this thread; they are traced until removed or until the mutator detaches.
    pub fn add_roots(&self, roots: Box<dyn RootSet>) -> RootSetId {
        let id = RootSetId(self.next_root.get());
        self.next_root.set(id.0 + 1);
        // SAFETY: only this thread, or a collector while it is stopped, touches the list.
        unsafe { (*self.roots.get()).push((id, roots)) };
        id
    }

    /// Removes roots that [`Mutator::add_roots`] added.
    pub fn remove_roots(&self, id: RootSetId) {
        // SAFETY: as above.
        unsafe { (*self.roots.get()).retain(|(other, _)| *other != id) };
    }

    /// Makes the object's address permanent; later collections leave it in place.
    pub fn pin(&self, object: Ref) {
        if self.heap.contains(object.address()) {
            object.header().gc_flags.fetch_or(flags::PINNED, Relaxed);
        }
    }

    /// Whether a safepoint is wanted; what compiled code tests at back-edges.
    #[inline(always)]
    #[must_use]
    pub fn poll_pending(&self) -> bool {
        self.poll.load(Relaxed) != 0
    }

    /// The poll word, for other threads and signal handlers to set [`poll::INTERRUPT`].
    #[must_use]
    pub fn poll_word(&self) -> &AtomicU32 {
        &self.poll
    }

    /// Stops here while a collector wants it. Returns the remaining bits of the poll word.
    #[inline(always)]
    pub fn safepoint(&self) -> u32 {
        let wanted = self.poll.load(Relaxed);
        if wanted & poll::STOP == 0 {
            wanted
        } else {
            self.park()
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn park(&self) -> u32 {
        with_registers_on_stack(&mut |low| {
            self.stack_low.set(low);
            self.heap.handshake.park();
        });
        self.poll.load(Relaxed) & !poll::STOP
    }

    /// Runs `f` without holding up collections: it may block, and must not touch the heap.
    pub fn native<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Enter<'a>(&'a Mutator);
        impl Drop for Enter<'_> {
            fn drop(&mut self) {
                self.0.heap.handshake.enter();
            }
        }
        let mut f = Some(f);
        let mut result = None;
        with_registers_on_stack(&mut |low| {
            self.stack_low.set(low);
            self.heap.handshake.leave();
            let _enter = Enter(self);
            result = f.take().map(|f| f());
        });
        result.expect("called exactly once")
    }

    /// Collects now: the young objects, or everything.
    pub fn collect(&self, full: bool) {
        self.heap.collect(
            self,
            if full { Extent::Full } else { Extent::Step },
            Reason::Requested,
        );
    }

    pub(crate) fn set_stack_low(&self, low: usize) {
        self.stack_low.set(low);
    }

    /// The part of the stopped thread's stack that is in use.
    pub(crate) fn stack_range(&self) -> (usize, usize) {
        (self.stack_low.get(), self.stack_high)
    }

    pub(crate) fn with_roots(&self, mut f: impl FnMut(&dyn RootSet)) {
        // SAFETY: the thread is stopped.
        for (_, roots) in unsafe { &*self.roots.get() } {
            f(&**roots);
        }
    }

    pub(crate) fn with_root_vecs(&self, mut f: impl FnMut(&mut Vec<u64>)) {
        // SAFETY: the thread is stopped.
        for &items in unsafe { &*self.root_vecs.live.get() } {
            // SAFETY: a vector is listed as long as it exists.
            f(unsafe { &mut *items });
        }
    }

    pub(crate) fn with_logs(&self, f: impl FnOnce(&mut Vec<usize>, &mut Vec<usize>)) {
        // SAFETY: the thread is stopped, or it is this one.
        let logged = unsafe { &mut *self.logged.get() };
        // SAFETY: as above.
        let slots = unsafe { &mut *self.logged_slots.get() };
        f(logged, slots);
    }
}

/// Safepoint for compiled code; returns the remaining bits of the poll word.
///
/// # Safety
/// `mutator` is the current thread's.
#[cold]
pub unsafe extern "C" fn coil_safepoint(mutator: *mut Mutator) -> u32 {
    // SAFETY: by contract.
    unsafe { &*mutator }.safepoint()
}
