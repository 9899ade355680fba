//! Representation of int, bool and float values: inline numbers, and objects for what does not fit.

use crate::layout::{self, at};
use crate::mem;
use crate::raise::PyResult;
use crate::ty::{Type, flag, types};
use crate::vm::Vm;
use coil_num::{IntBuf, IntRef, Written};
use coil_value::{Ref, Value};

/// An int of any size, read from a value (bools and subclasses included). Borrowed from the object: do not allocate while it is in use.
#[derive(Clone, Copy, Debug)]
pub enum IntView<'a> {
    /// Fits the inline form (or is a bool).
    Small(i64),
    /// An int object.
    Big(IntRef<'a>),
}

impl IntView<'_> {
    /// The number, if it fits 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            IntView::Small(int) => Some(int),
            IntView::Big(int) => int.to_i64(),
        }
    }

    /// A copy that owns its digits.
    pub fn to_buf(self) -> IntBuf {
        match self {
            IntView::Small(int) => IntBuf::from(int),
            IntView::Big(int) => int.to_buf(),
        }
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        match self {
            IntView::Small(int) => int < 0,
            IntView::Big(int) => int.is_negative(),
        }
    }
}

fn big<'a>(object: Ref) -> IntRef<'a> {
    let tag: u64 = mem::get(object, at::INT_TAG);
    let digits = mem::slice::<u32>(object, at::INT_DIGITS, (tag >> 3) as usize);
    IntRef::new(tag & 3 == 2, digits)
}

/// The int of a value, if it is one (bools and subclasses included).
#[inline]
pub fn int_of<'a>(value: Value) -> Option<IntView<'a>> {
    if let Some(small) = value.as_small_int() {
        return Some(IntView::Small(small));
    }
    let object = value.as_ref()?;
    match object.layout() {
        layout::INT | layout::INT_SUB => {
            let int = big(object);
            Some(
                int.to_i64()
                    .filter(|int| Value::fits_small_int(*int))
                    .map_or(IntView::Big(int), IntView::Small),
            )
        }
        _ if value == crate::ty::TRUE.value() => Some(IntView::Small(1)),
        _ if value == crate::ty::FALSE.value() => Some(IntView::Small(0)),
        _ if object.layout().is_foreign() && Type::of(value).flags() & flag::LONG != 0 => {
            Some(IntView::Big(big(object)))
        }
        _ => None,
    }
}

/// The hash of an inline int.
#[inline]
pub fn hash_small(int: i64) -> i64 {
    if int == -1 { -2 } else { int }
}

/// The int of a value that fits 64 bits.
#[inline]
pub fn i64_of(value: Value) -> Option<i64> {
    match value.as_small_int() {
        Some(small) => Some(small),
        None => int_of(value)?.to_i64(),
    }
}

/// The float of a value that is one (subclasses included; ints are not).
#[inline]
pub fn float_of(value: Value) -> Option<f64> {
    if let Some(float) = value.as_f64() {
        return Some(float);
    }
    let object = value.as_ref()?;
    matches!(object.layout(), layout::FLOAT | layout::FLOAT_SUB)
        .then(|| mem::get(object, at::FLOAT_VALUE))
}

/// Real and imaginary part of a complex.
pub fn complex_of(value: Value) -> Option<(f64, f64)> {
    let object = value.as_ref()?;
    matches!(object.layout(), layout::COMPLEX | layout::COMPLEX_SUB)
        .then(|| (mem::get(object, 16), mem::get(object, 24)))
}

/// An inline int.
#[inline]
pub fn small(int: i64) -> Value {
    debug_assert!(Value::fits_small_int(int));
    Value::from_small_int_unchecked(int)
}

/// An inline int of a size or index (memory is far smaller than 49 bits).
#[inline]
pub fn size(size: usize) -> Value {
    Value::from_small_int(size.cast_signed() as i64).unwrap_or_else(|| small((1 << 48) - 1))
}

/// `pow(base, exponent, modulus)` of ints; none when one of them is no int.
///
/// # Errors
/// ValueError for a modulus of zero, and for a negative exponent where the base has no inverse.
pub fn int_pow_mod(
    vm: &mut Vm,
    base: Value,
    exponent: Value,
    modulus: Value,
) -> PyResult<Option<Value>> {
    let (Some(base), Some(exponent), Some(modulus)) =
        (int_of(base), int_of(exponent), int_of(modulus))
    else {
        return Ok(None);
    };
    let (base, exponent, modulus) = (base.to_buf(), exponent.to_buf(), modulus.to_buf());
    match base.as_ref().pow_mod(exponent.as_ref(), modulus.as_ref()) {
        Ok(int) => vm.new_int_buf(&int).map(Some),
        Err(coil_num::IntError::ZeroDivision) => {
            Err(vm.raise_value("pow() 3rd argument cannot be 0"))
        }
        Err(_) => Err(vm.raise_value("base is not invertible for the given modulus")),
    }
}

