//! [`Probe`]: the functions of probe.c, compiled and loaded.

use std::ffi::{CString, c_char, c_double, c_int, c_void};
use std::path::{Path, PathBuf};
use std::process::Command;

use coil_value::Header;

/// An object as C gets it.
pub(crate) type Object = *mut Header;

macro_rules! probe_functions {
    ($($name:ident($($argument:ident: $ty:ty),*) $(-> $result:ty)?;)*) => {
        /// The functions of probe.c. Callers give live objects of the kind the function is for.
        pub(crate) struct Probe {
            $($name: unsafe extern "C" fn($($ty),*) $(-> $result)?,)*
        }

        impl Probe {
            fn load(library: &Path) -> Probe {
                let path = CString::new(library.to_str().expect("UTF-8")).expect("no NUL");
                // SAFETY: the library was compiled from probe.c and has no initialisers.
                let handle = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
                assert!(!handle.is_null(), "{} loads", library.display());
                Probe {
                    $($name: {
                        let symbol = concat!(stringify!($name), "\0").as_ptr().cast::<c_char>();
                        // SAFETY: an open library and a C string.
                        let address = unsafe { libc::dlsym(handle, symbol) };
                        assert!(!address.is_null(), "probe.c has {}", stringify!($name));
                        // SAFETY: probe.c defines the function with this signature.
                        unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($ty),*) $(-> $result)?>(address) }
                    },)*
                }
            }

            $(pub(crate) fn $name(&self, $($argument: $ty),*) $(-> $result)? {
                // SAFETY: as the struct says.
                unsafe { (self.$name)($($argument),*) }
            })*
        }
    };
}
probe_functions! {
    take_32(object: Object);
    drop_32(object: Object) -> c_int;
    take_64(object: Object);
    drop_64(object: Object) -> c_int;
    count_of(object: Object) -> u32;
    type_of(object: Object) -> Object;
    is_kind(object: Object, bit: c_int) -> c_int;
    read_int(object: Object, digits: *mut u32, room: i64) -> i64;
    read_float(object: Object) -> c_double;
    read_bytes(object: Object, size: *mut i64) -> *const u8;
    text_kind(object: Object) -> c_int;
    text_is_ascii(object: Object) -> c_int;
    text_length(object: Object) -> i64;
    text_at(object: Object, at: i64) -> u32;
    size_of(object: Object) -> i64;
    tuple_item(object: Object, at: i64) -> Object;
    list_item(object: Object, at: i64) -> Object;
    list_room(object: Object) -> i64;
    set_list_item(object: Object, at: i64, item: Object);
    append_within_room(object: Object, item: Object) -> c_int;
    sum_with_pauses(object: Object, pause: extern "C" fn(*mut c_void), argument: *mut c_void) -> c_double;
}

/// Offsets and sizes of CPython 3.14's structs: struct, member (or `sizeof`), number, and what that is in probe.c.
const STRUCTS: &str = include_str!("structs_314.csv");

/// The table as C assertions about the structs of probe.c.
fn assertions() -> String {
    let mut text = String::new();
    for row in STRUCTS.lines().skip(1) {
        let columns: Vec<&str> = row.split(',').collect();
        let [name, member, number, place] = columns[..] else {
            panic!("four columns: {row}");
        };
        let number: u32 = number.parse().expect("a number");
        let found = match place.split_once('.') {
            None => format!("sizeof({place})"),
            Some((of, field)) => format!("offsetof({of}, {field})"),
        };
        assert_eq!(member == "sizeof", !place.contains('.'), "{row}");
        text.push_str(&format!(
            "_Static_assert({found} == {number}, \"{name}.{member}\");\n"
        ));
    }
    text
}

/// The compiled probe; none, with a message, where there is no C compiler.
pub(crate) fn probe(optimise: &str) -> Option<Probe> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c_probe/probe.c");
    let name = format!("probe{optimise}-{:?}.so", std::thread::current().id());
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let layouts = library.with_extension("h");
    std::fs::write(&layouts, assertions()).expect("the tests' folder can be written");
    let outcome = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-fPIC", "-shared"])
        .arg(format!("-DLAYOUTS=\"{}\"", layouts.display()))
        .args([optimise, "-fno-strict-aliasing", "-o"])
        .arg(&library)
        .arg(&source)
        .output();
    match outcome {
        Ok(outcome) => {
            let said = String::from_utf8_lossy(&outcome.stderr);
            assert!(outcome.status.success(), "cc accepts probe.c:\n{said}");
            Some(Probe::load(&library))
        }
        Err(error) if std::env::var("CI").is_ok_and(|value| value == "true") => {
            panic!("the C probe needs a C compiler: cc: {error}")
        }
        Err(error) => {
            eprintln!("skipped: the C probe needs a C compiler: cc: {error}");
            None
        }
    }
}
