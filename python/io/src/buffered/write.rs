//! Writing through a buffer.

use super::{
    SIZE, WRITE_END, WRITE_POS, check_open, exclusively, flush_and_rewind, forget_written, memory,
    raw, raw_write, rewind, unwritten,
};
use crate::errors::blocking;
use crate::fields::{set_size, size};
use taipan_objects::bytes::bytes_like;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm};

/// Writes what is pending.
pub(super) fn flush_pending(vm: &mut Vm, this: Value) -> PyResult<()> {
    while unwritten(this) > 0 {
        let (start, end) = (size(this, WRITE_POS), size(this, WRITE_END));
        let buffer = memory(vm, this)?;
        match raw_write(vm, this, &buffer[start..end])? {
            Some(count) => set_size(vm, this, WRITE_POS, start + count),
            None => return Err(blocking(vm, 0)),
        }
    }
    forget_written(vm, this);
    Ok(())
}

/// Adds to what is pending; the caller made sure of the room.
fn append(vm: &mut Vm, this: Value, data: &[u8]) -> PyResult<()> {
    let end = size(this, WRITE_END);
    let buffer = memory(vm, this)?;
    buffer[end..end + data.len()].copy_from_slice(data);
    set_size(vm, this, WRITE_END, end + data.len());
    Ok(())
}

/// Moves what is pending to the start of the buffer; gives the room behind it.
fn compact(vm: &mut Vm, this: Value) -> PyResult<usize> {
    let (start, end) = (size(this, WRITE_POS), size(this, WRITE_END));
    if start > 0 {
        let buffer = memory(vm, this)?;
        buffer.copy_within(start..end, 0);
        set_size(vm, this, WRITE_POS, 0);
        set_size(vm, this, WRITE_END, end - start);
    }
    Ok(size(this, SIZE) - (end - start))
}

/// Writes bytes that no guest code can change meanwhile: a copy, or memory of an object that is not shared.
///
/// # Errors
/// What the raw stream raises; BlockingIOError; ValueError when closed.
pub(crate) fn write_bytes(vm: &mut Vm, this: Value, data: &[u8]) -> PyResult<usize> {
    check_open(vm, this, "write to closed file")?;
    exclusively(vm, this, |vm| {
        if size(this, super::END) > 0 {
            rewind(vm, this)?;
        }
        let room = size(this, SIZE) - size(this, WRITE_END).min(size(this, SIZE));
        if data.len() <= room {
            append(vm, this, data)?;
            return Ok(data.len());
        }
        write_large(vm, this, data)
    })
}

fn write_large(vm: &mut Vm, this: Value, data: &[u8]) -> PyResult<usize> {
    if let Err(raised) = flush_pending(vm, this) {
        if !vm.raised_is(&types::BlockingIOError) {
            return Err(raised);
        }
        let error = vm.take_raised(raised);
        let room = compact(vm, this)?;
        if data.len() <= room {
            append(vm, this, data)?;
            return Ok(data.len());
        }
        if room == 0 {
            return Err(vm.raise(error));
        }
        append(vm, this, &data[..room])?;
        return Err(blocking(vm, room));
    }
    let block = size(this, SIZE);
    let mut done = 0;
    while data.len() - done > block {
        match raw_write(vm, this, &data[done..])? {
            Some(count) => done += count,
            None => {
                append(vm, this, &data[done..done + block])?;
                return Err(blocking(vm, done + block));
            }
        }
    }
    append(vm, this, &data[done..])?;
    Ok(data.len())
}

/// Whether writing to the raw stream runs no guest code, so that memory can be handed down as it is.
fn is_plain(this: Value) -> bool {
    super::raw_of(this).is_some_and(crate::file::is_file)
}

pub(super) fn write(vm: &mut Vm, args: Args) -> PyResult {
    let (this, object) = (args.at(0), args.at(1));
    raw(vm, this)?;
    let Some(data) = bytes_like(object) else {
        return Err(crate::args::not_bytes(vm, object));
    };
    // Small pieces and those of a user's raw stream are copied: the buffer may have to be made, guest code may run.
    let copy;
    let data = if data.len() < 4096 || !is_plain(this) {
        copy = data.to_vec();
        &copy[..]
    } else {
        memory(vm, this)?;
        bytes_like(object).unwrap_or_default()
    };
    write_bytes(vm, this, data).map(number::size)
}

/// `flush` of writers.
///
/// # Errors
/// What the raw stream raises; ValueError when closed.
pub(crate) fn flush(vm: &mut Vm, this: Value) -> PyResult<()> {
    raw(vm, this)?;
    check_open(vm, this, "flush of closed file")?;
    exclusively(vm, this, |vm| flush_and_rewind(vm, this))
}

pub(super) fn flush_method(vm: &mut Vm, args: Args) -> PyResult {
    flush(vm, args.at(0)).map(|()| ty::none())
}
