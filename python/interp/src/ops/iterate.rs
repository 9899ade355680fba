//! Iteration: `iter()`, and for loops over the builtin iterators and generators.

use super::{a, b};
use crate::fields;
use crate::kind;
use crate::opaque;
use crate::ops::export::{self, is_exported};
use crate::ops::{call, generator, raw};
use coil_machine::{Arg, BoolOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use coil_value::{LayoutId, Ref};
use taipan_bytecode::{Op, Word};
use taipan_objects::layout::{self, at};
use taipan_objects::slots::Slots;
use taipan_objects::ty::{StaticType, Type, types};

/// An object of a builtin type, its fields zero.
pub(crate) fn new_object<M: Machine>(
    m: &mut M,
    layout: LayoutId,
    size: u32,
    ty: &'static StaticType,
) -> Result<M::Ref, Leave> {
    let ty = m.address(ty.as_ref().address());
    match m.alloc(layout.0, size, ty) {
        Ok(object) => Ok(object),
        Err(_) => {
            m.call_void(&opaque::NO_MEMORY, [])?;
            Err(Leave::Raised)
        }
    }
}

/// Whether the class of a list (a subclass of `list`) leaves a slot as it is for lists. A trace depends on that.
pub(crate) fn inherits_from_list<M: Machine>(
    m: &mut M,
    list: M::Ref,
    slot: impl Fn(&Slots) -> usize,
) -> bool {
    let class = list.load_ref(fields::TYPE).promote();
    // SAFETY: the type of a live object; types are never freed.
    let class = unsafe { Ref::from_address(class as u64) }.map(Type::from_ref);
    let class = class.expect("objects have types");
    if slot(class.slots()) != slot(types::LIST.ty().slots()) {
        return false;
    }
    let _ = m.load_watched(&raw const coil_machine::UNREAD, class.version_address());
    true
}

pub(crate) fn get_iter<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let value = m.reg(b(word));
    // A plain instance whose `__iter__` is a generator function: what it gives needs no check.
    if let Some(method) = generator::iter_method(m, value) {
        return call::call_function_with(m, method, &[value], word.a(), kind::PLAIN);
    }
    let iterator = iterator_of(m, value)?;
    m.set_reg(a(word), iterator);
    Ok(())
}

fn iterator_of<M: Machine>(m: &mut M, value: M::Val) -> Result<M::Val, Leave> {
    if value.is_ref().yes() {
        let object = value.reference();
        match LayoutId(object.load_int(fields::LAYOUT).promote() as u16) {
            layout::LIST_SUB
                if !inherits_from_list(m, object, |slots| {
                    slots.iter.map_or(0, |iter| iter as usize)
                }) => {}
            layout::LIST | layout::LIST_SUB => {
                let iterator = new_object(m, layout::LIST_ITER, 32, &types::LIST_ITERATOR)?;
                m.store_ref(iterator, fields::ITER_OF, object);
                return Ok(iterator.val());
            }
            layout::TUPLE => {
                let iterator = new_object(m, layout::TUPLE_ITER, 32, &types::TUPLE_ITERATOR)?;
                m.store_ref(iterator, fields::ITER_OF, object);
                return Ok(iterator.val());
            }
            layout::RANGE => {
                let (start, step) = (
                    object.load_val(fields::RANGE_START),
                    object.load_val(fields::RANGE_STEP),
                );
                let length = object.load_val(fields::RANGE_LENGTH);
                if start.is_int().yes() && step.is_int().yes() && length.is_int().yes() {
                    let iterator = new_object(m, layout::RANGE_ITER, 40, &types::RANGE_ITERATOR)?;
                    m.store_int(iterator, fields::RANGE_ITER_NEXT, start.int());
                    m.store_int(iterator, fields::RANGE_ITER_STEP, step.int());
                    m.store_int(iterator, fields::RANGE_ITER_LEFT, length.int());
                    return Ok(iterator.val());
                }
            }
            layout::GENERATOR
                if object
                    .load_ref(fields::TYPE)
                    .is_address(types::GENERATOR.as_ref().address())
                    .yes() =>
            {
                return Ok(value);
            }
            layout::LIST_ITER | layout::TUPLE_ITER | layout::RANGE_ITER => return Ok(value),
            _ => {}
        }
    }
    m.call_val(&opaque::GET_ITER, [Arg::Val(value)])
}

/// What a step of an iterator will do once nothing can fail any more.
enum Commit<M: Machine> {
    Nothing,
    Index {
        iterator: M::Ref,
        next: M::Int,
    },
    Range {
        iterator: M::Ref,
        next: M::Int,
        left: M::Int,
    },
    Exhaust {
        iterator: M::Ref,
    },
}

/// A looked-at step of an iterator.
enum Step<M: Machine> {
    /// The next item, and what makes it final.
    Item(M::Val, Commit<M>),
    /// The end, and what makes it final.
    End(Commit<M>),
    /// Not an iterator known here.
    Other,
}

impl<M: Machine> Clone for Commit<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Machine> Copy for Commit<M> {}

