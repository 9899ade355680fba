//! Results written into memory of the caller's: no buffer, no copy. For operands whose results do not fit an [`IntBuf`]
//! without allocating; shorter ones are faster the ordinary way.
//!
//! [`IntBuf`]: super::IntBuf

use super::add::{write_difference, write_sum};
use super::buf::{INLINE_DIGITS, cmp_magnitude, trim};
use super::mul::{needs_kernel, write_by_limb, write_columns};
use super::{IntRef, MAX_DIGITS};
use std::cmp::Ordering;

/// Operations that can write their result in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntOp {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
}

/// A result that was written: how many digits it has without high zeros, and its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Digits.
    pub len: usize,
    /// Below zero.
    pub negative: bool,
}

impl IntRef<'_> {
    /// How many digits [`IntRef::write`] needs; none when the ordinary method is to be used.
    #[inline]
    pub fn room(self, op: IntOp, other: IntRef<'_>) -> Option<usize> {
        let (long, short) = by_length(self.digits, other.digits);
        if long.len() <= INLINE_DIGITS {
            return None;
        }
        match op {
            IntOp::Add | IntOp::Sub => Some(long.len() + 1),
            IntOp::Mul if short.len() <= 2 => Some(long.len() + 2),
            IntOp::Mul => (!needs_kernel(short) && long.len() + short.len() <= MAX_DIGITS)
                .then_some(long.len() + short.len()),
        }
    }

    /// Writes the result into as many digits as [`IntRef::room`] says; those above the result become zero.
    pub fn write(self, op: IntOp, other: IntRef<'_>, out: &mut [u32]) -> Written {
        let negative = match op {
            IntOp::Add => write_signed(self, other, out),
            IntOp::Sub => write_signed(self, other.negated(), out),
            IntOp::Mul => {
                let (long, short) = by_length(self.digits, other.digits);
                match IntRef::new(false, short).tiny() {
                    Some(factor) => write_by_limb(long, factor, out),
                    None => write_columns(long, short, out),
                }
                self.negative != other.negative
            }
        };
        let len = trim(out).len();
        Written {
            len,
            negative: negative && len != 0,
        }
    }
}

fn by_length<'a>(a: &'a [u32], b: &'a [u32]) -> (&'a [u32], &'a [u32]) {
    if a.len() >= b.len() { (a, b) } else { (b, a) }
}

/// Writes `a + b`; returns its sign.
fn write_signed(a: IntRef<'_>, b: IntRef<'_>, out: &mut [u32]) -> bool {
    if a.negative == b.negative {
        write_sum(a.digits, b.digits, out);
        return a.negative;
    }
    let (large, small) = match cmp_magnitude(a.digits, b.digits) {
        Ordering::Less => (b, a),
        _ => (a, b),
    };
    let (low, high) = out.split_at_mut(large.digits.len());
    write_difference(large.digits, small.digits, low);
    high.fill(0);
    large.negative
}
