//! Generators and coroutines: resuming them from native code, and their end by an exception.

use super::function_of;
use super::object::generator_of;
use coil_frame::FrameRecord;
use coil_value::{Ref, Value};
use taipan_bytecode::{CodeFlags, Op, Word};
use taipan_objects::function::CodeData;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::ty::{self, StaticType, Type, types};
use taipan_objects::{PyResult, Vm};

/// States of generators.
pub mod state {
    /// Made, not started.
    pub const CREATED: i64 = 0;
    /// Stands at a yield.
    pub const SUSPENDED: i64 = 1;
    /// Stands at the yield of a loop by which it delegates to a suspended generator, and is that as long as the other is.
    pub const DELEGATING: i64 = 2;
    /// Runs. Everything below this can be resumed.
    pub const RUNNING: i64 = 3;
    /// Has returned or raised.
    pub const FINISHED: i64 = 4;
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

/// What a suspended generator delegates to (`yield from`, `await`).
pub fn delegate(generator: Ref) -> Option<Value> {
    let function = mem::value(generator, at::GEN_FUNCTION)?;
    let pc: i64 = mem::get(generator, at::GEN_PC);
    // SAFETY: the saved place stands after an instruction of the code.
    let word = Word(unsafe {
        *function_of(function)
            .code()
            .block
            .words
            .add(pc as usize - 1)
    });
    if word.op_number() != Op::YieldDelegated as u8 {
        return None;
    }
    mem::value(generator, at::GEN_REGISTERS + 8 * usize::from(word.b()))
}

/// The state of a generator; one that delegates to another runs or is suspended, as [`runs`] says.
pub fn state_of(generator: Ref) -> i64 {
    match mem::get(generator, at::GEN_STATE) {
        state::DELEGATING if runs(generator) => state::RUNNING,
        state::DELEGATING => state::SUSPENDED,
        now => now,
    }
}

/// Whether a generator runs: itself, or the end of a chain that it is part of, in the place of the chain's beginning. (The end may run as part
/// of another chain only: generators can share what they delegate to.)
fn runs(generator: Ref) -> bool {
    let end = end_of_links(generator);
    if mem::get::<i64>(end, at::GEN_STATE) != state::RUNNING {
        return false;
    }
    let beginning = mem::reference(end, at::GEN_LINK);
    let mut link = end;
    while link != generator {
        let parent = mem::reference(link, at::GEN_PARENT);
        match parent.filter(|_| Some(link) != beginning) {
            Some(parent) if beginning.is_some() => link = parent,
            _ => return false,
        }
    }
    true
}

/// The generator to which those that delegate lead.
fn end_of_links(generator: Ref) -> Ref {
    let mut end = generator;
    while mem::get::<i64>(end, at::GEN_STATE) == state::DELEGATING
        && let Some(next) = delegate(end).and_then(Value::as_ref)
    {
        end = next;
    }
    end
}

/// Takes the chain of delegating generators from this one on apart, as far as it does not run: each is suspended by itself then.
///
/// # Errors
/// ValueError when the generator runs.
pub fn dissolve(vm: &mut Vm, generator: Ref) -> PyResult<()> {
    if runs(generator) {
        let kind = protocol::type_name(Value::from_ref(generator));
        return Err(vm.raise_value(&format!("{kind} already executing")));
    }
    // None of them runs unless the last one does.
    let end_runs = mem::get::<i64>(end_of_links(generator), at::GEN_STATE) == state::RUNNING;
    let mut link = generator;
    loop {
        let next = match mem::get(link, at::GEN_STATE) {
            state::DELEGATING if !end_runs || !runs(link) => delegate(link).and_then(Value::as_ref),
            state::DELEGATING | state::RUNNING => return Ok(()),
            _ => None,
        };
        vm.store(link, at::GEN_LINK, None);
        let Some(next) = next else {
            return Ok(());
        };
        mem::set(link, at::GEN_STATE, state::SUSPENDED);
        link = next;
    }
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

/// Puts the frame of a suspended generator on the stack, where it stands: the generator runs then. The caller holds `coil_jit::real_frames`.
///
/// # Errors
/// RecursionError.
pub fn push_frame(vm: &mut Vm, generator: Ref) -> PyResult<*mut FrameRecord> {
    let function = mem::value(generator, at::GEN_FUNCTION).expect("generators have a function");
    let block = &function_of(function).code().block;
    let pc: i64 = mem::get(generator, at::GEN_PC);
    let base = vm.stack_top().wrapping_add(1);
    let record = vm.cx.frame_top.wrapping_add(1);
    let end = base.wrapping_add(usize::from(block.register_count));
    if record >= vm.cx.record_limit || end > vm.cx.register_limit {
        return Err(vm.raise_recursion("maximum recursion depth exceeded"));
    }
    // SAFETY: the saved place stands after a yield of this code.
    let pc = unsafe { block.words.add(pc as usize) };
    // SAFETY: as above.
    let live = unsafe { block.live_registers(pc) };
    for index in 0..live {
        let value = mem::value(generator, at::GEN_REGISTERS + 8 * index);
        // SAFETY: within the window.
        unsafe { *base.add(index) = value.map_or(0, Value::bits) };
    }
    // SAFETY: the register below the window is free.
    unsafe { *base.sub(1) = function.bits() };
    mem::set(generator, at::GEN_STATE, state::RUNNING);
    // SAFETY: below the limit.
    unsafe {
        record.write(FrameRecord {
            code: block,
            pc,
            base,
            resume: std::ptr::null(),
            result: 0,
            kind: FrameRecord::ROOT,
            scans: 0,
            extra: Value::from_ref(generator).bits(),
        });
    }
    vm.cx.frame_top = record;
    Ok(record)
}

/// Takes the frame of a generator off the stack that [`push_frame`] put there and that did not run: the generator is suspended as before.
pub fn pop_frame(vm: &mut Vm) -> Ref {
    // SAFETY: the frame was pushed, so its record is complete.
    let generator = generator_of(unsafe { &*vm.cx.frame_top });
    let generator = generator.expect("it was pushed for a generator");
    vm.cx.frame_top = vm.cx.frame_top.wrapping_sub(1);
    mem::set(generator, at::GEN_STATE, state::SUSPENDED);
    generator
}

pub(super) fn resume_place(
    vm: &mut Vm,
    generator: Ref,
    sent: Option<Value>,
    place: Option<usize>,
) -> PyResult<Result<Value, Value>> {
    dissolve(vm, generator)?;
    vm.nested("", |vm| {
        // SAFETY: the context is the running one.
        let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
        let record = push_frame(vm, generator)?;
        // SAFETY: the record was written just now.
        let frame = unsafe { &mut *record };
        // SAFETY: the word before the place is the yield.
        let word = Word(unsafe { *frame.pc.sub(1) });
        let starts = word.op_number() == Op::ReturnGenerator as u8;
        match (place, sent) {
            (Some(place), _) => {
                // SAFETY: frames run live code.
                let words = unsafe { (*frame.code).words };
                // SAFETY: a jump target of the code.
                frame.pc = unsafe { words.add(place) };
            }
            // SAFETY: within the window.
            (None, Some(sent)) if !starts => unsafe {
                *frame.base.add(usize::from(word.a())) = sent.bits()
            },
            _ => {}
        }
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
        let suspended = matches!(after, state::SUSPENDED | state::DELEGATING);
        if suspended {
            // SAFETY: holds an exception, None or 0.
            let handled = unsafe { Value::from_bits(handled) }.filter(|value| *value != ty::none());
            vm.store(generator, at::GEN_HANDLED, handled);
        } else if after == state::RUNNING {
            mem::set(generator, at::GEN_STATE, state::FINISHED);
        }
        match result {
            Ok(value) if suspended => Ok(Ok(value)),
            Ok(value) => Ok(Err(value)),
            Err(raised) => Err(raised),
        }
    })
}
