//! [`Python`]: an interpreter ready to run programs.

use crate::{async_generator, body, generator, hooks};
use coil_jit::{AttachedJit, Jit};
use coil_options::{Dump, DumpKind, Options};
use coil_value::Value;
use taipan_compile::{Mode, Options as CompileOptions, SyntaxError};
use taipan_interp::frame;
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::hidden;
use taipan_objects::layout;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::native::NativeDef;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Vm};

/// How to start.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Options of the toolkit.
    pub coil: Options,
    /// What the modules start with: `sys.argv`, `sys.path`, flags.
    pub modules: taipan_modules::Config,
}

/// Why an interpreter did not start.
#[derive(Clone, Debug)]
pub struct Failure(pub String);

/// An interpreter with one thread.
#[derive(Debug)]
pub struct Python {
    jit: Option<AttachedJit>,
    vm: Box<Vm>,
    /// An interrupt that nobody caught ended the program.
    pub(crate) interrupted: bool,
    dump: Dump,
    /// `-O` count.
    optimize: u8,
}

impl Python {
    /// Starts an interpreter.
    ///
    /// # Errors
    /// The system gives no memory, or the start itself raised.
    pub fn new(config: &Config) -> Result<Python, Failure> {
        let mut heap = coil_jit::heap_config(&config.coil);
        heap.give_back = Some(coil_host::give_back);
        let seed = heap.seed;
        let mut vm = Vm::new(heap).map_err(Failure)?;
        vm.exports.stress(config.coil.gc.box_numbers, seed);
        vm.interp.hooks.call_function = Some(frame::call_function);
        vm.interp.hooks.frame_back = Some(frame::frame_back);
        vm.interp.hooks.run = Some(hooks::run);
        vm.interp.hooks.make_hidden = Some(make_hidden);
        vm.interp.hooks.run_raised = Some(hooks::run_raised);
        vm.interp.hooks.cell_changed = Some(hooks::cell_changed);
        vm.interp.hooks.format_value = Some(taipan_text::format_value);
        vm.interp.hooks.list_extend = Some(taipan_containers::list::extend);
        vm.interp.hooks.unpack = Some(taipan_containers::unpack_sequence);
        vm.interp.hooks.unpack_ex = Some(taipan_containers::unpack_ex);
        // SAFETY: the Vm is boxed; the driver is dropped first.
        let jit = unsafe { Jit::attach(&raw mut vm.cx, hooks::language(), &config.coil) };
        let mut python = Python {
            jit: Some(jit),
            vm,
            interrupted: false,
            dump: config.coil.dump.clone(),
            optimize: config.modules.optimize.min(2),
        };
        let ready = python
            .make_builtins()
            .and_then(|()| python.start_modules(&config.modules));
        ready.map_err(|raised| Failure(python.describe(raised)))?;
        Ok(python)
    }

    /// The thread.
    pub fn vm(&mut self) -> &mut Vm {
        &mut self.vm
    }

    fn make_builtins(&mut self) -> PyResult<()> {
        let vm = &mut *self.vm;
        let own: &[&'static TypeDef] = &[
            &generator::GENERATOR,
            &generator::COROUTINE,
            &async_generator::ASYNC_GENERATOR,
        ];
        let mut defs: Vec<&'static TypeDef> = own.to_vec();
        defs.extend(taipan_numbers::TYPES);
        defs.extend(taipan_text::TYPES);
        defs.extend(taipan_containers::TYPES);
        defs.extend(taipan_core::TYPES);
        defs.extend(taipan_modules::TYPES);
        vm.ready_types(&defs)?;
        for row in [
            &async_generator::ASEND_TYPE,
            &async_generator::ATHROW_TYPE,
            &async_generator::ANEXT_TYPE,
        ] {
            vm.ready_module_type(row)?;
        }
        taipan_core::start(vm)?;
        let builtins = vm.interp.builtins();
        for row in ty::STATIC_TYPES {
            let public = !matches!(row.name, "NoneType" | "NotImplementedType" | "ellipsis");
            if public && (row.flags & ty::flag::EXCEPTION != 0 || BUILTIN_TYPES.contains(&row.name))
            {
                builtins.set_name(vm, row.name, row.ty.value())?;
            }
        }
        for (name, value) in [
            ("None", ty::none()),
            ("True", ty::TRUE.value()),
            ("False", ty::FALSE.value()),
            ("NotImplemented", ty::not_implemented()),
            ("Ellipsis", ty::ELLIPSIS.value()),
            ("__debug__", ty::bool_value(self.optimize == 0)),
            ("EnvironmentError", types::OSError.value()),
            ("IOError", types::OSError.value()),
        ] {
            builtins.set_name(vm, name, value)?;
        }
        let name = vm.intern("builtins")?;
        builtins.set_name(vm, "__name__", name)?;
        let tables: [&'static [NativeDef]; 6] = [
            taipan_numbers::FUNCTIONS,
            taipan_text::FUNCTIONS,
            taipan_containers::FUNCTIONS,
            taipan_core::FUNCTIONS,
            body::FUNCTIONS,
            async_generator::FUNCTIONS,
        ];
        let module = new_module(vm, builtins)?;
        for def in tables.into_iter().flatten() {
            let function = vm.new_native(def, Some(module), Some(name))?;
            builtins.set_name(vm, def.name, function)?;
        }
        let modules = vm.interp.modules();
        modules.set_name(vm, "builtins", module)
    }

