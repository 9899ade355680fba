//! list, tuple, dict, set, range, slice, iterators, and the builtin functions on them.
