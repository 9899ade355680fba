//! The C probe: a shared library of plain C (`probe.c`), compiled here, reads and changes live objects by nothing but CPython 3.14's
//! layouts, while the collector runs at every allocation.
//!
//! What the C interface will do for an object that C is given is done here by hand ([`Exports`]): numbers are boxed in place, the object
//! and the storage it points to are pinned and rooted, and containers that C may have written to are remembered before every collection,
//! for C knows no write barrier. Where there is no C compiler the tests skip, except under `CI=true`.
#![allow(unsafe_code, reason = "C functions get raw pointers")]
#![allow(clippy::print_stderr, reason = "a test that skips says so")]

mod exports;
mod library;

use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use coil_heap::{HeapConfig, RootVec};
use coil_num::IntBuf;
use coil_value::{Ref, Value, flags, refcount};
use exports::Exports;
use library::{Object, Probe, probe};
use taipan_objects::bytes::Bytes;
use taipan_objects::layout;
use taipan_objects::list::List;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, types};
use taipan_objects::{Vm, mem, number};

/// Settings of the collector the probe must hold out under.
fn stresses() -> Vec<HeapConfig> {
    let minor = HeapConfig {
        stress_every: 1,
        always_evacuate: true,
        poison: true,
        nursery_bytes: 32 << 10,
        nursery_max_bytes: 32 << 10,
        reserve_bytes: 1 << 30,
        ..HeapConfig::default()
    };
    let mut major = minor.clone();
    (major.stress_every, major.stress_major, major.verify) = (13, true, true);
    let mut pinning = minor.clone();
    pinning.pin_random_percent = 30;
    vec![minor, major, pinning]
}

/// Builtin types are statics that the present interpreter fills in, so there may be one at a time.
static ONE_INTERPRETER: Mutex<()> = Mutex::new(());

/// Runs a test with the library compiled without and with optimisation, under each kind of stress.
fn everywhere(body: impl Fn(&Probe, &mut Vm)) {
    let _one = ONE_INTERPRETER
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    for optimise in ["-O0", "-O2"] {
        let Some(probe) = probe(optimise) else { return };
        for config in stresses() {
            let mut vm = Vm::new(config).expect("memory to start");
            body(&probe, &mut vm);
            vm.mutator().collect(true);
        }
    }
}

fn got<T>(result: taipan_objects::PyResult<T>) -> T {
    result.unwrap_or_else(|_raised| panic!("nothing raises here"))
}

/// Allocates what is garbage at once: every allocation collects.
fn churn(vm: &mut Vm) {
    for count in 1..6 {
        let text = got(vm.new_str("garbage"));
        let row = got(vm.new_tuple(&vec![text; count]));
        got(vm.new_list(&[row, text]));
    }
}

#[test]
fn c_reads_ints_and_floats() {
    everywhere(|probe, vm| {
        let mut exports = Exports::new(vm);
        let numbers = [
            0,
            1,
            -1,
            (1 << 30) - 1,
            1 << 30,
            -(1 << 48),
            i64::MAX,
            i64::MIN,
        ];
        let objects = numbers.map(|int| {
            let value = got(vm.new_int(int));
            exports.export(vm, value)
        });
        let (three, exponent) = (IntBuf::from(3i64), IntBuf::from(200i64));
        let huge = three.as_ref().pow(exponent.as_ref()).expect("fits");
        let value = got(vm.new_int_buf(&huge));
        let huge_object = exports.export(vm, value);
        let floats = [0.0, -0.0, 1.5, f64::MIN_POSITIVE, f64::INFINITY, f64::NAN];
        let float_objects = floats.map(|float| {
            let value = got(vm.new_float(float));
            exports.export(vm, value)
        });
        churn(vm);
        let read = |object: Object| {
            let mut digits = [0u32; 64];
            let count = probe.read_int(object, digits.as_mut_ptr(), 64);
            let used = digits[..count.unsigned_abs() as usize].to_vec();
            (count < 0, used)
        };
        for (int, object) in numbers.into_iter().zip(objects) {
            let (negative, digits) = read(object);
            assert!(digits.iter().all(|digit| *digit < 1 << 30), "30 bits each");
            let size = digits
                .iter()
                .rev()
                .fold(0u128, |sum, digit| sum << 30 | u128::from(*digit));
            assert_eq!((negative, size), (int < 0, u128::from(int.unsigned_abs())));
            assert_eq!(probe.type_of(object), types::INT.as_ref().as_ptr());
            assert_eq!(probe.is_kind(object, 24), 1, "an int");
        }
        assert_eq!(read(huge_object), (false, huge.digits().to_vec()));
        for (float, object) in floats.into_iter().zip(float_objects) {
            let found = probe.read_float(object);
            assert_eq!(found.to_bits(), float.to_bits());
        }
        for (truth, number) in [(ty::bool_value(true), 1), (ty::bool_value(false), 0)] {
            let (_, digits) = read(mem::expect_ref(truth).as_ptr());
            assert_eq!(digits.first().copied().unwrap_or(0), number);
        }
    });
}

