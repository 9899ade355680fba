//! The C library's functions, so that results are bit for bit those of other programs on the same system.
#![allow(unsafe_code, reason = "functions of the C library")]

mod c {
    unsafe extern "C" {
        pub(super) safe fn acos(x: f64) -> f64;
        pub(super) safe fn acosh(x: f64) -> f64;
        pub(super) safe fn asin(x: f64) -> f64;
        pub(super) safe fn asinh(x: f64) -> f64;
        pub(super) safe fn atan(x: f64) -> f64;
        pub(super) safe fn atan2(y: f64, x: f64) -> f64;
        pub(super) safe fn atanh(x: f64) -> f64;
        pub(super) safe fn cbrt(x: f64) -> f64;
        pub(super) safe fn cos(x: f64) -> f64;
        pub(super) safe fn cosh(x: f64) -> f64;
        pub(super) safe fn erf(x: f64) -> f64;
        pub(super) safe fn erfc(x: f64) -> f64;
        pub(super) safe fn exp(x: f64) -> f64;
        pub(super) safe fn exp2(x: f64) -> f64;
        pub(super) safe fn expm1(x: f64) -> f64;
        pub(super) safe fn fmod(x: f64, y: f64) -> f64;
        pub(super) safe fn ldexp(x: f64, exponent: i32) -> f64;
        pub(super) safe fn log(x: f64) -> f64;
        pub(super) safe fn log10(x: f64) -> f64;
        pub(super) safe fn log1p(x: f64) -> f64;
        pub(super) safe fn log2(x: f64) -> f64;
        pub(super) safe fn pow(x: f64, y: f64) -> f64;
        pub(super) safe fn remainder(x: f64, y: f64) -> f64;
        pub(super) safe fn sin(x: f64) -> f64;
        pub(super) safe fn sinh(x: f64) -> f64;
        pub(super) safe fn tan(x: f64) -> f64;
        pub(super) safe fn tanh(x: f64) -> f64;
        pub(super) safe fn tgamma(x: f64) -> f64;
        pub(super) fn lgamma_r(x: f64, sign: *mut i32) -> f64;
    }
}

macro_rules! one_argument {
    ($($name:ident)*) => {
        $(
            pub(super) extern "C" fn $name(x: f64) -> f64 {
                c::$name(x)
            }
        )*
    };
}
one_argument! {
    acos acosh asin asinh atan atanh cbrt cos cosh erf erfc exp exp2 expm1 log log10 log1p log2 sin sinh tan tanh
}

macro_rules! two_arguments {
    ($($name:ident)*) => {
        $(
            pub(super) fn $name(x: f64, y: f64) -> f64 {
                c::$name(x, y)
            }
        )*
    };
}
two_arguments! { atan2 fmod pow remainder }

pub(super) fn ldexp(x: f64, exponent: i32) -> f64 {
    c::ldexp(x, exponent)
}

pub(super) fn tgamma(x: f64) -> f64 {
    c::tgamma(x)
}

/// Logarithm of the absolute value of the gamma function.
pub(super) fn lgamma(x: f64) -> f64 {
    let mut sign = 0;
    // SAFETY: the sign is written to a local variable.
    unsafe { c::lgamma_r(x, &raw mut sign) }
}

pub(super) extern "C" fn fabs(x: f64) -> f64 {
    x.abs()
}

pub(super) extern "C" fn degrees(x: f64) -> f64 {
    x * (180.0 / std::f64::consts::PI)
}

pub(super) extern "C" fn radians(x: f64) -> f64 {
    x * (std::f64::consts::PI / 180.0)
}
