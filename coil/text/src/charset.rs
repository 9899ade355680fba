//! Character sets by name: which there are, and how their bytes become text.
//!
//! Names and aliases are those of Python's `encodings.aliases`; the mappings are Python's too, bit for bit. Crate `encoding_rs`
//! has the tables of the Encoding Standard, which differ here and there; [`Legacy`] says for each character set how.
//! Bytes below 0x80 are ASCII in all of them. What Python knows and `encoding_rs` does not (cp437, UTF-7, ISO 2022) is not found.

use encoding_rs::{self as rs, Encoding};
use std::borrow::Cow;

/// A character set.
#[derive(Clone, Copy, Debug)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// ISO 8859-1: bytes are the first 256 code points.
    Latin1,
    /// ASCII.
    Ascii,
    /// One that `encoding_rs` decodes.
    Legacy(&'static Legacy),
}

/// What to do with the bytes 0x80 to 0x9f.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Controls {
    /// As the standard says.
    Standard,
    /// Those that the standard maps to the control characters of the same number are undefined.
    Undefined,
    /// All of them are the control characters of the same number.
    Same,
}

/// A character set of one or several bytes a character, by its differences from one of the Encoding Standard.
#[derive(Debug)]
pub struct Legacy {
    /// The name that messages use.
    name: &'static str,
    aliases: &'static [&'static str],
    base: &'static Encoding,
    controls: Controls,
    /// Second bytes are above 0xa0.
    high: bool,
    /// Sequences, read as big-endian numbers, that stand for nothing.
    refused: &'static [(u32, u32)],
    /// Sequences that stand for another character.
    changed: &'static [(u32, char)],
}

/// Where bytes are not of their character set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// Index of the first wrong byte.
    pub at: usize,
    /// Why, in Python's words.
    pub reason: &'static str,
}

/// A name as they are compared: lower case, runs of anything but letters, digits and dots as one underscore.
pub fn normalized(name: &str) -> String {
    let mut key = String::new();
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !key.is_empty() {
                key.push('_');
            }
            gap = false;
            key.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    key
}

const UTF_8: &[&str] = &[
    "utf_8",
    "utf8",
    "u8",
    "utf",
    "utf8_ucs2",
    "utf8_ucs4",
    "cp65001",
];
const LATIN_1: &[&str] = &[
    "latin_1",
    "latin1",
    "latin",
    "l1",
    "iso8859_1",
    "iso_8859_1",
    "iso8859",
    "8859",
    "cp819",
    "iso_ir_100",
    "iso_8859_1_1987",
    "ibm819",
    "csisolatin1",
];
const ASCII: &[&str] = &[
    "ascii",
    "us_ascii",
    "646",
    "us",
    "ansi_x3.4_1968",
    "ansi_x3_4_1968",
    "ansi_x3.4_1986",
    "cp367",
    "ibm367",
    "iso646_us",
    "iso_646.irv_1991",
    "iso_ir_6",
    "csascii",
];

impl Charset {
    /// The character set of a name, in any spelling.
    pub fn find(name: &str) -> Option<Charset> {
        let key = normalized(name);
        let key = key.as_str();
        if UTF_8.contains(&key) {
            return Some(Charset::Utf8);
        }
        if LATIN_1.contains(&key) {
            return Some(Charset::Latin1);
        }
        if ASCII.contains(&key) {
            return Some(Charset::Ascii);
        }
        LEGACY
            .iter()
            .find(|legacy| legacy.name == key || legacy.aliases.contains(&key))
            .map(Charset::Legacy)
    }
}

