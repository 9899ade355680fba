//! Truth and jumps on it.

use super::{a, b, bool_val};
use crate::fields;
use crate::opaque;
use coil_machine::{Arg, BoolOps, FloatOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use taipan_bytecode::Word;
use taipan_objects::layout;
use taipan_objects::ty;

/// The truth of a value; an opaque call for what has methods for it.
#[inline(always)]
pub(crate) fn truth<M: Machine>(m: &mut M, value: M::Val) -> Result<bool, Leave> {
    if value.is(ty::TRUE.value()).yes() {
        return Ok(true);
    }
    if value.is(ty::FALSE.value()).yes() || value.is(ty::none()).yes() {
        return Ok(false);
    }
    if value.is_int().yes() {
        let zero = m.int(0);
        return Ok(value.int().differs(zero).yes());
    }
    m.cold(|m| truth_of_other(m, value))
}

fn truth_of_other<M: Machine>(m: &mut M, value: M::Val) -> Result<bool, Leave> {
    if value.is_float().yes() {
        let zero = m.float(0.0);
        return Ok(value.float().differs(zero).yes());
    }
    let object = value.reference();
    let number = object.load_int(fields::LAYOUT);
    let layout = number.promote() as u16;
    let zero = m.int(0);
    match coil_value::LayoutId(layout) {
        layout::LIST | layout::LIST_SUB if layout == layout::LIST.0 => {
            Ok(object.load_int(fields::LIST_SIZE).differs(zero).yes())
        }
        layout::TUPLE => Ok(object.load_int(fields::TUPLE_SIZE).differs(zero).yes()),
        layout::STR => Ok(object.load_int(fields::STR_LENGTH).differs(zero).yes()),
        layout::DICT => Ok(object.load_int(fields::DICT_SIZE).differs(zero).yes()),
        layout::FUNCTION | layout::METHOD | layout::NATIVE_FUNCTION => Ok(true),
        id if taipan_objects::instance::is_instance_layout(id) && always_true(m, object) => {
            Ok(true)
        }
        _ => {
            let result = m.call_int(&opaque::TRUTH, [Arg::Val(value)])?;
            Ok(result.differs(zero).yes())
        }
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
    if truth(m, value)? == when {
        m.jump(word.imm32());
    }
    Ok(())
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
    let result = !truth(m, value)?;
    let result = bool_val(m, result);
    m.set_reg(a(word), result);
    Ok(())
}

#[inline(always)]
pub(crate) fn to_bool<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(b(word));
    let result = truth(m, value)?;
    let result = bool_val(m, result);
    m.set_reg(a(word), result);
    Ok(())
}
