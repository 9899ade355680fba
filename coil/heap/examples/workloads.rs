//! Four workloads, with time per allocation and pauses: `cargo run --release -p coil-heap --example workloads -- all`.
//!
//! `trees` builds and drops binary trees; `young` makes garbage of which 1 % is kept for a while; `hash` keeps half a
//! million entries of a chained table in first-in first-out order; `live` replaces random entries of a structure of five
//! million objects. Times are the thread's processor time, those of single pauses wall-clock time. With `malloc` as the second argument they use the system's allocator instead.
#![allow(unsafe_code, reason = "objects are raw memory")]
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use coil_heap::{
    ARRAY_ITEMS, AttachedMutator, Collection, FIRST_FREE_LAYOUT, Heap, HeapConfig, Layout,
    LayoutTable, Observer,
};
use coil_value::{LayoutId, Ref, Value};

/// A memory to build objects in; fields and items are numbered from 0.
trait Memory {
    fn object(&self, fields: usize) -> Ref;
    fn array(&self, items: usize) -> Ref;
    fn set(&self, object: Ref, field: usize, value: Option<Value>);
    fn set_item(&self, array: Ref, item: usize, value: Option<Value>);
    fn free(&self, object: Ref, fields: usize);
    const FREES: bool;
}

const BODY: usize = 16;

#[inline(always)]
fn get(object: Ref, field: usize) -> Option<Value> {
    // SAFETY: the workloads only read fields that exist.
    unsafe { object.field_ptr::<Option<Value>>(BODY + 8 * field).read() }
}

#[inline(always)]
fn item(array: Ref, item: usize) -> Option<Value> {
    // SAFETY: the workloads only read items that exist.
    unsafe {
        array
            .field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * item)
            .read()
    }
}

#[inline(always)]
fn object_of(value: Option<Value>) -> Ref {
    value.and_then(Value::as_ref).expect("a reference")
}

#[inline(always)]
fn int(n: u64) -> Option<Value> {
    Some(Value::from_small_int_unchecked(
        (n & 0xFFFF_FFFF).cast_signed(),
    ))
}

struct Collected(AttachedMutator);

fn layout_of(fields: usize) -> LayoutId {
    LayoutId(FIRST_FREE_LAYOUT.0 + fields as u16)
}

impl Memory for Collected {
    const FREES: bool = false;

    #[inline(always)]
    fn object(&self, fields: usize) -> Ref {
        self.0
            .alloc(layout_of(fields), None, BODY + 8 * fields)
            .expect("memory")
    }

    fn array(&self, items: usize) -> Ref {
        self.0.alloc_values(items).expect("memory")
    }

    #[inline(always)]
    fn set(&self, object: Ref, field: usize, value: Option<Value>) {
        // SAFETY: a field of the object.
        unsafe { self.0.store_value(object, BODY + 8 * field, value) };
    }

    #[inline(always)]
    fn set_item(&self, array: Ref, item: usize, value: Option<Value>) {
        // SAFETY: an item of the array.
        unsafe {
            self.0
                .store_item(array, array.field_ptr(ARRAY_ITEMS + 8 * item), value)
        };
    }

    #[inline(always)]
    fn free(&self, _object: Ref, _fields: usize) {}
}

struct Malloc;

impl Memory for Malloc {
    const FREES: bool = true;

    #[inline(always)]
    fn object(&self, fields: usize) -> Ref {
        // SAFETY: any size.
        let memory = unsafe { libc::calloc(1, BODY + 8 * fields) };
        // SAFETY: not null on the machines this runs on.
        unsafe { Ref::from_ptr(memory.cast()) }
    }

    fn array(&self, items: usize) -> Ref {
        self.object(items + 1)
    }

    #[inline(always)]
    fn set(&self, object: Ref, field: usize, value: Option<Value>) {
        // SAFETY: a field of the object.
        unsafe {
            object
                .field_ptr::<Option<Value>>(BODY + 8 * field)
                .write(value)
        };
    }

    #[inline(always)]
    fn set_item(&self, array: Ref, item: usize, value: Option<Value>) {
        // SAFETY: an item of the array.
        unsafe {
            array
                .field_ptr::<Option<Value>>(ARRAY_ITEMS + 8 * item)
                .write(value)
        };
    }

    #[inline(always)]
    fn free(&self, object: Ref, _fields: usize) {
        // SAFETY: from `calloc`, not used afterwards.
        unsafe { libc::free(object.as_ptr().cast()) };
    }
}

