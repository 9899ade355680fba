//! Minor collections: young survivors become old, the rest of the nursery is free again.
//!
//! Steps, with all mutators stopped:
//! 1. stacks, registers and root sets name objects that must not move; those are promoted where they stand;
//! 2. logged old objects, logged slots and root slots are visited: a young object found there is copied to old
//!    memory (or promoted in place), and the slot updated;
//! 3. the same for the references of every object promoted, until there are none;
//! 4. weak sets learn what became of their objects;
//! 5. young blocks without survivors are freed; the others are old blocks now.
//!
//! A copied object leaves its new address plus 1 in its type pointer. While a major collection is marking, whatever is
//! visited here is marked: objects promoted now are marked and scanned at once, and objects and slots that were
//! stored to have their new targets marked.

use std::marker::PhantomData;
use std::time::Instant;

use coil_value::flags;

use crate::core::Core;
use crate::mutator::Mutator;
use crate::roots::{Mode, Phase, Visitor, WeakVisitor};
use crate::scan::{Sink, scan_object};
use crate::space::{BLOCK, LINES, PAGE, page_state, prefetch, state};
use crate::sync::MutatorPtr;

/// A nursery may always have this size; a larger one must not exceed half of what the old objects take.
const NURSERY_SMALL: usize = 1 << 20;
/// When more than this share of the nursery survives, a larger one would not help.
const FUTILE_PERCENT: usize = 60;
/// How far ahead remembered objects are prefetched.
const AHEAD: usize = 12;

/// The sink that moves young objects.
pub(crate) struct Evacuate<'a>(pub(crate) &'a mut Core);

impl Sink for Evacuate<'_> {
    const MODE: Mode = Mode::Evacuate;

    fn core(&mut self) -> &mut Core {
        self.0
    }

    #[inline(always)]
    unsafe fn slot(&mut self, slot: *mut u64) {
        // SAFETY: by contract.
        let address = unsafe { slot.read() } as usize;
        if address.wrapping_sub(self.0.space.base) >= self.0.space.span {
            return;
        }
        match self.0.space.state(self.0.space.granule(address)) {
            state::YOUNG => {
                let now = self.0.survive(address);
                if now != address {
                    // SAFETY: by contract.
                    unsafe { slot.write(now as u64) };
                } else if self.0.marking {
                    self.0.mark_small(address);
                }
            }
            state::LARGE => self.0.survive_large(address, slot.addr()),
            found => {
                debug_assert!(
                    found == state::OLD,
                    "a reference into a free block: {address:#x}"
                );
                if self.0.marking {
                    self.0.mark_small(address);
                }
            }
        }
    }
}

impl Core {
    /// The new address of an object in a young block; promotes the object when that has not happened yet.
    #[inline(always)]
    fn survive(&mut self, address: usize) -> usize {
        let words = std::ptr::with_exposed_provenance_mut::<u64>(address);
        // SAFETY: H1.
        let ty = unsafe { words.wrapping_add(1).read() };
        if ty & 1 != 0 {
            return (ty - 1) as usize;
        }
        let flags = Core::flags(address);
        if flags & flags::OLD != 0 {
            return address;
        }
        if self.in_place || flags & flags::PINNED != 0 || self.pins_at_random() {
            self.promote_in_place(address);
            return address;
        }
        self.copy(address)
    }

    #[inline(always)]
    fn pins_at_random(&mut self) -> bool {
        self.config.pin_random_percent != 0 && self.percent() < self.config.pin_random_percent
    }

    #[inline(always)]
    fn copy(&mut self, address: usize) -> usize {
        let size = self.size(address);
        let Some(now) = self.take_old(size) else {
            self.promote_in_place(address);
            return address;
        };
        let from = std::ptr::with_exposed_provenance_mut::<u64>(address);
        let to = std::ptr::with_exposed_provenance_mut::<u64>(now);
        // SAFETY: L1, the object is `size` bytes; the new room does not overlap.
        unsafe { std::ptr::copy_nonoverlapping(from, to, size / 8) };
        Core::set_flags(now, Core::flags(now) | flags::OLD | flags::UNLOGGED);
        // SAFETY: the header of the object left behind.
        unsafe { from.wrapping_add(1).write(now as u64 + 1) };
        self.survived += size;
        self.counters.evacuated_bytes += size as u64;
        self.adopt(now, size);
        self.pending.push(now);
        now
    }

