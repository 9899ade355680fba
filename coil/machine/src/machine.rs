//! The [`Machine`] trait.

use crate::cache::{Deps, Key};
use crate::opaque::{Arg, Opaque};
use crate::ops::{BoolOps, FloatOps, IntOps, RefOps, ValOps};
use coil_frame::{CodeBlock, Context};
use coil_heap::OutOfMemory;
use coil_trace::Field;
use coil_value::Value;

/// Why a handler does not go on with the next bytecode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Leave {
    /// An exception is pending (`Context::pending`); the run loop unwinds.
    Raised,
    /// The machine's run ends; the driver knows why (root frame returned, hot loop found, trace finished or aborted).
    Stop,
}

/// What a handler returns: go on with the next bytecode, or leave.
pub type Next = Result<(), Leave>;

/// Where version cells count writes that nobody had to be told of: their upper bits. The count stays at its highest.
const WRITE: u32 = 1 << 29;

/// Whether the value that a version cell belongs to was written so often that traces should not take it for constant.
#[must_use]
pub fn often_written(version: u32) -> bool {
    version >= 7 * WRITE
}

/// A version cell after a write of what it belongs to, which nobody watches.
#[must_use]
pub fn written(version: u32) -> u32 {
    if often_written(version) {
        version
    } else {
        version + WRITE
    }
}

/// Something for [`Machine::load_watched`] to read where only the dependency counts.
pub static UNREAD: u64 = 0;

/// A flag that few objects have, and that stays: see [`Machine::is_marked`].
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The flags.
    pub field: Field,
    /// The flag among them.
    pub flag: u8,
    /// The address of a value that is set once an object has the flag.
    pub seen: *const u64,
    /// Its version cell.
    pub version: *const u32,
}

/// What handlers are generic over.
pub trait Machine: Sized {
    /// Truth values.
    type Bool: BoolOps;
    /// Integers.
    type Int: IntOps<Bool = Self::Bool, Float = Self::Float>;
    /// Floats.
    type Float: FloatOps<Bool = Self::Bool, Int = Self::Int>;
    /// Guest values.
    type Val: ValOps<Bool = Self::Bool, Int = Self::Int, Float = Self::Float, Ref = Self::Ref>;
    /// References.
    type Ref: RefOps<Bool = Self::Bool, Int = Self::Int, Float = Self::Float, Val = Self::Val>;

    /// Whether this machine records. For statistics and assertions only: handlers do the same on all machines.
    const RECORDS: bool;

    // ---- constants
    /// An integer constant.
    fn int(&self, int: i64) -> Self::Int;
    /// A float constant.
    fn float(&self, float: f64) -> Self::Float;
    /// A guest value constant. Objects among constants must not move (they are kept alive by the code or trace that holds them).
    fn val(&self, value: Value) -> Self::Val;
    /// The unset value.
    fn unset(&self) -> Self::Val;
    /// An address constant.
    fn address(&self, address: usize) -> Self::Ref;

    // ---- boxing
    /// The guest value of an integer (an object when it does not fit inline).
    fn from_int(&mut self, int: Self::Int) -> Self::Val;
    /// The guest value of a float (an object for NaN).
    fn from_float(&mut self, float: Self::Float) -> Self::Val;

    // ---- code and registers
    /// The start of a bytecode. An error means that the machine stops before it.
    fn checkpoint(&mut self) -> Next;
    /// The instruction word at pc; pc then stands after it.
    fn fetch(&mut self) -> u64;
    /// Steps over the `count` cache words of the instruction.
    fn skip(&mut self, count: usize);
    /// Moves pc by a number of words, counted from after the instruction and its caches.
    fn jump(&mut self, distance: i32);
    /// The address of the word `distance` words from pc (caches stand at -1, -2, ...).
    fn word_at(&self, distance: isize) -> *mut u64;
    /// The running code.
    fn code(&self) -> *const CodeBlock;
    /// A constant of the running code.
    fn constant(&self, index: usize) -> Self::Val;
    /// A register. -1 is the function (or generator) that runs.
    fn reg(&mut self, index: i32) -> Self::Val;
    /// Writes a register.
    fn set_reg(&mut self, index: i32, value: Self::Val);

