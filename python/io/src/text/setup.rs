//! Making text streams, and changing their settings.

use super::{
    BUFFER, CAN_READ, CAN_WRITE, CARRY, CHUNK, COUNT, DECODED, DECODER, DETACHED, ENCODER,
    ENCODING, ERRORS, HAS_READ1, LINE_BUFFERING, NATIVE_MASK, NATIVE_SHIFT, NEWLINES, READ_NEWLINE,
    READY, SEEKABLE, STATE, TELLING, TEXT_IO, TRANSLATE, UNIVERSAL, WRITE_CR, WRITE_CRLF,
    WRITE_THROUGH, buffer, change, forget_decoded, forget_snapshot, has,
};
use crate::args::{bind, given, text_or_none};
use crate::codec::{self, Native};
use crate::errors::unsupported;
use crate::fields::{get, int, set, set_size, set_small};
use crate::{buffered, bytes_io, newline};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm};

/// How lines end: what argument `newline` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Newline {
    /// None: any, read as `\n`.
    Translated,
    /// `''`: any, as they are.
    Universal,
    /// This one.
    Exactly(&'static str),
}

impl Newline {
    /// From the argument.
    ///
    /// # Errors
    /// ValueError.
    pub(crate) fn from_text(vm: &mut Vm, text: Option<Str>) -> PyResult<Newline> {
        let Some(text) = text else {
            return Ok(Newline::Translated);
        };
        match text.to_rust().as_ref() {
            "" => Ok(Newline::Universal),
            "\n" => Ok(Newline::Exactly("\n")),
            "\r" => Ok(Newline::Exactly("\r")),
            "\r\n" => Ok(Newline::Exactly("\r\n")),
            other => Err(vm.raise_value(&format!("illegal newline value: {other}"))),
        }
    }
}

/// Settings of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Name of the encoding.
    pub(crate) encoding: Value,
    /// Name of the error handler.
    pub(crate) errors: Value,
    /// Line ends.
    pub(crate) newline: Newline,
    /// Flushes when a line ends.
    pub(crate) line_buffering: bool,
    /// Keeps nothing back.
    pub(crate) write_through: bool,
}

pub(super) fn new_empty(vm: &mut Vm, ty: Type) -> PyResult {
    let mut fields = [None; COUNT];
    fields[STATE] = Some(number::small(0));
    fields[CHUNK] = Some(number::small(8192));
    vm.new_fields(ty, &fields)
}

/// The encoding of the locale.
///
/// # Errors
/// MemoryError.
pub(crate) fn locale_encoding(vm: &mut Vm) -> PyResult {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        // ALLOW(env-var): the locale is the system's, not an option of the toolkit.
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    // In the C locale the language runs in its UTF-8 mode, which names the encoding in lower case.
    match set.as_deref() {
        None | Some("C" | "POSIX") => vm.intern("utf-8"),
        Some(_) => vm.intern("UTF-8"),
    }
}

pub(super) fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    let names = [
        "buffer",
        "encoding",
        "errors",
        "newline",
        "line_buffering",
        "write_through",
    ];
    let [
        buffer,
        encoding,
        errors,
        newline,
        line_buffering,
        write_through,
    ] = bind(vm, "TextIOWrapper", args, names, 1)?;
    let encoding = text_or_none(vm, encoding, "TextIOWrapper", "encoding")?;
    let errors = text_or_none(vm, errors, "TextIOWrapper", "errors")?;
    let newline = text_or_none(vm, newline, "TextIOWrapper", "newline")?;
    let flag = |vm: &mut Vm, value: Option<Value>| {
        value.map_or(Ok(false), |value| protocol::truth(vm, value))
    };
    let line_buffering = flag(vm, line_buffering)?;
    let write_through = flag(vm, write_through)?;
    let newline = Newline::from_text(vm, newline)?;
    let settings = settings(vm, encoding, errors, newline, line_buffering, write_through)?;
    set_up(vm, this, buffer.expect("required"), settings)
}

/// Settings with the defaults for names that are not given.
///
/// # Errors
/// MemoryError.
pub(crate) fn settings(
    vm: &mut Vm,
    encoding: Option<Str>,
    errors: Option<Str>,
    newline: Newline,
    line_buffering: bool,
    write_through: bool,
) -> PyResult<Settings> {
    let encoding = match encoding {
        Some(name) if !name.is("locale") => name.value(),
        _ => locale_encoding(vm)?,
    };
    let errors = match errors {
        Some(name) => name.value(),
        None => vm.intern("strict")?,
    };
    Ok(Settings {
        encoding,
        errors,
        newline,
        line_buffering,
        write_through,
    })
}

