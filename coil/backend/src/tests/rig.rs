//! A runtime for tests: a context with a window, a fake allocator, and native functions whose boxes have the addresses that the
//! trace interpreter gives them.

use crate::{Backend, ExitReason, Kind, LeafPlace, Runtime, SpillArea, Targets, TraceCode, leaves};
use coil_frame::{Context, FrameRecord};
use coil_trace::interp::Memory;
use coil_trace::{Compiled, Exit, ExitValue, parse_compiled, verify_compiled};
use std::collections::BTreeMap;

/// What native functions reach through `Context::jit`.
pub(super) struct State {
    /// Boxes of big ints and NaNs, numbered as the interpreter does.
    pub(super) boxes: Memory,
    /// Names and arguments of the slow paths taken.
    pub(super) log: Vec<(&'static str, u64, u64)>,
    /// Memory for slow allocation; refused when exhausted.
    pub(super) reserve: Vec<u64>,
    pub(super) reserve_used: usize,
}

/// Where the fake allocator's bump region is: the first two words of a mutator.
#[repr(C)]
pub(super) struct Bump {
    pub(super) cursor: usize,
    pub(super) limit: usize,
}

pub(super) fn state<'a>(context: *mut Context) -> &'a mut State {
    // SAFETY: the rig sets `jit` to its state, which outlives every run.
    unsafe { &mut *(*context).jit.cast::<State>() }
}

unsafe extern "C" fn box_int(context: *mut Context, int: i64) -> u64 {
    clobber();
    let state = state(context);
    state.log.push(("box_int", int.cast_unsigned(), 0));
    state.boxes.box_int(int.cast_unsigned())
}

unsafe extern "C" fn box_float(context: *mut Context, bits: u64) -> u64 {
    clobber();
    let state = state(context);
    state.log.push(("box_float", bits, 0));
    state.boxes.box_float(bits)
}

unsafe extern "C" fn alloc(context: *mut Context, layout: u64, ty: u64, size: u64) -> *mut u8 {
    clobber();
    let state = state(context);
    state.log.push(("alloc", layout, size));
    let words = size as usize / 8;
    if state.reserve_used + words > state.reserve.len() {
        return std::ptr::null_mut();
    }
    let object = &mut state.reserve[state.reserve_used..][..words];
    state.reserve_used += words;
    object.fill(0);
    object[0] = 1 << 29 | layout << 48;
    object[1] = ty;
    object.as_mut_ptr().cast()
}

unsafe extern "C" fn write_barrier(context: *mut Context, object: *mut u8) {
    clobber();
    state(context)
        .log
        .push(("write_barrier", object.addr() as u64, 0));
}

unsafe extern "C" fn log_slot(context: *mut Context, object: *mut u8, slot: *mut u64) {
    clobber();
    state(context)
        .log
        .push(("log_slot", object.addr() as u64, slot.addr() as u64));
}

/// Overwrites every register that a call may clobber.
pub(super) fn clobber() {
    // SAFETY: all registers written are declared.
    unsafe {
        std::arch::asm!(
            "mov rax, {junk}", "mov rcx, {junk}", "mov rdx, {junk}", "mov rsi, {junk}", "mov rdi, {junk}",
            "mov r8, {junk}", "mov r9, {junk}", "mov r10, {junk}", "mov r11, {junk}",
            "movq xmm0, {junk}", "movq xmm1, {junk}", "movq xmm2, {junk}", "movq xmm3, {junk}",
            "movq xmm4, {junk}", "movq xmm5, {junk}", "movq xmm6, {junk}", "movq xmm7, {junk}",
            "movq xmm8, {junk}", "movq xmm9, {junk}", "movq xmm10, {junk}", "movq xmm11, {junk}",
            "movq xmm12, {junk}", "movq xmm13, {junk}", "movq xmm14, {junk}", "movq xmm15, {junk}",
            junk = in(reg) 0x0BAD_0BAD_0BAD_0BADu64,
            clobber_abi("C"),
        );
    }
}

pub(super) const RUNTIME: Runtime = Runtime {
    box_int,
    box_float,
    alloc,
    write_barrier,
    log_slot,
};

/// How a run ended.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Ran {
    /// Left by an exit; the window has been written.
    Exit {
        trace: u32,
        inst: u32,
        site: u32,
    },
    Return(u64),
    Returned,
}

