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

/// A cached result. Never changed once made, but for its place among the entries of its site.
#[repr(C)]
#[derive(Debug)]
pub struct CacheEntry<T> {
    keys: [u64; 2],
    /// The second may be null.
    cells: [*const u32; 2],
    versions: [u32; 2],
    value: Option<T>,
    next: Cell<*const CacheEntry<T>>,
}

/// How many entries of a site are tried before the table of all entries is.
const CHAIN_LIMIT: usize = 8;

static NO_CELL: u32 = 0;

impl<T: Copy> CacheEntry<T> {
    /// Whether the entry answers for these keys now.
    #[inline(always)]
    pub fn answers(&self, keys: [u64; 2]) -> bool {
        // Not as arrays: those would be compared in memory.
        (self.keys[0] ^ keys[0]) | (self.keys[1] ^ keys[1]) == 0 && self.valid()
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

    /// The next entry of the site, or null.
    #[inline(always)]
    pub fn next(&self) -> *const CacheEntry<T> {
        self.next.get()
    }

    /// The result.
    #[inline(always)]
    pub fn value(&self) -> Option<T> {
        self.value
    }
}

/// All cache entries of a thread, by site and keys, and the objects they refer to.
#[derive(Default)]
pub struct Caches {
    entries: FxHashMap<(usize, [u64; 2]), Box<dyn Any>>,
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
        let (mut at, mut length) = (first, 0);
        // SAFETY: entries of the site; those that are replaced have been taken out of the chain.
        while let Some(entry) = unsafe { at.as_ref() } {
            at = entry.next.get();
            length += 1;
        }
        let first = if length < CHAIN_LIMIT {
            first
        } else {
            std::ptr::null()
        };
        if let Some(known) = self.entries.get(&(site, keys))
            && let Some(entry) = known.downcast_ref::<CacheEntry<T>>()
            && entry.valid()
        {
            entry.next.set(first);
            return (entry, entry);
        }
        let mut deps = Deps::default();
        let value = find(keys, &mut deps);
        if deps.overflow {
            let entry = Box::new(CacheEntry {
                keys,
                cells: [&raw const NO_CELL, std::ptr::null()],
                versions: [NO_CELL; 2],
                value,
                next: Cell::new(std::ptr::null()),
            });
            let address: *const CacheEntry<T> = &raw const *entry;
            self.passing = Some(entry);
            return (address, first);
        }
        let outdated = self.entries.contains_key(&(site, keys));
        let mut entry = Box::new(CacheEntry {
            keys,
            cells: [&raw const NO_CELL, std::ptr::null()],
            versions: [NO_CELL; 2],
            value,
            next: Cell::new(if outdated { std::ptr::null() } else { first }),
        });
        for (at, (cell, version)) in deps.cells().enumerate() {
            entry.cells[at] = cell;
            entry.versions[at] = version;
        }
        self.kept.extend(deps.keep.iter().map(|value| value.bits()));
        let address: *const CacheEntry<T> = &raw const *entry;
        // An outdated entry is dropped only here; what may still point to it are the chain, which starts anew then, and the inline word of
        // this site, which the caller rewrites.
        self.entries.insert((site, keys), entry);
        (address, address)
    }
}
