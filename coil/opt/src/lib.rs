//! The trace optimiser.
