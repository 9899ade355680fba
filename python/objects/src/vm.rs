//! [`Vm`]: what a thread needs to run Python, and [`Interp`], what an interpreter shares between its threads.

use crate::dict::Dict;
use crate::export::Exports;
use crate::layout::{self, at};
use crate::list::List;
use crate::mem;
use crate::names::Names;
use crate::native::Args;
use crate::raise::{PyResult, Raised};
use crate::str::Str;
use crate::ty::{self, STATIC_TYPES, StaticType, Type, types};
use coil_frame::Context;
use coil_heap::{AttachedMutator, Heap, HeapConfig, Mutator, OutOfMemory, Phase, RootSet, Visitor};
use coil_shape::ShapeTable;
use coil_value::{LayoutId, Ref, Value};
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// What higher layers fill in at start-up.
#[derive(Clone, Copy, Default)]
pub struct Hooks {
    /// Runs a Python function (or generator function) with these arguments.
    pub call_function: Option<fn(&mut Vm, Value, Args) -> PyResult>,
    /// Sets the derived fields of a new exception of a builtin class.
    pub init_exception: Option<fn(&mut Vm, Value) -> PyResult<()>>,
    /// Tells the JIT that a watched cell changes.
    pub cell_changed: Option<fn(&mut Vm, *const u32)>,
    /// `__import__(name, globals, fromlist, level)`.
    pub import: Option<fn(&mut Vm, Str, Value, Value, i64) -> PyResult>,
    /// Delivers a signal (`Events::INTERRUPT`): KeyboardInterrupt, or what the handlers do.
    pub interrupt: Option<fn(&mut Vm) -> PyResult<()>>,
    /// Formats a value of an f-string: value, conversion (0 none, 1 str, 2 repr, 3 ascii), spec.
    pub format_value: Option<fn(&mut Vm, Value, u8, Option<Value>) -> PyResult>,
    /// Adds the items of an iterable to a list.
    pub list_extend: Option<fn(&mut Vm, List, Value) -> PyResult<()>>,
    /// Unpacks an iterable into exactly so many registers.
    pub unpack: Option<fn(&mut Vm, Value, usize, *mut u64) -> PyResult<()>>,
    /// Unpacks an iterable into registers: so many before a star, a list, so many after.
    pub unpack_ex: Option<fn(&mut Vm, Value, usize, usize, *mut u64) -> PyResult<()>>,
    /// Runs from the innermost frame record until its root frame returns or raises.
    pub run: Option<fn(&mut Vm) -> PyResult>,
    /// The same, beginning with the exception pending at the frame's place.
    pub run_raised: Option<fn(&mut Vm) -> PyResult>,
    /// The frame object of the caller of a running frame (given as its frame object).
    pub frame_back: Option<fn(&mut Vm, Ref) -> PyResult<Option<Value>>>,
    /// Fills in `Interp::hidden`.
    pub make_hidden: Option<fn(&mut Vm) -> PyResult<()>>,
    /// `str.encode` by the registry of codecs: text, encoding, error handler.
    pub encode: Option<fn(&mut Vm, Str, &str, &str) -> PyResult>,
    /// `bytes.decode` by the registry of codecs: bytes-like object, encoding, error handler.
    pub decode: Option<fn(&mut Vm, Value, &str, &str) -> PyResult>,
    /// Writes text to a file in one step; false (and nothing is written) when the file is not made of the builtin layers.
    pub write_text: Option<fn(&mut Vm, Value, Str) -> PyResult<bool>>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks")
    }
}

