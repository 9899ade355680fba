//! Pools of free blocks and free pages.
//!
//! Invariants
//! * P1: a block in `clean` and a free page that is not dirty read as zero.
//! * P2: free runs of pages never touch each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::space::{BLOCK, PAGE, Space, page_state, state};

/// Freed runs of at least this size go back to the system at once; smaller ones are cleared by hand when they are used again.
const RETURN_AT_ONCE: usize = 64 << 10;

/// How many of the lowest free runs of pages are looked at before the shortest that fits is taken.
const FIRST_FIT_RUNS: usize = 32;

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
    /// Of every page that was ever used: whether it is free and the system has not got it back.
    dirty: Vec<bool>,
    /// How many those are.
    dirty_count: usize,
}

impl PagePool {
    /// A run of pages, claimed for one object; zeroed if `clear` asks for it.
    pub(crate) fn take(&mut self, space: &Space, count: usize, clear: bool) -> Option<usize> {
        let start = if let Some((start, length)) = self.fitting(count) {
            self.remove(start, length);
            if length > count {
                self.insert(start + count, length - count);
            }
            self.use_again(space, start, count, clear);
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
            self.dirty.resize(self.top, false);
            start
        };
        self.used += count;
        space.claim_pages(start, count);
        Some(start)
    }

    /// The lowest free run that is long enough, where memory is warm, or at least a short one: start and length.
    fn fitting(&self, count: usize) -> Option<(usize, usize)> {
        let mut low = self.by_start.iter().take(FIRST_FIT_RUNS);
        match low.find(|&(_, &length)| length >= count) {
            Some((&start, &length)) => Some((start, length)),
            None => {
                let (length, start) = *self.by_length.range((count, 0)..).next()?;
                Some((start, length))
            }
        }
    }

    /// A run is no longer free; clears what is dirty of it.
    fn use_again(&mut self, space: &Space, start: usize, count: usize, clear: bool) {
        for (page, dirty) in (start..).zip(&mut self.dirty[start..start + count]) {
            if std::mem::take(dirty) {
                if clear {
                    fill(space.page_address(page), PAGE, 0);
                }
                self.dirty_count -= 1;
            }
        }
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
        let returned = if bytes >= RETURN_AT_ONCE && !poison {
            return_to_system(address, bytes);
            bytes
        } else {
            if poison {
                fill(address, bytes, POISON);
            }
            self.dirty[start..start + count].fill(true);
            self.dirty_count += count;
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

    /// Returns free pages to the system until no more than `keep` bytes are left that are not; says how many bytes it were.
    pub(crate) fn trim(&mut self, space: &Space, keep: usize) -> usize {
        let mut surplus = self.dirty_count.saturating_sub(keep / PAGE);
        let (mut returned, mut end) = (0, self.dirty.len());
        // Low addresses are used first.
        while surplus > 0 {
            let Some(last) = self.dirty[..end].iter().rposition(|&dirty| dirty) else {
                break;
            };
            let start = self.dirty[..last].iter().rposition(|&dirty| !dirty);
            let start = start
                .map_or(0, |clean| clean + 1)
                .max((last + 1).saturating_sub(surplus));
            let count = last + 1 - start;
            return_to_system(space.page_address(start), count * PAGE);
            self.dirty[start..=last].fill(false);
            self.dirty_count -= count;
            surplus -= count;
            returned += count * PAGE;
            end = start;
        }
        returned
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
