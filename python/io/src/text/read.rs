//! Reading text.

use super::{
    CAN_READ, CARRY, CHUNK, DECODED, DECODER, HAS_READ1, NEWLINES, READ_NEWLINE, SEEKABLE,
    SNAPSHOT_FLAGS, SNAPSHOT_INPUT, TELLING, TEXT_IO, TRANSLATE, UNIVERSAL, USED, buffer, change,
    forget_decoded, forget_snapshot, handler, has, native, open_buffer, write,
};
use crate::args::limit;
use crate::buffered::{self, find_byte};
use crate::codec::{self, Native};
use crate::errors::unsupported;
use crate::fields::{get, int, is_exact, set, set_size, set_small, size};
use crate::newline::Newlines;
use taipan_objects::bytes::{Bytes, bytes_like};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::{Str, Text};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm};

const HELD_CR: i64 = 8;

/// The state of a native decoder.
#[derive(Clone, Default, Debug)]
pub(super) struct Decoder {
    pub(super) carry: Vec<u8>,
    pub(super) newlines: Newlines,
}

impl Decoder {
    /// Of a stream.
    pub(super) fn load(this: Value) -> Decoder {
        let state = int(this, NEWLINES);
        Decoder {
            carry: get(this, CARRY)
                .and_then(Bytes::of)
                .map(|carry| carry.data().to_vec())
                .unwrap_or_default(),
            newlines: Newlines {
                pending_cr: state & HELD_CR != 0,
                seen: state & 7,
            },
        }
    }

    /// Back into the stream.
    pub(super) fn save(&self, vm: &mut Vm, this: Value) -> PyResult<()> {
        let carry = match &self.carry[..] {
            [] => None,
            carry => Some(vm.new_bytes(carry)?),
        };
        set(vm, this, CARRY, carry);
        let held = if self.newlines.pending_cr { HELD_CR } else { 0 };
        set_small(vm, this, NEWLINES, self.newlines.seen | held);
        Ok(())
    }

    /// Decodes the next bytes.
    pub(super) fn decode(
        &mut self,
        vm: &mut Vm,
        this: Value,
        from: Native,
        input: &[u8],
        last: bool,
    ) -> PyResult<Str> {
        let handler = handler(this);
        let text = if self.carry.is_empty() {
            let decoded = codec::decode(vm, input, from, &handler, last)?;
            self.carry = input[decoded.used.min(input.len())..].to_vec();
            decoded.text
        } else {
            let mut all = std::mem::take(&mut self.carry);
            all.extend_from_slice(input);
            let decoded = codec::decode(vm, &all, from, &handler, last)?;
            self.carry = all.split_off(decoded.used.min(all.len()));
            decoded.text
        };
        let text = Str::of(text).expect("decoding gives a string");
        if !has(this, UNIVERSAL) {
            return Ok(text);
        }
        self.newlines.decode(vm, text, has(this, TRANSLATE), last)
    }
}

/// Puts the decoder back to its start.
pub(super) fn reset_decoder(vm: &mut Vm, this: Value) -> PyResult<()> {
    if let Some(decoder) = get(this, DECODER) {
        protocol::call_method(vm, decoder, "reset", &[])?;
    }
    set(vm, this, CARRY, None);
    set_small(vm, this, NEWLINES, 0);
    Ok(())
}

/// Decodes the next bytes with whatever decoder the stream has.
pub(super) fn decode(vm: &mut Vm, this: Value, input: &[u8], last: bool) -> PyResult<Str> {
    if let Some(from) = native(this) {
        let mut decoder = Decoder::load(this);
        let text = decoder.decode(vm, this, from, input, last)?;
        decoder.save(vm, this)?;
        return Ok(text);
    }
    let decoder = get(this, DECODER).expect("readable streams of other encodings have a decoder");
    let bytes = vm.new_bytes(input)?;
    let text = protocol::call_method(vm, decoder, "decode", &[bytes, ty::bool_value(last)])?;
    match Str::of(text) {
        Some(text) => Ok(text),
        None => {
            let name = protocol::type_name(text);
            Err(vm.raise_type(&format!(
                "decoder should return a string result, not '{name}'"
            )))
        }
    }
}

