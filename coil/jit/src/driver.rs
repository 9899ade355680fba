//! The run loop: Direct, recording, compiled code, exits.

use crate::backoff::Place;
use crate::jit::Jit;
use crate::raw;
use crate::table::Entry;
use coil_backend::{ExitReason, SpillArea};
use coil_frame::{CodeBlock, Context, Events, FrameRecord};
use coil_machine::{Direct, DirectVal, Leave, MachineState, StopReason};
use coil_options::Section;
use coil_record::Start;
use coil_value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// How a run of guest code ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Outcome {
    /// The root frame returned this (none is unset); its record is popped.
    Returned(Option<Value>),
    /// An exception left the root frame: `Context::pending`. The record is popped.
    Raised,
}

/// A run of compiled code on the native stack.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    /// Invalidations when it was entered.
    epoch: u64,
    /// Where its exit will leave its spill slots; null once it has.
    area: *const SpillArea,
    /// What the context held when a nested run began; none while the code itself runs.
    pub(crate) state: Option<Box<Suspended>>,
}

impl Running {
    /// Reports what of the native stack holds nothing while the code runs; it uses at most `slots` spill slots.
    pub(crate) fn dead_stack(&self, slots: usize, report: &mut dyn FnMut(usize, usize)) {
        if self.area.is_null() {
            return;
        }
        // SAFETY: the code has not returned.
        for (start, end) in unsafe { SpillArea::dead_stack(self.area, slots) } {
            report(start, end);
        }
    }

    /// The record of its root frame while it waits for a nested run.
    pub(crate) fn suspended(&self) -> Option<*const FrameRecord> {
        self.state
            .as_ref()
            .map(|state| state.frame_top.cast_const())
    }
}

/// The parts of a context that belong to compiled code which waits for a native.
#[derive(Clone, Debug)]
pub(crate) struct Suspended {
    pub(crate) frame_top: *mut FrameRecord,
    pub(crate) trace_top: *mut u64,
    pub(crate) trace_return: usize,
    pub(crate) exit_sp: usize,
    pub(crate) exit_gpr: [u64; 16],
    pub(crate) exit_fpr: [u64; 16],
}

/// What the driver does next.
pub(crate) enum Step {
    /// Goes on in Direct.
    Go,
    /// Unwinds in Direct.
    Unwind,
    /// Enters compiled code for the innermost frame.
    Enter(*const u8),
    /// The run is over.
    Done(Outcome),
}

/// Where a nested run or a native may put registers: the first one above all windows in use.
///
/// # Safety
/// The context is live and its innermost record complete.
pub unsafe fn nested_base(cx: *mut Context) -> *mut u64 {
    // SAFETY: by contract.
    let cx = unsafe { &*cx };
    if !cx.trace_top.is_null() {
        return cx.trace_top;
    }
    // SAFETY: the innermost record, or the sentinel below the first.
    let record = unsafe { &*cx.frame_top };
    if record.code.is_null() {
        return cx.stack.registers();
    }
    // SAFETY: a record's code is live.
    let count = unsafe { (*record.code).register_count };
    record.base.wrapping_add(usize::from(count))
}

/// Pushes the record of a root frame for [`run`], with its function (or 0) and arguments in the first registers and the other named registers
/// unset. False when the guest stack is exhausted: then the language's overflow hook has made an exception pending.
///
/// # Safety
/// As [`nested_base`]; `code` is live and stays so while it runs; the values are valid.
#[must_use]
pub unsafe fn push_root(
    cx: *mut Context,
    code: *const CodeBlock,
    function: u64,
    args: &[u64],
    extra: u64,
) -> bool {
    // SAFETY: by contract.
    let block = unsafe { &*code };
    // SAFETY: by contract.
    let base = unsafe { nested_base(cx) }.wrapping_add(1);
    // SAFETY: by contract.
    let context = unsafe { &mut *cx };
    let record = context.frame_top.wrapping_add(1);
    let end = base.wrapping_add(usize::from(block.register_count).max(args.len()));
    if record >= context.record_limit || end > context.register_limit {
        // SAFETY: by contract.
        let hook = unsafe { MachineState::of(cx) }.hooks.stack_overflow;
        hook(cx);
        return false;
    }
    // SAFETY: below the limits.
    unsafe { *base.wrapping_sub(1) = function };
    let filled = args.len().max(usize::from(block.named_count));
    for register in 0..filled {
        let value = args.get(register).copied().unwrap_or(0);
        // SAFETY: within the window.
        unsafe { *base.wrapping_add(register) = value };
    }
    // SAFETY: below the limit.
    unsafe {
        record.write(FrameRecord {
            code,
            pc: block.words,
            base,
            resume: std::ptr::null(),
            result: 0,
            kind: FrameRecord::ROOT,
            scans: 0,
            extra,
        });
    }
    context.frame_top = record;
    true
}

