//! Generators and coroutines: making, resuming, yielding, ending.
//!
//! A frame of a generator has the generator object as its language word once that is made; register -1 stays the function. While suspended, the
//! object holds the registers below the depth of its yield, the word where it goes on, and what it was handling.
//!
//! Generators that delegate to each other (`yield from`, `await`) form a chain. Its end is what a step of its beginning resumes, at once, in a
//! frame of a kind of its own (`kind::FOR_ITER_LINK`): what it yields goes to whoever asked the beginning, and when it is done, the generator
//! that delegates to it takes its place. `GEN_LINK` of the beginning is the end, `GEN_LINK` of the end is the beginning: where the second does
//! not hold any more, the chain is climbed link by link, which restores both. `GEN_PARENT` leads from the end to the beginning. All but the
//! end are in the state `DELEGATING`; whoever resumes one of them in any other way takes the chain apart first (`frame::dissolve`).
//!
//! A chain is climbed within one handler: a `send` that resumed a generator which stands in such a loop itself goes on with that one's
//! `send`, a yield to a frame that delegates with that one's `yield_delegated`. The loop `send, yield_delegated, jump` changes no register but
//! the one that the value passes through, so a generator that stood at the same `yield_delegated` when it was suspended last is not saved
//! again. `GEN_PC` tells; what starts such a loop resets it.

use super::{a, b, function, special};
use crate::fields;
use crate::frame::state;
use crate::kind;
use crate::opaque;
use crate::ops::{call, iterate, leave};
use crate::run::pc_index;
use coil_machine::{Arg, BoolOps, IntOps, Leave, Machine, Next, RefOps, ValOps};
use taipan_bytecode::{CodeFlags, Op, Word};
use taipan_objects::function::CodeData;
use taipan_objects::layout::at;
use taipan_objects::names::Names;
use taipan_objects::ty::{self, types};

/// The depth at the instruction that pc stands after.
fn depth<M: Machine>(m: &M) -> i32 {
    // SAFETY: the machine's code is live.
    let code = unsafe { CodeData::of(m.code()) };
    // SAFETY: pc stands after an instruction of the running code.
    unsafe { code.block.live_registers(m.word_at(0)) as i32 }
}

#[inline(always)]
fn save_registers<M: Machine>(m: &mut M, generator: M::Ref, count: i32) {
    m.store_registers(generator, fields::GEN_REGISTER, 0, count as usize);
}

pub(crate) fn return_generator<M: Machine>(m: &mut M) -> Next {
    // SAFETY: the machine's code is live.
    let code = unsafe { CodeData::of(m.code()) };
    let running = function(m);
    let count = i64::from(code.saved_registers);
    let class = match crate::frame::generator_type(code) {
        Some(class) => class,
        None => &types::GENERATOR,
    };
    let class = m.address(class.as_ref().address());
    let size = (at::GEN_REGISTERS as i64 + 8 * count) as u32;
    let Ok(object) = m.alloc(taipan_objects::layout::GENERATOR.0, size, class) else {
        m.call_void(&opaque::NO_MEMORY, [])?;
        return Err(Leave::Raised);
    };
    let (count, pc) = (m.int(count), m.int(i64::from(pc_index(m))));
    m.store_int(object, fields::GEN_COUNT, count);
    m.store_val(object, fields::GEN_FUNCTION, running);
    m.store_int(object, fields::GEN_PC, pc);
    let live = depth(m);
    save_registers(m, object, live);
    leave::leave_with(m, object.val())
}

/// The value of `GEN_PC` in the frame of a generator that has just started to delegate: no `yield_delegated` ends there.
const NOT_SAVED: i64 = 1;

/// The running generator begins a loop of `send` and `yield_delegated`: the first of these saves its registers.
fn start_delegating<M: Machine>(m: &mut M) {
    let generator = m.frame_extra();
    if generator.is_set().yes() {
        let nowhere = m.int(NOT_SAVED);
        m.store_int(generator.reference(), fields::GEN_PC, nowhere);
    }
}

