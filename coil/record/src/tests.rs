//! The Recorder driven by hand: what it appends, and which rules it checks.

use crate::{Abort, Environment, Limits, Recorded, Recorder, Start, Stress, TraceBuf};
use coil_frame::{CodeBlock, Context, FrameRecord};
use coil_heap::{AttachedMutator, FIRST_FREE_LAYOUT, Heap, HeapConfig, Layout, LayoutTable};
use coil_machine::{
    Access, Barrier, BoolOps, Deps, Field, Hooks, IntOps, Key, Leave, Machine, MachineState,
    Opaque, RefOps, Ty, ValOps,
};
use coil_trace::{End, Id, Op};
use coil_value::Value;

extern "C" fn box_int(cx: *mut Context, int: i64) -> u64 {
    // SAFETY: the context of the test.
    let mutator = unsafe { (*cx).mutator };
    // SAFETY: attached by the test.
    let mutator = unsafe { &*mutator };
    let object = mutator.alloc(FIRST_FREE_LAYOUT, None, 24).expect("memory");
    // SAFETY: a field of the object.
    unsafe { object.field_ptr::<i64>(16).write(int) };
    Value::from_ref(object).bits()
}

extern "C" fn box_float(cx: *mut Context, float: f64) -> u64 {
    box_int(cx, float.to_bits().cast_signed())
}

extern "C" fn unbox_int(_: u64, _: *mut i64) -> bool {
    false
}

extern "C" fn stack_overflow(_: *mut Context) {}

extern "C" fn event(_: *mut Context) -> bool {
    false
}

struct NoTraces;
impl Environment for NoTraces {
    fn loop_target(&self, _: *const CodeBlock, _: u32) -> Option<u32> {
        None
    }
    fn function_target(&self, _: *const CodeBlock) -> Option<u32> {
        None
    }
    fn resume_target(&self, _: *const CodeBlock, _: u32) -> Option<u32> {
        None
    }
    fn want_resume(&self, _: *const CodeBlock, _: u32) {}
    fn volatile(&self, _: *const u32) -> bool {
        false
    }
    fn inner_loop(&self, _: *mut u64) {}
}

/// A thread with one frame of six named registers, in code of sixteen words whose loop header stands at word 0.
struct Rig {
    cx: Box<Context>,
    block: Box<CodeBlock>,
    _words: Vec<u64>,
    _depth: Vec<u16>,
    _state: Box<MachineState>,
    _mutator: AttachedMutator,
}

const LIMITS: Limits = Limits {
    max_ops: 100,
    max_depth: 3,
    max_recursion: 1,
    chop: 0,
    fail_guard: 0,
    stress: Stress {
        fail_guards: 0,
        dice: 0,
        before_call: None,
    },
};

impl Rig {
    fn new(registers: &[u64]) -> Rig {
        let mut layouts = LayoutTable::new();
        layouts.define(FIRST_FREE_LAYOUT, Layout::fixed("number", 24));
        let heap = Heap::new(HeapConfig::default(), layouts).expect("address space");
        let mutator = heap.attach();
        let mut cx = Box::new(Context::new().expect("address space"));
        cx.mutator = &raw const *mutator;
        let mut state = Box::new(MachineState::new(Hooks {
            box_int,
            box_float,
            unbox_int,
            stack_overflow,
            event,
        }));
        cx.machine = (&raw mut *state).cast();
        let mut words = vec![0_u64; 16];
        let depth = vec![6_u16; 16];
        let block = Box::new(CodeBlock {
            words: words.as_mut_ptr(),
            consts: std::ptr::null(),
            entry: std::ptr::null(),
            depth: depth.as_ptr(),
            word_count: 16,
            hot: 0,
            register_count: 6,
            named_count: 6,
            flags: 0,
            owner: std::ptr::null(),
        });
        let base = cx.stack.registers().wrapping_add(1);
        let record = cx.frame_top.wrapping_add(1);
        for (at, bits) in registers.iter().enumerate() {
            let register = base.wrapping_add(at);
            // SAFETY: within the stack.
            unsafe { register.write(*bits) };
        }
        let root = FrameRecord {
            code: &raw const *block,
            pc: block.words.wrapping_add(2),
            base,
            resume: std::ptr::null(),
            result: 0,
            kind: 0,
            scans: 0,
            extra: 0,
        };
        // SAFETY: within the stack.
        unsafe { record.write(root) };
        cx.frame_top = record;
        Rig {
            cx,
            block,
            _words: words,
            _depth: depth,
            _state: state,
            _mutator: mutator,
        }
    }

