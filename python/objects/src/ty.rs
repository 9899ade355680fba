//! Type objects. The builtin ones are statics of the binary with CPython's symbol names; those made at run time are heap objects that
//! never move. CPython's fields that C code reads are kept in place; everything else is in a [`TypeData`] behind `tp_cache`.

use crate::layout::{self, at};
use crate::mem;
use crate::slots::Slots;
use crate::str::Str;
use crate::vm::Vm;
use coil_heap::Visitor;
use coil_value::{Header, LayoutId, Ref, Value, refcount};
use std::cell::{Cell, RefCell, UnsafeCell};

/// Offset of `tp_flags`.
pub const TP_FLAGS: usize = 168;
/// Offset of `tp_version_tag`, a u32: the version of everything found by attribute lookup on the type.
pub const TP_VERSION: usize = 384;
const TP_DATA: usize = 352;

/// `tp_flags` bits with CPython's numbers.
pub mod flag {
    /// Made at run time.
    pub const HEAPTYPE: u64 = 1 << 9;
    /// May be subclassed.
    pub const BASETYPE: u64 = 1 << 10;
    /// Attributes cannot be set.
    pub const IMMUTABLE: u64 = 1 << 8;
    /// Cannot be instantiated.
    pub const NO_NEW: u64 = 1 << 7;
    /// Matches sequence patterns.
    pub const SEQUENCE: u64 = 1 << 5;
    /// Matches mapping patterns.
    pub const MAPPING: u64 = 1 << 6;
    /// Has abstract methods.
    pub const IS_ABSTRACT: u64 = 1 << 20;
    /// Subclass of int.
    pub const LONG: u64 = 1 << 24;
    /// Subclass of list.
    pub const LIST: u64 = 1 << 25;
    /// Subclass of tuple.
    pub const TUPLE: u64 = 1 << 26;
    /// Subclass of bytes.
    pub const BYTES: u64 = 1 << 27;
    /// Subclass of str.
    pub const UNICODE: u64 = 1 << 28;
    /// Subclass of dict.
    pub const DICT: u64 = 1 << 29;
    /// Subclass of BaseException.
    pub const EXCEPTION: u64 = 1 << 30;
    /// Subclass of type.
    pub const TYPE: u64 = 1 << 31;
    /// Rows of fields whose first is the bytearray that holds their bytes: they are bytes-like. (A bit that CPython does not know.)
    pub const BYTES_FIELD: u64 = 1 << 40;
    /// Bits that subclasses inherit.
    pub const INHERITED: u64 = BYTES_FIELD
        | SEQUENCE
        | MAPPING
        | LONG
        | LIST
        | TUPLE
        | BYTES
        | UNICODE
        | DICT
        | EXCEPTION
        | TYPE;
}

/// What the runtime knows about a type beyond CPython's struct.
#[derive(Debug, Default)]
pub struct TypeData {
    /// `__name__`.
    pub name: RefCell<String>,
    /// The dict's bits.
    pub dict: Cell<u64>,
    /// The MRO tuple's bits.
    pub mro: Cell<u64>,
    /// The bases tuple's bits.
    pub bases: Cell<u64>,
    /// The solid base's address (0 for object).
    pub base: Cell<u64>,
    /// `__qualname__`, a str, or 0.
    pub qualname: Cell<u64>,
    /// Layout of exact instances.
    pub layout: Cell<u16>,
    /// Layout of instances of user subclasses (0: plain instances are made for them).
    pub sub_layout: Cell<u16>,
    /// Fixed size of instances that are not plain.
    pub size: Cell<u32>,
    /// Inline slots of plain instances: those of `__slots__` first.
    pub inline_slots: Cell<u16>,
    /// Inline slots taken by `__slots__`.
    pub member_slots: Cell<u16>,
    /// Names (interned, by address) that `__init__` stores in its object: room for them is made at once.
    pub predicted: RefCell<Vec<usize>>,
    /// Root shape of plain instances.
    pub root_shape: Cell<u32>,
    /// Instances have a `__dict__`.
    pub has_dict: Cell<bool>,
    /// Instances can be weakly referenced.
    pub has_weakref: Cell<bool>,
    /// Number of the static type in its table, `u16::MAX` for types made at run time.
    pub number: Cell<u16>,
    /// Direct subclasses, by address.
    pub subclasses: RefCell<Vec<u64>>,
    /// Native behaviour.
    pub slots: UnsafeCell<Slots>,
    /// Extra fields of exceptions of this type: their attribute names.
    pub exception_fields: Cell<&'static [&'static str]>,
}

/// A builtin type: a symbol of the binary.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct StaticType {
    words: [UnsafeCell<u64>; layout::TYPE_SIZE / 8],
}

