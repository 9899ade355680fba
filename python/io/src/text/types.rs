//! The type `TextIOWrapper`.

use super::{
    BUFFER, CHUNK, DECODER, ENCODING, ERRORS, LINE_BUFFERING, NEWLINES, WRITE_THROUGH, buffer,
    class_text, has, is_closed, native, position, read, setup, shown_name, write,
};
use crate::base::TEXT_BASE;
use crate::errors::no_pickle;
use crate::fields::{get, getset, int, io_types};
use crate::newline::seen_value;
use taipan_objects::native::GetSetDef;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::{PyResult, Value, Vm, natives};

io_types! {
    pub(crate) TYPES {
        "TextIOWrapper" TEXT_IO TEXT_IO_DEF: &TEXT_BASE, FIELDS, dict true, slots, METHODS, GETSET, "Character and line based layer over a BufferedIOBase object, buffer.\n\nencoding gives the name of the encoding that the stream will be\ndecoded or encoded with. It defaults to locale.getencoding().\n\nerrors determines the strictness of encoding and decoding (see\nhelp(codecs.Codec) or the documentation for codecs.register) and\ndefaults to \"strict\".\n\nnewline controls how line endings are handled. It can be None, '',\n'\\n', '\\r', and '\\r\\n'.  It works as follows:\n\n* On input, if newline is None, universal newlines mode is\n  enabled. Lines in the input can end in '\\n', '\\r', or '\\r\\n', and\n  these are translated into '\\n' before being returned to the\n  caller. If it is '', universal newline mode is enabled, but line\n  endings are returned to the caller untranslated. If it has any of\n  the other legal values, input lines are only terminated by the given\n  string, and the line ending is returned to the caller untranslated.\n\n* On output, if newline is None, any '\\n' characters written are\n  translated to the system default line separator, os.linesep. If\n  newline is '' or '\\n', no translation takes place. If newline is any\n  of the other legal values, any '\\n' characters written are translated\n  to the given string.\n\nIf line_buffering is True, a call to flush is implied when a call to\nwrite contains a newline character.";
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(|vm, ty, _| setup::new_empty(vm, ty));
    slots.init = Some(setup::init);
    slots.repr = Some(repr);
    slots.next = Some(read::next);
}

natives! {
    static METHODS = {
        "detach" method NoArgs, "($self, /)" => setup::detach;
        "reconfigure" method Any, "($self, /, *, encoding=None, errors=None, newline=None,\n            line_buffering=None, write_through=None)" => setup::reconfigure;
        "write" method One, "($self, text, /)" => write::write;
        "read" method Positional(0, 1), "($self, size=-1, /)" => read::read;
        "readline" method Positional(0, 1), "($self, size=-1, /)" => read::readline;
        "flush" method NoArgs, "($self, /)" => write::flush_method;
        "close" method NoArgs, "($self, /)" => write::close;
        "fileno" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "fileno");
        "seekable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "seekable");
        "readable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "readable");
        "writable" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "writable");
        "isatty" method NoArgs, "($self, /)" => |vm, args| ask(vm, args.at(0), "isatty");
        "seek" method Positional(1, 2), "($self, cookie, whence=os.SEEK_SET, /)" => position::seek;
        "tell" method NoArgs, "($self, /)" => position::tell;
        "truncate" method Positional(0, 1), "($self, pos=None, /)" => position::truncate;
        "__getstate__" method NoArgs, "($self, /)" => no_pickle;
    }
}

static GETSET: &[GetSetDef] = getset! {
    "encoding" => |_, this| Ok(get(this, ENCODING).unwrap_or_else(ty::none));
    "buffer" => |_, this| Ok(get(this, BUFFER).unwrap_or_else(ty::none));
    "line_buffering" => |_, this| Ok(ty::bool_value(has(this, LINE_BUFFERING)));
    "write_through" => |_, this| Ok(ty::bool_value(has(this, WRITE_THROUGH)));
    "_finalizing" => |_, _| Ok(ty::bool_value(false)), |_, _, _| Ok(());
    "name" => |vm, this| {
        let buffer = buffer(vm, this)?;
        protocol::get_attr_named(vm, buffer, "name")
    };
    "closed" => |vm, this| {
        let buffer = buffer(vm, this)?;
        is_closed(vm, buffer).map(ty::bool_value)
    };
    "newlines" => newlines;
    "errors" => |vm, this| {
        buffer(vm, this)?;
        Ok(get(this, ERRORS).unwrap_or_else(ty::none))
    };
    "_CHUNK_SIZE" => |vm, this| {
        buffer(vm, this)?;
        Ok(get(this, CHUNK).unwrap_or_else(|| number::small(8192)))
    }, setup::set_chunk;
};

fn ask(vm: &mut Vm, this: Value, method: &str) -> PyResult {
    let buffer = buffer(vm, this)?;
    protocol::call_method(vm, buffer, method, &[])
}

fn newlines(vm: &mut Vm, this: Value) -> PyResult {
    buffer(vm, this)?;
    if native(this).is_some() {
        return seen_value(vm, int(this, NEWLINES) & 7);
    }
    let Some(decoder) = get(this, DECODER) else {
        return Ok(ty::none());
    };
    let name = vm.intern("newlines")?;
    let name = Str::of(name).expect("interned strings are strings");
    Ok(protocol::get_attr_opt(vm, decoder, name)?.unwrap_or_else(ty::none))
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    buffer_or_detached(vm, this)?;
    let mut text = format!("<{}", class_text(this));
    if let Some(name) = shown_name(vm, this)? {
        text.push_str(&format!(" name={name}"));
    }
    let mode = vm.interp.names.mode.str();
    if let Some(mode) = protocol::get_attr_opt(vm, this, mode)? {
        text.push_str(&format!(" mode={}", protocol::repr_text(vm, mode)?));
    }
    let encoding = get(this, ENCODING).unwrap_or_else(ty::none);
    text.push_str(&format!(
        " encoding={}>",
        protocol::repr_text(vm, encoding)?
    ));
    vm.new_str(&text)
}

fn buffer_or_detached(vm: &mut Vm, this: Value) -> PyResult<()> {
    if has(this, super::DETACHED) {
        return Ok(());
    }
    buffer(vm, this).map(|_| ())
}
