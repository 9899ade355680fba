//! Tests of the backends: the same traces run as machine code and in the trace interpreter.

mod ops;
mod random;
mod rig;
mod speed;
mod state;
