//! `BaseException`: args, context, cause, traceback, notes.

use crate::exception::{args_of, set_args};
use crate::traceback::is_traceback;
use crate::util::{field, getset, given, no_keywords};
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::dispatch::attribute_name;
use taipan_objects::exception::{self, is_exception};
use taipan_objects::instance;
use taipan_objects::layout::at;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

/// `BaseException`.
pub(crate) static BASE_EXCEPTION: TypeDef = TypeDef {
    ty: &types::BASE_EXCEPTION,
    slots: |slots: &mut Slots| {
        slots.new = Some(new);
        slots.init = Some(init);
        slots.repr = Some(repr);
        slots.str = Some(str);
    },
    methods: METHODS,
    getset: getset! {
        "args" => field!(at::EXC_ARGS), assign_args;
        "__traceback__" => field!(at::EXC_TRACEBACK), set_traceback;
        "__context__" => field!(at::EXC_CONTEXT), |vm, this, new| set_link(vm, this, new, at::EXC_CONTEXT);
        "__cause__" => field!(at::EXC_CAUSE), |vm, this, new| {
            set_link(vm, this, new, at::EXC_CAUSE)?;
            mem::set(mem::expect_ref(this), at::EXC_SUPPRESS, 1u8);
            Ok(())
        };
        "__suppress_context__" => |_, this| Ok(ty::bool_value(mem::get::<u8>(mem::expect_ref(this), at::EXC_SUPPRESS) != 0)), set_suppress;
        "__dict__" => instance::get_dict, crate::util::set_dict;
    },
    doc: "Common base class for all exceptions.",
    module: "",
};

natives! {
    static METHODS = {
        "with_traceback" method One, "($self, tb, /)" => |vm, args| {
            set_traceback(vm, args.at(0), args.get(1))?;
            Ok(args.at(0))
        };
        "add_note" method One, "($self, note, /)" => add_note;
        "__reduce__" method NoArgs, "($self, /)" => reduce;
        "__setstate__" method One, "($self, state, /)" => set_state;
    }
}

/// A new exception with these args; keywords are for `__init__` to judge.
pub(crate) fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    let tuple = args.to_tuple(vm)?;
    exception::alloc_exception(vm, ty, tuple)
}

/// `BaseException.__init__`.
pub(crate) fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    no_keywords(vm, &protocol::type_name(this), args)?;
    let tuple = args.to_tuple(vm)?;
    set_args(vm, this, tuple);
    Ok(())
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let args = args_of(this);
    let name = protocol::type_name(this);
    let text = if args.len() == 1 {
        format!("{name}({})", protocol::repr_text(vm, args.at(0))?)
    } else {
        format!("{name}{}", protocol::repr_text(vm, args.value())?)
    };
    vm.new_str(&text)
}

/// `BaseException.__str__`.
pub(crate) fn str(vm: &mut Vm, this: Value) -> PyResult {
    let args = args_of(this);
    match args.len() {
        0 => vm.new_str(""),
        1 => protocol::str(vm, args.at(0)).map(Str::value),
        _ => protocol::str(vm, args.value()).map(Str::value),
    }
}

fn assign_args(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(vm.raise_type("args may not be deleted"));
    };
    let tuple = protocol::to_tuple(vm, new)?;
    set_args(vm, this, tuple.value());
    Ok(())
}

fn set_traceback(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(vm.raise_type("__traceback__ may not be deleted"));
    };
    let new = given(Some(new));
    if new.is_some_and(|new| !is_traceback(new)) {
        return Err(vm.raise_type("__traceback__ must be a traceback or None"));
    }
    vm.store(mem::expect_ref(this), at::EXC_TRACEBACK, new);
    Ok(())
}

fn set_link(vm: &mut Vm, this: Value, new: Option<Value>, offset: usize) -> PyResult<()> {
    let (name, word) = if offset == at::EXC_CAUSE {
        ("__cause__", "cause")
    } else {
        ("__context__", "context")
    };
    let Some(new) = new else {
        return Err(vm.raise_type(&format!("{name} may not be deleted")));
    };
    let new = given(Some(new));
    if new.is_some_and(|new| !is_exception(new)) {
        return Err(vm.raise_type(&format!(
            "exception {word} must be None or derive from BaseException"
        )));
    }
    vm.store(mem::expect_ref(this), offset, new);
    Ok(())
}

fn set_suppress(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let flag = match new {
        None => return Err(vm.raise_type("can't delete numeric/char attribute")),
        Some(new) if new == ty::bool_value(true) => 1u8,
        Some(new) if new == ty::bool_value(false) => 0,
        Some(_) => return Err(vm.raise_type("attribute value type must be bool")),
    };
    mem::set(mem::expect_ref(this), at::EXC_SUPPRESS, flag);
    Ok(())
}

fn add_note(vm: &mut Vm, args: Args) -> PyResult {
    let (this, note) = (args.at(0), args.at(1));
    if Str::of(note).is_none() {
        let name = protocol::type_name(note);
        return Err(vm.raise_type(&format!("add_note() argument must be str, not {name}")));
    }
    let name = vm.interp.names.__notes__.str();
    let notes = match protocol::get_attr_opt(vm, this, name)? {
        Some(notes) => notes,
        None => {
            let notes = vm.new_list(&[])?;
            protocol::set_attr(vm, this, name, Some(notes))?;
            notes
        }
    };
    match List::of(notes) {
        Some(notes) => notes.push(vm, note)?,
        None => return Err(vm.raise_type("Cannot add note: __notes__ is not a list")),
    }
    Ok(ty::none())
}

/// `(class, args)` or `(class, args, attributes)`.
pub(crate) fn reduce_with(vm: &mut Vm, this: Value, args: Value) -> PyResult {
    let class = Type::of(this).value();
    let own = mem::value(mem::expect_ref(this), at::EXC_DICT).and_then(Dict::of);
    match own.filter(|dict| !dict.is_empty()) {
        Some(dict) => vm.new_tuple(&[class, args, dict.value()]),
        None => vm.new_tuple(&[class, args]),
    }
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    reduce_with(vm, this, args_of(this).value())
}

fn set_state(vm: &mut Vm, args: Args) -> PyResult {
    let state = args.at(1);
    if state == ty::none() {
        return Ok(state);
    }
    let Some(dict) = Dict::of(state) else {
        return Err(vm.raise_type("state is not a dictionary"));
    };
    let mut at = 0;
    while let Some((entry, key, value)) = dict.next_entry(at) {
        let name = attribute_name(vm, key)?;
        protocol::set_attr(vm, args.at(0), name, Some(value))?;
        at = entry + 1;
    }
    Ok(ty::none())
}
