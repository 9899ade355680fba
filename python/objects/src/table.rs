//! The storage of dicts and sets: entries in insertion order, and an index of open-addressed slots once there are more than eight.
//!
//! Memory: capacity u32 at 16, used u32 (entries in use, deleted ones included) at 20, live u32 at 24, words per entry u16 at 28 (3 for a dict:
//! hash and watch word, key, value; 2 for a set), whether a key was ever other than an inline int or a str u16 at 30, entries from 32, then the index (one, two or four bytes a slot; 0 = free,
//! n = entry n-1, the highest number = deleted). A deleted entry has no key. Entries hold the low 32 bits of the hash, and 32 bits of watch state.
//!
//! Invariant T1: the table object of a live dict or set is reached only through it; it is replaced, never resized.

use crate::layout;
use crate::mem;
use crate::protocol;
use crate::raise::PyResult;
use crate::str::Str;
use crate::vm::Vm;
use coil_heap::Visitor;
use coil_value::{Ref, Value, flags};

const CAPACITY: usize = 16;
const USED: usize = 20;
const LIVE: usize = 24;
const WORDS: usize = 28;
/// Not 0 once a key was other than an inline int or a str: then equality of keys may run guest code.
pub const ODD: usize = 30;
/// Offset of the first entry.
pub const ENTRIES: usize = 32;
/// Up to this many entries are searched one by one.
const LINEAR: u32 = 8;
/// Old tables of at most so many entries are looked through as a whole when one of them has changed; of others single words are remembered.
const WHOLE_ENTRIES: u32 = 64;

/// The storage of a dict (entries of three words) or set (two).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Table(pub Ref);

fn index_slots(capacity: u32) -> usize {
    if capacity <= LINEAR {
        return 0;
    }
    (capacity as usize * 3 / 2).next_power_of_two()
}

fn index_width(capacity: u32) -> usize {
    match capacity {
        0..=250 => 1,
        251..=65_000 => 2,
        _ => 4,
    }
}

fn size_of(capacity: u32, words: u32) -> usize {
    ENTRIES + capacity as usize * words as usize * 8 + index_slots(capacity) * index_width(capacity)
}

/// Size of a table object.
///
/// # Safety
/// The object is a live table.
pub unsafe fn table_size(object: *const u8) -> usize {
    // SAFETY: as promised.
    let capacity = unsafe { object.add(CAPACITY).cast::<u32>().read() };
    // SAFETY: as promised.
    let words = unsafe { object.add(WORDS).cast::<u16>().read() };
    (size_of(capacity, u32::from(words)) + 7) & !7
}

/// Visits keys and values of a table object.
///
/// # Safety
/// The object is a live table.
pub unsafe fn table_trace(object: *mut u8, visitor: &mut Visitor<'_>) {
    // SAFETY: as promised.
    let used = unsafe { object.add(USED).cast::<u32>().read() } as usize;
    // SAFETY: as promised.
    let words = usize::from(unsafe { object.add(WORDS).cast::<u16>().read() });
    for entry in 0..used {
        for word in 1..words {
            // SAFETY: entries in use lie inside the object.
            let slot = unsafe { object.add(ENTRIES + (entry * words + word) * 8) };
            // SAFETY: keys and values hold a value or 0.
            unsafe { visitor.slot(slot.cast()) };
        }
    }
}

impl Table {
    fn capacity(self) -> u32 {
        mem::get(self.0, CAPACITY)
    }

    /// Entries in use, deleted ones included: the range of entry numbers.
    #[inline]
    pub fn used(self) -> u32 {
        mem::get(self.0, USED)
    }

    /// Entries that are not deleted.
    pub fn live(self) -> u32 {
        mem::get(self.0, LIVE)
    }

    #[inline]
    fn words(self) -> usize {
        usize::from(mem::get::<u16>(self.0, WORDS))
    }

    /// Whether all keys are inline ints or strs.
    #[inline]
    fn is_plain(self) -> bool {
        mem::get::<u16>(self.0, ODD) == 0
    }

    #[inline]
    fn note_key(self, key: Value) {
        if !key.is_small_int() && Str::exact(key).is_none() {
            mem::set(self.0, ODD, 1u16);
        }
    }