    #[inline(never)]
    fn promote_in_place(&mut self, address: usize) {
        let size = self.size(address);
        Core::set_flags(address, Core::flags(address) | flags::OLD | flags::UNLOGGED);
        self.survived += size;
        self.adopt(address, size);
        self.pending.push(address);
    }

    /// A large object is referred to by the slot at this address; 0 is none that could be visited again.
    #[inline]
    fn survive_large(&mut self, address: usize, slot: usize) {
        let page = self.space.page(address);
        match self.space.page_state(page) {
            page_state::OLD if self.marking => self.mark_large(address),
            page_state::OLD => {}
            found => self.survive_young_large(page, found, slot),
        }
    }

    /// A young large object becomes old when it survives a second time: many are temporary, and it costs nothing to leave one
    /// where it is. Until then the slots that refer to it are visited again: those on the heap are remembered, stacks and
    /// registers are seen by every minor collection. Other slots are not, so what they refer to becomes old at once.
    #[cold]
    fn survive_young_large(&mut self, page: usize, found: u8, slot: usize) {
        let on_heap = self.space.contains(slot);
        if found == page_state::AGED || !on_heap && !self.fleeting {
            self.promote_large(page);
            return;
        }
        if on_heap {
            self.aging_slots.push(slot);
        }
        if found == page_state::YOUNG {
            self.space.set_page_state(page, page_state::HELD);
            self.pending.push(self.space.page_address(page));
        }
    }

    #[cold]
    fn promote_large(&mut self, page: usize) {
        let address = self.space.page_address(page);
        Core::set_flags(address, Core::flags(address) | flags::OLD | flags::UNLOGGED);
        self.adopt_large(page);
        self.pending.push(address);
    }

    /// Where an object is after step 3, if anywhere.
    pub(crate) fn survivor(&self, address: usize) -> Option<usize> {
        match self.space.state(self.space.granule(address)) {
            state::YOUNG => {
                // SAFETY: the object, or what it left behind, stands there until step 5.
                let ty = unsafe { ((address + 8) as *const u64).read() };
                if ty & 1 != 0 {
                    return Some((ty - 1) as usize);
                }
                (Core::flags(address) & flags::OLD != 0).then_some(address)
            }
            state::LARGE => matches!(
                self.space.page_state(self.space.page(address)),
                page_state::OLD | page_state::HELD
            )
            .then_some(address),
            _ => Some(address),
        }
    }

    /// Notes that a stack word or a root set holds what may be a young object.
    #[inline]
    pub(crate) fn add_candidate(&mut self, address: usize) {
        match self.space.state(self.space.granule(address)) {
            state::YOUNG => self.candidates.push(address),
            // The end of a region may be the end of its block: see there, too.
            _ if address.is_multiple_of(BLOCK) && address > self.space.base => {
                if self.space.state(self.space.granule(address - 1)) == state::YOUNG {
                    self.candidates.push(address);
                }
                self.add_large_candidate(address);
            }
            state::LARGE => self.add_large_candidate(address),
            _ => {}
        }
    }

    /// Something is pinned while objects move already: the pin phase should have heard of it, too.
    #[cold]
    pub(crate) fn pin_late(&mut self, address: usize) {
        match self.space.state(self.space.granule(address)) {
            state::YOUNG => {
                // SAFETY: a pinned value is an object, in place or left behind.
                let ty = unsafe { ((address + 8) as *const u64).read() };
                assert!(
                    ty & 1 == 0,
                    "an object was moved, then pinned: report pins in RootSet::pins"
                );
                if Core::flags(address) & flags::OLD == 0 {
                    self.promote_in_place(address);
                } else if self.marking {
                    self.mark_small(address);
                }
            }
            state::LARGE => self.survive_large(address, 0),
            _ if self.marking => self.mark_small(address),
            _ => {}
        }
    }

