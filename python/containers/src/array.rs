//! Module `array`. An array is a row of fields: a bytearray with the items' bytes, the kind's letter. The type has the flag that makes such
//! rows bytes-like.
//!
//! Guest code runs while values become items; lengths are read again afterwards.

mod item;
mod kind;
mod methods;
mod pickle;

use crate::helpers::self_iter;
use crate::native_module::{add_types, get, int, module_types, set, set_int};
use kind::{CODES, Item, Kind};
use taipan_objects::bytes::{ByteArray, Bytes};
use taipan_objects::module::ModuleDef;
use taipan_objects::native::{Args, GetSetDef};
use taipan_objects::number;
use taipan_objects::protocol;
use taipan_objects::str::Str;
use taipan_objects::ty::{self, Type, flag};
use taipan_objects::{PyResult, Value, Vm, natives};

const BYTES: usize = 0;
const CODE: usize = 1;

/// An array object.
#[derive(Clone, Copy)]
struct Array {
    object: Value,
    bytes: ByteArray,
    kind: Kind,
}

impl Array {
    fn of(value: Value) -> Option<Array> {
        let ty = Type::of(value);
        (ty == ARRAY.ty() || ty.is_subtype(ARRAY.ty())).then(|| this(value))
    }

    #[inline]
    fn len(self) -> usize {
        self.bytes.len() / self.kind.size()
    }

    /// The bytes of an item, if there are so many.
    #[inline]
    fn raw(self, index: usize) -> Option<Item> {
        let size = self.kind.size();
        let bytes = self.bytes.data().get(index * size..)?.get(..size)?;
        let mut item = [0; 8];
        item[..size].copy_from_slice(bytes);
        Some(item)
    }

    #[inline]
    fn get(self, vm: &mut Vm, index: usize) -> PyResult<Option<Value>> {
        match self.raw(index) {
            Some(item) => self.kind.read(vm, &item).map(Some),
            None => Ok(None),
        }
    }

    /// Overwrites an item; gives whether there is one.
    #[inline]
    fn put(self, index: usize, item: Item) -> bool {
        let size = self.kind.size();
        let place = self.bytes.data_mut().get_mut(index * size..);
        match place.and_then(|place| place.get_mut(..size)) {
            Some(place) => {
                place.copy_from_slice(&item[..size]);
                true
            }
            None => false,
        }
    }

