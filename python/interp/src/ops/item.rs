//! Subscripts.

use super::{a, b, c};
use crate::fields;
use crate::opaque;
use crate::ops::export::{became_exported, is_exported};
use crate::ops::iterate::{inherits_from_list, new_object};
use crate::ops::{raw, special};
use coil_machine::{Arg, BoolOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use coil_value::Value;
use taipan_bytecode::Word;
use taipan_objects::layout;
use taipan_objects::slots::Slots;
use taipan_objects::ty::{self, types};

/// An item of an exact list or tuple at an inline int index, negative ones counted from the end.
#[inline(always)]
fn fast_get<M: Machine>(m: &mut M, container: M::Val, index: M::Int) -> Option<M::Val> {
    if !container.is_ref().yes() {
        return None;
    }
    let object = container.reference();
    let layout = object.load_int(fields::LAYOUT);
    let (list, tuple) = (
        m.int(i64::from(layout::LIST.0)),
        m.int(i64::from(layout::TUPLE.0)),
    );
    if layout.equals(list).yes() {
        if became_exported(m, object) {
            return None;
        }
        let size = object.load_int(fields::LIST_SIZE);
        let index = resolve(m, index, size)?;
        return Some(
            object
                .load_ref(fields::LIST_ITEMS)
                .item_val(fields::LIST_ITEM, index),
        );
    }
    if layout.equals(tuple).yes() {
        if became_exported(m, object) {
            return None;
        }
        let size = object.load_int(fields::TUPLE_SIZE);
        let index = resolve(m, index, size)?;
        return Some(object.item_val(fields::TUPLE_ITEM, index));
    }
    None
}

#[inline(always)]
pub(super) fn resolve<M: Machine>(m: &M, index: M::Int, size: M::Int) -> Option<M::Int> {
    if index.ult(size).yes() {
        return Some(index);
    }
    let zero = m.int(0);
    if index.lt(zero).yes() {
        let index = index + size;
        if index.ult(size).yes() {
            return Some(index);
        }
    }
    None
}

#[inline(always)]
pub(crate) fn get_item<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (container, key) = (m.reg(b(word)), m.reg(c(word)));
    if key.is_int().yes()
        && let Some(item) = fast_get(m, container, key.int())
    {
        m.set_reg(a(word), item);
        return Ok(());
    }
    m.outlined(move |m| {
        let item = match other_item(m, container, key)? {
            Some(item) => item,
            None if let Some(next) = special::get_item(m, word, container, key) => return next,
            None => m.call_val(&opaque::GET_ITEM, [Arg::Val(container), Arg::Val(key)])?,
        };
        m.set_reg(a(word), item);
        Ok(())
    })
}

/// A part of a list, or an item of one whose class leaves subscripts alone.
fn other_item<M: Machine>(
    m: &mut M,
    container: M::Val,
    key: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !key.is_int().yes() {
        return part_of_list(m, container, key);
    }
    let index = key.int();
    Ok(item_elsewhere(m, container, index))
}

/// An item, at an inline int index, of what is neither an exact list nor a tuple.
fn item_elsewhere<M: Machine>(m: &mut M, container: M::Val, index: M::Int) -> Option<M::Val> {
    item_of_subclass(m, container, index).or_else(|| raw::get(m, container, index))
}

fn item_of_subclass<M: Machine>(m: &mut M, container: M::Val, index: M::Int) -> Option<M::Val> {
    if !container.is_ref().yes() {
        return None;
    }
    let object = container.reference();
    let expected = m.int(i64::from(layout::LIST_SUB.0));
    let get_item = |slots: &Slots| slots.get_item.map_or(0, |get| get as usize);
    if !object.load_int(fields::LAYOUT).equals(expected).yes()
        || !inherits_from_list(m, object, get_item)
        || is_exported(m, object)
    {
        return None;
    }
    let size = object.load_int(fields::LIST_SIZE);
    let index = resolve(m, index, size)?;
    let items = object.load_ref(fields::LIST_ITEMS);
    Some(items.item_val(fields::LIST_ITEM, index))
}

#[inline(always)]
pub(crate) fn get_item_int<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let container = m.reg(b(word));
    let literal = i64::from(word.c_signed());
    let index = m.int(literal);
    if let Some(item) = fast_get(m, container, index) {
        m.set_reg(a(word), item);
        return Ok(());
    }
    m.cold(move |m| {
        let index = m.int(literal);
        let item = match item_elsewhere(m, container, index) {
            Some(item) => item,
            None => {
                let key = m.val(Value::from_small_int_unchecked(literal));
                if let Some(next) = special::get_item(m, word, container, key) {
                    return next;
                }
                m.call_val(&opaque::GET_ITEM, [Arg::Val(container), Arg::Val(key)])?
            }
        };
        m.set_reg(a(word), item);
        Ok(())
    })
}

#[inline(always)]
fn fast_set<M: Machine>(m: &mut M, container: M::Val, index: M::Int, value: M::Val) -> bool {
    if !container.is_ref().yes() {
        return false;
    }
    let object = container.reference();
    let list = m.int(i64::from(layout::LIST.0));
    if !object.load_int(fields::LAYOUT).equals(list).yes() || became_exported(m, object) {
        return false;
    }
    let size = object.load_int(fields::LIST_SIZE);
    let Some(index) = resolve(m, index, size) else {
        return false;
    };
    let items = object.load_ref(fields::LIST_ITEMS);
    m.store_item_val(items, fields::LIST_ITEM, index, value);
    true
}

