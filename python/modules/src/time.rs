//! `time`: clocks and calendar by the C library.

mod calendar;

use crate::helpers::{set_ints, set_text};
use crate::structseq::StructSeq;
use coil_value::Value;
use taipan_objects::dict::Dict;
use taipan_objects::module::ModuleDef;
use taipan_objects::native::Args;
use taipan_objects::natives;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

/// `time`.
pub(crate) static TIME: ModuleDef = ModuleDef {
    name: "time",
    functions: FUNCTIONS,
    init,
};

pub(crate) static STRUCT_TIME: StructSeq = StructSeq {
    module: "time",
    name: "struct_time",
    fields: &[
        "tm_year",
        "tm_mon",
        "tm_mday",
        "tm_hour",
        "tm_min",
        "tm_sec",
        "tm_wday",
        "tm_yday",
        "tm_isdst",
        "tm_zone",
        "tm_gmtoff",
    ],
    visible: 9,
    constructible: true,
};

natives! {
    static FUNCTIONS = {
        "time" function NoArgs, "()" => |vm, _| seconds(vm, libc::CLOCK_REALTIME);
        "time_ns" function NoArgs, "()" => |vm, _| nanoseconds(vm, libc::CLOCK_REALTIME);
        "monotonic" function NoArgs, "()" => |vm, _| seconds(vm, libc::CLOCK_MONOTONIC);
        "monotonic_ns" function NoArgs, "()" => |vm, _| nanoseconds(vm, libc::CLOCK_MONOTONIC);
        "perf_counter" function NoArgs, "()" => |vm, _| seconds(vm, libc::CLOCK_MONOTONIC);
        "perf_counter_ns" function NoArgs, "()" => |vm, _| nanoseconds(vm, libc::CLOCK_MONOTONIC);
        "process_time" function NoArgs, "()" => |vm, _| seconds(vm, libc::CLOCK_PROCESS_CPUTIME_ID);
        "process_time_ns" function NoArgs, "()" => |vm, _| nanoseconds(vm, libc::CLOCK_PROCESS_CPUTIME_ID);
        "thread_time" function NoArgs, "()" => |vm, _| seconds(vm, libc::CLOCK_THREAD_CPUTIME_ID);
        "thread_time_ns" function NoArgs, "()" => |vm, _| nanoseconds(vm, libc::CLOCK_THREAD_CPUTIME_ID);
        "clock_gettime" function One, "(clk_id, /)" => |vm, args| { let id = clock_id(vm, args.at(0))?; seconds(vm, id) };
        "clock_gettime_ns" function One, "(clk_id, /)" => |vm, args| { let id = clock_id(vm, args.at(0))?; nanoseconds(vm, id) };
        "clock_getres" function One, "(clk_id, /)" => |vm, args| {
            let id = clock_id(vm, args.at(0))?;
            let resolution = resolution(id);
            vm.new_float(resolution)
        };
        "get_clock_info" function One, "(name, /)" => clock_info;
        "sleep" function One, "(seconds, /)" => sleep;
        "gmtime" function Positional(0, 1), "(seconds=None, /)" => calendar::gmtime;
        "localtime" function Positional(0, 1), "(seconds=None, /)" => calendar::localtime;
        "mktime" function One, "(time_tuple, /)" => calendar::mktime;
        "asctime" function Positional(0, 1), "(time_tuple=None, /)" => calendar::asctime;
        "ctime" function Positional(0, 1), "(seconds=None, /)" => calendar::ctime;
        "strftime" function Positional(1, 2), "(format, time_tuple=None, /)" => calendar::strftime;
        "strptime" function Positional(1, 2), "(string, format='%a %b %d %H:%M:%S %Y', /)" => strptime;
        "tzset" function NoArgs, "()" => |vm, _| {
            calendar::set_zone();
            if let Some(dict) = vm.interp.modules().get_name(vm, "time")?.and_then(protocol::module_dict) {
                zone(vm, dict)?;
            }
            Ok(ty::none())
        };
    };
}

fn init(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    set_ints(
        vm,
        dict,
        &[
            ("CLOCK_REALTIME", libc::CLOCK_REALTIME.into()),
            ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC.into()),
            ("CLOCK_MONOTONIC_RAW", libc::CLOCK_MONOTONIC_RAW.into()),
            (
                "CLOCK_PROCESS_CPUTIME_ID",
                libc::CLOCK_PROCESS_CPUTIME_ID.into(),
            ),
            (
                "CLOCK_THREAD_CPUTIME_ID",
                libc::CLOCK_THREAD_CPUTIME_ID.into(),
            ),
            ("CLOCK_BOOTTIME", libc::CLOCK_BOOTTIME.into()),
            ("CLOCK_TAI", libc::CLOCK_TAI.into()),
            ("_STRUCT_TM_ITEMS", 11),
        ],
    )?;
    let class = STRUCT_TIME.class(vm)?;
    dict.set_name(vm, "struct_time", class.value())?;
    calendar::set_zone();
    zone(vm, dict)
}

/// The constants of the time zone: what winter and summer of this year have.
fn zone(vm: &mut Vm, dict: Dict) -> PyResult<()> {
    let zone = calendar::zone_names();
    set_ints(
        vm,
        dict,
        &[
            ("timezone", -zone.standard.1),
            ("altzone", -zone.daylight.1),
            ("daylight", i64::from(zone.standard.1 != zone.daylight.1)),
        ],
    )?;
    let names = [vm.new_str(&zone.standard.0)?, vm.new_str(&zone.daylight.0)?];
    let names = vm.new_tuple(&names)?;
    dict.set_name(vm, "tzname", names)?;
    set_text(
        vm,
        dict,
        "__doc__",
        "This module provides various functions to manipulate time values.",
    )
}

