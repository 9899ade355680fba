//! Constants, registers, cells, names.

use super::{a, b, c, function, name};
use crate::fields;
use crate::opaque;
use crate::plan;
use coil_heap::ARRAY_ITEMS;
use coil_machine::{Arg, BoolOps, Deps, Key, Machine, Next, RefOps, ValOps};
use coil_value::Value;
use taipan_bytecode::Word;
use taipan_objects::function::CodeData;
use taipan_objects::str::Str;
use taipan_objects::ty;

#[inline(always)]
pub(crate) fn load_const<M: Machine>(m: &mut M, word: Word) {
    let value = m.constant(word.imm32() as usize);
    m.set_reg(a(word), value);
}

#[inline(always)]
pub(crate) fn load_int<M: Machine>(m: &mut M, word: Word) {
    let value = m.val(Value::from_small_int_unchecked(i64::from(word.imm32())));
    m.set_reg(a(word), value);
}

#[inline(always)]
pub(crate) fn move_register<M: Machine>(m: &mut M, word: Word) {
    let value = m.reg(b(word));
    m.set_reg(a(word), value);
}

#[inline(always)]
pub(crate) fn move_callable<M: Machine>(m: &mut M, word: Word) {
    let value = m.reg(b(word));
    let unset = m.unset();
    m.set_reg(a(word), value);
    m.set_reg(a(word) + 1, unset);
}

#[inline(always)]
pub(crate) fn load_none<M: Machine>(m: &mut M, word: Word) {
    let value = m.val(ty::none());
    m.set_reg(a(word), value);
}

#[inline(always)]
pub(crate) fn load_bool<M: Machine>(m: &mut M, word: Word, truth: bool) {
    let value = m.val(ty::bool_value(truth));
    m.set_reg(a(word), value);
}

#[cold]
fn raise_unbound<M: Machine>(m: &mut M, register: i32) -> Next {
    let code = m.code().expose_provenance();
    let code = m.address(code);
    let register = m.int(i64::from(register));
    m.call_void(&opaque::RAISE_UNBOUND, [Arg::Ref(code), Arg::Int(register)])
}

#[inline(always)]
pub(crate) fn check_bound<M: Machine>(m: &mut M, word: Word) -> Next {
    if m.reg(a(word)).is_set().yes() {
        return Ok(());
    }
    m.cold(move |m| raise_unbound(m, a(word)))
}

#[inline(always)]
pub(crate) fn unbind<M: Machine>(m: &mut M, word: Word) {
    let unset = m.unset();
    m.set_reg(a(word), unset);
}

#[inline(always)]
pub(crate) fn delete_fast<M: Machine>(m: &mut M, word: Word) -> Next {
    check_bound(m, word)?;
    unbind(m, word);
    Ok(())
}

#[inline(always)]
pub(crate) fn make_cell<M: Machine>(m: &mut M, word: Word) -> Next {
    let contents = m.reg(a(word));
    let cell = m.call_val(&opaque::NEW_CELL, [Arg::Val(contents)])?;
    m.set_reg(a(word), cell);
    Ok(())
}

#[inline(always)]
pub(crate) fn copy_free_vars<M: Machine>(m: &mut M, word: Word) {
    // SAFETY: the machine's code is live.
    let count = unsafe { CodeData::of(m.code()) }.code.freevars.len();
    let closure = function(m).reference().load_ref(fields::FUNC_CLOSURE);
    for index in 0..count {
        let at = m.int(index as i64);
        let cell = closure.item_val(fields::TUPLE_ITEM, at);
        m.set_reg(a(word) + index as i32, cell);
    }
}

#[inline(always)]
pub(crate) fn load_cell<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(b(word)).reference().load_val(fields::CELL_VALUE);
    if value.is_set().yes() {
        m.set_reg(a(word), value);
        return Ok(());
    }
    m.cold(move |m| raise_unbound(m, b(word)))
}

