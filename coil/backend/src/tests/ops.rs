//! Every pure op on boundary values, with operands in registers and as constants, against the IR's definition.

use super::rig::{Ran, Rig, frame, x64};
use crate::{Backend, X64Backend};
use coil_trace::{Effect, Op, Ty, eval, eval_checked};

const INTS: &[i64] = &[
    0,
    1,
    -1,
    2,
    -2,
    3,
    -7,
    10,
    63,
    64,
    255,
    -256,
    4096,
    1 << 31,
    (1 << 31) - 1,
    -(1 << 31),
    1 << 32,
    (1 << 48) - 1,
    1 << 48,
    -(1 << 48),
    -(1 << 48) - 1,
    i64::MAX,
    i64::MIN,
    i64::MIN + 1,
    0x1234_5678_9ABC_DEF0,
];

fn floats() -> Vec<u64> {
    [
        0.0,
        -0.0,
        1.0,
        -1.5,
        0.1,
        1e300,
        -1e300,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        -3.7,
        4_503_599_627_370_496.5,
    ]
    .iter()
    .map(|float: &f64| float.to_bits())
    .collect()
}

fn values() -> Vec<u64> {
    let mut values: Vec<u64> = floats()
        .into_iter()
        .filter(|&bits| !f64::from_bits(bits).is_nan())
        .map(|bits| bits.wrapping_add(1 << 49))
        .collect();
    values.extend([
        0,
        1,
        0x1000,
        (1 << 49) - 1,
        1 << 49,
        0xFFFE << 48,
        (0xFFFE << 48) - 1,
        u64::MAX,
        0xFFFE_0000_0000_0007,
    ]);
    values
}

fn samples(ty: Ty) -> Vec<u64> {
    match ty {
        Ty::Bool => vec![0, 1],
        Ty::Int => INTS.iter().map(|int| int.cast_unsigned()).collect(),
        Ty::Float => floats(),
        Ty::Ref => vec![0, 8, 0x7FFF_1234_5678],
        _ => values(),
    }
}

fn constant(ty: Ty, bits: u64) -> String {
    match ty {
        Ty::Bool => (bits == 1).to_string(),
        Ty::Int => bits.cast_signed().to_string(),
        Ty::Float => format!("float({bits:#x})"),
        Ty::Ref => format!("ref({bits:#x})"),
        _ => format!("val({bits:#x})"),
    }
}

fn load(ty: Ty) -> (&'static str, &'static str) {
    match ty {
        Ty::Int | Ty::Bool => ("load_int", "i64"),
        Ty::Float => ("load_float", "f64"),
        Ty::Ref => ("load_ref", "ref"),
        _ => ("load_val", "val"),
    }
}

/// A trace that applies `op` to the words of `cells` (or constants) and stores the result in `cells[2]`.
fn trace(op: Op, cells: u64, consts: [Option<u64>; 2]) -> String {
    let mut text = String::new();
    let mut args = Vec::new();
    for (k, &ty) in op.operand_types().iter().enumerate() {
        if let Some(bits) = consts[k] {
            args.push(constant(ty, bits));
            continue;
        }
        let (load, access) = load(ty);
        let f = text.matches("field ").count();
        text += &format!(
            "field f{f} = +{} {access} alias {k} mutable barrier none\n",
            k * 8
        );
        if ty == Ty::Bool {
            text += &format!("raw{k} = {load}(ref({cells:#x})) f{f}\n");
            text += &format!("x{k} = int_ne(raw{k}, 0)\n");
        } else {
            text += &format!("x{k} = {load}(ref({cells:#x})) f{f}\n");
        }
        args.push(format!("x{k}"));
    }
    text += &format!("y = {}({})\n", op.text(), args.join(", "));
    if op.is_ovf() {
        text += "guard_no_ovf(y) [e0]\n";
    }
    let out = if op.ty() == Ty::Bool {
        text += "z = bool_to_int(y)\n";
        "z"
    } else {
        "y"
    };
    let number = text.matches("field ").count();
    text += &format!(
        "field f{number} = +16 {} alias 9 mutable barrier none\n",
        load(op.ty()).1
    );
    text += &format!("store(ref({cells:#x}), {out}) f{number}\n");
    text += &format!("exit e0 = {} {{}}\nend exit e0\n", frame(0));
    text
}

