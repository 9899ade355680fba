//! Raising, handling, `with`.

use super::{a, b, c};
use crate::opaque;
use crate::ops::call::WINDOW_ITEM;
use crate::ops::compare::truth_val;
use coil_machine::{Arg, Machine, Next, RefOps};
use taipan_bytecode::Word;
use taipan_objects::ty::types;

pub(crate) fn enter_except<M: Machine>(m: &mut M, word: Word) -> Next {
    let exception = m.reg(b(word));
    let former = m.call_val(&opaque::SWAP_HANDLED, [Arg::Val(exception)])?;
    m.set_reg(a(word), former);
    Ok(())
}

pub(crate) fn exit_except<M: Machine>(m: &mut M, word: Word) -> Next {
    let former = m.reg(a(word));
    m.call_val(&opaque::SWAP_HANDLED, [Arg::Val(former)])?;
    Ok(())
}

pub(crate) fn check_exc_match<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (exception, class) = (m.reg(b(word)), m.reg(c(word)));
    let matches = m.call_int(&opaque::EXC_MATCH, [Arg::Val(exception), Arg::Val(class)])?;
    let result = truth_val(m, matches, false);
    m.set_reg(a(word), result);
    Ok(())
}

pub(crate) fn check_eg_match<M: Machine>(m: &mut M, word: Word) -> Next {
    let (exception, class) = (m.reg(b(word)), m.reg(c(word)));
    let top = m.window_top();
    let area = m.argument_area(top, 0);
    m.call_void(
        &opaque::EG_MATCH,
        [Arg::Val(exception), Arg::Val(class), Arg::Ref(area)],
    )?;
    for index in 0..2 {
        let at = m.int(index);
        let value = area.item_val(WINDOW_ITEM, at);
        m.set_reg(a(word) + index as i32, value);
    }
    Ok(())
}

pub(crate) fn raise<M: Machine>(m: &mut M, word: Word) -> Next {
    let unset = m.unset();
    let exception = if word.d() >= 1 { m.reg(a(word)) } else { unset };
    let cause = if word.d() >= 2 { m.reg(b(word)) } else { unset };
    let what = m.int(i64::from(word.d()));
    let raised = m.call_val(
        &opaque::RAISE,
        [Arg::Val(exception), Arg::Val(cause), Arg::Int(what)],
    )?;
    m.raise(raised)
}

pub(crate) fn reraise<M: Machine>(m: &mut M, word: Word) -> Next {
    let exception = m.reg(a(word));
    m.raise(exception)
}

pub(crate) fn load_assertion_error<M: Machine>(m: &mut M, word: Word) {
    let class = m.val(types::AssertionError.value());
    m.set_reg(a(word), class);
}

pub(crate) fn with_enter<M: Machine>(m: &mut M, word: Word) -> Next {
    let manager = m.reg(b(word));
    let top = m.window_top();
    let area = m.argument_area(top, 0);
    let is_async = m.int(i64::from(word.d()));
    let entered = m.call_val(
        &opaque::WITH_ENTER,
        [Arg::Val(manager), Arg::Ref(area), Arg::Int(is_async)],
    )?;
    let zero = m.int(0);
    let exit = area.item_val(WINDOW_ITEM, zero);
    m.set_reg(a(word), entered);
    m.set_reg(a(word) + 1, exit);
    Ok(())
}

pub(crate) fn with_exit<M: Machine>(m: &mut M, word: Word) -> Next {
    let exit = m.reg(b(word));
    let result = m.call_val(&opaque::WITH_EXIT, [Arg::Val(exit)])?;
    m.set_reg(a(word), result);
    Ok(())
}

pub(crate) fn with_except<M: Machine>(m: &mut M, word: Word) -> Next {
    let (exit, exception) = (m.reg(b(word)), m.reg(c(word)));
    let result = m.call_val(&opaque::WITH_EXCEPT, [Arg::Val(exit), Arg::Val(exception)])?;
    m.set_reg(a(word), result);
    Ok(())
}
