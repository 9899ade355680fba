//! The import statement's native half, and the start of importlib.
//!
//! importlib's own `_bootstrap` (embedded) does the work; what is decided here is what needs no work: modules that are loaded already.

use crate::helpers::{given, name};
use coil_value::{Ref, Value};
use taipan_compile::{Mode, Options};
use taipan_core::new_module;
use taipan_interp::frame;
use taipan_objects::dict::Dict;
use taipan_objects::function::CodeData;
use taipan_objects::instance;
use taipan_objects::layout::{self, at};
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Raised, Vm};

/// The code of a library module, its file name set. That of the build has assertions and docstrings: under `-O` the source is compiled anew,
/// but for importlib's own modules.
///
/// # Errors
/// ImportError when there is no such module; MemoryError.
pub(crate) fn library_code(vm: &mut Vm, library_name: &str, filename: &str) -> PyResult<Ref> {
    let Some(module) = taipan_stdlib::find(library_name) else {
        return Err(vm.raise_import(&format!(
            "No module named '{library_name}' in the embedded library"
        )));
    };
    let optimize = crate::sys::optimize_level(vm);
    let code = if optimize > 0 && !filename.starts_with("<frozen ") {
        let options = Options {
            optimize,
            ..Options::new(Mode::Exec)
        };
        taipan_compile::compile_text(&module.source(), filename, options)
            .expect("the build script compiled it")
    } else {
        let mut code = taipan_bytecode::load(&module.code())
            .expect("the build script wrote it with the same op table");
        set_filename(&mut code, filename);
        code
    };
    Ok(mem::expect_ref(vm.new_code(code)?))
}

fn set_filename(code: &mut taipan_bytecode::Code, filename: &str) {
    filename.clone_into(&mut code.filename);
    for constant in &mut code.consts {
        if let taipan_bytecode::Const::Code(inner) = constant {
            set_filename(inner, filename);
        }
    }
}

/// Starts importlib: its bootstrap module, the finder of builtin modules, the path based finder with the embedded library. The first import
/// does this: a program cannot see before whether it was done.
fn start(vm: &mut Vm) -> PyResult<()> {
    crate::sys::complete(vm)?;
    let bootstrap = new_module(vm, "_frozen_importlib")?;
    let modules = vm.interp.modules();
    modules.set_name(vm, "_frozen_importlib", bootstrap)?;
    vm.interp.keep("importlib", bootstrap);
    let dict = protocol::module_dict(bootstrap).expect("a module");
    crate::helpers::set_text(vm, dict, "__origname__", "importlib._bootstrap")?;
    run_library(vm, "importlib._bootstrap", bootstrap)?;
    let imp = crate::create_builtin(vm, "_imp")?.expect("_imp is in the table");
    modules.set_name(vm, "_imp", imp)?;
    let sys = vm.interp.kept("sys").expect("sys is made first");
    protocol::call_method(vm, bootstrap, "_install", &[sys, imp])?;
    protocol::call_method(vm, bootstrap, "_install_external_importers", &[])?;
    let importer = new_module(vm, "_taipan_importer")?;
    run_library(vm, "_taipan_importer", importer)?;
    let install = protocol::get_attr_named(vm, importer, "install")?;
    protocol::call(vm, install, &[])?;
    Ok(())
}

fn run_library(vm: &mut Vm, library_name: &str, module: Value) -> PyResult<()> {
    let code = library_code(vm, library_name, &format!("<frozen {library_name}>"))?;
    let dict = protocol::module_dict(module).expect("a module");
    let builtins = vm
        .interp
        .modules()
        .get_name(vm, "builtins")?
        .unwrap_or_else(ty::none);
    dict.set_name(vm, "__builtins__", builtins)?;
    frame::run_body(vm, code, dict, None, None)?;
    Ok(())
}

fn importlib(vm: &mut Vm) -> PyResult {
    match vm.interp.kept("importlib") {
        Some(module) => Ok(module),
        None => Err(vm.raise_import("the import system is not started")),
    }
}