#[test]
fn c_reads_strings_of_every_kind_and_bytes() {
    everywhere(|probe, vm| {
        let mut exports = Exports::new(vm);
        let texts = ["", "plain ASCII", "caf\u{e9}", "\u{20ac}uro", "a\u{1f40d}b"];
        let widths = [1, 1, 1, 2, 4];
        let objects = texts.map(|text| {
            let value = got(vm.new_str(text));
            exports.export(vm, value)
        });
        let data = b"with\0zero and \xff";
        let value = got(vm.new_bytes(data));
        let bytes = exports.export(vm, value);
        churn(vm);
        for ((text, width), object) in texts.into_iter().zip(widths).zip(objects) {
            let length = probe.text_length(object);
            let characters = (0..=length).map(|at| probe.text_at(object, at));
            let expected = text.chars().map(u32::from).chain([0]);
            assert!(characters.eq(expected), "{text:?} and its terminator");
            assert_eq!(probe.text_kind(object), width, "{text:?}");
            let ascii = probe.text_is_ascii(object);
            assert_eq!(ascii == 1, text.is_ascii(), "{text:?}");
            assert_eq!(probe.is_kind(object, 28), 1, "a str");
        }
        let mut size = 0;
        let start = probe.read_bytes(bytes, &raw mut size);
        assert_eq!(size, data.len() as i64);
        // SAFETY: as many bytes and the terminator.
        let found = unsafe { std::slice::from_raw_parts(start, data.len() + 1) };
        assert_eq!(found, b"with\0zero and \xff\0");
        // SAFETY: a live object.
        let object = unsafe { Ref::from_ptr(bytes) };
        let again = Bytes::of(Value::from_ref(object)).expect("bytes");
        assert_eq!(again.data(), data);
    });
}

#[test]
fn c_counts_references_in_place() {
    everywhere(|probe, vm| {
        let mut exports = Exports::new(vm);
        let text = got(vm.new_str("counted"));
        let object = exports.export(vm, text);
        // SAFETY: a live object.
        let live = unsafe { Ref::from_ptr(object) };
        let count = || probe.count_of(object);
        assert_eq!(count(), refcount::OWNED);
        for round in 1..=100 {
            probe.take_32(object);
            probe.take_64(object);
            got(vm.new_list(&[text]));
            assert_eq!(count(), refcount::OWNED + 2 * round);
        }
        assert_eq!(
            live.layout(),
            layout::STR,
            "a 64-bit count leaves the upper half alone"
        );
        assert_ne!(live.gc_flags() & flags::PINNED, 0);
        for _ in 0..150 {
            let zero = probe.drop_32(object);
            let zero_64 = probe.drop_64(object);
            assert_eq!(
                (zero, zero_64),
                (0, 0),
                "C never deallocates what Coil owns"
            );
        }
        assert!((refcount::OWNED_START..refcount::OWNED_END).contains(&count()));
        assert!(Str::of(text).expect("a str").is("counted"));

        for value in [ty::none(), ty::bool_value(true), types::LIST.value()] {
            let fixed = mem::expect_ref(value).as_ptr();
            probe.take_32(fixed);
            let zero = probe.drop_32(fixed);
            let count = probe.count_of(fixed);
            assert_eq!(
                (zero, count),
                (0, refcount::IMMORTAL),
                "statics do not count"
            );
        }
    });
}

