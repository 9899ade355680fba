//! `dict_keys`, `dict_values`, `dict_items`: views on a dict; the first and last behave as sets.

use crate::dict_iter::{Kind, new_iter, new_reverse_iter};
use crate::helpers::TextBuilder;
use taipan_objects::class::TypeDef;
use taipan_objects::dict::Dict;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::protocol;
use taipan_objects::set::Set;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, StaticType, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

/// A view on a dict.
///
/// # Errors
/// MemoryError.
pub fn new_view(vm: &mut Vm, kind: Kind, dict: Value) -> PyResult {
    let ty: &'static StaticType = match kind {
        Kind::Keys => &types::DICT_KEYS,
        Kind::Values => &types::DICT_VALUES,
        Kind::Items => &types::DICT_ITEMS,
    };
    let object = vm.alloc(layout::PROXY, ty, 24)?;
    vm.init(object, at::ITER_OF, Some(dict));
    Ok(Value::from_ref(object))
}

fn dict_of(view: Value) -> Dict {
    mem::value(mem::expect_ref(view), at::ITER_OF)
        .and_then(Dict::of)
        .expect("views are on dicts")
}

fn kind_of(view: Value) -> Option<Kind> {
    let ty = Type::of(view);
    match () {
        () if ty.is(&types::DICT_KEYS) => Some(Kind::Keys),
        () if ty.is(&types::DICT_VALUES) => Some(Kind::Values),
        () if ty.is(&types::DICT_ITEMS) => Some(Kind::Items),
        () => None,
    }
}

/// The dict behind a `dict_keys`, if the value is one.
pub fn keys_view(value: Value) -> Option<Dict> {
    (kind_of(value) == Some(Kind::Keys)).then(|| dict_of(value))
}

fn own_kind(view: Value) -> Kind {
    kind_of(view).expect("the slot belongs to views")
}

fn len(_vm: &mut Vm, view: Value) -> PyResult<usize> {
    Ok(dict_of(view).len())
}

fn iter(vm: &mut Vm, view: Value) -> PyResult {
    new_iter(vm, dict_of(view), own_kind(view))
}

fn reversed(vm: &mut Vm, args: Args) -> PyResult {
    new_reverse_iter(vm, dict_of(args.at(0)), own_kind(args.at(0)))
}

fn contains_key(vm: &mut Vm, view: Value, key: Value) -> PyResult<bool> {
    Ok(dict_of(view).get(vm, key)?.is_some())
}

fn contains_item(vm: &mut Vm, view: Value, item: Value) -> PyResult<bool> {
    let Some(pair) = Tuple::of(item).filter(|pair| pair.len() == 2) else {
        return Ok(false);
    };
    match dict_of(view).get(vm, pair.at(0))? {
        Some(value) => protocol::equal(vm, value, pair.at(1)),
        None => Ok(false),
    }
}

fn repr(vm: &mut Vm, view: Value) -> PyResult {
    let name = match own_kind(view) {
        Kind::Keys => "dict_keys",
        Kind::Values => "dict_values",
        Kind::Items => "dict_items",
    };
    let text = vm.repr_guard(view, |vm| {
        let items = protocol::to_list(vm, view)?;
        let mut text = TextBuilder::default();
        text.ascii(name);
        text.ascii("(");
        text.repr(vm, items.value())?;
        text.ascii(")");
        text.finish(vm)
    })?;
    match text {
        Some(text) => Ok(text),
        None => vm.new_ascii(b"..."),
    }
}

/// Sets, and views that behave as sets.
fn is_set_like(value: Value) -> bool {
    Set::of(value).is_some() || matches!(kind_of(value), Some(Kind::Keys | Kind::Items))
}

fn all_in(vm: &mut Vm, items: Value, container: Value) -> PyResult<bool> {
    let mut all = true;
    protocol::for_each(vm, items, |vm, item| {
        all = protocol::contains(vm, container, item)?;
        Ok(all)
    })?;
    Ok(all)
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    if !is_set_like(a) || !is_set_like(b) {
        return Ok(ty::not_implemented());
    }
    let (left, right) = (protocol::len(vm, a)?, protocol::len(vm, b)?);
    let result = match op {
        CompareOp::Eq | CompareOp::Ne => {
            let same = left == right && all_in(vm, a, b)?;
            same == (op == CompareOp::Eq)
        }
        CompareOp::Lt => left < right && all_in(vm, a, b)?,
        CompareOp::Le => left <= right && all_in(vm, a, b)?,
        CompareOp::Gt => left > right && all_in(vm, b, a)?,
        CompareOp::Ge => left >= right && all_in(vm, b, a)?,
    };
    Ok(ty::bool_value(result))
}

