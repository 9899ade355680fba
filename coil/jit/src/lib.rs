//! The JIT driver and the facade languages use.
