//! Methods and attributes of `float`.

use crate::float::{exact, make};
use crate::int_new::from_float;
use crate::operand::float;
use coil_num::float as floats;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number::int_of;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm, natives, protocol};

natives! {
    /// Methods of `float`.
    pub(crate) static METHODS = {
        "conjugate" method NoArgs, "($self, /)" => |vm, args| exact(vm, args.at(0));
        "as_integer_ratio" method NoArgs, "($self, /)" => as_integer_ratio;
        "is_integer" method NoArgs, "($self, /)" => is_integer;
        "hex" method NoArgs, "($self, /)" => hex;
        "fromhex" classmethod One, "($type, string, /)" => fromhex;
        "from_number" classmethod One, "($type, number, /)" => from_number;
        "__trunc__" method NoArgs, "($self, /)" => |vm, args| from_float(vm, float(args.at(0)));
        "__floor__" method NoArgs, "($self, /)" => |vm, args| from_float(vm, float(args.at(0)).floor());
        "__ceil__" method NoArgs, "($self, /)" => |vm, args| from_float(vm, float(args.at(0)).ceil());
        "__round__" method Positional(0, 1), "($self, ndigits=None, /)" => round;
        "__getnewargs__" method NoArgs, "($self, /)" => getnewargs;
        "__format__" method One, "($self, format_spec, /)" => crate::format::float_format;
        "__getformat__" classmethod One, "($type, typestr, /)" => getformat;
    }
}

/// Attributes of `float`.
pub(crate) static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "real",
        get: exact,
        set: None,
    },
    GetSetDef {
        name: "imag",
        get: |vm, _| vm.new_float(0.0),
        set: None,
    },
];

fn as_integer_ratio(vm: &mut Vm, args: Args) -> PyResult {
    let value = float(args.at(0));
    match floats::integer_ratio(value) {
        Some((numerator, denominator)) => {
            let numerator = vm.new_int_buf(&numerator)?;
            let denominator = vm.new_int_buf(&denominator)?;
            vm.new_tuple(&[numerator, denominator])
        }
        None if value.is_nan() => Err(vm.raise_value("cannot convert NaN to integer ratio")),
        None => Err(vm.raise_overflow("cannot convert Infinity to integer ratio")),
    }
}

fn is_integer(_: &mut Vm, args: Args) -> PyResult {
    let value = float(args.at(0));
    Ok(ty::bool_value(value.is_finite() && value.floor() == value))
}

fn hex(vm: &mut Vm, args: Args) -> PyResult {
    let text = floats::to_hex(float(args.at(0)));
    vm.new_str(&text)
}

fn fromhex(vm: &mut Vm, args: Args) -> PyResult {
    let Some(text) = Str::of(args.at(1)) else {
        return Err(vm.raise_type("bad argument type for built-in operation"));
    };
    let text = text.to_rust();
    let trimmed = text.trim_matches(|c| matches!(c, ' ' | '\t'..='\r'));
    let value = match floats::from_hex(trimmed.as_bytes()) {
        Ok(value) => value,
        Err(floats::HexError::Invalid) => {
            return Err(vm.raise_value("invalid hexadecimal floating-point string"));
        }
        Err(floats::HexError::Overflow) => {
            return Err(vm.raise_overflow("hexadecimal value too large to represent as a float"));
        }
    };
    for_class(vm, args, value)
}

/// A float of the class that a class method was called on.
fn for_class(vm: &mut Vm, args: Args, value: f64) -> PyResult {
    let float = make(vm, types::FLOAT.ty(), value)?;
    match Type::from_value(args.at(0)) {
        Some(ty) if !ty.is(&types::FLOAT) => protocol::call(vm, ty.value(), &[float]),
        _ => Ok(float),
    }
}

fn from_number(vm: &mut Vm, args: Args) -> PyResult {
    let number = args.at(1);
    if Type::of(number).is(&types::FLOAT) && types::FLOAT.value() == args.at(0) {
        return Ok(number);
    }
    let value = protocol::to_f64(vm, number)?;
    for_class(vm, args, value)
}

fn round(vm: &mut Vm, args: Args) -> PyResult {
    let value = float(args.at(0));
    let digits = args.get(1).filter(|digits| *digits != ty::none());
    let Some(digits) = digits else {
        return from_float(vm, value.round_ties_even());
    };
    let digits = protocol::index(vm, digits)?;
    let view = int_of(digits).expect("index gives an int");
    let digits = view.to_i64().unwrap_or(if view.is_negative() {
        i64::MIN
    } else {
        i64::MAX
    });
    match floats::round_digits(value, digits) {
        Some(rounded) => vm.new_float(rounded),
        None => Err(vm.raise_overflow("rounded value too large to represent")),
    }
}

fn getnewargs(vm: &mut Vm, args: Args) -> PyResult {
    let value = exact(vm, args.at(0))?;
    vm.new_tuple(&[value])
}

fn getformat(vm: &mut Vm, args: Args) -> PyResult {
    let Some(kind) = Str::of(args.at(1)) else {
        let name = protocol::type_name(args.at(1));
        return Err(vm.raise_type(&format!("__getformat__() argument must be str, not {name}")));
    };
    if !kind.is("double") && !kind.is("float") {
        return Err(vm.raise_value("__getformat__() argument 1 must be 'double' or 'float'"));
    }
    vm.new_str(if cfg!(target_endian = "little") {
        "IEEE, little-endian"
    } else {
        "IEEE, big-endian"
    })
}
