//! `BaseExceptionGroup`, and `ExceptionGroup`, a class with two bases that is made at start-up.

use crate::exception::{base, extra, extra_field};
use crate::util::{getset, no_keywords};
use coil_value::{Ref, Value};
use taipan_objects::class::{self, TypeDef};
use taipan_objects::exception::{self, is_exception, is_exception_class, set_extra};
use taipan_objects::layout::at;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, flag, types};
use taipan_objects::vm::Vm;

/// `BaseExceptionGroup`.
pub(crate) static BASE_EXCEPTION_GROUP: TypeDef = TypeDef {
    ty: &types::BASE_EXCEPTION_GROUP,
    slots: |slots: &mut Slots| {
        slots.new = Some(new);
        slots.init = Some(|vm, this, args| {
            no_keywords(vm, &protocol::type_name(this), args)?;
            base::init(vm, this, args)
        });
        slots.str = Some(str);
    },
    methods: METHODS,
    getset: getset! {
        "message" => extra_field!(0), crate::util::read_only;
        "exceptions" => extra_field!(1), crate::util::read_only;
    },
    doc: "A combination of multiple unrelated exceptions.",
    module: "",
};

natives! {
    static METHODS = {
        "derive" method One, "($self, excs, /)" => derive_group;
        "split" method One, "($self, matcher_value, /)" => |vm, args| {
            let matcher = Matcher::of(vm, args.at(1))?;
            let (matching, rest) = split(vm, args.at(0), &matcher, true)?;
            vm.new_tuple(&[matching.unwrap_or_else(ty::none), rest.unwrap_or_else(ty::none)])
        };
        "subgroup" method One, "($self, matcher_value, /)" => |vm, args| {
            let matcher = Matcher::of(vm, args.at(1))?;
            let (matching, _) = split(vm, args.at(0), &matcher, false)?;
            Ok(matching.unwrap_or_else(ty::none))
        };
        "__class_getitem__" classmethod One, "($cls, item, /)" => |vm, args| {
            protocol::call(vm, types::GENERIC_ALIAS.value(), &[args.at(0), args.at(1)])
        };
    }
}

/// The class `ExceptionGroup`.
///
/// # Errors
/// MemoryError.
pub fn new_exception_group_class(vm: &mut Vm) -> PyResult {
    let bases = vm.new_tuple(&[
        types::BASE_EXCEPTION_GROUP.value(),
        types::EXCEPTION.value(),
    ])?;
    let namespace = vm.new_dict()?;
    let module = vm.intern("builtins")?;
    namespace.set_name(vm, "__module__", module)?;
    let name = crate::util::name_of(vm, "ExceptionGroup")?;
    let bases = Tuple::from_ref(mem::expect_ref(bases));
    let class = class::new_class(vm, types::TYPE.ty(), name, bases, namespace, &[])?;
    class.set_flags(class.flags() | flag::IMMUTABLE);
    vm.mutator().pin(class.as_ref());
    Ok(class.value())
}

fn exception_group(vm: &Vm) -> Option<Type> {
    vm.interp.kept("ExceptionGroup").and_then(Type::from_value)
}

/// Fields from the arguments.
pub(crate) fn derive(vm: &mut Vm, object: Ref, args: Tuple) {
    set_extra(vm, object, 0, args.get(0));
    set_extra(
        vm,
        object,
        1,
        args.get(1).filter(|value| Tuple::of(*value).is_some()),
    );
}

fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    let count = args.len();
    if count != 2 {
        return Err(vm.raise_type(&format!(
            "BaseExceptionGroup.__new__() takes exactly 2 arguments ({count} given)"
        )));
    }
    let (message, given) = (args.at(0), args.at(1));
    if Str::of(message).is_none() {
        let name = protocol::type_name(message);
        return Err(vm.raise_type(&format!(
            "BaseExceptionGroup.__new__() argument 1 must be str, not {name}"
        )));
    }
    let slots = Type::of(given).slots();
    let mapping = Type::of(given).flags() & flag::DICT != 0;
    if slots.get_item.is_none() || mapping {
        return Err(vm.raise_type("second argument (exceptions) must be a sequence"));
    }
    let list = protocol::to_list(vm, given)?;
    if list.is_empty() {
        return Err(vm.raise_value("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut plain = true;
    for index in 0..list.len() {
        let item = list.at(index);
        if !is_exception(item) {
            return Err(vm.raise_value(&format!(
                "Item {index} of second argument (exceptions) is not an exception"
            )));
        }
        plain &= exception::is_a(item, &types::EXCEPTION);
    }
    let mut class = ty;
    if class.is(&types::BASE_EXCEPTION_GROUP) {
        if let Some(group) = exception_group(vm).filter(|_| plain) {
            class = group;
        }
    } else if !plain {
        if exception_group(vm) == Some(class) {
            return Err(vm.raise_type("Cannot nest BaseExceptions in an ExceptionGroup"));
        }
        if class.is_subtype(types::EXCEPTION.ty()) {
            let name = class.name();
            return Err(vm.raise_type(&format!("Cannot nest BaseExceptions in '{name}'")));
        }
    }
    let exceptions = vm.list_to_tuple(list)?;
    let tuple = args.to_tuple(vm)?;
    let this = exception::alloc_exception(vm, class, tuple)?;
    let object = mem::expect_ref(this);
    set_extra(vm, object, 0, Some(message));
    set_extra(vm, object, 1, Some(exceptions));
    Ok(this)
}

/// The exceptions of a group.
pub(crate) fn members(this: Value) -> Option<Tuple> {
    extra(this, 1).and_then(Tuple::of)
}

fn str(vm: &mut Vm, this: Value) -> PyResult {
    let message = match extra(this, 0) {
        Some(message) => protocol::str_text(vm, message)?,
        None => String::new(),
    };
    let count = members(this).map_or(0, Tuple::len);
    let plural = if count == 1 { "" } else { "s" };
    vm.new_str(&format!("{message} ({count} sub-exception{plural})"))
}

fn derive_group(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let message = extra(this, 0).unwrap_or_else(ty::none);
    protocol::call(
        vm,
        types::BASE_EXCEPTION_GROUP.value(),
        &[message, args.at(1)],
    )
}

enum Matcher {
    Classes(Value),
    Function(Value),
    /// The exceptions of a list, groups apart, by identity.
    Listed(List),
}

impl Matcher {
    fn of(vm: &mut Vm, value: Value) -> PyResult<Matcher> {
        if is_exception_class(value) {
            return Ok(Matcher::Classes(value));
        }
        if let Some(classes) = Tuple::of(value) {
            if classes.iter().all(is_exception_class) {
                return Ok(Matcher::Classes(value));
            }
        } else if protocol::is_callable(value) && Type::from_value(value).is_none() {
            return Ok(Matcher::Function(value));
        }
        Err(vm.raise_type(
            "expected an exception type, a tuple of exception types, or a callable (other than a class)",
        ))
    }

    fn matches(&self, vm: &mut Vm, exception: Value) -> PyResult<bool> {
        match self {
            Matcher::Classes(classes) => {
                let class = Type::of(exception);
                Ok(match Tuple::of(*classes) {
                    Some(classes) => classes
                        .iter()
                        .filter_map(Type::from_value)
                        .any(|ty| class.is_subtype(ty)),
                    None => Type::from_value(*classes).is_some_and(|ty| class.is_subtype(ty)),
                })
            }
            Matcher::Listed(list) => {
                Ok(!is_group(exception) && (0..list.len()).any(|at| list.at(at) == exception))
            }
            Matcher::Function(function) => {
                let result = protocol::call(vm, *function, &[exception])?;
                protocol::truth(vm, result)
            }
        }
    }
}

/// Appends the exceptions of a group, those of groups in it included, or a lone exception.
fn add_leaves(vm: &mut Vm, list: List, exception: Value) -> PyResult<()> {
    let Some(members) = members(exception).filter(|_| is_group(exception)) else {
        return list.push(vm, exception);
    };
    for index in 0..members.len() {
        vm.nested(" in exceptiongroup_split_recursive", |vm| {
            add_leaves(vm, list, members.at(index))
        })?;
    }
    Ok(())
}

/// The part of a group that is made of exceptions in a list of groups: what the clauses of `except*` left over or raised again.
fn projection(vm: &mut Vm, args: Args) -> PyResult {
    let leaves = vm.new_list_with(0)?;
    let kept = List::of(args.at(1)).expect("the interpreter makes a list");
    for index in 0..kept.len() {
        add_leaves(vm, leaves, kept.at(index))?;
    }
    let (part, _) = split(vm, args.at(0), &Matcher::Listed(leaves), false)?;
    Ok(part.unwrap_or_else(ty::none))
}

natives! {
    static PROJECTION = {
        "group_projection" function Positional(2, 2), "(group, kept, /)" => projection;
    }
}

/// Makes what `except*` needs known to the interpreter.
///
/// # Errors
/// MemoryError.
pub(crate) fn start(vm: &mut Vm) -> PyResult<()> {
    for def in PROJECTION {
        let function = vm.new_native(def, None, None)?;
        vm.interp.keep(def.name, function);
    }
    Ok(())
}

fn is_group(value: Value) -> bool {
    exception::is_a(value, &types::BASE_EXCEPTION_GROUP)
}

/// The parts of an exception that match and (if wanted) those that do not.
fn split(
    vm: &mut Vm,
    this: Value,
    matcher: &Matcher,
    want_rest: bool,
) -> PyResult<(Option<Value>, Option<Value>)> {
    if matcher.matches(vm, this)? {
        return Ok((Some(this), None));
    }
    let Some(members) = members(this).filter(|_| is_group(this)) else {
        return Ok((None, Some(this)));
    };
    let (matching, rest) = (vm.new_list_with(0)?, vm.new_list_with(0)?);
    for index in 0..members.len() {
        let member = members.at(index);
        let (yes, no) = vm.nested(" in exceptiongroup_split_recursive", |vm| {
            split(vm, member, matcher, want_rest)
        })?;
        if let Some(yes) = yes {
            matching.push(vm, yes)?;
        }
        if let Some(no) = no.filter(|_| want_rest) {
            rest.push(vm, no)?;
        }
    }
    let yes = subset(vm, this, matching)?;
    let no = if want_rest {
        subset(vm, this, rest)?
    } else {
        None
    };
    Ok((yes, no))
}

/// A group like this one with fewer exceptions; none for no exceptions.
fn subset(vm: &mut Vm, this: Value, exceptions: List) -> PyResult<Option<Value>> {
    if exceptions.is_empty() {
        return Ok(None);
    }
    let group = protocol::call_method(vm, this, "derive", &[exceptions.value()])?;
    if !is_group(group) {
        return Err(vm.raise_type("derive must return an instance of BaseExceptionGroup"));
    }
    let (from, to) = (mem::expect_ref(this), mem::expect_ref(group));
    for offset in [at::EXC_TRACEBACK, at::EXC_CONTEXT, at::EXC_CAUSE] {
        vm.store(to, offset, mem::value(from, offset));
    }
    mem::set(to, at::EXC_SUPPRESS, mem::get::<u8>(from, at::EXC_SUPPRESS));
    let name = vm.interp.names.__notes__.str();
    if let Some(notes) = protocol::get_attr_opt(vm, this, name)?
        && Type::of(notes).slots().get_item.is_some()
    {
        let copy = protocol::to_list(vm, notes)?;
        protocol::set_attr(vm, group, name, Some(copy.value()))?;
    }
    Ok(Some(group))
}
