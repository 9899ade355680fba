//! The base classes `_IOBase`, `_RawIOBase`, `_BufferedIOBase` and `_TextIOBase`. Their instances are plain instances: user classes derive
//! from them.

use crate::args::{limit, optional_ssize, writable_size};
use crate::errors::{closed_stop, unsupported};
use crate::fields::{getset, io_types};
use taipan_objects::bytes::{ByteArray, Bytes};
use taipan_objects::instance;
use taipan_objects::list::List;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm, mem, natives};

io_types! {
    pub(crate) TYPES {
        "_IOBase" IO_BASE IO_BASE_DEF: &types::OBJECT, INSTANCE_FIRST, dict true, base_slots, BASE_METHODS, BASE_GETSET, "The abstract base class for all I/O classes.";
        "_RawIOBase" RAW_BASE RAW_BASE_DEF: &IO_BASE, INSTANCE_FIRST, dict true, |_| {}, RAW_METHODS, &[], "Base class for raw binary I/O.";
        "_BufferedIOBase" BUFFERED_BASE BUFFERED_BASE_DEF: &IO_BASE, INSTANCE_FIRST, dict true, |_| {}, BUFFERED_METHODS, &[], "Base class for buffered IO objects.";
        "_TextIOBase" TEXT_BASE TEXT_BASE_DEF: &IO_BASE, INSTANCE_FIRST, dict true, |_| {}, TEXT_METHODS, TEXT_GETSET, "Base class for text I/O.";
    }
}

fn base_slots(slots: &mut Slots) {
    slots.iter = Some(|vm, this| {
        check_closed(vm, this)?;
        Ok(this)
    });
    slots.next = Some(|vm, this| {
        let line = protocol::call_method(vm, this, "readline", &[])?;
        let empty = protocol::len(vm, line)? == 0;
        Ok((!empty).then_some(line))
    });
}

natives! {
    static BASE_METHODS = {
        "seek" method Any, "($self, offset, whence=os.SEEK_SET, /)" => seek;
        "tell" method NoArgs, "($self, /)" => |vm, args| protocol::call_method(vm, args.at(0), "seek", &[number::small(0), number::small(1)]);
        "truncate" method Positional(0, 1), "($self, size=None, /)" => |vm, _| Err(unsupported(vm, "truncate"));
        "flush" method NoArgs, "($self, /)" => flush;
        "close" method NoArgs, "($self, /)" => |vm, args| close(vm, args.at(0)).map(|()| ty::none());
        "seekable" method NoArgs, "($self, /)" => |_, _| Ok(ty::bool_value(false));
        "readable" method NoArgs, "($self, /)" => |_, _| Ok(ty::bool_value(false));
        "writable" method NoArgs, "($self, /)" => |_, _| Ok(ty::bool_value(false));
        "_checkClosed" method Positional(0, 1), "($self, msg=None, /)" => |vm, args| check_closed(vm, args.at(0)).map(|()| ty::none());
        "_checkSeekable" method Positional(0, 1), "($self, msg=None, /)" => |vm, args| check(vm, args.at(0), "seekable", "File or stream is not seekable.");
        "_checkReadable" method Positional(0, 1), "($self, msg=None, /)" => |vm, args| check(vm, args.at(0), "readable", "File or stream is not readable.");
        "_checkWritable" method Positional(0, 1), "($self, msg=None, /)" => |vm, args| check(vm, args.at(0), "writable", "File or stream is not writable.");
        "fileno" method NoArgs, "($self, /)" => |vm, _| Err(unsupported(vm, "fileno"));
        "isatty" method NoArgs, "($self, /)" => isatty;
        "__enter__" method NoArgs, "($self, /)" => enter;
        "__exit__" method Any, "($self, /, *args)" => |vm, args| protocol::call_method(vm, args.at(0), "close", &[]);
        "readline" method Positional(0, 1), "($self, size=-1, /)" => readline;
        "readlines" method Positional(0, 1), "($self, hint=-1, /)" => readlines;
        "writelines" method One, "($self, lines, /)" => writelines;
    }
}

static BASE_GETSET: &[taipan_objects::native::GetSetDef] = getset! {
    "closed" => |vm, this| Ok(ty::bool_value(is_marked_closed(vm, this)?));
    "__dict__" => instance::get_dict, instance::set_dict;
};

/// Name of the attribute that marks an object as closed.
const MARK: &str = "__IOBase_closed";

fn mark(vm: &mut Vm) -> PyResult<Str> {
    Ok(Str::of(vm.intern(MARK)?).expect("interned strings are strings"))
}

fn is_marked_closed(vm: &mut Vm, this: Value) -> PyResult<bool> {
    let name = mark(vm)?;
    Ok(this
        .as_ref()
        .is_some_and(|object| instance::own_attr(vm, object, name).is_some()))
}

/// What `closed` says.
///
/// # Errors
/// What the attribute raises.
pub(crate) fn is_closed(vm: &mut Vm, this: Value) -> PyResult<bool> {
    let closed = protocol::get_attr_named(vm, this, "closed")?;
    protocol::truth(vm, closed)
}

