//! `taipan`: runs Python programs.
fn main() {}
