//! Operators on plain instances whose classes define them in Python: their methods run in frames of their own, so that traces go through them.
//! Only where the left operand's method comes first and there is nothing to look at but that; everything else is the object protocol's.

use super::{a, b, bool_val, c, call};
use crate::fields;
use crate::kind;
use crate::opaque;
use crate::ops::attr::is_instance;
use crate::plan;
use coil_machine::{Arg, BoolOps, IntOps, Key, Leave, Machine, Next, RefOps, ValOps};
use coil_value::Value;
use taipan_bytecode::{Op, Word};
use taipan_objects::Vm;
use taipan_objects::function::CodeData;
use taipan_objects::names::Names;
use taipan_objects::slots::{BinaryOp, CompareOp};
use taipan_objects::str::Str;
use taipan_objects::ty;

/// A special method's name.
type Name = fn(&Names) -> Str;

/// Names of an operator's plain and in-place methods.
fn binary_names(op: BinaryOp) -> Option<(Name, Name)> {
    macro_rules! names {
        ($($op:ident $plain:ident $in_place:ident;)*) => {
            match op {
                $(BinaryOp::$op => Some((|names| names.$plain.str(), |names| names.$in_place.str())),)*
                BinaryOp::DivMod => None,
            }
        };
    }
    names! {
        Add __add__ __iadd__;
        Sub __sub__ __isub__;
        Mul __mul__ __imul__;
        TrueDiv __truediv__ __itruediv__;
        FloorDiv __floordiv__ __ifloordiv__;
        Mod __mod__ __imod__;
        Pow __pow__ __ipow__;
        LShift __lshift__ __ilshift__;
        RShift __rshift__ __irshift__;
        And __and__ __iand__;
        Or __or__ __ior__;
        Xor __xor__ __ixor__;
        MatMul __matmul__ __imatmul__;
    }
}

fn compare_name(op: CompareOp) -> Name {
    match op {
        CompareOp::Lt => |names| names.__lt__.str(),
        CompareOp::Le => |names| names.__le__.str(),
        CompareOp::Eq => |names| names.__eq__.str(),
        CompareOp::Ne => |names| names.__ne__.str(),
        CompareOp::Gt => |names| names.__gt__.str(),
        CompareOp::Ge => |names| names.__ge__.str(),
    }
}

/// The Python function that a plain instance's class has under a name, if it has none under the other. `m` stands after the instruction's one
/// cache word.
fn method<M: Machine>(
    m: &mut M,
    value: M::Val,
    name: Name,
    unless: Option<Name>,
) -> Option<M::Val> {
    if !value.is_ref().yes() {
        return None;
    }
    let object = value.reference();
    let layout = object.load_int(fields::LAYOUT);
    if !is_instance(layout) {
        return None;
    }
    let shape = object.load_int(fields::SHAPE);
    let keys = [Key::Int(layout), Key::Int(shape)];
    let found = m.cached(1, keys, move |m, keys, deps| {
        // SAFETY: the machine's context belongs to a Vm.
        let vm = unsafe { Vm::from_context(m.context()) };
        let name = name(&vm.interp.names);
        let unless = unless.map(|unless| unless(&vm.interp.names));
        Some(plan::special(vm, keys[1], name, unless, deps))
    });
    found.flatten().map(|found| m.val(found))
}

/// The `__call__` of a plain instance that is a Python function. (The cache word of a call is for classes.)
pub(super) fn call_method<M: Machine>(m: &mut M, callable: M::Val) -> Option<M::Val> {
    class_function(m, callable, |names| names.__call__.str(), |_| true)
}

/// The Python function that a plain instance's class has under a name, if it is one for this use: looked up at each turn, for instructions without
/// a cache word for it. `value` is a reference.
pub(super) fn class_function<M: Machine>(
    m: &mut M,
    value: M::Val,
    name: Name,
    fits: fn(&CodeData) -> bool,
) -> Option<M::Val> {
    let object = value.reference();
    if !is_instance(object.load_int(fields::LAYOUT)) {
        return None;
    }
    let class = object.load_ref(fields::TYPE).promote();
    // SAFETY: the machine's context belongs to a Vm.
    let vm = unsafe { Vm::from_context(m.context()) };
    let name = name(&vm.interp.names);
    let (function, version) = plan::function_of_class(vm, class, name, fits)?;
    let _ = m.load_watched(&raw const coil_machine::UNREAD, version);
    Some(m.val(function))
}

/// Whether the left operand's method is asked before the right one's: always, unless the right one's class is a proper subclass.
fn left_first<M: Machine>(m: &mut M, left: M::Val, right: M::Val) -> bool {
    if right.is_int().yes() || right.is_float().yes() {
        return true;
    }
    if !right.is_ref().yes() {
        return false;
    }
    let first = left.reference().load_ref(fields::TYPE);
    let second = right.reference().load_ref(fields::TYPE);
    if first.same(second).yes() {
        return true;
    }
    let (first, second) = (first.promote(), second.promote());
    !plan::is_subclass(m, second, first)
}

