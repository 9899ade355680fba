//! Binding of arguments to the parameters of a function, and its TypeErrors.

use super::{function_of, plural, qualname};
use coil_value::Value;
use taipan_bytecode::CodeFlags;
use taipan_objects::dict::Dict;
use taipan_objects::function::Function;
use taipan_objects::layout::at;
use taipan_objects::str::Str;
use taipan_objects::suggest::nearest;
use taipan_objects::tuple::Tuple;
use taipan_objects::{PyResult, Raised, Vm};

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
                    None => return Err(unexpected_keyword(vm, function, name, names)),
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

pub(super) fn same_name(name: Str, parameter: &str) -> bool {
    if name.is_ascii() {
        name.bytes() == parameter.as_bytes()
    } else {
        name.to_rust() == parameter
    }
}

#[cold]
pub(super) fn unexpected_keyword(
    vm: &mut Vm,
    function: Function,
    name: Str,
    names: Option<Tuple>,
) -> Raised {
    let code = &function.code().code;
    let only = &code.varnames[..usize::from(code.posonly_count)];
    let given = |parameter: &str| {
        names.is_some_and(|names| {
            let mut names = names.iter().filter_map(Str::of);
            names.any(|name| same_name(name, parameter))
        })
    };
    let passed: Vec<&str> = only
        .iter()
        .map(String::as_str)
        .filter(|parameter| given(parameter))
        .collect();
    let text = if !passed.is_empty() {
        format!(
            "{}() got some positional-only arguments passed as keyword arguments: '{}'",
            qualname(function),
            passed.join(", ")
        )
    } else {
        let parameters = usize::from(code.arg_count + code.kwonly_count);
        let named = &code.varnames[usize::from(code.posonly_count)..parameters];
        let hint = nearest(named, &name.to_rust())
            .map(|near| format!(". Did you mean '{near}'?"))
            .unwrap_or_default();
        format!(
            "{}() got an unexpected keyword argument '{}'{hint}",
            qualname(function),
            name.to_rust()
        )
    };
    vm.raise_type(&text)
}

#[cold]
pub(super) fn too_many(
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
pub(super) fn missing_arguments(
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