/// The word that is next, when it is of this op.
#[inline(always)]
fn next_is<M: Machine>(m: &M, op: Op) -> bool {
    // SAFETY: pc stands before an instruction of the running code.
    Word(unsafe { *m.word_at(0) }).op_number() == op as u8
}

/// A step of a generator: what it resumes (itself, or the end of its chain), and where that goes on.
struct Step<'a, M: Machine> {
    generator: M::Val,
    code: &'a CodeData,
    pc: u32,
    /// It is the end of a chain that the generator begins.
    linked: bool,
}

/// What a step of a generator resumes; none when that takes the slow way.
#[inline(always)]
fn step<'a, M: Machine>(m: &mut M, generator: M::Val) -> Option<Step<'a, M>> {
    let object = generator.reference();
    let now = object.load_int(fields::GEN_STATE).promote();
    let (generator, linked) = match now {
        state::CREATED | state::SUSPENDED => (generator, false),
        state::DELEGATING => (end_of_chain(object)?, true),
        _ => return None,
    };
    let (code, pc) = place_of(m, generator.reference());
    (!code.has(CodeFlags::SUSPENDS_HANDLING)).then_some(Step {
        generator,
        code,
        pc,
        linked,
    })
}

/// The end of the chain that a delegating generator begins, if it still does.
#[inline(always)]
fn end_of_chain<R: RefOps>(beginning: R) -> Option<R::Val>
where
    R::Int: IntOps,
{
    let end = beginning.load_val(fields::GEN_LINK);
    if !end.is_set().yes() {
        return None;
    }
    let link = end.reference();
    let mutual = link.load_val(fields::GEN_LINK).same(beginning.val()).yes();
    (mutual && link.load_int(fields::GEN_STATE).promote() == state::SUSPENDED).then_some(end)
}

/// Resumes a suspended generator: restores its registers in a window above the running one. Gives whether it stands before a `send`: that of
/// the loop by which it delegates.
#[inline(always)]
fn resume<M: Machine>(
    m: &mut M,
    step: &Step<'_, M>,
    sent: M::Val,
    result: u16,
    kind: u16,
) -> Result<bool, Leave> {
    let &Step { code, pc, .. } = step;
    let object = step.generator.reference();
    if !step.linked {
        unlink(m, object);
    }
    let restored = restore(m, step.generator, code, pc);
    let window = restored.window;
    // The yield's target, unless the generator only starts (then the word before is `return_generator`).
    // SAFETY: `pc` is at least 1.
    let yielded = Word(unsafe { *code.block.words.add(pc as usize - 1) });
    if yielded.op_number() != Op::ReturnGenerator as u8 {
        m.set_reg(window + a(yielded), sent);
    }
    let (mut pc, mut delegates) = (pc, false);
    if yielded.op_number() == Op::YieldDelegated as u8 {
        // SAFETY: the loop's jump follows.
        let jump = Word(unsafe { *code.block.words.add(pc as usize) });
        if jump.op_number() == Op::Jump as u8 {
            pc = (pc + 1).wrapping_add_signed(jump.imm32());
            delegates = true;
        }
    }
    restored.run(m, pc, result, kind)?;
    Ok(delegates && next_is(m, Op::Send))
}

/// A suspended generator whose registers stand in a window above the running one.
struct Restored<'a, M: Machine> {
    generator: M::Val,
    code: &'a CodeData,
    window: i32,
    function: M::Val,
}

/// Restores the registers of a generator that is suspended at `pc`.
#[inline(always)]
fn restore<'a, M: Machine>(
    m: &mut M,
    generator: M::Val,
    code: &'a CodeData,
    pc: u32,
) -> Restored<'a, M> {
    let window = m.window_top() + 1;
    // SAFETY: the saved place stands after a yield of this code.
    let live = unsafe { code.block.live_before(pc) };
    let object = generator.reference();
    let function = object.load_val(fields::GEN_FUNCTION);
    m.load_registers(window, object, fields::GEN_REGISTER, live);
    Restored {
        generator,
        code,
        window,
        function,
    }
}

