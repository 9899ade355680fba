//! table: the fields of objects that handlers touch, with their alias classes.

use coil_heap::{ARRAY_ITEMS, ARRAY_LENGTH};
use coil_machine::{Access, Barrier, Field};
use taipan_objects::layout::at;

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $offset:expr, $access:ident, $alias:literal, $barrier:expr, $immutable:literal;)*) => {
        $(
            $(#[$doc])*
            pub(crate) const $name: Field = Field {
                offset: $offset as i32,
                access: Access::$access,
                alias: $alias,
                immutable: $immutable,
                barrier: $barrier,
            };
        )*
    };
}
const NONE: Barrier = Barrier::None;
const OBJECT: Barrier = Barrier::Object;
fields! {
    /// Layout id in the header: that of an object never changes.
    LAYOUT = 6, U16, 1, NONE, true;
    /// Flags in the header; of them only EXPORTED is read.
    GC_FLAGS = 4, U8, 46, NONE, false;
    /// Type pointer in the header.
    TYPE = 8, Ref, 2, NONE, false;
    /// Shape of a plain instance.
    SHAPE = at::SHAPE, U32, 3, NONE, false;
    /// Overflow array or dict of a plain instance.
    OVERFLOW = at::OVERFLOW, Ref, 4, OBJECT, false;
    /// Length of a generic array.
    ARRAY_SIZE = ARRAY_LENGTH, I64, 5, NONE, true;
    /// Items of a generic array.
    ARRAY_ITEM = ARRAY_ITEMS, Val, 6, Barrier::Slot(0), false;
    /// Length of a list.
    LIST_SIZE = at::SIZE, I64, 7, NONE, false;
    /// Items pointer of a list.
    LIST_ITEMS = at::LIST_ITEMS, Ref, 7, OBJECT, false;
    /// Capacity of a list.
    LIST_CAPACITY = at::LIST_CAPACITY, I64, 7, NONE, false;
    /// An item of a list, from its items pointer.
    LIST_ITEM = 0, Val, 6, Barrier::Slot(ARRAY_ITEMS as u16), false;
    /// Length of a tuple.
    TUPLE_SIZE = at::SIZE, I64, 10, NONE, true;
    /// An item of a tuple.
    TUPLE_ITEM = at::TUPLE_ITEMS, Val, 11, OBJECT, true;
    /// Hash of a tuple.
    TUPLE_HASH = at::TUPLE_HASH, I64, 12, NONE, false;
    /// Contents of a cell.
    CELL_VALUE = at::CELL_VALUE, Val, 13, OBJECT, false;
    /// Code of a function: traces depend on `Interp::code_changes` (see `code_of`).
    FUNC_CODE = at::FUNC_CODE, Ref, 14, OBJECT, true;
    /// Globals of a function.
    FUNC_GLOBALS = at::FUNC_GLOBALS, Ref, 15, OBJECT, true;
    /// Closure of a function.
    FUNC_CLOSURE = at::FUNC_CLOSURE, Ref, 16, OBJECT, true;
    /// Defaults of a function.
    FUNC_DEFAULTS = at::FUNC_DEFAULTS, Ref, 17, OBJECT, false;
    /// Function of a bound method.
    METHOD_FUNC = at::METHOD_FUNC, Val, 18, OBJECT, true;
    /// Object of a bound method.
    METHOD_SELF = at::METHOD_SELF, Val, 19, OBJECT, true;
    /// Declaration of a builtin function.
    NATIVE_DEF = at::NATIVE_DEF, Ref, 20, NONE, true;
    /// Object of a builtin function.
    NATIVE_SELF = at::NATIVE_SELF, Val, 21, OBJECT, true;
    /// Declaration of a method descriptor.
    DESCR_DEF = at::DESCR_DEF, Ref, 22, NONE, true;
    /// Class of a method descriptor.
    DESCR_TYPE = at::DESCR_TYPE, Ref, 66, NONE, true;
    /// What an iterator iterates over.
    ITER_OF = at::ITER_OF, Ref, 23, OBJECT, false;
    /// Index of an iterator.
    ITER_INDEX = at::ITER_INDEX, I64, 24, NONE, false;
    /// Next number of a range iterator.
    RANGE_ITER_NEXT = at::RANGE_ITER_NEXT, I64, 25, NONE, false;
    /// Step of a range iterator.
    RANGE_ITER_STEP = at::RANGE_ITER_STEP, I64, 26, NONE, true;
    /// Numbers left in a range iterator.
    RANGE_ITER_LEFT = at::RANGE_ITER_LEFT, I64, 27, NONE, false;
    /// Start of a range.
    RANGE_START = at::RANGE_START, Val, 28, OBJECT, true;
    /// Stop of a range.
    RANGE_STOP = at::RANGE_STOP, Val, 49, OBJECT, true;
    /// Step of a range.
    RANGE_STEP = at::RANGE_STEP, Val, 29, OBJECT, true;
    /// Length of a range.
    RANGE_LENGTH = at::RANGE_LENGTH, Val, 30, OBJECT, true;
    /// Function of a generator.
    GEN_FUNCTION = at::GEN_FUNCTION, Val, 31, OBJECT, false;
    /// State of a generator.
    GEN_STATE = at::GEN_STATE, I64, 32, NONE, false;
    /// Where a generator goes on.
    GEN_PC = at::GEN_PC, I64, 33, NONE, false;
    /// A saved register of a generator.
    GEN_REGISTER = at::GEN_REGISTERS, Val, 34, Barrier::Object, false;
    /// Number of saved registers of a generator.
    GEN_COUNT = at::GEN_COUNT, I64, 35, NONE, true;
    /// The generator that delegates to a generator.
    GEN_PARENT = at::GEN_PARENT, Val, 37, OBJECT, false;
    /// The other end of a generator's chain.
    GEN_LINK = at::GEN_LINK, Val, 40, OBJECT, false;
    /// First field of an object of fields.
    FIELD_0 = at::FIELDS, Val, 38, OBJECT, false;
    /// Second field of an object of fields.
    FIELD_1 = at::FIELDS + 8, Val, 39, OBJECT, false;
    /// Length of a str.
    STR_LENGTH = at::STR_LENGTH, I64, 41, NONE, true;
    /// State of a str.
    STR_STATE = at::STR_STATE, U32, 42, NONE, false;
    /// A byte of an ASCII str.
    STR_ASCII = at::STR_ASCII_DATA, U8, 43, NONE, true;
    /// Attribute dict of a subclass of list.
    LIST_SUB_DICT = 48, Val, 44, OBJECT, false;
    /// `tp_flags` of a type.
    TYPE_FLAGS = taipan_objects::ty::TP_FLAGS, I64, 45, NONE, false;
    /// Start of a slice.
    SLICE_START = at::SLICE_START, Val, 48, OBJECT, true;
    /// Stop of a slice.
    SLICE_STOP = at::SLICE_STOP, Val, 48, OBJECT, true;
    /// Step of a slice.
    SLICE_STEP = at::SLICE_STEP, Val, 48, OBJECT, true;
    /// Size of a set.
    SET_SIZE = at::SET_USED, I64, 36, NONE, false;
    /// Table of a set.
    SET_TABLE = at::SET_TABLE, Ref, 36, OBJECT, false;
    /// Whether keys of a table may run guest code.
    TABLE_ODD = taipan_objects::table::ODD, U16, 36, NONE, false;
    /// A word of the entries of a dict's table. (Only values of globals are stored so.)
    TABLE_WORD = taipan_objects::table::ENTRIES, Val, 70, Barrier::Slot(0), false;
    /// Hash of a frozen set.
    SET_HASH = at::SET_HASH, I64, 50, NONE, false;
    /// Length of bytes.
    BYTES_SIZE = at::SIZE, I64, 67, NONE, true;
    /// A byte of bytes.
    BYTES_ITEM = at::BYTES_DATA, U8, 68, NONE, true;
    /// Length of a bytearray.
    BYTEARRAY_SIZE = at::SIZE, I64, 69, NONE, false;
    /// First byte of a bytearray.
    BYTEARRAY_START = at::BYTEARRAY_START, Ref, 69, NONE, false;
    /// Size of a dict.
    DICT_SIZE = at::SIZE, I64, 47, NONE, false;
}

/// The inline slot of plain instances at a byte offset.
#[inline(always)]
pub(crate) fn slot(offset: usize) -> Field {
    Field {
        offset: offset as i32,
        access: Access::Val,
        alias: 100 + ((offset - at::SLOTS) / 8) as u32,
        immutable: false,
        barrier: OBJECT,
    }
}