/// The decoder's state: bytes held back, and flags.
pub(super) fn decoder_state(vm: &mut Vm, this: Value) -> PyResult<(Vec<u8>, Value)> {
    if native(this).is_some() {
        let decoder = Decoder::load(this);
        return Ok((
            decoder.carry,
            number::small(decoder.newlines.pending_cr.into()),
        ));
    }
    let decoder = get(this, DECODER).expect("readable streams of other encodings have a decoder");
    let state = protocol::call_method(vm, decoder, "getstate", &[])?;
    let Some(state) = Tuple::of(state).filter(|state| state.len() == 2) else {
        return Err(vm.raise_type("illegal decoder state"));
    };
    let Some(held) = Bytes::of(state.at(0)) else {
        let name = protocol::type_name(state.at(0));
        return Err(vm.raise_type(&format!(
            "illegal decoder state: the first item should be a bytes object, not '{name}'"
        )));
    };
    Ok((held.data().to_vec(), state.at(1)))
}

/// Checks that a stream is open and can be read; what was written goes to the buffer first.
fn begin(vm: &mut Vm, this: Value) -> PyResult {
    let buffer = open_buffer(vm, this)?;
    if !has(this, CAN_READ) {
        return Err(unsupported(vm, "not readable"));
    }
    write::write_pending(vm, this)?;
    Ok(buffer)
}

/// Reads and decodes the next piece, about `hint` characters if that is more than usual; false at the end.
fn read_piece(vm: &mut Vm, this: Value, hint: usize) -> PyResult<bool> {
    let before = if has(this, TELLING) {
        Some(decoder_state(vm, this)?)
    } else {
        None
    };
    let buffer = buffer(vm, this)?;
    let most = size(this, CHUNK).max(hint.min(1 << 24));
    let mut input = Vec::new();
    if is_exact(buffer, &buffered::READER) || is_exact(buffer, &buffered::RANDOM) {
        buffered::read1_into(vm, buffer, most, &mut input)?;
    } else {
        let method = if has(this, HAS_READ1) {
            "read1"
        } else {
            "read"
        };
        let bytes = protocol::call_method(vm, buffer, method, &[number::size(most)])?;
        let Some(data) = bytes_like(bytes) else {
            let name = protocol::type_name(bytes);
            return Err(vm.raise_type(&format!(
                "underlying {method}() should have returned a bytes-like object, not '{name}'"
            )));
        };
        input.extend_from_slice(data);
    }
    let text = decode(vm, this, &input, input.is_empty())?;
    let any = !input.is_empty() || !text.is_empty();
    set(vm, this, DECODED, Some(text.value()));
    set_small(vm, this, USED, 0);
    if let Some((mut held, flags)) = before {
        held.extend_from_slice(&input);
        let held = vm.new_bytes(&held)?;
        set(vm, this, SNAPSHOT_INPUT, Some(held));
        set(vm, this, SNAPSHOT_FLAGS, Some(flags));
    }
    Ok(any)
}

fn decoded(this: Value) -> Option<(Str, usize)> {
    let text = get(this, DECODED).and_then(Str::of)?;
    let used = size(this, USED);
    (used < text.len()).then_some((text, used))
}

/// Takes up to `most` decoded characters.
fn take(vm: &mut Vm, this: Value, most: usize) -> PyResult<Option<Str>> {
    let Some((text, used)) = decoded(this) else {
        return Ok(None);
    };
    let end = used.saturating_add(most).min(text.len());
    set_size(vm, this, USED, end);
    let part = vm.substring(text, used, end)?;
    Ok(Str::of(part))
}

pub(super) fn read(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let size = limit(vm, args.get(1))?;
    let buffer = begin(vm, this)?;
    match size {
        None => read_all(vm, this, buffer),
        Some(size) => read_count(vm, this, size),
    }
}

fn read_all(vm: &mut Vm, this: Value, buffer: Value) -> PyResult {
    let bytes = protocol::call_method(vm, buffer, "read", &[])?;
    let Some(data) = bytes_like(bytes) else {
        if bytes == ty::none() {
            let error = "read() should have returned a bytes-like object, not 'NoneType'";
            return Err(vm.raise_type(error));
        }
        return Err(crate::args::not_bytes(vm, bytes));
    };
    let data = data.to_vec();
    let rest = decode(vm, this, &data, true)?;
    let first = take(vm, this, usize::MAX)?;
    forget_decoded(vm, this);
    forget_snapshot(vm, this);
    // Settings that a first read fixes are fixed even if it gave nothing.
    let empty = vm.new_ascii(&[])?;
    set(vm, this, DECODED, Some(empty));
    match first {
        Some(first) => vm.concat(first, rest),
        None => Ok(rest.value()),
    }
}

