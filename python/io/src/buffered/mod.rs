//! `BufferedReader`, `BufferedWriter` and `BufferedRandom`: one kind of object, which holds either data read ahead or data not yet written.
//! Fields: raw stream, state bits, buffer (a bytearray nobody else sees, so its data stays where it is), size of the buffer, first unread
//! byte, end of the bytes read, first unwritten byte, end of the bytes to be written, position of the raw stream (-1: not known).

mod pair;
mod read;
mod types;
mod write;

pub(crate) use pair::TYPES as PAIR_TYPES;
pub(crate) use read::{find_byte, read1_into};
pub(crate) use types::{RANDOM, READER, TYPES, WRITER, open};
pub(crate) use write::{flush, write_bytes};

use crate::base;
use crate::errors::{self, uninitialized};
use crate::fields::{get, int, is_exact, set, set_int, set_size, set_small, size};
use crate::{bytes_io, file, sys};
use taipan_objects::bytes::ByteArray;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty;
use taipan_objects::{PyResult, Raised, Value, Vm};

const RAW: usize = 0;
const STATE: usize = 1;
const BUFFER: usize = 2;
const SIZE: usize = 3;
const POS: usize = 4;
const END: usize = 5;
const WRITE_POS: usize = 6;
const WRITE_END: usize = 7;
const RAW_POS: usize = 8;
/// Number of fields.
const COUNT: usize = 9;

const READY: i64 = 1;
const DETACHED: i64 = 2;
const CAN_READ: i64 = 4;
const CAN_WRITE: i64 = 8;
const BUSY: i64 = 16;

fn has(this: Value, bit: i64) -> bool {
    int(this, STATE) & bit != 0
}

fn change(vm: &Vm, this: Value, bit: i64, on: bool) {
    let state = int(this, STATE);
    set_small(vm, this, STATE, if on { state | bit } else { state & !bit });
}

/// Whether a value is exactly one of the buffered types.
pub(crate) fn is_buffered(value: Value) -> bool {
    is_exact(value, &READER) || is_exact(value, &WRITER) || is_exact(value, &RANDOM)
}

/// The raw stream, if there is one.
pub(crate) fn raw_of(this: Value) -> Option<Value> {
    get(this, RAW).filter(|raw| *raw != ty::none() && has(this, READY))
}

/// The raw stream of a buffer that is set up and not detached.
fn raw(vm: &mut Vm, this: Value) -> PyResult {
    match raw_of(this) {
        Some(raw) => Ok(raw),
        None => Err(no_raw(vm, this)),
    }
}

#[cold]
fn no_raw(vm: &mut Vm, this: Value) -> Raised {
    if has(this, DETACHED) {
        return vm.raise_value("raw stream has been detached");
    }
    uninitialized(vm)
}

/// Whether the raw stream is closed.
///
/// # Errors
/// What its attribute raises.
pub(crate) fn is_closed(vm: &mut Vm, this: Value) -> PyResult<bool> {
    let raw = raw(vm, this)?;
    if file::is_file(raw) {
        return Ok(file::fd(raw) < 0);
    }
    if bytes_io::is_bytes_io(raw) {
        return Ok(bytes_io::is_closed(raw));
    }
    base::is_closed(vm, raw)
}

fn check_open(vm: &mut Vm, this: Value, text: &str) -> PyResult<()> {
    if is_closed(vm, this)? {
        return Err(vm.raise_value(text));
    }
    Ok(())
}

/// Runs `body` unless something runs on this object already: methods of the raw stream may be the user's.
fn exclusively<T>(
    vm: &mut Vm,
    this: Value,
    body: impl FnOnce(&mut Vm) -> PyResult<T>,
) -> PyResult<T> {
    if has(this, BUSY) {
        return Err(reentrant(vm, this));
    }
    change(vm, this, BUSY, true);
    let result = body(vm);
    change(vm, this, BUSY, false);
    result
}

#[cold]
fn reentrant(vm: &mut Vm, this: Value) -> Raised {
    match protocol::repr_text(vm, this) {
        Ok(shown) => vm.raise_runtime(&format!("reentrant call inside {shown}")),
        Err(raised) => raised,
    }
}

