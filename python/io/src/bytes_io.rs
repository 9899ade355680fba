//! `BytesIO`. Fields: a bytearray with the data (unset when closed), position.

use crate::args::{bind, bytes_copy, given, limit, offset, ssize, whence, writable_size};
use crate::base::{BUFFERED_BASE, new_lines};
use crate::buffered::find_byte;
use crate::errors::closed_stop;
use crate::fields::{get, getset, io_types, is_exact, set, set_int, set_small, size};
use taipan_objects::bytes::{ByteArray, Bytes, bytes_like};
use taipan_objects::dict::Dict;
use taipan_objects::instance;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, mem, natives};

io_types! {
    pub(crate) TYPES {
        "BytesIO" BYTES_IO BYTES_IO_DEF: &BUFFERED_BASE, FIELDS, dict true, slots, METHODS, GETSET, "Buffered I/O implementation using an in-memory bytes buffer.";
    }
}

const DATA: usize = 0;
const POS: usize = 1;

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.init = Some(init);
    slots.iter = Some(|vm, this| {
        data(vm, this)?;
        Ok(this)
    });
    slots.next = Some(next);
}

natives! {
    static METHODS = {
        "readable" method NoArgs, "($self, /)" => yes;
        "seekable" method NoArgs, "($self, /)" => yes;
        "writable" method NoArgs, "($self, /)" => yes;
        "close" method NoArgs, "($self, /)" => close;
        "flush" method NoArgs, "($self, /)" => |vm, args| data(vm, args.at(0)).map(|_| ty::none());
        "isatty" method NoArgs, "($self, /)" => |vm, args| data(vm, args.at(0)).map(|_| ty::bool_value(false));
        "tell" method NoArgs, "($self, /)" => |vm, args| { data(vm, args.at(0))?; Ok(get(args.at(0), POS).unwrap_or_else(|| number::small(0))) };
        "write" method One, "($self, b, /)" => write;
        "writelines" method One, "($self, lines, /)" => writelines;
        "read" method Positional(0, 1), "($self, size=-1, /)" => read;
        "read1" method Positional(0, 1), "($self, size=-1, /)" => read;
        "readinto" method One, "($self, buffer, /)" => readinto;
        "readline" method Positional(0, 1), "($self, size=-1, /)" => readline;
        "readlines" method Positional(0, 1), "($self, size=None, /)" => readlines;
        "getbuffer" method NoArgs, "($self, /)" => getbuffer;
        "getvalue" method NoArgs, "($self, /)" => |vm, args| { let array = data(vm, args.at(0))?; copy(vm, array, 0, array.len()) };
        "seek" method Positional(1, 2), "($self, pos, whence=0, /)" => seek;
        "truncate" method Positional(0, 1), "($self, size=None, /)" => truncate;
        "__getstate__" method NoArgs, "($self, /)" => getstate;
        "__setstate__" method One, "($self, object, /)" => setstate;
        "__sizeof__" method NoArgs, "($self, /)" => |_, args| Ok(number::size(48 + array(args.at(0)).map_or(0, ByteArray::len)));
    }
}

static GETSET: &[GetSetDef] = getset! {
    "closed" => |_, this| Ok(ty::bool_value(is_closed(this)));
};

/// Exactly a `BytesIO`.
pub(crate) fn is_bytes_io(value: Value) -> bool {
    is_exact(value, &BYTES_IO)
}

fn array(this: Value) -> Option<ByteArray> {
    get(this, DATA).and_then(ByteArray::of)
}

/// Whether it was closed.
pub(crate) fn is_closed(this: Value) -> bool {
    array(this).is_none()
}

fn data(vm: &mut Vm, this: Value) -> PyResult<ByteArray> {
    match array(this) {
        Some(array) => Ok(array),
        None => Err(closed_stop(vm)),
    }
}

fn new(vm: &mut Vm, ty: Type, _: Args) -> PyResult {
    let array = vm.new_bytearray(&[])?;
    vm.new_fields(ty, &[Some(array.value()), Some(number::small(0))])
}

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    let [initial] = bind(vm, "BytesIO", args, ["initial_bytes"], 0)?;
    let content = match given(initial) {
        Some(initial) => bytes_copy(vm, initial)?,
        None => Vec::new(),
    };
    check_exports(vm, this)?;
    let array = vm.new_bytearray(&content)?;
    set(vm, this, DATA, Some(array.value()));
    set_int(vm, this, POS, 0)
}