/// What the threads of an interpreter share.
#[derive(Debug)]
pub struct Interp {
    /// Interned strings.
    pub interned: InternTable,
    /// Names the runtime uses.
    pub names: Names,
    /// Shapes of plain instances.
    pub shapes: ShapeTable,
    /// What higher layers filled in.
    pub hooks: Hooks,
    /// `sys.modules`.
    pub modules: Cell<u64>,
    /// The dict of module `builtins`.
    pub builtins: Cell<u64>,
    /// More objects that modules keep for the interpreter's life, by name.
    pub kept: Vec<(&'static str, Cell<u64>)>,
    /// `sys.get_int_max_str_digits()`; 0 is no limit.
    pub int_max_str_digits: Cell<usize>,
    /// Builtin types of modules (`Vm::ready_module_type`).
    pub module_types: Vec<&'static StaticType>,
    /// How many builtin types, those of modules last, are ready: what they refer to never changes again.
    pub(crate) types_ready: usize,
    /// How many of them a minor collection has seen since: what they refer to is old.
    types_seen: Cell<usize>,
    /// Version cell of all functions' `__code__`.
    pub code_changes: Cell<u32>,
    /// Functions of [`crate::hidden`]; 0 until the first of them is called.
    pub hidden: [Cell<u64>; crate::hidden::COUNT],
    ascii: [u64; 128],
    empty_tuple: Cell<u64>,
    memory_error: Cell<u64>,
    next_version: u32,
    next_identity: u64,
}

impl Interp {
    fn new() -> Interp {
        Interp {
            interned: InternTable::default(),
            names: Names::default(),
            shapes: ShapeTable::default(),
            hooks: Hooks::default(),
            modules: Cell::new(0),
            builtins: Cell::new(0),
            kept: Vec::new(),
            module_types: Vec::new(),
            types_ready: 0,
            types_seen: Cell::new(0),
            int_max_str_digits: Cell::new(4300),
            code_changes: Cell::new(0),
            hidden: Default::default(),
            ascii: [0; 128],
            empty_tuple: Cell::new(0),
            memory_error: Cell::new(0),
            next_version: 100_000,
            next_identity: 1,
        }
    }

    fn from_bits(bits: u64) -> Value {
        // SAFETY: filled in at start-up with objects that are roots.
        unsafe { Value::from_bits(bits) }.expect("made at start-up")
    }

    /// The string of one ASCII character.
    #[inline]
    pub fn ascii_char(&self, byte: u8) -> Value {
        Self::from_bits(self.ascii[usize::from(byte & 0x7f)])
    }

    /// The address of the strings of one ASCII character each, in order: values that stay where they are.
    #[inline]
    pub fn ascii_table(&self) -> usize {
        (&raw const self.ascii).expose_provenance()
    }

    /// `()`.
    #[inline]
    pub fn empty_tuple(&self) -> Value {
        Self::from_bits(self.empty_tuple.get())
    }

    /// The MemoryError made in advance.
    pub fn memory_error(&self) -> Value {
        Self::from_bits(self.memory_error.get())
    }

    /// `sys.modules`.
    pub fn modules(&self) -> Dict {
        Dict::from_ref(mem::expect_ref(Self::from_bits(self.modules.get())))
    }

    /// The dict of module `builtins`.
    #[inline]
    pub fn builtins(&self) -> Dict {
        Dict::from_ref(mem::expect_ref(Self::from_bits(self.builtins.get())))
    }

    /// An object kept under a name.
    pub fn kept(&self, name: &str) -> Option<Value> {
        let (_, cell) = self.kept.iter().find(|(known, _)| *known == name)?;
        // SAFETY: kept objects are roots.
        unsafe { Value::from_bits(cell.get()) }
    }

    /// Keeps an object under a name.
    pub fn keep(&mut self, name: &'static str, value: Value) {
        match self.kept.iter().find(|(known, _)| *known == name) {
            Some((_, cell)) => cell.set(value.bits()),
            None => self.kept.push((name, Cell::new(value.bits()))),
        }
    }
}

/// The table of interned strings: open addressing on addresses. The strings are pinned and live for ever.
#[derive(Debug, Default)]
pub struct InternTable {
    slots: Vec<u64>,
    all: Vec<u64>,
    seen_by_minor: Cell<usize>,
}

impl InternTable {
    fn string(bits: u64) -> Str {
        // SAFETY: the table holds interned strings.
        let value = unsafe { Value::from_bits(bits) }.expect("no empty slot");
        Str::of(value).expect("interned objects are strings")
    }

