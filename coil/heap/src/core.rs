//! [`Core`]: the collector's state, behind the heap's lock, and the allocation of memory in bulk.
//!
//! Parities: `parity` indexes the line marks and start bits that describe old objects now; while a major collection
//! marks, `parity ^ 1` is being built and becomes the present one when it is complete. A block's share of the
//! next parity is reset when the cycle first touches it, and a block the cycle never touched is free.

use coil_value::{Header, Ref, flags};

use crate::config::HeapConfig;
use crate::counters::Counters;
use crate::layout::{Compiled, LayoutTable, object_size};
use crate::mutator::OutOfMemory;
use crate::pool::{BlockPool, POISON, PagePool};
use crate::roots::{RootSet, RootSetId, WeakSet};
use crate::space::{BLOCK, LINE, LINES, PAGE, Space, page_state, state};

/// Objects of more lines than this do not go into holes.
const HOLE_MAX_LINES: usize = 4;

/// Young regions in partly used blocks are at least this many lines.
const YOUNG_HOLE_LINES: usize = 4;
/// Where the system limits the address space, so much of it is kept for what goes beyond the limit.
const KEPT_BYTES: usize = 16 << 20;
/// What was granted beyond the limit is taken back when so much is free below it.
const GRANT_MARGIN: usize = 1 << 20;

/// Young large objects may always take this much between minor collections.
const LARGE_BUDGET: usize = 1 << 20;

/// Why memory in bulk is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The nursery is used up.
    NurseryFull,
    /// The heap limit is reached.
    LimitReached,
}

/// What a mutator gets to bump-allocate from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Reads as zero already.
    pub(crate) clean: bool,
}

/// A bump region in old memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OldRegion {
    pub(crate) cursor: usize,
    pub(crate) limit: usize,
}

/// Part of a large reference array that marking has yet to scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GrayPart {
    pub(crate) object: usize,
    pub(crate) next_item: usize,
}

/// The collector's state.
pub(crate) struct Core {
    pub(crate) space: Space,
    pub(crate) config: HeapConfig,
    pub(crate) layouts: *const LayoutTable,
    pub(crate) table: *const Compiled,
    pub(crate) table_len: usize,
    pub(crate) blocks: BlockPool,
    pub(crate) pages: PagePool,

    /// Present size of the nursery.
    pub(crate) nursery_bytes: usize,
    /// Bytes of regions handed out since the last minor collection.
    pub(crate) nursery_used: usize,
    /// Bytes of large objects allocated since the last minor collection.
    pub(crate) young_large_bytes: usize,
    /// Regions that mutators have used: start and end of what they filled.
    pub(crate) regions: Vec<(usize, usize)>,
    /// Blocks in state YOUNG.
    pub(crate) young_blocks: Vec<u32>,
    /// Old blocks with much free room, to be offered to mutators first.
    pub(crate) reusable: Vec<u32>,
    /// The reusable block being handed out, and the line to go on from.
    pub(crate) hole: Option<(usize, usize)>,
    /// Start pages of young and old large objects.
    pub(crate) young_large: Vec<u32>,
    pub(crate) old_large: Vec<u32>,
    /// Slots on the heap that refer to large objects which have survived, but are young still.
    pub(crate) aging_slots: Vec<usize>,

    /// Where small old objects go.
    pub(crate) old: OldRegion,
    /// Where old objects go that are too large for holes.
    pub(crate) old_wide: OldRegion,
    /// Where the search for holes goes on.
    pub(crate) sweep: (usize, usize),
    /// The search for holes is worth while: the last major collection left many.
    pub(crate) old_room: bool,

    pub(crate) parity: usize,
    pub(crate) cycle: u32,
    pub(crate) marking: bool,
    /// The last objects are being marked: none is young, or moves, before that is done.
    pub(crate) finishing: bool,
    pub(crate) gray: Vec<usize>,
    pub(crate) gray_parts: Vec<GrayPart>,
    pub(crate) live_marked: usize,
    /// Part of the above: what became old during marking, and was not found live but declared so.
    pub(crate) adopted_marked: usize,

