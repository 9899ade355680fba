//! `module`.

use crate::object::key_list;
use crate::util::{getset, given, name_of, text_of};
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::layout::{self, at};
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::{PyResult, Raised};
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::vm::Vm;

/// `module`.
pub(crate) static MODULE: TypeDef = TypeDef {
    ty: &types::MODULE,
    slots: |slots: &mut Slots| {
        slots.new = Some(|vm, ty, _| {
            let dict = vm.new_dict_old()?;
            let object = vm.alloc_sized(layout::MODULE, ty, 48, |_| {})?;
            vm.init(object, at::MODULE_DICT, Some(dict.value()));
            Ok(Value::from_ref(object))
        });
        slots.init = Some(init);
        slots.repr = Some(repr);
        slots.get_attr = Some(get_attr);
    },
    methods: METHODS,
    getset: getset! {
        "__dict__" => crate::util::field!(at::MODULE_DICT), crate::util::read_only;
        "__annotations__" => get_annotations, |vm, this, new| set_entry(vm, this, "__annotations__", new);
        "__annotate__" => get_annotate, set_annotate;
    },
    doc: "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    module: "",
};

natives! {
    static METHODS = {
        "__dir__" method NoArgs, "($self, /)" => dir;
    }
}

/// A module object with the usual entries in its dict.
///
/// # Errors
/// MemoryError.
pub fn new_module(vm: &mut Vm, name: &str) -> PyResult {
    let dict = vm.new_dict_old()?;
    let object = vm.alloc_old(layout::MODULE, &types::MODULE, 48)?;
    vm.init(object, at::MODULE_DICT, Some(dict.value()));
    let name = vm.intern(name)?;
    fill(vm, dict, name, ty::none())?;
    Ok(Value::from_ref(object))
}

fn fill(vm: &mut Vm, dict: Dict, name: Value, doc: Value) -> PyResult<()> {
    dict.set_name(vm, "__name__", name)?;
    dict.set_name(vm, "__doc__", doc)?;
    for key in ["__package__", "__loader__", "__spec__"] {
        dict.set_name(vm, key, ty::none())?;
    }
    Ok(())
}

fn dict_of(this: Value) -> Dict {
    protocol::module_dict(this).expect("modules have a dict")
}

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    let total = args.len() + args.keyword_count();
    if total > 2 {
        return Err(vm.raise_type(&format!(
            "module() takes at most 2 arguments ({total} given)"
        )));
    }
    for index in 0..args.keyword_count() {
        let (key, _) = args.keyword(index);
        if !key.is("name") && !key.is("doc") {
            let key = key.to_rust();
            return Err(vm.raise_type(&format!(
                "module() got an unexpected keyword argument '{key}'"
            )));
        }
    }
    let Some(name) = args.get(0).or_else(|| args.keyword_named("name")) else {
        return Err(vm.raise_type("module() missing required argument 'name' (pos 1)"));
    };
    if Str::of(name).is_none() {
        let given = protocol::type_name(name);
        return Err(vm.raise_type(&format!(
            "module() argument 'name' must be str, not {given}"
        )));
    }
    let doc = args
        .get(1)
        .or_else(|| args.keyword_named("doc"))
        .unwrap_or_else(ty::none);
    fill(vm, dict_of(this), name, doc)
}

fn text_entry(vm: &mut Vm, dict: Dict, name: &str) -> PyResult<Option<String>> {
    Ok(dict.get_name(vm, name)?.and_then(text_of))
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let dict = dict_of(this);
    let text = match given(dict.get_name(vm, "__spec__")?) {
        Some(spec) => spec_repr(vm, spec)?,
        None => {
            let name = text_entry(vm, dict, "__name__")?.unwrap_or_else(|| "?".to_owned());
            match (
                text_entry(vm, dict, "__file__")?,
                given(dict.get_name(vm, "__loader__")?),
            ) {
                (Some(file), _) => format!(
                    "<module {} from {}>",
                    quoted(vm, &name)?,
                    quoted(vm, &file)?
                ),
                (None, Some(loader)) => {
                    let loader = protocol::repr_text(vm, loader)?;
                    format!("<module {} ({loader})>", quoted(vm, &name)?)
                }
                (None, None) => format!("<module {}>", quoted(vm, &name)?),
            }
        }
    };
    vm.new_str(&text)
}

fn quoted(vm: &mut Vm, text: &str) -> PyResult<String> {
    let text = vm.new_str(text)?;
    protocol::repr_text(vm, text)
}

