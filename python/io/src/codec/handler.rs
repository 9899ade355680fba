//! Error handlers: those of the language, and those that programs register.

use super::registry;
use coil_text::charset::normalized;
use taipan_objects::bytes::Bytes;
use taipan_objects::exception;
use taipan_objects::mem;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{StaticType, types};
use taipan_objects::{PyResult, Raised, Value, Vm};

/// An error handler.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Handler {
    /// Raises.
    Strict,
    /// Leaves out.
    Ignore,
    /// `?` or U+FFFD.
    Replace,
    /// `\x..`.
    Backslash,
    /// Bytes as lone surrogates.
    SurrogateEscape,
    /// Surrogates as if they were characters.
    SurrogatePass,
    /// `&#...;`.
    XmlCharRef,
    /// `\N{...}`.
    NameReplace,
    /// Registered under this name.
    Custom(String),
}

/// What could not be converted, and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure<'a> {
    /// The encoding's name.
    pub(crate) encoding: &'a str,
    /// First bad character or byte.
    pub(crate) start: usize,
    /// End of the bad ones.
    pub(crate) end: usize,
    /// Why.
    pub(crate) reason: &'a str,
}

/// What takes the place of characters without encoding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Replacement {
    /// Text, to be encoded.
    Text(Vec<u32>),
    /// Bytes as they are.
    Bytes(Vec<u8>),
}

impl Handler {
    /// The handler of a name.
    pub(crate) fn named(name: &str) -> Handler {
        match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::Backslash,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            "xmlcharrefreplace" => Handler::XmlCharRef,
            "namereplace" => Handler::NameReplace,
            _ => Handler::Custom(name.to_owned()),
        }
    }

    /// Deals with characters `start..end` that have no encoding: what to write, and where to go on.
    ///
    /// # Errors
    /// UnicodeEncodeError, LookupError for unknown handlers, what a registered handler raises.
    pub(crate) fn encode(
        &self,
        vm: &mut Vm,
        text: Str,
        failure: Failure<'_>,
    ) -> PyResult<(Replacement, usize)> {
        let (start, end) = (failure.start, failure.end);
        let points = || (start..end).map(|index| text.at(index));
        let replacement = match self {
            Handler::Ignore => Replacement::Text(Vec::new()),
            Handler::Replace => Replacement::Text(points().map(|_| u32::from('?')).collect()),
            Handler::Backslash => Replacement::Text(points().flat_map(backslashed).collect()),
            Handler::XmlCharRef => {
                let shown = points().map(|point| format!("&#{point};"));
                Replacement::Text(shown.collect::<String>().chars().map(u32::from).collect())
            }
            Handler::NameReplace => {
                let points: Vec<u32> = points().collect();
                Replacement::Text(named(vm, &points)?)
            }
            Handler::SurrogateEscape => {
                let bytes: Vec<u8> = points()
                    .take_while(|point| (0xdc80..0xdd00).contains(point))
                    .map(|point| (point - 0xdc00) as u8)
                    .collect();
                if bytes.is_empty() {
                    return Err(encode_error(vm, text, failure));
                }
                let next = start + bytes.len();
                return Ok((Replacement::Bytes(bytes), next));
            }
            Handler::SurrogatePass => {
                let passed: Option<Vec<u8>> = points()
                    .map(|point| pass_surrogate(failure.encoding, point))
                    .collect::<Option<Vec<_>>>()
                    .map(|all| all.concat());
                match passed {
                    Some(bytes) => Replacement::Bytes(bytes),
                    None => return Err(encode_error(vm, text, failure)),
                }
            }
            Handler::Strict => return Err(encode_error(vm, text, failure)),
            Handler::Custom(name) => {
                let error = new_error(vm, &types::UnicodeEncodeError, text.value(), failure)?;
                let (result, next) = call_handler(vm, name, error, text.len())?;
                let replacement = match (Str::of(result), Bytes::of(result)) {
                    (Some(text), _) => Replacement::Text(text.text().to_vec()),
                    (None, Some(bytes)) => Replacement::Bytes(bytes.data().to_vec()),
                    _ => {
                        return Err(vm.raise_type(
                            "encoding error handler must return (str/bytes, int) tuple",
                        ));
                    }
                };
                return Ok((replacement, next));
            }
        };
        Ok((replacement, end))
    }

    /// Deals with bytes `start..end` that are no text: appends what takes their place, gives where to go on.
    ///
    /// # Errors
    /// UnicodeDecodeError, LookupError for unknown handlers, what a registered handler raises.
    pub(crate) fn decode(
        &self,
        vm: &mut Vm,
        data: &[u8],
        failure: Failure<'_>,
        out: &mut Vec<u32>,
    ) -> PyResult<usize> {
        let (start, end) = (failure.start, failure.end);
        let bad = &data[start..end];
        match self {
            Handler::Ignore => return Ok(end),
            Handler::Replace => {
                out.push(0xfffd);
                return Ok(end);
            }
            Handler::Backslash => {
                out.extend(bad.iter().flat_map(|byte| backslashed((*byte).into())));
                return Ok(end);
            }
            Handler::SurrogateEscape => {
                let escaped = bad.iter().take_while(|byte| **byte >= 0x80);
                let count = escaped.clone().count();
                if count > 0 {
                    out.extend(escaped.map(|byte| 0xdc00 + u32::from(*byte)));
                    return Ok(start + count);
                }
            }
            Handler::SurrogatePass => {
                if let Some((point, size)) = passed_surrogate(failure.encoding, &data[start..]) {
                    out.push(point);
                    return Ok(start + size);
                }
            }
            Handler::XmlCharRef | Handler::NameReplace => {
                return Err(
                    vm.raise_type("don't know how to handle UnicodeDecodeError in error callback")
                );
            }
            Handler::Strict => {}
            Handler::Custom(name) => {
                let object = vm.new_bytes(data)?;
                let error = new_error(vm, &types::UnicodeDecodeError, object, failure)?;
                let (result, next) = call_handler(vm, name, error, data.len())?;
                let Some(text) = Str::of(result) else {
                    return Err(
                        vm.raise_type("decoding error handler must return (str, int) tuple")
                    );
                };
                out.extend(text.text().iter());
                return Ok(next);
            }
        }
        let object = vm.new_bytes(data)?;
        Err(raise_error(vm, &types::UnicodeDecodeError, object, failure))
    }
}

