//! Machine code for traces.
