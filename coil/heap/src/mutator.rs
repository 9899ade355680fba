//! [`Mutator`]: one thread's window on the heap.
//!
//! Compiled code knows the first fields: it bumps `cursor` up to `limit`, and tests `poll` at back-edges. Young
//! memory is zero in advance (H5), so allocation writes the header only. Memory is cleared a little ahead of the
//! cursor, so that it is still in the cache when it is used.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomPinned;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use coil_value::{Header, LayoutId, Ref, flags};

use crate::core::{Refused, Region};
use crate::heap::{Extent, Heap};
use crate::layout::{ARRAY_ITEMS, ARRAY_LENGTH, ARRAY_OF_BYTES, ARRAY_OF_VALUES, SizeRule};
use crate::root_vec::RootVecs;
use crate::roots::{RootSet, RootSetId};
use crate::space::LARGE;
use crate::stack::{stack_end, with_registers_on_stack};

/// Young memory is cleared in steps of this size.
const CLEAR_BYTES: usize = 8 << 10;

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
            region: Cell<Region>,
            /// Memory from `cursor` to here is zero.
            cleared: Cell<usize>,
            /// Allocations until the next stressed collection.
            stress_left: Cell<u32>,
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
                core.logged.append(logged);
                core.logged_slots.append(slots);
            });
        }
        heap.handshake.detach(&raw const *self.mutator);
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

    /// Allocates a zeroed object of `size` bytes with this layout and type.
    ///
    /// The caller fills in whatever the layout's size rule reads before the next allocation or safepoint.
    ///
    /// # Errors
    /// The heap limit is reached.
    #[inline(always)]
    pub fn alloc(
        &self,
        layout: LayoutId,
        ty: Option<Ref>,
        size: usize,
    ) -> Result<Ref, OutOfMemory> {
        let cursor = self.cursor.get();
        if size <= self.limit.get() - cursor && size <= LARGE {
            debug_assert!(size >= 16);
            self.cursor.set(cursor + ((size + 7) & !7));
            // SAFETY: the memory up to the limit is this thread's.
            Ok(unsafe { init_header(cursor, layout, ty, 0) })
        } else {
            self.alloc_slow(layout, ty, size)
        }
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(
        &self,
        layout: LayoutId,
        ty: Option<Ref>,
        size: usize,
    ) -> Result<Ref, OutOfMemory> {
        self.before_slow_allocation();
        if size > LARGE {
            return self.alloc_large(layout, ty, size, 0);
        }
        let size = (size + 7) & !7;
        let mut full = false;
        while !self.extend(size) {
            let region = self.region.get();
            let refused = {
                let mut core = self.heap.core();
                if self.cursor.get() > region.start {
                    core.regions.push((region.start, self.cursor.get()));
                }
                self.set_region(Region::default());
                match core.take_region(size) {
                    Ok(region) => {
                        self.set_region(region);
                        continue;
                    }
                    Err(refused) => refused,
                }
            };
            self.collect_after(refused, &mut full)?;
        }
        let cursor = self.cursor.get();
        self.cursor.set(cursor + size);
        // SAFETY: the memory up to the limit is this thread's.
        Ok(unsafe { init_header(cursor, layout, ty, 0) })
    }

    /// Collects because memory was refused; an error when even a full collection did not help.
    fn collect_after(&self, refused: Refused, full: &mut bool) -> Result<(), OutOfMemory> {
        match refused {
            Refused::NurseryFull => self.heap.collect(self, Extent::Step),
            Refused::LimitReached if *full => return Err(OutOfMemory),
            Refused::LimitReached => {
                *full = true;
                self.heap.collect(self, Extent::Full);
            }
        }
        Ok(())
    }

    fn before_slow_allocation(&self) {
        if self.poll.load(Relaxed) & poll::STOP != 0 {
            self.park();
        }
        if self.stress_left.get() == 0 {
            return;
        }
        self.stress_left.set(self.stress_left.get() - 1);
        if self.stress_left.get() == 0 {
            self.stress_left.set(self.heap.config.stress_every);
            self.heap.collect(
                self,
                if self.heap.config.stress_major {
                    Extent::Full
                } else {
                    Extent::Step
                },
            );
        }
    }

    /// Makes room for `size` bytes in the present region, if it has them.
    fn extend(&self, size: usize) -> bool {
        let region = self.region.get();
        let wanted = self.cursor.get() + size;
        if region.end == 0 || wanted > region.end {
            return false;
        }
        let cleared = self.cleared.get();
        if wanted > cleared {
            let end = region.end.min(wanted.max(cleared + CLEAR_BYTES));
            let start = std::ptr::with_exposed_provenance_mut::<u8>(cleared);
            // SAFETY: the rest of the region is this thread's, and nothing stands there.
            unsafe { start.write_bytes(0, end - cleared) };
            self.cleared.set(end);
        }
        self.limit.set(if self.heap.config.stress_every == 0 {
            self.cleared.get()
        } else {
            wanted
        });
        true
    }

    fn set_region(&self, region: Region) {
        self.region.set(region);
        self.cursor.set(region.start);
        self.limit.set(region.start);
        self.cleared.set(if region.clean {
            region.end
        } else {
            region.start
        });
    }

    /// Ends the present region; returns what was used of it.
    pub(crate) fn take_used_region(&self) -> (usize, usize) {
        let used = (self.region.get().start, self.cursor.get());
        self.set_region(Region::default());
        used
    }

    fn alloc_large(
        &self,
        layout: LayoutId,
        ty: Option<Ref>,
        size: usize,
        flags: u8,
    ) -> Result<Ref, OutOfMemory> {
        let mut full = false;
        loop {
            let taken = self.heap.core().take_large(size);
            match taken {
                // SAFETY: fresh memory.
                Ok(address) => return Ok(unsafe { init_header(address, layout, ty, flags) }),
                Err(refused) => self.collect_after(refused, &mut full)?,
            }
        }
    }

    /// Allocates an object that never moves: it is old from the start.
    ///
    /// # Errors
    /// The heap limit is reached.
    #[cold]
    pub fn alloc_old(
        &self,
        layout: LayoutId,
        ty: Option<Ref>,
        size: usize,
    ) -> Result<Ref, OutOfMemory> {
        self.before_slow_allocation();
        if size > LARGE {
            return self.alloc_large(layout, ty, size, flags::PINNED);
        }
        let ty = ty.map_or(0, |ty| ty.address() as u64);
        let size = (size + 7) & !7;
        let allocate = || {
            self.heap
                .core()
                .allocate_old(size, Header::first_word(layout), ty)
        };
        let first = allocate();
        if first.is_ok() {
            return first;
        }
        self.heap.collect(self, Extent::Full);
        allocate()
    }

    /// Allocates an object of a counted layout with room for `count` items and sets its count.
    ///
    /// # Errors
    /// The heap limit is reached, or the size is absurd.
    #[inline]
    pub fn alloc_counted(
        &self,
        layout: LayoutId,
        ty: Option<Ref>,
        count: usize,
    ) -> Result<Ref, OutOfMemory> {
        let compiled = self.heap.layouts.compiled(layout.0);
        debug_assert!(matches!(
            self.heap.layouts.get(layout).map(|l| l.size),
            Some(SizeRule::Counted { .. })
        ));
        let items = count
            .checked_mul(compiled.item_size as usize)
            .ok_or(OutOfMemory)?;
        let size = items.checked_add(compiled.base).ok_or(OutOfMemory)?;
        let object = self.alloc(layout, ty, size)?;
        // SAFETY: the count lies in the body.
        unsafe {
            object
                .field_ptr::<u64>(compiled.count_offset as usize)
                .write(count as u64)
        };
        Ok(object)
    }

    /// Allocates generic storage for values.
    ///
    /// # Errors
    /// As [`Mutator::alloc_counted`].
    #[inline]
    pub fn alloc_values(&self, length: usize) -> Result<Ref, OutOfMemory> {
        let size = length
            .checked_mul(8)
            .and_then(|n| n.checked_add(ARRAY_ITEMS))
            .ok_or(OutOfMemory)?;
        let object = self.alloc(ARRAY_OF_VALUES, None, size)?;
        // SAFETY: the length lies in the body.
        unsafe { object.field_ptr::<u64>(ARRAY_LENGTH).write(length as u64) };
        Ok(object)
    }

    /// Allocates generic storage for bytes.
    ///
    /// # Errors
    /// As [`Mutator::alloc_counted`].
    #[inline]
    pub fn alloc_bytes(&self, length: usize) -> Result<Ref, OutOfMemory> {
        let size = length.checked_add(ARRAY_ITEMS).ok_or(OutOfMemory)?;
        let object = self.alloc(ARRAY_OF_BYTES, None, size)?;
        // SAFETY: the length lies in the body.
        unsafe { object.field_ptr::<u64>(ARRAY_LENGTH).write(length as u64) };
        Ok(object)
    }

    /// Lessens the count of an object of a counted layout, clearing the memory behind its new end.
    ///
    /// # Safety
    /// The layout is a counted one and `count` is at most the present one.
    pub unsafe fn shrink(&self, object: Ref, count: usize) {
        let compiled = self.heap.layouts.compiled(object.layout().0);
        let old_end = self.heap.layouts.size_of(object);
        let field = object.field_ptr::<u64>(compiled.count_offset as usize);
        // SAFETY: the count lies in the body.
        unsafe { field.write(count as u64) };
        let end = compiled.base + count * compiled.item_size as usize;
        // SAFETY: the tail belongs to the object.
        unsafe { object.field_ptr::<u8>(end).write_bytes(0, old_end - end) };
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
    fn park(&self) -> u32 {
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
        self.heap
            .collect(self, if full { Extent::Full } else { Extent::Step });
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

/// Writes the header of a fresh object.
///
/// # Safety
/// The memory is the caller's and at least 16 bytes.
#[inline(always)]
unsafe fn init_header(address: usize, layout: LayoutId, ty: Option<Ref>, flags: u8) -> Ref {
    let words = std::ptr::with_exposed_provenance_mut::<u64>(address);
    // SAFETY: the first word of the caller's memory.
    unsafe { words.write(Header::first_word(layout) | u64::from(flags) << 32) };
    // SAFETY: the second word.
    unsafe {
        words
            .wrapping_add(1)
            .write(ty.map_or(0, |ty| ty.address() as u64))
    };
    // SAFETY: a header stands there now.
    unsafe { Ref::from_ptr(words.cast()) }
}

/// Slow allocation for compiled code; null when there is no memory.
///
/// # Safety
/// `mutator` is the current thread's; `ty` is 0 or a live type; the rest as [`Mutator::alloc`].
#[cold]
pub unsafe extern "C" fn coil_alloc_slow(
    mutator: *mut Mutator,
    layout: u32,
    ty: u64,
    size: usize,
) -> *mut Header {
    // SAFETY: by contract.
    let mutator = unsafe { &*mutator };
    // SAFETY: by contract.
    let ty = unsafe { Ref::from_address(ty) };
    match mutator.alloc_slow(LayoutId(layout as u16), ty, size) {
        Ok(object) => object.as_ptr(),
        Err(OutOfMemory) => std::ptr::null_mut(),
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
