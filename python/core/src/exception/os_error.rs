//! `OSError`: its fields, and the subclass that an error number stands for.

use crate::exception::{args_of, base, extra, extra_field, set_args, set_extra_field};
use crate::util::{getset, given, no_keywords};
use coil_value::{Ref, Value};
use taipan_objects::class::TypeDef;
use taipan_objects::exception::{self, set_extra};
use taipan_objects::mem;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::slots::Slots;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{StaticType, Type, types};
use taipan_objects::vm::Vm;

/// `OSError`.
pub(crate) static OS_ERROR: TypeDef = TypeDef {
    ty: &types::OSError,
    slots: |slots: &mut Slots| {
        slots.new = Some(new);
        slots.init = Some(init);
        slots.str = Some(str);
    },
    methods: METHODS,
    getset: getset! {
        "errno" => extra_field!(0), set_extra_field!(0);
        "strerror" => extra_field!(1), set_extra_field!(1);
        "filename" => extra_field!(2), set_extra_field!(2);
        "filename2" => extra_field!(3), set_extra_field!(3);
        "characters_written" => get_written, set_written;
    },
    doc: "Base class for I/O related errors.",
    module: "",
};

natives! {
    static METHODS = {
        "__reduce__" method NoArgs, "($self, /)" => reduce;
    }
}

/// Error numbers of Linux and the classes that stand for them.
static CLASSES: &[(i64, &StaticType)] = &[
    (1, &types::PermissionError),
    (2, &types::FileNotFoundError),
    (3, &types::ProcessLookupError),
    (4, &types::InterruptedError),
    (10, &types::ChildProcessError),
    (11, &types::BlockingIOError),
    (13, &types::PermissionError),
    (17, &types::FileExistsError),
    (20, &types::NotADirectoryError),
    (21, &types::IsADirectoryError),
    (32, &types::BrokenPipeError),
    (103, &types::ConnectionAbortedError),
    (104, &types::ConnectionResetError),
    (108, &types::BrokenPipeError),
    (110, &types::TimeoutError),
    (111, &types::ConnectionRefusedError),
    (114, &types::BlockingIOError),
    (115, &types::BlockingIOError),
];

fn class_for(args: &[Option<Value>]) -> Option<&'static StaticType> {
    let number = args.first().copied().flatten().and_then(number::i64_of)?;
    CLASSES
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, class)| *class)
}

/// Whether arguments are left to `__init__`: a subclass has one of its own and uses this `__new__`.
fn init_does_it(ty: Type) -> bool {
    let slot = |ty: Type| ty.slots().init.map(|init| init as usize);
    let new = |ty: Type| ty.slots().new.map(|new| new as usize);
    let os_error = types::OSError.ty();
    slot(ty) != slot(os_error) && new(ty) == new(os_error)
}

fn new(vm: &mut Vm, ty: Type, args: Args) -> PyResult {
    if init_does_it(ty) {
        let empty = vm.interp.empty_tuple();
        return exception::alloc_exception(vm, ty, empty);
    }
    no_keywords(vm, &ty.name(), args)?;
    // ALLOW(vec-value): at most one, which the arguments keep alive.
    let given: Vec<Option<Value>> = (0..args.len().min(1))
        .map(|index| args.get(index))
        .collect();
    let mut class = ty;
    if ty.is(&types::OSError)
        && (2..=5).contains(&args.len())
        && let Some(better) = class_for(&given)
    {
        class = better.ty();
    }
    let tuple = args.to_tuple(vm)?;
    let this = exception::alloc_exception(vm, class, tuple)?;
    let tuple = Tuple::from_ref(mem::expect_ref(tuple));
    set_fields(vm, mem::expect_ref(this), tuple)?;
    Ok(this)
}

fn init(vm: &mut Vm, this: Value, args: Args) -> PyResult<()> {
    if !init_does_it(Type::of(this)) {
        return Ok(());
    }
    no_keywords(vm, &protocol::type_name(this), args)?;
    let tuple = args.to_tuple(vm)?;
    set_args(vm, this, tuple);
    set_fields(
        vm,
        mem::expect_ref(this),
        Tuple::from_ref(mem::expect_ref(tuple)),
    )
}

