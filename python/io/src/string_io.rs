//! `StringIO`. Fields: a bytearray with the characters (unset when closed), bytes per character (1: Latin-1, or 4), position, newline
//! argument, newlines seen, initialised.

use crate::args::{bind, given, limit, ssize, whence};
use crate::base::TEXT_BASE;
use crate::buffered::find_byte;
use crate::errors::{closed, uninitialized};
use crate::fields::{get, getset, int, io_types, is_exact, set, set_int, set_small, size};
use crate::newline::{Newlines, seen_value};
use taipan_objects::bytes::ByteArray;
use taipan_objects::instance;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::Slots;
use taipan_objects::str::{Str, Text};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, mem, natives};

io_types! {
    pub(crate) TYPES {
        "StringIO" STRING_IO STRING_IO_DEF: &TEXT_BASE, FIELDS, dict true, slots, METHODS, GETSET, "Text I/O implementation using an in-memory buffer.\n\nThe initial_value argument sets the value of object.  The newline\nargument is like the one of TextIOWrapper's constructor.";
    }
}

const DATA: usize = 0;
const WIDTH: usize = 1;
const POS: usize = 2;
const NEWLINE: usize = 3;
const SEEN: usize = 4;
const READY: usize = 5;

fn slots(slots: &mut Slots) {
    slots.new = Some(|vm, ty, _| vm.new_fields(ty, &[None; 6]));
    slots.init = Some(init);
    slots.next = Some(next);
}

natives! {
    static METHODS = {
        "close" method NoArgs, "($self, /)" => |vm, args| { set(vm, args.at(0), DATA, None); Ok(ty::none()) };
        "getvalue" method NoArgs, "($self, /)" => |vm, args| value(vm, args.at(0));
        "read" method Positional(0, 1), "($self, size=-1, /)" => read;
        "readline" method Positional(0, 1), "($self, size=-1, /)" => readline;
        "tell" method NoArgs, "($self, /)" => |vm, args| { data(vm, args.at(0))?; Ok(number::size(size(args.at(0), POS))) };
        "truncate" method Positional(0, 1), "($self, pos=None, /)" => truncate;
        "seek" method Positional(1, 2), "($self, pos, whence=0, /)" => seek;
        "write" method One, "($self, s, /)" => write;
        "seekable" method NoArgs, "($self, /)" => yes;
        "readable" method NoArgs, "($self, /)" => yes;
        "writable" method NoArgs, "($self, /)" => yes;
        "__getstate__" method NoArgs, "($self, /)" => getstate;
        "__setstate__" method One, "($self, state, /)" => setstate;
    }
}

static GETSET: &[GetSetDef] = getset! {
    "closed" => |vm, this| {
        if get(this, READY).is_none() {
            return Err(uninitialized(vm));
        }
        Ok(ty::bool_value(get(this, DATA).is_none()))
    };
    "newlines" => |vm, this| {
        data(vm, this)?;
        if universal(this) { seen_value(vm, int(this, SEEN)) } else { Ok(ty::none()) }
    };
    "line_buffering" => |vm, this| data(vm, this).map(|_| ty::bool_value(false));
};

/// The newline argument: none for None.
fn newline(this: Value) -> Option<Str> {
    get(this, NEWLINE).and_then(Str::of)
}

fn universal(this: Value) -> bool {
    newline(this).is_none_or(Str::is_empty)
}

fn data(vm: &mut Vm, this: Value) -> PyResult<ByteArray> {
    match get(this, DATA).and_then(ByteArray::of) {
        Some(array) => Ok(array),
        None if get(this, READY).is_none() => Err(uninitialized(vm)),
        None => Err(closed(vm)),
    }
}

fn yes(vm: &mut Vm, args: Args) -> PyResult {
    data(vm, args.at(0))?;
    Ok(ty::bool_value(true))
}

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    let [initial, newline] = bind(vm, "StringIO", args, ["initial_value", "newline"], 0)?;
    let newline = match newline {
        None => Some(vm.intern("\n")?),
        Some(value) => Some(value).filter(|value| *value != ty::none()),
    };
    start(vm, this, given(initial), newline)
}

