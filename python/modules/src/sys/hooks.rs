//! The hooks of module `sys`: what is shown at the prompt, uncaught exceptions, audit, tracing.

use crate::helpers::{attribute, given};
use coil_value::Value;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Vm};

natives! {
    pub(super) static FUNCTIONS = {
        "displayhook" function One, "(object, /)" => display;
        "excepthook" function Positional(3, 3), "(exctype, value, traceback, /)" => except;
        "unraisablehook" function One, "(unraisable, /)" => unraisable;
        "breakpointhook" function Any, "(*args, **kwargs)" => breakpoint;
        "audit" function Any, "(event, /, *args)" => audit;
        "addaudithook" function Signature(1), "(hook)" => add_audit;
        "settrace" function One, "(function, /)" => |vm, args| no_tracing(vm, "settrace", args.at(0));
        "gettrace" function NoArgs, "()" => |_, _| Ok(ty::none());
        "setprofile" function One, "(function, /)" => |vm, args| no_tracing(vm, "setprofile", args.at(0));
        "getprofile" function NoArgs, "()" => |_, _| Ok(ty::none());
        "_settraceallthreads" function One, "(function, /)" => |vm, args| no_tracing(vm, "settrace", args.at(0));
        "_setprofileallthreads" function One, "(function, /)" => |vm, args| no_tracing(vm, "setprofile", args.at(0));
        "get_asyncgen_hooks" function NoArgs, "()" => |vm, _| {
            let first = vm.interp.kept("asyncgen.firstiter").unwrap_or_else(ty::none);
            let last = vm.interp.kept("asyncgen.finalizer").unwrap_or_else(ty::none);
            super::structs::ASYNCGEN_HOOKS.make(vm, &[first, last])
        };
        "set_asyncgen_hooks" function Signature(0), "(firstiter=None, finalizer=None)" => set_asyncgen;
    };
}

fn display(vm: &mut Vm, args: Args) -> PyResult {
    let shown = args.at(0);
    if shown == ty::none() {
        return Ok(ty::none());
    }
    let builtins = vm.interp.builtins();
    builtins.set_name(vm, "_", ty::none())?;
    let text = protocol::repr(vm, shown)?;
    match super::entry(vm, "stdout")? {
        Some(out) if out != ty::none() => {
            let newline = vm.intern("\n")?;
            protocol::call_method(vm, out, "write", &[text.value()])?;
            protocol::call_method(vm, out, "write", &[newline])?;
        }
        Some(_) => return Err(vm.raise_runtime("lost sys.stdout")),
        None => taipan_core::write_stdout(&format!("{}\n", text.to_rust())),
    }
    builtins.set_name(vm, "_", shown)?;
    Ok(ty::none())
}

/// Writes to `sys.stderr`, or straight to the process's while that does not exist.
pub(crate) fn write_error(vm: &mut Vm, text: &str) -> PyResult<()> {
    match super::entry(vm, "stderr")? {
        Some(out) if out != ty::none() => {
            let text = vm.new_str(text)?;
            protocol::call_method(vm, out, "write", &[text])?;
            if attribute(vm, out, "flush")?.is_some() {
                protocol::call_method(vm, out, "flush", &[])?;
            }
        }
        _ => {
            use std::io::Write;
            // Nobody is left to tell.
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        }
    }
    Ok(())
}

fn except(vm: &mut Vm, args: Args) -> PyResult {
    let error = args.at(1);
    if !taipan_objects::exception::is_exception(error) {
        let name = protocol::type_name(error);
        write_error(
            vm,
            &format!("TypeError: print_exception(): Exception expected for value, {name} found\n"),
        )?;
        return Ok(ty::none());
    }
    if let Some(traceback) = given(args.get(2)) {
        let object = mem::expect_ref(error);
        if mem::value(object, at::EXC_TRACEBACK).is_none() {
            vm.store(object, at::EXC_TRACEBACK, Some(traceback));
        }
    }
    let text = taipan_core::format_exception(vm, error)?;
    write_error(vm, &text)?;
    Ok(ty::none())
}