    /// The string with this hash that satisfies the test.
    pub fn find(&self, hash: i64, test: impl Fn(Str) -> bool) -> Option<Value> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = hash as usize & mask;
        while self.slots[slot] != 0 {
            let string = Self::string(self.slots[slot]);
            if string.hash() == hash && test(string) {
                return Some(string.value());
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    /// Adds a string that is not there.
    pub fn insert(&mut self, hash: i64, string: Value) {
        if self.all.len() * 2 >= self.slots.len() {
            let size = (self.slots.len() * 2).max(4096);
            let old = std::mem::replace(&mut self.slots, vec![0; size]);
            for bits in old.into_iter().filter(|bits| *bits != 0) {
                self.place(Self::string(bits).hash(), bits);
            }
        }
        self.place(hash, string.bits());
        self.all.push(string.bits());
    }

    fn place(&mut self, hash: i64, bits: u64) {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = bits;
    }
}

/// A thread's Python. The context comes first: machine code and coil's crates see that part only.
#[repr(C)]
pub struct Vm {
    /// The toolkit's part.
    pub cx: Context,
    /// What is shared between threads.
    pub interp: Box<Interp>,
    /// The exception being handled in the running frame (0 = none): see `handled_exception`.
    pub handled: Cell<u64>,
    /// Whether C has seen lists or tuples.
    pub exports: Exports,
    /// What was being handled around the nested runs and generators that are active, innermost last (bits; 0 or None = nothing).
    pub outer_handled: Vec<u64>,
    /// Guest frames allowed (`sys.setrecursionlimit`).
    pub recursion_limit: usize,
    native_top: Cell<*mut u64>,
    native_ranges: Vec<(*mut u64, usize)>,
    /// Boxes for the machine and driver, and whatever else must live as long as the thread.
    pub attachments: Vec<Box<dyn std::any::Any>>,
    /// More roots: called in every collection.
    pub extra_roots: Vec<fn(&Vm, &mut Visitor<'_>, Phase)>,
    attached: Option<AttachedMutator>,
    /// Objects whose repr is being made, by bits; the natives that make them keep them alive.
    repr_active: Vec<u64>,
}

impl fmt::Debug for Vm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vm")
    }
}

/// Registers reserved on the guest stack by native code.
#[derive(Debug)]
pub struct Registers {
    base: *mut u64,
    count: usize,
}

impl Registers {
    /// Sets a register.
    pub fn set(&self, index: usize, value: Option<Value>) {
        assert!(index < self.count, "register in range");
        // NO-BARRIER: root.
        // SAFETY: reserved.
        unsafe { *self.base.add(index) = value.map_or(0, Value::bits) };
    }

    /// Reads a register.
    pub fn get(&self, index: usize) -> Option<Value> {
        assert!(index < self.count, "register in range");
        // SAFETY: reserved; holds values or 0.
        unsafe { Value::from_bits(*self.base.add(index)) }
    }

    /// The first register.
    pub fn as_ptr(&self) -> *mut u64 {
        self.base
    }
}

impl Vm {
    /// A new interpreter with its first thread: heap, builtin types (still without methods), interned names. The box never moves.
    ///
    /// # Errors
    /// A text when the system refuses memory.
    pub fn new(config: HeapConfig) -> Result<Box<Vm>, String> {
        let heap = Heap::new(config, layout::layouts()).map_err(|error| error.to_string())?;
        let cx = Context::new().map_err(|error| error.to_string())?;
        let mut vm = Box::new(Vm {
            cx,
            interp: Box::new(Interp::new()),
            handled: Cell::new(0),
            exports: Exports::default(),
            outer_handled: Vec::new(),
            recursion_limit: 1000,
            native_top: Cell::new(std::ptr::null_mut()),
            native_ranges: Vec::new(),
            attachments: Vec::new(),
            extra_roots: Vec::new(),
            attached: None,
            repr_active: Vec::new(),
        });
        vm.cx.nothing = ty::none().bits();
        vm.attach(&heap);
        vm.set_recursion_limit(1000);
        ty::init_static_types();
        vm.bootstrap()
            .map_err(|_raised| "not enough memory to start".to_owned())?;
        Ok(vm)
    }

