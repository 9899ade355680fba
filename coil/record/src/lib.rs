//! The Recorder: a machine that executes and appends to a trace.