/// Calls a method with these arguments if it takes so many and nothing else. `kept`: for the frame's language word.
fn call_with<M: Machine>(
    m: &mut M,
    function: M::Val,
    args: &[M::Val],
    result: u16,
    kind: u16,
    kept: Option<M::Val>,
) -> Option<Next> {
    let code = call::code_of(m, function.reference());
    let count = args.len();
    let fits = code.simple && usize::from(code.code.arg_count) == count;
    if !fits || code.code.flags.suspends() {
        return None;
    }
    let window = call::place_arguments(m, args);
    m.set_reg(window - 1, function);
    let kept = kept.unwrap_or_else(|| m.unset());
    Some(m.push_frame(
        &raw const code.block,
        window,
        count as i32,
        result,
        kind,
        kept,
    ))
}

/// Calls the method of a left operand. The register that waits for the result holds nothing meanwhile: an operand in it is kept by the frame, in
/// case the method refuses.
fn call_left<M: Machine>(
    m: &mut M,
    word: Word,
    function: M::Val,
    x: M::Val,
    y: M::Val,
) -> Option<Next> {
    let kept = if right_is_kept(word) { y } else { x };
    call_with(m, function, &[x, y], word.a(), kind::BINARY, Some(kept))
}

/// Whether it is the right operand that stands in the result register. (A literal may look like it: that needs no keeping.)
fn right_is_kept(word: Word) -> bool {
    word.c() == word.a() && word.b() != word.a()
}

/// `x OP y` by `__op__` of `x`.
pub(crate) fn binary<M: Machine>(
    m: &mut M,
    word: Word,
    op: BinaryOp,
    x: M::Val,
    y: M::Val,
) -> Option<Next> {
    let (plain, in_place) = binary_names(op)?;
    let unless = (word.d() == 1).then_some(in_place);
    let function = method(m, x, plain, unless)?;
    if !left_first(m, x, y) {
        return None;
    }
    call_left(m, word, function, x, y)
}

/// `x OP y` of a comparison by `__op__` of `x`.
pub(crate) fn compare<M: Machine>(
    m: &mut M,
    word: Word,
    op: CompareOp,
    x: M::Val,
    y: M::Val,
) -> Option<Next> {
    let function = compare_method(m, op, x, y)?;
    call_left(m, word, function, x, y)
}

/// The same where the result is jumped on.
pub(crate) fn compare_jump<M: Machine>(
    m: &mut M,
    op: CompareOp,
    x: M::Val,
    y: M::Val,
) -> Option<Next> {
    let function = compare_method(m, op, x, y)?;
    // A register that nobody reads.
    let nowhere = u16::try_from(m.window_top()).ok()?;
    call_with(m, function, &[x, y], nowhere, kind::COMPARE_JUMP, None)
}

fn compare_method<M: Machine>(m: &mut M, op: CompareOp, x: M::Val, y: M::Val) -> Option<M::Val> {
    let function = method(m, x, compare_name(op), None)?;
    left_first(m, x, y).then_some(function)
}

/// `container[key]` by its `__getitem__`.
pub(crate) fn get_item<M: Machine>(
    m: &mut M,
    word: Word,
    container: M::Val,
    key: M::Val,
) -> Option<Next> {
    let function = method(m, container, |names| names.__getitem__.str(), None)?;
    call_with(m, function, &[container, key], word.a(), kind::PLAIN, None)
}

/// `container[key] = value` by its `__setitem__`.
pub(crate) fn set_item<M: Machine>(
    m: &mut M,
    word: Word,
    container: M::Val,
    key: M::Val,
    value: M::Val,
) -> Option<Next> {
    let function = method(m, container, |names| names.__setitem__.str(), None)?;
    call_with(
        m,
        function,
        &[container, key, value],
        word.a(),
        kind::DROP,
        None,
    )
}

/// `item in container` by its `__contains__`.
pub(crate) fn contains<M: Machine>(
    m: &mut M,
    word: Word,
    item: M::Val,
    container: M::Val,
) -> Option<Next> {
    let function = method(m, container, |names| names.__contains__.str(), None)?;
    call_with(
        m,
        function,
        &[container, item],
        word.a(),
        kind::CONTAINS,
        None,
    )
}

/// What a value stands for that is a bool.
fn known_truth<M: Machine>(value: M::Val) -> Option<bool> {
    if value.is(ty::bool_value(true)).yes() {
        return Some(true);
    }
    value.is(ty::bool_value(false)).yes().then_some(false)
}

/// The method of an operator returns, from a frame that is still there.
pub(crate) fn finish<M: Machine>(m: &mut M, kind: u16, result: u16, value: M::Val) -> Next {
    let truth = match kind {
        kind::BINARY => None,
        _ => known_truth::<M>(value),
    };
    let refuses =
        kind != kind::CONTAINS && truth.is_none() && value.is(ty::not_implemented()).yes();
    let kept = m.frame_extra();
    m.pop_frame();
    // SAFETY: the instruction stands before its one cache word.
    let word = Word(unsafe { *m.word_at(-2) });
    let value = if refuses {
        other_operand(m, word, kept)?
    } else {
        value
    };
    match kind {
        kind::COMPARE_JUMP => jump(m, word, truth, value),
        kind::CONTAINS => {
            let inverted = word.d() == 1;
            let result = match truth {
                Some(truth) => bool_val(m, truth != inverted),
                None => {
                    let truth = m.call_int(&opaque::TRUTH, [Arg::Val(value)])?;
                    super::compare::truth_val(m, truth, inverted)
                }
            };
            m.set_reg(a(word), result);
            Ok(())
        }
        _ => {
            m.set_reg(i32::from(result), value);
            Ok(())
        }
    }
}

