//! The Direct machine: handlers on plain values.
//!
//! A `Direct` is four words that the run loop keeps in machine registers: it must never have its address taken on a hot path, which is
//! why slow parts go through [`Machine::cold`] (they get a copy). Invariants D1: `cx` is live and attached for the whole run;
//! D2: `base` is the running frame's window, `pc` stands in its code; D3: registers hold valid values or 0.

use crate::cache::{CacheEntry, Deps, Key};
use crate::machine::{Leave, Machine, Mark, Next, written};
use crate::opaque::{Arg, Opaque};
use crate::ops::RefOps;
use crate::state::{COUNTER_LIMIT, MachineState, StopReason};
use coil_frame::{CodeBlock, Context, FrameRecord};
use coil_heap::OutOfMemory;
use coil_trace::Field;
use coil_value::{LayoutId, Ref, Value};
use std::mem::transmute;
use std::sync::atomic::Ordering::Relaxed;

use super::values::{DirectBool, DirectFloat, DirectInt, DirectRef, DirectVal};

/// The interpreter's machine.
#[derive(Clone, Copy, Debug)]
pub struct Direct {
    pc: *const u64,
    base: *mut u64,
    consts: *const u64,
    cx: *mut Context,
}

impl Direct {
    /// A machine for the innermost frame of a context, from where its record stands.
    ///
    /// # Safety
    /// D1 holds and the record is complete.
    pub unsafe fn resume(cx: *mut Context) -> Direct {
        // SAFETY: D1.
        let record = unsafe { *(*cx).frame_top };
        Direct {
            pc: record.pc,
            base: record.base,
            // SAFETY: a record's code is live.
            consts: unsafe { (*record.code).consts },
            cx,
        }
    }

    /// The next instruction.
    pub fn pc(&self) -> *const u64 {
        self.pc
    }

    /// The window.
    pub fn base(&self) -> *mut u64 {
        self.base
    }

    #[inline(always)]
    fn top(&self) -> *mut FrameRecord {
        // SAFETY: D1.
        unsafe { (*self.cx).frame_top }
    }

    #[cold]
    #[inline(never)]
    fn stop(self, reason: StopReason) -> Next {
        let mut copy = self;
        copy.sync_pc();
        // SAFETY: D1; no other reference is held here.
        unsafe { MachineState::of(self.cx) }.stop = reason;
        Err(Leave::Stop)
    }

    #[cold]
    #[inline(never)]
    fn overflow(self) -> Next {
        let mut copy = self;
        copy.sync_pc();
        // SAFETY: D1.
        let hook = unsafe { MachineState::of(self.cx) }.hooks.stack_overflow;
        hook(self.cx);
        Err(Leave::Raised)
    }

