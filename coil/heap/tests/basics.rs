//! The public interface, as a language uses it.
#![allow(unsafe_code, reason = "objects are raw memory")]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use coil_heap::{
    ARRAY_ITEMS, ARRAY_LENGTH, ARRAY_OF_VALUES, FIRST_FREE_LAYOUT, Heap, HeapConfig, Layout,
    LayoutTable, Mutator, OutOfMemory, Phase, RootSet, RootVec, Visitor, WeakSet, WeakVisitor,
    coil_alloc_slow, coil_log_slot, coil_safepoint, coil_write_barrier, offsets, poll,
};
use coil_value::{Header, LayoutId, Ref, Value, flags};

const PAIR: LayoutId = FIRST_FREE_LAYOUT;

fn layouts() -> LayoutTable {
    let mut table = LayoutTable::new();
    table.define(PAIR, Layout::fixed("pair", 32).refs(&[16, 24]));
    table
}

#[test]
fn a_fresh_object_is_zero_behind_its_header() {
    let heap = Heap::new(HeapConfig::default(), layouts()).expect("address space");
    let mutator = heap.attach();
    let pair = mutator.alloc(PAIR, None, 32).expect("memory");
    assert_eq!(pair.layout(), PAIR);
    assert_eq!(heap.layouts().size_of(pair), 32);
    // SAFETY: two fields of the pair.
    assert_eq!(unsafe { pair.field_ptr::<[u64; 2]>(16).read() }, [0, 0]);
}

#[test]
fn items_of_an_array_come_back() {
    let heap = Heap::new(HeapConfig::default(), layouts()).expect("address space");
    let mutator = heap.attach();
    let array = mutator.alloc_values(5000).expect("memory");
    // SAFETY: an element of the array.
    unsafe { mutator.store_element(array, 4999, Value::from_small_int(7)) };
    // SAFETY: as above.
    let found = unsafe { mutator.load_element(array, 4999) };
    assert_eq!(found, Value::from_small_int(7));
    assert_eq!(
        field(array, ARRAY_ITEMS + 8 * 4999),
        Value::from_small_int(7)
    );
}

#[test]
fn absurd_sizes_are_out_of_memory() {
    let heap = Heap::new(HeapConfig::default(), layouts()).expect("address space");
    let mutator = heap.attach();
    assert_eq!(mutator.alloc_values(usize::MAX).err(), Some(OutOfMemory));
    assert_eq!(
        mutator.alloc_values(usize::MAX / 8 - 8).err(),
        Some(OutOfMemory)
    );
    assert_eq!(
        mutator.alloc_bytes(usize::MAX - 30).err(),
        Some(OutOfMemory)
    );
    assert_eq!(mutator.alloc_bytes(1 << 46).err(), Some(OutOfMemory));
}

fn small_heap(config: HeapConfig) -> Arc<Heap> {
    let config = HeapConfig {
        reserve_bytes: 1 << 30,
        verify: true,
        poison: true,
        ..config
    };
    Heap::new(config, layouts()).expect("address space")
}

fn new_pair(mutator: &Mutator, number: i64) -> Ref {
    let pair = mutator.alloc(PAIR, None, 32).expect("memory");
    // SAFETY: a field of a fresh pair.
    unsafe { mutator.init_value(pair, 16, Value::from_small_int(number)) };
    pair
}

fn field(object: Ref, offset: usize) -> Option<Value> {
    // SAFETY: the tests read value fields only.
    unsafe { object.field_ptr::<Option<Value>>(offset).read() }
}

fn object_at(address: u64) -> Ref {
    // SAFETY: the tests pass addresses of live objects only.
    unsafe { Ref::from_address(address) }.expect("not 0")
}

fn number_of(object: Ref) -> i64 {
    field(object, 16)
        .and_then(Value::as_small_int)
        .expect("a number")
}

/// Overwrites what earlier calls left on the stack.
#[inline(never)]
fn scrub_stack() {
    black_box([0_u64; 2048]);
}

