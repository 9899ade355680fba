//! Natives called from Rust, with results as CPython 3.14 gives them. Scripts in tests/python cover the language's side.

use crate::{FUNCTIONS, TYPES, slice_indices};
use coil_heap::HeapConfig;
use std::sync::{Mutex, MutexGuard, PoisonError};
use taipan_objects::class::TypeDef;
use taipan_objects::native::NativeDef;
use taipan_objects::slots::CompareOp;
use taipan_objects::{PyResult, Value, Vm, number, protocol, ty::types};

/// The builtin types are statics of the process: one interpreter at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct TestVm {
    vm: Box<Vm>,
    _alone: MutexGuard<'static, ()>,
}

impl std::ops::Deref for TestVm {
    type Target = Vm;
    fn deref(&self) -> &Vm {
        &self.vm
    }
}

impl std::ops::DerefMut for TestVm {
    fn deref_mut(&mut self) -> &mut Vm {
        &mut self.vm
    }
}

/// What other crates define and these tests need: calls of classes, order of ints.
static TYPE: TypeDef = TypeDef {
    ty: &types::TYPE,
    slots: |slots| slots.call = Some(taipan_objects::class::call_type),
    methods: &[],
    getset: &[],
    doc: "",
    module: "",
};
static INT: TypeDef = TypeDef {
    ty: &types::INT,
    slots: |slots| {
        slots.hash = Some(|_, int| Ok(number::i64_of(int).unwrap_or(0)));
        slots.compare = Some(|_, a, b, op| {
            let ordering = number::i64_of(a).cmp(&number::i64_of(b));
            Ok(taipan_objects::ty::bool_value(op.holds(ordering)))
        });
    },
    methods: &[],
    getset: &[],
    doc: "",
    module: "",
};

fn vm() -> TestVm {
    let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut vm = Vm::new(HeapConfig::default()).expect("memory for a heap");
    let mut all = TYPES.to_vec();
    all.extend([&TYPE, &INT]);
    vm.ready_types(&all).expect("memory for the types");
    for def in FUNCTIONS {
        let function = vm.new_native(def, None, None).expect("memory");
        let builtins = vm.interp.builtins();
        builtins
            .set_name(&mut vm, def.name, function)
            .expect("memory");
    }
    TestVm { vm, _alone: alone }
}

fn ints(vm: &mut Vm, ints: &[i64]) -> Value {
    let items: Vec<Value> = ints.iter().map(|int| number::small(*int)).collect();
    vm.new_list(&items).expect("memory")
}

fn read(list: Value) -> Vec<i64> {
    let list = taipan_objects::list::List::of(list).expect("a list");
    (0..list.len())
        .map(|index| list.at(index).as_small_int().expect("ints"))
        .collect()
}

fn function(name: &str) -> &'static NativeDef {
    FUNCTIONS
        .iter()
        .find(|def| def.name == name)
        .expect("a builtin function")
}

fn call(vm: &mut Vm, name: &str, args: &[Value]) -> PyResult {
    let function = vm.new_native(function(name), None, None)?;
    protocol::call(vm, function, args)
}

fn error(vm: &mut Vm, result: PyResult) -> String {
    let raised = result.expect_err("an exception");
    let exception = vm.take_raised(raised);
    let args = taipan_objects::exception::args(taipan_objects::mem::expect_ref(exception));
    let args = taipan_objects::tuple::Tuple::of(args).expect("args are a tuple");
    let name = protocol::type_name(exception);
    match args.get(0).and_then(taipan_objects::str::Str::of) {
        Some(text) => format!("{name}: {}", text.to_rust()),
        None => name,
    }
}

