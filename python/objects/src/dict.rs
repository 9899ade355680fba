//! `dict` objects. A dict's keys version changes whenever a key is added or removed or entries move, so that caches may hold entry
//! addresses (module and class dicts).

use crate::layout::{self, at};
use crate::mem;
use crate::protocol;
use crate::raise::{PyResult, Raised};
use crate::str::Str;
use crate::table::Table;
use crate::ty::types;
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// A `dict` object (or one of a subclass).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dict(Ref);

const WORDS: u32 = 3;

/// The key set of a dict changed.
pub fn bump_keys_version(vm: &mut Vm, dict: Ref) {
    let address = dict.field_ptr::<u32>(at::DICT_KEYS_VERSION);
    let version: u32 = mem::get(dict, at::DICT_KEYS_VERSION);
    if version & 1 != 0 {
        vm.watched_value_changed(address);
    }
    mem::set(dict, at::DICT_KEYS_VERSION, (version | 1).wrapping_add(1));
}

/// The hash of a dict key.
///
/// # Errors
/// TypeError ("cannot use 'X' as a dict key (...)") for unhashable keys; what `__hash__` raises.
#[inline]
pub fn hash_key(vm: &mut Vm, key: Value) -> PyResult<i64> {
    match protocol::hash(vm, key) {
        Ok(hash) => Ok(hash),
        Err(raised) => Err(unhashable(vm, raised, key, "a dict key")),
    }
}

/// Says in a TypeError of `hash` what the value was to be used as.
#[cold]
pub(crate) fn unhashable(vm: &mut Vm, raised: Raised, key: Value, what: &str) -> Raised {
    let exception = vm.take_raised(raised);
    if !crate::ty::Type::of(exception).is(&types::TypeError) {
        return vm.raise(exception);
    }
    match protocol::str_text(vm, exception) {
        Ok(text) => {
            let name = protocol::type_name(key);
            vm.raise_type(&format!("cannot use '{name}' as {what} ({text})"))
        }
        Err(raised) => raised,
    }
}

impl Dict {
    /// The dict, if the value is one (subclasses included).
    #[inline]
    pub fn of(value: Value) -> Option<Dict> {
        let object = value.as_ref()?;
        let layout = object.layout();
        (layout == layout::DICT || layout == layout::DICT_SUB).then_some(Dict(object))
    }

    /// A dict that is known to be one.
    #[inline(always)]
    pub fn from_ref(object: Ref) -> Dict {
        debug_assert!(object.layout() == layout::DICT || object.layout() == layout::DICT_SUB);
        Dict(object)
    }

    /// The object.
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// As a value.
    pub fn value(self) -> Value {
        Value::from_ref(self.0)
    }

