//! [`Jit`]: the driver's state.

use crate::backoff::Backoff;
use crate::compile::make_backend;
use crate::driver::Running;
use crate::language::Language;
use crate::raw;
use crate::roots::ContextRoots;
use crate::stats::{Clock, Stats};
use crate::stress::Forced;
use crate::table::Table;
use crate::version::Held;
use coil_backend::Backend;
use coil_frame::{CodeBlock, Context, FrameRecord};
use coil_heap::RootSetId;
use coil_machine::MachineState;
use coil_options::{Options, Section};
use coil_record::{Environment, TraceBuf};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::time::Instant;

/// The driver of one context.
pub struct Jit {
    pub(crate) options: Options,
    pub(crate) language: Language,
    /// None when the system gives no executable memory, or the JIT is off.
    pub(crate) backend: Option<Box<dyn Backend>>,
    pub(crate) table: Table,
    pub(crate) loops: FxHashMap<(usize, u32), u32>,
    pub(crate) functions: FxHashMap<usize, u32>,
    pub(crate) resumes: FxHashMap<(usize, u32), u32>,
    /// Places in code where traces ended because compiled code to resume a frame there was missing.
    pub(crate) wanted_resumes: RefCell<FxHashSet<(usize, u32)>>,
    /// Entry traces by the address of their entry.
    pub(crate) owners: FxHashMap<usize, u32>,
    /// Returns to a place without compiled code.
    pub(crate) returns: FxHashMap<(usize, u32), u64>,
    pub(crate) backoff: Backoff,
    /// Traces that depend on a cell, by its address.
    pub(crate) dependents: FxHashMap<usize, Vec<u32>>,
    /// How often a cell changed under a trace.
    pub(crate) changes: FxHashMap<usize, u64>,
    /// The recording in progress.
    pub(crate) recording: Cell<*const TraceBuf>,
    /// The trace being compiled; its constants are roots.
    pub(crate) compiling: Vec<u64>,
    /// A bridge that waits for a version of its loop.
    pub(crate) held: Option<Held>,
    /// Runs of compiled code on the native stack, outermost first.
    pub(crate) running: Vec<Running>,
    /// Registers from the start of a trace's root window that any trace may use.
    pub(crate) window_extent: usize,
    /// The most spill slots that a trace uses.
    pub(crate) spill_extent: usize,
    /// Counts invalidations.
    pub(crate) epoch: u64,
    /// Stress modes.
    pub(crate) forced: Forced,
    /// Whose time it is, while statistics are wanted.
    pub(crate) clock: Clock,
    pub(crate) stats: Stats,
    pub(crate) start: Instant,
    /// When the first place got hot.
    pub(crate) first_hot: OnceCell<Instant>,
    machine: Box<MachineState>,
    cx: *mut Context,
}

impl fmt::Debug for Jit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jit").field("stats", &self.stats).finish()
    }
}

/// A driver attached to a context. Dropping it writes the statistics.
#[derive(Debug)]
pub struct AttachedJit {
    jit: *mut Jit,
    roots: RootSetId,
}

impl Jit {
    /// Attaches a driver, the machines' state and the roots of the stacks to a context whose mutator is set.
    ///
    /// # Safety
    /// The context and its mutator live, and do not move, until the driver is dropped; the language's functions keep its contract.
    pub unsafe fn attach(cx: *mut Context, language: Language, options: &Options) -> AttachedJit {
        let mut machine = Box::new(MachineState::new(language.hooks));
        let mut backend = None;
        if !options.jit.off {
            match make_backend(options) {
                Ok(made) => backend = Some(made),
                Err(error) => options
                    .log
                    .line(Section::JitCompile, format_args!("no backend: {error}")),
            }
        }
        if backend.is_some() {
            machine.set_loop_threshold(options.jit.threshold.max(1));
            machine.function_threshold =
                u32::try_from(options.jit.function_threshold.max(1)).unwrap_or(u32::MAX);
        }
        let jit = Box::into_raw(Box::new(Jit {
            options: options.clone(),
            language,
            backend,
            table: Table::default(),
            loops: FxHashMap::default(),
            functions: FxHashMap::default(),
            resumes: FxHashMap::default(),
            wanted_resumes: RefCell::default(),
            owners: FxHashMap::default(),
            returns: FxHashMap::default(),
            backoff: Backoff::default(),
            dependents: FxHashMap::default(),
            changes: FxHashMap::default(),
            recording: Cell::new(std::ptr::null()),
            compiling: Vec::new(),
            held: None,
            running: Vec::new(),
            window_extent: 0,
            spill_extent: 0,
            epoch: 0,
            forced: Forced::default(),
            clock: Clock::new(options.stats.wanted()),
            stats: Stats::default(),
            start: Instant::now(),
            first_hot: OnceCell::new(),
            machine,
            cx,
        }));
        // SAFETY: just made.
        let state = unsafe { &raw mut *(*jit).machine };
        // SAFETY: by contract.
        let context = unsafe { &mut *cx };
        context.machine = state.cast();
        context.jit = jit.cast();
        // SAFETY: by contract.
        let mutator = unsafe { &*context.mutator };
        let roots = mutator.add_roots(Box::new(ContextRoots {
            cx,
            jit,
            seen: Cell::default(),
        }));
        AttachedJit { jit, roots }
    }

    /// The driver of a context.
    ///
    /// # Safety
    /// [`Jit::attach`] was called for it, and no other reference to the driver is in use.
    pub(crate) unsafe fn of<'a>(cx: *mut Context) -> &'a mut Jit {
        // SAFETY: by contract.
        let jit = unsafe { (*cx).jit };
        // SAFETY: by contract.
        unsafe { &mut *jit.cast::<Jit>() }
    }

