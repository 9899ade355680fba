//! Asynchronous generators and the awaitables that drive them: `asend`, `athrow`, `aclose`, `__anext__`.
//!
//! An awaitable is stepped like a generator. A step that stands at an `await` of the generator's body gives what that yields; one that stands
//! at a `yield` ends the awaitable with the value, as StopIteration. The word of the generator says whether one of its awaitables runs and
//! whether it was closed.

use crate::generator::{self, NAME, QUALNAME};
use coil_value::{Ref, Value};
use taipan_interp::frame::{self, state};
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::exception;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, StaticType, SubLayout, Type, types};
use taipan_objects::{PyResult, Raised, Vm};

/// One of its awaitables is under way.
const BUSY: i64 = 1;
/// It was closed, or has ended.
const CLOSED: i64 = 2;

/// Fields of an awaitable: the generator, what is sent or (a tuple of arguments) thrown, how far it is.
mod part {
    pub(super) const GENERATOR: usize = 0;
    pub(super) const GIVEN: usize = 1;
    pub(super) const PROGRESS: usize = 2;
}

/// How far an awaitable is.
mod progress {
    pub(super) const NEW: i64 = 0;
    pub(super) const STARTED: i64 = 1;
    pub(super) const DONE: i64 = 2;
}

static ASEND: StaticType = StaticType::new();
static ATHROW: StaticType = StaticType::new();

fn marks(generator: Ref) -> i64 {
    mem::value(generator, at::GEN_ASYNC)
        .and_then(Value::as_small_int)
        .unwrap_or(0)
}

fn mark(vm: &Vm, generator: Ref, set: i64, clear: i64) {
    let marks = marks(generator) & !clear | set;
    vm.store(generator, at::GEN_ASYNC, Some(number::small(marks)));
}

fn generator_of(awaitable: Ref) -> Ref {
    Vm::field(awaitable, part::GENERATOR)
        .map(mem::expect_ref)
        .expect("awaitables know their generator")
}

fn progress_of(awaitable: Ref) -> i64 {
    Vm::field(awaitable, part::PROGRESS)
        .and_then(Value::as_small_int)
        .unwrap_or(progress::NEW)
}

fn set_progress(vm: &Vm, awaitable: Ref, progress: i64) {
    vm.set_field(awaitable, part::PROGRESS, Some(number::small(progress)));
}

fn new_awaitable(
    vm: &mut Vm,
    ty: &'static StaticType,
    generator: Value,
    given: Option<Value>,
) -> PyResult {
    vm.new_fields(
        ty.ty(),
        &[Some(generator), given, Some(number::small(progress::NEW))],
    )
}

fn is_throw(awaitable: Ref) -> bool {
    Type::of(Value::from_ref(awaitable)).is(&ATHROW)
}

/// What messages call the awaitable.
fn names(awaitable: Ref) -> (&'static str, &'static str) {
    match (
        is_throw(awaitable),
        Vm::field(awaitable, part::GIVEN).is_some(),
    ) {
        (true, true) => ("athrow()", "aclose()/athrow()"),
        (true, false) => ("aclose()", "aclose()/athrow()"),
        _ => ("anext()", "__anext__()/asend()"),
    }
}

/// Whether the generator stands at a `yield` of its own, not at an `await`.
fn at_yield(generator: Ref) -> bool {
    generator::delegate(generator).is_none()
}

/// What a step of the generator means for the awaitable.
fn unwrap(vm: &mut Vm, generator: Ref, step: PyResult<Result<Value, Value>>) -> PyResult {
    match step {
        Ok(Ok(value)) if at_yield(generator) => {
            mark(vm, generator, 0, BUSY);
            let error = exception::new_exception(vm, types::StopIteration.as_ref(), &[value])?;
            Err(vm.raise(error))
        }
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => {
            mark(vm, generator, CLOSED, BUSY);
            Err(vm.raise_with(&types::StopAsyncIteration, &[]))
        }
        Err(raised) => {
            let closed =
                vm.raised_is(&types::StopAsyncIteration) || vm.raised_is(&types::GENERATOR_EXIT);
            mark(vm, generator, if closed { CLOSED } else { 0 }, BUSY);
            Err(raised)
        }
    }
}

fn reused(vm: &mut Vm, awaitable: Ref) -> Raised {
    vm.raise_runtime(&format!(
        "cannot reuse already awaited {}",
        names(awaitable).1
    ))
}

