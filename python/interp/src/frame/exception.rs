//! `raise`, `except`, `except*` and the tracebacks of exceptions that pass a frame.

use super::object::{generator_of, new_frame_object};
use coil_value::{Ref, Value};
use taipan_bytecode::CodeFlags;
use taipan_objects::exception;
use taipan_objects::function::CodeData;
use taipan_objects::layout::at;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

pub(super) fn instantiate(vm: &mut Vm, raised: Value, cause: bool) -> PyResult {
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
        let list = vm.new_tuple(&[raised])?;
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

/// Whether two exceptions were raised as one: same traceback, cause, context and notes.
fn raised_as(vm: &mut Vm, one: Value, other: Value) -> PyResult<bool> {
    let (a, b) = (mem::expect_ref(one), mem::expect_ref(other));
    let places = [at::EXC_TRACEBACK, at::EXC_CAUSE, at::EXC_CONTEXT];
    if places
        .iter()
        .any(|at| mem::value(a, *at) != mem::value(b, *at))
    {
        return Ok(false);
    }
    let name = vm.interp.names.__notes__.str();
    let notes = protocol::get_attr_opt(vm, one, name)?;
    Ok(notes == protocol::get_attr_opt(vm, other, name)?)
}

/// What `except*` raises at its end: of the original and the list of what its clauses raised and what was left over.
pub(super) fn prep_reraise_star(vm: &mut Vm, original: Value, raised: Value) -> PyResult {
    let list = List::of(raised).expect("the compiler makes a list");
    if !Type::of(original).is_subtype(types::BASE_EXCEPTION_GROUP.ty()) {
        // A lone exception was caught as a group: one clause ran, or none.
        return Ok(list.get(0).unwrap_or_else(ty::none));
    }
    let (raised, again) = (vm.new_list_with(0)?, vm.new_list_with(0)?);
    for index in 0..list.len() {
        let item = list.at(index);
        if item != ty::none() {
            let target = if raised_as(vm, item, original)? {
                again
            } else {
                raised
            };
            target.push(vm, item)?;
        }
    }
    if !again.is_empty() {
        let projection = vm.interp.kept("group_projection").expect("set at start-up");
        let rest = protocol::call(vm, projection, &[original, again.value()])?;
        if raised.is_empty() {
            return Ok(rest);
        }
        raised.push(vm, rest)?;
    }
    match raised.len() {
        0 => Ok(ty::none()),
        1 => Ok(raised.at(0)),
        _ => {
            let text = vm.new_str("")?;
            protocol::call(
                vm,
                types::BASE_EXCEPTION_GROUP.value(),
                &[text, raised.value()],
            )
        }
    }
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
        let same = frame.is_some_and(|frame| is_of_top(vm, frame));
        if same && lasti == word.cast_signed() {
            return;
        }
    }
    let top = vm.cx.frame_top as usize;
    let inner = mem::reference(object, at::EXC_TRACEBACK)
        .and_then(|top| mem::reference(top, at::TB_FRAME))
        .filter(|inner| {
            let record: usize = mem::get(*inner, at::FRAME_RECORD);
            record > top || record == top && !is_of_top(vm, *inner)
        });
    let line = data
        .code
        .position_of(word)
        .map_or(data.code.first_line, |position| position.line);
    vm.cx.pending = 0;
    let made = new_frame_object(vm, vm.cx.frame_top).and_then(|frame| {
        // The frame that the exception has just left keeps its caller.
        if let Some(inner) = inner
            && mem::value(inner, at::FRAME_BACK).is_none()
        {
            vm.store(inner, at::FRAME_BACK, Some(frame));
        }
        exception::add_traceback(vm, object, frame, word.cast_signed(), line.cast_signed())
    });
    if made.is_ok() {
        vm.cx.pending = error.bits();
    }
}

/// Whether a frame object is of the innermost frame, or of the same function's that was in its place before.
fn is_of_top(vm: &Vm, frame: Ref) -> bool {
    let record: usize = mem::get(frame, at::FRAME_RECORD);
    let generator = mem::reference(frame, at::FRAME_GENERATOR);
    // SAFETY: the running frame's record.
    let running = generator_of(unsafe { &*vm.cx.frame_top });
    record == vm.cx.frame_top as usize && generator == running
}
