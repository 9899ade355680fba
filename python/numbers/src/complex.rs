//! `complex`.

use crate::complex_text;
use crate::int_new;
use crate::operand::real;
use coil_num::float as floats;
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::layout;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number::complex_of;
use taipan_objects::slots::{Binary, BinaryOp, CompareOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm, mem, natives, protocol};

type Complex = (f64, f64);

/// `complex`.
pub(crate) static COMPLEX: TypeDef = TypeDef {
    ty: &types::COMPLEX,
    slots,
    methods: METHODS,
    getset: GETSET,
    doc: "Create a complex number from a string or numbers.\n\nIf a string is given, parse it as a complex number.\nIf a single number is given, convert it to a complex number.\nIf the 'real' or 'imag' arguments are given, create a complex number\nwith the specified real and imaginary components.",
    module: "",
};

natives! {
    static METHODS = {
        "conjugate" method NoArgs, "($self, /)" => conjugate;
        "__complex__" method NoArgs, "($self, /)" => |vm, args| exact(vm, args.at(0));
        "__format__" method One, "($self, format_spec, /)" => crate::format::complex_format;
        "__getnewargs__" method NoArgs, "($self, /)" => getnewargs;
        "from_number" classmethod One, "($type, number, /)" => from_number;
    }
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "real",
        get: |vm, value| vm.new_float(parts(value).0),
        set: None,
    },
    GetSetDef {
        name: "imag",
        get: |vm, value| vm.new_float(parts(value).1),
        set: None,
    },
];

fn slots(slots: &mut Slots) {
    slots.repr = Some(|vm, value| {
        let (re, im) = parts(value);
        vm.new_str(&complex_text::repr(re, im))
    });
    slots.hash = Some(hash);
    slots.compare = Some(compare);
    slots.bool = Some(|_, value| Ok(parts(value) != (0.0, 0.0)));
    for (op, function) in [
        (BinaryOp::Add, add as Binary),
        (BinaryOp::Sub, sub),
        (BinaryOp::Mul, mul),
        (BinaryOp::TrueDiv, div),
        (BinaryOp::Pow, pow),
    ] {
        slots.binary[op as usize] = Some(function);
    }
    slots.neg = Some(|vm, value| {
        let (re, im) = parts(value);
        vm.new_complex(-re, -im)
    });
    slots.pos = Some(exact);
    slots.abs = Some(abs);
    slots.new = Some(new);
}

fn parts(value: Value) -> Complex {
    complex_of(value).expect("the descriptor checked that self is a complex")
}

fn exact(vm: &mut Vm, value: Value) -> PyResult {
    if Type::of(value).is(&types::COMPLEX) {
        return Ok(value);
    }
    let (re, im) = parts(value);
    vm.new_complex(re, im)
}

/// An operand of mixed arithmetic: a complex number, or a real one (no imaginary part).
#[derive(Clone, Copy)]
enum Operand {
    Complex(Complex),
    Real(f64),
}

impl Operand {
    fn complex(self) -> Complex {
        match self {
            Operand::Complex(complex) => complex,
            Operand::Real(real) => (real, 0.0),
        }
    }
}

fn operand(vm: &mut Vm, value: Value) -> PyResult<Option<Operand>> {
    match complex_of(value) {
        Some(complex) => Ok(Some(Operand::Complex(complex))),
        None => Ok(real(vm, value)?.map(Operand::Real)),
    }
}

/// Two operands, or NotImplemented returned from the operator.
macro_rules! operands {
    ($vm:ident, $a:ident, $b:ident) => {
        match (operand($vm, $a)?, operand($vm, $b)?) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(ty::not_implemented()),
        }
    };
}

fn add(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    use Operand::{Complex, Real};
    let (re, im) = match operands!(vm, a, b) {
        (Complex((a, b)), Real(c)) | (Real(c), Complex((a, b))) => (a + c, b),
        (a, b) => {
            let ((a, b), (c, d)) = (a.complex(), b.complex());
            (a + c, b + d)
        }
    };
    vm.new_complex(re, im)
}