fn set_of(vm: &mut Vm, iterable: Value) -> PyResult<Set> {
    let set = vm.new_set()?;
    crate::set::update(vm, set, iterable)?;
    Ok(set)
}

fn and(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if kind_of(a).is_none() && !is_set_like(a) {
        // The view is on the right: any iterable may stand on the left.
        return intersect(vm, b, a);
    }
    intersect(vm, a, b)
}

fn intersect(vm: &mut Vm, view: Value, other: Value) -> PyResult {
    let result = vm.new_set()?;
    protocol::for_each(vm, other, |vm, item| {
        if protocol::contains(vm, view, item)? {
            result.add(vm, item)?;
        }
        Ok(true)
    })?;
    Ok(result.value())
}

fn or(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let result = set_of(vm, a)?;
    crate::set::update(vm, result, b)?;
    Ok(result.value())
}

fn sub(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let result = set_of(vm, a)?;
    protocol::for_each(vm, b, |vm, item| {
        result.remove(vm, item)?;
        Ok(true)
    })?;
    Ok(result.value())
}

fn xor(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let result = set_of(vm, a)?;
    let other = set_of(vm, b)?;
    crate::set::symmetric_difference_update(vm, result, other)?;
    Ok(result.value())
}

fn isdisjoint(vm: &mut Vm, args: Args) -> PyResult {
    let (view, other) = (args.at(0), args.at(1));
    let mut disjoint = true;
    if view == other {
        return Ok(ty::bool_value(dict_of(view).is_empty()));
    }
    protocol::for_each(vm, other, |vm, item| {
        disjoint = !protocol::contains(vm, view, item)?;
        Ok(disjoint)
    })?;
    Ok(ty::bool_value(disjoint))
}

fn mapping(vm: &mut Vm, view: Value) -> PyResult {
    crate::proxy::new_proxy(vm, dict_of(view).value())
}

static GETSET: &[GetSetDef] = &[GetSetDef {
    name: "mapping",
    get: mapping,
    set: None,
}];

natives! {
    static SET_METHODS = {
        "isdisjoint" method One, "(self, other, /)" => isdisjoint;
        "__reversed__" method NoArgs, "(self, /)" => reversed;
    }
}
natives! {
    static VALUE_METHODS = {
        "__reversed__" method NoArgs, "(self, /)" => reversed;
    }
}

fn common_slots(slots: &mut Slots) {
    slots.len = Some(len);
    slots.iter = Some(iter);
    slots.repr = Some(repr);
}

fn set_slots(slots: &mut Slots) {
    common_slots(slots);
    slots.compare = Some(compare);
    slots.binary[BinaryOp::And as usize] = Some(and);
    slots.binary[BinaryOp::Or as usize] = Some(or);
    slots.binary[BinaryOp::Sub as usize] = Some(sub);
    slots.binary[BinaryOp::Xor as usize] = Some(xor);
}

/// `dict_keys`.
pub static DICT_KEYS: TypeDef = TypeDef {
    ty: &types::DICT_KEYS,
    slots: |slots| {
        set_slots(slots);
        slots.contains = Some(contains_key);
    },
    methods: SET_METHODS,
    getset: GETSET,
    doc: "",
    module: "",
};

/// `dict_items`.
pub static DICT_ITEMS: TypeDef = TypeDef {
    ty: &types::DICT_ITEMS,
    slots: |slots| {
        set_slots(slots);
        slots.contains = Some(contains_item);
    },
    methods: SET_METHODS,
    getset: GETSET,
    doc: "",
    module: "",
};

/// `dict_values`.
pub static DICT_VALUES: TypeDef = TypeDef {
    ty: &types::DICT_VALUES,
    slots: common_slots,
    methods: VALUE_METHODS,
    getset: GETSET,
    doc: "",
    module: "",
};