fn check_exports(vm: &mut Vm, this: Value) -> PyResult<()> {
    if array(this).is_some_and(|array| array.exports() > 0) {
        return Err(vm.raise_buffer("Existing exports of data: object cannot be re-sized"));
    }
    Ok(())
}

fn yes(vm: &mut Vm, args: Args) -> PyResult {
    data(vm, args.at(0))?;
    Ok(ty::bool_value(true))
}

fn close(vm: &mut Vm, args: Args) -> PyResult {
    check_exports(vm, args.at(0))?;
    set(vm, args.at(0), DATA, None);
    Ok(ty::none())
}

/// A part of the data as bytes. The data of a bytearray stays where it is while it is not resized.
fn copy(vm: &mut Vm, array: ByteArray, start: usize, end: usize) -> PyResult {
    vm.new_bytes(&array.data()[start..end])
}

/// Takes the next bytes: where they stand.
fn take(vm: &mut Vm, this: Value, array: ByteArray, most: usize) -> PyResult<(usize, usize)> {
    let start = size(this, POS).min(array.len());
    let end = start.saturating_add(most).min(array.len());
    if end > start {
        set_int(vm, this, POS, end as i64)?;
    }
    Ok((start, end))
}

fn read(vm: &mut Vm, args: Args) -> PyResult {
    let most = limit(vm, args.get(1))?.unwrap_or(usize::MAX);
    let array = data(vm, args.at(0))?;
    let (start, end) = take(vm, args.at(0), array, most)?;
    copy(vm, array, start, end)
}

/// Reads into memory.
///
/// # Errors
/// ValueError when closed.
pub(crate) fn read_to(vm: &mut Vm, this: Value, to: &mut [u8]) -> PyResult<usize> {
    let array = data(vm, this)?;
    let (start, end) = take(vm, this, array, to.len())?;
    to[..end - start].copy_from_slice(&array.data()[start..end]);
    Ok(end - start)
}

fn readinto(vm: &mut Vm, args: Args) -> PyResult {
    let (this, buffer) = (args.at(0), args.at(1));
    let most = writable_size(vm, buffer, "readinto() argument")?;
    let array = data(vm, this)?;
    let (start, end) = take(vm, this, array, most)?;
    // The buffer may be a view of this very data.
    let piece = array.data()[start..end].to_vec();
    Ok(number::size(crate::args::fill(buffer, &piece)))
}

fn line(vm: &mut Vm, this: Value, most: usize) -> PyResult {
    let array = data(vm, this)?;
    let start = size(this, POS).min(array.len());
    let end = start.saturating_add(most).min(array.len());
    let found = find_byte(&array.data()[start..end], b'\n');
    let end = found.map_or(end, |at| start + at + 1);
    if end > start {
        set_int(vm, this, POS, end as i64)?;
    }
    copy(vm, array, start, end)
}

fn readline(vm: &mut Vm, args: Args) -> PyResult {
    let most = limit(vm, args.get(1))?.unwrap_or(usize::MAX);
    line(vm, args.at(0), most)
}

fn next(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    let line = line(vm, this, usize::MAX)?;
    let empty = Bytes::of(line).is_none_or(|line| line.data().is_empty());
    Ok((!empty).then_some(line))
}

fn readlines(vm: &mut Vm, args: Args) -> PyResult {
    let most = limit(vm, args.get(1))?.filter(|most| *most > 0);
    let lines = new_lines(vm)?;
    let mut total = 0;
    data(vm, args.at(0))?;
    while let Some(line) = next(vm, args.at(0))? {
        total += Bytes::of(line).map_or(0, |line| line.data().len());
        lines.push(vm, line)?;
        if most.is_some_and(|most| total >= most) {
            break;
        }
    }
    Ok(lines.value())
}

/// Writes bytes at the position.
///
/// # Errors
/// ValueError when closed, BufferError, MemoryError.
pub(crate) fn write_bytes(vm: &mut Vm, this: Value, bytes: &[u8]) -> PyResult<usize> {
    let array = data(vm, this)?;
    if array.exports() > 0 {
        return Err(vm.raise_buffer("Existing exports of data: object cannot be re-sized"));
    }
    if bytes.is_empty() {
        return Ok(0);
    }
    let start = size(this, POS);
    let Some(end) = start
        .checked_add(bytes.len())
        .filter(|end| *end <= isize::MAX as usize)
    else {
        return Err(vm.raise_overflow("new buffer size too large"));
    };
    let old = array.len();
    if end > old {
        array.resize_range(vm, old, old, end - old)?;
        if start > old {
            array.data_mut()[old..start].fill(0);
        }
    }
    array.data_mut()[start..end].copy_from_slice(bytes);
    set_int(vm, this, POS, end as i64)?;
    Ok(bytes.len())
}

