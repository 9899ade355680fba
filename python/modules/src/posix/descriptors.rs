//! Functions on file descriptors.

use super::files::done;
use super::structs::TERMINAL_SIZE;
use crate::helpers::{errno, given, int_arg, os_error, path_arg};
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

natives! {
    pub(super) static FUNCTIONS = {
        "open" function Signature(2), "(path, flags, mode=511, *, dir_fd=None)" => open;
        "close" function Signature(1), "(fd)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::close(fd) }, &[])
        };
        "closerange" function Positional(2, 2), "(fd_low, fd_high, /)" => |vm, args| {
            let (low, high) = (int_arg(vm, args.at(0))?, int_arg(vm, args.at(1))?);
            if low < high {
                // SAFETY: no preconditions.
                unsafe { libc::syscall(libc::SYS_close_range, low, high - 1, 0) };
            }
            Ok(ty::none())
        };
        "read" function Positional(2, 2), "(fd, length, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            read(vm, args.at(1), |buffer, size| {
                // SAFETY: the buffer has that size.
                unsafe { libc::read(fd, buffer, size) }
            })
        };
        "pread" function Positional(3, 3), "(fd, length, offset, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            let offset = protocol::index_i64(vm, args.at(2))?;
            read(vm, args.at(1), |buffer, size| {
                // SAFETY: the buffer has that size.
                unsafe { libc::pread(fd, buffer, size, offset) }
            })
        };
        "write" function Positional(2, 2), "(fd, data, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            write(vm, args.at(1), |buffer, size| {
                // SAFETY: the buffer has that size.
                unsafe { libc::write(fd, buffer, size) }
            })
        };
        "pwrite" function Positional(3, 3), "(fd, data, offset, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            let offset = protocol::index_i64(vm, args.at(2))?;
            write(vm, args.at(1), |buffer, size| {
                // SAFETY: the buffer has that size.
                unsafe { libc::pwrite(fd, buffer, size, offset) }
            })
        };
        "lseek" function Positional(3, 3), "(fd, position, whence, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            let position = protocol::index_i64(vm, args.at(1))?;
            let whence = int_arg(vm, args.at(2))?;
            // SAFETY: no preconditions.
            let result = unsafe { libc::lseek(fd, position, whence) };
            if result < 0 { Err(os_error(vm, errno(), &[])) } else { vm.new_int(result) }
        };
        "ftruncate" function Positional(2, 2), "(fd, length, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            let length = protocol::index_i64(vm, args.at(1))?;
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::ftruncate(fd, length) }, &[])
        };
        "fsync" function Signature(1), "(fd)" => |vm, args| {
            let fd = fileno(vm, args.at(0))?;
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::fsync(fd) }, &[])
        };
        "fdatasync" function Signature(1), "(fd)" => |vm, args| {
            let fd = fileno(vm, args.at(0))?;
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::fdatasync(fd) }, &[])
        };
        "fchmod" function Signature(2), "(fd, mode)" => |vm, args| {
            let (fd, mode) = (int_arg(vm, args.at(0))?, int_arg(vm, args.at(1))?);
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::fchmod(fd, mode.cast_unsigned()) }, &[])
        };
        "fchdir" function Signature(1), "(fd)" => |vm, args| {
            let fd = fileno(vm, args.at(0))?;
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::fchdir(fd) }, &[])
        };
        "isatty" function One, "(fd, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            Ok(ty::bool_value(unsafe { libc::isatty(fd) } == 1))
        };
        "dup" function One, "(fd, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            new_descriptor(vm, unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) })
        };
        "dup2" function Signature(2), "(fd, fd2, inheritable=True)" => |vm, args| {
            let (fd, to) = (int_arg(vm, args.at(0))?, int_arg(vm, args.at(1))?);
            let inheritable = args.get(2).map_or(Ok(true), |value| protocol::truth(vm, value))?;
            let flags = if inheritable { 0 } else { libc::O_CLOEXEC };
            // SAFETY: no preconditions.
            new_descriptor(vm, unsafe { if fd == to || inheritable { libc::dup2(fd, to) } else { libc::dup3(fd, to, flags) } })
        };
        "pipe" function NoArgs, "()" => |vm, _| pipe(vm, libc::O_CLOEXEC);
        "pipe2" function One, "(flags, /)" => |vm, args| { let flags = int_arg(vm, args.at(0))?; pipe(vm, flags) };
        "get_inheritable" function One, "(fd, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
            if flags < 0 { Err(os_error(vm, errno(), &[])) } else { Ok(ty::bool_value(flags & libc::FD_CLOEXEC == 0)) }
        };
        "set_inheritable" function Positional(2, 2), "(fd, inheritable, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            let flag = if protocol::truth(vm, args.at(1))? { 0 } else { libc::FD_CLOEXEC };
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::fcntl(fd, libc::F_SETFD, flag) }, &[])
        };
        "get_blocking" function One, "(fd, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
            if flags < 0 { Err(os_error(vm, errno(), &[])) } else { Ok(ty::bool_value(flags & libc::O_NONBLOCK == 0)) }
        };
        "set_blocking" function Positional(2, 2), "(fd, blocking, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            let blocking = protocol::truth(vm, args.at(1))?;
            // SAFETY: no preconditions.
            let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
            let flags = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
            // SAFETY: no preconditions.
            done(vm, unsafe { libc::fcntl(fd, libc::F_SETFL, flags) }, &[])
        };
        "get_terminal_size" function Positional(0, 1), "(fd=<unrepresentable>, /)" => |vm, args| {
            let fd = args.get(0).map_or(Ok(1), |fd| int_arg(vm, fd))?;
            // SAFETY: zero is a valid value.
            let mut size: libc::winsize = unsafe { std::mem::zeroed() };
            // SAFETY: the result is written.
            if unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &raw mut size) } < 0 {
                return Err(os_error(vm, errno(), &[]));
            }
            TERMINAL_SIZE.make(vm, &[number::small(size.ws_col.into()), number::small(size.ws_row.into())])
        };
        "device_encoding" function Signature(1), "(fd)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            // SAFETY: no preconditions.
            if unsafe { libc::isatty(fd) } == 1 { vm.intern("utf-8") } else { Ok(ty::none()) }
        };
        "ttyname" function One, "(fd, /)" => |vm, args| {
            let fd = int_arg(vm, args.at(0))?;
            let mut buffer = [0u8; 256];
            // SAFETY: the buffer has that size.
            let error = unsafe { libc::ttyname_r(fd, buffer.as_mut_ptr().cast(), buffer.len()) };
            if error != 0 {
                return Err(os_error(vm, error, &[]));
            }
            let end = buffer.iter().position(|byte| *byte == 0).unwrap_or(buffer.len());
            crate::helpers::from_system(vm, &buffer[..end])
        };
    };
}