#[cold]
fn class_cell<M: Machine>(m: &mut M, word: Word) -> Next {
    let mapping = m.frame_extra();
    let key = m.val(name(m, word.c()).value());
    let cell = m.reg(b(word));
    let found = m.call_val(
        &opaque::LOAD_FROM_MAPPING_OR_CELL,
        [Arg::Val(mapping), Arg::Val(key), Arg::Val(cell)],
    )?;
    if found.is_set().yes() {
        m.set_reg(a(word), found);
        return Ok(());
    }
    raise_unbound(m, b(word))
}

#[inline(always)]
pub(crate) fn load_class_cell<M: Machine>(m: &mut M, word: Word) -> Next {
    m.cold(move |m| class_cell(m, word))
}

#[inline(always)]
pub(crate) fn store_cell<M: Machine>(m: &mut M, word: Word) {
    let (cell, value) = (m.reg(a(word)), m.reg(b(word)));
    m.store_val(cell.reference(), fields::CELL_VALUE, value);
}

#[inline(always)]
pub(crate) fn delete_cell<M: Machine>(m: &mut M, word: Word) -> Next {
    let cell = m.reg(a(word)).reference();
    if cell.load_val(fields::CELL_VALUE).is_set().yes() {
        let unset = m.unset();
        m.store_val(cell, fields::CELL_VALUE, unset);
        return Ok(());
    }
    m.cold(move |m| raise_unbound(m, a(word)))
}

/// Finds where a global stands: [`plan::global`] or [`plan::own_global`].
type FindGlobal = fn(&mut taipan_objects::Vm, u64, Str, &mut Deps) -> Option<plan::GlobalSlot>;

#[inline(always)]
fn global_slot<M: Machine>(
    m: &mut M,
    running: M::Val,
    index: u16,
    find: FindGlobal,
) -> Option<plan::GlobalSlot> {
    let globals = running.reference().load_ref(fields::FUNC_GLOBALS);
    m.cached(1, [Key::Ref(globals), Key::None], move |m, keys, deps| {
        let name = name(m, index);
        // SAFETY: the machine's context belongs to a Vm.
        let vm = unsafe { taipan_objects::Vm::from_context(m.context()) };
        find(vm, keys[0], name, deps)
    })
}

#[inline(always)]
fn find_global<M: Machine>(m: &mut M, index: u16) -> Result<M::Val, coil_machine::Leave> {
    let running = function(m);
    let found = global_slot(m, running, index, plan::global);
    match found {
        Some(slot) => Ok(slot.load(m)),
        None => m.cold(move |m| {
            let key = m.val(name(m, index).value());
            m.call_val(&opaque::LOAD_GLOBAL, [Arg::Val(running), Arg::Val(key)])
        }),
    }
}

#[inline(always)]
pub(crate) fn load_global<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let value = find_global(m, word.b())?;
    m.set_reg(a(word), value);
    Ok(())
}

#[inline(always)]
pub(crate) fn load_global_callable<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let value = find_global(m, word.b())?;
    let unset = m.unset();
    m.set_reg(a(word), value);
    m.set_reg(a(word) + 1, unset);
    Ok(())
}

pub(crate) fn store_global<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let value = m.reg(a(word));
    set_global(m, word.b(), value)
}

fn set_global<M: Machine>(m: &mut M, index: u16, value: M::Val) -> Next {
    let running = function(m);
    let found = global_slot(m, running, index, plan::own_global);
    if let Some(slot) = found
        && slot.store(m, value)
    {
        return Ok(());
    }
    let key = m.val(name(m, index).value());
    m.call_void(
        &opaque::STORE_GLOBAL,
        [Arg::Val(running), Arg::Val(key), Arg::Val(value)],
    )
}

pub(crate) fn delete_global<M: Machine>(m: &mut M, word: Word) -> Next {
    let running = function(m);
    let key = m.val(name(m, word.a()).value());
    m.call_void(&opaque::DELETE_GLOBAL, [Arg::Val(running), Arg::Val(key)])
}

