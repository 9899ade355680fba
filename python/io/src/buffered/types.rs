//! The three buffered types: constructors, position, closing.

use super::{
    BUFFER, BUSY, CAN_READ, CAN_WRITE, COUNT, DETACHED, RAW, RAW_POS, READY, STATE, change,
    check_open, exclusively, flush_and_rewind, forget_read, has, is_closed, known_place, raw,
    raw_seek, raw_tell, read, reentrant, set_up, size, unread, unwritten, write,
};
use crate::args::{bind, offset, ssize, whence};
use crate::base::{self, BUFFERED_BASE};
use crate::errors::{both, no_pickle, unsupported};
use crate::fields::{get, getset, io_types, is_exact, set, set_size, set_small};
use crate::file;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::ty::{self, StaticType, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

io_types! {
    pub(crate) TYPES {
        "BufferedReader" READER READER_DEF: &BUFFERED_BASE, FIELDS, dict true, reader_slots, READER_METHODS, GETSET, "Create a new buffered reader using the given readable raw IO object.";
        "BufferedWriter" WRITER WRITER_DEF: &BUFFERED_BASE, FIELDS, dict true, writer_slots, WRITER_METHODS, GETSET, "A buffer for a writeable sequential RawIO object.\n\nThe constructor creates a BufferedWriter for the given writeable raw\nstream. If the buffer_size is not given, it defaults to\nDEFAULT_BUFFER_SIZE.";
        "BufferedRandom" RANDOM RANDOM_DEF: &BUFFERED_BASE, FIELDS, dict true, random_slots, RANDOM_METHODS, GETSET, "A buffered interface to random access streams.\n\nThe constructor creates a reader and writer for a seekable stream,\nraw, given in the first argument. If the buffer_size is omitted it\ndefaults to DEFAULT_BUFFER_SIZE.";
    }
}

fn common(slots: &mut Slots) {
    slots.new = Some(|vm, ty, _| new_empty(vm, ty));
    slots.repr = Some(repr);
}

fn reader_slots(slots: &mut Slots) {
    common(slots);
    slots.init = Some(|vm, this, args| init(vm, this, args, "BufferedReader", CAN_READ));
    slots.iter = Some(read::iter);
    slots.next = Some(read::next);
}

fn writer_slots(slots: &mut Slots) {
    common(slots);
    slots.init = Some(|vm, this, args| init(vm, this, args, "BufferedWriter", CAN_WRITE));
}

fn random_slots(slots: &mut Slots) {
    common(slots);
    slots.init =
        Some(|vm, this, args| init(vm, this, args, "BufferedRandom", CAN_READ | CAN_WRITE));
    slots.iter = Some(read::iter);
    slots.next = Some(read::next);
}

natives! {
    static READER_METHODS = {
        "detach" method NoArgs, "($self, /)" => detach;
        "flush" method NoArgs, "($self, /)" => simple_flush;
        "close" method NoArgs, "($self, /)" => |vm, args| close(vm, args.at(0)).map(|()| ty::none());
        "seekable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "seekable");
        "readable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "readable");
        "fileno" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "fileno");
        "isatty" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "isatty");
        "_dealloc_warn" method One, "($self, source, /)" => |_, _| Ok(ty::none());
        "read" method Positional(0, 1), "($self, size=-1, /)" => read::read;
        "peek" method Positional(0, 1), "($self, size=0, /)" => read::peek;
        "read1" method Positional(0, 1), "($self, size=-1, /)" => read::read1;
        "readinto" method One, "($self, buffer, /)" => read::readinto;
        "readinto1" method One, "($self, buffer, /)" => read::readinto1;
        "readline" method Positional(0, 1), "($self, size=-1, /)" => read::readline;
        "seek" method Positional(1, 2), "($self, target, whence=0, /)" => seek;
        "tell" method NoArgs, "($self, /)" => tell;
        "truncate" method Positional(0, 1), "($self, pos=None, /)" => truncate;
        "__sizeof__" method NoArgs, "($self, /)" => sizeof;
        "__getstate__" method NoArgs, "($self, /)" => no_pickle;
    }
}
natives! {
    static WRITER_METHODS = {
        "detach" method NoArgs, "($self, /)" => detach;
        "flush" method NoArgs, "($self, /)" => write::flush_method;
        "close" method NoArgs, "($self, /)" => |vm, args| close(vm, args.at(0)).map(|()| ty::none());
        "seekable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "seekable");
        "writable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "writable");
        "fileno" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "fileno");
        "isatty" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "isatty");
        "_dealloc_warn" method One, "($self, source, /)" => |_, _| Ok(ty::none());
        "write" method One, "($self, buffer, /)" => write::write;
        "seek" method Positional(1, 2), "($self, target, whence=0, /)" => seek;
        "tell" method NoArgs, "($self, /)" => tell;
        "truncate" method Positional(0, 1), "($self, pos=None, /)" => truncate;
        "__sizeof__" method NoArgs, "($self, /)" => sizeof;
        "__getstate__" method NoArgs, "($self, /)" => no_pickle;
    }
}
natives! {
    static RANDOM_METHODS = {
        "detach" method NoArgs, "($self, /)" => detach;
        "flush" method NoArgs, "($self, /)" => write::flush_method;
        "close" method NoArgs, "($self, /)" => |vm, args| close(vm, args.at(0)).map(|()| ty::none());
        "seekable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "seekable");
        "readable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "readable");
        "writable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "writable");
        "fileno" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "fileno");
        "isatty" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "isatty");
        "_dealloc_warn" method One, "($self, source, /)" => |_, _| Ok(ty::none());
        "read" method Positional(0, 1), "($self, size=-1, /)" => read::read;
        "peek" method Positional(0, 1), "($self, size=0, /)" => read::peek;
        "read1" method Positional(0, 1), "($self, size=-1, /)" => read::read1;
        "readinto" method One, "($self, buffer, /)" => read::readinto;
        "readinto1" method One, "($self, buffer, /)" => read::readinto1;
        "readline" method Positional(0, 1), "($self, size=-1, /)" => read::readline;
        "write" method One, "($self, buffer, /)" => write::write;
        "seek" method Positional(1, 2), "($self, target, whence=0, /)" => seek;
        "tell" method NoArgs, "($self, /)" => tell;
        "truncate" method Positional(0, 1), "($self, pos=None, /)" => truncate;
        "__sizeof__" method NoArgs, "($self, /)" => sizeof;
        "__getstate__" method NoArgs, "($self, /)" => no_pickle;
    }
}

