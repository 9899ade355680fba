//! `_thread`: locks and thread-local data. There is one thread yet: starting another raises RuntimeError.

use crate::helpers::given;
use crate::structseq::StructSeq;
use coil_value::Value;
use std::time::{Duration, Instant};
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::dict::Dict;
use taipan_objects::layout;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty::{self, StaticType, SubLayout, Type, types};
use taipan_objects::{PyResult, Vm};

/// `_thread`.
pub(crate) static THREAD: ModuleDef = ModuleDef {
    name: "_thread",
    functions: FUNCTIONS,
    init,
};

pub(crate) static EXCEPT_HOOK_ARGS: StructSeq = StructSeq {
    module: "_thread",
    name: "_ExceptHookArgs",
    fields: &["exc_type", "exc_value", "exc_traceback", "thread"],
    visible: 4,
    constructible: true,
};

static LOCK_STATIC: StaticType = StaticType::new();
static RLOCK_STATIC: StaticType = StaticType::new();
static LOCAL_STATIC: StaticType = StaticType::new();
static HANDLE_STATIC: StaticType = StaticType::new();

static LOCK: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &LOCK_STATIC,
        slots: |slots| {
            slots.repr = Some(lock_repr);
            slots.new = Some(|vm, ty, _| vm.new_fields(ty, &[Some(number::small(0))]));
        },
        methods: LOCK_METHODS,
        getset: &[],
        doc: "A lock object is a synchronization primitive.",
        module: "_thread",
    },
    name: "lock",
    base: &types::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::None,
    flags: 0,
    has_dict: false,
};

static RLOCK: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &RLOCK_STATIC,
        slots: |slots| {
            slots.repr = Some(rlock_repr);
            slots.new = Some(|vm, ty, _| vm.new_fields(ty, &[Some(number::small(0))]));
        },
        methods: RLOCK_METHODS,
        getset: &[],
        doc: "",
        module: "_thread",
    },
    name: "RLock",
    base: &types::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::Same,
    flags: 0,
    has_dict: false,
};

/// Thread-local data: with one thread, attributes of a plain instance.
static LOCAL: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &LOCAL_STATIC,
        slots: |_| {},
        methods: &[],
        getset: &[GetSetDef {
            name: "__dict__",
            get: taipan_objects::instance::get_dict,
            set: Some(taipan_objects::instance::set_dict),
        }],
        doc: "Thread-local data",
        module: "_thread",
    },
    name: "_local",
    base: &types::OBJECT,
    layout: layout::INSTANCE_FIRST,
    sub_layout: SubLayout::Same,
    flags: 0,
    has_dict: true,
};

/// A handle to a thread: the ident, and whether it is done.
static HANDLE: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &HANDLE_STATIC,
        slots: |slots| {
            slots.new = Some(|vm, ty, _| {
                vm.new_fields(ty, &[Some(number::small(0)), Some(ty::bool_value(false))])
            })
        },
        methods: HANDLE_METHODS,
        getset: &[GetSetDef {
            name: "ident",
            get: |_, this| {
                Ok(taipan_objects::Vm::field(mem::expect_ref(this), 0).unwrap_or_else(ty::none))
            },
            set: None,
        }],
        doc: "",
        module: "_thread",
    },
    name: "_ThreadHandle",
    base: &types::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::None,
    flags: 0,
    has_dict: false,
};

natives! {
    static FUNCTIONS = {
        "allocate_lock" function NoArgs, "()" => |vm, _| new_lock(vm);
        "allocate" function NoArgs, "()" => |vm, _| new_lock(vm);
        "get_ident" function NoArgs, "()" => |vm, _| ident(vm);
        "get_native_id" function NoArgs, "()" => |vm, _| {
            // SAFETY: no preconditions.
            let id = unsafe { libc::syscall(libc::SYS_gettid) };
            vm.new_int(id)
        };
        "_get_main_thread_ident" function NoArgs, "()" => |vm, _| ident(vm);
        "_is_main_interpreter" function NoArgs, "()" => |_, _| Ok(ty::bool_value(true));
        "_count" function NoArgs, "()" => |_, _| Ok(number::small(0));
        "_shutdown" function NoArgs, "()" => |_, _| Ok(ty::none());
        "_make_thread_handle" function One, "(ident, /)" => |vm, args| {
            let ty = vm.ready_module_type(&HANDLE)?;
            vm.new_fields(ty, &[Some(args.at(0)), Some(ty::bool_value(false))])
        };
        "daemon_threads_allowed" function NoArgs, "()" => |_, _| Ok(ty::bool_value(true));
        "start_new_thread" function Any, "(function, args, kwargs={}, /)" => no_thread;
        "start_new" function Any, "(function, args, kwargs={}, /)" => no_thread;
        "start_joinable_thread" function Any, "(function, handle=None, daemon=True)" => no_thread;
        "exit" function NoArgs, "()" => |vm, _| Err(vm.raise_with(&types::SYSTEM_EXIT, &[]));
        "exit_thread" function NoArgs, "()" => |vm, _| Err(vm.raise_with(&types::SYSTEM_EXIT, &[]));
        "interrupt_main" function Positional(0, 1), "(signum=2, /)" => |vm, args| {
            let signal = args.get(0).map_or(Ok(libc::SIGINT), |signal| crate::helpers::int_arg(vm, signal))?;
            crate::signal::simulate(vm, signal)?;
            Ok(ty::none())
        };
        "stack_size" function Positional(0, 1), "(size=0, /)" => |vm, args| match args.get(0) {
            Some(size) if protocol::index_i64(vm, size)? != 0 => Err(vm.raise_value("setting stack size not supported")),
            _ => Ok(number::small(0)),
        };
        "set_name" function Signature(1), "(name)" => |_, _| Ok(ty::none());
        "_excepthook" function One, "(args, /)" => except_hook;
    };
}

