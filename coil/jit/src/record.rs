//! A recording, and the installation of what comes of it.

use crate::backoff::Place;
use crate::compile::{Links, count_calls, count_ops};
use crate::driver::{Outcome, Step, finish_root};
use crate::jit::{Answers, Jit, nanoseconds};
use crate::raw;
use crate::regret::{Visits, early_end};
use crate::runtime::RUNTIME;
use crate::table::{self, Entry, Site};
use crate::version::Held;
use coil_backend::Kind;
use coil_frame::Context;
use coil_machine::{Leave, MachineState, StopReason};
use coil_options::{DumpKind, Section};
use coil_record::{Limits, Recorded, Recorder, Start, TraceBuf};
use coil_trace::{Compiled, CompiledEnd, End, Exit, Op, SnapshotId, Trace};
use std::time::Instant;

/// Values that the exit of a trace may have; traces with more are refused.
pub(crate) const MAX_LEAVES: usize = 256;

/// Recording and compiling may take this long before their share of the running time is looked at.
const FREE_NS: u64 = 100_000;
/// A function that returns after fewer bytecodes than this is interpreted where the interpreter calls it; traces inline it anyway.
const SHORT_BYTECODES: u64 = 20;
/// After this time all places get their full share.
const RAMP_NS: u64 = 20_000_000;
/// The part of the full share that loops get from the start.
const LOOPS_AT_FIRST: u64 = 4;

impl Jit {
    /// Records from the present state, compiles, installs. The guest program goes on meanwhile.
    ///
    /// # Safety
    /// Attached, and the innermost record is in the state that `start` says.
    pub(crate) unsafe fn record(
        cx: *mut Context,
        place: Place,
        entry: Entry,
        start: Start,
        raised: bool,
    ) -> Step {
        let go = if raised { Step::Unwind } else { Step::Go };
        // SAFETY: by contract.
        let jit = unsafe { Jit::of(cx) };
        if jit.is_recording()
            || jit.backend.is_none()
            || !jit.affordable(place)
            || !jit.backoff.may_record(place)
        {
            jit.cool(entry);
            return go;
        }
        let number = jit.table.reserve();
        let limit = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let options = &jit.options.jit;
        let limits = Limits {
            max_ops: limit(options.max_ops),
            max_depth: limit(options.max_depth.max(1)),
            max_recursion: limit(options.max_recursion),
            chop: options.chop,
            fail_guard: options.fail_guard,
            stress: jit.forced.stress(options),
        };
        jit.stats.recordings += 1;
        let language = jit.language;
        let buf = TraceBuf::new();
        jit.recording.set(&raw const buf);
        let begin = Instant::now();
        let answers = Answers(&raw mut *jit);
        // SAFETY: by contract.
        let mut recorder =
            unsafe { Recorder::new(cx, &buf, &answers, limits, &start, raised, number) };
        let leave = (language.run_recorder)(&mut recorder, raised);
        let recorded = recorder.finish();
        // SAFETY: by contract.
        let jit = unsafe { Jit::of(cx) };
        // The constants are roots until the trace is in the table.
        jit.compiling.clone_from(&recorded.keep);
        jit.recording.set(std::ptr::null());
        jit.stats.record_ns += nanoseconds(begin);
        jit.stats.bytecodes += recorded.bytecodes;
        jit.stats.most_guards = jit.stats.most_guards.max(recorded.guards);
        let installed = jit.install(number, entry, recorded, place, true);
        if let Err(reason) = &installed {
            jit.stats.abort(reason);
            jit.table.give_back(number);
            jit.cool(entry);
        }
        jit.compiling.clear();
        // SAFETY: attached.
        let state = unsafe { MachineState::of(cx) };
        let stop = std::mem::take(&mut state.stop);
        if leave == Leave::Raised {
            // SAFETY: the root's record is the innermost.
            unsafe { raw::pop(cx) };
            return Step::Done(Outcome::Raised);
        }
        if stop == StopReason::Returned {
            // SAFETY: attached; the root's record is the innermost.
            return unsafe { finish_root(cx) };
        }
        if let Ok(Some(held)) = installed {
            // SAFETY: attached; the recording ended at the loop's header.
            return unsafe { Jit::record_version(cx, held) };
        }
        // An exception may be pending for the handler that pc stands at; one that is to be unwound has been.
        Step::Go
    }