static GETSET: &[GetSetDef] = getset! {
    "raw" => |_, this| Ok(get(this, RAW).unwrap_or_else(ty::none));
    "closed" => |vm, this| is_closed(vm, this).map(ty::bool_value);
    "name" => |vm, this| raw_attribute(vm, this, "name");
    "mode" => |vm, this| raw_attribute(vm, this, "mode");
    "_finalizing" => |_, _| Ok(ty::bool_value(false)), |_, _, _| Ok(());
};

fn new_empty(vm: &mut Vm, ty: Type) -> PyResult {
    let mut fields = [None; COUNT];
    fields[STATE] = Some(number::small(0));
    fields[RAW_POS] = Some(number::small(-1));
    vm.new_fields(ty, &fields)
}

fn init(vm: &mut Vm, this: Value, args: Args, name: &str, able: i64) -> PyResult<()> {
    if has(this, BUSY) {
        return Err(reentrant(vm, this));
    }
    let [raw, buffer_size] = bind(vm, name, args, ["raw", "buffer_size"], 1)?;
    let buffer_size = match buffer_size {
        Some(count) => ssize(vm, count)?,
        None => crate::DEFAULT_BUFFER_SIZE as i64,
    };
    set_up(vm, this, raw.expect("required"), buffer_size, able)
}

/// A new exact object of one of the types on a raw stream.
///
/// # Errors
/// As its constructor.
pub(crate) fn open(vm: &mut Vm, ty: &'static StaticType, raw: Value, buffer_size: i64) -> PyResult {
    let this = new_empty(vm, ty.ty())?;
    let able = match () {
        () if is_exact(this, &READER) => CAN_READ,
        () if is_exact(this, &WRITER) => CAN_WRITE,
        () => CAN_READ | CAN_WRITE,
    };
    set_up(vm, this, raw, buffer_size, able)?;
    Ok(this)
}

fn ask(vm: &mut Vm, this: Value, method: &str) -> PyResult {
    let raw = raw(vm, this)?;
    protocol::call_method(vm, raw, method, &[])
}

fn raw_attribute(vm: &mut Vm, this: Value, name: &str) -> PyResult {
    let raw = raw(vm, this)?;
    protocol::get_attr_named(vm, raw, name)
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let class = crate::text::class_text(this);
    let text = match crate::text::shown_name(vm, this)? {
        Some(name) => format!("<{class} name={name}>"),
        None => format!("<{class}>"),
    };
    vm.new_str(&text)
}

