//! What handlers call natively: names, binding of arguments, running functions from native code.

use coil_frame::{Context, FrameRecord};
use coil_machine::{Opaque, Ty};
use coil_value::{Ref, Value};
use std::sync::{Mutex, OnceLock};
use taipan_bytecode::{CodeFlags, Intrinsic};
use taipan_objects::dict::Dict;
use taipan_objects::exception;
use taipan_objects::function::{CodeData, Function};
use taipan_objects::layout::{self, at};
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::{Args, NativeDef};
use taipan_objects::protocol;
use taipan_objects::str::{Str, Text};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, StaticType, Type, types};
use taipan_objects::{PyResult, Raised, Vm};

/// States of generators.
pub mod state {
    /// Made, not started.
    pub const CREATED: i64 = 0;
    /// Stands at a yield.
    pub const SUSPENDED: i64 = 1;
    /// Runs. Everything below this can be resumed.
    pub const RUNNING: i64 = 2;
    /// Has returned or raised.
    pub const FINISHED: i64 = 3;
}

fn function_of(function: Value) -> Function {
    Function::of(function).expect("register -1 holds the running function")
}

// ---- names

/// The globals of a function.
pub(crate) fn globals_of(function: Value) -> Dict {
    Dict::from_ref(function_of(function).globals())
}

/// The builtins that functions with these globals see.
pub(crate) fn builtins_of(vm: &Vm, globals: Dict) -> Dict {
    let key = vm.interp.names.__builtins__.str();
    let found = globals.get_str(key);
    found
        .and_then(|found| protocol::module_dict(found).or_else(|| Dict::of(found)))
        .unwrap_or_else(|| vm.interp.builtins())
}

/// A global or builtin.
pub(crate) fn load_global(vm: &mut Vm, function: Value, name: Str) -> PyResult {
    let globals = globals_of(function);
    if let Some(found) = globals
        .get_str(name)
        .or_else(|| builtins_of(vm, globals).get_str(name))
    {
        return Ok(found);
    }
    Err(name_error(vm, name))
}

#[cold]
fn name_error(vm: &mut Vm, name: Str) -> Raised {
    let raised = vm.raise_name(&format!("name '{}' is not defined", name.to_rust()));
    if vm.raised_is(&types::NameError) {
        let error = vm.take_raised(raised);
        exception::set_extra(vm, mem::expect_ref(error), 0, Some(name.value()));
        return vm.raise(error);
    }
    raised
}

/// Deletes a name of a namespace.
pub(crate) fn delete_from(vm: &mut Vm, dict: Dict, name: Str) -> PyResult<()> {
    match dict.find_str(name) {
        Some(entry) => {
            dict.remove_entry(vm, entry);
            Ok(())
        }
        None => Err(name_error(vm, name)),
    }
}

/// A name of a module or class body.
pub(crate) fn load_name(
    vm: &mut Vm,
    function: Value,
    locals: Option<Value>,
    name: Str,
) -> PyResult {
    if let Some(locals) = locals
        && let Some(found) = lookup_mapping(vm, locals, name.value())?
    {
        return Ok(found);
    }
    load_global(vm, function, name)
}

