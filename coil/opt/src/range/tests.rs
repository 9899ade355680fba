//! Ranges against every pair of small intervals and every pair of values in them.

use super::{Range, compare, learn, of, of_checked, overflows};
use coil_trace::{Op, eval, eval_checked};

fn intervals() -> Vec<Range> {
    let ends = [
        i64::MIN,
        i64::MIN + 1,
        -3,
        -2,
        -1,
        0,
        1,
        2,
        5,
        63,
        i64::MAX - 1,
        i64::MAX,
    ];
    let mut all = Vec::new();
    for lo in ends {
        for hi in ends {
            if lo <= hi {
                all.push(Range { lo, hi });
            }
        }
    }
    all
}

fn members(range: Range) -> impl Iterator<Item = i64> {
    let ends = [i64::MIN, i64::MIN + 1, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6];
    let more = [31, 62, 63, 64, 255, i64::MAX - 1, i64::MAX];
    ends.into_iter()
        .chain(more)
        .filter(move |value| range.contains(*value))
}

const ARITHMETIC: &[Op] = &[
    Op::IntAdd,
    Op::IntSub,
    Op::IntMul,
    Op::IntNeg,
    Op::IntNot,
    Op::IntAnd,
    Op::IntOr,
    Op::IntXor,
    Op::IntShl,
    Op::IntShr,
    Op::IntUshr,
    Op::IntFloorMod,
    Op::IntTruncMod,
    Op::IntFloorDiv,
    Op::IntTruncDiv,
];

const COMPARISONS: &[Op] = &[
    Op::IntLt,
    Op::IntLe,
    Op::IntEq,
    Op::IntNe,
    Op::IntUlt,
    Op::IntUle,
];

#[test]
fn results_lie_in_the_computed_range() {
    for a in intervals() {
        for b in intervals() {
            for op in ARITHMETIC {
                let range = of(*op, a, b);
                assert!(range.lo <= range.hi);
                for x in members(a) {
                    for y in members(b) {
                        if let Some(bits) = eval(*op, x.cast_unsigned(), y.cast_unsigned()) {
                            let result = bits.cast_signed();
                            assert!(
                                range.contains(result),
                                "{op:?} of {x} in {a:?} and {y} in {b:?} is {result}, not in {range:?}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn overflow_is_predicted_and_checked_results_lie_in_range() {
    for a in intervals() {
        for b in intervals() {
            for op in [Op::IntAddOvf, Op::IntSubOvf, Op::IntMulOvf] {
                let range = of_checked(op, a, b);
                for x in members(a) {
                    for y in members(b) {
                        let result = eval_checked(op, x, y);
                        if let Some(predicted) = overflows(op, a, b) {
                            assert_eq!(result.is_none(), predicted);
                        }
                        assert!(result.is_none_or(|result| range.contains(result)));
                    }
                }
            }
        }
    }
}

#[test]
fn comparisons_are_predicted_and_teach_true_bounds() {
    for a in intervals() {
        for b in intervals() {
            for op in COMPARISONS {
                for x in members(a) {
                    for y in members(b) {
                        let truth = eval(*op, x.cast_unsigned(), y.cast_unsigned()) == Some(1);
                        if let Some(predicted) = compare(*op, a, b) {
                            assert_eq!(truth, predicted, "{op:?} {x} in {a:?}, {y} in {b:?}");
                        }
                        let (a, b) = learn(*op, truth, a, b);
                        assert!(a.contains(x) && b.contains(y), "{op:?} {truth} {x} {y}");
                    }
                }
            }
        }
    }
}
