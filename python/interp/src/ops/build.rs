//! Displays, unpacking, functions, formatting.

use super::{a, b, c, function};
use crate::fields;
use crate::opaque;
use crate::ops::call::WINDOW_ITEM;
use crate::ops::export::became_exported;
use crate::ops::{export, iterate, list_method};
use coil_heap::{ARRAY_ITEMS, ARRAY_OF_VALUES};
use coil_machine::{Arg, BoolOps, IntOps, Leave, Machine, Next, Opaque, RefOps, ValOps};
use taipan_bytecode::{Intrinsic, Word};
use taipan_objects::layout;
use taipan_objects::ty::types;

/// Displays of up to this many items are made inline.
const INLINE_ITEMS: i32 = 64;

fn of_run<M: Machine>(m: &mut M, word: Word, opaque: &'static Opaque, count: i32) -> Next {
    let area = m.argument_area(b(word), count as usize);
    let number = m.int(i64::from(word.c()));
    let built = m.call_val(opaque, [Arg::Ref(area), Arg::Int(number)])?;
    m.set_reg(a(word), built);
    Ok(())
}

pub(crate) fn build_tuple<M: Machine>(m: &mut M, word: Word) -> Next {
    let count = c(word);
    if count == 0 || count > INLINE_ITEMS {
        return of_run(m, word, &opaque::BUILD_TUPLE, count);
    }
    let unset = m.unset();
    let mut items = [unset; INLINE_ITEMS as usize];
    for index in 0..count {
        items[index as usize] = m.reg(b(word) + index);
    }
    let tuple = iterate::new_tuple(m, &items[..count as usize])?;
    m.set_reg(a(word), tuple);
    Ok(())
}

pub(crate) fn build_list<M: Machine>(m: &mut M, word: Word) -> Next {
    let count = c(word);
    if count > INLINE_ITEMS {
        return of_run(m, word, &opaque::BUILD_LIST, count);
    }
    if count == 0 {
        let list = iterate::new_object(m, layout::LIST, 40, &types::LIST)?;
        m.set_reg(a(word), list.val());
        return Ok(());
    }
    let none = m.address(0);
    let size = (ARRAY_ITEMS + 8 * count as usize) as u32;
    let (Ok(array), list_type) = (
        m.alloc(ARRAY_OF_VALUES.0, size, none),
        m.address(types::LIST.as_ref().address()),
    ) else {
        m.call_void(&opaque::NO_MEMORY, [])?;
        return Err(Leave::Raised);
    };
    let number = m.int(i64::from(count));
    m.store_int(array, fields::ARRAY_SIZE, number);
    let Ok(list) = m.alloc(layout::LIST.0, 40, list_type) else {
        m.call_void(&opaque::NO_MEMORY, [])?;
        return Err(Leave::Raised);
    };
    let start = m.int(ARRAY_ITEMS as i64);
    let items = array.add_bytes(start);
    m.store_ref(list, fields::LIST_ITEMS, items);
    m.store_int(list, fields::LIST_CAPACITY, number);
    m.store_int(list, fields::LIST_SIZE, number);
    for index in 0..count {
        let value = m.reg(b(word) + index);
        let index = m.int(i64::from(index));
        m.store_item_val(items, fields::LIST_ITEM, index, value);
    }
    let list = list.val();
    export::made(m, list);
    m.set_reg(a(word), list);
    Ok(())
}

pub(crate) fn build_set<M: Machine>(m: &mut M, word: Word) -> Next {
    if c(word) == 0 {
        let set = iterate::new_object(m, layout::SET, 48, &types::SET)?;
        let unknown = m.int(-1);
        m.store_int(set, fields::SET_HASH, unknown);
        m.set_reg(a(word), set.val());
        return Ok(());
    }
    of_run(m, word, &opaque::BUILD_SET, c(word))
}

pub(crate) fn build_map<M: Machine>(m: &mut M, word: Word) -> Next {
    of_run(m, word, &opaque::BUILD_MAP, 2 * c(word))
}

pub(crate) fn build_string<M: Machine>(m: &mut M, word: Word) -> Next {
    of_run(m, word, &opaque::BUILD_STRING, c(word))
}

