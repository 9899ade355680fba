//! NaN-boxed values, the object header and layout ids.
//!
//! This crate fixes what every other part of Coil, compiled code and C extensions agree on: how a value looks
//! in 64 bits ([`Value`]) and how the first 16 bytes of every object look ([`Header`]). It allocates nothing
//! and knows nothing about the collector.
//!
//! Invariants
//! * V1: a [`Value`] is never 0, so `Option<Value>` is 8 bytes and 0 means "no value".
//! * V2: bits below `2^49` are an address of a live header (on the heap, or of a static object).
//! * V3: an integer that fits 49 bits, and a float that is not a NaN, have exactly one encoding.
#![allow(
    unsafe_code,
    reason = "values are pointers in disguise; the header is shared with machine code"
)]

mod header;
mod value;

pub use header::{Header, LayoutId, Ref, flags, refcount};
pub use value::Value;

/// The constants that machine code needs, by name, to print them or to check another copy of them.
pub mod abi {
    pub use crate::header::offsets;
    pub use crate::value::encoding;
}
