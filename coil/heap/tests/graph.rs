//! Random graphs of all kinds of objects against a model of plain Rust data, in every stress mode.
#![allow(unsafe_code, reason = "objects are raw memory")]

use std::collections::{HashMap, HashSet};
use std::hint::black_box;

use coil_heap::{
    ARRAY_ITEMS, ARRAY_LENGTH, ARRAY_OF_VALUES, AttachedMutator, FIRST_FREE_LAYOUT, Heap,
    HeapConfig, Layout, LayoutTable, Mutator, RootVec,
};
use coil_value::{LayoutId, Ref, Value};

/// Header, id, two values, an interior pointer to storage.
const NODE: LayoutId = FIRST_FREE_LAYOUT;
/// Header, count, id, values.
const TUPLE: LayoutId = LayoutId(FIRST_FREE_LAYOUT.0 + 1);
/// Header, id, byte length, bytes; sized by a function.
const TEXT: LayoutId = LayoutId(FIRST_FREE_LAYOUT.0 + 2);
/// Header, id, a value that only a tracing function knows of.
const TRACED: LayoutId = LayoutId(FIRST_FREE_LAYOUT.0 + 3);

unsafe fn text_size(object: *const u8) -> usize {
    // SAFETY: the length of a text object.
    32 + unsafe { object.wrapping_add(24).cast::<usize>().read() }
}

unsafe fn trace_field(object: *mut u8, visitor: &mut coil_heap::Visitor<'_>) {
    // SAFETY: the field of a traced object.
    unsafe { visitor.slot(object.wrapping_add(24).cast()) };
}

fn layouts() -> LayoutTable {
    let mut table = LayoutTable::new();
    table.define(
        NODE,
        Layout::fixed("node", 48)
            .refs(&[24, 32])
            .interior(40, ARRAY_ITEMS),
    );
    table.define(TUPLE, Layout::counted("tuple", 32, 8, 16).values());
    table.define(TEXT, Layout::custom("text", text_size));
    table.define(TRACED, Layout::fixed("traced", 32).traced_by(trace_field));
    table
}

#[derive(Clone, Debug, PartialEq)]
enum Shadow {
    Node {
        a: Option<u64>,
        b: Option<u64>,
        storage: Option<Vec<Option<u64>>>,
    },
    Tuple(Vec<Option<u64>>),
    Text(usize),
    Traced(Option<u64>),
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % n
    }
}

fn read(object: Ref, offset: usize) -> u64 {
    // SAFETY: the tests only read inside objects.
    unsafe { object.field_ptr::<u64>(offset).read() }
}

fn as_ref(bits: u64) -> Option<Ref> {
    // SAFETY: bits of a value in the heap.
    unsafe { Value::from_bits(bits) }.and_then(Value::as_ref)
}

fn id_of(object: Ref) -> u64 {
    let at = if object.layout() == TUPLE { 24 } else { 16 };
    // SAFETY: ids are stored as inline ints, and nothing but an int.
    let value = unsafe { Value::from_bits(read(object, at)) };
    value
        .and_then(Value::as_small_int)
        .expect("an id")
        .cast_unsigned()
}

struct World {
    mutator: AttachedMutator,
    roots: RootVec,
    root_ids: Vec<Option<u64>>,
    shadow: HashMap<u64, Shadow>,
    next_id: u64,
    random: Random,
}

fn int(n: u64) -> Value {
    Value::from_small_int(n.cast_signed()).expect("small")
}

impl World {
    fn new(config: HeapConfig, roots: usize) -> World {
        let seed = config.seed;
        let heap = Heap::new(config, layouts()).expect("address space");
        let mutator = heap.attach();
        let mut vec = RootVec::new(&mutator);
        for _ in 0..roots {
            vec.push(int(0));
        }
        World {
            mutator,
            roots: vec,
            root_ids: vec![None; roots],
            shadow: HashMap::new(),
            next_id: 1,
            random: Random(seed),
        }
    }

