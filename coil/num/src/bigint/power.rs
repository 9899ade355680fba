//! Powers, modular powers and inverses, square roots.

use super::kernel::{from_kernel, to_kernel};
use super::{DIGIT_BITS, IntBuf, IntError, IntRef, MAX_DIGITS};

impl IntRef<'_> {
    /// `self ** exponent`.
    ///
    /// # Errors
    /// [`IntError::NegativeExponent`], [`IntError::TooLarge`].
    pub fn pow(self, exponent: IntRef<'_>) -> Result<IntBuf, IntError> {
        if exponent.negative {
            return Err(IntError::NegativeExponent);
        }
        if exponent.is_zero() {
            return Ok(IntBuf::from(1i64));
        }
        if self.bit_length() < 2 {
            return Ok(self.to_buf().finish(self.negative && exponent.is_odd()));
        }
        let count = exponent.to_u64().ok_or(IntError::TooLarge)?;
        let bits = (self.bit_length() - 1)
            .checked_mul(count)
            .ok_or(IntError::TooLarge)?;
        if bits / u64::from(DIGIT_BITS) >= MAX_DIGITS as u64 {
            return Err(IntError::TooLarge);
        }
        let negative = self.negative && exponent.is_odd();
        let zeros = self.trailing_zeros();
        if zeros + 1 == self.bit_length() {
            return Ok(IntBuf::from(1i64).as_ref().shl(bits)?.finish(negative));
        }
        let base = self.abs();
        let mut result = base.to_buf();
        for bit in (0..63 - count.leading_zeros()).rev() {
            result = result.as_ref().mul(result.as_ref())?;
            if count >> bit & 1 != 0 {
                result = result.as_ref().mul(base)?;
            }
        }
        Ok(result.finish(negative))
    }

    /// Python's `pow(self, exponent, modulus)`: the result has the modulus's sign, a negative exponent inverts.
    ///
    /// # Errors
    /// [`IntError::ZeroDivision`], [`IntError::NotInvertible`].
    pub fn pow_mod(self, exponent: IntRef<'_>, modulus: IntRef<'_>) -> Result<IntBuf, IntError> {
        if modulus.is_zero() {
            return Err(IntError::ZeroDivision);
        }
        let positive = modulus.abs();
        let mut base = self.floor_mod(positive)?;
        if exponent.negative {
            base = base.as_ref().inverse(positive)?;
        }
        let result = if let Some(small) = positive.tiny() {
            let mut square = base.as_ref().tiny().expect("it is below the modulus");
            let mut result = 1 % small;
            let step = |x: u64, y: u64| (u128::from(x) * u128::from(y) % u128::from(small)) as u64;
            let last = exponent.digits.len().saturating_sub(1);
            for (at, &digit) in exponent.digits.iter().enumerate() {
                let bits = if at == last {
                    32 - digit.leading_zeros()
                } else {
                    DIGIT_BITS
                };
                for bit in 0..bits {
                    if digit >> bit & 1 != 0 {
                        result = step(result, square);
                    }
                    square = step(square, square);
                }
            }
            IntBuf::from(result)
        } else {
            let base = to_kernel(base.digits());
            from_kernel(&base.modpow(&to_kernel(exponent.digits), &to_kernel(modulus.digits)))
        };
        result.as_ref().floor_mod(modulus)
    }

    /// The inverse modulo a positive `modulus`, of a number in `0..modulus`.
    fn inverse(self, modulus: IntRef<'_>) -> Result<IntBuf, IntError> {
        let (mut a, mut b) = (self.to_buf(), modulus.to_buf());
        let (mut x, mut y) = (IntBuf::from(1i64), IntBuf::ZERO);
        while !b.is_zero() {
            let (quotient, rest) = a.as_ref().divmod(b.as_ref())?;
            let product = quotient.as_ref().mul(y.as_ref())?;
            let next = x.as_ref().sub(product.as_ref());
            (a, b, x, y) = (b, rest, y, next);
        }
        if a != IntBuf::from(1i64) {
            return Err(IntError::NotInvertible);
        }
        x.as_ref().floor_mod(modulus)
    }

    /// The largest integer whose square is not above `self`.
    ///
    /// # Errors
    /// [`IntError::NegativeRoot`].
    pub fn isqrt(self) -> Result<IntBuf, IntError> {
        if self.negative {
            return Err(IntError::NegativeRoot);
        }
        Ok(match self.small() {
            Some(small) => IntBuf::from_parts(false, small.isqrt()),
            None => from_kernel(&to_kernel(self.digits).sqrt()),
        })
    }
}
