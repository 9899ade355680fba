//! Major collections: incremental marking of old objects in bounded steps, then freeing what was not marked.
//!
//! Every step runs at the end of a minor collection, so nothing is young meanwhile. Marking is incremental-update: minor
//! collections mark what objects and slots that were stored to refer to (the generational log says which), and mark
//! what they promote. Roots are visited at the start and again at the end, when the last objects are marked at once.
//! Freed lines are found by the allocator later; only blocks that nothing touched are collected here.

use std::marker::PhantomData;
use std::time::{Duration, Instant};

use crate::core::{Core, GrayPart, OldRegion};
use crate::layout::item_count;
use crate::roots::{Mode, Phase, Visitor};
use crate::scan::{Sink, scan_items, scan_object};
use crate::space::{BLOCK, LINES, page_state, prefetch, state};
use crate::sync::MutatorPtr;

/// Objects on their way from the mark stack to being scanned, their cache lines having been asked for.
const RING: usize = 16;
/// The clock is read after this many bytes of objects.
const CLOCK_BYTES: usize = 64 << 10;
/// Items of a large array scanned at a time.
const PART_ITEMS: usize = 4096;
/// Old blocks are worth refilling when less than this share of them is live.
const ROOM_PERCENT: usize = 80;
/// Old objects may always grow by this share of what a major collection left, and by this much.
const SLACK_PERCENT: usize = 30;
const SLACK_BYTES: usize = 1 << 20;
/// They may always grow by this much when major collections are dear.
const SLACK_MOST_BYTES: usize = 4 << 20;
/// Steps from the least to the most slack.
const SLACK_LEVELS: usize = 4;
/// Major collections are dear when they take this share of the time, and cheap below that one.
const DEAR_PERCENT: u64 = 8;
const CHEAP_PERCENT: u64 = 3;
/// At most this much memory goes back to the system in an ordinary pause.
const RETURN_BYTES: usize = 1 << 20;

/// The sink that marks.
pub(crate) struct Mark<'a>(pub(crate) &'a mut Core);

impl Sink for Mark<'_> {
    const MODE: Mode = Mode::Mark;

    fn core(&mut self) -> &mut Core {
        self.0
    }

    #[inline(always)]
    unsafe fn slot(&mut self, slot: *mut u64) {
        // SAFETY: by contract.
        self.0.mark_address(unsafe { slot.read() } as usize);
    }
}

impl Core {
    /// Marks the object at an address, unless the bits are no reference into the heap.
    #[inline(always)]
    pub(crate) fn mark_address(&mut self, address: usize) {
        if address.wrapping_sub(self.space.base) >= self.space.span {
            return;
        }
        if self.space.state(self.space.granule(address)) == state::OLD {
            self.mark_small(address);
        } else {
            self.mark_large(address);
        }
    }

    /// Marks an old object in a block.
    #[inline(always)]
    pub(crate) fn mark_small(&mut self, address: usize) {
        self.space
            .begin_block(self.parity ^ 1, self.space.granule(address), self.cycle);
        if self.space.set_start(self.parity ^ 1, address) {
            self.gray.push(address);
        }
    }

    #[cold]
    pub(crate) fn mark_large(&mut self, address: usize) {
        debug_assert!(
            self.space.state(self.space.granule(address)) == state::LARGE,
            "a reference into a free block"
        );
        let page = self.space.page(address);
        if !self.finishing && self.space.page_state(page) != page_state::OLD {
            // Still young. The end of marking sees it, or it becomes old before, or dies.
            return;
        }
        if self.space.page_mark(page) != self.cycle {
            self.space.set_page_mark(page, self.cycle);
            self.gray.push(address);
        }
    }

    /// Whether marking has reached the object.
    pub(crate) fn is_marked(&self, address: usize) -> bool {
        let granule = self.space.granule(address);
        if granule >= self.space.block_capacity {
            return self.space.page_mark(self.space.page(address)) == self.cycle;
        }
        self.space.epoch(granule) == self.cycle && self.space.test_start(self.parity ^ 1, address)
    }

    /// The old object that covers an address or ends there.
    pub(crate) fn old_objects_at(&self, address: usize) -> [Option<usize>; 2] {
        let exact = self.old_object_at(address);
        let before = match exact {
            Some(object) if object != address => None,
            _ => self
                .old_object_at(address - 1)
                .filter(|&object| self.ends_at(object, address)),
        };
        [exact, before]
    }

    fn old_object_at(&self, address: usize) -> Option<usize> {
        if !self.space.contains(address) {
            return None;
        }
        match self.space.state(self.space.granule(address)) {
            state::OLD => {
                let object = self.space.last_start(self.parity, address)?;
                (address < object + self.size(object)).then_some(object)
            }
            state::LARGE => self
                .large_at(address)
                .map(|page| self.space.page_address(page)),
            _ => None,
        }
    }