    /// Sees to events that are pending, at the start of a loop's turn or of a function.
    #[cold]
    #[inline(never)]
    fn event(self) -> Next {
        let mut copy = self;
        copy.sync_pc();
        // SAFETY: D1.
        let hook = unsafe { MachineState::of(self.cx) }.hooks.event;
        if hook(self.cx) {
            return Err(Leave::Raised);
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn header_slow(self, slot: *mut u64, word: u64) -> Next {
        // SAFETY: D1.
        let events = unsafe { (*self.cx).events.load(Relaxed) };
        if events != 0 {
            self.event()?;
        }
        if word >= COUNTER_LIMIT {
            return self.stop(StopReason::EnterLoop);
        }
        // SAFETY: D1.
        let state = unsafe { MachineState::of(self.cx) };
        let (hot, wrap) = (state.is_hot_loop(word), word >= state.loop_limit);
        // A counter never becomes an address.
        // SAFETY: a cache word of the running code.
        unsafe { slot.write(if wrap { 0 } else { word + 1 }) };
        if hot {
            return self.stop(StopReason::HotLoop);
        }
        Ok(())
    }

    /// The entry for a lookup that the entries of its site did not answer. The keys are passed as they are so that they need no memory before.
    #[cold]
    #[inline(never)]
    fn cached_slow<T: Copy + 'static>(
        self,
        slot: *mut u64,
        first_key: u64,
        second_key: u64,
        find: impl FnOnce(&Direct, [u64; 2], &mut Deps) -> Option<T>,
    ) -> *const CacheEntry<T> {
        let mut copy = self;
        copy.sync_pc();
        // SAFETY: D1; `find` does not use caches.
        let caches = unsafe { &raw mut MachineState::of(self.cx).caches };
        // SAFETY: as above.
        let first = std::ptr::with_exposed_provenance::<CacheEntry<T>>(unsafe { *slot } as usize);
        let site = slot.expose_provenance();
        // SAFETY: as above.
        let caches = unsafe { &mut *caches };
        let (entry, first) = caches.lookup(site, first, [first_key, second_key], |keys, deps| {
            find(&copy, keys, deps)
        });
        // SAFETY: a cache word of the running code.
        unsafe { slot.write(first.expose_provenance() as u64) };
        entry
    }

    #[inline(always)]
    fn bits(arg: Arg<Direct>) -> u64 {
        match arg {
            Arg::Int(int) => int.0.cast_unsigned(),
            Arg::Val(val) => val.0,
            Arg::Ref(reference) => reference.0 as u64,
            Arg::Float(_) => unreachable!("floats are passed by the float forms"),
        }
    }

    #[inline(always)]
    fn invoke<const N: usize>(&mut self, function: &'static Opaque, args: [Arg<Direct>; N]) -> u64 {
        self.sync_pc();
        let (f, cx) = (function.function, self.cx);
        debug_assert_eq!(function.params.len(), N, "{}", function.name);
        // SAFETY: `Opaque` promises a C function with these parameters; N says how many.
        unsafe {
            match N {
                0 => transmute::<*const (), extern "C" fn(*mut Context) -> u64>(f)(cx),
                1 => transmute::<*const (), extern "C" fn(*mut Context, u64) -> u64>(f)(
                    cx,
                    Self::bits(args[0]),
                ),
                2 => transmute::<*const (), extern "C" fn(*mut Context, u64, u64) -> u64>(f)(
                    cx,
                    Self::bits(args[0]),
                    Self::bits(args[1]),
                ),
                3 => transmute::<*const (), extern "C" fn(*mut Context, u64, u64, u64) -> u64>(f)(
                    cx,
                    Self::bits(args[0]),
                    Self::bits(args[1]),
                    Self::bits(args[2]),
                ),
                4 => {
                    transmute::<*const (), extern "C" fn(*mut Context, u64, u64, u64, u64) -> u64>(
                        f,
                    )(
                        cx,
                        Self::bits(args[0]),
                        Self::bits(args[1]),
                        Self::bits(args[2]),
                        Self::bits(args[3]),
                    )
                }
                5 => transmute::<
                    *const (),
                    extern "C" fn(*mut Context, u64, u64, u64, u64, u64) -> u64,
                >(f)(
                    cx,
                    Self::bits(args[0]),
                    Self::bits(args[1]),
                    Self::bits(args[2]),
                    Self::bits(args[3]),
                    Self::bits(args[4]),
                ),
                _ => unreachable!("opaque calls take at most five arguments"),
            }
        }
    }

    #[inline(always)]
    fn pending(&self) -> bool {
        // SAFETY: D1.
        unsafe { (*self.cx).pending != 0 }
    }
}

impl Machine for Direct {
    type Bool = DirectBool;
    type Int = DirectInt;
    type Float = DirectFloat;
    type Val = DirectVal;
    type Ref = DirectRef;

    const RECORDS: bool = false;

    #[inline(always)]
    fn int(&self, int: i64) -> DirectInt {
        DirectInt(int)
    }
    #[inline(always)]
    fn float(&self, float: f64) -> DirectFloat {
        DirectFloat(float)
    }
    #[inline(always)]
    fn val(&self, value: Value) -> DirectVal {
        DirectVal(value.bits())
    }
    #[inline(always)]
    fn unset(&self) -> DirectVal {
        DirectVal(0)
    }
    #[inline(always)]
    fn address(&self, address: usize) -> DirectRef {
        DirectRef(address)
    }

