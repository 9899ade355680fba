//! How arrays are pickled: as a list of items, or as bytes with the number of their machine format.

use super::kind::{Kind, character};
use super::{make, this, with_initial};
use coil_num::IntBuf;
use taipan_objects::bytes::Bytes;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

natives! {
    pub(super) static FUNCTIONS = {
        "_array_reconstructor" function Positional(4, 4), "(arraytype, typecode, mformat_code, items, /)" => reconstruct;
    }
}

/// `__reduce_ex__`
pub(super) fn reduce_ex(vm: &mut Vm, args: Args) -> PyResult {
    let array = this(args.at(0));
    if number::int_of(args.at(1)).is_none() {
        let name = protocol::type_name(args.at(1));
        return Err(vm.raise_type(&format!(
            "__reduce_ex__ argument should be an integer, got {name}"
        )));
    }
    let version = protocol::index_clamped(vm, args.at(1))?;
    let name = vm.intern("__dict__")?;
    let name = Str::of(name).expect("interned strings are strings");
    let state = protocol::get_attr_opt(vm, array.object, name)?.unwrap_or_else(ty::none);
    let class = Type::of(array.object).value();
    let code = vm.new_ascii(&[array.kind.code()])?;
    if version < 3 {
        let items = super::methods::list_of(vm, array)?.value();
        let arguments = vm.new_tuple(&[code, items])?;
        return vm.new_tuple(&[class, arguments, state]);
    }
    let module = vm.interp.modules().get_name(vm, "array")?;
    let Some(module) = module else {
        return Err(vm.raise_import("module 'array' is gone"));
    };
    let function = protocol::get_attr_named(vm, module, "_array_reconstructor")?;
    let bytes = array.bytes.data().to_vec();
    let bytes = vm.new_bytes(&bytes)?;
    let format = number::small(array.kind.format());
    let arguments = vm.new_tuple(&[class, code, format, bytes])?;
    vm.new_tuple(&[function, arguments, state])
}

fn reconstruct(vm: &mut Vm, args: Args) -> PyResult {
    let Some(class) = Type::from_value(args.at(0)) else {
        let name = protocol::type_name(args.at(0));
        return Err(vm.raise_type(&format!("first argument must be a type object, not {name}")));
    };
    if !class.is_subtype(super::ARRAY.ty()) {
        return Err(vm.raise_type(&format!("{} is not a subtype of array.array", class.name())));
    }
    let code = character(vm, args.at(1), "_array_reconstructor() argument 2")?;
    let Some(kind) = Kind::of(code) else {
        return Err(vm.raise_value("second argument must be a valid type code"));
    };
    let format = protocol::index_i64(vm, args.at(2))?;
    if !(0..=21).contains(&format) {
        return Err(vm.raise_value("third argument must be a valid machine format code."));
    }
    let Some(bytes) = Bytes::of(args.at(3)) else {
        let name = protocol::type_name(args.at(3));
        return Err(vm.raise_type(&format!("fourth argument should be bytes, not {name}")));
    };
    let native = format == kind.format();
    // Integers of another machine become the last kind that has just their size and sign.
    let fitting = (!native && format < 14).then(|| {
        let kinds = super::CODES.bytes().rev();
        let little = if format > 1 { format & !1 } else { format };
        kinds
            .filter_map(|code| Kind::of(u32::from(code)))
            .find(|kind| kind.format() & !i64::from(format > 1) == little)
    });
    let kind = fitting.flatten().unwrap_or(kind);
    if native {
        let array = make(vm, class, kind, &[])?;
        array.append_bytes(vm, bytes.data().to_vec())?;
        return Ok(array.object);
    }
    let items = foreign_items(vm, format, args.at(3), bytes)?;
    with_initial(vm, class, u32::from(kind.code()), Some(items))
}

/// Items that another machine wrote: a str or a list.
fn foreign_items(vm: &mut Vm, format: i64, object: Value, bytes: Bytes) -> PyResult {
    let size = match format {
        0 | 1 => 1,
        2..=5 => 2,
        6..=9 | 14 | 15 | 18 | 19 => 4,
        _ => 8,
    };
    let len = bytes.data().len();
    if !len.is_multiple_of(size) {
        return Err(vm.raise_value("string length not a multiple of item size"));
    }
    if format >= 18 {
        let codecs = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"];
        let codec = vm.new_str(codecs[format as usize - 18])?;
        return protocol::call_method(vm, object, "decode", &[codec]);
    }
    let big = format > 1 && format % 2 == 1;
    let signed = matches!(format, 1 | 4 | 5 | 8 | 9 | 12 | 13);
    let list = vm.new_list_with(len / size)?;
    for start in (0..len).step_by(size) {
        let mut wide = [0; 8];
        wide[..size].copy_from_slice(&bytes.data()[start..start + size]);
        if big {
            wide[..size].reverse();
        }
        let word = u64::from_le_bytes(wide);
        let item = match format {
            14 | 15 => vm.new_float(f64::from(f32::from_bits((word & 0xffff_ffff) as u32)))?,
            16 | 17 => vm.new_float(f64::from_bits(word))?,
            _ => {
                let int = IntBuf::from_le_bytes(&wide[..size], signed);
                vm.new_int_buf(&int.expect("eight bytes are few"))?
            }
        };
        list.push(vm, item)?;
    }
    Ok(list.value())
}