// SAFETY: filled in once before other threads run; later writes are to fields whose owners synchronise.
unsafe impl Sync for StaticType {}

impl StaticType {
    /// A type that `init_types` has to fill in. Its header says: immortal, not of the heap.
    pub const fn new() -> StaticType {
        let mut words = [const { UnsafeCell::new(0) }; layout::TYPE_SIZE / 8];
        words[0] = UnsafeCell::new(refcount::IMMORTAL as u64);
        StaticType { words }
    }

    /// The type object.
    #[inline(always)]
    pub fn as_ref(&'static self) -> Ref {
        // SAFETY: the words start with a header.
        unsafe { Ref::from_ptr((&raw const *self).cast::<Header>().cast_mut()) }
    }

    /// As a value.
    #[inline(always)]
    pub fn value(&'static self) -> Value {
        Value::from_ref(self.as_ref())
    }

    /// As a type.
    #[inline(always)]
    pub fn ty(&'static self) -> Type {
        Type(self.as_ref())
    }
}

impl Default for StaticType {
    fn default() -> Self {
        StaticType::new()
    }
}

/// A type object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Type(Ref);

impl Type {
    /// The type of a value.
    #[inline]
    pub fn of(value: Value) -> Type {
        if value.is_small_int() {
            return types::INT.ty();
        }
        match value.as_ref() {
            Some(object) => Type(object.ty().expect("guest objects have a type")),
            None => types::FLOAT.ty(),
        }
    }

    /// A type object that is known to be one.
    #[inline(always)]
    pub fn from_ref(object: Ref) -> Type {
        Type(object)
    }

    /// The type, if the value is one.
    pub fn from_value(value: Value) -> Option<Type> {
        let object = value.as_ref()?;
        let meta = Type(object.ty()?);
        (meta.flags() & flag::TYPE != 0).then_some(Type(object))
    }

    /// The object.
    #[inline(always)]
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// As a value.
    #[inline(always)]
    pub fn value(self) -> Value {
        Value::from_ref(self.0)
    }

    /// What the runtime knows about it.
    #[inline(always)]
    pub fn data<'a>(self) -> &'a TypeData {
        let address: usize = mem::get(self.0, TP_DATA);
        // SAFETY: every type gets its data when it is made, and keeps it as long as it lives.
        unsafe { &*std::ptr::with_exposed_provenance::<TypeData>(address) }
    }

    /// Native behaviour.
    #[inline(always)]
    pub fn slots<'a>(self) -> &'a Slots {
        // SAFETY: slots are replaced only while no reference to them is in use (class creation and attribute assignment).
        unsafe { &*self.data().slots.get() }
    }

    /// Changes native behaviour.
    pub fn update_slots(self, change: impl FnOnce(&mut Slots)) {
        // SAFETY: as above.
        change(unsafe { &mut *self.data().slots.get() });
    }

    /// `tp_flags`.
    #[inline(always)]
    pub fn flags(self) -> u64 {
        mem::get(self.0, TP_FLAGS)
    }

    /// Sets `tp_flags`.
    pub fn set_flags(self, flags: u64) {
        mem::set(self.0, TP_FLAGS, flags);
    }

    /// Address of the version word.
    #[inline(always)]
    pub fn version_address(self) -> *const u32 {
        self.0.field_ptr::<u32>(TP_VERSION)
    }

    /// The version.
    #[inline(always)]
    pub fn version(self) -> u32 {
        mem::get(self.0, TP_VERSION)
    }

    /// Is this builtin type.
    #[inline(always)]
    pub fn is(self, ty: &'static StaticType) -> bool {
        self.0 == ty.as_ref()
    }

    /// Made at run time.
    pub fn is_heap(self) -> bool {
        self.flags() & flag::HEAPTYPE != 0
    }

    /// `__name__`.
    pub fn name(self) -> String {
        self.data().name.borrow().clone()
    }

    /// The name as most messages give it: with the module for builtin types outside `builtins`.
    pub fn full_name(self) -> String {
        if self.is_heap() {
            return self.name();
        }
        if let Some(row) = STATIC_TYPES.get(usize::from(self.data().number.get())) {
            return row.name.to_owned();
        }
        let dict = crate::dict::Dict::from_ref(self.dict());
        let module = dict.iter().find_map(|(key, value)| {
            Str::of(key).filter(|key| key.is("__module__"))?;
            Str::of(value)
        });
        match module {
            Some(module) => format!("{}.{}", module.to_rust(), self.name()),
            None => self.name(),
        }
    }

