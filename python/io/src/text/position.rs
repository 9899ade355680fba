//! `tell` and `seek` of text streams. A cookie is an int: position of the buffer in the lowest 64 bits, then 64 bits each of the decoder's
//! flags, the bytes to feed it, the characters to skip, and whether it has to be told the end.

use super::read::{self, Decoder};
use super::{
    CAN_READ, DECODED, DECODER, ENCODER, SEEKABLE, SNAPSHOT_FLAGS, SNAPSHOT_INPUT, TELLING, USED,
    forget_decoded, forget_snapshot, has, native, open_buffer, write,
};
use crate::errors::unsupported;
use crate::fields::{get, set, set_size, set_small, size};
use crate::newline::Newlines;
use taipan_objects::bytes::{Bytes, bytes_like};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, CompareOp};
use taipan_objects::str::Str;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Value, Vm};

/// A place in a text stream.
struct Cookie {
    position: Value,
    flags: Value,
    feed: usize,
    skip: usize,
    end: bool,
}

impl Cookie {
    fn pack(&self, vm: &mut Vm) -> PyResult {
        let mut all = self.position;
        let parts = [
            (self.flags, 64),
            (number::size(self.feed), 128),
            (number::size(self.skip), 192),
            (number::small(self.end.into()), 256),
        ];
        for (part, shift) in parts {
            if part == number::small(0) {
                continue;
            }
            let shifted = protocol::binary(vm, BinaryOp::LShift, part, number::small(shift))?;
            all = protocol::binary(vm, BinaryOp::Or, all, shifted)?;
        }
        Ok(all)
    }

    fn unpack(vm: &mut Vm, cookie: Value) -> PyResult<Cookie> {
        if let Some(position) = cookie.as_small_int() {
            let position = number::small(position);
            return Ok(Cookie {
                position,
                flags: number::small(0),
                feed: 0,
                skip: 0,
                end: false,
            });
        }
        let one = number::small(1);
        let mask = protocol::binary(vm, BinaryOp::LShift, one, number::small(64))?;
        let mask = protocol::binary(vm, BinaryOp::Sub, mask, one)?;
        let part = |vm: &mut Vm, shift: i64| {
            let shifted = protocol::binary(vm, BinaryOp::RShift, cookie, number::small(shift))?;
            protocol::binary(vm, BinaryOp::And, shifted, mask)
        };
        let position = part(vm, 0)?;
        let flags = part(vm, 64)?;
        let feed = part(vm, 128)?;
        let skip = part(vm, 192)?;
        let end = part(vm, 256)?;
        let small =
            |value: Value| number::i64_of(value).and_then(|value| usize::try_from(value).ok());
        match (small(feed), small(skip)) {
            (Some(feed), Some(skip)) => Ok(Cookie {
                position,
                flags,
                feed,
                skip,
                end: end != number::small(0),
            }),
            _ => Err(vm.raise_overflow("Python int too large to convert to C int")),
        }
    }
}

/// Puts the decoder into a state without bytes held back.
fn set_decoder(vm: &mut Vm, this: Value, flags: Value) -> PyResult<()> {
    if native(this).is_some() {
        let mut decoder = Decoder::load(this);
        decoder.carry.clear();
        let held = number::i64_of(flags).is_some_and(|flags| flags & 1 != 0);
        decoder.newlines = Newlines {
            pending_cr: held,
            ..decoder.newlines
        };
        return decoder.save(vm, this);
    }
    if let Some(decoder) = get(this, DECODER) {
        let empty = vm.new_bytes(&[])?;
        let state = vm.new_tuple(&[empty, flags])?;
        protocol::call_method(vm, decoder, "setstate", &[state])?;
    }
    Ok(())
}

/// Where, for the encoder, the stream stands.
fn set_encoder(vm: &mut Vm, this: Value, start: bool) -> PyResult<()> {
    if let Some(encoder) = get(this, ENCODER) {
        if start {
            protocol::call_method(vm, encoder, "reset", &[])?;
        } else {
            protocol::call_method(vm, encoder, "setstate", &[number::small(0)])?;
        }
    }
    Ok(())
}

