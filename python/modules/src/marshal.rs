//! `marshal`: simple objects as bytes. The format is Taipan's own (as CPython's is CPython's): a type byte, then the contents.

use crate::import::{code_data, is_code};
use coil_heap::ARRAY_ITEMS;
use coil_num::IntRef;
use coil_value::Value;
use taipan_bytecode::{Code, Const, Op, Word};
use taipan_objects::bytes::{ByteArray, Bytes};
use taipan_objects::dict::Dict;
use taipan_objects::function::CodeData;
use taipan_objects::layout::at;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::set::Set;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

/// `marshal`.
pub(crate) static MARSHAL: ModuleDef = ModuleDef {
    name: "marshal",
    functions: FUNCTIONS,
    init: |vm, dict| dict.set_name(vm, "version", number::small(5)),
};

natives! {
    static FUNCTIONS = {
        "dumps" function Signature(1), "(value, version=5, /, *, allow_code=True)" => dumps;
        "loads" function Signature(1), "(bytes, /, *, allow_code=True)" => loads;
        "dump" function Signature(2), "(value, file, version=5, /, *, allow_code=True)" => |vm, args| {
            let mut out = Vec::new();
            let codes = allowed(vm, args.get(3))?;
            write(vm, &mut out, args.at(0), codes, 0)?;
            let data = vm.new_bytes(&out)?;
            protocol::call_method(vm, args.at(1), "write", &[data])
        };
        "load" function Signature(1), "(file, /, *, allow_code=True)" => |vm, args| {
            let data = protocol::call_method(vm, args.at(0), "read", &[])?;
            let codes = allowed(vm, args.get(1))?;
            read_all(vm, data, codes)
        };
    };
}

/// The number that .pyc files start with: changes with the bytecode.
pub(crate) fn magic() -> u32 {
    let sample = Code {
        name: String::new(),
        qualname: String::new(),
        filename: String::new(),
        first_line: 0,
        arg_count: 0,
        posonly_count: 0,
        kwonly_count: 0,
        flags: taipan_bytecode::CodeFlags(0),
        register_count: 0,
        varnames: Vec::new(),
        cellvars: Vec::new(),
        freevars: Vec::new(),
        words: Vec::new(),
        depth: Vec::new(),
        consts: Vec::new(),
        names: Vec::new(),
        handlers: Vec::new(),
        positions: Vec::new(),
        loop_count: 0,
    };
    let bytes = taipan_bytecode::dump(&sample);
    let hash = bytes[4..9]
        .iter()
        .fold(0u32, |hash, byte| hash.wrapping_mul(31) ^ u32::from(*byte));
    0x0a0d_0000 | (hash & 0xffff)
}

fn allowed(vm: &mut Vm, value: Option<Value>) -> PyResult<bool> {
    value.map_or(Ok(true), |value| protocol::truth(vm, value))
}

fn dumps(vm: &mut Vm, args: Args) -> PyResult {
    let codes = allowed(vm, args.get(2))?;
    let mut out = Vec::new();
    write(vm, &mut out, args.at(0), codes, 0)?;
    vm.new_bytes(&out)
}

fn loads(vm: &mut Vm, args: Args) -> PyResult {
    let codes = allowed(vm, args.get(1))?;
    read_all(vm, args.at(0), codes)
}

fn read_all(vm: &mut Vm, data: Value, codes: bool) -> PyResult {
    let Some(data) = vm.bytes_like(data) else {
        let name = protocol::type_name(data);
        return Err(vm.raise_type(&format!("a bytes-like object is required, not '{name}'")));
    };
    let data = data.to_vec();
    let mut reader = Reader {
        data: &data,
        at: 0,
        codes,
    };
    reader.read(vm, 0)
}

const MAX_DEPTH: u32 = 1000;

fn count(out: &mut Vec<u8>, count: usize) {
    out.extend((count as u64).to_le_bytes());
}

