//! int, bool, float and complex, and module math.
