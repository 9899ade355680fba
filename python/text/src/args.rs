//! Arguments that many methods share: ranges, slices, counts, texts.

use coil_value::{Ref, Value};
use taipan_objects::layout::{self, at};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Vm, mem};

/// The str that a method was called on.
pub(crate) fn this(value: Value) -> Str {
    Str::of(value).expect("the descriptor checked that self is a str")
}

/// An argument that must be a str.
pub(crate) fn text(vm: &mut Vm, value: Value, what: &str) -> PyResult<Str> {
    match Str::of(value) {
        Some(text) => Ok(text),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!("{what} must be str, not {name}")))
        }
    }
}

/// An optional argument: none when left out or None.
pub(crate) fn given(value: Option<Value>) -> Option<Value> {
    value.filter(|value| *value != ty::none())
}

/// One end of a slice, clamped to 64 bits.
fn slice_end(vm: &mut Vm, value: Value) -> PyResult<i64> {
    if number::int_of(value).is_none() && Type::of(value).slots().index.is_none() {
        return Err(
            vm.raise_type("slice indices must be integers or None or have an __index__ method")
        );
    }
    protocol::index_clamped(vm, value)
}

/// `start` and `end` arguments of searching methods: where to search in something of length `len`, none if `start` is beyond the end.
pub(crate) fn range(
    vm: &mut Vm,
    start: Option<Value>,
    end: Option<Value>,
    len: usize,
) -> PyResult<Option<(usize, usize)>> {
    let mut clip = |value: Option<Value>, default: usize| -> PyResult<usize> {
        let Some(value) = given(value) else {
            return Ok(default);
        };
        let index = slice_end(vm, value)?;
        Ok(if index < 0 {
            usize::try_from(index.saturating_add_unsigned(len as u64)).unwrap_or(0)
        } else {
            usize::try_from(index).unwrap_or(usize::MAX)
        })
    };
    let start = clip(start, 0)?;
    let end = clip(end, len)?.min(len);
    Ok((start <= end).then_some((start, end)))
}

/// A resolved slice of something of known length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// First index.
    pub start: usize,
    /// Distance of indices.
    pub step: i64,
    /// Number of items.
    pub count: usize,
}

impl Bounds {
    /// The indices.
    pub(crate) fn indices(self) -> impl Iterator<Item = usize> {
        (0..self.count as i64).map(move |k| (self.start as i64 + k * self.step) as usize)
    }
}

/// The slice object of a subscript.
pub(crate) fn slice_of(value: Value) -> Option<Ref> {
    value
        .as_ref()
        .filter(|object| object.layout() == layout::SLICE)
}

/// Numbers of a slice; the length is asked for after guest code has run.
pub(crate) fn slice_bounds(
    vm: &mut Vm,
    slice: Ref,
    len: impl FnOnce() -> usize,
) -> PyResult<Bounds> {
    let part = |offset: usize| given(mem::value(slice, offset));
    let step = match part(at::SLICE_STEP) {
        Some(step) => slice_end(vm, step)?.max(-i64::MAX),
        None => 1,
    };
    if step == 0 {
        return Err(vm.raise_value("slice step cannot be zero"));
    }
    let start = part(at::SLICE_START)
        .map(|v| slice_end(vm, v))
        .transpose()?;
    let stop = part(at::SLICE_STOP).map(|v| slice_end(vm, v)).transpose()?;
    let len = len() as i64;
    let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
    let clip = |index: i64| {
        let index = if index < 0 {
            index.saturating_add(len)
        } else {
            index
        };
        index.clamp(low, high)
    };
    let start = start.map_or(if step < 0 { high } else { low }, clip);
    let stop = stop.map_or(if step < 0 { low } else { high }, clip);
    let count = if step > 0 && start < stop {
        (stop - start - 1) / step + 1
    } else if step < 0 && stop < start {
        (start - stop - 1) / -step + 1
    } else {
        0
    };
    Ok(Bounds {
        start: start.max(0) as usize,
        step,
        count: count as usize,
    })
}

/// An index into something of length `len`; none when out of range.
pub(crate) fn position(index: i64, len: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add_unsigned(len as u64)?
    } else {
        index
    };
    usize::try_from(index).ok().filter(|index| *index < len)
}

/// The factor of a repetition: below zero counts as zero.
pub(crate) fn repeat_count(vm: &mut Vm, count: Value) -> PyResult<usize> {
    if number::int_of(count).is_none() && Type::of(count).slots().index.is_none() {
        let name = protocol::type_name(count);
        return Err(vm.raise_type(&format!(
            "can't multiply sequence by non-int of type '{name}'"
        )));
    }
    let int = protocol::index(vm, count)?;
    match number::i64_of(int) {
        Some(count) => Ok(usize::try_from(count).unwrap_or(0)),
        None => Err(vm.raise_overflow("cannot fit 'int' into an index-sized integer")),
    }
}

/// The `maxsplit` or `count` argument: how often at most.
pub(crate) fn limit(vm: &mut Vm, value: Option<Value>) -> PyResult<usize> {
    match value {
        None => Ok(usize::MAX),
        Some(value) => {
            let count = protocol::index_i64(vm, value)?;
            Ok(usize::try_from(count).unwrap_or(usize::MAX))
        }
    }
}

/// A truth argument.
pub(crate) fn flag(vm: &mut Vm, value: Option<Value>) -> PyResult<bool> {
    value.map_or(Ok(false), |value| protocol::truth(vm, value))
}

/// Longest text or bytes that is tried: more is MemoryError.
pub(crate) const MAX_SIZE: usize = 1 << 40;

/// A vector for so many items, or MemoryError.
pub(crate) fn buffer<T>(vm: &mut Vm, capacity: usize) -> PyResult<Vec<T>> {
    let mut buffer = Vec::new();
    if capacity > MAX_SIZE || buffer.try_reserve_exact(capacity).is_err() {
        return Err(vm.raise_memory_error());
    }
    Ok(buffer)
}
