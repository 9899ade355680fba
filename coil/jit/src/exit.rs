//! Exits: from the description of a state to registers, objects and frame records, and on to Direct or a bridge.

use crate::backoff::Place;
use crate::driver::Step;
use crate::jit::Jit;
use crate::raw;
use crate::record::MAX_LEAVES;
use crate::runtime::{boxed, without_fail};
use crate::table::{Compiled, Entry};
use coil_backend::{LeafPlace, leaves};
use coil_frame::{CodeBlock, Context, Events, FrameRecord};
use coil_machine::MachineState;
use coil_options::Section;
use coil_record::{BridgeStart, SeedValue, Start, StartVirtual, UNWINDING_SLOT, extra_frame};
use coil_trace::{Access, Barrier, ExitValue, Field, Id, Op, Ty};
use coil_value::{LayoutId, Ref, Value};
use std::sync::atomic::Ordering::Relaxed;

/// Most exits have at most so many values, and so many virtual objects.
const FEW: usize = 16;
/// Virtual objects that an exit may make.
const MAX_VIRTUALS: usize = 128;

impl Jit {
    /// Compiled code was left by a site: rebuilds the interpreter's state, and records a bridge when that is due.
    ///
    /// # Safety
    /// Attached; the code was left by this site just now, and the spill area is alive.
    pub(crate) unsafe fn leave(cx: *mut Context, number: u32, site: u32) -> Step {
        // SAFETY: by contract.
        let jit = unsafe { Jit::of(cx) };
        let trace = jit
            .table
            .get(number)
            .expect("code that ran is in the table");
        let exit = &trace.exits[trace.code.sites[site as usize].exit as usize];
        if trace.code.leaf_count(site) <= FEW && exit.virtuals.len() <= FEW {
            // SAFETY: by contract.
            unsafe { Jit::leave_with::<FEW, FEW>(cx, number, site) }
        } else {
            // SAFETY: by contract.
            unsafe { Jit::leave_with::<MAX_LEAVES, MAX_VIRTUALS>(cx, number, site) }
        }
    }