fn same(ty: Ty, found: u64, expected: u64) -> bool {
    let nan = |bits| f64::from_bits(bits).is_nan();
    found == expected || ty == Ty::Float && nan(found) && nan(expected)
}

fn check<B: Backend>(rig: &mut Rig<B>, op: Op, a: u64, b: u64, consts: [bool; 2]) {
    let expected = match op {
        Op::BoxInt => Some(rig.state.boxes.box_int(a)),
        Op::BoxFloat => Some(rig.state.boxes.box_float(a)),
        _ => eval(op, a, b),
    };
    let Some(expected) = expected else { return };
    let mut cells = [a, b, 0xDEAD];
    let address = cells.as_mut_ptr().expose_provenance() as u64;
    let consts = [consts[0].then_some(a), consts[1].then_some(b)];
    let text = trace(op, address, consts);
    let number = rig.add(&text);
    let ran = rig.run(number);
    let overflows = op.is_ovf() && eval_checked(op, a.cast_signed(), b.cast_signed()).is_none();
    let Ran::Exit { inst, .. } = ran else {
        panic!("{ran:?}")
    };
    let last = rig.compiled[number as usize].trace.insts.len() as u32;
    // SAFETY: the trace wrote the array behind the compiler's back.
    let found = unsafe { std::ptr::read_volatile(&raw const cells[2]) };
    assert_eq!(
        inst != last,
        overflows,
        "overflow of {op:?} {a:#x} {b:#x}\n{text}"
    );
    if !overflows {
        assert!(
            same(op.ty(), found, expected),
            "{op:?}({a:#x}, {b:#x}) = {expected:#x}, not {found:#x}\n{text}"
        );
    }
    rig.backend.free(rig.codes.pop().unwrap());
    rig.compiled.pop();
}

fn all_ops<B: Backend>(rig: &mut Rig<B>, stride: usize, only: impl Fn(Op) -> bool) {
    let mut count = 0;
    for &op in Op::ALL {
        if op.effect() != Effect::Pure || op.arity() == 0 || !only(op) {
            continue;
        }
        let types = op.operand_types();
        let first = samples(types[0]);
        let second = types.get(1).map_or(vec![0], |&ty| samples(ty));
        let shapes: &[[bool; 2]] = if types.len() == 2 {
            &[[false, false], [true, false], [false, true]]
        } else {
            &[[false, false], [true, false]]
        };
        for &a in &first {
            for &b in &second {
                for &consts in shapes {
                    count += 1;
                    if count % stride == 0 {
                        check(rig, op, a, b, consts);
                    }
                }
            }
        }
    }
}

#[test]
fn pure_ops_compute_what_the_ir_defines() {
    all_ops(&mut x64(), 1, |_| true);
}

#[cfg(feature = "cranelift")]
#[test]
fn pure_ops_compute_what_the_ir_defines_on_cranelift() {
    all_ops(&mut super::rig::cranelift(), 17, |_| true);
}

#[test]
fn shifts_work_without_bmi2() {
    let mut backend = X64Backend::new(1 << 20).unwrap();
    backend.without_bmi2();
    let shift = |op| matches!(op, Op::IntShl | Op::IntShr | Op::IntUshr);
    all_ops(&mut Rig::new(backend), 1, shift);
}

#[test]
fn division_by_every_power_of_two_rounds_as_defined() {
    let mut rig = x64();
    for op in [
        Op::IntFloorDiv,
        Op::IntFloorMod,
        Op::IntTruncDiv,
        Op::IntTruncMod,
    ] {
        for shift in 0..63 {
            for a in [
                0,
                1,
                -1,
                5,
                -5,
                i64::MAX,
                i64::MIN,
                -(1 << 40),
                (1 << 40) + 3,
            ] {
                check(
                    &mut rig,
                    op,
                    i64::cast_unsigned(a),
                    1 << shift,
                    [false, true],
                );
            }
        }
    }
}