impl<M: Machine> Restored<'_, M> {
    /// Runs the generator from word `pc` on.
    #[inline(always)]
    fn run(self, m: &mut M, pc: u32, result: u16, kind: u16) -> Next {
        let Restored {
            generator,
            code,
            window,
            function,
        } = self;
        m.set_reg(window - 1, function);
        let running = m.int(state::RUNNING);
        m.store_int(generator.reference(), fields::GEN_STATE, running);
        m.resume_frame(&raw const code.block, window, pc, result, kind, generator)
    }
}

/// The generator runs as no link of a chain.
#[inline(always)]
fn unlink<M: Machine>(m: &mut M, generator: M::Ref) {
    if generator.load_val(fields::GEN_LINK).is_set().yes() {
        let unset = m.unset();
        m.store_val(generator, fields::GEN_LINK, unset);
    }
}

/// The code of a generator, and where it goes on.
#[inline(always)]
fn place_of<'a, M: Machine>(m: &mut M, generator: M::Ref) -> (&'a CodeData, u32) {
    let function = generator.load_val(fields::GEN_FUNCTION).reference();
    let code = call::code_of(m, function);
    let pc = generator.load_int(fields::GEN_PC).promote();
    (code, pc as u32)
}

/// A for loop's step on a generator.
#[inline(always)]
pub(crate) fn next_in_loop<M: Machine>(m: &mut M, word: Word, iterator: M::Val) -> Next {
    let object = iterator.reference();
    if object
        .load_ref(fields::TYPE)
        .is_address(types::GENERATOR.as_ref().address())
        .yes()
    {
        if let Some(step) = step(m, iterator) {
            let none = super::none(m);
            let kind = if step.linked {
                kind::FOR_ITER_LINK
            } else {
                kind::FOR_ITER
            };
            if resume(m, &step, none, word.a(), kind)? {
                m.checkpoint()?;
                let word = Word(m.fetch());
                return send(m, word);
            }
            return Ok(());
        }
        let finished = m.int(state::FINISHED);
        if object.load_int(fields::GEN_STATE).equals(finished).yes() {
            m.jump(i32::from(word.c_signed()));
            return Ok(());
        }
    }
    iterate::for_other(m, word, iterator)
}

#[inline(always)]
pub(crate) fn yield_value<M: Machine>(m: &mut M, word: Word) -> Next {
    m.outlined(move |m| {
        let value = m.reg(b(word));
        let live = depth(m);
        let generator = m.frame_extra().reference();
        save_registers(m, generator, live);
        let pc = m.int(i64::from(pc_index(m)));
        m.store_int(generator, fields::GEN_PC, pc);
        if suspend(m, generator, value, state::SUSPENDED)? {
            m.checkpoint()?;
            let word = Word(m.fetch());
            return pass_on(m, word, Some(generator.val()));
        }
        Ok(())
    })
}

#[inline(always)]
pub(crate) fn yield_delegated<M: Machine>(m: &mut M, word: Word) -> Next {
    m.outlined(move |m| pass_on(m, word, None))
}

/// Yields what a `send` has got, from one generator of a chain to the next. `end` is the one that has just yielded, where that is known.
fn pass_on<M: Machine>(m: &mut M, mut word: Word, mut end: Option<M::Val>) -> Next {
    loop {
        let value = m.reg(a(word));
        let delegate = m.reg(b(word));
        let generator = m.frame_extra().reference();
        let pc = m.int(i64::from(pc_index(m)));
        let unsaved = !generator.load_int(fields::GEN_PC).equals(pc).yes();
        // SAFETY: the machine's code is live.
        let code = unsafe { CodeData::of(m.code()) };
        let links = !code.has(CodeFlags::SUSPENDS_HANDLING);
        if !links {
            end = None;
        } else if end.is_none() {
            end = end_of_delegate(m, delegate);
        }
        let mut beginning = generator.val();
        if end.is_some() {
            let own = generator.load_val(fields::GEN_LINK);
            if own.is_set().yes() {
                beginning = own;
            }
        }
        if unsaved {
            let live = depth(m);
            save_registers(m, generator, live);
            // The value is not kept: the register is written on resumption.
            let (place, none) = (m.int(i64::from(a(word))), super::none(m));
            m.store_item_val(generator, fields::GEN_REGISTER, place, none);
            m.store_int(generator, fields::GEN_PC, pc);
        }
        let state = match end {
            Some(end) => {
                m.store_val(delegate.reference(), fields::GEN_PARENT, generator.val());
                m.store_val(beginning.reference(), fields::GEN_LINK, end);
                m.store_val(end.reference(), fields::GEN_LINK, beginning);
                state::DELEGATING
            }
            None => state::SUSPENDED,
        };
        // A generator that no chain goes through may be the end of one itself.
        end = end.or(links.then(|| generator.val()));
        if !suspend(m, generator, value, state)? {
            return Ok(());
        }
        m.checkpoint()?;
        word = Word(m.fetch());
    }
}