    fn set_id(&mut self, object: Ref, offset: usize) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        // SAFETY: the id field of a fresh object.
        unsafe { self.mutator.init_value(object, offset, Some(int(id))) };
        id
    }

    fn random_root(&mut self) -> Option<(Ref, u64)> {
        let index = self.random.below(self.root_ids.len());
        let id = self.root_ids[index]?;
        Some((
            self.roots
                .get(index)
                .and_then(Value::as_ref)
                .expect("rooted"),
            id,
        ))
    }

    fn set_root(&mut self, object: Ref, id: u64) {
        let index = self.random.below(self.root_ids.len());
        self.roots.set(index, Value::from_ref(object));
        self.root_ids[index] = Some(id);
    }

    fn allocate(&mut self) {
        let ty = self.random_root().map(|(object, _)| object);
        let size = match self.random.below(40) {
            0 => self.random.below(6000),
            1..5 => self.random.below(300),
            _ => self.random.below(8),
        };
        let (object, id, shadow) = match self.random.below(8) {
            0 => {
                let object = self.mutator.alloc(TEXT, ty, 32 + size).expect("memory");
                // SAFETY: the length field and the bytes.
                unsafe { object.field_ptr::<usize>(24).write(size) };
                // SAFETY: as above.
                unsafe { object.field_ptr::<u8>(32).write_bytes(0xFF, size) };
                (object, self.set_id(object, 16), Shadow::Text(size))
            }
            1 | 2 => {
                let object = self.mutator.alloc_counted(TUPLE, ty, size).expect("memory");
                (
                    object,
                    self.set_id(object, 24),
                    Shadow::Tuple(vec![None; size]),
                )
            }
            3 => {
                let object = self.mutator.alloc(TRACED, ty, 32).expect("memory");
                (object, self.set_id(object, 16), Shadow::Traced(None))
            }
            4 if self.random.below(8) == 0 => {
                let object = self.mutator.alloc_old(NODE, ty, 48).expect("memory");
                (
                    object,
                    self.set_id(object, 16),
                    Shadow::Node {
                        a: None,
                        b: None,
                        storage: None,
                    },
                )
            }
            _ => {
                let object = self.mutator.alloc(NODE, ty, 48).expect("memory");
                (
                    object,
                    self.set_id(object, 16),
                    Shadow::Node {
                        a: None,
                        b: None,
                        storage: None,
                    },
                )
            }
        };
        self.shadow.insert(id, shadow);
        self.set_root(object, id);
    }

    fn give_storage(&mut self) {
        let Some((object, id)) = self.random_root() else {
            return;
        };
        if object.layout() != NODE {
            return;
        }
        let length = if self.random.below(20) == 0 {
            3000
        } else {
            self.random.below(40)
        };
        let storage = self.mutator.alloc_values(length).expect("memory");
        // SAFETY: the interior field of a node.
        unsafe {
            self.mutator
                .store_interior(object, 40, Some(storage), ARRAY_ITEMS)
        };
        let Some(Shadow::Node { storage, .. }) = self.shadow.get_mut(&id) else {
            panic!("a node")
        };
        *storage = Some(vec![None; length]);
    }

    fn link(&mut self) {
        let Some((object, id)) = self.random_root() else {
            return;
        };
        let target = self.random_root();
        let value = target.map(|(target, _)| Value::from_ref(target));
        let target = target.map(|(_, id)| id);
        let which = self.random.below(3);
        match self.shadow.get_mut(&id).expect("known") {
            Shadow::Node { a, b, storage } => match (which, storage) {
                (0, _) => {
                    // SAFETY: a field of a node.
                    unsafe { self.mutator.store_value(object, 24, value) };
                    *a = target;
                }
                (1, _) | (_, None) => {
                    // SAFETY: a field of a node.
                    unsafe { self.mutator.store_value(object, 32, value) };
                    *b = target;
                }
                (_, Some(items)) if !items.is_empty() => {
                    let index = self.random.below(items.len());
                    // SAFETY: the storage of the node.
                    let storage =
                        unsafe { Ref::from_address(read(object, 40) - ARRAY_ITEMS as u64) }
                            .expect("storage");
                    let slot = storage.field_ptr(ARRAY_ITEMS + 8 * index);
                    // SAFETY: an item of the storage.
                    unsafe { self.mutator.store_item(storage, slot, value) };
                    items[index] = target;
                }
                _ => {}
            },
            Shadow::Tuple(items) if !items.is_empty() => {
                let index = self.random.below(items.len());
                // SAFETY: an item of the tuple.
                unsafe {
                    self.mutator
                        .store_item(object, object.field_ptr(32 + 8 * index), value)
                };
                items[index] = target;
            }
            Shadow::Traced(field) => {
                // SAFETY: the field of a traced object.
                unsafe { self.mutator.store_value(object, 24, value) };
                *field = target;
            }
            _ => {}
        }
    }

    /// Takes a reference out of an object into a root, perhaps clearing the field it came from.
    fn load(&mut self) {
        let Some((object, id)) = self.random_root() else {
            return;
        };
        let offset = match self.shadow.get_mut(&id).expect("known") {
            Shadow::Node { .. } => 24,
            Shadow::Tuple(items) if !items.is_empty() => 32 + 8 * self.random.below(items.len()),
            _ => return,
        };
        let Some(target) = as_ref(read(object, offset)) else {
            return;
        };
        self.set_root(target, id_of(target));
        if self.random.below(2) == 0 {
            return;
        }
        // SAFETY: a field of the object.
        unsafe { self.mutator.store_value(object, offset, None) };
        match self.shadow.get_mut(&id).expect("known") {
            Shadow::Node { a, .. } => *a = None,
            Shadow::Tuple(items) => items[(offset - 32) / 8] = None,
            _ => unreachable!(),
        }
    }

    fn shift(&mut self) {
        let Some((object, id)) = self.random_root() else {
            return;
        };
        let Some(Shadow::Tuple(items)) = self.shadow.get_mut(&id) else {
            return;
        };
        if items.len() < 2 {
            return;
        }
        let count = items.len() - 1;
        let (from, to) = (object.field_ptr::<u64>(32), object.field_ptr::<u64>(40));
        // SAFETY: items of the tuple.
        unsafe { self.mutator.move_items(object, from, to, count) };
        items.copy_within(0..count, 1);
    }

    fn shrink(&mut self) {
        let Some((object, id)) = self.random_root() else {
            return;
        };
        let Some(Shadow::Tuple(items)) = self.shadow.get_mut(&id) else {
            return;
        };
        let count = self.random.below(items.len() + 1);
        // SAFETY: fewer items than before.
        unsafe { self.mutator.shrink(object, count) };
        items.truncate(count);
    }

    fn step(&mut self) {
        match self.random.below(100) {
            0..50 => self.allocate(),
            50..56 => self.give_storage(),
            56..80 => self.link(),
            80..90 => self.load(),
            90..92 => self.shift(),
            92..94 => self.shrink(),
            94..96 => {
                if let Some((object, _)) = self.random_root() {
                    let before = object.address();
                    self.mutator.pin(object);
                    self.mutator.collect(false);
                    assert_eq!(before, object.address());
                }
            }
            _ => {
                let index = self.random.below(self.root_ids.len());
                self.roots.set(index, int(0));
                self.root_ids[index] = None;
            }
        }
    }

    /// Compares everything reachable with the model.
    fn check(&self) {
        let mut seen = HashSet::new();
        let mut work: Vec<(Ref, u64)> = Vec::new();
        for (index, id) in self.root_ids.iter().enumerate() {
            if let Some(id) = id {
                work.push((
                    self.roots
                        .get(index)
                        .and_then(Value::as_ref)
                        .expect("rooted"),
                    *id,
                ));
            }
        }
        let same = |work: &mut Vec<(Ref, u64)>, bits: u64, id: Option<u64>| match (as_ref(bits), id)
        {
            (None, None) => {}
            (Some(object), Some(id)) => work.push((object, id)),
            (found, wanted) => panic!("found {found:?}, wanted {wanted:?}"),
        };
        while let Some((object, id)) = work.pop() {
            assert_eq!(id_of(object), id);
            if !seen.insert(id) {
                continue;
            }
            if let Some(ty) = object.ty() {
                id_of(ty);
            }
            match &self.shadow[&id] {
                Shadow::Node { a, b, storage } => {
                    assert_eq!(object.layout(), NODE);
                    same(&mut work, read(object, 24), *a);
                    same(&mut work, read(object, 32), *b);
                    let Some(items) = storage else {
                        assert_eq!(read(object, 40), 0);
                        continue;
                    };
                    // SAFETY: the storage of the node.
                    let storage =
                        unsafe { Ref::from_address(read(object, 40) - ARRAY_ITEMS as u64) }
                            .expect("some");
                    assert_eq!(storage.layout(), ARRAY_OF_VALUES);
                    assert_eq!(read(storage, ARRAY_LENGTH), items.len() as u64);
                    for (index, item) in items.iter().enumerate() {
                        same(&mut work, read(storage, ARRAY_ITEMS + 8 * index), *item);
                    }
                }
                Shadow::Tuple(items) => {
                    assert_eq!(read(object, 16), items.len() as u64);
                    for (index, item) in items.iter().enumerate() {
                        same(&mut work, read(object, 32 + 8 * index), *item);
                    }
                }
                Shadow::Text(length) => {
                    assert_eq!(read(object, 24), *length as u64);
                    // SAFETY: the bytes of the text.
                    let bytes =
                        unsafe { std::slice::from_raw_parts(object.field_ptr::<u8>(32), *length) };
                    assert!(bytes.iter().all(|&byte| byte == 0xFF));
                }
                Shadow::Traced(field) => same(&mut work, read(object, 24), *field),
            }
        }
    }
}