    #[inline(always)]
    fn from_int(&mut self, int: DirectInt) -> DirectVal {
        if Value::fits_small_int(int.0) {
            DirectVal(Value::from_small_int_unchecked(int.0).bits())
        } else {
            self.cold(move |m| {
                m.sync_pc();
                // SAFETY: D1.
                let hook = unsafe { MachineState::of(m.cx) }.hooks.box_int;
                DirectVal(hook(m.cx, int.0))
            })
        }
    }
    #[inline(always)]
    fn from_float(&mut self, float: DirectFloat) -> DirectVal {
        if float.0.is_nan() {
            self.cold(move |m| {
                m.sync_pc();
                // SAFETY: D1.
                let hook = unsafe { MachineState::of(m.cx) }.hooks.box_float;
                DirectVal(hook(m.cx, float.0))
            })
        } else {
            DirectVal(float.0.to_bits().wrapping_add(1 << 49))
        }
    }

    #[inline(always)]
    fn checkpoint(&mut self) -> Next {
        Ok(())
    }
    #[inline(always)]
    fn fetch(&mut self) -> u64 {
        // SAFETY: D2.
        let word = unsafe { *self.pc };
        // SAFETY: D2; code ends with an instruction that leaves it.
        self.pc = unsafe { self.pc.add(1) };
        word
    }
    #[inline(always)]
    fn skip(&mut self, count: usize) {
        // SAFETY: D2; caches belong to the code.
        self.pc = unsafe { self.pc.add(count) };
    }
    #[inline(always)]
    fn jump(&mut self, distance: i32) {
        // SAFETY: D2; jumps stay within the code (verified when it was made).
        self.pc = unsafe { self.pc.offset(distance as isize) };
    }
    #[inline(always)]
    fn word_at(&self, distance: isize) -> *mut u64 {
        self.pc.wrapping_offset(distance).cast_mut()
    }
    #[inline(always)]
    fn code(&self) -> *const CodeBlock {
        // SAFETY: D1.
        unsafe { (*self.top()).code }
    }
    #[inline(always)]
    fn constant(&self, index: usize) -> DirectVal {
        // SAFETY: D2; operands are in range (verified).
        DirectVal(unsafe { *self.consts.add(index) })
    }
    #[inline(always)]
    fn reg(&mut self, index: i32) -> DirectVal {
        // SAFETY: D2.
        DirectVal(unsafe { *self.base.offset(index as isize) })
    }
    #[inline(always)]
    fn set_reg(&mut self, index: i32, value: DirectVal) {
        // NO-BARRIER: root.
        // SAFETY: D2.
        unsafe { *self.base.offset(index as isize) = value.0 };
    }