    /// Number of entries.
    #[inline]
    pub fn len(self) -> usize {
        mem::get(self.0, at::SIZE)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Its storage, if it ever had an entry.
    pub fn table(self) -> Option<Table> {
        mem::reference(self.0, at::DICT_TABLE).map(Table)
    }

    /// Address of the keys version.
    pub fn keys_version_address(self) -> *const u32 {
        self.0.field_ptr::<u32>(at::DICT_KEYS_VERSION)
    }

    /// The value of a string key.
    #[inline]
    pub fn get_str(self, key: Str) -> Option<Value> {
        let table = self.table()?;
        table.value(table.find_str(key)?)
    }

    /// The entry of a string key.
    pub fn find_str(self, key: Str) -> Option<u32> {
        self.table()?.find_str(key)
    }

    /// The value of any key.
    ///
    /// # Errors
    /// TypeError for unhashable keys; what `__hash__` and `__eq__` raise.
    pub fn get(self, vm: &mut Vm, key: Value) -> PyResult<Option<Value>> {
        let hash = hash_key(vm, key)?;
        self.get_hashed(vm, key, hash)
    }

    /// The value of a key whose hash is known.
    ///
    /// # Errors
    /// What `__eq__` raises.
    pub fn get_hashed(self, vm: &mut Vm, key: Value, hash: i64) -> PyResult<Option<Value>> {
        let found = Table::find(vm, self.0, at::DICT_TABLE, key, hash)?;
        Ok(found.and_then(|entry| self.table()?.value(entry)))
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    /// TypeError for unhashable keys; what `__hash__` and `__eq__` raise; MemoryError.
    pub fn set(self, vm: &mut Vm, key: Value, value: Value) -> PyResult<()> {
        let hash = hash_key(vm, key)?;
        self.set_hashed(vm, key, value, hash)
    }

    /// Sets the value of a key whose hash is known.
    ///
    /// # Errors
    /// What `__eq__` raises; MemoryError.
    pub fn set_hashed(self, vm: &mut Vm, key: Value, value: Value, hash: i64) -> PyResult<()> {
        if let Some(entry) = Table::find(vm, self.0, at::DICT_TABLE, key, hash)? {
            if let Some(table) = self.table() {
                table.set_value(vm, entry, value);
            }
            return Ok(());
        }
        self.append(vm, key, value, hash)
    }

    fn append(self, vm: &mut Vm, key: Value, value: Value, hash: i64) -> PyResult<()> {
        Table::append(vm, self.0, at::DICT_TABLE, WORDS, key, Some(value), hash)?;
        mem::set(self.0, at::SIZE, self.len() + 1);
        bump_keys_version(vm, self.0);
        Ok(())
    }

    /// Sets the value of a string key (no guest code runs).
    ///
    /// # Errors
    /// MemoryError.
    pub fn set_str(self, vm: &mut Vm, key: Str, value: Value) -> PyResult<()> {
        if let Some(entry) = self.find_str(key) {
            if let Some(table) = self.table() {
                table.set_value(vm, entry, value);
            }
            return Ok(());
        }
        self.append(vm, key.value(), value, key.hash())
    }

    /// Sets the value of a name given as Rust text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn set_name(self, vm: &mut Vm, key: &str, value: Value) -> PyResult<()> {
        let key = vm.intern(key)?;
        self.set_str(
            vm,
            Str::of(key).expect("interned strings are strings"),
            value,
        )
    }

    /// The value of a name given as Rust text.
    ///
    /// # Errors
    /// MemoryError.
    pub fn get_name(self, vm: &mut Vm, key: &str) -> PyResult<Option<Value>> {
        let key = vm.intern(key)?;
        Ok(Str::of(key).and_then(|key| self.get_str(key)))
    }

    /// Takes the entry of a key away and gives its value.
    ///
    /// # Errors
    /// TypeError for unhashable keys; what `__hash__` and `__eq__` raise.
    pub fn remove(self, vm: &mut Vm, key: Value) -> PyResult<Option<Value>> {
        let hash = hash_key(vm, key)?;
        let found = Table::find(vm, self.0, at::DICT_TABLE, key, hash)?;
        Ok(found.and_then(|entry| self.remove_entry(vm, entry)))
    }

    /// Takes an entry away and gives its value.
    pub fn remove_entry(self, vm: &mut Vm, entry: u32) -> Option<Value> {
        let table = self.table()?;
        let value = table.value(entry);
        let watch = table.watch_address(entry);
        // SAFETY: inside the entry.
        if unsafe { *watch } & 1 != 0 {
            vm.watched_value_changed(watch);
        }
        table.remove(vm, entry);
        mem::set(self.0, at::SIZE, self.len() - 1);
        bump_keys_version(vm, self.0);
        value
    }

    /// Takes all entries away.
    pub fn clear(self, vm: &mut Vm) {
        if let Some(table) = self.table() {
            for entry in 0..table.used() {
                let watch = table.watch_address(entry);
                // SAFETY: inside the entry.
                if unsafe { *watch } & 1 != 0 {
                    vm.watched_value_changed(watch);
                }
            }
        }
        // SAFETY: a dict's table field.
        unsafe { vm.mutator().store_value(self.0, at::DICT_TABLE, None) };
        mem::set(self.0, at::SIZE, 0usize);
        bump_keys_version(vm, self.0);
    }

    /// The next live entry from number `from` on: its number, key and value.
    #[inline]
    pub fn next_entry(self, from: u32) -> Option<(u32, Value, Value)> {
        let table = self.table()?;
        (from..table.used()).find_map(|entry| Some((entry, table.key(entry)?, table.value(entry)?)))
    }

    /// The last live entry before number `before`.
    pub fn previous_entry(self, before: u32) -> Option<(u32, Value, Value)> {
        let table = self.table()?;
        (0..before.min(table.used()))
            .rev()
            .find_map(|entry| Some((entry, table.key(entry)?, table.value(entry)?)))
    }

    /// Keys and values in order, read one by one (entries added meanwhile are seen).
    pub fn iter(self) -> impl Iterator<Item = (Value, Value)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let (entry, key, value) = self.next_entry(at)?;
            at = entry + 1;
            Some((key, value))
        })
    }

    /// Sets all entries of another dict.
    ///
    /// # Errors
    /// What `__eq__` raises; RuntimeError-free: the other dict is read as it stands.
    pub fn update(self, vm: &mut Vm, other: Dict) -> PyResult<()> {
        let mut at = 0;
        while let Some((entry, key, value)) = other.next_entry(at) {
            let hash = other.table().map_or(0, |table| table.hash32(entry));
            self.set_hashed(vm, key, value, i64::from(hash))?;
            at = entry + 1;
        }
        Ok(())
    }

    /// A shallow copy (an exact dict).
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy(self, vm: &mut Vm) -> PyResult<Dict> {
        let copy = vm.new_dict()?;
        copy.fill(vm, self)?;
        Ok(copy)
    }

    /// Gives an empty dict the entries of another, without looking at the keys.
    ///
    /// # Errors
    /// MemoryError.
    pub fn fill(self, vm: &mut Vm, other: Dict) -> PyResult<()> {
        debug_assert!(self.is_empty(), "only an empty dict is filled");
        let Some(table) = other.table().filter(|_| !other.is_empty()) else {
            return Ok(());
        };
        Table::copy(vm, self.0, at::DICT_TABLE, WORDS, table)?;
        mem::set(self.0, at::SIZE, other.len());
        bump_keys_version(vm, self.0);
        Ok(())
    }
}

impl Vm {
    /// An empty dict.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_dict(&mut self) -> PyResult<Dict> {
        Ok(Dict(self.alloc(layout::DICT, &types::DICT, 48)?))
    }

    /// An empty dict that never moves (for modules and classes: caches hold its address).
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_dict_old(&mut self) -> PyResult<Dict> {
        Ok(Dict(self.alloc_old(layout::DICT, &types::DICT, 48)?))
    }
}
