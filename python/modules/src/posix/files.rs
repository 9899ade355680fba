//! Functions on files and folders by name.

use super::structs::{STAT_RESULT, STATVFS_RESULT};
use crate::helpers::{Path, errno, given, int_arg, os_error, path_arg, path_result};
use coil_value::Value;
use std::ffi::CStr;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

natives! {
    pub(super) static FUNCTIONS = {
        "stat" function Signature(1), "(path, *, dir_fd=None, follow_symlinks=True)" => |vm, args| {
            no_dir_fd(vm, "stat", args.get(1))?;
            let follow = args.get(2).map_or(Ok(true), |value| protocol::truth(vm, value))?;
            stat(vm, "stat", args.at(0), follow)
        };
        "lstat" function Signature(1), "(path, *, dir_fd=None)" => |vm, args| {
            no_dir_fd(vm, "lstat", args.get(1))?;
            stat(vm, "lstat", args.at(0), false)
        };
        "fstat" function Signature(1), "(fd)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            stat_descriptor(vm, fd)
        };
        "statvfs" function Signature(1), "(path)" => statvfs;
        "access" function Signature(2), "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)" => |vm, args| {
            let path = path_arg(vm, "access", args.at(0), "")?;
            let mode = int_arg(vm, args.at(1))?;
            // SAFETY: the path ends with a null character.
            Ok(ty::bool_value(unsafe { libc::access(path.text.as_ptr(), mode) } == 0))
        };
        "chdir" function Signature(1), "(path)" => |vm, args| {
            if let Some(fd) = descriptor(args.at(0)) {
                // SAFETY: no preconditions.
                return done(vm, unsafe { libc::fchdir(fd) }, &[]);
            }
            let path = path_arg(vm, "chdir", args.at(0), ",")?;
            // SAFETY: the path ends with a null character.
            with_path(vm, &path, |text| unsafe { libc::chdir(text) })
        };
        "mkdir" function Signature(1), "(path, mode=511, *, dir_fd=None)" => |vm, args| {
            no_dir_fd(vm, "mkdir", args.get(2))?;
            let path = path_arg(vm, "mkdir", args.at(0), "")?;
            let mode = args.get(1).map_or(Ok(0o777), |mode| int_arg(vm, mode))?;
            // SAFETY: the path ends with a null character.
            with_path(vm, &path, |text| unsafe { libc::mkdir(text, mode.cast_unsigned()) })
        };
        "rmdir" function Signature(1), "(path, *, dir_fd=None)" => |vm, args| {
            no_dir_fd(vm, "rmdir", args.get(1))?;
            let path = path_arg(vm, "rmdir", args.at(0), "")?;
            // SAFETY: the path ends with a null character.
            with_path(vm, &path, |text| unsafe { libc::rmdir(text) })
        };
        "unlink" function Signature(1), "(path, *, dir_fd=None)" => |vm, args| unlink(vm, "unlink", args);
        "remove" function Signature(1), "(path, *, dir_fd=None)" => |vm, args| unlink(vm, "remove", args);
        "rename" function Signature(2), "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)" => |vm, args| rename(vm, "rename", args);
        "replace" function Signature(2), "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)" => |vm, args| rename(vm, "replace", args);
        "link" function Signature(2), "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)" => |vm, args| {
            let (from, to) = two_paths(vm, "link", args)?;
            // SAFETY: the paths end with null characters.
            let result = unsafe { libc::link(from.text.as_ptr(), to.text.as_ptr()) };
            done(vm, result, &[from.object, to.object])
        };
        "symlink" function Signature(2), "(src, dst, target_is_directory=False, *, dir_fd=None)" => |vm, args| {
            no_dir_fd(vm, "symlink", args.get(3))?;
            let (from, to) = two_paths(vm, "symlink", args)?;
            // SAFETY: the paths end with null characters.
            let result = unsafe { libc::symlink(from.text.as_ptr(), to.text.as_ptr()) };
            done(vm, result, &[from.object, to.object])
        };
        "readlink" function Signature(1), "(path, *, dir_fd=None)" => readlink;
        "chmod" function Signature(2), "(path, mode, *, dir_fd=None, follow_symlinks=True)" => |vm, args| {
            no_dir_fd(vm, "chmod", args.get(2))?;
            let mode = int_arg(vm, args.at(1))?.cast_unsigned();
            if let Some(fd) = descriptor(args.at(0)) {
                // SAFETY: no preconditions.
                return done(vm, unsafe { libc::fchmod(fd, mode) }, &[]);
            }
            let path = path_arg(vm, "chmod", args.at(0), ",")?;
            // SAFETY: the path ends with a null character.
            with_path(vm, &path, |text| unsafe { libc::chmod(text, mode) })
        };
        "chown" function Signature(3), "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)" => |vm, args| {
            no_dir_fd(vm, "chown", args.get(3))?;
            let (user, group) = (int_arg(vm, args.at(1))?.cast_unsigned(), int_arg(vm, args.at(2))?.cast_unsigned());
            let follow = args.get(4).map_or(Ok(true), |value| protocol::truth(vm, value))?;
            let path = path_arg(vm, "chown", args.at(0), ",")?;
            with_path(vm, &path, |text| {
                // SAFETY: the path ends with a null character.
                unsafe { if follow { libc::chown(text, user, group) } else { libc::lchown(text, user, group) } }
            })
        };
        "utime" function Signature(1), "(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)" => utime;
        "truncate" function Signature(2), "(path, length)" => |vm, args| {
            let length = protocol::index_i64(vm, args.at(1))?;
            if let Some(fd) = descriptor(args.at(0)) {
                // SAFETY: no preconditions.
                return done(vm, unsafe { libc::ftruncate(fd, length) }, &[]);
            }
            let path = path_arg(vm, "truncate", args.at(0), ",")?;
            // SAFETY: the path ends with a null character.
            with_path(vm, &path, |text| unsafe { libc::truncate(text, length) })
        };
        "mkfifo" function Signature(1), "(path, mode=438, *, dir_fd=None)" => |vm, args| {
            let path = path_arg(vm, "mkfifo", args.at(0), "")?;
            let mode = args.get(1).map_or(Ok(0o666), |mode| int_arg(vm, mode))?;
            // SAFETY: the path ends with a null character.
            with_path(vm, &path, |text| unsafe { libc::mkfifo(text, mode.cast_unsigned()) })
        };
        "listdir" function Signature(0), "(path=None)" => listdir;
        "getcwd" function NoArgs, "()" => |vm, _| getcwd(vm, false);
        "getcwdb" function NoArgs, "()" => |vm, _| getcwd(vm, true);
    };
}

