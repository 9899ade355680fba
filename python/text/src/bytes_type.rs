//! `bytes`: slots and construction, and the slots that bytearray shares.

use crate::args::{Bounds, buffer, position, repeat_count, slice_bounds};
use crate::bytes_convert::{Made, Target, byte, copied, from_arguments, same_data, same_type};
use crate::{bytes_methods, bytes_percent, iter};
use coil_text::{quote, search};
use coil_value::Value;
use taipan_objects::bytes::{ByteArray, Bytes, bytes_like};
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::native::Args;
use taipan_objects::slice::slice_of;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::str::hash_bytes;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm, mem, number, protocol};

/// `bytes`.
pub(crate) static BYTES: TypeDef = TypeDef {
    ty: &types::BYTES,
    slots,
    methods: bytes_methods::BYTES_METHODS,
    getset: &[],
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object",
    module: "",
};

fn slots(slots: &mut Slots) {
    shared_slots(slots);
    slots.repr = Some(|vm, value| {
        let text = quote::bytes_repr(data(value));
        vm.new_ascii(text.as_bytes())
    });
    slots.str = slots.repr;
    slots.hash = Some(hash);
    slots.iter = Some(iter::of_bytes);
    slots.new = Some(new);
}

/// Slots that bytes and bytearray have in common.
pub(crate) fn shared_slots(slots: &mut Slots) {
    slots.compare = Some(compare);
    slots.len = Some(|_, value| Ok(data(value).len()));
    slots.get_item = Some(get_item);
    slots.contains = Some(contains);
    slots.concat = Some(concat);
    slots.repeat = Some(repeat);
    slots.binary[BinaryOp::Mod as usize] = Some(bytes_percent::modulo);
}

/// The data of self. Do not allocate while it is in use.
pub(crate) fn data<'a>(value: Value) -> &'a [u8] {
    bytes_like(value).expect("the descriptor checked that self is bytes or bytearray")
}

fn hash(_: &mut Vm, value: Value) -> PyResult<i64> {
    let bytes = Bytes::of(value).expect("the descriptor checked that self is bytes");
    let known: i64 = mem::get(bytes.as_ref(), at::BYTES_HASH);
    if known != -1 {
        return Ok(known);
    }
    let hash = hash_bytes(bytes.data());
    mem::set(bytes.as_ref(), at::BYTES_HASH, hash);
    Ok(hash)
}

fn compare(_: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    // Bytes with bytes-like objects; memoryview knows itself how to compare with others. Arrays compare with bytearrays only.
    let known = |value: Value| Bytes::of(value).is_some() || ByteArray::of(value).is_some();
    let mutable = ByteArray::of(a).is_some() || ByteArray::of(b).is_some();
    let fits = |value: Value| known(value) || (mutable && ByteArray::behind(value).is_some());
    if !fits(a) || !fits(b) {
        return Ok(ty::not_implemented());
    }
    Ok(ty::bool_value(op.holds(data(a).cmp(data(b)))))
}

fn get_item(vm: &mut Vm, value: Value, key: Value) -> PyResult {
    if let Some(slice) = slice_of(key) {
        let bounds = slice_bounds(vm, slice, || data(value).len())?;
        return get_slice(vm, value, bounds);
    }
    let array = ByteArray::of(value).is_some();
    if number::int_of(key).is_none() && Type::of(key).slots().index.is_none() {
        let name = protocol::type_name(key);
        let own = if array { "bytearray" } else { "byte" };
        return Err(vm.raise_type(&format!(
            "{own} indices must be integers or slices, not {name}"
        )));
    }
    let key = protocol::index(vm, key)?;
    let Some(index) = number::i64_of(key) else {
        return Err(vm.raise_index("cannot fit 'int' into an index-sized integer"));
    };
    let data = data(value);
    match position(index, data.len()) {
        Some(index) => Ok(number::small(i64::from(data[index]))),
        None if array => Err(vm.raise_index("bytearray index out of range")),
        None => Err(vm.raise_index("index out of range")),
    }
}

fn get_slice(vm: &mut Vm, value: Value, bounds: Bounds) -> PyResult {
    let source = data(value);
    if bounds.step == 1 && bounds.count == source.len() {
        return same_data(vm, value);
    }
    let part: Vec<u8> = if bounds.step == 1 {
        source[bounds.start..bounds.start + bounds.count].to_vec()
    } else {
        bounds.indices().map(|index| source[index]).collect()
    };
    same_type(vm, value, &part)
}

fn contains(vm: &mut Vm, value: Value, item: Value) -> PyResult<bool> {
    if number::int_of(item).is_some() || Type::of(item).slots().index.is_some() {
        let byte = byte(vm, item, "byte")?;
        return Ok(data(value).contains(&byte));
    }
    let part = crate::bytes_convert::needed(vm, item)?;
    Ok(search::find(data(value), &part).is_some())
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let Some(tail) = copied(b) else {
        let (own, other) = (protocol::type_name(a), protocol::type_name(b));
        return Err(vm.raise_type(&format!("can't concat {other} to {own}")));
    };
    let head = data(a);
    let mut all = buffer(vm, head.len() + tail.len())?;
    all.extend_from_slice(head);
    all.extend_from_slice(&tail);
    same_type(vm, a, &all)
}

/// The data of a repetition.
pub(crate) fn repeated(vm: &mut Vm, value: Value, count: usize) -> PyResult<Vec<u8>> {
    let source = data(value);
    let total = source.len().checked_mul(count);
    let Some(total) = total.filter(|n| *n <= isize::MAX as usize) else {
        return Err(if ByteArray::of(value).is_some() {
            vm.raise_memory_error()
        } else {
            vm.raise_overflow("repeated bytes are too long")
        });
    };
    let mut all = buffer(vm, total)?;
    (0..count).for_each(|_| all.extend_from_slice(source));
    Ok(all)
}

fn repeat(vm: &mut Vm, value: Value, count: Value) -> PyResult {
    let count = repeat_count(vm, count)?;
    if count == 1 {
        return same_data(vm, value);
    }
    let all = repeated(vm, value, count)?;
    same_type(vm, value, &all)
}

fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    let target = Target {
        name: "bytes",
        item: "bytes",
        by_method: true,
    };
    let made = from_arguments(vm, args, target)?;
    let data = match made {
        Made::Object(object) if ty.is(&types::BYTES) => return Ok(object),
        Made::Object(object) => copied(object).unwrap_or_default(),
        Made::Data(data) => data,
    };
    if ty.is(&types::BYTES) {
        return vm.new_bytes(&data);
    }
    let size = ((at::BYTES_DATA + data.len() + 1 + 7) & !7) + layout::SUB_EXTRA;
    let object = vm.alloc_sized(ty.instance_layout(), ty, size, |object| {
        mem::set(object, at::SIZE, data.len());
        mem::set(object, at::BYTES_HASH, -1i64);
        mem::slice_mut(object, at::BYTES_DATA, data.len()).copy_from_slice(&data);
    })?;
    Ok(Value::from_ref(object))
}
