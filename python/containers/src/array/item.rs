//! The slots of arrays: items and slices, comparison, concatenation, repr.

use super::{Array, iter, make, new, plain, this};
use crate::helpers::{TextBuilder, index_or_index_error, repeat_count, wrap_index};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slice::{self, Indices};
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Raised, Value, Vm};

fn index_of(vm: &mut Vm, array: Array, key: Value, out_of_range: &str) -> PyResult<usize> {
    if number::int_of(key).is_none() && Type::of(key).slots().index.is_none() {
        return Err(vm.raise_type("array indices must be integers"));
    }
    let index = index_or_index_error(vm, key)?;
    match wrap_index(index, array.len()) {
        Some(index) => Ok(index),
        None => Err(vm.raise_index(out_of_range)),
    }
}

fn get_item(vm: &mut Vm, object: Value, key: Value) -> PyResult {
    let array = this(object);
    if let Some(slice) = slice::slice_of(key) {
        let part = slice::bounds(vm, slice)?.on(array.len());
        let bytes = part_of(array, part);
        return plain(vm, array.kind, &bytes);
    }
    let index = index_of(vm, array, key, "array index out of range")?;
    match array.get(vm, index)? {
        Some(item) => Ok(item),
        None => Err(vm.raise_index("array index out of range")),
    }
}

/// The bytes of a slice.
fn part_of(array: Array, part: Indices) -> Vec<u8> {
    let size = array.kind.size();
    let data = array.bytes.data();
    if part.step == 1 {
        let (start, end) = part.range();
        return data[start * size..end * size].to_vec();
    }
    let mut bytes = Vec::with_capacity(part.count * size);
    for n in 0..part.count {
        bytes.extend_from_slice(&data[part.at(n) * size..][..size]);
    }
    bytes
}

const OUT_OF_RANGE: &str = "array assignment index out of range";

fn set_item(vm: &mut Vm, object: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    let array = this(object);
    if let Some(slice) = slice::slice_of(key) {
        return set_slice(vm, array, slice, new);
    }
    let index = index_of(vm, array, key, OUT_OF_RANGE)?;
    let Some(new) = new else {
        return array.splice(vm, index, index + 1, &[]);
    };
    let item = array.kind.bytes(vm, new)?;
    if array.put(index, item) {
        Ok(())
    } else {
        Err(vm.raise_index(OUT_OF_RANGE))
    }
}

#[cold]
fn wrong_kind(vm: &mut Vm) -> Raised {
    vm.raise_type("bad argument type for built-in operation")
}

fn set_slice(
    vm: &mut Vm,
    array: Array,
    slice: coil_value::Ref,
    new: Option<Value>,
) -> PyResult<()> {
    let part = slice::bounds(vm, slice)?;
    let source = match new {
        None => None,
        Some(new) => {
            let Some(other) = Array::of(new) else {
                let name = protocol::type_name(new);
                return Err(vm.raise_type(&format!(
                    "can only assign array (not \"{name}\") to array slice"
                )));
            };
            if other.kind != array.kind {
                return Err(wrong_kind(vm));
            }
            Some(other.bytes.data().to_vec())
        }
    };
    let size = array.kind.size();
    let part = part.on(array.len());
    if part.step == 1 {
        let (start, end) = part.range();
        return array.splice(vm, start, end, &source.unwrap_or_default());
    }
    if let Some(source) = source {
        let given = source.len() / size;
        if given != part.count {
            return Err(vm.raise_value(&format!(
                "attempt to assign array of size {given} to extended slice of size {}",
                part.count
            )));
        }
        let data = array.bytes.data_mut();
        for (n, item) in source.chunks_exact(size).enumerate() {
            data[part.at(n) * size..][..size].copy_from_slice(item);
        }
        return Ok(());
    }
    // Deletion: what stays is put together anew.
    let mut gone = vec![false; array.len()];
    for n in 0..part.count {
        gone[part.at(n)] = true;
    }
    let items = array.bytes.data().chunks_exact(size).zip(gone);
    let kept: Vec<u8> = items
        .filter(|(_, gone)| !gone)
        .flat_map(|(item, _)| item.iter().copied())
        .collect();
    let len = array.len();
    array.splice(vm, 0, len, &kept)
}

