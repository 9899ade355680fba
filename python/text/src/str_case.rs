//! Case mapping and character classes of `str`.

use crate::args::this;
use coil_text::{case, unicode};
use taipan_objects::native::Args;
use taipan_objects::str::Text;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

macro_rules! mappings {
    ($($name:ident $wide:path, |$byte:ident| $ascii:expr;)*) => {
        $(
            pub(crate) fn $name(vm: &mut Vm, args: Args) -> PyResult {
                let text = this(args.at(0));
                if text.is_ascii() {
                    return vm.new_ascii_with(text.len(), |to| {
                        for (to, $byte) in to.iter_mut().zip(text.bytes()) {
                            *to = $ascii;
                        }
                    });
                }
                let points = $wide(&text.text().to_vec());
                vm.new_str_points(&points)
            }
        )*
    };
}
mappings! {
    upper case::upper, |byte| byte.to_ascii_uppercase();
    lower case::lower, |byte| byte.to_ascii_lowercase();
    casefold case::casefold, |byte| byte.to_ascii_lowercase();
    swapcase case::swapcase, |byte| if byte.is_ascii_alphabetic() { byte ^ 0x20 } else { *byte };
}

pub(crate) fn capitalize(vm: &mut Vm, args: Args) -> PyResult {
    let text = this(args.at(0));
    if text.is_ascii() {
        return vm.new_ascii_with(text.len(), |to| {
            to.copy_from_slice(text.bytes());
            to.make_ascii_lowercase();
            if let Some(first) = to.first_mut() {
                first.make_ascii_uppercase();
            }
        });
    }
    let points = case::capitalize(&text.text().to_vec());
    vm.new_str_points(&points)
}

pub(crate) fn title(vm: &mut Vm, args: Args) -> PyResult {
    let text = this(args.at(0));
    let points = case::title(&text.text().to_vec());
    vm.new_str_points(&points)
}

macro_rules! classes {
    ($($name:ident $class:path;)*) => {
        $(
            pub(crate) fn $name(_: &mut Vm, args: Args) -> PyResult {
                let text = this(args.at(0)).text();
                Ok(ty::bool_value(!text.is_empty() && text.iter().all($class)))
            }
        )*
    };
}
classes! {
    isspace unicode::is_space;
    isdecimal unicode::is_decimal;
    isdigit unicode::is_digit;
    isnumeric unicode::is_numeric;
    isalpha unicode::is_alpha;
    isalnum unicode::is_alnum;
}

pub(crate) fn isascii(_: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(matches!(
        this(args.at(0)).text(),
        Text::Ascii(_)
    )))
}

pub(crate) fn isprintable(_: &mut Vm, args: Args) -> PyResult {
    let text = this(args.at(0)).text();
    Ok(ty::bool_value(text.iter().all(unicode::is_printable)))
}

pub(crate) fn isidentifier(_: &mut Vm, args: Args) -> PyResult {
    let text = this(args.at(0)).text();
    Ok(ty::bool_value(unicode::is_identifier(text.iter())))
}

pub(crate) fn islower(_: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(case::is_lower(
        this(args.at(0)).text().iter(),
    )))
}

pub(crate) fn isupper(_: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(case::is_upper(
        this(args.at(0)).text().iter(),
    )))
}

pub(crate) fn istitle(_: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(case::is_title(
        this(args.at(0)).text().iter(),
    )))
}
