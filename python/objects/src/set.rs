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
const USED: usize = at::SET_USED;

/// The hash of a set's item.
///
/// # Errors
/// TypeError ("cannot use 'X' as a set element (...)") for unhashable items; what `__hash__` raises.
#[inline]
pub fn hash_item(vm: &mut Vm, item: Value) -> PyResult<i64> {
    match protocol::hash(vm, item) {
        Ok(hash) => Ok(hash),
        Err(raised) => Err(crate::dict::unhashable(vm, raised, item, "a set element")),
    }
}

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
        let hash = hash_item(vm, item)?;
        Ok(Table::find(vm, self.0, at::SET_TABLE, item, hash)?.is_some())
    }

    /// Adds an item; false when it was there.
    ///
    /// # Errors
    /// TypeError for unhashable items; what `__hash__` and `__eq__` raise; MemoryError.
    #[inline]
    pub fn add(self, vm: &mut Vm, item: Value) -> PyResult<bool> {
        if let Some(number) = item.as_small_int()
            && let Some(table) = self.table()
            && let Some(new) = table.add_int(item, crate::number::hash_small(number))
        {
            mem::set(self.0, USED, self.len() + usize::from(new));
            return Ok(new);
        }
        self.add_any(vm, item)
    }

    fn add_any(self, vm: &mut Vm, item: Value) -> PyResult<bool> {
        let hash = hash_item(vm, item)?;
        if Table::find(vm, self.0, at::SET_TABLE, item, hash)?.is_some() {
            return Ok(false);
        }
        Table::append(vm, self.0, at::SET_TABLE, WORDS, item, None, hash)?;
        mem::set(self.0, USED, self.len() + 1);
        Ok(true)
    }

    /// Adds an item whose hash is known; false when it was there.
    ///
    /// # Errors
    /// What `__eq__` raises; MemoryError.
    pub fn add_hashed(self, vm: &mut Vm, item: Value, hash: i64) -> PyResult<bool> {
        if Table::find(vm, self.0, at::SET_TABLE, item, hash)?.is_some() {
            return Ok(false);
        }
        Table::append(vm, self.0, at::SET_TABLE, WORDS, item, None, hash)?;
        mem::set(self.0, USED, self.len() + 1);
        Ok(true)
    }

    /// The entry of an item whose hash is known.
    ///
    /// # Errors
    /// What `__eq__` raises.
    pub fn find_hashed(self, vm: &mut Vm, item: Value, hash: i64) -> PyResult<Option<u32>> {
        Table::find(vm, self.0, at::SET_TABLE, item, hash)
    }

    /// Gives an empty set the items of another, without looking at them.
    ///
    /// # Errors
    /// MemoryError.
    pub fn fill(self, vm: &mut Vm, other: Set) -> PyResult<()> {
        debug_assert!(self.is_empty(), "only an empty set is filled");
        let Some(table) = other.table().filter(|_| !other.is_empty()) else {
            return Ok(());
        };
        Table::copy(vm, self.0, at::SET_TABLE, WORDS, table)?;
        mem::set(self.0, USED, other.len());
        Ok(())
    }

    /// Exchanges the items with another set's.
    pub fn swap_items(self, vm: &mut Vm, other: Set) {
        let (mine, theirs) = (self.table(), other.table());
        let (my_len, their_len) = (self.len(), other.len());
        vm.store(self.0, at::SET_TABLE, theirs.map(|t| Value::from_ref(t.0)));
        vm.store(other.0, at::SET_TABLE, mine.map(|t| Value::from_ref(t.0)));
        mem::set(self.0, USED, their_len);
        mem::set(other.0, USED, my_len);
    }

    /// Takes an item away; false when it was not there.
    ///
    /// # Errors
    /// TypeError for unhashable items; what `__hash__` and `__eq__` raise.
    pub fn remove(self, vm: &mut Vm, item: Value) -> PyResult<bool> {
        let hash = hash_item(vm, item)?;
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
