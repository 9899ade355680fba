//! `bytes` objects.

use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::ty::{Type, flag, types};
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// A `bytes` object (or one of a subclass).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bytes(Ref);

impl Bytes {
    /// The bytes, if the value is a bytes object.
    pub fn of(value: Value) -> Option<Bytes> {
        let object = value.as_ref()?;
        matches!(object.layout(), layout::BYTES | layout::BYTES_SUB).then_some(Bytes(object))
    }

    /// The object.
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// The data. Do not allocate while it is in use.
    pub fn data<'a>(self) -> &'a [u8] {
        mem::slice(self.0, at::BYTES_DATA, mem::get(self.0, at::SIZE))
    }
}

/// A `bytearray` object (or one of a subclass). Its data stands in a byte array that never moves; see the layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ByteArray(Ref);

impl ByteArray {
    /// The bytearray, if the value is one.
    pub fn of(value: Value) -> Option<ByteArray> {
        let object = value.as_ref()?;
        matches!(object.layout(), layout::BYTEARRAY | layout::BYTEARRAY_SUB)
            .then_some(ByteArray(object))
    }

    /// The bytearray that holds a value's bytes: the value itself, or the first field of a row (arrays).
    pub fn behind(value: Value) -> Option<ByteArray> {
        ByteArray::of(value).or_else(|| {
            let object = value.as_ref()?;
            let row = object.layout() == layout::FIELDS
                && Type::of(value).flags() & flag::BYTES_FIELD != 0;
            row.then(|| ByteArray::of(Vm::field(object, 0)?)).flatten()
        })
    }

    /// The object.
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// As a value.
    pub fn value(self) -> Value {
        Value::from_ref(self.0)
    }

    /// Number of bytes.
    pub fn len(self) -> usize {
        mem::get(self.0, at::SIZE)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The data. Do not allocate or run guest code while it is in use.
    pub fn data<'a>(self) -> &'a [u8] {
        let start: usize = mem::get(self.0, at::BYTEARRAY_START);
        if start == 0 {
            return &[];
        }
        // SAFETY: the start points into the storage object, which holds so many bytes and never moves.
        unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(start), self.len()) }
    }

    /// The data, to be changed. Do not allocate or run guest code while it is in use.
    pub fn data_mut<'a>(self) -> &'a mut [u8] {
        let start: usize = mem::get(self.0, at::BYTEARRAY_START);
        if start == 0 {
            return &mut [];
        }
        // SAFETY: as above; natives run one at a time and do not keep other slices of it.
        unsafe {
            std::slice::from_raw_parts_mut(std::ptr::with_exposed_provenance_mut(start), self.len())
        }
    }

    /// How many buffers are held (memoryview): while there are any, the size cannot change.
    pub fn exports(self) -> i64 {
        mem::get(self.0, at::BYTEARRAY_EXPORTS)
    }

    /// Counts buffers.
    pub fn add_exports(self, change: i64) {
        mem::set(self.0, at::BYTEARRAY_EXPORTS, self.exports() + change);
    }

    /// Replaces bytes `start..end` by `count` bytes that the caller fills in (their old contents are unspecified).
    ///
    /// # Errors
    /// BufferError when the size would change and buffers are held; MemoryError.
    pub fn resize_range(self, vm: &mut Vm, start: usize, end: usize, count: usize) -> PyResult<()> {
        let len = self.len();
        let Some(new_len) = (len - (end - start)).checked_add(count) else {
            return Err(vm.raise_memory_error());
        };
        if new_len == len {
            return Ok(());
        }
        if self.exports() > 0 {
            return Err(vm.raise_buffer("Existing exports of data: object cannot be re-sized"));
        }
        let allocated: usize = mem::get(self.0, at::BYTEARRAY_ALLOC);
        if new_len >= allocated {
            let capacity = if len == 0 {
                new_len
            } else {
                new_len + (new_len >> 3) + 6
            };
            self.reallocate(vm, capacity)?;
        }
        let data: usize = mem::get(self.0, at::BYTEARRAY_START);
        let base = std::ptr::with_exposed_provenance_mut::<u8>(data);
        // SAFETY: the storage has room for the new length and a zero behind it.
        unsafe { std::ptr::copy(base.add(end), base.add(start + count), len - end) };
        // SAFETY: as above.
        unsafe { *base.add(new_len) = 0 };
        mem::set(self.0, at::SIZE, new_len);
        Ok(())
    }

    fn reallocate(self, vm: &mut Vm, capacity: usize) -> PyResult<()> {
        let Some(size) = capacity
            .checked_add(coil_heap::ARRAY_ITEMS + 1)
            .filter(|size| *size < isize::MAX as usize)
        else {
            return Err(vm.raise_memory_error());
        };
        let storage = match vm
            .mutator()
            .alloc_old(coil_heap::ARRAY_OF_BYTES, None, size)
        {
            Ok(storage) => storage,
            Err(error) => return Err(vm.out_of_memory(error)),
        };
        mem::set(storage, coil_heap::ARRAY_LENGTH, capacity + 1);
        let old = self.data();
        mem::slice_mut::<u8>(storage, coil_heap::ARRAY_ITEMS, old.len()).copy_from_slice(old);
        let start = storage.address() + coil_heap::ARRAY_ITEMS;
        vm.store(
            self.0,
            at::BYTEARRAY_STORAGE,
            Some(Value::from_ref(storage)),
        );
        mem::set(self.0, at::BYTEARRAY_BYTES, start);
        mem::set(self.0, at::BYTEARRAY_START, start);
        mem::set(self.0, at::BYTEARRAY_ALLOC, capacity + 1);
        Ok(())
    }
}

