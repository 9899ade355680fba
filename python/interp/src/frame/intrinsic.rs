//! Rare operations of the compiler: annotations, displayed expressions, type parameters.

use super::exception::prep_reraise_star;
use super::name::lookup_mapping;
use super::register;
use coil_value::Value;
use taipan_bytecode::Intrinsic;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Vm};

/// Makes sure that a namespace has `__annotations__`.
pub(crate) fn setup_annotations(vm: &mut Vm, target: Value) -> PyResult<()> {
    let key = vm.interp.names.__annotations__.value();
    if lookup_mapping(vm, target, key)?.is_some() {
        return Ok(());
    }
    let dict = vm.new_dict()?;
    protocol::set_item(vm, target, key, Some(dict.value()))
}

/// Shows a value by `sys.displayhook`.
pub(crate) fn print_expr(vm: &mut Vm, shown: Value) -> PyResult<()> {
    let sys = vm.interp.modules().get_name(vm, "sys")?;
    let Some(sys) = sys else {
        return Err(vm.raise_runtime("lost sys.displayhook"));
    };
    let hook = protocol::get_attr_named(vm, sys, "displayhook")?;
    protocol::call(vm, hook, &[shown]).map(|_| ())
}

/// A rare operation of the compiler's.
pub(crate) fn intrinsic(
    vm: &mut Vm,
    function: Value,
    intrinsic: Intrinsic,
    first: *const u64,
) -> PyResult {
    let _ = function;
    match intrinsic {
        Intrinsic::NotImplementedError => Ok(types::NotImplementedError.value()),
        Intrinsic::PrepReraiseStar => prep_reraise_star(vm, register(first, 0), register(first, 1)),
        Intrinsic::SetFunctionTypeParams => {
            let made = register(first, 0);
            vm.store(
                mem::expect_ref(made),
                at::FUNC_TYPE_PARAMS,
                Some(register(first, 1)),
            );
            Ok(made)
        }
        other => {
            let name = format!("_{}", other.text());
            let key = match other {
                Intrinsic::TypeVar => "TypeVar",
                Intrinsic::TypeVarWithBound => "TypeVarWithBound",
                Intrinsic::TypeVarWithConstraints => "TypeVarWithConstraints",
                Intrinsic::ParamSpec => "ParamSpec",
                Intrinsic::TypeVarTuple => "TypeVarTuple",
                Intrinsic::SetTypeParamDefault => "SetTypeParamDefault",
                Intrinsic::SubscriptGeneric => "SubscriptGeneric",
                _ => "TypeAlias",
            };
            let Some(callable) = vm.interp.kept(key) else {
                return Err(vm.raise_not_implemented(&format!(
                    "type parameters are not there yet ({name})"
                )));
            };
            let args: [Value; 3] = std::array::from_fn(|index| {
                if index < other.arguments() {
                    register(first, index)
                } else {
                    ty::none()
                }
            });
            protocol::call(vm, callable, &args[..other.arguments()])
        }
    }
}