    /// The attribute dict.
    pub fn dict(self) -> Ref {
        // SAFETY: set when the type is made.
        unsafe { Ref::from_address(self.data().dict.get()) }.expect("types have a dict")
    }

    /// The MRO tuple.
    pub fn mro(self) -> Option<Ref> {
        // SAFETY: 0 or a tuple.
        unsafe { Ref::from_address(self.data().mro.get()) }
    }

    /// The bases tuple.
    pub fn bases(self) -> Option<Ref> {
        // SAFETY: 0 or a tuple.
        unsafe { Ref::from_address(self.data().bases.get()) }
    }

    /// The base whose layout instances share.
    pub fn base(self) -> Option<Type> {
        // SAFETY: 0 or a type.
        unsafe { Ref::from_address(self.data().base.get()) }.map(Type)
    }

    /// The classes of the MRO, self first.
    pub fn mro_types(self) -> impl Iterator<Item = Type> {
        let mro = self.mro();
        let count = mro.map_or(0, |mro| mem::get::<usize>(mro, at::SIZE));
        (0..count).filter_map(move |index| {
            let item = mem::value(mro?, at::TUPLE_ITEMS + 8 * index)?;
            item.as_ref().map(Type)
        })
    }

    /// Whether `self` is `other` or inherits from it (by MRO).
    #[inline]
    pub fn is_subtype(self, other: Type) -> bool {
        self == other || self.mro_types().any(|ty| ty == other)
    }

    /// The raw dict entry of a name in the type itself.
    pub fn own(self, name: Str) -> Option<Value> {
        crate::dict::Dict::from_ref(self.dict()).get_str(name)
    }

    /// What attribute lookup finds for a name along the MRO (no descriptors applied).
    pub fn lookup(self, name: Str) -> Option<Value> {
        self.mro_types().find_map(|ty| ty.own(name))
    }

    /// As `lookup`, with the class it was found in.
    pub fn lookup_where(self, name: Str) -> Option<(Value, Type)> {
        self.mro_types().find_map(|ty| Some((ty.own(name)?, ty)))
    }

    /// Instances are plain: shape, inline slots.
    pub fn makes_instances(self) -> bool {
        self.data().layout.get() >= layout::INSTANCE_FIRST.0
    }

    /// Layout of its exact instances.
    pub fn instance_layout(self) -> LayoutId {
        LayoutId(self.data().layout.get())
    }

    /// Everything found on the type (and its subclasses) may have changed.
    pub fn modified(self, vm: &mut Vm) {
        let address = self.version_address();
        vm.watched_value_changed(address.cast_mut());
        let next = vm.next_version();
        mem::set(self.0, TP_VERSION, next);
        let subclasses = self.data().subclasses.borrow().clone();
        for subclass in subclasses {
            // SAFETY: types are never freed.
            if let Some(subclass) = unsafe { Ref::from_address(subclass) } {
                Type(subclass).modified(vm);
            }
        }
    }
}

/// Visits what a type object refers to.
///
/// # Safety
/// The object is a live type made at run time (or a static one with data).
pub unsafe fn trace_type(object: *mut u8, visitor: &mut Visitor<'_>) {
    // SAFETY: as promised.
    let data = unsafe { object.add(TP_DATA).cast::<usize>().read() };
    if data == 0 {
        return;
    }
    // SAFETY: a type's data lives as long as the type.
    let data = unsafe { &*std::ptr::with_exposed_provenance::<TypeData>(data) };
    for cell in [
        &data.dict,
        &data.mro,
        &data.bases,
        &data.base,
        &data.qualname,
    ] {
        // SAFETY: holds an object's bits or 0.
        unsafe { visitor.slot(cell.as_ptr()) };
    }
}

/// Attaches data to a type object.
pub fn set_data(object: Ref, data: TypeData) {
    let data: &'static TypeData = Box::leak(Box::new(data));
    mem::set(object, TP_DATA, (&raw const *data).expose_provenance());
}

