//! `TextIOWrapper`: text over a buffer of bytes. UTF-8, Latin-1 and ASCII are decoded and encoded here; other encodings by the incremental
//! objects of module `codecs`. The fields are listed below.

mod position;
mod read;
mod setup;
mod types;
mod write;

pub(crate) use setup::{Newline, Settings, locale_encoding, open, settings};
pub(crate) use types::{TEXT_IO, TYPES};
pub use write::write_text;

use crate::codec::{Handler, Native};
use crate::errors::{closed_stop, uninitialized};
use crate::fields::{get, int, set, set_small};
use crate::{base, buffered, bytes_io};
use taipan_objects::bytes::ByteArray;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Raised, Value, Vm};

/// The buffer.
const BUFFER: usize = 0;
/// State bits.
const STATE: usize = 1;
/// Name of the encoding.
const ENCODING: usize = 2;
/// Name of the error handler.
const ERRORS: usize = 3;
/// The incremental decoder of an encoding that is not native.
const DECODER: usize = 4;
/// The incremental encoder of an encoding that is not native.
const ENCODER: usize = 5;
/// Size of pieces.
const CHUNK: usize = 6;
/// The line end that reading looks for (unset: universal).
const READ_NEWLINE: usize = 7;
/// Text that was decoded and not all read.
const DECODED: usize = 8;
/// Characters of it that were read.
const USED: usize = 9;
/// Bytes to be written, a bytearray.
const PENDING: usize = 10;
/// State of the decoder before the piece that was decoded last; unset when not known.
const SNAPSHOT_FLAGS: usize = 11;
/// Bytes it was given for that piece.
const SNAPSHOT_INPUT: usize = 12;
/// Bytes that the native decoder holds back.
const CARRY: usize = 13;
/// Line ends the native decoder has seen (bits 0-2), whether it holds a `\r` back (bit 3).
const NEWLINES: usize = 14;
/// Number of fields.
const COUNT: usize = 15;

const READY: i64 = 1;
const DETACHED: i64 = 1 << 1;
const LINE_BUFFERING: i64 = 1 << 2;
const WRITE_THROUGH: i64 = 1 << 3;
/// Every kind of line end ends a line.
const UNIVERSAL: i64 = 1 << 4;
/// Line ends are read as `\n`.
const TRANSLATE: i64 = 1 << 5;
const SEEKABLE: i64 = 1 << 6;
const TELLING: i64 = 1 << 7;
const HAS_READ1: i64 = 1 << 8;
const CAN_READ: i64 = 1 << 9;
const CAN_WRITE: i64 = 1 << 10;
/// `\n` is written as `\r\n`.
const WRITE_CRLF: i64 = 1 << 11;
/// `\n` is written as `\r`.
const WRITE_CR: i64 = 1 << 12;
/// Which native encoding: two bits, 0 is none.
const NATIVE_SHIFT: u32 = 13;
const NATIVE_MASK: i64 = 3 << NATIVE_SHIFT;

fn has(this: Value, bit: i64) -> bool {
    int(this, STATE) & bit != 0
}

fn change(vm: &Vm, this: Value, bit: i64, on: bool) {
    let state = int(this, STATE);
    set_small(vm, this, STATE, if on { state | bit } else { state & !bit });
}

fn native(this: Value) -> Option<Native> {
    match (int(this, STATE) & NATIVE_MASK) >> NATIVE_SHIFT {
        1 => Some(Native::Utf8),
        2 => Some(Native::Latin1),
        3 => Some(Native::Ascii),
        _ => None,
    }
}

fn handler(this: Value) -> Handler {
    match get(this, ERRORS).and_then(Str::of) {
        Some(name) => Handler::named(&name.to_rust()),
        None => Handler::Strict,
    }
}

/// The buffer of a stream that is set up and not detached.
fn buffer(vm: &mut Vm, this: Value) -> PyResult {
    if has(this, READY)
        && let Some(buffer) = get(this, BUFFER)
    {
        return Ok(buffer);
    }
    Err(no_buffer(vm, this))
}

#[cold]
fn no_buffer(vm: &mut Vm, this: Value) -> Raised {
    if has(this, DETACHED) {
        return vm.raise_value("underlying buffer has been detached");
    }
    uninitialized(vm)
}

/// Whether the buffer is closed.
fn is_closed(vm: &mut Vm, buffer: Value) -> PyResult<bool> {
    if buffered::is_buffered(buffer) {
        return buffered::is_closed(vm, buffer);
    }
    if bytes_io::is_bytes_io(buffer) {
        return Ok(bytes_io::is_closed(buffer));
    }
    base::is_closed(vm, buffer)
}

/// The buffer of an open stream.
fn open_buffer(vm: &mut Vm, this: Value) -> PyResult {
    let buffer = buffer(vm, this)?;
    if is_closed(vm, buffer)? {
        return Err(closed_stop(vm));
    }
    Ok(buffer)
}

fn pending(vm: &mut Vm, this: Value) -> PyResult<ByteArray> {
    if let Some(array) = get(this, PENDING).and_then(ByteArray::of) {
        return Ok(array);
    }
    let array = vm.new_bytearray(&[])?;
    set(vm, this, PENDING, Some(array.value()));
    Ok(array)
}

/// Forgets decoded text.
fn forget_decoded(vm: &Vm, this: Value) {
    set(vm, this, DECODED, None);
    set_small(vm, this, USED, 0);
}

fn forget_snapshot(vm: &Vm, this: Value) {
    set(vm, this, SNAPSHOT_FLAGS, None);
    set(vm, this, SNAPSHOT_INPUT, None);
}

/// A type's name as representations show it: with its module for builtin types.
pub(crate) fn class_text(this: Value) -> String {
    let ty = Type::of(this);
    if ty.is_heap() {
        ty.name()
    } else {
        format!("_io.{}", ty.name())
    }
}

/// The representation of attribute `name`, if there is one.
///
/// # Errors
/// RuntimeError for a name that contains the object; what the attribute raises.
pub(crate) fn shown_name(vm: &mut Vm, this: Value) -> PyResult<Option<String>> {
    let name = vm.interp.names.name.str();
    let found = match protocol::get_attr_opt(vm, this, name) {
        Err(raised) if vm.raised_is(&ty::types::ValueError) => {
            vm.take_raised(raised);
            None
        }
        found => found?,
    };
    let Some(name) = found else {
        return Ok(None);
    };
    match vm.repr_guard(this, |vm| protocol::repr_text(vm, name))? {
        Some(shown) => Ok(Some(shown)),
        None => {
            let class = protocol::type_name(this);
            Err(vm.raise_runtime(&format!("reentrant call inside {class}.__repr__")))
        }
    }
}
