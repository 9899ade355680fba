//! `bytearray`: what bytes have not.

use crate::args::{position, repeat_count, slice_bounds};
use crate::bytes_convert::{Made, Target, byte, copied, from_arguments, from_iterable};
use crate::bytes_type::{data, repeated, shared_slots};
use crate::{bytes_methods, iter};
use coil_text::quote;
use coil_value::Value;
use taipan_objects::bytes::ByteArray;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::native::Args;
use taipan_objects::slice::slice_of;
use taipan_objects::slots::{BinaryOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm, mem, number, protocol};

/// `bytearray`.
pub(crate) static BYTEARRAY: TypeDef = TypeDef {
    ty: &types::BYTEARRAY,
    slots,
    methods: bytes_methods::BYTEARRAY_METHODS,
    getset: &[],
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array",
    module: "",
};

fn slots(slots: &mut Slots) {
    shared_slots(slots);
    slots.repr = Some(|vm, value| {
        let name = protocol::type_name(value);
        let mut shown = quote::bytes_repr(data(value));
        if shown.starts_with("b\"") {
            // Single quotes are escaped even where that is not needed.
            shown = shown.replace('\'', "\\'");
        }
        let text = format!("{name}({shown})");
        vm.new_str(&text)
    });
    slots.str = slots.repr;
    slots.iter = Some(iter::of_bytearray);
    slots.set_item = Some(set_item);
    slots.in_place[BinaryOp::Add as usize] = Some(add_in_place);
    slots.in_place[BinaryOp::Mul as usize] = Some(multiply_in_place);
    slots.new = Some(new);
    slots.init = Some(init);
}

fn this(value: Value) -> ByteArray {
    ByteArray::of(value).expect("the descriptor checked that self is a bytearray")
}

fn new(vm: &mut Vm, ty: Type, _: Args) -> PyResult {
    if ty.is(&types::BYTEARRAY) {
        return Ok(vm.new_bytearray(&[])?.value());
    }
    let object = vm.alloc_sized(ty.instance_layout(), ty, 64 + layout::SUB_EXTRA, |_| {})?;
    Ok(Value::from_ref(object))
}

fn init(vm: &mut Vm, value: Value, args: Args) -> PyResult<()> {
    let target = Target {
        name: "bytearray",
        item: "byte",
        by_method: false,
    };
    let data = match from_arguments(vm, args, target)? {
        Made::Data(data) => data,
        Made::Object(object) => copied(object).unwrap_or_default(),
    };
    let len = this(value).len();
    replace(vm, value, 0, len, &data)
}

/// Replaces bytes `start..end`, which are clipped to the length.
fn replace(vm: &mut Vm, value: Value, start: usize, end: usize, data: &[u8]) -> PyResult<()> {
    let array = this(value);
    let end = end.min(array.len());
    let start = start.min(end);
    array.resize_range(vm, start, end, data.len())?;
    array.data_mut()[start..start + data.len()].copy_from_slice(data);
    Ok(())
}

fn set_item(vm: &mut Vm, value: Value, key: Value, new: Option<Value>) -> PyResult<()> {
    if let Some(slice) = slice_of(key) {
        let data = match new {
            Some(new) => assigned(vm, new)?,
            None => Vec::new(),
        };
        let bounds = slice_bounds(vm, slice, || this(value).len())?;
        if bounds.step == 1 {
            return replace(vm, value, bounds.start, bounds.start + bounds.count, &data);
        }
        let array = this(value);
        if new.is_none() || data.is_empty() {
            let mut gone = vec![false; array.len()];
            bounds.indices().for_each(|index| gone[index] = true);
            let kept: Vec<u8> = array
                .data()
                .iter()
                .zip(&gone)
                .filter(|(_, gone)| !**gone)
                .map(|(byte, _)| *byte)
                .collect();
            return replace(vm, value, 0, gone.len(), &kept);
        }
        if data.len() != bounds.count {
            return Err(vm.raise_value(&format!(
                "attempt to assign bytes of size {} to extended slice of size {}",
                data.len(),
                bounds.count
            )));
        }
        let bytes = array.data_mut();
        for (index, byte) in bounds.indices().zip(data) {
            bytes[index] = byte;
        }
        return Ok(());
    }
    if number::int_of(key).is_none() && Type::of(key).slots().index.is_none() {
        let name = protocol::type_name(key);
        return Err(vm.raise_type(&format!(
            "bytearray indices must be integers or slices, not {name}"
        )));
    }
    let index = protocol::index_clamped(vm, key)?;
    if position(index, this(value).len()).is_none() {
        return Err(vm.raise_index("bytearray index out of range"));
    }
    let new = match new {
        Some(new) => Some(byte(vm, new, "byte")?),
        None => None,
    };
    // `__index__` may have changed the length.
    let Some(index) = position(index, this(value).len()) else {
        return Err(vm.raise_index("bytearray index out of range"));
    };
    match new {
        Some(byte) => {
            this(value).data_mut()[index] = byte;
            Ok(())
        }
        None => replace(vm, value, index, index + 1, &[]),
    }
}