/// The local namespace of a module or class body or of exec: the frame's word; unset = the globals.
fn locals<M: Machine>(m: &mut M) -> M::Val {
    m.frame_extra()
}

pub(crate) fn load_name<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (running, locals) = (function(m), locals(m));
    if !locals.is_set().yes() {
        let value = find_global(m, word.b())?;
        m.set_reg(a(word), value);
        return Ok(());
    }
    let key = m.val(name(m, word.b()).value());
    let value = m.call_val(
        &opaque::LOAD_NAME,
        [Arg::Val(running), Arg::Val(locals), Arg::Val(key)],
    )?;
    m.set_reg(a(word), value);
    Ok(())
}

pub(crate) fn store_name<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (running, locals, value) = (function(m), locals(m), m.reg(a(word)));
    if !locals.is_set().yes() {
        return set_global(m, word.b(), value);
    }
    let key = m.val(name(m, word.b()).value());
    m.call_void(
        &opaque::STORE_NAME,
        [
            Arg::Val(running),
            Arg::Val(locals),
            Arg::Val(key),
            Arg::Val(value),
        ],
    )
}

pub(crate) fn delete_name<M: Machine>(m: &mut M, word: Word) -> Next {
    let (running, locals) = (function(m), locals(m));
    let key = m.val(name(m, word.a()).value());
    m.call_void(
        &opaque::DELETE_NAME,
        [Arg::Val(running), Arg::Val(locals), Arg::Val(key)],
    )
}

pub(crate) fn load_locals<M: Machine>(m: &mut M, word: Word) -> Next {
    let (running, locals) = (function(m), locals(m));
    let value = m.call_val(&opaque::LOAD_LOCALS, [Arg::Val(running), Arg::Val(locals)])?;
    m.set_reg(a(word), value);
    Ok(())
}

pub(crate) fn load_from_dict_or_globals<M: Machine>(m: &mut M, word: Word) -> Next {
    let (running, mapping) = (function(m), m.reg(b(word)));
    let key = m.val(name(m, word.c()).value());
    let value = m.call_val(
        &opaque::LOAD_FROM_MAPPING,
        [Arg::Val(running), Arg::Val(mapping), Arg::Val(key)],
    )?;
    m.set_reg(a(word), value);
    Ok(())
}

pub(crate) fn load_from_dict_or_cell<M: Machine>(m: &mut M, word: Word) -> Next {
    let (mapping, cell) = (m.reg(b(word)), m.reg(c(word)));
    let register = word.c();
    // SAFETY: the machine's code is live.
    let code = unsafe { CodeData::of(m.code()) };
    let text = crate::frame::cell_name(code, register);
    let cx = m.context();
    // SAFETY: the machine's context belongs to a Vm.
    let interned = unsafe { taipan_objects::Vm::from_context(cx) }.intern(text);
    let Ok(interned) = interned else {
        return Err(coil_machine::Leave::Raised);
    };
    let key = m.val(interned);
    let found = m.call_val(
        &opaque::LOAD_FROM_MAPPING_OR_CELL,
        [Arg::Val(mapping), Arg::Val(key), Arg::Val(cell)],
    )?;
    if found.is_set().yes() {
        m.set_reg(a(word), found);
        return Ok(());
    }
    raise_unbound(m, c(word))
}

pub(crate) fn load_build_class<M: Machine>(m: &mut M, word: Word) -> Next {
    let running = function(m);
    let value = m.call_val(&opaque::LOAD_BUILD_CLASS, [Arg::Val(running)])?;
    m.set_reg(a(word), value);
    Ok(())
}

pub(crate) fn setup_annotations<M: Machine>(m: &mut M) -> Next {
    let (running, locals) = (function(m), locals(m));
    m.call_void(
        &opaque::SETUP_ANNOTATIONS,
        [Arg::Val(running), Arg::Val(locals)],
    )
}

const _: () = assert!(ARRAY_ITEMS == 24);
