//! `function` and `cell`.

use crate::util::{address, expect_string, getset, given, no_keywords};
use coil_value::Value;
use taipan_bytecode::CodeFlags;
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::function::{CodeData, Function};
use taipan_objects::instance;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

/// `function`.
pub(crate) static FUNCTION: TypeDef = TypeDef {
    ty: &types::FUNCTION,
    slots: |slots: &mut Slots| {
        slots.new = Some(function_new);
        slots.repr = Some(function_repr);
        slots.call = Some(protocol::call_args);
        slots.get = Some(|vm, this, object, _| match object {
            Some(object) => vm.new_method(this, object),
            None => Ok(this),
        });
    },
    methods: &[],
    getset: getset! {
        "__code__" => crate::util::field!(at::FUNC_CODE), set_code;
        "__globals__" => crate::util::field!(at::FUNC_GLOBALS), crate::util::read_only;
        "__closure__" => crate::util::field!(at::FUNC_CLOSURE), crate::util::read_only;
        "__defaults__" => crate::util::field!(at::FUNC_DEFAULTS), set_defaults;
        "__kwdefaults__" => crate::util::field!(at::FUNC_KWDEFAULTS), set_kwdefaults;
        "__name__" => |_, this| Ok(function(this).name()), |vm, this, new| {
            let new = expect_string(vm, "__name__", new)?;
            store(vm, this, at::FUNC_NAME, Some(new))
        };
        "__qualname__" => |_, this| Ok(function(this).qualname()), |vm, this, new| {
            let new = expect_string(vm, "__qualname__", new)?;
            store(vm, this, at::FUNC_QUALNAME, Some(new))
        };
        "__module__" => |vm, this| Ok(module_of(vm, function(this))), |vm, this, new| store(vm, this, at::FUNC_MODULE, Some(new.unwrap_or_else(ty::none)));
        "__doc__" => |_, this| Ok(doc_of(function(this))), |vm, this, new| store(vm, this, at::FUNC_DOC, Some(new.unwrap_or_else(ty::none)));
        "__dict__" => instance::get_dict, crate::util::set_dict;
        "__annotations__" => get_annotations, set_annotations;
        "__annotate__" => crate::util::field!(at::FUNC_ANNOTATE), set_annotate;
        "__type_params__" => |vm, this| Ok(function(this).field(at::FUNC_TYPE_PARAMS).unwrap_or_else(|| vm.interp.empty_tuple())), set_type_params;
        "__builtins__" => |vm, this| Ok(builtins_of(vm, function(this)));
    },
    doc: "Create a function object.\n\n  code\n    a code object\n  globals\n    the globals dictionary\n  name\n    a string that overrides the name from the code object\n  argdefs\n    a tuple that specifies the default argument values\n  closure\n    a tuple that supplies the bindings for free variables\n  kwdefaults\n    a dictionary that specifies the default keyword argument values",
    module: "",
};

/// `cell`.
pub(crate) static CELL: TypeDef = TypeDef {
    ty: &types::CELL,
    slots: |slots: &mut Slots| {
        slots.new = Some(|vm, _, args| {
            no_keywords(vm, "cell", args)?;
            let count = args.len();
            if count > 1 {
                return Err(
                    vm.raise_type(&format!("cell expected at most 1 argument, got {count}"))
                );
            }
            vm.new_cell(args.get(0))
        });
        slots.repr = Some(cell_repr);
        slots.compare = Some(cell_compare);
    },
    methods: &[],
    getset: getset! {
        "cell_contents" => |vm, this| match mem::value(mem::expect_ref(this), at::CELL_VALUE) {
            Some(value) => Ok(value),
            None => Err(vm.raise_value("cell is empty")),
        }, |vm, this, new| store(vm, this, at::CELL_VALUE, new);
    },
    doc: "Create a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the cell will be empty,\n    and \n further attempts to access its cell_contents attribute will\n    raise a ValueError.",
    module: "",
};

fn function(this: Value) -> Function {
    Function::of(this).expect("checked by the descriptor")
}

fn store(vm: &mut Vm, this: Value, offset: usize, new: Option<Value>) -> PyResult<()> {
    vm.store(mem::expect_ref(this), offset, new);
    Ok(())
}

// ---- cells

fn cell_repr(vm: &mut Vm, this: Value) -> PyResult {
    let object = mem::expect_ref(this);
    let address_text = address(vm, object);
    let text = match mem::value(object, at::CELL_VALUE) {
        None => format!("<cell at {address_text:#x}: empty>"),
        Some(value) => {
            let name = protocol::type_name(value);
            let value = match value.as_ref() {
                Some(held) => address(vm, held) as u64,
                None => protocol::object_id(value),
            };
            format!("<cell at {address_text:#x}: {name} object at {value:#x}>")
        }
    };
    vm.new_str(&text)
}