/// Notes that the awaitable has begun, unless another one is under way.
fn begin(vm: &mut Vm, awaitable: Ref) -> PyResult<()> {
    let generator = generator_of(awaitable);
    if marks(generator) & BUSY != 0 {
        set_progress(vm, awaitable, progress::DONE);
        let text = format!(
            "{}: asynchronous generator is already running",
            names(awaitable).0
        );
        return Err(vm.raise_runtime(&text));
    }
    set_progress(vm, awaitable, progress::STARTED);
    mark(vm, generator, BUSY, 0);
    Ok(())
}

fn send_step(vm: &mut Vm, awaitable: Ref, sent: Value) -> PyResult {
    let generator = generator_of(awaitable);
    let mut sent = sent;
    match progress_of(awaitable) {
        progress::DONE => return Err(reused(vm, awaitable)),
        progress::NEW => {
            if sent == ty::none() {
                sent = Vm::field(awaitable, part::GIVEN).unwrap_or_else(ty::none);
            }
            begin(vm, awaitable)?;
        }
        _ => {}
    }
    let step = generator::advance(vm, generator, sent);
    unwrap(vm, generator, step)
}

/// What a step of `aclose` means: a value yielded is an error, the end is what was wanted.
fn unwrap_close(vm: &mut Vm, generator: Ref, step: PyResult<Result<Value, Value>>) -> PyResult {
    match step {
        Ok(Ok(_)) if at_yield(generator) => {
            mark(vm, generator, 0, BUSY);
            Err(vm.raise_runtime("async generator ignored GeneratorExit"))
        }
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => {
            mark(vm, generator, CLOSED, BUSY);
            Err(vm.raise_with(&types::StopIteration, &[]))
        }
        Err(raised) => {
            mark(vm, generator, 0, BUSY);
            if vm.raised_is(&types::StopAsyncIteration) || vm.raised_is(&types::GENERATOR_EXIT) {
                vm.take_raised(raised);
                return Err(vm.raise_with(&types::StopIteration, &[]));
            }
            Err(raised)
        }
    }
}

fn throw_step(vm: &mut Vm, awaitable: Ref, sent: Value) -> PyResult {
    let generator = generator_of(awaitable);
    let given = Vm::field(awaitable, part::GIVEN);
    let step = match progress_of(awaitable) {
        progress::DONE => return Err(reused(vm, awaitable)),
        progress::NEW => {
            if generator::state_of(generator) == state::FINISHED {
                return Err(vm.raise_with(&types::StopIteration, &[]));
            }
            if sent != ty::none() {
                return Err(
                    vm.raise_runtime("can't send non-None value to a just-started coroutine")
                );
            }
            if marks(generator) & (BUSY | CLOSED) == CLOSED {
                return Err(vm.raise_with(&types::StopAsyncIteration, &[]));
            }
            begin(vm, awaitable)?;
            let error = match given {
                Some(given) => {
                    let given = Tuple::from_ref(mem::expect_ref(given));
                    match generator::exception_of(vm, given.at(0), given.get(1), given.get(2)) {
                        Ok(error) => error,
                        Err(raised) => return unwrap(vm, generator, Err(raised)),
                    }
                }
                None => {
                    mark(vm, generator, CLOSED, 0);
                    let raised = vm.raise_with(&types::GENERATOR_EXIT, &[]);
                    vm.take_raised(raised)
                }
            };
            generator::throw_into(vm, generator, error)
        }
        _ => generator::advance(vm, generator, sent),
    };
    match given {
        Some(_) => unwrap(vm, generator, step),
        None => unwrap_close(vm, generator, step),
    }
}

/// A step; whatever ends the awaitable makes it unusable.
fn step(vm: &mut Vm, awaitable: Ref, sent: Value) -> PyResult {
    let result = if is_throw(awaitable) {
        throw_step(vm, awaitable, sent)
    } else {
        send_step(vm, awaitable, sent)
    };
    if result.is_err() {
        set_progress(vm, awaitable, progress::DONE);
    }
    result
}