/// A descriptor given instead of a path.
pub(super) fn descriptor(value: Value) -> Option<i32> {
    if value == ty::TRUE.value() || value == ty::FALSE.value() {
        return None;
    }
    number::i64_of(value).and_then(|fd| i32::try_from(fd).ok())
}

fn no_dir_fd(vm: &mut Vm, function: &str, value: Option<Value>) -> PyResult<()> {
    match given(value) {
        None => Ok(()),
        Some(_) => {
            Err(vm
                .raise_not_implemented(&format!("{function}: dir_fd unavailable on this platform")))
        }
    }
}

/// None, or OSError when the result is negative.
pub(super) fn done(vm: &mut Vm, result: i32, names: &[Value]) -> PyResult {
    if result < 0 {
        Err(os_error(vm, errno(), names))
    } else {
        Ok(ty::none())
    }
}

fn with_path(vm: &mut Vm, path: &Path, call: impl FnOnce(*const libc::c_char) -> i32) -> PyResult {
    if call(path.text.as_ptr()) < 0 {
        Err(path.error(vm))
    } else {
        Ok(ty::none())
    }
}

fn two_paths(vm: &mut Vm, function: &str, args: Args) -> PyResult<(Path, Path)> {
    let from = path_arg(vm, function, args.at(0), "")?;
    let to = path_arg(vm, function, args.at(1), "")?;
    Ok((from, to))
}

