//! `str` objects: PEP 393 compact strings with CPython's layout. Every string has the narrowest kind that holds it, so equal strings
//! have equal bytes. ASCII strings are valid UTF-8 in place.

use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::ty::types;
use crate::vm::Vm;
use coil_value::{Ref, Value};
use std::borrow::Cow;
use std::hash::Hasher;

/// State bit: the text is ASCII.
pub const STATE_ASCII: u32 = 1 << 6;
const STATE_COMPACT: u32 = 1 << 5;
const STATE_INTERNED: u32 = 1;
const KIND_SHIFT: u32 = 2;

/// A `str` object (or one of a subclass).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Str(Ref);

/// The code points of a string. Borrowed from the object: do not allocate while it is in use.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// ASCII.
    Ascii(&'a [u8]),
    /// Up to U+00FF, at least one beyond ASCII.
    Latin1(&'a [u8]),
    /// Up to U+FFFF.
    Two(&'a [u16]),
    /// Anything.
    Four(&'a [u32]),
}

impl Text<'_> {
    /// Number of code points.
    pub fn len(&self) -> usize {
        match self {
            Text::Ascii(s) | Text::Latin1(s) => s.len(),
            Text::Two(s) => s.len(),
            Text::Four(s) => s.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A code point.
    pub fn at(&self, index: usize) -> u32 {
        match self {
            Text::Ascii(s) | Text::Latin1(s) => u32::from(s[index]),
            Text::Two(s) => u32::from(s[index]),
            Text::Four(s) => s[index],
        }
    }

    /// All code points.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        (0..self.len()).map(|index| self.at(index))
    }

    /// All code points in a vector.
    pub fn to_vec(&self) -> Vec<u32> {
        self.iter().collect()
    }
}

impl Str {
    /// The string, if the value is one (subclasses included).
    #[inline]
    pub fn of(value: Value) -> Option<Str> {
        let object = value.as_ref()?;
        let layout = object.layout();
        (layout == layout::STR || layout == layout::STR_SUB).then_some(Str(object))
    }

    /// The string, if the value is exactly a `str`.
    #[inline]
    pub fn exact(value: Value) -> Option<Str> {
        let object = value.as_ref()?;
        (object.layout() == layout::STR).then_some(Str(object))
    }

    /// The object.
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// As a value.
    pub fn value(self) -> Value {
        Value::from_ref(self.0)
    }

    /// Number of code points.
    #[inline]
    pub fn len(self) -> usize {
        mem::get::<usize>(self.0, at::STR_LENGTH)
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn state(self) -> u32 {
        mem::get(self.0, at::STR_STATE)
    }

    /// Whether it is ASCII.
    #[inline]
    pub fn is_ascii(self) -> bool {
        self.state() & STATE_ASCII != 0
    }

    /// Whether it is in the table of interned strings.
    pub fn is_interned(self) -> bool {
        self.state() & STATE_INTERNED != 0
    }

    /// Bytes per code point: 1, 2 or 4.
    #[inline]
    pub fn kind(self) -> usize {
        ((self.state() >> KIND_SHIFT) & 7) as usize
    }

    /// The code points.
    #[inline]
    pub fn text<'a>(self) -> Text<'a> {
        let length = self.len();
        if self.is_ascii() {
            return Text::Ascii(mem::slice(self.0, at::STR_ASCII_DATA, length));
        }
        match self.kind() {
            1 => Text::Latin1(mem::slice(self.0, at::STR_WIDE_DATA, length)),
            2 => Text::Two(mem::slice(self.0, at::STR_WIDE_DATA, length)),
            _ => Text::Four(mem::slice(self.0, at::STR_WIDE_DATA, length)),
        }
    }

    /// A code point.
    #[inline]
    pub fn at(self, index: usize) -> u32 {
        self.text().at(index)
    }

    /// The raw bytes of the code points.
    pub fn bytes<'a>(self) -> &'a [u8] {
        let length = self.len();
        if self.is_ascii() {
            mem::slice(self.0, at::STR_ASCII_DATA, length)
        } else {
            mem::slice(self.0, at::STR_WIDE_DATA, length * self.kind())
        }
    }

    /// The text as Rust text, lone surrogates replaced by U+FFFD; for messages and for names.
    pub fn to_rust<'a>(self) -> Cow<'a, str> {
        match self.text() {
            Text::Ascii(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => Cow::Borrowed(""),
            },
            other => Cow::Owned(
                other
                    .iter()
                    .map(|c| char::from_u32(c).unwrap_or('\u{fffd}'))
                    .collect(),
            ),
        }
    }

    /// The text as UTF-8, if it has no lone surrogates.
    pub fn to_utf8<'a>(self) -> Option<Cow<'a, str>> {
        match self.text() {
            Text::Ascii(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            other => other
                .iter()
                .map(char::from_u32)
                .collect::<Option<String>>()
                .map(Cow::Owned),
        }
    }

    /// Same text.
    #[inline]
    pub fn same_text(self, other: Str) -> bool {
        self.0 == other.0
            || (self.len() == other.len()
                && self.kind() == other.kind()
                && self.is_ascii() == other.is_ascii()
                && self.bytes() == other.bytes())
    }

    /// Is this ASCII text.
    pub fn is(self, text: &str) -> bool {
        self.is_ascii() && self.bytes() == text.as_bytes()
    }

    /// The hash, computed once.
    #[inline]
    pub fn hash(self) -> i64 {
        let known: i64 = mem::get(self.0, at::STR_HASH);
        if known != -1 {
            return known;
        }
        let hash = hash_bytes(self.bytes());
        mem::set(self.0, at::STR_HASH, hash);
        hash
    }
}

/// Hash of a run of bytes (str and bytes); never -1.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(bytes);
    hasher.write_usize(bytes.len());
    let mut hash = hasher.finish();
    hash ^= hash >> 32;
    let hash = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15).cast_signed();
    if hash == -1 { -2 } else { hash }
}

impl Vm {
    fn raw_str(&mut self, length: usize, kind: usize, ascii: bool) -> PyResult<Ref> {
        let base = if ascii {
            at::STR_ASCII_DATA
        } else {
            at::STR_WIDE_DATA
        };
        let Some(size) = length
            .checked_add(1)
            .and_then(|n| n.checked_mul(kind))
            .and_then(|n| n.checked_add(base))
        else {
            return Err(self.raise_memory_error());
        };
        let object = self.alloc(layout::STR, &types::STR, size)?;
        mem::set(object, at::STR_LENGTH, length);
        mem::set(object, at::STR_HASH, -1i64);
        let ascii_bit = if ascii { STATE_ASCII } else { 0 };
        let state = STATE_COMPACT | ascii_bit | (kind as u32) << KIND_SHIFT;
        mem::set(object, at::STR_STATE, state);
        Ok(object)
    }

    /// A string object of Rust text.
    pub fn new_str(&mut self, text: &str) -> PyResult {
        if text.is_ascii() {
            return self.new_ascii(text.as_bytes());
        }
        let points: Vec<u32> = text.chars().map(u32::from).collect();
        self.new_str_points(&points)
    }

    /// A string object of ASCII bytes.
    pub fn new_ascii(&mut self, bytes: &[u8]) -> PyResult {
        debug_assert!(bytes.is_ascii());
        if let [byte] = bytes {
            return Ok(self.interp.ascii_char(*byte));
        }
        let object = self.raw_str(bytes.len(), 1, true)?;
        mem::slice_mut(object, at::STR_ASCII_DATA, bytes.len()).copy_from_slice(bytes);
        Ok(Value::from_ref(object))
    }

    /// A string of `length` ASCII characters that `fill` writes. It runs after the allocation and must not allocate.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_ascii_with(&mut self, length: usize, fill: impl FnOnce(&mut [u8])) -> PyResult {
        if length == 1 {
            let mut byte = [0];
            fill(&mut byte);
            return Ok(self.interp.ascii_char(byte[0]));
        }
        let object = self.raw_str(length, 1, true)?;
        let data = mem::slice_mut(object, at::STR_ASCII_DATA, length);
        fill(data);
        debug_assert!(data.is_ascii());
        Ok(Value::from_ref(object))
    }

    /// A string object of Latin-1 bytes.
    pub fn new_latin1(&mut self, bytes: &[u8]) -> PyResult {
        if bytes.is_ascii() {
            return self.new_ascii(bytes);
        }
        let object = self.raw_str(bytes.len(), 1, false)?;
        mem::slice_mut(object, at::STR_WIDE_DATA, bytes.len()).copy_from_slice(bytes);
        Ok(Value::from_ref(object))
    }

    /// A string object of code points (lone surrogates allowed; each below 0x110000).
    pub fn new_str_points(&mut self, points: &[u32]) -> PyResult {
        let largest = points.iter().fold(0, |all, point| all | *point);
        if largest < 0x100 {
            let bytes: Vec<u8> = points.iter().map(|point| *point as u8).collect();
            return self.new_latin1(&bytes);
        }
        // The bitwise or may be wider than the largest; kinds must be exact.
        let largest = points.iter().copied().max().unwrap_or(0);
        if largest < 0x1_0000 {
            let object = self.raw_str(points.len(), 2, false)?;
            let data = mem::slice_mut::<u16>(object, at::STR_WIDE_DATA, points.len());
            for (to, from) in data.iter_mut().zip(points) {
                *to = *from as u16;
            }
            return Ok(Value::from_ref(object));
        }
        let object = self.raw_str(points.len(), 4, false)?;
        mem::slice_mut::<u32>(object, at::STR_WIDE_DATA, points.len()).copy_from_slice(points);
        Ok(Value::from_ref(object))
    }

    /// A string of one code point.
    pub fn new_char(&mut self, point: u32) -> PyResult {
        if point < 0x80 {
            return Ok(self.interp.ascii_char(point as u8));
        }
        self.new_str_points(&[point])
    }

    /// The part of a string from `start` up to `end` (code points, in range).
    pub fn substring(&mut self, string: Str, start: usize, end: usize) -> PyResult {
        if start == 0 && end == string.len() && string.as_ref().layout() == layout::STR {
            return Ok(string.value());
        }
        match string.text() {
            Text::Ascii(bytes) => {
                if end - start == 1 {
                    return Ok(self.interp.ascii_char(bytes[start]));
                }
                let object = self.raw_str(end - start, 1, true)?;
                // The source may have been moved by the allocation unless it is pinned by this frame; read it again.
                let Text::Ascii(bytes) = string.text() else {
                    unreachable!("strings do not change")
                };
                mem::slice_mut(object, at::STR_ASCII_DATA, end - start)
                    .copy_from_slice(&bytes[start..end]);
                Ok(Value::from_ref(object))
            }
            Text::Latin1(bytes) => {
                let part = bytes[start..end].to_vec();
                self.new_latin1(&part)
            }
            other => {
                let part: Vec<u32> = (start..end).map(|index| other.at(index)).collect();
                self.new_str_points(&part)
            }
        }
    }

    /// Both strings one after the other.
    pub fn concat(&mut self, left: Str, right: Str) -> PyResult {
        if let (Text::Ascii(a), Text::Ascii(b)) = (left.text(), right.text()) {
            let (first, second) = (a.len(), b.len());
            if first + second == 1 {
                return Ok(self.interp.ascii_char(if first == 1 { a[0] } else { b[0] }));
            }
            let object = self.raw_str(first + second, 1, true)?;
            let data = mem::slice_mut::<u8>(object, at::STR_ASCII_DATA, first + second);
            data[..first].copy_from_slice(left.bytes());
            data[first..].copy_from_slice(right.bytes());
            return Ok(Value::from_ref(object));
        }
        let mut points = left.text().to_vec();
        points.extend(right.text().iter());
        self.new_str_points(&points)
    }

    /// The one interned string object with this text; never moves, lives for ever.
    pub fn intern(&mut self, text: &str) -> PyResult {
        let hash = hash_rust(text);
        let known = if text.is_ascii() {
            self.interp.interned.find(hash, |s| s.is(text))
        } else {
            let same = |s: Str| s.to_utf8().is_some_and(|t| t == text);
            self.interp.interned.find(hash, same)
        };
        if let Some(known) = known {
            return Ok(known);
        }
        let string = self.new_str(text)?;
        self.intern_object(string)
    }

    /// The interned string equal to an exact `str` (itself if it is the first).
    pub fn intern_object(&mut self, string: Value) -> PyResult {
        let Some(object) = Str::of(string) else {
            return Ok(string);
        };
        if object.is_interned() {
            return Ok(string);
        }
        if let Some(known) = self
            .interp
            .interned
            .find(object.hash(), |s| s.same_text(object))
        {
            return Ok(known);
        }
        self.mutator().pin(object.as_ref());
        mem::set(
            object.as_ref(),
            at::STR_STATE,
            object.state() | STATE_INTERNED,
        );
        self.interp.interned.insert(object.hash(), string);
        Ok(string)
    }
}

fn hash_rust(text: &str) -> i64 {
    if text.is_ascii() {
        return hash_bytes(text.as_bytes());
    }
    let points: Vec<u32> = text.chars().map(u32::from).collect();
    let largest = points.iter().copied().max().unwrap_or(0);
    let mut bytes = Vec::new();
    for point in points {
        match largest {
            0..0x100 => bytes.push(point as u8),
            0x100..0x1_0000 => bytes.extend((point as u16).to_ne_bytes()),
            _ => bytes.extend(point.to_ne_bytes()),
        }
    }
    hash_bytes(&bytes)
}
