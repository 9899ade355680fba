//! A toy language under every mode of the driver: whatever is recorded, optimised, compiled, left and resumed, results are Direct's.

mod programs;
mod settled;
mod toy;

use crate::tiny::{Code, Guest, INTERRUPTED, STACK_OVERFLOW, language};
use crate::{Abort, Events};
use coil_options::Options;
use programs as p;
use std::sync::atomic::{AtomicU32, Ordering};
use toy::{Program, Toy, execute};

const EAGER: &str = "jit=pace:0,threshold:2,function-threshold:2,bridge-threshold:2,verify";
const STRESS: &str = "gc=stress:1,evacuate,poison,verify";

/// Runs a program with the JIT off, and in all modes: the same must come out.
fn check(program: &Program, argument: i64, expected: &str) {
    let (reference, _) = execute(program, argument, &["jit=off"]);
    assert_eq!(reference.0, expected);
    let modes: &[&[&str]] = &[
        &["jit=on"],
        &[EAGER],
        &[EAGER, "jit=no-opt"],
        &[EAGER, "jit=no-peel"],
        &[EAGER, "jit=chop:5"],
        &[EAGER, "jit=max-depth:1"],
        &[EAGER, "jit=max-recursion:0"],
        &[EAGER, "jit=watch-limit:0"],
        &[EAGER, "jit=fail-guards:3"],
        &[EAGER, "jit=fail-guards:4,no-opt"],
        &[EAGER, "jit=force-raise:2"],
        &[EAGER, "jit=force-invalidate:2"],
        &[EAGER, "jit=force-frames:2"],
        &[EAGER, "jit=force-frames:1", STRESS],
        &["jit=off", STRESS],
        &[EAGER, STRESS],
        &[EAGER, "jit=no-opt", STRESS],
        &[
            "jit=threshold:7,function-threshold:5,bridge-threshold:3,verify",
            "gc=stress:3,pin-random:30,verify",
        ],
    ];
    // The other backend, where it is built in.
    let cranelift: &[&[&str]] = &[
        &[EAGER, "jit=cranelift"],
        &[EAGER, "jit=cranelift,fail-guards:3"],
        &[EAGER, "jit=cranelift,force-invalidate:2"],
        &[EAGER, "jit=cranelift", STRESS],
    ];
    let cranelift = if cfg!(feature = "cranelift") {
        cranelift
    } else {
        &[]
    };
    for mode in modes.iter().chain(cranelift) {
        let (ran, stats) = execute(program, argument, mode);
        assert_eq!(ran, reference, "{mode:?}");
        for reason in Abort::ALL {
            let count = stats.aborted(*reason);
            assert!(
                !reason.is_authors_error() || count == 0,
                "{mode:?}: {}",
                reason.text()
            );
        }
        let recorder = |reason: &String| Abort::ALL.iter().any(|known| known.text() == reason);
        let refused = stats.aborts.keys().find(|reason| !recorder(reason));
        assert_eq!(refused, None, "{mode:?}");
    }
    for guard in 1..16 {
        let fail = format!("jit=fail-guard:{guard}");
        for extra in ["jit=on", "jit=no-opt", STRESS] {
            let (ran, _) = execute(program, argument, &[EAGER, &fail, extra]);
            assert_eq!(ran, reference, "guard {guard} {extra}");
        }
    }
}

#[test]
fn a_loop_is_compiled_and_sums() {
    check(&p::sum(), 100, "4950;4950;");
    let (_, stats) = execute(&p::sum(), 1000, &[EAGER]);
    assert!(stats.loops == 1 && stats.bridges <= 1);
    // One exit per run, at the end of the loop.
    assert!(stats.exits <= 3, "{} exits", stats.exits);
}

#[test]
fn a_trace_that_is_left_right_after_its_entry_is_taken_out() {
    check(&p::turns_at_100(), 300, "45250;45250;");
    let alone = "jit=pace:0,threshold:50,max-bridges:0,verify";
    let (ran, stats) = execute(&p::turns_at_100(), 20_000, &[alone]);
    assert_eq!(ran.0, "200029800;200029800;");
    // Recorded anew, it takes the other branch.
    assert_eq!((stats.regretted, stats.loops), (1, 2), "{stats:?}");
    assert!(stats.exits < 4400, "{} exits", stats.exits);
    let bridged = "jit=pace:0,threshold:50,verify";
    let (_, stats) = execute(&p::turns_at_100(), 20_000, &[bridged]);
    assert_eq!((stats.regretted, stats.loops), (0, 1), "{stats:?}");
}

#[test]
fn recursion_calls_its_own_function_trace() {
    check(&p::fibonacci(), 11, "89;89;");
    let (_, stats) = execute(
        &p::fibonacci(),
        18,
        &["jit=pace:0,function-threshold:50,bridge-threshold:20"],
    );
    assert!(stats.functions > 0 && stats.resumes > 0, "{stats:?}");
}