/// A new exact stream.
///
/// # Errors
/// As the constructor.
pub(crate) fn open(vm: &mut Vm, buffer: Value, settings: Settings) -> PyResult {
    let this = new_empty(vm, TEXT_IO.ty())?;
    set_up(vm, this, buffer, settings)?;
    Ok(this)
}

fn set_up(vm: &mut Vm, this: Value, buffer: Value, settings: Settings) -> PyResult<()> {
    let chunk = if int(this, CHUNK) > 0 {
        int(this, CHUNK)
    } else {
        8192
    };
    for index in 0..COUNT {
        set(vm, this, index, None);
    }
    set_small(vm, this, STATE, 0);
    set_small(vm, this, CHUNK, chunk);
    let codec = find_codec(vm, settings.encoding)?;
    let ask = |vm: &mut Vm, method: &str| {
        let result = protocol::call_method(vm, buffer, method, &[])?;
        protocol::truth(vm, result)
    };
    let readable = ask(vm, "readable")?;
    let writable = ask(vm, "writable")?;
    let mut state = 0;
    state |= if readable { CAN_READ } else { 0 };
    state |= if writable { CAN_WRITE } else { 0 };
    state |= if settings.line_buffering {
        LINE_BUFFERING
    } else {
        0
    };
    state |= if settings.write_through {
        WRITE_THROUGH
    } else {
        0
    };
    set_small(vm, this, STATE, state);
    set(vm, this, BUFFER, Some(buffer));
    set_newline(vm, this, settings.newline)?;
    set_codec(vm, this, codec, settings)?;
    let seekable = ask(vm, "seekable")?;
    change(vm, this, SEEKABLE | TELLING, seekable);
    let read1 = vm.intern("read1")?;
    let read1 = Str::of(read1).expect("interned strings are strings");
    let known = buffered::is_buffered(buffer) || bytes_io::is_bytes_io(buffer);
    let has_read1 = known || protocol::get_attr_opt(vm, buffer, read1)?.is_some();
    change(vm, this, HAS_READ1, has_read1);
    start_encoder(vm, this, seekable && writable)?;
    change(vm, this, READY, true);
    Ok(())
}

/// Tells the encoder whether the stream stands at its start.
pub(super) fn start_encoder(vm: &mut Vm, this: Value, seekable: bool) -> PyResult<()> {
    let Some(encoder) = get(this, ENCODER).filter(|_| seekable) else {
        return Ok(());
    };
    let Some(buffer) = get(this, BUFFER) else {
        return Ok(());
    };
    let place = protocol::call_method(vm, buffer, "tell", &[])?;
    if protocol::equal(vm, place, number::small(0))? {
        return Ok(());
    }
    protocol::call_method(vm, encoder, "setstate", &[number::small(0)])?;
    Ok(())
}

enum Codec {
    Native(Native),
    Object(Value),
}

fn find_codec(vm: &mut Vm, encoding: Value) -> PyResult<Codec> {
    let name = Str::of(encoding).map_or_else(String::new, |name| name.to_rust().into_owned());
    match Native::for_stream(&name) {
        Some(native) => Ok(Codec::Native(native)),
        None => codec::lookup_text_encoding(vm, &name, "codecs.open()").map(Codec::Object),
    }
}

fn set_newline(vm: &mut Vm, this: Value, newline: Newline) -> PyResult<()> {
    let (universal, translate, exact) = match newline {
        Newline::Translated => (true, true, None),
        Newline::Universal => (true, false, None),
        Newline::Exactly(text) => (false, false, Some(text)),
    };
    change(vm, this, UNIVERSAL, universal);
    change(vm, this, TRANSLATE, translate);
    change(vm, this, WRITE_CRLF, exact == Some("\r\n"));
    change(vm, this, WRITE_CR, exact == Some("\r"));
    let exact = match exact {
        Some(text) => Some(vm.intern(text)?),
        None => None,
    };
    set(vm, this, READ_NEWLINE, exact);
    Ok(())
}

