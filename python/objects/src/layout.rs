//! table: the layouts of Python's objects: ids, sizes, where references stand. Offsets that CPython 3.14 extensions rely on are CPython's.

use coil_heap::{ARRAY_ITEMS, Interior, Layout, LayoutTable, SizeRule, Visitor};
use coil_value::LayoutId;

macro_rules! layout_ids {
    ($($(#[$doc:meta])* $name:ident = $id:literal;)*) => {
        $($(#[$doc])* pub const $name: LayoutId = LayoutId($id);)*
    };
}
layout_ids! {
    /// An int object: beyond 49 bits, or a subclass-free box.
    INT = 18;
    /// A float object (NaN, or boxed for C).
    FLOAT = 19;
    /// A complex number.
    COMPLEX = 20;
    /// A string, PEP 393 compact.
    STR = 21;
    /// Bytes.
    BYTES = 22;
    /// A bytearray.
    BYTEARRAY = 23;
    /// A tuple.
    TUPLE = 24;
    /// A list.
    LIST = 25;
    /// A dict.
    DICT = 26;
    /// The entries and index of a dict or set.
    TABLE = 27;
    /// A set.
    SET = 28;
    /// A frozenset.
    FROZENSET = 29;
    /// A slice.
    SLICE = 30;
    /// A range.
    RANGE = 31;
    /// A closure cell.
    CELL = 32;
    /// A function.
    FUNCTION = 33;
    /// A code object.
    CODE = 34;
    /// A bound method.
    METHOD = 35;
    /// A builtin function, or a builtin method bound to its object.
    NATIVE_FUNCTION = 36;
    /// A method of a builtin type (method descriptor, slot wrapper, class method descriptor).
    NATIVE_METHOD = 37;
    /// An attribute of a builtin type.
    GETSET = 38;
    /// A `__slots__` member.
    MEMBER = 39;
    /// A property.
    PROPERTY = 40;
    /// A classmethod.
    CLASSMETHOD = 41;
    /// A staticmethod.
    STATICMETHOD = 42;
    /// A module.
    MODULE = 43;
    /// A type made at run time.
    TYPE = 44;
    /// An exception; extra fields by type up to nine.
    EXCEPTION = 45;
    /// A traceback entry.
    TRACEBACK = 46;
    /// A frame object.
    FRAME = 47;
    /// A generator, coroutine or asynchronous generator with its saved registers.
    GENERATOR = 48;
    /// Any builtin object that is a row of values (iterators, partial, deque, ...): count at 16, fields from 24.
    FIELDS = 49;
    /// A range iterator whose numbers fit 64 bits: next, step, remaining as raw ints at 16, 24, 32.
    RANGE_ITER = 50;
    /// A list iterator: list at 16, raw index at 24.
    LIST_ITER = 51;
    /// A tuple iterator: tuple at 16, raw index at 24.
    TUPLE_ITER = 52;
    /// A dict or set iterator: dict at 16, raw entry index at 24, raw length at start at 32, raw kind (0 keys, 1 values, 2 items) at 40,
    /// raw number of entries still to be given at 48.
    DICT_ITER = 53;
    /// A super object: class at 16, object at 24, type of the object at 32.
    SUPER = 54;
    /// A view on a mapping (mappingproxy, dict keys/values/items): the mapping at 16.
    PROXY = 55;
    /// A str iterator: str at 16, raw index at 24.
    STR_ITER = 56;
    /// An object with a Rust payload: a raw pointer at 16 that the collector does not look into, values at 24 and 32.
    PAYLOAD = 57;
    /// A list that C has seen: as `LIST`, but its items may be boxed numbers (see `export`).
    LIST_EXPORTED = 58;
    /// A tuple that C has seen.
    TUPLE_EXPORTED = 59;
    /// A subclass of int; attributes after the digits.
    INT_SUB = 64;
    /// A subclass of float.
    FLOAT_SUB = 65;
    /// A subclass of complex.
    COMPLEX_SUB = 66;
    /// A subclass of str; attributes after the text.
    STR_SUB = 67;
    /// A subclass of bytes; attributes after the bytes.
    BYTES_SUB = 68;
    /// A subclass of bytearray.
    BYTEARRAY_SUB = 69;
    /// A subclass of tuple; attributes after the items.
    TUPLE_SUB = 70;
    /// A subclass of list.
    LIST_SUB = 71;
    /// A subclass of dict: attribute dict at 56, a value for builtin subclasses at 64.
    DICT_SUB = 72;
    /// A subclass of set.
    SET_SUB = 73;
    /// A subclass of frozenset.
    FROZENSET_SUB = 74;
    /// A plain instance with no inline slots; ids up to [`INSTANCE_LAST`] have one more each.
    INSTANCE_FIRST = 96;
    /// A plain instance with the most inline slots.
    INSTANCE_LAST = 127;
}

/// Whether this is the layout of an exact list.
#[inline(always)]
pub fn is_list(layout: LayoutId) -> bool {
    layout == LIST || layout == LIST_EXPORTED
}

/// Whether this is the layout of an exact tuple.
#[inline(always)]
pub fn is_tuple(layout: LayoutId) -> bool {
    layout == TUPLE || layout == TUPLE_EXPORTED
}

/// Most inline slots of a plain instance.
pub const MAX_INLINE_SLOTS: usize = (INSTANCE_LAST.0 - INSTANCE_FIRST.0) as usize;

macro_rules! offsets {
    ($($(#[$doc:meta])* $name:ident = $offset:expr;)*) => {
        $($(#[$doc])* pub const $name: usize = $offset;)*
    };
}
/// Byte offsets of fields.
pub mod at {
    offsets! {
        /// `ob_size` of tuple, bytes; `ma_used` of dict (live entries); length of a set's table.
        SIZE = 16;
        /// Interior pointer to a list's items.
        LIST_ITEMS = 24;
        /// Allocated length of a list.
        LIST_CAPACITY = 32;
        /// First item of a tuple.
        TUPLE_ITEMS = 32;
        /// Cached hash of a tuple (-1 = not computed).
        TUPLE_HASH = 24;
        /// Cached hash of bytes.
        BYTES_HASH = 24;
        /// First byte of bytes.
        BYTES_DATA = 32;
        /// Allocated bytes of a bytearray.
        BYTEARRAY_ALLOC = 24;
        /// Start of a bytearray's buffer.
        BYTEARRAY_BYTES = 32;
        /// First byte of a bytearray.
        BYTEARRAY_START = 40;
        /// Number of buffers held on a bytearray.
        BYTEARRAY_EXPORTS = 48;
        /// The byte array that holds a bytearray's buffer.
        BYTEARRAY_STORAGE = 56;
        /// Length of a str in code points.
        STR_LENGTH = 16;
        /// Cached hash of a str (-1 = not computed).
        STR_HASH = 24;
        /// State bits of a str.
        STR_STATE = 32;
        /// Data of an ASCII str.
        STR_ASCII_DATA = 40;
        /// Data of any other str.
        STR_WIDE_DATA = 56;
        /// `lv_tag` of an int.
        INT_TAG = 16;
        /// Digits of an int.
        INT_DIGITS = 24;
        /// Value of a float.
        FLOAT_VALUE = 16;
        /// Table of a dict.
        DICT_TABLE = 24;
        /// Version of a dict's key set, a u32: changes when a key is added or removed or entries move.
        DICT_KEYS_VERSION = 32;
        /// Subclass of dict: a value for builtin subclasses (the factory of a `defaultdict`).
        DICT_SUB_EXTRA = 64;
        /// Set: number of items, where CPython keeps it (`used`).
        SET_USED = 24;
        /// Table of a set.
        SET_TABLE = 32;
        /// Hash of a frozenset (-1 = not computed).
        SET_HASH = 40;
        /// Shape of a plain instance, a u32.
        SHAPE = 16;
        /// Identity hash of a plain instance, a u32 (0 = none given yet).
        IDENTITY_HASH = 20;
        /// Overflow array of a plain instance: more attributes, or its dict once `__dict__` was asked for.
        OVERFLOW = 24;
        /// First inline slot of a plain instance.
        SLOTS = 32;
        /// Function: code.
        FUNC_CODE = 16;
        /// Function: globals dict.
        FUNC_GLOBALS = 24;
        /// Function: closure tuple or unset.
        FUNC_CLOSURE = 32;
        /// Function: tuple of defaults or unset.
        FUNC_DEFAULTS = 40;
        /// Function: dict of keyword-only defaults or unset.
        FUNC_KWDEFAULTS = 48;
        /// Function: name, unset = the code's.
        FUNC_NAME = 56;
        /// Function: qualified name, unset = the code's.
        FUNC_QUALNAME = 64;
        /// Function: module name, unset = not asked yet.
        FUNC_MODULE = 72;
        /// Function: docstring, unset = the code's.
        FUNC_DOC = 80;
        /// Function: attribute dict or unset.
        FUNC_DICT = 88;
        /// Function: annotations dict or unset.
        FUNC_ANNOTATIONS = 96;
        /// Function: `__annotate__` or unset.
        FUNC_ANNOTATE = 104;
        /// Function: `__type_params__` or unset.
        FUNC_TYPE_PARAMS = 112;
        /// Function: builtins dict, unset = the globals' `__builtins__`.
        FUNC_BUILTINS = 120;
        /// Bound method: function.
        METHOD_FUNC = 16;
        /// Bound method: object.
        METHOD_SELF = 24;
        /// Builtin function: address of its `NativeDef`.
        NATIVE_DEF = 16;
        /// Builtin function: object it is bound to, module, or unset.
        NATIVE_SELF = 24;
        /// Builtin function: module name.
        NATIVE_MODULE = 32;
        /// Method descriptor: the type it belongs to.
        DESCR_TYPE = 16;
        /// Method descriptor: name.
        DESCR_NAME = 24;
        /// Method descriptor: address of its `NativeDef` / `GetSetDef`; member: offset of the slot.
        DESCR_DEF = 40;
        /// Member: address or 0 of its doc.
        DESCR_QUALNAME = 32;
        /// Cell: contents.
        CELL_VALUE = 16;
        /// Property: getter, setter, deleter, doc, name.
        PROP_GET = 16;
        /// Property: setter.
        PROP_SET = 24;
        /// Property: deleter.
        PROP_DEL = 32;
        /// Property: doc.
        PROP_DOC = 40;
        /// Property: name.
        PROP_NAME = 48;
        /// Class or static method: callable.
        WRAPPED = 16;
        /// Class or static method: attribute dict.
        WRAPPED_DICT = 24;
        /// Module: dict.
        MODULE_DICT = 16;
        /// Exception: dict.
        EXC_DICT = 16;
        /// Exception: args tuple.
        EXC_ARGS = 24;
        /// Exception: notes.
        EXC_NOTES = 32;
        /// Exception: traceback.
        EXC_TRACEBACK = 40;
        /// Exception: context.
        EXC_CONTEXT = 48;
        /// Exception: cause.
        EXC_CAUSE = 56;
        /// Exception: suppress_context, a byte.
        EXC_SUPPRESS = 64;
        /// Exception: first extra field.
        EXC_EXTRA = 72;
        /// Traceback: next entry.
        TB_NEXT = 16;
        /// Traceback: frame.
        TB_FRAME = 24;
        /// Traceback: last instruction (word index), an i32.
        TB_LASTI = 32;
        /// Traceback: line, an i32.
        TB_LINE = 36;
        /// Slice: start.
        SLICE_START = 16;
        /// Slice: stop.
        SLICE_STOP = 24;
        /// Slice: step.
        SLICE_STEP = 32;
        /// Range: start.
        RANGE_START = 16;
        /// Range: stop.
        RANGE_STOP = 24;
        /// Range: step.
        RANGE_STEP = 32;
        /// Range: length.
        RANGE_LENGTH = 40;
        /// Fields object: number of fields.
        FIELD_COUNT = 16;
        /// Fields object: first field.
        FIELDS = 24;
        /// Iterators: what is iterated.
        ITER_OF = 16;
        /// Iterators: raw index.
        ITER_INDEX = 24;
        /// Iterators: third word.
        ITER_EXTRA = 32;
        /// Iterators: fourth word.
        ITER_KIND = 40;
        /// Dict iterator: entries still to be given; one more than that means "dictionary keys changed during iteration".
        ITER_LEFT = 48;
        /// Range iterator: next number, raw.
        RANGE_ITER_NEXT = 16;
        /// Range iterator: step, raw.
        RANGE_ITER_STEP = 24;
        /// Range iterator: remaining count, raw.
        RANGE_ITER_LEFT = 32;
        /// Generator: number of saved registers.
        GEN_COUNT = 16;
        /// Generator: the function (or generator) register -1 of its frame holds.
        GEN_FUNCTION = 24;
        /// Generator: name.
        GEN_NAME = 32;
        /// Generator: qualified name.
        GEN_QUALNAME = 40;
        /// Generator: exception being handled inside while suspended.
        GEN_HANDLED = 48;
        /// Generator: raw state and resume word: see generator.rs.
        GEN_STATE = 56;
        /// Generator: raw word index where it goes on.
        GEN_PC = 64;
        /// Generator: the one that delegates to it, since it was suspended in a chain last.
        GEN_PARENT = 72;
        /// Generator, coroutine: while delegating, the end of the chain that it began; while it is such an end, or runs as a link of a chain, the
        /// chain's beginning.
        GEN_LINK = 88;
        /// Asynchronous generator: an inline int, whether an awaitable of it runs (1) and whether it was closed (2).
        GEN_ASYNC = 80;
        /// Generator: first saved register.
        GEN_REGISTERS = 96;
        /// Code: boxed `CodeBlock` and Rust side (raw pointer).
        CODE_DATA = 16;
        /// Code: constants array.
        CODE_CONSTS = 24;
        /// Code: names array.
        CODE_NAMES = 32;
        /// Code: array of variable names.
        CODE_VARNAMES = 40;
        /// Code: name.
        CODE_NAME = 48;
        /// Code: qualified name.
        CODE_QUALNAME = 56;
        /// Code: file name.
        CODE_FILENAME = 64;
        /// Super: class.
        SUPER_TYPE = 16;
        /// Super: object.
        SUPER_OBJECT = 24;
        /// Super: type whose MRO is searched.
        SUPER_OBJECT_TYPE = 32;
        /// Frame object: function.
        FRAME_FUNCTION = 16;
        /// Frame object: caller's frame object.
        FRAME_BACK = 24;
        /// Frame object: copy of the registers (array), or unset while the frame runs.
        FRAME_REGISTERS = 32;
        /// Frame object: extra locals / trace function dict.
        FRAME_LOCALS = 40;
        /// Frame object: raw address of the live frame record, 0 when it is gone.
        FRAME_RECORD = 48;
        /// Frame object: raw word index.
        FRAME_PC = 56;
        /// Frame object: globals.
        FRAME_GLOBALS = 64;
        /// Frame: the generator that it is of.
        FRAME_GENERATOR = 72;
        /// Frame: size of the object.
        FRAME_SIZE = 80;
        /// Payload object: raw pointer.
        PAYLOAD = 16;
        /// Payload object: first value.
        PAYLOAD_FIRST = 24;
        /// Payload object: second value.
        PAYLOAD_SECOND = 32;
    }
}

/// Size of an exception with all extra fields.
pub const EXCEPTION_SIZE: usize = at::EXC_EXTRA + 9 * 8;
/// Bytes that a subclass of a builtin adds: the identity word and the attribute dict.
pub const SUB_EXTRA: usize = 16;
/// Size of an instance of a subclass of dict.
pub const DICT_SUB_SIZE: usize = 48 + SUB_EXTRA + 8;
/// Size of a plain instance without inline slots.
pub const INSTANCE_BASE: usize = at::SLOTS;
/// Size of a type object made at run time: CPython's heap type struct.
pub const TYPE_SIZE: usize = 936;

unsafe fn read<T: Copy>(object: *const u8, offset: usize) -> T {
    // SAFETY: the caller gives a live object that has the field.
    unsafe { object.add(offset).cast::<T>().read() }
}

/// Size of an int object by its tag.
///
/// # Safety
/// The object is a live int.
pub unsafe fn int_size(object: *const u8) -> usize {
    // SAFETY: as promised.
    let tag: u64 = unsafe { read(object, at::INT_TAG) };
    let digits = (tag >> 3).max(1) as usize;
    (at::INT_DIGITS + 4 * digits + 7) & !7
}

/// Size of a str object by its state.
///
/// # Safety
/// The object is a live str.
pub unsafe fn str_size(object: *const u8) -> usize {
    // SAFETY: as promised.
    let length: i64 = unsafe { read(object, at::STR_LENGTH) };
    // SAFETY: as promised.
    let state: u32 = unsafe { read(object, at::STR_STATE) };
    let length = usize::try_from(length).unwrap_or(0);
    let data = if state & crate::str::STATE_ASCII != 0 {
        at::STR_ASCII_DATA + length + 1
    } else {
        at::STR_WIDE_DATA + (length + 1) * ((state >> 2) & 7) as usize
    };
    (data + 7) & !7
}

unsafe fn bytes_size(object: *const u8) -> usize {
    // SAFETY: as promised.
    let length: i64 = unsafe { read(object, at::SIZE) };
    (at::BYTES_DATA + usize::try_from(length).unwrap_or(0) + 1 + 7) & !7
}

unsafe fn tuple_size(object: *const u8) -> usize {
    // SAFETY: as promised.
    let length: i64 = unsafe { read(object, at::SIZE) };
    at::TUPLE_ITEMS + 8 * usize::try_from(length).unwrap_or(0)
}

macro_rules! sub_layout {
    ($size:ident, $trace:ident, $base:path) => {
        unsafe fn $size(object: *const u8) -> usize {
            // SAFETY: as promised.
            (unsafe { $base(object) }) + SUB_EXTRA
        }
        unsafe fn $trace(object: *mut u8, visitor: &mut Visitor<'_>) {
            // SAFETY: as promised.
            let end = unsafe { $size(object) };
            // SAFETY: the attribute dict is the last word.
            let slot = unsafe { object.add(end - 8) };
            // SAFETY: it holds a value or 0.
            unsafe { visitor.slot(slot.cast()) };
        }
    };
}
sub_layout!(int_sub_size, int_sub_trace, int_size);
sub_layout!(str_sub_size, str_sub_trace, str_size);
sub_layout!(bytes_sub_size, bytes_sub_trace, bytes_size);
sub_layout!(tuple_sub_size, tuple_sub_trace_dict, tuple_size);

unsafe fn tuple_sub_trace(object: *mut u8, visitor: &mut Visitor<'_>) {
    // SAFETY: as promised.
    let end = unsafe { tuple_size(object) };
    for offset in (at::TUPLE_ITEMS..end).step_by(8) {
        // SAFETY: an item of the tuple.
        let slot = unsafe { object.add(offset) };
        // SAFETY: it holds a value or 0.
        unsafe { visitor.slot(slot.cast()) };
    }
    // SAFETY: as promised.
    unsafe { tuple_sub_trace_dict(object, visitor) };
}

fn fixed(name: &'static str, size: usize, refs: &[usize]) -> Layout {
    let mut layout = Layout::fixed(name, size);
    layout.refs = refs.to_vec();
    layout
}

fn custom(
    name: &'static str,
    size: coil_heap::SizeFn,
    trace: Option<coil_heap::TraceFn>,
) -> Layout {
    let mut layout = Layout::fixed(name, 16);
    layout.size = SizeRule::Custom(size);
    layout.trace = trace;
    layout
}

fn counted(name: &'static str, base: usize, refs: &[usize]) -> Layout {
    let mut layout = Layout::counted(name, base, 8, at::SIZE).values();
    layout.refs = refs.to_vec();
    layout
}

/// All layouts.
pub fn layouts() -> LayoutTable {
    let mut table = LayoutTable::new();
    let list_items = Interior {
        offset: at::LIST_ITEMS,
        adjust: ARRAY_ITEMS,
    };
    let mut define = |id: LayoutId, layout: Layout| table.define(id, layout);
    define(INT, custom("int", int_size, None));
    define(FLOAT, fixed("float", 24, &[]));
    define(COMPLEX, fixed("complex", 32, &[]));
    define(STR, custom("str", str_size, None));
    define(BYTES, custom("bytes", bytes_size, None));
    define(BYTEARRAY, fixed("bytearray", 64, &[56]));
    for id in [TUPLE, TUPLE_EXPORTED] {
        define(id, counted("tuple", at::TUPLE_ITEMS, &[]));
    }
    let mut list = fixed("list", 40, &[]);
    list.interiors = vec![list_items];
    define(LIST, list.clone());
    define(LIST_EXPORTED, list);
    define(DICT, fixed("dict", 48, &[at::DICT_TABLE]));
    define(
        TABLE,
        custom(
            "table",
            crate::table::table_size,
            Some(crate::table::table_trace),
        ),
    );
    define(SET, fixed("set", 48, &[at::SET_TABLE]));
    define(FROZENSET, fixed("frozenset", 48, &[at::SET_TABLE]));
    define(SLICE, fixed("slice", 40, &[16, 24, 32]));
    define(RANGE, fixed("range", 48, &[16, 24, 32, 40]));
    define(CELL, fixed("cell", 24, &[16]));
    define(
        FUNCTION,
        fixed(
            "function",
            128,
            &[16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120],
        ),
    );
    define(CODE, fixed("code", 72, &[24, 32, 40, 48, 56, 64]));
    define(METHOD, fixed("method", 48, &[16, 24]));
    define(NATIVE_FUNCTION, fixed("builtin function", 56, &[24, 32]));
    define(NATIVE_METHOD, fixed("method descriptor", 56, &[16, 24, 32]));
    define(GETSET, fixed("getset descriptor", 56, &[16, 24, 32]));
    define(MEMBER, fixed("member descriptor", 56, &[16, 24, 32]));
    define(
        PROPERTY,
        fixed("property", 72, &[16, 24, 32, 40, 48, 56, 64]),
    );
    define(CLASSMETHOD, fixed("classmethod", 32, &[16, 24]));
    define(STATICMETHOD, fixed("staticmethod", 32, &[16, 24]));
    define(MODULE, fixed("module", 48, &[16, 24, 32, 40]));
    let mut ty = fixed("type", TYPE_SIZE, &[]);
    ty.trace = Some(crate::ty::trace_type);
    define(TYPE, ty);
    define(
        EXCEPTION,
        fixed(
            "exception",
            EXCEPTION_SIZE,
            &[
                16, 24, 32, 40, 48, 56, 72, 80, 88, 96, 104, 112, 120, 128, 136,
            ],
        ),
    );
    define(TRACEBACK, fixed("traceback", 40, &[16, 24]));
    define(
        FRAME,
        fixed("frame", at::FRAME_SIZE, &[16, 24, 32, 40, 64, 72]),
    );
    define(
        GENERATOR,
        counted(
            "generator",
            at::GEN_REGISTERS,
            &[24, 32, 40, 48, 72, 80, 88],
        ),
    );
    define(FIELDS, counted("fields", at::FIELDS, &[]));
    define(RANGE_ITER, fixed("range iterator", 40, &[]));
    define(LIST_ITER, fixed("list iterator", 32, &[16]));
    define(TUPLE_ITER, fixed("tuple iterator", 32, &[16]));
    define(DICT_ITER, fixed("dict iterator", 56, &[16]));
    define(SUPER, fixed("super", 40, &[16, 24, 32]));
    define(PROXY, fixed("proxy", 24, &[16]));
    define(STR_ITER, fixed("str iterator", 32, &[16]));
    define(PAYLOAD, fixed("payload", 40, &[24, 32]));
    define(
        INT_SUB,
        custom("int subclass", int_sub_size, Some(int_sub_trace)),
    );
    define(FLOAT_SUB, fixed("float subclass", 24 + SUB_EXTRA, &[32]));
    define(
        COMPLEX_SUB,
        fixed("complex subclass", 32 + SUB_EXTRA, &[40]),
    );
    define(
        STR_SUB,
        custom("str subclass", str_sub_size, Some(str_sub_trace)),
    );
    define(
        BYTES_SUB,
        custom("bytes subclass", bytes_sub_size, Some(bytes_sub_trace)),
    );
    define(
        BYTEARRAY_SUB,
        fixed("bytearray subclass", 64 + SUB_EXTRA, &[56, 72]),
    );
    define(
        TUPLE_SUB,
        custom("tuple subclass", tuple_sub_size, Some(tuple_sub_trace)),
    );
    let mut list_sub = fixed("list subclass", 40 + SUB_EXTRA, &[48]);
    list_sub.interiors = vec![list_items];
    define(LIST_SUB, list_sub);
    define(
        DICT_SUB,
        fixed(
            "dict subclass",
            DICT_SUB_SIZE,
            &[at::DICT_TABLE, 56, at::DICT_SUB_EXTRA],
        ),
    );
    define(
        SET_SUB,
        fixed("set subclass", 48 + SUB_EXTRA, &[at::SET_TABLE, 56]),
    );
    define(
        FROZENSET_SUB,
        fixed("frozenset subclass", 48 + SUB_EXTRA, &[at::SET_TABLE, 56]),
    );
    for slots in 0..=MAX_INLINE_SLOTS {
        let refs: Vec<usize> = (0..=slots).map(|at| at::OVERFLOW + 8 * at).collect();
        let id = LayoutId(INSTANCE_FIRST.0 + u16::try_from(slots).expect("few"));
        define(id, fixed("instance", INSTANCE_BASE + 8 * slots, &refs));
    }
    table
}
