//! Methods and attributes of `int`.

use crate::int_new::{from_u64, zero};
use crate::operand::{exact_int, int, int_error, with_int, with_ints};
use coil_num::IntBuf;
use coil_value::Value;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number::{IntView, int_of};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm, natives, protocol};

natives! {
    /// Methods of `int`.
    pub(crate) static METHODS = {
        "conjugate" method NoArgs, "($self, /)" => itself;
        "bit_length" method NoArgs, "($self, /)" => bit_length;
        "bit_count" method NoArgs, "($self, /)" => bit_count;
        "to_bytes" method Signature(0), "($self, /, length=1, byteorder='big', *, signed=False)" => to_bytes;
        "from_bytes" classmethod Signature(1), "($type, /, bytes, byteorder='big', *, signed=False)" => from_bytes;
        "as_integer_ratio" method NoArgs, "($self, /)" => as_integer_ratio;
        "is_integer" method NoArgs, "($self, /)" => |_, _| Ok(ty::TRUE.value());
        "__trunc__" method NoArgs, "($self, /)" => itself;
        "__floor__" method NoArgs, "($self, /)" => itself;
        "__ceil__" method NoArgs, "($self, /)" => itself;
        "__round__" method Positional(0, 1), "($self, ndigits=<unrepresentable>, /)" => round;
        "__getnewargs__" method NoArgs, "($self, /)" => getnewargs;
        "__format__" method One, "($self, format_spec, /)" => crate::format::int_format;
        "__sizeof__" method NoArgs, "($self, /)" => sizeof;
    }
}

/// Attributes of `int`.
pub(crate) static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "real",
        get: exact_int,
        set: None,
    },
    GetSetDef {
        name: "imag",
        get: |_, _| Ok(zero()),
        set: None,
    },
    GetSetDef {
        name: "numerator",
        get: exact_int,
        set: None,
    },
    GetSetDef {
        name: "denominator",
        get: |vm, _| vm.new_int(1),
        set: None,
    },
];

fn itself(vm: &mut Vm, args: Args) -> PyResult {
    exact_int(vm, args.at(0))
}

fn bit_length(vm: &mut Vm, args: Args) -> PyResult {
    let bits = with_int(int(args.at(0)), |int| int.bit_length());
    from_u64(vm, bits)
}

fn bit_count(vm: &mut Vm, args: Args) -> PyResult {
    let bits = with_int(int(args.at(0)), |int| int.bit_count());
    from_u64(vm, bits)
}

/// Whether the byte order is little endian.
fn little(vm: &mut Vm, order: Option<Value>) -> PyResult<bool> {
    let Some(order) = order else { return Ok(false) };
    match Str::of(order) {
        Some(order) if order.is("little") => Ok(true),
        Some(order) if order.is("big") => Ok(false),
        Some(_) => Err(vm.raise_value("byteorder must be either 'little' or 'big'")),
        None => {
            let name = protocol::type_name(order);
            Err(vm.raise_type(&format!("argument 'byteorder' must be str, not {name}")))
        }
    }
}

fn flag(vm: &mut Vm, value: Option<Value>) -> PyResult<bool> {
    value.map_or(Ok(false), |value| protocol::truth(vm, value))
}

fn to_bytes(vm: &mut Vm, args: Args) -> PyResult {
    let length = match args.get(1) {
        Some(length) => protocol::index_i64(vm, length)?,
        None => 1,
    };
    let little = little(vm, args.get(2))?;
    let signed = flag(vm, args.get(3))?;
    let Ok(length) = usize::try_from(length) else {
        return Err(vm.raise_value("length argument must be non-negative"));
    };
    let view = int(args.at(0));
    if view.is_negative() && !signed {
        return Err(vm.raise_overflow("can't convert negative int to unsigned"));
    }
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(length).is_err() {
        return Err(vm.raise_memory_error());
    }
    bytes.resize(length, 0);
    if !with_int(view, |int| int.write_le_bytes(&mut bytes, signed)) {
        return Err(vm.raise_overflow("int too big to convert"));
    }
    if !little {
        bytes.reverse();
    }
    vm.new_bytes(&bytes)
}

