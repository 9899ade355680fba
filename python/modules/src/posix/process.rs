//! Functions on processes, users, the system.

use super::files::done;
use super::structs::{TIMES_RESULT, UNAME_RESULT};
use crate::helpers::{errno, fspath, int_arg, os_error, path_arg, path_result};
use coil_value::Value;
use std::ffi::{CStr, CString};
use taipan_objects::bytes::Bytes;
use taipan_objects::dict::Dict;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

/// A row for a function of the C library without arguments that cannot fail.
macro_rules! id {
    ($function:ident) => {
        |_, _| {
            // SAFETY: no preconditions.
            let id = unsafe { libc::$function() };
            Ok(number::small(i64::from(id)))
        }
    };
}

natives! {
    pub(super) static FUNCTIONS = {
        "getpid" function NoArgs, "()" => id!(getpid);
        "getppid" function NoArgs, "()" => id!(getppid);
        "getuid" function NoArgs, "()" => id!(getuid);
        "geteuid" function NoArgs, "()" => id!(geteuid);
        "getgid" function NoArgs, "()" => id!(getgid);
        "getegid" function NoArgs, "()" => id!(getegid);
        "getpgrp" function NoArgs, "()" => id!(getpgrp);
        "getpgid" function Signature(1), "(pid)" => |vm, args| {
            let pid = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            id_or_error(vm, unsafe { libc::getpgid(pid) })
        };
        "getsid" function One, "(pid, /)" => |vm, args| {
            let pid = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            id_or_error(vm, unsafe { libc::getsid(pid) })
        };
        "setsid" function NoArgs, "()" => |vm, _| {
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::setsid() }, &[])
        };
        "umask" function One, "(mask, /)" => |vm, args| {
            let mask = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            Ok(number::small(unsafe { libc::umask(mask.cast_unsigned()) }.into()))
        };
        "kill" function Positional(2, 2), "(pid, signal, /)" => |vm, args| {
            let (pid, signal) = (int_arg(vm, args.at(0))?, int_arg(vm, args.at(1))?);
            // SAFETY: no preconditions.
            let result = unsafe { libc::kill(pid, signal) };
            let answer = done(vm, result, &[])?;
            crate::signal::deliver(vm)?;
            Ok(answer)
        };
        "killpg" function Positional(2, 2), "(pgid, signal, /)" => |vm, args| {
            let (group, signal) = (int_arg(vm, args.at(0))?, int_arg(vm, args.at(1))?);
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::killpg(group, signal) }, &[])
        };
        "_exit" function Signature(1), "(status)" => |vm, args| {
            let status = int_arg(vm, args.at(0))?;
            // SAFETY: ends the process.
            unsafe { libc::_exit(status) }
        };
        "abort" function NoArgs, "()" => |_, _| std::process::abort();
        "fork" function NoArgs, "()" => |vm, _| Err(vm.raise_not_implemented("fork() is not there yet"));
        "forkpty" function NoArgs, "()" => |vm, _| Err(vm.raise_not_implemented("forkpty() is not there yet"));
        "register_at_fork" function Any, "(*, before, after_in_child, after_in_parent)" => |_, _| Ok(ty::none());
        "system" function Signature(1), "(command)" => |vm, args| {
            let command = path_arg(vm, "system", args.at(0), "")?;
            // SAFETY: the command ends with a null character.
            let status = vm.mutator().native(|| unsafe { libc::system(command.text.as_ptr()) });
            Ok(number::small(status.into()))
        };
        "execv" function Positional(2, 2), "(path, argv, /)" => |vm, args| exec(vm, args, None);
        "execve" function Signature(3), "(path, argv, env)" => |vm, args| exec(vm, args, args.get(2));
        "waitpid" function Positional(2, 2), "(pid, options, /)" => |vm, args| {
            let (pid, options) = (int_arg(vm, args.at(0))?, int_arg(vm, args.at(1))?);
            wait(vm, pid, options)
        };
        "wait" function NoArgs, "()" => |vm, _| wait(vm, -1, 0);
        "WIFSIGNALED" function Signature(1), "(status)" => |vm, args| { let s = int_arg(vm, args.at(0))?; Ok(ty::bool_value(libc::WIFSIGNALED(s))) };
        "WIFEXITED" function Signature(1), "(status)" => |vm, args| { let s = int_arg(vm, args.at(0))?; Ok(ty::bool_value(libc::WIFEXITED(s))) };
        "WIFSTOPPED" function Signature(1), "(status)" => |vm, args| { let s = int_arg(vm, args.at(0))?; Ok(ty::bool_value(libc::WIFSTOPPED(s))) };
        "WIFCONTINUED" function Signature(1), "(status)" => |vm, args| { let s = int_arg(vm, args.at(0))?; Ok(ty::bool_value(libc::WIFCONTINUED(s))) };
        "WCOREDUMP" function One, "(status, /)" => |vm, args| { let s = int_arg(vm, args.at(0))?; Ok(ty::bool_value(libc::WCOREDUMP(s))) };
        "WEXITSTATUS" function Signature(1), "(status)" => |vm, args| { let s = int_arg(vm, args.at(0))?; Ok(number::small(libc::WEXITSTATUS(s).into())) };
        "WTERMSIG" function Signature(1), "(status)" => |vm, args| { let s = int_arg(vm, args.at(0))?; Ok(number::small(libc::WTERMSIG(s).into())) };
        "WSTOPSIG" function Signature(1), "(status)" => |vm, args| { let s = int_arg(vm, args.at(0))?; Ok(number::small(libc::WSTOPSIG(s).into())) };
        "waitstatus_to_exitcode" function Signature(1), "(status)" => |vm, args| {
            let status = int_arg(vm, args.at(0))?;
            if libc::WIFEXITED(status) {
                Ok(number::small(libc::WEXITSTATUS(status).into()))
            } else if libc::WIFSIGNALED(status) {
                Ok(number::small(-i64::from(libc::WTERMSIG(status))))
            } else {
                Err(vm.raise_value(&format!("invalid wait status: {status}")))
            }
        };
        "urandom" function One, "(size, /)" => urandom;
        "getrandom" function Signature(1), "(size, flags=0)" => urandom;
        "strerror" function One, "(code, /)" => |vm, args| {
            let code = int_arg(vm, args.at(0))?;
            vm.new_str(&crate::helpers::error_text(code))
        };
        "cpu_count" function NoArgs, "()" => |_, _| {
            // SAFETY: no preconditions.
            let count = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
            Ok(if count < 1 { ty::none() } else { number::small(count) })
        };
        "sched_getaffinity" function One, "(pid, /)" => affinity;
        "sched_yield" function NoArgs, "()" => |_, _| { std::thread::yield_now(); Ok(ty::none()) };
        "getloadavg" function NoArgs, "()" => |vm, _| {
            let mut loads = [0f64; 3];
            // SAFETY: three numbers are written.
            if unsafe { libc::getloadavg(loads.as_mut_ptr(), 3) } != 3 {
                return Err(os_error(vm, errno(), &[]));
            }
            let loads = [vm.new_float(loads[0])?, vm.new_float(loads[1])?, vm.new_float(loads[2])?];
            vm.new_tuple(&loads)
        };
        "uname" function NoArgs, "()" => uname;
        "times" function NoArgs, "()" => times;
        "sysconf" function One, "(name, /)" => sysconf;
        "confstr" function One, "(name, /)" => |_, _| Ok(ty::none());
        "putenv" function Positional(2, 2), "(name, value, /)" => |vm, args| {
            let (name, value) = (text(vm, args.at(0))?, text(vm, args.at(1))?);
            if name.as_bytes().contains(&b'=') {
                return Err(vm.raise_value("illegal environment variable name"));
            }
            // SAFETY: one thread; both end with null characters.
            done(vm, unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) }, &[])
        };
        "unsetenv" function One, "(name, /)" => |vm, args| {
            let name = text(vm, args.at(0))?;
            // SAFETY: one thread; the name ends with a null character.
            done(vm, unsafe { libc::unsetenv(name.as_ptr()) }, &[])
        };
        "_create_environ" function NoArgs, "()" => |vm, _| super::environ(vm);
        "getgroups" function NoArgs, "()" => |vm, _| {
            let mut groups = [0 as libc::gid_t; 1024];
            // SAFETY: room for that many is given.
            let count = unsafe { libc::getgroups(1024, groups.as_mut_ptr()) };
            let Ok(count) = usize::try_from(count) else { return Err(os_error(vm, errno(), &[])) };
            // ALLOW(vec-value): small ints, no objects.
            let groups: Vec<Value> = groups[..count].iter().map(|group| number::small((*group).into())).collect();
            vm.new_list(&groups)
        };
        "getpriority" function Signature(2), "(which, who)" => |vm, args| {
            let (which, who) = (int_arg(vm, args.at(0))?, int_arg(vm, args.at(1))?);
            // SAFETY: no preconditions.
            Ok(number::small(unsafe { libc::getpriority(which.cast_unsigned(), who.cast_unsigned()) }.into()))
        };
        "nice" function One, "(increment, /)" => |vm, args| {
            let increment = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            Ok(number::small(unsafe { libc::nice(increment) }.into()))
        };
    };
}

