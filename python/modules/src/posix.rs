//! `posix`: files, folders and processes by the C library.

mod descriptors;
mod files;
mod paths;
mod process;
mod scandir;
pub(crate) mod structs;

use crate::helpers::{path_result, set_ints};
use taipan_objects::dict::Dict;
use taipan_objects::module::ModuleDef;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Vm};

/// `posix`.
pub(crate) static POSIX: ModuleDef = ModuleDef {
    name: "posix",
    functions: &[],
    init,
};

macro_rules! constants {
    ($($name:ident)*) => { &[$((stringify!($name), libc::$name as i64)),*] };
}
static CONSTANTS: &[(&str, i64)] = constants! {
    F_OK R_OK W_OK X_OK
    O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_NONBLOCK O_NDELAY O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_SYNC O_DSYNC O_RSYNC
    O_NOCTTY O_PATH O_TMPFILE O_ACCMODE O_ASYNC O_DIRECT O_NOATIME O_LARGEFILE
    WNOHANG WUNTRACED WCONTINUED WEXITED WSTOPPED WNOWAIT P_PID P_PGID P_ALL
    RTLD_LAZY RTLD_NOW RTLD_GLOBAL RTLD_LOCAL RTLD_NODELETE RTLD_NOLOAD RTLD_DEEPBIND
    PRIO_PROCESS PRIO_PGRP PRIO_USER
    SCHED_OTHER SCHED_FIFO SCHED_RR SCHED_BATCH SCHED_IDLE
    F_LOCK F_TLOCK F_ULOCK F_TEST
    ST_RDONLY ST_NOSUID ST_NODEV ST_NOEXEC ST_SYNCHRONOUS ST_MANDLOCK ST_NOATIME ST_NODIRATIME ST_RELATIME
    SEEK_DATA SEEK_HOLE GRND_NONBLOCK GRND_RANDOM
};

/// What `sysexits.h` says.
static EXITS: &[(&str, i64)] = &[
    ("EX_OK", 0),
    ("EX_USAGE", 64),
    ("EX_DATAERR", 65),
    ("EX_NOINPUT", 66),
    ("EX_NOUSER", 67),
    ("EX_NOHOST", 68),
    ("EX_UNAVAILABLE", 69),
    ("EX_SOFTWARE", 70),
    ("EX_OSERR", 71),
    ("EX_OSFILE", 72),
    ("EX_CANTCREAT", 73),
    ("EX_IOERR", 74),
    ("EX_TEMPFAIL", 75),
    ("EX_PROTOCOL", 76),
    ("EX_NOPERM", 77),
    ("EX_CONFIG", 78),
];

fn init(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    let module = vm.intern("posix")?;
    for table in [
        files::FUNCTIONS,
        descriptors::FUNCTIONS,
        process::FUNCTIONS,
        paths::FUNCTIONS,
        scandir::FUNCTIONS,
    ] {
        for def in table {
            let function = vm.new_native(def, None, Some(module))?;
            dict.set_name(vm, def.name, function)?;
        }
    }
    set_ints(vm, dict, CONSTANTS)?;
    set_ints(vm, dict, EXITS)?;
    set_ints(vm, dict, &[("NGROUPS_MAX", 65_536), ("TMP_MAX", 238_328)])?;
    dict.set_name(vm, "error", types::OSError.value())?;
    for seq in [
        &structs::STAT_RESULT,
        &structs::STATVFS_RESULT,
        &structs::TERMINAL_SIZE,
        &structs::TIMES_RESULT,
        &structs::UNAME_RESULT,
    ] {
        let class = seq.class(vm)?;
        dict.set_name(vm, seq.name, class.value())?;
    }
    scandir::types(vm, dict)?;
    let environ = environ(vm)?;
    dict.set_name(vm, "environ", environ)?;
    let names = vm.new_list_with(32)?;
    for name in HAVE {
        let name = vm.intern(name)?;
        names.push(vm, name)?;
    }
    dict.set_name(vm, "_have_functions", names.value())?;
    process::config_names(vm, dict)
}

/// What `os.supports_dir_fd` and its like are computed from: functions here that take descriptors.
static HAVE: &[&str] = &[
    "HAVE_FCHDIR",
    "HAVE_FCHMOD",
    "HAVE_FDOPENDIR",
    "HAVE_FTRUNCATE",
    "HAVE_FSTATVFS",
    "HAVE_LSTAT",
];

/// The environment as bytes.
fn environ(vm: &mut Vm) -> PyResult {
    use std::os::unix::ffi::OsStringExt;
    let dict = vm.new_dict()?;
    for (name, value) in std::env::vars_os() {
        let name = path_result(vm, &name.into_vec(), true)?;
        let value = path_result(vm, &value.into_vec(), true)?;
        if dict.get(vm, name)?.is_none() {
            dict.set(vm, name, value)?;
        }
    }
    Ok(dict.value())
}