    /// Counters so far.
    pub fn stats(&self) -> Stats {
        let mut stats = self.stats.clone();
        stats.total_ns = nanoseconds(self.start);
        stats.compiled_ns = self.clock.compiled_ns();
        // SAFETY: the context outlives the driver.
        let heap = unsafe { raw::mutator(self.cx) }.heap().counters();
        stats.minors = heap.minors;
        stats.majors = heap.majors;
        stats.pauses_ns = heap.pauses.total_ns;
        stats.longest_pause_ns = heap.pauses.max_ns;
        stats.minor_ns = heap.minor_ns;
        stats.major_ns = heap.major_ns;
        stats.allocated_bytes = heap.allocated_bytes;
        stats.survived_bytes = heap.survived_bytes;
        stats.large_bytes = heap.large_bytes;
        stats.live_bytes = heap.live_bytes;
        stats.used_bytes = heap.used_bytes;
        stats.peak_bytes = heap.peak_bytes;
        stats.returned_bytes = heap.returned_bytes;
        if let Some(backend) = &self.backend {
            stats.code_bytes = backend.stats().used_bytes as u64;
        }
        stats
    }

    pub(crate) fn is_recording(&self) -> bool {
        !self.recording.get().is_null()
    }

    /// Words of constants that must stay in place, of the traces from a number on.
    pub(crate) fn kept(&self, from: usize, f: &mut dyn FnMut(&[u64])) {
        // A trace that is no longer valid may be running.
        for trace in self.table.iter_from(from) {
            f(&trace.keep);
        }
        f(&self.compiling);
        if let Some(held) = &self.held {
            f(&held.recorded.keep);
        }
        // SAFETY: set only while the buffer lives.
        if let Some(buf) = unsafe { self.recording.get().as_ref() } {
            buf.kept(|words| f(words));
        }
    }

    /// Records of the root frames of running traces.
    pub(crate) fn running_roots(&self) -> Vec<*const FrameRecord> {
        let mut roots: Vec<*const FrameRecord> = self
            .running
            .iter()
            .filter_map(|run| run.suspended())
            .collect();
        if !self.running.is_empty() {
            // SAFETY: the context lives as long as the driver.
            roots.push(unsafe { (*self.cx).frame_top });
        }
        roots
    }

    pub(crate) fn log(&self, section: Section, text: fmt::Arguments<'_>) {
        self.options.log.line(section, text);
    }

    pub(crate) fn name_of(&self, code: *const CodeBlock) -> String {
        (self.language.name_of)(code)
    }
}

pub(crate) fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

impl AttachedJit {
    /// Counters so far.
    pub fn stats(&self) -> Stats {
        // SAFETY: attached; the caller is not inside of `run`, which borrows the context's owner.
        unsafe { &*self.jit }.stats()
    }

    /// Exit sites of valid traces that were taken, for tests: trace, site, op, count.
    pub fn exits(&self) -> Vec<(u32, u32, &'static str, u64)> {
        // SAFETY: as above.
        let jit = unsafe { &*self.jit };
        let mut list = Vec::new();
        for trace in jit.table.iter() {
            for (number, site) in trace.sites.iter().enumerate() {
                if site.count > 0 {
                    list.push((
                        trace.code.number,
                        u32::try_from(number).unwrap_or(u32::MAX),
                        site.op.text(),
                        u64::from(site.count),
                    ));
                }
            }
        }
        list
    }
}

impl Drop for AttachedJit {
    fn drop(&mut self) {
        // SAFETY: made by `attach`, dropped once.
        let jit = unsafe { Box::from_raw(self.jit) };
        let stats = jit.stats();
        let _ = jit.options.stats.write(&stats.json());
        // SAFETY: the context outlives the driver.
        let cx = unsafe { &mut *jit.cx };
        // SAFETY: the mutator outlives the driver.
        unsafe { &*cx.mutator }.remove_roots(self.roots);
        cx.machine = std::ptr::null_mut();
        cx.jit = std::ptr::null_mut();
    }
}

/// What the Recorder asks, answered from the driver's tables.
pub(crate) struct Answers(pub(crate) *mut Jit);

impl Answers {
    fn jit(&self) -> &Jit {
        // SAFETY: J1: no reference to the driver is held while guest code runs, and this one ends with each answer.
        unsafe { &*self.0 }
    }
}

impl Environment for Answers {
    fn loop_target(&self, code: *const CodeBlock, header: u32) -> Option<u32> {
        self.jit().loops.get(&(code.addr(), header)).copied()
    }

    fn function_target(&self, code: *const CodeBlock) -> Option<u32> {
        self.jit().functions.get(&code.addr()).copied()
    }

    fn resume_target(&self, code: *const CodeBlock, pc: u32) -> Option<u32> {
        self.jit().resumes.get(&(code.addr(), pc)).copied()
    }

    fn want_resume(&self, code: *const CodeBlock, pc: u32) {
        self.jit()
            .wanted_resumes
            .borrow_mut()
            .insert((code.addr(), pc));
    }

    fn volatile(&self, cell: *const u32) -> bool {
        let jit = self.jit();
        let changes = jit.changes.get(&cell.addr()).copied().unwrap_or(0);
        // SAFETY: version cells are words of live objects.
        changes >= jit.options.jit.watch_limit || coil_machine::often_written(unsafe { *cell })
    }

    fn inner_loop(&self, slot: *mut u64) {
        let threshold = self.jit().options.jit.threshold.max(1);
        // SAFETY: a cache word of running code.
        unsafe { slot.write(threshold) };
    }
}