    // ---- calls of guest code
    /// Pushes a frame whose window starts at register `window` of the running one, to deliver its result (by `kind`) to register
    /// `result` of this one. `extra` is the frame's language word. Registers of the new window from `first_unset` up to its named ones
    /// are made unset. Must be the last thing a handler does.
    ///
    /// # Errors
    /// `Stop` when the machine's driver must act (hot function, compiled function). When the stack is exhausted the frame is not
    /// pushed, and the language's overflow hook has made an exception pending: `Raised`.
    fn push_frame(
        &mut self,
        code: *const CodeBlock,
        window: i32,
        first_unset: i32,
        result: u16,
        kind: u16,
        extra: Self::Val,
    ) -> Next;
    /// The running frame is about to be left with `value`: gives its kind and result register, both static.
    ///
    /// # Errors
    /// `Stop` when the frame is the outermost of this run (the machine then keeps `value` for its driver).
    fn returning(&mut self, value: Self::Val) -> Result<(u16, u16), Leave>;
    /// As [`Machine::returning`] for a frame that is suspended: the language delivers `value` to the result register whatever the kind of frame is.
    ///
    /// # Errors
    /// As `returning`.
    fn yielding(&mut self, value: Self::Val) -> Result<(u16, u16), Leave>;
    /// The running frame is about to be left by the pending exception: gives its kind and result register, both static.
    ///
    /// # Errors
    /// `Raised` on Direct when the frame is the outermost of this run (it stays pushed; the driver pops it), `Stop` when the machine ends
    /// its run here.
    fn unwinding(&mut self) -> Result<(u16, u16), Leave>;
    /// What follows is not to be compiled: a trace ends before the present bytecode, or before the present step of unwinding.
    #[inline(always)]
    fn leave_trace(&mut self) {}
    /// Like `push_frame`, but execution goes on at word `pc` of the code, in a window whose registers have been written already
    /// (a generator that is resumed). Does not count as a call and enters no compiled code.
    ///
    /// # Errors
    /// As `push_frame`.
    fn resume_frame(
        &mut self,
        code: *const CodeBlock,
        window: i32,
        pc: u32,
        result: u16,
        kind: u16,
        extra: Self::Val,
    ) -> Next;
    /// Drops the running frame; the caller runs on after its instruction. Only after `returning` or `unwinding`.
    fn pop_frame(&mut self);
    /// The language word of the running frame.
    fn frame_extra(&mut self) -> Self::Val;
    /// Writes the language word of the running frame.
    fn set_frame_extra(&mut self, value: Self::Val);
    /// A loop header with its cache word at -1: counts, enters compiled code, polls for events.
    ///
    /// # Errors
    /// `Stop` when the driver must act; `Raised` when an event raised.
    fn loop_header(&mut self) -> Next;

    /// Ends a bytecode by a condition that may come after its effects: jumps by `distance` if it holds. Gives whether it did; for either way the
    /// registers must be as they are to be when execution goes on there.
    fn branch(&mut self, condition: Self::Bool, distance: i32) -> bool;
    /// As [`Machine::branch`]; where it does not jump it writes `value` to a register.
    fn branch_or_set(
        &mut self,
        condition: Self::Bool,
        distance: i32,
        register: i32,
        value: Self::Val,
    );