    fn add_large_candidate(&mut self, address: usize) {
        let before = self
            .large_at(address - 1)
            .filter(|&page| self.ends_at(self.space.page_address(page), address));
        for page in [self.large_at(address), before].into_iter().flatten() {
            let found = self.space.page_state(page);
            if found != page_state::OLD {
                self.survive_young_large(page, found, 0);
            }
        }
    }

    /// The start page of the large object that covers an address.
    pub(crate) fn large_at(&self, address: usize) -> Option<usize> {
        if !self.space.contains(address)
            || self.space.state(self.space.granule(address)) != state::LARGE
        {
            return None;
        }
        let head = self.space.page_head(self.space.page(address));
        if self.space.page_state(head) == page_state::NONE {
            return None;
        }
        let start = self.space.page_address(head);
        (address < start + self.space.page_count(head) * PAGE).then_some(head)
    }

    /// Finds the objects that the candidates point at, into or just behind, and promotes them in place.
    fn pin_candidates(&mut self) {
        if self.candidates.is_empty() {
            return;
        }
        let mut candidates = std::mem::take(&mut self.candidates);
        let mut regions = std::mem::take(&mut self.regions);
        candidates.sort_unstable();
        candidates.dedup();
        regions.sort_unstable();
        let mut next = 0;
        for &(start, end) in &regions {
            while next < candidates.len() && candidates[next] < start {
                next += 1;
            }
            let mut object = start;
            while next < candidates.len() && candidates[next] <= end && object < end {
                // SAFETY: the region is walked object by object.
                if unsafe { (object as *const u64).read() } == 0 {
                    object += 8;
                    continue;
                }
                let size = self.size(object);
                let object_end = object + size;
                while next < candidates.len() && candidates[next] < object {
                    next += 1;
                }
                let hit = candidates.get(next).is_some_and(|&at| {
                    at < object_end || at == object_end && self.ends_may_be_held(object)
                });
                if hit {
                    self.pinned.push(object);
                }
                while next < candidates.len() && candidates[next] < object_end {
                    next += 1;
                }
                object = object_end;
            }
        }
        candidates.clear();
        self.candidates = candidates;
        self.regions = regions;
        let mut pinned = std::mem::take(&mut self.pinned);
        self.counters.pinned_objects += pinned.len() as u64;
        for &object in &pinned {
            if Core::flags(object) & flags::OLD == 0 {
                self.promote_in_place(object);
            }
        }
        pinned.clear();
        self.pinned = pinned;
    }

    /// Whether Rust code may hold nothing but a pointer just behind this object: an iterator over its items.
    fn ends_may_be_held(&self, object: usize) -> bool {
        let layout = self.compiled(object);
        layout.item_size != 0 || layout.custom.is_some()
    }

    /// Whether an iterator over an object's items may hold this address as their end.
    pub(crate) fn ends_at(&self, object: usize, address: usize) -> bool {
        self.ends_may_be_held(object) && address <= object + self.size(object)
    }

    /// A minor collection.
    pub(crate) fn minor(&mut self, mutators: &[MutatorPtr]) {
        let begin = Instant::now();
        let used = self.nursery_used;
        self.survived = 0;
        self.hole = None;
        for mutator in mutators {
            // SAFETY: all mutators are stopped (H4).
            self.retire(unsafe { &*mutator.0 });
        }
        self.pin_phase(mutators);
        self.visit_remembered(mutators);
        self.trace_roots(mutators, Mode::Evacuate, Phase::Minor);
        self.drain_pending();
        self.sweep_weak(Mode::Evacuate, Phase::Minor);
        self.release_young();
        self.counters.minors += 1;
        self.counters.allocated_bytes += used as u64;
        self.counters.survived_bytes += self.survived as u64;
        if let Some(share) = (self.survived * 100).checked_div(used) {
            // While old blocks have room, copying survivors into it keeps the heap from spreading.
            self.in_place = share > self.config.promote_in_place_percent
                && !self.old_room
                && !self.config.always_evacuate;
        }
        let pause_ns = begin.elapsed().as_nanos() as u64;
        self.counters.minor_ns += pause_ns;
        self.counters.minor_max_ns = self.counters.minor_max_ns.max(pause_ns);
        self.adapt_nursery(begin, pause_ns, used, mutators.len());
    }

