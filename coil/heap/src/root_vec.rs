//! [`RootVec`]: a vector of values that Rust code may hold across collections.

use std::cell::UnsafeCell;
use std::rc::Rc;

use coil_value::Value;

use crate::mutator::Mutator;

/// The vectors of one mutator.
#[derive(Default)]
pub(crate) struct RootVecs {
    pub(crate) live: UnsafeCell<Vec<*mut Vec<u64>>>,
}

/// A vector of values that the collector knows: objects in it stay alive, and moves are followed.
pub struct RootVec {
    items: Box<UnsafeCell<Vec<u64>>>,
    registry: Rc<RootVecs>,
}

impl RootVec {
    /// An empty vector, known to the mutator's heap.
    #[must_use]
    pub fn new(mutator: &Mutator) -> RootVec {
        let registry = mutator.root_vecs();
        let items = Box::new(UnsafeCell::new(Vec::new()));
        // SAFETY: only this thread, and a collector while it is stopped, touches the registry.
        unsafe { (*registry.live.get()).push(items.get()) };
        RootVec { items, registry }
    }

    fn items(&self) -> &Vec<u64> {
        // SAFETY: the type is not `Sync`, no reference into the vector outlives a method, and a collector runs
        // only while this thread is stopped, outside of them.
        unsafe { &*self.items.get() }
    }

    fn items_mut(&mut self) -> &mut Vec<u64> {
        self.items.get_mut()
    }

    /// Appends a value.
    pub fn push(&mut self, value: Value) {
        self.items_mut().push(value.bits());
    }

    /// Removes the last value.
    pub fn pop(&mut self) -> Option<Value> {
        // SAFETY: the vector holds bits of live values only.
        self.items_mut()
            .pop()
            .and_then(|bits| unsafe { Value::from_bits(bits) })
    }

    /// The value at an index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Value> {
        // SAFETY: as above.
        self.items()
            .get(index)
            .and_then(|&bits| unsafe { Value::from_bits(bits) })
    }

    /// Replaces the value at an index that exists.
    pub fn set(&mut self, index: usize, value: Value) {
        self.items_mut()[index] = value.bits();
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items().len()
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets values from an index on.
    pub fn truncate(&mut self, len: usize) {
        self.items_mut().truncate(len);
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        self.items_mut().clear();
    }

    /// The values, read one by one.
    pub fn iter(&self) -> impl Iterator<Item = Value> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl Drop for RootVec {
    fn drop(&mut self) {
        let own = self.items.get();
        // SAFETY: as in `new`.
        let live = unsafe { &mut *self.registry.live.get() };
        let index = live
            .iter()
            .rposition(|&vec| vec == own)
            .expect("registered by new");
        live.swap_remove(index);
    }
}
