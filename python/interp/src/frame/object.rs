//! Frame objects of running frames and suspended generators.

use crate::kind;
use coil_frame::FrameRecord;
use coil_value::{Ref, Value};
use taipan_bytecode::CodeFlags;
use taipan_objects::function::{CodeData, Function};
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Vm};

/// Where a guest frame is: a frame record, or a generator that delegates, over others, to the one that runs in the record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FramePlace {
    record: *mut FrameRecord,
    link: Option<Ref>,
}

impl FramePlace {
    /// That of the innermost frame; none when no guest code runs. It and those outside it are there as long as the frames are
    /// (`coil_jit::real_frames`).
    pub fn innermost(vm: &Vm) -> Option<FramePlace> {
        FramePlace::of_record(vm.cx.frame_top)
    }

    fn of_record(record: *mut FrameRecord) -> Option<FramePlace> {
        // SAFETY: records up to the top are complete; the first has no code.
        let runs = unsafe { !(*record).code.is_null() };
        runs.then_some(FramePlace { record, link: None })
    }

    /// That of the frame that called this one, or resumed it.
    pub fn outer(self) -> Option<FramePlace> {
        // SAFETY: the record is live.
        let frame = unsafe { &*self.record };
        if kind::is_link(frame.kind)
            && let Some(running) = generator_of(frame)
        {
            let link = self.link.unwrap_or(running);
            let beginning = mem::reference(running, at::GEN_LINK);
            if Some(link) != beginning
                && let Some(parent) = mem::reference(link, at::GEN_PARENT)
            {
                return Some(FramePlace {
                    record: self.record,
                    link: Some(parent),
                });
            }
        }
        FramePlace::of_record(self.record.wrapping_sub(1))
    }

    /// Whether tracebacks and the like leave the frame out.
    pub fn is_hidden(self) -> bool {
        // SAFETY: frames run live code.
        let code = unsafe { CodeData::of((*self.record).code) };
        self.link.is_none() && code.has(CodeFlags::HIDDEN)
    }

    /// What register -1 of the frame holds: the function (or generator) that runs.
    pub fn running(self) -> Option<Value> {
        match self.link {
            Some(generator) => mem::value(generator, at::GEN_FUNCTION),
            // SAFETY: register -1 holds the running function.
            None => unsafe { Value::from_bits(*(*self.record).base.sub(1)) },
        }
    }

    /// A frame object for it: its function, a copy of its registers.
    ///
    /// # Errors
    /// MemoryError.
    pub fn object(self, vm: &mut Vm) -> PyResult {
        let Some(generator) = self.link else {
            return new_frame_object(vm, self.record);
        };
        let object = generator_frame(vm, generator)?;
        let frame = mem::expect_ref(object);
        mem::set(frame, at::FRAME_RECORD, self.record as usize);
        Ok(object)
    }
}

/// The generator whose frame a record is, if it is one's.
pub(super) fn generator_of(frame: &FrameRecord) -> Option<Ref> {
    // SAFETY: frames run live code.
    let code = unsafe { CodeData::of(frame.code) };
    if !code.code.flags.suspends() {
        return None;
    }
    // SAFETY: the language word holds a value or 0.
    unsafe { Value::from_bits(frame.extra) }?.as_ref()
}