fn from_bytes(vm: &mut Vm, args: Args) -> PyResult {
    let little = little(vm, args.get(2))?;
    let signed = flag(vm, args.get(3))?;
    let mut bytes = bytes_of(vm, args.at(1))?;
    if !little {
        bytes.reverse();
    }
    let Some(int) = IntBuf::from_le_bytes(&bytes, signed) else {
        return Err(vm.raise_memory_error());
    };
    let value = vm.new_int_buf(&int)?;
    match Type::from_value(args.at(0)) {
        Some(ty) if !ty.is(&types::INT) => protocol::call(vm, ty.value(), &[value]),
        _ => Ok(value),
    }
}

/// `bytes(value)` for `from_bytes`: a bytes-like object, something with `__bytes__`, or an iterable of small ints.
fn bytes_of(vm: &mut Vm, value: Value) -> PyResult<Vec<u8>> {
    if let Some(bytes) = vm.bytes_like(value) {
        return Ok(bytes.to_vec());
    }
    let name = vm.interp.names.__bytes__.str();
    if let Some(result) = protocol::call_special(vm, value, name, &[])? {
        return match vm.bytes_like(result) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => {
                let name = protocol::type_name(result);
                Err(vm.raise_type(&format!("__bytes__ returned non-bytes (type {name})")))
            }
        };
    };
    let slots = Type::of(value).slots();
    if Str::of(value).is_some() || (slots.iter.is_none() && slots.get_item.is_none()) {
        let name = protocol::type_name(value);
        return Err(vm.raise_type(&format!("cannot convert '{name}' object to bytes")));
    };
    let mut bytes = Vec::new();
    protocol::for_each(vm, value, |vm, item| {
        let item = protocol::index_clamped(vm, item)?;
        match u8::try_from(item) {
            Ok(byte) => bytes.push(byte),
            Err(_) => return Err(vm.raise_value("bytes must be in range(0, 256)")),
        }
        Ok(true)
    })?;
    Ok(bytes)
}

fn as_integer_ratio(vm: &mut Vm, args: Args) -> PyResult {
    let numerator = exact_int(vm, args.at(0))?;
    let one = vm.new_int(1)?;
    vm.new_tuple(&[numerator, one])
}

fn getnewargs(vm: &mut Vm, args: Args) -> PyResult {
    let value = exact_int(vm, args.at(0))?;
    vm.new_tuple(&[value])
}

fn sizeof(vm: &mut Vm, args: Args) -> PyResult {
    let digits = with_int(int(args.at(0)), |int| int.digits().len().max(1));
    vm.new_int(24 + 4 * digits as i64)
}

/// `int.__round__`: to a multiple of a power of ten, ties to even.
fn round(vm: &mut Vm, args: Args) -> PyResult {
    let digits = args.get(1).filter(|digits| *digits != ty::none());
    let Some(digits) = digits else {
        return exact_int(vm, args.at(0));
    };
    let digits = protocol::index(vm, digits)?;
    let view = int_of(digits).expect("index gives an int");
    if !view.is_negative() {
        return exact_int(vm, args.at(0));
    }
    let number = int(args.at(0));
    let bits = with_int(number, |int| int.bit_length());
    // A power of ten of more than so many digits is more than twice the number: it rounds to zero.
    let places = match view {
        IntView::Small(small) if small.unsigned_abs() <= bits + 1 => small.unsigned_abs(),
        _ => return Ok(zero()),
    };
    let ten = IntBuf::from(10i64);
    let unit = match ten.as_ref().pow(IntBuf::from(places).as_ref()) {
        Ok(unit) => unit,
        Err(error) => return Err(int_error(vm, error)),
    };
    let parts = with_ints(number, IntView::Big(unit.as_ref()), |number, unit| {
        number.divmod(unit)
    });
    let (quotient, rest) = parts.expect("a power of ten is not zero");
    let twice = rest.as_ref().add(rest.as_ref());
    let up = match twice.as_ref().cmp(&unit.as_ref()) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => quotient.as_ref().is_odd(),
        std::cmp::Ordering::Less => false,
    };
    let quotient = if up {
        quotient.as_ref().add(IntBuf::from(1i64).as_ref())
    } else {
        quotient
    };
    let result = quotient.as_ref().mul(unit.as_ref());
    crate::operand::int_result(vm, result)
}
