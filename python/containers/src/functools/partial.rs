//! `partial`: [function, positional arguments (tuple), keyword arguments (dict)], and the `Placeholder` that stands for arguments given later.

use crate::helpers::{TextBuilder, call_with_dict, check_count, class_getitem, no_keywords};
use crate::native_module::{at, module_types, set};
use taipan_objects::dict::Dict;
use taipan_objects::instance;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type};
use taipan_objects::{PyResult, Value, Vm, natives};

const FUNCTION: usize = 0;
const ARGS: usize = 1;
const KEYWORDS: usize = 2;

/// The one `Placeholder`.
///
/// # Errors
/// MemoryError.
pub(super) fn placeholder(vm: &mut Vm) -> PyResult {
    if let Some(known) = vm.interp.kept("functools.Placeholder") {
        return Ok(known);
    }
    let object = vm.new_fields(PLACEHOLDER.ty(), &[])?;
    vm.mutator().pin(mem::expect_ref(object));
    vm.interp.keep("functools.Placeholder", object);
    Ok(object)
}

fn is_placeholder(value: Value) -> bool {
    Type::of(value).is(&PLACEHOLDER)
}

fn arguments(partial: Value) -> Tuple {
    Tuple::of(at(partial, ARGS)).expect("the arguments are a tuple")
}

fn keywords(partial: Value) -> Dict {
    Dict::of(at(partial, KEYWORDS)).expect("the keyword arguments are a dict")
}

/// The arguments of a partial with new ones: placeholders filled in from the left, the rest at the end. `all` says that none may stay.
fn merge(vm: &mut Vm, known: Tuple, args: Args, all: bool) -> PyResult<List> {
    let merged = vm.new_list_with(known.len() + args.len())?;
    let mut next = 0;
    for argument in known.iter() {
        if is_placeholder(argument) && next < args.len() {
            merged.push(vm, args.at(next))?;
            next += 1;
        } else {
            if all && is_placeholder(argument) {
                let wanted = known.iter().filter(|a| is_placeholder(*a)).count();
                let given = args.len();
                return Err(vm.raise_type(&format!(
                    "missing positional arguments in 'partial' call; expected at least {wanted}, got {given}"
                )));
            }
            merged.push(vm, argument)?;
        }
    }
    for index in next..args.len() {
        merged.push(vm, args.at(index))?;
    }
    Ok(merged)
}

fn new(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let Some(mut function) = args.get(0) else {
        return Err(vm.raise_type("type 'partial' takes at least one argument"));
    };
    if !super::is_callable(function) {
        return Err(vm.raise_type("the first argument must be callable"));
    }
    let rest = args.skip(1);
    if !rest.is_empty() && is_placeholder(rest.at(rest.len() - 1)) {
        return Err(vm.raise_type("trailing Placeholders are not allowed"));
    }
    for index in 0..args.keyword_count() {
        if is_placeholder(args.keyword(index).1) {
            return Err(vm.raise_type("Placeholder cannot be passed as a keyword argument"));
        }
    }
    let merged_keywords = vm.new_dict()?;
    let mut known = Tuple::of(vm.interp.empty_tuple()).expect("a tuple");
    // A partial of a plain partial is flattened.
    let flat = Type::of(function).is_subtype(PARTIAL.ty())
        && instance::own_attr(
            vm,
            mem::expect_ref(function),
            vm.interp.names.__dict__.str(),
        )
        .is_none();
    if flat {
        known = arguments(function);
        crate::dict::merge(vm, merged_keywords, keywords(function))?;
        function = at(function, FUNCTION);
    }
    let merged = merge(vm, known, rest, false)?;
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        merged_keywords.set_str(vm, key, value)?;
    }
    let merged = vm.list_to_tuple(merged)?;
    vm.new_fields(
        class,
        &[Some(function), Some(merged), Some(merged_keywords.value())],
    )
}

fn call(vm: &mut Vm, partial: Value, args: Args) -> PyResult {
    let merged = merge(vm, arguments(partial), args, true)?;
    let mut all = keywords(partial);
    if args.keyword_count() > 0 {
        all = all.copy(vm)?;
        for index in 0..args.keyword_count() {
            let (key, value) = args.keyword(index);
            all.set_str(vm, key, value)?;
        }
    }
    call_with_dict(vm, at(partial, FUNCTION), merged, all)
}

fn bind_method(vm: &mut Vm, partial: Value, object: Option<Value>, _owner: Type) -> PyResult {
    match object {
        Some(object) => vm.new_method(partial, object),
        None => Ok(partial),
    }
}

