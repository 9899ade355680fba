//! Text to integers, by the rules of Python's `int(text, base)`.

use super::kernel::{from_limbs, mul_add_limb};
use super::limb::LIMB_BITS;
use super::{DIGIT_BITS, DIGIT_MASK, IntBuf, IntRef};

/// Up to this many digits Horner's scheme is fastest; above, text is halved.
const HORNER_DIGITS: usize = 1500;

/// Parses an optional sign, a prefix the base allows, and digits with single underscores between them. `base` is 0 (the
/// prefix decides) or 2 to 36. White space is the caller's. `None` if the text is not an integer.
///
/// # Panics
/// If the base is out of range.
pub fn parse(text: &[u8], base: u32) -> Option<IntBuf> {
    assert!(
        base == 0 || (2..=36).contains(&base),
        "the base is 0 or between 2 and 36"
    );
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if base == 10 && (1..=18).contains(&text.len()) && text.iter().all(u8::is_ascii_digit) {
        let value = text
            .iter()
            .fold(0u64, |all, d| all * 10 + u64::from(d - b'0'));
        return Some(IntBuf::from(value).finish(negative));
    }
    let prefix = match text {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let has_prefix = prefix != 0 && (base == 0 || base == prefix);
    let radix = match base {
        0 if has_prefix => prefix,
        0 => 10,
        base => base,
    };
    let body = if has_prefix {
        text[2..].strip_prefix(b"_").unwrap_or(&text[2..])
    } else {
        text
    };
    let digits = digit_values(body, radix)?;
    if base == 0
        && !has_prefix
        && digits.len() > 1
        && digits[0] == 0
        && digits.iter().any(|&d| d != 0)
    {
        return None;
    }
    let first = digits.iter().position(|&d| d != 0).unwrap_or(digits.len());
    let value = if radix.is_power_of_two() {
        power_of_two(&digits[first..], radix.trailing_zeros())
    } else {
        halves(&digits[first..], radix, &mut Vec::new())
    };
    Some(value.finish(negative))
}

/// The values of the digits; `None` for a character that is none, or an underscore out of place.
fn digit_values(text: &[u8], radix: u32) -> Option<Vec<u8>> {
    let mut digits = Vec::with_capacity(text.len());
    let mut after_digit = false;
    for &byte in text {
        if byte == b'_' && after_digit {
            after_digit = false;
            continue;
        }
        digits.push(char::from(byte).to_digit(radix)? as u8);
        after_digit = true;
    }
    after_digit.then_some(digits)
}

fn power_of_two(digits: &[u8], width: u32) -> IntBuf {
    let mut result =
        IntBuf::zeroed((digits.len() * width as usize).div_ceil(DIGIT_BITS as usize) + 1);
    let (mut pending, mut bits) = (0u64, 0);
    let mut out = result.digits_mut().iter_mut();
    for &digit in digits.iter().rev() {
        pending |= u64::from(digit) << bits;
        bits += width;
        if bits >= DIGIT_BITS {
            *out.next().expect("there is room") = pending as u32 & DIGIT_MASK;
            pending >>= DIGIT_BITS;
            bits -= DIGIT_BITS;
        }
    }
    *out.next().expect("there is room") = pending as u32;
    result.finish(false)
}

/// Largest power of the radix in a limb, and its exponent.
fn chunk(radix: u32) -> (u64, usize) {
    let (mut power, mut count) = (u64::from(radix), 1);
    while power * u64::from(radix) < 1 << LIMB_BITS {
        power *= u64::from(radix);
        count += 1;
    }
    (power, count)
}

fn horner(digits: &[u8], radix: u32) -> IntBuf {
    let (power, count) = chunk(radix);
    let value = |part: &[u8]| {
        part.iter()
            .fold(0, |all, &d| all * u64::from(radix) + u64::from(d))
    };
    let (head, tail) = digits.split_at(digits.len() % count);
    if tail.is_empty() {
        return IntBuf::from(value(head));
    }
    let mut limbs = Vec::with_capacity(digits.len() / count + 2);
    limbs.push(value(head));
    for part in tail.chunks(count) {
        let carry = mul_add_limb(&mut limbs, power, value(part));
        if carry != 0 {
            limbs.push(carry);
        }
    }
    from_limbs(&limbs)
}

/// Splits the digits at a power of two times the smallest piece; `powers[k]` is the radix to the piece size times 2^k.
fn halves(digits: &[u8], radix: u32, powers: &mut Vec<IntBuf>) -> IntBuf {
    if digits.len() <= HORNER_DIGITS {
        return horner(digits, radix);
    }
    let mut level = 0;
    while HORNER_DIGITS << (level + 1) < digits.len() {
        level += 1;
    }
    while powers.len() <= level {
        let next = match powers.last() {
            None => {
                let exponent = IntBuf::from(HORNER_DIGITS as u64);
                IntBuf::from(u64::from(radix))
                    .as_ref()
                    .pow(exponent.as_ref())
            }
            Some(last) => last.as_ref().mul(last.as_ref()),
        };
        powers.push(next.expect("no longer than the text"));
    }
    let (high, low) = digits.split_at(digits.len() - (HORNER_DIGITS << level));
    let high = halves(high, radix, powers);
    let low = halves(low.get(first_nonzero(low)..).unwrap_or(&[]), radix, powers);
    let high = high
        .as_ref()
        .mul(powers[level].as_ref())
        .expect("no longer than the text");
    IntRef::add(high.as_ref(), low.as_ref())
}

fn first_nonzero(digits: &[u8]) -> usize {
    digits.iter().position(|&d| d != 0).unwrap_or(digits.len())
}
