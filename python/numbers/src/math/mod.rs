//! Module `math`.

mod float;
mod integer;
mod libm;
mod log;
mod norm;
mod parts;
mod sum;

use taipan_objects::dict::Dict;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Intrinsic;
use taipan_objects::{PyResult, Vm, natives};

/// Module `math`.
pub const MODULE: ModuleDef = ModuleDef {
    name: "math",
    functions: MATH,
    init,
};

/// The constants of module `math`.
pub static CONSTANTS: &[(&str, f64)] = &[
    ("pi", std::f64::consts::PI),
    ("e", std::f64::consts::E),
    ("tau", std::f64::consts::TAU),
    ("inf", f64::INFINITY),
    ("nan", f64::NAN),
];

fn init(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    for (name, value) in CONSTANTS {
        let value = vm.new_float(*value)?;
        dict.set_name(vm, name, value)?;
    }
    Ok(())
}

natives! {
    /// The functions of module `math`.
    pub static MATH = {
        "acos" function One, "(x, /)" => float::acos, float(libm::acos);
        "acosh" function One, "(x, /)" => float::acosh, float(libm::acosh);
        "asin" function One, "(x, /)" => float::asin, float(libm::asin);
        "asinh" function One, "(x, /)" => float::asinh, float(libm::asinh);
        "atan" function One, "(x, /)" => float::atan, float(libm::atan);
        "atan2" function Positional(2, 2), "(y, x, /)" => float::atan2;
        "atanh" function One, "(x, /)" => float::atanh, float(libm::atanh);
        "cbrt" function One, "(x, /)" => float::cbrt, float(libm::cbrt);
        "ceil" function One, "(x, /)" => parts::ceil;
        "comb" function Positional(2, 2), "(n, k, /)" => integer::comb;
        "copysign" function Positional(2, 2), "(x, y, /)" => float::copysign;
        "cos" function One, "(x, /)" => float::cos, float(libm::cos);
        "cosh" function One, "(x, /)" => float::cosh, float(libm::cosh);
        "degrees" function One, "(x, /)" => float::degrees, float(libm::degrees);
        "dist" function Positional(2, 2), "(p, q, /)" => norm::dist;
        "erf" function One, "(x, /)" => float::erf, float(libm::erf);
        "erfc" function One, "(x, /)" => float::erfc, float(libm::erfc);
        "exp" function One, "(x, /)" => float::exp, float(libm::exp);
        "exp2" function One, "(x, /)" => float::exp2, float(libm::exp2);
        "expm1" function One, "(x, /)" => float::expm1, float(libm::expm1);
        "fabs" function One, "(x, /)" => float::fabs, float(libm::fabs);
        "factorial" function One, "(n, /)" => integer::factorial;
        "floor" function One, "(x, /)" => parts::floor;
        "fma" function Positional(3, 3), "(x, y, z, /)" => float::fma;
        "fmod" function Positional(2, 2), "(x, y, /)" => float::fmod;
        "frexp" function One, "(x, /)" => parts::frexp;
        "fsum" function One, "(seq, /)" => sum::fsum;
        "gamma" function One, "(x, /)" => float::gamma;
        "gcd" function Any, "(*integers)" => integer::gcd;
        "hypot" function Any, "(*coordinates)" => norm::hypot;
        "isclose" function Signature(2), "(a, b, *, rel_tol=1e-09, abs_tol=0.0)" => float::isclose;
        "isfinite" function One, "(x, /)" => float::isfinite;
        "isinf" function One, "(x, /)" => float::isinf;
        "isnan" function One, "(x, /)" => float::isnan;
        "isqrt" function One, "(n, /)" => integer::isqrt;
        "lcm" function Any, "(*integers)" => integer::lcm;
        "ldexp" function Positional(2, 2), "(x, i, /)" => parts::ldexp;
        "lgamma" function One, "(x, /)" => float::lgamma;
        "log" function Positional(1, 2), "" => log::log, float(libm::log);
        "log10" function One, "(x, /)" => log::log10, float(libm::log10);
        "log1p" function One, "(x, /)" => float::log1p, float(libm::log1p);
        "log2" function One, "(x, /)" => log::log2, float(libm::log2);
        "modf" function One, "(x, /)" => parts::modf;
        "nextafter" function Signature(2), "(x, y, /, *, steps=None)" => parts::nextafter;
        "perm" function Positional(1, 2), "(n, k=None, /)" => integer::perm;
        "pow" function Positional(2, 2), "(x, y, /)" => float::pow;
        "prod" function Signature(1), "(iterable, /, *, start=1)" => sum::prod;
        "radians" function One, "(x, /)" => float::radians, float(libm::radians);
        "remainder" function Positional(2, 2), "(x, y, /)" => float::remainder;
        "sin" function One, "(x, /)" => float::sin, float(libm::sin);
        "sinh" function One, "(x, /)" => float::sinh, float(libm::sinh);
        "sqrt" function One, "(x, /)" => float::sqrt, intrinsic(Intrinsic::MathSqrt);
        "sumprod" function Positional(2, 2), "(p, q, /)" => sum::sumprod;
        "tan" function One, "(x, /)" => float::tan, float(libm::tan);
        "tanh" function One, "(x, /)" => float::tanh, float(libm::tanh);
        "trunc" function One, "(x, /)" => parts::trunc;
        "ulp" function One, "(x, /)" => parts::ulp;
    }
}