    /// Objects that a minor collection has yet to scan.
    pub(crate) pending: Vec<usize>,
    /// Logs of mutators that detached.
    pub(crate) logged: Vec<usize>,
    pub(crate) logged_slots: Vec<usize>,
    /// Possible addresses of young objects found on stacks.
    pub(crate) candidates: Vec<usize>,
    pub(crate) pinned: Vec<usize>,
    /// The present minor collection leaves survivors where they stand.
    pub(crate) in_place: bool,
    /// What is visited now are stacks and registers: every minor collection sees them.
    pub(crate) fleeting: bool,
    pub(crate) survived: usize,

    /// How far the program may go beyond the limit since it ran out of memory, and how far the present allocation may.
    pub(crate) granted: usize,
    pub(crate) allowed: usize,

    /// Bytes of old objects, large ones included.
    pub(crate) old_bytes: usize,
    /// Start a major collection beyond this.
    pub(crate) threshold: usize,
    /// How much slack the threshold gives.
    pub(crate) slack_level: usize,
    /// Time that major collections had taken when the last incremental one ended, and when that was.
    pub(crate) cycle_start_ns: u64,
    pub(crate) last_major: Option<std::time::Instant>,

    pub(crate) roots: Vec<(RootSetId, Box<dyn RootSet>)>,
    pub(crate) weak: Vec<(RootSetId, Box<dyn WeakSet>)>,
    pub(crate) next_root: u64,
    pub(crate) counters: Counters,
    pub(crate) random: u64,
    /// When the last collection ended.
    pub(crate) last_end: Option<std::time::Instant>,
}

impl Core {
    pub(crate) fn new(space: Space, config: HeapConfig) -> Core {
        let nursery_bytes = config
            .nursery_bytes
            .max(BLOCK)
            .min((config.max_heap_bytes / 8).max(BLOCK));
        Core {
            space,
            layouts: std::ptr::null(),
            table: std::ptr::null(),
            table_len: 0,
            blocks: BlockPool::default(),
            pages: PagePool::default(),
            nursery_bytes,
            nursery_used: 0,
            young_large_bytes: 0,
            regions: Vec::new(),
            young_blocks: Vec::new(),
            reusable: Vec::new(),
            hole: None,
            young_large: Vec::new(),
            old_large: Vec::new(),
            aging_slots: Vec::new(),
            old: OldRegion::default(),
            old_wide: OldRegion::default(),
            sweep: (0, 0),
            old_room: false,
            parity: 0,
            cycle: 0,
            marking: false,
            finishing: false,
            gray: Vec::new(),
            gray_parts: Vec::new(),
            live_marked: 0,
            adopted_marked: 0,
            pending: Vec::new(),
            logged: Vec::new(),
            logged_slots: Vec::new(),
            candidates: Vec::new(),
            pinned: Vec::new(),
            in_place: false,
            fleeting: false,
            survived: 0,
            granted: 0,
            allowed: 0,
            old_bytes: 0,
            threshold: config.major_floor_bytes,
            slack_level: 0,
            cycle_start_ns: 0,
            last_major: None,
            roots: Vec::new(),
            weak: Vec::new(),
            next_root: 0,
            counters: Counters::default(),
            random: config.seed | 1,
            last_end: None,
            config,
        }
    }

    /// Bytes of blocks and pages in use.
    pub(crate) fn used_bytes(&self) -> usize {
        self.blocks.used * BLOCK + self.pages.used * PAGE
    }

    fn limit_bytes(&self) -> usize {
        self.config
            .max_heap_bytes
            .saturating_add(self.granted + self.allowed)
    }

