//! The handlers, by family.

pub(crate) mod arith;
pub(crate) mod attr;
pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod compare;
pub(crate) mod construct;
pub(crate) mod control;
pub(crate) mod except;
pub(crate) mod export;
pub(crate) mod generator;
pub(crate) mod import;
pub(crate) mod intrinsic;
pub(crate) mod item;
pub(crate) mod iterate;
pub(crate) mod keywords;
pub(crate) mod leave;
pub(crate) mod list_method;
pub(crate) mod load;
pub(crate) mod pattern;
pub(crate) mod range;
pub(crate) mod raw;
pub(crate) mod special;
pub(crate) mod spread;

use coil_machine::Machine;
use taipan_bytecode::Word;
use taipan_objects::function::CodeData;
use taipan_objects::str::Str;
use taipan_objects::ty;

/// Register operands.
pub(crate) fn a(word: Word) -> i32 {
    i32::from(word.a())
}
pub(crate) fn b(word: Word) -> i32 {
    i32::from(word.b())
}
pub(crate) fn c(word: Word) -> i32 {
    i32::from(word.c())
}

/// A name of the running code.
#[inline(always)]
pub(crate) fn name<M: Machine>(m: &M, index: u16) -> Str {
    // SAFETY: the machine's code is live.
    unsafe { CodeData::of(m.code()) }.name(usize::from(index))
}

/// The running function.
#[inline(always)]
pub(crate) fn function<M: Machine>(m: &mut M) -> M::Val {
    m.reg(-1)
}

/// A bool of the guest.
#[inline(always)]
pub(crate) fn bool_val<M: Machine>(m: &M, truth: bool) -> M::Val {
    m.val(ty::bool_value(truth))
}

/// `None`.
#[inline(always)]
pub(crate) fn none<M: Machine>(m: &M) -> M::Val {
    m.val(ty::none())
}
