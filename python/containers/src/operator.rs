//! Module `_operator`: the operators as functions. `itemgetter` and its kin are in `operator/getters.rs`.

mod getters;

use crate::native_module::add_types;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, CompareOp};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

fn compared(vm: &mut Vm, args: Args, op: CompareOp) -> PyResult {
    protocol::compare(vm, args.at(0), args.at(1), op)
}

fn applied(vm: &mut Vm, args: Args, op: BinaryOp) -> PyResult {
    protocol::binary(vm, op, args.at(0), args.at(1))
}

fn in_place(vm: &mut Vm, args: Args, op: BinaryOp) -> PyResult {
    protocol::in_place(vm, op, args.at(0), args.at(1))
}

fn truth(vm: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(protocol::truth(vm, args.at(0))?))
}

fn not(vm: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(!protocol::truth(vm, args.at(0))?))
}

fn is(_vm: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(protocol::is(args.at(0), args.at(1))))
}

fn is_not(_vm: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(!protocol::is(args.at(0), args.at(1))))
}

fn is_none(_vm: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(args.at(0) == ty::none()))
}

fn is_not_none(_vm: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(args.at(0) != ty::none()))
}

/// `operator.index`: an exact int, also of a bool and of an int subclass.
fn index(vm: &mut Vm, args: Args) -> PyResult {
    let int = protocol::index(vm, args.at(0))?;
    match number::i64_of(int) {
        Some(int) => vm.new_int(int),
        None => protocol::call(vm, types::INT.value(), &[int]),
    }
}

fn neg(vm: &mut Vm, args: Args) -> PyResult {
    protocol::unary(vm, Type::of(args.at(0)).slots().neg, "unary -", args.at(0))
}

fn pos(vm: &mut Vm, args: Args) -> PyResult {
    protocol::unary(vm, Type::of(args.at(0)).slots().pos, "unary +", args.at(0))
}

fn abs(vm: &mut Vm, args: Args) -> PyResult {
    protocol::unary(vm, Type::of(args.at(0)).slots().abs, "abs()", args.at(0))
}

fn invert(vm: &mut Vm, args: Args) -> PyResult {
    protocol::unary(
        vm,
        Type::of(args.at(0)).slots().invert,
        "unary ~",
        args.at(0),
    )
}

fn is_sequence(value: Value) -> bool {
    let slots = Type::of(value).slots();
    slots.get_item.is_some()
        && slots.index.is_none()
        && ty::flag::DICT & Type::of(value).flags() == 0
}

fn concat_check(vm: &mut Vm, args: Args) -> PyResult<()> {
    if is_sequence(args.at(0)) {
        return Ok(());
    }
    Err(vm.raise_type_of(args.at(0), "can't be concatenated"))
}

fn concat(vm: &mut Vm, args: Args) -> PyResult {
    concat_check(vm, args)?;
    applied(vm, args, BinaryOp::Add)
}

fn iconcat(vm: &mut Vm, args: Args) -> PyResult {
    concat_check(vm, args)?;
    in_place(vm, args, BinaryOp::Add)
}

fn contains(vm: &mut Vm, args: Args) -> PyResult {
    Ok(ty::bool_value(protocol::contains(
        vm,
        args.at(0),
        args.at(1),
    )?))
}

fn index_of(vm: &mut Vm, args: Args) -> PyResult {
    let (mut at, mut found) = (0usize, false);
    protocol::for_each(vm, args.at(0), |vm, item| {
        found = protocol::equal(vm, item, args.at(1))?;
        at += usize::from(!found);
        Ok(!found)
    })?;
    if found {
        return Ok(number::size(at));
    }
    Err(vm.raise_value("sequence.index(x): x not in sequence"))
}

fn count_of(vm: &mut Vm, args: Args) -> PyResult {
    let mut count = 0;
    protocol::for_each(vm, args.at(0), |vm, item| {
        count += usize::from(protocol::equal(vm, item, args.at(1))?);
        Ok(true)
    })?;
    Ok(number::size(count))
}

fn get_item(vm: &mut Vm, args: Args) -> PyResult {
    protocol::get_item(vm, args.at(0), args.at(1))
}

fn set_item(vm: &mut Vm, args: Args) -> PyResult {
    protocol::set_item(vm, args.at(0), args.at(1), args.get(2))?;
    Ok(ty::none())
}

fn del_item(vm: &mut Vm, args: Args) -> PyResult {
    protocol::set_item(vm, args.at(0), args.at(1), None)?;
    Ok(ty::none())
}

fn length_hint(vm: &mut Vm, args: Args) -> PyResult {
    let default = match args.get(1) {
        None => 0,
        Some(default) if number::int_of(default).is_none() => {
            let name = protocol::type_name(default);
            return Err(vm.raise_type(&format!(
                "'{name}' object cannot be interpreted as an integer"
            )));
        }
        Some(default) => protocol::index_i64(vm, default)?,
    };
    let hint = crate::functions::length_hint(vm, args.at(0), usize::MAX)?;
    if hint == usize::MAX {
        return vm.new_int(default);
    }
    Ok(number::size(hint))
}

fn call(vm: &mut Vm, args: Args) -> PyResult {
    if args.is_empty() {
        return Err(vm.raise_type("call expected at least 1 argument, got 0"));
    }
    protocol::call_args(vm, args.at(0), args.skip(1))
}

