//! `list` objects: CPython's layout; the items stand in an array of values that the list points into.

use crate::export::{self, is_exported, set_exported};
use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::slice::Bounds;
use crate::ty::types;
use crate::vm::Vm;
use coil_heap::ARRAY_ITEMS;
use coil_value::{Ref, Value, flags};

/// A `list` object (or one of a subclass).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct List(Ref);

impl List {
    /// The list, if the value is one (subclasses included).
    #[inline]
    pub fn of(value: Value) -> Option<List> {
        let object = value.as_ref()?;
        let layout = object.layout();
        (layout::is_list(layout) || layout == layout::LIST_SUB).then_some(List(object))
    }

    /// A list that is known to be one.
    #[inline(always)]
    pub fn from_ref(object: Ref) -> List {
        debug_assert!(layout::is_list(object.layout()) || object.layout() == layout::LIST_SUB);
        List(object)
    }

    /// The object.
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// As a value.
    pub fn value(self) -> Value {
        Value::from_ref(self.0)
    }

    /// Number of items.
    #[inline]
    pub fn len(self) -> usize {
        mem::get(self.0, at::SIZE)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Items there is room for.
    pub fn capacity(self) -> usize {
        mem::get(self.0, at::LIST_CAPACITY)
    }

    /// The array that holds the items.
    #[inline]
    fn storage(self) -> Option<Ref> {
        let items: usize = mem::get(self.0, at::LIST_ITEMS);
        let start = items.checked_sub(ARRAY_ITEMS)?;
        // SAFETY: the items pointer points into a live array object, behind its header and length.
        unsafe { Ref::from_address(start as u64) }
    }

    /// An item.
    #[inline]
    pub fn get(self, index: usize) -> Option<Value> {
        if index >= self.len() {
            return None;
        }
        let storage = self.storage()?;
        let item = mem::value(storage, ARRAY_ITEMS + 8 * index)?;
        Some(export::plain(storage, item))
    }

    /// An item that is there.
    pub fn at(self, index: usize) -> Value {
        self.get(index).expect("list index in range")
    }

    /// Replaces an item that is there.
    #[inline]
    pub fn set(self, vm: &mut Vm, index: usize, value: Value) {
        assert!(index < self.len(), "list index in range");
        self.put(vm, index, Some(value));
    }

    fn put(self, vm: &Vm, index: usize, mut value: Option<Value>) {
        let storage = self.storage().expect("a list with room has storage");
        // One test for both: the barrier's includes the flag.
        if storage.gc_flags() & flags::BARRIER != 0 && is_exported(storage) {
            value = value.map(|value| vm.boxed(value));
        }
        let slot = storage.field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * index);
        // SAFETY: the slot is an item of the array.
        unsafe { vm.mutator().store_item(storage, slot, value) };
    }

    /// The items in memory, when they may be written without a barrier: their array is young.
    #[inline(always)]
    fn young_items(self) -> Option<*mut u64> {
        let storage = self.storage()?;
        (storage.gc_flags() & coil_value::flags::OLD == 0).then(|| storage.field_ptr(ARRAY_ITEMS))
    }

    fn set_len(self, len: usize) {
        mem::set(self.0, at::SIZE, len);
    }