pub(super) fn tell(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let buffer = open_buffer(vm, this)?;
    if !has(this, SEEKABLE) {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    if !has(this, TELLING) {
        return Err(vm.raise_text(&types::OSError, "telling position disabled by next() call"));
    }
    write::write_pending(vm, this)?;
    protocol::call_method(vm, this, "flush", &[])?;
    let position = protocol::call_method(vm, buffer, "tell", &[])?;
    let snapshot = get(this, SNAPSHOT_FLAGS).zip(get(this, SNAPSHOT_INPUT).and_then(Bytes::of));
    let Some((flags, input)) = snapshot.filter(|_| has(this, CAN_READ)) else {
        return Ok(position);
    };
    let input = input.data().to_vec();
    let position = protocol::binary(vm, BinaryOp::Sub, position, number::size(input.len()))?;
    let skip = size(this, USED);
    if get(this, DECODED).is_none() || skip == 0 {
        let cookie = Cookie {
            position,
            flags,
            feed: 0,
            skip: 0,
            end: false,
        };
        return cookie.pack(vm);
    }
    let saved = read::decoder_state(vm, this)?;
    let seen = Decoder::load(this).newlines;
    let found = find_place(vm, this, position, flags, &input, skip);
    // The decoder goes back to where it was, whatever happened.
    let restored = restore(vm, this, saved, seen);
    let cookie = found?;
    restored?;
    cookie.pack(vm)
}

fn restore(vm: &mut Vm, this: Value, saved: (Vec<u8>, Value), seen: Newlines) -> PyResult<()> {
    let (carry, flags) = saved;
    if native(this).is_some() {
        return Decoder {
            carry,
            newlines: seen,
        }
        .save(vm, this);
    }
    if let Some(decoder) = get(this, DECODER) {
        let held = vm.new_bytes(&carry)?;
        let state = vm.new_tuple(&[held, flags])?;
        protocol::call_method(vm, decoder, "setstate", &[state])?;
    }
    Ok(())
}

/// Feeds the decoder byte by byte until it has given `skip` characters, and remembers the last place where it held nothing back.
fn find_place(
    vm: &mut Vm,
    this: Value,
    position: Value,
    flags: Value,
    input: &[u8],
    skip: usize,
) -> PyResult<Cookie> {
    set_decoder(vm, this, flags)?;
    let (mut characters, mut safe_bytes, mut safe_characters, mut safe_flags) = (0, 0, 0, flags);
    let mut fed = 0;
    let mut end = false;
    while characters < skip && fed < input.len() {
        characters += read::decode(vm, this, &input[fed..fed + 1], false)?.len();
        fed += 1;
        let (held, flags) = read::decoder_state(vm, this)?;
        if held.is_empty() && characters <= skip {
            (safe_bytes, safe_characters, safe_flags) = (fed, characters, flags);
        }
    }
    if characters < skip {
        characters += read::decode(vm, this, &[], true)?.len();
        end = true;
        if characters < skip {
            return Err(vm.raise_text(&types::OSError, "can't reconstruct logical file position"));
        }
    }
    let position = protocol::binary(vm, BinaryOp::Add, position, number::size(safe_bytes))?;
    let skip = skip - safe_characters;
    let feed = if skip == 0 { 0 } else { fed - safe_bytes };
    Ok(Cookie {
        position,
        flags: safe_flags,
        feed,
        skip,
        end: end && skip > 0,
    })
}

pub(super) fn seek(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let whence = crate::args::whence(vm, args.get(2))?;
    let buffer = open_buffer(vm, this)?;
    if !has(this, SEEKABLE) {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    let zero = number::small(0);
    let mut cookie = args.at(1);
    match whence {
        0 => {}
        1 => {
            if !protocol::equal(vm, cookie, zero)? {
                return Err(unsupported(vm, "can't do nonzero cur-relative seeks"));
            }
            cookie = protocol::call_method(vm, this, "tell", &[])?;
        }
        2 => {
            if !protocol::equal(vm, cookie, zero)? {
                return Err(unsupported(vm, "can't do nonzero end-relative seeks"));
            }
            protocol::call_method(vm, this, "flush", &[])?;
            forget_decoded(vm, this);
            forget_snapshot(vm, this);
            read::reset_decoder(vm, this)?;
            let place = protocol::call_method(vm, buffer, "seek", &[zero, number::small(2)])?;
            let start = protocol::equal(vm, place, zero)?;
            set_encoder(vm, this, start)?;
            return Ok(place);
        }
        _ => {
            return Err(vm.raise_value(&format!("invalid whence ({whence}, should be 0, 1 or 2)")));
        }
    }
    let cookie = protocol::index(vm, cookie)?;
    if protocol::compare_truth(vm, cookie, zero, CompareOp::Lt)? {
        let shown = protocol::repr_text(vm, cookie)?;
        return Err(vm.raise_value(&format!("negative seek position {shown}")));
    }
    protocol::call_method(vm, this, "flush", &[])?;
    let place = Cookie::unpack(vm, cookie)?;
    protocol::call_method(vm, buffer, "seek", &[place.position])?;
    forget_decoded(vm, this);
    forget_snapshot(vm, this);
    let start = place.position == zero && place.flags == zero;
    if has(this, CAN_READ) {
        if start {
            read::reset_decoder(vm, this)?;
        } else {
            set_decoder(vm, this, place.flags)?;
        }
    }
    if place.skip > 0 {
        skip(vm, this, buffer, &place)?;
    } else if has(this, CAN_READ) {
        let empty = vm.new_bytes(&[])?;
        set(vm, this, SNAPSHOT_FLAGS, Some(place.flags));
        set(vm, this, SNAPSHOT_INPUT, Some(empty));
    }
    set_encoder(vm, this, start)?;
    Ok(cookie)
}

fn skip(vm: &mut Vm, this: Value, buffer: Value, place: &Cookie) -> PyResult<()> {
    let bytes = protocol::call_method(vm, buffer, "read", &[number::size(place.feed)])?;
    let Some(data) = bytes_like(bytes) else {
        let name = protocol::type_name(bytes);
        return Err(vm.raise_type(&format!(
            "underlying read() should have returned a bytes object, not '{name}'"
        )));
    };
    let data = data.to_vec();
    let input = vm.new_bytes(&data)?;
    set(vm, this, SNAPSHOT_FLAGS, Some(place.flags));
    set(vm, this, SNAPSHOT_INPUT, Some(input));
    let text: Str = read::decode(vm, this, &data, place.end)?;
    set(vm, this, DECODED, Some(text.value()));
    set_small(vm, this, USED, 0);
    if text.len() < place.skip {
        return Err(vm.raise_text(&types::OSError, "can't restore logical file position"));
    }
    set_size(vm, this, USED, place.skip);
    Ok(())
}

pub(super) fn truncate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let buffer = super::buffer(vm, this)?;
    protocol::call_method(vm, this, "flush", &[])?;
    let size = args.get(1).unwrap_or_else(taipan_objects::ty::none);
    protocol::call_method(vm, buffer, "truncate", &[size])
}
