//! str, bytes, bytearray and memoryview with their methods, formatting, codecs, and the builtin functions on text.

mod args;
mod builder;
mod bytearray;
mod bytes_case;
mod bytes_convert;
mod bytes_hex;
mod bytes_methods;
mod bytes_percent;
mod bytes_search;
mod bytes_split;
mod bytes_type;
mod bytes_width;
mod codec;
mod format_method;
mod format_value;
mod functions;
mod iter;
mod memoryview;
mod percent;
mod percent_short;
mod str_case;
mod str_join;
mod str_new;
mod str_search;
mod str_split;
mod str_translate;
mod str_type;
mod str_width;
#[cfg(test)]
mod tests;
mod units;

pub use codec::encode;
pub use format_value::format_value;
pub use functions::FUNCTIONS;

use taipan_objects::class::TypeDef;

/// The types of this crate.
pub static TYPES: &[&TypeDef] = &[
    &str_type::STR,
    &iter::STR_ITERATOR,
    &iter::STR_ASCII_ITERATOR,
    &bytes_type::BYTES,
    &bytearray::BYTEARRAY,
    &iter::BYTES_ITERATOR,
    &iter::BYTEARRAY_ITERATOR,
    &memoryview::MEMORYVIEW,
];
