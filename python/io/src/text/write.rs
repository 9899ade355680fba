//! Writing text.

use super::{
    BUFFER, CAN_WRITE, CHUNK, DECODER, ENCODER, LINE_BUFFERING, PENDING, READY, SEEKABLE, STATE,
    TELLING, WRITE_CR, WRITE_CRLF, WRITE_THROUGH, buffer, change, forget_decoded, forget_snapshot,
    handler, has, is_closed, native, open_buffer, pending,
};
use crate::buffered::{self, find_byte};
use crate::codec;
use crate::errors::{closed_stop, unsupported};
use crate::fields::{get, int, is_exact, size};
use crate::{bytes_io, file};
use taipan_objects::bytes::{ByteArray, bytes_like};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::{Str, Text};
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm};

/// Writes the pending bytes to the buffer.
///
/// # Errors
/// What the buffer raises.
pub(super) fn write_pending(vm: &mut Vm, this: Value) -> PyResult<()> {
    let Some(array) = get(this, PENDING).and_then(ByteArray::of) else {
        return Ok(());
    };
    if array.is_empty() {
        return Ok(());
    }
    let buffer = buffer(vm, this)?;
    let plain =
        buffered::is_buffered(buffer) && buffered::raw_of(buffer).is_some_and(file::is_file);
    if plain {
        // No guest code runs: the bytes stay where they are.
        let written = buffered::write_bytes(vm, buffer, array.data());
        let length = array.len();
        array.resize_range(vm, 0, length, 0)?;
        return written.map(|_| ());
    }
    let data = array.data().to_vec();
    array.resize_range(vm, 0, data.len(), 0)?;
    if buffered::is_buffered(buffer) {
        return buffered::write_bytes(vm, buffer, &data).map(|_| ());
    }
    if bytes_io::is_bytes_io(buffer) {
        return bytes_io::write_bytes(vm, buffer, &data).map(|_| ());
    }
    let bytes = vm.new_bytes(&data)?;
    loop {
        match protocol::call_method(vm, buffer, "write", &[bytes]) {
            Err(raised) if vm.raised_is(&types::InterruptedError) => {
                vm.take_raised(raised);
            }
            result => return result.map(|_| ()),
        }
    }
}

/// Flushes the buffer under a stream.
fn flush_buffer(vm: &mut Vm, buffer: Value) -> PyResult<()> {
    if is_exact(buffer, &buffered::WRITER) || is_exact(buffer, &buffered::RANDOM) {
        return buffered::flush(vm, buffer);
    }
    protocol::call_method(vm, buffer, "flush", &[]).map(|_| ())
}

/// `flush`.
///
/// # Errors
/// What the buffer raises; ValueError when closed.
pub(crate) fn flush(vm: &mut Vm, this: Value) -> PyResult<()> {
    let buffer = open_buffer(vm, this)?;
    change(vm, this, TELLING, has(this, SEEKABLE));
    write_pending(vm, this)?;
    flush_buffer(vm, buffer)
}

/// Text with `\n` written as the stream writes it.
fn with_newlines(vm: &mut Vm, this: Value, text: Str) -> PyResult<Str> {
    if !has(this, WRITE_CRLF | WRITE_CR) {
        return Ok(text);
    }
    let (lf, cr) = (u32::from('\n'), u32::from('\r'));
    let crlf = has(this, WRITE_CRLF);
    let mut out = Vec::with_capacity(text.len() + 8);
    for point in text.text().iter() {
        if point == lf {
            out.push(cr);
            out.extend(crlf.then_some(lf));
        } else {
            out.push(point);
        }
    }
    let text = vm.new_str_points(&out)?;
    Ok(Str::of(text).expect("a new string"))
}

/// Whether a text ends a line somewhere.
fn ends_line(text: Str) -> bool {
    match text.text() {
        Text::Ascii(bytes) | Text::Latin1(bytes) => {
            find_byte(bytes, b'\n').is_some() || find_byte(bytes, b'\r').is_some()
        }
        other => other
            .iter()
            .any(|c| c == u32::from('\n') || c == u32::from('\r')),
    }
}

/// Appends encoded bytes to those pending.
fn append(vm: &mut Vm, this: Value, bytes: &[u8]) -> PyResult<()> {
    let chunk = size(this, CHUNK);
    let array = pending(vm, this)?;
    if !array.is_empty() && array.len() + bytes.len() > chunk {
        write_pending(vm, this)?;
    }
    let array = pending(vm, this)?;
    let length = array.len();
    array.resize_range(vm, length, length, bytes.len())?;
    array.data_mut()[length..].copy_from_slice(bytes);
    Ok(())
}