fn start(vm: &mut Vm, this: Value, initial: Option<Value>, newline: Option<Value>) -> PyResult<()> {
    if let Some(newline) = newline {
        let Some(text) = Str::of(newline) else {
            let name = protocol::type_name(newline);
            return Err(vm.raise_type(&format!("newline must be str or None, not {name}")));
        };
        if !["", "\n", "\r", "\r\n"].iter().any(|known| text.is(known)) {
            let shown = protocol::repr_text(vm, newline)?;
            return Err(vm.raise_value(&format!("illegal newline value: {shown}")));
        }
    }
    let initial = match initial {
        None => None,
        Some(value) => match Str::of(value) {
            Some(text) => Some(text),
            None => {
                let name = protocol::type_name(value);
                return Err(
                    vm.raise_type(&format!("initial_value must be str or None, not {name}"))
                );
            }
        },
    };
    let array = vm.new_bytearray(&[])?;
    set(vm, this, DATA, Some(array.value()));
    set_small(vm, this, WIDTH, 1);
    set_small(vm, this, POS, 0);
    set_small(vm, this, SEEN, 0);
    set(vm, this, NEWLINE, newline);
    set_small(vm, this, READY, 1);
    if let Some(initial) = initial {
        put(vm, this, initial)?;
        set_small(vm, this, POS, 0);
    }
    Ok(())
}

// ---- the characters

fn width(this: Value) -> usize {
    size(this, WIDTH).max(1)
}

fn length(this: Value, array: ByteArray) -> usize {
    array.len() / width(this)
}

fn wide(array: ByteArray, start: usize, end: usize) -> impl Iterator<Item = u32> {
    array.data()[4 * start..4 * end]
        .chunks_exact(4)
        .map(|four| u32::from_ne_bytes(four.try_into().expect("four bytes")))
}

/// Characters `start..end`. The data of a bytearray stays where it is while it is not resized.
fn part(vm: &mut Vm, this: Value, array: ByteArray, start: usize, end: usize) -> PyResult {
    if width(this) == 1 {
        return vm.new_latin1(&array.data()[start..end]);
    }
    let points: Vec<u32> = wide(array, start, end).collect();
    vm.new_str_points(&points)
}

fn widen(vm: &mut Vm, this: Value, array: ByteArray) -> PyResult<()> {
    let old = array.data().to_vec();
    let Some(size) = old.len().checked_mul(4) else {
        return Err(vm.raise_memory_error());
    };
    array.resize_range(vm, old.len(), old.len(), size - old.len())?;
    for (four, byte) in array.data_mut().chunks_exact_mut(4).zip(old) {
        four.copy_from_slice(&u32::from(byte).to_ne_bytes());
    }
    set_small(vm, this, WIDTH, 4);
    Ok(())
}

/// Overwrites from a position on; `count` characters.
fn store(vm: &mut Vm, this: Value, text: Text<'_>) -> PyResult<()> {
    let array = data(vm, this)?;
    let narrow = matches!(text, Text::Ascii(_) | Text::Latin1(_));
    if !narrow && width(this) == 1 {
        widen(vm, this, array)?;
    }
    let unit = width(this);
    let start = size(this, POS);
    let Some(end) = start
        .checked_add(text.len())
        .filter(|end| *end < isize::MAX as usize / 4)
    else {
        return Err(vm.raise_overflow("new position too large"));
    };
    let old = array.len();
    if end * unit > old {
        array.resize_range(vm, old, old, end * unit - old)?;
        if start * unit > old {
            array.data_mut()[old..start * unit].fill(0);
        }
    }
    let to = &mut array.data_mut()[start * unit..end * unit];
    match text {
        Text::Ascii(bytes) | Text::Latin1(bytes) if unit == 1 => to.copy_from_slice(bytes),
        _ => {
            for (four, point) in to.chunks_exact_mut(4).zip(text.iter()) {
                four.copy_from_slice(&point.to_ne_bytes());
            }
        }
    }
    set_int(vm, this, POS, end as i64)
}

