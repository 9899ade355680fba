//! `set` and `frozenset` objects.

use crate::layout::{self, at};
use crate::mem;
use crate::protocol;
use crate::raise::PyResult;
use crate::table::Table;
use crate::ty::types;
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// A `set` or `frozenset` object (or one of a subclass).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Set(Ref);

const WORDS: u32 = 2;
/// Where CPython keeps the number of items (`used`); ours is kept there too.
const USED: usize = 24;

impl Set {
    /// The set, if the value is a set or frozenset (subclasses included).
    #[inline]
    pub fn of(value: Value) -> Option<Set> {
        let object = value.as_ref()?;
        matches!(
            object.layout(),
            layout::SET | layout::SET_SUB | layout::FROZENSET | layout::FROZENSET_SUB
        )
        .then_some(Set(object))
    }

    /// A set that is known to be one.
    pub fn from_ref(object: Ref) -> Set {
        Set(object)
    }

    /// The object.
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// As a value.
    pub fn value(self) -> Value {
        Value::from_ref(self.0)
    }

    /// Whether it is a frozenset.
    pub fn is_frozen(self) -> bool {
        matches!(self.0.layout(), layout::FROZENSET | layout::FROZENSET_SUB)
    }

    /// Number of items.
    #[inline]
    pub fn len(self) -> usize {
        mem::get(self.0, USED)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Its storage, if it ever had an item.
    pub fn table(self) -> Option<Table> {
        mem::reference(self.0, at::SET_TABLE).map(Table)
    }

    /// Whether it has an item.
    ///
    /// # Errors
    /// TypeError for unhashable items; what `__hash__` and `__eq__` raise.
    pub fn contains(self, vm: &mut Vm, item: Value) -> PyResult<bool> {
        let hash = protocol::hash(vm, item)?;
        Ok(Table::find(vm, self.0, at::SET_TABLE, item, hash)?.is_some())
    }

    /// Adds an item; false when it was there.
    ///
    /// # Errors
    /// TypeError for unhashable items; what `__hash__` and `__eq__` raise; MemoryError.
    pub fn add(self, vm: &mut Vm, item: Value) -> PyResult<bool> {
        let hash = protocol::hash(vm, item)?;
        if Table::find(vm, self.0, at::SET_TABLE, item, hash)?.is_some() {
            return Ok(false);
        }
        Table::append(vm, self.0, at::SET_TABLE, WORDS, item, None, hash)?;
        mem::set(self.0, USED, self.len() + 1);
        Ok(true)
    }

    /// Takes an item away; false when it was not there.
    ///
    /// # Errors
    /// TypeError for unhashable items; what `__hash__` and `__eq__` raise.
    pub fn remove(self, vm: &mut Vm, item: Value) -> PyResult<bool> {
        let hash = protocol::hash(vm, item)?;
        let Some(entry) = Table::find(vm, self.0, at::SET_TABLE, item, hash)? else {
            return Ok(false);
        };
        self.remove_entry(vm, entry);
        Ok(true)
    }

    /// Takes an entry away.
    pub fn remove_entry(self, vm: &mut Vm, entry: u32) {
        if let Some(table) = self.table() {
            table.remove(vm, entry);
            mem::set(self.0, USED, self.len() - 1);
        }
    }

    /// Takes all items away.
    pub fn clear(self, vm: &mut Vm) {
        // SAFETY: a set's table field.
        unsafe { vm.mutator().store_value(self.0, at::SET_TABLE, None) };
        mem::set(self.0, USED, 0usize);
    }

    /// The next item from entry number `from` on.
    #[inline]
    pub fn next_entry(self, from: u32) -> Option<(u32, Value)> {
        let table = self.table()?;
        (from..table.used()).find_map(|entry| Some((entry, table.key(entry)?)))
    }

    /// Items, read one by one.
    pub fn iter(self) -> impl Iterator<Item = Value> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let (entry, item) = self.next_entry(at)?;
            at = entry + 1;
            Some(item)
        })
    }
}

impl Vm {
    /// An empty set.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_set(&mut self) -> PyResult<Set> {
        let object = self.alloc(layout::SET, &types::SET, 48)?;
        mem::set(object, at::SET_HASH, -1i64);
        Ok(Set(object))
    }

    /// An empty frozenset, to be filled in before anybody else sees it.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_frozenset(&mut self) -> PyResult<Set> {
        let object = self.alloc(layout::FROZENSET, &types::FROZENSET, 48)?;
        mem::set(object, at::SET_HASH, -1i64);
        Ok(Set(object))
    }
}
