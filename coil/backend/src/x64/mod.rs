//! Coil's own x86-64 backend: linear scan over the linear trace.
//!
//! Fixed registers: RBX = window of the root frame, RBP = context, RSP = spill area, RAX and XMM15 = scratch. All others are
//! allocated. Files: `asm` encodes, `alloc` allocates, `compile` walks the trace, `int`, `float`, `mem`, `call`, `guard` emit
//! families of instructions, `label` and `ends` the joints, `slow` the out-of-line paths, `runtime` the fixed code.
//!
//! A port to another processor replaces this folder and keeps the trait, `live`, `moves`, `leaves` and `code`: it needs an
//! encoder, the register classes and masks of `alloc`, two scratch registers, the fixed code (trampoline, exits, slow calls),
//! instruction selection, and a flush of the instruction cache after `CodeCache::write`.

mod alloc;
mod asm;
mod call;
mod compile;
mod ends;
mod float;
mod guard;
mod int;
mod label;
mod mem;
mod runtime;
mod slow;

use crate::api::{Backend, BackendError, ExitReason, Kind, Runtime, SpillArea, Targets};
use crate::cache::{CacheStats, CodeCache};
use crate::code::TraceCode;
use asm::Target;
use coil_frame::Context;
use coil_trace::Compiled;
use compile::{Buffers, Gen, Output};
use runtime::Fixed;
use std::fmt::Write;

/// Size of a stub: what an exit site's first five bytes are made from.
const STUB_JUMP: usize = 5;

/// The backend for x86-64.
#[derive(Debug)]
pub struct X64Backend {
    cache: CodeCache,
    fixed: Fixed,
    buffers: Buffers,
    bmi2: bool,
    /// Keep where instructions begin, for [`Backend::dump`].
    marks: bool,
}

impl X64Backend {
    /// A backend whose code takes at most `capacity_bytes`.
    ///
    /// # Errors
    /// When the system gives no executable memory.
    pub fn new(capacity_bytes: usize) -> Result<X64Backend, BackendError> {
        let mut cache = CodeCache::new(capacity_bytes)?;
        let fixed = runtime::install(&mut cache)?;
        Ok(X64Backend {
            cache,
            fixed,
            buffers: Buffers::default(),
            bmi2: std::is_x86_feature_detected!("bmi2"),
            marks: false,
        })
    }

    /// Goes without BMI2, as on older processors.
    #[cfg(test)]
    pub(crate) fn without_bmi2(&mut self) {
        self.bmi2 = false;
    }

    fn place(&mut self, mut out: Output, trace: u32) -> Result<TraceCode, BackendError> {
        // Descriptions of exits are most of what a trace takes.
        out.sites.shrink_to_fit();
        out.locations.shrink_to_fit();
        out.consts.shrink_to_fit();
        let asm = &mut self.buffers.asm;
        let entry = self.cache.take(asm.code.len())?;
        for fixup in &asm.fixups {
            let Target::Address(address) = fixup.target else {
                return Err(BackendError::Malformed("unresolved constant"));
            };
            let from = entry.addr() as i64 + i64::from(fixup.end);
            let distance = i32::try_from(address as i64 - from)
                .map_err(|_| BackendError::Malformed("distance of a jump"))?;
            asm.code[fixup.at as usize..][..4].copy_from_slice(&distance.to_le_bytes());
        }
        self.cache.write(entry, &asm.code);
        self.cache.stats.compiled += 1;
        Ok(TraceCode {
            number: trace,
            entry,
            size_bytes: asm.code.len() as u32,
            spill_slots: out.spill_slots,
            sites: out.sites,
            labels: out.labels,
            resume_points: out.resume_points,
            consts: out.consts,
            locations: out.locations,
            marks: out.marks,
        })
    }
}

