//! Address space: blocks for small objects, pages for large ones, and their tables at the side.
//!
//! One reservation, never committed in advance: `[blocks | large pages | tables]`. Both object areas are described by
//! one byte per 32 KB granule, so that one range check and one table load tell what an address is.

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
    map: (usize, usize),
}

fn tables_size(blocks: usize, pages: usize) -> usize {
    let granules = blocks + pages * PAGE / BLOCK;
    granules + blocks * (4 + 2 * LINES + 2 * START_WORDS * 8) + pages * 9 + 16 * PAGE
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
        unsafe { self.state.add(granule).read() }
    }

    /// Sets the state of a granule.
    #[inline(always)]
    pub(crate) fn set_state(&self, granule: usize, state: u8) {
        debug_assert!(granule < self.block_capacity + self.page_capacity * PAGE / BLOCK);
        // SAFETY: the table covers every granule; the caller may write it by H4.
        unsafe { self.state.add(granule).write(state) };
    }
}