/// Calls `$go!` with the builtin types: constant, C symbol, name, base constant, layout of instances, layout of subclass instances (0 = not
/// subclassable, 1 = same layout), flags.
#[macro_export]
macro_rules! for_each_static_type {
    ($go:ident) => { $go! {
        OBJECT PyBaseObject_Type "object" OBJECT INSTANCE_FIRST 1 [];
        TYPE PyType_Type "type" OBJECT TYPE 1 [TYPE];
        INT PyLong_Type "int" OBJECT INT INT_SUB [LONG];
        BOOL PyBool_Type "bool" INT INT 0 [LONG];
        FLOAT PyFloat_Type "float" OBJECT FLOAT FLOAT_SUB [];
        COMPLEX PyComplex_Type "complex" OBJECT COMPLEX COMPLEX_SUB [];
        STR PyUnicode_Type "str" OBJECT STR STR_SUB [UNICODE];
        BYTES PyBytes_Type "bytes" OBJECT BYTES BYTES_SUB [BYTES];
        BYTEARRAY PyByteArray_Type "bytearray" OBJECT BYTEARRAY BYTEARRAY_SUB [];
        MEMORYVIEW PyMemoryView_Type "memoryview" OBJECT FIELDS 0 [SEQUENCE];
        TUPLE PyTuple_Type "tuple" OBJECT TUPLE TUPLE_SUB [TUPLE SEQUENCE];
        LIST PyList_Type "list" OBJECT LIST LIST_SUB [LIST SEQUENCE];
        DICT PyDict_Type "dict" OBJECT DICT DICT_SUB [DICT MAPPING];
        SET PySet_Type "set" OBJECT SET SET_SUB [];
        FROZENSET PyFrozenSet_Type "frozenset" OBJECT FROZENSET FROZENSET_SUB [];
        SLICE PySlice_Type "slice" OBJECT SLICE 0 [];
        RANGE PyRange_Type "range" OBJECT RANGE 0 [SEQUENCE];
        NONE _PyNone_Type "NoneType" OBJECT FOREIGN 0 [];
        NOT_IMPLEMENTED _PyNotImplemented_Type "NotImplementedType" OBJECT FOREIGN 0 [];
        ELLIPSIS PyEllipsis_Type "ellipsis" OBJECT FOREIGN 0 [];
        FUNCTION PyFunction_Type "function" OBJECT FUNCTION 0 [];
        CODE PyCode_Type "code" OBJECT CODE 0 [];
        CELL PyCell_Type "cell" OBJECT CELL 0 [];
        METHOD PyMethod_Type "method" OBJECT METHOD 0 [];
        BUILTIN_FUNCTION PyCFunction_Type "builtin_function_or_method" OBJECT NATIVE_FUNCTION 0 [];
        METHOD_DESCRIPTOR PyMethodDescr_Type "method_descriptor" OBJECT NATIVE_METHOD 0 [];
        WRAPPER_DESCRIPTOR PyWrapperDescr_Type "wrapper_descriptor" OBJECT NATIVE_METHOD 0 [];
        METHOD_WRAPPER _PyMethodWrapper_Type "method-wrapper" OBJECT NATIVE_FUNCTION 0 [];
        CLASSMETHOD_DESCRIPTOR PyClassMethodDescr_Type "classmethod_descriptor" OBJECT NATIVE_METHOD 0 [];
        GETSET_DESCRIPTOR PyGetSetDescr_Type "getset_descriptor" OBJECT GETSET 0 [];
        MEMBER_DESCRIPTOR PyMemberDescr_Type "member_descriptor" OBJECT MEMBER 0 [];
        PROPERTY PyProperty_Type "property" OBJECT PROPERTY PROPERTY [];
        CLASSMETHOD PyClassMethod_Type "classmethod" OBJECT CLASSMETHOD CLASSMETHOD [];
        STATICMETHOD PyStaticMethod_Type "staticmethod" OBJECT STATICMETHOD STATICMETHOD [];
        MODULE PyModule_Type "module" OBJECT MODULE MODULE [];
        TRACEBACK PyTraceBack_Type "traceback" OBJECT TRACEBACK 0 [];
        FRAME PyFrame_Type "frame" OBJECT FRAME 0 [];
        GENERATOR PyGen_Type "generator" OBJECT GENERATOR 0 [];
        COROUTINE PyCoro_Type "coroutine" OBJECT GENERATOR 0 [];
        ASYNC_GENERATOR PyAsyncGen_Type "async_generator" OBJECT GENERATOR 0 [];
        SUPER PySuper_Type "super" OBJECT SUPER SUPER [];
        MAPPING_PROXY PyDictProxy_Type "mappingproxy" OBJECT PROXY 0 [MAPPING];
        DICT_KEYS PyDictKeys_Type "dict_keys" OBJECT PROXY 0 [];
        DICT_VALUES PyDictValues_Type "dict_values" OBJECT PROXY 0 [];
        DICT_ITEMS PyDictItems_Type "dict_items" OBJECT PROXY 0 [];
        DICT_KEYITERATOR PyDictIterKey_Type "dict_keyiterator" OBJECT DICT_ITER 0 [];
        DICT_VALUEITERATOR PyDictIterValue_Type "dict_valueiterator" OBJECT DICT_ITER 0 [];
        DICT_ITEMITERATOR PyDictIterItem_Type "dict_itemiterator" OBJECT DICT_ITER 0 [];
        DICT_REVERSE_KEYITERATOR PyDictRevIterKey_Type "dict_reversekeyiterator" OBJECT DICT_ITER 0 [];
        DICT_REVERSE_VALUEITERATOR PyDictRevIterValue_Type "dict_reversevalueiterator" OBJECT DICT_ITER 0 [];
        DICT_REVERSE_ITEMITERATOR PyDictRevIterItem_Type "dict_reverseitemiterator" OBJECT DICT_ITER 0 [];
        SET_ITERATOR PySetIter_Type "set_iterator" OBJECT DICT_ITER 0 [];
        LIST_ITERATOR PyListIter_Type "list_iterator" OBJECT LIST_ITER 0 [];
        LIST_REVERSEITERATOR PyListRevIter_Type "list_reverseiterator" OBJECT LIST_ITER 0 [];
        TUPLE_ITERATOR PyTupleIter_Type "tuple_iterator" OBJECT TUPLE_ITER 0 [];
        STR_ITERATOR PyUnicodeIter_Type "str_iterator" OBJECT STR_ITER 0 [];
        STR_ASCII_ITERATOR PyUnicodeASCIIIter_Type "str_ascii_iterator" OBJECT STR_ITER 0 [];
        BYTES_ITERATOR PyBytesIter_Type "bytes_iterator" OBJECT STR_ITER 0 [];
        BYTEARRAY_ITERATOR PyByteArrayIter_Type "bytearray_iterator" OBJECT STR_ITER 0 [];
        RANGE_ITERATOR PyRangeIter_Type "range_iterator" OBJECT RANGE_ITER 0 [];
        LONGRANGE_ITERATOR PyLongRangeIter_Type "longrange_iterator" OBJECT FIELDS 0 [];
        ITERATOR PySeqIter_Type "iterator" OBJECT FIELDS 0 [];
        CALLABLE_ITERATOR PyCallIter_Type "callable_iterator" OBJECT FIELDS 0 [];
        ENUMERATE PyEnum_Type "enumerate" OBJECT FIELDS FIELDS [];
        ZIP PyZip_Type "zip" OBJECT FIELDS FIELDS [];
        MAP PyMap_Type "map" OBJECT FIELDS FIELDS [];
        FILTER PyFilter_Type "filter" OBJECT FIELDS FIELDS [];
        REVERSED PyReversed_Type "reversed" OBJECT FIELDS FIELDS [];
        GENERIC_ALIAS Py_GenericAliasType "types.GenericAlias" OBJECT FIELDS FIELDS [];
        UNION _PyUnion_Type "typing.Union" OBJECT FIELDS 0 [];
        SIMPLE_NAMESPACE _PyNamespace_Type "types.SimpleNamespace" OBJECT INSTANCE_FIRST 1 [];
        WEAKREF _PyWeakref_RefType "weakref.ReferenceType" OBJECT FIELDS FIELDS [];
        BASE_EXCEPTION PyExc_BaseException_Type "BaseException" OBJECT EXCEPTION 1 [EXCEPTION];
        BASE_EXCEPTION_GROUP PyExc_BaseExceptionGroup_Type "BaseExceptionGroup" BASE_EXCEPTION EXCEPTION 1 [EXCEPTION];
        GENERATOR_EXIT PyExc_GeneratorExit_Type "GeneratorExit" BASE_EXCEPTION EXCEPTION 1 [EXCEPTION];
        KEYBOARD_INTERRUPT PyExc_KeyboardInterrupt_Type "KeyboardInterrupt" BASE_EXCEPTION EXCEPTION 1 [EXCEPTION];
        SYSTEM_EXIT PyExc_SystemExit_Type "SystemExit" BASE_EXCEPTION EXCEPTION 1 [EXCEPTION];
        EXCEPTION PyExc_Exception_Type "Exception" BASE_EXCEPTION EXCEPTION 1 [EXCEPTION];
        ArithmeticError PyExc_ArithmeticError_Type "ArithmeticError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        FloatingPointError PyExc_FloatingPointError_Type "FloatingPointError" ArithmeticError EXCEPTION 1 [EXCEPTION];
        OverflowError PyExc_OverflowError_Type "OverflowError" ArithmeticError EXCEPTION 1 [EXCEPTION];
        ZeroDivisionError PyExc_ZeroDivisionError_Type "ZeroDivisionError" ArithmeticError EXCEPTION 1 [EXCEPTION];
        AssertionError PyExc_AssertionError_Type "AssertionError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        AttributeError PyExc_AttributeError_Type "AttributeError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        BufferError PyExc_BufferError_Type "BufferError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        EOFError PyExc_EOFError_Type "EOFError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        ImportError PyExc_ImportError_Type "ImportError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        ModuleNotFoundError PyExc_ModuleNotFoundError_Type "ModuleNotFoundError" ImportError EXCEPTION 1 [EXCEPTION];
        LookupError PyExc_LookupError_Type "LookupError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        IndexError PyExc_IndexError_Type "IndexError" LookupError EXCEPTION 1 [EXCEPTION];
        KeyError PyExc_KeyError_Type "KeyError" LookupError EXCEPTION 1 [EXCEPTION];
        MemoryError PyExc_MemoryError_Type "MemoryError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        NameError PyExc_NameError_Type "NameError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        UnboundLocalError PyExc_UnboundLocalError_Type "UnboundLocalError" NameError EXCEPTION 1 [EXCEPTION];
        OSError PyExc_OSError_Type "OSError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        BlockingIOError PyExc_BlockingIOError_Type "BlockingIOError" OSError EXCEPTION 1 [EXCEPTION];
        ChildProcessError PyExc_ChildProcessError_Type "ChildProcessError" OSError EXCEPTION 1 [EXCEPTION];
        ConnectionError PyExc_ConnectionError_Type "ConnectionError" OSError EXCEPTION 1 [EXCEPTION];
        BrokenPipeError PyExc_BrokenPipeError_Type "BrokenPipeError" ConnectionError EXCEPTION 1 [EXCEPTION];
        ConnectionAbortedError PyExc_ConnectionAbortedError_Type "ConnectionAbortedError" ConnectionError EXCEPTION 1 [EXCEPTION];
        ConnectionRefusedError PyExc_ConnectionRefusedError_Type "ConnectionRefusedError" ConnectionError EXCEPTION 1 [EXCEPTION];
        ConnectionResetError PyExc_ConnectionResetError_Type "ConnectionResetError" ConnectionError EXCEPTION 1 [EXCEPTION];
        FileExistsError PyExc_FileExistsError_Type "FileExistsError" OSError EXCEPTION 1 [EXCEPTION];
        FileNotFoundError PyExc_FileNotFoundError_Type "FileNotFoundError" OSError EXCEPTION 1 [EXCEPTION];
        InterruptedError PyExc_InterruptedError_Type "InterruptedError" OSError EXCEPTION 1 [EXCEPTION];
        IsADirectoryError PyExc_IsADirectoryError_Type "IsADirectoryError" OSError EXCEPTION 1 [EXCEPTION];
        NotADirectoryError PyExc_NotADirectoryError_Type "NotADirectoryError" OSError EXCEPTION 1 [EXCEPTION];
        PermissionError PyExc_PermissionError_Type "PermissionError" OSError EXCEPTION 1 [EXCEPTION];
        ProcessLookupError PyExc_ProcessLookupError_Type "ProcessLookupError" OSError EXCEPTION 1 [EXCEPTION];
        TimeoutError PyExc_TimeoutError_Type "TimeoutError" OSError EXCEPTION 1 [EXCEPTION];
        ReferenceError PyExc_ReferenceError_Type "ReferenceError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        RuntimeError PyExc_RuntimeError_Type "RuntimeError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        NotImplementedError PyExc_NotImplementedError_Type "NotImplementedError" RuntimeError EXCEPTION 1 [EXCEPTION];
        PythonFinalizationError PyExc_PythonFinalizationError_Type "PythonFinalizationError" RuntimeError EXCEPTION 1 [EXCEPTION];
        RecursionError PyExc_RecursionError_Type "RecursionError" RuntimeError EXCEPTION 1 [EXCEPTION];
        StopAsyncIteration PyExc_StopAsyncIteration_Type "StopAsyncIteration" EXCEPTION EXCEPTION 1 [EXCEPTION];
        StopIteration PyExc_StopIteration_Type "StopIteration" EXCEPTION EXCEPTION 1 [EXCEPTION];
        SyntaxError PyExc_SyntaxError_Type "SyntaxError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        IncompleteInputError PyExc_IncompleteInputError_Type "_IncompleteInputError" SyntaxError EXCEPTION 1 [EXCEPTION];
        IndentationError PyExc_IndentationError_Type "IndentationError" SyntaxError EXCEPTION 1 [EXCEPTION];
        TabError PyExc_TabError_Type "TabError" IndentationError EXCEPTION 1 [EXCEPTION];
        SystemError PyExc_SystemError_Type "SystemError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        TypeError PyExc_TypeError_Type "TypeError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        ValueError PyExc_ValueError_Type "ValueError" EXCEPTION EXCEPTION 1 [EXCEPTION];
        UnicodeError PyExc_UnicodeError_Type "UnicodeError" ValueError EXCEPTION 1 [EXCEPTION];
        UnicodeDecodeError PyExc_UnicodeDecodeError_Type "UnicodeDecodeError" UnicodeError EXCEPTION 1 [EXCEPTION];
        UnicodeEncodeError PyExc_UnicodeEncodeError_Type "UnicodeEncodeError" UnicodeError EXCEPTION 1 [EXCEPTION];
        UnicodeTranslateError PyExc_UnicodeTranslateError_Type "UnicodeTranslateError" UnicodeError EXCEPTION 1 [EXCEPTION];
        Warning PyExc_Warning_Type "Warning" EXCEPTION EXCEPTION 1 [EXCEPTION];
        BytesWarning PyExc_BytesWarning_Type "BytesWarning" Warning EXCEPTION 1 [EXCEPTION];
        DeprecationWarning PyExc_DeprecationWarning_Type "DeprecationWarning" Warning EXCEPTION 1 [EXCEPTION];
        EncodingWarning PyExc_EncodingWarning_Type "EncodingWarning" Warning EXCEPTION 1 [EXCEPTION];
        FutureWarning PyExc_FutureWarning_Type "FutureWarning" Warning EXCEPTION 1 [EXCEPTION];
        ImportWarning PyExc_ImportWarning_Type "ImportWarning" Warning EXCEPTION 1 [EXCEPTION];
        PendingDeprecationWarning PyExc_PendingDeprecationWarning_Type "PendingDeprecationWarning" Warning EXCEPTION 1 [EXCEPTION];
        ResourceWarning PyExc_ResourceWarning_Type "ResourceWarning" Warning EXCEPTION 1 [EXCEPTION];
        RuntimeWarning PyExc_RuntimeWarning_Type "RuntimeWarning" Warning EXCEPTION 1 [EXCEPTION];
        SyntaxWarning PyExc_SyntaxWarning_Type "SyntaxWarning" Warning EXCEPTION 1 [EXCEPTION];
        UnicodeWarning PyExc_UnicodeWarning_Type "UnicodeWarning" Warning EXCEPTION 1 [EXCEPTION];
        UserWarning PyExc_UserWarning_Type "UserWarning" Warning EXCEPTION 1 [EXCEPTION];
    } };
}

