//! Calls with a tuple of arguments (`f(*args)`).

use super::call::{code_of, is_function, push_simple};
use super::{a, b};
use crate::fields;
use crate::kind;
use crate::opaque;
use crate::ops::export::is_exported;
use coil_machine::{Arg, BoolOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use taipan_bytecode::Word;
use taipan_objects::layout;

pub(crate) fn call_ex<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (callable, this) = (m.reg(b(word)), m.reg(b(word) + 1));
    let (args, keywords) = (m.reg(b(word) + 2), m.reg(b(word) + 3));
    if !keywords.is_set().yes() && push_spread(m, word, callable, this, args)? {
        return Ok(());
    }
    let value = m.call_val(
        &opaque::CALL_EX,
        [
            Arg::Val(callable),
            Arg::Val(this),
            Arg::Val(args),
            Arg::Val(keywords),
        ],
    )?;
    m.set_reg(a(word), value);
    Ok(())
}

/// Most items of an argument tuple that traces pass one by one.
const MOST_SPREAD: i64 = 16;

/// Pushes a frame for a simple function, or a method of one, called with the items of an exact tuple. False for everything else.
fn push_spread<M: Machine>(
    m: &mut M,
    word: Word,
    callable: M::Val,
    this: M::Val,
    args: M::Val,
) -> Result<bool, Leave> {
    if !callable.is_ref().yes() || !args.is_ref().yes() {
        return Ok(false);
    }
    let (mut function, mut this) = (callable, this.is_set().yes().then_some(this));
    let object = callable.reference();
    let method = m.int(i64::from(layout::METHOD.0));
    if this.is_none() && object.load_int(fields::LAYOUT).equals(method).yes() {
        function = object.load_val(fields::METHOD_FUNC);
        this = Some(object.load_val(fields::METHOD_SELF));
    }
    let (tuple, layout) = (args.reference(), m.int(i64::from(layout::TUPLE.0)));
    if !is_function(m, function)
        || !tuple.load_int(fields::LAYOUT).equals(layout).yes()
        || is_exported(m, tuple)
    {
        return Ok(false);
    }
    let count = tuple.load_int(fields::TUPLE_SIZE).promote();
    if count > MOST_SPREAD {
        return Ok(false);
    }
    // A window above everything in use.
    let window = m.window_top() + 1;
    let mut given = 0;
    if let Some(this) = this {
        m.set_reg(window, this);
        given = 1;
    }
    for index in 0..count {
        let at = m.int(index);
        let item = tuple.item_val(fields::TUPLE_ITEM, at);
        m.set_reg(window + given, item);
        given += 1;
    }
    let code = code_of(m, function.reference());
    push_simple(m, function, code, window, given, word.a(), kind::PLAIN)
}
