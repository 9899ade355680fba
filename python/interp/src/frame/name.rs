//! Names at run time: globals, builtins, the locals of module and class bodies; errors for those that are not bound.

use super::function_of;
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::exception;
use taipan_objects::function::CodeData;
use taipan_objects::layout::{self};
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Raised, Vm};

/// The globals of a function.
pub(crate) fn globals_of(function: Value) -> Dict {
    Dict::from_ref(function_of(function).globals())
}

/// The builtins that functions with these globals see.
pub(crate) fn builtins_of(vm: &Vm, globals: Dict) -> Dict {
    let key = vm.interp.names.__builtins__.str();
    let found = globals.get_str(key);
    found
        .and_then(|found| protocol::module_dict(found).or_else(|| Dict::of(found)))
        .unwrap_or_else(|| vm.interp.builtins())
}

/// A global or builtin.
pub(crate) fn load_global(vm: &mut Vm, function: Value, name: Str) -> PyResult {
    let globals = globals_of(function);
    if let Some(found) = globals
        .get_str(name)
        .or_else(|| builtins_of(vm, globals).get_str(name))
    {
        return Ok(found);
    }
    Err(name_error(vm, name))
}

#[cold]
pub(super) fn name_error(vm: &mut Vm, name: Str) -> Raised {
    let raised = vm.raise_name(&format!("name '{}' is not defined", name.to_rust()));
    named(vm, raised, name)
}

/// Gives a NameError its `name`.
fn named(vm: &mut Vm, raised: Raised, name: Str) -> Raised {
    if vm.raised_is(&types::NameError) {
        let error = vm.take_raised(raised);
        exception::set_extra(vm, mem::expect_ref(error), 0, Some(name.value()));
        return vm.raise(error);
    }
    raised
}

/// Deletes a name of a namespace.
pub(crate) fn delete_from(vm: &mut Vm, dict: Dict, name: Str) -> PyResult<()> {
    match dict.find_str(name) {
        Some(entry) => {
            dict.remove_entry(vm, entry);
            Ok(())
        }
        None => Err(name_error(vm, name)),
    }
}

/// A name of a module or class body.
pub(crate) fn load_name(
    vm: &mut Vm,
    function: Value,
    locals: Option<Value>,
    name: Str,
) -> PyResult {
    if let Some(locals) = locals
        && let Some(found) = lookup_mapping(vm, locals, name.value())?
    {
        return Ok(found);
    }
    load_global(vm, function, name)
}

/// A key of a mapping, none when it is not there.
pub(crate) fn lookup_mapping(vm: &mut Vm, mapping: Value, key: Value) -> PyResult<Option<Value>> {
    if let Some(dict) = mapping
        .as_ref()
        .filter(|object| object.layout() == layout::DICT)
    {
        return Ok(Str::of(key).and_then(|key| Dict::from_ref(dict).get_str(key)));
    }
    match protocol::get_item(vm, mapping, key) {
        Ok(found) => Ok(Some(found)),
        Err(raised) if vm.raised_is(&types::KeyError) => {
            vm.take_raised(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// The name of the cell or free variable in a register.
pub(crate) fn cell_name(code: &CodeData, register: u16) -> &str {
    let cells = code.code.cellvars.iter().chain(&code.code.freevars);
    cells
        .into_iter()
        .find(|(_, at)| *at == register)
        .map_or("?", |(name, _)| name)
}

/// UnboundLocalError or NameError for a register.
pub(crate) fn raise_unbound(vm: &mut Vm, code: usize, register: usize) -> PyResult<()> {
    // SAFETY: the handler passes the address of the running code.
    let code = unsafe { CodeData::of(std::ptr::with_exposed_provenance(code)) };
    let free = code
        .code
        .freevars
        .iter()
        .find(|(_, at)| usize::from(*at) == register);
    if let Some((name, _)) = free {
        let text = format!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        );
        let raised = vm.raise_name(&text);
        let name = Str::of(vm.intern(name)?).expect("interned strings are strings");
        return Err(named(vm, raised, name));
    }
    let cell = code
        .code
        .cellvars
        .iter()
        .find(|(_, at)| usize::from(*at) == register);
    let name = cell
        .map(|(name, _)| name)
        .or_else(|| code.code.varnames.get(register));
    let name = name.map_or("?", String::as_str);
    Err(vm.raise_unbound(&format!(
        "cannot access local variable '{name}' where it is not associated with a value"
    )))
}