#[test]
fn the_heap_limit_is_an_error_and_freed_memory_can_be_used_again() {
    let heap = small_heap(HeapConfig {
        max_heap_bytes: 4 << 20,
        verify: false,
        ..HeapConfig::default()
    });
    let mutator = heap.attach();
    for _ in 0..3 {
        let mut keep = RootVec::new(&mutator);
        let full = loop {
            match mutator.alloc_values(100) {
                Ok(array) => keep.push(Value::from_ref(array)),
                Err(OutOfMemory) => break keep.len(),
            }
        };
        assert!(full > 2000, "only {full} arrays of 824 bytes fit into 4 MB");
        assert_eq!(mutator.alloc_bytes(3 << 20).err(), Some(OutOfMemory));
        drop(keep);
        scrub_stack();
        assert!(mutator.alloc_bytes(2 << 20).is_ok());
    }
}

#[test]
fn garbage_never_reaches_the_heap_limit() {
    let heap = small_heap(HeapConfig {
        max_heap_bytes: 2 << 20,
        ..HeapConfig::default()
    });
    let mutator = heap.attach();
    for size in 0..200_000 {
        black_box(mutator.alloc_values(size % 50).expect("only garbage"));
    }
    for _ in 0..200 {
        black_box(mutator.alloc_bytes(300_000).expect("only garbage"));
    }
}

#[test]
fn large_objects_are_freed_and_their_pages_used_again() {
    let heap = small_heap(HeapConfig::default());
    let mutator = heap.attach();
    let mut keep = RootVec::new(&mutator);
    for round in 0..50_usize {
        let array = mutator
            .alloc_bytes(100_000 + 5000 * (round % 7))
            .expect("memory");
        // SAFETY: inside the array.
        let bytes =
            unsafe { std::slice::from_raw_parts(array.field_ptr::<u8>(ARRAY_ITEMS), 100_000) };
        assert!(bytes.iter().all(|&byte| byte == 0), "fresh memory is zero");
        keep.push(Value::from_ref(array));
        if round % 10 == 9 {
            keep.clear();
            scrub_stack();
            mutator.collect(true);
        }
    }
    drop(keep);
    scrub_stack();
    mutator.collect(true);
    let counters = heap.counters();
    assert!(
        counters.peak_bytes < 3 << 20,
        "peak {}",
        counters.peak_bytes
    );
    assert!(
        counters.used_bytes < 1 << 20,
        "used {}",
        counters.used_bytes
    );
}

#[test]
fn memory_goes_back_to_the_system() {
    let config = HeapConfig {
        reserve_bytes: 1 << 30,
        ..HeapConfig::default()
    };
    let heap = Heap::new(config, layouts()).expect("address space");
    let mutator = heap.attach();
    let mut keep = RootVec::new(&mutator);
    for number in 0..400_000 {
        keep.push(Value::from_ref(new_pair(&mutator, number)));
    }
    assert_eq!(
        keep.get(399_999).and_then(Value::as_ref).map(number_of),
        Some(399_999)
    );
    drop(keep);
    scrub_stack();
    mutator.collect(true);
    assert!(heap.counters().used_bytes < 1 << 20);
    assert!(heap.counters().returned_bytes > 8 << 20);
}

#[test]
fn references_to_statics_are_left_alone() {
    static STATIC: Header = Header::immortal(LayoutId::FOREIGN);
    // Something in byte 4 of a static of a C extension looks like our flags.
    STATIC.gc_flags.store(0xFF, Ordering::Relaxed);
    let heap = small_heap(HeapConfig::default());
    let mutator = heap.attach();
    // SAFETY: a static header.
    let foreign = unsafe { Ref::from_ptr((&raw const STATIC).cast_mut()) };
    let pair = mutator.alloc(PAIR, Some(foreign), 32).expect("memory");
    let mut roots = RootVec::new(&mutator);
    roots.push(Value::from_ref(pair));
    roots.push(Value::from_ref(foreign));
    // SAFETY: a field of the pair.
    unsafe { mutator.store_value(pair, 16, Some(Value::from_ref(foreign))) };
    mutator.write_barrier(foreign);
    mutator.pin(foreign);
    mutator.collect(true);
    mutator.collect(true);
    let pair = roots.get(0).and_then(Value::as_ref).expect("rooted");
    assert_eq!(field(pair, 16), Some(Value::from_ref(foreign)));
    assert_eq!(pair.ty(), Some(foreign));
    assert_eq!(STATIC.gc_flags.load(Ordering::Relaxed), 0xFF);
}