#[inline(always)]
pub(crate) fn set_item<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (container, key, value) = (m.reg(a(word)), m.reg(b(word)), m.reg(c(word)));
    if key.is_int().yes() && fast_set(m, container, key.int(), value) {
        return Ok(());
    }
    m.cold(move |m| {
        if key.is_int().yes() && raw::set(m, container, key.int(), value) {
            return Ok(());
        }
        if let Some(next) = special::set_item(m, word, container, key, value) {
            return next;
        }
        m.call_void(
            &opaque::SET_ITEM,
            [Arg::Val(container), Arg::Val(key), Arg::Val(value)],
        )
    })
}

#[inline(always)]
pub(crate) fn set_item_int<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (container, value) = (m.reg(a(word)), m.reg(c(word)));
    let literal = i64::from(word.b().cast_signed());
    let index = m.int(literal);
    if fast_set(m, container, index, value) {
        return Ok(());
    }
    m.cold(move |m| {
        let index = m.int(literal);
        if raw::set(m, container, index, value) {
            return Ok(());
        }
        let key = m.val(Value::from_small_int_unchecked(literal));
        if let Some(next) = special::set_item(m, word, container, key, value) {
            return next;
        }
        m.call_void(
            &opaque::SET_ITEM,
            [Arg::Val(container), Arg::Val(key), Arg::Val(value)],
        )
    })
}

pub(crate) fn del_item<M: Machine>(m: &mut M, word: Word) -> Next {
    let (container, key) = (m.reg(a(word)), m.reg(b(word)));
    m.call_void(&opaque::DEL_ITEM, [Arg::Val(container), Arg::Val(key)])
}

pub(crate) fn get_slice<M: Machine>(m: &mut M, word: Word) -> Next {
    let container = m.reg(b(word));
    let (start, stop) = (m.reg(c(word)), m.reg(c(word) + 1));
    let one = m.int(1);
    let step = m.from_int(one);
    if let Some(part) = list_part(m, container, start, stop, step)? {
        m.set_reg(a(word), part);
        return Ok(());
    }
    let part = m.call_val(
        &opaque::GET_SLICE,
        [Arg::Val(container), Arg::Val(start), Arg::Val(stop)],
    )?;
    m.set_reg(a(word), part);
    Ok(())
}

pub(crate) fn set_slice<M: Machine>(m: &mut M, word: Word) -> Next {
    let (container, value) = (m.reg(a(word)), m.reg(c(word)));
    let (start, stop) = (m.reg(b(word)), m.reg(b(word) + 1));
    m.call_void(
        &opaque::SET_SLICE,
        [
            Arg::Val(container),
            Arg::Val(start),
            Arg::Val(stop),
            Arg::Val(value),
        ],
    )
}

pub(crate) fn build_slice<M: Machine>(m: &mut M, word: Word) -> Next {
    let (start, stop, step) = (m.reg(b(word)), m.reg(b(word) + 1), m.reg(b(word) + 2));
    let slice = new_object(m, layout::SLICE, 40, &types::SLICE)?;
    m.store_val(slice, fields::SLICE_START, start);
    m.store_val(slice, fields::SLICE_STOP, stop);
    m.store_val(slice, fields::SLICE_STEP, step);
    m.set_reg(a(word), slice.val());
    Ok(())
}

/// What a slice object names of an exact list; none for other containers and bounds.
fn part_of_list<M: Machine>(
    m: &mut M,
    container: M::Val,
    key: M::Val,
) -> Result<Option<M::Val>, Leave> {
    if !key.is_ref().yes() {
        return Ok(None);
    }
    let slice = m.int(i64::from(layout::SLICE.0));
    let key = key.reference();
    if !key.load_int(fields::LAYOUT).equals(slice).yes() {
        return Ok(None);
    }
    let (start, stop) = (
        key.load_val(fields::SLICE_START),
        key.load_val(fields::SLICE_STOP),
    );
    let step = key.load_val(fields::SLICE_STEP);
    list_part(m, container, start, stop, step)
}

/// A part of an exact list; none for other containers, and bounds that are neither None nor ints.
fn list_part<M: Machine>(
    m: &mut M,
    container: M::Val,
    start: M::Val,
    stop: M::Val,
    step: M::Val,
) -> Result<Option<M::Val>, Leave> {
    let list = m.int(i64::from(layout::LIST.0));
    if !container.is_ref().yes()
        || !container
            .reference()
            .load_int(fields::LAYOUT)
            .equals(list)
            .yes()
    {
        return Ok(None);
    }
    for bound in [start, stop] {
        if !bound.is_int().yes() && !bound.is(ty::none()).yes() {
            return Ok(None);
        }
    }
    let zero = m.int(0);
    if !step.is_int().yes() || step.int().equals(zero).yes() {
        return Ok(None);
    }
    let args = [container, start, stop, step].map(Arg::Val);
    Ok(Some(m.call_val(&opaque::LIST_PART, args)?))
}
