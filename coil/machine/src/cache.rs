//! Inline caches of the Direct machine, and the dependencies that cached results declare.

use crate::machine::Machine;
use coil_value::Value;
use rustc_hash::FxHashMap;
use std::any::Any;
use std::cell::Cell;
use std::fmt;

/// A key of a cached computation.
pub enum Key<M: Machine> {
    /// Not used.
    None,
    /// An integer (a shape, a class number).
    Int(M::Int),
    /// An object by identity.
    Ref(M::Ref),
}

impl<M: Machine> fmt::Debug for Key<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl<M: Machine> Clone for Key<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Machine> Copy for Key<M> {}

/// What a cached result depends on besides its keys.
#[derive(Debug, Default)]
pub struct Deps {
    cells: [Option<(*const u32, u32)>; 2],
    // ALLOW(vec-value): lives while one lookup runs; the objects are pinned by the caller.
    keep: Vec<Value>,
    overflow: bool,
}

impl Deps {
    /// The result holds as long as this version cell keeps its present content. The cell never moves and is never freed.
    /// At most two cells; with more the result is not cached.
    pub fn cell(&mut self, cell: *const u32) {
        // SAFETY: the language gives the address of a live version cell.
        let version = unsafe { *cell };
        for place in &mut self.cells {
            match place {
                Some((known, _)) if *known == cell => return,
                None => {
                    *place = Some((cell, version));
                    return;
                }
                Some(_) => {}
            }
        }
        self.overflow = true;
    }

    /// The result refers to this object, which must stay alive and in place (the caller has pinned it).
    pub fn keep(&mut self, value: Value) {
        self.keep.push(value);
    }

    /// The version cells with the contents they were seen with.
    pub fn cells(&self) -> impl Iterator<Item = (*const u32, u32)> + '_ {
        self.cells.iter().flatten().copied()
    }

    /// Objects to keep alive.
    pub fn kept(&self) -> &[Value] {
        &self.keep
    }

    /// Whether more cells were consulted than can be watched.
    pub fn overflowed(&self) -> bool {
        self.overflow
    }
}

/// A cached result. It changes only where a lookup finds that it is out of date, and in its place among the entries of its site.
#[repr(C)]
#[derive(Debug)]
pub struct CacheEntry<T: Copy> {
    keys: [u64; 2],
    depends: Cell<Depends>,
    value: Cell<Option<T>>,
    next: Cell<*const CacheEntry<T>>,
    /// Its index among all entries.
    index: usize,
}

/// Version cells and what they must hold. The second cell may be null.
#[derive(Clone, Copy, Debug)]
struct Depends {
    cells: [*const u32; 2],
    versions: [u32; 2],
}

/// How many entries of a site are tried before the table is.
const CHAIN_LIMIT: usize = 8;

static NO_CELL: u32 = 0;

impl Depends {
    fn new(deps: &Deps) -> Depends {
        let mut depends = Depends {
            cells: [&raw const NO_CELL, std::ptr::null()],
            versions: [NO_CELL; 2],
        };
        for (at, (cell, version)) in deps.cells().enumerate() {
            depends.cells[at] = cell;
            depends.versions[at] = version;
        }
        depends
    }

    #[inline(always)]
    fn valid(&self) -> bool {
        // SAFETY: version cells are never freed (contract of `Deps::cell`).
        let first = unsafe { *self.cells[0] };
        first == self.versions[0] && (self.cells[1].is_null() || self.second_valid())
    }

    #[inline(always)]
    fn second_valid(&self) -> bool {
        // SAFETY: as for the first cell; the caller has seen that there is a second one.
        let second = unsafe { *self.cells[1] };
        second == self.versions[1]
    }
}

impl<T: Copy> CacheEntry<T> {
    /// Whether the entry answers for these keys now.
    #[inline(always)]
    pub fn answers(&self, keys: [u64; 2]) -> bool {
        self.is_for(keys) && self.valid()
    }

    #[inline(always)]
    fn is_for(&self, keys: [u64; 2]) -> bool {
        // Not as arrays: those would be compared in memory.
        (self.keys[0] ^ keys[0]) | (self.keys[1] ^ keys[1]) == 0
    }

