//! What a tiny language needs besides its handlers: code blocks from words, a heap with boxed numbers, hooks, and a run loop.
//!
//! A language that is more than an example brings its own. See `examples/brainfuck` for the whole of one that uses this.

use crate::driver::{Outcome, push_root, run};
use crate::jit::{AttachedJit, Jit};
use crate::language::{Language, heap_config};
use crate::raw;
use crate::stats::Stats;
use coil_frame::{CodeBlock, Context, Events};
use coil_heap::{AttachedMutator, FIRST_FREE_LAYOUT, Heap, Layout, LayoutTable};
use coil_machine::{Access, Barrier, Direct, DirectVal, Field, Hooks, Leave, Machine, Next};
use coil_options::{Options, Sink};
use coil_record::Recorder;
use coil_value::{LayoutId, Value};
use std::fmt;

/// A tiny language: what one instruction does.
pub trait Tiny: 'static {
    /// Executes the instruction at pc.
    ///
    /// # Errors
    /// As handlers do.
    fn step<M: Machine>(m: &mut M) -> Next;

    /// An exception is pending at the present pc: finds a handler, popping frames. The default pops all; the caller of the root finds
    /// the exception in `Context::pending`.
    ///
    /// # Errors
    /// `Raised` when the exception leaves the root frame.
    fn unwind<M: Machine>(m: &mut M) -> Next {
        loop {
            m.unwinding()?;
            m.pop_frame();
        }
    }

    /// Delivers what a frame of a kind other than 0 returns.
    ///
    /// # Errors
    /// As handlers do.
    fn deliver<M: Machine>(m: &mut M, value: M::Val) -> Next {
        let (_, result) = m.returning(value)?;
        m.pop_frame();
        m.set_reg(i32::from(result), value);
        Ok(())
    }
}

/// The address that the running code's owner gave it: the language's own data.
pub fn owner<M: Machine>(m: &M) -> M::Ref {
    // SAFETY: the running code is live.
    let owner = unsafe { (*m.code()).owner };
    m.address(owner.expose_provenance())
}

/// Items from an address on, of an alias class.
pub const fn items(access: Access, alias: u32) -> Field {
    Field {
        offset: 0,
        access,
        alias,
        immutable: false,
        barrier: Barrier::None,
    }
}

fn run_loop<M: Machine, T: Tiny>(m: &mut M, raised: bool) -> Leave {
    let mut next = if raised { Err(Leave::Raised) } else { Ok(()) };
    loop {
        next = match next {
            Ok(()) => match m.checkpoint() {
                Ok(()) => T::step(m),
                Err(leave) => return leave,
            },
            Err(Leave::Stop) => return Leave::Stop,
            Err(Leave::Raised) => match T::unwind(m) {
                Err(Leave::Raised) => return Leave::Raised,
                other => other,
            },
        };
    }
}

fn run_direct<T: Tiny>(m: &mut Direct, raised: bool) -> Leave {
    let mut local = *m;
    let leave = run_loop::<Direct, T>(&mut local, raised);
    *m = local;
    leave
}

fn run_recorder<T: Tiny>(m: &mut Recorder<'_>, raised: bool) -> Leave {
    run_loop::<Recorder<'_>, T>(m, raised)
}

fn deliver<T: Tiny>(m: &mut Direct, value: DirectVal) -> Next {
    T::deliver(m, value)
}

/// Layout of a boxed number.
pub const BOX: LayoutId = FIRST_FREE_LAYOUT;
/// First layout for the language's own objects.
pub const FIRST_OWN_LAYOUT: LayoutId = LayoutId(FIRST_FREE_LAYOUT.0 + 1);

fn boxed(cx: *mut Context, bits: u64) -> u64 {
    // SAFETY: hooks are called with an attached context.
    let mutator = unsafe { raw::mutator(cx) };
    match mutator.alloc(BOX, None, 24) {
        Ok(object) => {
            // SAFETY: the object's only field.
            unsafe { object.field_ptr::<u64>(16).write(bits) };
            Value::from_ref(object).bits()
        }
        Err(_) => {
            // SAFETY: as above.
            unsafe { (*cx).pending = NO_MEMORY.bits() };
            0
        }
    }
}

extern "C" fn box_int(cx: *mut Context, int: i64) -> u64 {
    boxed(cx, int.cast_unsigned())
}

extern "C" fn box_float(cx: *mut Context, float: f64) -> u64 {
    boxed(cx, float.to_bits())
}

extern "C" fn unbox_int(bits: u64, out: *mut i64) -> bool {
    // SAFETY: a valid guest value.
    let object = unsafe { Value::from_bits(bits) }.and_then(Value::as_ref);
    let Some(object) = object.filter(|object| object.layout() == BOX) else {
        return false;
    };
    // SAFETY: the object's only field.
    let int = unsafe { object.field_ptr::<i64>(16).read() };
    // SAFETY: the caller gives a place.
    unsafe { out.write(int) };
    true
}

/// The exception of a tiny language when its stack is exhausted.
pub const STACK_OVERFLOW: Value = Value::from_small_int_unchecked(-1);
/// The exception of a tiny language when memory is refused.
pub const NO_MEMORY: Value = Value::from_small_int_unchecked(-2);
/// The exception of a tiny language when it is interrupted ([`Events::INTERRUPT`]).
pub const INTERRUPTED: Value = Value::from_small_int_unchecked(-3);

extern "C" fn stack_overflow(cx: *mut Context) {
    // SAFETY: hooks are called with an attached context.
    unsafe { (*cx).pending = STACK_OVERFLOW.bits() };
}