    /// Makes room for `capacity` items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn reserve(self, vm: &mut Vm, capacity: usize) -> PyResult<()> {
        if capacity <= self.capacity() {
            return Ok(());
        }
        let storage = vm.alloc_values(capacity)?;
        if is_exported(self.0) {
            set_exported(storage);
        }
        if let Some(old) = self.storage() {
            let from = old.field_ptr::<u64>(ARRAY_ITEMS);
            let to = storage.field_ptr::<u64>(ARRAY_ITEMS);
            // SAFETY: both arrays have room for the list's items.
            unsafe { vm.mutator().copy_items(storage, from, to, self.len()) };
        }
        // SAFETY: a list's items field is an interior field.
        unsafe {
            vm.mutator()
                .store_interior(self.0, at::LIST_ITEMS, Some(storage), ARRAY_ITEMS)
        };
        mem::set(self.0, at::LIST_CAPACITY, capacity);
        Ok(())
    }

    fn grow(self, vm: &mut Vm, needed: usize) -> PyResult<()> {
        if needed <= self.capacity() {
            return Ok(());
        }
        let Some(capacity) = needed.checked_add((needed >> 3) + 6).map(|n| n & !3) else {
            return Err(vm.raise_memory_error());
        };
        self.reserve(vm, capacity)
    }

    /// Appends an item.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn push(self, vm: &mut Vm, value: Value) -> PyResult<()> {
        let len = self.len();
        if len == self.capacity() {
            self.grow(vm, len + 1)?;
        }
        self.put(vm, len, Some(value));
        self.set_len(len + 1);
        Ok(())
    }

    /// Takes the last item away.
    pub fn pop(self, vm: &mut Vm) -> Option<Value> {
        let last = self.len().checked_sub(1)?;
        let value = self.get(last);
        self.put(vm, last, None);
        self.set_len(last);
        value
    }

    /// Inserts an item before position `index` (at most the length).
    ///
    /// # Errors
    /// MemoryError.
    pub fn insert(self, vm: &mut Vm, index: usize, value: Value) -> PyResult<()> {
        let len = self.len();
        self.grow(vm, len + 1)?;
        self.set_len(len + 1);
        self.move_items(vm, index, index + 1, len - index);
        self.put(vm, index, Some(value));
        Ok(())
    }

    /// Takes the item at `index` away; later ones move down.
    pub fn remove(self, vm: &mut Vm, index: usize) -> Value {
        let value = self.at(index);
        let len = self.len();
        self.move_items(vm, index + 1, index, len - index - 1);
        self.put(vm, len - 1, None);
        self.set_len(len - 1);
        value
    }

    /// Moves `count` items within the storage (which has room), as memmove does.
    fn move_items(self, vm: &Vm, from: usize, to: usize, count: usize) {
        if from == to || count == 0 {
            return;
        }
        let storage = self.storage().expect("a list with items has storage");
        let base = storage.field_ptr::<u64>(ARRAY_ITEMS);
        // SAFETY: both ranges are items of the array.
        unsafe {
            vm.mutator()
                .move_items(storage, base.add(from), base.add(to), count)
        };
    }

    /// Replaces items `start..end` by those of a slice (in Rust memory that keeps them alive: a `RootVec`'s or stack values).
    ///
    /// # Errors
    /// MemoryError.
    pub fn splice(
        self,
        vm: &mut Vm,
        start: usize,
        end: usize,
        count: usize,
        item: impl Fn(usize) -> Value,
    ) -> PyResult<()> {
        self.open_gap(vm, start, end, count)?;
        for index in 0..count {
            self.put(vm, start + index, Some(item(index)));
        }
        Ok(())
    }

    /// Replaces items `start..end` by all of another list.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn splice_list(self, vm: &mut Vm, start: usize, end: usize, other: List) -> PyResult<()> {
        let count = other.len();
        if self == other || end - start != count {
            return self.resize_and_splice(vm, start, end, other);
        }
        self.overwrite(vm, start, other);
        Ok(())
    }

    #[inline(never)]
    fn resize_and_splice(self, vm: &mut Vm, start: usize, end: usize, other: List) -> PyResult<()> {
        let count = other.len();
        if self == other {
            let copy = other.part(vm, 0, 1, count)?;
            return self.splice(vm, start, end, count, |index| copy.at(index));
        }
        self.open_gap(vm, start, end, count)?;
        self.overwrite(vm, start, other);
        Ok(())
    }

    /// Replaces the items from `start` on by as many of another list.
    #[inline]
    fn overwrite(self, vm: &Vm, start: usize, other: List) {
        let count = other.len();
        if count == 0 {
            return;
        }
        let from = other.storage().expect("a list with items has storage");
        let to = self.storage().expect("room was made");
        if is_exported(from) || is_exported(to) {
            for index in 0..count {
                self.put(vm, start + index, other.get(index));
            }
            return;
        }
        // SAFETY: `count` items were made room for at `start`; the arrays of two lists are two.
        unsafe {
            let from = from.field_ptr::<u64>(ARRAY_ITEMS);
            let items = to.field_ptr::<u64>(ARRAY_ITEMS).add(start);
            vm.mutator().copy_items(to, from, items, count);
        }
    }

    /// Makes `start..start + count` the place of what stood in `start..end`; the items there are open.
    fn open_gap(self, vm: &mut Vm, start: usize, end: usize, count: usize) -> PyResult<()> {
        let len = self.len();
        let new_len = len - (end - start) + count;
        self.grow(vm, new_len)?;
        if new_len > len {
            self.set_len(new_len);
        }
        self.move_items(vm, end, start + count, len - end);
        for index in new_len..len {
            self.put(vm, index, None);
        }
        self.set_len(new_len);
        Ok(())
    }

    /// A new list of the items that a slice names.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn slice(self, vm: &mut Vm, bounds: Bounds) -> PyResult<List> {
        let indices = bounds.on(self.len());
        let start = usize::try_from(indices.start).unwrap_or(0);
        self.part(vm, start, indices.step, indices.count)
    }

    /// A new list of `count` items from `start` in steps of `step`, all of them there.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn part(self, vm: &mut Vm, start: usize, step: i64, count: usize) -> PyResult<List> {
        if count == 0 {
            return vm.new_list_with(0);
        }
        let part = vm.new_list_of(count)?;
        let storage = self.storage().expect("a list with items has storage");
        let step = isize::try_from(step).unwrap_or(isize::MAX);
        let last = (count as isize - 1)
            .saturating_mul(step)
            .saturating_add(start as isize);
        assert!(
            start < self.len() && last >= 0 && (last as usize) < self.len(),
            "slice in range"
        );
        match part.young_items() {
            Some(to) if !is_exported(storage) => {
                let from = storage.field_ptr::<u64>(ARRAY_ITEMS);
                // NO-BARRIER: the array is young.
                // SAFETY: the indices from `start` to `last` are of items; the new array has room for `count`.
                unsafe { copy_stepping(from.add(start), to, step, count) };
            }
            _ => {
                let mut at = start as isize;
                for index in 0..count {
                    let item = mem::value(storage, ARRAY_ITEMS + 8 * at as usize);
                    part.put(vm, index, item.map(|item| export::plain(storage, item)));
                    at = at.wrapping_add(step);
                }
            }
        }
        Ok(part)
    }

    /// Shortens the list.
    pub fn truncate(self, vm: &mut Vm, len: usize) {
        for index in len..self.len() {
            self.put(vm, index, None);
        }
        if len < self.len() {
            self.set_len(len);
        }
    }

    /// Takes all items away.
    pub fn clear(self, vm: &mut Vm) {
        self.set_len(0);
        // SAFETY: a list's items field is an interior field.
        unsafe { vm.mutator().store_interior(self.0, at::LIST_ITEMS, None, 0) };
        mem::set(self.0, at::LIST_CAPACITY, 0usize);
    }

    /// Has numbers stand as objects from now on: see [`Vm::export`].
    pub(crate) fn export(self, vm: &Vm) {
        set_exported(self.0);
        let Some(storage) = self.storage() else {
            return;
        };
        set_exported(storage);
        for index in 0..self.len() {
            // The list may be one that is just being filled.
            let item = mem::value(storage, ARRAY_ITEMS + 8 * index);
            if item.is_some() {
                self.put(vm, index, item);
            }
        }
    }

    /// Exchanges the items with another list's (sorting works on a list that others see as empty).
    pub fn swap_items(self, vm: &mut Vm, other: List) {
        let (mine, theirs) = (self.storage(), other.storage());
        if is_exported(self.0) || is_exported(other.0) {
            let holders = [Some(self.0), Some(other.0), mine, theirs];
            holders.into_iter().flatten().for_each(set_exported);
        }
        let (my_len, their_len) = (self.len(), other.len());
        let (my_capacity, their_capacity) = (self.capacity(), other.capacity());
        // SAFETY: a list's items field is an interior field.
        unsafe {
            vm.mutator()
                .store_interior(self.0, at::LIST_ITEMS, theirs, ARRAY_ITEMS)
        };
        // SAFETY: as above.
        unsafe {
            vm.mutator()
                .store_interior(other.0, at::LIST_ITEMS, mine, ARRAY_ITEMS)
        };
        mem::set(self.0, at::LIST_CAPACITY, their_capacity);
        mem::set(other.0, at::LIST_CAPACITY, my_capacity);
        self.set_len(their_len);
        other.set_len(my_len);
    }
}

