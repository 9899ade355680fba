//! `sys`.

mod functions;
pub mod hooks;
pub(crate) mod structs;

pub(crate) use hooks::write_error;

use crate::Config;
use crate::helpers::{from_system, set_ints, set_text};
use crate::import::push_all;
use coil_value::Value;
use taipan_core::new_module;
use taipan_objects::dict::Dict;
use taipan_objects::instance;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Vm};

/// `sys.version_info[:3]`
pub const VERSION: (i64, i64, i64) = (3, 14, 7);
/// `sys.version_info[:3]` as text.
pub const VERSION_NUMBER: &str = "3.14.7";
const VERSION_TEXT: &str = "3.14.7 (main, Nov 22 2026, 12:00:00) [Taipan 0.1.0 on Coil]";
const HEX_VERSION: i64 = 0x030e_07f0;
const COPYRIGHT: &str = "Copyright (c) the Taipan contributors.\nThe standard library: Copyright (c) 2001 Python Software Foundation.";

/// An entry of module `sys`.
///
/// # Errors
/// MemoryError.
pub(crate) fn entry(vm: &mut Vm, name: &str) -> PyResult<Option<Value>> {
    match dict(vm) {
        Some(dict) => dict.get_name(vm, name),
        None => Ok(None),
    }
}

/// The dict of module `sys`.
pub(crate) fn dict(vm: &Vm) -> Option<Dict> {
    vm.interp.kept("sys").and_then(protocol::module_dict)
}

/// `-O` count.
pub fn optimize_level(vm: &Vm) -> u8 {
    config(vm).map_or(0, |config| config.optimize)
}

struct Kept(Config);

pub(crate) fn config(vm: &Vm) -> Option<&Config> {
    vm.attachments
        .iter()
        .find_map(|attachment| attachment.downcast_ref::<Kept>())
        .map(|kept| &kept.0)
}

/// Makes module `sys`.
pub(crate) fn start(vm: &mut Vm, config: &Config) -> PyResult<()> {
    vm.attachments.push(Box::new(Kept(config.clone())));
    let module = new_module(vm, "sys")?;
    let dict = protocol::module_dict(module).expect("a new module");
    let name = vm.intern("sys")?;
    for table in [functions::FUNCTIONS, hooks::FUNCTIONS] {
        for def in table {
            let function = vm.new_native(def, Some(module), Some(name))?;
            dict.set_name(vm, def.name, function)?;
        }
    }
    for hook in [
        "displayhook",
        "excepthook",
        "unraisablehook",
        "breakpointhook",
    ] {
        let function = dict.get_name(vm, hook)?.expect("in the table");
        dict.set_name(vm, &format!("__{hook}__"), function)?;
    }
    let modules = vm.interp.modules();
    modules.set_name(vm, "sys", module)?;
    dict.set_name(vm, "modules", modules.value())?;
    constants(vm, dict)?;
    paths(vm, dict, config)?;
    for list in ["meta_path", "path_hooks"] {
        let list_object = vm.new_list_with(0)?;
        dict.set_name(vm, list, list_object.value())?;
    }
    for entry in ["path_importer_cache", "_xoptions"] {
        let empty = vm.new_dict()?;
        dict.set_name(vm, entry, empty.value())?;
    }
    options(vm, dict, config)?;
    let flags = structs::flags(vm, config)?;
    dict.set_name(vm, "flags", flags)?;
    let implementation = implementation(vm)?;
    dict.set_name(vm, "implementation", implementation)?;
    vm.interp.keep("sys", module);
    Ok(())
}

fn constants(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    for (name, text) in [
        ("version", VERSION_TEXT),
        ("copyright", COPYRIGHT),
        ("platform", "linux"),
        (
            "byteorder",
            if cfg!(target_endian = "big") {
                "big"
            } else {
                "little"
            },
        ),
        ("platlibdir", "lib"),
        ("abiflags", ""),
        ("float_repr_style", "short"),
        ("_framework", ""),
    ] {
        set_text(vm, dict, name, text)?;
    }
    set_ints(
        vm,
        dict,
        &[
            ("maxsize", i64::MAX),
            ("maxunicode", 0x10_ffff),
            ("hexversion", HEX_VERSION),
            ("api_version", 1013),
        ],
    )?;
    let git = ["Taipan", "", ""].map(|text| vm.new_str(text));
    let git = [git[0]?, git[1]?, git[2]?];
    let git = vm.new_tuple(&git)?;
    dict.set_name(vm, "_git", git)?;
    for (name, make) in structs::CONSTANTS {
        let value = make(vm)?;
        dict.set_name(vm, name, value)?;
    }
    for name in ["pycache_prefix", "_home"] {
        dict.set_name(vm, name, ty::none())?;
    }
    Ok(())
}

