//! `BufferedRWPair`: a reader and a writer. Fields: reader, writer.

use super::{READER, WRITER, open};
use crate::args::{bind, ssize};
use crate::base::{self, BUFFERED_BASE};
use crate::errors::{both, uninitialized};
use crate::fields::{get, getset, io_types, set};
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::ty;
use taipan_objects::{PyResult, Value, Vm, natives};

io_types! {
    pub(crate) TYPES {
        "BufferedRWPair" PAIR PAIR_DEF: &BUFFERED_BASE, FIELDS, dict true, slots, METHODS, GETSET, "A buffered reader and writer object together.\n\nA buffered reader object and buffered writer object put together to\nform a sequential IO object that can read and write. This is typically\nused with a socket or two-way pipe.\n\nreader and writer are RawIOBase objects that are readable and\nwriteable respectively. If the buffer_size is omitted it defaults to\nDEFAULT_BUFFER_SIZE.";
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(|vm, ty, _| vm.new_fields(ty, &[None, None]));
    slots.init = Some(init);
}

natives! {
    static METHODS = {
        "read" method Any, "" => |vm, args| forward(vm, args, 0, "read");
        "peek" method Any, "" => |vm, args| forward(vm, args, 0, "peek");
        "read1" method Any, "" => |vm, args| forward(vm, args, 0, "read1");
        "readinto" method Any, "" => |vm, args| forward(vm, args, 0, "readinto");
        "readinto1" method Any, "" => |vm, args| forward(vm, args, 0, "readinto1");
        "write" method Any, "" => |vm, args| forward(vm, args, 1, "write");
        "flush" method Any, "($self, /)" => |vm, args| forward(vm, args, 1, "flush");
        "readable" method Any, "($self, /)" => |vm, args| forward(vm, args, 0, "readable");
        "writable" method Any, "($self, /)" => |vm, args| forward(vm, args, 1, "writable");
        "close" method NoArgs, "($self, /)" => close;
        "isatty" method NoArgs, "($self, /)" => isatty;
    }
}

static GETSET: &[GetSetDef] = getset! {
    "closed" => |vm, this| {
        let writer = part(vm, this, 1)?;
        protocol::get_attr_named(vm, writer, "closed")
    };
};

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    let [reader, writer, buffer_size] = bind(
        vm,
        "BufferedRWPair",
        args,
        ["reader", "writer", "buffer_size"],
        2,
    )?;
    let (reader, writer) = (reader.expect("required"), writer.expect("required"));
    let buffer_size = match buffer_size {
        Some(count) => ssize(vm, count)?,
        None => crate::DEFAULT_BUFFER_SIZE as i64,
    };
    base::check_able(vm, reader, "readable")?;
    base::check_able(vm, writer, "writable")?;
    let reader = open(vm, &READER, reader, buffer_size)?;
    let writer = open(vm, &WRITER, writer, buffer_size)?;
    set(vm, this, 0, Some(reader));
    set(vm, this, 1, Some(writer));
    Ok(())
}

fn part(vm: &mut Vm, this: Value, index: usize) -> PyResult {
    match get(this, index) {
        Some(part) => Ok(part),
        None => Err(uninitialized(vm)),
    }
}

fn forward(vm: &mut Vm, args: Args, index: usize, method: &str) -> PyResult {
    let part = part(vm, args.at(0), index)?;
    let method = protocol::get_attr_named(vm, part, method)?;
    protocol::call_args(vm, method, args.skip(1))
}

fn close(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let writer = part(vm, this, 1)?;
    let reader = part(vm, this, 0)?;
    let closed = protocol::call_method(vm, writer, "close", &[]).map(|_| ());
    both(vm, closed, |vm| {
        protocol::call_method(vm, reader, "close", &[]).map(|_| ())
    })?;
    Ok(ty::none())
}

fn isatty(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let writer = part(vm, this, 1)?;
    let result = protocol::call_method(vm, writer, "isatty", &[])?;
    if result == ty::bool_value(true) {
        return Ok(result);
    }
    let reader = part(vm, this, 0)?;
    protocol::call_method(vm, reader, "isatty", &[])
}