    /// Whether recording and compiling have taken little enough of the time since the first place got hot. Shares grow, since a program may turn
    /// out to be short; loops get a part of theirs at once, which pays off soon, while functions, bridges and places after calls are many.
    fn affordable(&self, place: Place) -> bool {
        let full = self.options.jit.pace;
        let elapsed = nanoseconds(*self.first_hot.get_or_init(Instant::now));
        let ramp = full * elapsed.min(RAMP_NS) / RAMP_NS;
        let percent = match place {
            Place::Loop(_) | Place::Version(_) => ramp.max(full / LOOPS_AT_FIRST),
            _ => ramp,
        };
        let spent = self.stats.record_ns + self.stats.optimise_ns + self.stats.compile_ns;
        full == 0 || spent < FREE_NS + elapsed / 100 * percent
    }

    /// The counters of a place that is not recorded now start again.
    fn cool(&mut self, entry: Entry) {
        if let Entry::Function(code) = entry {
            // SAFETY: live code; the counter is the toolkit's own.
            unsafe { raw::set_hot(code, 0) };
        }
    }

    /// Compiles a recorded trace and puts it to use; or holds it back, if that is allowed, until there is a version of its loop that fits.
    pub(crate) fn install(
        &mut self,
        number: u32,
        entry: Entry,
        recorded: Recorded,
        place: Place,
        may_hold: bool,
    ) -> Result<Option<Held>, String> {
        let max_tries = self.options.jit.max_tries.max(1);
        let mut abort = recorded.abort;
        let changed = |cell: usize, version: u32| {
            let cell = std::ptr::with_exposed_provenance::<u32>(cell);
            // SAFETY: version cells are never freed.
            unsafe { *cell != version }
        };
        if abort.is_none()
            && recorded
                .cells
                .iter()
                .any(|&(cell, version)| changed(cell, version))
        {
            abort = Some(coil_record::Abort::CellChanged);
            // What changes a cell is in the trace itself, or near: soon traces will load it.
            for &(cell, version) in &recorded.cells {
                if changed(cell, version) {
                    *self.changes.entry(cell).or_default() += 2;
                }
            }
        }
        let title = self.title(entry);
        if let Some(reason) = abort {
            self.log(
                Section::JitAbort,
                format_args!(
                    "{title}: {} after {} bytecodes, at {}@{}",
                    reason.text(),
                    recorded.bytecodes,
                    self.name_of(recorded.at.0),
                    recorded.at.1
                ),
            );
            if self.backoff.failed(place, Some(reason), max_tries) {
                self.stats.blacklisted += 1;
            }
            return Err(reason.text().to_owned());
        }
        // A bridge that ends where it starts would only be the first of a chain.
        if matches!(entry, Entry::Bridge(..))
            && recorded.bytecodes <= 1
            && let End::Exit(end) = recorded.trace.end
            && self.same_place(entry, &recorded.trace, end)
        {
            let reason = coil_record::Abort::NoProgress.text();
            self.log(Section::JitAbort, format_args!("{title}: {reason}"));
            self.backoff.failed(place, None, 1);
            return Err(reason.to_owned());
        }
        if matches!(entry, Entry::Function(_))
            && self.options.jit.pace != 0
            && recorded.bytecodes < SHORT_BYTECODES
            && matches!(recorded.trace.end, End::Return(_))
        {
            let reason = coil_record::Abort::TooShort.text();
            self.log(Section::JitAbort, format_args!("{title}: {reason}"));
            self.backoff.failed(place, None, 1);
            return Err(reason.to_owned());
        }
        // A bridge that is nothing but the way back into a loop starts where a guard of that way failed: the state does not fit the
        // loop's label, and the loop's start takes any.
        let through_start = matches!(entry, Entry::Bridge(..)) && recorded.bytecodes <= 1;
        let begin = Instant::now();
        let optimised = self.optimise(&recorded.trace, entry, through_start);
        self.stats.optimise_ns += nanoseconds(begin);
        if let Ok((compiled, _)) = &optimised
            && may_hold
            && !through_start
            && let Some(target) = self.wants_version(entry, &recorded, &compiled.end)
        {
            return Ok(Some(Held {
                number,
                entry,
                place,
                recorded,
                target,
            }));
        }
        let compiled = optimised
            .and_then(|optimised| self.compile(number, entry, recorded, optimised, &title));
        match compiled {
            Ok(()) => Ok(None),
            Err(reason) => {
                self.log(Section::JitAbort, format_args!("{title}: {reason}"));
                if self.backoff.failed(place, None, max_tries) {
                    self.stats.blacklisted += 1;
                }
                Err(reason)
            }
        }
    }

