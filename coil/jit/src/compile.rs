//! From a recorded trace to machine code.

use crate::jit::Jit;
use crate::plain;
use coil_backend::{Backend, BackendError, X64Backend};
use coil_options::{DumpKind, Options};
use coil_trace::{Compiled, Op, Trace};

/// States of a trace's labels, for links to it.
pub(crate) type Links = ();

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
    pub(crate) fn optimise(&self, trace: &Trace) -> Result<(Compiled, Links), Refusal> {
        if self.options.jit.verify {
            coil_trace::verify(trace).map_err(|error| format!("recorded trace: {error}"))?;
        }
        let compiled = plain::lower(trace);
        if self.options.jit.verify {
            coil_trace::verify_compiled(&compiled)
                .map_err(|error| format!("optimised trace: {error}"))?;
        }
        Ok((compiled, ()))
    }
}

/// Instructions of a trace that do something.
pub(crate) fn count_ops(trace: &Trace) -> u64 {
    let real = trace.insts.iter().filter(|inst| inst.op != Op::Nop);
    real.count() as u64
}