/// The buffer's memory. It stays in place as long as the buffer is not given up, so it may be held across allocations.
fn memory<'a>(vm: &mut Vm, this: Value) -> PyResult<&'a mut [u8]> {
    if let Some(array) = get(this, BUFFER).and_then(ByteArray::of) {
        return Ok(array.data_mut());
    }
    let array = vm.new_bytearray(&[])?;
    array.resize_range(vm, 0, 0, size(this, SIZE).max(1))?;
    set(vm, this, BUFFER, Some(array.value()));
    Ok(array.data_mut())
}

/// Bytes read ahead.
fn unread(this: Value) -> usize {
    size(this, END).saturating_sub(size(this, POS))
}

/// Bytes not yet written.
fn unwritten(this: Value) -> usize {
    size(this, WRITE_END).saturating_sub(size(this, WRITE_POS))
}

fn forget_read(vm: &Vm, this: Value) {
    set_size(vm, this, POS, 0);
    set_size(vm, this, END, 0);
}

fn forget_written(vm: &Vm, this: Value) {
    set_size(vm, this, WRITE_POS, 0);
    set_size(vm, this, WRITE_END, 0);
}

// ---- the raw stream

fn advance(vm: &mut Vm, this: Value, count: usize) -> PyResult<()> {
    let at = int(this, RAW_POS);
    if at >= 0 {
        set_int(vm, this, RAW_POS, at.saturating_add(count as i64))?;
    }
    Ok(())
}

/// Reads from the raw stream into memory; none when it does not block and has nothing.
fn raw_read(vm: &mut Vm, this: Value, to: &mut [u8]) -> PyResult<Option<usize>> {
    let raw = raw(vm, this)?;
    let count = if file::is_file(raw) {
        file::read_to(vm, raw, to)?
    } else if bytes_io::is_bytes_io(raw) {
        Some(bytes_io::read_to(vm, raw, to)?)
    } else {
        let array = base::zeroed_array(vm, to.len())?;
        let view = base::view_of(vm, array.value())?;
        let result = call_interruptible(vm, raw, "readinto", view)?;
        protocol::call_method(vm, view, "release", &[])?;
        if result == ty::none() {
            None
        } else {
            let count = returned_count(vm, result, to.len(), "readinto")?;
            let data = array.data();
            let count = count.min(data.len());
            to[..count].copy_from_slice(&data[..count]);
            Some(count)
        }
    };
    if let Some(count) = count {
        advance(vm, this, count)?;
    }
    Ok(count)
}

/// Calls a method of a raw stream, again when it raises InterruptedError (signal handlers ran).
fn call_interruptible(vm: &mut Vm, raw: Value, method: &str, arg: Value) -> PyResult {
    loop {
        match protocol::call_method(vm, raw, method, &[arg]) {
            Err(raised) if vm.raised_is(&ty::types::InterruptedError) => {
                vm.take_raised(raised);
            }
            result => return result,
        }
    }
}

fn returned_count(vm: &mut Vm, result: Value, most: usize, method: &str) -> PyResult<usize> {
    let count = crate::args::ssize(vm, result)?;
    match usize::try_from(count) {
        Ok(count) if count <= most => Ok(count),
        _ => Err(vm.raise_text(
            &ty::types::OSError,
            &format!(
                "raw {method}() returned invalid length {count} (should have been between 0 and {most})"
            ),
        )),
    }
}

/// Writes to the raw stream; none when it does not block and takes nothing. `data` may be the buffer's memory.
fn raw_write(vm: &mut Vm, this: Value, data: &[u8]) -> PyResult<Option<usize>> {
    let raw = raw(vm, this)?;
    let count = if file::is_file(raw) {
        file::write_some(vm, raw, data)?
    } else if bytes_io::is_bytes_io(raw) {
        Some(bytes_io::write_bytes(vm, raw, data)?)
    } else {
        let most = data.len();
        let bytes = vm.new_bytes(data)?;
        let view = base::view_of(vm, bytes)?;
        let result = call_interruptible(vm, raw, "write", view)?;
        if result == ty::none() {
            None
        } else {
            Some(returned_count(vm, result, most, "write")?)
        }
    };
    if let Some(count) = count {
        advance(vm, this, count)?;
    }
    Ok(count)
}