fn throw(vm: &mut Vm, awaitable: Ref, error: Value) -> PyResult {
    let generator = generator_of(awaitable);
    match progress_of(awaitable) {
        progress::DONE => return Err(reused(vm, awaitable)),
        progress::NEW => begin(vm, awaitable)?,
        _ => {}
    }
    let step = generator::throw_into(vm, generator, error);
    let result = if is_throw(awaitable) && Vm::field(awaitable, part::GIVEN).is_none() {
        unwrap_close(vm, generator, step)
    } else {
        unwrap(vm, generator, step)
    };
    if result.is_err() {
        set_progress(vm, awaitable, progress::DONE);
    }
    result
}

fn close(vm: &mut Vm, args: Args) -> PyResult {
    let awaitable = mem::expect_ref(args.at(0));
    if progress_of(awaitable) == progress::DONE {
        return Ok(ty::none());
    }
    let raised = vm.raise_with(&types::GENERATOR_EXIT, &[]);
    let exit = vm.take_raised(raised);
    match throw(vm, awaitable, exit) {
        Ok(_) => Err(vm.raise_runtime("coroutine ignored GeneratorExit")),
        Err(raised) => {
            let expected = [
                &types::StopIteration,
                &types::StopAsyncIteration,
                &types::GENERATOR_EXIT,
            ];
            if expected.into_iter().any(|class| vm.raised_is(class)) {
                vm.take_raised(raised);
                return Ok(ty::none());
            }
            Err(raised)
        }
    }
}

natives! {
    static AWAITABLE_METHODS = {
        "__await__" method NoArgs, "(self, /)" => |_, args| Ok(args.at(0));
        "send" method One, "(self, value, /)" => |vm, args| step(vm, mem::expect_ref(args.at(0)), args.at(1));
        "throw" method Positional(1, 3), "(self, typ, val=None, tb=None, /)" => |vm, args| {
            let error = generator::thrown(vm, &args)?;
            throw(vm, mem::expect_ref(args.at(0)), error)
        };
        "close" method NoArgs, "(self, /)" => close;
    }
}

