//! What a slice means for a sequence.

use crate::layout::{self, at};
use crate::mem;
use crate::number;
use crate::protocol;
use crate::raise::PyResult;
use crate::ty::{self, Type};
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// A slice laid on a sequence: `count` items from `start` in steps of `step`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Indices {
    /// First index.
    pub start: i64,
    /// End as Python counts it (for deletion and insertion).
    pub stop: i64,
    /// Distance.
    pub step: i64,
    /// How many.
    pub count: usize,
}

/// Start, stop and step of a slice as numbers, none where it says None (step then is 1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    start: Option<i64>,
    stop: Option<i64>,
    step: i64,
}

/// The slice object, if the value is one.
#[inline]
pub fn slice_of(value: Value) -> Option<Ref> {
    value
        .as_ref()
        .filter(|object| object.layout() == layout::SLICE)
}

/// One of the three parts of a slice, by its offset.
pub fn part(slice: Ref, offset: usize) -> Value {
    mem::value(slice, offset).expect("slices have all three parts")
}

fn bound(vm: &mut Vm, value: Value) -> PyResult<Option<i64>> {
    if value == ty::none() {
        return Ok(None);
    }
    end(vm, value).map(Some)
}

/// One end of a slice, clamped to 64 bits.
///
/// # Errors
/// TypeError for what is no index; what `__index__` raises.
pub fn end(vm: &mut Vm, value: Value) -> PyResult<i64> {
    if let Some(index) = value.as_small_int() {
        return Ok(index);
    }
    if number::int_of(value).is_none() && Type::of(value).slots().index.is_none() {
        return Err(
            vm.raise_type("slice indices must be integers or None or have an __index__ method")
        );
    }
    protocol::index_clamped(vm, value)
}

/// Reads a slice's parts. May run guest code (`__index__`), so lengths are read afterwards.
///
/// # Errors
/// TypeError; ValueError for step zero.
pub fn bounds(vm: &mut Vm, slice: Ref) -> PyResult<Bounds> {
    let step = bound(vm, part(slice, at::SLICE_STEP))?.unwrap_or(1);
    if step == 0 {
        return Err(vm.raise_value("slice step cannot be zero"));
    }
    let start = bound(vm, part(slice, at::SLICE_START))?;
    let stop = bound(vm, part(slice, at::SLICE_STOP))?;
    Ok(Bounds::new(start, stop, step))
}

impl Bounds {
    /// `start:stop:step` (none for an end left open; the step is not 0).
    #[inline]
    pub fn new(start: Option<i64>, stop: Option<i64>, step: i64) -> Bounds {
        Bounds {
            start,
            stop,
            step: step.max(-i64::MAX),
        }
    }

    /// Lays the slice on a sequence of this length.
    #[inline]
    pub fn on(self, len: usize) -> Indices {
        let len = i64::try_from(len).unwrap_or(i64::MAX);
        let back = self.step < 0;
        let (low, high) = if back { (-1, len - 1) } else { (0, len) };
        let place = |index: i64| {
            let index = if index < 0 {
                index.saturating_add(len)
            } else {
                index
            };
            index.clamp(low, high)
        };
        let start = self.start.map_or(if back { high } else { low }, place);
        let stop = self.stop.map_or(if back { low } else { high }, place);
        let distance = if back { start - stop } else { stop - start };
        let count = match self.step {
            _ if distance <= 0 => 0,
            // Divisions are slow.
            1 | -1 => distance,
            step => (distance - 1) / step.abs() + 1,
        };
        Indices {
            start,
            stop,
            step: self.step,
            count: usize::try_from(count).unwrap_or(0),
        }
    }
}

impl Indices {
    /// Index of the item number `n`.
    #[inline]
    pub fn at(self, n: usize) -> usize {
        let offset = i64::try_from(n).unwrap_or(i64::MAX).wrapping_mul(self.step);
        usize::try_from(self.start.wrapping_add(offset)).unwrap_or(0)
    }

    /// Start and end of a slice of step 1, the end not before the start.
    pub fn range(self) -> (usize, usize) {
        let start = usize::try_from(self.start).unwrap_or(0);
        (start, start + self.count)
    }
}
