//! Methods of generators, coroutines and asynchronous generators.

use coil_value::{Ref, Value};
use std::ops::ControlFlow;
use taipan_bytecode::{Op, Word};
use taipan_interp::frame::{self, state};
use taipan_objects::class::TypeDef;
use taipan_objects::exception;
use taipan_objects::function::Function;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Raised, Vm};

pub(crate) use frame::state_of;

fn object(args: &Args) -> Ref {
    mem::expect_ref(args.at(0))
}

/// StopIteration with a value (none for None).
pub(crate) fn stop(vm: &mut Vm, value: Value) -> PyResult {
    if value == ty::none() {
        return Err(vm.raise_with(&types::StopIteration, &[]));
    }
    // The instance is made directly: a tuple or exception as value must not be unpacked.
    let error = exception::new_exception(vm, types::StopIteration.as_ref(), &[value])?;
    exception::set_context(vm, error);
    Err(vm.raise(error))
}

/// Resumes with a value: what it yields, or its result.
pub(crate) fn advance(vm: &mut Vm, generator: Ref, sent: Value) -> PyResult<Result<Value, Value>> {
    match state_of(generator) {
        state::FINISHED => {
            if Type::of(Value::from_ref(generator)).is(&types::COROUTINE) {
                return Err(vm.raise_runtime("cannot reuse already awaited coroutine"));
            }
            Ok(Err(ty::none()))
        }
        state::CREATED if sent != ty::none() => {
            let kind = protocol::type_name(Value::from_ref(generator)).replace('_', " ");
            Err(vm.raise_type(&format!(
                "can't send non-None value to a just-started {kind}"
            )))
        }
        _ => frame::resume(vm, generator, Some(sent)),
    }
}

fn next(vm: &mut Vm, this: Value) -> PyResult<Option<Value>> {
    match advance(vm, mem::expect_ref(this), ty::none())? {
        Ok(value) => Ok(Some(value)),
        Err(value) if value == ty::none() => Ok(None),
        Err(value) => stop(vm, value).map(Some),
    }
}

fn send(vm: &mut Vm, args: Args) -> PyResult {
    match advance(vm, object(&args), args.at(1))? {
        Ok(value) => Ok(value),
        Err(value) => stop(vm, value),
    }
}

/// What a suspended generator delegates to (`yield from`, `await`).
pub(crate) fn delegate(generator: Ref) -> Option<Value> {
    (state_of(generator) == state::SUSPENDED)
        .then(|| frame::delegate(generator))
        .flatten()
}

/// Makes the exception of `throw(type, value, traceback)`; `args` are with self.
pub(crate) fn thrown(vm: &mut Vm, args: &Args) -> PyResult {
    exception_of(vm, args.at(1), args.get(2), args.get(3))
}

/// The same of given values.
pub(crate) fn exception_of(
    vm: &mut Vm,
    first: Value,
    value: Option<Value>,
    traceback: Option<Value>,
) -> PyResult {
    let value = value.filter(|value| *value != ty::none());
    let error = if exception::is_exception_class(first) {
        match value {
            Some(value) if exception::is_exception(value) => value,
            Some(value) => protocol::call(vm, first, &[value])?,
            None => protocol::call(vm, first, &[])?,
        }
    } else if exception::is_exception(first) {
        if value.is_some() {
            return Err(vm.raise_type("instance exception may not have a separate value"));
        }
        first
    } else {
        let name = protocol::type_name(first);
        return Err(vm.raise_type(&format!(
            "exceptions must be classes or instances deriving from BaseException, not {name}"
        )));
    };
    if let Some(traceback) = traceback.filter(|traceback| *traceback != ty::none()) {
        if !Type::of(traceback).is(&types::TRACEBACK) {
            return Err(vm.raise_type("throw() third argument must be a traceback object"));
        }
        vm.store(mem::expect_ref(error), at::EXC_TRACEBACK, Some(traceback));
    }
    Ok(error)
}