    /// Whether a bridge ends in the frame and at the word where it starts.
    fn same_place(&self, entry: Entry, trace: &Trace, end: SnapshotId) -> bool {
        let Entry::Bridge(parent, site) = entry else {
            return false;
        };
        let Some(parent) = self.table.get(parent) else {
            return true;
        };
        let start = &parent.exits[parent.code.sites[site as usize].exit as usize].frames;
        let mut depth = 1;
        let mut at = &trace.snapshots[end.0 as usize];
        let innermost = (at.frame.code, at.frame.pc);
        while let Some(outer) = at.parent {
            depth += 1;
            at = &trace.snapshots[outer.0 as usize];
        }
        depth == start.len()
            && start
                .last()
                .is_some_and(|frame| (frame.code, frame.pc) == innermost)
    }

    fn title(&self, entry: Entry) -> String {
        match entry {
            Entry::Loop(code, at) => format!("loop {}@{at}", self.name_of(code)),
            Entry::Function(code) => format!("function {}", self.name_of(code)),
            Entry::Resume(code, at) => format!("resume {}@{at}", self.name_of(code)),
            Entry::Bridge(trace, site) => format!("bridge {trace}.{site}"),
            Entry::Version(first) => match self.table.get(first).map(|first| first.entry) {
                Some(Entry::Loop(code, at)) => format!("version {}@{at}", self.name_of(code)),
                _ => format!("version {first}"),
            },
        }
    }

    fn compile(
        &mut self,
        number: u32,
        entry: Entry,
        recorded: Recorded,
        (compiled, links): (Compiled, Links),
        title: &str,
    ) -> Result<(), String> {
        let ops_before = count_ops(&recorded.trace);
        let dump = &self.options.dump;
        if dump.on(DumpKind::Ir) {
            let text = recorded.trace.to_string();
            dump.write(DumpKind::Ir, format_args!("{number} {title}"), &text);
        }
        if dump.on(DumpKind::IrOpt) {
            let text = compiled.to_string();
            dump.write(DumpKind::IrOpt, format_args!("{number} {title}"), &text);
        }
        let ops_after = count_ops(&compiled.trace);
        let begin = Instant::now();
        let kind = match entry {
            Entry::Bridge(parent, site) => Kind::Bridge {
                parent: &self
                    .table
                    .get(parent)
                    .filter(|trace| trace.valid)
                    .ok_or("parent was invalidated")?
                    .code,
                site,
            },
            _ => Kind::Entry,
        };
        let backend = self.backend.as_mut().ok_or("no backend")?;
        // SAFETY: code blocks named by exits live as long as the language's code objects, which traces keep; the trace is well-formed.
        let code = unsafe { backend.compile(&compiled, kind, number, &RUNTIME, &self.table) };
        let code = code.map_err(|error| error.to_string())?;
        self.stats.compile_ns += nanoseconds(begin);
        let leaves = (0..code.sites.len()).map(|site| code.leaf_count(site as u32));
        if leaves.max().unwrap_or(0) > MAX_LEAVES {
            backend.free(code);
            return Err("an exit has too many values".to_owned());
        }
        if dump.on(DumpKind::Asm) {
            let text = backend.dump(&compiled, &code);
            dump.write(DumpKind::Asm, format_args!("{number} {title}"), &text);
        }
        self.log(
            Section::JitCompile,
            format_args!(
                "{number} {title}: {} bytecodes, {ops_before} -> {ops_after} ops, {} bytes",
                recorded.bytecodes, code.size_bytes
            ),
        );
        self.stats.ops_before += ops_before;
        self.stats.ops_after += ops_after;
        let insts = &compiled.trace.insts;
        self.stats.calls_after += count_calls(insts);
        if let Some(label) = compiled.labels.last() {
            let body = &insts[label.at as usize..];
            self.stats.loop_ops += body.iter().filter(|inst| inst.op != Op::Nop).count() as u64;
            self.stats.loop_calls += count_calls(body);
        }
        let sites = code.sites.iter().map(|site| Site {
            count: 0,
            op: insts
                .get(site.inst as usize)
                .map_or(Op::Nop, |inst| inst.op),
            bridged: false,
        });
        let sites = sites.collect();
        let root = match entry {
            Entry::Bridge(parent, _) => self.table.get(parent).map_or(number, |trace| trace.root),
            _ => number,
        };
        let parent = match entry {
            Entry::Bridge(parent, site) => self.table.get(parent).map(|parent| (parent, site)),
            _ => None,
        };
        let early_end = early_end(&compiled.labels, parent);
        let frames = compiled.exits.iter().flat_map(|exit| &exit.frames);
        let ends = frames.map(|frame| {
            let code = std::ptr::with_exposed_provenance::<coil_frame::CodeBlock>(frame.code);
            // SAFETY: code of exits is live.
            frame.base as usize + unsafe { raw::register_count(code) }
        });
        self.window_extent = self.window_extent.max(ends.max().unwrap_or(0));
        self.spill_extent = self.spill_extent.max(code.spill_slots as usize);
        let keep = compiled
            .trace
            .consts
            .iter()
            .map(|constant| constant.bits)
            .filter(|&bits| crate::roots::may_be_object(bits))
            .chain(recorded.keep)
            .collect();
        if let CompiledEnd::Link { target, .. } | CompiledEnd::Enter { target, .. } = compiled.end
            && let Some(target) = self.table.get_mut(target)
        {
            target.incoming.push(number);
        }
        for (cell, _) in &recorded.cells {
            self.dependents.entry(*cell).or_default().push(number);
            let word = std::ptr::with_exposed_provenance_mut::<u32>(*cell);
            // The lowest bit of a version cell says that compiled code depends on it: who changes the cell need not tell otherwise.
            // SAFETY: version cells are never freed.
            unsafe { *word |= 1 };
        }
        let mut exits = compiled.exits;
        let mut named = vec![false; exits.len()];
        for site in &code.sites {
            named[site.exit as usize] = true;
        }
        for (exit, named) in exits.iter_mut().zip(named) {
            if named {
                exit.slots.shrink_to_fit();
            } else {
                *exit = Exit::default();
            }
        }
        exits.shrink_to_fit();
        let trace = table::Compiled {
            code,
            exits,
            consts: compiled.trace.consts,
            fields: compiled.trace.fields,
            news: compiled.trace.news,
            sites,
            entry,
            root,
            bridges: 0,
            version_tries: 0,
            versions: Vec::new(),
            early_end,
            visits: Visits::default(),
            valid: true,
            incoming: Vec::new(),
            keep,
            links,
        };
        self.table.add(number, trace);
        self.link(number, entry);
        Ok(())
    }

