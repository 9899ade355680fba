//! "Did you mean": the name nearest to a wrong one among those that could have been meant.

use super::source::swallow;
use crate::exception::extra;
use crate::frame;
use crate::object::key_list;
use crate::output::sys_attr;
use crate::util::text_of;
use coil_value::{Ref, Value};
use taipan_objects::dict::Dict;
use taipan_objects::exception::is_a;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::str::Str;
use taipan_objects::suggest::nearest;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

/// What to add to the text of an exception: nothing, or a guess at what was meant.
pub(crate) fn hint(vm: &mut Vm, exc: Value, traceback: Option<Value>) -> String {
    let wrong = if is_a(exc, &types::ImportError) {
        extra(exc, 3)
    } else if is_a(exc, &types::NameError) || is_a(exc, &types::AttributeError) {
        extra(exc, 0)
    } else {
        return String::new();
    };
    let Some(wrong_text) = wrong.and_then(text_of) else {
        return String::new();
    };
    let wrong = wrong.expect("it has a text");
    let guess = swallow(vm, |vm| guess(vm, exc, traceback, wrong, &wrong_text)).flatten();
    let mut text = String::new();
    if let Some(guess) = &guess {
        text = format!(". Did you mean: '{guess}'?");
    }
    if is_a(exc, &types::NameError) && swallow(vm, |vm| is_library_module(vm, wrong)) == Some(true)
    {
        text.push_str(if guess.is_some() { " Or did" } else { ". Did" });
        text.push_str(&format!(" you forget to import '{wrong_text}'?"));
    }
    text
}

fn is_library_module(vm: &mut Vm, name: Value) -> PyResult<bool> {
    match sys_attr(vm, "stdlib_module_names")? {
        Some(names) => protocol::contains(vm, names, name),
        None => Ok(false),
    }
}

fn guess(
    vm: &mut Vm,
    exc: Value,
    traceback: Option<Value>,
    wrong: Value,
    text: &str,
) -> PyResult<Option<String>> {
    let names = if is_a(exc, &types::AttributeError) {
        let object = extra(exc, 1).unwrap_or_else(ty::none);
        let names = attributes(vm, object)?;
        let hide = !text.starts_with('_') && !own_method(vm, traceback, object)?;
        public(names, hide)
    } else if is_a(exc, &types::ImportError) {
        let Some(module) = extra(exc, 1).and_then(Str::of) else {
            return Ok(None);
        };
        let Some(import) = vm.interp.hooks.import else {
            return Ok(None);
        };
        let module = import(vm, module, ty::none(), ty::none(), 0)?;
        let names = attributes(vm, module)?;
        public(names, !text.starts_with('_'))
    } else {
        let Some(frame) = innermost_frame(traceback) else {
            return Ok(None);
        };
        if let Some(this) = local(vm, frame, "self")? {
            let key = Str::of(wrong).expect("the name is a str");
            let found = swallow(vm, |vm| protocol::get_attr_opt(vm, this, key)).flatten();
            if found.is_some() {
                return Ok(Some(format!("self.{text}")));
            }
        }
        visible_names(vm, frame)?
    };
    Ok(nearest(&names, text))
}

fn public(names: Vec<String>, hide: bool) -> Vec<String> {
    names
        .into_iter()
        .filter(|name| !hide || !name.starts_with('_'))
        .collect()
}

fn attributes(vm: &mut Vm, object: Value) -> PyResult<Vec<String>> {
    let name = vm.interp.names.__dir__.str();
    let result =
        match protocol::get_attr(vm, object, name).and_then(|dir| protocol::call(vm, dir, &[])) {
            Err(raised) if vm.raised_is(&types::TypeError) => {
                vm.take_raised(raised);
                let class = Type::of(object).value();
                let dir = protocol::get_attr(vm, class, name)?;
                protocol::call(vm, dir, &[object])?
            }
            result => result?,
        };
    let list = protocol::to_list(vm, result)?;
    let mut names: Vec<String> = (0..list.len())
        .filter_map(|index| text_of(list.at(index)))
        .collect();
    names.sort();
    Ok(names)
}

fn innermost_frame(traceback: Option<Value>) -> Option<Ref> {
    let mut entry = traceback?;
    while let Some(next) = mem::value(mem::expect_ref(entry), at::TB_NEXT) {
        entry = next;
    }
    mem::reference(mem::expect_ref(entry), at::TB_FRAME)
}

fn local(vm: &mut Vm, frame: Ref, name: &str) -> PyResult<Option<Value>> {
    let locals = frame::locals(vm, frame)?;
    match Dict::of(locals) {
        Some(locals) => locals.get_name(vm, name),
        None => Ok(None),
    }
}

/// Whether the innermost frame is a method of the object.
fn own_method(vm: &mut Vm, traceback: Option<Value>, object: Value) -> PyResult<bool> {
    let Some(frame) = innermost_frame(traceback) else {
        return Ok(false);
    };
    Ok(local(vm, frame, "self")?.is_some_and(|this| protocol::is(this, object)))
}

/// Names of locals, globals and builtins of a frame.
fn visible_names(vm: &mut Vm, frame: Ref) -> PyResult<Vec<String>> {
    let locals = frame::locals(vm, frame)?;
    let globals = frame::globals(frame);
    let builtins = vm.interp.builtins();
    let mut names = Vec::new();
    for dict in [Dict::of(locals), globals, Some(builtins)]
        .into_iter()
        .flatten()
    {
        let keys = key_list(vm, dict)?;
        let keys = protocol::to_list(vm, keys)?;
        names.extend((0..keys.len()).filter_map(|index| text_of(keys.at(index))));
    }
    Ok(names)
}