fn throw(vm: &mut Vm, args: Args) -> PyResult {
    let generator = object(&args);
    let error = thrown(vm, &args)?;
    match throw_into(vm, generator, error)? {
        Ok(value) => Ok(value),
        Err(value) => stop(vm, value),
    }
}

/// Raises an exception inside a suspended generator, or what it delegates to. The frames of those that delegate are there meanwhile (but for
/// GeneratorExit: what they delegate to is closed then).
pub(crate) fn throw_into(
    vm: &mut Vm,
    generator: Ref,
    error: Value,
) -> PyResult<Result<Value, Value>> {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    if exception::is_a(error, &types::GENERATOR_EXIT) {
        return exit_into(vm, generator, error);
    }
    let bottom = vm.cx.frame_top;
    let mut innermost = generator;
    let mut result = loop {
        match throw_or_descend(vm, innermost, error) {
            Ok(ControlFlow::Continue(inner)) => innermost = inner,
            Ok(ControlFlow::Break(outcome)) => break Ok(outcome),
            Err(raised) => break Err(raised),
        }
    };
    while vm.cx.frame_top != bottom {
        let outer = frame::pop_frame(vm);
        result = go_on(vm, outer, result);
    }
    result
}

/// Throws into a generator itself or what it delegates to; if that is a generator, puts the frame of the first on the stack and gives the second.
fn throw_or_descend(
    vm: &mut Vm,
    generator: Ref,
    error: Value,
) -> PyResult<ControlFlow<Result<Value, Value>, Ref>> {
    frame::dissolve(vm, generator)?;
    let Some(inner) = delegate(generator) else {
        return raise_inside(vm, generator, error).map(ControlFlow::Break);
    };
    if let Some(inner) = as_generator(inner) {
        return match frame::push_frame(vm, generator) {
            Ok(_) => Ok(ControlFlow::Continue(inner)),
            Err(raised) => go_on(vm, generator, Err(raised)).map(ControlFlow::Break),
        };
    }
    let name = vm.interp.names.throw.str();
    let Some(method) = protocol::get_attr_opt(vm, inner, name)? else {
        return raise_inside(vm, generator, error).map(ControlFlow::Break);
    };
    let result = frame::push_frame(vm, generator).and_then(|_| {
        let result = protocol::call(vm, method, &[error]);
        frame::pop_frame(vm);
        result
    });
    let result = match result {
        Err(raised) if vm.raised_is(&types::StopIteration) => {
            let stop = vm.take_raised(raised);
            Ok(Err(
                exception::extra(mem::expect_ref(stop), 0).unwrap_or_else(ty::none)
            ))
        }
        other => other.map(Ok),
    };
    go_on(vm, generator, result).map(ControlFlow::Break)
}

/// Goes on in a generator whose delegate was stepped.
fn go_on(
    vm: &mut Vm,
    generator: Ref,
    result: PyResult<Result<Value, Value>>,
) -> PyResult<Result<Value, Value>> {
    match result {
        Ok(Ok(value)) => Ok(Ok(value)),
        // The delegate is done: go on after the loop that drives it, as its `send` would.
        Ok(Err(value)) => finish_delegation(vm, generator, value),
        Err(raised) => {
            let raised = vm.take_raised(raised);
            raise_inside(vm, generator, raised)
        }
    }
}

/// Resumes a generator behind its `send`, whose iterator has returned `value`.
fn finish_delegation(vm: &mut Vm, generator: Ref, value: Value) -> PyResult<Result<Value, Value>> {
    let function = mem::value(generator, at::GEN_FUNCTION)
        .and_then(Function::of)
        .expect("generators have a function");
    let block = &function.code().block;
    let pc: i64 = mem::get(generator, at::GEN_PC);
    let yielded = pc as usize - 1;
    // The `send` stands with its cache just before the `yield_delegated`.
    let send_at = yielded - 2;
    // SAFETY: words of the code.
    let send = Word(unsafe { *block.words.add(send_at) });
    debug_assert_eq!(send.op_number(), Op::Send as u8);
    vm.store(
        generator,
        at::GEN_REGISTERS + 8 * usize::from(send.a()),
        Some(value),
    );
    let target = (send_at as i64 + 2) + i64::from(send.c_signed());
    frame::resume_at(vm, generator, target as usize)
}