/// A key of a mapping, none when it is not there.
pub(crate) fn lookup_mapping(vm: &mut Vm, mapping: Value, key: Value) -> PyResult<Option<Value>> {
    if let Some(dict) = mapping
        .as_ref()
        .filter(|object| object.layout() == layout::DICT)
    {
        return Ok(Str::of(key).and_then(|key| Dict::from_ref(dict).get_str(key)));
    }
    match protocol::get_item(vm, mapping, key) {
        Ok(found) => Ok(Some(found)),
        Err(raised) if vm.raised_is(&types::KeyError) => {
            vm.take_raised(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// The name of the cell or free variable in a register.
pub(crate) fn cell_name(code: &CodeData, register: u16) -> &str {
    let cells = code.code.cellvars.iter().chain(&code.code.freevars);
    cells
        .into_iter()
        .find(|(_, at)| *at == register)
        .map_or("?", |(name, _)| name)
}

/// UnboundLocalError or NameError for a register.
pub(crate) fn raise_unbound(vm: &mut Vm, code: usize, register: usize) -> PyResult<()> {
    // SAFETY: the handler passes the address of the running code.
    let code = unsafe { CodeData::of(std::ptr::with_exposed_provenance(code)) };
    let free = code
        .code
        .freevars
        .iter()
        .find(|(_, at)| usize::from(*at) == register);
    if let Some((name, _)) = free {
        let text = format!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        );
        return Err(vm.raise_name(&text));
    }
    let cell = code
        .code
        .cellvars
        .iter()
        .find(|(_, at)| usize::from(*at) == register);
    let name = cell
        .map(|(name, _)| name)
        .or_else(|| code.code.varnames.get(register));
    let name = name.map_or("?", String::as_str);
    Err(vm.raise_unbound(&format!(
        "cannot access local variable '{name}' where it is not associated with a value"
    )))
}

// ---- calls

/// Calls anything with arguments in registers, the last of them by keyword when there are names.
pub(crate) fn call_registers(
    vm: &mut Vm,
    callable: Value,
    first: *const u64,
    count: usize,
    names: Option<Value>,
) -> PyResult {
    let args = crate::opaque::args_at(first, count, names.and_then(Value::as_ref), callable);
    vm.with_range(first.cast_mut(), count, |vm| {
        protocol::call_args(vm, callable, args)
    })
}

/// `callable(*args, **keywords)`.
pub(crate) fn call_ex(
    vm: &mut Vm,
    callable: Value,
    this: Option<Value>,
    args: Value,
    keywords: Option<Value>,
) -> PyResult {
    let args = Tuple::of(args).expect("the compiler makes a tuple");
    let keywords = keywords
        .and_then(Dict::of)
        .filter(|keywords| !keywords.is_empty());
    let extra = usize::from(this.is_some());
    let named = keywords.map_or(0, Dict::len);
    let count = extra + args.len() + named;
    let names = vm.new_list_with(named)?;
    vm.with_registers(count, |vm, registers| {
        if let Some(this) = this {
            registers.set(0, Some(this));
        }
        for index in 0..args.len() {
            registers.set(extra + index, Some(args.at(index)));
        }
        let mut at = extra + args.len();
        if let Some(keywords) = keywords {
            for (key, value) in keywords.iter() {
                if Str::of(key).is_none() {
                    return Err(vm.raise_type("keywords must be strings"));
                }
                names.push(vm, key)?;
                registers.set(at, Some(value));
                at += 1;
            }
        }
        let names = if named > 0 {
            vm.list_to_tuple(names)?.as_ref()
        } else {
            None
        };
        let args = crate::opaque::args_at(registers.as_ptr(), count, names, callable);
        protocol::call_args(vm, callable, args)
    })
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Arranges `count` arguments from register `first` on (the last by keyword, if there are names) as the function's parameters stand: in
/// place, which needs no more room than the callee's window.
pub(crate) fn bind_arguments(
    vm: &mut Vm,
    function: Value,
    first: *mut u64,
    count: usize,
    names: Option<Value>,
) -> PyResult<()> {
    let function = function_of(function);
    let data = function.code();
    let code = &data.code;
    let names = names.and_then(Tuple::of);
    let named = names.map_or(0, Tuple::len);
    let given = count - named;
    let positional = usize::from(code.arg_count);
    let keyword_only = usize::from(code.kwonly_count);
    let total = usize::from(data.all_parameter_count);
    let has_args = data.has(CodeFlags::VARARGS);
    let has_keywords = data.has(CodeFlags::VARKEYWORDS);
    vm.with_registers(total.max(1), |vm, bound| {
        // SAFETY: the registers of the arguments (contract of the handler).
        let argument = |index: usize| unsafe { Value::from_bits(*first.add(index)) };
        for index in 0..given.min(positional) {
            bound.set(index, argument(index));
        }
        let args_place = positional + keyword_only;
        if has_args {
            let rest = given.saturating_sub(positional);
            let tuple = vm.new_tuple_from(rest, |index| argument(positional + index))?;
            bound.set(args_place, Some(tuple));
        }
        let mut keywords = None;
        if has_keywords {
            let dict = vm.new_dict()?;
            bound.set(args_place + usize::from(has_args), Some(dict.value()));
            keywords = Some(dict);
        }
        for index in 0..named {
            let name = names
                .and_then(|names| Str::of(names.at(index)))
                .expect("keyword names are strings");
            let value = argument(given + index).expect("passed arguments are values");
            let range = usize::from(code.posonly_count)..positional + keyword_only;
            let place = code.varnames[range.clone()]
                .iter()
                .position(|parameter| same_name(name, parameter));
            match place.map(|place| place + range.start) {
                Some(place) => {
                    if bound.get(place).is_some() {
                        let text = format!(
                            "{}() got multiple values for argument '{}'",
                            qualname(function),
                            code.varnames[place]
                        );
                        return Err(vm.raise_type(&text));
                    }
                    bound.set(place, Some(value));
                }
                None => match keywords {
                    Some(dict) => dict.set_str(vm, name, value)?,
                    None => return Err(unexpected_keyword(vm, function, name)),
                },
            }
        }
        if given > positional && !has_args {
            return Err(too_many(
                vm,
                function,
                given,
                bound,
                positional,
                keyword_only,
            ));
        }
        let defaults = function.field(at::FUNC_DEFAULTS).and_then(Tuple::of);
        let default_count = defaults.map_or(0, Tuple::len);
        let mut missing = 0;
        for index in given.min(positional)..positional {
            if bound.get(index).is_none() {
                match (index + default_count).checked_sub(positional) {
                    Some(place) => bound.set(index, defaults.map(|defaults| defaults.at(place))),
                    None => missing += 1,
                }
            }
        }
        if missing > 0 {
            return Err(missing_arguments(
                vm,
                function,
                bound,
                0,
                positional - default_count.min(positional),
                "positional",
            ));
        }
        let kwdefaults = function.field(at::FUNC_KWDEFAULTS).and_then(Dict::of);
        for index in positional..positional + keyword_only {
            if bound.get(index).is_none() {
                let name = vm.intern(&code.varnames[index])?;
                let default = kwdefaults.and_then(|defaults| defaults.get_str(Str::of(name)?));
                match default {
                    Some(default) => bound.set(index, Some(default)),
                    None => missing += 1,
                }
            }
        }
        if missing > 0 {
            return Err(missing_arguments(
                vm,
                function,
                bound,
                positional,
                positional + keyword_only,
                "keyword-only",
            ));
        }
        for index in 0..total {
            // SAFETY: the callee's window, which the caller's covers or ends at.
            unsafe { *first.add(index) = bound.get(index).map_or(0, Value::bits) };
        }
        Ok(())
    })
}

fn same_name(name: Str, parameter: &str) -> bool {
    if name.is_ascii() {
        name.bytes() == parameter.as_bytes()
    } else {
        name.to_rust() == parameter
    }
}

fn qualname(function: Function) -> String {
    Str::of(function.qualname()).map_or_else(String::new, |name| name.to_rust().into_owned())
}

#[cold]
fn unexpected_keyword(vm: &mut Vm, function: Function, name: Str) -> Raised {
    let code = &function.code().code;
    let only = &code.varnames[..usize::from(code.posonly_count)];
    let text = if only.iter().any(|parameter| same_name(name, parameter)) {
        format!(
            "{}() got some positional-only arguments passed as keyword arguments: '{}'",
            qualname(function),
            name.to_rust()
        )
    } else {
        format!(
            "{}() got an unexpected keyword argument '{}'",
            qualname(function),
            name.to_rust()
        )
    };
    vm.raise_type(&text)
}

#[cold]
fn too_many(
    vm: &mut Vm,
    function: Function,
    given: usize,
    bound: &taipan_objects::vm::Registers,
    positional: usize,
    keyword_only: usize,
) -> Raised {
    let defaults = function
        .field(at::FUNC_DEFAULTS)
        .and_then(Tuple::of)
        .map_or(0, Tuple::len);
    let named = (positional..positional + keyword_only)
        .filter(|index| bound.get(*index).is_some())
        .count();
    let (takes, plural_takes) = if defaults > 0 {
        (
            format!("from {} to {positional}", positional - defaults),
            true,
        )
    } else {
        (positional.to_string(), positional != 1)
    };
    let also = if named > 0 {
        format!(
            " positional argument{} (and {named} keyword-only argument{})",
            plural(given),
            plural(named)
        )
    } else {
        String::new()
    };
    let text = format!(
        "{}() takes {takes} positional argument{} but {given}{also} {} given",
        qualname(function),
        if plural_takes { "s" } else { "" },
        if given == 1 && named == 0 {
            "was"
        } else {
            "were"
        }
    );
    vm.raise_type(&text)
}

#[cold]
fn missing_arguments(
    vm: &mut Vm,
    function: Function,
    bound: &taipan_objects::vm::Registers,
    from: usize,
    to: usize,
    what: &str,
) -> Raised {
    let code = &function.code().code;
    let names: Vec<String> = (from..to)
        .filter(|index| bound.get(*index).is_none())
        .map(|index| format!("'{}'", code.varnames[index]))
        .collect();
    let list = match names.as_slice() {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
        [] => String::new(),
    };
    let text = format!(
        "{}() missing {} required {what} argument{}: {list}",
        qualname(function),
        names.len(),
        plural(names.len())
    );
    vm.raise_type(&text)
}

/// Runs a Python function from native code: the hook of the object model.
///
/// # Errors
/// What the function raises; RecursionError.
pub fn call_function(vm: &mut Vm, function: Value, args: Args) -> PyResult {
    let data = function_of(function).code();
    let count = args.len() + args.keyword_count();
    let room = usize::from(data.block.register_count).max(count) + 1;
    vm.nested("", |vm| {
        let base = vm.stack_top().wrapping_add(1);
        if base.wrapping_add(room) > vm.cx.register_limit {
            return Err(vm.raise_recursion("maximum recursion depth exceeded"));
        }
        // SAFETY: both areas are registers; the new one is free.
        unsafe { std::ptr::copy(args.registers(), base, count) };
        let simple =
            data.simple && args.keyword_count() == 0 && count == usize::from(data.code.arg_count);
        if !simple {
            let names = args.keyword_names().map(Value::from_ref);
            let saved = vm.set_native_top(base.wrapping_add(room));
            let result = vm.with_range(base, count, |vm| {
                bind_arguments(vm, function, base, count, names)
            });
            vm.set_native_top(saved);
            result?;
        }
        run_code(
            vm,
            &data.block,
            function,
            base,
            usize::from(data.all_parameter_count),
            0,
        )
    })
}

/// Runs code in a window at `base` whose first `bound` registers are set.
///
/// # Errors
/// What the code raises.
pub fn run_code(
    vm: &mut Vm,
    block: &coil_frame::CodeBlock,
    function: Value,
    base: *mut u64,
    bound: usize,
    extra: u64,
) -> PyResult {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    let record = vm.cx.frame_top.wrapping_add(1);
    let end = base.wrapping_add(usize::from(block.register_count));
    if record >= vm.cx.record_limit || end > vm.cx.register_limit {
        return Err(vm.raise_recursion("maximum recursion depth exceeded"));
    }
    // SAFETY: the register below the window is the caller's to give.
    unsafe { *base.sub(1) = function.bits() };
    for register in bound..usize::from(block.named_count) {
        // SAFETY: within the window.
        unsafe { *base.add(register) = 0 };
    }
    // SAFETY: below the limit.
    unsafe {
        record.write(FrameRecord {
            code: block,
            pc: block.words,
            base,
            resume: std::ptr::null(),
            result: 0,
            kind: FrameRecord::ROOT,
            flags: 0,
            extra,
        });
    }
    vm.cx.frame_top = record;
    run_root(vm)
}

/// Runs the root frame on top of the stack.
fn run_root(vm: &mut Vm) -> PyResult {
    let handled = vm.handled.replace(0);
    let hook = vm.interp.hooks.run.expect("set at start-up");
    vm.outer_handled.push(handled);
    let result = hook(vm);
    vm.outer_handled.pop();
    vm.handled.set(handled);
    result
}

/// Runs code of a module or class body, or of exec/eval, in a namespace (none: the globals).
///
/// # Errors
/// What the code raises.
pub fn run_body(
    vm: &mut Vm,
    code: Ref,
    globals: Dict,
    locals: Option<Value>,
    closure: Option<Value>,
) -> PyResult {
    let function = vm.new_function(code, globals.as_ref())?;
    vm.store(function.as_ref(), at::FUNC_CLOSURE, closure);
    let data = CodeData::of_object(code);
    vm.nested("", |vm| {
        let base = vm.stack_top().wrapping_add(1);
        run_code(
            vm,
            &data.block,
            Value::from_ref(function.as_ref()),
            base,
            0,
            locals.map_or(0, Value::bits),
        )
    })
}

// ---- displays

fn register(first: *const u64, index: usize) -> Value {
    // SAFETY: the handler passes a run of bound registers.
    unsafe { Value::from_bits(*first.add(index)) }.expect("bound registers hold values")
}

/// A set of registers.
pub(crate) fn build_set(vm: &mut Vm, first: *const u64, count: usize) -> PyResult {
    vm.with_range(first.cast_mut(), count, |vm| {
        let set = vm.new_set()?;
        for index in 0..count {
            set.add(vm, register(first, index))?;
        }
        Ok(set.value())
    })
}

/// A dict of pairs of registers.
pub(crate) fn build_map(vm: &mut Vm, first: *const u64, count: usize) -> PyResult {
    vm.with_range(first.cast_mut(), 2 * count, |vm| {
        let dict = vm.new_dict()?;
        for index in 0..count {
            dict.set(
                vm,
                register(first, 2 * index),
                register(first, 2 * index + 1),
            )?;
        }
        Ok(dict.value())
    })
}

/// The strings of registers one after the other.
pub(crate) fn build_string(vm: &mut Vm, first: *const u64, count: usize) -> PyResult {
    let part =
        |index: usize| Str::of(register(first, index)).expect("the compiler formats the parts");
    if (0..count).all(|index| part(index).is_ascii()) {
        let mut bytes: Vec<u8> = Vec::new();
        for index in 0..count {
            bytes.extend_from_slice(part(index).bytes());
        }
        return vm.new_ascii(&bytes);
    }
    let mut points: Vec<u32> = Vec::new();
    for index in 0..count {
        match part(index).text() {
            Text::Ascii(bytes) | Text::Latin1(bytes) => {
                points.extend(bytes.iter().map(|byte| u32::from(*byte)))
            }
            other => points.extend(other.iter()),
        }
    }
    vm.new_str_points(&points)
}

/// `*x` in a list or tuple display.
pub(crate) fn list_extend(vm: &mut Vm, list: Value, iterable: Value) -> PyResult<()> {
    let list = List::of(list).expect("the compiler makes a list");
    let slots = Type::of(iterable).slots();
    if slots.iter.is_none() && slots.get_item.is_none() {
        let name = protocol::type_name(iterable);
        return Err(vm.raise_type(&format!("Value after * must be an iterable, not {name}")));
    }
    protocol::for_each(vm, iterable, |vm, item| list.push(vm, item).map(|()| true))
}

fn callable_text(vm: &mut Vm, callable: Value) -> String {
    if let Some(function) = Function::of(callable) {
        let module = Dict::from_ref(function.globals())
            .get_str(vm.interp.names.__name__.str())
            .and_then(Str::of);
        let name = qualname(function);
        return match module {
            Some(module) if !module.is("builtins") => format!("{}.{name}()", module.to_rust()),
            _ => format!("{name}()"),
        };
    }
    if let Some(object) = callable.as_ref() {
        if object.layout() == layout::METHOD {
            let function =
                mem::value(object, at::METHOD_FUNC).expect("bound methods have a function");
            return callable_text(vm, function);
        }
        if matches!(
            object.layout(),
            layout::NATIVE_FUNCTION | layout::NATIVE_METHOD
        ) {
            return format!("{}()", taipan_objects::native::def_of(object).name);
        }
    }
    if let Some(ty) = Type::from_value(callable) {
        return format!("{}()", protocol::type_qualname(ty));
    }
    let name = protocol::type_name(callable);
    format!("{name} object")
}

/// `*x` of a call as a tuple.
pub(crate) fn star_arguments(vm: &mut Vm, iterable: Value, callable: Value) -> PyResult {
    let slots = Type::of(iterable).slots();
    if slots.iter.is_none() && slots.get_item.is_none() {
        let text = callable_text(vm, callable);
        let name = protocol::type_name(iterable);
        return Err(vm.raise_type(&format!(
            "{text} argument after * must be an iterable, not {name}"
        )));
    }
    Ok(protocol::to_tuple(vm, iterable)?.value())
}

fn each_item(
    vm: &mut Vm,
    mapping: Value,
    mut each: impl FnMut(&mut Vm, Value, Value) -> PyResult<()>,
) -> PyResult<bool> {
    if let Some(dict) = mapping
        .as_ref()
        .filter(|object| object.layout() == layout::DICT)
        .map(Dict::from_ref)
    {
        let copy = dict.copy(vm)?;
        for (key, value) in copy.iter() {
            each(vm, key, value)?;
        }
        return Ok(true);
    }
    let name = vm.interp.names.keys.str();
    let Some(method) = protocol::get_attr_opt(vm, mapping, name)? else {
        return Ok(false);
    };
    let keys = protocol::call(vm, method, &[])?;
    protocol::for_each(vm, keys, |vm, key| {
        let value = protocol::get_item(vm, mapping, key)?;
        each(vm, key, value).map(|()| true)
    })?;
    Ok(true)
}

/// `**x` in a dict display.
pub(crate) fn dict_update(vm: &mut Vm, dict: Value, mapping: Value) -> PyResult<()> {
    let dict = Dict::of(dict).expect("the compiler makes a dict");
    if each_item(vm, mapping, |vm, key, value| dict.set(vm, key, value))? {
        return Ok(());
    }
    Err(vm.raise_type_of(mapping, "is not a mapping"))
}

/// `**x` in a call.
pub(crate) fn dict_merge(
    vm: &mut Vm,
    dict: Value,
    mapping: Value,
    callable: Value,
) -> PyResult<()> {
    let dict = Dict::of(dict).expect("the compiler makes a dict");
    let done = each_item(vm, mapping, |vm, key, value| {
        if Str::of(key).is_none() {
            let text = format!(
                "{}: keywords must be strings",
                callable_text(vm, callable).trim_end_matches("()")
            );
            let text = text
                .split_once(": ")
                .map_or(text.clone(), |(_, rest)| rest.to_owned());
            return Err(vm.raise_type(&text));
        }
        if dict.get(vm, key)?.is_some() {
            let text = format!(
                "{} got multiple values for keyword argument '{}'",
                callable_text(vm, callable),
                protocol::str_text(vm, key)?
            );
            return Err(vm.raise_type(&text));
        }
        dict.set(vm, key, value)
    })?;
    if done {
        return Ok(());
    }
    let text = callable_text(vm, callable);
    let name = protocol::type_name(mapping);
    Err(vm.raise_type(&format!(
        "{text} argument after ** must be a mapping, not {name}"
    )))
}

// ---- functions and generators

/// A function with the attributes that follow in registers.
pub(crate) fn make_function(
    vm: &mut Vm,
    running: Value,
    code: Value,
    first: *const u64,
    what: u8,
) -> PyResult {
    let globals = globals_of(running);
    let count = what.count_ones() as usize;
    vm.with_range(first.cast_mut(), count, |vm| {
        let function = vm.new_function(mem::expect_ref(code), globals.as_ref())?;
        let mut at_register = 0;
        for (bit, offset) in [
            (1, at::FUNC_DEFAULTS),
            (2, at::FUNC_KWDEFAULTS),
            (4, at::FUNC_CLOSURE),
            (8, at::FUNC_ANNOTATE),
        ] {
            if what & bit != 0 {
                function.set_field(vm, offset, Some(register(first, at_register)));
                at_register += 1;
            }
        }
        Ok(Value::from_ref(function.as_ref()))
    })
}

/// The type of the generator-like object that code makes.
pub(crate) fn generator_type(code: &CodeData) -> Option<&'static StaticType> {
    if code.has(CodeFlags::ASYNC_GENERATOR) {
        Some(&types::ASYNC_GENERATOR)
    } else if code.has(CodeFlags::COROUTINE) {
        Some(&types::COROUTINE)
    } else if code.has(CodeFlags::GENERATOR) {
        Some(&types::GENERATOR)
    } else {
        None
    }
}

/// The `__iter__` of a class (by address) if it is a plain generator function of one parameter, and the class's version cell.
pub(crate) fn generator_iter(cx: *mut Context, class: usize) -> Option<(Value, *const u32)> {
    // SAFETY: the machine's context belongs to a Vm.
    let vm = unsafe { Vm::from_context(cx) };
    // SAFETY: the type of a live object; types are never freed.
    let ty = Type::from_ref(unsafe { Ref::from_address(class as u64) }?);
    let method = ty.lookup(vm.interp.names.__iter__.str())?;
    let function = Function::of(method)?;
    let code = function.code();
    let plain = code.simple
        && code.code.arg_count == 1
        && code.has(CodeFlags::GENERATOR)
        && !code.has(CodeFlags::ASYNC_GENERATOR);
    if !plain {
        return None;
    }
    vm.mutator().pin(function.as_ref());
    Some((method, ty.version_address()))
}

/// An exception leaves a generator's frame.
pub(crate) fn generator_raised(vm: &mut Vm, generator: Value) {
    let object = mem::expect_ref(generator);
    mem::set(object, at::GEN_STATE, state::FINISHED);
    let kind = if Type::of(generator).is(&types::COROUTINE) {
        "coroutine"
    } else if Type::of(generator).is(&types::ASYNC_GENERATOR) {
        "async generator"
    } else {
        "generator"
    };
    let stop = vm.raised_is(&types::StopIteration);
    let stop_async = kind == "async generator" && vm.raised_is(&types::StopAsyncIteration);
    if !stop && !stop_async {
        return;
    }
    let name = if stop {
        "StopIteration"
    } else {
        "StopAsyncIteration"
    };
    // SAFETY: `pending` holds the exception.
    let Some(former) = (unsafe { Value::from_bits(std::mem::take(&mut vm.cx.pending)) }) else {
        return;
    };
    let raised = vm.raise_runtime(&format!("{kind} raised {name}"));
    let error = vm.take_raised(raised);
    let object = mem::expect_ref(error);
    vm.store(object, at::EXC_CAUSE, Some(former));
    vm.store(object, at::EXC_CONTEXT, Some(former));
    mem::set(object, at::EXC_SUPPRESS, 1u8);
    let _ = vm.raise(error);
}

/// Resumes a generator from native code with a value (or with an exception pending when `sent` is none): what it yields, or none at the end
/// with the result.
///
/// # Errors
/// What it raises.
pub fn resume(vm: &mut Vm, generator: Ref, sent: Option<Value>) -> PyResult<Result<Value, Value>> {
    resume_place(vm, generator, sent, None)
}

/// Resumes a suspended generator at another word than where it stands (behind a `send` whose iterator has returned).
///
/// # Errors
/// What it raises.
pub fn resume_at(vm: &mut Vm, generator: Ref, word: usize) -> PyResult<Result<Value, Value>> {
    resume_place(vm, generator, Some(ty::none()), Some(word))
}

fn resume_place(
    vm: &mut Vm,
    generator: Ref,
    sent: Option<Value>,
    place: Option<usize>,
) -> PyResult<Result<Value, Value>> {
    let now: i64 = mem::get(generator, at::GEN_STATE);
    if now == state::RUNNING {
        let kind = protocol::type_name(Value::from_ref(generator));
        return Err(vm.raise_value(&format!("{kind} already executing")));
    }
    let function = mem::value(generator, at::GEN_FUNCTION).expect("generators have a function");
    let data = function_of(function).code();
    let pc: i64 = mem::get(generator, at::GEN_PC);
    let block = &data.block;
    vm.nested("", |vm| {
        let base = vm.stack_top().wrapping_add(1);
        // SAFETY: the context is the running one.
        let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
        let record = vm.cx.frame_top.wrapping_add(1);
        let end = base.wrapping_add(usize::from(block.register_count));
        if record >= vm.cx.record_limit || end > vm.cx.register_limit {
            return Err(vm.raise_recursion("maximum recursion depth exceeded"));
        }
        // SAFETY: the saved place stands after a yield of this code.
        let pc_address = unsafe { block.words.add(pc as usize) };
        // SAFETY: as above.
        let live = unsafe { block.live_registers(pc_address) };
        for index in 0..live {
            let value = mem::value(generator, at::GEN_REGISTERS + 8 * index);
            // SAFETY: within the window.
            unsafe { *base.add(index) = value.map_or(0, Value::bits) };
        }
        // SAFETY: the register below the window is free.
        unsafe { *base.sub(1) = function.bits() };
        // SAFETY: the word before the place is the yield.
        let word = taipan_bytecode::Word(unsafe { *pc_address.sub(1) });
        let starts = word.op_number() == taipan_bytecode::Op::ReturnGenerator as u8;
        let mut pc_address = pc_address;
        match (place, sent) {
            // SAFETY: a jump target of the code.
            (Some(place), _) => pc_address = unsafe { block.words.add(place) },
            // SAFETY: within the window.
            (None, Some(sent)) if !starts => unsafe {
                *base.add(usize::from(word.a())) = sent.bits()
            },
            _ => {}
        }
        mem::set(generator, at::GEN_STATE, state::RUNNING);
        // SAFETY: below the limit.
        unsafe {
            record.write(FrameRecord {
                code: block,
                pc: pc_address,
                base,
                resume: std::ptr::null(),
                result: 0,
                kind: FrameRecord::ROOT,
                flags: 0,
                extra: Value::from_ref(generator).bits(),
            });
        }
        vm.cx.frame_top = record;
        let own = mem::value(generator, at::GEN_HANDLED);
        let outer = vm.handled.replace(own.map_or(0, Value::bits));
        vm.outer_handled.push(outer);
        let hook = if sent.is_some() {
            vm.interp.hooks.run
        } else {
            vm.interp.hooks.run_raised
        };
        let result = hook.expect("set at start-up")(vm);
        vm.outer_handled.pop();
        let handled = vm.handled.replace(outer);
        let after: i64 = mem::get(generator, at::GEN_STATE);
        if after == state::SUSPENDED {
            // SAFETY: holds an exception, None or 0.
            let handled = unsafe { Value::from_bits(handled) }.filter(|value| *value != ty::none());
            vm.store(generator, at::GEN_HANDLED, handled);
        } else if after == state::RUNNING {
            mem::set(generator, at::GEN_STATE, state::FINISHED);
        }
        match result {
            Ok(value) if after == state::SUSPENDED => Ok(Ok(value)),
            Ok(value) => Ok(Err(value)),
            Err(raised) => Err(raised),
        }
    })
}

/// One step of `yield from`/`await` on anything: the value yielded, or none with the result written to a register.
pub(crate) fn send(
    vm: &mut Vm,
    iterator: Value,
    sent: Value,
    result: *mut u64,
) -> PyResult<Option<Value>> {
    let object = iterator.as_ref();
    let ty = Type::of(iterator);
    if let Some(generator) = object
        .filter(|object| object.layout() == layout::GENERATOR && !ty.is(&types::ASYNC_GENERATOR))
    {
        let now: i64 = mem::get(generator, at::GEN_STATE);
        if now == state::FINISHED {
            if ty.is(&types::COROUTINE) {
                return Err(vm.raise_runtime("cannot reuse already awaited coroutine"));
            }
            return finished(result, ty::none());
        }
        if now == state::CREATED && sent != ty::none() {
            let kind = protocol::type_name(iterator);
            return Err(vm.raise_type(&format!(
                "can't send non-None value to a just-started {kind}"
            )));
        }
        return match resume(vm, generator, Some(sent))? {
            Ok(value) => Ok(Some(value)),
            Err(value) => finished(result, value),
        };
    }
    let step = if sent == ty::none() && ty.slots().next.is_some() && !ty.is_heap() {
        protocol::next(vm, iterator)
    } else {
        let call = if sent == ty::none() {
            let name = vm.interp.names.__next__.str();
            protocol::call_special(vm, iterator, name, &[]).and_then(|found| match found {
                Some(found) => Ok(found),
                None => Err(vm.raise_type_of(iterator, "is not an iterator")),
            })
        } else {
            protocol::call_method(vm, iterator, "send", &[sent])
        };
        call.map(Some)
    };
    match step {
        Ok(Some(value)) => Ok(Some(value)),
        Ok(None) => finished(result, ty::none()),
        Err(raised) if vm.raised_is(&types::StopIteration) => {
            let error = vm.take_raised(raised);
            let value = exception::extra(mem::expect_ref(error), 0).unwrap_or_else(ty::none);
            finished(result, value)
        }
        Err(raised) => Err(raised),
    }
}

fn finished(result: *mut u64, value: Value) -> PyResult<Option<Value>> {
    // SAFETY: the handler passes a free register.
    unsafe { *result = value.bits() };
    Ok(None)
}

/// The iterator of `yield from`.
pub(crate) fn yield_from_iter(vm: &mut Vm, iterable: Value, in_coroutine: bool) -> PyResult {
    if Type::of(iterable).is(&types::COROUTINE) {
        if in_coroutine {
            return Ok(iterable);
        }
        return Err(
            vm.raise_type("cannot 'yield from' a coroutine object in a non-coroutine generator")
        );
    }
    protocol::iter(vm, iterable)
}

/// The iterator of an awaitable. `context`: 0 await, 1 async with enter, 2 async with exit.
pub(crate) fn get_awaitable(vm: &mut Vm, awaitable: Value, context: i64) -> PyResult {
    if Type::of(awaitable).is(&types::COROUTINE) {
        return Ok(awaitable);
    }
    if let Some(generator) = awaitable
        .as_ref()
        .filter(|object| object.layout() == layout::GENERATOR)
    {
        let function = mem::value(generator, at::GEN_FUNCTION).expect("generators have a function");
        if function_of(function)
            .code()
            .has(CodeFlags::ITERABLE_COROUTINE)
        {
            return Ok(awaitable);
        }
    }
    let name = vm.interp.names.__await__.str();
    match protocol::call_special(vm, awaitable, name, &[])? {
        Some(iterator) if Type::of(iterator).is(&types::COROUTINE) => {
            Err(vm.raise_type("__await__() returned a coroutine"))
        }
        Some(iterator) if Type::of(iterator).slots().next.is_none() => {
            let name = protocol::type_name(iterator);
            Err(vm.raise_type(&format!(
                "__await__() returned non-iterator of type '{name}'"
            )))
        }
        Some(iterator) => Ok(iterator),
        None => {
            let name = protocol::type_name(awaitable);
            Err(match context {
                1 => vm.raise_type(&format!(
                    "'async with' received an object from __aenter__ that does not implement __await__: {name}"
                )),
                2 => vm.raise_type(&format!(
                    "'async with' received an object from __aexit__ that does not implement __await__: {name}"
                )),
                _ => vm.raise_type(&format!("'{name}' object can't be awaited")),
            })
        }
    }
}

/// `x.__aiter__()`.
pub(crate) fn get_aiter(vm: &mut Vm, iterable: Value) -> PyResult {
    let name = vm.interp.names.__aiter__.str();
    let Some(iterator) = protocol::call_special(vm, iterable, name, &[])? else {
        let name = protocol::type_name(iterable);
        return Err(vm.raise_type(&format!(
            "'async for' requires an object with __aiter__ method, got {name}"
        )));
    };
    if Type::of(iterator)
        .lookup(vm.interp.names.__anext__.str())
        .is_none()
    {
        let name = protocol::type_name(iterator);
        return Err(vm.raise_type(&format!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {name}"
        )));
    }
    Ok(iterator)
}

/// The awaitable of `x.__anext__()`.
pub(crate) fn get_anext(vm: &mut Vm, iterator: Value) -> PyResult {
    let name = vm.interp.names.__anext__.str();
    match protocol::call_special(vm, iterator, name, &[])? {
        Some(awaitable) => get_awaitable(vm, awaitable, 0),
        None => {
            let name = protocol::type_name(iterator);
            Err(vm.raise_type(&format!(
                "'async for' requires an iterator with __anext__ method, got {name}"
            )))
        }
    }
}

// ---- exceptions

fn instantiate(vm: &mut Vm, raised: Value, cause: bool) -> PyResult {
    if exception::is_exception_class(raised) {
        let made = protocol::call(vm, raised, &[])?;
        if !exception::is_exception(made) {
            let text = format!(
                "calling {} should have returned an instance of BaseException, not {}",
                protocol::repr_text(vm, raised)?,
                protocol::repr_text(vm, Type::of(made).value())?
            );
            return Err(vm.raise_type(&text));
        }
        return Ok(made);
    }
    if exception::is_exception(raised) {
        return Ok(raised);
    }
    Err(vm.raise_type(if cause {
        "exception causes must derive from BaseException"
    } else {
        "exceptions must derive from BaseException"
    }))
}

/// What the `raise` statement raises.
pub(crate) fn raise(
    vm: &mut Vm,
    raised: Option<Value>,
    cause: Option<Value>,
    what: i64,
) -> PyResult {
    let Some(raised) = raised.filter(|_| what > 0) else {
        return match vm.handled_exception() {
            Some(handled) => Ok(handled),
            None => Err(vm.raise_runtime("No active exception to reraise")),
        };
    };
    let exception = instantiate(vm, raised, false)?;
    let object = mem::expect_ref(exception);
    if let Some(cause) = cause {
        let cause = if cause == ty::none() {
            None
        } else {
            Some(instantiate(vm, cause, true)?)
        };
        vm.store(object, at::EXC_CAUSE, cause);
        mem::set(object, at::EXC_SUPPRESS, 1u8);
    }
    exception::set_context(vm, exception);
    Ok(exception)
}

/// Whether an exception matches what an `except` clause names.
pub(crate) fn exception_matches(vm: &mut Vm, raised: Value, class: Value) -> PyResult<bool> {
    const TEXT: &str = "catching classes that do not inherit from BaseException is not allowed";
    let is = |class: Value| {
        Type::from_value(class).is_some_and(|class| Type::of(raised).is_subtype(class))
    };
    if exception::is_exception_class(class) {
        return Ok(is(class));
    }
    let Some(classes) = Tuple::of(class) else {
        return Err(vm.raise_type(TEXT));
    };
    if !classes.iter().all(exception::is_exception_class) {
        return Err(vm.raise_type(TEXT));
    }
    Ok(classes.iter().any(is))
}

/// `except*`: rest and match of an exception (group), to two registers.
pub(crate) fn group_matches(
    vm: &mut Vm,
    raised: Value,
    class: Value,
    out: *mut u64,
) -> PyResult<()> {
    let group = types::BASE_EXCEPTION_GROUP.ty();
    let given = Type::from_value(class).into_iter().chain(
        Tuple::of(class)
            .into_iter()
            .flat_map(|classes| classes.iter().filter_map(Type::from_value)),
    );
    for class in given.collect::<Vec<_>>() {
        if class.is_subtype(group) {
            return Err(vm.raise_type(
                "catching ExceptionGroup with except* is not allowed. Use except instead.",
            ));
        }
    }
    let (rest, matched) = if Type::of(raised).is_subtype(group) {
        let pair = protocol::call_method(vm, raised, "split", &[class])?;
        let pair = Tuple::of(pair).expect("split gives a pair");
        (pair.at(1), pair.at(0))
    } else if exception_matches(vm, raised, class)? {
        let list = vm.new_list(&[raised])?;
        let text = vm.new_str("")?;
        let class = vm
            .interp
            .builtins()
            .get_name(vm, "ExceptionGroup")?
            .unwrap_or(group.value());
        (ty::none(), protocol::call(vm, class, &[text, list])?)
    } else {
        (raised, ty::none())
    };
    // SAFETY: the handler passes two free registers.
    unsafe { *out = rest.bits() };
    // SAFETY: as above.
    unsafe { *out.add(1) = matched.bits() };
    Ok(())
}

/// Puts the running frame in front of the pending exception's traceback (unless the frame is hidden).
pub(crate) fn add_traceback(vm: &mut Vm) {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    // SAFETY: `pending` holds the exception being raised.
    let Some(error) = (unsafe { Value::from_bits(vm.cx.pending) }) else {
        return;
    };
    // SAFETY: the running frame's record.
    let record = unsafe { *vm.cx.frame_top };
    // SAFETY: frames run live code.
    let data = unsafe { CodeData::of(record.code) };
    if data.has(CodeFlags::HIDDEN) {
        return;
    }
    // SAFETY: F1.
    let word = unsafe { data.block.index_of(record.pc) }.saturating_sub(1);
    let object = mem::expect_ref(error);
    if let Some(top) = mem::reference(object, at::EXC_TRACEBACK) {
        // The same frame again (a re-raise at the end of a finally): keep the entry it has.
        let frame = mem::reference(top, at::TB_FRAME);
        let lasti: i32 = mem::get(top, at::TB_LASTI);
        let known: Option<usize> = frame.map(|frame| mem::get(frame, at::FRAME_RECORD));
        if known == Some(vm.cx.frame_top as usize) && lasti == word.cast_signed() {
            return;
        }
    }
    let line = data
        .code
        .position_of(word)
        .map_or(data.code.first_line, |position| position.line);
    vm.cx.pending = 0;
    let made = new_frame_object(vm, vm.cx.frame_top).and_then(|frame| {
        exception::add_traceback(vm, object, frame, word.cast_signed(), line.cast_signed())
    });
    if made.is_ok() {
        vm.cx.pending = error.bits();
    }
}

/// A frame object for a frame: its function, a copy of its registers.
///
/// # Errors
/// MemoryError.
pub fn new_frame_object(vm: &mut Vm, record: *mut FrameRecord) -> PyResult {
    // SAFETY: the caller gives a live record.
    let frame = unsafe { *record };
    // SAFETY: frames run live code.
    let data = unsafe { CodeData::of(frame.code) };
    // SAFETY: register -1 holds the running function.
    let function = unsafe { Value::from_bits(*frame.base.sub(1)) };
    let object = vm.alloc(layout::FRAME, &types::FRAME, 72)?;
    vm.init(object, at::FRAME_FUNCTION, function);
    let globals = function
        .and_then(Function::of)
        .map(|function| Value::from_ref(function.globals()));
    vm.init(object, at::FRAME_GLOBALS, globals);
    mem::set(object, at::FRAME_RECORD, record as usize);
    // SAFETY: F1.
    mem::set(
        object,
        at::FRAME_PC,
        unsafe { data.block.index_of(frame.pc) } as usize,
    );
    let named = usize::from(data.block.named_count);
    let array = vm.alloc_values(named)?;
    for index in 0..named {
        // SAFETY: within the window.
        let value = unsafe { Value::from_bits(*frame.base.add(index)) };
        let slot = array.field_ptr::<Option<Value>>(coil_heap::ARRAY_ITEMS + 8 * index);
        // SAFETY: an item of the array.
        unsafe { vm.mutator().store_item(array, slot, value) };
    }
    vm.store(object, at::FRAME_REGISTERS, Some(Value::from_ref(array)));
    // SAFETY: the language word holds a value or 0.
    let extra = unsafe { Value::from_bits(frame.extra) };
    if data.has(CodeFlags::OPTIMIZED) {
        return Ok(Value::from_ref(object));
    }
    vm.store(object, at::FRAME_LOCALS, extra.or(globals));
    Ok(Value::from_ref(object))
}

/// A frame object for a suspended generator: its function, a copy of its registers.
///
/// # Errors
/// MemoryError.
pub fn generator_frame(vm: &mut Vm, generator: Ref) -> PyResult {
    let function = mem::value(generator, at::GEN_FUNCTION)
        .and_then(Function::of)
        .expect("generators have a function");
    let data = function.code();
    let pc: i64 = mem::get(generator, at::GEN_PC);
    let object = vm.alloc(layout::FRAME, &types::FRAME, 72)?;
    vm.init(
        object,
        at::FRAME_FUNCTION,
        Some(Value::from_ref(function.as_ref())),
    );
    vm.init(
        object,
        at::FRAME_GLOBALS,
        Some(Value::from_ref(function.globals())),
    );
    mem::set(object, at::FRAME_PC, pc as usize);
    let saved: usize = mem::get(generator, at::GEN_COUNT);
    let named = usize::from(data.block.named_count);
    let array = vm.alloc_values(named)?;
    for index in 0..named.min(saved) {
        let value = mem::value(generator, at::GEN_REGISTERS + 8 * index);
        let slot = array.field_ptr::<Option<Value>>(coil_heap::ARRAY_ITEMS + 8 * index);
        // SAFETY: an item of the array.
        unsafe { vm.mutator().store_item(array, slot, value) };
    }
    vm.store(object, at::FRAME_REGISTERS, Some(Value::from_ref(array)));
    Ok(Value::from_ref(object))
}

// ---- with

/// `__enter__` and `__exit__` of a context manager.
pub(crate) fn with_enter(vm: &mut Vm, manager: Value, exit: *mut u64, is_async: bool) -> PyResult {
    let names = vm.interp.names.clone();
    let (enter_name, exit_name, protocol_name, other) = if is_async {
        (
            names.__aenter__,
            names.__aexit__,
            "asynchronous context manager",
            (names.__enter__, names.__exit__, "'with'"),
        )
    } else {
        (
            names.__enter__,
            names.__exit__,
            "context manager",
            (names.__aenter__, names.__aexit__, "'async with'"),
        )
    };
    let enter = protocol::special(vm, manager, enter_name.str())?;
    let found_exit = protocol::special(vm, manager, exit_name.str())?;
    let (Some(enter), Some(found_exit)) = (enter, found_exit) else {
        let missing = if found_exit.is_none() {
            exit_name
        } else {
            enter_name
        };
        let ty = Type::of(manager);
        let mut text = format!(
            "'{}' object does not support the {protocol_name} protocol (missed {} method)",
            ty.name(),
            missing.str().to_rust()
        );
        if ty.lookup(other.0.str()).is_some() && ty.lookup(other.1.str()).is_some() {
            text = format!(
                "'{}' object does not support the {protocol_name} protocol (missed {} method) but it supports the {} protocol. Did you mean to use {}?",
                ty.name(),
                missing.str().to_rust(),
                if is_async {
                    "context manager"
                } else {
                    "asynchronous context manager"
                },
                other.2
            );
        }
        return Err(vm.raise_type(&text));
    };
    let entered = protocol::call(vm, enter, &[])?;
    // SAFETY: the handler passes a free register.
    unsafe { *exit = found_exit.bits() };
    Ok(entered)
}

// ---- imports

/// `import`.
pub(crate) fn import_name(
    vm: &mut Vm,
    function: Value,
    name: Str,
    from_list: Value,
    level: i64,
) -> PyResult {
    let globals = globals_of(function);
    let key = vm.interp.names.__import__.str();
    let overridden = builtins_of(vm, globals).get_str(key);
    if let Some(import) = overridden.filter(|import| {
        import
            .as_ref()
            .is_some_and(|o| o.layout() != layout::NATIVE_FUNCTION)
    }) {
        let level = vm.new_int(level)?;
        return protocol::call(
            vm,
            import,
            &[name.value(), globals.value(), ty::none(), from_list, level],
        );
    }
    let hook = vm.interp.hooks.import.expect("set at start-up");
    hook(vm, name, globals.value(), from_list, level)
}

/// `from module import name`.
pub(crate) fn import_from(vm: &mut Vm, module: Value, name: Str) -> PyResult {
    if let Some(found) = protocol::get_attr_opt(vm, module, name)? {
        return Ok(found);
    }
    let names = vm.interp.names.clone();
    let package = protocol::get_attr_opt(vm, module, names.__name__.str())?.and_then(Str::of);
    if let Some(package) = package {
        let full = format!("{}.{}", package.to_rust(), name.to_rust());
        if let Some(found) = vm.interp.modules().get_name(vm, &full)? {
            return Ok(found);
        }
    }
    let file = protocol::get_attr_opt(vm, module, names.__file__.str())?.and_then(Str::of);
    let package_text = package.map_or_else(
        || "<unknown module name>".to_owned(),
        |name| name.to_rust().into_owned(),
    );
    let place = file.map_or_else(
        || "unknown location".to_owned(),
        |file| file.to_rust().into_owned(),
    );
    let spec = protocol::get_attr_opt(vm, module, names.__spec__.str())?;
    let mut initializing = false;
    if let Some(spec) = spec
        && let Some(flag) = protocol::get_attr_opt(vm, spec, names._initializing.str())?
    {
        initializing = protocol::truth(vm, flag)?;
    }
    let text = if initializing {
        format!(
            "cannot import name '{}' from partially initialized module '{package_text}' (most likely due to a circular import) ({place})",
            name.to_rust()
        )
    } else {
        format!(
            "cannot import name '{}' from '{package_text}' ({place})",
            name.to_rust()
        )
    };
    let raised = vm.raise_import(&text);
    let error = vm.take_raised(raised);
    let object = mem::expect_ref(error);
    exception::set_extra(vm, object, 1, package.map(Str::value));
    exception::set_extra(vm, object, 2, file.map(Str::value));
    exception::set_extra(vm, object, 3, Some(name.value()));
    Err(vm.raise(error))
}

/// `from module import *`.
pub(crate) fn import_star(vm: &mut Vm, module: Value, target: Value) -> PyResult<()> {
    let names = vm.interp.names.clone();
    let all = protocol::get_attr_opt(vm, module, names.__all__.str())?;
    let (list, public_only) = match all {
        Some(all) => (protocol::to_list(vm, all)?, false),
        None => {
            let dict = protocol::get_attr(vm, module, names.__dict__.str())?;
            (protocol::to_list(vm, dict)?, true)
        }
    };
    for index in 0..list.len() {
        let Some(name) = Str::of(list.at(index)) else {
            let text = format!(
                "Item in __all__ must be str, not {}",
                protocol::type_name(list.at(index))
            );
            return Err(vm.raise_type(&text));
        };
        if public_only && name.to_rust().starts_with('_') {
            continue;
        }
        let value = protocol::get_attr(vm, module, name)?;
        match Dict::of(target) {
            Some(dict) => dict.set_str(vm, name, value)?,
            None => protocol::set_item(vm, target, name.value(), Some(value))?,
        }
    }
    Ok(())
}

// ---- patterns

/// Values of the keys of a mapping pattern, or None.
pub(crate) fn match_keys(vm: &mut Vm, subject: Value, keys: Value) -> PyResult {
    let keys = Tuple::of(keys).expect("the compiler makes a tuple");
    let values = vm.new_list_with(keys.len())?;
    let seen = vm.new_set()?;
    let missing = vm.new_list_with(0)?.value();
    for key in keys.iter() {
        if !seen.add(vm, key)? {
            let text = format!(
                "mapping pattern checks duplicate key ({})",
                protocol::repr_text(vm, key)?
            );
            return Err(vm.raise_value(&text));
        }
        let found = protocol::call_method(vm, subject, "get", &[key, missing])?;
        if found == missing {
            return Ok(ty::none());
        }
        values.push(vm, found)?;
    }
    vm.list_to_tuple(values)
}

/// Attributes of a class pattern, or None.
pub(crate) fn match_class(
    vm: &mut Vm,
    subject: Value,
    class: Value,
    names: Value,
    positional: usize,
) -> PyResult {
    let Some(ty) = Type::from_value(class) else {
        return Err(vm.raise_type("called match pattern must be a class"));
    };
    if !protocol::is_instance(vm, subject, class)? {
        return Ok(ty::none());
    }
    let values = vm.new_list_with(positional)?;
    let seen = vm.new_set()?;
    if positional > 0 {
        let key = vm.interp.names.__match_args__.str();
        let match_args = protocol::get_attr_opt(vm, class, key)?;
        let itself = match_args.is_none() && {
            let base = ty.mro_types().find(|ty| !ty.is_heap()).unwrap_or(ty);
            [
                &types::BOOL,
                &types::BYTEARRAY,
                &types::BYTES,
                &types::DICT,
                &types::FLOAT,
                &types::FROZENSET,
                &types::INT,
                &types::LIST,
                &types::SET,
                &types::STR,
                &types::TUPLE,
            ]
            .into_iter()
            .any(|known| base.is(known))
        };
        let args = match match_args {
            Some(args) => match Tuple::of(args) {
                Some(args) => Some(args),
                None => {
                    let text = format!(
                        "{}.__match_args__ must be a tuple (got {})",
                        ty.name(),
                        protocol::type_name(args)
                    );
                    return Err(vm.raise_type(&text));
                }
            },
            None => None,
        };
        let allowed = if itself {
            1
        } else {
            args.map_or(0, Tuple::len)
        };
        if positional > allowed {
            let text = format!(
                "{}() accepts {allowed} positional sub-pattern{} ({positional} given)",
                ty.name(),
                plural(allowed)
            );
            return Err(vm.raise_type(&text));
        }
        if itself {
            values.push(vm, subject)?;
        } else if let Some(args) = args {
            for index in 0..positional {
                let Some(name) = Str::of(args.at(index)) else {
                    let text = format!(
                        "__match_args__ elements must be strings (got {})",
                        protocol::type_name(args.at(index))
                    );
                    return Err(vm.raise_type(&text));
                };
                if !match_attribute(vm, subject, ty, name, values, seen)? {
                    return Ok(ty::none());
                }
            }
        }
    }
    let names = Tuple::of(names).expect("the compiler makes a tuple");
    for name in names.iter() {
        let name = Str::of(name).expect("names are strings");
        if !match_attribute(vm, subject, ty, name, values, seen)? {
            return Ok(ty::none());
        }
    }
    vm.list_to_tuple(values)
}

fn match_attribute(
    vm: &mut Vm,
    subject: Value,
    ty: Type,
    name: Str,
    values: List,
    seen: taipan_objects::set::Set,
) -> PyResult<bool> {
    if !seen.add(vm, name.value())? {
        let text = format!(
            "{}() got multiple sub-patterns for attribute '{}'",
            ty.name(),
            name.to_rust()
        );
        return Err(vm.raise_type(&text));
    }
    match protocol::get_attr_opt(vm, subject, name)? {
        Some(value) => values.push(vm, value).map(|()| true),
        None => Ok(false),
    }
}

// ---- the rest

/// Makes sure that a namespace has `__annotations__`.
pub(crate) fn setup_annotations(vm: &mut Vm, target: Value) -> PyResult<()> {
    let key = vm.interp.names.__annotations__.value();
    if lookup_mapping(vm, target, key)?.is_some() {
        return Ok(());
    }
    let dict = vm.new_dict()?;
    protocol::set_item(vm, target, key, Some(dict.value()))
}

/// Shows a value by `sys.displayhook`.
pub(crate) fn print_expr(vm: &mut Vm, shown: Value) -> PyResult<()> {
    let sys = vm.interp.modules().get_name(vm, "sys")?;
    let Some(sys) = sys else {
        return Err(vm.raise_runtime("lost sys.displayhook"));
    };
    let hook = protocol::get_attr_named(vm, sys, "displayhook")?;
    protocol::call(vm, hook, &[shown]).map(|_| ())
}

/// A t-string's interpolation: value, expression text, conversion, format spec.
pub(crate) fn interpolation(vm: &mut Vm, first: *const u64, conversion: u8) -> PyResult {
    let (value, expression, spec) = (register(first, 0), register(first, 1), register(first, 2));
    let conversion = match conversion {
        1 => vm.new_str("s")?,
        2 => vm.new_str("r")?,
        3 => vm.new_str("a")?,
        _ => ty::none(),
    };
    let class = templatelib(vm, "Interpolation")?;
    protocol::call(vm, class, &[value, expression, conversion, spec])
}

/// A t-string: strings and interpolations in turn.
pub(crate) fn template(vm: &mut Vm, strings: Value, interpolations: Value) -> PyResult {
    let class = templatelib(vm, "Template")?;
    let (strings, interpolations) = (
        Tuple::of(strings).expect("the compiler makes a tuple"),
        Tuple::of(interpolations).expect("the compiler makes a tuple"),
    );
    let parts = vm.new_list_with(strings.len() * 2)?;
    for index in 0..strings.len() {
        parts.push(vm, strings.at(index))?;
        if let Some(interpolation) = interpolations.get(index) {
            parts.push(vm, interpolation)?;
        }
    }
    let args = vm.list_to_tuple(parts)?;
    call_ex(vm, class, None, args, None)
}

fn templatelib(vm: &mut Vm, name: &str) -> PyResult {
    match vm.interp.kept(if name == "Template" {
        "Template"
    } else {
        "Interpolation"
    }) {
        Some(class) => Ok(class),
        None => Err(vm.raise_not_implemented("template strings are not there yet")),
    }
}

/// `super(class, object).name` the long way.
pub(crate) fn super_attr(
    vm: &mut Vm,
    callable: Value,
    class: Option<Value>,
    object: Option<Value>,
    name: Str,
) -> PyResult {
    let (Some(class), Some(object)) = (class, object) else {
        return Err(vm.raise_runtime("super(): empty __class__ cell"));
    };
    let made = protocol::call(vm, callable, &[class, object])?;
    protocol::get_attr(vm, made, name)
}

/// A rare operation of the compiler's.
pub(crate) fn intrinsic(
    vm: &mut Vm,
    function: Value,
    intrinsic: Intrinsic,
    first: *const u64,
) -> PyResult {
    let _ = function;
    match intrinsic {
        Intrinsic::NotImplementedError => Ok(types::NotImplementedError.value()),
        Intrinsic::PrepReraiseStar => prep_reraise_star(vm, register(first, 0), register(first, 1)),
        Intrinsic::SetFunctionTypeParams => {
            let made = register(first, 0);
            vm.store(
                mem::expect_ref(made),
                at::FUNC_TYPE_PARAMS,
                Some(register(first, 1)),
            );
            Ok(made)
        }
        other => {
            let name = format!("_{}", other.text());
            let key = match other {
                Intrinsic::TypeVar => "TypeVar",
                Intrinsic::TypeVarWithBound => "TypeVarWithBound",
                Intrinsic::TypeVarWithConstraints => "TypeVarWithConstraints",
                Intrinsic::ParamSpec => "ParamSpec",
                Intrinsic::TypeVarTuple => "TypeVarTuple",
                Intrinsic::SetTypeParamDefault => "SetTypeParamDefault",
                Intrinsic::SubscriptGeneric => "SubscriptGeneric",
                _ => "TypeAlias",
            };
            let Some(callable) = vm.interp.kept(key) else {
                return Err(vm.raise_not_implemented(&format!(
                    "type parameters are not there yet ({name})"
                )));
            };
            let args: [Value; 3] = std::array::from_fn(|index| {
                if index < other.arguments() {
                    register(first, index)
                } else {
                    ty::none()
                }
            });
            protocol::call(vm, callable, &args[..other.arguments()])
        }
    }
}

/// What `except*` raises at its end: of the original and the list of what was raised and left over.
fn prep_reraise_star(vm: &mut Vm, original: Value, raised: Value) -> PyResult {
    let list = List::of(raised).expect("the compiler makes a list");
    let left = vm.new_list_with(list.len())?;
    for index in 0..list.len() {
        let item = list.at(index);
        if item != ty::none() {
            left.push(vm, item)?;
        }
    }
    match left.len() {
        0 => Ok(ty::none()),
        1 if left.at(0) == original => Ok(original),
        _ => {
            if left.len() == 1 && Type::of(left.at(0)).is_subtype(types::BASE_EXCEPTION_GROUP.ty())
            {
                return Ok(left.at(0));
            }
            let group = vm
                .interp
                .builtins()
                .get_name(vm, "BaseExceptionGroup")?
                .unwrap_or(types::BASE_EXCEPTION_GROUP.value());
            let text = vm.new_str("")?;
            protocol::call(vm, group, &[text, left.value()])
        }
    }
}

/// The opaque call of a pure float function, made once per declaration.
pub(crate) fn float_opaque(
    def: &'static NativeDef,
    function: extern "C" fn(f64) -> f64,
) -> &'static Opaque {
    static KNOWN: OnceLock<Mutex<Vec<(usize, &'static Opaque)>>> = OnceLock::new();
    let address = (&raw const *def).addr();
    let mut known = KNOWN
        .get_or_init(Mutex::default)
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, opaque)) = known.iter().find(|(key, _)| *key == address) {
        return opaque;
    }
    // Called with the context as well: an integer argument, which a function of floats does not look at.
    let opaque: &'static Opaque = Box::leak(Box::new(Opaque::pure(
        def.name,
        function as *const (),
        &[Ty::Float],
        Ty::Float,
    )));
    known.push((address, opaque));
    opaque
}
