//! What instructions say about memory, calls and new objects.

use crate::id::Ty;

/// How a field is read and written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// Unsigned byte.
    U8,
    /// Signed byte.
    I8,
    /// Unsigned 16 bits.
    U16,
    /// Signed 16 bits.
    I16,
    /// Unsigned 32 bits.
    U32,
    /// Signed 32 bits.
    I32,
    /// 64-bit integer.
    I64,
    /// Double.
    F64,
    /// Guest value.
    Val,
    /// Reference.
    Ref,
}

impl Access {
    /// Size in bytes, the scale of item accesses.
    pub fn size_bytes(self) -> u32 {
        match self {
            Access::U8 | Access::I8 => 1,
            Access::U16 | Access::I16 => 2,
            Access::U32 | Access::I32 => 4,
            Access::I64 | Access::F64 | Access::Val | Access::Ref => 8,
        }
    }

    /// The type of what is read.
    pub fn ty(self) -> Ty {
        match self {
            Access::F64 => Ty::Float,
            Access::Val => Ty::Val,
            Access::Ref => Ty::Ref,
            _ => Ty::Int,
        }
    }
}

/// A place inside objects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    /// Distance from the base pointer in bytes.
    pub offset: i32,
    /// Width and kind.
    pub access: Access,
    /// Alias class: accesses of different classes never touch the same memory. Accesses of one class may, unless their
    /// objects are known to differ (or, for items, their indices are).
    pub alias: u32,
    /// Never written after the object is visible to a trace: loads may be shared across any effect.
    pub immutable: bool,
    /// Which write barrier a store needs.
    pub barrier: Barrier,
}

/// The write barrier of a field.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Barrier {
    /// None: not a heap reference, or memory that is scanned as a root.
    None,
    /// Remember the object; the base pointer is the object.
    Object,
    /// Remember the slot; the object header stands this many bytes before the base pointer (0: the base is the object).
    Slot(u16),
}

/// What a native function may do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Effects {
    /// Depends on its arguments alone.
    Pure,
    /// Reads memory.
    Reads,
    /// Writes memory of one alias class only (`u32`), reads anything.
    Writes(u32),
    /// Writes memory of two alias classes only, reads anything.
    WritesBoth(u32, u32),
    /// Anything.
    Any,
}

/// A native function called from a trace: `extern "C" fn(cx, args...) -> result`, floats in float registers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Call {
    /// For dumps and counters.
    pub name: &'static str,
    /// Address.
    pub function: usize,
    /// Types of the arguments (the context pointer is passed first and not counted).
    pub params: Vec<Ty>,
    /// Type of the result.
    pub result: Ty,
    /// Effects.
    pub effects: Effects,
    /// May leave an exception pending; `guard_no_raise` or `guard_raise` follows.
    pub can_raise: bool,
    /// May collect garbage (allocates).
    pub can_collect: bool,
    /// May look at the guest's frames or run guest code; the frames of the snapshot are made available to it.
    pub sees_frames: bool,
}

/// A kind of object made inline.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NewObject {
    /// Layout id.
    pub layout: u16,
    /// Size in bytes, a multiple of 8.
    pub size_bytes: u32,
}
