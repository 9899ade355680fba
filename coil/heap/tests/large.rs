//! Large objects: those that survive once stay young, whoever refers to them.
#![allow(unsafe_code, reason = "objects are raw memory")]

use std::hint::black_box;
use std::sync::Arc;

use coil_heap::{
    ARRAY_ITEMS, AttachedMutator, FIRST_FREE_LAYOUT, Heap, HeapConfig, Layout, LayoutTable,
    Mutator, RootVec,
};
use coil_value::{LayoutId, Ref, Value};

const NODE: LayoutId = FIRST_FREE_LAYOUT;
/// Items of a large array.
const ITEMS: usize = 1500;
/// Arrays that the tests keep.
const KEPT: usize = 12;

fn heap(config: HeapConfig) -> (Arc<Heap>, AttachedMutator) {
    let mut layouts = LayoutTable::new();
    layouts.define(NODE, Layout::fixed("node", 32).refs(&[16, 24]));
    let config = HeapConfig {
        nursery_bytes: 32 << 10,
        nursery_max_bytes: 64 << 10,
        reserve_bytes: 1 << 30,
        major_floor_bytes: 64 << 10,
        step_target_us: 0,
        poison: true,
        verify: true,
        ..config
    };
    let heap = Heap::new(config, layouts).expect("address space");
    let mutator = heap.attach();
    (heap, mutator)
}

fn int(number: usize) -> Value {
    Value::from_small_int(number as i64).expect("a small number")
}

fn item(array: Ref, index: usize) -> Option<Value> {
    // SAFETY: an item of the array.
    unsafe {
        array
            .field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * index)
            .read()
    }
}

/// A large array whose item 0 is a number and whose last is a node with that number.
#[inline(never)]
fn numbered(mutator: &Mutator, roots: &mut RootVec, number: usize) {
    let array = mutator.alloc_values(ITEMS).expect("memory");
    // SAFETY: an item of a fresh array.
    unsafe { mutator.init_value(array, ARRAY_ITEMS, Some(int(number))) };
    roots.set(1, Value::from_ref(array));
    let node = mutator.alloc(NODE, None, 32).expect("memory");
    // SAFETY: a field of a fresh node.
    unsafe { mutator.init_value(node, 16, Some(int(number))) };
    let array = roots.get(1).and_then(Value::as_ref).expect("rooted");
    // SAFETY: an item of the array.
    unsafe { mutator.store_element(array, ITEMS - 1, Some(Value::from_ref(node))) };
}

fn check(array: Ref, number: usize) {
    assert_eq!(item(array, 0), Some(int(number)));
    let node = item(array, ITEMS - 1).and_then(Value::as_ref);
    // SAFETY: a field of the node.
    let found = unsafe { node.expect("a node").field_ptr::<Value>(16).read() };
    assert_eq!(found, int(number));
}

fn arrays_in_an_old_array(config: HeapConfig, rounds: usize) {
    let (heap, mutator) = heap(config);
    let mut roots = RootVec::new(&mutator);
    roots.push(Value::from_ref(mutator.alloc_values(KEPT).expect("memory")));
    roots.push(int(0));
    roots.push(int(0));
    for round in 0..rounds {
        numbered(&mutator, &mut roots, round);
        let holder = roots.get(0).and_then(Value::as_ref).expect("rooted");
        // Some arrays pass through an old object only, some hang on a young one for a while.
        if round % 3 == 0 {
            let node = mutator.alloc(NODE, None, 32).expect("memory");
            // SAFETY: a field of a fresh node.
            unsafe { mutator.init_value(node, 24, roots.get(1)) };
            roots.set(2, Value::from_ref(node));
        } else {
            // SAFETY: an element of the array.
            unsafe { mutator.store_element(holder, round % KEPT, roots.get(1)) };
        }
        roots.set(1, int(0));
        for _ in 0..round % 400 {
            black_box(mutator.alloc(NODE, None, 32).expect("memory"));
        }
        let holder = roots.get(0).and_then(Value::as_ref).expect("rooted");
        for index in 0..KEPT {
            if let Some(array) = item(holder, index).and_then(Value::as_ref) {
                let number = item(array, 0).expect("a number").as_small_int();
                check(array, number.expect("a number") as usize);
            }
        }
        if let Some(node) = roots.get(2).and_then(Value::as_ref) {
            // SAFETY: a field of the node.
            let array = unsafe { node.field_ptr::<Value>(24).read() };
            check(array.as_ref().expect("an array"), round / 3 * 3);
        }
    }
    assert!(heap.counters().majors > 1);
}

#[test]
fn arrays_that_old_objects_refer_to_are_kept() {
    arrays_in_an_old_array(HeapConfig::default(), 2500);
}

#[test]
fn arrays_are_kept_when_every_few_allocations_collect() {
    for stress_every in [1, 7, 30] {
        let config = HeapConfig {
            stress_every,
            ..HeapConfig::default()
        };
        arrays_in_an_old_array(config, 300);
    }
}

#[test]
fn large_objects_that_die_soon_do_not_become_old() {
    let (heap, mutator) = heap(HeapConfig {
        major_floor_bytes: 1 << 20,
        ..HeapConfig::default()
    });
    let mut roots = RootVec::new(&mutator);
    // An old object that refers to the latest of them, as a variable in a cell would.
    roots.push(Value::from_ref(mutator.alloc_values(1).expect("memory")));
    mutator.collect(true);
    let majors = heap.counters().majors;
    for _ in 0..4000 {
        let large = mutator.alloc_bytes(12 << 10).expect("memory");
        let holder = roots.get(0).and_then(Value::as_ref).expect("rooted");
        // SAFETY: an element of the array.
        unsafe { mutator.store_element(holder, 0, Some(Value::from_ref(large))) };
    }
    assert!(heap.counters().minors > 40);
    assert_eq!(heap.counters().majors, majors);
}