#[test]
fn lists_are_indexed_sliced_and_assigned() {
    let mut vm = vm();
    let list = ints(&mut vm, &[0, 1, 2, 3, 4, 5, 6]);
    let get = |vm: &mut Vm, index: i64| protocol::get_item(vm, list, number::small(index));
    assert_eq!(get(&mut vm, -1), Ok(number::small(6)));
    let beyond = get(&mut vm, 7);
    assert_eq!(
        error(&mut vm, beyond),
        "IndexError: list index out of range"
    );
    let none = taipan_objects::ty::none();
    let odd = vm
        .new_slice(number::small(5), none, number::small(-2))
        .expect("memory");
    let part = protocol::get_item(&mut vm, list, odd).expect("a slice");
    assert_eq!(read(part), [5, 3, 1]);
    let new = ints(&mut vm, &[50, 30, 10]);
    protocol::set_item(&mut vm, list, odd, Some(new)).expect("assigned");
    assert_eq!(read(list), [0, 10, 2, 30, 4, 50, 6]);
    protocol::set_item(&mut vm, list, odd, None).expect("deleted");
    assert_eq!(read(list), [0, 2, 4, 6]);
    let short = ints(&mut vm, &[1]);
    let result = protocol::set_item(&mut vm, list, odd, Some(short)).map(|()| none);
    assert_eq!(
        error(&mut vm, result),
        "ValueError: attempt to assign sequence of size 1 to extended slice of size 2"
    );
    assert_eq!(slice_indices(&mut vm, odd, 4), Ok((3, -1, -2, 2)));
}

#[test]
fn ranges_of_any_size_know_their_numbers() {
    let mut vm = vm();
    let new = |vm: &mut Vm, args: &[Value]| protocol::call(vm, types::RANGE.value(), args);
    let range = new(
        &mut vm,
        &[number::small(10), number::small(0), number::small(-3)],
    )
    .expect("a range");
    let list = protocol::to_list(&mut vm, range).expect("numbers");
    assert_eq!(read(list.value()), [10, 7, 4, 1]);
    assert_eq!(
        protocol::contains(&mut vm, range, number::small(4)),
        Ok(true)
    );
    assert_eq!(
        protocol::contains(&mut vm, range, number::small(5)),
        Ok(false)
    );
    let huge = vm.new_int(i64::MAX).expect("memory");
    let range = new(&mut vm, &[number::small(-5), huge, huge]).expect("a range");
    assert_eq!(protocol::len(&mut vm, range), Ok(2));
    let iterator = protocol::iter(&mut vm, range).expect("an iterator");
    assert!(taipan_objects::ty::Type::of(iterator).is(&types::LONGRANGE_ITERATOR));
    assert_eq!(
        protocol::next(&mut vm, iterator),
        Ok(Some(number::small(-5)))
    );
    let second = protocol::next(&mut vm, iterator)
        .expect("a number")
        .expect("a second");
    assert_eq!(number::i64_of(second), Some(i64::MAX - 5));
    assert_eq!(protocol::next(&mut vm, iterator), Ok(None));
}