fn id_or_error(vm: &mut Vm, id: i32) -> PyResult {
    if id < 0 {
        Err(os_error(vm, errno(), &[]))
    } else {
        Ok(number::small(id.into()))
    }
}

fn text(vm: &mut Vm, value: Value) -> PyResult<CString> {
    let value = fspath(vm, value)?;
    let bytes = match Str::of(value) {
        Some(text) => crate::helpers::to_system(vm, text)?,
        None => Bytes::of(value)
            .expect("fspath gives str or bytes")
            .data()
            .to_vec(),
    };
    CString::new(bytes).map_err(|_| vm.raise_value("embedded null byte"))
}

fn exec(vm: &mut Vm, args: Args, env: Option<Value>) -> PyResult {
    let path = path_arg(vm, "execv", args.at(0), "")?;
    let list = protocol::to_list(vm, args.at(1))?;
    let mut argv = Vec::with_capacity(list.len());
    for index in 0..list.len() {
        argv.push(text(vm, list.at(index))?);
    }
    if argv.first().is_none_or(|first| first.is_empty()) {
        return Err(vm.raise_value("execv() arg 2 first element cannot be empty"));
    }
    let mut pointers: Vec<*const libc::c_char> = argv.iter().map(|arg| arg.as_ptr()).collect();
    pointers.push(std::ptr::null());
    let mut entries = Vec::new();
    if let Some(env) = env {
        let items = protocol::call_method(vm, env, "items", &[])?;
        protocol::for_each(vm, items, |vm, pair| {
            let name = protocol::get_item(vm, pair, number::small(0))?;
            let value = protocol::get_item(vm, pair, number::small(1))?;
            let mut entry = text(vm, name)?.into_bytes();
            entry.push(b'=');
            entry.extend(text(vm, value)?.into_bytes());
            entries.push(CString::new(entry).expect("no null characters in either part"));
            Ok(true)
        })?;
        let mut environment: Vec<*const libc::c_char> =
            entries.iter().map(|entry| entry.as_ptr()).collect();
        environment.push(std::ptr::null());
        // SAFETY: both arrays end with null, all texts with null characters.
        unsafe { libc::execve(path.text.as_ptr(), pointers.as_ptr(), environment.as_ptr()) };
    } else {
        // SAFETY: as above.
        unsafe { libc::execv(path.text.as_ptr(), pointers.as_ptr()) };
    }
    Err(path.error(vm))
}

