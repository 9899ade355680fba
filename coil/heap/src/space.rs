//! Address space: blocks for small objects, pages for large ones, and their tables at the side.
//!
//! One reservation, never committed in advance: `[blocks | large pages | tables]`. Both object areas are described by
//! one byte per 32 KB granule, so that one range check and one table load tell what an address is. Huge pages were tried:
//! their faults stop the program for more than 10 ms, and it does not get faster.

use std::ptr::null_mut;

use crate::mutator::OutOfMemory;

/// Bytes of a block.
pub(crate) const BLOCK: usize = 32 << 10;
/// Bytes of a line, the unit in which old memory is freed.
pub(crate) const LINE: usize = 256;
/// Lines of a block.
pub(crate) const LINES: usize = BLOCK / LINE;
/// Words of object-start bits of a block.
pub(crate) const START_WORDS: usize = BLOCK / 8 / 64;
/// Bytes of a page of a large object.
pub(crate) const PAGE: usize = 4 << 10;
/// Objects larger than this are large.
pub(crate) const LARGE: usize = 8 << 10;

/// What a 32 KB granule holds.
pub(crate) mod state {
    /// Nothing.
    pub(crate) const FREE: u8 = 0;
    /// Young objects, and perhaps old ones that were pinned there.
    pub(crate) const YOUNG: u8 = 1;
    /// Old objects.
    pub(crate) const OLD: u8 = 2;
    /// Pages of large objects.
    pub(crate) const LARGE: u8 = 3;
}

/// State of the first page of a large object.
pub(crate) mod page_state {
    /// No object starts here.
    pub(crate) const NONE: u8 = 0;
    /// A young large object.
    pub(crate) const YOUNG: u8 = 1;
    /// An old large object.
    pub(crate) const OLD: u8 = 2;
    /// A young large object that the present minor collection has found alive.
    pub(crate) const HELD: u8 = 3;
    /// A young large object that the last minor collection found alive: the next one promotes it.
    pub(crate) const AGED: u8 = 4;
}

/// The reservation and its tables. A bundle of addresses; who may touch what is H4's matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Space {
    pub(crate) base: usize,
    /// Bytes of both object areas: `address - base < span` means "on the heap".
    pub(crate) span: usize,
    pub(crate) block_capacity: usize,
    pub(crate) page_capacity: usize,
    pub(crate) large_base: usize,
    /// Per granule: see [`state`].
    pub(crate) state: *mut u8,
    /// Per block: the cycle in which its next-cycle metadata was reset.
    pub(crate) epoch: *mut u32,
    /// Per parity, per line: 1 when an object of that cycle touches it.
    pub(crate) lines: [*mut u8; 2],
    /// Per parity, per word: 1 when an old object starts there; the next parity's are the mark bits.
    pub(crate) starts: [*mut u64; 2],
    /// Per page: distance in pages back to the start of its object.
    pub(crate) page_back: *mut u32,
    /// Per page: see [`page_state`].
    pub(crate) page_state: *mut u8,
    /// Per page: the cycle in which the object that starts there was marked.
    pub(crate) page_mark: *mut u32,
    /// Per page: how many pages the object that starts there has.
    page_count: *mut u32,
    map: (usize, usize),
}

fn tables_size(blocks: usize, pages: usize) -> usize {
    let granules = blocks + pages * PAGE / BLOCK;
    granules + blocks * (4 + 2 * LINES + 2 * START_WORDS * 8) + pages * 13 + 16 * PAGE
}

impl Space {
    /// Reserves address space, less than asked for if the system refuses.
    ///
    /// # Errors
    /// The system does not even give 64 MB.
    pub(crate) fn reserve(wanted: usize) -> Result<Space, OutOfMemory> {
        let mut bytes = wanted.clamp(64 << 20, 1 << 44);
        loop {
            if let Some(space) = Space::try_reserve(bytes) {
                return Ok(space);
            }
            bytes /= 2;
            if bytes < 32 << 20 {
                return Err(OutOfMemory);
            }
        }
    }

    fn try_reserve(bytes: usize) -> Option<Space> {
        let block_capacity = bytes / 2 / BLOCK;
        let large_bytes = block_capacity * BLOCK;
        let page_capacity = large_bytes / PAGE;
        let span = block_capacity * BLOCK + large_bytes;
        let length = span + BLOCK + tables_size(block_capacity, page_capacity);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a fresh anonymous mapping at an address of the kernel's choice.
        let map = unsafe {
            libc::mmap(
                null_mut(),
                length,
                libc::PROT_READ | libc::PROT_WRITE,
                flags,
                -1,
                0,
            )
        };
        if map == libc::MAP_FAILED {
            return None;
        }
        let map = map.expose_provenance();
        let base = map.next_multiple_of(BLOCK);
        let mut next = base + span;
        let mut table = |bytes: usize| {
            let start = next;
            next = (next + bytes).next_multiple_of(PAGE);
            std::ptr::with_exposed_provenance_mut::<u8>(start)
        };
        let starts = [(); 2].map(|()| table(block_capacity * START_WORDS * 8).cast());
        let lines = [(); 2].map(|()| table(block_capacity * LINES));
        let space = Space {
            base,
            span,
            block_capacity,
            page_capacity,
            large_base: base + block_capacity * BLOCK,
            state: table(block_capacity + large_bytes / BLOCK),
            epoch: table(block_capacity * 4).cast(),
            lines,
            starts,
            page_back: table(page_capacity * 4).cast(),
            page_state: table(page_capacity),
            page_mark: table(page_capacity * 4).cast(),
            page_count: table(page_capacity * 4).cast(),
            map: (map, length),
        };
        assert!(next <= map + length, "the tables fit the reservation");
        Some(space)
    }

