//! Support for tests: random traces, for the optimiser and for backends.
//!
//! [`random_case`] records like a recorder does: it executes each instruction on the reference interpreter as it appends it, so every guard
//! holds for the case's own inputs, and every class of objects is guarded before it is relied on.

mod generate;
mod world;

pub use generate::{Case, Config, random_case};
pub use world::{OBJECT, Rng, TYPE, TYPE_OTHER, field, natives};
