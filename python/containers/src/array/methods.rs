//! The methods of arrays.

use super::pickle::reduce_ex;
use super::{Array, plain, this};
use crate::helpers::{clamp_bound, class_getitem, index_bounds, wrap_index};
use taipan_objects::bytes::{Bytes, bytes_like};
use taipan_objects::list::List;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::{PyResult, Value, Vm, natives};

natives! {
    pub(super) static METHODS = {
        "append" method One, "($self, v, /)" => append;
        "buffer_info" method NoArgs, "($self, /)" => buffer_info;
        "byteswap" method NoArgs, "($self, /)" => byteswap;
        "clear" method NoArgs, "($self, /)" => clear;
        "count" method One, "($self, v, /)" => count;
        "extend" method One, "($self, bb, /)" => extend;
        "fromfile" method Positional(2, 2), "($self, f, n, /)" => fromfile;
        "fromlist" method One, "($self, list, /)" => fromlist;
        "frombytes" method One, "($self, buffer, /)" => frombytes;
        "fromunicode" method One, "($self, ustr, /)" => fromunicode;
        "index" method Positional(1, 3), "($self, v, start=0, stop=sys.maxsize, /)" => index;
        "insert" method Positional(2, 2), "($self, i, v, /)" => insert;
        "pop" method Positional(0, 1), "($self, i=-1, /)" => pop;
        "remove" method One, "($self, v, /)" => remove;
        "reverse" method NoArgs, "($self, /)" => reverse;
        "tofile" method One, "($self, f, /)" => tofile;
        "tolist" method NoArgs, "($self, /)" => tolist;
        "tobytes" method NoArgs, "($self, /)" => tobytes;
        "tounicode" method NoArgs, "($self, /)" => tounicode;
        "__copy__" method NoArgs, "($self, /)" => copy;
        "__deepcopy__" method One, "($self, unused, /)" => copy;
        "__reduce_ex__" method One, "($self, value, /)" => reduce_ex;
        "__sizeof__" method NoArgs, "($self, /)" => sizeof;
        "__class_getitem__" classmethod One, "($type, object, /)" => class_getitem;
    }
}

fn append(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).append(vm, args.at(1))?;
    Ok(ty::none())
}

fn buffer_info(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let address = array.bytes.data().as_ptr().addr() as i64;
    let address = vm.new_int(address)?;
    vm.new_tuple(&[address, number::size(array.len())])
}

fn byteswap(_: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let size = array.kind.size();
    for item in array.bytes.data_mut().chunks_exact_mut(size) {
        item.reverse();
    }
    Ok(ty::none())
}

fn clear(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let len = array.len();
    array.splice(vm, 0, len, &[])?;
    Ok(ty::none())
}

fn copy(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let bytes = array.bytes.data().to_vec();
    plain(vm, array.kind, &bytes)
}

fn count(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let (mut index, mut found) = (0, 0);
    while let Some(item) = array.get(vm, index)? {
        found += usize::from(protocol::equal(vm, item, args.at(1))?);
        index += 1;
    }
    Ok(number::size(found))
}

fn extend(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).extend(vm, args.at(1))?;
    Ok(ty::none())
}

fn fromfile(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let wanted = protocol::index_i64(vm, args.at(2))?;
    let Ok(wanted) = usize::try_from(wanted) else {
        return Err(vm.raise_value("negative count"));
    };
    let Some(size) = wanted
        .checked_mul(array.kind.size())
        .filter(|size| *size < 1 << 47)
    else {
        return Err(vm.raise_memory_error());
    };
    let read = protocol::call_method(vm, args.at(1), "read", &[number::size(size)])?;
    let Some(bytes) = Bytes::of(read) else {
        return Err(vm.raise_type("read() didn't return bytes"));
    };
    let enough = bytes.data().len() == size;
    array.append_bytes(vm, bytes.data().to_vec())?;
    if enough {
        Ok(ty::none())
    } else {
        Err(vm.raise_eof("read() didn't return enough bytes"))
    }
}

fn fromlist(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let Some(list) = List::of(args.at(1)) else {
        return Err(vm.raise_type("arg must be list"));
    };
    let (before, expected) = (array.len(), list.len());
    for index in 0..expected {
        let added = match list.get(index) {
            Some(item) if list.len() == expected => array.append(vm, item),
            _ => Err(vm.raise_runtime("list changed size during iteration")),
        };
        if let Err(raised) = added {
            // Nothing of the list stays.
            let len = array.len();
            if len > before {
                array.splice(vm, before, len, &[])?;
            }
            return Err(raised);
        }
    }
    Ok(ty::none())
}

fn frombytes(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let Some(bytes) = bytes_like(args.at(1)) else {
        let name = protocol::type_name(args.at(1));
        return Err(vm.raise_type(&format!("a bytes-like object is required, not '{name}'")));
    };
    array.append_bytes(vm, bytes.to_vec())?;
    Ok(ty::none())
}

