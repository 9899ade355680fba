//! Searching, replacing and translating bytes.

use crate::args::{buffer, given, limit, range};
use crate::bytes_convert::{copied, needed, part, same_data, same_type};
use crate::bytes_type::data;
use crate::str_search::positions;
use coil_text::search;
use taipan_objects::native::Args;
use taipan_objects::tuple::Tuple;
use taipan_objects::{PyResult, Vm, number, protocol, ty};

fn locate(vm: &mut Vm, args: Args, last: bool) -> PyResult<Option<usize>> {
    let part = part(vm, args.at(1))?;
    let len = data(args.at(0)).len();
    let Some((start, end)) = range(vm, args.get(2), args.get(3), len)? else {
        return Ok(None);
    };
    let Some(text) = data(args.at(0)).get(start..end) else {
        return Ok(None);
    };
    let found = if last {
        search::rfind(text, &part)
    } else {
        search::find(text, &part)
    };
    Ok(found.map(|at| start + at))
}

pub(crate) fn find(vm: &mut Vm, args: Args) -> PyResult {
    let found = locate(vm, args, false)?;
    Ok(found.map_or(number::small(-1), number::size))
}

pub(crate) fn rfind(vm: &mut Vm, args: Args) -> PyResult {
    let found = locate(vm, args, true)?;
    Ok(found.map_or(number::small(-1), number::size))
}

pub(crate) fn index(vm: &mut Vm, args: Args) -> PyResult {
    match locate(vm, args, false)? {
        Some(at) => Ok(number::size(at)),
        None => Err(vm.raise_value("subsection not found")),
    }
}

pub(crate) fn rindex(vm: &mut Vm, args: Args) -> PyResult {
    match locate(vm, args, true)? {
        Some(at) => Ok(number::size(at)),
        None => Err(vm.raise_value("subsection not found")),
    }
}

pub(crate) fn count(vm: &mut Vm, args: Args) -> PyResult {
    let part = part(vm, args.at(1))?;
    let len = data(args.at(0)).len();
    let range = range(vm, args.get(2), args.get(3), len)?;
    let text = range.and_then(|(start, end)| data(args.at(0)).get(start..end));
    Ok(number::size(
        text.map_or(0, |text| search::count(text, &part, usize::MAX)),
    ))
}

fn has_end(vm: &mut Vm, args: Args, name: &str, at_start: bool) -> PyResult {
    let wanted = args.at(1);
    let tuple = Tuple::of(wanted);
    if tuple.is_none() && copied(wanted).is_none() {
        let given = protocol::type_name(wanted);
        return Err(vm.raise_type(&format!(
            "{name} first arg must be bytes or a tuple of bytes, not {given}"
        )));
    }
    let len = data(args.at(0)).len();
    let range = range(vm, args.get(2), args.get(3), len)?;
    let test = |part: &[u8]| {
        let text = range.and_then(|(start, end)| data(args.at(0)).get(start..end));
        text.is_some_and(|text| {
            if at_start {
                text.starts_with(part)
            } else {
                text.ends_with(part)
            }
        })
    };
    let Some(tuple) = tuple else {
        let part = needed(vm, wanted)?;
        return Ok(ty::bool_value(test(&part)));
    };
    for item in tuple.iter() {
        let part = needed(vm, item)?;
        if test(&part) {
            return Ok(ty::bool_value(true));
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
    let part = needed(vm, args.at(1))?;
    match data(args.at(0)).strip_prefix(part.as_slice()) {
        Some(rest) => {
            let rest = rest.to_vec();
            same_type(vm, args.at(0), &rest)
        }
        None => same_data(vm, args.at(0)),
    }
}

pub(crate) fn removesuffix(vm: &mut Vm, args: Args) -> PyResult {
    let part = needed(vm, args.at(1))?;
    match data(args.at(0)).strip_suffix(part.as_slice()) {
        Some(rest) => {
            let rest = rest.to_vec();
            same_type(vm, args.at(0), &rest)
        }
        None => same_data(vm, args.at(0)),
    }
}

pub(crate) fn replace(vm: &mut Vm, args: Args) -> PyResult {
    let old = needed(vm, args.at(1))?;
    let new = needed(vm, args.at(2))?;
    let most = limit(vm, args.get(3))?;
    let text = data(args.at(0));
    let places = positions(text, &old, most);
    if places.is_empty() {
        return same_data(vm, args.at(0));
    }
    let added = new.len().checked_mul(places.len());
    let total = added.and_then(|n| n.checked_add(text.len() - old.len() * places.len()));
    let Some(total) = total else {
        return Err(vm.raise_overflow("replace bytes is too long"));
    };
    let mut out = buffer(vm, total)?;
    let mut read = 0;
    for place in places {
        out.extend_from_slice(&text[read..place]);
        out.extend_from_slice(&new);
        read = place + old.len();
    }
    out.extend_from_slice(&text[read..]);
    same_type(vm, args.at(0), &out)
}

pub(crate) fn translate(vm: &mut Vm, args: Args) -> PyResult {
    let table = match given(args.get(1)) {
        Some(table) => Some(needed(vm, table)?),
        None => None,
    };
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(vm.raise_value("translation table must be 256 characters long"));
    }
    let gone = match args.get(2) {
        Some(gone) => needed(vm, gone)?,
        None => Vec::new(),
    };
    let mut dropped = [false; 256];
    gone.iter()
        .for_each(|byte| dropped[usize::from(*byte)] = true);
    let out: Vec<u8> = data(args.at(0))
        .iter()
        .filter(|byte| !dropped[usize::from(**byte)])
        .map(|byte| {
            table
                .as_ref()
                .map_or(*byte, |table| table[usize::from(*byte)])
        })
        .collect();
    same_type(vm, args.at(0), &out)
}

pub(crate) fn maketrans(vm: &mut Vm, args: Args) -> PyResult {
    let from = needed(vm, args.at(0))?;
    let to = needed(vm, args.at(1))?;
    if from.len() != to.len() {
        return Err(vm.raise_value("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (from, to) in from.iter().zip(&to) {
        table[usize::from(*from)] = *to;
    }
    vm.new_bytes(&table)
}
