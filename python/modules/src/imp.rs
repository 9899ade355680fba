//! `_imp`, and `_taipan`: the embedded library as its importer sees it.

use crate::helpers::{name, set_text, str_arg};
use crate::import::library_code;
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

/// `_imp`.
pub(crate) static IMP: ModuleDef = ModuleDef {
    name: "_imp",
    functions: IMP_FUNCTIONS,
    init: init_imp,
};
/// `_taipan`.
pub(crate) static TAIPAN: ModuleDef = ModuleDef {
    name: "_taipan",
    functions: TAIPAN_FUNCTIONS,
    init: |_, _| Ok(()),
};

natives! {
    static IMP_FUNCTIONS = {
        "acquire_lock" function NoArgs, "()" => |_, _| Ok(ty::none());
        "release_lock" function NoArgs, "()" => |_, _| Ok(ty::none());
        "lock_held" function NoArgs, "()" => |_, _| Ok(ty::bool_value(false));
        "is_builtin" function One, "(name, /)" => is_builtin;
        "create_builtin" function One, "(spec, /)" => create_builtin;
        "exec_builtin" function One, "(mod, /)" => |_, _| Ok(number::small(0));
        "is_frozen" function One, "(name, /)" => |vm, args| Ok(ty::bool_value(frozen(vm, args.at(0))?.is_some()));
        "is_frozen_package" function One, "(name, /)" => is_frozen_package;
        "find_frozen" function Signature(1), "(name, /, *, withdata=False)" => find_frozen;
        "get_frozen_object" function Positional(1, 2), "(name, data=None, /)" => get_frozen_object;
        "init_frozen" function One, "(name, /)" => |_, _| Ok(ty::none());
        "_frozen_module_names" function NoArgs, "()" => frozen_names;
        "extension_suffixes" function NoArgs, "()" => |vm, _| Ok(vm.new_list_with(0)?.value());
        "create_dynamic" function Positional(1, 2), "(spec, file=None, /)" => no_dynamic;
        "exec_dynamic" function One, "(mod, /)" => no_dynamic;
        "source_hash" function Signature(2), "(key, source)" => source_hash;
        "_fix_co_filename" function Positional(2, 2), "(code, path, /)" => |_, _| Ok(ty::none());
        "_override_frozen_modules_for_tests" function One, "(override, /)" => |_, _| Ok(ty::none());
        "_override_multi_interp_extensions_check" function One, "(override, /)" => |_, _| Ok(number::small(0));
        "_set_lazy_attributes" function Positional(2, 2), "(modobj, attribs, /)" => |_, _| Ok(ty::none());
    };
}

natives! {
    static TAIPAN_FUNCTIONS = {
        "library_find" function One, "(name, /)" => library_find;
        "library_code" function Positional(2, 2), "(name, filename, /)" => |vm, args| {
            let name = text(vm, "library_code", args.at(0))?;
            let filename = text(vm, "library_code", args.at(1))?;
            Ok(Value::from_ref(library_code(vm, &name, &filename)?))
        };
        "library_source" function One, "(name, /)" => |vm, args| {
            let name = text(vm, "library_source", args.at(0))?;
            match taipan_stdlib::find(&name) {
                Some(module) => vm.new_str(&module.source()),
                None => Ok(ty::none()),
            }
        };
        "library_names" function NoArgs, "()" => |vm, _| {
            let list = vm.new_list_with(0)?;
            for name in taipan_stdlib::names() {
                let name = vm.new_str(name)?;
                list.push(vm, name)?;
            }
            Ok(list.value())
        };
    };
}

fn text(vm: &mut Vm, function: &str, value: Value) -> PyResult<String> {
    Ok(str_arg(vm, function, "1", value)?.to_rust().into_owned())
}

fn init_imp(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    set_text(vm, dict, "check_hash_based_pycs", "default")?;
    let token = vm.new_int(i64::from(crate::marshal::magic()))?;
    dict.set_name(vm, "pyc_magic_number_token", token)
}

