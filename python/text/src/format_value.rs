//! f-string fields, `ascii()` and `str.__format__`.

use crate::args::this;
use crate::str_type::{exact, points};
use crate::str_width::padded;
use coil_text::format_spec::{FormatError, FormatSpec, Target};

use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::str::Str;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Raised, Vm, protocol};

/// A field of an f-string or of `str.format`: converts by `conversion` (0 for none; 1, 2, 3 as bytecode has them, or `b's'`, `b'r'`, `b'a'`), then formats by the
/// specification.
///
/// # Errors
/// What conversion and `__format__` raise.
pub fn format_value(vm: &mut Vm, value: Value, conversion: u8, spec: Option<Value>) -> PyResult {
    let value = match conversion {
        b's' | 1 => protocol::str(vm, value)?.value(),
        b'r' | 2 => protocol::repr(vm, value)?.value(),
        b'a' | 3 => ascii_of(vm, value)?,
        _ => value,
    };
    if Str::exact(value).is_some()
        && spec.is_none_or(|spec| Str::of(spec).is_some_and(Str::is_empty))
    {
        return Ok(value);
    }
    let spec = match spec {
        Some(spec) => spec,
        None => vm.new_ascii(b"")?,
    };
    Ok(protocol::format(vm, value, spec)?.value())
}

/// `ascii(value)`
pub(crate) fn ascii_of(vm: &mut Vm, value: Value) -> PyResult {
    let text = protocol::repr(vm, value)?;
    if text.is_ascii() {
        return Ok(text.value());
    }
    let mut out = String::with_capacity(text.len() * 2);
    for point in points(text.text()) {
        match point {
            0..0x80 => out.push(char::from(point as u8)),
            0x80..0x100 => out.push_str(&format!("\\x{point:02x}")),
            0x100..0x1_0000 => out.push_str(&format!("\\u{point:04x}")),
            _ => out.push_str(&format!("\\U{point:08x}")),
        }
    }
    vm.new_str(&out)
}

fn spec_error(vm: &mut Vm, error: &FormatError, value: Value) -> Raised {
    let message = error.message(&protocol::type_name(value));
    match vm.new_str_points(&message) {
        Ok(text) => vm.raise_with(&types::ValueError, &[text]),
        Err(raised) => raised,
    }
}

/// `str.__format__`
pub(crate) fn str_format(vm: &mut Vm, args: Args) -> PyResult {
    let Some(spec) = Str::of(args.at(1)) else {
        let name = protocol::type_name(args.at(1));
        return Err(vm.raise_type(&format!("__format__() argument must be str, not {name}")));
    };
    let text = this(args.at(0));
    if spec.is_empty() {
        if text.as_ref().layout() == taipan_objects::layout::STR {
            return Ok(text.value());
        }
        return Ok(protocol::str(vm, args.at(0))?.value());
    }
    let parsed = FormatSpec::parse(spec.text().iter(), Target::Str)
        .and_then(|spec| spec.str_plan().map(|most| (spec, most)));
    let (spec, most) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return Err(spec_error(vm, &error, args.at(0))),
    };
    let kept = most.map_or(text.len(), |most| most.min(text.len()));
    let part = if kept == text.len() {
        exact(vm, text)?
    } else {
        vm.substring(text, 0, kept)?
    };
    let (left, right) = spec.str_padding(kept);
    padded(vm, this(part), left, right, spec.fill)
}
