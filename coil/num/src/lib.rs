//! Number algorithms no language owns: big integers, float text.
