//! The types of `None`, `NotImplemented` and `...`.

use crate::util::no_keywords;
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

/// `NoneType`.
pub(crate) static NONE: TypeDef = TypeDef {
    ty: &types::NONE,
    slots: |slots: &mut Slots| {
        slots.new = Some(|vm, ty, args| only(vm, ty, args, ty::none()));
        slots.repr = Some(|vm, _| vm.intern("None"));
        slots.bool = Some(|_, _| Ok(false));
        slots.hash = Some(|_, _| Ok(0xfca8_6420));
    },
    methods: &[],
    getset: &[],
    doc: "The type of the None singleton.",
    module: "",
};

/// `NotImplementedType`.
pub(crate) static NOT_IMPLEMENTED: TypeDef = TypeDef {
    ty: &types::NOT_IMPLEMENTED,
    slots: |slots: &mut Slots| {
        slots.new = Some(|vm, ty, args| only(vm, ty, args, ty::not_implemented()));
        slots.repr = Some(|vm, _| vm.intern("NotImplemented"));
        slots.bool = Some(|vm, _| {
            Err(vm.raise_type("NotImplemented should not be used in a boolean context"))
        });
    },
    methods: NOT_IMPLEMENTED_METHODS,
    getset: &[],
    doc: "The type of the NotImplemented singleton.",
    module: "",
};

/// `ellipsis`.
pub(crate) static ELLIPSIS: TypeDef = TypeDef {
    ty: &types::ELLIPSIS,
    slots: |slots: &mut Slots| {
        slots.new = Some(|vm, _, args| {
            no_keywords(vm, "EllipsisType", args)?;
            only(vm, types::ELLIPSIS.ty(), args, ty::ELLIPSIS.value())
        });
        slots.repr = Some(|vm, _| vm.intern("Ellipsis"));
    },
    methods: ELLIPSIS_METHODS,
    getset: &[],
    doc: "The type of the Ellipsis singleton.",
    module: "",
};

natives! {
    static NOT_IMPLEMENTED_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => |vm, _| vm.intern("NotImplemented");
    }
}
natives! {
    static ELLIPSIS_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => |vm, _| vm.intern("Ellipsis");
    }
}

fn only(vm: &mut Vm, ty: Type, args: Args, value: Value) -> PyResult {
    if args.len() + args.keyword_count() > 0 {
        let name = if ty.is(&types::ELLIPSIS) {
            "EllipsisType".to_owned()
        } else {
            ty.name()
        };
        return Err(vm.raise_type(&format!("{name} takes no arguments")));
    }
    Ok(value)
}
