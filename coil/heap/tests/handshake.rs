//! The handshake of mutators and collectors, in all orders that a few threads can run in: loom compiles `src/sync.rs` with primitives of its
//! own and explores them. What it would find: a collector that runs beside a mutator or another collector (an access to the heap that is not
//! ordered with the collector's), a thread that is never woken (a deadlock), a mutator that is not listed.
#![allow(unsafe_code, reason = "cells are read through raw pointers")]

/// What `sync.rs` takes from the crate.
mod mutator {
    use loom::sync::atomic::AtomicU32;

    /// The poll word is all that the handshake touches.
    pub(crate) struct Mutator {
        pub(crate) poll: AtomicU32,
    }

    pub(crate) mod poll {
        pub(crate) const STOP: u32 = 1;
    }
}

mod primitives {
    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
}

#[path = "../src/sync.rs"]
mod sync;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};
use loom::thread;
use mutator::{Mutator, poll};
use std::collections::BTreeSet;
use sync::Handshake;

/// The handshake and what it guards: mutators read the heap, each in its own time, collectors write it.
struct Heap {
    handshake: Handshake,
    memory: UnsafeCell<u64>,
}

// SAFETY: loom watches that nobody reads while somebody writes.
unsafe impl Sync for Heap {}
// SAFETY: as above.
unsafe impl Send for Heap {}

struct Attached {
    heap: Arc<Heap>,
    mutator: Box<Mutator>,
}

impl Attached {
    fn new(heap: &Arc<Heap>) -> Attached {
        let mutator = Box::new(Mutator {
            poll: AtomicU32::new(0),
        });
        heap.handshake.attach(&raw const *mutator);
        Attached {
            heap: heap.clone(),
            mutator,
        }
    }

    fn touch(&self) {
        // SAFETY: loom checks the access.
        let collections = self.heap.memory.with(|memory| unsafe { *memory });
        assert!(collections <= 3);
    }

    fn safepoint(&self) {
        if self.mutator.poll.load(Relaxed) & poll::STOP != 0 {
            self.heap.handshake.park();
        }
    }

    fn collect(&self) {
        let handshake = &self.heap.handshake;
        let Some(stopped) = handshake.stop_others() else {
            return;
        };
        let all: BTreeSet<usize> = stopped.iter().map(|other| other.0.addr()).collect();
        assert!(all.contains(&(&raw const *self.mutator).addr()));
        assert_eq!(all.len(), stopped.len());
        // SAFETY: loom checks the access.
        self.heap.memory.with_mut(|memory| unsafe { *memory += 1 });
        handshake.resume();
    }

    fn native(&self) {
        self.heap.handshake.leave();
        // Touching the heap here would be an error.
        self.heap.handshake.enter();
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        self.heap.handshake.detach(&raw const *self.mutator);
    }
}

/// Runs each body in a thread with a mutator of its own, in every order with at most `preemptions` switches that nothing forces.
fn explore(preemptions: usize, bodies: &[fn(&Attached)]) {
    let bodies = bodies.to_vec();
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(move || {
        let heap = Arc::new(Heap {
            handshake: Handshake::default(),
            memory: UnsafeCell::new(0),
        });
        let mut threads = Vec::new();
        for body in bodies.iter().copied() {
            let heap = heap.clone();
            threads.push(thread::spawn(move || body(&Attached::new(&heap))));
        }
        for thread in threads {
            thread.join().expect("it does not panic");
        }
    });
}

fn collects(thread: &Attached) {
    thread.touch();
    thread.collect();
    thread.touch();
}

fn polls(thread: &Attached) {
    thread.touch();
    thread.safepoint();
    thread.touch();
}

fn blocks(thread: &Attached) {
    thread.touch();
    thread.native();
    thread.touch();
}

fn does_all(thread: &Attached) {
    thread.native();
    thread.touch();
    thread.collect();
    thread.safepoint();
    thread.touch();
}

#[test]
fn a_collector_and_a_mutator_take_turns() {
    explore(3, &[collects, polls]);
    explore(3, &[collects, blocks]);
}

#[test]
fn of_two_collectors_one_waits() {
    explore(3, &[collects, collects]);
    explore(3, &[does_all, does_all]);
}

#[test]
fn three_threads_take_turns() {
    explore(2, &[collects, polls, blocks]);
    explore(2, &[collects, collects, polls]);
}