fn run(config: HeapConfig, steps: usize) {
    for roots in [8, 300] {
        let mut world = World::new(config.clone(), roots);
        for step in 0..steps {
            world.step();
            if step % (steps / 10) == 0 {
                world.check();
            }
        }
        world.check();
        world.mutator.collect(true);
        world.check();
        let counters = black_box(world.mutator.heap().counters());
        assert!(counters.minors > 1 && counters.majors > 0);
    }
}

fn stress() -> HeapConfig {
    HeapConfig {
        nursery_bytes: 32 << 10,
        nursery_max_bytes: 128 << 10,
        reserve_bytes: 1 << 30,
        major_floor_bytes: 64 << 10,
        step_target_us: 0,
        poison: true,
        verify: true,
        ..HeapConfig::default()
    }
}

#[test]
fn default_settings_keep_the_graph() {
    run(
        HeapConfig {
            verify: true,
            ..HeapConfig::default()
        },
        30_000,
    );
}

#[test]
fn a_tiny_nursery_keeps_the_graph() {
    run(stress(), 20_000);
}

#[test]
fn collecting_at_every_allocation_keeps_the_graph() {
    run(
        HeapConfig {
            stress_every: 1,
            ..stress()
        },
        3000,
    );
}

#[test]
fn full_collections_at_every_third_allocation_keep_the_graph() {
    run(
        HeapConfig {
            stress_every: 3,
            stress_major: true,
            ..stress()
        },
        3000,
    );
}

