//! Methods of lists known by heart.

use crate::fields;
use crate::opaque;
use crate::ops::export::{became_exported, is_exported};
use coil_machine::{Arg, BoolOps, IntOps, Leave, Machine, RefOps, ValOps};
use taipan_objects::layout;

fn exact_list<M: Machine>(m: &mut M, value: M::Val) -> bool {
    if !value.is_ref().yes() {
        return false;
    }
    let object = value.reference();
    let layout = object.load_int(fields::LAYOUT);
    let (first, second) = (
        m.int(i64::from(layout::LIST.0)),
        m.int(i64::from(layout::LIST_SUB.0)),
    );
    if layout.equals(first).yes() {
        return !became_exported(m, object);
    }
    layout.equals(second).yes() && !is_exported(m, object)
}

/// `list.append` with room left. (The receiver may be of a subclass: the method itself was looked up.)
#[inline(always)]
pub(crate) fn list_append<M: Machine>(
    m: &mut M,
    list: M::Val,
    item: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !exact_list(m, list) {
        return Ok(None);
    }
    let object = list.reference();
    let (size, capacity) = (
        object.load_int(fields::LIST_SIZE),
        object.load_int(fields::LIST_CAPACITY),
    );
    if size.lt(capacity).yes() {
        let items = object.load_ref(fields::LIST_ITEMS);
        let one = m.int(1);
        m.store_item_val(items, fields::LIST_ITEM, size, item);
        m.store_int(object, fields::LIST_SIZE, size + one);
    } else {
        m.call_void(&opaque::LIST_APPEND, [Arg::Val(list), Arg::Val(item)])?;
    }
    Ok(Some(super::none(m)))
}

pub(super) fn list_pop<M: Machine>(m: &mut M, list: M::Val) -> Result<Option<M::Val>, Leave> {
    if !exact_list(m, list) {
        return Ok(None);
    }
    let object = list.reference();
    let size = object.load_int(fields::LIST_SIZE);
    let (zero, one) = (m.int(0), m.int(1));
    if !size.gt(zero).yes() {
        return Ok(None);
    }
    let items = object.load_ref(fields::LIST_ITEMS);
    let last = size - one;
    let value = items.item_val(fields::LIST_ITEM, last);
    let unset = m.unset();
    m.store_item_val(items, fields::LIST_ITEM, last, unset);
    m.store_int(object, fields::LIST_SIZE, last);
    Ok(Some(value))
}

/// `list.pop(index)`, the index not negative.
pub(super) fn list_remove<M: Machine>(
    m: &mut M,
    list: M::Val,
    index: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !exact_list(m, list) || !index.is_int().yes() {
        return Ok(None);
    }
    let (index, size) = (index.int(), list.reference().load_int(fields::LIST_SIZE));
    if !index.ult(size).yes() {
        return Ok(None);
    }
    m.call_val(&opaque::LIST_REMOVE, [Arg::Val(list), Arg::Int(index)])
        .map(Some)
}

/// `list.insert(index, item)`, the index not negative and at most the length.
pub(super) fn list_insert<M: Machine>(
    m: &mut M,
    list: M::Val,
    index: M::Val,
    item: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !exact_list(m, list) || !index.is_int().yes() {
        return Ok(None);
    }
    let (index, size) = (index.int(), list.reference().load_int(fields::LIST_SIZE));
    if size.ult(index).yes() {
        return Ok(None);
    }
    m.call_void(
        &opaque::LIST_INSERT,
        [Arg::Val(list), Arg::Int(index), Arg::Val(item)],
    )?;
    Ok(Some(super::none(m)))
}
