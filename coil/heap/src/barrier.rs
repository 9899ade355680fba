//! Stores of references, and the write barrier.
//!
//! One flag serves generations and incremental marking: an old object has UNLOGGED set; the first store of a
//! reference into it since the last collection clears the flag and puts the object into the mutator's log. Reference
//! arrays keep the flag and log the exact slot instead.

use std::sync::atomic::Ordering::Relaxed;

use coil_value::{Header, Ref, Value, flags};

use crate::layout::ARRAY_ITEMS;
use crate::mutator::Mutator;
use crate::space::state;

/// A mutator logs at most this many slots between collections, then whole objects.
const SLOT_LOG_MAX: usize = 1 << 17;
/// A slot log of this length loses its repetitions before it grows.
const SLOT_LOG_DEDUP: usize = 1 << 12;
/// Objects of at most this size are logged as a whole when their slots are logged again and again.
const WHOLE_MAX: usize = 64 << 10;

impl Mutator {
    /// Loads a value, or none, from a field, `offset` bytes into the object.
    ///
    /// # Safety
    /// The layout names a value field there.
    #[inline(always)]
    #[must_use]
    pub unsafe fn load_value(&self, object: Ref, offset: usize) -> Option<Value> {
        // SAFETY: a field of the object.
        unsafe { object.field_ptr::<Option<Value>>(offset).read() }
    }

    /// Loads an element of generic storage for values.
    ///
    /// # Safety
    /// The object is such storage and has the element.
    #[inline(always)]
    #[must_use]
    pub unsafe fn load_element(&self, array: Ref, index: usize) -> Option<Value> {
        // SAFETY: an element of the array.
        unsafe { self.load_value(array, ARRAY_ITEMS + 8 * index) }
    }

    /// Stores an element of generic storage for values, remembering that slot only.
    ///
    /// # Safety
    /// As [`Mutator::load_element`].
    #[inline(always)]
    pub unsafe fn store_element(&self, array: Ref, index: usize, value: Option<Value>) {
        // SAFETY: an element of the array.
        unsafe { self.store_item(array, array.field_ptr(ARRAY_ITEMS + 8 * index), value) };
    }

    /// Stores a value, or none, into a field, `offset` bytes into the object.
    ///
    /// # Safety
    /// The layout names a value field there.
    #[inline(always)]
    pub unsafe fn store_value(&self, object: Ref, offset: usize, value: Option<Value>) {
        if object.gc_flags() & flags::BARRIER != 0 && value.is_some_and(Value::is_ref) {
            self.write_barrier_slow(object);
        }
        // SAFETY: a field of the object.
        unsafe { object.field_ptr::<Option<Value>>(offset).write(value) };
    }

    /// Stores a value, or none, into a field of an object that nothing else has been allocated since.
    ///
    /// # Safety
    /// As [`Mutator::store_value`], and no allocation or safepoint happened since the object was allocated.
    #[inline(always)]
    pub unsafe fn init_value(&self, object: Ref, offset: usize, value: Option<Value>) {
        debug_assert!(
            object.gc_flags() & flags::BARRIER == 0,
            "a collection has seen the object: it is not fresh any more"
        );
        // NO-BARRIER: fresh object.
        // SAFETY: a field of the object.
        unsafe { object.field_ptr::<Option<Value>>(offset).write(value) };
    }

    /// Stores the address of `target` plus `adjust` into an interior field.
    ///
    /// # Safety
    /// The layout names such a field there.
    #[inline(always)]
    pub unsafe fn store_interior(
        &self,
        object: Ref,
        offset: usize,
        target: Option<Ref>,
        adjust: usize,
    ) {
        self.write_barrier(object);
        let bits = target.map_or(0, |target| (target.address() + adjust) as u64);
        // SAFETY: a field of the object.
        unsafe { object.field_ptr::<u64>(offset).write(bits) };
    }

    /// Stores the address of `target` plus `adjust` into an interior field of an object that nothing else has been allocated since.
    ///
    /// # Safety
    /// As [`Mutator::store_interior`], and no allocation or safepoint happened since the object was allocated.
    #[inline(always)]
    pub unsafe fn init_interior(&self, object: Ref, offset: usize, target: Ref, adjust: usize) {
        debug_assert!(
            object.gc_flags() & flags::BARRIER == 0,
            "a collection has seen the object: it is not fresh any more"
        );
        // NO-BARRIER: fresh object.
        // SAFETY: a field of the object.
        unsafe {
            object
                .field_ptr::<u64>(offset)
                .write((target.address() + adjust) as u64)
        };
    }

    /// Changes the type pointer of an object.
    ///
    /// # Safety
    /// The layout suits the new type.
    #[inline(always)]
    pub unsafe fn store_type(&self, object: Ref, ty: Ref) {
        self.write_barrier(object);
        object.header().ty.store(ty.address() as u64, Relaxed);
    }

    /// Stores a value, or none, into the slot at an address inside `object`, remembering that slot only. The choice for
    /// storage that may be large: arrays, tables.
    ///
    /// # Safety
    /// The slot is a value field or an item of the object.
    #[inline(always)]
    pub unsafe fn store_item(&self, object: Ref, slot: *mut Option<Value>, value: Option<Value>) {
        if object.gc_flags() & flags::BARRIER != 0 && value.is_some_and(Value::is_ref) {
            self.log_item_slow(object, slot.expose_provenance(), value);
        }
        // SAFETY: by contract.
        unsafe { slot.write(value) };
    }