fn unlink(vm: &mut Vm, function: &str, args: Args) -> PyResult {
    no_dir_fd(vm, function, args.get(1))?;
    let path = path_arg(vm, function, args.at(0), "")?;
    // SAFETY: the path ends with a null character.
    with_path(vm, &path, |text| unsafe { libc::unlink(text) })
}

fn rename(vm: &mut Vm, function: &str, args: Args) -> PyResult {
    let (from, to) = two_paths(vm, function, args)?;
    // SAFETY: the paths end with null characters.
    let result = unsafe { libc::rename(from.text.as_ptr(), to.text.as_ptr()) };
    done(vm, result, &[from.object, to.object])
}

/// `stat(path)`.
pub(super) fn stat(vm: &mut Vm, function: &str, value: Value, follow: bool) -> PyResult {
    if let Some(fd) = descriptor(value).filter(|_| function == "stat") {
        return stat_descriptor(vm, fd);
    }
    let path = path_arg(
        vm,
        function,
        value,
        if function == "stat" { "," } else { "" },
    )?;
    // SAFETY: zero is a valid value.
    let mut info: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends with a null character; the result is written.
    let result = unsafe {
        if follow {
            libc::stat(path.text.as_ptr(), &raw mut info)
        } else {
            libc::lstat(path.text.as_ptr(), &raw mut info)
        }
    };
    if result < 0 {
        return Err(path.error(vm));
    }
    stat_result(vm, &info)
}

fn stat_descriptor(vm: &mut Vm, fd: i32) -> PyResult {
    // SAFETY: zero is a valid value.
    let mut info: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the result is written.
    if unsafe { libc::fstat(fd, &raw mut info) } < 0 {
        return Err(os_error(vm, errno(), &[]));
    }
    stat_result(vm, &info)
}

fn unsigned(vm: &mut Vm, number: u64) -> PyResult {
    match i64::try_from(number) {
        Ok(number) => vm.new_int(number),
        Err(_) => {
            let half = vm.new_int((number >> 1).cast_signed())?;
            let double = protocol::binary(
                vm,
                taipan_objects::slots::BinaryOp::Mul,
                half,
                number::small(2),
            )?;
            let odd = number::small((number & 1).cast_signed());
            protocol::binary(vm, taipan_objects::slots::BinaryOp::Add, double, odd)
        }
    }
}

/// A `stat_result`.
pub(super) fn stat_result(vm: &mut Vm, info: &libc::stat) -> PyResult {
    let times = [
        (info.st_atime, info.st_atime_nsec),
        (info.st_mtime, info.st_mtime_nsec),
        (info.st_ctime, info.st_ctime_nsec),
    ];
    let mut fields = [ty::none(); 19];
    fields[0] = number::small(info.st_mode.into());
    fields[1] = unsigned(vm, info.st_ino)?;
    fields[2] = unsigned(vm, info.st_dev)?;
    fields[3] = vm.new_int(i64::try_from(info.st_nlink).unwrap_or(i64::MAX))?;
    fields[4] = number::small(info.st_uid.into());
    fields[5] = number::small(info.st_gid.into());
    fields[6] = vm.new_int(info.st_size)?;
    for (index, (seconds, nanoseconds)) in times.into_iter().enumerate() {
        fields[7 + index] = vm.new_int(seconds)?;
        fields[10 + index] = vm.new_float(seconds as f64 + nanoseconds as f64 * 1e-9)?;
        fields[13 + index] = vm.new_int(
            seconds
                .saturating_mul(1_000_000_000)
                .saturating_add(nanoseconds),
        )?;
    }
    #[allow(clippy::useless_conversion, reason = "it has 32 bits on aarch64")]
    let block_size = i64::from(info.st_blksize);
    fields[16] = vm.new_int(block_size)?;
    fields[17] = vm.new_int(info.st_blocks)?;
    fields[18] = unsigned(vm, info.st_rdev)?;
    STAT_RESULT.make(vm, &fields)
}

