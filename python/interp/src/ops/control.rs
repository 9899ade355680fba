//! Truth and jumps on it.

use super::{a, b, bool_val};
use crate::fields;
use crate::opaque;
use coil_machine::{Arg, BoolOps, FloatOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use taipan_bytecode::{Op, Word};
use taipan_objects::layout;
use taipan_objects::ty;

/// The truth of bools, None and inline ints.
#[inline(always)]
fn simple_truth<M: Machine>(m: &mut M, value: M::Val) -> Option<bool> {
    if value.is(ty::TRUE.value()).yes() {
        return Some(true);
    }
    if value.is(ty::FALSE.value()).yes() || value.is(ty::none()).yes() {
        return Some(false);
    }
    if value.is_int().yes() {
        let zero = m.int(0);
        return Some(value.int().differs(zero).yes());
    }
    None
}

/// The truth of a value as a bool, negated if asked for; an opaque call for what has methods for it.
#[inline(always)]
fn truth_value<M: Machine>(m: &mut M, value: M::Val, negated: bool) -> Result<M::Val, Leave> {
    if let Some(truth) = simple_truth(m, value) {
        return Ok(bool_val(m, truth != negated));
    }
    m.cold(move |m| match truth_of_other(m, value) {
        Some(truth) => Ok(bool_val(m, truth != negated)),
        None => {
            let result = m.call_int(&opaque::TRUTH, [Arg::Val(value)])?;
            Ok(super::compare::truth_val(m, result, negated))
        }
    })
}

/// The truth of what needs no call to tell.
fn truth_of_other<M: Machine>(m: &mut M, value: M::Val) -> Option<bool> {
    if value.is_float().yes() {
        let zero = m.float(0.0);
        return Some(value.float().differs(zero).yes());
    }
    let object = value.reference();
    let number = object.load_int(fields::LAYOUT);
    let layout = number.promote() as u16;
    let zero = m.int(0);
    match coil_value::LayoutId(layout) {
        layout::LIST | layout::LIST_SUB if layout == layout::LIST.0 => {
            Some(object.load_int(fields::LIST_SIZE).differs(zero).yes())
        }
        layout::TUPLE => Some(object.load_int(fields::TUPLE_SIZE).differs(zero).yes()),
        layout::STR => Some(object.load_int(fields::STR_LENGTH).differs(zero).yes()),
        layout::DICT => Some(object.load_int(fields::DICT_SIZE).differs(zero).yes()),
        layout::FUNCTION | layout::METHOD | layout::NATIVE_FUNCTION => Some(true),
        id if taipan_objects::instance::is_instance_layout(id) && always_true(m, object) => {
            Some(true)
        }
        _ => None,
    }
}

/// Whether a plain instance's class has neither `__bool__` nor `__len__`.
fn always_true<M: Machine>(m: &mut M, object: M::Ref) -> bool {
    let class = object.load_ref(fields::TYPE);
    let address = class.promote();
    crate::plan::always_true(m, address)
}

#[inline(always)]
pub(crate) fn jump_if<M: Machine>(m: &mut M, word: Word, when: bool) -> Next {
    let value = m.reg(a(word));
    let known = match simple_truth(m, value) {
        Some(truth) => truth,
        None => return m.cold(move |m| jump_if_other(m, word, value, when)),
    };
    if known == when {
        m.jump(word.imm32());
    }
    Ok(())
}

fn jump_if_other<M: Machine>(m: &mut M, word: Word, value: M::Val, when: bool) -> Next {
    match truth_of_other(m, value) {
        Some(truth) => {
            if truth == when {
                m.jump(word.imm32());
            }
        }
        None => {
            let result = m.call_int(&opaque::TRUTH, [Arg::Val(value)])?;
            let zero = m.int(0);
            let jumps = if when {
                result.differs(zero)
            } else {
                result.equals(zero)
            };
            m.branch(jumps, word.imm32());
        }
    }
    Ok(())
}

/// Back to a loop header, which then needs no dispatch of its own.
#[inline(always)]
pub(crate) fn jump_back<M: Machine>(m: &mut M, word: Word) -> Next {
    m.jump(word.imm32());
    m.checkpoint()?;
    let header = Word(m.fetch());
    debug_assert_eq!(header.op_number(), Op::LoopHeader as u8);
    m.skip(1);
    m.loop_header()
}

#[inline(always)]
pub(crate) fn jump_if_none<M: Machine>(m: &mut M, word: Word, when: bool) {
    let value = m.reg(a(word));
    if value.is(ty::none()).yes() == when {
        m.jump(word.imm32());
    }
}

#[inline(always)]
pub(crate) fn not<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(b(word));
    let result = truth_value(m, value, true)?;
    m.set_reg(a(word), result);
    Ok(())
}

#[inline(always)]
pub(crate) fn to_bool<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(b(word));
    let result = truth_value(m, value, false)?;
    m.set_reg(a(word), result);
    Ok(())
}
