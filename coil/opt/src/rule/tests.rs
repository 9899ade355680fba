//! Every rule against the definition of its op, by brute force.

mod named;

use super::{Arg, Def, Fold, Term, fold};
use coil_trace::{Id, Op, Ty, eval};

/// A small world of values: ids 0.. name results, with the bits given here.
#[derive(Default)]
struct World {
    bits: Vec<u64>,
}

impl World {
    fn add(&mut self, bits: u64) -> Id {
        self.bits.push(bits);
        Id::inst(self.bits.len() - 1)
    }

    fn get(&self, arg: Arg) -> u64 {
        match arg {
            Arg::Id(id) => self.bits[id.as_inst().expect("no constants here")],
            Arg::Const(bits) => bits,
        }
    }

    fn var(&mut self, bits: u64) -> Term {
        Term {
            id: self.add(bits),
            bits: None,
            def: None,
        }
    }

    fn constant(&mut self, bits: u64) -> Term {
        Term {
            id: self.add(bits),
            bits: Some(bits),
            def: None,
        }
    }

    /// The result of `op(a, b)`, if it has one.
    fn result(&mut self, op: Op, a: Term, b: Option<Term>) -> Option<Term> {
        let get = |term: Term| self.get(Arg::Id(term.id));
        let bits = eval(op, get(a), b.map_or(0, get))?;
        Some(Term {
            id: self.add(bits),
            bits: None,
            def: Some(Def {
                op,
                a: a.id,
                b: b.map_or(Id::NONE, |b| b.id),
                b_const: b.and_then(|b| b.bits),
            }),
        })
    }

    /// That simplifying `op(a, b)` does not change what it computes; returns whether a rule applied.
    fn check(&self, op: Op, a: Term, b: Term) -> bool {
        let (x, y) = (self.get(Arg::Id(a.id)), self.get(Arg::Id(b.id)));
        let Some(expected) = eval(op, x, y) else {
            return false;
        };
        let found = match fold(op, a, b) {
            Fold::Keep => return false,
            Fold::Const(bits) => Some(bits),
            Fold::Use(id) => Some(self.get(Arg::Id(id))),
            Fold::Unary(op, x) => eval(op, self.get(x), 0),
            Fold::Binary(op, x, y) => eval(op, self.get(x), self.get(y)),
        };
        let nan = |bits| op.ty() == Ty::Float && f64::from_bits(bits).is_nan();
        let same = found == Some(expected) || found.is_some_and(nan) && nan(expected);
        assert!(
            same,
            "{op:?} {x:#x} {y:#x}: {expected:#x} expected, {found:x?} by {:?} of {a:?} {b:?}",
            fold(op, a, b)
        );
        true
    }
}

fn ints() -> Vec<u64> {
    let mut all: Vec<u64> = vec![0, 1, 2, 3, 7, 8, 63, 64, 127, 128, 255, 256, 1 << 31];
    all.extend([1 << 62, 1 << 63, u64::MAX >> 1, (1 << 48) - 1, 1 << 48]);
    for at in 0..all.len() {
        all.push(all[at].wrapping_neg());
    }
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    for _ in 0..40 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.push(state);
    }
    all
}

fn floats() -> Vec<u64> {
    let all = [
        0.0,
        1.0,
        2.0,
        0.5,
        4.0,
        1.5,
        3.0,
        0.1,
        1e300,
        1e-300,
        f64::MIN_POSITIVE,
        f64::MIN_POSITIVE / 4.0,
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
        2f64.powi(1023),
        2f64.powi(-1022),
    ];
    all.into_iter()
        .flat_map(|float| [float.to_bits(), (-float).to_bits()])
        .collect()
}

fn bools() -> Vec<u64> {
    vec![0, 1]
}

fn samples(ty: Ty) -> Vec<u64> {
    match ty {
        Ty::Float => floats(),
        Ty::Bool => bools(),
        _ => ints(),
    }
}

/// Ops that rules look at: pure ones on numbers.
fn ops() -> impl Iterator<Item = Op> {
    Op::ALL.iter().copied().filter(|op| {
        !op.operand_types().is_empty()
            && !op.operand_types().contains(&Ty::Val)
            && op.ty() != Ty::Val
            && eval(*op, 1, 1).is_some()
    })
}

/// Checks `op` with the operands that `left` and `right` give it: variables, the same variable, and constants.
fn shapes(op: Op, x: u64, y: u64) -> usize {
    let mut applied = 0;
    let mut count = |found| applied += usize::from(found);
    let mut world = World::default();
    let (a, b) = (world.var(x), world.var(y));
    let (c, d) = (world.constant(x), world.constant(y));
    count(world.check(op, a, b));
    count(world.check(op, a, d));
    count(world.check(op, a, a));
    if op.operand_types().len() == 2 {
        count(world.check(op, c, b));
    }
    applied
}

#[test]
fn rules_hold_for_all_bytes() {
    let mut applied = 0;
    for op in ops().filter(|op| op.operand_types()[0] == Ty::Int) {
        for x in -128i64..128 {
            for y in -128i64..128 {
                applied += shapes(op, x.cast_unsigned(), y.cast_unsigned());
            }
        }
    }
    assert!(applied > 10_000, "rules did apply: {applied}");
}

#[test]
fn rules_hold_for_boundary_and_random_values() {
    for op in ops() {
        let types = op.operand_types();
        for x in samples(types[0]) {
            for y in samples(*types.get(1).unwrap_or(&types[0])) {
                shapes(op, x, y);
            }
        }
    }
}

#[test]
fn rules_that_look_at_definitions_hold() {
    let mut applied = 0;
    for op in ops() {
        let types = op.operand_types();
        for inner in ops().filter(|inner| inner.ty() == types[0]) {
            let inner_types = inner.operand_types();
            let sparse = |ty| samples(ty).into_iter().step_by(2).collect::<Vec<u64>>();
            for x in sparse(inner_types[0]) {
                for y in sparse(*inner_types.get(1).unwrap_or(&Ty::Bool)) {
                    for constant_inside in [false, true] {
                        let mut world = World::default();
                        let a = world.var(x);
                        let b = if constant_inside {
                            world.constant(y)
                        } else {
                            world.var(y)
                        };
                        let b = (inner_types.len() == 2).then_some(b);
                        let Some(value) = world.result(inner, a, b) else {
                            continue;
                        };
                        // The definition on either side, beside its own operands, another value, and constants.
                        let other = world.var(x ^ 5);
                        let mut others = vec![a, other, value];
                        others.extend(b);
                        others.extend([0, 1, 3, 8, u64::MAX, y].map(|bits| world.constant(bits)));
                        for term in others {
                            if types.len() == 2 && types[1] == inner.ty() && term.bits.is_none() {
                                applied += usize::from(world.check(op, term, value));
                            }
                            applied += usize::from(world.check(op, value, term));
                        }
                    }
                }
            }
        }
    }
    assert!(applied > 1_000, "rules did apply: {applied}");
}
