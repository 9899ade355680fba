//! `_opcode`: what there is to say about CPython's opcodes to a program that runs other bytecode.

use taipan_objects::module::ModuleDef;
use taipan_objects::natives;
use taipan_objects::ty;

/// `_opcode`.
pub(crate) static OPCODE: ModuleDef = ModuleDef {
    name: "_opcode",
    functions: FUNCTIONS,
    init: |vm, dict| {
        dict.set_name(vm, "ENABLE_SPECIALIZATION", ty::bool_value(false))?;
        dict.set_name(vm, "ENABLE_SPECIALIZATION_FT", ty::bool_value(false))
    },
};

natives! {
    static FUNCTIONS = {
        "stack_effect" function Any, "(opcode, oparg=None, /, *, jump=None)" => |vm, _| Err(vm.raise_value("invalid opcode or oparg"));
        "is_valid" function Signature(1), "(opcode)" => |_, _| Ok(ty::bool_value(false));
        "has_arg" function Signature(1), "(opcode)" => |_, _| Ok(ty::bool_value(false));
        "has_const" function Signature(1), "(opcode)" => |_, _| Ok(ty::bool_value(false));
        "has_name" function Signature(1), "(opcode)" => |_, _| Ok(ty::bool_value(false));
        "has_jump" function Signature(1), "(opcode)" => |_, _| Ok(ty::bool_value(false));
        "has_free" function Signature(1), "(opcode)" => |_, _| Ok(ty::bool_value(false));
        "has_local" function Signature(1), "(opcode)" => |_, _| Ok(ty::bool_value(false));
        "has_exc" function Signature(1), "(opcode)" => |_, _| Ok(ty::bool_value(false));
        "get_executor" function Any, "(code, offset)" => |_, _| Ok(ty::none());
        "get_specialization_stats" function NoArgs, "()" => |_, _| Ok(ty::none());
        "get_nb_ops" function NoArgs, "()" => |vm, _| Ok(vm.new_list_with(0)?.value());
        "get_intrinsic1_descs" function NoArgs, "()" => |vm, _| Ok(vm.new_list_with(0)?.value());
        "get_intrinsic2_descs" function NoArgs, "()" => |vm, _| Ok(vm.new_list_with(0)?.value());
        "get_special_method_names" function NoArgs, "()" => |vm, _| {
            let list = vm.new_list_with(4)?;
            for name in ["__enter__", "__exit__", "__aenter__", "__aexit__"] {
                let name = vm.intern(name)?;
                list.push(vm, name)?;
            }
            Ok(list.value())
        };
    };
}
