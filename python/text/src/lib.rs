//! str, bytes and bytearray, and formatting.
