//! Errors of the compiler as exception objects.

use coil_value::Value;
use taipan_objects::exception;
use taipan_objects::number;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Raised, Vm};
use taipan_syntax::{ErrorKind, SyntaxError};

/// Raises what an error of parser or compiler stands for.
#[cold]
pub fn raise_syntax(vm: &mut Vm, error: &SyntaxError, filename: Value) -> Raised {
    let class = match error.kind {
        ErrorKind::Recursion => return vm.raise_recursion(&error.message),
        ErrorKind::Overflow => return vm.raise_overflow(&error.message),
        ErrorKind::Syntax => &types::SyntaxError,
        ErrorKind::Indentation => &types::IndentationError,
        ErrorKind::Tab => &types::TabError,
    };
    let made = arguments(vm, error, filename)
        .and_then(|args| exception::new_exception(vm, class.as_ref(), &args));
    match made {
        Ok(exception) => {
            exception::set_context(vm, exception);
            vm.raise(exception)
        }
        Err(raised) => raised,
    }
}

/// A line of the source file, if there is such a file.
fn line_of_file(filename: Value, line: u32) -> Option<String> {
    let path = Str::of(filename)?.to_rust().into_owned();
    let number = usize::try_from(line).ok()?.checked_sub(1)?;
    let source = std::fs::read(path).ok()?;
    let text = taipan_syntax::decode(&source).ok()?;
    let line = text.lines().nth(number)?;
    Some(format!("{line}\n"))
}

fn arguments(vm: &mut Vm, error: &SyntaxError, filename: Value) -> PyResult<[Value; 2]> {
    let message = vm.new_str(&error.message)?;
    if error.undecoded {
        let (line, offset) = (number::small(0), number::small(-1));
        let place = vm.new_tuple(&[filename, line, offset, ty::none()])?;
        return Ok([message, place]);
    }
    let text = match &error.text {
        Some(text) => vm.new_str(text)?,
        None => match line_of_file(filename, error.line) {
            Some(line) => vm.new_str(&line)?,
            None => ty::none(),
        },
    };
    let number = |number: u32| number::small(number.into());
    let line = if error.line == 0 {
        ty::none()
    } else {
        number(error.line)
    };
    let place = [
        filename,
        line,
        number(error.offset),
        text,
        if error.end_line == 0 {
            ty::none()
        } else {
            number(error.end_line)
        },
        number::small(error.end_offset.into()),
    ];
    let place = vm.new_tuple(&place)?;
    Ok([message, place])
}
