//! [`RootSet`], [`WeakSet`] and [`Visitor`]: how the collector learns what the program holds.

use std::marker::PhantomData;

use coil_value::Value;

use crate::core::Core;
use crate::major::Mark;
use crate::minor::Evacuate;
use crate::mutator::Mutator;
use crate::scan::{Sink, scan_items};
use crate::stack::read_word;
use crate::verify::Verify;

/// What a root set is traced for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Only references to young objects matter; ones known to be old may be left out.
    Minor,
    /// Every reference matters.
    Full,
}

/// Memory outside the heap that holds references.
///
/// # Safety
/// Together the two methods report every slot through which the program may reach an object, and no slot that holds
/// anything but 0 or a value. They are called while all mutators are stopped, possibly on another thread, and must
/// neither allocate nor call methods of the heap.
pub unsafe trait RootSet {
    /// Reports slots that can be updated when an object moves.
    fn trace(&self, visitor: &mut Visitor<'_>, phase: Phase);

    /// Reports, through [`Visitor::pin`] and [`Visitor::conservative_range`], what holds objects in place. Called before
    /// anything moves; slots reported now are ignored. A set that pins nothing, or pins here and not in `trace`, should
    /// override this: unless it does, `trace` is called twice.
    fn pins(&self, visitor: &mut Visitor<'_>, phase: Phase) {
        self.trace(visitor, phase);
    }

    /// For the verifier: reports what slots hold that `trace` leaves out in minor collections, since it is known to be old.
    fn settled(&self, _report: &mut dyn FnMut(u64)) {}

    /// Reports ranges of its thread's native stack, start and end, that hold nothing of interest: what earlier calls left
    /// there must not keep objects alive.
    fn dead_stack(&self, _report: &mut dyn FnMut(usize, usize)) {}
}

/// Memory outside the heap that refers to objects without keeping them alive.
///
/// # Safety
/// As [`RootSet`].
pub unsafe trait WeakSet {
    /// Called at the end of every phase that frees or moves objects: asks about every slot.
    fn sweep(&self, visitor: &mut WeakVisitor<'_>, phase: Phase);
}

/// Names a registered root set or weak set, to remove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootSetId(pub(crate) u64);

/// What the visitor is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Minor collection, first part: find what must not move.
    Pin,
    /// Minor collection, second part.
    Evacuate,
    /// Major collection.
    Mark,
    /// Re-tracing by the verifier.
    Verify,
}

/// Receives references from root sets and tracing functions.
pub struct Visitor<'a> {
    pub(crate) core: *mut Core,
    pub(crate) mode: Mode,
    pub(crate) phase_marker: PhantomData<&'a mut Core>,
}