fn is_builtin(vm: &mut Vm, args: Args) -> PyResult {
    let name = text(vm, "is_builtin", args.at(0))?;
    let known = match name.as_str() {
        "sys" | "builtins" => -1,
        _ if crate::find(vm, &name).is_some() => 1,
        _ => 0,
    };
    Ok(number::small(known))
}

fn create_builtin(vm: &mut Vm, args: Args) -> PyResult {
    let spec_name = protocol::get_attr_named(vm, args.at(0), "name")?;
    let text = text(vm, "create_builtin", spec_name)?;
    if let Some(known) = vm.interp.modules().get_name(vm, &text)? {
        return Ok(known);
    }
    match crate::create_builtin(vm, &text)? {
        Some(module) => Ok(module),
        None => Ok(ty::none()),
    }
}

/// The library's name of a frozen module; importlib's own two modules are.
fn frozen(vm: &mut Vm, name: Value) -> PyResult<Option<&'static str>> {
    let name = str_arg(vm, "is_frozen", "1", name)?;
    Ok(match name.to_rust().as_ref() {
        "_frozen_importlib" => Some("importlib._bootstrap"),
        "_frozen_importlib_external" => Some("importlib._bootstrap_external"),
        _ => None,
    })
}

fn is_frozen_package(vm: &mut Vm, args: Args) -> PyResult {
    match frozen(vm, args.at(0))? {
        Some(_) => Ok(ty::bool_value(false)),
        None => Err(no_frozen(vm, args.at(0))?),
    }
}

fn no_frozen(vm: &mut Vm, name: Value) -> PyResult<taipan_objects::Raised> {
    let text = protocol::repr_text(vm, name)?;
    let raised = vm.raise_import(&format!(
        "No such frozen object named {}",
        text.trim_matches('\'')
    ));
    let error = vm.take_raised(raised);
    taipan_objects::exception::set_extra(vm, mem::expect_ref(error), 1, Some(name));
    Ok(vm.raise(error))
}

fn find_frozen(vm: &mut Vm, args: Args) -> PyResult {
    match frozen(vm, args.at(0))? {
        Some(library) => {
            let origin = vm.new_str(library)?;
            vm.new_tuple(&[ty::none(), ty::bool_value(false), origin])
        }
        None => Ok(ty::none()),
    }
}

fn get_frozen_object(vm: &mut Vm, args: Args) -> PyResult {
    match frozen(vm, args.at(0))? {
        Some(library) => Ok(Value::from_ref(library_code(
            vm,
            library,
            &format!("<frozen {library}>"),
        )?)),
        None => Err(no_frozen(vm, args.at(0))?),
    }
}

fn frozen_names(vm: &mut Vm, _: Args) -> PyResult {
    let list = vm.new_list_with(2)?;
    for text in ["_frozen_importlib", "_frozen_importlib_external"] {
        let text = name(vm, text)?;
        list.push(vm, text.value())?;
    }
    Ok(list.value())
}

fn no_dynamic(vm: &mut Vm, _: Args) -> PyResult {
    Err(vm.raise_import("extension modules cannot be loaded yet"))
}

/// A hash of source bytes for checked .pyc files.
fn source_hash(vm: &mut Vm, args: Args) -> PyResult {
    let key = protocol::index_i64(vm, args.at(0))?;
    let Some(data) = vm.bytes_like(args.at(1)) else {
        return Err(vm.raise_type_of(args.at(1), "is not bytes-like"));
    };
    let mut hash = 0xcbf2_9ce4_8422_2325u64 ^ key.cast_unsigned();
    for byte in data {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    vm.new_bytes(&hash.to_le_bytes())
}

/// `None` for what is not there, else whether it is a package.
fn library_find(_: &mut Vm, args: Args) -> PyResult {
    let Some(name) = Str::of(args.at(0)) else {
        return Ok(ty::none());
    };
    Ok(match taipan_stdlib::find(&name.to_rust()) {
        Some(module) => ty::bool_value(module.is_package),
        None => ty::none(),
    })
}
