//! `range(...)` and `reversed(range)` of inline ints, made where they are called: a loop over one then needs no range at all.

use super::iterate::new_object;
use crate::fields;
use coil_machine::{BoolOps, IntOps, Leave, Machine, RefOps, ValOps};
use taipan_objects::layout;
use taipan_objects::ty::types;

/// `range(stop)`, `range(start, stop)` or with step -1; none for arguments that are not inline ints, or other steps.
pub(crate) fn new_range<M: Machine>(
    m: &mut M,
    first: i32,
    count: i32,
) -> Result<Option<M::Val>, Leave> {
    let (start, stop) = if count == 1 {
        (m.int(0), m.reg(first))
    } else {
        let start = m.reg(first);
        if !start.is_int().yes() {
            return Ok(None);
        }
        (start.int(), m.reg(first + 1))
    };
    if !stop.is_int().yes() {
        return Ok(None);
    }
    let back = count == 3;
    let step = m.int(if back { -1 } else { 1 });
    if back {
        let given = m.reg(first + 2);
        if !given.is_int().yes() || !given.int().equals(step).yes() {
            return Ok(None);
        }
    }
    // Inline ints have 49 bits: their difference does not overflow.
    let distance = if back {
        start - stop.int()
    } else {
        stop.int() - start
    };
    let zero = m.int(0);
    let length = if distance.gt(zero).yes() {
        distance
    } else {
        zero
    };
    let (start, step, length) = (m.from_int(start), m.from_int(step), m.from_int(length));
    let range = new_object(m, layout::RANGE, 48, &types::RANGE)?;
    m.store_val(range, fields::RANGE_START, start);
    m.store_val(range, fields::RANGE_STOP, stop);
    m.store_val(range, fields::RANGE_STEP, step);
    m.store_val(range, fields::RANGE_LENGTH, length);
    Ok(Some(range.val()))
}

/// `reversed(sequence)` of a range of inline ints; none for others.
pub(crate) fn reversed<M: Machine>(m: &mut M, sequence: M::Val) -> Result<Option<M::Val>, Leave> {
    if !sequence.is_ref().yes() {
        return Ok(None);
    }
    let range = sequence.reference();
    let expected = m.int(i64::from(layout::RANGE.0));
    if !range.load_int(fields::LAYOUT).equals(expected).yes() {
        return Ok(None);
    }
    let (start, step, length) = (
        range.load_val(fields::RANGE_START),
        range.load_val(fields::RANGE_STEP),
        range.load_val(fields::RANGE_LENGTH),
    );
    if !(start.is_int().yes() && step.is_int().yes() && length.is_int().yes()) {
        return Ok(None);
    }
    let (zero, one) = (m.int(0), m.int(1));
    let (step, length) = (step.int(), length.int());
    // The last item, or what comes before the first of an empty range: near inline ints.
    let last = start.int() + step * (length - one);
    let iterator = new_object(m, layout::RANGE_ITER, 40, &types::RANGE_ITERATOR)?;
    m.store_int(iterator, fields::RANGE_ITER_NEXT, last);
    m.store_int(iterator, fields::RANGE_ITER_STEP, zero - step);
    m.store_int(iterator, fields::RANGE_ITER_LEFT, length);
    Ok(Some(iterator.val()))
}