    /// Marks what a stack word may point at.
    pub(crate) fn mark_conservatively(&mut self, address: usize) {
        for object in self.old_objects_at(address).into_iter().flatten() {
            self.mark_address(object);
        }
    }

    /// Calls the verifier's or the marker's visitor for all that stacks and root sets hold.
    pub(crate) fn visit_all_roots(&mut self, mutators: &[MutatorPtr], mode: Mode) {
        let mut visitor = Visitor {
            core: self,
            mode,
            phase_marker: PhantomData,
        };
        for mutator in mutators {
            // SAFETY: all mutators are stopped (H4).
            let mutator = unsafe { &*mutator.0 };
            visitor.stack_of(mutator);
            mutator.with_roots(|roots| roots.pins(&mut visitor, Phase::Full));
        }
        self.with_shared_roots(|core, roots| {
            roots.pins(
                &mut Visitor {
                    core,
                    mode,
                    phase_marker: PhantomData,
                },
                Phase::Full,
            );
        });
        self.trace_roots(mutators, mode, Phase::Full);
    }

    /// Begins a major collection.
    pub(crate) fn start_major(&mut self, mutators: &[MutatorPtr]) {
        debug_assert!(!self.marking && self.gray.is_empty());
        self.cycle += 1;
        self.marking = true;
        self.live_marked = 0;
        self.adopted_marked = 0;
        for region in [self.old, self.old_wide] {
            if region.limit != 0 {
                let block = self.space.granule(region.limit - 1);
                self.space.begin_block(self.parity ^ 1, block, self.cycle);
            }
        }
        self.visit_all_roots(mutators, Mode::Mark);
    }

    /// Marks until nothing is left or the time is over; returns whether nothing is left.
    #[inline(never)]
    pub(crate) fn mark_step(&mut self, time: Option<Duration>) -> bool {
        let begin = Instant::now();
        let mut ring = [0usize; RING];
        let mut head = 0;
        let mut waiting = 0;
        // No time at all, as in stress modes, means the smallest possible steps.
        let clock_bytes = if time.is_some_and(|time| time.is_zero()) {
            1
        } else {
            CLOCK_BYTES
        };
        let mut until_clock = clock_bytes;
        loop {
            while waiting < RING - 4 {
                let Some(object) = self.gray.pop() else { break };
                prefetch(object);
                prefetch(object + 64);
                ring[(head + waiting) % RING] = object;
                waiting += 1;
            }
            let bytes = if waiting > 0 {
                let object = ring[head % RING];
                head += 1;
                waiting -= 1;
                self.mark_through(object)
            } else if let Some(part) = self.gray_parts.pop() {
                self.mark_part(part)
            } else {
                return true;
            };
            if bytes < until_clock {
                until_clock -= bytes;
                continue;
            }
            until_clock = clock_bytes;
            if time.is_some_and(|time| begin.elapsed() >= time) {
                for index in 0..waiting {
                    self.gray.push(ring[(head + index) % RING]);
                }
                return self.gray.is_empty() && self.gray_parts.is_empty();
            }
        }
    }

    /// Marks what an object refers to; returns the bytes looked at.
    #[inline(always)]
    fn mark_through(&mut self, object: usize) -> usize {
        let layout = self.compiled(object);
        // SAFETY: the object is live and has this layout.
        let size = unsafe { crate::layout::object_size(layout, object) };
        let granule = self.space.granule(object);
        if granule < self.space.block_capacity {
            self.space.mark_lines(self.parity ^ 1, object, size);
            self.live_marked += size;
        } else if layout.items && size > PART_ITEMS * 8 {
            let fixed = crate::layout::Compiled {
                items: false,
                ..*layout
            };
            // SAFETY: as above; the items are left to `mark_part`.
            unsafe { scan_object(&mut Mark(self), &fixed, object) };
            self.gray_parts.push(GrayPart {
                object,
                next_item: 0,
            });
            return layout.base;
        }
        // SAFETY: as above.
        unsafe { scan_object(&mut Mark(self), layout, object) };
        size
    }

    fn mark_part(&mut self, part: GrayPart) -> usize {
        let layout = self.compiled(part.object);
        // SAFETY: the object is live and has this layout.
        let count = unsafe { item_count(layout, part.object) };
        let end = count.min(part.next_item + PART_ITEMS);
        if end < count {
            self.gray_parts.push(GrayPart {
                object: part.object,
                next_item: end,
            });
        }
        let items = end.saturating_sub(part.next_item);
        // SAFETY: these items exist.
        unsafe {
            scan_items(
                &mut Mark(self),
                part.object + layout.base + part.next_item * 8,
                items,
            )
        };
        items * 8 + 8
    }