    #[inline(always)]
    fn push_frame(
        &mut self,
        code: *const CodeBlock,
        window: i32,
        first_unset: i32,
        result: u16,
        kind: u16,
        extra: DirectVal,
    ) -> Next {
        // SAFETY: the language gives live code.
        let block = unsafe { &*code };
        let base = self.base.wrapping_offset(window as isize);
        let top = self.top();
        let record = top.wrapping_add(1);
        let end = base.wrapping_add(usize::from(block.register_count));
        // SAFETY: D1.
        let context = unsafe { &mut *self.cx };
        if record >= context.record_limit || end > context.register_limit {
            return self.overflow();
        }
        // SAFETY: D1.
        unsafe { (*top).pc = self.pc };
        // Compiled code that this frame once waited for belongs to another call.
        // SAFETY: D1.
        unsafe { (*top).resume = std::ptr::null() };
        // SAFETY: below the limit.
        unsafe {
            record.write(FrameRecord {
                code,
                pc: block.words,
                base,
                resume: std::ptr::null(),
                result,
                kind,
                scans: 0,
                extra: extra.0,
            });
        }
        context.frame_top = record;
        let named = i32::from(block.named_count);
        let mut at = first_unset;
        // Volatile: these are few, and the compiler would call a function to clear them.
        while at < named {
            // SAFETY: within the new window.
            unsafe { base.offset(at as isize).write_volatile(0) };
            at += 1;
        }
        self.base = base;
        self.pc = block.words;
        self.consts = block.consts;
        if !block.entry.is_null() {
            return self.stop(StopReason::EnterFunction);
        }
        let hot = block.hot.wrapping_add(1);
        // SAFETY: the counter is this toolkit's own; a lost update is harmless.
        unsafe { (&raw mut (*code.cast_mut()).hot).write(hot) };
        // SAFETY: D1.
        if hot == unsafe { MachineState::of(self.cx) }.function_threshold {
            return self.stop(StopReason::HotFunction);
        }
        if context.events.load(Relaxed) != 0 {
            return self.event();
        }
        Ok(())
    }
    #[inline(always)]
    fn returning(&mut self, value: DirectVal) -> Result<(u16, u16), Leave> {
        // SAFETY: D1.
        let record = unsafe { &*self.top() };
        if record.kind == 0 {
            return Ok((0, record.result));
        }
        if record.kind == FrameRecord::ROOT {
            // SAFETY: D1.
            let state = unsafe { MachineState::of(self.cx) };
            // SAFETY: D3.
            state.result = unsafe { Value::from_bits(value.0) };
            state.stop = StopReason::Returned;
            return Err(Leave::Stop);
        }
        Ok((record.kind, record.result))
    }
    #[inline(always)]
    fn yielding(&mut self, value: DirectVal) -> Result<(u16, u16), Leave> {
        self.returning(value)
    }
    #[inline(always)]
    fn unwinding(&mut self) -> Result<(u16, u16), Leave> {
        // SAFETY: D1.
        let record = unsafe { &*self.top() };
        if record.kind == FrameRecord::ROOT {
            return Err(Leave::Raised);
        }
        let (kind, result) = (record.kind, record.result);
        let caller = self.top().wrapping_sub(1);
        // SAFETY: D1: below a frame that is no root stands its caller's record.
        let caller = unsafe { &*caller };
        // SAFETY: code of records is live.
        if result >= unsafe { (*caller.code).named_count } {
            // Nothing will be written there, and compiled code leaves anything in it.
            // NO-BARRIER: root.
            // SAFETY: a register of the caller's window.
            unsafe { *caller.base.wrapping_add(usize::from(result)) = 0 };
        }
        Ok((kind, result))
    }
    #[inline(always)]
    fn resume_frame(
        &mut self,
        code: *const CodeBlock,
        window: i32,
        pc: u32,
        result: u16,
        kind: u16,
        extra: DirectVal,
    ) -> Next {
        let caller_pc = self.pc;
        // SAFETY: the language gives live code.
        let block = unsafe { &*code };
        let base = self.base.wrapping_offset(window as isize);
        let top = self.top();
        let record = top.wrapping_add(1);
        let end = base.wrapping_add(usize::from(block.register_count));
        // SAFETY: D1.
        let context = unsafe { &mut *self.cx };
        if record >= context.record_limit || end > context.register_limit {
            return self.overflow();
        }
        // SAFETY: D1.
        unsafe { (*top).pc = caller_pc };
        // SAFETY: D1.
        unsafe { (*top).resume = std::ptr::null() };
        self.pc = block.words.wrapping_add(pc as usize);
        // SAFETY: below the limit.
        unsafe {
            record.write(FrameRecord {
                code,
                pc: self.pc,
                base,
                resume: std::ptr::null(),
                result,
                kind,
                scans: 0,
                extra: extra.0,
            });
        }
        context.frame_top = record;
        self.base = base;
        self.consts = block.consts;
        Ok(())
    }
    #[inline(always)]
    fn pop_frame(&mut self) {
        // SAFETY: D1; the frame is not the outermost.
        let caller = unsafe { self.top().sub(1) };
        // SAFETY: D1.
        unsafe { (*self.cx).frame_top = caller };
        // SAFETY: the caller's record is complete.
        let record = unsafe { &*caller };
        self.base = record.base;
        self.pc = record.pc;
        // SAFETY: a record's code is live.
        self.consts = unsafe { (*record.code).consts };
    }
    #[inline(always)]
    fn frame_extra(&mut self) -> DirectVal {
        // SAFETY: D1.
        DirectVal(unsafe { (*self.top()).extra })
    }
    #[inline(always)]
    fn set_frame_extra(&mut self, value: DirectVal) {
        // SAFETY: D1.
        unsafe { (*self.top()).extra = value.0 };
    }
    #[inline(always)]
    fn loop_header(&mut self) -> Next {
        let slot = self.word_at(-1);
        // SAFETY: a cache word of the running code.
        let word = unsafe { *slot };
        // SAFETY: D1.
        let events = unsafe { (*self.cx).events.load(Relaxed) };
        // SAFETY: D1.
        let limit = unsafe { MachineState::of(self.cx) }.loop_limit;
        if word >= limit || events != 0 {
            return self.header_slow(slot, word);
        }
        // SAFETY: a cache word of the running code.
        unsafe { *slot = word + 1 };
        Ok(())
    }