    /// The entry of an inline int in a plain table.
    #[inline]
    fn find_int(self, key: Value, hash: u32) -> Option<u32> {
        if self.capacity() > LINEAR {
            return self.probe(hash, |entry| self.key(entry) == Some(key));
        }
        let step = self.words();
        let mut at = self.0.field_ptr::<u64>(ENTRIES + 8);
        for entry in 0..self.used() {
            // SAFETY: the key of an entry in use.
            if unsafe { at.read() } == key.bits() {
                return Some(entry);
            }
            at = at.wrapping_add(step);
        }
        None
    }

    #[inline]
    fn entry_offset(self, entry: u32) -> usize {
        ENTRIES + entry as usize * self.words() * 8
    }

    /// Low half of the hash of an entry's key: all of it that `find` and `append` look at.
    #[inline]
    pub fn hash32(self, entry: u32) -> u32 {
        mem::get(self.0, self.entry_offset(entry))
    }

    /// Key of an entry, none when deleted.
    #[inline]
    pub fn key(self, entry: u32) -> Option<Value> {
        mem::value(self.0, self.entry_offset(entry) + 8)
    }

    /// Value of a dict's entry.
    #[inline]
    pub fn value(self, entry: u32) -> Option<Value> {
        mem::value(self.0, self.entry_offset(entry) + 16)
    }

    /// Address of the value of a dict's entry.
    pub fn value_address(self, entry: u32) -> *const u64 {
        self.0.field_ptr::<u64>(self.entry_offset(entry) + 16)
    }

    /// Address of the watch word of a dict's entry: a version that changes when the value does and somebody watches (its lowest bit).
    pub fn watch_address(self, entry: u32) -> *mut u32 {
        self.0.field_ptr::<u32>(self.entry_offset(entry) + 4)
    }

    /// Number of the value of a dict's entry among the words of the entries.
    pub fn value_word(self, entry: u32) -> usize {
        (self.entry_offset(entry) + 16 - ENTRIES) / 8
    }

    /// The watch word that belongs to a value's address.
    pub fn watch_of_value(value: *const u64) -> *const u32 {
        value.wrapping_byte_sub(12).cast()
    }

    fn set_word(self, vm: &Vm, entry: u32, word: usize, value: Option<Value>) {
        let offset = self.entry_offset(entry) + word * 8;
        let mutator = vm.mutator();
        if self.0.gc_flags() & flags::BARRIER != 0 && self.capacity() > WHOLE_ENTRIES {
            // SAFETY: the word is a key or value of this table.
            return unsafe { mutator.store_item(self.0, self.0.field_ptr(offset), value) };
        }
        // SAFETY: as above.
        unsafe { mutator.store_value(self.0, offset, value) };
    }

    /// Replaces the value of an entry.
    #[inline]
    pub fn set_value(self, vm: &mut Vm, entry: u32, value: Value) {
        self.set_word(vm, entry, 2, Some(value));
        let watch = self.watch_address(entry);
        // SAFETY: inside the entry.
        if unsafe { *watch } & 1 != 0 {
            vm.watched_value_changed(watch);
        }
    }

    fn index_at(self, slot: usize) -> u32 {
        let base = self.entry_offset(self.capacity());
        match index_width(self.capacity()) {
            1 => {
                let n: u8 = mem::get(self.0, base + slot);
                if n == u8::MAX { u32::MAX } else { u32::from(n) }
            }
            2 => {
                let n: u16 = mem::get(self.0, base + slot * 2);
                if n == u16::MAX {
                    u32::MAX
                } else {
                    u32::from(n)
                }
            }
            _ => mem::get(self.0, base + slot * 4),
        }
    }

    fn set_index(self, slot: usize, number: u32) {
        let base = self.entry_offset(self.capacity());
        match index_width(self.capacity()) {
            1 => mem::set(self.0, base + slot, number as u8),
            2 => mem::set(self.0, base + slot * 2, number as u16),
            _ => mem::set(self.0, base + slot * 4, number),
        }
    }