/// Everything a run needs.
pub(super) struct Rig<B> {
    pub(super) backend: B,
    pub(super) context: Box<Context>,
    pub(super) state: Box<State>,
    pub(super) bump: Box<Bump>,
    pub(super) nursery: Vec<u64>,
    pub(super) codes: Vec<TraceCode>,
    pub(super) compiled: Vec<Compiled>,
    /// The leaves of the last exit.
    pub(super) leaves: Vec<u64>,
}

impl<B: Backend> Rig<B> {
    pub(super) fn new(backend: B) -> Rig<B> {
        let mut nursery = vec![0u64; 256];
        let cursor = nursery.as_mut_ptr().addr();
        let mut rig = Rig {
            backend,
            context: Box::new(Context::new().unwrap()),
            state: Box::new(State {
                boxes: Memory::default(),
                log: Vec::new(),
                reserve: vec![0; 256],
                reserve_used: 0,
            }),
            bump: Box::new(Bump {
                cursor,
                limit: cursor + 256 * 8,
            }),
            nursery,
            codes: Vec::new(),
            compiled: Vec::new(),
            leaves: Vec::new(),
        };
        rig.context.jit = (&raw mut *rig.state).cast();
        rig.context.mutator = (&raw mut *rig.bump).cast();
        let record = rig.context.frame_top;
        // SAFETY: the first record of the record stack.
        unsafe {
            (*record).kind = FrameRecord::ROOT;
            (*record).base = rig.base();
        }
        rig
    }

    /// The root window: in the middle of the stack's start, so that negative slots exist.
    pub(super) fn base(&self) -> *mut u64 {
        self.context.stack.registers().wrapping_add(64)
    }

    pub(super) fn set(&self, slot: i32, bits: u64) {
        // SAFETY: tests use slots near the base.
        unsafe { self.base().offset(slot as isize).write(bits) };
    }

    pub(super) fn get(&self, slot: i32) -> u64 {
        // SAFETY: as above.
        unsafe { self.base().offset(slot as isize).read() }
    }