fn write(vm: &mut Vm, out: &mut Vec<u8>, value: Value, codes: bool, depth: u32) -> PyResult<()> {
    if depth > MAX_DEPTH {
        return Err(vm.raise_value("object too deeply nested to marshal"));
    }
    if value == ty::none() {
        out.push(b'N');
    } else if value == ty::TRUE.value() {
        out.push(b'T');
    } else if value == ty::FALSE.value() {
        out.push(b'F');
    } else if value == ty::ELLIPSIS.value() {
        out.push(b'.');
    } else if value == types::StopIteration.value() {
        out.push(b'S');
    } else if Type::of(value).is(&types::INT) {
        let int = number::int_of(value).expect("an int").to_buf();
        out.push(if int.is_negative() { b'l' } else { b'i' });
        count(out, int.digits().len());
        for digit in int.digits() {
            out.extend(digit.to_le_bytes());
        }
    } else if let Some(float) =
        number::float_of(value).filter(|_| Type::of(value).is(&types::FLOAT))
    {
        out.push(b'g');
        out.extend(float.to_bits().to_le_bytes());
    } else if let Some((real, imaginary)) =
        number::complex_of(value).filter(|_| Type::of(value).is(&types::COMPLEX))
    {
        out.push(b'y');
        out.extend(real.to_bits().to_le_bytes());
        out.extend(imaginary.to_bits().to_le_bytes());
    } else if let Some(text) = Str::exact(value) {
        out.push(b'u');
        count(out, text.len());
        for point in text.text().iter() {
            out.extend(point.to_le_bytes());
        }
    } else if let Some(bytes) = Bytes::of(value).filter(|_| Type::of(value).is(&types::BYTES)) {
        out.push(b's');
        count(out, bytes.data().len());
        out.extend_from_slice(bytes.data());
    } else if let Some(bytes) = ByteArray::of(value) {
        out.push(b's');
        count(out, bytes.len());
        out.extend_from_slice(bytes.data());
    } else if let Some(items) = Tuple::of(value).filter(|_| Type::of(value).is(&types::TUPLE)) {
        out.push(b'(');
        count(out, items.len());
        for item in items.iter() {
            write(vm, out, item, codes, depth + 1)?;
        }
    } else if let Some(items) = List::of(value).filter(|_| Type::of(value).is(&types::LIST)) {
        out.push(b'[');
        count(out, items.len());
        let mut index = 0;
        while let Some(item) = items.get(index) {
            write(vm, out, item, codes, depth + 1)?;
            index += 1;
        }
    } else if let Some(dict) = Dict::of(value).filter(|_| Type::of(value).is(&types::DICT)) {
        out.push(b'{');
        count(out, dict.len());
        for (key, item) in dict.iter() {
            write(vm, out, key, codes, depth + 1)?;
            write(vm, out, item, codes, depth + 1)?;
        }
    } else if Type::of(value).is(&types::SET) || Type::of(value).is(&types::FROZENSET) {
        out.push(if Type::of(value).is(&types::SET) {
            b'<'
        } else {
            b'>'
        });
        let items = protocol::to_list(vm, value)?;
        count(out, items.len());
        for index in 0..items.len() {
            write(vm, out, items.at(index), codes, depth + 1)?;
        }
    } else if Type::of(value).is(&types::SLICE) {
        out.push(b':');
        let object = mem::expect_ref(value);
        for offset in [at::SLICE_START, at::SLICE_STOP, at::SLICE_STEP] {
            write(
                vm,
                out,
                mem::value(object, offset).unwrap_or_else(ty::none),
                codes,
                depth + 1,
            )?;
        }
    } else if is_code(value) {
        if !codes {
            return Err(vm.raise_value("marshalling code objects is disallowed"));
        }
        let dumped = taipan_bytecode::dump(&code_of(vm, code_data(value))?);
        out.push(b'c');
        count(out, dumped.len());
        out.extend(dumped);
    } else {
        return Err(vm.raise_value("unmarshallable object"));
    }
    Ok(())
}

/// The code as the compiler made it: constants and depths stand elsewhere while it can run.
pub(crate) fn code_of(vm: &mut Vm, data: &CodeData) -> PyResult<Code> {
    let mut code = data.code.clone();
    let count = data.block.word_count as usize;
    // SAFETY: the block has a depth for each word.
    code.depth = unsafe { std::slice::from_raw_parts(data.block.depth, count) }.to_vec();
    code.words = compiled_words(&data.words);
    let array = mem::reference(data.object, at::CODE_CONSTS).expect("code has constants");
    let length: usize = mem::get(array, coil_heap::ARRAY_LENGTH);
    code.consts = Vec::with_capacity(length);
    for index in 0..length {
        let value = mem::value(array, ARRAY_ITEMS + 8 * index).unwrap_or_else(ty::none);
        let constant = constant(vm, value)?;
        code.consts.push(constant);
    }
    Ok(code)
}