impl Visitor<'_> {
    fn core(&mut self) -> &mut Core {
        // SAFETY: whoever makes a visitor lends it the core for the visitor's lifetime.
        unsafe { &mut *self.core }
    }

    /// A slot that holds 0 or the bits of a value; updated when the object moves.
    ///
    /// # Safety
    /// The slot is readable and writable and holds 0, a value, or a plain object address.
    #[inline]
    pub unsafe fn slot(&mut self, slot: *mut u64) {
        match self.mode {
            Mode::Pin => {}
            // SAFETY: by contract.
            Mode::Evacuate => unsafe { Evacuate(self.core()).slot(slot) },
            // SAFETY: by contract.
            Mode::Mark => unsafe { Mark(self.core()).slot(slot) },
            // SAFETY: by contract.
            Mode::Verify => unsafe { Verify(self.core()).slot(slot) },
        }
    }

    /// Slots as [`Visitor::slot`], `count` of them.
    ///
    /// # Safety
    /// As [`Visitor::slot`], for all of them.
    pub unsafe fn slots(&mut self, start: *mut u64, count: usize) {
        let address = start.expose_provenance();
        match self.mode {
            Mode::Pin => {}
            // SAFETY: by contract.
            Mode::Evacuate => unsafe { scan_items(&mut Evacuate(self.core()), address, count) },
            // SAFETY: by contract.
            Mode::Mark => unsafe { scan_items(&mut Mark(self.core()), address, count) },
            // SAFETY: by contract.
            Mode::Verify => unsafe { scan_items(&mut Verify(self.core()), address, count) },
        }
    }

    /// A slot as [`Visitor::slot`] takes it, of memory that the root set reports to every minor collection: a stack, registers.
    ///
    /// # Safety
    /// As [`Visitor::slot`].
    #[inline]
    pub unsafe fn fleeting_slot(&mut self, slot: *mut u64) {
        self.core().fleeting = true;
        // SAFETY: by contract.
        unsafe { self.slot(slot) };
        self.core().fleeting = false;
    }

    /// A slot that holds 0 or the address of an object plus `adjust`.
    ///
    /// # Safety
    /// As [`Visitor::slot`].
    pub unsafe fn interior_slot(&mut self, slot: *mut u64, adjust: usize) {
        // SAFETY: by contract.
        let bits = unsafe { slot.read() };
        if bits == 0 {
            return;
        }
        let mut object = bits.wrapping_sub(adjust as u64);
        // SAFETY: a slot on this stack.
        unsafe { self.slot(&raw mut object) };
        if object.wrapping_add(adjust as u64) != bits {
            // SAFETY: by contract.
            unsafe { slot.write(object.wrapping_add(adjust as u64)) };
        }
    }

    /// An object that is held by something that cannot be updated: it stays where it is.
    /// Best used in [`RootSet::pins`].
    pub fn pin(&mut self, value: Value) {
        if value.is_ref() {
            self.maybe(value.bits() as usize);
        }
    }

    /// Words as [`Visitor::conservative_range`] takes them, of memory that the root set reports to every minor collection: a
    /// stack, registers.
    ///
    /// # Safety
    /// As [`Visitor::conservative_range`].
    pub unsafe fn fleeting_range(&mut self, low: usize, high: usize) {
        self.core().fleeting = true;
        // SAFETY: by contract.
        unsafe { self.conservative_range(low, high) };
        self.core().fleeting = false;
    }

    /// Words that may or may not be addresses of objects, or point into them or just behind them: those objects stay
    /// alive and where they are. Best used in [`RootSet::pins`].
    ///
    /// # Safety
    /// The range is readable.
    pub unsafe fn conservative_range(&mut self, low: usize, high: usize) {
        let mut address = low.next_multiple_of(8);
        while address + 8 <= high {
            // SAFETY: by contract.
            self.maybe(unsafe { read_word(address) });
            address += 8;
        }
    }

    /// The live part of a mutator's native stack.
    pub(crate) fn stack_of(&mut self, mutator: &Mutator) {
        let (low, high) = mutator.stack_range();
        let mut dead = Vec::new();
        mutator.with_roots(|roots| roots.dead_stack(&mut |start, end| dead.push((start, end))));
        dead.sort_unstable();
        let mut from = low;
        for (start, end) in dead {
            // SAFETY: the thread is stopped; this lies in its stack.
            unsafe { self.fleeting_range(from, start.min(high)) };
            from = from.max(end);
        }
        // SAFETY: as above.
        unsafe { self.fleeting_range(from, high) };
    }

    #[inline]
    fn maybe(&mut self, address: usize) {
        let mode = self.mode;
        let core = self.core();
        if !core.space.contains(address) {
            return;
        }
        match mode {
            Mode::Pin => core.add_candidate(address),
            Mode::Mark => core.mark_conservatively(address),
            Mode::Verify => core.verify_conservatively(address),
            Mode::Evacuate => core.pin_late(address),
        }
    }
}

/// Tells weak sets what became of their objects.
pub struct WeakVisitor<'a> {
    pub(crate) core: *mut Core,
    pub(crate) mode: Mode,
    pub(crate) marker: PhantomData<&'a mut Core>,
}

impl WeakVisitor<'_> {
    /// Updates a slot when its object moved; clears it, and returns false, when its object is dead.
    ///
    /// # Safety
    /// The slot is readable and writable and holds 0, a value, or a plain object address.
    pub unsafe fn slot(&mut self, slot: *mut u64) -> bool {
        // SAFETY: by contract.
        let bits = unsafe { slot.read() };
        // SAFETY: as in `Visitor::core`.
        let core = unsafe { &mut *self.core };
        if !core.space.contains(bits as usize) {
            return true;
        }
        let now = match self.mode {
            Mode::Evacuate => core.survivor(bits as usize),
            _ => core.is_marked(bits as usize).then_some(bits as usize),
        };
        // SAFETY: by contract.
        unsafe { slot.write(now.unwrap_or(0) as u64) };
        now.is_some()
    }
}