    /// Whether another block would be beyond the limit, or would be one of the last blocks that there are.
    pub(crate) fn refuses_block(&self) -> bool {
        let capacity = self.space.block_capacity * BLOCK;
        let kept = KEPT_BYTES.min(capacity / 8);
        self.used_bytes() + BLOCK > self.limit_bytes()
            || (self.blocks.used + 1) * BLOCK + kept > capacity + self.granted + self.allowed
    }

    /// Lets the program go so much further beyond the limit, but not further than `most`, until it has come back.
    pub(crate) fn grant(&mut self, bytes: usize, most: usize) {
        self.granted = self.granted.max(most.min(self.granted + bytes));
    }

    /// Takes back what was granted when it is not needed any more.
    pub(crate) fn settle_grant(&mut self) {
        let granted = std::mem::take(&mut self.granted);
        if granted > 0 && self.used_bytes() + GRANT_MARGIN > self.limit_bytes()
            || self.refuses_block()
        {
            self.granted = granted;
        }
    }

    pub(crate) fn note_use(&mut self) {
        let used = self.used_bytes() as u64;
        self.counters.used_bytes = used;
        self.counters.peak_bytes = self.counters.peak_bytes.max(used);
    }

    /// The descriptor of an object on the heap.
    #[inline(always)]
    pub(crate) fn compiled(&self, address: usize) -> &'static Compiled {
        // SAFETY: a live object stands at the address (H1).
        let word = unsafe { (address as *const u64).read() };
        let id = (word >> 48) as usize;
        assert!(id < self.table_len, "an object on the heap has a layout");
        // SAFETY: the index was checked; the table outlives the core, which does not hand the reference out.
        unsafe { &*self.table.wrapping_add(id) }
    }

    /// The size of an object on the heap.
    #[inline(always)]
    pub(crate) fn size(&self, address: usize) -> usize {
        // SAFETY: a live object stands at the address (H1).
        unsafe { object_size(self.compiled(address), address) }
    }

    /// The flags of an object on the heap.
    #[inline(always)]
    pub(crate) fn flags(address: usize) -> u8 {
        // SAFETY: a live object stands at the address (H1).
        unsafe { ((address + 4) as *const u8).read() }
    }

    #[inline(always)]
    pub(crate) fn set_flags(address: usize, flags: u8) {
        // SAFETY: a live object stands at the address (H1).
        unsafe { ((address + 4) as *mut u8).write(flags) };
    }

    /// A pseudo-random number below 100.
    pub(crate) fn percent(&mut self) -> u8 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        ((self.random >> 33) % 100) as u8
    }

    /// A young region for a mutator, with room for an object of `bytes` bytes.
    pub(crate) fn take_region(&mut self, bytes: usize) -> Result<Region, Refused> {
        if self.nursery_used >= self.nursery_bytes {
            return Err(Refused::NurseryFull);
        }
        if let Some(region) = self.take_hole(bytes) {
            self.nursery_used += region.end - region.start;
            return Ok(region);
        }
        if self.refuses_block() {
            return Err(Refused::LimitReached);
        }
        let Some((block, clean)) = self.blocks.take(&self.space) else {
            return Err(Refused::LimitReached);
        };
        self.begin_new_block(block);
        self.make_young(block);
        self.nursery_used += BLOCK;
        self.note_use();
        let start = self.space.block_address(block);
        Ok(Region {
            start,
            end: start + BLOCK,
            clean,
        })
    }

    fn make_young(&mut self, block: usize) {
        self.space.set_state(block, state::YOUNG);
        self.young_blocks
            .push(u32::try_from(block).expect("fewer than 2^32 blocks"));
    }

    /// A hole of a block that pinned objects keep partly in use.
    fn take_hole(&mut self, bytes: usize) -> Option<Region> {
        let need = bytes.div_ceil(LINE).max(YOUNG_HOLE_LINES);
        loop {
            let (block, mut line) = match self.hole {
                Some(hole) => hole,
                None => {
                    let block = self.reusable.pop()? as usize;
                    if self.space.state(block) != state::OLD || self.is_old_region(block) {
                        continue;
                    }
                    self.make_young(block);
                    (block, 0)
                }
            };
            while let Some((first, end)) = self.space.find_hole(self.parity, block, line) {
                line = end;
                if end - first >= need {
                    self.hole = Some((block, line));
                    let base = self.space.block_address(block);
                    return Some(Region {
                        start: base + first * LINE,
                        end: base + end * LINE,
                        clean: false,
                    });
                }
            }
            self.hole = None;
        }
    }

    fn is_old_region(&self, block: usize) -> bool {
        self.is_wide_region(block)
            || self.old.limit != 0 && self.space.granule(self.old.limit - 1) == block
    }

    fn is_wide_region(&self, block: usize) -> bool {
        self.old_wide.limit != 0 && self.space.granule(self.old_wide.limit - 1) == block
    }

    fn begin_new_block(&self, block: usize) {
        self.space.clear_block(self.parity, block);
        if self.marking {
            self.space.begin_block(self.parity ^ 1, block, self.cycle);
            self.space.clear_block(self.parity ^ 1, block);
        }
    }

    /// Room for an old object of at most `LARGE` bytes; not cleared. None when there is no address space.
    #[inline(always)]
    pub(crate) fn take_old(&mut self, size: usize) -> Option<usize> {
        let start = self.old.cursor;
        if size <= self.old.limit - start {
            self.old.cursor = start + size;
            return Some(start);
        }
        self.take_old_slow(size)
    }

    #[cold]
    #[inline(never)]
    fn take_old_slow(&mut self, size: usize) -> Option<usize> {
        let need = size.div_ceil(LINE);
        if need > HOLE_MAX_LINES {
            if size > self.old_wide.limit - self.old_wide.cursor {
                self.old_wide = self.new_old_block()?;
            }
            let start = self.old_wide.cursor;
            self.old_wide.cursor += size;
            return Some(start);
        }
        let region = match self.next_old_hole(need) {
            Some(region) => region,
            None => self.new_old_block()?,
        };
        self.old = OldRegion {
            cursor: region.cursor + size,
            limit: region.limit,
        };
        Some(region.cursor)
    }

    /// Lazy sweep: the next hole of the old blocks.
    fn next_old_hole(&mut self, need: usize) -> Option<OldRegion> {
        let (mut block, mut line) = self.sweep;
        while block < self.blocks.top {
            if self.space.state(block) == state::OLD {
                while let Some((first, end)) = self.space.find_hole(self.parity, block, line) {
                    line = end;
                    if end - first >= need && !self.is_wide_region(block) {
                        if self.marking {
                            self.space.begin_block(self.parity ^ 1, block, self.cycle);
                        }
                        self.sweep = (block, line);
                        let base = self.space.block_address(block);
                        return Some(OldRegion {
                            cursor: base + first * LINE,
                            limit: base + end * LINE,
                        });
                    }
                }
            }
            block += 1;
            line = 0;
        }
        self.sweep = (block, 0);
        self.old_room = false;
        None
    }

    fn new_old_block(&mut self) -> Option<OldRegion> {
        let (block, _) = self.blocks.take(&self.space)?;
        self.begin_new_block(block);
        self.space.set_state(block, state::OLD);
        self.note_use();
        let start = self.space.block_address(block);
        Some(OldRegion {
            cursor: start,
            limit: start + BLOCK,
        })
    }

    /// Makes a small object part of the old space: it has its lines and start bit from now on, and is marked if marking
    /// goes on. The caller sees to it that its references are visited by this minor collection, or the next one.
    #[inline(always)]
    pub(crate) fn adopt(&mut self, address: usize, size: usize) {
        self.space.set_start(self.parity, address);
        self.space.mark_lines(self.parity, address, size);
        self.old_bytes += size;
        if self.marking {
            self.adopt_marked(address, size);
        }
    }

    #[inline(never)]
    fn adopt_marked(&mut self, address: usize, size: usize) {
        let block = self.space.granule(address);
        self.space.begin_block(self.parity ^ 1, block, self.cycle);
        if self.space.set_start(self.parity ^ 1, address) {
            self.space.mark_lines(self.parity ^ 1, address, size);
            self.live_marked += size;
            self.adopted_marked += size;
        }
    }

    /// Makes a large object part of the old space.
    pub(crate) fn adopt_large(&mut self, page: usize) {
        self.space.set_page_state(page, page_state::OLD);
        self.old_bytes += self.space.page_count(page) * PAGE;
        if self.marking {
            self.space.set_page_mark(page, self.cycle);
            self.adopted_marked += self.space.page_count(page) * PAGE;
        }
    }

    /// Pages for a large object, zeroed if `clear` asks for it; the caller writes its header, then nothing can collect before its size is known.
    pub(crate) fn take_large(&mut self, bytes: usize, clear: bool) -> Result<usize, Refused> {
        let rounded = bytes
            .checked_next_multiple_of(PAGE)
            .ok_or(Refused::LimitReached)?;
        let room = self.limit_bytes().saturating_sub(self.used_bytes());
        if rounded > room {
            return Err(Refused::LimitReached);
        }
        if self.young_large_bytes > 0 && self.young_large_bytes + rounded > self.large_budget() {
            return Err(Refused::NurseryFull);
        }
        let page = self
            .pages
            .take(&self.space, rounded / PAGE, clear)
            .ok_or(Refused::LimitReached)?;
        self.space.set_page_state(page, page_state::YOUNG);
        self.space.set_page_mark(page, 0);
        self.young_large
            .push(u32::try_from(page).expect("fewer than 2^32 pages"));
        self.young_large_bytes += rounded;
        self.counters.large_bytes += rounded as u64;
        self.note_use();
        Ok(self.space.page_address(page))
    }

    /// Young large objects may take this much before a minor collection looks at them. They are not copied, so it may
    /// be more than the nursery.
    pub(crate) fn large_budget(&self) -> usize {
        self.nursery_bytes
            .max(LARGE_BUDGET)
            .max(self.old_bytes / 4)
            .min((self.config.max_heap_bytes / 4).max(PAGE))
    }

    /// Frees the pages of a large object.
    pub(crate) fn free_large(&mut self, page: usize) {
        let count = self.space.page_count(page);
        self.counters.returned_bytes +=
            self.pages
                .give(&self.space, page, count, self.config.poison) as u64;
    }

    /// Room for an old small object, cleared, for a mutator. Its fields are logged as a whole, so that the mutator may
    /// initialise them without a barrier.
    pub(crate) fn allocate_old(
        &mut self,
        size: usize,
        first_word: u64,
        ty: u64,
    ) -> Result<Ref, OutOfMemory> {
        if self.refuses_block() {
            return Err(OutOfMemory);
        }
        let address = self.take_old(size).ok_or(OutOfMemory)?;
        let words = std::ptr::with_exposed_provenance_mut::<u64>(address);
        // SAFETY: the memory was just taken.
        unsafe { words.cast::<u8>().write_bytes(0, size) };
        // SAFETY: as above.
        unsafe { words.write(first_word | u64::from(flags::OLD | flags::PINNED) << 32) };
        // SAFETY: as above.
        unsafe { words.wrapping_add(1).write(ty) };
        self.adopt(address, size);
        self.logged.push(address);
        // SAFETY: just initialised.
        Ok(unsafe { Ref::from_ptr(words.cast::<Header>()) })
    }

    /// Overwrites the free lines of a block.
    pub(crate) fn poison_holes(&self, block: usize) {
        for line in 0..LINES {
            if !self.space.line_marked(self.parity, block, line) {
                let start = self.space.block_address(block) + line * LINE;
                // SAFETY: nothing live touches an unmarked line.
                unsafe {
                    std::ptr::with_exposed_provenance_mut::<u8>(start).write_bytes(POISON, LINE)
                };
            }
        }
    }
}
