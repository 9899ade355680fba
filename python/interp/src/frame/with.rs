//! `with` and `async with`.

use coil_value::Value;
use taipan_objects::protocol;
use taipan_objects::ty::Type;
use taipan_objects::{PyResult, Vm};

/// `__enter__` and `__exit__` of a context manager.
pub(crate) fn with_enter(vm: &mut Vm, manager: Value, exit: *mut u64, is_async: bool) -> PyResult {
    let names = vm.interp.names.clone();
    let (enter_name, exit_name, protocol_name, other) = if is_async {
        (
            names.__aenter__,
            names.__aexit__,
            "asynchronous context manager",
            (names.__enter__, names.__exit__, "'with'"),
        )
    } else {
        (
            names.__enter__,
            names.__exit__,
            "context manager",
            (names.__aenter__, names.__aexit__, "'async with'"),
        )
    };
    let enter = protocol::special(vm, manager, enter_name.str())?;
    let found_exit = protocol::special(vm, manager, exit_name.str())?;
    let (Some(enter), Some(found_exit)) = (enter, found_exit) else {
        let missing = if found_exit.is_none() {
            exit_name
        } else {
            enter_name
        };
        let ty = Type::of(manager);
        let mut text = format!(
            "'{}' object does not support the {protocol_name} protocol (missed {} method)",
            ty.name(),
            missing.str().to_rust()
        );
        if ty.lookup(other.0.str()).is_some() && ty.lookup(other.1.str()).is_some() {
            text = format!(
                "'{}' object does not support the {protocol_name} protocol (missed {} method) but it supports the {} protocol. Did you mean to use {}?",
                ty.name(),
                missing.str().to_rust(),
                if is_async {
                    "context manager"
                } else {
                    "asynchronous context manager"
                },
                other.2
            );
        }
        return Err(vm.raise_type(&text));
    };
    let entered = protocol::call(vm, enter, &[])?;
    // SAFETY: the handler passes a free register.
    unsafe { *exit = found_exit.bits() };
    Ok(entered)
}