    fn attach(&mut self, heap: &Arc<Heap>) {
        let attached = heap.attach();
        self.cx.mutator = &raw const *attached;
        self.attached = Some(attached);
        self.native_top.set(self.cx.stack.registers());
        let roots = VmRoots {
            vm: &raw const *self,
        };
        self.mutator().add_roots(Box::new(roots));
    }

    fn bootstrap(&mut self) -> PyResult<()> {
        let empty = self.alloc_old(layout::TUPLE, &types::TUPLE, at::TUPLE_ITEMS)?;
        mem::set(empty, at::TUPLE_HASH, -1i64);
        self.interp.empty_tuple.set(Value::from_ref(empty).bits());
        for byte in 0..128u8 {
            let object = self.alloc_old(layout::STR, &types::STR, 48)?;
            mem::set(object, at::STR_LENGTH, 1usize);
            mem::set(object, at::STR_HASH, -1i64);
            mem::set(
                object,
                at::STR_STATE,
                crate::str::STATE_ASCII | 1 << 5 | 1 << 2,
            );
            mem::set(object, at::STR_ASCII_DATA, byte);
            self.interp.ascii[usize::from(byte)] = Value::from_ref(object).bits();
            self.intern_object(Value::from_ref(object))?;
        }
        let error = crate::exception::alloc_exception(
            self,
            types::MemoryError.ty(),
            Value::from_ref(empty),
        )?;
        self.mutator().pin(mem::expect_ref(error));
        self.interp.memory_error.set(error.bits());
        for row in STATIC_TYPES {
            let dict = self.new_dict_old()?;
            row.ty.ty().data().dict.set(dict.value().bits());
        }
        for row in STATIC_TYPES {
            crate::class::init_static_mro(self, row)?;
        }
        Names::fill(self)?;
        let builtins = self.new_dict_old()?;
        self.interp.builtins.set(builtins.value().bits());
        let modules = self.new_dict_old()?;
        self.interp.modules.set(modules.value().bits());
        Ok(())
    }

    /// The Vm whose first field is this context.
    ///
    /// # Safety
    /// The context belongs to a Vm, and no other reference to that is in use.
    #[inline(always)]
    pub unsafe fn from_context<'a>(context: *mut Context) -> &'a mut Vm {
        // SAFETY: `cx` is the first field of the `repr(C)` Vm.
        unsafe { &mut *context.cast::<Vm>() }
    }

    /// The thread's allocator. Lives as long as the Vm; not tied to a borrow of it, so that stores can be written plainly.
    #[inline(always)]
    pub fn mutator<'a>(&self) -> &'a Mutator {
        // SAFETY: attached in `new`, boxed, dropped with the Vm.
        unsafe { &*self.cx.mutator }
    }

    // ---- allocation

    fn no_memory<T>(&mut self, result: Result<T, OutOfMemory>) -> PyResult<T> {
        match result {
            Ok(object) => Ok(object),
            Err(OutOfMemory) => Err(self.raise_memory_error()),
        }
    }

    /// A zeroed object of a fixed size.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn alloc(
        &mut self,
        layout: LayoutId,
        ty: &'static StaticType,
        size: usize,
    ) -> PyResult<Ref> {
        match self.mutator().alloc(layout, Some(ty.as_ref()), size) {
            Ok(object) => Ok(object),
            Err(OutOfMemory) => Err(self.raise_memory_error()),
        }
    }

