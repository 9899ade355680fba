//! `sys.stdin`, `sys.stdout`, `sys.stderr`.

use crate::text::{self, Newline};
use crate::{buffered, file, sys};
use taipan_objects::instance;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::{PyResult, Value, Vm, mem};

/// The streams for descriptors 0, 1 and 2; None for those that are closed.
///
/// # Errors
/// MemoryError, OSError.
pub fn make_std_streams(vm: &mut Vm, unbuffered: bool) -> PyResult<(Value, Value, Value)> {
    let stdin = stream(vm, 0, "<stdin>", "r", false)?;
    let stdout = stream(vm, 1, "<stdout>", "w", unbuffered)?;
    let stderr = stream(vm, 2, "<stderr>", "w", unbuffered)?;
    Ok((stdin, stdout, stderr))
}

fn stream(vm: &mut Vm, fd: i32, name: &str, mode: &str, unbuffered: bool) -> PyResult {
    if sys::stat(fd).is_err() {
        return Ok(ty::none());
    }
    let raw = file::open(vm, number::small(fd.into()), mode, false, None)?;
    let attribute = vm.interp.names.name.str();
    let name = vm.new_str(name)?;
    instance::set_own_attr(vm, mem::expect_ref(raw), attribute, name)?;
    let class = if fd == 0 {
        &buffered::READER
    } else {
        &buffered::WRITER
    };
    let buffer = if unbuffered {
        raw
    } else {
        buffered::open(vm, class, raw, crate::DEFAULT_BUFFER_SIZE as i64)?
    };
    let encoding = vm.intern("utf-8")?;
    // In the C locale undecodable bytes are let through.
    let locale = text::locale_encoding(vm)?;
    let lenient = Str::of(locale).is_some_and(|name| name.is("utf-8"));
    let errors = vm.intern(match fd {
        2 => "backslashreplace",
        _ if lenient => "surrogateescape",
        _ => "strict",
    })?;
    let newline = if fd == 0 {
        Newline::Translated
    } else {
        Newline::Exactly("\n")
    };
    let terminal = sys::is_terminal(fd);
    let settings = text::Settings {
        encoding,
        errors,
        newline,
        line_buffering: fd == 2 || terminal,
        write_through: unbuffered,
    };
    let stream = text::open(vm, buffer, settings)?;
    let attribute = vm.interp.names.mode.str();
    let mode = vm.intern(mode)?;
    instance::set_own_attr(vm, mem::expect_ref(stream), attribute, mode)?;
    Ok(stream)
}

/// Flushes `sys.stdout` or `sys.stderr`, if it exists and is open.
///
/// # Errors
/// What flushing raises.
pub fn flush_std(vm: &mut Vm, name: &str) -> PyResult<()> {
    let Some(dict) = vm.interp.kept("sys").and_then(protocol::module_dict) else {
        return Ok(());
    };
    let stream = dict.get_name(vm, name)?;
    flush(vm, stream)
}

fn flush(vm: &mut Vm, stream: Option<Value>) -> PyResult<()> {
    let Some(stream) = stream.filter(|stream| *stream != ty::none()) else {
        return Ok(());
    };
    if crate::base::is_closed(vm, stream)? {
        return Ok(());
    }
    protocol::call_method(vm, stream, "flush", &[]).map(|_| ())
}
