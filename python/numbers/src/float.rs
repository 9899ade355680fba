//! `float`: operators, comparison, hash, text, construction.

use crate::float_methods;
use crate::int_new;
use crate::operand::{float, range_error, real};
use coil_num::float as floats;
use coil_value::Value;
use std::cmp::Ordering;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::native::Args;
use taipan_objects::number::{self, IntView};
use taipan_objects::slots::{Binary, BinaryOp, CompareOp, Slots};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm, mem, protocol};

/// `float`.
pub(crate) static FLOAT: TypeDef = TypeDef {
    ty: &types::FLOAT,
    slots,
    methods: float_methods::METHODS,
    getset: float_methods::GETSET,
    doc: "Convert a string or number to a floating-point number, if possible.",
    module: "",
};

fn slots(slots: &mut Slots) {
    slots.repr = Some(|vm, value| {
        let text = floats::repr(float(value));
        vm.new_ascii(text.as_bytes())
    });
    slots.hash = Some(|vm, value| {
        Ok(floats::hash(float(value)).unwrap_or_else(|| protocol::identity_hash(vm, value)))
    });
    slots.compare = Some(compare);
    slots.bool = Some(|_, value| Ok(float(value) != 0.0));
    for (op, function) in [
        (BinaryOp::Add, add as Binary),
        (BinaryOp::Sub, sub),
        (BinaryOp::Mul, mul),
        (BinaryOp::TrueDiv, true_div),
        (BinaryOp::FloorDiv, floor_div),
        (BinaryOp::Mod, modulo),
        (BinaryOp::DivMod, divmod),
        (BinaryOp::Pow, pow),
    ] {
        slots.binary[op as usize] = Some(function);
    }
    slots.neg = Some(|vm, value| vm.new_float(-float(value)));
    slots.pos = Some(exact);
    slots.abs = Some(|vm, value| vm.new_float(float(value).abs()));
    slots.int = Some(|vm, value| int_new::from_float(vm, float(value)));
    slots.float = Some(exact);
    slots.new = Some(new);
}

/// An exact float: the value itself, or the number of an instance of a subclass.
pub(crate) fn exact(vm: &mut Vm, value: Value) -> PyResult {
    if Type::of(value).is(&types::FLOAT) {
        return Ok(value);
    }
    vm.new_float(float(value))
}

/// Two floats, or NotImplemented returned from the operator.
macro_rules! reals {
    ($vm:ident, $a:ident, $b:ident) => {
        match (real($vm, $a)?, real($vm, $b)?) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(ty::not_implemented()),
        }
    };
}

macro_rules! operators {
    ($($name:ident $divides:literal |$x:ident, $y:ident| $result:expr;)*) => {
        $(
            fn $name(vm: &mut Vm, a: Value, b: Value) -> PyResult {
                let ($x, $y) = reals!(vm, a, b);
                if $divides && $y == 0.0 {
                    return Err(vm.raise_zero_division("division by zero"));
                }
                vm.new_float($result)
            }
        )*
    };
}
operators! {
    add false |x, y| x + y;
    sub false |x, y| x - y;
    mul false |x, y| x * y;
    true_div true |x, y| x / y;
    floor_div true |x, y| floats::floor_div(x, y);
    modulo true |x, y| floats::floor_mod(x, y);
}

fn divmod(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (x, y) = reals!(vm, a, b);
    if y == 0.0 {
        return Err(vm.raise_zero_division("division by zero"));
    }
    let (quotient, rest) = floats::divmod(x, y);
    let quotient = vm.new_float(quotient)?;
    let rest = vm.new_float(rest)?;
    vm.new_tuple(&[quotient, rest])
}

fn pow(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (x, y) = reals!(vm, a, b);
    power(vm, x, y)
}

/// `x ** y`.
pub(crate) fn power(vm: &mut Vm, x: f64, y: f64) -> PyResult {
    match floats::pow(x, y) {
        Ok(result) => vm.new_float(result),
        Err(floats::PowError::ZeroToNegative) => {
            Err(vm.raise_zero_division("zero to a negative power"))
        }
        Err(floats::PowError::Complex) => crate::complex::power(vm, (x, 0.0), (y, 0.0)),
        Err(floats::PowError::Overflow) => Err(range_error(vm)),
    }
}

fn compare(_: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let ordering = match (number::float_of(a), number::float_of(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        (Some(a), None) => match number::int_of(b) {
            Some(b) => compare_int(b, a).map(Ordering::reverse),
            None => return Ok(ty::not_implemented()),
        },
        (None, Some(b)) => match number::int_of(a) {
            Some(a) => compare_int(a, b),
            None => return Ok(ty::not_implemented()),
        },
        (None, None) => return Ok(ty::not_implemented()),
    };
    Ok(ty::bool_value(match ordering {
        Some(ordering) => op.holds(ordering),
        None => op == CompareOp::Ne,
    }))
}

/// Compares an int with a float exactly; none for NaN.
fn compare_int(int: IntView<'_>, float: f64) -> Option<Ordering> {
    match int {
        IntView::Small(int) => (int as f64).partial_cmp(&float),
        IntView::Big(int) => int.cmp_f64(float),
    }
}

fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    if args.keyword_count() > 0 && ty.is(&types::FLOAT) {
        return Err(vm.raise_type("float() takes no keyword arguments"));
    }
    if args.len() > 1 {
        let given = args.len();
        return Err(vm.raise_type(&format!("float expected at most 1 argument, got {given}")));
    }
    let result = match args.get(0) {
        None => 0.0,
        Some(value) => from_object(vm, value)?,
    };
    make(vm, ty, result)
}

/// An instance of `float` or a subclass.
pub(crate) fn make(vm: &mut Vm, ty: Type, float: f64) -> PyResult {
    if ty.is(&types::FLOAT) {
        return vm.new_float(float);
    }
    let object = vm.alloc_sized(ty.instance_layout(), ty, 24 + layout::SUB_EXTRA, |_| {})?;
    mem::set(object, at::FLOAT_VALUE, float);
    Ok(Value::from_ref(object))
}

fn from_object(vm: &mut Vm, value: Value) -> PyResult<f64> {
    if let Some(float) = value.as_f64() {
        return Ok(float);
    }
    let Some(bytes) = int_new::text_bytes(vm, value)? else {
        let slots = Type::of(value).slots();
        if slots.float.is_none() && slots.index.is_none() {
            let name = protocol::type_name(value);
            return Err(vm.raise_type(&format!(
                "float() argument must be a string or a real number, not '{name}'"
            )));
        }
        return protocol::converted_f64(vm, value);
    };
    match floats::parse(&bytes) {
        Some(float) => Ok(float),
        None => {
            let shown = protocol::repr_text(vm, value)?;
            Err(vm.raise_value(&format!("could not convert string to float: {shown}")))
        }
    }
}
