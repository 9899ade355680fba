//! Lists and tuples that C has seen: handlers leave them to natives (see `taipan_objects::export`).

use crate::fields;
use crate::opaque;
use coil_machine::{Arg, Machine, Mark};
use coil_value::flags;
use taipan_objects::Vm;

fn vm<'a, M: Machine>(m: &M) -> &'a mut Vm {
    // SAFETY: the machine's context belongs to a Vm.
    unsafe { Vm::from_context(m.context()) }
}

#[inline(always)]
fn mark<M: Machine>(m: &M) -> Mark {
    let (seen, version) = vm(m).exports.watched();
    Mark {
        field: fields::GC_FLAGS,
        flag: flags::EXPORTED,
        seen,
        version,
    }
}

/// Whether a list or tuple may hold boxed numbers.
#[inline(always)]
pub(crate) fn is_exported<M: Machine>(m: &mut M, container: M::Ref) -> bool {
    let mark = mark(m);
    m.is_marked(container, mark, false)
}

/// The same of what has just been seen to have the layout of an exact list or tuple that is not exported: costs nothing where that holds.
#[inline(always)]
pub(crate) fn became_exported<M: Machine>(m: &mut M, container: M::Ref) -> bool {
    let mark = mark(m);
    m.is_marked(container, mark, true)
}

/// Stress: tells of a list or tuple that was made. Each second place in the code does, so that in the others objects can stay virtual.
#[inline(always)]
pub(crate) fn made<M: Machine>(m: &mut M, container: M::Val) {
    if !vm(m).exports.stressed() || (m.word_at(0).addr() >> 3) & 1 != 0 {
        return;
    }
    m.cold(move |m| {
        let told = m.call_void(&opaque::CONTAINER_MADE, [Arg::Val(container)]);
        debug_assert!(told.is_ok(), "it does not raise");
    });
}
