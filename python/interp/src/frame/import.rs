//! `import`, `from .. import`, `from .. import *`.

use super::name::builtins_of;
use super::name::globals_of;
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::exception;
use taipan_objects::layout::{self};
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self};
use taipan_objects::{PyResult, Vm};

/// `import`.
pub(crate) fn import_name(
    vm: &mut Vm,
    function: Value,
    name: Str,
    from_list: Value,
    level: i64,
) -> PyResult {
    let globals = globals_of(function);
    let key = vm.interp.names.__import__.str();
    let overridden = builtins_of(vm, globals).get_str(key);
    if let Some(import) = overridden.filter(|import| {
        import
            .as_ref()
            .is_some_and(|o| o.layout() != layout::NATIVE_FUNCTION)
    }) {
        let level = vm.new_int(level)?;
        return protocol::call(
            vm,
            import,
            &[name.value(), globals.value(), ty::none(), from_list, level],
        );
    }
    let hook = vm.interp.hooks.import.expect("set at start-up");
    hook(vm, name, globals.value(), from_list, level)
}

/// `from module import name`.
pub(crate) fn import_from(vm: &mut Vm, module: Value, name: Str) -> PyResult {
    if let Some(found) = protocol::get_attr_opt(vm, module, name)? {
        return Ok(found);
    }
    let names = vm.interp.names.clone();
    let package = protocol::get_attr_opt(vm, module, names.__name__.str())?.and_then(Str::of);
    if let Some(package) = package {
        let full = format!("{}.{}", package.to_rust(), name.to_rust());
        if let Some(found) = vm.interp.modules().get_name(vm, &full)? {
            return Ok(found);
        }
    }
    let file = protocol::get_attr_opt(vm, module, names.__file__.str())?.and_then(Str::of);
    let package_text = package.map_or_else(
        || "<unknown module name>".to_owned(),
        |name| name.to_rust().into_owned(),
    );
    let place = file.map_or_else(
        || "unknown location".to_owned(),
        |file| file.to_rust().into_owned(),
    );
    let spec = protocol::get_attr_opt(vm, module, names.__spec__.str())?;
    let mut initializing = false;
    if let Some(spec) = spec
        && let Some(flag) = protocol::get_attr_opt(vm, spec, names._initializing.str())?
    {
        initializing = protocol::truth(vm, flag)?;
    }
    let text = if initializing {
        format!(
            "cannot import name '{}' from partially initialized module '{package_text}' (most likely due to a circular import) ({place})",
            name.to_rust()
        )
    } else {
        format!(
            "cannot import name '{}' from '{package_text}' ({place})",
            name.to_rust()
        )
    };
    let raised = vm.raise_import(&text);
    let error = vm.take_raised(raised);
    let object = mem::expect_ref(error);
    exception::set_extra(vm, object, 1, package.map(Str::value));
    exception::set_extra(vm, object, 2, file.map(Str::value));
    exception::set_extra(vm, object, 3, Some(name.value()));
    Err(vm.raise(error))
}

/// `from module import *`.
pub(crate) fn import_star(vm: &mut Vm, module: Value, target: Value) -> PyResult<()> {
    let names = vm.interp.names.clone();
    let all = protocol::get_attr_opt(vm, module, names.__all__.str())?;
    let (list, public_only) = match all {
        Some(all) => (protocol::to_list(vm, all)?, false),
        None => {
            let dict = protocol::get_attr(vm, module, names.__dict__.str())?;
            (protocol::to_list(vm, dict)?, true)
        }
    };
    for index in 0..list.len() {
        let Some(name) = Str::of(list.at(index)) else {
            let text = format!(
                "Item in __all__ must be str, not {}",
                protocol::type_name(list.at(index))
            );
            return Err(vm.raise_type(&text));
        };
        if public_only && name.to_rust().starts_with('_') {
            continue;
        }
        let value = protocol::get_attr(vm, module, name)?;
        match Dict::of(target) {
            Some(dict) => dict.set_str(vm, name, value)?,
            None => protocol::set_item(vm, target, name.value(), Some(value))?,
        }
    }
    Ok(())
}