impl Vm {
    /// The text of an int in a radix (2 to 36, lower case), with a minus sign if negative.
    ///
    /// # Errors
    /// ValueError when it has more decimal digits than `sys.set_int_max_str_digits` allows.
    pub fn int_text(&mut self, value: Value, radix: u32) -> PyResult<String> {
        let view = int_of(value).expect("callers give an int");
        let big = match view {
            IntView::Small(small) if radix == 10 => return Ok(small.to_string()),
            IntView::Small(small) => return Ok(IntBuf::from(small).as_ref().to_text(radix)),
            IntView::Big(big) => big,
        };
        let limit = self.interp.int_max_str_digits.get();
        if radix.is_power_of_two() || limit == 0 {
            return Ok(big.to_text(radix));
        }
        // A digit is 3.32 bits: numbers far beyond the limit are refused before the work.
        let text = (big.bit_length() / 4 <= limit as u64).then(|| big.to_text(radix));
        match text {
            Some(text) if text.len() - usize::from(big.is_negative()) <= limit => Ok(text),
            _ => Err(self.raise_value(&format!(
                "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
            ))),
        }
    }

    /// The int value of a number.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new_int(&mut self, int: i64) -> PyResult {
        match Value::from_small_int(int) {
            Some(value) => Ok(value),
            None => self.new_int_buf(&IntBuf::from(int)),
        }
    }

    /// The int value of a number of any size.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_int_buf(&mut self, int: &IntBuf) -> PyResult {
        if let Some(small) = int.to_i64().and_then(Value::from_small_int) {
            return Ok(small);
        }
        self.new_int_object(layout::INT, types::INT.ty(), int)
    }

    /// The int value of a number of many digits that `write` writes straight into the object, with zeros above it.
    ///
    /// # Errors
    /// MemoryError.
    #[inline]
    pub fn new_int_in_place(
        &mut self,
        room: usize,
        write: impl FnOnce(&mut [u32]) -> Written,
    ) -> PyResult {
        let bytes = (at::INT_DIGITS + 4 * room + 7) & !7;
        let object = self.alloc_filled(layout::INT, types::INT.ty(), bytes, |object| {
            let written = write(mem::slice_mut::<u32>(object, at::INT_DIGITS, room));
            let sign = match (written.len, written.negative) {
                (0, _) => 1,
                (_, true) => 2,
                _ => 0,
            };
            // The object ends here; what follows up to what was allocated is zero, or nothing follows a large object.
            mem::set(object, at::INT_TAG, (written.len as u64) << 3 | sign);
        })?;
        let small = big(object).to_i64().and_then(Value::from_small_int);
        Ok(small.unwrap_or_else(|| Value::from_ref(object)))
    }

    /// An int object whatever the size (instances of int subclasses).
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_int_object(
        &mut self,
        layout: coil_value::LayoutId,
        ty: Type,
        int: &IntBuf,
    ) -> PyResult {
        let digits = int.digits();
        let extra = if layout == layout::INT {
            0
        } else {
            layout::SUB_EXTRA
        };
        let bytes = ((at::INT_DIGITS + 4 * digits.len().max(1) + 7) & !7) + extra;
        let object = self.alloc_sized(layout, ty, bytes, |object| {
            let sign = match (digits.is_empty(), int.is_negative()) {
                (true, _) => 1,
                (_, true) => 2,
                _ => 0,
            };
            mem::set(object, at::INT_TAG, (digits.len() as u64) << 3 | sign);
            mem::slice_mut::<u32>(object, at::INT_DIGITS, digits.len()).copy_from_slice(digits);
        })?;
        Ok(Value::from_ref(object))
    }

    /// The float value of a number.
    ///
    /// # Errors
    /// MemoryError (NaNs are objects).
    #[inline]
    pub fn new_float(&mut self, float: f64) -> PyResult {
        match Value::from_f64(float) {
            Some(value) => Ok(value),
            None => {
                let object = self.alloc(layout::FLOAT, &types::FLOAT, 24)?;
                mem::set(object, at::FLOAT_VALUE, float);
                Ok(Value::from_ref(object))
            }
        }
    }

    /// A complex object.
    ///
    /// # Errors
    /// MemoryError.
    pub fn new_complex(&mut self, real: f64, imaginary: f64) -> PyResult {
        let object = self.alloc(layout::COMPLEX, &types::COMPLEX, 32)?;
        mem::set(object, 16, real);
        mem::set(object, 24, imaginary);
        Ok(Value::from_ref(object))
    }
}