/// `__import__(name, globals, fromlist, level)`: the hook of the import statement.
///
/// # Errors
/// ImportError, and what modules raise.
pub(crate) fn import(
    vm: &mut Vm,
    module: Str,
    globals: Value,
    from_list: Value,
    level: i64,
) -> PyResult {
    if vm.interp.kept("importlib").is_none() {
        start(vm)?;
    }
    match import_untrimmed(vm, module, globals, from_list, level) {
        Ok(module) => Ok(module),
        Err(raised) => Err(trim_traceback(vm, raised)),
    }
}

fn import_untrimmed(
    vm: &mut Vm,
    module: Str,
    globals: Value,
    from_list: Value,
    level: i64,
) -> PyResult {
    if level < 0 {
        return Err(vm.raise_value("level must be >= 0"));
    }
    let full = if level > 0 {
        resolve(vm, module, globals, level)?
    } else if module.is_empty() {
        return Err(vm.raise_value("Empty module name"));
    } else {
        module
    };
    let found = match vm.interp.modules().get(vm, full.value())? {
        Some(found) if found != ty::none() => {
            wait_until_initialized(vm, found, full)?;
            found
        }
        _ => {
            let importlib = importlib(vm)?;
            let function = import_function(vm);
            protocol::call_method(vm, importlib, "_find_and_load", &[full.value(), function])?
        }
    };
    let wants_names = given(Some(from_list)).map_or(Ok(false), |list| protocol::truth(vm, list))?;
    if wants_names {
        return from_list_of(vm, found, from_list);
    }
    let text = module.to_rust().into_owned();
    let front = text.split('.').next().unwrap_or("");
    if level == 0 {
        if front.len() == text.len() {
            return Ok(found);
        }
        let front = name(vm, front)?;
        return import_untrimmed(vm, front, ty::none(), ty::none(), 0);
    }
    if text.is_empty() {
        return Ok(found);
    }
    // `__import__('a.b', level=1)` gives package.a.
    let cut = text.len() - front.len();
    let full = full.to_rust().into_owned();
    let outer = full[..full.len() - cut].to_owned();
    match vm.interp.modules().get_name(vm, &outer)? {
        Some(outer) => Ok(outer),
        None => Err(vm.raise_key(&format!("'{outer}' not in sys.modules as expected"))),
    }
}

/// `builtins.__import__`.
fn import_function(vm: &Vm) -> Value {
    let name = vm.interp.names.__import__.str();
    vm.interp.builtins().get_str(name).unwrap_or_else(ty::none)
}

/// Another thread may be importing the module.
fn wait_until_initialized(vm: &mut Vm, module: Value, full: Str) -> PyResult<()> {
    let spec_name = vm.interp.names.__spec__.str();
    let spec = match protocol::module_dict(module) {
        Some(dict) => dict.get_str(spec_name),
        None => protocol::get_attr_opt(vm, module, spec_name)?,
    };
    let Some(spec) = given(spec) else {
        return Ok(());
    };
    let flag = vm.interp.names._initializing.str();
    let own = spec
        .as_ref()
        .and_then(|object| instance::own_attr(vm, object, flag));
    let value = match own {
        Some(value) => Some(value),
        None => protocol::get_attr_opt(vm, spec, flag)?,
    };
    if let Some(value) = value
        && protocol::truth(vm, value)?
    {
        let importlib = importlib(vm)?;
        protocol::call_method(vm, importlib, "_lock_unlock_module", &[full.value()])?;
    }
    Ok(())
}

fn from_list_of(vm: &mut Vm, module: Value, from_list: Value) -> PyResult {
    let path = vm.interp.names.__path__.str();
    if protocol::get_attr_opt(vm, module, path)?.is_none() {
        return Ok(module);
    }
    // Nothing to import when the package has all names already.
    if let (Some(names), Some(dict)) = (Tuple::of(from_list), protocol::module_dict(module))
        && names.iter().all(|name| {
            Str::of(name).is_some_and(|name| !name.is("*") && dict.get_str(name).is_some())
        })
    {
        return Ok(module);
    }
    let importlib = importlib(vm)?;
    let function = import_function(vm);
    let handle = protocol::get_attr_named(vm, importlib, "_handle_fromlist")?;
    protocol::call(vm, handle, &[module, from_list, function])
}

