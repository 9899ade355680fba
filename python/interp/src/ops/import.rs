//! Imports.

use super::{a, b, c, function, name};
use crate::opaque;
use coil_machine::{Arg, Machine, Next};
use taipan_bytecode::Word;

pub(crate) fn import_name<M: Machine>(m: &mut M, word: Word) -> Next {
    let (running, from_list) = (function(m), m.reg(c(word)));
    let key = m.val(name(m, word.b()).value());
    let level = m.int(i64::from(word.d()));
    let module = m.call_val(
        &opaque::IMPORT_NAME,
        [
            Arg::Val(running),
            Arg::Val(key),
            Arg::Val(from_list),
            Arg::Int(level),
        ],
    )?;
    m.set_reg(a(word), module);
    Ok(())
}

pub(crate) fn import_from<M: Machine>(m: &mut M, word: Word) -> Next {
    let module = m.reg(b(word));
    let key = m.val(name(m, word.c()).value());
    let value = m.call_val(&opaque::IMPORT_FROM, [Arg::Val(module), Arg::Val(key)])?;
    m.set_reg(a(word), value);
    Ok(())
}

pub(crate) fn import_star<M: Machine>(m: &mut M, word: Word) -> Next {
    let (running, locals, module) = (function(m), m.frame_extra(), m.reg(a(word)));
    m.call_void(
        &opaque::IMPORT_STAR,
        [Arg::Val(running), Arg::Val(locals), Arg::Val(module)],
    )
}