/// The builtin types.
#[allow(
    non_upper_case_globals,
    reason = "exception classes keep the names the language gives them"
)]
pub mod types {
    use super::StaticType;

    macro_rules! define {
        ($($name:ident $symbol:ident $text:literal $base:ident $layout:ident $sub:tt [$($flag:ident)*];)*) => {
            $(
                #[doc = concat!("`", $text, "`.")]
                #[unsafe(export_name = stringify!($symbol))]
                pub static $name: StaticType = StaticType::new();
            )*
        };
    }
    for_each_static_type!(define);
}

/// A row of the table of builtin types.
#[derive(Debug)]
pub struct StaticTypeRow {
    /// The type.
    pub ty: &'static StaticType,
    /// Its name.
    pub name: &'static str,
    /// Its base (itself for object).
    pub base: &'static StaticType,
    /// Layout of exact instances.
    pub layout: LayoutId,
    /// Layout of subclass instances.
    pub sub_layout: SubLayout,
    /// Extra `tp_flags`.
    pub flags: u64,
}

/// What instances of subclasses look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SubLayout {
    /// It cannot be subclassed.
    None,
    /// As instances of the type itself.
    Same,
    /// A layout with room for attributes.
    Own(LayoutId),
}

macro_rules! sub_layout {
    (0) => {
        SubLayout::None
    };
    (1) => {
        SubLayout::Same
    };
    ($layout:ident) => {
        SubLayout::Own(layout::$layout)
    };
}
macro_rules! rows {
    ($($name:ident $symbol:ident $text:literal $base:ident $layout:ident $sub:tt [$($flag:ident)*];)*) => {
        /// All builtin types, bases first.
        pub static STATIC_TYPES: &[StaticTypeRow] = &[$(StaticTypeRow {
            ty: &types::$name,
            name: $text,
            base: &types::$base,
            layout: layout_of::$layout,
            sub_layout: sub_layout!($sub),
            flags: 0 $(| flag::$flag)*,
        }),*];
    };
}
mod layout_of {
    pub(super) use crate::layout::{
        BYTEARRAY, BYTES, CELL, CLASSMETHOD, CODE, COMPLEX, DICT, DICT_ITER, EXCEPTION, FIELDS,
        FLOAT, FRAME, FROZENSET, FUNCTION, GENERATOR, GETSET, INSTANCE_FIRST, INT, LIST, LIST_ITER,
        MEMBER, METHOD, MODULE, NATIVE_FUNCTION, NATIVE_METHOD, PROPERTY, PROXY, RANGE, RANGE_ITER,
        SET, SLICE, STATICMETHOD, STR, STR_ITER, SUPER, TRACEBACK, TUPLE, TUPLE_ITER, TYPE,
    };
    pub(super) const FOREIGN: coil_value::LayoutId = coil_value::LayoutId::FOREIGN;
}
for_each_static_type!(rows);

