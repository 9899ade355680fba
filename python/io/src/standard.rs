//! `sys.stdin`, `sys.stdout`, `sys.stderr`.

use crate::text::{self, Newline};
use crate::{buffered, file, sys};
use taipan_objects::dict::Dict;
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
pub fn make_std_streams(vm: &mut Vm) -> PyResult<(Value, Value, Value)> {
    let stdin = stream(vm, 0, "<stdin>", "r")?;
    let stdout = stream(vm, 1, "<stdout>", "w")?;
    let stderr = stream(vm, 2, "<stderr>", "w")?;
    Ok((stdin, stdout, stderr))
}

fn stream(vm: &mut Vm, fd: i32, name: &str, mode: &str) -> PyResult {
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
    let buffer = buffered::open(vm, class, raw, crate::DEFAULT_BUFFER_SIZE as i64)?;
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
        write_through: false,
    };
    let stream = text::open(vm, buffer, settings)?;
    let attribute = vm.interp.names.mode.str();
    let mode = vm.intern(mode)?;
    instance::set_own_attr(vm, mem::expect_ref(stream), attribute, mode)?;
    Ok(stream)
}

/// Flushes `sys.stdout` and `sys.stderr`, as far as they exist and are open.
///
/// # Errors
/// What flushing `sys.stdout` raises.
pub fn flush_std(vm: &mut Vm) -> PyResult<()> {
    let Some(kept) = vm.interp.kept("sys") else {
        return Ok(());
    };
    let Some(dict) = protocol::module_dict(kept).or_else(|| Dict::of(kept)) else {
        return Ok(());
    };
    let stdout = dict.get_name(vm, "stdout")?;
    let flushed = flush(vm, stdout);
    // What goes wrong with standard error cannot be shown there.
    let stderr = dict.get_name(vm, "stderr");
    let shown = stderr.and_then(|stderr| match flushed {
        Ok(()) => flush(vm, stderr),
        Err(raised) => {
            let error = vm.take_raised(raised);
            if let Err(second) = flush(vm, stderr) {
                vm.take_raised(second);
            }
            Err(vm.raise(error))
        }
    });
    match (flushed, shown) {
        (Err(_), Err(raised)) => Err(raised),
        (Ok(()), Err(raised)) => {
            vm.take_raised(raised);
            Ok(())
        }
        _ => flushed,
    }
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