    /// Replaces items `start..end` by these bytes.
    fn splice(self, vm: &mut Vm, start: usize, end: usize, bytes: &[u8]) -> PyResult<()> {
        let size = self.kind.size();
        let (start, end) = (start * size, end * size);
        self.bytes.resize_range(vm, start, end, bytes.len())?;
        self.bytes.data_mut()[start..start + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn append(self, vm: &mut Vm, value: Value) -> PyResult<()> {
        let item = self.kind.bytes(vm, value)?;
        let len = self.len();
        self.splice(vm, len, len, &item[..self.kind.size()])
    }

    /// Appends bytes that are items. A copy: the object that they come from may move while the array grows.
    fn append_bytes(self, vm: &mut Vm, bytes: Vec<u8>) -> PyResult<()> {
        if !bytes.len().is_multiple_of(self.kind.size()) {
            return Err(vm.raise_value("bytes length not a multiple of item size"));
        }
        let len = self.len();
        self.splice(vm, len, len, &bytes)
    }

    fn append_text(self, vm: &mut Vm, text: Str) -> PyResult<()> {
        let bytes: Vec<u8> = text.text().iter().flat_map(u32::to_ne_bytes).collect();
        self.append_bytes(vm, bytes)
    }

    fn extend(self, vm: &mut Vm, iterable: Value) -> PyResult<()> {
        if let Some(other) = Array::of(iterable) {
            if other.kind != self.kind {
                return Err(vm.raise_type("can only extend with array of same kind"));
            }
            let bytes = other.bytes.data().to_vec();
            return self.append_bytes(vm, bytes);
        }
        self.append_all(vm, iterable)
    }

    fn append_all(self, vm: &mut Vm, iterable: Value) -> PyResult<()> {
        protocol::for_each(vm, iterable, |vm, item| {
            self.append(vm, item)?;
            Ok(true)
        })
    }
}

/// An array that the descriptor or slot has checked.
#[inline]
fn this(object: Value) -> Array {
    let bytes = get(object, BYTES).and_then(ByteArray::of);
    let kind = Kind::of(int(object, CODE) as u32);
    Array {
        object,
        bytes: bytes.expect("arrays hold a bytearray"),
        kind: kind.expect("arrays hold a letter"),
    }
}

/// A new array of a class.
fn make(vm: &mut Vm, class: Type, kind: Kind, bytes: &[u8]) -> PyResult<Array> {
    let storage = vm.new_bytearray(bytes)?;
    let code = number::small(i64::from(kind.code()));
    let object = vm.new_fields(class, &[Some(storage.value()), Some(code)])?;
    Ok(this(object))
}

/// A new exact array.
fn plain(vm: &mut Vm, kind: Kind, bytes: &[u8]) -> PyResult {
    Ok(make(vm, ARRAY.ty(), kind, bytes)?.object)
}

fn new(vm: &mut Vm, class: Type, args: Args) -> PyResult {
    let slot = |ty: Type| ty.slots().init.map(|slot| slot as usize);
    if args.keyword_count() > 0 && slot(class) == slot(ARRAY.ty()) {
        return Err(vm.raise_type("array.array() takes no keyword arguments"));
    }
    let given = args.len();
    if !(1..=2).contains(&given) {
        let (words, bound, plural) = if given < 1 {
            ("least", 1, "")
        } else {
            ("most", 2, "s")
        };
        return Err(vm.raise_type(&format!(
            "array() takes at {words} {bound} argument{plural} ({given} given)"
        )));
    }
    let code = kind::character(vm, args.at(0), "array() argument 1")?;
    with_initial(vm, class, code, args.get(1))
}

/// A new array of a class whose items are of the kind of a letter, and what `array()` takes as second argument.
fn with_initial(vm: &mut Vm, class: Type, code: u32, initial: Option<Value>) -> PyResult {
    let refuse = |vm: &mut Vm, what: &str| {
        let code = char::from_u32(code).unwrap_or('?');
        Err(vm.raise_type(&format!(
            "cannot use a {what} to initialize an array with typecode '{code}'"
        )))
    };
    let kind = Kind::of(code);
    let takes_text = kind.is_none_or(Kind::is_text);
    if let Some(initial) = initial.filter(|_| !takes_text) {
        if Str::of(initial).is_some() {
            return refuse(vm, "str");
        }
        if Array::of(initial).is_some_and(|other| other.kind.is_text()) {
            return refuse(vm, "unicode array");
        }
    }
    let Some(kind) = kind else {
        return Err(
            vm.raise_value("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)")
        );
    };
    let array = make(vm, class, kind, &[])?;
    let Some(initial) = initial else {
        return Ok(array.object);
    };
    if let Some(text) = Str::of(initial) {
        array.append_text(vm, text)?;
    } else if let Some(other) = Array::of(initial).filter(|other| other.kind == kind) {
        array.extend(vm, other.object)?;
    } else if let Some(bytes) = Bytes::of(initial) {
        array.append_bytes(vm, bytes.data().to_vec())?;
    } else if let Some(bytes) = ByteArray::of(initial) {
        array.append_bytes(vm, bytes.data().to_vec())?;
    } else {
        array.append_all(vm, initial)?;
    }
    Ok(array.object)
}

// ---- iterators: [array (unset once exhausted), index]

fn iter(vm: &mut Vm, array: Value) -> PyResult {
    vm.new_fields(ITERATOR.ty(), &[Some(array), Some(number::small(0))])
}

fn next(vm: &mut Vm, iterator: Value) -> PyResult<Option<Value>> {
    let Some(array) = get(iterator, 0) else {
        return Ok(None);
    };
    let index = int(iterator, 1);
    let found = this(array).get(vm, index as usize)?;
    match found {
        Some(_) => set_int(vm, iterator, 1, index + 1),
        None => set(vm, iterator, 0, None),
    }
    Ok(found)
}

fn reduce_iterator(vm: &mut Vm, args: Args) -> PyResult {
    let make = crate::helpers::builtin(vm, "iter")?;
    match get(args.at(0), 0) {
        Some(array) => {
            let arguments = vm.new_tuple(&[array])?;
            let index = number::small(int(args.at(0), 1));
            vm.new_tuple(&[make, arguments, index])
        }
        None => {
            let empty = vm.interp.empty_tuple();
            let arguments = vm.new_tuple(&[empty])?;
            vm.new_tuple(&[make, arguments])
        }
    }
}

fn set_iterator_state(vm: &mut Vm, args: Args) -> PyResult {
    let index = protocol::index_i64(vm, args.at(1))?;
    if let Some(array) = get(args.at(0), 0) {
        let len = this(array).len() as i64;
        set_int(vm, args.at(0), 1, index.clamp(0, len));
    }
    Ok(ty::none())
}

natives! {
    static ITERATOR_METHODS = {
        "__reduce__" method NoArgs, "(self, /)" => reduce_iterator;
        "__setstate__" method One, "(self, object, /)" => set_iterator_state;
    }
}
static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "typecode",
        get: |vm, object| vm.new_ascii(&[this(object).kind.code()]),
        set: None,
    },
    GetSetDef {
        name: "itemsize",
        get: |_, object| Ok(number::size(this(object).kind.size())),
        set: None,
    },
];

module_types! {
    "array" TYPES {
        "array" ARRAY ARRAY_DEF open false, item::slots, methods::METHODS, GETSET,
            "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode.";
        "arrayiterator" ITERATOR ITERATOR_DEF closed false, |slots| {
            slots.iter = Some(self_iter);
            slots.next = Some(next);
        }, ITERATOR_METHODS, &[], "";
    }
}

/// Module `array`.
pub const MODULE: ModuleDef = ModuleDef {
    name: "array",
    functions: pickle::FUNCTIONS,
    init: |vm, dict| {
        let doc = "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, floating-point\nnumbers.";
        add_types(vm, dict, doc, &[TYPES])?;
        let array = ARRAY.ty();
        array.set_flags(array.flags() | flag::SEQUENCE | flag::BYTES_FIELD);
        dict.set_name(vm, "ArrayType", ARRAY.value())?;
        let codes = vm.new_str(CODES)?;
        dict.set_name(vm, "typecodes", codes)?;
        let iterator = vm.intern("arrayiterator")?;
        dict.remove(vm, iterator)?;
        // The abstract classes know arrays.
        if let Some(import) = vm.interp.hooks.import {
            let name = vm.intern("_collections_abc")?;
            let name = Str::of(name).expect("interned strings are strings");
            let classes = import(vm, name, ty::none(), ty::none(), 0)?;
            let class = protocol::get_attr_named(vm, classes, "MutableSequence")?;
            protocol::call_method(vm, class, "register", &[ARRAY.value()])?;
        }
        Ok(())
    },
};
