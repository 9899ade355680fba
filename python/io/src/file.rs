//! `FileIO`: an unbuffered file on a descriptor. Fields: descriptor (-1 when closed), flags, block size.

use crate::args::{
    bind, c_int, given, limit, offset, system_path, whence, writable, writable_size,
};
use crate::base::{self, RAW_BASE};
use crate::errors::{closed, no_pickle, unsupported};
use crate::fields::{get, getset, int, io_types, is_exact, set_int, set_small};
use crate::sys;
use taipan_objects::bytes::bytes_like;
use taipan_objects::instance;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::system::fspath;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, mem, natives};

io_types! {
    pub(crate) TYPES {
        "FileIO" FILE_IO FILE_IO_DEF: &RAW_BASE, FIELDS, dict true, slots, METHODS, GETSET, "Open a file.\n\nThe mode can be 'r' (default), 'w', 'x' or 'a' for reading,\nwriting, exclusive creation or appending.  The file will be created if it\ndoesn't exist when opened for writing or appending; it will be truncated\nwhen opened for writing.  A FileExistsError will be raised if it already\nexists when opened for creating. Opening a file for creating implies\nwriting so this mode behaves in a similar way to 'w'.Add a '+' to the mode\nto allow simultaneous reading and writing. A custom opener can be used by\npassing a callable as *opener*. The underlying file descriptor for the file\nobject is then obtained by calling opener with (*name*, *flags*).\n*opener* must return an open file descriptor (passing os.open as *opener*\nresults in functionality similar to passing None).";
    }
}

const FD: usize = 0;
const FLAGS: usize = 1;
const BLOCK: usize = 2;
const READABLE: i64 = 1;
const WRITABLE: i64 = 2;
const APPENDING: i64 = 4;
const CREATED: i64 = 8;
const CLOSE_FD: i64 = 16;
/// Whether it can seek was asked for.
const SEEK_KNOWN: i64 = 32;
const SEEKABLE: i64 = 64;
/// It was no terminal when opened.
const NO_TERMINAL: i64 = 128;

fn slots(slots: &mut Slots) {
    slots.new = Some(|vm, ty, _| new_closed(vm, ty));
    slots.init = Some(init);
    slots.repr = Some(repr);
}

natives! {
    static METHODS = {
        "read" method Positional(0, 1), "($self, size=-1, /)" => read;
        "readall" method NoArgs, "($self, /)" => |vm, args| readall(vm, args.at(0));
        "readinto" method One, "($self, buffer, /)" => readinto;
        "write" method One, "($self, b, /)" => write;
        "seek" method Positional(1, 2), "($self, pos, whence=0, /)" => seek;
        "tell" method NoArgs, "($self, /)" => tell;
        "truncate" method Positional(0, 1), "($self, size=None, /)" => truncate;
        "close" method NoArgs, "($self, /)" => |vm, args| close(vm, args.at(0)).map(|()| ty::none());
        "seekable" method NoArgs, "($self, /)" => |vm, args| seekable(vm, args.at(0)).map(ty::bool_value);
        "readable" method NoArgs, "($self, /)" => |vm, args| able(vm, args.at(0), READABLE);
        "writable" method NoArgs, "($self, /)" => |vm, args| able(vm, args.at(0), WRITABLE);
        "fileno" method NoArgs, "($self, /)" => |vm, args| Ok(number::small(open_fd(vm, args.at(0))?.into()));
        "isatty" method NoArgs, "($self, /)" => isatty;
        "_isatty_open_only" method NoArgs, "($self, /)" => isatty_open_only;
        "_dealloc_warn" method One, "($self, object, /)" => |_, _| Ok(ty::none());
        "__getstate__" method NoArgs, "($self, /)" => no_pickle;
    }
}

static GETSET: &[taipan_objects::native::GetSetDef] = getset! {
    "closed" => |_, this| Ok(ty::bool_value(fd(this) < 0));
    "closefd" => |_, this| Ok(ty::bool_value(flags(this) & CLOSE_FD != 0));
    "mode" => |vm, this| vm.new_str(mode_text(this));
    "_blksize" => |_, this| Ok(get(this, BLOCK).unwrap_or_else(|| number::size(crate::DEFAULT_BUFFER_SIZE)));
    "_finalizing" => |_, _| Ok(ty::bool_value(false)), |_, _, _| Ok(());
};

/// The descriptor; negative when closed.
pub(crate) fn fd(this: Value) -> i32 {
    i32::try_from(int(this, FD)).unwrap_or(-1)
}