fn paths(vm: &mut Vm, dict: Dict, config: &Config) -> PyResult<()> {
    let executable = std::path::Path::new(&config.executable);
    let folder = executable.parent().unwrap_or(std::path::Path::new("/"));
    let prefix = match folder.file_name() {
        Some(name) if name == "bin" => folder.parent().unwrap_or(folder),
        _ => folder,
    };
    let prefix = prefix.to_string_lossy().trim_end_matches('/').to_owned();
    let library = format!("{prefix}/lib/python{}.{}", VERSION.0, VERSION.1);
    for name in ["prefix", "base_prefix", "exec_prefix", "base_exec_prefix"] {
        let value = from_system(vm, prefix.as_bytes())?;
        dict.set_name(vm, name, value)?;
    }
    for name in ["executable", "_base_executable"] {
        let value = from_system(vm, config.executable.as_bytes())?;
        dict.set_name(vm, name, value)?;
    }
    let value = from_system(vm, library.as_bytes())?;
    dict.set_name(vm, "_stdlib_dir", value)?;
    let zip = format!("{prefix}/lib/python{}{}.zip", VERSION.0, VERSION.1);
    let dynload = format!("{library}/lib-dynload");
    let all = config.path.iter().cloned().chain([zip, library, dynload]);
    let lists = [
        ("path", all.collect::<Vec<_>>()),
        ("argv", config.argv.clone()),
        ("orig_argv", config.orig_argv.clone()),
    ];
    for (name, texts) in lists {
        let list = vm.new_list_with(texts.len())?;
        push_all(vm, list, texts.into_iter())?;
        dict.set_name(vm, name, list.value())?;
    }
    Ok(())
}

fn options(vm: &mut Vm, dict: Dict, config: &Config) -> PyResult<()> {
    dict.set_name(
        vm,
        "dont_write_bytecode",
        ty::bool_value(config.dont_write_bytecode),
    )?;
    let list = vm.new_list_with(0)?;
    push_all(vm, list, config.warnoptions.iter().cloned())?;
    dict.set_name(vm, "warnoptions", list.value())?;
    let options = dict
        .get_name(vm, "_xoptions")?
        .and_then(Dict::of)
        .expect("set before");
    for (name, value) in &config.xoptions {
        let value = match value {
            Some(text) => vm.new_str(text)?,
            None => ty::bool_value(true),
        };
        options.set_name(vm, name, value)?;
    }
    Ok(())
}

/// Sets the entries that are large and only seen after an import: names of modules.
///
/// # Errors
/// MemoryError.
pub(crate) fn complete(vm: &mut Vm) -> PyResult<()> {
    let dict = dict(vm).expect("sys is made first");
    let list = vm.new_list_with(0)?;
    for name in crate::builtin_names(vm) {
        let name = vm.intern(name)?;
        list.push(vm, name)?;
    }
    let builtin = vm.list_to_tuple(list)?;
    dict.set_name(vm, "builtin_module_names", builtin)?;
    let all = stdlib_names(vm)?;
    dict.set_name(vm, "stdlib_module_names", all)
}

/// `sys.stdlib_module_names`.
fn stdlib_names(vm: &mut Vm) -> PyResult {
    let set = vm.new_frozenset()?;
    for name in taipan_stdlib::names() {
        if !name.contains('.') && name != "_taipan_importer" {
            let name = vm.intern(name)?;
            set.add(vm, name)?;
        }
    }
    for name in crate::builtin_names(vm)
        .into_iter()
        .filter(|name| *name != "_taipan")
    {
        let name = vm.intern(name)?;
        set.add(vm, name)?;
    }
    Ok(set.value())
}

/// A `types.SimpleNamespace`.
pub(crate) fn namespace(vm: &mut Vm, entries: &[(&str, Value)]) -> PyResult {
    let object = vm.new_instance(types::SIMPLE_NAMESPACE.ty())?;
    for (name, value) in entries {
        let name = Str::of(vm.intern(name)?).expect("a string");
        instance::set_own_attr(vm, object, name, *value)?;
    }
    Ok(Value::from_ref(object))
}

fn implementation(vm: &mut Vm) -> PyResult {
    let name = vm.intern("taipan")?;
    let tag = vm.new_str(&format!("taipan-{}{}", VERSION.0, VERSION.1))?;
    let version = structs::version_info(vm)?;
    let hex = vm.new_int(HEX_VERSION)?;
    let multiarch = vm.new_str(if cfg!(target_arch = "aarch64") {
        "aarch64-linux-gnu"
    } else {
        "x86_64-linux-gnu"
    })?;
    namespace(
        vm,
        &[
            ("name", name),
            ("cache_tag", tag),
            ("version", version),
            ("hexversion", hex),
            ("_multiarch", multiarch),
            ("supports_isolated_interpreters", ty::bool_value(false)),
        ],
    )
}
