//! Integer ranges: an interval per int value, and what ops make of intervals.
//!
//! An interval is an over-approximation: it may be wider than what a value takes, never narrower. All functions are pure and checked by
//! brute force in `range/tests.rs`.

use coil_trace::{Access, Op};

/// The ints from `lo` to `hi`, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Range {
    /// Least.
    pub(crate) lo: i64,
    /// Greatest.
    pub(crate) hi: i64,
}

impl Range {
    /// Every int.
    pub(crate) const ALL: Range = Range {
        lo: i64::MIN,
        hi: i64::MAX,
    };
    /// What an inline guest value holds.
    pub(crate) const SMALL: Range = Range {
        lo: coil_value::abi::encoding::INT_MIN,
        hi: coil_value::abi::encoding::INT_MAX,
    };

    /// One int.
    pub(crate) fn one(value: i64) -> Range {
        Range {
            lo: value,
            hi: value,
        }
    }

    /// Whether `value` is in it.
    pub(crate) fn contains(self, value: i64) -> bool {
        self.lo <= value && value <= self.hi
    }

    /// Whether all of `other` is in it.
    pub(crate) fn covers(self, other: Range) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }

    /// What is in both; if nothing is, either (the code is dead, so any answer is right).
    #[must_use]
    pub(crate) fn meet(self, other: Range) -> Range {
        let both = Range {
            lo: self.lo.max(other.lo),
            hi: self.hi.min(other.hi),
        };
        if both.lo <= both.hi { both } else { self }
    }

    fn wide(lo: i128, hi: i128) -> Option<Range> {
        let lo = i64::try_from(lo).ok()?;
        let hi = i64::try_from(hi).ok()?;
        Some(Range { lo, hi })
    }

    /// The range saturated to what fits, of a result known not to overflow.
    fn clamped(lo: i128, hi: i128) -> Range {
        let clamp = |value: i128| {
            let value = value.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
            i64::try_from(value).expect("clamped to 64 bits")
        };
        Range {
            lo: clamp(lo),
            hi: clamp(hi),
        }
    }
}

/// The least and greatest exact result of an addition, subtraction or multiplication.
fn exact(op: Op, a: Range, b: Range) -> Option<(i128, i128)> {
    let [al, ah, bl, bh] = [a.lo, a.hi, b.lo, b.hi].map(i128::from);
    match op {
        Op::IntAdd | Op::IntAddOvf => Some((al + bl, ah + bh)),
        Op::IntSub | Op::IntSubOvf => Some((al - bh, ah - bl)),
        Op::IntMul | Op::IntMulOvf => {
            let all = [al * bl, al * bh, ah * bl, ah * bh];
            Some((all.into_iter().min()?, all.into_iter().max()?))
        }
        _ => None,
    }
}

/// Whether the `_ovf` op cannot overflow (`Some(false)`), always does (`Some(true)`), or may.
pub(crate) fn overflows(op: Op, a: Range, b: Range) -> Option<bool> {
    let (lo, hi) = exact(op, a, b)?;
    let (min, max) = (i128::from(i64::MIN), i128::from(i64::MAX));
    if lo >= min && hi <= max {
        Some(false)
    } else if hi < min || lo > max {
        Some(true)
    } else {
        None
    }
}

/// The range of an `_ovf` op's result that did not overflow.
pub(crate) fn of_checked(op: Op, a: Range, b: Range) -> Range {
    exact(op, a, b).map_or(Range::ALL, |(lo, hi)| Range::clamped(lo, hi))
}

/// The least number of the form 2^n - 1 that is not below `value`.
fn ones(value: i64) -> i64 {
    if value <= 0 {
        0
    } else {
        i64::MAX >> (value.leading_zeros() - 1)
    }
}

/// The range of a pure op's result.
pub(crate) fn of(op: Op, a: Range, b: Range) -> Range {
    match op {
        Op::IntAdd | Op::IntSub | Op::IntMul => exact(op, a, b)
            .and_then(|(lo, hi)| Range::wide(lo, hi))
            .unwrap_or(Range::ALL),
        Op::IntNeg if a.lo > i64::MIN => Range {
            lo: -a.hi,
            hi: -a.lo,
        },
        Op::IntNot => Range {
            lo: !a.hi,
            hi: !a.lo,
        },
        Op::IntAnd => match (a.lo >= 0, b.lo >= 0) {
            (true, true) => Range {
                lo: 0,
                hi: a.hi.min(b.hi),
            },
            (true, false) => Range { lo: 0, hi: a.hi },
            (false, true) => Range { lo: 0, hi: b.hi },
            _ => Range::ALL,
        },
        Op::IntOr | Op::IntXor if a.lo >= 0 && b.lo >= 0 => Range {
            lo: 0,
            hi: ones(a.hi | b.hi),
        },
        Op::IntShl if b.lo == b.hi && (0..63).contains(&b.lo) => {
            let factor = 1i128 << b.lo;
            Range::wide(i128::from(a.lo) * factor, i128::from(a.hi) * factor).unwrap_or(Range::ALL)
        }
        Op::IntShr if b.lo >= 0 && b.hi <= 63 => Range {
            lo: if a.lo < 0 { a.lo >> b.lo } else { a.lo >> b.hi },
            hi: if a.hi < 0 { a.hi >> b.hi } else { a.hi >> b.lo },
        },
        Op::IntUshr if b.lo >= 1 && b.hi <= 63 && a.lo < 0 => Range {
            lo: 0,
            hi: i64::MAX >> (b.lo - 1),
        },
        Op::IntUshr if b.lo >= 0 && b.hi <= 63 && a.lo >= 0 => Range {
            lo: a.lo >> b.hi,
            hi: a.hi >> b.lo,
        },
        Op::IntFloorMod if b.lo > 0 => Range {
            lo: 0,
            hi: if a.lo >= 0 {
                a.hi.min(b.hi - 1)
            } else {
                b.hi - 1
            },
        },
        Op::IntTruncMod if b.lo > 0 => Range {
            lo: if a.lo >= 0 { 0 } else { 1 - b.hi },
            hi: if a.hi <= 0 { 0 } else { b.hi - 1 },
        },
        Op::IntFloorDiv | Op::IntTruncDiv if b.lo > 0 => Range {
            lo: a.lo.min(0),
            hi: a.hi.max(0),
        },
        Op::BoolToInt => Range { lo: 0, hi: 1 },
        _ => Range::ALL,
    }
}