pub(super) fn contains(vm: &mut Vm, object: Value, wanted: Value) -> PyResult<bool> {
    let array = this(object);
    let mut index = 0;
    while let Some(item) = array.get(vm, index)? {
        if protocol::equal(vm, item, wanted)? {
            return Ok(true);
        }
        index += 1;
    }
    Ok(false)
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(x), Some(y)) = (Array::of(a), Array::of(b)) else {
        return Ok(ty::not_implemented());
    };
    if x.len() != y.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(ty::bool_value(op == CompareOp::Ne));
    }
    let mut index = 0;
    while let (Some(item), Some(other)) = (x.get(vm, index)?, y.get(vm, index)?) {
        if !protocol::equal(vm, item, other)? {
            return match op {
                CompareOp::Eq => Ok(ty::bool_value(false)),
                CompareOp::Ne => Ok(ty::bool_value(true)),
                _ => protocol::compare(vm, item, other, op),
            };
        }
        index += 1;
    }
    Ok(ty::bool_value(op.holds(x.len().cmp(&y.len()))))
}

fn repr(vm: &mut Vm, object: Value) -> PyResult {
    let array = this(object);
    let mut text = TextBuilder::default();
    let code = char::from(array.kind.code());
    text.ascii(&format!("{}('{code}'", Type::of(object).name()));
    if array.len() > 0 {
        text.ascii(", ");
        let items = if array.kind.is_text() {
            super::methods::text_of(vm, array)?
        } else {
            super::methods::list_of(vm, array)?.value()
        };
        text.repr(vm, items)?;
    }
    text.ascii(")");
    text.finish(vm)
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let array = this(a);
    let Some(other) = Array::of(b) else {
        let name = protocol::type_name(b);
        return Err(vm.raise_type(&format!("can only append array (not \"{name}\") to array")));
    };
    if other.kind != array.kind {
        return Err(wrong_kind(vm));
    }
    let bytes = [array.bytes.data(), other.bytes.data()].concat();
    plain(vm, array.kind, &bytes)
}

fn in_place_concat(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if Array::of(b).is_none() {
        let name = protocol::type_name(b);
        return Err(vm.raise_type(&format!(
            "can only extend array with array (not \"{name}\")"
        )));
    }
    this(a).extend(vm, b)?;
    Ok(a)
}

/// Makes an array `count` times as long, by repeating its items.
fn multiply(vm: &mut Vm, array: Array, count: usize) -> PyResult<()> {
    let len = array.bytes.len();
    let Some(total) = len.checked_mul(count) else {
        return Err(vm.raise_memory_error());
    };
    let more = total.saturating_sub(len);
    array.bytes.resize_range(vm, len.min(total), len, more)?;
    let data = array.bytes.data_mut();
    for done in (len..total).step_by(len.max(1)) {
        data.copy_within(..len, done);
    }
    Ok(())
}

fn repeat(vm: &mut Vm, object: Value, count: Value) -> PyResult {
    let count = repeat_count(vm, count)?;
    let array = this(object);
    let bytes = array.bytes.data().to_vec();
    let all = make(vm, super::ARRAY.ty(), array.kind, &bytes)?;
    multiply(vm, all, count)?;
    Ok(all.object)
}

fn in_place_repeat(vm: &mut Vm, object: Value, count: Value) -> PyResult {
    let count = repeat_count(vm, count)?;
    multiply(vm, this(object), count)?;
    Ok(object)
}

pub(super) fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.len = Some(|_, object| Ok(this(object).len()));
    slots.iter = Some(iter);
    slots.repr = Some(repr);
    slots.compare = Some(compare);
    slots.contains = Some(contains);
    slots.get_item = Some(get_item);
    slots.set_item = Some(set_item);
    slots.concat = Some(concat);
    slots.repeat = Some(repeat);
    slots.in_place[BinaryOp::Add as usize] = Some(in_place_concat);
    slots.in_place[BinaryOp::Mul as usize] = Some(in_place_repeat);
}
