//! Splitting, stripping and partitioning `str`.

use crate::args::{flag, given, limit, this};
use crate::str_search::positions;
use crate::units::same_units;
use coil_text::{search, unicode};
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::str::{Str, Text};
use taipan_objects::{PyResult, Vm, protocol};

/// A list of parts of a string.
fn parts(vm: &mut Vm, string: Str, ranges: &[(usize, usize)]) -> PyResult {
    let list = vm.new_list_with(ranges.len())?;
    for (start, end) in ranges {
        let part = vm.substring(string, *start, *end)?;
        list.push(vm, part)?;
    }
    Ok(list.value())
}

fn separator(vm: &mut Vm, args: Args) -> PyResult<Option<Str>> {
    let Some(value) = given(args.get(1)) else {
        return Ok(None);
    };
    match Str::of(value) {
        Some(text) if text.is_empty() => Err(vm.raise_value("empty separator")),
        Some(text) => Ok(Some(text)),
        None => {
            let name = protocol::type_name(value);
            Err(vm.raise_type(&format!("must be str or None, not {name}")))
        }
    }
}

pub(crate) fn split(vm: &mut Vm, args: Args) -> PyResult {
    let string = this(args.at(0));
    let separator = separator(vm, args)?;
    let most = limit(vm, args.get(2))?;
    let ranges = match separator {
        None => words(string.len(), most, space_test(string.text())),
        Some(separator) => between(string, separator, most),
    };
    parts(vm, string, &ranges)
}

/// Whether the unit at an index is white space.
fn space_test(text: Text<'_>) -> impl Fn(usize) -> bool + '_ {
    move |index| match text {
        Text::Ascii(s) => matches!(s[index], 9..=13 | 0x1c..=0x20),
        _ => unicode::is_space(text.at(index)),
    }
}

/// The ranges between white space, at most `most` cuts.
pub(crate) fn words(len: usize, most: usize, space: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        while at < len && space(at) {
            at += 1;
        }
        if at == len {
            return found;
        }
        if found.len() == most {
            found.push((at, len));
            return found;
        }
        let start = at;
        while at < len && !space(at) {
            at += 1;
        }
        found.push((start, at));
    }
}

/// As [`words`], from the end.
pub(crate) fn words_back(
    len: usize,
    most: usize,
    space: impl Fn(usize) -> bool,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut end = len;
    loop {
        while end > 0 && space(end - 1) {
            end -= 1;
        }
        if end == 0 {
            break;
        }
        if found.len() == most {
            found.push((0, end));
            break;
        }
        let last = end;
        while end > 0 && !space(end - 1) {
            end -= 1;
        }
        found.push((end, last));
    }
    found.reverse();
    found
}

/// The ranges between places where something of length `cut` was found.
pub(crate) fn ranges_between(places: &[usize], cut: usize, len: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::with_capacity(places.len() + 1);
    let mut start = 0;
    for place in places {
        found.push((start, *place));
        start = place + cut;
    }
    found.push((start, len));
    found
}

fn between(string: Str, separator: Str, most: usize) -> Vec<(usize, usize)> {
    let places = same_units!(
        string.text(),
        separator.text(),
        |t, n| positions(t, n, most),
        Vec::new()
    );
    ranges_between(&places, separator.len(), string.len())
}

/// Places of a part from the end, in ascending order.
pub(crate) fn positions_back<U: search::Unit>(text: &[U], part: &[U], most: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut end = text.len();
    while found.len() < most
        && let Some(at) = search::rfind(&text[..end], part)
    {
        found.push(at);
        end = at;
    }
    found.reverse();
    found
}

pub(crate) fn rsplit(vm: &mut Vm, args: Args) -> PyResult {
    let string = this(args.at(0));
    let separator = separator(vm, args)?;
    let most = limit(vm, args.get(2))?;
    let ranges = match separator {
        None => words_back(string.len(), most, space_test(string.text())),
        Some(separator) => {
            let places = same_units!(
                string.text(),
                separator.text(),
                |t, n| positions_back(t, n, most),
                Vec::new()
            );
            ranges_between(&places, separator.len(), string.len())
        }
    };
    parts(vm, string, &ranges)
}

