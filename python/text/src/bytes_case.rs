//! Case and character classes of bytes: ASCII's.

use crate::bytes_convert::same_type;
use crate::bytes_type::data;
use taipan_objects::native::Args;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

macro_rules! mappings {
    ($($name:ident |$bytes:ident| $change:expr;)*) => {
        $(
            pub(crate) fn $name(vm: &mut Vm, args: Args) -> PyResult {
                let mut copy = data(args.at(0)).to_vec();
                let $bytes: &mut [u8] = &mut copy;
                $change;
                same_type(vm, args.at(0), &copy)
            }
        )*
    };
}
mappings! {
    upper |bytes| bytes.make_ascii_uppercase();
    lower |bytes| bytes.make_ascii_lowercase();
    swapcase |bytes| bytes.iter_mut().filter(|b| b.is_ascii_alphabetic()).for_each(|b| *b ^= 0x20);
    capitalize |bytes| {
        bytes.make_ascii_lowercase();
        if let Some(first) = bytes.first_mut() {
            first.make_ascii_uppercase();
        }
    };
    title |bytes| {
        let mut inside = false;
        for byte in bytes {
            *byte = if inside { byte.to_ascii_lowercase() } else { byte.to_ascii_uppercase() };
            inside = byte.is_ascii_alphabetic();
        }
    };
}

/// White space as C's `isspace` has it.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 9..=13)
}

macro_rules! classes {
    ($($name:ident |$byte:ident| $class:expr;)*) => {
        $(
            pub(crate) fn $name(_: &mut Vm, args: Args) -> PyResult {
                let bytes = data(args.at(0));
                Ok(ty::bool_value(!bytes.is_empty() && bytes.iter().all(|$byte| $class)))
            }
        )*
    };
}
classes! {
    isalnum |byte| byte.is_ascii_alphanumeric();
    isalpha |byte| byte.is_ascii_alphabetic();
    isdigit |byte| byte.is_ascii_digit();
    isspace |byte| is_space(*byte);
}

pub(crate) fn isascii(_: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(data(args.at(0)).is_ascii()))
}

pub(crate) fn islower(_: &mut Vm, args: Args) -> PyResult {
    let bytes = data(args.at(0));
    let lower = bytes.iter().any(u8::is_ascii_lowercase);
    Ok(ty::bool_value(
        lower && !bytes.iter().any(u8::is_ascii_uppercase),
    ))
}

pub(crate) fn isupper(_: &mut Vm, args: Args) -> PyResult {
    let bytes = data(args.at(0));
    let upper = bytes.iter().any(u8::is_ascii_uppercase);
    Ok(ty::bool_value(
        upper && !bytes.iter().any(u8::is_ascii_lowercase),
    ))
}

pub(crate) fn istitle(_: &mut Vm, args: Args) -> PyResult {
    let (mut inside, mut any) = (false, false);
    for byte in data(args.at(0)) {
        let wrong = if inside {
            byte.is_ascii_uppercase()
        } else {
            byte.is_ascii_lowercase()
        };
        if wrong {
            return Ok(ty::bool_value(false));
        }
        inside = byte.is_ascii_alphabetic();
        any |= inside;
    }
    Ok(ty::bool_value(any))
}
