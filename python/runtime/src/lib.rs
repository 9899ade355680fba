//! Taipan put together.
