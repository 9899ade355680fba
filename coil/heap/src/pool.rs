//! Pools of free blocks and free pages.
//!
//! Invariants
//! * P1: a block in `clean` and a page in the page pool read as zero.
//! * P2: free runs of pages never touch each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::space::{BLOCK, PAGE, Space, page_state, state};

/// Freed runs of at least this size go back to the system at once; smaller ones are cleared by hand.
const RETURN_AT_ONCE: usize = 64 << 10;

/// Overwrites freed memory when that is asked for.
pub(crate) const POISON: u8 = 0xDB;

/// Gives memory back to the system; it reads as zero afterwards.
fn return_to_system(address: usize, length: usize) {
    let start = std::ptr::with_exposed_provenance_mut(address);
    // SAFETY: the caller's free part of the reservation.
    let result = unsafe { libc::madvise(start, length, libc::MADV_DONTNEED) };
    assert!(result == 0, "the range lies in the reservation");
}

fn fill(address: usize, length: usize, byte: u8) {
    let start = std::ptr::with_exposed_provenance_mut::<u8>(address);
    // SAFETY: the caller's free part of the reservation.
    unsafe { start.write_bytes(byte, length) };
}

/// Free blocks.
#[derive(Default)]
pub(crate) struct BlockPool {
    /// First block that was never used.
    pub(crate) top: usize,
    clean: Vec<u32>,
    pub(crate) dirty: Vec<u32>,
    /// Blocks in use.
    pub(crate) used: usize,
}

impl BlockPool {
    /// A free block, and whether it is known to be zero. `young` prefers warm memory.
    pub(crate) fn take(&mut self, space: &Space) -> Option<(usize, bool)> {
        let (block, clean) = if let Some(block) = self.dirty.pop() {
            (block as usize, false)
        } else if let Some(block) = self.clean.pop() {
            (block as usize, true)
        } else if self.top < space.block_capacity {
            self.top += 1;
            (self.top - 1, true)
        } else {
            return None;
        };
        self.used += 1;
        debug_assert!(space.state(block) == state::FREE);
        Some((block, clean))
    }

    /// Takes a block back. The pool keeps dirty ones until [`BlockPool::trim`].
    pub(crate) fn give(&mut self, space: &Space, block: usize, poison: bool) {
        if poison {
            fill(space.block_address(block), BLOCK, POISON);
        }
        space.set_state(block, state::FREE);
        self.dirty
            .push(u32::try_from(block).expect("fewer than 2^32 blocks"));
        self.used -= 1;
    }

    /// Returns up to `limit` bytes of free blocks beyond `keep` bytes to the system; says how many.
    pub(crate) fn trim(&mut self, space: &Space, keep: usize, limit: usize) -> usize {
        let surplus = (self.dirty.len() * BLOCK).saturating_sub(keep);
        let count = surplus.min(limit) / BLOCK;
        // The oldest entries were used least recently.
        for &block in &self.dirty[..count] {
            return_to_system(space.block_address(block as usize), BLOCK);
        }
        self.clean.extend(self.dirty.drain(..count));
        count * BLOCK
    }
}

/// Free pages of the large area.
#[derive(Default)]
pub(crate) struct PagePool {
    /// First page that was never used.
    top: usize,
    by_start: BTreeMap<usize, usize>,
    by_length: BTreeSet<(usize, usize)>,
    /// Pages in use.
    pub(crate) used: usize,
    /// About how many free pages the system has not got back.
    resident: usize,
}

impl PagePool {
    /// A zeroed run of pages, claimed for one object.
    pub(crate) fn take(&mut self, space: &Space, count: usize, poison: bool) -> Option<usize> {
        let start = if let Some(&(length, start)) = self.by_length.range((count, 0)..).next() {
            self.remove(start, length);
            if length > count {
                self.insert(start + count, length - count);
            }
            self.resident = self.resident.saturating_sub(count);
            if poison {
                fill(space.page_address(start), count * PAGE, 0);
            }
            start
        } else {
            if count > space.page_capacity - self.top {
                return None;
            }
            let start = self.top;
            let granules = BLOCK / PAGE;
            let first = space.block_capacity + start / granules;
            let last = space.block_capacity + (start + count - 1) / granules;
            for granule in first..=last {
                space.set_state(granule, state::LARGE);
            }
            self.top += count;
            start
        };
        self.used += count;
        space.claim_pages(start, count);
        Some(start)
    }

    /// Takes pages back; returns the bytes that went to the system.
    pub(crate) fn give(
        &mut self,
        space: &Space,
        start: usize,
        count: usize,
        poison: bool,
    ) -> usize {
        let address = space.page_address(start);
        let bytes = count * PAGE;
        let returned = if poison {
            fill(address, bytes, POISON);
            0
        } else if bytes >= RETURN_AT_ONCE {
            return_to_system(address, bytes);
            bytes
        } else {
            fill(address, bytes, 0);
            self.resident += count;
            0
        };
        space.set_page_state(start, page_state::NONE);
        self.used -= count;
        let (mut start, mut count) = (start, count);
        if let Some((&before, &length)) = self.by_start.range(..start).next_back()
            && before + length == start
        {
            self.remove(before, length);
            start = before;
            count += length;
        }
        if let Some(&length) = self.by_start.get(&(start + count)) {
            self.remove(start + count, length);
            count += length;
        }
        self.insert(start, count);
        returned
    }

    /// Returns all free pages to the system if more than `keep` bytes of them are not; says how many bytes may have been.
    pub(crate) fn trim(&mut self, space: &Space, keep: usize) -> usize {
        if self.resident * PAGE <= keep {
            return 0;
        }
        for (&start, &length) in &self.by_start {
            return_to_system(space.page_address(start), length * PAGE);
        }
        std::mem::take(&mut self.resident) * PAGE
    }

    fn insert(&mut self, start: usize, length: usize) {
        self.by_start.insert(start, length);
        self.by_length.insert((length, start));
    }

    fn remove(&mut self, start: usize, length: usize) {
        self.by_start.remove(&start);
        self.by_length.remove(&(length, start));
    }
}