    /// The same by an exit with at most so many leaves and virtual objects.
    unsafe fn leave_with<const LEAVES: usize, const VIRTUALS: usize>(
        cx: *mut Context,
        number: u32,
        site: u32,
    ) -> Step {
        // Raw values and objects stay on the native stack, where the collector sees them.
        let mut bits = [0_u64; LEAVES];
        let mut objects = [0_u64; VIRTUALS];
        // SAFETY: by contract.
        let jit = unsafe { Jit::of(cx) };
        let trace: *mut Compiled = jit
            .table
            .get_mut(number)
            .expect("code that ran is in the table");
        // SAFETY: traces are boxed, and removed when compiled code is entered again (J3); only this function holds the reference.
        let trace = unsafe { &mut *trace };
        let exit = &trace.exits[trace.code.sites[site as usize].exit as usize];
        // SAFETY: the root frame's record is the innermost.
        let root = unsafe { (*cx).frame_top };
        // SAFETY: as above.
        let base = unsafe { (*root).base };
        let count = trace.code.leaf_count(site);
        // SAFETY: by contract.
        let context = unsafe { &*cx };
        // SAFETY: by contract.
        unsafe { trace.code.decode(site, context, base, &mut bits[..count]) };
        let raw = bits;
        // SAFETY: by contract.
        unsafe { materialise(cx, trace, exit, &mut bits[..count], &mut objects) };
        // SAFETY: the values are complete; nothing collects from here on.
        unsafe { write_state(cx, exit, &bits[..count], &objects, root, base) };
        std::hint::black_box((&bits, &objects));
        // The code no longer runs; until here its window was scanned as such.
        // SAFETY: by contract.
        let jit = unsafe { Jit::of(cx) };
        jit.running.pop();
        let site_op = trace.sites[site as usize].op;
        if let Some(at) = jit.forced.raised_at.take() {
            // Nothing was raised: the interpreter executes the bytecode from its start.
            // SAFETY: by contract; the innermost record has been written.
            unsafe { restart(cx, at) };
            return Step::Go;
        }
        let unwinds = exit.slots.iter().any(|(slot, _)| *slot == UNWINDING_SLOT)
            || matches!(site_op, Op::GuardNoRaise);
        // SAFETY: by contract.
        let raised = unwinds && unsafe { (*cx).pending } != 0;
        let go = if raised { Step::Unwind } else { Step::Go };
        let state = &mut trace.sites[site as usize];
        state.count = state.count.saturating_add(1);
        let (op, times) = (state.op, u64::from(state.count));
        jit.log(
            Section::JitExit,
            format_args!("{number}.{site} {} ({times})", op.text()),
        );
        if op == Op::GuardNoEvent {
            // SAFETY: by contract.
            let events = unsafe { &(*cx).events };
            let own = Events::INVALIDATED | Events::FORCED;
            let others = events.fetch_and(!own, Relaxed) & !own;
            if others != 0 && !raised {
                // Code without loops has no other place where they are seen to.
                // SAFETY: attached; the state is the interpreter's, and nothing of the driver is used after this.
                let hook = unsafe { MachineState::of(cx) }.hooks.event;
                if hook(cx) {
                    return Step::Unwind;
                }
            }
            return go;
        }
        let threshold = jit.options.jit.bridge_threshold.max(1);
        let bridges = jit.table.get(trace.root).map_or(0, |root| root.bridges);
        if times % threshold != 0
            || !trace.valid
            || state.bridged
            || jit.is_recording()
            || bridges >= jit.options.jit.max_bridges
        {
            return go;
        }
        if op == Op::Nop
            && exit.frames.len() > 1
            && let Some(last) = exit.frames.last()
        {
            let key = (last.code, last.pc);
            if !jit.resumes.contains_key(&key) && jit.wanted_resumes.borrow().contains(&key) {
                let place = Place::Resume(key.0, key.1);
                let code = std::ptr::with_exposed_provenance(last.code);
                let entry = Entry::Resume(code, key.1);
                // SAFETY: by contract; the innermost frame has been written.
                return unsafe { Jit::record(cx, place, entry, Start::Resume, raised) };
            }
        }
        let Some(start) = bridge_start(trace, exit, &raw[..count]) else {
            return go;
        };
        let place = Place::Exit(number, site);
        let entry = Entry::Bridge(number, site);
        // SAFETY: by contract; the state is that of the exit.
        unsafe { Jit::record(cx, place, entry, Start::Bridge(start), raised) }
    }
}

/// Clears the exception, and has the innermost frame go on at a word.
unsafe fn restart(cx: *mut Context, at: u32) {
    // SAFETY: by the contract of the caller.
    let context = unsafe { &mut *cx };
    context.pending = 0;
    // SAFETY: the innermost record is complete.
    let record = unsafe { &mut *context.frame_top };
    // SAFETY: code of records is live.
    record.pc = unsafe { raw::word_at(record.code, at) };
}