/// Raises inside a suspended generator.
fn raise_inside(vm: &mut Vm, generator: Ref, error: Value) -> PyResult<Result<Value, Value>> {
    match state_of(generator) {
        state::FINISHED => {
            if Type::of(Value::from_ref(generator)).is(&types::COROUTINE) {
                return Err(vm.raise_runtime("cannot reuse already awaited coroutine"));
            }
            Err(vm.raise(error))
        }
        state::RUNNING => {
            let kind = protocol::type_name(Value::from_ref(generator));
            Err(vm.raise_value(&format!("{kind} already executing")))
        }
        _ => {
            let _ = vm.raise(error);
            frame::resume(vm, generator, None)
        }
    }
}

/// Raises GeneratorExit inside a generator, after what it delegates to is closed: from the end of a chain of generators to its beginning. Those
/// that wait run meanwhile, and `GEN_PARENT` leads back to them.
fn exit_into(vm: &mut Vm, generator: Ref, error: Value) -> PyResult<Result<Value, Value>> {
    frame::dissolve(vm, generator)?;
    let mut innermost = generator;
    let mut closed = loop {
        match close_delegate(vm, innermost) {
            Ok(Some(inner)) => {
                mem::set(innermost, at::GEN_STATE, state::RUNNING);
                vm.store(inner, at::GEN_PARENT, Some(Value::from_ref(innermost)));
                innermost = inner;
            }
            Ok(None) => break Ok(()),
            Err(raised) => break Err(raised),
        }
    };
    loop {
        let thrown = match closed {
            Err(raised) => vm.take_raised(raised),
            Ok(()) if innermost == generator => error,
            Ok(()) => generator_exit(vm),
        };
        let outcome = raise_inside(vm, innermost, thrown);
        if innermost == generator {
            return outcome;
        }
        let outer = mem::reference(innermost, at::GEN_PARENT).expect("set on the way down");
        vm.store(innermost, at::GEN_PARENT, None);
        mem::set(outer, at::GEN_STATE, state::SUSPENDED);
        closed = closed_with(vm, innermost, outcome).map(|_| ());
        innermost = outer;
    }
}

/// Closes what a suspended generator delegates to, unless that is a generator which has to run for it: that is given.
fn close_delegate(vm: &mut Vm, generator: Ref) -> PyResult<Option<Ref>> {
    let Some(inner) = delegate(generator) else {
        return Ok(None);
    };
    if let Some(inner) = as_generator(inner) {
        let runs = !finish_unstarted(inner);
        if runs {
            frame::dissolve(vm, inner)?;
        }
        return Ok(runs.then_some(inner));
    }
    // The frame of the generator is not shown meanwhile.
    mem::set(generator, at::GEN_STATE, state::RUNNING);
    let name = vm.interp.names.close.str();
    let closed = match protocol::get_attr_opt(vm, inner, name) {
        Ok(Some(method)) => protocol::call(vm, method, &[]).map(|_| None),
        Ok(None) => Ok(None),
        Err(raised) => ignore(vm, raised, inner).map(|()| None),
    };
    mem::set(generator, at::GEN_STATE, state::SUSPENDED);
    closed
}

/// Reports what looking for the `close` of a delegate has raised.
fn ignore(vm: &mut Vm, raised: Raised, delegate: Value) -> PyResult<()> {
    let error = vm.take_raised(raised);
    let text = protocol::repr_text(vm, delegate)?;
    let header = format!("Exception ignored while closing generator {text}");
    taipan_core::print_unraisable(vm, error, &header)
}

