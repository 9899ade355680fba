//! Mapping and class patterns.

use super::plural;
use coil_value::Value;
use taipan_objects::list::List;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

/// Values of the keys of a mapping pattern, or None.
pub(crate) fn match_keys(vm: &mut Vm, subject: Value, keys: Value) -> PyResult {
    let keys = Tuple::of(keys).expect("the compiler makes a tuple");
    let values = vm.new_list_with(keys.len())?;
    let seen = vm.new_set()?;
    let missing = vm.new_list_with(0)?.value();
    for key in keys.iter() {
        if !seen.add(vm, key)? {
            let text = format!(
                "mapping pattern checks duplicate key ({})",
                protocol::repr_text(vm, key)?
            );
            return Err(vm.raise_value(&text));
        }
        let found = protocol::call_method(vm, subject, "get", &[key, missing])?;
        if found == missing {
            return Ok(ty::none());
        }
        values.push(vm, found)?;
    }
    vm.list_to_tuple(values)
}

/// Attributes of a class pattern, or None.
pub(crate) fn match_class(
    vm: &mut Vm,
    subject: Value,
    class: Value,
    names: Value,
    positional: usize,
) -> PyResult {
    let Some(ty) = Type::from_value(class) else {
        return Err(vm.raise_type("called match pattern must be a class"));
    };
    if !protocol::is_instance(vm, subject, class)? {
        return Ok(ty::none());
    }
    let values = vm.new_list_with(positional)?;
    let seen = vm.new_set()?;
    if positional > 0 {
        let key = vm.interp.names.__match_args__.str();
        let match_args = protocol::get_attr_opt(vm, class, key)?;
        let itself = match_args.is_none() && {
            let base = ty.mro_types().find(|ty| !ty.is_heap()).unwrap_or(ty);
            [
                &types::BOOL,
                &types::BYTEARRAY,
                &types::BYTES,
                &types::DICT,
                &types::FLOAT,
                &types::FROZENSET,
                &types::INT,
                &types::LIST,
                &types::SET,
                &types::STR,
                &types::TUPLE,
            ]
            .into_iter()
            .any(|known| base.is(known))
        };
        let args = match match_args {
            Some(args) => match Tuple::of(args) {
                Some(args) => Some(args),
                None => {
                    let text = format!(
                        "{}.__match_args__ must be a tuple (got {})",
                        ty.name(),
                        protocol::type_name(args)
                    );
                    return Err(vm.raise_type(&text));
                }
            },
            None => None,
        };
        let allowed = if itself {
            1
        } else {
            args.map_or(0, Tuple::len)
        };
        if positional > allowed {
            let text = format!(
                "{}() accepts {allowed} positional sub-pattern{} ({positional} given)",
                ty.name(),
                plural(allowed)
            );
            return Err(vm.raise_type(&text));
        }
        if itself {
            values.push(vm, subject)?;
        } else if let Some(args) = args {
            for index in 0..positional {
                let Some(name) = Str::of(args.at(index)) else {
                    let text = format!(
                        "__match_args__ elements must be strings (got {})",
                        protocol::type_name(args.at(index))
                    );
                    return Err(vm.raise_type(&text));
                };
                if !match_attribute(vm, subject, ty, name, values, seen)? {
                    return Ok(ty::none());
                }
            }
        }
    }
    let names = Tuple::of(names).expect("the compiler makes a tuple");
    for name in names.iter() {
        let name = Str::of(name).expect("names are strings");
        if !match_attribute(vm, subject, ty, name, values, seen)? {
            return Ok(ty::none());
        }
    }
    vm.list_to_tuple(values)
}

pub(super) fn match_attribute(
    vm: &mut Vm,
    subject: Value,
    ty: Type,
    name: Str,
    values: List,
    seen: taipan_objects::set::Set,
) -> PyResult<bool> {
    if !seen.add(vm, name.value())? {
        let text = format!(
            "{}() got multiple sub-patterns for attribute '{}'",
            ty.name(),
            name.to_rust()
        );
        return Err(vm.raise_type(&text));
    }
    match protocol::get_attr_opt(vm, subject, name)? {
        Some(value) => values.push(vm, value).map(|()| true),
        None => Ok(false),
    }
}