#[inline(always)]
fn look<M: Machine>(m: &mut M, iterator: M::Ref, layout: LayoutId) -> Step<M> {
    let one = m.int(1);
    match layout {
        layout::LIST_ITER | layout::TUPLE_ITER => {
            let of_list = layout == layout::LIST_ITER;
            if of_list
                && !iterator
                    .load_ref(fields::TYPE)
                    .is_address(types::LIST_ITERATOR.as_ref().address())
                    .yes()
            {
                return Step::Other;
            }
            let sequence = iterator.load_ref(fields::ITER_OF);
            if sequence.is_address(0).yes() {
                return Step::End(Commit::Nothing);
            }
            let index = iterator.load_int(fields::ITER_INDEX);
            let size = sequence.load_int(if of_list {
                fields::LIST_SIZE
            } else {
                fields::TUPLE_SIZE
            });
            if !index.ult(size).yes() {
                return Step::End(Commit::Exhaust { iterator });
            }
            if is_exported(m, sequence) {
                return Step::Other;
            }
            let item = if of_list {
                sequence
                    .load_ref(fields::LIST_ITEMS)
                    .item_val(fields::LIST_ITEM, index)
            } else {
                sequence.item_val(fields::TUPLE_ITEM, index)
            };
            Step::Item(
                item,
                Commit::Index {
                    iterator,
                    next: index + one,
                },
            )
        }
        layout::STR_ITER => {
            let class = iterator.load_ref(fields::TYPE).promote();
            let of_str = class == types::STR_ASCII_ITERATOR.as_ref().address();
            if !of_str && class != types::BYTES_ITERATOR.as_ref().address() {
                return Step::Other;
            }
            let text = iterator.load_ref(fields::ITER_OF);
            if text.is_address(0).yes() {
                return Step::End(Commit::Nothing);
            }
            let plain = m.int(i64::from(if of_str {
                layout::STR.0
            } else {
                layout::BYTES.0
            }));
            if !text.load_int(fields::LAYOUT).equals(plain).yes() {
                return Step::Other;
            }
            let index = iterator.load_int(fields::ITER_INDEX);
            let size = text.load_int(if of_str {
                fields::STR_LENGTH
            } else {
                fields::BYTES_SIZE
            });
            if !index.ult(size).yes() {
                return Step::End(Commit::Exhaust { iterator });
            }
            let item = if of_str {
                raw::character(m, text, index)
            } else {
                let byte = text.item_int(fields::BYTES_ITEM, index);
                m.from_int(byte)
            };
            let next = index + one;
            Step::Item(item, Commit::Index { iterator, next })
        }
        layout::RANGE_ITER => {
            let left = iterator.load_int(fields::RANGE_ITER_LEFT);
            let zero = m.int(0);
            if !left.gt(zero).yes() {
                return Step::End(Commit::Nothing);
            }
            let next = iterator.load_int(fields::RANGE_ITER_NEXT);
            let step = iterator.load_int(fields::RANGE_ITER_STEP);
            let item = m.from_int(next);
            Step::Item(
                item,
                Commit::Range {
                    iterator,
                    next: next + step,
                    left: left - one,
                },
            )
        }
        _ => Step::Other,
    }
}

#[inline(always)]
fn commit<M: Machine>(m: &mut M, commit: Commit<M>) {
    match commit {
        Commit::Nothing => {}
        Commit::Index { iterator, next } => m.store_int(iterator, fields::ITER_INDEX, next),
        Commit::Range {
            iterator,
            next,
            left,
        } => {
            m.store_int(iterator, fields::RANGE_ITER_NEXT, next);
            m.store_int(iterator, fields::RANGE_ITER_LEFT, left);
        }
        Commit::Exhaust { iterator } => {
            let null = m.address(0);
            m.store_ref(iterator, fields::ITER_OF, null);
        }
    }
}

#[inline(always)]
pub(crate) fn for_iter<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let iterator = m.reg(b(word));
    let object = iterator.reference();
    let layout = object.load_int(fields::LAYOUT);
    let (range, list, generator) = (
        m.int(i64::from(layout::RANGE_ITER.0)),
        m.int(i64::from(layout::LIST_ITER.0)),
        m.int(i64::from(layout::GENERATOR.0)),
    );
    if layout.equals(range).yes() {
        return step(m, word, object, layout::RANGE_ITER);
    }
    if layout.equals(list).yes() {
        return step(m, word, object, layout::LIST_ITER);
    }
    if layout.equals(generator).yes() {
        return m.outlined(move |m| generator::next_in_loop(m, word, iterator));
    }
    m.outlined(move |m| {
        let object = iterator.reference();
        let layout = LayoutId(object.load_int(fields::LAYOUT).promote() as u16);
        match layout {
            layout::TUPLE_ITER | layout::STR_ITER => step(m, word, object, layout),
            layout::FIELDS => for_fields(m, word, iterator),
            _ => for_other(m, word, iterator),
        }
    })
}

#[inline(always)]
fn step<M: Machine>(m: &mut M, word: Word, iterator: M::Ref, layout: LayoutId) -> Next {
    match look(m, iterator, layout) {
        Step::Item(item, done) => {
            commit(m, done);
            m.set_reg(a(word), item);
            Ok(())
        }
        Step::End(done) => {
            commit(m, done);
            m.jump(i32::from(word.c_signed()));
            Ok(())
        }
        Step::Other => m.cold(move |m| for_other(m, word, iterator.val())),
    }
}

