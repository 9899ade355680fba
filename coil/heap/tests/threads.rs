//! Several mutators on one heap.
#![allow(unsafe_code, reason = "objects are raw memory")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use coil_heap::{
    ARRAY_ITEMS, FIRST_FREE_LAYOUT, Heap, HeapConfig, Layout, LayoutTable, Mutator, Phase, RootSet,
    Visitor, poll,
};
use coil_value::{LayoutId, Ref, Value};

/// Header, number, its complement, a value.
const NODE: LayoutId = FIRST_FREE_LAYOUT;
const SLOTS: usize = 2000;
const STRIPES: usize = 8;

fn layouts() -> LayoutTable {
    let mut table = LayoutTable::new();
    table.define(NODE, Layout::fixed("node", 40).refs(&[32]));
    table
}

/// The array that all threads share; an atomic, because every thread reads it.
struct Shared(Arc<AtomicU64>);

// SAFETY: reports its only slot.
unsafe impl RootSet for Shared {
    fn trace(&self, visitor: &mut Visitor<'_>, _phase: Phase) {
        // SAFETY: the slot holds 0 or an array.
        unsafe { visitor.slot(self.0.as_ptr()) };
    }
}

fn new_node(mutator: &Mutator, number: u64, next: Option<Value>) -> Ref {
    // `next` is kept alive, and in place, by this frame.
    let node = mutator.alloc(NODE, None, 40).expect("memory");
    // SAFETY: the raw number of a fresh node.
    unsafe { node.field_ptr::<u64>(16).write(number) };
    // SAFETY: its complement.
    unsafe { node.field_ptr::<u64>(24).write(!number) };
    // SAFETY: the field of a fresh node.
    unsafe { mutator.init_value(node, 32, next) };
    node
}

fn check_chain(mut value: Option<Value>, most: usize) -> usize {
    let mut length = 0;
    while let Some(node) = value.and_then(Value::as_ref) {
        assert_eq!(node.layout(), NODE);
        // SAFETY: the number of a node.
        let number = unsafe { node.field_ptr::<u64>(16).read() };
        // SAFETY: its complement.
        let complement = unsafe { node.field_ptr::<u64>(24).read() };
        assert_eq!(number, !complement);
        // SAFETY: its value field.
        value = unsafe { node.field_ptr::<Option<Value>>(32).read() };
        length += 1;
        assert!(length <= most);
    }
    length
}

fn work(heap: &Arc<Heap>, shared: &AtomicU64, stripes: &[Mutex<()>], thread: u64, rounds: u64) {
    let mutator = heap.attach();
    let mut random = 0x9E37_79B9_7F4A_7C15 ^ (thread << 32);
    for round in 0..rounds {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let index = (random >> 16) as usize % SLOTS;
        // One lock for a stripe of slots orders the threads' accesses; waiting for it does not hold up collections.
        let stripe = &stripes[index % STRIPES];
        let guard = mutator.native(|| stripe.lock().expect("no panic"));
        // SAFETY: the shared array, as it is at this moment.
        let array = unsafe { Ref::from_address(shared.load(Ordering::Relaxed)) }.expect("rooted");
        let slot = array.field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * index);
        // SAFETY: an item of the array, which is large and so does not move.
        let old = unsafe { slot.read() };
        let length = check_chain(old, 20);
        let node = new_node(
            &mutator,
            round << 8 | thread,
            if length < 10 { old } else { None },
        );
        // SAFETY: an item of the array.
        unsafe { mutator.store_item(array, slot, Some(Value::from_ref(node))) };
        if random & 0xF00 == 0 {
            let tail = new_node(&mutator, round, None);
            // SAFETY: the field of a node.
            unsafe { mutator.store_value(node, 32, Some(Value::from_ref(tail))) };
        }
        drop(guard);
        mutator.safepoint();
    }
}

fn run_threads(config: HeapConfig, rounds: u64) -> Arc<Heap> {
    let heap = Heap::new(config, layouts()).expect("address space");
    let shared = Arc::new(AtomicU64::new(0));
    heap.add_roots(Box::new(Shared(shared.clone())));
    let stripes: Vec<Mutex<()>> = (0..STRIPES).map(|_| Mutex::new(())).collect();
    let main = heap.attach();
    shared.store(
        main.alloc_values(SLOTS).expect("memory").address() as u64,
        Ordering::Relaxed,
    );
    main.native(|| {
        thread::scope(|scope| {
            for thread in 0..4 {
                let (heap, shared, stripes) = (&heap, &shared, &stripes);
                scope.spawn(move || work(heap, shared, stripes, thread, rounds));
            }
        });
    });
    main.collect(true);
    // SAFETY: the shared array.
    let array = unsafe { Ref::from_address(shared.load(Ordering::Relaxed)) }.expect("rooted");
    let mut nodes = 0;
    for index in 0..SLOTS {
        // SAFETY: an item of the array.
        nodes += check_chain(
            unsafe {
                array
                    .field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * index)
                    .read()
            },
            20,
        );
    }
    assert!(nodes > 0);
    heap
}

#[test]
fn four_threads_share_a_graph_through_many_collections() {
    let config = HeapConfig {
        nursery_bytes: 32 << 10,
        nursery_max_bytes: 128 << 10,
        reserve_bytes: 1 << 30,
        major_floor_bytes: 128 << 10,
        step_target_us: 0,
        poison: true,
        verify: true,
        ..HeapConfig::default()
    };
    let heap = run_threads(config, 40_000);
    let counters = heap.counters();
    assert!(counters.minors > 20 && counters.majors > 2, "{counters:?}");
}

#[test]
fn four_threads_collect_at_every_few_allocations() {
    let config = HeapConfig {
        reserve_bytes: 1 << 30,
        major_floor_bytes: 64 << 10,
        step_target_us: 0,
        stress_every: 40,
        pin_random_percent: 20,
        poison: true,
        verify: true,
        ..HeapConfig::default()
    };
    run_threads(config, 3000);
}

#[test]
fn a_thread_in_native_code_does_not_hold_up_collections() {
    let heap = Heap::new(
        HeapConfig {
            reserve_bytes: 1 << 30,
            ..HeapConfig::default()
        },
        layouts(),
    )
    .expect("space");
    let done = AtomicBool::new(false);
    let attached = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mutator = heap.attach();
            let node = new_node(&mutator, 7, None);
            attached.store(true, Ordering::Release);
            mutator.native(|| {
                while !done.load(Ordering::Acquire) {
                    thread::sleep(Duration::from_millis(1));
                }
            });
            assert_eq!(check_chain(Some(Value::from_ref(node)), 1), 1);
        });
        let mutator = heap.attach();
        mutator.native(|| {
            while !attached.load(Ordering::Acquire) {
                thread::yield_now();
            }
        });
        for _ in 0..20 {
            mutator.collect(true);
        }
        done.store(true, Ordering::Release);
    });
    assert_eq!(heap.counters().majors, 20);
}

#[test]
fn an_interrupt_is_seen_at_the_next_safepoint() {
    let heap = Heap::new(
        HeapConfig {
            reserve_bytes: 1 << 30,
            ..HeapConfig::default()
        },
        layouts(),
    )
    .expect("space");
    let mutator = heap.attach();
    assert!(!mutator.poll_pending());
    mutator
        .poll_word()
        .fetch_or(poll::INTERRUPT, Ordering::Relaxed);
    assert!(mutator.poll_pending());
    assert_eq!(mutator.safepoint(), poll::INTERRUPT);
    mutator
        .poll_word()
        .fetch_and(!poll::INTERRUPT, Ordering::Relaxed);
    assert_eq!(mutator.safepoint(), 0);
}
