//! System calls on file descriptors, begun again when a signal interrupts them.

use coil_value::Value;
use taipan_objects::system::{errno, os_error};
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Raised, Vm};

/// Largest number of bytes in one call.
pub(crate) const MAX_IO: usize = 0x7fff_f000;

/// Why a call gave nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    /// The system's error number.
    Errno(i32),
    /// A signal handler raised.
    Raised(Raised),
}

impl Failure {
    /// Whether the descriptor is not ready and does not block.
    pub(crate) fn would_block(self) -> bool {
        matches!(self, Failure::Errno(libc::EAGAIN))
    }

    /// As an exception.
    #[cold]
    pub(crate) fn raise(self, vm: &mut Vm, name: Option<Value>) -> Raised {
        match self {
            Failure::Errno(errno) => os_error(vm, errno, name.as_slice()),
            Failure::Raised(raised) => raised,
        }
    }
}

/// Runs the handlers of signals that have arrived.
///
/// # Errors
/// What they raise.
fn signals(vm: &mut Vm) -> PyResult<()> {
    use std::sync::atomic::Ordering::Relaxed;
    // The bit's number is part of the contract between toolkit and languages.
    const INTERRUPT: u32 = 2;
    if vm.cx.events.load(Relaxed) & INTERRUPT == 0 {
        return Ok(());
    }
    vm.cx.events.fetch_and(!INTERRUPT, Relaxed);
    match vm.interp.hooks.interrupt {
        Some(hook) => hook(vm),
        None => Err(vm.raise_with(&types::KEYBOARD_INTERRUPT, &[])),
    }
}

fn retry(vm: &mut Vm, mut call: impl FnMut() -> isize) -> Result<usize, Failure> {
    loop {
        let result = call();
        if let Ok(count) = usize::try_from(result) {
            return Ok(count);
        }
        let errno = errno();
        if errno != libc::EINTR {
            return Err(Failure::Errno(errno));
        }
        signals(vm).map_err(Failure::Raised)?;
    }
}

/// `read(2)`. `buffer` is evaluated anew at every attempt, since signal handlers run guest code.
pub(crate) fn read(vm: &mut Vm, fd: i32, buffer: &mut [u8]) -> Result<usize, Failure> {
    let count = buffer.len().min(MAX_IO);
    // SAFETY: the buffer has that many bytes.
    retry(vm, || unsafe {
        libc::read(fd, buffer.as_mut_ptr().cast(), count)
    })
}

/// `write(2)`.
pub(crate) fn write(vm: &mut Vm, fd: i32, data: &[u8]) -> Result<usize, Failure> {
    let count = data.len().min(MAX_IO);
    // SAFETY: the data has that many bytes.
    retry(vm, || unsafe {
        libc::write(fd, data.as_ptr().cast(), count)
    })
}

/// `lseek(2)`.
pub(crate) fn seek(fd: i32, offset: i64, whence: i32) -> Result<i64, Failure> {
    // SAFETY: a plain system call.
    let place = unsafe { libc::lseek(fd, offset, whence) };
    if place < 0 {
        return Err(Failure::Errno(errno()));
    }
    Ok(place)
}

/// `fstat(2)`.
pub(crate) fn stat(fd: i32) -> Result<libc::stat, Failure> {
    let mut stat = std::mem::MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: the struct is writable.
    let failed = unsafe { libc::fstat(fd, stat.as_mut_ptr()) };
    if failed != 0 {
        return Err(Failure::Errno(errno()));
    }
    // SAFETY: filled in, and zeroes are valid too.
    Ok(unsafe { stat.assume_init() })
}

/// The block size of a file.
#[allow(clippy::useless_conversion, reason = "it has 32 bits on aarch64")]
pub(crate) fn block_size(stat: &libc::stat) -> i64 {
    i64::from(stat.st_blksize)
}

/// Whether a descriptor is a terminal.
pub(crate) fn is_terminal(fd: i32) -> bool {
    // SAFETY: a plain system call.
    unsafe { libc::isatty(fd) == 1 }
}

/// `open(2)`, not inherited by child processes.
pub(crate) fn open(vm: &mut Vm, path: &std::ffi::CStr, flags: i32) -> Result<i32, Failure> {
    let mode: libc::c_uint = 0o666;
    let fd = retry(vm, || {
        // SAFETY: the path ends with a zero byte.
        let fd = unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC, mode) };
        fd as isize
    })?;
    Ok(i32::try_from(fd).unwrap_or(-1))
}

/// `close(2)`.
pub(crate) fn close(fd: i32) -> Result<(), Failure> {
    // SAFETY: the descriptor belongs to the object that is closed.
    let failed = unsafe { libc::close(fd) };
    // After EINTR the descriptor is gone all the same.
    if failed != 0 && errno() != libc::EINTR {
        return Err(Failure::Errno(errno()));
    }
    Ok(())
}

/// `ftruncate(2)`.
pub(crate) fn truncate(vm: &mut Vm, fd: i32, size: i64) -> Result<(), Failure> {
    // SAFETY: a plain system call.
    retry(vm, || unsafe { libc::ftruncate(fd, size) } as isize).map(|_| ())
}