/// `\x..`, `\u....` or `\U........`.
pub(super) fn backslashed(point: u32) -> impl Iterator<Item = u32> {
    let shown = match point {
        0..0x100 => format!("\\x{point:02x}"),
        0x100..0x1_0000 => format!("\\u{point:04x}"),
        _ => format!("\\U{point:08x}"),
    };
    shown.into_bytes().into_iter().map(u32::from)
}

/// `\N{...}` for those that have a name.
pub(super) fn named(vm: &mut Vm, points: &[u32]) -> PyResult<Vec<u32>> {
    let module = registry::import(vm, "unicodedata")?;
    let mut out = Vec::new();
    for point in points {
        let character = vm.new_char(*point)?;
        let none = taipan_objects::ty::none();
        let name = protocol::call_method(vm, module, "name", &[character, none])?;
        match Str::of(name) {
            Some(name) => {
                out.extend("\\N{".chars().map(u32::from));
                out.extend(name.text().iter());
                out.push(u32::from('}'));
            }
            None => out.extend(backslashed(*point)),
        }
    }
    Ok(out)
}

fn pass_surrogate(encoding: &str, point: u32) -> Option<Vec<u8>> {
    if !super::is_surrogate(point) {
        return None;
    }
    let mut out = Vec::new();
    match standard(encoding)? {
        (8, _) => super::encode::put_utf8(&mut out, point),
        (16, false) => out.extend((point as u16).to_le_bytes()),
        (16, true) => out.extend((point as u16).to_be_bytes()),
        (_, false) => out.extend(point.to_le_bytes()),
        (_, true) => out.extend(point.to_be_bytes()),
    }
    Some(out)
}

/// Bits per unit of one of the UTF encodings, and whether it is big endian.
fn standard(encoding: &str) -> Option<(u32, bool)> {
    Some(match normalized(encoding).as_str() {
        "utf_8" | "utf8" | "cp65001" => (8, false),
        "utf_16" | "utf16" | "utf_16_le" | "utf_16le" => (16, false),
        "utf_16_be" | "utf_16be" => (16, true),
        "utf_32" | "utf32" | "utf_32_le" | "utf_32le" => (32, false),
        "utf_32_be" | "utf_32be" => (32, true),
        _ => return None,
    })
}

