//! `atexit`.

use taipan_objects::list::List;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

/// `atexit`.
pub(crate) static ATEXIT: ModuleDef = ModuleDef {
    name: "atexit",
    functions: FUNCTIONS,
    init: |_, _| Ok(()),
};

natives! {
    static FUNCTIONS = {
        "register" function Any, "(func, /, *args, **kwargs)" => register;
        "unregister" function One, "(func, /)" => unregister;
        "_clear" function NoArgs, "()" => |vm, _| {
            let list = callbacks(vm)?;
            list.clear(vm);
            Ok(ty::none())
        };
        "_ncallbacks" function NoArgs, "()" => |vm, _| Ok(number::size(callbacks(vm)?.len()));
        "_run_exitfuncs" function NoArgs, "()" => |vm, _| { run(vm)?; Ok(ty::none()) };
    };
}

/// Rows of function, positional arguments, names of keyword arguments, their values.
fn callbacks(vm: &mut Vm) -> PyResult<List> {
    if let Some(known) = vm.interp.kept("atexit").and_then(List::of) {
        return Ok(known);
    }
    let list = vm.new_list_with(0)?;
    vm.interp.keep("atexit", list.value());
    Ok(list)
}

fn register(vm: &mut Vm, args: Args) -> PyResult {
    let Some(function) = args.get(0) else {
        return Err(vm.raise_type("register() takes at least 1 argument (0 given)"));
    };
    if !protocol::is_callable(function) {
        return Err(vm.raise_type("the first argument must be callable"));
    }
    let positional = args.skip(1).to_tuple(vm)?;
    let keywords = vm.new_dict()?;
    for index in 0..args.keyword_count() {
        let (key, value) = args.keyword(index);
        keywords.set_str(vm, key, value)?;
    }
    let row = vm.new_tuple(&[function, positional, keywords.value()])?;
    let list = callbacks(vm)?;
    list.push(vm, row)?;
    Ok(function)
}

fn unregister(vm: &mut Vm, args: Args) -> PyResult {
    let list = callbacks(vm)?;
    let mut index = 0;
    while let Some(row) = list.get(index).and_then(Tuple::of) {
        if protocol::equal(vm, row.at(0), args.at(0))? {
            list.remove(vm, index);
        } else {
            index += 1;
        }
    }
    Ok(ty::none())
}

/// Calls what was registered, last first; exceptions go to `sys.unraisablehook`.
///
/// # Errors
/// When an exception cannot even be shown.
pub fn run(vm: &mut Vm) -> PyResult<()> {
    let list = callbacks(vm)?;
    while let Some(row) = list.pop(vm).and_then(Tuple::of) {
        let keywords = taipan_objects::dict::Dict::of(row.at(2)).expect("a dict");
        let positional = Tuple::of(row.at(1)).expect("a tuple");
        if let Err(raised) = crate::call_with(vm, row.at(0), positional, keywords) {
            let error = vm.take_raised(raised);
            let text = protocol::repr_text(vm, row.at(0)).unwrap_or_default();
            taipan_core::print_unraisable(
                vm,
                error,
                &format!("Exception ignored in atexit callback {text}"),
            )?;
        }
    }
    Ok(())
}
