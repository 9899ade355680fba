//! Text algorithms no language owns: quoting, formatting, searching, character sets, character classes and case of Unicode 16.
//!
//! Text is given as code points (`u32`, lone surrogates included) because strings of some languages hold them. The rules
//! where languages differ are Python 3.14's. Number text (digits of integers, `%.3f` of floats) comes from `coil-num`
//! through the caller: the layout functions here take it as ASCII.

pub mod case;
pub mod charset;
pub mod format_spec;
pub mod layout;
pub mod percent;
pub mod quote;
pub mod search;
mod tables {
    pub(crate) mod case;
    pub(crate) mod chars;
    pub(crate) mod digits;
}
pub mod unicode;