#[inline(always)]
pub(crate) fn list_append<M: Machine>(m: &mut M, word: Word) -> Next {
    let (list, item) = (m.reg(a(word)), m.reg(b(word)));
    if list_method::list_append(m, list, item)?.is_none() {
        m.call_void(&opaque::LIST_APPEND, [Arg::Val(list), Arg::Val(item)])?;
    }
    Ok(())
}

pub(crate) fn set_add<M: Machine>(m: &mut M, word: Word) -> Next {
    let (set, item) = (m.reg(a(word)), m.reg(b(word)));
    let arguments = [Arg::Val(set), Arg::Val(item)];
    if set_stays_plain(m, set, item) {
        return m.call_void(&opaque::SET_ADD_PLAIN, arguments);
    }
    m.call_void(&opaque::SET_ADD, arguments)
}

/// Whether adding the item to the set runs no guest code.
fn set_stays_plain<M: Machine>(m: &mut M, set: M::Val, item: M::Val) -> bool {
    if !item.is_int().yes() {
        let text = m.int(i64::from(layout::STR.0));
        let is_text =
            item.is_ref().yes() && item.reference().load_int(fields::LAYOUT).equals(text).yes();
        if !is_text {
            return false;
        }
    }
    let object = set.reference();
    let exact = m.int(i64::from(layout::SET.0));
    if !object.load_int(fields::LAYOUT).equals(exact).yes() {
        return false;
    }
    let table = object.load_ref(fields::SET_TABLE);
    let zero = m.int(0);
    table.is_address(0).yes() || table.load_int(fields::TABLE_ODD).equals(zero).yes()
}

macro_rules! two {
    ($($name:ident $opaque:ident;)*) => {
        $(
            pub(crate) fn $name<M: Machine>(m: &mut M, word: Word) -> Next {
                let (target, value) = (m.reg(a(word)), m.reg(b(word)));
                m.call_void(&opaque::$opaque, [Arg::Val(target), Arg::Val(value)])
            }
        )*
    };
}
two! {
    list_extend LIST_EXTEND;
    set_update SET_UPDATE;
    dict_update DICT_UPDATE;
}

macro_rules! three {
    ($($name:ident $opaque:ident;)*) => {
        $(
            pub(crate) fn $name<M: Machine>(m: &mut M, word: Word) -> Next {
                let (target, x, y) = (m.reg(a(word)), m.reg(b(word)), m.reg(c(word)));
                m.call_void(&opaque::$opaque, [Arg::Val(target), Arg::Val(x), Arg::Val(y)])
            }
        )*
    };
}
three! {
    map_add MAP_ADD;
    dict_merge DICT_MERGE;
}

pub(crate) fn list_to_tuple<M: Machine>(m: &mut M, word: Word) -> Next {
    let list = m.reg(b(word));
    let tuple = m.call_val(&opaque::LIST_TO_TUPLE, [Arg::Val(list)])?;
    m.set_reg(a(word), tuple);
    Ok(())
}

pub(crate) fn star_arguments<M: Machine>(m: &mut M, word: Word) -> Next {
    let (iterable, callable) = (m.reg(b(word)), m.reg(c(word)));
    let tuple = m.call_val(
        &opaque::STAR_ARGUMENTS,
        [Arg::Val(iterable), Arg::Val(callable)],
    )?;
    m.set_reg(a(word), tuple);
    Ok(())
}

pub(crate) fn format_value<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(b(word));
    let spec = if word.d() & 4 != 0 {
        m.reg(c(word))
    } else {
        m.unset()
    };
    let conversion = m.int(i64::from(word.d() & 3));
    let text = m.call_val(
        &opaque::FORMAT_VALUE,
        [Arg::Val(value), Arg::Val(spec), Arg::Int(conversion)],
    )?;
    m.set_reg(a(word), text);
    Ok(())
}

pub(crate) fn interpolation<M: Machine>(m: &mut M, word: Word) -> Next {
    let area = m.argument_area(b(word), 3);
    let conversion = m.int(i64::from(word.d()));
    let made = m.call_val(
        &opaque::INTERPOLATION,
        [Arg::Ref(area), Arg::Int(conversion)],
    )?;
    m.set_reg(a(word), made);
    Ok(())
}