impl Legacy {
    /// The codec that messages name: those of one byte a character are all one.
    pub fn codec(&self) -> &'static str {
        if self.base.is_single_byte() {
            "charmap"
        } else {
            self.name
        }
    }

    /// The text of `bytes`.
    ///
    /// # Errors
    /// The first sequence that stands for no character.
    pub fn decode<'b>(&self, bytes: &'b [u8]) -> Result<Cow<'b, str>, Malformed> {
        let plain = Encoding::ascii_valid_up_to(bytes);
        let text = |bytes| std::str::from_utf8(bytes).expect("ASCII is UTF-8");
        if plain == bytes.len() {
            return Ok(Cow::Borrowed(text(bytes)));
        }
        let mut out = text(&bytes[..plain]).to_owned();
        let mut at = plain;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if rest[0].is_ascii() {
                out.push(char::from(rest[0]));
                at += 1;
            } else {
                at += self.one(rest, &mut out).ok_or(Malformed {
                    at,
                    reason: self.reason(rest),
                })?;
            }
        }
        Ok(Cow::Owned(out))
    }

    /// Decodes the character at the start of `bytes`; tells how many bytes it has.
    fn one(&self, bytes: &[u8], out: &mut String) -> Option<usize> {
        let most = if self.base.is_single_byte() { 1 } else { 4 };
        if self.controls == Controls::Same && bytes[0] < 0xa0 {
            out.push(char::from(bytes[0]));
            return Some(1);
        }
        for length in 1..=most.min(bytes.len()) {
            let part = &bytes[..length];
            let code = part
                .iter()
                .fold(0, |code, byte| code << 8 | u32::from(*byte));
            if let Some((_, changed)) = self.changed.iter().find(|(from, _)| *from == code) {
                out.push(*changed);
                return Some(length);
            }
            let decode = Encoding::decode_without_bom_handling_and_without_replacement;
            let Some(text) = decode(self.base, part) else {
                continue;
            };
            let control = text.chars().any(|c| ('\u{80}'..'\u{a0}').contains(&c));
            let low = self.high && length > 1 && part[1] <= 0xa0;
            let refused = low
                || control && self.controls == Controls::Undefined
                || self
                    .refused
                    .iter()
                    .any(|(from, to)| (*from..=*to).contains(&code));
            if refused {
                return None;
            }
            out.push_str(&text);
            return Some(length);
        }
        None
    }

    fn reason(&self, rest: &[u8]) -> &'static str {
        match (self.base.is_single_byte(), rest.len()) {
            (true, _) => "character maps to <undefined>",
            (false, 1) => "incomplete multibyte sequence",
            (false, _) => "illegal multibyte sequence",
        }
    }
}

/// A row: a character set as the standard has it.
const fn same(
    name: &'static str,
    aliases: &'static [&'static str],
    base: &'static Encoding,
) -> Legacy {
    let (controls, refused, changed): (_, &[_], &[_]) = (Controls::Standard, &[], &[]);
    Legacy {
        name,
        aliases,
        base,
        controls,
        high: false,
        refused,
        changed,
    }
}

/// A row: a code page of Windows, which leaves undefined what the standard fills with control characters.
const fn windows(
    name: &'static str,
    aliases: &'static [&'static str],
    base: &'static Encoding,
) -> Legacy {
    Legacy {
        controls: Controls::Undefined,
        ..same(name, aliases, base)
    }
}

/// A row: a part of ISO 8859 that the standard takes for a code page of Windows.
const fn iso(
    name: &'static str,
    aliases: &'static [&'static str],
    base: &'static Encoding,
) -> Legacy {
    Legacy {
        controls: Controls::Same,
        ..same(name, aliases, base)
    }
}

