//! `gc`, and the little there is of `faulthandler` and `_tracemalloc`.

use crate::helpers::set_ints;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

/// `gc`.
pub(crate) static GC: ModuleDef = ModuleDef {
    name: "gc",
    functions: FUNCTIONS,
    init: |vm, dict| {
        set_ints(
            vm,
            dict,
            &[
                ("DEBUG_STATS", 1),
                ("DEBUG_COLLECTABLE", 2),
                ("DEBUG_UNCOLLECTABLE", 4),
                ("DEBUG_SAVEALL", 32),
                ("DEBUG_LEAK", 38),
            ],
        )?;
        for name in ["garbage", "callbacks"] {
            let list = vm.new_list_with(0)?;
            dict.set_name(vm, name, list.value())?;
        }
        Ok(())
    },
};
/// `faulthandler`.
pub(crate) static FAULTHANDLER: ModuleDef = ModuleDef {
    name: "faulthandler",
    functions: FAULT_FUNCTIONS,
    init: |_, _| Ok(()),
};
/// `_tracemalloc`.
pub(crate) static TRACEMALLOC: ModuleDef = ModuleDef {
    name: "_tracemalloc",
    functions: TRACE_FUNCTIONS,
    init: |_, _| Ok(()),
};

natives! {
    static FUNCTIONS = {
        "enable" function NoArgs, "()" => |vm, _| { vm.interp.keep("gc.disabled", ty::bool_value(false)); Ok(ty::none()) };
        "disable" function NoArgs, "()" => |vm, _| { vm.interp.keep("gc.disabled", ty::bool_value(true)); Ok(ty::none()) };
        "isenabled" function NoArgs, "()" => |vm, _| Ok(ty::bool_value(vm.interp.kept("gc.disabled") != Some(ty::TRUE.value())));
        "collect" function Signature(0), "(generation=2)" => collect;
        "get_count" function NoArgs, "()" => |vm, _| vm.new_tuple(&[number::small(0); 3]);
        "get_threshold" function NoArgs, "()" => |vm, _| vm.new_tuple(&[2000, 10, 0].map(number::small));
        "set_threshold" function Positional(1, 3), "(threshold0, threshold1=10, threshold2=0, /)" => |_, _| Ok(ty::none());
        "get_debug" function NoArgs, "()" => |_, _| Ok(number::small(0));
        "set_debug" function One, "(flags, /)" => |_, _| Ok(ty::none());
        "get_stats" function NoArgs, "()" => |vm, _| {
            let list = vm.new_list_with(3)?;
            for _ in 0..3 {
                let dict = vm.new_dict()?;
                for name in ["collections", "collected", "uncollectable"] {
                    dict.set_name(vm, name, number::small(0))?;
                }
                list.push(vm, dict.value())?;
            }
            Ok(list.value())
        };
        "is_tracked" function One, "(obj, /)" => |_, args| Ok(ty::bool_value(args.at(0).as_ref().is_some()));
        "is_finalized" function One, "(obj, /)" => |_, _| Ok(ty::bool_value(false));
        "freeze" function NoArgs, "()" => |_, _| Ok(ty::none());
        "unfreeze" function NoArgs, "()" => |_, _| Ok(ty::none());
        "get_freeze_count" function NoArgs, "()" => |_, _| Ok(number::small(0));
        "get_objects" function Signature(0), "(generation=None)" => |vm, _| Err(vm.raise_not_implemented("gc.get_objects() is not there yet"));
        "get_referrers" function Any, "(*objs)" => |vm, _| Err(vm.raise_not_implemented("gc.get_referrers() is not there yet"));
        "get_referents" function Any, "(*objs)" => |vm, _| Err(vm.raise_not_implemented("gc.get_referents() is not there yet"));
    };
}

natives! {
    static FAULT_FUNCTIONS = {
        "enable" function Any, "(file=sys.stderr, all_threads=True)" => nothing;
        "disable" function NoArgs, "()" => |_, _| Ok(ty::bool_value(false));
        "is_enabled" function NoArgs, "()" => |_, _| Ok(ty::bool_value(false));
        "dump_traceback" function Any, "(file=sys.stderr, all_threads=True)" => nothing;
        "dump_traceback_later" function Any, "(timeout, repeat=False, file=sys.stderr, exit=False)" => nothing;
        "cancel_dump_traceback_later" function NoArgs, "()" => nothing;
        "register" function Any, "(signum, file=sys.stderr, all_threads=True, chain=False)" => nothing;
        "unregister" function One, "(signum, /)" => |_, _| Ok(ty::bool_value(false));
    };
}

natives! {
    static TRACE_FUNCTIONS = {
        "is_tracing" function NoArgs, "()" => |_, _| Ok(ty::bool_value(false));
        "clear_traces" function NoArgs, "()" => nothing;
        "start" function Positional(0, 1), "(nframe=1, /)" => |vm, _| Err(vm.raise_not_implemented("tracemalloc is not there yet"));
        "stop" function NoArgs, "()" => nothing;
        "get_traceback_limit" function NoArgs, "()" => |_, _| Ok(number::small(1));
        "get_traced_memory" function NoArgs, "()" => |vm, _| vm.new_tuple(&[number::small(0); 2]);
        "reset_peak" function NoArgs, "()" => nothing;
        "get_tracemalloc_memory" function NoArgs, "()" => |_, _| Ok(number::small(0));
        "_get_traces" function NoArgs, "()" => |vm, _| Ok(vm.new_list_with(0)?.value());
        "_get_object_traceback" function One, "(obj, /)" => nothing;
    };
}

fn nothing(_: &mut Vm, _: Args) -> PyResult {
    Ok(ty::none())
}

fn collect(vm: &mut Vm, args: Args) -> PyResult {
    let generation = match args.get(0) {
        Some(generation) => crate::helpers::int_arg(vm, generation)?,
        None => 2,
    };
    if !(0..=2).contains(&generation) {
        return Err(vm.raise_value("invalid generation"));
    }
    vm.mutator().collect(generation > 0);
    crate::signal::deliver(vm)?;
    Ok(number::small(0))
}
