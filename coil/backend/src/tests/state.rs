//! What compiled code does to the world: guards on the context, objects and barriers, frames, calls that look at them.

use super::rig::{Bump, Ran, Rig, clobber, float, frame, int, state, x64};
use crate::{Backend, BackendError, ExitReason, Kind, Location, SpillArea, TraceReturn};
use coil_frame::{CodeBlock, Context, FrameRecord};
use coil_trace::parse_compiled;
use std::sync::atomic::Ordering::Relaxed;

macro_rules! on_every_backend {
    ($($name:ident;)*) => {
        mod own {
            $(#[test] fn $name() { super::$name(super::x64()); })*
        }
        #[cfg(feature = "cranelift")]
        mod cranelift {
            $(#[test] fn $name() { super::$name(super::super::rig::cranelift()); })*
        }
    };
}

on_every_backend! {
    guards_on_the_context_leave_when_told;
    forty_live_values_are_decoded_at_every_guard;
    objects_are_bumped_from_the_mutator_and_their_headers_written;
    a_full_region_takes_the_slow_path_and_refused_memory_leaves_before_the_allocation;
    calls_that_see_frames_find_every_value_in_memory;
    recursion_pushes_records_and_returns_through_them;
    a_patched_exit_goes_to_its_bridge_and_back_again_when_unpatched;
    stores_into_flagged_objects_run_their_barrier;
    a_return_to_a_frame_of_another_kind_is_the_drivers;
    inputs_keep_their_values_when_the_window_is_written;
}

fn exit_line(slots: &str) -> String {
    format!("exit e0 = {} {{{slots}}}\n", frame(7))
}

fn site<B: Backend>(rig: &Rig<B>, ran: &Ran) -> u32 {
    let Ran::Exit { trace, site, .. } = *ran else {
        panic!("{ran:?}")
    };
    rig.codes[trace as usize].sites[site as usize].inst
}

unsafe extern "C" fn nothing(_: *mut Context) {
    clobber();
}

fn guards_on_the_context_leave_when_told<B: Backend>(mut rig: Rig<B>) {
    let call = format!(
        "call c0 = nothing @{:#x} () -> void any raises",
        nothing as *const () as usize
    );
    let mut add = |guard: &str| {
        let exit = exit_line("");
        rig.add(&format!(
            "{call}\n{exit}call_void() c0 [e0]\n{guard}() [e0]\nend exit e0"
        ))
    };
    let (no_raise, raise) = (add("guard_no_raise"), add("guard_raise"));
    let text = format!(
        "{}int_add(1, 1)\nguard_no_event() [e0]\nend exit e0",
        exit_line("")
    );
    let no_event = rig.add(&text.replace("int_add", "x = int_add"));
    for (events, pending) in [(0, 0), (1, 0), (0, 0x1000), (1 << 31, 1 << 40)] {
        rig.context.events.store(events, Relaxed);
        rig.context.pending = pending;
        for (trace, holds) in [
            (no_event, events == 0),
            (no_raise, pending == 0),
            (raise, pending != 0),
        ] {
            let ran = rig.run(trace);
            assert_eq!(site(&rig, &ran), 1 + u32::from(holds));
        }
    }
}

#[test]
fn guards_on_constants_leave_unless_equal() {
    for (ty, load, guard, value, other) in [
        ("i64", "load_int", "guard_int", "-7", (-7i64, 7)),
        ("i32", "load_int", "guard_int", "-7", (-7, 6)),
        ("u8", "load_int", "guard_int", "200", (200, 201)),
        ("u16", "load_int", "guard_int", "65535", (65535, 65534)),
        (
            "u32",
            "load_int",
            "guard_int",
            "4294967295",
            (4_294_967_295, 1),
        ),
        ("u32", "load_int", "guard_int", "17", (17, 18)),
        ("i8", "load_int", "guard_int", "200", (200, -56)),
        (
            "i64",
            "load_int",
            "guard_int",
            "1311768467463790320",
            (1_311_768_467_463_790_320, 0),
        ),
        (
            "val",
            "load_val",
            "guard_val",
            "int(3)",
            (int(3).cast_signed(), int(4).cast_signed()),
        ),
        ("ref", "load_ref", "guard_ref", "ref(0x4000)", (0x4000, 0)),
        ("ref", "load_ref", "guard_ref", "ref(0x0)", (0, 8)),
    ] {
        for bits in [other.0, other.1] {
            let cell = Box::new(bits);
            let address = (&raw const *cell).expose_provenance();
            let mut rig = x64();
            for uses in ["", "0: box_int(x)"] {
                if !uses.is_empty() && load != "load_int" {
                    continue;
                }
                let text = format!(
                    "field f0 = +0 {ty} alias 0 mutable barrier none\n{}x = {load}(ref({address:#x})) f0\n{guard}(x, {value}) [e0]\nend exit e0",
                    exit_line(uses)
                );
                let trace = rig.add(&text);
                let ran = rig.run(trace);
                // An i8 is never 200.
                let holds = bits == other.0 && ty != "i8";
                assert_eq!(site(&rig, &ran), 1 + u32::from(holds), "{text}");
            }
        }
    }
}

fn forty_live_values_are_decoded_at_every_guard<B: Backend>(mut rig: Rig<B>) {
    let mut text = String::from(
        "inputs 0 1\nv = input_val(#0)\nw = input_val(#1)\ni0 = unbox_int(v)\nf0 = unbox_float(w)\n",
    );
    let mut slots = Vec::new();
    for k in 1..40 {
        text += &format!(
            "i{k} = int_add(i{}, {k})\nf{k} = float_add(f{}, 0.5)\n",
            k - 1,
            k - 1
        );
        slots.push(format!("{}: box_int(i{k})", 2 * k));
        slots.push(format!("{}: box_float(f{k})", 2 * k + 1));
    }
    text += &exit_line(&slots.join(", "));
    text += "c = int_lt(i39, 1000)\nguard_true(c) [e0]\nend exit e0";
    let trace = rig.add(&text);
    for start in [5, 900] {
        rig.set(0, int(start));
        rig.set(1, float(0.25));
        rig.run(trace);
        let mut expected = start;
        for k in 1..40 {
            expected += k;
            assert_eq!(rig.get(2 * k as i32), int(expected));
            assert_eq!(rig.get(2 * k as i32 + 1), float(0.25 + 0.5 * k as f64));
        }
    }
    let locations: Vec<Location> = rig.codes[0].locations(0).collect();
    assert!(locations.iter().any(|l| matches!(l, Location::Spill(_))));
}

const OBJECT: &str =
    "field f0 = +16 val alias 0 mutable barrier object\nnew n0 = layout 20 size 32\ninputs 0 1\n";

fn object_trace() -> String {
    format!(
        "{OBJECT}{}{}v = input_val(#0)\nw = input_val(#1)\nt = unbox_ref(w)\no = new(t) n0 [e0]\nstore(o, v) f0\n\
         p = new(ref(0x123456789abc)) n0 [e0]\nstore(p, v) f0\nstore(o, v) f0\nend exit e1",
        exit_line("2: v, 3: w"),
        format_args!(
            "exit e1 = {} {{4: box_ref(o), 5: box_ref(p), 6: v}}\n",
            frame(8)
        ),
    )
}

fn word(address: u64, at: usize) -> u64 {
    // SAFETY: tests read objects that they made.
    unsafe { (address as *const u64).add(at).read_volatile() }
}

fn objects_are_bumped_from_the_mutator_and_their_headers_written<B: Backend>(mut rig: Rig<B>) {
    let trace = rig.add(&object_trace());
    let start = rig.bump.cursor;
    rig.set(0, int(9));
    rig.set(1, 0x7000);
    rig.run(trace);
    assert_eq!(rig.bump.cursor, start + 64);
    assert!(
        rig.state.log.is_empty(),
        "no slow path, no barrier on fresh objects: {:?}",
        rig.state.log
    );
    let (first, second) = (rig.get(4), rig.get(5));
    assert_eq!((first, second), (start as u64, start as u64 + 32));
    assert_eq!(
        [
            word(first, 0),
            word(first, 1),
            word(first, 2),
            word(first, 3)
        ],
        [1 << 29 | 20 << 48, 0x7000, int(9), 0]
    );
    assert_eq!(
        [word(second, 0), word(second, 1), word(second, 2)],
        [1 << 29 | 20 << 48, 0x1234_5678_9abc, int(9)]
    );
    assert!(!rig.nursery.is_empty());
}

fn a_full_region_takes_the_slow_path_and_refused_memory_leaves_before_the_allocation<B: Backend>(
    mut rig: Rig<B>,
) {
    let trace = rig.add(&object_trace());
    rig.set(0, int(9));
    rig.set(1, 0x7000);
    // Room for one object: the second is allocated slowly.
    rig.bump.limit = rig.bump.cursor + 40;
    rig.run(trace);
    assert_eq!(rig.state.log, [("alloc", 20, 32)]);
    let second = rig.get(5);
    assert_eq!(second, rig.state.reserve.as_ptr().addr() as u64);
    assert_eq!(
        [word(second, 1), word(second, 2)],
        [0x1234_5678_9abc, int(9)]
    );
    // No room and no reserve.
    *rig.bump = Bump {
        cursor: 0x1000,
        limit: 0x1000,
    };
    rig.state.reserve.clear();
    let ran = rig.run(trace);
    assert_eq!(site(&rig, &ran), 3, "leaves at the first allocation");
    assert_eq!(
        (rig.get(2), rig.get(3), rig.bump.cursor),
        (int(9), 0x7000, 0x1000)
    );
}

fn stores_into_flagged_objects_run_their_barrier<B: Backend>(mut rig: Rig<B>) {
    let mut object = Box::new([0u64; 8]);
    let address = object.as_mut_ptr().expose_provenance() as u64;
    let text = format!(
        "field f0 = +16 val alias 0 mutable barrier object\nfield f1 = +0 val alias 1 mutable barrier slot(24)\n{}\
         inputs 0 1\nv = input_val(#0)\ni = unbox_int(v)\nw = input_val(#1)\no = unbox_ref(w)\nstore(o, w) f0\nitems = ref_add(o, 24)\n\
         store_item(items, i, w) f1\nstore(o, int(1)) f0\nstore(o, val(0x0)) f0\nstore(o, v) f0\nstore(o, w) f0\nend exit e0",
        exit_line("")
    );
    let trace = rig.add(&text);
    rig.set(0, int(2));
    rig.set(1, address);
    for flags in [0u64, 1, 2, 12] {
        object[0] = flags << 32;
        rig.state.log.clear();
        rig.run(trace);
        let expected: &[(&str, u64, u64)] = &[
            ("write_barrier", address, 0),
            ("log_slot", address, address + 24 + 16),
            ("write_barrier", address, 0),
        ];
        assert_eq!(rig.state.log, if flags & 3 != 0 { expected } else { &[] });
        assert_eq!([word(address, 2), word(address, 5)], [address, address]);
    }
}

/// What a native function that looks at frames saw.
unsafe extern "C" fn look(context: *mut Context, value: u64) -> u64 {
    clobber();
    let state = state(context);
    // SAFETY: the context is the rig's.
    let context = unsafe { &*context };
    let at = TraceReturn::unpack(context.trace_return).unwrap();
    state.log.push(("look", at.trace.into(), at.site.into()));
    state
        .log
        .push(("top", context.trace_top.addr() as u64, value));
    // The spill area is live: values of the frames are read from it.
    let spills = context.exit_sp as *const u64;
    for slot in 0..4 {
        // SAFETY: inside the spill area.
        state
            .log
            .push(("spill", unsafe { spills.add(slot).read() }, 0));
    }
    int(77)
}

fn calls_that_see_frames_find_every_value_in_memory<B: Backend>(mut rig: Rig<B>) {
    let code = code_block(12);
    let text = format!(
        "call c0 = look @{:#x} (val) -> val any collects frames\ninputs 0 1\nv = input_val(#0)\nw = input_val(#1)\n\
         i = unbox_int(v)\nf = unbox_float(w)\nj = int_add(i, 1)\nexit e0 = at {code:p}:3 base 0 result 0 kind 0 \
         at {code:p}:5 base 20 result 1 kind 0 {{3: box_int(j), 4: box_float(f), 5: v, 6: int(9)}}\n\
         r = call_val(v) c0 [e0]\nk = int_add(j, i)\nexit e1 = at {code:p}:4 base 0 result 0 kind 0 {{3: r, 4: box_int(k), 5: box_float(f)}}\nend exit e1",
        look as *const () as usize,
        code = code,
    );
    let trace = rig.add(&text);
    rig.set(0, int(5));
    rig.set(1, float(2.5));
    rig.run(trace);
    let site = rig.codes[0]
        .sites
        .iter()
        .position(|site| site.exit == 0)
        .unwrap() as u32;
    assert_eq!(
        rig.state.log[0],
        ("look", u64::from(trace), u64::from(site))
    );
    let top = rig.base().wrapping_add(32).addr() as u64;
    assert_eq!(rig.state.log[1], ("top", top, int(5)));
    let spills: Vec<u64> = rig.state.log[2..].iter().map(|entry| entry.1).collect();
    let values: Vec<u64> = rig.codes[0]
        .locations(site)
        .map(|location| match location {
            Location::Spill(slot) => spills[slot as usize],
            Location::Const(index) => rig.codes[0].consts[index as usize],
            other => panic!("{other:?} is not in memory"),
        })
        .collect();
    assert_eq!(values, [6, 2.5f64.to_bits(), int(5), int(9)]);
    assert_eq!(
        (rig.context.trace_return, rig.context.trace_top.is_null()),
        (0, true)
    );
    assert_eq!(
        (rig.get(3), rig.get(4), rig.get(5)),
        (int(77), int(11), float(2.5))
    );
}

fn code_block(register_count: u16) -> *const CodeBlock {
    Box::leak(Box::new(CodeBlock {
        words: 0x50_0000 as *mut u64,
        consts: std::ptr::null(),
        entry: std::ptr::null(),
        depth: std::ptr::null(),
        word_count: 100,
        hot: 0,
        register_count,
        named_count: 0,
        flags: 0,
        owner: std::ptr::null(),
    }))
}

/// `f(n) = n` if n < 1, else `f(n - 1)`, with the call as an entry to the trace itself and its return point compiled.
fn recursion_pushes_records_and_returns_through_them<B: Backend>(mut rig: Rig<B>) {
    let code = code_block(8);
    // Entry: window register 0 is n. Calls itself with window 10; the result goes to register 2.
    let call = rig.add(&format!(
        "inputs 0\nv = input_val(#0)\nexit e0 = at {code:p}:0 base 0 result 0 kind 0 {{0: v}}\nn = unbox_int(v)\nc = int_lt(n, 1)\nguard_false(c) [e0]\n\
         m = int_sub(n, 1)\nexit e1 = at {code:p}:9 base 0 result 0 kind 0 at {code:p}:0 base 10 result 2 kind 0 {{1: box_float(1.5), 10: box_int(m)}}\n\
         end enter 0 e1"
    ));
    // Leaf: returns n.
    let leaf = rig.add_bridge(call, 0, "inputs 0\nv = input_val(#0)\nend return v");
    // Return point: returns the callee's result plus 1.
    let after = rig.add(&format!(
        "inputs 2\nv = input_val(#0)\nexit e0 = at {code:p}:9 base 0 result 0 kind 0 {{2: v}}\ni = unbox_int(v)\n\
         j = int_add_ovf(i, 1)\nguard_no_ovf(j) [e0]\nb = box_int(j)\nend return b"
    ));
    let root = rig.context.frame_top;
    let _ = leaf;
    // Without code at the return point the innermost frame returns to its caller, in memory.
    rig.set(0, int(3));
    assert_eq!(rig.run(call), Ran::Returned);
    let top = rig.context.frame_top;
    assert_eq!(top, root.wrapping_add(2));
    // SAFETY: the record that the trace pushed.
    let record: FrameRecord = unsafe { top.read() };
    assert_eq!(record.base, rig.base().wrapping_add(20));
    assert_eq!((record.code, record.result, record.kind), (code, 2, 0));
    assert_eq!(record.pc, 0x50_0000usize.wrapping_add(9 * 8) as *const u64);
    assert_eq!(
        rig.get(22),
        int(0),
        "the result lies in the caller's register 2"
    );
    assert_eq!((rig.get(1), rig.get(11)), (float(1.5), float(1.5)));
    // With code there, everything runs to the root's return.
    rig.context.frame_top = root;
    let entry = rig.codes[after as usize].entry;
    assert_eq!(rig.codes[call as usize].resume_points.len(), 1);
    rig.backend
        .patch_resume(&rig.codes[call as usize], 0, Some(entry));
    rig.set(0, int(1000));
    assert_eq!(rig.run(call), Ran::Return(int(1000)));
    assert_eq!(rig.context.frame_top, root);
    // A full record stack leaves before anything is written.
    rig.context.record_limit = root.wrapping_add(5);
    rig.set(0, int(1000));
    let ran = rig.run(call);
    assert!(matches!(ran, Ran::Exit { trace: 0, .. }), "{ran:?}");
    assert_eq!(rig.context.frame_top, root.wrapping_add(4));
}

fn a_patched_exit_goes_to_its_bridge_and_back_again_when_unpatched<B: Backend>(mut rig: Rig<B>) {
    let text = format!(
        "inputs 0\nv = input_val(#0)\n{}i = unbox_int(v)\nc = int_lt(i, 5)\nguard_true(c) [e0]\nend exit e0",
        exit_line("1: box_int(i)")
    );
    let parent = rig.add(&text);
    rig.set(0, int(9));
    let leave = |rig: &mut Rig<B>| rig.run(parent);
    assert_eq!(
        leave(&mut rig),
        Ran::Exit {
            trace: 0,
            inst: 3,
            site: 0
        }
    );
    let bridge = rig.add_bridge(
        parent,
        0,
        &format!(
            "inputs 0\ni = input_int(#0)\n{}j = int_mul(i, 2)\nend exit e0",
            exit_line("1: box_int(j)")
        ),
    );
    assert_eq!(
        leave(&mut rig),
        Ran::Exit {
            trace: bridge,
            inst: 2,
            site: 0
        }
    );
    assert_eq!(rig.get(1), int(18));
    rig.backend.patch_exit(&rig.codes[0], 0, None);
    assert_eq!(
        leave(&mut rig),
        Ran::Exit {
            trace: 0,
            inst: 3,
            site: 0
        }
    );
}

#[test]
fn what_cannot_be_compiled_is_an_error_value() {
    let mut rig = x64();
    let mut refuse = |text: &str| {
        let compiled = parse_compiled(text).unwrap();
        // SAFETY: nothing is run.
        unsafe {
            rig.backend
                .compile(&compiled, Kind::Entry, 0, &super::rig::RUNTIME, &())
        }
        .unwrap_err()
    };
    assert_eq!(refuse("end link 9 l0 ()"), BackendError::NoTarget);
    assert_eq!(
        refuse(&format!("{}end enter 9 e0", exit_line(""))),
        BackendError::NoTarget
    );
    let params = vec!["int"; 100].join(", ");
    let args = vec!["1"; 100].join(", ");
    let text = format!(
        "call c0 = f @0x1 ({params}) -> void any\n{}call_void({args}) c0 [e0]\nend exit e0",
        exit_line("")
    );
    assert_eq!(refuse(&text), BackendError::TooManyArguments);
    let mut text = String::from("inputs 0\nv = input_val(#0)\ni0 = unbox_int(v)\n");
    let mut slots = Vec::new();
    for k in 1..700 {
        text += &format!("i{k} = int_mul(i{}, 3)\n", k - 1);
        slots.push(format!("{k}: box_int(i{k})"));
    }
    text += &format!("{}end exit e0", exit_line(&slots.join(", ")));
    assert_eq!(refuse(&text), BackendError::TooManySpills);
    assert_eq!(rig.backend.stats().refused, 4);
}

fn a_return_to_a_frame_of_another_kind_is_the_drivers<B: Backend>(mut rig: Rig<B>) {
    let trace = rig.add("inputs 0\nv = input_val(#0)\nend return v");
    rig.set(0, float(4.5));
    let mut area = SpillArea::new();
    let (entry, base) = (rig.codes[trace as usize].entry, rig.base());
    // SAFETY: the rig's world.
    let reason = unsafe {
        rig.backend
            .enter(entry, &raw mut *rig.context, base, &mut area)
    };
    assert_eq!(reason, ExitReason::Return(float(4.5)));
}

fn inputs_keep_their_values_when_the_window_is_written<B: Backend>(mut rig: Rig<B>) {
    let text = format!(
        "field f0 = +0 val alias 0 mutable barrier none\ninputs 0 1\nv = input_val(#0)\nw = input_val(#1)\n{}b = window_base()\n\
         store(b, int(50)) f0\nstore_slot(int(51)) #1\nend exit e0",
        exit_line("0: v, 1: w, 2: v, 3: w")
    );
    let trace = rig.add(&text);
    rig.set(0, int(1));
    rig.set(1, float(2.0));
    rig.run(trace);
    let found: Vec<u64> = (0..4).map(|slot| rig.get(slot)).collect();
    assert_eq!(found, [int(1), float(2.0), int(1), float(2.0)]);
}
