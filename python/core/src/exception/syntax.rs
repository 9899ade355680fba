//! `SyntaxError`.

use crate::exception::{args_of, base, extra, extra_field, set_extra_field};
use crate::util::{getset, text_of};
use coil_value::{Ref, Value};
use taipan_objects::class::TypeDef;
use taipan_objects::exception::set_extra;
use taipan_objects::mem;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, types};
use taipan_objects::vm::Vm;

/// `SyntaxError`.
pub(crate) static SYNTAX_ERROR: TypeDef = TypeDef {
    ty: &types::SyntaxError,
    slots: |slots: &mut Slots| {
        slots.init = Some(|vm, this, args| {
            base::init(vm, this, args)?;
            derive(vm, mem::expect_ref(this), args_of(this))
        });
        slots.str = Some(str);
    },
    methods: &[],
    getset: getset! {
        "msg" => extra_field!(0), set_extra_field!(0);
        "filename" => extra_field!(1), set_extra_field!(1);
        "lineno" => extra_field!(2), set_extra_field!(2);
        "offset" => extra_field!(3), set_extra_field!(3);
        "text" => extra_field!(4), set_extra_field!(4);
        "end_lineno" => extra_field!(5), set_extra_field!(5);
        "end_offset" => extra_field!(6), set_extra_field!(6);
        "print_file_and_line" => extra_field!(7), set_extra_field!(7);
        "_metadata" => extra_field!(8), set_extra_field!(8);
    },
    doc: "Invalid syntax.",
    module: "",
};

/// Fields from the arguments: `(message, (file, line, offset, text[, end line, end offset[, metadata]]))`.
pub(crate) fn derive(vm: &mut Vm, object: Ref, args: Tuple) -> PyResult<()> {
    if let Some(message) = args.get(0) {
        set_extra(vm, object, 0, Some(message));
    }
    if args.len() != 2 {
        return Ok(());
    }
    let info = protocol::to_tuple(vm, args.at(1))?;
    let count = info.len();
    if count < 4 {
        return Err(vm.raise_type(&format!(
            "function takes at least 4 arguments ({count} given)"
        )));
    }
    if count > 7 {
        return Err(vm.raise_type(&format!(
            "function takes at most 7 arguments ({count} given)"
        )));
    }
    if count == 5 {
        return Err(vm.raise_type("end_offset must be provided when end_lineno is provided"));
    }
    for index in 0..count.min(6) {
        set_extra(vm, object, 1 + index, info.get(index));
    }
    for index in count.min(6)..6 {
        set_extra(vm, object, 1 + index, None);
    }
    if count == 7 {
        set_extra(vm, object, 8, info.get(6));
    }
    Ok(())
}

fn str(vm: &mut Vm, this: Value) -> PyResult {
    let message = extra(this, 0).unwrap_or_else(ty::none);
    let file = extra(this, 1)
        .filter(|name| Str::of(*name).is_some())
        .and_then(text_of);
    let file = file.map(|name| name.rsplit('/').next().unwrap_or(&name).to_owned());
    let line = extra(this, 2).filter(|line| number::int_of(*line).is_some());
    let message = protocol::str_text(vm, message)?;
    let text = match (file, line) {
        (None, None) => message,
        (Some(file), None) => format!("{message} ({file})"),
        (file, Some(line)) => {
            let line = protocol::str_text(vm, line)?;
            match file {
                Some(file) => format!("{message} ({file}, line {line})"),
                None => format!("{message} (line {line})"),
            }
        }
    };
    vm.new_str(&text)
}