pub(crate) fn splitlines(vm: &mut Vm, args: Args) -> PyResult {
    let keep = flag(vm, args.get(1))?;
    let string = this(args.at(0));
    let source = string.text();
    let ranges = lines(source.len(), keep, |i| source.at(i), unicode::is_line_break);
    parts(vm, string, &ranges)
}

/// The ranges of lines.
pub(crate) fn lines(
    len: usize,
    keep: bool,
    unit: impl Fn(usize) -> u32,
    is_break: impl Fn(u32) -> bool,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < len {
        let point = unit(at);
        if !is_break(point) {
            at += 1;
            continue;
        }
        let end = at;
        at += if point == 13 && at + 1 < len && unit(at + 1) == 10 {
            2
        } else {
            1
        };
        found.push((start, if keep { at } else { end }));
        start = at;
    }
    if start < len {
        found.push((start, len));
    }
    found
}

fn partition_at(
    vm: &mut Vm,
    args: Args,
    find: impl FnOnce(Str, Str) -> Option<usize>,
    rest_last: bool,
) -> PyResult {
    let string = this(args.at(0));
    let Some(separator) = Str::of(args.at(1)) else {
        let name = protocol::type_name(args.at(1));
        return Err(vm.raise_type(&format!("must be str, not {name}")));
    };
    if separator.is_empty() {
        return Err(vm.raise_value("empty separator"));
    }
    let len = string.len();
    match find(string, separator) {
        Some(at) => {
            let head = vm.substring(string, 0, at)?;
            let tail = vm.substring(string, at + separator.len(), len)?;
            vm.new_tuple(&[head, separator.value(), tail])
        }
        None => {
            let whole = vm.substring(string, 0, len)?;
            let empty = vm.new_ascii(b"")?;
            if rest_last {
                vm.new_tuple(&[empty, empty, whole])
            } else {
                vm.new_tuple(&[whole, empty, empty])
            }
        }
    }
}

pub(crate) fn partition(vm: &mut Vm, args: Args) -> PyResult {
    let find = |string: Str, part: Str| {
        same_units!(string.text(), part.text(), |t, n| search::find(t, n), None)
    };
    partition_at(vm, args, find, false)
}

pub(crate) fn rpartition(vm: &mut Vm, args: Args) -> PyResult {
    let find = |string: Str, part: Str| {
        same_units!(string.text(), part.text(), |t, n| search::rfind(t, n), None)
    };
    partition_at(vm, args, find, true)
}

fn stripped(vm: &mut Vm, args: Args, name: &str, left: bool, right: bool) -> PyResult {
    let string = this(args.at(0));
    let source = string.text();
    let chars: Option<Value> = given(args.get(1));
    let chars = match chars.map(Str::of) {
        None => None,
        Some(Some(chars)) => Some(chars.text()),
        Some(None) => return Err(vm.raise_type(&format!("{name} arg must be None or str"))),
    };
    let space = space_test(source);
    let strip = |index: usize| match chars {
        None => space(index),
        Some(chars) => {
            let point = source.at(index);
            chars.iter().any(|c| c == point)
        }
    };
    let (mut start, mut end) = (0, source.len());
    while left && start < end && strip(start) {
        start += 1;
    }
    while right && start < end && strip(end - 1) {
        end -= 1;
    }
    vm.substring(string, start, end)
}

pub(crate) fn strip(vm: &mut Vm, args: Args) -> PyResult {
    stripped(vm, args, "strip", true, true)
}

pub(crate) fn lstrip(vm: &mut Vm, args: Args) -> PyResult {
    stripped(vm, args, "lstrip", true, false)
}

pub(crate) fn rstrip(vm: &mut Vm, args: Args) -> PyResult {
    stripped(vm, args, "rstrip", false, true)
}
