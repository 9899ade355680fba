//! `typing.Union`: `int | None`. One field: the tuple of members, without duplicates.

use crate::alias::{is_alias, repr_item, substitute};
use crate::helpers::{TextBuilder, equality};
use taipan_objects::class::TypeDef;
use taipan_objects::list::List;
use taipan_objects::mem;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, CompareOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::{PyResult, Value, Vm, natives};

/// Whether the value is a union.
pub fn is_union(value: Value) -> bool {
    Type::of(value).is(&types::UNION)
}

/// Members of a union.
pub fn members(union: Value) -> Tuple {
    Vm::field(mem::expect_ref(union), 0)
        .and_then(Tuple::of)
        .expect("unions have members")
}

/// Whether `|` with the value makes a union.
fn is_unionable(value: Value) -> bool {
    value == ty::none()
        || Type::from_value(value).is_some()
        || is_alias(value)
        || is_union(value)
        || Type::of(value).name() == "TypeAliasType"
}

fn add(vm: &mut Vm, list: List, item: Value) -> PyResult<()> {
    if is_union(item) {
        for member in members(item).iter() {
            add(vm, list, member)?;
        }
        return Ok(());
    }
    let item = if item == ty::none() {
        types::NONE.value()
    } else {
        item
    };
    for index in 0..list.len() {
        let known = list.at(index);
        let both_alias = is_alias(known) == is_alias(item);
        if known == item || (both_alias && protocol::equal(vm, known, item)?) {
            return Ok(());
        }
    }
    list.push(vm, item)
}

/// The union of these types; the only one itself if there is but one.
///
/// # Errors
/// MemoryError; what comparisons raise.
pub fn new_union(vm: &mut Vm, items: &[Value]) -> PyResult {
    let list = vm.new_list_with(items.len())?;
    for item in items {
        add(vm, list, *item)?;
    }
    if list.len() == 1 {
        return Ok(list.at(0));
    }
    let members = vm.list_to_tuple(list)?;
    vm.new_fields(types::UNION.ty(), &[Some(members)])
}

/// `a | b` of types, aliases, unions and None (the slot of `type` too).
///
/// # Errors
/// MemoryError; what comparisons raise.
pub fn or(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    if !is_unionable(a) || !is_unionable(b) {
        return Ok(ty::not_implemented());
    }
    new_union(vm, &[a, b])
}

fn repr(vm: &mut Vm, union: Value) -> PyResult {
    let mut text = TextBuilder::default();
    let members = members(union);
    for index in 0..members.len() {
        if index > 0 {
            text.ascii(" | ");
        }
        let member = members.at(index);
        if member == types::NONE.value() {
            text.ascii("None");
        } else {
            repr_item(vm, &mut text, member)?;
        }
    }
    text.finish(vm)
}

fn hash(vm: &mut Vm, union: Value) -> PyResult<i64> {
    let members = members(union);
    let mut mixed = 0i64;
    for member in members.iter() {
        mixed = mixed.wrapping_add(protocol::hash(vm, member)?.wrapping_mul(0x0100_0000_01B3));
    }
    Ok(if mixed == -1 { -2 } else { mixed })
}

fn compare(vm: &mut Vm, a: Value, b: Value, op: CompareOp) -> PyResult {
    let comparable = is_union(a) && is_union(b) && matches!(op, CompareOp::Eq | CompareOp::Ne);
    if !comparable {
        return Ok(ty::not_implemented());
    }
    let (x, y) = (members(a), members(b));
    let mut same = x.len() == y.len();
    for member in x.iter() {
        same = same && protocol::contains(vm, y.value(), member)?;
    }
    Ok(equality(op, same))
}

fn check(vm: &mut Vm, args: Args, test: fn(&mut Vm, Value, Value) -> PyResult<bool>) -> PyResult {
    let members = members(args.at(0));
    for member in members.iter() {
        if test(vm, args.at(1), member)? {
            return Ok(ty::TRUE.value());
        }
    }
    Ok(ty::FALSE.value())
}

fn instance_check(vm: &mut Vm, args: Args) -> PyResult {
    check(vm, args, protocol::is_instance)
}