/// Takes as long for texts that differ early as for those that differ late.
fn compare_digest(vm: &mut Vm, args: Args) -> PyResult {
    use taipan_objects::bytes::Bytes;
    use taipan_objects::str::Str;
    let data = |value: Value| -> Option<&[u8]> {
        match (Str::of(value), Bytes::of(value)) {
            (Some(text), _) => Some(text.bytes()),
            (_, Some(bytes)) => Some(bytes.data()),
            _ => None,
        }
    };
    let (a, b) = (args.at(0), args.at(1));
    let strings = Str::of(a).is_some() as u8 + Str::of(b).is_some() as u8;
    let ascii = |value: Value| Str::of(value).is_none_or(Str::is_ascii);
    if strings == 2 && !(ascii(a) && ascii(b)) {
        return Err(vm.raise_type("comparing strings with non-ASCII characters is not supported"));
    }
    let (Some(left), Some(right), true) = (data(a), data(b), strings != 1) else {
        let odd = if strings == 1 && Str::of(b).is_none() || data(a).is_none() {
            a
        } else {
            b
        };
        let name = protocol::type_name(odd);
        return Err(vm.raise_type(&format!("a bytes-like object is required, not '{name}'")));
    };
    let mut different = u8::from(left.len() != right.len());
    for (index, byte) in right.iter().enumerate() {
        different |= byte ^ left.get(index).unwrap_or(byte);
    }
    Ok(ty::bool_value(std::hint::black_box(different) == 0))
}

natives! {
    static FUNCTIONS = {
        "truth" function One, "(a, /)" => truth;
        "not_" function One, "(a, /)" => not;
        "is_" function Positional(2, 2), "(a, b, /)" => is;
        "is_not" function Positional(2, 2), "(a, b, /)" => is_not;
        "is_none" function One, "(a, /)" => is_none;
        "is_not_none" function One, "(a, /)" => is_not_none;
        "index" function One, "(a, /)" => index;
        "neg" function One, "(a, /)" => neg;
        "pos" function One, "(a, /)" => pos;
        "abs" function One, "(a, /)" => abs;
        "inv" function One, "(a, /)" => invert;
        "invert" function One, "(a, /)" => invert;
        "lt" function Positional(2, 2), "(a, b, /)" => |vm, args| compared(vm, args, CompareOp::Lt);
        "le" function Positional(2, 2), "(a, b, /)" => |vm, args| compared(vm, args, CompareOp::Le);
        "eq" function Positional(2, 2), "(a, b, /)" => |vm, args| compared(vm, args, CompareOp::Eq);
        "ne" function Positional(2, 2), "(a, b, /)" => |vm, args| compared(vm, args, CompareOp::Ne);
        "gt" function Positional(2, 2), "(a, b, /)" => |vm, args| compared(vm, args, CompareOp::Gt);
        "ge" function Positional(2, 2), "(a, b, /)" => |vm, args| compared(vm, args, CompareOp::Ge);
        "add" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::Add);
        "sub" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::Sub);
        "mul" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::Mul);
        "matmul" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::MatMul);
        "truediv" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::TrueDiv);
        "floordiv" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::FloorDiv);
        "mod" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::Mod);
        "pow" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::Pow);
        "lshift" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::LShift);
        "rshift" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::RShift);
        "and_" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::And);
        "or_" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::Or);
        "xor" function Positional(2, 2), "(a, b, /)" => |vm, args| applied(vm, args, BinaryOp::Xor);
        "iadd" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::Add);
        "isub" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::Sub);
        "imul" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::Mul);
        "imatmul" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::MatMul);
        "itruediv" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::TrueDiv);
        "ifloordiv" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::FloorDiv);
        "imod" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::Mod);
        "ipow" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::Pow);
        "ilshift" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::LShift);
        "irshift" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::RShift);
        "iand" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::And);
        "ior" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::Or);
        "ixor" function Positional(2, 2), "(a, b, /)" => |vm, args| in_place(vm, args, BinaryOp::Xor);
        "concat" function Positional(2, 2), "(a, b, /)" => concat;
        "iconcat" function Positional(2, 2), "(a, b, /)" => iconcat;
        "contains" function Positional(2, 2), "(a, b, /)" => contains;
        "indexOf" function Positional(2, 2), "(a, b, /)" => index_of;
        "countOf" function Positional(2, 2), "(a, b, /)" => count_of;
        "getitem" function Positional(2, 2), "(a, b, /)" => get_item;
        "setitem" function Positional(3, 3), "(a, b, c, /)" => set_item;
        "delitem" function Positional(2, 2), "(a, b, /)" => del_item;
        "length_hint" function Positional(1, 2), "(obj, default=0, /)" => length_hint;
        "call" function Any, "(obj, /, *args, **kwargs)" => call;
        "_compare_digest" function Positional(2, 2), "(a, b, /)" => compare_digest;
    }
}

/// Module `_operator`.
pub const OPERATOR: ModuleDef = ModuleDef {
    name: "_operator",
    functions: FUNCTIONS,
    init: |vm, dict| add_types(vm, dict, DOC, &[getters::TYPES]),
};

const DOC: &str = "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\nto the intrinsic operators of Python.  For example, operator.add(x, y)\nis equivalent to the expression x+y.";