    /// Compiles a trace text under the next number, which is given back.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        let compiled = parse_compiled(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        self.add_compiled(compiled, None)
    }

    /// Compiles a bridge for a site and patches it in.
    pub(super) fn add_bridge(&mut self, parent: u32, site: u32, text: &str) -> u32 {
        let compiled = parse_compiled(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        self.add_compiled(compiled, Some((parent, site)))
    }

    pub(super) fn add_compiled(&mut self, compiled: Compiled, parent: Option<(u32, u32)>) -> u32 {
        if let Err(error) = verify_compiled(&compiled) {
            panic!("{error:?}\n{compiled}");
        }
        let number = self.codes.len() as u32;
        let targets: &[TraceCode] = &self.codes;
        let kind = match parent {
            None => Kind::Entry,
            Some((parent, site)) => Kind::Bridge {
                parent: &self.codes[parent as usize],
                site,
            },
        };
        let targets = Slice(targets);
        // SAFETY: tests name no code blocks, or live ones.
        let code = unsafe {
            self.backend
                .compile(&compiled, kind, number, &RUNTIME, &targets)
        };
        let code = code.unwrap_or_else(|error| panic!("{error}\n{compiled}"));
        if let Some((parent, site)) = parent {
            self.backend
                .patch_exit(&self.codes[parent as usize], site, Some(&code));
        }
        self.codes.push(code);
        self.compiled.push(compiled);
        number
    }

    /// Runs a trace and writes the state of the exit it leaves by.
    pub(super) fn run(&mut self, trace: u32) -> Ran {
        let mut area = SpillArea::new();
        let entry = self.codes[trace as usize].entry;
        let base = self.base();
        // SAFETY: the window is the rig's.
        let reason = unsafe {
            self.backend
                .enter(entry, &raw mut *self.context, base, &mut area)
        };
        match reason {
            ExitReason::Return(value) => Ran::Return(value),
            ExitReason::Returned => Ran::Returned,
            ExitReason::Exit { trace, site } => {
                let values = self.decode(trace, site);
                let site_code = self.codes[trace as usize].sites[site as usize];
                let exit = self.compiled[trace as usize].exits[site_code.exit as usize].clone();
                self.leaves.clone_from(&values);
                for (slot, bits) in self.rebuild(trace, &exit, &values) {
                    self.set(slot, bits);
                }
                Ran::Exit {
                    trace,
                    inst: site_code.inst,
                    site,
                }
            }
        }
    }

    /// The bits of every leaf.
    pub(super) fn decode(&self, trace: u32, site: u32) -> Vec<u64> {
        let code = &self.codes[trace as usize];
        let mut values = vec![0; code.leaf_count(site)];
        // SAFETY: the run was just left by this site.
        unsafe { code.decode(site, &self.context, self.base(), &mut values) };
        values
    }

    /// Boxes and virtual objects (from the slow reserve).
    fn rebuild(&mut self, trace: u32, exit: &Exit, values: &[u64]) -> Vec<(i32, u64)> {
        let compiled = &self.compiled[trace as usize];
        let context: *mut Context = &raw mut *self.context;
        let mut objects = vec![std::ptr::null_mut::<u8>(); exit.virtuals.len()];
        for (leaf, &bits) in leaves(exit).zip(values) {
            if let LeafPlace::Type(at) = leaf.place {
                let new = compiled.trace.news[exit.virtuals[at].new as usize];
                // SAFETY: the rig's context.
                objects[at] =
                    unsafe { alloc(context, new.layout.into(), bits, new.size_bytes.into()) };
            }
        }
        let mut slots: BTreeMap<i32, u64> = BTreeMap::new();
        let mut put = |place, bits: u64| match place {
            LeafPlace::Slot(at) => {
                slots.insert(exit.slots[at].0, bits);
            }
            LeafPlace::Field(at, field) => {
                let field = compiled.trace.fields[exit.virtuals[at].fields[field].0 as usize];
                let to = objects[at]
                    .wrapping_add(field.offset as usize)
                    .cast::<u64>();
                // SAFETY: a field of an object of the reserve.
                unsafe { to.write(bits) };
            }
            LeafPlace::Type(_) => {}
        };
        for (leaf, &bits) in leaves(exit).zip(values) {
            let bits = match leaf.value {
                ExitValue::BoxInt(_) => self.state.boxes.box_int(bits),
                ExitValue::BoxFloat(_) => self.state.boxes.box_float(bits),
                _ => bits,
            };
            put(leaf.place, bits);
        }
        for (at, &(_, value)) in exit.slots.iter().enumerate() {
            if let ExitValue::Virtual(object) = value {
                put(LeafPlace::Slot(at), objects[object as usize].addr() as u64);
            }
        }
        for (object, description) in exit.virtuals.iter().enumerate() {
            for (field, &(_, value)) in description.fields.iter().enumerate() {
                if let ExitValue::Virtual(inner) = value {
                    let bits = objects[inner as usize].addr() as u64;
                    put(LeafPlace::Field(object, field), bits);
                }
            }
        }
        slots.into_iter().collect()
    }
}

struct Slice<'a>(&'a [TraceCode]);

impl Targets for Slice<'_> {
    fn find(&self, trace: u32) -> Option<&TraceCode> {
        self.0.iter().find(|code| code.number == trace)
    }
}

/// An exit without frames' code: the state of one frame at a pc.
pub(super) fn frame(pc: u32) -> String {
    format!("at 0x0:{pc} base 0 result 0 kind 0")
}

/// Boxes a small int or a float as a window register holds it.
pub(super) fn int(value: i64) -> u64 {
    coil_value::Value::from_small_int(value).unwrap().bits()
}

/// A float as a window register holds it.
pub(super) fn float(value: f64) -> u64 {
    coil_value::Value::from_f64(value).unwrap().bits()
}

/// A rig with the own backend.
pub(super) fn x64() -> Rig<crate::X64Backend> {
    Rig::new(crate::X64Backend::new(1 << 20).unwrap())
}

/// A rig with the oracle.
#[cfg(feature = "cranelift")]
pub(super) fn cranelift() -> Rig<crate::CraneliftBackend> {
    Rig::new(crate::CraneliftBackend::new(64 << 20).unwrap())
}
