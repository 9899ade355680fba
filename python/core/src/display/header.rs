//! An exception's own lines: class, text, hint, notes.

use super::source::{Sources, swallow};
use super::{suggest, syntax};
use crate::util::{given, text_of};
use coil_value::Value;
use taipan_objects::exception::is_a;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::ty::{Type, flag, types};
use taipan_objects::vm::Vm;

/// `str(value)`, or a remark that it failed.
pub(crate) fn safe_str(vm: &mut Vm, exc: Value) -> String {
    swallow(vm, |vm| protocol::str_text(vm, exc))
        .unwrap_or_else(|| "<exception str() failed>".to_owned())
}

/// The class as it is shown: with its module, unless that is the program itself or `builtins`.
pub(crate) fn class_name(vm: &mut Vm, exc: Value) -> String {
    let class = Type::of(exc);
    let qualname = protocol::type_qualname(class);
    let module = swallow(vm, |vm| {
        protocol::get_attr_named(vm, class.value(), "__module__")
    });
    match module.and_then(text_of) {
        Some(module) if module == "__main__" || module == "builtins" => qualname,
        Some(module) => format!("{module}.{qualname}"),
        None => format!("<unknown>.{qualname}"),
    }
}

/// `class: text`, or the class alone.
pub(crate) fn final_line(class: &str, text: &str) -> String {
    if text.is_empty() {
        format!("{class}\n")
    } else {
        format!("{class}: {text}\n")
    }
}

/// All lines of an exception that are not its traceback.
///
/// # Errors
/// MemoryError.
pub(crate) fn lines(
    vm: &mut Vm,
    exc: Value,
    traceback: Option<Value>,
    sources: &mut Sources,
) -> PyResult<Vec<String>> {
    let text = safe_str(vm, exc);
    let notes = notes(vm, exc);
    let class = class_name(vm, exc);
    let mut out = if is_a(exc, &types::SyntaxError) {
        syntax::lines(vm, exc, &class, sources)
    } else {
        let hint = suggest::hint(vm, exc, traceback);
        vec![final_line(&class, &format!("{text}{hint}"))]
    };
    out.extend(notes);
    Ok(out)
}

fn notes(vm: &mut Vm, exc: Value) -> Vec<String> {
    let name = vm.interp.names.__notes__.str();
    let notes = match protocol::get_attr_opt(vm, exc, name) {
        Ok(notes) => given(notes),
        Err(raised) => {
            let error = vm.take_raised(raised);
            let error = swallow(vm, |vm| protocol::repr_text(vm, error));
            let error = error.unwrap_or_else(|| "<__notes__ repr() failed>".to_owned());
            return vec![format!("Ignored error getting __notes__: {error}\n")];
        }
    };
    let Some(notes) = notes else {
        return Vec::new();
    };
    let flags = Type::of(notes).flags();
    if flags & (flag::SEQUENCE | flag::LIST | flag::TUPLE) != 0
        && flags & (flag::UNICODE | flag::BYTES) == 0
        && let Some(list) = swallow(vm, |vm| protocol::to_list(vm, notes))
    {
        let mut out = Vec::new();
        for index in 0..list.len() {
            let note = list.at(index);
            let note = swallow(vm, |vm| protocol::str_text(vm, note));
            let note = note.unwrap_or_else(|| "<note str() failed>".to_owned());
            out.extend(note.split('\n').map(|line| format!("{line}\n")));
        }
        return out;
    }
    let text = swallow(vm, |vm| protocol::repr_text(vm, notes));
    vec![format!(
        "{}\n",
        text.unwrap_or_else(|| "<__notes__ repr() failed>".to_owned())
    )]
}
