//! Random traces: the optimised form against the recorded one, both run by the reference interpreter.
//!
//! Wherever the compiled trace is left, naturally or because a guard is made to fail, the recorded trace is run to the same snapshot in the same
//! iteration, and window, memory and the log of calls must be the same.

use coil_opt::{AbortReason, LabelState, LinkTargets, NoTargets, Optimized, Options, optimize};
use coil_trace::interp::{Left, Machine, Outcome, Stop, run_compiled, run_compiled_at, run_trace};
use coil_trace::testing::{Case, Config, random_case};
use coil_trace::{End, verify, verify_compiled};

const LIMIT: u64 = 7;

struct Tally {
    compared: usize,
    refused: usize,
    peeled: usize,
    early: usize,
    emitted: usize,
    recorded: usize,
}

impl Tally {
    fn new() -> Tally {
        Tally {
            compared: 0,
            refused: 0,
            peeled: 0,
            early: 0,
            emitted: 0,
            recorded: 0,
        }
    }
}

fn optimized(case: &Case, options: &Options) -> Result<Optimized, AbortReason> {
    let done = optimize(&case.trace, options, &NoTargets)?;
    if let Err(malformed) = verify_compiled(&done.compiled) {
        panic!("{malformed}\n{}\n{}", case.trace, done.compiled);
    }
    Ok(done)
}

/// Compares the state in which `machine` left with that of the recorded trace at the same place.
fn compare(case: &Case, machine: &Machine<'_>, left: &Left, text: &str, tally: &mut Tally) {
    let pc = left.frames.last().expect("a frame").pc;
    let stop = Stop {
        pc,
        iteration: left.iteration,
    };
    let mut expected = case.machine();
    let outcome = run_trace(&case.trace, &mut expected, Some(stop), LIMIT + 2);
    let found = match outcome {
        Outcome::Exit(found) => found,
        Outcome::Unspecified(_) => return,
        other => panic!("{other:?} instead of {left:?}\n{}\n{text}", case.trace),
    };
    let same = found.frames == left.frames && found.iteration == left.iteration;
    assert!(
        same,
        "{found:?} instead of {left:?}\n{}\n{text}",
        case.trace
    );
    assert_eq!(
        expected.dump(),
        machine.dump(),
        "{left:?}\n{}\n{text}",
        case.trace
    );
    assert_eq!(
        expected.log, machine.log,
        "{left:?}\n{}\n{text}",
        case.trace
    );
    tally.compared += 1;
}

fn check(case: &Case, options: &Options, tally: &mut Tally) {
    assert_eq!(verify(&case.trace), Ok(()));
    let mut natural = case.machine();
    let recorded = run_trace(&case.trace, &mut natural, None, LIMIT);
    if matches!(recorded, Outcome::Unspecified(_)) {
        return;
    }
    let done = match optimized(case, options) {
        Ok(done) => done,
        Err(reason) => {
            assert_eq!(reason, AbortReason::GuardAlwaysFails);
            tally.refused += 1;
            return;
        }
    };
    tally.peeled += usize::from(done.statistics.peeled);
    tally.emitted += done.statistics.emitted;
    tally.recorded += done.statistics.recorded;
    let text = done.compiled.to_string();
    // An unpeeled loop enters its label before its first iteration.
    let shift = u64::from(matches!(case.trace.end, End::Loop(_)) && !done.statistics.peeled);
    for failing_guard in std::iter::once(None).chain((0..40).map(Some)) {
        let mut machine = case.machine();
        machine.failing_guard = failing_guard;
        let outcome = run_compiled(&done.compiled, &mut machine, LIMIT + shift);
        match outcome {
            Outcome::Exit(mut left) => {
                left.iteration -= shift;
                compare(case, &machine, &left, &text, tally);
                if failing_guard.is_none()
                    && let Outcome::Exit(found) = &recorded
                    && (found.frames != left.frames || found.iteration != left.iteration)
                {
                    tally.early += 1;
                }
            }
            Outcome::Limit => {
                assert!(
                    failing_guard.is_some() || recorded == Outcome::Limit,
                    "{recorded:?} instead of going on\n{}\n{text}",
                    case.trace
                );
                if failing_guard.is_some() {
                    break;
                }
            }
            Outcome::Unspecified(_) => break,
            other => panic!("{other:?}\n{}\n{text}", case.trace),
        }
        if failing_guard.is_some_and(|guard| machine.guards <= guard) {
            break;
        }
    }
}