fn read_count(vm: &mut Vm, this: Value, count: usize) -> PyResult {
    let Some(first) = take(vm, this, count)? else {
        return read_more(vm, this, count, Vec::new());
    };
    if first.len() == count {
        return Ok(first.value());
    }
    read_more(vm, this, count, first.text().to_vec())
}

fn read_more(vm: &mut Vm, this: Value, count: usize, mut all: Vec<u32>) -> PyResult {
    while all.len() < count {
        let hint = count - all.len();
        if !read_piece(vm, this, hint)? {
            break;
        }
        if let Some(piece) = take(vm, this, count - all.len())? {
            if all.is_empty() && piece.len() == count {
                return Ok(piece.value());
            }
            all.extend(piece.text().iter());
        }
    }
    vm.new_str_points(&all)
}

/// Where a line ends, searched for from a place in decoded text.
#[derive(Clone, Copy)]
enum Ending {
    Lf,
    Cr,
    CrLf,
    Any,
}

fn ending(this: Value) -> Ending {
    if has(this, TRANSLATE) {
        return Ending::Lf;
    }
    if has(this, UNIVERSAL) {
        return Ending::Any;
    }
    match get(this, READ_NEWLINE).and_then(Str::of) {
        Some(text) if text.is("\r\n") => Ending::CrLf,
        Some(text) if text.is("\r") => Ending::Cr,
        _ => Ending::Lf,
    }
}

/// The end of the line that starts at `start`; `after_cr` says that the character before was a `\r` of this line.
fn line_end(text: Text<'_>, start: usize, ending: Ending, after_cr: bool) -> Option<usize> {
    let (cr, lf) = (u32::from('\r'), u32::from('\n'));
    let find = |byte: u8| match text {
        Text::Ascii(bytes) | Text::Latin1(bytes) => {
            find_byte(&bytes[start..], byte).map(|at| start + at)
        }
        other => (start..other.len()).find(|at| other.at(*at) == u32::from(byte)),
    };
    match ending {
        Ending::Lf => find(b'\n').map(|at| at + 1),
        Ending::Cr => find(b'\r').map(|at| at + 1),
        Ending::CrLf => {
            let mut previous = after_cr;
            (start..text.len()).find_map(|at| {
                let found = previous && text.at(at) == lf;
                previous = text.at(at) == cr;
                found.then_some(at + 1)
            })
        }
        Ending::Any => (start..text.len()).find_map(|at| match text.at(at) {
            point if point == lf => Some(at + 1),
            point if point == cr => {
                let pair = at + 1 < text.len() && text.at(at + 1) == lf;
                Some(at + 1 + usize::from(pair))
            }
            _ => None,
        }),
    }
}

/// The next line, at most so many characters of it; empty at the end.
pub(super) fn read_line(vm: &mut Vm, this: Value, most: usize) -> PyResult {
    begin(vm, this)?;
    let ending = ending(this);
    let mut line: Vec<u32> = Vec::new();
    loop {
        if line.len() >= most {
            return vm.new_str_points(&line);
        }
        let Some((text, used)) = decoded(this) else {
            if read_piece(vm, this, 0)? {
                continue;
            }
            return vm.new_str_points(&line);
        };
        let after_cr = line.last() == Some(&u32::from('\r'));
        let found = line_end(text.text(), used, ending, after_cr);
        let limit = used.saturating_add(most - line.len());
        let end = found.unwrap_or_else(|| text.len()).min(limit);
        set_size(vm, this, USED, end);
        let done = found.is_some() || end == limit;
        if done && line.is_empty() {
            return vm.substring(text, used, end);
        }
        line.extend((used..end).map(|at| text.at(at)));
        if done {
            return vm.new_str_points(&line);
        }
    }
}

pub(super) fn readline(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let most = match args.get(1) {
        Some(size) => usize::try_from(crate::args::ssize(vm, size)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    read_line(vm, this, most)
}

pub(super) fn next(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    buffer(vm, this)?;
    change(vm, this, TELLING, false);
    let line = if is_exact(this, &TEXT_IO) {
        read_line(vm, this, usize::MAX)?
    } else {
        let line = protocol::call_method(vm, this, "readline", &[])?;
        if Str::of(line).is_none() {
            let name = protocol::type_name(line);
            let text = format!("readline() should have returned a str object, not '{name}'");
            return Err(vm.raise_text(&types::OSError, &text));
        }
        line
    };
    if Str::of(line).is_none_or(Str::is_empty) {
        forget_snapshot(vm, this);
        change(vm, this, TELLING, has(this, SEEKABLE));
        return Ok(None);
    }
    Ok(Some(line))
}