/// The absolute name of a relative import.
fn resolve(vm: &mut Vm, module: Str, globals: Value, level: i64) -> PyResult<Str> {
    let Some(dict) = Dict::of(globals) else {
        return Err(if globals == ty::none() {
            vm.raise_key("'__name__' not in globals")
        } else {
            vm.raise_type("globals must be a dict")
        });
    };
    let package = dict.get_str(vm.interp.names.__package__.str());
    let package = match given(package) {
        Some(package) => package,
        None => {
            let (spec, name) = (
                vm.interp.names.__spec__.str(),
                vm.interp.names.__name__.str(),
            );
            if given(dict.get_str(spec)).is_none() && dict.get_str(name).is_none() {
                return Err(vm.raise_key("'__name__' not in globals"));
            }
            let importlib = importlib(vm)?;
            protocol::call_method(vm, importlib, "_calc___package__", &[globals])?
        }
    };
    let Some(package) = Str::of(package) else {
        return Err(vm.raise_type("package must be a string"));
    };
    let package = package.to_rust().into_owned();
    if package.is_empty() {
        return Err(vm.raise_import("attempted relative import with no known parent package"));
    }
    let mut base = package.as_str();
    for _ in 1..level {
        match base.rfind('.') {
            Some(dot) => base = &base[..dot],
            None => {
                return Err(vm.raise_import("attempted relative import beyond top-level package"));
            }
        }
    }
    let full = if module.is_empty() {
        base.to_owned()
    } else {
        format!("{base}.{}", module.to_rust())
    };
    name(vm, &full)
}

/// Takes importlib's own frames out of the traceback of an import's exception.
fn trim_traceback(vm: &mut Vm, raised: Raised) -> Raised {
    let error = vm.take_raised(raised);
    let object = mem::expect_ref(error);
    let always = Type::of(error).is_subtype(types::ImportError.ty());
    // The entry before the one looked at (none: the head), and that before the run of importlib's entries.
    let mut previous: Option<Ref> = None;
    let mut before_run: Option<Ref> = None;
    let mut in_run = false;
    let mut entry = mem::reference(object, at::EXC_TRACEBACK);
    while let Some(tb) = entry {
        let next = mem::reference(tb, at::TB_NEXT);
        let (ours, removed_call) = frame_kind(tb);
        if ours && !in_run {
            before_run = previous;
            in_run = true;
        }
        if !ours {
            in_run = false;
        }
        if in_run && (always || removed_call) {
            let after = next.map(Value::from_ref);
            match before_run {
                Some(before) => vm.store(before, at::TB_NEXT, after),
                None => vm.store(object, at::EXC_TRACEBACK, after),
            }
            previous = before_run;
        } else {
            previous = Some(tb);
        }
        entry = next;
    }
    vm.raise(error)
}

/// Whether a traceback entry stands in importlib, and in its function that calls what is not importlib's.
fn frame_kind(tb: Ref) -> (bool, bool) {
    let Some(code) = mem::reference(tb, at::TB_FRAME).and_then(taipan_core::frame::code_of) else {
        return (false, false);
    };
    let ours = matches!(
        code.code.filename.as_str(),
        "<frozen importlib._bootstrap>"
            | "<frozen importlib._bootstrap_external>"
            | "<frozen _taipan_importer>"
    );
    (ours, ours && code.code.name == "_call_with_frames_removed")
}

/// The list of a `str` list attribute of module `sys`.
pub(crate) fn push_all(
    vm: &mut Vm,
    list: List,
    texts: impl Iterator<Item = String>,
) -> PyResult<()> {
    for text in texts {
        let text = crate::helpers::from_system(vm, text.as_bytes())?;
        list.push(vm, text)?;
    }
    Ok(())
}

/// Whether a value is a code object.
pub(crate) fn is_code(value: Value) -> bool {
    value
        .as_ref()
        .is_some_and(|object| object.layout() == layout::CODE)
}

/// The data of a code object value.
pub(crate) fn code_data<'a>(value: Value) -> &'a CodeData {
    CodeData::of_object(mem::expect_ref(value))
}
