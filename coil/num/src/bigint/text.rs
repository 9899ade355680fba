//! Integers to text.

use super::div::by_limb;
use super::kernel::to_kernel;
use super::limb::{LIMB_BITS, Reciprocal};
use super::{DIGIT_BITS, IntBuf, IntRef};

/// The largest power of ten in a limb, and its exponent.
const CHUNK: u64 = 1_000_000_000_000_000_000;
const CHUNK_DIGITS: usize = 18;
/// From this many digits on the kernel's conversion wins.
const KERNEL_DIGITS: usize = 500;

impl IntRef<'_> {
    /// The integer as text in `radix` (2 to 36, lower case letters), with a minus sign if negative.
    ///
    /// # Panics
    /// If the radix is out of range.
    pub fn to_text(self, radix: u32) -> String {
        assert!((2..=36).contains(&radix), "the radix is between 2 and 36");
        if let (10, Some(small)) = (radix, self.small()) {
            return if self.negative {
                format!("-{small}")
            } else {
                small.to_string()
            };
        }
        let mut text = if radix.is_power_of_two() {
            power_of_two(self.digits, radix.trailing_zeros())
        } else if let Some(small) = self.tiny() {
            small_text(small, radix)
        } else if self.digits.len() >= KERNEL_DIGITS {
            let mut text = to_kernel(self.digits).to_radix_le(radix);
            for digit in &mut text {
                *digit = letter(u32::from(*digit));
            }
            text
        } else if radix == 10 {
            decimal(self.digits)
        } else {
            by_chunks(self, radix)
        };
        if text.is_empty() {
            text.push(b'0');
        }
        if self.negative {
            text.push(b'-');
        }
        text.reverse();
        String::from_utf8(text).expect("digits are ASCII")
    }
}

fn letter(digit: u32) -> u8 {
    b"0123456789abcdefghijklmnopqrstuvwxyz"[digit as usize]
}

fn small_text(mut value: u64, radix: u32) -> Vec<u8> {
    let mut text = Vec::with_capacity(20);
    while value != 0 {
        text.push(letter((value % u64::from(radix)) as u32));
        value /= u64::from(radix);
    }
    text
}

fn power_of_two(digits: &[u32], width: u32) -> Vec<u8> {
    let mut text = Vec::with_capacity(digits.len() * DIGIT_BITS as usize / width as usize + 2);
    let (mut pending, mut bits) = (0u64, 0);
    for &digit in digits {
        pending |= u64::from(digit) << bits;
        bits += DIGIT_BITS;
        while bits >= width {
            text.push(letter(pending as u32 & ((1 << width) - 1)));
            pending >>= width;
            bits -= width;
        }
    }
    text.push(letter(pending as u32));
    strip_zeros(text)
}

fn strip_zeros(mut text: Vec<u8>) -> Vec<u8> {
    while text.last() == Some(&b'0') {
        text.pop();
    }
    text
}

/// Horner's scheme in base 10^18 over the limbs, highest first.
fn decimal(digits: &[u32]) -> Vec<u8> {
    let reciprocal = Reciprocal::new(CHUNK);
    let mut chunks: Vec<u64> = Vec::with_capacity(digits.len() / 2 + 2);
    IntBuf::with_limbs(digits, |limbs| {
        for &limb in limbs.iter().rev() {
            let mut carry = limb;
            for chunk in &mut chunks {
                let (high, low) =
                    reciprocal.div_wide(u128::from(*chunk) << LIMB_BITS | u128::from(carry));
                *chunk = low;
                carry = high;
            }
            while carry != 0 {
                chunks.push(carry % CHUNK);
                carry /= CHUNK;
            }
        }
    });
    let mut text = Vec::with_capacity(chunks.len() * CHUNK_DIGITS + 1);
    for mut chunk in chunks {
        for _ in 0..CHUNK_DIGITS {
            text.push(b'0' + (chunk % 10) as u8);
            chunk /= 10;
        }
    }
    strip_zeros(text)
}

/// Repeated division by the largest power of the radix in a limb.
fn by_chunks(value: IntRef<'_>, radix: u32) -> Vec<u8> {
    let mut text = Vec::new();
    let (mut power, mut count) = (u64::from(radix), 1);
    while power * u64::from(radix) < 1 << LIMB_BITS {
        power *= u64::from(radix);
        count += 1;
    }
    let mut rest = value.abs().to_buf();
    while !rest.is_zero() {
        let (quotient, mut chunk) = by_limb(rest.digits(), power);
        for _ in 0..count {
            text.push(letter((chunk % u64::from(radix)) as u32));
            chunk /= u64::from(radix);
        }
        rest = quotient;
    }
    strip_zeros(text)
}
