//! Tests of the crate: a Vm with this crate's types only; one at a time, because builtin types are statics.

use crate::{FUNCTIONS, TYPES, start};
use coil_heap::HeapConfig;
use coil_value::Value;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard};
use taipan_objects::class;
use taipan_objects::mem;
use taipan_objects::protocol;
use taipan_objects::raise::PyResult;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty::{self, Type, types};
use taipan_objects::vm::Vm;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

pub(crate) struct TestVm {
    vm: Box<Vm>,
    _guard: MutexGuard<'static, ()>,
}

impl Deref for TestVm {
    type Target = Vm;
    fn deref(&self) -> &Vm {
        &self.vm
    }
}

impl DerefMut for TestVm {
    fn deref_mut(&mut self) -> &mut Vm {
        &mut self.vm
    }
}

pub(crate) fn new_vm() -> TestVm {
    let guard = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut vm = Vm::new(HeapConfig::default()).expect("enough memory");
    vm.ready_types(TYPES).expect("types become ready");
    start(&mut vm).expect("start-up works");
    let builtins = vm.interp.builtins();
    for def in FUNCTIONS {
        let function = vm.new_native(def, None, None).expect("enough memory");
        builtins
            .set_name(&mut vm, def.name, function)
            .expect("enough memory");
    }
    TestVm { vm, _guard: guard }
}

/// The text of the pending exception: `Class: text`.
fn error_text<T>(vm: &mut Vm, result: PyResult<T>) -> String {
    match result {
        Ok(_) => "no error".to_owned(),
        Err(raised) => {
            let exception = vm.take_raised(raised);
            let text = protocol::str_text(vm, exception).expect("exceptions have a text");
            format!("{}: {text}", protocol::type_name(exception))
        }
    }
}

fn new_class(vm: &mut Vm, name: &str, bases: &[Value]) -> Type {
    let name = Str::of(vm.intern(name).expect("memory")).expect("a string");
    let bases = vm.new_tuple(bases).expect("memory");
    let namespace = vm.new_dict().expect("memory");
    class::new_class(
        vm,
        types::TYPE.ty(),
        name,
        Tuple::from_ref(mem::expect_ref(bases)),
        namespace,
        &[],
    )
    .expect("a valid class")
}

#[test]
fn plain_classes_take_no_arguments() {
    let vm = &mut *new_vm();
    let class = new_class(vm, "A", &[]);
    let made = protocol::call(vm, class.value(), &[]).expect("an instance");
    assert!(Type::of(made) == class);
    let one = [ty::none()];
    let result = protocol::call(vm, class.value(), &one);
    assert_eq!(error_text(vm, result), "TypeError: A() takes no arguments");
    let result = protocol::call(vm, types::OBJECT.value(), &one);
    assert_eq!(
        error_text(vm, result),
        "TypeError: object() takes no arguments"
    );
}

#[test]
fn types_show_and_refuse() {
    let vm = &mut *new_vm();
    let text = protocol::repr_text(vm, types::INT.value()).expect("a repr");
    assert_eq!(text, "<class 'int'>");
    let name = crate::util::name_of(vm, "x").expect("memory");
    let result = protocol::set_attr(vm, types::INT.value(), name, Some(ty::none()));
    assert_eq!(
        error_text(vm, result),
        "TypeError: cannot set 'x' attribute of immutable type 'int'"
    );
    let result = protocol::get_attr(vm, types::INT.value(), name);
    assert_eq!(
        error_text(vm, result),
        "AttributeError: type object 'int' has no attribute 'x'"
    );
}

#[test]
fn class_attributes_are_inherited_and_deleted() {
    let vm = &mut *new_vm();
    let base = new_class(vm, "A", &[]);
    let derived = new_class(vm, "B", &[base.value()]);
    let name = crate::util::name_of(vm, "x").expect("memory");
    protocol::set_attr(vm, base.value(), name, Some(ty::none())).expect("classes take attributes");
    assert!(protocol::get_attr(vm, derived.value(), name).expect("inherited") == ty::none());
    protocol::set_attr(vm, base.value(), name, None).expect("deleted");
    let result = protocol::get_attr(vm, derived.value(), name);
    assert_eq!(
        error_text(vm, result),
        "AttributeError: type object 'B' has no attribute 'x'"
    );
}

#[test]
fn exceptions_with_fields() {
    let vm = &mut *new_vm();
    let number = taipan_objects::number::small(2);
    let text = vm.new_str("x").expect("memory");
    let file = vm.new_str("f").expect("memory");
    let error = protocol::call(vm, types::OSError.value(), &[number, text, file]).expect("made");
    assert_eq!(protocol::type_name(error), "FileNotFoundError");
    let result = protocol::get_attr_named(vm, error, "filename").expect("a field");
    assert!(result == file);
    let raised = vm.raise_with(&types::StopIteration, &[text]);
    let stop = vm.take_raised(raised);
    assert!(protocol::get_attr_named(vm, stop, "value").expect("a field") == text);
}

#[test]
fn exception_groups_are_of_the_narrower_class() {
    let vm = &mut *new_vm();
    let text = vm.new_str("a").expect("memory");
    let inner = protocol::call(vm, types::ValueError.value(), &[text]).expect("made");
    let tuple = vm.new_tuple(&[inner]).expect("memory");
    let group = protocol::call(vm, types::BASE_EXCEPTION_GROUP.value(), &[text, tuple]);
    assert!(group.is_err() || protocol::type_name(group.expect("made")) == "ExceptionGroup");
}

#[test]
fn layout_conflicts_of_exceptions_are_those_of_their_fields() {
    let vm = &mut *new_vm();
    let fine = new_class(
        vm,
        "A",
        &[types::ValueError.value(), types::KeyError.value()],
    );
    assert!(fine.is_subtype(types::KeyError.ty()));
    let bases = vm
        .new_tuple(&[types::OSError.value(), types::StopIteration.value()])
        .expect("memory");
    let name = vm.intern("C").expect("memory");
    let namespace = vm.new_dict().expect("memory");
    let result = protocol::call(vm, types::TYPE.value(), &[name, bases, namespace.value()]);
    assert_eq!(
        error_text(vm, result),
        "TypeError: multiple bases have instance lay-out conflict"
    );
}

#[test]
fn assigning_class_keeps_attributes() {
    let vm = &mut *new_vm();
    let (a, b) = (new_class(vm, "A", &[]), new_class(vm, "B", &[]));
    let this = protocol::call(vm, a.value(), &[]).expect("an instance");
    for name in ["x", "y", "z"] {
        let value = vm.new_str(name).expect("memory");
        let name = crate::util::name_of(vm, name).expect("memory");
        protocol::set_attr(vm, this, name, Some(value)).expect("attributes");
    }
    let class = vm.interp.names.__class__.str();
    protocol::set_attr(vm, this, class, Some(b.value())).expect("compatible");
    assert!(Type::of(this) == b);
    let found = protocol::get_attr_named(vm, this, "z").expect("kept");
    assert_eq!(protocol::str_text(vm, found).expect("text"), "z");
    let result = protocol::set_attr(vm, this, class, Some(types::INT.value()));
    assert_eq!(
        error_text(vm, result),
        "TypeError: __class__ assignment only supported for mutable types or ModuleType subclasses"
    );
}