fn sizeof(_: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let buffer = if get(this, BUFFER).is_some() {
        size(this, super::SIZE)
    } else {
        0
    };
    Ok(number::size(24 + 8 * (COUNT + 1) + buffer))
}

fn simple_flush(vm: &mut Vm, args: Args) -> PyResult {
    let raw = raw(vm, args.at(0))?;
    protocol::call_method(vm, raw, "flush", &[])
}

/// `flush` as the object's class has it.
fn flush_any(vm: &mut Vm, this: Value) -> PyResult<()> {
    if is_exact(this, &WRITER) || is_exact(this, &RANDOM) {
        return write::flush(vm, this);
    }
    protocol::call_method(vm, this, "flush", &[]).map(|_| ())
}

/// `close`: flushes, and closes the raw stream even if that fails.
///
/// # Errors
/// What they raise.
fn close(vm: &mut Vm, this: Value) -> PyResult<()> {
    let raw = raw(vm, this)?;
    if is_closed(vm, this)? {
        return Ok(());
    }
    let flushed = flush_any(vm, this);
    let result = both(vm, flushed, |vm| {
        if file::is_file(raw) {
            return file::close(vm, raw);
        }
        protocol::call_method(vm, raw, "close", &[]).map(|_| ())
    });
    if !has(this, BUSY) {
        set(vm, this, BUFFER, None);
        forget_read(vm, this);
        super::forget_written(vm, this);
    }
    result
}

fn detach(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let raw = raw(vm, this)?;
    flush_any(vm, this)?;
    if has(this, BUSY) {
        return Err(reentrant(vm, this));
    }
    set(vm, this, RAW, Some(ty::none()));
    change(vm, this, READY, false);
    change(vm, this, DETACHED, true);
    Ok(raw)
}

fn tell(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    raw(vm, this)?;
    let place = raw_tell(vm, this)?;
    let place = place - unread(this) as i64 + unwritten(this) as i64;
    vm.new_int(place.max(0))
}

fn check_seekable(vm: &mut Vm, this: Value) -> PyResult<()> {
    let raw = raw(vm, this)?;
    if file::is_file(raw) {
        if !file::seekable(vm, raw)? {
            return Err(unsupported(vm, "File or stream is not seekable."));
        }
        return Ok(());
    }
    base::check_able(vm, raw, "seekable")
}

fn seek(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let whence = whence(vm, args.get(2))?;
    raw(vm, this)?;
    if !(0..=4).contains(&whence) {
        return Err(vm.raise_value(&format!("whence value {whence} unsupported")));
    }
    check_open(vm, this, "seek of closed file")?;
    check_seekable(vm, this)?;
    let target = offset(vm, args.at(1))?;
    // Moving within what was read ahead needs no call.
    if whence < 2 && has(this, CAN_READ) && unwritten(this) == 0 && size(this, super::END) > 0 {
        let current = known_place(vm, this)? - unread(this) as i64;
        let distance = if whence == 0 {
            target.saturating_sub(current)
        } else {
            target
        };
        let (pos, end) = (size(this, super::POS) as i64, size(this, super::END) as i64);
        let place = pos.saturating_add(distance);
        if (0..=end).contains(&place) {
            set_size(vm, this, super::POS, place as usize);
            return vm.new_int(current + distance);
        }
    }
    exclusively(vm, this, |vm| {
        if has(this, CAN_WRITE) {
            write::flush_pending(vm, this)?;
        }
        let target = if whence == 1 {
            target.saturating_sub(unread(this) as i64)
        } else {
            target
        };
        let place = raw_seek(vm, this, target, whence)?;
        forget_read(vm, this);
        vm.new_int(place)
    })
}

fn truncate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    raw(vm, this)?;
    check_open(vm, this, "truncate of closed file")?;
    if !has(this, CAN_WRITE) {
        return Err(unsupported(vm, "truncate"));
    }
    let size = args.get(1).unwrap_or_else(ty::none);
    exclusively(vm, this, |vm| {
        flush_and_rewind(vm, this)?;
        let raw = raw(vm, this)?;
        let result = protocol::call_method(vm, raw, "truncate", &[size])?;
        if let Err(raised) = raw_tell(vm, this) {
            if !vm.raised_is(&types::EXCEPTION) {
                return Err(raised);
            }
            vm.take_raised(raised);
            set_small(vm, this, RAW_POS, -1);
        }
        Ok(result)
    })
}
