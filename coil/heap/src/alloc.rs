//! Allocation: the inlined bump, and everything slower.
//!
//! Young memory is zero in advance (H5), so allocation writes the header only. Memory is cleared a little ahead of the
//! cursor, so that it is still in the cache when it is used. In stress modes the limit is moved down to the cursor after
//! every allocation, so that each one is slow and can collect.

use std::sync::atomic::Ordering::Relaxed;

use coil_value::{Header, LayoutId, Ref, flags};

use crate::core::{Refused, Region};
use crate::heap::Extent;
use crate::layout::{ARRAY_ITEMS, ARRAY_LENGTH, ARRAY_OF_BYTES, ARRAY_OF_VALUES, SizeRule};
use crate::mutator::{Mutator, OutOfMemory, poll};
use crate::observe::Reason;
use crate::space::LARGE;

/// Young memory is cleared in steps of this size.
const CLEAR_BYTES: usize = 8 << 10;

impl Mutator {
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

    /// The same for an object whose caller overwrites all of its body at once: a large one may hold anything.
    ///
    /// # Errors
    /// The heap limit is reached.
    #[inline]
    pub fn alloc_unfilled(
        &self,
        layout: LayoutId,
        ty: Option<Ref>,
        size: usize,
    ) -> Result<Ref, OutOfMemory> {
        if size <= LARGE {
            return self.alloc(layout, ty, size);
        }
        self.before_slow_allocation();
        self.alloc_large(layout, ty, size, 0, false)
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
            return self.alloc_large(layout, ty, size, 0, true);
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
            Refused::NurseryFull => self.heap.collect(self, Extent::Step, Reason::NurseryFull),
            Refused::LimitReached if *full => return Err(OutOfMemory),
            Refused::LimitReached => {
                *full = true;
                self.heap.collect(self, Extent::Full, Reason::LimitReached);
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
                Reason::Stress,
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

    pub(crate) fn set_region(&self, region: Region) {
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
        clear: bool,
    ) -> Result<Ref, OutOfMemory> {
        let mut full = false;
        loop {
            let taken = self.heap.core().take_large(size, clear);
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
            return self.alloc_large(layout, ty, size, flags::PINNED, true);
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
        self.heap.collect(self, Extent::Full, Reason::LimitReached);
        allocate()
    }

    /// Allocates as [`Mutator::alloc`] does, but never collects: for places where nothing expects a collection. The object may be old.
    ///
    /// # Errors
    /// The heap limit is reached.
    #[cold]
    pub fn alloc_without_collecting(
        &self,
        layout: LayoutId,
        ty: Option<Ref>,
        size: usize,
    ) -> Result<Ref, OutOfMemory> {
        debug_assert!(size.is_multiple_of(8) && size <= LARGE);
        let cursor = self.cursor.get();
        if size <= self.limit.get() - cursor || self.extend(size) {
            self.cursor.set(cursor + size);
            // SAFETY: the memory up to the limit is this thread's.
            return Ok(unsafe { init_header(cursor, layout, ty, 0) });
        }
        let ty = ty.map_or(0, |ty| ty.address() as u64);
        self.heap
            .core()
            .allocate_old(size, Header::first_word(layout), ty)
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
}

impl Mutator {
    /// Allocates what must not fail: up to this many bytes beyond the heap limit. The limit holds again afterwards.
    pub fn beyond_limit<R>(&self, bytes: usize, f: impl FnOnce() -> R) -> R {
        let before = std::mem::replace(&mut self.heap.core().allowed, bytes);
        let result = f();
        self.heap.core().allowed = before;
        result
    }

    /// The program is told that there is no memory: so that it can do something about that, the heap may grow by this many bytes beyond its
    /// limit, but not by more than `most` however often this happens. The limit holds again when the heap is well below it.
    pub fn grant(&self, bytes: usize, most: usize) {
        self.heap.core().grant(bytes, most);
    }

    /// Whether the heap has no room for another block up to its limit, even after a full collection.
    #[must_use]
    pub fn at_limit(&self) -> bool {
        let full = || self.heap.core().refuses_block();
        if full() {
            self.heap.collect(self, Extent::Full, Reason::LimitReached);
        }
        full()
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
