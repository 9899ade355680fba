//! The compiler's operations on type parameters: handed to `_typing` (Python code of the embedded library) when they are first used.

use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

natives! {
    static OPERATIONS = {
        "TypeVar" function Any, "" => |vm, args| hand_over(vm, "_intrinsic_TypeVar", args);
        "TypeVarWithBound" function Any, "" => |vm, args| hand_over(vm, "_intrinsic_TypeVarWithBound", args);
        "TypeVarWithConstraints" function Any, "" => |vm, args| hand_over(vm, "_intrinsic_TypeVarWithConstraints", args);
        "ParamSpec" function Any, "" => |vm, args| hand_over(vm, "_intrinsic_ParamSpec", args);
        "TypeVarTuple" function Any, "" => |vm, args| hand_over(vm, "_intrinsic_TypeVarTuple", args);
        "SetTypeParamDefault" function Any, "" => |vm, args| hand_over(vm, "_intrinsic_SetTypeParamDefault", args);
        "SubscriptGeneric" function Any, "" => |vm, args| hand_over(vm, "_intrinsic_SubscriptGeneric", args);
        "TypeAlias" function Any, "" => |vm, args| hand_over(vm, "_intrinsic_TypeAlias", args);
    }
}

/// Makes the operations known to the interpreter.
///
/// # Errors
/// MemoryError.
pub(crate) fn start(vm: &mut Vm) -> PyResult<()> {
    for def in OPERATIONS {
        let function = vm.new_native(def, None, None)?;
        vm.interp.keep(def.name, function);
    }
    Ok(())
}

fn hand_over(vm: &mut Vm, function: &str, args: Args) -> PyResult {
    let name = crate::helpers::name(vm, "_typing")?;
    let module: Value = crate::import::import(vm, name, ty::none(), ty::none(), 0)?;
    let function = protocol::get_attr_named(vm, module, function)?;
    protocol::call_args(vm, function, args)
}