/// Fields from the arguments; the args tuple then keeps only number and text when there is a file name.
fn set_fields(vm: &mut Vm, object: Ref, args: Tuple) -> PyResult<()> {
    if !(2..=5).contains(&args.len()) {
        return Ok(());
    }
    set_extra(vm, object, 0, args.get(0));
    set_extra(vm, object, 1, args.get(1));
    let Some(third) = given(args.get(2)) else {
        return Ok(());
    };
    let blocking = Type::from_ref(object.ty().expect("exceptions have a type"))
        .is_subtype(types::BlockingIOError.ty());
    if blocking && args.len() == 3 && number::int_of(third).is_some() {
        set_extra(vm, object, 4, Some(third));
        return Ok(());
    }
    set_extra(vm, object, 2, Some(third));
    set_extra(vm, object, 3, given(args.get(4)));
    let short = vm.new_tuple(&[args.at(0), args.at(1)])?;
    set_args(vm, Value::from_ref(object), short);
    Ok(())
}

/// For exceptions made natively: class and fields as the constructor would choose them.
pub(crate) fn derive(vm: &mut Vm, object: Ref, args: Tuple) -> PyResult<()> {
    let class = Type::from_ref(object.ty().expect("exceptions have a type"));
    if class.is(&types::OSError)
        && (2..=5).contains(&args.len())
        && let Some(better) = class_for(&[args.get(0)])
    {
        vm.mutator().write_barrier(object);
        // NO-BARRIER: just run, and the types are static.
        mem::set(object, 8, better.as_ref().address());
    }
    set_fields(vm, object, args)
}

fn str(vm: &mut Vm, this: Value) -> PyResult {
    let field = |index: usize| exception::extra(mem::expect_ref(this), index);
    let (Some(number), Some(text)) = (field(0), field(1)) else {
        return base::str(vm, this);
    };
    let mut shown = format!(
        "[Errno {}] {}",
        protocol::str_text(vm, number)?,
        protocol::str_text(vm, text)?
    );
    if let Some(name) = field(2) {
        shown.push_str(": ");
        shown.push_str(&protocol::repr_text(vm, name)?);
        if let Some(second) = extra(this, 3) {
            shown.push_str(" -> ");
            shown.push_str(&protocol::repr_text(vm, second)?);
        }
    }
    vm.new_str(&shown)
}

fn reduce(vm: &mut Vm, args: Args) -> PyResult {
    let this = args.at(0);
    let own = args_of(this);
    let tuple = match (own.len(), extra(this, 2), extra(this, 3)) {
        (2, Some(name), None) => vm.new_tuple(&[own.at(0), own.at(1), name])?,
        (2, Some(name), Some(second)) => vm.new_tuple(&[
            own.at(0),
            own.at(1),
            name,
            taipan_objects::ty::none(),
            second,
        ])?,
        _ => own.value(),
    };
    base::reduce_with(vm, this, tuple)
}

fn written_name(vm: &mut Vm) -> PyResult<Str> {
    crate::util::name_of(vm, "characters_written")
}

fn get_written(vm: &mut Vm, this: Value) -> PyResult {
    match extra(this, 4) {
        Some(count) => Ok(count),
        None => {
            let name = written_name(vm)?;
            Err(protocol::attribute_error(
                vm,
                "characters_written",
                this,
                name,
            ))
        }
    }
}

fn set_written(vm: &mut Vm, this: Value, new: Option<Value>) -> PyResult<()> {
    match new {
        Some(new) => {
            let count = protocol::index_i64(vm, new)?;
            let count = vm.new_int(count)?;
            set_extra(vm, mem::expect_ref(this), 4, Some(count));
        }
        None => {
            get_written(vm, this)?;
            set_extra(vm, mem::expect_ref(this), 4, None);
        }
    }
    Ok(())
}