fn put(vm: &mut Vm, this: Value, text: Str) -> PyResult<()> {
    let plain = newline(this).is_some_and(|newline| newline.is("\n"));
    if plain {
        return match text.text() {
            Text::Ascii(bytes) => {
                let copy = bytes.to_vec();
                store(vm, this, Text::Ascii(&copy))
            }
            Text::Latin1(bytes) => {
                let copy = bytes.to_vec();
                store(vm, this, Text::Latin1(&copy))
            }
            other => {
                let copy = other.to_vec();
                store(vm, this, Text::Four(&copy))
            }
        };
    }
    let mut points = text.text().to_vec();
    if universal(this) {
        let mut seen = Newlines {
            pending_cr: false,
            seen: int(this, SEEN),
        };
        points = seen.translated(&points, newline(this).is_none());
        set_small(vm, this, SEEN, seen.seen);
    } else if let Some(newline) = newline(this) {
        let end = newline.text().to_vec();
        let lf = u32::from('\n');
        points = points
            .iter()
            .flat_map(|point| {
                if *point == lf {
                    end.clone()
                } else {
                    vec![*point]
                }
            })
            .collect();
    }
    if points.iter().all(|point| *point < 0x100) {
        let bytes: Vec<u8> = points.iter().map(|point| *point as u8).collect();
        return store(vm, this, Text::Latin1(&bytes));
    }
    store(vm, this, Text::Four(&points))
}

fn write(vm: &mut Vm, args: Args) -> PyResult {
    let (this, text) = (args.at(0), args.at(1));
    let Some(text) = Str::of(text) else {
        let name = protocol::type_name(text);
        return Err(vm.raise_type(&format!("string argument expected, got '{name}'")));
    };
    data(vm, this)?;
    if !text.is_empty() {
        put(vm, this, text)?;
    }
    Ok(number::size(text.len()))
}

fn value(vm: &mut Vm, this: Value) -> PyResult {
    let array = data(vm, this)?;
    part(vm, this, array, 0, length(this, array))
}

fn read(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let most = limit(vm, args.get(1))?.unwrap_or(usize::MAX);
    let array = data(vm, this)?;
    let length = length(this, array);
    let start = size(this, POS).min(length);
    let end = start.saturating_add(most).min(length);
    if end > start {
        set_int(vm, this, POS, end as i64)?;
    }
    part(vm, this, array, start, end)
}

/// The end of the line that starts at `start`, if it has one.
fn line_end(this: Value, array: ByteArray, start: usize, length: usize) -> Option<usize> {
    let narrow = width(this) == 1;
    let at = |index: usize| {
        if narrow {
            array.data().get(index).copied().map(u32::from)
        } else {
            wide(array, index, (index + 1).min(length)).next()
        }
    };
    let (cr, lf) = (u32::from('\r'), u32::from('\n'));
    let find = |byte: u8| {
        if narrow {
            find_byte(&array.data()[start..], byte).map(|found| start + found)
        } else {
            wide(array, start, length)
                .position(|point| point == u32::from(byte))
                .map(|found| start + found)
        }
    };
    match newline(this) {
        Some(newline) if newline.is_empty() => (start..length).find_map(|index| {
            let point = at(index)?;
            if point == cr {
                let pair = at(index + 1) == Some(lf);
                return Some(index + 1 + usize::from(pair));
            }
            (point == lf).then_some(index + 1)
        }),
        Some(newline) if newline.is("\r") => find(b'\r').map(|index| index + 1),
        Some(newline) if newline.is("\r\n") => (start..length)
            .find(|index| at(*index) == Some(cr) && at(index + 1) == Some(lf))
            .map(|index| index + 2),
        _ => find(b'\n').map(|index| index + 1),
    }
}

fn line(vm: &mut Vm, this: Value, most: usize) -> PyResult {
    let array = data(vm, this)?;
    let length = length(this, array);
    let start = size(this, POS).min(length);
    let end = line_end(this, array, start, length).unwrap_or(length);
    let end = end.min(start.saturating_add(most));
    if end > start {
        set_int(vm, this, POS, end as i64)?;
    }
    part(vm, this, array, start, end)
}