    #[inline(always)]
    fn branch(&mut self, condition: DirectBool, distance: i32) -> bool {
        if condition.0 {
            self.jump(distance);
        }
        condition.0
    }

    #[inline(always)]
    fn branch_or_set(
        &mut self,
        condition: DirectBool,
        distance: i32,
        register: i32,
        value: DirectVal,
    ) {
        if condition.0 {
            self.jump(distance);
        } else {
            self.set_reg(register, value);
        }
    }

    #[inline(always)]
    fn cached<T: Copy + 'static>(
        &mut self,
        cache: usize,
        keys: [Key<Direct>; 2],
        find: impl FnOnce(&Direct, [u64; 2], &mut Deps) -> Option<T>,
    ) -> Option<T> {
        let slot = self.word_at(-(cache as isize));
        let [first, second] = keys.map(|key| match key {
            Key::None => 0,
            Key::Int(int) => int.0.cast_unsigned(),
            Key::Ref(reference) => reference.0 as u64,
        });
        // SAFETY: a cache word of the running code.
        let entry = unsafe { *slot } as usize;
        let mut entry = std::ptr::with_exposed_provenance::<CacheEntry<T>>(entry);
        loop {
            // SAFETY: the word is 0 or an entry that this site made, as are those after it.
            match unsafe { entry.as_ref() } {
                Some(known) if known.answers([first, second]) => break,
                Some(known) => entry = known.next(),
                None => {
                    entry = self.cached_slow(slot, first, second, find);
                    break;
                }
            }
        }
        // One place where the result is read: it then comes straight from the entry, part by part.
        // SAFETY: an entry of the site, or what the lookup has just made.
        unsafe { (*entry).value() }
    }
    #[inline(always)]
    fn depend_on(&mut self, _cell: *const u32) {}
    #[inline(always)]
    fn load_watched(&mut self, address: *const u64, _version: *const u32) -> DirectVal {
        // SAFETY: the language gives a live slot.
        DirectVal(unsafe { *address })
    }
    #[inline(always)]
    fn is_volatile(&mut self, _version: *const u32) -> bool {
        false
    }
    #[inline(always)]
    fn may_write(&mut self, version: *mut u32) -> bool {
        // SAFETY: the language gives a live version cell.
        let version = unsafe { &mut *version };
        let free = *version & 1 == 0;
        if free {
            *version = written(*version);
        }
        free
    }
    #[inline(always)]
    fn is_marked(&mut self, object: DirectRef, mark: Mark, looked: bool) -> bool {
        if looked {
            return false;
        }
        let DirectInt(found) = RefOps::load_int(object, mark.field);
        found & i64::from(mark.flag) != 0
    }

