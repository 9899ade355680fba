//! Module `math`.
#![allow(missing_docs, reason = "stub")]
use taipan_objects::native::NativeDef;
pub static MATH: &[NativeDef] = &[];
pub static CONSTANTS: &[(&str, f64)] = &[];