    /// Gives the address space back.
    ///
    /// # Safety
    /// Nothing uses the space afterwards.
    pub(crate) unsafe fn release(&self) {
        let start = std::ptr::with_exposed_provenance_mut(self.map.0);
        // SAFETY: the mapping was made by `try_reserve` and nothing uses it any more.
        unsafe { libc::munmap(start, self.map.1) };
    }

    /// Whether the address lies on the heap.
    #[inline(always)]
    pub(crate) fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.base) < self.span
    }

    /// The granule of an address on the heap.
    #[inline(always)]
    pub(crate) fn granule(&self, address: usize) -> usize {
        (address - self.base) / BLOCK
    }

    /// The start of a block.
    #[inline(always)]
    pub(crate) fn block_address(&self, block: usize) -> usize {
        self.base + block * BLOCK
    }

    /// The state of a granule.
    #[inline(always)]
    pub(crate) fn state(&self, granule: usize) -> u8 {
        debug_assert!(granule < self.block_capacity + self.page_capacity * PAGE / BLOCK);
        // SAFETY: the table covers every granule.
        unsafe { self.state.wrapping_add(granule).read() }
    }

    /// Sets the state of a granule.
    #[inline(always)]
    pub(crate) fn set_state(&self, granule: usize, state: u8) {
        debug_assert!(granule < self.block_capacity + self.page_capacity * PAGE / BLOCK);
        // SAFETY: the table covers every granule; the caller may write it by H4.
        unsafe { self.state.wrapping_add(granule).write(state) };
    }
}

/// Per-block and per-page metadata. All of it is collector state: H4 says who may call this.
impl Space {
    /// Sets the start bit of an object in a block; returns whether it was clear.
    #[inline(always)]
    pub(crate) fn set_start(&self, parity: usize, address: usize) -> bool {
        let word_index = (address - self.base) >> 3;
        debug_assert!(word_index >> 6 < self.block_capacity * START_WORDS);
        // SAFETY: the table covers every word of every block.
        let word = unsafe { &mut *self.starts[parity].wrapping_add(word_index >> 6) };
        let bit = 1 << (word_index & 63);
        let clear = *word & bit == 0;
        *word |= bit;
        clear
    }

    /// Whether an object starts at an address in a block.
    #[inline(always)]
    pub(crate) fn test_start(&self, parity: usize, address: usize) -> bool {
        let word_index = (address - self.base) >> 3;
        debug_assert!(word_index >> 6 < self.block_capacity * START_WORDS);
        // SAFETY: the table covers every word of every block.
        let word = unsafe { self.starts[parity].wrapping_add(word_index >> 6).read() };
        word >> (word_index & 63) & 1 != 0
    }

    /// The last object of the block that starts at or before the address.
    pub(crate) fn last_start(&self, parity: usize, address: usize) -> Option<usize> {
        let word_index = (address - self.base) >> 3;
        let first = self.granule(address) * START_WORDS;
        let mut index = word_index >> 6;
        let mut keep = !0u64 >> (63 - (word_index & 63));
        loop {
            // SAFETY: the table covers every word of every block.
            let word = unsafe { self.starts[parity].wrapping_add(index).read() } & keep;
            if word != 0 {
                return Some(self.base + (index * 64 + 63 - word.leading_zeros() as usize) * 8);
            }
            if index == first {
                return None;
            }
            index -= 1;
            keep = !0;
        }
    }

    /// Marks the lines that an object touches.
    #[inline(always)]
    pub(crate) fn mark_lines(&self, parity: usize, address: usize, size: usize) {
        let first = (address - self.base) / LINE;
        let last = (address + size - 1 - self.base) / LINE;
        debug_assert!(last < self.block_capacity * LINES);
        for line in first..=last {
            // SAFETY: the table covers every line of every block.
            unsafe { self.lines[parity].wrapping_add(line).write(1) };
        }
    }

    /// Whether a line (by its index in the block) is marked.
    pub(crate) fn line_marked(&self, parity: usize, block: usize, line: usize) -> bool {
        // SAFETY: the table covers every line of every block.
        unsafe { self.lines[parity].wrapping_add(block * LINES + line).read() != 0 }
    }

