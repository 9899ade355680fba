//! [`Heap`]: what all mutators share, and the course of a collection.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::HeapConfig;
use crate::core::Core;
use crate::counters::Counters;
use crate::layout::LayoutTable;
use crate::mutator::{Mutator, OutOfMemory};
use crate::observe::{Collection, MajorPart, Reason};
use crate::roots::{RootSet, RootSetId, WeakSet};
use crate::space::Space;
use crate::stack::with_registers_on_stack;
use crate::sync::{Handshake, MutatorPtr};

/// How much to collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The nursery, and a step of a major collection when one is due.
    Step,
    /// Everything that is dead now.
    Full,
}

/// A garbage-collected heap, shared by the mutators attached to it.
pub struct Heap {
    pub(crate) space: Space,
    pub(crate) layouts: LayoutTable,
    pub(crate) config: HeapConfig,
    pub(crate) handshake: Handshake,
    /// A major collection is marking: slot logs must hold old references, too.
    pub(crate) marking: AtomicBool,
    core: Mutex<Core>,
}

// SAFETY: the tables are touched under the rules of H4, the rest is behind locks.
unsafe impl Send for Heap {}
// SAFETY: as above.
unsafe impl Sync for Heap {}

impl Heap {
    /// A heap for objects of these layouts.
    ///
    /// # Errors
    /// The system gives no address space.
    pub fn new(config: HeapConfig, layouts: LayoutTable) -> Result<Arc<Heap>, OutOfMemory> {
        let space = Space::reserve(config.reserve_bytes)?;
        let core = Mutex::new(Core::new(space, config.clone()));
        let handshake = Handshake::default();
        let heap = Arc::new(Heap {
            space,
            layouts,
            config,
            handshake,
            marking: AtomicBool::new(false),
            core,
        });
        {
            let mut core = heap.core();
            core.layouts = &raw const heap.layouts;
            core.table = heap.layouts.compiled_ptr();
            core.table_len = heap.layouts.len();
        }
        Ok(heap)
    }

    /// The layouts of this heap.
    #[must_use]
    pub fn layouts(&self) -> &LayoutTable {
        &self.layouts
    }

    /// Whether the address lies in the heap's address range.
    #[inline]
    #[must_use]
    pub fn contains(&self, address: usize) -> bool {
        self.space.contains(address)
    }

    /// What the collector did so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let mut core = self.core();
        core.note_use();
        core.counters
    }

    /// Adds roots that belong to no mutator. They are traced until removed.
    pub fn add_roots(&self, roots: Box<dyn RootSet>) -> RootSetId {
        let mut core = self.core();
        let id = RootSetId(core.next_root);
        core.next_root += 1;
        core.roots.push((id, roots));
        id
    }

    /// Removes roots.
    pub fn remove_roots(&self, id: RootSetId) {
        self.core().roots.retain(|(other, _)| *other != id);
    }

    /// Adds slots that do not keep their objects alive.
    pub fn add_weak_set(&self, set: Box<dyn WeakSet>) -> RootSetId {
        let mut core = self.core();
        let id = RootSetId(core.next_root);
        core.next_root += 1;
        core.weak.push((id, set));
        id
    }

    /// Removes a weak set.
    pub fn remove_weak_set(&self, id: RootSetId) {
        self.core().weak.retain(|(other, _)| *other != id);
    }

    pub(crate) fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the world and collects; when another thread is about to, waits for it instead.
    pub(crate) fn collect(&self, mutator: &Mutator, extent: Extent, reason: Reason) {
        with_registers_on_stack(&mut |low| {
            mutator.set_stack_low(low);
            let Some(mutators) = self.handshake.stop_others() else {
                return;
            };
            let _resume = Resume(&self.handshake);
            let mut core = self.core();
            core.collect(&mutators, extent, reason);
            self.marking.store(core.marking, Relaxed);
        });
    }
}

/// Lets the other threads run again, also when the verifier panics.
struct Resume<'a>(&'a Handshake);

impl Drop for Resume<'_> {
    fn drop(&mut self) {
        self.0.resume();
    }
}

