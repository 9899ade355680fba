//! The match statement.

use super::{a, b, c};
use crate::opaque;
use crate::ops::compare::truth_val;
use coil_machine::{Arg, Machine, Next};
use taipan_bytecode::Word;

pub(crate) fn get_len<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(b(word));
    let length = m.call_int(&opaque::LEN, [Arg::Val(value)])?;
    let length = m.from_int(length);
    m.set_reg(a(word), length);
    Ok(())
}

pub(crate) fn match_flag<M: Machine>(m: &mut M, word: Word, flag: u64) -> Next {
    let value = m.reg(b(word));
    let flag = m.int(flag.cast_signed());
    let matches = m.call_int(&opaque::HAS_TYPE_FLAG, [Arg::Val(value), Arg::Int(flag)])?;
    let result = truth_val(m, matches, false);
    m.set_reg(a(word), result);
    Ok(())
}

pub(crate) fn match_keys<M: Machine>(m: &mut M, word: Word) -> Next {
    let (subject, keys) = (m.reg(b(word)), m.reg(c(word)));
    let values = m.call_val(&opaque::MATCH_KEYS, [Arg::Val(subject), Arg::Val(keys)])?;
    m.set_reg(a(word), values);
    Ok(())
}

pub(crate) fn match_class<M: Machine>(m: &mut M, word: Word) -> Next {
    let (subject, class, names) = (m.reg(b(word)), m.reg(b(word) + 1), m.reg(c(word)));
    let positional = m.int(i64::from(word.d()));
    let values = m.call_val(
        &opaque::MATCH_CLASS,
        [
            Arg::Val(subject),
            Arg::Val(class),
            Arg::Val(names),
            Arg::Int(positional),
        ],
    )?;
    m.set_reg(a(word), values);
    Ok(())
}
