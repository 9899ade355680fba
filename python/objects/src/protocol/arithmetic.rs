//! Operators, and conversion to integers and floats.

use super::type_name;
use crate::number;
use crate::raise::{PyResult, Raised};
use crate::slots::{BinaryOp, Slots, Unary};
use crate::str::Str;
use crate::ty::{self, Type, types};
use crate::vm::Vm;
use coil_value::Value;

/// `a OP b`.
///
/// # Errors
/// TypeError for unsupported operands; what the operation raises.
pub fn binary(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult {
    match binary_or_not(vm, op, a, b)? {
        Some(result) => Ok(result),
        None => Err(unsupported(vm, op.symbol(), a, b)),
    }
}

fn binary_or_not(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult<Option<Value>> {
    let (left, right) = (Type::of(a), Type::of(b));
    let first = left.slots().binary[op as usize];
    let mut second = right.slots().binary[op as usize];
    if left == right || first.map(|f| f as usize) == second.map(|f| f as usize) && !right.is_heap()
    {
        second = None;
    }
    let not_implemented = ty::not_implemented();
    if let (Some(slot), Some(_)) = (second, first)
        && right != left
        && right.is_subtype(left)
    {
        let result = slot(vm, a, b)?;
        if result != not_implemented {
            return Ok(Some(result));
        }
        second = None;
    }
    for slot in [first, second].into_iter().flatten() {
        let result = slot(vm, a, b)?;
        if result != not_implemented {
            return Ok(Some(result));
        }
    }
    as_sequences(vm, op, a, b)
}

/// Concatenation and repetition, which come after arithmetic.
fn as_sequences(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult<Option<Value>> {
    let (left, right) = (Type::of(a), Type::of(b));
    match op {
        BinaryOp::Add => {
            if let Some(concat) = left.slots().concat {
                return concat(vm, a, b).map(Some);
            }
        }
        BinaryOp::Mul => {
            if let Some(repeat) = left.slots().repeat {
                return repeat(vm, a, b).map(Some);
            }
            if let Some(repeat) = right.slots().repeat {
                return repeat(vm, b, a).map(Some);
            }
        }
        _ => {}
    }
    Ok(None)
}

/// `a OP= b`.
///
/// # Errors
/// TypeError for unsupported operands; what the operation raises.
pub fn in_place(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult {
    if let Some(slot) = Type::of(a).slots().in_place[op as usize] {
        if extends_sequence(Type::of(a), op)
            && let Some(other) = Type::of(b).slots().binary[op as usize]
        {
            let result = other(vm, a, b)?;
            if result != ty::not_implemented() {
                return Ok(result);
            }
        }
        let result = slot(vm, a, b)?;
        if result != ty::not_implemented() {
            return Ok(result);
        }
    }
    match binary_or_not(vm, op, a, b)? {
        Some(result) => Ok(result),
        None => Err(unsupported_in_place(vm, op, a, b)),
    }
}

/// Whether `OP=` of a type is a builtin sequence's concatenation or repetition, before which the other operand's own operator comes
/// (subclasses have `__iadd__`, which comes first).
fn extends_sequence(ty: Type, op: BinaryOp) -> bool {
    let slots = ty.slots();
    let sequence = match op {
        BinaryOp::Add => slots.concat.is_some(),
        BinaryOp::Mul => slots.repeat.is_some(),
        _ => false,
    };
    sequence && !ty.is_heap()
}

/// `a OP b` (or `a OP= b`) where the method of `a`, which comes first, has given NotImplemented.
///
/// # Errors
/// TypeError for unsupported operands; what the operation raises.
pub fn binary_right(vm: &mut Vm, op: BinaryOp, a: Value, b: Value, in_place: bool) -> PyResult {
    if Type::of(a) != Type::of(b) {
        let (_, reflected, _) = crate::dispatch::binary_names(op);
        let name = vm.intern(reflected)?;
        let name = Str::of(name).expect("interned strings are strings");
        if let Some(result) = super::call_special(vm, b, name, &[a])?
            && result != ty::not_implemented()
        {
            return Ok(result);
        }
    }
    match as_sequences(vm, op, a, b)? {
        Some(result) => Ok(result),
        None if in_place => Err(unsupported_in_place(vm, op, a, b)),
        None => Err(unsupported(vm, op.symbol(), a, b)),
    }
}

#[cold]
fn unsupported_in_place(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> Raised {
    let symbol = if op == BinaryOp::Pow {
        "**=".to_owned()
    } else {
        format!("{}=", op.symbol())
    };
    unsupported(vm, &symbol, a, b)
}

#[cold]
fn unsupported(vm: &mut Vm, symbol: &str, a: Value, b: Value) -> Raised {
    let text = format!(
        "unsupported operand type(s) for {symbol}: '{}' and '{}'",
        type_name(a),
        type_name(b)
    );
    vm.raise_type(&text)
}

/// A unary operator by its slot.
///
/// # Errors
/// TypeError for unsupported operands; what the operation raises.
pub fn unary(vm: &mut Vm, slot: Option<Unary>, symbol: &str, value: Value) -> PyResult {
    match slot {
        Some(slot) => slot(vm, value),
        None => {
            let name = type_name(value);
            Err(vm.raise_type(&format!("bad operand type for {symbol}: '{name}'")))
        }
    }
}

/// `operator.index(value)`: an int.
///
/// # Errors
/// TypeError for what is no integer; what `__index__` raises.
pub fn index(vm: &mut Vm, value: Value) -> PyResult {
    if number::int_of(value).is_some() {
        return Ok(value);
    }
    let Some(slot) = Type::of(value).slots().index else {
        return Err(vm.raise_type_of(value, "cannot be interpreted as an integer"));
    };
    let result = slot(vm, value)?;
    if number::int_of(result).is_none() {
        let name = type_name(result);
        return Err(vm.raise_type(&format!("__index__ returned non-int (type {name})")));
    }
    Ok(result)
}

/// An index or count as i64, numbers beyond clamped to the ends of its range.
///
/// # Errors
/// As [`index`].
pub fn index_clamped(vm: &mut Vm, value: Value) -> PyResult<i64> {
    let int = index(vm, value)?;
    let view = number::int_of(int).expect("index gives an int");
    Ok(view.to_i64().unwrap_or(if view.is_negative() {
        i64::MIN
    } else {
        i64::MAX
    }))
}

/// An integer that must fit an `i64`.
///
/// # Errors
/// As [`index`]; OverflowError (`Python int too large to convert to C ssize_t`).
pub fn index_i64(vm: &mut Vm, value: Value) -> PyResult<i64> {
    let int = index(vm, value)?;
    match number::i64_of(int) {
        Some(int) => Ok(int),
        None => Err(vm.raise_overflow("Python int too large to convert to C ssize_t")),
    }
}

/// `float(value)` for numbers: `__float__` or `__index__`.
///
/// # Errors
/// TypeError for what is no real number ("must be real number, not X"); OverflowError.
pub fn to_f64(vm: &mut Vm, value: Value) -> PyResult<f64> {
    match number::float_of(value) {
        Some(float) => Ok(float),
        None => converted_f64(vm, value),
    }
}

/// The same of a subclass instance of `float`, too, whose class may have a `__float__` of its own.
///
/// # Errors
/// As [`to_f64`].
pub fn converted_f64(vm: &mut Vm, value: Value) -> PyResult<f64> {
    let slots = Type::of(value).slots();
    let address = |slots: &Slots| slots.float.map(|slot| slot as usize);
    if let Some(int) = number::int_of(value)
        && address(slots) == address(Type::from_ref(types::INT.as_ref()).slots())
    {
        return match int {
            number::IntView::Small(int) => Ok(int as f64),
            number::IntView::Big(int) => match int.to_f64() {
                Ok(float) => Ok(float),
                Err(_) => Err(vm.raise_overflow("int too large to convert to float")),
            },
        };
    }
    if let Some(slot) = slots.float {
        let result = slot(vm, value)?;
        return match number::float_of(result) {
            Some(float) => Ok(float),
            None => {
                let text = format!(
                    "{}.__float__ returned non-float (type {})",
                    type_name(value),
                    type_name(result)
                );
                Err(vm.raise_type(&text))
            }
        };
    }
    if slots.index.is_some() {
        let int = index(vm, value)?;
        return to_f64(vm, int);
    }
    let name = type_name(value);
    Err(vm.raise_type(&format!("must be real number, not {name}")))
}
