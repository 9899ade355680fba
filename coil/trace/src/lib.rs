//! The trace IR: op table, text form, verifier and a reference interpreter.
