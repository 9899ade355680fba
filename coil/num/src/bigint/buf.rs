//! The two shapes an integer has here: borrowed digits and an owned result.

use super::{DIGIT_BITS, DIGIT_MASK};
use std::cmp::Ordering;

/// Digits a result holds without allocating.
pub(super) const INLINE_DIGITS: usize = 6;

/// An integer whose digits live elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct IntRef<'a> {
    pub(super) negative: bool,
    pub(super) digits: &'a [u32],
}

/// An owned integer: the result of an operation, or a small operand.
#[derive(Clone, Debug)]
pub struct IntBuf {
    negative: bool,
    store: Store,
}

#[derive(Clone, Debug)]
enum Store {
    Inline {
        len: u8,
        digits: [u32; INLINE_DIGITS],
    },
    Heap(Vec<u32>),
}

/// Cuts zero digits off the high end.
#[inline]
pub(super) fn trim(mut digits: &[u32]) -> &[u32] {
    while let [rest @ .., 0] = digits {
        digits = rest;
    }
    digits
}

impl<'a> IntRef<'a> {
    /// Views sign and digits as an integer; high zero digits are ignored.
    #[inline]
    pub fn new(negative: bool, digits: &'a [u32]) -> Self {
        debug_assert!(
            digits.iter().all(|&d| d <= DIGIT_MASK),
            "a digit has 30 bits"
        );
        let digits = trim(digits);
        IntRef {
            negative: negative && !digits.is_empty(),
            digits,
        }
    }

    /// The digits, lowest first, without high zeros.
    #[inline]
    pub fn digits(self) -> &'a [u32] {
        self.digits
    }

    /// Whether the integer is below zero.
    #[inline]
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// Whether the integer is zero.
    #[inline]
    pub fn is_zero(self) -> bool {
        self.digits.is_empty()
    }

    /// Whether the integer is odd.
    #[inline]
    pub fn is_odd(self) -> bool {
        self.digits.first().is_some_and(|d| d & 1 == 1)
    }

    /// The magnitude.
    #[inline]
    pub fn abs(self) -> IntRef<'a> {
        IntRef {
            negative: false,
            digits: self.digits,
        }
    }

    /// The integer with the other sign.
    #[inline]
    pub fn negated(self) -> IntRef<'a> {
        IntRef {
            negative: !self.negative && !self.digits.is_empty(),
            digits: self.digits,
        }
    }

    /// An owned copy.
    #[inline]
    pub fn to_buf(self) -> IntBuf {
        let mut buf = IntBuf::zeroed(self.digits.len());
        buf.digits_mut().copy_from_slice(self.digits);
        buf.negative = self.negative;
        buf
    }

    /// The magnitude, if it has at most four digits (120 bits).
    #[inline]
    pub(super) fn small(self) -> Option<u128> {
        if self.digits.len() > 4 {
            return None;
        }
        Some(
            self.digits
                .iter()
                .rev()
                .fold(0, |all, &d| all << DIGIT_BITS | u128::from(d)),
        )
    }

    /// The magnitude, if it has at most two digits (60 bits).
    #[inline]
    pub(super) fn tiny(self) -> Option<u64> {
        match *self.digits {
            [] => Some(0),
            [low] => Some(u64::from(low)),
            [low, high] => Some(u64::from(low) | u64::from(high) << DIGIT_BITS),
            _ => None,
        }
    }

    /// The value, if it fits in 64 bits.
    pub fn to_i64(self) -> Option<i64> {
        i64::try_from(self.to_i128()?).ok()
    }

    /// The value, if it is not negative and fits in 64 bits.
    pub fn to_u64(self) -> Option<u64> {
        u64::try_from(self.to_i128()?).ok()
    }

    /// The value, if it fits in 128 bits.
    pub fn to_i128(self) -> Option<i128> {
        if self.digits.len() > 5 || self.bit_length() > 128 {
            return None;
        }
        let magnitude = self
            .digits
            .iter()
            .rev()
            .fold(0u128, |all, &d| all << DIGIT_BITS | u128::from(d));
        if self.negative {
            0i128.checked_sub_unsigned(magnitude)
        } else {
            i128::try_from(magnitude).ok()
        }
    }

    /// The low 64 bits in two's complement: the value modulo 2^64.
    pub fn wrapping_u64(self) -> u64 {
        let magnitude = self
            .digits
            .iter()
            .take(3)
            .rev()
            .fold(0u64, |all, &d| all << DIGIT_BITS | u64::from(d));
        if self.negative {
            magnitude.wrapping_neg()
        } else {
            magnitude
        }
    }

    /// Bits of the magnitude, without leading zeros.
    #[inline]
    pub fn bit_length(self) -> u64 {
        match self.digits {
            [] => 0,
            [rest @ .., top] => {
                rest.len() as u64 * u64::from(DIGIT_BITS) + u64::from(32 - top.leading_zeros())
            }
        }
    }

    /// The bits of the magnitude from one on; at most 98 of them.
    pub(super) fn bits_from(self, first: u64) -> u128 {
        let digit = (first / u64::from(DIGIT_BITS)) as usize;
        let digits = self.digits.get(digit..).unwrap_or_default();
        debug_assert!(self.bit_length() - first <= 98, "the digits fit 128 bits");
        let all = digits
            .iter()
            .rev()
            .fold(0u128, |all, &d| all << DIGIT_BITS | u128::from(d));
        all >> (first % u64::from(DIGIT_BITS))
    }

    /// Ones in the magnitude (`int.bit_count`).
    pub fn bit_count(self) -> u64 {
        self.digits.iter().map(|d| u64::from(d.count_ones())).sum()
    }

    /// Zero bits below the lowest one; zero for zero.
    pub fn trailing_zeros(self) -> u64 {
        match self.digits.iter().position(|&d| d != 0) {
            None => 0,
            Some(at) => {
                at as u64 * u64::from(DIGIT_BITS) + u64::from(self.digits[at].trailing_zeros())
            }
        }
    }
}