fn repr(vm: &mut Vm, partial: Value) -> PyResult {
    let text = vm.repr_guard(partial, |vm| {
        let module = protocol::get_attr_named(vm, Type::of(partial).value(), "__module__")?;
        let mut text = TextBuilder::default();
        if let Some(module) = Str::of(module) {
            text.string(module);
            text.ascii(".");
        }
        text.ascii(&protocol::type_qualname(Type::of(partial)));
        text.ascii("(");
        text.repr(vm, at(partial, FUNCTION))?;
        for argument in arguments(partial).iter() {
            text.ascii(", ");
            text.repr(vm, argument)?;
        }
        let keywords = keywords(partial);
        let mut from = 0;
        while let Some((entry, key, value)) = keywords.next_entry(from) {
            text.ascii(", ");
            let key = protocol::str(vm, key)?;
            text.string(key);
            text.ascii("=");
            text.repr(vm, value)?;
            from = entry + 1;
        }
        text.ascii(")");
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_ascii(b"..."),
    }
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let partial = args.at(0);
    let function = at(partial, FUNCTION);
    let arguments_value = arguments(partial).value();
    let attributes = instance::instance_dict(vm, mem::expect_ref(partial))?;
    let attributes = attributes
        .filter(|dict| !dict.is_empty())
        .map_or_else(ty::none, Dict::value);
    let state = vm.new_tuple(&[
        function,
        arguments_value,
        keywords(partial).value(),
        attributes,
    ])?;
    let first = vm.new_tuple(&[function])?;
    vm.new_tuple(&[Type::of(partial).value(), first, state])
}

fn setstate(vm: &mut Vm, args: Args) -> PyResult {
    let partial = args.at(0);
    let state = Tuple::of(args.at(1)).filter(|state| state.len() == 4);
    let parts = state.and_then(|state| {
        let function = super::is_callable(state.at(0)).then(|| state.at(0))?;
        let arguments = Tuple::of(state.at(1))?;
        let keywords = state.at(2);
        let known = keywords == ty::none() || Dict::of(keywords).is_some();
        known.then_some((function, arguments, keywords, state.at(3)))
    });
    let Some((function, arguments, keywords, attributes)) = parts else {
        return Err(vm.raise_type("invalid partial state"));
    };
    if arguments.iter().last().is_some_and(is_placeholder) {
        return Err(vm.raise_type("trailing Placeholders are not allowed"));
    }
    let keywords = match Dict::of(keywords) {
        Some(keywords) => keywords.copy(vm)?,
        None => vm.new_dict()?,
    };
    let arguments = vm.new_tuple_from(arguments.len(), |index| arguments.get(index))?;
    set(vm, partial, FUNCTION, Some(function));
    set(vm, partial, ARGS, Some(arguments));
    set(vm, partial, KEYWORDS, Some(keywords.value()));
    if let Some(attributes) = Dict::of(attributes) {
        instance::set_instance_dict(vm, mem::expect_ref(partial), attributes)?;
    }
    Ok(ty::none())
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "func",
        get: |_, this| Ok(at(this, FUNCTION)),
        set: None,
    },
    GetSetDef {
        name: "args",
        get: |_, this| Ok(at(this, ARGS)),
        set: None,
    },
    GetSetDef {
        name: "keywords",
        get: |_, this| Ok(at(this, KEYWORDS)),
        set: None,
    },
    GetSetDef {
        name: "__dict__",
        get: |vm, this| {
            let dict = instance::instance_dict(vm, mem::expect_ref(this))?;
            Ok(dict.map_or_else(ty::none, Dict::value))
        },
        set: Some(|vm, this, value| match value.and_then(Dict::of) {
            Some(dict) => {
                instance::set_instance_dict(vm, mem::expect_ref(this), dict)?;
                Ok(())
            }
            None => Err(vm.raise_type("__dict__ must be set to a dictionary")),
        }),
    },
];

fn new_placeholder(vm: &mut Vm, _class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "_PlaceholderType")?;
    check_count(vm, &args, "_PlaceholderType", 0, 0)?;
    placeholder(vm)
}

natives! {
    static METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce;
        "__setstate__" method One, "(self, object, /)" => setstate;
        "__class_getitem__" classmethod One, "(object, /)" => class_getitem;
    }
}
natives! {
    static PLACEHOLDER_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => |vm, _| vm.new_ascii(b"Placeholder");
    }
}

module_types! {
    "functools" pub(super) TYPES {
        "partial" PARTIAL PARTIAL_DEF open true, |slots| {
            slots.new = Some(new);
            slots.call = Some(call);
            slots.repr = Some(repr);
            slots.get = Some(bind_method);
        }, METHODS, GETSET, "Create a new function with partial application of the given arguments and keywords.";
        "_PlaceholderType" PLACEHOLDER PLACEHOLDER_DEF closed false, |slots| {
            slots.new = Some(new_placeholder);
            slots.repr = Some(|vm, _| vm.new_ascii(b"Placeholder"));
        }, PLACEHOLDER_METHODS, &[], "The type of the Placeholder singleton.\n\nUsed as a placeholder for partial arguments.";
    }
}
