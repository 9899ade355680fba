//! The functions of module `sys`, besides its hooks.

use crate::execute::nth_caller;
use crate::helpers::int_arg;
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

natives! {
    pub(super) static FUNCTIONS = {
        "exit" function Positional(0, 1), "(status=None, /)" => |vm, args| match args.get(0) {
            Some(status) if status != ty::none() => Err(vm.raise_with(&types::SYSTEM_EXIT, &[status])),
            _ => Err(vm.raise_with(&types::SYSTEM_EXIT, &[])),
        };
        "exc_info" function NoArgs, "()" => exc_info;
        "exception" function NoArgs, "()" => |vm, _| Ok(vm.handled_exception().unwrap_or_else(ty::none));
        "getrecursionlimit" function NoArgs, "()" => |vm, _| Ok(number::size(vm.recursion_limit));
        "setrecursionlimit" function One, "(limit, /)" => set_recursion_limit;
        "_getframe" function Positional(0, 1), "(depth=0, /)" => get_frame;
        "_getframemodulename" function Signature(0), "(depth=0)" => frame_module;
        "_current_frames" function NoArgs, "()" => |vm, _| {
            let dict = vm.new_dict()?;
            // SAFETY: the context is the running one.
            let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
            if let Some((place, _)) = nth_caller(vm, 0) {
                let frame = place.object(vm)?;
                let ident = crate::thread::ident(vm)?;
                dict.set(vm, ident, frame)?;
            }
            Ok(dict.value())
        };
        "_current_exceptions" function NoArgs, "()" => |vm, _| {
            let dict = vm.new_dict()?;
            let ident = crate::thread::ident(vm)?;
            let handled = vm.handled_exception().unwrap_or_else(ty::none);
            dict.set(vm, ident, handled)?;
            Ok(dict.value())
        };
        "getsizeof" function Signature(1), "(object, default=None)" => size_of;
        "getrefcount" function One, "(object, /)" => |_, _| Ok(number::small(2));
        "intern" function One, "(string, /)" => intern;
        "_is_interned" function One, "(string, /)" => |vm, args| match Str::of(args.at(0)) {
            Some(text) => Ok(ty::bool_value(text.is_interned())),
            None => Err(vm.raise_type("_is_interned() argument must be str")),
        };
        "_is_immortal" function One, "(op, /)" => |_, _| Ok(ty::bool_value(false));
        "is_finalizing" function NoArgs, "()" => |vm, _| Ok(ty::bool_value(vm.interp.kept("finalizing").is_some()));
        "_is_gil_enabled" function NoArgs, "()" => |_, _| Ok(ty::bool_value(true));
        "getdefaultencoding" function NoArgs, "()" => |vm, _| vm.intern("utf-8");
        "getfilesystemencoding" function NoArgs, "()" => |vm, _| vm.intern("utf-8");
        "getfilesystemencodeerrors" function NoArgs, "()" => |vm, _| vm.intern("surrogateescape");
        "getswitchinterval" function NoArgs, "()" => |vm, _| vm.new_float(0.005);
        "setswitchinterval" function One, "(interval, /)" => |vm, args| {
            if protocol::to_f64(vm, args.at(0))? > 0.0 { Ok(ty::none()) } else { Err(vm.raise_value("switch interval must be strictly positive")) }
        };
        "get_int_max_str_digits" function NoArgs, "()" => |vm, _| Ok(number::size(vm.interp.int_max_str_digits.get()));
        "set_int_max_str_digits" function Signature(1), "(maxdigits)" => set_digits;
        "getdlopenflags" function NoArgs, "()" => |_, _| Ok(number::small(libc::RTLD_NOW.into()));
        "setdlopenflags" function One, "(flags, /)" => |_, _| Ok(ty::none());
        "getallocatedblocks" function NoArgs, "()" => |_, _| Ok(number::small(0));
        "getunicodeinternedsize" function Any, "(*, _only_immortal=False)" => |_, _| Ok(number::small(0));
        "_clear_type_cache" function NoArgs, "()" => |_, _| Ok(ty::none());
        "_clear_internal_caches" function NoArgs, "()" => |_, _| Ok(ty::none());
        "_debugmallocstats" function NoArgs, "()" => |_, _| Ok(ty::none());
        "activate_stack_trampoline" function One, "(backend, /)" => |vm, _| Err(vm.raise_value("perf trampoline not available"));
        "deactivate_stack_trampoline" function NoArgs, "()" => |_, _| Ok(ty::none());
        "is_stack_trampoline_active" function NoArgs, "()" => |_, _| Ok(ty::bool_value(false));
        "is_remote_debug_enabled" function NoArgs, "()" => |_, _| Ok(ty::bool_value(false));
        "remote_exec" function Any, "(pid, script)" => |vm, _| Err(vm.raise_runtime("Remote debugging is not enabled"));
        "get_coroutine_origin_tracking_depth" function NoArgs, "()" => |_, _| Ok(number::small(0));
        "set_coroutine_origin_tracking_depth" function Signature(1), "(depth)" => |vm, args| {
            if int_arg(vm, args.at(0))? < 0 { return Err(vm.raise_value("depth must be >= 0")); }
            Ok(ty::none())
        };
        "_get_cpu_count_config" function NoArgs, "()" => |_, _| Ok(number::small(-1));
        "call_tracing" function Positional(2, 2), "(func, args, /)" => |vm, args| {
            let arguments = protocol::to_list(vm, args.at(1))?;
            let arguments: Vec<u64> = (0..arguments.len()).map(|index| arguments.at(index).bits()).collect();
            let count = arguments.len();
            vm.with_registers(count, |vm, registers| {
                for (index, bits) in arguments.iter().enumerate() {
                    // SAFETY: the list keeps the values.
                    registers.set(index, unsafe { Value::from_bits(*bits) });
                }
                // SAFETY: the registers stay reserved during the call.
                let passed = unsafe { Args::new(registers.as_ptr(), count, None, None) };
                protocol::call_args(vm, args.at(0), passed)
            })
        };
    };
}

