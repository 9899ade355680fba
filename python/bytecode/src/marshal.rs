//! Code objects as bytes: compact, versioned, checked.
//!
//! Layout: `TPBC`, version, the FNV hash of the op table (other ops, other bytes), then the code object. Numbers are LEB128, strings
//! and byte strings have a length before them. The words are stored as they are, 8 bytes each, since loading must
//! be fast; depths as runs; positions as differences. Nested code objects carry their length, so that skipping
//! one needs no decoding. Whatever is read is checked: no input makes loading panic or take memory out of proportion.

use crate::code::{Code, CodeFlags, Const, Handler, Position};
use crate::op::Op;
use crate::word::Word;

const MAGIC: &[u8; 4] = b"TPBC";
const VERSION: u8 = 1;
const MAX_NESTING: u32 = 200;

/// What is wrong with marshalled bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarshalError {
    /// Not the format, another version of it, or another op table.
    Version,
    /// The bytes end too early or hold values that cannot be.
    Malformed,
}

impl std::fmt::Display for MarshalError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            MarshalError::Version => "bytecode of another version",
            MarshalError::Malformed => "malformed bytecode",
        })
    }
}

impl std::error::Error for MarshalError {}

/// A hash of names and shapes of all ops.
fn table_hash() -> u32 {
    let mut hash = 0x811c_9dc5u32;
    let mut add = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    for op in Op::ALL {
        op.text().bytes().for_each(&mut add);
        add(op.caches() as u8);
        op.operands()
            .iter()
            .for_each(|operand| add(operand.1 as u8));
    }
    hash
}

/// Writes a code object and all that is inside it.
pub fn dump(code: &Code) -> Vec<u8> {
    let mut out = Vec::with_capacity(code.words.len() * 8 + 256);
    out.extend_from_slice(MAGIC);
    out.push(VERSION);
    out.extend_from_slice(&table_hash().to_le_bytes());
    write_code(&mut out, code);
    out
}

