//! [`RootSet`] and [`Visitor`]: how the collector learns what the program holds.

use coil_value::Value;

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
/// `trace` reports every slot through which the program may reach an object, and nothing that is neither 0 nor a
/// value. It is called while all mutators are stopped, possibly on another thread; it must not allocate on the heap.
pub unsafe trait RootSet {
    /// Reports every slot to the visitor.
    fn trace(&self, visitor: &mut Visitor<'_>, phase: Phase);
}

/// Names a registered root set, to remove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootSetId(pub(crate) u64);

/// Receives references from root sets and tracing functions.
pub struct Visitor<'a> {
    marker: std::marker::PhantomData<&'a mut ()>,
}

impl Visitor<'_> {
    /// A slot that holds 0 or the bits of a value; updated when the object moves.
    ///
    /// # Safety
    /// The slot is readable and writable and holds 0, a value, or a plain object address.
    #[inline]
    pub unsafe fn slot(&mut self, slot: *mut u64) {
        let _ = slot;
    }

    /// A slot that holds 0 or the address of an object plus `adjust`.
    ///
    /// # Safety
    /// As [`Visitor::slot`].
    pub unsafe fn interior_slot(&mut self, slot: *mut u64, adjust: usize) {
        let _ = (slot, adjust);
    }

    /// An object that is held by something that cannot be updated: it stays where it is.
    pub fn pin(&mut self, value: Value) {
        let _ = value;
    }

    /// Words that may or may not be addresses of objects, or point into them.
    ///
    /// # Safety
    /// The range is readable.
    pub unsafe fn conservative_range(&mut self, low: usize, high: usize) {
        let _ = (low, high);
    }
}