    fn start_modules(&mut self, config: &taipan_modules::Config) -> PyResult<()> {
        let mut config = config.clone();
        config.modules.extend(taipan_numbers::MODULES);
        config.modules.extend(taipan_containers::MODULES);
        config.modules.extend(taipan_io::MODULES);
        let vm = &mut *self.vm;
        taipan_io::ready_types(vm)?;
        taipan_modules::init(vm, &config)?;
        if !config.no_site {
            let builtins = vm.interp.builtins();
            let name = vm.intern("builtins")?;
            for def in body::SITE_FUNCTIONS {
                let function = vm.new_native(def, None, Some(name))?;
                builtins.set_name(vm, def.name, function)?;
            }
        }
        self.make_streams(config.unbuffered)
    }

    /// `sys.stdin` and its like, and builtin `open`.
    fn make_streams(&mut self, unbuffered: bool) -> PyResult<()> {
        let vm = &mut *self.vm;
        let (stdin, stdout, stderr) = taipan_io::make_std_streams(vm, unbuffered)?;
        let Some(sys) = vm
            .interp
            .modules()
            .get_name(vm, "sys")?
            .and_then(taipan_objects::protocol::module_dict)
        else {
            return Ok(());
        };
        for (name, stream) in [("stdin", stdin), ("stdout", stdout), ("stderr", stderr)] {
            sys.set_name(vm, name, stream)?;
            sys.set_name(vm, &format!("__{name}__"), stream)?;
        }
        if let Some(open) = taipan_io::IO
            .functions
            .iter()
            .find(|def| def.name == "open")
        {
            let module = vm.intern("_io")?;
            let open = vm.new_native(open, None, Some(module))?;
            vm.interp.builtins().set_name(vm, "open", open)?;
        }
        Ok(())
    }

    /// Compiles source in a mode, and dumps its bytecode when that is wanted.
    ///
    /// # Errors
    /// The source is malformed.
    pub fn compile(
        &self,
        source: &[u8],
        filename: &str,
        mode: Mode,
    ) -> Result<taipan_bytecode::Code, SyntaxError> {
        let options = CompileOptions {
            optimize: self.optimize,
            ..CompileOptions::new(mode)
        };
        let code = taipan_compile::compile(source, filename, options)?;
        if self.dump.on(DumpKind::Bytecode) {
            let text = taipan_bytecode::disassemble(&code);
            self.dump
                .write(DumpKind::Bytecode, format_args!("{filename}"), &text);
        }
        Ok(code)
    }

    /// Runs a program as `__main__`.
    ///
    /// # Errors
    /// What it raises.
    pub fn run_main(&mut self, code: taipan_bytecode::Code, filename: Option<&str>) -> PyResult {
        let globals = self.make_main(filename)?;
        let vm = &mut *self.vm;
        let code = vm.new_code(code)?;
        frame::run_body(vm, mem::expect_ref(code), globals, None, None)
    }

    /// Makes module `__main__`; gives its globals.
    pub(crate) fn make_main(&mut self, filename: Option<&str>) -> PyResult<Dict> {
        let vm = &mut *self.vm;
        let globals = vm.new_dict_old()?;
        let name = vm.intern("__main__")?;
        globals.set_name(vm, "__name__", name)?;
        for name in ["__doc__", "__package__", "__loader__", "__spec__"] {
            globals.set_name(vm, name, ty::none())?;
        }
        let builtins = vm
            .interp
            .modules()
            .get_name(vm, "builtins")?
            .unwrap_or_else(ty::none);
        globals.set_name(vm, "__builtins__", builtins)?;
        if let Some(filename) = filename {
            let filename = vm.new_str(filename)?;
            globals.set_name(vm, "__file__", filename)?;
        }
        let module = new_module(vm, globals)?;
        let modules = vm.interp.modules();
        modules.set_name(vm, "__main__", module)?;
        Ok(globals)
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        self.jit = None;
    }
}

fn new_module(vm: &mut Vm, dict: Dict) -> PyResult {
    let module = vm.alloc_old(layout::MODULE, &types::MODULE, 48)?;
    vm.store(module, at::MODULE_DICT, Some(dict.value()));
    Ok(Value::from_ref(module))
}

const BUILTIN_TYPES: &[&str] = &[
    "object",
    "type",
    "int",
    "bool",
    "float",
    "complex",
    "str",
    "bytes",
    "bytearray",
    "memoryview",
    "tuple",
    "list",
    "dict",
    "set",
    "frozenset",
    "slice",
    "range",
    "property",
    "classmethod",
    "staticmethod",
    "super",
    "enumerate",
    "zip",
    "map",
    "filter",
    "reversed",
];

/// Compiles the hidden guest functions.
fn make_hidden(vm: &mut Vm) -> PyResult<()> {
    let options = CompileOptions::new(Mode::Exec);
    let mut code = taipan_compile::compile_text(hidden::SOURCE, "<hidden>", options)
        .expect("the source of the hidden functions is right");
    for constant in &mut code.consts {
        if let taipan_bytecode::Const::Code(code) = constant {
            code.flags.0 |= taipan_bytecode::CodeFlags::HIDDEN.0;
        }
    }
    let globals = vm.new_dict_old()?;
    let builtins = vm.interp.modules().get_name(vm, "builtins")?;
    globals.set_name(vm, "__builtins__", builtins.unwrap_or_else(ty::none))?;
    let code = vm.new_code(code)?;
    frame::run_body(vm, mem::expect_ref(code), globals, None, None)?;
    for (number, name) in hidden::NAMES.iter().enumerate() {
        let function = globals
            .get_name(vm, name)?
            .expect("the source defines every name");
        // Traces hold its address.
        vm.mutator().pin(mem::expect_ref(function));
        vm.interp.hidden[number].set(function.bits());
    }
    Ok(())
}
