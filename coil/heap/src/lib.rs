//! The mark-region collector, mutators, barriers and the verifier.
