//! Splitting, stripping, partitioning and joining bytes.

use crate::args::{flag, given, limit};
use crate::bytes_case::is_space;
use crate::bytes_convert::{copied, needed, same_data, same_type};
use crate::bytes_type::data;
use crate::str_join::Items;
use crate::str_search::positions;
use crate::str_split::{lines, positions_back, ranges_between, words, words_back};
use coil_text::search;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::{PyResult, Vm, protocol};

fn parts(vm: &mut Vm, this: Value, source: &[u8], ranges: &[(usize, usize)]) -> PyResult {
    let list = vm.new_list_with(ranges.len())?;
    for (start, end) in ranges {
        let part = same_type(vm, this, &source[*start..*end])?;
        list.push(vm, part)?;
    }
    Ok(list.value())
}

fn separator(vm: &mut Vm, args: Args) -> PyResult<Option<Vec<u8>>> {
    match given(args.get(1)) {
        None => Ok(None),
        Some(value) => {
            let separator = needed(vm, value)?;
            if separator.is_empty() {
                return Err(vm.raise_value("empty separator"));
            }
            Ok(Some(separator))
        }
    }
}

pub(crate) fn split(vm: &mut Vm, args: Args) -> PyResult {
    let separator = separator(vm, args)?;
    let most = limit(vm, args.get(2))?;
    let source = data(args.at(0)).to_vec();
    let ranges = match separator {
        None => words(source.len(), most, |at| is_space(source[at])),
        Some(separator) => {
            let places = positions(&source, &separator, most);
            ranges_between(&places, separator.len(), source.len())
        }
    };
    parts(vm, args.at(0), &source, &ranges)
}

pub(crate) fn rsplit(vm: &mut Vm, args: Args) -> PyResult {
    let separator = separator(vm, args)?;
    let most = limit(vm, args.get(2))?;
    let source = data(args.at(0)).to_vec();
    let ranges = match separator {
        None => words_back(source.len(), most, |at| is_space(source[at])),
        Some(separator) => {
            let places = positions_back(&source, &separator, most);
            ranges_between(&places, separator.len(), source.len())
        }
    };
    parts(vm, args.at(0), &source, &ranges)
}

pub(crate) fn splitlines(vm: &mut Vm, args: Args) -> PyResult {
    let keep = flag(vm, args.get(1))?;
    let source = data(args.at(0)).to_vec();
    let ranges = lines(
        source.len(),
        keep,
        |at| u32::from(source[at]),
        |unit| matches!(unit, 10 | 13),
    );
    parts(vm, args.at(0), &source, &ranges)
}

fn partition_at(
    vm: &mut Vm,
    args: Args,
    find: impl FnOnce(&[u8], &[u8]) -> Option<usize>,
    rest_last: bool,
) -> PyResult {
    let separator = needed(vm, args.at(1))?;
    if separator.is_empty() {
        return Err(vm.raise_value("empty separator"));
    }
    let this = args.at(0);
    let source = data(this).to_vec();
    match find(&source, &separator) {
        Some(at) => {
            let head = same_type(vm, this, &source[..at])?;
            let middle = same_type(vm, this, &separator)?;
            let tail = same_type(vm, this, &source[at + separator.len()..])?;
            vm.new_tuple(&[head, middle, tail])
        }
        None => {
            let whole = same_data(vm, this)?;
            let one = same_type(vm, this, b"")?;
            let two = same_type(vm, this, b"")?;
            if rest_last {
                vm.new_tuple(&[one, two, whole])
            } else {
                vm.new_tuple(&[whole, one, two])
            }
        }
    }
}

pub(crate) fn partition(vm: &mut Vm, args: Args) -> PyResult {
    partition_at(vm, args, search::find, false)
}

pub(crate) fn rpartition(vm: &mut Vm, args: Args) -> PyResult {
    partition_at(vm, args, search::rfind, true)
}

fn stripped(vm: &mut Vm, args: Args, left: bool, right: bool) -> PyResult {
    let chars = match given(args.get(1)) {
        Some(value) => Some(needed(vm, value)?),
        None => None,
    };
    let strip = |byte: u8| match &chars {
        Some(chars) => chars.contains(&byte),
        None => is_space(byte),
    };
    let source = data(args.at(0));
    let (mut start, mut end) = (0, source.len());
    while left && start < end && strip(source[start]) {
        start += 1;
    }
    while right && start < end && strip(source[end - 1]) {
        end -= 1;
    }
    if (start, end) == (0, source.len()) {
        return same_data(vm, args.at(0));
    }
    let kept = source[start..end].to_vec();
    same_type(vm, args.at(0), &kept)
}

pub(crate) fn strip(vm: &mut Vm, args: Args) -> PyResult {
    stripped(vm, args, true, true)
}

pub(crate) fn lstrip(vm: &mut Vm, args: Args) -> PyResult {
    stripped(vm, args, true, false)
}

pub(crate) fn rstrip(vm: &mut Vm, args: Args) -> PyResult {
    stripped(vm, args, false, true)
}

pub(crate) fn join(vm: &mut Vm, args: Args) -> PyResult {
    let items = Items::of(vm, args.at(1))?;
    let separator = data(args.at(0)).to_vec();
    let mut out = Vec::new();
    for index in 0..items.len() {
        if index > 0 {
            out.extend_from_slice(&separator);
        }
        match copied(items.at(index)) {
            Some(part) => out.extend_from_slice(&part),
            None => {
                let name = protocol::type_name(items.at(index));
                return Err(vm.raise_type(&format!(
                    "sequence item {index}: expected a bytes-like object, {name} found"
                )));
            }
        }
    }
    same_type(vm, args.at(0), &out)
}