/// Processor time of this thread: unlike the wall clock, it does not count what other programs do.
fn cpu_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure is written.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(
        time.tv_sec.cast_unsigned(),
        u32::try_from(time.tv_nsec).expect("below a second"),
    )
}

#[inline(never)]
fn tree<M: Memory>(memory: &M, depth: u32) -> Ref {
    if depth == 0 {
        return memory.object(2);
    }
    let left = tree(memory, depth - 1);
    let right = tree(memory, depth - 1);
    let node = memory.object(2);
    memory.set(node, 0, Some(Value::from_ref(left)));
    memory.set(node, 1, Some(Value::from_ref(right)));
    node
}

fn check<M: Memory>(memory: &M, node: Ref, free: bool) -> u64 {
    let count = match (
        get(node, 0).and_then(Value::as_ref),
        get(node, 1).and_then(Value::as_ref),
    ) {
        (Some(left), Some(right)) => 1 + check(memory, left, free) + check(memory, right, free),
        _ => 1,
    };
    if free {
        memory.free(node, 2);
    }
    count
}

fn trees<M: Memory>(memory: &M) -> (u64, u64) {
    let depth = 17;
    let mut total = check(memory, tree(memory, depth + 1), M::FREES);
    let long = black_box(tree(memory, depth));
    let mut allocations = (1 << (depth + 2)) - 1 + (1 << (depth + 1)) - 1;
    for depth_now in (4..=depth).step_by(2) {
        let rounds = 1_u64 << (depth - depth_now + 4);
        for _ in 0..rounds {
            total += check(memory, tree(memory, depth_now), M::FREES);
        }
        allocations += rounds * ((1 << (depth_now + 1)) - 1);
    }
    total += check(memory, long, false);
    assert_eq!(total, allocations);
    (allocations, total)
}