    // ---- promotion
    /// The value that `find` computes from the keys. Direct keeps it in the instruction's cache word `cache` (counted back from pc: 1 is the
    /// last word of the instruction), the Recorder promotes the keys and folds the result. `find` gives none when there is no fast way.
    fn cached<T: Copy + 'static>(
        &mut self,
        cache: usize,
        keys: [Key<Self>; 2],
        find: impl FnOnce(&Self, [u64; 2], &mut Deps) -> Option<T>,
    ) -> Option<T>;
    /// Traces of what runs here hold as long as this version cell keeps its content. The cell never moves and is never freed.
    fn depend_on(&mut self, cell: *const u32);
    /// The guest value at an address that changes rarely: a constant in traces, which are invalidated when the version cell changes.
    /// With [`UNREAD`] for the address only the dependency counts, and is never left out however often the cell changes.
    fn load_watched(&mut self, address: *const u64, version: *const u32) -> Self::Val;

    /// Whether the value that a version cell belongs to is written so often that it should be read as any other: neither by
    /// [`Self::load_watched`] nor from a cache of it.
    fn is_volatile(&mut self, version: *const u32) -> bool;
    /// Asked before the value that a version cell belongs to is written: whether that may be done without telling anybody, because nobody
    /// watches it. Counts the write.
    fn may_write(&mut self, version: *mut u32) -> bool;

    /// Whether an object has a flag, which it can get in opaque calls that may do anything only. Traces test it, but not before some object
    /// has it. `looked` says that the handler has just compared the object's layout with that of objects without the flag: that suffices
    /// where layouts are not taken for immutable.
    #[inline(always)]
    fn is_marked(&mut self, object: Self::Ref, mark: Mark, looked: bool) -> bool {
        let _ = looked;
        if !self.load_watched(mark.seen, mark.version).is_set().yes() {
            return false;
        }
        let (flag, zero) = (self.int(i64::from(mark.flag)), self.int(0));
        let found = object.load_int(mark.field) & flag;
        !found.equals(zero).yes()
    }

    // ---- objects
    /// A new object with all bytes after the header zero.
    ///
    /// # Errors
    /// No memory.
    fn alloc(
        &mut self,
        layout: u16,
        size_bytes: u32,
        ty: Self::Ref,
    ) -> Result<Self::Ref, OutOfMemory>;
    /// Stores an integer field.
    fn store_int(&mut self, object: Self::Ref, field: Field, value: Self::Int);
    /// Stores a float field.
    fn store_float(&mut self, object: Self::Ref, field: Field, value: Self::Float);
    /// Stores a value field, with its barrier.
    fn store_val(&mut self, object: Self::Ref, field: Field, value: Self::Val);
    /// Stores a reference field, with its barrier.
    fn store_ref(&mut self, object: Self::Ref, field: Field, value: Self::Ref);
    /// Stores an integer item.
    fn store_item_int(&mut self, base: Self::Ref, field: Field, index: Self::Int, value: Self::Int);
    /// Stores a float item.
    fn store_item_float(
        &mut self,
        base: Self::Ref,
        field: Field,
        index: Self::Int,
        value: Self::Float,
    );
    /// Stores a value item, with its barrier.
    fn store_item_val(&mut self, base: Self::Ref, field: Field, index: Self::Int, value: Self::Val);

    /// Copies the first `count` items of an object to registers from `first` on.
    #[inline(always)]
    fn load_registers(&mut self, first: i32, object: Self::Ref, field: Field, count: usize) {
        for index in 0..count {
            let at = self.int(index as i64);
            let value = object.item_val(field, at);
            self.set_reg(first + index as i32, value);
        }
    }
    /// Copies `count` registers from `first` on to the first items of an object, with its barrier.
    #[inline(always)]
    fn store_registers(&mut self, object: Self::Ref, field: Field, first: i32, count: usize) {
        for index in 0..count {
            let value = self.reg(first + index as i32);
            let at = self.int(index as i64);
            self.store_item_val(object, field, at, value);
        }
    }

    // ---- opaque calls
    /// Calls for an integer (or bool as 0/1).
    ///
    /// # Errors
    /// It raised.
    fn call_int<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
    ) -> Result<Self::Int, Leave>;
    /// Calls for a float; arguments are all floats (at most two) or all not.
    ///
    /// # Errors
    /// It raised.
    fn call_float<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
    ) -> Result<Self::Float, Leave>;
    /// Calls for a guest value (unset only where the function says so).
    ///
    /// # Errors
    /// It raised.
    fn call_val<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
    ) -> Result<Self::Val, Leave>;
    /// Calls for nothing.
    ///
    /// # Errors
    /// It raised.
    fn call_void<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Self>; N],
    ) -> Next;
    /// Runs a rarely taken part of a handler out of line, so that it does not weigh on the hot part.
    fn cold<R>(&mut self, part: impl FnOnce(&mut Self) -> R) -> R;
    /// Runs a part of a handler, or a handler, in a function of its own: one that is too large to weigh on the registers of the others.
    fn outlined<R>(&mut self, part: impl FnOnce(&mut Self) -> R) -> R;
    /// The context; for static facts and for raising (natives are called by the methods above).
    fn context(&self) -> *mut Context;
    /// Writes pc to the frame record, for code that looks at it through `context`.
    fn sync_pc(&mut self);
    /// The pending exception is taken: gives it and clears it (start of an exception handler).
    fn take_pending(&mut self) -> Self::Val;
    /// Makes `value` the pending exception.
    ///
    /// # Errors
    /// Always `Raised`.
    fn raise(&mut self, value: Self::Val) -> Next;
    /// The address of register `first` of the running window, with registers `first .. first + count` written to memory, for natives that read
    /// (or, with `count` 0, write) a run of registers. What a native wrote is read back with item loads and `set_reg`.
    fn argument_area(&mut self, first: i32, count: usize) -> Self::Ref;
    /// How far above the running window a native or nested run may use registers: the index of the first free register of the
    /// running window.
    fn window_top(&self) -> i32;
}