    fn record(
        &mut self,
        looping: bool,
        body: impl FnOnce(&mut Recorder<'_>, *const CodeBlock),
    ) -> Recorded {
        let code: *const CodeBlock = &raw const *self.block;
        let start = if looping {
            Start::Loop { code, header: 2 }
        } else {
            Start::Resume
        };
        let buf = TraceBuf::new();
        let cx = &raw mut *self.cx;
        // SAFETY: the context is complete.
        let mut recorder = unsafe { Recorder::new(cx, &buf, &NoTraces, LIMITS, &start, false, 0) };
        body(&mut recorder, code);
        recorder.finish()
    }
}

fn int(value: i64) -> u64 {
    Value::from_small_int_unchecked(value).bits()
}

fn ops(recorded: &Recorded) -> Vec<&'static str> {
    let insts = recorded.trace.insts.iter();
    insts.map(|inst| inst.op.text()).collect()
}

/// Ends the trace as a returning frame does.
fn give(m: &mut Recorder<'_>) {
    let value = m.unset();
    assert_eq!(m.returning(value), Ok((0, 0)));
}

#[test]
fn guards_and_pure_ops_are_shared_and_constants_folded() {
    let recorded = Rig::new(&[int(3), int(4)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        for _ in 0..3 {
            let (x, y) = (m.reg(0), m.reg(1));
            assert!(x.is_int().yes() && y.is_int().yes());
            let sum = x.int() + y.int();
            assert!(sum.equals(m.int(7)).yes());
            assert!((m.int(2) * m.int(3)).equals(m.int(6)).yes());
        }
        give(m);
    });
    assert_eq!(recorded.abort, None);
    let expected = [
        "input_val",
        "input_val",
        "is_int",
        "guard_true",
        "is_int",
        "guard_true",
        "unbox_int",
        "unbox_int",
        "int_add",
        "int_eq",
        "guard_int",
    ];
    assert_eq!(ops(&recorded), expected);
    assert_eq!(coil_trace::verify(&recorded.trace), Ok(()));
}

#[test]
fn an_int_that_the_trace_boxed_is_an_int_whatever_its_size() {
    let recorded = Rig::new(&[int(1)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        let one = m.reg(0).int();
        let large = one.shl(m.int(60));
        let boxed = m.from_int(large);
        assert!(Value::from_small_int(1 << 60).is_none() && boxed.is_int().yes());
        assert!(!boxed.is_float().yes() && !boxed.is_ref().yes());
        assert_eq!(boxed.int().promote(), 1 << 60);
        give(m);
    });
    assert_eq!(recorded.abort, None);
    let expected = ["input_val", "unbox_int", "int_shl", "box_int", "guard_int"];
    assert_eq!(ops(&recorded), expected);
}

#[test]
fn overflow_is_checked_next_to_its_op() {
    let recorded = Rig::new(&[int(5)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        let x = m.reg(0).int();
        let (sum, overflow) = x.add_overflowing(m.int(1));
        let large = m.int(i64::MAX);
        let (_, over) = large.add_overflowing(x);
        assert!(!overflow.yes() && over.yes());
        assert!(sum.equals(m.int(6)).yes());
        give(m);
    });
    assert_eq!(recorded.abort, None);
    let text = ops(&recorded).join(" ");
    assert!(
        text.contains("int_add_ovf guard_no_ovf int_add_ovf guard_ovf"),
        "{text}"
    );
    assert_eq!(coil_trace::verify(&recorded.trace), Ok(()));
}