fn set_codec(vm: &mut Vm, this: Value, codec: Codec, settings: Settings) -> PyResult<()> {
    let (mut encoder, mut decoder) = (None, None);
    let mut number = 0i64;
    match codec {
        Codec::Native(native) => {
            number = match native {
                Native::Utf8 => 1,
                Native::Latin1 => 2,
                _ => 3,
            };
        }
        Codec::Object(info) => {
            if has(this, CAN_READ) {
                let made =
                    protocol::call_method(vm, info, "incrementaldecoder", &[settings.errors])?;
                decoder = Some(if has(this, UNIVERSAL) {
                    newline::new_decoder(vm, made, has(this, TRANSLATE))?
                } else {
                    made
                });
            }
            if has(this, CAN_WRITE) {
                encoder = Some(protocol::call_method(
                    vm,
                    info,
                    "incrementalencoder",
                    &[settings.errors],
                )?);
            }
        }
    }
    change(vm, this, NATIVE_MASK, false);
    change(vm, this, number << NATIVE_SHIFT, true);
    set(vm, this, DECODER, decoder);
    set(vm, this, ENCODER, encoder);
    set(vm, this, ENCODING, Some(settings.encoding));
    set(vm, this, ERRORS, Some(settings.errors));
    set(vm, this, CARRY, None);
    set_small(vm, this, NEWLINES, 0);
    Ok(())
}

fn changed_flag(vm: &mut Vm, this: Value, value: Option<Value>, bit: i64) -> PyResult<bool> {
    match given(value) {
        Some(value) => protocol::truth(vm, value),
        None => Ok(has(this, bit)),
    }
}

/// `TextIOWrapper.reconfigure`.
pub(super) fn reconfigure(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    if args.len() > 1 {
        return Err(vm.raise_type("reconfigure() takes no positional arguments"));
    }
    let names = [
        "encoding",
        "errors",
        "newline",
        "line_buffering",
        "write_through",
    ];
    let [encoding, errors, newline, line_buffering, write_through] =
        bind(vm, "reconfigure", args.skip(1), names, 0)?;
    let encoding = text_or_none(vm, encoding, "reconfigure", "encoding")?;
    let errors = text_or_none(vm, errors, "reconfigure", "errors")?;
    let newline_given = newline.is_some();
    let newline = text_or_none(vm, newline, "reconfigure", "newline")?;
    buffer(vm, this)?;
    let recoded = encoding.is_some() || errors.is_some() || newline_given;
    if get(this, DECODED).is_some() && recoded {
        return Err(unsupported(
            vm,
            "It is not possible to set the encoding or newline of stream after the first read",
        ));
    }
    let newline_setting = Newline::from_text(vm, newline)?;
    let line_buffering = changed_flag(vm, this, line_buffering, LINE_BUFFERING)?;
    let write_through = changed_flag(vm, this, write_through, WRITE_THROUGH)?;
    super::write::flush(vm, this)?;
    if recoded {
        let errors = match (errors, encoding) {
            (Some(errors), _) => Some(errors),
            (None, Some(_)) => None,
            (None, None) => get(this, ERRORS).and_then(Str::of),
        };
        let encoding = encoding.or_else(|| get(this, ENCODING).and_then(Str::of));
        let settings = settings(
            vm,
            encoding,
            errors,
            newline_setting,
            line_buffering,
            write_through,
        )?;
        let codec = find_codec(vm, settings.encoding)?;
        if newline_given {
            set_newline(vm, this, newline_setting)?;
        }
        set_codec(vm, this, codec, settings)?;
        forget_decoded(vm, this);
        forget_snapshot(vm, this);
        let seekable = has(this, SEEKABLE) && has(this, CAN_WRITE);
        start_encoder(vm, this, seekable)?;
    }
    change(vm, this, LINE_BUFFERING, line_buffering);
    change(vm, this, WRITE_THROUGH, write_through);
    Ok(ty::none())
}

/// `TextIOWrapper.detach`.
pub(super) fn detach(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let buffer = buffer(vm, this)?;
    protocol::call_method(vm, this, "flush", &[])?;
    set(vm, this, BUFFER, None);
    change(vm, this, READY, false);
    change(vm, this, DETACHED, true);
    Ok(buffer)
}

/// Sets the size of pieces.
pub(super) fn set_chunk(vm: &mut Vm, this: Value, value: Option<Value>) -> PyResult<()> {
    buffer(vm, this)?;
    let Some(value) = value else {
        return Err(vm.raise_attribute("cannot delete attribute"));
    };
    let size = crate::args::ssize(vm, value)?;
    match usize::try_from(size) {
        Ok(1..) => {
            set_size(vm, this, CHUNK, size as usize);
            Ok(())
        }
        _ => Err(vm.raise_value("a strictly positive integer is required")),
    }
}
