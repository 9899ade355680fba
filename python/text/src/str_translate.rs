//! `str.translate` and `str.maketrans`.

use crate::args::{text, this};
use crate::str_join::push;
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::native::Args;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::{PyResult, Vm, number, protocol};

/// What a table says about a character.
#[derive(Clone, Copy)]
enum Mapped {
    Same,
    Gone,
    Char(u32),
    Text(Value),
}

fn look_up(vm: &mut Vm, table: Value, point: u32) -> PyResult<Mapped> {
    let key = number::small(i64::from(point));
    let found = match protocol::get_item(vm, table, key) {
        Ok(found) => found,
        Err(raised) if vm.raised_is(&types::LookupError) => {
            vm.take_raised(raised);
            return Ok(Mapped::Same);
        }
        Err(raised) => return Err(raised),
    };
    if found == ty::none() {
        return Ok(Mapped::Gone);
    }
    if Str::of(found).is_some() {
        return Ok(Mapped::Text(found));
    }
    match number::int_of(found) {
        Some(int) => match int.to_i64().and_then(|int| u32::try_from(int).ok()) {
            Some(point) if point < 0x11_0000 => Ok(Mapped::Char(point)),
            _ => Err(vm.raise_value("character mapping must be in range(0x110000)")),
        },
        None => Err(vm.raise_type("character mapping must return integer, None or str")),
    }
}

pub(crate) fn translate(vm: &mut Vm, args: Args) -> PyResult {
    let (string, table) = (this(args.at(0)), args.at(1));
    let mut out = Vec::with_capacity(string.len());
    for index in 0..string.len() {
        let point = string.at(index);
        match look_up(vm, table, point)? {
            Mapped::Same => out.push(point),
            Mapped::Gone => {}
            Mapped::Char(point) => out.push(point),
            Mapped::Text(value) => {
                push(&mut out, Str::of(value).expect("it was checked").text());
            }
        }
    }
    vm.new_str_points(&out)
}

pub(crate) fn maketrans(vm: &mut Vm, args: Args) -> PyResult {
    let result = vm.new_dict()?;
    if args.len() == 1 {
        from_dict(vm, args.at(0), result)?;
        return Ok(result.value());
    }
    let Some(from) = Str::of(args.at(0)) else {
        return Err(vm.raise_type(
            "first maketrans argument must be a string if there is a second argument",
        ));
    };
    let to = text(vm, args.at(1), "maketrans() argument 2")?;
    let gone = match args.get(2) {
        Some(value) => Some(text(vm, value, "maketrans() argument 3")?),
        None => None,
    };
    if from.len() != to.len() {
        return Err(vm.raise_value("the first two maketrans arguments must have equal length"));
    }
    let key = |point: u32| number::small(i64::from(point));
    for index in 0..from.len() {
        result.set(vm, key(from.at(index)), key(to.at(index)))?;
    }
    for index in 0..gone.map_or(0, Str::len) {
        if let Some(gone) = gone {
            result.set(vm, key(gone.at(index)), ty::none())?;
        }
    }
    Ok(result.value())
}

fn from_dict(vm: &mut Vm, source: Value, result: Dict) -> PyResult<()> {
    let Some(source) = Dict::of(source) else {
        return Err(vm.raise_type("if you give only one argument to maketrans it must be a dict"));
    };
    let copy = source.copy(vm)?;
    for (key, value) in copy.iter() {
        let key = match Str::of(key) {
            Some(text) if text.len() == 1 => number::small(i64::from(text.at(0))),
            Some(_) => {
                return Err(vm.raise_value("string keys in translate table must be of length 1"));
            }
            None if number::int_of(key).is_some() => key,
            None => {
                return Err(vm.raise_type("keys in translate table must be strings or integers"));
            }
        };
        result.set(vm, key, value)?;
    }
    Ok(())
}