fn as_generator(value: Value) -> Option<Ref> {
    let is_generator = |object: &Ref| object.layout() == taipan_objects::layout::GENERATOR;
    value.as_ref().filter(is_generator)
}

/// Closes a generator for which nothing has to run, and gives whether that is so.
fn finish_unstarted(generator: Ref) -> bool {
    let now = state_of(generator);
    if now == state::CREATED {
        mem::set(generator, at::GEN_STATE, state::FINISHED);
    }
    matches!(now, state::CREATED | state::FINISHED)
}

fn generator_exit(vm: &mut Vm) -> Value {
    let raised = vm.raise_with(&types::GENERATOR_EXIT, &[]);
    vm.take_raised(raised)
}

/// What closing a generator gives, in which GeneratorExit was raised.
fn closed_with(vm: &mut Vm, generator: Ref, outcome: PyResult<Result<Value, Value>>) -> PyResult {
    match outcome {
        Ok(Ok(_)) => {
            let kind = protocol::type_name(Value::from_ref(generator));
            Err(vm.raise_runtime(&format!("{kind} ignored GeneratorExit")))
        }
        Ok(Err(value)) => Ok(value),
        Err(raised)
            if vm.raised_is(&types::GENERATOR_EXIT) || vm.raised_is(&types::StopIteration) =>
        {
            vm.take_raised(raised);
            Ok(ty::none())
        }
        Err(raised) => Err(raised),
    }
}

fn close_generator(vm: &mut Vm, generator: Ref) -> PyResult {
    if finish_unstarted(generator) {
        return Ok(ty::none());
    }
    let exit = generator_exit(vm);
    let outcome = throw_into(vm, generator, exit);
    closed_with(vm, generator, outcome)
}

fn close(vm: &mut Vm, args: Args) -> PyResult {
    close_generator(vm, object(&args))
}

/// `repr`.
pub(crate) fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let name = field_or(vm, this, at::GEN_QUALNAME);
    let text = format!(
        "<{} object {} at {:#x}>",
        protocol::type_name(this),
        name,
        this.bits()
    );
    vm.new_str(&text)
}

fn field_or(vm: &mut Vm, this: Value, offset: usize) -> String {
    let value = name_value(vm, this, offset);
    Str::of(value).map_or_else(String::new, |name| name.to_rust().into_owned())
}

fn name_value(_vm: &mut Vm, this: Value, offset: usize) -> Value {
    let generator = mem::expect_ref(this);
    if let Some(value) = mem::value(generator, offset) {
        return value;
    }
    let function = mem::value(generator, at::GEN_FUNCTION)
        .and_then(Function::of)
        .expect("generators have a function");
    if offset == at::GEN_NAME {
        function.name()
    } else {
        function.qualname()
    }
}

fn set_name(
    vm: &mut Vm,
    this: Value,
    value: Option<Value>,
    offset: usize,
    what: &str,
) -> PyResult<()> {
    match value.filter(|value| Str::of(*value).is_some()) {
        Some(value) => {
            vm.store(mem::expect_ref(this), offset, Some(value));
            Ok(())
        }
        None => Err(vm.raise_type(&format!("{what} must be set to a string object"))),
    }
}

/// Its code.
pub(crate) fn code_of(_vm: &mut Vm, this: Value) -> PyResult {
    let function = mem::value(mem::expect_ref(this), at::GEN_FUNCTION).and_then(Function::of);
    Ok(Value::from_ref(
        function.expect("generators have a function").code().object,
    ))
}

fn running(_vm: &mut Vm, this: Value) -> PyResult {
    Ok(ty::bool_value(
        state_of(mem::expect_ref(this)) == state::RUNNING,
    ))
}

/// Whether it stands at a yield.
pub(crate) fn suspended(_vm: &mut Vm, this: Value) -> PyResult {
    Ok(ty::bool_value(
        state_of(mem::expect_ref(this)) == state::SUSPENDED,
    ))
}

