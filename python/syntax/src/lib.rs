//! Parsing Python source, and CPython's words for what is wrong with it.