fn jump<M: Machine>(m: &mut M, word: Word, truth: Option<bool>, value: M::Val) -> Next {
    let (expected, distance) = (word.d() == 1, i32::from(word.c_signed()));
    if let Some(truth) = truth {
        if truth == expected {
            m.jump(distance);
        }
        return Ok(());
    }
    let truth = m.call_int(&opaque::TRUTH, [Arg::Val(value)])?;
    let zero = m.int(0);
    let jumps = if expected {
        truth.differs(zero)
    } else {
        truth.equals(zero)
    };
    m.branch(jumps, distance);
    Ok(())
}

/// What an operator gives whose left operand's method gave NotImplemented.
fn other_operand<M: Machine>(m: &mut M, word: Word, kept: M::Val) -> Result<M::Val, Leave> {
    // SAFETY: a word of verified code.
    let op = unsafe { Op::from_verified(word.op_number()) };
    let comparison = compare_op(op);
    if let Some((op, true)) = comparison {
        let (x, y) = (m.reg(a(word)), m.reg(b(word)));
        return compare_right(m, op, x, y);
    }
    let x = if right_is_kept(word) {
        m.reg(b(word))
    } else {
        kept
    };
    let right = |m: &mut M| {
        if word.c() == word.a() {
            kept
        } else {
            m.reg(c(word))
        }
    };
    if let Some((op, false)) = comparison {
        let y = right(m);
        return compare_right(m, op, x, y);
    }
    let (op, literal) = binary_op(op);
    let y = if literal {
        let literal = i64::from(word.c_signed());
        m.val(Value::from_small_int_unchecked(literal))
    } else {
        right(m)
    };
    let number = m.int(2 * op as i64 + i64::from(word.d()));
    m.call_val(
        &opaque::BINARY_RIGHT,
        [Arg::Val(x), Arg::Val(y), Arg::Int(number)],
    )
}

fn compare_right<M: Machine>(
    m: &mut M,
    op: CompareOp,
    x: M::Val,
    y: M::Val,
) -> Result<M::Val, Leave> {
    let number = m.int(op as i64);
    m.call_val(
        &opaque::COMPARE_RIGHT,
        [Arg::Val(x), Arg::Val(y), Arg::Int(number)],
    )
}

/// The comparison of a bytecode, and whether that jumps.
fn compare_op(op: Op) -> Option<(CompareOp, bool)> {
    Some(match op {
        Op::Lt => (CompareOp::Lt, false),
        Op::Le => (CompareOp::Le, false),
        Op::Eq => (CompareOp::Eq, false),
        Op::Ne => (CompareOp::Ne, false),
        Op::Gt => (CompareOp::Gt, false),
        Op::Ge => (CompareOp::Ge, false),
        Op::JumpLt => (CompareOp::Lt, true),
        Op::JumpLe => (CompareOp::Le, true),
        Op::JumpEq => (CompareOp::Eq, true),
        Op::JumpNe => (CompareOp::Ne, true),
        Op::JumpGt => (CompareOp::Gt, true),
        Op::JumpGe => (CompareOp::Ge, true),
        _ => return None,
    })
}

/// The operator of a bytecode, and whether its right operand is a literal.
fn binary_op(op: Op) -> (BinaryOp, bool) {
    match op {
        Op::Add => (BinaryOp::Add, false),
        Op::Sub => (BinaryOp::Sub, false),
        Op::Mul => (BinaryOp::Mul, false),
        Op::TrueDiv => (BinaryOp::TrueDiv, false),
        Op::FloorDiv => (BinaryOp::FloorDiv, false),
        Op::Mod => (BinaryOp::Mod, false),
        Op::Pow => (BinaryOp::Pow, false),
        Op::LShift => (BinaryOp::LShift, false),
        Op::RShift => (BinaryOp::RShift, false),
        Op::And => (BinaryOp::And, false),
        Op::Or => (BinaryOp::Or, false),
        Op::Xor => (BinaryOp::Xor, false),
        Op::MatMul => (BinaryOp::MatMul, false),
        Op::AddInt => (BinaryOp::Add, true),
        Op::SubInt => (BinaryOp::Sub, true),
        Op::MulInt => (BinaryOp::Mul, true),
        Op::FloorDivInt => (BinaryOp::FloorDiv, true),
        Op::ModInt => (BinaryOp::Mod, true),
        Op::AndInt => (BinaryOp::And, true),
        Op::LShiftInt => (BinaryOp::LShift, true),
        Op::RShiftInt => (BinaryOp::RShift, true),
        _ => unreachable!("an operator's method was called by an operator"),
    }
}