    /// A zeroed object of any layout; `fill` writes what its size rule reads.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc_sized(
        &mut self,
        layout: LayoutId,
        ty: Type,
        size: usize,
        fill: impl FnOnce(Ref),
    ) -> PyResult<Ref> {
        let object = self.mutator().alloc(layout, Some(ty.as_ref()), size);
        self.no_memory(object).inspect(|object| fill(*object))
    }

    /// An object of any layout without references in its body, all of which `fill` writes.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc_filled(
        &mut self,
        layout: LayoutId,
        ty: Type,
        size: usize,
        fill: impl FnOnce(Ref),
    ) -> PyResult<Ref> {
        let mutator = self.mutator();
        let object = mutator.alloc_unfilled(layout, Some(ty.as_ref()), size);
        self.no_memory(object).inspect(|object| fill(*object))
    }

    /// A zeroed object with `count` items of 8 bytes after `base`, its count set.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn alloc_counted(
        &mut self,
        layout: LayoutId,
        ty: &'static StaticType,
        base: usize,
        count: usize,
    ) -> PyResult<Ref> {
        let Some(size) = count
            .checked_mul(8)
            .and_then(|items| items.checked_add(base))
        else {
            return Err(self.raise_memory_error());
        };
        let object = self.alloc(layout, ty, size)?;
        mem::set(object, at::SIZE, count);
        Ok(object)
    }

    /// A zeroed object without a type (storage).
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc_untyped(&mut self, layout: LayoutId, size: usize) -> PyResult<Ref> {
        let object = self.mutator().alloc(layout, None, size);
        self.no_memory(object)
    }

    /// A zeroed object that never moves.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc_old(
        &mut self,
        layout: LayoutId,
        ty: &'static StaticType,
        size: usize,
    ) -> PyResult<Ref> {
        let object = self.mutator().alloc_old(layout, Some(ty.as_ref()), size);
        self.no_memory(object)
    }

    /// An array of values.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc_values(&mut self, count: usize) -> PyResult<Ref> {
        let object = self.mutator().alloc_values(count);
        self.no_memory(object)
    }

    /// An array of values that never moves.
    ///
    /// # Errors
    /// MemoryError.
    pub fn alloc_values_old(&mut self, count: usize) -> PyResult<Ref> {
        let size = coil_heap::ARRAY_ITEMS + 8 * count;
        let object = self
            .mutator()
            .alloc_old(coil_heap::ARRAY_OF_VALUES, None, size);
        let object = self.no_memory(object)?;
        mem::set(object, coil_heap::ARRAY_LENGTH, count);
        Ok(object)
    }

    /// A row of values: iterators, partial objects, deques and whatever native modules define. Instances of user subclasses get one
    /// more field, the last, for their attribute dict.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_fields(&mut self, ty: Type, fields: &[Option<Value>]) -> PyResult {
        let count = fields.len() + usize::from(ty.is_heap() || ty.data().has_dict.get());
        let object = self.alloc_sized(layout::FIELDS, ty, at::FIELDS + 8 * count, |object| {
            mem::set(object, at::FIELD_COUNT, count);
        })?;
        for (index, field) in fields.iter().enumerate() {
            self.init(object, at::FIELDS + 8 * index, *field);
        }
        Ok(Value::from_ref(object))
    }

    /// A field of a row object.
    #[inline]
    pub fn field(object: Ref, index: usize) -> Option<Value> {
        mem::value(object, at::FIELDS + 8 * index)
    }

    /// Sets a field of a row object.
    #[inline]
    pub fn set_field(&self, object: Ref, index: usize, value: Option<Value>) {
        self.store(object, at::FIELDS + 8 * index, value);
    }

    // ---- stores

    /// Stores a value field, with its barrier.
    #[inline(always)]
    pub fn store(&self, object: Ref, offset: usize, value: Option<Value>) {
        // SAFETY: callers name a value field of the object's layout.
        unsafe { self.mutator().store_value(object, offset, value) };
    }

    /// Stores a value field of an object that was just allocated. (Large objects are old from the start, so the barrier stays.)
    #[inline(always)]
    pub fn init(&self, object: Ref, offset: usize, value: Option<Value>) {
        self.store(object, offset, value);
    }

    // ---- versions and watches

    /// A new version number (even; the lowest bit says that a trace watches).
    pub fn next_version(&mut self) -> u32 {
        self.interp.next_version = self.interp.next_version.wrapping_add(2);
        self.interp.next_version
    }

    /// A cell that traces may depend on changes.
    #[cold]
    pub fn watched_value_changed(&mut self, cell: *mut u32) {
        unwatch(cell);
        if let Some(hook) = self.interp.hooks.cell_changed {
            hook(self, cell);
        }
    }

    /// A new identity hash.
    pub fn next_identity(&mut self) -> u64 {
        self.interp.next_identity = self
            .interp
            .next_identity
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.interp.next_identity >> 33
    }

    // ---- the exception being handled

    /// What `sys.exception()` gives.
    pub fn handled_exception(&self) -> Option<Value> {
        // SAFETY: holds an exception or 0 or None.
        match unsafe { Value::from_bits(self.handled.get()) } {
            Some(value) if value != ty::none() => Some(value),
            _ => self.outer_handled.iter().rev().find_map(|bits| {
                // SAFETY: holds an exception or 0 or None.
                unsafe { Value::from_bits(*bits) }.filter(|value| *value != ty::none())
            }),
        }
    }

    // ---- guest stack

    /// First register that native code may use.
    pub fn stack_top(&self) -> *mut u64 {
        // SAFETY: the record stack has at least its first, empty record.
        let record = unsafe { &*self.cx.frame_top };
        let mut top = self.native_top.get();
        if !record.code.is_null() {
            // SAFETY: a record's code is live.
            let count = usize::from(unsafe { (*record.code).register_count });
            top = top.max(record.base.wrapping_add(count));
        }
        top.max(self.cx.trace_top)
    }

    /// Sets how many guest frames there may be (`sys.setrecursionlimit`).
    pub fn set_recursion_limit(&mut self, limit: usize) {
        self.recursion_limit = limit;
        let most = self.cx.stack.record_limit();
        self.cx.record_limit = self
            .cx
            .stack
            .records()
            .wrapping_add(limit.saturating_add(1))
            .min(most);
    }

    /// Reserves zeroed registers on the guest stack while `body` runs.
    ///
    /// # Errors
    /// RecursionError when the stack is full; what `body` raises.
    pub fn with_registers<T>(
        &mut self,
        count: usize,
        body: impl FnOnce(&mut Vm, &Registers) -> PyResult<T>,
    ) -> PyResult<T> {
        let base = self.stack_top();
        let end = base.wrapping_add(count);
        if end > self.cx.register_limit {
            return Err(self.raise_recursion("maximum recursion depth exceeded"));
        }
        // SAFETY: within the reserved stack.
        unsafe { base.write_bytes(0, count) };
        let saved = self.native_top.replace(end);
        self.native_ranges.push((base, count));
        let result = body(self, &Registers { base, count });
        self.native_ranges.pop();
        self.native_top.set(saved);
        result
    }

    /// Registers that somebody else wrote, scanned as roots while `body` runs.
    ///
    /// # Errors
    /// What `body` raises.
    pub fn with_range<T>(
        &mut self,
        base: *mut u64,
        count: usize,
        body: impl FnOnce(&mut Vm) -> PyResult<T>,
    ) -> PyResult<T> {
        self.native_ranges.push((base, count));
        let result = body(self);
        self.native_ranges.pop();
        result
    }

    /// Where a nested run's first frame may start; like `with_registers` for callers that manage the area themselves.
    pub fn set_native_top(&self, top: *mut u64) -> *mut u64 {
        self.native_top.replace(top)
    }
}

