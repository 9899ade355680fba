//! Arguments that many methods share: ranges, slices, counts, texts.

use coil_value::{Ref, Value};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slice;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Vm};

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
        let index = slice::end(vm, value)?;
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

/// Numbers of a slice; the length is asked for after guest code has run.
pub(crate) fn slice_bounds(
    vm: &mut Vm,
    slice: Ref,
    len: impl FnOnce() -> usize,
) -> PyResult<Bounds> {
    let found = slice::bounds(vm, slice)?.on(len());
    Ok(Bounds {
        start: usize::try_from(found.start).unwrap_or(0),
        step: found.step,
        count: found.count,
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