#[rustfmt::skip]
static LEGACY: &[Legacy] = &[
    same("iso8859_2", &["csisolatin2", "iso_8859_2", "iso_8859_2_1987", "iso_ir_101", "l2", "latin2"], rs::ISO_8859_2),
    same("iso8859_3", &["csisolatin3", "iso_8859_3", "iso_8859_3_1988", "iso_ir_109", "l3", "latin3"], rs::ISO_8859_3),
    same("iso8859_4", &["csisolatin4", "iso_8859_4", "iso_8859_4_1988", "iso_ir_110", "l4", "latin4"], rs::ISO_8859_4),
    same("iso8859_5", &["csisolatincyrillic", "cyrillic", "iso_8859_5", "iso_8859_5_1988", "iso_ir_144"], rs::ISO_8859_5),
    same("iso8859_6", &["arabic", "asmo_708", "csisolatinarabic", "ecma_114", "iso_8859_6", "iso_8859_6_1987", "iso_ir_127"], rs::ISO_8859_6),
    same("iso8859_7", &["csisolatingreek", "ecma_118", "elot_928", "greek", "greek8", "iso_8859_7", "iso_8859_7_1987", "iso_ir_126"], rs::ISO_8859_7),
    same("iso8859_8", &["csisolatinhebrew", "hebrew", "iso_8859_8", "iso_8859_8_1988", "iso_ir_138", "iso_8859_8_i", "iso_8859_8_e"], rs::ISO_8859_8),
    iso("iso8859_9", &["csisolatin5", "iso_8859_9", "iso_8859_9_1989", "iso_ir_148", "l5", "latin5"], rs::WINDOWS_1254),
    same("iso8859_10", &["csisolatin6", "iso_8859_10", "iso_8859_10_1992", "iso_ir_157", "l6", "latin6"], rs::ISO_8859_10),
    iso("iso8859_11", &["thai", "iso_8859_11", "iso_8859_11_2001"], rs::WINDOWS_874),
    same("iso8859_13", &["iso_8859_13", "l7", "latin7"], rs::ISO_8859_13),
    same("iso8859_14", &["iso_8859_14", "iso_8859_14_1998", "iso_celtic", "iso_ir_199", "l8", "latin8"], rs::ISO_8859_14),
    same("iso8859_15", &["iso_8859_15", "l9", "latin9"], rs::ISO_8859_15),
    same("iso8859_16", &["iso_8859_16", "iso_8859_16_2001", "iso_ir_226", "l10", "latin10"], rs::ISO_8859_16),
    Legacy {
        refused: &[(0xa0, 0xa0)],
        ..iso("tis_620", &["tis620", "tis_620_0", "tis_620_2529_0", "tis_620_2529_1", "iso_ir_166"], rs::WINDOWS_874)
    },
    same("cp866", &["866", "csibm866", "ibm866"], rs::IBM866),
    windows("cp874", &["874", "ms874", "windows_874"], rs::WINDOWS_874),
    windows("cp1250", &["1250", "windows_1250"], rs::WINDOWS_1250),
    windows("cp1251", &["1251", "windows_1251"], rs::WINDOWS_1251),
    windows("cp1252", &["1252", "windows_1252"], rs::WINDOWS_1252),
    windows("cp1253", &["1253", "windows_1253"], rs::WINDOWS_1253),
    windows("cp1254", &["1254", "windows_1254"], rs::WINDOWS_1254),
    Legacy { refused: &[(0xca, 0xca)], ..windows("cp1255", &["1255", "windows_1255"], rs::WINDOWS_1255) },
    windows("cp1256", &["1256", "windows_1256"], rs::WINDOWS_1256),
    windows("cp1257", &["1257", "windows_1257"], rs::WINDOWS_1257),
    windows("cp1258", &["1258", "windows_1258"], rs::WINDOWS_1258),
    same("koi8_r", &["cskoi8r"], rs::KOI8_R),
    Legacy { changed: &[(0xae, '\u{255d}'), (0xbe, '\u{256c}')], ..same("koi8_u", &[], rs::KOI8_U) },
    same("mac_roman", &["macintosh", "macroman"], rs::MACINTOSH),
    same("mac_cyrillic", &["maccyrillic"], rs::X_MAC_CYRILLIC),
    Legacy {
        refused: &[(0x8740, 0x879c), (0xed40, 0xfc4b), (0x80, 0x80)],
        changed: &[
            (0x8160, '\u{301c}'), (0x8161, '\u{2016}'), (0x817c, '\u{2212}'), (0x8191, '\u{a2}'), (0x8192, '\u{a3}'), (0x81ca, '\u{ac}'),
        ],
        ..same("shift_jis", &["csshiftjis", "shiftjis", "sjis", "s_jis", "x_mac_japanese"], rs::SHIFT_JIS)
    },
    Legacy {
        changed: &[(0xa0, '\u{f8f0}'), (0xfd, '\u{f8f1}'), (0xfe, '\u{f8f2}'), (0xff, '\u{f8f3}')],
        ..same("cp932", &["932", "ms932", "mskanji", "ms_kanji", "windows_31j"], rs::SHIFT_JIS)
    },
    Legacy {
        refused: &[(0xada1, 0xadfc), (0xf9a1, 0xfcfe)],
        changed: &[
            (0xa1c1, '\u{301c}'), (0xa1c2, '\u{2016}'), (0xa1dd, '\u{2212}'), (0xa1f1, '\u{a2}'), (0xa1f2, '\u{a3}'), (0xa2cc, '\u{ac}'),
            (0x8fa2b7, '~'),
        ],
        ..same("euc_jp", &["eucjp", "ujis", "u_jis"], rs::EUC_JP)
    },
    Legacy {
        // The latter begins a syllable spelt in parts.
        refused: &[(0x8141, 0xa0fe), (0xa4d4, 0xa4d4)],
        high: true,
        ..same("euc_kr", &["euckr", "korean", "ksc5601", "ks_c_5601", "ks_c_5601_1987", "ksx1001", "ks_x_1001", "cseuckr", "x_mac_korean"], rs::EUC_KR)
    },
    same("cp949", &["949", "ms949", "uhc"], rs::EUC_KR),
    Legacy {
        refused: &[
            (0xa140, 0xa1a0), (0xa240, 0xa2a0), (0xa2ab, 0xa2b0), (0xa2e3, 0xa2e4), (0xa2ef, 0xa2f0), (0xa2fd, 0xa3a0), (0xa440, 0xa4a0),
            (0xa4f4, 0xa5a0), (0xa5f7, 0xa6a0), (0xa6b9, 0xa6c0), (0xa6d9, 0xa6df), (0xa6ec, 0xa6ed), (0xa6f3, 0xa6f3), (0xa6f6, 0xa7a0),
            (0xa7c2, 0xa7d0), (0xa7f2, 0xa7fe), (0xa896, 0xa8a0), (0xa8bc, 0xa8bc), (0xa8bf, 0xa8bf), (0xa8c1, 0xa8c4), (0xa8ea, 0xa8fe),
            (0xa958, 0xa958), (0xa95b, 0xa95b), (0xa95d, 0xa95f), (0xa989, 0xa995), (0xa997, 0xa9a3), (0xa9f0, 0xa9fe), (0xaaa1, 0xaafe),
            (0xaba1, 0xabfe), (0xaca1, 0xacfe), (0xada1, 0xadfe), (0xaea1, 0xaefe), (0xafa1, 0xaffe), (0xd7fa, 0xd7fe), (0xf8a1, 0xf8fe),
            (0xf9a1, 0xf9fe), (0xfaa1, 0xfafe), (0xfba1, 0xfbfe), (0xfca1, 0xfcfe), (0xfda1, 0xfdfe), (0xfe50, 0xfefe), (0x80, 0x80),
            (0x8130_8130, 0xfe39_fe39),
        ],
        ..same("gbk", &["936", "cp936", "ms936"], rs::GBK)
    },
    Legacy {
        refused: &[
            (0xa2a1, 0xa2b0), (0xa2e3, 0xa2e4), (0xa2ef, 0xa2f0), (0xa2fd, 0xa2fe), (0xa4f4, 0xa4fe), (0xa5f7, 0xa5fe), (0xa6b9, 0xa6c0),
            (0xa6d9, 0xa6fe), (0xa7c2, 0xa7d0), (0xa7f2, 0xa7fe), (0xa8bb, 0xa8c4), (0xa8ea, 0xa8fe), (0xa9a1, 0xa9a3), (0xa9f0, 0xb0a0),
            (0xd7fa, 0xd7fe), (0xf840, 0xfefe), (0x80, 0x80), (0x8140, 0xa0fe), (0x8130_8130, 0xfe39_fe39),
        ],
        changed: &[(0xa1a4, '\u{30fb}'), (0xa1aa, '\u{2015}')],
        high: true,
        ..same(
            "gb2312",
            &["chinese", "csiso58gb231280", "euc_cn", "euccn", "eucgb2312_cn", "gb2312_1980", "gb2312_80", "iso_ir_58", "x_mac_simp_chinese"],
            rs::GBK,
        )
    },
    Legacy {
        refused: &[(0x80, 0x80)],
        changed: &[
            (0xa3a0, '\u{e5e5}'), (0xa6d9, '\u{e78d}'), (0xa6da, '\u{e78e}'), (0xa6db, '\u{e78f}'), (0xa6dc, '\u{e790}'), (0xa6dd, '\u{e791}'),
            (0xa6de, '\u{e792}'), (0xa6df, '\u{e793}'), (0xa6ec, '\u{e794}'), (0xa6ed, '\u{e795}'), (0xa6f3, '\u{e796}'), (0xa8bc, '\u{e7c7}'),
            (0xfe59, '\u{e81e}'), (0xfe61, '\u{e826}'), (0xfe66, '\u{e82b}'), (0xfe67, '\u{e82c}'), (0xfe6d, '\u{e832}'), (0xfe7e, '\u{e843}'),
            (0xfe90, '\u{e854}'), (0xfea0, '\u{e864}'), (0x8135_f437, '\u{1e3f}'),
        ],
        ..same("gb18030", &["gb18030_2000"], rs::GB18030)
    },
    Legacy {
        refused: &[(0x8740, 0xa0fe), (0xa3c0, 0xa3e1), (0xc6a1, 0xc8fe), (0xf9d6, 0xfefe)],
        changed: &BIG5_CHANGED,
        ..same("big5", &["big5_tw", "csbig5", "x_mac_trad_chinese"], rs::BIG5)
    },
    Legacy {
        refused: &[(0x8740, 0xa0fe), (0xa3c0, 0xa3e0), (0xc6a1, 0xc8fe), (0xfa40, 0xfefe)],
        changed: &[(0xf9fe, '\u{2593}')],
        ..same("cp950", &["950", "ms950"], rs::BIG5)
    },
];

/// What Big5 has differently from the standard's, which includes Hong Kong's supplement; the rows 0xc6 to 0xc8 are left out.
const BIG5_CHANGED: [(u32, char); 11] = [
    (0xa145, '\u{2022}'),
    (0xa14e, '\u{ff64}'),
    (0xa1c2, '\u{203e}'),
    (0xa1e3, '\u{223c}'),
    (0xa1f2, '\u{2641}'),
    (0xa1f3, '\u{2609}'),
    (0xa241, '\u{ff0f}'),
    (0xa242, '\u{ff3c}'),
    (0xa244, '\u{a5}'),
    (0xa246, '\u{a2}'),
    (0xa247, '\u{a3}'),
];

#[cfg(test)]
mod tests;