    fn mix(hash: u32) -> usize {
        (u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
    }

    fn insert_index(self, hash: u32, entry: u32) {
        let slots = index_slots(self.capacity());
        if slots == 0 {
            return;
        }
        let mut slot = Self::mix(hash) & (slots - 1);
        while !matches!(self.index_at(slot), 0 | u32::MAX) {
            slot = (slot + 1) & (slots - 1);
        }
        self.set_index(slot, entry + 1);
    }

    /// Calls `test` for each live entry with this hash until it says yes.
    #[inline]
    fn probe(self, hash: u32, mut test: impl FnMut(u32) -> bool) -> Option<u32> {
        let slots = index_slots(self.capacity());
        if slots == 0 {
            return (0..self.used()).find(|entry| {
                self.hash32(*entry) == hash && self.key(*entry).is_some() && test(*entry)
            });
        }
        let mut slot = Self::mix(hash) & (slots - 1);
        loop {
            match self.index_at(slot) {
                0 => return None,
                u32::MAX => {}
                number => {
                    let entry = number - 1;
                    if self.hash32(entry) == hash && test(entry) {
                        return Some(entry);
                    }
                }
            }
            slot = (slot + 1) & (slots - 1);
        }
    }

    /// The entry of a string key; never runs guest code as long as all keys are strings or numbers.
    #[inline]
    pub fn find_str(self, key: Str) -> Option<u32> {
        let bits = key.value();
        self.probe(key.hash() as u32, |entry| {
            self.key(entry).is_some_and(|known| {
                known == bits || Str::of(known).is_some_and(|known| known.same_text(key))
            })
        })
    }

    /// Deletes an entry.
    pub fn remove(self, vm: &mut Vm, entry: u32) {
        let hash = self.hash32(entry);
        let slots = index_slots(self.capacity());
        if slots != 0 {
            let mut slot = Self::mix(hash) & (slots - 1);
            while self.index_at(slot) != entry + 1 {
                slot = (slot + 1) & (slots - 1);
            }
            self.set_index(slot, u32::MAX);
        }
        self.set_word(vm, entry, 1, None);
        if self.words() == 3 {
            self.set_word(vm, entry, 2, None);
        }
        mem::set(self.0, LIVE, self.live() - 1);
        // With an index, entry numbers are not reused: each leaves a slot behind, and free slots must remain.
        if slots == 0 && entry + 1 == self.used() {
            let mut used = entry;
            while used > 0 && self.key(used - 1).is_none() {
                used -= 1;
            }
            mem::set(self.0, USED, used);
        }
    }

    /// The entry of a key with this hash. May run guest code (`__eq__`); starts over when that changed `owner`'s table.
    ///
    /// # Errors
    /// What `__eq__` raises.
    pub fn find(
        vm: &mut Vm,
        owner: Ref,
        offset: usize,
        key: Value,
        hash: i64,
    ) -> PyResult<Option<u32>> {
        let Some(table) = mem::reference(owner, offset).map(Table) else {
            return Ok(None);
        };
        if let Some(key) = Str::exact(key) {
            let mut odd = false;
            let found = table.probe(hash as u32, |entry| {
                table.key(entry).is_some_and(|known| {
                    if known == key.value() {
                        return true;
                    }
                    match Str::exact(known) {
                        Some(known) => known.same_text(key),
                        None => {
                            odd = true;
                            false
                        }
                    }
                })
            });
            if found.is_some() || !odd {
                return Ok(found);
            }
        } else {
            // Identical keys first: the common case, and no guest code.
            if key.is_small_int() && table.is_plain() {
                return Ok(table.find_int(key, hash as u32));
            }
            let mut odd = false;
            let found = table.probe(hash as u32, |entry| {
                let known = table.key(entry);
                if known == Some(key) {
                    return true;
                }
                odd |= !known.is_some_and(Value::is_small_int);
                false
            });
            if found.is_some() || key.is_small_int() && !odd {
                return Ok(found);
            }
        }
        'again: loop {
            let Some(table) = mem::reference(owner, offset).map(Table) else {
                return Ok(None);
            };
            let mut candidates: Vec<u32> = Vec::new();
            let _ = table.probe(hash as u32, |entry| {
                candidates.push(entry);
                false
            });
            for entry in candidates {
                let Some(known) = table.key(entry) else {
                    continue;
                };
                if known == key {
                    return Ok(Some(entry));
                }
                let equal = protocol::equal(vm, known, key)?;
                if mem::reference(owner, offset).map(Table) != Some(table)
                    || entry >= table.used()
                    || table.key(entry) != Some(known)
                {
                    continue 'again;
                }
                if equal {
                    return Ok(Some(entry));
                }
            }
            return Ok(None);
        }
    }

    /// Adds an inline int to a set's table that is plain, small and has room: whether it is new. None when the table is not like that.
    #[inline]
    pub fn add_int(self, key: Value, hash: i64) -> Option<bool> {
        let used = self.used();
        if !self.is_plain() || self.capacity() > LINEAR || used >= self.capacity() {
            return None;
        }
        if self.find_int(key, hash as u32).is_some() {
            return Some(false);
        }
        let place = self.entry_offset(used);
        mem::set(self.0, place, hash as u32);
        mem::set(self.0, place + 4, 0u32);
        // NO-BARRIER: an inline int.
        mem::set(self.0, place + 8, key.bits());
        mem::set(self.0, USED, used + 1);
        mem::set(self.0, LIVE, self.live() + 1);
        Some(true)
    }