    /// Moves `count` items within an object; the runs may overlap.
    ///
    /// # Safety
    /// Both runs are value slots of the object.
    #[inline]
    pub unsafe fn move_items(&self, object: Ref, from: *const u64, to: *mut u64, count: usize) {
        self.write_barrier(object);
        // SAFETY: by contract.
        unsafe { std::ptr::copy(from, to, count) };
    }

    /// Copies `count` items from anywhere into an object.
    ///
    /// # Safety
    /// `to` is a run of value slots of the object, `from` one of anything else.
    #[inline]
    pub unsafe fn copy_items(&self, object: Ref, from: *const u64, to: *mut u64, count: usize) {
        self.write_barrier(object);
        // A loop of its own: the runs are short mostly, and calls of `memcpy` are not free.
        if count <= 16 {
            for index in 0..count {
                // SAFETY: by contract.
                let word = unsafe { from.wrapping_add(index).read() };
                // SAFETY: by contract.
                unsafe { to.wrapping_add(index).write(word) };
            }
            return;
        }
        // SAFETY: by contract.
        unsafe { std::ptr::copy_nonoverlapping(from, to, count) };
    }

    /// Must run before a value is stored into an item slot by other means than [`Mutator::store_item`].
    ///
    /// # Safety
    /// The slot is an item of the object.
    #[inline(always)]
    pub unsafe fn log_item(&self, object: Ref, slot: *mut Option<Value>) {
        if object.gc_flags() & flags::BARRIER != 0 {
            self.log_slot_slow(object, slot.expose_provenance());
        }
    }

    /// Must run before a reference is stored into the object by other means than the above.
    #[inline(always)]
    pub fn write_barrier(&self, object: Ref) {
        if object.gc_flags() & flags::BARRIER != 0 {
            self.write_barrier_slow(object);
        }
    }

    #[cold]
    #[inline(never)]
    fn write_barrier_slow(&self, object: Ref) {
        let header_flags = &object.header().gc_flags;
        let found = header_flags.load(Relaxed);
        // The flags of a foreign object are not ours to read or write.
        if found & flags::UNLOGGED == 0 || !self.heap.contains(object.address()) {
            return;
        }
        header_flags.store(found & !flags::UNLOGGED, Relaxed);
        // SAFETY: only this thread, or a collector while it is stopped, touches the log.
        unsafe { (*self.logged.get()).push(object.address()) };
    }

    /// Logs a slot unless its new value is of no interest: old, while no major collection is marking.
    #[inline(never)]
    fn log_item_slow(&self, object: Ref, slot: usize, value: Option<Value>) {
        let target = value.map_or(0, Value::bits) as usize;
        let space = &self.heap.space;
        if !space.contains(target) {
            return;
        }
        if space.state(space.granule(target)) == state::OLD && !self.heap.marking.load(Relaxed) {
            return;
        }
        self.log_slot_slow(object, slot);
    }

    #[inline]
    fn log_slot_slow(&self, object: Ref, slot: usize) {
        if object.gc_flags() & flags::UNLOGGED == 0 || !self.heap.contains(object.address()) {
            return;
        }
        // SAFETY: as above.
        let slots = unsafe { &mut *self.logged_slots.get() };
        let mut whole = slots.len() >= SLOT_LOG_MAX;
        if slots.len() == slots.capacity() && slots.len() >= SLOT_LOG_DEDUP {
            // Mostly repetitions: the object is stored to again and again, so log it as a whole, and no longer its slots.
            whole |= compact_slots(slots) && self.heap.layouts.size_of(object) <= WHOLE_MAX;
        }
        if !whole {
            slots.push(slot)
        } else {
            self.write_barrier_slow(object)
        }
    }
}

/// Removes repetitions from a full log; returns whether there were many. Otherwise the log grows, so that this is rare.
#[cold]
#[inline(never)]
fn compact_slots(slots: &mut Vec<usize>) -> bool {
    slots.sort_unstable();
    slots.dedup();
    let many = slots.len() <= slots.capacity() / 2;
    if !many {
        slots.reserve(slots.capacity());
    }
    many
}

/// The write barrier's slow path, for compiled code: to call when the flags of byte 4 say so.
///
/// # Safety
/// `mutator` is the current thread's and `object` is a live object.
#[cold]
pub unsafe extern "C" fn coil_write_barrier(mutator: *mut Mutator, object: *mut Header) {
    // SAFETY: by contract.
    let mutator = unsafe { &*mutator };
    // SAFETY: by contract.
    mutator.write_barrier_slow(unsafe { Ref::from_ptr(object) });
}

/// The slot-remembering barrier's slow path, for compiled code.
///
/// # Safety
/// As [`coil_write_barrier`], and `slot` is an item of the object.
#[cold]
pub unsafe extern "C" fn coil_log_slot(mutator: *mut Mutator, object: *mut Header, slot: *mut u64) {
    // SAFETY: by contract.
    let mutator = unsafe { &*mutator };
    // SAFETY: by contract.
    mutator.log_slot_slow(unsafe { Ref::from_ptr(object) }, slot.expose_provenance());
}