const CELL: Field = Field {
    offset: 16,
    access: Access::I64,
    alias: 1,
    immutable: false,
    barrier: Barrier::None,
};

#[test]
fn guards_after_effects_or_writes_are_an_authors_error() {
    let mut place = [0_u64; 4];
    let address = place.as_mut_ptr().expose_provenance();
    let effect = Rig::new(&[int(3)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        let object = m.address(address);
        let one = m.int(1);
        m.store_int(object, CELL, one);
        assert!(m.reg(0).is_int().yes());
        assert_eq!(m.checkpoint(), Err(Leave::Stop));
    });
    assert_eq!(effect.abort, Some(Abort::GuardAfterEffect));
    assert_eq!(place[2], 1);
    let write = Rig::new(&[int(3)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        let value = m.int(9);
        let value = m.from_int(value);
        m.set_reg(1, value);
        assert!(m.reg(0).is_int().yes());
    });
    assert_eq!(write.abort, Some(Abort::GuardAfterWrite));
}

#[test]
fn the_state_at_the_start_of_a_bytecode_forgets_what_it_wrote() {
    extern "C" fn fail(cx: *mut Context) {
        // SAFETY: the context of the test.
        unsafe { (*cx).pending = int(1) };
    }
    static FAIL: Opaque = Opaque::any("fail", fail as *const (), &[], Ty::Void);
    let recorded = Rig::new(&[int(3), int(4)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        m.fetch();
        assert!(m.reg(0).is_int().yes());
        m.checkpoint().expect("goes on");
        for value in [7, 8] {
            let value = m.int(value);
            let value = m.from_int(value);
            m.set_reg(0, value);
        }
        assert_eq!(m.reg(0).peek(), int(8));
        assert_eq!(m.call_void(&FAIL, []), Err(Leave::Raised));
    });
    assert_eq!(recorded.abort, None);
    let End::Exit(at) = recorded.trace.end else {
        panic!("{:?}", recorded.trace.end);
    };
    let last = &recorded.trace.snapshots[at.0 as usize];
    assert_eq!(
        (last.frame.pc, &last.slots[..]),
        (3, &[(0, Id::inst(0))][..])
    );
}

#[test]
fn stores_to_new_objects_are_no_effects() {
    let recorded = Rig::new(&[int(3)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        let ty = m.address(0);
        let object = m.alloc(FIRST_FREE_LAYOUT.0, 24, ty).expect("memory");
        let one = m.int(1);
        m.store_int(object, CELL, one);
        assert!(m.reg(0).is_int().yes());
        assert_eq!(object.load_int(CELL).promote(), 1);
        give(m);
    });
    assert_eq!(recorded.abort, None);
}

#[test]
fn a_loop_closes_and_forgets_registers_it_does_not_touch() {
    let recorded = Rig::new(&[int(3), int(4), int(5)]).record(true, |m, _| {
        m.checkpoint().expect("goes on");
        m.fetch();
        let next = m.reg(1).int() + m.int(1);
        let next = m.from_int(next);
        m.set_reg(1, next);
        m.checkpoint().expect("goes on");
        m.fetch();
        m.jump(-4);
        m.checkpoint().expect("goes on");
        m.fetch();
        m.skip(1);
        assert_eq!(m.loop_header(), Err(Leave::Stop));
    });
    assert_eq!(recorded.abort, None);
    assert_eq!(recorded.trace.inputs, [1]);
    let End::Loop(last) = recorded.trace.end else {
        panic!("{:?}", recorded.trace.end);
    };
    let last = &recorded.trace.snapshots[last.0 as usize];
    assert_eq!((last.frame.pc, last.slots.len()), (0, 1));
    assert_eq!(coil_trace::verify(&recorded.trace), Ok(()));
}

