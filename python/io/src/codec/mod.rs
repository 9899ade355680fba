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

use coil_text::charset::{Charset, normalized};
pub(crate) use decode::decode;
pub(crate) use encode::{encode, encode_into};
pub(crate) use handler::Handler;
pub(crate) use module::FUNCTIONS;
pub use module::{decode_bytes, encode_text};
pub(crate) use registry::lookup_text_encoding;

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

    /// The encodings that are found without asking module `codecs`, by any of their names.
    pub(crate) fn find(name: &str) -> Option<Native> {
        match Charset::find(name) {
            Some(Charset::Utf8) => return Some(Native::Utf8),
            Some(Charset::Latin1) => return Some(Native::Latin1),
            Some(Charset::Ascii) => return Some(Native::Ascii),
            Some(Charset::Legacy(_)) => return None,
            None => {}
        }
        Some(match normalized(name).as_str() {
            "utf_16" | "utf16" | "u16" => Native::Utf16(Order::Marked),
            "utf_16_le" | "utf_16le" | "unicodelittleunmarked" => Native::Utf16(Order::Little),
            "utf_16_be" | "utf_16be" | "unicodebigunmarked" => Native::Utf16(Order::Big),
            "utf_32" | "utf32" | "u32" => Native::Utf32(Order::Marked),
            "utf_32_le" | "utf_32le" => Native::Utf32(Order::Little),
            "utf_32_be" | "utf_32be" => Native::Utf32(Order::Big),
            _ => return None,
        })
    }

    /// Those of them that text streams use without a codec object: they need no state from one piece to the next.
    pub(crate) fn for_stream(name: &str) -> Option<Native> {
        Native::find(name).filter(|native| native.unit() == 1)
    }
}

/// Whether a code point is half of a pair.
pub(crate) fn is_surrogate(point: u32) -> bool {
    (0xd800..0xe000).contains(&point)
}
