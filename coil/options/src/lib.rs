//! Options, log sections and counters: one table each.