/// Instructions with empty caches.
fn compiled_words(running: &[u64]) -> Vec<Word> {
    let mut words: Vec<Word> = running.iter().map(|word| Word(*word)).collect();
    let mut at = 0;
    while let Some(op) = words
        .get(at)
        .and_then(|word| Op::from_number(word.op_number()))
    {
        // The first word after a call with keywords is the number of a constant.
        let fixed = usize::from(op == Op::CallKw);
        let end = at + 1 + op.caches();
        words[at + 1 + fixed..end].fill(Word(0));
        at = end;
    }
    words
}

fn constant(vm: &mut Vm, value: Value) -> PyResult<Const> {
    Ok(if value == ty::none() {
        Const::None
    } else if value == ty::TRUE.value() || value == ty::FALSE.value() {
        Const::Bool(value == ty::TRUE.value())
    } else if value == ty::ELLIPSIS.value() {
        Const::Ellipsis
    } else if let Some(int) = number::int_of(value) {
        match int.to_i64() {
            Some(int) => Const::Int(int),
            None => {
                let int = int.to_buf();
                Const::BigInt {
                    negative: int.is_negative(),
                    digits: int.digits().to_vec(),
                }
            }
        }
    } else if let Some(float) = number::float_of(value) {
        Const::Float(float.to_bits())
    } else if let Some((real, imaginary)) = number::complex_of(value) {
        Const::Complex(real.to_bits(), imaginary.to_bits())
    } else if let Some(text) = Str::of(value) {
        match text.to_utf8() {
            Some(text) => Const::Str(text.into_owned()),
            None => Const::WideStr(text.text().to_vec()),
        }
    } else if let Some(bytes) = Bytes::of(value) {
        Const::Bytes(bytes.data().to_vec())
    } else if let Some(items) = Tuple::of(value) {
        Const::Tuple(
            items
                .iter()
                .map(|item| constant(vm, item))
                .collect::<PyResult<_>>()?,
        )
    } else if Type::of(value).is(&types::FROZENSET) {
        let items = protocol::to_list(vm, value)?;
        Const::FrozenSet(
            (0..items.len())
                .map(|index| constant(vm, items.at(index)))
                .collect::<PyResult<_>>()?,
        )
    } else if Type::of(value).is(&types::SLICE) {
        let object = mem::expect_ref(value);
        let mut part = |offset| constant(vm, mem::value(object, offset).unwrap_or_else(ty::none));
        Const::Slice(Box::new([
            part(at::SLICE_START)?,
            part(at::SLICE_STOP)?,
            part(at::SLICE_STEP)?,
        ]))
    } else if is_code(value) {
        Const::Code(Box::new(code_of(vm, code_data(value))?))
    } else {
        return Err(vm.raise_value("unmarshallable object"));
    })
}

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    codes: bool,
}