fn spec_repr(vm: &mut Vm, spec: Value) -> PyResult<String> {
    let name = protocol::get_attr_named(vm, spec, "name")?;
    let name = if name == ty::none() {
        quoted(vm, "?")?
    } else {
        protocol::repr_text(vm, name)?
    };
    let origin = protocol::get_attr_named(vm, spec, "origin")?;
    if origin == ty::none() {
        let loader = protocol::get_attr_named(vm, spec, "loader")?;
        if loader == ty::none() {
            return Ok(format!("<module {name}>"));
        }
        let loader = protocol::repr_text(vm, loader)?;
        return Ok(format!("<module {name} ({loader})>"));
    }
    let located = protocol::get_attr_named(vm, spec, "has_location")?;
    if protocol::truth(vm, located)? {
        let origin = protocol::repr_text(vm, origin)?;
        return Ok(format!("<module {name} from {origin}>"));
    }
    let origin = protocol::str_text(vm, origin)?;
    Ok(format!("<module {name} ({origin})>"))
}

fn get_attr(vm: &mut Vm, this: Value, name: Str) -> PyResult {
    if let Some(found) = protocol::object_find_attr(vm, this, name)? {
        return Ok(found);
    }
    let dict = dict_of(this);
    let hook = vm.interp.names.__getattr__.str();
    if let Some(hook) = dict.get_str(hook) {
        return protocol::call(vm, hook, &[name.value()]);
    }
    Err(missing(vm, this, name)?)
}

fn missing(vm: &mut Vm, this: Value, name: Str) -> PyResult<Raised> {
    let dict = dict_of(this);
    let Some(module) = text_entry(vm, dict, "__name__")? else {
        return Ok(protocol::no_attribute(vm, this, name));
    };
    if let Some(spec) = given(dict.get_name(vm, "__spec__")?) {
        let key = vm.interp.names._initializing.str();
        if let Some(flag) = protocol::get_attr_opt(vm, spec, key)?
            && protocol::truth(vm, flag)?
        {
            let key = name_of(vm, "origin")?;
            let origin = protocol::get_attr_opt(vm, spec, key)?.and_then(text_of);
            let from = origin
                .map(|origin| format!(" from '{origin}'"))
                .unwrap_or_default();
            let text = format!(
                "partially initialized module '{module}'{from} has no attribute '{}' (most likely due to a circular import)",
                name.to_rust()
            );
            return Ok(protocol::attribute_error(vm, &text, this, name));
        }
        let key = vm.interp.names._uninitialized_submodules.str();
        if let Some(waiting) = protocol::get_attr_opt(vm, spec, key)?
            && protocol::contains(vm, waiting, name.value())?
        {
            let text = format!(
                "cannot access submodule '{}' of module '{module}' (most likely due to a circular import)",
                name.to_rust()
            );
            return Ok(protocol::attribute_error(vm, &text, this, name));
        }
    }
    Ok(protocol::no_attribute(vm, this, name))
}

fn dir(vm: &mut Vm, args: Args) -> PyResult {
    let dict = dict_of(args.at(0));
    match dict.get_name(vm, "__dir__")? {
        Some(function) => protocol::call(vm, function, &[]),
        None => key_list(vm, dict),
    }
}

fn set_entry(vm: &mut Vm, this: Value, name: &str, new: Option<Value>) -> PyResult<()> {
    let dict = dict_of(this);
    match new {
        Some(new) => dict.set_name(vm, name, new),
        None => {
            let key = name_of(vm, name)?;
            match dict.find_str(key) {
                Some(entry) => {
                    dict.remove_entry(vm, entry);
                    Ok(())
                }
                None => Err(protocol::attribute_error(vm, name, this, key)),
            }
        }
    }
}

fn get_annotate(vm: &mut Vm, this: Value) -> PyResult {
    let dict = dict_of(this);
    match dict.get_name(vm, "__annotate__")? {
        Some(annotate) => Ok(annotate),
        None => {
            dict.set_name(vm, "__annotate__", ty::none())?;
            Ok(ty::none())
        }
    }
}

fn set_annotate(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(vm.raise_type("cannot delete __annotate__ attribute"));
    };
    if new != ty::none() && !protocol::is_callable(new) {
        return Err(vm.raise_type("__annotate__ must be callable or None"));
    }
    let dict = dict_of(this);
    dict.set_name(vm, "__annotate__", new)?;
    let key = vm.interp.names.__annotations__.str();
    if let (Some(entry), true) = (dict.find_str(key), new != ty::none()) {
        dict.remove_entry(vm, entry);
    }
    Ok(())
}

fn get_annotations(vm: &mut Vm, this: Value) -> PyResult {
    let dict = dict_of(this);
    if let Some(known) = dict.get_name(vm, "__annotations__")? {
        return Ok(known);
    }
    let annotate = dict.get_name(vm, "__annotate__")?;
    let annotations = match annotate.filter(|annotate| protocol::is_callable(*annotate)) {
        Some(annotate) => {
            let result = protocol::call(vm, annotate, &[number::small(1)])?;
            if Dict::of(result).is_none() {
                let name = protocol::type_name(result);
                return Err(
                    vm.raise_type(&format!("__annotate__() must return a dict, not {name}"))
                );
            }
            result
        }
        None => vm.new_dict()?.value(),
    };
    dict.set_name(vm, "__annotations__", annotations)?;
    Ok(annotations)
}