fn subclass_check(vm: &mut Vm, args: Args) -> PyResult {
    if Type::from_value(args.at(1)).is_none() {
        return Err(vm.raise_type("issubclass() arg 1 must be a class"));
    }
    check(vm, args, protocol::is_subclass)
}

fn parameters(vm: &mut Vm, union: Value) -> PyResult {
    let found = vm.new_list_with(0)?;
    let name = vm.intern("__parameters__")?;
    let name = Str::of(name).expect("interned strings are strings");
    let subst = vm.intern("__typing_subst__")?;
    let subst = Str::of(subst).expect("interned strings are strings");
    for member in members(union).iter() {
        if Type::from_value(member).is_some() {
            continue;
        }
        if Type::of(member).lookup(subst).is_some() {
            found.push(vm, member)?;
            continue;
        }
        let own = protocol::get_attr_opt(vm, member, name)?.and_then(Tuple::of);
        for parameter in own.into_iter().flat_map(Tuple::iter) {
            if (0..found.len()).all(|index| found.at(index) != parameter) {
                found.push(vm, parameter)?;
            }
        }
    }
    vm.list_to_tuple(found)
}

fn get_item(vm: &mut Vm, union: Value, item: Value) -> PyResult {
    let parameters = parameters(vm, union)?;
    let parameters = Tuple::of(parameters).expect("parameters are a tuple");
    let replaced = substitute(vm, union, members(union), parameters, item)?;
    let replaced = Tuple::of(replaced).expect("a tuple");
    let list = vm.new_list_with(replaced.len())?;
    for member in replaced.iter() {
        add(vm, list, member)?;
    }
    if list.len() == 1 {
        return Ok(list.at(0));
    }
    let members = vm.list_to_tuple(list)?;
    vm.new_fields(types::UNION.ty(), &[Some(members)])
}

fn mro_entries(vm: &mut Vm, args: Args) -> PyResult {
    let text = protocol::repr_text(vm, args.at(0))?;
    Err(vm.raise_type(&format!("Cannot subclass {text}")))
}

/// `Union[...]` itself.
fn class_getitem(vm: &mut Vm, args: Args) -> PyResult {
    let Some(items) = Tuple::of(args.at(1)) else {
        return new_union(vm, &[args.at(1)]);
    };
    if items.is_empty() {
        return Err(vm.raise_type("Cannot take a Union of no types."));
    }
    let list = vm.new_list_with(items.len())?;
    for item in items.iter() {
        add(vm, list, item)?;
    }
    if list.len() == 1 {
        return Ok(list.at(0));
    }
    let members = vm.list_to_tuple(list)?;
    vm.new_fields(types::UNION.ty(), &[Some(members)])
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "__args__",
        get: |_, this| Ok(members(this).value()),
        set: None,
    },
    GetSetDef {
        name: "__origin__",
        get: |_, _| Ok(types::UNION.value()),
        set: None,
    },
    GetSetDef {
        name: "__parameters__",
        get: parameters,
        set: None,
    },
    GetSetDef {
        name: "__name__",
        get: |vm, _| vm.new_str("Union"),
        set: None,
    },
    GetSetDef {
        name: "__qualname__",
        get: |vm, _| vm.new_str("Union"),
        set: None,
    },
];

natives! {
    static METHODS = {
        "__instancecheck__" method One, "" => instance_check;
        "__subclasscheck__" method One, "" => subclass_check;
        "__mro_entries__" method One, "" => mro_entries;
        "__class_getitem__" classmethod One, "" => class_getitem;
    }
}

fn slots(slots: &mut Slots) {
    slots.repr = Some(repr);
    slots.hash = Some(hash);
    slots.compare = Some(compare);
    slots.get_item = Some(get_item);
    slots.binary[BinaryOp::Or as usize] = Some(or);
}

/// `typing.Union`.
pub static UNION: TypeDef = TypeDef {
    ty: &types::UNION,
    slots,
    methods: METHODS,
    getset: GETSET,
    doc: "Represent a union type\n\nE.g. for int | str",
    module: "typing",
};