#[test]
fn always_evacuating_keeps_the_graph() {
    run(
        HeapConfig {
            stress_every: 50,
            always_evacuate: true,
            ..stress()
        },
        12_000,
    );
}

#[test]
fn never_evacuating_keeps_the_graph() {
    run(
        HeapConfig {
            stress_every: 50,
            pin_random_percent: 100,
            ..stress()
        },
        20_000,
    );
}

#[test]
fn pinning_at_random_keeps_the_graph() {
    for seed in 1..4 {
        run(
            HeapConfig {
                stress_every: 20,
                pin_random_percent: 30,
                seed,
                ..stress()
            },
            10_000,
        );
    }
}

#[test]
fn a_large_array_that_marking_scans_in_parts_keeps_its_items() {
    let heap = Heap::new(
        HeapConfig {
            stress_every: 10,
            ..stress()
        },
        layouts(),
    )
    .expect("address space");
    let mutator = heap.attach();
    let mut roots = RootVec::new(&mutator);
    roots.push(Value::from_ref(
        mutator.alloc_values(50_000).expect("memory"),
    ));
    let array = |roots: &RootVec| roots.get(0).and_then(Value::as_ref).expect("rooted");
    let mut random = Random(7);
    let mut model = vec![None; 50_000];
    for step in 0..20_000_u64 {
        let node = mutator.alloc(NODE, None, 48).expect("memory");
        // SAFETY: the id of a fresh node.
        unsafe { mutator.init_value(node, 16, Some(int(step))) };
        let index = random.below(model.len());
        let array = array(&roots);
        // SAFETY: an item of the array.
        unsafe {
            mutator.store_item(
                array,
                array.field_ptr(ARRAY_ITEMS + 8 * index),
                Some(Value::from_ref(node)),
            )
        };
        model[index] = Some(step);
    }
    let array = array(&roots);
    for (index, id) in model.iter().enumerate() {
        assert_eq!(as_ref(read(array, ARRAY_ITEMS + 8 * index)).map(id_of), *id);
    }
    assert!(heap.counters().majors > 0);
}