    #[inline(always)]
    fn valid(&self) -> bool {
        // SAFETY: nobody writes the cell while this reads it: entries belong to one thread.
        unsafe { &*self.depends.as_ptr() }.valid()
    }

    /// The next entry of the site, or null.
    #[inline(always)]
    pub fn next(&self) -> *const CacheEntry<T> {
        self.next.get()
    }

    /// The result.
    #[inline(always)]
    pub fn value(&self) -> Option<T> {
        self.value.get()
    }
}

/// All cache entries of a thread, and the objects they refer to.
#[derive(Default)]
pub struct Caches {
    entries: Vec<Box<dyn Any>>,
    /// Where entries are that stand, or stood, in chains too long to be searched: by site and keys.
    table: FxHashMap<(usize, [u64; 2]), usize>,
    /// The last result that could not be kept, as an entry that belongs to no site.
    passing: Option<Box<dyn Any>>,
    /// Bits of values that entries refer to; scanned as roots by the language.
    pub kept: Vec<u64>,
    /// Lookups that missed the inline word.
    pub misses: u64,
}

impl fmt::Debug for Caches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caches")
            .field("entries", &self.entries.len())
            .finish()
    }
}

impl Caches {
    /// Finds or makes the entry for a site (its cache word's address) and keys, and the site's new first entry: as a rule the same.
    /// `first` is the present one, which and whose successors have not answered. The entry is valid until the next lookup.
    #[cold]
    #[inline(never)]
    pub fn lookup<T: Copy + 'static>(
        &mut self,
        site: usize,
        first: *const CacheEntry<T>,
        keys: [u64; 2],
        find: impl FnOnce([u64; 2], &mut Deps) -> Option<T>,
    ) -> (*const CacheEntry<T>, *const CacheEntry<T>) {
        self.misses += 1;
        let (mut outdated, mut length) = (None, 0);
        for entry in chain(first) {
            length += 1;
            if entry.is_for(keys) {
                outdated = Some(entry.index);
            }
        }
        // An entry of the table that is not of this chain becomes its first, and so does a new one.
        let mut head = first;
        let chained = if length < CHAIN_LIMIT || outdated.is_some() {
            first
        } else {
            // The chain starts anew: its entries are found by the table from now on.
            for entry in chain(first) {
                self.table.insert((site, entry.keys), entry.index);
            }
            std::ptr::null()
        };
        if outdated.is_none()
            && !self.table.is_empty()
            && let Some(&index) = self.table.get(&(site, keys))
        {
            let entry: &CacheEntry<T> = self.entry(index);
            entry.next.set(chained);
            if entry.valid() {
                return (entry, entry);
            }
            (outdated, head) = (Some(index), &raw const *entry);
        }
        let mut deps = Deps::default();
        let value = find(keys, &mut deps);
        let depends = Cell::new(Depends::new(&deps));
        if !deps.overflow {
            self.kept.extend(deps.keep.iter().map(|value| value.bits()));
            if let Some(index) = outdated {
                let entry: &CacheEntry<T> = self.entry(index);
                entry.depends.swap(&depends);
                entry.value.set(value);
                return (entry, head);
            }
        }
        let entry = Box::new(CacheEntry {
            keys,
            depends,
            value: Cell::new(value),
            next: Cell::new(chained),
            index: self.entries.len(),
        });
        let address: *const CacheEntry<T> = &raw const *entry;
        if deps.overflow {
            self.passing = Some(entry);
            return (address, head);
        }
        self.entries.push(entry);
        (address, address)
    }

    /// The entry with this index, which is one of a site with results of type T.
    fn entry<T: Copy + 'static>(&self, index: usize) -> &CacheEntry<T> {
        self.entries[index]
            .downcast_ref()
            .expect("a site has results of one type")
    }
}

/// The entries of a site, from its first one on.
fn chain<'a, T: Copy + 'a>(first: *const CacheEntry<T>) -> impl Iterator<Item = &'a CacheEntry<T>> {
    // SAFETY: null or an entry, which are dropped with all caches only.
    let entry = |at: *const CacheEntry<T>| unsafe { at.as_ref() };
    std::iter::successors(entry(first), move |at| entry(at.next.get()))
}

#[cfg(test)]
mod tests;