#[test]
fn sorting_is_stable_both_ways() {
    let mut vm = vm();
    let mut state = 12345u64;
    for size in [0, 1, 2, 23, 24, 25, 100, 1000] {
        let mut pairs: Vec<(i64, i64)> = Vec::new();
        for index in 0..size {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            pairs.push(((state >> 40) as i64 % 10, index));
        }
        let tuples: Vec<Value> = pairs
            .iter()
            .map(|(a, b)| {
                vm.new_tuple(&[number::small(*a), number::small(*b)])
                    .expect("memory")
            })
            .collect();
        // The tuples live in a list: a vector on the Rust heap keeps nothing alive.
        let list = vm.new_list(&tuples).expect("memory");
        let list = taipan_objects::list::List::of(list).expect("a list");
        for reverse in [false, true] {
            crate::sort::sort_list(&mut vm, list, None, reverse).expect("comparable");
            let mut expected = pairs.clone();
            expected.sort();
            if reverse {
                expected.reverse();
            }
            let found: Vec<(i64, i64)> = (0..list.len())
                .map(|index| {
                    let pair = taipan_objects::tuple::Tuple::of(list.at(index)).expect("a tuple");
                    let int = |at: usize| pair.at(at).as_small_int().expect("an int");
                    (int(0), int(1))
                })
                .collect();
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn dict_iterators_notice_changes() {
    let mut vm = vm();
    let dict = vm.new_dict().expect("memory");
    for key in 0..3 {
        dict.set(&mut vm, number::small(key), number::small(key))
            .expect("memory");
    }
    let iterator = protocol::iter(&mut vm, dict.value()).expect("an iterator");
    protocol::next(&mut vm, iterator).expect("a key");
    dict.set(&mut vm, number::small(9), number::small(9))
        .expect("memory");
    for _ in 0..2 {
        let result = protocol::next(&mut vm, iterator).map(|item| item.expect("no end"));
        assert_eq!(
            error(&mut vm, result),
            "RuntimeError: dictionary changed size during iteration"
        );
    }
    let unhashable = ints(&mut vm, &[]);
    let result = dict.get(&mut vm, unhashable).map(|_| unhashable);
    // The rest is the str of the TypeError, which other crates define.
    assert!(error(&mut vm, result).starts_with("TypeError: cannot use 'list' as a dict key ("));
}

#[test]
fn sets_combine_and_hash_without_order() {
    let mut vm = vm();
    let a = ints(&mut vm, &[1, 2, 3, 4]);
    let b = ints(&mut vm, &[4, 3, 2, 1]);
    let frozen = |vm: &mut Vm, list: Value| {
        protocol::call(vm, types::FROZENSET.value(), &[list]).expect("a frozenset")
    };
    let (a, b) = (frozen(&mut vm, a), frozen(&mut vm, b));
    assert_eq!(protocol::hash(&mut vm, a), protocol::hash(&mut vm, b));
    assert_eq!(
        protocol::compare_truth(&mut vm, a, b, CompareOp::Eq),
        Ok(true)
    );
    let small = ints(&mut vm, &[2, 9]);
    let small = frozen(&mut vm, small);
    let both = protocol::binary(&mut vm, taipan_objects::slots::BinaryOp::And, a, small);
    let both = protocol::to_list(&mut vm, both.expect("a set")).expect("items");
    assert_eq!(read(both.value()), [2]);
}

#[test]
fn sums_of_floats_are_compensated() {
    let mut vm = vm();
    let tenths: Vec<Value> = (0..10)
        .map(|_| Value::from_f64(0.1).expect("inline"))
        .collect();
    let list = vm.new_list(&tenths).expect("memory");
    assert_eq!(
        call(&mut vm, "sum", &[list]).map(Value::as_f64),
        Ok(Some(1.0))
    );
    let list = ints(&mut vm, &[1, 2, 3]);
    assert_eq!(call(&mut vm, "sum", &[list]), Ok(number::small(6)));
    assert_eq!(call(&mut vm, "max", &[list]), Ok(number::small(3)));
    let empty = ints(&mut vm, &[]);
    let result = call(&mut vm, "min", &[empty]);
    assert_eq!(
        error(&mut vm, result),
        "ValueError: min() iterable argument is empty"
    );
}

#[test]
fn unpacking_checks_the_number_of_items() {
    let mut vm = vm();
    let list = ints(&mut vm, &[1, 2, 3]);
    let mut registers = [0u64; 4];
    let result = crate::unpack_sequence(&mut vm, list, 2, registers.as_mut_ptr()).map(|()| list);
    assert_eq!(
        error(&mut vm, result),
        "ValueError: too many values to unpack (expected 2, got 3)"
    );
    let result =
        crate::unpack_sequence(&mut vm, number::small(1), 2, registers.as_mut_ptr()).map(|()| list);
    assert_eq!(
        error(&mut vm, result),
        "TypeError: cannot unpack non-iterable int object"
    );
    crate::unpack_ex(&mut vm, list, 1, 1, registers.as_mut_ptr()).expect("unpacked");
    assert_eq!(registers[0], number::small(1).bits());
    assert_eq!(registers[2], number::small(3).bits());
}

#[test]
fn zip_checks_lengths_when_strict() {
    let mut vm = vm();
    let (a, b) = (ints(&mut vm, &[1, 2]), ints(&mut vm, &[1]));
    let zip = protocol::call_keywords(
        &mut vm,
        types::ZIP.value(),
        &[a, b],
        &[("strict", taipan_objects::ty::TRUE.value())],
    )
    .expect("a zip");
    protocol::next(&mut vm, zip).expect("a pair");
    let result = protocol::next(&mut vm, zip).map(|item| item.expect("no end"));
    assert_eq!(
        error(&mut vm, result),
        "ValueError: zip() argument 2 is shorter than argument 1"
    );
}