fn flags(this: Value) -> i64 {
    int(this, FLAGS)
}

/// The descriptor of an open file.
///
/// # Errors
/// ValueError.
pub(crate) fn open_fd(vm: &mut Vm, this: Value) -> PyResult<i32> {
    let fd = fd(this);
    if fd < 0 {
        return Err(closed(vm));
    }
    Ok(fd)
}

/// An exact `FileIO`, whose methods nobody replaced.
pub(crate) fn is_file(value: Value) -> bool {
    is_exact(value, &FILE_IO)
}

fn new_closed(vm: &mut Vm, ty: Type) -> PyResult {
    vm.new_fields(
        ty,
        &[Some(number::small(-1)), Some(number::small(CLOSE_FD)), None],
    )
}

/// Takes a mode apart: our flags and the system's.
fn parse_mode(vm: &mut Vm, mode: &str) -> PyResult<(i64, i32)> {
    let mut own = 0;
    let mut system = 0;
    let (mut kinds, mut plus) = (0, false);
    let mut twice = false;
    for c in mode.chars() {
        match c {
            'r' => {
                kinds += 1;
                own |= READABLE;
            }
            'w' => {
                kinds += 1;
                own |= WRITABLE;
                system |= libc::O_CREAT | libc::O_TRUNC;
            }
            'x' => {
                kinds += 1;
                own |= WRITABLE | CREATED;
                system |= libc::O_CREAT | libc::O_EXCL;
            }
            'a' => {
                kinds += 1;
                own |= WRITABLE | APPENDING;
                system |= libc::O_CREAT | libc::O_APPEND;
            }
            '+' => {
                twice |= plus;
                plus = true;
            }
            'b' => {}
            _ => return Err(vm.raise_value(&format!("invalid mode: {mode}"))),
        }
    }
    if kinds != 1 || twice {
        return Err(vm.raise_value(
            "Must have exactly one of create/read/write/append mode and at most one plus",
        ));
    }
    if plus {
        own |= READABLE | WRITABLE;
    }
    system |= match own & (READABLE | WRITABLE) {
        READABLE => libc::O_RDONLY,
        WRITABLE => libc::O_WRONLY,
        _ => libc::O_RDWR,
    };
    Ok((own, system))
}

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    let [file, mode, closefd, opener] =
        bind(vm, "FileIO", args, ["file", "mode", "closefd", "opener"], 1)?;
    let file = file.expect("required");
    let mode = match mode {
        None => "r".to_owned(),
        Some(mode) => match Str::of(mode) {
            Some(mode) => mode.to_rust().into_owned(),
            None => {
                let name = protocol::type_name(mode);
                return Err(
                    vm.raise_type(&format!("FileIO() argument 'mode' must be str, not {name}"))
                );
            }
        },
    };
    let closefd = closefd.map_or(Ok(true), |value| protocol::truth(vm, value))?;
    open_file(vm, this, file, &mode, closefd, given(opener))
}

/// A new exact `FileIO`.
///
/// # Errors
/// As its constructor.
pub(crate) fn open(
    vm: &mut Vm,
    file: Value,
    mode: &str,
    closefd: bool,
    opener: Option<Value>,
) -> PyResult {
    let this = new_closed(vm, FILE_IO.ty())?;
    open_file(vm, this, file, mode, closefd, opener)?;
    Ok(this)
}

fn open_file(
    vm: &mut Vm,
    this: Value,
    file: Value,
    mode: &str,
    closefd: bool,
    opener: Option<Value>,
) -> PyResult<()> {
    if fd(this) >= 0 {
        let had = flags(this) & CLOSE_FD != 0;
        let old = fd(this);
        set_small(vm, this, FD, -1);
        if had {
            sys::close(old).map_err(|failure| failure.raise(vm, None))?;
        }
    }
    let given_fd = match number::int_of(file) {
        Some(_) => {
            let fd = c_int(vm, file)?;
            if fd < 0 {
                return Err(vm.raise_value("negative file descriptor"));
            }
            Some(fd)
        }
        None => None,
    };
    let path = match given_fd {
        Some(_) => None,
        None => {
            let path = fspath(vm, file)?;
            Some(system_path(vm, path)?)
        }
    };
    let (own, system) = parse_mode(vm, mode)?;
    let fd = match (given_fd, path) {
        (Some(fd), _) => fd,
        (None, _) if !closefd => {
            return Err(vm.raise_value("Cannot use closefd=False with file name"));
        }
        (None, path) => match opener {
            Some(opener) => opened_by(vm, opener, file, system | libc::O_CLOEXEC)?,
            None => {
                let path = path.expect("no descriptor was given");
                sys::open(vm, &path, system).map_err(|failure| failure.raise(vm, Some(file)))?
            }
        },
    };
    let is_own = given_fd.is_none();
    let ready = take(vm, this, file, fd, own | if closefd { CLOSE_FD } else { 0 });
    if ready.is_err() {
        set_small(vm, this, FD, -1);
        if is_own {
            let _ = sys::close(fd);
        }
    }
    ready
}

