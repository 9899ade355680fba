//! From a recorded trace to machine code.

use crate::jit::Jit;
use crate::plain;
use crate::table::{Entry, Table};
use coil_backend::{Backend, BackendError};
use coil_opt::{LabelState, LinkTargets, NoTargets};
use coil_options::{DumpKind, Options};
use coil_trace::{Compiled, CompiledEnd, Effect, Inst, Op, Trace};

/// States of a trace's labels, for links to it.
pub(crate) type Links = Vec<LabelState>;

/// The backend that options choose.
pub(crate) fn make_backend(options: &Options) -> Result<Box<dyn Backend>, BackendError> {
    let capacity = usize::try_from(options.jit.code_cache).unwrap_or(usize::MAX);
    let mut backend = if options.jit.cranelift {
        cranelift_backend(capacity)?
    } else {
        own_backend(capacity)?
    };
    backend.keep_marks(options.dump.on(DumpKind::Asm));
    Ok(backend)
}

#[cfg(feature = "cranelift")]
fn cranelift_backend(capacity: usize) -> Result<Box<dyn Backend>, BackendError> {
    Ok(Box::new(coil_backend::CraneliftBackend::new(capacity)?))
}

#[cfg(not(feature = "cranelift"))]
fn cranelift_backend(_capacity: usize) -> Result<Box<dyn Backend>, BackendError> {
    Err(BackendError::Unsupported("cranelift is not built in"))
}

#[cfg(target_arch = "x86_64")]
fn own_backend(capacity: usize) -> Result<Box<dyn Backend>, BackendError> {
    Ok(Box::new(coil_backend::X64Backend::new(capacity)?))
}

/// There is none for this processor yet: Cranelift takes its place, and without that programs are interpreted.
#[cfg(not(target_arch = "x86_64"))]
fn own_backend(capacity: usize) -> Result<Box<dyn Backend>, BackendError> {
    cranelift_backend(capacity)
}

/// Why a recorded trace is not optimised.
pub(crate) type Refusal = String;

impl Jit {
    /// The optimised form of a trace, with the states of its labels. With `through_start` a link goes through the start of its target.
    pub(crate) fn optimise(
        &self,
        trace: &Trace,
        entry: Entry,
        through_start: bool,
    ) -> Result<(Compiled, Links), Refusal> {
        let options = &self.options.jit;
        if options.verify {
            coil_trace::verify(trace).map_err(|error| format!("recorded trace: {error}"))?;
        }
        let (mut compiled, links) = if options.no_opt {
            (plain::lower(trace), Vec::new())
        } else {
            let how = coil_opt::Options {
                peel: !options.no_peel,
                bridge: matches!(entry, Entry::Bridge(..)),
                limit: usize::MAX,
                ..coil_opt::Options::default()
            };
            let links: &dyn LinkTargets = if through_start {
                &NoTargets
            } else {
                &self.table
            };
            let done = coil_opt::optimize(trace, &how, links)
                .map_err(|reason| reason.text().to_owned())?;
            (done.compiled, done.labels)
        };
        // Objects that exist in the exit only are made by the driver.
        if let CompiledEnd::Enter { exit, .. } = compiled.end
            && !compiled.exits[exit.0 as usize].virtuals.is_empty()
        {
            compiled.end = CompiledEnd::Exit(exit);
        }
        if options.verify {
            coil_trace::verify_compiled(&compiled)
                .map_err(|error| format!("optimised trace: {error}"))?;
        }
        Ok((compiled, links))
    }
}

impl LinkTargets for Table {
    fn labels(&self, target: u32) -> &[LabelState] {
        match self.get(target) {
            Some(trace) if trace.valid => &trace.links,
            _ => &[],
        }
    }

    fn versions(&self, target: u32) -> &[u32] {
        match self.get(target) {
            Some(trace) if trace.valid => &trace.versions,
            _ => &[],
        }
    }
}

/// Instructions of a trace that do something.
pub(crate) fn count_ops(trace: &Trace) -> u64 {
    let real = trace.insts.iter().filter(|inst| inst.op != Op::Nop);
    real.count() as u64
}

/// Opaque calls among instructions.
pub(crate) fn count_calls(insts: &[Inst]) -> u64 {
    let calls = insts.iter().filter(|inst| inst.op.effect() == Effect::Call);
    calls.count() as u64
}
