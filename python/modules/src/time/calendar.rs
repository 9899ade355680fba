//! Calendar functions of module `time`.

use super::{STRUCT_TIME, now};
use crate::helpers::os_error;
use coil_value::Value;
use std::ffi::{CStr, CString};
use taipan_objects::native::Args;
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::tuple::Tuple;
use taipan_objects::ty;
use taipan_objects::{PyResult, Vm};

unsafe extern "C" {
    fn tzset();
}

/// Reads the zone from the environment.
pub(super) fn set_zone() {
    // SAFETY: no preconditions.
    unsafe { tzset() };
}

/// Names and offsets (seconds east) without and with daylight saving time.
pub(super) struct Zone {
    pub(super) standard: (String, i64),
    pub(super) daylight: (String, i64),
}

fn zone_at(seconds: i64) -> (String, i64) {
    match broken_down(seconds, true) {
        Some(tm) => (zone_name(&tm), tm.tm_gmtoff),
        None => ("UTC".to_owned(), 0),
    }
}

fn zone_name(tm: &libc::tm) -> String {
    if tm.tm_zone.is_null() {
        return String::new();
    }
    // SAFETY: the C library points to a name.
    unsafe { CStr::from_ptr(tm.tm_zone) }
        .to_string_lossy()
        .into_owned()
}

/// The zone of this year's winter and summer.
pub(super) fn zone_names() -> Zone {
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let start = (now() as i64) / YEAR * YEAR;
    let (january, july) = (zone_at(start), zone_at(start + YEAR / 2));
    let (standard, daylight) = if january.1 < july.1 {
        (january, july)
    } else {
        (july, january)
    };
    Zone { standard, daylight }
}

fn broken_down(seconds: i64, local: bool) -> Option<libc::tm> {
    // SAFETY: zero is a valid value.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: reads the number, writes the parts.
    let result = unsafe {
        if local {
            libc::localtime_r(&raw const seconds, &raw mut tm)
        } else {
            libc::gmtime_r(&raw const seconds, &raw mut tm)
        }
    };
    (!result.is_null()).then_some(tm)
}

fn seconds_arg(vm: &mut Vm, value: Option<Value>) -> PyResult<i64> {
    let Some(value) = value.filter(|value| *value != ty::none()) else {
        return Ok(now().floor() as i64);
    };
    if let Some(float) = number::float_of(value) {
        if float.is_nan() {
            return Err(vm.raise_value("Invalid value NaN (not a number)"));
        }
        let whole = float.floor();
        if !(-9.3e18..9.2e18).contains(&whole) {
            return Err(vm.raise_overflow("timestamp out of range for platform time_t"));
        }
        return Ok(whole as i64);
    }
    let index = protocol::index(vm, value)?;
    match number::i64_of(index) {
        Some(seconds) => Ok(seconds),
        None => Err(vm.raise_overflow("timestamp out of range for platform time_t")),
    }
}

fn parts(vm: &mut Vm, value: Option<Value>, local: bool) -> PyResult<libc::tm> {
    let seconds = seconds_arg(vm, value)?;
    match broken_down(seconds, local) {
        Some(tm) => Ok(tm),
        None => Err(os_error(vm, libc::EOVERFLOW, &[])),
    }
}

fn struct_time(vm: &mut Vm, tm: &libc::tm, zone: &str) -> PyResult {
    let int = |value: i32| number::small(value.into());
    let year = number::small(i64::from(tm.tm_year) + 1900);
    let zone = vm.new_str(zone)?;
    let fields = [
        year,
        int(tm.tm_mon + 1),
        int(tm.tm_mday),
        int(tm.tm_hour),
        int(tm.tm_min),
        int(tm.tm_sec),
        int((tm.tm_wday + 6) % 7),
        int(tm.tm_yday + 1),
        int(tm.tm_isdst),
        zone,
        number::small(tm.tm_gmtoff),
    ];
    STRUCT_TIME.make(vm, &fields)
}

/// `gmtime`.
pub(super) fn gmtime(vm: &mut Vm, args: Args) -> PyResult {
    let tm = parts(vm, args.get(0), false)?;
    let zone = zone_name(&tm);
    struct_time(vm, &tm, &zone)
}

/// `localtime`.
pub(super) fn localtime(vm: &mut Vm, args: Args) -> PyResult {
    let tm = parts(vm, args.get(0), true)?;
    let zone = zone_name(&tm);
    struct_time(vm, &tm, &zone)
}

/// The parts that a tuple says, weekday and day of the year in C's counting.
fn from_tuple(vm: &mut Vm, function: &str, value: Value) -> PyResult<libc::tm> {
    let Some(tuple) = Tuple::of(value) else {
        return Err(vm.raise_type("Tuple or struct_time argument required"));
    };
    if tuple.len() != 9 {
        return Err(vm.raise_type(&format!("{function}(): illegal time tuple argument")));
    }
    let mut numbers = [0i32; 9];
    for (index, number) in numbers.iter_mut().enumerate() {
        *number = crate::helpers::int_arg(vm, tuple.at(index))?;
    }
    let Some(year) = numbers[0].checked_sub(1900) else {
        return Err(vm.raise_overflow("year out of range"));
    };
    // SAFETY: zero is a valid value.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    tm.tm_year = year;
    tm.tm_mon = numbers[1].wrapping_sub(1);
    tm.tm_mday = numbers[2];
    tm.tm_hour = numbers[3];
    tm.tm_min = numbers[4];
    tm.tm_sec = numbers[5];
    tm.tm_wday = numbers[6].wrapping_add(1).wrapping_rem(7);
    tm.tm_yday = numbers[7].wrapping_sub(1);
    tm.tm_isdst = numbers[8];
    Ok(tm)
}

