//! Template strings.

use super::call::call_ex;
use super::register;
use coil_value::Value;
use taipan_objects::protocol;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self};
use taipan_objects::{PyResult, Vm};

/// A t-string's interpolation: value, expression text, conversion, format spec.
pub(crate) fn interpolation(vm: &mut Vm, first: *const u64, conversion: u8) -> PyResult {
    let (value, expression, spec) = (register(first, 0), register(first, 1), register(first, 2));
    let conversion = match conversion {
        1 => vm.new_str("s")?,
        2 => vm.new_str("r")?,
        3 => vm.new_str("a")?,
        _ => ty::none(),
    };
    let class = templatelib(vm, "Interpolation")?;
    protocol::call(vm, class, &[value, expression, conversion, spec])
}

/// A t-string: strings and interpolations in turn.
pub(crate) fn template(vm: &mut Vm, strings: Value, interpolations: Value) -> PyResult {
    let class = templatelib(vm, "Template")?;
    let (strings, interpolations) = (
        Tuple::of(strings).expect("the compiler makes a tuple"),
        Tuple::of(interpolations).expect("the compiler makes a tuple"),
    );
    let parts = vm.new_list_with(strings.len() * 2)?;
    for index in 0..strings.len() {
        parts.push(vm, strings.at(index))?;
        if let Some(interpolation) = interpolations.get(index) {
            parts.push(vm, interpolation)?;
        }
    }
    let args = vm.list_to_tuple(parts)?;
    call_ex(vm, class, None, args, None)
}

pub(super) fn templatelib(vm: &mut Vm, name: &str) -> PyResult {
    match vm.interp.kept(if name == "Template" {
        "Template"
    } else {
        "Interpolation"
    }) {
        Some(class) => Ok(class),
        None => Err(vm.raise_not_implemented("template strings are not there yet")),
    }
}
