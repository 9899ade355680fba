//! Calls whose arguments lie in registers, are unpacked, or go through `super`; what messages call a callable.

use super::display::each_item;
use super::qualname;
use coil_machine::{Opaque, Ty};
use coil_value::Value;
use std::sync::{Mutex, OnceLock};
use taipan_objects::dict::Dict;
use taipan_objects::function::Function;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::NativeDef;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::Type;
use taipan_objects::{PyResult, Vm};

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

pub(super) fn callable_text(vm: &mut Vm, callable: Value) -> String {
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
