//! [`Heap`]: what all mutators share.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::config::HeapConfig;
use crate::counters::Counters;
use crate::layout::LayoutTable;
use crate::mutator::OutOfMemory;
use crate::roots::{RootSet, RootSetId};
use crate::space::{BLOCK, PAGE, Space, state};

/// A garbage-collected heap, shared by the mutators attached to it.
pub struct Heap {
    pub(crate) space: Space,
    pub(crate) layouts: LayoutTable,
    pub(crate) config: HeapConfig,
    core: Mutex<Core>,
}

/// State behind the heap's lock.
pub(crate) struct Core {
    pub(crate) top_block: usize,
    pub(crate) top_page: usize,
    pub(crate) roots: Vec<(RootSetId, Box<dyn RootSet>)>,
    pub(crate) next_root: u64,
    pub(crate) counters: Counters,
}

// SAFETY: the tables are touched under the rules of H4.
unsafe impl Send for Heap {}
// SAFETY: as above.
unsafe impl Sync for Heap {}

impl Heap {
    /// A heap for objects of these layouts.
    ///
    /// # Errors
    /// The system gives no address space.
    pub fn new(config: HeapConfig, layouts: LayoutTable) -> Result<Arc<Heap>, OutOfMemory> {
        let space = Space::reserve(config.reserve_bytes)?;
        let core = Core {
            top_block: 0,
            top_page: 0,
            roots: Vec::new(),
            next_root: 0,
            counters: Counters::default(),
        };
        Ok(Arc::new(Heap {
            space,
            layouts,
            config,
            core: Mutex::new(core),
        }))
    }

    /// The layouts of this heap.
    #[must_use]
    pub fn layouts(&self) -> &LayoutTable {
        &self.layouts
    }

    /// Whether the address lies in the heap's address range.
    #[must_use]
    pub fn contains(&self, address: usize) -> bool {
        self.space.contains(address)
    }

    /// What the collector did so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.core().counters
    }

    /// Adds roots that belong to no mutator. They are traced until removed.
    pub fn add_roots(&self, roots: Box<dyn RootSet>) -> RootSetId {
        let mut core = self.core();
        let id = RootSetId(core.next_root);
        core.next_root += 1;
        core.roots.push((id, roots));
        id
    }

    /// Removes roots.
    pub fn remove_roots(&self, id: RootSetId) {
        self.core().roots.retain(|(other, _)| *other != id);
    }

    pub(crate) fn core(&self) -> MutexGuard<'_, Core> {
        self.core
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A fresh, zeroed young region.
    pub(crate) fn take_region(&self, bytes: usize) -> Result<(usize, usize), OutOfMemory> {
        debug_assert!(bytes <= BLOCK);
        let mut core = self.core();
        let used = core.top_block * BLOCK + core.top_page * PAGE;
        if core.top_block == self.space.block_capacity || used >= self.config.max_heap_bytes {
            return Err(OutOfMemory);
        }
        let block = core.top_block;
        core.top_block += 1;
        core.counters.allocated_bytes += BLOCK as u64;
        self.space.set_state(block, state::YOUNG);
        let start = self.space.block_address(block);
        Ok((start, start + BLOCK))
    }

    /// Pages for a large object, zeroed.
    pub(crate) fn take_pages(&self, bytes: usize) -> Result<usize, OutOfMemory> {
        let mut core = self.core();
        let pages = bytes.div_ceil(PAGE);
        let used = core.top_block * BLOCK + core.top_page * PAGE;
        let room = self.config.max_heap_bytes.saturating_sub(used) / PAGE;
        if pages > room.min(self.space.page_capacity - core.top_page) {
            return Err(OutOfMemory);
        }
        let start = self.space.large_base + core.top_page * PAGE;
        core.top_page += pages;
        core.counters.large_bytes += bytes as u64;
        Ok(start)
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        // SAFETY: mutators keep the heap alive, so none is left.
        unsafe { self.space.release() };
    }
}
