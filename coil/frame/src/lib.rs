//! Code blocks, register windows, frame records and the per-thread context.