#[test]
fn objects_held_by_the_native_stack_stay_where_they_are() {
    let heap = small_heap(HeapConfig {
        always_evacuate: true,
        ..HeapConfig::default()
    });
    let mutator = heap.attach();
    let pair = new_pair(&mutator, 5);
    for full in [false, true, false] {
        mutator.collect(full);
        assert_eq!(number_of(black_box(pair)), 5);
    }
    assert!(heap.counters().pinned_objects > 0);
}

struct Slots(Arc<[AtomicU64]>);

// SAFETY: reports all its slots.
unsafe impl RootSet for Slots {
    fn trace(&self, visitor: &mut Visitor<'_>, _phase: Phase) {
        for slot in &*self.0 {
            // SAFETY: the slot holds 0 or a value.
            unsafe { visitor.slot(slot.as_ptr()) };
        }
    }
}

// SAFETY: asks about all its slots.
unsafe impl WeakSet for Slots {
    fn sweep(&self, visitor: &mut WeakVisitor<'_>, _phase: Phase) {
        for slot in &*self.0 {
            // SAFETY: the slot holds 0 or a value.
            unsafe { visitor.slot(slot.as_ptr()) };
        }
    }
}

#[inline(never)]
fn fill(mutator: &Mutator, slots: &[AtomicU64], number: i64) {
    for slot in slots {
        slot.store(
            new_pair(mutator, number).address() as u64,
            Ordering::Relaxed,
        );
    }
}

fn slots(count: usize) -> Arc<[AtomicU64]> {
    (0..count).map(|_| AtomicU64::new(0)).collect()
}

#[test]
fn root_slots_follow_objects_that_move() {
    let heap = small_heap(HeapConfig {
        always_evacuate: true,
        ..HeapConfig::default()
    });
    let mutator = heap.attach();
    let held = slots(100);
    let id = mutator.add_roots(Box::new(Slots(held.clone())));
    fill(&mutator, &held, 77);
    let before: Vec<u64> = held
        .iter()
        .map(|slot| !slot.load(Ordering::Relaxed))
        .collect();
    scrub_stack();
    mutator.collect(false);
    let mut moved = 0;
    for (slot, before) in held.iter().zip(before) {
        let now = slot.load(Ordering::Relaxed);
        assert_eq!(number_of(object_at(now)), 77);
        moved += usize::from(now != !before);
    }
    assert!(moved > 50, "only {moved} of 100 moved");
    mutator.remove_roots(id);
}

