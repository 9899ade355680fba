//! Shapes (hidden classes) and their transitions.