fn opened_by(vm: &mut Vm, opener: Value, file: Value, system: i32) -> PyResult<i32> {
    let result = protocol::call(vm, opener, &[file, number::small(system.into())])?;
    if number::int_of(result).is_none() {
        return Err(vm.raise_type("expected integer from opener"));
    }
    let fd = c_int(vm, result)?;
    if fd < 0 {
        return Err(vm.raise_value(&format!("opener returned {fd}")));
    }
    Ok(fd)
}

/// Makes the object one for this descriptor.
fn take(vm: &mut Vm, this: Value, name: Value, fd: i32, mut own: i64) -> PyResult<()> {
    let stat = sys::stat(fd).map_err(|failure| failure.raise(vm, None))?;
    let kind = stat.st_mode & libc::S_IFMT;
    if kind == libc::S_IFDIR {
        return Err(sys::Failure::Errno(libc::EISDIR).raise(vm, Some(name)));
    }
    if kind != libc::S_IFCHR {
        own |= NO_TERMINAL;
    }
    let block = match sys::block_size(&stat) {
        size if size > 1 => size,
        _ => crate::DEFAULT_BUFFER_SIZE as i64,
    };
    set_int(vm, this, BLOCK, block)?;
    set_small(vm, this, FLAGS, own);
    set_small(vm, this, FD, fd.into());
    let attribute = vm.interp.names.name.str();
    if Type::of(this).is(&FILE_IO) {
        instance::set_own_attr(vm, mem::expect_ref(this), attribute, name)?;
    } else {
        protocol::set_attr(vm, this, attribute, Some(name))?;
    }
    if own & APPENDING != 0 {
        // Pipes cannot; they append anyway.
        if let Err(failure) = sys::seek(fd, 0, libc::SEEK_END)
            && !matches!(failure, sys::Failure::Errno(libc::ESPIPE))
        {
            return Err(failure.raise(vm, None));
        }
    }
    Ok(())
}

fn mode_text(this: Value) -> &'static str {
    let flags = flags(this);
    let both = flags & (READABLE | WRITABLE) == READABLE | WRITABLE;
    match () {
        () if flags & CREATED != 0 && both => "xb+",
        () if flags & CREATED != 0 => "xb",
        () if flags & APPENDING != 0 && both => "ab+",
        () if flags & APPENDING != 0 => "ab",
        () if both => "rb+",
        () if flags & READABLE != 0 => "rb",
        () => "wb",
    }
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let class = crate::text::class_text(this);
    if fd(this) < 0 {
        return vm.new_str(&format!("<{class} [closed]>"));
    }
    let closefd = if flags(this) & CLOSE_FD != 0 {
        "True"
    } else {
        "False"
    };
    let mode = mode_text(this);
    let name = vm.interp.names.name.str();
    let text = match protocol::get_attr_opt(vm, this, name)? {
        Some(name) => {
            let shown = vm.repr_guard(this, |vm| protocol::repr(vm, name))?;
            let Some(shown) = shown else {
                let class = protocol::type_name(this);
                return Err(vm.raise_runtime(&format!("reentrant call inside {class}.__repr__")));
            };
            let shown = shown.to_rust();
            format!("<{class} name={shown} mode='{mode}' closefd={closefd}>")
        }
        None => format!("<{class} fd={} mode='{mode}' closefd={closefd}>", fd(this)),
    };
    vm.new_str(&text)
}

fn able(vm: &mut Vm, this: Value, flag: i64) -> PyResult {
    open_fd(vm, this)?;
    Ok(ty::bool_value(flags(this) & flag != 0))
}

/// Whether an open file can be read (or written).
pub(crate) fn is_readable(this: Value) -> bool {
    flags(this) & READABLE != 0
}

/// Whether an open file can be written.
pub(crate) fn is_writable(this: Value) -> bool {
    flags(this) & WRITABLE != 0
}