fn run(seeds: std::ops::Range<u64>, config: Config, options: &Options) -> Tally {
    let mut tally = Tally::new();
    for seed in seeds {
        let case = random_case(seed, config);
        check(&case, options, &mut tally);
    }
    tally
}

#[test]
fn straight_traces_do_the_same_optimised() {
    let config = Config {
        loops: false,
        size: 60,
        ..Config::default()
    };
    let tally = run(0..1500, config, &Options::default());
    assert!(tally.compared > 10_000, "{} states", tally.compared);
    assert_eq!((tally.refused, tally.early), (0, 0));
    assert!(tally.emitted * 10 < tally.recorded * 9);
}

#[test]
fn loops_do_the_same_optimised() {
    for (size, calls) in [(30, false), (40, true), (90, true)] {
        let config = Config {
            loops: true,
            size,
            calls,
        };
        let tally = run(10_000..11_000, config, &Options::default());
        assert!(tally.compared > 7_000, "{} states", tally.compared);
        assert!(tally.peeled > 500, "{} peeled", tally.peeled);
        assert!(tally.refused < 100, "{} refused", tally.refused);
        assert!(tally.early < 20, "{} left early", tally.early);
    }
}

#[test]
fn loops_do_the_same_without_peeling() {
    let options = Options {
        peel: false,
        ..Options::default()
    };
    let tally = run(20_000..20_500, Config::default(), &options);
    assert!(tally.compared > 5_000, "{} states", tally.compared);
    assert_eq!(tally.peeled, 0);
}

struct Target(Vec<LabelState>);

impl LinkTargets for Target {
    fn labels(&self, _target: u32) -> &[LabelState] {
        &self.0
    }
}

#[test]
fn links_enter_loops_at_their_labels() {
    links(false);
}

#[test]
fn bridges_enter_loops_at_their_labels() {
    links(true);
}

/// One iteration as a trace of its own that links to the loop's label.
fn links(bridge: bool) {
    let (mut entered, mut tally) = (0, Tally::new());
    let options = Options {
        bridge,
        ..Options::default()
    };
    for seed in 30_000..31_500 {
        let case = random_case(seed, Config::default());
        let Ok(done) = optimized(&case, &Options::default()) else {
            continue;
        };
        let End::Loop(snapshot) = case.trace.end else {
            panic!("a loop");
        };
        let mut linking = case.trace.clone();
        linking.end = End::Link {
            target: 3,
            snapshot,
        };
        let targets = Target(done.labels.clone());
        let link = optimize(&linking, &options, &targets).expect("a straight trace");
        if let Err(malformed) = verify_compiled(&link.compiled) {
            panic!("{malformed}\n{}", link.compiled);
        }
        let text = format!("{}\n{}", link.compiled, done.compiled);
        let mut machine = case.machine();
        let Outcome::Link {
            target: 3,
            label,
            args,
        } = run_compiled(&link.compiled, &mut machine, 1)
        else {
            continue;
        };
        entered += 1;
        for failing in (machine.guards..machine.guards + 30).map(Some) {
            let mut machine = case.machine();
            run_compiled(&link.compiled, &mut machine, 1);
            machine.failing_guard = failing;
            let outcome = run_compiled_at(&done.compiled, &mut machine, label, &args, 4);
            let Outcome::Exit(mut left) = outcome else {
                break;
            };
            left.iteration += 1;
            compare(&case, &machine, &left, &text, &mut tally);
        }
    }
    assert!(entered > 500, "{entered} entered");
    assert!(tally.compared > 3_000, "{} states", tally.compared);
}
