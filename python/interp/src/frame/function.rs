//! Making functions and running them, and code of modules and classes, from native code.

use super::bind::bind_arguments;
use super::name::globals_of;
use super::{function_of, register};
use coil_frame::FrameRecord;
use coil_machine::MachineState;
use coil_value::{Ref, Value};
use std::sync::atomic::Ordering::Relaxed;
use taipan_objects::dict::Dict;
use taipan_objects::function::CodeData;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::{PyResult, Vm};

/// A function with the attributes that follow in registers.
pub(crate) fn make_function(
    vm: &mut Vm,
    running: Value,
    code: Value,
    first: *const u64,
    what: u8,
) -> PyResult {
    let globals = globals_of(running);
    let count = what.count_ones() as usize;
    vm.with_range(first.cast_mut(), count, |vm| {
        let function = vm.new_function(mem::expect_ref(code), globals.as_ref())?;
        let mut at_register = 0;
        for (bit, offset) in [
            (1, at::FUNC_DEFAULTS),
            (2, at::FUNC_KWDEFAULTS),
            (4, at::FUNC_CLOSURE),
            (8, at::FUNC_ANNOTATE),
        ] {
            if what & bit != 0 {
                function.set_field(vm, offset, Some(register(first, at_register)));
                at_register += 1;
            }
        }
        Ok(Value::from_ref(function.as_ref()))
    })
}

/// Runs a Python function from native code: the hook of the object model.
///
/// # Errors
/// What the function raises; RecursionError.
pub fn call_function(vm: &mut Vm, function: Value, args: Args) -> PyResult {
    let data = function_of(function).code();
    let count = args.len() + args.keyword_count();
    let room = usize::from(data.block.register_count).max(count) + 1;
    vm.nested("", |vm| {
        let base = vm.stack_top().wrapping_add(1);
        if base.wrapping_add(room) > vm.cx.register_limit {
            return Err(vm.raise_recursion("maximum recursion depth exceeded"));
        }
        // SAFETY: both areas are registers; the new one is free.
        unsafe { std::ptr::copy(args.registers(), base, count) };
        let simple =
            data.simple && args.keyword_count() == 0 && count == usize::from(data.code.arg_count);
        if !simple {
            let names = args.keyword_names().map(Value::from_ref);
            let saved = vm.set_native_top(base.wrapping_add(room));
            let result = vm.with_range(base, count, |vm| {
                bind_arguments(vm, function, base, count, names)
            });
            vm.set_native_top(saved);
            result?;
        }
        run_code(
            vm,
            &data.block,
            function,
            base,
            usize::from(data.all_parameter_count),
            0,
        )
    })
}

/// Runs code in a window at `base` whose first `bound` registers are set.
///
/// # Errors
/// What the code raises.
pub fn run_code(
    vm: &mut Vm,
    block: &coil_frame::CodeBlock,
    function: Value,
    base: *mut u64,
    bound: usize,
    extra: u64,
) -> PyResult {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    let record = vm.cx.frame_top.wrapping_add(1);
    let end = base.wrapping_add(usize::from(block.register_count));
    if record >= vm.cx.record_limit || end > vm.cx.register_limit {
        return Err(vm.raise_recursion("maximum recursion depth exceeded"));
    }
    // SAFETY: the register below the window is the caller's to give.
    unsafe { *base.sub(1) = function.bits() };
    for register in bound..usize::from(block.named_count) {
        // SAFETY: within the window.
        unsafe { *base.add(register) = 0 };
    }
    // SAFETY: below the limit.
    unsafe {
        record.write(FrameRecord {
            code: block,
            pc: block.words,
            base,
            resume: std::ptr::null(),
            result: 0,
            kind: FrameRecord::ROOT,
            scans: 0,
            extra,
        });
    }
    vm.cx.frame_top = record;
    // Now that the frame's registers are roots, and nothing else is run in their place.
    if let Err(raised) = poll_events(vm) {
        vm.cx.frame_top = record.wrapping_sub(1);
        return Err(raised);
    }
    run_root(vm)
}

/// Sees to events that are pending: natives that call guest functions again and again have no other place for that.
#[inline]
fn poll_events(vm: &mut Vm) -> PyResult<()> {
    if vm.cx.events.load(Relaxed) == 0 {
        return Ok(());
    }
    // SAFETY: the context is attached.
    let hook = unsafe { MachineState::of(&raw mut vm.cx) }.hooks.event;
    let raised = hook(&raw mut vm.cx);
    // SAFETY: `pending` holds an exception when the hook says so.
    match unsafe { Value::from_bits(vm.cx.pending) } {
        Some(error) if raised => Err(vm.raise(error)),
        _ => Ok(()),
    }
}

/// Runs the root frame on top of the stack.
pub(super) fn run_root(vm: &mut Vm) -> PyResult {
    let handled = vm.handled.replace(0);
    let hook = vm.interp.hooks.run.expect("set at start-up");
    vm.outer_handled.push(handled);
    let result = hook(vm);
    vm.outer_handled.pop();
    vm.handled.set(handled);
    result
}

/// Runs code of a module or class body, or of exec/eval, in a namespace (none: the globals).
///
/// # Errors
/// What the code raises.
pub fn run_body(
    vm: &mut Vm,
    code: Ref,
    globals: Dict,
    locals: Option<Value>,
    closure: Option<Value>,
) -> PyResult {
    let function = vm.new_function(code, globals.as_ref())?;
    vm.store(function.as_ref(), at::FUNC_CLOSURE, closure);
    let data = CodeData::of_object(code);
    vm.nested("", |vm| {
        let base = vm.stack_top().wrapping_add(1);
        run_code(
            vm,
            &data.block,
            Value::from_ref(function.as_ref()),
            base,
            0,
            locals.map_or(0, Value::bits),
        )
    })
}