/// enumerate and zip over builtin iterators; other objects of fields by their `__next__`.
fn for_fields<M: Machine>(m: &mut M, word: Word, iterator: M::Val) -> Next {
    let object = iterator.reference();
    let class = object.load_ref(fields::TYPE).promote();
    if class == types::ENUMERATE.as_ref().address() {
        let (inner, count) = (
            object.load_val(fields::FIELD_0),
            object.load_val(fields::FIELD_1),
        );
        if inner.is_ref().yes() && count.is_int().yes() {
            let inner = inner.reference();
            let layout = LayoutId(inner.load_int(fields::LAYOUT).promote() as u16);
            match look(m, inner, layout) {
                Step::Item(item, done) => {
                    let one = m.int(1);
                    let (next, overflow) = count.int().add_overflowing(one);
                    if !overflow.yes() {
                        let next = m.from_int(next);
                        let pair = new_tuple(m, &[count, item])?;
                        commit(m, done);
                        m.store_val(object, fields::FIELD_1, next);
                        m.set_reg(a(word), pair);
                        return Ok(());
                    }
                }
                Step::End(done) => {
                    commit(m, done);
                    m.jump(i32::from(word.c_signed()));
                    return Ok(());
                }
                Step::Other => {}
            }
        }
    } else if class == types::ZIP.as_ref().address() {
        let (inner, strict) = (
            object.load_val(fields::FIELD_0),
            object.load_val(fields::FIELD_1),
        );
        let lenient = m.val(taipan_objects::ty::FALSE.value());
        if inner.is_ref().yes() && strict.same(lenient).yes() {
            let tuple = inner.reference();
            if let Some(done) = for_zip(m, word, tuple)? {
                return done;
            }
        }
    }
    for_other(m, word, iterator)
}

const MOST_ZIPPED: usize = 4;

/// A step of zip over up to four builtin iterators; none when one of them is something else.
fn for_zip<M: Machine>(m: &mut M, word: Word, iterators: M::Ref) -> Result<Option<Next>, Leave> {
    let count = iterators.load_int(fields::TUPLE_SIZE).promote() as usize;
    if count == 0 || count > MOST_ZIPPED {
        return Ok(None);
    }
    let unset = m.unset();
    let mut items = [unset; MOST_ZIPPED];
    let mut commits = [Commit::<M>::Nothing; MOST_ZIPPED];
    for index in 0..count {
        let at = m.int(index as i64);
        let inner = iterators.item_val(fields::TUPLE_ITEM, at);
        if !inner.is_ref().yes() {
            return Ok(None);
        }
        let inner = inner.reference();
        let layout = LayoutId(inner.load_int(fields::LAYOUT).promote() as u16);
        match look(m, inner, layout) {
            Step::Item(item, done) => {
                items[index] = item;
                commits[index] = done;
            }
            Step::End(done) => {
                // Those before it have been advanced.
                for earlier in &commits[..index] {
                    commit(m, *earlier);
                }
                commit(m, done);
                m.jump(i32::from(word.c_signed()));
                return Ok(Some(Ok(())));
            }
            Step::Other => return Ok(None),
        }
    }
    let tuple = new_tuple(m, &items[..count])?;
    for done in &commits[..count] {
        commit(m, *done);
    }
    m.set_reg(a(word), tuple);
    Ok(Some(Ok(())))
}

/// A tuple of values at hand.
pub(crate) fn new_tuple<M: Machine>(m: &mut M, items: &[M::Val]) -> Result<M::Val, Leave> {
    let size = (at::TUPLE_ITEMS + 8 * items.len()) as u32;
    let tuple = new_object(m, layout::TUPLE, size, &types::TUPLE)?;
    let (count, hash) = (m.int(items.len() as i64), m.int(-1));
    m.store_int(tuple, fields::TUPLE_SIZE, count);
    m.store_int(tuple, fields::TUPLE_HASH, hash);
    for (index, item) in items.iter().enumerate() {
        let index = m.int(index as i64);
        m.store_item_val(tuple, fields::TUPLE_ITEM, index, *item);
    }
    let tuple = tuple.val();
    export::made(m, tuple);
    Ok(tuple)
}

pub(crate) fn for_other<M: Machine>(m: &mut M, word: Word, iterator: M::Val) -> Next {
    let item = m.call_val(&opaque::NEXT, [Arg::Val(iterator)])?;
    let ended = !item.is_set();
    m.branch_or_set(ended, i32::from(word.c_signed()), a(word), item);
    Ok(())
}

/// A generator that a for loop resumed has returned: the loop ends. pc stands after the `for_iter`.
pub(crate) fn leave_loop<M: Machine>(m: &mut M) {
    // SAFETY: the word before the cache is the instruction that resumed the generator.
    let word = Word(unsafe { *m.word_at(-2) });
    debug_assert_eq!(word.op_number(), Op::ForIter as u8);
    m.jump(i32::from(word.c_signed()));
}
