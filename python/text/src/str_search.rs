//! Searching and replacing in `str`.

use crate::args::{buffer, limit, range, text, this};
use crate::str_join::push;
use crate::str_type::exact;
use crate::units::{cut, matches_at, same_units};
use coil_text::search;
use taipan_objects::native::Args;
use taipan_objects::str::{Str, Text};
use taipan_objects::tuple::Tuple;
use taipan_objects::{PyResult, Vm, number, protocol, ty};

/// Finds the argument in the range that the arguments say.
fn locate(vm: &mut Vm, args: Args, name: &str, last: bool) -> PyResult<Option<usize>> {
    let string = this(args.at(0));
    let part = text(vm, args.at(1), &format!("{name}() argument 1"))?;
    let Some((start, end)) = range(vm, args.get(2), args.get(3), string.len())? else {
        return Ok(None);
    };
    let found = same_units!(
        cut(string.text(), start, end),
        part.text(),
        |t, n| if last {
            search::rfind(t, n)
        } else {
            search::find(t, n)
        },
        None
    );
    Ok(found.map(|at| start + at))
}

pub(crate) fn find(vm: &mut Vm, args: Args) -> PyResult {
    let found = locate(vm, args, "find", false)?;
    Ok(found.map_or(number::small(-1), number::size))
}

pub(crate) fn rfind(vm: &mut Vm, args: Args) -> PyResult {
    let found = locate(vm, args, "rfind", true)?;
    Ok(found.map_or(number::small(-1), number::size))
}

pub(crate) fn index(vm: &mut Vm, args: Args) -> PyResult {
    match locate(vm, args, "index", false)? {
        Some(at) => Ok(number::size(at)),
        None => Err(vm.raise_value("substring not found")),
    }
}

pub(crate) fn rindex(vm: &mut Vm, args: Args) -> PyResult {
    match locate(vm, args, "rindex", true)? {
        Some(at) => Ok(number::size(at)),
        None => Err(vm.raise_value("substring not found")),
    }
}

pub(crate) fn count(vm: &mut Vm, args: Args) -> PyResult {
    let string = this(args.at(0));
    let part = text(vm, args.at(1), "count() argument 1")?;
    let Some((start, end)) = range(vm, args.get(2), args.get(3), string.len())? else {
        return Ok(number::small(0));
    };
    let found = same_units!(
        cut(string.text(), start, end),
        part.text(),
        |t, n| search::count(t, n, usize::MAX),
        0
    );
    Ok(number::size(found))
}

fn has_end(vm: &mut Vm, args: Args, name: &str, at_start: bool) -> PyResult {
    let string = this(args.at(0));
    let wanted = args.at(1);
    let tuple = Tuple::of(wanted);
    if tuple.is_none() && Str::of(wanted).is_none() {
        let given = protocol::type_name(wanted);
        return Err(vm.raise_type(&format!(
            "{name} first arg must be str or a tuple of str, not {given}"
        )));
    }
    let range = range(vm, args.get(2), args.get(3), string.len())?;
    let test = |part: Str| {
        range.is_some_and(|(start, end)| {
            part.len() <= end - start
                && matches_at(
                    string,
                    part,
                    if at_start { start } else { end - part.len() },
                )
        })
    };
    let Some(tuple) = tuple else {
        return Ok(ty::bool_value(Str::of(wanted).is_some_and(test)));
    };
    for item in tuple.iter() {
        match Str::of(item) {
            Some(part) if test(part) => return Ok(ty::bool_value(true)),
            Some(_) => {}
            None => {
                let given = protocol::type_name(item);
                return Err(vm.raise_type(&format!(
                    "tuple for {name} must only contain str, not {given}"
                )));
            }
        }
    }
    Ok(ty::bool_value(false))
}

pub(crate) fn startswith(vm: &mut Vm, args: Args) -> PyResult {
    has_end(vm, args, "startswith", true)
}

pub(crate) fn endswith(vm: &mut Vm, args: Args) -> PyResult {
    has_end(vm, args, "endswith", false)
}

pub(crate) fn removeprefix(vm: &mut Vm, args: Args) -> PyResult {
    let string = this(args.at(0));
    let part = text(vm, args.at(1), "removeprefix() argument")?;
    let from = if matches_at(string, part, 0) {
        part.len()
    } else {
        0
    };
    vm.substring(string, from, string.len())
}

pub(crate) fn removesuffix(vm: &mut Vm, args: Args) -> PyResult {
    let string = this(args.at(0));
    let part = text(vm, args.at(1), "removesuffix() argument")?;
    let (len, cut) = (string.len(), part.len());
    let end = if cut <= len && matches_at(string, part, len - cut) {
        len - cut
    } else {
        len
    };
    vm.substring(string, 0, end)
}

pub(crate) fn replace(vm: &mut Vm, args: Args) -> PyResult {
    let string = this(args.at(0));
    let old = text(vm, args.at(1), "replace() argument 1")?;
    let new = text(vm, args.at(2), "replace() argument 2")?;
    let most = limit(vm, args.get(3))?;
    let places = places(string.text(), old.text(), most);
    if places.is_empty() {
        return exact(vm, string);
    }
    let (len, cut_len, put_len) = (string.len(), old.len(), new.len());
    let added = put_len.checked_mul(places.len());
    let total = added.and_then(|added| (len - cut_len * places.len()).checked_add(added));
    let Some(total) = total.filter(|total| *total <= isize::MAX as usize / 8) else {
        return Err(vm.raise_overflow("replace string is too long"));
    };
    if string.is_ascii() && new.is_ascii() {
        return vm.new_ascii_with(total, |to| {
            let (from, put) = (string.bytes(), new.bytes());
            let (mut read, mut write) = (0, 0);
            for place in places {
                let kept = place - read;
                to[write..write + kept].copy_from_slice(&from[read..place]);
                to[write + kept..write + kept + put_len].copy_from_slice(put);
                write += kept + put_len;
                read = place + cut_len;
            }
            to[write..].copy_from_slice(&from[read..]);
        });
    }
    let mut points = buffer(vm, total)?;
    let (from, put) = (string.text(), new.text());
    let mut read = 0;
    for place in places {
        push(&mut points, cut(from, read, place));
        push(&mut points, put);
        read = place + cut_len;
    }
    push(&mut points, cut(from, read, len));
    vm.new_str_points(&points)
}

/// Where a part occurs, without overlap, at most so often; an empty one everywhere.
fn places(text: Text<'_>, part: Text<'_>, most: usize) -> Vec<usize> {
    same_units!(text, part, |t, n| positions(t, n, most), Vec::new())
}

/// As [`places`] for units of one kind.
pub(crate) fn positions<U: search::Unit>(text: &[U], part: &[U], most: usize) -> Vec<usize> {
    let mut found = Vec::new();
    if part.is_empty() {
        found.extend((0..=text.len()).take(most));
        return found;
    }
    let mut from = 0;
    while found.len() < most
        && let Some(at) = search::find(&text[from..], part)
    {
        found.push(from + at);
        from += at + part.len();
    }
    found
}
