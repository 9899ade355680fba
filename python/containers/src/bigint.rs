//! Ints of any size as Rust values, for ranges and slices whose numbers do not fit 64 bits.

use coil_num::IntBuf;
use std::cmp::Ordering;
use taipan_objects::number;
use taipan_objects::{PyResult, Value, Vm};

/// An int of any size.
#[derive(Clone, Debug)]
pub(crate) struct Int(IntBuf);

impl From<i64> for Int {
    fn from(int: i64) -> Int {
        Int(IntBuf::from(int))
    }
}

impl Int {
    /// The int of a value that is one.
    pub(crate) fn of(value: Value) -> Option<Int> {
        number::int_of(value).map(|view| Int(view.to_buf()))
    }

    /// As a guest value.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn value(&self, vm: &mut Vm) -> PyResult {
        vm.new_int_buf(&self.0)
    }

    /// Zero.
    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Below zero.
    pub(crate) fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// Sum.
    pub(crate) fn add(&self, other: &Int) -> Int {
        Int(self.0.as_ref().add(other.0.as_ref()))
    }

    /// Difference.
    pub(crate) fn sub(&self, other: &Int) -> Int {
        Int(self.0.as_ref().sub(other.0.as_ref()))
    }

    /// Product.
    ///
    /// # Errors
    /// MemoryError when it is too large.
    pub(crate) fn mul(&self, vm: &mut Vm, other: &Int) -> PyResult<Int> {
        match self.0.as_ref().mul(other.0.as_ref()) {
            Ok(product) => Ok(Int(product)),
            Err(_) => Err(vm.raise_memory_error()),
        }
    }

    /// Floor quotient and remainder by a number that is not zero.
    ///
    /// # Errors
    /// MemoryError.
    pub(crate) fn divmod(&self, vm: &mut Vm, other: &Int) -> PyResult<(Int, Int)> {
        match self.0.as_ref().divmod(other.0.as_ref()) {
            Ok((quotient, remainder)) => Ok((Int(quotient), Int(remainder))),
            Err(_) => Err(vm.raise_memory_error()),
        }
    }

    /// Order.
    pub(crate) fn order(&self, other: &Int) -> Ordering {
        self.0.as_ref().cmp(&other.0.as_ref())
    }

    /// `self < other`.
    pub(crate) fn less(&self, other: &Int) -> bool {
        self.order(other).is_lt()
    }
}