    /// Takes over what a mutator filled and logged.
    pub(crate) fn retire(&mut self, mutator: &Mutator) {
        let (start, end) = mutator.take_used_region();
        if end > start {
            self.regions.push((start, end));
        }
    }

    fn pin_phase(&mut self, mutators: &[MutatorPtr]) {
        let mut visitor = Visitor {
            core: self,
            mode: Mode::Pin,
            phase_marker: PhantomData,
        };
        for mutator in mutators {
            // SAFETY: all mutators are stopped (H4).
            let mutator = unsafe { &*mutator.0 };
            visitor.stack_of(mutator);
            mutator.with_roots(|roots| roots.pins(&mut visitor, Phase::Minor));
        }
        self.with_shared_roots(|core, roots| {
            roots.pins(
                &mut Visitor {
                    core,
                    mode: Mode::Pin,
                    phase_marker: PhantomData,
                },
                Phase::Minor,
            );
        });
        self.pin_candidates();
    }

    /// Runs `f` on the root sets of the heap.
    pub(crate) fn with_shared_roots(&mut self, mut f: impl FnMut(&mut Core, &dyn crate::RootSet)) {
        let roots = std::mem::take(&mut self.roots);
        for (_, set) in &roots {
            f(self, &**set);
        }
        self.roots = roots;
    }

    /// Sends every precise root slot to the sink of the mode.
    pub(crate) fn trace_roots(&mut self, mutators: &[MutatorPtr], mode: Mode, phase: Phase) {
        let mut visitor = Visitor {
            core: self,
            mode,
            phase_marker: PhantomData,
        };
        for mutator in mutators {
            // SAFETY: all mutators are stopped (H4).
            let mutator = unsafe { &*mutator.0 };
            mutator.with_roots(|roots| roots.trace(&mut visitor, phase));
            mutator.with_root_vecs(|items| {
                // SAFETY: a root vector holds values only.
                unsafe { visitor.slots(items.as_mut_ptr(), items.len()) };
            });
        }
        self.with_shared_roots(|core, roots| {
            roots.trace(
                &mut Visitor {
                    core,
                    mode,
                    phase_marker: PhantomData,
                },
                phase,
            );
        });
    }

    pub(crate) fn sweep_weak(&mut self, mode: Mode, phase: Phase) {
        let weak = std::mem::take(&mut self.weak);
        for (_, set) in &weak {
            set.sweep(
                &mut WeakVisitor {
                    core: self,
                    mode,
                    marker: PhantomData,
                },
                phase,
            );
        }
        self.weak = weak;
    }

    fn visit_remembered(&mut self, mutators: &[MutatorPtr]) {
        let slots = std::mem::take(&mut self.aging_slots);
        self.visit_slots(&slots);
        let mut logged = std::mem::take(&mut self.logged);
        self.visit_logged(&logged);
        logged.clear();
        self.logged = logged;
        let mut slots = std::mem::take(&mut self.logged_slots);
        self.visit_slots(&slots);
        slots.clear();
        self.logged_slots = slots;
        for mutator in mutators {
            // SAFETY: all mutators are stopped (H4).
            unsafe { &*mutator.0 }.with_logs(|logged, slots| {
                self.visit_logged(logged);
                self.visit_slots(slots);
                logged.clear();
                slots.clear();
            });
        }
    }

    fn visit_logged(&mut self, logged: &[usize]) {
        for (index, &object) in logged.iter().enumerate() {
            if let Some(&later) = logged.get(index + AHEAD) {
                prefetch(later);
            }
            Core::set_flags(object, Core::flags(object) | flags::UNLOGGED);
            self.scan_for_young(object);
        }
    }