/// A static object without fields: None and the like.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct StaticObject {
    words: [UnsafeCell<u64>; 4],
}

// SAFETY: written once before other threads run.
unsafe impl Sync for StaticObject {}

impl StaticObject {
    const fn new(tag: u64, digit: u64) -> StaticObject {
        StaticObject {
            words: [
                UnsafeCell::new(refcount::IMMORTAL as u64),
                UnsafeCell::new(0),
                UnsafeCell::new(tag),
                UnsafeCell::new(digit),
            ],
        }
    }

    /// The object as a value.
    #[inline(always)]
    pub fn value(&'static self) -> Value {
        // SAFETY: the words start with a header.
        Value::from_ref(unsafe { Ref::from_ptr((&raw const *self).cast::<Header>().cast_mut()) })
    }

    fn set_type(&'static self, ty: &'static StaticType) {
        let object = mem::expect_ref(self.value());
        mem::set(object, 8, ty.as_ref().address());
    }
}

/// `None`.
#[unsafe(export_name = "_Py_NoneStruct")]
pub static NONE: StaticObject = StaticObject::new(0, 0);
/// `True`: an int object of value 1.
#[unsafe(export_name = "_Py_TrueStruct")]
pub static TRUE: StaticObject = StaticObject::new(1 << 3, 1);
/// `False`: an int object of value 0.
#[unsafe(export_name = "_Py_FalseStruct")]
pub static FALSE: StaticObject = StaticObject::new(1, 0);
/// `NotImplemented`.
#[unsafe(export_name = "_Py_NotImplementedStruct")]
pub static NOT_IMPLEMENTED: StaticObject = StaticObject::new(0, 0);
/// `...`.
#[unsafe(export_name = "_Py_EllipsisObject")]
pub static ELLIPSIS: StaticObject = StaticObject::new(0, 0);

