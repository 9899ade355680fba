//! Source bytes to text (PEP 263), and positions in it.

use crate::error::{ErrorKind, SyntaxError};
use ruff_text_size::TextSize;
use std::borrow::Cow;

/// Text of a source file: the byte order mark dropped, the coding cookie of the first two lines obeyed.
///
/// # Errors
/// SyntaxError for unknown encodings, bytes that are not of the encoding, and null bytes.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    let (bytes, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let cookie = coding_cookie(bytes);
    let encoding = match cookie {
        None => Encoding::Utf8,
        Some(name) => match encoding_of(name) {
            Some(Encoding::Utf8) => Encoding::Utf8,
            Some(_) if marked => {
                let name = String::from_utf8_lossy(name);
                return Err(plain(format!("encoding problem: {name} with BOM")));
            }
            Some(encoding) => encoding,
            None => {
                let name = String::from_utf8_lossy(name);
                return Err(plain(format!("unknown encoding: {name}")));
            }
        },
    };
    if bytes.contains(&0) {
        return Err(plain("source code cannot contain null bytes".to_owned()));
    }
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(invalid_utf8(bytes, error.valid_up_to(), cookie.is_some())),
        },
        Encoding::Latin1 => Ok(if bytes.is_ascii() {
            Cow::Borrowed(std::str::from_utf8(bytes).expect("ASCII is UTF-8"))
        } else {
            Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect())
        }),
        Encoding::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
            None => Ok(Cow::Borrowed(
                std::str::from_utf8(bytes).expect("ASCII is UTF-8"),
            )),
            Some(at) => Err(plain(format!(
                "(unicode error) 'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
                bytes[at]
            ))),
        },
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    Ascii,
}

fn plain(message: String) -> SyntaxError {
    SyntaxError::nowhere(ErrorKind::Syntax, message)
}

fn invalid_utf8(bytes: &[u8], at: usize, declared: bool) -> SyntaxError {
    let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let message = if declared {
        format!(
            "(unicode error) 'utf-8' codec can't decode byte 0x{:02x} in position {at}: invalid start byte",
            bytes[at]
        )
    } else {
        format!(
            "Non-UTF-8 code starting with '\\x{:02x}' on line {line}, but no encoding declared; see https://peps.python.org/pep-0263/ for details",
            bytes[at]
        )
    };
    let mut error = plain(message);
    error.line = u32::try_from(line).unwrap_or(u32::MAX);
    error
}

/// The name in `# coding: NAME` on one of the first two lines.
fn coding_cookie(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    for _ in 0..2 {
        let end = rest
            .iter()
            .position(|&byte| byte == b'\n' || byte == b'\r')
            .unwrap_or(rest.len());
        let line = rest[..end].trim_ascii_start();
        if !line.is_empty() && line[0] != b'#' {
            return None;
        }
        if let Some(name) = cookie_in(line) {
            return Some(name);
        }
        rest = rest.get(end + 1..).unwrap_or(&[]);
    }
    None
}

fn cookie_in(line: &[u8]) -> Option<&[u8]> {
    let at = line
        .windows(7)
        .position(|part| part.starts_with(b"coding") && matches!(part[6], b':' | b'='))?;
    let name = line[at + 7..].trim_ascii_start();
    let end = name
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')))
        .unwrap_or(name.len());
    (end > 0).then(|| &name[..end])
}

fn encoding_of(name: &[u8]) -> Option<Encoding> {
    let name = String::from_utf8_lossy(name)
        .to_ascii_lowercase()
        .replace('_', "-");
    if name == "utf-8" || name.starts_with("utf-8-") || matches!(&*name, "utf8" | "u8" | "cp65001")
    {
        return Some(Encoding::Utf8);
    }
    for latin in ["latin-1", "iso-8859-1", "iso-latin-1"] {
        if name == latin
            || name
                .strip_prefix(latin)
                .is_some_and(|rest| rest.starts_with('-'))
        {
            return Some(Encoding::Latin1);
        }
    }
    match &*name {
        "latin1" | "l1" | "iso8859-1" | "8859" | "cp819" => Some(Encoding::Latin1),
        "ascii" | "us-ascii" | "646" | "ansi-x3.4-1968" => Some(Encoding::Ascii),
        _ => None,
    }
}

/// Where the lines of a text start.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `source`, ended by LF, CR LF or CR.
    pub fn new(source: &str) -> LineIndex {
        let bytes = source.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        starts.push(0);
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\n' => starts.push(small(at + 1)),
                b'\r' if bytes.get(at + 1) != Some(&b'\n') => starts.push(small(at + 1)),
                _ => {}
            }
            at += 1;
        }
        LineIndex { starts }
    }

    /// How many lines there are (the one after the last newline included).
    pub fn line_count(&self) -> u32 {
        small(self.starts.len())
    }

    /// Line (from 1) and column (bytes, from 0) of an offset.
    pub fn line_column(&self, offset: TextSize) -> (u32, u32) {
        let offset = offset.to_u32();
        let line = self.starts.partition_point(|&start| start <= offset);
        (small(line), offset - self.starts[line - 1])
    }

    /// As [`LineIndex::line_column`], trying first the line of the last answer, which `hint` carries from call to call.
    pub fn line_column_near(&self, offset: TextSize, hint: &mut u32) -> (u32, u32) {
        let at = offset.to_u32();
        let mut line = (*hint).max(1) as usize;
        for _ in 0..4 {
            let Some(&start) = self.starts.get(line - 1) else {
                break;
            };
            if start > at {
                break;
            }
            match self.starts.get(line) {
                Some(&next) if next <= at => line += 1,
                _ => {
                    *hint = small(line);
                    return (small(line), at - start);
                }
            }
        }
        let found = self.line_column(offset);
        *hint = found.0;
        found
    }

    /// Line (from 1) and offset in characters (from 1), as SyntaxError has them.
    pub fn line_and_offset(&self, source: &str, offset: TextSize) -> (u32, u32) {
        let (line, column) = self.line_column(offset);
        let start = self.starts[line as usize - 1] as usize;
        let characters = source
            .get(start..start + column as usize)
            .map_or(column as usize, |text| text.chars().count());
        (line, small(characters + 1))
    }

    /// The text of a line, newline included.
    pub fn line_text<'a>(&self, source: &'a str, line: u32) -> &'a str {
        let at = line.max(1) as usize - 1;
        let start = self.starts.get(at).map_or(source.len(), |&at| at as usize);
        let end = self
            .starts
            .get(at + 1)
            .map_or(source.len(), |&at| at as usize);
        &source[start..end]
    }

    /// Offset of the first byte of a line (from 1).
    pub fn line_start(&self, line: u32) -> TextSize {
        let at = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        TextSize::new(self.starts[at])
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