natives! {
    static LOCK_METHODS = {
        "acquire" method Signature(1), "($self, /, blocking=True, timeout=-1)" => acquire;
        "acquire_lock" method Signature(1), "($self, /, blocking=True, timeout=-1)" => acquire;
        "release" method NoArgs, "($self, /)" => release;
        "release_lock" method NoArgs, "($self, /)" => release;
        "locked" method NoArgs, "($self, /)" => |_, args| Ok(ty::bool_value(count(args.at(0)) > 0));
        "locked_lock" method NoArgs, "($self, /)" => |_, args| Ok(ty::bool_value(count(args.at(0)) > 0));
        "__enter__" method NoArgs, "($self, /)" => acquire;
        "__exit__" method Any, "($self, /, *exc_info)" => release;
        "_at_fork_reinit" method NoArgs, "($self, /)" => |vm, args| { set_count(vm, args.at(0), 0); Ok(ty::none()) };
    };
}

natives! {
    static RLOCK_METHODS = {
        "acquire" method Signature(1), "($self, /, blocking=True, timeout=-1)" => |vm, args| {
            wait_arguments(vm, args)?;
            set_count(vm, args.at(0), count(args.at(0)) + 1);
            Ok(ty::bool_value(true))
        };
        "__enter__" method NoArgs, "($self, /)" => |vm, args| {
            set_count(vm, args.at(0), count(args.at(0)) + 1);
            Ok(ty::bool_value(true))
        };
        "release" method NoArgs, "($self, /)" => rlock_release;
        "__exit__" method Any, "($self, /, *exc_info)" => rlock_release;
        "locked" method NoArgs, "($self, /)" => |_, args| Ok(ty::bool_value(count(args.at(0)) > 0));
        "_is_owned" method NoArgs, "($self, /)" => |_, args| Ok(ty::bool_value(count(args.at(0)) > 0));
        "_recursion_count" method NoArgs, "($self, /)" => |_, args| Ok(number::small(count(args.at(0))));
        "_release_save" method NoArgs, "($self, /)" => |vm, args| {
            let held = count(args.at(0));
            if held == 0 { return Err(vm.raise_runtime("cannot release un-acquired lock")); }
            set_count(vm, args.at(0), 0);
            let ident = ident(vm)?;
            vm.new_tuple(&[number::small(held), ident])
        };
        "_acquire_restore" method One, "($self, state, /)" => |vm, args| {
            let held = protocol::get_item(vm, args.at(1), number::small(0))?;
            let held = protocol::index_i64(vm, held)?;
            set_count(vm, args.at(0), held.max(0));
            Ok(ty::none())
        };
        "_at_fork_reinit" method NoArgs, "($self, /)" => |vm, args| { set_count(vm, args.at(0), 0); Ok(ty::none()) };
    };
}

natives! {
    static HANDLE_METHODS = {
        "is_done" method NoArgs, "($self, /)" => |_, args| Ok(Vm::field(mem::expect_ref(args.at(0)), 1).unwrap_or_else(ty::none));
        "_set_done" method NoArgs, "($self, /)" => |vm, args| {
            vm.set_field(mem::expect_ref(args.at(0)), 1, Some(ty::bool_value(true)));
            Ok(ty::none())
        };
        "join" method Positional(0, 1), "($self, timeout=None, /)" => |_, _| Ok(ty::none());
    };
}

fn init(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    let lock = vm.ready_module_type(&LOCK)?.value();
    dict.set_name(vm, "lock", lock)?;
    dict.set_name(vm, "LockType", lock)?;
    let rlock = vm.ready_module_type(&RLOCK)?.value();
    dict.set_name(vm, "RLock", rlock)?;
    let local = vm.ready_module_type(&LOCAL)?.value();
    dict.set_name(vm, "_local", local)?;
    let handle = vm.ready_module_type(&HANDLE)?.value();
    dict.set_name(vm, "_ThreadHandle", handle)?;
    let hook_args = EXCEPT_HOOK_ARGS.class(vm)?.value();
    dict.set_name(vm, "_ExceptHookArgs", hook_args)?;
    dict.set_name(vm, "error", types::RuntimeError.value())?;
    let most = vm.new_float(9_223_372_036.0)?;
    dict.set_name(vm, "TIMEOUT_MAX", most)
}