extern "C" fn event(cx: *mut Context) -> bool {
    // SAFETY: hooks are called with an attached context.
    let cx = unsafe { &mut *cx };
    let events = cx.events.swap(0, std::sync::atomic::Ordering::Relaxed);
    if events & Events::SAFEPOINT != 0 {
        // SAFETY: attached.
        unsafe { &*cx.mutator }.safepoint();
    }
    if events & Events::INTERRUPT != 0 {
        cx.pending = INTERRUPTED.bits();
        return true;
    }
    false
}

fn name_of(code: *const CodeBlock) -> String {
    format!("{:#x}", code.addr())
}

/// The driver's description of a tiny language.
pub fn language<T: Tiny>(name: &'static str) -> Language {
    Language {
        name,
        run_direct: run_direct::<T>,
        run_recorder: run_recorder::<T>,
        deliver: deliver::<T>,
        hooks: Hooks {
            box_int,
            box_float,
            unbox_int,
            stack_overflow,
            event,
        },
        name_of,
    }
}

/// Code made of words. It must outlive the [`Guest`]s that run it.
pub struct Code {
    block: Box<CodeBlock>,
    _words: Vec<u64>,
    _consts: Vec<u64>,
    _depth: Vec<u16>,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code")
            .field("words", &self.block.word_count)
            .finish()
    }
}

impl Code {
    /// Code with this many registers, the first `named` of which are always live; `depth` says per word how many hold values. `owner` is the
    /// language's own.
    pub fn new(
        words: Vec<u64>,
        consts: Vec<u64>,
        depth: Vec<u16>,
        registers: u16,
        named: u16,
        owner: *const u8,
    ) -> Code {
        assert_eq!(words.len(), depth.len(), "a depth per word");
        let (mut words, consts, depth) = (words, consts, depth);
        let block = Box::new(CodeBlock {
            words: words.as_mut_ptr(),
            consts: consts.as_ptr(),
            entry: std::ptr::null(),
            depth: depth.as_ptr(),
            word_count: u32::try_from(words.len()).expect("code of less than 2^32 words"),
            hot: 0,
            register_count: registers,
            named_count: named,
            flags: 0,
            owner,
        });
        Code {
            block,
            _words: words,
            _consts: consts,
            _depth: depth,
        }
    }

    /// Code whose registers are all named.
    pub fn flat(words: Vec<u64>, registers: u16, owner: *const u8) -> Code {
        let depth = vec![registers; words.len()];
        Code::new(words, Vec::new(), depth, registers, registers, owner)
    }

    /// The block.
    pub fn block(&self) -> *const CodeBlock {
        &raw const *self.block
    }
}

/// A thread that runs a tiny language.
pub struct Guest {
    jit: Option<AttachedJit>,
    // Dropped in this order: the driver's roots go before the mutator, which goes before the context.
    mutator: AttachedMutator,
    context: Box<Context>,
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guest")
    }
}

impl Guest {
    /// A thread for a language whose objects have these layouts (from [`FIRST_OWN_LAYOUT`] on).
    ///
    /// # Errors
    /// When the system gives no memory for stacks or heap.
    pub fn new(
        language: Language,
        layouts: Vec<Layout>,
        options: &Options,
    ) -> std::io::Result<Guest> {
        let mut table = LayoutTable::new();
        table.define(BOX, Layout::fixed("number", 24));
        for (number, layout) in (FIRST_OWN_LAYOUT.0..).zip(layouts) {
            table.define(LayoutId(number), layout);
        }
        let heap = Heap::new(heap_config(options), table).map_err(std::io::Error::other)?;
        let mutator = heap.attach();
        let mut context = Box::new(Context::new()?);
        context.mutator = &raw const *mutator;
        // SAFETY: the context is boxed; `Guest` drops the driver first.
        let jit = unsafe { Jit::attach(&raw mut *context, language, options) };
        Ok(Guest {
            jit: Some(jit),
            mutator,
            context,
        })
    }

    /// The context.
    pub fn context(&mut self) -> *mut Context {
        &raw mut *self.context
    }

    /// The allocator.
    pub fn mutator(&self) -> &AttachedMutator {
        &self.mutator
    }

    /// Runs code to its end: what it returns (none is unset).
    ///
    /// # Errors
    /// The bits of the exception that it raised.
    pub fn run(&mut self, code: &Code, args: &[Value]) -> Result<Option<Value>, u64> {
        let cx = self.context();
        let args: Vec<u64> = args.iter().map(|value| value.bits()).collect();
        // SAFETY: the context is attached; the code outlives the run.
        let pushed = unsafe { push_root(cx, code.block(), 0, &args, 0) };
        // SAFETY: a root frame was just pushed.
        if pushed && let Outcome::Returned(value) = unsafe { run(cx) } {
            return Ok(value);
        }
        Err(std::mem::take(&mut self.context.pending))
    }

    /// Counters of the driver.
    pub fn stats(&self) -> Stats {
        self.jit
            .as_ref()
            .map(AttachedJit::stats)
            .unwrap_or_default()
    }

    /// The driver.
    pub fn jit(&self) -> &AttachedJit {
        self.jit.as_ref().expect("until it is dropped")
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.jit = None;
        self.context.mutator = std::ptr::null();
    }
}

/// Options from the environment; a mistake in them is told on standard error and ends the process.
pub fn options_or_exit() -> Options {
    Options::from_env().unwrap_or_else(|error| {
        Sink::Stderr.write(&format!("{error}\n"));
        std::process::exit(2)
    })
}