/// Shows an uncaught exception as `sys.excepthook` wants it. Gives the exit status if the hook asks for the end.
///
/// # Errors
/// What writing raises.
pub fn show_uncaught(vm: &mut Vm, error: Value) -> PyResult<Option<u8>> {
    let Some(hook) = super::entry(vm, "excepthook")? else {
        write_error(vm, "sys.excepthook is missing\n")?;
        taipan_core::print_exception(vm, error)?;
        return Ok(None);
    };
    let class = Type::of(error).value();
    let traceback = mem::value(mem::expect_ref(error), at::EXC_TRACEBACK);
    let traceback = traceback.unwrap_or_else(ty::none);
    let Err(raised) = protocol::call(vm, hook, &[class, error, traceback]) else {
        return Ok(None);
    };
    let second = vm.take_raised(raised);
    if let Some(code) = taipan_core::system_exit_code(vm, second)? {
        return Ok(Some(code as u8));
    }
    write_error(vm, "Error in sys.excepthook:\n")?;
    taipan_core::print_exception(vm, second)?;
    write_error(vm, "\nOriginal exception was:\n")?;
    taipan_core::print_exception(vm, error)?;
    Ok(None)
}

fn unraisable(vm: &mut Vm, args: Args) -> PyResult {
    let info = args.at(0);
    let error = attribute(vm, info, "exc_value")?;
    let message = given(attribute(vm, info, "err_msg")?);
    let object = given(attribute(vm, info, "object")?);
    let mut head = match message {
        Some(message) => protocol::str_text(vm, message)?,
        None => "Exception ignored in".to_owned(),
    };
    if let Some(object) = object {
        let object = protocol::repr_text(vm, object)?;
        head = format!("{head}: {object}");
    }
    let mut text = format!("{head}\n");
    if let Some(error) = given(error) {
        text.push_str(&taipan_core::format_exception(vm, error)?);
    }
    write_error(vm, &text)?;
    Ok(ty::none())
}

fn breakpoint(vm: &mut Vm, args: Args) -> PyResult {
    // ALLOW(env-var): Python's own variable.
    let wanted = std::env::var("PYTHONBREAKPOINT").unwrap_or_default();
    if wanted == "0" {
        return Ok(ty::none());
    }
    let wanted = if wanted.is_empty() {
        "pdb.set_trace".to_owned()
    } else {
        wanted
    };
    let (module, function) = wanted.rsplit_once('.').unwrap_or(("builtins", &wanted));
    let module_name = crate::helpers::name(vm, module)?;
    let from_list = vm.intern(function)?;
    let from_list = vm.new_tuple(&[from_list])?;
    let imported = crate::import::import(vm, module_name, ty::none(), from_list, 0)?;
    let hook = protocol::get_attr_named(vm, imported, function)?;
    protocol::call_args(vm, hook, args)
}

fn audit(vm: &mut Vm, args: Args) -> PyResult {
    if args.is_empty() {
        return Err(vm.raise_type("audit expected at least 1 argument, got 0"));
    }
    let Some(hooks) = vm.interp.kept("audit.hooks") else {
        return Ok(ty::none());
    };
    let event = args.at(0);
    let rest = args.skip(1).to_tuple(vm)?;
    protocol::for_each(vm, hooks, |vm, hook| {
        protocol::call(vm, hook, &[event, rest]).map(|_| true)
    })?;
    Ok(ty::none())
}

fn add_audit(vm: &mut Vm, args: Args) -> PyResult {
    let hooks: Value = match vm.interp.kept("audit.hooks") {
        Some(hooks) => hooks,
        None => {
            let list = vm.new_list_with(1)?.value();
            vm.interp.keep("audit.hooks", list);
            list
        }
    };
    protocol::call_method(vm, hooks, "append", &[args.at(0)])
}

fn no_tracing(vm: &mut Vm, function: &str, value: Value) -> PyResult {
    if value == ty::none() {
        return Ok(ty::none());
    }
    Err(vm.raise_not_implemented(&format!("sys.{function}() is not there yet")))
}

fn set_asyncgen(vm: &mut Vm, args: Args) -> PyResult {
    for (index, name) in ["firstiter", "finalizer"].into_iter().enumerate() {
        let Some(hook) = args.get(index) else {
            continue;
        };
        if hook != ty::none() && !protocol::is_callable(hook) {
            let found = protocol::type_name(hook);
            return Err(vm.raise_type(&format!("callable {name} expected, got {found}")));
        }
        vm.interp.keep(
            if index == 0 {
                "asyncgen.firstiter"
            } else {
                "asyncgen.finalizer"
            },
            hook,
        );
    }
    Ok(ty::none())
}
