//! Text to bytes and back: the encodings written in Rust, with any error handler.

mod callbacks;
mod charmap;
mod decode;
mod encode;
mod escape;
mod handler;
mod module;
mod registry;
mod utf7;

pub(crate) use decode::decode;
pub(crate) use encode::{encode, encode_into};
pub(crate) use handler::Handler;
pub(crate) use module::FUNCTIONS;
pub use module::{decode_bytes, encode_text};
pub(crate) use registry::{lookup_text_encoding, normalized};

/// Byte order of the wide encodings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// The machine's (little endian), with a mark in front that decoding obeys.
    Marked,
    /// Little endian.
    Little,
    /// Big endian.
    Big,
}

/// An encoding written in Rust.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Native {
    /// UTF-8.
    Utf8,
    /// Latin-1.
    Latin1,
    /// ASCII.
    Ascii,
    /// UTF-16.
    Utf16(Order),
    /// UTF-32.
    Utf32(Order),
}

impl Native {
    /// As error messages write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Native::Utf8 => "utf-8",
            Native::Latin1 => "latin-1",
            Native::Ascii => "ascii",
            Native::Utf16(Order::Marked) => "utf-16",
            Native::Utf16(Order::Little) => "utf-16-le",
            Native::Utf16(Order::Big) => "utf-16-be",
            Native::Utf32(Order::Marked) => "utf-32",
            Native::Utf32(Order::Little) => "utf-32-le",
            Native::Utf32(Order::Big) => "utf-32-be",
        }
    }

    /// Bytes per code unit.
    fn unit(self) -> usize {
        match self {
            Native::Utf16(_) => 2,
            Native::Utf32(_) => 4,
            _ => 1,
        }
    }

    /// The encodings that text streams use without asking module `codecs`, by any of their usual names.
    pub(crate) fn for_stream(name: &str) -> Option<Native> {
        match normalized(name).as_str() {
            "utf_8" | "utf8" | "u8" | "cp65001" => Some(Native::Utf8),
            "latin_1" | "latin1" | "iso8859_1" | "iso_8859_1" | "l1" | "latin" => {
                Some(Native::Latin1)
            }
            "ascii" | "us_ascii" | "646" => Some(Native::Ascii),
            _ => None,
        }
    }
}

/// Whether a code point is half of a pair.
pub(crate) fn is_surrogate(point: u32) -> bool {
    (0xd800..0xe000).contains(&point)
}
