//! Exception objects and tracebacks.

use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::ty::{StaticType, Type, flag, types};
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// Whether a value is an exception instance.
pub fn is_exception(value: Value) -> bool {
    Type::of(value).flags() & flag::EXCEPTION != 0
}

/// Whether a value is an exception class.
pub fn is_exception_class(value: Value) -> bool {
    Type::from_value(value).is_some_and(|ty| ty.flags() & flag::EXCEPTION != 0)
}

/// A new exception object of a class with these args, without running `__init__`. Fields that the builtin classes derive from their
/// arguments (`StopIteration.value`, `OSError.errno`, ...) are set as their `__init__` would for positional arguments.
///
/// # Errors
/// MemoryError.
pub fn new_exception(vm: &mut Vm, class: Ref, args: &[Value]) -> PyResult {
    let args = vm.new_tuple(args)?;
    let exception = alloc_exception(vm, Type::from_ref(class), args)?;
    if let Some(hook) = vm.interp.hooks.init_exception {
        hook(vm, exception)?;
    }
    Ok(exception)
}

/// A bare exception object with args.
///
/// # Errors
/// MemoryError.
pub fn alloc_exception(vm: &mut Vm, class: Type, args: Value) -> PyResult {
    let object = vm.alloc_sized(layout::EXCEPTION, class, layout::EXCEPTION_SIZE, |_| {})?;
    vm.init(object, at::EXC_ARGS, Some(args));
    Ok(Value::from_ref(object))
}

/// An extra field of an exception by number.
pub fn extra(exception: Ref, index: usize) -> Option<Value> {
    mem::value(exception, at::EXC_EXTRA + 8 * index)
}

/// Sets an extra field.
pub fn set_extra(vm: &mut Vm, exception: Ref, index: usize, value: Option<Value>) {
    vm.store(exception, at::EXC_EXTRA + 8 * index, value);
}

/// Gives a newly raised exception the one being handled as its context (unless it is itself, or that would make a cycle).
pub fn set_context(vm: &mut Vm, exception: Value) {
    let Some(handled) = vm.handled_exception() else {
        return;
    };
    if handled == exception {
        return;
    }
    let Some(object) = exception.as_ref() else {
        return;
    };
    // Break a cycle: whoever already has the new exception as context loses it.
    let mut slow = handled;
    let mut link = handled;
    let mut step = false;
    while let Some(next) = link.as_ref().and_then(|o| mem::value(o, at::EXC_CONTEXT)) {
        if next == exception {
            vm.store(mem::expect_ref(link), at::EXC_CONTEXT, None);
            break;
        }
        link = next;
        if step {
            slow = slow
                .as_ref()
                .and_then(|o| mem::value(o, at::EXC_CONTEXT))
                .unwrap_or(slow);
            if slow == link {
                break;
            }
        }
        step = !step;
    }
    vm.store(object, at::EXC_CONTEXT, Some(handled));
}

/// Puts an entry in front of an exception's traceback.
///
/// # Errors
/// MemoryError.
pub fn add_traceback(
    vm: &mut Vm,
    exception: Ref,
    frame: Value,
    lasti: i32,
    line: i32,
) -> PyResult<()> {
    let next = mem::value(exception, at::EXC_TRACEBACK);
    let entry = vm.alloc(layout::TRACEBACK, &types::TRACEBACK, 40)?;
    vm.init(entry, at::TB_NEXT, next);
    vm.init(entry, at::TB_FRAME, Some(frame));
    mem::set(entry, at::TB_LASTI, lasti);
    mem::set(entry, at::TB_LINE, line);
    vm.store(exception, at::EXC_TRACEBACK, Some(Value::from_ref(entry)));
    Ok(())
}

/// The `args` tuple.
pub fn args(exception: Ref) -> Value {
    mem::value(exception, at::EXC_ARGS).expect("exceptions have args")
}

/// Whether an exception is an instance of a builtin class.
pub fn is_a(exception: Value, class: &'static StaticType) -> bool {
    Type::of(exception).is_subtype(class.ty())
}