/// The end of the chain that what a generator delegates to is or begins; none if it may not be resumed in the place of another.
fn end_of_delegate<M: Machine>(m: &mut M, delegate: M::Val) -> Option<M::Val> {
    if !is_generator(delegate) {
        return None;
    }
    let object = delegate.reference();
    match object.load_int(fields::GEN_STATE).promote() {
        state::SUSPENDED => {
            let (code, _) = place_of(m, object);
            (!code.has(CodeFlags::SUSPENDS_HANDLING)).then_some(delegate)
        }
        state::DELEGATING => end_of_chain(object),
        _ => None,
    }
}

/// Suspends the running generator, whose registers have been saved, and gives `value` to whoever resumed it. Gives whether that stands
/// before a `yield_delegated`.
#[inline(always)]
fn suspend<M: Machine>(
    m: &mut M,
    generator: M::Ref,
    value: M::Val,
    state: i64,
) -> Result<bool, Leave> {
    let suspended = m.int(state);
    m.store_int(generator, fields::GEN_STATE, suspended);
    let (kind, result) = m.yielding(value)?;
    m.pop_frame();
    // A yielded value: a `for_iter` or `send` goes on with the next instruction.
    debug_assert!(
        matches!(
            kind,
            kind::FOR_ITER | kind::SEND | kind::FOR_ITER_LINK | kind::SEND_LINK
        ),
        "generators are resumed by loops and sends"
    );
    m.set_reg(i32::from(result), value);
    Ok(matches!(kind, kind::SEND | kind::SEND_LINK) && next_is(m, Op::YieldDelegated))
}

/// The running generator returns.
#[inline(always)]
pub(crate) fn finish<M: Machine>(m: &mut M, word: Word) -> Next {
    let value = m.reg(a(word));
    m.outlined(move |m| finish_with(m, value))
}

fn finish_with<M: Machine>(m: &mut M, value: M::Val) -> Next {
    let generator = m.frame_extra();
    if !generator.is_set().yes() {
        // Returned before the generator object was made: cannot happen in compiled code.
        return leave::leave_with(m, value);
    }
    let generator = generator.reference();
    let parent = parent_of(m, generator);
    let finished = m.int(state::FINISHED);
    m.store_int(generator, fields::GEN_STATE, finished);
    let (kind, result) = m.returning(value)?;
    m.pop_frame();
    match parent {
        Some(parent) => take_over(m, &parent, kind, result, Some(value)),
        None => leave::deliver(m, kind, result, value),
    }
}

/// The generator that takes the place of the end of a chain once that is done.
pub(crate) struct Parent<'a, M: Machine> {
    generator: M::Val,
    code: &'a CodeData,
    pc: u32,
    /// The chain's beginning, if the generator is not that itself.
    beginning: Option<M::Val>,
}

/// What delegates to a running generator that was resumed in the place of a chain's beginning.
#[inline(always)]
pub(crate) fn parent_of<'a, M: Machine>(m: &mut M, generator: M::Ref) -> Option<Parent<'a, M>> {
    let beginning = generator.load_val(fields::GEN_LINK);
    if !beginning.is_set().yes() {
        return None;
    }
    let parent = generator.load_val(fields::GEN_PARENT);
    let (code, pc) = place_of(m, parent.reference());
    let first = parent.same(beginning).yes();
    Some(Parent {
        generator: parent,
        code,
        pc,
        beginning: (!first).then_some(beginning),
    })
}

