//! The builtin functions that compile and run source: `compile`, `exec`, `eval`, and the namespaces they look at.

use crate::helpers::{given, str_arg};
use crate::syntax_error::raise_syntax;
use coil_value::{Ref, Value};
use taipan_compile::{Mode, Options};
use taipan_core::frame as frame_object;
use taipan_interp::frame::{self, FramePlace};
use taipan_objects::dict::Dict;
use taipan_objects::function::{CodeData, Function};
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

natives! {
    /// For module `builtins`.
    pub static FUNCTIONS = {
        "compile" function Signature(3), "(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)" => compile;
        "exec" function Signature(1), "(source, /, globals=None, locals=None, *, closure=None)" => exec;
        "eval" function Signature(1), "(source, /, globals=None, locals=None)" => eval;
        "globals" function NoArgs, "()" => |vm, _| globals(vm).map(Dict::value);
        "locals" function NoArgs, "()" => |vm, _| locals(vm);
        "breakpoint" function Any, "(*args, **kws)" => breakpoint;
        "__import__" function Signature(1), "(name, globals=None, locals=None, fromlist=(), level=0)" => import;
    }
}

const FUTURE_ANNOTATIONS: i64 = 0x100_0000;
const ONLY_AST: i64 = 0x400;
const TYPE_COMMENTS: i64 = 0x1000;
const TOP_LEVEL_AWAIT: i64 = 0x2000;
const DONT_IMPLY_DEDENT: i64 = 0x200;
const INCOMPLETE: i64 = 0x4000;
const OPTIMIZED_AST: i64 = 0x8400;
/// `from __future__` flags (`division` to `annotations`).
const FUTURE_MASK: i64 = 0x1fe_0000;

/// The innermost frame that is not hidden, and its function. Natives hold `coil_jit::real_frames` meanwhile.
pub(crate) fn caller(vm: &Vm) -> Option<(FramePlace, Function)> {
    nth_caller(vm, 0)
}

/// The `depth`th visible frame from the innermost.
pub(crate) fn nth_caller(vm: &Vm, mut depth: usize) -> Option<(FramePlace, Function)> {
    let mut next = FramePlace::innermost(vm);
    while let Some(place) = next {
        if !place.is_hidden() {
            if depth == 0 {
                let function = place.running().and_then(function_behind);
                return function.map(|function| (place, function));
            }
            depth -= 1;
        }
        next = place.outer();
    }
    None
}

fn function_behind(running: Value) -> Option<Function> {
    let object = running.as_ref()?;
    match object.layout() {
        layout::FUNCTION => Some(Function::from_ref(object)),
        layout::GENERATOR => mem::value(object, at::GEN_FUNCTION).and_then(function_behind),
        _ => None,
    }
}

/// What `locals()` gives to the innermost frame.
fn locals(vm: &mut Vm) -> PyResult {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    match caller(vm) {
        Some((place, _)) => {
            let frame = place.object(vm)?;
            frame_object::locals(vm, mem::expect_ref(frame))
        }
        None => Ok(ty::none()),
    }
}

fn globals(vm: &mut Vm) -> PyResult<Dict> {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    match caller(vm) {
        Some((_, function)) => Ok(Dict::from_ref(function.globals())),
        None => Err(vm.raise_system("no frame is running")),
    }
}

/// Source argument as bytes; whether it was text (which has no coding cookie).
fn source_arg(vm: &mut Vm, function: &str, place: &str, value: Value) -> PyResult<(Vec<u8>, bool)> {
    let bytes = match Str::of(value) {
        Some(text) => match text.to_utf8() {
            Some(text) => (text.into_owned().into_bytes(), true),
            None => {
                // The error that encoding gives.
                taipan_text::encode(vm, text, "utf-8", "strict")?;
                return Err(vm.raise_system("a lone surrogate was encoded"));
            }
        },
        None => match vm.bytes_like(value) {
            Some(data) => (data.to_vec(), false),
            None => {
                return Err(vm.raise_type(&format!(
                    "{function}() {place} must be a string, bytes or {} object",
                    if function == "compile" { "AST" } else { "code" }
                )));
            }
        },
    };
    if bytes.0.contains(&0) {
        return Err(vm.raise_with_text_syntax("source code string cannot contain null bytes"));
    }
    Ok(bytes)
}

/// SyntaxError with a text and nothing else.
trait RaiseSyntaxText {
    fn raise_with_text_syntax(&mut self, text: &str) -> taipan_objects::Raised;
}
impl RaiseSyntaxText for Vm {
    fn raise_with_text_syntax(&mut self, text: &str) -> taipan_objects::Raised {
        self.raise_text(&types::SyntaxError, text)
    }
}

