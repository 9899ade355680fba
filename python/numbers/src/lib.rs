//! int, bool, float and complex with their methods, the builtin functions on numbers, and modules `math` and `_random`.
#![cfg_attr(
    test,
    allow(unsafe_code, reason = "tests call natives with registers of their own")
)]

mod bool;
mod complex;
mod complex_text;
mod float;
mod float_methods;
mod format;
mod functions;
mod int;
mod int_methods;
mod int_new;
pub mod math;
mod operand;
mod random;
#[cfg(test)]
mod tests;

pub use functions::FUNCTIONS;
pub use math::{CONSTANTS as MATH_CONSTANTS, MATH};

use taipan_objects::class::TypeDef;
use taipan_objects::module::ModuleDef;

/// The types of this crate.
pub static TYPES: &[&TypeDef] = &[&int::INT, &bool::BOOL, &float::FLOAT, &complex::COMPLEX];

/// The native modules of this crate.
pub static MODULES: &[ModuleDef] = &[math::MODULE, random::MODULE];