fn cell_compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let contents = |value: Value| {
        let object = value
            .as_ref()
            .filter(|object| object.layout() == layout::CELL)?;
        Some(mem::value(object, at::CELL_VALUE))
    };
    let (Some(a), Some(b)) = (contents(a), contents(b)) else {
        return Ok(ty::not_implemented());
    };
    match (a, b) {
        (Some(a), Some(b)) => protocol::compare(vm, a, b, op),
        (a, b) => Ok(ty::bool_value(op.holds(a.is_some().cmp(&b.is_some())))),
    }
}

// ---- functions

fn function_repr(vm: &mut Vm, this: Value) -> PyResult {
    let place = address(vm, mem::expect_ref(this));
    let name = protocol::str_text(vm, function(this).qualname())?;
    vm.new_str(&format!("<function {name} at {place:#x}>"))
}

/// `__module__`: what was set, or the globals' `__name__`.
pub(crate) fn module_of(vm: &mut Vm, function: Function) -> Value {
    if let Some(module) = function.field(at::FUNC_MODULE) {
        return module;
    }
    let name = vm.interp.names.__name__.str();
    Dict::of(Value::from_ref(function.globals()))
        .and_then(|globals| globals.get_str(name))
        .unwrap_or_else(ty::none)
}

fn doc_of(function: Function) -> Value {
    if let Some(doc) = function.field(at::FUNC_DOC) {
        return doc;
    }
    let code = function.code();
    if !code.has(CodeFlags::HAS_DOCSTRING) {
        return ty::none();
    }
    let consts = mem::reference(code.object, at::CODE_CONSTS).expect("code has constants");
    mem::value(consts, coil_heap::ARRAY_ITEMS).unwrap_or_else(ty::none)
}

fn builtins_of(vm: &mut Vm, function: Function) -> Value {
    if let Some(builtins) = function.field(at::FUNC_BUILTINS) {
        return builtins;
    }
    let name = vm.interp.names.__builtins__.str();
    let found =
        Dict::of(Value::from_ref(function.globals())).and_then(|globals| globals.get_str(name));
    match found {
        Some(module) => protocol::module_dict(module).map_or(module, Dict::value),
        None => vm.interp.builtins().value(),
    }
}

fn set_code(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let code = new
        .and_then(Value::as_ref)
        .filter(|object| object.layout() == layout::CODE);
    let Some(code) = code else {
        return Err(vm.raise_type("__code__ must be set to a code object"));
    };
    let wanted = CodeData::of_object(code).code.freevars.len();
    let closure = function(this)
        .field(at::FUNC_CLOSURE)
        .and_then(Tuple::of)
        .map_or(0, Tuple::len);
    if wanted != closure {
        let name = protocol::str_text(vm, function(this).name())?;
        return Err(vm.raise_value(&format!(
            "{name}() requires a code object with {closure} free vars, not {wanted}"
        )));
    }
    // The names that came with the code it is made of stay.
    let (name, qualname) = (function(this).name(), function(this).qualname());
    store(vm, this, at::FUNC_NAME, Some(name))?;
    store(vm, this, at::FUNC_QUALNAME, Some(qualname))?;
    let cell = vm.interp.code_changes.as_ptr();
    vm.watched_value_changed(cell);
    let changes = &vm.interp.code_changes;
    changes.set(changes.get().wrapping_add(2));
    store(vm, this, at::FUNC_CODE, new)
}

fn set_defaults(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let new = given(new);
    if new.is_some_and(|new| Tuple::of(new).is_none()) {
        return Err(vm.raise_type("__defaults__ must be set to a tuple object"));
    }
    store(vm, this, at::FUNC_DEFAULTS, new)
}

fn set_kwdefaults(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let new = given(new);
    if new.is_some_and(|new| Dict::of(new).is_none()) {
        return Err(vm.raise_type("__kwdefaults__ must be set to a dict object"));
    }
    store(vm, this, at::FUNC_KWDEFAULTS, new)
}

