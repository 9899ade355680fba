//! `str`: slots and the table of methods.

use crate::args::{Bounds, MAX_SIZE, position, repeat_count, slice_bounds, this};
use crate::units::same_units;
use crate::{
    codec, format_method, format_value, iter, percent, str_case, str_join, str_new, str_search,
    str_split, str_translate, str_width,
};
use coil_text::{quote, search};
use coil_value::Value;
use std::cmp::Ordering;
use taipan_objects::class::TypeDef;
use taipan_objects::native::Args;
use taipan_objects::slice::slice_of;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::str::{Str, Text};
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Vm, natives, number, protocol};

/// `str`.
pub(crate) static STR: TypeDef = TypeDef {
    ty: &types::STR,
    slots,
    methods: METHODS,
    getset: &[],
    doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from the given object.",
    module: "",
};

natives! {
    static METHODS = {
        "encode" method Signature(0), "($self, /, encoding='utf-8', errors='strict')" => codec::str_encode;
        "replace" method Signature(2), "($self, old, new, /, count=-1)" => str_search::replace;
        "split" method Signature(0), "($self, /, sep=None, maxsplit=-1)" => str_split::split;
        "rsplit" method Signature(0), "($self, /, sep=None, maxsplit=-1)" => str_split::rsplit;
        "join" method One, "($self, iterable, /)" => str_join::join,
            intrinsic(taipan_objects::native::Intrinsic::Consume(taipan_objects::hidden::Hidden::Join));
        "capitalize" method NoArgs, "($self, /)" => str_case::capitalize;
        "casefold" method NoArgs, "($self, /)" => str_case::casefold;
        "title" method NoArgs, "($self, /)" => str_case::title;
        "center" method Positional(1, 2), "($self, width, fillchar=' ', /)" => str_width::center;
        "count" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => str_search::count;
        "expandtabs" method Signature(0), "($self, /, tabsize=8)" => str_width::expandtabs;
        "find" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => str_search::find;
        "partition" method One, "($self, sep, /)" => str_split::partition;
        "index" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => str_search::index;
        "ljust" method Positional(1, 2), "($self, width, fillchar=' ', /)" => str_width::ljust;
        "lower" method NoArgs, "($self, /)" => str_case::lower;
        "lstrip" method Positional(0, 1), "($self, chars=None, /)" => str_split::lstrip;
        "rfind" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => str_search::rfind;
        "rindex" method Positional(1, 3), "($self, sub, start=None, end=None, /)" => str_search::rindex;
        "rjust" method Positional(1, 2), "($self, width, fillchar=' ', /)" => str_width::rjust;
        "rstrip" method Positional(0, 1), "($self, chars=None, /)" => str_split::rstrip;
        "rpartition" method One, "($self, sep, /)" => str_split::rpartition;
        "splitlines" method Signature(0), "($self, /, keepends=False)" => str_split::splitlines;
        "strip" method Positional(0, 1), "($self, chars=None, /)" => str_split::strip;
        "swapcase" method NoArgs, "($self, /)" => str_case::swapcase;
        "translate" method One, "($self, table, /)" => str_translate::translate;
        "maketrans" staticmethod Positional(1, 3), "(x, y=<unrepresentable>, z=<unrepresentable>, /)" => str_translate::maketrans;
        "upper" method NoArgs, "($self, /)" => str_case::upper;
        "startswith" method Positional(1, 3), "($self, prefix, start=None, end=None, /)" => str_search::startswith;
        "endswith" method Positional(1, 3), "($self, suffix, start=None, end=None, /)" => str_search::endswith;
        "removeprefix" method One, "($self, prefix, /)" => str_search::removeprefix;
        "removesuffix" method One, "($self, suffix, /)" => str_search::removesuffix;
        "isascii" method NoArgs, "($self, /)" => str_case::isascii;
        "islower" method NoArgs, "($self, /)" => str_case::islower;
        "isupper" method NoArgs, "($self, /)" => str_case::isupper;
        "istitle" method NoArgs, "($self, /)" => str_case::istitle;
        "isspace" method NoArgs, "($self, /)" => str_case::isspace;
        "isdecimal" method NoArgs, "($self, /)" => str_case::isdecimal;
        "isdigit" method NoArgs, "($self, /)" => str_case::isdigit;
        "isnumeric" method NoArgs, "($self, /)" => str_case::isnumeric;
        "isalpha" method NoArgs, "($self, /)" => str_case::isalpha;
        "isalnum" method NoArgs, "($self, /)" => str_case::isalnum;
        "isidentifier" method NoArgs, "($self, /)" => str_case::isidentifier;
        "isprintable" method NoArgs, "($self, /)" => str_case::isprintable;
        "zfill" method One, "($self, width, /)" => str_width::zfill;
        "format" method Any, "($self, /, *args, **kwargs)" => format_method::format;
        "format_map" method One, "($self, mapping, /)" => format_method::format_map;
        "__format__" method One, "($self, format_spec, /)" => format_value::str_format;
        "__getnewargs__" method NoArgs, "($self, /)" => getnewargs;
        "__sizeof__" method NoArgs, "($self, /)" => sizeof;
    }
}