/// The data of a bytes-like object: bytes, bytearray, array or memoryview. Do not allocate or run guest code while it is in use.
pub fn bytes_like<'a>(value: Value) -> Option<&'a [u8]> {
    if let Some(bytes) = Bytes::of(value) {
        return Some(bytes.data());
    }
    if let Some(array) = ByteArray::behind(value) {
        return Some(array.data());
    }
    let object = value.as_ref()?;
    if object.ty() != Some(types::MEMORYVIEW.as_ref()) {
        return None;
    }
    // A view: the object it shows, first byte, number of bytes, distance of bytes (see crate taipan-text).
    let shown = Vm::field(object, 0)?;
    let start = crate::number::i64_of(Vm::field(object, 1)?)?;
    let length = crate::number::i64_of(Vm::field(object, 2)?)?;
    if crate::number::i64_of(Vm::field(object, 3)?)? != 1 {
        return None;
    }
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    match Bytes::of(shown) {
        Some(bytes) => bytes.data().get(start..end),
        None => ByteArray::behind(shown)?.data().get(start..end),
    }
}

impl Vm {
    /// As [`bytes_like`].
    pub fn bytes_like<'a>(&self, value: Value) -> Option<&'a [u8]> {
        bytes_like(value)
    }

    /// A bytearray object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_bytearray(&mut self, data: &[u8]) -> PyResult<ByteArray> {
        let object = self.alloc(layout::BYTEARRAY, &types::BYTEARRAY, 64)?;
        let array = ByteArray(object);
        array.resize_range(self, 0, 0, data.len())?;
        array.data_mut().copy_from_slice(data);
        Ok(array)
    }

    /// A bytes object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_bytes(&mut self, data: &[u8]) -> PyResult {
        let size = at::BYTES_DATA + data.len() + 1;
        let object = self.alloc_sized(layout::BYTES, types::BYTES.ty(), size, |object| {
            mem::set(object, at::SIZE, data.len());
            mem::set(object, at::BYTES_HASH, -1i64);
            mem::slice_mut(object, at::BYTES_DATA, data.len()).copy_from_slice(data);
        })?;
        Ok(Value::from_ref(object))
    }
}