fn get_annotations(vm: &mut Vm, this: Value) -> PyResult {
    if let Some(known) = function(this).field(at::FUNC_ANNOTATIONS) {
        // The compiler may leave a flat tuple of names and values.
        let Some(flat) = Tuple::of(known) else {
            return Ok(known);
        };
        let dict = vm.new_dict()?;
        for index in 0..flat.len() / 2 {
            dict.set(vm, flat.at(2 * index), flat.at(2 * index + 1))?;
        }
        store(vm, this, at::FUNC_ANNOTATIONS, Some(dict.value()))?;
        return Ok(dict.value());
    }
    let annotations = match given(function(this).field(at::FUNC_ANNOTATE)) {
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
    store(vm, this, at::FUNC_ANNOTATIONS, Some(annotations))?;
    Ok(annotations)
}

fn set_annotations(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let new = given(new);
    if new.is_some_and(|new| Dict::of(new).is_none()) {
        return Err(vm.raise_type("__annotations__ must be set to a dict object"));
    }
    store(vm, this, at::FUNC_ANNOTATIONS, new)?;
    store(vm, this, at::FUNC_ANNOTATE, None)
}

fn set_annotate(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(vm.raise_type("__annotate__ cannot be deleted"));
    };
    if new == ty::none() {
        return store(vm, this, at::FUNC_ANNOTATE, None);
    }
    if !protocol::is_callable(new) {
        return Err(vm.raise_type("__annotate__ must be callable or None"));
    }
    store(vm, this, at::FUNC_ANNOTATIONS, None)?;
    store(vm, this, at::FUNC_ANNOTATE, Some(new))
}

fn set_type_params(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    if new.is_none_or(|new| Tuple::of(new).is_none()) {
        return Err(vm.raise_type("__type_params__ must be set to a tuple"));
    }
    store(vm, this, at::FUNC_TYPE_PARAMS, new)
}

const PARAMETERS: [&str; 6] = [
    "code",
    "globals",
    "name",
    "argdefs",
    "closure",
    "kwdefaults",
];

fn function_new(vm: &mut Vm, _: Type, args: Args) -> PyResult {
    let given_args: [Option<Value>; 6] = std::array::from_fn(|index| {
        args.get(index)
            .or_else(|| args.keyword_named(PARAMETERS[index]))
    });
    let [code, globals, name, defaults, closure, kwdefaults] = given_args;
    for (index, value) in [code, globals].into_iter().enumerate() {
        if value.is_none() {
            return Err(vm.raise_type(&format!(
                "function() missing required argument '{}' (pos {})",
                PARAMETERS[index],
                index + 1
            )));
        }
    }
    let wrong = |vm: &mut Vm, name: &str, wanted: &str, value: Option<Value>| {
        let given = value.map_or("NoneType".to_owned(), protocol::type_name);
        vm.raise_type(&format!(
            "function() argument '{name}' must be {wanted}, not {given}"
        ))
    };
    let Some(code_object) = code
        .and_then(Value::as_ref)
        .filter(|object| object.layout() == layout::CODE)
    else {
        return Err(wrong(vm, "code", "code", code));
    };
    let Some(globals_dict) = globals.and_then(Dict::of) else {
        return Err(wrong(vm, "globals", "dict", globals));
    };
    let (name, defaults, closure, kwdefaults) = (
        given(name),
        given(defaults),
        given(closure),
        given(kwdefaults),
    );
    if name.is_some_and(|name| Str::of(name).is_none()) {
        return Err(vm.raise_type("arg 3 (name) must be None or string"));
    }
    if defaults.is_some_and(|defaults| Tuple::of(defaults).is_none()) {
        return Err(vm.raise_type("arg 4 (defaults) must be None or tuple"));
    }
    if kwdefaults.is_some_and(|defaults| Dict::of(defaults).is_none()) {
        return Err(vm.raise_type("arg 6 (kwdefaults) must be None or dict"));
    }
    let data = CodeData::of_object(code_object);
    let wanted = data.code.freevars.len();
    let cells = closure.and_then(Tuple::of);
    match cells {
        None if closure.is_some() => {
            return Err(vm.raise_type("arg 5 (closure) must be None or tuple"));
        }
        None if wanted > 0 => return Err(vm.raise_type("arg 5 (closure) must be tuple")),
        _ => {}
    }
    let count = cells.map_or(0, Tuple::len);
    if count != wanted {
        let name = data.code.name.clone();
        return Err(vm.raise_value(&format!(
            "{name} requires closure of length {wanted}, not {count}"
        )));
    }
    for cell in cells.into_iter().flat_map(Tuple::iter) {
        if !Type::of(cell).is(&types::CELL) {
            let given = protocol::type_name(cell);
            return Err(vm.raise_type(&format!("arg 5 (closure) expected cell, found {given}")));
        }
    }
    let function = vm.new_function(code_object, globals_dict.as_ref())?;
    for (offset, value) in [
        (at::FUNC_NAME, name),
        (at::FUNC_DEFAULTS, defaults),
        (at::FUNC_CLOSURE, closure.filter(|_| count > 0)),
        (at::FUNC_KWDEFAULTS, kwdefaults),
    ] {
        function.set_field(vm, offset, value);
    }
    Ok(Value::from_ref(function.as_ref()))
}
