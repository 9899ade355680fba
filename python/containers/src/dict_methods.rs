//! Methods of `dict`.

use crate::dict::{this, update_from_args};
use crate::dict_iter::{Kind, new_reverse_iter};
use crate::dict_view::new_view;
use crate::helpers::{class_getitem, is_exact, key_error};
use taipan_objects::dict::{Dict, hash_key};
use taipan_objects::layout;
use taipan_objects::native::{Args, Intrinsic};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm, natives};

fn get(vm: &mut Vm, args: Args) -> PyResult {
    let found = this(args.at(0)).get(vm, args.at(1))?;
    Ok(found.or_else(|| args.get(2)).unwrap_or_else(ty::none))
}

fn setdefault(vm: &mut Vm, args: Args) -> PyResult {
    let (dict, key) = (this(args.at(0)), args.at(1));
    let default = args.get(2).unwrap_or_else(ty::none);
    let hash = hash_key(vm, key)?;
    if let Some(found) = dict.get_hashed(vm, key, hash)? {
        return Ok(found);
    }
    dict.set_hashed(vm, key, default, hash)?;
    Ok(default)
}

fn pop(vm: &mut Vm, args: Args) -> PyResult {
    let dict = this(args.at(0));
    if dict.is_empty() {
        return match args.get(2) {
            Some(default) => Ok(default),
            None => Err(key_error(vm, args.at(1))),
        };
    }
    match dict.remove(vm, args.at(1))?.or_else(|| args.get(2)) {
        Some(found) => Ok(found),
        None => Err(key_error(vm, args.at(1))),
    }
}

fn popitem(vm: &mut Vm, args: Args) -> PyResult {
    let dict = this(args.at(0));
    let Some((entry, key, value)) = dict.previous_entry(u32::MAX) else {
        return Err(key_error_text(vm, "popitem(): dictionary is empty"));
    };
    let pair = vm.new_tuple(&[key, value])?;
    dict.remove_entry(vm, entry);
    Ok(pair)
}

fn key_error_text(vm: &mut Vm, text: &str) -> taipan_objects::Raised {
    vm.raise_key(text)
}

fn update(vm: &mut Vm, args: Args) -> PyResult {
    update_from_args(vm, this(args.at(0)), args.skip(1), "update")?;
    Ok(ty::none())
}

fn clear(vm: &mut Vm, args: Args) -> PyResult {
    this(args.at(0)).clear(vm);
    Ok(ty::none())
}

fn copy(vm: &mut Vm, args: Args) -> PyResult {
    Ok(this(args.at(0)).copy(vm)?.value())
}

fn fromkeys(vm: &mut Vm, args: Args) -> PyResult {
    let (class, iterable) = (args.at(0), args.at(1));
    let value = args.get(2).unwrap_or_else(ty::none);
    let dict = match Type::from_value(class) {
        Some(class) if class.is(&types::DICT) => vm.new_dict()?.value(),
        _ => protocol::call(vm, class, &[])?,
    };
    if is_exact(dict, layout::DICT) {
        let target = this(dict);
        if is_exact(iterable, layout::DICT) {
            let source = this(iterable);
            let mut at = 0;
            while let Some((entry, key, _)) = source.next_entry(at) {
                let hash = source.table().map_or(0, |table| table.hash32(entry));
                target.set_hashed(vm, key, value, i64::from(hash))?;
                at = entry + 1;
            }
            return Ok(dict);
        }
        protocol::for_each(vm, iterable, |vm, key| {
            target.set(vm, key, value)?;
            Ok(true)
        })?;
        return Ok(dict);
    }
    protocol::for_each(vm, iterable, |vm, key| {
        protocol::set_item(vm, dict, key, Some(value))?;
        Ok(true)
    })?;
    Ok(dict)
}

fn keys(vm: &mut Vm, args: Args) -> PyResult {
    new_view(vm, Kind::Keys, args.at(0))
}

fn values(vm: &mut Vm, args: Args) -> PyResult {
    new_view(vm, Kind::Values, args.at(0))
}

fn items(vm: &mut Vm, args: Args) -> PyResult {
    new_view(vm, Kind::Items, args.at(0))
}

fn reversed(vm: &mut Vm, args: Args) -> PyResult {
    new_reverse_iter(vm, this(args.at(0)), Kind::Keys)
}

fn sizeof(_vm: &mut Vm, args: Args) -> PyResult {
    let dict: Dict = this(args.at(0));
    let table = dict
        .table()
        .map_or(0, |table| 24 * table.used() as usize + 32);
    Ok(number::size(48 + table))
}

natives! {
    /// Methods of `dict`.
    pub(crate) static METHODS = {
        "get" method Positional(1, 2), "(self, key, default=None, /)" => get, intrinsic(Intrinsic::DictGet);
        "setdefault" method Positional(1, 2), "(self, key, default=None, /)" => setdefault;
        "pop" method Positional(1, 2), "" => pop;
        "popitem" method NoArgs, "(self, /)" => popitem;
        "update" method Any, "" => update;
        "clear" method NoArgs, "(self, /)" => clear;
        "copy" method NoArgs, "(self, /)" => copy;
        "fromkeys" classmethod Positional(1, 2), "(iterable, value=None, /)" => fromkeys;
        "keys" method NoArgs, "(self, /)" => keys, intrinsic(Intrinsic::DictView);
        "values" method NoArgs, "(self, /)" => values, intrinsic(Intrinsic::DictView);
        "items" method NoArgs, "(self, /)" => items, intrinsic(Intrinsic::DictView);
        "__reversed__" method NoArgs, "(self, /)" => reversed;
        "__sizeof__" method NoArgs, "(self, /)" => sizeof;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}