fn sub(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    use Operand::{Complex, Real};
    let (re, im) = match operands!(vm, a, b) {
        (Complex((a, b)), Real(c)) => (a - c, b),
        (Real(a), Complex((c, d))) => (a - c, -d),
        (a, b) => {
            let ((a, b), (c, d)) = (a.complex(), b.complex());
            (a - c, b - d)
        }
    };
    vm.new_complex(re, im)
}

fn mul(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    use Operand::{Complex, Real};
    let (re, im) = match operands!(vm, a, b) {
        (Complex((a, b)), Real(c)) | (Real(c), Complex((a, b))) => (a * c, b * c),
        (a, b) => product(a.complex(), b.complex()),
    };
    vm.new_complex(re, im)
}

/// The product by C99's rules: an infinite factor gives an infinite product, whatever NaNs the plain formula gives.
fn product((a, b): Complex, (c, d): Complex) -> Complex {
    let (re, im) = (a * c - b * d, a * d + b * c);
    if !(re.is_nan() && im.is_nan()) {
        return (re, im);
    }
    let boxed = |x: f64| {
        if x.is_infinite() {
            1f64.copysign(x)
        } else {
            0f64.copysign(x)
        }
    };
    let unnan = |x: f64| if x.is_nan() { 0f64.copysign(x) } else { x };
    let (mut a, mut b, mut c, mut d) = (a, b, c, d);
    let mut again = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (boxed(a), boxed(b), unnan(c), unnan(d));
        again = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (c, d, a, b) = (boxed(c), boxed(d), unnan(a), unnan(b));
        again = true;
    }
    let products = [a * c, b * d, a * d, b * c];
    if !again && products.iter().any(|x| x.is_infinite()) {
        (a, b, c, d) = (unnan(a), unnan(b), unnan(c), unnan(d));
        again = true;
    }
    if again {
        return (
            f64::INFINITY * (a * c - b * d),
            f64::INFINITY * (a * d + b * c),
        );
    }
    (re, im)
}

fn div(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (dividend, divisor) = operands!(vm, a, b);
    if divisor.complex() == (0.0, 0.0) {
        return Err(vm.raise_zero_division("division by zero"));
    }
    let (re, im) = match (dividend, divisor) {
        (Operand::Complex((a, b)), Operand::Real(c)) => (a / c, b / c),
        (a, b) => quotient(a.complex(), b.complex()),
    };
    vm.new_complex(re, im)
}

