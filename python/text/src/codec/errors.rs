//! UnicodeEncodeError and UnicodeDecodeError.

use super::names::Handler;
use coil_value::Value;
use taipan_objects::str::Str;
use taipan_objects::ty::{StaticType, types};
use taipan_objects::{PyResult, Raised, Vm, number};

/// What could not be converted, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    pub(super) encoding: &'static str,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) reason: &'static str,
}

fn raise(
    vm: &mut Vm,
    class: &'static StaticType,
    object: Value,
    failure: Failure,
) -> PyResult<Raised> {
    let encoding = vm.new_str(failure.encoding)?;
    let reason = vm.new_str(failure.reason)?;
    let (start, end) = (number::size(failure.start), number::size(failure.end));
    Ok(vm.raise_with(class, &[encoding, object, start, end, reason]))
}

/// UnicodeEncodeError.
pub(super) fn encode_error(vm: &mut Vm, text: Str, failure: Failure) -> Raised {
    raise(vm, &types::UnicodeEncodeError, text.value(), failure).unwrap_or_else(|raised| raised)
}

/// UnicodeDecodeError; `object` is a bytes object.
pub(super) fn decode_error(vm: &mut Vm, object: Value, failure: Failure) -> Raised {
    raise(vm, &types::UnicodeDecodeError, object, failure).unwrap_or_else(|raised| raised)
}

/// The error of a handler that is not known, or cannot do this.
pub(super) fn handler_error(vm: &mut Vm, handler: &Handler, class: &str) -> Option<Raised> {
    match handler {
        Handler::Unknown(name) => {
            Some(vm.raise_lookup(&format!("unknown error handler name '{name}'")))
        }
        Handler::Name if class == "UnicodeEncodeError" => {
            Some(vm.raise_not_implemented("error handler 'namereplace' is not implemented"))
        }
        Handler::Name | Handler::XmlCharRef if class == "UnicodeDecodeError" => {
            Some(vm.raise_type("don't know how to handle UnicodeDecodeError in error callback"))
        }
        _ => None,
    }
}