    #[inline(always)]
    fn alloc(
        &mut self,
        layout: u16,
        size_bytes: u32,
        ty: DirectRef,
    ) -> Result<DirectRef, OutOfMemory> {
        // SAFETY: the language gives a live type.
        let ty = unsafe { Ref::from_address(ty.0 as u64) };
        self.sync_pc();
        // SAFETY: D1.
        let mutator = unsafe { &*(*self.cx).mutator };
        let object = mutator.alloc(LayoutId(layout), ty, size_bytes as usize)?;
        Ok(DirectRef(object.address()))
    }
    #[inline(always)]
    fn store_int(&mut self, object: DirectRef, field: Field, value: DirectInt) {
        object.write_int(field, 0, value.0);
    }
    #[inline(always)]
    fn store_float(&mut self, object: DirectRef, field: Field, value: DirectFloat) {
        object.write_int(field, 0, value.0.to_bits().cast_signed());
    }
    #[inline(always)]
    fn store_val(&mut self, object: DirectRef, field: Field, value: DirectVal) {
        // Inline numbers need no remembering.
        if value.0 >> 49 == 0 {
            self.barrier(object, field, 0);
        }
        object.write_int(field, 0, value.0.cast_signed());
    }
    #[inline(always)]
    fn store_ref(&mut self, object: DirectRef, field: Field, value: DirectRef) {
        self.barrier(object, field, 0);
        object.write_int(field, 0, value.0.cast_signed() as i64);
    }
    #[inline(always)]
    fn store_item_int(
        &mut self,
        base: DirectRef,
        field: Field,
        index: DirectInt,
        value: DirectInt,
    ) {
        base.write_int(field, index.0, value.0);
    }
    #[inline(always)]
    fn store_item_float(
        &mut self,
        base: DirectRef,
        field: Field,
        index: DirectInt,
        value: DirectFloat,
    ) {
        base.write_int(field, index.0, value.0.to_bits().cast_signed());
    }
    #[inline(always)]
    fn store_item_val(
        &mut self,
        base: DirectRef,
        field: Field,
        index: DirectInt,
        value: DirectVal,
    ) {
        // Inline numbers need no remembering.
        if value.0 >> 49 == 0 {
            self.barrier(base, field, index.0);
        }
        base.write_int(field, index.0, value.0.cast_signed());
    }

    #[inline(always)]
    fn load_registers(&mut self, first: i32, object: DirectRef, field: Field, count: usize) {
        let from = std::ptr::with_exposed_provenance(object.item_address(field, 0));
        let to = self.base.wrapping_offset(first as isize);
        // SAFETY: the handler names items that the object has, and registers of a window.
        unsafe { copy_few(from, to, count) };
    }
    #[inline(always)]
    fn store_registers(&mut self, object: DirectRef, field: Field, first: i32, count: usize) {
        if field.barrier != coil_trace::Barrier::Object {
            for index in 0..count {
                let value = self.reg(first + index as i32);
                self.store_item_val(object, field, DirectInt(index as i64), value);
            }
            return;
        }
        // One look at the object does for all items.
        self.barrier(object, field, 0);
        let from = self.base.wrapping_offset(first as isize);
        let to = std::ptr::with_exposed_provenance_mut(object.item_address(field, 0));
        // SAFETY: the handler names items that the object has, and registers of the window.
        unsafe { copy_few(from, to, count) };
    }