fn wait(vm: &mut Vm, pid: i32, options: i32) -> PyResult {
    loop {
        let mut status = 0;
        let place = &raw mut status;
        // SAFETY: the status is written.
        let result = vm
            .mutator()
            .native(|| unsafe { libc::waitpid(pid, place, options) });
        if result >= 0 {
            return vm.new_tuple(&[number::small(result.into()), number::small(status.into())]);
        }
        match errno() {
            libc::EINTR => crate::signal::deliver(vm)?,
            other => return Err(os_error(vm, other, &[])),
        }
    }
}

fn urandom(vm: &mut Vm, args: Args) -> PyResult {
    let size = protocol::index_i64(vm, args.at(0))?;
    let Ok(size) = usize::try_from(size) else {
        return Err(vm.raise_value("negative argument not allowed"));
    };
    let mut buffer: Vec<u8> = Vec::new();
    if buffer.try_reserve_exact(size).is_err() {
        return Err(vm.raise_memory_error());
    }
    buffer.resize(size, 0);
    let mut filled = 0;
    while filled < size {
        let rest = &mut buffer[filled..];
        // SAFETY: the buffer has that size.
        let count = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        match usize::try_from(count) {
            Ok(count) => filled += count,
            Err(_) if errno() == libc::EINTR => crate::signal::deliver(vm)?,
            Err(_) => return Err(os_error(vm, errno(), &[])),
        }
    }
    vm.new_bytes(&buffer)
}

