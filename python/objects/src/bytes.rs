//! `bytes` objects.

use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::ty::types;
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

impl Vm {
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