#[test]
fn inlined_frames_share_the_state_of_their_caller() {
    let recorded = Rig::new(&[int(3), int(4)]).record(false, |m, code| {
        m.checkpoint().expect("goes on");
        m.fetch();
        let unset = m.unset();
        let argument = m.reg(0);
        m.set_reg(7, argument);
        m.push_frame(code, 7, 1, 2, 0, unset).expect("room");
        m.checkpoint().expect("goes on");
        assert!(m.reg(0).is_int().yes());
        let value = m.reg(1);
        assert_eq!((value.peek(), m.frame_extra().peek()), (0, 0));
        assert_eq!(m.returning(value), Ok((0, 2)));
        m.pop_frame();
        m.set_reg(2, value);
        m.checkpoint().expect("goes on");
        assert!(m.reg(1).is_int().yes());
        give(m);
    });
    assert_eq!(recorded.abort, None);
    let snapshots = &recorded.trace.snapshots;
    let inner = snapshots.iter().find(|snapshot| snapshot.parent.is_some());
    let inner = inner.expect("a guard in the callee");
    assert_eq!(
        (inner.frame.base, inner.frame.pc, inner.frame.result),
        (7, 0, 2)
    );
    let caller = &snapshots[inner.parent.expect("checked").0 as usize];
    assert_eq!((caller.frame.pc, caller.parent), (3, None));
    assert_eq!(coil_trace::verify(&recorded.trace), Ok(()));
}

#[test]
fn recursion_is_inlined_only_so_deep() {
    let recorded = Rig::new(&[int(3)]).record(false, |m, code| {
        for depth in 0..3 {
            m.checkpoint().expect("goes on");
            assert!(depth > 0 || m.reg(0).is_int().yes());
            m.fetch();
            let unset = m.unset();
            let pushed = m.push_frame(code, 7, 0, 2, 0, unset);
            let stops = if depth == 1 { Err(Leave::Stop) } else { Ok(()) };
            assert_eq!(pushed, stops, "depth {depth}");
            if pushed.is_err() {
                break;
            }
        }
    });
    assert_eq!(recorded.abort, None);
    let End::Exit(at) = recorded.trace.end else {
        panic!("{:?}", recorded.trace.end);
    };
    assert_eq!(recorded.trace.snapshots[at.0 as usize].frame.base, 14);
}

#[test]
fn cached_results_are_constants_that_watch_their_cells() {
    let cell = 5_u32;
    let recorded = Rig::new(&[int(3)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        let key = m.reg(0).int();
        let find = |keys: [u64; 2], deps: &mut Deps| {
            deps.cell(&raw const cell);
            Some(keys[0] * 2)
        };
        assert_eq!(
            m.cached(1, [Key::Int(key), Key::None], |_, keys, deps| find(
                keys, deps
            )),
            Some(6)
        );
        give(m);
    });
    assert_eq!(recorded.cells, [((&raw const cell).addr(), 5)]);
    assert!(
        recorded
            .trace
            .insts
            .iter()
            .any(|inst| inst.op == Op::GuardInt)
    );
}

#[test]
fn an_exception_of_the_trace_itself_is_not_read_from_memory() {
    let recorded = Rig::new(&[int(3)]).record(false, |m, _| {
        m.checkpoint().expect("goes on");
        m.fetch();
        let value = m.reg(0);
        assert_eq!(m.raise(value), Err(Leave::Raised));
        let taken = m.take_pending();
        assert_eq!(taken.peek(), int(3));
        m.set_reg(1, taken);
        m.checkpoint().expect("goes on");
        give(m);
    });
    assert_eq!(ops(&recorded), ["input_val", "store", "store"]);
}

#[test]
fn a_loop_trace_does_not_return() {
    let recorded = Rig::new(&[int(3)]).record(true, |m, _| {
        m.checkpoint().expect("goes on");
        give(m);
        assert_eq!(m.checkpoint(), Err(Leave::Stop));
    });
    assert_eq!(recorded.abort, Some(Abort::LeavesByReturn));
}