/// A frame object for a frame: its function, a copy of its registers.
///
/// # Errors
/// MemoryError.
pub(crate) fn new_frame_object(vm: &mut Vm, record: *mut FrameRecord) -> PyResult {
    // SAFETY: the caller gives a live record.
    let frame = unsafe { *record };
    // SAFETY: frames run live code.
    let data = unsafe { CodeData::of(frame.code) };
    // SAFETY: register -1 holds the running function.
    let function = unsafe { Value::from_bits(*frame.base.sub(1)) };
    let object = vm.alloc(layout::FRAME, &types::FRAME, at::FRAME_SIZE)?;
    vm.init(object, at::FRAME_FUNCTION, function);
    let globals = function
        .and_then(Function::of)
        .map(|function| Value::from_ref(function.globals()));
    vm.init(object, at::FRAME_GLOBALS, globals);
    let generator = generator_of(&frame).map(Value::from_ref);
    vm.init(object, at::FRAME_GENERATOR, generator);
    mem::set(object, at::FRAME_RECORD, record as usize);
    // SAFETY: F1.
    mem::set(
        object,
        at::FRAME_PC,
        unsafe { data.block.index_of(frame.pc) } as usize,
    );
    let named = usize::from(data.block.named_count);
    let array = vm.alloc_values(named)?;
    for index in 0..named {
        // SAFETY: within the window.
        let value = unsafe { Value::from_bits(*frame.base.add(index)) };
        let slot = array.field_ptr::<Option<Value>>(coil_heap::ARRAY_ITEMS + 8 * index);
        // SAFETY: an item of the array.
        unsafe { vm.mutator().store_item(array, slot, value) };
    }
    vm.store(object, at::FRAME_REGISTERS, Some(Value::from_ref(array)));
    if data.has(CodeFlags::OPTIMIZED) {
        return Ok(Value::from_ref(object));
    }
    // SAFETY: the language word holds a value or 0.
    let extra = unsafe { Value::from_bits(frame.extra) };
    vm.store(object, at::FRAME_LOCALS, extra.or(globals));
    Ok(Value::from_ref(object))
}

/// Where a frame object's frame is, if it still runs. The object keeps the address when the frame is gone, so that is checked.
fn frame_place(vm: &Vm, frame: Ref) -> Option<FramePlace> {
    let first = vm.cx.stack.records();
    let address: usize = mem::get(frame, at::FRAME_RECORD);
    if address <= first as usize || address > vm.cx.frame_top as usize {
        return None;
    }
    let record = std::ptr::with_exposed_provenance_mut::<FrameRecord>(address);
    let generator = mem::reference(frame, at::FRAME_GENERATOR);
    let function = mem::value(frame, at::FRAME_FUNCTION);
    let mut place = FramePlace::of_record(record);
    while let Some(known) = place.filter(|place| place.record == record) {
        // SAFETY: records between the first and the top are complete.
        let runs = known.link.or_else(|| generator_of(unsafe { &*record }));
        if runs == generator && known.running() == function {
            return Some(known);
        }
        place = known.outer();
    }
    None
}

/// The frame object of a running frame's caller; none for the outermost frame and those that have ended.
///
/// # Errors
/// MemoryError.
pub fn frame_back(vm: &mut Vm, frame: Ref) -> PyResult<Option<Value>> {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    let mut place = frame_place(vm, frame).and_then(FramePlace::outer);
    while let Some(outer) = place.filter(|place| place.is_hidden()) {
        place = outer.outer();
    }
    place.map(|place| place.object(vm)).transpose()
}

/// A frame object for a suspended generator: its function, a copy of its registers.
///
/// # Errors
/// MemoryError.
pub fn generator_frame(vm: &mut Vm, generator: Ref) -> PyResult {
    let function = mem::value(generator, at::GEN_FUNCTION)
        .and_then(Function::of)
        .expect("generators have a function");
    let data = function.code();
    let pc: i64 = mem::get(generator, at::GEN_PC);
    let object = vm.alloc(layout::FRAME, &types::FRAME, at::FRAME_SIZE)?;
    vm.init(
        object,
        at::FRAME_GENERATOR,
        Some(Value::from_ref(generator)),
    );
    vm.init(
        object,
        at::FRAME_FUNCTION,
        Some(Value::from_ref(function.as_ref())),
    );
    vm.init(
        object,
        at::FRAME_GLOBALS,
        Some(Value::from_ref(function.globals())),
    );
    mem::set(object, at::FRAME_PC, pc as usize);
    let saved: usize = mem::get(generator, at::GEN_COUNT);
    let named = usize::from(data.block.named_count);
    let array = vm.alloc_values(named)?;
    for index in 0..named.min(saved) {
        let value = mem::value(generator, at::GEN_REGISTERS + 8 * index);
        let slot = array.field_ptr::<Option<Value>>(coil_heap::ARRAY_ITEMS + 8 * index);
        // SAFETY: an item of the array.
        unsafe { vm.mutator().store_item(array, slot, value) };
    }
    vm.store(object, at::FRAME_REGISTERS, Some(Value::from_ref(array)));
    Ok(Value::from_ref(object))
}