    /// Appends an entry for a key that is not there, making a larger table for `owner` when there is no room.
    ///
    /// # Errors
    /// MemoryError.
    pub fn append(
        vm: &mut Vm,
        owner: Ref,
        offset: usize,
        words: u32,
        key: Value,
        value: Option<Value>,
        hash: i64,
    ) -> PyResult<()> {
        let table = match mem::reference(owner, offset).map(Table) {
            Some(table) if table.used() < table.capacity() => table,
            old => {
                let live = old.map_or(0, Table::live);
                Table::rebuild(
                    vm,
                    owner,
                    offset,
                    words,
                    live + 1 + live / 2 + u32::from(live > 0),
                )?
            }
        };
        let entry = table.used();
        let place = table.entry_offset(entry);
        mem::set(table.0, place, hash as u32);
        mem::set(table.0, place + 4, 0u32);
        mem::set(table.0, USED, entry + 1);
        mem::set(table.0, LIVE, table.live() + 1);
        table.note_key(key);
        table.set_word(vm, entry, 1, Some(key));
        if words == 3 {
            table.set_word(vm, entry, 2, value);
        }
        table.insert_index(hash as u32, entry);
        Ok(())
    }

    /// Gives `owner` a table with room for `room` live entries, without deleted ones.
    ///
    /// # Errors
    /// MemoryError.
    pub fn rebuild(
        vm: &mut Vm,
        owner: Ref,
        offset: usize,
        words: u32,
        room: u32,
    ) -> PyResult<Table> {
        let old = mem::reference(owner, offset).map(Table);
        let table = Table::rebuild_from(vm, words, room, old)?;
        if let Some(old) = old.filter(|_| words == 3) {
            old.notify_moved(vm);
        }
        // SAFETY: the field at `offset` of a dict or set is its table.
        unsafe {
            vm.mutator()
                .store_value(owner, offset, Some(Value::from_ref(table.0)))
        };
        if owner.layout() == layout::DICT || owner.layout() == layout::DICT_SUB {
            crate::dict::bump_keys_version(vm, owner);
        }
        Ok(table)
    }

    /// A new table with room for `room` live entries and the live entries of `old`.
    fn rebuild_from(vm: &mut Vm, words: u32, room: u32, old: Option<Table>) -> PyResult<Table> {
        let capacity = match room {
            0..=5 if words == 3 => 5,
            0..=8 => 8,
            _ => room,
        };
        let object = vm.alloc_untyped(layout::TABLE, size_of(capacity, words))?;
        mem::set(object, CAPACITY, capacity);
        mem::set(object, WORDS, words as u16);
        let table = Table(object);
        let Some(old) = old else { return Ok(table) };
        mem::set(object, ODD, mem::get::<u16>(old.0, ODD));
        let mut to = 0;
        for entry in 0..old.used() {
            let Some(key) = old.key(entry) else { continue };
            let hash = old.hash32(entry);
            let place = table.entry_offset(to);
            mem::set(object, place, hash);
            mem::set(object, place + 4, 0u32);
            // The new table may be old already (a large object), so its stores need the barrier like any other.
            table.set_word(vm, to, 1, Some(key));
            if words == 3 {
                table.set_word(vm, to, 2, old.value(entry));
            }
            table.insert_index(hash, to);
            to += 1;
        }
        mem::set(object, USED, to);
        mem::set(object, LIVE, to);
        Ok(table)
    }

    /// Gives `owner`, which has no entries, a table of its own with the live entries of `from`.
    ///
    /// # Errors
    /// MemoryError.
    pub fn copy(vm: &mut Vm, owner: Ref, offset: usize, words: u32, from: Table) -> PyResult<()> {
        let table = Table::rebuild_from(vm, words, from.live(), Some(from))?;
        vm.store(owner, offset, Some(Value::from_ref(table.0)));
        Ok(())
    }

    fn notify_moved(self, vm: &mut Vm) {
        for entry in 0..self.used() {
            let watch = self.watch_address(entry);
            // SAFETY: inside the entry.
            if unsafe { *watch } & 1 != 0 {
                vm.watched_value_changed(watch);
            }
        }
    }
}
