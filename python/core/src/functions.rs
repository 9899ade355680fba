//! Functions of module `builtins` about objects: attributes, classes, identity, output.

use crate::output;
use coil_value::Value;
use taipan_objects::dispatch::attribute_name;
use taipan_objects::native::Args;
use taipan_objects::native::Intrinsic;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

natives! {
    /// For module `builtins`.
    pub static FUNCTIONS = {
        "isinstance" function Positional(2, 2), "(obj, class_or_tuple, /)" => |vm, args| {
            Ok(ty::bool_value(protocol::is_instance(vm, args.at(0), args.at(1))?))
        }, intrinsic(Intrinsic::IsInstance);
        "issubclass" function Positional(2, 2), "(cls, class_or_tuple, /)" => |vm, args| {
            Ok(ty::bool_value(protocol::is_subclass(vm, args.at(0), args.at(1))?))
        };
        "callable" function One, "(obj, /)" => |_, args| Ok(ty::bool_value(protocol::is_callable(args.at(0))));
        "getattr" function Positional(2, 3), "" => getattr;
        "setattr" function Positional(3, 3), "(obj, name, value, /)" => |vm, args| {
            let name = attribute_name(vm, args.at(1))?;
            protocol::set_attr(vm, args.at(0), name, Some(args.at(2)))?;
            Ok(ty::none())
        };
        "delattr" function Positional(2, 2), "(obj, name, /)" => |vm, args| {
            let name = attribute_name(vm, args.at(1))?;
            protocol::set_attr(vm, args.at(0), name, None)?;
            Ok(ty::none())
        };
        "hasattr" function Positional(2, 2), "(obj, name, /)" => |vm, args| {
            let name = attribute_name(vm, args.at(1))?;
            Ok(ty::bool_value(protocol::get_attr_opt(vm, args.at(0), name)?.is_some()))
        };
        "hash" function One, "(obj, /)" => |vm, args| {
            let hash = protocol::hash(vm, args.at(0))?;
            vm.new_int(hash)
        }, intrinsic(Intrinsic::Hash);
        "id" function One, "(obj, /)" => |vm, args| id(vm, args.at(0)), intrinsic(Intrinsic::Id);
        "vars" function Positional(0, 1), "" => vars;
        "dir" function Positional(0, 1), "" => dir;
        "print" function Any, "(*args, sep=' ', end='\\n', file=None, flush=False)" => output::print;
        "input" function Positional(0, 1), "(prompt='', /)" => output::input;
    }
}

fn getattr(vm: &mut Vm, args: Args) -> PyResult {
    let name = attribute_name(vm, args.at(1))?;
    match args.get(2) {
        None => protocol::get_attr(vm, args.at(0), name),
        Some(default) => Ok(protocol::get_attr_opt(vm, args.at(0), name)?.unwrap_or(default)),
    }
}

/// `id(object)`: the address, where the object stays from now on; numbers that are equal and of one type have equal ids.
fn id(vm: &mut Vm, value: Value) -> PyResult {
    let Some(object) = value.as_ref() else {
        // The tag bits make ids of inline numbers differ from all addresses.
        return unsigned(vm, value.bits());
    };
    if Type::of(value).is(&types::INT) {
        let hash = protocol::hash(vm, value)?;
        return unsigned(vm, hash.cast_unsigned() | 1 << 63);
    }
    vm.mutator().pin(object);
    vm.new_int((object.address() as u64).cast_signed())
}

fn unsigned(vm: &mut Vm, number: u64) -> PyResult {
    match i64::try_from(number) {
        Ok(number) => vm.new_int(number),
        Err(_) => {
            let digits = [
                (number & 0x3fff_ffff) as u32,
                (number >> 30 & 0x3fff_ffff) as u32,
                (number >> 60) as u32,
            ];
            let number = coil_num::IntRef::new(false, &digits).to_buf();
            vm.new_int_buf(&number)
        }
    }
}

/// The caller's namespace: what the interpreter's `locals()` gives.
fn caller_locals(vm: &mut Vm) -> PyResult {
    match vm.interp.builtins().get_name(vm, "locals")? {
        Some(locals) => protocol::call(vm, locals, &[]),
        None => Err(vm.raise_name("name 'locals' is not defined")),
    }
}

fn vars(vm: &mut Vm, args: Args) -> PyResult {
    let Some(object) = args.get(0) else {
        return caller_locals(vm);
    };
    let name = vm.interp.names.__dict__.str();
    match protocol::get_attr_opt(vm, object, name)? {
        Some(dict) => Ok(dict),
        None => Err(vm.raise_type("vars() argument must have __dict__ attribute")),
    }
}

fn dir(vm: &mut Vm, args: Args) -> PyResult {
    let names = match args.get(0) {
        None => {
            let locals = caller_locals(vm)?;
            protocol::call_method(vm, locals, "keys", &[])?
        }
        Some(object) => {
            let name = vm.interp.names.__dir__.str();
            match protocol::call_special(vm, object, name, &[])? {
                Some(names) => names,
                None => return Err(vm.raise_type("object does not provide __dir__")),
            }
        }
    };
    let list = protocol::to_list(vm, names)?;
    protocol::call_method(vm, list.value(), "sort", &[])?;
    Ok(list.value())
}