/// What a comparison of ints must be.
pub(crate) fn compare(op: Op, a: Range, b: Range) -> Option<bool> {
    let below = if a.hi < b.lo {
        Some(true)
    } else if a.lo >= b.hi {
        Some(false)
    } else {
        None
    };
    let not_above = if a.hi <= b.lo {
        Some(true)
    } else if a.lo > b.hi {
        Some(false)
    } else {
        None
    };
    let apart = a.hi < b.lo || b.hi < a.lo;
    let same_sign = a.lo >= 0 && b.lo >= 0 || a.hi < 0 && b.hi < 0;
    match op {
        Op::IntLt => below,
        Op::IntLe => not_above,
        Op::IntEq if apart => Some(false),
        Op::IntNe if apart => Some(true),
        Op::IntEq if a.lo == a.hi && a == b => Some(true),
        Op::IntNe if a.lo == a.hi && a == b => Some(false),
        Op::IntUlt if same_sign => below,
        Op::IntUle if same_sign => not_above,
        // Negative numbers are the greatest unsigned ones.
        Op::IntUlt | Op::IntUle if a.lo >= 0 && b.hi < 0 => Some(true),
        Op::IntUlt | Op::IntUle if a.hi < 0 && b.lo >= 0 => Some(false),
        _ => None,
    }
}

/// What a comparison known to be `truth` says about its operands.
pub(crate) fn learn(op: Op, truth: bool, a: Range, b: Range) -> (Range, Range) {
    let none = (a, b);
    match (op, truth) {
        (Op::IntLt, true) => less(a, b, 1),
        (Op::IntLe, true) => less(a, b, 0),
        (Op::IntLt, false) => swap(less(b, a, 0)),
        (Op::IntLe, false) => swap(less(b, a, 1)),
        (Op::IntEq, true) | (Op::IntNe, false) => (a.meet(b), b.meet(a)),
        (Op::IntEq, false) | (Op::IntNe, true) => (apart(a, b), apart(b, a)),
        (Op::IntUlt, true) if b.lo >= 0 => below(a, b, 1),
        (Op::IntUle, true) if b.lo >= 0 => below(a, b, 0),
        (Op::IntUlt, false) if a.lo >= 0 => swap(below(b, a, 0)),
        (Op::IntUle, false) if a.lo >= 0 => swap(below(b, a, 1)),
        _ => none,
    }
}

fn swap((a, b): (Range, Range)) -> (Range, Range) {
    (b, a)
}

/// `a + gap <= b`.
fn less(a: Range, b: Range, gap: i64) -> (Range, Range) {
    let below = Range {
        lo: i64::MIN,
        hi: b.hi.saturating_sub(gap),
    };
    let above = Range {
        lo: a.lo.saturating_add(gap),
        hi: i64::MAX,
    };
    (a.meet(below), b.meet(above))
}

/// `a + gap <= b` as unsigned numbers, where `b` is not negative: then `a` is not either.
fn below(a: Range, b: Range, gap: i64) -> (Range, Range) {
    let a = a.meet(Range {
        lo: 0,
        hi: i64::MAX,
    });
    less(a, b, gap)
}

/// `a` without the only value of `b`.
fn apart(a: Range, b: Range) -> Range {
    match b {
        Range { lo, hi } if lo != hi || a.lo == a.hi => a,
        Range { lo, .. } if lo == a.lo => Range { lo: lo + 1, ..a },
        Range { lo, .. } if lo == a.hi => Range { hi: lo - 1, ..a },
        _ => a,
    }
}

/// What an access of this width can hold.
pub(crate) fn of_access(access: Access) -> Range {
    let (lo, hi) = match access {
        Access::U8 => (0, i64::from(u8::MAX)),
        Access::I8 => (i64::from(i8::MIN), i64::from(i8::MAX)),
        Access::U16 => (0, i64::from(u16::MAX)),
        Access::I16 => (i64::from(i16::MIN), i64::from(i16::MAX)),
        Access::U32 => (0, i64::from(u32::MAX)),
        Access::I32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => return Range::ALL,
    };
    Range { lo, hi }
}

#[cfg(test)]
mod tests;