    /// Number of marked lines of a block.
    pub(crate) fn marked_lines(&self, parity: usize, block: usize) -> usize {
        // SAFETY: the table covers every line of every block.
        let lines = unsafe {
            std::slice::from_raw_parts(self.lines[parity].wrapping_add(block * LINES), LINES)
        };
        lines.iter().map(|&mark| usize::from(mark)).sum()
    }

    /// The first run of unmarked lines of a block from a line on.
    pub(crate) fn find_hole(
        &self,
        parity: usize,
        block: usize,
        from: usize,
    ) -> Option<(usize, usize)> {
        // SAFETY: the table covers every line of every block.
        let lines = unsafe {
            std::slice::from_raw_parts(self.lines[parity].wrapping_add(block * LINES), LINES)
        };
        let start = from + lines.get(from..)?.iter().position(|&mark| mark == 0)?;
        let length = lines[start..]
            .iter()
            .position(|&mark| mark != 0)
            .unwrap_or(LINES - start);
        Some((start, start + length))
    }

    /// Forgets a block's lines and starts.
    pub(crate) fn clear_block(&self, parity: usize, block: usize) {
        // SAFETY: the table covers every line of every block.
        unsafe {
            self.lines[parity]
                .wrapping_add(block * LINES)
                .write_bytes(0, LINES)
        };
        // SAFETY: the table covers every word of every block.
        unsafe {
            self.starts[parity]
                .wrapping_add(block * START_WORDS)
                .write_bytes(0, START_WORDS)
        };
    }

    /// Resets a block's next-cycle metadata unless that happened in this cycle already.
    #[inline(always)]
    pub(crate) fn begin_block(&self, next_parity: usize, block: usize, cycle: u32) {
        debug_assert!(block < self.block_capacity);
        // SAFETY: the table covers every block.
        let epoch = unsafe { &mut *self.epoch.wrapping_add(block) };
        if *epoch != cycle {
            *epoch = cycle;
            self.clear_block(next_parity, block);
        }
    }

    /// The cycle in which a block was last begun.
    #[inline(always)]
    pub(crate) fn epoch(&self, block: usize) -> u32 {
        // SAFETY: the table covers every block.
        unsafe { self.epoch.wrapping_add(block).read() }
    }

    /// The page of an address in the large area.
    #[inline(always)]
    pub(crate) fn page(&self, address: usize) -> usize {
        (address - self.large_base) / PAGE
    }

    /// The address of a page.
    #[inline(always)]
    pub(crate) fn page_address(&self, page: usize) -> usize {
        self.large_base + page * PAGE
    }

    /// See [`page_state`].
    #[inline(always)]
    pub(crate) fn page_state(&self, page: usize) -> u8 {
        debug_assert!(page < self.page_capacity);
        // SAFETY: the table covers every page.
        unsafe { self.page_state.wrapping_add(page).read() }
    }

    /// Sets the state of the page where an object starts.
    pub(crate) fn set_page_state(&self, page: usize, state: u8) {
        debug_assert!(page < self.page_capacity);
        // SAFETY: the table covers every page.
        unsafe { self.page_state.wrapping_add(page).write(state) };
    }

    /// The cycle in which the large object at a page was marked.
    #[inline(always)]
    pub(crate) fn page_mark(&self, page: usize) -> u32 {
        debug_assert!(page < self.page_capacity);
        // SAFETY: the table covers every page.
        unsafe { self.page_mark.wrapping_add(page).read() }
    }

    /// Marks the large object at a page.
    #[inline(always)]
    pub(crate) fn set_page_mark(&self, page: usize, cycle: u32) {
        debug_assert!(page < self.page_capacity);
        // SAFETY: the table covers every page.
        unsafe { self.page_mark.wrapping_add(page).write(cycle) };
    }

    /// Records which pages belong to the large object at `start`.
    pub(crate) fn claim_pages(&self, start: usize, count: usize) {
        debug_assert!(start + count <= self.page_capacity);
        // SAFETY: the table covers every page.
        unsafe { self.page_count.wrapping_add(start).write(count as u32) };
        for i in 0..count {
            // SAFETY: the table covers every page; distances fit, there are fewer than 2^32 pages.
            unsafe { self.page_back.wrapping_add(start + i).write(i as u32) };
        }
    }

    /// How many pages the large object at a page has.
    pub(crate) fn page_count(&self, page: usize) -> usize {
        debug_assert!(page < self.page_capacity);
        // SAFETY: the table covers every page.
        unsafe { self.page_count.wrapping_add(page).read() as usize }
    }

    /// The page where the object that owns (or owned) this page starts.
    pub(crate) fn page_head(&self, page: usize) -> usize {
        debug_assert!(page < self.page_capacity);
        // SAFETY: the table covers every page.
        page - unsafe { self.page_back.wrapping_add(page).read() } as usize
    }
}

/// Asks for a cache line that will be read soon.
#[inline(always)]
pub(crate) fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch of any address is harmless.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address as *const i8) };
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a prefetch of any address is harmless.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{0}]", in(reg) address, options(nostack, readonly, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = address;
}