/// Compiles source to a code object.
///
/// # Errors
/// SyntaxError and its relatives.
pub fn compile_source(
    vm: &mut Vm,
    source: &[u8],
    is_text: bool,
    filename: Value,
    options: Options,
) -> PyResult<Ref> {
    let name = match Str::of(filename) {
        Some(text) => text.to_rust().into_owned(),
        None => String::new(),
    };
    let compiled = if is_text {
        let text = String::from_utf8_lossy(source);
        let text = text
            .strip_prefix('\u{feff}')
            .unwrap_or(&text)
            .replace("\r\n", "\n")
            .replace('\r', "\n");
        taipan_compile::compile_text(&text, &name, options)
    } else {
        taipan_compile::compile(source, &name, options)
    };
    match compiled {
        Ok(code) => Ok(mem::expect_ref(vm.new_code(code)?)),
        Err(error) => Err(raise_syntax(vm, &error, filename)),
    }
}

fn inherited_annotations(vm: &mut Vm) -> bool {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    caller(vm).is_some_and(|(_, function)| {
        i64::from(function.code().code.flags.0) & FUTURE_ANNOTATIONS != 0
    })
}

fn compile(vm: &mut Vm, args: Args) -> PyResult {
    let filename = crate::helpers::fspath(vm, args.at(1))?;
    let filename = match Str::of(filename) {
        Some(_) => filename,
        None => {
            let data = vm.bytes_like(filename).unwrap_or_default().to_vec();
            crate::helpers::from_system(vm, &data)?
        }
    };
    let mode = str_arg(vm, "compile", "'mode'", args.at(2))?
        .to_rust()
        .into_owned();
    let flags = match args.get(3) {
        Some(flags) => protocol::index_i64(vm, flags)?,
        None => 0,
    };
    let known = FUTURE_MASK
        | DONT_IMPLY_DEDENT
        | ONLY_AST
        | TYPE_COMMENTS
        | TOP_LEVEL_AWAIT
        | INCOMPLETE
        | OPTIMIZED_AST;
    if flags & !known != 0 {
        return Err(vm.raise_value("compile(): unrecognised flags"));
    }
    if flags & ONLY_AST != 0 {
        return Err(vm.raise_not_implemented("compile() to a syntax tree is not there yet"));
    }
    let inherit = match args.get(4) {
        Some(dont) => !protocol::truth(vm, dont)?,
        None => true,
    };
    let optimize = match args.get(5) {
        Some(level) => protocol::index_i64(vm, level)?,
        None => -1,
    };
    let optimize = match optimize {
        -1 => crate::sys::optimize_level(vm),
        0..=2 => optimize as u8,
        _ => return Err(vm.raise_value("compile(): invalid optimize value")),
    };
    let mode = match mode.as_str() {
        "exec" => Mode::Exec,
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        "func_type" => {
            return Err(vm.raise_value("compile() mode 'func_type' requires flag PyCF_ONLY_AST"));
        }
        _ => return Err(vm.raise_value("compile() mode must be 'exec', 'eval' or 'single'")),
    };
    if Type::of(args.at(0)).is(&types::CODE) {
        return Ok(args.at(0));
    }
    let (source, is_text) = source_arg(vm, "compile", "arg 1", args.at(0))?;
    let future_annotations =
        flags & FUTURE_ANNOTATIONS != 0 || inherit && inherited_annotations(vm);
    let options = Options {
        mode,
        optimize,
        future_annotations,
    };
    let code = compile_source(vm, &source, is_text, filename, options)?;
    Ok(Value::from_ref(code))
}

/// Globals and locals of exec and eval.
fn namespaces(vm: &mut Vm, function: &str, args: Args) -> PyResult<(Dict, Option<Value>)> {
    let (given_globals, given_locals) = (given(args.get(1)), given(args.get(2)));
    let is_mapping = |value: Value| Type::of(value).slots().get_item.is_some();
    if let Some(locals) = given_locals.filter(|locals| !is_mapping(*locals)) {
        let name = protocol::type_name(locals);
        return Err(vm.raise_type(&if function == "eval" {
            "locals must be a mapping".to_owned()
        } else {
            format!("locals must be a mapping or None, not {name}")
        }));
    }
    let (globals_dict, locals) = match given_globals {
        None => {
            let globals = globals(vm)?;
            let locals = match given_locals {
                Some(locals) => locals,
                None => locals_of_caller(vm)?,
            };
            (globals, locals)
        }
        Some(value) => match Dict::of(value) {
            Some(dict) => (dict, given_locals.unwrap_or(value)),
            None => {
                let name = protocol::type_name(value);
                return Err(vm.raise_type(&if function == "eval" {
                    if is_mapping(value) {
                        "globals must be a real dict; try eval(code, {}, mapping)".to_owned()
                    } else {
                        "globals must be a dict".to_owned()
                    }
                } else {
                    format!("{function}() globals must be a dict, not {name}")
                }));
            }
        },
    };
    let key = vm.interp.names.__builtins__.str();
    if globals_dict.get_str(key).is_none() {
        let builtins = match vm.interp.modules().get_name(vm, "builtins")? {
            Some(module) => protocol::module_dict(module).map_or(module, Dict::value),
            None => vm.interp.builtins().value(),
        };
        globals_dict.set_str(vm, key, builtins)?;
    }
    // Names of a subclass of dict go by its methods.
    let same = locals == globals_dict.value() && Type::of(locals).is(&types::DICT);
    Ok((globals_dict, (!same).then_some(locals)))
}

