//! Reading through a buffer.

use super::{
    CAN_WRITE, END, POS, SIZE, check_open, exclusively, flush_and_rewind, forget_read, has, memory,
    raw, raw_read, unread, write,
};
use crate::args::{limit, optional_ssize, ssize, writable_size};
use crate::fields::{is_exact, set_size, size};
use crate::{base, file};
use taipan_objects::bytes::Bytes;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm};

/// Index of a byte.
pub(crate) fn find_byte(data: &[u8], byte: u8) -> Option<usize> {
    // SAFETY: searches within the slice.
    let found = unsafe { libc::memchr(data.as_ptr().cast(), byte.into(), data.len()) };
    (!found.is_null()).then(|| found.addr() - data.as_ptr().addr())
}

/// Before reading: what was to be written goes first.
fn begin(vm: &mut Vm, this: Value) -> PyResult<()> {
    if has(this, CAN_WRITE) && super::unwritten(this) > 0 {
        write::flush_pending(vm, this)?;
    }
    Ok(())
}

/// Fills the empty buffer with one call of the raw stream.
fn fill(vm: &mut Vm, this: Value) -> PyResult<Option<usize>> {
    forget_read(vm, this);
    let buffer = memory(vm, this)?;
    let count = raw_read(vm, this, buffer)?;
    if let Some(count) = count {
        set_size(vm, this, END, count);
    }
    Ok(count)
}

/// Takes up to `most` bytes that were read ahead.
fn take<'a>(vm: &mut Vm, this: Value, most: usize) -> PyResult<&'a [u8]> {
    let (start, end) = (size(this, POS), size(this, END));
    if start >= end || most == 0 {
        return Ok(&[]);
    }
    let end = end.min(start.saturating_add(most));
    set_size(vm, this, POS, end);
    let buffer = memory(vm, this)?;
    Ok(&buffer[start..end])
}

/// Reads straight into a vector.
fn raw_append(
    vm: &mut Vm,
    this: Value,
    count: usize,
    out: &mut Vec<u8>,
) -> PyResult<Option<usize>> {
    let start = out.len();
    file::reserve(vm, out, count)?;
    out.resize(start + count, 0);
    let result = raw_read(vm, this, &mut out[start..]);
    out.truncate(start + result.unwrap_or(None).unwrap_or(0));
    result
}

/// Reads `count` bytes unless the stream ends or would block; false when it would block and there is nothing.
fn read_count(vm: &mut Vm, this: Value, count: usize, out: &mut Vec<u8>) -> PyResult<bool> {
    begin(vm, this)?;
    let ahead = take(vm, this, count)?;
    out.extend_from_slice(ahead);
    while out.len() < count {
        let left = count - out.len();
        let block = size(this, SIZE);
        let got = if left >= block {
            let whole = (left - left % block).min(1 << 26).max(block);
            raw_append(vm, this, whole.min(left), out)?
        } else {
            let got = fill(vm, this)?;
            let piece = take(vm, this, left)?;
            out.extend_from_slice(piece);
            got
        };
        match got {
            Some(0) => break,
            Some(_) => {}
            None => return Ok(!out.is_empty()),
        }
    }
    Ok(true)
}

fn read_all(vm: &mut Vm, this: Value) -> PyResult {
    let mut out = Vec::new();
    let ahead = take(vm, this, usize::MAX)?;
    out.extend_from_slice(ahead);
    forget_read(vm, this);
    if has(this, CAN_WRITE) {
        flush_and_rewind(vm, this)?;
    }
    super::set_small(vm, this, super::RAW_POS, -1);
    let raw = raw(vm, this)?;
    if file::is_file(raw) {
        let any = file::is_readable(raw) || file::fd(raw) < 0;
        if any {
            let got = file::read_rest(vm, raw, &mut out)?;
            return if got || !out.is_empty() {
                vm.new_bytes(&out)
            } else {
                Ok(ty::none())
            };
        }
    }
    let readall = vm.intern("readall")?;
    let readall = Str::of(readall).expect("interned strings are strings");
    if let Some(method) = protocol::get_attr_opt(vm, raw, readall)? {
        let rest = protocol::call(vm, method, &[])?;
        if rest == ty::none() {
            return if out.is_empty() {
                Ok(rest)
            } else {
                vm.new_bytes(&out)
            };
        }
        let Some(bytes) = Bytes::of(rest) else {
            return Err(vm.raise_type("readall() should return bytes"));
        };
        out.extend_from_slice(bytes.data());
        return vm.new_bytes(&out);
    }
    loop {
        let piece = protocol::call_method(vm, raw, "read", &[])?;
        if piece == ty::none() {
            return if out.is_empty() {
                Ok(piece)
            } else {
                vm.new_bytes(&out)
            };
        }
        let Some(bytes) = Bytes::of(piece) else {
            return Err(vm.raise_type("read() should return bytes"));
        };
        if bytes.data().is_empty() {
            return vm.new_bytes(&out);
        }
        out.extend_from_slice(bytes.data());
    }
}

