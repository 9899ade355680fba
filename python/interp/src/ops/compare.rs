//! Comparison, identity, membership, and jumps on them.

use super::{a, b, bool_val, c};
use crate::fields;
use crate::opaque;
use crate::ops::special;
use coil_machine::{Arg, BoolOps, FloatOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use taipan_bytecode::Word;
use taipan_objects::layout;
use taipan_objects::slots::CompareOp;
use taipan_objects::ty;

/// The truth of a comparison of numbers or exact strings (equality), none for everything else.
#[inline(always)]
fn fast<M: Machine>(m: &mut M, op: CompareOp, x: M::Val, y: M::Val) -> Result<Option<bool>, Leave> {
    if x.is_int().yes() && y.is_int().yes() {
        let (p, q) = (x.int(), y.int());
        let holds = match op {
            CompareOp::Lt => p.lt(q),
            CompareOp::Le => p.le(q),
            CompareOp::Eq => p.equals(q),
            CompareOp::Ne => p.differs(q),
            CompareOp::Gt => p.gt(q),
            CompareOp::Ge => p.ge(q),
        };
        return Ok(Some(holds.yes()));
    }
    let pair = if x.is_float().yes() {
        if y.is_float().yes() {
            Some((x.float(), y.float()))
        } else if y.is_int().yes() && y.int().fits_small().yes() {
            Some((x.float(), y.int().to_float()))
        } else {
            None
        }
    } else if x.is_int().yes() && y.is_float().yes() && x.int().fits_small().yes() {
        Some((x.int().to_float(), y.float()))
    } else {
        None
    };
    if let Some((p, q)) = pair {
        let holds = match op {
            CompareOp::Lt => p.lt(q),
            CompareOp::Le => p.le(q),
            CompareOp::Eq => p.equals(q),
            CompareOp::Ne => p.differs(q),
            CompareOp::Gt => p.gt(q),
            CompareOp::Ge => p.ge(q),
        };
        return Ok(Some(holds.yes()));
    }
    if matches!(op, CompareOp::Eq | CompareOp::Ne) && x.is_ref().yes() && y.is_ref().yes() {
        return m.cold(move |m| equal_objects(m, op, x, y));
    }
    Ok(None)
}

/// Equality of exact strings, and of instances whose classes say nothing of it.
fn equal_objects<M: Machine>(
    m: &mut M,
    op: CompareOp,
    x: M::Val,
    y: M::Val,
) -> Result<Option<bool>, Leave> {
    let str_layout = i64::from(layout::STR.0);
    let (p, q) = (x.reference(), y.reference());
    let expected = m.int(str_layout);
    if p.load_int(fields::LAYOUT).equals(expected).yes()
        && q.load_int(fields::LAYOUT).equals(expected).yes()
    {
        let same = if x.same(y).yes() {
            true
        } else {
            let result = m.call_int(&opaque::STR_EQUAL, [Arg::Val(x), Arg::Val(y)])?;
            let zero = m.int(0);
            result.differs(zero).yes()
        };
        return Ok(Some(same == (op == CompareOp::Eq)));
    }
    if equal_if_same(m, x) && (y.is(ty::none()).yes() || equal_if_same(m, y)) {
        return Ok(Some(x.same(y).yes() == (op == CompareOp::Eq)));
    }
    Ok(None)
}

/// Whether the object is a plain instance whose class leaves equality to identity.
fn equal_if_same<M: Machine>(m: &mut M, value: M::Val) -> bool {
    let object = value.reference();
    let layout = object.load_int(fields::LAYOUT);
    if !super::attr::is_instance(layout) {
        return false;
    }
    let class = object.load_ref(fields::TYPE).promote();
    crate::plan::equal_if_same(m, class)
}

#[inline(always)]
fn comparison<M: Machine>(m: &mut M, word: Word, op: CompareOp) -> Next {
    m.skip(1);
    let (x, y) = (m.reg(b(word)), m.reg(c(word)));
    if let Some(truth) = fast(m, op, x, y)? {
        let result = bool_val(m, truth);
        m.set_reg(a(word), result);
        return Ok(());
    }
    m.cold(move |m| {
        if let Some(next) = special::compare(m, word, op, x, y) {
            return next;
        }
        let number = m.int(op as i64);
        let result = m.call_val(
            &opaque::COMPARE,
            [Arg::Val(x), Arg::Val(y), Arg::Int(number)],
        )?;
        m.set_reg(a(word), result);
        Ok(())
    })
}

#[inline(always)]
fn compare_jump<M: Machine>(m: &mut M, word: Word, op: CompareOp) -> Next {
    m.skip(1);
    let (x, y) = (m.reg(a(word)), m.reg(b(word)));
    if let Some(truth) = fast(m, op, x, y)? {
        if truth == (word.d() == 1) {
            m.jump(i32::from(word.c_signed()));
        }
        return Ok(());
    }
    m.cold(move |m| {
        if let Some(next) = special::compare_jump(m, op, x, y) {
            return next;
        }
        let number = m.int(op as i64);
        let result = m.call_int(
            &opaque::COMPARE_TRUTH,
            [Arg::Val(x), Arg::Val(y), Arg::Int(number)],
        )?;
        let zero = m.int(0);
        let jumps = if word.d() == 1 {
            result.differs(zero)
        } else {
            result.equals(zero)
        };
        m.branch(jumps, i32::from(word.c_signed()));
        Ok(())
    })
}

macro_rules! comparisons {
    ($($op:ident $plain:ident $jump:ident;)*) => {
        $(
            #[inline(always)]
            pub(crate) fn $plain<M: Machine>(m: &mut M, word: Word) -> Next {
                comparison(m, word, CompareOp::$op)
            }
            #[inline(always)]
            pub(crate) fn $jump<M: Machine>(m: &mut M, word: Word) -> Next {
                compare_jump(m, word, CompareOp::$op)
            }
        )*
    };
}
comparisons! {
    Lt lt jump_lt;
    Le le jump_le;
    Eq eq jump_eq;
    Ne ne jump_ne;
    Gt gt jump_gt;
    Ge ge jump_ge;
}

/// `x is y`.
#[inline(always)]
pub(crate) fn identical<M: Machine>(m: &mut M, x: M::Val, y: M::Val) -> Result<bool, Leave> {
    if x.is_int().yes() && y.is_int().yes() {
        return Ok(x.int().equals(y.int()).yes());
    }
    if x.same(y).yes() {
        return Ok(true);
    }
    // Only two int objects can still be identical.
    if x.is_ref().yes() && y.is_ref().yes() {
        let expected = m.int(i64::from(layout::INT.0));
        if x.reference()
            .load_int(fields::LAYOUT)
            .equals(expected)
            .yes()
            && y.reference()
                .load_int(fields::LAYOUT)
                .equals(expected)
                .yes()
        {
            let result = m.call_int(&opaque::IS, [Arg::Val(x), Arg::Val(y)])?;
            let zero = m.int(0);
            return Ok(result.differs(zero).yes());
        }
    }
    Ok(false)
}

#[inline(always)]
pub(crate) fn is<M: Machine>(m: &mut M, word: Word) -> Next {
    let (x, y) = (m.reg(b(word)), m.reg(c(word)));
    let same = identical(m, x, y)?;
    let result = bool_val(m, same != (word.d() == 1));
    m.set_reg(a(word), result);
    Ok(())
}

#[inline(always)]
pub(crate) fn jump_is<M: Machine>(m: &mut M, word: Word) -> Next {
    let (x, y) = (m.reg(a(word)), m.reg(b(word)));
    if identical(m, x, y)? == (word.d() == 1) {
        m.jump(i32::from(word.c_signed()));
    }
    Ok(())
}

pub(crate) fn contains<M: Machine>(m: &mut M, word: Word) -> Next {
    m.skip(1);
    let (item, container) = (m.reg(b(word)), m.reg(c(word)));
    if let Some(next) = special::contains(m, word, item, container) {
        return next;
    }
    let found = m.call_int(&opaque::CONTAINS, [Arg::Val(item), Arg::Val(container)])?;
    let result = truth_val(m, found, word.d() == 1);
    m.set_reg(a(word), result);
    Ok(())
}

/// The bool of an opaque call's 0 or 1, without a guard after an effect: by selecting from a two-item table.
pub(crate) fn truth_val<M: Machine>(m: &mut M, truth: M::Int, inverted: bool) -> M::Val {
    let table = m.address((&raw const BOOLS).expose_provenance() + if inverted { 16 } else { 0 });
    table.item_val(BOOL_ITEM, truth)
}

/// Addresses of False, True, True, False: filled in by the linker.
static BOOLS: [&taipan_objects::ty::StaticObject; 4] = [
    &taipan_objects::ty::FALSE,
    &taipan_objects::ty::TRUE,
    &taipan_objects::ty::TRUE,
    &taipan_objects::ty::FALSE,
];

const BOOL_ITEM: coil_machine::Field = coil_machine::Field {
    offset: 0,
    access: coil_machine::Access::Val,
    alias: 60,
    immutable: true,
    barrier: coil_machine::Barrier::None,
};