/// Nobody watches the cell any more; who has seen it before sees another number.
fn unwatch(cell: *mut u32) {
    // SAFETY: cells are words of live objects.
    unsafe { *cell = (*cell & !1).wrapping_add(2) };
}

struct VmRoots {
    vm: *const Vm,
}

// SAFETY: traces everything the Vm refers to; frames precisely (invariants F1, F2).
unsafe impl RootSet for VmRoots {
    fn trace(&self, visitor: &mut Visitor<'_>, phase: Phase) {
        // SAFETY: the roots are removed before the Vm goes.
        let vm = unsafe { &*self.vm };
        trace_ranges(vm, visitor);
        vm.exports.trace(visitor);
        for bits in &vm.outer_handled {
            // SAFETY: holds an exception or 0 or None; the collector runs while the thread is stopped.
            unsafe { visitor.slot((&raw const *bits).cast_mut()) };
        }
        let mut cell = |cell: &Cell<u64>| {
            // SAFETY: holds a value or 0.
            unsafe { visitor.slot(cell.as_ptr()) };
        };
        cell(&vm.handled);
        let interp = &vm.interp;
        for root in [
            &interp.modules,
            &interp.builtins,
            &interp.empty_tuple,
            &interp.memory_error,
        ] {
            cell(root);
        }
        for (_, root) in &interp.kept {
            cell(root);
        }
        for root in &interp.hidden {
            cell(root);
        }
        // SAFETY: holds an exception or 0.
        unsafe { visitor.slot((&raw const vm.cx.pending).cast_mut()) };
        let from = if phase == Phase::Minor {
            interp.types_seen.get()
        } else {
            0
        };
        let table = STATIC_TYPES.iter().map(|row| row.ty);
        for ty in table.chain(interp.module_types.iter().copied()).skip(from) {
            // SAFETY: a static type with data.
            unsafe { ty::trace_type(ty.as_ref().as_ptr().cast(), visitor) };
        }
        if phase == Phase::Minor {
            interp.types_seen.set(interp.types_ready);
        }
        for roots in &vm.extra_roots {
            roots(vm, visitor, phase);
        }
    }