    /// Makes the program use a trace.
    fn link(&mut self, number: u32, entry: Entry) {
        let Some(backend) = &mut self.backend else {
            return;
        };
        let backend = &mut **backend;
        let Some(trace) = self.table.get(number) else {
            return;
        };
        let address = trace.code.entry;
        if !matches!(entry, Entry::Bridge(..)) {
            self.owners.insert(address.addr(), number);
        }
        // Frames that this trace pushes go on in compiled code where there is some.
        for (point, resume) in trace.code.resume_points.iter().enumerate() {
            let key = (resume.frame.code, resume.frame.pc);
            if let Some(&known) = self.resumes.get(&key)
                && let Some(known) = self.table.get(known)
            {
                backend.patch_resume(&trace.code, point, Some(known.code.entry));
            }
        }
        match entry {
            Entry::Loop(code, header) => {
                self.stats.loops += 1;
                self.loops.insert((code.addr(), header), number);
                // SAFETY: the header's cache word, of live code.
                let slot = unsafe { raw::word_at(code, header - 1) };
                // SAFETY: as above.
                unsafe { slot.write(address.expose_provenance() as u64) };
            }
            Entry::Version(first) => {
                self.stats.versions += 1;
                if let Some(first) = self.table.get_mut(first) {
                    first.versions.push(number);
                    first.incoming.push(number);
                }
            }
            Entry::Function(code) => {
                self.stats.functions += 1;
                self.functions.insert(code.addr(), number);
                // SAFETY: live code; the field is the toolkit's own.
                unsafe { raw::set_entry(code, address) };
            }
            Entry::Resume(code, pc) => {
                self.stats.resumes += 1;
                let key = (code.addr(), pc);
                self.resumes.insert(key, number);
                for other in self.table.iter().filter(|other| other.valid) {
                    for (point, resume) in other.code.resume_points.iter().enumerate() {
                        if (resume.frame.code, resume.frame.pc) == key {
                            backend.patch_resume(&other.code, point, Some(address));
                        }
                    }
                }
            }
            Entry::Bridge(parent, site) => {
                self.stats.bridges += 1;
                if let Some(parent) = self.table.get(parent) {
                    backend.patch_exit(&parent.code, site, Some(&trace.code));
                }
                let root = trace.root;
                if let Some(parent) = self.table.get_mut(parent) {
                    parent.sites[site as usize].bridged = true;
                }
                if let Some(root) = self.table.get_mut(root) {
                    root.bridges += 1;
                }
            }
        }
    }
}