    fn visit_slots(&mut self, slots: &[usize]) {
        for (index, &slot) in slots.iter().enumerate() {
            if let Some(&later) = slots.get(index + AHEAD) {
                prefetch(later);
            }
            let slot = std::ptr::with_exposed_provenance_mut(slot);
            // SAFETY: an item of an old object, which has not moved.
            unsafe { Evacuate(self).slot(slot) };
        }
    }

    #[inline(always)]
    fn scan_for_young(&mut self, object: usize) {
        let layout = self.compiled(object);
        // SAFETY: the object is live and has this layout.
        unsafe { scan_object(&mut Evacuate(self), layout, object) };
    }

    #[inline(never)]
    fn drain_pending(&mut self) {
        while let Some(object) = self.pending.pop() {
            self.scan_for_young(object);
        }
    }

    fn release_young(&mut self) {
        self.regions.clear();
        let mut blocks = std::mem::take(&mut self.young_blocks);
        for &index in &blocks {
            let block = index as usize;
            let marked = self.space.marked_lines(self.parity, block);
            if marked == 0 {
                self.blocks.give(&self.space, block, self.config.poison);
                continue;
            }
            self.space.set_state(block, state::OLD);
            if self.config.poison {
                self.poison_holes(block);
            }
            if marked <= LINES / 2 {
                self.reusable.push(index);
            }
        }
        blocks.clear();
        self.young_blocks = blocks;
        self.release_young_large();
        self.nursery_used = 0;
    }

    fn release_young_large(&mut self) {
        self.young_large_bytes = 0;
        let mut large = std::mem::take(&mut self.young_large);
        large.retain(|&index| {
            let page = index as usize;
            match self.space.page_state(page) {
                page_state::OLD => self.old_large.push(index),
                page_state::HELD => {
                    self.space.set_page_state(page, page_state::AGED);
                    return true;
                }
                _ => self.free_large(page),
            }
            false
        });
        self.young_large = large;
    }

    /// At the end of a major collection: large objects that were found alive are old, the others are freed, and so no slot
    /// needs to be remembered whose object may have been freed.
    pub(crate) fn settle_young_large(&mut self) {
        self.aging_slots.clear();
        self.young_large_bytes = 0;
        let mut large = std::mem::take(&mut self.young_large);
        for index in large.drain(..) {
            let page = index as usize;
            if self.space.page_mark(page) == self.cycle {
                let address = self.space.page_address(page);
                Core::set_flags(address, Core::flags(address) | flags::OLD | flags::UNLOGGED);
                self.space.set_page_state(page, page_state::OLD);
                self.old_large.push(index);
            } else {
                self.free_large(page);
            }
        }
        self.young_large = large;
    }

    /// Sizes the nursery: larger when minor collections take much of the time, smaller when one takes too long.
    fn adapt_nursery(&mut self, begin: Instant, pause_ns: u64, used: usize, threads: usize) {
        let ran_ns = self
            .last_end
            .map_or(0, |end| (begin - end).as_nanos() as u64);
        let target_ns = self.config.minor_target_us * 1000;
        let most = self
            .config
            .nursery_max_bytes
            .min(self.config.max_heap_bytes / 8)
            .min((self.counters.live_bytes as usize / 2).max(NURSERY_SMALL))
            .max(BLOCK);
        let least = self
            .config
            .nursery_bytes
            .min(most)
            .max(2 * BLOCK * threads.saturating_sub(1))
            .max(BLOCK);
        if pause_ns > target_ns {
            let share = (target_ns * 16 / pause_ns).max(8) as usize;
            self.nursery_bytes = self.nursery_bytes / 16 * share;
        } else if self.survived > used / 100 * FUTILE_PERCENT {
            self.nursery_bytes = self.nursery_bytes / 4 * 3;
        } else if pause_ns < target_ns * 2 / 5 && pause_ns * 25 > ran_ns {
            self.nursery_bytes *= 2;
        }
        self.nursery_bytes = (self.nursery_bytes / BLOCK * BLOCK).min(most).max(least);
    }
}
