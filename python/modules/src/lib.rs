//! Native modules, one file each, and the import system.
//!
//! [`init`] makes module `sys`, gives module `builtins` what needs interpreter and compiler, and hands imports to importlib, which the first one starts. All other native modules
//! are made when they are imported ([`create_builtin`]).
#![allow(
    unsafe_code,
    clippy::multiple_unsafe_ops_per_block,
    clippy::type_complexity,
    reason = "calls of the C library, frame records, slots of the weak references"
)]

mod abc;
pub mod atexit;
mod errno;
pub mod execute;
mod gc;
mod helpers;
mod imp;
mod import;
mod io_fallback;
mod marshal;
mod opcode;
mod posix;
mod sha2;
pub mod signal;
mod stat;
mod string;
pub mod structseq;
pub mod syntax_error;
pub mod sys;
mod thread;
mod time;
mod type_params;
mod warnings;
mod weakref;
mod weakref_proxy;

use coil_value::Value;
use structseq::StructSeq;
use taipan_objects::class::TypeDef;
pub use taipan_objects::module::ModuleDef;
use taipan_objects::{PyResult, Vm};

/// How an interpreter is started.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `sys.argv`.
    pub argv: Vec<String>,
    /// `sys.orig_argv`.
    pub orig_argv: Vec<String>,
    /// The program's own path.
    pub executable: String,
    /// Entries of `sys.path` before the library's: the script's folder, those of PYTHONPATH.
    pub path: Vec<String>,
    /// `-O` count.
    pub optimize: u8,
    /// `-b` count: no more than shown by `sys.flags`.
    pub bytes_warning: u8,
    /// `-d` count: no more than shown by `sys.flags`.
    pub debug: u8,
    /// `-v` count.
    pub verbose: u8,
    /// `-S`
    pub no_site: bool,
    /// `-s`
    pub no_user_site: bool,
    /// `-E`
    pub ignore_environment: bool,
    /// `-I`
    pub isolated: bool,
    /// `-P`
    pub safe_path: bool,
    /// `-q`
    pub quiet: bool,
    /// `-i`
    pub inspect: bool,
    /// `-B`
    pub dont_write_bytecode: bool,
    /// `-u`
    pub unbuffered: bool,
    /// `-W` options.
    pub warnoptions: Vec<String>,
    /// `-X` options: name and value.
    pub xoptions: Vec<(String, Option<String>)>,
    /// Native modules of other crates.
    pub modules: Vec<&'static ModuleDef>,
}

/// Types of this crate that are in the table of builtin types; for `Vm::ready_types`.
pub static TYPES: &[&TypeDef] = &[&weakref::WEAKREF];

/// The native modules of this crate, besides `sys`.
static MODULES: &[&ModuleDef] = &[
    &abc::ABC,
    &atexit::ATEXIT,
    &errno::ERRNO,
    &gc::FAULTHANDLER,
    &gc::GC,
    &gc::TRACEMALLOC,
    &imp::IMP,
    &imp::TAIPAN,
    &marshal::MARSHAL,
    &opcode::OPCODE,
    &posix::POSIX,
    &sha2::SHA2,
    &signal::SIGNAL,
    &stat::STAT,
    &string::STRING,
    &thread::THREAD,
    &time::TIME,
    &warnings::WARNINGS,
    &weakref::WEAKREF_MODULE,
    &io_fallback::IO,
];

/// All struct sequence types.
static STRUCTS: &[&StructSeq] = &[
    &sys::structs::VERSION_INFO,
    &sys::structs::FLAGS,
    &sys::structs::FLOAT_INFO,
    &sys::structs::INT_INFO,
    &sys::structs::HASH_INFO,
    &sys::structs::THREAD_INFO,
    &sys::structs::UNRAISABLE_ARGS,
    &sys::structs::ASYNCGEN_HOOKS,
    &posix::structs::STAT_RESULT,
    &posix::structs::STATVFS_RESULT,
    &posix::structs::TERMINAL_SIZE,
    &posix::structs::TIMES_RESULT,
    &posix::structs::UNAME_RESULT,
    &time::STRUCT_TIME,
    &thread::EXCEPT_HOOK_ARGS,
];