/// ValueError when the object is closed.
///
/// # Errors
/// ValueError.
pub(crate) fn check_closed(vm: &mut Vm, this: Value) -> PyResult<()> {
    if is_closed(vm, this)? {
        return Err(closed_stop(vm));
    }
    Ok(())
}

fn check(vm: &mut Vm, this: Value, method: &str, text: &str) -> PyResult {
    if protocol::call_method(vm, this, method, &[])? == ty::bool_value(true) {
        return Ok(ty::bool_value(true));
    }
    Err(unsupported(vm, text))
}

/// `_checkReadable` and its like, for other files.
///
/// # Errors
/// UnsupportedOperation.
pub(crate) fn check_able(vm: &mut Vm, this: Value, method: &str) -> PyResult<()> {
    check(
        vm,
        this,
        method,
        &format!("File or stream is not {method}."),
    )
    .map(|_| ())
}

fn seek(vm: &mut Vm, args: Args) -> PyResult {
    if args.len() < 2 {
        return Err(vm.raise_type("seek() takes at least 1 positional argument (0 given)"));
    }
    Err(unsupported(vm, "seek"))
}

fn flush(vm: &mut Vm, args: Args) -> PyResult {
    // Exact files say by their descriptor that they are closed.
    let file = crate::file::is_file(args.at(0)) && crate::file::fd(args.at(0)) < 0;
    if file || is_marked_closed(vm, args.at(0))? {
        return Err(closed_stop(vm));
    }
    Ok(ty::none())
}

/// `_IOBase.close`: flushes, and marks the object as closed even if that fails.
///
/// # Errors
/// What flushing raises.
pub(crate) fn close(vm: &mut Vm, this: Value) -> PyResult<()> {
    if is_marked_closed(vm, this)? {
        return Ok(());
    }
    let flushed = protocol::call_method(vm, this, "flush", &[]).map(|_| ());
    crate::errors::both(vm, flushed, |vm| {
        let name = mark(vm)?;
        instance::set_own_attr(vm, mem::expect_ref(this), name, ty::bool_value(true)).map(|_| ())
    })
}

fn isatty(vm: &mut Vm, args: Args) -> PyResult {
    check_closed(vm, args.at(0))?;
    Ok(ty::bool_value(false))
}

fn enter(vm: &mut Vm, args: Args) -> PyResult {
    check_closed(vm, args.at(0))?;
    Ok(args.at(0))
}

/// Bytes that a method of a user's class gave.
fn expect_bytes(vm: &mut Vm, value: Value, method: &str) -> PyResult<Vec<u8>> {
    match Bytes::of(value) {
        Some(bytes) => Ok(bytes.data().to_vec()),
        None => {
            let name = protocol::type_name(value);
            let class = if method == "read" || method == "peek" {
                &types::OSError
            } else {
                &types::TypeError
            };
            let text = format!("{method}() should have returned a bytes object, not '{name}'");
            Err(vm.raise_text(class, &text))
        }
    }
}