impl PartialEq for IntRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.negative == other.negative && self.digits == other.digits
    }
}

impl Eq for IntRef<'_> {}

impl PartialOrd for IntRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IntRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => cmp_magnitude(self.digits, other.digits),
            (true, true) => cmp_magnitude(other.digits, self.digits),
        }
    }
}

/// Compares trimmed magnitudes.
pub(super) fn cmp_magnitude(a: &[u32], b: &[u32]) -> Ordering {
    a.len()
        .cmp(&b.len())
        .then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

impl IntBuf {
    /// Zero.
    pub const ZERO: IntBuf = IntBuf {
        negative: false,
        store: Store::Inline {
            len: 0,
            digits: [0; INLINE_DIGITS],
        },
    };

    /// Room for `len` digits, all zero: fill with [`Self::digits_mut`], close with [`Self::finish`].
    #[inline]
    pub(super) fn zeroed(len: usize) -> IntBuf {
        let store = if len <= INLINE_DIGITS {
            Store::Inline {
                len: len as u8,
                digits: [0; INLINE_DIGITS],
            }
        } else {
            Store::Heap(vec![0; len])
        };
        IntBuf {
            negative: false,
            store,
        }
    }

    #[inline]
    pub(super) fn digits_mut(&mut self) -> &mut [u32] {
        match &mut self.store {
            Store::Inline { len, digits } => &mut digits[..usize::from(*len)],
            Store::Heap(digits) => digits,
        }
    }

    /// Trims high zeros and sets the sign.
    #[inline]
    pub(super) fn finish(mut self, negative: bool) -> IntBuf {
        let len = trim(self.digits()).len();
        match &mut self.store {
            Store::Inline { len: old, .. } => *old = len as u8,
            Store::Heap(digits) => digits.truncate(len),
        }
        self.negative = negative && len != 0;
        self
    }

    /// An integer from sign and digits, which may have high zeros.
    pub fn from_digits(negative: bool, digits: &[u32]) -> IntBuf {
        IntRef::new(negative, digits).to_buf()
    }

    pub(super) fn from_vec(negative: bool, digits: Vec<u32>) -> IntBuf {
        IntBuf {
            negative: false,
            store: Store::Heap(digits),
        }
        .finish(negative)
    }

    /// An integer from sign and a magnitude of at most 128 bits.
    #[inline]
    pub fn from_parts(negative: bool, magnitude: u128) -> IntBuf {
        let mut digits = [0; INLINE_DIGITS];
        let mut len = 0;
        let mut rest = magnitude;
        while rest != 0 {
            digits[len] = rest as u32 & DIGIT_MASK;
            rest >>= DIGIT_BITS;
            len += 1;
        }
        IntBuf {
            negative: negative && len != 0,
            store: Store::Inline {
                len: len as u8,
                digits,
            },
        }
    }

    /// Borrows the integer, to work on.
    #[inline]
    pub fn as_ref(&self) -> IntRef<'_> {
        IntRef {
            negative: self.negative,
            digits: self.digits(),
        }
    }

    /// The digits, lowest first, without high zeros.
    #[inline]
    pub fn digits(&self) -> &[u32] {
        match &self.store {
            Store::Inline { len, digits } => &digits[..usize::from(*len)],
            Store::Heap(digits) => digits,
        }
    }

    /// Whether the integer is below zero.
    #[inline]
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// Whether the integer is zero.
    #[inline]
    pub fn is_zero(&self) -> bool {
        self.digits().is_empty()
    }

    /// The same integer with the other sign.
    #[inline]
    pub fn into_negated(mut self) -> IntBuf {
        self.negative = !self.negative && !self.is_zero();
        self
    }

    /// The value, if it fits in 64 bits.
    #[inline]
    pub fn to_i64(&self) -> Option<i64> {
        self.as_ref().to_i64()
    }
}

impl From<i64> for IntBuf {
    #[inline]
    fn from(value: i64) -> IntBuf {
        IntBuf::from_parts(value < 0, u128::from(value.unsigned_abs()))
    }
}

impl From<u64> for IntBuf {
    #[inline]
    fn from(value: u64) -> IntBuf {
        IntBuf::from_parts(false, u128::from(value))
    }
}

impl From<i128> for IntBuf {
    #[inline]
    fn from(value: i128) -> IntBuf {
        IntBuf::from_parts(value < 0, value.unsigned_abs())
    }
}

impl PartialEq for IntBuf {
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for IntBuf {}