fn slots(slots: &mut Slots) {
    slots.repr = Some(|vm, value| {
        let text = quote::str_repr(points(this(value).text()));
        vm.new_str(&text)
    });
    slots.str = Some(|vm, value| exact(vm, this(value)));
    slots.hash = Some(|_, value| Ok(this(value).hash()));
    slots.compare = Some(compare);
    slots.len = Some(|_, value| Ok(this(value).len()));
    slots.get_item = Some(get_item);
    slots.contains = Some(contains);
    slots.concat = Some(concat);
    slots.repeat = Some(repeat);
    slots.iter = Some(iter::of_str);
    slots.new = Some(str_new::new);
    slots.binary[BinaryOp::Mod as usize] = Some(percent::modulo);
}

/// Code points as a cheap, clonable iterator.
pub(crate) fn points(text: Text<'_>) -> impl Iterator<Item = u32> + Clone + '_ {
    (0..text.len()).map(move |index| text.at(index))
}

/// The string itself, or the text of an instance of a subclass as a plain str.
pub(crate) fn exact(vm: &mut Vm, text: Str) -> PyResult {
    vm.substring(text, 0, text.len())
}

fn compare(_: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (Some(a), Some(b)) = (Str::of(a), Str::of(b)) else {
        return Ok(ty::not_implemented());
    };
    Ok(ty::bool_value(match op {
        CompareOp::Eq => a.same_text(b),
        CompareOp::Ne => !a.same_text(b),
        _ => op.holds(order(a.text(), b.text())),
    }))
}

fn order(a: Text<'_>, b: Text<'_>) -> Ordering {
    match (a, b) {
        (Text::Ascii(a) | Text::Latin1(a), Text::Ascii(b) | Text::Latin1(b)) => a.cmp(b),
        (a, b) => a.iter().cmp(b.iter()),
    }
}

fn get_item(vm: &mut Vm, value: Value, key: Value) -> PyResult {
    let text = this(value);
    if let Some(index) = key.as_small_int() {
        return char_at(vm, text, index);
    }
    if let Some(slice) = slice_of(key) {
        let bounds = slice_bounds(vm, slice, || text.len())?;
        return get_slice(vm, text, bounds);
    }
    if number::int_of(key).is_none() && ty::Type::of(key).slots().index.is_none() {
        let name = protocol::type_name(key);
        return Err(vm.raise_type(&format!("string indices must be integers, not '{name}'")));
    }
    let key = protocol::index(vm, key)?;
    match number::i64_of(key) {
        Some(index) => char_at(vm, text, index),
        None => Err(vm.raise_index("cannot fit 'int' into an index-sized integer")),
    }
}

fn char_at(vm: &mut Vm, text: Str, index: i64) -> PyResult {
    match position(index, text.len()) {
        Some(index) => vm.new_char(text.at(index)),
        None => Err(vm.raise_index("string index out of range")),
    }
}

fn get_slice(vm: &mut Vm, text: Str, bounds: Bounds) -> PyResult {
    if bounds.count == 0 {
        return vm.new_ascii(b"");
    }
    if bounds.step == 1 {
        return vm.substring(text, bounds.start, bounds.start + bounds.count);
    }
    if text.is_ascii() {
        return vm.new_ascii_with(bounds.count, |to| {
            let from = text.bytes();
            for (to, index) in to.iter_mut().zip(bounds.indices()) {
                *to = from[index];
            }
        });
    }
    let from = text.text();
    let points: Vec<u32> = bounds.indices().map(|index| from.at(index)).collect();
    vm.new_str_points(&points)
}

fn contains(vm: &mut Vm, value: Value, item: Value) -> PyResult<bool> {
    let Some(item) = Str::of(item) else {
        let name = protocol::type_name(item);
        return Err(vm.raise_type(&format!(
            "'in <string>' requires string as left operand, not {name}"
        )));
    };
    Ok(same_units!(
        this(value).text(),
        item.text(),
        |t, n| search::find(t, n).is_some(),
        false
    ))
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let a = this(a);
    let Some(b) = Str::of(b) else {
        let name = protocol::type_name(b);
        return Err(vm.raise_type(&format!("can only concatenate str (not \"{name}\") to str")));
    };
    if a.is_empty() {
        return exact(vm, b);
    }
    if b.is_empty() {
        return exact(vm, a);
    }
    vm.concat(a, b)
}

fn repeat(vm: &mut Vm, value: Value, count: Value) -> PyResult {
    let count = repeat_count(vm, count)?;
    let text = this(value);
    let len = text.len();
    if count == 0 || len == 0 {
        return vm.new_ascii(b"");
    }
    if count == 1 {
        return exact(vm, text);
    }
    let total = len.checked_mul(count).filter(|n| *n <= isize::MAX as usize);
    let Some(total) = total else {
        return Err(vm.raise_overflow("repeated string is too long"));
    };
    if total > MAX_SIZE {
        return Err(vm.raise_memory_error());
    }
    if text.is_ascii() {
        return vm.new_ascii_with(total, |to| {
            let from = text.bytes();
            if let [byte] = from {
                to.fill(*byte);
            } else {
                for part in to.chunks_exact_mut(len) {
                    part.copy_from_slice(from);
                }
            }
        });
    }
    let mut points = crate::args::buffer(vm, total)?;
    let part = text.text().to_vec();
    for _ in 0..count {
        points.extend_from_slice(&part);
    }
    vm.new_str_points(&points)
}

fn getnewargs(vm: &mut Vm, args: Args) -> PyResult {
    let text = exact(vm, this(args.at(0)))?;
    vm.new_tuple(&[text])
}

fn sizeof(_: &mut Vm, args: Args) -> PyResult {
    let text = this(args.at(0));
    let head = if text.is_ascii() { 40 } else { 56 };
    Ok(number::size(head + (text.len() + 1) * text.kind()))
}