#[test]
fn weak_slots_follow_the_living_and_forget_the_dead() {
    for full in [false, true] {
        let heap = small_heap(HeapConfig::default());
        let mutator = heap.attach();
        let (strong, weak) = (slots(50), slots(100));
        heap.add_roots(Box::new(Slots(strong.clone())));
        heap.add_weak_set(Box::new(Slots(weak.clone())));
        fill(&mutator, &strong, 1);
        fill(&mutator, &weak[50..], 2);
        for (strong, weak) in strong.iter().zip(&*weak) {
            weak.store(strong.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        scrub_stack();
        mutator.collect(full);
        for (strong, weak) in strong.iter().zip(&*weak) {
            assert_eq!(strong.load(Ordering::Relaxed), weak.load(Ordering::Relaxed));
        }
        let dead = weak[50..]
            .iter()
            .filter(|slot| slot.load(Ordering::Relaxed) == 0)
            .count();
        assert!(dead > 40, "only {dead} of 50 are gone");
    }
}

struct Pinned(AtomicU64);

// SAFETY: holds one object in place.
unsafe impl RootSet for Pinned {
    fn trace(&self, _visitor: &mut Visitor<'_>, _phase: Phase) {}

    fn pins(&self, visitor: &mut Visitor<'_>, _phase: Phase) {
        // SAFETY: inverted address of a pair, so that the stack scan does not see it.
        if let Some(value) = unsafe { Value::from_bits(!self.0.load(Ordering::Relaxed)) } {
            visitor.pin(value);
        }
    }
}

/// Pins what it also reports as a slot, in a method that is not made for it.
struct PinsInTrace(AtomicU64, Arc<[AtomicU64]>);

// SAFETY: holds one object in place, and reports all its slots.
unsafe impl RootSet for PinsInTrace {
    fn trace(&self, visitor: &mut Visitor<'_>, _phase: Phase) {
        for slot in &*self.1 {
            // SAFETY: the slot holds 0 or a value.
            unsafe { visitor.slot(slot.as_ptr()) };
        }
        // SAFETY: inverted address of a pair, so that the stack scan does not see it.
        if let Some(value) = unsafe { Value::from_bits(!self.0.load(Ordering::Relaxed)) } {
            visitor.pin(value);
        }
    }
}

#[test]
fn a_root_set_may_pin_while_it_traces() {
    let heap = small_heap(HeapConfig {
        always_evacuate: true,
        ..HeapConfig::default()
    });
    let mutator = heap.attach();
    let held = slots(20);
    fill(&mutator, &held, 9);
    let address = held[0].load(Ordering::Relaxed);
    heap.add_roots(Box::new(PinsInTrace(
        AtomicU64::new(!address),
        held.clone(),
    )));
    scrub_stack();
    for full in [false, true, true] {
        mutator.collect(full);
        assert_eq!(held[0].load(Ordering::Relaxed), address);
        assert_eq!(number_of(object_at(address)), 9);
    }
}

#[test]
fn a_root_set_may_hold_objects_in_place() {
    let heap = small_heap(HeapConfig {
        always_evacuate: true,
        ..HeapConfig::default()
    });
    let mutator = heap.attach();
    let held = slots(1);
    fill(&mutator, &held, 9);
    let address = held[0].swap(0, Ordering::Relaxed);
    heap.add_roots(Box::new(Pinned(AtomicU64::new(!address))));
    scrub_stack();
    for full in [false, true, true] {
        mutator.collect(full);
    }
    assert_eq!(number_of(object_at(address)), 9);
}

#[test]
fn the_functions_for_compiled_code_do_what_the_methods_do() {
    let heap = small_heap(HeapConfig::default());
    let mutator = heap.attach();
    let raw = mutator.as_raw();
    let mut roots = RootVec::new(&mutator);
    roots.push(Value::from_ref(mutator.alloc_values(4).expect("memory")));
    roots.push(Value::from_ref(new_pair(&mutator, 1)));
    mutator.collect(false);
    let [array, pair] =
        [0, 1].map(|index| roots.get(index).and_then(Value::as_ref).expect("rooted"));
    assert!(array.gc_flags() & flags::UNLOGGED != 0 && pair.gc_flags() & flags::UNLOGGED != 0);
    // SAFETY: the mutator of this thread.
    let fresh = unsafe { coil_alloc_slow(raw, u32::from(PAIR.0), 0, 32) };
    // SAFETY: not null, there is memory.
    let fresh = Value::from_ref(unsafe { Ref::from_ptr(fresh) });
    let slot = array.field_ptr::<u64>(ARRAY_ITEMS + 16);
    // SAFETY: an item of the array.
    unsafe { coil_log_slot(raw, array.as_ptr(), slot) };
    // SAFETY: as above.
    unsafe { slot.write(fresh.bits()) };
    // SAFETY: an object of this heap.
    unsafe { coil_write_barrier(raw, pair.as_ptr()) };
    assert!(array.gc_flags() & flags::UNLOGGED != 0 && pair.gc_flags() & flags::UNLOGGED == 0);
    // SAFETY: a field of the pair.
    unsafe { pair.field_ptr::<u64>(24).write(fresh.bits()) };
    mutator.collect(false);
    assert_eq!(field(array, ARRAY_ITEMS + 16), field(pair, 24));
    assert!(
        field(pair, 24)
            .and_then(Value::as_ref)
            .is_some_and(|object| object.layout() == PAIR)
    );
    // SAFETY: the mutator of this thread; absurd sizes are null.
    let refused = unsafe { coil_alloc_slow(raw, u32::from(ARRAY_OF_VALUES.0), 0, usize::MAX - 3) };
    assert!(refused.is_null());
    mutator
        .poll_word()
        .fetch_or(poll::INTERRUPT, Ordering::Relaxed);
    // SAFETY: the mutator of this thread.
    assert_eq!(unsafe { coil_safepoint(raw) }, poll::INTERRUPT);
    let word = raw.cast::<u8>().wrapping_add(offsets::POLL).cast::<u32>();
    // SAFETY: the poll word at its public offset.
    assert_eq!(unsafe { word.read() }, poll::INTERRUPT);
}

#[test]
fn compiled_code_may_allocate_between_cursor_and_limit() {
    let heap = small_heap(HeapConfig::default());
    let mutator = heap.attach();
    let raw = mutator.as_raw().cast::<u8>();
    let first = mutator.alloc(PAIR, None, 32).expect("memory");
    let cursor = raw.wrapping_add(offsets::CURSOR).cast::<usize>();
    // SAFETY: the field at its public offset.
    let place = unsafe { cursor.read() };
    // SAFETY: as above.
    let limit = unsafe { raw.wrapping_add(offsets::LIMIT).cast::<usize>().read() };
    assert_eq!(place, first.address() + 32);
    assert!(place + 32 <= limit);
    // SAFETY: as above.
    unsafe { cursor.write(place + 32) };
    let words = std::ptr::with_exposed_provenance_mut::<[u64; 4]>(place);
    // SAFETY: the memory up to the limit is this thread's, and zero.
    assert_eq!(unsafe { words.read() }, [0; 4]);
    // SAFETY: as above.
    unsafe {
        words.write([
            Header::first_word(PAIR),
            0,
            Value::from_small_int_unchecked(3).bits(),
            0,
        ])
    };
    // SAFETY: an object stands there now.
    let object = unsafe { Ref::from_address(place as u64) }.expect("not null");
    mutator.collect(true);
    assert_eq!(number_of(black_box(object)), 3);
}

#[test]
fn a_shrunk_object_leaves_no_trace_of_its_tail() {
    let heap = small_heap(HeapConfig::default());
    let mutator = heap.attach();
    let array = mutator.alloc_values(100).expect("memory");
    for index in 0..100 {
        // SAFETY: an item of a fresh array.
        unsafe { mutator.init_value(array, ARRAY_ITEMS + 8 * index, Value::from_small_int(1)) };
    }
    let behind = new_pair(&mutator, 4);
    // SAFETY: fewer items than before.
    unsafe { mutator.shrink(array, 3) };
    assert_eq!(heap.layouts().size_of(array), ARRAY_ITEMS + 24);
    mutator.collect(false);
    assert_eq!(number_of(black_box(behind)), 4);
    let length = black_box(array).field_ptr::<u64>(ARRAY_LENGTH);
    // SAFETY: the length of the array.
    assert_eq!(unsafe { length.read() }, 3);
}

#[test]
fn an_empty_heap_costs_little() {
    let heap = Heap::new(HeapConfig::default(), layouts()).expect("address space");
    let mutator = heap.attach();
    for number in 0..1000 {
        black_box(new_pair(&mutator, number));
    }
    assert!(heap.counters().peak_bytes <= 64 << 10);
}

#[test]
fn pinned_survivors_do_not_spread_the_heap() {
    let config = HeapConfig {
        nursery_bytes: 64 << 10,
        nursery_max_bytes: 64 << 10,
        ..HeapConfig::default()
    };
    let heap = small_heap(config);
    let mutator = heap.attach();
    let mut held: [Option<Ref>; 16] = [None; 16];
    for step in 0..100_000 {
        let pair = new_pair(&mutator, step);
        if step % 301 == 0 {
            held[step as usize / 301 % 16] = Some(pair);
            black_box(&held);
        }
    }
    assert!(
        held.iter()
            .flatten()
            .all(|&pair| number_of(pair) % 301 == 0)
    );
    let counters = heap.counters();
    assert!(
        counters.pinned_objects > 100 && counters.minors > 40,
        "{counters:?}"
    );
    assert!(counters.peak_bytes < 512 << 10, "{counters:?}");
}

#[test]
fn live_bytes_are_what_is_reachable() {
    let heap = small_heap(HeapConfig::default());
    let mutator = heap.attach();
    let held = slots(1000);
    heap.add_roots(Box::new(Slots(held.clone())));
    fill(&mutator, &held, 3);
    for _ in 0..50 {
        fill(&mutator, &slots(1000), 4);
    }
    scrub_stack();
    mutator.collect(true);
    let live = heap.counters().live_bytes;
    assert!((32_000..34_000).contains(&live), "{live}");
}
