//! Builtin functions that need the interpreter: making classes.

use coil_value::Value;
use taipan_interp::frame;
use taipan_objects::dict::Dict;
use taipan_objects::function::Function;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

/// Bases with `__mro_entries__` applied; none when nothing changes.
fn resolve_bases(vm: &mut Vm, bases: Tuple) -> PyResult<Tuple> {
    let name = vm.interp.names.__mro_entries__.str();
    let list = vm.new_list_with(bases.len())?;
    let mut changed = false;
    for base in bases.iter() {
        if Type::from_value(base).is_some() {
            list.push(vm, base)?;
            continue;
        }
        match protocol::get_attr_opt(vm, base, name)? {
            None => list.push(vm, base)?,
            Some(method) => {
                changed = true;
                let entries = protocol::call(vm, method, &[bases.value()])?;
                let Some(entries) = Tuple::of(entries) else {
                    return Err(vm.raise_type("__mro_entries__ must return a tuple"));
                };
                for entry in entries.iter() {
                    list.push(vm, entry)?;
                }
            }
        }
    }
    if !changed {
        return Ok(bases);
    }
    let tuple = vm.list_to_tuple(list)?;
    Ok(Tuple::from_ref(mem::expect_ref(tuple)))
}

/// `__build_class__(body, name, *bases, metaclass=None, **keywords)`.
fn build_class(vm: &mut Vm, args: Args) -> PyResult {
    if args.len() < 2 {
        return Err(vm.raise_type("__build_class__: not enough arguments"));
    }
    let Some(body) = Function::of(args.at(0)) else {
        return Err(vm.raise_type("__build_class__: func must be a function"));
    };
    let Some(name) = Str::of(args.at(1)) else {
        return Err(vm.raise_type("__build_class__: name is not a string"));
    };
    let given = vm.new_tuple_from(args.len() - 2, |index| args.get(index + 2))?;
    let given = Tuple::from_ref(mem::expect_ref(given));
    let bases = resolve_bases(vm, given)?;
    let keywords = vm.new_dict()?;
    let mut metaclass = None;
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        if key.is("metaclass") {
            metaclass = Some(value);
        } else {
            keywords.set_str(vm, key, value)?;
        }
    }
    let mut meta = metaclass.unwrap_or_else(|| match bases.get(0) {
        Some(first) => Type::of(first).value(),
        None => types::TYPE.value(),
    });
    if let Some(ty) = Type::from_value(meta) {
        meta = taipan_objects::class::winner_metaclass(vm, ty, bases)?.value();
    }
    let prepare = vm.interp.names.__prepare__.str();
    let namespace = match protocol::get_attr_opt(vm, meta, prepare)? {
        Some(prepare) if meta != types::TYPE.value() => {
            call_with(vm, prepare, &[name.value(), bases.value()], keywords)?
        }
        _ => vm.new_dict()?.value(),
    };
    let is_mapping =
        Dict::of(namespace).is_some() || Type::of(namespace).slots().get_item.is_some();
    if !is_mapping {
        let owner = Type::from_value(meta).map_or_else(|| "<metaclass>".to_owned(), Type::name);
        let text = format!(
            "{owner}.__prepare__() must return a mapping, not {}",
            protocol::type_name(namespace)
        );
        return Err(vm.raise_type(&text));
    }
    let globals = Dict::from_ref(body.globals());
    let closure = body.field(at::FUNC_CLOSURE);
    let cell = frame::run_body(vm, body.code().object, globals, Some(namespace), closure)?;
    if bases != given {
        let key = vm.interp.names.__orig_bases__.value();
        protocol::set_item(vm, namespace, key, Some(given.value()))?;
    }
    let class = call_with(
        vm,
        meta,
        &[name.value(), bases.value(), namespace],
        keywords,
    )?;
    check_cell(vm, cell, class, name)?;
    Ok(class)
}

/// The `__class__` cell must have been filled by `type.__new__`.
fn check_cell(vm: &mut Vm, cell: Value, class: Value, name: Str) -> PyResult<()> {
    if !Type::of(cell).is(&types::CELL) || Type::from_value(class).is_none() {
        return Ok(());
    }
    match mem::value(mem::expect_ref(cell), at::CELL_VALUE) {
        Some(known) if known == class => Ok(()),
        Some(known) => {
            let text = format!(
                "__class__ set to {} defining '{}' as {}",
                protocol::repr_text(vm, known)?,
                name.to_rust(),
                protocol::repr_text(vm, class)?
            );
            Err(vm.raise_type(&text))
        }
        None => {
            let text = format!(
                "__class__ not set defining '{}' as {}. Was __classcell__ propagated to type.__new__?",
                name.to_rust(),
                protocol::repr_text(vm, class)?
            );
            Err(vm.raise_runtime(&text))
        }
    }
}

fn call_with(vm: &mut Vm, callable: Value, args: &[Value], keywords: Dict) -> PyResult {
    let names = vm.new_list_with(keywords.len())?;
    for (key, _) in keywords.iter() {
        names.push(vm, key)?;
    }
    let count = args.len() + keywords.len();
    let names = if keywords.is_empty() {
        None
    } else {
        vm.list_to_tuple(names)?.as_ref()
    };
    vm.with_registers(count, |vm, registers| {
        for (index, arg) in args.iter().enumerate() {
            registers.set(index, Some(*arg));
        }
        for (index, (_, value)) in keywords.iter().enumerate() {
            registers.set(args.len() + index, Some(value));
        }
        // SAFETY: the registers stay reserved during the call.
        let args = unsafe { Args::new(registers.as_ptr(), count, names, Some(callable)) };
        protocol::call_args(vm, callable, args)
    })
}

natives! {
    /// Builtin functions of this crate.
    pub(crate) static FUNCTIONS = {
        "__build_class__" function Any, "(func, name, /, *bases, metaclass=None, **kwds)" => build_class;
    }
}

natives! {
    /// What the `site` module adds to the builtins, and the shell replaces by what `site` makes.
    pub(crate) static SITE_FUNCTIONS = {
        "exit" function Signature(0), "(code=None)" => exit;
        "quit" function Signature(0), "(code=None)" => exit;
    }
}

/// Raises SystemExit.
fn exit(vm: &mut Vm, args: Args) -> PyResult {
    let code = args.get(0).unwrap_or_else(ty::none);
    Err(vm.raise_with(&types::SYSTEM_EXIT, &[code]))
}