#[test]
fn calls_are_inlined_in_loops() {
    check(&p::calls(), 40, "7300;7300;");
}

#[test]
fn nested_loops_compile_inside_out() {
    check(&p::nested_loops(), 12, "455;455;");
}

#[test]
fn exceptions_of_inlined_frames_are_caught_outside() {
    check(&p::exceptions(), 30, "660;660;");
    check(&p::uncaught(), 30, "raised 21;raised 21;");
}

#[test]
fn natives_raise_and_are_called_once() {
    check(&p::natives(), 250, "31373;31373;");
}

#[test]
fn reading_natives_that_raise_are_retried() {
    check(&p::checked(), 60, "10770;10770;");
}

#[test]
fn objects_stay_virtual_until_they_escape() {
    check(&p::pairs(), 40, "1580;1580;");
    check(&p::chain(), 40, "780;780;");
}

#[test]
fn virtual_objects_survive_bridges() {
    check(&p::pair_carried(), 60, "5399;5399;");
}

#[test]
fn watched_globals_may_change() {
    check(&p::globals(), 100, "769;782;");
    let (_, stats) = execute(&p::globals(), 100, &[EAGER]);
    assert!(stats.invalidated > 0 && stats.freed > 0, "{stats:?}");
}

#[test]
fn natives_run_guest_code() {
    check(&p::nested_runs(), 30, "4932;4932;");
}

#[test]
fn natives_see_inlined_frames() {
    let (shown, _) = execute(&p::depths(), 20, &["jit=off"]);
    check(&p::depths(), 20, &shown.0);
}

#[test]
fn numbers_of_all_sizes() {
    check(
        &p::doubling(),
        70,
        "4611686018427387904;4611686018427387904;",
    );
    check(&p::floats(), 50, "159.5;159.5;");
    check(&p::mixed(), 30, "60;60;");
}

#[test]
fn cached_results_follow_their_cells() {
    check(&p::lookups(), 40, "542;390;");
}

/// A raw pointer to another thread's event word.
struct Remote(*const AtomicU32);
// SAFETY: the word is atomic, and the thread is joined before its context goes.
unsafe impl Send for Remote {}

impl Remote {
    fn interrupt(&self) {
        // SAFETY: as above.
        unsafe { &*self.0 }.fetch_or(Events::INTERRUPT, Ordering::Relaxed);
    }
}

fn guest_with(options: &[&str]) -> Guest {
    let mut parsed = Options::default();
    for option in options {
        parsed.set(option).expect("an option");
    }
    Guest::new(language::<Toy>("toy"), Vec::new(), &parsed).expect("memory")
}

fn code_of(program: &Program, owner: *const toy::Owner) -> Vec<Code> {
    let code = |source: &toy::Source| {
        let depth = vec![source.registers; source.words.len()];
        let (registers, named) = (source.registers, source.named);
        Code::new(
            source.words.clone(),
            Vec::new(),
            depth,
            registers,
            named,
            owner.cast(),
        )
    };
    program.iter().map(code).collect()
}

#[test]
fn an_endless_compiled_loop_can_be_interrupted() {
    for mode in ["jit=off", EAGER] {
        let mut guest = guest_with(&[mode]);
        let mut globals = toy::Globals::default();
        let owner = toy::Owner {
            globals: &raw mut globals,
            ..toy::Owner::default()
        };
        let codes = code_of(&p::endless(), &raw const owner);
        // SAFETY: the context is live.
        let remote = Remote(unsafe { &raw const (*guest.context()).events });
        let thread = std::thread::spawn(move || {
            let remote = remote;
            std::thread::sleep(std::time::Duration::from_millis(50));
            remote.interrupt();
        });
        assert_eq!(guest.run(&codes[0], &[]), Err(INTERRUPTED.bits()), "{mode}");
        thread.join().expect("it does not panic");
    }
}

#[test]
fn endless_recursion_overflows_the_guest_stack() {
    for mode in ["jit=off", EAGER, "jit=on", "jit=no-opt"] {
        let mut guest = guest_with(&[mode]);
        let mut globals = toy::Globals::default();
        let mut owner = toy::Owner {
            globals: &raw mut globals,
            ..toy::Owner::default()
        };
        let codes = code_of(&p::endless_recursion(), &raw const owner);
        owner.functions = codes.iter().map(Code::block).collect();
        let cx = guest.context();
        // SAFETY: the context is live.
        let context = unsafe { &mut *cx };
        context.record_limit = context.stack.records().wrapping_add(20_000);
        for _ in 0..3 {
            assert_eq!(
                guest.run(&codes[0], &[]),
                Err(STACK_OVERFLOW.bits()),
                "{mode}"
            );
        }
    }
}
