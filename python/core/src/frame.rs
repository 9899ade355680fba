//! Frame objects. The interpreter makes them: FRAME_RECORD is the address of the frame's record (which may be gone or another's meanwhile),
//! FRAME_REGISTERS a copy of its named registers (an array), FRAME_PC the index of the word after the running instruction, FRAME_LOCALS the
//! namespace of module and class bodies.

use crate::util::{address, field_or_none, getset, given};
use coil_frame::FrameRecord;
use coil_heap::{ARRAY_ITEMS, ARRAY_LENGTH};
use coil_value::{Ref, Value};
use taipan_bytecode::CodeFlags;
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::function::{CodeData, Function};
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::vm::Vm;

/// `frame`.
pub(crate) static FRAME: TypeDef = TypeDef {
    ty: &types::FRAME,
    slots: |slots: &mut Slots| {
        slots.repr = Some(repr);
    },
    methods: METHODS,
    getset: getset! {
        "f_code" => |_, this| Ok(code_of(mem::expect_ref(this)).map_or_else(ty::none, |code| Value::from_ref(code.object)));
        "f_globals" => |_, this| Ok(globals_of(mem::expect_ref(this)));
        "f_builtins" => |vm, this| builtins(vm, this);
        "f_locals" => |vm, this| locals(vm, mem::expect_ref(this));
        "f_lineno" => |vm, this| Ok(match line_of(vm, mem::expect_ref(this)) { Some(line) => number::small(line.into()), None => ty::none() }),
            |_, _, _| Ok(());
        "f_lasti" => |vm, this| Ok(number::small(2 * i64::from(word_of(vm, mem::expect_ref(this)).unwrap_or(0))));
        "f_back" => |vm, this| back(vm, this);
        "f_trace" => |_, _| Ok(ty::none()), |_, _, _| Ok(());
        "f_trace_lines" => |_, _| Ok(ty::bool_value(true)), |_, _, _| Ok(());
        "f_trace_opcodes" => |_, _| Ok(ty::bool_value(false)), |_, _, _| Ok(());
        "f_generator" => |_, this| Ok(running(mem::expect_ref(this)).filter(|object| object.layout() == layout::GENERATOR).map_or_else(ty::none, Value::from_ref));
    },
    doc: "",
    module: "",
};

natives! {
    static METHODS = {
        "clear" method NoArgs, "($self, /)" => clear;
        "__sizeof__" method NoArgs, "($self, /)" => |_, _| Ok(number::small(72));
    }
}

/// The record of a frame that still runs. The field keeps its address when the frame is gone, so that is checked.
fn record_of<'a>(vm: &Vm, frame: Ref) -> Option<&'a FrameRecord> {
    let address: usize = mem::get(frame, at::FRAME_RECORD);
    let first = vm.cx.stack.records() as usize;
    if address <= first || address > vm.cx.frame_top as usize {
        return None;
    }
    let record = std::ptr::with_exposed_provenance::<FrameRecord>(address);
    // SAFETY: records between the first and the top are complete; the record stack never moves.
    let record = unsafe { &*record };
    // SAFETY: F2, the register before the window holds the function or generator that runs.
    let bits = unsafe { *record.base.wrapping_sub(1) };
    // SAFETY: as above.
    let runs = unsafe { Value::from_bits(bits) };
    // Another generator may run in the same place.
    let generator = mem::value(frame, at::FRAME_GENERATOR);
    let same = generator.is_none_or(|generator| record.extra == generator.bits());
    let runs_on = !record.code.is_null() && runs == running(frame).map(Value::from_ref);
    (runs_on && same).then_some(record)
}

/// The function or generator that the frame runs.
fn running(frame: Ref) -> Option<Ref> {
    mem::reference(frame, at::FRAME_FUNCTION)
}

/// The function of a frame.
pub fn function_of(frame: Ref) -> Option<Function> {
    crate::util::function_behind(Value::from_ref(running(frame)?))
}

/// The code of a frame.
pub fn code_of<'a>(frame: Ref) -> Option<&'a CodeData> {
    let running = running(frame)?;
    if running.layout() == layout::CODE {
        return Some(CodeData::of_object(running));
    }
    function_of(frame).map(Function::code)
}

fn globals_of(frame: Ref) -> Value {
    let known = mem::value(frame, at::FRAME_GLOBALS);
    known
        .or_else(|| function_of(frame).map(|function| Value::from_ref(function.globals())))
        .unwrap_or_else(ty::none)
}

/// The globals of a frame.
pub(crate) fn globals(frame: Ref) -> Option<Dict> {
    Dict::of(globals_of(frame))
}