macro_rules! awaitable_type {
    ($(#[$doc:meta])* $row:ident, $ty:ident, $name:literal) => {
        $(#[$doc])*
        pub(crate) static $row: ModuleType = ModuleType {
            def: &TypeDef {
                ty: &$ty,
                slots: |slots| {
                    slots.iter = Some(|_, this| Ok(this));
                    slots.next = Some(|vm, this| step(vm, mem::expect_ref(this), ty::none()).map(Some));
                },
                methods: AWAITABLE_METHODS,
                getset: &[],
                doc: "",
                module: "",
            },
            name: $name,
            base: &types::OBJECT,
            layout: layout::FIELDS,
            sub_layout: SubLayout::None,
            flags: 0,
            has_dict: false,
        };
    };
}
awaitable_type!(
    /// What `asend` and `__anext__` give.
    ASEND_TYPE, ASEND, "async_generator_asend"
);
awaitable_type!(
    /// What `athrow` and `aclose` give.
    ATHROW_TYPE, ATHROW, "async_generator_athrow"
);

natives! {
    static METHODS = {
        "__aiter__" method NoArgs, "(self, /)" => |_, args| Ok(args.at(0));
        "__anext__" method NoArgs, "(self, /)" => |vm, args| new_awaitable(vm, &ASEND, args.at(0), None);
        "asend" method One, "(self, value, /)" => |vm, args| new_awaitable(vm, &ASEND, args.at(0), Some(args.at(1)));
        "athrow" method Positional(1, 3), "(self, typ, val=None, tb=None, /)" => |vm, args| {
            let given = args.skip(1).to_tuple(vm)?;
            new_awaitable(vm, &ATHROW, args.at(0), Some(given))
        };
        "aclose" method NoArgs, "(self, /)" => |vm, args| new_awaitable(vm, &ATHROW, args.at(0), None);
    }
}

static ATTRIBUTES: &[GetSetDef] = &[
    NAME,
    QUALNAME,
    generator::attribute("ag_code", generator::code_of),
    generator::attribute("ag_frame", generator::generator_frame),
    generator::attribute("ag_running", |_, this| {
        Ok(ty::bool_value(marks(mem::expect_ref(this)) & BUSY != 0))
    }),
    generator::attribute("ag_suspended", generator::suspended),
    generator::attribute("ag_await", generator::yield_from),
];

/// `async_generator`.
pub(crate) static ASYNC_GENERATOR: TypeDef = TypeDef {
    ty: &types::ASYNC_GENERATOR,
    slots: |slots| slots.repr = Some(generator::repr),
    methods: METHODS,
    getset: ATTRIBUTES,
    doc: "",
    module: "",
};

/// `aiter(async_iterable)`.
fn aiter(vm: &mut Vm, args: Args) -> PyResult {
    let iterable = args.at(0);
    let name = vm.interp.names.__aiter__.str();
    let Some(iterator) = taipan_objects::protocol::call_special(vm, iterable, name, &[])? else {
        return Err(vm.raise_type_of(iterable, "is not an async iterable"));
    };
    let next = vm.interp.names.__anext__.str();
    if Type::of(iterator).lookup(next).is_none() {
        let name = Type::of(iterator).full_name();
        return Err(vm.raise_type(&format!(
            "aiter() returned not an async iterator of type '{name}'"
        )));
    }
    Ok(iterator)
}

/// `anext(async_iterator[, default])`.
fn anext(vm: &mut Vm, args: Args) -> PyResult {
    let iterator = args.at(0);
    let name = vm.interp.names.__anext__.str();
    let Some(awaitable) = taipan_objects::protocol::call_special(vm, iterator, name, &[])? else {
        return Err(vm.raise_type_of(iterator, "is not an async iterator"));
    };
    match args.get(1) {
        None => Ok(awaitable),
        Some(default) => vm.new_fields(ANEXT.ty(), &[Some(awaitable), Some(default)]),
    }
}

static ANEXT: StaticType = StaticType::new();

/// A step of `anext` with a default: the end of the iterator is the default.
fn anext_step(vm: &mut Vm, this: Value, method: &str, args: &[Value]) -> PyResult {
    let object = mem::expect_ref(this);
    let awaitable = Vm::field(object, 0).expect("made with one");
    let iterator = frame::get_awaitable(vm, awaitable, 0)?;
    let result = match method {
        "send" if args.first() == Some(&ty::none()) => match Type::of(iterator).slots().next {
            Some(next) => match next(vm, iterator) {
                Ok(Some(value)) => Ok(value),
                Ok(None) => Err(vm.raise_with(&types::StopIteration, &[])),
                Err(raised) => Err(raised),
            },
            None => taipan_objects::protocol::call_method(vm, iterator, method, args),
        },
        _ => taipan_objects::protocol::call_method(vm, iterator, method, args),
    };
    match result {
        Err(raised) if vm.raised_is(&types::StopAsyncIteration) => {
            vm.take_raised(raised);
            let default = Vm::field(object, 1).unwrap_or_else(ty::none);
            let error = exception::new_exception(vm, types::StopIteration.as_ref(), &[default])?;
            Err(vm.raise(error))
        }
        other => other,
    }
}

natives! {
    static ANEXT_METHODS = {
        "__await__" method NoArgs, "(self, /)" => |_, args| Ok(args.at(0));
        "send" method One, "(self, value, /)" => |vm, args| anext_step(vm, args.at(0), "send", &[args.at(1)]);
        "throw" method Positional(1, 3), "(self, typ, val=None, tb=None, /)" => |vm, args| {
            let error = generator::thrown(vm, &args)?;
            anext_step(vm, args.at(0), "throw", &[error])
        };
        "close" method NoArgs, "(self, /)" => |vm, args| anext_step(vm, args.at(0), "close", &[]);
    }
}

/// What `anext` with a default gives.
pub(crate) static ANEXT_TYPE: ModuleType = ModuleType {
    def: &TypeDef {
        ty: &ANEXT,
        slots: |slots| {
            slots.iter = Some(|_, this| Ok(this));
            slots.next = Some(|vm, this| anext_step(vm, this, "send", &[ty::none()]).map(Some));
        },
        methods: ANEXT_METHODS,
        getset: &[],
        doc: "",
        module: "",
    },
    name: "anext_awaitable",
    base: &types::OBJECT,
    layout: layout::FIELDS,
    sub_layout: SubLayout::None,
    flags: 0,
    has_dict: false,
};

natives! {
    /// Builtin functions on asynchronous iterators.
    pub(crate) static FUNCTIONS = {
        "aiter" function One, "(async_iterable, /)" => aiter;
        "anext" function Positional(1, 2), "(async_iterator, default=<unrepresentable>, /)" => anext;
    }
}