/// The quotient by Smith's method: scaled by the larger part of the divisor, which is not zero.
fn quotient((a, b): Complex, (c, d): Complex) -> Complex {
    let (re, im) = if c.abs() >= d.abs() {
        let ratio = d / c;
        let scale = c + d * ratio;
        ((a + b * ratio) / scale, (b - a * ratio) / scale)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let scale = c * ratio + d;
        ((a * ratio + b) / scale, (b * ratio - a) / scale)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(re.is_nan() && im.is_nan()) {
        return (re, im);
    }
    let boxed = |x: f64| {
        if x.is_infinite() {
            1f64.copysign(x)
        } else {
            0f64.copysign(x)
        }
    };
    if (a.is_infinite() || b.is_infinite()) && c.is_finite() && d.is_finite() {
        let (x, y) = (boxed(a), boxed(b));
        return (
            f64::INFINITY * (x * c + y * d),
            f64::INFINITY * (y * c - x * d),
        );
    };
    if (c.is_infinite() || d.is_infinite()) && a.is_finite() && b.is_finite() {
        let (x, y) = (boxed(c), boxed(d));
        return (0.0 * (a * x + b * y), 0.0 * (b * x - a * y));
    };
    (re, im)
}

fn pow(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (base, exponent) = operands!(vm, a, b);
    power(vm, base.complex(), exponent.complex())
}

/// `base ** exponent`.
pub(crate) fn power(vm: &mut Vm, base: Complex, exponent: Complex) -> PyResult {
    let (c, d) = exponent;
    if exponent == (0.0, 0.0) {
        return vm.new_complex(1.0, 0.0);
    }
    if base == (0.0, 0.0) {
        if d != 0.0 || c < 0.0 {
            return Err(vm.raise_zero_division("zero to a negative or complex power"));
        }
        return vm.new_complex(0.0, 0.0);
    }
    // Small whole exponents multiply; they are exact where the general formula is not.
    let (re, im) = if d == 0.0 && c == c.floor() && c.abs() <= 100.0 {
        let mut left = c.abs() as u32;
        let (mut result, mut square) = ((1.0, 0.0), base);
        while left > 0 {
            if left & 1 != 0 {
                result = product(result, square);
            }
            left >>= 1;
            if left > 0 {
                square = product(square, square);
            }
        }
        if c < 0.0 {
            quotient((1.0, 0.0), result)
        } else {
            result
        }
    } else {
        general_power(base, exponent)
    };
    if re.is_infinite() || im.is_infinite() {
        return Err(vm.raise_overflow("complex exponentiation"));
    }
    vm.new_complex(re, im)
}

fn general_power((a, b): Complex, (c, d): Complex) -> Complex {
    let size = a.hypot(b);
    let angle = b.atan2(a);
    let mut length = size.powf(c);
    let mut phase = angle * c;
    if d != 0.0 {
        length *= (-angle * d).exp();
        phase += d * size.ln();
    }
    (length * phase.cos(), length * phase.sin())
}

fn abs(vm: &mut Vm, value: Value) -> PyResult {
    let (re, im) = parts(value);
    let size = re.hypot(im);
    if size.is_infinite() && re.is_finite() && im.is_finite() {
        return Err(vm.raise_overflow("absolute value too large"));
    }
    vm.new_float(size)
}

fn hash(vm: &mut Vm, value: Value) -> PyResult<i64> {
    let (re, im) = parts(value);
    let mut part = |x: f64| floats::hash(x).unwrap_or_else(|| protocol::identity_hash(vm, value));
    let (re, im) = (part(re), part(im));
    let hash = re.wrapping_add(im.wrapping_mul(1_000_003));
    Ok(if hash == -1 { -2 } else { hash })
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    if !matches!(op, CompareOp::Eq | CompareOp::Ne) {
        return Ok(ty::not_implemented());
    }
    let (Some((re, im)), other) = (complex_of(a), b) else {
        return Ok(ty::not_implemented());
    };
    let equal = if let Some(other) = complex_of(other) {
        (re, im) == other
    } else {
        let slot = types::FLOAT.ty().slots().compare.expect("floats compare");
        let re = vm.new_float(re)?;
        let result = slot(vm, re, other, CompareOp::Eq)?;
        if result == ty::not_implemented() {
            return Ok(result);
        }
        im == 0.0 && result == ty::TRUE.value()
    };
    Ok(ty::bool_value(equal == (op == CompareOp::Eq)))
}

fn conjugate(vm: &mut Vm, args: Args) -> PyResult {
    let (re, im) = parts(args.at(0));
    vm.new_complex(re, -im)
}

fn getnewargs(vm: &mut Vm, args: Args) -> PyResult {
    let (re, im) = parts(args.at(0));
    let re = vm.new_float(re)?;
    let im = vm.new_float(im)?;
    vm.new_tuple(&[re, im])
}

/// What `__complex__` gives, if the type has it.
fn by_method(vm: &mut Vm, value: Value) -> PyResult<Option<Complex>> {
    if let Some(complex) = complex_of(value) {
        return Ok(Some(complex));
    }
    let name = vm.interp.names.__complex__.str();
    let Some(result) = protocol::call_special(vm, value, name, &[])? else {
        return Ok(None);
    };
    match complex_of(result) {
        Some(complex) => Ok(Some(complex)),
        None => {
            let (owner, name) = (protocol::type_name(value), protocol::type_name(result));
            Err(vm.raise_type(&format!(
                "{owner}.__complex__() must return a complex, not {name}"
            )))
        }
    }
}

fn is_real(value: Value) -> bool {
    let slots = Type::of(value).slots();
    slots.float.is_some() || slots.index.is_some()
}

fn from_number(vm: &mut Vm, args: Args) -> PyResult {
    let number = args.at(1);
    let (re, im) = match by_method(vm, number)? {
        Some(complex) => complex,
        None => (protocol::to_f64(vm, number)?, 0.0),
    };
    let result = vm.new_complex(re, im)?;
    match Type::from_value(args.at(0)) {
        Some(ty) if !ty.is(&types::COMPLEX) => protocol::call(vm, ty.value(), &[result]),
        _ => Ok(result),
    }
}

fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    let (mut first, mut second) = (args.get(0), args.get(1));
    if args.len() + args.keyword_count() > 2 {
        let given = args.len() + args.keyword_count();
        return Err(vm.raise_type(&format!(
            "complex() takes at most 2 arguments ({given} given)"
        )));
    };
    for index in 0..args.keyword_count() {
        let (name, value) = args.keyword(index);
        let place = if name.is("real") {
            (&mut first, 1)
        } else if name.is("imag") {
            (&mut second, 2)
        } else {
            let name = name.to_rust().into_owned();
            return Err(vm.raise_type(&format!(
                "complex() got an unexpected keyword argument '{name}'"
            )));
        };
        if place.0.is_some() {
            let name = name.to_rust().into_owned();
            return Err(vm.raise_type(&format!(
                "argument for complex() given by name ('{name}') and position ({})",
                place.1
            )));
        }
        *place.0 = Some(value);
    }
    if let (Some(value), None) = (first, second) {
        if ty.is(&types::COMPLEX) && Type::of(value).is(&types::COMPLEX) {
            return Ok(value);
        }
        let by_position = args.len() == 1;
        if by_position && Str::of(value).is_some() {
            let bytes = int_new::text_bytes(vm, value)?.expect("a str has text");
            return match complex_text::parse(&bytes) {
                Some((re, im)) => make(vm, ty, re, im),
                None => Err(vm.raise_value("complex() arg is a malformed string")),
            };
        }
        if by_position {
            let (re, im) = match by_method(vm, value)? {
                Some(complex) => complex,
                None if is_real(value) => (protocol::to_f64(vm, value)?, 0.0),
                None => {
                    let name = protocol::type_name(value);
                    return Err(vm.raise_type(&format!(
                        "complex() argument must be a string or a number, not {name}"
                    )));
                }
            };
            return make(vm, ty, re, im);
        }
    };
    let (re, re_im) = component(vm, first, "real")?;
    let (im, im_im) = component(vm, second, "imag")?;
    // Complex components count as `real + imag * 1j`.
    let result_re = if second.is_some_and(|v| complex_of(v).is_some()) {
        re - im_im
    } else {
        re
    };
    let result_im = if first.is_some_and(|v| complex_of(v).is_some()) {
        re_im + im
    } else {
        im
    };
    make(vm, ty, result_re, result_im)
}

fn component(vm: &mut Vm, value: Option<Value>, name: &str) -> PyResult<Complex> {
    let Some(value) = value else {
        return Ok((0.0, 0.0));
    };
    let complex = if name == "real" {
        by_method(vm, value)?
    } else {
        complex_of(value)
    };
    match complex {
        Some(complex) => Ok(complex),
        None if is_real(value) => Ok((protocol::to_f64(vm, value)?, 0.0)),
        None => {
            let given = protocol::type_name(value);
            Err(vm.raise_type(&format!(
                "complex() argument '{name}' must be a real number, not {given}"
            )))
        }
    }
}

fn make(vm: &mut Vm, ty: Type, re: f64, im: f64) -> PyResult {
    if ty.is(&types::COMPLEX) {
        return vm.new_complex(re, im);
    }
    let object = vm.alloc_sized(ty.instance_layout(), ty, 32 + layout::SUB_EXTRA, |_| {})?;
    mem::set(object, 16, re);
    mem::set(object, 24, im);
    Ok(Value::from_ref(object))
}
