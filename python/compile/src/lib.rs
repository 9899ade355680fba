//! From syntax tree to bytecode.
