//! [`Mutator`]: one thread's window on the heap.
//!
//! Compiled code knows the first fields: it bumps `cursor` up to `limit`, and tests `poll` at back-edges. Young
//! memory is zero in advance (H5), so allocation writes the header only.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use coil_value::{Header, LayoutId, Ref, flags, refcount};

use crate::heap::Heap;
use crate::layout::{ARRAY_ITEMS, ARRAY_LENGTH, ARRAY_OF_BYTES, ARRAY_OF_VALUES, SizeRule};
use crate::root_vec::RootVecs;
use crate::roots::{RootSet, RootSetId};
use crate::space::LARGE;

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
            pub(crate) root_vecs: Rc<RootVecs>,
            pub(crate) logged: UnsafeCell<Vec<u64>>,
            pub(crate) logged_slots: UnsafeCell<Vec<u64>>,
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

impl Heap {
    /// Attaches the current thread. Its native stack is scanned from here upwards.
    #[must_use]
    pub fn attach(self: &Arc<Heap>) -> AttachedMutator {
        let mutator = Box::new(Mutator {
            cursor: Cell::new(0),
            limit: Cell::new(0),
            poll: AtomicU32::new(0),
            heap: self.clone(),
            root_vecs: Rc::default(),
            logged: UnsafeCell::default(),
            logged_slots: UnsafeCell::default(),
        });
        AttachedMutator { mutator }
    }
}

impl Mutator {
    /// The heap.
    #[must_use]
    pub fn heap(&self) -> &Arc<Heap> {
        &self.heap
    }

    pub(crate) fn root_vecs(&self) -> Rc<RootVecs> {
        self.root_vecs.clone()
    }

    /// Adds roots of this thread; they are traced until removed or until the mutator detaches.
    pub fn add_roots(&self, roots: Box<dyn RootSet>) -> RootSetId {
        self.heap.add_roots(roots)
    }

    /// Removes roots that [`Mutator::add_roots`] added.
    pub fn remove_roots(&self, id: RootSetId) {
        self.heap.remove_roots(id);
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
            let header = std::ptr::with_exposed_provenance_mut::<Header>(cursor);
            // SAFETY: the memory up to the limit is this thread's.
            unsafe { init_header(header, layout, ty) };
            // SAFETY: just initialised; H1.
            Ok(unsafe { Ref::from_ptr(header) })
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
        if size > LARGE {
            return self.alloc_old(layout, ty, size);
        }
        let (start, end) = self.heap.take_region(size)?;
        self.cursor.set(start);
        self.limit.set(end);
        self.alloc(layout, ty, size)
    }

    /// Allocates an object that is old from the start and never moves.
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
        if size > 1 << 47 {
            return Err(OutOfMemory);
        }
        let header = std::ptr::with_exposed_provenance_mut::<Header>(self.heap.take_pages(size)?);
        // SAFETY: fresh memory.
        unsafe { init_header(header, layout, ty) };
        // SAFETY: just initialised; H1.
        let object = unsafe { Ref::from_ptr(header) };
        object
            .header()
            .gc_flags
            .store(flags::OLD | flags::PINNED | flags::UNLOGGED, Relaxed);
        Ok(object)
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
        object.header().gc_flags.fetch_or(flags::PINNED, Relaxed);
    }

    /// Whether a safepoint is wanted; what compiled code tests at back-edges.
    #[inline(always)]
    #[must_use]
    pub fn poll_pending(&self) -> bool {
        self.poll.load(Relaxed) != 0
    }

    /// Stops here while a collector wants it. Returns the remaining bits of the poll word.
    #[inline(always)]
    pub fn safepoint(&self) -> u32 {
        self.poll.load(Relaxed)
    }

    /// Runs `f` without holding up collections: it may block, and must not touch the heap.
    pub fn native<R>(&self, f: impl FnOnce() -> R) -> R {
        f()
    }

    /// Collects now: the young objects, or everything.
    pub fn collect(&self, full: bool) {
        let _ = full;
    }
}

/// Writes the header of a fresh object.
///
/// # Safety
/// The memory is the caller's and at least 16 bytes.
#[inline(always)]
unsafe fn init_header(header: *mut Header, layout: LayoutId, ty: Option<Ref>) {
    let words = header.cast::<u64>();
    // SAFETY: the first word of the caller's memory.
    unsafe { words.write(refcount::OWNED as u64 | u64::from(layout.0) << 48) };
    // SAFETY: the second word.
    unsafe { words.add(1).write(ty.map_or(0, |ty| ty.address() as u64)) };
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