/// Executes guest code from the innermost frame record until the root frame ([`FrameRecord::ROOT`]) above which nothing else was pushed by the
/// native caller returns or raises.
///
/// # Safety
/// [`Jit::attach`] was called for the context, and its innermost record is complete and part of a run that ends with a root frame.
pub unsafe fn run(cx: *mut Context) -> Outcome {
    // SAFETY: by contract.
    unsafe { run_from(cx, false) }
}

/// As [`run`], but begins by unwinding the pending exception at the innermost frame's place.
///
/// # Safety
/// As [`run`], and an exception is pending.
pub unsafe fn run_raised(cx: *mut Context) -> Outcome {
    // SAFETY: by contract.
    unsafe { run_from(cx, true) }
}

unsafe fn run_from(cx: *mut Context, raised: bool) -> Outcome {
    // SAFETY: by contract.
    let context = unsafe { &mut *cx };
    let saved = Suspended {
        frame_top: context.frame_top.wrapping_sub(1),
        trace_top: context.trace_top,
        trace_return: context.trace_return,
        exit_sp: context.exit_sp,
        exit_gpr: context.exit_gpr,
        exit_fpr: context.exit_fpr,
    };
    context.trace_top = std::ptr::null_mut();
    context.trace_return = 0;
    context.native_depth += 1;
    // SAFETY: by contract.
    let jit = unsafe { Jit::of(cx) };
    let depth = jit.running.len();
    let outer = jit.clock.switch(false);
    let suspends = jit.running.last().is_some_and(|run| run.state.is_none());
    if suspends && let Some(run) = jit.running.last_mut() {
        run.state = Some(Box::new(saved.clone()));
    }
    // SAFETY: by contract.
    let outcome = unsafe { drive(cx, raised) };
    // SAFETY: by contract.
    let context = unsafe { &mut *cx };
    context.native_depth -= 1;
    context.trace_top = saved.trace_top;
    context.trace_return = saved.trace_return;
    context.exit_sp = saved.exit_sp;
    context.exit_gpr = saved.exit_gpr;
    context.exit_fpr = saved.exit_fpr;
    // SAFETY: by contract.
    let jit = unsafe { Jit::of(cx) };
    debug_assert_eq!(jit.running.len(), depth);
    if let Some(run) = jit.running.last_mut() {
        if suspends {
            run.state = None;
        }
        if run.epoch != jit.epoch {
            context.events.fetch_or(Events::INVALIDATED, Relaxed);
        }
    }
    jit.clock.switch(outer);
    outcome
}

unsafe fn drive(cx: *mut Context, mut raised: bool) -> Outcome {
    loop {
        // SAFETY: by the contract of `run`.
        let mut direct = unsafe { Direct::resume(cx) };
        // SAFETY: as above; the reference ends here.
        let language = unsafe { Jit::of(cx) }.language;
        let leave = (language.run_direct)(&mut direct, raised);
        raised = false;
        if leave == Leave::Raised {
            // SAFETY: the root's record is the innermost.
            unsafe { raw::pop(cx) };
            return Outcome::Raised;
        }
        // SAFETY: as above.
        let mut step = unsafe { stopped(cx) };
        loop {
            step = match step {
                Step::Go => break,
                Step::Unwind => {
                    raised = true;
                    break;
                }
                // SAFETY: as above; the entry fits the innermost frame.
                Step::Enter(entry) => unsafe { enter(cx, entry) },
                Step::Done(outcome) => return outcome,
            };
        }
    }
}

/// Direct stopped: why, and what follows.
unsafe fn stopped(cx: *mut Context) -> Step {
    // SAFETY: attached.
    let state = unsafe { MachineState::of(cx) };
    let reason = std::mem::take(&mut state.stop);
    // SAFETY: the innermost record is complete.
    let record = unsafe { raw::innermost(cx) };
    match reason {
        StopReason::Returned => {
            // SAFETY: attached.
            unsafe { finish_root(cx) }
        }
        StopReason::EnterLoop => {
            // SAFETY: pc stands after a header, whose last word is the cache.
            let word = unsafe { *record.pc.wrapping_sub(1) };
            Step::Enter(std::ptr::with_exposed_provenance(word as usize))
        }
        StopReason::EnterFunction => {
            // SAFETY: a record's code is live.
            let entry = unsafe { (*record.code).entry };
            if entry.is_null() {
                Step::Go
            } else {
                Step::Enter(entry)
            }
        }
        StopReason::HotLoop => {
            let slot = record.pc.wrapping_sub(1);
            // SAFETY: pc stands in its code.
            let header = unsafe { raw::word_index(record.code, record.pc) };
            let start = Start::Loop {
                code: record.code,
                header,
            };
            let place = Place::Loop(slot.addr());
            let entry = Entry::Loop(record.code, header);
            // SAFETY: attached.
            unsafe { Jit::record(cx, place, entry, start, false) }
        }
        StopReason::HotFunction => {
            let place = Place::Function(record.code.addr());
            let start = Start::Function { code: record.code };
            let entry = Entry::Function(record.code);
            // SAFETY: attached.
            unsafe { Jit::record(cx, place, entry, start, false) }
        }
        StopReason::None => panic!("a language's run loop stopped without a reason"),
    }
}