fn statvfs(vm: &mut Vm, args: Args) -> PyResult {
    // SAFETY: zero is a valid value.
    let mut info: libc::statvfs = unsafe { std::mem::zeroed() };
    if let Some(fd) = descriptor(args.at(0)) {
        // SAFETY: the result is written.
        if unsafe { libc::fstatvfs(fd, &raw mut info) } < 0 {
            return Err(os_error(vm, errno(), &[]));
        }
    } else {
        let path = path_arg(vm, "statvfs", args.at(0), ",")?;
        // SAFETY: the path ends with a null character; the result is written.
        if unsafe { libc::statvfs(path.text.as_ptr(), &raw mut info) } < 0 {
            return Err(path.error(vm));
        }
    }
    let numbers = [
        info.f_bsize,
        info.f_frsize,
        info.f_blocks,
        info.f_bfree,
        info.f_bavail,
        info.f_files,
        info.f_ffree,
        info.f_favail,
        info.f_flag,
        info.f_namemax,
        info.f_fsid,
    ];
    let mut fields = [ty::none(); 11];
    for (field, number) in fields.iter_mut().zip(numbers) {
        *field = unsigned(vm, number)?;
    }
    STATVFS_RESULT.make(vm, &fields)
}

fn readlink(vm: &mut Vm, args: Args) -> PyResult {
    no_dir_fd(vm, "readlink", args.get(1))?;
    let path = path_arg(vm, "readlink", args.at(0), "")?;
    let mut buffer = vec![0u8; 4097];
    // SAFETY: the path ends with a null character; the buffer has that size.
    let size =
        unsafe { libc::readlink(path.text.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len()) };
    match usize::try_from(size) {
        Ok(size) => path_result(vm, &buffer[..size], path.is_bytes),
        Err(_) => Err(path.error(vm)),
    }
}

/// Seconds and nanoseconds of a time in seconds.
fn split_seconds(vm: &mut Vm, value: Value) -> PyResult<libc::timespec> {
    if let Some(float) = number::float_of(value) {
        if !float.is_finite() || float.abs() > 9e18 {
            return Err(vm.raise_overflow("timestamp out of range for platform time_t"));
        }
        let whole = float.floor();
        let nanoseconds = ((float - whole) * 1e9).floor() as i64;
        return Ok(libc::timespec {
            tv_sec: whole as i64,
            tv_nsec: nanoseconds.clamp(0, 999_999_999),
        });
    }
    Ok(libc::timespec {
        tv_sec: protocol::index_i64(vm, value)?,
        tv_nsec: 0,
    })
}

fn utime(vm: &mut Vm, args: Args) -> PyResult {
    let (times, ns) = (given(args.get(1)), given(args.get(2)));
    no_dir_fd(vm, "utime", args.get(3))?;
    let follow = args
        .get(4)
        .map_or(Ok(true), |value| protocol::truth(vm, value))?;
    if times.is_some() && ns.is_some() {
        return Err(vm.raise_value("utime: you may specify either 'times' or 'ns' but not both"));
    }
    let now = libc::timespec {
        tv_sec: 0,
        tv_nsec: libc::UTIME_NOW,
    };
    let mut pair = [now, now];
    if let Some(times) = times.or(ns) {
        let Some(tuple) = Tuple::of(times).filter(|tuple| tuple.len() == 2) else {
            return Err(vm.raise_type(if ns.is_some() {
                "utime: 'ns' must be a tuple of two ints"
            } else {
                "utime: 'times' must be either a tuple of two ints or None"
            }));
        };
        for (index, place) in pair.iter_mut().enumerate() {
            *place = if ns.is_some() {
                let total = protocol::index_i64(vm, tuple.at(index))?;
                libc::timespec {
                    tv_sec: total.div_euclid(1_000_000_000),
                    tv_nsec: total.rem_euclid(1_000_000_000),
                }
            } else {
                split_seconds(vm, tuple.at(index))?
            };
        }
    }
    if let Some(fd) = descriptor(args.at(0)) {
        // SAFETY: two times are given.
        return done(vm, unsafe { libc::futimens(fd, pair.as_ptr()) }, &[]);
    }
    let path = path_arg(vm, "utime", args.at(0), ",")?;
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path ends with a null character; two times are given.
    with_path(vm, &path, |text| unsafe {
        libc::utimensat(libc::AT_FDCWD, text, pair.as_ptr(), flags)
    })
}