/// Encodes a text and adds it to what is pending.
fn encode(vm: &mut Vm, this: Value, text: Str) -> PyResult<()> {
    let Some(native) = native(this) else {
        let encoder =
            get(this, ENCODER).expect("writable streams of other encodings have an encoder");
        let bytes = protocol::call_method(vm, encoder, "encode", &[text.value()])?;
        let Some(data) = bytes_like(bytes) else {
            let name = protocol::type_name(bytes);
            return Err(vm.raise_type(&format!(
                "encoder should return a bytes object, not '{name}'"
            )));
        };
        let data = data.to_vec();
        return append(vm, this, &data);
    };
    if let Text::Ascii(bytes) = text.text() {
        // Short texts are copied first: making room may move the string.
        let mut small = [0u8; 256];
        if let Some(room) = small.get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            return append(vm, this, room);
        }
        let copy = bytes.to_vec();
        return append(vm, this, &copy);
    }
    let handler = handler(this);
    let mut out = Vec::with_capacity(text.len() * 2);
    codec::encode_into(vm, text, native, &handler, &mut out)?;
    append(vm, this, &out)
}

/// Writes a text to a stream that can be written.
fn put(vm: &mut Vm, this: Value, buffer: Value, text: Str) -> PyResult<()> {
    let flushes = has(this, LINE_BUFFERING) && ends_line(text);
    let translated = with_newlines(vm, this, text)?;
    encode(vm, this, translated)?;
    let full = pending(vm, this)?.len() >= size(this, CHUNK);
    if full || flushes || has(this, WRITE_THROUGH) {
        write_pending(vm, this)?;
    }
    if flushes {
        flush_buffer(vm, buffer)?;
    }
    if get(this, super::DECODED).is_some() || get(this, super::SNAPSHOT_FLAGS).is_some() {
        forget_decoded(vm, this);
        forget_snapshot(vm, this);
        super::read::reset_decoder(vm, this)?;
    } else if let Some(decoder) = get(this, DECODER) {
        protocol::call_method(vm, decoder, "reset", &[])?;
    }
    Ok(())
}

pub(super) fn write(vm: &mut Vm, args: Args) -> PyResult {
    let (this, text) = (args.at(0), args.at(1));
    let Some(text) = Str::of(text) else {
        let name = protocol::type_name(text);
        return Err(vm.raise_type(&format!("write() argument must be str, not {name}")));
    };
    let buffer = buffer(vm, this)?;
    if is_closed(vm, buffer)? {
        return Err(closed_stop(vm));
    }
    if !has(this, CAN_WRITE) {
        return Err(unsupported(vm, "not writable"));
    }
    put(vm, this, buffer, text)?;
    Ok(number::size(text.len()))
}

/// Writes a text to a file if that is exactly a `TextIOWrapper` over the builtin layers (what `sys.stdout` usually is): false otherwise, and
/// nothing is written.
///
/// # Errors
/// As `write` of the file.
pub fn write_text(vm: &mut Vm, file: Value, text: Str) -> PyResult<bool> {
    if !is_exact(file, &super::TEXT_IO) {
        return Ok(false);
    }
    let ready = READY | CAN_WRITE;
    if int(file, STATE) & ready != ready || native(file).is_none() {
        return Ok(false);
    }
    let Some(buffer) = get(file, BUFFER).filter(|buffer| is_exact(*buffer, &buffered::WRITER))
    else {
        return Ok(false);
    };
    let Some(raw) = buffered::raw_of(buffer).filter(|raw| file::is_file(*raw)) else {
        return Ok(false);
    };
    if file::fd(raw) < 0 {
        return Err(closed_stop(vm));
    }
    put(vm, file, buffer, text)?;
    Ok(true)
}

pub(super) fn flush_method(vm: &mut Vm, args: Args) -> PyResult {
    flush(vm, args.at(0)).map(|()| ty::none())
}

/// `close`.
pub(super) fn close(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let buffer = buffer(vm, this)?;
    if is_closed(vm, buffer)? {
        return Ok(ty::none());
    }
    let flushed = if is_exact(this, &super::TEXT_IO) {
        flush(vm, this)
    } else {
        protocol::call_method(vm, this, "flush", &[]).map(|_| ())
    };
    crate::errors::both(vm, flushed, |vm| {
        protocol::call_method(vm, buffer, "close", &[]).map(|_| ())
    })?;
    Ok(ty::none())
}