/// The surrogate encoded at the start of bytes, and its size.
fn passed_surrogate(encoding: &str, rest: &[u8]) -> Option<(u32, usize)> {
    let (point, size) = match standard(encoding)? {
        (8, _) => match rest {
            [a @ 0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, ..] => {
                let bits = |byte: &u8| u32::from(byte & 0x3f);
                ((u32::from(a & 0xf) << 12) | (bits(b) << 6) | bits(c), 3)
            }
            _ => return None,
        },
        (16, false) => (u16::from_le_bytes(*rest.first_chunk()?).into(), 2),
        (16, true) => (u16::from_be_bytes(*rest.first_chunk()?).into(), 2),
        (_, false) => (u32::from_le_bytes(*rest.first_chunk()?), 4),
        (_, true) => (u32::from_be_bytes(*rest.first_chunk()?), 4),
    };
    super::is_surrogate(point).then_some((point, size))
}

/// The bytes of surrogates in the encoding that an exception names, for the registered function.
pub(super) fn pass_all(encoding: &str, points: &[u32]) -> Option<Vec<u8>> {
    let all: Option<Vec<Vec<u8>>> = points
        .iter()
        .map(|point| pass_surrogate(encoding, *point))
        .collect();
    all.map(|all| all.concat())
}

/// As [`passed_surrogate`], for the registered function.
pub(super) fn passed(encoding: &str, rest: &[u8]) -> Option<(u32, usize)> {
    passed_surrogate(encoding, rest)
}

fn new_error(
    vm: &mut Vm,
    class: &'static StaticType,
    object: Value,
    failure: Failure<'_>,
) -> PyResult {
    let encoding = vm.new_str(failure.encoding)?;
    let reason = vm.new_str(failure.reason)?;
    let (start, end) = (number::size(failure.start), number::size(failure.end));
    exception::new_exception(vm, class.as_ref(), &[encoding, object, start, end, reason])
}

fn raise_error(
    vm: &mut Vm,
    class: &'static StaticType,
    object: Value,
    failure: Failure<'_>,
) -> Raised {
    match new_error(vm, class, object, failure) {
        Ok(error) => {
            exception::set_context(vm, error);
            vm.raise(error)
        }
        Err(raised) => raised,
    }
}

/// UnicodeEncodeError.
pub(super) fn encode_error(vm: &mut Vm, text: Str, failure: Failure<'_>) -> Raised {
    raise_error(vm, &types::UnicodeEncodeError, text.value(), failure)
}

/// Calls a registered handler: what it gives, and where to go on.
fn call_handler(vm: &mut Vm, name: &str, error: Value, length: usize) -> PyResult<(Value, usize)> {
    let handler = registry::error_handler(vm, name)?;
    let result = protocol::call(vm, handler, &[error])?;
    let encoding = exception::is_a(error, &types::UnicodeEncodeError);
    let pair = Tuple::of(result).filter(|pair| pair.len() == 2);
    let numbers =
        pair.and_then(|pair| Some((pair.at(0), number::int_of(pair.at(1)).map(|_| pair.at(1))?)));
    let Some((replacement, next)) = numbers else {
        return Err(vm.raise_type(if encoding {
            "encoding error handler must return (str/bytes, int) tuple"
        } else {
            "decoding error handler must return (str, int) tuple"
        }));
    };
    let next = crate::args::ssize(vm, next)?;
    let place = if next < 0 {
        next.saturating_add(length as i64)
    } else {
        next
    };
    match usize::try_from(place) {
        Ok(place) if place <= length => Ok((replacement, place)),
        _ => Err(vm.raise_index(&format!(
            "position {place} from error handler out of bounds"
        ))),
    }
}

/// Fields of a Unicode exception: encoding, object, start, end.
pub(super) fn fields(error: Value) -> Option<(String, Value, usize, usize)> {
    let object = error.as_ref()?;
    let field = |index| exception::extra(object, index);
    let place = |index| {
        field(index)
            .and_then(number::i64_of)
            .map(|place| usize::try_from(place).unwrap_or(0))
    };
    let encoding = Str::of(field(0)?)?.to_rust().into_owned();
    let _ = mem::expect_ref(error);
    Some((encoding, field(1)?, place(2)?, place(3)?))
}