/// Copies `count` words from `from`, `from + step`, ... A loop of its own: parts of lists are short, and calls of `memcpy` are not free.
///
/// # Safety
/// There are so many words at both ends, and they do not overlap.
#[inline]
unsafe fn copy_stepping(mut from: *const u64, to: *mut u64, step: isize, count: usize) {
    if step == 1 && count > 16 {
        // SAFETY: by contract.
        return unsafe { std::ptr::copy_nonoverlapping(from, to, count) };
    }
    for index in 0..count {
        // SAFETY: by contract.
        let item = unsafe { from.read() };
        // SAFETY: by contract.
        unsafe { to.wrapping_add(index).write(item) };
        // The last step may lead outside, but is not followed.
        from = from.wrapping_offset(step);
    }
}

impl Vm {
    /// A list of `count` (at least one) unset items: whoever asks for it fills it before anything else is allocated.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub(crate) fn new_list_of(&mut self, count: usize) -> PyResult<List> {
        let storage = self.alloc_values(count)?;
        let object = self.alloc(layout::LIST, &types::LIST, 40)?;
        // SAFETY: a list's items field is an interior field of the new list.
        unsafe {
            self.mutator()
                .init_interior(object, at::LIST_ITEMS, storage, ARRAY_ITEMS)
        };
        mem::set(object, at::LIST_CAPACITY, count);
        mem::set(object, at::SIZE, count);
        self.container_made(object);
        Ok(List(object))
    }

    /// An empty list with room for some items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_list_with(&mut self, capacity: usize) -> PyResult<List> {
        let object = self.alloc(layout::LIST, &types::LIST, 40)?;
        let list = List(object);
        if capacity > 0 {
            list.reserve(self, capacity)?;
        }
        self.container_made(object);
        Ok(list)
    }

    /// A list of these items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_list(&mut self, items: &[Value]) -> PyResult {
        let list = self.new_list_from(items.len(), |index| items[index])?;
        Ok(list.value())
    }

    /// A list whose items a function gives; it must not allocate.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_list_from(&mut self, count: usize, item: impl Fn(usize) -> Value) -> PyResult<List> {
        if count == 0 {
            return self.new_list_with(0);
        }
        let list = self.new_list_of(count)?;
        match list.young_items() {
            Some(items) => {
                for index in 0..count {
                    // NO-BARRIER: the array is young, and stays so: `item` does not allocate.
                    // SAFETY: the array has room for `count` items.
                    unsafe { *items.add(index) = item(index).bits() };
                }
            }
            None => {
                for index in 0..count {
                    list.put(self, index, Some(item(index)));
                }
            }
        }
        Ok(list)
    }

    /// A tuple of a list's items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn list_to_tuple(&mut self, list: List) -> PyResult {
        self.new_tuple_from(list.len(), |index| list.get(index))
    }
}
