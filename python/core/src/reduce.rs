//! Pickling of plain objects: `__reduce__`, `__reduce_ex__`, `__getstate__`.

use crate::util::{given, name_of};
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::list::List;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::{PyResult, Raised};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, flag, types};
use taipan_objects::vm::Vm;

fn copyreg(vm: &mut Vm) -> PyResult {
    let name = name_of(vm, "copyreg")?;
    match vm.interp.hooks.import {
        Some(import) => import(vm, name, ty::none(), ty::none(), 0),
        None => Err(vm.raise_import("module copyreg cannot be imported yet")),
    }
}

/// `__reduce_ex__(protocol)`.
pub(crate) fn reduce_ex(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let protocol = protocol::index_i64(vm, args.at(1))?;
    let name = vm.interp.names.__reduce__.str();
    if let Some(method) = protocol::get_attr_opt(vm, this, name)? {
        let own = Type::of(this).lookup(name);
        if own != types::OBJECT.ty().own(name) {
            return protocol::call(vm, method, &[]);
        }
    }
    reduce(vm, this, protocol)
}

/// What `object.__reduce__` does for a protocol.
pub(crate) fn reduce(vm: &mut Vm, this: Value, protocol: i64) -> PyResult {
    if protocol >= 2 {
        return reduce_new(vm, this);
    }
    let module = copyreg(vm)?;
    let protocol = number::size(usize::try_from(protocol).unwrap_or(0));
    protocol::call_method(vm, module, "_reduce_ex", &[this, protocol])
}

fn cannot_pickle(vm: &mut Vm, this: Value) -> Raised {
    let name = protocol::type_name(this);
    vm.raise_type(&format!("cannot pickle '{name}' object"))
}

/// Arguments for `__new__` from `__getnewargs_ex__` or `__getnewargs__`.
fn new_arguments(vm: &mut Vm, this: Value) -> PyResult<(Option<Tuple>, Option<Dict>)> {
    let name = name_of(vm, "__getnewargs_ex__")?;
    if let Some(result) = protocol::call_special(vm, this, name, &[])? {
        let Some(pair) = Tuple::of(result) else {
            let name = protocol::type_name(result);
            return Err(vm.raise_type(&format!(
                "__getnewargs_ex__ should return a tuple, not '{name}'"
            )));
        };
        if pair.len() != 2 {
            let count = pair.len();
            return Err(vm.raise_value(&format!(
                "__getnewargs_ex__ should return a tuple of length 2, not {count}"
            )));
        }
        let Some(args) = Tuple::of(pair.at(0)) else {
            let name = protocol::type_name(pair.at(0));
            return Err(vm.raise_type(&format!("first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{name}'")));
        };
        let Some(keywords) = Dict::of(pair.at(1)) else {
            let name = protocol::type_name(pair.at(1));
            return Err(vm.raise_type(&format!("second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{name}'")));
        };
        return Ok((Some(args), Some(keywords)));
    }
    let name = vm.interp.names.__getnewargs__.str();
    match protocol::call_special(vm, this, name, &[])? {
        Some(result) => match Tuple::of(result) {
            Some(args) => Ok((Some(args), None)),
            None => {
                let name = protocol::type_name(result);
                Err(vm.raise_type(&format!(
                    "__getnewargs__ should return a tuple, not '{name}'"
                )))
            }
        },
        None => Ok((None, None)),
    }
}

fn reduce_new(vm: &mut Vm, this: Value) -> PyResult {
    let ty = Type::of(this);
    if ty.slots().new.is_none() {
        return Err(cannot_pickle(vm, this));
    }
    let (args, keywords) = new_arguments(vm, this)?;
    let module = copyreg(vm)?;
    let keywords = keywords.filter(|keywords| !keywords.is_empty());
    let (function, new_args) = match keywords {
        None => {
            let list = vm.new_list(&[ty.value()])?;
            let list = List::of(list).expect("a list");
            for arg in args.into_iter().flat_map(Tuple::iter) {
                list.push(vm, arg)?;
            }
            let tuple = vm.list_to_tuple(list)?;
            (protocol::get_attr_named(vm, module, "__newobj__")?, tuple)
        }
        Some(keywords) => {
            let empty = vm.interp.empty_tuple();
            let args = args.map_or(empty, Tuple::value);
            let tuple = vm.new_tuple(&[ty.value(), args, keywords.value()])?;
            (
                protocol::get_attr_named(vm, module, "__newobj_ex__")?,
                tuple,
            )
        }
    };
    let is_list = ty.flags() & flag::LIST != 0;
    let is_dict = ty.flags() & flag::DICT != 0;
    let required = args.is_none() && !is_list && !is_dict;
    let state = state_of(vm, this, required)?;
    let items = if is_list {
        protocol::iter(vm, this)?
    } else {
        ty::none()
    };
    let entries = if is_dict {
        let view = protocol::call_method(vm, this, "items", &[])?;
        protocol::iter(vm, view)?
    } else {
        ty::none()
    };
    vm.new_tuple(&[function, new_args, state, items, entries])
}

/// `__getstate__()`, knowing whether state that cannot be seen is a problem.
fn state_of(vm: &mut Vm, this: Value, required: bool) -> PyResult {
    let name = vm.interp.names.__getstate__.str();
    if Type::of(this).lookup(name) == types::OBJECT.ty().own(name) {
        return default_state(vm, this, required);
    }
    let method = protocol::get_attr(vm, this, name)?;
    protocol::call(vm, method, &[])
}

/// `object.__getstate__()`: the attribute dict, with the values of `__slots__` beside it.
pub(crate) fn default_state(vm: &mut Vm, this: Value, required: bool) -> PyResult {
    let ty = Type::of(this);
    if required && !ty.makes_instances() && !ty.is_heap() && !foreign(ty) {
        return Err(cannot_pickle(vm, this));
    }
    let name = vm.interp.names.__dict__.str();
    let state = match protocol::get_attr_opt(vm, this, name)? {
        Some(dict) => match Dict::of(dict).filter(|dict| !dict.is_empty()) {
            Some(dict) => dict.copy(vm)?.value(),
            None => ty::none(),
        },
        None => ty::none(),
    };
    if !ty.is_heap() {
        return Ok(state);
    }
    // Only classes with `__slots__` somewhere have members to look for.
    let name = vm.interp.names.__slots__.str();
    if ty.lookup(name).is_none() {
        return Ok(state);
    }
    let module = copyreg(vm)?;
    let names = protocol::call_method(vm, module, "_slotnames", &[ty.value()])?;
    let Some(names) = given(Some(names)).and_then(List::of) else {
        return Ok(state);
    };
    let slots = vm.new_dict()?;
    for index in 0..names.len() {
        let Some(name) = names.get(index) else { break };
        let key = taipan_objects::dispatch::attribute_name(vm, name)?;
        if let Some(value) = protocol::get_attr_opt(vm, this, key)? {
            slots.set(vm, name, value)?;
        }
    }
    if slots.is_empty() {
        return Ok(state);
    }
    vm.new_tuple(&[state, slots.value()])
}

fn foreign(ty: Type) -> bool {
    ty.is(&types::OBJECT)
        || ty.flags()
            & (flag::LONG | flag::LIST | flag::TUPLE | flag::BYTES | flag::UNICODE | flag::DICT)
            != 0
}