fn readline(vm: &mut Vm, args: Args) -> PyResult {
    let most = limit(vm, args.get(1))?.unwrap_or(usize::MAX);
    line(vm, args.at(0), most)
}

fn next(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    data(vm, this)?;
    let line = if is_exact(this, &STRING_IO) {
        line(vm, this, usize::MAX)?
    } else {
        let line = protocol::call_method(vm, this, "readline", &[])?;
        if Str::of(line).is_none() {
            let name = protocol::type_name(line);
            let text = format!("readline() should have returned a str object, not '{name}'");
            return Err(vm.raise_text(&types::OSError, &text));
        }
        line
    };
    Ok((!Str::of(line).is_none_or(Str::is_empty)).then_some(line))
}

fn truncate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let array = data(vm, this)?;
    let size = match given(args.get(1)) {
        Some(value) => {
            if number::int_of(value).is_none() && Type::of(value).slots().index.is_none() {
                let name = protocol::type_name(value);
                return Err(
                    vm.raise_type(&format!("argument should be integer or None, not '{name}'"))
                );
            }
            ssize(vm, value)?
        }
        None => size(this, POS) as i64,
    };
    let Ok(kept) = usize::try_from(size) else {
        return Err(vm.raise_value(&format!("Negative size value {size}")));
    };
    if kept < length(this, array) {
        array.resize_range(vm, kept * width(this), array.len(), 0)?;
    }
    vm.new_int(size)
}

fn seek(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let array = data(vm, this)?;
    let target = ssize(vm, args.at(1))?;
    let whence = whence(vm, args.get(2))?;
    let place = match whence {
        0 if target < 0 => {
            return Err(vm.raise_value(&format!("Negative seek position {target}")));
        }
        0 => target,
        1 | 2 if target != 0 => {
            let text = if whence == 1 { "cur" } else { "end" };
            let text = format!("Can't do nonzero {text}-relative seeks");
            return Err(vm.raise_text(&types::OSError, &text));
        }
        1 => size(this, POS) as i64,
        2 => length(this, array) as i64,
        _ => {
            return Err(vm.raise_value(&format!("Invalid whence ({whence}, should be 0, 1 or 2)")));
        }
    };
    set_int(vm, this, POS, place)?;
    vm.new_int(place)
}

fn getstate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let text = value(vm, this)?;
    let newline = get(this, NEWLINE).unwrap_or_else(ty::none);
    let place = vm.new_int(size(this, POS) as i64)?;
    let dict = match instance::instance_dict(vm, mem::expect_ref(this))? {
        Some(dict) if !dict.is_empty() => dict.copy(vm)?.value(),
        _ => ty::none(),
    };
    vm.new_tuple(&[text, newline, place, dict])
}

fn setstate(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    data(vm, this)?;
    let Some(state) = Tuple::of(args.at(1)).filter(|state| state.len() >= 4) else {
        let text = format!(
            "{}.__setstate__ argument should be 4-tuple, got {}",
            crate::text::class_text(this),
            protocol::type_name(args.at(1))
        );
        return Err(vm.raise_type(&text));
    };
    // The text is taken over as it is, whatever its line ends.
    start(vm, this, None, given(state.get(1)))?;
    if let Some(value) = given(state.get(0)) {
        let Some(text) = Str::of(value) else {
            let name = protocol::type_name(value);
            return Err(vm.raise_type(&format!("initial_value must be str or None, not {name}")));
        };
        let points = text.text().to_vec();
        store(vm, this, Text::Four(&points))?;
    }
    if number::int_of(state.at(2)).is_none() {
        let name = protocol::type_name(state.at(2));
        return Err(vm.raise_type(&format!(
            "third item of state must be an integer, got {name}"
        )));
    }
    let place = ssize(vm, state.at(2))?;
    if place < 0 {
        return Err(vm.raise_value("position value cannot be negative"));
    }
    set_int(vm, this, POS, place)?;
    crate::bytes_io::update_dict(vm, this, state.at(3))?;
    Ok(ty::none())
}
