//! Bytes filled to a width.

use crate::args::{MAX_SIZE, buffer};
use crate::bytes_convert::{same_data, same_type};
use crate::bytes_type::data;
use crate::str_width::{center_split, expanded};
use coil_value::Value;
use taipan_objects::bytes::{ByteArray, Bytes};
use taipan_objects::native::Args;
use taipan_objects::{PyResult, Vm, protocol};

fn fill_byte(vm: &mut Vm, value: Option<Value>, name: &str) -> PyResult<u8> {
    let Some(value) = value else {
        return Ok(b' ');
    };
    let (kind, source) = match (Bytes::of(value), ByteArray::of(value)) {
        (Some(bytes), _) => ("bytes", bytes.data()),
        (None, Some(array)) => ("bytearray", array.data()),
        (None, None) => {
            let given = protocol::type_name(value);
            return Err(vm.raise_type(&format!(
                "{name}() argument 2 must be a byte string of length 1, not {given}"
            )));
        }
    };
    match source {
        [byte] => Ok(*byte),
        _ => {
            let len = source.len();
            Err(vm.raise_type(&format!(
                "{name}(): argument 2 must be a byte string of length 1, not a {kind} object of length {len}"
            )))
        }
    }
}

fn justify(
    vm: &mut Vm,
    args: Args,
    name: &str,
    split: impl FnOnce(usize, usize) -> (usize, usize),
) -> PyResult {
    let width = protocol::index_i64(vm, args.at(1))?;
    let fill = fill_byte(vm, args.get(2), name)?;
    let width = usize::try_from(width).unwrap_or(0);
    let source = data(args.at(0));
    let missing = width.saturating_sub(source.len());
    if missing == 0 {
        return same_data(vm, args.at(0));
    }
    if width > MAX_SIZE {
        return Err(vm.raise_memory_error());
    }
    let (left, _) = split(missing, width);
    let mut out = buffer(vm, width)?;
    out.resize(left, fill);
    out.extend_from_slice(source);
    out.resize(width, fill);
    same_type(vm, args.at(0), &out)
}

pub(crate) fn ljust(vm: &mut Vm, args: Args) -> PyResult {
    justify(vm, args, "ljust", |missing, _| (0, missing))
}

pub(crate) fn rjust(vm: &mut Vm, args: Args) -> PyResult {
    justify(vm, args, "rjust", |missing, _| (missing, 0))
}

pub(crate) fn center(vm: &mut Vm, args: Args) -> PyResult {
    justify(vm, args, "center", center_split)
}

pub(crate) fn zfill(vm: &mut Vm, args: Args) -> PyResult {
    let width = protocol::index_i64(vm, args.at(1))?;
    let source = data(args.at(0));
    let missing = usize::try_from(width)
        .unwrap_or(0)
        .saturating_sub(source.len());
    if missing == 0 {
        return same_data(vm, args.at(0));
    }
    if missing > MAX_SIZE {
        return Err(vm.raise_memory_error());
    }
    let head = usize::from(matches!(source.first(), Some(b'+' | b'-')));
    let mut out = buffer(vm, missing + source.len())?;
    out.extend_from_slice(&source[..head]);
    out.resize(head + missing, b'0');
    out.extend_from_slice(&source[head..]);
    same_type(vm, args.at(0), &out)
}

pub(crate) fn expandtabs(vm: &mut Vm, args: Args) -> PyResult {
    let size = match args.get(1) {
        Some(size) => protocol::index_i64(vm, size)?,
        None => 8,
    };
    if i32::try_from(size).is_err() {
        return Err(vm.raise_overflow("Python int too large to convert to C int"));
    }
    let size = usize::try_from(size).unwrap_or(0);
    let source = data(args.at(0)).to_vec();
    match expanded(&source, size, u32::from) {
        Some(out) => same_type(vm, args.at(0), &out),
        None => Err(vm.raise_overflow("result too long")),
    }
}
