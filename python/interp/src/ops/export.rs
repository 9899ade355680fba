//! Lists and tuples that C has seen: handlers leave them to natives (see `taipan_objects::export`).

use crate::fields;
use crate::opaque;
use coil_machine::{Arg, BoolOps, IntOps, Machine, RefOps, ValOps};
use coil_value::flags;
use taipan_objects::Vm;

fn vm<'a, M: Machine>(m: &M) -> &'a mut Vm {
    // SAFETY: the machine's context belongs to a Vm.
    unsafe { Vm::from_context(m.context()) }
}

/// Whether a list or tuple may hold boxed numbers. Traces test that only once there is such a container.
#[inline(always)]
pub(crate) fn is_exported<M: Machine>(m: &mut M, container: M::Ref) -> bool {
    let (seen, version) = vm(m).exports.watched();
    if !m.load_watched(seen, version).is_set().yes() {
        return false;
    }
    m.cold(move |m| {
        let (bit, zero) = (m.int(i64::from(flags::EXPORTED)), m.int(0));
        let found = container.load_int(fields::GC_FLAGS) & bit;
        !found.equals(zero).yes()
    })
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