pub(crate) fn template<M: Machine>(m: &mut M, word: Word) -> Next {
    let (strings, interpolations) = (m.reg(b(word)), m.reg(b(word) + 1));
    let made = m.call_val(
        &opaque::TEMPLATE,
        [Arg::Val(strings), Arg::Val(interpolations)],
    )?;
    m.set_reg(a(word), made);
    Ok(())
}

#[inline(always)]
pub(crate) fn unpack_sequence<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let sequence = m.reg(b(word));
    let count = c(word);
    if sequence.is_ref().yes() {
        let object = sequence.reference();
        let layout = object.load_int(fields::LAYOUT);
        let (tuple, list) = (
            m.int(i64::from(layout::TUPLE.0)),
            m.int(i64::from(layout::LIST.0)),
        );
        let wanted = m.int(i64::from(count));
        if layout.equals(tuple).yes() {
            if object.load_int(fields::TUPLE_SIZE).equals(wanted).yes()
                && !became_exported(m, object)
            {
                for index in 0..count {
                    let at = m.int(i64::from(index));
                    let item = object.item_val(fields::TUPLE_ITEM, at);
                    m.set_reg(a(word) + index, item);
                }
                return Ok(());
            }
        } else if layout.equals(list).yes()
            && object.load_int(fields::LIST_SIZE).equals(wanted).yes()
            && !became_exported(m, object)
        {
            let items = object.load_ref(fields::LIST_ITEMS);
            for index in 0..count {
                let at = m.int(i64::from(index));
                let item = items.item_val(fields::LIST_ITEM, at);
                m.set_reg(a(word) + index, item);
            }
            return Ok(());
        }
    }
    m.cold(move |m| {
        let area = m.argument_area(a(word), 0);
        let number = m.int(i64::from(count));
        m.call_void(
            &opaque::UNPACK,
            [Arg::Val(sequence), Arg::Ref(area), Arg::Int(number)],
        )?;
        reload(m, area, a(word), count);
        Ok(())
    })
}

/// Registers that a native wrote in memory.
fn reload<M: Machine>(m: &mut M, area: M::Ref, first: i32, count: i32) {
    for index in 0..count {
        let at = m.int(i64::from(index));
        let value = area.item_val(WINDOW_ITEM, at);
        m.set_reg(first + index, value);
    }
}

pub(crate) fn unpack_ex<M: Machine>(m: &mut M, word: Word) -> Next {
    let sequence = m.reg(b(word));
    let area = m.argument_area(a(word), 0);
    let (before, after) = (i32::from(word.d()), c(word));
    let (first, last) = (m.int(i64::from(before)), m.int(i64::from(after)));
    m.call_void(
        &opaque::UNPACK_EX,
        [
            Arg::Val(sequence),
            Arg::Ref(area),
            Arg::Int(first),
            Arg::Int(last),
        ],
    )?;
    reload(m, area, a(word), before + 1 + after);
    Ok(())
}

pub(crate) fn make_function<M: Machine>(m: &mut M, word: Word) -> Next {
    let running = function(m);
    let code = m.constant(usize::from(word.b()));
    let area = m.argument_area(c(word), word.d().count_ones() as usize);
    let what = m.int(i64::from(word.d()));
    let made = m.call_val(
        &opaque::MAKE_FUNCTION,
        [
            Arg::Val(running),
            Arg::Val(code),
            Arg::Ref(area),
            Arg::Int(what),
        ],
    )?;
    m.set_reg(a(word), made);
    Ok(())
}

pub(crate) fn call_intrinsic<M: Machine>(m: &mut M, word: Word) -> Next {
    let count = Intrinsic::from_number(word.c()).map_or(0, Intrinsic::arguments);
    let running = function(m);
    let area = m.argument_area(b(word), count);
    let number = m.int(i64::from(word.c()));
    let result = m.call_val(
        &opaque::INTRINSIC,
        [Arg::Val(running), Arg::Ref(area), Arg::Int(number)],
    )?;
    m.set_reg(a(word), result);
    Ok(())
}

pub(crate) fn print_expr<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(a(word));
    m.call_void(&opaque::PRINT_EXPR, [Arg::Val(value)])
}