impl Backend for X64Backend {
    unsafe fn compile(
        &mut self,
        compiled: &Compiled,
        kind: Kind<'_>,
        trace: u32,
        runtime: &Runtime,
        targets: &dyn Targets,
    ) -> Result<TraceCode, BackendError> {
        let code = Gen::new(
            &mut self.buffers,
            compiled,
            self.fixed,
            runtime,
            targets,
            trace,
            self.bmi2,
            self.marks,
        )
        .run(kind)
        .and_then(|out| self.place(out, trace));
        if code.is_err() {
            self.cache.stats.refused += 1;
        }
        code
    }

    fn patch_exit(&mut self, parent: &TraceCode, site: u32, bridge: Option<&TraceCode>) {
        let Some(&site_code) = parent.sites.get(site as usize) else {
            return;
        };
        if site_code.stub == u32::MAX {
            return;
        }
        let stub = parent.entry.wrapping_add(site_code.stub as usize);
        let mut bytes = [0xB8, 0, 0, 0, 0];
        match bridge {
            None => bytes[1..].copy_from_slice(&site.to_le_bytes()),
            Some(bridge) => {
                let from = stub.addr() as i64 + STUB_JUMP as i64;
                let distance = (bridge.entry.addr() as i64 - from) as i32;
                bytes[0] = 0xE9;
                bytes[1..].copy_from_slice(&distance.to_le_bytes());
            }
        }
        self.cache.write(stub, &bytes);
    }

    fn patch_resume(&mut self, code: &TraceCode, point: usize, resume: Option<*const u8>) {
        if let Some(point) = code.resume_points.get(point) {
            let at = code.entry.wrapping_add(point.offset as usize);
            let address = resume.map_or(0, <*const u8>::addr) as u64;
            self.cache.write(at, &address.to_le_bytes());
        }
    }

    fn free(&mut self, code: TraceCode) {
        self.cache.give(code.entry, code.size_bytes as usize);
        self.cache.stats.freed += 1;
    }

    unsafe fn enter(
        &self,
        entry: *const u8,
        context: *mut Context,
        base: *mut u64,
        area: &mut SpillArea,
    ) -> ExitReason {
        type Enter = unsafe extern "C" fn(*const u8, *mut Context, *mut u64, *mut u64) -> u64;
        let address = self.fixed.enter as *const u8;
        // SAFETY: the trampoline was written with this signature.
        let enter: Enter = unsafe { std::mem::transmute(address) };
        // SAFETY: the caller promises that the trace may run here.
        let raw = unsafe { enter(entry, context, base, area.as_mut_ptr()) };
        match raw {
            runtime::RAW_RETURN => {
                // SAFETY: the caller's context is live.
                ExitReason::Return(unsafe { (*context).scratch[1] })
            }
            runtime::RAW_RETURNED => ExitReason::Returned,
            raw => ExitReason::Exit {
                trace: (raw >> 32) as u32,
                site: raw as u32,
            },
        }
    }

    fn keep_marks(&mut self, marks: bool) {
        self.marks = marks;
    }

    fn dump(&self, compiled: &Compiled, code: &TraceCode) -> String {
        let mut text = String::new();
        let bytes = self.cache.read(code.entry, code.size_bytes as usize);
        let ends = code.marks.iter().skip(1).map(|mark| mark.0 as usize);
        let mut line = |title: &str, start: usize, end: usize| {
            let address = code.entry.addr() + start;
            let _ = write!(text, "{address:x} {title:24}");
            for byte in &bytes[start..end] {
                let _ = write!(text, " {byte:02x}");
            }
            text.push('\n');
        };
        if let Some(&(first, _)) = code.marks.first() {
            line("entry", 0, first as usize);
        }
        let mut done = 0;
        for (&(start, inst), end) in code.marks.iter().zip(ends) {
            let inst = compiled.trace.insts.get(inst as usize);
            let name = inst.map_or("end", |inst| inst.op.text());
            if start as usize != end {
                line(name, start as usize, end);
            }
            done = end;
        }
        line("end, slow paths, exits", done, bytes.len());
        text
    }

    fn stats(&self) -> CacheStats {
        self.cache.stats
    }
}
