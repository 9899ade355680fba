//! A site's entries: found by its chain, by the table when the chain is too long, and made anew when a cell changed.

use super::*;

/// One site, as compiled instructions hold it.
struct Site {
    caches: Caches,
    first: *const CacheEntry<u64>,
    finds: usize,
}

impl Site {
    fn new() -> Site {
        Site {
            caches: Caches::default(),
            first: std::ptr::null(),
            finds: 0,
        }
    }

    /// The result for the key, which is ten times the key plus what the cell holds.
    fn get(&mut self, key: u64, cell: &Cell<u32>) -> u64 {
        let keys = [key, 0];
        let known = chain(self.first).find(|entry| entry.answers(keys));
        if let Some(entry) = known {
            return entry.value().expect("always found");
        }
        let finds = &mut self.finds;
        let (entry, first) = self.caches.lookup(1, self.first, keys, |keys, deps| {
            *finds += 1;
            deps.cell(cell.as_ptr());
            Some(keys[0] * 10 + u64::from(cell.get()))
        });
        self.first = first;
        // SAFETY: valid until the next lookup.
        unsafe { &*entry }.value().expect("always found")
    }
}

#[test]
fn each_key_is_computed_once() {
    let (mut site, cell) = (Site::new(), Cell::new(0));
    for _ in 0..3 {
        for key in 0..100 {
            assert_eq!(site.get(key, &cell), key * 10);
        }
    }
    assert_eq!(site.finds, 100);
    assert!(chain(site.first).count() <= CHAIN_LIMIT);
}

#[test]
fn results_follow_their_cells() {
    let (mut site, cell) = (Site::new(), Cell::new(0));
    for version in 0..5 {
        cell.set(version);
        for key in (0..20).chain(0..20) {
            assert_eq!(site.get(key, &cell), key * 10 + u64::from(version));
        }
    }
    assert_eq!(site.finds, 100);
    // What is out of date is written over.
    assert_eq!(site.caches.entries.len(), 20);
}

#[test]
fn short_chains_need_no_table() {
    let (mut site, cell) = (Site::new(), Cell::new(0));
    for key in 0..CHAIN_LIMIT as u64 {
        site.get(key, &cell);
    }
    assert!(site.caches.table.is_empty());
}

#[test]
fn what_depends_on_too_much_is_not_kept() {
    let mut caches = Caches::default();
    let cells = [Cell::new(0), Cell::new(0), Cell::new(0)];
    for _ in 0..2 {
        let (entry, first) = caches.lookup(1, std::ptr::null(), [1, 2], |_, deps| {
            for cell in &cells {
                deps.cell(cell.as_ptr());
            }
            Some(7)
        });
        // SAFETY: valid until the next lookup.
        assert_eq!(unsafe { &*entry }.value(), Some(7));
        assert!(first.is_null());
    }
    assert_eq!(caches.misses, 2);
}
