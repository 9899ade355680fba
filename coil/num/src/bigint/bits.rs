//! Bitwise operations on infinite two's complement, digit by digit.

use super::{DIGIT_MASK, IntBuf, IntRef};

/// Turns a magnitude into two's complement digits on the fly, or back.
struct Complement {
    negative: bool,
    carry: u32,
}

impl Complement {
    fn new(negative: bool) -> Complement {
        Complement {
            negative,
            carry: u32::from(negative),
        }
    }

    fn digit(&mut self, digit: u32) -> u32 {
        if !self.negative {
            return digit;
        }
        let all = (!digit & DIGIT_MASK) + self.carry;
        self.carry = all >> super::DIGIT_BITS;
        all & DIGIT_MASK
    }
}

fn bitwise(a: IntRef<'_>, b: IntRef<'_>, op: impl Fn(u32, u32) -> u32) -> IntBuf {
    let negative = op(u32::from(a.negative), u32::from(b.negative)) & 1 != 0;
    let mut result = IntBuf::zeroed(a.digits.len().max(b.digits.len()) + 1);
    let (mut x, mut y, mut z) = (
        Complement::new(a.negative),
        Complement::new(b.negative),
        Complement::new(negative),
    );
    let zeros = || std::iter::repeat(0);
    let digits = a
        .digits
        .iter()
        .copied()
        .chain(zeros())
        .zip(b.digits.iter().copied().chain(zeros()));
    for (to, (p, q)) in result.digits_mut().iter_mut().zip(digits) {
        *to = z.digit(op(x.digit(p), y.digit(q)) & DIGIT_MASK);
    }
    result.finish(negative)
}

impl IntRef<'_> {
    /// `self & other`.
    pub fn and(self, other: IntRef<'_>) -> IntBuf {
        bitwise(self, other, |x, y| x & y)
    }

    /// `self | other`.
    pub fn or(self, other: IntRef<'_>) -> IntBuf {
        bitwise(self, other, |x, y| x | y)
    }

    /// `self ^ other`.
    pub fn xor(self, other: IntRef<'_>) -> IntBuf {
        bitwise(self, other, |x, y| x ^ y)
    }

    /// `~self`, which is `-self - 1`.
    pub fn not(self) -> IntBuf {
        IntBuf::from(-1i64).as_ref().sub(self)
    }
}