fn checked(vm: &mut Vm, function: &str, value: Value) -> PyResult<libc::tm> {
    let mut tm = from_tuple(vm, function, value)?;
    // Zero stands for the first, as CPython takes it.
    if tm.tm_mon == -1 {
        tm.tm_mon = 0;
    }
    if tm.tm_mday == 0 {
        tm.tm_mday = 1;
    }
    if tm.tm_yday == -1 {
        tm.tm_yday = 0;
    }
    let wrong = if !(0..=11).contains(&tm.tm_mon) {
        "month out of range"
    } else if !(1..=31).contains(&tm.tm_mday) {
        "day of month out of range"
    } else if !(0..=23).contains(&tm.tm_hour) {
        "hour out of range"
    } else if !(0..=59).contains(&tm.tm_min) {
        "minute out of range"
    } else if !(0..=61).contains(&tm.tm_sec) {
        "seconds out of range"
    } else if tm.tm_wday < 0 {
        "day of week out of range"
    } else if !(0..=365).contains(&tm.tm_yday) {
        "day of year out of range"
    } else {
        return Ok(tm);
    };
    Err(vm.raise_value(wrong))
}

/// `mktime`.
pub(super) fn mktime(vm: &mut Vm, args: Args) -> PyResult {
    let mut tm = from_tuple(vm, "mktime", args.at(0))?;
    tm.tm_wday = -1;
    // SAFETY: the parts are complete.
    let seconds = unsafe { libc::mktime(&raw mut tm) };
    if seconds == -1 && tm.tm_wday == -1 {
        return Err(vm.raise_overflow("mktime argument out of range"));
    }
    vm.new_float(seconds as f64)
}

fn text_of(vm: &mut Vm, tm: &libc::tm) -> PyResult {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let day = DAYS[usize::try_from(tm.tm_wday).unwrap_or(0) % 7];
    let month = MONTHS[usize::try_from(tm.tm_mon).unwrap_or(0) % 12];
    vm.new_str(&format!(
        "{day} {month} {:2} {:02}:{:02}:{:02} {}",
        tm.tm_mday,
        tm.tm_hour,
        tm.tm_min,
        tm.tm_sec,
        i64::from(tm.tm_year) + 1900
    ))
}

/// `asctime`.
pub(super) fn asctime(vm: &mut Vm, args: Args) -> PyResult {
    let tm = match args.get(0) {
        Some(tuple) => checked(vm, "asctime", tuple)?,
        None => parts(vm, None, true)?,
    };
    text_of(vm, &tm)
}

/// `ctime`.
pub(super) fn ctime(vm: &mut Vm, args: Args) -> PyResult {
    let tm = parts(vm, args.get(0), true)?;
    text_of(vm, &tm)
}

/// `strftime`.
pub(super) fn strftime(vm: &mut Vm, args: Args) -> PyResult {
    let Some(format) = Str::of(args.at(0)) else {
        let name = crate::helpers::type_or_none(args.at(0));
        return Err(vm.raise_type(&format!("strftime() argument 1 must be str, not {name}")));
    };
    let format = crate::helpers::to_system(vm, format)?;
    let tm = match args.get(1) {
        Some(tuple) => checked(vm, "strftime", tuple)?,
        None => parts(vm, None, true)?,
    };
    let mut tm = tm;
    let zone;
    if tm.tm_zone.is_null() {
        let names = zone_names();
        zone = CString::new(if tm.tm_isdst > 0 {
            names.daylight.0
        } else {
            names.standard.0
        })
        .unwrap_or_default();
        tm.tm_gmtoff = if tm.tm_isdst > 0 {
            names.daylight.1
        } else {
            names.standard.1
        };
        tm.tm_zone = zone.as_ptr();
    }
    let mut out = Vec::new();
    // Pieces between null characters, which the C library cannot see.
    for (index, piece) in format.split(|byte| *byte == 0).enumerate() {
        if index > 0 {
            out.push(0);
        }
        append(vm, &mut out, piece, &tm)?;
    }
    crate::helpers::from_system(vm, &out)
}

fn append(vm: &mut Vm, out: &mut Vec<u8>, format: &[u8], tm: &libc::tm) -> PyResult<()> {
    if format.is_empty() {
        return Ok(());
    }
    // A mark in front tells an empty result from a buffer that was too small.
    let marked = CString::new([b"x", format].concat()).expect("split at null characters");
    let mut size = 256;
    loop {
        let mut buffer = vec![0u8; size];
        // SAFETY: the buffer has that size; format and parts are complete.
        let count =
            unsafe { libc::strftime(buffer.as_mut_ptr().cast(), size, marked.as_ptr(), tm) };
        if count > 0 {
            out.extend_from_slice(&buffer[1..count]);
            return Ok(());
        }
        if size > 1 << 20 {
            return Err(vm.raise_memory_error());
        }
        size *= 4;
    }
}