fn young<M: Memory>(memory: &M) -> (u64, u64) {
    let count = 50_000_000;
    let directory = memory.array(100);
    for index in 0..100 {
        let chunk = memory.array(1000);
        memory.set_item(directory, index, Some(Value::from_ref(chunk)));
    }
    let mut previous = None;
    for index in 0..count {
        let object = memory.object(3);
        memory.set(object, 0, int(index));
        memory.set(object, 1, int(0));
        if index % 100 == 0 {
            let kept = (index / 100 % 100_000) as usize;
            let chunk = object_of(item(directory, kept / 1000));
            if M::FREES
                && let Some(old) = item(chunk, kept % 1000).and_then(Value::as_ref)
            {
                memory.free(old, 3);
            }
            memory.set_item(chunk, kept % 1000, Some(Value::from_ref(object)));
        } else if let Some(old) = previous.replace(object) {
            memory.free(old, 3);
        }
    }
    black_box(previous);
    let kept = |k: usize| {
        get(
            object_of(item(object_of(item(directory, k / 1000)), k % 1000)),
            0,
        )
    };
    let sum = (0..100_000)
        .filter_map(|k| kept(k).and_then(Value::as_small_int))
        .sum::<i64>();
    (count, sum.cast_unsigned())
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

fn hash<M: Memory>(memory: &M) -> (u64, u64) {
    let (capacity, operations) = (500_000_u64, 8_000_000_u64);
    let directory = memory.array(256);
    for index in 0..256 {
        let buckets = memory.array(1000);
        memory.set_item(directory, index, Some(Value::from_ref(buckets)));
    }
    // The bucket of a hash: 256 chunks of 1000.
    let place = |hash: u64| (hash as usize & 255, (hash >> 8) as usize % 1000);
    let key_of = |operation: u64| operation.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24;
    // Fields of an entry: key, next in the bucket, next in age, boxed value.
    let ends = memory.object(2);
    let mut state = 88_172_645_463_325_252;
    let mut hits = 0;
    for operation in 0..operations {
        let key = key_of(operation);
        let (chunk, bucket) = place(key);
        let buckets = object_of(item(directory, chunk));
        let boxed = memory.object(1);
        memory.set(boxed, 0, int(key));
        let entry = memory.object(4);
        memory.set(entry, 0, int(key));
        memory.set(entry, 1, item(buckets, bucket));
        memory.set(entry, 3, Some(Value::from_ref(boxed)));
        memory.set_item(buckets, bucket, Some(Value::from_ref(entry)));
        match get(ends, 1) {
            None => memory.set(ends, 0, Some(Value::from_ref(entry))),
            newest => memory.set(object_of(newest), 2, Some(Value::from_ref(entry))),
        }
        memory.set(ends, 1, Some(Value::from_ref(entry)));
        let (chunk, bucket) = place(random(&mut state));
        let mut found = item(object_of(item(directory, chunk)), bucket);
        while let Some(entry) = found.and_then(Value::as_ref) {
            hits += get(object_of(get(entry, 3)), 0).map_or(0, Value::bits) & 1;
            found = get(entry, 1);
        }
        if operation >= capacity {
            let oldest = object_of(get(ends, 0));
            memory.set(ends, 0, get(oldest, 2));
            let (chunk, bucket) = place(key_of(operation - capacity));
            let buckets = object_of(item(directory, chunk));
            let mut entry = object_of(item(buckets, bucket));
            if entry == oldest {
                memory.set_item(buckets, bucket, get(oldest, 1));
            } else {
                while object_of(get(entry, 1)) != oldest {
                    entry = object_of(get(entry, 1));
                }
                memory.set(entry, 1, get(oldest, 1));
            }
            if M::FREES {
                memory.free(object_of(get(oldest, 3)), 1);
                memory.free(oldest, 4);
            }
        }
    }
    (operations * 2, hits)
}

fn entry<M: Memory>(memory: &M, leaf_number: u64, number: u64) -> Ref {
    let leaf = memory.object(1);
    memory.set(leaf, 0, int(leaf_number));
    let node = memory.object(3);
    memory.set(node, 0, Some(Value::from_ref(leaf)));
    memory.set(node, 1, int(number));
    node
}

fn live<M: Memory>(memory: &M, gaps: &mut Vec<u64>) -> (u64, u64) {
    let (entries, rounds) = (2_500_000_u64, 6_000_000_u64);
    let chunks = (entries / 1000) as usize;
    let directory = memory.array(chunks);
    for index in 0..chunks {
        let chunk = memory.array(1000);
        memory.set_item(directory, index, Some(Value::from_ref(chunk)));
        for slot in 0..1000 {
            memory.set_item(
                chunk,
                slot,
                Some(Value::from_ref(entry(memory, slot as u64, 7))),
            );
        }
    }
    let mut state = 88_172_645_463_325_252;
    let mut allocations = 0;
    let mut last = cpu_time();
    let begin = last;
    for round in 0..rounds {
        let index = random(&mut state) % entries;
        let node = entry(memory, round, index);
        let chunk = object_of(item(directory, (index / 1000) as usize));
        let slot = (index % 1000) as usize;
        if M::FREES {
            let old = object_of(item(chunk, slot));
            memory.free(object_of(get(old, 0)), 1);
            if let Some(extra) = get(old, 2).and_then(Value::as_ref) {
                memory.free(extra, 1);
            }
            memory.free(old, 3);
        }
        memory.set_item(chunk, slot, Some(Value::from_ref(node)));
        allocations += 2;
        if round & 3 == 0 {
            let index = random(&mut state) % entries;
            let node = object_of(item(
                object_of(item(directory, (index / 1000) as usize)),
                (index % 1000) as usize,
            ));
            let leaf = memory.object(1);
            memory.set(leaf, 0, int(1));
            if M::FREES
                && let Some(extra) = get(node, 2).and_then(Value::as_ref)
            {
                memory.free(extra, 1);
            }
            memory.set(node, 2, Some(Value::from_ref(leaf)));
            allocations += 1;
        }
        if round % 1000 == 999 {
            let now = cpu_time();
            gaps.push((now - last).as_nanos() as u64);
            last = now;
        }
    }
    println!(
        "       mutation alone: {:.1} ns/allocation",
        (cpu_time() - begin).as_nanos() as f64 / allocations as f64
    );
    let mut sum = 0;
    for index in 0..entries as usize {
        let node = object_of(item(object_of(item(directory, index / 1000)), index % 1000));
        sum += get(object_of(get(node, 0)), 0)
            .and_then(Value::as_small_int)
            .expect("an int");
    }
    (allocations + 2 * entries, sum.cast_unsigned())
}

fn run<M: Memory>(name: &str, memory: &M) -> Option<u64> {
    let begin = cpu_time();
    let mut gaps = Vec::new();
    let (allocations, sum) = match name {
        "trees" => trees(memory),
        "young" => young(memory),
        "hash" => hash(memory),
        "live" => live(memory, &mut gaps),
        _ => {
            println!("unknown workload {name}: trees, young, hash, live or all");
            return None;
        }
    };
    let ns = (cpu_time() - begin).as_nanos() as f64 / allocations as f64;
    println!(
        "{name:6} {ns:7.1} ns/allocation (sum {sum:x}, peak {} MB)",
        peak_kb() / 1024
    );
    if !gaps.is_empty() {
        gaps.sort_unstable();
        let at = |share: f64| gaps[((gaps.len() - 1) as f64 * share) as usize] as f64 / 1e6;
        println!(
            "       1000 rounds take: median {:.2}, p99.9 {:.2}, max {:.2} ms",
            at(0.5),
            at(0.999),
            at(1.0)
        );
    }
    Some(sum)
}

fn peak_kb() -> i64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the structure is written.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) };
    // SAFETY: written above.
    unsafe { usage.assume_init() }.ru_maxrss
}