/// A generator takes the place of the one that it delegated to, whose frame of this kind is gone: with its result behind the `send`, or (none)
/// with the pending exception at it.
pub(crate) fn take_over<M: Machine>(
    m: &mut M,
    parent: &Parent<'_, M>,
    kind: u16,
    result: u16,
    value: Option<M::Val>,
) -> Next {
    let &Parent { code, pc, .. } = parent;
    let object = parent.generator.reference();
    let restored = restore(m, parent.generator, code, pc);
    // The `send` stands with its cache before the `yield_delegated`.
    // SAFETY: words of the code.
    let send = Word(unsafe { *code.block.words.add(pc as usize - 3) });
    debug_assert_eq!(send.op_number(), Op::Send as u8, "a link of a chain");
    let mut pc = pc - 1;
    if let Some(value) = value {
        m.set_reg(restored.window + a(send), value);
        pc = pc.wrapping_add_signed(i32::from(send.c_signed()));
    }
    let kind = match parent.beginning {
        Some(beginning) => {
            m.store_val(beginning.reference(), fields::GEN_LINK, parent.generator);
            m.store_val(object, fields::GEN_LINK, beginning);
            kind
        }
        None => {
            let unset = m.unset();
            m.store_val(object, fields::GEN_LINK, unset);
            kind::of_beginning(kind)
        }
    };
    restored.run(m, pc, result, kind)
}

/// An exception leaves the running generator. Gives what it goes on in, if that is not who resumed it.
pub(crate) fn raised_out<'a, M: Machine>(m: &mut M) -> Result<Option<Parent<'a, M>>, Leave> {
    let generator = m.frame_extra();
    if !generator.is_set().yes() {
        return Ok(None);
    }
    let parent = parent_of(m, generator.reference());
    if parent.is_some() {
        m.leave_trace();
    }
    let _ = m.call_void(&opaque::GENERATOR_RAISED, [Arg::Val(generator)]);
    Ok(parent)
}

/// `yield from`/`await`: one step, and those of the generators that the resumed one delegates to.
pub(crate) fn send<M: Machine>(m: &mut M, mut word: Word) -> Next {
    loop {
        m.skip(1);
        let (sent, iterator) = (m.reg(a(word)), m.reg(b(word)));
        let Some(step) = sendable(m, iterator, sent) else {
            return send_other(m, word, iterator, sent);
        };
        let kind = if step.linked {
            kind::SEND_LINK
        } else {
            kind::SEND
        };
        if !resume(m, &step, sent, word.a(), kind)? {
            return Ok(());
        }
        m.checkpoint()?;
        word = Word(m.fetch());
    }
}

/// What sending this value resumes, if it can be resumed here.
#[inline(always)]
fn sendable<'a, M: Machine>(m: &mut M, iterator: M::Val, sent: M::Val) -> Option<Step<'a, M>> {
    if !is_generator(iterator) {
        return None;
    }
    // What is sent to a generator that has not started must be None: the slow way complains.
    let created = m.int(state::CREATED);
    let current = iterator.reference().load_int(fields::GEN_STATE);
    if current.equals(created).yes() && !sent.is(ty::none()).yes() {
        return None;
    }
    step(m, iterator)
}

/// A generator or coroutine.
#[inline(always)]
fn is_generator<V: ValOps>(value: V) -> bool {
    if !value.is_ref().yes() {
        return false;
    }
    let class = value.reference().load_ref(fields::TYPE);
    class.is_address(types::GENERATOR.as_ref().address()).yes()
        || class.is_address(types::COROUTINE.as_ref().address()).yes()
}

/// A step of any other iterator.
#[inline(never)]
fn send_other<M: Machine>(m: &mut M, word: Word, iterator: M::Val, sent: M::Val) -> Next {
    let result_register = m.window_top();
    let area = m.argument_area(result_register, 0);
    let value = m.call_val(
        &opaque::SEND,
        [Arg::Val(iterator), Arg::Val(sent), Arg::Ref(area)],
    )?;
    let zero = m.int(0);
    let result = area.item_val(call::WINDOW_ITEM, zero);
    m.set_reg(a(word), result);
    let returned = !value.is_set();
    m.branch_or_set(returned, i32::from(word.c_signed()), a(word), value);
    Ok(())
}