/// Index of the word that the frame is at (that of its running instruction or its last cache word).
pub fn word_of(vm: &mut Vm, frame: Ref) -> Option<u32> {
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    let next = match record_of(vm, frame) {
        Some(record) => {
            // SAFETY: records point at live code.
            let code = unsafe { &*record.code };
            // SAFETY: F1.
            unsafe { code.index_of(record.pc) }
        }
        None => u32::try_from(mem::get::<i64>(frame, at::FRAME_PC)).ok()?,
    };
    Some(next.saturating_sub(1))
}

/// The line that the frame is at.
pub fn line_of(vm: &mut Vm, frame: Ref) -> Option<u32> {
    let code = &code_of(frame)?.code;
    let line = code
        .position_of(word_of(vm, frame)?)
        .map_or(code.first_line, |position| position.line);
    (line != 0).then_some(line)
}

fn builtins(vm: &mut Vm, this: Value) -> PyResult {
    let name = vm.interp.names.__builtins__.str();
    let found = globals(mem::expect_ref(this)).and_then(|globals| globals.get_str(name));
    Ok(match found {
        Some(module) => taipan_objects::protocol::module_dict(module).map_or(module, Dict::value),
        None => vm.interp.builtins().value(),
    })
}

fn register(vm: &Vm, frame: Ref, index: usize) -> Option<Value> {
    if let Some(record) = record_of(vm, frame) {
        // SAFETY: F2, named registers hold values or 0.
        let bits = unsafe { *record.base.wrapping_add(index) };
        // SAFETY: as above.
        return unsafe { Value::from_bits(bits) };
    }
    let array = mem::reference(frame, at::FRAME_REGISTERS)?;
    let count: usize = mem::get(array, ARRAY_LENGTH);
    if index >= count {
        return None;
    }
    mem::value(array, ARRAY_ITEMS + 8 * index)
}

/// `f_locals`: the namespace of a module or class body; for functions a dict with the variables as they are now.
///
/// # Errors
/// MemoryError.
pub fn locals(vm: &mut Vm, frame: Ref) -> PyResult {
    let Some(code) = code_of(frame) else {
        return Ok(vm.new_dict()?.value());
    };
    if !code.has(CodeFlags::OPTIMIZED) {
        let own = given(mem::value(frame, at::FRAME_LOCALS));
        return Ok(own.unwrap_or_else(|| globals_of(frame)));
    }
    let dict = vm.new_dict()?;
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    let cells: Vec<(&String, usize)> = code
        .code
        .cellvars
        .iter()
        .chain(&code.code.freevars)
        .map(|(name, register)| (name, usize::from(*register)))
        .collect();
    for (index, name) in code.code.varnames.iter().enumerate() {
        if name.starts_with('.') || cells.iter().any(|(_, register)| *register == index) {
            continue;
        }
        if let Some(value) = register(vm, frame, index) {
            dict.set_name(vm, name, value)?;
        }
    }
    for (name, index) in cells {
        let Some(value) = register(vm, frame, index) else {
            continue;
        };
        let cell = value
            .as_ref()
            .filter(|object| object.layout() == layout::CELL);
        let value = match cell {
            Some(cell) => mem::value(cell, at::CELL_VALUE),
            None => Some(value),
        };
        if let Some(value) = value {
            dict.set_name(vm, name, value)?;
        }
    }
    Ok(dict.value())
}

fn back(vm: &mut Vm, this: Value) -> PyResult {
    let frame = mem::expect_ref(this);
    if mem::value(frame, at::FRAME_BACK).is_none()
        && let Some(hook) = vm.interp.hooks.frame_back
    {
        let found = hook(vm, frame)?;
        vm.store(frame, at::FRAME_BACK, found);
    }
    Ok(field_or_none(this, at::FRAME_BACK))
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let frame = mem::expect_ref(this);
    let place = address(vm, frame);
    let (file, name) = match code_of(frame) {
        Some(code) => (code.code.filename.clone(), code.code.name.clone()),
        None => Default::default(),
    };
    let line = line_of(vm, frame).map_or("None".to_owned(), |line| line.to_string());
    let file = vm.new_str(&file)?;
    let file = taipan_objects::protocol::repr(vm, file).map(Str::to_rust)?;
    vm.new_str(&format!(
        "<frame at {place:#x}, file {file}, line {line}, code {name}>"
    ))
}

fn clear(vm: &mut Vm, args: Args) -> PyResult {
    let frame = mem::expect_ref(args.at(0));
    // SAFETY: the context is the running one.
    let _frames = unsafe { coil_jit::real_frames(&raw mut vm.cx) };
    if record_of(vm, frame).is_some() {
        return Err(vm.raise_runtime("cannot clear an executing frame"));
    }
    vm.store(frame, at::FRAME_REGISTERS, None);
    Ok(ty::none())
}
