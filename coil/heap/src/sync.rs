//! The handshake: stopping all threads but one.
//!
//! A mutator is Running, or it is not: parked at a safepoint, or in native code that does not touch the heap.
//! Whoever wants to collect sets every poll word and waits until nobody else is running; nobody can start running
//! while `stopping` holds.
//!
//! `tests/handshake.rs` compiles this file with loom's primitives, and tries all orders of a few threads.

use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

use crate::mutator::{Mutator, poll};
use crate::primitives::{Condvar, Mutex, MutexGuard};

/// The threads of a heap.
#[derive(Default)]
pub(crate) struct Handshake {
    state: Mutex<Threads>,
    changed: Condvar,
}

#[derive(Default)]
struct Threads {
    stopping: bool,
    running: usize,
    mutators: Vec<MutatorPtr>,
}

/// A mutator of any thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct MutatorPtr(pub(crate) *const Mutator);

// SAFETY: dereferenced only while its thread is stopped, or for its poll word, which is atomic.
unsafe impl Send for MutatorPtr {}

impl Handshake {
    fn lock(&self) -> MutexGuard<'_, Threads> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, threads: MutexGuard<'a, Threads>) -> MutexGuard<'a, Threads> {
        self.changed
            .wait(threads)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a mutator, running.
    pub(crate) fn attach(&self, mutator: *const Mutator) {
        let mut threads = self.lock();
        while threads.stopping {
            threads = self.wait(threads);
        }
        threads.running += 1;
        threads.mutators.push(MutatorPtr(mutator));
    }

    /// Removes a running mutator.
    pub(crate) fn detach(&self, mutator: *const Mutator) {
        let mut threads = self.lock();
        threads.running -= 1;
        threads
            .mutators
            .retain(|&other| other != MutatorPtr(mutator));
        self.changed.notify_all();
    }

    /// The current thread stops running: it is about to block.
    pub(crate) fn leave(&self) {
        let mut threads = self.lock();
        threads.running -= 1;
        if threads.stopping {
            self.changed.notify_all();
        }
    }

    /// The current thread runs again, once no collection is going on.
    pub(crate) fn enter(&self) {
        let mut threads = self.lock();
        while threads.stopping {
            threads = self.wait(threads);
        }
        threads.running += 1;
    }

    /// Parks the current thread while a collection goes on.
    pub(crate) fn park(&self) {
        let mut threads = self.lock();
        if !threads.stopping {
            return;
        }
        threads.running -= 1;
        self.changed.notify_all();
        while threads.stopping {
            threads = self.wait(threads);
        }
        threads.running += 1;
    }

    /// Stops all other threads; the caller must [`Handshake::resume`]. Returns none when another thread was about to
    /// collect: then that happened, and the caller may look again.
    pub(crate) fn stop_others(&self) -> Option<Vec<MutatorPtr>> {
        let mut threads = self.lock();
        if threads.stopping {
            drop(threads);
            self.park();
            return None;
        }
        threads.stopping = true;
        for mutator in &threads.mutators {
            // SAFETY: listed mutators are alive; the poll word is atomic.
            unsafe { &(*mutator.0).poll }.fetch_or(poll::STOP, Relaxed);
        }
        while threads.running > 1 {
            threads = self.wait(threads);
        }
        Some(threads.mutators.clone())
    }

    /// Lets the others run again.
    pub(crate) fn resume(&self) {
        let mut threads = self.lock();
        threads.stopping = false;
        for mutator in &threads.mutators {
            // SAFETY: as above.
            unsafe { &(*mutator.0).poll }.fetch_and(!poll::STOP, Relaxed);
        }
        self.changed.notify_all();
    }
}
