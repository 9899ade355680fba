//! `str.join`.

use crate::args::{buffer, this};
use crate::str_type::exact;
use coil_value::Value;
use taipan_objects::native::Args;
use taipan_objects::str::{Str, Text};
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Raised, Vm, protocol};
use taipan_objects::{list::List, tuple::Tuple};

/// The items to join: a list or tuple as it is, anything else as a new list.
#[derive(Clone, Copy)]
pub(crate) enum Items {
    List(List),
    Tuple(Tuple),
}

impl Items {
    pub(crate) fn of(vm: &mut Vm, iterable: Value) -> PyResult<Items> {
        if let Some(list) = List::of(iterable).filter(|_| Type::of(iterable).is(&types::LIST)) {
            return Ok(Items::List(list));
        }
        if let Some(tuple) = Tuple::of(iterable).filter(|_| Type::of(iterable).is(&types::TUPLE)) {
            return Ok(Items::Tuple(tuple));
        }
        let slots = Type::of(iterable).slots();
        if slots.iter.is_none() && slots.get_item.is_none() {
            return Err(vm.raise_type("can only join an iterable"));
        }
        protocol::to_list(vm, iterable).map(Items::List)
    }

    pub(crate) fn len(self) -> usize {
        match self {
            Items::List(list) => list.len(),
            Items::Tuple(tuple) => tuple.len(),
        }
    }

    pub(crate) fn at(self, index: usize) -> Value {
        match self {
            Items::List(list) => list.at(index),
            Items::Tuple(tuple) => tuple.at(index),
        }
    }

    fn text(self, index: usize) -> Str {
        Str::of(self.at(index)).expect("all items were checked")
    }
}

pub(crate) fn join(vm: &mut Vm, args: Args) -> PyResult {
    let separator = this(args.at(0));
    let items = Items::of(vm, args.at(1))?;
    let count = items.len();
    if count == 0 {
        return vm.new_ascii(b"");
    }
    let mut total = separator.len().saturating_mul(count - 1);
    let mut ascii = separator.is_ascii() || count == 1;
    for index in 0..count {
        match Str::of(items.at(index)) {
            Some(text) => {
                total = total.saturating_add(text.len());
                ascii &= text.is_ascii();
            }
            None => return Err(wrong_item(vm, items, index)),
        }
    }
    if count == 1 {
        return exact(vm, items.text(0));
    }
    if total > isize::MAX as usize / 8 {
        return Err(vm.raise_overflow("join() result is too long for a Python string"));
    }
    if ascii {
        return vm.new_ascii_with(total, |to| {
            let mut at = 0;
            let mut put = |bytes: &[u8]| {
                to[at..at + bytes.len()].copy_from_slice(bytes);
                at += bytes.len();
            };
            for index in 0..count {
                if index > 0 {
                    put(separator.bytes());
                }
                put(items.text(index).bytes());
            }
        });
    }
    let mut points = buffer(vm, total)?;
    for index in 0..count {
        if index > 0 {
            push(&mut points, separator.text());
        }
        push(&mut points, items.text(index).text());
    }
    vm.new_str_points(&points)
}

/// Appends the code points of a text.
pub(crate) fn push(points: &mut Vec<u32>, text: Text<'_>) {
    match text {
        Text::Ascii(s) | Text::Latin1(s) => points.extend(s.iter().map(|c| u32::from(*c))),
        Text::Two(s) => points.extend(s.iter().map(|c| u32::from(*c))),
        Text::Four(s) => points.extend_from_slice(s),
    }
}

fn wrong_item(vm: &mut Vm, items: Items, index: usize) -> Raised {
    let name = protocol::type_name(items.at(index));
    vm.raise_type(&format!(
        "sequence item {index}: expected str instance, {name} found"
    ))
}
