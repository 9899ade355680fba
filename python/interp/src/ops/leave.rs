//! Returns, and what becomes of the values.

use super::{a, generator, iterate, special};
use crate::fields;
use crate::kind;
use crate::opaque;
use crate::run;
use coil_machine::{Arg, BoolOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use taipan_bytecode::Word;
use taipan_objects::function::CodeData;
use taipan_objects::ty;

#[inline(always)]
pub(crate) fn return_value<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(a(word));
    leave_with(m, value)
}

/// Leaves the running frame with a value.
#[inline(always)]
pub(crate) fn leave_with<M: Machine>(m: &mut M, value: M::Val) -> Next {
    let (kind, result) = m.returning(value)?;
    if kind == kind::PLAIN {
        m.pop_frame();
        m.set_reg(i32::from(result), value);
        return Ok(());
    }
    m.cold(move |m| {
        if kind == kind::INIT {
            return finish_init(m, result, value);
        }
        if matches!(kind, kind::BINARY | kind::COMPARE_JUMP | kind::CONTAINS) {
            return special::finish(m, kind, result, value);
        }
        m.pop_frame();
        deliver(m, kind, result, value)
    })
}

fn finish_init<M: Machine>(m: &mut M, result: u16, value: M::Val) -> Next {
    let object = m.frame_extra();
    if !value.is(ty::none()).yes() {
        m.pop_frame();
        m.call_void(&opaque::BAD_INIT, [Arg::Val(value)])?;
        return Err(Leave::Raised);
    }
    m.pop_frame();
    m.set_reg(i32::from(result), object);
    Ok(())
}

/// What happens with the result of a frame in its caller (the frame is gone already).
pub(crate) fn deliver<M: Machine>(m: &mut M, kind: u16, result: u16, value: M::Val) -> Next {
    match kind {
        kind::PLAIN => m.set_reg(i32::from(result), value),
        kind::CALLABLE => {
            let unset = m.unset();
            m.set_reg(i32::from(result), value);
            m.set_reg(i32::from(result) + 1, unset);
        }
        kind::FOR_ITER => iterate::leave_loop(m),
        kind::SEND => generator::end_of_send(m, result, value),
        _ => {}
    }
    Ok(())
}

/// What a return does, for the driver: compiled code ended by returning `value` from its root frame.
pub(crate) fn deliver_return<M: Machine>(m: &mut M, value: M::Val) -> Next {
    // SAFETY: the machine's code is live.
    let code = unsafe { CodeData::of(m.code()) };
    let extra = m.frame_extra();
    if run::is_generator(code) && extra.is_set().yes() {
        let state = extra.reference().load_int(fields::GEN_STATE);
        let limit = m.int(crate::frame::state::RUNNING);
        let yielded = state.lt(limit).yes();
        let parent = if yielded {
            None
        } else {
            generator::parent_of(m, extra.reference())
        };
        let (kind, result) = m.returning(value)?;
        m.pop_frame();
        if yielded {
            m.set_reg(i32::from(result), value);
            return Ok(());
        }
        return match parent {
            Some(parent) => generator::take_over(m, &parent, kind, result, Some(value)),
            None => deliver(m, kind, result, value),
        };
    }
    leave_with(m, value)
}