/// A descriptor, or the object's `fileno()`.
fn fileno(vm: &mut Vm, value: Value) -> PyResult<i32> {
    if number::int_of(value).is_some() {
        return int_arg(vm, value);
    }
    match crate::helpers::attribute(vm, value, "fileno")? {
        Some(method) => {
            let fd = protocol::call(vm, method, &[])?;
            int_arg(vm, fd)
        }
        None => Err(vm.raise_type("argument must be an int, or have a fileno() method.")),
    }
}

fn new_descriptor(vm: &mut Vm, fd: i32) -> PyResult {
    if fd < 0 {
        Err(os_error(vm, errno(), &[]))
    } else {
        Ok(number::small(fd.into()))
    }
}

fn open(vm: &mut Vm, args: Args) -> PyResult {
    let path = path_arg(vm, "open", args.at(0), "")?;
    let flags = int_arg(vm, args.at(1))?;
    let mode = args.get(2).map_or(Ok(0o777), |mode| int_arg(vm, mode))?;
    if given(args.get(3)).is_some() {
        return Err(vm.raise_not_implemented("open: dir_fd unavailable on this platform"));
    }
    loop {
        let call = || {
            // SAFETY: the path ends with a null character.
            unsafe { libc::open(path.text.as_ptr(), flags | libc::O_CLOEXEC, mode) }
        };
        let fd = vm.mutator().native(call);
        if fd >= 0 {
            return Ok(number::small(fd.into()));
        }
        match errno() {
            libc::EINTR => crate::signal::deliver(vm)?,
            _ => return Err(path.error(vm)),
        }
    }
}

fn read(vm: &mut Vm, length: Value, call: impl Fn(*mut libc::c_void, usize) -> isize) -> PyResult {
    let length = protocol::index_i64(vm, length)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(os_error(vm, libc::EINVAL, &[]));
    };
    let mut buffer = Vec::new();
    if buffer.try_reserve_exact(length).is_err() {
        return Err(vm.raise_memory_error());
    }
    buffer.resize(length.min(0x7fff_f000), 0u8);
    loop {
        let size = buffer.len();
        let pointer = buffer.as_mut_ptr();
        let result = vm.mutator().native(|| call(pointer.cast(), size));
        match usize::try_from(result) {
            Ok(count) => return vm.new_bytes(&buffer[..count]),
            Err(_) => match errno() {
                libc::EINTR => crate::signal::deliver(vm)?,
                other => return Err(os_error(vm, other, &[])),
            },
        }
    }
}

fn write(vm: &mut Vm, data: Value, call: impl Fn(*const libc::c_void, usize) -> isize) -> PyResult {
    let Some(bytes) = vm.bytes_like(data) else {
        let name = protocol::type_name(data);
        return Err(vm.raise_type(&format!("a bytes-like object is required, not '{name}'")));
    };
    let bytes = bytes.to_vec();
    loop {
        let size = bytes.len().min(0x7fff_f000);
        let result = vm.mutator().native(|| call(bytes.as_ptr().cast(), size));
        if result >= 0 {
            return vm.new_int(result as i64);
        }
        match errno() {
            libc::EINTR => crate::signal::deliver(vm)?,
            other => return Err(os_error(vm, other, &[])),
        }
    }
}

fn pipe(vm: &mut Vm, flags: i32) -> PyResult {
    let mut ends = [0i32; 2];
    // SAFETY: two descriptors are written.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), flags) } < 0 {
        return Err(os_error(vm, errno(), &[]));
    }
    vm.new_tuple(&ends.map(|fd| number::small(fd.into())))
}