/// The modules that the configuration added.
struct Extra(Vec<&'static ModuleDef>);

/// Starts the modules: see the crate's description. Builtin types and the rest of module `builtins` are there already.
///
/// # Errors
/// What importlib's start raises.
pub fn init(vm: &mut Vm, config: &Config) -> PyResult<()> {
    vm.attachments.push(Box::new(Extra(config.modules.clone())));
    let builtins = vm.interp.builtins();
    let name = vm.intern("builtins")?;
    let module = vm.interp.modules().get_name(vm, "builtins")?;
    for def in execute::FUNCTIONS {
        let function = vm.new_native(def, module, Some(name))?;
        builtins.set_name(vm, def.name, function)?;
    }
    signal::start(vm)?;
    type_params::start(vm)?;
    sys::start(vm, config)?;
    if !config.modules.iter().any(|module| module.name == "_io") {
        io_fallback::start(vm)?;
    }
    vm.interp.hooks.import = Some(import::import);
    Ok(())
}

/// Ends the modules: functions registered with `atexit` run.
///
/// # Errors
/// What those raise.
pub fn finish(vm: &mut Vm) -> PyResult<()> {
    atexit::run(vm)
}

/// The declaration of a native module.
pub(crate) fn find(vm: &Vm, name: &str) -> Option<&'static ModuleDef> {
    let extra = vm
        .attachments
        .iter()
        .find_map(|attachment| attachment.downcast_ref::<Extra>());
    let extra = extra.map_or(&[][..], |extra| &extra.0);
    extra
        .iter()
        .chain(MODULES)
        .copied()
        .find(|def| def.name == name)
}

/// Names of all native modules, sorted.
pub(crate) fn builtin_names(vm: &Vm) -> Vec<&'static str> {
    let extra = vm
        .attachments
        .iter()
        .find_map(|attachment| attachment.downcast_ref::<Extra>());
    let extra = extra.map_or(&[][..], |extra| &extra.0);
    let mut names: Vec<&'static str> = extra.iter().chain(MODULES).map(|def| def.name).collect();
    names.extend(["builtins", "sys"]);
    names.sort_unstable();
    names.dedup();
    names
}

/// Makes the native module of this name, if there is one.
///
/// # Errors
/// What its start raises.
pub fn create_builtin(vm: &mut Vm, name: &str) -> PyResult<Option<Value>> {
    let Some(def) = find(vm, name) else {
        return Ok(None);
    };
    let module = taipan_core::new_module(vm, def.name)?;
    let dict = taipan_objects::protocol::module_dict(module).expect("a new module");
    let name = vm.intern(def.name)?;
    for function in def.functions {
        let object = vm.new_native(function, Some(module), Some(name))?;
        dict.set_name(vm, function.name, object)?;
    }
    (def.init)(vm, dict)?;
    for (_, value) in dict.iter() {
        taipan_objects::native::give_module(vm, value, module);
    }
    Ok(Some(module))
}

/// Calls with a tuple of positional and a dict of keyword arguments.
pub(crate) fn call_with(
    vm: &mut Vm,
    callable: Value,
    positional: taipan_objects::tuple::Tuple,
    keywords: taipan_objects::dict::Dict,
) -> PyResult {
    use taipan_objects::native::Args;
    let names = vm.new_list_with(keywords.len())?;
    for (key, _) in keywords.iter() {
        names.push(vm, key)?;
    }
    let names = if keywords.is_empty() {
        None
    } else {
        vm.list_to_tuple(names)?.as_ref()
    };
    let count = positional.len() + keywords.len();
    vm.with_registers(count, |vm, registers| {
        for (index, value) in positional.iter().enumerate() {
            registers.set(index, Some(value));
        }
        for (index, (_, value)) in keywords.iter().enumerate() {
            registers.set(positional.len() + index, Some(value));
        }
        // SAFETY: the registers stay reserved during the call.
        let args = unsafe { Args::new(registers.as_ptr(), count, names, Some(callable)) };
        taipan_objects::protocol::call_args(vm, callable, args)
    })
}
