//! `str(...)`.

use crate::codec;
use crate::str_type::exact;
use coil_value::Value;
use taipan_objects::bytes::bytes_like;
use taipan_objects::layout::{self, at};
use taipan_objects::native::Args;
use taipan_objects::str::{STATE_ASCII, Str};
use taipan_objects::ty::{Type, types};
use taipan_objects::{PyResult, Vm, mem, protocol};

/// `str.__new__`.
pub(crate) fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    const NAMES: [&str; 3] = ["object", "encoding", "errors"];
    if args.len() > 3 {
        let given = args.len();
        return Err(vm.raise_type(&format!("str expected at most 3 arguments, got {given}")));
    }
    let mut given = [args.get(0), args.get(1), args.get(2)];
    for index in 0..args.keyword_count() {
        let (name, value) = args.keyword(index);
        let Some(place) = NAMES.iter().position(|known| name.is(known)) else {
            let name = name.to_rust().into_owned();
            return Err(vm.raise_type(&format!(
                "str() got an unexpected keyword argument '{name}'"
            )));
        };
        if given[place].is_some() {
            return Err(vm.raise_type(&format!(
                "argument for str() given by name ('{}') and position ({})",
                NAMES[place],
                place + 1
            )));
        }
        given[place] = Some(value);
    }
    let text = match given {
        [None, _, _] => vm.new_ascii(b"")?,
        [Some(value), None, None] => protocol::str(vm, value)?.value(),
        [Some(value), encoding, errors] => {
            if Str::of(value).is_some() {
                return Err(vm.raise_type("decoding str is not supported"));
            }
            if bytes_like(value).is_none() {
                let name = protocol::type_name(value);
                return Err(vm.raise_type(&format!(
                    "decoding to str: need a bytes-like object, {name} found"
                )));
            }
            codec::decode_value(vm, value, encoding, errors, "str()")?
        }
    };
    if ty.is(&types::STR) {
        return Ok(text);
    }
    subclass_instance(vm, ty, text)
}

/// A copy of a str as an instance of a subclass.
fn subclass_instance(vm: &mut Vm, ty: Type, text: Value) -> PyResult {
    let text = Str::of(text).expect("conversions to str give one");
    let plain = exact(vm, text)?;
    let plain = Str::of(plain).expect("it is the same text");
    let source = plain.as_ref();
    let state: u32 = mem::get(source, at::STR_STATE);
    let data = if state & STATE_ASCII != 0 {
        at::STR_ASCII_DATA
    } else {
        at::STR_WIDE_DATA
    };
    let bytes = (plain.len() + 1) * plain.kind();
    let size = ((data + bytes + 7) & !7) + layout::SUB_EXTRA;
    let object = vm.alloc_sized(ty.instance_layout(), ty, size, |object| {
        mem::set(object, at::STR_LENGTH, plain.len());
        mem::set(object, at::STR_HASH, plain.hash());
        // The copy is not in the table of interned strings.
        mem::set(object, at::STR_STATE, state & !3);
        mem::slice_mut::<u8>(object, data, plain.bytes().len()).copy_from_slice(plain.bytes());
    })?;
    Ok(Value::from_ref(object))
}