/// A generator resumed by `send` has returned `value`. pc stands after the `send`.
pub(crate) fn end_of_send<M: Machine>(m: &mut M, result: u16, value: M::Val) {
    // SAFETY: the word before the cache is the instruction that resumed the generator.
    let word = Word(unsafe { *m.word_at(-2) });
    m.set_reg(i32::from(result), value);
    m.jump(i32::from(word.c_signed()));
}

pub(crate) fn get_yield_from_iter<M: Machine>(m: &mut M, word: Word) -> Next {
    let iterable = m.reg(b(word));
    // SAFETY: the machine's code is live.
    let code = unsafe { CodeData::of(m.code()) };
    let in_coroutine = code.has(CodeFlags::COROUTINE) || code.has(CodeFlags::ITERABLE_COROUTINE);
    if iterable.is_ref().yes() {
        let object = iterable.reference();
        if object
            .load_ref(fields::TYPE)
            .is_address(types::GENERATOR.as_ref().address())
            .yes()
        {
            start_delegating(m);
            m.set_reg(a(word), iterable);
            return Ok(());
        }
    }
    // A plain instance whose `__iter__` is a generator function: call it as guest code.
    if let Some(method) = iter_method(m, iterable) {
        let code = call::code_of(m, method.reference());
        start_delegating(m);
        return call::call_code_with(m, method, code, &[iterable], word.a(), kind::PLAIN);
    }
    start_delegating(m);
    let flag = m.int(i64::from(in_coroutine));
    let iterator = m.call_val(
        &opaque::YIELD_FROM_ITER,
        [Arg::Val(iterable), Arg::Int(flag)],
    )?;
    m.set_reg(a(word), iterator);
    Ok(())
}

/// The Python `__iter__` of a plain instance, if it is a generator function (whose result needs no check).
pub(crate) fn iter_method<M: Machine>(m: &mut M, iterable: M::Val) -> Option<M::Val> {
    if !iterable.is_ref().yes() {
        return None;
    }
    let is_plain_generator = |code: &CodeData| {
        code.simple
            && code.code.arg_count == 1
            && code.has(CodeFlags::GENERATOR)
            && !code.has(CodeFlags::ASYNC_GENERATOR)
    };
    let name = |names: &Names| names.__iter__.str();
    special::class_function(m, iterable, name, is_plain_generator)
}

pub(crate) fn get_awaitable<M: Machine>(m: &mut M, word: Word) -> Next {
    let awaitable = m.reg(b(word));
    start_delegating(m);
    let context = m.int(i64::from(word.d()));
    let iterator = m.call_val(
        &opaque::GET_AWAITABLE,
        [Arg::Val(awaitable), Arg::Int(context)],
    )?;
    m.set_reg(a(word), iterator);
    Ok(())
}

pub(crate) fn get_aiter<M: Machine>(m: &mut M, word: Word) -> Next {
    let iterable = m.reg(b(word));
    let iterator = m.call_val(&opaque::GET_AITER, [Arg::Val(iterable)])?;
    m.set_reg(a(word), iterator);
    Ok(())
}

pub(crate) fn get_anext<M: Machine>(m: &mut M, word: Word) -> Next {
    let iterator = m.reg(b(word));
    let awaitable = m.call_val(&opaque::GET_ANEXT, [Arg::Val(iterator)])?;
    m.set_reg(a(word), awaitable);
    Ok(())
}

pub(crate) fn end_async_for<M: Machine>(m: &mut M, word: Word) -> Next {
    let exception = m.reg(a(word));
    let class = m.val(types::StopAsyncIteration.value());
    let matches = m.call_int(&opaque::EXC_MATCH, [Arg::Val(exception), Arg::Val(class)])?;
    let zero = m.int(0);
    if matches.differs(zero).yes() {
        m.jump(word.imm32());
        return Ok(());
    }
    m.raise(exception)
}