    /// Ends a major collection: marks the rest, then frees what is not marked.
    pub(crate) fn finish_major(&mut self, mutators: &[MutatorPtr]) {
        self.finishing = true;
        self.visit_all_roots(mutators, Mode::Mark);
        // Young large objects were not marked when the slots that refer to them were visited.
        for index in 0..self.aging_slots.len() {
            let slot = std::ptr::with_exposed_provenance_mut(self.aging_slots[index]);
            // SAFETY: a slot that this minor collection has visited.
            unsafe { Mark(self).slot(slot) };
        }
        let done = self.mark_step(None);
        debug_assert!(done);
        self.finishing = false;
        if self.config.verify {
            self.verify_marks(mutators);
        }
        self.sweep_weak(Mode::Mark, Phase::Full);
        let live_small = self.live_marked;
        self.settle_young_large();
        self.sweep_large();
        self.sweep_blocks();
        self.old_room = (self.blocks.used * BLOCK) / 100 * ROOM_PERCENT > live_small;
        self.marking = false;
        self.old = OldRegion::default();
        self.old_wide = OldRegion::default();
        self.sweep = (0, 0);
        self.old_bytes = self.live_marked;
        self.counters.live_bytes = self.old_bytes as u64;
        self.counters.majors += 1;
        self.set_threshold();
        self.note_use();
    }

    /// Decides when the next major collection starts. What became old during marking may well be dead by now, so it
    /// counts little: otherwise a busy program's garbage would feed its own allowance.
    fn set_threshold(&mut self) {
        let found_live = self.old_bytes.saturating_sub(self.adopted_marked);
        let slack = self.slack(found_live);
        self.threshold = (found_live + slack)
            .max(self.old_bytes + slack / 3)
            .max(self.config.major_floor_bytes);
    }

    /// By how much old objects may grow: the more, the more of the time major collections take.
    fn slack(&self, live: usize) -> usize {
        let most = self.config.major_growth_percent.saturating_sub(100);
        let least = most.min(SLACK_PERCENT);
        let percent = least + (most - least) * self.slack_level / SLACK_LEVELS;
        let bytes =
            SLACK_BYTES + (SLACK_MOST_BYTES - SLACK_BYTES) * self.slack_level / SLACK_LEVELS;
        (live / 100 * percent).max(bytes)
    }

    /// Adapts the slack when a major collection has ended, its last part having begun at `begin`.
    pub(crate) fn pace(&mut self, begin: Instant) {
        let end = Instant::now();
        let nanoseconds = |time: Duration| time.as_nanos() as u64;
        let cost = self.counters.major_ns + nanoseconds(end - begin) - self.cycle_start_ns;
        if let Some(last) = self.last_major {
            let share = cost * 100 / nanoseconds(end - last).max(1);
            if share >= DEAR_PERCENT {
                self.slack_level = SLACK_LEVELS.min(self.slack_level + 1);
            } else if share < CHEAP_PERCENT {
                self.slack_level = self.slack_level.saturating_sub(1);
            }
        }
        self.last_major = Some(end);
        self.cycle_start_ns += cost;
        self.set_threshold();
    }

    fn sweep_large(&mut self) {
        let mut large = std::mem::take(&mut self.old_large);
        large.retain(|&page| {
            let page = page as usize;
            let bytes = self.space.page_count(page) * crate::space::PAGE;
            if self.space.page_mark(page) == self.cycle {
                self.live_marked += bytes;
                return true;
            }
            self.free_large(page);
            false
        });
        self.old_large = large;
    }

    /// Makes the marks the present state of the old blocks.
    fn sweep_blocks(&mut self) {
        self.parity ^= 1;
        for block in 0..self.blocks.top {
            if self.space.state(block) != state::OLD {
                continue;
            }
            if self.space.epoch(block) != self.cycle {
                self.blocks.give(&self.space, block, self.config.poison);
            } else if self.config.poison {
                self.poison_holes(block);
            }
        }
        let mut reusable = std::mem::take(&mut self.reusable);
        reusable.retain(|&block| {
            self.space.state(block as usize) == state::OLD
                && self.space.marked_lines(self.parity, block as usize) <= LINES / 2
        });
        self.reusable = reusable;
    }

    /// Gives free blocks back to the system: some, or all that will not be needed soon.
    pub(crate) fn trim(&mut self, all: bool) {
        if self.config.poison {
            return;
        }
        let growth = self.threshold.saturating_sub(self.old_bytes);
        let keep = self.nursery_bytes + growth + 4 * BLOCK;
        let returned = self.blocks.trim(
            &self.space,
            keep,
            if all { usize::MAX } else { RETURN_BYTES },
        );
        self.counters.returned_bytes += returned as u64;
        // Objects of either kind may be what grows; blocks of the nursery are not for old ones.
        let for_old = (self.blocks.dirty.len() * BLOCK).saturating_sub(self.nursery_bytes);
        let keep = self.large_budget() + growth.saturating_sub(for_old);
        self.counters.returned_bytes += self.pages.trim(&self.space, keep) as u64;
    }
}
