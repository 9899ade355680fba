//! `tuple` objects.

use crate::export;
use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::ty::types;
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// A `tuple` object (or one of a subclass).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tuple(Ref);

impl Tuple {
    /// The tuple, if the value is one (subclasses included).
    #[inline]
    pub fn of(value: Value) -> Option<Tuple> {
        let object = value.as_ref()?;
        let layout = object.layout();
        (layout::is_tuple(layout) || layout == layout::TUPLE_SUB).then_some(Tuple(object))
    }

    /// A tuple that is known to be one.
    #[inline(always)]
    pub fn from_ref(object: Ref) -> Tuple {
        debug_assert!(layout::is_tuple(object.layout()) || object.layout() == layout::TUPLE_SUB);
        Tuple(object)
    }

    /// The object.
    pub fn as_ref(self) -> Ref {
        self.0
    }

    /// As a value.
    pub fn value(self) -> Value {
        Value::from_ref(self.0)
    }

    /// Number of items.
    #[inline]
    pub fn len(self) -> usize {
        mem::get(self.0, at::SIZE)
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// An item.
    #[inline]
    pub fn get(self, index: usize) -> Option<Value> {
        (index < self.len()).then(|| self.at(index))
    }

    /// An item that is there.
    #[inline]
    pub fn at(self, index: usize) -> Value {
        assert!(index < self.len(), "tuple index in range");
        let item = mem::value(self.0, at::TUPLE_ITEMS + 8 * index);
        export::plain(self.0, item.expect("tuple items are set"))
    }

    /// The items, read one by one.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator {
        (0..self.len()).map(move |index| self.at(index))
    }
}

impl Vm {
    /// A tuple of these items.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_tuple(&mut self, items: &[Value]) -> PyResult {
        self.new_tuple_from(items.len(), |index| Some(items[index]))
    }

    /// A tuple whose items a function gives; it must not allocate.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_tuple_from(
        &mut self,
        count: usize,
        item: impl Fn(usize) -> Option<Value>,
    ) -> PyResult {
        if count == 0 {
            return Ok(self.interp.empty_tuple());
        }
        let object = self.alloc_counted(layout::TUPLE, &types::TUPLE, at::TUPLE_ITEMS, count)?;
        mem::set(object, at::TUPLE_HASH, -1i64);
        self.container_made(object);
        for index in 0..count {
            self.init(object, at::TUPLE_ITEMS + 8 * index, item(index));
        }
        Ok(Value::from_ref(object))
    }
}