fn readline(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let limit = limit(vm, args.get(1))?.unwrap_or(usize::MAX);
    let peek = vm.intern("peek")?;
    let peek = Str::of(peek).expect("a string");
    let peek = protocol::get_attr_opt(vm, this, peek)?;
    let mut line: Vec<u8> = Vec::new();
    while line.len() < limit {
        let mut wanted = 1;
        if let Some(peek) = peek {
            let ahead = protocol::call(vm, peek, &[number::small(1)])?;
            let ahead = expect_bytes(vm, ahead, "peek")?;
            if !ahead.is_empty() {
                let end = ahead
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .map_or(ahead.len(), |at| at + 1);
                wanted = end.min(limit - line.len());
            }
        }
        let piece = protocol::call_method(vm, this, "read", &[number::size(wanted)])?;
        let piece = expect_bytes(vm, piece, "read")?;
        if piece.is_empty() {
            break;
        }
        line.extend_from_slice(&piece);
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    vm.new_bytes(&line)
}

fn readlines(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let hint = optional_ssize(vm, args.get(1))?;
    let lines = vm.new_list_with(4)?;
    let iterator = protocol::iter(vm, this)?;
    let mut total = 0usize;
    while let Some(line) = protocol::next(vm, iterator)? {
        lines.push(vm, line)?;
        if hint > 0 {
            total = total.saturating_add(protocol::len(vm, line)?);
            if total > hint as usize {
                break;
            }
        }
    }
    Ok(lines.value())
}

fn writelines(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    check_closed(vm, this)?;
    let iterator = protocol::iter(vm, args.at(1))?;
    while let Some(line) = protocol::next(vm, iterator)? {
        protocol::call_method(vm, this, "write", &[line])?;
    }
    Ok(ty::none())
}

// ---- _RawIOBase

natives! {
    static RAW_METHODS = {
        "read" method Positional(0, 1), "($self, size=-1, /)" => raw_read;
        "readall" method NoArgs, "($self, /)" => |vm, args| readall(vm, args.at(0));
        "readinto" method One, "($self, buffer, /)" => |vm, _| Err(vm.raise_with(&types::NotImplementedError, &[]));
        "write" method One, "($self, b, /)" => |vm, _| Err(vm.raise_with(&types::NotImplementedError, &[]));
    }
}

fn raw_read(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let size = match args.get(1) {
        Some(size) => crate::args::ssize(vm, size)?,
        None => -1,
    };
    let Ok(size) = usize::try_from(size) else {
        return protocol::call_method(vm, this, "readall", &[]);
    };
    let array = zeroed_array(vm, size)?;
    let count = protocol::call_method(vm, this, "readinto", &[array.value()])?;
    if count == ty::none() {
        return Ok(count);
    }
    let count = crate::args::ssize(vm, count)?;
    match usize::try_from(count) {
        Ok(count) if count <= size && count <= array.len() => {
            let data = array.data()[..count].to_vec();
            vm.new_bytes(&data)
        }
        _ => Err(vm.raise_value(&format!(
            "readinto returned {count} outside buffer size {size}"
        ))),
    }
}

/// A bytearray of zeroes.
///
/// # Errors
/// MemoryError.
pub(crate) fn zeroed_array(vm: &mut Vm, size: usize) -> PyResult<ByteArray> {
    let array = vm.new_bytearray(&[])?;
    array.resize_range(vm, 0, 0, size)?;
    array.data_mut().fill(0);
    Ok(array)
}

/// `_RawIOBase.readall`.
///
/// # Errors
/// What `read` raises.
pub(crate) fn readall(vm: &mut Vm, this: Value) -> PyResult {
    let mut all: Vec<u8> = Vec::new();
    loop {
        let size = number::small(crate::DEFAULT_BUFFER_SIZE as i64);
        let piece = protocol::call_method(vm, this, "read", &[size])?;
        if piece == ty::none() {
            if all.is_empty() {
                return Ok(piece);
            }
            break;
        }
        let Some(bytes) = Bytes::of(piece) else {
            return Err(vm.raise_type("read() should return bytes"));
        };
        if bytes.data().is_empty() {
            break;
        }
        all.extend_from_slice(bytes.data());
    }
    vm.new_bytes(&all)
}

// ---- _BufferedIOBase

natives! {
    static BUFFERED_METHODS = {
        "detach" method NoArgs, "($self, /)" => |vm, _| Err(unsupported(vm, "detach"));
        "read" method Positional(0, 1), "($self, size=-1, /)" => |vm, _| Err(unsupported(vm, "read"));
        "read1" method Positional(0, 1), "($self, size=-1, /)" => |vm, _| Err(unsupported(vm, "read1"));
        "readinto" method One, "($self, buffer, /)" => |vm, args| read_into(vm, args, "read");
        "readinto1" method One, "($self, buffer, /)" => |vm, args| read_into(vm, args, "read1");
        "write" method One, "($self, b, /)" => |vm, _| Err(unsupported(vm, "write"));
    }
}

fn read_into(vm: &mut Vm, args: Args, method: &str) -> PyResult {
    let (this, buffer) = (args.at(0), args.at(1));
    let size = writable_size(vm, buffer, "readinto() argument")?;
    let data = protocol::call_method(vm, this, method, &[number::size(size)])?;
    let Some(bytes) = Bytes::of(data) else {
        return Err(vm.raise_type("read() should return bytes"));
    };
    let count = bytes.data().len();
    if count > size {
        return Err(vm.raise_value(&format!(
            "read() returned too much data: {size} bytes requested, {count} returned"
        )));
    }
    crate::args::fill(buffer, bytes.data());
    Ok(number::size(count))
}

// ---- _TextIOBase

natives! {
    static TEXT_METHODS = {
        "detach" method NoArgs, "($self, /)" => |vm, _| Err(unsupported(vm, "detach"));
        "read" method Positional(0, 1), "($self, size=-1, /)" => |vm, _| Err(unsupported(vm, "read"));
        "readline" method Positional(0, 1), "($self, size=-1, /)" => |vm, _| Err(unsupported(vm, "readline"));
        "write" method One, "($self, s, /)" => |vm, _| Err(unsupported(vm, "write"));
    }
}

static TEXT_GETSET: &[taipan_objects::native::GetSetDef] = getset! {
    "encoding" => |_, _| Ok(ty::none());
    "newlines" => |_, _| Ok(ty::none());
    "errors" => |_, _| Ok(ty::none());
};

// ---- shared

/// A read-only view of bytes, for `write` methods of user classes.
///
/// # Errors
/// MemoryError.
pub(crate) fn view_of(vm: &mut Vm, object: Value) -> PyResult {
    protocol::call(vm, types::MEMORYVIEW.value(), &[object])
}

/// Lists for `readlines`.
///
/// # Errors
/// MemoryError.
pub(crate) fn new_lines(vm: &mut Vm) -> PyResult<List> {
    vm.new_list_with(4)
}