fn raw_place(vm: &mut Vm, this: Value, result: Value) -> PyResult<i64> {
    let place = crate::args::offset(vm, result)?;
    if place < 0 {
        let text = format!("Raw stream returned invalid position {place}");
        return Err(vm.raise_text(&ty::types::OSError, &text));
    }
    set_int(vm, this, RAW_POS, place)?;
    Ok(place)
}

fn raw_tell(vm: &mut Vm, this: Value) -> PyResult<i64> {
    let raw = raw(vm, this)?;
    if file::is_file(raw) {
        let place = file::seek_to(vm, raw, 0, libc::SEEK_CUR)?;
        set_int(vm, this, RAW_POS, place)?;
        return Ok(place);
    }
    let result = protocol::call_method(vm, raw, "tell", &[])?;
    raw_place(vm, this, result)
}

fn raw_seek(vm: &mut Vm, this: Value, target: i64, whence: i32) -> PyResult<i64> {
    let raw = raw(vm, this)?;
    if file::is_file(raw) {
        let place = file::seek_to(vm, raw, target, whence)?;
        set_int(vm, this, RAW_POS, place)?;
        return Ok(place);
    }
    let target = vm.new_int(target)?;
    let result = protocol::call_method(vm, raw, "seek", &[target, number::small(whence.into())])?;
    raw_place(vm, this, result)
}

/// The raw stream's position, as far as it is known without asking.
fn known_place(vm: &mut Vm, this: Value) -> PyResult<i64> {
    match int(this, RAW_POS) {
        place if place >= 0 => Ok(place),
        _ => raw_tell(vm, this),
    }
}

/// Writes what is pending and puts the raw stream where reader and writer think it is.
fn flush_and_rewind(vm: &mut Vm, this: Value) -> PyResult<()> {
    write::flush_pending(vm, this)?;
    rewind(vm, this)
}

/// Gives up what was read ahead.
fn rewind(vm: &mut Vm, this: Value) -> PyResult<()> {
    let ahead = unread(this);
    let any = size(this, END) > 0;
    if any {
        if ahead > 0 {
            raw_seek(vm, this, -(ahead as i64), libc::SEEK_CUR)?;
        }
        forget_read(vm, this);
    }
    Ok(())
}

/// Sets the object up on a raw stream.
fn set_up(vm: &mut Vm, this: Value, raw: Value, buffer_size: i64, able: i64) -> PyResult<()> {
    change(vm, this, READY | DETACHED, false);
    for (bit, method) in [(CAN_READ, "readable"), (CAN_WRITE, "writable")] {
        if able & bit == 0 {
            continue;
        }
        if file::is_file(raw) {
            file::open_fd(vm, raw)?;
            let fine = if bit == CAN_READ {
                file::is_readable(raw)
            } else {
                file::is_writable(raw)
            };
            if !fine {
                return Err(errors::unsupported(
                    vm,
                    &format!("File or stream is not {method}."),
                ));
            }
        } else {
            base::check_able(vm, raw, method)?;
        }
    }
    if able == CAN_READ | CAN_WRITE {
        base::check_able(vm, raw, "seekable")?;
    }
    if buffer_size <= 0 {
        return Err(vm.raise_value("buffer size must be strictly positive"));
    }
    if buffer_size > 1 << 40 {
        return Err(vm.raise_memory_error());
    }
    set(vm, this, RAW, Some(raw));
    set(vm, this, BUFFER, None);
    set_int(vm, this, SIZE, buffer_size)?;
    forget_read(vm, this);
    forget_written(vm, this);
    set_small(vm, this, STATE, READY | able);
    set_small(vm, this, RAW_POS, -1);
    if file::is_file(raw) {
        if let Ok(place) = sys::seek(file::fd(raw), 0, libc::SEEK_CUR) {
            set_int(vm, this, RAW_POS, place)?;
        }
        return Ok(());
    }
    match raw_tell(vm, this) {
        Err(raised) => {
            let error = vm.take_raised(raised);
            if taipan_objects::exception::is_a(error, &ty::types::EXCEPTION) {
                Ok(())
            } else {
                Err(vm.raise(error))
            }
        }
        Ok(_) => Ok(()),
    }
}