/// After this many minor collections the program is asked for the first time to give back memory.
const GIVE_BACK_FIRST: u64 = 4;

/// Processor time of this thread.
fn processor_ns() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the structure is written.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

impl Core {
    fn collect(&mut self, mutators: &[MutatorPtr], extent: Extent, reason: Reason) {
        let begin = Instant::now();
        let observed = self.config.observer.0.is_some();
        let processor = if observed { processor_ns() } else { 0 };
        let before_bytes = self.used_bytes();
        let (marking, majors) = (self.marking, self.counters.majors);
        if self.config.verify {
            self.verify_settled(mutators);
        }
        self.minor(mutators);
        let minor = begin.elapsed();
        if self.config.verify {
            self.verify_heap(mutators);
        }
        match extent {
            Extent::Step => self.major_step(mutators, minor),
            Extent::Full => {
                if self.marking {
                    self.finish_major(mutators);
                }
                self.start_major(mutators);
                self.finish_major(mutators);
            }
        }
        if self.config.verify {
            self.verify_heap(mutators);
        }
        self.settle_grant();
        let collected = Instant::now();
        self.trim(extent == Extent::Full);
        if let Some(give_back) = self.config.give_back
            && self.counters.minors >= GIVE_BACK_FIRST
            && self.counters.minors.is_power_of_two()
        {
            give_back();
        }
        self.note_use();
        let end = Instant::now();
        self.counters.trim_max_ns = self
            .counters
            .trim_max_ns
            .max((end - collected).as_nanos() as u64);
        let pause_ns = (end - begin).as_nanos() as u64;
        self.counters.pauses.record(pause_ns);
        self.last_end = Some(end);
        if let Some(observer) = &self.config.observer.0 {
            let major = match (extent, marking, self.marking) {
                (Extent::Full, ..) => MajorPart::Complete,
                _ if self.counters.majors > majors => MajorPart::Finish,
                (_, true, _) => MajorPart::Step,
                (_, false, true) => MajorPart::Begin,
                (_, false, false) => MajorPart::None,
            };
            observer(&Collection {
                reason,
                major,
                before_bytes,
                after_bytes: self.used_bytes(),
                pause_ns,
                minor_ns: minor.as_nanos() as u64,
                processor_ns: processor_ns().saturating_sub(processor),
            });
        }
    }

    fn major_step(&mut self, mutators: &[MutatorPtr], minor: Duration) {
        let begin = Instant::now();
        if self.marking {
            self.counters.mark_steps += 1;
            let done = self.mark_step(self.step_time(minor));
            let marked = Instant::now();
            self.counters.step_max_ns = self
                .counters
                .step_max_ns
                .max((marked - begin).as_nanos() as u64);
            if done {
                self.finish_major(mutators);
                self.counters.finish_max_ns = self
                    .counters
                    .finish_max_ns
                    .max(marked.elapsed().as_nanos() as u64);
                self.pace(begin);
            }
        } else if self.old_bytes > self.threshold {
            self.start_major(mutators);
        } else {
            return;
        }
        self.counters.major_ns += begin.elapsed().as_nanos() as u64;
    }

    /// How long a step may take: what the minor collection has left of the pause, and more the further the heap has
    /// outgrown the point where marking began.
    fn step_time(&self, minor: Duration) -> Option<Duration> {
        let step = Duration::from_micros(self.config.step_target_us);
        let pause = step + Duration::from_micros(self.config.minor_target_us);
        let over = self.old_bytes.saturating_sub(self.threshold);
        if over > 3 * self.threshold {
            None
        } else if over > self.threshold {
            // A third more than an ordinary pause.
            Some((pause + pause / 3).saturating_sub(minor).max(2 * step))
        } else {
            let least = if over > self.threshold / 2 {
                step
            } else {
                step / 2
            };
            Some(pause.saturating_sub(minor).clamp(least, 2 * step))
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        // SAFETY: mutators keep the heap alive, so none is left.
        unsafe { self.space.release() };
    }
}