    fn pins(&self, visitor: &mut Visitor<'_>, phase: Phase) {
        // SAFETY: the roots are removed before the Vm goes.
        let interned = unsafe { &(*self.vm).interp.interned };
        let from = if phase == Phase::Minor {
            interned.seen_by_minor.replace(interned.all.len())
        } else {
            0
        };
        for bits in &interned.all[from..] {
            // SAFETY: the table holds strings.
            if let Some(string) = unsafe { Value::from_bits(*bits) } {
                visitor.pin(string);
            }
        }
    }
}

/// Registers that native code reserved. (Frames are traced by the driver.)
fn trace_ranges(vm: &Vm, visitor: &mut Visitor<'_>) {
    for (base, count) in &vm.native_ranges {
        for index in 0..*count {
            // SAFETY: reserved registers hold values or 0.
            unsafe { visitor.fleeting_slot(base.add(index)) };
        }
    }
}

impl Vm {
    /// Turns the collector's refusal into MemoryError.
    pub fn out_of_memory(&mut self, _: OutOfMemory) -> Raised {
        self.raise_memory_error()
    }
}

impl Vm {
    /// Runs `body`, which makes the repr of a container, unless that container's repr is being made already (it contains itself): then none.
    ///
    /// # Errors
    /// What `body` raises.
    pub fn repr_guard<T>(
        &mut self,
        value: Value,
        body: impl FnOnce(&mut Vm) -> PyResult<T>,
    ) -> PyResult<Option<T>> {
        if self.repr_active.contains(&value.bits()) {
            return Ok(None);
        }
        self.repr_active.push(value.bits());
        let result = body(self);
        self.repr_active.pop();
        result.map(Some)
    }
}
