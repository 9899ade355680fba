//! [`HeapConfig`]: every tunable and every stress mode of a heap, as plain data.

use crate::observe::Observer;

/// How a heap behaves. `HeapConfig::default()` is what programs want; the stress modes are for tests.
#[derive(Clone, Debug)]
pub struct HeapConfig {
    /// Objects may occupy at most this many bytes; beyond, allocation is [`crate::OutOfMemory`].
    pub max_heap_bytes: usize,
    /// Address space to reserve; halved until the system agrees. Not memory.
    pub reserve_bytes: usize,
    /// Nursery size at the start.
    pub nursery_bytes: usize,
    /// The nursery grows up to this size.
    pub nursery_max_bytes: usize,
    /// The nursery is sized so that a minor collection takes about this long.
    pub minor_target_us: u64,
    /// A marking step stops after this time unless marking falls behind.
    pub step_target_us: u64,
    /// A major collection starts at the latest when old objects reach this many percent of what the last one left; sooner
    /// when major collections take little time.
    pub major_growth_percent: usize,
    /// No major collection starts before old objects reach this size.
    pub major_floor_bytes: usize,
    /// Survivors are promoted where they stand when more than this share of the nursery survived last time.
    pub promote_in_place_percent: usize,
    /// Called after 4, 8, 16, ... minor collections: the program may give back memory of its own that it will not need soon.
    pub give_back: Option<fn()>,
    /// Stress: collect at every n-th allocation; 0 = off. Compiled code's inline allocation then always misses.
    pub stress_every: u32,
    /// Stress: every stressed collection is a complete major one, not only a minor one.
    pub stress_major: bool,
    /// Stress: always evacuate what is not pinned, whatever the survival.
    pub always_evacuate: bool,
    /// Stress: pin this share of survivors at random.
    pub pin_random_percent: u8,
    /// Stress: overwrite freed memory with a pattern.
    pub poison: bool,
    /// Stress: re-trace everything after each phase and compare with the collector's own state.
    pub verify: bool,
    /// Seed of everything random above.
    pub seed: u64,
    /// Who is told of collections.
    pub observer: Observer,
}

impl Default for HeapConfig {
    fn default() -> HeapConfig {
        HeapConfig {
            max_heap_bytes: usize::MAX,
            reserve_bytes: 128 << 30,
            nursery_bytes: 256 << 10,
            nursery_max_bytes: 8 << 20,
            minor_target_us: 2000,
            step_target_us: 1600,
            major_growth_percent: 240,
            major_floor_bytes: 3 << 19,
            promote_in_place_percent: 40,
            give_back: None,
            stress_every: 0,
            stress_major: false,
            always_evacuate: false,
            pin_random_percent: 0,
            poison: false,
            verify: false,
            seed: 0x9E37_79B9_7F4A_7C15,
            observer: Observer::default(),
        }
    }
}