/// Whether it can seek, asked once.
///
/// # Errors
/// ValueError when closed.
pub(crate) fn seekable(vm: &mut Vm, this: Value) -> PyResult<bool> {
    let fd = open_fd(vm, this)?;
    if flags(this) & SEEK_KNOWN == 0 {
        let able = sys::seek(fd, 0, libc::SEEK_CUR).is_ok();
        let known = SEEK_KNOWN | if able { SEEKABLE } else { 0 };
        set_small(vm, this, FLAGS, flags(this) | known);
    }
    Ok(flags(this) & SEEKABLE != 0)
}

fn isatty(vm: &mut Vm, args: Args) -> PyResult {
    let fd = open_fd(vm, args.at(0))?;
    Ok(ty::bool_value(sys::is_terminal(fd)))
}

fn isatty_open_only(vm: &mut Vm, args: Args) -> PyResult {
    if flags(args.at(0)) & NO_TERMINAL != 0 {
        return Ok(ty::bool_value(false));
    }
    isatty(vm, args)
}

// ---- reading

fn check_readable(vm: &mut Vm, this: Value) -> PyResult<i32> {
    let fd = open_fd(vm, this)?;
    if flags(this) & READABLE == 0 {
        return Err(unsupported(vm, "File not open for reading"));
    }
    Ok(fd)
}

fn read(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    check_readable(vm, this)?;
    match limit(vm, args.get(1))? {
        None => readall(vm, this),
        Some(size) => {
            let mut buffer = Vec::new();
            match read_some(vm, this, size, &mut buffer)? {
                None => Ok(ty::none()),
                Some(_) => vm.new_bytes(&buffer),
            }
        }
    }
}

/// A vector with room for so many more bytes.
///
/// # Errors
/// MemoryError.
pub(crate) fn reserve(vm: &mut Vm, buffer: &mut Vec<u8>, size: usize) -> PyResult<()> {
    if size > isize::MAX as usize || buffer.try_reserve_exact(size).is_err() {
        return Err(vm.raise_memory_error());
    }
    Ok(())
}

/// Appends what one call of the system gives, at most `size` bytes; none when the descriptor does not block and has nothing.
///
/// # Errors
/// OSError, ValueError, UnsupportedOperation.
pub(crate) fn read_some(
    vm: &mut Vm,
    this: Value,
    size: usize,
    buffer: &mut Vec<u8>,
) -> PyResult<Option<usize>> {
    let fd = check_readable(vm, this)?;
    let size = size.min(sys::MAX_IO);
    let start = buffer.len();
    reserve(vm, buffer, size)?;
    buffer.resize(start + size, 0);
    let result = sys::read(vm, fd, &mut buffer[start..]);
    buffer.truncate(start + *result.as_ref().unwrap_or(&0));
    match result {
        Ok(count) => Ok(Some(count)),
        Err(failure) if failure.would_block() => Ok(None),
        Err(failure) => Err(failure.raise(vm, None)),
    }
}

/// Reads straight into memory; none when the descriptor does not block and has nothing.
///
/// # Errors
/// As [`read_some`].
pub(crate) fn read_to(vm: &mut Vm, this: Value, to: &mut [u8]) -> PyResult<Option<usize>> {
    let fd = check_readable(vm, this)?;
    match sys::read(vm, fd, to) {
        Ok(count) => Ok(Some(count)),
        Err(failure) if failure.would_block() => Ok(None),
        Err(failure) => Err(failure.raise(vm, None)),
    }
}

/// `readall`: everything up to the end; None when nothing is there and the descriptor does not block.
///
/// # Errors
/// OSError, ValueError.
pub(crate) fn readall(vm: &mut Vm, this: Value) -> PyResult {
    let mut all = Vec::new();
    match read_rest(vm, this, &mut all)? {
        true => vm.new_bytes(&all),
        false => Ok(ty::none()),
    }
}