fn clock(id: libc::clockid_t) -> Option<(i64, i64)> {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: writes the time given.
    let failed = unsafe { libc::clock_gettime(id, &raw mut time) } != 0;
    (!failed).then_some((time.tv_sec, time.tv_nsec))
}

fn clock_id(vm: &mut Vm, value: Value) -> PyResult<libc::clockid_t> {
    let id = crate::helpers::int_arg(vm, value)?;
    if clock(id).is_none() {
        let number = crate::helpers::errno();
        return Err(crate::helpers::os_error(vm, number, &[]));
    }
    Ok(id)
}

/// The wall clock in seconds.
pub(super) fn now() -> f64 {
    clock(libc::CLOCK_REALTIME).map_or(0.0, |(seconds, nanoseconds)| {
        to_seconds(seconds, nanoseconds)
    })
}

fn to_seconds(seconds: i64, nanoseconds: i64) -> f64 {
    // As CPython: the whole number of nanoseconds divided once.
    let total = i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    match i64::try_from(total) {
        Ok(total) => total as f64 / 1e9,
        Err(_) => seconds as f64,
    }
}

fn seconds(vm: &mut Vm, id: libc::clockid_t) -> PyResult {
    let (seconds, nanoseconds) = clock(id).unwrap_or((0, 0));
    vm.new_float(to_seconds(seconds, nanoseconds))
}

fn nanoseconds(vm: &mut Vm, id: libc::clockid_t) -> PyResult {
    let (seconds, nanoseconds) = clock(id).unwrap_or((0, 0));
    vm.new_int(
        seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(nanoseconds),
    )
}

fn resolution(id: libc::clockid_t) -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: writes the time given.
    unsafe { libc::clock_getres(id, &raw mut time) };
    to_seconds(time.tv_sec, time.tv_nsec)
}

fn clock_info(vm: &mut Vm, args: Args) -> PyResult {
    let name = crate::helpers::str_arg(vm, "get_clock_info", "1", args.at(0))?
        .to_rust()
        .into_owned();
    let (id, text, monotonic) = match name.as_str() {
        "time" => (libc::CLOCK_REALTIME, "clock_gettime(CLOCK_REALTIME)", false),
        "monotonic" | "perf_counter" => (
            libc::CLOCK_MONOTONIC,
            "clock_gettime(CLOCK_MONOTONIC)",
            true,
        ),
        "process_time" => (
            libc::CLOCK_PROCESS_CPUTIME_ID,
            "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)",
            true,
        ),
        "thread_time" => (
            libc::CLOCK_THREAD_CPUTIME_ID,
            "clock_gettime(CLOCK_THREAD_CPUTIME_ID)",
            true,
        ),
        _ => return Err(vm.raise_value("unknown clock")),
    };
    let text = vm.new_str(text)?;
    let resolution = vm.new_float(resolution(id))?;
    crate::sys::namespace(
        vm,
        &[
            ("implementation", text),
            ("monotonic", ty::bool_value(monotonic)),
            ("adjustable", ty::bool_value(name == "time")),
            ("resolution", resolution),
        ],
    )
}

fn sleep(vm: &mut Vm, args: Args) -> PyResult {
    let seconds = match number::i64_of(args.at(0)) {
        Some(int) => int as f64,
        None => {
            let slots = taipan_objects::ty::Type::of(args.at(0)).slots();
            if slots.float.is_none()
                && slots.index.is_none()
                && number::float_of(args.at(0)).is_none()
            {
                return Err(
                    vm.raise_type_of(args.at(0), "cannot be interpreted as an integer or float")
                );
            }
            protocol::to_f64(vm, args.at(0))?
        }
    };
    if seconds.is_nan() {
        return Err(vm.raise_value("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(vm.raise_value("sleep length must be non-negative"));
    }
    if seconds > 9_223_372_036.0 {
        return Err(vm.raise_overflow("timestamp out of range for platform time_t"));
    }
    let (start, nanoseconds) = clock(libc::CLOCK_MONOTONIC).unwrap_or((0, 0));
    let total = nanoseconds + (seconds.fract() * 1e9).ceil() as i64;
    let until = libc::timespec {
        tv_sec: start + seconds as i64 + total / 1_000_000_000,
        tv_nsec: total % 1_000_000_000,
    };
    loop {
        let wait = || {
            // SAFETY: the time is complete; no remainder is asked for.
            unsafe {
                libc::clock_nanosleep(
                    libc::CLOCK_MONOTONIC,
                    libc::TIMER_ABSTIME,
                    &raw const until,
                    std::ptr::null_mut(),
                )
            }
        };
        match vm.mutator().native(wait) {
            0 => return Ok(ty::none()),
            libc::EINTR => crate::signal::deliver(vm)?,
            other => return Err(crate::helpers::os_error(vm, other, &[])),
        }
    }
}

fn strptime(vm: &mut Vm, args: Args) -> PyResult {
    let name = crate::helpers::name(vm, "_strptime")?;
    let module = crate::import::import(vm, name, ty::none(), ty::none(), 0)?;
    let function = protocol::get_attr_named(vm, module, "_strptime_time")?;
    let _ = Str::of(args.at(0));
    protocol::call_args(vm, function, args)
}