    #[inline(always)]
    fn call_int<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Direct>; N],
    ) -> Result<DirectInt, Leave> {
        let bits = self.invoke(function, args);
        if function.can_raise && self.pending() {
            return Err(Leave::Raised);
        }
        Ok(DirectInt(bits.cast_signed()))
    }
    #[inline(always)]
    fn call_float<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Direct>; N],
    ) -> Result<DirectFloat, Leave> {
        self.sync_pc();
        let (f, cx) = (function.function, self.cx);
        let float = |arg: Arg<Direct>| match arg {
            Arg::Float(float) => float.0,
            _ => unreachable!("this form passes floats"),
        };
        // SAFETY: `Opaque` promises a C function with these parameters.
        let result = unsafe {
            match (N, args.first()) {
                (1, Some(Arg::Float(_))) => transmute::<
                    *const (),
                    extern "C" fn(*mut Context, f64) -> f64,
                >(f)(cx, float(args[0])),
                (2, Some(Arg::Float(_))) => transmute::<
                    *const (),
                    extern "C" fn(*mut Context, f64, f64) -> f64,
                >(f)(cx, float(args[0]), float(args[1])),
                (1, Some(_)) => transmute::<*const (), extern "C" fn(*mut Context, u64) -> f64>(f)(
                    cx,
                    Self::bits(args[0]),
                ),
                (2, Some(_)) => {
                    transmute::<*const (), extern "C" fn(*mut Context, u64, u64) -> f64>(f)(
                        cx,
                        Self::bits(args[0]),
                        Self::bits(args[1]),
                    )
                }
                _ => unreachable!("float calls take one or two arguments"),
            }
        };
        if function.can_raise && self.pending() {
            return Err(Leave::Raised);
        }
        Ok(DirectFloat(result))
    }
    #[inline(always)]
    fn call_val<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Direct>; N],
    ) -> Result<DirectVal, Leave> {
        let bits = self.invoke(function, args);
        if function.can_raise && bits == 0 && self.pending() {
            return Err(Leave::Raised);
        }
        Ok(DirectVal(bits))
    }
    #[inline(always)]
    fn call_void<const N: usize>(
        &mut self,
        function: &'static Opaque,
        args: [Arg<Direct>; N],
    ) -> Next {
        self.invoke(function, args);
        if function.can_raise && self.pending() {
            return Err(Leave::Raised);
        }
        Ok(())
    }
    #[inline(always)]
    fn cold<R>(&mut self, part: impl FnOnce(&mut Self) -> R) -> R {
        let mut copy = *self;
        let result = out_of_line(&mut copy, part);
        *self = copy;
        result
    }
    #[inline(always)]
    fn outlined<R>(&mut self, part: impl FnOnce(&mut Self) -> R) -> R {
        let mut copy = *self;
        let result = out_of_line_warm(&mut copy, part);
        *self = copy;
        result
    }
    #[inline(always)]
    fn context(&self) -> *mut Context {
        self.cx
    }
    #[inline(always)]
    fn sync_pc(&mut self) {
        // SAFETY: D1.
        unsafe { (*self.top()).pc = self.pc };
    }
    #[inline(always)]
    fn take_pending(&mut self) -> DirectVal {
        // SAFETY: D1.
        DirectVal(unsafe { std::mem::take(&mut (*self.cx).pending) })
    }
    #[inline(always)]
    fn raise(&mut self, value: DirectVal) -> Next {
        self.sync_pc();
        // SAFETY: D1.
        unsafe { (*self.cx).pending = value.0 };
        Err(Leave::Raised)
    }
    #[inline(always)]
    fn argument_area(&mut self, first: i32, _count: usize) -> DirectRef {
        DirectRef(
            self.base
                .wrapping_offset(first as isize)
                .expose_provenance(),
        )
    }
    #[inline(always)]
    fn window_top(&self) -> i32 {
        // SAFETY: D2.
        i32::from(unsafe { (*self.code()).register_count })
    }
}

impl Direct {
    #[inline(always)]
    fn barrier(&self, base: DirectRef, field: Field, index: i64) {
        use coil_trace::Barrier;
        // SAFETY: D1.
        let mutator = unsafe { &*(*self.cx).mutator };
        match field.barrier {
            Barrier::None => {}
            Barrier::Object => {
                // SAFETY: the field says that the base is an object.
                mutator.write_barrier(unsafe {
                    Ref::from_ptr(std::ptr::with_exposed_provenance_mut(base.0))
                });
            }
            Barrier::Slot(back) => {
                let object = base.0 - usize::from(back);
                let slot = base.item_address(field, index);
                // SAFETY: the field says where the object starts.
                let object =
                    unsafe { Ref::from_ptr(std::ptr::with_exposed_provenance_mut(object)) };
                // SAFETY: the slot is one of its items.
                unsafe { mutator.log_item(object, std::ptr::with_exposed_provenance_mut(slot)) };
            }
        }
    }
}

/// Copies words that are few as a rule: without a loop, whose setting up would cost more than they do.
///
/// # Safety
/// `count` words can be read and written.
#[inline(always)]
unsafe fn copy_few(from: *const u64, to: *mut u64, count: usize) {
    const FEW: usize = 4;
    for at in 0..FEW {
        if at == count {
            return;
        }
        // SAFETY: by contract.
        let word = unsafe { *from.add(at) };
        // NO-BARRIER: the caller has done it.
        // SAFETY: by contract.
        unsafe { *to.add(at) = word };
    }
    for at in FEW..count {
        // SAFETY: by contract.
        let word = unsafe { *from.add(at) };
        // NO-BARRIER: the caller has done it.
        // SAFETY: by contract.
        unsafe { *to.add(at) = word };
    }
}

#[inline(never)]
fn out_of_line_warm<R>(machine: &mut Direct, part: impl FnOnce(&mut Direct) -> R) -> R {
    part(machine)
}

#[cold]
#[inline(never)]
fn out_of_line<R>(machine: &mut Direct, part: impl FnOnce(&mut Direct) -> R) -> R {
    part(machine)
}
