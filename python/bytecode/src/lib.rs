//! Taipan's register bytecode: the op table, the encoding of words, code objects as the compiler makes them, and the
//! disassembler.
//!
//! A function runs in a window of registers: the named locals first (parameters in CPython's order: positional,
//! keyword-only, `*args`, `**kwargs`, then other locals, then cells and free variables), temporaries above them,
//! allocated like a stack. `Code::depth` gives for each word how many registers hold values when that word starts, so
//! liveness needs no bit sets: locals are always live (0 = unbound), temporaries exactly below the depth.

#![allow(unsafe_code, reason = "decoding an op number takes no table")]

#[macro_use]
mod flags;
mod code;
mod disassemble;
mod intrinsic;
mod marshal;
mod op;
mod verify;
mod word;

pub use code::{Code, CodeFlags, Const, Handler, Position};
pub use disassemble::disassemble;
pub use intrinsic::Intrinsic;
pub use marshal::{MarshalError, dump, load};
pub use op::{Op, OperandKind};
pub use verify::verify;
pub use word::Word;
