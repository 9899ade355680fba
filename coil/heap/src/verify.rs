//! The verifier: re-traces everything from the roots and compares with the collector's own state.
//!
//! Slow, for tests only. It panics at the first thing that is not as it should be.

use std::collections::HashSet;

use coil_value::flags;

use crate::core::Core;
use crate::roots::Mode;
use crate::scan::{Sink, scan_object};
use crate::space::{LINE, page_state, state};
use crate::sync::MutatorPtr;

/// The sink that collects what is reachable.
pub(crate) struct Verify<'a>(pub(crate) &'a mut Core);

impl Sink for Verify<'_> {
    const MODE: Mode = Mode::Verify;

    fn core(&mut self) -> &mut Core {
        self.0
    }

    unsafe fn slot(&mut self, slot: *mut u64) {
        // SAFETY: by contract.
        let address = unsafe { slot.read() } as usize;
        if self.0.space.contains(address) {
            self.0.verify_object(address);
            assert!(
                self.0.fleeting
                    || !self.0.is_young_large(address)
                    || self.0.aging_slots.contains(&slot.addr()),
                "a large object was not promoted"
            );
            self.0.pending.push(address);
        }
    }
}

impl Core {
    /// Checks one object that is reachable after a minor collection.
    fn verify_object(&self, address: usize) {
        assert!(
            address.is_multiple_of(8),
            "H1: a reference to {address:#x} is not aligned"
        );
        let found = self.space.state(self.space.granule(address));
        let flags_found = Core::flags(address);
        if found == state::LARGE {
            let page = self.space.page(address);
            assert!(
                self.space.page_address(page) == address,
                "H1: {address:#x} is inside a large object"
            );
            if self.is_young_large(address) {
                return;
            }
            assert!(
                self.space.page_state(page) == page_state::OLD,
                "a large object was freed"
            );
        } else {
            assert!(
                found == state::OLD,
                "a reference to {address:#x} in a block of state {found}"
            );
            assert!(
                self.space.test_start(self.parity, address),
                "no object starts at {address:#x}"
            );
            let size = self.size(address);
            let block = self.space.granule(address);
            let offset = address - self.space.block_address(block);
            for line in offset / LINE..=(offset + size - 1) / LINE {
                assert!(
                    self.space.line_marked(self.parity, block, line),
                    "line of {address:#x} is free"
                );
            }
        }
        assert!(
            flags_found & flags::OLD != 0,
            "{address:#x} is not flagged old"
        );
        assert!(
            flags_found & flags::UNLOGGED != 0,
            "H3: {address:#x} is logged but no log holds it"
        );
        // SAFETY: an object stands there.
        let ty = unsafe { ((address + 8) as *const u64).read() };
        assert!(ty & 1 == 0, "{address:#x} was left behind by an evacuation");
    }

    /// Whether a large object is young still, having survived once.
    fn is_young_large(&self, address: usize) -> bool {
        self.space.state(self.space.granule(address)) == state::LARGE
            && self.space.page_state(self.space.page(address)) == page_state::AGED
    }

    /// Marks what a stack word may point at, as the collector would.
    pub(crate) fn verify_conservatively(&mut self, address: usize) {
        for object in self.old_objects_at(address).into_iter().flatten() {
            self.pending.push(object);
        }
    }

    /// Before a minor collection: what root sets will leave out refers to nothing young.
    pub(crate) fn verify_settled(&mut self, mutators: &[MutatorPtr]) {
        let check = |core: &Core, roots: &dyn crate::RootSet| {
            roots.settled(&mut |bits| {
                let address = bits as usize;
                if core.space.contains(address) {
                    assert!(
                        Core::flags(address) & flags::OLD != 0,
                        "a frame that minor collections leave out holds {address:#x}, which is young"
                    );
                }
            });
        };
        for mutator in mutators {
            // SAFETY: all mutators are stopped (H4).
            unsafe { &*mutator.0 }.with_roots(|roots| check(self, roots));
        }
        self.with_shared_roots(|core, roots| check(core, roots));
    }

    fn reachable(&mut self, mutators: &[MutatorPtr]) -> HashSet<usize> {
        assert!(self.pending.is_empty());
        self.visit_all_roots(mutators, Mode::Verify);
        let mut seen = HashSet::new();
        while let Some(object) = self.pending.pop() {
            if seen.insert(object) {
                self.verify_object(object);
                let layout = self.compiled(object);
                // SAFETY: the object is live and has this layout.
                unsafe { scan_object(&mut Verify(self), layout, object) };
            }
        }
        seen
    }

    /// After a minor collection: everything reachable is old, in its place, and unlogged.
    pub(crate) fn verify_heap(&mut self, mutators: &[MutatorPtr]) {
        self.reachable(mutators);
    }

    /// At the end of marking: everything reachable is marked.
    pub(crate) fn verify_marks(&mut self, mutators: &[MutatorPtr]) {
        for object in self.reachable(mutators) {
            assert!(
                self.is_marked(object),
                "{object:#x} is reachable but not marked"
            );
        }
    }
}
