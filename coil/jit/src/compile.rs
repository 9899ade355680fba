//! From a recorded trace to machine code.

use crate::jit::Jit;
use crate::plain;
use crate::table::{Entry, Table};
use coil_backend::{Backend, BackendError, X64Backend};
use coil_opt::{LabelState, LinkTargets};
use coil_options::{DumpKind, Options};
use coil_trace::{Compiled, Op, Trace};

/// States of a trace's labels, for links to it.
pub(crate) type Links = Vec<LabelState>;

/// The backend that options choose.
pub(crate) enum AnyBackend {
    X64(Box<X64Backend>),
    #[cfg(feature = "cranelift")]
    Cranelift(Box<coil_backend::CraneliftBackend>),
}

impl AnyBackend {
    pub(crate) fn new(options: &Options) -> Result<AnyBackend, BackendError> {
        let capacity = usize::try_from(options.jit.code_cache).unwrap_or(usize::MAX);
        #[cfg(feature = "cranelift")]
        if options.jit.cranelift {
            let backend = coil_backend::CraneliftBackend::new(capacity)?;
            return Ok(AnyBackend::Cranelift(Box::new(backend)));
        }
        if options.jit.cranelift {
            return Err(BackendError::Unsupported("cranelift is not built in"));
        }
        let mut backend = X64Backend::new(capacity)?;
        backend.keep_marks(options.dump.on(DumpKind::Asm));
        Ok(AnyBackend::X64(Box::new(backend)))
    }

    pub(crate) fn get(&self) -> &dyn Backend {
        match self {
            AnyBackend::X64(backend) => &**backend,
            #[cfg(feature = "cranelift")]
            AnyBackend::Cranelift(backend) => &**backend,
        }
    }

    pub(crate) fn get_mut(&mut self) -> &mut dyn Backend {
        match self {
            AnyBackend::X64(backend) => &mut **backend,
            #[cfg(feature = "cranelift")]
            AnyBackend::Cranelift(backend) => &mut **backend,
        }
    }
}

/// Why a recorded trace is not optimised.
pub(crate) type Refusal = String;

impl Jit {
    /// The optimised form of a trace, with the states of its labels.
    pub(crate) fn optimise(
        &self,
        trace: Trace,
        entry: Entry,
    ) -> Result<(Compiled, Links), Refusal> {
        let options = &self.options.jit;
        if options.verify {
            coil_trace::verify(&trace).map_err(|error| format!("recorded trace: {error}"))?;
        }
        let (compiled, links) = if options.no_opt {
            (plain::lower(&trace), Vec::new())
        } else {
            let how = coil_opt::Options {
                peel: !options.no_peel,
                bridge: matches!(entry, Entry::Bridge(..)),
                limit: usize::MAX,
                ..coil_opt::Options::default()
            };
            let done = coil_opt::optimize(trace, &how, &self.table)
                .map_err(|reason| reason.text().to_owned())?;
            (done.compiled, done.labels)
        };
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
}

/// Instructions of a trace that do something.
pub(crate) fn count_ops(trace: &Trace) -> u64 {
    let real = trace.insts.iter().filter(|inst| inst.op != Op::Nop);
    real.count() as u64
}