#[test]
fn c_sets_items_of_lists() {
    everywhere(|probe, vm| {
        let mut exports = Exports::new(vm);
        let value = got(vm.new_list(&[ty::none(), number::small(7), ty::none()]));
        let list = exports.export(vm, value);
        assert_eq!(probe.size_of(list), 3);
        assert_eq!(probe.is_kind(list, 25), 1, "a list");
        let seven = probe.list_item(list, 1);
        let mut digit = 0;
        assert_eq!(probe.read_int(seven, &raw mut digit, 1), 1);
        assert_eq!(digit, 7, "a small int was boxed for C");
        // The list is old by now; what C puts in is young, and nothing else holds it.
        for round in 0..20 {
            for at in 0..3 {
                let text = format!("item {round} {at}");
                let fresh = got(vm.new_str(&text));
                probe.set_list_item(list, at, mem::expect_ref(fresh).as_ptr());
                exports.remember(vm);
            }
            churn(vm);
            for at in 0..3 {
                let item = List::of(value).expect("a list").at(at);
                let text = Str::of(item).expect("a str").to_rust();
                assert_eq!(text, format!("item {round} {at}"));
            }
        }
    });
}

#[test]
fn c_appends_within_the_room_of_a_list() {
    everywhere(|probe, vm| {
        let mut exports = Exports::new(vm);
        let made = got(vm.new_list_with(8));
        let list = exports.export(vm, made.value());
        let room = probe.list_room(list);
        assert_eq!(room, made.capacity() as i64);
        let mut appended = 0;
        loop {
            let item = got(vm.new_bytes(format!("number {appended}").as_bytes()));
            let done = probe.append_within_room(list, mem::expect_ref(item).as_ptr());
            exports.remember(vm);
            if done == 0 {
                break;
            }
            appended += 1;
            churn(vm);
        }
        assert_eq!(appended, room);
        assert_eq!(made.len() as i64, room);
        got(made.push(vm, ty::none()));
        for at in 0..room as usize {
            let data = Bytes::of(made.at(at)).expect("bytes").data().to_vec();
            assert_eq!(data, format!("number {at}").into_bytes());
        }
    });
}

struct Pause<'a> {
    vm: &'a mut Vm,
    exports: &'a Exports,
    times: usize,
}

extern "C" fn pause(argument: *mut c_void) {
    // SAFETY: the test below gives the address of its `Pause`, and looks at it only after the call.
    let pause = unsafe { &mut *argument.cast::<Pause<'_>>() };
    pause.times += 1;
    pause.exports.remember(pause.vm);
    churn(pause.vm);
}

#[test]
fn c_holds_plain_pointers_while_the_collector_runs() {
    everywhere(|probe, vm| {
        let mut exports = Exports::new(vm);
        let rows: Vec<(i64, f64)> = (0..10).map(|at| (at - 5, 0.25 * at as f64)).collect();
        let made = got(vm.new_list_with(0));
        let mut rooted = RootVec::new(vm.mutator());
        rooted.push(made.value());
        for (int, float) in &rows {
            let float = got(vm.new_float(*float));
            let row = got(vm.new_tuple(&[number::small(*int), float]));
            let list = List::of(rooted.get(0).expect("pushed")).expect("a list");
            got(list.push(vm, row));
        }
        let list = exports.export(vm, rooted.get(0).expect("pushed"));
        let first = probe.tuple_item(probe.list_item(list, 0), 0);
        assert_eq!(probe.is_kind(first, 24), 1, "an int in a tuple");
        let mut argument = Pause {
            vm,
            exports: &exports,
            times: 0,
        };
        let address = (&raw mut argument).cast::<c_void>();
        let sum = probe.sum_with_pauses(list, pause, address);
        let expected: f64 = rows.iter().map(|(int, float)| *int as f64 + float).sum();
        assert_eq!((sum, argument.times), (expected, 20));
        assert_eq!(probe.count_of(list), refcount::OWNED, "taken and dropped");
    });
}
