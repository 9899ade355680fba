//! Source bytes to text (PEP 263).

use crate::error::{ErrorKind, SyntaxError};
use coil_text::charset::{Charset, Legacy};
use std::borrow::Cow;

/// Text of a source file: the byte order mark dropped, the coding cookie of the first two lines obeyed.
///
/// # Errors
/// SyntaxError for unknown encodings, bytes that are not of the encoding, and null bytes.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    if bytes.contains(&0) {
        return Err(plain("source code cannot contain null bytes".to_owned()));
    }
    let (bytes, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let charset = match coding_cookie(bytes).map(String::from_utf8_lossy) {
        None => Charset::Utf8,
        Some(name) => match usual_name(&name) {
            Some("utf-8") => Charset::Utf8,
            usual if marked => return Err(marked_as(usual.unwrap_or(&name), bytes)),
            Some(_) => Charset::Latin1,
            None => match Charset::find(&name) {
                Some(charset) => charset,
                None => return Err(undecodable(format!("unknown encoding: {name}"))),
            },
        },
    };
    match charset {
        Charset::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(invalid_utf8(bytes, error.valid_up_to())),
        },
        Charset::Latin1 => Ok(match ascii(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
        }),
        Charset::Ascii => ascii(bytes)
            .map(Cow::Borrowed)
            .map_err(|at| wrong_byte("ascii", bytes, at, "ordinal not in range(128)")),
        Charset::Legacy(legacy) => by_table(legacy, bytes),
    }
}

fn by_table<'b>(legacy: &Legacy, bytes: &'b [u8]) -> Result<Cow<'b, str>, SyntaxError> {
    legacy
        .decode(bytes)
        .map_err(|wrong| wrong_byte(legacy.codec(), bytes, wrong.at, wrong.reason))
}

/// The text, if it is ASCII; otherwise where it is not.
fn ascii(bytes: &[u8]) -> Result<&str, usize> {
    match bytes.iter().position(|byte| !byte.is_ascii()) {
        None => Ok(std::str::from_utf8(bytes).expect("ASCII is UTF-8")),
        Some(at) => Err(at),
    }
}

fn plain(message: String) -> SyntaxError {
    SyntaxError::nowhere(ErrorKind::Syntax, message)
}

/// An error of a source of which there is no text, so no place either.
fn undecodable(message: String) -> SyntaxError {
    SyntaxError {
        undecoded: true,
        ..plain(message)
    }
}

fn wrong_byte(codec: &str, bytes: &[u8], at: usize, reason: &str) -> SyntaxError {
    let byte = bytes[at];
    undecodable(format!(
        "'{codec}' codec can't decode byte 0x{byte:02x} in position {at}: {reason}"
    ))
}

/// A cookie that contradicts the byte order mark.
fn marked_as(name: &str, bytes: &[u8]) -> SyntaxError {
    let line = String::from_utf8_lossy(line_at(bytes, 0)).into_owned();
    let mut error = plain(format!("encoding problem: {name} with BOM"));
    error.line = 1;
    error.end_line = 1;
    error.end_offset = i32::try_from(line.chars().count()).unwrap_or(i32::MAX);
    error.text = Some(line);
    error
}

fn invalid_utf8(bytes: &[u8], at: usize) -> SyntaxError {
    let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let start = bytes[..at].iter().rposition(|&byte| byte == b'\n');
    let start = start.map_or(0, |newline| newline + 1);
    let before = String::from_utf8_lossy(&bytes[start..at]).chars().count();
    let mut error = plain(format!(
        "Non-UTF-8 code starting with '\\x{:02x}' on line {line}, but no encoding declared; see https://peps.python.org/pep-0263/ for details",
        bytes[at]
    ));
    error.line = u32::try_from(line).unwrap_or(u32::MAX);
    error.offset = u32::try_from(before + 1).unwrap_or(u32::MAX);
    error.end_line = error.line;
    error.end_offset = i32::try_from(before + 1).unwrap_or(i32::MAX);
    error.text = Some(String::from_utf8_lossy(line_at(bytes, start)).into_owned());
    error
}

/// The line that starts at `start`, without its end.
fn line_at(bytes: &[u8], start: usize) -> &[u8] {
    let rest = &bytes[start..];
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    &rest[..end.unwrap_or(rest.len())]
}

/// The name in `# coding: NAME` on one of the first two lines.
fn coding_cookie(bytes: &[u8]) -> Option<&[u8]> {
    let mut start = 0;
    for _ in 0..2 {
        let whole = line_at(bytes, start);
        let line = whole.trim_ascii_start();
        if !line.is_empty() && line[0] != b'#' {
            return None;
        }
        if let Some(name) = cookie_in(line) {
            return Some(name);
        }
        start = (start + whole.len() + 1).min(bytes.len());
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

/// What the tokenizer itself makes of a name: UTF-8 and Latin-1 by their usual spellings, whatever follows a hyphen.
fn usual_name(name: &str) -> Option<&'static str> {
    let start: String = name.chars().take(12).collect();
    let start = start.to_ascii_lowercase().replace('_', "-");
    let is = |usual: &str| {
        let rest = start.strip_prefix(usual);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") {
        Some("utf-8")
    } else if ["latin-1", "iso-8859-1", "iso-latin-1"].into_iter().any(is) {
        Some("iso-8859-1")
    } else {
        None
    }
}
