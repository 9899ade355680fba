//! `yield from`, `await` and `async for`: the iterators they step, one step at a time.

use super::function_of;
use super::generator::resume;
use super::generator::state;
use coil_value::Value;
use taipan_bytecode::CodeFlags;
use taipan_objects::exception;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

/// One step of `yield from`/`await` on anything: the value yielded, or none with the result written to a register.
pub(crate) fn send(
    vm: &mut Vm,
    iterator: Value,
    sent: Value,
    result: *mut u64,
) -> PyResult<Option<Value>> {
    let object = iterator.as_ref();
    let ty = Type::of(iterator);
    if let Some(generator) = object
        .filter(|object| object.layout() == layout::GENERATOR && !ty.is(&types::ASYNC_GENERATOR))
    {
        let now: i64 = mem::get(generator, at::GEN_STATE);
        if now == state::FINISHED {
            if ty.is(&types::COROUTINE) {
                return Err(vm.raise_runtime("cannot reuse already awaited coroutine"));
            }
            return finished(result, ty::none());
        }
        if now == state::CREATED && sent != ty::none() {
            let kind = protocol::type_name(iterator);
            return Err(vm.raise_type(&format!(
                "can't send non-None value to a just-started {kind}"
            )));
        }
        return match resume(vm, generator, Some(sent))? {
            Ok(value) => Ok(Some(value)),
            Err(value) => finished(result, value),
        };
    }
    let own_next = ty
        .slots()
        .next
        .filter(|_| sent == ty::none() && !ty.is_heap());
    let step = if let Some(next) = own_next {
        next(vm, iterator)
    } else {
        let call = if sent == ty::none() {
            let name = vm.interp.names.__next__.str();
            protocol::call_special(vm, iterator, name, &[]).and_then(|found| match found {
                Some(found) => Ok(found),
                None => Err(vm.raise_type_of(iterator, "is not an iterator")),
            })
        } else {
            protocol::call_method(vm, iterator, "send", &[sent])
        };
        call.map(Some)
    };
    match step {
        Ok(Some(value)) => Ok(Some(value)),
        Ok(None) => finished(result, ty::none()),
        Err(raised) if vm.raised_is(&types::StopIteration) => {
            let error = vm.take_raised(raised);
            let value = exception::extra(mem::expect_ref(error), 0).unwrap_or_else(ty::none);
            finished(result, value)
        }
        Err(raised) => Err(raised),
    }
}

pub(super) fn finished(result: *mut u64, value: Value) -> PyResult<Option<Value>> {
    // SAFETY: the handler passes a free register.
    unsafe { *result = value.bits() };
    Ok(None)
}

/// The iterator of `yield from`.
pub(crate) fn yield_from_iter(vm: &mut Vm, iterable: Value, in_coroutine: bool) -> PyResult {
    if Type::of(iterable).is(&types::COROUTINE) {
        if in_coroutine {
            return Ok(iterable);
        }
        return Err(
            vm.raise_type("cannot 'yield from' a coroutine object in a non-coroutine generator")
        );
    }
    protocol::iter(vm, iterable)
}

/// The iterator of an awaitable. `context`: 0 await, 1 async with enter, 2 async with exit.
///
/// # Errors
/// TypeError for what cannot be awaited; what `__await__` raises.
pub fn get_awaitable(vm: &mut Vm, awaitable: Value, context: i64) -> PyResult {
    if Type::of(awaitable).is(&types::COROUTINE) {
        return Ok(awaitable);
    }
    if let Some(generator) = awaitable
        .as_ref()
        .filter(|object| object.layout() == layout::GENERATOR)
    {
        let function = mem::value(generator, at::GEN_FUNCTION).expect("generators have a function");
        if function_of(function)
            .code()
            .has(CodeFlags::ITERABLE_COROUTINE)
        {
            return Ok(awaitable);
        }
    }
    let name = vm.interp.names.__await__.str();
    match protocol::call_special(vm, awaitable, name, &[])? {
        Some(iterator) if Type::of(iterator).is(&types::COROUTINE) => {
            Err(vm.raise_type("__await__() returned a coroutine"))
        }
        Some(iterator) if Type::of(iterator).slots().next.is_none() => {
            let name = protocol::type_name(iterator);
            Err(vm.raise_type(&format!(
                "__await__() returned non-iterator of type '{name}'"
            )))
        }
        Some(iterator) => Ok(iterator),
        None => {
            let name = protocol::type_name(awaitable);
            Err(match context {
                1 => vm.raise_type(&format!(
                    "'async with' received an object from __aenter__ that does not implement __await__: {name}"
                )),
                2 => vm.raise_type(&format!(
                    "'async with' received an object from __aexit__ that does not implement __await__: {name}"
                )),
                _ => vm.raise_type(&format!("'{name}' object can't be awaited")),
            })
        }
    }
}

/// `x.__aiter__()`.
pub(crate) fn get_aiter(vm: &mut Vm, iterable: Value) -> PyResult {
    let name = vm.interp.names.__aiter__.str();
    let Some(iterator) = protocol::call_special(vm, iterable, name, &[])? else {
        let name = protocol::type_name(iterable);
        return Err(vm.raise_type(&format!(
            "'async for' requires an object with __aiter__ method, got {name}"
        )));
    };
    if Type::of(iterator)
        .lookup(vm.interp.names.__anext__.str())
        .is_none()
    {
        let name = protocol::type_name(iterator);
        return Err(vm.raise_type(&format!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {name}"
        )));
    }
    Ok(iterator)
}

/// The awaitable of `x.__anext__()`.
pub(crate) fn get_anext(vm: &mut Vm, iterator: Value) -> PyResult {
    let name = vm.interp.names.__anext__.str();
    match protocol::call_special(vm, iterator, name, &[])? {
        Some(awaitable) => get_awaitable(vm, awaitable, 0),
        None => {
            let name = protocol::type_name(iterator);
            Err(vm.raise_type(&format!(
                "'async for' requires an iterator with __anext__ method, got {name}"
            )))
        }
    }
}
