//! What the toolkit asks of Python, and what the object model asks of the layers above it.

use coil_frame::{CodeBlock, Context, Events};
use coil_jit::{Hooks, Language, Outcome};
use coil_value::Value;
use std::sync::atomic::Ordering::Relaxed;
use taipan_objects::function::CodeData;
use taipan_objects::number;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Raised, Vm};

fn vm<'a>(cx: *mut Context) -> &'a mut Vm {
    // SAFETY: the driver passes the context of a Vm.
    unsafe { Vm::from_context(cx) }
}

extern "C" fn box_int(cx: *mut Context, int: i64) -> u64 {
    vm(cx).new_int(int).map_or(0, Value::bits)
}

extern "C" fn box_float(cx: *mut Context, float: f64) -> u64 {
    vm(cx).new_float(float).map_or(0, Value::bits)
}

extern "C" fn unbox_int(bits: u64, int: *mut i64) -> bool {
    // SAFETY: machines pass valid values.
    let value = unsafe { Value::from_bits(bits) };
    let exact = value.is_some_and(|value| {
        value.is_small_int()
            || value
                .as_ref()
                .is_some_and(|object| object.layout() == taipan_objects::layout::INT)
    });
    match value.filter(|_| exact).and_then(number::i64_of) {
        Some(known) => {
            // SAFETY: the caller gives room for the number.
            unsafe { *int = known };
            true
        }
        None => false,
    }
}

extern "C" fn stack_overflow(cx: *mut Context) {
    let _: Raised = vm(cx).raise_recursion("maximum recursion depth exceeded");
}

extern "C" fn event(cx: *mut Context) -> bool {
    let vm = vm(cx);
    let events = vm.cx.events.swap(0, Relaxed);
    if events & Events::SAFEPOINT != 0 {
        vm.mutator().safepoint();
    }
    // What compiled code took beyond the limit may be garbage by now.
    if events & Events::NO_MEMORY != 0 && vm.mutator().at_limit() {
        vm.cx.events.fetch_or(events & Events::INTERRUPT, Relaxed);
        let _: Raised = vm.raise_memory_error();
        return true;
    }
    if events & Events::INTERRUPT != 0 {
        let handled = match vm.interp.hooks.interrupt {
            Some(hook) => hook(vm),
            None => Err(vm.raise_with(&types::KEYBOARD_INTERRUPT, &[])),
        };
        return handled.is_err();
    }
    false
}

fn name_of(block: *const CodeBlock) -> String {
    // SAFETY: code blocks of this language belong to Python code objects, which are never freed.
    let data = unsafe { CodeData::of(block) };
    format!("{}:{}", data.code.qualname, data.code.first_line)
}

/// Python as the driver sees it.
pub(crate) fn language() -> Language {
    Language {
        name: "python",
        run_direct: taipan_direct::run,
        run_recorder: taipan_recorded::run,
        deliver: taipan_direct::deliver,
        hooks: Hooks {
            box_int,
            box_float,
            unbox_int,
            stack_overflow,
            event,
        },
        name_of,
    }
}

fn run_outcome(vm: &mut Vm, outcome: Outcome) -> PyResult {
    match outcome {
        Outcome::Returned(Some(value)) => Ok(value),
        Outcome::Returned(None) => Err(vm.raise_system("a frame returned without a value")),
        Outcome::Raised => {
            // SAFETY: the exception is pending.
            let error = unsafe { Value::from_bits(vm.cx.pending) }
                .expect("a raise leaves an exception pending");
            Err(vm.raise(error))
        }
    }
}

/// Runs from the innermost frame record.
pub(crate) fn run(vm: &mut Vm) -> PyResult {
    // SAFETY: the driver is attached and a root frame was pushed by the caller.
    let outcome = unsafe { coil_jit::run(&raw mut vm.cx) };
    run_outcome(vm, outcome)
}

/// The same, beginning with the pending exception at the frame's place.
pub(crate) fn run_raised(vm: &mut Vm) -> PyResult {
    // SAFETY: as above.
    let outcome = unsafe { coil_jit::run_raised(&raw mut vm.cx) };
    run_outcome(vm, outcome)
}

/// A watched cell changes.
pub(crate) fn cell_changed(vm: &mut Vm, cell: *const u32) {
    // SAFETY: the driver is attached.
    unsafe { coil_jit::cell_changed(&raw mut vm.cx, cell) };
}
