//! Frame objects of running frames and suspended generators.

use coil_frame::FrameRecord;
use coil_value::{Ref, Value};
use taipan_bytecode::CodeFlags;
use taipan_objects::function::{CodeData, Function};
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Vm};

/// A frame object for a frame: its function, a copy of its registers.
///
/// # Errors
/// MemoryError.
pub fn new_frame_object(vm: &mut Vm, record: *mut FrameRecord) -> PyResult {
    // SAFETY: the caller gives a live record.
    let frame = unsafe { *record };
    // SAFETY: frames run live code.
    let data = unsafe { CodeData::of(frame.code) };
    // SAFETY: register -1 holds the running function.
    let function = unsafe { Value::from_bits(*frame.base.sub(1)) };
    let object = vm.alloc(layout::FRAME, &types::FRAME, 72)?;
    vm.init(object, at::FRAME_FUNCTION, function);
    let globals = function
        .and_then(Function::of)
        .map(|function| Value::from_ref(function.globals()));
    vm.init(object, at::FRAME_GLOBALS, globals);
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
    // SAFETY: the language word holds a value or 0.
    let extra = unsafe { Value::from_bits(frame.extra) };
    if data.has(CodeFlags::OPTIMIZED) {
        return Ok(Value::from_ref(object));
    }
    vm.store(object, at::FRAME_LOCALS, extra.or(globals));
    Ok(Value::from_ref(object))
}

/// The frame object of a running frame's caller; none for the outermost frame and those that have ended.
///
/// # Errors
/// MemoryError.
pub fn frame_back(vm: &mut Vm, frame: Ref) -> PyResult<Option<Value>> {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    let first = vm.cx.stack.records();
    let address: usize = mem::get(frame, at::FRAME_RECORD);
    if address <= first as usize || address > vm.cx.frame_top as usize {
        return Ok(None);
    }
    let mut record = std::ptr::with_exposed_provenance_mut::<FrameRecord>(address);
    // SAFETY: records between the first and the top are complete.
    let runs = unsafe { Value::from_bits(*(*record).base.sub(1)) };
    if runs != mem::value(frame, at::FRAME_FUNCTION) {
        return Ok(None);
    }
    loop {
        record = record.wrapping_sub(1);
        // SAFETY: as above; the first record has no code.
        let code = unsafe { (*record).code };
        if code.is_null() || record <= first {
            return Ok(None);
        }
        // SAFETY: frames run live code.
        if !unsafe { CodeData::of(code) }.has(CodeFlags::HIDDEN) {
            return new_frame_object(vm, record).map(Some);
        }
    }
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
    let object = vm.alloc(layout::FRAME, &types::FRAME, 72)?;
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
