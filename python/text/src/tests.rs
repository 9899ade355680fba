//! Text as CPython 3.14 has it; expected texts are recorded from it.

use crate::TYPES;
use coil_heap::HeapConfig;
use coil_value::Value;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use taipan_objects::bytes::ByteArray;
use taipan_objects::slots::{BinaryOp, Slots};
use taipan_objects::str::Str;
use taipan_objects::ty::types;
use taipan_objects::{PyResult, Vm, exception, mem, protocol, tuple::Tuple};

/// Containers and ints come from other crates; this much of them is enough to look at results.
static TUPLE: taipan_objects::class::TypeDef = taipan_objects::class::TypeDef {
    ty: &types::TUPLE,
    slots: |slots: &mut Slots| {
        slots.repr = Some(|vm, value| {
            let tuple = Tuple::of(value).expect("self is a tuple");
            sequence(vm, tuple.len(), |index| tuple.at(index))
        });
    },
    methods: &[],
    getset: &[],
    doc: "",
    module: "",
};
static LIST: taipan_objects::class::TypeDef = taipan_objects::class::TypeDef {
    ty: &types::LIST,
    slots: |slots: &mut Slots| {
        slots.repr = Some(|vm, value| {
            let list = taipan_objects::list::List::of(value).expect("self is a list");
            sequence(vm, list.len(), |index| list.at(index))
        });
    },
    methods: &[],
    getset: &[],
    doc: "",
    module: "",
};
static INT: taipan_objects::class::TypeDef = taipan_objects::class::TypeDef {
    ty: &types::INT,
    slots: |slots: &mut Slots| {
        slots.repr = Some(|vm, value| {
            let text = vm.int_text(value, 10)?;
            vm.new_str(&text)
        });
        slots.index = Some(|_, value| Ok(value));
    },
    methods: &[],
    getset: &[],
    doc: "",
    module: "",
};

fn sequence(vm: &mut Vm, len: usize, item: impl Fn(usize) -> Value) -> PyResult {
    let mut parts = Vec::new();
    for index in 0..len {
        parts.push(protocol::repr_text(vm, item(index))?);
    }
    vm.new_str(&format!("[{}]", parts.join(", ")))
}

/// Builtin types are statics: one interpreter at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Session {
    vm: Box<Vm>,
    _alone: MutexGuard<'static, ()>,
}

impl Deref for Session {
    type Target = Vm;