fn getcwd(vm: &mut Vm, as_bytes: bool) -> PyResult {
    let mut buffer = vec![0u8; 4097];
    // SAFETY: the buffer has that size.
    let result = unsafe { libc::getcwd(buffer.as_mut_ptr().cast(), buffer.len()) };
    if result.is_null() {
        return Err(os_error(vm, errno(), &[]));
    }
    let end = buffer
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(buffer.len());
    path_result(vm, &buffer[..end], as_bytes)
}

/// Names in a folder, without `.` and `..`, with their kinds.
pub(super) fn read_folder(folder: *mut libc::DIR) -> Result<Vec<(Vec<u8>, u8, u64)>, i32> {
    let mut names = Vec::new();
    loop {
        // SAFETY: the C library's own place.
        unsafe { *libc::__errno_location() = 0 };
        // SAFETY: an open folder.
        let entry = unsafe { libc::readdir(folder) };
        if entry.is_null() {
            let error = errno();
            return if error == 0 { Ok(names) } else { Err(error) };
        }
        // SAFETY: readdir gave an entry; its name ends with a null character.
        let name = unsafe { CStr::from_ptr((&raw const (*entry).d_name).cast()) }
            .to_bytes()
            .to_vec();
        // SAFETY: as above.
        let (kind, inode) = unsafe { ((*entry).d_type, (*entry).d_ino) };
        if name != b"." && name != b".." {
            names.push((name, kind, inode));
        }
    }
}

/// Opens a folder by path or descriptor, reads it, closes it.
pub(super) fn folder_entries(
    vm: &mut Vm,
    function: &str,
    value: Option<Value>,
) -> PyResult<FolderEntries> {
    if let Some(fd) = value.and_then(descriptor) {
        // SAFETY: no preconditions.
        let own = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
        // SAFETY: a descriptor of our own (or -1, which fails).
        let folder = if own < 0 {
            std::ptr::null_mut()
        } else {
            // SAFETY: a descriptor of our own.
            unsafe { libc::fdopendir(own) }
        };
        if folder.is_null() {
            return Err(os_error(vm, errno(), &[number::small(fd.into())]));
        }
        // SAFETY: an open folder.
        unsafe { libc::rewinddir(folder) };
        let result = read_folder(folder);
        // SAFETY: closed once.
        unsafe { libc::closedir(folder) };
        return match result {
            Ok(entries) => Ok(FolderEntries {
                path: None,
                entries,
            }),
            Err(error) => Err(os_error(vm, error, &[])),
        };
    }
    let value = match value {
        Some(value) => value,
        None => vm.new_str(".")?,
    };
    let path = path_arg(vm, function, value, ", None")?;
    // SAFETY: the path ends with a null character.
    let folder = unsafe { libc::opendir(path.text.as_ptr()) };
    if folder.is_null() {
        return Err(path.error(vm));
    }
    let result = read_folder(folder);
    // SAFETY: closed once.
    unsafe { libc::closedir(folder) };
    match result {
        Ok(entries) => Ok(FolderEntries {
            path: Some(path),
            entries,
        }),
        Err(error) => Err(os_error(vm, error, &[])),
    }
}

/// What a folder contains.
pub(super) struct FolderEntries {
    /// How it was named; none for descriptors.
    pub(super) path: Option<Path>,
    /// Name, kind, inode.
    pub(super) entries: Vec<(Vec<u8>, u8, u64)>,
}

fn listdir(vm: &mut Vm, args: Args) -> PyResult {
    let found = folder_entries(vm, "listdir", given(args.get(0)))?;
    let as_bytes = found.path.as_ref().is_some_and(|path| path.is_bytes);
    let list = vm.new_list_with(found.entries.len())?;
    for (name, ..) in &found.entries {
        let name = path_result(vm, name, as_bytes)?;
        list.push(vm, name)?;
    }
    Ok(list.value())
}
