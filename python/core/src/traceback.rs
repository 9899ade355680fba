//! Traceback entries.

use crate::util::{getset, given};
use coil_value::Value;
use taipan_objects::class::TypeDef;
use taipan_objects::layout::{self, at};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::ty::{Type, types};
use taipan_objects::vm::Vm;

/// `traceback`.
pub(crate) static TRACEBACK: TypeDef = TypeDef {
    ty: &types::TRACEBACK,
    slots: |slots: &mut Slots| {
        slots.new = Some(new);
    },
    methods: METHODS,
    getset: getset! {
        "tb_next" => crate::util::field!(at::TB_NEXT), set_next;
        "tb_frame" => crate::util::field!(at::TB_FRAME), crate::util::read_only;
        "tb_lasti" => |_, this| Ok(number::small(2 * i64::from(mem::get::<i32>(mem::expect_ref(this), at::TB_LASTI))));
        "tb_lineno" => |_, this| Ok(number::small(mem::get::<i32>(mem::expect_ref(this), at::TB_LINE).into()));
    },
    doc: "Create a new traceback object.",
    module: "",
};

natives! {
    static METHODS = {
        "__dir__" method NoArgs, "($self, /)" => |vm, _| {
            let list = vm.new_list_with(4)?;
            for name in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"] {
                let name = vm.intern(name)?;
                list.push(vm, name)?;
            }
            Ok(list.value())
        };
    }
}

/// Whether a value is a traceback entry.
pub(crate) fn is_traceback(value: Value) -> bool {
    value
        .as_ref()
        .is_some_and(|object| object.layout() == layout::TRACEBACK)
}

fn set_next(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    let Some(new) = new else {
        return Err(vm.raise_type("can't delete tb_next attribute"));
    };
    let new = given(Some(new));
    if let Some(new) = new.filter(|new| !is_traceback(*new)) {
        let name = protocol::type_name(new);
        return Err(vm.raise_type(&format!("expected traceback object, got '{name}'")));
    }
    let mut link = new;
    while let Some(entry) = link {
        if entry == this {
            return Err(vm.raise_value("traceback loop detected"));
        }
        link = mem::value(mem::expect_ref(entry), at::TB_NEXT);
    }
    vm.store(mem::expect_ref(this), at::TB_NEXT, new);
    Ok(())
}

const PARAMETERS: [&str; 4] = ["tb_next", "tb_frame", "tb_lasti", "tb_lineno"];

fn new(vm: &mut Vm, _: Type, args: Args) -> PyResult {
    let parts: [Option<Value>; 4] = std::array::from_fn(|index| {
        args.get(index)
            .or_else(|| args.keyword_named(PARAMETERS[index]))
    });
    for (index, part) in parts.iter().enumerate() {
        if part.is_none() {
            return Err(vm.raise_type(&format!(
                "traceback() missing required argument '{}' (pos {})",
                PARAMETERS[index],
                index + 1
            )));
        }
    }
    let [next, frame, lasti, line] = parts.map(|part| part.expect("checked above"));
    let next = given(Some(next));
    if let Some(next) = next.filter(|next| !is_traceback(*next)) {
        let name = protocol::type_name(next);
        return Err(vm.raise_type(&format!("expected traceback object or None, got '{name}'")));
    }
    if !Type::of(frame).is(&types::FRAME) {
        let name = protocol::type_name(frame);
        return Err(vm.raise_type(&format!(
            "traceback() argument 'tb_frame' must be frame, not {name}"
        )));
    }
    let lasti = protocol::index_i64(vm, lasti)?;
    let line = protocol::index_i64(vm, line)?;
    let entry = vm.alloc(layout::TRACEBACK, &types::TRACEBACK, 40)?;
    vm.init(entry, at::TB_NEXT, next);
    vm.init(entry, at::TB_FRAME, Some(frame));
    mem::set(entry, at::TB_LASTI, i32::try_from(lasti / 2).unwrap_or(-1));
    mem::set(entry, at::TB_LINE, i32::try_from(line).unwrap_or(0));
    Ok(Value::from_ref(entry))
}