fn affinity(vm: &mut Vm, args: Args) -> PyResult {
    let pid = int_arg(vm, args.at(0))?;
    // SAFETY: zero is a valid value.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set has that size.
    if unsafe { libc::sched_getaffinity(pid, size_of::<libc::cpu_set_t>(), &raw mut set) } < 0 {
        return Err(os_error(vm, errno(), &[]));
    }
    let result = vm.new_set()?;
    for cpu in 0..libc::CPU_SETSIZE as usize {
        // SAFETY: within the set.
        if unsafe { libc::CPU_ISSET(cpu, &set) } {
            result.add(vm, number::size(cpu))?;
        }
    }
    Ok(result.value())
}

fn uname(vm: &mut Vm, _: Args) -> PyResult {
    // SAFETY: zero is a valid value.
    let mut names: libc::utsname = unsafe { std::mem::zeroed() };
    // SAFETY: the result is written.
    if unsafe { libc::uname(&raw mut names) } < 0 {
        return Err(os_error(vm, errno(), &[]));
    }
    let texts = [
        &names.sysname,
        &names.nodename,
        &names.release,
        &names.version,
        &names.machine,
    ]
    .map(|text| {
        // SAFETY: each ends with a null character.
        unsafe { CStr::from_ptr(text.as_ptr()) }.to_bytes().to_vec()
    });
    let mut fields = [ty::none(); 5];
    for (field, text) in fields.iter_mut().zip(&texts) {
        *field = path_result(vm, text, false)?;
    }
    UNAME_RESULT.make(vm, &fields)
}

fn times(vm: &mut Vm, _: Args) -> PyResult {
    // SAFETY: zero is a valid value.
    let mut times: libc::tms = unsafe { std::mem::zeroed() };
    // SAFETY: the result is written.
    let elapsed = unsafe { libc::times(&raw mut times) };
    // SAFETY: no preconditions.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1) as f64;
    let mut fields = [ty::none(); 5];
    let numbers = [
        times.tms_utime,
        times.tms_stime,
        times.tms_cutime,
        times.tms_cstime,
        elapsed,
    ];
    for (field, number) in fields.iter_mut().zip(numbers) {
        *field = vm.new_float(number as f64 / ticks)?;
    }
    TIMES_RESULT.make(vm, &fields)
}

static SYSCONF: &[(&str, i32)] = &[
    ("SC_ARG_MAX", libc::_SC_ARG_MAX),
    ("SC_CHILD_MAX", libc::_SC_CHILD_MAX),
    ("SC_CLK_TCK", libc::_SC_CLK_TCK),
    ("SC_NGROUPS_MAX", libc::_SC_NGROUPS_MAX),
    ("SC_OPEN_MAX", libc::_SC_OPEN_MAX),
    ("SC_PAGESIZE", libc::_SC_PAGESIZE),
    ("SC_PAGE_SIZE", libc::_SC_PAGESIZE),
    ("SC_PHYS_PAGES", libc::_SC_PHYS_PAGES),
    ("SC_AVPHYS_PAGES", libc::_SC_AVPHYS_PAGES),
    ("SC_NPROCESSORS_CONF", libc::_SC_NPROCESSORS_CONF),
    ("SC_NPROCESSORS_ONLN", libc::_SC_NPROCESSORS_ONLN),
    ("SC_SEM_NSEMS_MAX", libc::_SC_SEM_NSEMS_MAX),
    ("SC_IOV_MAX", libc::_SC_IOV_MAX),
    ("SC_LINE_MAX", libc::_SC_LINE_MAX),
    ("SC_VERSION", libc::_SC_VERSION),
];

/// `sysconf_names` and its like.
pub(super) fn config_names(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    let names = vm.new_dict()?;
    for (name, number) in SYSCONF {
        names.set_name(vm, name, number::small((*number).into()))?;
    }
    dict.set_name(vm, "sysconf_names", names.value())?;
    for name in ["confstr_names", "pathconf_names"] {
        let empty = vm.new_dict()?;
        dict.set_name(vm, name, empty.value())?;
    }
    Ok(())
}

fn sysconf(vm: &mut Vm, args: Args) -> PyResult {
    let name = match Str::of(args.at(0)) {
        Some(name) => match SYSCONF.iter().find(|(known, _)| name.is(known)) {
            Some((_, number)) => *number,
            None => return Err(vm.raise_value("unrecognized configuration name")),
        },
        None => int_arg(vm, args.at(0))?,
    };
    // SAFETY: no preconditions.
    let value = unsafe { libc::sysconf(name) };
    vm.new_int(value)
}
