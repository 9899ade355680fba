//! The builtin functions on text: ord, chr, ascii, repr, format.

use crate::format_value::ascii_of;
use coil_value::Value;
use taipan_objects::bytes::bytes_like;
use taipan_objects::native::{Args, Intrinsic};
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Vm, natives, number, protocol};

natives! {
    /// Functions of module `builtins`.
    pub static FUNCTIONS = {
        "ord" function One, "(character, /)" => ord, intrinsic(Intrinsic::Ord);
        "chr" function One, "(i, /)" => chr, intrinsic(Intrinsic::Chr);
        "ascii" function One, "(obj, /)" => |vm, args| ascii_of(vm, args.at(0));
        "repr" function One, "(obj, /)" => repr;
        "format" function Positional(1, 2), "(value, format_spec='', /)" => format;
    }
}

fn ord(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.at(0);
    let (length, first) = match (Str::of(value), bytes_like(value)) {
        (Some(text), _) => (text.len(), (!text.is_empty()).then(|| text.at(0))),
        (None, Some(data)) => (data.len(), data.first().map(|byte| u32::from(*byte))),
        (None, None) => {
            let name = protocol::type_name(value);
            return Err(vm.raise_type(&format!(
                "ord() expected string of length 1, but {name} found"
            )));
        }
    };
    match first {
        Some(point) if length == 1 => Ok(number::small(i64::from(point))),
        _ => Err(vm.raise_type(&format!(
            "ord() expected a character, but string of length {length} found"
        ))),
    }
}

fn chr(vm: &mut Vm, args: Args) -> PyResult {
    let code = protocol::index_clamped(vm, args.at(0))?;
    match u32::try_from(code) {
        Ok(point) if point < 0x11_0000 => vm.new_char(point),
        _ => Err(vm.raise_value("chr() arg not in range(0x110000)")),
    }
}

fn repr(vm: &mut Vm, args: Args) -> PyResult {
    Ok(protocol::repr(vm, args.at(0))?.value())
}

fn format(vm: &mut Vm, args: Args) -> PyResult {
    let spec: Value = match args.get(1) {
        Some(spec) if Str::of(spec).is_none() => {
            let name = protocol::type_name(spec);
            return Err(vm.raise_type(&format!("format() argument 2 must be str, not {name}")));
        }
        Some(spec) => spec,
        None => vm.new_ascii(b"")?,
    };
    Ok(protocol::format(vm, args.at(0), spec)?.value())
}
