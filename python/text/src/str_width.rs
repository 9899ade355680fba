//! `str` methods that fill to a width.

use crate::args::{MAX_SIZE, buffer, this};
use crate::str_join::push;
use crate::str_type::exact;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::str::Str;
use taipan_objects::{PyResult, Vm, protocol};

fn fill_char(vm: &mut Vm, value: Option<Value>) -> PyResult<u32> {
    let Some(value) = value else {
        return Ok(u32::from(b' '));
    };
    match Str::of(value) {
        Some(fill) if fill.len() == 1 => Ok(fill.at(0)),
        Some(_) => Err(vm.raise_type("The fill character must be exactly one character long")),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!(
                "The fill character must be a unicode character, not {name}"
            )))
        }
    }
}

/// A string between fill characters.
pub(crate) fn padded(vm: &mut Vm, text: Str, left: usize, right: usize, fill: u32) -> PyResult {
    if left == 0 && right == 0 {
        return exact(vm, text);
    }
    let len = text.len();
    let total = left.checked_add(right).and_then(|n| n.checked_add(len));
    let Some(total) = total.filter(|total| *total <= MAX_SIZE) else {
        return Err(vm.raise_memory_error());
    };
    if text.is_ascii() && fill < 0x80 {
        return vm.new_ascii_with(total, |to| {
            to.fill(fill as u8);
            to[left..left + len].copy_from_slice(text.bytes());
        });
    }
    let mut points = buffer(vm, total)?;
    points.resize(left, fill);
    push(&mut points, text.text());
    points.resize(total, fill);
    vm.new_str_points(&points)
}

fn justify(
    vm: &mut Vm,
    args: Args,
    split: impl FnOnce(usize, usize) -> (usize, usize),
) -> PyResult {
    let width = protocol::index_i64(vm, args.at(1))?;
    let fill = fill_char(vm, args.get(2))?;
    let text = this(args.at(0));
    let width = usize::try_from(width).unwrap_or(0);
    let missing = width.saturating_sub(text.len());
    let (left, right) = split(missing, width);
    padded(vm, text, left, right, fill)
}

pub(crate) fn ljust(vm: &mut Vm, args: Args) -> PyResult {
    justify(vm, args, |missing, _| (0, missing))
}

pub(crate) fn rjust(vm: &mut Vm, args: Args) -> PyResult {
    justify(vm, args, |missing, _| (missing, 0))
}

/// How `center` divides the missing characters: the odd one goes left when the width is odd.
pub(crate) fn center_split(missing: usize, width: usize) -> (usize, usize) {
    let left = missing / 2 + (missing & width & 1);
    (left, missing - left)
}

pub(crate) fn center(vm: &mut Vm, args: Args) -> PyResult {
    justify(vm, args, center_split)
}

pub(crate) fn zfill(vm: &mut Vm, args: Args) -> PyResult {
    let width = protocol::index_i64(vm, args.at(1))?;
    let text = this(args.at(0));
    let missing = usize::try_from(width)
        .unwrap_or(0)
        .saturating_sub(text.len());
    if missing == 0 {
        return exact(vm, text);
    }
    if missing > MAX_SIZE {
        return Err(vm.raise_memory_error());
    }
    let source = text.text();
    let signed = !source.is_empty() && matches!(source.at(0), 0x2b | 0x2d);
    let mut points = buffer(vm, missing + source.len())?;
    let head = usize::from(signed);
    points.extend((0..head).map(|index| source.at(index)));
    points.resize(head + missing, u32::from(b'0'));
    points.extend((head..source.len()).map(|index| source.at(index)));
    vm.new_str_points(&points)
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
    let source = this(args.at(0)).text().to_vec();
    match expanded(&source, size, |c| c) {
        Some(points) => vm.new_str_points(&points),
        None => Err(vm.raise_overflow("new string is too long")),
    }
}

/// Tabs become spaces up to the next multiple of `size`; none if that is too long.
pub(crate) fn expanded<U: Copy + From<u8>>(
    source: &[U],
    size: usize,
    code: impl Fn(U) -> u32,
) -> Option<Vec<U>> {
    let mut out: Vec<U> = Vec::with_capacity(source.len());
    let mut column = 0;
    for unit in source {
        match code(*unit) {
            9 => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                if out.len() + spaces > MAX_SIZE >> 8 {
                    return None;
                }
                out.extend(std::iter::repeat_n(U::from(b' '), spaces));
                column += spaces;
            }
            10 | 13 => {
                out.push(*unit);
                column = 0;
            }
            _ => {
                out.push(*unit);
                column += 1;
            }
        }
    }
    Some(out)
}