/// What it delegates to, or None.
pub(crate) fn yield_from(_vm: &mut Vm, this: Value) -> PyResult {
    Ok(delegate(mem::expect_ref(this)).unwrap_or_else(ty::none))
}

/// The frame of a suspended generator: made for this call (None once finished).
pub(crate) fn generator_frame(vm: &mut Vm, this: Value) -> PyResult {
    let generator = mem::expect_ref(this);
    if state_of(generator) == state::FINISHED {
        return Ok(ty::none());
    }
    frame::generator_frame(vm, generator)
}

/// A read-only attribute.
pub(crate) const fn attribute(
    name: &'static str,
    get: fn(&mut Vm, Value) -> PyResult,
) -> GetSetDef {
    GetSetDef {
        name,
        get,
        set: None,
    }
}

/// `__name__`.
pub(crate) const NAME: GetSetDef = GetSetDef {
    name: "__name__",
    get: |vm, this| Ok(name_value(vm, this, at::GEN_NAME)),
    set: Some(|vm, this, value| set_name(vm, this, value, at::GEN_NAME, "__name__")),
};
/// `__qualname__`.
pub(crate) const QUALNAME: GetSetDef = GetSetDef {
    name: "__qualname__",
    get: |vm, this| Ok(name_value(vm, this, at::GEN_QUALNAME)),
    set: Some(|vm, this, value| set_name(vm, this, value, at::GEN_QUALNAME, "__qualname__")),
};

static GENERATOR_ATTRIBUTES: &[GetSetDef] = &[
    NAME,
    QUALNAME,
    attribute("gi_code", code_of),
    attribute("gi_frame", generator_frame),
    attribute("gi_running", running),
    attribute("gi_suspended", suspended),
    attribute("gi_yieldfrom", yield_from),
];

static COROUTINE_ATTRIBUTES: &[GetSetDef] = &[
    NAME,
    QUALNAME,
    attribute("cr_code", code_of),
    attribute("cr_frame", generator_frame),
    attribute("cr_running", running),
    attribute("cr_suspended", suspended),
    attribute("cr_await", yield_from),
    attribute("cr_origin", |_, _| Ok(ty::none())),
];

natives! {
    static GENERATOR_METHODS = {
        "__class_getitem__" classmethod One, "($type, item, /)" => class_getitem;
        "send" method One, "(self, value, /)" => send;
        "throw" method Positional(1, 3), "(self, typ, val=None, tb=None, /)" => throw;
        "close" method NoArgs, "(self, /)" => close;
    }
}

natives! {
    static COROUTINE_METHODS = {
        "__class_getitem__" classmethod One, "($type, item, /)" => class_getitem;
        "send" method One, "(self, value, /)" => send;
        "throw" method Positional(1, 3), "(self, typ, val=None, tb=None, /)" => throw;
        "close" method NoArgs, "(self, /)" => close;
        "__await__" method NoArgs, "(self, /)" => |_, args| Ok(args.at(0));
    }
}

/// `generator[...]` and its like.
fn class_getitem(vm: &mut Vm, args: Args) -> PyResult {
    protocol::call(vm, types::GENERIC_ALIAS.value(), &[args.at(0), args.at(1)])
}

/// `generator`.
pub(crate) static GENERATOR: TypeDef = TypeDef {
    ty: &types::GENERATOR,
    slots: |slots| {
        slots.repr = Some(repr);
        slots.iter = Some(|_, this| Ok(this));
        slots.next = Some(next);
    },
    methods: GENERATOR_METHODS,
    getset: GENERATOR_ATTRIBUTES,
    doc: "",
    module: "",
};

/// `coroutine`. (Its `__await__` gives the coroutine itself, which can be driven by `send`.)
pub(crate) static COROUTINE: TypeDef = TypeDef {
    ty: &types::COROUTINE,
    slots: |slots| slots.repr = Some(repr),
    methods: COROUTINE_METHODS,
    getset: COROUTINE_ATTRIBUTES,
    doc: "",
    module: "",
};
