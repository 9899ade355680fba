//! `open`, `open_code`, `text_encoding`.

use crate::args::{c_int, given, text_or_none};
use crate::text::Newline;
use crate::text::{self, class_text};
use crate::{buffered, file, sys};
use taipan_objects::instance;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Value, Vm, mem, natives};

natives! {
    /// The functions of module `_io`.
    pub(crate) static FUNCTIONS = {
        "open" function Signature(1), "(file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)" => open;
        "text_encoding" function Positional(1, 2), "(encoding, stacklevel=2, /)" => text_encoding;
        "open_code" function Signature(1), "(path)" => open_code;
    }
}

/// A mode taken apart.
#[derive(Default)]
struct Mode {
    /// For `FileIO`.
    raw: String,
    reading: bool,
    updating: bool,
    binary: bool,
}

fn parse_mode(vm: &mut Vm, mode: &str) -> PyResult<Mode> {
    let mut parsed = Mode::default();
    let (mut kinds, mut text) = (0, false);
    for (place, c) in mode.char_indices() {
        let repeated = mode[..place].contains(c);
        if !"rwxa+tb".contains(c) || repeated {
            return Err(vm.raise_value(&format!("invalid mode: '{mode}'")));
        }
        match c {
            'r' | 'w' | 'x' | 'a' => {
                kinds += 1;
                parsed.reading |= c == 'r';
                parsed.raw.push(c);
            }
            '+' => {
                parsed.updating = true;
            }
            't' => text = true,
            _ => parsed.binary = true,
        }
    }
    if parsed.updating {
        parsed.raw.push('+');
    }
    if text && parsed.binary {
        return Err(vm.raise_value("can't have text and binary mode at once"));
    }
    if kinds > 1 {
        return Err(vm.raise_value("must have exactly one of create/read/write/append mode"));
    }
    Ok(parsed)
}

fn text_arg(vm: &mut Vm, value: Option<Value>, name: &str) -> PyResult<Option<Str>> {
    text_or_none(vm, value, "open", name)
}

fn open(vm: &mut Vm, args: Args) -> PyResult {
    let file = args.at(0);
    let mode = match args.get(1) {
        None => "r".to_owned(),
        Some(mode) => match Str::of(mode) {
            Some(mode) => mode.to_rust().into_owned(),
            None => {
                let name = protocol::type_name(mode);
                return Err(
                    vm.raise_type(&format!("open() argument 'mode' must be str, not {name}"))
                );
            }
        },
    };
    let buffering = args.get(2).map_or(Ok(-1), |value| c_int(vm, value))?;
    let encoding = text_arg(vm, args.get(3), "encoding")?;
    let errors = text_arg(vm, args.get(4), "errors")?;
    let newline = text_arg(vm, args.get(5), "newline")?;
    let closefd = args
        .get(6)
        .map_or(Ok(true), |value| protocol::truth(vm, value))?;
    let opener = given(args.get(7));
    // What is no descriptor is a path, asked for once.
    let file = if number::int_of(file).is_some() {
        file
    } else {
        taipan_objects::system::fspath(vm, file)?
    };
    let parsed = parse_mode(vm, &mode)?;
    if parsed.binary {
        for (value, name) in [
            (encoding, "encoding"),
            (errors, "errors"),
            (newline, "newline"),
        ] {
            if value.is_some() {
                let article = if name == "newline" { "a" } else { "an" };
                return Err(vm.raise_value(&format!(
                    "binary mode doesn't take {article} {name} argument"
                )));
            }
        }
        if buffering == 1 {
            let text = "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used";
            warn(vm, text)?;
        }
    }
    let raw = file::open(vm, file, &parsed.raw, closefd, opener)?;
    let result = layers(
        vm,
        raw,
        &parsed,
        &mode,
        buffering,
        (encoding, errors, newline),
    );
    if result.is_err() {
        close_after_failure(vm, raw, result)
    } else {
        result
    }
}

/// Closes what was opened when a later layer failed; that failure stays the one raised.
fn close_after_failure(vm: &mut Vm, raw: Value, result: PyResult) -> PyResult {
    let closed = crate::errors::both(vm, result.map(|_| ()), |vm| file::close(vm, raw));
    closed.map(|()| ty::none())
}

fn layers(
    vm: &mut Vm,
    raw: Value,
    mode: &Mode,
    mode_text: &str,
    buffering: i32,
    (encoding, errors, newline): (Option<Str>, Option<Str>, Option<Str>),
) -> PyResult {
    let terminal = buffering < 0 && sys::is_terminal(file::fd(raw));
    let line_buffering = (buffering == 1 && !mode.binary) || terminal;
    let size = match buffering {
        0 => {
            if mode.binary {
                return Ok(raw);
            }
            return Err(vm.raise_value("can't have unbuffered text I/O"));
        }
        2.. => i64::from(buffering),
        _ => default_size(raw),
    };
    let class = match () {
        () if mode.updating => &buffered::RANDOM,
        () if mode.reading => &buffered::READER,
        () => &buffered::WRITER,
    };
    let buffer = buffered::open(vm, class, raw, size)?;
    if mode.binary {
        return Ok(buffer);
    }
    let newline = Newline::from_text(vm, newline)?;
    let settings = text::settings(vm, encoding, errors, newline, line_buffering, false)?;
    let stream = text::open(vm, buffer, settings)?;
    let name = vm.interp.names.mode.str();
    let mode = vm.new_str(mode_text)?;
    instance::set_own_attr(vm, mem::expect_ref(stream), name, mode)?;
    Ok(stream)
}

/// The size of a buffer on a file: the block size, within bounds.
fn default_size(raw: Value) -> i64 {
    let block = sys::stat(file::fd(raw)).map_or(0, |stat| sys::block_size(&stat));
    block.min(8 << 20).max(crate::DEFAULT_BUFFER_SIZE as i64)
}

/// RuntimeWarning, through module `warnings` when that can be imported.
fn warn(vm: &mut Vm, text: &str) -> PyResult<()> {
    let Some(hook) = vm.interp.hooks.import else {
        return Ok(());
    };
    let name = vm.intern("warnings")?;
    let name = Str::of(name).expect("interned strings are strings");
    let module = hook(vm, name, ty::none(), ty::none(), 0)?;
    let text = vm.new_str(text)?;
    let class = types::RuntimeWarning.value();
    protocol::call_method(vm, module, "warn", &[text, class])?;
    Ok(())
}

fn text_encoding(vm: &mut Vm, args: Args) -> PyResult {
    if args.at(0) != ty::none() {
        return Ok(args.at(0));
    }
    let locale = text::locale_encoding(vm)?;
    let utf8_mode = Str::of(locale).is_some_and(|name| name.is("utf-8"));
    vm.intern(if utf8_mode { "utf-8" } else { "locale" })
}

fn open_code(vm: &mut Vm, args: Args) -> PyResult {
    let path = args.at(0);
    if Str::of(path).is_none() {
        let name = class_text(path).trim_start_matches("_io.").to_owned();
        return Err(vm.raise_type(&format!(
            "open_code() argument 'path' must be str, not {name}"
        )));
    }
    let raw = file::open(vm, path, "r", true, None)?;
    let size = default_size(raw);
    let result = buffered::open(vm, &buffered::READER, raw, size);
    if result.is_err() {
        close_after_failure(vm, raw, result)
    } else {
        result
    }
}
