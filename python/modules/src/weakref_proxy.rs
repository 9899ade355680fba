//! Weak proxies: objects that pass every operation on to the object they refer to weakly. Field 0 is the weak reference.

use crate::weakref;
use coil_value::Value;
use taipan_objects::class::{ModuleType, TypeDef};
use taipan_objects::layout;
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::protocol;
use taipan_objects::slots::{BinaryOp, Slots, Unary};
use taipan_objects::ty::{self, StaticType, SubLayout, Type, types};
use taipan_objects::{PyResult, Vm};

static PLAIN_STATIC: StaticType = StaticType::new();
static CALLABLE_STATIC: StaticType = StaticType::new();

/// `weakref.ProxyType`.
pub(crate) static PLAIN: ModuleType = row(
    &TypeDef {
        ty: &PLAIN_STATIC,
        slots,
        methods: METHODS,
        getset: &[],
        doc: "",
        module: "weakref",
    },
    "ProxyType",
);
/// `weakref.CallableProxyType`.
pub(crate) static CALLABLE: ModuleType = row(
    &TypeDef {
        ty: &CALLABLE_STATIC,
        slots: |own| {
            slots(own);
            own.call = Some(|vm, this, args| {
                let target = target(vm, this)?;
                protocol::call_args(vm, target, args)
            });
        },
        methods: METHODS,
        getset: &[],
        doc: "",
        module: "weakref",
    },
    "CallableProxyType",
);

const fn row(def: &'static TypeDef, name: &'static str) -> ModuleType {
    ModuleType {
        def,
        name,
        base: &types::OBJECT,
        layout: layout::FIELDS,
        sub_layout: SubLayout::None,
        flags: 0,
        has_dict: false,
    }
}

natives! {
    static METHODS = {
        "__bytes__" method NoArgs, "($self, /)" => |vm, args| {
            let target = target(vm, args.at(0))?;
            protocol::call_method(vm, target, "__bytes__", &[])
        };
        "__reversed__" method NoArgs, "($self, /)" => |vm, args| {
            let target = target(vm, args.at(0))?;
            protocol::call_method(vm, target, "__reversed__", &[])
        };
    }
}

/// `weakref.proxy(object, callback=None)`.
pub(crate) fn proxy(vm: &mut Vm, args: Args) -> PyResult {
    let reference = match args.get(1) {
        Some(callback) => protocol::call(vm, types::WEAKREF.value(), &[args.at(0), callback])?,
        None => protocol::call(vm, types::WEAKREF.value(), &[args.at(0)])?,
    };
    let row = if protocol::is_callable(args.at(0)) {
        &CALLABLE
    } else {
        &PLAIN
    };
    let ty = vm.ready_module_type(row)?;
    vm.new_fields(ty, &[Some(reference)])
}

fn is_proxy(value: Value) -> bool {
    let ty = Type::of(value);
    ty.is(&PLAIN_STATIC) || ty.is(&CALLABLE_STATIC)
}

/// The object behind a proxy.
fn target(vm: &mut Vm, this: Value) -> PyResult {
    let reference = Vm::field(mem::expect_ref(this), 0).expect("proxies have a reference");
    match weakref::target(vm, reference) {
        Some(target) => Ok(target),
        None => Err(vm.raise_text(
            &types::ReferenceError,
            "weakly-referenced object no longer exists",
        )),
    }
}

/// The value, or the object behind it if it is a proxy.
fn unwrap(vm: &mut Vm, value: Value) -> PyResult {
    if is_proxy(value) {
        target(vm, value)
    } else {
        Ok(value)
    }
}

fn arithmetic<const OP: usize>(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
    protocol::binary(vm, BinaryOp::ALL[OP], a, b)
}

fn in_place<const OP: usize>(vm: &mut Vm, a: Value, b: Value) -> PyResult {
    let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
    protocol::in_place(vm, BinaryOp::ALL[OP], a, b)
}

fn unary(vm: &mut Vm, this: Value, slot: fn(&Slots) -> Option<Unary>, symbol: &str) -> PyResult {
    let target = target(vm, this)?;
    let slot = slot(Type::of(target).slots());
    protocol::unary(vm, slot, symbol, target)
}

fn slots(slots: &mut Slots) {
    slots.get_attr = Some(|vm, this, name| {
        let target = target(vm, this)?;
        protocol::get_attr(vm, target, name)
    });
    slots.set_attr = Some(|vm, this, name, value| {
        let target = target(vm, this)?;
        protocol::set_attr(vm, target, name, value)
    });
    slots.repr = Some(|vm, this| {
        vm.mutator().pin(mem::expect_ref(this));
        let own = protocol::object_id(this);
        let target = target(vm, this).unwrap_or_else(|raised| {
            vm.take_raised(raised);
            ty::none()
        });
        if let Some(object) = target.as_ref() {
            vm.mutator().pin(object);
        }
        let kind = protocol::type_name(target);
        let place = protocol::object_id(target);
        vm.new_str(&format!(
            "<weakproxy at {own:#x}; to '{kind}' at {place:#x}>"
        ))
    });
    slots.str = Some(|vm, this| {
        let target = target(vm, this)?;
        protocol::str(vm, target).map(taipan_objects::str::Str::value)
    });
    slots.bool = Some(|vm, this| {
        let target = target(vm, this)?;
        protocol::truth(vm, target)
    });
    slots.len = Some(|vm, this| {
        let target = target(vm, this)?;
        protocol::len(vm, target)
    });
    slots.get_item = Some(|vm, this, key| {
        let target = target(vm, this)?;
        protocol::get_item(vm, target, key)
    });
    slots.set_item = Some(|vm, this, key, value| {
        let target = target(vm, this)?;
        protocol::set_item(vm, target, key, value)
    });
    slots.contains = Some(|vm, this, item| {
        let target = target(vm, this)?;
        protocol::contains(vm, target, item)
    });
    slots.iter = Some(|vm, this| {
        let target = target(vm, this)?;
        protocol::iter(vm, target)
    });
    slots.next = Some(|vm, this| {
        let target = target(vm, this)?;
        if Type::of(target).slots().next.is_none() {
            let name = protocol::type_name(target);
            return Err(vm.raise_type(&format!(
                "Weakref proxy referenced a non-iterator '{name}' object"
            )));
        }
        protocol::next(vm, target)
    });
    slots.compare = Some(|vm, a, b, op| {
        let (a, b) = (unwrap(vm, a)?, unwrap(vm, b)?);
        protocol::compare(vm, a, b, op)
    });
    slots.neg = Some(|vm, this| unary(vm, this, |slots| slots.neg, "unary -"));
    slots.pos = Some(|vm, this| unary(vm, this, |slots| slots.pos, "unary +"));
    slots.abs = Some(|vm, this| unary(vm, this, |slots| slots.abs, "abs()"));
    slots.invert = Some(|vm, this| unary(vm, this, |slots| slots.invert, "unary ~"));
    slots.index = Some(|vm, this| {
        let target = target(vm, this)?;
        protocol::index(vm, target)
    });
    macro_rules! fill {
        ($($op:literal)*) => { $(
            slots.binary[$op] = Some(arithmetic::<$op>);
            slots.in_place[$op] = Some(in_place::<$op>);
        )* };
    }
    fill!(0 1 2 3 4 5 6 7 8 9 10 11 12);
    slots.binary[13] = Some(arithmetic::<13>);
}
