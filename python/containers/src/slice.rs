//! `slice` objects. What they mean for a sequence is `taipan_objects::slice`.

use crate::helpers::{check_count, no_keywords};
use taipan_objects::class::TypeDef;
use taipan_objects::layout::at;
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::slice::part;
pub use taipan_objects::slice::{bounds, slice_of};
use taipan_objects::slots::{CompareOp, Slots};
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

/// Start, stop, step and number of items of a slice on a sequence of `len` items. May run guest code before it looks at `len`.
///
/// # Errors
/// TypeError; ValueError for step zero.
pub fn slice_indices(vm: &mut Vm, slice: Value, len: usize) -> PyResult<(i64, i64, i64, usize)> {
    let bounds = bounds(vm, mem::expect_ref(slice))?;
    let found = bounds.on(len);
    Ok((found.start, found.stop, found.step, found.count))
}

fn new(vm: &mut Vm, _class: Type, args: Args) -> PyResult {
    no_keywords(vm, &args, "slice")?;
    check_count(vm, &args, "slice", 1, 3)?;
    let none = ty::none();
    if args.len() == 1 {
        return vm.new_slice(none, args.at(0), none);
    }
    let step = args.get(2).unwrap_or(none);
    vm.new_slice(args.at(0), args.at(1), step)
}

fn parts(slice: Value) -> [Value; 3] {
    let slice = mem::expect_ref(slice);
    [
        part(slice, at::SLICE_START),
        part(slice, at::SLICE_STOP),
        part(slice, at::SLICE_STEP),
    ]
}

fn repr(vm: &mut Vm, this: Value) -> PyResult {
    let [start, stop, step] = parts(this);
    let mut text = crate::helpers::TextBuilder::default();
    text.ascii("slice(");
    text.repr(vm, start)?;
    text.ascii(", ");
    text.repr(vm, stop)?;
    text.ascii(", ");
    text.repr(vm, step)?;
    text.ascii(")");
    text.finish(vm)
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    if slice_of(a).is_none() || slice_of(b).is_none() {
        return Ok(ty::not_implemented());
    }
    if a == b {
        return Ok(ty::bool_value(matches!(
            op,
            CompareOp::Eq | CompareOp::Le | CompareOp::Ge
        )));
    }
    let (left, right) = (vm.new_tuple(&parts(a))?, vm.new_tuple(&parts(b))?);
    protocol::compare(vm, left, right, op)
}

fn hash(vm: &mut Vm, this: Value) -> PyResult<i64> {
    let parts = vm.new_tuple(&parts(this))?;
    protocol::hash(vm, parts)
}

fn indices(vm: &mut Vm, args: Args) -> PyResult {
    let length = protocol::index(vm, args.at(1))?;
    if number::int_of(length).is_some_and(|length| length.is_negative()) {
        return Err(vm.raise_value("length should not be negative"));
    }
    let small = |value: Value| value == ty::none() || value.is_small_int();
    let [start, stop, step] = parts(args.at(0));
    if let (Some(length), true) = (
        length.as_small_int(),
        small(start) && small(stop) && small(step),
    ) {
        let length = usize::try_from(length).unwrap_or(0);
        let (start, stop, step, _) = slice_indices(vm, args.at(0), length)?;
        let items = [vm.new_int(start)?, vm.new_int(stop)?, vm.new_int(step)?];
        return vm.new_tuple(&items);
    }
    big_indices(vm, [start, stop, step], length)
}

/// `indices` on numbers of any size.
fn big_indices(vm: &mut Vm, parts: [Value; 3], length: Value) -> PyResult {
    use crate::bigint::Int;
    let read = |vm: &mut Vm, value: Value| -> PyResult<Option<Int>> {
        if value == ty::none() {
            return Ok(None);
        }
        if number::int_of(value).is_none() && Type::of(value).slots().index.is_none() {
            return Err(
                vm.raise_type("slice indices must be integers or None or have an __index__ method")
            );
        }
        let value = protocol::index(vm, value)?;
        Ok(Int::of(value))
    };
    let length = Int::of(length).expect("index gives an int");
    let step = read(vm, parts[2])?.unwrap_or_else(|| Int::from(1));
    if step.is_zero() {
        return Err(vm.raise_value("slice step cannot be zero"));
    }
    let back = step.is_negative();
    let (low, high) = if back {
        (Int::from(-1), length.sub(&Int::from(1)))
    } else {
        (Int::from(0), length.clone())
    };
    let place = |index: Int| {
        let index = if index.is_negative() {
            index.add(&length)
        } else {
            index
        };
        if index.less(&low) {
            low.clone()
        } else if high.less(&index) {
            high.clone()
        } else {
            index
        }
    };
    let start =
        read(vm, parts[0])?.map_or_else(|| if back { high.clone() } else { low.clone() }, place);
    let stop =
        read(vm, parts[1])?.map_or_else(|| if back { low.clone() } else { high.clone() }, place);
    let items = [start.value(vm)?, stop.value(vm)?, step.value(vm)?];
    vm.new_tuple(&items)
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let parts = vm.new_tuple(&parts(args.at(0)))?;
    vm.new_tuple(&[types::SLICE.value(), parts])
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "start",
        get: |_, this| Ok(parts(this)[0]),
        set: Some(crate::helpers::read_only),
    },
    GetSetDef {
        name: "stop",
        get: |_, this| Ok(parts(this)[1]),
        set: Some(crate::helpers::read_only),
    },
    GetSetDef {
        name: "step",
        get: |_, this| Ok(parts(this)[2]),
        set: Some(crate::helpers::read_only),
    },
];

natives! {
    static METHODS = {
        "indices" method One, "(self, object, /)" => indices;
        "__reduce__" method NoArgs, "(self, /)" => reduce;
    }
}

fn slots(slots: &mut Slots) {
    slots.new = Some(new);
    slots.repr = Some(repr);
    slots.compare = Some(compare);
    slots.hash = Some(hash);
}

/// `slice`.
pub static SLICE: TypeDef = TypeDef {
    ty: &types::SLICE,
    slots,
    methods: METHODS,
    getset: GETSET,
    doc: "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended slicing (e.g. a[0:10:2]).",
    module: "",
};
