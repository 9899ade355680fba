//! The builtin functions on numbers: abs, divmod, pow, round, bin, oct, hex.

use coil_value::Value;
use taipan_objects::native::{Args, Intrinsic};
use taipan_objects::slots::BinaryOp;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Vm, natives, number, protocol};

natives! {
    /// Functions of module `builtins`.
    pub static FUNCTIONS = {
        "abs" function One, "(x, /)" => abs, intrinsic(Intrinsic::Abs);
        "divmod" function Positional(2, 2), "(x, y, /)" => divmod;
        "pow" function Signature(2), "(base, exp, mod=None)" => pow;
        "round" function Signature(1), "(number, ndigits=None)" => round;
        "bin" function One, "(number, /)" => |vm, args| radix(vm, args, 2, "0b");
        "oct" function One, "(number, /)" => |vm, args| radix(vm, args, 8, "0o");
        "hex" function One, "(number, /)" => |vm, args| radix(vm, args, 16, "0x");
    }
}

fn abs(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.at(0);
    protocol::unary(vm, Type::of(value).slots().abs, "abs()", value)
}

fn divmod(vm: &mut Vm, args: Args) -> PyResult {
    protocol::binary(vm, BinaryOp::DivMod, args.at(0), args.at(1))
}

fn pow(vm: &mut Vm, args: Args) -> PyResult {
    let (base, exponent) = (args.at(0), args.at(1));
    match args.get(2).filter(|modulus| *modulus != ty::none()) {
        None => protocol::binary(vm, BinaryOp::Pow, base, exponent),
        Some(modulus) => power_modulo(vm, base, exponent, modulus),
    }
}

fn power_modulo(vm: &mut Vm, base: Value, exponent: Value, modulus: Value) -> PyResult {
    let plain = vm.interp.names.__pow__.str();
    let reflected = vm.interp.names.__rpow__.str();
    let (left, right) = (Type::of(base), Type::of(exponent));
    let mut reflect = right.is_heap() && left != right;
    if reflect && right.is_subtype(left) && right.lookup(reflected) != left.lookup(reflected) {
        reflect = false;
        if let Some(result) = protocol::call_special(vm, exponent, reflected, &[base, modulus])?
            && result != ty::not_implemented()
        {
            return Ok(result);
        }
    }
    if left.is_heap() {
        if let Some(result) = protocol::call_special(vm, base, plain, &[exponent, modulus])?
            && result != ty::not_implemented()
        {
            return Ok(result);
        }
    } else if let Some(result) = number::int_pow_mod(vm, base, exponent, modulus)? {
        return Ok(result);
    }
    if reflect
        && let Some(result) = protocol::call_special(vm, exponent, reflected, &[base, modulus])?
        && result != ty::not_implemented()
    {
        return Ok(result);
    }
    let is_number = |value: Value| Type::of(value).slots().float.is_some();
    let is_complex = |value: Value| number::complex_of(value).is_some();
    if [base, exponent, modulus].into_iter().any(is_complex) {
        return Err(vm.raise_value("complex modulo"));
    }
    if [base, exponent, modulus].into_iter().all(is_number) {
        return Err(
            vm.raise_type("pow() 3rd argument not allowed unless all arguments are integers")
        );
    }
    let text = format!(
        "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
        protocol::type_name(base),
        protocol::type_name(exponent),
        protocol::type_name(modulus)
    );
    Err(vm.raise_type(&text))
}

fn round(vm: &mut Vm, args: Args) -> PyResult {
    let number = args.at(0);
    let digits = args.get(1).filter(|digits| *digits != ty::none());
    let name = vm.interp.names.__round__.str();
    let result = match digits {
        None => protocol::call_special(vm, number, name, &[])?,
        Some(digits) => protocol::call_special(vm, number, name, &[digits])?,
    };
    match result {
        Some(result) => Ok(result),
        None => {
            let name = protocol::type_name(number);
            Err(vm.raise_type(&format!("type {name} doesn't define __round__ method")))
        }
    }
}

fn radix(vm: &mut Vm, args: Args, radix: u32, prefix: &str) -> PyResult {
    let int = protocol::index(vm, args.at(0))?;
    let text = vm.int_text(int, radix)?;
    let text = match text.strip_prefix('-') {
        Some(digits) => format!("-{prefix}{digits}"),
        None => format!("{prefix}{text}"),
    };
    vm.new_ascii(text.as_bytes())
}