/// `None`.
#[inline(always)]
pub fn none() -> Value {
    NONE.value()
}

/// `True` or `False`.
#[inline(always)]
pub fn bool_value(truth: bool) -> Value {
    if truth { TRUE.value() } else { FALSE.value() }
}

/// `NotImplemented`.
#[inline(always)]
pub fn not_implemented() -> Value {
    NOT_IMPLEMENTED.value()
}

/// Fills in header, data, base and flags of a builtin type.
pub fn init_static_type(row: &StaticTypeRow, number: u16, version: u32) {
    let object = row.ty.as_ref();
    mem::set(object, 8, types::TYPE.as_ref().address());
    let data = TypeData::default();
    data.name
        .replace(row.name.rsplit('.').next().unwrap_or(row.name).to_owned());
    let is_object = std::ptr::eq(row.ty, row.base);
    data.base.set(if is_object {
        0
    } else {
        row.base.as_ref().address() as u64
    });
    data.layout.set(row.layout.0);
    data.sub_layout.set(match row.sub_layout {
        SubLayout::None => 0,
        SubLayout::Same => row.layout.0,
        SubLayout::Own(sub) => sub.0,
    });
    data.number.set(number);
    if !is_object {
        row.base
            .ty()
            .data()
            .subclasses
            .borrow_mut()
            .push(object.address() as u64);
    }
    set_data(object, data);
    let base = if row.sub_layout == SubLayout::None {
        0
    } else {
        flag::BASETYPE
    };
    Type(object).set_flags(row.flags | base | flag::IMMUTABLE);
    mem::set(object, TP_VERSION, version);
}

/// Fills in headers, data, bases and flags of the builtin types; dicts come with the natives (`Vm::ready_types`).
pub fn init_static_types() {
    for (number, row) in STATIC_TYPES.iter().enumerate() {
        let number = u16::try_from(number).expect("few types");
        init_static_type(row, number, 2 + 2 * u32::from(number));
    }
    NONE.set_type(&types::NONE);
    TRUE.set_type(&types::BOOL);
    FALSE.set_type(&types::BOOL);
    NOT_IMPLEMENTED.set_type(&types::NOT_IMPLEMENTED);
    ELLIPSIS.set_type(&types::ELLIPSIS);
}
