//! Identity, equality, order, hash and truth.

use crate::instance;
use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::slots::CompareOp;
use crate::str::Str;
use crate::ty::{self, Type};
use crate::vm::Vm;
use coil_value::{Ref, Value};

/// `a is b`: numbers of the same type go by value, NaN and everything else by identity.
#[inline]
pub fn is(a: Value, b: Value) -> bool {
    if a == b {
        return true;
    }
    let (Some(x), Some(y)) = (a.as_ref(), b.as_ref()) else {
        return false;
    };
    if x.layout() == layout::INT && y.layout() == layout::INT {
        let digits = |object: Ref| {
            let tag: u64 = mem::get(object, at::INT_TAG);
            (
                tag,
                mem::slice::<u32>(object, at::INT_DIGITS, (tag >> 3) as usize),
            )
        };
        return digits(x) == digits(y);
    }
    false
}

/// `a == b` as a truth value, identical objects being equal (as containers compare).
///
/// # Errors
/// What `__eq__` raises.
#[inline]
pub fn equal(vm: &mut Vm, a: Value, b: Value) -> PyResult<bool> {
    if is(a, b) {
        return Ok(true);
    }
    if a.is_small_int() && b.is_small_int() {
        return Ok(false);
    }
    if let (Some(a), Some(b)) = (Str::exact(a), Str::exact(b)) {
        return Ok(a.same_text(b));
    }
    compare_truth(vm, a, b, CompareOp::Eq)
}

/// `a OP b` as a truth value.
///
/// # Errors
/// What the comparison raises.
pub fn compare_truth(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult<bool> {
    let result = compare(vm, a, b, op)?;
    truth(vm, result)
}

/// `a OP b`.
///
/// # Errors
/// What the comparison raises; TypeError for operands without order.
pub fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    vm.nested(" in comparison", |vm| compare_inner(vm, a, b, op))
}

fn compare_inner(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (left, right) = (Type::of(a), Type::of(b));
    let not_implemented = ty::not_implemented();
    let mut reflected = false;
    if left != right
        && right.is_subtype(left)
        && let Some(slot) = right.slots().compare
    {
        reflected = true;
        let result = slot(vm, b, a, op.swapped())?;
        if result != not_implemented {
            return Ok(result);
        }
    }
    if let Some(slot) = left.slots().compare {
        let result = slot(vm, a, b, op)?;
        if result != not_implemented {
            return Ok(result);
        }
    }
    if reflected {
        return without_methods(vm, a, b, op);
    }
    by_right(vm, a, b, op)
}

/// `a OP b` where the method of `a`, which comes first, has given NotImplemented.
///
/// # Errors
/// As [`compare`].
pub fn compare_right(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    vm.nested(" in comparison", |vm| by_right(vm, a, b, op))
}

fn by_right(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    if let Some(slot) = Type::of(b).slots().compare {
        let result = slot(vm, b, a, op.swapped())?;
        if result != ty::not_implemented() {
            return Ok(result);
        }
    }
    without_methods(vm, a, b, op)
}

fn without_methods(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let (left, right) = (Type::of(a), Type::of(b));
    match op {
        CompareOp::Eq => Ok(ty::bool_value(is(a, b))),
        CompareOp::Ne => Ok(ty::bool_value(!is(a, b))),
        _ => {
            let text = format!(
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                left.full_name(),
                right.full_name()
            );
            Err(vm.raise_type(&text))
        }
    }
}

/// `hash(value)`.
///
/// # Errors
/// TypeError for unhashable types; what `__hash__` raises.
#[inline]
pub fn hash(vm: &mut Vm, value: Value) -> PyResult<i64> {
    if let Some(string) = Str::exact(value) {
        return Ok(string.hash());
    }
    if let Some(int) = value.as_small_int() {
        return Ok(crate::number::hash_small(int));
    }
    let ty = Type::of(value);
    match ty.slots().hash {
        Some(slot) => slot(vm, value),
        None => {
            let name = ty.full_name();
            Err(vm.raise_type(&format!("unhashable type: '{name}'")))
        }
    }
}

/// The hash of objects that have no other: stable while the object lives, wherever it is.
pub fn identity_hash(vm: &mut Vm, value: Value) -> i64 {
    let Some(object) = value.as_ref() else {
        return value.bits() as i64;
    };
    if instance::is_instance_layout(object.layout()) {
        let known: u32 = mem::get(object, at::IDENTITY_HASH);
        if known != 0 {
            return i64::from(known);
        }
        let hash = (vm.next_identity() as u32).max(1);
        mem::set(object, at::IDENTITY_HASH, hash);
        return i64::from(hash);
    }
    vm.mutator().pin(object);
    (object.address() >> 4) as i64
}

/// `bool(value)`.
///
/// # Errors
/// What `__bool__` or `__len__` raises.
#[inline]
pub fn truth(vm: &mut Vm, value: Value) -> PyResult<bool> {
    if value == ty::TRUE.value() {
        return Ok(true);
    }
    if value == ty::FALSE.value() || value == ty::none() {
        return Ok(false);
    }
    if let Some(int) = value.as_small_int() {
        return Ok(int != 0);
    }
    if let Some(float) = value.as_f64() {
        return Ok(float != 0.0);
    }
    let slots = Type::of(value).slots();
    if let Some(slot) = slots.bool {
        return slot(vm, value);
    }
    match slots.len {
        Some(slot) => Ok(slot(vm, value)? != 0),
        None => Ok(true),
    }
}