/// Boxes numbers and makes virtual objects.
unsafe fn materialise(
    cx: *mut Context,
    trace: &Compiled,
    exit: &coil_trace::Exit,
    bits: &mut [u64],
    objects: &mut [u64],
) {
    // SAFETY: attached.
    let hooks = unsafe { MachineState::of(cx) }.hooks;
    for (at, leaf) in leaves(exit).enumerate() {
        bits[at] = match leaf.value {
            ExitValue::BoxInt(_) => {
                let int = bits[at].cast_signed();
                match Value::from_small_int(int) {
                    Some(value) => value.bits(),
                    // SAFETY: by the contract of `leave`.
                    None => unsafe { boxed(cx, || (hooks.box_int)(cx, int)) },
                }
            }
            ExitValue::BoxFloat(_) => {
                let float = f64::from_bits(bits[at]);
                match Value::from_f64(float) {
                    Some(value) => value.bits(),
                    // SAFETY: as above.
                    None => unsafe { boxed(cx, || (hooks.box_float)(cx, float)) },
                }
            }
            ExitValue::Plain(_) | ExitValue::BoxRef(_) | ExitValue::Virtual(_) => bits[at],
        };
    }
    if exit.virtuals.is_empty() {
        return;
    }
    assert!(
        exit.virtuals.len() <= objects.len(),
        "checked when it was compiled"
    );
    // SAFETY: attached.
    let mutator = unsafe { raw::mutator(cx) };
    let numbered: Vec<_> = leaves(exit).enumerate().collect();
    let find = |place: LeafPlace| numbered.iter().find(|(_, leaf)| leaf.place == place);
    for (at, object) in exit.virtuals.iter().enumerate() {
        let new = trace.news[object.new as usize];
        let ty = find(LeafPlace::Type(at)).map_or(0, |&(leaf, _)| bits[leaf]);
        // SAFETY: a type pointer or 0.
        let ty = unsafe { Ref::from_address(ty) };
        let size = new.size_bytes as usize;
        let made = || mutator.alloc(LayoutId(new.layout), ty, size).ok();
        // SAFETY: by the contract of `leave`.
        objects[at] = unsafe { without_fail(cx, made) }.address() as u64;
        // Numbers first: what is made next may collect, and the collector asks an object for its size.
        for (number, &(field, _)) in object.fields.iter().enumerate() {
            let field = &trace.fields[field as usize];
            if !matches!(field.access, Access::Val | Access::Ref) {
                let leaf = find(LeafPlace::Field(at, number));
                let word = leaf.map_or(0, |&(leaf, _)| bits[leaf]);
                // SAFETY: the trace stores this field into objects of this kind.
                unsafe { store(mutator, objects[at] as usize, field, word) };
            }
        }
        // Fields are filled below; until then they are zero, which every layout allows.
    }
    for (at, object) in exit.virtuals.iter().enumerate() {
        for (number, &(field, value)) in object.fields.iter().enumerate() {
            let field = &trace.fields[field as usize];
            let word = match value {
                ExitValue::Virtual(other) => objects[other as usize],
                _ => find(LeafPlace::Field(at, number)).map_or(0, |&(leaf, _)| bits[leaf]),
            };
            // SAFETY: the trace stores this field into objects of this kind.
            unsafe { store(mutator, objects[at] as usize, field, word) };
        }
    }
}

/// Stores a field of an object, with its barrier: the object may have become old meanwhile.
unsafe fn store(mutator: &coil_heap::Mutator, object: usize, field: &Field, word: u64) {
    let place = object.wrapping_add_signed(field.offset as isize);
    if field.barrier != Barrier::None || matches!(field.access, Access::Val | Access::Ref) {
        let header = std::ptr::with_exposed_provenance_mut(object);
        // SAFETY: an object that was just made.
        mutator.write_barrier(unsafe { Ref::from_ptr(header) });
    }
    macro_rules! write {
        ($type:ty) => {
            // SAFETY: a field of the object.
            unsafe { std::ptr::with_exposed_provenance_mut::<$type>(place).write(word as $type) }
        };
    }
    match field.access {
        Access::U8 | Access::I8 => write!(u8),
        Access::U16 | Access::I16 => write!(u16),
        Access::U32 | Access::I32 => write!(u32),
        Access::I64 | Access::F64 | Access::Val | Access::Ref => write!(u64),
    }
}