/// Reads what [`dump`] wrote.
///
/// # Errors
/// For other versions and malformed bytes. Run [`verify`](crate::verify) on code objects from outside.
pub fn load(bytes: &[u8]) -> Result<Code, MarshalError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(MarshalError::Version)?;
    let (header, rest) = rest.split_at_checked(5).ok_or(MarshalError::Version)?;
    if header[0] != VERSION || header[1..] != table_hash().to_le_bytes() {
        return Err(MarshalError::Version);
    }
    let mut reader = Reader {
        bytes: rest,
        nesting: 0,
    };
    let code = reader.code()?;
    match reader.bytes {
        [] => Ok(code),
        _ => Err(MarshalError::Malformed),
    }
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn signed(out: &mut Vec<u8>, value: i64) {
    number(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

fn blob(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn texts(out: &mut Vec<u8>, items: &[String]) {
    number(out, items.len() as u64);
    items.iter().for_each(|item| blob(out, item.as_bytes()));
}

fn write_code(out: &mut Vec<u8>, code: &Code) {
    blob(out, code.name.as_bytes());
    blob(out, code.qualname.as_bytes());
    blob(out, code.filename.as_bytes());
    number(out, u64::from(code.first_line));
    for value in [
        code.arg_count,
        code.posonly_count,
        code.kwonly_count,
        code.register_count,
        code.loop_count,
    ] {
        number(out, u64::from(value));
    }
    number(out, u64::from(code.flags.0));
    texts(out, &code.varnames);
    for cells in [&code.cellvars, &code.freevars] {
        number(out, cells.len() as u64);
        for (name, register) in cells {
            blob(out, name.as_bytes());
            number(out, u64::from(*register));
        }
    }
    texts(out, &code.names);
    number(out, code.words.len() as u64);
    for word in &code.words {
        out.extend_from_slice(&word.0.to_le_bytes());
    }
    let runs = code.depth.chunk_by(|a, b| a == b);
    for run in runs {
        number(out, u64::from(run[0]));
        number(out, run.len() as u64);
    }
    number(out, code.handlers.len() as u64);
    for row in &code.handlers {
        for value in [row.start, row.end, row.target, u32::from(row.exception)] {
            number(out, u64::from(value));
        }
    }
    number(out, code.positions.len() as u64);
    let (mut start, mut line) = (0, 0);
    for row in &code.positions {
        number(out, u64::from(row.start.wrapping_sub(start)));
        signed(out, i64::from(row.line) - i64::from(line));
        signed(out, i64::from(row.end_line) - i64::from(row.line));
        number(out, u64::from(row.column));
        number(out, u64::from(row.end_column));
        (start, line) = (row.start, row.line);
    }
    number(out, code.consts.len() as u64);
    code.consts.iter().for_each(|item| write_const(out, item));
}

fn write_const(out: &mut Vec<u8>, value: &Const) {
    match value {
        Const::None => out.push(0),
        Const::Bool(false) => out.push(1),
        Const::Bool(true) => out.push(2),
        Const::Ellipsis => out.push(3),
        Const::Int(value) => {
            out.push(4);
            signed(out, *value);
        }
        Const::BigInt { negative, digits } => {
            out.push(if *negative { 6 } else { 5 });
            number(out, digits.len() as u64);
            digits
                .iter()
                .for_each(|digit| number(out, u64::from(*digit)));
        }
        Const::Float(bits) => {
            out.push(7);
            out.extend_from_slice(&bits.to_le_bytes());
        }
        Const::Complex(real, imaginary) => {
            out.push(8);
            out.extend_from_slice(&real.to_le_bytes());
            out.extend_from_slice(&imaginary.to_le_bytes());
        }
        Const::Str(text) => {
            out.push(9);
            blob(out, text.as_bytes());
        }
        Const::WideStr(points) => {
            out.push(10);
            number(out, points.len() as u64);
            points
                .iter()
                .for_each(|point| number(out, u64::from(*point)));
        }
        Const::Bytes(bytes) => {
            out.push(11);
            blob(out, bytes);
        }
        Const::Tuple(items) | Const::FrozenSet(items) => {
            out.push(if matches!(value, Const::Tuple(_)) {
                12
            } else {
                13
            });
            number(out, items.len() as u64);
            items.iter().for_each(|item| write_const(out, item));
        }
        Const::Slice(parts) => {
            out.push(14);
            parts.iter().for_each(|item| write_const(out, item));
        }
        Const::Code(code) => {
            out.push(15);
            let mut inner = Vec::new();
            write_code(&mut inner, code);
            blob(out, &inner);
        }
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    nesting: u32,
}

type Read<T> = Result<T, MarshalError>;

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Read<&'b [u8]> {
        let (taken, rest) = self
            .bytes
            .split_at_checked(count)
            .ok_or(MarshalError::Malformed)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Read<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(MarshalError::Malformed)
    }

    fn signed(&mut self) -> Read<i64> {
        let value = self.number()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn u32(&mut self) -> Read<u32> {
        u32::try_from(self.number()?).map_err(|_| MarshalError::Malformed)
    }

    fn u16(&mut self) -> Read<u16> {
        u16::try_from(self.number()?).map_err(|_| MarshalError::Malformed)
    }

    fn u64_bits(&mut self) -> Read<u64> {
        let bytes = self.take(8)?;
        Ok(u64::from_le_bytes(bytes.try_into().expect("eight bytes")))
    }

    /// A count of things of at least `size` bytes each.
    fn count(&mut self, size: usize) -> Read<usize> {
        let count = usize::try_from(self.number()?).map_err(|_| MarshalError::Malformed)?;
        match count.checked_mul(size) {
            Some(total) if total <= self.bytes.len() => Ok(count),
            _ => Err(MarshalError::Malformed),
        }
    }

    fn blob(&mut self) -> Read<&'b [u8]> {
        let count = self.count(1)?;
        self.take(count)
    }

    fn text(&mut self) -> Read<String> {
        let bytes = self.blob()?;
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| MarshalError::Malformed)
    }

    fn list<T>(&mut self, size: usize, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.count(size)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn code(&mut self) -> Read<Code> {
        let name = self.text()?;
        let qualname = self.text()?;
        let filename = self.text()?;
        let first_line = self.u32()?;
        let arg_count = self.u16()?;
        let posonly_count = self.u16()?;
        let kwonly_count = self.u16()?;
        let register_count = self.u16()?;
        let loop_count = self.u16()?;
        let flags = CodeFlags(self.u32()?);
        let varnames = self.list(1, Self::text)?;
        let cellvars = self.list(2, |reader| Ok((reader.text()?, reader.u16()?)))?;
        let freevars = self.list(2, |reader| Ok((reader.text()?, reader.u16()?)))?;
        let names = self.list(1, Self::text)?;
        let count = self.count(8)?;
        let words: Vec<Word> = self
            .take(count * 8)?
            .chunks_exact(8)
            .map(|chunk| Word(u64::from_le_bytes(chunk.try_into().expect("eight bytes"))))
            .collect();
        let mut depth = Vec::with_capacity(count);
        while depth.len() < count {
            let value = self.u16()?;
            let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
            if length == 0 || length > count - depth.len() {
                return Err(MarshalError::Malformed);
            }
            depth.resize(depth.len() + length, value);
        }
        let handlers = self.list(4, |reader| {
            Ok(Handler {
                start: reader.u32()?,
                end: reader.u32()?,
                target: reader.u32()?,
                exception: reader.u16()?,
            })
        })?;
        let (mut start, mut line) = (0u32, 0i64);
        let positions = self.list(5, |reader| {
            start = start.wrapping_add(reader.u32()?);
            line = line.wrapping_add(reader.signed()?);
            let end_line = line.wrapping_add(reader.signed()?);
            let small = |line: i64| u32::try_from(line).map_err(|_| MarshalError::Malformed);
            Ok(Position {
                start,
                line: small(line)?,
                end_line: small(end_line)?,
                column: reader.u32()?,
                end_column: reader.u32()?,
            })
        })?;
        let consts = self.list(1, Self::constant)?;
        Ok(Code {
            name,
            qualname,
            filename,
            first_line,
            arg_count,
            posonly_count,
            kwonly_count,
            flags,
            register_count,
            varnames,
            cellvars,
            freevars,
            words,
            depth,
            consts,
            names,
            handlers,
            positions,
            loop_count,
        })
    }

    fn constant(&mut self) -> Read<Const> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(MarshalError::Malformed);
        }
        let value = match self.byte()? {
            0 => Const::None,
            1 => Const::Bool(false),
            2 => Const::Bool(true),
            3 => Const::Ellipsis,
            4 => Const::Int(self.signed()?),
            kind @ (5 | 6) => Const::BigInt {
                negative: kind == 6,
                digits: self.list(1, Self::u32)?,
            },
            7 => Const::Float(self.u64_bits()?),
            8 => Const::Complex(self.u64_bits()?, self.u64_bits()?),
            9 => Const::Str(self.text()?),
            10 => Const::WideStr(self.list(1, Self::u32)?),
            11 => Const::Bytes(self.blob()?.to_vec()),
            12 => Const::Tuple(self.list(1, Self::constant)?),
            13 => Const::FrozenSet(self.list(1, Self::constant)?),
            14 => Const::Slice(Box::new([
                self.constant()?,
                self.constant()?,
                self.constant()?,
            ])),
            15 => {
                let bytes = self.blob()?;
                let mut inner = Reader {
                    bytes,
                    nesting: self.nesting,
                };
                let code = inner.code()?;
                if !inner.bytes.is_empty() {
                    return Err(MarshalError::Malformed);
                }
                Const::Code(Box::new(code))
            }
            _ => return Err(MarshalError::Malformed),
        };
        self.nesting -= 1;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::{MarshalError, dump, load};
    use crate::{Code, CodeFlags, Const, Handler, Op, Position, Word};

    fn sample() -> Code {
        let mut code = Code {
            name: "f".to_owned(),
            qualname: "C.f".to_owned(),
            filename: "x.py".to_owned(),
            first_line: 3,
            arg_count: 1,
            posonly_count: 0,
            kwonly_count: 0,
            flags: CodeFlags::OPTIMIZED,
            register_count: 2,
            varnames: vec!["a".to_owned()],
            cellvars: Vec::new(),
            freevars: Vec::new(),
            words: vec![
                Word::imm(Op::LoadConst, 0, 1, 7),
                Word::abc(Op::Return, 0, 1, 0, 0),
            ],
            depth: vec![1, 2],
            consts: vec![
                Const::None,
                Const::Int(-5),
                Const::Int(i64::MIN),
                Const::BigInt {
                    negative: true,
                    digits: vec![1, 2, 3],
                },
                Const::Float((-0.0f64).to_bits()),
                Const::Complex(1, 2),
                Const::WideStr(vec![0xd800]),
                Const::Tuple(vec![Const::Str("é".to_owned()), Const::Bool(true)]),
                Const::Bytes(vec![0, 255]),
                Const::Slice(Box::new([Const::None, Const::Ellipsis, Const::Bool(false)])),
            ],
            names: vec!["x".to_owned()],
            handlers: vec![Handler {
                start: 0,
                end: 1,
                target: 1,
                exception: 1,
            }],
            positions: vec![
                Position {
                    start: 0,
                    line: 9,
                    end_line: 10,
                    column: 4,
                    end_column: 2,
                },
                Position {
                    start: 1,
                    line: 5,
                    end_line: 5,
                    column: 0,
                    end_column: 1,
                },
            ],
            loop_count: 0,
        };
        let inner = code.clone();
        code.consts.push(Const::Code(Box::new(inner)));
        code
    }

    #[test]
    fn what_is_dumped_is_loaded() {
        let code = sample();
        assert_eq!(load(&dump(&code)), Ok(code));
    }

    #[test]
    fn every_prefix_and_every_flipped_byte_is_handled() {
        let bytes = dump(&sample());
        for end in 0..bytes.len() {
            assert!(load(&bytes[..end]).is_err(), "prefix of {end} bytes");
        }
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut broken = bytes.clone();
                broken[at] ^= 1 << bit;
                let _ = load(&broken);
            }
        }
    }

    #[test]
    fn other_versions_are_refused() {
        let mut bytes = dump(&sample());
        bytes[4] += 1;
        assert_eq!(load(&bytes), Err(MarshalError::Version));
    }
}