/// The root frame returned: its record goes.
pub(crate) unsafe fn finish_root(cx: *mut Context) -> Step {
    // SAFETY: attached.
    let state = unsafe { MachineState::of(cx) };
    state.stop = StopReason::None;
    let result = state.result.take();
    // SAFETY: the root's record is the innermost.
    unsafe { raw::pop(cx) };
    Step::Done(Outcome::Returned(result))
}

/// Runs compiled code for the innermost frame.
unsafe fn enter(cx: *mut Context, entry: *const u8) -> Step {
    // SAFETY: attached.
    let jit = unsafe { Jit::of(cx) };
    if jit.table.stale && jit.running.is_empty() {
        jit.free_stale();
    }
    let Some(backend) = &jit.backend else {
        return Step::Go;
    };
    let backend: *const dyn coil_backend::Backend = &**backend;
    let mut area = SpillArea::new();
    jit.running.push(Running {
        epoch: jit.epoch,
        area: &raw const area,
        state: None,
    });
    jit.stats.entries += 1;
    // SAFETY: the innermost record is complete.
    let record = unsafe { raw::innermost(cx) };
    if jit.options.log.on(Section::JitEnter) {
        // SAFETY: pc stands in its code.
        let at = unsafe { raw::word_index(record.code, record.pc) };
        let name = jit.name_of(record.code);
        jit.log(Section::JitEnter, format_args!("{name}@{at}"));
    }
    let base = record.base;
    // SAFETY: the backend lives as long as the driver.
    let backend = unsafe { &*backend };
    jit.clock.switch(true);
    // SAFETY: the innermost frame is in the state that the entry expects.
    let reason = unsafe { backend.enter(entry, cx, base, &mut area) };
    // SAFETY: attached.
    let jit = unsafe { Jit::of(cx) };
    jit.clock.switch(false);
    if let Some(run) = jit.running.last_mut() {
        run.area = std::ptr::null();
    }
    let exit = match reason {
        ExitReason::Exit { trace, site } => Some((trace, site)),
        ExitReason::Returned | ExitReason::Return(_) => None,
    };
    let regretted = jit.visited(entry, exit);
    match reason {
        ExitReason::Exit { trace, site } => {
            jit.stats.exits += 1;
            // SAFETY: the code was left by this site.
            let step = unsafe { Jit::leave(cx, trace, site) };
            // The spill area is alive until here.
            std::hint::black_box(&mut area);
            if let Some(number) = regretted {
                // SAFETY: attached; the state is the interpreter's.
                unsafe { Jit::take_out(cx, number) };
            }
            step
        }
        ExitReason::Returned => {
            jit.running.pop();
            // SAFETY: attached.
            unsafe { returned(cx) }
        }
        ExitReason::Return(bits) => {
            jit.running.pop();
            let language = jit.language;
            // SAFETY: the innermost record is complete.
            let kind = unsafe { raw::innermost(cx) }.kind;
            if kind == FrameRecord::ROOT {
                // SAFETY: attached.
                let state = unsafe { MachineState::of(cx) };
                // SAFETY: compiled code returns guest values.
                state.result = unsafe { Value::from_bits(bits) };
                // SAFETY: attached.
                return unsafe { finish_root(cx) };
            }
            // SAFETY: as above.
            let mut direct = unsafe { Direct::resume(cx) };
            let next = (language.deliver)(&mut direct, DirectVal(bits));
            coil_machine::Machine::sync_pc(&mut direct);
            match next {
                Err(Leave::Raised) => Step::Unwind,
                Err(Leave::Stop) => Step::Go,
                // SAFETY: attached.
                Ok(()) => unsafe { returned(cx) },
            }
        }
    }
}

/// A frame returned to one that goes on without compiled code: enters it if there is some by now, or records it when that happens often.
unsafe fn returned(cx: *mut Context) -> Step {
    // SAFETY: the innermost record is complete.
    let record = unsafe { raw::innermost(cx) };
    // SAFETY: attached.
    let jit = unsafe { Jit::of(cx) };
    // SAFETY: pc stands in its code.
    let pc = unsafe { raw::word_index(record.code, record.pc) };
    let key = (record.code.addr(), pc);
    if let Some(&number) = jit.resumes.get(&key)
        && let Some(trace) = jit.table.get(number)
    {
        return Step::Enter(trace.code.entry);
    }
    let count = jit.returns.entry(key).or_default();
    *count += 1;
    if *count < jit.options.jit.bridge_threshold.max(1) {
        return Step::Go;
    }
    *count = 0;
    let place = Place::Resume(key.0, pc);
    let entry = Entry::Resume(record.code, pc);
    // SAFETY: attached.
    unsafe { Jit::record(cx, place, entry, Start::Resume, false) }
}