impl<'a> Reader<'a> {
    fn take(&mut self, vm: &mut Vm, size: usize) -> PyResult<&'a [u8]> {
        match self.data.get(self.at..).and_then(|rest| rest.get(..size)) {
            Some(bytes) => {
                self.at += size;
                Ok(bytes)
            }
            None => Err(vm.raise_eof("marshal data too short")),
        }
    }

    fn number(&mut self, vm: &mut Vm) -> PyResult<u64> {
        let bytes = self.take(vm, 8)?;
        Ok(u64::from_le_bytes(bytes.try_into().expect("eight bytes")))
    }

    /// A count of things of at least `size` bytes.
    fn count(&mut self, vm: &mut Vm, size: usize) -> PyResult<usize> {
        let count = self.number(vm)?;
        let left = self.data.len() - self.at;
        match usize::try_from(count)
            .ok()
            .and_then(|count| count.checked_mul(size).map(|total| (count, total)))
        {
            Some((count, total)) if total <= left => Ok(count),
            _ => Err(vm.raise_eof("marshal data too short")),
        }
    }

    fn read(&mut self, vm: &mut Vm, depth: u32) -> PyResult {
        if depth > MAX_DEPTH {
            return Err(vm.raise_value("bad marshal data (nested too deeply)"));
        }
        let Ok(kind) = self.take(vm, 1) else {
            vm.cx.pending = 0;
            return Err(vm.raise_eof("EOF read where object expected"));
        };
        Ok(match kind[0] {
            b'N' => ty::none(),
            b'T' => ty::TRUE.value(),
            b'F' => ty::FALSE.value(),
            b'.' => ty::ELLIPSIS.value(),
            b'S' => types::StopIteration.value(),
            kind @ (b'i' | b'l') => {
                let count = self.count(vm, 4)?;
                let bytes = self.take(vm, 4 * count)?;
                let digits: Vec<u32> = bytes
                    .chunks_exact(4)
                    .map(|c| u32::from_le_bytes(c.try_into().expect("four bytes")))
                    .collect();
                let normal =
                    digits.iter().all(|digit| *digit < 1 << 30) && digits.last() != Some(&0);
                if !normal {
                    return Err(vm.raise_value("bad marshal data (digit out of range in long)"));
                }
                let int = IntRef::new(kind == b'l', &digits).to_buf();
                vm.new_int_buf(&int)?
            }
            b'g' => {
                let bits = self.number(vm)?;
                vm.new_float(f64::from_bits(bits))?
            }
            b'y' => {
                let (real, imaginary) = (self.number(vm)?, self.number(vm)?);
                vm.new_complex(f64::from_bits(real), f64::from_bits(imaginary))?
            }
            b'u' => {
                let count = self.count(vm, 4)?;
                let bytes = self.take(vm, 4 * count)?;
                let points: Vec<u32> = bytes
                    .chunks_exact(4)
                    .map(|c| u32::from_le_bytes(c.try_into().expect("four bytes")))
                    .collect();
                if points.iter().any(|point| *point > 0x10_ffff) {
                    return Err(vm.raise_value("bad marshal data (character out of range)"));
                }
                vm.new_str_points(&points)?
            }
            b's' => {
                let count = self.count(vm, 1)?;
                let bytes = self.take(vm, count)?;
                vm.new_bytes(bytes)?
            }
            kind @ (b'(' | b'[' | b'<' | b'>') => {
                let count = self.count(vm, 1)?;
                let list = vm.new_list_with(count)?;
                for _ in 0..count {
                    let item = self.read(vm, depth + 1)?;
                    list.push(vm, item)?;
                }
                match kind {
                    b'(' => vm.list_to_tuple(list)?,
                    b'[' => list.value(),
                    _ => {
                        let set: Set = if kind == b'<' {
                            vm.new_set()?
                        } else {
                            vm.new_frozenset()?
                        };
                        for index in 0..list.len() {
                            set.add(vm, list.at(index))?;
                        }
                        set.value()
                    }
                }
            }
            b'{' => {
                let count = self.count(vm, 2)?;
                let dict = vm.new_dict()?;
                for _ in 0..count {
                    let key = self.read(vm, depth + 1)?;
                    let item = self.read(vm, depth + 1)?;
                    dict.set(vm, key, item)?;
                }
                dict.value()
            }
            b':' => {
                let start = self.read(vm, depth + 1)?;
                let stop = self.read(vm, depth + 1)?;
                let step = self.read(vm, depth + 1)?;
                vm.new_slice(start, stop, step)?
            }
            b'c' => {
                if !self.codes {
                    return Err(vm.raise_value("unmarshalling code objects is disallowed"));
                }
                let count = self.count(vm, 1)?;
                let bytes = self.take(vm, count)?;
                let code = taipan_bytecode::load(bytes)
                    .ok()
                    .filter(|code| taipan_bytecode::verify(code).is_ok());
                match code {
                    Some(code) => vm.new_code(code)?,
                    None => return Err(vm.raise_value("bad marshal data (code object)")),
                }
            }
            _ => return Err(vm.raise_value("bad marshal data (unknown type code)")),
        })
    }
}