#[inline(never)]
fn hold_interior(mutator: &Mutator) -> *const u64 {
    let array = mutator.alloc_values(10).expect("memory");
    for index in 0..10 {
        // SAFETY: an item of the array.
        unsafe { mutator.init_value(array, ARRAY_ITEMS + 8 * index, Some(int(index as u64))) };
    }
    array.field_ptr::<u64>(ARRAY_ITEMS + 80).cast_const()
}

#[test]
fn a_pointer_just_behind_an_array_keeps_it_alive_and_in_place() {
    let heap = Heap::new(stress(), layouts()).expect("address space");
    let mutator = heap.attach();
    let end = black_box(hold_interior(&mutator));
    for round in 0..6 {
        mutator.collect(round % 2 == 1);
        for _ in 0..5000 {
            black_box(mutator.alloc_values(10).expect("memory"));
        }
    }
    for index in 0..10 {
        let item = end.wrapping_sub(10 - index);
        // SAFETY: the item is alive if the collector works; otherwise it is poisoned or reused.
        assert_eq!(unsafe { item.read() }, int(index as u64).bits());
    }
}

/// Builds `A, B`: an array, and a long list at whose far end hangs a node that nothing else refers to.
#[inline(never)]
fn array_and_list(mutator: &Mutator, roots: &mut RootVec) {
    roots.push(Value::from_ref(mutator.alloc_values(2000).expect("memory")));
    roots.push(int(0));
    for step in 0..10_000 {
        let next = roots.get(1).filter(|value| value.is_ref());
        let node = mutator.alloc(NODE, None, 48).expect("memory");
        // SAFETY: the id of a fresh node.
        unsafe { mutator.init_value(node, 16, Some(int(step))) };
        // SAFETY: a field of a fresh node.
        unsafe { mutator.init_value(node, 24, next) };
        roots.set(1, Value::from_ref(node));
    }
}

/// Moves the node at the far end of the list to the array.
#[inline(never)]
fn move_last(mutator: &Mutator, roots: &RootVec, whole_object: bool) {
    let array = roots.get(0).and_then(Value::as_ref).expect("rooted");
    let mut holder = roots.get(1).and_then(Value::as_ref).expect("rooted");
    let mut last = as_ref(read(holder, 24)).expect("more than one");
    while let Some(next) = as_ref(read(last, 24)) {
        (holder, last) = (last, next);
    }
    let slot = array.field_ptr::<Option<Value>>(ARRAY_ITEMS);
    if whole_object {
        mutator.write_barrier(array);
        // SAFETY: an item of the array, after the barrier.
        unsafe { slot.write(Some(Value::from_ref(last))) };
    } else {
        // SAFETY: an item of the array.
        unsafe { mutator.store_item(array, slot, Some(Value::from_ref(last))) };
    }
    // SAFETY: a field of a node.
    unsafe { mutator.store_value(holder, 24, None) };
}

#[inline(never)]
fn scrub_stack() {
    black_box([0_u64; 4096]);
}

#[test]
fn marking_sees_an_old_object_that_moves_behind_it() {
    for whole_object in [false, true] {
        let config = HeapConfig {
            major_floor_bytes: 300 << 10,
            nursery_bytes: 1 << 20,
            ..stress()
        };
        let heap = Heap::new(
            HeapConfig {
                nursery_max_bytes: 1 << 20,
                ..config
            },
            layouts(),
        )
        .expect("space");
        let mutator = heap.attach();
        let mut roots = RootVec::new(&mutator);
        array_and_list(&mutator, &mut roots);
        // The first begins to mark; after some steps the array is done, and the end of the list is far off.
        for _ in 0..8 {
            mutator.collect(false);
        }
        let counters = heap.counters();
        assert!(
            counters.majors == 0 && counters.mark_steps > 4,
            "{counters:?}"
        );
        move_last(&mutator, &roots, whole_object);
        scrub_stack();
        mutator.collect(true);
        let array = roots.get(0).and_then(Value::as_ref).expect("rooted");
        assert_eq!(as_ref(read(array, ARRAY_ITEMS)).map(id_of), Some(0));
    }
}
