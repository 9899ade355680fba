//! `_warnings`: `warn` and `warn_explicit` for native callers and importlib. Both hand over to module `warnings`, whose Python code does
//! the work (this module lacks the names whose presence would make it use native code).

use coil_value::Value;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

/// `_warnings`.
pub(crate) static WARNINGS: ModuleDef = ModuleDef {
    name: "_warnings",
    functions: FUNCTIONS,
    init: |_, _| Ok(()),
};

natives! {
    static FUNCTIONS = {
        "warn" function Any, "(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=<unrepresentable>)" => |vm, args| hand_over(vm, "warn", args);
        "warn_explicit" function Any, "(message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)" => |vm, args| hand_over(vm, "warn_explicit", args);
    };
}

fn hand_over(vm: &mut Vm, function: &str, args: Args) -> PyResult {
    let name = crate::helpers::name(vm, "warnings")?;
    let module: Value = match crate::import::import(vm, name, ty::none(), ty::none(), 0) {
        Ok(module) => module,
        Err(raised) => {
            // Without the module nobody listens.
            vm.take_raised(raised);
            return Ok(ty::none());
        }
    };
    let function = protocol::get_attr_named(vm, module, function)?;
    protocol::call_args(vm, function, args)
}