fn fromunicode(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let Some(text) = Str::of(args.at(1)) else {
        let name = protocol::type_name(args.at(1));
        return Err(vm.raise_type(&format!("fromunicode() argument must be str, not {name}")));
    };
    if !array.kind.is_text() {
        return Err(
            vm.raise_value("fromunicode() may only be called on unicode type arrays ('u' or 'w')")
        );
    }
    array.append_text(vm, text)?;
    Ok(ty::none())
}

/// The place of the first equal item from `start` up to `stop`.
fn find(
    vm: &mut Vm,
    array: Array,
    wanted: Value,
    start: usize,
    stop: usize,
) -> PyResult<Option<usize>> {
    let mut index = start;
    while index < stop
        && let Some(item) = array.get(vm, index)?
    {
        if protocol::equal(vm, item, wanted)? {
            return Ok(Some(index));
        }
        index += 1;
    }
    Ok(None)
}

fn index(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let (start, stop) = index_bounds(vm, &args, || array.len())?;
    match find(vm, array, args.at(1), start, stop)? {
        Some(index) => Ok(number::size(index)),
        None => Err(vm.raise_value("array.index(x): x not in array")),
    }
}

fn insert(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let index = protocol::index_i64(vm, args.at(1))?;
    let item = array.kind.bytes(vm, args.at(2))?;
    let place = clamp_bound(index, array.len()).min(array.len());
    array.splice(vm, place, place, &item[..array.kind.size()])?;
    Ok(ty::none())
}

fn pop(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let index = match args.get(1) {
        Some(index) => protocol::index_i64(vm, index)?,
        None => -1,
    };
    if array.len() == 0 {
        return Err(vm.raise_index("pop from empty array"));
    }
    let Some(place) = wrap_index(index, array.len()) else {
        return Err(vm.raise_index("pop index out of range"));
    };
    let item = array.get(vm, place)?.expect("the index is in range");
    array.splice(vm, place, place + 1, &[])?;
    Ok(item)
}

fn remove(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    match find(vm, array, args.at(1), 0, usize::MAX)? {
        Some(place) if place < array.len() => {
            array.splice(vm, place, place + 1, &[])?;
            Ok(ty::none())
        }
        _ => Err(vm.raise_value("array.remove(x): x not in array")),
    }
}

fn reverse(_: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let size = array.kind.size();
    let data = array.bytes.data_mut();
    // All bytes from the end, then those of each item.
    data.reverse();
    for item in data.chunks_exact_mut(size) {
        item.reverse();
    }
    Ok(ty::none())
}

/// Bytes that are given to a file at once.
const BLOCK: usize = 64 * 1024;

fn tofile(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    let mut start = 0;
    while start < array.bytes.len() {
        let rest = &array.bytes.data()[start..];
        let block = rest[..rest.len().min(BLOCK)].to_vec();
        let bytes = vm.new_bytes(&block)?;
        protocol::call_method(vm, args.at(1), "write", &[bytes])?;
        start += BLOCK;
    }
    Ok(ty::none())
}

/// The items as a list.
pub(super) fn list_of(vm: &mut Vm, array: Array) -> PyResult<List> {
    let list = vm.new_list_with(array.len())?;
    let mut index = 0;
    while let Some(item) = array.get(vm, index)? {
        list.push(vm, item)?;
        index += 1;
    }
    Ok(list)
}

/// The characters as a str. The kind `w` is text in UTF-32, and may begin with a mark of its byte order.
pub(super) fn text_of(vm: &mut Vm, array: Array) -> PyResult {
    if array.kind.code() == b'w' {
        let bytes = array.bytes.data().to_vec();
        let (bytes, codec) = (vm.new_bytes(&bytes)?, vm.new_str("utf-32")?);
        return protocol::call_method(vm, bytes, "decode", &[codec]);
    }
    let (words, _) = array.bytes.data().as_chunks();
    let points: Vec<u32> = words.iter().copied().map(u32::from_ne_bytes).collect();
    if let Some(point) = points.iter().find(|point| **point > 0x10_ffff) {
        return Err(vm.raise_value(&format!(
            "character U+{point:x} is not in range [U+0000; U+10ffff]"
        )));
    }
    vm.new_str_points(&points)
}

fn tolist(vm: &mut Vm, args: Args) -> PyResult {
    Ok(list_of(vm, this(args.at(0)))?.value())
}

fn tobytes(vm: &mut Vm, args: Args) -> PyResult {
    let bytes = this(args.at(0)).bytes.data().to_vec();
    vm.new_bytes(&bytes)
}

fn tounicode(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    if !array.kind.is_text() {
        return Err(
            vm.raise_value("tounicode() may only be called on unicode type arrays ('u' or 'w')")
        );
    }
    text_of(vm, array)
}

fn sizeof(_: &mut Vm, args: Args) -> PyResult {
    Ok(number::size(64 + this(args.at(0)).bytes.len()))
}