fn locals_of_caller(vm: &mut Vm) -> PyResult {
    locals(vm)
}

fn run(
    vm: &mut Vm,
    code: Ref,
    globals: Dict,
    locals: Option<Value>,
    closure: Option<Value>,
) -> PyResult {
    frame::run_body(vm, code, globals, locals, closure)
}

fn exec(vm: &mut Vm, args: Args) -> PyResult {
    let (globals, locals) = namespaces(vm, "exec", args)?;
    let closure = given(args.get(3));
    let source = args.at(0);
    if Type::of(source).is(&types::CODE) {
        let code = mem::expect_ref(source);
        let free = CodeData::of_object(code).code.freevars.len();
        match closure {
            None if free > 0 => {
                return Err(vm.raise_type(&format!(
                    "code object requires a closure of exactly length {free}"
                )));
            }
            Some(_) if free == 0 => {
                return Err(vm.raise_type("cannot use a closure with this code object"));
            }
            Some(closure) => {
                let fits = Tuple::of(closure).is_some_and(|cells| {
                    cells.len() == free && cells.iter().all(|cell| Type::of(cell).is(&types::CELL))
                });
                if !fits {
                    return Err(vm.raise_type(&format!(
                        "code object requires a closure of exactly length {free}"
                    )));
                }
            }
            None => {}
        }
        run(vm, code, globals, locals, closure)?;
        return Ok(ty::none());
    }
    if closure.is_some() {
        return Err(vm.raise_type("closure can only be used when source is a code object"));
    }
    let (source, is_text) = source_arg(vm, "exec", "arg 1", source)?;
    let filename = vm.intern("<string>")?;
    let options = source_options(vm, Mode::Exec);
    let code = compile_source(vm, &source, is_text, filename, options)?;
    run(vm, code, globals, locals, None)?;
    Ok(ty::none())
}

fn source_options(vm: &mut Vm, mode: Mode) -> Options {
    Options {
        mode,
        optimize: crate::sys::optimize_level(vm),
        future_annotations: inherited_annotations(vm),
    }
}

fn eval(vm: &mut Vm, args: Args) -> PyResult {
    let (globals, locals) = namespaces(vm, "eval", args)?;
    let source = args.at(0);
    if Type::of(source).is(&types::CODE) {
        let code = mem::expect_ref(source);
        if !CodeData::of_object(code).code.freevars.is_empty() {
            return Err(
                vm.raise_type("code object passed to eval() may not contain free variables")
            );
        }
        return run(vm, code, globals, locals, None);
    }
    let (source, is_text) = source_arg(vm, "eval", "arg 1", source)?;
    let start = source
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t'))
        .unwrap_or(source.len());
    let filename = vm.intern("<string>")?;
    let options = source_options(vm, Mode::Eval);
    let code = compile_source(vm, &source[start..], is_text, filename, options)?;
    run(vm, code, globals, locals, None)
}

fn breakpoint(vm: &mut Vm, args: Args) -> PyResult {
    let hook = match crate::sys::entry(vm, "breakpointhook")? {
        Some(hook) => hook,
        None => return Err(vm.raise_runtime("lost sys.breakpointhook")),
    };
    protocol::call_args(vm, hook, args)
}

fn import(vm: &mut Vm, args: Args) -> PyResult {
    let Some(name) = Str::of(args.at(0)) else {
        return Err(vm.raise_type("module name must be a string"));
    };
    let globals = args.get(1).unwrap_or_else(ty::none);
    let from_list = args.get(3).unwrap_or_else(ty::none);
    let level = match args.get(4) {
        Some(level) => i64::from(crate::helpers::int_arg(vm, level)?),
        None => 0,
    };
    let _ = number::small(0);
    crate::import::import(vm, name, globals, from_list, level)
}
