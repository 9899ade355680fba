//! The registry of codecs: search functions, found codecs, error handlers. Nothing of it is made before somebody asks.

use coil_text::charset::normalized;
use taipan_objects::dict::Dict;
use taipan_objects::list::List;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty;
use taipan_objects::{PyResult, Value, Vm};

const SEARCH: &str = "codecs.search";
const FOUND: &str = "codecs.found";
const ERRORS: &str = "codecs.errors";
const PREPARED: &str = "codecs.prepared";

/// Imports a module of the library.
///
/// # Errors
/// What importing raises.
pub(super) fn import(vm: &mut Vm, name: &str) -> PyResult {
    let Some(hook) = vm.interp.hooks.import else {
        return Err(vm.raise_module_not_found(&format!("No module named '{name}'")));
    };
    let name = vm.intern(name)?;
    let name = Str::of(name).expect("interned strings are strings");
    hook(vm, name, ty::none(), ty::none(), 0)
}

fn kept_dict(vm: &mut Vm, name: &'static str) -> PyResult<Dict> {
    if let Some(dict) = vm.interp.kept(name).and_then(Dict::of) {
        return Ok(dict);
    }
    let dict = vm.new_dict()?;
    vm.interp.keep(name, dict.value());
    Ok(dict)
}

fn search_functions(vm: &mut Vm) -> PyResult<List> {
    if let Some(list) = vm.interp.kept(SEARCH).and_then(List::of) {
        return Ok(list);
    }
    let list = vm.new_list_with(1)?;
    vm.interp.keep(SEARCH, list.value());
    Ok(list)
}

/// `codecs.register`.
///
/// # Errors
/// TypeError.
pub(super) fn register(vm: &mut Vm, function: Value) -> PyResult<()> {
    if !protocol::is_callable(function) {
        return Err(vm.raise_type("argument must be callable"));
    }
    search_functions(vm)?.push(vm, function)
}

/// `codecs.unregister`.
///
/// # Errors
/// MemoryError.
pub(super) fn unregister(vm: &mut Vm, function: Value) -> PyResult<()> {
    let functions = search_functions(vm)?;
    let place = (0..functions.len()).find(|index| functions.at(*index) == function);
    if let Some(place) = place {
        functions.remove(vm, place);
        kept_dict(vm, FOUND)?.clear(vm);
    }
    Ok(())
}

/// Makes sure that the library's search function is registered.
///
/// # Errors
/// What importing raises.
pub(crate) fn prepare(vm: &mut Vm) -> PyResult<()> {
    if vm.interp.kept(PREPARED).is_none() {
        vm.interp.keep(PREPARED, ty::bool_value(true));
        if let Err(raised) = import(vm, "encodings") {
            vm.interp.keep(PREPARED, ty::none());
            return Err(raised);
        }
    }
    Ok(())
}

/// `codecs.lookup`.
///
/// # Errors
/// LookupError; what a search function raises.
pub(super) fn lookup(vm: &mut Vm, encoding: &str) -> PyResult {
    let key = vm.new_str(&normalized(encoding))?;
    if let Some(known) = kept_dict(vm, FOUND)?.get(vm, key)? {
        return Ok(known);
    }
    prepare(vm)?;
    let functions = search_functions(vm)?;
    let mut index = 0;
    while let Some(function) = functions.get(index) {
        let found = protocol::call(vm, function, &[key])?;
        if found != ty::none() {
            if Tuple::of(found).is_none_or(|tuple| tuple.len() != 4) {
                return Err(vm.raise_type("codec search functions must return 4-tuples"));
            }
            kept_dict(vm, FOUND)?.set(vm, key, found)?;
            return Ok(found);
        }
        index += 1;
    }
    Err(vm.raise_lookup(&format!("unknown encoding: {encoding}")))
}

/// The codec of a text encoding.
///
/// # Errors
/// LookupError, also for codecs that are not for text.
pub(crate) fn lookup_text_encoding(vm: &mut Vm, encoding: &str, instead: &str) -> PyResult {
    let codec = lookup(vm, encoding)?;
    let flag = vm.intern("_is_text_encoding")?;
    let flag = Str::of(flag).expect("interned strings are strings");
    let text = match protocol::get_attr_opt(vm, codec, flag)? {
        Some(text) => protocol::truth(vm, text)?,
        None => true,
    };
    if !text {
        return Err(vm.raise_lookup(&format!(
            "'{encoding}' is not a text encoding; use {instead} to handle arbitrary codecs"
        )));
    }
    Ok(codec)
}

fn error_handlers(vm: &mut Vm) -> PyResult<Dict> {
    if let Some(dict) = vm.interp.kept(ERRORS).and_then(Dict::of) {
        return Ok(dict);
    }
    let dict = kept_dict(vm, ERRORS)?;
    for def in super::callbacks::HANDLERS {
        let function = vm.new_native(def, None, None)?;
        let name = match def.name {
            "xmlcharrefreplace_errors" => "xmlcharrefreplace",
            name => name.trim_end_matches("_errors"),
        };
        dict.set_name(vm, name, function)?;
    }
    Ok(dict)
}

/// The registered error handler of a name.
///
/// # Errors
/// LookupError.
pub(super) fn error_handler(vm: &mut Vm, name: &str) -> PyResult {
    let key = vm.new_str(name)?;
    match error_handlers(vm)?.get(vm, key)? {
        Some(handler) => Ok(handler),
        None => Err(vm.raise_lookup(&format!("unknown error handler name '{name}'"))),
    }
}

/// `codecs.register_error`.
///
/// # Errors
/// TypeError.
pub(super) fn register_error(vm: &mut Vm, name: Value, handler: Value) -> PyResult<()> {
    if !protocol::is_callable(handler) {
        return Err(vm.raise_type("handler must be callable"));
    }
    error_handlers(vm)?.set(vm, name, handler)
}

/// `codecs._unregister_error`: whether there was one.
///
/// # Errors
/// ValueError for those of the language.
pub(super) fn unregister_error(vm: &mut Vm, name: Str) -> PyResult<bool> {
    let text = name.to_rust().into_owned();
    if !matches!(super::Handler::named(&text), super::Handler::Custom(_)) {
        return Err(vm.raise_value(&format!(
            "cannot un-register built-in error handler '{text}'"
        )));
    }
    Ok(error_handlers(vm)?.remove(vm, name.value())?.is_some())
}
