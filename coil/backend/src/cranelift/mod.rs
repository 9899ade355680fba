//! The Cranelift backend: the oracle of differential tests, and the fallback on other processors.
//!
//! One function per trace: `extern "C" fn(context, window, area, from) -> reason`. It starts at the trace's beginning (`from` 0) or
//! at label `from - 1`, whose phis then lie in `area`. Whatever leaves the function (exits, links, entries, returns to compiled
//! callers) returns to a loop in [`Backend::enter`] that goes on in the next function; exits store the raw bits of their leaves in
//! the area, where a bridge reads its inputs. That is slow and simple on purpose: nothing but the instructions' semantics is shared
//! with the own backend.

mod build;
mod ops;

use crate::api::{
    Backend, BackendError, ExitReason, Kind, Runtime, SPILL_SLOTS, SpillArea, Targets,
};
use crate::cache::CacheStats;
use crate::code::{LabelCode, Location, TraceCode};
use build::Build;
use coil_frame::Context;
use coil_trace::Compiled;
use cranelift_codegen::ir::{AbiParam, types::I64};
use cranelift_frontend::FunctionBuilderContext;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Module, default_libcall_names};
use std::collections::HashMap;

/// Raw reason: the root frame returned scratch word 1.
const RETURN: u64 = u64::MAX;
/// Raw reason: a plain frame returned to one without compiled code.
const RETURNED: u64 = u64::MAX - 1;
/// Raw reason: go on in the function of scratch word 2, from scratch word 3, with the window of scratch word 4.
const GO_ON: u64 = u64::MAX - 2;

/// Words whose addresses compiled code knows, so boxed: they never move.
type Cells = Vec<Box<u64>>;

type Function = unsafe extern "C" fn(*mut Context, *mut u64, *mut u64, u64) -> u64;

/// The backend.
pub struct CraneliftBackend {
    module: JITModule,
    functions: FunctionBuilderContext,
    bridges: HashMap<(u32, u32), *const u8>,
    /// Cells that pushed records take their `resume` from; they never move.
    cells: Cells,
    stats: CacheStats,
}

impl std::fmt::Debug for CraneliftBackend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CraneliftBackend")
    }
}

impl CraneliftBackend {
    /// A backend for this processor that makes at most `capacity_bytes` of code in its life: nothing is given back before the end.
    ///
    /// # Errors
    /// When Cranelift does not know the processor.
    pub fn new(capacity_bytes: usize) -> Result<CraneliftBackend, BackendError> {
        let flags = [("opt_level", "none")];
        let builder = JITBuilder::with_flags(&flags, default_libcall_names())
            .map_err(|_| BackendError::Unsupported("processor"))?;
        Ok(CraneliftBackend {
            module: JITModule::new(builder),
            functions: FunctionBuilderContext::new(),
            bridges: HashMap::new(),
            cells: Vec::new(),
            stats: CacheStats {
                capacity_bytes,
                ..CacheStats::default()
            },
        })
    }
}

impl Backend for CraneliftBackend {
    unsafe fn compile(
        &mut self,
        compiled: &Compiled,
        kind: Kind<'_>,
        trace: u32,
        runtime: &Runtime,
        targets: &dyn Targets,
    ) -> Result<TraceCode, BackendError> {
        if self.stats.peak_bytes >= self.stats.capacity_bytes {
            self.stats.refused += 1;
            return Err(BackendError::CacheFull);
        }
        let failed = |_| BackendError::Malformed("refused by Cranelift");
        let mut context = self.module.make_context();
        let signature = &mut context.func.signature;
        signature.params.extend([AbiParam::new(I64); 4]);
        signature.returns.push(AbiParam::new(I64));
        let function = self
            .module
            .declare_anonymous_function(&context.func.signature)
            .map_err(failed)?;
        let own = self
            .module
            .declare_func_in_func(function, &mut context.func);
        let config = self.module.target_config();
        let (sites, locations, resume_points) = Build::new(
            &mut context.func,
            &mut self.functions,
            &mut self.cells,
            compiled,
            runtime,
            targets,
            trace,
            own,
        )
        .run(kind, config)?;
        self.module
            .define_function(function, &mut context)
            .map_err(failed)?;
        let size_bytes = context
            .compiled_code()
            .map_or(0, |code| code.code_buffer().len() as u32);
        self.module.finalize_definitions().map_err(failed)?;
        self.stats.compiled += 1;
        self.stats.used_bytes += size_bytes as usize;
        self.stats.peak_bytes += size_bytes as usize;
        let labels = compiled.labels.iter().enumerate();
        Ok(TraceCode {
            number: trace,
            entry: self.module.get_finalized_function(function),
            size_bytes,
            spill_slots: SPILL_SLOTS as u32,
            sites,
            labels: labels
                .map(|(index, label)| LabelCode {
                    offset: index as u32,
                    phis: (0..label.phis as u16).map(Location::Spill).collect(),
                    open: true,
                })
                .collect(),
            resume_points,
            consts: compiled.trace.consts.iter().map(|c| c.bits).collect(),
            locations,
            marks: Vec::new(),
        })
    }

    fn patch_exit(&mut self, parent: &TraceCode, site: u32, bridge: Option<&TraceCode>) {
        match bridge {
            Some(bridge) => self.bridges.insert((parent.number, site), bridge.entry),
            None => self.bridges.remove(&(parent.number, site)),
        };
    }

    fn patch_resume(&mut self, code: &TraceCode, point: usize, resume: Option<*const u8>) {
        if let Some(point) = code.resume_points.get(point) {
            *self.cells[point.offset as usize] = resume.map_or(0, <*const u8>::addr) as u64;
        }
    }

    /// The module keeps all functions; only the numbers change.
    fn free(&mut self, code: TraceCode) {
        self.bridges.retain(|&(trace, _), _| trace != code.number);
        self.stats.used_bytes -= code.size_bytes as usize;
        self.stats.freed += 1;
    }

    unsafe fn enter(
        &self,
        entry: *const u8,
        context: *mut Context,
        base: *mut u64,
        area: &mut SpillArea,
    ) -> ExitReason {
        let area = area.as_mut_ptr();
        let (mut entry, mut base, mut from) = (entry, base, 0);
        loop {
            // SAFETY: every entry is a function of this signature.
            let function: Function = unsafe { std::mem::transmute(entry) };
            // SAFETY: the caller promises that the trace may run here.
            let raw = unsafe { function(context, base, area, from) };
            // SAFETY: the context is the caller's.
            let scratch = unsafe { (*context).scratch };
            match raw {
                RETURN => return ExitReason::Return(scratch[1]),
                RETURNED => return ExitReason::Returned,
                GO_ON => {
                    entry = scratch[2] as *const u8;
                    from = scratch[3];
                    base = scratch[4] as *mut u64;
                }
                raw => {
                    let (trace, site) = ((raw >> 32) as u32, raw as u32);
                    let Some(&bridge) = self.bridges.get(&(trace, site)) else {
                        // SAFETY: as above.
                        unsafe { (*context).exit_sp = area.addr() };
                        return ExitReason::Exit { trace, site };
                    };
                    (entry, from) = (bridge, 0);
                }
            }
        }
    }

    fn keep_marks(&mut self, _: bool) {}

    fn dump(&self, _: &Compiled, code: &TraceCode) -> String {
        format!("{} bytes at {:p}\n", code.size_bytes, code.entry)
    }

    fn stats(&self) -> CacheStats {
        self.stats
    }
}