    fn deref(&self) -> &Vm {
        &self.vm
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Vm {
        &mut self.vm
    }
}

fn vm() -> Session {
    let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut vm = Vm::new(HeapConfig::default()).expect("a small heap");
    let mut types = TYPES.to_vec();
    types.extend([&TUPLE, &LIST, &INT]);
    vm.ready_types(&types).expect("memory for the types");
    Session { vm, _alone: alone }
}

fn shown(vm: &mut Vm, result: PyResult) -> String {
    let result = result.and_then(|value| protocol::repr_text(vm, value));
    match result {
        Ok(text) => text,
        Err(raised) => {
            let error = vm.take_raised(raised);
            let args = Tuple::of(exception::args(mem::expect_ref(error))).expect("a tuple");
            let text = args.get(0).and_then(Str::of);
            let text = text.map_or(String::new(), |text| text.to_rust().into_owned());
            format!("{}: {text}", protocol::type_name(error))
        }
    }
}

/// An argument: digits are an int, `b'...'` bytes, `None` none, anything else a str.
fn argument(vm: &mut Vm, text: &str) -> Value {
    if text == "None" {
        return taipan_objects::ty::none();
    }
    if let Ok(int) = text.parse::<i64>() {
        return vm.new_int(int).expect("memory");
    }
    let bytes = text
        .strip_prefix("b'")
        .and_then(|text| text.strip_suffix('\''));
    match bytes {
        Some(bytes) => vm.new_bytes(bytes.as_bytes()).expect("memory"),
        None => vm.new_str(text).expect("memory"),
    }
}

fn call(vm: &mut Vm, this: Value, name: &str, args: &[&str]) -> String {
    let values: Vec<Value> = args.iter().map(|arg| argument(vm, arg)).collect();
    let name = vm.intern(name).map(|name| Str::of(name).expect("a str"));
    let name = name.expect("memory");
    let result = protocol::call_special(vm, this, name, &values)
        .map(|found| found.expect("the type has the method"));
    shown(vm, result)
}

fn check(rows: &[(&str, &str, &[&str], &str)]) {
    let mut vm = vm();
    for (this, name, args, expected) in rows {
        let value = argument(&mut vm, this);
        assert_eq!(
            call(&mut vm, value, name, args),
            *expected,
            "{this:?}.{name}{args:?}"
        );
    }
}

#[test]
fn strings_split_and_strip() {
    check(&[
        ("a,b,c", "split", &[","], "['a', 'b', 'c']"),
        ("a,b,c", "rsplit", &[",", "1"], "['a,b', 'c']"),
        ("  a b ", "split", &["None", "1"], "['a', 'b ']"),
        (" a  b ", "rsplit", &["None", "1"], "[' a', 'b']"),
        ("a", "split", &[""], "ValueError: empty separator"),
        (
            "a\r\nb\u{b}c",
            "splitlines",
            &["1"],
            "['a\\r\\n', 'b\\x0b', 'c']",
        ),
        ("añbñc", "partition", &["ñ"], "['a', 'ñ', 'bñc']"),
        ("abc", "rpartition", &["z"], "['', '', 'abc']"),
        ("xxabcxx", "strip", &["x"], "'abc'"),
        ("\u{3000}a ", "lstrip", &[], "'a '"),
        (
            "a",
            "strip",
            &["1"],
            "TypeError: strip arg must be None or str",
        ),
    ]);
}

#[test]
fn strings_are_searched_and_replaced() {
    check(&[
        ("abc", "find", &["", "4"], "-1"),
        ("abc", "find", &["", "3"], "3"),
        ("abc", "count", &["", "1"], "3"),
        ("a\u{1f600}b", "find", &["b"], "2"),
        ("abc", "find", &["\u{1f600}"], "-1"),
        ("abc", "rindex", &["z"], "ValueError: substring not found"),
        ("abc", "replace", &["", "-", "2"], "'-a-bc'"),
        ("aaa", "replace", &["a", "é"], "'ééé'"),
        (
            "abc",
            "startswith",
            &["1"],
            "TypeError: startswith first arg must be str or a tuple of str, not int",
        ),
        ("abc", "removeprefix", &["ab"], "'c'"),
        ("abc", "__getitem__", &["-1"], "'c'"),
        (
            "abc",
            "__getitem__",
            &["5"],
            "IndexError: string index out of range",
        ),
    ]);
}

#[test]
fn strings_fill_and_change_case() {
    check(&[
        ("ab", "center", &["5", "é"], "'ééabé'"),
        ("-x", "zfill", &["4"], "'-00x'"),
        ("\ta\tb", "expandtabs", &["4"], "'    a   b'"),
        ("straße", "upper", &[], "'STRASSE'"),
        ("they're bill's", "title", &[], "\"They'Re Bill'S\""),
        ("ΑΣ", "lower", &[], "'ας'"),
        (
            "a",
            "ljust",
            &["3", "xx"],
            "TypeError: The fill character must be exactly one character long",
        ),
        ("a", "__mul__", &["1152921504606846976"], "MemoryError: "),
        (
            "ab",
            "__add__",
            &["1"],
            "TypeError: can only concatenate str (not \"int\") to str",
        ),
    ]);
}

#[test]
fn percent_formats_take_arguments_in_order() {
    let mut vm = vm();
    for (format, args, expected) in [
        (
            "%s-%5.1f|%-5d|%05d",
            &["x", "2", "3", "4"][..],
            "'x-  2.0|3    |00004'",
        ),
        ("%r %a %s %%", &["é", "é", "é"], "\"'é' '\\\\xe9' é %\""),
        ("%x %#o %c", &["255", "8", "65"], "'ff 0o10 A'"),
        (
            "%d",
            &["a"],
            "TypeError: %d format: a real number is required, not str",
        ),
        (
            "%s %s",
            &["1"],
            "TypeError: not enough arguments for format string",
        ),
        (
            "%s",
            &["1", "2"],
            "TypeError: not all arguments converted during string formatting",
        ),
        (
            "%z",
            &["1"],
            "ValueError: unsupported format character 'z' (0x7a) at index 1",
        ),
        ("%*d", &["5", "1"], "'    1'"),
    ] {
        let values: Vec<Value> = args.iter().map(|arg| argument(&mut vm, arg)).collect();
        let format = vm.new_str(format).expect("memory");
        let args = vm.new_tuple(&values).expect("memory");
        let result = protocol::binary(&mut vm, BinaryOp::Mod, format, args);
        assert_eq!(shown(&mut vm, result), expected);
    }
}

#[test]
fn format_fields_nest_and_number_themselves() {
    let mut vm = vm();
    for (format, args, expected) in [
        (
            "{} {0}",
            &["a"][..],
            "ValueError: cannot switch from automatic field numbering to manual field specification",
        ),
        ("{0!r:>5}|{1}", &["a", "b"], "\"  'a'|b\""),
        ("{:{}}|", &["a", "3"], "'a  |'"),
        (
            "{:{:{}}}",
            &["a", "b", "c"],
            "ValueError: Max string recursion exceeded",
        ),
        ("{{}}", &[], "'{}'"),
        (
            "{",
            &[],
            "ValueError: Single '{' encountered in format string",
        ),
        (
            "{0",
            &["a"],
            "ValueError: expected '}' before end of string",
        ),
        (
            "{5}",
            &["a"],
            "IndexError: Replacement index 5 out of range for positional args tuple",
        ),
    ] {
        let format = vm.new_str(format).expect("memory");
        assert_eq!(call(&mut vm, format, "format", args), expected);
    }
}

#[test]
fn bytes_have_the_methods_of_str() {
    check(&[
        ("b'a,b'", "split", &["b','"], "[b'a', b'b']"),
        ("b'abc'", "find", &["98"], "1"),
        (
            "b'abc'",
            "find",
            &["300"],
            "ValueError: byte must be in range(0, 256)",
        ),
        (
            "b'abc'",
            "find",
            &["a"],
            "TypeError: argument should be integer or bytes-like object, not 'str'",
        ),
        ("b'abcdef'", "hex", &["_", "-4"], "'61626364_6566'"),
        ("b'ab'", "center", &["5"], "b'  ab '"),
        ("b'abc'", "replace", &["b'b'", "b'xx'"], "b'axxc'"),
        ("b'abc d'", "title", &[], "b'Abc D'"),
        (
            "b'%d|%s'",
            "__mod__",
            &["1"],
            "TypeError: not enough arguments for format string",
        ),
    ]);
}

#[test]
fn bytearrays_grow_shrink_and_survive_collections() {
    let mut vm = vm();
    let value = vm.new_bytearray(b"abc").expect("memory").value();
    for round in 0..2000 {
        let nothing = shown(&mut vm, Ok(taipan_objects::ty::none()));
        assert_eq!(call(&mut vm, value, "append", &["120"]), nothing);
        if round % 500 == 0 {
            vm.mutator().collect(round % 1000 == 0);
        }
    }
    let array = ByteArray::of(value).expect("a bytearray");
    assert_eq!(array.len(), 2003);
    assert!(array.data()[3..].iter().all(|byte| *byte == b'x'));
    assert_eq!(call(&mut vm, value, "pop", &["0"]), "97");
    assert_eq!(
        call(&mut vm, value, "pop", &["9999"]),
        "IndexError: pop index out of range"
    );
    assert_eq!(array.len(), 2002);
    call(&mut vm, value, "clear", &[]);
    assert!(array.is_empty());
}