pub(super) fn read(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let count = optional_ssize(vm, args.get(1))?;
    raw(vm, this)?;
    if count < -1 {
        return Err(vm.raise_value("read length must be non-negative or -1"));
    }
    check_open(vm, this, "read of closed file")?;
    exclusively(vm, this, |vm| {
        let Ok(count) = usize::try_from(count) else {
            return read_all(vm, this);
        };
        if count <= unread(this) {
            let data = take(vm, this, count)?;
            return vm.new_bytes(data);
        }
        let mut out = Vec::new();
        if read_count(vm, this, count, &mut out)? {
            vm.new_bytes(&out)
        } else {
            Ok(ty::none())
        }
    })
}

/// Appends what is there, or what one read of the raw stream gives, at most `most` bytes.
///
/// # Errors
/// What the raw stream raises; ValueError when closed.
pub(crate) fn read1_into(vm: &mut Vm, this: Value, most: usize, out: &mut Vec<u8>) -> PyResult<()> {
    check_open(vm, this, "read of closed file")?;
    exclusively(vm, this, |vm| {
        let ahead = take(vm, this, most)?;
        if !ahead.is_empty() || most == 0 {
            out.extend_from_slice(ahead);
            return Ok(());
        }
        begin(vm, this)?;
        forget_read(vm, this);
        raw_append(vm, this, most, out)?;
        Ok(())
    })
}

pub(super) fn read1(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let count = match args.get(1) {
        Some(count) => ssize(vm, count)?,
        None => -1,
    };
    raw(vm, this)?;
    let count = usize::try_from(count).unwrap_or(size(this, SIZE));
    let mut out = Vec::new();
    read1_into(vm, this, count, &mut out)?;
    vm.new_bytes(&out)
}

pub(super) fn readinto(vm: &mut Vm, args: Args) -> PyResult {
    into(vm, args, false)
}

pub(super) fn readinto1(vm: &mut Vm, args: Args) -> PyResult {
    into(vm, args, true)
}

fn into(vm: &mut Vm, args: Args, once: bool) -> PyResult {
    let (this, buffer) = (args.at(0), args.at(1));
    let function = if once {
        "readinto1() argument"
    } else {
        "readinto() argument"
    };
    let count = writable_size(vm, buffer, function)?;
    raw(vm, this)?;
    check_open(vm, this, "readinto of closed file")?;
    let mut out = Vec::new();
    let any = if once {
        read1_into(vm, this, count, &mut out)?;
        true
    } else {
        exclusively(vm, this, |vm| read_count(vm, this, count, &mut out))?
    };
    if !any {
        return Ok(ty::none());
    }
    crate::args::fill(buffer, &out);
    Ok(number::size(out.len()))
}

pub(super) fn peek(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    if let Some(count) = args.get(1) {
        ssize(vm, count)?;
    }
    raw(vm, this)?;
    check_open(vm, this, "peek of closed file")?;
    exclusively(vm, this, |vm| {
        begin(vm, this)?;
        if unread(this) == 0 {
            fill(vm, this)?;
        }
        let (start, end) = (size(this, POS), size(this, END));
        let buffer = memory(vm, this)?;
        vm.new_bytes(&buffer[start..end.max(start)])
    })
}

/// A line, at most so many bytes of it.
fn read_line(vm: &mut Vm, this: Value, limit: usize) -> PyResult {
    check_open(vm, this, "readline of closed file")?;
    exclusively(vm, this, |vm| {
        begin(vm, this)?;
        let mut line: Vec<u8> = Vec::new();
        loop {
            let (start, end) = (size(this, POS), size(this, END));
            if start < end {
                let buffer = memory(vm, this)?;
                let most = (end - start).min(limit - line.len());
                let found = find_byte(&buffer[start..start + most], b'\n');
                let count = found.map_or(most, |at| at + 1);
                set_size(vm, this, POS, start + count);
                let piece = &buffer[start..start + count];
                let done = found.is_some() || line.len() + count == limit;
                if done && line.is_empty() {
                    return vm.new_bytes(piece);
                }
                line.extend_from_slice(piece);
                if done {
                    return vm.new_bytes(&line);
                }
            }
            if line.len() >= limit || !matches!(fill(vm, this)?, Some(1..)) {
                return vm.new_bytes(&line);
            }
        }
    })
}

pub(super) fn readline(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let limit = limit(vm, args.get(1))?.unwrap_or(usize::MAX);
    raw(vm, this)?;
    read_line(vm, this, limit)
}

pub(super) fn next(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    raw(vm, this)?;
    let exact = is_exact(this, &super::READER) || is_exact(this, &super::RANDOM);
    let line = if exact {
        read_line(vm, this, usize::MAX)?
    } else {
        let line = protocol::call_method(vm, this, "readline", &[])?;
        if Bytes::of(line).is_none() {
            let name = protocol::type_name(line);
            let text = format!("readline() should have returned a bytes object, not '{name}'");
            return Err(vm.raise_text(&types::OSError, &text));
        }
        line
    };
    let empty = Bytes::of(line).is_none_or(|line| line.data().is_empty());
    Ok((!empty).then_some(line))
}

/// Iteration starts when the stream is open.
pub(super) fn iter(vm: &mut Vm, this: Value) -> PyResult {
    if !is_exact(this, &super::READER) {
        base::check_closed(vm, this)?;
        return Ok(this);
    }
    if super::is_closed(vm, this)? {
        return Err(crate::errors::closed_stop(vm));
    }
    Ok(this)
}
