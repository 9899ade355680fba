//! `bool`.

use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, Slots};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Vm};

/// `bool`.
pub(crate) static BOOL: TypeDef = TypeDef {
    ty: &types::BOOL,
    slots,
    methods: &[],
    getset: &[],
    doc: "Returns True when the argument is true, False otherwise.\nThe builtins True and False are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.",
    module: "",
};

fn slots(slots: &mut Slots) {
    slots.repr = Some(|vm, value| {
        let text = if value == ty::TRUE.value() {
            "True"
        } else {
            "False"
        };
        vm.intern(text)
    });
    slots.new = Some(new);
    slots.invert = Some(|vm, value| vm.new_int(if value == ty::TRUE.value() { -2 } else { -1 }));
    slots.binary[BinaryOp::And as usize] = Some(|vm, a, b| logic(vm, BinaryOp::And, a, b));
    slots.binary[BinaryOp::Or as usize] = Some(|vm, a, b| logic(vm, BinaryOp::Or, a, b));
    slots.binary[BinaryOp::Xor as usize] = Some(|vm, a, b| logic(vm, BinaryOp::Xor, a, b));
}

fn truth_of(value: Value) -> Option<bool> {
    let known = value == ty::TRUE.value() || value == ty::FALSE.value();
    known.then(|| value == ty::TRUE.value())
}

fn logic(vm: &mut Vm, op: BinaryOp, a: Value, b: Value) -> PyResult {
    if let (Some(a), Some(b)) = (truth_of(a), truth_of(b)) {
        return Ok(ty::bool_value(match op {
            BinaryOp::And => a & b,
            BinaryOp::Or => a | b,
            _ => a ^ b,
        }));
    }
    if number::int_of(a).is_none() || number::int_of(b).is_none() {
        return Ok(ty::not_implemented());
    }
    let slot = types::INT.ty().slots().binary[op as usize].expect("int has all operators");
    slot(vm, a, b)
}

fn new(vm: &mut Vm, _: Type, args: Args) -> PyResult {
    if args.keyword_count() > 0 {
        return Err(vm.raise_type("bool() takes no keyword arguments"));
    }
    match (args.len(), args.get(0)) {
        (0, _) | (1, None) => Ok(ty::FALSE.value()),
        (1, Some(value)) => Ok(ty::bool_value(protocol::truth(vm, value)?)),
        (given, _) => Err(vm.raise_type(&format!("bool expected at most 1 argument, got {given}"))),
    }
}