/// Processor time of the pauses, and what the longest of them were made of.
fn show_pauses(pauses: &mut [Collection]) {
    pauses.sort_unstable_by_key(|pause| pause.processor_ns);
    let ms = |ns: u64| ns as f64 / 1e6;
    let at = |share: f64| pauses[((pauses.len() - 1) as f64 * share) as usize].processor_ns;
    if pauses.is_empty() {
        return;
    }
    println!(
        "       processor time of pauses: median {:.2}, p99 {:.2}, p99.9 {:.2}, max {:.2} ms",
        ms(at(0.5)),
        ms(at(0.99)),
        ms(at(0.999)),
        ms(at(1.0))
    );
    for pause in pauses.iter().rev().take(3) {
        println!(
            "       {:.2} ms of {:.2}: minor {:.2}, then {:?}",
            ms(pause.processor_ns),
            ms(pause.pause_ns),
            ms(pause.minor_ns),
            pause.major
        );
    }
}

fn collected(name: &str) {
    let mut layouts = LayoutTable::new();
    for fields in 0..5 {
        let offsets: Vec<usize> = (0..fields).map(|field| BODY + 8 * field).collect();
        layouts.define(
            layout_of(fields),
            Layout::fixed("object", BODY + 8 * fields).refs(&offsets),
        );
    }
    let begin = Instant::now();
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let told = pauses.clone();
    let listener = move |collection: &Collection| told.lock().expect("alone").push(*collection);
    let config = HeapConfig {
        observer: Observer(Some(Arc::new(listener))),
        ..HeapConfig::default()
    };
    let heap = Heap::new(config, layouts).expect("address space");
    let memory = Collected(heap.attach());
    black_box(memory.object(1));
    println!(
        "       start-up and first object: {:.1} us",
        begin.elapsed().as_nanos() as f64 / 1e3
    );
    run(name, &memory);
    let counters = heap.counters();
    println!(
        "       {} minor, {} major, {} steps; pauses: {} median <= {} us, p99.9 <= {} us, max {} us, total {} ms",
        counters.minors,
        counters.majors,
        counters.mark_steps,
        counters.pauses.count(),
        counters.pauses.quantile_us(0.5),
        counters.pauses.quantile_us(0.999),
        counters.pauses.max_ns / 1000,
        counters.pauses.total_ns / 1_000_000,
    );
    show_pauses(&mut pauses.lock().expect("alone"));
    println!(
        "       longest: minor {} us, step {} us, finish {} us, trim {} us",
        counters.minor_max_ns / 1000,
        counters.step_max_ns / 1000,
        counters.finish_max_ns / 1000,
        counters.trim_max_ns / 1000,
    );
    println!(
        "       minor {} ms, major {} ms; allocated {} MB, survived {} MB, copied {} MB, used {} MB, peak {} MB",
        counters.minor_ns / 1_000_000,
        counters.major_ns / 1_000_000,
        counters.allocated_bytes >> 20,
        counters.survived_bytes >> 20,
        counters.evacuated_bytes >> 20,
        counters.used_bytes >> 20,
        counters.peak_bytes >> 20,
    );
}

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| "all".into());
    let malloc = std::env::args()
        .nth(2)
        .is_some_and(|memory| memory == "malloc");
    let names = if name == "all" {
        vec!["trees", "young", "hash", "live"]
    } else {
        vec![name.as_str()]
    };
    for name in names {
        if malloc {
            run(name, &Malloc);
        } else {
            collected(name);
        }
    }
}