fn write(vm: &mut Vm, args: Args) -> PyResult {
    let (this, object) = (args.at(0), args.at(1));
    data(vm, this)?;
    check_exports(vm, this)?;
    let Some(bytes) = bytes_like(object) else {
        return Err(crate::args::not_bytes(vm, object));
    };
    let bytes = bytes.to_vec();
    write_bytes(vm, this, &bytes).map(number::size)
}

fn writelines(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    data(vm, this)?;
    let iterator = protocol::iter(vm, args.at(1))?;
    while let Some(line) = protocol::next(vm, iterator)? {
        let bytes = bytes_copy(vm, line)?;
        write_bytes(vm, this, &bytes)?;
    }
    Ok(ty::none())
}

fn getbuffer(vm: &mut Vm, args: Args) -> PyResult {
    let array = data(vm, args.at(0))?;
    crate::base::view_of(vm, array.value())
}

fn seek(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let array = data(vm, this)?;
    let target = offset(vm, args.at(1))?;
    let whence = whence(vm, args.get(2))?;
    if target < 0 && whence == 0 {
        return Err(vm.raise_value(&format!("negative seek value {target}")));
    }
    let from = match whence {
        0 => 0,
        1 => size(this, POS) as i64,
        2 => array.len() as i64,
        _ => {
            return Err(vm.raise_value(&format!("invalid whence ({whence}, should be 0, 1 or 2)")));
        }
    };
    let Some(place) = from.checked_add(target) else {
        return Err(vm.raise_overflow("new position too large"));
    };
    let place = place.max(0);
    set_int(vm, this, POS, place)?;
    vm.new_int(place)
}

fn truncate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let array = data(vm, this)?;
    check_exports(vm, this)?;
    let size = match given(args.get(1)) {
        Some(value) => ssize(vm, value)?,
        None => size(this, POS) as i64,
    };
    let Ok(kept) = usize::try_from(size) else {
        return Err(vm.raise_value(&format!("negative size value {size}")));
    };
    if kept < array.len() {
        array.resize_range(vm, kept, array.len(), 0)?;
    }
    vm.new_int(size)
}

fn getstate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let array = data(vm, this)?;
    let value = copy(vm, array, 0, array.len())?;
    let dict = match instance::instance_dict(vm, mem::expect_ref(this))? {
        Some(dict) if !dict.is_empty() => dict.copy(vm)?.value(),
        _ => ty::none(),
    };
    let place = get(this, POS).unwrap_or_else(|| number::small(0));
    vm.new_tuple(&[value, place, dict])
}

fn setstate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let Some(state) = Tuple::of(args.at(1)).filter(|state| state.len() >= 3) else {
        let text = format!(
            "{}.__setstate__ argument should be 3-tuple, got {}",
            crate::text::class_text(this),
            protocol::type_name(args.at(1))
        );
        return Err(vm.raise_type(&text));
    };
    check_exports(vm, this)?;
    let content = bytes_copy(vm, state.at(0))?;
    let array = vm.new_bytearray(&content)?;
    set(vm, this, DATA, Some(array.value()));
    set_small(vm, this, POS, 0);
    if number::int_of(state.at(1)).is_none() {
        let name = protocol::type_name(state.at(1));
        return Err(vm.raise_type(&format!(
            "second item of state must be an integer, not {name}"
        )));
    }
    let place = ssize(vm, state.at(1))?;
    if place < 0 {
        return Err(vm.raise_value("position value cannot be negative"));
    }
    set_int(vm, this, POS, place)?;
    update_dict(vm, this, state.at(2))?;
    Ok(ty::none())
}

/// Takes attributes over from the last item of a state.
///
/// # Errors
/// TypeError.
pub(crate) fn update_dict(vm: &mut Vm, this: Value, from: Value) -> PyResult<()> {
    if from == ty::none() {
        return Ok(());
    }
    let Some(from) = Dict::of(from) else {
        let name = protocol::type_name(from);
        return Err(vm.raise_type(&format!(
            "third item of state should be a dict, got a {name}"
        )));
    };
    if let Some(dict) = instance::instance_dict(vm, mem::expect_ref(this))? {
        dict.update(vm, from)?;
    }
    Ok(())
}