fn exc_info(vm: &mut Vm, _: Args) -> PyResult {
    let parts = match vm.handled_exception() {
        Some(error) => {
            let traceback =
                mem::value(mem::expect_ref(error), at::EXC_TRACEBACK).unwrap_or_else(ty::none);
            [Type::of(error).value(), error, traceback]
        }
        None => [ty::none(); 3],
    };
    vm.new_tuple(&parts)
}

fn set_recursion_limit(vm: &mut Vm, args: Args) -> PyResult {
    let limit = int_arg(vm, args.at(0))?;
    if limit < 1 {
        return Err(vm.raise_value("recursion limit must be greater or equal than 1"));
    }
    vm.set_recursion_limit(limit as usize);
    Ok(ty::none())
}

fn get_frame(vm: &mut Vm, args: Args) -> PyResult {
    let depth = match args.get(0) {
        Some(depth) => int_arg(vm, depth)?,
        None => 0,
    };
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    match nth_caller(vm, usize::try_from(depth).unwrap_or(0)) {
        Some((place, _)) => place.object(vm),
        None => Err(vm.raise_value("call stack is not deep enough")),
    }
}

fn frame_module(vm: &mut Vm, args: Args) -> PyResult {
    let depth = match args.get(0) {
        Some(depth) => int_arg(vm, depth)?,
        None => 0,
    };
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    let Some((_, function)) = nth_caller(vm, usize::try_from(depth).unwrap_or(0)) else {
        return Ok(ty::none());
    };
    let name = vm.interp.names.__name__.str();
    Ok(Dict::from_ref(function.globals())
        .get_str(name)
        .unwrap_or_else(ty::none))
}

fn size_of(vm: &mut Vm, args: Args) -> PyResult {
    let object = args.at(0);
    let method = vm.interp.names.__sizeof__.str();
    let size = match protocol::call_special(vm, object, method, &[]) {
        Ok(Some(size)) => size,
        Ok(None) => number::small(16),
        Err(raised) => {
            return match args.get(1) {
                Some(default) if vm.raised_is(&types::TypeError) => {
                    vm.take_raised(raised);
                    Ok(default)
                }
                _ => Err(raised),
            };
        }
    };
    if protocol::index_i64(vm, size)? < 0 {
        return Err(vm.raise_value("__sizeof__() should return >= 0"));
    }
    Ok(size)
}

fn intern(vm: &mut Vm, args: Args) -> PyResult {
    if Str::exact(args.at(0)).is_some() {
        return vm.intern_object(args.at(0));
    }
    let name = protocol::type_name(args.at(0));
    Err(vm.raise_type(&if Str::of(args.at(0)).is_some() {
        format!("can't intern {name}")
    } else {
        format!("intern() argument must be str, not {name}")
    }))
}

fn set_digits(vm: &mut Vm, args: Args) -> PyResult {
    let digits = int_arg(vm, args.at(0))?;
    match usize::try_from(digits) {
        Ok(digits) if digits == 0 || digits >= 640 => {
            vm.interp.int_max_str_digits.set(digits);
            Ok(ty::none())
        }
        _ => Err(vm.raise_value("maxdigits must be >= 640 or 0 for unlimited")),
    }
}
