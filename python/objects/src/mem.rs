//! Raw field access that the typed views are built from. Invariant M1: callers name a field that the object's layout has.

use coil_value::{Ref, Value};

/// Reads a value field, none when unset.
#[inline(always)]
pub fn value(object: Ref, offset: usize) -> Option<Value> {
    // SAFETY: M1; value fields hold a valid value or 0.
    unsafe { Value::from_bits(*object.field_ptr::<u64>(offset)) }
}

/// Reads a reference field, none when null.
#[inline(always)]
pub fn reference(object: Ref, offset: usize) -> Option<Ref> {
    // SAFETY: M1; reference fields hold a live object's address or 0.
    unsafe { Ref::from_address(*object.field_ptr::<u64>(offset)) }
}

/// Reads plain data.
#[inline(always)]
pub fn get<T: Copy>(object: Ref, offset: usize) -> T {
    // SAFETY: M1.
    unsafe { *object.field_ptr::<T>(offset) }
}

/// Writes plain data (no reference).
#[inline(always)]
pub fn set<T: Copy>(object: Ref, offset: usize, data: T) {
    // NO-BARRIER: plain data.
    // SAFETY: M1.
    unsafe { *object.field_ptr::<T>(offset) = data };
}

/// Plain data inside an object as a slice. The object must not move or die while it is used: no allocation in between.
#[inline(always)]
pub fn slice<'a, T: Copy>(object: Ref, offset: usize, count: usize) -> &'a [T] {
    // SAFETY: M1.
    unsafe { std::slice::from_raw_parts(object.field_ptr::<T>(offset), count) }
}

/// Plain data inside a fresh object, to be filled in.
#[inline(always)]
pub fn slice_mut<'a, T: Copy>(object: Ref, offset: usize, count: usize) -> &'a mut [T] {
    // SAFETY: M1; fresh objects are not shared.
    unsafe { std::slice::from_raw_parts_mut(object.field_ptr::<T>(offset), count) }
}

/// A value that is known to be a reference.
#[inline(always)]
pub fn expect_ref(value: Value) -> Ref {
    value.as_ref().expect("an object, not an inline number")
}
