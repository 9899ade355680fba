//! The public interface, as a language uses it.
#![allow(unsafe_code, reason = "objects are raw memory")]

use coil_heap::{
    ARRAY_ITEMS, FIRST_FREE_LAYOUT, Heap, HeapConfig, Layout, LayoutTable, OutOfMemory,
};
use coil_value::{LayoutId, Value};

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
    let slot = array.field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * 4999);
    // SAFETY: an item of the array.
    unsafe { mutator.store_item(array, slot, Value::from_small_int(7)) };
    // SAFETY: as above.
    assert_eq!(unsafe { slot.read() }, Value::from_small_int(7));
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
