//! Frames that minor collections leave out.

use super::guest_with;
use crate::tiny::{BOX, Code, Guest};
use crate::{FrameRecord, push_root};
use coil_value::Value;

/// A young object.
fn young(guest: &Guest) -> u64 {
    let object = guest.mutator().alloc(BOX, None, 24).expect("memory");
    Value::from_ref(object).bits()
}

fn push(guest: &mut Guest, code: &Code) {
    let object = young(guest);
    // SAFETY: the context is live, and so is the code.
    assert!(unsafe { push_root(guest.context(), code.block(), 0, &[object], 0) });
}

fn pop(guest: &mut Guest) {
    let cx = guest.context();
    // SAFETY: the context is live.
    let cx = unsafe { &mut *cx };
    cx.frame_top = cx.frame_top.wrapping_sub(1);
}

/// What the records hold, from the outermost.
fn scans(guest: &mut Guest) -> Vec<u32> {
    let cx = guest.context();
    // SAFETY: the context is live.
    let cx = unsafe { &*cx };
    let (mut record, top) = (cx.stack.records().wrapping_add(1), cx.frame_top);
    let mut all = Vec::new();
    while record <= top {
        // SAFETY: records up to the top are complete.
        all.push(unsafe { (*record).scans });
        record = record.wrapping_add(1);
    }
    all
}

#[test]
fn frames_that_wait_are_settled_until_they_run_again() {
    // The verifier looks whether settled frames hold anything young.
    let mut guest = guest_with(&["gc=verify"]);
    let code = Code::flat(vec![0; 4], 3, std::ptr::null());
    for _ in 0..6 {
        push(&mut guest, &code);
    }
    for wanted in [1, FrameRecord::SETTLED, FrameRecord::SETTLED] {
        guest.mutator().collect(false);
        assert_eq!(scans(&mut guest), [wanted; 6]);
    }
    // The fourth frame runs: it gets something young, and calls.
    pop(&mut guest);
    pop(&mut guest);
    let object = young(&guest);
    let cx = guest.context();
    // SAFETY: the context is live.
    let top = unsafe { (*cx).frame_top };
    // SAFETY: a complete record.
    let top = unsafe { &*top };
    // SAFETY: a register of its window.
    unsafe { *top.base = object };
    push(&mut guest, &code);
    assert_eq!(scans(&mut guest), [2, 2, 2, 2, 0]);
    guest.mutator().collect(false);
    assert_eq!(scans(&mut guest), [2, 2, 2, 2, 1]);
    guest.mutator().collect(true);
    guest.mutator().collect(false);
    assert_eq!(scans(&mut guest), [2; 5]);
    for _ in 0..5 {
        pop(&mut guest);
    }
}

#[test]
#[should_panic(expected = "which is young")]
fn the_verifier_finds_young_objects_in_settled_frames() {
    let mut guest = guest_with(&["gc=verify"]);
    let code = Code::flat(vec![0; 4], 3, std::ptr::null());
    push(&mut guest, &code);
    push(&mut guest, &code);
    guest.mutator().collect(false);
    guest.mutator().collect(false);
    let object = young(&guest);
    let cx = guest.context();
    // SAFETY: the context is live.
    let below = unsafe { (*cx).frame_top }.wrapping_sub(1);
    // SAFETY: a complete record.
    let below = unsafe { &*below };
    // SAFETY: a register of its window.
    unsafe { *below.base = object };
    guest.mutator().collect(false);
}