/// The thread's number.
pub(crate) fn ident(vm: &mut Vm) -> PyResult {
    // SAFETY: no preconditions.
    let own = unsafe { libc::pthread_self() };
    vm.new_int((own as u64).cast_signed())
}

fn new_lock(vm: &mut Vm) -> PyResult {
    let ty = vm.ready_module_type(&LOCK)?;
    vm.new_fields(ty, &[Some(number::small(0))])
}

fn count(lock: Value) -> i64 {
    Vm::field(mem::expect_ref(lock), 0)
        .and_then(number::i64_of)
        .unwrap_or(0)
}

fn set_count(vm: &mut Vm, lock: Value, count: i64) {
    vm.set_field(mem::expect_ref(lock), 0, Some(number::small(count)));
}

/// Arguments of `acquire`: whether to wait, and how long at most.
fn wait_arguments(vm: &mut Vm, args: Args) -> PyResult<(bool, Option<Duration>)> {
    let blocking = args
        .get(1)
        .map_or(Ok(true), |value| protocol::truth(vm, value))?;
    let timeout = match args.get(2) {
        Some(timeout) => protocol::to_f64(vm, timeout)?,
        None => -1.0,
    };
    if !blocking && timeout != -1.0 {
        return Err(vm.raise_value("can't specify a timeout for a non-blocking call"));
    }
    if timeout < 0.0 && timeout != -1.0 {
        return Err(vm.raise_value("timeout value must be a non-negative number"));
    }
    if timeout > 9_223_372_036.0 || timeout.is_nan() {
        return Err(vm.raise_overflow("timeout value is too large"));
    }
    Ok((
        blocking,
        (timeout >= 0.0).then(|| Duration::from_secs_f64(timeout)),
    ))
}

fn acquire(vm: &mut Vm, args: Args) -> PyResult {
    let (blocking, timeout) = wait_arguments(vm, args)?;
    let this = args.at(0);
    if count(this) == 0 {
        set_count(vm, this, 1);
        return Ok(ty::bool_value(true));
    }
    if !blocking {
        return Ok(ty::bool_value(false));
    }
    // Nobody else can release it, but a signal handler.
    let until = timeout.map(|timeout| Instant::now() + timeout);
    loop {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(ty::bool_value(false));
        }
        std::thread::sleep(left.unwrap_or(Duration::MAX).min(Duration::from_millis(20)));
        crate::signal::deliver(vm)?;
        if count(this) == 0 {
            set_count(vm, this, 1);
            return Ok(ty::bool_value(true));
        }
    }
}

fn release(vm: &mut Vm, args: Args) -> PyResult {
    if count(args.at(0)) == 0 {
        return Err(vm.raise_runtime("release unlocked lock"));
    }
    set_count(vm, args.at(0), 0);
    Ok(ty::none())
}

fn rlock_release(vm: &mut Vm, args: Args) -> PyResult {
    let held = count(args.at(0));
    if held == 0 {
        return Err(vm.raise_runtime("cannot release un-acquired lock"));
    }
    set_count(vm, args.at(0), held - 1);
    Ok(ty::none())
}

fn pin_address(vm: &mut Vm, this: Value) -> u64 {
    vm.mutator().pin(mem::expect_ref(this));
    protocol::object_id(this)
}

fn lock_repr(vm: &mut Vm, this: Value) -> PyResult {
    let state = if count(this) > 0 {
        "locked"
    } else {
        "unlocked"
    };
    let address = pin_address(vm, this);
    vm.new_str(&format!("<{state} _thread.lock object at {address:#x}>"))
}

fn rlock_repr(vm: &mut Vm, this: Value) -> PyResult {
    let held = count(this);
    let state = if held > 0 { "locked" } else { "unlocked" };
    let owner = if held > 0 {
        let ident = ident(vm)?;
        number::i64_of(ident).unwrap_or(0)
    } else {
        0
    };
    let address = pin_address(vm, this);
    let name = Type::of(this).name();
    let name = if Type::of(this).is_heap() {
        name
    } else {
        "_thread.RLock".to_owned()
    };
    vm.new_str(&format!(
        "<{state} {name} object owner={owner} count={held} at {address:#x}>"
    ))
}

fn no_thread(vm: &mut Vm, _: Args) -> PyResult {
    Err(vm.raise_runtime("can't start new thread"))
}

fn except_hook(vm: &mut Vm, args: Args) -> PyResult {
    let part = |vm: &mut Vm, index| protocol::get_item(vm, args.at(0), number::small(index));
    let class = part(vm, 0)?;
    if class == types::SYSTEM_EXIT.value() {
        return Ok(ty::none());
    }
    let error = part(vm, 1)?;
    let mut text = "Exception in thread:\n".to_owned();
    if let Some(thread) = given(Some(part(vm, 3)?))
        && let Some(name) = crate::helpers::attribute(vm, thread, "_name")?
    {
        text = format!("Exception in thread {}:\n", protocol::str_text(vm, name)?);
    }
    text.push_str(&taipan_core::format_exception(vm, error)?);
    crate::sys::write_error(vm, &text)?;
    Ok(ty::none())
}
