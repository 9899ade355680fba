//! The encoding: every value comes back, and the three kinds never overlap.

use super::*;
use crate::Header;
use crate::LayoutId;

#[test]
fn small_ints_come_back() {
    for int in [0, 1, -1, 42, INT_MAX, INT_MIN, INT_MAX - 1, INT_MIN + 1] {
        let value = Value::from_small_int(int).expect("fits");
        assert!(value.is_small_int() && !value.is_float() && !value.is_ref());
        assert_eq!(value.as_small_int(), Some(int));
        assert_eq!(value.as_f64(), None);
        assert_eq!(value.as_ref(), None);
    }
}

#[test]
fn ints_beyond_49_bits_do_not_fit() {
    for int in [INT_MAX + 1, INT_MIN - 1, i64::MAX, i64::MIN] {
        assert_eq!(Value::from_small_int(int), None);
    }
}

#[test]
fn floats_come_back_bit_for_bit() {
    let edge = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    for float in edge {
        let value = Value::from_f64(float).expect("no NaN");
        assert!(
            value.is_float() && !value.is_small_int() && !value.is_ref(),
            "{float}"
        );
        assert_eq!(value.as_f64().map(f64::to_bits), Some(float.to_bits()));
        assert_eq!(value.as_small_int(), None);
    }
}

#[test]
fn nans_are_never_inline() {
    for bits in [0x7FF8 << 48, 0xFFF8 << 48, (0x7FF0 << 48) | 1, u64::MAX] {
        assert_eq!(Value::from_f64(f64::from_bits(bits)), None);
    }
}

#[test]
fn random_bits_are_one_kind_only() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..100_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let float = f64::from_bits(state);
        if let Some(value) = Value::from_f64(float) {
            assert_eq!(value.as_f64_unchecked().to_bits(), state);
            assert!(value.is_float());
        } else {
            assert!(float.is_nan());
        }
        let int = state.cast_signed() >> 15;
        assert_eq!(
            Value::from_small_int(int)
                .expect("49 bits")
                .as_small_int_unchecked(),
            int
        );
    }
}

#[test]
fn a_reference_is_its_own_address() {
    let header = Header::immortal(LayoutId::FOREIGN);
    // SAFETY: a live header on this stack.
    let object = unsafe { Ref::from_ptr((&raw const header).cast_mut()) };
    let value = Value::from_ref(object);
    assert!(value.is_ref() && !value.is_float() && !value.is_small_int());
    assert_eq!(value.bits(), object.address() as u64);
    assert_eq!(value.as_ref(), Some(object));
}

#[test]
fn two_ints_are_recognised_at_once() {
    let int = Value::from_small_int(-3).expect("fits");
    let float = Value::from_f64(-1e300).expect("no NaN");
    assert!(int.both_small_ints(int));
    assert!(
        !int.both_small_ints(float) && !float.both_small_ints(int) && !float.both_small_ints(float)
    );
}

#[test]
fn zero_bits_are_no_value() {
    // SAFETY: 0 is allowed.
    assert_eq!(unsafe { Value::from_bits(0) }, None);
}