/// Writes registers and frame records.
unsafe fn write_state(
    cx: *mut Context,
    exit: &coil_trace::Exit,
    bits: &[u64],
    objects: &[u64],
    root: *mut FrameRecord,
    base: *mut u64,
) {
    for (number, frame) in exit.frames.iter().enumerate() {
        let code = std::ptr::with_exposed_provenance::<CodeBlock>(frame.code);
        // SAFETY: code of exits is live.
        let pc = unsafe { (*code).words }.wrapping_add(frame.pc as usize);
        let record = root.wrapping_add(number);
        if number == 0 {
            // What it was to go on with when it was suspended belongs to another place than this one.
            // SAFETY: the root frame's record.
            unsafe { (*record).pc = pc };
            // SAFETY: as above.
            unsafe { (*record).resume = std::ptr::null() };
            continue;
        }
        // SAFETY: the record stack has slack beyond its limit.
        unsafe {
            record.write(FrameRecord {
                code,
                pc,
                base: base.wrapping_add(frame.base as usize),
                resume: std::ptr::null(),
                result: frame.result,
                kind: frame.kind,
                scans: 0,
                extra: 0,
            });
        }
    }
    let mut leaf = 0;
    for &(slot, value) in &exit.slots {
        let word = if let ExitValue::Virtual(object) = value {
            objects[object as usize]
        } else {
            leaf += 1;
            bits[leaf - 1]
        };
        match extra_frame(slot) {
            Some(number) => {
                // SAFETY: a record written above.
                unsafe { (*root.wrapping_add(number)).extra = word };
            }
            None if slot == UNWINDING_SLOT => {}
            None => {
                // NO-BARRIER: root.
                let register = base.wrapping_offset(slot as isize);
                // SAFETY: a register of a window that fits the stack.
                unsafe { *register = word };
            }
        }
    }
    // SAFETY: as above.
    unsafe { (*cx).frame_top = root.wrapping_add(exit.frames.len() - 1) };
}

/// The exit's state as a bridge starts with it.
fn bridge_start(trace: &Compiled, exit: &coil_trace::Exit, raw: &[u64]) -> Option<BridgeStart> {
    let numbered: Vec<_> = leaves(exit).enumerate().collect();
    let seed = |place: LeafPlace, value: ExitValue, ty: Ty| -> Option<SeedValue> {
        if let ExitValue::Virtual(object) = value {
            return Some(SeedValue::Virtual(object as usize));
        }
        let leaf = numbered.iter().find(|(_, leaf)| leaf.place == place)?.0;
        let number = i32::try_from(leaf).ok()?;
        let constant = |id: Id| id.as_const().map(|at| trace.consts[at].bits);
        Some(match value {
            ExitValue::Plain(id) => match constant(id) {
                Some(bits) => SeedValue::Const(ty, bits),
                None => SeedValue::Leaf(number, ty),
            },
            ExitValue::BoxInt(id) => match constant(id).map(u64::cast_signed) {
                Some(int) if Value::fits_small_int(int) => {
                    SeedValue::Const(Ty::Val, Value::from_small_int_unchecked(int).bits())
                }
                _ => SeedValue::BoxInt(number, raw[leaf].cast_signed()),
            },
            ExitValue::BoxFloat(_) => SeedValue::BoxFloat(number, raw[leaf]),
            ExitValue::BoxRef(id) => match constant(id) {
                Some(bits) => SeedValue::Const(Ty::Val, bits),
                None => SeedValue::BoxRef(number),
            },
            ExitValue::Virtual(_) => return None,
        })
    };
    let slots = exit
        .slots
        .iter()
        .enumerate()
        .map(|(at, &(slot, value))| Some((slot, seed(LeafPlace::Slot(at), value, Ty::Val)?)))
        .collect::<Option<Vec<_>>>()?;
    let mut virtuals = Vec::new();
    for (at, object) in exit.virtuals.iter().enumerate() {
        let fields = object
            .fields
            .iter()
            .enumerate()
            .map(|(number, &(field, value))| {
                let field = trace.fields[field as usize];
                let place = LeafPlace::Field(at, number);
                Some((field, seed(place, value, field.access.ty())?))
            })
            .collect::<Option<Vec<_>>>()?;
        let plain = ExitValue::Plain(object.ty);
        virtuals.push(StartVirtual {
            new: trace.news[object.new as usize],
            ty: seed(LeafPlace::Type(at), plain, Ty::Ref)?,
            fields,
        });
    }
    Some(BridgeStart {
        frames: exit.frames.clone(),
        slots,
        virtuals,
    })
}