/// Appends everything up to the end; false when nothing is there and the descriptor does not block.
///
/// # Errors
/// OSError, ValueError.
pub(crate) fn read_rest(vm: &mut Vm, this: Value, all: &mut Vec<u8>) -> PyResult<bool> {
    let fd = open_fd(vm, this)?;
    let size = sys::stat(fd).map_or(0, |stat| stat.st_size);
    let place = sys::seek(fd, 0, libc::SEEK_CUR).unwrap_or(0);
    let expected = usize::try_from(size.saturating_sub(place)).unwrap_or(0);
    let mut step = expected.saturating_add(1).clamp(8192, 1 << 30);
    let start = all.len();
    loop {
        reserve(vm, all, step)?;
        let at = all.len();
        all.resize(at + step, 0);
        let result = sys::read(vm, fd, &mut all[at..]);
        all.truncate(at + *result.as_ref().unwrap_or(&0));
        match result {
            Ok(0) => return Ok(true),
            Ok(count) if count == step => step = (all.len() / 2).clamp(8192, 1 << 26),
            Ok(count) => step = (step - count).max(8192),
            Err(failure) if failure.would_block() => return Ok(all.len() > start),
            Err(failure) => return Err(failure.raise(vm, None)),
        }
    }
}

fn readinto(vm: &mut Vm, args: Args) -> PyResult {
    let (this, buffer) = (args.at(0), args.at(1));
    writable_size(vm, buffer, "readinto() argument 1")?;
    check_readable(vm, this)?;
    let to = writable(buffer).unwrap_or_default();
    match read_to(vm, this, to)? {
        Some(count) => Ok(number::size(count)),
        None => Ok(ty::none()),
    }
}

// ---- writing

fn write(vm: &mut Vm, args: Args) -> PyResult {
    let (this, object) = (args.at(0), args.at(1));
    let Some(data) = bytes_like(object) else {
        return Err(crate::args::not_bytes(vm, object));
    };
    match write_some(vm, this, data)? {
        Some(count) => Ok(number::size(count)),
        None => Ok(ty::none()),
    }
}

/// Writes what one call of the system takes; none when the descriptor does not block and takes nothing.
///
/// # Errors
/// OSError, ValueError, UnsupportedOperation.
pub(crate) fn write_some(vm: &mut Vm, this: Value, data: &[u8]) -> PyResult<Option<usize>> {
    let fd = open_fd(vm, this)?;
    if flags(this) & WRITABLE == 0 {
        return Err(unsupported(vm, "File not open for writing"));
    }
    match sys::write(vm, fd, data) {
        Ok(count) => Ok(Some(count)),
        Err(failure) if failure.would_block() => Ok(None),
        Err(failure) => Err(failure.raise(vm, None)),
    }
}

// ---- position

/// `lseek` on an open file.
///
/// # Errors
/// OSError, ValueError.
pub(crate) fn seek_to(vm: &mut Vm, this: Value, place: i64, whence: i32) -> PyResult<i64> {
    let fd = open_fd(vm, this)?;
    match sys::seek(fd, place, whence) {
        Ok(place) => {
            if flags(this) & SEEK_KNOWN == 0 {
                set_small(vm, this, FLAGS, flags(this) | SEEK_KNOWN | SEEKABLE);
            }
            Ok(place)
        }
        Err(failure) => Err(failure.raise(vm, None)),
    }
}

fn seek(vm: &mut Vm, args: Args) -> PyResult {
    open_fd(vm, args.at(0))?;
    let place = offset(vm, args.at(1))?;
    let whence = whence(vm, args.get(2))?;
    let place = seek_to(vm, args.at(0), place, whence)?;
    vm.new_int(place)
}

fn tell(vm: &mut Vm, args: Args) -> PyResult {
    let place = seek_to(vm, args.at(0), 0, libc::SEEK_CUR)?;
    vm.new_int(place)
}

fn truncate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let fd = open_fd(vm, this)?;
    if flags(this) & WRITABLE == 0 {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let size = match given(args.get(1)) {
        Some(size) => offset(vm, size)?,
        None => seek_to(vm, this, 0, libc::SEEK_CUR)?,
    };
    sys::truncate(vm, fd, size).map_err(|failure| failure.raise(vm, None))?;
    vm.new_int(size)
}

// ---- closing

/// `FileIO.close`.
///
/// # Errors
/// OSError; what a subclass's `flush` raises.
pub(crate) fn close(vm: &mut Vm, this: Value) -> PyResult<()> {
    if flags(this) & CLOSE_FD == 0 {
        let marked = base::close(vm, this);
        set_small(vm, this, FD, -1);
        return marked;
    }
    let marked = if is_file(this) {
        Ok(())
    } else {
        base::close(vm, this)
    };
    crate::errors::both(vm, marked, |vm| {
        let fd = fd(this);
        if fd < 0 {
            return Ok(());
        }
        set_small(vm, this, FD, -1);
        sys::close(fd).map_err(|failure| failure.raise(vm, None))
    })
}