/// The bytes of what is assigned to a slice.
fn assigned(vm: &mut Vm, value: Value) -> PyResult<Vec<u8>> {
    if let Some(data) = copied(value) {
        return Ok(data);
    }
    let slots = Type::of(value).slots();
    let iterable = slots.iter.is_some() || slots.get_item.is_some();
    if number::int_of(value).is_some() || Str::of(value).is_some() || !iterable {
        return Err(
            vm.raise_type("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
        );
    }
    from_iterable(vm, value, "byte")
}

fn add_in_place(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let Some(tail) = copied(b) else {
        let (own, other) = (protocol::type_name(a), protocol::type_name(b));
        return Err(vm.raise_type(&format!("can't concat {other} to {own}")));
    };
    let len = this(a).len();
    replace(vm, a, len, len, &tail)?;
    Ok(a)
}

fn multiply_in_place(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let count = repeat_count(vm, b)?;
    let all = repeated(vm, a, count)?;
    let len = this(a).len();
    replace(vm, a, 0, len, &all)?;
    Ok(a)
}

pub(crate) fn append(vm: &mut Vm, args: Args) -> PyResult {
    let byte = byte(vm, args.at(1), "byte")?;
    let len = this(args.at(0)).len();
    replace(vm, args.at(0), len, len, &[byte])?;
    Ok(ty::none())
}

pub(crate) fn clear(vm: &mut Vm, args: Args) -> PyResult {
    let len = this(args.at(0)).len();
    replace(vm, args.at(0), 0, len, &[])?;
    Ok(ty::none())
}

pub(crate) fn copy(vm: &mut Vm, args: Args) -> PyResult {
    let copy = data(args.at(0)).to_vec();
    Ok(vm.new_bytearray(&copy)?.value())
}

pub(crate) fn extend(vm: &mut Vm, args: Args) -> PyResult {
    let value = args.at(1);
    let tail = match copied(value) {
        Some(data) => data,
        None => {
            let slots = Type::of(value).slots();
            if Str::of(value).is_some() {
                return Err(vm.raise_type("expected iterable of integers; got: 'str'"));
            }
            if slots.iter.is_none() && slots.get_item.is_none() {
                let name = protocol::type_name(value);
                return Err(vm.raise_type(&format!("can't extend bytearray with {name}")));
            }
            from_iterable(vm, value, "byte")?
        }
    };
    let len = this(args.at(0)).len();
    replace(vm, args.at(0), len, len, &tail)?;
    Ok(ty::none())
}

pub(crate) fn insert(vm: &mut Vm, args: Args) -> PyResult {
    let index = protocol::index_clamped(vm, args.at(1))?;
    let byte = byte(vm, args.at(2), "byte")?;
    let len = this(args.at(0)).len();
    let index = if index < 0 {
        usize::try_from(index.saturating_add_unsigned(len as u64)).unwrap_or(0)
    } else {
        usize::try_from(index).unwrap_or(len).min(len)
    };
    replace(vm, args.at(0), index, index, &[byte])?;
    Ok(ty::none())
}

pub(crate) fn pop(vm: &mut Vm, args: Args) -> PyResult {
    let index = match args.get(1) {
        Some(index) => protocol::index_clamped(vm, index)?,
        None => -1,
    };
    let array = this(args.at(0));
    if array.is_empty() {
        return Err(vm.raise_index("pop from empty bytearray"));
    }
    let Some(index) = position(index, array.len()) else {
        return Err(vm.raise_index("pop index out of range"));
    };
    let byte = array.data()[index];
    replace(vm, args.at(0), index, index + 1, &[])?;
    Ok(number::small(i64::from(byte)))
}

pub(crate) fn remove(vm: &mut Vm, args: Args) -> PyResult {
    let byte = byte(vm, args.at(1), "byte")?;
    let Some(index) = data(args.at(0)).iter().position(|known| *known == byte) else {
        return Err(vm.raise_value("value not found in bytearray"));
    };
    replace(vm, args.at(0), index, index + 1, &[])?;
    Ok(ty::none())
}

pub(crate) fn resize(vm: &mut Vm, args: Args) -> PyResult {
    let size = protocol::index_i64(vm, args.at(1))?;
    let Ok(size) = usize::try_from(size) else {
        return Err(vm.raise_value(&format!("Can only resize to positive sizes, got {size}")));
    };
    let array = this(args.at(0));
    let len = array.len();
    if size <= len {
        array.resize_range(vm, size, len, 0)?;
    } else {
        array.resize_range(vm, len, len, size - len)?;
        array.data_mut()[len..].fill(0);
    }
    Ok(ty::none())
}

pub(crate) fn reverse(_: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).data_mut().reverse();
    Ok(ty::none())
}

pub(crate) fn alloc(_: &mut Vm, args: Args) -> PyResult {
    let size: usize = mem::get(this(args.at(0)).as_ref(), at::BYTEARRAY_ALLOC);
    Ok(number::size(size))
}

pub(crate) fn sizeof(_: &mut Vm, args: Args) -> PyResult {
    let size: usize = mem::get(this(args.at(0)).as_ref(), at::BYTEARRAY_ALLOC);
    Ok(number::size(56 + size))
}

pub(crate) fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    reduced(vm, args.at(0), 2)
}

pub(crate) fn reduce_ex(vm: &mut Vm, args: Args) -> PyResult {
    let protocol = match args.get(1) {
        Some(protocol) => protocol::index_i64(vm, protocol)?,
        None => 0,
    };
    reduced(vm, args.at(0), protocol)
}

/// Class, arguments and attributes for pickling.
fn reduced(vm: &mut Vm, value: Value, protocol: i64) -> PyResult {
    let copy = data(value).to_vec();
    let arguments = if protocol < 3 {
        let text = vm.new_latin1(&copy)?;
        let encoding = vm.new_str("latin-1")?;
        vm.new_tuple(&[text, encoding])?
    } else {
        let bytes = vm.new_bytes(&copy)?;
        vm.new_tuple(&[bytes])?
    };
    let name = vm.interp.names.__dict__.str();
    let state = protocol::get_attr_opt(vm, value, name)?.unwrap_or_else(ty::none);
    vm.new_tuple(&[Type::of(value).value(), arguments, state])
}
